"""The front page: header, the two goals, the five focus areas, what matters most, and what the report is."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from helpers.report import RegionReport, Report
from helpers.rows import measure_of
from helpers.sections import _overview
from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.html.components import EditionFacts, Highlight, Mark, OverviewRow, Passage, Section
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
    priority_anchor,
    reach,
    status_marks,
    summary,
    use_anchor,
)
from lagesbild.html.render import Component, passage_component, prose_html, rendered
from lagesbild.rules.directions import area_indicators, combined_movement, has_arrow, last_common_year
from lagesbild.rules.highlights import FarRank, IndicatorLine, Moved, StatusChange, TargetCrossing
from lagesbild.rules.uses import Use, indicator_uses
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.verdicts import (
    NO_ARROW,
    NO_ARROW_FOR_EQUALITY,
    NOTE,
    NOTHING,
    TITLE,
    gap_line,
    moved_line,
    moved_text,
    rank_line,
    status_line,
    target_line,
)


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


# *Det viktigaste*: the lines that `lagesbild.rules.highlights` chooses, each linked to where it stands in full.

HIGHLIGHTS_ANCHOR = "viktigast"


def highlights(report: Report, lines: Sequence[StatusChange | IndicatorLine]) -> Component:
    """The lines of `rules.highlights.chosen` as they stand on the overview."""
    uses = indicator_uses(report.catalog, report.latest)
    shown = [
        _status_line(report.catalog, line, report.page, report.year)
        if isinstance(line, StatusChange)
        else _indicator_line(
            line,
            measure_of(report.catalog, line.indicator),
            _main_use(uses[line.indicator]),
            report.page,
            report.geography.municipalities,
        )
        for line in lines
    ]
    shown = [replace(line, name=report.worded(line.name)) for line in shown]
    html = rendered("highlights.html", heading=TITLE, anchor=HIGHLIGHTS_ANCHOR, lines=shown, nothing=NOTHING, note=NOTE)
    return passage_component(
        Passage(html, anchor=HIGHLIGHTS_ANCHOR, title=TITLE), lines=[asdict(line) for line in shown]
    )


def _status_line(catalog: Catalog, line: StatusChange, here: str, year: int) -> Highlight:
    """What people changed, linked to the area's page, the priority's section or the table of goals."""
    if line.kind == "goals":
        goal = catalog.goals[line.judged]
        name, link = f"{goal.label}. {goal.title}", "#inriktningsmal"
    elif line.kind == "areas":
        area = catalog.focus_areas[line.judged]
        name, link = f"Fokusområde {line.judged}. {area.title}", _page_link(area.page, here)
    else:
        priority = catalog.priorities[line.judged]
        page = _page_link(catalog.focus_areas[priority.area].page, here)
        name, link = f"{line.judged} {priority.title}", f"{page}#{priority_anchor(line.judged)}"
    return Highlight(name, status_line(line.before, line.now, year), link, JUDGED, "status")


def _indicator_line(line: IndicatorLine, measure: Measure, use: Use, here: str, municipalities: int) -> Highlight:
    """A computed line about an indicator, linked to `use` from the page `here`."""
    if isinstance(line, TargetCrossing):
        text, rule = target_line(measure, line.target, line.value, line.year, line.met), "target"
    elif isinstance(line, Moved):
        text, rule = moved_line(line.movement, measure, line.ends), "movement"
    elif isinstance(line, FarRank):
        text, rule = rank_line(measure, line.placing, municipalities), "rank"
    else:
        text, rule = gap_line(measure, line.gap), "gap"
    name = f"{measure.indicator.label} (närliggande mått)" if use.related else measure.indicator.label
    return Highlight(name, text, f"{_page_link(use.page, here)}#{use_anchor(use)}", COMPUTED, rule)


def _main_use(uses: list[Use]) -> Use:
    """The first figure that draws an indicator; the priority that it supports, where the figure is another's."""
    supported = [use for use in uses if use.priority]
    return supported[0] if uses[0].related and supported else uses[0]


def _page_link(page: str, here: str) -> str:
    """The file of a page as a link from this one; empty for this page itself."""
    return "" if page == here else f"{page}.html"


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
