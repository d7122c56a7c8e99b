"""What every fetched series must keep to, whichever service it came from."""

import pandas as pd

from ..catalog.models import Unit
from .adapter import KEY, ROW_COLUMNS, STATUSES, FetchedSeries
from .errors import SourceError

_KEPT = "Nothing of the series is used and its snapshot is kept."


def checked_rows(fetched: FetchedSeries, unit: Unit) -> pd.DataFrame:
    """The rows with the snapshot's column types. Raises SourceError for what cannot be stored."""
    rows = fetched.rows[ROW_COLUMNS].astype(
        {"place": "str", "year": "int64", "month": "int64", "sex": "str", "group": "str", "status": "str"}
        | {"value": "float64", "count": "float64"}
    )
    _refuse(fetched, rows[~rows["place"].str.fullmatch(r"\d{4}").astype(bool)], "has no place of four digits")
    _refuse(fetched, rows[~rows["month"].between(0, 12)], "has no month from 0 to 12")
    _refuse(fetched, rows[~rows["sex"].isin(["T", "K", "M"])], "has a sex that is none of T, K, M")
    _refuse(fetched, rows[~rows["status"].isin(STATUSES)], "has an unknown status")
    _refuse(fetched, rows[rows.duplicated(KEY)], "comes twice")
    low, high = (0.0, None) if fetched.wanted.is_margin else (unit.low, unit.high)
    outside = (rows["value"] < low) if low is not None else pd.Series(False, index=rows.index)
    outside |= (rows["value"] > high) if high is not None else False
    _refuse(fetched, rows[outside], f"lies outside {low} to {high}, what its unit allows")
    return rows.sort_values(KEY, kind="stable", ignore_index=True)


def _refuse(fetched: FetchedSeries, wrong: pd.DataFrame, what: str) -> None:
    if wrong.empty:
        return
    row = wrong.iloc[0]
    value = "no value" if row.value != row.value else f"{row.value:g}"
    at = " ".join(str(part) for part in (row.place, row.year, row.sex, row.group) if part != "")
    first = fetched.requests[0] if fetched.requests else {}
    asked = f"; first request: {first['method']} {first['url'][:160]}" if first else ""
    raise SourceError(
        f"{fetched.wanted.id} ({fetched.wanted.indicator}): {at}: {value} {what} "
        f"({len(wrong)} such rows{asked}). {_KEPT} Tell the publisher, or correct the unit in data/catalog."
    )
