"""Tidy rows as chart rows: with the names, labels and roles that drawings and tables need."""

from collections.abc import Iterable

import pandas as pd

from ..tidy import withheld
from .setting import Setting

SYMBOLS = ("hidden", "not_applicable")  # what a table tells instead of a value; other absences are plain


def chart_rows(setting: Setting, found: pd.DataFrame, dots: Iterable[str] = ()) -> pd.DataFrame:
    """`found` with `name`, `label`, `role`, `unit`, `decimals` and `mark` ("dot" for the indicators in `dots`)."""
    catalog, dots = setting.catalog, set(dots)
    return found.assign(
        name=[setting.places.name(code) for code in found["place"]],
        label=[catalog.indicators[id].label for id in found["indicator"]],
        role=[setting.role(code) for code in found["place"]],
        unit=[catalog.unit_of(id).text for id in found["indicator"]],
        decimals=[catalog.decimals_of(id) for id in found["indicator"]],
        mark=["dot" if id in dots else "line" for id in found["indicator"]],
    ).reset_index(drop=True)


def sexes_at_hand(setting: Setting, found: pd.DataFrame, asked: Iterable[str]) -> list[str]:
    """The sexes to show: those asked for, or all that there are where the place has none of those."""
    own = set(found.loc[found["place"] == setting.focus, "sex"])
    asked = list(asked)
    return asked if own & set(asked) or not own else sorted(set(found["sex"]))


def with_symbols(setting: Setting, drawn: pd.DataFrame, places: Iterable[str]) -> pd.DataFrame:
    """The drawn rows and those of the same measures, years, months and sexes that are hidden or do not apply.

    A drawing has no room for them; the table under it tells them from values that are missing.
    """
    found = withheld(setting.table, drawn["indicator"].unique(), {*drawn["place"], *places})
    found = found[found["status"].isin(SYMBOLS)]
    for name in ("year", "month", "sex"):
        found = found[found[name].isin(drawn[name].unique())]
    if found.empty:
        return drawn
    dots = drawn.loc[drawn["mark"] == "dot", "indicator"]
    return pd.concat([drawn, chart_rows(setting, found, dots)], ignore_index=True)
