"""What the movements of several measures say together, and what a gap has done."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lagesbild.statistics.direction import Direction, Movement

# Whether the gap between women and men widens: a rising difference may do either.


class GapMovement(StrEnum):
    """What the gap has done, whoever is ahead."""

    WIDENING = "widening"
    NARROWING = "narrowing"
    TURNED = "turned"  # the other sex is ahead at the end of the period
    BENT = "bent"  # it grew and shrank within the period
    NO_MOVEMENT = "no_movement"
    NOT_JUDGED = "not_judged"


def gap_movement(movement: Movement, first: float, last: float) -> GapMovement:
    """What a gap has done: the movement of women minus men, and its values in that movement's end years."""
    if not movement.judged:
        return GapMovement.NOT_JUDGED
    if movement.sign == 0:
        return GapMovement.BENT if movement.direction is Direction.TURNED else GapMovement.NO_MOVEMENT
    if first * last < 0:
        return GapMovement.TURNED
    ahead = last if last else first
    return GapMovement.WIDENING if (movement.sign > 0) == (ahead > 0) and last else GapMovement.NARROWING


# The arrow of a priority or an area, which has several measures.

FEWEST_JUDGED = 2  # measures behind an arrow, which are also half of those with values at least


class Arrow(StrEnum):
    """The direction of several measures together. MIXED is printed as unchanged with an asterisk."""

    UP = "up"
    DOWN = "down"
    UNCHANGED = "unchanged"
    MIXED = "mixed"
    NONE = "none"  # too few measures for an arrow


@dataclass(frozen=True)
class Combined:
    """An arrow with the measures behind it, by indicator; weak movements are no arrow's and stand in `weak`."""

    arrow: Arrow
    improving: tuple[str, ...] = ()
    worsening: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()  # moved, but neither end is better
    turned: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    still: tuple[str, ...] = ()  # no movement beyond what the measure uses to swing
    not_judged: tuple[str, ...] = ()

    @property
    def judged(self) -> tuple[str, ...]:
        """The measures that were judged, whatever came of it."""
        return (*self.moved, *self.weak, *self.still)

    @property
    def moved(self) -> tuple[str, ...]:
        """The measures that moved or turned."""
        return (*self.improving, *self.worsening, *self.neutral, *self.turned)

    @property
    def with_values(self) -> int:
        """How many measures have values."""
        return len(self.judged) + len(self.not_judged)


def combined(movements: Mapping[str, Movement]) -> Combined:
    """The arrow of several measures with values: only where two of them, and half, are judged.

    Down when at least half of the judged worsen and none improves, up likewise; mixed when some improve while others
    worsen; else unchanged. Movements without a better end, weak ones and turns count as judged, neither of the two.
    """
    kinds: dict[str, list[str]] = {}
    for indicator, movement in movements.items():
        kinds.setdefault(_kind(movement), []).append(indicator)
    known = {kind: tuple(indicators) for kind, indicators in kinds.items()}
    out = Combined(Arrow.NONE, **known)
    judged = len(out.judged)
    if judged < FEWEST_JUDGED or 2 * judged < out.with_values:
        return out
    return Combined(_arrow(len(out.improving), len(out.worsening), judged), **known)


def _kind(movement: Movement) -> str:
    """The field of Combined that a movement belongs to."""
    if not movement.judged:
        return "not_judged"
    if movement.weak:
        return "weak"
    if movement.direction is Direction.TURNED:
        return "turned"
    if not movement.sign:
        return "still"
    return {True: "improving", False: "worsening", None: "neutral"}[movement.good]


def _arrow(improving: int, worsening: int, judged: int) -> Arrow:
    if improving and worsening:
        return Arrow.MIXED
    if improving and 2 * improving >= judged:
        return Arrow.UP
    return Arrow.DOWN if worsening and 2 * worsening >= judged else Arrow.UNCHANGED
