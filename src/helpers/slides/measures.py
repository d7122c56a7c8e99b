"""How wide a table's columns and how high its rows must be on a slide, in inches."""

from ..charts.canvas import text_width
from ..exhibits import DataTable

LETTER = 1.35 / 72  # inches a point of the report's font; the reader's font may be wider
PADDING = 0.3  # left and right of a cell
LINE, AROUND = 0.2, 0.08  # a line of text, and what lies above and below it
NARROWEST, WIDEST_WORD = 0.7, 2.0


def column_widths(table: DataTable, room: float, size: float) -> list[float]:
    """The columns' widths: numbers get what they need, texts share the rest by their length."""
    wanted = [_widest(table, number, size) for number in range(len(table.columns))]
    fixed = [wide if column.numeric else 0.0 for wide, column in zip(wanted, table.columns, strict=True)]
    least = [0.0 if column.numeric else _word(table, n, size) for n, column in enumerate(table.columns)]
    left = max(room - sum(fixed) - sum(least), 0.0)
    more = [max(min(wide, 0.6 * room) - low, 0.0) if low else 0.0 for wide, low in zip(wanted, least, strict=True)]
    given = [left * part / (sum(more) or 1.0) for part in more]
    found = [fix + low + extra for fix, low, extra in zip(fixed, least, given, strict=True)]
    return [wide * room / sum(found) for wide in found]


def row_height(row: tuple, widths: list[float], size: float) -> float:
    """The height of a row whose tallest cell is broken over as many lines as it needs."""
    lines = [-(-_width(cell, size) // max(wide - PADDING, 0.1)) for cell, wide in zip(row, widths, strict=True)]
    return max(1.0, *lines) * LINE + AROUND


def _word(table: DataTable, number: int, size: float) -> float:
    """What a column of text needs so that no common word is broken."""
    texts = [table.columns[number].header, *(str(getattr(row[number], "text", row[number])) for row in table.rows)]
    longest = max((_width(word, size) for text in texts for word in text.split()), default=0.0)
    return min(max(longest + PADDING, NARROWEST), WIDEST_WORD)


def _widest(table: DataTable, number: int, size: float) -> float:
    head = max((_width(word, size) for word in table.columns[number].header.split()), default=0.0)
    return max([head, *(_width(row[number], size) for row in table.rows)]) + PADDING


def _width(cell, size: float) -> float:
    return text_width(cell if isinstance(cell, str) else cell.text, size) * LETTER
