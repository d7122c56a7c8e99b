"""The periods of a table's time codes: a year, a month, or the last of the years that are pooled."""

import re
from dataclasses import dataclass

from .labels import TableError

YEAR = re.compile(r"(\d{4})")
MONTH = re.compile(r"(\d{4})M(\d{2})")
POOLED = re.compile(r"(\d{4})\s*[-\u2013]\s*(\d{4})")


@dataclass(frozen=True, order=True)
class Period:
    """`month` 0 is the whole year; of pooled years, `year` is the last and `years` how many there are."""

    year: int
    month: int = 0
    years: int = 1


def period_of(code: str, label: str) -> Period:
    """The period, by its label: in some databases the codes are only numbers in a row. Raises TableError."""
    for text in (label.strip(), code.strip()):
        if found := YEAR.fullmatch(text):
            return Period(int(found[1]))
        if (found := MONTH.fullmatch(text)) and 1 <= int(found[2]) <= 12:
            return Period(int(found[1]), int(found[2]))
        if (found := POOLED.fullmatch(text)) and int(found[2]) > int(found[1]):
            return Period(int(found[2]), 0, int(found[2]) - int(found[1]) + 1)
    raise TableError(
        f"the period '{label}' ({code}) is neither a year, a month nor pooled years",
        "Quarters and weeks are not read: choose a yearly or monthly table.",
    )
