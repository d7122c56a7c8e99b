"""The figures as received: `data/raw/<source>/`, one csv file a series, and what a fetch makes of them.

Columns of the files: SNAPSHOT_COLUMNS, in canonical order (KEY, vintage). A changed value has a row for each
vintage; the latest one is current.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lagesbild.errors import SourceError
from lagesbild.paths import Paths
from lagesbild.sources.raw import (
    NAME,
    Manifest,
    checked_bytes,
    csv_bytes,
    named_or_there,
    read_manifest,
    snapshot_folder,
)
from lagesbild.sources.series import KEY, ROW_COLUMNS, ROW_TYPES, FetchedSeries

SNAPSHOT_COLUMNS = [*ROW_COLUMNS, "vintage"]


def fetch_dates(paths: Paths) -> dict[str, str]:
    """Snapshot -> date of its latest fetch, for pages and manifests."""
    dates = {}
    for path in sorted(paths.raw.glob(f"*/{NAME}")):
        series = read_manifest(path.parent, path.parent.name).series
        dates[path.parent.name] = max((entry["fetched"] for entry in series.values()), default="")
    return dates


def latest_fetch(paths: Paths) -> str:
    """The day (ISO) of the latest fetch of any service; "" where nothing has been fetched."""
    return max(fetch_dates(paths).values(), default="")


def read_snapshot(paths: Paths, source: str) -> pd.DataFrame:
    """All rows of a source with their `series`, sorted by series, key and vintage; empty without a snapshot.

    Raises SnapshotError for a file that differs from its manifest.
    """
    import pyarrow as pa

    folder = snapshot_folder(paths, source)
    manifest = read_manifest(folder, source)
    tables = []
    for series in named_or_there(folder, manifest):
        content = checked_bytes(folder, manifest, series)
        if series in manifest.series:
            table = _table(content)
            tables.append(table.add_column(0, "series", pa.repeat(pa.scalar(series), len(table))))
    if not tables:
        table = _table(csv_bytes(SNAPSHOT_COLUMNS, []))
        tables = [table.add_column(0, "series", pa.array([], pa.string()))]
    return pa.concat_tables(tables).to_pandas()


def read_series(folder: Path, manifest: Manifest, series: str) -> pd.DataFrame:
    """The rows of one series, SNAPSHOT_COLUMNS; empty where it was never fetched: neither entry nor file is there.

    Raises SnapshotError where one of the two is, without the other or with another content.
    """
    if series not in named_or_there(folder, manifest):
        return _table(csv_bytes(SNAPSHOT_COLUMNS, [])).to_pandas()
    return _table(checked_bytes(folder, manifest, series)).to_pandas()


def series_bytes(rows: pd.DataFrame) -> bytes:
    """The csv file of a series: canonical order, LF, numbers in their shortest form."""
    ordered = rows.sort_values([*KEY, "vintage"], kind="stable")
    columns = [
        _texts(ordered[name]) if ROW_TYPES.get(name) == "float64" else ordered[name].tolist()
        for name in SNAPSHOT_COLUMNS
    ]
    return csv_bytes(SNAPSHOT_COLUMNS, zip(*columns, strict=True))


def _texts(values: pd.Series) -> list[str]:
    """12, 12.5 or nothing: the shortest texts that give the same numbers again."""
    return [
        "" if value != value else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        for value in values.tolist()
    ]


def _table(content: bytes) -> Any:
    """An Arrow table of a series' file."""
    import pyarrow as pa
    from pyarrow.csv import ConvertOptions, ReadOptions, read_csv

    kinds = {"int64": pa.int64(), "float64": pa.float64()}
    types = {name: kinds.get(ROW_TYPES.get(name, ""), pa.string()) for name in SNAPSHOT_COLUMNS}
    typed = ConvertOptions(column_types=types, include_columns=SNAPSHOT_COLUMNS, null_values=[""])
    return read_csv(pa.BufferReader(content), ReadOptions(use_threads=False), convert_options=typed)


# The rows of a series after a fetch, with the values that were added, revised and withdrawn.


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

    A value that was asked for and did not come back gets a row without value, status "missing". Raises SourceError
    for a fetch dated before the snapshot.
    """
    current = old.drop_duplicates(KEY, keep="last")
    both = current.merge(fetched.rows, on=KEY, how="outer", suffixes=("_old", ""), indicator="where")
    came, was = both["where"] != "left_only", both["where"] != "right_only"
    asked = pd.Series(False, index=both.index)
    for part in fetched.asked:
        asked |= part.covers(both)
    if fetched.rows.empty and bool((asked & both["value_old"].notna()).any()):
        return Merge(old, 0, [], True, (), gone=True)
    same_value = _equal(both["value_old"], both["value"])
    same = same_value & _equal(both["count_old"], both["count"]) & (both["status_old"] == both["status"])
    withdrawn = ~came & asked & ~(both["value_old"].isna() & (both["status_old"] == "missing"))
    changed = (came & was & ~same) | withdrawn
    both.loc[withdrawn, "status"] = "missing"
    news = both.loc[changed | ~was, [*KEY, "value", "count", "status"]].assign(vintage=date)
    if len(old) and len(news) and date < old["vintage"].max():
        raise SourceError(
            f"{fetched.wanted.id}: the fetch is dated {date} but the snapshot has rows of "
            f"{old['vintage'].max()}; the older figures would stay current. Correct the clock or the date "
            "given."
        )
    replaced = pd.MultiIndex.from_frame(old[KEY]).isin(pd.MultiIndex.from_frame(news[KEY]))
    kept = old[~((old["vintage"] == date) & replaced)]
    rows = pd.concat([kept, news[SNAPSHOT_COLUMNS]], ignore_index=True) if len(news) else old
    return Merge(
        rows=rows,
        added=int((~was & both["value"].notna()).sum()),
        revisions=[_revision(row) for row in both[changed & ~same_value].itertuples(index=False)],
        unconfirmed=bool((~came).any()) or len(rows) > len(both),
        apart=tuple(sorted(set(both.loc[~came & ~asked, "place"]))),
        gone=False,
    )


def _equal(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left == right) | (left.isna() & right.isna())


def _revision(row: Any) -> Revision:
    old, new = (None if value != value else float(value) for value in (row.value_old, row.value))
    return Revision(row.place, int(row.year), int(row.month), row.sex, row.group, old, new)
