"""The adapter of Kolada v3: which requests a set of series takes, and the rows that they give.

Kolada takes any two of series, places and years, 25 of each. Places are never named: all areas come, in pages.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import ceil

import pandas as pd

from lagesbild.catalog.models import Indicator
from lagesbild.errors import ContentError, SourceError, TooLargeError
from lagesbild.sources.exchange import Limits
from lagesbild.sources.http import Answer, Client
from lagesbild.sources.kolada_answers import (
    AT_ONCE,
    Pinned,
    checked_title,
    data_pages,
    data_path,
    figures,
    in_batches,
    items,
    pages,
)
from lagesbild.sources.series import (
    KEPT,
    ROW_COLUMNS,
    ROW_TYPES,
    Asked,
    FailedSeries,
    FetchedSeries,
    PlannedCall,
    Scope,
    WantedSeries,
)

# Data answers sorted by series: a flaw fails the series it is about, not those that came along.

_REMEDY = f"{KEPT} Fetch again; if it stays, tell Kolada."


@dataclass
class Gathering:
    """One series while its parts come in."""

    wanted: WantedSeries
    pinned: Pinned
    rows: list[tuple] = field(default_factory=list)  # ROW_COLUMNS
    requests: list[dict] = field(default_factory=list)
    asked: tuple[Asked, ...] = ()
    failure: str | None = None

    def finished(self) -> FetchedSeries | FailedSeries:
        """The whole series, or why it failed."""
        rows = pd.DataFrame(self.rows, columns=ROW_COLUMNS).astype(ROW_TYPES)
        if failure := self.failure or self._late_value(rows):
            return FailedSeries(self.wanted, failure)
        return FetchedSeries(
            self.wanted,
            self.pinned.title,
            rows,
            self.requests,
            self.asked,
            definition=self.pinned.definition,
            warnings=list(self.pinned.warnings),
        )

    def _late_value(self, rows: pd.DataFrame) -> str | None:
        """What is wrong when a series has values after the year that its title ends with."""
        last, years = self.pinned.last_year, rows.loc[rows["value"].notna(), "year"]
        if last is None or not (years > last).any():
            return None
        request = self.requests[0]
        return (
            f"Kolada says that the series ends {last} but has a value for {years.max()} "
            f"({request['method']} {request['url'][:160]}). Read its description and correct the catalogue. {_REMEDY}"
        )


@dataclass
class Gatherer:
    """Asks for figures. `known_places` is Kolada's list: a row about another place is refused.

    `at_once`: so many series and years are asked for in one request; fewer once Kolada has refused as many.
    """

    client: Client
    known_places: frozenset[str]
    at_once: tuple[int, int] = (AT_ONCE, AT_ONCE)

    def gather(self, batch: list[Gathering], years: range) -> None:
        """Adds to each series its rows of these years, of every area; or sets its failure.

        Raises SourceError when a request for several series fails: which of them it is due to is not known.
        """
        for gathering in batch:
            gathering.asked = (Asked(frozenset(years)),)
        waiting = deque([(batch, list(years))])
        while waiting:
            series, part = waiting.popleft()
            series = [gathering for gathering in series if gathering.failure is None]
            if len(series) > self.at_once[0] or len(part) > self.at_once[1]:
                some, times = in_batches(series, self.at_once[0]), in_batches(part, self.at_once[1])
                waiting.extendleft(reversed(list(product(some, times))))
            elif series:
                try:
                    self._add({gathering.wanted.id: gathering for gathering in series}, part)
                except TooLargeError as error:
                    self._halve(series, part, str(error))
                    waiting.appendleft((series, part))
                except SourceError as error:
                    if len(series) > 1:
                        raise
                    series[0].failure = str(error)

    def _halve(self, series: list[Gathering], years: list[int], refused: str) -> None:
        """Ask for half as much from now on: fewer series, then fewer years. One series' one year fails it."""
        if len(series) > 1:
            self.at_once = ceil(len(series) / 2), self.at_once[1]
        elif len(years) > 1:
            self.at_once = 1, ceil(len(years) / 2)
        else:  # it was the series, and not the size
            series[0].failure, self.at_once = refused, (AT_ONCE, AT_ONCE)

    def _add(self, alive: dict[str, Gathering], years: list[int]) -> None:
        """Adds the answers to one request."""
        answers = list(pages(self.client, data_path(list(alive), years)))
        self._refuse_others(answers, alive)
        for answer in answers:
            self._sort(answer, alive, years)

    def _refuse_others(self, answers: list[Answer], alive: dict[str, Gathering]) -> None:
        for answer in answers:
            strange = {str(item.get("kpi")) for item in items(answer)} - set(alive)
            if strange:
                what = f"the answer is about {min(strange)}, which was not asked for"
                raise self.client.error(what, _REMEDY, answer)

    def _sort(self, answer: Answer, alive: dict[str, Gathering], years: list[int]) -> None:
        before = {series: len(gathering.rows) for series, gathering in alive.items()}
        for item in items(answer):
            gathering = alive[item["kpi"]]
            if gathering.failure is None:
                try:
                    gathering.rows.extend(figures(item, years, self.known_places))
                except ContentError as error:
                    gathering.failure = str(self.client.error(error.what, _REMEDY, answer))
        for series, gathering in alive.items():
            gathering.requests.append(answer.as_request(len(gathering.rows) - before[series]))


# Kolada as an adapter: series in batches of 25, each whole or failed for itself.


class KoladaAdapter:
    """Kolada v3. A row about a place that is not in its list of places is refused."""

    source, name, address = "kolada", "Kolada", "https://api.kolada.se/v3/"
    probe = "municipality?per_page=1"
    limits = Limits(calls=5, window=1.0)

    def __init__(self, client: Client):
        self.client = client

    def wanted(self, indicators: Sequence[tuple[str, Indicator]]) -> list[WantedSeries]:
        """The pinned series with their margins of error, sorted by id."""
        series = []
        for indicator, entry in indicators:
            if pinned := entry.kolada:
                series.append(WantedSeries(pinned.id, indicator, entry, pinned.title))
                if pinned.margin:
                    title = pinned.margin_title or ""
                    series.append(WantedSeries(pinned.margin, indicator, entry, title, is_margin=True))
        return sorted(series, key=lambda wanted: wanted.id)

    def plan(self, wanted: Sequence[WantedSeries], scope: Scope) -> list[PlannedCall]:
        """Titles, and the figures of every area. Should Kolada take less at once, a fetch finds it out."""
        calls = [(f"kpi/{','.join(series.id for series in batch)}", 1) for batch in in_batches(list(wanted))]
        for years, same in _by_years(wanted, scope).items():
            for batch in in_batches([series.id for series in same]):
                parts = in_batches(list(years))
                calls += [(data_path(batch, part), data_pages(len(batch), len(part))) for part in parts]
        return [PlannedCall("GET", self.client.url(path), most) for path, most in calls]

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each series once: those that cannot be asked for first, and last those whose batch failed.

        They are asked for alone, so that one bad series does not take 24 along, and after all batches, so that
        it is known by then whether the service answers at all.
        """
        gatherer = Gatherer(self.client, scope.known)
        titled = list(self._titled(list(wanted)))
        yield from (result for result in titled if isinstance(result, FailedSeries))
        whole = {result.wanted.id: result for result in titled if isinstance(result, Gathering)}
        again: list[tuple[Gathering, range]] = []
        for years, same in _by_years([result.wanted for result in whole.values()], scope).items():
            for batch in in_batches([whole[series.id] for series in same]):
                try:
                    gatherer.gather(batch, years)
                except SourceError:
                    again += [(Gathering(gathering.wanted, gathering.pinned), years) for gathering in batch]
                else:
                    yield from (gathering.finished() for gathering in batch)
        for gathering, years in again:
            gatherer.gather([gathering], years)
            yield gathering.finished()

    def _titled(self, wanted: list[WantedSeries]) -> Iterator[Gathering | FailedSeries]:
        """The series whose titles are the pinned ones, ready to be gathered; the others failed."""
        again: list[WantedSeries] = []
        for batch in in_batches(wanted):
            try:
                yield from self._pinned(batch)
            except SourceError:
                again += batch
        for series in again:
            try:
                yield from self._pinned([series])
            except SourceError as error:
                yield FailedSeries(series, str(error))

    def _pinned(self, batch: list[WantedSeries]) -> list[Gathering | FailedSeries]:
        """The same for the series of one request. Raises SourceError when it fails."""
        path = f"kpi/{','.join(series.id for series in batch)}"
        kpis = {str(item.get("id")): item for answer in pages(self.client, path) for item in items(answer)}
        results: list[Gathering | FailedSeries] = []
        for series in batch:
            try:
                with self.client.reading(f"GET {self.client.url(path)}"):
                    results.append(Gathering(series, checked_title(series, kpis.get(series.id))))
            except SourceError as error:
                results.append(FailedSeries(series, str(error)))
        return results


def _by_years(wanted: Sequence[WantedSeries], scope: Scope) -> dict[range, list[WantedSeries]]:
    """The years to ask for -> the series that are asked for them."""
    groups: dict[range, list[WantedSeries]] = {}
    for series in wanted:
        groups.setdefault(scope.years_of(series), []).append(series)
    return groups
