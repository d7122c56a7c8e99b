"""The few Swedish words that stand inside figures."""

import math

from ..wording.numbers import NBSP, decimal
from .look import Frame

SEX = {"K": "Kvinnor", "M": "Män", "T": "Alla"}
ABSENT = {"hidden": "döljs", "not_applicable": "ej aktuellt"}  # any other row without a value: MISSING
MISSING = "uppgift saknas"
MARKED = {"preliminary": "preliminär", "incomplete": "ofullständig", "suspect": "osäker uppgift"}
PEERS = "jämförda kommuner"  # dots that share a name
FAN = "Streckat: väntat. 80 av 100 utfall väntas i det inre fältet och 95 i det yttre, om serien går som hittills."
STAR, HOLLOW = "*", "Ihålig punkt:"


def swedish(value: float, decimals: int = 0, symbol: str = "") -> str:
    """`value` in Swedish with its symbol: 1234.56 with one decimal and "%" is "1 234,6 %"."""
    if math.isnan(value):
        return MISSING
    text = decimal(value, decimals)
    return f"{text}{NBSP}{symbol}" if symbol else text


def short_symbol(frame: Frame) -> str:
    """The unit's symbol where it is short enough to stand beside every value, else nothing."""
    return frame.unit_symbol if len(frame.unit_symbol) <= 2 else ""


def axis_start(value: str) -> str:
    return f"Axeln börjar vid {value}, inte vid noll."


def break_note(year: int, what: str) -> str:
    return f"Streckad linje, {year}: {what}"


def left_out(years: list[int]) -> str:
    return f"Utan alla delar, och därför inte ritat: {', '.join(str(year) for year in years)}."


def mark_note(statuses: set[str], sign: str) -> str:
    """What `sign` in a figure means: "* preliminär"."""
    return f"{sign} " + ", ".join(MARKED[status] for status in MARKED if status in statuses)
