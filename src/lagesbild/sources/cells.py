"""One cell of a hand-made file: read as number, year, place or status, or refused with the reason."""

import math
import re
import unicodedata
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
class Table:
    """The rows of a csv file or of one sheet; a sparse one's end with the last cell that holds something."""

    shown_as: str
    lines: Lines
    is_hidden: bool = False
    is_sparse: bool = False


@dataclass(frozen=True)
class Sheet:
    """The header (as written, stripped), where it stands, and the filled rows below it, each with its number."""

    shown_as: str
    header: list[str]
    header_row: int
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
    """A name without regard to case, kinds of space (Excel wraps long headings) and how its letters are composed."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


# The text of a cell as it comes from a file: one spelling of each letter, nothing that turns or breaks a line.

TURNING = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
BROKEN = {"\ufffd", "\ufffe", "\uffff"}


def cell_text(written: str) -> str | Unreadable:
    """The stripped text, composed (NFC), without signs that nobody sees: zero-width ones, soft hyphens.

    Control characters, what turns the direction of a line, and what is left of lost letters are Unreadable.
    """
    if written.isascii() and written.isprintable():
        return written.strip()
    for sign in written:
        kind = unicodedata.category(sign)
        if sign in TURNING or sign in BROKEN or kind in ("Co", "Cs") or (kind == "Cc" and sign not in "\t\n\r"):
            shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in written)
            return Unreadable(shown, f"holds U+{ord(sign):04X}, which is no letter and no sign. Type the cell again")
    composed = unicodedata.normalize("NFC", written)
    return "".join(sign for sign in composed if unicodedata.category(sign) != "Cf").strip()


# What a single cell says: a number, a year, a place, a sex. What is doubtful is refused, never guessed.

NUMBER = re.compile(r"[-+]?(\d{1,3}( \d{3})+|\d+)([.,]\d+)?([eE][-+]?\d+)?", re.ASCII)
WOMEN = ("k", "kvinnor", "kvinna", "flickor", "flicka", "tjejer", "tjej", "women", "woman", "girls", "female")
MEN = ("m", "män", "man", "pojkar", "pojke", "killar", "kille", "men", "boys", "male")
ALL = ("", "t", "totalt", "total", "totalen", "alla", "samtliga", "båda", "båda könen", "bägge könen", "both", "all")
SEXES = dict.fromkeys(WOMEN, "K") | dict.fromkeys(MEN, "M") | dict.fromkeys(ALL, "T")
TOGETHER = re.compile(r"(\w+)\s*(?:och|&|\+|/)\s*(\w+)")  # women and men, boys + girls
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
    """The cell as a message prints it, cut where it is long."""
    written = str(cell.shown if isinstance(cell, Unreadable) else cell)
    return f"'{written if len(written) < 80 else written[:77] + '...'}'"


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
        value = float(cell) if abs(cell) < 1e300 else math.nan  # an int may be too large for a float
    elif NUMBER.fullmatch(written := text(cell).replace("\u2212", "-")):
        value = float(written.replace(" ", "").replace(",", "."))
    if not math.isfinite(value):
        raise RefusedError(
            "is no number. Write it like 1234,5 without unit, or leave the cell empty where there is no value"
        )
    return value


THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,]\d{3})+", re.ASCII)
WHOLE = "is no whole number. Write it like 2987 or 2 987: no point or comma between thousands, no decimals"


def cases(cell: Cell) -> float:
    """The cell as a number of cases: 2.987 may be meant as thousands, and is refused."""
    if isinstance(cell, str) and THOUSANDS.fullmatch(cell):
        raise RefusedError(WHOLE)
    return number(cell)


def measured(symbols: Symbols, reader: Callable[[Cell], float] = number) -> Callable[[Cell], tuple[float, str]]:
    """Reads (value, status): NaN with its status where a symbol stands for no value, never zero."""

    def read(cell: Cell) -> tuple[float, str]:
        written = text(cell)
        for status in ("missing", "hidden"):
            if written.replace(" ", "") in getattr(symbols, status):
                return math.nan, status
        return reader(cell), ""

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
    """T, K or M; an empty cell is T, and so are the two together ("flickor och pojkar")."""
    written = text(cell).casefold()
    together = TOGETHER.fullmatch(written)
    if together and {SEXES.get(part) for part in together.groups()} == {"K", "M"}:
        return "T"
    if written not in SEXES:
        raise RefusedError("is no sex. Write T, K or M (or totalt, kvinnor, män, flickor, pojkar)")
    return SEXES[written]


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
