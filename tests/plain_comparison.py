"""Differences, surveys and ranks a second time: plain loops, written from the text of the rule; see `plain_rule.py`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import fmean as mean
from statistics import median

import numpy as np
from scipy.stats import t as student

from plain_rule import COUNTRY, Refused, World, counts_of, held, moderated, noise_for, printed, window_of

P_DIFFERENT, Z_DIFFERENT = 0.01, 2.576
FEWEST_RANKED, RANKED_CASES = 145, 10


@dataclass(frozen=True)
class Difference:
    verdict: str  # lower, higher, within or unknown
    reason: str = ""
    year: int | None = None
    difference: float | None = None  # on the rule's scale; of shares in percentage points
    error: float | None = None
    t: float | None = None  # z for surveys
    df: float | None = None


@dataclass(frozen=True)
class Rank:
    rank: int | None = None
    n: int = 0
    quartile: int | None = None
    refusal: str = ""


def tried(work: Callable[[], object]) -> object:
    """What `work` gives, or why it was refused."""
    try:
        return work()
    except Refused as refused:
        return refused


# Differences of registers: D = y[place] - y[other], held against how much such differences use to swing.


def other_side(world: World, against: str, place: str) -> str | list[str]:
    """Against "country", "county" or "group": a code, or the codes of those whose mean it is; else a place's code."""
    if against == "county":
        county = world.county.get(place, [])
        if sum(world.county.get(m) == county for m in world.municipalities) < 2:
            raise Refused("county_of_one")
        return county
    if against == "group":
        return world.groups.get(place, [])
    return COUNTRY if against == "country" else against


def reference(
    world: World, indicator: str, sex: str, other: str | list[str], years: list[int]
) -> tuple[list[float], float | None]:
    """The other side's y, of a group the mean over the members that have the window whole; and its Poisson variance."""
    if isinstance(other, str):
        y, cases = held(world, indicator, sex, other, years)
        return y, 1 / cases if cases is not None else None
    courses, poisson = [], []
    for member in other:
        try:
            y, cases = held(world, indicator, sex, member, years)
        except Refused:  # read as: a member that the rule refuses is not in the mean
            continue
        courses.append(y)
        poisson.append(1 / cases if cases is not None else None)
    if len(courses) < 4:
        raise Refused("too_few_members")
    variance = None if None in poisson else sum(v for v in poisson if v is not None) / len(poisson) ** 2
    return [mean(at) for at in zip(*courses, strict=True)], variance


def common_years(world: World, indicator: str, sex: str, place: str, other: str | list[str]) -> list[int]:
    """The years with a value on both sides: of a group, of at least four members."""
    own = list(world.cells(indicator, sex, place))
    if isinstance(other, str):
        return [year for year in own if year in world.cells(indicator, sex, other)]
    return [year for year in own if sum(year in world.cells(indicator, sex, member) for member in other) >= 4]


def against(
    world: World, indicator: str, sex: str, place: str, what: str, years: list[int]
) -> tuple[list[float], float, float, float]:
    """D over the years, its moderated variance, the degrees of freedom, and its Poisson variance (0: not known)."""

    def apart(municipality: str, window: list[int]) -> list[float]:
        y, _ = held(world, indicator, sex, municipality, window)
        side = other_side(world, what, municipality)
        z = world.once(
            ("reference", indicator, sex, str(side), tuple(window)),
            lambda: tried(lambda: reference(world, indicator, sex, side, window)[0]),
        )
        if isinstance(z, Refused):
            raise z
        return [a - b for a, b in zip(y, z, strict=True)]

    d = apart(place, years)
    noise = noise_for(world, (what, indicator, sex), apart, years, world.measures[indicator].breaks)
    variance, freedom = moderated(world, noise, place, d, years[-1])
    cases = held(world, indicator, sex, place, years)[1]
    poisson = reference(world, indicator, sex, other_side(world, what, place), years)[1]
    return d, variance, freedom, 1 / cases + poisson if cases is not None and poisson is not None else 0.0


def register_difference(world: World, indicator: str, place: str, what: str, sex: str = "T") -> Difference:
    """The last common year against the country, county, group or one other place (its code)."""
    try:
        measure, side = world.measures[indicator], other_side(world, what, place)
        if what in ("country", "county", "group"):
            years = window_of(common_years(world, indicator, sex, place, side), measure, world.edition)
            d, variance, freedom, poisson = against(world, indicator, sex, place, what, years)
        else:
            both = set(common_years(world, indicator, sex, place, what))
            years = window_of(both & set(world.cells(indicator, sex, COUNTRY)), measure, world.edition)
            own = against(world, indicator, sex, place, "country", years)
            others = against(world, indicator, sex, what, "country", years)
            d = [a - b for a, b in zip(own[0], others[0], strict=True)]
            variance, freedom = own[1] + others[1], min(own[2], others[2])
            cases = [held(world, indicator, sex, code, years)[1] for code in (place, what)]
            poisson = 0.0 if None in cases else sum(1 / c for c in cases if c is not None)
    except Refused as refused:
        return Difference("unknown", str(refused))
    found = decided(years[-1], d[-1], max(variance, poisson), freedom)
    # Read as: no page says "higher" beside a mean of published values that is higher still.
    return (
        found
        if d[-1] * printed_difference(world, indicator, sex, place, side, years) > 0
        else replace(found, verdict="within")
    )


def printed_difference(
    world: World, indicator: str, sex: str, place: str, other: str | list[str], years: list[int]
) -> float:
    """The printed value less the other's; of a group the mean of the members whose y the rule takes too."""
    codes = [other] if isinstance(other, str) else [m for m in other if took_part(world, indicator, sex, m, years)]
    values = [world.cells(indicator, sex, code)[years[-1]][0] for code in codes]
    decimals = world.measures[indicator].decimals
    return printed(world.cells(indicator, sex, place)[years[-1]][0], decimals) - printed(mean(values), decimals)


def took_part(world: World, indicator: str, sex: str, place: str, years: list[int]) -> bool:
    return not isinstance(tried(lambda: held(world, indicator, sex, place, years)), Refused)


def decided(year: int, d: float, variance: float, freedom: float) -> Difference:
    ratio = float(d / np.sqrt(variance))
    name = "within"
    if 2 * student.sf(abs(ratio), freedom) < P_DIFFERENT:
        name = "lower" if ratio < 0 else "higher"
    return Difference(name, "", year, d, float(np.sqrt(variance)), ratio, freedom)


def gap(world: World, indicator: str, place: str) -> Difference:
    """Women's y less men's in the last common year, held against how much that gap uses to swing."""
    measure = world.measures[indicator]

    def apart(municipality: str, window: list[int]) -> list[float]:
        women, men = (held(world, indicator, sex, municipality, window)[0] for sex in "KM")
        return [k - m for k, m in zip(women, men, strict=True)]

    try:
        both = set(world.cells(indicator, "K", place)) & set(world.cells(indicator, "M", place))
        years = window_of(both, measure, world.edition)
        d = apart(place, years)
        noise = noise_for(world, ("gap", indicator), apart, years, measure.breaks)
        variance, freedom = moderated(world, noise, place, d, years[-1])
    except Refused as refused:
        return Difference("unknown", str(refused))
    cases = [held(world, indicator, sex, place, years)[1] for sex in "KM"]
    poisson = 0.0 if None in cases else sum(1 / c for c in cases if c is not None)
    found = decided(years[-1], d[-1], max(variance, poisson), freedom)
    women, men = (printed(world.cells(indicator, sex, place)[years[-1]][0], measure.decimals) for sex in "KM")
    return found if d[-1] * (women - men) > 0 else replace(found, verdict="within")


# Surveys: how many answers the spread of the changes speaks of, and the score test with them.


def latest_pair(world: World, indicator: str, sex: str) -> tuple[int, int]:
    """The latest two years that do not overlap."""
    years = sorted({year for place in world.municipalities for year in world.cells(indicator, sex, place)})
    if years:
        for year in reversed(years):
            if year <= years[-1] - max(1, world.measures[indicator].years_pooled):
                return year, years[-1]
    raise Refused("asked_once")


def size_class(world: World, place: str, limits: tuple[float, ...]) -> int:
    return sum(world.population[place, 2022, "T"] >= limit for limit in limits)


def changes(world: World, indicator: str, sex: str) -> dict[int, list[tuple[float, float]]]:
    """Size class -> (mean share, change) of each municipality asked twice, without shares of 0 and 1."""
    before, after = latest_pair(world, indicator, sex)
    limits = world.measures[indicator].limits
    classes: dict[int, list[tuple[float, float]]] = {size: [] for size in range(len(limits) + 1)}
    for place in world.municipalities:
        cells = world.cells(indicator, sex, place)
        if before in cells and after in cells and (place, 2022, "T") in world.population:
            p, q = cells[before][0] / 100, cells[after][0] / 100
            if 0 < p < 1 and 0 < q < 1:
                classes[size_class(world, place, limits)].append(((p + q) / 2, q - p))
    return classes


def answers(world: World, indicator: str, sex: str) -> dict[int, float]:
    """n_eff of one question by size class.

    A class in which fewer than 15 took part in the survey twice is worked out together with its neighbours; so read,
    the published numbers of women and men come out too.
    """
    classes = changes(world, indicator, sex)
    taking_part = world.once(("twice", world.measures[indicator].survey, sex), lambda: twice(world, indicator, sex))
    result = {}
    for size in classes:
        low, high = size, size
        while sum(taking_part[low : high + 1]) < 15 and (low > 0 or high < len(classes) - 1):
            if high < len(classes) - 1:
                high += 1
            else:
                low -= 1
        asked = [each for at in range(low, high + 1) for each in classes[at]]
        shift = median(change for _, change in asked) if asked else 0
        swing2 = mean((change - shift) ** 2 for _, change in asked) if asked else 0
        if swing2 > 0:
            result[size] = 2 * mean(p * (1 - p) for p, _ in asked) / swing2
    return result


def twice(world: World, indicator: str, sex: str) -> list[int]:
    """How many of each class took part twice, in the question of the survey that most were asked."""
    survey = world.measures[indicator].survey
    questions = [i for i, m in world.measures.items() if m.survey == survey and (i, sex) in world.values]
    asked = [tried(lambda i=i: changes(world, i, sex)) for i in questions]
    known = [classes for classes in asked if isinstance(classes, dict)]
    return [max(len(classes[size]) for classes in known) for size in known[0]]


def effective(world: World, indicator: str, sex: str, place: str) -> float:
    """The n_eff in force: the first quartile over the survey's questions, or the question's own where that is lower."""
    survey = world.measures[indicator].survey
    size = size_class(world, place, world.measures[indicator].limits)

    def of_survey() -> list[dict[int, float]]:
        questions = [i for i, m in world.measures.items() if m.survey == survey and (i, sex) in world.values]
        tables = [tried(lambda i=i: answers(world, i, sex)) for i in questions]
        return [table for table in tables if isinstance(table, dict)]

    own = world.once(("answers", indicator, sex), lambda: tried(lambda: answers(world, indicator, sex)))
    if isinstance(own, Refused):
        raise own
    of_all = [table[size] for table in world.once(("survey", survey, sex), of_survey) if size in table]
    if size not in own:
        raise Refused("no_estimate")
    return min(float(np.quantile(of_all, 0.25)), own[size], world.measures[indicator].most_answers)


def survey_difference(
    world: World, indicator: str, place: str, what: str, sex: str = "T", year: int | None = None
) -> Difference:
    """The score test against the country (its own error taken as 0), or the pooled test of two places.

    Of the last common year; or of a `year`, with the number of answers that the latest years speak of.
    """
    try:
        code = other_side(world, what, place)
        if not isinstance(code, str):
            raise Refused("mean_of_places")
        years = [y for y in common_years(world, indicator, sex, place, code) if year is None or y == year]
        if not years:
            raise Refused("no_value")
        p, q = (world.cells(indicator, sex, at)[years[-1]][0] / 100 for at in (place, code))
        n = effective(world, indicator, sex, place)
        if code == COUNTRY:
            variance = q * (1 - q) / n
        else:
            m = effective(world, indicator, sex, code)
            share = (n * p + m * q) / (n + m)
            variance = share * (1 - share) * (1 / n + 1 / m)
        if variance == 0:
            raise Refused("all_or_none")
    except Refused as refused:
        return Difference("unknown", str(refused))
    z = (p - q) / np.sqrt(variance)
    own, other = (printed(100 * share, world.measures[indicator].decimals) for share in (p, q))
    verdict = ("lower" if z < 0 else "higher") if abs(z) > Z_DIFFERENT and own != other else "within"
    return Difference(verdict, "", years[-1], 100 * (p - q), 100 * np.sqrt(variance), z)


def survey_change(world: World, indicator: str, place: str, sex: str = "T") -> Difference:
    """The change between the two latest times, held against the shift that all places share."""
    try:
        before, after = latest_pair(world, indicator, sex)
        cells = world.cells(indicator, sex, place)
        if before not in cells or after not in cells:
            raise Refused("asked_once")
        p, q = cells[before][0] / 100, cells[after][0] / 100
        shift = median(change for size in changes(world, indicator, sex).values() for _, change in size)
        share = (p + q) / 2
        error = np.sqrt(2 * share * (1 - share) / effective(world, indicator, sex, place))
    except Refused as refused:
        return Difference("unknown", str(refused))
    z = (q - p - shift) / error
    verdict = ("lower" if z < 0 else "higher") if abs(z) > Z_DIFFERENT else "within"
    return Difference(verdict, "", after, 100 * (q - p - shift), 100 * error, z)


# Rank among the municipalities.


def rank(world: World, indicator: str, place: str, year: int, sex: str = "T") -> Rank:
    """1 is best, ties share the best; class 1 of 4 is best. Or why there is none."""
    measure = world.measures[indicator]

    def of_year() -> tuple[dict[str, float], list[float]]:
        cells = {m: world.cells(indicator, sex, m).get(year) for m in world.municipalities}
        values = {m: cell[0] for m, cell in cells.items() if cell is not None}
        counts = [counts_of(world, indicator, sex, m, [year]) for m in values]
        return values, [found[0][0] for found in counts if found is not None]

    values, known = world.once(("rank", indicator, sex, year), of_year)
    n = len(values)
    if measure.better == "neither":
        return Rank(n=n, refusal="no_direction")
    if n < FEWEST_RANKED:
        return Rank(n=n, refusal="too_few_places")
    if known and median(known) < RANKED_CASES:
        return Rank(n=n, refusal="too_few_cases")
    if place not in values:
        return Rank(n=n, refusal="no_value")
    sign = -1 if measure.better == "higher" else 1
    r = 1 + sum(sign * value < sign * values[place] for value in values.values())
    return Rank(r, n, 5 - -(-(n + 1 - r) * 4 // n))
