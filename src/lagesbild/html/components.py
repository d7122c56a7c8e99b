"""The components of a page as plain data: figure, table, card, passage, chapter."""

from dataclasses import dataclass
from typing import Any

# The parts of a page as plain data: text is ready for readers (Swedish, formatted), nothing is HTML but
# `svg`, `narrow` and `Passage.html`.


@dataclass(frozen=True)
class Column:
    header: str
    numeric: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell that says more than one thing: its main text, a class of places in words, and smaller notes below."""

    text: str
    notes: tuple[str, ...] = ()
    link: str = ""
    quartile: int = 0  # 1-4 colours the swatch beside `chip`; 0 is no class
    chip: str = ""


def text_of(cell: str | Cell) -> str:
    """The main text of a cell."""
    return cell if isinstance(cell, str) else cell.text


@dataclass(frozen=True)
class DataTable:
    """A table whose first column heads its rows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    symbols: tuple[tuple[str, str], ...] = ()  # (symbol, what it means), only those that occur


@dataclass(frozen=True)
class Provenance:
    """Where the numbers come from and how to make the component again."""

    source_line: str  # "Källa: ..." or "Bearbetning av ...": one sentence
    definition: str
    method: str
    remake: str  # notebook, parameters, snapshot: not for the page, but for who makes it again
    published: str = ""  # the publisher's own titles of the measures, with their series


@dataclass(frozen=True)
class Card:
    """What a figure says while nothing published is at hand: on its page one line, with the link to the rest."""

    why: str
    how_to_add: str
    link: str = ""  # to where both stand


@dataclass(frozen=True)
class Values:
    """The numbers behind a component, as its download has them: names in code, Swedish headers, rows."""

    columns: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True)
class FigureBlock:
    """One figure of the report or of an analyst's own, or the card in its place."""

    number: str  # "Figur 4", "R2"; empty for an analyst's own
    anchor: str  # "figur-4"
    title: str  # the report's own title of the figure
    state: str  # exact, derived, related, slot
    state_text: str  # a badge where another measure stands in, or none; else in the details
    subtitle: str  # measure, unit, place, year
    provenance: Provenance
    finding: str = ""  # the heading, made from the data
    alternative: str = ""
    svg: str = ""  # for wide screens; the only drawing of an analyst's own
    narrow: str = ""  # the same for narrow ones and for paper
    table: DataTable | None = None
    card: Card | None = None
    footnote: str = ""  # the one line under the drawing
    notes: tuple[str, ...] = ()  # in the details
    chart: str = ""  # "lines"; empty for an analyst's own
    unit: str = ""
    decimals: int = 1
    values: Values = Values()
    download_name: str = ""  # "figur-04.csv"
    first: bool = False  # stands at the top of its page, wherever its cell is


@dataclass(frozen=True)
class Statement:
    """A sentence, whose it is, and the part of the page that its numbers stand in ("R4").

    With a `group` it stands in a fold of that name, with the others of the group.
    """

    text: str
    evidence: str = ""
    by: str = ""
    group: str = ""


@dataclass(frozen=True)
class Listing:
    """A few words each about several things, under one title."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """Texts, statements and tables under one heading, or without one; `number` is "R4" or empty.

    `missing` are lines on figures that are not at hand, each with its anchor on the page that says how they are added.
    """

    anchor: str
    title: str = ""
    number: str = ""
    texts: tuple[str, ...] = ()
    items: tuple[Statement, ...] = ()
    tables: tuple[DataTable, ...] = ()
    folded: tuple[tuple[str, DataTable], ...] = ()  # what to press to see it, and the table
    listings: tuple[Listing, ...] = ()  # folded too
    notes: tuple[str, ...] = ()
    source: str = ""
    values: Values = Values()
    download_name: str = ""
    first: bool = False
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Passage:
    """A stretch of a page that is no figure: heading, overview, list. `html` is made by our own templates."""

    html: str
    anchor: str = ""
    title: str = ""


@dataclass(frozen=True)
class Mark:
    """A status or an arrow: the words carry the meaning, symbol and tone only repeat it."""

    words: str  # "Mer arbete krävs", "Förbättras"
    by: str  # "Kommunens bedömning" or "Beräknat"
    symbol: str = ""  # "↗"
    tone: str = ""  # good, watch, bad or "" for none


@dataclass(frozen=True)
class EditionFacts:
    """The head of a page: what it is about, and of which edition. Empty facts are left out."""

    title: str
    lead: str
    place: str
    year: int
    published: str = ""
    next_update: str = ""
    contact: str = ""


@dataclass(frozen=True)
class OverviewRow:
    """One goal, focus area or priority in an overview table."""

    name: str
    trend: tuple[Mark, ...] = ()
    status: tuple[Mark, ...] = ()
    sentences: tuple[str, ...] = ()
    link: str = ""  # "#prioritering-1-1", "housing.html"
    number: str = ""  # "1.1"


@dataclass(frozen=True)
class AreaRow:
    """A focus area on the front page."""

    number: str
    name: str
    link: str
    arrow: Mark  # computed
    fact: str
    status: tuple[Mark, ...] = ()  # people's
    judged_arrow: tuple[Mark, ...] = ()
    reach: str = ""  # how far the figures behind the computed arrow go
    unfunded: str = ""  # that plans of the area have no money
    drawing: str = ""  # SVG, hidden from screen readers: the fact says it in words


@dataclass(frozen=True)
class Evidence:
    """What one indicator says about a priority, computed."""

    label: str
    mark: Mark
    reason: str = ""
    link: str = ""  # to its figure


@dataclass(frozen=True)
class MissingMeasure:
    """A measure that nobody makes, in one line, and what is known and promised about it."""

    text: str
    known: str = ""


@dataclass(frozen=True)
class Section:
    """A part of an area's page: what people judged, what is computed, and where the two part.

    `prose` and `more` are HTML, already clean: the first paragraph is shown, the rest stands in a fold.
    """

    anchor: str
    title: str
    number: str = ""
    marks: tuple[Mark, ...] = ()
    sentence: str = ""  # people's words
    facts: tuple[Statement, ...] = ()  # what is computed; `evidence` is the anchor that a fact links to
    disagreement: str = ""  # people's arrow and the computed one
    prose: str = ""
    more: str = ""
    parting: tuple[str, ...] = ()  # a sentence for each claim that the figures do not bear out
    missing: tuple[MissingMeasure, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""  # why there is no computed arrow
    plans: tuple[str, ...] = ()  # those without money


@dataclass(frozen=True)
class Project:
    name: str
    text: str = ""
    by: str = ""
    link: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class PlanRow:
    """A plan as people judged it; what they did not say is left out."""

    plan: str
    assessment: str
    unfunded: bool = False
    review: bool = False  # they ask for a review
    decided: str = ""
    note: str = ""


@dataclass(frozen=True)
class StripRow:
    """One indicator among the municipalities: value, riket and rank of one year, and a drawing of all of them."""

    name: str
    about: str  # unit and period
    value: str
    year: int
    country: str = ""
    rank: str = ""
    plausible: str = ""  # the ranks that the uncertainty of all places' values allows
    strip: str = ""  # inline SVG; empty where nobody can be compared
    link: str = ""


# Single statements on a page: a claim beside the figures, and a line of what matters most.


@dataclass(frozen=True)
class ClaimResult:
    """What an assessment claims, whether the figures say the same, and the values that decide."""

    claimed: str
    mark: Mark
    values: str
    known: str = ""  # why they differ, as somebody has written who looked
    note: str = ""
    parting: str = ""  # one sentence where people and figures part; else empty

    @property
    def told(self) -> str:
        """The sentence for the page and why the two part; empty where they agree or nobody can say."""
        return f"{self.parting} {self.known}".strip() if self.parting else ""


@dataclass(frozen=True)
class Highlight:
    """One line of *Det viktigaste*: a linked name that begins a sentence, and the text that ends it."""

    name: str
    text: str
    link: str  # "work.html#figur-23"
    by: str  # "Kommunens bedömning" or "Beräknat"
    rule: str  # which rule chose it: status, work_needed, target, movement, rank, gap or plans
