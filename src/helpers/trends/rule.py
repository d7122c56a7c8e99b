"""The recent-trend rule, of one series or of a whole tidy table.

It is the rule behind the recent-trend markers of England's public-health profiles (Fingertips, Department
of Health and Social Care): five points, chi-square above 9.549535706 (p < 0.002), and a slope that keeps
its sign whichever year is left out. Register series are held harder, see `slopes`: with their own years'
variation and the t distribution, over up to ten years, since with five the t distribution lets almost
nothing through. `benchmarks/false_alarms.py` prints how often flat series are called a trend, and how often
real slopes are.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .context import P_CLEAR, P_WEAK, TrendContext
from .runs import Columns, columns_of, part
from .slopes import Fits, mann_kendall_fits, share_fits, weighted_fits
from .verdicts import Method, Trend, verdict_of
from .windows import Window, window

SERIES = ["indicator", "place", "month", "sex", "group"]
FIELDS = list(Trend.__dataclass_fields__)


def recent_trend(points: pd.DataFrame, context: TrendContext) -> Trend:
    """The trend of one series, or the reason why it cannot be judged.

    `points` has `year` and `value`, and where they exist `margin` (half width of the 95 % interval, unit of
    the value), `count` (cases), `population` (the base), `vintage` and `status`; one row a year, or several
    vintages of it. Years after the edition are left out, and so are years without a value at the very end.
    """
    return _trends([window(columns_of(points), context)], [context])[0]


def trends_of(table: pd.DataFrame, contexts: Mapping[str, TrendContext]) -> pd.DataFrame:
    """One row per indicator, place, month, sex and group of `table`: the fields of `Trend`.

    `table` is tidy rows, with `population` where it is known; `contexts` has the context of every indicator
    that is to be judged. Raises KeyError for a table whose indicators have none.
    """
    unknown = set(table["indicator"]) - set(contexts)
    if unknown:
        raise KeyError(f"no context for {sorted(unknown)[0]}. Pass one, or leave its rows out of the table.")
    ordered = table.sort_values([*SERIES, "year"], ignore_index=True)
    starts = np.flatnonzero(~ordered.duplicated(SERIES).to_numpy())
    keys = ordered.loc[starts, SERIES].reset_index(drop=True)
    columns = columns_of(ordered)
    of_series = [contexts[indicator] for indicator in keys["indicator"]]
    stops = [*starts[1:], len(ordered)][: len(starts)]  # none where there are no rows
    windows = [_window_at(columns, *found) for found in zip(starts, stops, of_series, strict=True)]
    trends = _trends(windows, of_series)
    return keys.assign(**{name: [getattr(trend, name) for trend in trends] for name in FIELDS}).astype(
        {"first_year": "Int64", "last_year": "Int64"}
    )


def _window_at(columns: Columns, start: int, stop: int, context: TrendContext) -> Window:
    return window(part(columns, start, stop), context)


def _trends(windows: Sequence[Window], contexts: Sequence[TrendContext]) -> list[Trend]:
    """Windows of one method and length are judged together: that is what makes a whole table fast."""
    trends = [_refused(one) for one in windows]
    alike: dict[tuple[Method, int, bool], list[int]] = {}
    for at, one in enumerate(windows):
        if not one.reason:
            alike.setdefault((one.method, len(one.years), contexts[at].kind == "survey"), []).append(at)
    for (method, _, sample), members in alike.items():
        first, second = (np.array([getattr(windows[at], name) for at in members]) for name in ("first", "second"))
        fits = _fits(method, first, second, sample)
        for row, at in enumerate(members):
            trends[at] = _judged(windows[at], contexts[at], fits, row)
    return trends


def _fits(method: Method, first: np.ndarray, second: np.ndarray, sample: bool) -> Fits:
    if method is Method.CHI_SQUARE:
        return share_fits(first, second)
    if method is Method.MANN_KENDALL:
        return mann_kendall_fits(first)
    return weighted_fits(first, second, sample)


def _refused(one: Window) -> Trend:
    first, last = (int(one.years[0]), int(one.years[-1])) if len(one.years) else (None, None)
    return Trend(reason=one.reason, first_year=first, last_year=last, points=len(one.years))


def _judged(one: Window, context: TrendContext, fits: Fits, row: int) -> Trend:
    weak = one.method is Method.MANN_KENDALL
    p, steady = float(fits.p[row]), bool(fits.steady[row])
    sign = int(fits.sign[row]) if steady and p < (P_WEAK if weak else P_CLEAR) else 0
    return Trend(
        verdict=verdict_of(sign, context.better),
        sign=sign,
        method=one.method,
        first_year=int(one.years[0]),
        last_year=int(one.years[-1]),
        points=len(one.years),
        statistic=float(fits.statistic[row]),
        dispersion=float(fits.dispersion[row]),
        p=p,
        slope=float(fits.slope[row]),
        change=float(fits.change[row]),
        steady=steady,
        weak=weak,
    )
