"""The slides of a region's analysis, from the same material as its page."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from helpers.region import drawings
from helpers.region.analyses import (
    DECIMALS,
    SEASONS_METHOD,
    long_view_rows,
    movement_finding,
    movement_sentence,
    parts_of,
)
from helpers.region.material import Material, support_table
from helpers.region.parts import about_texts
from helpers.region.profiles import TOTAL, ranking_table
from helpers.region.register import (
    ABSENT,
    competence_table,
    gaps_sentence,
    gaps_table,
    gaps_text,
    goals_table,
    group_table,
    sources_table,
)
from helpers.region.statements import Observation, situations_of
from lagesbild.html.components import Deck, Slide, SlideChart
from lagesbild.swedish.numbers import decimal, listed

# The slides with figures: native charts of the same numbers as the page's drawings.


def ranking_slides(material: Material) -> Iterator[Slide]:
    ranking, name = material.ranking, material.setting.places.name
    table = ranking_table(material.profiles, ranking)
    if table is None:
        return
    rows = ranking.rows
    series = (
        (str(ranking.year - 1), tuple(_plain(rows["previous"]))),
        (str(ranking.year), tuple(_plain(rows["rank"]))),
    )
    title = f"Kommunernas plats i riket {ranking.year}"
    places = tuple(name(place) for place in rows["place"])
    note = material.setting.catalog.parts["R2"]
    notes = f"Källa: {note.source}. {note.note}"
    chart = SlideChart("bars", places, series, f"plats bland {ranking.among}", 0, f"Staplar. {table.caption}")
    yield Slide(title, notes, chart=chart, table=table)


def profile_slides(material: Material) -> Iterator[Slide]:
    """A slide a municipality: its profile as a chart, beside the document's own table."""
    profiles = material.profiles
    if not profiles.years:
        return
    entries, last = material.setting.catalog.indicators, profiles.years[1]
    found = situations_of(profiles, material.ranking, material.assessment)
    situation = {one.name: one.computed for one in found}
    for place in profiles.places:
        name = material.setting.places.name(place)
        shares = tuple(profiles.population_share(place, last, id) for id in profiles.types)
        total = profiles.population_share(place, last, TOTAL)
        labels = tuple(entries[id].label for id in profiles.types)
        of = f", {decimal(total, 1)} procent av invånarna 20–64 år" if total is not None else ""
        title = f"{name}: {decimal(profiles.count(place, TOTAL, last), 0)} helårsekvivalenter {last}{of}"
        told = listed([f"{label} {decimal(share, 1)}" for label, share in zip(labels, shares, strict=True) if share])
        chart = SlideChart(
            "bars", labels, ((str(last), shares),), "procent av invånarna 20–64 år", 1, f"Staplar. {name}: {told}."
        )
        notes = f"{situation[name]} {material.shares_source}"
        yield Slide(title, notes, chart=chart, table=support_table(profiles, place))


def scale_slides(material: Material) -> Iterator[Slide]:
    """The places' ranks by type; nothing where the national scale is withheld."""
    rows = drawings.scale_rows(material)
    if len(rows):
        yield Slide("Plats på den nationella skalan", material.shares_source, table=drawings.scale_table(rows))


def together_slides(material: Material) -> Iterator[Slide]:
    """Ill health against unemployment; nothing where the test is refused, which the statements tell."""
    rows = drawings.together_rows(material)
    if len(rows):
        points = tuple(zip(rows["x"].round(2), rows["y"].round(2), strict=True))
        unit = "arbetslöshet, procent; vågrätt ohälsa, procent"
        sentence = material.together.sentence
        chart = SlideChart("dots", tuple(rows["name"]), (("Kommuner", points),), unit, 1, f"Punkter. {sentence}")
        yield Slide("Ohälsa och arbetslöshet", f"{sentence} {material.shares_source}", chart=chart)


def month_slides(material: Material) -> Iterator[Slide]:
    """The months of the place drawn on the page; nothing without months."""
    rows = long_view_rows(material.profiles, material.long_view) if material.long_view.place else None
    if rows is None or rows.empty:
        return
    rows = rows[rows["group"] == rows["group"].iloc[0]]
    wide = rows.pivot(index=["year", "month"], columns="label", values="value")
    months = tuple(f"{year}-{month:02d}" for year, month in wide.index)
    series = tuple((label, tuple(_plain(wide[label]))) for label in wide.columns)
    name = material.setting.places.name(material.long_view.place)
    title = f"{name}, månad för månad"
    chart = SlideChart(
        "lines", months, series, "helårsekvivalenter", 0, f"Linjer. {title}, {months[0]} till {months[-1]}."
    )
    yield Slide(title, f"{SEASONS_METHOD} {material.counts_source}", chart=chart)


def movement_slides(material: Material) -> Iterator[Slide]:
    profiles, moved = material.profiles, material.moved
    if not moved:
        return
    places = tuple(material.setting.places.name(place) for place in moved)
    parts = {place: parts_of(profiles, split) for place, split in moved.items()}
    labels = next(iter(parts.values()))
    series = tuple((label, tuple(parts[place][label] for place in moved)) for label in labels)
    told = [movement_sentence(profiles, place, split) for place, split in moved.items()]
    finding = movement_finding(profiles, moved)
    chart = SlideChart("stacked", places, series, "procentenheter", DECIMALS, f"Staplade staplar. {finding}")
    notes = "\n".join([finding, *told, material.shares_source])
    yield Slide(f"Vad som ändrade andelen {material.years_text}", notes, chart=chart)


def _plain(values: Iterable) -> list[float | None]:
    return [None if value != value else float(value) for value in values]


# Which slides the analysis becomes, in the order of the page.


def deck_of(material: Material) -> Deck:
    """Every slide of the analysis, and what the file says of itself."""
    made = material.setting.vintage if material.setting.vintage[:1].isdigit() else ""
    title = f"{material.region.name} {material.setting.year}"
    return Deck(title, material.region.publisher or "", made, tuple(_slides(material)))


def _slides(material: Material) -> Iterator[Slide]:
    name, year = material.region.name, material.setting.year
    yield Slide(f"{name} {year}", f"Regionens sida i rapporten {year}.", bullets=tuple(about_texts(material)))
    yield from _observed(material.observed)
    yield from ranking_slides(material)
    yield from profile_slides(material)
    yield from movement_slides(material)
    yield from scale_slides(material)
    yield from together_slides(material)
    yield from month_slides(material)
    table = goals_table(material.setting, material.assessment, material.when)
    linked = replace(table, rows=tuple(row for row in table.rows if row[3] != ABSENT))
    yield Slide("Från mål till handling", "Hela tabellen står på regionens sida.", bullets=(gaps_sentence(table),))
    if linked.rows:
        yield Slide("Prioriteringar med ett initiativ i regionen", gaps_sentence(table), table=linked)
    if material.assessment:
        yield from _written(material)


def _written(material: Material) -> Iterator[Slide]:
    """What the region's analysis group wrote."""
    assessment, source = material.assessment, material.group_source
    for one in assessment.situations:
        title = f"{material.setting.places.name(one.place)}: lokala insatser"
        yield Slide(title, f"Bedömning: {one.judged_by}. {source}", bullets=tuple(_plain_lines(one.text)))
    missing = (material.when.text, gaps_text(assessment))
    yield Slide("Samverkansinitiativ: vad som saknas", source, bullets=missing)
    yield Slide("Samverkansinitiativ och uppdrag", source, table=gaps_table(assessment))
    yield Slide("Datakällor per myndighet", source, table=sources_table(assessment))
    yield Slide("Analysgruppens sammansättning", source, table=group_table(assessment))
    yield Slide(assessment.competence_plan.title, source, table=competence_table(assessment))
    if assessment.remarks:
        texts = [f"{one.text} ({listed(one.places)})" for one in assessment.remarks]
        yield Slide("Där underlaget säger emot sig självt", source, bullets=tuple(texts))


def _observed(observed: list[Observation]) -> Iterator[Slide]:
    notes = "Varje påstående är gjort ur siffrorna och hänvisar till den del av regionens sida som det vilar på."
    made = [f"{one.text} [{one.evidence}]" for one in observed if not one.withheld]
    yield Slide("Samlade iakttagelser", notes, bullets=tuple(made))
    withheld = [one.text for one in observed if one.withheld]
    yield Slide("Det här kan inte sägas", "Uppgifterna saknas i underlaget.", bullets=tuple(withheld))


def _plain_lines(markdown: str) -> list[str]:
    """The paragraphs and list items of a text that people wrote, without marks."""
    blocks = re.split(r"\n\s*\n|\n(?=- )", markdown.strip())
    return [re.sub(r"\s+", " ", block.removeprefix("- ").replace("*", "")).strip() for block in blocks]
