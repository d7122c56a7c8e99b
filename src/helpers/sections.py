"""The parts of a page that are no figures: header, overviews, priorities, claims, projects and plans."""

from collections.abc import Iterable

import pandas as pd

from helpers.evidence import COMPUTED, combined_mark, computed_evidence
from helpers.figures import priority_anchor
from helpers.setting import Setting
from lagesbild.assessments import Claim, Judgement, Plan, RegionAssessment, Remark
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
    last_common_year,
    priority_indicators,
    reaches,
)
from lagesbild.rules.editions import drawn_indicators
from lagesbild.swedish.claims import OUTCOMES, STATED, TITLE, ClaimWords
from lagesbild.swedish.numbers import listed
from lagesbild.swedish.verdicts import NO_ARROW, NO_ARROW_FOR_EQUALITY, differing_text, reach_text

# Where people's arrow and the computed one differ, and how far the figures behind the computed one reach.


def reach(setting: Setting, judged: str | None, indicators: list[str]) -> str:
    """How far the figures behind a computed arrow reach, where that is too early to compare; empty elsewhere."""
    last = last_common_year(combined_trend(setting.trends, setting.catalog, indicators), setting.trends)
    if last is None or reaches(last, setting.year):
        return ""
    return reach_text(last, setting.year, judged is not None)


def disagreement(setting: Setting, judged: str | None, indicators: list[str]) -> str:
    """A plain sentence where people's arrow and the computed one differ; empty where they agree.

    They are compared only where every judged series reaches the edition's year or the one before.
    """
    computed = combined_trend(setting.trends, setting.catalog, indicators)
    last = last_common_year(computed, setting.trends)
    if judged is None or last is None or not reaches(last, setting.year) or not arrows_differ(judged, computed):
        return ""
    return differing_text(setting.catalog.programme.legend[judged], computed, last)


# The claims of an assessment on the page, each held against the figures: agreement, disagreement or no answer.


def claims_html(setting: Setting, claims: Iterable[Claim], by: str) -> str:
    """The claims of the municipality's assessment as a list; nothing when there are none. `by`: whose they are."""
    words = Vocabulary(setting.catalog, setting.places, setting.year, setting.focus)
    return _listed(setting, claims, words, by)


def region_claims(setting: Setting, assessment: RegionAssessment | None) -> Component:
    """What a region's document claims, held against the figures; nothing without a document or claims."""
    if assessment is None or not assessment.claims:
        return passage_component(Passage(""))
    words = Vocabulary(setting.catalog, setting.places, setting.year)
    body = rendered("section.html", section=Section(anchor="pastaenden", title=TITLE))
    body += _listed(setting, assessment.claims, words, assessment.basis.judged_by)
    return passage_component(Passage(body, anchor="pastaenden", title=TITLE))


def _listed(setting: Setting, claims: Iterable[Claim], words: Vocabulary, by: str) -> str:
    tested = tuple(_tested(claim, words, setting.table) for claim in claims)
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
        found=swedish.found(finding),
        known=(claim.known or "") if fails else "",
        note=claim.note or "",
        disagrees=fails,
    )


# What people judged, as marks: their status, their arrow, and where they said nothing.

JUDGED = "Kommunens bedömning"
STATUS_TONE = {"Enligt plan": "good", "Mer arbete krävs": "watch"}
ARROWS = {"up": ("↗", "good"), "down": ("↘", "bad"), "unchanged": ("→", "")}


def judgements(setting: Setting, kind: str) -> dict[str, Judgement]:
    """Id -> judgement of goals, areas or priorities; empty without an assessments file."""
    return getattr(setting.assessment, kind) if setting.assessment else {}


def status_marks(judgement: Judgement | None) -> tuple[Mark, ...]:
    """The status that people gave, if they gave one."""
    if judgement is None:
        return ()
    return (Mark(judgement.status, JUDGED, tone=STATUS_TONE[judgement.status]),)


def arrow_marks(setting: Setting, judgement: Judgement | None) -> tuple[Mark, ...]:
    """The arrow that people gave; nothing when they gave none."""
    arrow = judged_arrow(judgement)
    if arrow is None:
        return ()
    symbol, tone = ARROWS[arrow]
    return (Mark(setting.catalog.programme.legend[arrow], JUDGED, symbol=symbol, tone=tone),)


def judged_arrow(judgement: Judgement | None) -> str | None:
    """The arrow that people gave."""
    return judgement.arrow if judgement else None


def summary(judgement: Judgement | None) -> tuple[str, ...]:
    """The sentence that people wrote, if they wrote one."""
    return (judgement.summary,) if judgement and judgement.summary else ()


def area_of(setting: Setting) -> str:
    """The id of the page's focus area."""
    found = [id for id, area in setting.catalog.focus_areas.items() if area.page == setting.page]
    if not found:
        raise KeyError(f"page '{setting.page}' belongs to no focus area in data/catalog/programme.yml.")
    return found[0]


def not_assessed(setting: Setting) -> str:
    """That nobody has judged, and where a judgement is added."""
    return (
        f"Saknas för {setting.place} {setting.year}. Läggs till i data/assessments/{setting.focus}/{setting.year}.yml."
    )


def passage(template: str, anchor: str, title: str, /, **values) -> Component:
    """A template of the exhibits as a passage of the page."""
    return passage_component(Passage(rendered(template, **values), anchor=anchor, title=title))


# The overview tables: goals, focus areas, priorities, with what is judged beside what is computed.

EQUAL_POWER = "equal_power"  # the page of the area that shares its title with the goal of equal power


def priorities_overview(setting: Setting) -> Component:
    """The priorities of the page's focus area."""
    judged = judgements(setting, "priorities")
    rows = []
    for id in setting.catalog.priorities_of(area_of(setting)):
        judgement = judged.get(id)
        rows.append(
            OverviewRow(
                name=setting.worded(setting.catalog.priorities[id].title),
                number=id,
                link=f"#{priority_anchor(id)}",
                trend=arrow_marks(setting, judgement)
                + _computed_arrow(setting, priority_indicators(setting.catalog, id)),
                status=status_marks(judgement),
                sentences=summary(judgement),
            )
        )
    return _overview(setting, "Prioriteringar", "prioriteringar", "Prioritering", rows, arrow_note(setting))


def goals_overview(setting: Setting) -> Component:
    """The programme's goals."""
    judged = judgements(setting, "goals")
    rows = [
        OverviewRow(
            name=setting.worded(goal.title),
            number=goal.label,
            trend=arrow_marks(setting, judged.get(id)),
            status=status_marks(judged.get(id)),
            sentences=(*summary(judged.get(id)), *_about_equality(setting, goal.title)),
        )
        for id, goal in setting.catalog.goals.items()
    ]
    return _overview(setting, "Inriktningsmål", "inriktningsmal", "Mål", rows, arrow_note(setting))


def areas_overview(setting: Setting) -> Component:
    """The focus areas, each linked to its page. The area that is the goal of equal power has no computed arrow."""
    rows = [_area_row(setting, id) for id in setting.catalog.focus_areas]
    return _overview(setting, "Fokusområden", "fokusomraden", "Fokusområde", rows, legend_note(setting))


def _area_row(setting: Setting, id: str) -> OverviewRow:
    area, judgement = setting.catalog.focus_areas[id], judgements(setting, "areas").get(id)
    indicators = area_indicators(setting.catalog, id)
    equality = _about_equality(setting, area.title)
    computed = (Mark(NO_ARROW, COMPUTED),) if equality else _computed_arrow(setting, indicators)
    beside = [said(setting, judged_arrow(judgement), indicators) for said in (reach, disagreement) if not equality]
    return OverviewRow(
        name=setting.worded(area.title),
        number=id,
        link=f"{area.page}.html",
        trend=arrow_marks(setting, judgement) + computed,
        status=status_marks(judgement),
        sentences=(*summary(judgement), *equality, *filter(None, beside)),
    )


def _about_equality(setting: Setting, title: str) -> tuple[str, ...]:
    """That no arrow is computed, for the goal and the area of equal power; they share their title."""
    found = {area.title for area in setting.catalog.focus_areas.values() if area.page == EQUAL_POWER}
    return (NO_ARROW_FOR_EQUALITY,) if title in found else ()


def _computed_arrow(setting: Setting, indicators: list[str]) -> tuple[Mark, ...]:
    return (combined_mark(setting.trends, setting.catalog, indicators)[0],)


def arrow_note(setting: Setting) -> str:
    """Why there is no judged arrow, where people gave none at all."""
    kinds = ("goals", "areas", "priorities")
    judged = [judgement for kind in kinds for judgement in judgements(setting, kind).values()]
    if not judged or any(judgement.arrow for judgement in judged):
        return ""
    return "Kommunens egna trendpilar finns inte i underlaget och lämnas därför tomma."


def legend_note(setting: Setting) -> str:
    """What each arrow means."""
    legend = setting.catalog.programme.legend
    parts = [f"{symbol} {legend[name]}" for name, (symbol, _) in ARROWS.items()]
    return f"{'. '.join(parts)}. {legend['mixed']}. {arrow_note(setting)}".strip()


def _overview(
    setting: Setting, heading: str, anchor: str, first: str, rows: Iterable[OverviewRow], note: str
) -> Component:
    caption = f"{heading}, {setting.place} {setting.year}. Trend och lägesbild, med den som har gjort bedömningen."
    return passage(
        "overview.html", anchor, heading, heading=heading, anchor=anchor, caption=caption, first=first,
        rows=tuple(rows), note=note,
    )  # fmt: skip


# Projects, assignments and plans of a focus area.

YES_NO = {True: "Ja", False: "Nej", None: ""}


def projects(setting: Setting) -> Component:
    """Projects of the page's focus area, then assignments, audits and tasks without an owner."""
    area = area_of(setting)
    title = setting.catalog.focus_areas[area].projects_title
    assessment = setting.assessment
    items = [
        Project(name=entry.title, text=entry.text or "", by=entry.by or "")
        for entry in ((*assessment.projects_of(area), *assessment.assignments_of(area)) if assessment else ())
    ]
    intro = "" if items else not_assessed(setting)
    return passage("projects.html", "projekt", title, heading=title, anchor="projekt", items=tuple(items), intro=intro)


def plans(setting: Setting) -> Component:
    """The plan rows of the page's focus area as the municipality judged them."""
    area = area_of(setting)
    found = setting.assessment.plans_of(area) if setting.assessment else []
    title = "Status i underliggande planer"
    rows = tuple(_plan_row(plan) for plan in found)
    note = f"{JUDGED}." if rows else not_assessed(setting)
    return passage(
        "plans.html", "planer", title, heading=title, anchor="planer",
        caption=f"{title}, {setting.place} {setting.year}", rows=rows, note=note,
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
    entry = setting.catalog.priorities[priority]
    judgement = judgements(setting, "priorities").get(priority)
    indicators = priority_indicators(setting.catalog, priority)
    arrow, why = combined_mark(setting.trends, setting.catalog, indicators)
    made = Section(
        anchor=priority_anchor(priority),
        number=priority,
        title=setting.worded(entry.title),
        marks=(*status_marks(judgement), *arrow_marks(setting, judgement), arrow),
        sentence=(judgement and judgement.summary) or "",
        reason=why or reach(setting, judged_arrow(judgement), indicators),
        evidence=tuple(_evidence(setting, priority)),
        disagreement=disagreement(setting, judged_arrow(judgement), indicators),
        prose=prose_html(judgement.prose) if judgement and judgement.prose else "",
    )
    claims = claims_html(setting, judgement.claims if judgement else (), JUDGED)
    html = rendered("section.html", section=made) + claims + gap_notices(setting, priority)
    return passage_component(Passage(html, anchor=made.anchor, title=made.title))


def _evidence(setting: Setting, priority: str) -> Iterable[Evidence]:
    """One line an indicator: those of the priority's figures, then the supporting ones."""
    catalog = setting.catalog
    links: dict[str, str] = {}
    for number in catalog.figures_on(setting.page, priority):
        for indicator in drawn_indicators(catalog.figures[number], setting.latest):
            links.setdefault(indicator, f"#figur-{number}")
    links |= {indicator: "" for indicator in catalog.priorities[priority].evidence if indicator not in links}
    return [computed_evidence(setting, indicator, link) for indicator, link in links.items()]


def gap_notices(setting: Setting, priority: str | None) -> str:
    """HTML: the measures that the priority, or the page as a whole, asks for and nobody makes."""
    html = ""
    for gap in setting.catalog.gaps.values():
        if gap.page == setting.page and gap.priority == priority:
            # What is known and promised is about the municipality whose programme it is: the one with assessments.
            told = (gap.known, gap.who and f"Ansvar: {gap.who}.", gap.promised) if setting.assessment else ()
            known = " ".join(part for part in told if part)
            html += rendered("missing.html", title="Mått som saknas", text=gap.missing, remedy=known)
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
    html = rendered("header.html", facts=page_facts(setting))
    if setting.assessment is None:
        html += rendered(
            "missing.html",
            title=f"Inga bedömningar för {setting.place} {setting.year}",
            text="Sidan visar bara det som är beräknat ur officiell statistik. Kommunens egna bedömningar, planer "
            "och projekt saknas.",
            remedy=f"De läggs till i data/assessments/{setting.focus}/{setting.year}.yml.",
        )
    parameters = {"municipality": setting.focus, "year": setting.year}
    return passage_component(Passage(html, title=page_facts(setting).title), parameters=parameters)


def heading(setting: Setting, title: str, anchor: str) -> Component:
    """A section heading without a priority."""
    section = Section(anchor=anchor, title=setting.worded(title))
    return passage("section.html", anchor, title, section=section)


def introduction(setting: Setting) -> Component:
    """People's introduction, the programme's caveat, and what nobody measures for the municipality as a whole."""
    written = setting.assessment.introduction if setting.assessment else None
    title = "Om programmet och rapporten"
    caveat = setting.catalog.programme.caveat
    prose = (prose_html(written) if written else "") + prose_html(caveat)
    html = rendered("section.html", section=Section(anchor="om", title=title, prose=prose))
    html += claims_html(setting, _claims_of_the_whole(setting), JUDGED)
    html += gap_notices(setting, None)
    return passage_component(Passage(html, anchor="om", title=title))


def _claims_of_the_whole(setting: Setting) -> list[Claim]:
    """The claims of the report as a whole and of its goals."""
    if setting.assessment is None:
        return []
    goals = [claim for goal in setting.assessment.goals.values() for claim in goal.claims]
    return [*setting.assessment.claims, *goals]


def area_text(setting: Setting) -> Component:
    """People's text on the page's focus area; nothing when they wrote none. What the area lacks follows it."""
    judgement = judgements(setting, "areas").get(area_of(setting))
    prose = prose_html(judgement.prose) if judgement and judgement.prose else ""
    html = rendered("prose.html", prose=prose, by=JUDGED) if prose else ""
    html += claims_html(setting, judgement.claims if judgement else (), JUDGED)
    return passage_component(Passage(html + gap_notices(setting, None)))


def remarks(setting: Setting) -> Component:
    """Where the document behind the judgements says two things: which is wrong is not ours to know."""
    return remarks_shown(setting.assessment.remarks if setting.assessment else [])


def remarks_shown(found: list[Remark]) -> Component:
    """A list of contradictions, each with the places that disagree; nothing when there are none."""
    items = tuple(Project(name=entry.text, by=listed(entry.places)) for entry in found)
    title = "Där underlaget säger emot sig självt"
    if not items:
        return passage_component(Passage(""))
    intro = "Vilken uppgift som är fel framgår inte av underlaget."
    return passage("projects.html", "motsagelser", title, heading=title, anchor="motsagelser", items=items, intro=intro)
