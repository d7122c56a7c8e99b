"""The sheets of an Excel workbook: what its cells hold, those marked that show another thing; damage is refused."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._reader import WorkSheetParser

from lagesbild.sources.cells import Cell, FileError, Lines, Table, Unreadable, cell_text

# The sheets, by openpyxl. A workbook is a zip archive of XML files, and somebody may have sent it: nothing is unpacked
# before its size is known, and only the cells that the file holds are looked at, not those up to the last one.

MOST_UNPACKED = 100_000_000  # bytes of all files in the archive
MOST_ROWS = 250_000  # of a sheet: every municipality, month and sex of more than twenty years
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # what Excel writes; the others unpack more than they are asked for
OLD = b"\xd0\xcf\x11\xe0"  # how .xls, and what Excel has locked with a password, begin
FORMULA = re.compile(rb"<(\w+:)?f[\s>/]")


def sheets_of(raw: bytes, only: str | None, shown_as: str) -> list[Table]:
    """Every sheet, or the one named `only`. Raises FileError for what is no workbook, or cannot be read to its end."""
    if not raw.startswith(b"PK"):
        old = "an old .xls file under another name, or locked with a password"
        what = old if raw.startswith(OLD) else "no Excel workbook; a csv file must be named .csv"
        raise FileError([f"{shown_as}: is {what}. Open it in Excel and save it as .xlsx, without a password."])
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(raw)) as archive:
            warnings.simplefilter("ignore")  # what openpyxl leaves out (charts, rules, extensions) is no figure
            _refuse_large(archive, shown_as)
            return _tables(raw, archive, only, shown_as)
    except (FileError, MemoryError):
        raise
    except Exception as error:  # openpyxl and the XML parser raise errors of every kind on a damaged file
        what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise FileError(
            [
                f"{shown_as}: no readable Excel workbook ({what}). "
                "Open it in Excel and save it as .xlsx, or send a copy that opens there."
            ]
        ) from None


def _refuse_large(archive: zipfile.ZipFile, shown_as: str) -> None:
    """Raises FileError for an archive that unpacks to too much. A size stated too low is no way in: no more is read."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED:
        largest = max(members, key=lambda member: member.file_size)
        raise FileError(
            [
                f"{shown_as}: unpacks to {unpacked / 1e6:,.0f} MB, {largest.filename} alone to "
                f"{largest.file_size / 1e6:,.0f}; at most {MOST_UNPACKED / 1e6:.0f} are read. "
                "Copy the table's cells into a new workbook, and save that."
            ]
        )
    if any(member.compress_type not in PACKED for member in members):
        raise ValueError("it is packed in another way than Excel's")


def _tables(raw: bytes, archive: zipfile.ZipFile, only: str | None, shown_as: str) -> list[Table]:
    results = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in results.worksheets if only in (None, sheet.title)]
    if not results.worksheets:  # openpyxl knows no other namespace than the usual one
        raise ValueError("it has no sheet, or is Excel's kind Strict Open XML")
    if not sheets:
        names = ", ".join(sheet.title for sheet in results.worksheets)
        raise FileError([f"{shown_as}: no sheet '{only}'; there are {names}. Correct the sheet's name."])
    formulas = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False) if _has_formulas(archive) else None
    tables = []
    for sheet in sheets:
        hidden = sheet.sheet_state != "visible"
        name = f"{shown_as} [{sheet.title}{', a hidden sheet' if hidden else ''}]"
        lines = _lines(sheet, formulas[sheet.title] if formulas else None, name)
        tables.append(Table(name, lines, hidden, is_sparse=True))
    return tables


def _has_formulas(archive: zipfile.ZipFile) -> bool:
    sheets = (name for name in archive.namelist() if name.startswith("xl/worksheets/"))
    return any(FORMULA.search(archive.read(name)) for name in sheets)


def _lines(sheet: Any, formulas: Any, shown_as: str) -> Lines:
    """The rows that hold something; each ends with its last cell that does. Raises FileError for too many."""
    found: dict[int, dict[int, Cell]] = {}
    for cell in _filled(formulas) if formulas else ():
        if cell.data_type == "f":
            found.setdefault(cell.row, {})[cell.column] = Unreadable(
                str(getattr(cell.value, "text", cell.value)),
                "is a formula without a result. Open the file in Excel and save it, or type the value",
            )
    for cell in _filled(sheet):
        found.setdefault(cell.row, {})[cell.column] = _cell(cell)
        if len(found) > MOST_ROWS:
            raise FileError(
                [
                    f"{shown_as}: more than {MOST_ROWS:,} rows hold something, row {cell.row} among them (a column "
                    "filled to the sheet's end?). Copy the table's cells into a new workbook, and save that."
                ]
            )
    rows = ((number, {at: cell for at, cell in row.items() if cell != ""}) for number, row in sorted(found.items()))
    return [(number, [row.get(at, "") for at in range(1, max(row) + 1)]) for number, row in rows if row]


def _filled(sheet: Any) -> Iterator[ReadOnlyCell]:
    """The cells that the sheet's file has a value for.

    By openpyxl's own parser: its `iter_rows` makes every cell up to the last one, and a format in XFD1048576 is one.
    """
    book, before = sheet.parent, 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            if number <= before:
                raise ValueError(f"row {number} of {sheet.title} stands after row {before}")
            before = number
            yield from (ReadOnlyCell(sheet, **cell) for cell in cells if cell["value"] is not None)


def _cell(cell: ReadOnlyCell) -> Cell:
    if cell.data_type == "e":
        return Unreadable(str(cell.value), "is an error of Excel's. Type the value, or leave the cell empty")
    if isinstance(cell.value, str):
        return cell_text(cell.value)
    if isinstance(cell.value, bool):
        return Unreadable(str(cell.value), "is a truth value. Type a number or a text")
    if isinstance(cell.value, date | time | timedelta) and not isinstance(cell.value, datetime):
        return Unreadable(str(cell.value), "was turned into a date or time by Excel. Format the column as text")
    if isinstance(cell.value, int | float) and "%" in cell.number_format:
        return Unreadable(
            f"{cell.value}",
            "is shown as per cent, a hundred times what the cell holds. Format the cell as a plain number",
        )
    return cell.value
