"""What is compared: an indicator's rank and differences to other places, and the gap between women and men."""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, field, replace

import pandas as pd

from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.rules.directions import trend_context
from lagesbild.rules.editions import indicator_pages
from lagesbild.statistics.combined import GapMovement, adjusted, by_indicator, gap_movement
from lagesbild.statistics.differences import gender_gap, not_by_sex, place_differences, rate_margin
from lagesbild.statistics.intervals import mean_over_places, usable
from lagesbild.statistics.ranks import NoRank, RankRule, plausible_ranks, quartile_cuts, ranked
from lagesbild.statistics.trends import Trend, TrendContext, trends_of
from lagesbild.tidy.schema import yearly, yearly_totals

# The values that are compared: a year's totals, with the cases behind a rate, which say how uncertain it is.

AT = ["place", "year", "sex"]


def totals(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The usable rows of both sexes, one an indicator, place and year, with the cases behind each rate."""
    rows = yearly_totals(table, catalog)
    return with_cases(rows[usable(rows)], table, catalog)


def comparable(catalog: Catalog, indicators: Iterable[str]) -> list[str]:
    """The indicators that may be compared: not numbers of persons or cases, of which a larger place has more."""
    return [indicator for indicator in indicators if not catalog.unit_of(indicator).counted]


def case_kinds(catalog: Catalog) -> dict[str, str]:
    """Indicator -> "rate" for those whose cases can be worked out from their rate and base."""
    entries = catalog.indicators.items()
    return {indicator: "rate" for indicator, entry in entries if entry.population and catalog.unit_of(indicator).per}


def with_cases(rows: pd.DataFrame, table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`rows` with the `count` behind each rate, and its `margin` where none is published; others as they are.

    The cases are the rate times the population of the same place, year and sex in `table`. A rate without one keeps
    an empty count: its uncertainty is not known.
    """
    rates = case_kinds(catalog)
    bases = rows["indicator"].map({rate: catalog.indicators[rate].population for rate in rates}).astype(object)
    per = rows["indicator"].map({rate: catalog.unit_of(rate).per for rate in rates}).astype(float)
    people = yearly(table[table["indicator"].isin(set(bases.dropna()))], catalog)
    at = pd.MultiIndex.from_arrays([bases.fillna(""), *(rows[name] for name in AT)])
    base = people.set_index(["indicator", *AT])["value"].reindex(at).to_numpy()
    count = rows["count"].fillna(rows["value"] * base / per)
    margin = pd.Series(rate_margin(rows["value"], count), rows.index).where(per.notna())
    return rows.assign(count=count, margin=rows["margin"].fillna(margin))


# The place's rank among all municipalities: in its latest complete year and the one before, or why there is none.


@dataclass(frozen=True)
class Placing:
    """Rank `rank` of `n` municipalities with a value in `year`; 1 is best, ties share a rank, class 1 is best."""

    year: int
    rank: int
    n: int
    quartile: int


@dataclass(frozen=True)
class Ranking:
    """The latest placing and the one before, or the reason for none. A rank moves when others move."""

    latest: Placing | None = None
    previous: Placing | None = None  # in an earlier complete year of the same definition
    plausible: tuple[int, int] | None = None  # of the latest, where all places' margins or cases are known
    cuts: pd.DataFrame = field(default_factory=pd.DataFrame)  # of the latest: see `quartile_cuts`
    reason: NoRank = NoRank.NONE  # why the place's latest year has none, where no year has


def ranking(
    rows: pd.DataFrame, place: str, entry: Indicator, asked_of_all: Container[int], municipalities: int
) -> Ranking:
    """The place's rank by the rules of `ranked`; without a value of its own it has neither rank nor reason.

    `rows` are the `totals` of one indicator in municipalities, each year ranked by itself. All `municipalities` were
    asked in the years of `asked_of_all`, in the others only those that have a value. A rank of before a break in the
    series is not set beside one of after it.
    """
    n = rows.groupby("year").size()
    rules = {
        int(year): RankRule(entry.better, municipalities if year in asked_of_all else int(n[year]), municipalities)
        for year in n.index
    }
    own = sorted(rows.loc[rows["place"] == place, "year"], reverse=True)
    complete = [int(year) for year in own if not rules[year].refusal(n[year])][:2]
    if not complete:
        return Ranking(reason=rules[own[0]].refusal(n[own[0]]) if own else NoRank.NONE)
    last = complete[0]
    tables = {year: ranked(rows[rows["year"] == year], rules[year]) for year in complete}
    comparable_years = [year for year in complete[1:] if not any(year < cut.year <= last for cut in entry.breaks)]
    return Ranking(
        latest=_placing(tables[last], place, last),
        previous=_placing(tables[comparable_years[0]], place, comparable_years[0]) if comparable_years else None,
        plausible=_plausible(rows[rows["year"] == last], place, rules[last]),
        cuts=quartile_cuts(tables[last]),
    )


def _placing(table: pd.DataFrame, place: str, year: int) -> Placing:
    own = table[table["place"] == place].iloc[0]
    return Placing(year, int(own["rank"]), int(own["n"]), int(own["quartile"]))


def _plausible(of_year: pd.DataFrame, place: str, rule: RankRule) -> tuple[int, int] | None:
    ranks = plausible_ranks(of_year, rule).set_index("place")
    return (int(ranks["rank_low"][place]), int(ranks["rank_high"][place])) if place in ranks.index else None


# How the place differs from other places and from the mean of its comparison group.

GROUP = "group"


def differences(
    rows: pd.DataFrame, place: str, others: Collection[str], members: Collection[str], catalog: Catalog
) -> pd.DataFrame:
    """The place minus each of `others` and minus the mean of `members`, always of one year and definition.

    `rows` are `totals`; each indicator is compared in the place's latest year. The columns are those of
    `place_differences`, where `other` is a code or GROUP, and `n`: how many members the mean is of, <NA> for a place.
    """
    latest = rows[rows["place"] == place].groupby("indicator")["year"].max()
    rows = rows[rows["year"] == rows["indicator"].map(latest)]
    means = mean_over_places(rows[rows["place"].isin(members)]).assign(place=GROUP, count=float("nan"), status="")
    compared = pd.concat([rows[rows["place"].isin([place, *others])], means], ignore_index=True)
    pairs = place_differences(compared, place, case_kinds(catalog))
    n = pairs["indicator"].map(means.set_index("indicator")["n"]).where(pairs["other"] == GROUP)
    return pairs.assign(n=n.astype("Int64"))


# Women minus men, for every indicator that has a value for both, and whether the gap widens.


@dataclass(frozen=True)
class Gap:
    """The gap of one indicator in the place: its latest row of `gender_gap`, its values by year, what it has done."""

    latest: pd.Series
    values: pd.Series
    trend: Trend
    movement: GapMovement


def place_gaps(table: pd.DataFrame, catalog: Catalog, place: str, year: int) -> dict[str, Gap]:
    """Indicator of any figure or priority -> its gap in the place, where it has a value for women and for men.

    Numbers of persons are left out: a place with more women than men has no gap for that.
    """
    shown = comparable(catalog, indicator_pages(catalog))
    rows = yearly(table[(table["place"] == place) & table["indicator"].isin(shown)], catalog)
    gaps = gender_gap(with_cases(rows, table, catalog), case_kinds(catalog))
    known = dict(list(gaps[gaps["value"].notna()].groupby("indicator")))
    if not known:
        return {}
    contexts = {indicator: _gap_context(trend_context(catalog, indicator, year)) for indicator in known}
    trends = by_indicator(adjusted(trends_of(gaps[gaps["indicator"].isin(contexts)], contexts)))
    return {indicator: _gap(known[indicator], trends[indicator]) for indicator in shown if indicator in known}


def _gap_context(context: TrendContext) -> TrendContext:
    """A gap is judged as its indicator is, but has margins instead of cases, and neither end of it is better.

    A stand-in's gap is judged too: it is said of the indicator under its own name, and carries no arrow.
    """
    kind = context.kind if context.kind == "survey" else "register"
    return replace(context, kind=kind, better="neither", stand_in=False)


def _gap(rows: pd.DataFrame, trend: Trend) -> Gap:
    values = rows.set_index("year")["value"]
    ends = (values[trend.first_year], values[trend.last_year]) if trend.judged else (0.0, 0.0)
    return Gap(rows.loc[rows["year"].idxmax()], values, trend, gap_movement(trend, *ends))


def without_gap(table: pd.DataFrame, catalog: Catalog, gaps: Collection[str]) -> tuple[list[str], list[str]]:
    """The shown indicators outside `gaps`: those that nobody publishes by sex, and those not at hand for the place."""
    lacking = [indicator for indicator in indicator_pages(catalog) if indicator not in gaps]
    by_sex = set(table["indicator"]) - set(not_by_sex(table))
    never = [indicator for indicator in lacking if indicator not in by_sex and not catalog.indicators[indicator].by_sex]
    return never, [indicator for indicator in lacking if indicator not in never]
