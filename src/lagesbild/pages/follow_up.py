"""The page *Att följa upp*: what somebody has to see to, each linked to where it stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lagesbild.assessments.models import Assessment, Initiative, Plan, RegionAssessment, Undertaking, register
from lagesbild.catalog.models import Catalog
from lagesbild.html.marks import page_link, priority_anchor
from lagesbild.html.render import rendered
from lagesbild.rules.register import Written, day_of
from lagesbild.swedish.names import Naming
from lagesbild.swedish.numbers import listed
from lagesbild.swedish.register import follow_up_text

FILE = "folja_upp.html"
NO_OWNER = "Ingen ägare"


@dataclass(frozen=True)
class Item:
    """One thing to see to: its name, where it stands, and short facts below it."""

    name: str
    link: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Things of one kind under a heading; `intro` says what they have in common."""

    anchor: str
    title: str
    intro: str
    items: tuple[Item, ...]


def follow_up_html(
    catalog: Catalog,
    naming: Naming,
    year: int,
    assessment: Assessment | None,
    written: Written | None,
    slug: str,
    front: str,
) -> str:
    """The body of the page. `written` is what the municipality's region `slug` wrote; `front` opens first."""
    register_file = page_link("regional_support", front)
    groups = [
        *(_of_municipality(catalog, naming, assessment, front) if assessment else ()),
        *(_of_region(written, register_file) if written else ()),
    ]
    return rendered(
        "pages/follow_up.html",
        naming=naming,
        year=year,
        judged=assessment is not None,
        region=bool(written),
        groups=[group for group in groups if group.items],
        answers=_answers(assessment, written),
        calendar=_calendar(written, slug) if written else "",
    )


# What the municipality's own assessment leaves open.


def _of_municipality(catalog: Catalog, naming: Naming, assessment: Assessment, front: str) -> Iterator[Group]:
    def plans(wanted: Iterable[Plan]) -> tuple[Item, ...]:
        """Each plan once, with the areas that it stands under."""
        areas: dict[str, list[Plan]] = {}
        for plan in wanted:
            areas.setdefault(plan.name or "Plan utan namn", []).append(plan)
        return tuple(
            Item(
                name,
                f"{page_link(catalog.focus_areas[rows[0].area].page, front)}#planer",
                (f"Fokusområde {listed([row.area for row in rows])}", f"Bedömning: {rows[0].assessment}"),
            )
            for name, rows in areas.items()
        )

    def undertakings(wanted: Iterable[Undertaking]) -> tuple[Item, ...]:
        return tuple(
            Item(
                entry.title,
                f"{page_link(catalog.focus_areas[entry.area].page, front)}#uppdrag",
                tuple(filter(None, (entry.by, str(entry.year) if entry.year else "", entry.text))),
            )
            for entry in wanted
        )

    kinds = {kind: [e for e in assessment.assignments if e.kind == kind] for kind in ("unassigned", "assignment")}
    audits = [entry for entry in assessment.assignments if entry.kind in ("audit", "follow_up")]
    gaps = [
        Item(
            gap.missing,
            f"{page_link(gap.page, front)}{'#' + priority_anchor(gap.priority) if gap.priority else ''}",
            tuple(filter(None, (gap.who and f"Ansvar: {gap.who}", gap.promised, _priority(gap.priority)))),
        )
        for gap in catalog.gaps.values()
    ]
    yield Group(
        "planer-utan-pengar",
        "Planer utan pengar",
        f"{naming.official} skriver att planen saknar medel.",
        plans(plan for plan in assessment.plans if plan.funded is False),
    )
    yield Group(
        "oversyn",
        "Planer som ska ses över",
        "En översyn är begärd, utan dag.",
        plans(plan for plan in assessment.plans if plan.review_requested),
    )
    yield Group(
        "utan-ansvarig",
        "Uppgifter utan ansvarig",
        "Ingen är utsedd.",
        undertakings(kinds["unassigned"]),
    )
    yield Group("uppdrag", "Uppdrag", "Uppdrag som bedömningen nämner.", undertakings(kinds["assignment"]))
    yield Group("granskningar", "Granskningar", "Vad granskningen fann står på sidan.", undertakings(audits))
    yield Group("mattluckor", "Mått som saknas", "Programmet frågar efter dem, och ingen publicerar dem.", tuple(gaps))


def _priority(priority: str | None) -> str:
    return f"Prioritering {priority}" if priority else ""


# What the region's register leaves open.


def _of_region(written: Written, file: str) -> Iterator[Group]:
    entries = [(entry, f"{file}#r10-{entry.id.replace('_', '-')}") for entry in register(written.assessment)]
    own = [(entry.record, link) for entry, link in entries if entry.kind != "proposal"]
    checked = [(record, link) for record, link in own if record.follow_ups]
    dated = [(record, link) for record, link in checked if any(day_of(each.date) for each in record.follow_ups)]
    undated = [pair for pair in checked if pair not in dated]
    proposals = len(entries) - len(own)
    bare = [link for entry, link in entries if entry.kind == "proposal" and not entry.record.follow_ups]
    basis = written.assessment.basis.publisher
    yield Group("avstamningar", "Avstämningar med dag", f"Ur regionens register, {basis}.", _records(dated))
    yield Group(
        "utan-dag", "Avstämningar utan dag", "Registret säger att de ska göras men inte när.", _records(undated)
    )
    intro = "Registret nämner ingen avstämning."
    if bare:
        intro += f" Den saknas också för {'alla' if len(bare) == proposals else len(bare)} kommunala förslag."
    never = [(record, link) for record, link in own if not record.follow_ups]
    yield Group("utan-avstamning", "Initiativ utan avstämning", intro, _records(never))


def _records(records: Iterable[tuple[Initiative, str]]) -> tuple[Item, ...]:
    """Each record with its owner and its follow-ups, as far as the register dates them."""
    return tuple(
        Item(
            record.title,
            link,
            (
                f"Ägare: {record.owner or record.responsible}" if record.owner or record.responsible else NO_OWNER,
                *(f"Avstämning: {follow_up_text(each)}" for each in record.follow_ups),
            ),
        )
        for record, link in records
    )


def _calendar(written: Written, slug: str) -> str:
    """The file of the register's days, beside the pages; empty where it has no day."""
    records = [entry.record for entry in register(written.assessment)]
    days = [day_of(each) for record in records for each in (record.end, *(check.date for check in record.follow_ups))]
    return f"data/uppfoljning-{slug}-{written.edition}.ics" if any(days) else ""


def _answers(assessment: Assessment | None, written: Written | None) -> list[tuple[str, str]]:
    """Who answers for what is written: document -> publisher, and the contact where there is one."""
    documents: list[Assessment | RegionAssessment] = [assessment] if assessment else []
    documents += [written.assessment] if written else []
    return [
        (each.basis.title, "; ".join(filter(None, (each.basis.publisher, each.edition.contact)))) for each in documents
    ]
