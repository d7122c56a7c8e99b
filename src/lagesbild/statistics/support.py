"""Support profiles: shares, decomposition, association, seasonal adjustment, and the checks of what is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
import pandas as pd

from lagesbild.statistics.intervals import refuse_duplicates, usable

# Support profiles: how many full-year equivalents each type of support makes up, and of what.
#
# Columns in: `place`, `year`, `group` (the type; "" is the published total), `value` (full-year equivalents);
# the population is `place`, `year`, `value` (ages 20-64). A full-year equivalent is one person supported a
# full year at full benefit, so it counts no persons.

AT = ["place", "year"]


def profiles(rows: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Per place, year and type: `value`, `total`, `population`, `percent_of_total` and `percent_of_population`.
    The total is a row of its own, with `group` "".

    The two percents have different bases and are never compared. A published total is used where there is
    one, since published parts may be rounded or disturbed. Else the parts are summed, unless one of the
    types that the table holds anywhere is missing there: then there is no total, and no percent of it.
    """
    refuse_duplicates(rows, [*AT, "group"], "support profiles")
    refuse_duplicates(population, AT, "population of the support profiles")
    rows = rows.assign(value=rows["value"].where(usable(rows)))
    parts = rows[rows["group"] != ""]
    totals = _totals(parts, rows[rows["group"] == ""])
    own = totals.rename(columns={"total": "value"})[[*AT, "value"]].assign(group="")
    out = pd.concat([parts[[*AT, "group", "value"]], own], ignore_index=True)
    people = population[[*AT, "value"]].rename(columns={"value": "population"})
    out = out.merge(totals, on=AT, validate="many_to_one").merge(people, on=AT, how="left", validate="many_to_one")
    out["percent_of_total"] = 100 * out["value"] / out["total"].where(out["total"] > 0)
    out["percent_of_population"] = 100 * out["value"] / out["population"].where(out["population"] > 0)
    return out.sort_values([*AT, "group"], ignore_index=True)


def _totals(parts: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """`place`, `year`, `total`."""
    summed = parts.groupby(AT)["value"].agg(total="sum", have="count").reset_index()
    totals = summed.merge(published[[*AT, "value"]], on=AT, how="outer", validate="one_to_one")
    complete = totals["have"] == parts["group"].nunique()
    return totals[AT].assign(total=totals["value"].fillna(totals["total"].where(complete)))


# Published values that are probably no answers: zeros for "not reported", impossible totals.

ROUNDING = 0.05  # percent is printed with one decimal


class Suspicion(StrEnum):
    """Why a published value is suspected to be no answer."""

    NONE = ""
    ZERO_AFTER_POSITIVE = "zero_after_positive"
    ZERO_AMONG_POSITIVE = "zero_among_positive"
    TOTAL_OUTSIDE_SEXES = "total_outside_sexes"


def suspected_nonresponse(rows: pd.DataFrame) -> pd.Series:
    """A Suspicion a row ("" = none) for tidy rows, in the order and with the index of `rows`.

    A zero after positive years, or one zero among positive ones: the publisher prints 0, not missing, where
    a municipality did not report. And a total (T) outside women and men (K, M), which no share or mean can be.
    """
    series = [name for name in ("indicator", "place", "month", "sex", "group") if name in rows]
    ordered = rows.assign(value=rows["value"].where(usable(rows))).sort_values([*series, "year"])
    marks = pd.Series(str(Suspicion.NONE), index=ordered.index, dtype="str")
    positive = (ordered["value"] > 0).astype(int)
    keys = [ordered[name] for name in series]
    before = positive.groupby(keys).cumsum() - positive
    after = positive.groupby(keys).transform("sum") - before - positive
    zero = ordered["value"] == 0
    marks = marks.mask(zero & (before > 0), str(Suspicion.ZERO_AFTER_POSITIVE))
    others = ordered["value"].groupby(keys).transform("count") - 1
    marks = marks.mask(zero & (before + after == others) & (others > 1), str(Suspicion.ZERO_AMONG_POSITIVE))
    outside = _total_outside_sexes(ordered)
    return marks.mask(outside & (marks == ""), str(Suspicion.TOTAL_OUTSIDE_SEXES)).reindex(rows.index)


def _total_outside_sexes(rows: pd.DataFrame) -> pd.Series:
    """True for T rows below both K and M or above both by more than rounding."""
    if "sex" not in rows:
        return pd.Series(False, index=rows.index)
    at = [name for name in ("indicator", "place", "year", "month", "group") if name in rows]
    published = rows[rows["sex"].isin(["K", "M"]) & rows["value"].notna()]
    sexes = rows[at].join(published.groupby(at)["value"].agg(["min", "max", "count"]), on=at)
    outside = (rows["value"] < sexes["min"] - ROUNDING) | (rows["value"] > sexes["max"] + ROUNDING)
    return (rows["sex"] == "T") & (sexes["count"] == 2) & outside


# What moved the supported share of the population: each type of support, and the population itself.


@dataclass(frozen=True)
class Decomposition:
    """The change in percentage points; `types` and `population` add up to it.

    `population` is above zero where a shrinking population alone raised the share.
    """

    change: float
    types: dict[str, float]
    population: float


def decomposition(
    before: Mapping[str, float], now: Mapping[str, float], population: tuple[float, float]
) -> Decomposition:
    """The exact split of the change of 100 * sum(types) / population between two years.

    Types first and population first are both possible orders and give different answers; this is the mean
    of all orders (Shapley 1953; Das Gupta 1993, Standardization and Decomposition of Rates), which for a
    sum over a base is the mean of the two: a type gives its change times the mean of 1/population, the
    population gives the change of 1/population times the mean of the totals.

    Raises ValueError for types that only one year has, for a missing value and for an empty population.
    """
    _refuse_unlike(before, now, population)
    inverse = 1 / population[0], 1 / population[1]
    mean_inverse = (inverse[0] + inverse[1]) / 2
    totals = sum(before.values()), sum(now.values())
    return Decomposition(
        change=100 * (totals[1] * inverse[1] - totals[0] * inverse[0]),
        types={name: 100 * (now[name] - before[name]) * mean_inverse for name in before},
        population=100 * (totals[0] + totals[1]) / 2 * (inverse[1] - inverse[0]),
    )


def _refuse_unlike(before: Mapping[str, float], now: Mapping[str, float], population: tuple[float, float]) -> None:
    unlike = sorted(set(before) ^ set(now))
    if unlike or not before:
        raise ValueError(
            f"types in one year only: {', '.join(unlike) or 'none at all'}. Both years need the same types."
        )
    empty = sorted(name for name in before if pd.isna(before[name]) or pd.isna(now[name]))
    if empty:
        raise ValueError(f"no value for {', '.join(empty)}. A change with a missing part cannot be split.")
    if not (population[0] > 0 and population[1] > 0):
        raise ValueError(f"population {population[0]} and {population[1]}. Both years need one above zero.")


# The association of ill health with unemployment, across places and within them.
#
# Columns in: `place`, `year`, `ill_health` (sick pay and sickness or activity compensation) and
# `unemployment` (benefit and programmes), both in percent of the population 20-64.

FEWEST_PLACES = 8
FEWEST_YEARS = 4
BOTH = ["ill_health", "unemployment"]


class AssociationKind(StrEnum):
    """The answer, or why there is none."""

    TOGETHER = "together"
    OPPOSITE = "opposite"
    NOT_CLEAR = "not_clear"
    TOO_FEW_PLACES = "too_few_places"
    TOO_FEW_YEARS = "too_few_years"
    NO_VARIATION = "no_variation"


@dataclass(frozen=True)
class Association:
    """An estimate with its 95 % interval, what it stands on, and the places without values."""

    association: AssociationKind
    places: int
    years: int
    left_out: tuple[str, ...]
    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def across_places(rows: pd.DataFrame, year: int, draws: int = 2000, seed: int = 2024) -> Association:
    """Spearman's rank correlation, -1 to 1, over the places in one year, with a bootstrap interval over places.

    It says whether places with much of one have much of the other, not whether one moves the other.
    """
    from scipy.stats import bootstrap, spearmanr

    of_year = rows[rows["year"] == year]
    whole = of_year.dropna(subset=BOTH)
    answer = partial(Association, places=len(whole), years=1, left_out=_missing(of_year, whole))
    if len(whole) < FEWEST_PLACES:
        return answer(AssociationKind.TOO_FEW_PLACES)
    x, y = (whole[name].to_numpy(float) for name in BOTH)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return answer(AssociationKind.NO_VARIATION)
    interval = bootstrap(
        (x, y),
        _rank_correlation,
        paired=True,
        vectorized=True,
        n_resamples=draws,
        method="percentile",
        rng=seed,
    ).confidence_interval
    low, high = float(interval.low), float(interval.high)
    return answer(_kind(low, high), estimate=float(spearmanr(x, y).statistic), low=low, high=high)


def within_places(rows: pd.DataFrame) -> Association:
    """Percentage points of unemployment a percentage point of ill health, from year to year in one place.

    Yearly changes with an effect for each place, so that neither lasting differences between places nor a
    place's own steady drift count; errors clustered by place (statsmodels), t distribution with places - 1
    degrees of freedom. Only years that follow on each other make a change.
    """
    changes, years = _yearly_changes(rows)
    places = changes["place"].nunique()
    answer = partial(Association, places=places, years=years, left_out=_missing(rows, changes))
    if places < FEWEST_PLACES:
        return answer(AssociationKind.TOO_FEW_PLACES)
    if years < FEWEST_YEARS:
        return answer(AssociationKind.TOO_FEW_YEARS)
    about = changes[BOTH] - changes.groupby("place")[BOTH].transform("mean")
    if np.allclose(about["ill_health"], 0):
        return answer(AssociationKind.NO_VARIATION)
    import statsmodels.api as sm

    # Taking each place's mean away gives the same slope as a dummy for each place, with a small matrix.
    fit = sm.OLS(about["unemployment"], about["ill_health"]).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(changes["place"])[0]}, use_t=True
    )
    low, high = map(float, fit.conf_int().to_numpy()[0])
    return answer(_kind(low, high), estimate=float(fit.params.iloc[0]), low=low, high=high)


def _kind(low: float, high: float) -> AssociationKind:
    """What an estimate with this interval says."""
    if low > 0:
        return AssociationKind.TOGETHER
    return AssociationKind.OPPOSITE if high < 0 else AssociationKind.NOT_CLEAR


def _rank_correlation(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    """Spearman over many resamples at once: Pearson's correlation of the ranks; 0 where one is all ties."""
    from scipy.stats import rankdata

    a, b = (rankdata(values, axis=axis) for values in (x, y))
    a, b = a - a.mean(axis, keepdims=True), b - b.mean(axis, keepdims=True)
    size = np.sqrt((a**2).sum(axis) * (b**2).sum(axis))
    return np.divide((a * b).sum(axis), size, out=np.zeros_like(size), where=size > 0)


def _yearly_changes(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Changes between years that follow on each other, and how many years they stand on."""
    whole = rows.dropna(subset=BOTH).sort_values(["place", "year"])
    before = whole.groupby("place").shift()
    follows = whole["year"] - before["year"] == 1
    changes = whole[["place", "year"]].join(whole[BOTH] - before[BOTH])[follows]
    years = set(changes["year"]) | {year - 1 for year in changes["year"]}
    return changes, len(years)


def _missing(rows: pd.DataFrame, used: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(set(rows["place"]) - set(used["place"])))


# Monthly series, seasonally adjusted. Columns in: `year`, `month` (1-12), `value`; `status` where there is one.

FEWEST_MONTHS = 36  # two seasons of each month are needed to tell season from chance; three, to trust it
PERIOD = 12


def seasonally_adjusted(months: pd.DataFrame) -> pd.DataFrame:
    """The months after the series' last gap, with `adjusted`: the value less its season, in the unit of the series.

    STL, robust (Cleveland and others 1990, Journal of Official Statistics 6; statsmodels). A month without a usable
    value, such as a suspected non-response, is a gap: nothing is filled in. `adjusted` is NaN where under three years
    follow the last gap. Raises ValueError for a month that stands twice.
    """
    known = months[usable(months)].sort_values(["year", "month"])
    number = known["year"] * PERIOD + known["month"] - 1
    if number.duplicated().any():
        twice = known[number.duplicated()].iloc[0]
        raise ValueError(
            f"{twice['year']}-{twice['month']:02d} stands twice. Pass one series: one place, sex and type."
        )
    run = (number.diff() != 1).cumsum()
    known = known[run == run.max()].assign(adjusted=float("nan"))
    if len(known) >= FEWEST_MONTHS:
        from statsmodels.tsa.seasonal import STL

        values = known["value"].to_numpy(float)
        known["adjusted"] = values - STL(values, period=PERIOD, robust=True).fit().seasonal
    return known


# What moved the supported share of the population: each type of support, and the population itself.

POPULATION = "population"


def decompose(before: pd.DataFrame, now: pd.DataFrame, types: Sequence[str]) -> pd.DataFrame:
    """What each type and the population gave of the change of 100 * sum(types) / population, in percentage points.

    In: one row a place (the index), a column a type and `population`. Out: the same places, the types and `population`,
    which add up to the change; `population` is above zero where a shrinking population alone raised the share.

    Types first and population first are both possible orders and give different answers; this is the mean of all
    orders (Shapley 1953; Das Gupta 1993, Standardization and Decomposition of Rates), which for a sum over a base is
    the mean of the two. Raises ValueError, with place and remedy, for unlike places or types, a type without a value
    and an empty population.
    """
    _refuse_unlike_frames(before, now, types)
    now = now.loc[before.index]
    inverse_before, inverse_now = 1 / before[POPULATION], 1 / now[POPULATION]
    parts = now[list(types)].sub(before[list(types)]).mul(50 * (inverse_before + inverse_now), axis=0)
    totals = before[list(types)].sum(axis=1) + now[list(types)].sum(axis=1)
    return parts.assign(population=50 * totals * (inverse_now - inverse_before))


def _refuse_unlike_frames(before: pd.DataFrame, now: pd.DataFrame, types: Sequence[str]) -> None:
    if not len(types):
        raise ValueError("no types at all. Name the columns that the total is the sum of.")
    needed = [*types, POPULATION]
    for year, frame in (("before", before), ("now", now)):
        if absent := [name for name in needed if name not in frame]:
            raise ValueError(f"{year} has no column {', '.join(absent)}. Both years need the same types.")
    if unlike := sorted(set(before.index) ^ set(now.index)):
        raise ValueError(f"places in one year only: {', '.join(map(str, unlike))}. Keep those that have both years.")
    if twice := sorted({*before.index[before.index.duplicated()], *now.index[now.index.duplicated()]}):
        raise ValueError(f"places that stand twice: {', '.join(map(str, twice))}. Choose one row a place and year.")
    for year, frame in (("before", before), ("now", now)):
        for place, row in frame[needed].iterrows():
            if empty := [name for name in needed if pd.isna(row[name])]:
                raise ValueError(
                    f"place {place}, {year}: no value for {', '.join(empty)}. A change with a missing part cannot be "
                    "split: leave the place out."
                )
            if not row[POPULATION] > 0:
                raise ValueError(
                    f"place {place}, {year}: population {row[POPULATION]:g}. Both years need one above zero: correct "
                    "it, or leave the place out."
                )


def rank_correlation(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    """Spearman's correlation over many resamples at once, for `scipy.stats.bootstrap`: Pearson's of the ranks.

    0 where one of the two is all ties, which a resample of few places can be.
    """
    from scipy.stats import rankdata

    a, b = (rankdata(values, axis=axis) for values in (x, y))
    a, b = a - a.mean(axis, keepdims=True), b - b.mean(axis, keepdims=True)
    size = np.sqrt((a**2).sum(axis) * (b**2).sum(axis))
    return np.divide((a * b).sum(axis), size, out=np.zeros_like(size), where=size > 0)


def after_last_gap(months: pd.DataFrame) -> pd.DataFrame:
    """The rows after the last gap of each series, in order of time, with the index of `months`.

    In: `place`, `sex`, `year`, `month` (1-12), `value`, and `status` where there is one. A month without a usable
    value, such as a suspected non-response, is a gap: nothing is filled in. Raises ValueError where one stands twice.
    """
    series = ["place", "sex"]
    known = months[usable(months)].sort_values([*series, "year", "month"])
    twice = known[known.duplicated([*series, "year", "month"])]
    if len(twice):
        row = twice.iloc[0]
        raise ValueError(
            f"place {row['place']}, sex {row['sex']}: {row['year']}-{row['month']:02d} stands twice. Choose one type."
        )
    number = known["year"] * PERIOD + known["month"]
    keys = [known[name] for name in series]
    gap = number.groupby(keys).diff().fillna(1) != 1
    run = gap.groupby(keys).cumsum()
    return known[run == run.groupby(keys).transform("max")]
