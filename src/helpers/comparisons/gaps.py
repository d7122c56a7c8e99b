"""The gap between women and men, an indicator of its own.

Tidy columns come back, so that the gap's series can be judged and drawn like any other: `sex` is "K-M",
`value` is women minus men, `margin` half the width of its interval; beside them `women`, `men`, `low`,
`high`, `method`, `real`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .differences import compared_pairs
from .usable import refuse_duplicates, usable

SEX_GAP = "K-M"
KEYS = ["indicator", "place", "year", "month", "group"]
COLUMNS = [
    *KEYS,
    "sex",
    "vintage",
    "value",
    "margin",
    "count",
    "status",
    "women",
    "men",
    "low",
    "high",
    "method",
    "real",
]


def gender_gap(rows: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Women minus men, in the indicator's unit (percentage points for percent), one row a place and year.

    `rows` are current tidy rows. Where one sex's value is missing or hidden the gap has the same status and
    no value, so that its series shows the hole. `kinds` says which indicators are a "share" or a "rate"
    (see `differences`). A survey without margins has a gap, but `real` is <NA>: nobody knows whether it is
    one.
    """
    sides = rows[rows["sex"].isin(["K", "M"])]
    refuse_duplicates(sides, [*KEYS, "sex"], "gap between women and men")
    sides = sides.assign(value=sides["value"].where(usable(sides)))
    measured = [*KEYS, "value", "margin", "count", "status", "vintage"]
    women = sides.loc[sides["sex"] == "K", measured]
    men = sides.loc[sides["sex"] == "M", measured].rename(
        columns={name: f"other_{name}" for name in measured if name not in KEYS}
    )
    pairs = compared_pairs(women.merge(men, on=KEYS, validate="one_to_one"), kinds)
    return _as_tidy(pairs).sort_values(KEYS, ignore_index=True)


def not_by_sex(rows: pd.DataFrame) -> list[str]:
    """The indicators that no place has published for women and men both, sorted."""
    found = rows[usable(rows)]
    by_sex = found[found["sex"].isin(["K", "M"])].groupby("indicator")["sex"].nunique()
    return sorted(set(rows["indicator"]) - set(by_sex[by_sex == 2].index))


def _as_tidy(pairs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **{name: pairs[name] for name in KEYS},
            "sex": SEX_GAP,
            "vintage": pairs[["vintage", "other_vintage"]].max(axis=1),
            "value": pairs["difference"],
            "margin": (pairs["high"] - pairs["low"]) / 2,
            "count": np.nan,
            "status": _status(pairs),
            "women": pairs["value"],
            "men": pairs["other_value"],
            **{name: pairs[name] for name in ("low", "high", "method", "real")},
        }
    )[COLUMNS]


def _status(pairs: pd.DataFrame) -> pd.Series:
    """The graver of the two sides' statuses; an empty value without one is "missing"."""
    status = pd.Series("", index=pairs.index, dtype="str")
    for name in ("preliminary", "not_applicable", "missing", "incomplete", "suspect", "hidden"):
        status = status.mask((pairs["status"] == name) | (pairs["other_status"] == name), name)
    return status.mask((status == "") & pairs["difference"].isna(), "missing")
