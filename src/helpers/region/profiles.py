"""Who is supported in a region: profiles, what is missing, the national scale and the ranking."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from helpers.setting import Setting
from lagesbild.catalog.models import Catalog, Region
from lagesbild.html.components import Column, DataTable
from lagesbild.html.render import MISSING, SYMBOLS
from lagesbild.statistics.ranks import MUNICIPALITIES, RankRule, quartile_class, rank_changes, ranked
from lagesbild.statistics.support import profiles, suspected_nonresponse
from lagesbild.swedish.numbers import MONTHS, decimal, listed, signed
from lagesbild.tidy.schema import rows_of, yearly_totals

# Support profiles of some places: full-year equivalents by type, as counts and as shares of two bases.

TOTAL = "fte_total"
POPULATION = "population_20_64"
MAY_BE_UNREPORTED = "fte_social_assistance"  # the one type where the publisher prints 0 for "not reported"


def support_types(catalog: Catalog) -> list[str]:
    """The six types of support, in the order of the tables, without the total."""
    return [name for name in catalog.parts["R4"].indicators if name not in (TOTAL, POPULATION)]


@dataclass(frozen=True)
class Profiles:
    """The support profiles of one region.

    `yearly` and `monthly` hold the tidy rows of the edition, of every place: whole years of both sexes together, and
    single months. A place counts only with every type in both of the `years` compared; the others are in `partial` and
    `without`, and are named wherever something is counted.
    """

    region: Region
    types: list[str]
    labels: Mapping[str, str]  # indicator -> label
    place_names: Mapping[str, str]  # every place of the country -> name
    municipalities: list[str]  # every municipality of the country
    yearly: pd.DataFrame = field(repr=False)
    monthly: pd.DataFrame = field(repr=False)

    @cached_property
    def region_places(self) -> list[str]:
        """The members, then the comparisons, in the catalogue's order; with or without figures."""
        return [*self.region.members, *self.region.comparisons]

    def name(self, place: str) -> str:
        """The name of a place."""
        return self.place_names[place]

    def names(self, places: Iterable[str]) -> str:
        """The names of some places in a sentence: "Umeå, Nordmaling och Vännäs"."""
        return listed([self.place_names[place] for place in places])

    def support_rows(self, places: Iterable[str]) -> pd.DataFrame:
        """The rows with a value of every type and of the total; suspected non-response has the status "suspect"."""
        rows = rows_of(self.yearly, [*self.types, TOTAL], places)
        suspect = (rows["indicator"] == MAY_BE_UNREPORTED) & (suspected_nonresponse(rows) != "")
        return rows.assign(status=rows["status"].mask(suspect, "suspect"))

    def population_rows(self, places: Iterable[str]) -> pd.DataFrame:
        """Inhabitants aged 20-64 on 31 December: `place`, `year`, `value`."""
        return rows_of(self.yearly, [POPULATION], places)[["place", "year", "value"]]

    def monthly_rows(self, indicator: str = TOTAL) -> pd.DataFrame:
        """Single months of the region's places, all sexes."""
        return self.monthly[(self.monthly["indicator"] == indicator) & self.monthly["place"].isin(self.region_places)]

    def profile_of(self, places: Iterable[str]) -> pd.DataFrame:
        """What `statistics.support.profiles` gives for the whole years of some places; `group` is "" for the total."""
        places = list(places)
        rows = self.support_rows(places)
        typed = rows.assign(group=rows["indicator"].where(rows["indicator"] != TOTAL, ""))
        return profiles(typed, self.population_rows(places))

    @cached_property
    def profile(self) -> pd.DataFrame:
        """The profile of the region's places."""
        return self.profile_of(self.region_places)

    @cached_property
    def whole(self) -> dict[int, set[str]]:
        """Year -> the places that have every type and a total then."""
        groups = self.profile[self.profile["value"].notna()].groupby(["year", "place"])["group"].nunique()
        whole = groups[groups == len(self.types) + 1].reset_index()
        return {int(year): set(rows["place"]) for year, rows in whole.groupby("year")}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The last two years in a row that most of the places with figures have whole; empty when there are none.

        With `places` there are always two.
        """
        places = self.profile["place"].nunique()
        fit = {year for year, have in self.whole.items() if 2 * len(have) > places}
        return max(((year - 1, year) for year in fit if year - 1 in fit), default=())

    @cached_property
    def places(self) -> list[str]:
        """The places that are whole in both years: members in the catalogue's order, then comparisons."""
        have = set.intersection(*(self.whole[year] for year in self.years)) if self.years else set()
        return [code for code in self.region_places if code in have]

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
        return [code for code in self.region_places if code in have]

    @property
    def without(self) -> list[str]:
        """The members without any figure."""
        return [code for code in self.region.members if code not in (*self.places, *self.partial)]

    def count(self, place: str, indicator: str, year: int) -> float:
        """Full-year equivalents of one type, or of all. Raises KeyError where the place is not whole that year."""
        return float(self._row(place, indicator, year).value)

    def own_share(self, place: str, indicator: str, year: int) -> float:
        """Percent of the place's own full-year equivalents: not comparable with `population_share`."""
        return float(self._row(place, indicator, year).percent_of_total)

    def population_share(self, place: str, year: int, indicator: str = TOTAL) -> float:
        """Percent of the inhabitants aged 20-64 on 31 December; NaN where their number is not at hand."""
        return float(self._row(place, indicator, year).percent_of_population)

    def inhabitants(self, place: str, year: int) -> float:
        """Inhabitants aged 20-64 on 31 December; NaN where the number is not at hand."""
        return float(self._row(place, TOTAL, year).population)

    def change(self, place: str, indicator: str = TOTAL) -> float:
        """Full-year equivalents more (or fewer) in the last year than the year before."""
        first, last = self.years
        return self.count(place, indicator, last) - self.count(place, indicator, first)

    def share_change(self, place: str) -> float:
        """Percentage points of the inhabitants more (or fewer) than the year before; NaN without a population."""
        first, last = self.years
        return self.population_share(place, last) - self.population_share(place, first)

    @cached_property
    def _rows(self) -> dict[tuple[str, int, str], Any]:
        return {(row.place, row.year, row.group): row for row in self.profile.itertuples()}

    def _row(self, place: str, indicator: str, year: int) -> Any:
        try:
            return self._rows[place, year, "" if indicator == TOTAL else indicator]
        except KeyError:
            raise KeyError(
                f"{indicator}, place {place}, {year}: no value. Ask only for `places`, which have every type."
            ) from None


def region_profiles(setting: Setting, region: Region) -> Profiles:
    """The profiles of a region's places. Raises UnknownPlace for a code that the snapshot does not know."""
    catalog, places, table = setting.catalog, setting.places, setting.table
    for place in (*region.members, *region.comparisons):
        places.name(place)
    return Profiles(
        region=region,
        types=support_types(catalog),
        labels={name: entry.label for name, entry in catalog.indicators.items()},
        place_names=places.names,
        municipalities=[code for code, kind in places.kinds.items() if kind == "K"],
        yearly=yearly_totals(table, catalog),
        monthly=table[table["month"] > 0],
    )


# What is missing in a region's figures, place by place and in words: nothing is averaged away.


def absence_sentences(profiles: Profiles) -> list[str]:
    """One sentence for the places that lack the same thing: tables, types, months or the population."""
    places: dict[str, list[str]] = {}
    for place in profiles.region_places:
        for what in _lacks(profiles, place):
            places.setdefault(what, []).append(place)
    return [f"{profiles.names(lacking)} {what}." for what, lacking in places.items()]


def _lacks(profiles: Profiles, place: str) -> list[str]:
    """What a place lacks, as ends of a sentence that begins with its name."""
    if place in profiles.without:
        return ["har inga egna uppgifter i underlaget"]
    if place in profiles.partial:
        rows = profiles.support_rows([place])
        months = profiles.monthly[(profiles.monthly["place"] == place) & (profiles.monthly["sex"] == "T")]
        wanted = {indicator: profiles.labels[indicator] for indicator in (*profiles.types, TOTAL)}
        return [
            what
            for year in profiles.years
            for what in _lacking_types(wanted, rows[rows["year"] == year], months[months["year"] == year], year)
        ]
    years = profiles.years if place in profiles.places else ()
    return [f"saknar antalet invånare 20–64 år {year}" for year in years if pd.isna(profiles.inhabitants(place, year))]


def _lacking_types(wanted: dict[str, str], rows: pd.DataFrame, months: pd.DataFrame, year: int) -> list[str]:
    """What a place lacks in one year: whole types, single months, or an answer that was probably never given.

    `wanted` are indicators with their labels, `rows` and `months` the place's rows of the year.
    """
    status = dict(zip(rows["indicator"], rows["status"], strict=True))
    lacking: dict[str, list[str]] = {}
    for indicator, label in wanted.items():
        if status.get(indicator) == "suspect":
            what = f"har noll i {label} {year} efter år med värden, ett misstänkt bortfall"
        elif indicator in status:
            continue
        else:
            missing = _missing_months(months[months["indicator"] == indicator])
            what = f"{listed(missing)} {year} för {{types}}" if missing else f"uppgift om {{types}} {year}"
            what = f"saknar {what}"
        lacking.setdefault(what, []).append(label)
    return [
        what.replace("{types}", "alla ersättningar" if len(labels) == len(wanted) else listed(labels))
        for what, labels in lacking.items()
    ]


def _missing_months(months: pd.DataFrame) -> list[str]:
    """The months without a value, where others of the year have one; empty where none has."""
    known = set(months.loc[months["value"].notna(), "month"])
    return [name for month, name in enumerate(MONTHS, 1) if known and month not in known]


# Where a region's places stand among all municipalities: ranks and quartile zones, which need the whole country.
#
# Zones are our own quartiles of the rank (the printed zones are not known); 1 is the lowest share supported.

ZONES = 4


@dataclass(frozen=True)
class NationalScale:
    """`ranks` has place, group (type, "" the total), value (percent of the inhabitants 20-64), rank, n, quartile,
    previous_rank and year; `reason` says in words why there are none."""

    ranks: pd.DataFrame = field(repr=False)
    reason: str = ""


def national_scale_of(profiles: Profiles) -> NationalScale:
    """Ranks of every municipality in the profiles' last year; none without a complete national series."""
    if not profiles.years:
        return NationalScale(pd.DataFrame(), "Två hela år av helårsekvivalenter i rad saknas i underlaget.")
    municipalities = profiles.municipalities
    # With the rows of those whose answer was that there is no value: they were asked for.
    totals = profiles.yearly[profiles.yearly["indicator"].eq(TOTAL) & profiles.yearly["place"].isin(municipalities)]
    asked = _in_both(totals, profiles.years)
    rule = RankRule("lower", fetched=len(asked), places=len(municipalities))
    if rule.refusal(len(asked)):
        return NationalScale(
            pd.DataFrame(),
            f"Skalan kräver helårsekvivalenter för alla rikets {len(municipalities)} kommuner, och underlaget har dem "
            f"för {len(_in_both(totals[totals['value'].notna()], profiles.years))} ({profiles.years[1]}).",
        )
    profile = profiles.profile_of(municipalities).assign(value=lambda rows: rows["percent_of_population"], status="")
    ranks = [_ranked(profile[profile["group"] == group], rule, profiles.years) for group in ["", *profiles.types]]
    return NationalScale(pd.concat(ranks, ignore_index=True))


def _in_both(rows: pd.DataFrame, years: tuple[int, ...]) -> set[str]:
    return set.intersection(*(set(rows.loc[rows["year"] == year, "place"]) for year in years))


def scale_rows(profiles: Profiles, scale: NationalScale, role: Callable[[str], str]) -> pd.DataFrame:
    """Rows for the national scale, one per place and type, the total first; empty where the scale is withheld.

    `name`, `role`, `label`, `value` (rank), `previous` (the year before's), `n`, `ends` (of the zones) and `year`.
    """
    columns = ["place", "name", "role", "label", "value", "previous", "n", "ends", "year"]
    if scale.reason:
        return pd.DataFrame(columns=columns)
    ranks = {(row.place, row.group): row for row in scale.ranks.dropna(subset=["rank"]).itertuples()}
    labels = {"": profiles.labels[TOTAL]} | {name: profiles.labels[name] for name in profiles.types}
    rows = [
        (place, profiles.name(place), role(place), label, float(row.rank), float(row.previous_rank), int(row.n),
         tuple(zone_ends(int(row.n))), int(row.year))
        for place in profiles.places
        for group, label in labels.items()
        if (row := ranks.get((place, group))) is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def zone_ends(n: int) -> list[int]:
    """The last rank of each zone: 73, 145, 218 and 290 of 290."""
    zones = quartile_class(list(range(1, n + 1)), n, ZONES)
    return [int((zones <= zone).sum()) for zone in range(1, ZONES + 1)]


def _ranked(rows: pd.DataFrame, rule: RankRule, years: tuple[int, ...]) -> pd.DataFrame:
    before, now = (ranked(rows[rows["year"] == year], rule) for year in years)
    return rank_changes(now, before).assign(group=rows["group"].iloc[0], year=years[1])


# R2: each municipality's place in the country: computed where all municipalities are known, else as printed.

RANK, CHANGE = "support_rank", "support_rank_change"
RANK_COLUMNS = ["place", "rank", "previous", "climbed", "zone"]


@dataclass(frozen=True)
class Ranking:
    """`rows`: place, rank, previous, climbed, zone, best rank first; `computed` when the ranks are ours."""

    rows: pd.DataFrame = field(repr=False)
    year: int = 0  # there is none without rows
    among: int = MUNICIPALITIES
    computed: bool = False


def ranking_of(profiles: Profiles, scale: NationalScale) -> Ranking:
    """The ranking of the region's places; without rows when neither kind of rank is at hand."""
    if not scale.reason:
        own = scale.ranks[scale.ranks["group"].eq("") & scale.ranks["place"].isin(profiles.region_places)]
        own = own.dropna(subset=["rank"])
        rows = own.rename(columns={"previous_rank": "previous", "quartile": "zone"})
        return Ranking(_best_first(rows), profiles.years[1], int(own["n"].max()), computed=True)
    printed = rows_of(profiles.yearly, [RANK, CHANGE], profiles.region_places)
    if printed.empty:
        return Ranking(pd.DataFrame(columns=RANK_COLUMNS))
    year = int(printed["year"].max())
    rows = printed[printed["year"] == year].pivot(index="place", columns="indicator", values="value").reset_index()
    rows = rows.rename(columns={RANK: "rank", CHANGE: "climbed"}).dropna(subset=["rank", "climbed"])
    rows["previous"] = rows["rank"] + rows["climbed"]  # not printed: a change of +4 to 43 was 47
    rows["zone"] = quartile_class(rows["rank"], MUNICIPALITIES, ZONES)
    return Ranking(_best_first(rows), year)


def _best_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[RANK_COLUMNS].sort_values(["rank", "place"], ignore_index=True)


def rank_rows(ranking: Ranking) -> pd.DataFrame:
    """Tidy rows of the ranks, two per place: the previous year's and the last one's."""
    both = {ranking.year - 1: "previous", ranking.year: "rank"}
    parts = [ranking.rows.assign(year=year, value=ranking.rows[name].astype(float)) for year, name in both.items()]
    nan = float("nan")
    return pd.concat(parts, ignore_index=True).assign(
        indicator=RANK, month=0, sex="T", group="", vintage="", margin=nan, count=nan, status=""
    )


def ranking_table(profiles: Profiles, ranking: Ranking) -> DataTable | None:
    """Share first where it is known, then the change of rank, the rank and the previous one; None without ranks."""
    if ranking.rows.empty:
        return None
    year = ranking.year
    known = profiles.places if year in profiles.years[1:] else []
    shares = {place: profiles.population_share(place, year) for place in known}
    rows = tuple(
        (
            profiles.name(row.place),
            number(shares.get(row.place, float("nan")), 1),
            MISSING if pd.isna(row.climbed) else signed(row.climbed, 0),
            decimal(row.rank, 0),
            number(row.previous, 0),
        )
        for row in ranking.rows.itertuples()
    )
    return numbers_table(
        f"Andel av invånarna 20–64 år som försörjs, och plats bland {ranking.among} kommuner, {year}. "
        "Plats 1 är lägst andel; en positiv förändring är platser uppåt.",
        ("Kommun", f"Andel {year}, %", "Förändring, platser", f"Plats {year}", f"Plats {year - 1}"),
        rows,
    )


def numbers_table(caption: str, headers: Iterable[str], rows: tuple[tuple[str, ...], ...]) -> DataTable:
    """A table whose first column heads rows of numbers; the symbol of what is missing is explained where it stands."""
    head, *others = headers
    columns = (Column(head), *(Column(header, numeric=True) for header in others))
    missing = any(MISSING in row for row in rows)
    return DataTable(caption, columns, rows, symbols=((MISSING, SYMBOLS[MISSING]),) if missing else ())


def number(value: float, decimals: int) -> str:
    """A number in a table, or the symbol of what is missing."""
    return MISSING if pd.isna(value) else decimal(value, decimals)
