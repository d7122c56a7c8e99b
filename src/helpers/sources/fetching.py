"""`lagesbild fetch`: every series of the catalogue from the service that publishes it, whole or not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from ..catalog import Catalog, Indicator
from ..paths import Paths
from ..places import Places
from .adapter import Adapter, FailedSeries, FetchedSeries, PlannedCall, Scope, WantedSeries
from .area_lists import ListKeeper, held_places
from .client import Client
from .errors import SourceError
from .keeping import Keeper, SeriesResult, Terms
from .order import FetchRequest, FetchSummary, Progress, Report
from .scope import Period, chosen_scope, whole_scope
from .services import KOLADA, SERVICES
from .snapshot import snapshot_folder


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
    paths.raw.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(paths.raw / ".fetch.lock", timeout=0):
            return run.fetched(indicators)
    except Timeout:
        raise SourceError(
            f"{paths.relative(paths.raw)}: another 'lagesbild fetch' is at work there. Wait for it to end."
        ) from None


@dataclass
class _Job:
    """One service with what is wanted of it."""

    client: Client
    adapter: Adapter
    wanted: list[WantedSeries]


@dataclass
class _Run:
    paths: Paths
    catalog: Catalog
    request: FetchRequest
    report: Report
    summary: FetchSummary = field(default_factory=FetchSummary)
    total: int = 0

    def planned(self, indicators: list[tuple[str, Indicator]]) -> FetchSummary:
        """What would be asked, for the places of the lists that are stored."""
        client = KOLADA.client(self.request.addresses)
        if not self.request.only:
            lists = ("municipality", "municipality_groups")
            self.summary.planned += [PlannedCall("GET", client.url(name)) for name in lists]
        places = held_places(self._folder_of_lists)
        if not places.names:
            raise SourceError(
                "dry run: no list of places is stored yet, so which places would be asked for is unknown. "
                "Run 'lagesbild fetch' once without --dry-run."
            )
        scope = self._scope(places)
        for job in self._jobs(indicators, client, places):
            self.summary.planned += job.adapter.plan(job.wanted, scope)
        return self.summary

    def fetched(self, indicators: list[tuple[str, Indicator]]) -> FetchSummary:
        """The lists, then each service's series."""
        client = KOLADA.client(self.request.addresses)
        places, results = self._places(client)
        jobs = self._jobs(indicators, client, places)
        self.total = len(results) + sum(len(job.wanted) for job in jobs)
        for result in results:
            self._note(result)
        scope = self._scope(places)
        for job in jobs:
            for result in self._results(job, scope):
                self._note(result)
        self.summary.calls = sum(one.calls for one in {client, *(job.client for job in jobs)})
        return self.summary

    def _places(self, client: Client) -> tuple[Places, list[SeriesResult]]:
        """The lists, asked for anew; a fetch of some series only takes those that are stored."""
        stored = held_places(self._folder_of_lists)
        if self.request.only and stored.names and "places" not in self.request.accept:
            return stored, []
        return ListKeeper(self._folder_of_lists, client, self.catalog, self._terms).refreshed()

    def _results(self, job: _Job, scope: Scope) -> Iterator[SeriesResult]:
        folder = snapshot_folder(self.paths, job.adapter.source, self.request.places == "all")
        keeper = Keeper(folder, job.adapter.source, job.client.base_url, self.catalog, self._terms)
        for found in job.adapter.series(job.wanted, scope):
            yield _kept(keeper, found)

    def _note(self, result: SeriesResult) -> None:
        self.summary.results.append(result)
        self.report(Progress(len(self.summary.results), self.total, result))

    def _jobs(self, indicators: list[tuple[str, Indicator]], kolada: Client, places: Places) -> list[_Job]:
        """The services that something is wanted of."""
        jobs = []
        for service in SERVICES:
            client = kolada if service is KOLADA else service.client(self.request.addresses)
            adapter = service.adapter(client, places)
            if wanted := adapter.wanted(indicators):
                jobs.append(_Job(client, adapter, wanted))
        return jobs

    def _scope(self, places: Places) -> Scope:
        period = Period(self.request.since or self.catalog.snapshot.since, self.request.date.year)
        if self.request.places == "all":
            return whole_scope(places, period)
        return chosen_scope(self.catalog, places, period)

    @property
    def _folder_of_lists(self) -> Path:
        return snapshot_folder(self.paths, KOLADA.source)

    @property
    def _terms(self) -> Terms:
        return Terms(self.request.date.isoformat(), self.request.note, frozenset(self.request.accept))


def _kept(keeper: Keeper, found: FetchedSeries | FailedSeries) -> SeriesResult:
    """What became of a series; a full disk or a broken snapshot fails this series alone."""
    if isinstance(found, FailedSeries):
        return keeper.result(found.wanted, "failed", found.message)
    try:
        return keeper.keep(found)
    except SourceError as error:
        message = str(error)
    except OSError as error:
        message = (
            f"{found.wanted.id}: cannot be stored in {keeper.folder} ({error}). "
            "Make room or mend the folder, then fetch again; the old file is kept."
        )
    return keeper.result(found.wanted, "failed", message)
