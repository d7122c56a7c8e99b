"""How much a measure uses to swing from year to year: in one place, moderated by all municipalities of its size.

Rows are places, columns are years, in one order throughout. Values are on the scale on which movements are compared
(see `panel`), so a variance has no unit: 0.0025 is about five percent from year to year.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.linalg import toeplitz
from scipy.special import digamma, polygamma

FEWEST, MOST = 6, 10  # years of a window
YEARS_BEHIND = 2  # a window that ends earlier before the edition says nothing of the present
POOL = 40  # municipalities that must have the window whole
RHO = 0.3  # autocorrelation that is reckoned with from year to year
EXPECTED = 2 / 3 * (1.5 - 2 * RHO + 0.5 * RHO**2)  # of 2/3 e^2 under it, for a variance of 1
FEWEST_CASES = 5  # a year: places with fewer are neither judged nor in the pool
LARGEST_D0 = 200.0
WINSORISED, CORRECTION = 0.02, 1.08  # of the pool's residuals at either end; what that takes from their variance


@dataclass(frozen=True)
class Design:
    """What follows from the length of a window alone."""

    correlation: np.ndarray  # of the years, AR(1) with RHO
    d: float  # effective degrees of freedom of the noise variance
    slope: np.ndarray  # weights of the least squares slope
    slope_variance: float  # of the slope, for a noise variance of 1


@cache
def design(length: int) -> Design:
    """The design of a window of `length` years.

    The variance is that of the second differences e[t] = (y[t-1] + y[t+1]) / 2 - y[t], 2/3 mean(e^2), divided by its
    expectation under AR(1). d = tr(AR)^2 / tr(ARAR): 4.95 for ten years, 2.6 for six.
    Source: Gasser, Sroka and Jennen-Steinmetz 1986, Biometrika 73.
    """
    correlation = toeplitz(RHO ** np.arange(length))
    second = np.zeros((length - 2, length))
    for row in range(length - 2):
        second[row, row : row + 3] = 0.5, -1.0, 0.5
    product = 2 / 3 / EXPECTED / (length - 2) * second.T @ second @ correlation
    slope = slope_weights(length)
    return Design(
        correlation,
        float(np.trace(product) ** 2 / np.trace(product @ product)),
        slope,
        float(slope @ correlation @ slope),
    )


def slope_weights(length: int) -> np.ndarray:
    """Weights that give the least squares slope a year of `length` values."""
    about = np.arange(length) - (length - 1) / 2
    return about / (about @ about)


def noise_variance(y: np.ndarray) -> np.ndarray:
    """The variance of each row about its own course; a curve or a slope is no noise."""
    e = (y[:, :-2] + y[:, 2:]) / 2 - y[:, 1:-1]
    return 2 / 3 * (e**2).mean(1) / EXPECTED  # as y'Ay, but 0 where a level or a line has none


# The pool: what the variance is in a municipality of a given size, and how much municipalities differ in it.


@dataclass(frozen=True)
class Pool:
    """The noise of all municipalities over one window: log variance as a parabola of log population."""

    start: int  # the window's columns, `stop` is not in it
    stop: int
    places: int  # municipalities in it
    coefficients: np.ndarray
    centre: float  # of log population
    sizes: tuple[float, float]  # the least and the largest log population: no parabola is trusted outside
    shift: float  # from the mean log variance to the log of the prior variance
    d0: float  # degrees of freedom that the prior is worth

    def prior(self, log_population: np.ndarray) -> np.ndarray:
        """The variance s0^2 that a municipality of this size is expected to have."""
        inside = np.clip(log_population, *self.sizes)
        return np.exp(_parabola(inside - self.centre) @ self.coefficients + self.shift)


def pooled(variances: np.ndarray, log_population: np.ndarray, start: int, stop: int) -> Pool:
    """The pool of the municipalities' noise variances, all above 0.

    Sources: generalised variance function, Wolter 2007, Introduction to Variance Estimation, ch. 7; moderation, Smyth
    2004, Statistical Applications in Genetics and Molecular Biology 3:3 (limma's fitFDist, with residuals winsorised).
    """
    half = design(stop - start).d / 2
    centre = float(log_population.mean())
    e = np.log(variances) - digamma(half) + np.log(half)
    columns = _parabola(log_population - centre)
    coefficients = np.linalg.lstsq(columns, e, rcond=None)[0]
    residuals = e - columns @ coefficients
    residuals = np.clip(residuals, *np.quantile(residuals, [WINSORISED, 1 - WINSORISED]))
    spread = CORRECTION * residuals.var(ddof=1)
    d0 = _prior_degrees(float(spread - polygamma(1, half)))
    shift = float(digamma(d0 / 2) - np.log(d0 / 2))
    sizes = float(log_population.min()), float(log_population.max())
    return Pool(start, stop, len(e), coefficients, centre, sizes, shift, d0)


def _parabola(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones_like(x), x, x**2])


def _prior_degrees(extra: float) -> float:
    """d0 with trigamma(d0 / 2) = extra, the variance that chance alone does not explain; at most LARGEST_D0."""
    if extra <= polygamma(1, LARGEST_D0 / 2):
        return LARGEST_D0
    from scipy.optimize import brentq  # takes a while to import

    return float(2 * brentq(lambda half: polygamma(1, half) - extra, 1e-6, LARGEST_D0 / 2))


# Every place's window with its moderated noise, window by window.


@dataclass(frozen=True)
class Signals:
    """What is judged in every place: levels, differences to another place, or gaps between women and men."""

    run: np.ndarray  # places x years: unbroken years up to each, 0 where there is no value
    y: Callable[[int, int], np.ndarray]  # the values of columns start to stop; not finite where there is none
    cases: Callable[[int, int], np.ndarray]  # mean cases a year in these columns; NaN where not known
    log_population: np.ndarray  # places x years, the latest known up to each
    municipality: np.ndarray  # places: True for municipalities, which alone make the pool


@dataclass(frozen=True)
class Judged:
    """The places of one window: their values and the moderated variance of their noise."""

    rows: np.ndarray  # which places
    pool: Pool
    start: int
    stop: int
    y: np.ndarray  # rows x years
    variance: np.ndarray  # moderated
    degrees: np.ndarray  # d0 + d


def windows(run: np.ndarray, edition: int) -> tuple[np.ndarray, np.ndarray]:
    """`stop` and length of each place's window for the edition's column; length 0 where no six years are unbroken.

    The latest end counts: after a break with too few years, the stretch before it where that ends in time.
    """
    stop, length = np.zeros(len(run), int), np.zeros(len(run), int)
    for last in range(min(edition, run.shape[1] - 1), max(edition - YEARS_BEHIND, 0) - 1, -1):
        found = (length == 0) & (run[:, last] >= FEWEST)
        stop[found], length[found] = last + 1, np.minimum(run[found, last], MOST)
    return stop, length


def in_pool(signals: Signals, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Which municipalities have the columns whole with enough cases, and all places' noise variances in them."""
    y = signals.y(start, stop)
    whole = (signals.run[:, stop - 1] >= stop - start) & np.isfinite(y).all(1)
    variances = np.where(whole, noise_variance(np.where(whole[:, None], y, 0.0)), np.nan)
    few = signals.cases(start, stop) < FEWEST_CASES  # unknown is not few
    known = np.isfinite(signals.log_population[:, stop - 1])
    return whole & signals.municipality & ~few & known & (variances > 1e-20), variances


class Pools:
    """The pools of one measure's windows, each made once."""

    def __init__(self, signals: Signals, edition: int) -> None:
        self.signals, self.edition = signals, edition
        self._made: dict[tuple[int, int], Pool | None] = {}
        self._latest: list[Pool | None] = []

    def of(self, start: int, stop: int) -> Pool | None:
        """The window's own pool, else that of the latest window that enough municipalities have; None without any."""
        return self._own(start, stop) or self.latest

    def _own(self, start: int, stop: int) -> Pool | None:
        if (start, stop) not in self._made:
            members, variances = in_pool(self.signals, start, stop)
            made = None
            if members.sum() >= POOL:
                made = pooled(variances[members], self.signals.log_population[members, stop - 1], start, stop)
            self._made[start, stop] = made
        return self._made[start, stop]

    @property
    def latest(self) -> Pool | None:
        """The pool of the latest window, the longest that ends there, which enough municipalities have."""
        if not self._latest:
            ends = range(min(self.edition + 1, self.signals.run.shape[1]), FEWEST - 1, -1)
            tried = (self._own(stop - n, stop) for stop in ends for n in range(min(MOST, stop), FEWEST - 1, -1))
            self._latest.append(next((pool for pool in tried if pool), None))
        return self._latest[0]


def judged_windows(signals: Signals, edition: int, judging: np.ndarray) -> Iterator[Judged]:
    """Each window that some of the places in `judging` have, with a pool to hold them against; others do not come."""
    pools = Pools(signals, edition)
    stop, length = windows(signals.run, edition)
    judging = judging & (length > 0)
    for last, years in sorted(set(zip(stop[judging].tolist(), length[judging].tolist(), strict=True))):
        pool = pools.of(last - years, last)
        if pool is None:
            continue
        sound = np.isfinite(signals.y(last - years, last)).all(1) & np.isfinite(signals.log_population[:, last - 1])
        rows = np.flatnonzero(judging & sound & (stop == last) & (length == years))
        if len(rows):
            yield _moderated(signals, rows, pool, last - years, last)


def _moderated(signals: Signals, rows: np.ndarray, pool: Pool, start: int, stop: int) -> Judged:
    """s^2 = (d0 s0^2 + d s2) / (d0 + d): the place's own noise, drawn towards that of its size."""
    y = signals.y(start, stop)[rows]
    d = design(stop - start).d
    prior = pool.prior(signals.log_population[rows, stop - 1])
    variance = (pool.d0 * prior + d * noise_variance(y)) / (pool.d0 + d)
    return Judged(rows, pool, start, stop, y, variance, np.full(len(rows), pool.d0 + d))
