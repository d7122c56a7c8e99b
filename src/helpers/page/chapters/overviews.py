"""The overview tables: goals, focus areas, priorities, with what is judged beside what is computed."""

from collections.abc import Iterable

from ...exhibits import Shown
from ...exhibits.blocks import Mark, OverviewRow
from ...wording.gaps import NO_ARROW, NO_ARROW_FOR_EQUALITY
from ..agreement import disagreement, reach
from ..evidence import COMPUTED, combined_mark
from ..indicators import priority_anchor
from ..judging import area_indicators, priority_indicators
from ..setting import Setting
from .judged import ARROWS, area_of, arrow_marks, judged_arrow, judgements, passage, status_marks, summary

EQUAL_POWER = "equal_power"  # the page of the area that shares its title with the goal of equal power


def priorities_overview(setting: Setting) -> Shown:
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


def goals_overview(setting: Setting) -> Shown:
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


def areas_overview(setting: Setting) -> Shown:
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
    return (combined_mark(setting, indicators)[0],)


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


def _overview(setting: Setting, heading: str, anchor: str, first: str, rows: Iterable[OverviewRow], note: str) -> Shown:
    caption = f"{heading}, {setting.place} {setting.year}. Trend och lägesbild, med den som har gjort bedömningen."
    return passage(
        "overview.html", anchor, heading, heading=heading, anchor=anchor, caption=caption, first=first,
        rows=tuple(rows), note=note,
    )  # fmt: skip
