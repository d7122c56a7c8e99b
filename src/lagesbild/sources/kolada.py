"""The adapter of Kolada v3: which calls a set of series takes, and the rows that they give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, prod

import pandas as pd

from lagesbild.catalog.models import Indicator
from lagesbild.errors import SourceError
from lagesbild.sources.http import Answer, Client
from lagesbild.sources.kolada_answers import (
    PER_PAGE,
    Expected,
    FigureError,
    Pinned,
    Row,
    checked_title,
    figures,
    in_batches,
    items,
    pages,
)
from lagesbild.sources.series import ROW_COLUMNS, Asked, FailedSeries, FetchedSeries, PlannedCall, Scope, WantedSeries

# Which requests bring a part of the figures with the fewest calls.

ALL_AREAS = 312  # municipalities, regions and the country, for counting pages
ALL_YEARS = 35  # more than any series has, for counting pages


@dataclass(frozen=True)
class Part:
    """A part of the cube asked for in one request a batch of series: None leaves the segment out."""

    places: tuple[str, ...] | None
    years: tuple[int, ...] | None

    def path(self, ids: list[str]) -> str:
        """The path of the request for the series `ids`."""
        path = f"data/kpi/{','.join(ids)}"
        if self.places is not None:
            path += f"/municipality/{','.join(self.places)}"
        return path if self.years is None else f"{path}/year/{','.join(map(str, self.years))}"

    def pages(self, series: int) -> int:
        """At most so many pages come back for `series` series."""
        places = ALL_AREAS if self.places is None else len(self.places)
        years = ALL_YEARS if self.years is None else len(self.years)
        return max(1, ceil(prod((series, places, years)) / PER_PAGE))


def parts(scope: Scope, series: int) -> list[Part]:
    """The parts that cover the scope with the fewest calls, counted for a batch of `series` series.

    Kolada takes any two of series, places and years, 25 of each: leaving one out saves requests but
    brings rows, and so pages, that nobody asked for.
    """
    years = [tuple(batch) for batch in in_batches(list(scope.years))]
    all_areas = [Part(None, batch) for batch in years]
    if scope.places is None:
        return all_areas
    places = [tuple(batch) for batch in in_batches(list(scope.places))]
    each = [Part(chosen, batch) for chosen in places for batch in years]
    all_years = [Part(chosen, None) for chosen in places]
    return min((each, all_years, all_areas), key=lambda option: sum(part.pages(series) for part in option))


# Data answers sorted by series: a flaw fails the series it is about, not those that came along.

_KEPT = "Nothing of the series is used and its snapshot is kept. Fetch again; if it stays, tell Kolada."


@dataclass
class Gathering:
    """One series while its parts come in."""

    wanted: WantedSeries
    pinned: Pinned
    rows: list[Row] = field(default_factory=list)
    requests: list[dict] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    failure: str | None = None

    def finished(self) -> FetchedSeries | FailedSeries:
        """The whole series, or why it failed."""
        rows = pd.DataFrame(self.rows, columns=ROW_COLUMNS)
        if self.failure is None:
            self.failure = _late_value(self, rows)
        if self.failure is not None:
            return FailedSeries(self.wanted, self.failure)
        return FetchedSeries(
            self.wanted,
            self.pinned.title,
            rows,
            self.requests,
            tuple(self.asked),
            definition=self.pinned.definition,
            warnings=list(self.pinned.warnings),
        )


@dataclass(frozen=True)
class Gatherer:
    """Asks for parts. `known_places` is Kolada's list: a row about another place is refused."""

    client: Client
    known_places: frozenset[str]

    def rows_of(self, batch: list[Gathering], part: Part) -> dict[str, list[Row]]:
        """Series id -> its rows in `part`, for the series that are still whole; the others' failure is set.

        A request that fails is made again series by series, so that one bad series does not take 24 along.
        """
        alive = {gathering.wanted.id: gathering for gathering in batch if gathering.failure is None}
        if not alive:
            return {}
        try:
            answers = list(pages(self.client, part.path(list(alive))))
            self._refuse_others(answers, alive)
        except SourceError as error:
            if len(alive) == 1:
                next(iter(alive.values())).failure = f"{next(iter(alive))}: {error}"
                return {}
            return {
                series: rows for gathering in alive.values() for series, rows in self.rows_of([gathering], part).items()
            }
        collected: dict[str, list[Row]] = {series: [] for series in alive}
        for answer in answers:
            self._sort(answer, alive, collected, part)
        return {series: rows for series, rows in collected.items() if alive[series].failure is None}

    def _refuse_others(self, answers: list[Answer], alive: dict[str, Gathering]) -> None:
        for answer in answers:
            strange = {str(item.get("kpi")) for item in items(answer)} - set(alive)
            if strange:
                what = f"the answer is about {min(strange)}, which was not asked for"
                raise self.client.error(what, _KEPT, answer)

    def _sort(self, answer: Answer, alive: dict[str, Gathering], collected: dict[str, list[Row]], part: Part) -> None:
        expected = Expected(_set(part.places), _set(part.years), self.known_places)
        before = {series: len(rows) for series, rows in collected.items()}
        for item in items(answer):
            gathering = alive[item["kpi"]]
            if gathering.failure is not None:
                continue
            try:
                collected[item["kpi"]].extend(figures(item, expected))
            except FigureError as flaw:
                gathering.failure = f"{gathering.wanted.id}: {self.client.error(str(flaw), _KEPT, answer)}"
        for series, gathering in alive.items():
            gathering.requests.append(answer.as_request(len(collected[series]) - before[series]))


def _set(values: tuple | None) -> frozenset | None:
    return None if values is None else frozenset(values)


def _late_value(gathering: Gathering, rows: pd.DataFrame) -> str | None:
    """What is wrong when a series has values after the year that its title ends with."""
    last = gathering.pinned.last_year
    late = rows[(rows["year"] > last) & rows["value"].notna()] if last else rows[:0]
    if late.empty:
        return None
    request = gathering.requests[0]
    return (
        f"{gathering.wanted.id}: Kolada says that the series ends {last} but has a value for {late['year'].max()} "
        f"({request['method']} {request['url'][:160]}). Read its description and correct the catalogue. {_KEPT}"
    )


# The newest years of a series that so many municipalities have values for that a rank says something.

KEPT = 2  # complete years; two, since an edition of last year must find its own
ROUNDS = 2  # of KEPT years each: a newest year that few municipalities have is no reason to go on for ever


def add_ranks(gatherer: Gatherer, ranked: Sequence[Gathering], scope: Scope) -> None:
    """Add to each series the rows of all municipalities in its newest complete years, both sexes together."""
    collected: dict[str, list[Row]] = {gathering.wanted.id: [] for gathering in ranked}
    for turn in range(ROUNDS):
        for years, group in _by_years(ranked, collected, turn, scope).items():
            for batch in in_batches(group):
                for series, rows in gatherer.rows_of(batch, Part(None, years)).items():
                    collected[series] += rows
    others = frozenset(scope.municipalities) - frozenset(scope.places or ())
    for gathering in ranked:
        rows = collected[gathering.wanted.id]
        complete = complete_years(rows, scope.municipalities)
        gathering.rows += [row for row in rows if row[0] in others and row[1] in complete and row[3] == "T"]
        gathering.asked.append(Asked(complete, others, frozenset("T")))


def complete_years(rows: Sequence[Row], municipalities: Sequence[str]) -> frozenset[int]:
    """The newest complete years, at most KEPT: half of the municipalities or more have a value."""
    wanted = set(municipalities)
    have: dict[int, set[str]] = {}
    for row in rows:
        if row[3] == "T" and _has_value(row) and row[0] in wanted:
            have.setdefault(row[1], set()).add(row[0])
    complete = [year for year, places in have.items() if 2 * len(places) >= len(wanted)]
    return frozenset(sorted(complete, reverse=True)[:KEPT])


def _by_years(
    ranked: Sequence[Gathering], collected: dict[str, list[Row]], turn: int, scope: Scope
) -> dict[tuple[int, ...], list[Gathering]]:
    """The years to ask for in this round -> the series that still lack complete ones."""
    groups: dict[tuple[int, ...], list[Gathering]] = {}
    for gathering in ranked:
        if len(complete_years(collected[gathering.wanted.id], scope.municipalities)) < KEPT:
            newest = sorted({row[1] for row in gathering.rows if _has_value(row)}, reverse=True)
            if years := tuple(newest[turn * KEPT : (turn + 1) * KEPT]):
                groups.setdefault(years, []).append(gathering)
    return groups


def _has_value(row: Row) -> bool:
    return row[5] == row[5]  # not NaN


# Kolada as an adapter: series in batches of 25, each whole or failed for itself.


class KoladaAdapter:
    """Kolada v3. `known_places` are the codes of its list of places: a row about another one is refused."""

    source = "kolada"

    def __init__(self, client: Client, known_places: frozenset[str]):
        self._client = client
        self._gatherer = Gatherer(client, known_places)

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
        """Titles, figures of the scope's places, and the newest years of all municipalities for ranks."""
        calls = []
        for batch in in_batches([series.id for series in wanted]):
            calls.append((f"kpi/{','.join(batch)}", 1))
            calls += [(part.path(batch), part.pages(len(batch))) for part in parts(scope, len(batch))]
        newest = Part(None, tuple(scope.years)[-KEPT:])
        for batch in in_batches([series.id for series in wanted if _is_ranked(series, scope)]):
            calls.append((newest.path(batch), ROUNDS * newest.pages(len(batch))))
        return [PlannedCall("GET", self._client.url(path), most) for path, most in calls]

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each series once: ranked ones last, since their complete years must be seen first."""
        titled = [result for batch in in_batches(list(wanted)) for result in self._titled(batch)]
        yield from (result for result in titled if isinstance(result, FailedSeries))
        ranked = []
        for batch in in_batches([result for result in titled if isinstance(result, Gathering)]):
            self._gather_scope(batch, scope)
            for gathering in batch:
                if gathering.failure is None and _is_ranked(gathering.wanted, scope):
                    ranked.append(gathering)
                else:
                    yield gathering.finished()
        add_ranks(self._gatherer, ranked, scope)
        yield from (gathering.finished() for gathering in ranked)

    def _titled(self, batch: list[WantedSeries]) -> list[Gathering | FailedSeries]:
        """The series whose titles are the pinned ones, ready to be gathered; the others failed."""
        path = f"kpi/{','.join(series.id for series in batch)}"
        try:
            kpis = {item.get("id"): item for answer in pages(self._client, path) for item in items(answer)}
        except SourceError as error:
            if len(batch) > 1:  # one bad id must not take the others along
                return [result for series in batch for result in self._titled([series])]
            return [FailedSeries(batch[0], f"{batch[0].id}: {error}")]
        return [self._with_title(series, kpis.get(series.id), f"GET {self._client.url(path)}") for series in batch]

    def _with_title(self, series: WantedSeries, kpi: dict | None, request: str) -> Gathering | FailedSeries:
        checked = checked_title(series, kpi)
        if isinstance(checked, Pinned):
            return Gathering(series, checked)
        return FailedSeries(series, f"{series.id}: {self._client.error(checked.what, checked.remedy, request)}")

    def _gather_scope(self, batch: list[Gathering], scope: Scope) -> None:
        by_id = {gathering.wanted.id: gathering for gathering in batch}
        for part in parts(scope, len(batch)):
            for series, rows in self._gatherer.rows_of(batch, part).items():
                by_id[series].rows += [row for row in rows if _inside(row, scope)]
        places = None if scope.places is None else frozenset(scope.places)
        for gathering in batch:
            gathering.asked.append(Asked(frozenset(scope.years), places))


def _is_ranked(wanted: WantedSeries, scope: Scope) -> bool:
    return scope.places is not None and wanted.indicator in scope.ranked and not wanted.is_margin


def _inside(row: tuple, scope: Scope) -> bool:
    return row[1] in scope.years and (scope.places is None or row[0] in scope.places)
