"""Tables that come as files: a municipality's own, a publisher's pinned ones, and those typed in from documents."""

import csv
import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from lagesbild.assessments.models import Day
from lagesbild.catalog.models import Indicator, PinnedFile, Slug
from lagesbild.paths import Paths
from lagesbild.records import Record, RecordError, read_record
from lagesbild.sources import cells
from lagesbild.sources.cells import MOST_ERRORS, Cell, FileError, Line, RefusedError, Sheet, Symbols, Wanted, folded
from lagesbild.sources.series import KEY, ROW_TYPES, WITHOUT_VALUE
from lagesbild.sources.sheets import sheet_in

# Place codes from what publishers write: a code, a name, or both.

CODE_FIRST = re.compile(r"(\d{4})\b[ .,:-]*(.*)", re.ASCII)


NATURAL = ("{}s", "{} kommun", "{}s kommun", "{} stad", "{}s stad")  # what a municipality is called in a sentence


class PlaceNames:
    """Reads places: `names` is code -> name, compared without regard to case and kind of space.

    A name may have its genitive, "kommun" or "stad": "Umeå kommun", "Linköpings kommun".
    """

    def __init__(self, names: dict[str, str]):
        self.names = names
        self.codes: dict[str, list[str]] = {}
        for code, name in names.items():
            self.codes.setdefault(folded(name), []).append(code)
        natural = {folded(form.format(name)): codes for name, codes in self.codes.items() for form in NATURAL}
        self.codes = natural | self.codes

    def code(self, cell: Cell) -> str:
        """The place's code, by code, by name, or by both ("0180 Stockholm"), which must then agree."""
        written = cells.text(cell)
        both = CODE_FIRST.fullmatch(written)
        if isinstance(cell, int | float) or (written.isdigit() and not both):
            return cells.place_code(cell)
        if not both:
            return self._by_name(written)
        code, name = both.groups()
        if code not in self.names:
            raise RefusedError("is no known place code: data/raw/kolada/places.csv has all. Correct it (four digits)")
        if name and code not in self.codes.get(folded(name), ()):
            raise RefusedError(f"names another place than its code, which is {self.names[code]}. Correct one of them")
        return code

    def _by_name(self, written: str) -> str:
        codes = self.codes.get(folded(written), [])
        if len(codes) == 1:
            return codes[0]
        if codes:
            raise RefusedError(f"may be any of {', '.join(sorted(codes))}. Write the code instead of the name")
        near = get_close_matches(folded(written), self.codes, n=1)
        hint = f" Is {self.names[self.codes[near[0]][0]]} meant?" if near else ""
        raise RefusedError(f"is no known place.{hint} Write a place's code or its name")


# Files that are tidy already: a municipality's own, and tables typed in from documents.
#
# Header `indicator, year, value` and, where needed, `month, sex, group, count, status, place` (documents: and
# `page`), in any order and case. Rows come back with `COLUMNS` and `row`, the row in the file.

COLUMNS = ["indicator", *KEY, "vintage", "value", "margin", "count", "status"]
CELL = ["indicator", *KEY]
LOCAL = ("indicator", "year", "value", "margin", "month", "sex", "group", "count", "status", "place")
REQUIRED = frozenset({"indicator", "year", "value"})
Reader = Callable[[Cell], Any]
SYMBOLS = Symbols(*(frozenset(PinnedFile.model_fields[name].default) for name in ("missing", "hidden")))


def local_rows(
    path: Path, place: str, shown_as: str | None = None, place_names: dict[str, str] | None = None
) -> pd.DataFrame:
    """Tidy rows of a municipality's own file, with `written`, the value's cell as text; rows without a place are
    about `place`, others may name theirs where `place_names` (code -> name) are given.

    `vintage` is "", `margin` NaN where none is given. Raises FileError with every error.
    """
    sheet = sheet_in(path, Wanted(REQUIRED), shown_as or path.as_posix())
    rows = _tidy_rows(sheet, LOCAL, place, PlaceNames(place_names).code if place_names else cells.place_code)
    if rows.empty:
        raise FileError([f"{sheet.shown_as}: has the columns' names and no row. Fill it in, or take the file away."])
    at = sheet.folded.index("value")
    return rows.assign(written=[str(line[at]) for _, line in sheet.rows])


def document_rows(path: Path) -> pd.DataFrame:
    """Tidy rows of a table typed in from a document, with `page`, where each value stands (text).

    `vintage` is "": sources.yml has it. Raises FileError with every error.
    """
    sheet = sheet_in(path, Wanted(REQUIRED | {"place", "page"}), path.as_posix())
    return _tidy_rows(sheet, (*LOCAL, "page"), None, cells.place_code)


def _tidy_rows(sheet: Sheet, known: tuple[str, ...], place: str | None, place_of: Reader) -> pd.DataFrame:
    errors = [
        f"{sheet.shown_as}: unknown column '{name}'. Known: {', '.join(known)}. Rename it, or take it out."
        for name in sheet.header
        if folded(name) not in known
    ]
    lines = _lines(sheet, sheet.folded, errors)
    rows = [_tidy_row(line, place, "page" in known, place_of) for line in lines]
    paged = ["page"] if "page" in known else []
    return checked(pd.DataFrame(rows, columns=[*COLUMNS, *paged, "row"]), lines, errors, "value")


def _lines(sheet: Sheet, columns: Iterable[str], errors: list[str]) -> list[Line]:
    return [Line(sheet.shown_as, row, dict(zip(columns, texts, strict=True)), errors) for row, texts in sheet.rows]


def _tidy_row(line: Line, place: str | None, paged: bool, place_of: Reader) -> dict[str, Any]:
    columns = {name: name for name in line.cells}
    row = _numbers(line, columns, SYMBOLS)
    status = line.read("status", lambda cell: _agreed(cells.status(cell), row["value"], row["status"]))
    readers: dict[str, Reader] = {"indicator": cells.slug, "place": place_of, "year": cells.year}
    readers |= {"month": cells.month, "sex": cells.sex, "group": cells.text}
    if "place" not in columns or (place is not None and line.cells["place"] == ""):
        del readers["place"]
    if paged:
        readers["page"] = cells.text
    return {"place": place} | row | {"status": status} | _read(line, columns, readers)


def _numbers(line: Line, columns: Mapping[str, str], symbols: Symbols) -> dict[str, Any]:
    """Value, count and status of a line; `columns` is what is read -> the name of its column."""
    measured = cells.measured(symbols)
    value, status = line.read(columns["value"], measured) or (math.nan, "")
    counted = cells.measured(symbols, cells.cases)
    count, _ = (line.read(columns["count"], counted) if "count" in columns else None) or (math.nan, "")
    margin, _ = (line.read(columns["margin"], measured) if "margin" in columns else None) or (math.nan, "")
    margin = margin if margin > 0 else math.nan  # a margin of 0 is none
    numbers = {"value": value, "margin": margin, "count": count, "status": status}
    return {"vintage": "", **numbers, "row": line.number}


def _read(line: Line, columns: Mapping[str, str], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """What the readers make of a line's cells; a column that the file does not have is read as empty."""
    return {what: line.read(columns.get(what), reader) for what, reader in readers.items()}


def _agreed(stated: str, value: float, symbol: str) -> str:
    """The status stated in the file; without a value, the symbol's, where the stated one is no reason for that."""
    if not math.isnan(value):
        if stated in WITHOUT_VALUE:
            raise RefusedError("stands beside a value. Empty the value's cell, or take the status away")
        return stated
    return stated if stated in (*WITHOUT_VALUE, "incomplete", "suspect") else symbol


def checked(rows: pd.DataFrame, lines: list[Line], errors: list[str], value_column: str) -> pd.DataFrame:
    """`rows` with their types. Raises FileError on any error, or two lines about the same thing."""
    odd = cells.mixed_marks([(line.number, line.cells.get(value_column, "")) for line in lines])
    if odd is not None:
        errors.append(
            f"{lines[0].shown_as}, row {odd}, column '{value_column}': decimal comma and decimal point "
            "in one column. Use one of them, and spaces between thousands."
        )
    if not errors:
        errors += _twice(rows, lines)
    if errors:
        raise FileError(errors)
    types = ROW_TYPES | {"margin": "float64", "row": "int64"}
    return rows.astype({name: types.get(name, "str") for name in rows.columns})


def _twice(rows: pd.DataFrame, lines: list[Line]) -> list[str]:
    errors = []
    for _, same in rows[rows.duplicated(CELL, keep=False)].groupby(CELL, sort=False):
        about = ", ".join(f"{name} {same.iloc[0][name]}" for name in CELL if same.iloc[0][name] != "")
        numbers = ", ".join(str(row) for row in same["row"].head(MOST_ERRORS)) + " ..." * (len(same) > MOST_ERRORS)
        errors.append(f"{lines[0].shown_as}, rows {numbers}: the same thing twice ({about}). Keep one of them.")
    return errors


# A publisher's file as tidy rows, by the path, checksum, sheet and columns that the catalogue pins.

YEAR_AND_MONTH = re.compile(r"(\d{4})[-M]?(\d\d)", re.ASCII)


def pinned_rows(path: Path, pinned: PinnedFile, indicator: str, place_names: dict[str, str]) -> pd.DataFrame:
    """Tidy rows of a publisher's file, all about `indicator`.

    `place_names` is code -> name; a name that two codes share is refused, not guessed. A year column that is
    also the month column holds both ("2024-07", "2024M07" or a date). Raises FileError with every error.
    """
    shown_as = pinned.path
    _checksum(path, pinned, shown_as)
    sheet = sheet_in(path, _wanted(pinned, shown_as), shown_as)
    columns = _with_case(pinned, sheet)
    symbols = Symbols(frozenset(pinned.missing), frozenset(pinned.hidden))
    readers: dict[str, Reader] = {"year": cells.year, "month": cells.month, "place": PlaceNames(place_names).code}
    readers |= {"sex": cells.sex, "group": cells.text}
    joined = columns["year"] == columns.get("month")
    if joined:
        readers["year"] = _year_and_month
        del readers["month"]
    errors: list[str] = []
    lines = _lines(sheet, sheet.header, errors)
    rows = []
    for line in lines:
        row = {"indicator": indicator, **_numbers(line, columns, symbols), **_read(line, columns, readers)}
        if joined:
            row["year"], row["month"] = row["year"] or (None, None)
        rows.append(row)
    return checked(pd.DataFrame(rows, columns=[*COLUMNS, "row"]), lines, errors, columns["value"])


def publisher_rows(
    paths: Paths, indicators: Mapping[str, Indicator], place_names: dict[str, str]
) -> Iterator[pd.DataFrame]:
    """The tidy rows of each indicator whose publisher's file lies where the catalogue says."""
    for indicator, entry in indicators.items():
        if entry.file and (paths.raw / entry.file.path).is_file():
            yield pinned_rows(paths.raw / entry.file.path, entry.file, indicator, place_names)


def _checksum(path: Path, pinned: PinnedFile, shown_as: str) -> None:
    if pinned.sha256 is None or not path.is_file():
        return
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != pinned.sha256.lower():
        raise FileError(
            [
                f"{shown_as}: sha256 is {digest}, pinned is {pinned.sha256}: not the file that was checked. "
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


def _year_and_month(cell: Cell) -> tuple[int, int]:
    if isinstance(cell, datetime):
        return cell.year, cell.month
    match = YEAR_AND_MONTH.fullmatch(cells.text(cell))
    if not match:
        raise RefusedError("is no year with a month. Write it like 2024-07")
    return cells.year(match[1]), cells.month(match[2])


# Where each table of `data/raw/documents/` was read: `sources.yml`, read strictly.


class DocumentError(RecordError):
    """What is wrong in `data/raw/documents/sources.yml`, one line an error."""


class DocumentSource(Record):
    """One typed-in table: what it is, who published it, and where and when it was read."""

    title: str
    publisher: str
    source: str
    pages: str  # where in the source the table stands
    seen: str
    vintage: Day  # the earliest day that the copy can have been made
    caveat: Annotated[str, Field(min_length=1)]
    second_hand: bool = False  # read in somebody's copy: a page names the publisher and says so, not whose copy
    correction: str | None = None  # what was entered otherwise than it is printed, and why
    tidy: bool = True  # False: columns of its own, read by its own check and not into the tidy table


class DocumentList(Record):
    documents: dict[Slug, DocumentSource]


def document_sources(paths: Paths) -> dict[str, DocumentSource]:
    """File name without ".csv" -> where that table was read. Empty when there is no folder of documents.

    A table without an entry, or an entry without a table, raises DocumentError: a figure whose origin
    nobody can name is not printed.
    """
    tables = {path.stem: path for path in sorted(paths.documents.glob("*.csv"))}
    listing = paths.documents / "sources.yml"
    if not tables and not listing.is_file():
        return {}
    shown_as = paths.relative(listing)
    try:
        content, document = read_record(listing, DocumentList, shown_as)
    except FileNotFoundError:
        error = f"{shown_as}:1: the file is missing. Say there where each table was read."
        raise DocumentError([error]) from None
    except RecordError as error:
        raise DocumentError(error.errors) from None
    errors = [
        document.error(("documents",), f"{paths.relative(path)} has no entry. Add '{name}' with its source.")
        for name, path in tables.items()
        if name not in content.documents
    ] + [
        document.error(("documents", name), f"there is no {name}.csv beside it. Add the table or remove the entry.")
        for name in content.documents
        if name not in tables
    ]
    if errors:
        raise DocumentError(errors)
    return content.documents


def typed_in_rows(paths: Paths, indicators: Mapping[str, Indicator]) -> Iterator[pd.DataFrame]:
    """The tidy rows of each document that the catalogue names, with its vintage."""
    documents = {indicator: entry.document for indicator, entry in indicators.items() if entry.document}
    known = document_sources(paths)
    for name in sorted(set(documents.values())):
        if name not in known:
            raise DocumentError(
                [f"data/raw/documents/sources.yml: '{name}' is named in the catalogue but not described. Add it."]
            )
        rows = document_rows(paths.documents / f"{name}.csv")
        yield rows[rows["indicator"].map(documents) == name].assign(vintage=known[name].vintage)


# Tables as a document printed them, with its own headings and labels: compared with what was typed in, never shown.


@dataclass(frozen=True)
class PrintedRow:
    """One printed line: `shares` are percent of the table's own total, by year; None where none is printed."""

    place: str  # whose the table was taken to be
    heading: str  # the name that the document put over it
    label: str
    indicator: str
    shares: dict[int, float | None]
    difference: float
    page: str


def printed_rows(paths: Paths, name: str) -> list[PrintedRow]:
    """The rows of `data/raw/documents/<name>.csv`, which has columns of its own; empty where there is no such file.

    Columns: place, heading, label, indicator, share_<year> (one a year), difference, page.
    """
    path = paths.documents / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_printed_row(line) for line in csv.DictReader(file)]


def _printed_row(line: dict[str, str]) -> PrintedRow:
    shares = {
        int(column.removeprefix("share_")): float(text) if text else None
        for column, text in line.items()
        if column.startswith("share_")
    }
    return PrintedRow(
        line["place"],
        line["heading"],
        line["label"],
        line["indicator"],
        shares,
        float(line["difference"]),
        line["page"],
    )
