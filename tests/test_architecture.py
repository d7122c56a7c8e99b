"""The house rules that a reader cannot see in one file: who imports whom, and what no file may say."""

import ast
import csv
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import yaml

from lagesbild.paths import PACKAGE
from lagesbild.publishing.notebooks import RENAMED, names_in

ROOT = PACKAGE.parents[1]
SRC = PACKAGE.parent
MODULES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path for path in SRC.rglob("*.py")
}
TREES = {module: ast.parse(path.read_text("utf-8")) for module, path in MODULES.items()}
ENGINE = [module for module in MODULES if module.startswith("lagesbild")]
MOST_LINES, FEW_LINES = 450, 120
# What a class must not carry together with a table, for a function to take it: see `ambient_classes`.
KNOWLEDGE = {"lagesbild.catalog.models.Catalog", "lagesbild.paths.Paths", "lagesbild.places.Places"}
# What takes the report, or the edition that it is made from, though no cell calls it, and why.
HANDED_ON = {
    "helpers.sections._tested": "a claim is tested once a report: beside its judgement, and in the list at the end",
    "helpers.report._opened": "an edition is read once, and both kinds of report have the same fields of it",
    "helpers.show._show_part": "show_figure is one function to a cell, and a part of the region has other words",
}
MOST_IN_HELPERS = 2500
NAMESPACES = {"helpers", "lagesbild.charts"}  # the fixed names of a cell
CACHES = {"cache", "lru_cache", "cached_property"}
KEPT = {  # what the engine keeps between calls, and why
    "lagesbild.statistics.panel.by_value": "every window of a measure reads its values on the scale; a panel is frozen",
    "lagesbild.statistics.panel.by_count": "the same, by its cases",
    "lagesbild.statistics.panel.run": "the same for its unbroken years",
    "lagesbild.statistics.panel.log_latest": "every measure is held against the inhabitants; their numbers are frozen",
    "lagesbild.statistics.noise.design": "a window's matrices follow from its length alone",
    "lagesbild.publishing.preload.preloaded": "a template imports once what kernels need, at the first sight of one",
    "lagesbild.publishing.unit.keys": "a report's keys are of what it is made from, and asked for page by page",
    "lagesbild.assessments.load._parsed": "every page opens the same judgements, which follow from the file's bytes",
    "lagesbild.rules.judgements.rows": "every heading, rank and claim asks for one measure's; the frames are frozen",
    "lagesbild.tidy.rows.columns": "every heading and claim takes a few rows of the same columns; a frame is frozen",
    "lagesbild.tidy.build._read_digest": "every page asks whether any input changed, and reads only what did",
    "lagesbild.tidy.build.newest": "rows, years and judgements of an edition are all made from them; they are frozen",
    "lagesbild.charts.theme.text_box": "a label is measured many times, and depends on text and font only",
    "lagesbild.charts.regional._shapes": "a map's cell and both of its widths ask for the same shapes",
}
# Assembled here, so that this file does not hold them itself.
UNSAID = ["../" + "shared", "/work/" + "shared", "." + "library/", "pypi" + ".org", "python" + "hosted.org"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EVERYTHING = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
DOCUMENTS = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md")}


def imported(module: str) -> set[str]:
    """The modules of the package that a module imports, at its top or inside a function."""
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom):
            start = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*start, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & MODULES.keys() - {module}


def tracked() -> list[Path]:
    """Every file that is in git, or would be added."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(asked, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def bounds(lines: list[str]) -> dict[str, str]:
    """Package name -> lower bound, of lines such as "pandas>=2.2"; options of pip are left out."""
    return dict(line.split(">=") for line in lines if not line.startswith("-"))


def lines_of(module: str) -> int:
    return len(MODULES[module].read_text("utf-8").splitlines())


def calls_in(module: str) -> set[str]:
    """The dotted names of everything that a module calls or reads an attribute of."""
    return {ast.unparse(node) for node in ast.walk(TREES[module]) if isinstance(node, ast.Attribute | ast.Name)}


def test_the_engine_imports_no_helper():
    pairs = [(module, other) for module in MODULES for other in imported(module)]
    assert len(pairs) > 200
    assert not [pair for pair in pairs if pair[0] in ENGINE and pair[1].startswith("helpers")]
    assert {module.partition(".")[0] for module in MODULES} == {"helpers", "lagesbild"}
    assert not [pair for pair in pairs if pair[0] not in ENGINE and pair[1].startswith("lagesbild.publishing")]


def test_the_statistics_import_nothing_of_ours():
    statistics = [module for module in ENGINE if module.startswith("lagesbild.statistics")]
    assert len(statistics) > 6
    others = {other for module in statistics for other in imported(module)}
    assert all(other.startswith("lagesbild.statistics") for other in others)
    roots = {
        alias.name.split(".")[0] if isinstance(node, ast.Import) else node.module.split(".")[0]
        for module in statistics
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert roots - set(sys.stdlib_module_names) == {"lagesbild", "numpy", "pandas", "scipy", "statsmodels"}


@pytest.mark.parametrize(
    ("folder", "rooms"),
    [
        ("raw", {"sources"}),
        ("documents", {"sources"}),
        ("processed", {"tidy"}),
        ("reports", {"publishing"}),
    ],
)
def test_only_one_room_knows_a_folder(folder, rooms):
    """Law 5: whoever holds the paths, the folder is asked of them only where it is read or written."""
    users = {module for module in MODULES if {f".{folder}"} & attributes_in(module)}
    assert {module.split(".")[1] for module in users} == rooms


def test_only_the_sources_know_where_the_municipalities_files_lie():
    """Not by the attribute alone: an indicator has a `local` too."""
    users = {module for module in MODULES if any(name.endswith("paths.local") for name in calls_in(module))}
    assert {module.split(".")[1] for module in users} == {"sources"}


def attributes_in(module: str) -> set[str]:
    """The attributes that a module reads, each behind a point; those of `self` are its own."""
    nodes = [node for node in ast.walk(TREES[module]) if isinstance(node, ast.Attribute)]
    return {f".{node.attr}" for node in nodes if ast.unparse(node.value) != "self"}


def test_only_three_rooms_write_and_only_the_sources_use_the_network():
    """Law 5: sources write data/raw, tidy writes data/processed, publishing writes reports; nothing else writes.

    One chapter answers this machine's own browsers.
    """
    writing = {".write_text", ".write_bytes", ".to_parquet", ".to_csv", ".mkdir", ".rmtree", ".unlink", ".copy2"}
    writing |= {".touch", ".symlink_to", ".hardlink_to", ".to_excel", ".to_json", ".to_pickle"}
    network = {"requests", "urllib3", "truststore", "ssl", "socket", "http", "urllib.request", "tornado"}
    writers = {module.split(".")[1] for module in MODULES if attributes_in(module) & writing or opens_to_write(module)}
    assert writers == {"sources", "tidy", "publishing"}
    users = {module for module in MODULES if roots_of_imports(module) & network}
    assert users == {"lagesbild.sources.exchange", "lagesbild.sources.http", "lagesbild.publishing.serve"}


def opens_to_write(module: str) -> bool:
    """Whether a module opens a file in a mode that writes, or in one that is not written where it opens it."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "open":
            at = 0 if isinstance(node.func, ast.Attribute) else 1
            modes = [*node.args[at : at + 1], *(word.value for word in node.keywords if word.arg == "mode")]
            if any(not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in modes):
                return True
    return False


def roots_of_imports(module: str) -> set[str]:
    """What a module imports from elsewhere: packages, and modules with their package."""
    names: set[str] = set()
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names | {name.partition(".")[0] for name in names}


def test_nothing_is_imported_by_a_name_that_no_reader_sees():
    hidden = {"__import__", "import_module", "exec", "eval"}
    assert not {module for module in MODULES if {name.rpartition(".")[2] for name in calls_in(module)} & hidden}
    named = {(module, name) for module in MODULES for name in imported_names(module)}
    assert len(named) > 500
    assert not {module for module, name in named if name in hidden}


def imported_names(module: str) -> set[str]:
    """The names that a module imports, as they are called where they come from."""
    nodes = [node for node in ast.walk(TREES[module]) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in nodes for alias in node.names}


def test_paths_says_where_things_lie_and_reads_none_of_them():
    reading = {"open", "read_text", "read_bytes", "glob", "rglob", "iterdir"}
    assert not {name for name in calls_in("lagesbild.paths") if name.rpartition(".")[2] in reading}
    assert {name for name in calls_in("lagesbild.sources.raw") if name.rpartition(".")[2] in reading}


def test_a_module_is_a_chapter():
    importers: dict[str, set[str]] = {}
    for module in MODULES:
        for other in imported(module):
            importers.setdefault(other, set()).add(module)
    chapters = [module for module in MODULES if MODULES[module].name != "__init__.py"]
    assert not {module: lines_of(module) for module in chapters if lines_of(module) > MOST_LINES}
    entries = {module for module in chapters if '__name__ == "__main__"' in MODULES[module].read_text("utf-8")}
    entries |= {entry.partition(":")[0] for group in PROJECT["entry-points"].values() for entry in group.values()}
    asked = {name for path in MODULES.values() for name in re.findall(r'"([\w.]+):\w+"', path.read_text("utf-8"))}
    entries |= asked & set(chapters)  # by a copy of the kernels' template
    short = [module for module in chapters if lines_of(module) < FEW_LINES and module not in entries]
    assert not {module: importers.get(module) for module in short if len(importers.get(module, ())) < 3}


def test_a_package_re_exports_nothing():
    for module, path in MODULES.items():
        if path.name == "__init__.py" and module not in NAMESPACES:
            assert [type(node) for node in TREES[module].body] == [ast.Expr], module


def test_no_module_imports_itself_by_a_detour():
    try:
        TopologicalSorter({module: imported(module) for module in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_readme_lists_every_room_of_the_engine_above_those_that_import_it():
    tree = DOCUMENTS["README.md"].partition("## Where things are")[2].split("```")[1]
    lines = [line.strip().partition("  ")[0] for line in tree.splitlines() if line.startswith("  ")]
    height = {room: number for number, line in enumerate(lines) for room in line.split(", ")}
    pairs = {(m.split(".")[1], o.split(".")[1]) for m in ENGINE for o in imported(m) if m != "lagesbild" != o}
    assert len(pairs) > 40
    assert sorted(height) == sorted({module.split(".")[1] for module in ENGINE if module != "lagesbild"})
    assert not [(room, other) for room, other in pairs if height[room] < height[other]]


def test_every_module_and_function_that_a_document_names_exists():
    names = set(re.findall(r"`((?:lagesbild|helpers)(?:\.\w+)+)`", " ".join(DOCUMENTS.values())))
    assert len(names) > 30
    for name in names:
        pkgutil.resolve_name(name)


def test_each_old_name_of_a_notebook_leads_to_one_that_is_there_and_is_itself_gone():
    names = cache(names_in)
    with RENAMED.open(encoding="utf-8", newline="") as file:
        renamed = {row["old"]: row["new"] for row in csv.DictReader(file, delimiter=";")}
    assert len(renamed) > 400

    def is_there(full: str) -> bool:
        module, _, name = full.rpartition(".")
        return names(full) is not None or name in (names(module) or ())

    assert [f"{old} -> {new}" for old, new in renamed.items() if new and not is_there(new)] == []
    assert [old for old in renamed if is_there(old)] == []


def words_in(annotation: ast.expr | None) -> set[str]:
    """The names in an annotation, those of an annotation that is written as text too."""
    names: set[str] = set()
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Name | ast.Attribute):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= set(re.findall(r"\w+", node.value))
    return names


@cache
def classes_known_in(module: str) -> dict[str, str]:
    """The names that a module imports or defines -> what they are, with its module."""
    scope = {}
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom):
            scope |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            scope[node.name] = f"{module}.{node.name}"
    return scope


def types_in(module: str, annotations: Iterable[ast.expr | None]) -> set[str]:
    """The classes in some annotations with their modules; other names as they stand, such as DataFrame."""
    return {classes_known_in(module).get(name, name) for each in annotations for name in words_in(each)}


@cache
def ambient_classes() -> frozenset[str]:
    """The classes that carry a table together with catalogue, paths or places, or that carry such an object."""
    fields = {
        f"{module}.{node.name}": types_in(
            module, (field.annotation for field in node.body if isinstance(field, ast.AnnAssign))
        )
        for module in MODULES
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.ClassDef)
    }
    ambient = {name for name, types in fields.items() if "DataFrame" in types and types & KNOWLEDGE}
    bases = {
        f"{module}.{node.name}": types_in(module, node.bases)
        for module in MODULES
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.ClassDef)
    }
    bases = {
        name: {f"{name.rpartition('.')[0]}.{base}" if "." not in base else base for base in bases[name]}
        for name in bases
    }
    while more := {name for name, types in fields.items() if (types | bases[name]) & ambient} - ambient:
        ambient |= more
    return frozenset(ambient)


def takers(package: str) -> list[str]:
    """The functions and methods of a package that take an ambient object; a method's `self` is not counted."""
    functions = [
        (module, node)
        for module in MODULES
        if module.split(".")[0] == package
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [
        f"{module}.{node.name}"
        for module, node in functions
        if types_in(module, (part.annotation for part in ast.walk(node.args) if isinstance(part, ast.arg)))
        & ambient_classes()
    ]


def test_no_function_of_the_engine_takes_an_ambient_object():
    """Law 6: an edition may be returned, and what a function needs of it is then handed on."""
    assert "lagesbild.rules.editions.Edition" in ambient_classes()
    assert takers("lagesbild") == []


def names_in_cells() -> set[str]:
    """What the cells of our notebooks call with the report: `sections.header(report)` gives "header"."""
    names: set[str] = set()
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            nodes = ast.walk(ast.parse("".join(cell["source"]))) if cell["cell_type"] == "code" else ()
            calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
            calls = [node for node in calls if ast.unparse(node.args[0]) == "report"]
            names |= {getattr(node.func, "attr", getattr(node.func, "id", "")) for node in calls}
    return names


def test_of_the_helpers_only_what_a_cell_calls_takes_the_report():
    """Law 6: what such a function calls takes the columns and values that it needs."""
    assert {"helpers.report.Report", "helpers.report.RegionReport"} <= ambient_classes()
    functions, names = takers("helpers"), names_in_cells()
    assert len(functions) > 20
    assert [name for name in functions if name.rpartition(".")[2] not in names and name not in HANDED_ON] == []


def test_the_helpers_are_small():
    assert sum(lines_of(module) for module in MODULES if module.startswith("helpers")) <= MOST_IN_HELPERS


def test_the_engine_keeps_a_value_only_where_nothing_is_asked_for_or_the_reason_is_written():
    """Law 6: one cache, where it can be seen. What takes no parameter can keep only what the package brings along."""
    kept, mentioned, decorated = [], 0, 0
    for module in ENGINE:
        for node in ast.walk(TREES[module]):
            mentioned += getattr(node, "id", getattr(node, "attr", "")) in CACHES
            if isinstance(node, ast.FunctionDef) and any(words_in(each) & CACHES for each in node.decorator_list):
                decorated += 1
                kept += [f"{module}.{node.name}"] if ast.unparse(node.args) else []
    assert kept == list(KEPT)
    assert mentioned == decorated > 0  # nothing is cached in another way
    renamed = [
        alias
        for module in MODULES
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in CACHES and alias.asname
    ]
    assert renamed == []


@pytest.mark.parametrize(
    "module",
    [
        "lagesbild.paths",
        "lagesbild.catalog.load",
        "lagesbild.assessments.load",
        "lagesbild.publishing.request",
        "lagesbild.cli",
    ],
)
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


@pytest.mark.parametrize(
    ("name", "extras"), [("requirements.lock", EVERYTHING), ("requirements-report.lock", PROJECT["dependencies"])]
)
def test_a_lock_holds_its_dependencies_by_hash_and_no_address(name: str, extras: list[str]):
    lock = (ROOT / name).read_text("utf-8")
    pinned = re.split(r"^(?=[a-z0-9.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert {entry.lower() for entry in bounds(extras)} <= {entry.partition("==")[0] for entry in pinned}
    assert not re.search(r"://|index-url|find-links", lock.split("\n", 2)[2])
    assert all("--hash=sha256:" in entry for entry in pinned)
