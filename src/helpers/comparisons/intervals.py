"""Intervals of one figure. Shares are 0-1 here; counts are numbers of cases; all take numbers or arrays."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

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
