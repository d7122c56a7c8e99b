"""Prints how often the trend rule calls flat series a trend, and how often it finds real slopes.

Run: python benchmarks/false_alarms.py (some minutes; the same numbers every time). The aim is at most 1 %
false alarms for independent years. Every series goes through `trends_of`, the way that the product's do.
Extra variation is real variation between years, in percent of the level, on top of chance; under AR(1) it
carries over to the next year.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.trends import TrendContext, trends_of

SERIES = 10_000  # a rate of 1 % is then known to 0.2 either way
EXTRA = (0, 1, 3, 5)
SLOPES = (1, 2, 5, 10)
EDITION = 2024
POPULATION = 130_000
AIM = 1.0  # percent


@dataclass(frozen=True)
class Kind:
    """A kind of series: its name, the rule's kind, its length, and what is published of a level."""

    name: str
    kind: str
    years: int
    published: Callable[[np.ndarray, np.random.Generator], dict[str, np.ndarray]]


def share_of_300(level: np.ndarray, draw: np.random.Generator) -> dict[str, np.ndarray]:
    cases = draw.binomial(300, np.clip(0.5 * level, 0.001, 0.999))
    return {"value": cases / 3, "count": cases.astype(float)}


def survey_of_300(level: np.ndarray, draw: np.random.Generator) -> dict[str, np.ndarray]:
    share = share_of_300(level, draw)["value"]
    return {"value": share, "margin": 1.96 * np.sqrt(np.maximum(share * (100 - share), 1) / 300)}


def cases_of(mean: int) -> Callable[[np.ndarray, np.random.Generator], dict[str, np.ndarray]]:
    def published(level: np.ndarray, draw: np.random.Generator) -> dict[str, np.ndarray]:
        cases = draw.poisson(mean * np.clip(level, 0.01, None)).astype(float)
        return {
            "value": cases / POPULATION * 100_000,
            "count": cases,
            "population": np.full(len(cases), POPULATION),
        }

    return published


def value_alone(level: np.ndarray, draw: np.random.Generator) -> dict[str, np.ndarray]:
    return {"value": cases_of(11_000)(level, draw)["value"]}


KINDS = [
    *(Kind(f"register share of 300, {n} years", "share", n, share_of_300) for n in (10, 5)),
    *(
        Kind(f"register, {mean:,} cases, {n} years", "rate", n, cases_of(mean))
        for mean in (50, 500, 11_000)
        for n in (10, 5)
    ),
    Kind("survey share of 300, 5 years", "survey", 5, survey_of_300),
]
WEAK = Kind("weak rule, value alone, 10 years", "register", 10, value_alone)


@dataclass(frozen=True)
class World:
    """How levels move: extra variation and slope in percent, correlation from year to year."""

    extra: float = 0.0
    slope: float = 0.0
    correlation: float = 0.0


def called_a_trend(kind: Kind, world: World) -> float:
    """The percent of `SERIES` simulated series that get an arrow; in a world with a slope, the right one."""
    draw = np.random.default_rng([kind.years, *kind.name.encode(), *(int(10 * x) for x in vars(world).values())])
    noise = draw.standard_normal((SERIES, kind.years))
    for year in range(1, kind.years):
        kept = world.correlation * noise[:, year - 1]
        noise[:, year] = kept + np.sqrt(1 - world.correlation**2) * noise[:, year]
    level = (1 + world.extra / 100 * noise) * (1 - world.slope / 100 * np.arange(kind.years))
    table = pd.DataFrame(
        {
            "indicator": "made_up",
            "place": np.repeat([f"{n:05d}" for n in range(SERIES)], kind.years),
            "year": np.tile(np.arange(EDITION - kind.years + 1, EDITION + 1), SERIES),
            "month": 0,
            "sex": "T",
            "group": "",
            **kind.published(level.ravel(), draw),
        }
    )
    sign = trends_of(table, {"made_up": TrendContext(kind.kind, "lower", EDITION)})["sign"]
    return float(100 * (sign < 0 if world.slope else sign != 0).mean())


def show(title: str, kinds: list[Kind], worlds: dict[str, World]) -> float:
    """Prints a table of percents and returns the largest."""
    print(f"\n{title}\n{'':34}" + "".join(f"{name:>18}" for name in worlds))
    largest = 0.0
    for kind in kinds:
        rates = [called_a_trend(kind, world) for world in worlds.values()]
        largest = max(largest, *rates)
        print(f"{kind.name:34}" + "".join(f"{rate:17.2f}%" for rate in rates), flush=True)
    return largest


def main() -> int:
    """Prints four tables; 1 when flat independent series are called trends more often than the aim allows."""
    extra = {f"extra {e} %": World(e) for e in EXTRA}
    worst = show("False alarms, independent years", KINDS, extra)
    print(f"largest: {worst:.2f} % (aim: at most {AIM:g} %)")
    show("False alarms of the weak rule (held to 5 %, printed as weak)", [WEAK], extra)
    carried = {f"AR {c}, extra {e} %": World(e, 0, c) for c in (0.3, 0.6) for e in (3, 5)}
    show("False alarms, years that depend on each other", [*KINDS, WEAK], carried)
    for e in (0, 3):
        slopes = {f"{s} % a year": World(e, s) for s in SLOPES}
        show(f"Power: falling series found, extra variation {e} %", [*KINDS, WEAK], slopes)
    return int(worst > AIM)


if __name__ == "__main__":
    sys.exit(main())
