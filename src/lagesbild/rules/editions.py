"""Which editions can be made, and which indicators an edition's figures, priorities and pages show."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from lagesbild.assessments import Assessment, load_assessment
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog, Figure
from lagesbild.errors import Refusal
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.sources.raw import load_places
from lagesbild.tidy.build import store, table_at_hand
from lagesbild.tidy.schema import current, up_to

# Which editions can be made: a page, a municipality and a year that the catalogue and the figures know.

LOOK_BACK = 5  # years before the edition in which at least one series must have a value


class RefusedEdition(Refusal):
    """A municipality or year that no report can be made for, with what to do instead."""


@dataclass(frozen=True)
class Edition:
    """What an edition is made from: `rows` are the tidy table's, every vintage, no year after the edition's."""

    catalog: Catalog
    places: Places
    assessment: Assessment | None
    rows: pd.DataFrame = field(repr=False)


def edition_of(paths: Paths, page: str, municipality: str, year: int) -> Edition:
    """The rows of one municipality's edition; builds the tidy table first when it is older than its input.

    Raises RefusedEdition, UnknownPlace or a RecordError, each with value, place and remedy; page, municipality and
    year are checked before any data is read.
    """
    catalog = load_catalog(paths)
    if page not in catalog.pages:
        raise RefusedEdition(
            f"page: '{page}' is not in data/catalog/programme.yml. Choose: {', '.join(catalog.pages)}."
        )
    if not isinstance(municipality, str):
        raise RefusedEdition(f'municipality: {municipality!r} is not text. Write the code in quotes, such as "0180".')
    if isinstance(year, bool) or not isinstance(year, int):
        raise RefusedEdition(f"year: {year!r} is not a whole number. Write it without quotes, such as 2024.")
    places = load_places(paths)
    places.municipality(municipality)
    whole = table_at_hand(paths, catalog)
    refuse_without_data(whole.rows, municipality, year)
    assessment = load_assessment(paths, municipality, year, catalog)
    store(paths, catalog, whole)  # only now: a refused edition writes nothing
    return Edition(catalog, places, assessment, up_to(whole.rows, year))


def refuse_without_data(table: pd.DataFrame, municipality: str, year: int) -> None:
    """Raises RefusedEdition when no series has a value for the place in `year` or the five years before it."""
    own = current(table[table["place"] == municipality])
    years = own.loc[own["value"].notna(), "year"]
    if years.empty:
        places = table.loc[table["value"].notna(), "place"].nunique()
        raise RefusedEdition(
            f"municipality: '{municipality}' has no values; data/raw holds {places} places. Run 'lagesbild fetch', "
            "which asks for every municipality, or restore data/raw from the repository."
        )
    earlier = years[years <= year]
    if earlier.empty:
        first = int(years.min())
        raise RefusedEdition(
            f"year: {year} is without data: the first value of {municipality} is of {first}. Choose {first} or later."
        )
    last = int(earlier.max())
    if last < year - LOOK_BACK:
        raise RefusedEdition(
            f"year: {year} is without data: the last value of {municipality} is of {last}. Choose a year up to "
            f"{last + LOOK_BACK}, or run 'lagesbild fetch' for newer figures."
        )


# What a figure draws in a place, and how near that comes to the report's own measure.

State = Literal["exact", "derived", "related", "slot"]


def drawn_indicators(figure: Figure, at_hand: Container[str]) -> list[str]:
    """The indicators of the figure's own measure that are `at_hand`, else those that stand in for it, else none.

    An indicator is at hand when the place has a value of it in any year up to the edition's.
    """
    own = [indicator for indicator in figure.measure if indicator in at_hand]
    return own or [indicator for indicator in figure.stand_in if indicator in at_hand]


def figure_state(catalog: Catalog, figure: Figure, at_hand: Container[str]) -> State:
    """How near what is drawn comes to the figure's own measure.

    It is "exact"; "derived", which is computed from published parts; "related", another measure in its place; or
    "slot", where nothing can be drawn.
    """
    drawn = drawn_indicators(figure, at_hand)
    if not drawn:
        return "slot"
    if drawn[0] in figure.measure:
        return "derived" if any(catalog.indicators[indicator].share for indicator in drawn) else "exact"
    return "derived" if figure.derived else "related"


# Where each indicator stands: in the figures that draw it, and as evidence of the priorities that it supports.


@dataclass(frozen=True)
class Use:
    """One figure or one priority that an indicator stands in; the other of the two is empty."""

    page: str
    figure: str = ""
    priority: str = ""
    related: bool = False  # the figure draws it in place of the report's own measure


def indicator_uses(catalog: Catalog, at_hand: Container[str], page: str | None = None) -> dict[str, list[Use]]:
    """Indicator -> where it stands on a page, or anywhere; first those that a figure draws, then the supporting ones.

    The order is that of the figures' numbers and of the priorities.
    """
    uses: dict[str, list[Use]] = {}
    for number, figure in catalog.figures.items():
        if page in (None, figure.page):
            related = figure_state(catalog, figure, at_hand) == "related"
            for indicator in drawn_indicators(figure, at_hand):
                uses.setdefault(indicator, []).append(Use(figure.page, figure=number, related=related))
    for priority, entry in catalog.priorities.items():
        its_page = catalog.focus_areas[entry.area].page
        if page in (None, its_page):
            for indicator in entry.evidence:
                uses.setdefault(indicator, []).append(Use(its_page, priority=priority))
    return uses


def indicator_pages(catalog: Catalog) -> dict[str, list[str]]:
    """Indicator of any figure or priority -> the pages that it may stand on, in the order of the navigation.

    What is missing here is only a part, a total or a base of others, and is not judged by itself.
    """
    pages: dict[str, list[str]] = {}
    for page in catalog.pages:
        figures = [catalog.figures[number] for number in catalog.figures_on(page)]
        shown = [indicator for figure in figures for indicator in (*figure.measure, *figure.stand_in, *figure.dots)]
        areas = [area for area, entry in catalog.focus_areas.items() if entry.page == page]
        priorities = [catalog.priorities[priority] for area in areas for priority in catalog.priorities_of(area)]
        shown += [indicator for entry in priorities for indicator in entry.evidence]
        for indicator in dict.fromkeys(shown):
            pages.setdefault(indicator, []).append(page)
    return pages
