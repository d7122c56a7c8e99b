"""Which measures judge a priority or an area, what they say together, and the two years ahead."""

from collections.abc import Iterable, Mapping

import pandas as pd

from lagesbild.catalog.models import Catalog, Figure
from lagesbild.rules.judgements import series_context
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics.combined import Arrow, Combined, combined
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Movement, movement
from lagesbild.statistics.noise import YEARS_BEHIND
from lagesbild.statistics.outlook import Bounds, Outlook, outlook
from lagesbild.tidy.schema import yearly_totals

# The movement of each measure in a place. What stands in for a measure is judged under its own name.


def movements(directions: pd.DataFrame, place: str, sex: str = "T") -> dict[str, Movement]:
    """Indicator -> its movement in one place, for every indicator with a value there, of `Judgements.directions`."""
    own = directions[(directions["place"] == place) & (directions["sex"] == sex)]
    return {row["indicator"]: movement(row) for row in own.to_dict("records")}


# Which indicators judge a priority or a focus area. What only stands near a measure of the report judges nothing.


def stand_ins(catalog: Catalog) -> set[str]:
    """The indicators that only stand in for a measure of the report: they give no arrow to priority or area."""
    figures = catalog.figures.values()
    own = {indicator for figure in figures for indicator in _own_measure(figure)}
    own |= {indicator for priority in catalog.priorities.values() for indicator in priority.evidence}
    return {indicator for figure in figures for indicator in (*figure.stand_in, *figure.dots)} - own


def _own_measure(figure: Figure) -> list[str]:
    """The indicators of a figure's measure, and the published parts that it is computed from."""
    return [*figure.measure, *(figure.stand_in if figure.derived else ())]


def priority_indicators(catalog: Catalog, priority: str) -> list[str]:
    """The indicators that a priority is judged by: its figures' measures, and those that give it evidence."""
    figures = [figure for figure in catalog.figures.values() if figure.priority == priority]
    measures = [indicator for figure in figures for indicator in _own_measure(figure)]
    return list(dict.fromkeys([*measures, *catalog.priorities[priority].evidence]))


def near_priority(catalog: Catalog, priority: str) -> set[str]:
    """The indicators that say something about a priority: those that judge it, and its figures' stand-ins."""
    figures = [figure for figure in catalog.figures.values() if figure.priority == priority]
    return {*priority_indicators(catalog, priority), *(near for figure in figures for near in figure.stand_in)}


def area_indicators(catalog: Catalog, area: str) -> list[str]:
    """The indicators that a focus area is judged by: those of its page's figures and of its priorities."""
    page = catalog.focus_areas[area].page
    figures = [figure for figure in catalog.figures.values() if figure.page == page]
    judging = [indicator for figure in figures for indicator in _own_measure(figure)]
    for priority in catalog.priorities_of(area):
        judging += priority_indicators(catalog, priority)
    return list(dict.fromkeys(judging))


EQUAL_POWER = "equal_power"  # the page of the focus area that is also one of the goals, under the same title


def has_arrow(catalog: Catalog, title: str) -> bool:
    """False for the goal and the area of equal power, by title: no indicator shows that it is reached."""
    return all(area.title != title for area in catalog.focus_areas.values() if area.page == EQUAL_POWER)


def combined_movement(moved: Mapping[str, Movement], indicators: Iterable[str]) -> Combined:
    """The arrow of several indicators; those without any value are left out of the count."""
    return combined({indicator: moved[indicator] for indicator in indicators if indicator in moved})


# Which measures an area's summary names.

FEWEST_TOLD, MOST_TOLD = 2, 3


def telling(
    moved: Mapping[str, Movement], to_country: pd.DataFrame, latest: Mapping[str, int], shown: list[str], year: int
) -> list[str]:
    """Of the indicators `shown`, the two or three that say most, the surest first; of equals the first one shown.

    The surest worsening and the surest improvement, then those whose difference to riket is surest (`to_country`: the
    place's rows of `Judgements.differences`), then whatever has a value; none older than the rule of directions allows.
    """
    recent = [indicator for indicator in shown if latest.get(indicator, 0) >= year - YEARS_BEHIND]
    chosen = []
    for good in (False, True):
        sure = [i for i in recent if i in moved and moved[i].good is good and not moved[i].weak]
        chosen += sorted(sure, key=lambda i: moved[i].p_adjusted)[:1]
    decided = to_country[to_country["verdict"].isin([Compared.LOWER, Compared.HIGHER])]
    decided = decided[decided["year"] >= year - YEARS_BEHIND].set_index("indicator")["p"].to_dict()
    apart = [indicator for indicator in recent if indicator in decided and indicator not in chosen]
    chosen += sorted(apart, key=lambda i: decided[i])[: MOST_TOLD - len(chosen)]
    rest = [indicator for indicator in recent if indicator not in chosen]
    return chosen + rest[: max(0, FEWEST_TOLD - len(chosen))]


# People's arrow beside the computed one. Arrows are compared with arrows only: a status is about work.

REACHES_TO = 1  # years before the edition that every series may end, for its arrow to be set beside people's
# The programme prints a mixed state as unchanged, with an asterisk.
AS_JUDGED = {Arrow.UP: "up", Arrow.DOWN: "down", Arrow.UNCHANGED: "unchanged", Arrow.MIXED: "unchanged"}


def last_common_year(computed: Combined, moved: Mapping[str, Movement]) -> int | None:
    """The last year that all series behind a computed arrow reach; None where there is no arrow."""
    behind = () if computed.arrow is Arrow.NONE else computed.judged
    return min((moved[indicator].span[1] for indicator in behind), default=None)


def reaches(last: int, year: int) -> bool:
    """Whether series that end in `last` may be set beside what people judged in the edition of `year`."""
    return last >= year - REACHES_TO


def arrows_differ(judged: str, computed: Combined) -> bool:
    """Whether people's arrow (up, down or unchanged) is another than the computed one."""
    return AS_JUDGED.get(computed.arrow) != judged


# Two years ahead, for the series where that has worked.


def place_outlooks(table: pd.DataFrame, catalog: Catalog, place: str, year: int) -> dict[str, Outlook]:
    """Indicator -> its outlook in the place, or why it has none, for every indicator with a row there."""
    rows = yearly_totals(table[table["place"] == place], catalog)
    points = dict(list(rows.groupby("indicator")))
    beside = stand_ins(catalog)
    return {
        indicator: outlook(
            points[indicator],
            series_context(catalog, indicator),
            year,
            _bounds(catalog, indicator),
            indicator in beside,
        )
        for indicator in indicator_pages(catalog)
        if indicator in points
    }


def _bounds(catalog: Catalog, indicator: str) -> Bounds:
    """Between which values the indicator must lie, by its unit."""
    unit = catalog.unit_of(indicator)
    return Bounds(
        float("-inf") if unit.low is None else unit.low,
        float("inf") if unit.high is None else unit.high,
    )
