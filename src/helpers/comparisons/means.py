"""Means over a set of places, which say how many places they hold."""

import numpy as np
import pandas as pd

from .usable import usable

KEYS = ["indicator", "year", "month", "sex", "group"]


def mean_over_places(rows: pd.DataFrame, weight: str | None = None) -> pd.DataFrame:
    """`value` (the mean, in the indicator's unit), `n` (places in it) and `without` (places that have rows
    but no value), one row per indicator, year, month, sex and group.

    With `weight`, a column such as the population, the mean of the whole area: a place without a value
    loses its weight too. Dropping it from the sum alone would pull the mean towards zero.
    """
    there = usable(rows)
    weights = rows[weight].astype(float) if weight else pd.Series(1.0, index=rows.index)
    there &= weights.notna()
    keyed = rows[KEYS].assign(
        product=(rows["value"] * weights).where(there, 0.0),
        weight=weights.where(there, 0.0),
        n=there.astype(int),
        without=rows["place"].where(~there),
    )
    grouped = keyed.groupby(KEYS, sort=True)
    out = grouped[["product", "weight", "n"]].sum()
    mean = (out["product"] / out["weight"].where(out["weight"] > 0)).astype(float)
    without = grouped["without"].agg(lambda places: tuple(sorted(places.dropna())))
    return out.assign(value=mean.replace(np.inf, np.nan), without=without)[
        ["value", "n", "without"]
    ].reset_index()
