"""Intervals of shares, rates and means, and which rows are usable at all."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm

# Which published values may be compared or judged at all.

# A value with one of these is shown with its symbol, but no rank, mean, gap or trend is built on it.
UNUSABLE = frozenset({"missing", "hidden", "not_applicable", "incomplete", "suspect"})


def usable(rows: pd.DataFrame) -> pd.Series:
    """True for the rows whose value may be used: a number, and no status that says not to.

    Preliminary values are used; the page marks them.
    """
    there = rows["value"].notna()
    return there & ~rows["status"].isin(UNUSABLE) if "status" in rows else there


def refuse_duplicates(rows: pd.DataFrame, keys: list[str], what: str) -> None:
    """Raises ValueError when two rows share their keys: a pivot would silently average them."""
    doubled = rows[rows.duplicated(keys, keep=False)]
    if len(doubled):
        key = ", ".join(f"{name} {doubled.iloc[0][name]}" for name in keys)
        raise ValueError(
            f"{what}: {len(doubled)} rows share their keys, the first is {key}. Pass one row a "
            "key: the current vintage, one sex, one group."
        )


# Intervals of one figure. Shares are 0-1 here; counts are numbers of cases; all take numbers or arrays.

Bounds = tuple[np.ndarray, np.ndarray]
# Cases; from here on Byar's approximation is within a hundredth of the exact interval.
EXACT_BELOW = 10


def z_of(level: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for 0.95, 3.09 for 0.998."""
    return float(norm.ppf(0.5 + level / 2))


def wilson(count: ArrayLike, base: ArrayLike, level: float = 0.95) -> Bounds:
    """Lower and upper bound of a share, 0-1: Wilson's score interval.

    65 of 100 gives 0.5525 to 0.7364. Never symmetric round the share, and never outside 0-1.
    Source: Wilson 1927, Journal of the American Statistical Association 22; computed by statsmodels.

    >>> [round(float(bound), 4) for bound in wilson(65, 100)]
    [0.5525, 0.7364]
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(np.asarray(count, float), np.asarray(base, float), 1 - level, method="wilson")
    return np.asarray(low), np.asarray(high)


def exact_poisson(count: ArrayLike, level: float = 0.95) -> Bounds:
    """Lower and upper bound of a number of cases, exact (Garwood); 0 cases has the lower bound 0."""
    from statsmodels.stats.rates import confint_poisson

    low, high = confint_poisson(np.asarray(count, float), 1, method="exact-c", alpha=1 - level)
    return np.asarray(low), np.asarray(high)


def byar(count: ArrayLike, level: float = 0.95) -> Bounds:
    """Lower and upper bound of a number of cases: Byar's approximation, good from ten cases on.

    Source: Breslow and Day 1987, Statistical Methods in Cancer Research II, formula 2.13.
    """
    cases, z = np.asarray(count, float), z_of(level)
    over = cases + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        low = cases * (1 - 1 / (9 * cases) - z / (3 * np.sqrt(cases))) ** 3
        high = over * (1 - 1 / (9 * over) + z / (3 * np.sqrt(over))) ** 3
    return np.where(cases == 0, 0.0, low), high


def poisson_interval(count: ArrayLike, level: float = 0.95) -> Bounds:
    """Lower and upper bound of a number of cases: exact below ten, Byar's from ten on."""
    cases = np.asarray(count, float)
    low, high = byar(cases, level)
    few = cases < EXACT_BELOW
    if np.any(few):
        exact_low, exact_high = exact_poisson(np.where(few, cases, 0), level)
        low, high = np.where(few, exact_low, low), np.where(few, exact_high, high)
    return low, high


def rate_interval(count: ArrayLike, base: ArrayLike, per: float = 100_000, level: float = 0.95) -> Bounds:
    """Lower and upper bound of a rate, cases per `per` of `base`; the base is taken as certain."""
    low, high = poisson_interval(count, level)
    scale = per / np.asarray(base, float)
    return low * scale, high * scale


def standard_error(interval: Bounds, level: float = 0.95) -> np.ndarray:
    """The standard error that an interval stands for: its width over twice the normal quantile."""
    low, high = interval
    return (np.asarray(high) - np.asarray(low)) / (2 * z_of(level))


# Means over a set of places, which say how many places they hold.

KEYS = ["indicator", "year", "month", "sex", "group"]


def mean_over_places(rows: pd.DataFrame, weight: str | None = None) -> pd.DataFrame:
    """`value` (the mean, in the indicator's unit), `margin` (half its 95 % interval), `n` (places in it) and
    `without` (places that have rows but no value), one row per indicator, year, month, sex and group.

    The margin is the root of the places' squared margins over their number; NaN where one of them has none.
    With `weight`, a column such as the population, the mean of the whole area: a place without a value
    loses its weight too. Dropping it from the sum alone would pull the mean towards zero.
    """
    there = usable(rows)
    weights = rows[weight].astype(float) if weight else pd.Series(1.0, index=rows.index)
    there &= weights.notna()
    squares = ((rows["margin"] * weights) ** 2).where(there, 0.0) if "margin" in rows else weights * np.nan
    keyed = rows[KEYS].assign(
        product=(rows["value"] * weights).where(there, 0.0),
        squares=squares,
        uncertain=squares.isna().astype(int),
        weight=weights.where(there, 0.0),
        n=there.astype(int),
        without=rows["place"].where(~there),
    )
    grouped = keyed.groupby(KEYS, sort=True)
    out = grouped[["product", "squares", "uncertain", "weight", "n"]].sum()
    total = out["weight"].where(out["weight"] > 0)
    without = grouped["without"].agg(lambda places: tuple(sorted(places.dropna())))
    out = out.assign(
        value=(out["product"] / total).astype(float),
        margin=(np.sqrt(out["squares"]) / total).where(out["uncertain"] == 0),
        without=without,
    )
    return out[["value", "margin", "n", "without"]].reset_index()
