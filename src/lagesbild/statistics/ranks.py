"""Ranks among the municipalities, their classes, and which ranks a value's uncertainty allows."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.statistics.intervals import Z, refuse_duplicates, usable
from lagesbild.statistics.panel import Panel

# Four classes of places by rank, with the cut points that a legend prints. The classes are ours.


def quartile_class(rank: ArrayLike, n: int, classes: int = 4) -> np.ndarray:
    """The class, 1 = best, of each rank among n places: floor((k+1) - ceil(((n+1) - rank) / (n/k))).

    290 places give 73, 72, 73 and 72. Places that share a rank share a class, so ties can make a class
    larger. Whole-number division, since n/k in floating point would put a place on a cut in the wrong
    class.
    """
    from_below = (n + 1) - np.asarray(rank, dtype=np.int64)
    return (classes + 1) - -(-from_below * classes // n)


def quartile_cuts(ranking: pd.DataFrame) -> pd.DataFrame:
    """One row a class: `quartile`, `best` and `worst` (the values of its first and last place) and `places`.

    `ranking` is what `ranked` gives. Values between one class's `worst` and the next one's `best` belong to
    nobody.
    """
    placed = ranking.dropna(subset=["rank"]).sort_values("rank")
    groups = placed.groupby("quartile")["value"]
    return pd.DataFrame({"best": groups.first(), "worst": groups.last(), "places": groups.size()}).reset_index()


# Ranks among the municipalities. Columns in: `place`, `value`, `status`; `margin` for the plausible range.

MUNICIPALITIES = 290
PLAUSIBLE = (5, 95)  # percentiles of the rank that a place could have had
DRAWS, SEED = 1000, 2024
TYPICAL_CASES = 10  # a year, in the median municipality
OTHER_AREAS = "00"  # codes of the country and the regions begin so; they have no rank among municipalities


class NoRank(StrEnum):
    """Why a series has no rank."""

    NONE = ""
    NOT_ALL_FETCHED = "not_all_fetched"  # rows picked by hand: the rest could lie anywhere
    TOO_FEW_PLACES = "too_few_places"
    NO_DIRECTION = "no_direction"  # neither end is better
    TOO_FEW_CASES = "too_few_cases"  # in a typical municipality
    TOO_UNCERTAIN = "too_uncertain"  # the place could lie anywhere in more than half of the list


@dataclass(frozen=True)
class RankRule:
    """When there is a rank: the direction, how many municipalities were fetched, and the least number with a value."""

    better: str  # "higher", "lower" or "neither"
    fetched: int  # a request for 16 places says nothing about the other 274
    places: int = MUNICIPALITIES
    at_least: int = 145

    def refusal(self, with_value: int) -> NoRank:
        if self.better == "neither":
            return NoRank.NO_DIRECTION
        if self.fetched < self.places:
            return NoRank.NOT_ALL_FETCHED
        return NoRank.TOO_FEW_PLACES if with_value < self.at_least else NoRank.NONE


def ranked(rows: pd.DataFrame, rule: RankRule) -> pd.DataFrame:
    """`place`, `value`, `rank` (1 = best), `n` (places with a value), `quartile` and `reason`.

    `rows` are one indicator's in one year. Ties share the better rank (`Series.rank(method="min")`). Places without
    a usable value have no rank and move nobody's. Regions and the country are left out. Where there is no rank,
    `reason` says why in every row.
    """
    refuse_duplicates(rows, ["place"], "rank among municipalities")
    rows = rows[~rows["place"].str.startswith(OTHER_AREAS)]
    values = rows["value"].where(usable(rows))
    n = int(values.notna().sum())
    reason = rule.refusal(n)
    out = pd.DataFrame({"place": rows["place"], "value": rows["value"], "rank": pd.NA, "n": n, "quartile": pd.NA})
    out = out.assign(reason=str(reason)).astype({"rank": "Int64", "quartile": "Int64"})
    if reason is NoRank.NONE:
        out["rank"] = values.rank(method="min", ascending=rule.better == "lower").astype("Int64")
        placed = out["rank"].notna()
        out.loc[placed, "quartile"] = quartile_class(out.loc[placed, "rank"].astype(int), n)
    return out.reset_index(drop=True)


# Each municipality's rank in its latest complete year, with the range that its uncertainty allows.

RANKS = ["place", "year", "value", "rank", "n", "quartile", "rank_low", "rank_high", "reason"]
WHOLE = dict.fromkeys(("rank", "quartile", "rank_low", "rank_high"), "Int64")  # their type in a frame

Columns = dict[str, np.ndarray]  # RANKS


def latest_ranks(panel: Panel, margin: np.ndarray, rule: RankRule, edition: int) -> Columns:
    """RANKS of every municipality with a value: in its latest year, up to `edition`, that is complete; else in its
    latest year, with the reason for no rank.

    A rank with a `reason` is told nowhere; it stands there since its value belongs to a class.

    `margin` (places x years) is half the 95 % interval of each value, NaN where nothing tells it.
    """
    known = (np.isfinite(panel.value) & panel.municipality[:, None])[:, : edition - panel.first_year + 1]
    left = known.any(1)
    parts = []
    for column in range(known.shape[1] - 1, -1, -1):
        rows = np.flatnonzero(known[:, column])
        reason = rule.refusal(len(rows)) or _few_cases(panel.count[rows, column])
        if reason or not left[rows].any():
            continue
        of_year = _ranks_of_year(panel, margin, rows, column, rule)
        parts.append({name: values[left[rows]] for name, values in of_year.items()})
        left[rows] = False
    without = np.flatnonzero(left)
    last = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    for column in np.unique(last[without]):
        rows = without[last[without] == column]
        others = np.flatnonzero(known[:, column])
        reason = rule.refusal(len(others)) or _few_cases(panel.count[others, column])
        parts.append(_no_ranks(panel, rows, column, len(others), reason))
    parts = parts or [_no_ranks(panel, without, 0, 0, NoRank.NONE)]
    return {name: np.concatenate([part[name] for part in parts]) for name in RANKS}


def _few_cases(count: np.ndarray) -> NoRank:
    """Ranks by a handful of cases are chance: a typical municipality must have TYPICAL_CASES."""
    known = count[np.isfinite(count)]
    return NoRank.TOO_FEW_CASES if len(known) and np.median(known) < TYPICAL_CASES else NoRank.NONE


def _no_ranks(panel: Panel, rows: np.ndarray, column: int, n: int, reason: NoRank) -> Columns:
    return {
        "place": panel.places[rows],
        "year": np.full(len(rows), panel.first_year + column),
        "value": panel.value[rows, column],
        "n": np.full(len(rows), n),
        "reason": np.full(len(rows), str(reason), object),
        **{name: np.full(len(rows), np.nan) for name in ("rank", "quartile", "rank_low", "rank_high")},
    }


def _ranks_of_year(panel: Panel, margin: np.ndarray, rows: np.ndarray, column: int, rule: RankRule) -> Columns:
    out = _no_ranks(panel, rows, column, len(rows), NoRank.NONE)
    values = out["value"] if rule.better == "lower" else -out["value"]
    out["rank"] = pd.Series(values).rank(method="min").to_numpy()
    out["quartile"] = quartile_class(out["rank"], len(rows))
    spread = margin[rows, column] / Z
    known = np.isfinite(spread)  # a place without a margin keeps its value in every draw, and has no range
    if known.any():
        low, high = plausible_ranks(values, np.where(known, spread, 0.0))
        out["rank_low"], out["rank_high"] = np.where(known, low, np.nan), np.where(known, high, np.nan)
        out["reason"][known & ((high - low) > len(rows) / 2)] = str(NoRank.TOO_UNCERTAIN)
    return out


def plausible_ranks(values: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 5th and 95th percentile of the rank, 1 = lowest value, that each place could have had.

    Each draw moves every value by its standard deviation `spread` (normal) and ranks anew.
    """
    drawn = values + spread * np.random.default_rng(SEED).standard_normal((DRAWS, len(values)))
    order = np.argsort(drawn, axis=1)
    ranks = np.empty((len(values), DRAWS), np.int16)  # small and a place's draws side by side: sorted in no time
    ranks[order.T, np.arange(DRAWS)] = np.arange(1, len(values) + 1, dtype=np.int16)[:, None]
    nearest = np.rint(np.array(PLAUSIBLE) / 100 * (DRAWS - 1)).astype(int)
    low, high = np.sort(ranks, axis=1)[:, nearest].T.astype(int)
    return low, high
