"""Claims in Swedish: what was claimed, written from the claim itself, and what the figures say of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from lagesbild.catalog.models import Catalog, Unit
from lagesbild.claims.evaluate import Case, Finding, Obstacle, Outcome
from lagesbild.claims.language import GROUP, MUNICIPALITIES, WOMEN_MINUS_MEN, PlaceSet, Relation, Statement
from lagesbild.places import Places
from lagesbild.swedish.numbers import NBSP, decimal, genitive, in_place, inside, listed, period_text, signed
from lagesbild.swedish.words import inner

TITLE = "Påståenden prövade mot siffrorna"
TESTED = "Påståenden som har prövats mot siffrorna ({n})"
SHOWN = 6  # places whose values are printed; the others are counted
OUTCOMES = {
    Outcome.HOLDS: "Siffrorna säger detsamma",
    Outcome.FAILS: "Siffrorna säger något annat",
    Outcome.NOT_JUDGED: "Kan inte avgöras",
}
OBSTACLES = {
    Obstacle.NO_VALUE: "uppgift saknas i underlaget",
    Obstacle.HIDDEN: "värdet är dolt för att skydda enskilda",
    Obstacle.UNRELIABLE: "värdet är ofullständigt eller misstänkt",
    Obstacle.SERIES_BREAK: "måttet gjordes om mellan åren",
    Obstacle.OVERLAPPING_PERIODS: "medelvärdena delar år med varandra",
    Obstacle.WITHIN_MARGIN: "skillnaden ryms i vad den brukar svänga eller i urvalets osäkerhet",
    Obstacle.NO_MARGIN: "osäkerheten är inte känd",
}
RELATIONS = {
    Relation.FALLS: "minskar",
    Relation.RISES: "ökar",
    Relation.FALLS_MORE: "minskar mer",
    Relation.FALLS_LESS: "minskar mindre",
    Relation.RISES_MORE: "ökar mer",
    Relation.RISES_LESS: "ökar mindre",
    Relation.LOWER: "lägre",
    Relation.HIGHER: "högre",
    Relation.LOWEST: "lägst",
    Relation.HIGHEST: "högst",
    Relation.EQUALS: "",
    Relation.BELOW: "under",
    Relation.ABOVE: "över",
}
Item = TypeVar("Item")
BECOMES = ("minskar", "ökar")  # words that are verbs; the others need one before them
SEXES = {"K": " bland kvinnor", "M": " bland män", WOMEN_MINUS_MEN: ", kvinnor minus män"}


@dataclass(frozen=True)
class ClaimWords:
    """One claim for readers: what it says, and the values that decide it."""

    statement: Statement
    catalog: Catalog
    places: Places

    def claimed(self) -> str:
        """What was claimed, such as "Vräkningar: lägre i Umeå än i riket 2022."."""
        return f"{self._measure()}: {self._said()}."

    def parting(self, finding: Finding, by: str) -> str:
        """One sentence where people and figures part: the figures say otherwise, or a change is gone since; else "".

        `by` is whose claim it is: "Umeå kommuns påstående att ... får inte stöd av siffrorna: ...".
        """
        words = self._said()
        clause = f"{self._subject()} {words if words.startswith(BECOMES) else f'är {words}'}"
        if finding.outcome is Outcome.FAILS:
            return f"{genitive(by)} påstående att {clause} får inte stöd av siffrorna: {self.values(finding)}"
        if finding.outcome is Outcome.HOLDS and (gone := self._taken_back(finding.deciding)):
            return f"{genitive(by)} påstående att {clause} stämmer, men {gone[0].lower()}{gone[1:]}"
        return ""

    def _said(self) -> str:
        """What was claimed of the measure: "lägre i Umeå än i riket 2022"."""
        number, relation = self.statement.number, self.statement.relation
        if relation.to_number:
            number = f"{decimal(float(number), _decimals(number))}{NBSP}{self._unit_text}".rstrip()
        parts = [RELATIONS[relation], number, self._where(), self._others(), self._period()]
        return " ".join(part for part in parts if part)

    def _subject(self) -> str:
        """The measure as a sentence names it: "andelen unga utan arbete eller studier"."""
        measure, entries = self.statement.measure, self.catalog.indicators
        name = inner(entries[measure.indicator].subject)
        base = f", i procent av {entries[measure.per].label.lower()}," if measure.per else ""
        return name + base + SEXES.get(measure.sex, "")

    def values(self, finding: Finding) -> str:
        """The values that decide, or what is missing: "835 till 863 helårsekvivalenter i Örnsköldsvik."."""
        if finding.outcome is Outcome.NOT_JUDGED:
            return self._obstacles(finding)
        shown, more = _cut(finding.deciding)
        return " ".join(filter(None, (self._sentence(self._listed(shown) + more), self._taken_back(finding.deciding))))

    def _taken_back(self, cases: Sequence[Case]) -> str:
        """What a later year says against the change: "Ökningen är sedan borta: 79,5 procent i Umeå 2024."."""
        gone = {case.place: case.later for case in cases if case.later}
        if not gone:
            return ""
        indicator = self.catalog.indicators[self.statement.measure.indicator]
        is_gap = self.statement.measure.sex == WOMEN_MINUS_MEN
        unit = self._unit.difference if is_gap else self._unit.text
        said: list[str] = []
        shown, more = _cut(list(gone.items()))
        for place, (year, value) in shown:
            number = (signed if is_gap else decimal)(value, self._decimals)
            amount = f"{number}{NBSP}{unit}".rstrip() if not said else number
            said.append(f"{amount} {in_place(self.places.name(place))} {period_text(indicator, year)}")
        change = "Minskningen" if self.statement.relation.value.startswith("falls") else "Ökningen"
        return f"{change} är sedan borta: {', '.join(said)}{more}."

    def _listed(self, cases: Sequence[Case]) -> str:
        """The values of some cases: a place compared with many is named once, and the unit with the first value."""
        values = list(dict.fromkeys(value for case in _cut(cases)[0] for value in self._values(case)))
        unit = f"{NBSP}{self._unit_text}" if self._unit_text else ""
        return ", ".join(f"{number}{unit if at == 0 else ''} {place}" for at, (number, place) in enumerate(values))

    def _obstacles(self, finding: Finding) -> str:
        """Why nothing can be said, by reason; values that are at hand are printed all the same."""
        reasons: dict[Obstacle, list[Case]] = {}
        for case in finding.deciding:
            reasons.setdefault(case.obstacle, []).append(case)
        parts = []
        for obstacle, cases in reasons.items():
            sides = [side for case in cases for side in (case.first, case.second) if side]
            known = not any(math.isnan(side.value) for side in sides)
            parts.append(f"{self._listed(cases) if known else self._lacking(cases)}: {OBSTACLES[obstacle]}")
        return self._sentence("; ".join(parts))

    def _lacking(self, cases: list[Case]) -> str:
        """The places without a value, of both sides."""
        codes = [case.place for case in cases if case.first.obstacle or case.other is None]
        codes += [case.other for case in cases if case.other and case.second and case.second.obstacle]
        codes = list(dict.fromkeys(codes))
        shown, more = _cut(codes)
        return self._names(shown) + (f" med flera, {len(codes)} i allt" if more else "")

    def _values(self, case: Case) -> list[tuple[str, str]]:
        """Value without unit, and where."""
        first, second, relation = case.first.value, case.second, self.statement.relation
        here = in_place(self.places.name(case.place))
        if second is None:
            # A value that is not printed as the number has one decimal more, so that readers see by how much.
            number, finer = self.statement.number, _decimals(self.statement.number)
            differs = relation is Relation.EQUALS and self._number(first, finer) != self._number(float(number), finer)
            return [(self._number(first, max(finer + differs, self._decimals)), here)]
        if case.other is None:
            return [(f"{self._number(first)} till {self._number(second.value)}", here)]
        finer = self._decimals + relation.of_change
        there = in_place(self.places.name(case.other))
        return [(self._number(first, finer), here), (self._number(second.value, finer), there)]

    @property
    def _is_difference(self) -> bool:
        change = self.statement.relation.of_change and bool(self.statement.others.codes)
        return self.statement.measure.sex == WOMEN_MINUS_MEN or change

    @property
    def _unit_text(self) -> str:
        return self._unit.difference if self._is_difference else self._unit.text

    @property
    def _unit(self) -> Unit:
        measure = self.statement.measure
        return self.catalog.units["percent"] if measure.per else self.catalog.unit_of(measure.indicator)

    @property
    def _decimals(self) -> int:
        measure = self.statement.measure
        return self._unit.decimals if measure.per else self.catalog.decimals_of(measure.indicator)

    def _number(self, value: float, decimals: int | None = None) -> str:
        decimals = self._decimals if decimals is None else decimals
        return (signed if self._is_difference else decimal)(value, decimals)

    def _measure(self) -> str:
        measure, entries = self.statement.measure, self.catalog.indicators
        own = entries[measure.indicator]
        name = f"{own.title}, i procent av {entries[measure.per].label.lower()}" if measure.per else own.title
        return name + SEXES.get(measure.sex, "")

    def _period(self) -> str:
        entry, since = self.catalog.indicators[self.statement.measure.indicator], self.statement.since
        last = period_text(entry, self.statement.year)
        return last if since is None else f"från {period_text(entry, since)} till {last}"

    def _where(self) -> str:
        places, excepted = self.statement.places, self.statement.excepted
        if places.word:
            out = f" utom {self._names(excepted)}" if excepted else ""
            return f"i alla kommuner i {self._set(places)}{out}"
        out = f", men inte i {self._names(excepted)}," if excepted else ""
        return f"i {self._names([code for code in places.codes if code not in excepted])}{out}"

    def _others(self) -> str:
        others = self.statement.others
        if not others.codes:
            return ""
        if self.statement.relation.link == "among":
            return f"bland {'kommunerna i ' if others.word else ''}{self._set(others)}"
        which = "de flesta i " if self.statement.most else "alla i " if others.word else ""
        return f"än i {which}{self._set(others)}"

    def _set(self, places: PlaceSet) -> str:
        if places.word in (GROUP, MUNICIPALITIES):
            return {GROUP: "jämförelsegruppen", MUNICIPALITIES: "riket"}[places.word]
        return self.catalog.regions[places.word].name if places.word else self._names(places.codes)

    def _names(self, codes: Sequence[str]) -> str:
        return listed([inside(self.places.name(code)) for code in codes])

    @staticmethod
    def _sentence(text: str) -> str:
        return text[:1].upper() + text[1:] + "."


def _cut(items: Sequence[Item]) -> tuple[Sequence[Item], str]:
    """Those that are printed, and how many are not: a single one is never left out."""
    left = len(items) - SHOWN
    return (items[:SHOWN], f" och {left} till") if left > 1 else (items, "")


def _decimals(number: str) -> int:
    """How many decimals a number is written with."""
    return len(number.partition(".")[2])
