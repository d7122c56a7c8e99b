"""The chapter that compares: value, differences with intervals, rank and class of each indicator of a page."""

from dataclasses import dataclass

import pandas as pd

from ..exhibits import Cell, Chapter, Column, DataTable, Shown, chapter_shown
from ..places import COUNTRY
from ..wording import decimal, listed, period_text
from ..wording.comparisons import (
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
from .differing import GROUP, differences
from .figures import ReportFigure
from .indicators import indicators_on
from .ranking import Ranking, placing_text, ranking
from .setting import Setting
from .values import measure_of, totals

ANCHOR, TITLE = "jamforelse", "Jämförelse"
NO_VALUE = "Inget värde"


@dataclass(frozen=True)
class _Row:
    """What the table says about one indicator."""

    id: str
    own: pd.Series  # the place's latest value, a tidy row
    found: pd.DataFrame  # its rows of `differences`, by `other`
    ranking: Ranking


def comparison(setting: Setting) -> Shown:
    """The comparison of every indicator of the page that has a value for the place and may be compared."""
    shown = indicators_on(setting)
    counted = [id for id in shown if setting.catalog.unit_of(id).counted]
    compared = [id for id in shown if id not in counted]
    rows = _rows(setting, compared)
    ranked = [row for row in rows if row.ranking.latest]
    tables = ((_table(setting, rows, shown),) if rows else ()) + ((_classes(setting, ranked),) if ranked else ())
    intro = (RANKS_MOVE,) if ranked else () if rows else ("Inget mått på sidan har ett värde att jämföra med.",)
    notes = (*((INTERVALS, WHY_UNKNOWN) if rows else ()), *_notes(setting, counted))
    return chapter_shown(Chapter(ANCHOR, TITLE, intro, tables, notes=notes))


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


def _table(setting: Setting, rows: list[_Row], shown: dict[str, list[tuple[str, str]]]) -> DataTable:
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
