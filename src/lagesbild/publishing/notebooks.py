"""The notebooks of a copy, looked at without running them: are they there, and do they take what a build gives?

Read as JSON: nbformat takes a second to import, and `lagesbild check` shall be quick.
"""

import ast
import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lagesbild.catalog.models import Catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.publishing.request import REGIONAL, RefusedBuild, Value

PARAMETERS = {"municipality": 'str = "0180"', "year": "int = 2024"}  # name -> type and default, as a cell has them
OPTIONAL = {"region": 'str = ""'}  # what a notebook may declare besides; only a region's report is given it
TAG = "parameters"


def notebook_paths(paths: Paths, catalog: Catalog) -> dict[str, Path]:
    """Page name -> notebook, in the order of the navigation. Raises RefusedBuild with every error of every notebook."""
    notebooks = {name: paths.notebooks / f"{name}.ipynb" for name in catalog.pages}
    errors = [
        f"{paths.relative(path)}: {error}"
        for path in notebooks.values()
        for error in notebook_errors(path) or figure_errors(path, catalog)
    ]
    if errors:
        raise RefusedBuild("\n".join(errors))
    return notebooks


def notebook_errors(path: Path) -> list[str]:
    """Why a notebook cannot be run by a build, one line a reason; nothing when it can."""
    if not path.is_file():
        return ["the notebook is missing. Restore it, or remove its page from data/catalog/programme.yml."]
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        tagged = [cell for cell in cells if TAG in _tags(cell)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"it is no notebook of format 4 ({type(error).__name__}: {error}). Restore it, or save it again."]
    if len(tagged) != 1:
        hint = _misspelt({tag for cell in cells for tag in _tags(cell)})
        return [f"{len(tagged)} cells are tagged '{TAG}'.{hint} Tag exactly one, and declare in it: {_wanted()}."]
    if tagged[0]["cell_type"] != "code":
        place, kind = cells.index(tagged[0]) + 1, tagged[0]["cell_type"]
        return [f"cell {place} is tagged '{TAG}' and is a {kind} cell, which is never run. Make it a code cell."]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return parameter_errors("".join(tagged[0]["source"])) + [line for source in code for line in import_errors(source)]


# The figures of the catalogue that a notebook shows, as far as they can be read without running it.


@dataclass(frozen=True)
class Shown:
    """A call of show_figure: the cell, counted from 1, the page that its report was opened for, and the number.

    Page and number are empty where the code computes them: nothing is said about those.
    """

    cell: int
    page: str
    number: str


def shown_figures(path: Path) -> list[Shown]:
    """Every call of show_figure in a notebook that was found in order before."""
    pages: dict[str, str] = {}  # variable -> the page that it holds the report of
    shown = []
    for cell, entry in enumerate(json.loads(path.read_text("utf-8"))["cells"], 1):
        tree = _parsed("".join(entry["source"])) if entry["cell_type"] == "code" else None
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                page = {"open_report": _argument(node.value, 0, "page"), "open_region": REGIONAL}
                named = page.get(_called(node.value), "")
                pages |= {ast.unparse(target): str(named or "") for target in node.targets}
            elif isinstance(node, ast.Call) and _called(node) == "show_figure":
                report = ast.unparse(node.args[0]) if node.args else ""
                number = _argument(node, 1, "number")
                shown.append(Shown(cell, report, "" if number is None else str(number)))
    return [replace(call, page=pages.get(call.page, "")) for call in shown]


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _argument(call: ast.Call, place: int, name: str) -> Any:
    """The plain value of an argument given by place or name; None where the code computes it."""
    named = {word.arg: word.value for word in call.keywords}
    given = call.args[place] if len(call.args) > place else named.get(name)
    return given.value if isinstance(given, ast.Constant) else None


def figure_errors(path: Path, catalog: Catalog) -> list[str]:
    """A line for each figure that a cell shows and that its page does not have: the run would end there."""
    return [
        f"cell {call.cell} shows figure {call.number}, and '{call.page}' has {_listed(catalog, call.page)}. "
        "Give one of them, or show a plot of your own with show_plot."
        for call in shown_figures(path)
        if call.number and call.page in catalog.pages and call.number not in _figures_of(catalog, call.page)
    ]


def unshown_figures(paths: Paths, catalog: Catalog, notebooks: dict[str, Path]) -> list[str]:
    """A line for each page whose notebook shows not every figure that the catalogue has for it.

    A notebook that computes a number may show any: nothing is said about it.
    """
    lines = []
    for page, path in notebooks.items():
        shown = {call.number for call in shown_figures(path)}
        if missing := [number for number in catalog.figures_on(page) if number not in shown and "" not in shown]:
            call = f"show_figure(report, {missing[0]}, rows, charts.lines)"
            lines.append(
                f"{paths.relative(path)}: no cell shows figure {', '.join(missing)} of '{page}'. Add a cell such as "
                f"{call}, or give the figure another page in data/catalog/indicators."
            )
    return lines


def _figures_of(catalog: Catalog, page: str) -> list[str]:
    return [*catalog.figures_on(page), *(catalog.parts if page == REGIONAL else ())]


def _listed(catalog: Catalog, page: str) -> str:
    return ", ".join(_figures_of(catalog, page)) or "no figures"


def _misspelt(tags: set[str]) -> str:
    near = get_close_matches(TAG, sorted(tags - {TAG}), n=1)
    return f" The tag '{near[0]}' looks misspelt." if near else ""


def _tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def _wanted() -> str:
    return ", ".join(_example(name) for name in PARAMETERS)


def _example(name: str) -> str:
    return f"{name}: {(PARAMETERS | OPTIONAL)[name]}"


def parameter_errors(source: str) -> list[str]:
    """What is wrong in the source of a parameters cell, one line an error.

    Every notebook declares what a build gives, with its type. A parameter of the notebook's own has any other name,
    one of the types of `TYPES`, and a default; a name that replaces one of a build's is taken for misspelt.
    """
    try:
        declared = dict(_declared(ast.parse(source)))
    except SyntaxError as error:
        return [f"line {error.lineno} of the parameters cell is no Python ({error.msg}). Correct it."]
    errors, meant = [], set()
    for name in declared.keys() - PARAMETERS.keys() - OPTIONAL.keys():
        near = get_close_matches(name, PARAMETERS.keys() - declared.keys(), n=1)
        near += get_close_matches(name, OPTIONAL.keys() - declared.keys(), n=1, cutoff=0.8)
        meant.update(near)
        if near:
            errors.append(f"a build has no parameter '{name}'. Did you mean '{near[0]}'?")
        elif not declared[name].is_whole:
            errors.append(
                f"the parameter '{name}' needs a type and a default of that type: {', '.join(TYPES)}. "
                f"Write it such as {OWN_EXAMPLE}, or set it in another cell."
            )
    for name in PARAMETERS.keys() - declared.keys() - meant:
        errors.append(f"the parameter '{name}' is not declared. Write: {_example(name)}.")
    for name, example in (PARAMETERS | OPTIONAL).items():
        if name in declared and {declared[name].kind, declared[name].default_kind} != {example.split()[0]}:
            errors.append(f"'{name}' has another type than a build gives. Write: {_example(name)}.")
    return sorted(errors)


@dataclass(frozen=True)
class Declared:
    """A parameter as its cell has it: the type as it is written, and the default, None when it is no plain value."""

    kind: str
    default: Any

    @property
    def default_kind(self) -> str:
        return type(self.default).__name__

    @property
    def is_whole(self) -> bool:
        """Whether a build can give it a value: the type is one of `TYPES` and the default is of it."""
        return self.kind in TYPES and self.takes(self.default)

    def takes(self, value: Any) -> bool:
        """Whether a value is of the type, where that is one of `TYPES`; without a type, text stays text."""
        kind = type(value).__name__
        if self.kind in TYPES:
            return kind in ({"float", "int"} if self.kind == "float" else {self.kind})
        return self.default_kind != "str" or kind == "str"


def _declared(tree: ast.Module) -> Iterator[tuple[str, Declared]]:
    """Every name that a cell assigns to, with its type and default."""
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign):
            yield ast.unparse(statement.target), Declared(ast.unparse(statement.annotation), _plain(statement.value))
        elif isinstance(statement, ast.Assign):
            yield from ((ast.unparse(target), Declared("", _plain(statement.value))) for target in statement.targets)


def _plain(value: ast.expr | None) -> Any:
    try:
        return None if value is None else ast.literal_eval(value)
    except ValueError:  # something that Python would have to compute
        return None


# What a build is given for the notebooks' own parameters: `-p since=2015`.

TYPES = {"str": "", "int": "a whole number", "float": "a number with a decimal point", "bool": "true or false"}
OWN_EXAMPLE = "since: int = 2015"


def own_values(paths: Paths, notebooks: dict[str, Path], given: Iterable[str]) -> dict[str, dict[str, Value]]:
    """Page name -> the values of its notebook's own parameters: those given as "name=value", else the defaults.

    Raises RefusedBuild with every error: a name that no notebook declares, a value that is not of the declared type.
    """
    texts = _named(given)
    declared = {page: own_parameters(path) for page, path in notebooks.items()}
    names = {name for own in declared.values() for name in own}
    errors = [_undeclared(name, names) for name in texts if name not in names]
    values: dict[str, dict[str, Value]] = {}
    for page, own in declared.items():
        values[page] = {name: entry.default for name, entry in own.items()}
        for name in own.keys() & texts.keys():
            try:
                values[page][name] = _read(texts[name], own[name].kind)
            except ValueError:
                errors.append(
                    f"{paths.relative(notebooks[page])}: {name}: '{texts[name]}' is no {own[name].kind}. "
                    f"Write {TYPES[own[name].kind]}, such as -p {name}={str(own[name].default).lower()}."
                )
    if errors:
        raise RefusedBuild("\n".join(errors))
    return values


def own_parameters(path: Path) -> dict[str, Declared]:
    """The parameters of its own that a notebook declares; it was found in order before."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if TAG in _tags(cell))
    return {n: entry for n, entry in _declared(ast.parse(source)) if n not in PARAMETERS | OPTIONAL}


def _named(given: Iterable[str]) -> dict[str, str]:
    """Name -> the text of its value. Raises RefusedBuild for what is not "name=value", or has an option of its own."""
    texts: dict[str, str] = {}
    for each in given:
        name, equals, text = (part.strip() for part in each.partition("="))
        if not (name and equals):
            raise RefusedBuild(f"-p {each}: a parameter has a name and a value. Write it such as -p since=2015.")
        if name in PARAMETERS | OPTIONAL:
            raise RefusedBuild(f"-p {each}: '{name}' has an option of its own. Write --{name} {text}.")
        if name in texts:
            raise RefusedBuild(f"-p {each}: '{name}' is given twice, first as '{texts[name]}'. Keep one of them.")
        texts[name] = text
    return texts


def _undeclared(name: str, names: set[str]) -> str:
    near = get_close_matches(name, sorted(names), n=1)
    remedy = f"Declare it in the cell tagged '{TAG}', such as {OWN_EXAMPLE}."
    if near:
        remedy = f"Did you mean '{near[0]}'?"
    elif names:
        remedy = f"Declared are: {', '.join(sorted(names))}."
    return f"-p {name}: no notebook of this report declares a parameter '{name}'. {remedy}"


def _read(text: str, kind: str) -> Value:
    """The text as a value of one of `TYPES`. Raises ValueError when it is none."""
    if kind == "int" and re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return int(text)
    if kind == "float" and "_" not in text and math.isfinite(float(text)):
        return float(text)
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "str":
        return text
    raise ValueError(text)


def given_errors(source: str | None, tags: set[str], given: Mapping[str, Any]) -> list[str]:
    """Why a notebook cannot take these values, one line a reason.

    `source` is that of its parameters cell, None where no cell is tagged so; `tags` are those of all its cells.
    """
    if source is None:
        return [f"{', '.join(given)}: no cell is tagged '{TAG}'.{_misspelt(tags)} Tag the one that declares them."]
    tree = _parsed(source)
    if tree is None:
        return []
    declared, errors = dict(_declared(tree)), []
    for name, value in given.items():
        entry = declared.get(name)
        if entry is None and name not in OPTIONAL and not name.startswith("PAPERMILL_"):  # papermill's --inject-paths
            near = get_close_matches(name, declared, n=1)
            remedy = f"Did you mean '{near[0]}'?" if near else f"Declared are: {', '.join(declared)}."
            errors.append(f"{name}: the notebook declares no parameter '{name}'. {remedy}")
        elif entry and not entry.takes(value):
            text = "str" in (entry.kind, entry.default_kind)
            remedy = "Give it with papermill's -r instead of -p, in YAML in quotes"
            remedy = remedy if text else f"Write {TYPES[entry.kind]}"
            errors.append(
                f"{name}: {value!r} is no {'text' if text else entry.kind}. {remedy}, such as {entry.default!r}."
            )
    return errors


# The names that a notebook imports from us: for those of 0.1.0 that have moved, where they are now.

RENAMED = Path(__file__).with_name("renamed.csv")  # old;new, full names; new is empty for what is gone
OURS = ("helpers", "lagesbild")
SOURCES = PACKAGE.parent  # the folder that holds both
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)  # a line for Jupyter or the shell, no Python


def import_errors(source: str) -> list[str]:
    """A line for each name that a cell imports from us and that is not there, with the remedy.

    Other packages are the notebook's own business; one that is not installed and is nearly called as ours is misspelt.
    """
    wanted = _imported_in(source)
    return [_renamed(*each) for each in wanted if _is_ours(each[0].partition(".")[0]) and not _is_there(*each)]


def imported_names(path: Path) -> list[tuple[str, str]]:
    """Each module that a notebook's cells import, with the name that they take from it, or "". Nothing of no notebook.

    What a cell tries (`try: import`) or imports by a magic's code counts as what it says.
    """
    if notebook_errors(path):
        return []
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [each for cell in cells if cell["cell_type"] == "code" for each in _imported_in("".join(cell["source"]))]


def _imported_in(source: str) -> list[tuple[str, str]]:
    names: list[tuple[str, str]] = []
    tree = _parsed(source)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.ImportFrom):
            names += [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [(alias.name, "") for alias in node.names]
    return names


def _parsed(source: str) -> ast.Module | None:
    """A cell's code; None for an error, which the kernel explains better."""
    try:
        return ast.parse(MAGIC.sub("pass", source))
    except SyntaxError:
        return None


def _is_ours(package: str) -> bool:
    misspelt = get_close_matches(package, OURS, n=1, cutoff=0.8) and package not in OURS
    return find_spec(package) is None if misspelt else package in OURS


def _is_there(module: str, name: str) -> bool:
    """Whether `from module import name` (or `import module`) works, found without importing anything."""
    names = names_in(module)
    return names is not None and (name in ("", "*") or name in names or names_in(f"{module}.{name}") is not None)


def names_in(module: str) -> set[str] | None:
    """The names at the top of one of our modules; None when there is no such module."""
    base = SOURCES.joinpath(*module.split("."))
    path = next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)
    if path is None:
        return None
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        else:
            parts = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            names |= {part.id for part in parts if isinstance(part.ctx, ast.Store)}
    return names


def _renamed(module: str, name: str) -> str:
    with RENAMED.open(encoding="utf-8", newline="") as file:
        renamed = {row["old"]: row["new"] for row in csv.DictReader(file, delimiter=";")}
    old = f"{module}.{name}" if name else module
    new = renamed.get(old)
    if new == "":
        return f"'{old}' is gone, and nothing takes its place. CHANGELOG.md has the names of 0.1.0."
    if new is None and name and _is_there(renamed.get(module, ""), name):
        new = f"{renamed[module]}.{name}"
    if new is not None:
        where, _, last = new.rpartition(".")
        line = f"from {where} import {last}" if name else f"import {new}"
        return f"'{old}' has another name now: '{new}'. Write: {line}."
    near = _nearest(module, name)
    if near is None:
        return f"there is no '{old}'. CHANGELOG.md has the names of 0.1.0."
    return f"there is no '{old if names_in(module) is not None else module}'. Did you mean '{near}'?"


def _nearest(module: str, name: str) -> str | None:
    """The name of ours that comes nearest: of a module that is there by what it holds, else of all modules."""
    files = [path.relative_to(SOURCES).with_suffix("") for ours in OURS for path in (SOURCES / ours).rglob("*.py")]
    modules = {".".join(path.parts).removesuffix(".__init__") for path in files}
    names = names_in(module)
    if names is None:
        return next(iter(get_close_matches(module, sorted(modules), n=1)), None)
    below = {full.rpartition(".")[2] for full in modules if full.rpartition(".")[0] == module}
    return next((f"{module}.{near}" for near in get_close_matches(name, sorted(names | below), n=1)), None)
