"""What people judged, planned and did: the records of data/assessments."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lagesbild.catalog.models import PlaceCode, Slug
from lagesbild.records import Record

ABOUT = ("draft", "edition", "basis")  # what a file says of itself, and not of the place

# One municipality and year: `data/assessments/<municipality>/<year>.yml`.

Status = Literal["Enligt plan", "Mer arbete krävs"]
Arrow = Literal["up", "down", "unchanged"]
Words = Annotated[str, Field(min_length=1)]
Day = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Edition(Record):
    """When the report came, when the next comes and who answers. Null is not known, and is printed so."""

    published: Day | None = Field(description="the day that it came, such as 2024-06-30")
    next_update: Day | None = Field(description="the day of the next one")
    contact: str | None = Field(description="who answers: a role or an office, no person")


class Quoted(Record):
    """Words of the prose beside it that the document backs."""

    text: Words = Field(description="as they stand in the prose, with the number or direction word")
    section: Words = Field(description="where, as the document numbers or heads it")


class Unbound(Record):
    """Words of the prose beside it whose number neither a claim nor the document backs, with the reason."""

    text: Words = Field(description="as they stand in the prose, with the number or direction word")
    reason: Words = Field(description="why they stand there all the same")


class Backed(Record):
    """An entry with prose: what stands behind its numbers and direction words, as `lagesbild.claims.prose` reads it.

    PROSE of any entry names its fields in words of our own. The others are titles, names, roles, sections, statuses and
    dates in the document's words.
    """

    quoted: list[Quoted] = Field(default=[], description="words of the prose here that the document backs")
    unbound: list[Unbound] = Field(default=[], description="words of the prose here that nothing backs")


class Basis(Backed):
    """The document that the judgements were read from, and whose they are."""

    PROSE: ClassVar = ("caveat",)
    title: str = Field(description="the document's title")
    publisher: str = Field(description="who gives it out")
    judged_by: str = Field(description="who judged, as in: Bedömning: Nordmalings kommun")
    caveat: str | None = Field(default=None, description="what the document cannot say, in its own view")


class Claim(Record):
    """A statement that the figures bear out or not, in the language of `lagesbild.claims`; evaluated at every build."""

    PROSE: ClassVar = ("known", "note")
    claim: str = Field(description="in the claims' language: see CONTRIBUTING.md")
    words: Words | None = Field(default=None, description="words of the prose beside it that the claim backs")
    known: Words | None = Field(
        default=None, description="only where the figures say otherwise and somebody has looked: why, in Swedish"
    )
    note: str | None = Field(
        default=None, description="what readers must know of the test: a related measure, another base"
    )


class Judgement(Backed):
    """A status in the programme's words. The arrow is people's too: null when it is not known."""

    PROSE: ClassVar = ("summary", "prose")
    status: Status = Field(description="as the document has it")
    arrow: Arrow | None = Field(default=None, description="the document's own arrow, where it is known")
    summary: str | None = Field(
        default=None, description="one sentence in words of our own, which says whose view it is"
    )
    prose: str | None = Field(
        default=None, description="Markdown: the first paragraph stands visible, the rest in a fold"
    )
    claims: list[Claim] = Field(default=[], description="sentences that every build holds against the figures")


class Plan(Backed):
    """A row of *Status i underliggande planer*. A plan under two areas has a row in each."""

    PROSE: ClassVar = ("assessment", "note")
    area: str = Field(description="the focus area")
    name: str | None = Field(description="null where the document names none: nobody guesses")
    assessment: str = Field(description="in the document's words")
    funded: bool | None = Field(default=None, description="whether it has money; null: the document does not say")
    review_requested: bool = Field(default=False, description="whether somebody has asked for it to be revised")
    decided: str | None = Field(default=None, description="by whom and when")
    note: str | None = Field(default=None, description="a sentence beside it, in words of our own")


class Undertaking(Backed):
    """A project, an assignment, an audit or its follow-up, or a task that nobody is appointed to."""

    PROSE: ClassVar = ("text",)
    kind: Literal["project", "assignment", "audit", "follow_up", "unassigned"] = Field(
        default="project", description="what it is (unassigned: nobody is appointed to it)"
    )
    title: str = Field(description="as the document has it")
    area: str = Field(description="the focus area")
    priority: str | None = Field(default=None, description="a priority of the area")
    year: int | None = Field(default=None, description="when it was given or made")
    by: str | None = Field(default=None, description="the body that gave the assignment or made the audit")
    text: str | None = Field(default=None, description="what was done, in words of our own")


class Reference(Backed):
    """A report, book, plan, law or survey that the document names as a source, and what it is named for."""

    PROSE: ClassVar = ("note",)
    title: str = Field(description="as the source has it")
    publisher: str | None = Field(default=None, description="null: the document does not say")
    author: str | None = Field(
        default=None, description="of a published book, as its title page has it; nobody else is named"
    )
    year: int | None = Field(default=None, description="null: the document does not say")
    area: str | None = Field(
        default=None, description="the focus area that it is named in; null: the document as a whole"
    )
    priority: str | None = Field(default=None, description="a priority of the area")
    section: Words = Field(description="where it is named, as the document numbers or heads it")
    note: str | None = Field(default=None, description="what it is named for, in words of our own")
    url: Annotated[str, Field(pattern=r"^https://\S+$")] | None = Field(
        default=None, description="its address, where the document gives one"
    )


class Remark(Backed):
    """Places of a document that disagree or cannot be checked. Which of them is wrong is not known."""

    PROSE: ClassVar = ("text",)
    places: list[str] = Field(description="where it stands in the document, at least one")
    text: str = Field(description="what disagrees, in Swedish")
    about: list[PlaceCode] = Field(default=[], description="the municipalities that it is about")


class Judgements(Backed):
    """The content of one file."""

    @property
    def is_untouched(self) -> bool:
        """Whether it says no more than what it is, as `lagesbild new` makes it: then nobody has judged."""
        said = type(self).model_fields.items()
        return all(getattr(self, name) == field.default for name, field in said if name not in ABOUT)


class Assessment(Judgements):
    """One municipality's judgements of one year."""

    PROSE: ClassVar = ("introduction",)
    draft: bool = Field(default=False, description="true while judgements may still be missing")
    edition: Edition = Field(description="the report's own days and contact; null is not known, and is printed so")
    basis: Basis = Field(description="the document that the judgements were read from, and whose they are")
    introduction: str | None = Field(
        default=None, description="Markdown, for the front page: the first paragraph stands visible"
    )
    goals: dict[str, Judgement] = Field(default={}, description="one for each goal of the programme")
    areas: dict[str, Judgement] = Field(default={}, description="one for each focus area")
    priorities: dict[str, Judgement] = Field(default={}, description="one for each priority")
    plans: list[Plan] = Field(default=[], description="a row for each plan; one of two areas has a row in each")
    projects: list[Undertaking] = Field(default=[], description="what was done during the year")
    assignments: list[Undertaking] = Field(
        default=[], description="assignments, audits, follow-ups, and tasks that nobody is appointed to"
    )
    references: list[Reference] = Field(default=[], description="the sources that the document names")
    remarks: list[Remark] = Field(default=[], description="places of the document that disagree or cannot be checked")
    claims: list[Claim] = Field(default=[], description="claims of the report as a whole")

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
    authority: str = Field(description="its name")
    have: str | None = Field(description="which of its figures are at hand")
    missing: str | None = Field(description="which are not")
    indicators: list[Slug] = Field(default=[], description="the catalogue's indicators from it")


class Seat(Record):
    """How many an organisation sends to the group. Persons are not named."""

    organisation: str = Field(description="its name; persons are not named")
    seats: int = Field(description="how many it sends")
    chair: bool = Field(default=False, description="one of the seats leads the group")
    units: list[str] = Field(default=[], description="the parts of the organisation that they come from")


class LinkedIndicator(Record):
    """An indicator as the initiative words it, and the catalogue's series for it where there is one."""

    PROSE: ClassVar = ("text", "differs")
    text: str = Field(description="as the initiative words it")
    series: Slug | None = Field(default=None, description="the catalogue's indicator for it")
    differs: str | None = Field(default=None, description="in plain words, how that differs from the wording")


class FollowUp(Record):
    """A check: the day as far as it is known, the document's own words for it, and who makes it."""

    date: PartialDate | None = Field(default=None, description="as far as it is known: 2024-05-31, 2024-05, --05-31")
    text: str | None = Field(default=None, description="the document's own words for it")
    body: str | None = Field(default=None, description="who makes it")


class Initiative(Backed):
    """One record of the register. Null and empty: the document does not say."""

    PROSE: ClassVar = ("target_group", "background", "activities", "goals", "remark")
    title: str = Field(description="as the document has it")
    section: str | None = Field(default=None, description="the heading of the document that it stands under")
    owner: str | None = Field(default=None, description="the organisation whose section it is; a theme is no owner")
    convener: str | None = Field(default=None, description="who calls the meetings")
    responsible: str | None = Field(default=None, description="a role or an organisation, never a person")
    approved_by: str | None = Field(default=None, description="a role or an organisation, never a person")
    target_group: str | None = Field(default=None, description="for whom it is")
    background: str | None = Field(default=None, description="why it is made")
    activities: list[str] = Field(default=[], description="what is to be done")
    goals: list[str] = Field(default=[], description="what is to be reached")
    indicators: list[LinkedIndicator] = Field(default=[], description="what it is to be followed by")
    start: PartialDate | None = Field(default=None, description="as far as it is known: 2024-05-31, 2024-05, --05-31")
    start_text: str | None = Field(default=None, description="the document's own words for the start")
    end: PartialDate | None = Field(default=None, description="as far as it is known")
    end_text: str | None = Field(default=None, description="the document's own words for the end")
    follow_ups: list[FollowUp] = Field(default=[], description="when it is checked, and by whom")
    status: str | None = Field(default=None, description="in the document's words")
    remark: str | None = Field(default=None, description="what a reader must know, in words of our own")


class Proposed(Record):
    """A proposal as it stands in one assignment."""

    PROSE: ClassVar = ("remark",)
    proposal: Slug = Field(description="an entry of proposals")
    remark: str | None = Field(default=None, description="what differs in this assignment")


class Assignment(Initiative):
    """An assignment to one municipality: numbered proposals, some of them the same as another's."""

    place: PlaceCode = Field(description="the municipality that has it")
    proposals: list[Proposed] = Field(description="its numbered proposals, in order")


class Situation(Backed):
    """What is said of a municipality's own efforts, with the one whose view it is."""

    PROSE: ClassVar = ("text",)
    place: PlaceCode = Field(description="the municipality")
    judged_by: str = Field(description="whose view it is")
    text: str = Field(description="Markdown: the first paragraph stands visible")


class CompetenceItem(Backed):
    """A course or a meeting."""

    PROSE: ClassVar = ("text",)
    title: str = Field(description="its name")
    date: PartialDate | None = Field(default=None, description="as far as it is known: 2024-05-31, 2024-05, --05-31")
    date_text: str | None = Field(default=None, description="the document's own words for the day")
    text: str | None = Field(default=None, description="what it is about")


class CompetenceColumn(Record):
    """A column of the plan."""

    title: str = Field(description="its heading")
    items: list[CompetenceItem] = Field(description="what stands below it")


class CompetencePlan(Record):
    """The group's plan of courses and meetings."""

    title: str = Field(description="its heading")
    columns: list[CompetenceColumn] = Field(description="its columns, in order")


class RegionAssessment(Judgements):
    """One region's edition: the parts of the analysis that are not figures."""

    PROSE: ClassVar = ("introduction",)
    edition: Edition = Field(description="the report's own days and contact; null is not known, and is printed so")
    basis: Basis = Field(description="the group's document, and whose it is")
    introduction: str | None = Field(default=None, description="Markdown: what the group observed, in words of our own")
    stated_initiatives: int | None = Field(default=None, description="how many initiatives the document says there are")
    data_sources: list[DataSource] = Field(default=[], description="authorities whose figures the group asks for")
    group: list[Seat] = Field(default=[], description="who sits in the group")
    situations: list[Situation] = Field(default=[], description="what is said of a municipality's own efforts")
    initiatives: dict[Slug, Initiative] = Field(default={}, description="the register: an id and a record each")
    assignments: dict[Slug, Assignment] = Field(default={}, description="assignments to one municipality each")
    proposals: dict[Slug, Initiative] = Field(default={}, description="what assignments propose, each once")
    competence_plan: CompetencePlan = Field(
        default=CompetencePlan(title="", columns=[]), description="the group's plan of courses and meetings"
    )
    references: list[Reference] = Field(default=[], description="sources; of no area: section says where each is named")
    remarks: list[Remark] = Field(default=[], description="places of the document that disagree or cannot be checked")
    claims: list[Claim] = Field(default=[], description="claims of the report as a whole")


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
