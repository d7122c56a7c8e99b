"""Slides drawn with python-pptx: title, bullets, tables and charts, alternative texts, notes, language."""

from collections.abc import Iterable

from pptx import Presentation
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import PP_ALIGN
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide as Drawn
from pptx.util import Emu, Inches, Pt

from ..exhibits import DataTable
from .looks import BESIDE, BODY, CELL_SIZE, HIGH, MARGIN, TEXT_SIZE, TITLE_SIZE, TOP, WIDE, colour
from .measures import column_widths, row_height
from .native import add_chart
from .plan import Slide

TITLE_ONLY = 5  # of python-pptx's own template


def empty_deck() -> Deck:
    """A wide presentation without slides; the template's placeholders are stretched to its width."""
    deck = Presentation()
    stretch = WIDE / deck.slide_width
    deck.slide_width, deck.slide_height = WIDE, HIGH
    for shapes in (deck.slide_master.shapes, *(layout.shapes for layout in deck.slide_layouts)):
        for shape in shapes:
            if shape.width:
                shape.left, shape.width = Emu(int(shape.left * stretch)), Emu(int(shape.width * stretch))
    return deck


def add_slide(deck: Deck, plan: Slide) -> None:
    """Draws one slide at the end of the deck."""
    drawn = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    _title(drawn, plan.title)
    if plan.bullets:
        _bullets(drawn, plan.bullets)
    if plan.chart:
        width = WIDE - 2 * MARGIN if plan.table is None else BESIDE - MARGIN
        described(add_chart(drawn.shapes, plan.chart, (MARGIN, TOP, width, BODY)), plan.chart.description)
    if plan.table:
        _table(drawn, plan.table, MARGIN if plan.chart is None else BESIDE + Inches(0.2))
    drawn.notes_slide.notes_text_frame.text = plan.notes
    _swedish(drawn.notes_slide.notes_text_frame.paragraphs)


def described(shape, text: str) -> None:
    """Gives a shape its alternative text."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)


def _title(drawn: Drawn, text: str) -> None:
    title = drawn.shapes.title
    title.left, title.top, title.width, title.height = MARGIN, Inches(0.35), WIDE - 2 * MARGIN, Inches(1.05)
    title.text_frame.text = text
    title.text_frame.word_wrap = True
    for paragraph in title.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold = TITLE_SIZE, True
        paragraph.font.color.rgb = colour("ink")
    _swedish(title.text_frame.paragraphs)


def _bullets(drawn: Drawn, texts: Iterable[str]) -> None:
    frame = drawn.shapes.add_textbox(MARGIN, TOP, WIDE - 2 * MARGIN, BODY).text_frame
    frame.word_wrap = True
    for number, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = f"•  {text}"
        paragraph.font.size, paragraph.space_after = TEXT_SIZE, Pt(9)
        paragraph.font.color.rgb = colour("ink")
    _swedish(frame.paragraphs)


def _table(drawn: Drawn, table: DataTable, left: int) -> None:
    width = WIDE - MARGIN - left
    frame = drawn.shapes.add_table(len(table.rows) + 1, len(table.columns), left, TOP, width, Inches(0.3))
    described(frame, table.caption)
    native = frame.table
    widths = column_widths(table, Emu(width).inches, CELL_SIZE.pt)
    for number, column in enumerate(table.columns):
        native.columns[number].width = Inches(widths[number])
        _cell(native.cell(0, number), column.header, column.numeric, head=True)
    for at, row in enumerate(table.rows, 1):
        native.rows[at].height = Inches(row_height(row, widths, CELL_SIZE.pt))
        for number, value in enumerate(row):
            _cell(
                native.cell(at, number), value if isinstance(value, str) else value.text, table.columns[number].numeric
            )


def _cell(cell, text: str, numeric: bool, head: bool = False) -> None:
    cell.text_frame.text = text
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = CELL_SIZE, head
        paragraph.alignment = PP_ALIGN.RIGHT if numeric else PP_ALIGN.LEFT
        paragraph.font.color.rgb = colour("paper" if head else "ink")
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour("focus" if head else "paper")
    _swedish(cell.text_frame.paragraphs)


def _swedish(paragraphs) -> None:
    """Marks the text as Swedish, so that screen readers and spelling know."""
    for paragraph in paragraphs:
        for run in paragraph.runs:
            run.font.language_id = MSO_LANGUAGE_ID.SWEDISH
