"""A file's table before anything is converted: cells, numbered rows, a header, and what refuses it."""

from dataclasses import dataclass
from datetime import datetime

from ...records import RecordError

MOST_SLIPS = 20  # a message longer than this hides the first cause


class FileError(RecordError):
    """Everything wrong in one file, one line a slip: file, row, column, value and remedy."""

    def __init__(self, slips: list[str]):
        more = len(slips) - MOST_SLIPS
        rest = [f"... and {more} more of the same file."] if more > 0 else []
        super().__init__(slips[:MOST_SLIPS] + rest)


@dataclass(frozen=True)
class Unreadable:
    """A cell whose content cannot be told from what the sheet shows: `shown`, and what to do about it."""

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
