"""From snapshots, typed-in tables and a municipality's own files to one table."""

import pandas as pd

from ..catalog import Catalog
from ..paths import Paths
from ..places import Places
from ..sources.document_list import document_sources
from ..sources.files import document_rows, pinned_rows
from ..sources.manifest import read_manifest
from ..sources.snapshot import read_snapshot, snapshot_folder
from .checks import TidyError, checked
from .columns import KEY, typed
from .own import local_files, own_rows
from .shares import computed_shares
from .small_numbers import without_small_numbers

__all__ = ["local_files", "tidy_table"]
AT = ["place", "year", "month", "sex", "group"]
SERVICES = ("kolada", "scb", "fohm")


def tidy_table(paths: Paths, catalog: Catalog, places: Places) -> pd.DataFrame:
    """Every value of every source, sorted by its key.

    Where an indicator has several sources, the first of service, publisher's file, own file and typed-in document
    that has a value for a place and time is taken. Small numbers of own files are hidden already. Raises TidyError
    for rows that cannot stand in the table.
    """
    published = [typed(_service_rows(paths, catalog, name)) for name in SERVICES]
    published.append(typed(_file_rows(paths, catalog, places)))
    documents = typed(_document_rows(paths, catalog))
    own = typed(own_rows(paths, catalog, places))
    own = without_small_numbers(own, pd.concat([*published, documents], ignore_index=True), catalog)
    table = _without_covered([*published, own, documents])
    table = pd.concat([table, typed(computed_shares(table, catalog))], ignore_index=True)
    return checked(table, catalog, places).sort_values(KEY, kind="stable").reset_index(drop=True)


def _without_covered(layers: list[pd.DataFrame]) -> pd.DataFrame:
    """All layers, without the rows whose indicator, place and time a stronger layer has.

    The earliest layer is the strongest. One that is asked and has nothing (missing, a year of fewer than twelve
    months) leaves the place and time to the next; one that hides a value does not.
    """
    rows = pd.concat([layer.assign(layer=n) for n, layer in enumerate(layers)], ignore_index=True)
    several = rows.groupby("indicator")["layer"].transform("nunique") > 1
    if several.any():
        rank = rows["layer"] + len(layers) * rows["status"].isin(["missing", "incomplete"])
        told = rows.loc[several, ["indicator", *AT]].assign(rank=rank)
        strongest = told.groupby(["indicator", *AT])["rank"].transform("min") % len(layers)
        rows = rows[~several | (rows["layer"] == strongest.reindex(rows.index))]
    return rows.drop(columns="layer").reset_index(drop=True)


def _service_rows(paths: Paths, catalog: Catalog, service: str) -> pd.DataFrame:
    rows = read_snapshot(paths, service)
    if rows.empty:
        return rows.assign(indicator="")
    rows = _with_confirmed_vintages(rows, paths, service)
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


def _with_confirmed_vintages(rows: pd.DataFrame, paths: Paths, service: str) -> pd.DataFrame:
    """Rows whose current values belong to the latest vintage of their series, as that fetch confirmed them.

    The snapshot dates a value by the day it was first seen. Where the latest fetch asked for all of a place's
    rows, its unchanged values are of that vintage too; else next year's fetch would cut every series in two.
    """
    entries = read_manifest(snapshot_folder(paths, service), service).series
    newest = rows["series"].map({id: entry["vintage"] for id, entry in entries.items()})
    apart = {(id, place) for id, entry in entries.items() for place in entry.get("places_of_earlier_fetches", ())}
    confirmed = ~pd.MultiIndex.from_frame(rows[["series", "place"]]).isin(apart) & newest.notna()
    current = ~rows.duplicated(["series", *AT], keep="last")  # rows are sorted by vintage
    return rows.assign(vintage=rows["vintage"].where(~(confirmed & current), newest))


def _file_rows(paths: Paths, catalog: Catalog, places: Places) -> pd.DataFrame:
    """Rows of the publishers' files that lie where the catalogue says; a file that is not there fills nothing."""
    made = [
        pinned_rows(paths.raw / entry.file.path, entry.file, id, places.names)
        for id, entry in catalog.indicators.items()
        if entry.file and (paths.raw / entry.file.path).is_file()
    ]
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame()


def _document_rows(paths: Paths, catalog: Catalog) -> pd.DataFrame:
    wanted = {entry.document for entry in catalog.indicators.values() if entry.document}
    known = document_sources(paths)
    made = []
    for name in sorted(wanted):
        if name not in known:
            raise TidyError(
                [f"data/raw/documents/sources.yml: '{name}' is named in the catalogue but not described. Add it."]
            )
        rows = document_rows(paths.documents / f"{name}.csv")
        rows = rows[rows["indicator"].isin([i for i, e in catalog.indicators.items() if e.document == name])]
        made.append(rows.assign(vintage=known[name].vintage))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame()
