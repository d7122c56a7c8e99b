"""Four classes of places after rank, with the cut points that a legend prints. The classes are ours."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def quartile_class(rank: ArrayLike, n: int, classes: int = 4) -> np.ndarray:
    """The class, 1 = best, of each rank among n places: floor((k+1) - ceil(((n+1) - rank) / (n/k))).

    290 places give 73, 72, 73 and 72. Places that share a rank share a class, so ties can make a class
    larger. Whole-number division, since n/k in floating point would put a place on a cut in the wrong
    class.
    """
    from_below = (n + 1) - np.asarray(rank, dtype=np.int64)
    return (classes + 1) - -(-from_below * classes // n)


def quartile_cuts(ranking: pd.DataFrame) -> pd.DataFrame:
    """One row a class: `quartile`, `best` and `worst` (the values of its first and last place) and `places`.

    `ranking` is what `ranked` gives. Values between one class's `worst` and the next one's `best` belong to
    nobody.
    """
    placed = ranking.dropna(subset=["rank"]).sort_values("rank")
    return (
        placed.groupby("quartile")
        .agg(best=("value", "first"), worst=("value", "last"), places=("value", "size"))
        .reset_index()
    )
