"""The firmest worsening and the firmest improving trend."""

from ...exhibits.statements import Highlight
from ...tidy import up_to
from ...trends import Trend, Verdict
from ...wording.highlights import trend_line
from ..judging import place_trends
from ..values import measure_of
from .spots import Spots


def trends(spots: Spots) -> list[Highlight]:
    """One worsening and one improving trend: firm before weak, turned before the same as last year, then by p."""
    setting = spots.setting
    before = place_trends(up_to(setting.table, setting.year - 1), setting.catalog, setting.focus, setting.year - 1)
    lines = []
    for verdict in (Verdict.WORSENING, Verdict.IMPROVING):
        moved = {id: setting.trends[id] for id in spots.of if id in setting.trends}
        moved = {id: trend for id, trend in moved.items() if trend.verdict is verdict}
        if moved:
            id = min(moved, key=lambda id: (moved[id].weak, not turned(moved[id], before.get(id)), moved[id].p))
            values = spots.own(id)["value"]
            ends = float(values[moved[id].first_year]), float(values[moved[id].last_year])
            text = trend_line(moved[id], measure_of(setting, id), ends, turned(moved[id], before.get(id)))
            lines.append(spots.line(id, text, "trend"))
    return lines


def turned(trend: Trend, before: Trend | None) -> bool:
    """Whether last year's edition would have had the opposite arrow."""
    return before is not None and before.sign * trend.sign < 0
