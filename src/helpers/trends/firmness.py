"""How firm a computed trend is: what would have to move to turn it."""

from dataclasses import dataclass, replace

import pandas as pd

from .context import FEWEST, MOST, TrendContext
from .rule import recent_trend
from .verdicts import Trend


@dataclass(frozen=True)
class Firmness:
    """What would turn a trend; empty where the trend cannot be judged at all.

    `p_turns`: an arrow goes if the threshold is set below this p, and appears if it is set above it; None
    where no threshold would give one, since the slope changes sign with a single year. `periods`: how many
    periods could be judged, `agreeing`: how many of them gave the same verdict. `turning_points`: the
    nearest number of points that gives another. `without_last_year`: whether the verdict is the same when
    the last year is left out (None: it can then not be judged).
    """

    trend: Trend
    p_turns: float | None = None
    periods: int = 0
    agreeing: int = 0
    turning_points: int | None = None
    without_last_year: bool | None = None


def firmness(points: pd.DataFrame, context: TrendContext) -> Firmness:
    """The trend of one series with how far threshold and period would have to move to turn it."""
    trend = recent_trend(points, context)
    if not trend.judged:
        return Firmness(trend)
    tried = {n: recent_trend(points, replace(context, points=n)) for n in range(FEWEST, MOST + 1)}
    signs = {n: one.sign for n, one in tried.items() if one.method is trend.method}
    turning = sorted((n for n in signs if signs[n] != trend.sign), key=lambda n: abs(n - trend.points))
    earlier = recent_trend(points[points["year"] < trend.last_year], context)
    return Firmness(
        trend=trend,
        p_turns=trend.p if trend.steady else None,
        periods=len(signs),
        agreeing=sum(sign == trend.sign for sign in signs.values()),
        turning_points=turning[0] if turning else None,
        without_last_year=earlier.sign == trend.sign if earlier.judged else None,
    )
