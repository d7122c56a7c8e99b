"""What an edition says as a whole: what matters most, and the two years ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import pandas as pd

from helpers.report import Report
from helpers.rows import chart_rows, measure_of, measures_of, remake
from lagesbild.catalog.models import Catalog
from lagesbild.charts import KINDS, fan
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame, breaks_of
from lagesbild.html.components import (
    Column,
    DataTable,
    FigureBlock,
    Highlight,
    Listing,
    Part,
    Passage,
    Provenance,
)
from lagesbild.html.marks import COMPUTED, JUDGED, priority_anchor, use_anchor
from lagesbild.html.render import (
    Component,
    figure_component,
    part_component,
    passage_component,
    rendered,
)
from lagesbild.html.tables import DOWNLOAD, values_of
from lagesbild.rules.highlights import FarRank, IndicatorLine, Moved, StatusChange, TargetCrossing
from lagesbild.rules.uses import Use, indicator_uses
from lagesbild.sources.files import document_sources
from lagesbild.statistics.outlook import NoOutlook, Outlook, tried_and_drawn
from lagesbild.swedish.alternatives import alternative_text
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import decimal, in_place, listed, origins, source_line
from lagesbild.swedish.verdicts import (
    HOW,
    METHOD,
    NO_OUTLOOK,
    NOTE,
    NOTHING,
    TITLE,
    gap_line,
    moved_line,
    rank_line,
    status_line,
    target_line,
    tried_text,
)
from lagesbild.tidy.schema import yearly_totals

# *Det viktigaste*: the lines that `lagesbild.rules.highlights` chooses, each linked to where it stands in full.

HIGHLIGHTS_ANCHOR = "viktigast"


def highlights(report: Report, lines: Sequence[StatusChange | IndicatorLine]) -> Component:
    """The lines of `rules.highlights.chosen` as they stand on the overview."""
    uses = indicator_uses(report.catalog, report.latest)
    shown = [
        _status_line(report.catalog, line, report.page, report.year)
        if isinstance(line, StatusChange)
        else _indicator_line(
            line,
            measure_of(report.catalog, line.indicator),
            _main_use(uses[line.indicator]),
            report.page,
            report.geography.municipalities,
        )
        for line in lines
    ]
    shown = [replace(line, name=report.worded(line.name)) for line in shown]
    html = rendered("highlights.html", heading=TITLE, anchor=HIGHLIGHTS_ANCHOR, lines=shown, nothing=NOTHING, note=NOTE)
    return passage_component(
        Passage(html, anchor=HIGHLIGHTS_ANCHOR, title=TITLE), lines=[asdict(line) for line in shown]
    )


def _status_line(catalog: Catalog, line: StatusChange, here: str, year: int) -> Highlight:
    """What people changed, linked to the area's page, the priority's section or the table of goals."""
    if line.kind == "goals":
        goal = catalog.goals[line.judged]
        name, link = f"{goal.label}. {goal.title}", "#inriktningsmal"
    elif line.kind == "areas":
        area = catalog.focus_areas[line.judged]
        name, link = f"Fokusområde {line.judged}. {area.title}", _page_link(area.page, here)
    else:
        priority = catalog.priorities[line.judged]
        page = _page_link(catalog.focus_areas[priority.area].page, here)
        name, link = f"{line.judged} {priority.title}", f"{page}#{priority_anchor(line.judged)}"
    return Highlight(name, status_line(line.before, line.now, year), link, JUDGED, "status")


def _indicator_line(line: IndicatorLine, measure: Measure, use: Use, here: str, municipalities: int) -> Highlight:
    """A computed line about an indicator, linked to `use` from the page `here`."""
    if isinstance(line, TargetCrossing):
        text, rule = target_line(measure, line.target, line.value, line.year, line.met), "target"
    elif isinstance(line, Moved):
        text, rule = moved_line(line.movement, measure, line.ends), "movement"
    elif isinstance(line, FarRank):
        text, rule = rank_line(measure, line.placing, municipalities), "rank"
    else:
        text, rule = gap_line(measure, line.gap), "gap"
    name = f"{measure.indicator.label} (närliggande mått)" if use.related else measure.indicator.label
    return Highlight(name, text, f"{_page_link(use.page, here)}#{use_anchor(use)}", COMPUTED, rule)


def _main_use(uses: list[Use]) -> Use:
    """The first figure that draws an indicator; the priority that it supports, where the figure is another's."""
    supported = [use for use in uses if use.priority]
    return supported[0] if uses[0].related and supported else uses[0]


def _page_link(page: str, here: str) -> str:
    """The file of a page as a link from this one; empty for this page itself."""
    return "" if page == here else f"{page}.html"


# The chapter that looks ahead, or says how many series were tried and why none is drawn.

OUTLOOK_ANCHOR, OUTLOOK_TITLE = "utblick", "Utblick"
FIGURE = "utblick-figur"
NO_FIELD = "–"
ENDS = {"low80": "lägst 80 %", "high80": "högst 80 %", "low95": "lägst 95 %", "high95": "högst 95 %"}


def outlooks(report: Report, tried: Mapping[str, Outlook]) -> Component:
    """Which series were tried and why the others were not, and a fan for each that passed.

    `tried` as `rules.directions.place_outlooks` gives them: indicator -> outlook.
    """
    by_reason: dict[NoOutlook, list[str]] = {}
    for indicator, outlook in tried.items():
        by_reason.setdefault(outlook.reason, []).append(report.catalog.indicators[indicator].title)
    listings = tuple(Listing(NO_OUTLOOK[r], tuple(by_reason[r])) for r in NO_OUTLOOK if r in by_reason)
    paragraphs = (HOW, tried_text(*tried_and_drawn(tried), len(tried)))
    chapter = part_component(Part(OUTLOOK_ANCHOR, OUTLOOK_TITLE, texts=paragraphs, listings=listings))
    points = yearly_totals(report.data[report.data["place"] == report.place], report.catalog)
    drawn = [_fan_rows(points[points["indicator"] == indicator], tried[indicator]) for indicator in tried]
    drawn = [part for part in drawn if len(part)]
    if not drawn:
        return chapter
    rows = chart_rows(pd.concat(drawn, ignore_index=True), report.catalog, report.geography, report.role)
    indicators = list(dict.fromkeys(rows["indicator"]))
    entries = [report.catalog.indicators[indicator] for indicator in indicators]
    published = rows[rows["low95"].isna()]
    measures = measures_of(report.catalog, rows)
    alternative = alternative_text(KINDS[fan], measures, rows)
    frame = Frame(breaks=breaks_of(measures, rows))
    block = FigureBlock(
        number="Utblick",
        anchor=FIGURE,
        title="Två år framåt, om serien går som hittills",
        state="derived",
        state_text="Beräknat",
        subtitle=f"{listed([entry.title for entry in entries])}, {report.name}.",
        provenance=Provenance(
            source_line(origins(published, report.catalog, document_sources(report.paths))),
            " ".join(entry.definition for entry in entries),
            METHOD,
            remake("overview", report.place, report.year, report.vintage, indicators),
        ),
        alternative=alternative,
        svg=svg_of(fan(rows, frame), prefix=FIGURE, alt=alternative),
        table=_outlook_table(rows, in_place(report.name)),
        values=values_of(rows, DOWNLOAD | ENDS),
        download_name="utblick.csv",
    )
    figure = figure_component(block)
    return Component(chapter.html + figure.html, figure.record)


def _fan_rows(points: pd.DataFrame, outlook: Outlook) -> pd.DataFrame:
    """The published years that were used, and the years ahead with their ends; none without an outlook."""
    if outlook.path is None:
        return points.iloc[:0]
    past = points[points["year"] < outlook.path["year"].min()].sort_values("year").tail(outlook.years)
    same = {name: past[name].iloc[-1] for name in ("indicator", "place", "month", "sex", "group", "vintage")}
    ahead = outlook.path.assign(**same, status="", margin=float("nan"), count=float("nan"))
    return pd.concat([past, ahead], ignore_index=True)


def _outlook_table(rows: pd.DataFrame, where: str) -> DataTable:
    """Every value of the chart: published, then expected with the ends of its fields."""
    body = []
    for row in rows.itertuples():
        ends = [(row.low80, row.high80), (row.low95, row.high95)]
        spans = [
            NO_FIELD if pd.isna(low) else f"{decimal(low, row.decimals)} till {decimal(high, row.decimals)}"
            for low, high in ends
        ]
        kind = "publicerat" if spans[0] == NO_FIELD else "väntat"
        body.append((f"{row.label} {row.year}", kind, decimal(row.value, row.decimals), *spans))
    headers = ("Mått och år", "Slag", "Värde", "80 av 100 utfall", "95 av 100 utfall")
    return DataTable(
        caption=f"Publicerade och väntade värden {where}, om serierna går som hittills.",
        columns=tuple(Column(header, numeric=header not in headers[:2]) for header in headers),
        rows=tuple(body),
        symbols=((NO_FIELD, "publicerat värde utan fält"),),
    )
