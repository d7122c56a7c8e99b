"""Which indicators an edition's figures, priorities and pages show, and how near a figure comes to its own measure."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from lagesbild.catalog.models import Catalog, Figure

# What a figure draws in a place, and how near that comes to the report's own measure.

State = Literal["exact", "derived", "related", "slot"]


def drawn_indicators(figure: Figure, at_hand: Container[str]) -> list[str]:
    """The indicators of the figure's own measure that are `at_hand`, else those that stand in for it, else none.

    An indicator is at hand when the place has a value of it in any year up to the edition's.
    """
    own = [indicator for indicator in figure.measure if indicator in at_hand]
    return own or [indicator for indicator in figure.stand_in if indicator in at_hand]


def figure_state(catalog: Catalog, figure: Figure, at_hand: Container[str]) -> State:
    """How near what is drawn comes to the figure's own measure.

    It is "exact"; "derived", which is computed from published parts; "related", another measure in its place; or
    "slot", where nothing can be drawn.
    """
    drawn = drawn_indicators(figure, at_hand)
    if not drawn:
        return "slot"
    if drawn[0] in figure.measure:
        return "derived" if any(catalog.indicators[indicator].share for indicator in drawn) else "exact"
    return "derived" if figure.derived else "related"


# Where each indicator stands: in the figures that draw it, and as evidence of the priorities that it supports.


@dataclass(frozen=True)
class Use:
    """One figure or one priority that an indicator stands in; the other of the two is empty."""

    page: str
    figure: str = ""
    priority: str = ""
    related: bool = False  # the figure draws it in place of the report's own measure


def indicator_uses(catalog: Catalog, at_hand: Container[str], page: str | None = None) -> dict[str, list[Use]]:
    """Indicator -> where it stands on a page, or anywhere; first those that a figure draws, then the supporting ones.

    The order is that of the figures' numbers and of the priorities.
    """
    uses: dict[str, list[Use]] = {}
    for number, figure in catalog.figures.items():
        if page in (None, figure.page):
            related = figure_state(catalog, figure, at_hand) == "related"
            for indicator in drawn_indicators(figure, at_hand):
                uses.setdefault(indicator, []).append(Use(figure.page, figure=number, related=related))
    for priority, entry in catalog.priorities.items():
        its_page = catalog.focus_areas[entry.area].page
        if page in (None, its_page):
            for indicator in entry.evidence:
                uses.setdefault(indicator, []).append(Use(its_page, priority=priority))
    return uses


def indicator_pages(catalog: Catalog) -> dict[str, list[str]]:
    """Indicator of any figure or priority -> the pages that it may stand on, in the order of the navigation.

    What is missing here is only a part, a total or a base of others, and is not judged by itself.
    """
    pages: dict[str, list[str]] = {}
    for page in catalog.pages:
        figures = [catalog.figures[number] for number in catalog.figures_on(page)]
        shown = [indicator for figure in figures for indicator in (*figure.measure, *figure.stand_in, *figure.dots)]
        areas = [area for area, entry in catalog.focus_areas.items() if entry.page == page]
        priorities = [catalog.priorities[priority] for area in areas for priority in catalog.priorities_of(area)]
        shown += [indicator for entry in priorities for indicator in entry.evidence]
        for indicator in dict.fromkeys(shown):
            pages.setdefault(indicator, []).append(page)
    return pages


def page_indicators(catalog: Catalog, page: str) -> set[str]:
    """The indicators that a page may show or judge by: of its figures, and of its area's priorities wherever drawn."""
    areas = {area for area, entry in catalog.focus_areas.items() if entry.page == page}
    priorities = {number for area in areas for number in catalog.priorities_of(area)}
    figures = [each for each in catalog.figures.values() if each.page == page or each.priority in priorities]
    shown = {name for figure in figures for name in (*figure.measure, *figure.stand_in, *figure.dots)}
    return shown | {name for number in priorities for name in catalog.priorities[number].evidence}
