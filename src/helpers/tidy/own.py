"""The municipalities' own files: `data/raw/local/<municipality>/*.csv|xlsx`, every slip with its file and row."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from ..catalog import Catalog
from ..paths import Paths
from ..places import Places
from ..sources.files import local_rows
from .checks import TidyError

SAME = ["indicator", "place", "year", "month", "sex", "group"]


def local_files(paths: Paths) -> list[Path]:
    """The municipalities' own files, sorted; without what Excel and editors leave beside them."""
    found = paths.local.glob("*/*") if paths.local.is_dir() else ()
    return sorted(p for p in found if p.suffix.lower() in (".csv", ".xlsx") and not p.name.startswith(("~", ".")))


def own_rows(paths: Paths, catalog: Catalog, places: Places) -> pd.DataFrame:
    """Rows of all own files. Their vintage is empty: a new file replaces the old one.

    Raises TidyError with every slip, and FileError for a file that cannot be read.
    """
    made = [_file_rows(paths, path, places) for path in local_files(paths)]
    if not made:
        return pd.DataFrame()
    rows = pd.concat(made, ignore_index=True)
    slips = [slip for row in rows.itertuples() if (slip := _slip(row, catalog, places))]
    slips += list(_twice(rows))
    if slips:
        raise TidyError(slips)
    return rows.drop(columns=["file", "row"])


def _file_rows(paths: Paths, path: Path, places: Places) -> pd.DataFrame:
    folder, shown_as = path.parent.name, paths.relative(path)
    if places.kinds.get(folder) != "K":
        raise TidyError(
            [
                f"{shown_as}: the folder '{folder}' is not named after a municipality's code. Rename it, for "
                "example to data/raw/local/2480."
            ]
        )
    return local_rows(path, folder, shown_as).assign(file=shown_as)


def _slip(row, catalog: Catalog, places: Places) -> str:
    """What is wrong with one row, else nothing."""
    at = f"{row.file}, row {row.row}"
    entry = catalog.indicators.get(row.indicator)
    if entry is None or not entry.local:
        allowed = sorted(id for id, entry in catalog.indicators.items() if entry.local)
        near = get_close_matches(row.indicator, allowed, n=1) or allowed
        return f"{at}: '{row.indicator}' is no indicator that a file may fill. Use one of: {', '.join(near)}."
    if row.place not in places.names:
        return f"{at}: place '{row.place}' is not in data/raw/kolada/places.csv. Correct the code (four digits)."
    if row.month != (entry.month or 0):
        wanted = f"month {entry.month}" if entry.month else "the whole year, so leave the month out"
        return f"{at}: month {row.month}, but '{row.indicator}' is about {wanted}. Correct the month."
    unit = catalog.unit_of(row.indicator)
    low, high = unit.low, unit.high
    if (low is not None and row.value < low) or (high is not None and row.value > high):
        bounds = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
        return f"{at}: {row.value:g} is outside what '{row.indicator}' can be ({unit.text}, {bounds}). Correct it."
    return ""


def _twice(rows: pd.DataFrame) -> Iterator[str]:
    for key, same in rows[rows.duplicated(SAME, keep=False)].groupby(SAME, sort=True):
        where = " and ".join(f"{row.file}, row {row.row}" for row in same.itertuples())
        yield f"{where}: the same thing twice ({', '.join(str(part) for part in key if part != '')}). Keep one of them."
