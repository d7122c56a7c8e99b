"""Kolada as an adapter: series in batches of 25, each whole or failed for itself."""

from collections.abc import Iterator, Sequence

from ...catalog.models import Indicator
from ..adapter import Asked, FailedSeries, FetchedSeries, PlannedCall, Scope, WantedSeries
from ..client import Client, SourceError
from .gathering import Gatherer, Gathering
from .paging import in_batches, items, pages
from .plan import Part, parts
from .ranked import KEPT, ROUNDS, add_ranks
from .titles import Pinned, checked_title


class KoladaAdapter:
    """Kolada v3. `known_places` are the codes of its list of places: a row about another one is refused."""

    source = "kolada"

    def __init__(self, client: Client, known_places: frozenset[str]):
        self._client = client
        self._gatherer = Gatherer(client, known_places)

    def wanted(self, indicators: Sequence[tuple[str, Indicator]]) -> list[WantedSeries]:
        """The pinned series with their margins of error, sorted by id."""
        found = []
        for id, entry in indicators:
            if series := entry.kolada:
                found.append(WantedSeries(series.id, id, entry, series.title))
                if series.margin:
                    title = series.margin_title or ""
                    found.append(WantedSeries(series.margin, id, entry, title, is_margin=True))
        return sorted(found, key=lambda wanted: wanted.id)

    def plan(self, wanted: Sequence[WantedSeries], scope: Scope) -> list[PlannedCall]:
        """Titles, figures of the scope's places, and the newest years of all municipalities for ranks."""
        calls = []
        for batch in in_batches([one.id for one in wanted]):
            calls.append((f"kpi/{','.join(batch)}", 1))
            calls += [(part.path(batch), part.pages(len(batch))) for part in parts(scope, len(batch))]
        newest = Part(None, tuple(scope.years)[-KEPT:])
        for batch in in_batches([one.id for one in wanted if _is_ranked(one, scope)]):
            calls.append((newest.path(batch), ROUNDS * newest.pages(len(batch))))
        return [PlannedCall("GET", self._client.url(path), most) for path, most in calls]

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each series once: ranked ones last, since their complete years must be seen first."""
        titled = [found for batch in in_batches(list(wanted)) for found in self._titled(batch)]
        yield from (found for found in titled if isinstance(found, FailedSeries))
        ranked = []
        for batch in in_batches([found for found in titled if isinstance(found, Gathering)]):
            self._gather_scope(batch, scope)
            for one in batch:
                if one.failure is None and _is_ranked(one.wanted, scope):
                    ranked.append(one)
                else:
                    yield one.finished()
        add_ranks(self._gatherer, ranked, scope)
        yield from (one.finished() for one in ranked)

    def _titled(self, batch: list[WantedSeries]) -> list[Gathering | FailedSeries]:
        """The series whose titles are the pinned ones, ready to be gathered; the others failed."""
        path = f"kpi/{','.join(one.id for one in batch)}"
        try:
            kpis = {item.get("id"): item for answer in pages(self._client, path) for item in items(answer)}
        except SourceError as error:
            if len(batch) > 1:  # one bad id must not take the others along
                return [found for one in batch for found in self._titled([one])]
            return [FailedSeries(batch[0], f"{batch[0].id}: {error}")]
        return [self._with_title(one, kpis.get(one.id), f"GET {self._client.url(path)}") for one in batch]

    def _with_title(self, one: WantedSeries, kpi: dict | None, request: str) -> Gathering | FailedSeries:
        checked = checked_title(one, kpi)
        if isinstance(checked, Pinned):
            return Gathering(one, checked)
        return FailedSeries(one, f"{one.id}: {self._client.error(checked.what, checked.remedy, request)}")

    def _gather_scope(self, batch: list[Gathering], scope: Scope) -> None:
        by_id = {one.wanted.id: one for one in batch}
        for part in parts(scope, len(batch)):
            for id, rows in self._gatherer.rows_of(batch, part).items():
                by_id[id].rows += [row for row in rows if _inside(row, scope)]
        places = None if scope.places is None else frozenset(scope.places)
        for one in batch:
            one.asked.append(Asked(frozenset(scope.years), places))


def _is_ranked(wanted: WantedSeries, scope: Scope) -> bool:
    return scope.places is not None and wanted.indicator in scope.ranked and not wanted.is_margin


def _inside(row: tuple, scope: Scope) -> bool:
    return row[1] in scope.years and (scope.places is None or row[0] in scope.places)
