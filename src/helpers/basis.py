"""What a report rests on: figures at hand, revisions, sources, every trend, and the outlook."""

import pandas as pd

from helpers.evidence import measure_of, origins
from helpers.figures import ReportFigure, chart_rows, indicators_on, pages_of_indicators
from helpers.sections import passage
from helpers.setting import Setting
from lagesbild.catalog.models import Indicator
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
from lagesbild.rules.directions import judged_series, trend_context, trend_points
from lagesbild.statistics.combined import by_indicator
from lagesbild.statistics.outlook import Bounds, NoOutlook, Outlook, outlook, tried_and_drawn
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
from lagesbild.tidy.schema import latest_year

# What a page rests on: last year at hand for every figure, revised values, sources and definitions.


def at_hand(setting: Setting) -> Component:
    """For every figure: how near the measure comes, the last year at hand, who publishes newer and how to fetch it."""
    catalog = setting.catalog
    rows = []
    for number, entry in catalog.figures.items():
        figure = ReportFigure(number, entry, setting)
        drawn = [catalog.indicators[id] for id in figure.indicators]
        last = period_text(drawn[0], figure.latest) if drawn else "saknas"
        rows.append(
            (f"Figur {number}", entry.title, STATE_TEXT[figure.state], last, entry.publisher,
             entry.how_to_add.replace("{code}", setting.focus))
        )  # fmt: skip
    headers = ("Figur", "Rubrik", "Mått", "Senaste år här", "Utgivare", "Så läggs nyare uppgifter till")
    section = Section(anchor="underlaget", title="Underlaget")
    table = DataTable(
        caption=f"Underlaget för varje figur {in_place(setting.place)}: senaste år, utgivare och hur nyare uppgifter "
        "hämtas. Inga uppgifter avser delar av kommunen.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(rows),
    )
    html = rendered("section.html", section=section) + rendered("table.html", table=table, anchor="underlag")
    return passage_component(Passage(html, anchor=section.anchor, title=section.title))


def revised_values(setting: Setting) -> Component:
    """Values of the place, its comparison group and the country that a later fetch changed: old and new."""
    group = setting.group.members if setting.group else ()
    places = {setting.focus, COUNTRY, *group}
    found = setting.revised[setting.revised["place"].isin(places)]
    title = "Reviderade värden"
    if found.empty:
        text = f"Utgivarna har inte ändrat några värden som visas här sedan de först hämtades ({setting.vintage})."
        return passage_component(Passage(rendered("missing.html", title=title, text=text, remedy=""), title=title))
    rows = []
    for row in found.itertuples():
        decimals = setting.catalog.decimals_of(row.indicator)
        old, new = ("saknas" if value != value else decimal(value, decimals) for value in (row.old, row.new))
        label = setting.catalog.indicators[row.indicator].label
        rows.append((label, setting.places.name(row.place), str(row.year), SEX_HEADER[row.sex], old, new, row.vintage))
    headers = ("Mått", "Plats", "År", "Kön", "Tidigare", "Nu", "Hämtat")
    columns = tuple(Column(header, numeric=header in ("Tidigare", "Nu")) for header in headers)
    return table_component(
        DataTable(f"{title}: det senast hämtade värdet visas i rapporten.", columns, tuple(rows)), "andrade"
    )


def sources(setting: Setting) -> Component:
    """Publisher, definition, terms and last year of every indicator on the page."""
    catalog = setting.catalog
    shown = indicators_on(setting)
    rows = tuple(_source_row(setting, id, catalog.indicators[id], where) for id, where in shown.items())
    title = "Källor och underlag"
    return passage(
        "sources.html", "kallor", title, heading=title, anchor="kallor", rows=rows,
        intro=f"Jämförelsegrupp: {_group_text(setting)} Underlaget hämtades {setting.vintage}.",
    )  # fmt: skip


def _group_text(setting: Setting) -> str:
    group = setting.group
    if group is None:
        return f"ingen officiell grupp finns i underlaget för {setting.place}."
    return f"{group.title} ({listed([setting.places.name(code) for code in group.members])})."


def _source_row(setting: Setting, id: str, entry: Indicator, where: list[tuple[str, str]]) -> SourceRow:
    publisher = setting.catalog.publishers[entry.publisher]
    last = latest_year(setting.table, id, setting.focus)
    return SourceRow(
        name=entry.title,
        anchor=f"kalla-{id.replace('_', '-')}",
        publisher=publisher.name,
        licence=publisher.licence,
        citation=publisher.cite,
        definition=entry.definition,
        last_year=period_text(entry, last) if last else f"inget värde för {setting.place}",
        newer=entry.kolada.id + " hos Kolada: kör 'lagesbild fetch'" if entry.kolada else "",
        used_in=tuple(where),
    )


# The chapter that lists every trend of the report: verdict, period, p alone and among all, or why there is none.

TRENDS_ANCHOR, TRENDS_TITLE = "trender", "Alla trender"


def trends(setting: Setting) -> Component:
    """Every indicator of figures and priorities: those that are judged, those that cannot be, those without a value."""
    series = judged_series(setting.table, setting.catalog, setting.focus, setting.year)
    found = by_indicator(series)
    order = list(pages_of_indicators(setting.catalog))
    judged = [id for id in order if id in found and found[id].judged]
    refused = [id for id in order if id in found and not found[id].judged]
    lacking = tuple(setting.catalog.indicators[id].title for id in order if id not in found)
    where = in_place(setting.place)
    return chapter_component(
        Chapter(
            TRENDS_ANCHOR,
            TRENDS_TITLE,
            (tested_text(len(judged), len(order)),),
            tables=(_judged(setting, judged, series.set_index("indicator"), found),) if judged else (),
            folded=((f"Kan inte bedömas, med skäl ({len(refused)} mått)", _refused(setting, refused, found)),)
            if refused
            else (),
            listings=(Listing(f"Inget värde {where} i underlaget", lacking),) if lacking else (),
        )
    )


def _judged(setting: Setting, ids: list[str], series: pd.DataFrame, found: dict[str, Trend]) -> DataTable:
    rows = []
    for id in ids:
        weak = weakness_text(found[id])
        verdict = Cell(verdict_sign(found[id]).words, (weak,) if weak else ())
        p, p_adjusted = (p_text(series.loc[id, name]) for name in ("p", "p_adjusted"))
        rows.append((_name(setting, id), verdict, basis_text(found[id]), p, p_adjusted))
    return DataTable(
        caption=f"Mått vars trend {in_place(setting.place)} kan bedömas, för utgåvan {setting.year}.",
        columns=tuple(Column(header) for header in ("Mått", "Trend", "Period och test", "p", "Justerat p")),
        rows=tuple(rows),
    )


def _refused(setting: Setting, ids: list[str], found: dict[str, Trend]) -> DataTable:
    return DataTable(
        caption=f"Mått vars trend {in_place(setting.place)} inte kan bedömas, och varför.",
        columns=(Column("Mått"), Column("Varför inte")),
        rows=tuple((_name(setting, id), basis_text(found[id])) for id in ids),
    )


def _name(setting: Setting, id: str) -> Cell:
    """The indicator's title, and the pages that it stands on."""
    pages = [setting.catalog.pages[page].nav for page in pages_of_indicators(setting.catalog)[id]]
    return Cell(setting.catalog.indicators[id].title, (", ".join(pages),))


# The chapter that looks ahead, or says how many series were tried and why none is drawn.

OUTLOOK_ANCHOR, OUTLOOK_TITLE = "utblick", "Utblick"
FIGURE = "utblick-figur"
NO_FIELD = "–"
ENDS = {"low80": "lägst 80 %", "high80": "högst 80 %", "low95": "lägst 95 %", "high95": "högst 95 %"}


def outlooks(setting: Setting) -> Component:
    """Which series were tried and why the others were not, and a fan for each that passed."""
    found = place_outlooks(setting)
    passed = [id for id, one in found.items() if one.reason is NoOutlook.NONE]
    listings = tuple(
        Listing(text, tuple(setting.catalog.indicators[id].title for id in ids))
        for reason, text in NO_OUTLOOK.items()
        if (ids := [id for id, one in found.items() if one.reason is reason])
    )
    told = (HOW, tried_text(*tried_and_drawn(found), len(found)))
    chapter = chapter_component(Chapter(OUTLOOK_ANCHOR, OUTLOOK_TITLE, told, listings=listings))
    if not passed:
        return chapter
    figure = figure_component(_figure(setting, {id: found[id] for id in passed}))
    return Component(chapter.html + figure.html, figure.record)


def place_outlooks(setting: Setting) -> dict[str, Outlook]:
    """Indicator -> its outlook in the place, or why it has none, for every indicator with a value there."""
    points = trend_points(setting.table, setting.catalog, setting.focus)
    held = {str(id): rows for id, rows in points.groupby("indicator")}
    return {
        id: outlook(held[id], trend_context(setting.catalog, id, setting.year), _bounds(setting, id))
        for id in pages_of_indicators(setting.catalog)
        if id in held
    }


def _bounds(setting: Setting, id: str) -> Bounds:
    unit = setting.catalog.unit_of(id)
    return Bounds(
        float("-inf") if unit.low is None else unit.low,
        float("inf") if unit.high is None else unit.high,
    )


def _figure(setting: Setting, passed: dict[str, Outlook]) -> FigureBlock:
    rows = _rows(setting, passed)
    published = rows[rows["low95"].isna()]
    measures = [measure_of(setting, id) for id in passed]
    alternative = alternative_text(KINDS["fan"], "", rows, [setting.place])
    breaks = {cut.year: cut.what for measure in measures for cut in measure.indicator.breaks}
    frame = Frame(breaks=tuple(sorted(breaks.items())))
    return FigureBlock(
        number="Utblick",
        anchor=FIGURE,
        title="Två år framåt, om serien går som hittills",
        state="derived",
        state_text="Beräknat",
        subtitle=f"{listed([measure.indicator.title for measure in measures])}, {setting.place}.",
        provenance=Provenance(
            source_line(origins(setting, published)),
            " ".join(measure.indicator.definition for measure in measures),
            METHOD,
            setting.remake("overview", list(passed)),
        ),
        alternative=alternative,
        svg=svg_of(fan(rows, frame), id=FIGURE, alt=alternative),
        table=_table(setting, rows),
        download_name="utblick.csv",
        download_text=download_text(rows, ENDS),
    )


def _rows(setting: Setting, passed: dict[str, Outlook]) -> pd.DataFrame:
    """Chart rows of the published years that were used, and of the years ahead with their ends."""
    points = trend_points(setting.table, setting.catalog, setting.focus)
    made = []
    for id, one in passed.items():
        past = points[points["indicator"] == id].sort_values("year")
        past = past[past["year"] < one.path["year"].min()].tail(one.years)
        same = {name: past[name].iloc[-1] for name in ("indicator", "place", "month", "sex", "group", "vintage")}
        made += [past, one.path.assign(**same, status="", margin=float("nan"), count=float("nan"))]
    return chart_rows(setting, pd.concat(made, ignore_index=True))


def _table(setting: Setting, rows: pd.DataFrame) -> DataTable:
    """Every value of the drawing: published, then expected with the ends of its fields."""
    body = []
    for row in rows.itertuples():
        ends = [tuple(getattr(row, f"{side}{level}") for side in ("low", "high")) for level in (80, 95)]
        spans = [
            NO_FIELD if pd.isna(low) else f"{decimal(low, row.decimals)} till {decimal(high, row.decimals)}"
            for low, high in ends
        ]
        kind = "publicerat" if spans[0] == NO_FIELD else "väntat"
        body.append((f"{row.label} {row.year}", kind, decimal(row.value, row.decimals), *spans))
    headers = ("Mått och år", "Slag", "Värde", "80 av 100 utfall", "95 av 100 utfall")
    return DataTable(
        caption=f"Publicerade och väntade värden {in_place(setting.place)}, om serierna går som hittills.",
        columns=tuple(Column(header, numeric=header not in headers[:2]) for header in headers),
        rows=tuple(body),
        symbols=((NO_FIELD, "publicerat värde utan fält"),),
    )
