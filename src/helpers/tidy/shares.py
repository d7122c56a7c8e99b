"""Indicators that are computed from two others: 100 x part / total."""

import pandas as pd

from ..catalog import Catalog
from ..catalog.models import Share

AT = ["place", "year", "month", "sex", "group"]


def computed_shares(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Rows of every indicator with `share`, in percent.

    Years in `left_out` are not computed. A revised part or total makes a new vintage of the share; where one of
    the two was withdrawn, or is zero in the total, the row has no value; where one is hidden, so is the share.
    """
    made = []
    for id, entry in catalog.indicators.items():
        if entry.share:
            left_out = {year for out in entry.left_out for year in out.years}
            known = table[~table["year"].isin(left_out)]
            made.append(_share_rows(known, entry.share).assign(indicator=id))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=["indicator", *AT, "vintage", "value"])


def _share_rows(table: pd.DataFrame, share: Share) -> pd.DataFrame:
    """One row for each date on which part or total was first seen or revised, from what held on that date."""
    either = [table[table["indicator"] == id] for id in (share.part, share.total)]
    dates = pd.concat([rows[[*AT, "vintage"]] for rows in either]).drop_duplicates()
    part, total = (_as_of(dates, rows) for rows in either)
    both = part.merge(total, on=[*AT, "vintage"], suffixes=("_part", "_total"))
    value = 100 * both["value_part"] / both["value_total"].where(both["value_total"] > 0)
    status = value.isna().map({True: "missing", False: ""})
    hidden = (both["status_part"] == "hidden") | (both["status_total"] == "hidden")
    return both[[*AT, "vintage"]].assign(value=value, status=status.mask(hidden, "hidden"))


def _as_of(dates: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """`dates` with the value that held then: of the latest vintage up to the date; without dates before the first."""
    held = dates.merge(rows[[*AT, "vintage", "value", "status"]], on=AT, suffixes=("", "_held"))
    held = held[held["vintage_held"] <= held["vintage"]].sort_values("vintage_held", kind="stable")
    return held.drop_duplicates([*AT, "vintage"], keep="last")[[*AT, "vintage", "value", "status"]]
