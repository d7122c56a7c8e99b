"""Components as accessible HTML, prose as safe HTML, and what pages offer to download: csv and days."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from lagesbild.html.components import Cell, Chapter, Column, DataTable, FigureBlock, Passage
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import MONTHS, SEX, listed

# People's own text as safe HTML: a subset of Markdown, everything else is shown as it was written.

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class _Prose(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name for it
        """True for https and for a way within the report, which `//host` is not. Backslashes come as %5C."""
        if _SCHEME.match(url):
            return url.lower().startswith("https://")
        return not url.startswith("//")


@cache
def _renderer() -> MarkdownIt:
    # "zero" knows paragraphs only: HTML, headings, images and code stay text unless they are named here
    return _Prose("zero").enable(["emphasis", "list", "link", "escape", "entity"])


def prose_html(text: str) -> str:
    """`text` as HTML: paragraphs, emphasis, lists and links to https or within the report.

    Tags, headings and links of other kinds come out as the text that was written. An empty text is "".
    """
    return _renderer().render(text.strip()).strip()


# Components as Jupyter shows them: HTML for people, and a record of the same content for the publisher.

MIME = "application/vnd.lagesbild+json"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True)
class Component:
    """What a cell ends with: `html` on the page, `record` (kind and data) for downloads and key figures."""

    html: str
    record: dict[str, Any]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/html": self.html, MIME: self.record}

    def _repr_html_(self) -> str:
        return self.html


def rendered(template: str, **values: Any) -> str:
    """The HTML of one of this room's templates; every value is escaped unless it is Markup."""
    return _environment().get_template(template).render(**values)


def figure_component(block: FigureBlock) -> Component:
    """A figure or card with everything around it."""
    record = {"kind": "figure", **asdict(block)}
    for bulky in ("svg", "table", "provenance"):
        record.pop(bulky)
    return Component(rendered("figure.html", figure=block), record)


def table_component(table: DataTable, anchor: str = "") -> Component:
    """A table that stands by itself."""
    return Component(rendered("table.html", table=table, anchor=anchor), {"kind": "table", "caption": table.caption})


def passage_component(passage: Passage, **facts: Any) -> Component:
    """A passage of text, heading or list; `facts` go into its record."""
    return Component(passage.html, {"kind": "passage", "anchor": passage.anchor, "title": passage.title, **facts})


def chapter_component(chapter: Chapter) -> Component:
    """A computed chapter: heading, paragraphs, tables, lists and notes."""
    return passage_component(
        Passage(rendered("chapter.html", chapter=chapter), anchor=chapter.anchor, title=chapter.title)
    )


# Chart rows as accessible tables and as files that open in Swedish Excel.

MISSING = ".."
SYMBOLS = {
    MISSING: "uppgift saknas i underlaget",
    "x": "dold för att skydda enskilda",
    "–": "frågan är inte tillämplig",
}
HEADS = {"time": "År", "name": "Plats", "label": "Mått", "group": "Grupp", "sex_text": "Kön"}
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([ \u00a0]\d{3})+)([.,]\d+)?[ \u00a0]?%?")
WITHHELD = {"hidden": "x", "not_applicable": "–"}
DOWNLOAD = {
    "indicator": "indikator",
    "label": "mått",
    "place": "kod",
    "name": "plats",
    "year": "år",
    "month": "månad",
    "sex": "kön",
    "group": "grupp",
    "value": "värde",
    "margin": "felmarginal",
    "count": "antal",
    "status": "status",
}


def data_table(rows: pd.DataFrame, measures: dict[str, Measure], caption: str) -> DataTable:
    """The values of chart rows as a table with one heading a row and column.

    Years are rows where a series has several; else places are, else groups. What does not vary stands in the
    caption. Every place drawn has a row or column, with a symbol where it has no value.
    """
    frame = _worded(rows, measures)
    varying = [name for name in HEADS if frame[name].nunique() > 1]
    if "time" in varying and frame.groupby("label")["time"].nunique().max() == 1:
        frame["label"] += " (" + frame["time"] + ")"  # measures of a year each: the year belongs to the measure
        varying.remove("time")
    head = next(iter(varying), "name")
    across = [name for name in varying if name != head]
    if head == "time":
        frame = frame.sort_values(["year", "month"], kind="stable")
    cells: dict[tuple[str, tuple[str, ...]], str] = {}
    for row in frame.itertuples():
        at = (getattr(row, head), tuple(getattr(row, name) for name in across))
        if at in cells:
            raise ValueError(
                f"table '{caption}': two values for {at}. Choose rows that differ in year, place or group."
            )
        cells[at] = _cell(row, measures[row.indicator])
    heads = list(dict.fromkeys(frame[head]))
    columns = list(dict.fromkeys(zip(*(frame.sort_index()[name] for name in across), strict=True))) or [()]
    body = tuple((line, *(cells.get((line, column), MISSING) for column in columns)) for line in heads)
    return DataTable(
        caption=caption,
        columns=(
            Column(HEADS[head]),
            *(Column(", ".join(column) or _value_header(measures), numeric=True) for column in columns),
        ),
        rows=body,
        symbols=tuple((mark, SYMBOLS[mark]) for mark in SYMBOLS if any(mark in line[1:] for line in body)),
    )


def _worded(rows: pd.DataFrame, measures: dict[str, Measure]) -> pd.DataFrame:
    """`rows` with `time`, `sex_text` and `group` as readers see them."""
    rows = rows.reset_index(drop=True)  # its order is the order of the columns
    times = [_time(row, measures[row.indicator]) for row in rows.itertuples()]
    return rows.assign(
        time=pd.Series(times, index=rows.index, dtype="str"),
        sex_text=rows["sex"].map(SEX),
        group=rows["group"].replace("", "Alla grupper"),
    )


def _time(row: Any, measure: Measure) -> str:
    if measure.indicator.years_pooled > 1:
        return measure.period(row.year)
    return f"{MONTHS[row.month - 1]} {row.year}" if row.month else str(row.year)


def _value_header(measures: dict[str, Measure]) -> str:
    units = list(dict.fromkeys(measure.unit.text for measure in measures.values() if measure.unit.text))
    return f"Värde, {listed(units)}" if units else "Värde"


def _cell(row: Any, measure: Measure) -> str:
    if pd.isna(row.value):
        return WITHHELD.get(row.status, MISSING)
    margin = "" if pd.isna(row.margin) else f" ± {measure.number(row.margin)}"
    return measure.number(row.value) + margin


def download_text(rows: pd.DataFrame, more: dict[str, str] | None = None) -> str:
    """Chart rows as csv for Swedish Excel, one line a value.

    `more` are columns of this kind of rows beside the common ones, with their headers.
    """
    columns = DOWNLOAD | (more or {})
    return csv_text([columns.values(), *rows[list(columns)].itertuples(index=False)])


def table_text(tables: Sequence[DataTable]) -> str:
    """Tables as csv for Swedish Excel, below each other, each under its caption where there are several."""
    lines: list[Iterable[object]] = []
    for number, table in enumerate(tables):
        lines += [[]] if number else []
        lines += [[table.caption]] if len(tables) > 1 else []
        lines += [[column.header for column in table.columns], *table.rows]
    return csv_text(lines)


def csv_text(lines: Iterable[Iterable[object]]) -> str:
    """Lines of values as csv for Swedish Excel: BOM, `;`, decimal comma. See `csv_field`."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([csv_field(value) for value in line] for line in lines)
    return "\ufeff" + out.getvalue()


def csv_field(value: object) -> str:
    """A value in a csv file: a text that a spreadsheet would run as a formula gets an apostrophe, a number never does.

    A number may be a text too: with sign, spaces between thousands, decimals and %. A missing number is empty.
    """
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.10g}".replace(".", ",")
    text = value.text if isinstance(value, Cell) else str(value)
    runs = text.lstrip(" ").startswith(RUN_BY_SPREADSHEETS) and not NUMBER.fullmatch(text.strip(" "))
    return f"'{text}" if runs else text


# Days as a file that calendars read (iCalendar, RFC 5545): whole days only, the same bytes for the same days.

PRODUCT = "-//lagesbild//uppfoljning//SV"
LINE_OCTETS = 75  # longer lines are folded, counted in bytes and never inside a character


@dataclass(frozen=True)
class Event:
    """Something that happens on one day. `uid` must stay the same when the calendar is made again."""

    uid: str
    day: date
    summary: str
    description: str = ""


def calendar_text(name: str, events: Iterable[Event], stamp: date) -> str:
    """The file's text, with CRLF. `stamp` is when the information was made, and is never read from the clock."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"X-WR-CALNAME:{escaped(name)}"]
    for event in sorted(events, key=lambda event: (event.day, event.uid)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(event.summary)}",
            *([f"DESCRIPTION:{escaped(event.description)}"] if event.description else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def escaped(text: str) -> str:
    """A text value: backslash, comma, semicolon and line breaks have meanings of their own."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, each but the first behind a space."""
    pieces, size = [""], 0
    for character in line:
        wide = len(character.encode())
        if size + wide > LINE_OCTETS:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += wide
    return "\r\n".join(pieces)
