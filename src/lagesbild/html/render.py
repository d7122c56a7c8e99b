"""Components as accessible HTML with their records, prose as safe HTML, and days for a calendar."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from lagesbild.html.components import Chapter, FigureBlock, Part, Passage

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
VERSION = 1  # of the records


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, repr=False)
class Component:
    """What a cell ends with: `html` on the page, `record` (kind and data) for downloads and key figures."""

    html: str
    record: dict[str, Any]

    def __repr__(self) -> str:
        """One line: kind, anchor and title. Jupyter stores it beside html and record, so it repeats neither."""
        known = [str(self.record[key]) for key in ("kind", "anchor", "title") if self.record.get(key)]
        return f"<component {' '.join(' '.join(known).split())}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/html": self.html, MIME: self.record}


def rendered(template: str, **values: Any) -> str:
    """The HTML of one of this room's templates; every value is escaped unless it is Markup."""
    return _environment().get_template(template).render(**values)


def figure_component(block: FigureBlock) -> Component:
    """A figure or card with everything around it."""
    record = {"version": VERSION, "kind": "figure", **asdict(block), "source": block.provenance.source_line}
    for name in ("svg", "provenance"):
        record.pop(name)
    return Component(rendered("figure.html", figure=block), record)


def part_component(part: Part) -> Component:
    """Texts, statements and tables under one heading, or a table that stands by itself."""
    kind = "table" if part.tables else "text"
    return Component(rendered("part.html", part=part), {"version": VERSION, "kind": kind, **asdict(part)})


def passage_component(passage: Passage, **facts: Any) -> Component:
    """A passage of text, heading or list; `facts` go into its record."""
    record = {"version": VERSION, "kind": "passage", "anchor": passage.anchor, "title": passage.title, **facts}
    return Component(passage.html, record)


def chapter_component(chapter: Chapter) -> Component:
    """A computed chapter: heading, paragraphs, tables, lists and notes."""
    return passage_component(
        Passage(rendered("chapter.html", chapter=chapter), anchor=chapter.anchor, title=chapter.title)
    )


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
