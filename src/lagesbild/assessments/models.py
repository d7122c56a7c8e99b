"""What people judged, planned and did: the records of data/assessments."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lagesbild.catalog.models import PlaceCode, Slug
from lagesbild.records import Record

# One municipality and year: `data/assessments/<municipality>/<year>.yml`.

Status = Literal["Enligt plan", "Mer arbete krävs"]
Arrow = Literal["up", "down", "unchanged"]
Day = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Edition(Record):
    """When the report came, when the next comes and who answers. Null is not known, and is printed so."""

    published: Day | None
    next_update: Day | None
    contact: str | None


class Quoted(Record):
    """Words of the prose beside it that the document says so."""

    text: Annotated[str, Field(min_length=1)]  # as they stand in the prose, with the number or direction word
    section: Annotated[str, Field(min_length=1)]  # where, as the document numbers or heads it


class Unbound(Record):
    """Words of the prose beside it whose number neither a claim nor the document backs, with the reason."""

    text: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]


class Backed(Record):
    """An entry with prose: what stands behind its numbers and direction words, as `lagesbild.claims.prose` reads it.

    PROSE of any entry names its fields in words of our own. The others are titles, names, roles, sections, statuses and
    dates in the document's words.
    """

    quoted: list[Quoted] = []
    unbound: list[Unbound] = []


class Basis(Backed):
    """The document that the judgements were read from, and whose they are."""

    PROSE: ClassVar = ("caveat",)
    title: str
    publisher: str
    judged_by: str  # "Umeå kommun": stands in "Bedömning: Umeå kommun"
    caveat: str | None = None


class Claim(Record):
    """A statement that the figures bear out or not, in the language of `lagesbild.claims`; evaluated at every build."""

    PROSE: ClassVar = ("known", "note")
    claim: str
    words: Annotated[str, Field(min_length=1)] | None = None  # of the prose beside it, which the claim holds
    # Why the figures say otherwise, once somebody has looked: without it 'lagesbild check --strict' fails.
    known: Annotated[str, Field(min_length=1)] | None = None
    note: str | None = None  # what readers must know of the test: a related measure, another base


class Judgement(Backed):
    """A status in the programme's words. The arrow is people's too: null when it is not known."""

    PROSE: ClassVar = ("summary", "prose")
    status: Status
    arrow: Arrow | None = None
    summary: str | None = None  # one sentence in words of our own, which says whose view it is
    prose: str | None = None  # Markdown: paragraphs, emphasis, lists, links
    claims: list[Claim] = []


class Plan(Backed):
    """A row of *Status i underliggande planer*. A plan under two areas has a row in each."""

    PROSE: ClassVar = ("assessment", "note")
    area: str
    name: str | None  # null: the document names none, and nobody guesses
    assessment: str
    funded: bool | None = None  # null: the document does not say
    review_requested: bool = False
    decided: str | None = None  # by whom and when
    note: str | None = None


class Undertaking(Backed):
    """A project, an assignment, an audit or its follow-up, or a task that nobody is appointed to."""

    PROSE: ClassVar = ("text",)
    kind: Literal["project", "assignment", "audit", "follow_up", "unassigned"] = "project"
    title: str
    area: str
    priority: str | None = None
    year: int | None = None
    by: str | None = None  # the body that gave the assignment or made the audit
    text: str | None = None


class Reference(Backed):
    """A report, book, plan, law or survey that the document names as a source, and what it is named for."""

    PROSE: ClassVar = ("note",)
    title: str
    publisher: str | None = None  # null: the document does not say
    author: str | None = None  # of a published book, as its title page has it; nobody else is named
    year: int | None = None  # null: the document does not say
    area: str | None = None  # the focus area that it is named in; null: the document as a whole
    priority: str | None = None
    section: Annotated[str, Field(min_length=1)]  # where it is named, as the document numbers or heads it
    note: str | None = None  # what it is named for, in words of our own
    url: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None  # where the document gives an address


class Remark(Backed):
    """Places of a document that disagree or cannot be checked. Which of them is wrong is not known."""

    PROSE: ClassVar = ("text",)
    places: list[str]  # where it stands, at least one
    text: str
    about: list[PlaceCode] = []


class Assessment(Backed):
    """One municipality's judgements of one year."""

    PROSE: ClassVar = ("introduction",)
    edition: Edition
    basis: Basis
    introduction: str | None = None  # Markdown
    goals: dict[str, Judgement]
    areas: dict[str, Judgement]
    priorities: dict[str, Judgement]
    plans: list[Plan]
    projects: list[Undertaking]
    assignments: list[Undertaking] = []
    references: list[Reference] = []
    remarks: list[Remark] = []
    claims: list[Claim] = []  # of the report as a whole

    def plans_of(self, area: str) -> list[Plan]:
        """The plan rows of a focus area, in the document's order."""
        return [plan for plan in self.plans if plan.area == area]

    def projects_of(self, area: str) -> list[Undertaking]:
        """The projects of a focus area, in the document's order."""
        return [project for project in self.projects if project.area == area]

    def assignments_of(self, area: str) -> list[Undertaking]:
        """Assignments, audits and tasks without an owner of a focus area, in the file's order."""
        return [entry for entry in self.assignments if entry.area == area]

    def references_of(self, area: str | None) -> list[Reference]:
        """The sources named in a focus area, or with None in the report as a whole, in the file's order."""
        return [reference for reference in self.references if reference.area == area]


# What a region's analysis group wrote down: sources, seats, initiatives, competence plan, situations.

_YEAR, _MONTH, _DAY = r"\d{4}", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
# ISO 8601 as far as the document goes: "2022-09-01", "2022-09", and "--05-31" for a day without a year.
PartialDate = Annotated[str, Field(pattern=rf"^({_YEAR}(-{_MONTH}(-{_DAY})?)?|--{_MONTH}(-{_DAY})?)$")]
Kind = Literal["initiative", "assignment", "proposal"]


class DataSource(Backed):
    """An authority whose figures the group asks for: what is at hand here, and what is missing."""

    PROSE: ClassVar = ("have", "missing")
    authority: str
    have: str | None
    missing: str | None
    indicators: list[Slug] = []


class Seat(Record):
    """How many an organisation sends to the group. Persons are not named."""

    organisation: str
    seats: int
    chair: bool = False  # one of the seats leads the group
    units: list[str] = []  # the parts of the organisation that they come from, where the document names them


class LinkedIndicator(Record):
    """An indicator as the initiative words it, and the catalogue's series for it where there is one."""

    PROSE: ClassVar = ("text", "differs")
    text: str
    series: Slug | None = None
    differs: str | None = None  # in plain words, how the series differs from the wording


class FollowUp(Record):
    """A check: the day as far as it is known, the document's own words for it, and who makes it."""

    date: PartialDate | None = None
    text: str | None = None
    body: str | None = None


class Initiative(Backed):
    """One record of the register. Null and empty: the document does not say."""

    PROSE: ClassVar = ("target_group", "background", "activities", "goals", "remark")
    title: str
    section: str | None = None  # the heading of the document that it stands under
    owner: str | None = None  # the organisation whose section it is; a theme is no owner
    convener: str | None = None
    responsible: str | None = None
    approved_by: str | None = None  # a role or an organisation, never a person
    target_group: str | None = None
    background: str | None = None
    activities: list[str] = []
    goals: list[str] = []
    indicators: list[LinkedIndicator] = []
    start: PartialDate | None = None
    start_text: str | None = None
    end: PartialDate | None = None
    end_text: str | None = None
    follow_ups: list[FollowUp] = []
    status: str | None = None
    remark: str | None = None


class Proposed(Record):
    """A proposal as it stands in one assignment."""

    PROSE: ClassVar = ("remark",)
    proposal: Slug
    remark: str | None = None


class Assignment(Initiative):
    """An assignment to one municipality: numbered proposals, some of them the same as another's."""

    place: PlaceCode
    proposals: list[Proposed]


class Situation(Backed):
    """What is said of a municipality's own efforts, with the one whose view it is."""

    PROSE: ClassVar = ("text",)
    place: PlaceCode
    judged_by: str
    text: str  # Markdown


class CompetenceItem(Backed):
    PROSE: ClassVar = ("text",)
    title: str
    date: PartialDate | None = None
    date_text: str | None = None  # the document's own words
    text: str | None = None


class CompetenceColumn(Record):
    title: str
    items: list[CompetenceItem]


class CompetencePlan(Record):
    title: str
    columns: list[CompetenceColumn]


class RegionAssessment(Backed):
    """One region's edition: the parts of the analysis that are not figures."""

    PROSE: ClassVar = ("introduction",)
    edition: Edition
    basis: Basis
    introduction: str | None = None  # Markdown: what the group observed, in words of our own
    stated_initiatives: int | None = None  # how many the document says there are
    data_sources: list[DataSource]
    group: list[Seat]
    situations: list[Situation]
    initiatives: dict[Slug, Initiative]
    assignments: dict[Slug, Assignment]
    proposals: dict[Slug, Initiative]
    competence_plan: CompetencePlan
    references: list[Reference] = []  # of no area: `section` says where each is named
    remarks: list[Remark] = []
    claims: list[Claim] = []


@dataclass(frozen=True)
class Entry:
    """One line of the register: an initiative, an assignment, or a proposal as it stands in an assignment."""

    id: str
    kind: Kind
    record: Initiative
    within: str | None = None  # a proposal's assignment
    number: int | None = None  # a proposal's number there
    remark: str | None = None


def register(region: RegionAssessment) -> list[Entry]:
    """Every record in the document's order: initiatives, then each assignment followed by its proposals.

    A proposal that two assignments share has an entry in each; `region.proposals` holds it once.
    """
    entries = [Entry(slug, "initiative", record, remark=record.remark) for slug, record in region.initiatives.items()]
    for slug, assignment in region.assignments.items():
        entries.append(Entry(slug, "assignment", assignment, remark=assignment.remark))
        for number, proposed in enumerate(assignment.proposals, 1):
            record = region.proposals[proposed.proposal]
            remark = proposed.remark or record.remark
            entries.append(Entry(f"{slug}_{number}", "proposal", record, slug, number, remark))
    return entries
