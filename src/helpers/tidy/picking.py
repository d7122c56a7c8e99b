"""Rows out of the one table: current vintages, up to a year, the latest year of an indicator."""

from collections.abc import Iterable

import pandas as pd

from .columns import KEY


def current(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the latest vintage of every key, in the table's order."""
    at = KEY[:-1]
    newest = table.groupby(at, sort=False)["vintage"].transform("max")
    return table[table["vintage"] == newest]


def revisions(table: pd.DataFrame) -> pd.DataFrame:
    """The values that a later vintage changed: the table's key, `old`, `new` and the vintage of the change.

    One row a change, the table's order; a value that was withdrawn has no `new`.
    """
    at = KEY[:-1]
    several = table[table.duplicated(at, keep=False)].sort_values(KEY, kind="stable")
    older = several.groupby(at, sort=False)["value"].shift()
    first = ~several.duplicated(at)
    changed = several.assign(old=older)[~first].rename(columns={"value": "new"})
    same = (changed["old"] == changed["new"]) | (changed["old"].isna() & changed["new"].isna())
    return changed.loc[~same, [*KEY, "old", "new"]].reset_index(drop=True)


def up_to(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """The rows that an edition of `year` may show: none of a later year."""
    return table[table["year"] <= year]


def rows_of(table: pd.DataFrame, indicators: Iterable[str], places: Iterable[str]) -> pd.DataFrame:
    """The rows with a value of some indicators and places, in the order asked for, then by year.

    Rows without a value (missing, hidden) are left out; `withheld` tells them.
    """
    order = {id: n for n, id in enumerate(indicators)}
    place_order = {code: n for n, code in enumerate(places)}
    chosen = table[table["indicator"].isin(order) & table["place"].isin(place_order) & table["value"].notna()]
    sort = chosen.assign(_i=chosen["indicator"].map(order), _p=chosen["place"].map(place_order))
    sort = sort.sort_values(["_i", "_p", "year", "month", "sex", "group"], kind="stable")
    return sort.drop(columns=["_i", "_p"]).reset_index(drop=True)


def withheld(table: pd.DataFrame, indicators: Iterable[str], places: Iterable[str]) -> pd.DataFrame:
    """The rows of some indicators and places that have a status instead of a value."""
    return table[table["indicator"].isin(list(indicators)) & table["place"].isin(list(places)) & table["value"].isna()]


def latest_year(table: pd.DataFrame, indicator: str, place: str) -> int | None:
    """The last year with a value of an indicator in a place, or None."""
    years = table.loc[(table["indicator"] == indicator) & (table["place"] == place) & table["value"].notna(), "year"]
    return int(years.max()) if len(years) else None
