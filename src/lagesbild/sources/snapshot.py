"""The snapshot in data/raw: csv files in canonical order, a manifest beside them, both replaced together."""

import contextlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from lagesbild.errors import SourceError
from lagesbild.paths import Paths
from lagesbild.sources.http import client_version, digest
from lagesbild.sources.raw import LISTS, csv_bytes, snapshot_folder
from lagesbild.sources.series import KEY, ROW_COLUMNS, ROW_TYPES

# `manifest.json` of a snapshot: where each series came from, when, and what its file must look like.

NAME = "manifest.json"


class SnapshotError(SourceError):
    """A snapshot on disk that cannot be trusted: file, what is wrong with it, remedy."""


@dataclass
class Manifest:
    """`series`: series id -> its entry; `lists`: places and comparison_groups -> their entries.

    An entry has title, publisher, licence, citation, base_url, requests (method, url, body?, sha256,
    bytes, rows, fetched), fetched, service_updated, definition, vintage, rows, sha256, first_year, last_year,
    note, and places_of_earlier_fetches: the places some of whose rows the latest fetch did not confirm.
    """

    source: str
    series: dict[str, dict[str, Any]] = field(default_factory=dict)
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    client: str = field(default_factory=client_version)

    def content(self) -> bytes:
        """The file's bytes: the same for the same entries."""
        whole = {"source": self.source, "client": self.client, "series": self.series, "lists": self.lists}
        return (json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()

    def with_series(self, series: str, entry: dict[str, Any]) -> "Manifest":
        """A copy with one series' entry new, written by this version of the client."""
        return Manifest(self.source, {**self.series, series: entry}, self.lists)

    def with_list(self, name: str, entry: dict[str, Any]) -> "Manifest":
        """A copy with one list's entry new."""
        return Manifest(self.source, self.series, {**self.lists, name: entry})


def read_manifest(folder: Path, source: str) -> Manifest:
    """The manifest of a snapshot's folder; an empty one where nothing has been fetched."""
    path = folder / NAME
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(source, whole["series"], whole.get("lists", {}), whole["client"])
    except FileNotFoundError:
        return Manifest(source)
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError(
            f"{path}: the manifest cannot be read ({error!r}). Restore {source} from git, "
            "or remove its folder and run 'lagesbild fetch'."
        ) from None


def latest_fetch(paths: Paths) -> str:
    """The day (ISO) of the latest fetch of any service; "" where nothing has been fetched."""
    manifests = [read_manifest(path.parent, path.parent.name) for path in sorted(paths.raw.glob(f"*/{NAME}"))]
    entries = [entry for manifest in manifests for entry in (*manifest.series.values(), *manifest.lists.values())]
    return max((entry.get("fetched", "") for entry in entries), default="")


# Files replaced together or not at all.


def replace_together(contents: dict[Path, bytes]) -> None:
    """Write all files, or leave all as they were: on a full disk, on Ctrl-C, on any error.

    Everything is on the disk under a temporary name before the first file is replaced; a file is never
    seen half written. Traps: the names must lie in folders that exist on one file system each.
    """
    new = {path: _beside(path, "new") for path in contents}
    old = {path: _beside(path, "old") for path in contents if path.exists()}
    replaced: list[Path] = []
    try:
        for path, content in contents.items():
            _write_through(new[path], content)
        for path, backup in old.items():
            _second_name(path, backup)
        for path in contents:
            replaced.append(path)
            new[path].replace(path)
    except BaseException:  # KeyboardInterrupt too: between two files it would part a csv from its manifest
        for path in replaced:
            if path in old and old[path].exists():
                old[path].replace(path)
            elif path not in old:
                path.unlink(missing_ok=True)
        raise
    finally:
        for path in (*new.values(), *old.values()):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{ending}")


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _second_name(path: Path, backup: Path) -> None:
    backup.unlink(missing_ok=True)
    try:
        backup.hardlink_to(path)  # needs no space, so a full disk cannot stop the way back
    except OSError:
        shutil.copy2(path, backup)


# The figures as received: `data/raw/<source>/`, one csv file a series, checked against its manifest.
#
# Columns of the files: SNAPSHOT_COLUMNS, in canonical order (KEY, vintage). A changed value has a row for each
# vintage; the latest one is current.

SNAPSHOT_COLUMNS = [*ROW_COLUMNS, "vintage"]


def fetch_dates(paths: Paths) -> dict[str, str]:
    """Snapshot -> date of its latest fetch, for pages and manifests."""
    dates = {}
    for path in sorted(paths.raw.glob(f"*/{NAME}")):
        series = read_manifest(path.parent, path.parent.name).series
        dates[path.parent.name] = max((entry["fetched"] for entry in series.values()), default="")
    return dates


def read_snapshot(paths: Paths, source: str) -> pd.DataFrame:
    """All rows of a source with their `series`, sorted by series, key and vintage; empty without a snapshot.

    Raises SnapshotError for a file that differs from its manifest.
    """
    import pyarrow as pa

    folder = snapshot_folder(paths, source)
    manifest = read_manifest(folder, source)
    _refuse_strangers(folder, manifest)
    tables = []
    for series in sorted(manifest.series):
        table = _table(_checked_bytes(folder / f"{series}.csv", manifest.series[series]))
        tables.append(table.add_column(0, "series", pa.repeat(pa.scalar(series), len(table))))
    if not tables:
        table = _table(csv_bytes(SNAPSHOT_COLUMNS, []))
        tables = [table.add_column(0, "series", pa.array([], pa.string()))]
    return pa.concat_tables(tables).to_pandas()


def read_series(folder: Path, manifest: Manifest, series: str) -> pd.DataFrame:
    """The rows of one series, SNAPSHOT_COLUMNS; empty where it was never fetched or its file was removed."""
    if series not in manifest.series or not (folder / f"{series}.csv").exists():
        return _table(csv_bytes(SNAPSHOT_COLUMNS, [])).to_pandas()
    return _table(_checked_bytes(folder / f"{series}.csv", manifest.series[series])).to_pandas()


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


def _table(content: bytes) -> Any:
    """An Arrow table of a series' file."""
    import pyarrow as pa
    from pyarrow.csv import ConvertOptions, ReadOptions, read_csv

    kinds = {"int64": pa.int64(), "float64": pa.float64()}
    types = {name: kinds.get(ROW_TYPES.get(name, ""), pa.string()) for name in SNAPSHOT_COLUMNS}
    typed = ConvertOptions(column_types=types, include_columns=SNAPSHOT_COLUMNS, null_values=[""])
    return read_csv(pa.BufferReader(content), ReadOptions(use_threads=False), convert_options=typed)
