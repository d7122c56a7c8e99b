"""What the rule must know about a series beside its points."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "rate", "survey", "register"]
Better = Literal["higher", "lower", "neither"]

KINDS = ("share", "rate", "survey", "register")
P_CLEAR = 0.002  # a clear trend: chi2 > 9.549535706 with one degree of freedom
P_WEAK = 0.05  # Mann-Kendall, which knows nothing of the figures' uncertainty: such a trend is called weak
FEWEST = 5
MOST = 10
FEWEST_WEAK = 8
YEARS_BEHIND = 2  # a series that ends earlier before the edition says nothing of the present


def rule_in_force() -> str:
    """The rule's thresholds in one line: simulated rates name the rule that they were made with by it."""
    return f"p<{P_CLEAR} over {FEWEST}-{MOST} points; weak p<{P_WEAK} over {FEWEST_WEAK}-{MOST}"


@dataclass(frozen=True)
class TrendContext:
    """How a series is made, and for which edition it is judged.

    `kind`: "share" is a percent from a register, "rate" cases per `rate_per` from a register, "survey"
    anything that is asked of a sample, "register" any other register value (an index, a mean, a
    difference).
    """

    kind: Kind
    better: Better
    edition_year: int
    breaks: tuple[int, ...] = ()  # from each of these years on the figures are made in another way than before
    years_pooled: int = 1
    every: int = 1
    stand_in: bool = False
    rate_per: float = 100_000  # 1 with a population column of ones where the values are plain counts
    continues: frozenset[str] = frozenset()  # vintages that continue the one before: see `windows`
    points: int | None = None  # the period on request; None is the rule's own

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind '{self.kind}' is unknown. Choose one of: {', '.join(KINDS)}.")
        if self.better not in ("higher", "lower", "neither"):
            raise ValueError(f"better '{self.better}' is unknown. Choose higher, lower or neither.")
        if self.points is not None and not FEWEST <= self.points <= MOST:
            raise ValueError(f"{self.points} points: a trend takes {FEWEST} to {MOST}. Choose a number between.")
