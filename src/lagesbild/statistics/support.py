"""Support profiles: what is probably no answer, what moved a share, ranks that move together, and the season."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd

from lagesbild.statistics.intervals import usable

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
    known = rows["value"].where(usable(rows))
    keys = rows.groupby(series, sort=False).ngroup()
    order = np.lexsort([rows["year"], keys])
    keys, values = keys.iloc[order], known.iloc[order]
    positive = (values > 0).astype(int)
    before = positive.groupby(keys).cumsum() - positive
    after = positive.groupby(keys).transform("sum") - before - positive
    others = values.groupby(keys).transform("count") - 1
    zero = values == 0
    marks = pd.Series(
        np.select(
            [zero & (before + after == others) & (others > 1), zero & (before > 0)],
            [str(Suspicion.ZERO_AMONG_POSITIVE), str(Suspicion.ZERO_AFTER_POSITIVE)],
            str(Suspicion.NONE),
        ),
        values.index,
        dtype="str",
    ).reindex(rows.index)
    outside = _total_outside_sexes(rows.assign(value=known))
    return marks.mask(outside & (marks == ""), str(Suspicion.TOTAL_OUTSIDE_SEXES))


def _total_outside_sexes(rows: pd.DataFrame) -> pd.Series:
    """True for T rows below both K and M or above both by more than rounding."""
    if "sex" not in rows or not {"K", "M"} <= set(rows["sex"]):
        return pd.Series(False, index=rows.index)
    at = [name for name in ("indicator", "place", "year", "month", "group") if name in rows]
    published = rows[rows["sex"].isin(["K", "M"]) & rows["value"].notna()]
    sexes = rows[at].join(published.groupby(at)["value"].agg(["min", "max", "count"]), on=at)
    outside = (rows["value"] < sexes["min"] - ROUNDING) | (rows["value"] > sexes["max"] + ROUNDING)
    return (rows["sex"] == "T") & (sexes["count"] == 2) & outside


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
    _refuse_unlike(before, now, types)
    now = now.loc[before.index]
    inverse_before, inverse_now = 1 / before[POPULATION], 1 / now[POPULATION]
    parts = now[list(types)].sub(before[list(types)]).mul(50 * (inverse_before + inverse_now), axis=0)
    totals = before[list(types)].sum(axis=1) + now[list(types)].sum(axis=1)
    return parts.assign(population=50 * totals * (inverse_now - inverse_before))


def _refuse_unlike(before: pd.DataFrame, now: pd.DataFrame, types: Sequence[str]) -> None:
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


# Do ill health and unemployment move together? The tests are scipy's and statsmodels', called where their rows are
# chosen: Spearman's correlation across places, and yearly changes with an effect for each place. Under so many places,
# and so many years in a row, nothing is said.

FEWEST_PLACES = 8
FEWEST_YEARS = 4


def untested(changes: pd.DataFrame) -> str:
    """Why changes within places are not tested: "places", "years", "variation"; empty where they are.

    In: one row a yearly change: `place`, `year` (the later one), `ill_health`. Too few places have changes; they stand
    on too few years; or no change differs from its place's mean, which the places' effects take all of.
    """
    if changes["place"].nunique() < FEWEST_PLACES:
        return "places"
    if len({*changes["year"], *(changes["year"] - 1)}) < FEWEST_YEARS:
        return "years"
    about = changes["ill_health"] - changes.groupby("place")["ill_health"].transform("mean")
    return "variation" if np.allclose(about, 0) else ""


def rank_correlation(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    """Spearman's correlation over many resamples at once, for `scipy.stats.bootstrap`: Pearson's of the ranks.

    0 where one of the two is all ties, which a resample of few places can be.
    """
    from scipy.stats import rankdata

    a, b = (rankdata(values, axis=axis) for values in (x, y))
    a, b = a - a.mean(axis, keepdims=True), b - b.mean(axis, keepdims=True)
    size = np.sqrt((a**2).sum(axis) * (b**2).sum(axis))
    return np.divide((a * b).sum(axis), size, out=np.zeros_like(size), where=size > 0)


# Months in a row, for a season to be taken out of them: STL (Cleveland and others 1990, Journal of Official Statistics
# 6), robust, is called where its rows are chosen.

PERIOD = 12


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
