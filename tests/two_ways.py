"""Worlds to judge, real and made up, and all verdicts about them as tables, worked out the plain way.

`verdicts(world)` gives five tables with a label and numbers for each (indicator, place, sex, what): what the product
gives is brought into the same form by the adapter in `test_two_ways.py`.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.places import Places
from lagesbild.statistics.intervals import usable
from lagesbild.tidy.schema import survey_rows, yearly
from plain_comparison import gap, rank, register_difference, survey_change, survey_difference
from plain_rule import COUNTRY, Measure, World, direction

KEY = ["indicator", "place", "sex", "what"]
LABELS = ["label", "refused", "first", "last", "rank", "n", "quartile"]  # must be the same
NUMBERS = ["p", "ratio", "difference"]  # must be close
AGAINST = ("country", "county", "group")
Tables = dict[str, pd.DataFrame]


def verdicts(world: World, others: tuple[str, ...] = ()) -> Tables:
    """Table name -> rows by `KEY`. `others` are single places to compare with, beside country, county and group."""
    series = [(i, s, place) for (i, s), of in world.values.items() for place in of if place in world.municipalities]
    registers = [at for at in series if world.measures[at[0]].survey is None]
    surveys = [at for at in series if world.measures[at[0]].survey is not None]
    both = {(i, place) for i, s, place in registers if (i, "K") in world.values and (i, "M") in world.values}
    rows: dict[str, list[dict[str, Any]]] = {
        "direction": [direction_row(world, *at) for at in series],
        "difference": [
            row(i, place, sex, what, judge(world, i, place, what, sex))
            for judge, of in ((register_difference, registers), (survey_difference, surveys))
            for i, sex, place in of
            for what in (*AGAINST, *others)
            if what != place
        ],
        "change": [row(i, place, sex, "", survey_change(world, i, place, sex)) for i, sex, place in surveys],
        "gap": [row(i, place, "", "", gap(world, i, place)) for i, place in sorted(both)],
        "rank": [
            row(i, place, sex, str(year), rank(world, i, place, year, sex))
            for i, sex, place in series
            for year in world.cells(i, sex, place)
        ],
    }
    return {name: tabular(of) for name, of in rows.items()}


def tabular(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*KEY, *LABELS, *NUMBERS]).set_index(KEY).sort_index()


def direction_row(world: World, indicator: str, sex: str, place: str) -> dict[str, Any]:
    return row(indicator, place, sex, "", direction(world, indicator, place, sex))


def row(indicator: str, place: str, sex: str, what: str, found: Any) -> dict[str, Any]:
    """One verdict with its key. Refused: 1 where nothing was judged; the reasons' words are each way's own."""
    of = asdict(found)
    label = of.get("direction") or of.get("verdict") or ""
    refused = label in ("not_judged", "unknown") or bool(of.get("refusal"))
    judged = {} if refused else {"first": of.get("first"), "last": of.get("last", of.get("year"))}
    p = None if label == "turned" else of.get("p")  # of a turn the product tells the p of its two parts
    numbers = {"p": p, "ratio": of.get("t"), "difference": of.get("difference")}
    ranks = {name: of.get(name) for name in ("rank", "quartile")} | {"n": of.get("n")}
    return dict(zip(KEY, (indicator, place, sex, what), strict=True)) | {
        "label": label,
        "refused": int(refused),
        **judged,
        **numbers,
        **ranks,
    }


# The repository's own figures.


def measure_of(catalog: Catalog, indicator: str, rows: pd.DataFrame) -> Measure:
    """A restated series has no break; what its publisher has of years before the restated ones is another measure's."""
    entry, unit = catalog.indicators[indicator], catalog.unit_of(indicator)
    restated = (rows.loc[rows["indicator"] == indicator, "status"] == "restated").any()
    surveys = {name: survey for name, survey in catalog.surveys.items() if indicator in survey.indicators}
    name, survey = next(iter(surveys.items()), (indicator, None))
    kind = "percent" if entry.unit == "percent" else "rate" if entry.population and unit.per else "other"
    return Measure(
        kind,
        unit.per,
        name if entry.kind == "survey" else None,
        entry.better,
        catalog.decimals_of(indicator),
        entry.years_pooled,
        entry.every,
        tuple(cut.year for cut in entry.standing_breaks(restated)),
        tuple(survey.classes) if survey else (20_000, 70_000),
    )


def real_world(table: pd.DataFrame, catalog: Catalog, places: Places, edition: int) -> World:
    """Of the tidy table. Numbers of persons or cases have no verdicts here: they grow with the place."""
    rows = yearly(table, catalog)
    codes = [code for code, kind in places.kinds.items() if kind == "K"]
    groups = {code: places.comparison_group(catalog, code) for code in codes}
    named = set(catalog.indicators)
    judged = {i for i in named if not catalog.unit_of(i).counted}
    persons = {entry.population for entry in catalog.indicators.values() if entry.population}
    people = rows[rows["indicator"].isin(persons) & rows["value"].notna()]
    asked = survey_rows(table, catalog).rename(columns={"question": "indicator"}).assign(count=np.nan)
    extra = asked[~asked["indicator"].isin(named)]
    shown = usable(rows) & rows["indicator"].isin(judged)
    measures = {indicator: measure_of(catalog, indicator, rows) for indicator in judged}
    questions = extra[["indicator", "survey"]].drop_duplicates()
    measures |= {r.indicator: Measure("percent", survey=r.survey) for r in questions.itertuples()}
    return World(
        values_of(pd.concat([rows[shown], extra])),
        {(r.place, r.year, r.sex): r.value for r in people.itertuples()},
        measures,
        codes,
        {code: county for code in codes if (county := places.county(catalog, code))},
        {code: list(group.members) for code, group in groups.items() if group},
        edition,
    )


def values_of(rows: pd.DataFrame) -> dict[tuple[str, str], dict[str, dict[int, tuple[float, float | None]]]]:
    values: dict[tuple[str, str], dict[str, dict[int, tuple[float, float | None]]]] = {}
    for r in rows[rows["value"].notna()].itertuples():
        count = None if np.isnan(r.count) else float(r.count)
        values.setdefault((r.indicator, r.sex), {}).setdefault(r.place, {})[int(r.year)] = (float(r.value), count)
    return values


# Made-up figures about made-up places, 9901 and on, of one made-up region.

REGION, YEARS = "0099", range(2013, 2023)


def made_up_world(seed: int = 1, places: int = 60, noise: float = 1.0) -> World:
    """A share and a rate by sex, an income and two questions asked twice; half of the series have a slope."""
    draw = np.random.default_rng(seed)
    codes = [f"{9901 + n}" for n in range(places)]
    everywhere = [*codes, REGION, COUNTRY]
    size = {code: int(10 ** draw.uniform(3.5, 5.3)) for code in codes}
    size |= {REGION: sum(size.values()), COUNTRY: 20 * sum(size.values())}
    population = {(c, y, s): size[c] // (1 if s == "T" else 2) for c in everywhere for y in YEARS for s in "TKM"}
    rows = []
    for code in everywhere:
        own = 0 if code in (REGION, COUNTRY) else draw.normal(0, 0.3)
        for indicator, sexes in {"share": "TKM", "rate": "TKM", "income": "T", "asked": "TKM", "asked_2": "T"}.items():
            slope = draw.choice([0, 0, -0.05, 0.03])
            for sex in sexes:
                for year in YEARS if indicator[:5] != "asked" else YEARS[-2:]:
                    swing = noise * draw.normal(0, 0.02 + 3 / np.sqrt(size[code]))
                    y = own + slope * (year - YEARS[0]) + swing + {"K": -0.2, "M": 0.2}.get(sex, 0)
                    value, count = 10 / (1 + np.exp(-y)) * 10, np.nan
                    if indicator == "rate":
                        persons = population[code, year, sex]
                        count = float(draw.poisson(persons * 0.004 * np.exp(y)))
                        value = count / persons * 1000
                    if indicator == "income":
                        value = 200_000 * np.exp(y / 5)
                    rows.append((indicator, code, year, sex, value, count))
    frame = pd.DataFrame(rows, columns=["indicator", "place", "year", "sex", "value", "count"])
    measures = {
        "share": Measure("percent", better="lower"),
        "rate": Measure("rate", 1000, better="lower"),
        "income": Measure("other", better="higher", decimals=0),
        "asked": Measure("percent", survey="citizens", better="higher"),
        "asked_2": Measure("percent", survey="citizens", better="higher"),
    }
    groups = {code: [codes[(n + step) % places] for step in range(1, 8)] for n, code in enumerate(codes)}
    return World(values_of(frame), population, measures, codes, dict.fromkeys(codes, REGION), groups, 2022)


def changed(world: World, **fields: Any) -> World:
    """The world with some fields in another form, and nothing worked out yet."""
    return replace(world, known={}, **fields)


def renamed(world: World, old: str, new: str) -> World:
    """The same world, in which one municipality has another code."""

    def name(code: str) -> str:
        return new if code == old else code

    return changed(
        world,
        values={at: {name(place): years for place, years in of.items()} for at, of in world.values.items()},
        population={(name(place), year, sex): n for (place, year, sex), n in world.population.items()},
        municipalities=sorted(name(place) for place in world.municipalities),
        county={name(place): county for place, county in world.county.items()},
        groups={name(place): sorted(name(m) for m in members) for place, members in world.groups.items()},
    )


def differing(plain: Tables, product: Tables) -> Iterator[str]:
    """One line for each verdict that the two ways do not share: table, key, column, both values."""
    for name, expected in plain.items():
        found = product[name].reindex(expected.index)
        if len(product[name]) != len(expected):
            yield f"{name}: {len(expected)} verdicts the plain way, {len(product[name])} the product's"
        for column in [*LABELS, *NUMBERS]:
            a, b = expected[column], found[column]
            if column in NUMBERS:
                x, y = a.astype(float), b.astype(float)
                same = np.isclose(x, y, rtol=1e-6, atol=1e-12, equal_nan=True)
            else:
                same = ((a == b) | (a.isna() & b.isna())).to_numpy()
            for key in expected.index[~same]:
                yield f"{name} {'/'.join(key)}: {column} {a[key]} the plain way, {b[key]} the product's"
