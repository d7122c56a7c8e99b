"""A funnel: which places differ from all of them taken together by more than chance gives. Shares are 0-1."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from .intervals import wilson, z_of

LEVELS = (0.95, 0.998)


def funnel(rows: pd.DataFrame) -> pd.DataFrame:
    """`place`, `count`, `base`, `share`, `pooled`, `side` ("above", "below", "") and `level` (0, 0.95 or
    0.998).

    A place is marked at the strictest level at which its Wilson interval leaves out the pooled share: all
    cases over all bases, which is not the mean of the shares. Places without a count or a base are left
    out. Source: Spiegelhalter 2005, Statistics in Medicine 24.
    """
    found = rows.dropna(subset=["count", "base"]).query("base > 0")
    out = found[["place", "count", "base"]].assign(share=found["count"] / found["base"])
    pooled = found["count"].sum() / found["base"].sum() if len(found) else np.nan
    marked = np.zeros(len(found))
    for level in LEVELS:
        low, high = wilson(found["count"], found["base"], level)
        marked = np.where((low > pooled) | (high < pooled), level, marked)
    side = np.where(out["share"] > pooled, "above", "below")
    return out.assign(pooled=pooled, side=np.where(marked > 0, side, ""), level=marked).reset_index(drop=True)


def funnel_limits(pooled: float, base: ArrayLike, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of the share, 0-1, for a place of size `base`: outside them its Wilson interval
    leaves out `pooled`. (Turning Wilson's interval round gives the plain normal limits about the pooled
    share.)
    """
    half = z_of(level) * np.sqrt(pooled * (1 - pooled) / np.asarray(base, float))
    return np.clip(pooled - half, 0, 1), np.clip(pooled + half, 0, 1)
