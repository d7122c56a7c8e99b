"""What people judged, planned and did: checked records of data/assessments, and their loader."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lagesbild.catalog.models import Catalog, PlaceCode, Slug
from lagesbild.paths import Paths
from lagesbild.records import AnyRecord, Location, Record, RecordError, read_record

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
    entries = [Entry(slug, "initiative", record, remark=record.remark) for slug, record in region.initiatives.items()]
    for slug, assignment in region.assignments.items():
        entries.append(Entry(slug, "assignment", assignment, remark=assignment.remark))
        for number, proposed in enumerate(assignment.proposals, 1):
            record = region.proposals[proposed.proposal]
            remark = proposed.remark or record.remark
            entries.append(Entry(f"{slug}_{number}", "proposal", record, slug, number, remark))
    return entries


# The loader: files checked against the catalogue, each validation error with file, line and remedy.

Fault = tuple[Location, str]
_YEAR_FILE = re.compile(r"\d{4}\.yml")


class AssessmentError(RecordError):
    """What is wrong in `data/assessments/`, one line an error."""


def load_assessment(paths: Paths, municipality: str, year: int, catalog: Catalog) -> Assessment | None:
    """The municipality's judgements of `year`; None when there is no file, for then nobody has judged.

    Another year's judgements are never used instead. Raises AssessmentError with every validation error of the file.
    """
    path = _folder(paths, municipality, r"\d{4}", "four digits") / f"{year}.yml"
    return _checked_assessment(paths, path, catalog) if path.is_file() else None


def load_region_assessment(paths: Paths, slug: str, year: int, catalog: Catalog) -> RegionAssessment | None:
    """The region's latest edition up to `year`; None when there is none. Its year: `region_edition`."""
    edition = region_edition(paths, slug, year)
    if edition is None:
        return None
    return _checked_region(paths, _region_folder(paths, slug) / f"{edition}.yml", catalog)


def region_edition(paths: Paths, slug: str, year: int) -> int | None:
    """The year of the region's latest edition up to `year`; None when there is none."""
    files = _region_folder(paths, slug).glob("*.yml")
    years = [int(path.stem) for path in files if _YEAR_FILE.fullmatch(path.name)]
    return max((edition for edition in years if edition <= year), default=None)


def load_all_assessments(paths: Paths, catalog: Catalog) -> int:
    """How many files `data/assessments/` holds, all in order. Raises AssessmentError with every error in them."""
    errors: list[str] = []
    files = sorted(path for path in paths.assessments.rglob("*") if path.is_file() and not path.name.startswith("."))
    for path in files:
        region = path.is_relative_to(paths.assessments / "regions")
        try:
            if not _YEAR_FILE.fullmatch(path.name):
                shown_as = paths.relative(path)
                raise AssessmentError([f"{shown_as}:1: '{path.name}' is never read. Name it after its year: 2024.yml."])
            (_checked_region if region else _checked_assessment)(paths, path, catalog)
        except RecordError as error:
            errors.extend(error.errors)
    if errors:
        raise AssessmentError(errors)
    return len(files)


def _folder(paths: Paths, name: str, pattern: str, wanted: str) -> Path:
    if not re.fullmatch(pattern, name):
        raise AssessmentError([f"'{name}' names no folder of data/assessments. Give {wanted}."])
    return paths.assessments / name


def _region_folder(paths: Paths, slug: str) -> Path:
    _folder(paths, slug, r"[a-z][a-z0-9_]*", "a region's name as in data/catalog/regions.yml")
    return paths.assessments / "regions" / slug


def _checked_assessment(paths: Paths, path: Path, catalog: Catalog) -> Assessment:
    return _checked(paths, path, Assessment, lambda content: _assessment_errors(content, catalog))


def _checked_region(paths: Paths, path: Path, catalog: Catalog) -> RegionAssessment:
    return _checked(paths, path, RegionAssessment, lambda content: _region_errors(content, path.parent.name, catalog))


def _checked(
    paths: Paths, path: Path, model: type[AnyRecord], contradictions: Callable[[AnyRecord], Iterable[Fault]]
) -> AnyRecord:
    try:
        content, document = read_record(path, model, paths.relative(path))
    except RecordError as error:
        raise AssessmentError(error.errors) from None
    errors = [document.error(at, what) for at, what in contradictions(content)]
    if errors:
        raise AssessmentError(errors)
    return content


def _known(known: Iterable[str], at: Location, value: str | None) -> Iterator[Fault]:
    known = sorted(known)
    if value is not None and value not in known:
        near = ", ".join(known) if len(known) < 20 else f"{len(known)} entries of data/catalog"
        yield at, f"'{value}' is not in the catalogue. Choose one of: {near}."


def _assessment_errors(content: Assessment, catalog: Catalog) -> Iterator[Fault]:
    judged: dict[str, Mapping[str, object]] = {
        "goals": catalog.goals,
        "areas": catalog.focus_areas,
        "priorities": catalog.priorities,
    }
    for kind, wanted in judged.items():
        entries = getattr(content, kind)
        for name in entries:
            yield from _known(wanted, (kind, name), name)
        for name in sorted(wanted.keys() - entries.keys()):
            yield (kind,), f"'{name}' is missing. Judge it, or remove it from data/catalog/programme.yml."
    for kind in ("plans", "projects", "assignments"):
        for index, entry in enumerate(getattr(content, kind)):
            yield from _known(catalog.focus_areas, (kind, index, "area"), entry.area)
            yield from _known(catalog.priorities, (kind, index, "priority"), getattr(entry, "priority", None))
    for index, project in enumerate(content.projects):
        if project.kind != "project":
            yield ("projects", index, "kind"), f"'{project.kind}' is no project. Move it to 'assignments'."


def _region_errors(content: RegionAssessment, slug: str, catalog: Catalog) -> Iterator[Fault]:
    if slug not in catalog.regions:
        yield (), f"no region '{slug}' in data/catalog/regions.yml. Add it, or rename the folder."
        return
    places = [*catalog.regions[slug].members, *catalog.regions[slug].comparisons]
    for index, source in enumerate(content.data_sources):
        for number, indicator in enumerate(source.indicators):
            yield from _known(catalog.indicators, ("data_sources", index, "indicators", number), indicator)
    for index, situation in enumerate(content.situations):
        yield from _known(places, ("situations", index, "place"), situation.place)
    for name, assignment in content.assignments.items():
        yield from _known(catalog.regions[slug].members, ("assignments", name, "place"), assignment.place)
        yield from _proposal_errors(content, name)
    for kind in ("initiatives", "assignments", "proposals"):
        for name, record in getattr(content, kind).items():
            for index, indicator in enumerate(record.indicators):
                yield from _known(catalog.indicators, (kind, name, "indicators", index, "series"), indicator.series)


def _proposal_errors(content: RegionAssessment, assignment: str) -> Iterator[Fault]:
    for index, proposed in enumerate(content.assignments[assignment].proposals):
        if proposed.proposal not in content.proposals:
            at = ("assignments", assignment, "proposals", index, "proposal")
            near = ", ".join(content.proposals)
            yield at, f"'{proposed.proposal}' is not under 'proposals'. Choose one of: {near}."
