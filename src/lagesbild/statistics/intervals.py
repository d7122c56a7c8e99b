"""Intervals of counts, rates and means, and which rows are usable at all."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import gammainccinv, gammaincinv, ndtri

# Which published values may be compared or judged at all.

# A value with one of these is shown with its symbol, but no rank, mean, gap or trend is built on it.
UNUSABLE = frozenset({"missing", "hidden", "not_applicable", "incomplete", "suspect"})


def usable(rows: pd.DataFrame) -> pd.Series:
    """True for the rows whose value may be used: a number, and no status that says not to.

    Preliminary values are used; the page marks them.
    """
    known = rows["value"].notna()
    return known & ~rows["status"].isin(UNUSABLE) if "status" in rows else known


def refuse_duplicates(rows: pd.DataFrame, keys: list[str], what: str) -> None:
    """Raises ValueError when two rows share their keys: a pivot would silently average them."""
    doubled = rows[rows.duplicated(keys, keep=False)]
    if len(doubled):
        key = ", ".join(f"{name} {doubled.iloc[0][name]}" for name in keys)
        raise ValueError(
            f"{what}: {len(doubled)} rows share their keys, the first is {key}. Pass one row a "
            "key: the current vintage, one sex, one group."
        )


# Intervals of one figure, at 95 %. Counts are numbers of cases; all take numbers or arrays, and NaN gives NaN.
#
# A negative count, a base of 0 or less and a share's count above its base are faults of the figures, and no case for
# another test: each raises ValueError with the number. A table says which place: see `tidy.schema.case_errors`.

Bounds = tuple[np.ndarray, np.ndarray]
# Cases; from here on Byar's approximation is within a hundredth of the exact interval.
EXACT_BELOW = 10
TAIL = 0.025  # beyond either end of an interval
Z = float(ndtri(0.975))  # 1.96: a margin is so many standard errors


def _cases(count: ArrayLike) -> np.ndarray:
    cases = np.asarray(count, float)
    if (cases < 0).any():
        raise ValueError(f"count {cases[cases < 0].flat[0]:g}: a number of cases cannot be negative. Correct it.")
    return cases


def _base(base: ArrayLike) -> np.ndarray:
    people = np.asarray(base, float)
    if (people <= 0).any():
        raise ValueError(
            f"base {people[people <= 0].flat[0]:g}: nobody to divide by. Leave the row out, or correct it."
        )
    return people


def exact_poisson(count: ArrayLike) -> Bounds:
    """Lower and upper bound of a number of cases, exact; 0 cases has the lower bound 0.

    Source: Garwood 1936, Biometrika 28: quantiles of gamma distributions. The same as statsmodels' "exact-c".
    """
    cases = _cases(count)
    return np.where(cases == 0, 0.0, gammaincinv(cases, TAIL)), np.asarray(gammainccinv(cases + 1, TAIL))


def byar(count: ArrayLike) -> Bounds:
    """Lower and upper bound of a number of cases: Byar's approximation, good from ten cases on, never below 0.

    Source: Breslow and Day 1987, Statistical Methods in Cancer Research II, formula 2.13.
    """
    cases = _cases(count)
    over = cases + 1
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        low = cases * (1 - 1 / (9 * cases) - Z / (3 * np.sqrt(cases))) ** 3
        high = over * (1 - 1 / (9 * over) + Z / (3 * np.sqrt(over))) ** 3
    return np.where(cases == 0, 0.0, np.maximum(low, 0.0)), high


def poisson_interval(count: ArrayLike) -> Bounds:
    """Lower and upper bound of a number of cases: exact below ten, Byar's from ten on."""
    cases = _cases(count)
    low, high = byar(cases)
    few = cases < EXACT_BELOW
    if np.any(few):
        exact_low, exact_high = exact_poisson(np.where(few, cases, 0))
        low, high = np.where(few, exact_low, low), np.where(few, exact_high, high)
    return low, high


def rate_interval(count: ArrayLike, base: ArrayLike, per: float = 100_000) -> Bounds:
    """Lower and upper bound of a rate, cases per `per` of `base`; the base is taken as certain.

    No cases have an upper bound too: 0 of 130,000 is at most 2.8 per 100,000.
    """
    low, high = poisson_interval(count)
    scale = per / _base(base)
    return low * scale, high * scale


def share_interval(count: ArrayLike, base: ArrayLike) -> Bounds:
    """Lower and upper bound of a share, 0-1, by Wilson's score interval: 65 of 100 is 0.5525 to 0.7364.

    Source: Wilson 1927, Journal of the American Statistical Association 22; the same as statsmodels'. The base may be
    an effective number of answers, so it need not be whole.
    """
    cases, people = np.broadcast_arrays(_cases(count), _base(base))
    if (cases > people).any():
        above = np.flatnonzero(cases > people)[0]
        raise ValueError(
            f"count {cases.flat[above]:g} of {people.flat[above]:g}: more than all. Correct one of the two."
        )
    share, z = cases / people, -ndtri(TAIL)
    centre = (share + z**2 / (2 * people)) / (1 + z**2 / people)
    half = z * np.sqrt(share * (1 - share) / people + z**2 / (4 * people**2)) / (1 + z**2 / people)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def half_width(interval: Bounds) -> np.ndarray:
    """The margin that an interval stands for."""
    low, high = interval
    return (high - low) / 2
