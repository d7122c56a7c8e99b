"""The project's own nbconvert exporter: a run notebook becomes a page for readers, without code."""

import re
from html import escape, unescape
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from .body import UnfitPageError, body_tree, refuse_unfit, without_folder
from .frame import TEMPLATES, PageFrame, contents, framed

ANALYST = "analyst"  # the tag of cells that are for the one who works in the notebook
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
        kinds = ["text/html", "text/markdown", "image/png", "image/jpeg"]
        own = Config(
            {
                "NbConvertBase": {"display_data_priority": kinds},
                "TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": {ANALYST}},
                "HighlightMagicsPreprocessor": {"enabled": False},
            }
        )
        inherited = super().default_config.copy()
        inherited.merge(own)
        return inherited

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as HTML, and nbconvert's resources."""
        frame = (resources or {}).get("frame") or _bare_frame(nb, resources)
        _refuse_errors(nb, frame.title)
        body, resources = self._body(nb, resources)
        body = without_folder(body, frame.root)
        tree = body_tree(body)
        refuse_unfit(tree, frame.title)
        return framed(body, frame, contents(tree)), resources

    def _body(self, nb: NotebookNode, resources: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
        # HTMLExporter's own method parses the page again: that breaks the names in drawings, and it fills in
        # a description for images that have none. The method of its base class does neither.
        resources = self._init_resources(resources)
        kinds = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("highlight_code", lambda source, **_: source)  # `basic` names it; it is never called
        self.register_filter("filter_data_type", lambda data: kinds(data) if _is_shown(data, kinds) else [])
        return TemplateExporter.from_notebook_node(self, nb, resources)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """A markdown cell as HTML; its headings get ids and links."""
        return _HEADING.sub(_with_permalink, super().markdown2html(context, source))


def page_html(notebook: NotebookNode, frame: PageFrame) -> str:
    """The finished page of a run notebook: the same notebook and frame give the same bytes."""
    return ReportExporter().from_notebook_node(notebook, {"frame": frame})[0]


def _is_shown(data: Any, kinds: WidgetsDataTypeFilter) -> bool:
    # A bare value (text/plain only) is not for readers; nbconvert would warn about each of them.
    return any(kind in data for kind in kinds.display_data_priority)


def _bare_frame(nb: NotebookNode, resources: dict[str, Any] | None) -> PageFrame:
    """A frame for `jupyter nbconvert --to lagesbild`, where nobody gives one."""
    name = (resources or {}).get("metadata", {}).get("name") or "notebook"
    parameters = nb.metadata.get("papermill", {}).get("parameters", {})
    return PageFrame(name, str(parameters.get("municipality", "")), parameters.get("year", ""))


def _refuse_errors(nb: NotebookNode, page: str) -> None:
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise UnfitPageError(
                    f"page {page!r}: cell {number} ended with {output.ename}: {output.evalue}. "
                    "Mend it, run the notebook again, then render it."
                )


def _with_permalink(found: re.Match[str]) -> str:
    """A markdown heading with its link beside it, so that the link is no part of the heading's name."""
    level, anchor, text = found.groups()
    if level == "h1":
        return f'<h1 id="{anchor}">{text}</h1>'
    name = escape(unescape(re.sub(r"<[^>]+>", "", text)))
    link = f'<a class="permalink" href="#{anchor}" aria-label="Länk till avsnittet {name}">#</a>'
    return f'<div class="heading"><{level} id="{anchor}">{text}</{level}>\n{link}</div>'
