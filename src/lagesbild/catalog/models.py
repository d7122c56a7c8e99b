"""The hand-made catalogue as checked records: what is measured, where it stands, who publishes it."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from lagesbild.records import Record

# The kinds of entries of `data/catalog/`: what is measured, where it stands, who publishes it.

PlaceCode = Annotated[str, Field(pattern=r"^\d{4}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
GroupId = Annotated[str, Field(pattern=r"^G\d+$")]
Better = Literal["higher", "lower", "neither"]
Sex = Literal["T", "K", "M"]


class Unit(Record):
    """What a value counts, and between which bounds it must lie."""

    text: str  # as it stands in a sentence: "12,5 procent"
    symbol: str  # as it stands in a table: "12,5 %"
    difference: str  # the unit of a difference between two values: "procentenheter"
    low: float | None = None
    high: float | None = None
    decimals: int = 1
    per: float | None = None  # a rate: cases per so many inhabitants
    counted: bool = False  # a number of persons or cases: a larger place has more, so places are not compared


class Publisher(Record):
    """Who publishes figures, on which terms, and how they want to be cited."""

    name: str
    cite: str
    licence: str
    page: str | None = None


class PinnedSeries(Record):
    """A series of Kolada: its id together with the title it must have, and its margin of error's."""

    id: Annotated[str, Field(pattern=r"^[NU]\d{5}$")]
    title: str
    margin: Annotated[str, Field(pattern=r"^[NU]\d{5}$")] | None = None
    margin_title: str | None = None


class PinnedTable(Record):
    """One content of a PxWeb table, found by its labels: codes are read from the table's own metadata."""

    id: str
    title: str
    content: str  # the label of the content wanted
    select: dict[str, list[str]] = {}  # dimension label -> labels wanted, e.g. {"ålder": ["20-64 år"]}
    monthly: bool = False  # a monthly table whose year is the mean of its twelve months


class FileColumns(Record):
    """Which columns of a publisher's file hold what."""

    place: str | None = None
    year: str | None = None
    month: str | None = None
    sex: str | None = None
    group: str | None = None
    value: str
    count: str | None = None


class PinnedFile(Record):
    """A publisher's file: where it lies, its checksum, and which columns are read from it."""

    path: str  # below data/raw/
    sheet: str | None = None
    header_row: int = 1
    columns: FileColumns
    sha256: str | None = None
    missing: list[str] = ["..", ".", "-", ""]
    hidden: list[str] = ["<5"]


class Break(Record):
    """From `year` on the figures are made in another way than before."""

    year: int
    what: str


class LeftOut(Record):
    """Years whose published figures cannot be used, with the reason that the page prints."""

    years: list[int]
    why: str


class Share(Record):
    """An indicator that is computed: 100 x `part` / `total`, both indicators of the catalogue."""

    part: Slug
    total: Slug


class Target(Record):
    """A value that somebody has decided to reach, on the side that is better."""

    value: float
    set_by: str  # who decided it, and when


class Indicator(Record):
    """One measure: its official title and definition, unit, direction, publisher and series."""

    title: str
    label: str  # a few words, for charts
    unit: Slug
    better: Better
    publisher: Slug
    kind: Literal["register", "survey"]
    voluntary: bool = False  # a survey that each municipality chooses whether to take part in
    definition: str
    question: str | None = None  # the question's wording, and who was left out of the base
    own_definition: str | None = None  # why the definition is ours and not the publisher's
    caveat: str | None = None  # what a reader must know with every value
    kolada: PinnedSeries | None = None
    table: PinnedTable | None = None
    file: PinnedFile | None = None
    document: str | None = None  # a file of data/raw/documents/
    local: bool = False  # filled from data/raw/local/<municipality>/
    share: Share | None = None
    population: Slug | None = None  # a rate's base: the indicator that counts the inhabitants
    by_sex: bool = False
    groups: bool = False  # values are split by a group of their own (household, answer, year of school)
    month: int | None = None  # the month that the figure is about, where it is not the year
    years_pooled: int = 1  # 2: the value of a year is made from that year and the one before
    every: int = 1  # years between two surveys
    whole_numbers: bool = False  # published in whole percent
    decimals: int | None = None  # else the unit's
    breaks: list[Break] = []
    left_out: list[LeftOut] = []
    last_year: int | None = None  # the title ends "(-2024)": the series is closed
    small_number: int = 5  # counts below this are hidden in the municipality's own files
    target: Target | None = None

    @property
    def source(self) -> str:
        """Where the values come from: kolada, table, file, document, local or share; gap when from nowhere."""
        for name in ("kolada", "table", "file", "document", "share"):
            if getattr(self, name) is not None:
                return name
        return "local" if self.local else "gap"


class Figure(Record):
    """A numbered figure of the report: what it is to show, and what may stand in for it."""

    title: str
    page: Slug
    priority: str | None = None
    measure: list[Slug]  # the report's own measure
    publisher: str  # as the report names it
    years: str | None = None  # the years that the report's own figure shows
    stand_in: list[Slug] = []  # shown while `measure` has no values
    related_to: str | None = None  # in plain words, how the stand-in differs
    derived: str | None = None  # in plain words, how the measure is computed from published parts
    dots: list[Slug] = []  # a few published values of the own measure, drawn as dots beside the stand-in
    footnote: str | None = None
    remark: str | None = None
    how_to_add: str  # what to fetch, or which file to put where


class Priority(Record):
    """One of the programme's priorities, with the indicators that give it evidence beside its figures."""

    title: str
    area: str
    evidence: list[Slug] = []


class FocusArea(Record):
    title: str  # "{place}" and "{genitive}" are the municipality's name and its genitive
    page: Slug
    projects_title: str


class Goal(Record):
    label: str
    title: str


class Gap(Record):
    """A measure that the programme asks for and nobody publishes."""

    missing: str
    priority: str | None = None
    page: Slug
    who: str | None = None
    promised: str | None = None
    known: str | None = None  # what is said about it, as text


class Page(Record):
    title: str
    nav: str
    question: str


class Part(Record):
    """A part of the regional support analysis."""

    title: str
    source: str
    indicators: list[Slug] = []
    note: str | None = None


class Region(Record):
    name: str
    members: list[PlaceCode]
    comparisons: list[PlaceCode] = []
    edition: int | None = None  # the year of its assessments file
    publisher: str | None = None


class ComparisonGroup(Record):
    id: GroupId
    title: str


class Comparisons(Record):
    """Whom a municipality is compared with: the pinned group, else the official group found by title."""

    rule: str  # title of the official groups, "{name}" is the municipality
    pinned: dict[PlaceCode, ComparisonGroup]


class SnapshotScope(Record):
    """What `lagesbild fetch` brings when nothing else is asked for."""

    since: int
    municipalities: list[PlaceCode]  # their comparison groups and regions come along
    places: list[PlaceCode]
    counties: dict[str, PlaceCode]  # first two digits of a municipality's code -> its region
    ranked: list[Slug]  # the latest complete year of all municipalities comes along for these


class Programme(Record):
    title: str
    owner: str
    caveat: str
    legend: dict[str, str]


# The whole catalogue as the other rooms ask it.


@dataclass
class Catalog:
    """Everything in `data/catalog/`. Figures are in the order of their numbers."""

    programme: Programme
    goals: dict[str, Goal]
    focus_areas: dict[str, FocusArea]
    priorities: dict[str, Priority]
    pages: dict[str, Page]
    parts: dict[str, Part]
    units: dict[str, Unit]
    publishers: dict[str, Publisher]
    regions: dict[str, Region]
    comparisons: Comparisons
    snapshot: SnapshotScope
    figures: dict[str, Figure] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)

    def unit_of(self, indicator: str) -> Unit:
        """The unit of an indicator's values."""
        return self.units[self.indicators[indicator].unit]

    def decimals_of(self, indicator: str) -> int:
        """How many decimals an indicator's values are printed with."""
        entry = self.indicators[indicator]
        if entry.whole_numbers:
            return 0
        return self.unit_of(indicator).decimals if entry.decimals is None else entry.decimals

    def figures_on(self, page: str, priority: str | None = None) -> list[str]:
        """The numbers of a page's figures; with `priority`, only that priority's."""
        return [
            number
            for number, figure in self.figures.items()
            if figure.page == page and priority in (None, figure.priority)
        ]

    def priorities_of(self, area: str) -> list[str]:
        """The ids of a focus area's priorities, in order."""
        return [id for id, priority in self.priorities.items() if priority.area == area]
