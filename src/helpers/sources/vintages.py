"""What a fetch says about what was known before: added, revised and withdrawn values."""

from dataclasses import dataclass

import pandas as pd

from .adapter import KEY, FetchedSeries
from .errors import SourceError
from .snapshot import SNAPSHOT_COLUMNS


@dataclass(frozen=True)
class Revision:
    """A past value that was changed; `new` is None where it was withdrawn, `old` where it was missing."""

    place: str
    year: int
    month: int
    sex: str
    group: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Merge:
    """A series after a fetch: all its rows, what changed, and which rows the fetch did not confirm."""

    rows: pd.DataFrame
    added: int
    revisions: list[Revision]
    unconfirmed: bool  # some rows stem from an earlier fetch alone
    apart: tuple[str, ...]  # places with rows that this fetch did not ask for: they rest on an earlier one
    gone: bool  # nothing came back although the snapshot has values in what was asked


def merged(old: pd.DataFrame, fetched: FetchedSeries, date: str) -> Merge:
    """The snapshot's rows with the fetched ones: both vintages of every changed value.

    A value that was asked for and did not come back gets a row without value, status "missing".
    """
    current = old.drop_duplicates(KEY, keep="last")
    both = current.merge(fetched.rows, on=KEY, how="outer", suffixes=("_old", ""), indicator="where")
    came, was = both["where"] != "left_only", both["where"] != "right_only"
    asked = _asked(both, fetched)
    if fetched.rows.empty and bool((asked & both["value_old"].notna()).any()):
        return Merge(old, 0, [], True, (), gone=True)
    withdrawn = ~came & asked & ~(both["value_old"].isna() & (both["status_old"] == "missing"))
    changed = (came & was & ~_same(both)) | withdrawn
    both.loc[withdrawn, "status"] = "missing"
    news = both.loc[changed | ~was, [*KEY, "value", "count", "status"]].assign(vintage=date)
    _refuse_earlier(old, news, fetched, date)
    kept = old[~((old["vintage"] == date) & _keys(old).isin(_keys(news)))]
    rows = pd.concat([kept, news[SNAPSHOT_COLUMNS]], ignore_index=True) if len(news) else old
    values_changed = changed & ~_equal(both["value_old"], both["value"])
    return Merge(
        rows=rows,
        added=int((~was & both["value"].notna()).sum()),
        revisions=[_revision(row) for row in both[values_changed].itertuples(index=False)],
        unconfirmed=bool((~came).any()) or len(rows) > len(both),
        apart=tuple(sorted(set(both.loc[~came & ~asked, "place"]))),
        gone=False,
    )


def _asked(both: pd.DataFrame, fetched: FetchedSeries) -> pd.Series:
    inside = pd.Series(False, index=both.index)
    for part in fetched.asked:
        inside |= part.covers(both)
    return inside


def _equal(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left == right) | (left.isna() & right.isna())


def _same(both: pd.DataFrame) -> pd.Series:
    equal = _equal(both["value_old"], both["value"]) & _equal(both["count_old"], both["count"])
    return equal & (both["status_old"] == both["status"])


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[KEY])


def _refuse_earlier(old: pd.DataFrame, news: pd.DataFrame, fetched: FetchedSeries, date: str) -> None:
    if len(old) and len(news) and date < old["vintage"].max():
        raise SourceError(
            f"{fetched.wanted.id}: the fetch is dated {date} but the snapshot has rows of "
            f"{old['vintage'].max()}; the older figures would stay current. Correct the clock or the date "
            "given."
        )


def _revision(row) -> Revision:
    old, new = (None if value != value else float(value) for value in (row.value_old, row.value))
    return Revision(row.place, int(row.year), int(row.month), row.sex, row.group, old, new)
