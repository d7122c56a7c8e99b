"""What a build is asked for, where it goes, and what must be in order before it begins."""

import ast
import csv
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from lagesbild.assessments import load_all_assessments
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import stated_claims
from lagesbild.errors import Refusal
from lagesbild.paths import PACKAGE, Paths
from lagesbild.sources.raw import load_places, local_files

# The folder that readers open, and how a new report comes there: one builder at a time, and never half a report.
#
# Beside `reports/2480/2024/` stand, while a build runs, `.2024.lock` and `.2024.holder` (who builds), `.2024.work/`
# (what is being made) and, for a moment, `.2024.old/` (the report that is being replaced). A killed build leaves
# them; whoever can take the lock knows that their owner is dead, and tidies.

SOCKETS = "sockets"
REMOVALS = 100
PATIENCE = 0.5  # seconds: another build may hold the lock for a moment, to see whether its owner is dead


class HeldTargetError(Exception):
    """Another process builds into the folder: `str()` says which, and since when."""


@dataclass(frozen=True)
class Workplace:
    """Where a build works until its report is whole."""

    folder: Path  # on the same disk as the target, so that a finished report is moved in one step
    sockets: Path  # for the kernels: in the system's temporary folder, as a socket's path must be short


@dataclass(frozen=True)
class Target:
    """The folder of one municipality's edition."""

    folder: Path

    @property
    def incomplete(self) -> Path:
        """Where a report with failed chapters goes when a whole one stands in `folder`."""
        return self.folder.with_name(f"{self.folder.name}-incomplete")

    def _beside(self, kind: str) -> Path:
        return self.folder.with_name(f".{self.folder.name}.{kind}")

    @contextmanager
    def held(self) -> Iterator[Workplace]:
        """A workplace, while no other process can build into the folder. Raises HeldTargetError when one does."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._beside("lock"))
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise HeldTargetError(self._holder()) from None
        try:
            self.tidy()
            tidy_others(self.folder.parents[1])
            holder = {"pid": os.getpid(), "since": datetime.now().isoformat(" ", "seconds")}
            self._beside("holder").write_text(json.dumps(holder), "utf-8")
            yield self._workplace()
        finally:
            self.tidy()
            lock.release()

    def _workplace(self) -> Workplace:
        folder = self._beside("work")
        folder.mkdir()
        sockets = tempfile.mkdtemp(prefix="lagesbild-")
        (folder / SOCKETS).write_text(sockets, "utf-8")
        return Workplace(folder, Path(sockets))

    def _holder(self) -> str:
        try:
            holder = json.loads(self._beside("holder").read_text("utf-8"))
            return f"process {holder['pid']}, since {holder['since']}"
        except (OSError, ValueError, KeyError):
            return "a process that has just begun"

    def tidy(self) -> None:
        """Removes what a build works with, and puts back a report that it was replacing. Only for who has the lock."""
        work, old = self._beside("work"), self._beside("old")
        if sockets := _sockets_of(work):
            shutil.rmtree(sockets, ignore_errors=True)
        _remove(work)
        if old.exists() and not self.folder.exists():
            old.replace(self.folder)
        shutil.rmtree(old, ignore_errors=True)
        self._beside("holder").unlink(missing_ok=True)

    def is_whole(self) -> bool:
        """Whether a complete report stands in the folder."""
        try:
            return json.loads((self.folder / "manifest.json").read_text("utf-8"))["state"] == "ok"
        except (OSError, ValueError, KeyError):
            return False

    def replace(self, site: Path) -> Path:
        """Makes `made` the folder that readers open. Until it stands, `tidy` puts the old report back."""
        _flush(site)
        old = self._beside("old")
        if self.folder.exists():
            self.folder.replace(old)
        site.replace(self.folder)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(self.incomplete, ignore_errors=True)
        return self.folder

    def set_aside(self, site: Path) -> Path:
        """Puts a report that is not whole beside the folder, which keeps the last whole one."""
        shutil.rmtree(self.incomplete, ignore_errors=True)
        site.replace(self.incomplete)
        return self.incomplete


def tidy_others(reports: Path) -> None:
    """Tidies after killed builds of any target whose lock nobody holds."""
    left = {path for kind in ("work", "old") for path in reports.glob(f"*/.*.{kind}")}
    for folder in {path.with_name(path.name[1:].rpartition(".")[0]) for path in left}:
        target = Target(folder)
        with suppress(Timeout), FileLock(target._beside("lock")).acquire(timeout=0):
            target.tidy()


def _sockets_of(work: Path) -> Path | None:
    """The folder of sockets that a build noted, if it is where such folders are made."""
    with suppress(OSError, ValueError):
        noted = Path((work / SOCKETS).read_text("utf-8"))
        if noted.parent == Path(tempfile.gettempdir()) and noted.name.startswith("lagesbild-"):
            return noted
    return None


def _remove(folder: Path) -> None:
    """Removes a folder. It is renamed first: a thread that still writes there finds no folder, and leaves nothing."""
    away = folder.with_name(f"{folder.name}.away")
    shutil.rmtree(away, ignore_errors=True)
    with suppress(OSError):
        folder.replace(away)
    for _ in range(REMOVALS):  # a file that was being opened just then may keep the folder once more
        if away.exists():
            shutil.rmtree(away, ignore_errors=True)


def _flush(folder: Path) -> None:
    """Brings every file to the disk: a full disk shows here, and a power cut leaves no empty pages."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


CELL_SECONDS = 300
FRONT, REGIONAL = "overview", "regional_support"  # the pages that open first


class RefusedBuild(Refusal):
    """Why a build was refused before it began, one line a reason."""


@dataclass(frozen=True)
class BuildRequest:
    """One municipality's or region's edition and how to make it."""

    paths: Paths
    municipality: str
    year: int
    jobs: int = 2  # kernels at a time
    cell_seconds: int = CELL_SECONDS  # that one cell may take
    region: str = ""  # its own report, of one page, instead of the municipality's

    @property
    def name(self) -> str:
        """Whose report it is: the municipality's code, or the region's name."""
        return self.region or self.municipality

    @property
    def front(self) -> str:
        """The page that opens first."""
        return REGIONAL if self.region else FRONT

    def pages(self, catalog: Catalog) -> list[str]:
        """The pages of the report, in the order of the navigation."""
        return [REGIONAL] if self.region else list(catalog.pages)

    @property
    def target(self) -> Target:
        """The folder that readers open."""
        folder = self.paths.reports / "regions" if self.region else self.paths.reports
        return Target(folder / self.name / str(self.year))

    @property
    def parameters(self) -> dict[str, str | int]:
        """What every notebook is given."""
        region = {"region": self.region} if self.region else {}
        return {"municipality": self.municipality, "year": self.year, **region}


def first_member(paths: Paths, region: str) -> str:
    """The municipality that a region's report is made from. Raises RefusedBuild for an unknown region."""
    regions = load_catalog(paths).regions
    if region not in regions:
        raise RefusedBuild(f"region: '{region}' is not in data/catalog/regions.yml. Choose: {', '.join(regions)}.")
    return regions[region].members[0]


def checked_files(paths: Paths) -> Catalog:
    """The catalogue, after it and every assessments file were read strictly. Raises RecordError with every error."""
    catalog = load_catalog(paths)
    load_all_assessments(paths, catalog)
    places = load_places(paths)
    for region, entry in catalog.regions.items():
        for code in (*entry.members, *entry.comparisons):
            if code not in places.names:
                raise RefusedBuild(
                    f"data/catalog/regions.yml: {region}: '{code}' is no place of the snapshot. Correct the code, "
                    "or run 'lagesbild fetch'."
                )
    stated_claims(paths, catalog, places)  # a claim that cannot be read is an error; whether it holds is another matter
    return catalog


def check_own_files(paths: Paths, catalog: Catalog) -> int:
    """How many files the municipalities have added, all in order. Raises TidyError or FileError with the errors."""
    own = local_files(paths)
    if not own:
        return 0
    from lagesbild.tidy.build import own_rows  # pandas is needed only when there is something to read

    own_rows(paths, catalog, load_places(paths))
    return len(own)


# The notebooks of a copy, looked at without running them: are they there, and do they take what a build gives?
#
# Read as JSON: nbformat takes a second to import, and `lagesbild check` shall be quick.

PARAMETERS = {"municipality": 'str = "0180"', "year": "int = 2024"}  # name -> type and default, as a cell has them
OPTIONAL = {"region": 'str = ""'}  # what a notebook may declare besides; only a region's report is given it
TAG = "parameters"


def notebook_paths(paths: Paths, catalog: Catalog) -> dict[str, Path]:
    """Page name -> notebook, in the order of the navigation. Raises RefusedBuild with every error of every notebook."""
    notebooks = {name: paths.notebooks / f"{name}.ipynb" for name in catalog.pages}
    errors = [f"{paths.relative(path)}: {error}" for path in notebooks.values() for error in notebook_errors(path)]
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
        near = get_close_matches(TAG, sorted({tag for cell in cells for tag in _tags(cell)} - {TAG}), n=1)
        hint = f" The tag '{near[0]}' looks misspelt." if near else ""
        return [f"{len(tagged)} cells are tagged '{TAG}'.{hint} Tag exactly one, and declare in it: {_wanted()}."]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return parameter_errors("".join(tagged[0]["source"])) + [line for source in code for line in import_errors(source)]


def _tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def _wanted() -> str:
    return ", ".join(_example(name) for name in PARAMETERS)


def _example(name: str) -> str:
    return f"{name}: {(PARAMETERS | OPTIONAL)[name]}"


def parameter_errors(source: str) -> list[str]:
    """What is wrong in the source of a parameters cell: unknown names, missing ones, types other than a build gives."""
    try:
        declared = dict(_declared(ast.parse(source)))
    except SyntaxError as error:
        return [f"line {error.lineno} of the parameters cell is no Python ({error.msg}). Correct it."]
    errors, meant = [], set()
    for name in declared.keys() - PARAMETERS.keys() - OPTIONAL.keys():
        near = get_close_matches(name, PARAMETERS.keys() - declared.keys(), n=1)
        meant.update(near)
        remedy = f"Did you mean '{near[0]}'?" if near else f"A build gives only: {_wanted()}."
        errors.append(f"a build has no parameter '{name}'. {remedy}")
    for name in PARAMETERS.keys() - declared.keys() - meant:
        errors.append(f"the parameter '{name}' is not declared. Write: {_example(name)}.")
    for name, example in (PARAMETERS | OPTIONAL).items():
        if name in declared and set(declared[name]) != {example.split()[0]}:
            errors.append(f"'{name}' has another type than a build gives. Write: {_example(name)}.")
    return sorted(errors)


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


# The names that a notebook imports from us: for those of 0.1.0 that have moved, where they are now.

RENAMED = Path(__file__).with_name("renamed.csv")  # old;new, full names; new is empty for what is gone
OURS = ("helpers", "lagesbild")
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)  # a line for Jupyter or the shell, no Python


def import_errors(source: str) -> list[str]:
    """A line for each name that a cell imports from this package and that is not there, with the remedy."""
    try:
        tree = ast.parse(MAGIC.sub("pass", source))
    except SyntaxError:
        return []  # an error that the kernel explains better
    wanted: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            wanted += [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            wanted += [(alias.name, "") for alias in node.names]
    ours = [(module, name) for module, name in wanted if module.split(".")[0] in OURS]
    return [_renamed(module, name) for module, name in ours if not _is_there(module, name)]


def _is_there(module: str, name: str) -> bool:
    """Whether `from module import name` (or `import module`) works, found without importing anything."""
    names = names_in(module)
    return names is not None and (name in ("", "*") or name in names or names_in(f"{module}.{name}") is not None)


def names_in(module: str) -> set[str] | None:
    """The names at the top of one of our modules; None when there is no such module."""
    base = PACKAGE.parent.joinpath(*module.split("."))
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
    names = [f"{module}.{name}" for name in names_in(module) or ()]
    near = get_close_matches(old, names or [*renamed.values()], n=1, cutoff=0.8)
    return f"there is no '{old}'." + (
        f" Did you mean '{near[0]}'?" if near else " CHANGELOG.md has the names of 0.1.0."
    )
