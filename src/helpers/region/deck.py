"""The slides of a region's analysis, from the same material as its page."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from helpers.region.analyses import (
    CHANGE_LABEL,
    DECIMALS,
    SEASONS_METHOD,
    Together,
    long_view_rows,
    movement_finding,
    movement_sentences,
    together_rows,
)
from helpers.region.drawings import scale_table
from helpers.region.material import Material, support_table
from helpers.region.parts import about_texts
from helpers.region.profiles import TOTAL, Profiles, Ranking, ranking_table, scale_rows
from helpers.region.register import (
    ABSENT,
    as_of_text,
    competence_table,
    gaps_table,
    gaps_text,
    goal_gaps,
    goals_table,
    group_table,
    source_of,
    sources_table,
)
from helpers.region.statements import Observation, situations_of
from lagesbild.html.components import Deck, Slide, SlideChart
from lagesbild.rules.register import Written
from lagesbild.swedish.numbers import decimal, listed

# The slides with figures: native charts of the same numbers as the page's figures.


def ranking_slides(profiles: Profiles, ranking: Ranking, notes: str) -> Iterator[Slide]:
    """The ranks of two years as bars beside their table; nothing without ranks."""
    table = ranking_table(profiles, ranking)
    if table is None:
        return
    rows = ranking.rows
    series = (
        (str(ranking.year - 1), _values(rows["previous"])),
        (str(ranking.year), _values(rows["rank"])),
    )
    places = tuple(profiles.name(place) for place in rows["place"])
    chart = SlideChart("bars", places, series, f"plats bland {ranking.among}", 0, f"Staplar. {table.caption}")
    yield Slide(f"Kommunernas plats i riket {ranking.year}", notes, chart=chart, table=table)


def profile_slides(profiles: Profiles, situations: dict[str, str], source: str) -> Iterator[Slide]:
    """A slide a municipality: its profile as a chart, beside the document's own table.

    `situations` are the sentences that are made from the figures, by the municipality's name.
    """
    labels = tuple(profiles.labels[support] for support in profiles.types)
    for place in profiles.places:
        name, last = profiles.name(place), profiles.years[1]
        shares = _values(profiles.population_share(place, last, support) for support in profiles.types)
        total = profiles.population_share(place, last)
        of = f", {decimal(total, 1)} procent av invånarna 20–64 år" if pd.notna(total) else ""
        title = f"{name}: {decimal(profiles.count(place, TOTAL, last), 0)} helårsekvivalenter {last}{of}"
        text = listed([f"{label} {decimal(share, 1)}" for label, share in zip(labels, shares, strict=True) if share])
        chart = SlideChart(
            "bars", labels, ((str(last), shares),), "procent av invånarna 20–64 år", 1, f"Staplar. {name}: {text}."
        )
        yield Slide(title, f"{situations[name]} {source}", chart=chart, table=support_table(profiles, place))


def movement_slides(profiles: Profiles, moves: pd.DataFrame, source: str) -> Iterator[Slide]:
    """What moved the share, stacked; nothing without a population."""
    if moves.empty:
        return
    places = tuple(profiles.name(place) for place in moves.index)
    series = tuple((label, _values(points)) for label, points in moves.drop(columns=CHANGE_LABEL).items())
    finding = movement_finding(moves, profiles.years)
    chart = SlideChart("stacked", places, series, "procentenheter", DECIMALS, f"Staplade staplar. {finding}")
    notes = "\n".join([finding, *movement_sentences(profiles, moves), source])
    first, last = profiles.years
    yield Slide(f"Vad som ändrade andelen {first}–{last}", notes, chart=chart)


def together_slides(profiles: Profiles, together: Together, source: str) -> Iterator[Slide]:
    """Ill health against unemployment; nothing where the test is refused, which the statements say."""
    rows = together_rows(profiles, together)
    if len(rows):
        points = tuple(zip(rows["x"].round(2), rows["y"].round(2), strict=True))
        unit = "arbetslöshet, procent; vågrätt ohälsa, procent"
        description = f"Punkter. {together.sentence}"
        chart = SlideChart("dots", tuple(rows["name"]), (("Kommuner", points),), unit, 1, description)
        yield Slide("Ohälsa och arbetslöshet", f"{together.sentence} {source}", chart=chart)


def month_slides(name: str, rows: pd.DataFrame, source: str) -> Iterator[Slide]:
    """The months of the place drawn on the page, women and men together; nothing without months."""
    if rows.empty:
        return
    rows = rows[rows["group"] == rows["group"].iloc[0]]
    wide = rows.pivot(index=["year", "month"], columns="label", values="value")
    months = tuple(f"{year}-{month:02d}" for year, month in wide.index)
    series = tuple((label, _values(wide[label])) for label in wide.columns)
    title = f"{name}, månad för månad"
    chart = SlideChart(
        "lines", months, series, "helårsekvivalenter", 0, f"Linjer. {title}, {months[0]} till {months[-1]}."
    )
    yield Slide(title, f"{SEASONS_METHOD} {source}", chart=chart)


def _values(values: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(None if pd.isna(value) else float(value) for value in values)


# Which slides the analysis becomes, in the order of the page.


def deck_of(material: Material) -> Deck:
    """Every slide of the analysis, and what the file says of itself."""
    vintage = material.setting.vintage
    title = f"{material.region.name} {material.setting.year}"
    made = vintage if vintage[:1].isdigit() else ""
    return Deck(title, material.region.publisher or "", made, tuple(_slides(material)))


def _slides(material: Material) -> Iterator[Slide]:
    setting, profiles, written, view = material.setting, material.profiles, material.written, material.long_view
    title = f"{material.region.name} {setting.year}"
    yield Slide(title, f"Regionens sida i rapporten {setting.year}.", bullets=tuple(about_texts(material)))
    yield from _observed(material.observed)
    part = setting.catalog.parts["R2"]
    yield from ranking_slides(profiles, material.ranking, f"Källa: {part.source}. {part.note}")
    situations = {entry.name: entry.computed for entry in situations_of(profiles, material.ranking, [])}
    yield from profile_slides(profiles, situations, material.shares_source)
    yield from movement_slides(profiles, material.moves, material.shares_source)
    scale = scale_rows(profiles, material.scale, setting.role)
    if len(scale):
        yield Slide("Plats på den nationella skalan", material.shares_source, table=scale_table(scale))
    yield from together_slides(profiles, material.together, material.shares_source)
    if view.place:
        yield from month_slides(profiles.name(view.place), long_view_rows(setting, view), material.counts_source)
    table = goals_table(setting, written)
    linked = replace(table, rows=tuple(row for row in table.rows if row[3] != ABSENT))
    yield Slide("Från mål till handling", "Hela tabellen står på regionens sida.", bullets=(goal_gaps(table),))
    if linked.rows:
        yield Slide("Prioriteringar med ett initiativ i regionen", goal_gaps(table), table=linked)
    if written:
        yield from _written(profiles, written)


def _written(profiles: Profiles, written: Written) -> Iterator[Slide]:
    """What the region's analysis group wrote."""
    assessment, source = written.assessment, source_of(written)
    for situation in assessment.situations:
        title = f"{profiles.name(situation.place)}: lokala insatser"
        yield Slide(title, f"Bedömning: {situation.judged_by}. {source}", bullets=tuple(_plain_lines(situation.text)))
    missing = (as_of_text(written.when), gaps_text(assessment))
    yield Slide("Samverkansinitiativ: vad som saknas", source, bullets=missing)
    yield Slide("Samverkansinitiativ och uppdrag", source, table=gaps_table(assessment))
    yield Slide("Datakällor per myndighet", source, table=sources_table(assessment))
    yield Slide("Analysgruppens sammansättning", source, table=group_table(assessment))
    yield Slide(assessment.competence_plan.title, source, table=competence_table(assessment))
    if assessment.remarks:
        texts = [f"{remark.text} ({listed(remark.places)})" for remark in assessment.remarks]
        yield Slide("Där underlaget säger emot sig självt", source, bullets=tuple(texts))


def _observed(observed: list[Observation]) -> Iterator[Slide]:
    notes = "Varje påstående är gjort ur siffrorna och hänvisar till den del av regionens sida som det vilar på."
    borne_out = [f"{entry.text} [{entry.evidence}]" for entry in observed if not entry.withheld]
    yield Slide("Samlade iakttagelser", notes, bullets=tuple(borne_out))
    withheld = [entry.text for entry in observed if entry.withheld]
    yield Slide("Det här kan inte sägas", "Uppgifterna saknas i underlaget.", bullets=tuple(withheld))


def _plain_lines(markdown: str) -> list[str]:
    """The paragraphs and list items of a text that people wrote, without marks."""
    blocks = re.split(r"\n\s*\n|\n(?=- )", markdown.strip())
    return [re.sub(r"\s+", " ", block.removeprefix("- ").replace("*", "")).strip() for block in blocks]
