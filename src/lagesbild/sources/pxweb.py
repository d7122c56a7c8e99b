"""The adapters of PxWebApi 2 and PxWeb v1: described tables in, rows out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import ceil, prod
from typing import Any, Protocol

import pandas as pd

from lagesbild.catalog.models import Indicator
from lagesbild.errors import SourceError
from lagesbild.sources.http import Answer, Client
from lagesbild.sources.jsonstat import Cube, CubeError, cube, heading
from lagesbild.sources.pxweb_questions import Aim, Axis, Question, aimed
from lagesbild.sources.pxweb_tables import (
    Table,
    TableError,
    definition,
    staleness,
    table_of_version_1,
    table_of_version_2,
    without_period,
)
from lagesbild.sources.series import (
    KEY,
    ROW_COLUMNS,
    Asked,
    FailedSeries,
    FetchedSeries,
    PlannedCall,
    Scope,
    WantedSeries,
)

# A table's answer as rows, and the year of a monthly table as the mean of its twelve months.

GONE = {".", "..", "..."}  # never a value, whatever number stands beside them
NOTHING = GONE | {"-", ""}  # with no value: there is none
PRELIMINARY = {"p", "P", "prel"}
YEAR = ["place", "year", "sex", "group"]


def rows_of(cube: Cube, question: Question) -> pd.DataFrame:
    """A row a cell: place, year, month, sex, group, content, value and mark (the service's status).

    Raises TableError when the answer is about anything else than was asked: a dimension that was summed away
    leaves no other trace.
    """
    _same_cube(cube, question)
    rows = cube.rows
    values = {"group": "", "content": "", **dict(question.fixed)}
    columns = {name: pd.Series(what, index=rows.index) for name, what in values.items()}
    for axis in question.axes:
        if axis.about == "period":
            columns["year"] = rows[axis.variable].map({code: it.year for code, it in axis.codes})
            columns["month"] = rows[axis.variable].map({code: it.month for code, it in axis.codes})
        elif axis.about:
            columns[axis.about] = rows[axis.variable].map(axis.meaning)
    return pd.DataFrame({**columns, "value": rows["value"], "mark": rows["status"]})


def _same_cube(cube: Cube, question: Question) -> None:
    asked = question.selection
    given = dict(cube.heading.dimensions)
    for name in [
        name for name, it in given.items() if name not in asked and it.role == "metric" and len(it.labels) == 1
    ]:
        given.pop(name)  # some tables of one measure name it in the answer alone
    if lost := [name for name in asked if name not in given]:
        raise TableError(
            f"the answer lost the dimension {', '.join(lost)}", "Nothing of it is used: fetch again later."
        )
    if extra := [name for name in given if name not in asked]:
        raise TableError(f"the answer has the dimension {', '.join(extra)}, not asked for", "Nothing of it is used.")
    for name, codes in asked.items():
        if set(given[name].codes) != set(codes):
            other = sorted(set(given[name].codes) ^ set(codes))[:5]
            raise TableError(
                f"the answer differs in '{name}' from what was asked: {', '.join(other)}", "Nothing is used."
            )


def with_statuses(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """`rows` in the snapshot's columns, and warnings about marks whose meaning is not known."""
    gone = rows["mark"].isin(GONE)
    contradicted = gone & rows["value"].notna()
    value = rows["value"].mask(gone)
    status = pd.Series("", index=rows.index, dtype="str")
    status = status.mask(rows["mark"].isin(PRELIMINARY), "preliminary").mask(value.isna(), "missing")
    unknown = ~rows["mark"].isin(NOTHING | PRELIMINARY)
    warnings = [
        f"{counted} values have the status '{mark}', whose meaning is not known here: read the table's notes."
        for mark, counted in rows.loc[unknown, "mark"].value_counts().sort_index().items()
    ]
    if contradicted.any():
        warnings.append(f"{contradicted.sum()} values stand beside a mark for no value; they were taken as missing.")
    return rows.assign(value=value, status=status, count=math.nan)[ROW_COLUMNS], warnings


def with_years(months: pd.DataFrame) -> pd.DataFrame:
    """`months` with a row of month 0 for each year: the mean of its twelve months.

    A year without all twelve is "incomplete" and has no value: a mean of the months there are would be a mean
    of other months in every year. A year without any is "missing".
    """
    if months.empty:
        return months
    marked = months.assign(preliminary=months["status"] == "preliminary")
    wanted = {"months": ("value", "count"), "mean": ("value", "mean"), "preliminary": ("preliminary", "any")}
    years = marked.groupby(YEAR, sort=False).agg(**wanted).reset_index()
    whole = years["months"] == 12
    status = pd.Series("incomplete", index=years.index, dtype="str").mask(years["months"] == 0, "missing")
    status = status.mask(whole, "").mask(whole & years["preliminary"], "preliminary")
    value = years["mean"].where(whole)
    annual = years[YEAR].assign(month=0, value=value, count=math.nan, status=status)
    return pd.concat([annual[ROW_COLUMNS], months], ignore_index=True)


# The two versions of PxWeb's interface: where limits, descriptions and figures are asked for, and how.

JSON_STAT = "json-stat2"
LANGUAGE = {"lang": "sv"}  # labels are pinned in Swedish


@dataclass(frozen=True)
class Described:
    """A table, and the answers that described it."""

    table: Table
    answers: tuple[Answer, ...]


class Service(Protocol):
    """One version of the interface; `config` is the path that tells its limits."""

    @property
    def config(self) -> str: ...

    def most_cells(self) -> int:
        """How many cells the service gives in one answer. Its pace is read too, and kept from now on."""
        ...

    def described(self, table: str) -> Described:
        """The table with this id."""
        ...

    def figures(self, table: str, selection: dict[str, list[str]]) -> Answer:
        """The cells of a selection: variable -> codes."""
        ...

    def paths(self, table: str) -> tuple[list[str], str]:
        """The paths that are read to describe a table, and the one that its figures are asked at."""
        ...


@dataclass(frozen=True)
class Version2:
    """PxWebApi 2, as at SCB."""

    client: Client
    config: str = "config"

    def most_cells(self) -> int:
        return _limits(self.client, self.config, ("maxDataCells", "maxCallsPerTimeWindow", "timeWindow"))

    def paths(self, table: str) -> tuple[list[str], str]:
        return [f"tables/{table}", f"tables/{table}/metadata"], f"tables/{table}/data"

    def described(self, table: str) -> Described:
        about, metadata = (self.client.get(path, LANGUAGE) for path in self.paths(table)[0])
        try:
            return Described(table_of_version_2(table, about.content, heading(metadata.content)), (about, metadata))
        except CubeError as error:
            raise self.client.error(str(error), "The service is at fault: fetch later.", metadata) from None
        except TableError as error:
            raise self.client.error(error.what, error.remedy, about) from None

    def figures(self, table: str, selection: dict[str, list[str]]) -> Answer:
        query = [{"variableCode": variable, "valueCodes": codes} for variable, codes in selection.items()]
        return self.client.post(self.paths(table)[1], {"selection": query}, {**LANGUAGE, "outputFormat": JSON_STAT})


@dataclass(frozen=True)
class Version1:
    """PxWeb's first interface, as at Folkhälsomyndigheten. The language is part of the base address."""

    client: Client
    config: str = "?config"

    def most_cells(self) -> int:
        return _limits(self.client, self.config, ("maxCells", "maxCalls", "timeWindow"))

    def paths(self, table: str) -> tuple[list[str], str]:
        return [table], table

    def described(self, table: str) -> Described:
        about = self.client.get(table)
        try:
            return Described(table_of_version_1(table, about.content), (about,))
        except TableError as error:
            raise self.client.error(error.what, error.remedy, about) from None

    def figures(self, table: str, selection: dict[str, list[str]]) -> Answer:
        query = [
            {"code": variable, "selection": {"filter": "item", "values": codes}}
            for variable, codes in selection.items()
        ]
        try:
            return self.client.post(table, {"query": query, "response": {"format": JSON_STAT}})
        except SourceError as error:
            cells = 1
            for codes in selection.values():
                cells *= len(codes)
            raise SourceError(f"{error} ({cells} cells were asked for; here 403 means too many.)") from None


def _limits(client: Client, path: str, names: tuple[str, str, str]) -> int:
    answer = client.get(path)
    limits = {name: value for name in names if (value := _whole(answer.content, name)) is not None}
    if missing := [name for name in names if name not in limits]:
        raise client.error(
            f"the limits do not say {', '.join(missing)}",
            "Check that the base address is that of a PxWeb service.",
            answer,
        )
    cells, calls, window = (limits[name] for name in names)
    client.pace_to(calls, window)
    return cells


def _whole(content: Any, name: str) -> int | None:
    value = content.get(name) if isinstance(content, dict) else None
    return value if type(value) is int and value > 0 else None


# A table's answers sorted by series; a part that fails takes the series that needed it along.


@dataclass
class Gathering:
    """One series while its parts come in."""

    aim: Aim
    parts: list[pd.DataFrame] = field(default_factory=list)
    requests: list[dict] = field(default_factory=list)
    failure: str | None = None

    @property
    def id(self) -> str:
        return self.aim.wanted.id

    def add(self, rows: pd.DataFrame, answer: Answer) -> None:
        """Takes the rows of this series' content out of an answer."""
        mine = rows if self.aim.content is None else rows[rows["content"] == self.aim.content[1]]
        self.parts.append(mine)
        self.requests.append(answer.as_request(len(mine)))

    def finished(self, described: Described, scope: Scope) -> FetchedSeries | FailedSeries:
        """The whole series, or why it failed."""
        wanted, table = self.aim.wanted, described.table
        rows, warnings = self._rows()
        twice = rows[rows.duplicated(KEY)]
        if self.failure is None and len(twice):
            first = ", ".join(str(twice.iloc[0][name]) for name in KEY)
            self.failure = f"{self.id}: table {table.id} has two values for {first}. Nothing of it is used."
        if self.failure is not None:
            return FailedSeries(wanted, self.failure)
        return FetchedSeries(
            wanted,
            f"{without_period(table.title)}: {wanted.table.content} ({table.id})",
            rows,
            [answer.as_request(0) for answer in described.answers] + self.requests,
            tuple(_asked(question) for question in self.aim.questions),
            table.updated,
            definition(table, self.aim.content),
            [
                *self.aim.warnings,
                *staleness(table, wanted, scope),
                *(f"{self.id}: {warning}" for warning in warnings),
            ],
        )

    def _rows(self) -> tuple[pd.DataFrame, list[str]]:
        if not self.parts:
            return pd.DataFrame(columns=ROW_COLUMNS), []
        rows, warnings = with_statuses(pd.concat(self.parts, ignore_index=True))
        return (with_years(rows) if self.aim.wanted.table.monthly else rows), warnings


def shared_questions(gatherings: Sequence[Gathering]) -> list[tuple[Question, list[Gathering]]]:
    """Each question once, with the contents of all series that ask it, and those series."""
    sharing: dict[tuple, list[Gathering]] = {}
    for gathering in gatherings:
        for question in gathering.aim.questions:
            variable = gathering.aim.content[0] if gathering.aim.content else None
            sharing.setdefault((question, variable), []).append(gathering)
    return [(_with_contents(question, variable, asking), asking) for (question, variable), asking in sharing.items()]


def _with_contents(question: Question, variable: str | None, asking: list[Gathering]) -> Question:
    if variable is None:
        return question
    # a code sent twice is an error at the service
    codes = dict.fromkeys(gathering.aim.content[1] for gathering in asking if gathering.aim.content)
    axis = Axis(variable, "content", tuple((code, code) for code in codes))
    return replace(question, axes=(*question.axes, axis))


def _asked(question: Question) -> Asked:
    years = frozenset(period.year for period in question.meanings("period"))
    return Asked(years, frozenset(question.meanings("place")), frozenset(question.meanings("sex")))


# PxWeb as an adapter: the series of a table are asked for together, each whole or failed for itself.

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
        wanted = [
            WantedSeries(name, name, entry, f"{entry.table.title}: {entry.table.content} ({entry.table.id})")
            for name, entry in indicators
            if entry.table and ("/" in entry.table.id) == self.slashes
        ]
        return sorted(wanted, key=lambda series: (series.table.id, series.id))

    def plan(self, wanted: Sequence[WantedSeries], scope: Scope) -> list[PlannedCall]:
        """Limits once, each table's description, and its figures in as many parts as they may take."""
        calls = [PlannedCall("GET", self._client.url(self._service.config))] if wanted else []
        for table, series in _by_table(wanted):
            about, figures = self._service.paths(table)
            calls += [PlannedCall("GET", self._client.url(path)) for path in about]
            cells = sum(_planned_cells(entry, scope) for entry in series)
            calls.append(PlannedCall("POST", self._client.url(figures), max(1, ceil(cells / PLANNED_CELLS))))
        return calls

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each series once, table by table."""
        most: int | None = None
        for table, batch in _by_table(wanted):
            try:
                most = most or self._service.most_cells()
                described = self._service.described(table)
            except SourceError as error:
                yield from (FailedSeries(entry, f"{entry.id}: {error}") for entry in batch)
                continue
            gatherings = []
            for entry in batch:
                aim = self._aimed(entry, described, scope)
                if isinstance(aim, FailedSeries):
                    yield aim
                else:
                    gatherings.append(aim)
            self._gather(gatherings, described, most)
            yield from (entry.finished(described, scope) for entry in gatherings)

    def _aimed(self, series: WantedSeries, described: Described, scope: Scope) -> Gathering | FailedSeries:
        try:
            return Gathering(aimed(series, described.table, scope))
        except TableError as error:
            refusal = self._client.error(error.what, error.remedy, described.answers[-1])
            return FailedSeries(series, f"{series.id}: {refusal}")

    def _gather(self, gatherings: list[Gathering], described: Described, most: int) -> None:
        """Asks every question once, in parts that the service answers whole."""
        for question, asking in shared_questions(gatherings):
            for part in question.parts(most):
                if all(gathering.failure for gathering in asking):
                    break
                try:
                    self._take(part, asking, described)
                except SourceError as error:
                    for gathering in asking:
                        gathering.failure = gathering.failure or f"{gathering.id}: {error}"

    def _take(self, part: Question, asking: list[Gathering], described: Described) -> None:
        answer = self._service.figures(described.table.id, part.selection)
        try:
            rows = rows_of(cube(answer.content), part)
        except CubeError as error:
            raise self._client.error(str(error), KEPT, answer) from None
        except TableError as error:
            raise self._client.error(error.what, f"{error.remedy} {KEPT}", answer) from None
        for gathering in asking:
            gathering.add(rows, answer)


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
    ordered = sorted(wanted, key=lambda series: series.table.id)
    return [(table, list(batch)) for table, batch in groupby(ordered, key=lambda series: series.table.id)]


def _planned_cells(series: WantedSeries, scope: Scope) -> int:
    places = ALL_PLACES if scope.places is None else len(scope.places)
    labels = prod((len(labels) for labels in series.table.select.values()), start=1)
    times = len(scope.years) * (MONTHS if series.table.monthly else 1)
    return places * labels * times * (ALL_SEXES if series.entry.by_sex else 1)
