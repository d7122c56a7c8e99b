"""Ranks among the municipalities, their classes, and which ranks chance alone could give."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.statistics.intervals import Z, refuse_duplicates, usable

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
    return (
        placed.groupby("quartile")
        .agg(best=("value", "first"), worst=("value", "last"), places=("value", "size"))
        .reset_index()
    )


# Ranks among the municipalities. Columns in: `place`, `value`, `status`; `margin` for the plausible range.

MUNICIPALITIES = 290
PLAUSIBLE = (5, 95)  # percentiles of the rank that a place could have had
DRAWS, SEED = 2000, 2024
OTHER_AREAS = "00"  # codes of the country and the regions begin so; they have no rank among municipalities


class NoRank(StrEnum):
    """Why a series has no rank."""

    NONE = ""
    NOT_ALL_FETCHED = "not_all_fetched"  # rows picked by hand: the rest could lie anywhere
    TOO_FEW_PLACES = "too_few_places"
    NO_DIRECTION = "no_direction"  # neither end is better


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


def rank_changes(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """`now` with `previous_rank` and `climbed` (places climbed; negative = fell).

    A rank moves when others move, so `climbed` is never progress. Without a rank in either year it is <NA>.
    """
    earlier = before[["place", "rank"]].rename(columns={"rank": "previous_rank"})
    out = now.merge(earlier, on="place", how="left", validate="one_to_one")
    return out.assign(climbed=out["previous_rank"] - out["rank"])


def plausible_ranks(rows: pd.DataFrame, rule: RankRule) -> pd.DataFrame:
    """`place`, `rank_low`, `rank_high`: the 5th and 95th percentile of the rank that a place could have had.

    Each draw moves every value by its margin (normal, margin/1.96) and ranks anew. Empty where there is no
    rank or where any ranked place lacks its margin: a value taken as certain would narrow everybody's
    range.
    """
    placed = rows[usable(rows) & ~rows["place"].str.startswith(OTHER_AREAS)]
    if rule.refusal(len(placed)) is not NoRank.NONE or placed["margin"].isna().any():
        return pd.DataFrame({"place": pd.Series(dtype="str"), "rank_low": [], "rank_high": []})
    from scipy.stats import rankdata

    spread = (placed["margin"] / Z).to_numpy()
    drawn = placed["value"].to_numpy() + spread * np.random.default_rng(SEED).standard_normal((DRAWS, len(placed)))
    ranks = rankdata(drawn if rule.better == "lower" else -drawn, method="min", axis=1)
    low, high = np.percentile(ranks, PLAUSIBLE, axis=0, method="nearest")
    return pd.DataFrame(
        {"place": placed["place"].to_numpy(), "rank_low": low.astype(int), "rank_high": high.astype(int)}
    )
