"""Which figures a notebook can read, found in its code without running it: the page's own measures, or more.

Every use of a report that is known to stay with the page's measures is taken out; whatever of the report is left over
may read anything. The answer errs one way only: a page is made again that need not be.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from lagesbild.assessments.models import Assessment
from lagesbild.catalog.models import Catalog
from lagesbild.publishing.notebooks import MAGIC
from lagesbild.rules.uses import page_indicators


class Reach(StrEnum):
    """How far a notebook's code can read."""

    PAGE = "page"  # the measures of its page, and those that its code or a claim on the page names
    EDITION = "edition"  # every figure and judgement of the edition
    ALL = "all"  # also other editions and places: any file of data/


@dataclass(frozen=True)
class Slice:
    """What a page can read. `named`: words of its code, among which the names of indicators are."""

    reach: Reach
    named: frozenset[str] = frozenset()
    unseen: str = ""  # why nobody can know what a run has read


OPENERS = {"open_report", "open_region"}  # what opens an edition
# What keeps to the page's measures when it is given the report.
KEEPING = {
    "show_figure", "show_plot", "front.header", "front.introduction", "compare.comparison", "compare.women_and_men",
    "sections.standing", "sections.priority", "sections.heading", "sections.projects", "sections.assignments",
    "sections.plans", "sections.reading_list",
}  # fmt: skip
FACTS = {
    "page", "place", "name", "year", "edition", "official", "similar", "peers", "county", "group", "role", "worded",
    "page_title", "priority_title", "vintage", "figure", "measures", "has_own", "uses", "compared",
}  # fmt: skip  # attributes of a report that tell of its page's measures alone
ASKED = {"noise", "ranking"}  # methods that tell of the one indicator whose name they are given
FRAMES = {"differences", "ranks", "changes"}  # judgements, chosen by indicator
OF_PAGE = r"report\.(?:uses|compared)"
CHOSEN = re.compile(rf"\{{(\w+): (\w+) for \1, \2 in (\w+)\.items\(\) if \1 in {OF_PAGE}\}}")
SOUND = ("helpers", "lagesbild.charts", "lagesbild.rules", "lagesbild.statistics", "lagesbild.swedish")
READERS = {
    "lagesbild.rules.editions",
    "lagesbild.rules.judgements",
    "lagesbild.rules.register",
}  # open more by themselves
HIDING = {
    "eval", "exec", "compile", "globals", "locals", "vars", "getattr", "importlib", "get_ipython", "sys", "builtins",
    "inspect", "gc", "functools", "runpy",
}  # fmt: skip
NATIVE = {
    "read_parquet", "read_feather", "read_orc", "read_file", "pyarrow", "polars", "duckdb", "ctypes", "memmap", "etree",
    "sqlite3", "dbm", "shelve", "h5py", "netCDF4", "tables",
}  # fmt: skip  # what opens files past Python, where no record is kept of it
# What may be another thing each time, without a trace.
PASSING = {"environ", "getenv", "exists", "is_file", "is_dir", "stat", "now", "today", "utcnow", "time"}
# What a notebook may be written in for its uses to be known; whoever defines functions or catches errors reads it all.
PLAIN = {
    "Module", "Expr", "Assign", "AnnAssign", "If", "For", "Assert", "Import", "ImportFrom", "alias", "Call", "keyword",
    "Name", "Attribute", "Subscript", "Slice", "Constant", "JoinedStr", "FormattedValue", "List", "Tuple", "Set",
    "Dict", "ListComp", "SetComp", "DictComp", "GeneratorExp", "comprehension", "Compare", "BoolOp", "BinOp",
    "UnaryOp", "IfExp", "Lambda", "arguments", "arg", "Starred",
}  # fmt: skip
OPERATORS = (ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context)


def slice_of(path: Path, page: str) -> Slice:
    """What the notebook of a page can read."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    try:
        tree = ast.parse("\n".join(MAGIC.sub("pass", source) for source in sources))
    except SyntaxError:
        return Slice(Reach.ALL)
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = frozenset(word for text in words for word in re.findall(r"\w+", text))
    used = {name for node in ast.walk(tree) for name in _names(node)}
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    reached |= {part for node in ast.walk(tree) for name in _imports(node) for part in name.split(".")}
    native, passing = (", ".join(sorted(reached & names)) for names in (NATIVE, PASSING))
    unseen = f"{passing} may tell something else each time" if passing else ""
    unseen = f"{native} may read files of which no record is kept" if native else unseen
    magic = any(MAGIC.search(source) for source in sources)
    imports = [name for node in ast.walk(tree) for name in _imports(node)]
    if magic or used & HIDING or not _is_plain(tree) or any(_is_wide(name, path.parent) for name in imports):
        return Slice(Reach.ALL, named, unseen)
    return Slice(_reach(tree, page), named, unseen)


def _is_plain(tree: ast.Module) -> bool:
    """Whether the code is of known forms, and calls what it has imported by the names that are known here."""
    nodes = list(ast.walk(tree))
    if any(type(node).__name__ not in PLAIN and not isinstance(node, OPERATORS) for node in nodes):
        return False
    names = [node for node in nodes if isinstance(node, ast.Name)]
    words = {node.id for node in names} | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    shadowed = {node.arg for node in nodes if isinstance(node, ast.arg)} & (stored | {"report"})
    openers = sum(node.id in OPENERS for node in names)
    calls = sum(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OPENERS for node in nodes
    )
    dunder = any(word.startswith("__") for word in words)
    return not shadowed and openers == calls and not dunder and all(map(_is_plain_import, nodes))


def _is_plain_import(node: ast.AST) -> bool:
    """Whether an import of ours brings single names under their own, and no room that holds what opens an edition."""
    if isinstance(node, ast.Import):
        return not any(alias.name.split(".")[0] in ("helpers", "lagesbild") for alias in node.names)
    if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] not in ("helpers", "lagesbild"):
        return True
    renamed = any(alias.asname and node.module == "helpers" for alias in node.names)
    whole = [f"{node.module}.{alias.name}." for alias in node.names]
    return (
        not renamed
        and not (node.module or "").startswith("helpers.")
        and not any(reader.startswith(name) for reader in READERS for name in whole)
    )


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    yield from (part for name in _imports(node) for part in name.split("."))


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom):
        yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)


def _is_wide(name: str, folder: Path) -> bool:
    """Whether an import brings code that may open any edition: the engine's rooms, or a module beside the notebooks."""
    package, _, rest = name.partition(".")
    if package in ("helpers", "lagesbild"):
        sound = any(name == room or name.startswith(f"{room}.") for room in SOUND)
        return not sound or rest.endswith("*") or any(name.startswith(reader) for reader in READERS)
    return not package or not _is_installed(package, folder)


def _is_installed(package: str, folder: Path) -> bool:
    beside = (folder / package).exists() or (folder / f"{package}.py").exists()
    return not beside and find_spec(package) is not None


def _reach(tree: ast.Module, page: str) -> Reach:
    opened = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in OPENERS]
    plain = [f"open_report('{page}', municipality, year)", "open_region(municipality, year, region)"]
    if any(ast.unparse(node) not in plain for node in opened) or len(opened) > 1:
        return Reach.ALL  # another page's, place's or year's edition
    uses = _Uses(tree)
    if uses.everything:
        return Reach.ALL
    regional = any(_called(node) == "open_region" for node in opened)
    return Reach.EDITION if regional or uses.left_over else Reach.PAGE


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


class _Uses(ast.NodeVisitor):
    """What a notebook does with its report, with `left_over` for whatever is not known to keep to the page."""

    def __init__(self, tree: ast.Module):
        self.left_over = self.everything = False
        self.held = {"report": "report"}  # variable -> what it holds: the report, its rows, or the gaps of all measures
        self.listed: dict[str, bool] = {}  # variable -> whether it is a list of plain texts, and nothing else ever
        self._note(tree)
        self.visit(tree)

    def _note(self, tree: ast.Module) -> None:
        """Notes which variables hold what; one that is given two kinds of things is left over."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for left, value in (pair for target in targets for pair in _pairs(target, node.value)):
                    self._hold(ast.unparse(left), value)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        stores = Counter(node.id for node in names if isinstance(node.ctx, ast.Store))
        loaded = {node.id for node in names if isinstance(node.ctx, ast.Load)}  # it may be changed there
        self.listed = {name: plain and stores[name] == 1 and name not in loaded for name, plain in self.listed.items()}
        for name in {each.split(".")[0] for each in KEEPING} | {"place_gaps", "open_report"}:
            stored = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
            defined = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))
            if any(node.id == name for node in stored) or any(node.name == name for node in defined):
                self.left_over = True

    def _hold(self, name: str, value: ast.expr) -> None:
        text = ast.unparse(value)
        kind = ""
        if isinstance(value, ast.Call) and _called(value) in OPENERS:
            kind = "report"
            self.everything |= name != "report"
        elif text == "report.data":
            kind = "rows"
        elif isinstance(value, ast.Call) and _called(value) == "place_gaps":
            kind = "gaps"
        self.listed[name] = self.listed.get(name, True) and _is_plain_list(value)
        if kind and name == "report" and kind != "report":
            self.left_over = True
        if kind:
            self.held[name] = kind

    # Each of these takes a known use out: it visits what is inside, and not the report itself.

    def visit_Assign(self, node: ast.Assign) -> None:  # the name that ast gives it
        for target in node.targets:
            for left, value in _pairs(target, node.value):
                text = ast.unparse(value)
                if isinstance(value, ast.Call) and _called(value) in OPENERS and text.startswith("open_"):
                    continue
                if text == "report.data" and isinstance(left, ast.Name):
                    continue
                if self._is_gaps(value) and isinstance(left, ast.Name):
                    continue
                self.visit(value)
                if not isinstance(left, ast.Name):
                    self.visit(left)

    def visit_Call(self, node: ast.Call) -> None:
        called, given = ast.unparse(node.func), node.args[:1]
        if called in KEEPING and given and ast.unparse(given[0]) == "report":
            self._visit_all([*node.args[1:], *(word.value for word in node.keywords)])
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "query" and self._is_rows(node.func.value):
            self._query(node)
        elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "report" and called[7:] in ASKED:
            plain = len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.Constant)
            self.left_over |= not plain
        else:
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not (ast.unparse(node.value) == "report" and node.attr in FACTS):
            self.generic_visit(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        match = CHOSEN.fullmatch(ast.unparse(node))
        if not (match and self.held.get(match[3]) == "gaps"):
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self.left_over |= node.id in self.held

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _is_rows(self, node: ast.expr) -> bool:
        text = ast.unparse(node)
        judged = re.fullmatch(r"report\.judged\.(\w+)", text)
        return text == "report.data" or self.held.get(text) == "rows" or bool(judged and judged[1] in FRAMES)

    def _is_gaps(self, node: ast.expr) -> bool:
        wanted = re.fullmatch(
            r"place_gaps\(report\.judged, ([\w.]+), report\.catalog, municipality\)", ast.unparse(node)
        )
        return bool(wanted and (wanted[1] == "report.data" or self.held.get(wanted[1]) == "rows"))

    def _query(self, node: ast.Call) -> None:
        """Rows chosen by an expression: known where it asks for indicators of the page or by their names."""
        text = node.args[0].value if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) else None
        try:
            asked = ast.parse(str(text).replace("@", ""), mode="eval").body if text and not node.keywords else None
        except SyntaxError:
            asked = None
        parts = asked.values if isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.And) else [asked]
        if asked is None or not any(self._names_indicators(part) for part in parts):
            self.left_over = True
        else:
            self.visit(asked)

    def _names_indicators(self, part: ast.AST | None) -> bool:
        if not (isinstance(part, ast.Compare) and ast.unparse(part.left) == "indicator" and len(part.ops) == 1):
            return False
        asked = part.comparators[0]
        if isinstance(part.ops[0], ast.Eq):
            return isinstance(asked, ast.Constant)
        measures = isinstance(asked, ast.Call) and ast.unparse(asked.func) == "report.measures"
        of_page = measures or re.fullmatch(OF_PAGE, ast.unparse(asked)) is not None
        listed = _is_plain_list(asked) or (isinstance(asked, ast.Name) and self.listed.get(asked.id, False))
        return isinstance(part.ops[0], ast.In) and (of_page or listed)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """A target with what it is given; `a, b = x, y` are two."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for each in zip(target.elts, value.elts, strict=True):
            yield from _pairs(*each)
    else:
        yield target, value


def _is_plain_list(node: ast.expr) -> bool:
    texts = isinstance(node, ast.List | ast.Tuple | ast.Set) and node.elts
    return bool(texts) and all(isinstance(each, ast.Constant) for each in texts or ())


def indicators_read(cut: Slice, page: str, catalog: Catalog, assessment: Assessment | None) -> list[str]:
    """The indicators that a page can read, in the catalogue's order: those of its reach, with their inhabitants.

    A claim of the page names others; with a reach beyond the page it is all that the table may hold.
    """
    if cut.reach is not Reach.PAGE:
        return list(catalog.stored)
    own = page_indicators(catalog, page) | cut.named | _claimed(page, catalog, assessment)
    own |= {entry.population for name in own if (entry := catalog.indicators.get(name)) and entry.population}
    return [name for name in catalog.stored if name in own]


def _claimed(page: str, catalog: Catalog, assessment: Assessment | None) -> set[str]:
    """The words of the claims that stand on the page."""
    areas = [area for area, entry in catalog.focus_areas.items() if entry.page == page]
    numbers = {number for area in areas for number in catalog.priorities_of(area)}
    judged = [entry for area, entry in assessment.areas.items() if area in areas] if assessment else []
    judged += [entry for number, entry in assessment.priorities.items() if number in numbers] if assessment else []
    return {word for entry in judged for claim in entry.claims for word in re.findall(r"\w+", claim.claim)}
