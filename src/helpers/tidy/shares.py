"""Indicators that are computed from two others: 100 x part / total."""

import pandas as pd

from ..catalog import Catalog

AT = ["place", "year", "month", "sex", "group", "vintage"]


def computed_shares(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Rows of every indicator with `share`, in percent.

    A place and year needs both part and total of one vintage; years in `left_out` are not computed.
    """
    made = []
    for id, entry in catalog.indicators.items():
        if not entry.share:
            continue
        part = table[table["indicator"] == entry.share.part].set_index(AT)["value"]
        total = table[table["indicator"] == entry.share.total].set_index(AT)["value"]
        share = (100 * part / total.where(total > 0)).dropna().rename("value").reset_index()
        left_out = {year for out in entry.left_out for year in out.years}
        made.append(share[~share["year"].isin(left_out)].assign(indicator=id))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=["indicator", *AT, "value"])
