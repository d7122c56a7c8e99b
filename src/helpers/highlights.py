"""What an edition says as a whole: what matters most, and the two years ahead."""

import pandas as pd

from helpers.evidence import COMPUTED, measure_of, origins
from helpers.figures import chart_rows, priority_anchor, use_anchor
from helpers.sections import JUDGED
from helpers.setting import Setting
from lagesbild.assessments import load_assessment
from lagesbild.charts import KINDS, fan
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame
from lagesbild.html.components import (
    Chapter,
    Column,
    DataTable,
    FigureBlock,
    Highlight,
    Listing,
    Passage,
    Provenance,
)
from lagesbild.html.render import (
    Component,
    chapter_component,
    download_text,
    figure_component,
    passage_component,
    rendered,
)
from lagesbild.rules.directions import place_outlooks, trend_points
from lagesbild.rules.editions import Use, indicator_uses
from lagesbild.rules.highlights import FarRank, IndicatorLine, Movement, StatusChange, TargetCrossing, chosen
from lagesbild.sources.files import document_sources
from lagesbild.statistics.outlook import NoOutlook, Outlook, tried_and_drawn
from lagesbild.swedish.findings import Measure, alternative_text
from lagesbild.swedish.numbers import decimal, in_place, listed, source_line
from lagesbild.swedish.verdicts import (
    HOW,
    METHOD,
    NO_OUTLOOK,
    NOTE,
    NOTHING,
    TITLE,
    gap_line,
    rank_line,
    status_line,
    target_line,
    trend_line,
    tried_text,
)

# *Det viktigaste*: the lines that `lagesbild.rules.highlights` chooses, each linked to where it stands in full.

HIGHLIGHTS_ANCHOR = "viktigast"


def highlights(setting: Setting) -> Component:
    """The lines as they stand on the overview."""
    lines = highlight_lines(setting)
    html = rendered("highlights.html", heading=TITLE, anchor=HIGHLIGHTS_ANCHOR, lines=lines, nothing=NOTHING, note=NOTE)
    return passage_component(Passage(html, anchor=HIGHLIGHTS_ANCHOR, title=TITLE))


def highlight_lines(setting: Setting) -> list[Highlight]:
    """The lines of the edition, in the order in which they stand."""
    uses = indicator_uses(setting.catalog, setting.latest)
    before = load_assessment(setting.paths, setting.focus, setting.year - 1, setting.catalog)
    lines = chosen(
        setting.table,
        setting.catalog,
        setting.focus,
        setting.year,
        (before, setting.assessment),
        {indicator: setting.ranking(indicator) for indicator in uses},
    )
    return [
        _status_line(setting, line)
        if isinstance(line, StatusChange)
        else _indicator_line(
            line,
            measure_of(setting.catalog, line.indicator),
            _main_use(uses[line.indicator]),
            setting.page,
            setting.municipalities,
        )
        for line in lines
    ]


def _status_line(setting: Setting, line: StatusChange) -> Highlight:
    """What people changed, linked to the area's page, the priority's section or the table of goals."""
    catalog = setting.catalog
    if line.kind == "goals":
        goal = catalog.goals[line.judged]
        name, link = f"{goal.label}. {goal.title}", "#inriktningsmal"
    elif line.kind == "areas":
        area = catalog.focus_areas[line.judged]
        name, link = f"Fokusområde {line.judged}. {area.title}", _page_link(area.page, setting.page)
    else:
        priority = catalog.priorities[line.judged]
        page = _page_link(catalog.focus_areas[priority.area].page, setting.page)
        name, link = f"{line.judged} {priority.title}", f"{page}#{priority_anchor(line.judged)}"
    text = status_line(line.before, line.now, setting.year)
    return Highlight(setting.worded(name), text, link, JUDGED, "status")


def _indicator_line(line: IndicatorLine, measure: Measure, use: Use, here: str, municipalities: int) -> Highlight:
    """A computed line about an indicator, linked to `use` from the page `here`."""
    if isinstance(line, TargetCrossing):
        text, rule = target_line(measure, line.target, line.value, line.year, line.met), "target"
    elif isinstance(line, Movement):
        text, rule = trend_line(line.trend, measure, line.ends, line.turned), "trend"
    elif isinstance(line, FarRank):
        text, rule = rank_line(measure, line.value, line.placing, municipalities), "rank"
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


def outlooks(setting: Setting) -> Component:
    """Which series were tried and why the others were not, and a fan for each that passed."""
    tried = place_outlooks(setting.table, setting.catalog, setting.focus, setting.year)
    by_reason: dict[NoOutlook, list[str]] = {}
    for indicator, outlook in tried.items():
        by_reason.setdefault(outlook.reason, []).append(setting.catalog.indicators[indicator].title)
    listings = tuple(Listing(NO_OUTLOOK[r], tuple(by_reason[r])) for r in NO_OUTLOOK if r in by_reason)
    paragraphs = (HOW, tried_text(*tried_and_drawn(tried), len(tried)))
    chapter = chapter_component(Chapter(OUTLOOK_ANCHOR, OUTLOOK_TITLE, paragraphs, listings=listings))
    points = trend_points(setting.table, setting.catalog, setting.focus)
    rows = [_fan_rows(points[points["indicator"] == indicator], tried[indicator]) for indicator in tried]
    drawn = [part for part in rows if len(part)]
    if not drawn:
        return chapter
    figure = figure_component(_figure(setting, chart_rows(setting, pd.concat(drawn, ignore_index=True))))
    return Component(chapter.html + figure.html, figure.record)


def _fan_rows(points: pd.DataFrame, outlook: Outlook) -> pd.DataFrame:
    """The published years that were used, and the years ahead with their ends; none without an outlook."""
    if outlook.path is None:
        return points.iloc[:0]
    past = points[points["year"] < outlook.path["year"].min()].sort_values("year").tail(outlook.years)
    same = {name: past[name].iloc[-1] for name in ("indicator", "place", "month", "sex", "group", "vintage")}
    ahead = outlook.path.assign(**same, status="", margin=float("nan"), count=float("nan"))
    return pd.concat([past, ahead], ignore_index=True)


def _figure(setting: Setting, rows: pd.DataFrame) -> FigureBlock:
    indicators = list(dict.fromkeys(rows["indicator"]))
    entries = [setting.catalog.indicators[indicator] for indicator in indicators]
    published = rows[rows["low95"].isna()]
    alternative = alternative_text(KINDS[fan], "", rows, [setting.place])
    breaks = {cut.year: cut.what for entry in entries for cut in entry.breaks}
    return FigureBlock(
        number="Utblick",
        anchor=FIGURE,
        title="Två år framåt, om serien går som hittills",
        state="derived",
        state_text="Beräknat",
        subtitle=f"{listed([entry.title for entry in entries])}, {setting.place}.",
        provenance=Provenance(
            source_line(origins(published, setting.catalog, document_sources(setting.paths))),
            " ".join(entry.definition for entry in entries),
            METHOD,
            setting.remake("overview", indicators),
        ),
        alternative=alternative,
        svg=svg_of(fan(rows, Frame(breaks=tuple(sorted(breaks.items())))), prefix=FIGURE, alt=alternative),
        table=_outlook_table(rows, in_place(setting.place)),
        download_name="utblick.csv",
        download_text=download_text(rows, ENDS),
    )


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
