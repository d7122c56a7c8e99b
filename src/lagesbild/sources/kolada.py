"""The adapter of Kolada v3: which requests a set of series takes, and the rows that they give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from lagesbild.catalog.models import Indicator
from lagesbild.errors import ContentError, SourceError
from lagesbild.sources.http import Answer, Client, Limits
from lagesbild.sources.kolada_answers import Part, Pinned, checked_title, figures, in_batches, items, pages
from lagesbild.sources.series import (
    KEPT,
    RANKED_YEARS,
    ROW_COLUMNS,
    ROW_TYPES,
    Asked,
    FailedSeries,
    FetchedSeries,
    PlannedCall,
    Scope,
    WantedSeries,
)


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

_REMEDY = f"{KEPT} Fetch again; if it stays, tell Kolada."


def _frame(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=ROW_COLUMNS).astype(ROW_TYPES)


@dataclass
class Gathering:
    """One series while its parts come in."""

    wanted: WantedSeries
    pinned: Pinned
    rows: pd.DataFrame = field(default_factory=lambda: _frame([]))
    requests: list[dict] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    failure: str | None = None

    def add(self, rows: pd.DataFrame, asked: Asked) -> None:
        """Takes the rows that lie inside what was asked for: a request may bring others too."""
        self.rows = pd.concat([self.rows, rows[asked.covers(rows)]], ignore_index=True)

    def finished(self) -> FetchedSeries | FailedSeries:
        """The whole series, or why it failed."""
        if self.failure is None:
            self.failure = _late_value(self)
        if self.failure is not None:
            return FailedSeries(self.wanted, self.failure)
        return FetchedSeries(
            self.wanted,
            self.pinned.title,
            self.rows,
            self.requests,
            tuple(self.asked),
            definition=self.pinned.definition,
            warnings=list(self.pinned.warnings),
        )


def _late_value(gathering: Gathering) -> str | None:
    """What is wrong when a series has values after the year that its title ends with."""
    last, years = gathering.pinned.last_year, gathering.rows.loc[gathering.rows["value"].notna(), "year"]
    if last is None or not (years > last).any():
        return None
    request = gathering.requests[0]
    return (
        f"Kolada says that the series ends {last} but has a value for {years.max()} "
        f"({request['method']} {request['url'][:160]}). Read its description and correct the catalogue. {_REMEDY}"
    )


@dataclass(frozen=True)
class Gatherer:
    """Asks for parts. `known_places` is Kolada's list: a row about another place is refused."""

    client: Client
    known_places: frozenset[str]

    def rows_of(self, batch: list[Gathering], part: Part) -> dict[str, pd.DataFrame]:
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
                next(iter(alive.values())).failure = str(error)
                return {}
            each = [self.rows_of([gathering], part) for gathering in alive.values()]
            return {series: rows for rows_of_one in each for series, rows in rows_of_one.items()}
        collected: dict[str, list[tuple]] = {series: [] for series in alive}
        for answer in answers:
            self._sort(answer, alive, collected, part)
        return {series: _frame(rows) for series, rows in collected.items() if alive[series].failure is None}

    def _refuse_others(self, answers: list[Answer], alive: dict[str, Gathering]) -> None:
        for answer in answers:
            strange = {str(item.get("kpi")) for item in items(answer)} - set(alive)
            if strange:
                what = f"the answer is about {min(strange)}, which was not asked for"
                raise self.client.error(what, _REMEDY, answer)

    def _sort(self, answer: Answer, alive: dict[str, Gathering], collected: dict[str, list[tuple]], part: Part) -> None:
        before = {series: len(rows) for series, rows in collected.items()}
        for item in items(answer):
            gathering = alive[item["kpi"]]
            if gathering.failure is None:
                try:
                    collected[item["kpi"]].extend(figures(item, part, self.known_places))
                except ContentError as error:
                    gathering.failure = str(self.client.error(error.what, _REMEDY, answer))
        for series, gathering in alive.items():
            gathering.requests.append(answer.as_request(len(collected[series]) - before[series]))


def gather_scope(gatherer: Gatherer, batch: list[Gathering], scope: Scope) -> None:
    """Add to each series the rows of the scope's places and years."""
    by_id = {gathering.wanted.id: gathering for gathering in batch}
    asked = Asked(frozenset(scope.years), None if scope.places is None else frozenset(scope.places))
    for part in parts(scope, len(batch)):
        for series, rows in gatherer.rows_of(batch, part).items():
            by_id[series].add(rows, asked)
    for gathering in batch:
        gathering.asked.append(asked)


# The newest years of a series that so many municipalities have values for that a rank says something.

ROUNDS = 2  # of RANKED_YEARS each: a newest year that few municipalities have is no reason to go on for ever


def add_ranks(gatherer: Gatherer, ranked: Sequence[Gathering], scope: Scope) -> None:
    """Add to each series the rows of all municipalities in its newest complete years, both sexes together."""
    collected = {gathering.wanted.id: _frame([]) for gathering in ranked}
    for turn in range(ROUNDS):
        for years, group in _by_years(ranked, collected, turn, scope).items():
            for batch in in_batches(group):
                for series, rows in gatherer.rows_of(batch, Part(None, years)).items():
                    collected[series] = pd.concat([collected[series], rows], ignore_index=True)
    for gathering in ranked:
        rows = collected[gathering.wanted.id]
        asked = Asked(complete_years(rows, scope.municipalities), scope.others, frozenset("T"))
        gathering.add(rows, asked)
        gathering.asked.append(asked)


def complete_years(rows: pd.DataFrame, municipalities: Sequence[str]) -> frozenset[int]:
    """The newest complete years, at most RANKED_YEARS: half of the municipalities or more have a value."""
    values = rows[(rows["sex"] == "T") & rows["value"].notna() & rows["place"].isin(municipalities)]
    counts = values.groupby("year")["place"].nunique()
    complete = counts.index[2 * counts >= len(set(municipalities))]  # in order
    return frozenset(complete[-RANKED_YEARS:].tolist())


def _by_years(
    ranked: Sequence[Gathering], collected: dict[str, pd.DataFrame], turn: int, scope: Scope
) -> dict[tuple[int, ...], list[Gathering]]:
    """The years to ask for in this round -> the series that still lack complete ones."""
    groups: dict[tuple[int, ...], list[Gathering]] = {}
    for gathering in ranked:
        if len(complete_years(collected[gathering.wanted.id], scope.municipalities)) < RANKED_YEARS:
            years = gathering.rows.loc[gathering.rows["value"].notna(), "year"]
            newest = sorted(set(years.tolist()), reverse=True)
            if chosen := tuple(newest[turn * RANKED_YEARS : (turn + 1) * RANKED_YEARS]):
                groups.setdefault(chosen, []).append(gathering)
    return groups


# Kolada as an adapter: series in batches of 25, each whole or failed for itself.


class KoladaAdapter:
    """Kolada v3. A row about a place that is not in its list of places is refused."""

    source, name, address = "kolada", "Kolada", "https://api.kolada.se/v3/"
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
        """Titles, figures of the scope's places, and the newest years of all municipalities for ranks."""
        calls = []
        for batch in in_batches([series.id for series in wanted]):
            calls.append((f"kpi/{','.join(batch)}", 1))
            calls += [(part.path(batch), part.pages(len(batch))) for part in parts(scope, len(batch))]
        newest = Part(None, tuple(scope.years)[-RANKED_YEARS:])
        for batch in in_batches([series.id for series in wanted if scope.ranks(series)]):
            calls.append((newest.path(batch), ROUNDS * newest.pages(len(batch))))
        return [PlannedCall("GET", self.client.url(path), most) for path, most in calls]

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each series once: ranked ones last, since their complete years must be seen first."""
        gatherer = Gatherer(self.client, scope.known)
        titled = [result for batch in in_batches(list(wanted)) for result in self._titled(batch)]
        yield from (result for result in titled if isinstance(result, FailedSeries))
        ranked = []
        for batch in in_batches([result for result in titled if isinstance(result, Gathering)]):
            gather_scope(gatherer, batch, scope)
            for gathering in batch:
                if gathering.failure is None and scope.ranks(gathering.wanted):
                    ranked.append(gathering)
                else:
                    yield gathering.finished()
        add_ranks(gatherer, ranked, scope)
        yield from (gathering.finished() for gathering in ranked)

    def _titled(self, batch: list[WantedSeries]) -> list[Gathering | FailedSeries]:
        """The series whose titles are the pinned ones, ready to be gathered; the others failed."""
        path = f"kpi/{','.join(series.id for series in batch)}"
        try:
            kpis = {item.get("id"): item for answer in pages(self.client, path) for item in items(answer)}
        except SourceError as error:
            if len(batch) > 1:  # one bad id must not take the others along
                return [result for series in batch for result in self._titled([series])]
            return [FailedSeries(batch[0], str(error))]
        results: list[Gathering | FailedSeries] = []
        for series in batch:
            try:
                with self.client.reading(f"GET {self.client.url(path)}"):
                    results.append(Gathering(series, checked_title(series, kpis.get(series.id))))
            except SourceError as error:
                results.append(FailedSeries(series, str(error)))
        return results
