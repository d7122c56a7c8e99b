"""Rows of the municipalities' own files, held against catalogue, snapshot and each other: errors with file and row."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.records import RecordError
from lagesbild.sources.cells import THOUSANDS, WHOLE, folded
from lagesbild.sources.files import local_rows
from lagesbild.sources.raw import local_files
from lagesbild.sources.snapshot import latest_fetch
from lagesbild.tidy.schema import BLOCK, CELL, TidyError, case_fault

# The rows of every file. Beside the table's columns: `file` and `row`, where a value stands, and `written`, its cell.

PLACED = ["file", "row", "written"]


def own_rows(paths: Paths, catalog: Catalog, places: Places) -> pd.DataFrame:
    """Rows of all own files. Their vintage is empty: a new file replaces the old one.

    Raises TidyError with every error of every file, and MisplacedFile for one that nothing would read.
    """
    return _checked_rows(paths, catalog, places).drop(columns=PLACED, errors="ignore")


def own_file_warnings(paths: Paths, catalog: Catalog, places: Places) -> list[str]:
    """What somebody should look at in files that are in order, one line each. Raises TidyError as `own_rows` does."""
    rows = _checked_rows(paths, catalog, places)
    return [] if rows.empty else list(_shares_among_percents(rows, catalog))


def _checked_rows(paths: Paths, catalog: Catalog, places: Places) -> pd.DataFrame:
    frames, errors = [], []
    for path in local_files(paths):
        try:
            frames.append(_file_rows(paths, path, places))
        except RecordError as error:
            errors += error.errors
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if not rows.empty:
        last = int(latest_fetch(paths)[:4] or 9999)
        errors += filter(None, (_row_error(row, catalog, last) for row in rows.itertuples()))
        errors += [*_twice(rows), *_broken_wholes(rows, catalog)]
    if errors:
        raise TidyError(errors)
    return rows


def _file_rows(paths: Paths, path: Path, places: Places) -> pd.DataFrame:
    folder, shown_as = path.parent.name, paths.relative(path)
    if places.kinds.get(folder) != "K":
        code = next((code for code, name in places.names.items() if folded(name) == folded(folder)), "0180")
        raise TidyError(
            [
                f"{shown_as}: the folder '{folder}' is not named after a municipality's code. Rename it, for "
                f"example to data/raw/local/{code}."
            ]
        )
    return local_rows(path, folder, shown_as, places.names).assign(file=shown_as)


# What is wrong with one row, and with rows together.


def _row_error(row: Any, catalog: Catalog, last_year: int) -> str:
    """What is wrong with one row, else nothing. `last_year` is the snapshot's: no row may be of a later one."""
    at = f"{row.file}, row {row.row}"
    entry = catalog.indicators.get(row.indicator)
    if entry is None or not entry.local:
        return f"{at}: {_not_to_fill(row.indicator, catalog)}"
    if row.month != (entry.month or 0):
        wanted = f"month {entry.month}" if entry.month else "the whole year, so leave the month out"
        return f"{at}: month {row.month}, but '{row.indicator}' is about {wanted}. Correct the month."
    if row.year > last_year:
        return (
            f"{at}: the year {row.year} is after {last_year}, when the official figures were fetched last. "
            "Correct the year, or run 'lagesbild fetch'."
        )
    unit = catalog.unit_of(row.indicator)
    if unit.counted and (THOUSANDS.fullmatch(row.written) or row.value % 1 > 0):
        return f"{at}: '{row.written}' of '{row.indicator}' ({unit.text}) {WHOLE}."
    low, high = unit.low, unit.high
    if (low is not None and row.value < low) or (high is not None and row.value > high):
        bounds = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
        return f"{at}: {row.value:g} is outside what '{row.indicator}' can be ({unit.text}, {bounds}). Correct it."
    fault = case_fault(row.value, row.count, unit)
    return f"{at}: {row.value:g} of '{row.indicator}' ({unit.text}): {fault}. Correct it." if fault else ""


def _not_to_fill(indicator: str, catalog: Catalog) -> str:
    """Why a file may not fill an indicator, and the nearest that one may."""
    allowed = sorted(name for name, entry in catalog.indicators.items() if entry.local)
    near = get_close_matches(indicator, allowed, n=1) or get_close_matches(indicator, allowed, n=3, cutoff=0)
    why = f"is no indicator that a file may fill{': it comes from elsewhere' if indicator in catalog.stored else ''}"
    return f"'{indicator}' {why}. Use one of: {', '.join(near)}."


def _where(rows: pd.DataFrame) -> str:
    return " and ".join(f"{row.file}, row {row.row}" for row in rows.itertuples())


def _twice(rows: pd.DataFrame) -> Iterator[str]:
    for key, same in rows[rows.duplicated(CELL, keep=False)].groupby(CELL, sort=True):
        about = ", ".join(str(part) for part in key if part != "")
        yield f"{_where(same)}: the same thing twice ({about}). Keep one of them."


def _broken_wholes(rows: pd.DataFrame, catalog: Catalog) -> Iterator[str]:
    """A line for each set of groups that are to make a whole and do not; one with a value missing is not judged."""
    wholes = {name: entry.sum_to for name, entry in catalog.indicators.items() if entry.sum_to is not None}
    grouped = rows[rows["indicator"].isin(wholes) & (rows["group"] != "")]
    for (indicator, *_, sex), groups in grouped.groupby([*BLOCK, "sex"]):
        total, whole = groups["value"].sum(), wholes[indicator]
        decimals = max(map(_decimals, groups["written"]))
        rounding = len(groups) * 0.5 * 10.0**-decimals + 1e-6  # half a unit of the last decimal each
        if groups["value"].notna().all() and abs(total - whole) > rounding:
            numbers = ", ".join(str(row) for row in groups["row"])
            first = groups.iloc[0]
            yield (
                f"{first['file']}, rows {numbers}: the groups of '{indicator}' ({first['year']}, sex {sex}) add up to "
                f"{total:.{min(decimals, 6)}f}, not {whole:g}. Correct them, or add the group that is missing."
            )


def _decimals(written: str) -> int:
    return len(written.replace(",", ".").partition(".")[2])


# What is in order and yet unlikely.

FINE = 3  # decimals that no percent is published with


def _shares_among_percents(rows: pd.DataFrame, catalog: Catalog) -> Iterator[str]:
    """A line for each value between 0 and 1 that has three decimals, or fits better a hundred times larger.

    Nobody publishes percents with three. Where all values lie there, the first of them is told, when they are three
    or more, or have as many decimals.
    """
    percent = rows["indicator"].map(lambda name: catalog.unit_of(name).symbol == "%").astype(bool)
    for indicator, values in rows[percent & (rows["value"] > 0)].groupby("indicator"):
        small, others = values[values["value"] < 1], values[values["value"] >= 1]["value"]
        fine = small["written"].map(_decimals) >= FINE
        if others.empty:
            suspect = small.head(1) if len(small) >= 3 else small[fine].head(1)
        else:
            suspect = small[fine | (100 * small["value"]).between(others.min() / 2, 2 * others.max())]
        for row in suspect.itertuples():
            alone = "and so are all others" if len(values) > 1 else "and has three decimals"
            among = f"the others are {others.min():g} to {others.max():g}" if len(others) else alone
            yield (
                f"{row.file}, row {row.row}: '{row.written}' of '{indicator}' looks like a share of 1 among percents "
                f"({among}). If it is, write {100 * row.value:g}."
            )
