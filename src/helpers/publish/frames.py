"""What stands around the pages of one report."""

from dataclasses import replace
from importlib.metadata import version

from ..assessments import load_assessment, load_region_assessment
from ..catalog import Catalog
from ..places import Places
from ..tidy.store import manifest_vintages
from ..wording import genitive
from .frame import NavItem, PageFrame
from .request import FRONT, BuildRequest

METHOD, METHOD_TITLE = "metod", "Metod"  # a page that no notebook makes


def page_file(name: str, front: str = FRONT) -> str:
    """The file of a page: the front is the one that opens first."""
    return "index.html" if name == front else f"{name}.html"


def page_frames(request: BuildRequest, catalog: Catalog, places: Places) -> dict[str, PageFrame]:
    """Page name -> everything around its body. Raises AssessmentError with every slip of the edition's file."""
    place = catalog.regions[request.region].name if request.region else places.name(request.municipality)
    pages = {name: catalog.pages[name] for name in request.pages(catalog)}

    def worded(text: str) -> str:
        return text.replace("{place}", place).replace("{genitive}", genitive(place))

    common = _common(request, catalog, place)
    front = NavItem(page_file(request.front, request.front), worded(pages[request.front].nav))
    made = {}
    titles = {name: worded(page.title) for name, page in pages.items()} | {METHOD: METHOD_TITLE}
    links = {name: worded(page.nav) for name, page in pages.items()} | {METHOD: METHOD_TITLE}
    for name, title in titles.items():
        nav = tuple(NavItem(page_file(id, request.front), text, id == name) for id, text in links.items())
        here = next(item for item in nav if item.current)
        crumbs = (here,) if name == request.front else (front, here)
        made[name] = replace(common, title=title, nav=nav, breadcrumb=crumbs)
    return made


def _common(request: BuildRequest, catalog: Catalog, place: str) -> PageFrame:
    """What is the same around every page of the edition."""
    if request.region:
        assessment = load_region_assessment(request.paths, request.region, request.year, catalog)
    else:
        assessment = load_assessment(request.paths, request.municipality, request.year, catalog)
    edition = assessment.edition if assessment else None
    return PageFrame(
        title="",
        place=place,
        year=request.year,
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
        publisher=(assessment and assessment.basis.publisher) or "",
        caveat=catalog.programme.caveat,
        licence=catalog.publishers["kolada"].licence,
        snapshot=max(manifest_vintages(request.paths).values(), default=""),
        version=version("lagesbild"),
        root=str(request.paths.root),
    )
