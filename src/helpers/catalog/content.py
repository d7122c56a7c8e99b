"""The whole catalogue as the other rooms ask it."""

from dataclasses import dataclass, field

from .models import (
    Comparisons,
    Figure,
    FocusArea,
    Gap,
    Goal,
    Indicator,
    Page,
    Part,
    Priority,
    Programme,
    Publisher,
    Region,
    SnapshotScope,
    Unit,
)


@dataclass
class Catalog:
    """Everything in `data/catalog/`. Figures are in the order of their numbers."""

    programme: Programme
    goals: dict[str, Goal]
    focus_areas: dict[str, FocusArea]
    priorities: dict[str, Priority]
    pages: dict[str, Page]
    parts: dict[str, Part]
    units: dict[str, Unit]
    publishers: dict[str, Publisher]
    regions: dict[str, Region]
    comparisons: Comparisons
    snapshot: SnapshotScope
    figures: dict[str, Figure] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)

    def unit_of(self, indicator: str) -> Unit:
        """The unit of an indicator's values."""
        return self.units[self.indicators[indicator].unit]

    def decimals_of(self, indicator: str) -> int:
        """How many decimals an indicator's values are printed with."""
        entry = self.indicators[indicator]
        if entry.whole_numbers:
            return 0
        return self.unit_of(indicator).decimals if entry.decimals is None else entry.decimals

    def figures_on(self, page: str, priority: str | None = None) -> list[str]:
        """The numbers of a page's figures; with `priority`, only that priority's."""
        return [
            number
            for number, figure in self.figures.items()
            if figure.page == page and priority in (None, figure.priority)
        ]

    def priorities_of(self, area: str) -> list[str]:
        """The ids of a focus area's priorities, in order."""
        return [id for id, priority in self.priorities.items() if priority.area == area]
