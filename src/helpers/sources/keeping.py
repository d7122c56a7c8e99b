"""A fetched series into the snapshot: checked, compared with what was known, written or left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..catalog import Catalog
from .adapter import FetchedSeries, WantedSeries
from .answer import digest
from .checks import checked_rows
from .errors import SourceError
from .manifest import NAME, read_manifest
from .snapshot import read_series, series_bytes
from .storage import replace_together
from .vintages import Merge, Revision, merged

STATES = ("new", "unchanged", "revised", "gone", "nothing published", "failed")


@dataclass(frozen=True)
class SeriesResult:
    """What became of one series. `state` is one of STATES; `gone` and `failed` leave the snapshot as it was.

    "new" is a series seen for the first time, or one with new periods or places only.
    """

    source: str
    id: str
    indicator: str
    state: str
    message: str = ""
    added: int = 0
    revisions: list[Revision] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.state not in ("gone", "failed")


@dataclass(frozen=True)
class Terms:
    """What holds for everything that one fetch stores.

    `accept`: series, or "places", whose changed definition or division a person has read.
    """

    date: str
    note: str | None = None
    accept: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Keeper:
    """Writes the series of one source."""

    folder: Path
    source: str
    base_url: str
    catalog: Catalog
    terms: Terms

    def result(self, wanted: WantedSeries, state: str, message: str = "") -> SeriesResult:
        """A result without rows."""
        return SeriesResult(self.source, wanted.id, wanted.indicator, state, message)

    def keep(self, fetched: FetchedSeries) -> SeriesResult:
        """Store the series whole. Raises SourceError or OSError, with the old files untouched."""
        wanted = fetched.wanted
        manifest = read_manifest(self.folder, self.source)
        known = manifest.series.get(wanted.id, {})
        rows = checked_rows(fetched, self.catalog.unit_of(wanted.indicator))
        self._refuse_new_definition(fetched, known)
        old = read_series(self.folder, manifest, wanted.id)
        merge = merged(old, replace(fetched, rows=rows), self.terms.date)
        if merge.gone:
            state = self.result(wanted, "gone", _gone(fetched))
        elif old.empty and rows.empty:
            state = self.result(wanted, "nothing published")
        else:
            content = series_bytes(merge.rows)
            entry = self._entry(fetched, merge, known, content)
            self._write(f"{wanted.id}.csv", content, manifest.with_series(wanted.id, entry).content())
            name = "revised" if merge.revisions else "new" if merge.added else "unchanged"
            state = replace(self.result(wanted, name), added=merge.added, revisions=merge.revisions)
        return replace(state, warnings=list(fetched.warnings))

    def _write(self, name: str, content: bytes, manifest: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        same = path.exists() and path.read_bytes() == content
        replace_together(({} if same else {path: content}) | {self.folder / NAME: manifest})

    def _refuse_new_definition(self, fetched: FetchedSeries, known: Mapping[str, Any]) -> None:
        old, new = known.get("definition"), fetched.definition
        if not old or not new or old.split() == new.split() or fetched.wanted.id in self.terms.accept:
            return
        raise SourceError(
            f"{fetched.wanted.id} ({fetched.wanted.indicator}): the publisher's definition has changed from "
            f"'{old}' to '{new}'. No figures are joined across it unseen: enter a break for the indicator in "
            "data/catalog if the denominator, the unit or the division is another one, then run "
            f"'lagesbild fetch --only {fetched.wanted.id} --accept {fetched.wanted.id}'."
        )

    def _entry(self, fetched: FetchedSeries, merge: Merge, known: Mapping[str, Any], content: bytes) -> dict:
        publisher = self.catalog.publishers[fetched.wanted.entry.publisher]
        years = merge.rows.loc[merge.rows["value"].notna(), "year"]
        return {
            "title": fetched.title,
            "publisher": publisher.name,
            "licence": publisher.licence,
            "citation": publisher.cite,
            "base_url": self.base_url,
            "requests": self._requests(fetched, merge, known),
            "fetched": self.terms.date,
            "service_updated": fetched.service_updated,
            "definition": fetched.definition,
            "vintage": merge.rows["vintage"].max(),
            "places_of_earlier_fetches": list(merge.apart),
            "rows": len(merge.rows),
            "sha256": digest(content),
            "first_year": int(years.min()) if len(years) else None,
            "last_year": int(years.max()) if len(years) else None,
            "note": self.terms.note,
        }

    def _requests(self, fetched: FetchedSeries, merge: Merge, known: Mapping[str, Any]) -> list[dict]:
        """The answers that the file's rows came from: earlier ones stay while rows rest on them alone."""
        new = [{**request, "fetched": self.terms.date} for request in fetched.requests]
        seen = {_identity(request) for request in new}
        earlier = known.get("requests", ()) if merge.unconfirmed else ()
        return [*(request for request in earlier if _identity(request) not in seen), *new]


def _gone(fetched: FetchedSeries) -> str:
    first = fetched.requests[0] if fetched.requests else {}
    asked = f" ({first['method']} {first['url'][:200]})" if first else ""
    return (
        f"{fetched.wanted.id}: the service has no values{asked} where the snapshot has. The snapshot is "
        "kept. See whether the series was moved or closed, then correct the catalogue."
    )


def _identity(request: Mapping[str, Any]) -> tuple[str, str, str]:
    return request["method"], request["url"], request["sha256"]
