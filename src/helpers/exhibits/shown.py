"""Exhibits as Jupyter shows them: HTML for people, and a record of the same content for the publisher."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .blocks import Chapter, DataTable, FigureBlock, Passage

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
class Shown:
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


def figure_shown(block: FigureBlock) -> Shown:
    """A figure or card with everything around it."""
    record = {"kind": "figure", **asdict(block)}
    for bulky in ("svg", "table", "provenance"):
        record.pop(bulky)
    return Shown(rendered("figure.html", figure=block), record)


def table_shown(table: DataTable, anchor: str = "") -> Shown:
    """A table that stands by itself."""
    return Shown(rendered("table.html", table=table, anchor=anchor), {"kind": "table", "caption": table.caption})


def passage_shown(passage: Passage, **facts: Any) -> Shown:
    """A passage of text, heading or list; `facts` go into its record."""
    return Shown(passage.html, {"kind": "passage", "anchor": passage.anchor, "title": passage.title, **facts})


def chapter_shown(chapter: Chapter) -> Shown:
    """A computed chapter: heading, paragraphs, tables, lists and notes."""
    return passage_shown(Passage(rendered("chapter.html", chapter=chapter), anchor=chapter.anchor, title=chapter.title))
