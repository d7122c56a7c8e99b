"""Small numbers of the municipalities' own files: hidden here, before anything is stored, so that no output holds one.

A share that only such a file has carries its count in `count`; where the unit itself counts people, the value is it.
"""

from collections.abc import Iterator

import pandas as pd

from ..catalog import Catalog
from ..suppression import BLOCK, HIDDEN, NUMBERS, suppressed

CELL = [*BLOCK, "sex", "group"]
ROUNDING = 0.5  # percent: published parts of a hundred add up to that within it


def without_small_numbers(own: pd.DataFrame, public: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`own` with every count under the catalogue's threshold hidden, and more wherever subtraction would find one.

    `public` is what others have published: it cannot be hidden. Where only hiding a public row would protect an own
    one, all own rows of the block (one indicator, place, year and month) are hidden.
    """
    if own.empty:
        return own
    own = own.reset_index(drop=True)
    limits = {id: entry.small_number for id, entry in catalog.indicators.items()}
    sets = list(_parts_of_hundred(own, catalog))
    rows = pd.concat([_counted(own, catalog), _beside(own, public, catalog)], ignore_index=True)
    while True:
        rows = _with_whole_blocks(suppressed(rows, limits), rows, len(own))
        more = [at for one in sets for at in _one_more(rows.loc[one], limits)]
        if not more:
            break
        rows = _hidden(rows, rows.index.isin(more))
    return _hidden(own, (rows["status"] == HIDDEN)[: len(own)])


def _hidden(rows: pd.DataFrame, at) -> pd.DataFrame:
    out = rows.assign(status=rows["status"].mask(at, HIDDEN))
    return out.assign(**{name: out[name].mask(at) for name in NUMBERS})


def _with_whole_blocks(after: pd.DataFrame, before: pd.DataFrame, own: int) -> pd.DataFrame:
    """`after` with all own rows hidden in the blocks in which a public row would have had to be."""
    void = (after["status"] == HIDDEN) & (before["status"] != HIDDEN) & (after.index >= own)
    blocks = pd.MultiIndex.from_frame(after[BLOCK])
    return _hidden(after, blocks.isin(blocks[void]) & (after.index < own))


def _counted(rows: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`rows` with the value as the count where the unit counts people or cases."""
    counts = rows["indicator"].map({id: catalog.unit_of(id).counted for id in rows["indicator"].unique()})
    return rows.assign(count=rows["count"].where(rows["count"].notna() | ~counts.astype(bool), rows["value"]))


def _beside(own: pd.DataFrame, public: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The public rows that stand in a block with own rows, about something else than they; current vintages."""
    near = public.merge(own[BLOCK].drop_duplicates(), on=BLOCK)
    near = near.sort_values("vintage", kind="stable").drop_duplicates(CELL, keep="last")
    taken = near.merge(own[CELL].assign(taken=True), on=CELL, how="left")["taken"].notna().to_numpy()
    return _counted(near[~taken], catalog)


def _parts_of_hundred(own: pd.DataFrame, catalog: Catalog) -> Iterator[pd.Index]:
    """The rows of each set of answers that may add up to a hundred percent: their sum needs no row to be known."""
    percent = own["indicator"].map({id: catalog.unit_of(id).symbol == "%" for id in own["indicator"].unique()})
    answers = own[percent.astype(bool) & (own["group"] != "")]
    for _, rows in answers.groupby([*BLOCK, "sex"]):
        if len(rows) > 1 and rows["value"].sum() <= 100 + ROUNDING:
            yield rows.index


def _one_more(rows: pd.DataFrame, limits: dict[str, int]) -> pd.Index:
    """The smallest visible rows that must go so that what a hundred leaves over gives no hidden row away."""
    limit = limits[rows["indicator"].iloc[0]]
    hidden = int((rows["status"] == HIDDEN).sum())
    visible = rows[rows["value"].notna()].sort_values("value")
    taken = 0
    while hidden and taken < len(visible):
        if hidden + taken > 1 and _left_over(visible.iloc[taken:]) >= limit:
            break
        taken += 1
    return visible.index[:taken]


def _left_over(kept: pd.DataFrame) -> float:
    """How many people a hundred percent leaves over beside the rows; infinite where no row tells the base."""
    told = kept[(kept["count"] > 0) & (kept["value"] > 0)]
    if told.empty:
        return float("inf")
    base = (100 * told["count"] / told["value"]).max()
    return round(base * max(0.0, 100 - kept["value"].sum()) / 100, 6)
