"""The slides with figures: native charts of the same numbers as the page's drawings."""

from collections.abc import Iterable, Iterator

from ..page.region import Material, drawings
from ..page.region.long_view import METHOD as SEASONS
from ..page.region.long_view import long_view_rows
from ..page.region.movement import DECIMALS, movement_finding, movement_sentence, parts_of
from ..page.region.profiles import TOTAL
from ..page.region.ranking import ranking_table
from ..page.region.situations import situations_of
from ..page.region.support_tables import support_table
from ..wording import decimal, listed
from .pages import table_slides
from .plan import Chart, Slide


def ranking_slides(material: Material) -> Iterator[Slide]:
    ranking, name = material.ranking, material.setting.places.name
    table = ranking_table(material.profiles, ranking)
    if table is None:
        return
    rows = ranking.rows
    series = {
        str(ranking.year - 1): tuple(_plain(rows["previous"])),
        str(ranking.year): tuple(_plain(rows["rank"])),
    }
    title = f"Kommunernas plats i riket {ranking.year}"
    places = tuple(name(place) for place in rows["place"])
    note = material.setting.catalog.parts["R2"]
    notes = f"Källa: {note.source}. {note.note}"
    chart = Chart("bars", places, series, f"plats bland {ranking.among}", 0, f"Staplar. {table.caption}")
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
        chart = Chart(
            "bars", labels, {str(last): shares}, "procent av invånarna 20–64 år", 1, f"Staplar. {name}: {told}."
        )
        notes = f"{situation[name]} {material.shares_source}"
        yield Slide(title, notes, chart=chart, table=support_table(profiles, place))


def scale_slides(material: Material) -> Iterator[Slide]:
    """The places' ranks by type; nothing where the national scale is withheld."""
    rows = drawings.scale_rows(material)
    if len(rows):
        yield from table_slides("Plats på den nationella skalan", drawings.scale_table(rows), material.shares_source)


def together_slides(material: Material) -> Iterator[Slide]:
    """Ill health against unemployment; nothing where the test is refused, which the statements tell."""
    rows = drawings.together_rows(material)
    if len(rows):
        points = tuple(zip(rows["x"].round(2), rows["y"].round(2), strict=True))
        unit = "arbetslöshet, procent; vågrätt ohälsa, procent"
        sentence = material.together.sentence
        chart = Chart("dots", tuple(rows["name"]), {"Kommuner": points}, unit, 1, f"Punkter. {sentence}")
        yield Slide("Ohälsa och arbetslöshet", f"{sentence} {material.shares_source}", chart=chart)


def month_slides(material: Material) -> Iterator[Slide]:
    """The months of the place drawn on the page; nothing without months."""
    rows = long_view_rows(material.profiles, material.long_view) if material.long_view.place else None
    if rows is None or rows.empty:
        return
    rows = rows[rows["group"] == rows["group"].iloc[0]]
    wide = rows.pivot(index=["year", "month"], columns="label", values="value")
    months = tuple(f"{year}-{month:02d}" for year, month in wide.index)
    series = {label: tuple(_plain(wide[label])) for label in wide.columns}
    name = material.setting.places.name(material.long_view.place)
    title = f"{name}, månad för månad"
    chart = Chart("lines", months, series, "helårsekvivalenter", 0, f"Linjer. {title}, {months[0]} till {months[-1]}.")
    yield Slide(title, f"{SEASONS} {material.counts_source}", chart=chart)


def movement_slides(material: Material) -> Iterator[Slide]:
    profiles, moved = material.profiles, material.moved
    if not moved:
        return
    places = tuple(material.setting.places.name(place) for place in moved)
    parts = {place: parts_of(profiles, split) for place, split in moved.items()}
    series = {label: tuple(parts[place][label] for place in moved) for label in next(iter(parts.values()))}
    told = [movement_sentence(profiles, place, split) for place, split in moved.items()]
    finding = movement_finding(profiles, moved)
    chart = Chart("stacked", places, series, "procentenheter", DECIMALS, f"Staplade staplar. {finding}")
    notes = "\n".join([finding, *told, material.shares_source])
    yield Slide(f"Vad som ändrade andelen {material.years_text}", notes, chart=chart)


def _plain(values: Iterable) -> list[float | None]:
    return [None if value != value else float(value) for value in values]
