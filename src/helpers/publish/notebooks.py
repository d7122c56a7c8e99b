"""The notebooks of a copy, looked at without running them: are they there, and do they take what a build gives?

Read as JSON: nbformat takes a second to import, and `lagesbild check` shall be quick.
"""

import ast
import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..catalog import Catalog
from ..paths import Paths
from .request import RefusedBuild

PARAMETERS = {"municipality": "str", "year": "int"}
OPTIONAL = {"region": "str"}  # what a notebook may declare besides; only a region's report is given it
EXAMPLES = {"municipality": '"0180"', "year": "2024", "region": '""'}
TAG = "parameters"


def notebook_paths(paths: Paths, catalog: Catalog) -> dict[str, Path]:
    """Page name -> notebook, in the order of the navigation. Raises RefusedBuild with every slip of every notebook."""
    found = {name: paths.notebooks / f"{name}.ipynb" for name in catalog.pages}
    slips = [f"{paths.relative(path)}: {slip}" for path in found.values() for slip in notebook_slips(path)]
    if slips:
        raise RefusedBuild("\n".join(slips))
    return found


def notebook_slips(path: Path) -> list[str]:
    """Why a notebook cannot be run by a build, one line a reason; nothing when it can."""
    if not path.is_file():
        return ["the notebook is missing. Restore it, or remove its page from data/catalog/programme.yml."]
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        tagged = [cell for cell in cells if TAG in _tags(cell)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"it is no notebook of format 4 ({type(error).__name__}: {error}). Restore it, or save it again."]
    if len(tagged) != 1:
        near = get_close_matches(TAG, sorted({tag for cell in cells for tag in _tags(cell)} - {TAG}), n=1)
        hint = f" The tag '{near[0]}' looks misspelt." if near else ""
        return [f"{len(tagged)} cells are tagged '{TAG}'.{hint} Tag exactly one, and declare in it: {_wanted()}."]
    return parameter_slips("".join(tagged[0]["source"]))


def _tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def _wanted() -> str:
    return ", ".join(_example(name) for name in PARAMETERS)


def _example(name: str) -> str:
    return f"{name}: {(PARAMETERS | OPTIONAL)[name]} = {EXAMPLES[name]}"


def parameter_slips(source: str) -> list[str]:
    """What is wrong in the source of a parameters cell: unknown names, missing ones, types other than a build gives."""
    try:
        declared = dict(_declared(ast.parse(source)))
    except SyntaxError as error:
        return [f"line {error.lineno} of the parameters cell is no Python ({error.msg}). Correct it."]
    slips, meant = [], set()
    for name in declared.keys() - PARAMETERS.keys() - OPTIONAL.keys():
        near = get_close_matches(name, PARAMETERS.keys() - declared.keys(), n=1)
        meant.update(near)
        remedy = f"Did you mean '{near[0]}'?" if near else f"A build gives only: {_wanted()}."
        slips.append(f"a build has no parameter '{name}'. {remedy}")
    for name in PARAMETERS.keys() - declared.keys() - meant:
        slips.append(f"the parameter '{name}' is not declared. Write: {_example(name)}.")
    kinds = PARAMETERS | OPTIONAL
    for name in kinds.keys() & declared.keys():
        if declared[name] != (kinds[name], kinds[name]):
            slips.append(f"'{name}' has another type than a build gives. Write: {_example(name)}.")
    return sorted(slips)


def _declared(tree: ast.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name -> annotation and type of the default, of every assignment in a cell."""
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign):
            kind = ast.unparse(statement.annotation)
            yield ast.unparse(statement.target), (kind, _type_name(statement.value))
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield ast.unparse(target), ("", _type_name(statement.value))


def _type_name(value: ast.expr | None) -> str:
    return type(value.value).__name__ if isinstance(value, ast.Constant) else ""
