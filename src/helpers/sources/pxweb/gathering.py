"""A table's answers sorted by series; a part that fails takes the series that needed it along."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from ..adapter import KEY, ROW_COLUMNS, Asked, FailedSeries, FetchedSeries, Scope
from ..answer import Answer
from .aim import Aim
from .freshness import definition, staleness
from .question import Axis, Question
from .rows import with_statuses, with_years
from .services import Described
from .table import without_period


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
            f"{without_period(table.title)}: {wanted.entry.table.content} ({table.id})",
            rows,
            [answer.as_request(0) for answer in described.answers] + self.requests,
            tuple(_asked(question) for question in self.aim.questions),
            table.updated,
            definition(table, self.aim.content),
            [
                *self.aim.warnings,
                *staleness(table, wanted, scope),
                *(f"{self.id}: {told}" for told in warnings),
            ],
        )

    def _rows(self) -> tuple[pd.DataFrame, list[str]]:
        if not self.parts:
            return pd.DataFrame(columns=ROW_COLUMNS), []
        rows, warnings = with_statuses(pd.concat(self.parts, ignore_index=True))
        return (with_years(rows) if self.aim.wanted.entry.table.monthly else rows), warnings


def shared_questions(gatherings: Sequence[Gathering]) -> list[tuple[Question, list[Gathering]]]:
    """Each question once, with the contents of all series that ask it, and those series."""
    sharing: dict[tuple, list[Gathering]] = {}
    for one in gatherings:
        for question in one.aim.questions:
            variable = one.aim.content[0] if one.aim.content else None
            sharing.setdefault((question, variable), []).append(one)
    return [(_with_contents(question, variable, some), some) for (question, variable), some in sharing.items()]


def _with_contents(question: Question, variable: str | None, some: list[Gathering]) -> Question:
    if variable is None:
        return question
    codes = dict.fromkeys(one.aim.content[1] for one in some)  # a code sent twice is an error at the service
    axis = Axis(variable, "content", tuple((code, code) for code in codes))
    return replace(question, axes=(*question.axes, axis))


def _asked(question: Question) -> Asked:
    years = frozenset(period.year for period in question.meanings("period"))
    return Asked(years, frozenset(question.meanings("place")), frozenset(question.meanings("sex")))
