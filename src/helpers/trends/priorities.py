"""The trend of a priority or an area, which has several indicators."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .context import Better
from .verdicts import Trend, Verdict


class Arrow(StrEnum):
    """The direction of several indicators together. MIXED is printed as unchanged with an asterisk."""

    UP = "up"
    DOWN = "down"
    UNCHANGED = "unchanged"
    MIXED = "mixed"
    NONE = "none"  # nothing could be judged


@dataclass(frozen=True)
class Combined:
    """An arrow with the indicators behind it, by id; "n av m" is `changed` of `judged`."""

    arrow: Arrow
    improving: tuple[str, ...]
    worsening: tuple[str, ...]
    unchanged: tuple[str, ...]
    without_direction: tuple[str, ...]  # judged, but neither end is better: they count for no arrow
    not_judged: tuple[str, ...]
    weak: bool  # every indicator that carries the arrow is weak

    @property
    def judged(self) -> int:
        return len(self.improving) + len(self.worsening) + len(self.unchanged)

    @property
    def changed(self) -> int:
        return len(self.improving) + len(self.worsening)

    @property
    def total(self) -> int:
        return self.judged + len(self.without_direction) + len(self.not_judged)


def combined(trends: Mapping[str, Trend], better: Mapping[str, Better]) -> Combined:
    """The arrow of the indicators in `trends` (id -> trend); `better` says which end of each is.

    All judged ones worsen, or at least half do and none improves: down; the same the other way: up. Fewer
    than half change, all one way, or none does: unchanged. Some improve while others worsen: mixed.
    """
    improving, worsening, unchanged, without, not_judged = ([] for _ in range(5))
    for id, trend in trends.items():
        if not trend.judged:
            not_judged.append(id)
        elif better[id] == "neither":
            without.append(id)
        else:
            by_verdict = {Verdict.IMPROVING: improving, Verdict.WORSENING: worsening}
            by_verdict.get(trend.verdict, unchanged).append(id)
    arrow = _arrow(len(improving), len(worsening), len(unchanged))
    carried = {Arrow.UP: improving, Arrow.DOWN: worsening, Arrow.MIXED: improving + worsening}.get(arrow, [])
    weak = bool(carried) and all(trends[id].weak for id in carried)
    lists = (tuple(part) for part in (improving, worsening, unchanged, without, not_judged))
    return Combined(arrow, *lists, weak=weak)


def _arrow(improving: int, worsening: int, unchanged: int) -> Arrow:
    judged = improving + worsening + unchanged
    if judged == 0:
        return Arrow.NONE
    if improving and worsening:
        return Arrow.MIXED
    if 2 * improving >= judged:
        return Arrow.UP
    return Arrow.DOWN if 2 * worsening >= judged else Arrow.UNCHANGED
