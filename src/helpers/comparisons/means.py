"""Means over a set of places, which say how many places they hold."""

import numpy as np
import pandas as pd

from .usable import usable

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
