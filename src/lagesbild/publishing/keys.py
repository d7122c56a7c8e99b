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
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lagesbild.assessments.load import load_assessment
from lagesbild.assessments.models import Assessment
from lagesbild.catalog.models import Catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.places import Places
from lagesbild.publishing.request import BuildRequest, Value
from lagesbild.publishing.slices import Reach, Slice, indicators_read, slice_of
from lagesbild.sources.raw import raw_files

if TYPE_CHECKING:  # pandas takes a second to import, and an unchanged report needs none
    import pandas as pd

    from lagesbild.rules.judgements import Judgements

KEY_VERSION = 2  # one higher makes every entry of every cache another key's
REACH = "reach"  # the kind of part that says how far a notebook reads, on which other parts depend
NO_CACHE = "no-cache"  # tag of a cell, or key of a notebook's metadata: this notebook is run at every build
Parts = dict[str, dict[str, str]]  # kind of part -> name -> what it is, in short, or the digest of its content
HELPERS = PACKAGE.parent / "helpers"
Made = TypeVar("Made")


def digest(content: Any) -> str:
    """A checksum of bytes, a text, or anything that JSON can hold."""
    if not isinstance(content, bytes | str):
        content = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(
        content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    ).hexdigest()


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
    frames = [getattr(judged, each.name) for each in fields(judged)]
    return Figures(
        _by_indicator(rows),
        _by_indicator(frame.drop(columns=ADJUSTED, errors="ignore") for frame in frames),
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
class Notebook:
    """What a page's notebook is made of, as far as a run goes."""

    cut: Slice
    code: dict[str, str]
    program: dict[str, str]
    unseen: str  # why its run may not be kept


@dataclass(frozen=True)
class Surroundings:
    """What all municipalities' reports of a year have in common: read once a batch."""

    paths: Paths
    year: int
    catalog: Catalog
    figures: Figures
    notebooks: Mapping[str, Notebook]
    entries: "Entries"
    common: Parts


def surroundings(
    paths: Paths, year: int, catalog: Catalog, places: Places, figures: Figures, read: Mapping[str, Notebook]
) -> Surroundings:
    """What the keys of all reports of a year hold alike; `read`: see `notebooks_read`."""
    from lagesbild.sources.snapshot import latest_fetch

    common = {
        "places": {"list of places": digest([places.names, places.kinds, places.groups])},
        "snapshot": {"day of the latest fetch": latest_fetch(paths)},
        "package": packages(),
        "machine": machine(paths),
    }
    return Surroundings(paths, year, catalog, figures, read, Entries.of(catalog), common)


def notebooks_read(notebooks: Mapping[str, Path]) -> dict[str, Notebook]:
    """Page -> what its key holds of its notebook."""
    ours = _our_modules()
    return {page: _notebook(path, page, ours) for page, path in notebooks.items()}


def report_keys(
    around: Surroundings, request: BuildRequest, region: str, values: Mapping[str, Mapping[str, Value]]
) -> dict[str, PageKey]:
    """Page -> the key of its run: all that its cells can read. `region`: whose material the regional page shows.

    Markdown belongs to the page, and not to the run.
    """
    assessment = load_assessment(around.paths, request.municipality, request.year, around.catalog)
    files = [path for path in raw_files(around.paths) if path.name == "sources.yml"]
    listing = {around.paths.relative(path): file_digest(path) for path in files}
    return {page: _page_key(around, request, (region, assessment, listing), page, own) for page, own in values.items()}


def _page_key(
    around: Surroundings,
    request: BuildRequest,
    place: tuple[str, Assessment | None, dict[str, str]],
    page: str,
    values: Mapping[str, Value],
) -> PageKey:
    region, assessment, listing = place
    notebook, catalog, figures = around.notebooks[page], around.catalog, around.figures
    whole = notebook.cut.reach is not Reach.PAGE
    indicators = indicators_read(notebook.cut, page, catalog, assessment)
    adjusted = figures.all_adjusted if whole else figures.adjusted(request.municipality, indicators)
    parts: Parts = {
        REACH: {"what its cells can read": notebook.cut.reach.value},
        "code": notebook.code,
        "parameter": {name: repr(value) for name, value in (request.parameters | dict(values)).items()},
        "figures": {name: figures.rows.get(name, "") for name in indicators},
        "judgements": {name: figures.judged.get(name, "") for name in indicators} | {"all measures together": adjusted},
        "catalogue": around.entries.read(page, indicators, whole),
        "file": _files(around.paths, request, region, notebook.cut) | listing,
        "program": notebook.program,
        **around.common,
    }
    return PageKey(page, parts, notebook.unseen)


def _notebook(path: Path, page: str, ours: Mapping[str, tuple[str, list[str]]]) -> Notebook:
    try:
        content, cut = json.loads(path.read_text("utf-8")), slice_of(path, page)
    except OSError:  # gone since the check: its run says it better
        return Notebook(Slice(Reach.ALL), {}, {}, "it cannot be read")
    cells = content["cells"]
    asked = NO_CACHE in content["metadata"] or any(NO_CACHE in _tags(cell) for cell in cells)
    imports = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    unseen = f"it is marked '{NO_CACHE}'" if asked else cut.unseen
    return Notebook(cut, code_cells(cells), _program(imports, ours), unseen)


def code_cells(cells: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The code cells of a notebook, or of one that was run, by their number among code cells."""
    code = [cell for cell in cells if cell["cell_type"] == "code" and "injected-parameters" not in _tags(cell)]
    return {f"code cell {n}": digest(["".join(cell["source"]), _tags(cell)]) for n, cell in enumerate(code, 1)}


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return sorted(cell["metadata"].get("tags", ()))


HANGING = ("page", "priority", "measure", "stand_in", "dots", "derived")  # how figures hang together


@dataclass(frozen=True)
class Entries:
    """The digests of the catalogue's entries, by kind and name."""

    fields: dict[str, str]  # what is read whole
    indicators: dict[str, str]
    figures: dict[str, tuple[str, str, str]]  # number -> its page, all of it, and how it hangs together with others
    pages: dict[str, str]

    @classmethod
    def of(cls, catalog: Catalog) -> "Entries":
        """Those of a catalogue."""
        content = catalog.model_dump(mode="json")
        indicators, figures, pages = (content.pop(name) for name in ("indicators", "figures", "pages"))
        fields = {name.replace("_", " "): digest([list(field), field]) for name, field in content.items()}
        fields |= {"names of indicators": digest(list(indicators)), "names of pages": digest(list(pages))}
        return cls(
            fields,
            {name: digest(entry) for name, entry in indicators.items()},
            {
                number: (entry["page"], digest(entry), digest({name: entry[name] for name in HANGING}))
                for number, entry in figures.items()
            },
            {name: digest(entry) for name, entry in pages.items()},
        )

    def read(self, page: str, indicators: list[str], whole: bool) -> dict[str, str]:
        """Those that a page reads: its own figures and indicators, of others only how they hang together."""
        parts = {name: field for name, field in self.fields.items() if whole or name != "terms"}  # of another page
        parts |= {f"indicator {name}": self.indicators[name] for name in indicators if name in self.indicators}
        for number, (its_page, all_of_it, hanging) in self.figures.items():
            parts[f"figure {number}"] = all_of_it if whole or its_page == page else hanging
        return parts | {f"page {name}": entry for name, entry in self.pages.items() if whole or name == page}


def _files(paths: Paths, request: BuildRequest, region: str, cut: Slice) -> dict[str, str]:
    """What people of the place wrote, of this year and the last; with no bound to what is read, all of it."""
    own = [paths.assessments / request.municipality / f"{year}.yml" for year in (request.year, request.year - 1)]
    if region and cut.reach is not Reach.PAGE:
        own += sorted((paths.assessments / "regions" / region).glob("*.yml"))
    if cut.reach is Reach.ALL:
        own += [*sorted(paths.assessments.rglob("*.yml")), *raw_files(paths)]
    return {paths.relative(path): file_digest(path) for path in own if path.is_file()}


# The program: what cells import of ours, with all that this imports, and the packages that are installed.

IMPORT = re.compile(
    r"^\s*(?:from\s+((?:lagesbild|helpers)[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)|import\s+((?:lagesbild|helpers)[\w.]*))",
    re.MULTILINE,
)
# Modules of a run, beside what cells import.
ROOMS = "kernel kernels engine client saving limits run cells reads warm template preload"


def _our_modules() -> dict[str, tuple[str, list[str]]]:
    """Each of our modules, by its file: a digest, and the names that it imports of ours."""
    files = [path for folder in (PACKAGE, HELPERS) for path in sorted(folder.rglob("[!.]*.py"))]
    texts = {path.relative_to(PACKAGE.parent).as_posix(): path.read_text("utf-8") for path in files}
    return {name: (digest(text), _imported(text)) for name, text in texts.items()}


def _program(imports: str, ours: Mapping[str, tuple[str, list[str]]]) -> dict[str, str]:
    """Our modules that cells with these imports can reach, the templates of components and the fonts of drawings."""
    reached = {name for name in ours if name.startswith("helpers/")}
    waiting = [*_imported(imports), *(each for name in reached for each in ours[name][1])]
    while waiting:
        name = waiting.pop()
        if name in ours and name not in reached:
            reached.add(name)
            waiting += ours[name][1]
    reached |= {name for room in ROOMS.split() if (name := f"lagesbild/publishing/{room}.py") in ours}
    beside = [*(PACKAGE / "html" / "templates").glob("*.html"), *(PACKAGE / "assets" / "fonts").glob("*.ttf")]
    parts = {path.relative_to(PACKAGE.parent).as_posix(): file_digest(path) for path in beside}
    return parts | {name: ours[name][0] for name in sorted(reached)}


def _imported(text: str) -> list[str]:
    """The files that a module may import of ours, at its top or later; some are none."""
    names: list[str] = []
    for module, given, plain in IMPORT.findall(text):
        names += [module or plain, *(f"{module}.{name}" for name in re.findall(r"\w+", given))]
    return [f"{name.replace('.', '/')}{end}" for name in names for end in (".py", "/__init__.py")]


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


Looks = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Inputs:
    """The files that a report is made from, how they looked before they were read, and a checksum of all of them."""

    request: BuildRequest
    looks: Looks
    checksum: str
    common: str  # a checksum of those that are the same for every place

    @property
    def stand(self) -> bool:
        """Whether no file has come, gone or been written since."""
        return looks_of_all(self.request) | _looks_of_own(self.request) == self.looks

    def stamp(self, values: Mapping[str, Value], reads: Mapping[str, str]) -> str:
        """A checksum of all that a page is made from, with these own parameters and what its cells read besides."""
        return digest([self.checksum, dict(values), dict(reads)])


def inputs_of(request: BuildRequest, digests: Digests, looks_at_first: Looks) -> Inputs:
    """Catalogue, raw files, what people of the place and the regions wrote, notebooks, and the program.

    `looks_at_first`: `looks_of_all` before any of them was read, as the reports of a batch share what was read once.
    """
    looks, paths = looks_at_first | _looks_of_own(request), request.paths
    contents = {name: digests.file(name, look) for name, look in looks.items()}
    own = f"{paths.assessments / request.municipality}{os.sep}"
    common = digest([{name: known for name, known in contents.items() if not name.startswith(own)}, request.year])
    surroundings = [digests.once("package", packages), machine(paths), request.parameters]
    return Inputs(request, looks, digest([contents, *surroundings]), common)


def looks_of_all(request: BuildRequest) -> Looks:
    """How the files look that are the same for every place: file -> its size and when it was last written."""
    paths = request.paths
    folders = (paths.catalog, paths.assessments / "regions", paths.notebooks, PACKAGE, HELPERS)
    return _looks([*_files_below(folders), *raw_files(paths)])


def _looks_of_own(request: BuildRequest) -> Looks:
    return _looks(_files_below([request.paths.assessments / request.municipality]))


def _files_below(folders: Iterable[Path]) -> list[Path]:
    files = [Path(at, name) for each in folders for at, _, names in os.walk(each) for name in names]
    return [path for path in files if not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)]


def _looks(files: Iterable[Path]) -> Looks:
    looks = {}
    for path in sorted(set(files)):
        if not path.name.startswith("."):  # what editors leave, as the locks of files that are open
            with suppress(FileNotFoundError):  # it went just now
                stat = path.stat()
                looks[str(path)] = stat.st_size, stat.st_mtime_ns
    return looks
