"""What a cell ends with: a figure of the report, a plot, a table or a text of one's own, each from the rows given.

Everything that the page says about a figure is computed from the rows that the cell passes: heading, alternative
text, notes, table and download. A place that is not among them is neither drawn nor named.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Drawing

from helpers.report import RegionReport, Report
from helpers.rows import COMMON, as_objects, chart_rows, measures_of, remake, with_cases
from lagesbild import charts
from lagesbild.catalog.models import Catalog, Figure, Indicator
from lagesbild.charts import KINDS, Chart
from lagesbild.charts.svg import Drawings, drawings, drawn_by, svg_of
from lagesbild.charts.theme import Frame, frame_of
from lagesbild.html.components import Card, FigureBlock, Part, Provenance, Statement, Values
from lagesbild.html.regional import SAYS
from lagesbild.html.render import Component, figure_component, part_component
from lagesbild.html.tables import data_table, flat, frame_table, values_of
from lagesbild.rules.support import at_hand
from lagesbild.rules.uses import figure_state
from lagesbild.sources.files import DocumentSource, document_sources
from lagesbild.swedish.alternatives import alternative_text
from lagesbild.swedish.findings import (
    Measure,
    absence_notes,
    figure_subtitle,
    footnote_of,
    measure_notes,
    method_text,
    published_text,
)
from lagesbild.swedish.headings import figure_heading
from lagesbild.swedish.numbers import HIDDEN, STATE_TEXT, origins, source_line
from lagesbild.tidy.schema import CELL, NEEDED, answered, checked_rows, is_changed, refuse_undrawable

# A figure of the catalogue, or a part of the regional analysis.

CHANGED = "Värdena är omräknade i anteckningsboken, ur de publicerade."
PUBLISHER = "Utgivare: SCB, tabell TAB1386."
ONE_AXIS = {*KINDS} - {charts.small_lines, charts.two_panels, charts.dots_with_lines}
COMPUTED = (charts.profile_bars, charts.waterfall, charts.two_measures)  # of counts and inhabitants
BASIS = "underlaget.html"  # where the report says how figures are added
FETCH = "Kör 'lagesbild fetch', så hämtas tabellen TAB1386 från SCB månad för månad, för alla kommuner."


def show_figure(
    report: Report,
    number: int | str,
    rows: pd.DataFrame,
    chart: Chart,
    *,
    note: str | Sequence[str] = (),
    description: str = "",
    title: str = "",
    anchor: str = "",
    first: bool = False,
) -> Component:
    """Figure `number` of the page, drawn by `chart` from `rows`; a card when the municipality has no value of it.

    `rows` are rows of `report.data`, as the cell chose or changed them. A chart of one's own, a function of rows and
    Frame, needs a `description`: its alternative text. `anchor` is needed where a figure stands a second time; `first`
    puts it at the top of the page. Raises UnknownChoice for a number that the page does not have, and ValueError for
    rows that hold nothing to draw although the municipality has values.
    """
    notes = [note] if isinstance(note, str) else list(note)
    if str(number) in report.catalog.parts and isinstance(report, RegionReport):
        return _show_part(report, str(number), rows, chart, notes, title, anchor, first)
    entry, catalog = report.figure(number), report.catalog
    own = (report.name, report.place, report.year)
    anchor, title = slug(anchor or f"figur-{number}"), title or entry.title
    rows = as_objects(answered(chart_rows(rows, catalog, report.geography, report.role, entry.dots)))
    drawn = rows[rows["value"].notna()]
    known = {*entry.measure, *entry.stand_in, *entry.dots}
    if not report.measures(number) and set(drawn["indicator"]) <= known:
        why, hidden = _why_empty(entry, catalog, report.data, own)
        provenance = Provenance(f"Utgivare enligt programmet: {entry.publisher}.", "", "", "")
        card = Card(why, entry.how_to_add.replace("{code}", report.place), "" if hidden else f"{BASIS}#figur-{number}")
        texts = (f"Figur {number}", anchor, title, "slot", HIDDEN if hidden else STATE_TEXT["slot"], "")
        return figure_component(FigureBlock(*texts, provenance, card=card, first=first))
    refuse_undrawable(number, rows, drawn, report.measures(number), report.year, chart not in ONE_AXIS)
    measures = measures_of(catalog, drawn)
    changed = is_changed(drawn, report.by_indicator.of_several(measures))
    judged = None if changed else report.judged
    heading = figure_heading(measures, with_cases(drawn, catalog, report.by_indicator), judged, report.year)
    subtitle = figure_subtitle(measures, drawn)
    alternative = _alternative(chart, description, measures, drawn)
    state: str = figure_state(catalog, entry, set(measures)) if set(measures) <= known else "chosen"
    state = "changed" if changed and state != "chosen" else state
    derived = entry.derived if state == "derived" else ""
    frame, documents = frame_of(measures, drawn), document_sources(report.paths)
    last = max((report.latest.get(name, 0) for name in measures), default=0)
    late = last < report.year and report.place in set(drawn["place"])
    caveats = [measure.indicator.caveat or "" for measure in measures.values()]
    rest = [entry.related_to or "" if state == "related" else "", entry.footnote or "", entry.remark or ""]
    rest += [*measure_notes(measures, drawn), f"Senaste siffra: {last}." if late else ""]
    footnote, others = footnote_of([*notes, *absence_notes(rows), *caveats], rest)
    block = FigureBlock(
        number=f"Figur {number}",
        anchor=anchor,
        title=title,
        state=state,
        state_text=STATE_TEXT[state],
        subtitle=subtitle,
        provenance=Provenance(
            _source(drawn, catalog, documents, changed),
            _definition([measure.indicator for measure in measures.values()]),
            CHANGED if changed else method_text(derived, measures, drawn, documents),
            remake(report.page, report.place, report.year, report.vintage, measures),
            published_text(measures),
        ),
        finding=heading,
        alternative=alternative,
        **_drawings(chart, drawn, frame, anchor, alternative),
        table=data_table(rows, measures_of(catalog, rows), f"Figur {number}. {subtitle}"),
        footnote=footnote,
        notes=others,
        chart=chart.__name__ if chart in KINDS else "",
        unit=frame.unit_text,
        decimals=frame.decimals,
        values=values_of(rows),
        download_name=f"figur-{int(number):02d}.csv" if anchor == f"figur-{number}" else f"{anchor}.csv",
        first=first,
    )
    return figure_component(block)


def _show_part(
    report: RegionReport,
    number: str,
    rows: pd.DataFrame,
    chart: Chart,
    notes: list[str],
    title: str,
    anchor: str,
    first: bool,
) -> Component:
    """A figure of the regional analysis; a card with the cell's note where its rows hold nothing to draw."""
    part, catalog = report.catalog.parts[number], report.catalog
    if chart not in SAYS:
        known = ", ".join(f"charts.{each.__name__}" for each in SAYS)
        raise ValueError(f"{number}: choose one of {known}; or draw it yourself and use show_plot.")
    says = SAYS[chart]
    anchor, title = anchor or says.anchor(number), title or says.title or part.title
    places = (report.members, report.places)
    if rows.empty and at_hand(says.needs, report.data, report.months, *places, report.support_types):
        raise ValueError(
            f"{number}: the cell's rows are empty, though the region has figures. See how it chooses them."
        )
    latest = rows["value"][rows["year"] == rows["year"].max()] if "value" in rows and "year" in rows else rows.index
    if rows.empty or pd.Series(latest).isna().all():
        why, *others = [says.lacks, *notes] if says.lacks else notes or ["Inga siffror att visa."]
        provenance = Provenance(PUBLISHER, "", says.method, "")
        texts = ("", anchor, title, "slot", STATE_TEXT["slot"], "")
        shown = tuple(note for note in others if note)
        card = Card(why, FETCH, f"{BASIS}#{number.lower()}")
        return figure_component(FigureBlock(*texts, provenance, card=card, notes=shown, first=first))
    region = f"region={report.slug!r}; "
    rows = rows.reset_index(drop=True)
    if chart is not charts.timeline:
        rows = checked_rows(rows)
        report.geography.codes(rows["place"].unique())
        if not {"name", "label", "role"} <= set(rows):
            rows = chart_rows(rows, catalog, report.geography, report.role)
        rows = as_objects(_with_changes(number, rows, chart, report.data))
    said = says.words(rows)
    drawn = (
        rows[rows["value"].notna().groupby(rows["place"]).transform("any")] if {"place", "value"} <= set(rows) else rows
    )
    shown = rows["indicator"].unique() if "indicator" in rows else []
    counted = {name for each in catalog.parts.values() for name in each.indicators}
    indicators = [name for name in shown if name in counted] or part.indicators * bool(len(shown))
    source = f"Källa: {report.written.basis if report.written else part.source}."
    if indicators:
        published = report.data[report.data["indicator"].isin(indicators) & report.data["place"].isin(rows["place"])]
        changed = said.state != "document"
        source = _source(published[published["value"].notna()], catalog, document_sources(report.paths), changed)
    footnote, folded = footnote_of([*notes, *said.notes])
    block = FigureBlock(
        number="",  # it stands at the heading of the part
        anchor=anchor,
        title=title,
        state=said.state,
        state_text=STATE_TEXT[said.state],
        subtitle=said.subtitle,
        provenance=Provenance(
            source,
            _definition([catalog.indicators[name] for name in indicators]),
            says.method,
            region + remake(report.page, report.place, report.year, report.vintage, part.indicators),
        ),
        finding=said.finding,
        alternative=said.alternative,
        **_drawings(chart, drawn, said.frame, anchor, said.alternative),
        table=said.table,
        footnote=footnote,
        notes=folded,
        chart=chart.__name__,
        unit=said.frame.unit_text,
        decimals=said.frame.decimals,
        values=values_of(rows, said.columns),
        download_name=f"{anchor}.csv",
        first=first,
    )
    return figure_component(block)


def _with_changes(number: str, rows: pd.DataFrame, chart: Chart, data: pd.DataFrame) -> pd.DataFrame:
    """Rows of a regional figure with `changed`: whether a value is not the published one. Refuses counts as percent."""
    keys = [name for name in CELL if name in rows]
    twice = rows[rows.duplicated([*keys, "label"])]
    if len(twice):
        at = ", ".join(str(twice.iloc[0][name]) for name in ("label", "name", "year"))
        raise ValueError(f"{number}: {at} stands twice. Correct the cell's rows.")
    near = data[data["indicator"].isin(rows["indicator"].unique()) & data["place"].isin(rows["place"].unique())]
    have = near.drop_duplicates(keys).set_index(keys)["value"].reindex(pd.MultiIndex.from_frame(rows[keys]))
    same = rows["value"].to_numpy() == have.to_numpy()
    if chart in COMPUTED and (same & (rows["value"] != 0)).any():
        name = rows.loc[same, "indicator"].iloc[0]
        raise ValueError(
            f"{number}: the rows of {name} hold what is published, not percent. Divide by the inhabitants."
        )
    return rows.assign(changed=have.notna().to_numpy() & ~same)


def _alternative(chart: Chart, description: str, measures: Mapping[str, Measure], drawn: pd.DataFrame) -> str:
    """The alternative text: of a chart of ours by its formula, of another one as the cell describes it."""
    if isinstance(chart, str):
        raise ValueError(f"show_figure: '{chart}' is text. Give the function: charts.{chart.removeprefix('charts.')}.")
    if chart not in KINDS and not description.strip():
        known = ", ".join(f"charts.{each.__name__}" for each in KINDS)
        raise ValueError(
            "show_figure: a chart of your own needs description=, what it shows to those who do not see it. "
            f"Or choose one of {known}."
        )
    sides = {measure.indicator.better for measure in measures.values()}
    return alternative_text(description or KINDS[chart], measures, drawn, sides.pop() if len(sides) == 1 else "neither")


def _drawings(chart: Chart, rows: pd.DataFrame, frame: Frame, anchor: str, alternative: str) -> Drawings:
    """Both drawings; one of a chart of the cell's own, which gets the report's font and colours."""
    if chart in KINDS:
        return drawings(chart, rows, frame, anchor, alternative)
    drawing = drawn_by(chart(rows, frame))
    plt.close(drawing)  # else JupyterLab shows it once more, as a picture without words
    return {"svg": svg_of(drawing, prefix=anchor, alt=alternative, own=True), "narrow": ""}


def _source(drawn: pd.DataFrame, catalog: Catalog, documents: Mapping[str, DocumentSource], changed: bool) -> str:
    """The source line of the values drawn."""
    line = source_line(origins(drawn, catalog, documents))
    return f"{line} Egen bearbetning." if changed and "egen bearbetning" not in line else line


def _definition(entries: Sequence[Indicator]) -> str:
    """The definitions of the measures, each under its label where there are several."""
    return " ".join(f"{each.label}: {each.definition}" if len(entries) > 1 else each.definition for each in entries)


def _why_empty(entry: Figure, catalog: Catalog, data: pd.DataFrame, own: tuple[str, str, int]) -> tuple[str, bool]:
    """Why there is nothing to draw, and whether all is hidden. `own`: name, code, year."""
    name, place, year = own
    rows = data[data["indicator"].isin(entry.measure) & (data["place"] == place)]
    if (rows["status"] == "hidden").any():
        return f"Värdena för {name} är dolda för att skydda enskilda: de bygger på för små antal.", True
    if all(catalog.indicators[indicator].local for indicator in entry.measure):
        return f"Siffrorna är inte inlagda för {name}.", False
    return f"Inga värden för {name} till och med {year}.", False


# An analyst's own: any drawing, any table, any text.

MOST_ROWS = 1000


def show_plot(
    report: Report,
    figure: Drawing,
    rows: pd.DataFrame,
    *,
    title: str,
    description: str,
    source: str,
    anchor: str = "",
    first: bool = False,
) -> Component:
    """Any seaborn or matplotlib figure as a figure of the page, with `rows` as its table and download.

    `title` is its heading and `description` its alternative text; `rows` are tidy rows, or any frame that the drawing
    was made from. Raises ValueError without a title, a description or a source.
    """
    for name, text in {"title": title, "description": description, "source": source}.items():
        if not text.strip():
            raise ValueError(f"show_plot: {name}= is empty. A reader needs it.")
    figure, anchor = drawn_by(figure), slug(anchor or title)
    plt.close(figure)
    caption, table, values = f"{title}: siffrorna bakom figuren", None, Values()
    if set(NEEDED) <= set(rows) <= {*NEEDED, *COMMON, "name", "status"}:
        rows = chart_rows(rows, report.catalog, report.geography, report.role)
        if not rows.duplicated([*CELL]).any():
            table, values = data_table(rows, measures_of(report.catalog, rows), caption), values_of(rows)
    if table is None:
        labels = {name: entry.label for name, entry in report.catalog.indicators.items()}
        known = {name: labels[name] for name in flat(rows)[1] if name in labels}
        table, values = frame_table(rows, caption, known), values_of(*flat(rows, known))
    block = FigureBlock(
        number="",
        anchor=anchor,
        title=title,
        state="own",
        state_text="",
        subtitle="",
        provenance=Provenance(f"Källa: {source.strip().removeprefix('Källa:').strip().removesuffix('.')}.", "", "", ""),
        alternative=description.strip(),
        svg=svg_of(figure, prefix=anchor, alt=description.strip(), own=True),
        table=table,
        values=values,
        download_name=f"{anchor}.csv",
        first=first,
    )
    return figure_component(block)


def show_table(
    frame: pd.DataFrame,
    caption: str,
    *,
    columns: Mapping[str, str] | None = None,
    signed: Iterable[str] = (),
    decimals: int | Mapping[str, int] = 1,
    source: str = "",
    note: str | Sequence[str] = (),
    title: str = "",
    number: str = "",
    anchor: str = "",
    first: bool = False,
) -> Component:
    """Any DataFrame as a table of the page, with its download; `caption` says what it holds.

    `columns` gives Swedish headings, `signed` names columns whose numbers carry their sign. With a `title` it stands
    under a heading of its own. A frame without rows is a sentence that says so. Raises ValueError as `frame_table`.
    """
    if not caption.strip():
        raise ValueError("show_table: the caption is empty. It says what the table holds.")
    anchor, notes = slug(anchor or title or caption), (note,) if isinstance(note, str) else tuple(note)
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    if len(frame) > MOST_ROWS:
        raise ValueError(
            f"show_table: {len(frame)} rows are more than a page holds ({MOST_ROWS}). Choose some, as .head does."
        )
    if frame.empty:
        texts = (f"{caption.rstrip('.')}: inga uppgifter.",)
        return part_component(Part(anchor, title, number, texts, notes=notes, source=source, first=first))
    table = frame_table(frame, caption, columns, signed, decimals)
    values = values_of(*flat(frame, columns))
    file = f"{anchor}.csv"
    part = Part(anchor, title, number, tables=(table,), notes=notes, source=source, values=values, download_name=file)
    return part_component(replace(part, first=first))


def show_text(
    text: str | Iterable[str | Statement],
    *,
    title: str = "",
    number: str = "",
    source: str = "",
    anchor: str = "",
    first: bool = False,
) -> Component:
    """A text, or several paragraphs and statements, under a heading where a title is given.

    What is no Statement is a paragraph; every sign stands on the page as it is written.
    """
    parts = [text] if isinstance(text, str) else list(text)
    texts = tuple(each for each in parts if isinstance(each, str) and each)
    items = tuple(each for each in parts if isinstance(each, Statement))
    anchor = anchor or number.lower() or slug(title or (texts or ("text",))[0][:40])
    return part_component(Part(anchor, title, number, texts, items, source=source, first=first))


def slug(text: str) -> str:
    """A text as an anchor: "Anmälda brott, 2024" is "anmalda-brott-2024"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "del"
