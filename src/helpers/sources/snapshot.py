"""The figures as received: `data/raw/<source>/`, one csv file a series, checked against its manifest.

Columns of the files: SNAPSHOT_COLUMNS, in canonical order (KEY, vintage). A changed value has a row for each
vintage; the latest one is current.
"""

import csv
import io
from pathlib import Path

import pandas as pd

from ..paths import Paths
from .adapter import KEY, ROW_COLUMNS
from .answer import digest
from .manifest import Manifest, SnapshotError, read_manifest

SNAPSHOT_COLUMNS = [*ROW_COLUMNS, "vintage"]
LISTS = {"places": ["place", "name", "type"], "comparison_groups": ["group", "title", "place"]}
ALL_PLACES = "all"  # data/raw/all/<source>/: what `fetch --places all` brings; git ignores it
_INTEGERS, _FLOATS = ("year", "month"), ("value", "count")


def snapshot_folder(paths: Paths, source: str, all_places: bool = False) -> Path:
    """Where a source's snapshot lies: the committed one, or the one of every place."""
    return paths.raw / ALL_PLACES / source if all_places else paths.raw / source


def read_snapshot(paths: Paths, source: str) -> pd.DataFrame:
    """All rows of a source with their `series`, sorted by series, key and vintage; empty without a snapshot.

    Rows of `data/raw/all/` are added where it has been fetched; what the committed snapshot says too is
    taken from there. Raises SnapshotError for a file that is not as its manifest says.
    """
    folders = [snapshot_folder(paths, source), snapshot_folder(paths, source, all_places=True)]
    committed, every = (_folder_rows(folder, source) for folder in folders)
    if every.empty:
        return committed
    rows = pd.concat([committed, every], ignore_index=True)
    told = ["series", *KEY, "value", "status"]
    kept = rows.iloc[: len(committed)].index.union(rows[~rows.duplicated(told)].index)
    return rows.loc[kept].sort_values(["series", *KEY, "vintage"], kind="stable", ignore_index=True)


def read_series(folder: Path, manifest: Manifest, id: str) -> pd.DataFrame:
    """The rows of one series, SNAPSHOT_COLUMNS; empty where it was never fetched or its file was removed."""
    if id not in manifest.series or not (folder / f"{id}.csv").exists():
        return _frame(_table(_csv([], SNAPSHOT_COLUMNS)))
    return _frame(_table(_checked_bytes(folder / f"{id}.csv", manifest.series[id])))


def read_list(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of `places.csv` or `comparison_groups.csv`; empty where it was never fetched."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def series_bytes(rows: pd.DataFrame) -> bytes:
    """The csv file of a series: canonical order, LF, numbers in their shortest form."""
    ordered = rows.sort_values([*KEY, "vintage"], kind="stable")
    columns = [_texts(ordered[name]) if name in _FLOATS else ordered[name].tolist() for name in SNAPSHOT_COLUMNS]
    return _csv(zip(*columns, strict=True), SNAPSHOT_COLUMNS)


def list_bytes(name: str, rows: list[dict[str, str]]) -> bytes:
    """The csv file of a list, sorted by its columns."""
    return _csv(sorted(tuple(row[column] for column in LISTS[name]) for row in rows), LISTS[name])


def _csv(rows, header: list[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _texts(values: pd.Series) -> list[str]:
    """12, 12.5 or nothing: the shortest texts that give the same numbers again."""
    return [
        "" if value != value else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        for value in values.tolist()
    ]


def _folder_rows(folder: Path, source: str) -> pd.DataFrame:
    import pyarrow as pa

    manifest = read_manifest(folder, source)
    _refuse_strangers(folder, manifest)
    tables = []
    for id in sorted(manifest.series):
        table = _table(_checked_bytes(folder / f"{id}.csv", manifest.series[id]))
        tables.append(table.add_column(0, "series", pa.repeat(pa.scalar(id), len(table))))
    if not tables:
        table = _table(_csv([], SNAPSHOT_COLUMNS))
        tables = [table.add_column(0, "series", pa.array([], pa.string()))]
    return _frame(pa.concat_tables(tables))


def _refuse_strangers(folder: Path, manifest: Manifest) -> None:
    known = {f"{name}.csv" for name in (*manifest.series, *LISTS)}
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        if path.name not in known and not path.name.startswith("."):
            raise SnapshotError(
                f"{path}: no line of manifest.json tells where this file comes from. Remove it, or put the "
                "municipality's own figures into data/raw/local/<municipality>/."
            )


def _checked_bytes(path: Path, entry: dict) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SnapshotError(
            f"{path}: the manifest names this file but it is missing. Restore it from git, or run "
            f"'lagesbild fetch --only {path.stem}'."
        ) from None
    if digest(content) != entry["sha256"]:
        raise SnapshotError(
            f"{path}: the file is not the one that was fetched on {entry['fetched']} (its checksum differs "
            "from manifest.json). Restore both from git, or remove the file and run "
            f"'lagesbild fetch --only {path.stem}'."
        )
    return content


def _table(content: bytes):
    """An Arrow table of a series' file."""
    import pyarrow as pa
    from pyarrow.csv import ConvertOptions, ReadOptions, read_csv

    types = {name: pa.string() for name in SNAPSHOT_COLUMNS}
    types |= {name: pa.int64() for name in _INTEGERS} | {name: pa.float64() for name in _FLOATS}
    typed = ConvertOptions(column_types=types, include_columns=SNAPSHOT_COLUMNS, null_values=[""])
    return read_csv(pa.BufferReader(content), ReadOptions(use_threads=False), convert_options=typed)


def _frame(table) -> pd.DataFrame:
    return table.to_pandas()
