"""The tables of the regional support analysis: which rows they are made from, and which of them are whole.

A table of support has place and year in its index and one column a type, then `total` as published and `population`,
the inhabitants aged 20-64 on 31 December. `years` are the two compared; (0, 0) stands for none.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from lagesbild.errors import Refusal
from lagesbild.sources.files import PrintedRow
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.ranks import MUNICIPALITIES, OTHER_AREAS
from lagesbild.statistics.support import suspected_nonresponse

# Tables of support, of some places or of every municipality, and which of their years and places are whole.

TOTAL, POPULATION = "fte_total", "population_20_64"
MAY_BE_UNREPORTED = "fte_social_assistance"  # the one type where the publisher prints 0 for "not reported"
BASES = ["total", "population"]
TOLERANCE = 1.02  # published parts are rounded and disturbed


def wide_table(data: pd.DataFrame, places: Iterable[str], types: Sequence[str]) -> pd.DataFrame:
    """One row for each of `places` and every year that any has figures of: the types, `total` and `population`.

    NaN where nothing is published or non-response is suspected. Where no total is published it is the sum of the types,
    if every one of them is known.
    """
    rows = data[data["indicator"].isin([*types, TOTAL, POPULATION])]  # few: a whole column is compared only once
    rows = rows[(rows["sex"] == "T") & (rows["group"] == "") & rows["place"].isin(list(places))]
    values = rows["value"].where(usable(rows) & ~unreported(rows))
    table = rows.assign(value=values).pivot(index=["place", "year"], columns="indicator", values="value")
    table = table.rename(columns={TOTAL: "total", POPULATION: "population"}).reindex(columns=[*types, *BASES])
    table["total"] = table["total"].fillna(table[list(types)].sum(axis=1, skipna=False))
    known = table.index[table[[*types, "total"]].notna().any(axis=1)].get_level_values("year")
    years = range(known.min(), known.max() + 1) if len(known) else ()
    every = pd.MultiIndex.from_product([list(places), years], names=["place", "year"])
    return table.reindex(every).rename_axis(columns=None)


def unreported(rows: pd.DataFrame) -> np.ndarray:
    """True for the rows of social assistance that was probably never reported."""
    parts = rows[(rows["indicator"] == MAY_BE_UNREPORTED) & (rows["sex"] == "T")]
    return rows.index.isin(parts.index[suspected_nonresponse(parts) != ""])


def municipalities(data: pd.DataFrame) -> list[str]:
    """The municipalities that any row is of."""
    codes = data["place"].drop_duplicates()
    return list(codes[~codes.str.startswith(OTHER_AREAS)])


def comparable_years(fte: pd.DataFrame) -> tuple[int, int]:
    """The last two years in a row that most of the places with figures have whole; (0, 0) when there are none."""
    figures = fte.drop(columns="population")
    places = figures.dropna(how="all").index.get_level_values("place").nunique()
    whole = figures.dropna().groupby("year").size()
    fit = set(whole.index[2 * whole > places])
    return max(((int(year) - 1, int(year)) for year in fit if year - 1 in fit), default=(0, 0))


def rows_at(table: pd.DataFrame, places: Iterable[str], years: Iterable[int]) -> pd.DataFrame:
    """The rows of some places and years."""
    index = table.index
    return table[index.get_level_values("place").isin(list(places)) & index.get_level_values("year").isin(list(years))]


def complete(table: pd.DataFrame, years: tuple[int, int]) -> list[str]:
    """The places that have a value in every column in both years, in the table's order."""
    rows = table[table.index.get_level_values("year").isin(list(years))]
    whole = rows.notna().all(axis=1).groupby("place", sort=False).all()
    return list(whole.index[whole])


def refuse_counted_twice(table: pd.DataFrame, types: Sequence[str]) -> None:
    """Raises ValueError where the types add up to more than the total: one of them is then a sum of others."""
    sums = table[list(types)].sum(axis=1, min_count=len(types))
    over = sums[sums > TOLERANCE * table["total"] + 1]
    if len(over):
        (place, year), number = over.index[0], over.iloc[0]
        raise ValueError(
            f"place {place}, {year}: the types add up to {number:g}, more than the total. "
            f"Is one of {', '.join(types)} a sum of others? Leave it out of `types`; a new type belongs in `total`."
        )


def at_hand(
    what: str,
    data: pd.DataFrame,
    months: pd.DataFrame,
    members: Sequence[str],
    places: Sequence[str],
    types: Sequence[str],
) -> bool:
    """Whether there are "ranks" printed of members; "profiles" (every type in two years) or "months" of places."""
    if what == "ranks":
        return len(_printed(data, members)) > 0
    if what == "profiles":
        table = wide_table(data, places, types)
        return bool(complete(table, comparable_years(table)))
    of_places = months["place"].isin(list(places)) & months["indicator"].eq(TOTAL) & months["value"].notna()
    return what == "months" and bool(of_places.any())


# Ranks: computed where every municipality was asked for, else as the document prints them.


def asked(data: pd.DataFrame, years: tuple[int, int]) -> list[str]:
    """The municipalities whose total the publisher was asked for in both years, also where it had none."""
    rows = data[(data["indicator"] == TOTAL) & (data["sex"] == "T") & ~data["place"].str.startswith(OTHER_AREAS)]
    rows = rows[(rows["vintage"] != "") & rows["year"].isin(years)]
    answered = rows.groupby("place", sort=False)["year"].nunique()
    return list(answered.index[answered == len(set(years))])


def national_shares(
    data: pd.DataFrame, places: Sequence[str], types: Sequence[str], years: tuple[int, int]
) -> pd.DataFrame:
    """`indicator`, `year`, `place`, `value`: percent of the inhabitants, of the total and each type, in both years."""
    table = rows_at(wide_table(data, places, types), places, years)
    shares = table[["total", *types]].div(table["population"], axis=0).mul(100).rename(columns={"total": TOTAL})
    return shares.melt(var_name="indicator", ignore_index=False).reset_index()


def _printed(data: pd.DataFrame, members: Sequence[str]) -> pd.DataFrame:
    """The document's latest ranks and changes, of all its places; none where it is not about any of `members`."""
    rows = data[data["indicator"].isin(["support_rank", "support_rank_change"])].dropna(subset=["value"])
    own = rows[(rows["indicator"] == "support_rank") & rows["place"].isin(members)]
    return rows[rows["year"] == own["year"].max()]


def printed_ranks(data: pd.DataFrame, share: pd.DataFrame, members: Sequence[str]) -> pd.DataFrame:
    """The ranks that the document prints, best first: `indicator`, `place`, `year`, `value` (the rank), `n`, `share`.

    Two rows a place, of all the document's places; none where it prints no rank of `members`, the region's: it is then
    another region's document. The share is NaN where it is not known. What is printed is the change: +4 to 43 was 47.
    """
    rows = _printed(data, members)
    wide = rows.pivot(index=["place", "year"], columns="indicator", values="value")
    wide = wide.reindex(columns=["support_rank", "support_rank_change"]).dropna().reset_index()
    now = wide.assign(value=wide["support_rank"])
    before = wide.assign(value=wide["support_rank"] + wide["support_rank_change"], year=wide["year"] - 1)
    ranks = pd.concat([now.sort_values(["value", "place"]), before], ignore_index=True)
    ranks = ranks.assign(indicator="support_rank", n=MUNICIPALITIES)
    return ranks[["indicator", "place", "year", "value", "n"]].join(
        share["total"].rename("share"), on=["place", "year"]
    )


# Months of the total.


def months(data: pd.DataFrame, places: Sequence[str]) -> pd.DataFrame:
    """Single months of the total, women and men too; "suspect" where social assistance was probably never reported."""
    rows = data[data["place"].isin(list(places)) & (data["group"] == "")]
    month = ["place", "year", "month"]
    suspect = pd.MultiIndex.from_frame(rows.loc[unreported(rows), month])
    totals = rows[rows["indicator"] == TOTAL]
    lost = pd.MultiIndex.from_frame(totals[month]).isin(suspect)
    return totals.assign(status=totals["status"].mask(lost, "suspect"))


# The check that catches a printed table under the wrong name.


class WrongTable(Refusal):
    """A printed table that is used for another place or indicator than its own words say."""


def refuse_wrong_tables(
    name: str,
    rows: Iterable[PrintedRow],
    names: Mapping[str, str],
    labels: Mapping[str, str],
    known: Iterable[set[str]],
) -> None:
    """Raises WrongTable, with both, for a heading that is another place's and for a label that is another indicator's.

    `names` are of places, `labels` of indicators; `known` the places (codes) of each contradiction in a document that
    people have entered: a wrong heading among them is let through.
    """
    recorded = list(known)
    for row in rows:
        where, own = f"data/raw/documents/{name}.csv, {row.page}", names[row.place]
        codes = {code for code, place in names.items() if place == row.heading}
        if row.heading != own and not any(row.place in about and about & codes for about in recorded):
            raise WrongTable(
                f"{where}: the table headed '{row.heading}' is used for '{own}'. Correct one of the two labels, or "
                "record the heading as the document's own fault. A heading that is known to be wrong is entered under "
                "'remarks' of the region's assessments, about both places."
            )
        if row.label != labels[row.indicator]:
            raise WrongTable(
                f"{where}: the row labelled '{row.label}' is used for '{labels[row.indicator]}' ({row.indicator}). "
                "Correct one of the two, here or in data/catalog/indicators/regional_support.yml."
            )
