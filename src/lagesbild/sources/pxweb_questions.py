"""What a PxWeb table is asked: the values chosen on each axis, split to the service's limits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from lagesbild.errors import ContentError
from lagesbild.places import COUNTRY
from lagesbild.sources.jsonstat import Dimension
from lagesbild.sources.pxweb_tables import (
    Table,
    code_of,
    folded,
    period_of,
    place_of,
    quoted,
    same_title,
    sex_of,
)
from lagesbild.sources.series import Scope, WantedSeries

# What is asked of a table: for each of its variables the codes, and what each code stands for.

LAST_TO_SPLIT = ("period", "content")


@dataclass(frozen=True)
class Axis:
    """One variable. `about` says what its codes stand for: place, period, sex, group, content or ""."""

    variable: str
    about: str
    codes: tuple[tuple[str, Any], ...]  # code -> what it stands for; no code stands twice


@dataclass(frozen=True)
class Question:
    """A part of a table's cube. `fixed` is what no variable says: the sex of a table without sexes."""

    axes: tuple[Axis, ...]
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def cells(self) -> int:
        return prod(len(axis.codes) for axis in self.axes)

    @property
    def selection(self) -> dict[str, list[str]]:
        """Variable -> codes, as the service is asked."""
        return {axis.variable: [code for code, _ in axis.codes] for axis in self.axes}

    def meanings(self, about: str) -> list[Any]:
        """Everything that the question covers of one kind: its places, its periods, its sexes."""
        meanings = [what for axis in self.axes if axis.about == about for _, what in axis.codes]
        return meanings or [what for kind, what in self.fixed if kind == about]

    def parts(self, most: int) -> Iterator["Question"]:
        """Questions of at most `most` cells that together are this one, split on the largest variable that is
        neither time nor content, and on those only when nothing else is left."""
        if self.cells <= most:
            yield self
            return
        longest = max(self.axes, key=_splits_first)
        fit = max(1, most * len(longest.codes) // self.cells)
        fit = min(fit, len(longest.codes) - 1)
        for start in range(0, len(longest.codes), fit):
            part = replace(longest, codes=longest.codes[start : start + fit])
            yield from replace(self, axes=tuple(part if axis is longest else axis for axis in self.axes)).parts(most)


def _splits_first(axis: Axis) -> tuple[bool, bool, int]:
    return len(axis.codes) > 1, axis.about not in LAST_TO_SPLIT, len(axis.codes)


# The codes of a table that an indicator's labels stand for, variable by variable.

IN_CATALOGUE = "Correct 'table' of the indicator in data/catalog/indicators."


@dataclass(frozen=True)
class Choice:
    """One series' choice in one table. Raises ContentError where a label is missing or fits two."""

    wanted: WantedSeries
    table: Table
    scope: Scope
    warnings: list[str]

    def code(self, label: str, variable: Dimension) -> str:
        """The code with this label; a label that is spelt otherwise leaves a warning."""
        code, warning = code_of(label, variable.labels, f"labels of '{variable.label}' in table {self.table.id}")
        if warning:
            self.warnings.append(f"{self.wanted.id}: {warning}")
        return code

    def chosen(self) -> list[Axis]:
        """The variables of 'select', but for the sexes; the one with several labels is the group."""
        axes = []
        for name, labels in self.wanted.table.select.items():
            variable = self.table.labelled(name)
            if variable != self.table.sex:
                codes = dict.fromkeys(self.code(label, variable) for label in labels)
                about = "group" if len(codes) > 1 else ""
                axes.append(Axis(variable.id, about, tuple((code, variable.labels[code]) for code in codes)))
        if len([axis for axis in axes if axis.about]) > 1:
            raise ContentError("'select' has several labels in more than one variable", IN_CATALOGUE)
        return axes

    def content(self, taken: set[str]) -> tuple[str, str] | None:
        """Variable and code of the content: of the variable for contents, else of the one with its label.

        None where the table has one measure only, and is called by it. `taken` are variables that 'select' names.
        """
        label, contents = self.wanted.table.content, self.table.content
        if contents:
            return contents.id, self.code(label, contents)
        special = {variable.id for variable in (self.table.region, self.table.sex, self.table.time) if variable}
        others = [variable for name, variable in self.table.variables.items() if name not in special | taken]
        having = [variable for variable in others if folded(label) in map(folded, variable.labels.values())]
        if len(having) > 1:
            what = f"the content '{label}' stands in more than one variable: {quoted(having)}"
            raise ContentError(what, IN_CATALOGUE)
        if having:
            return having[0].id, self.code(label, having[0])
        if same_title(label, self.table.title):
            return None
        raise ContentError(f"table {self.table.id} has no content '{label}'", IN_CATALOGUE)

    def places(self) -> list[Axis]:
        """Every area of the table; a table without regions is about the country."""
        region = self.table.region
        if region is None:
            return []
        codes: dict[str, str] = {}  # by place
        for code in region.labels:
            if place := place_of(code):
                if place in codes:
                    raise ContentError(f"table {self.table.id} has two codes for {place}", "Choose another table.")
                codes[place] = code
        if not codes:
            raise ContentError(f"table {self.table.id} has no municipality and no region", "Choose another table.")
        return [Axis(region.id, "place", tuple((code, place) for place, code in codes.items()))]

    def periods(self) -> Axis:
        """The periods of the scope's years, which must be of the kind that the catalogue says."""
        entry, time = self.wanted.entry, self.table.time
        periods = {code: period_of(code, label) for code, label in time.labels.items()}
        monthly = self.wanted.table.monthly or entry.month is not None
        for code, period in periods.items():
            if bool(period.month) != monthly or (not monthly and period.years != entry.years_pooled):
                raise ContentError(
                    f"table {self.table.id} has the period {time.labels[code]}, another kind than expected",
                    "Set 'monthly', 'month' or 'years_pooled' of the indicator as the table has it.",
                )
        kept = [
            (code, period)
            for code, period in periods.items()
            if period.year in self.scope.years and (entry.month is None or period.month == entry.month)
        ]
        return Axis(time.id, "period", tuple(kept))

    def sexes(self) -> list[Axis | None]:
        """The sexes to ask for, a question each; None is the sum over them, where the table has no total."""
        variable = self.table.sex
        if variable is None:
            return [None]
        chosen = self.wanted.table.select.items()
        named = [label for name, labels in chosen if self.table.labelled(name) == variable for label in labels]
        if named:
            sexes = {code: sex_of(variable.labels[code]) for code in (self.code(label, variable) for label in named)}
        else:
            wanted = "TKM" if self.wanted.entry.by_sex else "T"
            sexes = {code: sex for code, label in variable.labels.items() if (sex := sex_of(label)) and sex in wanted}
        if None in sexes.values() or len(set(sexes.values())) != len(sexes):
            labels = ", ".join(f"'{variable.labels[code]}'" for code in sexes)
            raise ContentError(f"the sexes of table {self.table.id} cannot be told apart: {labels}", IN_CATALOGUE)
        axes: list[Axis | None] = [Axis(variable.id, "sex", tuple(sexes.items()))] if sexes else []
        return axes if "T" in sexes.values() or named else [*axes, None]


# From an indicator's pinned table to the questions that bring its figures.


@dataclass(frozen=True)
class Aim:
    """One series: its questions (without the content), and the content's variable and code in the table."""

    wanted: WantedSeries
    questions: tuple[Question, ...]
    content: tuple[str, str] | None  # None: the table has one measure only
    warnings: tuple[str, ...]


def aimed(wanted: WantedSeries, table: Table, scope: Scope) -> Aim:
    """What to ask for a series. Raises ContentError when the table does not have it, or has it twice."""
    pinned = wanted.table
    if not same_title(pinned.title, table.title):
        raise ContentError(
            f"table {table.id} is now called '{table.title}', pinned is '{pinned.title}'",
            f"Find out whether it still is the same measure. {IN_CATALOGUE}",
        )
    choice = Choice(wanted, table, scope, [])
    chosen, region, time = choice.chosen(), choice.places(), choice.periods()
    content = choice.content({axis.variable for axis in chosen})
    questions = []
    for sex in choice.sexes():
        fixed = (() if sex else (("sex", "T"),)) + (() if region else (("place", COUNTRY),))
        question = Question((*region, *chosen, *([sex] if sex else []), time), fixed)
        _refuse_open(table, question, content)
        questions.append(question)
    if not time.codes:  # nothing is published for these years
        questions = []
    return Aim(wanted, tuple(questions), content, tuple(choice.warnings))


def _refuse_open(table: Table, question: Question, content: tuple[str, str] | None) -> None:
    """Raises ContentError for a variable that nothing is chosen of and that cannot be left out."""
    named = {axis.variable for axis in question.axes} | ({content[0]} if content else set())
    for variable in table.variables.values():
        if variable.id in named or (variable.eliminable and table.summable):
            continue
        why = "must not be summed over" if variable.eliminable else "cannot be asked without"
        labels = ", ".join(f"'{label}'" for label in list(variable.labels.values())[:8])
        raise ContentError(
            f"table {table.id} {why} '{variable.label}'", f"Choose under 'select' of the indicator: {labels}."
        )
