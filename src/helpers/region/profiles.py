"""Who is supported in a region: profiles, what is missing, the national scale and the ranking."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from helpers.setting import Setting
from lagesbild.catalog.models import Region
from lagesbild.html.components import Column, DataTable
from lagesbild.html.render import MISSING, SYMBOLS
from lagesbild.statistics.ranks import RankRule, quartile_class, rank_changes, ranked
from lagesbild.statistics.support import profiles, suspected_nonresponse
from lagesbild.swedish.numbers import MONTHS, decimal, listed, signed
from lagesbild.tidy.schema import rows_of

# Support profiles of some places: full-year equivalents by type, as counts and as shares of two bases.

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
    return profiles(typed, population_rows(setting, places))


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


# What is missing in a region's figures, place by place and in words: nothing is averaged away.


@dataclass(frozen=True)
class Absence:
    """One thing that a place lacks: `what` is the end of a sentence that begins with the place's name."""

    place: str
    what: str


def absences(profiles: Profiles) -> list[Absence]:
    """Missing tables, types, months and populations of the region's places, in the catalogue's order."""
    found = [Absence(place, "har inga egna uppgifter i underlaget") for place in profiles.without]
    if profiles.years:
        for place in profiles.partial:
            found += [Absence(place, what) for year in profiles.years for what in _lacking(profiles, place, year)]
        for place in profiles.places:
            years = [year for year in profiles.years if profiles.inhabitants(place, year) is None]
            found += [Absence(place, f"saknar antalet invånare 20–64 år {year}") for year in years]
    order = [*profiles.region.members, *profiles.region.comparisons]
    return sorted(found, key=lambda one: order.index(one.place))


def absence_sentences(profiles: Profiles) -> list[str]:
    """One sentence for the places that lack the same thing."""
    by_what: dict[str, list[str]] = {}
    for one in absences(profiles):
        by_what.setdefault(one.what, []).append(profiles.setting.places.name(one.place))
    return [f"{listed(names)} {what}." for what, names in by_what.items()]


def _lacking(profiles: Profiles, place: str, year: int) -> list[str]:
    """What a place lacks in one year: whole types, single months, or an answer that was probably never given."""
    rows = yearly_rows(profiles.setting, [place])
    rows = rows[rows["year"] == year].set_index("indicator")
    entries = profiles.setting.catalog.indicators
    types: dict[str, list[str]] = {}
    for id in (*profiles.types, TOTAL):
        if id in rows.index and rows.loc[id, "status"] == "suspect":
            what = f"har noll i {entries[id].label} {year} efter år med värden, ett misstänkt bortfall"
        elif id in rows.index:
            continue
        else:
            what = _missing_months(profiles, place, id, year) or f"saknar uppgift om {{types}} {year}"
        types.setdefault(what, []).append(entries[id].label)
    whole = len(profiles.types) + 1
    return [
        what.replace("{types}", "alla ersättningar" if len(labels) == whole else listed(labels))
        for what, labels in types.items()
    ]


def _missing_months(profiles: Profiles, place: str, indicator: str, year: int) -> str:
    """ "saknar oktober och november 2021 för ..." where some months are there; nothing where none is."""
    table = profiles.setting.table
    own = table[(table["place"] == place) & (table["indicator"] == indicator) & (table["year"] == year)]
    held = set(own.loc[own["value"].notna() & (own["sex"] == "T"), "month"]) - {0}
    missing = [MONTHS[month - 1] for month in range(1, 13) if month not in held]
    return f"saknar {listed(missing)} {year} för {{types}}" if held and missing else ""


def monthly_rows(profiles: Profiles, indicator: str = TOTAL) -> pd.DataFrame:
    """Tidy rows of single months of the region's places, all sexes."""
    table = profiles.setting.table
    places = [*profiles.region.members, *profiles.region.comparisons]
    return table[(table["indicator"] == indicator) & (table["month"] > 0) & table["place"].isin(places)]


# Where a region's places stand among all municipalities: ranks and quartile zones, which need the whole country.
#
# Zones are our own quartiles of the rank (the printed ones are not known); 1 is the lowest share supported.

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


# R2: each municipality's place in the country: computed where all municipalities are known, else as printed.

RANK, CHANGE = "support_rank", "support_rank_change"
PRINTED_AMONG = 290


@dataclass(frozen=True)
class Ranking:
    """`rows`: place, rank, previous, climbed, zone, best rank first; `computed` when the ranks are ours."""

    rows: pd.DataFrame = field(repr=False)
    year: int | None = None
    among: int = PRINTED_AMONG
    computed: bool = False


def ranking_of(profiles: Profiles, scale: NationalScale) -> Ranking:
    """The ranking of the region's places; without rows when neither kind of rank is at hand."""
    places = [*profiles.region.members, *profiles.region.comparisons]
    if not scale.reason:
        own = scale.ranks[scale.ranks["group"].eq("") & scale.ranks["place"].isin(places)].dropna(subset=["rank"])
        rows = own.rename(columns={"previous_rank": "previous", "quartile": "zone"})
        return _ordered(rows, profiles.years[1], int(own["n"].max()), computed=True)
    table = profiles.setting.table
    held = table[table["indicator"].isin([RANK, CHANGE]) & table["place"].isin(places) & table["value"].notna()]
    if held.empty:
        return Ranking(pd.DataFrame(columns=["place", "rank", "previous", "climbed", "zone"]))
    year = int(held["year"].max())
    rows = held[held["year"] == year].pivot(index="place", columns="indicator", values="value").reset_index()
    rows = rows.rename(columns={RANK: "rank", CHANGE: "climbed"}).dropna(subset=["rank", "climbed"])
    rows["previous"] = rows["rank"] + rows["climbed"]  # not printed: a change of +4 to 43 was 47
    rows["zone"] = [zone_of_rank(rank, PRINTED_AMONG) for rank in rows["rank"]]
    return _ordered(rows, year, PRINTED_AMONG, computed=False)


def _ordered(rows: pd.DataFrame, year: int, among: int, *, computed: bool) -> Ranking:
    columns = ["place", "rank", "previous", "climbed", "zone"]
    return Ranking(rows[columns].sort_values(["rank", "place"], ignore_index=True), year, among, computed)


def rank_rows(ranking: Ranking) -> pd.DataFrame:
    """Two rows a place, the previous year's rank and this one's: `place`, `year`, `value`."""
    both = {ranking.year: "rank", (ranking.year or 1) - 1: "previous"}
    parts = [
        ranking.rows.assign(year=year, value=ranking.rows[name].astype(float))
        for year, name in sorted(both.items(), key=lambda item: item[0] or 0)
        if ranking.year
    ]
    return pd.concat(parts, ignore_index=True) if parts else ranking.rows.assign(year=0, value=0.0)


def ranking_table(profiles: Profiles, ranking: Ranking) -> DataTable | None:
    """Share first where it is known, then the change of rank, the rank and the previous one; None without ranks."""
    if ranking.rows.empty:
        return None
    name, year = profiles.setting.places.name, ranking.year
    rows = tuple(
        (
            name(row.place),
            _share(profiles, row.place, year),
            MISSING if pd.isna(row.climbed) else signed(row.climbed, 0),
            decimal(row.rank, 0),
            MISSING if pd.isna(row.previous) else decimal(row.previous, 0),
        )
        for row in ranking.rows.itertuples()
    )
    headers = (f"Andel {year}, %", "Förändring, platser", f"Plats {year}", f"Plats {year - 1}")
    return DataTable(
        caption=f"Andel av invånarna 20–64 år som försörjs, och plats bland {ranking.among} kommuner, {year}. "
        "Plats 1 är lägst andel; en positiv förändring är platser uppåt.",
        columns=(Column("Kommun"), *(Column(header, numeric=True) for header in headers)),
        rows=rows,
        symbols=((MISSING, SYMBOLS[MISSING]),) if any(MISSING in row for row in rows) else (),
    )


def _share(profiles: Profiles, place: str, year: int) -> str:
    known = place in profiles.places and profiles.years[1] == year
    share = profiles.population_share(place, year) if known else None
    return MISSING if share is None else decimal(share, 1)
