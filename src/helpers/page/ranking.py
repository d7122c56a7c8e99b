"""The place's rank among all municipalities: in its latest complete year and the one before, or why there is none."""

from dataclasses import dataclass, field

import pandas as pd

from ..comparisons import NoRank, RankRule, plausible_ranks, quartile_cuts, ranked
from ..wording import period_text
from ..wording.comparisons import rank_text
from .cases import with_cases
from .setting import Setting
from .values import totals


@dataclass(frozen=True)
class Placing:
    """Rank `rank` of `n` municipalities with a value in `year`; 1 is best, ties share a rank, class 1 is best."""

    year: int
    rank: int
    n: int
    quartile: int


@dataclass(frozen=True)
class Ranking:
    """The latest placing and the one before, or the reason for none. A rank moves when others move."""

    latest: Placing | None = None
    previous: Placing | None = None  # in an earlier complete year of the same definition
    plausible: tuple[int, int] | None = None  # of the latest, where all places' margins or cases are known
    cuts: pd.DataFrame = field(default_factory=pd.DataFrame)  # of the latest: see `quartile_cuts`
    reason: NoRank = NoRank.NONE  # why the place's latest year has none, where no year has


def ranking(setting: Setting, indicator: str) -> Ranking:
    """The place's rank by the rules of `comparisons.ranked`; without a value of its own it has neither rank nor reason.

    Only yearly totals of municipalities count, each year by itself.
    """
    if indicator not in setting.rankings:
        setting.rankings[indicator] = _ranking(setting, indicator)
    return setting.rankings[indicator]


def _ranking(setting: Setting, indicator: str) -> Ranking:
    rows = totals(setting, indicator)
    rows = rows[rows["place"].map(setting.places.kinds) == "K"]
    own = sorted(rows.loc[rows["place"] == setting.focus, "year"], reverse=True)
    taking_part = rows.groupby("year").size()
    reasons = {year: rank_rule(setting, indicator, year, n).refusal(n) for year, n in taking_part.items()}
    complete = [year for year in own if not reasons[year]][:2]
    if not complete:
        return Ranking(reason=reasons[own[0]] if own else NoRank.NONE)
    found = [_of_year(setting, indicator, rows[rows["year"] == year]) for year in complete]
    latest, table = found[0]
    earlier = [placed for placed, _ in found[1:] if not _cut(setting, indicator, placed.year, latest.year)]
    plausible = _plausible(setting, indicator, rows[rows["year"] == latest.year])
    return Ranking(latest, earlier[0] if earlier else None, plausible, quartile_cuts(table))


def placing(setting: Setting, indicator: str) -> Placing | None:
    """The place's latest rank; None without one."""
    return ranking(setting, indicator).latest


def placing_text(setting: Setting, indicator: str, placed: Placing) -> str:
    """A placing with its period: "plats 12 av 290 kommuner 2022"."""
    entry = setting.catalog.indicators[indicator]
    text = rank_text(placed.rank, placed.n, entry, setting.municipalities)
    return f"{text} {period_text(entry, placed.year)}"


def rank_rule(setting: Setting, indicator: str, year: int, taking_part: int) -> RankRule:
    """When an indicator has a rank in a year in which `taking_part` municipalities have a value.

    All municipalities were asked where the request of the year named none; else only those that have one.
    """
    entry = setting.catalog.indicators[indicator]
    whole = setting.asked_of_all.get(entry.kolada.id if entry.kolada else "", frozenset())
    asked = setting.municipalities if year in whole else taking_part
    return RankRule(entry.better, asked, setting.municipalities)


def _of_year(setting: Setting, indicator: str, of_year: pd.DataFrame) -> tuple[Placing, pd.DataFrame]:
    """The place's placing in one complete year, and the whole ranking."""
    year = int(of_year["year"].iloc[0])
    table = ranked(of_year, rank_rule(setting, indicator, year, len(of_year)))
    own = table[table["place"] == setting.focus].iloc[0]
    return Placing(year, int(own["rank"]), int(own["n"]), int(own["quartile"])), table


def _cut(setting: Setting, indicator: str, before: int, year: int) -> bool:
    """Whether the indicator was made in another way in `before`: ranks are not set beside each other over a break."""
    return any(before < cut.year <= year for cut in setting.catalog.indicators[indicator].breaks)


def _plausible(setting: Setting, indicator: str, of_year: pd.DataFrame) -> tuple[int, int] | None:
    counted = with_cases(of_year, setting.table, setting.catalog)
    rule = rank_rule(setting, indicator, int(of_year["year"].iloc[0]), len(of_year))
    found = plausible_ranks(counted, rule)
    own = found[found["place"] == setting.focus]
    return (int(own["rank_low"].iloc[0]), int(own["rank_high"].iloc[0])) if len(own) else None
