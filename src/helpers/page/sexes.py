"""The chapter on women and men: every gap that is published, its trend, and what is not published by sex."""

from dataclasses import dataclass, replace

import pandas as pd

from ..comparisons import gender_gap, not_by_sex
from ..exhibits import Cell, Chapter, Column, DataTable, Listing, Shown, chapter_shown
from ..trends import GapMovement, Trend, TrendContext, adjusted, by_indicator, gap_movement, trends_of
from ..wording import decimal, in_place, period_text
from ..wording.comparisons import UNKNOWN, WHY_UNKNOWN, difference_text
from ..wording.gaps import GAPS, NO_ARROW_FOR_EQUALITY, NOT_AT_HAND, NOT_BY_SEX, movement_text
from .cases import case_kinds, with_cases
from .indicators import pages_of_indicators
from .judging import trend_context
from .setting import Setting
from .values import measure_of

ANCHOR, TITLE = "kvinnor-och-man", "Kvinnor och män"


@dataclass(frozen=True)
class Gap:
    """The latest gap of one indicator in the place (a row of `gender_gap`) and what it has done."""

    latest: pd.Series
    trend: Trend
    movement: GapMovement


def women_and_men(setting: Setting) -> Shown:
    """Every indicator published by sex for the place, with its gap; then those that are not."""
    gaps = place_gaps(setting)
    nothing = "Inget av rapportens mått har värden för både kvinnor och män i underlaget."
    paragraphs = (NO_ARROW_FOR_EQUALITY, GAPS if gaps else nothing)
    tables = (_table(setting, gaps),) if gaps else ()
    return chapter_shown(
        Chapter(
            ANCHOR,
            TITLE,
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


def _table(setting: Setting, gaps: dict[str, Gap]) -> DataTable:
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
