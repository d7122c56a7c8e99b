"""Rows that are compared: the last year, everybody; and the page's indicators beside others, women beside men."""

from dataclasses import dataclass

import pandas as pd

from helpers.report import Report
from helpers.rows import measure_of
from lagesbild.catalog.models import Catalog
from lagesbild.charts.theme import MARKED
from lagesbild.html.components import Cell, Column, DataTable, Listing, Part
from lagesbild.html.marks import use_anchor
from lagesbild.html.render import Component, part_component
from lagesbild.places import COUNTRY
from lagesbild.rules.comparing import Gap, Ranking, without_gap
from lagesbild.rules.judgements import COUNTY, GROUP
from lagesbild.rules.uses import Use
from lagesbild.statistics.differences import Basis
from lagesbild.statistics.intervals import usable
from lagesbild.swedish.findings import (
    CLASSES_ARE_OURS,
    DECIDED,
    EMPTY_CLASS,
    ESTIMATED,
    QUARTILES,
    RANKS_MOVE,
    Measure,
    class_spans,
    difference_text,
    no_rank_text,
    placing_text,
    plausible_text,
)
from lagesbild.swedish.numbers import decimal, in_place, listed, period_text
from lagesbild.swedish.verdicts import GAPS, NO_ARROW_FOR_EQUALITY, NOT_AT_HAND, NOT_BY_SEX, gap_text

# Which rows a figure compares.


def latest_year(rows: pd.DataFrame, place: str) -> pd.DataFrame:
    """The rows of each indicator's last year in which `place` has a value; those of other places may be empty.

    An indicator that has no value for the place is left out.
    """
    own = rows[(rows["place"] == place) & rows["value"].notna()]
    latest = own.groupby("indicator")["year"].max()
    return rows[rows["year"] == rows["indicator"].map(latest)]


def everybody(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of both sexes together; of an indicator that has none with a value, those of women and men."""
    known = rows.loc[(rows["sex"] == "T") & rows["value"].notna(), "indicator"].unique()
    return rows[(rows["sex"] == "T") | ~rows["indicator"].isin(known)]


# The chapter that compares: value, differences and what is known of them, rank and class of each indicator of a page.

COMPARISON_ANCHOR, COMPARISON_TITLE = "jamforelse", "Jämförelse"
NO_VALUE = "Inget värde"


@dataclass(frozen=True)
class _Row:
    """What the table says about one indicator of the page."""

    measure: Measure
    uses: list[Use]  # where it stands on the page
    own: pd.Series  # the place's latest value, a tidy row
    differences: pd.DataFrame  # its rows of `report.differences`, by `other`
    ranking: Ranking


def comparison(report: Report, rows: pd.DataFrame) -> Component:
    """Every indicator of `rows` beside riket, region and comparison group, with its rank.

    `rows` are rows of `report.differences`.
    """
    catalog, uses, wanted = report.catalog, report.uses, set(rows["indicator"])
    known = usable(report.data) & (report.data["place"] == report.place) & (report.data["group"] == "")
    latest = everybody(report.data[known]).sort_values("year").drop_duplicates("indicator", keep="last")
    own = {row["indicator"]: row for _, row in latest.iterrows()}
    shown = [
        _Row(
            measure_of(catalog, indicator),
            uses[indicator],
            own[indicator],
            rows[rows["indicator"] == indicator].set_index("other"),
            report.ranking(indicator),
        )
        for indicator in report.compared
        if indicator in own and indicator in wanted
    ]
    ranked = [(row, row.ranking.placing.year) for row in shown if row.ranking.placing]
    others = {COUNTRY: (report.geography.name(COUNTRY), "i riket")}
    others |= {COUNTY: (report.geography.name(report.county), "i länet")} if report.county else {}
    others |= {GROUP: ("Liknande kommuner", "i liknande kommuner")} if report.group else {}
    others = {name: words for name, words in others.items() if name in set(rows["other"])}  # a cell may choose them
    tables = [_comparison_table(report.name, others, shown, len(report.similar), report.geography.municipalities)]
    tables = (tables if shown else []) + ([_class_table(ranked)] if ranked else [])
    intro = (RANKS_MOVE,) if ranked else () if shown else ("Inget mått på sidan har ett värde att jämföra med.",)
    notes = [DECIDED] if shown else []
    notes += [ESTIMATED] if (rows["basis"] == Basis.ESTIMATE).any() else []
    if report.group and GROUP in others:
        names = listed([report.geography.name(code) for code in report.similar])
        notes.append(f"Liknande kommuner: {report.group.title} ({names}). Värdet är medelvärdet av dem som har ett.")
    counted = [catalog.indicators[indicator].label for indicator in uses if catalog.unit_of(indicator).counted]
    if counted:
        notes.append(f"Antal jämförs inte mellan platser av olika storlek: {listed(counted)}.")
    part = Part(COMPARISON_ANCHOR, COMPARISON_TITLE, texts=intro, tables=tuple(tables), notes=tuple(notes))
    return part_component(part)


def _comparison_table(
    place: str, others: dict[str, tuple[str, str]], rows: list[_Row], members: int, municipalities: int
) -> DataTable:
    """One row an indicator; `others`: whom the columns are about -> heading, and the words for "than whom"."""
    headers = ("Mått", place, *(heading for heading, _ in others.values()), "Plats bland kommunerna")
    return DataTable(
        caption=f"{place} jämfört med andra: senaste värdet av varje mått, och de andras värde samma år.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(
            (
                _name(row),
                Cell(
                    decimal(row.own["value"], row.measure.decimals),
                    (MARKED[row.own["status"]],) if row.own["status"] in MARKED else (),
                ),
                *(_other(row, other, than, members) for other, (_, than) in others.items()),
                _rank(row, municipalities),
            )
            for row in rows
        ),
    )


def _name(row: _Row) -> Cell:
    """The indicator with unit and period."""
    notes = [f"{row.measure.unit.text}, {period_text(row.measure.indicator, int(row.own['year']))}"]
    notes += ["Närliggande mått"] if any(use.related for use in row.uses) else []
    return Cell(row.measure.indicator.title, tuple(notes), f"#{use_anchor(row.uses[0])}")


def _other(row: _Row, other: str, than: str, members: int) -> Cell | str:
    """The other's value and how the place differs from it; `members`: how many the comparison group has."""
    if other not in row.differences.index:
        return NO_VALUE
    pair = row.differences.loc[other]
    difference, known = difference_text(pair, row.measure, than)
    notes = [f"Skillnad {difference}", known]
    if pair["year"] != row.own["year"]:
        notes.insert(0, f"{row.measure.period(pair['year'])}, mot {row.measure.number(pair['value'])}")
    notes += [f"medel av {pair['n']} av {members}"] if other == GROUP else []
    return Cell(decimal(pair["other_value"], row.measure.decimals), tuple(notes))


def _rank(row: _Row, municipalities: int) -> Cell | str:
    """Rank, class and plausible range, with the value where that is of an earlier year; or why there is none."""
    placing = row.ranking.placing
    if placing is None:
        return no_rank_text(row.ranking.reason)
    notes = [plausible_text(*placing.plausible)] if placing.plausible else []
    if placing.year != row.own["year"]:
        notes.insert(0, f"med värdet {row.measure.number(placing.value)}")
    text = placing_text(placing, row.measure.indicator, municipalities).capitalize()
    return Cell(text, tuple(notes), quartile=placing.quartile, chip=QUARTILES[placing.quartile])


def _class_table(ranked: list[tuple[_Row, int]]) -> DataTable:
    """The legend: the values of each class, from its first place to its last, in the year of the ranks."""
    body = []
    for row, year in ranked:
        entry, spans = row.measure.indicator, class_spans(row.ranking.cuts, row.measure)
        cells = [Cell("", quartile=q, chip=spans[q]) if q in spans else EMPTY_CLASS for q in QUARTILES]
        body.append((Cell(entry.title, (f"{row.measure.unit.text}, {period_text(entry, year)}",)), *cells))
    return DataTable(
        caption=f"Klassernas gränser, från bäst till sämst placerade kommun i klassen. {CLASSES_ARE_OURS}",
        columns=tuple(Column(header) for header in ("Mått", *QUARTILES.values())),
        rows=tuple(body),
    )


# The chapter on women and men: every gap that is published, what it has done, and what is not published by sex.

SEXES_ANCHOR, SEXES_TITLE = "kvinnor-och-man", "Kvinnor och män"


def women_and_men(report: Report, gaps: dict[str, Gap]) -> Component:
    """The gaps between women and men in the municipality, then the indicators that are not published so.

    `gaps` as `rules.comparing.place_gaps` gives them: indicator -> gap.
    """
    catalog = report.catalog
    nothing = "Inget av rapportens mått har värden för både kvinnor och män i underlaget."
    titles = (NOT_BY_SEX, NOT_AT_HAND.format(place=report.name))
    lacking = zip(titles, without_gap(report.data, catalog, gaps), strict=True)
    return part_component(
        Part(
            SEXES_ANCHOR,
            SEXES_TITLE,
            texts=(NO_ARROW_FOR_EQUALITY, GAPS if gaps else nothing),
            tables=(_gap_table(catalog, gaps, in_place(report.name)),) if gaps else (),
            listings=tuple(
                Listing(title, tuple(catalog.indicators[indicator].title for indicator in indicators))
                for title, indicators in lacking
                if indicators
            ),
            notes=(DECIDED, ESTIMATED) if gaps else (),
        )
    )


def _gap_table(catalog: Catalog, gaps: dict[str, Gap], where: str) -> DataTable:
    return DataTable(
        caption=f"Kvinnor och män {where}: senaste värdena, skillnaden och hur den har ändrats.",
        columns=tuple(Column(header) for header in ("Mått", "Kvinnor", "Män", "Kvinnor minus män", "Gapet över tid")),
        rows=tuple(_gap_row(measure_of(catalog, indicator), gap) for indicator, gap in gaps.items()),
    )


def _gap_row(measure: Measure, gap: Gap) -> tuple[Cell | str, ...]:
    entry, latest = measure.indicator, gap.latest
    difference, known = difference_text(latest, measure, "bland män")
    moved, why = gap_text(gap.kind, gap.movement)
    return (
        Cell(entry.title, (f"{measure.unit.text}, {period_text(entry, int(latest['year']))}",)),
        *(decimal(latest[side], measure.decimals) for side in ("value", "other_value")),
        Cell(difference, (known,)),
        Cell(moved, (why,)),
    )
