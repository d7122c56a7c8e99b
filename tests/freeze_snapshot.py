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
from lagesbild.sources.raw import LISTS, NAME, load_places, read_manifest
from lagesbild.sources.snapshot import read_series, series_bytes
from reports import FROZEN

REPOSITORY = Paths(PACKAGE.parents[1])
WHOLE = ("2480", "0000")  # every year and sex: Umeå's trends, beside the country's series
REPORTED = ("2401", "0580")  # Nordmaling and Linköping, that tests open pages of: every sex since SINCE
SINCE = 2020  # of the places that they are compared with, for women and men together
POOL = 5  # every fifth municipality, with all regions: women and men together in every year, to judge a movement by
BY_SEX = ("N00610", "N02797")  # women and men of the pool too; figure 9 draws those of the first
POPULATION = ("N01951", "N01955")  # every year and sex of all places that stay: what rates and shares are of
CLASSES = 2022  # the year whose population a survey's size classes go by: of every municipality
NATIONAL = "N31807"  # every municipality in every year, for ranks
NOTE = "Cut for tests to some places and years."
JUDGED = ("2480/2024.yml", "regions/umearegionen/2022.yml")


def freeze(folder: Path) -> None:
    """Writes the snapshot anew into `folder`, from the repository's own data."""
    shutil.rmtree(folder, ignore_errors=True)
    frozen = Paths(folder)
    catalog, real, kolada = load_catalog(REPOSITORY), REPOSITORY.raw / "kolada", frozen.raw / "kolada"
    kolada.mkdir(parents=True)
    manifest = read_manifest(real, "kolada")
    for name in LISTS:
        shutil.copyfile(real / f"{name}.csv", kolada / f"{name}.csv")
    entries, kinds = {}, load_places(REPOSITORY).kinds
    compared, pool = compared_places(catalog), pool_of(kinds)
    for series, entry in manifest.series.items():
        rows = read_series(real, manifest, series)
        kept = rows[of_interest(rows, series, compared, pool) | of_all(rows, series, surveyed(catalog))]
        content = write(kolada / f"{series}.csv", series_bytes(kept))
        entries[series] = cut_entry(entry, kept, content)
    write(kolada / NAME, replace(manifest, series=entries).content())
    shutil.copytree(REPOSITORY.documents, frozen.documents)
    for name in JUDGED:
        target = frozen.assessments / name
        target.parent.mkdir(parents=True)
        shutil.copyfile(REPOSITORY.assessments / name, target)


def compared_places(catalog: Catalog) -> set[str]:
    """The places of the reports and whom they are compared with: groups, regions, the members of the catalogue's."""
    places = load_places(REPOSITORY)
    reported = {WHOLE[0], *REPORTED}
    groups = [places.comparison_group(catalog, place) for place in reported]
    members = {place for region in catalog.regions.values() for place in (*region.members, *region.comparisons)}
    return reported | members | {member for group in groups if group for member in group.members}


def pool_of(kinds: dict[str, str]) -> set[str]:
    """Every fifth municipality, and every region."""
    municipalities = sorted(place for place, kind in kinds.items() if kind == "K")
    return {*municipalities[::POOL], *(place for place, kind in kinds.items() if kind == "L")}


def surveyed(catalog: Catalog) -> set[str]:
    """The series of every question of the surveys."""
    shown = {catalog.indicators[name].kolada.id for survey in catalog.surveys.values() for name in survey.indicators}
    return shown | {series for survey in catalog.surveys.values() for series in survey.questions}


def of_interest(rows: pd.DataFrame, series: str, compared: set[str], pool: set[str]) -> pd.Series:
    """Which rows stay of the places that pages and pool are made of."""
    place, recent, total = rows["place"], rows["year"] >= SINCE, rows["sex"] == "T"
    kept = place.isin(WHOLE) | (place.isin(REPORTED) & recent)
    kept |= place.isin(compared) & recent & (total | (series in BY_SEX))
    kept |= place.isin(pool) & (total | (series in BY_SEX))
    return kept | (place.isin(compared | pool) & (series in POPULATION))


def of_all(rows: pd.DataFrame, series: str, surveyed: set[str]) -> pd.Series:
    """Which rows stay of every municipality: women and men together."""
    everywhere = series == NATIONAL or series in surveyed
    return (rows["sex"] == "T") & ((rows["year"] == CLASSES) & (series == POPULATION[0]) | everywhere)


def cut_entry(entry: dict, rows: pd.DataFrame, content: bytes) -> dict:
    """A series' line of the manifest for the rows that stayed."""
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
    }


def write(path: Path, content: bytes) -> bytes:
    path.write_bytes(content)
    return content


if __name__ == "__main__":
    freeze(FROZEN)
