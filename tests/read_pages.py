"""Built reports as readers get them: what is visible, what is folded, and each text with its place."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from lxml import html

from reports import built, once, real_copy, run

YEAR = 2024
MUNICIPALITIES = {"Umeå": "2480", "Nordmaling": "2401", "Stockholm": "0180", "Gotland": "0980"}
REGIONS = {"Umeåregionen": "umearegionen", "Västerbotten": "vasterbotten"}
REPORTS = [*MUNICIPALITIES, *REGIONS]
FOR_OFFICERS = ("underlaget", "metod")  # the pages of the data officer
BLOCKS = {
    "address", "blockquote", "button", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "header", "label", "li", "main", "nav", "ol", "option", "p", "section",
    "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
APART = (
    "by",
    "below",
    "label",
    "number",
    "state",
    "symbol",
    "unseen",
    "badge",
)  # labels in a line are no part of its sentence
LOUD = ("unseen", "permalink", "label")  # not seen: for screen readers, or a link's sign
SOURCES = ("source", "sources")


@dataclass(frozen=True)
class Page:
    """A page of a built report."""

    name: str
    tree: html.HtmlElement

    @property
    def main(self) -> html.HtmlElement:
        return self.tree.find(".//main")

    def kind(self, region: bool) -> str:
        """overview, area, region, or made (no notebook's page)."""
        if self.name == "index":
            return "region" if region else "overview"
        return {"regional_support": "region"}.get(self.name, "made" if self.name in MADE else "area")


MADE = ("metod", "indikatorer", "underlaget", "folja_upp", "begrepp", "lattlast")


@dataclass(frozen=True)
class Text:
    """A text as it stands: `kind` is its element, `inside` the classes around it, `folded` when it needs a click."""

    page: str
    where: str  # the nearest id before it or around it
    kind: str
    words: str
    inside: frozenset[str]
    folded: bool

    def __str__(self) -> str:
        return f"{self.page}#{self.where} <{self.kind}>: {self.words!r}"


class Report:
    """The pages of one report, parsed once."""

    def __init__(self, name: str, folder: Path):
        self.name, self.folder, self.region = name, folder, name in REGIONS
        self.pages = [
            Page(path.stem, html.document_fromstring(path.read_text("utf-8"))) for path in sorted(folder.glob("*.html"))
        ]
        self._texts: list[Text] = []

    def texts(self) -> list[Text]:
        """Every text of every page, folded or not, alternative texts among them."""
        self._texts = self._texts or [text for page in self.pages for text in texts_of(page)]
        return self._texts

    def chapters(self) -> list[Page]:
        """The pages that notebooks make."""
        return [page for page in self.pages if page.kind(self.region) != "made"]


@pytest.fixture(scope="session")
def report_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """`report_of("Umeå")`: built from the repository's own figures when first asked for, once a session."""

    root = once(tmp_path_factory, "read", real_copy)

    def folder_of(name: str) -> Path:
        if name in MUNICIPALITIES:
            return built(root, MUNICIPALITIES[name], YEAR).folder
        ended = run("build", "--root", root, "--region", REGIONS[name], "--year", YEAR)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return root / "reports" / "regions" / REGIONS[name] / str(YEAR)

    @cache
    def report(name: str) -> Report:
        return Report(name, once(tmp_path_factory, f"read-{name}", lambda folder: folder_of(name)))

    return report


def classes(element: html.HtmlElement) -> set[str]:
    return set((element.get("class") or "").split())


def visible(element: html.HtmlElement, without: tuple[str, ...] = ()) -> Iterator[str]:
    """The pieces of text that a reader sees who opens nothing: no drawing, no closed fold, nothing for the ear only."""
    if not isinstance(element.tag, str) or element.tag in ("svg", "script", "style", "template"):
        return
    if element.get("hidden") is not None or classes(element) & {*LOUD, *without}:
        return
    if element.text:
        yield element.text
    folded = element.tag == "details" and element.get("open") is None
    for child in element:
        if not folded or child.tag == "summary":
            yield from visible(child, without)
        if child.tail and not folded:
            yield child.tail
    if element.tag in BLOCKS:
        yield " "


def words(element: html.HtmlElement) -> list[str]:
    """The visible words: what stands between spaces and holds a letter or a digit."""
    return [word for word in "".join(visible(element)).split() if re.search(r"\w", word)]


def plain(text: str) -> str:
    """A text with single plain spaces, to be searched for words."""
    return " ".join(text.split())


def lines_between(text: str) -> str:
    """A text as a browser shows it: plain spaces and line breaks in a row are one, U+00A0 stays."""
    return re.sub(r"[ \t\n\r]+", " ", text).strip(" ")


def texts_of(page: Page) -> list[Text]:
    """Every text of a page by block: headings, sentences, cells, facts, labels, alternative texts."""
    found: list[Text] = []
    seen = ["" if page.main is None else page.main.get("id")]

    def add(element: html.HtmlElement, kind: str, text: str, inside: frozenset[str], folded: bool) -> None:
        if plain(text):
            found.append(Text(page.name, seen[0], kind, lines_between(text), inside, folded))

    def walk(element: html.HtmlElement, inside: frozenset[str], folded: bool) -> str:
        """The inline text of an element; its blocks, and labels in its lines, are added as texts of their own."""
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "template"):
            return ""
        seen[0] = element.get("id") or seen[0]
        inside = inside | classes(element) | {element.tag}
        if element.tag == "svg":
            for title in element.iter("title"):
                add(title, "alt", title.text or "", inside, folded)
            for drawn in element.iter("text"):
                add(drawn, "drawn", "".join(drawn.itertext()), inside, folded)
            return ""
        if element.tag == "br":
            return "\n"
        closed = folded or (element.tag == "details" and element.get("open") is None)
        parts = [element.text or ""]
        for child in element:
            parts += [walk(child, inside, closed and child.tag != "summary"), child.tail or ""]
        text = "".join(parts)
        if element.tag in BLOCKS or classes(element) & {*APART}:
            add(element, "label" if is_label(element) else element.tag, text, inside, folded)
            return "\n" if element.tag in BLOCKS else " "
        return text

    walk(page.tree.find("body"), frozenset(), False)
    return found


def is_label(element: html.HtmlElement) -> bool:
    """Whether an element is a name and no sentence: a label in a line, or a paragraph of one link or strong text."""
    if element.tag not in BLOCKS:
        return True
    alone = len(element) == 1 and not plain((element.text or "") + (element[0].tail or ""))
    return element.tag == "p" and alone and element[0].tag in ("a", "em", "strong")


def sentences(text: str) -> list[str]:
    """The sentences of a text: parted where a full stop, ! or ? stands before a space and a capital or a digit."""
    return [part for part in re.split(r"(?<=[.!?])[ \u00a0]+(?=[A-ZÅÄÖ\d\"”])", text) if part.strip()]


def told(problems: list[str], what: str) -> str:
    """A failure's message: what is wrong, how often, and where; at most thirty places."""
    more = [f"... and {len(problems) - 30} more"] if len(problems) > 30 else []
    return "\n".join([f"{what}: {len(problems)}", *problems[:30], *more])
