"""The parts of a page that are no figures: header, overviews, priorities, claims, projects and plans."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from helpers.evidence import COMPUTED, combined_mark, computed_evidence, why_no_arrow
from helpers.figures import priority_anchor
from helpers.setting import Setting
from lagesbild.assessments import Assessment, Claim, Judgement, Plan, RegionAssessment, Remark
from lagesbild.catalog.models import Catalog
from lagesbild.claims.evaluate import Outcome, evaluated
from lagesbild.claims.language import Vocabulary, parsed
from lagesbild.html.components import (
    EditionFacts,
    Evidence,
    Mark,
    OverviewRow,
    Passage,
    PlanRow,
    Project,
    Section,
    TestedClaim,
)
from lagesbild.html.render import Component, passage_component, prose_html, rendered
from lagesbild.rules.directions import (
    area_indicators,
    arrows_differ,
    combined_trend,
    has_arrow,
    last_common_year,
    priority_indicators,
    reaches,
)
from lagesbild.rules.editions import drawn_indicators
from lagesbild.statistics.combined import Combined
from lagesbild.swedish.claims import OUTCOMES, STATED, TITLE, ClaimWords
from lagesbild.swedish.numbers import listed
from lagesbild.swedish.verdicts import NO_ARROW, NO_ARROW_FOR_EQUALITY, differing_text, reach_text


def passage(template: str, anchor: str, title: str, /, **values: Any) -> Component:
    """A template of the components as a passage of the page."""
    return passage_component(Passage(rendered(template, **values), anchor=anchor, title=title))


# The claims of an assessment on the page, each held against the figures: agreement, disagreement or no answer.


def claims_html(claims: Iterable[Claim], words: Vocabulary, table: pd.DataFrame, by: str) -> str:
    """The claims as a list; nothing when there are none. `by`: whose they are."""
    tested = tuple(_tested(claim, words, table) for claim in claims)
    return rendered("claims.html", title=STATED, by=by, claims=tested) if tested else ""


def _tested(claim: Claim, words: Vocabulary, table: pd.DataFrame) -> TestedClaim:
    """One claim with both values. A claim that cannot be read was refused before any notebook ran."""
    statement = parsed(claim.claim, words)
    finding = evaluated(statement, table, words.catalog)
    swedish = ClaimWords(statement, words.catalog, words.places)
    fails = finding.outcome is Outcome.FAILS
    return TestedClaim(
        claimed=swedish.claimed(),
        mark=Mark(OUTCOMES[finding.outcome], COMPUTED, tone="watch" if fails else ""),
        values=swedish.values(finding),
        known=(claim.known or "") if fails else "",
        note=claim.note or "",
        disagrees=fails,
    )


def region_claims(setting: Setting, assessment: RegionAssessment | None) -> Component:
    """What a region's document claims, held against the figures; nothing without a document or claims."""
    if assessment is None or not assessment.claims:
        return passage_component(Passage(""))
    words = Vocabulary(setting.catalog, setting.places, setting.year)
    body = rendered("section.html", section=Section(anchor="pastaenden", title=TITLE))
    body += claims_html(assessment.claims, words, setting.table, assessment.basis.judged_by)
    return passage_component(Passage(body, anchor="pastaenden", title=TITLE))


# What people judged, as marks: their status, their arrow, and where they said nothing.

JUDGED = "Kommunens bedömning"
STATUS_TONE = {"Enligt plan": "good", "Mer arbete krävs": "watch"}
ARROWS = {"up": ("↗", "good"), "down": ("↘", "bad"), "unchanged": ("→", "")}


def judgements(assessment: Assessment | None, kind: str) -> dict[str, Judgement]:
    """Key -> judgement of goals, areas or priorities; empty without an assessments file."""
    return getattr(assessment, kind) if assessment else {}


def status_marks(judgement: Judgement | None) -> tuple[Mark, ...]:
    """The status that people gave, if they gave one."""
    if judgement is None:
        return ()
    return (Mark(judgement.status, JUDGED, tone=STATUS_TONE[judgement.status]),)


def arrow_marks(judgement: Judgement | None, legend: Mapping[str, str]) -> tuple[Mark, ...]:
    """The arrow that people gave, in the programme's words; nothing when they gave none."""
    if judgement is None or judgement.arrow is None:
        return ()
    symbol, tone = ARROWS[judgement.arrow]
    return (Mark(legend[judgement.arrow], JUDGED, symbol=symbol, tone=tone),)


def summary(judgement: Judgement | None) -> tuple[str, ...]:
    """The sentence that people wrote, if they wrote one."""
    return (judgement.summary,) if judgement and judgement.summary else ()


def area_of(catalog: Catalog, page: str) -> str:
    """The key of the page's focus area."""
    areas = [key for key, area in catalog.focus_areas.items() if area.page == page]
    if not areas:
        raise KeyError(f"page '{page}' belongs to no focus area in data/catalog/programme.yml.")
    return areas[0]


def _not_assessed(place: str, code: str, year: int) -> str:
    """That nobody has judged, and where a judgement is added."""
    return f"Saknas för {place} {year}. Läggs till i data/assessments/{code}/{year}.yml."


# People's arrow beside the computed one: how far the figures behind the computed one reach, and whether they differ.


def reach(judgement: Judgement | None, last: int | None, year: int) -> str:
    """How far the figures behind a computed arrow reach, where that is too early to compare; empty elsewhere.

    `last` is their last common year, None where no arrow is computed; `year` is the edition's.
    """
    if last is None or reaches(last, year):
        return ""
    return reach_text(last, year, judgement is not None and judgement.arrow is not None)


def disagreement(
    judgement: Judgement | None, computed: Combined, last: int | None, year: int, legend: Mapping[str, str]
) -> str:
    """A plain sentence where people's arrow and the computed one differ; empty where they agree.

    They are compared only where every judged series reaches the edition's year or the one before.
    """
    arrow = judgement.arrow if judgement else None
    if arrow is None or last is None or not reaches(last, year) or not arrows_differ(arrow, computed):
        return ""
    return differing_text(legend[arrow], computed, last)


# The overview tables: goals, focus areas, priorities, with what is judged beside what is computed.


def priorities_overview(setting: Setting) -> Component:
    """The priorities of the page's focus area."""
    catalog, judged = setting.catalog, judgements(setting.assessment, "priorities")
    rows = []
    for priority in catalog.priorities_of(area_of(catalog, setting.page)):
        judgement = judged.get(priority)
        computed = combined_trend(setting.trends, catalog, priority_indicators(catalog, priority))
        rows.append(
            OverviewRow(
                name=setting.worded(catalog.priorities[priority].title),
                number=priority,
                link=f"#{priority_anchor(priority)}",
                trend=(*arrow_marks(judgement, catalog.programme.legend), combined_mark(computed)),
                status=status_marks(judgement),
                sentences=summary(judgement),
            )
        )
    return _overview(
        "Prioriteringar", "prioriteringar", "Prioritering", setting.edition, rows, arrow_note(setting.assessment)
    )


def goals_overview(setting: Setting) -> Component:
    """The programme's goals. The goal of equal power has no computed arrow, and says why."""
    catalog, judged = setting.catalog, judgements(setting.assessment, "goals")
    rows = [
        OverviewRow(
            name=setting.worded(goal.title),
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
    return _overview("Inriktningsmål", "inriktningsmal", "Mål", setting.edition, rows, arrow_note(setting.assessment))


def areas_overview(setting: Setting) -> Component:
    """The focus areas, each linked to its page. The area that is the goal of equal power has no computed arrow."""
    rows = [_area_row(setting, area) for area in setting.catalog.focus_areas]
    legend = setting.catalog.programme.legend
    meanings = [f"{symbol} {legend[name]}" for name, (symbol, _) in ARROWS.items()]
    note = f"{'. '.join(meanings)}. {legend['mixed']}. {arrow_note(setting.assessment)}".strip()
    return _overview("Fokusområden", "fokusomraden", "Fokusområde", setting.edition, rows, note)


def _area_row(setting: Setting, area: str) -> OverviewRow:
    catalog, entry = setting.catalog, setting.catalog.focus_areas[area]
    judgement, legend = judgements(setting.assessment, "areas").get(area), catalog.programme.legend
    if not has_arrow(catalog, entry.title):
        mark, beside = Mark(NO_ARROW, COMPUTED), [NO_ARROW_FOR_EQUALITY]
    else:
        computed = combined_trend(setting.trends, catalog, area_indicators(catalog, area))
        last = last_common_year(computed, setting.trends)
        mark = combined_mark(computed)
        beside = [
            reach(judgement, last, setting.year),
            disagreement(judgement, computed, last, setting.year, legend),
        ]
    return OverviewRow(
        name=setting.worded(entry.title),
        number=area,
        link=f"{entry.page}.html",
        trend=(*arrow_marks(judgement, legend), mark),
        status=status_marks(judgement),
        sentences=(*summary(judgement), *filter(None, beside)),
    )


def arrow_note(assessment: Assessment | None) -> str:
    """Why there is no judged arrow, where people judged and gave none at all."""
    kinds = ("goals", "areas", "priorities")
    judged = [judgement for kind in kinds for judgement in judgements(assessment, kind).values()]
    if not judged or any(judgement.arrow for judgement in judged):
        return ""
    return "Kommunens egna trendpilar finns inte i underlaget och lämnas därför tomma."


def _overview(heading: str, anchor: str, first: str, edition: str, rows: Iterable[OverviewRow], note: str) -> Component:
    """A table of `rows` whose first column is headed `first`; `edition` is the place and year."""
    caption = f"{heading}, {edition}. Trend och lägesbild, med den som har gjort bedömningen."
    return passage(
        "overview.html", anchor, heading, heading=heading, anchor=anchor, caption=caption, first=first,
        rows=tuple(rows), note=note,
    )  # fmt: skip


# Projects, assignments and plans of a focus area.

YES_NO = {True: "Ja", False: "Nej", None: ""}


def projects(setting: Setting) -> Component:
    """Projects of the page's focus area, then assignments, audits and tasks without an owner."""
    area, assessment = area_of(setting.catalog, setting.page), setting.assessment
    title = setting.catalog.focus_areas[area].projects_title
    entries = (*assessment.projects_of(area), *assessment.assignments_of(area)) if assessment else ()
    items = tuple(Project(name=entry.title, text=entry.text or "", by=entry.by or "") for entry in entries)
    intro = "" if items else _not_assessed(setting.place, setting.focus, setting.year)
    return passage("projects.html", "projekt", title, heading=title, anchor="projekt", items=items, intro=intro)


def plans(setting: Setting) -> Component:
    """The plan rows of the page's focus area as the municipality judged them."""
    area = area_of(setting.catalog, setting.page)
    rows = tuple(_plan_row(plan) for plan in (setting.assessment.plans_of(area) if setting.assessment else ()))
    title = "Status i underliggande planer"
    note = f"{JUDGED}." if rows else _not_assessed(setting.place, setting.focus, setting.year)
    return passage(
        "plans.html", "planer", title, heading=title, anchor="planer",
        caption=f"{title}, {setting.edition}", rows=rows, note=note,
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


def section(setting: Setting, priority: str) -> Component:
    """The start of a priority: what people judged beside what is computed, and what is missing."""
    catalog, legend = setting.catalog, setting.catalog.programme.legend
    judgement = judgements(setting.assessment, "priorities").get(priority)
    indicators = priority_indicators(catalog, priority)
    computed = combined_trend(setting.trends, catalog, indicators)
    last = last_common_year(computed, setting.trends)
    start = Section(
        anchor=priority_anchor(priority),
        number=priority,
        title=setting.worded(catalog.priorities[priority].title),
        marks=(*status_marks(judgement), *arrow_marks(judgement, legend), combined_mark(computed)),
        sentence="".join(summary(judgement)),
        reason=why_no_arrow(setting.trends, catalog, indicators, computed) or reach(judgement, last, setting.year),
        evidence=tuple(_evidence(setting, priority)),
        disagreement=disagreement(judgement, computed, last, setting.year, legend),
        prose=prose_html(judgement.prose) if judgement and judgement.prose else "",
    )
    html = rendered("section.html", section=start)
    html += claims_html(judgement.claims if judgement else (), setting.words, setting.table, JUDGED)
    html += gap_notices(catalog, setting.page, priority, told=setting.assessment is not None)
    return passage_component(Passage(html, anchor=start.anchor, title=start.title))


def _evidence(setting: Setting, priority: str) -> Iterable[Evidence]:
    """One line an indicator: those of the priority's figures, then the supporting ones."""
    catalog = setting.catalog
    links: dict[str, str] = {}
    for number in catalog.figures_on(setting.page, priority):
        for indicator in drawn_indicators(catalog.figures[number], setting.latest):
            links.setdefault(indicator, f"#figur-{number}")
    links |= {indicator: "" for indicator in catalog.priorities[priority].evidence if indicator not in links}
    return [computed_evidence(setting, indicator, link) for indicator, link in links.items()]


def gap_notices(catalog: Catalog, page: str, priority: str | None, told: bool) -> str:
    """HTML: the measures that the priority, or the page as a whole, asks for and nobody makes.

    What is known and promised is about the municipality whose programme it is: `told` only where it has assessments.
    """
    html = ""
    for gap in catalog.gaps.values():
        if gap.page == page and gap.priority == priority:
            known = (gap.known, gap.who and f"Ansvar: {gap.who}.", gap.promised) if told else ()
            remedy = " ".join(part for part in known if part)
            html += rendered("missing.html", title="Mått som saknas", text=gap.missing, remedy=remedy)
    return html


# The head of a page, its headings, and what people wrote about the report or an area.


def page_facts(setting: Setting) -> EditionFacts:
    """The title of a page and the facts of its edition."""
    page = setting.catalog.pages[setting.page]
    edition = setting.assessment.edition if setting.assessment else None
    return EditionFacts(
        title=setting.worded(page.title),
        lead=setting.worded(page.question),
        place=setting.place,
        year=setting.year,
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
    )


def header(setting: Setting) -> Component:
    """Title, question, edition, and what is missing from it as a whole."""
    facts = page_facts(setting)
    html = rendered("header.html", facts=facts)
    if setting.assessment is None:
        html += rendered(
            "missing.html",
            title=f"Inga bedömningar för {setting.edition}",
            text="Sidan visar bara det som är beräknat ur officiell statistik. Kommunens egna bedömningar, planer "
            "och projekt saknas.",
            remedy=f"De läggs till i data/assessments/{setting.focus}/{setting.year}.yml.",
        )
    parameters = {"municipality": setting.focus, "year": setting.year}
    return passage_component(Passage(html, title=facts.title), parameters=parameters)


def heading(setting: Setting, title: str, anchor: str) -> Component:
    """A section heading without a priority."""
    section = Section(anchor=anchor, title=setting.worded(title))
    return passage("section.html", anchor, title, section=section)


def introduction(setting: Setting) -> Component:
    """People's introduction, the programme's caveat, and what nobody measures for the municipality as a whole."""
    catalog, assessment = setting.catalog, setting.assessment
    written = [assessment.introduction] if assessment and assessment.introduction else []
    prose = "".join(prose_html(text) for text in (*written, catalog.programme.caveat))
    title = "Om programmet och rapporten"
    html = rendered("section.html", section=Section(anchor="om", title=title, prose=prose))
    if assessment:
        claims = [*assessment.claims, *(claim for goal in assessment.goals.values() for claim in goal.claims)]
        html += claims_html(claims, setting.words, setting.table, JUDGED)
    html += gap_notices(catalog, setting.page, None, told=assessment is not None)
    return passage_component(Passage(html, anchor="om", title=title))


def area_text(setting: Setting) -> Component:
    """People's text on the page's focus area; nothing when they wrote none. What the area lacks follows it."""
    judgement = judgements(setting.assessment, "areas").get(area_of(setting.catalog, setting.page))
    html = rendered("prose.html", prose=prose_html(judgement.prose), by=JUDGED) if judgement and judgement.prose else ""
    html += claims_html(judgement.claims if judgement else (), setting.words, setting.table, JUDGED)
    html += gap_notices(setting.catalog, setting.page, None, told=setting.assessment is not None)
    return passage_component(Passage(html))


def remarks_shown(remarks: Iterable[Remark]) -> Component:
    """Where a document says two things, with the places that disagree: which is wrong is not ours to know."""
    items = tuple(Project(name=remark.text, by=listed(remark.places)) for remark in remarks)
    title = "Där underlaget säger emot sig självt"
    if not items:
        return passage_component(Passage(""))
    intro = "Vilken uppgift som är fel framgår inte av underlaget."
    return passage("projects.html", "motsagelser", title, heading=title, anchor="motsagelser", items=items, intro=intro)
