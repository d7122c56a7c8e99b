"""The adapters of PxWebApi 2 and PxWeb v1: described tables in, rows out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import ceil, prod

import pandas as pd

from lagesbild.catalog.models import Indicator
from lagesbild.errors import ContentError, SourceError
from lagesbild.sources.exchange import Limits
from lagesbild.sources.http import Answer, Client
from lagesbild.sources.jsonstat import MOST_CELLS, Cube, cube, heading, is_measure
from lagesbild.sources.pxweb_questions import Aim, Axis, Question, aimed
from lagesbild.sources.pxweb_tables import (
    Table,
    definition,
    staleness,
    table_of_version_1,
    table_of_version_2,
    without_period,
)
from lagesbild.sources.series import (
    AREAS,
    KEPT,
    KEY,
    ROW_COLUMNS,
    SEXES,
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

    Raises ContentError when the answer is about anything else than was asked: a dimension that was summed away
    leaves no other trace.
    """
    _same_cube(cube, question)
    rows = cube.rows
    values = {"group": "", "content": "", **dict(question.fixed)}
    columns = {name: pd.Series(what, index=rows.index) for name, what in values.items()}
    for axis in question.axes:
        if axis.about == "period":
            columns["year"] = rows[axis.variable].map({code: period.year for code, period in axis.codes})
            columns["month"] = rows[axis.variable].map({code: period.month for code, period in axis.codes})
        elif axis.about:
            columns[axis.about] = rows[axis.variable].map(dict(axis.codes))
    return pd.DataFrame({**columns, "value": rows["value"], "mark": rows["status"]})


def _same_cube(cube: Cube, question: Question) -> None:
    asked = question.selection
    given = {
        name: set(dimension.labels)
        for name, dimension in cube.heading.dimensions.items()
        # some tables of one measure name it in the answer alone
        if name in asked or not is_measure(name, dimension.role) or len(dimension.labels) != 1
    }
    if lost := [name for name in asked if name not in given]:
        what = f"the answer lost the dimension {', '.join(lost)}"
        raise ContentError(what, "Nothing of it is used: fetch again later.")
    if extra := [name for name in given if name not in asked]:
        raise ContentError(f"the answer has the dimension {', '.join(extra)}, not asked for", "Nothing of it is used.")
    for name, codes in asked.items():
        if other := sorted(given[name] ^ set(codes))[:5]:
            what = f"the answer differs in '{name}' from what was asked: {', '.join(other)}"
            raise ContentError(what, "Nothing is used.")


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


# A table's answers sorted by series; a part that fails takes the series that needed it along.


@dataclass
class Gathering:
    """One series of a table while its parts come in; `requests` begins with those that described the table."""

    aim: Aim
    table: Table
    requests: list[dict]
    parts: list[pd.DataFrame] = field(default_factory=list)
    failure: str | None = None

    def add(self, rows: pd.DataFrame, answer: Answer) -> None:
        """Takes the rows of this series' content out of an answer."""
        mine = rows if self.aim.content is None else rows[rows["content"] == self.aim.content[1]]
        self.parts.append(mine)
        self.requests.append(answer.as_request(len(mine)))

    def finished(self, scope: Scope) -> FetchedSeries | FailedSeries:
        """The whole series, or why it failed."""
        wanted, table = self.aim.wanted, self.table
        rows, warnings = pd.DataFrame(columns=ROW_COLUMNS), list[str]()
        if self.parts:
            rows, warnings = with_statuses(pd.concat(self.parts, ignore_index=True))
            rows = with_years(rows) if wanted.table.monthly else rows
        twice = rows[rows.duplicated(KEY)]
        if self.failure is None and len(twice):
            first = ", ".join(str(twice.iloc[0][name]) for name in KEY)
            self.failure = f"table {table.id} has two values for {first}. Nothing of it is used."
        if self.failure is not None:
            return FailedSeries(wanted, self.failure)
        return FetchedSeries(
            wanted,
            f"{without_period(table.title)}: {wanted.table.content} ({table.id})",
            rows,
            self.requests,
            tuple(_asked(question) for question in self.aim.questions),
            table.updated,
            definition(table, self.aim.content),
            [
                *self.aim.warnings,
                *staleness(table, wanted, scope),
                *(f"{wanted.id}: {warning}" for warning in warnings),
            ],
        )


def shared_questions(gatherings: Sequence[Gathering]) -> list[tuple[Question, list[Gathering]]]:
    """Each question once, without the contents, and the series that ask it: all of one variable for contents."""
    sharing: dict[tuple, list[Gathering]] = {}
    for gathering in gatherings:
        for question in gathering.aim.questions:
            variable = gathering.aim.content[0] if gathering.aim.content else None
            sharing.setdefault((question, variable), []).append(gathering)
    return [(question, asking) for (question, _), asking in sharing.items()]


def with_contents(question: Question, asking: list[Gathering]) -> Question:
    """The question with the contents of the series that ask it."""
    # a code sent twice is an error at the service
    contents = dict.fromkeys(gathering.aim.content for gathering in asking if gathering.aim.content)
    if not contents:
        return question
    [variable] = {variable for variable, _ in contents}
    axis = Axis(variable, "content", tuple((code, code) for _, code in contents))
    return replace(question, axes=(*question.axes, axis))


def _asked(question: Question) -> Asked:
    years = frozenset(period.year for period in question.meanings("period"))
    return Asked(years, frozenset(question.meanings("place")), frozenset(question.meanings("sex")))


# The adapters: the series of a table are asked for together, each whole or failed for itself.

LONGEST_WINDOW = 600  # seconds; a call may have to wait for so long
PLANNED_CELLS = 100_000  # for a plan without the network; a fetch asks the service for its limit
MONTHS = 12
JSON_STAT = "json-stat2"
LANGUAGE = {"lang": "sv"}  # labels are pinned in Swedish


class PxWebAdapter:
    """SCB, PxWebApi 2. What another version asks for otherwise, and where, stands at the end of the class."""

    source, name, address = "scb", "SCB", "https://statistikdatabasen.scb.se/api/v2/"
    limits = Limits(calls=1, window=1.0)  # until the service's own pace is read, before anything else is asked
    # the path of the service's own limits, and their names: cells of an answer, calls, seconds
    probe = config = "config"
    config_names = ("maxDataCells", "maxCallsPerTimeWindow", "timeWindow")
    slashes = False  # in a table's id

    def __init__(self, client: Client):
        self.client = client

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
        calls = [PlannedCall("GET", self.client.url(self.config))] if wanted else []
        for table, batch in _by_table(wanted):
            about, figures = self._paths(table)
            calls += [PlannedCall("GET", self.client.url(path)) for path in about]
            cells = sum(_planned_cells(series, scope) for series in batch)
            calls.append(PlannedCall("POST", self.client.url(figures), max(1, ceil(cells / PLANNED_CELLS))))
        return calls

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each series once, table by table."""
        most: int | None = None
        for table_id, batch in _by_table(wanted):
            try:
                most = most or self._most_cells()
                table, answers = self._described(table_id)
            except SourceError as error:
                yield from (FailedSeries(series, str(error)) for series in batch)
                continue
            gatherings = []
            for series in batch:
                try:
                    with self.client.reading(answers[-1]):
                        aim = aimed(series, table, scope)
                except SourceError as error:
                    yield FailedSeries(series, str(error))
                else:
                    gatherings.append(Gathering(aim, table, [answer.as_request(0) for answer in answers]))
            for question, asking in shared_questions(gatherings):
                self._gather(question, asking, most)
            yield from (gathering.finished(scope) for gathering in gatherings)

    def _gather(self, question: Question, asking: list[Gathering], most: int) -> None:
        """Asks a question for all these series, in parts that the service answers whole; else for each of them."""
        asking = [gathering for gathering in asking if gathering.failure is None]
        if not asking:
            return
        table, answers = asking[0].table.id, list[tuple[pd.DataFrame, Answer]]()
        try:
            for part in with_contents(question, asking).parts(most):
                answer = self._figures(table, part.selection)
                with self.client.reading(answer, KEPT):
                    answers.append((rows_of(cube(answer.content), part), answer))
        except SourceError as error:
            if len(asking) == 1:
                asking[0].failure = str(error)
            for gathering in asking:  # what is wrong with one series must not take the others along
                self._gather(question, [gathering], most)
        else:
            for gathering in asking:
                for rows, answer in answers:
                    gathering.add(rows, answer)

    def _most_cells(self) -> int:
        """How many cells the service gives in one answer. Its pace is read too, and kept from now on."""
        answer = self.client.get(self.config)
        content = answer.content if isinstance(answer.content, dict) else {}
        limits: dict[str, int] = {}
        for name in self.config_names:
            if type(value := content.get(name)) is int and 0 < value <= MOST_CELLS:
                limits[name] = value
        if missing := [name for name in self.config_names if name not in limits]:
            what = f"the limits do not say {', '.join(missing)}"
            raise self.client.error(what, "Check that the base address is that of a PxWeb service.", answer)
        cells, calls, window = limits.values()
        if window > LONGEST_WINDOW:
            what = f"the limits allow {calls} calls in {window} seconds"
            raise self.client.error(what, "That would take days: ask the publisher.", answer)
        self.client.pace_to(calls, window)
        return cells

    def _paths(self, table: str) -> tuple[list[str], str]:
        """The paths that are read to describe a table, and the one that its figures are asked at."""
        return [f"tables/{table}", f"tables/{table}/metadata"], f"tables/{table}/data"

    def _described(self, table: str) -> tuple[Table, list[Answer]]:
        """The table with this id, and the answers that described it."""
        about, metadata = (self.client.get(path, LANGUAGE) for path in self._paths(table)[0])
        with self.client.reading(metadata, "The service is at fault: fetch later."):
            labels = heading(metadata.content)
        with self.client.reading(about):
            described = table_of_version_2(table, about.content, labels)
        return described, [about, metadata]

    def _figures(self, table: str, selection: dict[str, list[str]]) -> Answer:
        """The cells of a selection: variable -> codes."""
        query = [{"variableCode": variable, "valueCodes": codes} for variable, codes in selection.items()]
        return self.client.post(self._paths(table)[1], {"selection": query}, {**LANGUAGE, "outputFormat": JSON_STAT})


class PxWebV1Adapter(PxWebAdapter):
    """Folkhälsomyndigheten, PxWeb version 1: a table's id is its path, such as B_HLV/dPsykhals/table.px.

    The language is part of the base address.
    """

    source, name = "fohm", "Folkhälsomyndigheten"
    address = "https://fohm-app.folkhalsomyndigheten.se/Folkhalsodata/api/v1/sv/"
    probe = config = "?config"
    config_names = ("maxCells", "maxCalls", "timeWindow")
    slashes = True

    def _paths(self, table: str) -> tuple[list[str], str]:
        return [table], table

    def _described(self, table: str) -> tuple[Table, list[Answer]]:
        about = self.client.get(table)
        with self.client.reading(about):
            described = table_of_version_1(table, about.content)
        return described, [about]

    def _figures(self, table: str, selection: dict[str, list[str]]) -> Answer:
        query = [
            {"code": variable, "selection": {"filter": "item", "values": codes}}
            for variable, codes in selection.items()
        ]
        try:
            return self.client.post(table, {"query": query, "response": {"format": JSON_STAT}})
        except SourceError as error:
            cells = prod(map(len, selection.values()))
            raise SourceError(f"{error} ({cells} cells were asked for; here 403 means too many.)") from None


def _by_table(wanted: Sequence[WantedSeries]) -> list[tuple[str, list[WantedSeries]]]:
    ordered = sorted(wanted, key=lambda series: series.table.id)
    return [(table, list(batch)) for table, batch in groupby(ordered, key=lambda series: series.table.id)]


def _planned_cells(series: WantedSeries, scope: Scope) -> int:
    labels = prod((len(labels) for labels in series.table.select.values()), start=1)
    times = len(scope.years) * (MONTHS if series.table.monthly else 1)
    return AREAS * labels * times * (len(SEXES) if series.entry.by_sex else 1)
