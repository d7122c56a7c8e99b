"""What counts or published margins alone tell, where no other places are needed: two figures, and one series' slope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr

from lagesbild.statistics.intervals import Bounds, half_width, rate_interval

Pairs: TypeAlias = pd.DataFrame | Mapping[str, float]

# Two figures and the interval of their difference: what a claim is held against.

# Columns out: `difference`, `low`, `high` (95 %; unit of the values), `method` ("newcombe", "margins", "poisson" or
# ""), `real` (True where the interval leaves out zero, <NA> where nothing says how uncertain the figures are). Two
# intervals that overlap say nothing about their difference.


def difference_from_counts(count: ArrayLike, base: ArrayLike, other_count: ArrayLike, other_base: ArrayLike) -> Bounds:
    """The bounds of the first minus the second share, 0-1: Newcombe's hybrid score interval.

    56 of 70 less 48 of 80 gives 0.0524 to 0.3339. The two groups must not share persons.
    Source: Newcombe 1998, Statistics in Medicine 17, method 10; computed by statsmodels.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    counts = (np.asarray(part, float) for part in (count, base, other_count, other_base))
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    return np.asarray(low), np.asarray(high)


def difference_from_margins(
    value: ArrayLike, margin: ArrayLike, other_value: ArrayLike, other_margin: ArrayLike
) -> Bounds:
    """The bounds of the first minus the second value, in their unit, from published 95 % margins (half widths).

    The difference's margin is the root of the two squares: smaller than their sum, which is what looking for
    overlap would ask for.
    """
    difference = np.asarray(value, float) - np.asarray(other_value, float)
    both = np.hypot(np.asarray(margin, float), np.asarray(other_margin, float))
    return difference - both, difference + both


def rate_margin(value: ArrayLike, count: ArrayLike) -> np.ndarray:
    """Half the width of a rate's 95 % interval, in the rate's unit, from the cases behind it (exact Poisson or Byar).

    NaN without a count, and where the rate is 0: then nothing says how large the base is.
    """
    rate, cases = np.asarray(value, float), np.asarray(count, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.where(rate > 0, cases / rate, np.nan)
    return half_width(rate_interval(cases, base, 1))


def compared_pairs(pairs: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """`pairs` with the columns of this module: value, margin, count against other_value, other_margin,
    other_count.

    Counts are used for the indicators that `kinds` calls "share" (percent) or "rate"; a count stands for
    count/value of a base, so the population is not needed. Else margins; else there is no interval and
    `real` is <NA>.
    """
    out = pairs.assign(difference=pairs["value"] - pairs["other_value"], low=np.nan, high=np.nan, method="")
    kind = np.array([kinds.get(indicator, "") for indicator in pairs["indicator"]], dtype=object)
    bases_known = (pairs["value"] > 0) & (pairs["other_value"] > 0)
    counted = (pairs[["count", "other_count"]].notna().all(axis=1) & bases_known).to_numpy()
    for name, method, chosen in (
        ("margins", _by_margins, pairs[["margin", "other_margin"]].notna().all(axis=1).to_numpy()),
        ("newcombe", _by_newcombe, counted & (kind == "share")),
        ("poisson", _by_poisson, counted & (kind == "rate")),
    ):
        if chosen.any():
            out.loc[chosen, ["low", "high"]] = np.column_stack(method(pairs[chosen]))
            out.loc[chosen, "method"] = name
    known = out["low"].notna() & out["difference"].notna()
    out["real"] = ((out["low"] > 0) | (out["high"] < 0)).astype("boolean").where(known)
    return out


def pair_bounds(pair: Mapping[str, float], kind: str) -> tuple[float, float]:
    """The interval of one pair's difference as `compared_pairs` has it; NaN where there is none."""
    known = {name: not np.isnan(number) for name, number in pair.items()}
    counted = known["count"] and known["other_count"] and pair["value"] > 0 and pair["other_value"] > 0
    if counted and kind in ("share", "rate"):
        low, high = (_by_newcombe if kind == "share" else _by_poisson)(pair)
    elif known["margin"] and known["other_margin"]:
        low, high = _by_margins(pair)
    else:
        return np.nan, np.nan
    return float(low), float(high)


def _by_margins(pairs: Pairs) -> Bounds:
    return difference_from_margins(pairs["value"], pairs["margin"], pairs["other_value"], pairs["other_margin"])


def _by_newcombe(pairs: Pairs) -> Bounds:
    bases = [pairs[f"{side}count"] / pairs[f"{side}value"] * 100 for side in ("", "other_")]
    low, high = difference_from_counts(pairs["count"], bases[0], pairs["other_count"], bases[1])
    return low * 100, high * 100


def _by_poisson(pairs: Pairs) -> Bounds:
    """Rates: the margin of each from its exact Poisson or Byar interval, then as from margins."""
    margins = [rate_margin(pairs[f"{side}value"], pairs[f"{side}count"]) for side in ("", "other_")]
    return difference_from_margins(pairs["value"], margins[0], pairs["other_value"], margins[1])


# Tests for a linear trend, in closed form over many series at once: rows are series, columns are years. statsmodels and
# scipy, which fit one series at a time, give the same numbers.


@dataclass(frozen=True)
class Fits:
    """One entry a series. `p` is widened for over-dispersion, `statistic` is not; `sign` is the slope's."""

    statistic: np.ndarray
    p: np.ndarray
    slope: np.ndarray
    sign: np.ndarray
    steady: np.ndarray


def chi_square_for_trend(cases: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """The chi-square for linear trend of shares, one degree of freedom; 0 where no one or everyone is a case.

    Sources: Cochran 1954, Biometrics 10; Armitage 1955, Biometrics 11. It equals the score test of a logistic
    regression on the year.
    """
    d, n = np.atleast_2d(cases), np.atleast_2d(bases)
    years = np.arange(d.shape[1])
    big_d, big_c = n.sum(1), d.sum(1)
    above = big_d * (big_d * (d * years).sum(1) - big_c * (n * years).sum(1)) ** 2
    below = big_c * (big_d - big_c) * (big_d * (n * years**2).sum(1) - (n * years).sum(1) ** 2)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def weighted_line(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope a year, its variance and the weighted sum of squares about the line: weighted least squares."""
    total = weights.sum(-1)
    years = np.arange(values.shape[-1], dtype=float)
    about = years - ((weights * years).sum(-1) / total)[..., None]
    spread = (weights * about**2).sum(-1)
    slope = (weights * about * values).sum(-1) / spread
    level = (weights * values).sum(-1) / total
    rest = (weights * (values - level[..., None] - slope[..., None] * about) ** 2).sum(-1)
    return slope, 1 / spread, rest


def share_fits(cases: np.ndarray, bases: np.ndarray) -> Fits:
    """Register shares from counts.

    What the chi-square for trend leaves of the whole chi-square is departure from the line (Armitage 1955);
    over its k - 2 degrees of freedom it says how many times more the years vary than chance alone, and the
    trend must stand out from that: t = sqrt(chi2 / max(1, departure/(k - 2))) with k - 2 degrees of
    freedom. Slope and leave-one-out rule are those of the ordinary least squares line through the logits.
    """
    share = cases.sum(1, keepdims=True) / bases.sum(1, keepdims=True)
    expected = bases * share * (1 - share)
    squares = np.divide((cases - bases * share) ** 2, expected, out=np.zeros_like(cases), where=expected > 0)
    statistic = chi_square_for_trend(cases, bases)
    dispersion = _dispersion(squares.sum(1) - statistic, cases.shape[1])
    logits = _logits(cases, bases)
    slope, _, _ = weighted_line(logits, np.ones_like(logits))
    change, _, _ = weighted_line(100 * cases / bases, bases)
    sign = np.sign(slope).astype(int)
    steady = _steady(logits, np.ones_like(logits), sign) & (np.sign(change) == sign)
    return Fits(statistic, _t_tail(statistic / dispersion, cases.shape[1]), slope, sign, steady)


def weighted_fits(values: np.ndarray, errors: np.ndarray) -> Fits:
    """Values with standard errors: weighted least squares, weights 1/error^2.

    `statistic` is (slope / its error)^2 with the errors as given. Years vary more than that, so the error is widened by
    sqrt(max(1, Pearson chi2 / (k - 2))), and the t distribution with k - 2 degrees of freedom counts.
    """
    weights = 1 / errors**2
    slope, variance, rest = weighted_line(values, weights)
    statistic = slope**2 / variance
    dispersion = _dispersion(rest, values.shape[1])
    sign = np.sign(slope).astype(int)
    tail = _t_tail(statistic / dispersion, values.shape[1])
    return Fits(statistic, tail, slope, sign, _steady(values, weights, sign))


def _dispersion(squares: np.ndarray, k: int) -> np.ndarray:
    return np.maximum(1.0, squares / (k - 2))


def _t_tail(statistic: np.ndarray, k: int) -> np.ndarray:
    return 2 * stdtr(k - 2, -np.sqrt(statistic))


def _logits(cases: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """log(d / (n - d)), with half a case added throughout a series where a year has none or only cases."""
    edge = ((cases <= 0) | (cases >= bases)).any(1, keepdims=True)
    add = np.where(edge, 0.5, 0.0)
    return np.log((cases + add) / (bases - cases + add))


def _steady(values: np.ndarray, weights: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """True where the slope keeps its sign in each fit that leaves one year out."""
    kept = sign != 0
    for year in range(values.shape[1]):
        less = weights.copy()
        less[:, year] = 0
        kept &= np.sign(weighted_line(values, less)[0]) == sign
    return kept
