"""Which indicators a page shows, and where: those drawn in its figures, then those that support its priorities."""

from ..catalog import Catalog
from .figures import ReportFigure
from .setting import Setting


def priority_anchor(id: str) -> str:
    """The anchor of a priority's section: "prioritering-1-1"."""
    return f"prioritering-{id.replace('.', '-')}"


def indicators_on(setting: Setting) -> dict[str, list[tuple[str, str]]]:
    """Indicator -> the figures and priorities of the page that it stands in, as text and link."""
    catalog = setting.catalog
    used: dict[str, list[tuple[str, str]]] = {}
    for number in catalog.figures_on(setting.page):
        figure = ReportFigure(number, catalog.figures[number], setting)
        for id in figure.indicators:
            used.setdefault(id, []).append((f"Figur {number}", f"#{figure.anchor}"))
    for id, priority in catalog.priorities.items():
        if catalog.focus_areas[priority.area].page == setting.page:
            for indicator in priority.evidence:
                used.setdefault(indicator, []).append((f"Prioritering {id}", f"#{priority_anchor(id)}"))
    return used


def pages_of_indicators(catalog: Catalog) -> dict[str, list[str]]:
    """Indicator of any figure or priority -> the pages that it may stand on, in the order of the navigation."""
    found: dict[str, list[str]] = {}
    for page in catalog.pages:
        figures = [catalog.figures[number] for number in catalog.figures_on(page)]
        ids = [id for figure in figures for id in (*figure.measure, *figure.stand_in, *figure.dots)]
        areas = [id for id, area in catalog.focus_areas.items() if area.page == page]
        ids += [id for area in areas for one in catalog.priorities_of(area) for id in catalog.priorities[one].evidence]
        for id in dict.fromkeys(ids):
            found.setdefault(id, []).append(page)
    return found
