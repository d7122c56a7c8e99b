"""Made-up chart rows, and made-up judgements of them."""

import pandas as pd

from lagesbild.rules.judgements import Judgements, answers_frame
from lagesbild.statistics.differences import COLUMNS
from lagesbild.statistics.direction import FIELDS, KEYS
from lagesbild.statistics.ranks import RANKS
from lagesbild.statistics.surveys import CHANGES
from lagesbild.tidy.schema import typed

RIKET = {"place": "0000", "name": "Riket", "role": "country"}


def chart_rows(*rows: dict) -> pd.DataFrame:
    """Chart rows of Påhittsby unless they say otherwise."""
    base = {"indicator": "made_up", "place": "9901", "year": 2022, "sex": "T", "group": ""}
    base |= {"name": "Påhittsby", "label": "Mått", "role": "focus"}
    frame = pd.DataFrame([base | row for row in rows])
    kept = [name for name in ("name", "label", "role", "cases") if name in frame]
    return typed(frame).assign(**{name: frame[name] for name in kept})


FRAMES = {
    "directions": [*KEYS, *FIELDS],
    "differences": COLUMNS,
    "ranks": ["indicator", "sex", *RANKS],
    "changes": ["indicator", "sex", *CHANGES],
}


def judgements(**rows: list[dict]) -> Judgements:
    """Judgements of Påhittsby: for each frame its rows, with what they do not say empty."""
    base = {"indicator": "made_up", "place": "9901", "sex": "T"}
    frames = {}
    for name, columns in FRAMES.items():
        known = [dict.fromkeys(columns) | base | row for row in rows.get(name, [])]
        frames[name] = pd.DataFrame(known, columns=columns)
    return Judgements(**frames, answers=answers_frame({}))


def difference(value: float, other: float, verdict: str, **more: object) -> dict:
    """A row of `differences`: the value beside riket's in 2022."""
    row = {"other": "0000", "year": 2022, "value": value, "other_value": other, "difference": value - other}
    return row | {"verdict": verdict, "poisson": float("nan")} | more


def direction(kind: str, first: int, last: int, weak: bool = False) -> dict:
    return {"direction": kind, "first_year": first, "last_year": last, "weak": weak}


def rank(at: int, n: int = 290, value: float = 5.0, **more: object) -> dict:
    return {"year": 2022, "value": value, "rank": at, "n": n, "reason": ""} | more


def change(first: float, last: float, z: float, **more: object) -> dict:
    return {"first_year": 2021, "last_year": 2022, "first": first, "last": last, "shift": 0.0, "z": z} | more
