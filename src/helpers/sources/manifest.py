"""`manifest.json` of a snapshot: where each series came from, when, and what its file must look like."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .client import client_version
from .errors import SourceError

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

    def with_series(self, id: str, entry: dict[str, Any]) -> "Manifest":
        """A copy with one series' entry new, written by this version of the client."""
        return Manifest(self.source, {**self.series, id: entry}, self.lists)

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
