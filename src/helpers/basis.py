"""What a report rests on: figures at hand, revisions, sources, every trend, and the outlook."""

from collections.abc import Iterable

import pandas as pd

from helpers.evidence import origins
from helpers.figures import ReportFigure, chart_rows, use_anchor
from helpers.sections import passage
from helpers.setting import Setting
from lagesbild.catalog.models import Catalog
from lagesbild.charts.lines import fan
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame
from lagesbild.html.components import (
    Cell,
    Chapter,
    Column,
    DataTable,
    FigureBlock,
    Listing,
    Passage,
    Provenance,
    Section,
    SourceRow,
)
from lagesbild.html.render import (
    SEX_HEADER,
    Component,
    chapter_component,
    download_text,
    figure_component,
    passage_component,
    rendered,
    table_component,
)
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import judged_series, place_outlooks, trend_points
from lagesbild.rules.editions import Use, indicator_pages
from lagesbild.sources.files import document_sources
from lagesbild.statistics.outlook import NoOutlook, Outlook, tried_and_drawn
from lagesbild.statistics.trends import Trend
from lagesbild.swedish.findings import KINDS, alternative_text
from lagesbild.swedish.numbers import STATE_TEXT, decimal, in_place, listed, period_text, source_line
from lagesbild.swedish.verdicts import (
    HOW,
    METHOD,
    NO_OUTLOOK,
    basis_text,
    p_text,
    tested_text,
    tried_text,
    verdict_sign,
    weakness_text,
)

# What a page rests on: last year at hand for every figure, revised values, sources and definitions.


def at_hand(setting: Setting) -> Component:
    """For every figure: how near the measure comes, the last year at hand, who publishes newer and how to fetch it."""
    headers = ("Figur", "Rubrik", "Mått", "Senaste år här", "Utgivare", "Så läggs nyare uppgifter till")
    section = Section(anchor="underlaget", title="Underlaget")
    table = DataTable(
        caption=f"Underlaget för varje figur {in_place(setting.place)}: senaste år, utgivare och hur nyare uppgifter "
        "hämtas. Inga uppgifter avser delar av kommunen.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(_at_hand_row(setting, number) for number in setting.catalog.figures),
    )
    html = rendered("section.html", section=section) + rendered("table.html", table=table, anchor="underlag")
    return passage_component(Passage(html, anchor=section.anchor, title=section.title))


def _at_hand_row(setting: Setting, number: str) -> tuple[str, ...]:
    entry = setting.catalog.figures[number]
    figure = ReportFigure(number, entry, setting)
    last = "saknas"
    if figure.latest is not None:
        last = period_text(setting.catalog.indicators[figure.indicators[0]], figure.latest)
    how = entry.how_to_add.replace("{code}", setting.focus)
    return (f"Figur {number}", entry.title, STATE_TEXT[figure.state], last, entry.publisher, how)


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


def _revised_row(row, catalog: Catalog, place: str) -> tuple[str, ...]:
    decimals = catalog.decimals_of(row.indicator)
    old, new = ("saknas" if pd.isna(value) else decimal(value, decimals) for value in (row.old, row.new))
    return (catalog.indicators[row.indicator].label, place, str(row.year), SEX_HEADER[row.sex], old, new, row.vintage)


def sources(setting: Setting) -> Component:
    """Publisher, definition, terms and last year of every indicator on the page."""
    rows = tuple(
        _source_row(setting.catalog, indicator, uses, setting.latest.get(indicator), setting.place)
        for indicator, uses in setting.uses.items()
    )
    title = "Källor och underlag"
    return passage(
        "sources.html", "kallor", title, heading=title, anchor="kallor", rows=rows,
        intro=f"Jämförelsegrupp: {_group_text(setting)} Underlaget hämtades {setting.vintage}.",
    )  # fmt: skip


def _group_text(setting: Setting) -> str:
    if setting.group is None:
        return f"ingen officiell grupp finns i underlaget för {setting.place}."
    return f"{setting.group.title} ({listed([setting.places.name(code) for code in setting.members])})."


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
    alternative = alternative_text(KINDS["fan"], "", rows, [setting.place])
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
        svg=svg_of(fan(rows, Frame(breaks=tuple(sorted(breaks.items())))), id=FIGURE, alt=alternative),
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
