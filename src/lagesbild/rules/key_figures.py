"""The key figures of a place: one line for every indicator and sex with a value, whatever the pages draw."""

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.places import COUNTRY
from lagesbild.rules.judgements import Judgements
from lagesbild.statistics.intervals import usable
from lagesbild.tidy.schema import yearly

COLUMNS = [
    "indicator", "place", "sex", "year", "value",
    "direction", "first_year", "last_year", "p", "p_adjusted", "reason",
    "difference_year", "difference", "difference_verdict",
    "rank", "rank_of", "rank_year",
]  # fmt: skip
AT = ["indicator", "place", "sex"]


def key_figures(rows: pd.DataFrame, judged: Judgements, catalog: Catalog, place: str) -> pd.DataFrame:
    """COLUMNS as text: the last value in the place, its direction, its difference to riket, its rank; "" where none.

    `rows`: current rows up to the edition's year. Values and differences have four decimals, p three digits, so that a
    diff of two editions shows which numbers moved. Sorted by indicator and sex.
    """
    own = yearly(rows[rows["place"] == place], catalog)
    known = own[usable(own)].sort_values([*AT, "year"]).drop_duplicates(AT, keep="last")
    country = judged.differences[judged.differences["other"] == COUNTRY]
    for frame, names in (
        (judged.directions, ["direction", "first_year", "last_year", "p", "p_adjusted", "reason"]),
        (
            country.rename(columns={"year": "difference_year", "verdict": "difference_verdict"}),
            ["difference_year", "difference", "difference_verdict"],
        ),
        (judged.ranks.rename(columns={"n": "rank_of", "year": "rank_year"}), ["rank", "rank_of", "rank_year"]),
    ):
        if frame.empty:
            known = known.assign(**dict.fromkeys(names, pd.NA))
        else:
            known = known.merge(frame.loc[frame["place"] == place, [*AT, *names]], how="left", on=AT)
    unranked = known["rank"].isna()
    known = known.assign(rank_of=known["rank_of"].mask(unranked), rank_year=known["rank_year"].mask(unranked))
    decimals = dict.fromkeys(("value", "difference"), "{:.4f}") | dict.fromkeys(("p", "p_adjusted"), "{:.3g}")
    whole = ("year", "first_year", "last_year", "difference_year", "rank", "rank_of", "rank_year")
    decimals |= dict.fromkeys(whole, "{:.0f}")
    texts = {name: _texts(known[name], decimals.get(name, "{}")) for name in COLUMNS}
    return pd.DataFrame(texts, columns=COLUMNS).reset_index(drop=True)


def _texts(values: pd.Series, form: str) -> list[str]:
    return ["" if pd.isna(value) else form.format(value) for value in values]
