"""The house rules that a reader cannot see in one file: who imports whom, and what no file may say."""

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import yaml

from helpers.paths import PACKAGE

ROOT = PACKAGE.parents[1]
ROOMS = [
    *("refusals", "paths", "records", "catalog", "assessments", "places", "sources", "suppression", "tidy"),
    *("comparisons", "trends", "support", "outlook", "claims", "wording", "calendars", "exhibits", "tables", "charts"),
    *("page", "slides", "publish", "cli"),
]
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
# Assembled here, so that this file does not hold them itself.
UNSAID = ["../" + "shared", "/work/" + "shared", "." + "library/", "pypi" + ".org", "python" + "hosted.org"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EVERYTHING = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]


def imported(module: str) -> set[str]:
    """The modules of the package that a module imports, at its top or inside a function."""
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            start = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*start, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & MODULES.keys() - {module}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def tracked() -> list[Path]:
    """Every file that is in git, or would be added."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(asked, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def bounds(lines: list[str]) -> dict[str, str]:
    """Package name -> lower bound, of lines such as "pandas>=2.2"; options of pip are left out."""
    return dict(line.split(">=") for line in lines if not line.startswith("-"))


def test_every_module_lies_in_a_known_room():
    assert {room(module) for module in MODULES if module != "helpers"} == set(ROOMS)


def test_imports_point_one_way():
    order = {name: number for number, name in enumerate(ROOMS)} | {"helpers": -1}
    pairs = [(module, other) for module in MODULES for other in imported(module)]
    assert len(pairs) > 200
    assert not [pair for pair in pairs if order[room(pair[1])] > order[room(pair[0])]]


def test_no_module_imports_itself_by_a_detour():
    try:
        TopologicalSorter({module: imported(module) for module in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("module", ["helpers.paths", "helpers.catalog", "helpers.assessments", "helpers.cli"])
def test_what_starts_every_command_imports_without_pandas(module):
    code = f"import sys, {module}; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_file_says_where_it_was_made_nor_names_a_package_registry():
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in tracked()}
    assert len(texts) > 100
    said = [(path.name, word) for path, text in texts.items() for word in UNSAID if word in text]
    assert not said


def test_the_conda_environment_is_the_project():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    [pip] = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str) and entry != "pip"]
    declared = bounds(EVERYTHING)
    assert environment["name"] == PROJECT["name"]
    assert bounds(plain) | bounds(pip) == declared | {"python": PROJECT["requires-python"].removeprefix(">=")}


def test_the_lock_holds_every_dependency_by_hash_and_no_address():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE))
    declared = bounds(EVERYTHING)
    assert {name.lower() for name in declared} <= pinned
    assert not re.search(r"://|index-url|find-links", lock.split("\n", 2)[2])
    assert lock.count("--hash=sha256:") >= len(pinned)
