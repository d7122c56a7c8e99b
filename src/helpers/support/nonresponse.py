"""Published values that are probably no answers: zeros for "not reported", impossible totals."""

from enum import StrEnum

import numpy as np
import pandas as pd

from ..comparisons.usable import usable

ROUNDING = 0.05  # percent is printed with one decimal


class Suspicion(StrEnum):
    """Why a published value is suspected to be no answer."""

    NONE = ""
    ZERO_AFTER_POSITIVE = "zero_after_positive"
    ZERO_AMONG_POSITIVE = "zero_among_positive"
    TOTAL_OUTSIDE_SEXES = "total_outside_sexes"


def suspected_nonresponse(
    rows: pd.DataFrame, *, zero_is_possible: bool = False, sexes_add_up: bool = False
) -> pd.Series:
    """A Suspicion a row ("" = none) for tidy rows, in the order and with the index of `rows`.

    A zero after positive years, or one zero among positive ones: the publisher prints 0, not missing, where
    a municipality did not report. And a total (T) outside women and men (K, M), which no share or mean can
    be; with `sexes_add_up` (counts, full-year equivalents), a total that is not their sum. Set
    `zero_is_possible` where a place may well have none (a handful of evictions a year): then only the sexes
    are compared.
    """
    series = [name for name in ("indicator", "place", "month", "sex", "group") if name in rows]
    ordered = rows.assign(value=rows["value"].where(usable(rows))).sort_values([*series, "year"])
    marks = pd.Series(str(Suspicion.NONE), index=ordered.index, dtype="str")
    if not zero_is_possible:
        positive = (ordered["value"] > 0).astype(int)
        keys = [ordered[name] for name in series]
        before = positive.groupby(keys).cumsum() - positive
        after = positive.groupby(keys).transform("sum") - before - positive
        zero = ordered["value"] == 0
        marks = marks.mask(zero & (before > 0), str(Suspicion.ZERO_AFTER_POSITIVE))
        others = ordered["value"].groupby(keys).transform("count") - 1
        marks = marks.mask(zero & (before + after == others) & (others > 1), str(Suspicion.ZERO_AMONG_POSITIVE))
    outside = _total_outside_sexes(ordered, sexes_add_up)
    return marks.mask(outside & (marks == ""), str(Suspicion.TOTAL_OUTSIDE_SEXES)).reindex(rows.index)


def _total_outside_sexes(rows: pd.DataFrame, sexes_add_up: bool) -> pd.Series:
    """True for T rows below both K and M or above both, or off their sum, by more than rounding and noise."""
    if "sex" not in rows:
        return pd.Series(False, index=rows.index)
    at = [name for name in ("indicator", "place", "year", "month", "group") if name in rows]
    published = rows[rows["sex"].isin(["K", "M"]) & rows["value"].notna()]
    near = rows[at].join(published.groupby(at)["value"].agg(["min", "max", "sum", "count"]), on=at)
    low, high = near["min"] - ROUNDING, near["max"] + ROUNDING
    if sexes_add_up:
        slack = np.maximum(2.0, 0.005 * near["sum"])
        low, high = near["sum"] - slack, near["sum"] + slack
    outside = (rows["value"] < low) | (rows["value"] > high)
    return (rows["sex"] == "T") & (near["count"] == 2) & outside
