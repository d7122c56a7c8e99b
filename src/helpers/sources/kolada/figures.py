"""One data row of Kolada to rows of the snapshot; anything of another form is refused, never guessed."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_CODE = re.compile(r"\d+$")
SEXES = ("T", "K", "M")
# Kolada's marks for a value that is not there; "Missing" is the only text seen beside null.
_STATUS = {"missing": "missing", "-": "missing", ".": "not_applicable", "..": "hidden", "": "missing"}

Row = tuple[str, int, int, str, str, float, float, str]  # ROW_COLUMNS: place, year ... value, count, status


class FigureError(ValueError):
    """A data row that cannot be read; the message begins with the place and year that it is about."""


@dataclass(frozen=True)
class Expected:
    """What an answer may be about: None means any."""

    places: frozenset[str] | None
    years: frozenset[int] | None
    known_places: frozenset[str]


def figures(item: dict, expected: Expected) -> Iterator[Row]:
    """The rows of one data row, without the deleted ones. Raises FigureError.

    Kolada's `count` is left out: it counts units behind a value, not cases, and would be taken for a
    small number.
    """
    place, year = item.get("municipality"), item.get("period")
    at = f"{place} {year}"
    if expected.places is None and isinstance(place, str) and not _CODE.match(place):
        return  # a group of municipalities has an id such as G37563, and is no place
    _refuse_unexpected(item, place, year, expected)
    for entry in item["values"]:
        if not isinstance(entry, dict):
            raise FigureError(f"{at}: {entry!r} is no value with gender and status")
        sex, value = entry.get("gender"), entry.get("value")
        usual = type(value) is float and not entry.get("status") and not entry.get("isdeleted")
        if usual and math.isfinite(value) and sex in SEXES:  # half a million times in a fetch of all places
            yield place, year, 0, sex, "", value, math.nan, ""
        elif not _is_deleted(entry, at):
            value, status = _value(entry, at)
            yield place, year, 0, _sex(entry, at), "", value, math.nan, status


def _refuse_unexpected(item: dict, place: Any, year: Any, expected: Expected) -> None:
    at = f"{place} {year}"
    if type(year) is not int:
        raise FigureError(f"{at}: the period {year!r} is no whole number")
    if not isinstance(place, str) or place not in expected.known_places:
        raise FigureError(f"{at}: {place!r} is no place of Kolada's list")
    if expected.places is not None and place not in expected.places:
        raise FigureError(f"{at}: the place was not asked for")
    if expected.years is not None and year not in expected.years:
        raise FigureError(f"{at}: the year was not asked for")
    if not isinstance(item.get("values"), list):
        raise FigureError(f"{at}: there is no list of values")


def _is_deleted(entry: dict, at: str) -> bool:
    deleted = entry.get("isdeleted")
    if deleted is not None and type(deleted) is not bool:
        raise FigureError(f"{at}: isdeleted is {deleted!r}, neither true nor false")
    return bool(deleted)


def _sex(entry: dict, at: str) -> str:
    sex = entry.get("gender")
    if not isinstance(sex, str) or sex not in SEXES:
        raise FigureError(f"{at}: the gender {sex!r} is none of T, K, M")
    return sex


def _value(entry: dict, at: str) -> tuple[float, str]:
    value, status = entry.get("value"), entry.get("status")
    if status is not None and not isinstance(status, str):
        raise FigureError(f"{at}: the status {status!r} is no text")
    mark = (status or "").strip().lower()
    if value is None:
        return math.nan, _STATUS.get(mark, "missing")
    if type(value) not in (int, float) or not math.isfinite(value):
        raise FigureError(f"{at}: the value {value!r} is no number")
    if mark in _STATUS and mark:
        raise FigureError(f"{at}: the value {value!r} has the status {status!r} of a missing one")
    return float(value), "preliminary" if mark.startswith("prel") else ""
