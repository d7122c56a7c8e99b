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


class MisplacedFile(Refusal):
    """Files among the municipalities' own that nothing would read, one line each."""


BESIDE = ("readme.md", "thumbs.db", "desktop.ini")  # in data/raw/local/, and no figures; nor is what editors leave


def local_files(paths: Paths) -> list[Path]:
    """The municipalities' own files, `data/raw/local/<municipality>/*.csv|xlsx`, sorted.

    Raises MisplacedFile with every other file that lies there: its figures would be missed without a word.
    """
    files = [path for path in sorted({*paths.local.glob("*/*"), *paths.local.rglob("*")}) if path.is_file()]
    files = [path for path in files if not _is_beside(path.relative_to(paths.local))]
    misplaced = [f"{paths.relative(path)}: {why}" for path in files if (why := _misplaced(path, paths.local))]
    if misplaced:
        raise MisplacedFile("\n".join(misplaced))
    return files


def _is_beside(inside: Path) -> bool:
    hidden = any(part.startswith((".", "~")) for part in inside.parts)
    return hidden or inside.name.endswith("~") or inside.name.casefold() in BESIDE


def _misplaced(path: Path, folder: Path) -> str:
    """Why a file would not be read, else nothing."""
    municipality, *inside = path.relative_to(folder).parts
    if not inside:
        return "lies beside the municipalities' folders. Move it into one, such as data/raw/local/2480/."
    if len(inside) > 1:
        return f"lies too deep. Move it up, into data/raw/local/{municipality}/."
    if path.suffix.lower() not in (".csv", ".xlsx"):
        return f"files of the kind '{path.suffix}' are not read. Save it as .xlsx or as CSV UTF-8, or take it away."
    return ""


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
