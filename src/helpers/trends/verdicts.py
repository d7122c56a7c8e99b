"""The rule's answers: codes in English, which `wording` turns into Swedish."""

from dataclasses import dataclass
from enum import StrEnum

from .context import Better

NAN = float("nan")


class Verdict(StrEnum):
    """What a series has done. Better or worse only where the indicator has a direction."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    INCREASING = "increasing"
    DECREASING = "decreasing"
    NO_CLEAR_CHANGE = "no_clear_change"
    CANNOT_BE_JUDGED = "cannot_be_judged"


class Reason(StrEnum):
    """Why a series cannot be judged."""

    NONE = ""
    STAND_IN = "stand_in"  # a related measure alone never carries an arrow
    OVERLAPPING_PERIODS = "overlapping_periods"  # means over several years share years with each other
    TOO_FEW_POINTS = "too_few_points"
    GAP_IN_YEARS = "gap_in_years"  # also surveys made every other year
    MISSING_VALUE = "missing_value"  # also hidden and not applicable
    UNRELIABLE_VALUE = "unreliable_value"  # an incomplete year, or a suspected non-response
    SERIES_BREAK = "series_break"
    MIXED_VINTAGES = "mixed_vintages"  # nobody says that the older values are made as the newer ones
    DUPLICATE_YEAR = "duplicate_year"
    NO_MARGIN = "no_margin"  # a survey without its margins of error
    DATA_END_TOO_EARLY = "data_end_too_early"


class Method(StrEnum):
    """How a series was judged."""

    NONE = ""
    CHI_SQUARE = "chi_square"  # shares with counts
    WEIGHTED = "weighted_least_squares"  # published margins
    WEIGHTED_COUNTS = "weighted_counts"  # rates from register counts
    MANN_KENDALL = "mann_kendall"  # neither counts nor margins: weak


@dataclass(frozen=True)
class Trend:
    """One series' trend. Numbers are NaN where it was not judged.

    `statistic` is the plain chi-square with one degree of freedom, or Mann-Kendall's z squared. `p` is what
    counts: it comes from the statistic over `dispersion`, by the t distribution for register series.
    """

    verdict: Verdict = Verdict.CANNOT_BE_JUDGED
    sign: int = 0  # +1 up, -1 down, 0 no clear change; the movement itself, whether or not it is good
    reason: Reason = Reason.NONE
    method: Method = Method.NONE
    first_year: int | None = None
    last_year: int | None = None
    points: int = 0  # used; for a series that is not judged, the unbroken points at hand
    statistic: float = NAN
    dispersion: float = NAN  # how many times more the years vary than chance alone would; never under 1
    p: float = NAN
    slope: float = NAN  # a year, on the method's own scale: logits for shares with counts, else the unit
    change: float = NAN  # a year, in the indicator's unit
    steady: bool = False  # the slope keeps its sign whichever year is left out
    weak: bool = False

    @property
    def judged(self) -> bool:
        return self.verdict is not Verdict.CANNOT_BE_JUDGED


def verdict_of(sign: int, better: Better) -> Verdict:
    """A movement with its value: with `neither` it is never better or worse."""
    if sign == 0:
        return Verdict.NO_CLEAR_CHANGE
    if better == "neither":
        return Verdict.INCREASING if sign > 0 else Verdict.DECREASING
    return Verdict.IMPROVING if (sign > 0) == (better == "higher") else Verdict.WORSENING
