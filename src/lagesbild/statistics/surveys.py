"""How many answers a survey's value is worth where no margin of error is published, and what follows from that.

Values are percent, rows are places; `sizes` (n_eff) are numbers of answers of a simple random sample as firm as they.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lagesbild.statistics.intervals import Z, share_interval
from lagesbild.statistics.panel import Panel

Z_DECIDED = 2.576  # p < 0.01
CHANGES = ["place", "first_year", "last_year", "first", "last", "shift", "z"]
QUARTILE = 0.25  # of a survey's questions: most are at least so firm


@dataclass(frozen=True)
class Survey:
    """Questions asked of one sample: the population limits of its size classes, and how few places make a class.

    `documented` is the sample of each class, where it is known: no value is worth more answers.
    """

    classes: tuple[int, ...]
    fewest: int = 15
    documented: tuple[float, ...] = ()


def size_classes(people: np.ndarray, survey: Survey) -> np.ndarray:
    """The class of each place, 0 the smallest; -1 where its population is not known."""
    return np.where(np.isfinite(people), np.searchsorted(survey.classes, people, side="right"), -1)


def pair_of_years(panel: Panel, edition: int, fewest: int) -> tuple[int, int, np.ndarray] | None:
    """The columns of the latest two years that share no year and that enough municipalities have, and which have them.

    A municipality with a break or another vintage between the two does not have both. None without any such years.
    """
    known = np.isfinite(panel.value) & panel.municipality[:, None]
    apart = panel.context.years_pooled
    for last in range(min(edition - panel.first_year, known.shape[1] - 1), -1, -1):
        for first in range(last - apart, -1, -1):
            both = known[:, last] & known[:, first] & ~panel.cut[:, first + 1 : last + 1].any(1)
            if both.sum() >= fewest:
                return first, last, both
    return None


def answer_sizes(
    questions: Mapping[str, Panel], classes: np.ndarray, survey: Survey, edition: int
) -> dict[str, np.ndarray]:
    """Question -> n_eff in each size class: the first quartile over all questions, its own where that is lower.

    NaN where nothing is known. n_eff = 2 mean(p (1 - p)) / mean((change - median change)^2) over the municipalities of
    a class that were asked twice: what they changed beside each other is sampling error, real local change, or both, so
    that the number errs on the safe side. A class in which too few took part twice, in the question that most were
    asked, is counted together with the next.
    """
    twice = {name: _asked_twice(panel, edition, survey.fewest) for name, panel in questions.items()}
    places = [max((int((classes[own[2]] == n).sum()) for own in twice.values() if own), default=0) for n in
              range(len(survey.classes) + 1)]  # fmt: skip
    widened = [_widened(n, places, survey.fewest) for n in range(len(places))]
    raw = {name: _sizes(own, classes, widened) for name, own in twice.items() if own}
    if not raw:
        return {}
    table = np.array(list(raw.values()))
    whole = [np.nanquantile(column, QUARTILE) if np.isfinite(column).any() else np.nan for column in table.T]
    most = survey.documented or np.full(len(whole), np.nan)
    return {name: np.fmin(np.fmin(sizes, whole), most) for name, sizes in raw.items()}


Twice = tuple[np.ndarray, np.ndarray, np.ndarray]  # mean share, change, which places


def _asked_twice(panel: Panel, edition: int, fewest: int) -> Twice | None:
    """The municipalities asked twice, without values of 0 and 100, in the latest pair of years that enough have."""
    pair = pair_of_years(panel, edition, fewest)
    if pair is None:
        return None
    *columns, asked = pair
    before, after = (panel.value[:, column] / 100 for column in columns)
    asked = asked & (before > 0) & (before < 1) & (after > 0) & (after < 1)
    return (after + before) / 2, after - before, asked


def _sizes(twice: Twice, classes: np.ndarray, widened: Sequence[range]) -> np.ndarray:
    """n_eff of one question by itself, in each class with those that it is widened by."""
    p, change, asked = twice
    sizes = np.full(len(widened), np.nan)
    for n, together in enumerate(widened):
        own = asked & np.isin(classes, together)
        swing = ((change[own] - np.median(change[own])) ** 2).mean() if own.any() else 0.0
        if swing > 0:
            sizes[n] = 2 * (p[own] * (1 - p[own])).mean() / swing
    return sizes


def _widened(n: int, places: Sequence[int], fewest: int) -> range:
    """The class with as many of the next ones as make `fewest` places; at the end of the scale, of those before."""
    first, stop = n, n + 1
    while sum(places[first:stop]) < fewest and (first > 0 or stop < len(places)):
        first, stop = (first, stop + 1) if stop < len(places) else (first - 1, stop)
    return range(first, stop)


def estimated_margin(value: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Half the width of the 95 % interval of a value, in percentage points: Wilson's at n_eff."""
    known = np.isfinite(value) & np.isfinite(sizes)
    answers = np.where(known, sizes, 1.0)
    low, high = share_interval(np.where(known, value / 100, 0) * answers, answers)
    return np.where(known, (high - low) / 2 * 100, np.nan)


# Tests of differences. Wald's breaks near 0 and 100, so the error is that of the value held against.


def z_of_margins(value: np.ndarray, margin: np.ndarray, other: np.ndarray, other_margin: np.ndarray) -> np.ndarray:
    """z of two values with published 95 % margins."""
    return (value - other) / np.hypot(margin / Z, other_margin / Z)


def z_of_known(
    value: np.ndarray, known: np.ndarray, sizes: np.ndarray, other_variance: float | np.ndarray = 0.0
) -> np.ndarray:
    """z of a share against one that is taken as known, such as riket's: the score test.

    `other_variance`: of the other value where it is a mean over places, in squared shares.
    """
    p, q = value / 100, known / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        return (p - q) / np.sqrt(q * (1 - q) / sizes + other_variance)


def z_of_two(value: np.ndarray, sizes: np.ndarray, other: np.ndarray, other_sizes: np.ndarray) -> np.ndarray:
    """z of two shares that are both estimated: the score test with their pooled share."""
    p, q = value / 100, other / 100
    both = (p * sizes + q * other_sizes) / (sizes + other_sizes)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (p - q) / np.sqrt(both * (1 - both) * (1 / sizes + 1 / other_sizes))


def shared_changes(panel: Panel, sizes: np.ndarray, edition: int, fewest: int) -> pd.DataFrame:
    """Each municipality's change between the latest two surveys, held against the median change of all that took part.

    `place`, `first_year`, `last_year`, `first`, `last`, `shift` (points that all places share) and `z` of what goes
    beyond it; no rows where fewer than `fewest` took part twice. `sizes` is n_eff of each place.
    """
    pair = pair_of_years(panel, edition, fewest)
    if pair is None:
        return pd.DataFrame(columns=CHANGES)
    *columns, asked = pair
    rows = np.flatnonzero(asked)
    before, after = (panel.value[rows, column] for column in columns)
    shift = float(np.median(after - before))
    p = (before + after) / 200
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (after - before - shift) / 100 / np.sqrt(2 * p * (1 - p) / sizes[rows])
    years = (panel.first_year + column for column in columns)
    return pd.DataFrame(dict(zip(CHANGES, (panel.places[rows], *years, before, after, shift, z), strict=True)))


def answers_needed(value: float, other: float) -> int:
    """How many must have answered for the difference between two percentages to be sure: z^2 p(1-p) / (p-q)^2.

    Of a value of 0 or 100 the other's spread counts, as in the score test.
    """
    p, q = value / 100, other / 100
    spread = p * (1 - p) or q * (1 - q)
    return int(np.ceil(Z_DECIDED**2 * spread / (p - q) ** 2))
