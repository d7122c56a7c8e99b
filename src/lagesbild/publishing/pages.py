"""Executed notebooks as a site: pages, downloads, assets, key figures and the manifest."""

import hashlib
import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from html import escape, unescape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from lagesbild.html.marks import page_link
from lagesbild.html.render import FONTS, bare_html, fonts_script, page_style, rendered
from lagesbild.html.tables import csv_text
from lagesbild.paths import Paths
from lagesbild.publishing.frame import (
    TEMPLATES,
    PageFrame,
    UnfitPageError,
    body_tree,
    contents,
    framed,
    refuse_unfit,
    with_images,
    without_folder,
)
from lagesbild.publishing.made import INDEX, index_script
from lagesbild.publishing.request import FRONT, BuildRequest, RefusedBuild
from lagesbild.publishing.run import ANALYST, Run, anonymous, one_line, page_cells, records_of
from lagesbild.sources.raw import local_files
from lagesbild.sources.snapshot import fetch_dates
from lagesbild.tidy.build import input_key

# The project's own nbconvert exporter: a run notebook becomes a page for readers, without code.

PICTURES = ("image/png", "image/jpeg")  # kinds of output that a page shows; each needs a description
_HEADING = re.compile(r'<(h[1-6]) id="([^"]+)">((?:(?!</h).)*)<a class="anchor-link" href="[^"]*">[^<]*</a></\1>')


class ReportExporter(HTMLExporter):
    """Markdown cells and what cells show (`text/html` first), in the site's frame (`resources["frame"]`).

    Raises UnfitPageError instead of writing a page with an error, an undescribed image or blocked markup.
    """

    export_from_notebook = "Lägesbild"
    exclude_input = True
    exclude_input_prompt = True
    exclude_output_prompt = True

    @default("template_name")
    def _template_name_default(self) -> str:
        return "lagesbild"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @property
    def default_config(self) -> Config:
        kinds = ["text/html", "text/markdown", *PICTURES]
        own = Config(
            {
                "NbConvertBase": {"display_data_priority": kinds},
                "HighlightMagicsPreprocessor": {"enabled": False},
            }
        )
        inherited = super().default_config.copy()
        inherited.merge(own)
        return inherited

    # nbconvert's exporters of text return text; its base class declares a notebook
    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as HTML, and nbconvert's resources: its `outputs` are the images that lie beside the page."""
        frame = (resources or {}).get("frame") or _bare_frame(nb, resources)
        _refuse_outputs(nb, frame.title)
        body, resources = self._body(NotebookNode(nb, cells=page_cells(nb)), resources)
        body = without_folder(body, frame.root)
        tree = body_tree(body)
        refuse_unfit(tree, frame.title)
        body, resources["outputs"] = with_images(body, frame.title, Path(resources["metadata"]["path"] or "."))
        return framed(body, frame, contents(tree)), resources

    def _body(self, nb: NotebookNode, resources: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
        # HTMLExporter's own method parses the page again: that breaks the names in drawings, and it fills in
        # a description for images that have none. The method of its base class does neither.
        resources = self._init_resources(resources)
        kinds = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("highlight_code", lambda source, **_: source)  # `basic` names it; it is never called
        self.register_filter("bare_html", bare_html)
        self.register_filter("filter_data_type", lambda data: kinds(data) if _is_shown(data, kinds) else [])
        return TemplateExporter.from_notebook_node(self, nb, resources)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """A markdown cell as HTML; its headings get ids and links."""
        return _HEADING.sub(_with_permalink, super().markdown2html(context, source))


def page_and_images(notebook: NotebookNode, frame: PageFrame, folder: Path) -> tuple[str, dict[str, bytes]]:
    """The finished page of a run notebook, and the images of its `folder` by their names beside the page.

    The same notebook, frame and files give the same bytes.
    """
    given = {"frame": frame, "metadata": {"path": str(folder)}}
    page, resources = ReportExporter().from_notebook_node(notebook, given)
    return page, resources["outputs"]


def _is_shown(data: Any, kinds: WidgetsDataTypeFilter) -> bool:
    # A bare value (text/plain only) is not for readers; nbconvert would warn about each of them.
    return any(kind in data for kind in kinds.display_data_priority)


def _bare_frame(nb: NotebookNode, resources: dict[str, Any] | None) -> PageFrame:
    """A frame for `jupyter nbconvert --to lagesbild`, where nobody gives one."""
    name = (resources or {}).get("metadata", {}).get("name") or "notebook"
    parameters = nb.metadata.get("papermill", {}).get("parameters", {})
    return PageFrame(name, str(parameters.get("municipality", "")), parameters.get("year", ""))


def _refuse_outputs(nb: NotebookNode, page: str) -> None:
    """Raises UnfitPageError for a cell that ended with an error, or that shows a picture which nobody described."""
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise UnfitPageError(
                    f"page {page!r}: cell {number} ended with {output.ename}: {output.evalue}. "
                    "Mend it, run the notebook again, then render it."
                )
            if ANALYST in cell.metadata.get("tags", ()):
                continue
            data = output.get("data", {})
            if "text/html" not in data and "<component " in "".join(data.get("text/plain", "")):
                raise UnfitPageError(
                    f"page {page!r}: cell {number} ends with several components, of which a page shows none. "
                    "End each cell with one component."
                )
            if _is_bare_picture(cell, output):
                raise UnfitPageError(
                    f"page {page!r}: cell {number} shows a picture without a description. End the cell with "
                    "show_plot(report, figure, rows, title=..., description=..., source=...), or tag it 'analyst'."
                )


def _is_bare_picture(cell: NotebookNode, output: NotebookNode) -> bool:
    """Whether an output is a drawing as matplotlib shows it: a picture, and nothing that says what it shows."""
    kinds = {kind for kind in output.get("data", {}) if kind.startswith("image/")}
    if not kinds or "text/html" in output.data:
        return False
    described = {kind for kind in PICTURES if cell.metadata.get("alt") or output.metadata.get(kind, {}).get("alt")}
    return not kinds & described


def _with_permalink(match: re.Match[str]) -> str:
    """A markdown heading with its link beside it, so that the link is no part of the heading's name."""
    level, anchor, text = match.groups()
    if level == "h1":
        return f'<h1 id="{anchor}">{text}</h1>'
    name = escape(unescape(re.sub(r"<[^>]+>", "", text)))
    link = f'<a class="permalink" href="#{anchor}" aria-label="Länk till avsnittet {name}">#</a>'
    return f'<div class="heading"><{level} id="{anchor}">{text}</{level}>\n{link}</div>'


# The files that lie beside the pages of a report: stylesheet, fonts, script.

ASSETS = Path(__file__).with_name("assets")
STYLES = ("style.css", "pages.css")  # behind the components' style, in one file


def write_assets(folder: Path) -> tuple[Path, ...]:
    """Writes style.css, the scripts and fonts/ into `folder`; returns the files, the same bytes every time."""
    contents = {
        "style.css": "\n".join([page_style(), *((ASSETS / name).read_text("utf-8") for name in STYLES)]).encode(),
        **{name: (ASSETS / name).read_bytes() for name in ("site.js", "search.js")},
    }
    contents["fonts.js"] = fonts_script().encode()
    contents |= {f"fonts/{font.name}": font.read_bytes() for font in sorted(FONTS.glob("*.woff2"))}
    contents["fonts/OFL.txt"] = (FONTS / "OFL.txt").read_bytes()
    written = []
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    return tuple(written)


# manifest.json: what was made, from what, by which version. The only file of a report that tells of clocks.

PACKAGES = ("lagesbild", "pandas", "papermill", "nbconvert", "seaborn")


def write_manifest(site: "Site", request: BuildRequest, runs: list[Run], started: datetime) -> bool:
    """Writes the manifest of a finished report; returns whether its kept pages are made from the same as its new ones.

    Each page has the run that made it: when, from what, and the files that belong to it.
    """
    folder, source = site.folder, made_from(request)
    run_of = {"started": started.isoformat(timespec="seconds"), "made_from": source}
    made = {run.name: _ending(run) | run_of | {"files": sorted(site.files.get(run.name, ()))} for run in runs}
    content = {
        "state": "ok" if all(run.state == "ok" for run in runs) else "incomplete",
        **request.parameters,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(request.paths),
        "versions": {name: version(name) for name in PACKAGES},
        "input": _input(request),
        "notebooks": made | site.kept,
        "frame": frame_key(site.frames),
        "files": checksums(folder),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")
    return all(entry["made_from"] == source for entry in site.kept.values())


def made_from(request: BuildRequest) -> str:
    """A checksum of the figures, the catalogue and what people wrote: what pages are made from beside their code."""
    digest = hashlib.sha256(input_key(request.paths).encode())
    for path in sorted(request.paths.assessments.rglob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def frame_key(frames: dict[str, PageFrame]) -> str:
    """A checksum of what surrounds the pages: menu, names, days. Pages of two runs must have the same."""
    return hashlib.sha256(repr({name: replace(frames[name], root="") for name in sorted(frames)}).encode()).hexdigest()


def kept_pages(folder: Path, frames: dict[str, PageFrame], anew: Iterable[str], shown_as: str) -> dict[str, Any]:
    """The other pages of the report that stands in `folder`, each with its entry of the manifest.

    Raises RefusedBuild where they cannot stand beside new ones.
    """
    remedy = "Build the whole report once, without --only."
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        whole = manifest["state"] == "ok"
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise RefusedBuild(f"--only: no whole report stands in {shown_as}, so its other pages are not there. {remedy}")
    if manifest.get("frame") != frame_key(frames):
        raise RefusedBuild(f"--only: menu, names, days or version have changed since {shown_as} was built. {remedy}")
    kept = {name: entry for name, entry in manifest["notebooks"].items() if name not in set(anew)}
    for file in (file for entry in kept.values() for file in entry["files"]):
        if not (folder / file).is_file() or _checksum(folder / file) != manifest["files"].get(file):
            raise RefusedBuild(f"--only: {shown_as}/{file} is not as it was built. {remedy}")
    return kept


def _ending(run: Run) -> dict[str, Any]:
    return {"state": run.state, "seconds": round(run.seconds, 2), "cause": run.cause, "parameters": run.values}


def _input(request: BuildRequest) -> dict[str, Any]:
    paths = request.paths
    own = [path for path in local_files(paths) if path.parent.name == request.municipality]
    return {
        "key": input_key(paths),
        "snapshots": fetch_dates(paths),
        "local_files": {paths.relative(path): _checksum(path) for path in own},
    }


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """File below `folder` -> SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in files}


def commit(paths: Paths) -> str:
    """The commit that the copy stands at, with `-dirty` when tracked files differ from it; else "not in git"."""
    question = ["git", "-C", str(paths.root), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        asked = subprocess.run(question, capture_output=True, text=True, check=False)
    except OSError:  # no git on this machine
        return "not in git"
    return asked.stdout.strip() if asked.returncode == 0 else "not in git"


# The report's folder while it is made: pages, downloads and key figures.

WHY = {
    "failed": "Ett fel uppstod när det räknades fram.",
    "kernel died": "Beräkningen avbröts av datorn.",
    "timed out": "Beräkningen tog för lång tid.",
}
REMEDY = "Kapitlen görs var för sig, så rapportens övriga sidor är inte berörda."


class Site:
    """An empty folder that becomes a report, page by page in any order."""

    def __init__(self, folder: Path, notebooks: Path, frames: dict[str, PageFrame], front: str = FRONT):
        self.folder = folder
        self.notebooks = notebooks  # the folder that images are copied from
        self.frames = frames
        self.front = front
        self.downloads: dict[str, str] = {}  # file below data/ -> its text
        self.files: dict[str, set[str]] = {}  # page that was made -> what belongs to it
        self.kept: dict[str, Any] = {}  # page of an earlier run -> its entry of the manifest
        (folder / "data").mkdir(parents=True)
        write_assets(folder)

    def keep(self, folder: Path, pages: dict[str, Any]) -> None:
        """Takes pages over from the report in `folder`, as `kept_pages` has found them."""
        self.kept = pages
        for file in {file for entry in pages.values() for file in entry["files"]}:
            where, _, name = file.partition("/")
            if where == "data":
                self.downloads[name] = (folder / file).read_bytes().decode()
            else:
                (self.folder / file).parent.mkdir(exist_ok=True)
                (self.folder / file).write_bytes((folder / file).read_bytes())

    def add(self, run: Run) -> Run:
        """Writes the page of a finished run, and returns how the chapter ended: a page may be unfit for readers.

        Raises OSError when the page cannot be written.
        """
        frame = self.frames[run.name]
        images: dict[str, bytes] = {}
        if run.notebook is not None:
            try:
                text, images = page_and_images(run.notebook, frame, self.notebooks)
                offered = self._offer(run.notebook, frame.title)
                self.files[run.name] = {page_link(run.name, self.front), *images, *offered}
            except Exception as error:  # one chapter's trouble must not end the batch
                run = replace(run, state="failed", cause=one_line(f"{type(error).__name__}: {error}"), notebook=None)
        if run.notebook is None:
            text = failed_page(run, frame)
        self._write(page_link(run.name, self.front), anonymous(text, frame.root))
        for name, content in images.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(content)
        return run

    def _offer(self, notebook: NotebookNode, page: str) -> list[str]:
        """Keeps what a page's components offer to download, and returns those files.

        Raises UnfitPageError for two files of one name.
        """
        offered, files = dict(self.downloads), []
        for record in records_of(notebook):
            if name := record.get("download_name"):
                text = download_of(record)
                files.append(f"data/{name}")
                if offered.setdefault(name, text) != text:
                    raise UnfitPageError(
                        f"page {page!r}: another component offers other rows as {name}. Give one of them its anchor=."
                    )
                if not re.fullmatch(r"[\w.-]+", name):
                    raise UnfitPageError(
                        f"page {page!r}: '{name}' is no file. Write an anchor of letters, digits and -."
                    )
        self.downloads = offered
        return files

    def add_made(self, name: str, body: str) -> None:
        """Writes a page that no notebook makes."""
        tree = body_tree(body)
        refuse_unfit(tree, name)
        headings = contents(tree)  # of which a page with few needs no list
        self._write(page_link(name), framed(body, self.frames[name], headings if len(headings) > 3 else ()))

    def finish(self, key_figures: pd.DataFrame) -> None:
        """Writes the key figures, the index of the search, and what all pages offer to download."""
        for name, text in self.downloads.items():
            self._write(f"data/{name}", text)
        titles = {self.folder / page_link(name, self.front): frame.title for name, frame in self.frames.items()}
        finished = {path.name: (titles[path], path.read_text("utf-8")) for path in titles if path.is_file()}
        self._write(INDEX, index_script(finished))
        self._write("key_figures.csv", key_figures.to_csv(index=False, lineterminator="\n"))

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8", newline="")


def failed_page(run: Run, frame: PageFrame) -> str:
    """The page of a chapter that could not be made."""
    why = f"{WHY[run.state]} Teknisk orsak: {run.cause}"
    return framed(rendered("failed.html", title=frame.title, why=why, remedy=REMEDY), frame, ())


def download_of(record: dict[str, Any]) -> str:
    """The file that a component offers: the text that it made itself, else its values as csv for Swedish Excel."""
    if "download_text" in record:
        return record["download_text"]
    values = record["values"]
    return csv_text([values["headers"], *values["rows"]])
