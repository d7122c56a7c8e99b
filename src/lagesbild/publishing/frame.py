"""What surrounds a page, and what a page's body must be to be published."""

import re
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from html import escape, unescape
from importlib.metadata import version
from pathlib import Path
from unicodedata import normalize
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
from lagesbild.sources.snapshot import fetch_dates
from lagesbild.swedish.names import Naming, official_name
from lagesbild.swedish.numbers import typeset

# What stands around a page's body: navigation, facts of the edition, and the page's own contents.

TEMPLATES = Path(__file__).with_name("templates")
# 'self' holds also for files opened from disk. Pictures that are attached to a cell are data: addresses.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)


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
    year: int
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
    def running(self) -> Markup:
        """What every printed page has at its top, in ASCII: it stands before the page says how it is encoded."""
        text = escape(f"{self.report} · {self.place} {self.year}")
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


def framed(body: str, frame: PageFrame, headings: tuple[Heading, ...] = ()) -> str:
    """The whole page as HTML, ending with a line break; every text of it is typeset, no attribute."""
    # The body is made by our own templates and by nbconvert, which escape what they are given.
    page = _template().render(frame=frame, body=Markup(body.strip()), contents=headings, policy=POLICY)
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
        snapshot=max(fetch_dates(request.paths).values(), default=""),
        version=version("lagesbild"),
        root=str(request.paths.root),
    )


# What a page's body must hold before it may be published.

UNDESCRIBED = "No description has been provided for this image"


class UnfitPageError(ValueError):
    """A page that would reach readers broken: says what, where, and how to mend it."""


def body_tree(body: str) -> html.HtmlElement:
    """The body as an element tree, to look at only: writing it out again would change the drawings' names."""
    return html.fromstring(f"<div>{body}</div>")


def refuse_unfit(tree: html.HtmlElement, page: str) -> None:
    """Raises UnfitPageError for the first thing that readers, or the page's own policy, could not take."""
    for check in (_images, _blocked, _headings, _identities):
        message = check(tree)
        if message:
            raise UnfitPageError(f"page {page!r}: {message}")


def _images(tree: html.HtmlElement) -> str:
    for image in tree.iter("img"):
        if not (image.get("alt") or "").strip() or UNDESCRIBED in image.get("alt"):
            return (
                f"an image without a description ({(image.get('src') or '')[:60]}). Write what it shows: "
                "![what it shows](file), or its alt; show a drawing with show_plot; or tag the cell 'analyst'."
            )
        if image.get("srcset") is not None:
            return f"an image with a srcset ({image.get('src')}). Give it one src: one file is copied with the page."
    return f"it says {UNDESCRIBED!r}. Describe the image." if UNDESCRIBED in tree.text_content() else ""


# What the page's policy blocks, or what would bring a file that is not copied with the page.
BLOCKED = {
    "script", "style", "iframe", "object", "embed", "meta", "link", "base", "form",
    "picture", "source", "video", "audio", "track", "image",
}  # fmt: skip


def _blocked(tree: html.HtmlElement) -> str:
    for element in tree.iter(html.etree.Element):
        scripted = [name for name in element.attrib if name == "style" or name.startswith("on")]
        pictured = element.tag == "input" and (element.get("type") or "").lower() == "image"
        if element.tag in BLOCKED or scripted or pictured:
            what = f"<{element.tag} {scripted[0]}=...>" if scripted else f"<{element.tag}>"
            return (
                f"{what} in a cell, which the page's policy blocks (a bare DataFrame writes such markup). "
                "Show the table with show_table(frame, caption), or tag the cell 'analyst'."
            )
    return ""


def _headings(tree: html.HtmlElement) -> str:
    firsts = [" ".join(element.text_content().split()) for element in tree.iter("h1")]
    if len(firsts) == 1:
        return ""
    return f"{len(firsts)} headings of level one {firsts}, one is needed. Tag a second title cell 'analyst'."


def _identities(tree: html.HtmlElement) -> str:
    seen: set[str] = set()
    for identity in tree.xpath("//@id"):
        if identity in seen:
            why = "so its links go astray. Give each component its own anchor=; a title makes one too."
            return f"the id {identity!r} stands twice, {why}"
        seen.add(identity)
    return ""


def without_folder(body: str, root: str) -> str:
    """`body` with paths below `root` written from there on, so that no page tells where it was made."""
    if len(root) < 2:
        return body
    return re.sub(rf"(?<![\w.-]){re.escape(root.rstrip('/'))}(?:/|\b(?![\w-]))", "", body)


# Images that lie in the notebooks' folder: checked, and copied with the page.

MEDIA = "media"  # the folder beside the pages
IMAGE = re.compile(r"""(<img\b(?:[^>"']|"[^"]*"|'[^']*')*?\ssrc\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
SIGNATURES = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".webp": b"RIFF",
    ".svg": b"",
}
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]", re.IGNORECASE)  # another host, a drive, the top of a disk
FETCHES = re.compile(r"@import|\\|url\((?!\s*[\"']?\s*(?:#|data:image/(?:png|jpeg|webp)))", re.IGNORECASE)  # in CSS


def with_images(body: str, page: str, folder: Path) -> tuple[str, dict[str, bytes]]:
    """The body with its images linked from `media/`, and these files by their names beside the page.

    The same file has the same name on every page. Raises UnfitPageError for the first image that cannot be copied.
    """
    files: dict[str, bytes] = {}
    seen = 0

    def linked(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        start, quote, source = match.groups()
        if source.startswith("data:image/"):
            return match.group()
        try:
            name, content = _image_file(unescape(source), folder)
        except ValueError as error:
            raise UnfitPageError(f"page {page!r}: the image '{unescape(source)[:80]}' {error}") from None
        files[name] = content
        return f"{start}{quote}{name}{quote}"

    body = IMAGE.sub(linked, body)
    if seen < sum(1 for _ in body_tree(body).iter("img")):
        raise UnfitPageError(
            f'page {page!r}: an image without a src in quotes. Write it such as src="bilder/karta.png".'
        )
    return body, files


def _image_file(source: str, folder: Path) -> tuple[str, bytes]:
    """An image's name beside the page, made from its own name and content, and the content. Raises ValueError."""
    if ELSEWHERE.match(source):
        raise ValueError("does not lie beside the notebook. Save the file there, and link it such as bilder/karta.png.")
    path = (folder / unquote(source)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("lies outside the notebooks' folder. Save the file in it, and link it from there.")
    if path.suffix.lower() not in SIGNATURES:
        raise ValueError(f"is of a kind that is not copied. Save it as one of {', '.join(SIGNATURES)}.")
    if not path.is_file():
        raise ValueError("is missing. Save the file there, seen from the notebook, or correct the link.")
    content = path.read_bytes()
    if not content.startswith(SIGNATURES[path.suffix.lower()]):
        raise ValueError(f"is no {path.suffix.lower()} inside. Save it again in that form.")
    if path.suffix.lower() == ".svg" and (reason := _unsafe(content)):
        raise ValueError(f"{reason}. Save it as plain SVG, without scripts and links, or as png.")
    plain = normalize("NFKD", path.stem).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "bild"
    return f"{MEDIA}/{stem}-{sha256(content).hexdigest()[:12]}{path.suffix.lower()}", content


def _unsafe(svg: bytes) -> str:
    """Why an SVG must not be copied: it is none, runs something, or refers to other files; else nothing."""
    parser = html.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = html.etree.fromstring(svg, parser)
    except html.etree.XMLSyntaxError as error:
        return f"is no SVG ({error})"
    try:
        text = svg.decode("utf-8")
    except UnicodeDecodeError:
        return "is not written in UTF-8"
    if root.tag != "{http://www.w3.org/2000/svg}svg" or "<!ENTITY" in text or "<?xml-stylesheet" in text:
        return "is no SVG by itself"
    for element in root.iter(html.etree.Element):
        tag = html.etree.QName(element).localname.lower()
        if tag in ("script", "foreignobject", "iframe", "object", "embed", "handler"):
            return f"holds <{tag}>"
        if tag == "style" and FETCHES.search("".join(element.itertext())):
            return "has a style that refers to another file"
        for key, value in element.attrib.items():
            name = html.etree.QName(key).localname.lower()
            if name.startswith("on") or (name == "attributename" and value.lower().endswith("href")):
                return f"runs something ({name})"
            if name in ("href", "src") and not re.match(r"\s*(#|data:image/(png|jpeg|webp);)", value):
                return f"refers to {value[:60]!r}"
            if name in ("style", "filter", "fill", "stroke", "mask", "clip-path", "cursor") and FETCHES.search(value):
                return f"refers to {value[:60]!r}"
    return ""
