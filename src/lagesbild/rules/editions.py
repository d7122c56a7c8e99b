"""Which editions can be made, what an edition is made from, and its key figures."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from lagesbild.assessments.load import load_assessment
from lagesbild.assessments.models import Assessment
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.errors import Refusal
from lagesbild.paths import Paths
from lagesbild.places import COUNTRY, Places
from lagesbild.rules.judgements import Judgements, judgements
from lagesbild.sources.raw import load_places
from lagesbild.statistics.intervals import usable
from lagesbild.tidy.build import store, table_at_hand
from lagesbild.tidy.schema import current, up_to, yearly

# Which editions can be made: a page, a municipality and a year that the catalogue and the figures know.

LOOK_BACK = 5  # years before the edition in which at least one series must have a value


class RefusedEdition(Refusal):
    """A municipality or year that no report can be made for, with what to do instead."""


@dataclass(frozen=True)
class Edition:
    """What an edition is made from: `rows` are the tidy table's, every vintage, no year after the edition's.

    `judged` is about every municipality.
    """

    catalog: Catalog
    places: Places
    assessment: Assessment | None
    rows: pd.DataFrame = field(repr=False)
    judged: Judgements = field(repr=False)


def edition_of(paths: Paths, page: str, municipality: str, year: int) -> Edition:
    """The rows and judgements of one municipality's edition; makes table and judgements first when they are outdated.

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
    return Edition(
        catalog, places, assessment, up_to(whole.rows, year), judgements(paths, whole, catalog, places, year)
    )


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


def refuse_region_without_data(rows: pd.DataFrame, catalog: Catalog, region: str, year: int) -> None:
    """Raises RefusedEdition when no member has a value, in the edition's `rows`, of what the regional page is about."""
    parts = {name for part in catalog.parts.values() for name in part.indicators}
    members = catalog.regions[region].members
    own = rows[rows["place"].isin(members) & rows["indicator"].isin(parts)]
    if own["value"].isna().all():
        raise RefusedEdition(
            f"region: '{region}' is without data: none of {', '.join(members)} has a value of any of its parts up to "
            f"{year}. Run 'lagesbild fetch', which asks for every municipality, or choose another region or year."
        )


# The key figures of a place: one line for every indicator and sex with a value, whatever the pages draw.

KEY_FIGURES = [
    "indicator", "place", "sex", "year", "value",
    "direction", "first_year", "last_year", "p", "p_adjusted", "reason",
    "difference_year", "difference", "difference_verdict",
    "rank", "rank_of", "rank_year",
]  # fmt: skip
AT = ["indicator", "place", "sex"]


def key_figures(rows: pd.DataFrame, judged: Judgements, catalog: Catalog, places: Iterable[str]) -> pd.DataFrame:
    """KEY_FIGURES as text, of each place; sorted by indicator, place and sex."""
    each = [_key_figures(rows, judged, catalog, place) for place in places]
    return pd.concat(each).sort_values(AT, ignore_index=True)


def _key_figures(rows: pd.DataFrame, judged: Judgements, catalog: Catalog, place: str) -> pd.DataFrame:
    """The last value in the place, its direction, its difference to riket and its rank, as text; "" where none.

    `rows`: current rows up to the edition's year. Values and differences have four decimals, p three digits, so that a
    diff of two editions shows which numbers moved.
    """
    own = yearly(rows[rows["place"] == place], catalog)
    known = own[usable(own)].sort_values([*AT, "year"]).drop_duplicates(AT, keep="last")
    country = judged.differences[judged.differences["other"] == COUNTRY]
    told = judged.ranks[judged.ranks["reason"] == ""]
    for frame, names in (
        (judged.directions, ["direction", "first_year", "last_year", "p", "p_adjusted", "reason"]),
        (
            country.rename(columns={"year": "difference_year", "verdict": "difference_verdict"}),
            ["difference_year", "difference", "difference_verdict"],
        ),
        (told.rename(columns={"n": "rank_of", "year": "rank_year"}), ["rank", "rank_of", "rank_year"]),
    ):
        known = known.merge(frame.loc[frame["place"] == place, [*AT, *names]], how="left", on=AT)
    decimals = dict.fromkeys(("value", "difference"), "{:.4f}") | dict.fromkeys(("p", "p_adjusted"), "{:.3g}")
    whole = ("year", "first_year", "last_year", "difference_year", "rank", "rank_of", "rank_year")
    decimals |= dict.fromkeys(whole, "{:.0f}")
    texts = {name: _texts(known[name], decimals.get(name, "{}")) for name in KEY_FIGURES}
    return pd.DataFrame(texts, columns=KEY_FIGURES)


def _texts(values: pd.Series, form: str) -> list[str]:
    return ["" if pd.isna(value) else form.format(value) for value in values]
