"""What a region's analysis group wrote down: sources, seats, initiatives, competence plan, situations."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ..catalog.models import PlaceCode, Slug
from ..records import Record
from .models import Basis, Claim, Edition, Remark

_YEAR, _MONTH, _DAY = r"\d{4}", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
# ISO 8601 as far as the document goes: "2022-09-01", "2022-09", and "--05-31" for a day without a year.
PartialDate = Annotated[str, Field(pattern=rf"^({_YEAR}(-{_MONTH}(-{_DAY})?)?|--{_MONTH}(-{_DAY})?)$")]
Kind = Literal["initiative", "assignment", "proposal"]


class DataSource(Record):
    """An authority whose figures the group asks for: what is at hand here, and what is missing."""

    authority: str
    have: str | None
    missing: str | None
    indicators: list[Slug] = []


class Seat(Record):
    """How many an organisation sends to the group. Persons are not named."""

    organisation: str
    seats: int
    chair: bool = False  # one of the seats leads the group


class LinkedIndicator(Record):
    """An indicator as the initiative words it, and the catalogue's series for it where there is one."""

    text: str
    series: Slug | None = None
    differs: str | None = None  # in plain words, how the series differs from the wording


class FollowUp(Record):
    """A check: the day as far as it is known, the document's own words for it, and who makes it."""

    date: PartialDate | None = None
    text: str | None = None
    body: str | None = None


class Initiative(Record):
    """One record of the register. Null and empty: the document does not say."""

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

    proposal: Slug
    remark: str | None = None


class Assignment(Initiative):
    """An assignment to one municipality: numbered proposals, some of them the same as another's."""

    place: PlaceCode
    proposals: list[Proposed]


class Situation(Record):
    """What is said of a municipality's own efforts, with the one whose view it is."""

    place: PlaceCode
    judged_by: str
    text: str  # Markdown


class CompetenceItem(Record):
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


class RegionAssessment(Record):
    """One region's edition: the parts of the analysis that are not figures."""

    edition: Edition
    basis: Basis
    stated_initiatives: int | None = None  # how many the document says there are
    data_sources: list[DataSource]
    group: list[Seat]
    situations: list[Situation]
    initiatives: dict[Slug, Initiative]
    assignments: dict[Slug, Assignment]
    proposals: dict[Slug, Initiative]
    competence_plan: CompetencePlan
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
    entries = [Entry(id, "initiative", record, remark=record.remark) for id, record in region.initiatives.items()]
    for id, assignment in region.assignments.items():
        entries.append(Entry(id, "assignment", assignment, remark=assignment.remark))
        for number, proposed in enumerate(assignment.proposals, 1):
            record = region.proposals[proposed.proposal]
            entries.append(Entry(f"{id}_{number}", "proposal", record, id, number, proposed.remark or record.remark))
    return entries


def headings(region: RegionAssessment) -> int:
    """How many headings the register stands under: initiatives and assignments, not their proposals."""
    return len(region.initiatives) + len(region.assignments)
