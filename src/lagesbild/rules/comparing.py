"""What is compared in a place: an indicator's rank, its differences, and the gap between women and men."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.rules.judgements import Judgements
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics.combined import GapMovement, gap_movement
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Movement, movement
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.noise import YEARS_BEHIND
from lagesbild.statistics.panel import SEX_GAP
from lagesbild.statistics.ranks import NoRank, quartile_cuts
from lagesbild.tidy.schema import yearly


def comparable(catalog: Catalog, indicators: Iterable[str]) -> list[str]:
    """The indicators that may be compared: not numbers of persons or cases, of which a larger place has more."""
    return [indicator for indicator in indicators if not catalog.unit_of(indicator).counted]


# The place's rank among all municipalities, or why there is none.


@dataclass(frozen=True)
class Placing:
    """Rank `rank` of `n` municipalities with a value in `year`, by `value`; 1 is best, ties share a rank."""

    year: int
    value: float
    rank: int
    n: int
    quartile: int  # class 1 is best
    plausible: tuple[int, int] | None = None  # ranks that the uncertainty of all places' values allows


@dataclass(frozen=True)
class Ranking:
    """The placing in the latest complete year, or the reason for none. A rank moves when others move."""

    placing: Placing | None = None
    among: pd.DataFrame = field(default_factory=pd.DataFrame)  # every municipality's rank in the placing's year
    reason: NoRank = NoRank.NONE

    @property
    def cuts(self) -> pd.DataFrame:
        """The classes of the placing's year: see `quartile_cuts`."""
        return quartile_cuts(self.among) if self.placing else self.among


def ranking(ranks: pd.DataFrame, indicator: str, place: str, sex: str = "T") -> Ranking:
    """The place's rank out of `Judgements.ranks`; without a value of its own it has neither rank nor reason."""
    alike = ((ranks["indicator"] == indicator) & (ranks["sex"] == sex)).to_numpy()
    own = np.flatnonzero(alike & (ranks["place"] == place).to_numpy())
    if not len(own):
        return Ranking()
    row = ranks.iloc[own[0]]
    if row["reason"]:
        return Ranking(reason=NoRank(row["reason"]))
    plausible = None if pd.isna(row["rank_low"]) else (int(row["rank_low"]), int(row["rank_high"]))
    rank, n, quartile = (int(row[name]) for name in ("rank", "n", "quartile"))
    placing = Placing(int(row["year"]), float(row["value"]), rank, n, quartile, plausible)
    return Ranking(placing, ranks[alike & (ranks["year"] == row["year"]).to_numpy()])


# Women minus men, for every indicator that has a value for both, and whether the gap widens.


@dataclass(frozen=True)
class Gap:
    """The gap of one indicator in a place: a row of `Judgements.differences` (`value` women, `other_value` men), its
    movement, and what that makes of the gap."""

    latest: pd.Series
    movement: Movement
    kind: GapMovement


def place_gaps(judged: Judgements, table: pd.DataFrame, catalog: Catalog, place: str) -> dict[str, Gap]:
    """Indicator of any figure or priority -> its gap in the place, where it has a value for women and for men.

    Numbers of persons are left out: a place with more women than men has no gap for that.
    """
    own = judged.differences[(judged.differences["place"] == place) & (judged.differences["sex"] == SEX_GAP)]
    moved = judged.directions[(judged.directions["place"] == place) & (judged.directions["sex"] == SEX_GAP)]
    moves = {row["indicator"]: movement(row) for row in moved.to_dict("records")}
    rows = yearly(table[(table["place"] == place) & table["sex"].isin(["K", "M"])], catalog)
    known = rows[usable(rows)]
    values = dict(zip(zip(known["indicator"], known["sex"], known["year"], strict=True), known["value"], strict=True))
    latest = {row["indicator"]: row for _, row in own.iterrows()}
    shown = [indicator for indicator in comparable(catalog, indicator_pages(catalog)) if indicator in latest]
    return {indicator: _gap(latest[indicator], moves.get(indicator, Movement()), values) for indicator in shown}


def _gap(latest: pd.Series, moved: Movement, values: Mapping[tuple[str, str, int], float]) -> Gap:
    if not moved.judged:
        return Gap(latest, moved, GapMovement.NOT_JUDGED)
    women, men = ([values[latest["indicator"], sex, year] for year in moved.span] for sex in "KM")
    return Gap(latest, moved, gap_movement(moved, women[0] - men[0], women[1] - men[1]))


def sure_gaps(gaps: Mapping[str, Gap], year: int) -> dict[str, Gap]:
    """The gaps that are decided and no older than the rule of directions allows, the largest beside its level first."""
    sure = {
        indicator: abs(gap.latest["difference"]) / (gap.latest["value"] + gap.latest["other_value"])
        for indicator, gap in gaps.items()
        if gap.latest["verdict"] in (Compared.LOWER, Compared.HIGHER)
        if gap.latest["year"] >= year - YEARS_BEHIND and gap.latest["value"] + gap.latest["other_value"] > 0
    }
    return {indicator: gaps[indicator] for indicator in sorted(sure, key=lambda indicator: -sure[indicator])}


def without_gap(table: pd.DataFrame, catalog: Catalog, gaps: Collection[str]) -> tuple[list[str], list[str]]:
    """The shown indicators outside `gaps`: those that nobody publishes by sex, and those not at hand for the place."""
    lacking = [indicator for indicator in indicator_pages(catalog) if indicator not in gaps]
    known = table[usable(table) & table["sex"].isin(["K", "M"])]
    sexes = known.groupby("indicator")["sex"].nunique()
    by_sex = set(sexes[sexes == 2].index)
    never = [indicator for indicator in lacking if indicator not in by_sex and not catalog.indicators[indicator].by_sex]
    return never, [indicator for indicator in lacking if indicator not in never]
