"""PxWeb as an adapter: the series of a table are asked for together, each whole or failed for itself."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil, prod

from ...catalog.models import Indicator
from ..adapter import FailedSeries, FetchedSeries, PlannedCall, Scope, WantedSeries
from ..client import Client, SourceError
from ..jsonstat import CubeError, cube
from .aim import aimed
from .gathering import Gathering, shared_questions
from .labels import TableError
from .question import Question
from .rows import rows_of
from .services import Described, Service, Version1, Version2

PLANNED_CELLS = 100_000  # for a plan without the network; a fetch asks the service for its limit
ALL_PLACES, ALL_SEXES, MONTHS = 312, 3, 12
KEPT = "Nothing of the series is used and its snapshot is kept."


class _PxWeb:
    """What both versions share. Tables of version 1 are paths with slashes, ids of version 2 have none."""

    source: str
    slashes: bool

    def __init__(self, client: Client, service: Service):
        self._client, self._service = client, service

    def wanted(self, indicators: Sequence[tuple[str, Indicator]]) -> list[WantedSeries]:
        """The indicators that are read from a table of this service, sorted by table and id."""
        found = [
            WantedSeries(id, id, entry, f"{entry.table.title}: {entry.table.content} ({entry.table.id})")
            for id, entry in indicators
            if entry.table and ("/" in entry.table.id) == self.slashes
        ]
        return sorted(found, key=lambda one: (one.entry.table.id, one.id))

    def plan(self, wanted: Sequence[WantedSeries], scope: Scope) -> list[PlannedCall]:
        """Limits once, each table's description, and its figures in as many parts as they may take."""
        calls = [PlannedCall("GET", self._client.url(self._service.config))] if wanted else []
        for id, some in _by_table(wanted):
            about, figures = self._service.paths(id)
            calls += [PlannedCall("GET", self._client.url(path)) for path in about]
            cells = sum(_planned_cells(one, scope) for one in some)
            calls.append(PlannedCall("POST", self._client.url(figures), max(1, ceil(cells / PLANNED_CELLS))))
        return calls

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each series once, table by table."""
        most: int | None = None
        for id, some in _by_table(wanted):
            try:
                most = most or self._service.most_cells()
                described = self._service.described(id)
            except SourceError as error:
                yield from (FailedSeries(one, f"{one.id}: {error}") for one in some)
                continue
            gatherings = []
            for one in some:
                aim = self._aimed(one, described, scope)
                if isinstance(aim, FailedSeries):
                    yield aim
                else:
                    gatherings.append(aim)
            self._gather(gatherings, described, most)
            yield from (one.finished(described, scope) for one in gatherings)

    def _aimed(self, one: WantedSeries, described: Described, scope: Scope) -> Gathering | FailedSeries:
        try:
            return Gathering(aimed(one, described.table, scope))
        except TableError as error:
            told = self._client.error(error.what, error.remedy, described.answers[-1])
            return FailedSeries(one, f"{one.id}: {told}")

    def _gather(self, gatherings: list[Gathering], described: Described, most: int) -> None:
        """Asks every question once, in parts that the service answers whole."""
        for question, some in shared_questions(gatherings):
            for part in question.parts(most):
                if all(one.failure for one in some):
                    break
                try:
                    self._take(part, some, described)
                except SourceError as error:
                    for one in some:
                        one.failure = one.failure or f"{one.id}: {error}"

    def _take(self, part: Question, some: list[Gathering], described: Described) -> None:
        answer = self._service.figures(described.table.id, part.selection)
        try:
            rows = rows_of(cube(answer.content), part)
        except CubeError as error:
            raise self._client.error(str(error), KEPT, answer) from None
        except TableError as error:
            raise self._client.error(error.what, f"{error.remedy} {KEPT}", answer) from None
        for one in some:
            one.add(rows, answer)


class PxWebAdapter(_PxWeb):
    """SCB, PxWebApi 2."""

    source, slashes = "scb", False

    def __init__(self, client: Client):
        super().__init__(client, Version2(client))


class PxWebV1Adapter(_PxWeb):
    """Folkhälsomyndigheten, PxWeb version 1: a table's id is its path, such as B_HLV/dPsykhals/table.px."""

    source, slashes = "fohm", True

    def __init__(self, client: Client):
        super().__init__(client, Version1(client))


def _by_table(wanted: Sequence[WantedSeries]) -> list[tuple[str, list[WantedSeries]]]:
    ordered = sorted(wanted, key=lambda one: one.entry.table.id)
    return [(id, list(some)) for id, some in groupby(ordered, key=lambda one: one.entry.table.id)]


def _planned_cells(one: WantedSeries, scope: Scope) -> int:
    places = ALL_PLACES if scope.places is None else len(scope.places)
    labels = prod(len(labels) for labels in one.entry.table.select.values())
    times = len(scope.years) * (MONTHS if one.entry.table.monthly else 1)
    return places * labels * times * (ALL_SEXES if one.entry.by_sex else 1)
