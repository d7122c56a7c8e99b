"""An indicator's values as every part of a page takes them, and how they are said."""

import pandas as pd

from ..comparisons import usable
from ..wording.findings import Measure
from .setting import Setting


def measure_of(setting: Setting, indicator: str) -> Measure:
    """How an indicator's values are said."""
    catalog = setting.catalog
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


def totals(setting: Setting, indicator: str) -> pd.DataFrame:
    """The usable totals of an indicator, one row a place and year: both sexes, no group, the indicator's month."""
    rows = setting.series.get(indicator, setting.table.iloc[:0])
    month = setting.catalog.indicators[indicator].month or 0
    return rows[(rows["sex"] == "T") & (rows["group"] == "") & (rows["month"] == month) & usable(rows)]
