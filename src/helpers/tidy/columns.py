"""The columns of the one table, and what each may hold."""

import pandas as pd

COLUMNS = {
    "indicator": "str",
    "place": "str",
    "year": "int64",
    "month": "int64",
    "sex": "str",
    "group": "str",
    "vintage": "str",
    "value": "float64",
    "margin": "float64",
    "count": "float64",
    "status": "str",
}
KEY = ["indicator", "place", "year", "month", "sex", "group", "vintage"]
STATUSES = {
    "": "ordinary value",
    "missing": "asked for, not published",
    "hidden": "withheld to protect individuals",
    "not_applicable": "the question does not apply to the place",
    "preliminary": "preliminary value, will be revised",
    "incomplete": "mean of fewer than twelve months, not used",
    "suspect": "published, but probably a report that was never made",
}
MEANING = {
    "indicator": "id of the indicator in data/catalog/indicators/",
    "place": "four-digit code, text: municipality, region (00xx) or 0000 Riket",
    "year": "year that the value is about; the last one where years are pooled",
    "month": "1-12, or 0 for the whole year",
    "sex": "T all, K women, M men",
    "group": "group within the place, as the source names it; empty for all",
    "vintage": "date (ISO) when this value was first seen; the latest one of a key is current",
    "value": "the value, in the indicator's unit; empty when there is none",
    "margin": "half the width of the published 95 % interval, same unit; empty when not published",
    "count": "number of cases behind the value; empty when not published",
    "status": "empty for an ordinary value, else: " + "; ".join(f"{k} = {v}" for k, v in STATUSES.items() if k),
}


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with exactly the table's columns, in order and of their types; missing columns are empty."""
    empty = {"month": 0, "sex": "T", "group": "", "vintage": "", "status": ""}
    filled = pd.DataFrame(index=rows.index)
    for name, kind in COLUMNS.items():
        filled[name] = rows[name] if name in rows else empty.get(name, float("nan"))
        if kind == "str":
            filled[name] = filled[name].fillna("")
    return filled.astype(COLUMNS)


def empty_table() -> pd.DataFrame:
    """A table without rows, with the right columns and types."""
    return typed(pd.DataFrame({name: [] for name in COLUMNS}))
