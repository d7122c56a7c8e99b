"""Which editions can be made, what an edition is made from, and its key figures."""

import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pandas as pd

from lagesbild.assessments.load import load_assessment
from lagesbild.assessments.models import Assessment
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.errors import Refusal
from lagesbild.paths import Paths
from lagesbild.places import COUNTRY, Places
from lagesbild.rules.judgements import Judgements, judgements, judgements_key
from lagesbild.sources.raw import load_places
from lagesbild.sources.snapshot import latest_fetch
from lagesbild.statistics.intervals import usable
from lagesbild.tidy.build import TableAtHand, input_key, store, table_at_hand
from lagesbild.tidy.schema import completed, revisions, up_to, whole_years, yearly

# Which editions can be made: a page, a municipality and a year that the catalogue and the figures know.

LOOK_BACK = 5  # years before the edition in which at least one series must have a value


class RefusedEdition(Refusal):
    """A municipality or year that no report can be made for, with what to do instead."""


@dataclass(frozen=True)
class Shared:
    """What the editions of every municipality in a year have in common: none of it is computed again for a place.

    `data` and `months` are current rows up to the year, with each place's `name`: those of whole years, as figures show
    them (see `in_order`), and single months. `judged` is about every municipality.
    """

    catalog: Catalog
    places: Places
    years: Mapping[str, list[int]]  # place -> the years in which any series has a value, later ones too
    vintage: str  # the day of the latest fetch
    data: pd.DataFrame = field(repr=False)
    months: pd.DataFrame = field(repr=False)
    revised: pd.DataFrame = field(repr=False)  # values that a later vintage changed: see `tidy.schema.revisions`
    judged: Judgements = field(repr=False)
    numbers: np.ndarray = field(repr=False)  # of the indicator in each row of `data`, in the order of the rows
    at: Mapping[str, np.ndarray] = field(repr=False)  # place -> its rows in `data`
    kept: dict[tuple[str, ...], pd.DataFrame] = field(repr=False)  # see `rows_for`

    def rows_for(self, municipality: str, region: str = "") -> pd.DataFrame:
        """`data`, completed for a municipality, its peers, riket, and what a region is made of and compared with.

        Those come first of each indicator: see `completed` and `in_order`. The last places' rows are kept, as every
        page of a report asks for the same. A copy costs nothing until it changes.
        """
        group = self.places.comparison_group(self.catalog, municipality)
        wanted = tuple(
            dict.fromkeys([municipality, *(group.members if group else ()), COUNTRY, *self._region_places(region)])
        )
        if wanted not in self.kept:
            self.kept[wanted] = self._completed(list(wanted))
            for old in list(self.kept)[:-MOST_KEPT]:
                del self.kept[old]
        return self.kept[wanted].copy(deep=False)

    def _region_places(self, region: str) -> list[str]:
        """The codes of a region's members and of what it is compared with; of no region none."""
        entry = self.catalog.regions.get(region)
        return self.places.codes([*entry.members, *entry.comparisons]) if entry else []

    def _completed(self, wanted: list[str]) -> pd.DataFrame:
        own = np.sort(np.concatenate([self.at.get(code, np.array([], dtype=int)) for code in wanted]))
        first = completed(self.data.take(own), wanted)
        first = in_order(first.assign(name=first["place"].map(self.places.names)), self.catalog, wanted)
        rest = np.delete(np.arange(len(self.data)), own)
        of = pd.Series(self.numbers[own], self.data["indicator"].array[own]).groupby(level=0).first()
        numbers = np.concatenate([of.reindex(first["indicator"]).to_numpy(), self.numbers[rest]])
        order = np.concatenate([np.arange(len(first)) + len(self.data), rest])[np.argsort(numbers, kind="stable")]
        return pd.concat([self.data, first], ignore_index=True).take(order).reset_index(drop=True)


@dataclass(frozen=True)
class Edition(Shared):
    """What an edition is made from: what all of the year share, and what people judged in the municipality."""

    assessment: Assessment | None = None


# What this process has at hand, by folder, content and year: the one thing that is kept between editions.
AT_HAND: dict[tuple[str, str, int], Shared] = {}
MOST_AT_HAND = 2  # the year that is built, and one to compare with
MOST_KEPT = 4  # of a year: rows for the pages of the report that is made, and of the next one


def shared(paths: Paths, year: int) -> Shared:
    """What all editions of a year share: read, or made and stored, once a process and content of the project."""
    key = _key(paths, year)
    if key not in AT_HAND:
        catalog, places = load_catalog(paths), load_places(paths)
        AT_HAND[key] = _shared(paths, catalog, places, table_at_hand(paths, catalog), year)
        _forget_the_oldest()
    return AT_HAND[key]


def _key(paths: Paths, year: int) -> tuple[str, str, int]:
    return str(paths.root), judgements_key(input_key(paths)), year


def _forget_the_oldest() -> None:
    for key in list(AT_HAND)[:-MOST_AT_HAND]:
        del AT_HAND[key]


def packed(paths: Paths, year: int) -> bytes:
    """What all editions of a year share, for `adopt` in another process, which then reads no table."""
    known = shared(paths, year)
    known.judged.rows  # noqa: B018  # handed over too
    return pickle.dumps((_key(paths, year), replace(known, kept={})), pickle.HIGHEST_PROTOCOL)


def adopt(content: bytes) -> None:
    """Has at hand what another process of ours `packed`; it is used while the project's content stays the same."""
    key, known = pickle.loads(content)
    AT_HAND[key] = known
    _forget_the_oldest()


def asked_for(paths: Paths, year: int, municipality: str, region: str = "") -> bytes:
    """Which rows a page will ask for, for `complete` in a process that has `adopt`ed what the year shares."""
    return pickle.dumps((_key(paths, year), municipality, region))


def complete(content: bytes) -> None:
    """Has the rows at hand that are `asked_for`, where it has what they are made from."""
    key, municipality, region = pickle.loads(content)
    if known := AT_HAND.get(key):
        known.rows_for(municipality, region)


def _shared(paths: Paths, catalog: Catalog, places: Places, whole: TableAtHand, year: int) -> Shared:
    """What all editions of a year share, from the whole table; stores the table and the judgements."""
    store(paths, catalog, whole)
    table = up_to(whole.newest, year)
    data = whole_years(table, catalog)
    months = table[(table["month"] > 0) & ~table.index.isin(data.index)]
    names = places.names
    data = in_order(data.assign(name=data["place"].map(names)), catalog)
    return Shared(
        catalog,
        places,
        years_at_hand(whole.newest),
        latest_fetch(paths) or "okänt datum",
        data,
        months.assign(name=months["place"].map(names)),
        revisions(up_to(whole.rows, year)),
        judgements(paths, whole, catalog, places, year),
        pd.factorize(data["indicator"])[0],
        data.groupby("place").indices,
        {},
    )


def edition_of(paths: Paths, page: str, municipality: str, year: int) -> Edition:
    """The rows and judgements of one municipality's edition; makes table and judgements first when they are outdated.

    Raises RefusedEdition, UnknownPlace or a RecordError, each with value, place and remedy; page, municipality and
    year are checked before any data is read, and a refused edition writes nothing.
    """
    known = AT_HAND.get(key := _key(paths, year)) if isinstance(year, int) else None
    catalog = known.catalog if known else load_catalog(paths)
    if page not in catalog.pages:
        raise RefusedEdition(
            f"page: '{page}' is not in data/catalog/programme.yml. Choose: {', '.join(catalog.pages)}."
        )
    if not isinstance(municipality, str):
        raise RefusedEdition(f'municipality: {municipality!r} is not text. Write the code in quotes, such as "0180".')
    if isinstance(year, bool) or not isinstance(year, int):
        raise RefusedEdition(f"year: {year!r} is not a whole number. Write it without quotes, such as 2024.")
    places = known.places if known else load_places(paths)
    places.municipality(municipality)
    whole = None if known else table_at_hand(paths, catalog)
    years = known.years if known else years_at_hand(whole.newest) if whole else {}
    refuse_without_data(years, municipality, year)
    assessment = load_assessment(paths, municipality, year, catalog)
    if whole:
        known = AT_HAND[key] = _shared(paths, catalog, places, whole, year)
        _forget_the_oldest()
    return Edition(**{each.name: getattr(known, each.name) for each in fields(Shared)}, assessment=assessment)


def years_at_hand(newest: pd.DataFrame) -> dict[str, list[int]]:
    """Place -> the years in which any series has a value there, sorted; a place without any is left out.

    `newest`: current rows.
    """
    known = newest.loc[newest["value"].notna(), ["place", "year"]].drop_duplicates()
    return {str(place): sorted(years) for place, years in known.groupby("place")["year"]}


def refuse_without_data(known: Mapping[str, list[int]], municipality: str, year: int) -> None:
    """Raises RefusedEdition when no series has a value for the place in `year` or the five years before it.

    `known`: see `years_at_hand`.
    """
    years = known.get(municipality, [])
    if not years:
        raise RefusedEdition(
            f"municipality: '{municipality}' has no values; data/raw holds {len(known)} places. Run 'lagesbild fetch', "
            "which asks for every municipality, or restore data/raw from the repository."
        )
    earlier = [each for each in years if each <= year]
    if not earlier:
        raise RefusedEdition(
            f"year: {year} is without data: the first value of {municipality} is of {years[0]}. "
            f"Choose {years[0]} or later."
        )
    if earlier[-1] < year - LOOK_BACK:
        raise RefusedEdition(
            f"year: {year} is without data: the last value of {municipality} is of {earlier[-1]}. Choose a year up to "
            f"{earlier[-1] + LOOK_BACK}, or run 'lagesbild fetch' for newer figures."
        )


def in_order(rows: pd.DataFrame, catalog: Catalog, places: Iterable[str] = ()) -> pd.DataFrame:
    """`rows` as figures show them: indicators in the order of the figures, `places` first, then by year."""
    shown = [name for figure in catalog.figures.values() for name in (*figure.measure, *figure.stand_in, *figure.dots)]
    known = sorted(rows["place"].unique())
    order = {"sex": "KMT", "place": [*places, *known], "indicator": [*shown, *catalog.indicators]}
    each = {name: pd.factorize(rows[name]) for name in order}
    keys = [pd.Index(list(dict.fromkeys(order[name]))).get_indexer(names)[of] for name, (of, names) in each.items()]
    sort = np.lexsort([keys[0], rows["month"], rows["year"], *keys[1:]])
    return rows.take(sort).reset_index(drop=True)


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
