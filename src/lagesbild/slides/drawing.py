"""A deck as a .pptx file with native charts and tables: the same bytes each time for the same slides."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as PptxDeck
from pptx.shapes.base import BaseShape
from pptx.slide import Slide as Drawn
from pptx.util import Emu, Inches, Pt

from lagesbild.charts.theme import SERIES, text_width
from lagesbild.html.components import Cell, DataTable, text_of
from lagesbild.look import TOKENS
from lagesbild.slides.content import Deck, Slide, SlideChart
from lagesbild.swedish.numbers import typeset

# Sizes and colours of the slides.

WIDE, HIGH = Inches(13.333), Inches(7.5)
MARGIN, TOP = Inches(0.6), Inches(1.55)
BODY = HIGH - TOP - Inches(0.5)
BESIDE = Inches(5.6)  # where a table begins beside a chart
TITLE_SIZE, TEXT_SIZE, CELL_SIZE, CHART_SIZE, SMALL_SIZE = Pt(26), Pt(18), Pt(12), Pt(12), Pt(8)
MANY = 24  # bars: the numbers of so many would touch each other


def colour(token: str) -> RGBColor:
    """A colour of the report's own look."""
    return RGBColor.from_string(TOKENS[token].removeprefix("#").upper())


# How wide a table's columns and how high its rows must be on a slide, in inches.

LETTER = 1.35 / 72  # inches a point of the report's font; the reader's font may be wider
PADDING = 0.3  # left and right of a cell
LINE, AROUND = 0.2, 0.08  # a line of text, and what lies above and below it
NARROWEST, WIDEST_WORD = 0.7, 2.0


def column_widths(table: DataTable, room: float, size: float) -> list[float]:
    """The columns' widths: numbers get what they need, texts share the rest by their length.

    Where that breaks words, what stands behind a number, such as its unit, goes to a line of its own.
    """
    wanted = [_widest(table, number, size) for number in range(len(table.columns))]
    words = [_word(table, number, size) for number in range(len(table.columns))]
    least = [0.0 if column.numeric else word for word, column in zip(words, table.columns, strict=True)]
    tight = sum(least) + sum(wide for wide, low in zip(wanted, least, strict=True) if not low) > room
    fixed = [0.0 if low else (word if tight else wide) for low, word, wide in zip(least, words, wanted, strict=True)]
    left = max(room - sum(fixed) - sum(least), 0.0)
    more = [max(min(wide, 0.6 * room) - low, 0.0) if low else 0.0 for wide, low in zip(wanted, least, strict=True)]
    given = [left * part / (sum(more) or 1.0) for part in more]
    widths = [fix + low + extra for fix, low, extra in zip(fixed, least, given, strict=True)]
    return [wide * room / sum(widths) for wide in widths]


def row_height(row: tuple, widths: list[float], size: float) -> float:
    """The height of a row whose tallest cell is broken over as many lines as it needs."""
    lines = [-(-_width(cell, size) // max(wide - PADDING, 0.1)) for cell, wide in zip(row, widths, strict=True)]
    return max(1.0, *lines) * LINE + AROUND


def _word(table: DataTable, number: int, size: float) -> float:
    """What a column needs so that no common word, and no number with its sign, is broken."""
    texts = [table.columns[number].header, *(text_of(row[number]) for row in table.rows)]
    longest = max((_width(word, size) for text in texts for word in text.split(" ")), default=0.0)
    return min(max(longest + PADDING, NARROWEST), WIDEST_WORD)


def _widest(table: DataTable, number: int, size: float) -> float:
    head = max((_width(word, size) for word in table.columns[number].header.split()), default=0.0)
    return max([head, *(_width(row[number], size) for row in table.rows)]) + PADDING


def _width(cell: str | Cell, size: float) -> float:
    return text_width(text_of(cell), size) * LETTER


# Texts and tables over as many slides as they need.

ROOM = 1200  # letters of bullets that a slide holds
TALL = Emu(BODY).inches - 0.4  # inches of a table's rows that a slide holds, below the headings
ACROSS = Emu(WIDE - 2 * MARGIN).inches


def paged(slide: Slide) -> Iterator[Slide]:
    """The slide, or as many as its bullets or its table need; a table has its headings on each."""
    if slide.chart is not None:
        pages = [slide]
    elif slide.table is not None:
        table = slide.table
        pages = [replace(slide, table=replace(table, rows=rows)) for rows in _fitting_rows(table)]
    else:
        pages = [replace(slide, bullets=texts) for texts in _fitting_texts(slide.bullets)]
    for number, page in enumerate(pages, 1):
        yield replace(page, title=_numbered(slide.title, number, len(pages)))


def _fitting_texts(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """The texts in groups that a slide holds; one empty group without texts."""
    pages: list[list[str]] = [[]]
    for text in texts:
        if pages[-1] and sum(map(len, pages[-1])) + len(text) > ROOM:
            pages.append([])
        pages[-1].append(text)
    return [tuple(page) for page in pages]


def _fitting_rows(table: DataTable) -> list[tuple]:
    """The table's rows in groups that a slide holds; one empty group for a table without rows."""
    widths = column_widths(table, ACROSS, CELL_SIZE.pt)
    pages: list[list[tuple]] = [[]]
    used = 0.0
    for row in table.rows:
        height = row_height(row, widths, CELL_SIZE.pt)
        if pages[-1] and used + height > TALL:
            pages.append([])
            used = 0.0
        pages[-1].append(row)
        used += height
    return [tuple(page) for page in pages]


def _numbered(title: str, number: int, of: int) -> str:
    return f"{title} ({number} av {of})" if of > 1 else title


# Native charts: their numbers lie in a workbook that the reader can edit.

KINDS = {
    "bars": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.COLUMN_STACKED,
    "lines": XL_CHART_TYPE.LINE,
    "dots": XL_CHART_TYPE.XY_SCATTER,
}


def add_chart(drawn: Drawn, chart: SlideChart, width: int) -> BaseShape:
    """Draws a chart at the left margin and returns its shape."""
    # python-pptx types the data as its common base and the result as the chart inside; both are wider in fact
    frame: Any = drawn.shapes.add_chart(KINDS[chart.kind], MARGIN, TOP, Emu(width), Emu(BODY), _data(chart))
    native = frame.chart
    native.font.size, native.font.color.rgb = CHART_SIZE, colour("ink")
    native.has_title = chart.kind == "bars"
    if native.has_title:
        native.chart_title.text_frame.text = chart.unit
        native.chart_title.text_frame.paragraphs[0].font.size = CHART_SIZE
    native.has_legend = len(chart.series) > 1
    if native.has_legend:
        native.legend.position, native.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    value_axis = native.value_axis
    value_axis.has_major_gridlines = chart.kind != "bars"
    value_axis.tick_labels.number_format = _format(chart.decimals)
    value_axis.tick_labels.number_format_is_linked = False
    value_axis.visible = chart.kind != "bars"
    if value_axis.visible:
        value_axis.has_title = True
        value_axis.axis_title.text_frame.text = chart.unit
    if chart.kind == "bars":  # the first category on top; the bars carry their numbers
        native.category_axis.reverse_order = True
        native.plots[0].gap_width = 45
    if chart.kind in ("bars", "stacked"):
        native.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _colours(native, chart)
    return frame


def _data(chart: SlideChart) -> Any:
    if chart.kind == "dots":
        dots = XyChartData(number_format=_format(chart.decimals))
        for name, points in chart.series:
            series = dots.add_series(name)
            for x, y in points:
                series.add_data_point(x, y)
        return dots
    data = CategoryChartData(number_format=_format(chart.decimals))
    data.categories = chart.categories
    for name, values in chart.series:
        data.add_series(name, values)
    return data


def _colours(native: Any, chart: SlideChart) -> None:
    for number, series in enumerate(native.plots[0].series):
        fill = colour(SERIES[number % len(SERIES)]) if number < len(SERIES) else colour("ink")
        if chart.kind == "lines":
            series.format.line.color.rgb, series.format.line.width, series.smooth = fill, Pt(2), False
        elif chart.kind == "dots":
            series.format.line.fill.background()
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = fill
        else:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = fill
            series.invert_if_negative = False
    if chart.kind == "bars":
        labels = native.plots[0]
        labels.has_data_labels = True
        labels.data_labels.number_format, labels.data_labels.number_format_is_linked = _format(chart.decimals), False
        labels.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
        labels.data_labels.font.size = CHART_SIZE if len(chart.categories) * len(chart.series) < MANY else SMALL_SIZE


def _format(decimals: int) -> str:
    return "0" if decimals == 0 else "0." + "0" * decimals


# Slides drawn with python-pptx: title, bullets, tables and charts, alternative texts, notes, language.

TITLE_ONLY = 5  # of python-pptx's own template


def empty_deck() -> PptxDeck:
    """A wide presentation without slides; the template's placeholders are stretched to its width."""
    deck = Presentation()
    stretch = WIDE / deck.slide_width
    deck.slide_width, deck.slide_height = WIDE, HIGH
    for shapes in (deck.slide_master.shapes, *(layout.shapes for layout in deck.slide_layouts)):
        for shape in shapes:
            if shape.width:
                shape.left, shape.width = Emu(int(shape.left * stretch)), Emu(int(shape.width * stretch))
    return deck


def add_slide(deck: PptxDeck, plan: Slide) -> None:
    """Draws one slide at the end of the deck."""
    drawn = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    _title(drawn, plan.title)
    if plan.bullets:
        _bullets(drawn, plan.bullets)
    if plan.chart:
        width = WIDE - 2 * MARGIN if plan.table is None else BESIDE - MARGIN
        described(add_chart(drawn, plan.chart, width), plan.chart.description)
    if plan.table:
        _table(drawn, plan.table, MARGIN if plan.chart is None else BESIDE + Inches(0.2))
    drawn.notes_slide.notes_text_frame.text = plan.notes
    _swedish(drawn.notes_slide.notes_text_frame.paragraphs)


def described(shape: BaseShape, text: str) -> None:
    """Gives a shape its alternative text."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)


def _title(drawn: Drawn, text: str) -> None:
    title = drawn.shapes.title
    assert title is not None, "the layout has a title"
    title.left, title.top, title.width, title.height = MARGIN, Inches(0.35), Emu(WIDE - 2 * MARGIN), Inches(1.05)
    title.text_frame.text = text
    title.text_frame.word_wrap = True
    for paragraph in title.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold = TITLE_SIZE, True
        paragraph.font.color.rgb = colour("ink")
    _swedish(title.text_frame.paragraphs)


def _bullets(drawn: Drawn, texts: Iterable[str]) -> None:
    frame = drawn.shapes.add_textbox(MARGIN, TOP, Emu(WIDE - 2 * MARGIN), Emu(BODY)).text_frame
    frame.word_wrap = True
    for number, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = f"•  {text}"
        paragraph.font.size, paragraph.space_after = TEXT_SIZE, Pt(9)
        paragraph.font.color.rgb = colour("ink")
    _swedish(frame.paragraphs)


def _table(drawn: Drawn, table: DataTable, left: int) -> None:
    width = Emu(WIDE - MARGIN - left)
    frame = drawn.shapes.add_table(len(table.rows) + 1, len(table.columns), Emu(left), TOP, width, Inches(0.3))
    described(frame, table.caption)
    native = frame.table
    widths = column_widths(table, width.inches, CELL_SIZE.pt)
    for number, column in enumerate(table.columns):
        native.columns[number].width = Inches(widths[number])
        _cell(native.cell(0, number), column.header, column.numeric, head=True)
    for at, row in enumerate(table.rows, 1):
        native.rows[at].height = Inches(row_height(row, widths, CELL_SIZE.pt))
        for number, value in enumerate(row):
            _cell(native.cell(at, number), text_of(value), table.columns[number].numeric)


def _cell(cell: Any, text: str, numeric: bool, head: bool = False) -> None:
    cell.text_frame.text = text
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = CELL_SIZE, head
        paragraph.alignment = PP_ALIGN.RIGHT if numeric else PP_ALIGN.LEFT
        paragraph.font.color.rgb = colour("paper" if head else "ink")
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour("focus" if head else "paper")
    _swedish(cell.text_frame.paragraphs)


def _swedish(paragraphs: Iterable[Any]) -> None:
    """Marks the text as Swedish, so that screen readers and spelling know."""
    for paragraph in paragraphs:
        for run in paragraph.runs:
            run.font.language_id = MSO_LANGUAGE_ID.SWEDISH


# The deck as a file: the same bytes each time for the same material.

TEXT = qn("a:t")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can hold
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def slides_bytes(deck: Deck) -> bytes:
    """The deck as a .pptx file, its texts set as the pages' are. Its dates are the snapshot's, never the clock's."""
    native = empty_deck()
    for slide in deck.slides:
        for page in paged(slide):
            add_slide(native, page)
    for drawn in native.slides:
        for part in (drawn, drawn.notes_slide):
            for text in part.element.iter(TEXT):
                text.text = typeset(text.text or "")
    facts = native.core_properties
    facts.title, facts.author, facts.language = deck.title, deck.author, "sv-SE"
    facts.created = facts.modified = datetime.fromisoformat(deck.made) if deck.made else datetime(*EPOCH)
    out = io.BytesIO()
    native.save(out)
    return _without_clock(out.getvalue(), facts.created)


def _without_clock(archive: bytes, date: datetime) -> bytes:
    """The same archive without the times of its making, in its entries and in the workbooks behind the charts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".xlsx"):
                content = _without_clock(content, date)
            elif name == "docProps/core.xml":
                content = STAMP.sub(rb"\g<1>" + f"{date:%Y-%m-%dT%H:%M:%SZ}".encode() + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
