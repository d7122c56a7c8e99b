"""The direction of one measure in one place: has its level moved more than the measure uses to swing?

A frame of directions has one row an indicator, place and sex: the columns of KEYS and FIELDS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.special import stdtr

from lagesbild.statistics.alone import Fits, share_fits, weighted_fits
from lagesbild.statistics.intervals import Z
from lagesbild.statistics.noise import (
    FEWEST_CASES,
    YEARS_BEHIND,
    Judged,
    Signals,
    design,
    judged_windows,
    windows,
)
from lagesbild.statistics.panel import SEX_GAP, Better, Panel, printed

P_MOVED = 0.002
P_TURNED = 0.01
FEWEST_TURNED = 8  # years of a window in which a turn can be told
LAST_YEARS = 4  # that a turn is told by


class Direction(StrEnum):
    """What a series has done between two years. Nothing is promised about the years after."""

    DECREASED = "decreased"
    INCREASED = "increased"
    TURNED = "turned"
    NO_MOVEMENT = "no_movement"
    NOT_JUDGED = "not_judged"


class Reason(StrEnum):
    """Why a series is not judged."""

    NONE = ""
    OVERLAPPING_PERIODS = "overlapping_periods"  # means over several years share years with each other
    NOT_YEARLY = "not_yearly"
    TOO_FEW_YEARS = "too_few_years"
    MISSING_VALUE = "missing_value"  # also hidden, not applicable, and a year without a row
    UNRELIABLE_VALUE = "unreliable_value"  # an incomplete year, or a suspected non-response
    SERIES_BREAK = "series_break"  # also values of two vintages: nobody says that they are made in the same way
    ENDS_TOO_EARLY = "ends_too_early"
    NEGATIVE_VALUE = "negative_value"
    NONE_OR_ALL = "none_or_all"  # a share of exactly 0 or 100, or a rate of 0, whose base is not known
    TOO_FEW_CASES = "too_few_cases"
    NO_POPULATION = "no_population"  # at or before the last year: nothing tells which size to hold the place against
    TOO_FEW_PLACES = "too_few_places"  # with the measure's years whole: nothing tells how much it uses to swing


class Method(StrEnum):
    """What a movement was held against."""

    NONE = ""
    POOL = "pool"  # how much the measure swings in municipalities of that size
    CHI_SQUARE = "chi_square"  # the municipality's own counts
    MARGINS = "margins"  # published margins of error


@dataclass(frozen=True)
class Movement:
    """One series' direction. Numbers are NaN where it is not judged.

    `p` is of the slope, of a turn the larger one of its two slopes. `slope` is a year, on the measure's scale.
    """

    direction: Direction = Direction.NOT_JUDGED
    reason: Reason = Reason.NONE
    method: Method = Method.NONE
    better: Better = "neither"
    first_year: int | None = None
    last_year: int | None = None
    p: float = float("nan")
    p_adjusted: float = float("nan")
    slope: float = float("nan")
    noise: float = float("nan")  # the moderated standard deviation from year to year, on the measure's scale
    pool_first: int | None = None
    pool_last: int | None = None
    pool_places: int = 0
    weak: bool = False  # adjusting p for all measures of the overview takes the arrow away

    @property
    def judged(self) -> bool:
        return self.direction is not Direction.NOT_JUDGED

    @property
    def sign(self) -> int:
        """+1 increased, -1 decreased, 0 neither: the movement itself, whether or not it is good."""
        return {Direction.INCREASED: 1, Direction.DECREASED: -1}.get(self.direction, 0)

    @property
    def good(self) -> bool | None:
        """Whether a movement is for the better; None where there is none or neither end is better."""
        if not self.sign or self.better == "neither":
            return None
        return (self.sign > 0) == (self.better == "higher")

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last year of the window. Raises ValueError for a series without one."""
        if self.first_year is None or self.last_year is None:
            raise ValueError(f"the series has no years that could be judged: {self.reason}.")
        return self.first_year, self.last_year


KEYS = ["indicator", "place", "sex"]
FIELDS = [field.name for field in fields(Movement)]
YEARS = ["first_year", "last_year", "pool_first", "pool_last"]


def directions(every: Iterable[tuple[str, str, Panel]], edition: int, adjusting: set[str]) -> pd.DataFrame:
    """The direction of every indicator, municipality and sex of some panels; sex K-M is the gap women - men.

    `every` as `panels` gives them. A place without any value of an indicator has no row. `p_adjusted` is over one
    place's indicators in `adjusting`, each sex by itself (Benjamini and Hochberg 1995, as statsmodels does).
    """
    parts: list[Columns] = []
    sexes: dict[str, dict[str, Panel]] = {}
    for indicator, sex, panel in every:
        sexes.setdefault(indicator, {})[sex] = panel
        parts.append(_named(_levels(panel, edition), indicator, sex))
    for indicator, both in sexes.items():
        if both.keys() >= {"K", "M"}:
            parts.append(_named(_gaps(both["K"], both["M"], edition), indicator, SEX_GAP))
    if not parts:
        return pd.DataFrame(columns=[*KEYS, *FIELDS])
    rows = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in [*KEYS, *FIELDS]})
    return adjusted(rows.astype(dict.fromkeys(YEARS, "Int64")), adjusting)


def _named(columns: "Columns", indicator: str, sex: str) -> "Columns":
    names = {"indicator": indicator, "sex": sex}
    return columns | {name: np.full(len(columns["place"]), value, object) for name, value in names.items()}


def adjusted(rows: pd.DataFrame, together: set[str]) -> pd.DataFrame:
    """`rows` with `p_adjusted` over each place's and sex's indicators in `together`, and `weak` where it takes an
    arrow away."""
    tested = rows[rows["p"].notna() & rows["indicator"].isin(together)].sort_values("p", kind="stable")
    families = tested.groupby(["place", "sex"])["p"]
    share = (families.cumcount() + 1) / families.transform("size")  # of the family's p, that are at most this one
    step_up = (tested["p"] / share)[::-1].groupby([tested["place"], tested["sex"]]).cummin()
    p = step_up.clip(upper=1).reindex(rows.index)
    arrow = rows["direction"].isin([Direction.INCREASED, Direction.DECREASED])
    return rows.assign(p_adjusted=p, weak=arrow & (p >= P_MOVED))


def movement(row: Mapping) -> Movement:
    """One row of a frame of directions."""
    values = {name: row[name] for name in FIELDS}
    values |= {name: None if pd.isna(row[name]) else int(row[name]) for name in YEARS}
    codes = {"direction": Direction, "reason": Reason, "method": Method}
    return Movement(**values | {name: code(values[name]) for name, code in codes.items()})


# One measure in all places, column by column: a frame for each of a hundred measures costs more than the judging.

Columns = dict[str, np.ndarray]  # `place` and FIELDS


def _levels(panel: Panel, edition: int) -> Columns:
    """The movements of one panel's municipalities."""
    judging = panel.municipality & np.isfinite(panel.value).any(1)
    column = edition - panel.first_year
    out = _not_judged(panel, judging, column)
    if panel.context.yearly:
        shown = printed(panel.value, panel.context.decimals)
        open_to = judging & (out["reason"] == Reason.TOO_FEW_PLACES)
        _judge(out, panel.signals, panel, shown, column, open_to)
        _judge_alone(out, panel, shown, open_to)
        _without_size(out, panel, column)
    return {name: values[judging] for name, values in out.items()}


def _gaps(women: Panel, men: Panel, edition: int) -> Columns:
    """The movements of the gap between women and men; a gap has no better end."""
    signals = women.gap_to(men)
    gap = printed(women.value - men.value, women.context.decimals)
    judging = women.municipality & (np.isfinite(gap)).any(1)
    column = edition - women.first_year
    cut, doubtful = women.cut | men.cut, women.doubtful | men.doubtful  # what forbids one sex forbids the gap
    both = replace(women, value=np.minimum(women.value, men.value), cut=cut, doubtful=doubtful)
    out = _not_judged(both, judging, column, signals)
    out["better"][:] = "neither"
    if women.context.yearly:
        open_to = judging & (out["reason"] == Reason.TOO_FEW_PLACES)
        _judge(out, signals, women, gap, column, open_to, men)
        _without_size(out, women, column)
    return {name: values[judging] for name, values in out.items()}


def _without_size(out: Columns, panel: Panel, edition: int) -> None:
    """Gives the places that only lack their number of inhabitants that reason."""
    unknown = ~np.isfinite(panel.log_population[:, min(edition, panel.log_population.shape[1] - 1)])
    out["reason"][unknown & (out["reason"] == Reason.TOO_FEW_PLACES)] = str(Reason.NO_POPULATION)


def _not_judged(panel: Panel, judging: np.ndarray, edition: int, signals: Signals | None = None) -> Columns:
    """All places, each with the reason for which it cannot be judged; TOO_FEW_PLACES where nothing else forbids it."""
    signals = signals or panel.signals
    run = signals.run[:, : edition + 1]
    stop, length = windows(run, edition)
    reason = np.full(len(panel.places), str(Reason.TOO_FEW_PLACES), object)
    if not panel.context.yearly:
        pooled = panel.context.years_pooled > panel.context.every
        reason[:] = Reason.OVERLAPPING_PERIODS if pooled else Reason.NOT_YEARLY
    else:
        for last, years in sorted(set(zip(stop[length > 0].tolist(), length[length > 0].tolist(), strict=True))):
            rows = (stop == last) & (length == years)
            for why, refused in _refusals(signals, panel, last - years, last).items():
                reason[rows & refused] = why
        for n in np.flatnonzero(judging & (length == 0)).tolist():
            reason[n] = _why_short(panel, run[n], n, edition)
    at_end = run.shape[1] - 1 - np.argmax(run[:, ::-1] > 0, axis=1)  # the last year with a value
    held = np.where(length > 0, stop - 1, at_end)
    first = held + 1 - np.where(length > 0, length, run[np.arange(len(held)), held])
    texts = {"direction": str(Direction.NOT_JUDGED), "method": str(Method.NONE), "better": panel.context.better}
    numbers = dict.fromkeys(("p", "p_adjusted", "slope", "noise", "pool_first", "pool_last"), np.nan)
    return {
        "place": panel.places,
        "reason": reason,
        "first_year": first + panel.first_year,
        "last_year": held + panel.first_year,
        "pool_places": np.zeros(len(reason), int),
        "weak": np.zeros(len(reason), bool),
        **{name: np.full(len(reason), text, object) for name, text in texts.items()},
        **{name: np.full(len(reason), number) for name, number in numbers.items()},
    }


def _refusals(signals: Signals, panel: Panel, start: int, stop: int) -> dict[Reason, np.ndarray]:
    """Why a whole window cannot be judged, by place; the gravest reason last."""
    y = signals.y(start, stop)
    with np.errstate(invalid="ignore"):
        return {
            Reason.TOO_FEW_CASES: signals.cases(start, stop) < FEWEST_CASES,
            Reason.NONE_OR_ALL: ~np.isfinite(y).all(1) & ~panel.counted(start, stop),
            Reason.NEGATIVE_VALUE: (panel.value[:, start:stop] < 0).any(1),
        }


def _why_short(panel: Panel, run: np.ndarray, n: int, edition: int) -> Reason:
    """Why a place has no window."""
    years = np.flatnonzero(run)
    if not len(years) or years[-1] < edition - YEARS_BEHIND:
        return Reason.ENDS_TOO_EARLY
    last = years[-1]
    first = last - run[last] + 1
    if first == 0 or not (np.isfinite(panel.value[n, :first]).any() or panel.doubtful[n, :first].any()):
        return Reason.TOO_FEW_YEARS
    if panel.cut[n, first]:
        return Reason.SERIES_BREAK
    return Reason.UNRELIABLE_VALUE if panel.doubtful[n, first - 1] else Reason.MISSING_VALUE


def _judge(
    out: Columns,
    signals: Signals,
    panel: Panel,
    shown: np.ndarray,
    edition: int,
    judging: np.ndarray,
    less: Panel | None = None,
) -> None:
    """Writes the verdicts of the places in `judging` that have a pool beside them; `less`: what a gap takes away."""
    for window in judged_windows(signals, edition, judging):
        start, stop, rows, pool = window.start, window.stop, window.rows, window.pool
        of_cases = sum(part.poisson_variance(start, stop)[rows] for part in (panel, less) if part)
        s = np.sqrt(np.fmax(window.variance, of_cases))
        moved, p, slope = verdicts(window, s)
        ends = shown[rows, start], shown[rows, stop - 1]
        agrees = np.sign(ends[1] - ends[0]) == np.sign(slope)  # else a page would say that 11 is less than 10
        codes = np.where(
            moved == 2, str(Direction.TURNED), np.where(moved > 0, str(Direction.INCREASED), str(Direction.DECREASED))
        )
        codes = np.where((moved == 0) | (~agrees & (moved != 2)), str(Direction.NO_MOVEMENT), codes)
        written = {
            "direction": codes, "reason": "", "method": str(Method.POOL), "p": p, "slope": slope, "noise": s,
            "first_year": start + panel.first_year, "last_year": stop - 1 + panel.first_year,
            "pool_first": pool.start + panel.first_year, "pool_last": pool.stop - 1 + panel.first_year,
            "pool_places": pool.places,
        }  # fmt: skip
        for name, values in written.items():
            out[name][rows] = values


def verdicts(window: Judged, s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row: +1, -1, 0 or 2 (turned); its p; its slope a year. `s`: standard deviation of its noise.

    The slope of ordinary least squares over its error under AR(1), by the t distribution; a movement must keep its
    sign whichever year is left out.
    """
    y, length = window.y, window.stop - window.start
    slope, _, p = slope_test(y, s, window.degrees)
    sign = np.sign(slope)
    steady = sign != 0
    for year in range(length):
        kept = np.delete(np.arange(length), year)
        about = kept - kept.mean()
        steady &= np.sign(y[:, kept] @ about) == sign
    moved = np.where((p < P_MOVED) & steady, sign, 0)
    if length >= FEWEST_TURNED:
        earlier, _, p_earlier = slope_test(y[:, : length - LAST_YEARS + 1], s, window.degrees)
        later, _, p_later = slope_test(y[:, length - LAST_YEARS :], s, window.degrees)
        turned = (earlier * later < 0) & (p_earlier < P_TURNED) & (p_later < P_TURNED)
        moved, p = np.where(turned, 2, moved), np.where(turned, np.fmax(p_earlier, p_later), p)
    return moved, p, slope


def slope_test(y: np.ndarray, s: np.ndarray, degrees: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row of `y`: the least squares slope a year, its error under AR(1), and its two-sided p by t."""
    shape = design(y.shape[1])
    slope, error = y @ shape.slope, s * np.sqrt(shape.slope_variance)
    return slope, error, 2 * stdtr(degrees, -np.abs(slope) / error)


# A series that no 40 municipalities stand beside, such as the municipality's own: by its own counts or margins.


def _judge_alone(out: Columns, panel: Panel, shown: np.ndarray, open_to: np.ndarray) -> None:
    """Writes the verdicts of places whose series has no pool: shares with counts, else values with margins."""
    for n in np.flatnonzero(open_to & (out["reason"] == Reason.TOO_FEW_PLACES)):
        start, stop = (out[name][n] - panel.first_year for name in ("first_year", "last_year"))
        columns = slice(start, stop + 1)
        count, base, margin = (part[n, columns] for part in (panel.count, panel.base, panel.margin))
        if panel.context.scale == "percent" and np.isfinite(count).all() and np.isfinite(base).all():
            fits, method = share_fits(count[None], base[None]), Method.CHI_SQUARE
        elif np.isfinite(margin).all():
            fits, method = weighted_fits(panel.value[n, columns][None], margin[None] / Z), Method.MARGINS
        else:
            continue
        told = {"direction": _alone(fits, shown[n, stop] - shown[n, start]), "method": str(method), "reason": ""}
        for name, value in (told | {"p": fits.p[0], "slope": fits.slope[0]}).items():
            out[name][n] = value


def _alone(fits: Fits, change: float) -> str:
    """The direction by a series' own test; `change` is between the printed ends, which must agree with the slope."""
    if not (fits.steady[0] and fits.p[0] < P_MOVED and np.sign(change) == fits.sign[0]):
        return str(Direction.NO_MOVEMENT)
    return str(Direction.INCREASED if fits.sign[0] > 0 else Direction.DECREASED)
