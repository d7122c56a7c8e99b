"""The lists that everything else hangs on: official places and comparison groups, beside Kolada's series."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..catalog import Catalog
from ..places import Places
from .answer import digest
from .client import Client
from .errors import SourceError
from .keeping import SeriesResult, Terms
from .kolada import comparison_groups, places
from .kolada.lists import FetchedList
from .manifest import NAME, read_manifest
from .snapshot import list_bytes, read_list
from .storage import replace_together

_TITLES = {"places": "Kommuner, regioner och riket", "comparison_groups": "Liknande kommuner"}


@dataclass(frozen=True)
class ListKeeper:
    """Fetches and stores both lists; where that fails, the ones that were stored before serve on."""

    folder: Path
    client: Client
    catalog: Catalog
    terms: Terms

    def refreshed(self) -> tuple[Places, list[SeriesResult]]:
        """Places with groups, and what became of the two lists. Raises SourceError without any list."""
        results = [
            self._kept("places", lambda: places(self.client)),
            self._kept("comparison_groups", lambda: comparison_groups(self.client, self.catalog.comparisons)),
        ]
        if not (self.folder / "places.csv").exists():
            raise SourceError(f"{results[0].message} Without a list of places nothing else can be fetched.")
        return held_places(self.folder), results

    def _kept(self, name: str, fetch) -> SeriesResult:
        try:
            return SeriesResult("kolada", name, "", self._store(fetch()))
        except (SourceError, OSError) as error:
            return SeriesResult("kolada", name, "", "failed", f"{name}: {error}")

    def _store(self, fetched: FetchedList) -> str:
        path = self.folder / f"{fetched.name}.csv"
        old = read_list(self.folder, fetched.name)
        if fetched.name == "places" and fetched.name not in self.terms.accept:
            _refuse_new_division(old, fetched.rows)
        content = list_bytes(fetched.name, fetched.rows)
        same = path.exists() and path.read_bytes() == content
        self.folder.mkdir(parents=True, exist_ok=True)
        manifest = read_manifest(self.folder, "kolada").with_list(fetched.name, self._entry(fetched, content))
        replace_together({**({} if same else {path: content}), self.folder / NAME: manifest.content()})
        return "unchanged" if same else "revised" if old else "new"

    def _entry(self, fetched: FetchedList, content: bytes) -> dict[str, Any]:
        return {
            "title": _TITLES[fetched.name],
            "publisher": "Kolada (RKA)",
            "base_url": self.client.base_url,
            "requests": [{**request, "fetched": self.terms.date} for request in fetched.requests],
            "fetched": self.terms.date,
            "rows": len(fetched.rows),
            "sha256": digest(content),
            "note": self.terms.note,
        }


def held_places(folder: Path) -> Places:
    """Places and groups as they are stored; without any where nothing has been fetched."""
    rows = read_list(folder, "places")
    groups: dict[str, tuple[str, list[str]]] = {}
    for row in read_list(folder, "comparison_groups"):
        groups.setdefault(row["group"], (row["title"], []))[1].append(row["place"])
    return Places(
        {row["place"]: row["name"] for row in rows},
        {row["place"]: row["type"] for row in rows},
        {id: (title, tuple(members)) for id, (title, members) in groups.items()},
    )


def _refuse_new_division(old: list[dict[str, str]], new: list[dict[str, str]]) -> None:
    before, after = ({(row["place"], row["type"]) for row in rows} for rows in (old, new))
    if old and before != after:
        came = ", ".join(f"{code} ({kind})" for code, kind in sorted(after - before)) or "none"
        went = ", ".join(f"{code} ({kind})" for code, kind in sorted(before - after)) or "none"
        raise SourceError(
            f"the division into municipalities and regions has changed: new {came}; gone {went}. The "
            "old list is kept. Enter breaks in data/catalog for the indicators that it touches, then run "
            "'lagesbild fetch --accept places'."
        )
