"""From an indicator's pinned table to the questions that bring its figures."""

from dataclasses import dataclass

from ..adapter import Scope, WantedSeries
from .choosing import IN_CATALOGUE, Choice
from .labels import TableError
from .periods import Period
from .question import Axis, Question
from .table import Table, place_of, same_title

RANKED_YEARS = 2  # the newest complete years of all municipalities, so that a rank has one before it
COUNTRY = ("place", "0000")


@dataclass(frozen=True)
class Aim:
    """One series: its questions (without the content), and the content's variable and code in the table."""

    wanted: WantedSeries
    questions: tuple[Question, ...]
    content: tuple[str, str] | None  # None: the table has one measure only
    warnings: tuple[str, ...]


def aimed(wanted: WantedSeries, table: Table, scope: Scope) -> Aim:
    """What to ask for a series. Raises TableError when the table does not have it, or has it twice."""
    pinned = wanted.entry.table
    if not same_title(pinned.title, table.title):
        raise TableError(
            f"table {table.id} is now called '{table.title}', pinned is '{pinned.title}'",
            f"Find out whether it still is the same measure. {IN_CATALOGUE}",
        )
    choice = Choice(wanted, table, scope, [])
    chosen, region, time = choice.chosen(), choice.places(), choice.periods()
    content = choice.content({axis.variable for axis in chosen})
    questions = []
    for sex in choice.sexes():
        fixed = (*(() if sex else (("sex", "T"),)), *(() if region else (COUNTRY,)))
        question = Question((*region, *chosen, *([sex] if sex else []), time), fixed)
        _refuse_open(table, question, content)
        questions.append(question)
    if not time.codes:  # nothing is published for these years
        questions = []
    return Aim(wanted, (*questions, *_ranked(wanted, table, scope, questions)), content, tuple(choice.warnings))


def _refuse_open(table: Table, question: Question, content: tuple[str, str] | None) -> None:
    """Raises TableError for a variable that nothing is chosen of and that cannot be left out."""
    named = {axis.variable for axis in question.axes} | ({content[0]} if content else set())
    for variable in table.variables.values():
        if variable.id in named or (variable.eliminable and table.summable):
            continue
        why = "must not be summed over" if variable.eliminable else "cannot be asked without"
        labels = ", ".join(f"'{label}'" for label in list(variable.labels.values())[:8])
        raise TableError(
            f"table {table.id} {why} '{variable.label}'", f"Choose under 'select' of the indicator: {labels}."
        )


def _ranked(wanted: WantedSeries, table: Table, scope: Scope, questions: list[Question]) -> list[Question]:
    """The newest complete years of all other municipalities, for the indicators that are ranked."""
    if scope.places is None or wanted.indicator not in scope.ranked or table.region is None:
        return []
    others = set(scope.municipalities) - set(scope.places)
    places = tuple((code, place) for code in table.region.labels if (place := place_of(code)) in others)
    newest = [Question(tuple(_newest(axis, places) for axis in it.axes), it.fixed) for it in questions]
    return [question for question in newest if question.cells]  # none of women or men alone


def _newest(axis: Axis, places: tuple[tuple[str, str], ...]) -> Axis:
    """The axis with other places, both sexes together, and the newest complete years."""
    codes = axis.codes
    if axis.about == "place":
        codes = places
    elif axis.about == "sex":
        codes = tuple((code, sex) for code, sex in codes if sex == "T")
    elif axis.about == "period":
        years = _complete_years([period for _, period in codes])
        codes = tuple((code, period) for code, period in codes if period.year in years)
    return Axis(axis.variable, axis.about, codes)


def _complete_years(periods: list[Period]) -> set[int]:
    """The newest years with as many periods as any: twelve in a monthly table."""
    counts = {year: [it.year for it in periods].count(year) for year in {it.year for it in periods}}
    most = max(counts.values(), default=0)
    return set(sorted(year for year, count in counts.items() if count == most)[-RANKED_YEARS:])
