"""Components as accessible HTML with their records and their look, prose as safe HTML, and days for a calendar."""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from lagesbild.assessments.prose import parted
from lagesbild.html.components import FigureBlock, Part, Passage
from lagesbild.look import COLOURS, FAMILY, TOKENS
from lagesbild.paths import PACKAGE

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


def parted_prose(text: str) -> tuple[str, str]:
    """The first paragraph or list of `text`, and the rest, both as `prose_html` gives them."""
    first, rest = parted(text)
    return prose_html(first), prose_html(rest)


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
        """What Jupyter shows and stores: with the page's header comes the style of all components, once a notebook."""
        style = lab_style() if "parameters" in self.record else ""
        return {"text/html": f"{OPENING}{self.html}{CLOSING}{style}", MIME: self.record}


def compile_templates() -> None:
    """Reads and compiles every template, which is otherwise done when it is first wanted."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def rendered(template: str, **values: Any) -> str:
    """The HTML of one of this room's templates; every value is escaped unless it is Markup."""
    return _environment().get_template(template).render(**values)


def figure_component(block: FigureBlock) -> Component:
    """A figure or card with everything around it."""
    facts = {"source": block.provenance.source_line, "remake": block.provenance.remake}
    record = {"version": VERSION, "kind": "figure", **asdict(block), **facts}
    for name in ("svg", "narrow", "provenance"):
        record.pop(name)
    return Component(rendered("figure.html", figure=block), record)


def part_component(part: Part) -> Component:
    """Texts, statements and tables under one heading, or a table that stands by itself."""
    kind = "table" if part.tables or part.folded else "text"
    return Component(rendered("part.html", part=part), {"version": VERSION, "kind": kind, **asdict(part)})


def passage_component(passage: Passage, **facts: Any) -> Component:
    """A passage of text, heading or list; `facts` go into its record."""
    record = {"version": VERSION, "kind": "passage", "anchor": passage.anchor, "title": passage.title, **facts}
    return Component(passage.html, record)


# The look of components: one stylesheet for pages, and the same for JupyterLab, where pages' own files are not at hand.

FONTS = PACKAGE / "assets" / "fonts"
COMPONENTS = Path(__file__).with_name("assets") / "components.css"
WEIGHTS = (400, 600)
TINTS = {  # light, dark: behind text; drawings have none
    "tint": ("#f3f5f8", "#1c2229"),
    "tint-focus": ("#eaf2fa", "#16283a"),
    "tint-watch": ("#faf1dc", "#332a12"),
}
SIZES = "--measure: 42rem; --figure: 47.5rem;"  # of words, and of figures: 760 pixels
FONT = "lagesbild-sans-{}.woff2"
TEXT = f"""
  font: 400 1rem/1.6 "{FAMILY}", system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  background: var(--paper);
  color: var(--ink);
  overflow-wrap: break-word;
"""
OPENING, CLOSING = '<div class="lagesbild">', "</div>"  # around every component in JupyterLab
LAB_STYLE = re.compile(r'<style class="lagesbild">.*?</style>', re.DOTALL)


def page_style() -> str:
    """The stylesheet of components on a page, whose fonts lie in `fonts/`: light, or dark as the reader has it."""
    return "\n".join(
        [
            _fonts({weight: f"fonts/{FONT.format(weight)}" for weight in WEIGHTS}),
            f":root {{ {SIZES} {_colours(0)} }}",
            f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_colours(1)} }} }}",
            f"html {{{TEXT}}}",
            COMPONENTS.read_text("utf-8"),
            *_drawn("{}"),
        ]
    )


def lab_style() -> str:
    """The same as a style element for JupyterLab: fonts inside it, rules for components only, dark as Lab's theme is.

    Lab's own rules for tables, headings and lists are taken back first; the class stands thrice to outweigh them.
    """
    rules = [
        _fonts({weight: f"data:font/woff2;base64,{_encoded(weight)}" for weight in WEIGHTS}),
        ".lagesbild { color-scheme: light; display: flow-root; padding: 0 1rem; }",
        f".lagesbild {{ {SIZES} {_colours(0)}{TEXT}}}",
        f'[data-jp-theme-light="false"] .lagesbild {{ color-scheme: dark; {_colours(1)} }}',
        ".lagesbild.lagesbild.lagesbild {",
        "& :where(:not(svg, svg *)) { all: revert; }",
        COMPONENTS.read_text("utf-8"),
        "}",
        *_drawn(":where({})"),
    ]
    return f'<style class="lagesbild">{" ".join(chr(10).join(rules).split())}</style>'


def bare_html(shown: str) -> str:
    """A component's html as it stands on a page, of what a notebook stored: without JupyterLab's class and style."""
    if not shown.startswith(OPENING):
        return shown
    return LAB_STYLE.sub("", shown).removeprefix(OPENING).removesuffix(CLOSING)


def fonts_script() -> str:
    """A script that has the fonts at hand before a page is drawn: nothing moves when they come, also from disk.

    A browser does not preload a font from disk; without scripts the stylesheet brings the same fonts a moment later.
    """
    made = [
        f'document.fonts.add(new FontFace("{FAMILY}", Uint8Array.from(atob("{_encoded(weight)}"), '
        f'sign => sign.charCodeAt(0)), {{weight: "{weight}"}}));'
        for weight in WEIGHTS
    ]
    return "\n".join(['"use strict";', *made, ""])


def _encoded(weight: int) -> str:
    return b64encode((FONTS / FONT.format(weight)).read_bytes()).decode()


def _fonts(addresses: dict[int, str]) -> str:
    return "\n".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-display: swap; '
        f'src: url({address}) format("woff2"); }}'
        for weight, address in addresses.items()
    )


def _colours(which: int) -> str:
    """Every colour as a custom property: 0 is light, 1 dark."""
    return " ".join(f"--{name}: {pair[which]};" for name, pair in (COLOURS | TINTS).items())


def _drawn(selector: str) -> list[str]:
    """Rules that turn a drawing's light colours into the reader's.

    No `svg` before the attribute: what <use> draws is a tree of its own, where no ancestor matches.
    """
    return [
        f"{selector.format(f'[{kind}={chr(34)}{colour}{chr(34)}]')} {{ {kind}: var(--{name}, {colour}); }}"
        for name, colour in TOKENS.items()
        for kind in ("fill", "stroke")
    ]


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
