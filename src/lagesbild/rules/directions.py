"""Which direction each indicator moves in a place, and for whom it is judged."""

import pandas as pd

from lagesbild.catalog.models import Catalog, Indicator, Unit
from lagesbild.statistics.combined import Combined, Firmness, adjusted, by_indicator, combined, firmness
from lagesbild.statistics.differences import rate_margin
from lagesbild.statistics.trends import Kind, Trend, TrendContext, trends_of

# The computed side: the trend of each of the place's indicators, of a priority and of a focus area.

REACHES_TO = 1  # years before the edition that every series may end, for its arrow to be set beside people's


def stand_ins(catalog: Catalog) -> set[str]:
    """The indicators that only stand in for a measure of the report: they carry no arrow."""
    own = {id for figure in catalog.figures.values() for id in figure.measure}
    own |= {id for priority in catalog.priorities.values() for id in priority.evidence}
    own |= {id for figure in catalog.figures.values() if figure.derived for id in figure.stand_in}
    near = {id for figure in catalog.figures.values() for id in (*figure.stand_in, *figure.dots)}
    return near - own


def shown_indicators(catalog: Catalog) -> set[str]:
    """The indicators of figures and priorities: parts, totals and bases of others are not judged by themselves."""
    found = {id for figure in catalog.figures.values() for id in (*figure.measure, *figure.stand_in, *figure.dots)}
    return found | {id for priority in catalog.priorities.values() for id in priority.evidence}


def trend_context(catalog: Catalog, indicator: str, year: int) -> TrendContext:
    """How an indicator's series is made, as the trend rule must know it."""
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
    """A place's yearly totals with `population`, the base of a rate, where the catalogue names one."""
    rows = table[(table["place"] == place) & (table["sex"] == "T") & (table["group"] == "")]
    months = rows["indicator"].map({id: entry.month or 0 for id, entry in catalog.indicators.items()})
    rows = rows[rows["month"] == months]
    bases = rows["indicator"].map({id: entry.population for id, entry in catalog.indicators.items()})
    people = rows.set_index(["indicator", "year"])["value"]
    at = pd.MultiIndex.from_arrays([bases.fillna(""), rows["year"]])
    return rows.assign(population=people.reindex(at).to_numpy())


def judged_series(table: pd.DataFrame, catalog: Catalog, place: str, year: int) -> pd.DataFrame:
    """The trends of all indicators that one reader sees together, with `p_adjusted`: see `trends.adjusted`."""
    points = trend_points(table, catalog, place)
    points = points[points["indicator"].isin(shown_indicators(catalog))]
    contexts = {id: trend_context(catalog, id, year) for id in points["indicator"].unique()}
    return adjusted(trends_of(points, contexts))


def place_trends(table: pd.DataFrame, catalog: Catalog, place: str, year: int) -> dict[str, Trend]:
    """Indicator -> trend in one place; weak also where adjusting for the many tests takes an arrow away."""
    return by_indicator(judged_series(table, catalog, place, year))


def indicator_firmness(table: pd.DataFrame, catalog: Catalog, place: str, year: int, indicator: str) -> Firmness:
    """How firm one indicator's trend is: what would have to move to turn it."""
    points = trend_points(table, catalog, place)
    return firmness(points[points["indicator"] == indicator], trend_context(catalog, indicator, year))


def priority_indicators(catalog: Catalog, priority: str) -> list[str]:
    """The indicators that a priority is judged by: its figures' measures, and those that give it evidence."""
    figures = [figure for figure in catalog.figures.values() if figure.priority == priority]
    found = [id for figure in figures for id in (*figure.measure, *(figure.stand_in if figure.derived else ()))]
    return list(dict.fromkeys([*found, *catalog.priorities[priority].evidence]))


def area_indicators(catalog: Catalog, area: str) -> list[str]:
    """The indicators of a focus area: those of its page's figures and of its priorities."""
    page = catalog.focus_areas[area].page
    figures = [figure for figure in catalog.figures.values() if figure.page == page]
    found = [id for figure in figures for id in (*figure.measure, *(figure.stand_in if figure.derived else ()))]
    return list(
        dict.fromkeys(
            [*found, *(id for one in catalog.priorities_of(area) for id in priority_indicators(catalog, one))]
        )
    )


def combined_trend(trends: dict[str, Trend], catalog: Catalog, indicators: list[str]) -> Combined:
    """The arrow of several indicators; those without any value are left out of the count."""
    held = {id: trends[id] for id in indicators if id in trends}
    return combined(held, {id: catalog.indicators[id].better for id in held})


# The cases behind a rate, which say how uncertain it is: rate x population, where the catalogue names the base.

AT = ["place", "year", "sex"]


def case_kinds(catalog: Catalog) -> dict[str, str]:
    """Indicator -> "rate" for those whose cases can be worked out from their rate and base."""
    return {id: "rate" for id, entry in catalog.indicators.items() if entry.population and catalog.unit_of(id).per}


def with_cases(rows: pd.DataFrame, table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`rows` with the `count` behind each rate, and its `margin` where none is published; others as they are.

    A rate whose place has no population that year stays without: its uncertainty is not known.
    """
    rates = case_kinds(catalog)
    bases = rows["indicator"].map({id: catalog.indicators[id].population for id in rates}).astype(object)
    per = rows["indicator"].map({id: catalog.unit_of(id).per for id in rates}).astype(float)
    people = table[table["indicator"].isin(set(bases.dropna())) & (table["month"] == 0) & (table["group"] == "")]
    at = pd.MultiIndex.from_arrays([bases.fillna(""), *(rows[name] for name in AT)])
    base = people.set_index(["indicator", *AT])["value"].reindex(at).to_numpy()
    count = rows["count"].fillna(rows["value"] * base / per)
    made = rows["margin"].fillna(pd.Series(rate_margin(rows["value"], count), rows.index).where(per.notna()))
    return rows.assign(count=count, margin=made)
