"""The hand-made catalogue as checked records: what is measured, where it stands, who publishes it."""

from typing import Annotated, Literal

from pydantic import Field

from lagesbild.records import ID, Record

PlaceCode = Annotated[str, Field(pattern=r"^\d{4}$")]
Slug = Annotated[str, Field(pattern=ID)]
GroupId = Annotated[str, Field(pattern=r"^G\d+$")]
SeriesId = Annotated[str, Field(pattern=r"^[NU]\d{5}$")]
Better = Literal["higher", "lower", "neither"]


class Unit(Record):
    """What a value counts, and between which bounds it must lie."""

    text: str = Field(description='as it stands in a sentence: "12,5 procent"')
    symbol: str = Field(description='as it stands in a table: "12,5 %"')
    difference: str = Field(description='the unit of a difference between two values: "procentenheter"')
    low: float | None = Field(default=None, description="no value may be lower")
    high: float | None = Field(default=None, description="no value may be higher")
    decimals: int = Field(default=1, description="how many decimals its values are printed with")
    per: float | None = Field(default=None, description="of a rate: cases per so many inhabitants")
    counted: bool = Field(
        default=False, description="a number of persons or cases: a larger place has more, so places are not compared"
    )


class Publisher(Record):
    """Who publishes figures, on which terms, and how they want to be cited."""

    name: str = Field(description="in full")
    cite: str = Field(description="the citation that the publisher asks for")
    licence: str = Field(description="the terms of use, printed in the list of sources")
    page: str | None = Field(default=None, description="its site; no page prints it")


class PinnedSeries(Record):
    """A series of Kolada: its id together with the title it must have, and its margin of error's."""

    id: SeriesId = Field(description="N or U and five digits")
    title: str = Field(description="its exact title: a fetch keeps the old rows when Kolada has another")
    margin: SeriesId | None = Field(default=None, description='the series of its margins of error ("Osäkerhetstal")')
    margin_title: str | None = Field(default=None, description="the exact title of that series")
    since: int | None = Field(default=None, description="the first year to ask for; else the snapshot's")


class PinnedTable(Record):
    """One content of a PxWeb table, found by its labels: codes are read from the table's own metadata."""

    id: str = Field(description="the table, as the service names it")
    title: str = Field(description="its exact title")
    content: str = Field(description="the label of the content wanted")
    select: dict[str, list[str]] = Field(
        default={}, description='label of a dimension -> labels wanted, e.g. {"ålder": ["20-64 år"]}'
    )
    monthly: bool = Field(default=False, description="a monthly table whose year is the mean of its twelve months")


class FileColumns(Record):
    """Which columns of a publisher's file hold what."""

    place: str | None = Field(default=None, description="the column of the place, by code or by name; needed")
    year: str | None = Field(default=None, description="the column of the year; needed")
    month: str | None = Field(
        default=None, description="the column of the month; where it is the column of the year, that holds 2024-07"
    )
    sex: str | None = Field(default=None, description="the column of the sex; both sexes together where there is none")
    group: str | None = Field(default=None, description="the column of the group")
    value: str = Field(description="the column of the value")
    count: str | None = Field(default=None, description="the column of the number of cases")


class PinnedFile(Record):
    """A publisher's file: where it lies, its checksum, and which columns are read from it."""

    path: str = Field(description="where it lies, below data/raw/")
    sheet: str | None = Field(default=None, description="the sheet of an xlsx file; not needed when it has one")
    header_row: int = Field(default=1, description="the row of the column names, counted from 1")
    columns: FileColumns = Field(description="which column holds what")
    sha256: str | None = Field(default=None, description="its checksum: any other file is refused")
    missing: list[str] = Field(default=["..", ".", "-", ""], description="marks that mean: no value")
    hidden: list[str] = Field(default=["<5"], description="marks that mean: a number too small to be shown")


class Break(Record):
    """From `year` on the figures are made in another way than before."""

    year: int = Field(description="the first year of the new way")
    what: str = Field(description="what changed, in Swedish")


class Restatement(Record):
    """Years of an older definition that are computed anew in today's, from the count behind the published rate.

    A rate per inhabitants on 31 December becomes one per mean population: half of this and of last year's. It is proved
    for each place and sex: published rate x population is a whole number every year, and where the publisher has both
    forms they agree. Without the proof the series keeps its break.
    """

    until: int = Field(description="the last year of the older definition; the break is the year after")
    before: str = Field(description="the older definition, in Swedish")
    after: str = Field(description="today's definition, in Swedish")


class LeftOut(Record):
    """Years whose published figures cannot be used, with the reason that the page prints."""

    years: list[int] = Field(description="the years")
    why: str = Field(description="the reason, in Swedish")


class Share(Record):
    """An indicator that is computed: 100 x `part` / `total`, both indicators of the catalogue."""

    part: Slug = Field(description="the indicator above the line")
    total: Slug = Field(description="the indicator below the line")


class Target(Record):
    """A value that somebody has decided to reach, on the side that is better."""

    value: float = Field(description="in the unit of the indicator")
    set_by: str = Field(description="who decided it, and when")


class Indicator(Record):
    """One measure: its official title and definition, unit, direction, publisher and series."""

    title: str = Field(description="the official title")
    label: str = Field(description="a few words, for charts")
    subject: str = Field(
        default="", max_length=40, description="what headings say: a definite noun phrase of at most 40 characters"
    )
    plural: bool = Field(default=False, description="the subject is a plural: fewer, not lower")
    clause: str | None = Field(
        default=None,
        pattern=r"^[^{}]*\{[^{}/]+/[^{}/]+\}[^{}]*$",
        description="of a share: what follows on it, with the verb now and then, as in {är/var}",
    )
    unit: Slug = Field(description="what its values count: an entry of units.yml")
    better: Better = Field(description="the better side; with neither, no direction is called good or bad")
    publisher: Slug = Field(description="an entry of publishers.yml")
    kind: Literal["register", "survey"] = Field(
        description="a survey has sampling error, a register has none of that kind"
    )
    voluntary: bool = Field(
        default=False, description="a survey that each municipality chooses whether to take part in"
    )
    definition: str = Field(description="what is counted, in Swedish, with base and age")
    question: str | None = Field(default=None, description="the question's wording, and who was left out of the base")
    own_definition: str | None = Field(default=None, description="why the definition is ours and not the publisher's")
    caveat: str | None = Field(default=None, description="what a reader must know with every value")
    kolada: PinnedSeries | None = Field(default=None, description="the series of Kolada that fills it")
    table: PinnedTable | None = Field(default=None, description="the PxWeb table that fills it")
    file: PinnedFile | None = Field(default=None, description="the publisher's file that fills it")
    document: str | None = Field(
        default=None, description="the file of data/raw/documents/ that fills it, without its ending"
    )
    local: bool = Field(default=False, description="filled from `data/raw/local/<municipality>/`")
    share: Share | None = Field(default=None, description="computed from two other indicators")
    population: Slug | None = Field(
        default=None, description="a rate's base: the indicator that counts the inhabitants"
    )
    by_sex: bool = Field(default=False, description="women and men are published too")
    groups: bool = Field(
        default=False, description="values are split by a group of their own (household, answer, year of school)"
    )
    sum_to: float | None = Field(
        default=None,
        description="what all groups of a place, time and sex add up to, such as 100: own files are held against it",
    )
    month: int | None = Field(default=None, description="the month that the figure is about, where it is not the year")
    years_pooled: int = Field(default=1, description="2: the value of a year is made from that year and the one before")
    every: int = Field(default=1, description="years between two surveys")
    whole_numbers: bool = Field(default=False, description="published in whole percent")
    decimals: int | None = Field(default=None, description="how many decimals are printed; else the unit's")
    breaks: list[Break] = Field(default=[], description="years from which the figures are made in another way")
    restated: Restatement | None = Field(
        default=None, description="years of an older definition that are computed anew in today's, where that is proved"
    )
    left_out: list[LeftOut] = Field(default=[], description="years that cannot be used")
    last_year: int | None = Field(
        default=None, description="the series is closed after it: a fetch expects no newer figures"
    )
    small_number: int = Field(default=5, description="counts below this are hidden in the municipality's own files")
    target: Target | None = Field(default=None, description="a value that somebody has decided to reach")

    def standing_breaks(self, restated: bool) -> list[Break]:
        """The breaks that cut a series, whose years of the older definition are `restated` or not."""
        mended = self.restated.until + 1 if self.restated and restated else None
        return [cut for cut in self.breaks if cut.year != mended]

    @property
    def source(self) -> str:
        """Where the values come from: kolada, table, file, document, local or share; gap when from nowhere."""
        for name in ("kolada", "table", "file", "document", "share"):
            if getattr(self, name) is not None:
                return name
        return "local" if self.local else "gap"


class Figure(Record):
    """A numbered figure of the report: what it is to show, and what may stand in for it."""

    title: str = Field(description="as the programme's report has it")
    page: Slug = Field(description="the page that it stands on: an entry of pages")
    priority: str | None = Field(default=None, description="the priority that it follows up, of the same page")
    measure: list[Slug] = Field(description="the report's own measure: indicators")
    publisher: str = Field(description="as the report names it; printed while the figure is a card")
    years: str | None = Field(default=None, description="the years of the report's own figure; no page prints them")
    stand_in: list[Slug] = Field(default=[], description="indicators shown while `measure` has no values")
    related_to: str | None = Field(default=None, description="in plain words, how the stand-in differs")
    derived: str | None = Field(
        default=None, description="in plain words, how the measure is computed from published parts"
    )
    dots: list[Slug] = Field(
        default=[],
        description="indicators with a few published values of the own measure, drawn as dots beside the stand-in",
    )
    footnote: str | None = Field(default=None, description="a note under the figure")
    remark: str | None = Field(
        default=None, description="a second note: where the figure and the report it follows differ"
    )
    how_to_add: str = Field(description="what to fetch, or which file to put where; {code} is the municipality")


class Priority(Record):
    """One of the programme's priorities, with the indicators that give it evidence beside its figures."""

    title: str = Field(description="{place} is the municipality's name, {municipality} its official one")
    neutral: str | None = Field(default=None, description="the theme's name where no assessment is: nobody's goal")
    area: str = Field(description="the focus area that it belongs to")
    evidence: list[Slug] = Field(default=[], description="indicators that support it beside those of its figures")


class FocusArea(Record):
    """An area that the programme works with; each has a page."""

    title: str = Field(description="{place} and {genitive} are the municipality's name and its genitive")
    neutral: str | None = Field(default=None, description="the theme's name where no assessment is: nobody's goal")
    page: Slug = Field(description="the page that follows it up")
    projects_title: str = Field(description="the heading over its projects")
    leading: Slug | None = Field(default=None, description="the indicator that the front page tells it by")


class Goal(Record):
    """One of the programme's goals."""

    label: str = Field(description='the number: "Mål 2"')
    title: str = Field(description="the goal; a focus area of the same title belongs to it")
    short: str | None = Field(default=None, description="the goal in a few words, for the front page")


class Gap(Record):
    """A measure that the programme asks for and nobody publishes."""

    missing: str = Field(description="what is not measured")
    priority: str | None = Field(default=None, description="the priority that asks for it")
    page: Slug = Field(description="the page that says so")
    who: str | None = Field(default=None, description="who is to measure it")
    promised: str | None = Field(default=None, description="what was promised, and when")
    known: str | None = Field(default=None, description="what is said about it, as text")


class Page(Record):
    """A page of the report, in the order of the menu."""

    title: str = Field(description="its heading; {place} is the municipality")
    neutral: str | None = Field(default=None, description="the theme's name where no assessment is: nobody's goal")
    nav: str = Field(description="its name in the menu")
    question: str = Field(description="the question that the page answers")


class Part(Record):
    """A part of the regional support analysis."""

    title: str = Field(description="its heading")
    source: str = Field(description="who publishes its figures")
    indicators: list[Slug] = Field(default=[], description="the indicators that it is made from")
    note: str | None = Field(default=None, description="what a reader must know")


class Region(Record):
    """Municipalities that a page of their own can be made for."""

    name: str = Field(description="as it stands on the page")
    members: list[PlaceCode] = Field(description="its municipalities; the first is the one that the page is made from")
    comparisons: list[PlaceCode] = Field(default=[], description="municipalities outside it that are shown beside")
    edition: int | None = Field(
        default=None,
        description="the year of its latest file in data/assessments/regions/; the build looks at the files",
    )
    publisher: str | None = Field(default=None, description="who gives out the analysis, printed on the slides")


class ComparisonGroup(Record):
    """An official group of similar municipalities."""

    id: GroupId = Field(description="G and the digits of Kolada")
    title: str = Field(description="its exact title: a fetch keeps the old groups when Kolada has another")


class Comparisons(Record):
    """Whom a municipality is compared with: the pinned group, else the official group found by title."""

    rule: str = Field(description="the title of the official groups; {name} is the municipality, {year} the year")
    pinned: dict[PlaceCode, ComparisonGroup] = Field(
        description="municipality -> its group; the others take the newest group that fits the rule"
    )


class SnapshotScope(Record):
    """What `lagesbild fetch` brings of every series, for all areas, when nothing else is asked for."""

    since: int = Field(description="the first year")
    counties: dict[str, PlaceCode] = Field(description="first two digits of a municipality's code -> its region")


class Survey(Record):
    """A survey of inhabitants, and the questions that tell how uncertain a municipality's answer is.

    All its questions are fetched for that, also those that no figure shows.
    """

    name: str = Field(description="as pages say it, with its article")
    publisher: Slug = Field(description="an entry of publishers.yml")
    unit: Slug = Field(description="what the answers are published in: an entry of units.yml")
    classes: list[int] = Field(description="the lowest population of each size class but the first")
    fewest: int = Field(description="a class with fewer municipalities than this is merged with the next")
    documented: list[int] = Field(
        default=[], description="the documented sample of each size class: an estimate above it is cut to it"
    )
    indicators: list[Slug] = Field(description="its questions that are indicators of the catalogue")
    questions: dict[SeriesId, str] = Field(
        default={}, description="Kolada's series of its other questions -> the exact title"
    )


class Programme(Record):
    """The programme that the report follows up."""

    title: str = Field(description="its name; no page prints it")
    owner: str = Field(description="whose it is; no page prints it")
    caveat: str = Field(description="what the figures cannot say, printed on the page")
    legend: dict[str, str] = Field(description="status (down, unchanged, mixed, up, none) -> what its arrow means")


# The files, and the whole that they make.


class ProgrammeFile(Record):
    programme: Programme
    goals: dict[str, Goal]
    focus_areas: dict[str, FocusArea]
    priorities: dict[str, Priority]
    pages: dict[Slug, Page]
    parts: dict[str, Part]


class UnitsFile(Record):
    units: dict[Slug, Unit]


class NamesFile(Record):
    """What municipalities call themselves, where the rule does not give it."""

    official_names: dict[str, str] = Field(default={}, description="code -> what the municipality calls itself")


class TermsFile(Record):
    """The words of the page *Begrepp*."""

    terms: dict[str, str] = Field(default={}, description="a word of the report -> what it means, in plain Swedish")


class PublishersFile(Record):
    publishers: dict[Slug, Publisher]


class RegionsFile(Record):
    regions: dict[Slug, Region]


class SurveysFile(Record):
    surveys: dict[Slug, Survey]


class PageFile(Record):
    """One file of `indicators/`: the figures, indicators and gaps of one page."""

    figures: dict[str, Figure] = {}
    indicators: dict[Slug, Indicator] = {}
    gaps: dict[Slug, Gap] = {}


class Catalog(ProgrammeFile, UnitsFile, NamesFile, TermsFile, PublishersFile, RegionsFile, SurveysFile, PageFile):
    """Everything in `data/catalog/`. Figures are in the order of their numbers."""

    comparisons: Comparisons
    snapshot: SnapshotScope

    @property
    def questions(self) -> dict[str, Indicator]:
        """The surveys' questions that no figure shows, by an id of their own ("n00611"), as entries to fetch."""
        return {
            series.lower(): Indicator(
                title=title,
                label=title,
                unit=survey.unit,
                better="neither",
                publisher=survey.publisher,
                kind="survey",
                definition=title,
                by_sex=True,
                kolada=PinnedSeries(id=series, title=title),
            )
            for survey in self.surveys.values()
            for series, title in survey.questions.items()
        }

    @property
    def stored(self) -> dict[str, Indicator]:
        """Whatever the tidy table may hold: the indicators, and the surveys' other questions."""
        return self.indicators | self.questions

    def unit_of(self, indicator: str) -> Unit:
        """The unit of an indicator's values, or of a survey's question."""
        return self.units[(self.indicators.get(indicator) or self.questions[indicator]).unit]

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
        return [name for name, priority in self.priorities.items() if priority.area == area]
