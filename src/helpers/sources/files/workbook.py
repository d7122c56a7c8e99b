"""The sheets of an Excel workbook, with the cells marked that show another thing than they hold."""

import io
import zipfile
from collections.abc import Iterator

from openpyxl import load_workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.utils.exceptions import InvalidFileException

from .table import Cell, FileError, Lines, Unreadable


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


def _rows(results, formulas) -> Iterator[tuple[int, list[Cell]]]:
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
