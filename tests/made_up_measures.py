"""Made-up measures in made-up municipalities: tidy rows, inhabitants, panels and judged directions."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from lagesbild.statistics.direction import Movement, directions, movement
from lagesbild.statistics.panel import Panel, Populations, SeriesContext, panels, populations

EDITION, FIRST = 2024, 2009
YEARS = range(FIRST, EDITION + 1)
PLACES = [f"99{n:02d}" for n in range(1, 61)]
FOCUS = PLACES[0]
PEOPLE = dict(zip(PLACES, np.geomspace(4_000, 200_000, len(PLACES)).round(), strict=True))
POSITIVE = SeriesContext("positive", "lower", decimals=6)
PERCENT = SeriesContext("percent", "lower", decimals=6)
RATE = SeriesContext("rate", "lower", decimals=6)
SURVEY = SeriesContext("percent", "higher", survey=True)


def swinging(seed: int = 1, level: float = 30.0, noise: float = 0.03, places: int = len(PLACES), years: int = 10):
    """Values, places x years, that swing about one level and go nowhere."""
    return level * np.exp(noise * np.random.default_rng(seed).standard_normal((places, years)))


def tidy(values: np.ndarray, last: int = EDITION, **columns: object) -> pd.DataFrame:
    """A row a place and year, `values` places x years, the last column `last`; other columns likewise, or one value."""
    values = np.atleast_2d(values)
    shape = values.shape
    columns = {"place": np.array(PLACES[: shape[0]])[:, None], "sex": "T", "indicator": "made_up"} | columns
    columns = {"status": "", "vintage": "2025-01-15", "margin": np.nan, "count": np.nan} | columns
    years = np.arange(last - shape[1] + 1, last + 1)
    cells = {name: np.broadcast_to(np.asarray(cell), shape).ravel() for name, cell in columns.items()}
    return pd.DataFrame({"year": np.broadcast_to(years, shape).ravel(), "value": values.ravel()} | cells)


def rates(counts: np.ndarray, people: np.ndarray | None = None, **columns: object) -> pd.DataFrame:
    """Cases, places x years, as rates per 100,000 inhabitants, without the cases."""
    inhabitants = np.array(list(PEOPLE.values()))[: len(counts), None] if people is None else people
    return tidy(100_000 * counts / inhabitants, **columns)


def inhabitants(
    places: Iterable[str] = PLACES, regions: Iterable[str] = (), unknown: Iterable[int] = (), factor: float = 1
) -> Populations:
    """Everybody, women and men alike, in each of YEARS but those `unknown`; `regions` are no municipalities."""
    kinds = dict.fromkeys(places, True) | dict.fromkeys(regions, False)
    cells = [
        (code, year, sex, factor * PEOPLE.get(code, 50_000))
        for code in kinds for year in YEARS if year not in set(unknown) for sex in "TKM"
    ]  # fmt: skip
    return populations(pd.DataFrame(cells, columns=["place", "year", "sex", "value"]), kinds, YEARS)


def panel(table: pd.DataFrame, context: SeriesContext, of: Populations | None = None) -> Panel:
    """The panel of a table of one measure and sex."""
    [(_, _, made)] = panels(table, {"made_up": context}, of or inhabitants())
    return made


def judged(
    table: pd.DataFrame, context: SeriesContext, of: Populations | None = None, edition: int = EDITION
) -> pd.DataFrame:
    """The directions of a table of one measure, by place; women minus men where it is by sex."""
    frame = directions(panels(table, {"made_up": context}, of or inhabitants()), edition, {"made_up"})
    return frame[frame["sex"].isin(["T", "K-M"])].set_index("place", drop=False)


def moved(table: pd.DataFrame, context: SeriesContext, of: Populations | None = None, place: str = FOCUS) -> Movement:
    """The movement of one place."""
    return movement(judged(table, context, of).loc[place])
