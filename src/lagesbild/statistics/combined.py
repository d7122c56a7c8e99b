"""What many trends say together, what a gap has done, and how sensitive a trend is to its period."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

import pandas as pd

from lagesbild.statistics.trends import (
    FEWEST,
    MOST,
    P_CLEAR,
    Better,
    Method,
    Reason,
    Trend,
    TrendContext,
    Verdict,
    recent_trend,
)

# How sensitive a trend is to the period that it is judged over.


@dataclass(frozen=True)
class Sensitivity:
    """A trend, how many periods could be judged, and how many of them agree with it; 0 where it is not judged."""

    trend: Trend
    periods: int = 0
    agreeing: int = 0


def sensitivity(points: pd.DataFrame, context: TrendContext) -> Sensitivity:
    """The trend of one series, judged over each number of points that the rule may take."""
    trend = recent_trend(points, context)
    if not trend.judged:
        return Sensitivity(trend)
    others = [recent_trend(points, replace(context, points=n)) for n in range(FEWEST, MOST + 1)]
    signs = [other.sign for other in others if other.method is trend.method]
    return Sensitivity(trend, periods=len(signs), agreeing=signs.count(trend.sign))


# Many tests at once: which arrows stand when all are looked at together.


def adjusted(trends: pd.DataFrame) -> pd.DataFrame:
    """`trends` with `p_adjusted`, and `weak` also where the adjustment takes the arrow away.

    `trends` is what `trends_of` gives, of all that one reader sees together: one municipality's indicators.
    The Benjamini-Hochberg procedure holds the share of false arrows among the arrows; series that cannot be
    judged are no tests. Weak series (Mann-Kendall) stay weak. Source: Benjamini and Hochberg 1995, Journal
    of the Royal Statistical Society B 57; computed by statsmodels.
    """
    from statsmodels.stats.multitest import multipletests

    out = trends.assign(p_adjusted=float("nan"))
    tested = out["p"].notna()
    if tested.any():
        out.loc[tested, "p_adjusted"] = multipletests(out.loc[tested, "p"], method="fdr_bh")[1]
    taken_away = (out["sign"] != 0) & (out["p_adjusted"] >= P_CLEAR)
    return out.assign(weak=out["weak"].astype(bool) | taken_away)


def by_indicator(trends: pd.DataFrame) -> dict[str, Trend]:
    """Indicator -> its trend, from rows of one place, sex and group; a row's `weak` comes along.

    Raises ValueError where an indicator has two rows.
    """
    twice = trends["indicator"][trends["indicator"].duplicated()]
    if len(twice):
        raise ValueError(f"{twice.iloc[0]} has two trends. Pick the rows of one place, month, sex and group.")
    return {row["indicator"]: _trend(row) for row in trends.to_dict("records")}


def _trend(row: dict) -> Trend:
    codes = {"verdict": Verdict, "reason": Reason, "method": Method}
    values = {field.name: row[field.name] for field in fields(Trend)}
    for name in ("first_year", "last_year"):
        values[name] = None if pd.isna(values[name]) else int(values[name])
    return Trend(**values | {name: code(values[name]) for name, code in codes.items()})


# Whether the gap between women and men widens: a rising difference may do either.


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


# The trend of a priority or an area, which has several indicators.


class Arrow(StrEnum):
    """The direction of several indicators together. MIXED is printed as unchanged with an asterisk."""

    UP = "up"
    DOWN = "down"
    UNCHANGED = "unchanged"
    MIXED = "mixed"
    NONE = "none"  # nothing could be judged


@dataclass(frozen=True)
class Combined:
    """An arrow with the indicators behind it; "n av m" is `changed` of `judged`."""

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


def combined(trends: Mapping[str, Trend], better: Mapping[str, Better]) -> Combined:
    """The arrow of the indicators in `trends`; `better` says which end of each is.

    All judged ones worsen, or at least half do and none improves: down; the same the other way: up. Fewer
    than half change, all one way, or none does: unchanged. Some improve while others worsen: mixed.
    """
    judged = [indicator for indicator, trend in trends.items() if trend.judged]
    directed = [indicator for indicator in judged if better[indicator] != "neither"]
    improving = tuple(each for each in directed if trends[each].verdict is Verdict.IMPROVING)
    worsening = tuple(each for each in directed if trends[each].verdict is Verdict.WORSENING)
    unchanged = tuple(each for each in directed if each not in improving + worsening)
    arrow = _arrow(len(improving), len(worsening), len(unchanged))
    carrying = {Arrow.UP: improving, Arrow.DOWN: worsening, Arrow.MIXED: improving + worsening}.get(arrow, ())
    return Combined(
        arrow,
        improving,
        worsening,
        unchanged,
        without_direction=tuple(each for each in judged if better[each] == "neither"),
        not_judged=tuple(indicator for indicator in trends if indicator not in judged),
        weak=bool(carrying) and all(trends[indicator].weak for indicator in carrying),
    )


def _arrow(improving: int, worsening: int, unchanged: int) -> Arrow:
    judged = improving + worsening + unchanged
    if judged == 0:
        return Arrow.NONE
    if improving and worsening:
        return Arrow.MIXED
    if 2 * improving >= judged:
        return Arrow.UP
    return Arrow.DOWN if 2 * worsening >= judged else Arrow.UNCHANGED
