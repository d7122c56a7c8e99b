"""Prints how long all trends, ranks and gaps of 290 made-up municipalities and 60 indicators take.

Run: python benchmarks/all_trends.py. The aim is under 60 s on two cores and under 2 GiB.
"""

import resource
import time

import numpy as np
import pandas as pd

from lagesbild.statistics.combined import adjusted
from lagesbild.statistics.differences import gender_gap
from lagesbild.statistics.ranks import RankRule, plausible_ranks, ranked
from lagesbild.statistics.trends import TrendContext, trends_of

PLACES, YEARS, EDITION = 290, range(2010, 2025), 2024
KINDS = ("share", "rate", "survey", "register")
INDICATORS = {f"made_up_{n:02d}": KINDS[n % 4] for n in range(60)}


def made_up_table(seed: int = 1) -> pd.DataFrame:
    """Tidy rows by sex: shares and rates with counts, surveys with margins, register values with nothing."""
    keys = pd.MultiIndex.from_product(
        [INDICATORS, [f"{9000 + n}" for n in range(PLACES)], YEARS, ["T", "K", "M"]],
        names=["indicator", "place", "year", "sex"],
    ).to_frame(index=False)
    draw = np.random.default_rng(seed)
    value = np.clip(30 + 0.3 * (keys["year"] - 2010) + draw.normal(0, 3, len(keys)), 1, 99)
    kind = keys["indicator"].map(INDICATORS)
    counted = kind.isin(["share", "rate"])
    return keys.assign(
        month=0,
        group="",
        vintage="2025-01-15",
        value=value,
        margin=np.where(kind == "survey", 5.0, np.nan),
        count=np.where(counted, np.round(value * 10), np.nan),
        status="",
    )


def main() -> None:
    """Prints one line a step."""
    table = made_up_table()
    contexts = {indicator: TrendContext(kind, "lower", EDITION) for indicator, kind in INDICATORS.items()}
    gap_contexts = {
        indicator: TrendContext("survey" if kind == "survey" else "register", "neither", EDITION)
        for indicator, kind in INDICATORS.items()
    }
    totals = table[table["sex"] == "T"]
    latest = dict(tuple(totals[totals["year"] == EDITION].groupby("indicator")))
    rule = RankRule("lower", fetched=PLACES, places=PLACES)
    began = last = time.perf_counter()
    print(f"{len(table):,} rows")
    for name, step in {
        "trends": lambda: adjusted(trends_of(totals, contexts)),
        "gaps": lambda: gender_gap(table, INDICATORS),
        "ranks": lambda: [ranked(rows, rule) for rows in latest.values()],
        "plausible ranks": lambda: [plausible_ranks(rows, rule) for rows in latest.values()],
    }.items():
        result = step()
        print(f"{name:16} {time.perf_counter() - last:6.1f} s")
        last = time.perf_counter()
        if name == "gaps":
            trends_of(result, gap_contexts)
            print(f"{'trends of gaps':16} {time.perf_counter() - last:6.1f} s")
            last = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{'all':16} {last - began:6.1f} s of 60, {peak:.2f} GiB of 2")


if __name__ == "__main__":
    main()
