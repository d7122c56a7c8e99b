"""What lies beside the notebooks' pages: what a report is made from, its key figures, and the index of the search."""

import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import pandas as pd
from lxml import html

from lagesbild.assessments.models import Assessment
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.places import Places
from lagesbild.publishing.keys import Figures, figures_of
from lagesbild.publishing.request import BuildRequest
from lagesbild.rules.editions import Edition, edition_of, key_figures, packed, refuse_region_without_data
from lagesbild.rules.register import Written, region_of, written_of
from lagesbild.swedish.names import Naming, official_name


@dataclass(frozen=True)
class Subject:
    """Whom a report is about, and what is known of it."""

    edition: Edition
    region: str  # of which the regional page is; "" for none
    own: bool  # the report is the region's own
    assessment: Assessment | None  # of the municipality
    written: Written | None  # of the region
    naming: Naming


def subject(request: BuildRequest, catalog: Catalog) -> Subject:
    """What a report is made from. Raises RefusedEdition, UnknownPlace or a RecordError before anything is computed."""
    edition = edition_of(request.paths, request.run(catalog)[0], request.municipality, request.year)
    place, year, places = request.municipality, request.year, edition.places
    own, region = bool(request.region), request.region or region_of(catalog, place)
    written = written_of(request.paths, region, year, catalog) if region else None
    if own and not written:
        refuse_region_without_data(pd.concat([edition.data, edition.months]), catalog, region, year)
    assessment = None if own else edition.assessment
    name = catalog.regions[region].name if own else places.name(place)
    naming = Naming(name, name if own else official_name(catalog, place, name), judged=assessment is not None)
    return Subject(edition, region, own, assessment, written, naming)


@dataclass(frozen=True)
class Computed:
    """Each is made when it is asked for, which is while the notebooks run."""

    key_figures: Callable[[], pd.DataFrame]
    figures: Callable[[], Figures]  # what the keys of the pages hold of the edition
    region: str  # of which the regional page is; "" for none


def computed(request: BuildRequest, catalog: Catalog) -> tuple[Places, Computed]:
    """The places of the edition, and what is computed from it beside the notebooks. Raises as `subject`."""
    about = subject(request, catalog)
    edition, judged = about.edition, about.edition.judged
    # of the municipality, or of every member of a region whose own report it is
    told = catalog.regions[about.region].members if about.own else [request.municipality]
    figures = partial(figures_of, (edition.data, edition.months, edition.revised), judged)
    return edition.places, Computed(partial(key_figures, edition.data, judged, catalog, told), figures, about.region)


def packed_ahead(content: bytes) -> bytes:
    """What the editions of a year share, made from a request that another process has pickled.

    A refused edition raises before anything is written, as in the process that asks.
    """
    request = pickle.loads(content)
    subject(request, load_catalog(request.paths))
    return packed(request.paths, request.year)


# The index of the search: a classic script beside the pages that holds their headings and texts, made from them.
#
# A page from disk may load a script beside it, but fetch nothing, so the index is one: it sets one global, `SOK`, to
# {pages: [[file, title]], entries: [[page, anchor, heading, text]]}. assets/search.js loads it when somebody searches.

INDEX = "sok.js"
MOST_BYTES = 300_000
LONGEST = 4000  # characters of one entry's text, less where the whole would be too large
HEADINGS = ("h1", "h2", "h3")
NAMED = ("tr", "li", "div", "details")  # with an id, an entry of its own: a measure, a term, a record
# What is no text of the page: drawings, tables of numbers (their captions are), what only the eye or a button needs.
SKIPPED = ("svg", "script", "nav", "button", "select", "input", "label", "tbody", "thead")
HIDDEN = {"permalink", "label", "unseen", "download", "filters", "look", "printing", "by"}


@dataclass
class Entry:
    """What stands between one anchor and the next."""

    anchor: str
    heading: str = ""
    texts: list[str] = field(default_factory=list)


def index_script(pages: Mapping[str, tuple[str, str]]) -> str:
    """The script of the pages (file -> title, whole HTML), at most MOST_BYTES: long texts are cut where it must be."""
    found = [
        (number, entry.anchor, entry.heading, " ".join(entry.texts))
        for number, (_, text) in enumerate(pages.values())
        for entry in page_entries(text)
    ]
    titles = [[file, title] for file, (title, _) in pages.items()]
    longest = LONGEST
    while True:
        entries = [(number, anchor, heading, text[:longest]) for number, anchor, heading, text in found]
        content = json.dumps({"pages": titles, "entries": entries}, ensure_ascii=False, separators=(",", ":"))
        script = f"var SOK = {content};\n"
        if len(script.encode()) <= MOST_BYTES or longest < 20:
            return script
        longest //= 2


def page_entries(text: str) -> list[Entry]:
    """The parts of a whole page that hold any text, each by its anchor; the first is the page's head, without one."""
    [main] = html.fromstring(text).xpath("//main")
    entries = [Entry("")]
    _read(main, entries, entries[0])
    return [entry for entry in entries if entry.heading or entry.texts]


def _read(element: html.HtmlElement, entries: list[Entry], here: Entry) -> Entry:
    """Adds what `element` holds to `here` and to new `entries`; returns the entry that what follows it belongs to."""
    for node in _parts(element):
        if isinstance(node, str):
            if node != here.heading:
                here.texts.append(node)
        elif node.tag in HEADINGS:
            if node.tag != "h1":
                figure = next(node.iterancestors("figure"), node)
                here = Entry(figure.get("id") or node.get("id") or here.anchor)
                entries.append(here)
            here.heading = _words(node)
        elif node.get("id") and node.tag in NAMED:
            name = next(iter(node.xpath("(.//th | .//dt | .//summary | .//p | .//a)[1]")), node)
            entries.append(Entry(node.get("id"), _words(name)))
            _read(node, entries, entries[-1])
        else:
            here = _read(node, entries, here)
    return here


def _parts(element: html.HtmlElement) -> Iterator[str | html.HtmlElement]:
    """The texts and the elements of an element, in order, without what is skipped."""
    if words := " ".join((element.text or "").split()):
        yield words
    for child in element:
        if isinstance(child.tag, str) and not _is_skipped(child):
            yield child
        if words := " ".join((child.tail or "").split()):
            yield words


def _is_skipped(element: html.HtmlElement) -> bool:
    listed = element.tag == "tbody" and "list" in (element.getparent().get("class") or "").split()
    return (element.tag in SKIPPED and not listed) or bool(HIDDEN & set((element.get("class") or "").split()))


def _words(element: html.HtmlElement) -> str:
    """A heading's text on one line, without the smaller lines below it."""
    parts = (part for part in _parts(element) if isinstance(part, str) or "below" not in (part.get("class") or ""))
    return " ".join(filter(None, (part if isinstance(part, str) else _words(part) for part in parts)))
