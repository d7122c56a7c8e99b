"""The published value that a claim is about, with its margin and cases, or what stands in the way of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from ..catalog import Catalog
from ..comparisons import rate_interval, usable
from ..comparisons.differences import compared_pairs
from ..comparisons.intervals import standard_error, z_of
from ..tidy.columns import empty_table
from .language import WOMEN_MINUS_MEN, Measure

NAN = float("nan")


class Obstacle(StrEnum):
    """Why two figures cannot be held against each other."""

    NONE = ""
    NO_VALUE = "no_value"
    HIDDEN = "hidden"
    UNRELIABLE = "unreliable"  # an incomplete year, or a suspected non-response
    SERIES_BREAK = "series_break"
    OVERLAPPING_PERIODS = "overlapping_periods"
    WITHIN_MARGIN = "within_margin"  # the difference may be chance
    NO_MARGIN = "no_margin"  # a survey: nobody knows whether the difference is more than chance


@dataclass(frozen=True)
class Reading:
    """One figure, in the measure's unit; NaN with an obstacle."""

    value: float = NAN
    margin: float = NAN
    count: float = NAN
    obstacle: Obstacle = Obstacle.NONE


@dataclass(frozen=True)
class Figures:
    """Where values are read: `series` has the current tidy rows of each indicator."""

    series: Mapping[str, pd.DataFrame] = field(repr=False)
    catalog: Catalog
    _read: dict[str, dict[tuple[str, int, str], tuple]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, table: pd.DataFrame, catalog: Catalog) -> "Figures":
        """The figures of a table of current rows."""
        return cls({str(id): rows for id, rows in table.groupby("indicator")}, catalog)

    def _totals(self, indicator: str) -> dict[tuple[str, int, str], tuple]:
        """(place, year, sex) -> value, margin, count, status; no group, the indicator's own month."""
        if indicator not in self._read:
            rows = self.series.get(indicator, empty_table())
            month = self.catalog.indicators[indicator].month or 0
            rows = rows[(rows["group"] == "") & (rows["month"] == month)]
            value = rows["value"].where(usable(rows))
            keys = zip(rows["place"], rows["year"], rows["sex"], strict=True)
            found = zip(value, rows["margin"], rows["count"], rows["status"], strict=True)
            self._read[indicator] = dict(zip(keys, found, strict=True))
        return self._read[indicator]

    def reading(self, measure: Measure, place: str, year: int) -> Reading:
        """The measure's value in one place and year."""
        if measure.sex == WOMEN_MINUS_MEN:
            women, men = (self.reading(Measure(measure.indicator, measure.per, sex), place, year) for sex in "KM")
            margin = float(np.hypot(women.margin, men.margin))
            return Reading(women.value - men.value, margin, obstacle=women.obstacle or men.obstacle)
        own = self._plain(measure.indicator, place, year, measure.sex)
        if measure.per is None:
            return own
        base = self._plain(measure.per, place, year, measure.sex)
        obstacle = own.obstacle or base.obstacle or (Obstacle.NONE if base.value > 0 else Obstacle.NO_VALUE)
        return Reading(NAN if obstacle else 100 * own.value / base.value, obstacle=obstacle)

    def _plain(self, indicator: str, place: str, year: int, sex: str) -> Reading:
        value, margin, count, status = self._totals(indicator).get((place, year, sex), (NAN, NAN, NAN, ""))
        if np.isnan(value):
            obstacle = {"hidden": Obstacle.HIDDEN, "incomplete": Obstacle.UNRELIABLE, "suspect": Obstacle.UNRELIABLE}
            return Reading(obstacle=obstacle.get(status, Obstacle.NO_VALUE))
        if np.isnan(margin):
            margin = self._margin_of_rate(value, indicator, (place, year, sex))
        return Reading(value, margin, count)

    def _margin_of_rate(self, value: float, indicator: str, at: tuple[str, int, str]) -> float:
        """Half the width of a rate's 95 % interval: its cases are the rate times the population of the same key."""
        base, per = self.catalog.indicators[indicator].population, self.catalog.unit_of(indicator).per
        people = self._totals(base).get(at, (NAN,))[0] if base and per else NAN
        if np.isnan(people):
            return NAN
        return z_of(0.95) * float(standard_error(rate_interval(value * people / per, people, per)))

    def in_the_way(self, measure: Measure, since: int, year: int) -> Obstacle:
        """What forbids to compare two years at all: a break between them, or means that share a year."""
        entries = [self.catalog.indicators[id] for id in measure.indicators]
        if any(since < one.year <= year for entry in entries for one in entry.breaks):
            return Obstacle.SERIES_BREAK
        if any(year - since < entry.years_pooled for entry in entries):
            return Obstacle.OVERLAPPING_PERIODS
        return Obstacle.NONE

    def uncertainty(self, measure: Measure, first: Reading, second: Reading) -> Obstacle:
        """Why the difference between two values says nothing: its 95 % interval holds zero, or nobody knows it.

        A register's value without counts is taken as it stands: nothing says how uncertain it is.
        """
        sample = any(self.catalog.indicators[id].kind == "survey" for id in measure.indicators)
        if sample and np.isnan(first.margin + second.margin):
            return Obstacle.NO_MARGIN
        pair = {"indicator": measure.indicator} | {
            f"{side}{name}": getattr(reading, name)
            for side, reading in (("", first), ("other_", second))
            for name in ("value", "margin", "count")
        }
        share = self.catalog.indicators[measure.indicator].unit == "percent" and not sample
        found = compared_pairs(pd.DataFrame([pair]), {measure.indicator: "share" if share else ""})["real"].iloc[0]
        chance = found is not pd.NA and not found and first.value != second.value
        return Obstacle.WITHIN_MARGIN if chance else Obstacle.NONE
