"""One measure in every place: its values on the scale on which movements are compared, and which years belong together.

Rows are places, columns are years, in one order throughout.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from lagesbild.statistics.intervals import UNUSABLE
from lagesbild.statistics.noise import FEWEST_CASES, Signals

Scale = Literal["percent", "rate", "positive"]
Better = Literal["higher", "lower", "neither"]
SEX_GAP = "K-M"
WHOLE = 0.02  # a rate times the inhabitants is a number of cases when it is so near a whole number
RESTATED = "restated"  # a value computed anew from the published count: the break after it does not apply


@dataclass(frozen=True)
class SeriesContext:
    """How a measure's series is made.

    `scale`: "percent" is compared by its logit, "rate" (cases per `per` inhabitants) and any other "positive" value by
    its logarithm; a rate with known cases has half a case added, so that a year without any has a value.
    """

    scale: Scale
    better: Better
    survey: bool = False  # asked of a sample
    breaks: tuple[int, ...] = ()  # from each of these years on the figures are made in another way than before
    years_pooled: int = 1
    every: int = 1
    decimals: int = 1  # that are printed
    per: float = 100_000

    @property
    def yearly(self) -> bool:
        """Whether each year has a value of its own."""
        return self.every == 1 and self.years_pooled == 1


@dataclass(frozen=True)
class Panel:
    """One measure and sex in every place and year; NaN where there is no usable value."""

    context: SeriesContext
    places: np.ndarray
    first_year: int
    value: np.ndarray
    margin: np.ndarray
    count: np.ndarray  # cases, whole numbers; NaN where they are not known
    base: np.ndarray  # what a share or a rate is of; NaN where it is not known
    cut: np.ndarray  # True where something parts a year from the one before: a break, another vintage
    doubtful: np.ndarray  # True where a value is published and may not be used
    log_population: np.ndarray
    municipality: np.ndarray

    @cached_property
    def by_value(self) -> np.ndarray:
        """The scale without cases; NaN at and below 0 and, for a percent, from 100 on.

        A rate is per inhabitant here, so that it can be held against another place's cases.
        """
        percent = self.context.scale == "percent"
        inside = (self.value > 0) & (self.value < 100) if percent else self.value > 0
        value = np.where(inside, self.value, np.nan)
        if percent:
            return np.log(value) - np.log(100 - value)
        return np.log(value / self.context.per) if self.context.scale == "rate" else np.log(value)

    @cached_property
    def by_count(self) -> np.ndarray:
        """log((count + 0.5) / base) of a rate; NaN where the count is not known."""
        if self.context.scale != "rate":
            return np.full(self.value.shape, np.nan)
        return np.log((self.count + 0.5) / self.base)

    def y(self, start: int, stop: int) -> np.ndarray:
        """The values on the scale: by cases in the places that know them in each of these years, else by value."""
        by_count = self.by_count[:, start:stop]
        return np.where(np.isfinite(by_count).all(1, keepdims=True), by_count, self.by_value[:, start:stop])

    def cases(self, start: int, stop: int) -> np.ndarray:
        """Mean cases a year, over the years that know them; NaN where none does and where the measure is no rate."""
        if self.context.scale != "rate":
            return np.full(len(self.places), np.nan)
        return _mean(self.count[:, start:stop])

    def counted(self, start: int, stop: int) -> np.ndarray:
        """Places of a share whose count and base are known in each of these years: 0 and 100 have a test too."""
        known = np.isfinite(self.count[:, start:stop]) & (self.base[:, start:stop] > 0)
        return known.all(1) & (self.context.scale == "percent")

    def poisson_variance(self, start: int, stop: int) -> np.ndarray:
        """1 / mean cases a year of a rate that knows them in each of these years: it swings by so much at least."""
        known = np.isfinite(self.by_count[:, start:stop]).all(1)
        with np.errstate(divide="ignore"):
            return np.where(known, 1 / self.cases(start, stop), np.nan)

    @cached_property
    def run(self) -> np.ndarray:
        """How many years are unbroken up to each; 0 where there is no value."""
        return unbroken(np.isfinite(self.value), self.cut)

    @property
    def signals(self) -> Signals:
        """The levels, to be judged."""
        return Signals(self.run, self.y, self.cases, self.log_population, self.municipality)

    def against(self, members: np.ndarray, at_least: int) -> Signals:
        """The differences to the mean of others, on the scale, to be judged.

        `members` (places x others): which rows each place is compared with, -1 where there is none. A year counts where
        at least `at_least` of them have a value, and a window's mean is that of the members that have it whole.
        """
        enough = _sum_over(members, np.isfinite(self.value)) >= at_least
        alone = members.shape[1] == 1  # a cut in the series of the only one to compare with is a cut in the difference
        cut = self.cut | (_sum_over(members, self.cut) > 0) if alone else self.cut

        def y(start: int, stop: int) -> np.ndarray:
            own = self.y(start, stop)
            return own - self._mean_of(members, at_least, start, stop, own)[0]

        run = unbroken(np.isfinite(self.value) & enough, cut)
        return Signals(run, y, self.cases, self.log_population, self.municipality)

    def others(self, members: np.ndarray, at_least: int, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean published value in the last column of the others that have all of them, and how many they are."""
        mean, n = self._mean_of(members, at_least, start, stop, self.value[:, stop - 1 : stop])
        return mean[:, 0], n

    def poisson_of_others(self, members: np.ndarray, start: int, stop: int) -> np.ndarray:
        """The Poisson variance of the mean of the others that have these columns whole; 0 where cases are not known."""
        whole = self._whole(start, stop)[:, None]
        variance = np.where(whole, np.nan_to_num(self.poisson_variance(start, stop))[:, None], 0.0)
        return (_sum_over(members, variance) / np.maximum(_sum_over(members, whole), 1) ** 2)[:, 0]

    def _whole(self, start: int, stop: int) -> np.ndarray:
        """Places that have these columns unbroken, each on the scale, with enough cases to be compared with."""
        whole = (self.run[:, stop - 1] >= stop - start) & np.isfinite(self.y(start, stop)).all(1)
        return whole & ~(self.cases(start, stop) < FEWEST_CASES)

    def _mean_of(
        self, members: np.ndarray, at_least: int, start: int, stop: int, values: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        whole = self._whole(start, stop)
        n = _sum_over(members, whole[:, None])[:, 0]
        total = _sum_over(members, np.where(whole[:, None], values, 0.0))
        enough = (n >= at_least)[:, None]
        return np.divide(total, n[:, None], out=np.full(total.shape, np.nan), where=enough), n

    def gap_to(self, other: "Panel") -> Signals:
        """This sex minus the other one, on the scale, to be judged."""
        run = unbroken(np.isfinite(self.value) & np.isfinite(other.value), self.cut | other.cut)

        def y(start: int, stop: int) -> np.ndarray:
            return self.y(start, stop) - other.y(start, stop)

        def cases(start: int, stop: int) -> np.ndarray:
            return np.fmin(self.cases(start, stop), other.cases(start, stop))

        return Signals(run, y, cases, self.log_population, self.municipality)


def printed(values: np.ndarray, decimals: int | np.ndarray) -> np.ndarray:
    """The values as pages print them: rounded half up, of what a number's shortest text says."""
    scale = 10.0**decimals
    return np.sign(values) * np.floor(np.round(np.abs(values) * scale, 6) + 0.5) / scale


def _sum_over(members: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum of the members' rows, for each place; 0 where it has none."""
    return (values[members] * (members >= 0)[:, :, None]).sum(1)


def _mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(1)
    return np.divide(total, known.sum(1), out=np.full(len(values), np.nan), where=known.any(1))


def unbroken(usable: np.ndarray, cut: np.ndarray) -> np.ndarray:
    """How many years in a row are usable and not cut apart, up to each year."""
    run = np.zeros(usable.shape, int)
    before = np.zeros(len(usable), int)
    for year in range(usable.shape[1]):
        run[:, year] = before = np.where(usable[:, year], np.where(cut[:, year], 0, before) + 1, 0)
    return run


# Panels out of tidy rows.


@dataclass(frozen=True)
class Populations:
    """Inhabitants: rows are the places of every panel, columns its years; NaN where they are not at hand."""

    places: np.ndarray
    years: np.ndarray
    people: Mapping[str, np.ndarray]  # sex -> places x years
    municipality: np.ndarray  # places

    @property
    def latest(self) -> np.ndarray:
        """Everybody, of the latest year at hand up to each; NaN before the first."""
        return pd.DataFrame(self.people["T"]).ffill(axis=1).to_numpy()

    @cached_property
    def log_latest(self) -> np.ndarray:
        """The logarithm of `latest`."""
        return np.log(self.latest)


def populations(rows: pd.DataFrame, places: Mapping[str, bool], years: range) -> Populations:
    """The inhabitants of each place; `places` says of each whether it is a municipality; `rows`: place, year, sex."""
    codes = np.array(list(places))
    at = {code: n for n, code in enumerate(codes)}
    people = {sex: np.full((len(codes), len(years)), np.nan) for sex in "TKM"}
    for sex, own in rows[rows["year"].isin(years) & rows["place"].isin(at)].groupby("sex"):
        people[str(sex)][own["place"].map(at), own["year"] - years[0]] = own["value"]
    return Populations(codes, np.array(years), people, np.array(list(places.values())))


def panels(
    rows: pd.DataFrame, contexts: Mapping[str, SeriesContext], of: Populations
) -> Iterator[tuple[str, str, Panel]]:
    """(indicator, sex, its panel) for each that `rows` hold, in their order.

    `rows`: indicator, place, year, sex, value, margin, count, status, vintage; one a place and year. Raises ValueError
    where two rows share their keys.
    """
    known = rows[rows["indicator"].isin(contexts) & rows["year"].isin(of.years) & rows["place"].isin(of.places)]
    twice = known.duplicated(["indicator", "sex", "place", "year"])
    if twice.any():
        row = known[twice].iloc[0]
        raise ValueError(
            f"{row['indicator']}, place {row['place']}, {row['year']}: two rows. Pass the current vintage."
        )
    columns = _columns(known, of)
    indicators, sexes = (pd.factorize(known[name]) for name in ("indicator", "sex"))
    number, pairs = pd.factorize(indicators[0] * len(sexes[1]) + sexes[0])
    each = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    for pair, own in zip(pairs.tolist(), each if len(known) else [], strict=True):
        indicator, sex = str(indicators[1][pair // len(sexes[1])]), str(sexes[1][pair % len(sexes[1])])
        rows = {name: values[own] for name, values in columns.items()}
        yield indicator, sex, _panel(rows, contexts[indicator], of, sex)


def _columns(rows: pd.DataFrame, of: Populations) -> dict[str, np.ndarray]:
    """What panels are made of: where each row stands, its numbers, and what its status and vintage say of it."""
    status = rows["status"] if "status" in rows else pd.Series("", rows.index)
    empty = pd.Series(np.nan, rows.index)
    return {
        "place": pd.Index(of.places).get_indexer(rows["place"]),
        "year": rows["year"].to_numpy() - of.years[0],
        "value": rows["value"].mask(status.isin(UNUSABLE)).to_numpy(float),
        **{name: rows.get(name, empty).to_numpy(float) for name in ("margin", "count")},
        "restated": (status == RESTATED).to_numpy(bool),
        "doubtful": status.isin(["incomplete", "suspect"]).to_numpy(bool),
        "vintage": pd.factorize(rows.get("vintage", empty))[0].astype(float),
    }


def _panel(rows: dict[str, np.ndarray], context: SeriesContext, of: Populations, sex: str) -> Panel:
    shape, at = (len(of.places), len(of.years)), (rows["place"], rows["year"])

    def spread(name: str, empty: float | bool = np.nan) -> np.ndarray:
        out = np.full(shape, empty)
        out[at] = rows[name]
        return out

    value, margin, restated = spread("value"), spread("margin"), spread("restated", False)
    count, base = _cases(value, spread("count"), context, of.people.get(sex))
    return Panel(
        context,
        of.places,
        int(of.years[0]),
        value,
        np.where(margin > 0, margin, np.nan),
        count,
        base,
        _cuts(spread("vintage"), restated, context.breaks, of.years),
        spread("doubtful", False),
        of.log_latest,
        of.municipality,
    )


def _cases(
    value: np.ndarray, count: np.ndarray, context: SeriesContext, people: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Cases and what they are of: as published, else the rate times the inhabitants where that is a whole number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if context.scale == "percent":
            base = np.where(value > 0, 100 * count / value, np.nan)
            nobody = (value == 0) & (count == 0)  # a year without cases says nothing of its base
            rows = nobody.any(1) & np.isfinite(base).any(1)
            if rows.any():  # few have any, and a median takes long
                of_others = np.nanmedian(base[rows], axis=1, keepdims=True)
                base[rows] = np.where(nobody[rows] & (of_others > 0), of_others, base[rows])
            return count, base
        if context.scale != "rate" or people is None:
            return count, np.full(value.shape, np.nan)
        computed = value * people / context.per
        whole = np.abs(computed - np.round(computed)) <= WHOLE
        base = np.where(np.isnan(count), people, np.where(value > 0, context.per * count / value, people))
        count = np.where(np.isnan(count), np.where(whole, np.round(computed), np.nan), count)
    return count, np.where(np.isfinite(count), base, np.nan)


def _cuts(vintage: np.ndarray, restated: np.ndarray, breaks: tuple[int, ...], years: np.ndarray) -> np.ndarray:
    cut = np.zeros(vintage.shape, bool)
    cut[:, 1:] = np.isfinite(vintage[:, 1:]) & np.isfinite(vintage[:, :-1]) & (vintage[:, 1:] != vintage[:, :-1])
    cut[:, 1:] |= restated[:, 1:] & ~restated[:, :-1]  # the year before the restated ones is in the older definition
    for year in breaks:
        column = year - years[0]
        if 0 < column < len(years):
            cut[:, column] |= ~restated[:, column - 1]
    return cut
