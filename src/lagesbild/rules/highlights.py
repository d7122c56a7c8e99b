"""*Det viktigaste*: at most eight lines, chosen by rule from what the other pages show.

People's own words stand first, at most three of them: a status that changed since last year's edition, then the areas
of which they say that more work is needed. Then come, in this order: a target met or lost, the clearest worsening and
improvement, the worst place among the municipalities, the largest gap between women and men, plans without money. A
rule without a sure case gives no line. No line rests on a value older than the rule of directions allows.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lagesbild.assessments.models import Assessment, Judgement
from lagesbild.catalog.models import Better, Catalog, Indicator, Target
from lagesbild.places import COUNTRY
from lagesbild.rules.comparing import Gap, Placing, Ranking, place_gaps, sure_gaps
from lagesbild.rules.directions import area_indicators, movements
from lagesbild.rules.judgements import Judgements
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Movement
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.noise import YEARS_BEHIND
from lagesbild.tidy.schema import yearly_totals

MOST_LINES = 8
MOST_JUDGED = 3  # of them in people's words
MOST_STATUSES = 2  # of these, changed statuses

# What a line says. Each is about one thing that people judge, or about one indicator in the place.


Kind = Literal["areas", "priorities", "goals"]
MORE_WORK = "Mer arbete krävs"


@dataclass(frozen=True)
class StatusChange:
    """A status that differs from that of last year's edition."""

    kind: Kind
    judged: str  # the area, priority or goal, by its key in the catalogue
    before: str
    now: str


@dataclass(frozen=True)
class WorkNeeded:
    """An area or a priority of which people say, in a summary of their own, that more work is needed."""

    kind: Kind
    judged: str
    summary: str


@dataclass(frozen=True)
class TargetCrossing:
    """A target that the latest value, of `year`, met or lost."""

    indicator: str
    target: Target
    value: float
    year: int
    met: bool


@dataclass(frozen=True)
class Moved:
    """A movement with the values of its first and last year."""

    indicator: str
    movement: Movement
    ends: tuple[float, float]


@dataclass(frozen=True)
class WorstPlace:
    """The rank that is nearest the last among the municipalities, where riket is decidedly better."""

    indicator: str
    placing: Placing
    ties: int  # municipalities that share the rank, the place itself counted


@dataclass(frozen=True)
class LargestGap:
    """The gap between women and men that is largest beside the mean of the two, a row of `Judgements.differences`."""

    indicator: str
    gap: pd.Series


@dataclass(frozen=True)
class Unfunded:
    """The plans of an edition that people say have no money: area -> its plans by name."""

    areas: Mapping[str, list[str]]

    @property
    def plans(self) -> list[str]:
        """Their names, each once: a plan may stand under two areas."""
        return list(dict.fromkeys(name for names in self.areas.values() for name in names))


JudgedLine = StatusChange | WorkNeeded
IndicatorLine = TargetCrossing | Moved | WorstPlace | LargestGap
Line = JudgedLine | IndicatorLine | Unfunded


def chosen(
    judged: Judgements,
    table: pd.DataFrame,
    catalog: Catalog,
    place: str,
    year: int,
    assessments: tuple[Assessment | None, Assessment | None],
    rankings: Mapping[str, Ranking],
) -> list[Line]:
    """The lines of the edition of `year`. `assessments` are last year's and this year's.

    `rankings` has every indicator that a line may be about. Where two serve a rule as well, the first one is taken.
    People's lines give way where those of the rules leave less room than MOST_JUDGED.
    """
    indicators = {indicator: catalog.indicators[indicator] for indicator in rankings}
    values = _values_by_year(table, catalog, place)
    moved = movements(judged.directions, place)
    gaps = place_gaps(judged, table, catalog, place)
    own = judged.differences[(judged.differences["place"] == place) & (judged.differences["sex"] == "T")]
    to_country = own[own["other"] == COUNTRY].set_index("indicator")["verdict"].to_dict()
    ruled: list[Line] = [
        *crossed_target(values, indicators, year),
        *surest({i: moved[i] for i in rankings if i in moved}, values),
        *worst_place(rankings, indicators, to_country, judged.ranks, year),
        *largest_gap({i: gap for i, gap in gaps.items() if i in rankings}, year),
        *unfunded(assessments[1]),
    ]
    changes = changed_statuses(catalog, *assessments)
    told = {(line.kind, line.judged) for line in changes}
    needed = [line for line in work_needed(catalog, assessments[1]) if (line.kind, line.judged) not in told]
    people: list[Line] = [*changes, *needed]
    return [*people[: min(MOST_JUDGED, MOST_LINES - len(ruled))], *ruled]


def _values_by_year(table: pd.DataFrame, catalog: Catalog, place: str) -> dict[str, pd.DataFrame]:
    """Indicator -> the place's usable values of both sexes, by year."""
    rows = yearly_totals(table[table["place"] == place], catalog)
    own = rows[usable(rows)].sort_values("year").set_index("year")
    return dict(list(own.groupby("indicator")))


def _too_old(last: int, year: int) -> bool:
    """Whether a value of `last` says nothing of the present, by the own bound of the rule of directions."""
    return last < year - YEARS_BEHIND


# What people say: statuses that they changed, what needs more work, plans without money.


def changed_statuses(catalog: Catalog, before: Assessment | None, now: Assessment | None) -> list[StatusChange]:
    """The first two statuses that differ between two editions: of areas first, then of priorities and goals."""
    if before is None or now is None:
        return []
    kinds: dict[Kind, Collection[str]] = {
        "areas": catalog.focus_areas, "priorities": catalog.priorities, "goals": catalog.goals,
    }  # fmt: skip
    changes = [
        StatusChange(kind, key, earlier.status, later.status)
        for kind, keys in kinds.items()
        for key in keys
        if (earlier := getattr(before, kind).get(key)) and (later := getattr(now, kind).get(key))
        if earlier.status != later.status
    ]
    return changes[:MOST_STATUSES]


def work_needed(catalog: Catalog, now: Assessment | None) -> list[WorkNeeded]:
    """What people say of the areas that need more work, in their own summaries: worst first.

    First the areas with that status, those with the most priorities of the same status before the others; then such
    priorities of the other areas. Ties keep the programme's order, and what has no summary has no line.
    """
    if now is None:
        return []
    poor = [key for key in catalog.priorities if _needs_work(now.priorities.get(key))]
    counts = Counter(catalog.priorities[key].area for key in poor)
    areas = [key for key in catalog.focus_areas if _needs_work(now.areas.get(key))]
    areas.sort(key=lambda key: -counts[key])
    lines = [WorkNeeded("areas", key, now.areas[key].summary or "") for key in areas]
    others = [key for key in poor if catalog.priorities[key].area not in areas]
    lines += [WorkNeeded("priorities", key, now.priorities[key].summary or "") for key in others]
    return [line for line in lines if line.summary]


def _needs_work(judgement: Judgement | None) -> bool:
    return judgement is not None and judgement.status == MORE_WORK


def unfunded(now: Assessment | None) -> Iterator[Unfunded]:
    """The plans that people say have no money, where there are any. One without a name is not told."""
    areas: dict[str, list[str]] = {}
    for plan in now.plans if now else ():
        if plan.name and plan.funded is False:
            areas.setdefault(plan.area, []).append(plan.name)
    if areas:
        yield Unfunded(areas)


# Targets that the latest value met or lost.


def crossed_target(
    values: Mapping[str, pd.DataFrame], indicators: Mapping[str, Indicator], year: int
) -> Iterator[TargetCrossing]:
    """The first target that the latest value met or lost; a survey's value must lie outside its margin of it."""
    for indicator, entry in indicators.items():
        rows = values.get(indicator)
        if entry.target is None or rows is None or len(rows) < 2 or _too_old(rows.index[-1], year):
            continue
        last = rows.iloc[-1]
        before, now = (_meets(value, entry.target, entry.better) for value in rows["value"].iloc[-2:])
        firm = entry.kind == "register" or abs(last["value"] - entry.target.value) > last["margin"]
        if before != now and firm:
            yield TargetCrossing(indicator, entry.target, float(last["value"]), int(rows.index[-1]), now)
            return


def _meets(value: float, target: Target, better: Better) -> bool:
    return value <= target.value if better == "lower" else value >= target.value


# The surest worsening and the surest improvement.


def surest(moved: Mapping[str, Movement], values: Mapping[str, pd.DataFrame]) -> Iterator[Moved]:
    """One worsening and one improvement: of the arrows that stand among all measures, the smallest adjusted p."""
    for good in (False, True):
        known = {i: movement for i, movement in moved.items() if movement.good is good and not movement.weak}
        if known:
            indicator = min(known, key=lambda i: known[i].p_adjusted)
            value = values[indicator]["value"]
            first, last = known[indicator].span
            yield Moved(indicator, known[indicator], (float(value[first]), float(value[last])))


# The worst place and the largest gap between women and men, where they are sure.


def worst_place(
    rankings: Mapping[str, Ranking],
    indicators: Mapping[str, Indicator],
    to_country: Mapping[str, str],
    ranks: pd.DataFrame,
    year: int,
) -> Iterator[WorstPlace]:
    """The rank nearest the last, in the worse half and decidedly worse than riket.

    `to_country`: indicator -> the verdict of its difference to riket. `ranks`: those of all municipalities.
    """
    placings = {i: ranking.placing for i, ranking in rankings.items() if ranking.placing}
    from_best = {
        i: (placing.rank - 1) / max(1, placing.n - 1)
        for i, placing in placings.items()
        if not _too_old(placing.year, year) and _than_country(to_country.get(i, ""), indicators[i].better) is False
    }
    worse = {i: at for i, at in from_best.items() if at > 1 / 2}
    if worse:
        indicator = max(worse, key=worse.__getitem__)
        placing = placings[indicator]
        same = ranks[(ranks["indicator"] == indicator) & (ranks["sex"] == "T") & (ranks["rank"] == placing.rank)]
        yield WorstPlace(indicator, placing, max(1, len(same)))


def _than_country(verdict: str, better: Better) -> bool | None:
    """Whether a place is better than riket; None where that is not decided."""
    if better == "neither" or verdict not in (Compared.LOWER, Compared.HIGHER):
        return None
    return (verdict == Compared.HIGHER) == (better == "higher")


def largest_gap(gaps: Mapping[str, Gap], year: int) -> Iterator[LargestGap]:
    """The gap between women and men that is largest beside the mean of the two, among those that are sure."""
    for indicator, gap in list(sure_gaps(gaps, year).items())[:1]:
        yield LargestGap(indicator, gap.latest)


# The measure that stands for an area on the front page.


def leading(catalog: Catalog, area: str, at_hand: Collection[str], moved: Mapping[str, Movement]) -> str:
    """The measure that an area is told by; empty where none of its measures is `at_hand`.

    The catalogue's choice, else the first: the report's own before those that stand in, those whose direction is
    judged before the others.
    """
    entry = catalog.focus_areas[area]
    if entry.leading and entry.leading in at_hand:
        return entry.leading
    own = area_indicators(catalog, area)
    near = [name for number in catalog.figures_on(entry.page) for name in catalog.figures[number].stand_in]
    known = [name for name in dict.fromkeys([*own, *near]) if name in at_hand]
    return min(known, key=lambda name: (name not in own, name not in moved or not moved[name].judged), default="")
