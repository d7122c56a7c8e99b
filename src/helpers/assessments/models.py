"""What people judged, planned and did in one municipality and year: `data/assessments/<municipality>/`."""

from typing import Annotated, Literal

from pydantic import Field

from ..catalog.models import PlaceCode
from ..records import Record

Status = Literal["Enligt plan", "Mer arbete krävs"]
Arrow = Literal["up", "down", "unchanged"]
Day = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Edition(Record):
    """When the report came, when the next comes and who answers. Null is not known, and is printed so."""

    published: Day | None
    next_update: Day | None
    contact: str | None


class Basis(Record):
    """The document that the judgements were read from, and whose they are."""

    title: str
    publisher: str
    judged_by: str  # "Umeå kommun": stands in "Bedömning: Umeå kommun"
    caveat: str | None = None


class Claim(Record):
    """A statement that the figures bear out or not, in the language of `helpers.claims`; evaluated at every build."""

    claim: str
    # Why the figures say otherwise, once somebody has looked: without it 'lagesbild check --strict' fails.
    known: Annotated[str, Field(min_length=1)] | None = None
    note: str | None = None  # what readers must know of the test: a related measure, another base


class Judgement(Record):
    """A status in the programme's words. The arrow is people's too: null when it is not known."""

    status: Status
    arrow: Arrow | None = None
    summary: str | None = None  # one sentence in words of our own, which says whose view it is
    prose: str | None = None  # Markdown: paragraphs, emphasis, lists, links
    claims: list[Claim] = []


class Plan(Record):
    """A row of *Status i underliggande planer*. A plan under two areas has a row in each."""

    area: str
    name: str | None  # null: the document names none, and nobody guesses
    assessment: str
    funded: bool | None = None  # null: the document does not say
    review_requested: bool = False
    decided: str | None = None  # by whom and when
    note: str | None = None


class Undertaking(Record):
    """A project, an assignment, an audit or its follow-up, or a task that nobody is appointed to."""

    kind: Literal["project", "assignment", "audit", "follow_up", "unassigned"] = "project"
    title: str
    area: str
    priority: str | None = None
    year: int | None = None
    by: str | None = None  # the body that gave the assignment or made the audit
    text: str | None = None


class Remark(Record):
    """Places of a document that disagree or cannot be checked. Which one is wrong is not ours to know."""

    places: list[str]  # where it stands, at least one
    text: str
    about: list[PlaceCode] = []


class Assessment(Record):
    """One municipality's judgements of one year."""

    edition: Edition
    basis: Basis
    introduction: str | None = None  # Markdown
    goals: dict[str, Judgement]
    areas: dict[str, Judgement]
    priorities: dict[str, Judgement]
    plans: list[Plan]
    projects: list[Undertaking]
    assignments: list[Undertaking] = []
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
