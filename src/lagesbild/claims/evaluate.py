"""A claim compared with the figures: the values that it needs, and the answer."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.claims.language import WOMEN_MINUS_MEN, Measure, Relation, Statement
from lagesbild.places import COUNTRY
from lagesbild.rules.judgements import Judgements
from lagesbild.statistics.alone import pair_bounds
from lagesbild.statistics.differences import Compared, place_differences
from lagesbild.statistics.intervals import UNUSABLE, half_width, rate_interval
from lagesbild.statistics.surveys import Z_DECIDED
from lagesbild.tidy.rows import Rows
from lagesbild.tidy.schema import RESTATED

# The published value that a claim is about, with its margin and cases, or what stands in the way of it.

NAN = float("nan")
ASKED = {"place", "year", "month", "sex", "group", "value", "margin", "count", "status"}


class Obstacle(StrEnum):
    """Why two figures cannot be compared."""

    NONE = ""
    NO_VALUE = "no_value"
    HIDDEN = "hidden"
    UNRELIABLE = "unreliable"  # an incomplete year, or a suspected non-response
    SERIES_BREAK = "series_break"
    OVERLAPPING_PERIODS = "overlapping_periods"
    WITHIN_MARGIN = "within_margin"  # the difference may be chance
    NO_MARGIN = "no_margin"  # nothing tells how uncertain the figures are


@dataclass(frozen=True)
class Reading:
    """One figure, in the measure's unit; NaN with an obstacle."""

    value: float = NAN
    margin: float = NAN
    count: float = NAN
    obstacle: Obstacle = Obstacle.NONE
    restated: bool = False  # in today's definition, so that no break stands between it and later years


NOTHING = Reading(obstacle=Obstacle.NO_VALUE)
# What a status says of a value that may not be used; any other is no value at all.
OBSTACLES = {"hidden": Obstacle.HIDDEN, "incomplete": Obstacle.UNRELIABLE, "suspect": Obstacle.UNRELIABLE}
Readings = Mapping[tuple[str, int], Reading]  # (place, year) -> the value there; what it lacks is NOTHING


def readings(measure: Measure, table: Rows, catalog: Catalog, places: Collection[str]) -> Readings:
    """The measure's values in some places and every year of `table`, which has current rows."""
    if measure.sex == WOMEN_MINUS_MEN:
        women, men = (readings(replace(measure, sex=sex), table, catalog, places) for sex in "KM")
        return {at: _minus(women.get(at, NOTHING), men.get(at, NOTHING)) for at in {*women, *men}}
    own = _published(measure.indicator, measure.sex, table, catalog, places)
    if measure.per is None:
        return own
    base = _published(measure.per, measure.sex, table, catalog, places)
    return {at: _percent(reading, base.get(at, NOTHING)) for at, reading in own.items()}


def _minus(women: Reading, men: Reading) -> Reading:
    margin = float(np.hypot(women.margin, men.margin))
    return Reading(women.value - men.value, margin, obstacle=women.obstacle or men.obstacle)


def _percent(own: Reading, base: Reading) -> Reading:
    obstacle = own.obstacle or base.obstacle or (Obstacle.NONE if base.value > 0 else Obstacle.NO_VALUE)
    return Reading(NAN if obstacle else 100 * own.value / base.value, obstacle=obstacle)


def _published(
    indicator: str, sex: str, table: Rows, catalog: Catalog, places: Collection[str]
) -> dict[tuple[str, int], Reading]:
    """(place, year) -> one indicator's yearly value. A rate without a margin gets that of its cases."""
    month = catalog.indicators[indicator].month or 0
    rows = {
        (row["place"], row["year"]): row
        for row in table.records(indicator, places, ASKED)
        if row["sex"] == sex and row["month"] == month and not row["group"]
    }
    base, per = catalog.indicators[indicator].population, catalog.unit_of(indicator).per
    of_cases = {}
    if base and per:
        people = _published(base, sex, table, catalog, places)
        bare = [at for at, row in rows.items() if _is_usable(row) and math.isnan(row["margin"])]
        bare = [at for at in bare if at in people and not people[at].obstacle]
        rates = np.array([rows[at]["value"] for at in bare])
        inhabitants = np.array([people[at].value for at in bare])
        margins = half_width(rate_interval(rates * inhabitants / per, inhabitants, per))
        of_cases = dict(zip(bare, margins.tolist(), strict=True))
    return {
        at: Reading(row["value"], of_cases.get(at, row["margin"]), row["count"], restated=row["status"] == RESTATED)
        if _is_usable(row)
        else Reading(obstacle=OBSTACLES.get(row["status"], Obstacle.NO_VALUE))
        for at, row in rows.items()
    }


def _is_usable(row: Mapping[str, Any]) -> bool:
    """As `usable`, of one row."""
    return not math.isnan(row["value"]) and row["status"] not in UNUSABLE


def in_the_way(entries: Collection[Indicator], since: int, year: int, before: Reading) -> Obstacle:
    """What forbids to compare two years at all: a break between them, or means that share a year.

    `before` is the earlier one's: restated, it has no break to today's definition.
    """
    if any(since < cut.year <= year for entry in entries for cut in entry.standing_breaks(before.restated)):
        return Obstacle.SERIES_BREAK
    if any(year - since < entry.years_pooled for entry in entries):
        return Obstacle.OVERLAPPING_PERIODS
    return Obstacle.NONE


def uncertainty(entries: Collection[Indicator], first: Reading, second: Reading) -> Obstacle:
    """Why the difference between two values says nothing: its 95 % interval has zero in it, or is not known.

    `entries` are the measure's indicators, its base last. A register's value without counts is taken as it stands:
    nothing says how uncertain it is.
    """
    sample = any(entry.kind == "survey" for entry in entries)
    if sample and np.isnan(first.margin + second.margin):
        return Obstacle.NO_MARGIN
    share = next(iter(entries)).unit == "percent" and not sample
    pair = {
        f"{side}{name}": getattr(reading, name)
        for side, reading in (("", first), ("other_", second))
        for name in ("value", "margin", "count")
    }
    low, high = pair_bounds(pair, "share" if share else "")
    chance = low <= 0 <= high and first.value != second.value
    return Obstacle.WITHIN_MARGIN if chance else Obstacle.NONE


def apart(
    measure: Measure, place: str, others: Collection[str], year: int, judged: Judgements | None
) -> dict[str, Obstacle]:
    """Other place -> why the difference to it in a year says nothing, as the pages decide it; without the undecided."""
    if judged is None or measure.per is not None or place == COUNTRY:
        return {}
    alike = {"sex": measure.sex, "year": year, "other": COUNTRY}
    own = judged.records("differences", measure.indicator, place)
    verdicts = {row["other"]: row["verdict"] for row in own if alike.items() <= row.items()}
    if verdicts and {*others} - {COUNTRY, place}:
        rows = judged.of("differences", measure.indicator, place, *others)
        rows = rows[rows["sex"].eq(measure.sex) & rows["year"].eq(year) & rows["other"].eq(COUNTRY)]
        pairs = place_differences(rows, place)
        verdicts |= dict(zip(pairs["other"], pairs["verdict"], strict=True))
    said = {Compared.UNKNOWN: Obstacle.NO_MARGIN, Compared.WITHIN: Obstacle.WITHIN_MARGIN}
    return {other: said.get(verdict, Obstacle.NONE) for other, verdict in verdicts.items()}


def changed(measure: Measure, place: str, years: tuple[int, int], judged: Judgements | None) -> Obstacle | None:
    """Why the change between two times of a survey says nothing beside what all places share; None where not judged."""
    if judged is None or measure.per is not None or judged.changes.empty:
        return None
    asked = {"sex": measure.sex, "first_year": years[0], "last_year": years[1]}
    rows = judged.records("changes", measure.indicator, place)
    row = next((row for row in rows if asked.items() <= row.items() and pd.notna(row["z"])), None)
    if row is None:
        return None
    beyond = abs(row["z"]) > Z_DECIDED and row["z"] * (row["last"] - row["first"]) > 0  # more than what all share
    return Obstacle.NONE if beyond else Obstacle.WITHIN_MARGIN


# A statement beside the figures: borne out, contradicted, or not to be judged, with both values.


class Outcome(StrEnum):
    """What the figures say of a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True)
class Case:
    """One place, or one pair of places, that the claim is about.

    `first` and `second` are what was compared: the earlier and the later year, the place and the other place, or their
    two changes. Against a number there is only `first`. `holds` is None where an obstacle stands in the way. `later` is
    the latest year at hand and its value, where a change that the claim has right is gone by then.
    """

    place: str
    first: Reading
    second: Reading | None = None
    other: str | None = None
    holds: bool | None = None
    obstacle: Obstacle = Obstacle.NONE
    later: tuple[int, float] | None = None


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


def evaluated(statement: Statement, table: Rows, catalog: Catalog, judged: Judgements | None = None) -> Finding:
    """The claim compared with the published values of `table`, which has current rows.

    With `judged`, two places of the year that it judges differ where the pages say so, and a survey's change counts
    beside what all places share.

    It fails where one place is known to contradict it, and holds where every place bears it out. A place without a
    value, two years on either side of a break, means that share a year, a difference that may be chance and a survey
    without margins are no answer. Two years are a difference, and never called a trend: a later year of `table` that
    has taken a change back is told with it.
    """
    places = {*statement.places.codes, *statement.others.codes}
    values = readings(statement.measure, table, catalog, places)
    entries = [catalog.indicators[indicator] for indicator in statement.measure.indicators]
    answers: list[bool | None] = []
    cases: list[Case] = []
    for place in statement.places.codes:
        its_cases = list(_cases(statement, place, values, entries, judged))
        answer = _answer(statement, its_cases)
        if place in statement.excepted and answer is not None:
            answer = not answer
            its_cases = [_turned(case) for case in its_cases]
        elif later := _taken_back(statement, place, values, entries):
            its_cases = [replace(case, later=later if case.holds else None) for case in its_cases]
        answers.append(answer)
        cases += its_cases
    outcome = Outcome.FAILS if False in answers else Outcome.NOT_JUDGED if None in answers else Outcome.HOLDS
    return Finding(outcome, tuple(cases))


def _answer(statement: Statement, cases: list[Case]) -> bool | None:
    """What one place's cases say together: all of them, or more than half with "most of"."""
    bearing_out, against = (sum(case.holds is wanted for case in cases) for wanted in (True, False))
    if statement.most:
        return True if 2 * bearing_out > len(cases) else False if 2 * against >= len(cases) else None
    return False if against else True if bearing_out == len(cases) else None


def _taken_back(
    statement: Statement, place: str, values: Readings, entries: Collection[Indicator]
) -> tuple[int, float] | None:
    """The latest year after a change and its value, where that is back at the change's first year or beyond it.

    A year behind a break is another measure and takes nothing back.
    """
    if not statement.relation.of_change:
        return None
    since, year = statement.change
    known = [at for (where, at), reading in values.items() if where == place and at > year and not reading.obstacle]
    latest, before = max(known, default=None), values.get((place, since), NOTHING).value
    if latest is None or in_the_way(entries, year, latest, values.get((place, year), NOTHING)):
        return None
    value = values[place, latest].value
    back = value >= before if statement.relation.value.startswith("falls") else value <= before
    return (latest, value) if back else None


def _turned(case: Case) -> Case:
    return replace(case, holds=None if case.holds is None else not case.holds, obstacle=Obstacle.NONE)


def _cases(
    statement: Statement, place: str, values: Readings, entries: Collection[Indicator], judged: Judgements | None
) -> Iterator[Case]:
    measure = statement.measure
    if statement.relation.to_number:
        yield _against_number(statement, place, values.get((place, statement.year), NOTHING))
    elif statement.relation in (Relation.FALLS, Relation.RISES):
        before, after = (values.get((place, year), NOTHING) for year in statement.change)
        barred = in_the_way(entries, *statement.change, before)
        told = changed(measure, place, statement.change, judged)
        yield _compared(statement, place, before, after, entries, barred=barred, told=told)
    else:
        first, others = _side(statement, place, values, entries), statement.others.codes
        of_change = statement.relation.of_change
        told_of = {} if of_change else apart(measure, place, others, statement.year, judged)
        for other in others:
            if other != place:
                second = _side(statement, other, values, entries)
                yield _compared(statement, place, first, second, entries, other, told=told_of.get(other))


def _side(statement: Statement, place: str, values: Readings, entries: Collection[Indicator]) -> Reading:
    """A place's value, or its change between the two years where changes are compared."""
    if not statement.relation.of_change:
        return values.get((place, statement.year), NOTHING)
    before, after = (values.get((place, year), NOTHING) for year in statement.change)
    barred = in_the_way(entries, *statement.change, before)
    margin = (before.margin**2 + after.margin**2) ** 0.5
    return Reading(after.value - before.value, margin, obstacle=barred or before.obstacle or after.obstacle)


def _compared(
    statement: Statement,
    place: str,
    first: Reading,
    second: Reading,
    entries: Collection[Indicator],
    other: str | None = None,
    barred: Obstacle = Obstacle.NONE,
    told: Obstacle | None = None,
) -> Case:
    """What the later year, or the first place, must be stands in the relation; `barred` forbids any comparison.

    `told` is what the judgements say of the difference, None where they are silent: then its own interval counts.
    """
    said = uncertainty(entries, first, second) if told is None else told
    obstacle = barred or first.obstacle or second.obstacle or said
    holds = None if obstacle else _holds(statement.relation, first.value, second.value)
    return Case(place, first, second, other, holds, obstacle)


def _holds(relation: Relation, value: float, other: float) -> bool:
    if relation in (Relation.FALLS, Relation.RISES):  # the earlier year stands first
        value, other = other, value
    if relation in (Relation.LOWEST, Relation.HIGHEST):  # a shared place counts
        return value <= other if relation.downwards else value >= other
    if relation in (Relation.FALLS_LESS, Relation.FALLS_MORE) and value >= 0:
        return False
    if relation in (Relation.RISES_LESS, Relation.RISES_MORE) and value <= 0:
        return False
    return value < other if relation.downwards else value > other


def _against_number(statement: Statement, place: str, reading: Reading) -> Case:
    if reading.obstacle:
        return Case(place, reading, obstacle=reading.obstacle)
    number = Decimal(statement.number)
    value = Decimal(repr(reading.value))
    if statement.relation is Relation.EQUALS:
        printed = {value.quantize(number, rounding) for rounding in (ROUND_HALF_UP, ROUND_DOWN)}
        return Case(place, reading, holds=number in printed)  # a document may round, or cut off
    return Case(place, reading, holds=value < number if statement.relation is Relation.BELOW else value > number)
