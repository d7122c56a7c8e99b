"""A publisher's file as tidy rows: found by the path, checksum, sheet and columns that the catalogue pins."""

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ...catalog.models import PinnedFile
from . import cells
from .cells import Line, RefusedError, Symbols
from .place_names import Places
from .sheets import sheet_in
from .table import Cell, FileError, Sheet, Wanted, folded
from .tidy_form import COLUMNS, checked

YEAR_AND_MONTH = re.compile(r"(\d{4})[-M]?(\d\d)", re.ASCII)


def pinned_rows(path: Path, pinned: PinnedFile, indicator_id: str, place_names: dict[str, str]) -> pd.DataFrame:
    """Tidy rows of a publisher's file, all about `indicator_id`.

    `place_names` is code -> name; a name that two codes share is refused, not guessed. A year column that is
    also the month column holds both ("2024-07", "2024M07" or a date). Raises FileError with every slip.
    """
    shown_as = pinned.path
    _checksum(path, pinned, shown_as)
    sheet = sheet_in(path, _wanted(pinned, shown_as), shown_as)
    slips: list[str] = []
    lines = [Line(sheet.shown_as, row, dict(zip(sheet.header, found, strict=True)), slips) for row, found in sheet.rows]
    reader = _Reader(pinned, _with_case(pinned, sheet), Places.named(place_names))
    rows = [reader.row(line, indicator_id) for line in lines]
    return checked(pd.DataFrame(rows, columns=[*COLUMNS, "row"]), lines, slips, reader.columns["value"])


def _checksum(path: Path, pinned: PinnedFile, shown_as: str) -> None:
    if pinned.sha256 is None or not path.is_file():
        return
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != pinned.sha256.lower():
        raise FileError(
            [
                f"{shown_as}: sha256 is {found}, pinned is {pinned.sha256}: not the file that was checked. "
                "Look at what changed, then pin the new checksum in the catalogue, or put the old file back."
            ]
        )


def _wanted(pinned: PinnedFile, shown_as: str) -> Wanted:
    named = {folded(name) for name in pinned.columns.model_dump().values() if name}
    missing = [name for name in ("place", "year") if getattr(pinned.columns, name) is None]
    if missing:
        raise FileError(
            [f"{shown_as}: no column for {' and '.join(missing)}. Name it under 'columns' in the catalogue."]
        )
    return Wanted(frozenset(named), pinned.header_row, pinned.sheet)


def _with_case(pinned: PinnedFile, sheet: Sheet) -> dict[str, str]:
    """What is read (place, year, ...) -> the column's name as the file writes it."""
    written = dict(zip(sheet.folded, sheet.header, strict=True))
    return {what: written[folded(name)] for what, name in pinned.columns.model_dump().items() if name}


@dataclass(frozen=True)
class _Reader:
    """Reads a line by the catalogue's description of the file."""

    pinned: PinnedFile
    columns: dict[str, str]
    places: Places

    def row(self, line: Line, indicator_id: str) -> dict[str, Any]:
        measured = cells.measured(Symbols(frozenset(self.pinned.missing), frozenset(self.pinned.hidden)))
        value, status = self._read(line, "value", measured) or (math.nan, "")
        count, _ = (self._read(line, "count", measured) if "count" in self.columns else None) or (
            math.nan,
            "",
        )
        year, month = self._period(line)
        return {
            "indicator": indicator_id,
            "place": self._read(line, "place", self.places.code),
            "year": year,
            "month": month,
            "sex": self._read(line, "sex", cells.sex),
            "group": self._read(line, "group", cells.text),
            "vintage": "",
            "value": value,
            "margin": math.nan,
            "count": count,
            "status": status,
            "row": line.number,
        }

    def _read(self, line: Line, what: str, reader: Callable[[Cell], Any]) -> Any:
        return line.read(self.columns.get(what), reader)

    def _period(self, line: Line) -> tuple[int | None, int | None]:
        if self.columns["year"] == self.columns.get("month"):
            return self._read(line, "year", _year_and_month) or (None, None)
        return self._read(line, "year", cells.year), self._read(line, "month", cells.month)


def _year_and_month(cell: Cell) -> tuple[int, int]:
    if isinstance(cell, datetime):
        return cell.year, cell.month
    found = YEAR_AND_MONTH.fullmatch(cells.text(cell))
    if not found:
        raise RefusedError("is no year with a month. Write it like 2024-07")
    return cells.year(found[1]), cells.month(found[2])
