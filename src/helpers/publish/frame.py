"""What stands around a page's body: navigation, facts of the edition, and the page's own contents."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import html
from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")
# 'self' holds also for files opened from disk. The pictures of an analyst's own cells are data: addresses.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class NavItem:
    href: str
    text: str
    current: bool = False


@dataclass(frozen=True)
class PageFrame:
    """One page's frame. Empty publication facts are told as not given; other empty facts are left out."""

    title: str
    place: str
    year: int
    nav: tuple[NavItem, ...] = ()
    breadcrumb: tuple[NavItem, ...] = ()
    report: str = "Lägesbild social hållbarhet"
    published: str = ""
    next_update: str = ""
    contact: str = ""
    publisher: str = ""  # of the report
    caveat: str = ""  # what the indicators do not tell
    licence: str = ""  # terms of the figures
    snapshot: str = ""  # when the figures were read
    version: str = ""
    root: str = ""  # the project's folder, taken out of every path on the page


@dataclass(frozen=True)
class Heading:
    """A line of the page's contents."""

    text: str
    anchor: str
    below: tuple["Heading", ...] = ()


@cache
def _template():
    strict = {"autoescape": True, "undefined": StrictUndefined}
    spacing = {"trim_blocks": True, "lstrip_blocks": True}
    return Environment(loader=FileSystemLoader(TEMPLATES), **strict, **spacing).get_template("page.html")


def contents(tree: html.HtmlElement) -> tuple[Heading, ...]:
    """The h2 headings that have an id, each with the h3 headings below it.

    A heading's `data-contents` goes before its text: a figure is listed by its title, not by its finding,
    and linked by the figure's own id.
    """
    found: list[tuple[str, str, list[Heading]]] = []
    for element in tree.xpath("//h2[@id] | //h3[@id]"):
        text = element.get("data-contents") or " ".join(element.text_content().split())
        anchor = next(element.iterancestors("figure"), element).get("id")
        if element.tag == "h2":
            found.append((text, anchor, []))
        elif found:
            found[-1][2].append(Heading(text, anchor))
    return tuple(Heading(text, anchor, tuple(below)) for text, anchor, below in found)


def framed(body: str, frame: PageFrame, headings: tuple[Heading, ...] = ()) -> str:
    """The whole page as HTML, ending with a line break. The contents stand after the page's head."""
    cut = body.find("</header>") + len("</header>") if '<header class="page-head">' in body else 0
    # The body is made by our own templates and by nbconvert, which escape what they are given.
    head, rest = Markup(body[:cut]), Markup(body[cut:].strip())
    return _template().render(frame=frame, head=head, rest=rest, contents=headings, policy=POLICY) + "\n"
