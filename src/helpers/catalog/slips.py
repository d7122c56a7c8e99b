"""What no single file of `data/catalog/` can know: entries that name each other must exist and fit."""

from collections.abc import Iterator
from difflib import get_close_matches

from .content import Catalog
from .models import Figure, Indicator

Slip = tuple[str, str, str | int, str]  # kind of entry, its id, field or place in a list, what is wrong


def slips(catalog: Catalog) -> Iterator[Slip]:
    """Everything that contradicts something else in the catalogue."""
    yield from _programme_slips(catalog)
    for id, entry in catalog.indicators.items():
        yield from _indicator_slips(catalog, id, entry)
    for number, figure in catalog.figures.items():
        yield from _figure_slips(catalog, number, figure)
    for id, gap in catalog.gaps.items():
        yield from _unknown(catalog.pages, "gaps", id, "page", gap.page)
        if gap.priority:
            yield from _unknown(catalog.priorities, "gaps", id, "priority", gap.priority)
    yield from _series_slips(catalog)
    yield from _use_slips(catalog)


def _unknown(known: dict, kind: str, id: str, name: str | int, value: str) -> Iterator[Slip]:
    if value not in known:
        near = sorted(known) if len(known) < 20 else get_close_matches(value, known, n=3, cutoff=0.4)
        remedy = f"Choose one of: {', '.join(near)}." if near else "Add it, or correct the id."
        yield kind, id, name, f"'{value}' is not in the catalogue. {remedy}"


def _programme_slips(catalog: Catalog) -> Iterator[Slip]:
    for id, area in catalog.focus_areas.items():
        yield from _unknown(catalog.pages, "focus_areas", id, "page", area.page)
    for id, priority in catalog.priorities.items():
        yield from _unknown(catalog.focus_areas, "priorities", id, "area", priority.area)
        for indicator in priority.evidence:
            yield from _unknown(catalog.indicators, "priorities", id, "evidence", indicator)
    for id, part in catalog.parts.items():
        for indicator in part.indicators:
            yield from _unknown(catalog.indicators, "parts", id, "indicators", indicator)
    for index, indicator in enumerate(catalog.snapshot.ranked):
        yield from _unknown(catalog.indicators, "ranked", "", index, indicator)


def _indicator_slips(catalog: Catalog, id: str, entry: Indicator) -> Iterator[Slip]:
    yield from _unknown(catalog.units, "indicators", id, "unit", entry.unit)
    yield from _unknown(catalog.publishers, "indicators", id, "publisher", entry.publisher)
    if entry.kolada and (entry.kolada.margin is None) != (entry.kolada.margin_title is None):
        yield (
            "indicators",
            id,
            "kolada",
            "a margin needs both 'margin' and 'margin_title'. Add the one that is missing.",
        )
    if entry.population:
        yield from _unknown(catalog.indicators, "indicators", id, "population", entry.population)
    if entry.target and entry.better == "neither":
        what = "a target needs a better side, and 'better' is 'neither'. Say which, or take the target away."
        yield "indicators", id, "target", what
    if entry.share:
        for role in (entry.share.part, entry.share.total):
            yield from _unknown(catalog.indicators, "indicators", id, "share", role)


def _figure_slips(catalog: Catalog, number: str, figure: Figure) -> Iterator[Slip]:
    if not number.isdecimal():
        yield "figures", number, "title", f"'{number}' is no figure number. Use a quoted whole number."
    yield from _unknown(catalog.pages, "figures", number, "page", figure.page)
    if figure.priority:
        yield from _unknown(catalog.priorities, "figures", number, "priority", figure.priority)
        area = catalog.focus_areas.get(getattr(catalog.priorities.get(figure.priority), "area", ""))
        if area and area.page != figure.page:
            yield (
                "figures",
                number,
                "priority",
                (
                    f"priority {figure.priority} belongs to the page '{area.page}', but the figure stands on "
                    f"'{figure.page}'. Correct one of the two."
                ),
            )
    for name in ("measure", "stand_in", "dots"):
        for indicator in getattr(figure, name):
            yield from _unknown(catalog.indicators, "figures", number, name, indicator)
    if not figure.measure:
        yield (
            "figures",
            number,
            "measure",
            "a figure needs a measure of its own, even one that nobody publishes. Add it.",
        )
    if figure.stand_in and not (figure.related_to or figure.derived):
        yield (
            "figures",
            number,
            "stand_in",
            ("a stand-in needs 'related_to' (how it differs) or 'derived' (how it is computed). Add one."),
        )


def _series_slips(catalog: Catalog) -> Iterator[Slip]:
    seen: dict[str, str] = {}
    for id, entry in catalog.indicators.items():
        for series in (entry.kolada.id, entry.kolada.margin) if entry.kolada else ():
            if series in seen:
                yield (
                    "indicators",
                    id,
                    "kolada",
                    f"{series} already fills '{seen[series]}'. Use that indicator instead.",
                )
            if series:
                seen[series] = id


def _use_slips(catalog: Catalog) -> Iterator[Slip]:
    used = {id for figure in catalog.figures.values() for id in (*figure.measure, *figure.stand_in, *figure.dots)}
    used |= {id for priority in catalog.priorities.values() for id in priority.evidence}
    used |= {id for part in catalog.parts.values() for id in part.indicators}
    used |= {entry.population for entry in catalog.indicators.values() if entry.population}
    used |= {
        role for entry in catalog.indicators.values() if entry.share for role in (entry.share.part, entry.share.total)
    }
    for id in sorted(catalog.indicators.keys() - used):
        yield "indicators", id, "title", "no figure, priority or part uses it. Name it in one, or remove it."
