"""Support profiles of some places: full-year equivalents by type, as counts and as shares of two bases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from ...catalog import Region
from ...support import profiles as support_profiles
from ...support import suspected_nonresponse
from ...tidy import rows_of
from ..setting import Setting

TOTAL = "fte_total"
POPULATION = "population_20_64"
MAY_BE_UNREPORTED = "fte_social_assistance"  # the one type where the publisher prints 0 for "not reported"


def support_types(setting: Setting) -> list[str]:
    """The ids of the six support types, in the order of the tables, without the total."""
    return [id for id in setting.catalog.parts["R4"].indicators if id not in (TOTAL, POPULATION)]


def yearly_rows(setting: Setting, places: Iterable[str]) -> pd.DataFrame:
    """Tidy rows of the whole years, both sexes together, with a value; suspected non-response has status "suspect"."""
    rows = rows_of(setting.table, [*support_types(setting), TOTAL], places)
    rows = rows[(rows["month"] == 0) & (rows["sex"] == "T") & (rows["group"] == "")].reset_index(drop=True)
    suspect = (rows["indicator"] == MAY_BE_UNREPORTED) & (suspected_nonresponse(rows) != "")
    return rows.assign(status=rows["status"].mask(suspect, "suspect"))


def population_rows(setting: Setting, places: Iterable[str]) -> pd.DataFrame:
    """Inhabitants aged 20-64 on 31 December: `place`, `year`, `value`."""
    rows = rows_of(setting.table, [POPULATION], places)
    return rows.loc[(rows["sex"] == "T") & (rows["month"] == 0), ["place", "year", "value"]]


def profile_of(setting: Setting, places: Iterable[str]) -> pd.DataFrame:
    """What `support.profiles` gives for the yearly rows of some places; `group` is the type, "" the total."""
    places = list(places)
    rows = yearly_rows(setting, places)
    typed = rows.assign(group=rows["indicator"].where(rows["indicator"] != TOTAL, ""))
    return support_profiles(typed, population_rows(setting, places))


@dataclass(frozen=True)
class Profiles:
    """The profiles of one region. `profile` is what `profile_of` gives for its members and comparisons.

    A place counts only with every type in both of the `years` compared; the others are in `partial` and
    `without`, and are named wherever something is counted.
    """

    setting: Setting
    region: Region
    profile: pd.DataFrame = field(repr=False)

    @cached_property
    def types(self) -> list[str]:
        return support_types(self.setting)

    @cached_property
    def whole(self) -> Mapping[int, set[str]]:
        """Year -> the places that have every type and a total then."""
        held = self.profile[self.profile["value"].notna()].groupby(["year", "place"])["group"].nunique()
        found = held.index[held == len(self.types) + 1]
        return {int(year): {place for at, place in found if at == year} for year in {at for at, _ in found}}

    @cached_property
    def years(self) -> tuple[int, int] | None:
        """The last two years in a row that most of the places with figures have whole; None when there are none."""
        places = self.profile["place"].nunique()
        fit = [year for year, have in self.whole.items() if 2 * len(have) > places]
        pairs = [(year - 1, year) for year in fit if year - 1 in fit]
        return max(pairs, default=None)

    @cached_property
    def places(self) -> list[str]:
        """The places that are whole in both years: members in the catalogue's order, then comparisons."""
        have = set.intersection(*(self.whole[year] for year in self.years)) if self.years else set()
        return [code for code in (*self.region.members, *self.region.comparisons) if code in have]

    @property
    def members(self) -> list[str]:
        """The members among `places`."""
        return [code for code in self.region.members if code in self.places]

    @property
    def comparisons(self) -> list[str]:
        """The places outside the region among `places`."""
        return [code for code in self.region.comparisons if code in self.places]

    @cached_property
    def partial(self) -> list[str]:
        """The places that have some figures, but not every type in both years."""
        have = set(self.profile["place"]) - set(self.places)
        return [code for code in (*self.region.members, *self.region.comparisons) if code in have]

    @cached_property
    def people(self) -> dict[tuple[str, int], float]:
        """(place, year) -> inhabitants aged 20-64 on 31 December, of every municipality that the table has."""
        rows = population_rows(self.setting, self.setting.places.kinds)
        return {(row.place, int(row.year)): float(row.value) for row in rows.itertuples()}

    @property
    def without(self) -> list[str]:
        """The members without any figure."""
        return [code for code in self.region.members if code not in (*self.places, *self.partial)]

    @cached_property
    def _values(self) -> dict[tuple[str, int, str], object]:
        return {(row.place, row.year, row.group): row for row in self.profile.itertuples()}

    def count(self, place: str, indicator: str, year: int) -> float:
        """Full-year equivalents of one type, or of all. Raises KeyError where the place is not whole that year."""
        return float(self._value(place, indicator, year).value)

    def own_share(self, place: str, indicator: str, year: int) -> float:
        """Percent of the place's own full-year equivalents: not comparable with `population_share`."""
        return float(self._value(place, indicator, year).percent_of_total)

    def population_share(self, place: str, year: int, indicator: str = TOTAL) -> float | None:
        """Percent of the inhabitants aged 20-64 on 31 December; None where their number is not at hand."""
        share = float(self._value(place, indicator, year).percent_of_population)
        return None if share != share else share

    def inhabitants(self, place: str, year: int) -> float | None:
        """Inhabitants aged 20-64 on 31 December, or None where the number is not at hand."""
        people = float(self._value(place, TOTAL, year).population)
        return None if people != people else people

    def change(self, place: str, indicator: str = TOTAL) -> float:
        """Full-year equivalents more (or fewer) in the last year than the year before."""
        first, last = self.years
        return self.count(place, indicator, last) - self.count(place, indicator, first)

    def share_change(self, place: str) -> float | None:
        """Percentage points of the inhabitants more (or fewer) than the year before; None without a population."""
        before, now = (self.population_share(place, year) for year in self.years)
        return None if before is None or now is None else now - before

    def _value(self, place: str, indicator: str, year: int):
        try:
            return self._values[place, year, "" if indicator == TOTAL else indicator]
        except KeyError:
            raise KeyError(
                f"{indicator}, place {place}, {year}: no value. Ask only for `places`, which have every type."
            ) from None


def region_profiles(setting: Setting, region: Region) -> Profiles:
    """The profiles of a region's members and comparisons."""
    return Profiles(setting, region, profile_of(setting, [*region.members, *region.comparisons]))
