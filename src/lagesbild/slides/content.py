"""What the components of a page recorded, as slides: page and deck show the same rows."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from lagesbild.charts.regional import WHOLE
from lagesbild.errors import Refusal
from lagesbild.html.components import DataTable, text_of
from lagesbild.swedish.numbers import decimal, listed
from lagesbild.swedish.statements import COMPUTED, WITHHELD

# Slides as plain data: text is ready for readers, numbers are as they were computed.

Record = Mapping[str, Any]


@dataclass(frozen=True)
class SlideChart:
    """A native chart. `kind` is bars, stacked, lines or dots; `series` is (name, one value a category; None: missing).

    For dots `series` is (name, (x, y) pairs) and `categories` are their names.
    """

    kind: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[Any, ...]], ...]
    unit: str
    decimals: int
    description: str  # the whole alternative text


@dataclass(frozen=True)
class Slide:
    """Title, then bullets, a table, a chart, or a chart beside a table; long bullets and tables become several slides.

    `notes` say where it comes from.
    """

    title: str
    notes: str
    bullets: tuple[str, ...] = ()
    chart: SlideChart | None = None
    table: DataTable | None = None


@dataclass(frozen=True)
class Deck:
    """The slides of a page, with the title, author and date of the file; `made` is the snapshot's date, or empty."""

    title: str
    author: str
    made: str
    slides: tuple[Slide, ...]


# Which records become slides, in the order of the page.

FROM_PAGE = "Ur regionens sida i rapporten."
NOT_SAID = "Det här kan inte sägas"
SHOWN = {"texts", "situations"}  # what a passage has that slides show


def deck_of(records: Iterable[Record], title: str, author: str = "", made: str = "") -> Deck:
    """A page's figures, tables, statements and texts as slides; `records` stand in the page's order.

    The first text before any figure or table stands on the title slide. Raises Refusal when none was recorded.
    """
    shown = [record for record in _titled(records) if record["kind"] != "passage" or SHOWN & record.keys()]
    if not shown:
        raise Refusal("slides: the page recorded nothing. End cells with show_figure, show_table or show_text.")
    before = list(takewhile(lambda record: record["kind"] == "text", shown))
    about = next((record for record in before if not record["items"]), None)
    rest = [record for record in shown if record is not about]
    slides = [Slide(title, FROM_PAGE, bullets=_paragraphs(about) if about else ()), *_slides(rest)]
    return Deck(title, author, made, tuple(_distinct(slides)))


def _titled(records: Iterable[Record]) -> Iterator[Record]:
    """The records; a text without a title has that of the heading above it."""
    heading = FROM_PAGE
    for record in records:
        heading = record["title"] or heading if record["kind"] == "passage" else heading
        yield {**record, "title": heading} if record["kind"] == "text" and not record["title"] else record


def _slides(records: list[Record]) -> Iterator[Slide]:
    tables = {_head(table): table for record in records for table in tables_of(record)}
    situations = {each["name"]: each["computed"] for record in records for each in record.get("situations", ())}
    profiled = {name for record in records if record.get("chart") == "profile_bars" for name in names_of(record)}
    for record in records:
        if "situations" in record:
            yield from situation_slides(record)
        elif record["kind"] in ("text", "passage"):
            yield from text_slides(record)
        elif record["kind"] == "table":
            yield from table_slides(record, without=profiled)
        elif record["chart"] == "profile_bars":
            yield from profile_slides(record, tables, situations)
        elif record["values"]["rows"] and record["chart"] != "region_map":  # whose ranks stand on a slide already
            yield from figure_slides(record)


def _distinct(slides: list[Slide]) -> Iterator[Slide]:
    """The slides, those that share a title numbered: readers find a slide by its title."""
    shared = {title for title, count in Counter(slide.title for slide in slides).items() if count > 1}
    seen: Counter[str] = Counter()
    for slide in slides:
        seen[slide.title] += 1
        yield replace(slide, title=f"{slide.title}, {seen[slide.title]}") if slide.title in shared else slide


# Texts and tables.


def text_slides(record: Record) -> Iterator[Slide]:
    """A text's paragraphs and statements as bullets; what is withheld stands on a slide of its own."""
    items = record.get("items", ())
    withheld = tuple(item["text"] for item in items if item["by"] == WITHHELD)
    said = tuple(_statement(item) for item in items if item["by"] != WITHHELD)
    bullets, notes = (said, _notes(record, *record["texts"])) if items else (_paragraphs(record), _notes(record))
    if bullets:
        yield Slide(record["title"], notes, bullets=bullets)
    if withheld:
        yield Slide(NOT_SAID, notes, bullets=withheld)


def _paragraphs(record: Record) -> tuple[str, ...]:
    """The paragraphs of a text, and which figures it says are missing."""
    return (*record["texts"], *(text for text, _ in record.get("missing", ())))


def _statement(item: Mapping[str, str]) -> str:
    """A statement with the part that it rests on, and whose it is where it is not computed."""
    text = item["text"]
    text += f" ({item['by']})" if item["by"] not in ("", COMPUTED) else ""
    return text + (f" [{item['evidence']}]" if item["evidence"] else "")


def table_slides(record: Record, without: Iterable[str] = ()) -> Iterator[Slide]:
    """A slide a table, but for those about a place in `without`: they stand beside its chart."""
    tables = [table for table in tables_of(record) if _head(table) not in without]
    for table in tables:
        title = record["title"] if len(tables) == 1 and record["title"] else _first_sentence(table.caption)
        yield Slide(title, _notes(record, table.caption), table=table)


def tables_of(record: Record) -> list[DataTable]:
    """The tables of a record."""
    folded = [table for _, table in record.get("folded", ())]
    tables = (
        [*record["tables"], *folded] if record["kind"] == "table" else [record["table"]] if record.get("table") else []
    )
    return [TypeAdapter(DataTable).validate_python(table) for table in tables]


def _head(table: DataTable) -> str:
    """What a table is about: "Nordmaling" of "Nordmaling: helårsekvivalenter 2020 och 2021"."""
    return table.caption.partition(":")[0]


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].removesuffix(".")


def _notes(record: Record, *before: str) -> str:
    """The source and notes of a record, behind what is said before them."""
    source = record.get("source") or FROM_PAGE
    return "\n".join(text for text in (*before, *record.get("notes", ()), source) if text)


def situation_slides(record: Record) -> Iterator[Slide]:
    """A slide for what people wrote of each municipality, with who they are; the numbers stand beside its chart."""
    for place in record["situations"]:
        for judgement in place["judgements"]:
            notes = f"Bedömning: {judgement['by']}. {record['source']}".strip()
            yield Slide(f"{place['name']}: lokala insatser", notes, bullets=tuple(_plain_lines(judgement["text"])))


def _plain_lines(markdown: str) -> Iterator[str]:
    """The paragraphs and list items of a text that people wrote, without marks."""
    for block in re.split(r"\n\s*\n|\n(?=- )", markdown.strip()):
        yield " ".join(block.removeprefix("- ").replace("*", "").split())


# Figures: native charts of their values, and their table where no native chart says the same.


def figure_slides(record: Record) -> Iterator[Slide]:
    """The slide of a figure: its native chart, else its table; an analyst's own is its title and table."""
    rows = rows_of(record)
    title, notes = record["title"], _notes(record, record["finding"] or record["alternative"], record["subtitle"])
    chart, tables = record["chart"], tables_of(record)
    if chart == "rank_change":
        names = [text_of(row[0]) for row in tables[0].rows]
        wide = rows.pivot(index="name", columns="year", values="value").reindex(names)
        yield Slide(title, notes, chart=_chart("bars", wide, record), table=tables[0])
    elif chart == "waterfall":
        whole = rows["value"].notna().groupby(rows["name"]).transform("all")  # the page draws no other place
        parts = rows[whole & (rows["indicator"] != WHOLE)]
        yield Slide(title, notes, chart=_chart("stacked", _wide(parts, "name", "label"), record))
    elif chart == "two_measures":
        yield Slide(title, notes, chart=_dots(rows, record))
    elif chart == "small_multiples":
        own = rows[rows["group"] == rows["group"].iloc[0]]  # one panel: the chart has one
        months = own.assign(time=[f"{row.year}-{row.month:02d}" for row in own.itertuples()])
        yield Slide(title, notes, chart=_chart("lines", _wide(months, "time", "label"), record))
    else:
        yield from (Slide(title, notes, table=table) for table in tables)


def profile_slides(record: Record, tables: Mapping[str, DataTable], situations: Mapping[str, str]) -> Iterator[Slide]:
    """A slide a municipality: its profile as a chart, beside the table about it where the page has one.

    `tables` are the page's by what they are about, `situations` what it says of a municipality.
    """
    for name, own in rows_of(record).dropna(subset="value").groupby("name", sort=False):
        table = tables.get(str(name))
        shares = [f"{row.label} {decimal(row.value, record['decimals'])}" for row in own.itertuples()]
        description = f"{KIND_WORDS['bars']}. {name}: {listed(shares)}."
        chart = replace(_chart("bars", _wide(own, "label", "year"), record), description=description)
        title = _first_sentence(table.caption) if table else f"{name}: {record['title']}"
        yield Slide(title, _notes(record, situations.get(str(name), "")), chart=chart, table=table)


def names_of(record: Record) -> set[str]:
    """The places in a figure's values."""
    return set(rows_of(record)["name"])


def rows_of(record: Record) -> pd.DataFrame:
    """The values of a record as they were drawn, `value` as numbers."""
    rows = pd.DataFrame(record["values"]["rows"], columns=record["values"]["columns"])
    return rows.assign(value=pd.to_numeric(rows["value"])) if "value" in rows else rows


KIND_WORDS = {"bars": "Staplar", "stacked": "Staplade staplar", "lines": "Linjer", "dots": "Punkter"}


def _wide(rows: pd.DataFrame, index: str, columns: str) -> pd.DataFrame:
    """One row a category and one column a series, both in the order of the rows."""
    wide = rows.pivot(index=index, columns=columns, values="value")
    return wide.loc[rows[index].unique(), rows[columns].unique()].dropna(how="all")


def _chart(kind: str, wide: pd.DataFrame, record: Record) -> SlideChart:
    series = tuple((str(name), _plain(wide[name])) for name in wide)
    return SlideChart(
        kind, tuple(map(str, wide.index)), series, record["unit"], record["decimals"], _description(kind, record)
    )


def _dots(rows: pd.DataFrame, record: Record) -> SlideChart:
    """A dot a place that has both measures: the first indicator of the rows across, the second upwards."""
    wide = _wide(rows, "name", "label").dropna()
    across, upwards = wide.columns
    points = tuple(zip(wide[across].round(2), wide[upwards].round(2), strict=True))
    unit = f"{upwards.lower()}, {record['unit']}; vågrätt {across.lower()}"
    series = (("Kommuner", points),)
    return SlideChart("dots", tuple(wide.index), series, unit, record["decimals"], _description("dots", record))


def _description(kind: str, record: Record) -> str:
    return f"{KIND_WORDS[kind]}. {record['title']}. {record['finding']}".strip()


def _plain(values: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(None if pd.isna(value) else float(value) for value in values)
