"""The page's indicators beside other places, and women beside men."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from helpers.evidence import Ranking, measure_of, placing_text, ranking, totals
from helpers.figures import ReportFigure, indicators_on, pages_of_indicators
from helpers.setting import Setting
from lagesbild.html.components import Cell, Chapter, Column, DataTable, Listing
from lagesbild.html.render import Component, chapter_component
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import case_kinds, trend_context, with_cases
from lagesbild.statistics.combined import GapMovement, adjusted, by_indicator, gap_movement
from lagesbild.statistics.differences import gender_gap, not_by_sex, place_differences
from lagesbild.statistics.intervals import mean_over_places
from lagesbild.statistics.trends import Trend, TrendContext, trends_of
from lagesbild.swedish.findings import (
    CLASSES_ARE_OURS,
    EMPTY_CLASS,
    INTERVALS,
    QUARTILES,
    RANKS_MOVE,
    UNKNOWN,
    WHY_UNKNOWN,
    difference_text,
    no_rank_text,
    plausible_text,
    span_text,
)
from lagesbild.swedish.numbers import decimal, in_place, listed, period_text
from lagesbild.swedish.verdicts import GAPS, NO_ARROW_FOR_EQUALITY, NOT_AT_HAND, NOT_BY_SEX, movement_text

# How the place differs from the country, its region and its comparison group, one row an indicator and other.
#
# Columns: `indicator`, `year`, `other` (a code, or GROUP), `value`, `other_value`, `difference`, `low`, `high`, `real`
# (as `comparisons.place_differences` gives them) and `n`: how many places the other is the mean of, <NA> for a place.

GROUP = "group"


def differences(setting: Setting, indicators: Iterable[str]) -> pd.DataFrame:
    """The differences of each indicator in the place's latest year, always of the same year and definition."""
    rows = pd.concat([setting.table.iloc[:0], *(_latest(setting, id) for id in indicators)], ignore_index=True)
    rows = with_cases(rows, setting.table, setting.catalog)
    members = rows[rows["place"].isin(setting.group.members if setting.group else ())]
    means = mean_over_places(members).assign(place=GROUP, count=float("nan"), status="")
    others = rows[rows["place"].isin([setting.focus, COUNTRY, setting.county])]
    made = place_differences(
        pd.concat([others.assign(n=pd.NA), means], ignore_index=True), setting.focus, case_kinds(setting.catalog)
    )
    return made.merge(means[["indicator", "n"]], on="indicator", how="left").assign(
        n=lambda found: found["n"].where(found["other"] == GROUP).astype("Int64")
    )


def _latest(setting: Setting, indicator: str) -> pd.DataFrame:
    """All places' totals of the place's latest year; none where it has no value."""
    rows = totals(setting, indicator)
    year = rows.loc[rows["place"] == setting.focus, "year"].max()
    return rows[rows["year"] == year]


# The chapter that compares: value, differences with intervals, rank and class of each indicator of a page.

COMPARISON_ANCHOR, COMPARISON_TITLE = "jamforelse", "Jämförelse"
NO_VALUE = "Inget värde"


@dataclass(frozen=True)
class _Row:
    """What the table says about one indicator."""

    id: str
    own: pd.Series  # the place's latest value, a tidy row
    found: pd.DataFrame  # its rows of `differences`, by `other`
    ranking: Ranking


def comparison(setting: Setting) -> Component:
    """The comparison of every indicator of the page that has a value for the place and may be compared."""
    shown = indicators_on(setting)
    counted = [id for id in shown if setting.catalog.unit_of(id).counted]
    compared = [id for id in shown if id not in counted]
    rows = _rows(setting, compared)
    ranked = [row for row in rows if row.ranking.latest]
    tables = ((_comparison_table(setting, rows, shown),) if rows else ()) + (
        (_classes(setting, ranked),) if ranked else ()
    )
    intro = (RANKS_MOVE,) if ranked else () if rows else ("Inget mått på sidan har ett värde att jämföra med.",)
    notes = (*((INTERVALS, WHY_UNKNOWN) if rows else ()), *_notes(setting, counted))
    return chapter_component(Chapter(COMPARISON_ANCHOR, COMPARISON_TITLE, intro, tables, notes=notes))


def _rows(setting: Setting, compared: list[str]) -> list[_Row]:
    """The indicators that have a value for the place."""
    found = differences(setting, compared)
    rows = []
    for id in compared:
        values = totals(setting, id)
        own = values[values["place"] == setting.focus].sort_values("year")
        if len(own):
            differs = found[found["indicator"] == id].set_index("other")
            rows.append(_Row(id, own.iloc[-1], differs, ranking(setting, id)))
    return rows


def _notes(setting: Setting, counted: list[str]) -> tuple[str, ...]:
    """Who the comparison group is, and what is not compared."""
    group = setting.group
    notes = []
    if group:
        names = listed([setting.places.name(code) for code in group.members])
        notes.append(f"Liknande kommuner: {group.title} ({names}). Värdet är medelvärdet av dem som har ett.")
    if counted:
        labels = listed([setting.catalog.indicators[id].label for id in counted])
        notes.append(f"Antal jämförs inte mellan platser av olika storlek: {labels}.")
    return tuple(notes)


def _comparison_table(setting: Setting, rows: list[_Row], shown: dict[str, list[tuple[str, str]]]) -> DataTable:
    others = [(COUNTRY, setting.places.name(COUNTRY))]
    others += [(setting.county, setting.places.name(setting.county))] if setting.county else []
    others += [(GROUP, "Liknande kommuner")] if setting.group else []
    headers = ("Mått", setting.place, *(name for _, name in others), "Plats bland kommunerna")
    near = _near(setting)
    return DataTable(
        caption=f"{setting.place} jämfört med andra: senaste värdet av varje mått, och de andras värde samma år.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(
            (
                _name(setting, row, shown[row.id][0][1], row.id in near),
                Cell(
                    decimal(row.own["value"], measure_of(setting, row.id).decimals),
                    ("preliminärt",) if row.own["status"] == "preliminary" else (),
                ),
                *(_other(setting, row, other) for other, _ in others),
                _rank(setting, row),
            )
            for row in rows
        ),
    )


def _near(setting: Setting) -> set[str]:
    """The indicators that stand in for another measure on this page."""
    catalog = setting.catalog
    figures = [ReportFigure(number, catalog.figures[number], setting) for number in catalog.figures_on(setting.page)]
    return {id for figure in figures if figure.state == "related" for id in figure.indicators}


def _name(setting: Setting, row: _Row, link: str, near: bool) -> Cell:
    """The indicator with unit and period, and why it has no intervals where it has none."""
    entry = setting.catalog.indicators[row.id]
    unit = setting.catalog.unit_of(row.id).text
    notes = [f"{unit}, {period_text(entry, int(row.own['year']))}"]
    notes += ["Närliggande mått"] if near else []
    notes += [UNKNOWN[entry.kind]] if len(row.found) and row.found["real"].isna().all() else []
    return Cell(entry.title, tuple(notes), link)


def _other(setting: Setting, row: _Row, other: str) -> Cell | str:
    """The other's value and how the place differs from it."""
    if other not in row.found.index:
        return NO_VALUE
    found, measure = row.found.loc[other], measure_of(setting, row.id)
    difference, *interval = difference_text(found, measure)
    notes = (f"Skillnad {difference}", *interval)
    if other == GROUP:
        notes += (f"medel av {found['n']} av {len(setting.group.members)}",)
    return Cell(decimal(found["other_value"], measure.decimals), notes)


def _rank(setting: Setting, row: _Row) -> Cell | str:
    """Rank, class, the rank before and the plausible range; or why there is none."""
    latest, previous, plausible = row.ranking.latest, row.ranking.previous, row.ranking.plausible
    if latest is None:
        return no_rank_text(row.ranking.reason)
    notes = [f"Förut: {placing_text(setting, row.id, previous)}"] if previous else []
    notes += [plausible_text(*plausible)] if plausible else []
    text = placing_text(setting, row.id, latest).capitalize()
    return Cell(text, tuple(notes), quartile=latest.quartile, chip=QUARTILES[latest.quartile])


def _classes(setting: Setting, rows: list[_Row]) -> DataTable:
    """The legend: the values of each class, from its first place to its last."""
    body = []
    for row in rows:
        measure, cuts = measure_of(setting, row.id), row.ranking.cuts.set_index("quartile")
        spans = [
            Cell("", quartile=q, chip=span_text(*cuts.loc[q, ["best", "worst"]], measure))
            if q in cuts.index
            else EMPTY_CLASS
            for q in QUARTILES
        ]
        period = period_text(measure.indicator, row.ranking.latest.year)
        body.append((Cell(measure.indicator.title, (f"{measure.unit.text}, {period}",)), *spans))
    return DataTable(
        caption=f"Klassernas gränser, från bäst till sämst placerade kommun i klassen. {CLASSES_ARE_OURS}",
        columns=tuple(Column(header) for header in ("Mått", *QUARTILES.values())),
        rows=tuple(body),
    )


# The chapter on women and men: every gap that is published, its trend, and what is not published by sex.

SEXES_ANCHOR, SEXES_TITLE = "kvinnor-och-man", "Kvinnor och män"


@dataclass(frozen=True)
class Gap:
    """The latest gap of one indicator in the place (a row of `gender_gap`) and what it has done."""

    latest: pd.Series
    trend: Trend
    movement: GapMovement


def women_and_men(setting: Setting) -> Component:
    """Every indicator published by sex for the place, with its gap; then those that are not."""
    gaps = place_gaps(setting)
    nothing = "Inget av rapportens mått har värden för både kvinnor och män i underlaget."
    paragraphs = (NO_ARROW_FOR_EQUALITY, GAPS if gaps else nothing)
    tables = (_gap_table(setting, gaps),) if gaps else ()
    return chapter_component(
        Chapter(
            SEXES_ANCHOR,
            SEXES_TITLE,
            paragraphs,
            tables,
            listings=_without(setting, set(gaps)),
            notes=(WHY_UNKNOWN,) if gaps else (),
        )
    )


def place_gaps(setting: Setting) -> dict[str, Gap]:
    """Indicator -> women minus men in the place, for every shown indicator that has a value for both.

    Numbers of persons are left out: a place with more women than men has no gap for that.
    """
    catalog = setting.catalog
    wanted = [id for id in pages_of_indicators(catalog) if not catalog.unit_of(id).counted]
    rows = pd.concat([setting.table.iloc[:0], *(_own_rows(setting, id) for id in wanted)], ignore_index=True)
    gaps = gender_gap(with_cases(rows, setting.table, catalog), case_kinds(catalog))
    held = gaps[gaps["value"].notna()]
    if held.empty:
        return {}
    contexts = {id: _gap_context(setting, id) for id in held["indicator"].unique()}
    trends = by_indicator(adjusted(trends_of(gaps[gaps["indicator"].isin(contexts)], contexts)))
    return {id: _gap(held[held["indicator"] == id], trends[id]) for id in wanted if id in contexts}


def _own_rows(setting: Setting, indicator: str) -> pd.DataFrame:
    rows = setting.series.get(indicator, setting.table.iloc[:0])
    month = setting.catalog.indicators[indicator].month or 0
    return rows[(rows["place"] == setting.focus) & (rows["group"] == "") & (rows["month"] == month)]


def _gap_context(setting: Setting, indicator: str) -> TrendContext:
    """A gap is judged as its indicator is, but has margins instead of cases, and neither end of it is better.

    Under its own name an indicator stands in for nothing: its gap is told for itself and carries no arrow.
    """
    context = trend_context(setting.catalog, indicator, setting.year)
    kind = "survey" if context.kind == "survey" else "register"
    return replace(context, kind=kind, better="neither", stand_in=False)


def _gap(held: pd.DataFrame, trend: Trend) -> Gap:
    values = held.set_index("year")["value"]
    ends = (values[trend.first_year], values[trend.last_year]) if trend.judged else (0.0, 0.0)
    return Gap(held.loc[held["year"].idxmax()], trend, gap_movement(trend, *ends))


def _gap_table(setting: Setting, gaps: dict[str, Gap]) -> DataTable:
    return DataTable(
        caption=f"Kvinnor och män {in_place(setting.place)}: senaste värdena, skillnaden och hur den har ändrats.",
        columns=tuple(Column(header) for header in ("Mått", "Kvinnor", "Män", "Kvinnor minus män", "Gapet över tid")),
        rows=tuple(_row(setting, id, gap) for id, gap in gaps.items()),
    )


def _row(setting: Setting, id: str, gap: Gap) -> tuple[Cell | str, ...]:
    entry, measure = setting.catalog.indicators[id], measure_of(setting, id)
    notes = [f"{measure.unit.text}, {period_text(entry, int(gap.latest['year']))}"]
    difference, *interval = difference_text(gap.latest.rename({"value": "difference"}), measure)
    notes += [] if interval else [UNKNOWN[entry.kind]]
    moved, why = movement_text(gap.movement, gap.trend)
    return (
        Cell(entry.title, tuple(notes)),
        *(decimal(gap.latest[sex], measure.decimals) for sex in ("women", "men")),
        Cell(difference, tuple(interval)),
        Cell(moved, (why,)),
    )


def _without(setting: Setting, held: set[str]) -> tuple[Listing, ...]:
    """What the report shows and cannot show by sex: never published so, or not at hand for the place."""
    entries = setting.catalog.indicators
    lacking = [id for id in pages_of_indicators(setting.catalog) if id not in held]
    never = set(not_by_sex(setting.table)) | (set(entries) - set(setting.series))
    apart = [id for id in lacking if id in never and not entries[id].by_sex]
    absent = [id for id in lacking if id not in apart]
    lists = ((NOT_BY_SEX, apart), (NOT_AT_HAND.format(place=setting.place), absent))
    return tuple(Listing(title, tuple(entries[id].title for id in ids)) for title, ids in lists if ids)
