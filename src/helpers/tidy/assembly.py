"""From snapshots, typed-in tables and a municipality's own files to one table."""

import pandas as pd

from ..catalog import Catalog
from ..paths import Paths
from ..places import Places
from ..sources.document_list import document_sources
from ..sources.files import document_rows, local_rows
from ..sources.snapshot import read_snapshot
from .checks import TidyError, checked
from .columns import KEY, typed
from .shares import computed_shares

AT = ["place", "year", "month", "sex", "group"]
SERVICES = ("kolada", "scb", "fohm")


def tidy_table(paths: Paths, catalog: Catalog, places: Places) -> pd.DataFrame:
    """Every value of every source, sorted by its key.

    Where an indicator has several sources, the first of service, own file and typed-in document that has a
    row for a place and time is taken. Raises TidyError for rows that cannot stand in the table.
    """
    services = [_service_rows(paths, catalog, name) for name in SERVICES]  # TODO all
    layers = [*services, _own_rows(paths, catalog), _document_rows(paths, catalog)]
    table = typed(pd.concat(_without_covered(layers), ignore_index=True))
    table = pd.concat([table, typed(computed_shares(table, catalog))], ignore_index=True)
    return checked(table, catalog, places).sort_values(KEY, kind="stable").reset_index(drop=True)


def _without_covered(layers: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """The layers without the rows whose indicator, place and time an earlier layer already has."""
    kept: list[pd.DataFrame] = []
    have = pd.MultiIndex.from_tuples([], names=["indicator", *AT])
    for layer in layers:
        rows = typed(layer)
        at = pd.MultiIndex.from_frame(rows[["indicator", *AT]])
        kept.append(rows[~at.isin(have)])
        have = have.union(at.unique(), sort=False) if len(at) else have
    return kept


def _service_rows(paths: Paths, catalog: Catalog, service: str) -> pd.DataFrame:
    rows = read_snapshot(paths, service)
    if rows.empty:
        return rows.assign(indicator="")
    values = {entry.kolada.id: id for id, entry in catalog.indicators.items() if entry.kolada}
    values |= {id: id for id, entry in catalog.indicators.items() if entry.table}
    margins = {entry.kolada.margin: id for id, entry in catalog.indicators.items() if entry.kolada}
    table = rows.assign(indicator=rows["series"].map(values)).dropna(subset=["indicator"])
    margin = rows.assign(indicator=rows["series"].map(margins)).dropna(subset=["indicator", "value"])
    margin = margin.drop_duplicates(["indicator", *AT], keep="last")  # rows are sorted by vintage
    return table.merge(
        margin[["indicator", *AT, "value"]].rename(columns={"value": "margin"}),
        how="left",
        on=["indicator", *AT],
        validate="many_to_one",
    )


def _document_rows(paths: Paths, catalog: Catalog) -> pd.DataFrame:
    wanted = {entry.document for entry in catalog.indicators.values() if entry.document}
    known = document_sources(paths)
    made = []
    for name in sorted(wanted):
        if name not in known:
            raise TidyError(
                [
                    f"data/raw/documents/sources.yml: '{name}' is named in the catalogue but not described. Add it."
                ]
            )
        rows = document_rows(paths.documents / f"{name}.csv")
        rows = rows[rows["indicator"].isin([i for i, e in catalog.indicators.items() if e.document == name])]
        made.append(rows.assign(vintage=known[name].vintage))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame()


def _own_rows(paths: Paths, catalog: Catalog) -> pd.DataFrame:
    """Rows of the municipalities' own files. Their vintage is empty: a new file replaces the old one."""
    made = []
    for path in local_files(paths):
        rows = local_rows(path, path.parent.name)
        strange = sorted(
            set(rows["indicator"]) - {id for id, entry in catalog.indicators.items() if entry.local}
        )
        if strange:
            allowed = ", ".join(sorted(id for id, entry in catalog.indicators.items() if entry.local))
            raise TidyError(
                [
                    f"{paths.relative(path)}: '{strange[0]}' is no indicator that a file may fill. Use one of: {allowed}."
                ]
            )
        made.append(rows)
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame()


def local_files(paths: Paths) -> list:
    """The municipalities' own files, sorted: `data/raw/local/<municipality>/*.csv|xlsx`."""
    found = paths.local.glob("*/*") if paths.local.is_dir() else ()
    return sorted(
        p for p in found if p.suffix.lower() in (".csv", ".xlsx") and not p.name.startswith(("~", "."))
    )
