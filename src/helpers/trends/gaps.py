"""Whether the gap between women and men widens: a rising difference may do either."""

from enum import StrEnum

from .verdicts import Trend


class GapMovement(StrEnum):
    """What the gap has done, whoever is ahead."""

    WIDENING = "widening"
    NARROWING = "narrowing"
    TURNED = "turned"  # the other sex is ahead at the end of the period
    NO_CLEAR_CHANGE = "no_clear_change"
    CANNOT_BE_JUDGED = "cannot_be_judged"


def gap_movement(trend: Trend, first: float, last: float) -> GapMovement:
    """The movement of a gap: the trend of women minus men, and its values in that trend's end years."""
    if not trend.judged:
        return GapMovement.CANNOT_BE_JUDGED
    if trend.sign == 0:
        return GapMovement.NO_CLEAR_CHANGE
    if first * last < 0:
        return GapMovement.TURNED
    ahead = last if last else first
    return GapMovement.WIDENING if (trend.sign > 0) == (ahead > 0) and last else GapMovement.NARROWING
