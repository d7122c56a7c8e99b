"""Which published values may be compared or judged at all."""

import pandas as pd

# A value with one of these is shown with its symbol, but no rank, mean, gap or trend is built on it.
UNUSABLE = frozenset({"missing", "hidden", "not_applicable", "incomplete", "suspect"})


def usable(rows: pd.DataFrame) -> pd.Series:
    """True for the rows whose value may be used: a number, and no status that says not to.

    Preliminary values are used; the page marks them.
    """
    there = rows["value"].notna()
    return there & ~rows["status"].isin(UNUSABLE) if "status" in rows else there


def refuse_duplicates(rows: pd.DataFrame, keys: list[str], what: str) -> None:
    """Raises ValueError when two rows share their keys: a pivot would silently average them."""
    doubled = rows[rows.duplicated(keys, keep=False)]
    if len(doubled):
        key = ", ".join(f"{name} {doubled.iloc[0][name]}" for name in keys)
        raise ValueError(
            f"{what}: {len(doubled)} rows share their keys, the first is {key}. Pass one row a "
            "key: the current vintage, one sex, one group."
        )
