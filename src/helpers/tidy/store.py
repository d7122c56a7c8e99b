"""The table on disk: `data/processed/tidy.parquet` with its data dictionary, rebuilt when its input changes."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..catalog import Catalog
from ..paths import PACKAGE, Paths
from ..places import load_places
from .columns import COLUMNS, MEANING

FILE = "tidy.parquet"


def input_key(paths: Paths) -> str:
    """A checksum of all that the table is made from: catalogue, raw files, and the code that reads them."""
    digest = hashlib.sha256()
    for path in _inputs(paths):
        digest.update(paths.relative(path).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _inputs(paths: Paths) -> list[Path]:
    data = [p for folder in (paths.catalog, paths.raw) for p in sorted(folder.rglob("*")) if p.is_file()]
    data = [p for p in data if not p.name.startswith((".", "~"))]  # locks, and what editors leave
    code = sorted(p for room in ("catalog", "sources", "tidy") for p in (PACKAGE / room).rglob("*.py"))
    return [*data, *code, PACKAGE / "suppression.py"]


@dataclass(frozen=True)
class TableAtHand:
    """The whole tidy table, and whether it is the one on disk."""

    rows: pd.DataFrame
    key: str
    stored: bool


def table_at_hand(paths: Paths, catalog: Catalog) -> TableAtHand:
    """The stored table, or a new one when that is missing or older than its input. Writes nothing."""
    key = input_key(paths)
    target = paths.processed / FILE
    if target.exists() and _key_file(paths).exists() and _key_file(paths).read_text("utf-8").strip() == key:
        return TableAtHand(pd.read_parquet(target), key, stored=True)
    from .assembly import tidy_table  # pandera and the readers are needed only here

    return TableAtHand(tidy_table(paths, catalog, load_places(paths)), key, stored=False)


def store(paths: Paths, catalog: Catalog, table: TableAtHand) -> None:
    """Writes the table and its data dictionary, unless it is the one on disk."""
    if table.stored:
        return
    paths.processed.mkdir(parents=True, exist_ok=True)
    _key_file(paths).unlink(missing_ok=True)  # a table without its key is built again
    dictionary = data_dictionary(table.rows, catalog)
    _replaced(paths.processed / FILE, lambda temporary: table.rows.to_parquet(temporary, index=False))
    _replaced(paths.processed / "data_dictionary.md", lambda temporary: temporary.write_text(dictionary, "utf-8"))
    _replaced(_key_file(paths), lambda temporary: temporary.write_text(table.key + "\n", "utf-8"))


def _key_file(paths: Paths) -> Path:
    return paths.processed / "tidy.key"


def _replaced(target: Path, write: Callable[[Path], object]) -> None:
    """Writes beside `target` and puts it in place in one step, so that a reader never meets half a file."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    write(temporary)
    temporary.replace(target)


def _columns_part() -> str:
    rows = "\n".join(f"| `{name}` | {kind} | {MEANING[name]} |" for name, kind in COLUMNS.items())
    return f"| Column | Type | Meaning |\n| --- | --- | --- |\n{rows}\n"


def data_dictionary(table: pd.DataFrame, catalog: Catalog) -> str:
    """The table's columns and indicators as Markdown: unit, source, rows, places and years of each."""
    lines = [
        "# Data dictionary of tidy.parquet",
        "",
        "Made by the build from the catalogue and the snapshot; do not edit.",
        "",
        _columns_part(),
        "| Indicator | Title | Unit | Source | Rows | Places | Years |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    held = dict(iter(table.groupby("indicator")))
    for id, entry in sorted(catalog.indicators.items()):
        rows = held.get(id)
        extent = (
            "0 | 0 | -"
            if rows is None
            else (f"{len(rows)} | {rows['place'].nunique()} | {rows['year'].min()}-{rows['year'].max()}")
        )
        lines.append(f"| `{id}` | {entry.title} | {catalog.units[entry.unit].text} | {entry.source} | {extent} |")
    return "\n".join(lines) + "\n"


def manifest_vintages(paths: Paths) -> dict[str, str]:
    """Snapshot name -> date of its latest fetch, for pages and manifests."""
    found = {}
    for manifest in sorted(paths.raw.glob("*/manifest.json")):
        series = json.loads(manifest.read_text("utf-8"))["series"].values()
        found[manifest.parent.name] = max((entry["fetched"] for entry in series), default="")
    return found
