"""A region's support profiles: full-year equivalents by type, as counts and as shares of the population 20-64."""

from dataclasses import dataclass

import pandas as pd

from ...catalog import Region
from ...tidy import rows_of
from ..setting import Setting

TOTAL = "fte_total"
POPULATION = "population_20_64"


@dataclass(frozen=True)
class Profiles:
    """Counts of one region. `counts` has indicator, place, year, value; only years before or of the edition."""

    setting: Setting
    region: Region
    counts: pd.DataFrame
    population: pd.DataFrame

    @property
    def types(self) -> list[str]:
        """The support types in the order of the tables, without the total."""
        listed = self.setting.catalog.parts["R4"].indicators
        return [id for id in listed if id not in (TOTAL, POPULATION)]

    @property
    def places(self) -> list[str]:
        """The places with a profile: members in the catalogue's order, then comparisons."""
        held = set(self.counts["place"])
        return [code for code in (*self.region.members, *self.region.comparisons) if code in held]

    @property
    def members(self) -> list[str]:
        """The members with a profile."""
        return [code for code in self.region.members if code in self.places]

    @property
    def without(self) -> list[str]:
        """The members without a profile."""
        return [code for code in self.region.members if code not in self.places]

    @property
    def years(self) -> tuple[int, int] | None:
        """The last two years that every profile has; None when there are none."""
        held = self.counts.groupby("year")["place"].nunique()
        whole = sorted(int(year) for year in held.index[held == len(self.places)])
        return (whole[-2], whole[-1]) if len(whole) > 1 else None

    def count(self, place: str, indicator: str, year: int) -> float:
        """Full-year equivalents of one type in one place and year."""
        rows = self.counts
        found = rows[(rows["place"] == place) & (rows["indicator"] == indicator) & (rows["year"] == year)]
        if len(found) != 1:
            raise KeyError(f"{indicator}, place {place}, {year}: {len(found)} values where one is needed.")
        return float(found["value"].iloc[0])

    def inhabitants(self, place: str, year: int) -> float | None:
        """Inhabitants aged 20-64 on 31 December, or None when the snapshot lacks them."""
        rows = self.population
        found = rows[(rows["place"] == place) & (rows["year"] == year)]["value"]
        return float(found.iloc[0]) if len(found) else None

    def population_share(self, place: str, year: int, indicator: str = TOTAL) -> float | None:
        """Percent of the inhabitants aged 20-64 (31 December) that a type, or all types, correspond to."""
        people = self.inhabitants(place, year)
        return None if not people else 100 * self.count(place, indicator, year) / people


def region_profiles(setting: Setting, region: Region) -> Profiles:
    """The profiles of a region's members and comparisons, yearly values only."""
    places = [*region.members, *region.comparisons]
    listed = setting.catalog.parts["R4"].indicators
    rows = rows_of(setting.table, [id for id in listed if id != POPULATION], places)
    people = rows_of(setting.table, [POPULATION], places)
    plain = (rows["month"] == 0) & (rows["sex"] == "T") & (rows["group"] == "")
    return Profiles(setting, region, rows[plain], people[people["sex"] == "T"])
