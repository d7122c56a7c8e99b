"""Prints how often the rules err: on flat series and equal places, and on real ones in the years after.

Run: python benchmarks/false_alarms.py (two minutes; the same numbers every time). Its parts:

* Flat series of made-up municipalities that get an arrow, with years that depend on each other (AR 0 to 0.6), and
  falling ones that do: 290 places, as many and as large as the real ones, noise that falls with size and differs
  between places of one size. The noise is the rule's own model: normal, without outliers and breaks.
* Differences that are decided between equal places and a country that does not swing: nominally 1 %.
* Arrows on every real series: an arrow of the window that ends in year Y says on which side of the window's first
  year the place is ("har minskat mellan 2013 och 2020"); it stands when the value of Y + 2 is still on that side of
  that first year. The yardstick beside it: judged series without an arrow, and the side that their slope points to.
* Differences against riket: one that is decided in year Y has turned round when the value of the year after (of a
  survey: the next time that does not overlap, at most two years later) is on riket's other side. A survey that pools
  four years is counted by itself. Surveys are no independent trial: n_eff is as known today, estimated from the
  latest two rounds, and these are the rounds that most verdicts, all of 2021 among them, are tested with.

With --store the rates go to data/catalog/method/false_alarms.csv, from where the page *Metod* prints them: do so
whenever the rule or the snapshot changes.
"""

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.paths import project_paths
from lagesbild.places import COUNTRY
from lagesbild.rules.judgements import Setting, measured, setting_of
from lagesbild.sources.raw import load_places
from lagesbild.statistics.differences import P_DECIDED, Compared, Others, register_differences
from lagesbild.statistics.direction import P_MOVED, Direction, directions
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.noise import FEWEST, MOST, POOL, RHO
from lagesbild.statistics.panel import Populations, Scale, SeriesContext, panels, populations
from lagesbild.statistics.surveys import Z_DECIDED
from lagesbild.tidy.build import table_at_hand
from lagesbild.tidy.schema import RESTATED, current, yearly

STORED = "method/false_alarms.csv"  # below data/catalog
ROUNDS = 20  # made-up pools of 290 for each world and measure
LAST = 2022
LENGTHS = (MOST, FEWEST)  # the longest window and the shortest
CORRELATIONS, SLOPES = (0.0, 0.3, 0.5, 0.6), (2, 5, 10)
# The size of every 29th real municipality, smallest first, 2022; those between are drawn along the line.
SIZES = (2_400, 6_100, 8_600, 10_900, 13_100, 16_300, 21_500, 31_000, 45_000, 76_500, 985_000)
CLASSES = {"under 10 000": 0, "10 000–49 999": 10_000, "50 000 or more": 50_000}
MOST_FALSE = {  # percent
    ("flat", "AR 0.3", "all"): 0.5,
    ("flat", "AR 0.6", "all"): 5.0,
    ("flat, difference", "AR 0.3", "all"): 2.0,
}
LEAST_STANDING, MOST_TURNED = {"all": 96.0, "both sexes together": 96.0}, {"registers": 1.0, "surveys": 4.0}
SOON = 2  # years: a survey whose times of four pooled years do not overlap before has lived through real change
MOVED = (Direction.DECREASED, Direction.INCREASED)

# Made-up municipalities.


@dataclass(frozen=True)
class Made:
    """A made-up measure. Its variance between years is `least` + `by_size` / population, on the rule's scale."""

    name: str
    scale: Scale
    level: float  # on the scale
    least: float
    by_size: float
    freedom: float  # how alike the noise of places of one size is: d0


MADE = (
    Made("share", "percent", np.log(0.12 / 0.88), 0.001, 200, 50),
    Made("rate, 1 000 per 100 000", "rate", np.log(0.01), 0.003, 40, 30),
    Made("rate, 150 per 100 000", "rate", np.log(0.0015), 0.005, 50, 20),
    Made("value", "positive", np.log(10), 0.0012, 30, 100),
)


def places_by_size() -> pd.Series:
    """Code -> inhabitants of 290 made-up municipalities."""
    at = np.linspace(0, len(SIZES) - 1, 290)
    size = np.exp(np.interp(at, np.arange(len(SIZES)), np.log(SIZES))).round()
    return pd.Series(size, [f"{9001 + n}" for n in range(290)])


def made_up_rows(made: Made, length: int, correlation: float, slope: float, n: int, apart: float = 0.3) -> pd.DataFrame:
    """The years of one round's measure in every place; all fall by `slope` percent a year.

    `apart` is the standard deviation of the places' levels on the scale.
    """
    draw = np.random.default_rng([n, length, int(10 * correlation), int(slope), *made.name.encode()])
    size = places_by_size()
    persons = size.to_numpy()
    variance = (made.least + made.by_size / persons) * made.freedom / draw.chisquare(made.freedom, len(persons))
    noise = draw.standard_normal((len(persons), length))
    for t in range(1, length):
        noise[:, t] = correlation * noise[:, t - 1] + np.sqrt(1 - correlation**2) * noise[:, t]
    level = made.level + draw.normal(0, apart, (len(persons), 1))
    value = np.exp(level + np.log(1 - slope / 100) * np.arange(length) + np.sqrt(variance)[:, None] * noise)
    count = np.full(value.shape, np.nan)
    if made.scale == "percent":
        value = 100 / (1 + 1 / value)
    if made.scale == "rate":
        count = draw.poisson(persons[:, None] * value).astype(float)
        value = count / persons[:, None] * 100_000
    keys = pd.MultiIndex.from_product([size.index, made_up_years(length)], names=["place", "year"])
    frame = pd.DataFrame({"value": value.ravel(), "count": count.ravel()}, keys).reset_index()
    return frame.assign(indicator=f"round {n}", sex="T")


def made_up_years(length: int) -> range:
    return range(LAST - length + 1, LAST + 1)


def made_up_populations(size: pd.Series, length: int) -> Populations:
    """The same inhabitants every year; the country, where `size` has it, is no municipality."""
    years = made_up_years(length)
    keys = pd.MultiIndex.from_product([size.index, years], names=["place", "year"])
    people = pd.DataFrame({"value": np.repeat(size.to_numpy(), length)}, keys).reset_index().assign(sex="T")
    return populations(people, {place: place != COUNTRY for place in size.index}, years)


Row = dict[str, object]
SERIES = ["indicator", "sex", "place"]


def row(table: str, world: str, measure: str, true: pd.Series, of: pd.DataFrame | None = None) -> Row:
    """The share that is `true`; `of`: the real series that they are about, which come again in several years."""
    counted: Row = {"series": "", "measures": ""}
    if of is not None:
        counted = {"series": len(of[SERIES].drop_duplicates()), "measures": of["indicator"].nunique()}
    share = {"percent": 100 * true.mean(), "of": len(true)}
    return {"table": table, "world": world, "measure": measure, **share, **counted}


def judged_made_up(made: Made, length: int, correlation: float, slope: float) -> pd.DataFrame:
    """The judged directions of some rounds of one world, with each place's `size`."""
    rounds = ROUNDS if not slope else ROUNDS // 4
    rows = pd.concat([made_up_rows(made, length, correlation, slope, n) for n in range(rounds)], ignore_index=True)
    size = places_by_size()
    of = made_up_populations(size, length)
    contexts = dict.fromkeys(rows["indicator"].unique(), SeriesContext(made.scale, "neither", decimals=1))
    found = directions(panels(rows, contexts, of), LAST, set())
    found = found[found["direction"] != Direction.NOT_JUDGED]
    return found.assign(size=found["place"].map(size))


def flat_series() -> Iterator[Row]:
    """Arrows on flat series, and turns, for each dependence between years."""
    for length in LENGTHS:
        for correlation in CORRELATIONS:
            judged = {made.name: judged_made_up(made, length, correlation, 0) for made in MADE}
            for name, rows in {**judged, "all": pd.concat(judged.values())}.items():
                moved = rows["direction"].isin([*MOVED, Direction.TURNED])
                yield row(
                    "flat" if length == LENGTHS[0] else f"flat, {length} years", f"AR {correlation:g}", name, moved
                )


def equal_places(made: Made, correlation: float) -> pd.Series:
    """Whether each place of some rounds, all as high as a country that does not swing, is decided to differ from it."""
    size = places_by_size()
    size = pd.concat([size, pd.Series({COUNTRY: size.sum()})])
    country = pd.DataFrame({"place": COUNTRY, "year": made_up_years(MOST), "sex": "T"})
    level, people = float(np.exp(made.level)), float(size[COUNTRY])
    if made.scale == "rate":
        cases = np.round(people * level)
        country = country.assign(value=cases / people * 100_000, count=cases)
    else:
        country = country.assign(value=100 / (1 + 1 / level) if made.scale == "percent" else level, count=np.nan)
    each = (made_up_rows(made, MOST, correlation, 0, n, apart=0) for n in range(ROUNDS))
    rows = pd.concat([part for own in each for part in (own, country.assign(indicator=own["indicator"].iloc[0]))])
    members = np.full((len(size), 1), len(size) - 1)
    members[-1] = -1
    others, of = Others(COUNTRY, members), made_up_populations(size, MOST)
    contexts = dict.fromkeys(rows["indicator"].unique(), SeriesContext(made.scale, "neither", decimals=1))
    found = pd.concat(
        [pd.DataFrame(register_differences(panel, others, LAST)) for _, _, panel in panels(rows, contexts, of)]
    )
    judged = found[found["verdict"] != Compared.UNKNOWN]
    return judged["verdict"] != Compared.WITHIN


def equal_to_the_country() -> Iterator[Row]:
    """Differences that are decided where there is none, for each dependence between years."""
    for correlation in CORRELATIONS:
        decided = {made.name: equal_places(made, correlation) for made in MADE}
        for name, of in {**decided, "all": pd.concat(decided.values())}.items():
            yield row("flat, difference", f"AR {correlation:g}", name, of)


def falling_series() -> Iterator[Row]:
    """Falling series that are called so, by size; years that depend on each other as the rule supposes (AR 0.3)."""
    for slope in SLOPES:
        judged = {made.name: judged_made_up(made, LENGTHS[0], 0.3, slope) for made in MADE}
        rows = pd.concat(judged.values())
        fell = rows["direction"] == Direction.DECREASED
        limits = [*CLASSES.values(), np.inf]
        for (name, low), high in zip(CLASSES.items(), limits[1:], strict=True):
            yield row("power", f"{slope} % a year", name, fell[(rows["size"] >= low) & (rows["size"] < high)])
        for name, of in judged.items():
            yield row("power", f"{slope} % a year", name, of["direction"] == Direction.DECREASED)
        yield row("power", f"{slope} % a year", "all", fell)


# Real municipalities: what an edition of each year would have said, and what came after.


@dataclass(frozen=True)
class Real:
    """The repository's yearly rows of what may be compared, and how they are judged."""

    catalog: Catalog
    rows: pd.DataFrame
    setting: Setting
    values: pd.Series  # by indicator, sex, place and year
    restated: frozenset[str]  # indicators whose break is mended

    def at(self, rows: pd.DataFrame, year: pd.Series, place: str = "") -> np.ndarray:
        """The value of each row's series in a year, there or in another place; NaN where there is none."""
        keys = [rows["indicator"], rows["sex"], place or rows["place"], year]
        asked = pd.DataFrame(dict(zip(["indicator", "sex", "place", "year"], keys, strict=True)))
        return self.values.reindex(pd.MultiIndex.from_frame(asked)).to_numpy()

    def unbroken(self, rows: pd.DataFrame, first: pd.Series, last: pd.Series) -> np.ndarray:
        """Rows whose definition does not change between two years."""
        breaks = {
            name: [cut.year for cut in entry.standing_breaks(name in self.restated)]
            for name, entry in self.catalog.indicators.items()
        }
        triples = zip(rows["indicator"], first, last, strict=True)
        return np.array([not any(a < cut <= b for cut in breaks[name]) for name, a, b in triples], dtype=bool)

    @property
    def years(self) -> range:
        """The editions that can be looked at in hindsight."""
        return range(int(self.rows["year"].min()) + FEWEST - 1, int(self.rows["year"].max()) + 1)


@cache
def real() -> Real:
    paths = project_paths()
    catalog, places = load_catalog(paths), load_places(paths)
    table = current(table_at_hand(paths, catalog).rows)
    rows = yearly(table, catalog)
    rows = rows[~rows["indicator"].map({name: catalog.unit_of(name).counted for name in catalog.indicators})]
    people = yearly(table, catalog).query("indicator == 'population'")
    known = rows[usable(rows)].set_index(["indicator", "sex", "place", "year"])["value"]
    restated = frozenset(rows.loc[rows["status"] == RESTATED, "indicator"])
    setting = setting_of(table, yearly(table, catalog), catalog, places, int(rows["year"].max()))
    return Real(catalog, pd.concat([rows, people]).drop_duplicates(), setting, known, restated)


@cache
def judged_as_of(year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Directions and differences to riket of the edition of a year, with the surveys' n_eff as known today."""
    judged = measured(real().rows[real().rows["year"] <= year], replace(real().setting, year=year))
    to_country = judged.differences[judged.differences["other"] == COUNTRY]
    return judged.directions[judged.directions["sex"].isin(["T", "K", "M"])], to_country


def arrows_two_years_later() -> Iterator[Row]:
    """Arrows whose value two years after the window is still on the claimed side of the window's first year.

    "no arrow" is what that is worth: the same of judged series without one, on the side that their slope points to.
    """
    found = []
    for year in real().years:
        rows, _ = judged_as_of(year)
        rows = rows[rows["direction"].isin([*MOVED, Direction.NO_MOVEMENT]) & (rows["last_year"] == year)]
        arrow = rows["direction"].isin(MOVED)
        sign = np.where(arrow, np.where(rows["direction"] == Direction.DECREASED, -1, 1), np.sign(rows["slope"]))
        first, then = rows["first_year"].astype(int), rows["last_year"].astype(int) + 2
        moved = real().at(rows, then) - real().at(rows, first)
        known = ~np.isnan(moved) & (sign != 0) & real().unbroken(rows, first, then)
        found.append(rows[SERIES].assign(year=year, arrow=arrow, stands=sign * moved > 0)[known])
    every = pd.concat(found)
    of = every[every["arrow"]]
    named = {"all": of, "both sexes together": of[of["sex"] == "T"], "no arrow": every[~every["arrow"]]}
    for name, chosen in named.items():
        yield row("arrows two years later", "real series", name, chosen["stands"], chosen)
    for year, chosen in of.groupby("year"):
        yield row("arrows two years later", f"window to {year}", "all", chosen["stands"], chosen)


def differences_a_year_later() -> Iterator[Row]:
    """Decided differences against riket that have turned round the year after, registers and surveys."""
    found = []
    survey = {name: entry.kind == "survey" for name, entry in real().catalog.indicators.items()}
    pooled = {name: max(1, entry.years_pooled) for name, entry in real().catalog.indicators.items()}
    for year in real().years:
        _, rows = judged_as_of(year)
        rows = rows[(rows["year"] == year) & (rows["verdict"] != Compared.UNKNOWN)]
        decided = rows["verdict"] != Compared.WITHIN
        registers = ~rows["indicator"].map(survey)
        if registers.any():
            yield row("decided against riket", f"{year}", "registers", decided[registers], rows[registers])
        rows = rows[decided].reset_index(drop=True)
        then = next_time(rows, pooled)
        sign = np.where(rows["verdict"] == Compared.LOWER, -1, 1)
        apart = real().at(rows, then) - real().at(rows, then, COUNTRY)
        known = ~np.isnan(apart) & real().unbroken(rows, rows["year"], then)
        turned = rows[SERIES].assign(year=year, then=then, turned=sign * apart < 0)
        found.append(turned.assign(survey=rows["indicator"].map(survey))[known])
    of = pd.concat(found)
    soon = of["then"] - of["year"] <= SOON
    asked = of["survey"].astype(bool)
    named = {"registers": of[~asked], "surveys": of[asked & soon], "surveys, asked later": of[asked & ~soon]}
    for name, chosen in named.items():
        yield row("turned round a year later", "real series", name, chosen["turned"], chosen)
        for year, of_year in chosen.groupby("year"):
            yield row("turned round a year later", f"{year}", name, of_year["turned"], of_year)


def next_time(rows: pd.DataFrame, pooled: dict[str, int]) -> pd.Series:
    """The year after; of a survey the next time at which riket was asked that shares no year."""
    asked = {
        (name, sex): sorted(years)
        for (name, sex), years in real()
        .values.xs(COUNTRY, level="place")
        .reset_index()
        .groupby(["indicator", "sex"])["year"]
    }
    then = [
        next((y for y in asked.get((name, sex), []) if y >= year + pooled[name]), year + pooled[name])
        for name, sex, year in zip(rows["indicator"], rows["sex"], rows["year"], strict=True)
    ]
    return pd.Series(then, rows.index, dtype=int)


# What is printed, held and stored.

PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "flat": flat_series,
    "equal": equal_to_the_country,
    "falling": falling_series,
    "arrows": arrows_two_years_later,
    "differences": differences_a_year_later,
}


def failures(rows: list[Row]) -> Iterator[str]:
    """The rates that are not what they must be."""
    for at in rows:
        percent, name = (
            float(str(at["percent"])),
            f"{at['table']}, {at['world']}, {at['measure']}: {at['percent']:.2f} %",
        )
        if percent > MOST_FALSE.get((str(at["table"]), str(at["world"]), str(at["measure"])), 100):
            yield name
        if at["world"] == "real series":
            if at["table"] == "arrows two years later" and percent < LEAST_STANDING.get(str(at["measure"]), 0):
                yield name
            if at["table"] == "turned round a year later" and percent > MOST_TURNED.get(str(at["measure"]), 100):
                yield name


def rule_in_force() -> str:
    """The rule's thresholds in one line: the stored rates name the rule that they were made with by it."""
    return (
        f"p<{P_MOVED} over {FEWEST}-{MOST} years against {POOL} or more, rho {RHO}; "
        f"p<{P_DECIDED} and z>{Z_DECIDED} against riket"
    )


def stored(at: Row) -> dict[str, str]:
    """A row as it is written: two decimals."""
    return {name: str(value) for name, value in (at | {"percent": f"{at['percent']:.2f}"}).items()}


def store(rows: list[Row]) -> Path:
    """Writes the rates with what they belong to: the rule in force and the date."""
    path = project_paths().catalog / STORED
    belongs = {"made": datetime.now(UTC).date().isoformat(), "rule": rule_in_force()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], *belongs], lineterminator="\n")
        writer.writeheader()
        writer.writerows(stored(at) | belongs for at in rows)
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
