"""Two figures and the interval of their difference, from counts or published margins: what a claim is held against."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.statistics.intervals import Bounds, half_width, rate_interval

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


def _by_margins(pairs: pd.DataFrame) -> Bounds:
    return difference_from_margins(pairs["value"], pairs["margin"], pairs["other_value"], pairs["other_margin"])


def _by_newcombe(pairs: pd.DataFrame) -> Bounds:
    bases = [pairs[f"{side}count"] / pairs[f"{side}value"] * 100 for side in ("", "other_")]
    low, high = difference_from_counts(pairs["count"], bases[0], pairs["other_count"], bases[1])
    return low * 100, high * 100


def _by_poisson(pairs: pd.DataFrame) -> Bounds:
    """Rates: the margin of each from its exact Poisson or Byar interval, then as from margins."""
    margins = [rate_margin(pairs[f"{side}value"], pairs[f"{side}count"]) for side in ("", "other_")]
    return difference_from_margins(pairs["value"], margins[0], pairs["other_value"], margins[1])
