"""The page *Underlaget*, for whoever keeps the figures: what is at hand, what is missing, how it is made again.

Commands and paths stand here and on *Metod* only, as do p-values.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.html.components import Cell, Column, DataTable
from lagesbild.html.marks import page_link, source_anchor
from lagesbild.html.render import rendered
from lagesbild.places import COUNTRY, Places
from lagesbild.rules.directions import movements
from lagesbild.rules.judgements import Judgements
from lagesbild.rules.uses import drawn_indicators, figure_state, indicator_pages, indicator_uses
from lagesbild.statistics.direction import Movement
from lagesbild.swedish.numbers import SEX, STATE_TEXT, decimal, listed, period_text
from lagesbild.swedish.verdicts import basis_text, movement_sign, p_text, tested_text, weakness_text
from lagesbild.tidy.schema import latest_years

FILE = "underlaget.html"
REGIONAL = "regional_support"
WRITTEN = ("R8", "R9", "R10", "R11")  # parts that a region's group writes, and nobody publishes figures of


@dataclass(frozen=True)
class AtHand:
    """What is at hand of one figure, or of one part of the regional page."""

    anchor: str
    name: str
    link: str
    state: str  # in words
    last: str
    publisher: str
    how: str
    again: str
    lacking: bool = False


@dataclass(frozen=True)
class Origin:
    """One indicator's source: whose it is, what it counts, and where newer values come from."""

    anchor: str
    name: str
    title: str  # official
    publisher: str
    publisher_anchor: str
    definition: str
    last: str
    newer: str
    uses: tuple[str, ...]


def basis_html(
    catalog: Catalog,
    places: Places,
    judged: Judgements,
    data: pd.DataFrame,
    revised: pd.DataFrame,
    written: Iterable[Assessment | RegionAssessment],
    *,
    municipality: str,
    year: int,
    region: str,
    own: bool,
    vintage: str,
) -> str:
    """The body of the page. `data`: current rows of whole years up to the edition's; `revised`: see `revisions`.

    `region` is the slug of the municipality's region, or empty; with `own` the report is the region's, and has its
    parts only. `written` are the assessments that the report has, `vintage` the day when the figures were fetched.
    """
    latest = latest_years(data, municipality)
    parameters = f"municipality='{municipality}' och year={year}"
    name = catalog.regions[region].name if own else places.name(municipality)
    figures = [] if own else [_figure(catalog, n, latest, municipality, parameters, vintage) for n in catalog.figures]
    assessments = list(written)
    material = any(isinstance(each, RegionAssessment) for each in assessments)
    told = [_part(catalog, n, data, region, parameters, vintage, material) for n in catalog.parts] if region else []
    parts = [replace(part, link=f"{page_link(REGIONAL, REGIONAL if own else 'overview')}{part.link}") for part in told]
    group = places.comparison_group(catalog, municipality)
    shown = [municipality, COUNTRY, *(group.members if group else ())]
    if own:
        shown = [*catalog.regions[region].members, COUNTRY]
    regional = {name for part in catalog.parts.values() for name in part.indicators}
    return rendered(
        "pages/basis.html",
        name=name,
        year=year,
        vintage=vintage,
        code=region if own else municipality,
        own=own,
        region=region,
        figures=figures,
        parts=parts,
        lacking=[entry for entry in (*figures, *parts) if entry.lacking],
        directions=None if own else _directions(catalog, judged, municipality, name),
        revised=_revised(catalog, places, revised, shown),
        remarks=[(each.basis.title, each.remarks) for each in assessments if each.remarks],
        gaps=[] if own else list(catalog.gaps.values()),
        told=any(isinstance(each, Assessment) for each in assessments),
        group="" if own or not group else f"{group.title}: {listed([places.name(code) for code in group.members])}",
        sources=_sources(catalog, {} if own else latest, regional if own else ()),
        publishers=[(_publisher_anchor(name), entry) for name, entry in catalog.publishers.items()],
    )


# Figures and parts.


def _figure(
    catalog: Catalog, number: str, latest: Mapping[str, int], code: str, parameters: str, vintage: str
) -> AtHand:
    entry = catalog.figures[number]
    drawn, state = drawn_indicators(entry, latest), figure_state(catalog, entry, latest)
    last = max((latest[indicator] for indicator in drawn), default=None)
    return AtHand(
        anchor=f"figur-{number}",
        name=f"Figur {number}. {entry.title}",
        link=f"{page_link(entry.page)}#figur-{number}",
        state=STATE_TEXT[state],
        last="" if last is None else period_text(catalog.indicators[drawn[0]], last),
        publisher=entry.publisher,
        how=entry.how_to_add.replace("{code}", code),
        again=_again(entry.page, parameters, drawn or entry.measure, vintage),
        lacking=state == "slot",
    )


def _part(
    catalog: Catalog, number: str, data: pd.DataFrame, region: str, parameters: str, vintage: str, material: bool
) -> AtHand:
    """A part of the regional page, linked by its anchor there, which a list that nobody has written has none of.

    It is lacking where nobody has written it, or no member has a value of any of its indicators.
    """
    entry, members = catalog.parts[number], catalog.regions[region].members
    known = data[data["indicator"].isin(entry.indicators) & data["place"].isin(members) & data["value"].notna()]
    file = f"data/assessments/regions/{region}/<år>.yml"
    tables = {table.id for name in entry.indicators if (table := catalog.indicators[name].table)}
    fetched = f'Kör "lagesbild fetch": {listed(sorted(tables))} hämtas från SCB, månad för månad. ' if tables else ""
    documents = "Värden ur ett dokument skrivs in i data/raw/documents/. " if entry.indicators else ""
    stands = material or (number not in WRITTEN and (number != "R7" or not known.empty))  # R7 has members with values
    return AtHand(
        anchor=number.lower(),
        name=f"{number}. {entry.title}",
        link=f"#{number.lower()}" if stands else "",
        state="",
        last="" if known.empty else str(int(known["year"].max())),
        publisher=entry.source,
        how=f"Skrivs in i {file}." if number in WRITTEN else f"{fetched}{documents}".strip(),
        again=_again(REGIONAL, f"{parameters}, region='{region}'", entry.indicators, vintage),
        lacking=not material if number in WRITTEN else bool(entry.indicators) and known.empty,
    )


def _again(page: str, parameters: str, indicators: Iterable[str], vintage: str) -> str:
    """How a figure is made again: notebook, parameters, indicators and snapshot."""
    named = f"; indikatorer {', '.join(indicators)}" if indicators else ""
    return f"notebooks/{page}.ipynb med {parameters}{named}; siffror hämtade {vintage}."


# Every direction: verdict, period, p alone and among all, or why there is none.


def _directions(catalog: Catalog, judged: Judgements, place: str, name: str) -> dict[str, object]:
    """Every measure of figures and priorities: those that are judged, those that cannot be, those without a value."""
    pages, moved = indicator_pages(catalog), movements(judged.directions, place)
    entries = {indicator: catalog.indicators[indicator] for indicator in pages}
    known = {indicator: moved[indicator] for indicator in pages if indicator in moved}
    judged_rows = tuple((entries[i].subject, *_judged_cells(m)) for i, m in known.items() if m.judged)
    refused = tuple((entries[i].subject, basis_text(m)) for i, m in known.items() if not m.judged)
    headers = ("Mått", "Riktning", "Period och jämförelse", "p", "Justerat p")
    return {
        "text": tested_text(len(judged_rows), len(known)),
        "judged": _words(f"Mått vars riktning bedöms, {name}.", headers, judged_rows),
        "refused": _words(f"Mått vars riktning inte bedöms, {name}, och varför.", ("Mått", "Varför inte"), refused),
        "lacking": [entries[i].subject for i in pages if i not in known],
    }


def _judged_cells(moved: Movement) -> tuple[str | Cell, ...]:
    weak = weakness_text(moved)
    verdict = Cell(movement_sign(moved).words, (weak,) if weak else ())
    return verdict, basis_text(moved), p_text(moved.p), p_text(moved.p_adjusted)


def _words(caption: str, headers: Iterable[str], rows: tuple[tuple[str | Cell, ...], ...]) -> DataTable | None:
    return DataTable(caption, tuple(Column(header) for header in headers), rows) if rows else None


# Values that a publisher has changed since they were first fetched.


def _revised(catalog: Catalog, places: Places, changed: pd.DataFrame, shown: Iterable[str]) -> DataTable | None:
    """Old and new value, of the place and those that it is compared with; None where nothing has changed."""
    changed = changed[changed["place"].isin(list(shown)) & changed["indicator"].isin(list(catalog.indicators))]
    headers = ("Mått", "Plats", "År", "Kön", "Tidigare", "Nu", "Hämtat")
    body = tuple(_revised_row(row, catalog, places.name(str(row.place))) for row in changed.itertuples())
    return _words("Reviderade värden: det senast hämtade värdet visas i rapporten.", headers, body)


def _revised_row(row: Any, catalog: Catalog, place: str) -> tuple[str, ...]:
    decimals = catalog.decimals_of(row.indicator)
    old, new = ("saknas" if pd.isna(value) else decimal(value, decimals) for value in (row.old, row.new))
    return (catalog.indicators[row.indicator].subject, place, str(row.year), SEX[row.sex], old, new, row.vintage)


# Sources and definitions.


def _sources(catalog: Catalog, latest: Mapping[str, int], only: Container[str] = ()) -> list[Origin]:
    """Every indicator of the catalogue, those of `only` where it names any: in the order of the pages, then others."""
    uses = indicator_uses(catalog, latest)
    parts = {name: [n for n, part in catalog.parts.items() if name in part.indicators] for name in catalog.indicators}
    order = [*indicator_pages(catalog), *(name for name in catalog.indicators if name not in indicator_pages(catalog))]
    used = {
        name: (
            *(f"Figur {use.figure}" if use.figure else f"Prioritering {use.priority}" for use in uses.get(name, [])),
            *parts[name],
        )
        for name in order
    }
    return [
        _source(catalog, name, catalog.indicators[name], latest.get(name), used[name])
        for name in order
        if not only or name in only
    ]


def _publisher_anchor(publisher: str) -> str:
    return f"utgivare-{publisher.replace('_', '-')}"


def _source(catalog: Catalog, name: str, entry: Indicator, last: int | None, uses: tuple[str, ...]) -> Origin:
    series = (
        f"{entry.kolada.id} hos Kolada" if entry.kolada else f"tabell {entry.table.id} hos SCB" if entry.table else ""
    )
    local = "kommunens egen fil, data/raw/local/" if entry.local else ""
    return Origin(
        anchor=source_anchor(name),
        name=entry.subject,
        title=entry.title,
        publisher=catalog.publishers[entry.publisher].name,
        publisher_anchor=_publisher_anchor(entry.publisher),
        definition=entry.definition,
        last=period_text(entry, last) if last else "",
        newer=f'{series}: kör "lagesbild fetch --only {name}"' if series else local,
        uses=uses,
    )
