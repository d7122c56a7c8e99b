"""Small numbers hidden, and one more cell wherever a hidden one could be worked out by subtraction."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.tidy.schema import BLOCK, CELL

# The table is tidy rows of a municipality's own figures. Within one indicator, place, year and month, T is
# women plus men (K, M) and the group "" is the sum of the other groups, wherever those rows are there. Hiding
# takes value, margin and count of the whole row, since a share with its base gives the count back. Build
# differences and means from the table that comes out: then they are empty where one of their sides is hidden.

HIDDEN = "hidden"
NUMBERS = ["value", "margin", "count"]
THRESHOLD = 5


def suppressed(table: pd.DataFrame, thresholds: Mapping[str, int] | int = THRESHOLD) -> pd.DataFrame:
    """`table` with small counts hidden: status "hidden" and no value, margin or count, in the same order.

    `thresholds` is one number, or indicator -> number; an indicator that is not named has five. A count of
    0 is hidden like any other small count: it says something about everyone in the group. A row without a
    count cannot be judged: where the value itself is a number of people, put it in `count` too. Rows that
    arrive hidden are protected like the rest. Nothing shows which rows were hidden only to protect another.
    """
    hidden = (table["status"] == HIDDEN).to_numpy() | (table["count"] < _limits(table, thresholds)).to_numpy()
    counts = table["count"].where(table["status"] != HIDDEN).to_numpy(float)
    for rows, limit in _blocks(table, thresholds):
        if hidden[rows].any():
            hidden[rows] = _protected(_lines(table.iloc[rows]), counts[rows], hidden[rows], limit)
    out = table.assign(status=table["status"].mask(hidden, HIDDEN))
    return out.assign(**{name: out[name].mask(hidden) for name in NUMBERS if name in out})


def _limits(table: pd.DataFrame, thresholds: Mapping[str, int] | int) -> pd.Series:
    if isinstance(thresholds, int):
        return pd.Series(thresholds, index=table.index)
    limits = [thresholds.get(indicator, THRESHOLD) for indicator in table["indicator"]]
    return pd.Series(limits, index=table.index)


def _blocks(table: pd.DataFrame, thresholds: Mapping[str, int] | int) -> list[tuple[np.ndarray, float]]:
    limits = _limits(table, thresholds).to_numpy(float)
    return [(rows, limits[rows[0]]) for rows in table.groupby(BLOCK).indices.values()]


def _lines(rows: pd.DataFrame) -> np.ndarray:
    """The sums that readers can make, one a line: +1 for the total's row, -1 for each of its parts'."""
    at = {key: row for row, key in enumerate(zip(rows["sex"], rows["group"], strict=True))}
    if len(at) < len(rows):
        row = rows[rows.duplicated(["sex", "group"])].iloc[0]
        raise ValueError(
            f"{row['indicator']}, place {row['place']}, {row['year']}: sex {row['sex']}, group "
            f"'{row['group']}' stands twice. Pass the rows of one vintage."
        )
    groups = sorted({group for _, group in at} - {""})
    sums = [(("T", group), [("K", group), ("M", group)]) for group in ["", *groups]]
    sums += [((sex, ""), [(sex, group) for group in groups]) for sex in "TKM"]
    lines = []
    for total, parts in sums:
        if total in at and parts and all(part in at for part in parts):
            lines.append(np.zeros(len(rows)))
            lines[-1][at[total]] = 1
            lines[-1][[at[part] for part in parts]] = -1
    return np.array(lines).reshape(-1, len(rows))


def _protected(lines: np.ndarray, counts: np.ndarray, hidden: np.ndarray, limit: float) -> np.ndarray:
    """`hidden` with one more row at a time hidden until no hidden row is given away."""
    hidden = hidden.copy()
    while (exposed := _given_away(lines, counts, hidden, limit)).any():
        near = (lines[(lines[:, exposed] != 0).any(axis=1)] != 0).any(axis=0)
        visible = ~hidden & ~np.isnan(counts) & (lines != 0).any(axis=0)
        choice = np.flatnonzero(visible & near if (visible & near).any() else visible)
        hidden[min(choice, key=lambda row: _loss(lines, counts, hidden, int(row)))] = True
    return hidden


def _loss(lines: np.ndarray, counts: np.ndarray, hidden: np.ndarray, row: int) -> tuple[int, bool, float]:
    """What hiding one more row costs: lines that it leaves with one hidden row, a total, a large count."""
    with_it = hidden.copy()
    with_it[row] = True
    open_lines = ((lines[:, with_it] != 0).sum(axis=1) == 1).sum()
    return int(open_lines), bool((lines[:, row] > 0).any()), counts[row]


def _given_away(lines: np.ndarray, counts: np.ndarray, hidden: np.ndarray, limit: float) -> np.ndarray:
    """Hidden rows that the visible counts give away, by one line or else by all lines together."""
    exposed = _given_away_by_one_line(lines, counts, hidden, limit)
    return exposed if exposed.any() else _given_away_by_all_lines(lines, counts, hidden, limit)


def _given_away_by_one_line(lines: np.ndarray, counts: np.ndarray, hidden: np.ndarray, limit: float) -> np.ndarray:
    """Hidden rows that are alone in a line, or whose sum with the other hidden parts of it is small.

    All lines together give these away too; but this is most of them, at a hundredth of the work.
    """
    unknown = hidden | np.isnan(counts)
    exposed = np.zeros(len(counts), bool)
    for line in lines:
        open_rows = unknown & (line != 0)
        rest = line @ np.where(unknown, 0, counts)  # what the unknown parts add up to, if the total is visible
        small = not (open_rows & (line > 0)).any() and 0 <= rest < limit
        if open_rows.sum() == 1 or small:
            exposed |= open_rows & hidden
    return exposed


def _given_away_by_all_lines(lines: np.ndarray, counts: np.ndarray, hidden: np.ndarray, limit: float) -> np.ndarray:
    """Hidden rows whose count follows from the visible ones, or is known to lie under the limit.

    With the visible counts put in, the lines bound each hidden count from below (0) and above; linear
    programming gives the bounds, whatever number of lines a reader combines. A count is safe while it could
    be `limit` or more and could be something else too. Where the groups do not add up to their total, no
    counts satisfy all lines, and nothing follows from them beyond what a single line gives.
    """
    unknown = hidden | np.isnan(counts)
    lines = lines[(lines[:, hidden] != 0).any(axis=1)]
    sums = -lines @ np.where(unknown, 0, counts)
    exposed = np.zeros(len(counts), bool)
    for column, row in enumerate(np.flatnonzero(unknown)):
        if hidden[row] and (lines[:, row] != 0).any():
            bounds = _bounds(lines[:, unknown], sums, column)
            if bounds is None:
                return exposed
            exposed[row] = bounds[1] < limit or bounds[1] - bounds[0] < 1
    return exposed


def _bounds(lines: np.ndarray, sums: np.ndarray, at: int) -> tuple[float, float] | None:
    """The least and largest count that one hidden row can have; None where no counts satisfy the lines."""
    from scipy.optimize import linprog

    aim = np.zeros(lines.shape[1])
    aim[at] = 1
    least = linprog(aim, A_eq=lines, b_eq=sums)
    if not least.success:
        return None
    most = linprog(-aim, A_eq=lines, b_eq=sums)
    return least.fun, -most.fun if most.success else np.inf


# Small numbers of the municipalities' own files: hidden before anything is stored, so that no output holds one.
#
# A share that only such a file has carries its count in `count`; where the unit itself counts people, the value is it.

ROUNDING = 0.5  # percent: published parts of a hundred add up to that within it


def without_small_numbers(own: pd.DataFrame, public: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`own` with every count under the catalogue's threshold hidden, and more wherever subtraction would find one.

    `public` is what others have published: it cannot be hidden. Where only hiding a public row would protect an own
    one, all own rows of the block (one indicator, place, year and month) are hidden.
    """
    if own.empty:
        return own
    own = own.reset_index(drop=True)
    limits = {indicator: entry.small_number for indicator, entry in catalog.indicators.items()}
    sets = list(_parts_of_hundred(own, catalog))
    rows = pd.concat([_counted(own, catalog), _beside(own, public, catalog)], ignore_index=True)
    while True:
        rows = _with_whole_blocks(suppressed(rows, limits), rows, len(own))
        more = [row for answers in sets for row in _one_more(rows.loc[answers], limits)]
        if not more:
            break
        rows = _hidden(rows, rows.index.isin(more))
    return _hidden(own, (rows["status"] == HIDDEN)[: len(own)])


def _hidden(rows: pd.DataFrame, at: pd.Series | np.ndarray) -> pd.DataFrame:
    out = rows.assign(status=rows["status"].mask(at, HIDDEN))
    return out.assign(**{name: out[name].mask(at) for name in NUMBERS})


def _with_whole_blocks(after: pd.DataFrame, before: pd.DataFrame, own: int) -> pd.DataFrame:
    """`after` with all own rows hidden in the blocks in which a public row would have had to be."""
    void = (after["status"] == HIDDEN) & (before["status"] != HIDDEN) & (after.index >= own)
    blocks = pd.MultiIndex.from_frame(after[BLOCK])
    return _hidden(after, blocks.isin(blocks[void]) & (after.index < own))


def _counted(rows: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`rows` with the value as the count where the unit counts people or cases."""
    counts = rows["indicator"].map(lambda indicator: catalog.unit_of(indicator).counted)
    return rows.assign(count=rows["count"].where(rows["count"].notna() | ~counts.astype(bool), rows["value"]))


def _beside(own: pd.DataFrame, public: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The public rows that stand in a block with own rows, about something else than they; current vintages."""
    near = public.merge(own[BLOCK].drop_duplicates(), on=BLOCK)
    near = near.sort_values("vintage", kind="stable").drop_duplicates(CELL, keep="last")
    taken = near.merge(own[CELL].assign(taken=True), on=CELL, how="left")["taken"].notna().to_numpy()
    return _counted(near[~taken], catalog)


def _parts_of_hundred(own: pd.DataFrame, catalog: Catalog) -> Iterator[pd.Index]:
    """The rows of each set of answers that may add up to a hundred percent: their sum needs no row to be known."""
    percent = own["indicator"].map(lambda indicator: catalog.unit_of(indicator).symbol == "%")
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
    """How many people a hundred percent leaves over beside the rows; infinite where no row gives the base."""
    counted = kept[(kept["count"] > 0) & (kept["value"] > 0)]
    if counted.empty:
        return float("inf")
    base = (100 * counted["count"] / counted["value"]).max()
    return round(base * max(0.0, 100 - kept["value"].sum()) / 100, 6)
