"""Which points of a series are judged and by which method, or why none are."""

from dataclasses import dataclass, field

import numpy as np

from ..comparisons.intervals import rate_interval, standard_error, z_of
from .context import FEWEST, FEWEST_WEAK, MOST, TrendContext
from .runs import Columns, part, unbroken_run
from .verdicts import Method, Reason


@dataclass(frozen=True)
class Window:
    """The points to judge and by which method, or the reason why not.

    `first` and `second` are what the method needs: cases and bases (chi-square), values and standard errors
    (weighted), values and nothing (Mann-Kendall).
    """

    reason: Reason = Reason.NONE
    method: Method = Method.NONE
    years: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    first: np.ndarray = field(default_factory=lambda: np.empty(0))
    second: np.ndarray = field(default_factory=lambda: np.empty(0))


def window(columns: Columns, context: TrendContext) -> Window:
    """The points of one series that the rule takes, or its reason for refusing."""
    if context.stand_in:
        return Window(Reason.STAND_IN)
    if context.years_pooled > context.every:
        return Window(Reason.OVERLAPPING_PERIODS)
    run, cut = unbroken_run(columns, context)
    if cut in (Reason.DUPLICATE_YEAR, Reason.DATA_END_TOO_EARLY):
        return Window(cut, years=run["year"])
    made = _survey(run, context) if context.kind == "survey" else _register(run, context)
    if made is None:
        return Window(cut or Reason.TOO_FEW_POINTS, years=run["year"])
    return made


def _survey(run: Columns, context: TrendContext) -> Window | None:
    """The last five points, if there are as many and each has its margin."""
    wanted = context.points or FEWEST
    if len(run["year"]) < wanted:
        return None
    last = _last(run, wanted)
    if not (last["margin"] > 0).all():
        return Window(Reason.NO_MARGIN, years=run["year"])
    return Window(Reason.NONE, Method.WEIGHTED, last["year"], last["value"], last["margin"] / z_of(0.95))


def _register(run: Columns, context: TrendContext) -> Window | None:
    """As many points as are unbroken, five to ten: by counts, else by margins; else eight to ten, weakly."""
    counted = _with_counts(run, context) if context.kind in ("share", "rate") else run
    known = counted["count"] >= 0 if context.kind in ("share", "rate") else np.zeros(len(run["year"]), bool)
    for method, there, fewest in (
        (Method.CHI_SQUARE if context.kind == "share" else Method.WEIGHTED_COUNTS, known, FEWEST),
        (Method.WEIGHTED, run["margin"] > 0, FEWEST),
        (Method.MANN_KENDALL, np.isfinite(run["value"]), FEWEST_WEAK),
    ):
        at_hand = _trailing(there)
        wanted = context.points or min(at_hand, MOST)
        if fewest <= wanted <= at_hand:
            return _register_window(method, _last(counted, wanted), context)
    return None


def _register_window(method: Method, last: Columns, context: TrendContext) -> Window:
    if method is Method.CHI_SQUARE:
        return Window(Reason.NONE, method, last["year"], last["count"], last["population"])
    if method is Method.WEIGHTED_COUNTS:
        errors = standard_error(rate_interval(last["count"], last["population"], context.rate_per))
        return Window(Reason.NONE, method, last["year"], last["value"], errors)
    errors = last["margin"] / z_of(0.95) if method is Method.WEIGHTED else last["value"] * 0
    return Window(Reason.NONE, method, last["year"], last["value"], errors)


def _with_counts(run: Columns, context: TrendContext) -> Columns:
    """The run with a count and a base (`population`) in every year that has one of them.

    A rate's count is the rate times the population; without a population the base is count over value. A year
    without cases says nothing of its base: it takes the median of the other years'.
    """
    per = 100 if context.kind == "share" else context.rate_per
    value, count, base = run["value"], run["count"], run["population"]
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.where(np.isnan(count), value * base / per, count)
        base = np.where(np.isnan(base), np.where(value > 0, count / value * per, np.nan), base)
    if np.isnan(base).any() and not np.isnan(base).all():
        base = np.where(np.isnan(base) & (count == 0), np.nanmedian(base), base)
    sound = (base > 0) & ((count <= base) | (context.kind == "rate"))
    return run | {"count": np.where(sound, count, np.nan), "population": base}


def _last(run: Columns, points: int) -> Columns:
    return part(run, len(run["year"]) - points, len(run["year"]))


def _trailing(there: np.ndarray) -> int:
    """How many points at the end are there without a hole."""
    holes = np.flatnonzero(~there)
    return len(there) - 1 - holes[-1] if len(holes) else len(there)
