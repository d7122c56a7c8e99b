"""What a report rests on: figures at hand, revisions, sources, and every direction."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from helpers.report import Report
from helpers.sections import passage
from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Cell, Column, DataTable, Listing, Part, Passage, SourceRow
from lagesbild.html.marks import use_anchor
from lagesbild.html.render import Component, part_component, passage_component, rendered
from lagesbild.places import COUNTRY, ComparisonGroup
from lagesbild.rules.uses import Use, drawn_indicators, figure_state, indicator_pages
from lagesbild.statistics.direction import Movement, movement
from lagesbild.swedish.numbers import SEX, STATE_TEXT, decimal, in_place, listed, period_text
from lagesbild.swedish.verdicts import basis_text, movement_sign, p_text, tested_text, weakness_text

# What a page rests on: last year at hand for every figure, revised values, sources and definitions.


def at_hand(report: Report) -> Component:
    """For every figure: how near the measure comes, the last year at hand, who publishes newer and how to fetch it."""
    headers = ("Figur", "Rubrik", "Mått", "Senaste år här", "Utgivare", "Så läggs nyare uppgifter till")
    table = DataTable(
        caption=f"Underlaget för varje figur {in_place(report.name)}: senaste år, utgivare och hur nyare uppgifter "
        "hämtas. Inga uppgifter avser delar av kommunen.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(
            _at_hand_row(report.catalog, number, report.latest, report.place) for number in report.catalog.figures
        ),
    )
    return part_component(Part("underlaget", "Underlaget", tables=(table,)))


def _at_hand_row(catalog: Catalog, number: str, latest: Mapping[str, int], code: str) -> tuple[str, ...]:
    entry = catalog.figures[number]
    drawn = drawn_indicators(entry, latest)
    last = max((latest[indicator] for indicator in drawn), default=None)
    period = "saknas" if last is None else period_text(catalog.indicators[drawn[0]], last)
    state = STATE_TEXT[figure_state(catalog, entry, latest)]
    return (f"Figur {number}", entry.title, state, period, entry.publisher, entry.how_to_add.replace("{code}", code))


def revised_values(report: Report) -> Component:
    """Values of the place, its comparison group and the country that a later fetch changed: old and new."""
    rows = report.revised[report.revised["place"].isin([report.place, COUNTRY, *report.similar])]
    title = "Reviderade värden"
    if rows.empty:
        text = f"Utgivarna har inte ändrat några värden som visas här sedan de först hämtades ({report.vintage})."
        return passage_component(Passage(rendered("missing.html", title=title, text=text, remedy=""), title=title))
    headers = ("Mått", "Plats", "År", "Kön", "Tidigare", "Nu", "Hämtat")
    table = DataTable(
        caption=f"{title}: det senast hämtade värdet visas i rapporten.",
        columns=tuple(Column(header, numeric=header in ("Tidigare", "Nu")) for header in headers),
        rows=tuple(_revised_row(row, report.catalog, report.geography.name(row.place)) for row in rows.itertuples()),
    )
    return part_component(Part("andrade", tables=(table,)))


def _revised_row(row: Any, catalog: Catalog, place: str) -> tuple[str, ...]:
    decimals = catalog.decimals_of(row.indicator)
    old, new = ("saknas" if pd.isna(value) else decimal(value, decimals) for value in (row.old, row.new))
    return (catalog.indicators[row.indicator].label, place, str(row.year), SEX[row.sex], old, new, row.vintage)


def sources(report: Report) -> Component:
    """Publisher, definition, terms and last year of every indicator on the page."""
    rows = tuple(
        _source_row(report.catalog, indicator, uses, report.latest.get(indicator), report.name)
        for indicator, uses in report.uses.items()
    )
    group = _group_text(report.group, report.geography.names, report.name)
    intro = f"Jämförelsegrupp: {group} Underlaget hämtades {report.vintage}."
    title = "Källor och underlag"
    return passage("sources.html", "kallor", title, heading=title, anchor="kallor", rows=rows, intro=intro)


def _group_text(group: ComparisonGroup | None, names: Mapping[str, str], place: str) -> str:
    if group is None:
        return f"ingen officiell grupp finns i underlaget för {place}."
    return f"{group.title} ({listed([names[code] for code in group.members])})."


def _source_row(catalog: Catalog, indicator: str, uses: list[Use], last: int | None, place: str) -> SourceRow:
    entry = catalog.indicators[indicator]
    publisher = catalog.publishers[entry.publisher]
    return SourceRow(
        name=entry.title,
        anchor=f"kalla-{indicator.replace('_', '-')}",
        publisher=publisher.name,
        licence=publisher.licence,
        citation=publisher.cite,
        definition=entry.definition,
        last_year=period_text(entry, last) if last else f"inget värde för {place}",
        newer=entry.kolada.id + " hos Kolada: kör 'lagesbild fetch'" if entry.kolada else "",
        used_in=tuple((_use_text(use), f"#{use_anchor(use)}") for use in uses),
    )


def _use_text(use: Use) -> str:
    return f"Figur {use.figure}" if use.figure else f"Prioritering {use.priority}"


# The chapter that lists every direction of the report: verdict, period, p alone and among all, or why there is none.

DIRECTIONS_ANCHOR, DIRECTIONS_TITLE = "riktningar", "Alla riktningar"


def directions(report: Report, rows: pd.DataFrame) -> Component:
    """Every indicator of figures and priorities: those that are judged, those that cannot be, those without a value.

    `rows` are rows of `report.directions`, one an indicator.
    """
    pages = indicator_pages(report.catalog)
    known = {row["indicator"]: movement(row) for row in rows.to_dict("records") if row["indicator"] in pages}
    names = {indicator: _named(report.catalog, indicator, pages[indicator]) for indicator in pages}
    judged = tuple(
        (names[indicator], *_judged_cells(known[indicator]))
        for indicator in pages
        if indicator in known and known[indicator].judged
    )
    refused = tuple(
        (names[indicator], basis_text(known[indicator]))
        for indicator in pages
        if indicator in known and not known[indicator].judged
    )
    lacking = tuple(names[indicator].text for indicator in pages if indicator not in known)
    where = in_place(report.name)
    judged_table = DataTable(
        caption=f"Mått vars riktning {where} kan bedömas, för utgåvan {report.year}.",
        columns=tuple(Column(header) for header in ("Mått", "Riktning", "Period och jämförelse", "p", "Justerat p")),
        rows=judged,
    )
    refused_table = DataTable(
        caption=f"Mått vars riktning {where} inte kan bedömas, och varför.",
        columns=(Column("Mått"), Column("Varför inte")),
        rows=refused,
    )
    return part_component(
        Part(
            DIRECTIONS_ANCHOR,
            DIRECTIONS_TITLE,
            texts=(tested_text(len(judged), len(known)),),
            tables=(judged_table,) if judged else (),
            folded=((f"Kan inte bedömas, med skäl ({len(refused)} mått)", refused_table),) if refused else (),
            listings=(Listing(f"Inget värde {where} i underlaget", lacking),) if lacking else (),
        )
    )


def _named(catalog: Catalog, indicator: str, pages: Iterable[str]) -> Cell:
    """The indicator's title, and the pages that it stands on."""
    return Cell(catalog.indicators[indicator].title, (", ".join(catalog.pages[page].nav for page in pages),))


def _judged_cells(moved: Movement) -> tuple[str | Cell, ...]:
    weak = weakness_text(moved)
    verdict = Cell(movement_sign(moved).words, (weak,) if weak else ())
    return verdict, basis_text(moved), p_text(moved.p), p_text(moved.p_adjusted)
