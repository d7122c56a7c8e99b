"""Sheets of csv and xlsx files: chosen by their columns, decoded and cut to their rows."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.utils.exceptions import InvalidFileException

from lagesbild.sources.cells import Cell, FileError, Lines, Sheet, Unreadable, Wanted, folded

# The rows of a csv file, whatever its encoding, separator and line ends.

DELIMITERS = (";", "\t", ",")


def lines_of(raw: bytes, wanted: Wanted, shown_as: str) -> Lines:
    """The numbered rows, cells stripped. Raises FileError on what is no text or no csv."""
    text = _text(raw, shown_as)
    # The header decides: a row below it may hold any of the separators in its cells.
    delimiter = max(DELIMITERS, key=lambda mark: _recognised(text, mark, wanted))
    reader = _reader(text, delimiter, strict=True)
    try:
        return list(_numbered(reader))
    except csv.Error as error:
        raise FileError(
            [f"{shown_as}, row {reader.line_num}: broken csv ({error}). Look for a stray quotation mark."]
        ) from None


def _text(raw: bytes, shown_as: str) -> str:
    """The file's text: by its byte order mark, else UTF-8, else cp1252 (Latin-1 and Windows' extra signs)."""
    if raw.startswith(b"PK\x03\x04"):
        raise FileError([f"{shown_as}: this is an Excel workbook under another name. Rename it to .xlsx."])
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileError([f"{shown_as}: neither UTF-8 nor Latin-1 text. Save it as CSV UTF-8."])


def _reader(text: str, delimiter: str, strict: bool) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _numbered(reader: Any) -> Iterator[tuple[int, list[Cell]]]:
    before = 0
    for cells in reader:
        yield before + 1, [cell.strip() for cell in cells]
        before = reader.line_num  # a quoted cell may go over several lines


def _recognised(text: str, delimiter: str, wanted: Wanted) -> int:
    """How many of the wanted columns stand in the header when `delimiter` separates the cells."""
    for number, cells in _numbered(_reader(text, delimiter, strict=False)):
        if number == wanted.header_row or (wanted.header_row is None and any(cells)):
            return len(wanted.columns & {folded(str(cell)) for cell in cells})
    return 0


# The sheets of an Excel workbook, with the cells marked that show another thing than they hold.


def sheets_of(raw: bytes, only: str | None, shown_as: str) -> list[tuple[str, Lines]]:
    """(name as shown in messages, numbered rows) of every sheet, or of the sheet named `only`."""
    try:
        results = load_workbook(io.BytesIO(raw), data_only=True)
        formulas = load_workbook(io.BytesIO(raw)) if b"<f" in _sheet_xml(raw) else results
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise FileError(
            [f"{shown_as}: no readable Excel workbook ({error}). Open it in Excel and save it as .xlsx."]
        ) from None
    names = [sheet.title for sheet in results.worksheets]
    if only is not None and only not in names:
        raise FileError([f"{shown_as}: no sheet '{only}'; there are {', '.join(names)}. Correct the sheet's name."])
    return [
        (f"{shown_as} [{name}]", list(_rows(results[name], formulas[name])))
        for name in ([only] if only is not None else names)
    ]


def _sheet_xml(raw: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))


def _rows(results: Any, formulas: Any) -> Iterator[tuple[int, list[Cell]]]:
    for number, (line, written) in enumerate(zip(results.iter_rows(), formulas.iter_rows(), strict=True), 1):
        yield number, [_cell(cell, source) for cell, source in zip(line, written, strict=True)]


def _cell(cell: ExcelCell, source: ExcelCell) -> Cell:
    if cell.value is None:
        if source.value is None:
            return ""
        return Unreadable(
            str(source.value),
            "is a formula without a result. Open the file in Excel and save it, or type the value",
        )
    if isinstance(cell.value, str):
        if cell.data_type == "e":
            return Unreadable(cell.value, "is an error of Excel's. Type the value, or leave the cell empty")
        return cell.value.strip()
    if isinstance(cell.value, bool):
        return Unreadable(str(cell.value), "is a truth value. Type a number or a text")
    if isinstance(cell.value, int | float) and "%" in cell.number_format:
        return Unreadable(
            f"{cell.value}",
            "is shown as per cent, a hundred times what the cell holds. Format the cell as a plain number",
        )
    return cell.value


# The one table of a file that has the wanted columns, its rows as wide as its header.

TEXT_FILES = (".csv", ".tsv", ".txt")


def sheet_in(path: Path, wanted: Wanted, shown_as: str) -> Sheet:
    """The table in the file at `path`. Raises FileError when it has not the wanted sheet and columns."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"{shown_as}: cannot be read ({error.strerror}). Put the file there, or correct the path."
        raise FileError([message]) from None
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        tables = sheets_of(raw, wanted.sheet, shown_as)
    elif suffix in TEXT_FILES:
        tables = [(shown_as, lines_of(raw, wanted, shown_as))]
    else:
        raise FileError([f"{shown_as}: files of the kind '{suffix}' are not read. Save it as .xlsx or .csv."])
    return _chosen([_sheet(name, lines, wanted) for name, lines in tables], wanted, shown_as)


def _sheet(shown_as: str, lines: Lines, wanted: Wanted) -> Sheet:
    filled = [(number, cells) for number, cells in lines if any(cell != "" for cell in cells)]
    first = wanted.header_row or (filled[0][0] if filled else 1)
    header = next((cells for number, cells in filled if number == first), [])
    return Sheet(shown_as, [str(name) for name in _trimmed(header)], [line for line in filled if line[0] > first])


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """`cells` without the empty ones at the end, which Excel likes to add."""
    end = max((index for index, cell in enumerate(cells, 1) if cell != ""), default=0)
    return cells[:end]


def _chosen(sheets: list[Sheet], wanted: Wanted, shown_as: str) -> Sheet:
    fitting = [sheet for sheet in sheets if wanted.columns <= set(sheet.folded)]
    if len(fitting) > 1:
        names = ", ".join(sheet.shown_as for sheet in fitting)
        message = f"{shown_as}: several sheets have the columns: {names}. Keep one of them, or name the sheet."
        raise FileError([message])
    if not fitting:
        raise FileError([_without_columns(sheet, wanted) for sheet in sheets])
    return _even(fitting[0])


def _without_columns(sheet: Sheet, wanted: Wanted) -> str:
    missing = ", ".join(f"'{name}'" for name in sorted(wanted.columns - set(sheet.folded)))
    row = f"row {wanted.header_row}" if wanted.header_row else "the first row"
    headers = ", ".join(f"'{name}'" for name in sheet.header) or "nothing"
    return f"{sheet.shown_as}: no column {missing}; {row} holds {headers}. Give the columns these names."


def _even(sheet: Sheet) -> Sheet:
    """The sheet with rows as wide as the header; others are refused: their cells stand under wrong names."""
    errors, rows, width = [], [], len(sheet.header)
    for name in sorted({name for name in sheet.folded if sheet.folded.count(name) > 1}):
        errors.append(f"{sheet.shown_as}: the column '{name}' stands twice. Keep one of them.")
    for number, cells in sheet.rows:
        if len(cells) < width or any(cell != "" for cell in cells[width:]):
            errors.append(
                f"{sheet.shown_as}, row {number}: {len(_trimmed(cells))} cells under {width} columns. "
                "Quote cells that hold the separator (a decimal comma?), or separate with ';'."
            )
        rows.append((number, cells[:width]))
    if errors:
        raise FileError(errors)
    return Sheet(sheet.shown_as, sheet.header, rows)
