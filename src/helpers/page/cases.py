"""The cases behind a rate, which say how uncertain it is: rate x population, where the catalogue names the base."""

import pandas as pd

from ..catalog import Catalog
from ..comparisons.differences import rate_margin

AT = ["place", "year", "sex"]


def case_kinds(catalog: Catalog) -> dict[str, str]:
    """Indicator -> "rate" for those whose cases can be worked out from their rate and base."""
    return {id: "rate" for id, entry in catalog.indicators.items() if entry.population and catalog.unit_of(id).per}


def with_cases(rows: pd.DataFrame, table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`rows` with the `count` behind each rate, and its `margin` where none is published; others as they are.

    A rate whose place has no population that year stays without: its uncertainty is not known.
    """
    rates = case_kinds(catalog)
    bases = rows["indicator"].map({id: catalog.indicators[id].population for id in rates}).astype(object)
    per = rows["indicator"].map({id: catalog.unit_of(id).per for id in rates}).astype(float)
    people = table[table["indicator"].isin(set(bases.dropna())) & (table["month"] == 0) & (table["group"] == "")]
    at = pd.MultiIndex.from_arrays([bases.fillna(""), *(rows[name] for name in AT)])
    base = people.set_index(["indicator", *AT])["value"].reindex(at).to_numpy()
    count = rows["count"].fillna(rows["value"] * base / per)
    made = rows["margin"].fillna(pd.Series(rate_margin(rows["value"], count), rows.index).where(per.notna()))
    return rows.assign(count=count, margin=made)
