"""What a build is asked for, checked before anything runs."""

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..assessments import load_all_assessments
from ..catalog import Catalog, load_catalog
from ..paths import Paths
from ..places import load_places
from ..refusals import Refusal

PARAMETERS = {"municipality": "str", "year": "int"}


class RefusedBuild(Refusal):
    """Why a build was refused before it began, one line a reason."""


@dataclass(frozen=True)
class BuildRequest:
    """One municipality's edition and how to make it."""

    paths: Paths
    municipality: str
    year: int
    jobs: int = 2  # kernels at a time

    @property
    def target(self) -> Path:
        """The folder that readers open."""
        return self.paths.reports / self.municipality / str(self.year)


def notebook_parameters(notebook: NotebookNode, name: str) -> dict[str, str]:
    """Parameter name -> annotated type in the one cell tagged `parameters`.

    Raises RefusedBuild when there is no such cell, or when it is not what a build gives.
    """
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise RefusedBuild(
            f"notebooks/{name}.ipynb: {len(cells)} cells are tagged 'parameters'. Tag exactly one, and declare "
            f"{', '.join(f'{n}: {t}' for n, t in PARAMETERS.items())} in it."
        )
    found = {}
    for line in cells[0].source.splitlines():
        declared, equals, _ = line.partition("=")
        parameter, colon, kind = declared.partition(":")
        if equals and colon and not line.startswith("#"):
            found[parameter.strip()] = kind.strip()
    if found != PARAMETERS:
        raise RefusedBuild(
            f"notebooks/{name}.ipynb: the parameters cell declares {found or 'nothing'}, a build gives {PARAMETERS}. "
            "Declare exactly these, with a default each."
        )
    return found


def notebook_paths(paths: Paths, catalog: Catalog) -> dict[str, Path]:
    """Page name -> notebook, in the order of the navigation. Raises RefusedBuild for a missing or unfit one."""
    found = {}
    for name in catalog.pages:
        path = paths.notebooks / f"{name}.ipynb"
        if not path.is_file():
            raise RefusedBuild(f"{path}: the notebook is missing. Restore it, or remove its page from programme.yml.")
        notebook_parameters(nbformat.read(path, as_version=4), name)
        found[name] = path
    return found


def checked_files(paths: Paths) -> Catalog:
    """The catalogue, after it and every assessments file were read strictly. Raises RecordError with every slip."""
    catalog = load_catalog(paths)
    load_all_assessments(paths, catalog)
    places = load_places(paths)
    for region, entry in catalog.regions.items():
        for code in (*entry.members, *entry.comparisons):
            if code not in places.names:
                raise RefusedBuild(f"data/catalog/regions.yml: {region}: '{code}' is no place of the snapshot.")
    return catalog
