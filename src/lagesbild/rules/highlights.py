"""*Det viktigaste*: at most six lines, chosen by rule from what the other pages show.

The rules, in the order of their lines: a status that changed since last year's edition, a target met or lost, the
surest worsening and improvement, the worst place that is worse than riket and the best that is better, the largest sure
gap between women and men. A rule without a sure case gives no line. No line rests on a value older than the rule of
directions allows.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lagesbild.assessments.models import Assessment
from lagesbild.catalog.models import Better, Catalog, Indicator, Target
from lagesbild.places import COUNTRY
from lagesbild.rules.comparing import Gap, Placing, Ranking, place_gaps
from lagesbild.rules.directions import movements
from lagesbild.rules.judgements import Judgements
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Movement
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.noise import YEARS_BEHIND
from lagesbild.tidy.schema import yearly_totals

MOST_LINES = 6
MOST_STATUSES = 2
EDGE = 0.1  # a rank is told when it lies in the worst or the best tenth

# What a line says. Each is about one thing that people judge, or about one indicator in the place.


Kind = Literal["areas", "priorities", "goals"]


@dataclass(frozen=True)
class StatusChange:
    """A status that differs from that of last year's edition."""

    kind: Kind
    judged: str  # the area, priority or goal, by its key in the catalogue
    before: str
    now: str


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
class FarRank:
    """A rank in the worst or the best tenth, with the value behind it; riket is decidedly better or worse."""

    indicator: str
    placing: Placing


@dataclass(frozen=True)
class LargestGap:
    """The gap between women and men that is largest beside the mean of the two, a row of `Judgements.differences`."""

    indicator: str
    gap: pd.Series


IndicatorLine = TargetCrossing | Moved | FarRank | LargestGap


def chosen(
    judged: Judgements,
    table: pd.DataFrame,
    catalog: Catalog,
    place: str,
    year: int,
    assessments: tuple[Assessment | None, Assessment | None],
    rankings: Mapping[str, Ranking],
) -> list[StatusChange | IndicatorLine]:
    """The lines of the edition of `year`. `assessments` are last year's and this year's.

    `rankings` has every indicator that a line may be about. Where two serve a rule as well, the first one is taken.
    """
    indicators = {indicator: catalog.indicators[indicator] for indicator in rankings}
    values = _values_by_year(table, catalog, place)
    moved = movements(judged.directions, place)
    gaps = place_gaps(judged, table, catalog, place)
    own = judged.differences[(judged.differences["place"] == place) & (judged.differences["sex"] == "T")]
    to_country = own[own["other"] == COUNTRY].set_index("indicator")["verdict"].to_dict()
    lines: list[StatusChange | IndicatorLine] = [
        *changed_statuses(catalog, *assessments),
        *crossed_target(values, indicators, year),
        *surest({i: moved[i] for i in rankings if i in moved}, values),
        *far_ranks(rankings, indicators, to_country, year),
        *largest_gap({i: gap for i, gap in gaps.items() if i in rankings}, year),
    ]
    return lines[:MOST_LINES]


def _values_by_year(table: pd.DataFrame, catalog: Catalog, place: str) -> dict[str, pd.DataFrame]:
    """Indicator -> the place's usable values of both sexes, by year."""
    rows = yearly_totals(table[table["place"] == place], catalog)
    own = rows[usable(rows)].sort_values("year").set_index("year")
    return dict(list(own.groupby("indicator")))


def _too_old(last: int, year: int) -> bool:
    """Whether a value of `last` says nothing of the present, by the own bound of the rule of directions."""
    return last < year - YEARS_BEHIND


# What people changed since last year's edition, and targets that the latest value met or lost.


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


# The worst and the best rank, and the largest gap between women and men, where they are sure.


def far_ranks(
    rankings: Mapping[str, Ranking], indicators: Mapping[str, Indicator], to_country: Mapping[str, str], year: int
) -> Iterator[FarRank]:
    """The worst and the best rank, in the worst or the best tenth and decidedly worse or better than riket.

    `to_country`: indicator -> the verdict of its difference to riket.
    """
    placings = {i: ranking.placing for i, ranking in rankings.items() if ranking.placing}
    placings = {i: placing for i, placing in placings.items() if not _too_old(placing.year, year)}
    from_best = {i: (placing.rank - 1) / max(1, placing.n - 1) for i, placing in placings.items()}
    for good in (False, True):
        far = {i: at for i, at in from_best.items() if (at <= EDGE if good else at >= 1 - EDGE)}
        sure = {i: at for i, at in far.items() if _than_country(to_country.get(i, ""), indicators[i].better) is good}
        if sure:
            indicator = (min if good else max)(sure, key=sure.__getitem__)
            yield FarRank(indicator, placings[indicator])


def _than_country(verdict: str, better: Better) -> bool | None:
    """Whether a place is better than riket; None where that is not decided."""
    if better == "neither" or verdict not in (Compared.LOWER, Compared.HIGHER):
        return None
    return (verdict == Compared.HIGHER) == (better == "higher")


def largest_gap(gaps: Mapping[str, Gap], year: int) -> Iterator[LargestGap]:
    """The gap between women and men that is largest beside the mean of the two, among those that are decided."""
    rows = {indicator: gap.latest for indicator, gap in gaps.items() if _sure_gap(gap.latest, year)}
    if rows:
        relative = {i: abs(row["difference"]) / (row["value"] + row["other_value"]) for i, row in rows.items()}
        indicator = max(relative, key=relative.__getitem__)
        yield LargestGap(indicator, rows[indicator])


def _sure_gap(row: pd.Series, year: int) -> bool:
    decided = row["verdict"] in (Compared.LOWER, Compared.HIGHER)
    return decided and not _too_old(int(row["year"]), year) and row["value"] + row["other_value"] > 0
