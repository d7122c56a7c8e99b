"""How the place differs from the country, its region and its comparison group, one row an indicator and other.

Columns: `indicator`, `year`, `other` (a code, or GROUP), `value`, `other_value`, `difference`, `low`, `high`, `real`
(as `comparisons.place_differences` gives them) and `n`: how many places the other is the mean of, <NA> for a place.
"""

from collections.abc import Iterable

import pandas as pd

from ..comparisons import mean_over_places, place_differences
from ..places import COUNTRY
from .cases import case_kinds, with_cases
from .setting import Setting
from .values import totals

GROUP = "group"


def differences(setting: Setting, indicators: Iterable[str]) -> pd.DataFrame:
    """The differences of each indicator in the place's latest year, always of the same year and definition."""
    rows = pd.concat([setting.table.iloc[:0], *(_latest(setting, id) for id in indicators)], ignore_index=True)
    rows = with_cases(rows, setting.table, setting.catalog)
    members = rows[rows["place"].isin(setting.group.members if setting.group else ())]
    means = mean_over_places(members).assign(place=GROUP, count=float("nan"), status="")
    others = rows[rows["place"].isin([setting.focus, COUNTRY, setting.county])]
    made = place_differences(
        pd.concat([others.assign(n=pd.NA), means], ignore_index=True), setting.focus, case_kinds(setting.catalog)
    )
    return made.merge(means[["indicator", "n"]], on="indicator", how="left").assign(
        n=lambda found: found["n"].where(found["other"] == GROUP).astype("Int64")
    )


def _latest(setting: Setting, indicator: str) -> pd.DataFrame:
    """All places' totals of the place's latest year; none where it has no value."""
    rows = totals(setting, indicator)
    year = rows.loc[rows["place"] == setting.focus, "year"].max()
    return rows[rows["year"] == year]
