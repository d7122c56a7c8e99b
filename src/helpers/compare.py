"""The page's indicators beside other places, and women beside men."""

from dataclasses import dataclass

import pandas as pd

from helpers.evidence import measure_of, placing_text
from helpers.figures import use_anchor
from helpers.setting import Setting
from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Cell, Chapter, Column, DataTable, Listing
from lagesbild.html.render import Component, chapter_component
from lagesbild.places import COUNTRY
from lagesbild.rules.comparing import GROUP, Gap, Ranking, comparable, differences, place_gaps, without_gap
from lagesbild.rules.editions import Use
from lagesbild.swedish.findings import (
    CLASSES_ARE_OURS,
    EMPTY_CLASS,
    INTERVALS,
    QUARTILES,
    RANKS_MOVE,
    UNKNOWN,
    WHY_UNKNOWN,
    Measure,
    difference_text,
    no_rank_text,
    plausible_text,
    span_text,
)
from lagesbild.swedish.numbers import decimal, in_place, listed, period_text
from lagesbild.swedish.verdicts import GAPS, NO_ARROW_FOR_EQUALITY, NOT_AT_HAND, NOT_BY_SEX, movement_text

# The chapter that compares: value, differences with intervals, rank and class of each indicator of a page.

COMPARISON_ANCHOR, COMPARISON_TITLE = "jamforelse", "Jämförelse"
NO_VALUE = "Inget värde"


@dataclass(frozen=True)
class _Row:
    """What the table says about one indicator of the page."""

    measure: Measure
    uses: list[Use]  # where it stands on the page
    own: pd.Series  # the place's latest value, a tidy row
    differences: pd.DataFrame  # its rows of `differences`, by `other`
    ranking: Ranking


def comparison(setting: Setting) -> Component:
    """The comparison of every indicator of the page that has a value for the place and may be compared."""
    rows = _rows(setting)
    ranked = [(row, placing.year) for row in rows if (placing := row.ranking.latest)]
    tables = [_comparison_table(setting, rows)] if rows else []
    tables += [_class_table(ranked)] if ranked else []
    intro = (RANKS_MOVE,) if ranked else () if rows else ("Inget mått på sidan har ett värde att jämföra med.",)
    notes = (*((INTERVALS, WHY_UNKNOWN) if rows else ()), *_notes(setting))
    return chapter_component(Chapter(COMPARISON_ANCHOR, COMPARISON_TITLE, intro, tuple(tables), notes=notes))


def _rows(setting: Setting) -> list[_Row]:
    """The indicators of the page that have a value for the place."""
    compared = comparable(setting.catalog, setting.uses)
    values = setting.totals[setting.totals["indicator"].isin(compared)]
    others = [code for code in (COUNTRY, setting.county) if code]
    pairs = differences(values, setting.focus, others, setting.members, setting.catalog)
    latest = values[values["place"] == setting.focus].sort_values("year").drop_duplicates("indicator", keep="last")
    own = {row["indicator"]: row for _, row in latest.iterrows()}
    return [
        _Row(
            measure_of(setting.catalog, indicator),
            setting.uses[indicator],
            own[indicator],
            pairs[pairs["indicator"] == indicator].set_index("other"),
            setting.ranking(indicator),
        )
        for indicator in compared
        if indicator in own
    ]


def _notes(setting: Setting) -> list[str]:
    """Who the comparison group is, and what is not compared."""
    notes = []
    if setting.group:
        names = listed([setting.places.name(code) for code in setting.members])
        notes.append(f"Liknande kommuner: {setting.group.title} ({names}). Värdet är medelvärdet av dem som har ett.")
    compared = comparable(setting.catalog, setting.uses)
    counted = [setting.catalog.indicators[indicator].label for indicator in setting.uses if indicator not in compared]
    if counted:
        notes.append(f"Antal jämförs inte mellan platser av olika storlek: {listed(counted)}.")
    return notes


def _comparison_table(setting: Setting, rows: list[_Row]) -> DataTable:
    others = {COUNTRY: setting.places.name(COUNTRY)}
    others |= {setting.county: setting.places.name(setting.county)} if setting.county else {}
    others |= {GROUP: "Liknande kommuner"} if setting.group else {}
    headers = ("Mått", setting.place, *others.values(), "Plats bland kommunerna")
    return DataTable(
        caption=f"{setting.place} jämfört med andra: senaste värdet av varje mått, och de andras värde samma år.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(
            (
                _name(row),
                Cell(
                    decimal(row.own["value"], row.measure.decimals),
                    ("preliminärt",) if row.own["status"] == "preliminary" else (),
                ),
                *(_other(row, other, len(setting.members)) for other in others),
                _rank(row, setting.municipalities),
            )
            for row in rows
        ),
    )


def _name(row: _Row) -> Cell:
    """The indicator with unit and period, and why it has no intervals where it has none."""
    entry = row.measure.indicator
    notes = [f"{row.measure.unit.text}, {period_text(entry, int(row.own['year']))}"]
    notes += ["Närliggande mått"] if any(use.related for use in row.uses) else []
    notes += [UNKNOWN[entry.kind]] if len(row.differences) and row.differences["real"].isna().all() else []
    return Cell(entry.title, tuple(notes), f"#{use_anchor(row.uses[0])}")


def _other(row: _Row, other: str, members: int) -> Cell | str:
    """The other's value and how the place differs from it; `members`: how many the comparison group has."""
    if other not in row.differences.index:
        return NO_VALUE
    pair = row.differences.loc[other]
    difference, *interval = difference_text(pair, row.measure)
    notes = [f"Skillnad {difference}", *interval]
    notes += [f"medel av {pair['n']} av {members}"] if other == GROUP else []
    return Cell(decimal(pair["other_value"], row.measure.decimals), tuple(notes))


def _rank(row: _Row, municipalities: int) -> Cell | str:
    """Rank, class, the rank before and the plausible range; or why there is none."""
    latest, previous, plausible = row.ranking.latest, row.ranking.previous, row.ranking.plausible
    if latest is None:
        return no_rank_text(row.ranking.reason)
    entry = row.measure.indicator
    notes = [f"Förut: {placing_text(previous, entry, municipalities)}"] if previous else []
    notes += [plausible_text(*plausible)] if plausible else []
    text = placing_text(latest, entry, municipalities).capitalize()
    return Cell(text, tuple(notes), quartile=latest.quartile, chip=QUARTILES[latest.quartile])


def _class_table(ranked: list[tuple[_Row, int]]) -> DataTable:
    """The legend: the values of each class, from its first place to its last, in the year of the ranks."""
    body = []
    for row, year in ranked:
        entry, cuts = row.measure.indicator, row.ranking.cuts.set_index("quartile")
        spans = [
            Cell("", quartile=q, chip=span_text(cuts["best"][q], cuts["worst"][q], row.measure))
            if q in cuts.index
            else EMPTY_CLASS
            for q in QUARTILES
        ]
        body.append((Cell(entry.title, (f"{row.measure.unit.text}, {period_text(entry, year)}",)), *spans))
    return DataTable(
        caption=f"Klassernas gränser, från bäst till sämst placerade kommun i klassen. {CLASSES_ARE_OURS}",
        columns=tuple(Column(header) for header in ("Mått", *QUARTILES.values())),
        rows=tuple(body),
    )


# The chapter on women and men: every gap that is published, its trend, and what is not published by sex.

SEXES_ANCHOR, SEXES_TITLE = "kvinnor-och-man", "Kvinnor och män"


def women_and_men(setting: Setting) -> Component:
    """Every indicator published by sex for the place, with its gap; then those that are not."""
    catalog = setting.catalog
    gaps = place_gaps(setting.table, catalog, setting.focus, setting.year)
    nothing = "Inget av rapportens mått har värden för både kvinnor och män i underlaget."
    titles = (NOT_BY_SEX, NOT_AT_HAND.format(place=setting.place))
    lacking = zip(titles, without_gap(setting.table, catalog, gaps), strict=True)
    return chapter_component(
        Chapter(
            SEXES_ANCHOR,
            SEXES_TITLE,
            (NO_ARROW_FOR_EQUALITY, GAPS if gaps else nothing),
            (_gap_table(catalog, gaps, in_place(setting.place)),) if gaps else (),
            listings=tuple(
                Listing(title, tuple(catalog.indicators[indicator].title for indicator in indicators))
                for title, indicators in lacking
                if indicators
            ),
            notes=(WHY_UNKNOWN,) if gaps else (),
        )
    )


def _gap_table(catalog: Catalog, gaps: dict[str, Gap], where: str) -> DataTable:
    return DataTable(
        caption=f"Kvinnor och män {where}: senaste värdena, skillnaden och hur den har ändrats.",
        columns=tuple(Column(header) for header in ("Mått", "Kvinnor", "Män", "Kvinnor minus män", "Gapet över tid")),
        rows=tuple(_gap_row(measure_of(catalog, indicator), gap) for indicator, gap in gaps.items()),
    )


def _gap_row(measure: Measure, gap: Gap) -> tuple[Cell | str, ...]:
    entry = measure.indicator
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
