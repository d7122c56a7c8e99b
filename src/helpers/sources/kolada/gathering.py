"""Data answers sorted by series: a flaw fails the series it is about, not those that came along."""

from dataclasses import dataclass, field

import pandas as pd

from ..adapter import ROW_COLUMNS, Asked, FailedSeries, FetchedSeries, WantedSeries
from ..answer import Answer
from ..client import Client, SourceError
from .figures import Expected, FigureError, Row, figures
from .paging import items, pages
from .plan import Part
from .titles import Pinned

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
        alive = {one.wanted.id: one for one in batch if one.failure is None}
        if not alive:
            return {}
        try:
            answers = list(pages(self.client, part.path(list(alive))))
            self._refuse_others(answers, alive)
        except SourceError as error:
            if len(alive) == 1:
                next(iter(alive.values())).failure = f"{next(iter(alive))}: {error}"
                return {}
            return {id: rows for one in alive.values() for id, rows in self.rows_of([one], part).items()}
        found: dict[str, list[Row]] = {id: [] for id in alive}
        for answer in answers:
            self._sort(answer, alive, found, part)
        return {id: rows for id, rows in found.items() if alive[id].failure is None}

    def _refuse_others(self, answers: list[Answer], alive: dict[str, Gathering]) -> None:
        for answer in answers:
            strange = {str(item.get("kpi")) for item in items(answer)} - set(alive)
            if strange:
                what = f"the answer is about {min(strange)}, which was not asked for"
                raise self.client.error(what, _KEPT, answer)

    def _sort(self, answer: Answer, alive: dict[str, Gathering], found: dict[str, list[Row]], part: Part) -> None:
        expected = Expected(_set(part.places), _set(part.years), self.known_places)
        before = {id: len(rows) for id, rows in found.items()}
        for item in items(answer):
            one = alive[item["kpi"]]
            if one.failure is not None:
                continue
            try:
                found[item["kpi"]].extend(figures(item, expected))
            except FigureError as flaw:
                one.failure = f"{one.wanted.id}: {self.client.error(str(flaw), _KEPT, answer)}"
        for id, one in alive.items():
            one.requests.append(answer.as_request(len(found[id]) - before[id]))


def _set(values: tuple | None) -> frozenset | None:
    return None if values is None else frozenset(values)


def _late_value(one: Gathering, rows: pd.DataFrame) -> str | None:
    """What is wrong when a series has values after the year that its title ends with."""
    last = one.pinned.last_year
    late = rows[(rows["year"] > last) & rows["value"].notna()] if last else rows[:0]
    if late.empty:
        return None
    request = one.requests[0]
    return (
        f"{one.wanted.id}: Kolada says that the series ends {last} but has a value for {late['year'].max()} "
        f"({request['method']} {request['url'][:160]}). Read its description and correct the catalogue. {_KEPT}"
    )
