"""The points at the end of a series that belong together.

The run that counts ends at the series' last usable value and goes back until something cuts it: a year
without a row, a value that cannot be used, a break, another vintage. A newer vintage cuts because it may be
made in another way (a changed denominator moves every value a little); name it in `continues` when the same
fetch held the older years too and left them as they were.
"""

import numpy as np
import pandas as pd

from .context import YEARS_BEHIND, TrendContext
from .verdicts import Reason

NUMBERS = ("value", "margin", "count", "population")
TEXTS = ("vintage", "status")
WITHOUT_VALUE = frozenset({"missing", "hidden", "not_applicable"})
NOT_RELIABLE = frozenset({"incomplete", "suspect"})
Columns = dict[str, np.ndarray]


def columns_of(points: pd.DataFrame) -> Columns:
    """The points as arrays; a column that is not there is empty."""
    nothing = np.full(len(points), np.nan)
    found: Columns = {"year": points["year"].to_numpy(int)}
    for name in NUMBERS:
        found[name] = points[name].to_numpy(float) if name in points else nothing
    for name in TEXTS:
        text = points[name].fillna("") if name in points else pd.Series("", index=points.index)
        found[name] = text.to_numpy(object)
    return found


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
    faults = [Reason.UNRELIABLE_VALUE if one in NOT_RELIABLE else "" for one in status]
    without = np.isnan(columns["value"]) | np.array([one in WITHOUT_VALUE for one in status], bool)
    return np.where(without, Reason.MISSING_VALUE, np.array(faults, object))


def _cut(columns: Columns, faults: np.ndarray, at: int, context: TrendContext) -> Reason:
    """What stands between the point at `at` and the one before it."""
    year, before = columns["year"][at], columns["year"][at - 1]
    if any(before < one <= year for one in context.breaks):
        return Reason.SERIES_BREAK
    if year - before > 1 or context.every > 1:
        return Reason.GAP_IN_YEARS
    if faults[at - 1]:
        return Reason(faults[at - 1])
    vintages = columns["vintage"][at], columns["vintage"][at - 1]
    if vintages[0] != vintages[1] and max(vintages) not in context.continues:
        return Reason.MIXED_VINTAGES
    return Reason.NONE


def part(columns: Columns, start: int, stop: int) -> Columns:
    """The points from `start` up to `stop`."""
    return {name: column[start:stop] for name, column in columns.items()}
