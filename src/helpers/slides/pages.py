"""Texts and tables over as many slides as they need."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pptx.util import Emu

from ..exhibits import DataTable
from .looks import BODY, CELL_SIZE, MARGIN, WIDE
from .measures import column_widths, row_height
from .plan import Slide

ROOM = 1200  # letters of bullets that a slide holds
TALL = Emu(BODY).inches - 0.4  # inches of a table's rows that a slide holds, below the headings
ACROSS = Emu(WIDE - 2 * MARGIN).inches


def bullet_slides(title: str, texts: Iterable[str], notes: str) -> Iterator[Slide]:
    """Bullets over as many slides as they need."""
    pages: list[list[str]] = [[]]
    for text in texts:
        if pages[-1] and sum(map(len, pages[-1])) + len(text) > ROOM:
            pages.append([])
        pages[-1].append(text)
    for number, page in enumerate(pages, 1):
        if page:
            yield Slide(_numbered(title, number, len(pages)), notes, bullets=tuple(page))


def table_slides(title: str, table: DataTable, notes: str) -> Iterator[Slide]:
    """A table over as many slides as its lines need; each has the headings."""
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
    for number, rows in enumerate(pages, 1):
        yield Slide(_numbered(title, number, len(pages)), notes, table=replace(table, rows=tuple(rows)))


def _numbered(title: str, number: int, of: int) -> str:
    return f"{title} ({number} av {of})" if of > 1 else title
