"""Many tests at once: which arrows stand when all are looked at together."""

from dataclasses import fields

import pandas as pd

from .context import P_CLEAR
from .verdicts import Method, Reason, Trend, Verdict


def adjusted(trends: pd.DataFrame) -> pd.DataFrame:
    """`trends` with `p_adjusted`, and `weak` also where the adjustment takes the arrow away.

    `trends` is what `trends_of` gives, of all that one reader sees together: one municipality's indicators.
    The Benjamini-Hochberg procedure holds the share of false arrows among the arrows; series that cannot be
    judged are no tests. Weak series (Mann-Kendall) stay weak. Source: Benjamini and Hochberg 1995, Journal
    of the Royal Statistical Society B 57; computed by statsmodels.
    """
    from statsmodels.stats.multitest import multipletests

    out = trends.assign(p_adjusted=float("nan"))
    tested = out["p"].notna()
    if tested.any():
        out.loc[tested, "p_adjusted"] = multipletests(out.loc[tested, "p"], method="fdr_bh")[1]
    taken_away = (out["sign"] != 0) & (out["p_adjusted"] >= P_CLEAR)
    return out.assign(weak=out["weak"].astype(bool) | taken_away)


def by_indicator(trends: pd.DataFrame) -> dict[str, Trend]:
    """Indicator -> its trend, from rows of one place, sex and group; a row's `weak` comes along.

    Raises ValueError where an indicator has two rows.
    """
    twice = trends["indicator"][trends["indicator"].duplicated()]
    if len(twice):
        raise ValueError(f"{twice.iloc[0]} has two trends. Pick the rows of one place, month, sex and group.")
    return {row["indicator"]: _trend(row) for row in trends.to_dict("records")}


def _trend(row: dict) -> Trend:
    codes = {"verdict": Verdict, "reason": Reason, "method": Method}
    found = {field.name: row[field.name] for field in fields(Trend)}
    for name in ("first_year", "last_year"):
        found[name] = None if pd.isna(found[name]) else int(found[name])
    return Trend(**found | {name: code(found[name]) for name, code in codes.items()})
