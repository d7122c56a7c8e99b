"""The files of data/raw: which there are, the manifests that they are held against, and the lists of places and groups.

Nothing here needs pandas, so that a command that only looks is quick.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lagesbild.errors import Refusal, SourceError
from lagesbild.paths import Paths
from lagesbild.places import Places

SERVICES = ("kolada", "scb", "fohm")  # each has its snapshot in a folder of this name
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
    # rglob does not go into a municipality's folder that is a link to elsewhere
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
        return "lies beside the municipalities' folders. Move it into one, such as data/raw/local/0180/."
    if len(inside) > 1:
        return f"lies too deep. Move it up, into data/raw/local/{municipality}/."
    if path.suffix.lower() not in (".csv", ".xlsx"):
        return f"files of the kind '{path.suffix}' are not read. Save it as .xlsx or as CSV UTF-8, or take it away."
    return ""


# `manifest.json` of a snapshot: where each series came from, when, and what its file must look like.

NAME = "manifest.json"


class SnapshotError(SourceError):
    """A snapshot on disk that cannot be trusted: file, what is wrong with it, remedy."""


class _Checked(BaseModel):
    """What must be in a part of the manifest for us to go by it. Other fields are a later version's: they stay."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Whole(_Checked):
    series: dict[str, Any]
    lists: dict[str, Any] = {}
    client: str


class _Request(_Checked):
    method: str
    url: str
    sha256: str


Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class _ListEntry(_Checked):
    fetched: Day
    sha256: str
    requests: list[_Request] = []


class _SeriesEntry(_ListEntry):
    vintage: Day
    definition: str | None = None
    places_of_earlier_fetches: list[str] = []


@dataclass
class Manifest:
    """`series`: series id -> its entry; `lists`: places and comparison_groups -> their entries.

    An entry has title, publisher, licence, citation, base_url, requests (method, url, body?, sha256,
    bytes, rows, fetched), fetched, service_updated, definition, vintage, rows, sha256, first_year, last_year,
    note, and places_of_earlier_fetches: the places some of whose rows the latest fetch did not confirm.
    What a later version has put into it stays there when this one writes.
    """

    source: str
    series: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)
    client: str = ""
    more: dict[str, Any] = field(default_factory=dict)  # of a later version

    def content(self) -> bytes:
        """The file's bytes: the same for the same entries."""
        whole = {"source": self.source, "client": self.client, "series": self.series, "lists": self.lists}
        text = json.dumps(self.more | whole, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        return text.encode("utf-8", "backslashreplace")  # half a surrogate becomes \ud800, as JSON writes it

    def with_series(self, series: str, entry: dict[str, Any]) -> "Manifest":
        """A copy with one series' entry new, written by this version of the client."""
        return self._by_us(_with(self.series, series, entry), self.lists)

    def with_list(self, name: str, entry: dict[str, Any]) -> "Manifest":
        """A copy with one list's entry new."""
        return self._by_us(self.series, _with(self.lists, name, entry))

    def _by_us(self, series: dict[str, Any], lists: dict[str, Any]) -> "Manifest":
        from lagesbild.sources.http import client_version  # with requests: a command that only looks is quick

        return Manifest(self.source, series, lists, client_version(), self.more)


def _with(entries: dict[str, Any], name: str, entry: dict[str, Any]) -> dict[str, Any]:
    known = entries.get(name)
    return {**entries, name: {**known, **entry} if isinstance(known, dict) else entry}


def read_manifest(folder: Path, source: str) -> Manifest:
    """The manifest of a snapshot's folder; an empty one where nothing has been fetched.

    Raises SnapshotError when it cannot be read, or was removed from beside its files. What its entries say is looked
    at with their files, so that one that is damaged stops no other.
    """
    path = folder / NAME
    anew = f"To begin anew, without earlier vintages, remove {folder} and run 'lagesbild fetch'."
    try:
        return manifest_of(path, source)
    except FileNotFoundError:
        if not csv_files(folder):
            return Manifest(source)
        what = "the manifest is missing, and files of series lie there"
    except (OSError, ValueError) as error:
        what = f"the manifest cannot be read ({_shown(error)})"
    raise SnapshotError(f"{path}: {what}. {_restored(folder)} {anew}")


def manifest_of(path: Path, source: str) -> Manifest:
    """The manifest in a file. Raises OSError or ValueError when it cannot be read."""
    content = path.read_bytes()
    if MARKS in content:
        raise ValueError("git's conflict marks, <<<<<<<, stand in it")
    if b"\r\n" in content:
        raise ValueError(LINE_ENDS)
    whole = _Whole.model_validate(json.loads(content, object_pairs_hook=_once))
    return Manifest(source, whole.series, whole.lists, whole.client, whole.model_extra or {})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"'{max(names, key=names.count)}' stands twice")
    return dict(pairs)


def _shown(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"
    return str(error)


# The files of a snapshot, held against its manifest.

MARKS = b"<<<<<<<"
LINE_ENDS = (
    "its line ends are CRLF now, as git makes them where core.autocrlf is set: run 'git config core.autocrlf false', "
    "and remove the folder, so that git writes all of it"
)


def _restored(folder: Path) -> str:
    return (
        f"Restore the folder as it was committed, 'git checkout HEAD -- {folder}', and fetch again what was fetched "
        "since then."
    )


def csv_files(folder: Path) -> list[Path]:
    """The files of a snapshot's series and lists, sorted; without what editors and killed fetches leave."""
    return [path for path in sorted(folder.glob("*.csv")) if not path.name.startswith(".")]


def check_snapshots(paths: Paths) -> None:
    """Holds the bytes of every service's snapshot against its manifest. Raises SnapshotError for the first fault."""
    for source in SERVICES:
        folder = snapshot_folder(paths, source)
        manifest = read_manifest(folder, source)
        for name in named_or_there(folder, manifest):
            checked_bytes(folder, manifest, name)


def named_or_there(folder: Path, manifest: Manifest) -> list[str]:
    """Every series and list that has an entry or a file."""
    return sorted({*manifest.series, *manifest.lists, *(path.stem for path in csv_files(folder))})


def checked_bytes(folder: Path, manifest: Manifest, name: str) -> bytes:
    """The file of a series or list. Raises SnapshotError when it, or its entry, is missing, damaged or changed."""
    path, is_list = folder / f"{name}.csv", name in LISTS or name in manifest.lists
    entries, model = (manifest.lists, _ListEntry) if is_list else (manifest.series, _SeriesEntry)
    remedy = f"{_restored(folder)} " + (
        "Or remove the file and run 'lagesbild fetch'."
        if is_list
        else f"To begin {name} anew, without earlier vintages, remove this file and its entry in {NAME}, and run "
        f"'lagesbild fetch --only {name}'."
    )
    if name not in entries:
        raise SnapshotError(
            f"{path}: no entry of {NAME} tells where this file comes from. If no fetch has written it, remove it: a "
            f"municipality's own file belongs into data/raw/local/<municipality>/. If its entry was lost: {remedy}"
        )
    try:
        entry = model.model_validate(entries[name])
        content = path.read_bytes()
    except ValidationError as error:
        raise SnapshotError(f"{folder / NAME}: {name}: {_shown(error)}. {remedy}") from None
    except FileNotFoundError:
        raise SnapshotError(f"{path}: {NAME} names this file but it is missing. {remedy}") from None
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise SnapshotError(
            f"{path}: the file is not the one that was fetched on {entry.fetched}: "
            f"{_difference(content, entry.sha256)}. {remedy}"
        )
    return content


def _difference(content: bytes, wanted: str) -> str:
    if MARKS in content:
        return "git's conflict marks, <<<<<<<, stand in it"
    if hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() == wanted:
        return LINE_ENDS
    return f"its checksum differs from {NAME}"


# The lists that everything else hangs on: official places and comparison groups, beside Kolada's series.


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
    """The rows of `places.csv` or `comparison_groups.csv`; empty where it was never fetched, or was removed.

    Raises SnapshotError when the file is not the one that was fetched.
    """
    if not (folder / f"{name}.csv").exists():
        return []
    content = checked_bytes(folder, read_manifest(folder, folder.name), name)
    return list(csv.DictReader(io.StringIO(content.decode())))


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
