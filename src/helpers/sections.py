"""The parts of a page that are no figures: header, overviews, priorities, claims, projects and plans."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from helpers.report import RegionReport, Report, UnknownChoice
from helpers.rows import measure_of
from lagesbild.assessments import Assessment, Plan, RegionAssessment, Remark
from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import Vocabulary
from lagesbild.html.components import (
    EditionFacts,
    Evidence,
    Mark,
    OverviewRow,
    Passage,
    PlanRow,
    Project,
    Section,
)
from lagesbild.html.marks import (
    ARROWS,
    COMPUTED,
    JUDGED,
    arrow_marks,
    arrow_note,
    claims_html,
    combined_mark,
    disagreement,
    gap_notices,
    judgements,
    movement_mark,
    priority_anchor,
    reach,
    status_marks,
    summary,
)
from lagesbild.html.render import Component, passage_component, prose_html, rendered
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import (
    area_indicators,
    combined_movement,
    has_arrow,
    last_common_year,
    priority_indicators,
)
from lagesbild.rules.uses import drawn_indicators
from lagesbild.swedish.claims import TITLE
from lagesbild.swedish.findings import placing_text, survey_change_text
from lagesbild.swedish.headings import measure_heading
from lagesbild.swedish.numbers import listed
from lagesbild.swedish.verdicts import (
    NO_ARROW,
    NO_ARROW_FOR_EQUALITY,
    moved_text,
    movement_reason,
    why_no_arrow,
)


def passage(template: str, anchor: str, title: str, /, **values: Any) -> Component:
    """A template of the components as a passage of the page."""
    return passage_component(Passage(rendered(template, **values), anchor=anchor, title=title))


def claims(report: RegionReport) -> Component:
    """What a region's document claims, held against the figures; nothing without a document or claims."""
    assessment = report.written.assessment if report.written else None
    if assessment is None or not assessment.claims:
        return passage_component(Passage(""))
    words = Vocabulary(report.catalog, report.geography, report.year)
    body = rendered("section.html", section=Section(anchor="pastaenden", title=TITLE))
    body += claims_html(assessment.claims, words, report.data, assessment.basis.judged_by, report.judged)
    return passage_component(Passage(body, anchor="pastaenden", title=TITLE))


def area_of(catalog: Catalog, page: str) -> str:
    """The key of the page's focus area."""
    areas = [key for key, area in catalog.focus_areas.items() if area.page == page]
    if not areas:
        raise KeyError(f"page '{page}' belongs to no focus area in data/catalog/programme.yml.")
    return areas[0]


def _not_assessed(place: str, code: str, year: int) -> str:
    """That nobody has judged, and where a judgement is added."""
    return f"Saknas för {place} {year}. Läggs till i data/assessments/{code}/{year}.yml."


# The overview tables: goals, focus areas, priorities, with what is judged beside what is computed.


def overview(report: Report) -> Component:
    """The priorities of the page's focus area."""
    catalog, judged = report.catalog, judgements(report.assessment, "priorities")
    rows = []
    for priority in catalog.priorities_of(area_of(catalog, report.page)):
        judgement = judged.get(priority)
        computed = combined_movement(report.movements, priority_indicators(catalog, priority))
        rows.append(
            OverviewRow(
                name=report.priority_title(priority),
                number=priority,
                link=f"#{priority_anchor(priority)}",
                trend=(*arrow_marks(judgement, catalog.programme.legend), combined_mark(computed)),
                status=status_marks(judgement),
                sentences=(*summary(judgement), *filter(None, [moved_text(computed, report.movements, catalog)])),
            )
        )
    return _overview(
        "Prioriteringar", "prioriteringar", "Prioritering", report.edition, rows, arrow_note(report.assessment)
    )


def goals(report: Report) -> Component:
    """The programme's goals. The goal of equal power has no computed arrow, and says why."""
    catalog, judged = report.catalog, judgements(report.assessment, "goals")
    rows = [
        OverviewRow(
            name=report.worded(goal.title),
            number=goal.label,
            trend=arrow_marks(judged.get(key), catalog.programme.legend),
            status=status_marks(judged.get(key)),
            sentences=(
                *summary(judged.get(key)),
                *(() if has_arrow(catalog, goal.title) else (NO_ARROW_FOR_EQUALITY,)),
            ),
        )
        for key, goal in catalog.goals.items()
    ]
    return _overview("Inriktningsmål", "inriktningsmal", "Mål", report.edition, rows, arrow_note(report.assessment))


def areas(report: Report) -> Component:
    """The focus areas, each linked to its page. The area that is the goal of equal power has no computed arrow."""
    catalog, legend, rows = report.catalog, report.catalog.programme.legend, []
    for area, entry in catalog.focus_areas.items():
        judgement = judgements(report.assessment, "areas").get(area)
        if has_arrow(catalog, entry.title):
            computed = combined_movement(report.movements, area_indicators(catalog, area))
            last = last_common_year(computed, report.movements)
            mark = combined_mark(computed)
            beside = [
                moved_text(computed, report.movements, catalog),
                reach(judgement, last, report.year),
                disagreement(judgement, computed, last, report.year, legend),
            ]
        else:
            mark, beside = Mark(NO_ARROW, COMPUTED), [NO_ARROW_FOR_EQUALITY]
        rows.append(
            OverviewRow(
                name=report.area_title(area),
                number=area,
                link=f"{entry.page}.html",
                trend=(*arrow_marks(judgement, legend), mark),
                status=status_marks(judgement),
                sentences=(*summary(judgement), *filter(None, beside)),
            )
        )
    meanings = [f"{symbol} {legend[name]}" for name, (symbol, _) in ARROWS.items()]
    note = f"{'. '.join(meanings)}. {legend['mixed']}. {arrow_note(report.assessment)}".strip()
    return _overview("Fokusområden", "fokusomraden", "Fokusområde", report.edition, rows, note)


def _overview(heading: str, anchor: str, first: str, edition: str, rows: Iterable[OverviewRow], note: str) -> Component:
    """A table of `rows` whose first column is headed `first`; `edition` is the place and year."""
    caption = f"{heading}, {edition}. Riktning och lägesbild, med den som har gjort bedömningen."
    return passage(
        "overview.html", anchor, heading, heading=heading, anchor=anchor, caption=caption, first=first,
        rows=tuple(rows), note=note,
    )  # fmt: skip


# Projects, assignments and plans of a focus area.

YES_NO = {True: "Ja", False: "Nej", None: ""}


def projects(report: Report) -> Component:
    """Projects of the page's focus area, then assignments, audits and tasks without an owner."""
    area, assessment = area_of(report.catalog, report.page), report.assessment
    title = report.catalog.focus_areas[area].projects_title
    entries = (*assessment.projects_of(area), *assessment.assignments_of(area)) if assessment else ()
    items = tuple(Project(name=entry.title, text=entry.text or "", by=entry.by or "") for entry in entries)
    intro = "" if items else _not_assessed(report.name, report.place, report.year)
    return passage("projects.html", "projekt", title, heading=title, anchor="projekt", items=items, intro=intro)


def plans(report: Report) -> Component:
    """The plan rows of the page's focus area as the municipality judged them."""
    area = area_of(report.catalog, report.page)
    rows = tuple(_plan_row(plan) for plan in (report.assessment.plans_of(area) if report.assessment else ()))
    title = "Status i underliggande planer"
    note = f"{JUDGED}." if rows else _not_assessed(report.name, report.place, report.year)
    return passage(
        "plans.html", "planer", title, heading=title, anchor="planer",
        caption=f"{title}, {report.edition}", rows=rows, note=note,
    )  # fmt: skip


def _plan_row(plan: Plan) -> PlanRow:
    return PlanRow(
        plan=plan.name or "Namnet framgår inte av underlaget",
        assessment=plan.assessment,
        funded=YES_NO[plan.funded],
        review="Ja" if plan.review_requested else "",
        decided=plan.decided or "",
    )


# The start of a priority: judged beside computed, and the measures that nobody makes.


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
        title = catalog.indicators[indicator].title
        if indicator not in report.movements:
            evidence.append(Evidence(title, Mark("Inget värde", COMPUTED), f"Inget värde för {report.name}.", link))
            continue
        movement, measure = report.movements[indicator], measure_of(catalog, indicator)
        rows = report.data[report.data["indicator"].eq(indicator) & report.data["place"].isin([report.place, COUNTRY])]
        rows = rows[rows["value"].notna()].assign(role=rows["place"].map({report.place: "focus", COUNTRY: "country"}))
        texts = [f"{measure_heading(measure, rows, report.judged, report.year)}."]
        placing = report.ranking(indicator).placing
        if placing and placing.year == rows.loc[rows["role"] == "focus", "year"].max():
            text = placing_text(placing, measure.indicator, report.geography.municipalities)
            texts.append(f"{text.capitalize()}.")
        twice = report.changes[report.changes["indicator"] == indicator]
        texts += [survey_change_text(row, measure) for _, row in twice.iterrows() if pd.notna(row["z"])]
        texts.append(movement_reason(movement))
        evidence.append(Evidence(title, movement_mark(movement), " ".join(text for text in texts if text), link))
    start = Section(
        anchor=priority_anchor(number),
        number=number,
        title=report.priority_title(number),
        marks=(*status_marks(judgement), *arrow_marks(judgement, legend), combined_mark(computed)),
        sentence="".join(summary(judgement)),
        reason=why_no_arrow(report.movements, catalog, indicators, computed) or reach(judgement, last, report.year),
        evidence=tuple(evidence),
        disagreement=disagreement(judgement, computed, last, report.year, legend),
        prose=prose_html(judgement.prose) if judgement and judgement.prose else "",
    )
    html = rendered("section.html", section=start)
    html += claims_html(judgement.claims if judgement else (), report.words, report.data, JUDGED, report.judged)
    html += gap_notices(catalog, report.page, number, told=report.assessment is not None)
    return passage_component(Passage(html, anchor=start.anchor, title=start.title))


def _evidence_links(catalog: Catalog, page: str, priority: str, at_hand: Mapping[str, int]) -> dict[str, str]:
    """Indicator -> link to its figure: those of the priority's figures, then the supporting ones, which have none."""
    links: dict[str, str] = {}
    for number in catalog.figures_on(page, priority):
        for indicator in drawn_indicators(catalog.figures[number], at_hand):
            links.setdefault(indicator, f"#figur-{number}")
    return links | {indicator: "" for indicator in catalog.priorities[priority].evidence if indicator not in links}


# The head of a page, its headings, and what people wrote about the report or an area.


def header(report: Report) -> Component:
    """Title, question, edition, and what is missing from it as a whole; a region's own report carries its name."""
    page = report.catalog.pages[report.page]
    own = isinstance(report, RegionReport) and report.own
    assessment: Assessment | RegionAssessment | None = report.assessment
    parameters: dict[str, str | int] = {"municipality": report.place, "year": report.year}
    place = report.name
    if isinstance(report, RegionReport) and report.region and own:
        assessment = report.written.assessment if report.written else None
        place, parameters["region"] = report.region.name, report.slug
    edition = assessment.edition if assessment else None
    facts = EditionFacts(
        title=report.page_title(),
        lead=report.worded(page.question),
        place=place,
        year=report.year,
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
    )
    html = rendered("header.html", facts=facts)
    if assessment is None and not own:
        html += rendered(
            "missing.html",
            title=f"Inga bedömningar för {report.edition}",
            text="Sidan visar bara det som är beräknat ur officiell statistik. Kommunens egna bedömningar, planer "
            "och projekt saknas.",
            remedy=f"De läggs till i data/assessments/{report.place}/{report.year}.yml.",
        )
    return passage_component(Passage(html, title=facts.title), parameters=parameters)


def no_region(report: RegionReport) -> Component:
    """For a municipality that is in no region, a notice that ends the page; else nothing."""
    if report.region:
        return passage_component(Passage(""))
    html = rendered(
        "missing.html",
        title="Ingen region",
        text=f"{report.name} ingår inte i någon region i data/catalog/regions.yml.",
        remedy="Lägg till regionen med medlemmar där, så görs analysen vid nästa bygge.",
    )
    return passage_component(Passage(html, title="Ingen region"), ends_page=True)


def heading(report: Report, title: str, anchor: str) -> Component:
    """A heading for figures that belong to the page and to no priority."""
    section = Section(anchor=anchor, title=report.worded(title))
    return passage("section.html", anchor, title, section=section)


def introduction(report: Report) -> Component:
    """People's introduction, the programme's caveat, and what nobody measures for the municipality as a whole."""
    catalog, assessment = report.catalog, report.assessment
    written = [assessment.introduction] if assessment and assessment.introduction else []
    prose = "".join(prose_html(text) for text in (*written, catalog.programme.caveat))
    title = "Om programmet och rapporten"
    html = rendered("section.html", section=Section(anchor="om", title=title, prose=prose))
    if assessment:
        claims = [*assessment.claims, *(claim for goal in assessment.goals.values() for claim in goal.claims)]
        html += claims_html(claims, report.words, report.data, JUDGED, report.judged)
    html += gap_notices(catalog, report.page, None, told=assessment is not None)
    return passage_component(Passage(html, anchor="om", title=title))


def text(report: Report) -> Component:
    """People's text on the page's focus area; nothing when they wrote none. What the area lacks follows it."""
    judgement = judgements(report.assessment, "areas").get(area_of(report.catalog, report.page))
    html = rendered("prose.html", prose=prose_html(judgement.prose), by=JUDGED) if judgement and judgement.prose else ""
    html += claims_html(judgement.claims if judgement else (), report.words, report.data, JUDGED, report.judged)
    html += gap_notices(report.catalog, report.page, None, told=report.assessment is not None)
    return passage_component(Passage(html))


def remarks(report: Report) -> Component:
    """Where the document says two things, with the places that disagree: which is wrong is not ours to know."""
    assessment: Assessment | RegionAssessment | None = report.assessment
    if isinstance(report, RegionReport):
        assessment = report.written.assessment if report.written else None
    entries: Iterable[Remark] = assessment.remarks if assessment else ()
    items = tuple(Project(name=entry.text, by=listed(entry.places)) for entry in entries)
    anchor, title = "motsagelser", "Där underlaget säger emot sig självt"
    if not items:
        return passage_component(Passage(""))
    intro = "Vilken uppgift som är fel framgår inte av underlaget."
    html = rendered("projects.html", heading=title, anchor=anchor, items=items, intro=intro)
    texts = [intro, *(f"{item.name} ({item.by})" for item in items)]
    return passage_component(Passage(html, anchor, title), texts=texts)
