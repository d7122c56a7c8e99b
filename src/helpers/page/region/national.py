"""Where a region's places stand among all municipalities: ranks and quartile zones, which need the whole country.

Zones are our own quartiles of the rank (the printed ones are not known); 1 is the lowest share supported.
"""

from dataclasses import dataclass, field

import pandas as pd

from ...comparisons import RankRule, quartile_class, rank_changes, ranked
from .profiles import TOTAL, Profiles, profile_of

ZONES = 4


@dataclass(frozen=True)
class NationalScale:
    """`ranks` has place, group (type, "" the total), value (percent of the inhabitants 20-64), rank, n, quartile,
    previous_rank and year; `reason` says in words why there are none."""

    ranks: pd.DataFrame = field(repr=False)
    reason: str = ""

    def of(self, place: str, group: str = "") -> pd.Series | None:
        """The row of one place and type, or None."""
        found = self.ranks[(self.ranks["place"] == place) & (self.ranks["group"] == group)]
        return found.iloc[0] if len(found) and pd.notna(found["rank"].iloc[0]) else None


def national_scale_of(profiles: Profiles) -> NationalScale:
    """Ranks of every municipality in the profiles' last year; none without a complete national series."""
    setting = profiles.setting
    municipalities = [code for code, kind in setting.places.kinds.items() if kind == "K"]
    if profiles.years is None:
        return NationalScale(_none(), "Två hela år av helårsekvivalenter i rad saknas i underlaget.")
    total = _totals(setting.table, municipalities)
    asked = _in_both(total, profiles.years)
    rule = RankRule("lower", asked=len(asked), places=len(municipalities))
    if rule.refusal(len(asked)):
        return NationalScale(
            _none(),
            f"Skalan kräver helårsekvivalenter för alla rikets {len(municipalities)} kommuner, och underlaget har dem "
            f"för {len(_in_both(total[total['value'].notna()], profiles.years))} ({profiles.years[1]}).",
        )
    profile = profile_of(setting, municipalities).assign(value=lambda rows: rows["percent_of_population"], status="")
    made = [_ranked(profile[profile["group"] == group], rule, profiles.years) for group in ["", *profiles.types]]
    return NationalScale(pd.concat(made, ignore_index=True))


def _totals(table: pd.DataFrame, municipalities: list[str]) -> pd.DataFrame:
    """The yearly totals that were asked for: also of those whose answer was that there is none."""
    whole = (table["indicator"] == TOTAL) & (table["month"] == 0) & (table["sex"] == "T")
    return table[whole & table["place"].isin(municipalities)]


def _in_both(rows: pd.DataFrame, years: tuple[int, int]) -> set[str]:
    return set.intersection(*(set(rows.loc[rows["year"] == year, "place"]) for year in years))


def zone_of_rank(rank: float, n: int) -> int:
    """The zone, 1 to 4, of a rank among `n` municipalities."""
    return int(quartile_class(int(rank), n, ZONES))


def zone_ends(n: int) -> list[int]:
    """The last rank of each zone: 73, 145, 218 and 290 of 290."""
    zones = quartile_class(list(range(1, n + 1)), n, ZONES)
    return [int((zones <= zone).sum()) for zone in range(1, ZONES + 1)]


def _ranked(rows: pd.DataFrame, rule: RankRule, years: tuple[int, int]) -> pd.DataFrame:
    before, now = (ranked(rows[rows["year"] == year], rule) for year in years)
    return rank_changes(now, before).assign(group=rows["group"].iloc[0], year=years[1])


def _none() -> pd.DataFrame:
    return pd.DataFrame({"place": [], "group": [], "rank": []})
