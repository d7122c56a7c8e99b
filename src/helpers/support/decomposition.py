"""What moved the supported share of the population: each type of support, and the population itself."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Decomposition:
    """The change in percentage points; `types` and `population` add up to it.

    `population` is above zero where a shrinking population alone raised the share.
    """

    change: float
    types: dict[str, float]
    population: float


def decomposition(
    before: Mapping[str, float], now: Mapping[str, float], population: tuple[float, float]
) -> Decomposition:
    """The exact split of the change of 100 * sum(types) / population between two years.

    Types first and population first are both possible orders and give different answers; this is the mean
    of all orders (Shapley 1953; Das Gupta 1993, Standardization and Decomposition of Rates), which for a
    sum over a base is the mean of the two: a type gives its change times the mean of 1/population, the
    population gives the change of 1/population times the mean of the totals.

    Raises ValueError for types that only one year has, for a missing value and for an empty population.
    """
    _refuse_unlike(before, now, population)
    inverse = 1 / population[0], 1 / population[1]
    mean_inverse = (inverse[0] + inverse[1]) / 2
    totals = sum(before.values()), sum(now.values())
    return Decomposition(
        change=100 * (totals[1] * inverse[1] - totals[0] * inverse[0]),
        types={name: 100 * (now[name] - before[name]) * mean_inverse for name in before},
        population=100 * (totals[0] + totals[1]) / 2 * (inverse[1] - inverse[0]),
    )


def decomposed(profile: pd.DataFrame, first: int, last: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """`place`, `part` (a type, or "population"), `points` for every place that can be split; and place ->
    why not.

    `profile` is what `profiles` gives. Only the types are split: where a published total holds more than
    they do, the rest is no part of the change shown.
    """
    years = profile[profile["year"].isin([first, last])]
    rows, left_out = [], {}
    for place, own in years.groupby("place"):
        sides = [_side(own[own["year"] == year]) for year in (first, last)]
        try:
            split = decomposition(sides[0][0], sides[1][0], (sides[0][1], sides[1][1]))
        except ValueError as error:
            left_out[str(place)] = str(error)
            continue
        parts = split.types | {"population": split.population}
        rows += [{"place": place, "part": part, "points": points} for part, points in parts.items()]
    return pd.DataFrame(rows, columns=["place", "part", "points"]), left_out


def _side(rows: pd.DataFrame) -> tuple[dict[str, float], float]:
    types = rows[rows["group"] != ""]
    return dict(zip(types["group"], types["value"], strict=True)), rows["population"].max()


def _refuse_unlike(before: Mapping[str, float], now: Mapping[str, float], population: tuple[float, float]) -> None:
    unlike = sorted(set(before) ^ set(now))
    if unlike or not before:
        raise ValueError(
            f"types in one year only: {', '.join(unlike) or 'none at all'}. Both years need the same types."
        )
    empty = sorted(name for name in before if pd.isna(before[name]) or pd.isna(now[name]))
    if empty:
        raise ValueError(f"no value for {', '.join(empty)}. A change with a missing part cannot be split.")
    if not (population[0] > 0 and population[1] > 0):
        raise ValueError(f"population {population[0]} and {population[1]}. Both years need one above zero.")
