"""Cuts the repository's own figures to the small snapshot that tests look at; `make frozen` runs it.

Values, vintages, titles and requests are those of `data/raw/kolada` as it is: rows are left out, none is changed.
Documents and judgements are copied as they are. The catalogue is not frozen: it goes with code and notebooks, and tests
read the repository's own. Run it only when a test needs more, and read the diff: values that tests state may have been
revised.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd

from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.sources.http import digest
from lagesbild.sources.raw import list_bytes, load_places, read_list
from lagesbild.sources.snapshot import (
    NAME,
    read_manifest,
    read_series,
    series_bytes,
    whole_years,
)
from reports import FROZEN

REPOSITORY = Paths(PACKAGE.parents[1])
WHOLE = ("2480", "0000")  # every year and sex: Umeå's trends, beside the country's series
REPORTED = ("2401", "0580")  # Nordmaling and Linköping, that tests open pages of: every sex since SINCE
SINCE = 2020  # of the places that they are compared with, for women and men together
BY_SEX = "N00610"  # figure 9 draws women and men of every place
POPULATION = "N01955"  # aged 20-64: what the shares of every member of a region are of
NATIONAL = "N31807"  # every municipality in the latest two years, for ranks
NOTE = "Cut for tests to some places and years."
JUDGED = ("2480/2024.yml", "regions/umearegionen/2022.yml")


def freeze(folder: Path) -> None:
    """Writes the snapshot anew into `folder`, from the repository's own data."""
    shutil.rmtree(folder, ignore_errors=True)
    frozen = Paths(folder)
    catalog, real, kolada = load_catalog(REPOSITORY), REPOSITORY.raw / "kolada", frozen.raw / "kolada"
    kolada.mkdir(parents=True)
    manifest = read_manifest(real, "kolada")
    groups = pinned_groups(catalog)
    lists = {
        "places": read_list(real, "places"),
        "comparison_groups": [row for row in read_list(real, "comparison_groups") if row["group"] in groups],
    }
    entries, listed = {}, {}
    for name, rows in lists.items():
        content = write(kolada / f"{name}.csv", list_bytes(name, rows))
        listed[name] = manifest.lists[name] | {"rows": len(rows), "sha256": digest(content)}
    compared, members = compared_places(catalog), region_members(catalog)
    for series, entry in manifest.series.items():
        rows = read_series(real, manifest, series)
        kept = rows[of_interest(rows, series, compared, members)]
        content = write(kolada / f"{series}.csv", series_bytes(kept))
        entries[series] = cut_entry(entry, kept, content, whole=series == NATIONAL)
    write(kolada / NAME, replace(manifest, series=entries, lists=listed).content())
    shutil.copytree(REPOSITORY.documents, frozen.documents)
    for name in JUDGED:
        target = frozen.assessments / name
        target.parent.mkdir(parents=True)
        shutil.copyfile(REPOSITORY.assessments / name, target)


def pinned_groups(catalog: Catalog) -> set[str]:
    """The official comparison groups of the places that tests open pages of."""
    return {catalog.comparisons.pinned[place].id for place in (*REPORTED, WHOLE[0])}


def compared_places(catalog: Catalog) -> set[str]:
    """The places of the reports and whom they are compared with: groups and regions."""
    places = load_places(REPOSITORY)
    reported = {WHOLE[0], *REPORTED}
    regions = {places.county(catalog, place) for place in reported}
    return reported | regions | {member for group in pinned_groups(catalog) for member in places.groups[group][1]}


def region_members(catalog: Catalog) -> set[str]:
    """The members of every region of the catalogue, and whom it is compared with."""
    return {place for region in catalog.regions.values() for place in (*region.members, *region.comparisons)}


def of_interest(rows: pd.DataFrame, series: str, compared: set[str], members: set[str]) -> pd.Series:
    """Which rows of a series stay."""
    place, recent, total = rows["place"], rows["year"] >= SINCE, rows["sex"] == "T"
    kept = place.isin(WHOLE) | (place.isin(REPORTED) & recent)
    kept |= place.isin(compared) & recent & (total | (series == BY_SEX))
    kept |= place.isin(members) & recent & total & (series == POPULATION)
    latest = rows["year"].isin(sorted(rows["year"].unique())[-2:])
    return kept | (latest & total & (series == NATIONAL))


def cut_entry(entry: dict, rows: pd.DataFrame, content: bytes, whole: bool) -> dict:
    """A series' line of the manifest for the rows that stayed.

    Unless it is `whole`, requests that named no municipality go: they would say that every place was asked for.
    """
    years = rows.loc[rows["value"].notna(), "year"]
    return entry | {
        "note": " ".join(filter(None, (entry["note"], NOTE))),
        "rows": len(rows),
        "sha256": digest(content),
        "first_year": int(years.min()) if len(years) else None,
        "last_year": int(years.max()) if len(years) else None,
        "places_of_earlier_fetches": [
            place for place in entry["places_of_earlier_fetches"] if place in set(rows["place"])
        ],
        "requests": [request for request in entry["requests"] if whole or not whole_years([request["url"]])],
    }


def write(path: Path, content: bytes) -> bytes:
    path.write_bytes(content)
    return content


if __name__ == "__main__":
    freeze(FROZEN)
