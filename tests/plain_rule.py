"""Direction a second time: plain loops, written from the text of the rule and not from the product.

One municipality, one year at a time, in the order in which a reader would work it out by hand. It is slow and shares
no line with `lagesbild`; `test_two_ways.py` holds the two against each other. Every choice that the text leaves open
is marked "read as". `plain_comparison.py` goes on with differences and ranks.

`values` maps (indicator, sex) to place to year to (value, count or None); `population` maps (place, year, sex) to
persons on 31 December. Codes that begin with 00 are the country (0000) and the regions: never in a pool, never ranked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import fmean as mean
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma
from scipy.stats import t as student

RHO, POOL, SHORTEST, LONGEST, LATE = 0.3, 40, 6, 10, 2
FEWEST_CASES = 5
P_ARROW, P_TURN = 0.002, 0.01
COUNTRY = "0000"
Cell = tuple[float, float | None]
Series = dict[int, float]


@dataclass(frozen=True)
class Measure:
    """What the rules need of a catalogue entry. `survey` names the survey whose questions give n_eff together."""

    kind: str  # "percent", "rate" (with `per`) or "other"
    per: float | None = None
    survey: str | None = None
    better: str = "neither"
    decimals: int = 1
    years_pooled: int = 1
    every: int = 1
    breaks: tuple[int, ...] = ()
    limits: tuple[float, ...] = (20_000, 70_000)  # between a survey's size classes
    most_answers: float = np.inf  # documented: an estimate above it is cut to it


class Refused(Exception):
    """A series or value that the rule does not judge: the reason in one word."""


@dataclass(frozen=True)
class Direction:
    direction: str  # decreased, increased, turned, no_movement or not_judged
    reason: str = ""
    first: int | None = None
    last: int | None = None
    p: float | None = None
    slope: float | None = None
    pool: tuple[int, int] | None = None
    places: int = 0


@dataclass
class World:
    """One snapshot with what is known of its measures and places, and what has been worked out of it so far."""

    values: dict[tuple[str, str], dict[str, dict[int, Cell]]]
    population: dict[tuple[str, int, str], float]
    measures: dict[str, Measure]
    municipalities: list[str]
    county: dict[str, str | list[str]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    edition: int = 2024
    known: dict[tuple, Any] = field(default_factory=dict)

    def cells(self, indicator: str, sex: str, place: str) -> dict[int, Cell]:
        """The years with a value, up to the edition's."""

        def of_series() -> dict[int, Cell]:
            years = self.values.get((indicator, sex), {}).get(place, {})
            return {y: cell for y, cell in sorted(years.items()) if y <= self.edition and np.isfinite(cell[0])}

        return self.once(("cells", indicator, sex, place), of_series)

    def once(self, key: tuple, work: Callable[[], Any]) -> Any:
        """What `work` gives, worked out once."""
        if key not in self.known:
            self.known[key] = work()
        return self.known[key]


# The window: the last 6 to 10 unbroken years, one a year, in one definition, that end in time.


def stretches(years: Iterable[int], breaks: Iterable[int]) -> list[list[int]]:
    """The runs of years that follow on each other without a break."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1 and year not in breaks:
            runs[-1].append(year)
        else:
            runs.append([year])
    return runs


def window_of(years: Iterable[int], measure: Measure, edition: int) -> list[int]:
    if measure.every > 1 or measure.years_pooled > 1:
        raise Refused("not_one_a_year")
    runs = stretches(years, measure.breaks)
    for run in reversed(runs):
        if len(run) >= SHORTEST and run[-1] >= edition - LATE:
            return run[-LONGEST:]
    raise Refused("too_old" if any(len(run) >= SHORTEST for run in runs) else "too_few_years" if runs else "no_value")


# The scale: logit for percent, log of count per person where the counts are known, log for other positive values.


def counts_of(
    world: World, indicator: str, sex: str, place: str, years: Iterable[int]
) -> list[tuple[float, float]] | None:
    """(cases, persons) of each year of a rate; None where one year's are not known: then no year's are used."""
    measure, known = world.measures[indicator], []
    for year in years:
        value, count = world.values[indicator, sex][place][year]
        persons = world.population.get((place, year, sex))
        if measure.kind != "rate" or measure.per is None or persons is None:
            return None
        cases = value * persons / measure.per if count is None else count
        if abs(cases - round(cases)) > 0.02:
            return None
        if count is not None and value > 0:  # a restated rate is of the mean population
            persons = measure.per * count / value
        known.append((float(round(cases)), persons))
    return known


def scaled(world: World, indicator: str, sex: str, place: str, years: list[int]) -> tuple[list[float], float | None]:
    """The values of a window on the rule's scale, and its mean count of cases where counts are known."""
    measure = world.measures[indicator]
    values = [world.values[indicator, sex][place][year][0] for year in years]
    if min(values) < 0:
        raise Refused("negative")
    if measure.kind == "percent":
        if max(values) > 100:
            raise Refused("above_base")
        if min(values) == 0 or max(values) == 100:
            raise Refused("all_or_none")
        return [float(np.log(v / (100 - v))) for v in values], None
    counts = counts_of(world, indicator, sex, place, years)
    if counts is not None:
        if any(cases > persons for cases, persons in counts):
            raise Refused("above_base")
        cases_a_year = mean(cases for cases, _ in counts)
        if cases_a_year < FEWEST_CASES:
            raise Refused("too_few_cases")
        return [float(np.log((cases + 0.5) / persons)) for cases, persons in counts], cases_a_year
    if min(values) == 0:
        raise Refused("zero")
    per = measure.per if measure.kind == "rate" and measure.per else 1  # one unit with those whose cases are known
    return [float(np.log(v / per)) for v in values], None


def held(world: World, indicator: str, sex: str, place: str, years: list[int]) -> tuple[list[float], float | None]:
    if not set(years) <= set(world.cells(indicator, sex, place)):
        raise Refused("not_whole")
    return scaled(world, indicator, sex, place, years)


# The noise of one series, and of all municipalities together.


def correlation(n: int) -> np.ndarray:
    """The AR(1) correlations of n years."""
    return np.array([[RHO ** abs(i - j) for j in range(n)] for i in range(n)])


def swing(y: list[float]) -> float:
    """s2: the variance about a smooth course, from each year's distance to the mean of its neighbours."""
    e = [(before + after) / 2 - at for before, at, after in zip(y, y[1:], y[2:], strict=False)]
    return 2 / 3 * mean(x * x for x in e) / (2 / 3 * (1.5 - 2 * RHO + 0.5 * RHO**2))


def own_freedom(n: int) -> float:
    """d, the effective degrees of freedom of `swing` over n years: 4.95 for 10, 2.6 for 6."""
    b = np.zeros((n - 2, n))
    for row in range(n - 2):
        b[row, row : row + 3] = 0.5, -1, 0.5
    ar = b.T @ b @ correlation(n)
    return float(np.trace(ar) ** 2 / np.trace(ar @ ar))


def inverse_trigamma(x: float) -> float:
    return brentq(lambda y: polygamma(1, y) - x, 1e-8, 1e8)


@dataclass(frozen=True)
class Noise:
    """s0^2 as a function of log population, its degrees of freedom, and what it was made from."""

    coefficients: tuple[float, ...]
    shift: float
    freedom: float
    years: tuple[int, int]
    places: int
    sizes: tuple[float, float]  # the smallest and the largest population it was made from

    def variance(self, persons: float) -> float:
        x = np.log(min(max(persons, self.sizes[0]), self.sizes[1]))  # read as: no parabola is trusted outside
        a, b, c = self.coefficients
        return float(np.exp(a + b * x + c * x * x + self.shift))


def pooled_noise(pairs: list[tuple[float, float]], years: list[int]) -> Noise:
    """The pool's noise from (population, s2) of each municipality: limma's fitFDist with a trend in population."""
    d = own_freedom(len(years))
    x = np.log([persons for persons, _ in pairs])
    e = np.log([s2 for _, s2 in pairs]) - digamma(d / 2) + np.log(d / 2)
    design = np.column_stack([np.ones_like(x), x, x * x])
    coefficients = np.linalg.lstsq(design, e, rcond=None)[0]
    residuals = e - design @ coefficients
    low, high = np.quantile(residuals, [0.02, 0.98])
    spread = 1.08 * float(np.var(np.clip(residuals, low, high), ddof=1))
    extra = spread - float(polygamma(1, d / 2))
    d0 = min(200.0, 2 * inverse_trigamma(extra)) if extra > 0 else 200.0
    shift = float(digamma(d0 / 2) - np.log(d0 / 2))
    persons = [people for people, _ in pairs]
    return Noise(tuple(coefficients), shift, d0, (years[0], years[-1]), len(pairs), (min(persons), max(persons)))


def persons_at(world: World, place: str, last: int) -> float | None:
    """The latest population of both sexes at or before a year."""
    for year in range(last, last - 30, -1):
        if (place, year, "T") in world.population:
            return world.population[place, year, "T"]
    return None


Course = Callable[[str, list[int]], list[float]]  # a municipality's values over years on the scale, or Refused


def pool(world: World, course: Course, years: list[int]) -> list[tuple[float, float]]:
    """(population, s2) of the municipalities that have the years whole."""
    pairs = []
    for place in world.municipalities:
        try:
            s2 = swing(course(place, years))
        except Refused:
            continue
        persons = persons_at(world, place, years[-1])
        if s2 > 1e-20 and persons:
            pairs.append((persons, s2))
    return pairs


def noise_for(world: World, key: tuple, course: Course, years: list[int], breaks: tuple[int, ...]) -> Noise:
    """The pool's noise over a window; where fewer than 40 have it, over the latest window that 40 have."""

    def of(window: list[int]) -> Noise | None:
        pairs = pool(world, course, window)
        return pooled_noise(pairs, window) if len(pairs) >= POOL else None

    def other() -> Noise | None:
        for last in range(world.edition, world.edition - 20, -1):  # read as: the latest end, then the longest
            for length in range(LONGEST, SHORTEST - 1, -1):
                window = list(range(last - length + 1, last + 1))
                if len(stretches(window, breaks)) == 1:
                    noise = world.once((*key, tuple(window)), lambda window=window: of(window))
                    if noise is not None:
                        return noise
        return None

    noise = world.once((*key, tuple(years)), lambda: of(years)) or world.once((*key, "other"), other)
    if noise is None:
        raise Refused("too_little_to_compare_with")
    return noise


def moderated(world: World, noise: Noise, place: str, y: list[float], last: int) -> tuple[float, float]:
    """The place's own variance drawn towards that of municipalities of its size, and its degrees of freedom."""
    persons = persons_at(world, place, last)
    if persons is None:
        raise Refused("no_population")
    d, d0 = own_freedom(len(y)), noise.freedom
    return (d0 * noise.variance(persons) + d * swing(y)) / (d0 + d), d0 + d


# Direction.


def weights(years: list[int]) -> np.ndarray:
    """c: the slope of least squares is the sum of c times y."""
    x = np.array(years, float) - mean(years)
    return x / float(x @ x)


def slope(years: list[int], y: list[float]) -> float:
    return float(weights(years) @ np.array(y))


def slope_test(years: list[int], y: list[float], variance: float, freedom: float) -> tuple[float, float]:
    """Slope a year and its two-sided p."""
    c = weights(years)
    b = slope(years, y)
    error = np.sqrt(variance * float(c @ correlation(len(y)) @ c))
    return b, float(2 * student.sf(abs(b) / error, freedom))


def same_sign_without_any(years: list[int], y: list[float]) -> bool:
    signs = {np.sign(slope(years[:i] + years[i + 1 :], y[:i] + y[i + 1 :])) for i in range(len(years))} | {
        np.sign(slope(years, y))
    }
    return len(signs) == 1


def has_turned(years: list[int], y: list[float], variance: float, freedom: float) -> bool:
    if len(years) < 8:
        return False
    before, p_before = slope_test(years[:-3], y[:-3], variance, freedom)
    after, p_after = slope_test(years[-4:], y[-4:], variance, freedom)
    return before * after < 0 and p_before < P_TURN and p_after < P_TURN


def printed(value: float, decimals: int) -> float:
    """The value as it is printed: half away from zero."""
    return float(np.floor(abs(value) * 10**decimals + 0.5 + 1e-9) / 10**decimals * np.sign(value))


def direction(world: World, indicator: str, place: str, sex: str = "T") -> Direction:
    measure = world.measures[indicator]
    cells = world.cells(indicator, sex, place)
    years: list[int] = []
    try:
        years = window_of(cells, measure, world.edition)
        y, cases = scaled(world, indicator, sex, place, years)

        course: Course = lambda other, window: held(world, indicator, sex, other, window)[0]  # noqa: E731
        noise = noise_for(world, ("direction", indicator, sex), course, years, measure.breaks)
        variance, freedom = moderated(world, noise, place, y, years[-1])
    except Refused as refused:
        first, last = (years[0], years[-1]) if years else (None, None)
        return Direction("not_judged", str(refused), first, last)
    if cases is not None:
        variance = max(variance, 1 / cases)
    b, p = slope_test(years, y, variance, freedom)
    first, last = (printed(cells[year][0], measure.decimals) for year in (years[0], years[-1]))
    different = (last > first) if b > 0 else (last < first)  # read as: no page says that 11 is less than 10
    if has_turned(years, y, variance, freedom):
        name = "turned"
    elif p < P_ARROW and same_sign_without_any(years, y) and different:
        name = "decreased" if b < 0 else "increased"
    else:
        name = "no_movement"
    return Direction(name, "", years[0], years[-1], p, b, noise.years, noise.places)
