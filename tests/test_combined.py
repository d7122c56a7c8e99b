"""What several measures say together, and what a gap has done."""

from dataclasses import replace

import pytest

from lagesbild.statistics.combined import Arrow, GapMovement, combined, gap_movement
from lagesbild.statistics.direction import Direction, Movement, Reason

BETTER = Movement(Direction.DECREASED, better="lower")
WORSE = Movement(Direction.DECREASED, better="higher")
NEUTRAL = Movement(Direction.INCREASED, better="neither")
TURNED = Movement(Direction.TURNED, better="lower")
STILL = Movement(Direction.NO_MOVEMENT, better="lower")
UNKNOWN = Movement(reason=Reason.TOO_FEW_CASES, better="lower")
WEAKLY_BETTER, WEAKLY_WORSE = (replace(movement, weak=True) for movement in (BETTER, WORSE))


def together(movements: list[Movement]):
    return combined({f"i{n}": movement for n, movement in enumerate(movements)})


@pytest.mark.parametrize(
    ("movements", "arrow"),
    [
        ([BETTER, BETTER], Arrow.UP),
        ([WORSE, WORSE], Arrow.DOWN),
        ([BETTER, STILL], Arrow.UP),
        ([WORSE, STILL], Arrow.DOWN),
        ([BETTER, STILL, STILL], Arrow.UNCHANGED),
        ([WORSE, STILL, STILL], Arrow.UNCHANGED),
        ([BETTER, WORSE], Arrow.MIXED),
        ([BETTER, WORSE, STILL, STILL, STILL, STILL], Arrow.MIXED),
        ([STILL, STILL], Arrow.UNCHANGED),
        ([NEUTRAL, NEUTRAL], Arrow.UNCHANGED),
        ([TURNED, TURNED], Arrow.UNCHANGED),
        ([WEAKLY_WORSE, WEAKLY_WORSE], Arrow.UNCHANGED),
        ([BETTER, WEAKLY_WORSE], Arrow.UP),
        ([BETTER, WEAKLY_BETTER, STILL], Arrow.UNCHANGED),
        ([BETTER, TURNED, NEUTRAL], Arrow.UNCHANGED),
        ([WORSE, TURNED], Arrow.DOWN),
        ([WORSE, NEUTRAL], Arrow.DOWN),
    ],
)
def test_the_judged_measures_give_the_arrow(movements, arrow):
    assert together(movements).arrow is arrow


@pytest.mark.parametrize(
    ("movements", "arrow"),
    [
        ([], Arrow.NONE),
        ([BETTER], Arrow.NONE),
        ([WORSE, UNKNOWN], Arrow.NONE),
        ([WORSE, WORSE, UNKNOWN, UNKNOWN], Arrow.DOWN),
        ([WORSE, WORSE, UNKNOWN, UNKNOWN, UNKNOWN], Arrow.NONE),
        ([WORSE, STILL, UNKNOWN, UNKNOWN], Arrow.DOWN),
        ([UNKNOWN, UNKNOWN], Arrow.NONE),
    ],
)
def test_an_arrow_needs_two_judged_measures_and_half_of_those_with_values(movements, arrow):
    assert together(movements).arrow is arrow


def test_the_measures_are_named_by_what_they_did_with_or_without_an_arrow():
    for more in ([], [UNKNOWN] * 8):
        out = together([BETTER, WORSE, NEUTRAL, TURNED, STILL, WEAKLY_BETTER, UNKNOWN, *more])
        assert (out.improving, out.worsening, out.neutral, out.turned) == (("i0",), ("i1",), ("i2",), ("i3",))
        assert (out.still, out.weak, out.not_judged[0]) == (("i4",), ("i5",), "i6")
        assert out.moved == ("i0", "i1", "i2", "i3")
        assert (sorted(out.judged), out.with_values) == ([f"i{n}" for n in range(6)], 7 + len(more))
        assert out.arrow is (Arrow.NONE if more else Arrow.MIXED)


UP, DOWN = Movement(Direction.INCREASED), Movement(Direction.DECREASED)


@pytest.mark.parametrize(
    ("movement", "first", "last", "gap"),
    [
        (UP, 2.0, 5.0, GapMovement.WIDENING),
        (DOWN, 5.0, 2.0, GapMovement.NARROWING),
        (UP, -5.0, -2.0, GapMovement.NARROWING),
        (DOWN, -2.0, -5.0, GapMovement.WIDENING),
        (UP, -2.0, 2.0, GapMovement.TURNED),
        (DOWN, 2.0, -2.0, GapMovement.TURNED),
        (DOWN, 3.0, 0.0, GapMovement.NARROWING),
        (UP, -3.0, 0.0, GapMovement.NARROWING),
        (UP, 0.0, 3.0, GapMovement.WIDENING),
        (DOWN, 0.0, -3.0, GapMovement.WIDENING),
        (TURNED, 2.0, 3.0, GapMovement.BENT),
        (STILL, 2.0, 3.0, GapMovement.NO_MOVEMENT),
        (UNKNOWN, 1.0, 9.0, GapMovement.NOT_JUDGED),
    ],
)
def test_a_rising_difference_may_widen_or_narrow_the_gap(movement, first, last, gap):
    assert gap_movement(movement, first, last) is gap
