"""The files of data/raw: which there are, and the lists of places and groups that every command needs.

Nothing here needs pandas, so that a command that only looks is quick.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from lagesbild.errors import Refusal
from lagesbild.paths import Paths
from lagesbild.places import Places

LISTS = {"places": ["place", "name", "type"], "comparison_groups": ["group", "title", "place"]}


class NoSnapshot(Refusal):
    """There are no official figures to work on."""


def snapshot_folder(paths: Paths, source: str) -> Path:
    """Where a source's snapshot lies."""
    return paths.raw / source


def raw_files(paths: Paths) -> list[Path]:
    """Every file of `data/raw`, sorted; without locks and what editors leave."""
    files = (path for path in sorted(paths.raw.rglob("*")) if path.is_file())
    return [path for path in files if not path.name.startswith((".", "~"))]


def local_files(paths: Paths) -> list[Path]:
    """The municipalities' own files, `data/raw/local/<municipality>/*.csv|xlsx`, sorted; without what editors leave."""
    files = sorted(paths.local.glob("*/*")) if paths.local.is_dir() else ()
    return [path for path in files if path.suffix.lower() in (".csv", ".xlsx") and path.name[0] not in "~."]


def load_places(paths: Paths) -> Places:
    """The snapshot's places and comparison groups. Raises NoSnapshot when none has been fetched."""
    folder = snapshot_folder(paths, "kolada")
    if not (folder / "places.csv").exists():
        raise NoSnapshot(
            f"{paths.relative(folder)}/places.csv is missing: there is no snapshot of official figures. "
            "Run 'lagesbild fetch', or restore data/raw from the repository."
        )
    return stored_places(folder)


def stored_places(folder: Path) -> Places:
    """Places and groups as they lie in a folder; without any where nothing has been fetched."""
    rows = read_list(folder, "places")
    groups: dict[str, tuple[str, list[str]]] = {}
    for row in read_list(folder, "comparison_groups"):
        groups.setdefault(row["group"], (row["title"], []))[1].append(row["place"])
    return Places(
        names={row["place"]: row["name"] for row in rows},
        kinds={row["place"]: row["type"] for row in rows},
        groups={group: (title, tuple(members)) for group, (title, members) in groups.items()},
    )


def read_list(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of `places.csv` or `comparison_groups.csv`; empty where it was never fetched."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def list_bytes(name: str, rows: Iterable[dict[str, str]]) -> bytes:
    """The csv file of a list, sorted by its columns."""
    return csv_bytes(LISTS[name], sorted(tuple(row[column] for column in LISTS[name]) for row in rows))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A csv file as they lie in `data/raw`: comma, LF, UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
