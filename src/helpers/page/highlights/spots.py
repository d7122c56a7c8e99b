"""Where each indicator stands in full, and the values that its line tells."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ...exhibits.statements import Highlight
from ...trends.context import YEARS_BEHIND
from ..evidence import COMPUTED
from ..figures import ReportFigure
from ..indicators import priority_anchor
from ..setting import Setting
from ..values import totals


@dataclass(frozen=True)
class Spot:
    """A link, and whether the indicator stands in for another measure there."""

    link: str
    near: bool


@dataclass(frozen=True)
class Spots:
    """The indicators that a line can be about: those of the report's figures, then those that support priorities."""

    setting: Setting

    @cached_property
    def of(self) -> dict[str, Spot]:
        """Indicator -> the first figure that draws it; the priority that it supports, where the figure is another's."""
        catalog = self.setting.catalog
        found: dict[str, Spot] = {}
        for number, entry in catalog.figures.items():
            figure = ReportFigure(number, entry, self.setting)
            for id in figure.indicators:
                found.setdefault(id, Spot(f"{self.page(entry.page)}#{figure.anchor}", figure.state == "related"))
        for id, priority in catalog.priorities.items():
            page = self.page(catalog.focus_areas[priority.area].page)
            for indicator in priority.evidence:
                if indicator not in found or found[indicator].near:
                    found[indicator] = Spot(f"{page}#{priority_anchor(id)}", False)
        return found

    def page(self, name: str) -> str:
        """The file of a page as a link from this one; empty for this page itself."""
        return "" if name == self.setting.page else f"{name}.html"

    def line(self, indicator: str, text: str, rule: str) -> Highlight:
        """A computed line about an indicator."""
        label, spot = self.setting.catalog.indicators[indicator].label, self.of[indicator]
        name = f"{label} (närliggande mått)" if spot.near else label
        return Highlight(name, text, spot.link, COMPUTED, rule)

    def own(self, indicator: str) -> pd.DataFrame:
        """The place's usable totals, by year."""
        rows = totals(self.setting, indicator)
        return rows[rows["place"] == self.setting.focus].sort_values("year").set_index("year")

    def too_old(self, year: int) -> bool:
        """Whether a value of that year says nothing of the present, by the trend rule's own bound."""
        return year < self.setting.year - YEARS_BEHIND
