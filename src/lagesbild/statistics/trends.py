"""The recent-trend rule: which years count, which test fits, and the verdict or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import pandas as pd

from lagesbild.statistics.intervals import Z, half_width, rate_interval
from lagesbild.statistics.slopes import Fits, mann_kendall_fits, share_fits, weighted_fits

# What the rule must know about a series beside its points.

Kind = Literal["share", "rate", "survey", "register"]
Better = Literal["higher", "lower", "neither"]

KINDS = ("share", "rate", "survey", "register")
P_CLEAR = 0.002  # a clear trend: chi2 > 9.549535706 with one degree of freedom
P_WEAK = 0.05  # Mann-Kendall, which knows nothing of the figures' uncertainty: such a trend is called weak
FEWEST = 5
MOST = 10
FEWEST_WEAK = 8
YEARS_BEHIND = 2  # a series that ends earlier before the edition says nothing of the present


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
    points: int | None = None  # the period on request; None is the rule's own

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind '{self.kind}' is unknown. Choose one of: {', '.join(KINDS)}.")
        if self.better not in ("higher", "lower", "neither"):
            raise ValueError(f"better '{self.better}' is unknown. Choose higher, lower or neither.")
        if self.points is not None and not FEWEST <= self.points <= MOST:
            raise ValueError(f"{self.points} points: a trend takes {FEWEST} to {MOST}. Choose a number between.")


# The rule's answers: codes in English, which `swedish.verdicts` turns into words.

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
    counts: it comes from the statistic over the years' own dispersion, by the t distribution for register series.
    """

    verdict: Verdict = Verdict.CANNOT_BE_JUDGED
    sign: int = 0  # +1 up, -1 down, 0 no clear change; the movement itself, whether or not it is good
    reason: Reason = Reason.NONE
    method: Method = Method.NONE
    first_year: int | None = None
    last_year: int | None = None
    points: int = 0  # used; for a series that is not judged, the unbroken points at hand
    statistic: float = NAN
    p: float = NAN
    slope: float = NAN  # a year, on the method's own scale: logits for shares with counts, else the unit
    steady: bool = False  # the slope keeps its sign whichever year is left out
    weak: bool = False

    @property
    def judged(self) -> bool:
        return self.verdict is not Verdict.CANNOT_BE_JUDGED

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last year used. Raises ValueError for a series without any."""
        if self.first_year is None or self.last_year is None:
            raise ValueError(f"the series has no year that could be judged: {self.reason}.")
        return self.first_year, self.last_year


def verdict_of(sign: int, better: Better) -> Verdict:
    """A movement with its value: with `neither` it is never better or worse."""
    if sign == 0:
        return Verdict.NO_CLEAR_CHANGE
    if better == "neither":
        return Verdict.INCREASING if sign > 0 else Verdict.DECREASING
    return Verdict.IMPROVING if (sign > 0) == (better == "higher") else Verdict.WORSENING


# The points at the end of a series that belong together.
#
# The run that counts ends at the series' last usable value and goes back until something cuts it: a year
# without a row, a value that cannot be used, a break, another vintage. A newer vintage cuts because it may be
# defined in another way: a changed denominator moves every value a little.

NUMBERS = ("value", "margin", "count", "population")
TEXTS = ("vintage", "status")
WITHOUT_VALUE = frozenset({"missing", "hidden", "not_applicable"})
NOT_RELIABLE = frozenset({"incomplete", "suspect"})
Columns = dict[str, np.ndarray]


def columns_of(points: pd.DataFrame) -> Columns:
    """The points as arrays; a column that is not there is empty."""
    nothing = np.full(len(points), np.nan)
    columns: Columns = {"year": points["year"].to_numpy(int)}
    for name in NUMBERS:
        columns[name] = points[name].to_numpy(float) if name in points else nothing
    for name in TEXTS:
        text = points[name].fillna("") if name in points else pd.Series("", index=points.index)
        columns[name] = text.to_numpy(object)
    return columns


def unbroken_run(columns: Columns, context: TrendContext) -> tuple[Columns, Reason]:
    """The points at the end of a series that nothing cuts, and what cut them off from the earlier ones."""
    in_time = columns["year"] <= context.edition_year
    ordered = _current({name: column[in_time] for name, column in columns.items()})
    years = ordered["year"]
    if len(years) > 1 and (np.diff(years) == 0).any():
        return ordered, Reason.DUPLICATE_YEAR
    faults = _faults(ordered)
    usable = np.flatnonzero(faults == "")
    if not len(usable):
        return part(ordered, 0, 0), Reason(faults[-1]) if len(faults) else Reason.TOO_FEW_POINTS
    last = usable[-1]
    start = last
    cut = Reason.NONE
    while start > 0 and not cut:
        cut = _cut(ordered, faults, start, context)
        start -= not cut
    late_enough = years[last] >= context.edition_year - YEARS_BEHIND
    return part(ordered, start, last + 1), cut if late_enough else Reason.DATA_END_TOO_EARLY


def _current(columns: Columns) -> Columns:
    """Sorted by year, and of a year with several vintages only the latest."""
    years, vintages = columns["year"], columns["vintage"]
    if len(years) < 2 or (np.diff(years) > 0).all():
        return columns
    order = np.lexsort((vintages.astype(str), years))
    years, vintages = years[order], vintages[order]
    superseded = np.append((years[1:] == years[:-1]) & (vintages[1:] != vintages[:-1]), False)
    return {name: column[order][~superseded] for name, column in columns.items()}


def _faults(columns: Columns) -> np.ndarray:
    status = columns["status"]
    if not any(status) and not np.isnan(columns["value"]).any():
        return np.full(len(status), "", object)
    faults = [Reason.UNRELIABLE_VALUE if each in NOT_RELIABLE else "" for each in status]
    without = np.isnan(columns["value"]) | np.array([each in WITHOUT_VALUE for each in status], bool)
    return np.where(without, Reason.MISSING_VALUE, np.array(faults, object))


def _cut(columns: Columns, faults: np.ndarray, at: int, context: TrendContext) -> Reason:
    """What stands between the point at `at` and the one before it."""
    year, before = columns["year"][at], columns["year"][at - 1]
    if any(before < first <= year for first in context.breaks):
        return Reason.SERIES_BREAK
    if year - before > 1 or context.every > 1:
        return Reason.GAP_IN_YEARS
    if faults[at - 1]:
        return Reason(faults[at - 1])
    same = columns["vintage"][at] == columns["vintage"][at - 1]
    return Reason.NONE if same else Reason.MIXED_VINTAGES


def part(columns: Columns, start: int, stop: int) -> Columns:
    """The points from `start` up to `stop`."""
    return {name: column[start:stop] for name, column in columns.items()}


# Which points of a series are judged and by which method, or why none are.


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
    chosen = _survey(run, context) if context.kind == "survey" else _register(run, context)
    return chosen or Window(cut or Reason.TOO_FEW_POINTS, years=run["year"])


def _survey(run: Columns, context: TrendContext) -> Window | None:
    """The last five points, if there are as many and each has its margin."""
    wanted = context.points or FEWEST
    if len(run["year"]) < wanted:
        return None
    last = _last(run, wanted)
    if not (last["margin"] > 0).all():
        return Window(Reason.NO_MARGIN, years=run["year"])
    return Window(Reason.NONE, Method.WEIGHTED, last["year"], last["value"], last["margin"] / Z)


def _register(run: Columns, context: TrendContext) -> Window | None:
    """As many points as are unbroken, five to ten: by counts, else by margins; else eight to ten, weakly."""
    counted = _with_counts(run, context) if context.kind in ("share", "rate") else run
    known = counted["count"] >= 0 if context.kind in ("share", "rate") else np.zeros(len(run["year"]), bool)
    for method, given, fewest in (
        (Method.CHI_SQUARE if context.kind == "share" else Method.WEIGHTED_COUNTS, known, FEWEST),
        (Method.WEIGHTED, run["margin"] > 0, FEWEST),
        (Method.MANN_KENDALL, np.isfinite(run["value"]), FEWEST_WEAK),
    ):
        at_hand = _trailing(given)
        wanted = context.points or min(at_hand, MOST)
        if fewest <= wanted <= at_hand:
            return _register_window(method, _last(counted, wanted), context)
    return None


def _register_window(method: Method, last: Columns, context: TrendContext) -> Window:
    if method is Method.CHI_SQUARE:
        return Window(Reason.NONE, method, last["year"], last["count"], last["population"])
    if method is Method.WEIGHTED_COUNTS:
        errors = half_width(rate_interval(last["count"], last["population"], context.rate_per)) / Z
        return Window(Reason.NONE, method, last["year"], last["value"], errors)
    errors = last["margin"] / Z if method is Method.WEIGHTED else last["value"] * 0
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


def _trailing(given: np.ndarray) -> int:
    """How many points at the end are given without a hole."""
    holes = np.flatnonzero(~given)
    return len(given) - 1 - int(holes[-1]) if len(holes) else len(given)


# The recent-trend rule, of one series or of a whole tidy table.
#
# It is the rule behind the recent-trend markers of England's public-health profiles (Fingertips, Department
# of Health and Social Care): five points, chi-square above 9.549535706 (p < 0.002), and a slope that keeps
# its sign whichever year is left out. Register series are judged more strictly, see `slopes`: with their own years'
# variation and the t distribution, over up to ten years, since with five the t distribution lets almost
# nothing through. `benchmarks/false_alarms.py` prints how often flat series are called a trend, and how often
# real slopes are.

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
    starts = np.flatnonzero(~ordered.duplicated(SERIES).to_numpy()).tolist()
    keys = ordered.loc[starts, SERIES].reset_index(drop=True)
    columns = columns_of(ordered)
    of_series = [contexts[indicator] for indicator in keys["indicator"]]
    stops = [*starts[1:], len(ordered)][: len(starts)]  # none where there are no rows
    windows = [
        window(part(columns, start, stop), context)
        for start, stop, context in zip(starts, stops, of_series, strict=True)
    ]
    trends = _trends(windows, of_series)
    return keys.assign(**{name: [getattr(trend, name) for trend in trends] for name in FIELDS}).astype(
        {"first_year": "Int64", "last_year": "Int64"}
    )


def _trends(windows: Sequence[Window], contexts: Sequence[TrendContext]) -> list[Trend]:
    """Windows of one method and length are judged together: that is what makes a whole table fast."""
    trends = [_refused(each) for each in windows]
    alike: dict[tuple[Method, int, bool], list[int]] = {}
    for at, each in enumerate(windows):
        if not each.reason:
            alike.setdefault((each.method, len(each.years), contexts[at].kind == "survey"), []).append(at)
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


def _refused(points: Window) -> Trend:
    first, last = (int(points.years[0]), int(points.years[-1])) if len(points.years) else (None, None)
    return Trend(reason=points.reason, first_year=first, last_year=last, points=len(points.years))


def _judged(points: Window, context: TrendContext, fits: Fits, row: int) -> Trend:
    weak = points.method is Method.MANN_KENDALL
    p, steady = float(fits.p[row]), bool(fits.steady[row])
    sign = int(fits.sign[row]) if steady and p < (P_WEAK if weak else P_CLEAR) else 0
    return Trend(
        verdict=verdict_of(sign, context.better),
        sign=sign,
        method=points.method,
        first_year=int(points.years[0]),
        last_year=int(points.years[-1]),
        points=len(points.years),
        statistic=float(fits.statistic[row]),
        p=p,
        slope=float(fits.slope[row]),
        steady=steady,
        weak=weak,
    )
