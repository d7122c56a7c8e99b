"""Which direction each indicator moves in a place, what several say together, and the two years ahead."""

from collections.abc import Iterable, Mapping

import pandas as pd

from lagesbild.catalog.models import Catalog, Figure, Indicator, Unit
from lagesbild.rules.editions import indicator_pages
from lagesbild.statistics.combined import Arrow, Combined, Sensitivity, adjusted, by_indicator, combined, sensitivity
from lagesbild.statistics.outlook import Bounds, Outlook, outlook
from lagesbild.statistics.trends import Kind, Trend, TrendContext, trends_of
from lagesbild.tidy.schema import yearly_totals

# The trend of each indicator in a place, judged together as a reader sees them: many tests give arrows by chance.


def trend_context(catalog: Catalog, indicator: str, year: int) -> TrendContext:
    """How an indicator's series is made, as the trend rule must know it, for the edition of `year`."""
    entry = catalog.indicators[indicator]
    unit = catalog.unit_of(indicator)
    return TrendContext(
        kind=_kind(entry, unit),
        better=entry.better,
        edition_year=year,
        breaks=tuple(b.year for b in entry.breaks),
        years_pooled=entry.years_pooled,
        every=entry.every,
        stand_in=indicator in stand_ins(catalog),
        rate_per=unit.per or 100_000,
    )


def _kind(entry: Indicator, unit: Unit) -> Kind:
    """What the trend rule calls the series: asked of a sample, cases per inhabitants, a percent, or else."""
    if entry.kind == "survey":
        return "survey"
    if entry.population and unit.per:
        return "rate"
    return "share" if entry.unit == "percent" else "register"


def trend_points(table: pd.DataFrame, catalog: Catalog, place: str) -> pd.DataFrame:
    """A place's yearly rows of both sexes with `population`, the base of a rate, where the catalogue names one."""
    rows = yearly_totals(table[table["place"] == place], catalog)
    bases = rows["indicator"].map({indicator: entry.population for indicator, entry in catalog.indicators.items()})
    people = rows.set_index(["indicator", "year"])["value"]
    at = pd.MultiIndex.from_arrays([bases.fillna(""), rows["year"]])
    return rows.assign(population=people.reindex(at).to_numpy())


def judged_series(table: pd.DataFrame, catalog: Catalog, place: str, year: int) -> pd.DataFrame:
    """The trends of every indicator of figures and priorities, one row each, with `p_adjusted`: see `adjusted`."""
    points = trend_points(table, catalog, place)
    points = points[points["indicator"].isin(indicator_pages(catalog))]
    contexts = {indicator: trend_context(catalog, indicator, year) for indicator in points["indicator"].unique()}
    return adjusted(trends_of(points, contexts))


def place_trends(table: pd.DataFrame, catalog: Catalog, place: str, year: int) -> dict[str, Trend]:
    """Indicator -> trend in one place; weak also where adjusting for the many tests takes an arrow away."""
    return by_indicator(judged_series(table, catalog, place, year))


def indicator_sensitivity(table: pd.DataFrame, catalog: Catalog, place: str, year: int, indicator: str) -> Sensitivity:
    """How firm one indicator's trend is: what would have to move to turn it."""
    points = trend_points(table, catalog, place)
    return sensitivity(points[points["indicator"] == indicator], trend_context(catalog, indicator, year))


# Which indicators judge a priority or a focus area. What only stands near a measure of the report judges nothing.


def stand_ins(catalog: Catalog) -> set[str]:
    """The indicators that only stand in for a measure of the report: they carry no arrow."""
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


def combined_trend(trends: Mapping[str, Trend], catalog: Catalog, indicators: Iterable[str]) -> Combined:
    """The arrow of several indicators; those without any value are left out of the count."""
    known = {indicator: trends[indicator] for indicator in indicators if indicator in trends}
    return combined(known, {indicator: catalog.indicators[indicator].better for indicator in known})


# People's arrow beside the computed one. Arrows are compared with arrows only: a status is about work.

REACHES_TO = 1  # years before the edition that every series may end, for its arrow to be set beside people's
# The programme prints a mixed state as unchanged, with an asterisk.
AS_JUDGED = {Arrow.UP: "up", Arrow.DOWN: "down", Arrow.UNCHANGED: "unchanged", Arrow.MIXED: "unchanged"}


def last_common_year(computed: Combined, trends: Mapping[str, Trend]) -> int | None:
    """The last year that all series behind a computed arrow reach; None where there is no arrow."""
    behind = (*computed.improving, *computed.worsening, *computed.unchanged)
    return min((year for indicator in behind if (year := trends[indicator].last_year) is not None), default=None)


def reaches(last: int, year: int) -> bool:
    """Whether series that end in `last` may be set beside what people judged in the edition of `year`."""
    return last >= year - REACHES_TO


def arrows_differ(judged: str, computed: Combined) -> bool:
    """Whether people's arrow (up, down or unchanged) is another than the computed one."""
    return AS_JUDGED.get(computed.arrow) != judged


# Two years ahead, for the series where that has worked.


def place_outlooks(table: pd.DataFrame, catalog: Catalog, place: str, year: int) -> dict[str, Outlook]:
    """Indicator -> its outlook in the place, or why it has none, for every indicator with a row there."""
    points = dict(list(trend_points(table, catalog, place).groupby("indicator")))
    return {
        indicator: outlook(points[indicator], trend_context(catalog, indicator, year), _bounds(catalog, indicator))
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
