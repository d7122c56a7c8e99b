"""Two years ahead, and only where that has worked: a damped trend that must beat "same as last year".

Columns of a drawn outlook's `path`: `year`, `value`, `low80`, `high80`, `low95`, `high95`, in the indicator's unit.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from lagesbild.statistics.intervals import usable
from lagesbild.statistics.panel import SeriesContext, panels, populations

AHEAD = 2
FEWEST = 10
LEARNT_FROM = 6  # years that the first back-test learns from
FITTED = 5  # smoothing of level and of trend, damping, first level, first trend
LATEST = 1  # years that a series may end before the edition


class NoOutlook(StrEnum):
    """Why an outlook is not drawn."""

    NONE = ""
    STAND_IN = "stand_in"
    OVERLAPPING_PERIODS = "overlapping_periods"
    TOO_SHORT = "too_short"  # under ten unbroken years
    ENDS_TOO_EARLY = "ends_too_early"
    NOT_BETTER_THAN_LAST_YEAR = "not_better_than_last_year"


@dataclass(frozen=True)
class Outlook:
    """One series' outlook, or why there is none."""

    reason: NoOutlook
    path: pd.DataFrame | None = None
    years: int = 0  # unbroken years at hand

    @property
    def tried(self) -> bool:
        """True where the series was long enough to be put to the back-test."""
        return self.reason in (NoOutlook.NONE, NoOutlook.NOT_BETTER_THAN_LAST_YEAR)


@dataclass(frozen=True)
class Bounds:
    """The least and the largest value possible: 0 to 100 for percent, from 0 for counts and rates."""

    low: float = -np.inf
    high: float = np.inf


ANYWHERE = Bounds()


def outlook(
    points: pd.DataFrame, context: SeriesContext, edition: int, bounds: Bounds = ANYWHERE, stand_in: bool = False
) -> Outlook:
    """The next two years of one series with 80 and 95 % intervals, or the reason why none is drawn.

    `points`: indicator, place, sex, year, value, status and vintage of one place, one row a year. Damped exponential
    smoothing (Gardner and McKenzie 1985, Management Science 31; statsmodels' ETS with additive error). It is drawn when
    its mean absolute error over all one- and two-year forecasts from the series' own past is smaller than that of
    repeating the last value. A measure that stands in for another has none.
    """
    if stand_in:
        return Outlook(NoOutlook.STAND_IN)
    if context.years_pooled > context.every:
        return Outlook(NoOutlook.OVERLAPPING_PERIODS)
    years, values = _unbroken(points[points["year"] <= edition], context)
    if not len(years) or years[-1] < edition - LATEST:
        return Outlook(NoOutlook.ENDS_TOO_EARLY, years=len(years))
    if len(years) < FEWEST:
        return Outlook(NoOutlook.TOO_SHORT, years=len(years))
    error, naive_error = _back_test(values)
    if not error < naive_error:
        return Outlook(NoOutlook.NOT_BETTER_THAN_LAST_YEAR, years=len(years))
    path = _path(values, bounds)
    path.insert(0, "year", [int(years[-1]) + step for step in range(1, AHEAD + 1)])
    return Outlook(NoOutlook.NONE, path, len(years))


def _unbroken(points: pd.DataFrame, context: SeriesContext) -> tuple[np.ndarray, np.ndarray]:
    """The years up to the last value that nothing cuts apart, and their values."""
    known = points[usable(points)]
    if known.empty:
        return np.empty(0, int), np.empty(0)
    first, last = int(known["year"].min()), int(known["year"].max())
    nobody = populations(known.iloc[:0], {str(known["place"].iloc[0]): True}, range(first, last + 1))
    [(_, _, panel)] = panels(points, {str(known["indicator"].iloc[0]): context}, nobody)
    years = int(panel.run[0, -1])
    return np.arange(last - years + 1, last + 1), panel.value[0, -years:]


def tried_and_drawn(outlooks: Mapping[str, Outlook]) -> tuple[int, int]:
    """How many series were put to the back-test, and how many passed: a page that shows one names both."""
    tried = [each for each in outlooks.values() if each.tried]
    return len(tried), sum(each.reason is NoOutlook.NONE for each in tried)


def _back_test(values: np.ndarray) -> tuple[float, float]:
    """Mean absolute error of the damped trend and of repeating the last value, from the seventh year on."""
    errors, naive_errors = [], []
    for known in range(LEARNT_FROM, len(values)):
        ahead = values[known : known + AHEAD]
        forecast = np.asarray(_fitted(values[:known]).forecast(len(ahead)))
        errors.extend(np.abs(ahead - forecast))
        naive_errors.extend(np.abs(ahead - values[known - 1]))
    return float(np.mean(errors)), float(np.mean(naive_errors))


def _path(values: np.ndarray, bounds: Bounds) -> pd.DataFrame:
    """The forecasts with intervals. statsmodels takes the error of the fit as known; on ten to fifteen
    years its 95 % intervals hold 75 to 90 %. So the variance is taken over the years less the five fitted
    numbers, and the quantile from the t distribution with as many degrees of freedom.
    """
    from scipy.stats import t

    ahead = _fitted(values).get_prediction(len(values), len(values) + AHEAD - 1)
    free = len(values) - FITTED
    error = np.sqrt(np.asarray(ahead.forecast_variance, float) * len(values) / free)
    path = pd.DataFrame({"value": ahead.predicted_mean.to_numpy()})
    for level in (80, 95):
        half = t.ppf(0.5 + level / 200, free) * error
        path[f"low{level}"], path[f"high{level}"] = path["value"] - half, path["value"] + half
    return path.clip(bounds.low, bounds.high)


def _fitted(values: np.ndarray) -> Any:
    """The fitted model. A back-test of six years often stops short of convergence; its errors then tell."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ETSModel(pd.Series(values), error="add", trend="add", damped_trend=True).fit(disp=False)
