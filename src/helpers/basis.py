"""What a report rests on: figures at hand, revisions, sources, and every trend."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from helpers.figures import use_anchor
from helpers.sections import passage
from helpers.setting import Setting
from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Cell, Chapter, Column, DataTable, Listing, Passage, Section, SourceRow
from lagesbild.html.render import Component, chapter_component, passage_component, rendered, table_component
from lagesbild.places import COUNTRY, ComparisonGroup
from lagesbild.rules.directions import judged_series
from lagesbild.rules.editions import Use, drawn_indicators, figure_state, indicator_pages
from lagesbild.statistics.trends import Trend
from lagesbild.swedish.numbers import SEX, STATE_TEXT, decimal, in_place, listed, period_text
from lagesbild.swedish.verdicts import basis_text, p_text, tested_text, verdict_sign, weakness_text

# What a page rests on: last year at hand for every figure, revised values, sources and definitions.


def at_hand(setting: Setting) -> Component:
    """For every figure: how near the measure comes, the last year at hand, who publishes newer and how to fetch it."""
    headers = ("Figur", "Rubrik", "Mått", "Senaste år här", "Utgivare", "Så läggs nyare uppgifter till")
    section = Section(anchor="underlaget", title="Underlaget")
    table = DataTable(
        caption=f"Underlaget för varje figur {in_place(setting.place)}: senaste år, utgivare och hur nyare uppgifter "
        "hämtas. Inga uppgifter avser delar av kommunen.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(
            _at_hand_row(setting.catalog, number, setting.latest, setting.focus) for number in setting.catalog.figures
        ),
    )
    html = rendered("section.html", section=section) + rendered("table.html", table=table, anchor="underlag")
    return passage_component(Passage(html, anchor=section.anchor, title=section.title))


def _at_hand_row(catalog: Catalog, number: str, latest: Mapping[str, int], code: str) -> tuple[str, ...]:
    entry = catalog.figures[number]
    drawn = drawn_indicators(entry, latest)
    last = max((latest[indicator] for indicator in drawn), default=None)
    period = "saknas" if last is None else period_text(catalog.indicators[drawn[0]], last)
    state = STATE_TEXT[figure_state(catalog, entry, latest)]
    return (f"Figur {number}", entry.title, state, period, entry.publisher, entry.how_to_add.replace("{code}", code))


def revised_values(setting: Setting) -> Component:
    """Values of the place, its comparison group and the country that a later fetch changed: old and new."""
    rows = setting.revised[setting.revised["place"].isin([setting.focus, COUNTRY, *setting.members])]
    title = "Reviderade värden"
    if rows.empty:
        text = f"Utgivarna har inte ändrat några värden som visas här sedan de först hämtades ({setting.vintage})."
        return passage_component(Passage(rendered("missing.html", title=title, text=text, remedy=""), title=title))
    headers = ("Mått", "Plats", "År", "Kön", "Tidigare", "Nu", "Hämtat")
    table = DataTable(
        caption=f"{title}: det senast hämtade värdet visas i rapporten.",
        columns=tuple(Column(header, numeric=header in ("Tidigare", "Nu")) for header in headers),
        rows=tuple(_revised_row(row, setting.catalog, setting.places.name(row.place)) for row in rows.itertuples()),
    )
    return table_component(table, "andrade")


def _revised_row(row: Any, catalog: Catalog, place: str) -> tuple[str, ...]:
    decimals = catalog.decimals_of(row.indicator)
    old, new = ("saknas" if pd.isna(value) else decimal(value, decimals) for value in (row.old, row.new))
    return (catalog.indicators[row.indicator].label, place, str(row.year), SEX[row.sex], old, new, row.vintage)


def sources(setting: Setting) -> Component:
    """Publisher, definition, terms and last year of every indicator on the page."""
    rows = tuple(
        _source_row(setting.catalog, indicator, uses, setting.latest.get(indicator), setting.place)
        for indicator, uses in setting.uses.items()
    )
    group = _group_text(setting.group, setting.places.names, setting.place)
    intro = f"Jämförelsegrupp: {group} Underlaget hämtades {setting.vintage}."
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


# The chapter that lists every trend of the report: verdict, period, p alone and among all, or why there is none.

TRENDS_ANCHOR, TRENDS_TITLE = "trender", "Alla trender"


def trends(setting: Setting) -> Component:
    """Every indicator of figures and priorities: those that are judged, those that cannot be, those without a value."""
    pages, known = indicator_pages(setting.catalog), setting.trends
    series = judged_series(setting.table, setting.catalog, setting.focus, setting.year).set_index("indicator")
    names = {indicator: _named(setting.catalog, indicator, pages[indicator]) for indicator in pages}
    judged = tuple(
        (names[indicator], *_judged_cells(known[indicator], *series.loc[indicator, ["p", "p_adjusted"]]))
        for indicator in pages
        if indicator in known and known[indicator].judged
    )
    refused = tuple(
        (names[indicator], basis_text(known[indicator]))
        for indicator in pages
        if indicator in known and not known[indicator].judged
    )
    lacking = tuple(names[indicator].text for indicator in pages if indicator not in known)
    where = in_place(setting.place)
    judged_table = DataTable(
        caption=f"Mått vars trend {where} kan bedömas, för utgåvan {setting.year}.",
        columns=tuple(Column(header) for header in ("Mått", "Trend", "Period och test", "p", "Justerat p")),
        rows=judged,
    )
    refused_table = DataTable(
        caption=f"Mått vars trend {where} inte kan bedömas, och varför.",
        columns=(Column("Mått"), Column("Varför inte")),
        rows=refused,
    )
    return chapter_component(
        Chapter(
            TRENDS_ANCHOR,
            TRENDS_TITLE,
            (tested_text(len(judged), len(pages)),),
            tables=(judged_table,) if judged else (),
            folded=((f"Kan inte bedömas, med skäl ({len(refused)} mått)", refused_table),) if refused else (),
            listings=(Listing(f"Inget värde {where} i underlaget", lacking),) if lacking else (),
        )
    )


def _named(catalog: Catalog, indicator: str, pages: Iterable[str]) -> Cell:
    """The indicator's title, and the pages that it stands on."""
    return Cell(catalog.indicators[indicator].title, (", ".join(catalog.pages[page].nav for page in pages),))


def _judged_cells(trend: Trend, p: float, p_adjusted: float) -> tuple[str | Cell, ...]:
    weak = weakness_text(trend)
    verdict = Cell(verdict_sign(trend).words, (weak,) if weak else ())
    return verdict, basis_text(trend), p_text(p), p_text(p_adjusted)
