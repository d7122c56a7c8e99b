"""The parts of a page that are no figures: how an area stands, priorities, claims, projects, plans, what to read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from helpers.report import RegionReport, Report, UnknownChoice
from helpers.rows import measure_of
from lagesbild.assessments.models import Claim, Judgement, Plan, Reference, Undertaking
from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import Vocabulary
from lagesbild.html.components import (
    ClaimResult,
    Evidence,
    Mark,
    Part,
    Passage,
    PlanRow,
    Project,
    Section,
    Statement,
)
from lagesbild.html.marks import (
    COMPUTED,
    arrow_marks,
    claim_results,
    claims_html,
    combined_mark,
    disagreement,
    judgements,
    missing_measures,
    movement_mark,
    priority_anchor,
    reach,
    status_marks,
    use_anchor,
)
from lagesbild.html.render import Component, parted_prose, passage_component, rendered
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import (
    area_indicators,
    combined_movement,
    has_arrow,
    last_common_year,
    priority_indicators,
    telling,
)
from lagesbild.rules.uses import drawn_indicators
from lagesbild.swedish.claims import TESTED, TITLE
from lagesbild.swedish.findings import survey_change_text
from lagesbild.swedish.numbers import listed
from lagesbild.swedish.verdicts import NO_ARROW, judged_line, movement_reason, why_no_arrow


def passage(template: str, anchor: str, title: str, /, **values: Any) -> Component:
    """A template of the components as a passage of the page."""
    return passage_component(Passage(rendered(template, **values), anchor=anchor, title=title))


def nothing() -> Component:
    """A cell that has nothing to show, and no heading over it."""
    return passage_component(Passage(""))


def area_of(catalog: Catalog, page: str) -> str:
    """The key of the page's focus area."""
    areas = [key for key, area in catalog.focus_areas.items() if area.page == page]
    if not areas:
        raise KeyError(f"page '{page}' belongs to no focus area in data/catalog/programme.yml.")
    return areas[0]


# How an area stands, and each of its priorities: people's words, then what is computed, then where the two part.


def standing(report: Report) -> Component:
    """How the page's area stands: statuses, a summary by people and by rule, and people's text on the area."""
    catalog, area = report.catalog, area_of(report.catalog, report.page)
    judgement = judgements(report.assessment, "areas").get(area)
    computed = combined_movement(report.movements, area_indicators(catalog, area))
    last = last_common_year(computed, report.movements)
    arrow = has_arrow(catalog, catalog.focus_areas[area].title)
    plans = report.assessment.plans_of(area) if report.assessment else []
    uses, facts = report.uses, []
    to_country = report.differences[report.differences["other"] == COUNTRY]
    for indicator in telling(report.movements, to_country, report.latest, list(uses), report.year):
        text = report.said(indicator, report.everybody(indicator))
        facts.append(Statement(f"{text}.", evidence=use_anchor(uses[indicator][0]), by=COMPUTED))
    start = Section(
        anchor="laget",
        title="Läget i korthet",
        marks=(
            *status_marks(judgement),
            *arrow_marks(judgement, catalog.programme.legend),
            combined_mark(computed) if arrow else Mark(NO_ARROW, ""),
        ),
        plans=tuple(_plan_name(plan) for plan in plans if plan.funded is False),
        facts=tuple(facts),
        disagreement=disagreement(judgement, computed, last, report.year, catalog.programme.legend) if arrow else "",
        missing=missing_measures(catalog, report.page, None, told=report.assessment is not None),
    )
    claims = _tested(report, judgement.claims if judgement else ())
    return _section_component("standing.html", _with_words(start, judgement), claims)


def _tested(report: Report, claims: Sequence[Claim]) -> tuple[ClaimResult, ...]:
    """What became of claims of the municipality's assessment, each tested once: the list at the end has them again."""
    by, known = report.assessment.basis.judged_by if report.assessment else "", report.tested
    new = [claim for claim in claims if claim not in known]
    results = claim_results(new, report.words, report.by_indicator, by, report.judged)
    known.update(zip(new, results, strict=True))
    return tuple(known[claim] for claim in claims)


def _with_words(section: Section, judgement: Judgement | None) -> Section:
    """The section with what people wrote: their sentence, the first paragraph and the rest."""
    if judgement is None:
        return section
    first, rest = parted_prose(judgement.prose or "")
    return replace(section, sentence=judgement.summary or "", prose=first, more=rest)


def priority(report: Report, number: str) -> Component:
    """The start of a priority: what people judged beside what is computed, and what is missing.

    Raises UnknownChoice for a number that is not of the page's focus area.
    """
    catalog, legend = report.catalog, report.catalog.programme.legend
    numbers = catalog.priorities_of(area_of(catalog, report.page))
    if number not in numbers:
        raise UnknownChoice(f"priority: '{number}' is not on '{report.page}', which has {', '.join(numbers)}.")
    judgement = judgements(report.assessment, "priorities").get(number)
    indicators = priority_indicators(catalog, number)
    computed = combined_movement(report.movements, indicators)
    last = last_common_year(computed, report.movements)
    evidence = []
    for indicator, link in _evidence_links(catalog, report.page, number, report.latest).items():
        if indicator in report.movements:
            movement, measure = report.movements[indicator], measure_of(catalog, indicator)
            texts = [f"{report.said(indicator, report.everybody(indicator))}."]
            twice = report.judged.records("changes", indicator, report.place)
            texts += [survey_change_text(row, measure) for row in twice if row["sex"] == "T" and pd.notna(row["z"])]
            texts.append(movement_reason(movement))
            evidence.append(Evidence(measure.indicator.subject, movement_mark(movement), " ".join(texts), link))
    start = Section(
        anchor=priority_anchor(number),
        number=number,
        title=report.priority_title(number),
        marks=(*status_marks(judgement), *arrow_marks(judgement, legend)),
        facts=(Statement(judged_line(computed), by=COMPUTED),) if computed.judged else (),
        evidence=tuple(evidence),
        reason=why_no_arrow(report.movements, catalog, indicators, computed) or reach(judgement, last, report.year),
        disagreement=disagreement(judgement, computed, last, report.year, legend),
        missing=missing_measures(catalog, report.page, number, told=report.assessment is not None),
    )
    claims = _tested(report, judgement.claims if judgement else ())
    return _section_component("section.html", _with_words(start, judgement), claims)


def _section_component(template: str, section: Section, claims: tuple[ClaimResult, ...]) -> Component:
    """A section with the claims that part from the figures; its record has all of them."""
    shown = replace(section, parting=tuple(dict.fromkeys(claim.told for claim in claims if claim.parting)))
    passage = Passage(rendered(template, section=shown), anchor=section.anchor, title=section.title)
    return passage_component(passage, claims=[asdict(claim) for claim in claims])


def _evidence_links(catalog: Catalog, page: str, priority: str, at_hand: Mapping[str, int]) -> dict[str, str]:
    """Indicator -> link to its figure: those of the priority's figures, then the supporting ones, which have none."""
    links: dict[str, str] = {}
    for number in catalog.figures_on(page, priority):
        for indicator in drawn_indicators(catalog.figures[number], at_hand):
            links.setdefault(indicator, f"#figur-{number}")
    return links | {indicator: "" for indicator in catalog.priorities[priority].evidence if indicator not in links}


def heading(report: Report, title: str, anchor: str) -> Component:
    """A heading for figures that belong to the page and to no priority."""
    section = Section(anchor=anchor, title=report.worded(title))
    return passage("section.html", anchor, title, section=section)


# What people did and planned: projects, then assignments and audits, then plans.


def projects(report: Report) -> Component:
    """People's projects of the page's focus area; nothing without any."""
    area = area_of(report.catalog, report.page)
    entries = report.assessment.projects_of(area) if report.assessment else []
    return _undertakings(entries, report.catalog.focus_areas[area].projects_title, "projekt")


def assignments(report: Report) -> Component:
    """Assignments, audits, their follow-ups, and tasks that nobody is appointed to; nothing without any."""
    entries = report.assessment.assignments_of(area_of(report.catalog, report.page)) if report.assessment else []
    return _undertakings(entries, "Uppdrag och granskningar", "uppdrag")


def _undertakings(entries: Iterable[Undertaking], title: str, anchor: str) -> Component:
    items = tuple(_item(entry) for entry in entries)
    return passage("projects.html", anchor, title, heading=title, anchor=anchor, items=items) if items else nothing()


def _item(entry: Undertaking) -> Project:
    by = ", ".join(filter(None, (entry.by, str(entry.year) if entry.year else "")))
    return Project(entry.title, text=entry.text or "", by="Ingen är utsedd" if entry.kind == "unassigned" else by)


def plans(report: Report) -> Component:
    """The plans of the page's focus area as the municipality judged them, those without money marked; or nothing."""
    area = area_of(report.catalog, report.page)
    rows = tuple(
        PlanRow(
            plan=_plan_name(plan),
            assessment=plan.assessment,
            unfunded=plan.funded is False,
            review=plan.review_requested,
            decided=plan.decided or "",
            note=plan.note or "",
        )
        for plan in (report.assessment.plans_of(area) if report.assessment else ())
    )
    title = "Status i underliggande planer"
    return passage("plans.html", "planer", title, heading=title, anchor="planer", rows=rows) if rows else nothing()


def _plan_name(plan: Plan) -> str:
    return plan.name or "Plan utan namn i kommunens rapport"


# What to read on: the documents behind the municipality's text, its claims one by one, and the report's other pages.


def reading_list(report: Report) -> Component:
    """The sources that the municipality's document names for the area, and links to the report's own lists."""
    area, assessment = area_of(report.catalog, report.page), report.assessment
    entries = assessment.references_of(area) if assessment else []
    items = tuple(_reference(entry) for entry in entries)
    judged = [judgements(assessment, "areas").get(area)]
    judged += [judgements(assessment, "priorities").get(number) for number in report.catalog.priorities_of(area)]
    stated = [claim for judgement in judged if judgement for claim in judgement.claims]
    claims = _tested(report, stated)
    title = "Rapporter som kommunen bygger på"
    return passage(
        "reading.html", "las-vidare" if items else "", title if items else "", heading=title, anchor="las-vidare",
        items=items, claims=claims, tested=TESTED.format(n=len(claims)),
    )  # fmt: skip


def _reference(entry: Reference) -> Project:
    by = ", ".join(filter(None, (entry.author, entry.publisher, str(entry.year) if entry.year else "")))
    return Project(entry.title, text=entry.note or "", by=by, link=entry.url or "")


# The parts of the regional page that are no figures.


def claims(report: RegionReport) -> Component:
    """What a region's document claims, held against the figures; nothing without a document or claims."""
    assessment = report.written.assessment if report.written else None
    if assessment is None or not assessment.claims:
        return nothing()
    words = Vocabulary(report.catalog, report.geography, report.year)
    tested = claim_results(assessment.claims, words, report.by_indicator, assessment.basis.judged_by, report.judged)
    body = rendered("section.html", section=Section(anchor="pastaenden", title=TITLE)) + claims_html(tested)
    return passage_component(Passage(body, "pastaenden", TITLE), claims=[asdict(claim) for claim in tested])


def no_region(report: RegionReport) -> Component:
    """For a municipality that is in no region, a sentence that ends the page; else nothing."""
    if report.region:
        return nothing()
    html = rendered(
        "part.html", part=Part("ingen-region", texts=(f"{report.official} hör inte till någon region här.",))
    )
    return passage_component(Passage(html, "ingen-region"), ends_page=True)


def observations(report: RegionReport) -> Component:
    """What the region's own document observes, its first paragraph open and the rest in a fold; nothing without it."""
    written = report.written.assessment if report.written else None
    if written is None or not written.introduction:
        return nothing()
    first, rest = parted_prose(written.introduction)
    html = rendered(
        "prose.html",
        prose=first,
        rest=rest,
        fold=f"Mer: {written.basis.title}",
        fold_id="iakttagelser-mer",
        by=written.basis.judged_by,
    )
    return passage_component(Passage(html), first=True)


def material(report: RegionReport) -> Component:
    """The region's own document: where it says two things, and the sources that it names, in folds; or nothing.

    Which of two things is wrong is not ours to know.
    """
    written = report.written.assessment if report.written else None
    if written is None or not (written.remarks or written.references):
        return nothing()
    remarks = tuple(Project(name=entry.text, by=listed(entry.places)) for entry in written.remarks)
    anchor, title, sources = "underlaget-regionen", "Om regionens underlag", tuple(map(_reference, written.references))
    html = rendered(
        "material.html", heading=title, anchor=anchor, text=written.basis.caveat or "", remarks=remarks, sources=sources
    )
    return passage_component(Passage(html, anchor, title), texts=[f"{item.name} ({item.by})" for item in remarks])
