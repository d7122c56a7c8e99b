"""Prints how often the rules err: arrows on flat series, arrows and differences on real ones in the years after.

Run: python benchmarks/false_alarms.py (some minutes; the same numbers every time). Three parts.

* Flat series of made-up municipalities that get an arrow, with years that depend on each other (AR 0 to 0.6), and
  falling ones that do: 290 places, as many and as large as the real ones, noise that falls with size and differs
  between places of one size as it does in the real measures.
* Arrows on every real series: an arrow of the window that ends in year Y says on which side of the window's first
  year the place is ("har minskat mellan 2013 och 2020"); it stands when the value of Y + 2 is still on that side.
* Differences against riket: one that is decided in year Y has turned round when the value of the year after (of a
  survey: the next time that does not overlap, at most two years later) is on riket's other side. A survey that pools
  four years is counted by itself.

With --store the rates go to data/catalog/method/false_alarms.csv, from where the page *Metod* prints them: do so
whenever the rule or the snapshot changes.
"""

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from lagesbild.catalog.load import load_catalog
from lagesbild.paths import project_paths
from lagesbild.sources.raw import load_places
from lagesbild.tidy.build import table_at_hand
from lagesbild.tidy.schema import yearly

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import plain_comparison as comparison
import plain_rule as rule
from two_ways import real_world

World = rule.World
COUNTRY = "0000"
STORED = "method/false_alarms.csv"  # below data/catalog
ROUNDS = 20  # made-up pools of 290 for each world and measure
LAST, LENGTHS = 2022, (10, 6)  # the longest window and the shortest
CORRELATIONS, SLOPES = (0.0, 0.3, 0.5, 0.6), (2, 5, 10)
# The size of every 29th real municipality, smallest first, 2022; those between are drawn along the line.
SIZES = (2_400, 6_100, 8_600, 10_900, 13_100, 16_300, 21_500, 31_000, 45_000, 76_500, 985_000)
CLASSES = {"under 10 000": 0, "10 000–49 999": 10_000, "50 000 or more": 50_000}
MOST = {("flat", "AR 0.3", "all"): 0.5, ("flat", "AR 0.6", "all"): 5.0}  # percent
LEAST_STANDING, MOST_TURNED = 96.0, {"registers": 1.0, "surveys": 4.0}
SOON = 2  # years: a survey whose times of four pooled years do not overlap before has lived through real change


# What the rules say. ADAPTER: these three call the plain way of the tests and are all that knows how verdicts are
# made; the integrator points them at the product. Columns out: indicator, place, sex, and as named.


def arrows(world: World) -> pd.DataFrame:
    """`direction`, `first` and `last` of every series of a municipality."""
    return pd.DataFrame(
        [(i, p, s, d.direction, d.first, d.last) for i, s, p in series(world) if (d := rule.direction(world, i, p, s))],
        columns=["indicator", "place", "sex", "direction", "first", "last"],
    )


def register_differences(world: World) -> pd.DataFrame:
    """`verdict` against riket and its `year`, of every series of a register."""
    return pd.DataFrame(
        [
            (i, p, s, d.verdict, d.year)
            for i, s, p in series(world)
            if world.measures[i].survey is None and (d := comparison.register_difference(world, i, p, "country", s))
        ],
        columns=["indicator", "place", "sex", "verdict", "year"],
    )


def survey_differences(world: World, indicator: str, sex: str, year: int) -> pd.DataFrame:
    """`verdict` against riket in a year, with the number of answers that the latest years speak of."""
    return pd.DataFrame(
        [
            (indicator, p, sex, comparison.survey_difference(world, indicator, p, "country", sex, year).verdict, year)
            for p in world.municipalities
        ],
        columns=["indicator", "place", "sex", "verdict", "year"],
    )


def series(world: World) -> Iterator[tuple[str, str, str]]:
    """Indicator, sex and municipality of every series."""
    municipalities = set(world.municipalities)
    for (indicator, sex), places in world.values.items():
        yield from ((indicator, sex, place) for place in places if place in municipalities)


# Made-up municipalities.


@dataclass(frozen=True)
class Made:
    """A made-up measure. Its variance between years is `least` + `by_size` / population, on the rule's scale."""

    name: str
    measure: rule.Measure
    level: float  # on the scale
    least: float
    by_size: float
    freedom: float  # how alike the noise of places of one size is: d0


MADE = (
    Made("share", rule.Measure("percent"), np.log(0.12 / 0.88), 0.001, 200, 50),
    Made("rate, 1 000 per 100 000", rule.Measure("rate", 100_000, decimals=0), np.log(0.01), 0.003, 40, 30),
    Made("rate, 150 per 100 000", rule.Measure("rate", 100_000, decimals=0), np.log(0.0015), 0.005, 50, 20),
    Made("value", rule.Measure("other"), np.log(10), 0.0012, 30, 100),
)


def made_up_world(made: Made, length: int, correlation: float, slope: float, draw: np.random.Generator) -> World:
    """290 places with one measure; all fall by `slope` percent a year."""
    at = np.linspace(0, len(SIZES) - 1, 290)
    size = np.exp(np.interp(at, np.arange(len(SIZES)), np.log(SIZES))).round()
    variance = (made.least + made.by_size / size) * made.freedom / draw.chisquare(made.freedom, 290)
    noise = draw.standard_normal((290, length))
    for t in range(1, length):
        noise[:, t] = correlation * noise[:, t - 1] + np.sqrt(1 - correlation**2) * noise[:, t]
    level = made.level + draw.normal(0, 0.3, (290, 1))
    y = level + np.log(1 - slope / 100) * np.arange(length) + np.sqrt(variance)[:, None] * noise
    codes, years = [f"{9001 + n}" for n in range(290)], range(LAST - length + 1, LAST + 1)
    values: dict[str, dict[int, tuple[float, float | None]]] = {code: {} for code in codes}
    for n, code in enumerate(codes):
        for t, year in enumerate(years):
            value, count = float(np.exp(y[n, t])), None
            if made.measure.kind == "percent":
                value = 100 / (1 + 1 / value)
            if made.measure.per:
                count = float(draw.poisson(size[n] * value))
                value = count / size[n] * made.measure.per
            values[code][year] = (value, count)
    population = {(code, year, "T"): float(size[n]) for n, code in enumerate(codes) for year in years}
    return World({("made_up", "T"): values}, population, {"made_up": made.measure}, codes, edition=LAST)


Row = dict[str, object]


def row(table: str, world: str, measure: str, true: pd.Series) -> Row:
    return {"table": table, "world": world, "measure": measure, "percent": 100 * true.mean(), "of": len(true)}


def judged_made_up(made: Made, length: int, correlation: float, slope: float) -> pd.DataFrame:
    """The arrows of some rounds of one world, the judged ones, with each place's `size`."""
    rounds = []
    for n in range(ROUNDS if not slope else ROUNDS // 4):
        draw = np.random.default_rng([n, length, int(10 * correlation), int(slope), *made.name.encode()])
        world = made_up_world(made, length, correlation, slope, draw)
        found = arrows(world)
        size = found["place"].map({place: persons for (place, _, _), persons in world.population.items()})
        rounds.append(found.assign(size=size)[found["direction"] != "not_judged"])
    return pd.concat(rounds, ignore_index=True)


def flat_series() -> Iterator[Row]:
    """Arrows on flat series, and turns, for each dependence between years."""
    for length in LENGTHS:
        for correlation in CORRELATIONS:
            judged = {made.name: judged_made_up(made, length, correlation, 0) for made in MADE}
            for name, rows in {**judged, "all": pd.concat(judged.values())}.items():
                moved = rows["direction"].isin(["decreased", "increased", "turned"])
                yield row(
                    "flat" if length == LENGTHS[0] else f"flat, {length} years", f"AR {correlation:g}", name, moved
                )


def falling_series() -> Iterator[Row]:
    """Falling series that are called so, by size; years that depend on each other as the rule supposes (AR 0.3)."""
    for slope in SLOPES:
        judged = {made.name: judged_made_up(made, LENGTHS[0], 0.3, slope) for made in MADE}
        rows = pd.concat(judged.values())
        fell = rows["direction"] == "decreased"
        limits = [*CLASSES.values(), np.inf]
        for (name, low), high in zip(CLASSES.items(), limits[1:], strict=True):
            yield row("power", f"{slope} % a year", name, fell[(rows["size"] >= low) & (rows["size"] < high)])
        for name, of in judged.items():
            yield row("power", f"{slope} % a year", name, of["direction"] == "decreased")
        yield row("power", f"{slope} % a year", "all", fell)


# Real municipalities.


def repository_world(edition: int) -> World:
    """The repository's own figures, as an edition of a year has them."""
    paths = project_paths()
    catalog = load_catalog(paths)
    table = yearly(table_at_hand(paths, catalog).rows, catalog)
    return real_world(table, catalog, load_places(paths), edition)


def value_at(world: World, rows: pd.DataFrame, year: pd.Series) -> np.ndarray:
    """The value of each row's series in a year; NaN where there is none."""
    held = world.values
    return np.array(
        [
            held[indicator, sex].get(place, {}).get(int(at), (np.nan, None))[0] if pd.notna(at) else np.nan
            for indicator, sex, place, at in zip(rows["indicator"], rows["sex"], rows["place"], year, strict=True)
        ]
    )


def last_years(world: World) -> range:
    years = {year for places in world.values.values() for cells in places.values() for year in cells}
    return range(min(years) + rule.SHORTEST - 1, max(years) + 1)


def arrows_two_years_later(world: World) -> Iterator[Row]:
    """Arrows whose value two years after the window still stands on the claimed side of its first year."""
    found = []
    for year in last_years(world):
        rows = arrows(replace(world, edition=year, known={}))
        rows = rows[rows["direction"].isin(["decreased", "increased"]) & (rows["last"] == year)]
        sign = np.where(rows["direction"] == "decreased", -1, 1)
        moved = value_at(world, rows, rows["last"] + 2) - value_at(world, rows, rows["first"])
        known = ~np.isnan(moved) & ~broken(world, rows, 2)
        found.append(pd.DataFrame({"year": year, "sex": rows["sex"], "stands": sign * moved > 0})[known])
    of = pd.concat(found)
    for name, chosen in {"all": of, "both sexes together": of[of["sex"] == "T"]}.items():
        yield row("arrows two years later", "real series", name, chosen["stands"])
    for year, chosen in of.groupby("year"):
        yield row("arrows two years later", f"window to {year}", "all", chosen["stands"])


def broken(world: World, rows: pd.DataFrame, later: int) -> np.ndarray:
    """Where the definition changes in the years after the last one: nothing to compare with."""
    last = rows["last"] if "last" in rows else rows["year"]
    return np.array(
        [
            any(year < cut <= year + later for cut in world.measures[indicator].breaks)
            for indicator, year in zip(rows["indicator"], last, strict=True)
        ],
        dtype=bool,
    )


def turned_round(world: World, rows: pd.DataFrame, after: pd.Series) -> pd.DataFrame:
    """The decided ones of `rows`, with `turned`: the value of the year `after` is on riket's other side."""
    chosen = rows["verdict"].isin(["lower", "higher"])
    decided, then = rows[chosen], after[chosen]
    sign = np.where(decided["verdict"] == "lower", -1, 1)
    apart = value_at(world, decided, then) - value_at(world, decided.assign(place=COUNTRY), then)
    known = ~np.isnan(apart)
    return decided.assign(turned=sign * apart < 0)[known]


def differences_a_year_later(world: World) -> Iterator[Row]:
    """Decided differences against riket that have turned round the year after, registers and surveys."""
    registers = []
    for year in last_years(world):
        rows = register_differences(replace(world, edition=year, known={}))
        rows = rows[(rows["year"] == year) & (rows["verdict"] != "unknown")].reset_index(drop=True)
        rows = rows[~broken(world, rows, 1)].reset_index(drop=True)
        yield row("decided against riket", f"{year}", "registers", rows["verdict"] != "within")
        registers.append(turned_round(world, rows, rows["year"] + 1))
    surveys = []
    for (indicator, sex), places in world.values.items():
        measure = world.measures[indicator]
        years = sorted({year for cells in places.values() for year in cells})
        for year in years if measure.survey else []:
            later = [y for y in years if y >= year + max(1, measure.years_pooled)]
            if later:
                rows = survey_differences(world, indicator, sex, year)
                surveys.append(turned_round(world, rows, pd.Series(later[0], rows.index)).assign(then=later[0]))
    of = pd.concat(surveys)
    soon = of["then"] - of["year"] <= SOON
    named = {"registers": pd.concat(registers), "surveys": of[soon], "surveys, asked later": of[~soon]}
    for name, chosen in named.items():
        yield row("turned round a year later", "real series", name, chosen["turned"])
        for year, of_year in chosen.groupby(chosen["year"].astype(int)):
            yield row("turned round a year later", f"{year}", name, of_year["turned"])


# What is printed, held and stored.

PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "flat": flat_series,
    "falling": falling_series,
    "arrows": lambda: arrows_two_years_later(repository_world(9999)),
    "differences": lambda: differences_a_year_later(repository_world(9999)),
}


def failures(rows: list[Row]) -> Iterator[str]:
    """The rates that are not what they must be."""
    for at in rows:
        percent, name = (
            float(str(at["percent"])),
            f"{at['table']}, {at['world']}, {at['measure']}: {at['percent']:.2f} %",
        )
        if percent > MOST.get((str(at["table"]), str(at["world"]), str(at["measure"])), 100):
            yield name
        if at["world"] == "real series":
            if at["table"] == "arrows two years later" and percent < LEAST_STANDING:
                yield name
            if at["table"] == "turned round a year later" and percent > MOST_TURNED.get(str(at["measure"]), 100):
                yield name


def rule_in_force() -> str:
    """The rule's thresholds in one line: the stored rates name the rule that they were made with by it."""
    return (
        f"p<{rule.P_ARROW} over {rule.SHORTEST}-{rule.LONGEST} years against {rule.POOL} or more, rho {rule.RHO}; "
        f"p<{comparison.P_DIFFERENT} and z>{comparison.Z_DIFFERENT} against riket"
    )


def store(rows: list[Row]) -> Path:
    """Writes the rates with what they belong to: the rule in force and the date."""
    path = project_paths().catalog / STORED
    belongs = {"made": datetime.now(UTC).date().isoformat(), "rule": rule_in_force()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], *belongs], lineterminator="\n")
        writer.writeheader()
        writer.writerows(at | {"percent": f"{at['percent']:.2f}"} | belongs for at in rows)
    return path


def main() -> int:
    """Prints the tables; 1 when a rate is not what it must be."""
    rows = []
    for part in PARTS.values():
        for at in part():
            print(
                f"{at['table']:26} {at['world']:16} {at['measure']:26} {at['percent']:7.2f} % of {at['of']:,}",
                flush=True,
            )
            rows.append(at)
    wrong = list(failures(rows))
    print("\n".join(f"NOT HELD: {line}" for line in wrong) or "\nall rates are as they must be")
    if "--store" in sys.argv[1:]:
        print(f"written: {store(rows)}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
