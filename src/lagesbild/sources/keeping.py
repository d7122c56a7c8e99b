"""What a fetch keeps: vintages and revisions of each series, the lists of places, a manifest entry for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lagesbild.catalog.models import Catalog, Comparisons
from lagesbild.errors import SourceError
from lagesbild.places import Places
from lagesbild.sources.http import Client, digest
from lagesbild.sources.kolada_answers import FetchedList, comparison_groups, places
from lagesbild.sources.raw import NAME, Manifest, list_bytes, read_list, read_manifest, stored_places
from lagesbild.sources.replacing import replace_together
from lagesbild.sources.series import FailedSeries, FetchedSeries, WantedSeries, checked_rows
from lagesbild.sources.snapshot import Merge, Revision, merged, read_series, series_bytes

# A fetched series into the snapshot: checked, compared with what was known, written or left alone.

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

    def keep(self, series: FetchedSeries | FailedSeries) -> SeriesResult:
        """Stores a series whole, and says what became of it. What fails leaves the old files untouched."""
        if isinstance(series, FailedSeries):
            return self._result(series.wanted, "failed", series.message)
        try:
            return self._stored(series)
        except SourceError as error:
            message = str(error)
        except OSError as error:
            message = _not_stored(series.wanted.id, self.folder, error)
        return self._result(series.wanted, "failed", message)

    def _stored(self, fetched: FetchedSeries) -> SeriesResult:
        wanted = fetched.wanted
        manifest = read_manifest(self.folder, self.source)
        old = read_series(self.folder, manifest, wanted.id)
        known = manifest.series.get(wanted.id, {})
        rows = checked_rows(fetched, self.catalog.unit_of(wanted.indicator))
        self._refuse_new_definition(fetched, known)
        merge = merged(old, replace(fetched, rows=rows), self.terms.date)
        if merge.gone:
            result = self._result(wanted, "gone", _gone(fetched))
        elif old.empty and rows.empty:
            result = self._result(wanted, "nothing published")
        else:
            content = series_bytes(merge.rows)
            entry = self._entry(fetched, merge, known, content)
            _write(self.folder / f"{wanted.id}.csv", content, manifest.with_series(wanted.id, entry))
            state = "revised" if merge.revisions else "new" if merge.added else "unchanged"
            result = replace(self._result(wanted, state), added=merge.added, revisions=merge.revisions)
        return replace(result, warnings=list(fetched.warnings))

    def _result(self, wanted: WantedSeries, state: str, message: str = "") -> SeriesResult:
        return SeriesResult(self.source, wanted.id, wanted.indicator, state, message)

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
        repeated = {_identity(request) for request in new}
        earlier = known.get("requests", ()) if merge.unconfirmed else ()
        return [*(request for request in earlier if _identity(request) not in repeated), *new]


def _write(path: Path, content: bytes, manifest: Manifest) -> bool:
    """Writes a file with its manifest; whether it was the same already, and only the manifest is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    same = path.exists() and path.read_bytes() == content
    replace_together(({} if same else {path: content}) | {path.with_name(NAME): manifest.content()})
    return same


def _not_stored(name: str, folder: Path, error: OSError) -> str:
    return (
        f"{name}: cannot be stored in {folder} ({error}). Make room, or make the folder writable, then fetch again; "
        "the old file is kept."
    )


def _gone(fetched: FetchedSeries) -> str:
    first = fetched.requests[0] if fetched.requests else {}
    asked = f" ({first['method']} {first['url'][:200]})" if first else ""
    return (
        f"{fetched.wanted.id}: the service has no values{asked} where the snapshot has. The snapshot is "
        "kept. See whether the series was moved or closed, then correct the catalogue."
    )


def _identity(request: Mapping[str, Any]) -> tuple[str, str, str]:
    return request["method"], request["url"], request["sha256"]


# The lists that everything else hangs on: official places and comparison groups, beside Kolada's series.

_TITLES = {"places": "Kommuner, regioner och riket", "comparison_groups": "Liknande kommuner"}


def refreshed_lists(
    folder: Path, client: Client, comparisons: Comparisons, terms: Terms
) -> tuple[Places, list[SeriesResult]]:
    """Places with groups, and what became of the two lists; where one fails, the one that was stored serves on.

    Raises SourceError without any list of places.
    """
    fetches = {"places": lambda: places(client), "comparison_groups": lambda: comparison_groups(client, comparisons)}
    results = []
    for name, fetch in fetches.items():
        try:
            result = SeriesResult("kolada", name, "", _store_list(folder, client.base_url, fetch(), terms))
        except SourceError as error:
            result = SeriesResult("kolada", name, "", "failed", f"{name}: {error}")
        except OSError as error:
            result = SeriesResult("kolada", name, "", "failed", _not_stored(name, folder, error))
        results.append(result)
    if not (folder / "places.csv").exists():
        raise SourceError(f"{results[0].message} Without a list of places nothing else can be fetched.")
    return stored_places(folder), results


def _store_list(folder: Path, base_url: str, fetched: FetchedList, terms: Terms) -> str:
    old = read_list(folder, fetched.name)
    if fetched.name == "places" and fetched.name not in terms.accept:
        _refuse_new_division(old, fetched.rows)
    content = list_bytes(fetched.name, fetched.rows)
    entry = {
        "title": _TITLES[fetched.name],
        "publisher": "Kolada (RKA)",
        "base_url": base_url,
        "requests": [{**request, "fetched": terms.date} for request in fetched.requests],
        "fetched": terms.date,
        "rows": len(fetched.rows),
        "sha256": digest(content),
        "note": terms.note,
    }
    manifest = read_manifest(folder, "kolada").with_list(fetched.name, entry)
    same = _write(folder / f"{fetched.name}.csv", content, manifest)
    return "unchanged" if same else "revised" if old else "new"


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
