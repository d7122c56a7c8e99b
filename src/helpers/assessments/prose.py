"""People's own text as safe HTML: a subset of Markdown, everything else is shown as it was written."""

import re
from functools import cache

from markdown_it import MarkdownIt

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class _Prose(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name for it
        """True for https and for a way within the report, which `//host` is not. Backslashes come as %5C."""
        if _SCHEME.match(url):
            return url.lower().startswith("https://")
        return not url.startswith("//")


@cache
def _renderer() -> MarkdownIt:
    # "zero" knows paragraphs only: HTML, headings, images and code stay text unless they are named here
    return _Prose("zero").enable(["emphasis", "list", "link", "escape", "entity"])


def prose_html(text: str) -> str:
    """`text` as HTML: paragraphs, emphasis, lists and links to https or within the report.

    Tags, headings and links of other kinds come out as the text that was written. An empty text is "".
    """
    return _renderer().render(text.strip()).strip()
