"""The front page: its head, the goals and areas in one screen, *Det viktigaste*, and what the report is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby

import pandas as pd

from helpers.report import RegionReport, Report
from helpers.rows import measure_of
from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.charts.strips import sparkline_svg
from lagesbild.html.components import AreaRow, EditionFacts, Highlight, Mark, OverviewRow, Passage
from lagesbild.html.marks import (
    COMPUTED,
    JUDGED,
    arrow_marks,
    judgements,
    measure_anchor,
    priority_anchor,
    status_marks,
    use_anchor,
)
from lagesbild.html.render import Component, parted_prose, passage_component, prose_html, rendered
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import area_indicators, combined_movement, has_arrow, last_common_year
from lagesbild.rules.highlights import (
    JudgedLine,
    Line,
    Moved,
    StatusChange,
    TargetCrossing,
    Unfunded,
    WorkNeeded,
    WorstPlace,
    leading,
    unfunded,
)
from lagesbild.rules.uses import Use, indicator_uses
from lagesbild.statistics.direction import Movement
from lagesbild.swedish import front as words
from lagesbild.swedish.names import Naming

# The head of every page.


def header(report: Report) -> Component:
    """Title, question and edition, with the facts of the edition that are known; a region's report carries its name."""
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
        lead=report.worded(report.catalog.pages[report.page].question),
        place=place,
        year=report.year,
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
    )
    unjudged = report.assessment is None and not isinstance(report, RegionReport)
    note = report.worded(words.NOT_JUDGED) if unjudged else ""
    html = rendered("header.html", facts=facts, note=note, remedy=words.ADD_THEM)
    return passage_component(Passage(html, title=facts.title), parameters=parameters)


# The goals and the areas: what people judge, what the figures say, one fact each.


def goals(report: Report) -> Component:
    """The programme's goals in short, with their status; nothing without an assessment: a goal is a council's own."""
    judged = judgements(report.assessment, "goals")
    rows = [
        OverviewRow(
            name=report.worded(goal.short or goal.title),
            number=goal.label,
            trend=arrow_marks(judged[key], report.catalog.programme.legend),
            status=status_marks(judged[key]),
        )
        for key, goal in report.catalog.goals.items()
        if key in judged
    ]
    html = rendered("goals.html", heading=words.GOALS, rows=rows, by=JUDGED) if rows else ""
    return passage_component(Passage(html, anchor="inriktningsmal", title=words.GOALS) if rows else Passage(""))


def areas(report: Report) -> Component:
    """The focus areas, each linked to its page: status, arrow, a leading measure with its line, plans without money."""
    catalog, judged = report.catalog, judgements(report.assessment, "areas")
    plans = next((line.areas for line in unfunded(report.assessment)), {})
    rows = []
    for area, entry in catalog.focus_areas.items():
        indicator = leading(catalog, area, report.latest, report.movements)
        own = report.everybody(indicator)
        drawn = own[own["place"].isin([report.place, COUNTRY]) & own["value"].notna() & own["group"].eq("")]
        fact = indicator and report.said(indicator, drawn)
        arrow, reach = _arrow(catalog, area, report.movements)
        rows.append(
            AreaRow(
                number=area,
                name=_area_name(catalog, report.naming, area),
                link=f"{entry.page}.html",
                status=status_marks(judged.get(area)),
                judged_arrow=arrow_marks(judged.get(area), catalog.programme.legend),
                arrow=arrow,
                reach=reach,
                unfunded=words.unfunded_mark(plans.get(area, ())),
                fact=f"{fact}." if fact else words.NO_FIGURE,
                drawing=sparkline_svg(*_by_year(drawn, (report.place, COUNTRY))),
            )
        )
    title = words.AREAS[bool(judged)]
    html = rendered("areas.html", heading=title, edition=report.edition, place=report.name, rows=rows, judged=judged)
    return passage_component(Passage(html, anchor="fokusomraden", title=title))


def _arrow(catalog: Catalog, area: str, moved: Mapping[str, Movement]) -> tuple[Mark, str]:
    """The arrow of an area's measures in a few words, and how far its figures reach; none for equal power."""
    if not has_arrow(catalog, catalog.focus_areas[area].title):
        return Mark(words.NO_ARROW.words, COMPUTED), ""
    computed = combined_movement(moved, area_indicators(catalog, area))
    sign = words.ARROW_WORDS[computed.arrow]
    reach = words.reach_text(last_common_year(computed, moved))
    return Mark(sign.words, COMPUTED, symbol=sign.symbol, tone=sign.tone), reach


def _by_year(rows: pd.DataFrame, places: Sequence[str]) -> list[pd.Series]:
    """Each place's values by year."""
    return [rows[rows["place"] == place].set_index("year")["value"] for place in places]


def _area_name(catalog: Catalog, naming: Naming, area: str) -> str:
    """What the front page calls an area: in short where it is one of the goals, whose sentences are long."""
    entry = catalog.focus_areas[area]
    short = next((goal.short for goal in catalog.goals.values() if goal.title == entry.title), None)
    return naming.worded(short) if naming.judged and short else naming.title(entry)


# *Det viktigaste*: the lines that `lagesbild.rules.highlights` chooses, each linked to where it stands in full.

HIGHLIGHTS_ANCHOR = "viktigast"
UNFUNDED = "folja_upp.html#planer-utan-pengar"  # every plan without money, with its area


def highlights(report: Report, lines: Sequence[Line]) -> Component:
    """The lines of `rules.highlights.chosen` as they stand on the overview, people's and ours told apart."""
    uses, catalog, naming = indicator_uses(report.catalog, report.latest), report.catalog, report.naming
    shown = []
    for line in lines:
        if isinstance(line, StatusChange | WorkNeeded):
            shown.append(_judged_line(catalog, naming, line, report.year))
        elif isinstance(line, Unfunded):
            name, text = words.counted_plans(len(line.plans)), words.unfunded_line(line.plans)
            shown.append(Highlight(name, text, UNFUNDED, JUDGED, "plans"))
        else:
            measure = measure_of(catalog, line.indicator)
            link = f"indikatorer.html#{measure_anchor(line.indicator)}"  # where another measure is drawn instead
            if line.indicator in uses:
                use = _main_use(uses[line.indicator])
                link = f"{'' if use.page == report.page else f'{use.page}.html'}#{use_anchor(use)}"
            if isinstance(line, TargetCrossing):
                text, rule = words.target_line(measure, line.target, line.value, line.year, line.met), "target"
            elif isinstance(line, Moved):
                text, rule = words.moved_line(line.movement, measure, line.ends, report.year), "movement"
            elif isinstance(line, WorstPlace):
                everybody = report.geography.municipalities
                text, rule = words.worst_line(measure, line.placing, line.ties, everybody, report.year), "rank"
            else:
                text, rule = words.gap_line(measure, line.gap, report.year), "gap"
            shown.append(Highlight(measure.indicator.subject, text, link, COMPUTED, rule))
    groups = [(by, list(group)) for by, group in groupby(shown, key=lambda line: line.by)]
    html = rendered(
        "highlights.html", heading=words.TITLE, anchor=HIGHLIGHTS_ANCHOR, groups=groups, nothing=words.NOTHING
    )
    passage = Passage(html, anchor=HIGHLIGHTS_ANCHOR, title=words.TITLE)
    return passage_component(passage, lines=[asdict(line) for line in shown])


def _judged_line(catalog: Catalog, naming: Naming, line: JudgedLine, year: int) -> Highlight:
    """What people changed or say needs more work, linked to the area's page, the priority's section or the goals."""
    if line.kind == "goals":
        goal = catalog.goals[line.judged]
        name, link = naming.worded(goal.short or goal.title), "#inriktningsmal"
    elif line.kind == "areas":
        name, link = _area_name(catalog, naming, line.judged), f"{catalog.focus_areas[line.judged].page}.html"
    else:
        priority = catalog.priorities[line.judged]
        page = catalog.focus_areas[priority.area].page
        name, link = naming.title(priority), f"{page}.html#{priority_anchor(line.judged)}"
    if isinstance(line, WorkNeeded):
        return Highlight(name, f": {words.first_sentences(line.summary)}", link, JUDGED, "work_needed")
    return Highlight(name, words.status_line(line.before, line.now, year), link, JUDGED, "status")


def _main_use(uses: list[Use]) -> Use:
    """The first figure that draws an indicator; the priority that it supports, where the figure is another's."""
    supported = [use for use in uses if use.priority]
    return supported[0] if uses[0].related and supported else uses[0]


# What the report is: people's introduction, the programme's caveat, and the ways on.


def introduction(report: Report) -> Component:
    """The first paragraph of people's introduction, the rest in a fold with the goals whole, and the ways on."""
    catalog, assessment = report.catalog, report.assessment
    first, rest = parted_prose((assessment and assessment.introduction) or "")
    whole = [f"{goal.label}: {report.worded(goal.title)}." for goal in catalog.goals.values()] if assessment else []
    gaps = [gap.missing for gap in catalog.gaps.values() if gap.page == report.page and not gap.priority]
    title = words.ABOUT
    html = rendered(
        "introduction.html", heading=title, anchor="om", first=first, rest=rest, goals=whole,
        by=JUDGED, caveat=prose_html(catalog.programme.caveat) if assessment else "", gaps=gaps, ways=words.WAYS,
    )  # fmt: skip
    return passage_component(Passage(html, anchor="om", title=title))
