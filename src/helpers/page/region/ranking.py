"""R2: each municipality's place in the country: computed where all municipalities are known, else as printed."""

from dataclasses import dataclass, field

import pandas as pd

from ...exhibits import Column, DataTable
from ...tables import MISSING, SYMBOLS
from ...wording import decimal, signed
from .national import NationalScale, zone_of_rank
from .profiles import Profiles

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
