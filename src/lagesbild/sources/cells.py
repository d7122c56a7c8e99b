"""One cell of a hand-made file: read as number, year, place or status, or refused with the reason."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lagesbild.records import RecordError
from lagesbild.sources.series import STATUSES

# A file's table before anything is converted: cells, numbered rows, a header, and what refuses it.

MOST_ERRORS = 20  # a message longer than this hides the first cause


class FileError(RecordError):
    """Everything wrong in one file, one line an error: file, row, column, value and remedy."""

    def __init__(self, errors: list[str]):
        more = len(errors) - MOST_ERRORS
        rest = [f"... and {more} more of the same file."] if more > 0 else []
        super().__init__(errors[:MOST_ERRORS] + rest)


@dataclass(frozen=True)
class Unreadable:
    """A cell that holds another thing than the sheet shows: `shown`, and why it is refused with the remedy."""

    shown: str
    why: str


Cell = str | int | float | datetime | Unreadable  # csv gives text only; an empty cell is ""
Lines = list[tuple[int, list[Cell]]]  # each with the number of its row in the file


@dataclass(frozen=True)
class Sheet:
    """The header (as written, stripped) and the filled rows below it, each with its number in the file."""

    shown_as: str
    header: list[str]
    rows: Lines

    @property
    def folded(self) -> list[str]:
        """The header without regard to case."""
        return [folded(name) for name in self.header]


@dataclass(frozen=True)
class Wanted:
    """Where to look: the columns that must be there, the header's row (None: the first filled), the sheet."""

    columns: frozenset[str]  # folded
    header_row: int | None = None
    sheet: str | None = None


def folded(name: str) -> str:
    """A column's name without regard to case and kinds of space: Excel wraps long headings."""
    return " ".join(name.split()).casefold()


# What a single cell says: a number, a year, a place, a sex. What is doubtful is refused, never guessed.

NUMBER = re.compile(r"[-+]?(\d{1,3}( \d{3})+|\d+)([.,]\d+)?([eE][-+]?\d+)?", re.ASCII)
SEXES = {"t": "T", "k": "K", "m": "M", "totalt": "T", "total": "T", "båda könen": "T", "": "T"}
SEXES |= dict.fromkeys(("kvinnor", "kvinna", "women", "woman", "female"), "K")
SEXES |= dict.fromkeys(("män", "man", "men", "male"), "M")
MONTHS = "januari februari mars april maj juni juli augusti september oktober november december"


class RefusedError(ValueError):
    """Why a cell is not taken: what it is, and the remedy."""


@dataclass(frozen=True)
class Symbols:
    """The texts that stand for no value: `missing` for none at all, `hidden` for one that is not shown."""

    missing: frozenset[str]
    hidden: frozenset[str]


@dataclass(frozen=True)
class Line:
    """One row of a file: its cells by column, and the errors of the whole file, which reading adds to."""

    shown_as: str
    number: int
    cells: dict[str, Cell]
    errors: list[str]

    def read(self, column: str | None, reader: Callable[[Cell], Any]) -> Any:
        """What `reader` makes of the cell (empty without a column); None, and an error, when it refuses."""
        cell = self.cells.get(column, "") if column else ""
        try:
            if isinstance(cell, Unreadable):
                raise RefusedError(cell.why)
            return reader(cell)
        except RefusedError as refused:
            self.errors.append(f"{self.shown_as}, row {self.number}, column '{column}': {shown(cell)} {refused}.")
            return None


def shown(cell: Cell) -> str:
    """The cell as a message prints it."""
    return f"'{cell.shown if isinstance(cell, Unreadable) else cell}'"


def text(cell: Cell) -> str:
    """The cell as text; a whole number of Excel's without decimals."""
    if isinstance(cell, datetime):
        raise RefusedError("was turned into a date by Excel. Format the column as text and type it again")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def number(cell: Cell) -> float:
    """The cell as a number: decimal comma or point, spaces between thousands."""
    value = math.nan
    if isinstance(cell, int | float):
        value = float(cell)
    elif NUMBER.fullmatch(written := text(cell).replace("\u2212", "-")):
        value = float(written.replace(" ", "").replace(",", "."))
    if not math.isfinite(value):
        raise RefusedError(
            "is no number. Write it like 1234,5 without unit, or leave the cell empty where there is no value"
        )
    return value


def measured(symbols: Symbols) -> Callable[[Cell], tuple[float, str]]:
    """Reads (value, status): NaN with its status where a symbol stands for no value, never zero."""

    def read(cell: Cell) -> tuple[float, str]:
        written = text(cell)
        for status in ("missing", "hidden"):
            if written.replace(" ", "") in getattr(symbols, status):
                return math.nan, status
        return number(cell), ""

    return read


def year(cell: Cell) -> int:
    """The year, four digits."""
    written = text(cell)
    if not re.fullmatch(r"(19|20)[0-9]{2}", written):
        raise RefusedError("is no year. Write four digits, like 2024")
    return int(written)


def month(cell: Cell) -> int:
    """1-12, by number or Swedish name (three letters are enough); 0 for the whole year or an empty cell."""
    written = text(cell).casefold().rstrip(".")
    if len(written) >= 3:
        for index, name in enumerate(MONTHS.split(), 1):
            if name.startswith(written):
                return index
    if re.fullmatch(r"0?[0-9]|1[0-2]|", written):
        return int(written or 0)
    raise RefusedError("is no month. Write 1-12, or 0 for the whole year")


def sex(cell: Cell) -> str:
    """T, K or M; an empty cell is T."""
    code = SEXES.get(text(cell).casefold())
    if code is None:
        raise RefusedError("is no sex. Write T, K or M (or totalt, kvinnor, män)")
    return code


def place_code(cell: Cell) -> str:
    """Four digits. A code that lost its leading zero is refused: 180 may be 0180 or 180 of something else."""
    written = text(cell)
    if isinstance(cell, int | float) and len(written) < 4:
        raise RefusedError(
            "is a number, not a code. Format the column as text "
            f"and write '{written.zfill(4)}' if that is the place meant"
        )
    if not re.fullmatch(r"[0-9]{4}", written):
        raise RefusedError("is no place code. Write four digits as text, like 0180")
    return written


def slug(cell: Cell) -> str:
    """An indicator's id."""
    written = text(cell)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", written):
        raise RefusedError("is no indicator id. Write it as in data/catalog/indicators, in small letters")
    return written


def status(cell: Cell) -> str:
    """One of the statuses; empty is an ordinary value."""
    written = text(cell).casefold()
    if written not in STATUSES:
        raise RefusedError(f"is no status. Leave it empty, or write one of {', '.join(filter(None, STATUSES))}")
    return written


def mixed_marks(written: list[tuple[int, Cell]]) -> int | None:
    """The first row whose number has another decimal mark than the rows before it; None when all agree.

    One of the two marks thousands then, and 1.234 beside 12,5 would be misread.
    """
    marks: set[str] = set()
    for row, cell in written:
        if isinstance(cell, str):
            marks |= {mark for mark in ",." if mark in cell and NUMBER.fullmatch(text(cell))}
        if len(marks) > 1:
            return row
    return None
