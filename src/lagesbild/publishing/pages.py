"""Executed notebooks as a site: pages, downloads, assets and key figures."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from traitlets import default
from traitlets.config import Config

from lagesbild.html.marks import page_link
from lagesbild.html.render import FONTS, bare_html, fonts_script, page_style, rendered
from lagesbild.html.tables import csv_text
from lagesbild.publishing.cells import ANALYST, cell_names, one_line, page_cells, records_of
from lagesbild.publishing.checks import (
    MARK,
    Link,
    UnfitPageError,
    anchors_of,
    body_tree,
    own_links,
    refuse_dead_links,
    refuse_open,
    refuse_unfit,
    with_images,
    without_folder,
)
from lagesbild.publishing.frame import TEMPLATES, PageFrame, contents, framed, with_own_anchors
from lagesbild.publishing.made import INDEX, index_script
from lagesbild.publishing.request import FRONT
from lagesbild.publishing.run import Run, anonymous

# The project's own nbconvert exporter: a run notebook becomes a page for readers, without code.

PICTURES = ("image/png", "image/jpeg")  # kinds of output that a page shows; each needs a description
SHOWN = ["text/html", "text/markdown", *PICTURES]


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
        own = Config(
            {
                "NbConvertBase": {"display_data_priority": SHOWN},
                "HighlightMagicsPreprocessor": {"enabled": False},
                "Exporter": {"optimistic_validation": True},  # once, not after each of its twelve steps
            }
        )
        inherited = super().default_config.copy()
        inherited.merge(own)
        return inherited

    # nbconvert's exporters of text return text; its base class declares a notebook
    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as HTML, and nbconvert's resources.

        Its `outputs` are the images that lie beside the page, and `links` what authors link to within the report.
        """
        frame = (resources or {}).get("frame") or _bare_frame(nb, resources)
        names = cell_names(nb)
        for name, cell in zip(names, nb.cells, strict=True):
            if ANALYST not in cell.metadata.get("tags", ()):
                _refuse_raw(cell, f"page {frame.title!r}: {name}")
            _refuse_outputs(cell, f"page {frame.title!r}: {name}")
        numbers = {id(cell): number for number, cell in enumerate(nb.cells)}
        shown = [_numbered(cell, numbers[id(cell)]) for cell in page_cells(nb)]
        try:
            body, resources = self._body(NotebookNode(nb, cells=shown), resources)
        except MissingAttachmentError as error:
            raise UnfitPageError(f"page {frame.title!r}: {names[error.number]}: {error}") from None
        body = with_own_anchors(without_folder(body, frame.root))
        tree = body_tree(body)
        refuse_unfit(tree, frame.title, names)
        refuse_open(body, frame.title, names)
        folder = Path(resources["metadata"]["path"] or ".")
        body, resources["outputs"] = with_images(body, frame.title, folder, names)
        page, resources["links"] = framed(MARK.sub("", body), frame, contents(tree)), own_links(tree, names)
        within = [link for link in resources["links"] if not link.file]
        refuse_dead_links(within, {"": anchors_of(page) if within else None}, frame.title)
        return page, resources

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
        """A markdown cell as HTML; its headings get ids and links, and what is attached to it is found by any spelling.

        Raises MissingAttachmentError.
        """
        cell = context["cell"]
        attached = cell.get("attachments", {})
        quoted = {quote(name): content for name, content in attached.items()}  # as Markdown's reader spells it
        given = {"cell": {"attachments": attached | quoted}, "resources": context["resources"]}
        try:
            return super().markdown2html(given, source)
        except InvalidNotebook as error:
            raise MissingAttachmentError(cell.metadata["number"], str(error)) from None


class MissingAttachmentError(Exception):
    """A cell, by its place in the notebook, shows an attachment that it does not hold."""

    def __init__(self, number: int, message: str):
        super().__init__(f"{message}. Add the image to the cell once more, or save it beside the notebook and link it.")
        self.number = number


def _numbered(cell: NotebookNode, number: int) -> NotebookNode:
    """The cell with its place in the notebook, which the template writes before what it shows."""
    return NotebookNode(cell, metadata=NotebookNode(cell.metadata, number=number))


def page_and_images(notebook: NotebookNode, frame: PageFrame, folder: Path) -> tuple[str, dict[str, bytes]]:
    """The finished page of a run notebook, and the images of its `folder` by their names beside the page.

    The same notebook, frame and files give the same bytes.
    """
    page, resources = _exported(notebook, frame, folder)
    return page, resources["outputs"]


@cache
def _exporter() -> ReportExporter:
    """The exporter of all pages: its templates are read and compiled once."""
    return ReportExporter()


def ready() -> None:
    """Makes a page that nobody gets, so that the templates are at hand before the first one is wanted."""
    _exported(new_notebook(cells=[new_markdown_cell("#")]), PageFrame("", "", 0), Path())


def _exported(notebook: NotebookNode, frame: PageFrame, folder: Path) -> tuple[str, dict[str, Any]]:
    return _exporter().from_notebook_node(notebook, {"frame": frame, "metadata": {"path": str(folder)}})


def _is_shown(data: Any, kinds: WidgetsDataTypeFilter) -> bool:
    # A bare value (text/plain only) is not for readers; nbconvert would warn about each of them.
    return any(kind in data for kind in kinds.display_data_priority)


def _bare_frame(nb: NotebookNode, resources: dict[str, Any] | None) -> PageFrame:
    """A frame for `jupyter nbconvert --to lagesbild`, where nobody gives one."""
    name = (resources or {}).get("metadata", {}).get("name") or "notebook"
    parameters = nb.metadata.get("papermill", {}).get("parameters", {})
    return PageFrame(name, str(parameters.get("municipality", "")), parameters.get("year", ""))


def _refuse_raw(cell: NotebookNode, where: str) -> None:
    if cell.cell_type == "raw" and cell.source.strip():
        raise UnfitPageError(
            f"{where} is a raw cell, which would stand on the page as it is written. Make it a markdown cell, or tag "
            "it 'analyst'."
        )


def _refuse_outputs(cell: NotebookNode, where: str) -> None:
    """Raises UnfitPageError for a cell that ended with an error, or shows what no page can show or nobody described."""
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            raise UnfitPageError(
                f"{where} ended with {output.ename}: {output.evalue}. Mend it, run the notebook again, then render it."
            )
        if ANALYST in cell.metadata.get("tags", ()):
            continue
        data = output.get("data", {})
        if "text/html" not in data and "<component " in "".join(data.get("text/plain", "")):
            raise UnfitPageError(
                f"{where} ends with several components, of which a page shows none. End each cell with one component."
            )
        if _is_bare_picture(cell, output):
            raise UnfitPageError(
                f"{where} shows a picture without a description. End the cell with "
                "show_plot(report, figure, rows, title=..., description=..., source=...), or tag it 'analyst'."
            )
        if "text/latex" in data and not data.keys() & set(SHOWN):
            raise UnfitPageError(
                f"{where} shows mathematics, which no page draws. Show it as text, or tag the cell 'analyst'."
            )


def _is_bare_picture(cell: NotebookNode, output: NotebookNode) -> bool:
    """Whether an output is a drawing as matplotlib shows it: a picture, and nothing that says what it shows."""
    kinds = {kind for kind in output.get("data", {}) if kind.startswith("image/")}
    if not kinds or "text/html" in output.data:
        return False
    described = {kind for kind in PICTURES if cell.metadata.get("alt") or output.metadata.get(kind, {}).get("alt")}
    return not kinds & described


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


# The report's folder while it is made: pages, downloads and key figures.

WHY = {
    "failed": "Ett fel uppstod när det räknades fram.",
    "kernel died": "Beräkningen avbröts av datorn.",
    "timed out": "Beräkningen tog för lång tid.",
    "incomplete": "Beräkningen hann inte börja.",
}
REMEDY = "Kapitlen görs var för sig, så rapportens övriga sidor är inte berörda."
KEY_FIGURES = "key_figures.csv"


class Site:
    """An empty folder that becomes a report, page by page in any order."""

    def __init__(self, folder: Path, notebooks: Path, frames: dict[str, PageFrame], front: str = FRONT):
        self.folder = folder
        self.notebooks = notebooks  # the folder that images are copied from
        self.frames = frames
        self.front = front
        self.downloads: dict[str, dict[str, str]] = {}  # page -> file below data/ -> its text
        self.files: dict[str, set[str]] = {}  # page that was made -> what belongs to it
        self.kept: dict[str, Any] = {}  # page of an earlier run -> its entry of the manifest
        self.whole: dict[str, tuple[Run, list[Link]]] = {}  # page -> its run, and what it links to within the report
        self.failed: set[str] = set()
        self.exported: Callable[..., tuple[str, dict[str, Any]]] = _exported  # how a run notebook becomes a page
        (folder / "data").mkdir(parents=True)
        write_assets(folder)

    def keep(self, folder: Path, pages: dict[str, Any]) -> None:
        """Takes pages over from the report in `folder`, as `kept_pages` has found them."""
        self.kept = pages
        for page, file in ((page, file) for page, entry in pages.items() for file in entry["files"]):
            where, _, name = file.partition("/")
            if where == "data":
                self.downloads.setdefault(page, {})[name] = (folder / file).read_bytes().decode()
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
                text, resources = self.exported(run.notebook, frame, self.notebooks)
                images = resources["outputs"]
                offered = self._offer(run.name, run.notebook)
                self.files[run.name] = {page_link(run.name, self.front), *images, *offered}
                self.whole[run.name] = run, resources["links"]
            except Exception as error:  # one chapter's trouble must not end the batch
                run = _unfit(run, error)
        if run.notebook is None:
            self.failed.add(run.name)
            text = failed_page(run, frame)
        self._write(page_link(run.name, self.front), anonymous(text, frame.root))
        for name, content in images.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(content)
        return run

    def _offer(self, name: str, notebook: NotebookNode) -> list[str]:
        """Keeps what a page's components offer to download, and returns those files.

        Raises UnfitPageError for two files of one name.
        """
        offered, own, page = self._offered(), {}, self.frames[name].title
        for record in records_of(notebook):
            if file := record.get("download_name"):
                text = own[file] = download_of(record)
                if offered.setdefault(file, text) != text:
                    raise UnfitPageError(
                        f"page {page!r}: another component offers other rows as {file}. Give one of them its anchor=."
                    )
                if not re.fullmatch(r"[\w.-]+", file):
                    raise UnfitPageError(
                        f"page {page!r}: '{file}' is no file. Write an anchor of letters, digits and -."
                    )
        self.downloads[name] = own
        return [f"data/{file}" for file in own]

    def _offered(self) -> dict[str, str]:
        return {name: text for own in self.downloads.values() for name, text in own.items()}

    def without_dead_links(self) -> list[Run]:
        """The runs that have failed after all, as their pages link to what is not there; all pages must be added.

        What a page that could not be made would hold is not known, so links to its anchors stand.
        """
        files: dict[str, set[str] | None] = dict.fromkeys([f"data/{name}" for name in self._offered()] + [KEY_FIGURES])
        linked = {link.file for _, links in self.whole.values() for link in links}
        for name in self.frames:
            file = page_link(name, self.front)
            known = file in linked and name not in self.failed
            files[file] = anchors_of((self.folder / file).read_text("utf-8")) if known else None
        ended = []
        for run, links in self.whole.values():
            try:
                refuse_dead_links([link for link in links if link.file], files, self.frames[run.name].title)
            except UnfitPageError as error:
                del self.downloads[run.name], self.files[run.name]
                ended.append(self.add(_unfit(run, error)))
        return ended

    def add_made(self, name: str, body: str) -> None:
        """Writes a page that no notebook makes."""
        tree = body_tree(body)
        refuse_unfit(tree, name)
        headings = contents(tree)  # of which a page with few needs no list
        self._write(page_link(name), framed(body, self.frames[name], headings if len(headings) > 3 else ()))

    def finish(self, key_figures: pd.DataFrame) -> None:
        """Writes the key figures, the index of the search, and what all pages offer to download."""
        for name, text in self._offered().items():
            self._write(f"data/{name}", text)
        titles = {self.folder / page_link(name, self.front): frame.title for name, frame in self.frames.items()}
        finished = {path.name: (titles[path], path.read_text("utf-8")) for path in titles if path.is_file()}
        self._write(INDEX, index_script(finished))
        self._write(KEY_FIGURES, key_figures.to_csv(index=False, lineterminator="\n"))

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8", newline="")


def _unfit(run: Run, error: Exception) -> Run:
    return replace(run, state="failed", cause=one_line(f"{type(error).__name__}: {error}"), notebook=None)


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
