"""A table's answer as rows, and the year of a monthly table as the mean of its twelve months."""

import math

import pandas as pd

from ..adapter import ROW_COLUMNS
from ..jsonstat import Cube
from .labels import TableError
from .question import Question

GONE = {".", "..", "..."}  # never a value, whatever number stands beside them
NOTHING = GONE | {"-", ""}  # with no value: there is none
PRELIMINARY = {"p", "P", "prel"}
YEAR = ["place", "year", "sex", "group"]


def rows_of(cube: Cube, question: Question) -> pd.DataFrame:
    """A row a cell: place, year, month, sex, group, content, value and mark (the service's status).

    Raises TableError when the answer is about anything else than was asked: a dimension that was summed away
    leaves no other trace.
    """
    _same_cube(cube, question)
    rows = cube.rows
    found = {"group": "", "content": "", **dict(question.fixed)}
    columns = {name: pd.Series(what, index=rows.index) for name, what in found.items()}
    for axis in question.axes:
        if axis.about == "period":
            columns["year"] = rows[axis.variable].map({code: it.year for code, it in axis.codes})
            columns["month"] = rows[axis.variable].map({code: it.month for code, it in axis.codes})
        elif axis.about:
            columns[axis.about] = rows[axis.variable].map(axis.meaning)
    return pd.DataFrame({**columns, "value": rows["value"], "mark": rows["status"]})


def _same_cube(cube: Cube, question: Question) -> None:
    asked = question.selection
    given = dict(cube.heading.dimensions)
    for id in [id for id, it in given.items() if id not in asked and it.role == "metric" and len(it.labels) == 1]:
        given.pop(id)  # some tables of one measure name it in the answer alone
    if lost := [id for id in asked if id not in given]:
        raise TableError(
            f"the answer lost the dimension {', '.join(lost)}", "Nothing of it is used: fetch again later."
        )
    if extra := [id for id in given if id not in asked]:
        raise TableError(f"the answer has the dimension {', '.join(extra)}, not asked for", "Nothing of it is used.")
    for id, codes in asked.items():
        if set(given[id].codes) != set(codes):
            other = sorted(set(given[id].codes) ^ set(codes))[:5]
            raise TableError(
                f"the answer differs in '{id}' from what was asked: {', '.join(other)}", "Nothing is used."
            )


def with_statuses(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """`rows` in the snapshot's columns, and warnings about marks whose meaning is not known."""
    gone = rows["mark"].isin(GONE)
    contradicted = gone & rows["value"].notna()
    value = rows["value"].mask(gone)
    status = pd.Series("", index=rows.index, dtype="str")
    status = status.mask(rows["mark"].isin(PRELIMINARY), "preliminary").mask(value.isna(), "missing")
    unknown = ~rows["mark"].isin(NOTHING | PRELIMINARY)
    warnings = [
        f"{counted} values have the status '{mark}', whose meaning is not known here: read the table's notes."
        for mark, counted in rows.loc[unknown, "mark"].value_counts().sort_index().items()
    ]
    if contradicted.any():
        warnings.append(f"{contradicted.sum()} values stand beside a mark for no value; they were taken as missing.")
    return rows.assign(value=value, status=status, count=math.nan)[ROW_COLUMNS], warnings


def with_years(months: pd.DataFrame) -> pd.DataFrame:
    """`months` with a row of month 0 for each year: the mean of its twelve months.

    A year without all twelve is "incomplete" and has no value: a mean of the months there are would be a mean
    of other months in every year. A year without any is "missing".
    """
    if months.empty:
        return months
    marked = months.assign(preliminary=months["status"] == "preliminary")
    wanted = {"months": ("value", "count"), "mean": ("value", "mean"), "preliminary": ("preliminary", "any")}
    years = marked.groupby(YEAR, sort=False).agg(**wanted).reset_index()
    whole = years["months"] == 12
    status = pd.Series("incomplete", index=years.index, dtype="str").mask(years["months"] == 0, "missing")
    status = status.mask(whole, "").mask(whole & years["preliminary"], "preliminary")
    value = years["mean"].where(whole)
    annual = years[YEAR].assign(month=0, value=value, count=math.nan, status=status)
    return pd.concat([annual[ROW_COLUMNS], months], ignore_index=True)
