"""Prints how often the trend rule calls flat series a trend, and how often it finds real slopes.

Run: python benchmarks/false_alarms.py (some minutes; the same numbers every time). The aim is at most 1 %
false alarms for independent years. With --store the rates go to data/catalog/method/false_alarms.csv, from where the
page *Metod* prints them: do so whenever the rule changes. Every series goes through `trends_of`, the way that the
product's do. Extra variation is real variation between years, in percent of the level, on top of chance; under AR(1)
it carries over to the next year.
"""

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from lagesbild.paths import project_paths
from lagesbild.statistics.trends import FEWEST, FEWEST_WEAK, MOST, P_CLEAR, P_WEAK, Kind, TrendContext, trends_of

SERIES = 10_000  # a rate of 1 % is then known to 0.2 either way
EXTRA = (0, 1, 3, 5)
SLOPES = (1, 2, 5, 10)
EDITION = 2024
POPULATION = 130_000
AIM = 1.0  # percent
STORED = "method/false_alarms.csv"  # below data/catalog


@dataclass(frozen=True)
class Made:
    """A kind of made-up series: its name, the rule's kind, its length, and what is published of a level."""

    name: str
    kind: Kind
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
    *(Made(f"register share of 300, {n} years", "share", n, share_of_300) for n in (10, 5)),
    *(
        Made(f"register, {mean:,} cases, {n} years", "rate", n, cases_of(mean))
        for mean in (50, 500, 11_000)
        for n in (10, 5)
    ),
    Made("survey share of 300, 5 years", "survey", 5, survey_of_300),
]
WEAK = Made("weak rule, value alone, 10 years", "register", 10, value_alone)


@dataclass(frozen=True)
class World:
    """How levels move: extra variation and slope in percent, correlation from year to year."""

    extra: float = 0.0
    slope: float = 0.0
    correlation: float = 0.0


def called_a_trend(kind: Made, world: World) -> float:
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


@dataclass(frozen=True)
class Table:
    """One printed table: the kinds are its rows, the worlds its columns."""

    name: str  # as the stored rates name it
    title: str
    kinds: list[Made]
    worlds: list[World]


TABLES = [
    Table("independent", "False alarms, independent years", KINDS, [World(e) for e in EXTRA]),
    Table("weak", "False alarms of the weak rule (held to 5 %, printed as weak)", [WEAK], [World(e) for e in EXTRA]),
    Table(
        "dependent",
        "False alarms, years that depend on each other",
        [*KINDS, WEAK],
        [World(e, 0, c) for c in (0.3, 0.6) for e in (3, 5)],
    ),
    *(
        Table(
            "power",
            f"Power: falling series found, extra variation {e} %",
            [*KINDS, WEAK],
            [World(e, s) for s in SLOPES],
        )
        for e in (0, 3)
    ),
]


def shown(world: World) -> str:
    """A column's heading: "extra 3 %", "AR 0.3, extra 3 %" or "2 % a year"."""
    if world.slope:
        return f"{world.slope:g} % a year"
    return (f"AR {world.correlation}, " if world.correlation else "") + f"extra {world.extra:g} %"


def rates_of(table: Table) -> list[dict[str, object]]:
    """Prints the table and returns its rates, one row each, as they are stored."""
    print(f"\n{table.title}\n{'':34}" + "".join(f"{shown(world):>18}" for world in table.worlds))
    rows = []
    for kind in table.kinds:
        rates = [called_a_trend(kind, world) for world in table.worlds]
        print(f"{kind.name:34}" + "".join(f"{rate:17.2f}%" for rate in rates), flush=True)
        for world, rate in zip(table.worlds, rates, strict=True):
            rows.append({"table": table.name, "series": kind.name, **vars(world), "percent": f"{rate:.2f}"})
    return rows


def rule_in_force() -> str:
    """The rule's thresholds in one line: the stored rates name the rule that they were made with by it."""
    return f"p<{P_CLEAR} over {FEWEST}-{MOST} points; weak p<{P_WEAK} over {FEWEST_WEAK}-{MOST}"


def store(rates: list[dict[str, object]]) -> Path:
    """Writes the rates with what they belong to: the rule in force, the number of series, the date."""
    path = project_paths().catalog / STORED
    belongs = {"simulated": SERIES, "rule": rule_in_force(), "made": datetime.now(UTC).date().isoformat()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rates[0], *belongs], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rate | belongs for rate in rates)
    return path


def main() -> int:
    """Prints the tables; 1 when flat independent series are called trends more often than the aim allows."""
    rates = [rate for table in TABLES for rate in rates_of(table)]
    worst = max(float(rate["percent"]) for rate in rates if rate["table"] == "independent")
    print(f"\nlargest false alarm rate for independent years: {worst:.2f} % (aim: at most {AIM:g} %)")
    if "--store" in sys.argv[1:]:
        print(f"written: {store(rates)}")
    return int(worst > AIM)


if __name__ == "__main__":
    sys.exit(main())
