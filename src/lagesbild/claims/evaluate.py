"""A claim held against the figures: the values that it needs, the answer, and the check of every claim."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import WOMEN_MINUS_MEN, Measure, Relation, StatedClaim, Statement, stated_claims
from lagesbild.paths import Paths
from lagesbild.places import Places, load_places
from lagesbild.statistics.differences import compared_pairs
from lagesbild.statistics.intervals import rate_interval, standard_error, usable, z_of
from lagesbild.tidy.schema import empty_table

# The published value that a claim is about, with its margin and cases, or what stands in the way of it.

NAN = float("nan")


class Obstacle(StrEnum):
    """Why two figures cannot be held against each other."""

    NONE = ""
    NO_VALUE = "no_value"
    HIDDEN = "hidden"
    UNRELIABLE = "unreliable"  # an incomplete year, or a suspected non-response
    SERIES_BREAK = "series_break"
    OVERLAPPING_PERIODS = "overlapping_periods"
    WITHIN_MARGIN = "within_margin"  # the difference may be chance
    NO_MARGIN = "no_margin"  # a survey: nobody knows whether the difference is more than chance


@dataclass(frozen=True)
class Reading:
    """One figure, in the measure's unit; NaN with an obstacle."""

    value: float = NAN
    margin: float = NAN
    count: float = NAN
    obstacle: Obstacle = Obstacle.NONE


@dataclass(frozen=True)
class Figures:
    """Where values are read: `series` has the current tidy rows of each indicator."""

    series: Mapping[str, pd.DataFrame] = field(repr=False)
    catalog: Catalog
    _read: dict[str, dict[tuple[str, int, str], tuple]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, table: pd.DataFrame, catalog: Catalog) -> "Figures":
        """The figures of a table of current rows."""
        return cls({str(id): rows for id, rows in table.groupby("indicator")}, catalog)

    def _totals(self, indicator: str) -> dict[tuple[str, int, str], tuple]:
        """(place, year, sex) -> value, margin, count, status; no group, the indicator's own month."""
        if indicator not in self._read:
            rows = self.series.get(indicator, empty_table())
            month = self.catalog.indicators[indicator].month or 0
            rows = rows[(rows["group"] == "") & (rows["month"] == month)]
            value = rows["value"].where(usable(rows))
            keys = zip(rows["place"], rows["year"], rows["sex"], strict=True)
            found = zip(value, rows["margin"], rows["count"], rows["status"], strict=True)
            self._read[indicator] = dict(zip(keys, found, strict=True))
        return self._read[indicator]

    def reading(self, measure: Measure, place: str, year: int) -> Reading:
        """The measure's value in one place and year."""
        if measure.sex == WOMEN_MINUS_MEN:
            women, men = (self.reading(Measure(measure.indicator, measure.per, sex), place, year) for sex in "KM")
            margin = float(np.hypot(women.margin, men.margin))
            return Reading(women.value - men.value, margin, obstacle=women.obstacle or men.obstacle)
        own = self._plain(measure.indicator, place, year, measure.sex)
        if measure.per is None:
            return own
        base = self._plain(measure.per, place, year, measure.sex)
        obstacle = own.obstacle or base.obstacle or (Obstacle.NONE if base.value > 0 else Obstacle.NO_VALUE)
        return Reading(NAN if obstacle else 100 * own.value / base.value, obstacle=obstacle)

    def _plain(self, indicator: str, place: str, year: int, sex: str) -> Reading:
        value, margin, count, status = self._totals(indicator).get((place, year, sex), (NAN, NAN, NAN, ""))
        if np.isnan(value):
            obstacle = {"hidden": Obstacle.HIDDEN, "incomplete": Obstacle.UNRELIABLE, "suspect": Obstacle.UNRELIABLE}
            return Reading(obstacle=obstacle.get(status, Obstacle.NO_VALUE))
        if np.isnan(margin):
            margin = self._margin_of_rate(value, indicator, (place, year, sex))
        return Reading(value, margin, count)

    def _margin_of_rate(self, value: float, indicator: str, at: tuple[str, int, str]) -> float:
        """Half the width of a rate's 95 % interval: its cases are the rate times the population of the same key."""
        base, per = self.catalog.indicators[indicator].population, self.catalog.unit_of(indicator).per
        if not base or not per:
            return NAN
        people = self._totals(base).get(at, (NAN,))[0]
        if np.isnan(people):
            return NAN
        return z_of(0.95) * float(standard_error(rate_interval(value * people / per, people, per)))

    def in_the_way(self, measure: Measure, since: int, year: int) -> Obstacle:
        """What forbids to compare two years at all: a break between them, or means that share a year."""
        entries = [self.catalog.indicators[id] for id in measure.indicators]
        if any(since < one.year <= year for entry in entries for one in entry.breaks):
            return Obstacle.SERIES_BREAK
        if any(year - since < entry.years_pooled for entry in entries):
            return Obstacle.OVERLAPPING_PERIODS
        return Obstacle.NONE

    def uncertainty(self, measure: Measure, first: Reading, second: Reading) -> Obstacle:
        """Why the difference between two values says nothing: its 95 % interval holds zero, or nobody knows it.

        A register's value without counts is taken as it stands: nothing says how uncertain it is.
        """
        sample = any(self.catalog.indicators[id].kind == "survey" for id in measure.indicators)
        if sample and np.isnan(first.margin + second.margin):
            return Obstacle.NO_MARGIN
        pair = {"indicator": measure.indicator} | {
            f"{side}{name}": getattr(reading, name)
            for side, reading in (("", first), ("other_", second))
            for name in ("value", "margin", "count")
        }
        share = self.catalog.indicators[measure.indicator].unit == "percent" and not sample
        found = compared_pairs(pd.DataFrame([pair]), {measure.indicator: "share" if share else ""})["real"].iloc[0]
        chance = found is not pd.NA and not found and first.value != second.value
        return Obstacle.WITHIN_MARGIN if chance else Obstacle.NONE


# A statement held against the figures: borne out, contradicted, or not to be judged, with both values.


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

    @property
    def against(self) -> Reading:
        """The second reading. Raises ValueError where the place is held against a number."""
        if self.second is None:
            raise ValueError(f"{self.place} is held against a number, not against another reading.")
        return self.second


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
        before, after = (figures.reading(measure, place, year) for year in statement.change)
        barred = figures.in_the_way(measure, *statement.change)
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
    before, after = (figures.reading(statement.measure, place, year) for year in statement.change)
    barred = figures.in_the_way(statement.measure, *statement.change)
    margin = (before.margin**2 + after.margin**2) ** 0.5
    return Reading(after.value - before.value, margin, obstacle=barred or before.obstacle or after.obstacle)


def _compared(statement: Statement, case: Case, figures: Figures) -> Case:
    """`case` with its answer. What the later year, or the first place, must be stands in the relation."""
    obstacle = case.obstacle or case.first.obstacle or case.against.obstacle
    obstacle = obstacle or figures.uncertainty(statement.measure, case.first, case.against)
    if obstacle:
        return Case(case.place, case.first, case.second, case.other, None, obstacle)
    return Case(case.place, case.first, case.second, case.other, _holds(statement.relation, case))


def _holds(relation: Relation, case: Case) -> bool:
    one, other = case.first.value, case.against.value
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


# What `lagesbild check --strict` says: every claim that the figures contradict and nobody has looked at.

SHOWN = 4  # places named in one line


@dataclass(frozen=True)
class ClaimCheck:
    """How many claims there are, hold, are known to disagree and cannot be judged, and what is wrong."""

    total: int
    holding: int
    known: int
    not_judged: int
    slips: tuple[str, ...]  # one line each: file, line, claim, values found, remedy

    @property
    def ok(self) -> bool:
        return not self.slips


def claim_check(paths: Paths, catalog: Catalog) -> ClaimCheck:
    """Every claim of every assessment held against the tidy table. Raises ClaimError and TidyError."""
    from lagesbild.tidy.build import table_at_hand
    from lagesbild.tidy.schema import current  # pandas is needed only here

    places = load_places(paths)
    stated = stated_claims(paths, catalog, places)
    figures = Figures.of(current(table_at_hand(paths, catalog).rows), catalog)
    found = [(one, evaluated(one.statement, figures)) for one in stated]
    outcomes = [finding.outcome for _, finding in found]
    slips = [slip for one, finding in found if (slip := _slip(one, finding, places))]
    return ClaimCheck(
        total=len(found),
        holding=outcomes.count(Outcome.HOLDS),
        known=sum(bool(one.claim.known) and finding.outcome is Outcome.FAILS for one, finding in found),
        not_judged=outcomes.count(Outcome.NOT_JUDGED),
        slips=tuple(slips),
    )


def _slip(one: StatedClaim, finding: Finding, places: Places) -> str:
    """What is wrong with a claim, or nothing. A disagreement that is known passes; one that is gone does not."""
    if finding.outcome is Outcome.FAILS and not one.claim.known:
        found = values_found(one.statement, finding, places)
        remedy = "Correct the claim and the sentence that it stands for, or say in 'known' why they differ."
        return f"{one.where} '{one.claim.claim}': the figures say otherwise: {found}. {remedy}"
    if finding.outcome is Outcome.HOLDS and one.claim.known:
        return f"{one.where} '{one.claim.claim}': the figures bear it out now. Take 'known' away."
    return ""


def values_found(statement: Statement, finding: Finding, places: Places) -> str:
    """The values that decide, such as "835 (2020) and 863 (2021) in 2284 Örnsköldsvik"."""
    cases = finding.deciding
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return "; ".join(_case_text(statement, case, places) for case in cases[:SHOWN]) + more


def _case_text(statement: Statement, case: Case, places: Places) -> str:
    place = f"{case.place} {places.name(case.place)}"
    text = f"{case.first.value:.6g} in {place}"
    if case.other is not None:
        text += f", {case.against.value:.6g} in {case.other} {places.name(case.other)}"
    elif case.second is not None:
        text = f"{case.first.value:.6g} ({statement.since}) and {case.second.value:.6g} ({statement.year}) in {place}"
    return f"{text} ({case.obstacle.replace('_', ' ')})" if case.obstacle else text
