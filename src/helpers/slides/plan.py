"""What a slide holds, as plain data: text is ready for readers, numbers are as they were computed."""

from dataclasses import dataclass

from ..exhibits import DataTable


@dataclass(frozen=True)
class Chart:
    """A native chart. `kind` is bars, stacked, lines or dots; `series` is name -> one value a category (None: missing).

    For dots `series` is name -> (x, y) pairs and `categories` are their names.
    """

    kind: str
    categories: tuple[str, ...]
    series: dict[str, tuple]
    unit: str
    decimals: int
    description: str  # the whole alternative text


@dataclass(frozen=True)
class Slide:
    """One slide: title, then bullets, a chart, a table, or a chart beside a table. `notes` say where it comes from."""

    title: str
    notes: str
    bullets: tuple[str, ...] = ()
    chart: Chart | None = None
    table: DataTable | None = None
