"""*Det viktigaste*: the lines that `lagesbild.rules.highlights` chooses, in words, each linked to where it stands."""

from helpers.evidence import COMPUTED, measure_of
from helpers.figures import priority_anchor, use_anchor
from helpers.sections import JUDGED
from helpers.setting import Setting
from lagesbild.assessments import load_assessment
from lagesbild.html.components import Highlight, Passage
from lagesbild.html.render import Component, passage_component, rendered
from lagesbild.rules.editions import Use, indicator_uses
from lagesbild.rules.highlights import FarRank, IndicatorLine, Movement, StatusChange, TargetCrossing, chosen
from lagesbild.swedish.verdicts import NOTE, NOTHING, TITLE, gap_line, rank_line, status_line, target_line, trend_line

ANCHOR = "viktigast"


def highlights(setting: Setting) -> Component:
    """The lines as they stand on the overview."""
    lines = highlight_lines(setting)
    html = rendered("highlights.html", heading=TITLE, anchor=ANCHOR, lines=lines, nothing=NOTHING, note=NOTE)
    return passage_component(Passage(html, anchor=ANCHOR, title=TITLE))


def highlight_lines(setting: Setting) -> list[Highlight]:
    """The lines of the edition, in the order in which they stand."""
    uses = indicator_uses(setting.catalog, setting.latest)
    before = load_assessment(setting.paths, setting.focus, setting.year - 1, setting.catalog)
    lines = chosen(
        setting.table,
        setting.catalog,
        setting.focus,
        setting.year,
        (before, setting.assessment),
        {indicator: setting.ranking(indicator) for indicator in uses},
    )
    return [
        _status_line(setting, line) if isinstance(line, StatusChange) else _indicator_line(setting, line, uses)
        for line in lines
    ]


def _status_line(setting: Setting, line: StatusChange) -> Highlight:
    """What people changed, linked to the area's page, the priority's section or the table of goals."""
    catalog = setting.catalog
    if line.kind == "goals":
        goal = catalog.goals[line.judged]
        name, link = f"{goal.label}. {goal.title}", "#inriktningsmal"
    elif line.kind == "areas":
        area = catalog.focus_areas[line.judged]
        name, link = f"Fokusområde {line.judged}. {area.title}", _page_link(area.page, setting.page)
    else:
        priority = catalog.priorities[line.judged]
        page = _page_link(catalog.focus_areas[priority.area].page, setting.page)
        name, link = f"{line.judged} {priority.title}", f"{page}#{priority_anchor(line.judged)}"
    text = status_line(line.before, line.now, setting.year)
    return Highlight(setting.worded(name), text, link, JUDGED, "status")


def _indicator_line(setting: Setting, line: IndicatorLine, uses: dict[str, list[Use]]) -> Highlight:
    """A computed line about an indicator."""
    measure = measure_of(setting.catalog, line.indicator)
    if isinstance(line, TargetCrossing):
        text, rule = target_line(measure, line.value, line.year, line.met), "target"
    elif isinstance(line, Movement):
        text, rule = trend_line(line.trend, measure, line.ends, line.turned), "trend"
    elif isinstance(line, FarRank):
        text, rule = rank_line(measure, line.value, line.placing, setting.municipalities), "rank"
    else:
        text, rule = gap_line(measure, line.gap), "gap"
    use = _main_use(uses[line.indicator])
    name = f"{measure.indicator.label} (närliggande mått)" if use.related else measure.indicator.label
    return Highlight(name, text, f"{_page_link(use.page, setting.page)}#{use_anchor(use)}", COMPUTED, rule)


def _main_use(uses: list[Use]) -> Use:
    """The first figure that draws an indicator; the priority that it supports, where the figure is another's."""
    supported = [use for use in uses if use.priority]
    return supported[0] if uses[0].related and supported else uses[0]


def _page_link(page: str, here: str) -> str:
    """The file of a page as a link from this one; empty for this page itself."""
    return "" if page == here else f"{page}.html"
