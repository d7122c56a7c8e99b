"""Rows that are compared: the last year, everybody; the page's measures among all municipalities, women beside men."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from helpers.report import Report
from helpers.rows import measure_of
from lagesbild.catalog.models import Catalog
from lagesbild.charts.strips import strip_svg
from lagesbild.html.components import Cell, Column, DataTable, Listing, Part, Passage, StripRow
from lagesbild.html.marks import use_anchor
from lagesbild.html.render import Component, part_component, passage_component, rendered
from lagesbild.places import COUNTRY
from lagesbild.rules.comparing import Gap, Placing, sure_gaps
from lagesbild.statistics.combined import GapMovement
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.intervals import usable
from lagesbild.swedish.findings import Measure, difference_text, plausible_text
from lagesbild.swedish.numbers import decimal, in_place, listed, period_text
from lagesbild.swedish.verdicts import NO_SURE_GAP, NOT_AT_HAND, NOT_BY_SEX, gap_text, largest_gap_text
from lagesbild.tidy.rows import Rows

# Which rows a figure compares.


def latest_year(rows: pd.DataFrame, place: str, years: int = 1) -> pd.DataFrame:
    """The rows of each indicator's last year in which `place` has a value, or of so many `years`; those of other places
    may be empty.

    An indicator that has no value for the place is left out.
    """
    own = rows[(rows["place"] == place) & rows["value"].notna()][["indicator", "year"]].drop_duplicates()
    latest = own.sort_values("year").groupby("indicator").tail(years)
    return rows[pd.MultiIndex.from_frame(rows[["indicator", "year"]]).isin(pd.MultiIndex.from_frame(latest))]


def everybody(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of both sexes together; of an indicator that has none with a value, those of women and men."""
    known = rows.loc[(rows["sex"] == "T") & rows["value"].notna(), "indicator"].unique()
    return rows[(rows["sex"] == "T") | ~rows["indicator"].isin(known)]


# The chapter that compares: a row a measure with all municipalities as dots, and value, riket and rank of one year.

COMPARISON_ANCHOR, COMPARISON_TITLE = "jamforelse", "Jämförelse"
FEWEST_DRAWN = 40  # municipalities: a strip of fewer says little of the country


def comparison(report: Report, rows: pd.DataFrame) -> Component:
    """Each indicator of `rows` among all municipalities, in the year of its rank, else in the place's last year.

    `rows` are rows of `report.data` for every place, of both sexes together; those of no value for the place are left
    out. An indicator that nobody can be compared with stands there without a drawing.
    """
    rows = rows[usable(rows) & (rows["sex"] == "T") & (rows["group"] == "")]
    shown, among_all = [], Rows(rows)
    for indicator in report.compared:
        own = among_all.of(indicator, report.place)
        if len(own):
            placing = report.ranking(indicator).placing
            year = placing.year if placing else int(own["year"].max())
            everybody = among_all.of(indicator)
            values = everybody[everybody["year"] == year].set_index("place")["value"]
            known = values[[report.geography.kinds[code] == "K" for code in values.index]]
            country = values.get(COUNTRY)
            enough = len(known) >= FEWEST_DRAWN
            better = report.catalog.indicators[indicator].better
            strip = strip_svg(known, report.place, report.similar, country, better) if enough else ""
            among = len(known) if enough and len(known) < report.geography.municipalities else 0
            measure, link = measure_of(report.catalog, indicator), f"#{use_anchor(report.uses[indicator][0])}"
            shown.append(_strip_row(measure, year, values[report.place], country, placing, among, strip, link))
    if not shown:
        return passage_component(Passage(""))
    html = rendered(
        "strips.html", anchor=COMPARISON_ANCHOR, heading=COMPARISON_TITLE, place=report.name, rows=shown,
        similar=listed([report.geography.name(code) for code in report.similar]),
        ends=any(report.catalog.indicators[indicator].better == "neither" for indicator in report.compared),
    )  # fmt: skip
    return passage_component(Passage(html, COMPARISON_ANCHOR, COMPARISON_TITLE), rows=[asdict(row) for row in shown])


def _strip_row(
    measure: Measure,
    year: int,
    value: float,
    country: float | None,
    placing: Placing | None,
    among: int,
    strip: str,
    link: str,
) -> StripRow:
    """The row of one indicator; `among` says how many municipalities are drawn, 0 for all of them."""
    entry = measure.indicator
    notes = [measure.unit.text, measure.period(year)]
    notes += [f"{among} kommuner"] if among else []
    notes += ["högst till höger"] if strip and entry.better == "neither" else []
    return StripRow(
        name=entry.subject,
        about=", ".join(note for note in notes if note),
        value=measure.number(value),
        country="" if country is None else measure.number(country),
        rank=f"{placing.rank} av {placing.n}" if placing else "",
        plausible=plausible_text(*placing.plausible) if placing and placing.plausible else "",
        year=year,
        strip=strip,
        link=link,
    )


# The chapter on women and men: the gaps that are sure, largest first, and the others in a fold.

SEXES_ANCHOR, SEXES_TITLE = "kvinnor-och-man", "Kvinnor och män"


def women_and_men(
    report: Report, gaps: dict[str, Gap], lacking: tuple[Sequence[str], Sequence[str]] = ((), ())
) -> Component:
    """The gaps between women and men in the municipality: the sure ones, then the others in a fold; or nothing.

    `gaps` as `rules.comparing.place_gaps` gives them; `lacking`, as `without_gap` does, are listed in folds.
    """
    if not gaps:
        return passage_component(Passage(""))
    catalog, sure, where = report.catalog, sure_gaps(gaps, report.year), in_place(report.name)
    rest = {indicator: gap for indicator, gap in gaps.items() if indicator not in sure}
    first = next(iter(sure), "")
    table = _gap_table(catalog, sure, f"Säkra skillnader mellan kvinnor och män {where}, störst mot nivån först.")
    folded = _gap_table(catalog, rest, f"Övriga mått för kvinnor och män {where}, senaste värden.")
    listings = zip((NOT_BY_SEX, NOT_AT_HAND.format(place=report.name)), lacking, strict=True)
    return part_component(
        Part(
            SEXES_ANCHOR,
            SEXES_TITLE,
            texts=(largest_gap_text(measure_of(catalog, first), sure[first].latest) if sure else NO_SURE_GAP,),
            tables=(table,) if len(sure) > 1 else (),
            folded=((f"Skillnader som inte är säkra ({len(rest)})", folded),) if rest else (),
            listings=tuple(
                Listing(title, tuple(catalog.indicators[indicator].title for indicator in indicators))
                for title, indicators in listings
                if indicators
            ),
        )
    )


def _gap_table(catalog: Catalog, gaps: dict[str, Gap], caption: str) -> DataTable:
    """Both values and the difference; what is known of a gap that is not sure stands below it."""
    return DataTable(
        caption=caption,
        columns=(Column("Mått"), *(Column(header, numeric=True) for header in ("Kvinnor", "Män", "Skillnad"))),
        rows=tuple(_gap_row(measure_of(catalog, indicator), gap) for indicator, gap in gaps.items()),
    )


def _gap_row(measure: Measure, gap: Gap) -> tuple[Cell | str, ...]:
    entry, latest = measure.indicator, gap.latest
    difference, known = difference_text(latest, measure, "bland män")
    notes = [f"{measure.unit.text}, {period_text(entry, int(latest['year']))}"]
    if latest["verdict"] not in (Compared.LOWER, Compared.HIGHER):
        notes.append(known)
    if gap.kind not in (GapMovement.NO_MOVEMENT, GapMovement.NOT_JUDGED):
        notes.append(gap_text(gap.kind, gap.movement)[0])
    return (
        Cell(entry.subject, tuple(notes)),
        *(decimal(latest[side], measure.decimals) for side in ("value", "other_value")),
        difference.partition(" ")[0],
    )
