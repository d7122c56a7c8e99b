"""Trends by a rule that refuses rather than guesses: of one series, of a table, of a priority or an area."""

from .context import Better, Kind, TrendContext
from .firmness import Firmness, firmness
from .gaps import GapMovement, gap_movement
from .overview import adjusted, by_indicator
from .priorities import Arrow, Combined, combined
from .rule import recent_trend, trends_of
from .verdicts import Method, Reason, Trend, Verdict

__all__ = [
    "Arrow",
    "Better",
    "Combined",
    "Firmness",
    "GapMovement",
    "Kind",
    "Method",
    "Reason",
    "Trend",
    "TrendContext",
    "Verdict",
    "adjusted",
    "by_indicator",
    "combined",
    "firmness",
    "gap_movement",
    "recent_trend",
    "trends_of",
]
