"""*Det viktigaste*: at most six lines, chosen by rule from what the other pages show.

The rules, in the order of their lines: a status that changed since last year's edition, a target met or lost, the
firmest worsening and improving trend, a worst and a best rank, the largest gap between women and men. A rule without a
firm case gives no line. No line rests on a value older than the trend rule allows.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lagesbild.assessments import Assessment
from lagesbild.catalog.models import Better, Catalog, Indicator, Target
from lagesbild.rules.comparing import Gap, Placing, Ranking, place_gaps, totals
from lagesbild.rules.directions import place_trends
from lagesbild.statistics.trends import FEWEST_WEAK, YEARS_BEHIND, Trend, Verdict
from lagesbild.tidy.schema import up_to

MOST_LINES = 6
MOST_STATUSES = 2
EDGE = 0.1  # a rank is told when it lies in the worst or the best tenth
GAP_YEARS = FEWEST_WEAK  # a register's gap without an interval must be on one side so long: by chance p < 0.01

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
class Movement:
    """A trend with the values of its first and last year. `turned`: last year's edition had the opposite arrow."""

    indicator: str
    trend: Trend
    ends: tuple[float, float]
    turned: bool


@dataclass(frozen=True)
class FarRank:
    """A rank in the worst or the best tenth, with the value behind it."""

    indicator: str
    value: float
    placing: Placing


@dataclass(frozen=True)
class LargestGap:
    """The gap between women and men that is largest beside the mean of the two, a row of `gender_gap`."""

    indicator: str
    gap: pd.Series


IndicatorLine = TargetCrossing | Movement | FarRank | LargestGap


def chosen(
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
    trends, before = (place_trends(up_to(table, edition), catalog, place, edition) for edition in (year, year - 1))
    gaps = place_gaps(table, catalog, place, year)
    lines: list[StatusChange | IndicatorLine] = [
        *changed_statuses(catalog, *assessments),
        *crossed_target(values, indicators, year),
        *movements({i: trends[i] for i in rankings if i in trends}, before, values),
        *far_ranks(rankings, indicators, values, year),
        *largest_gap({i: gap for i, gap in gaps.items() if i in rankings}, indicators, year),
    ]
    return lines[:MOST_LINES]


def _values_by_year(table: pd.DataFrame, catalog: Catalog, place: str) -> dict[str, pd.DataFrame]:
    """Indicator -> the place's `totals`, by year."""
    rows = totals(table, catalog)
    own = rows[rows["place"] == place].sort_values("year").set_index("year")
    return dict(list(own.groupby("indicator")))


def _too_old(last: int, year: int) -> bool:
    """Whether a value of `last` says nothing of the present, by the trend rule's own bound."""
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


# The firmest worsening and the firmest improving trend.


def movements(
    trends: Mapping[str, Trend], before: Mapping[str, Trend], values: Mapping[str, pd.DataFrame]
) -> Iterator[Movement]:
    """One worsening and one improving trend: firm before weak, turned before the same as last year, then by p."""
    for verdict in (Verdict.WORSENING, Verdict.IMPROVING):
        moved = {indicator: trend for indicator, trend in trends.items() if trend.verdict is verdict}
        if moved:
            ranks = {i: (trend.weak, not turned(trend, before.get(i)), trend.p) for i, trend in moved.items()}
            indicator = min(moved, key=ranks.__getitem__)
            trend, value = moved[indicator], values[indicator]["value"]
            ends = float(value[trend.first_year]), float(value[trend.last_year])
            yield Movement(indicator, trend, ends, turned(trend, before.get(indicator)))


def turned(trend: Trend, before: Trend | None) -> bool:
    """Whether last year's edition would have had the opposite arrow."""
    return before is not None and before.sign * trend.sign < 0


# The worst and the best rank, and the largest gap between women and men, where they are firm.


def far_ranks(
    rankings: Mapping[str, Ranking], indicators: Mapping[str, Indicator], values: Mapping[str, pd.DataFrame], year: int
) -> Iterator[FarRank]:
    """The worst and the best rank, where it lies in the worst or the best tenth."""
    placings = {
        indicator: ranking.latest
        for indicator, ranking in rankings.items()
        if ranking.latest and _firm_rank(ranking.latest, ranking.plausible, indicators[indicator], year)
    }
    if not placings:
        return
    from_best = {indicator: (placing.rank - 1) / max(1, placing.n - 1) for indicator, placing in placings.items()}
    worst, best = max(from_best, key=from_best.__getitem__), min(from_best, key=from_best.__getitem__)
    for indicator, far in ((worst, from_best[worst] >= 1 - EDGE), (best, from_best[best] <= EDGE)):
        if far:
            placing = placings[indicator]
            yield FarRank(indicator, float(values[indicator]["value"][placing.year]), placing)


def _firm_rank(placing: Placing, plausible: tuple[int, int] | None, entry: Indicator, year: int) -> bool:
    """Whether a rank may be told: of late, and not by chance. Without margins only a register's that counts all."""
    if _too_old(placing.year, year):
        return False
    if plausible:
        return plausible[1] - plausible[0] <= EDGE * placing.n
    return entry.kind == "register" and not entry.population


def largest_gap(gaps: Mapping[str, Gap], indicators: Mapping[str, Indicator], year: int) -> Iterator[LargestGap]:
    """The gap between women and men that is largest beside the mean of the two, among those that are firm."""
    rows = {indicator: gap.latest for indicator, gap in gaps.items() if _firm_gap(gap, indicators[indicator], year)}
    if rows:
        relative = {indicator: abs(row["value"]) / (row["women"] + row["men"]) for indicator, row in rows.items()}
        indicator = max(relative, key=relative.__getitem__)
        yield LargestGap(indicator, rows[indicator])


def _firm_gap(gap: Gap, entry: Indicator, year: int) -> bool:
    """Whether the interval leaves out zero; without one, whether a register's gap was long on the same side."""
    row = gap.latest
    if _too_old(int(row["year"]), year) or row["women"] + row["men"] <= 0:
        return False
    if pd.notna(row["real"]):
        return bool(row["real"])
    lately = gap.values.reindex(range(int(row["year"]) - GAP_YEARS + 1, int(row["year"]) + 1))
    return entry.kind == "register" and bool((lately > 0).all() or (lately < 0).all())
