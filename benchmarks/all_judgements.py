"""Prints how long all judgements of 290 made-up municipalities and 60 measures take, and the memory they need.

Run: python benchmarks/all_judgements.py. Directions, differences and ranks of everybody, women, men and the gap between
them, with the uncertainty of surveys, by the way that the product's go. The aim is under 10 s of processor time,
which other work on the machine does not lengthen, and under 2 GiB; 1 when it is missed.
"""

import resource
import sys
import time
from itertools import cycle, islice

import numpy as np
import pandas as pd

from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.paths import project_paths
from lagesbild.places import COUNTRY, Places
from lagesbild.rules.judgements import POPULATION, judged
from lagesbild.tidy.schema import typed

MUNICIPALITIES, MEASURES, YEARS, EDITION = 290, 60, range(2012, 2025), 2024
COUNTIES = {"90": "0090", "91": "0091", "92": "0092"}
SIMILAR = 7  # municipalities in a comparison group
SECONDS, GIB = 10, 2


def made_up_places(catalog: Catalog) -> Places:
    """290 municipalities in three counties, each with a comparison group of its neighbours in the list."""
    codes = [f"{9000 + n}" for n in range(MUNICIPALITIES)]
    kinds = dict.fromkeys(codes, "K") | dict.fromkeys([*COUNTIES.values(), COUNTRY], "L")
    groups = {}
    for n, code in enumerate(codes):
        title = catalog.comparisons.rule.format(name=f"Made-up {code}", year=EDITION)
        groups[code] = title, tuple(codes[(n + k) % MUNICIPALITIES] for k in range(1, SIMILAR + 1))
    return Places({code: f"Made-up {code}" for code in kinds}, kinds, groups)


def sixty_measures(catalog: Catalog) -> Catalog:
    """The repository's catalogue with its measures, some of them again by another id, in the made-up counties."""
    own = [name for name, entry in catalog.indicators.items() if not (entry.month or catalog.unit_of(name).counted)]
    again = {f"{name}_{n}": catalog.indicators[name] for n, name in enumerate(islice(cycle(own), MEASURES))}
    indicators = again | {POPULATION: catalog.indicators[POPULATION]}
    snapshot = catalog.snapshot.model_copy(update={"counties": COUNTIES})
    return catalog.model_copy(update={"indicators": indicators, "surveys": {}, "snapshot": snapshot})


def made_up_table(catalog: Catalog, places: Places, seed: int = 1) -> pd.DataFrame:
    """Tidy rows by sex of every place and year; rates are whole numbers of cases, every second series falls."""
    axes = [list(catalog.indicators), list(places.kinds), YEARS, ["T", "K", "M"]]
    shape = [len(axis) for axis in axes]
    rows = pd.MultiIndex.from_product(axes, names=["indicator", "place", "year", "sex"]).to_frame(index=False)
    draw = np.random.default_rng(seed)
    falls = np.arange(shape[1])[:, None, None] % 2 * -0.02 * np.arange(shape[2])[:, None]
    level = 30 * np.exp(falls + 0.05 * draw.standard_normal(shape))
    sizes = np.append(np.geomspace(3_000, 900_000, shape[1] - 1), 10_000_000)
    people = np.broadcast_to(np.round(sizes[:, None, None] * np.array([1, 0.5, 0.5])), shape)
    for n, (name, entry) in enumerate(catalog.indicators.items()):
        per = catalog.unit_of(name).per
        if name == POPULATION:
            level[n] = people[n]
        elif entry.population and per:
            level[n] = np.round(level[n] / 1000 * people[n]) / people[n] * per
    return typed(rows.assign(value=level.ravel(), vintage="2025-01-15"))


def main() -> int:
    """Prints one line a frame, and the time and memory of all."""
    catalog = sixty_measures(load_catalog(project_paths()))
    places = made_up_places(catalog)
    table = made_up_table(catalog, places)
    print(f"{len(table):,} rows: {MEASURES} measures, {places.municipalities} municipalities")
    began, worked = time.perf_counter(), time.process_time()
    judgements = judged(table, catalog, places, EDITION)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    for name, frame in vars(judgements).items():
        print(f"{name:12} {len(frame):9,} rows")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{'all':12} {took:9.1f} s, {worked:.1f} s of processor time of {SECONDS}, {peak:.2f} GiB of {GIB}")
    return int(worked > SECONDS or peak > GIB)


if __name__ == "__main__":
    sys.exit(main())
