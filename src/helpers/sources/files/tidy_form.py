"""Files that are tidy already: a municipality's own, and tables typed in from documents.

Header `indicator, year, value` and, where needed, `month, sex, group, count, status, place` (documents: and
`page`), in any order and case. Rows come back with `COLUMNS` and `row`, the row in the file.
"""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from ...catalog.models import PinnedFile
from . import cells
from .cells import Line, RefusedError, Symbols
from .sheets import sheet_in
from .table import FileError, Sheet, Wanted, folded

COLUMNS = [
    "indicator",
    "place",
    "year",
    "month",
    "sex",
    "group",
    "vintage",
    "value",
    "margin",
    "count",
    "status",
]
KEY = ["indicator", "place", "year", "month", "sex", "group"]
LOCAL = ("indicator", "year", "value", "month", "sex", "group", "count", "status", "place")
REQUIRED = frozenset({"indicator", "year", "value"})
SYMBOLS = Symbols(*(frozenset(PinnedFile.model_fields[name].default) for name in ("missing", "hidden")))


def local_rows(path: Path, place: str, shown_as: str | None = None) -> pd.DataFrame:
    """Tidy rows of a municipality's own file; rows without a place are about `place`.

    `vintage` is "" and `margin` NaN: such a file has neither. Raises FileError with every slip.
    """
    sheet = sheet_in(path, Wanted(REQUIRED), shown_as or path.as_posix())
    return _rows(sheet, LOCAL, place)


def document_rows(path: Path, shown_as: str | None = None) -> pd.DataFrame:
    """Tidy rows of a table typed in from a document, with `page`, where each value stands (text).

    `vintage` is "" and `margin` NaN: sources.yml knows the first. Raises FileError with every slip.
    """
    sheet = sheet_in(path, Wanted(REQUIRED | {"place", "page"}), shown_as or path.as_posix())
    return _rows(sheet, (*LOCAL, "page"), None)


def _rows(sheet: Sheet, known: tuple[str, ...], place: str | None) -> pd.DataFrame:
    slips = [
        f"{sheet.shown_as}: unknown column '{name}'. Known: {', '.join(known)}. Rename it, or take it out."
        for name in sheet.header
        if folded(name) not in known
    ]
    lines = [Line(sheet.shown_as, row, dict(zip(sheet.folded, found, strict=True)), slips) for row, found in sheet.rows]
    rows = [_row(line, place, "page" in known) for line in lines]
    paged = ["page"] if "page" in known else []
    return checked(pd.DataFrame(rows, columns=[*COLUMNS, *paged, "row"]), lines, slips, "value")


def _row(line: Line, place: str | None, paged: bool) -> dict[str, Any]:
    value, status = line.read("value", cells.measured(SYMBOLS)) or (math.nan, "")
    count, _ = line.read("count", cells.measured(SYMBOLS)) or (math.nan, "")
    said = line.read("status", lambda cell: _agreed(cells.status(cell), value, status))
    at_place = "place" in line.cells and (place is None or line.cells["place"] != "")
    return {
        "indicator": line.read("indicator", cells.slug),
        "place": line.read("place", cells.place_code) if at_place else place,
        "year": line.read("year", cells.year),
        "month": line.read("month", cells.month),
        "sex": line.read("sex", cells.sex),
        "group": line.read("group", cells.text),
        "vintage": "",
        "value": value,
        "margin": math.nan,
        "count": count,
        "status": said,
        "row": line.number,
    } | ({"page": line.read("page", cells.text)} if paged else {})


def _agreed(said: str, value: float, symbol: str) -> str:
    """The status said in the file, together with what the value's cell says."""
    if not math.isnan(value):
        if said in cells.WITHOUT_VALUE:
            raise RefusedError("stands beside a value. Empty the value's cell, or take the status away")
        return said
    return said if said in (*cells.WITHOUT_VALUE, "incomplete", "suspect") else symbol


def checked(rows: pd.DataFrame, lines: list[Line], slips: list[str], value_column: str) -> pd.DataFrame:
    """`rows` with their types. Raises FileError on any slip, or two lines about the same thing."""
    odd = cells.mixed_marks([(line.number, line.cells.get(value_column, "")) for line in lines])
    if odd is not None:
        slips.append(
            f"{lines[0].shown_as}, row {odd}, column '{value_column}': decimal comma and decimal point "
            "in one column. Use one of them, and spaces between thousands."
        )
    if not slips:
        slips += _twice(rows, lines)
    if slips:
        raise FileError(slips)
    types = dict.fromkeys(("value", "margin", "count"), "float64")
    types |= dict.fromkeys(("year", "month", "row"), "int64")
    return rows.astype({name: types.get(name, "str") for name in rows.columns})


def _twice(rows: pd.DataFrame, lines: list[Line]) -> list[str]:
    slips = []
    for _, same in rows[rows.duplicated(KEY, keep=False)].groupby(KEY, sort=False):
        about = ", ".join(f"{name} {same.iloc[0][name]}" for name in KEY if same.iloc[0][name] != "")
        numbers = ", ".join(str(row) for row in same["row"])
        slips.append(f"{lines[0].shown_as}, rows {numbers}: the same thing twice ({about}). Keep one of them.")
    return slips
