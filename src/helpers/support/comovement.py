"""Whether ill health and unemployment move together, across places and within them.

Columns in: `place`, `year`, `ill_health` (sick pay and sickness or activity compensation) and
`unemployment` (benefit and programmes), both in percent of the population 20-64.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

FEWEST_PLACES = 8
FEWEST_YEARS = 4
BOTH = ["ill_health", "unemployment"]


class Association(StrEnum):
    """The answer, or why there is none."""

    TOGETHER = "together"
    OPPOSITE = "opposite"
    NOT_CLEAR = "not_clear"
    TOO_FEW_PLACES = "too_few_places"
    TOO_FEW_YEARS = "too_few_years"
    NO_VARIATION = "no_variation"


@dataclass(frozen=True)
class Comovement:
    """An estimate with its 95 % interval, what it stands on, and the places without values."""

    association: Association
    places: int
    years: int
    left_out: tuple[str, ...]
    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def across_places(rows: pd.DataFrame, year: int, draws: int = 2000, seed: int = 2024) -> Comovement:
    """Spearman's rank correlation, -1 to 1, over the places in one year, with a bootstrap interval over places.

    It says whether places with much of one have much of the other, not whether one moves the other.
    """
    from scipy.stats import bootstrap, spearmanr

    of_year = rows[rows["year"] == year]
    whole = of_year.dropna(subset=BOTH)
    counts = {"places": len(whole), "years": 1, "left_out": _missing(of_year, whole)}
    if len(whole) < FEWEST_PLACES:
        return Comovement(Association.TOO_FEW_PLACES, **counts)
    x, y = (whole[name].to_numpy(float) for name in BOTH)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Comovement(Association.NO_VARIATION, **counts)
    found = bootstrap(
        (x, y),
        _rank_correlation,
        paired=True,
        vectorized=True,
        n_resamples=draws,
        method="percentile",
        rng=seed,
    ).confidence_interval
    return _answer(float(spearmanr(x, y).statistic), (found.low, found.high), counts)


def within_places(rows: pd.DataFrame) -> Comovement:
    """Percentage points of unemployment a percentage point of ill health, from year to year in one place.

    Yearly changes with an effect for each place, so that neither lasting differences between places nor a
    place's own steady drift count; errors clustered by place (statsmodels), t distribution with places - 1
    degrees of freedom. Only years that follow on each other make a change.
    """
    changes, years = _yearly_changes(rows)
    counts = {"places": changes["place"].nunique(), "years": years, "left_out": _missing(rows, changes)}
    if counts["places"] < FEWEST_PLACES:
        return Comovement(Association.TOO_FEW_PLACES, **counts)
    if years < FEWEST_YEARS:
        return Comovement(Association.TOO_FEW_YEARS, **counts)
    about = changes[BOTH] - changes.groupby("place")[BOTH].transform("mean")
    if np.allclose(about["ill_health"], 0):
        return Comovement(Association.NO_VARIATION, **counts)
    import statsmodels.api as sm

    # Taking each place's mean away gives the same slope as a dummy for each place, with a small matrix.
    fit = sm.OLS(about["unemployment"], about["ill_health"]).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(changes["place"])[0]}, use_t=True
    )
    low, high = fit.conf_int().to_numpy()[0]
    return _answer(float(fit.params.iloc[0]), (low, high), counts)


def _answer(estimate: float, interval: tuple[float, float], counts: dict) -> Comovement:
    low, high = map(float, interval)
    association = Association.NOT_CLEAR
    if low > 0 or high < 0:
        association = Association.TOGETHER if low > 0 else Association.OPPOSITE
    return Comovement(association, **counts, estimate=estimate, low=low, high=high)


def _rank_correlation(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    """Spearman over many resamples at once: Pearson's correlation of the ranks; 0 where one is all ties."""
    from scipy.stats import rankdata

    a, b = (rankdata(one, axis=axis) for one in (x, y))
    a, b = a - a.mean(axis, keepdims=True), b - b.mean(axis, keepdims=True)
    size = np.sqrt((a**2).sum(axis) * (b**2).sum(axis))
    return np.divide((a * b).sum(axis), size, out=np.zeros_like(size), where=size > 0)


def _yearly_changes(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Changes between years that follow on each other, and how many years they stand on."""
    whole = rows.dropna(subset=BOTH).sort_values(["place", "year"])
    before = whole.groupby("place").shift()
    follows = whole["year"] - before["year"] == 1
    changes = whole[["place", "year"]].join(whole[BOTH] - before[BOTH])[follows]
    years = set(changes["year"]) | {year - 1 for year in changes["year"]}
    return changes, len(years)


def _missing(rows: pd.DataFrame, used: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(set(rows["place"]) - set(used["place"])))
