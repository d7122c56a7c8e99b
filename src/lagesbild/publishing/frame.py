"""What surrounds a page: its frame, its contents, the links of its headings."""

import re
from dataclasses import dataclass, replace
from functools import cache
from html import escape, unescape
from importlib.metadata import version
from itertools import count
from pathlib import Path
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from lxml import html
from markupsafe import Markup

from lagesbild.assessments.load import load_assessment, load_region_assessment
from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.html.marks import page_link
from lagesbild.places import Places
from lagesbild.publishing.request import BuildRequest
from lagesbild.sources.snapshot import latest_fetch
from lagesbild.swedish.names import Naming, official_name
from lagesbild.swedish.numbers import typeset

# What stands around a page's body: navigation, facts of the edition, and the page's own contents.

TEMPLATES = Path(__file__).with_name("templates")

TEXT = re.compile(r"(?<=>)[^<]+(?=<)")  # what stands between two tags


@dataclass(frozen=True)
class NavItem:
    href: str
    text: str
    current: bool = False


NOBODY = Naming("", "")  # a notebook that is no page of an edition


@dataclass(frozen=True)
class PageFrame:
    """One page's frame. Empty facts are left out."""

    title: str
    place: str
    year: int  # 0 for a page over several years
    naming: Naming = NOBODY
    nav: tuple[NavItem, ...] = ()
    more: tuple[NavItem, ...] = ()  # the quieter second row of the navigation
    list_page: str = ""  # where a reader without scripts looks things up
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

    @property
    def of(self) -> str:
        """Whom the page is about, and when; a page over several years has none."""
        return f"{self.place} {self.year}" if self.year else self.place

    @property
    def running(self) -> Markup:
        """What every printed page has at its top, in ASCII: it stands before the page says how it is encoded."""
        text = escape(f"{self.report} · {self.of}")
        return Markup(text.encode("ascii", "xmlcharrefreplace").decode())


@dataclass(frozen=True)
class Heading:
    """A line of the page's contents."""

    text: str
    anchor: str
    below: tuple["Heading", ...] = ()


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def contents(tree: html.HtmlElement) -> tuple[Heading, ...]:
    """The h2 headings that have an id, each with the h3 headings below it.

    A heading's `data-contents` goes before its text: a figure is listed by its title, not by its finding,
    and linked by the figure's own id.
    """
    headings: list[tuple[str, str, list[Heading]]] = []
    for element in tree.xpath("//h2[@id] | //h3[@id]"):
        text = element.get("data-contents") or " ".join(element.text_content().split())
        anchor = next(element.iterancestors("figure"), element).get("id")
        if element.tag == "h2":
            headings.append((text, anchor, []))
        elif headings and not headings[-1][0].endswith(text):  # a figure of the heading's own title is not told twice
            headings[-1][2].append(Heading(text, anchor))
        elif not headings and tree.find(".//h2[@id]") is not None:  # a figure that stands first on its page
            headings.append((text, anchor, []))
    return tuple(Heading(text, anchor, tuple(below)) for text, anchor, below in headings)


# nbconvert's heading of a markdown cell; components make theirs themselves.
_HEADING = re.compile(r'<(h[1-6]) id="([^"]+)">((?:(?!</h).)*)<a class="anchor-link" href="[^"]*">[^<]*</a></\1>')
_ID = re.compile(r"""\sid=["']([^"']+)""")


def with_own_anchors(body: str) -> str:
    """The body with the links of its markdown headings, each with an id of its own: the second `Läge` is `Läge-2`."""
    # Components keep theirs, which are linked to from elsewhere. Compared as they are read: nbconvert quotes letters.
    taken = {unquote(each) for each in _ID.findall(_HEADING.sub("", body))}
    natural = {unquote(match[2]) for match in _HEADING.finditer(body)}

    def linked(match: re.Match[str]) -> str:
        level, own, text = match.groups()
        if unquote(own) in taken:
            others = (f"{own}-{number}" for number in count(2))
            own = next(each for each in others if unquote(each) not in taken | natural)
        taken.add(unquote(own))
        return _with_permalink(level, own, text)

    return _HEADING.sub(linked, body)


def _with_permalink(level: str, anchor: str, text: str) -> str:
    """A markdown heading with its link beside it, so that the link is no part of the heading's name."""
    if level == "h1":
        return f'<h1 id="{anchor}">{text}</h1>'
    name = escape(unescape(re.sub(r"<[^>]+>", "", text)))
    link = f'<a class="permalink" href="#{anchor}" aria-label="Länk till avsnittet {name}">#</a>'
    return f'<div class="heading"><{level} id="{anchor}">{text}</{level}>\n{link}</div>'


def framed(body: str, frame: PageFrame, headings: tuple[Heading, ...] = ()) -> str:
    """The whole page as HTML, ending with a line break; every text of it is typeset, no attribute."""
    # The body is made by our own templates and by nbconvert, which escape what they are given.
    page = _template().render(frame=frame, body=Markup(body.strip()), contents=headings)
    return TEXT.sub(lambda text: typeset(text[0]), page) + "\n"


# What stands around the pages of one report.

# Pages that no notebook makes, in the order of the second row: name -> title. The file has the page's name.
MADE = {
    "indikatorer": "Indikatorer",
    "folja_upp": "Att följa upp",
    "lattlast": "Lättläst",
    "underlaget": "Underlaget",
    "metod": "Metod",
    "begrepp": "Begrepp",
}
OF_A_MUNICIPALITY = ("indikatorer", "lattlast")  # a region's own report has no measures of the programme


def made_pages(request: BuildRequest) -> dict[str, str]:
    """Name -> title of the report's pages that no notebook makes."""
    return {name: title for name, title in MADE.items() if not (request.region and name in OF_A_MUNICIPALITY)}


def page_frames(request: BuildRequest, catalog: Catalog, places: Places) -> dict[str, PageFrame]:
    """Page name -> everything around its body. Raises AssessmentError with every error of the edition's file."""
    pages = {name: catalog.pages[name] for name in request.pages(catalog)}
    common, made = _common(request, catalog, places), made_pages(request)
    naming = common.naming
    titles = {name: naming.title(page) for name, page in pages.items()} | made
    links = {name: naming.worded(page.nav) for name, page in pages.items()} | made
    frames = {}
    for name, title in titles.items():
        items = {page: NavItem(page_link(page, request.front), text, page == name) for page, text in links.items()}
        crumbs = [items[request.front], *([items[name]] if name != request.front else [])]
        frames[name] = replace(
            common,
            title=title,
            nav=tuple(items[page] for page in pages),
            more=tuple(items[page] for page in made),
            list_page=page_link("underlaget" if request.region else "indikatorer"),
            breadcrumb=tuple(crumbs),
        )
    return frames


def _common(request: BuildRequest, catalog: Catalog, places: Places) -> PageFrame:
    """What is the same around every page of the edition."""
    assessment: Assessment | RegionAssessment | None
    if request.region:
        assessment = load_region_assessment(request.paths, request.region, request.year, catalog)
        place = official = catalog.regions[request.region].name
    else:
        assessment = load_assessment(request.paths, request.municipality, request.year, catalog)
        place = places.name(request.municipality)
        official = official_name(catalog, request.municipality, place)
    edition = assessment.edition if assessment else None
    return PageFrame(
        title="",
        place=place,
        year=request.year,
        naming=Naming(place, official, judged=assessment is not None),
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
        publisher=(assessment and assessment.basis.publisher) or "",
        caveat=catalog.programme.caveat if assessment else "",
        licence=catalog.publishers["kolada"].licence,
        snapshot=latest_fetch(request.paths),
        version=version("lagesbild"),
        root=str(request.paths.root),
    )
