"""One fetch from start to end: which series and years, which service, and what came of each series."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path

from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.errors import SourceError
from lagesbild.paths import Paths
from lagesbild.sources.http import Client
from lagesbild.sources.keeping import Keeper, SeriesResult, Terms, refreshed_lists
from lagesbild.sources.kolada import KoladaAdapter
from lagesbild.sources.pxweb import PxWebAdapter, PxWebV1Adapter
from lagesbild.sources.raw import snapshot_folder, stored_places
from lagesbild.sources.replacing import fetch_lock, heal
from lagesbild.sources.series import Adapter, PlannedCall, Scope, WantedSeries

# What a fetch is asked to bring, and what became of it.


@dataclass(frozen=True)
class FetchRequest:
    """What to fetch, always of every area.

    `only`: ids of indicators or of series. `accept`: series, or "places", whose changed definition or
    division a person has read. `note`: what the manifest shall say about where the figures were read.
    `addresses`: source ("kolada", "scb", "fohm") -> base address, stronger than the environment's.
    """

    only: tuple[str, ...] = ()
    since: int | None = None
    dry_run: bool = False
    note: str | None = None
    fetched: date | None = None
    accept: tuple[str, ...] = ()
    addresses: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def date(self) -> date:
        """The day of the fetch: the given one, else today in UTC."""
        return self.fetched or datetime.now(UTC).date()

    def indicators(self, catalog: Catalog) -> list[tuple[str, Indicator]]:
        """The catalogue's entries to fetch, the surveys' other questions with them.

        Raises SourceError for an id that the catalogue does not know.
        """
        known = {indicator: indicator for indicator in catalog.stored}
        for indicator, entry in catalog.stored.items():
            if entry.kolada:
                known |= {series: indicator for series in (entry.kolada.id, entry.kolada.margin) if series}
        for wanted in self.only:
            if wanted not in known:
                near = get_close_matches(wanted, known, n=1)
                hint = f"Did you mean '{near[0]}'?" if near else "Take an id of data/catalog/indicators."
                raise SourceError(f"only: '{wanted}' is no indicator and no series of the catalogue. {hint}")
        chosen = {known[wanted] for wanted in self.only} or set(catalog.stored)
        return [(indicator, entry) for indicator, entry in catalog.stored.items() if indicator in chosen]

    def scope(self, catalog: Catalog, known: Iterable[str]) -> Scope:
        """The years to ask for; `known` are the places of the official list."""
        return Scope(self.since or catalog.snapshot.since, self.date.year, frozenset(known), fixed=bool(self.since))


@dataclass
class FetchSummary:
    """What became of every list and series; after a dry run only what would be asked."""

    results: list[SeriesResult] = field(default_factory=list)
    planned: list[PlannedCall] = field(default_factory=list)
    calls: int = 0

    @property
    def ok(self) -> bool:
        """Nothing failed and nothing is gone: 'nothing published' is no failure."""
        return all(result.ok for result in self.results)

    @property
    def most_calls(self) -> int:
        """Calls that the plan makes at most, every page counted."""
        return sum(call.pages for call in self.planned)


@dataclass(frozen=True)
class Progress:
    """A list or a series is done: the `done`-th of `total`."""

    done: int
    total: int
    result: SeriesResult


Report = Callable[[Progress], None]


# `lagesbild fetch`: every series of the catalogue from the service that publishes it, whole or not.

SERVICES: tuple[type[Adapter], ...] = (KoladaAdapter, PxWebAdapter, PxWebV1Adapter)


def fetch(
    paths: Paths, catalog: Catalog, request: FetchRequest, report: Report = lambda progress: None
) -> FetchSummary:
    """Bring the snapshot up to date and say what became of each series.

    A failing series does not stop the others. Raises SourceError for what stops all: an unknown id in
    `only`, no list of places, another fetch at work. Nothing is sent in a dry run.
    """
    indicators = request.indicators(catalog)
    run = _Run(paths, catalog, request, report)
    if request.dry_run:
        return run.planned(indicators)
    with fetch_lock(paths):
        heal(paths)
        return run.fetched(indicators)


@dataclass
class _Run:
    paths: Paths
    catalog: Catalog
    request: FetchRequest
    report: Report
    summary: FetchSummary = field(default_factory=FetchSummary)
    total: int = 0

    def planned(self, indicators: list[tuple[str, Indicator]]) -> FetchSummary:
        """What would be asked."""
        client = self._client(KoladaAdapter)
        if not self.request.only:
            lists = ("municipality", "municipality_groups")
            self.summary.planned += [PlannedCall("GET", client.url(name)) for name in lists]
        scope = self.request.scope(self.catalog, ())
        for adapter, wanted in self._jobs(indicators, client):
            self.summary.planned += adapter.plan(wanted, scope)
        return self.summary

    def fetched(self, indicators: list[tuple[str, Indicator]]) -> FetchSummary:
        """The lists, then each service's series."""
        client = self._client(KoladaAdapter)
        terms = Terms(self.request.date.isoformat(), self.request.note, frozenset(self.request.accept))
        places, results = stored_places(self._folder_of_lists), list[SeriesResult]()
        if not self.request.only or not places.names or "places" in terms.accept:
            places, results = refreshed_lists(self._folder_of_lists, client, self.catalog.comparisons, terms)
        jobs = self._jobs(indicators, client)
        self.total = len(results) + sum(len(wanted) for _, wanted in jobs)
        for result in results:
            self._note(result)
        scope = self.request.scope(self.catalog, places.names)
        for adapter, wanted in jobs:
            folder = snapshot_folder(self.paths, adapter.source)
            keeper = Keeper(folder, adapter.source, adapter.client.base_url, self.catalog, terms)
            for series in adapter.series(wanted, scope):
                self._note(keeper.keep(series))
        self.summary.calls = sum(used.calls for used in {client, *(adapter.client for adapter, _ in jobs)})
        return self.summary

    def _note(self, result: SeriesResult) -> None:
        self.summary.results.append(result)
        self.report(Progress(len(self.summary.results), self.total, result))

    def _client(self, service: type[Adapter]) -> Client:
        """A client at the address given for this source, else the environment's, else the service's own."""
        variable = f"LAGESBILD_{service.source.upper()}_URL"
        address = self.request.addresses.get(service.source) or os.environ.get(variable) or service.address
        return Client(service.name, address, service.limits, probe=service.probe)

    def _jobs(
        self, indicators: list[tuple[str, Indicator]], kolada: Client
    ) -> list[tuple[Adapter, list[WantedSeries]]]:
        """The services that something is wanted of, with what that is."""
        adapters = [service(kolada if service is KoladaAdapter else self._client(service)) for service in SERVICES]
        return [(adapter, wanted) for adapter in adapters if (wanted := adapter.wanted(indicators))]

    @property
    def _folder_of_lists(self) -> Path:
        return snapshot_folder(self.paths, KoladaAdapter.source)
