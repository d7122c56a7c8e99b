"""A statement held against the figures: borne out, contradicted, or not to be judged, with both values."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from .language import Relation, Statement
from .readings import Figures, Obstacle, Reading


class Outcome(StrEnum):
    """What the figures say of a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True)
class Case:
    """One place, or one pair of places, that the claim is about.

    `first` and `second` are what was compared: the earlier and the later year, the place and the other place, or their
    two changes. Against a number there is only `first`. `holds` is None where an obstacle stands in the way.
    """

    place: str
    first: Reading
    second: Reading | None = None
    other: str | None = None
    holds: bool | None = None
    obstacle: Obstacle = Obstacle.NONE


@dataclass(frozen=True)
class Finding:
    """What became of a claim, with the cases that decide it; `cases` has them all."""

    outcome: Outcome
    cases: tuple[Case, ...]

    @property
    def deciding(self) -> tuple[Case, ...]:
        """The cases that readers need: those against, else those that cannot be judged, else all."""
        against = tuple(case for case in self.cases if case.holds is False)
        unknown = tuple(case for case in self.cases if case.holds is None)
        return {Outcome.FAILS: against, Outcome.NOT_JUDGED: unknown}.get(self.outcome, self.cases)


def evaluated(statement: Statement, figures: Figures) -> Finding:
    """The claim held against published values.

    It fails where one place is known to contradict it, and holds where every place bears it out. A place without a
    value, two years on either side of a break, means that share a year, a difference that may be chance and a survey
    without margins are no answer. Two years are a difference, and never called a trend.
    """
    answers: list[bool | None] = []
    cases: list[Case] = []
    for place in statement.places.codes:
        found = list(_cases(statement, place, figures))
        answer = _answer(statement, found)
        if place in statement.excepted and answer is not None:
            answer = not answer
            found = [_turned(case) for case in found]
        answers.append(answer)
        cases += found
    outcome = Outcome.FAILS if False in answers else Outcome.NOT_JUDGED if None in answers else Outcome.HOLDS
    return Finding(outcome, tuple(cases))


def _answer(statement: Statement, cases: list[Case]) -> bool | None:
    """What one place's cases say together: all of them, or more than half with "most of"."""
    held, against = (sum(case.holds is wanted for case in cases) for wanted in (True, False))
    if statement.most:
        return True if 2 * held > len(cases) else False if 2 * against >= len(cases) else None
    return False if against else True if held == len(cases) else None


def _turned(case: Case) -> Case:
    return Case(case.place, case.first, case.second, case.other, None if case.holds is None else not case.holds)


def _cases(statement: Statement, place: str, figures: Figures) -> Iterator[Case]:
    relation, measure = statement.relation, statement.measure
    if relation.to_number:
        yield _against_number(statement, place, figures.reading(measure, place, statement.year))
    elif relation in (Relation.FALLS, Relation.RISES):
        before, after = (figures.reading(measure, place, year) for year in (statement.since, statement.year))
        barred = figures.in_the_way(measure, statement.since, statement.year)
        yield _compared(statement, Case(place, before, after, obstacle=barred), figures)
    else:
        one = _side(statement, place, figures)
        for other in statement.others.codes:
            if other != place:
                yield _compared(statement, Case(place, one, _side(statement, other, figures), other), figures)


def _side(statement: Statement, place: str, figures: Figures) -> Reading:
    """A place's value, or its change between the two years where changes are compared."""
    if not statement.relation.of_change:
        return figures.reading(statement.measure, place, statement.year)
    before, after = (figures.reading(statement.measure, place, year) for year in (statement.since, statement.year))
    barred = figures.in_the_way(statement.measure, statement.since, statement.year)
    margin = (before.margin**2 + after.margin**2) ** 0.5
    return Reading(after.value - before.value, margin, obstacle=barred or before.obstacle or after.obstacle)


def _compared(statement: Statement, case: Case, figures: Figures) -> Case:
    """`case` with its answer. What the later year, or the first place, must be stands in the relation."""
    obstacle = case.obstacle or case.first.obstacle or case.second.obstacle
    obstacle = obstacle or figures.uncertainty(statement.measure, case.first, case.second)
    if obstacle:
        return Case(case.place, case.first, case.second, case.other, None, obstacle)
    return Case(case.place, case.first, case.second, case.other, _holds(statement.relation, case))


def _holds(relation: Relation, case: Case) -> bool:
    one, other = case.first.value, case.second.value
    if relation in (Relation.FALLS, Relation.RISES):  # the earlier year stands first
        return other < one if relation.downwards else other > one
    if relation in (Relation.LOWEST, Relation.HIGHEST):  # a shared last place is one
        return one <= other if relation.downwards else one >= other
    if relation in (Relation.FALLS_LESS, Relation.FALLS_MORE):
        return one < 0 and _order(relation)(one, other)
    if relation in (Relation.RISES_LESS, Relation.RISES_MORE):
        return one > 0 and _order(relation)(one, other)
    return _order(relation)(one, other)


def _order(relation: Relation) -> Callable[[float, float], bool]:
    """What the place's figure must be to the other's."""
    return operator.lt if relation.downwards else operator.gt


def _against_number(statement: Statement, place: str, reading: Reading) -> Case:
    if reading.obstacle:
        return Case(place, reading, obstacle=reading.obstacle)
    number = Decimal(statement.number)
    value = Decimal(repr(reading.value))
    if statement.relation is Relation.EQUALS:
        return Case(place, reading, holds=value.quantize(number, ROUND_HALF_UP) == number)
    return Case(place, reading, holds=value < number if statement.relation is Relation.BELOW else value > number)
