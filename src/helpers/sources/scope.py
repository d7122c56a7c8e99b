"""Which places and years are asked for when nothing else is said."""

from dataclasses import dataclass

from ..catalog import Catalog
from ..places import COUNTRY, Places
from .adapter import Scope
from .errors import SourceError


@dataclass(frozen=True)
class Period:
    """From the catalogue's or the asked first year to the year of the fetch."""

    since: int
    until: int


def chosen_scope(catalog: Catalog, places: Places, period: Period) -> Scope:
    """The catalogue's municipalities with their comparison groups and regions, its other places, the country.

    All municipalities come along for the ranked indicators. Raises SourceError for a place that is not in
    the official list.
    """
    snapshot = catalog.snapshot
    codes = {COUNTRY, *snapshot.places, *snapshot.municipalities}
    for region in catalog.regions.values():
        codes |= {*region.members, *region.comparisons}
    for municipality in snapshot.municipalities:
        if municipality not in places.names:
            continue  # complained about below, with every other unknown code
        group = places.comparison_group(catalog, municipality)
        county = places.county(catalog, municipality)
        codes |= {*(group.members if group else ()), *((county,) if county else ())}
    if unknown := sorted(codes - set(places.names)):
        raise SourceError(
            f"places: {', '.join(unknown)} in data/catalog is in no official list of places. "
            "Correct snapshot.yml, regions.yml or comparisons.yml."
        )
    return _scope(tuple(sorted(codes)), period, frozenset(snapshot.ranked), places)


def whole_scope(places: Places, period: Period) -> Scope:
    """Every place of the services. Nothing is ranked apart: all years of all municipalities come anyway."""
    return _scope(None, period, frozenset(), places)


def _scope(codes: tuple[str, ...] | None, period: Period, ranked: frozenset[str], places: Places) -> Scope:
    municipalities = tuple(sorted(code for code, kind in places.kinds.items() if kind == "K"))
    return Scope(codes, period.since, period.until, ranked, municipalities)
