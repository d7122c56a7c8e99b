"""What a page is made from, part by part: the key of its run in the cache, and the stamp of a whole report.

A part is named, so that `lagesbild why` can tell which one changed: a cell, an indicator, a file, a package.
"""

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lagesbild.assessments.load import load_assessment
from lagesbild.catalog.models import Catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.places import Places
from lagesbild.publishing.request import BuildRequest, Value
from lagesbild.publishing.slices import Reach, Slice, indicators_read, slice_of
from lagesbild.sources.raw import raw_files

if TYPE_CHECKING:  # pandas takes a second to import, and an unchanged report needs none
    import pandas as pd

    from lagesbild.rules.judgements import Judgements

KEY_VERSION = 1  # one higher makes every entry of every cache another key's
NO_CACHE = "no-cache"  # tag of a cell, or key of a notebook's metadata: this notebook is run at every build
Parts = dict[str, dict[str, str]]  # kind of part -> name -> what it is, in short, or the digest of its content
HELPERS = PACKAGE.parent / "helpers"
Made = TypeVar("Made")


def digest(content: Any) -> str:
    """A checksum of bytes, a text, or anything that JSON can hold."""
    if not isinstance(content, bytes | str):
        content = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def file_digest(path: Path) -> str:
    """A checksum of a file, or of a folder's list of names; "" where there is none."""
    try:
        return digest(sorted(each.name for each in path.iterdir()) if path.is_dir() else path.read_bytes())
    except OSError:
        return ""


class Digests:
    """What the units of a batch have in common, each computed once: files by how they look, and parts of keys."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[tuple[int, int], str]] = {}
        self.known: dict[Hashable, Any] = {}

    def file(self, name: str, look: tuple[int, int]) -> str:
        """The checksum of a file that has this size and was last written then."""
        if name not in self.files or self.files[name][0] != look:
            self.files[name] = look, file_digest(Path(name))
        return self.files[name][1]

    def once(self, key: Hashable, computed: Callable[[], Made]) -> Made:
        """What is known under a key, which holds all that it depends on."""
        if key not in self.known:
            self.known[key] = computed()
        return self.known[key]


@dataclass(frozen=True)
class PageKey:
    """The key of a page's run. `unseen`: why its run may not be kept."""

    page: str
    parts: Parts
    unseen: str = ""

    @property
    def digest(self) -> str:
        return digest(self.parts)


# The figures: one digest an indicator of its rows, and of what is judged of it.

ADJUSTED = ["p_adjusted", "weak"]  # of directions: they depend on all measures of a place


@dataclass(frozen=True)
class Figures:
    """The digests of an edition's figures, for every indicator; computed once for all places of a year."""

    rows: dict[str, str]
    judged: dict[str, str]
    directions: "pd.DataFrame"  # indicator, place, sex and ADJUSTED

    def adjusted(self, place: str, indicators: Iterable[str]) -> str:
        """The digest of what the adjustment of p over all measures of a place does to these: which arrows it takes
        away, and how they follow on each other. The adjusted p itself moves with every measure, and no page of an area
        prints it.
        """
        own = self.directions[(self.directions["place"] == place) & self.directions["indicator"].isin(set(indicators))]
        order = own.groupby("sex")["p_adjusted"].rank(method="dense")
        lines = own.assign(order=order.fillna(0))[["indicator", "sex", "order", "weak"]]
        return digest(sorted(map(list, lines.astype(str).itertuples(index=False))))

    @property
    def all_adjusted(self) -> str:
        return _hashed(self.directions)


def figures_of(rows: "Iterable[pd.DataFrame]", judged: "Judgements") -> Figures:
    """The digests of an edition's rows, of each kind, and of its judgements."""
    import pandas as pd

    directions = judged.directions[["indicator", "place", "sex", *ADJUSTED]]
    return Figures(
        _by_indicator(rows),
        _by_indicator(frame.drop(columns=ADJUSTED, errors="ignore") for frame in vars(judged).values()),
        directions.assign(p_adjusted=pd.to_numeric(directions["p_adjusted"])),
    )


def _by_indicator(frames: "Iterable[pd.DataFrame]") -> dict[str, str]:
    of: dict[str, list[str]] = {}
    for n, frame in enumerate(frames):
        if frame.empty:
            continue
        hashes, at = _row_hashes(frame), frame.groupby("indicator", observed=True).indices
        for indicator, rows in at.items():
            of.setdefault(str(indicator), []).append(f"{n} {digest(hashes[rows].tobytes())}")
    return {indicator: digest(own) for indicator, own in of.items()}


def _hashed(frame: "pd.DataFrame") -> str:
    return digest(_row_hashes(frame).tobytes()) if len(frame) else ""


def _row_hashes(frame: "pd.DataFrame") -> Any:
    """A number for each row, the same for a frame that was computed and one that was read again."""
    import pandas as pd

    plain = {
        name: column.astype("float64") if pd.api.types.is_numeric_dtype(column) else column.astype(str).astype(object)
        for name, column in frame.items()
    }
    return pd.util.hash_pandas_object(pd.DataFrame(plain), index=False).to_numpy()


# The parts of a page's key.


@dataclass(frozen=True)
class Surroundings:
    """What all pages of a report are made with: read once a report."""

    inputs: "Inputs"
    digests: Digests
    catalog: Catalog
    places: Places
    figures: Figures
    region: str  # whose material the regional page shows; "" for none

    def once(self, kind: str, computed: Callable[[], Made], *of: str) -> Made:
        """A part that is the same for every place of the batch."""
        return self.digests.once((kind, self.inputs.common, *of), computed)


def page_key(around: Surroundings, page: str, notebook: Path, values: Mapping[str, Value]) -> PageKey:
    """The key of a page's run: all that its cells can read. Markdown belongs to the page, and not to the run."""
    from lagesbild.sources.snapshot import latest_fetch

    request, paths = around.inputs.request, around.inputs.request.paths
    content = json.loads(notebook.read_text("utf-8"))
    cut = around.once("slice", lambda: slice_of(notebook, page), page)
    assessment = load_assessment(paths, request.municipality, request.year, around.catalog)
    indicators = indicators_read(cut, page, around.catalog, assessment)
    parts: Parts = {
        "code": code_cells(content["cells"]),
        "parameter": {name: repr(value) for name, value in (request.parameters | dict(values)).items()},
        **_figure_parts(around, cut, indicators),
        "catalogue": around.once(
            "catalogue", lambda: _catalogue(around.catalog, cut, page, indicators), page, *indicators
        ),
        "file": _files(around, cut),
        "places": around.once("places", lambda: _places(around.places)),
        "snapshot": around.once("snapshot", lambda: {"day of the latest fetch": latest_fetch(paths)}),
        "program": around.once("program", lambda: _program(content["cells"]), page),
        "package": around.once("package", packages),
        "machine": machine(paths),
    }
    asked = NO_CACHE in content["metadata"] or any(NO_CACHE in _tags(cell) for cell in content["cells"])
    return PageKey(page, parts, f"it is marked '{NO_CACHE}'" if asked else cut.unseen)


def _places(places: Places) -> dict[str, str]:
    return {"list of places": digest([places.names, places.kinds, places.groups])}


def code_cells(cells: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The code cells of a notebook, or of one that was run, by their number among code cells."""
    code = [cell for cell in cells if cell["cell_type"] == "code" and "injected-parameters" not in _tags(cell)]
    return {f"code cell {n}": digest(["".join(cell["source"]), _tags(cell)]) for n, cell in enumerate(code, 1)}


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return sorted(cell["metadata"].get("tags", ()))


def _figure_parts(around: Surroundings, cut: Slice, indicators: list[str]) -> Parts:
    figures, place = around.figures, around.inputs.request.municipality
    adjusted = figures.adjusted(place, indicators) if cut.reach is Reach.PAGE else figures.all_adjusted
    return {
        "figures": {name: figures.rows.get(name, "") for name in indicators},
        "judgements": {name: figures.judged.get(name, "") for name in indicators} | {"all measures together": adjusted},
    }


def _catalogue(catalog: Catalog, cut: Slice, page: str, indicators: list[str]) -> dict[str, str]:
    """The catalogue as a page reads it: its own figures and indicators whole, of others only how they hang together."""
    content, whole = catalog.model_dump(mode="json"), cut.reach is not Reach.PAGE
    entries, figures, pages = content.pop("indicators"), content.pop("figures"), content.pop("pages")
    if not whole:
        del content["terms"]  # of the page *Begrepp*
    parts = {name.replace("_", " "): digest([list(field), field]) for name, field in content.items()}
    parts |= {f"indicator {name}": digest(entries[name]) for name in indicators if name in entries}
    parts["names of indicators"] = digest(list(entries))
    for number, figure in figures.items():
        own = whole or figure["page"] == page
        of = ("page", "priority", "measure", "stand_in", "dots", "derived")
        parts[f"figure {number}"] = digest(figure if own else {name: figure[name] for name in of})
    parts["page"] = digest([list(pages), pages if whole else pages[page]])
    return parts


def _files(around: Surroundings, cut: Slice) -> dict[str, str]:
    """What people of the place wrote, of this year and the last, and where typed-in tables were read."""
    request, paths = around.inputs.request, around.inputs.request.paths
    own = [paths.assessments / request.municipality / f"{year}.yml" for year in (request.year, request.year - 1)]
    if around.region and cut.reach is not Reach.PAGE:
        own += sorted((paths.assessments / "regions" / around.region).glob("*.yml"))
    if cut.reach is Reach.ALL:
        own += [*sorted(paths.assessments.rglob("*.yml")), *raw_files(paths)]
    own += [path for path in raw_files(paths) if path.name == "sources.yml"]
    return {paths.relative(path): file_digest(path) for path in own if path.is_file()}


# The program: what cells import of ours, with all that this imports, and the packages that are installed.

RUNNING = (
    "kernel",
    "kernels",
    "engine",
    "run",
    "cells",
    "warm",
    "template",
)  # rooms of a run, beside what cells import
IMPORT = re.compile(
    r"^\s*(?:from\s+((?:lagesbild|helpers)[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)|import\s+((?:lagesbild|helpers)[\w.]*))",
    re.MULTILINE,
)


def _program(cells: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Our modules that cells can reach, the templates of components and the fonts of drawings."""
    cells_import = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    texts = {path: path.read_text("utf-8") for path in sorted(HELPERS.rglob("*.py"))}
    waiting = [path for text in (cells_import, *texts.values()) for path in _imported(text)]
    while waiting:
        path = waiting.pop()
        if path not in texts:
            texts[path] = path.read_text("utf-8")
            waiting += _imported(texts[path])
    texts |= {path: path.read_text("utf-8") for name in RUNNING if (path := _module(f"publishing/{name}")).is_file()}
    beside = [*(PACKAGE / "html" / "templates").glob("*.html"), *(PACKAGE / "assets" / "fonts").glob("*.ttf")]
    contents = {path: digest(text) for path, text in texts.items()} | {path: file_digest(path) for path in beside}
    return {path.relative_to(PACKAGE.parent).as_posix(): contents[path] for path in sorted(contents)}


def _module(name: str) -> Path:
    return PACKAGE / f"{name}.py"


def _imported(text: str) -> list[Path]:
    """The files of our modules that a module imports, at its top or later."""
    names: list[str] = []
    for module, given, plain in IMPORT.findall(text):
        names += [module or plain, *(f"{module}.{name}" for name in re.findall(r"\w+", given))]
    files = [PACKAGE.parent.joinpath(*name.split(".")) for name in names]
    return [each for file in files for each in (file.with_suffix(".py"), file / "__init__.py") if each.is_file()]


def packages() -> dict[str, str]:
    """Name -> version of every installed package, as the folders of the installation are called."""
    infos = [path.name for folder in sys.path for path in Path(folder or ".").glob("*.dist-info")]
    pairs = [info.removesuffix(".dist-info").rpartition("-") for info in reversed(infos)]
    return {name: version for name, _, version in sorted(pairs)}


def machine(paths: Paths) -> dict[str, str]:
    """Python, the kind of machine, and where the project lies, which a cell may print."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    kind = f"{platform.system()} {platform.machine()}"
    return {"version of the key": str(KEY_VERSION), "python": python, "kind": kind, "folder": str(paths.root)}


# The stamp of a whole report: every file that any page of it is made from.


@dataclass(frozen=True)
class Inputs:
    """The files that a report is made from, how they looked when they were read, and a checksum of all of them."""

    request: BuildRequest
    looks: dict[str, tuple[int, int]]
    checksum: str
    common: str  # a checksum of those that are the same for every place

    @property
    def stand(self) -> bool:
        """Whether no file has come, gone or been written since."""
        return _looks(self.request) == self.looks

    def stamp(self, values: Mapping[str, Value], reads: Mapping[str, str]) -> str:
        """A checksum of all that a page is made from, with these own parameters and what its cells read besides."""
        return digest([self.checksum, dict(values), dict(reads)])


def inputs_of(request: BuildRequest, digests: Digests) -> Inputs:
    """Catalogue, raw files, what people of the place and the regions wrote, notebooks, and the program."""
    looks, paths = _looks(request), request.paths
    contents = {name: digests.file(name, look) for name, look in looks.items()}
    own = f"{paths.assessments / request.municipality}{os.sep}"
    common = digest([{name: known for name, known in contents.items() if not name.startswith(own)}, request.year])
    surroundings = [digests.once("package", packages), machine(paths), request.parameters]
    return Inputs(request, looks, digest([contents, *surroundings]), common)


def _looks(request: BuildRequest) -> dict[str, tuple[int, int]]:
    """File -> its size and when it was last written."""
    paths = request.paths
    folders = [paths.catalog, paths.assessments / request.municipality, paths.assessments / "regions", paths.notebooks]
    files = {
        Path(folder, name)
        for each in (*folders, PACKAGE, HELPERS)
        for folder, _, names in os.walk(each)
        for name in names
    }
    files = {path for path in files if not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)}
    stats = {str(path): path.stat() for path in sorted({*files, *raw_files(paths)})}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}
