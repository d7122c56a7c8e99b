"""What a page's body must hold before it may be published: what readers, or the page's own policy, could not take."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape, unescape
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote, unquote

from lxml import html

UNDESCRIBED = "No description has been provided for this image"


class UnfitPageError(ValueError):
    """A page that would reach readers broken: says what, where, and how to mend it."""


def body_tree(body: str) -> html.HtmlElement:
    """The body as an element tree, to look at only: writing it out again would change the drawings' names."""
    return html.fromstring(f"<div>{body}</div>")


# Where each cell's part of a body begins, while it is made; an exclamation mark: a component, whose links are ours.
MARK = re.compile(r"<!--cell:(\d+)(!?)-->")


def refuse_unfit(tree: html.HtmlElement, page: str, cells: Sequence[str] = ()) -> None:
    """Raises UnfitPageError for the first thing that readers, or the page's own policy, could not take.

    `cells` are the names of the notebook's cells: the message says which one it is.
    """
    seen: set[str] = set()
    for cell, _, element in placed(tree, cells):
        for check in (_image, _blocked, _address, _text):
            if message := check(element):
                raise UnfitPageError(f"page {page!r}: {cell}{message}")
        identity = element.get("id")
        if identity in seen:
            why = "so its links go astray. Give each component its own anchor=; a title makes one too."
            raise UnfitPageError(f"page {page!r}: {cell}the id {identity!r} stands twice, {why}")
        seen |= {identity} - {None}
    if message := _headings(tree):
        raise UnfitPageError(f"page {page!r}: {message}")


def refuse_open(body: str, page: str, cells: Sequence[str]) -> None:
    """Raises UnfitPageError for the first cell whose markup goes on after it: readers would miss what follows."""
    marks = [int(mark[1]) for mark in MARK.finditer(body)]
    begins = (f'<div data-begins="{number}"></div>' for number in range(len(marks) + 1))
    tree = body_tree(MARK.sub(lambda _: next(begins), body) + next(begins))
    depths = {int(each.get("data-begins")): len([*each.iterancestors()]) for each in tree.xpath("//*[@data-begins]")}
    for number, cell in enumerate(marks, 1):
        if depths.get(number) != depths.get(0):
            raise UnfitPageError(
                f"page {page!r}: {cells[cell]}: its markup goes on after it, so browsers take what follows as part "
                "of it. Close what it opens: <!-- with -->, <div> with </div>."
            )


def placed(tree: html.HtmlElement, cells: Sequence[str]) -> Iterator[tuple[str, bool, html.HtmlElement]]:
    """Every element and comment, behind its cell's name and a colon if it has one, and whether a component holds it."""
    cell, component = "", False
    for element in tree.iter():
        if element.tag is html.etree.Comment and (mark := MARK.fullmatch(f"<!--{element.text}-->")):
            cell, component = f"{cells[int(mark[1])]}: ", bool(mark[2])
        yield cell, component, element


def _image(element: html.HtmlElement) -> str:
    if element.tag != "img":
        return ""
    if not (element.get("alt") or "").strip() or UNDESCRIBED in element.get("alt"):
        return (
            f"an image without a description ({(element.get('src') or '')[:60]}). Write what it shows: "
            "![what it shows](file), or its alt; show a drawing with show_plot; or tag the cell 'analyst'."
        )
    if element.get("srcset") is not None:
        return f"an image with a srcset ({element.get('src')}). Give it one src: one file is copied with the page."
    return ""


# What the page's policy blocks, or what would bring a file that is not copied with the page.
BLOCKED = {
    "script", "style", "iframe", "object", "embed", "meta", "link", "base", "form",
    "picture", "source", "video", "audio", "track", "image",
}  # fmt: skip


def _blocked(element: html.HtmlElement) -> str:
    scripted = [name for name in element.attrib if name == "style" or name.startswith("on")]
    pictured = element.tag == "input" and (element.get("type") or "").lower() == "image"
    if not (element.tag in BLOCKED or scripted or pictured):
        return ""
    what = f"<{element.tag} {scripted[0]}=...>" if scripted else f"<{element.tag}>"
    return (
        f"{what} in a cell, which the page's policy blocks (a bare DataFrame writes such markup). "
        "Show the table with show_table(frame, caption), or tag the cell 'analyst'."
    )


# Links: to the web, to a mail or telephone, to this page, and to what lies beside it in the report.
HREFS = ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
SCHEMES = ("https:", "http:", "mailto:", "tel:")
BLANKS = re.compile(r"[\x00-\x20]")  # browsers read a link without them


def links_of(element: html.HtmlElement) -> Iterator[str]:
    """What an element links to, as a browser reads it."""
    yield from (BLANKS.sub("", element.get(name)) for name in HREFS if element.get(name) is not None)


def _address(element: html.HtmlElement) -> str:
    for link in links_of(element):
        scheme = SCHEME.match(link)
        if scheme and not link.lower().startswith(SCHEMES):
            return f"a link to '{link[:60]}', which readers cannot follow. Link to https:// or to a page of the report."
        path = unquote(link.partition("#")[0].partition("?")[0])
        if not scheme and (path.startswith("/") or "\\" in path or ".." in path.split("/")):
            return (
                f"a link to '{link[:60]}', which lies outside the report. Link to https:// or to a page of the "
                "report, such as work.html."
            )
    return ""


# Mathematics is between dollars as Pandoc knows it: what "5 $ or 7 $" and "$5 or $7" hold is none.
MATHS = re.compile(r"\$\$|(?<!\\)\$(?=\S)[^$\n]*?(?<=[^\s$])\$(?!\d)|\\[(\[]|\\begin\{")
UNREAD = re.compile(r"!\[[^\]]*\]\([^)]*\)?")  # an image that Markdown did not read as one
VERBATIM = ("code", "pre", "kbd", "samp", "textarea", "title", "desc")


def _text(element: html.HtmlElement) -> str:
    within = element if isinstance(element.tag, str) else None
    for holder, text in ((within, element.text), (element.getparent(), element.tail)):
        if holder is None or not text:
            continue
        if UNDESCRIBED in text:
            return f"it says {UNDESCRIBED!r}. Describe the image."
        wrong = UNREAD.search(text) or MATHS.search(text)
        if not wrong or any(each.tag in VERBATIM for each in (holder, *holder.iterancestors())):
            continue
        shown = " ".join(text[wrong.start() :].split())[:40]
        if wrong.re is UNREAD:
            remedy = "Write a name with blanks between <>: ![what it shows](<en karta.png>)."
            return f"'{shown}' is no image as Markdown reads it. {remedy}"
        remedy = "Write it as text (x², or x<sup>2</sup>) or between backticks, or show it as an image."
        return f"mathematics ('{shown}'), which no page draws. {remedy}"
    return ""


def _headings(tree: html.HtmlElement) -> str:
    firsts = [" ".join(element.text_content().split()) for element in tree.iter("h1")]
    if len(firsts) == 1:
        return ""
    return f"{len(firsts)} headings of level one {firsts}, one is needed. Tag a second title cell 'analyst'."


# Links from what authors write themselves: where they lead is known when the page is, or all pages are.


@dataclass(frozen=True)
class Link:
    """A link to a file of the report, "" for the page itself, and an anchor in it, "" for none."""

    cell: str
    file: str
    anchor: str


def own_links(tree: html.HtmlElement, cells: Sequence[str]) -> list[Link]:
    """The links within the report that authors wrote, in the page's order: not those of components, which are ours."""
    links = []
    for cell, component, element in placed(tree, cells):
        for link in () if component or element.get("class") == "permalink" else links_of(element):
            if not SCHEME.match(link):
                file, _, anchor = link.partition("#")
                links.append(Link(cell, unquote(file.partition("?")[0]).removeprefix("./"), unquote(anchor)))
    return links


ANCHOR = "Correct the anchor: a heading's is its own words with - for blanks, as the link beside it has them."
FILE = "Link to https:// or to a page of the report, such as work.html; an image is shown with ![what it shows](file)."


def refuse_dead_links(links: Iterable[Link], files: Mapping[str, Container[str] | None], page: str) -> None:
    """Raises UnfitPageError for the first of a page's links that leads nowhere.

    `files` are those of the report with the anchors in them, None where these are not known.
    """
    for link in links:
        there = files.get(link.file)
        if link.file not in files:
            why, remedy = "which is no file of the report", FILE
        elif link.anchor and there is not None and link.anchor not in there:
            why, remedy = "an anchor that is not there", ANCHOR
        else:
            continue
        address = f"{link.file}#{link.anchor}" if link.anchor else link.file
        raise UnfitPageError(f"page {page!r}: {link.cell}a link to '{address}', {why}. {remedy}")


def anchors_of(page: str) -> set[str]:
    """What can be linked to within a whole page, as it is read; `top` always can."""
    return {"top", *(unquote(each) for each in html.fromstring(page).xpath("//@id | //a/@name"))}


def without_folder(body: str, root: str) -> str:
    """`body` with paths below `root` written from there on, so that no page tells where it was made."""
    if len(root) < 2:
        return body
    folder = root.rstrip("/")  # in an address it is quoted, and in HTML escaped
    forms = "|".join(re.escape(form) for form in sorted({folder, quote(folder), escape(folder)}))
    return re.sub(rf"(?<![\w.-])(?:{forms})(?:/|(?![\w-]))", "", body)


# Images that lie in the notebooks' folder: checked, and copied with the page.

MEDIA = "media"  # the folder beside the pages
IMAGE = re.compile(r"""(<img\b(?:[^>"']|"[^"]*"|'[^']*')*?\ssrc\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
SIGNATURES = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".webp": b"RIFF",
    ".svg": b"",
}
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]", re.IGNORECASE)  # another host, a drive, the top of a disk
FETCHES = re.compile(r"@import|\\|url\((?!\s*[\"']?\s*(?:#|data:image/(?:png|jpeg|webp)))", re.IGNORECASE)  # in CSS


def with_images(body: str, page: str, folder: Path, cells: Sequence[str] = ()) -> tuple[str, dict[str, bytes]]:
    """The body with its images linked from `media/`, and these files by their names beside the page.

    The same file has the same name on every page. Raises UnfitPageError for the first image that cannot be copied.
    """
    files: dict[str, bytes] = {}
    seen = 0

    def linked(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        start, quote, source = match.groups()
        if source.startswith("data:image/"):
            return match.group()
        try:
            name, content = _image_file(unescape(source), folder)
        except ValueError as error:
            marks = MARK.findall(body, 0, match.start())
            cell = f"{cells[int(marks[-1][0])]}: " if marks else ""
            raise UnfitPageError(f"page {page!r}: {cell}the image '{unescape(source)[:80]}' {error}") from None
        files[name] = content
        return f"{start}{quote}{name}{quote}"

    body = IMAGE.sub(linked, body)
    if seen < sum(1 for _ in body_tree(body).iter("img")):
        raise UnfitPageError(
            f'page {page!r}: an image without a src in quotes. Write it such as src="bilder/karta.png".'
        )
    return body, files


def _image_file(source: str, folder: Path) -> tuple[str, bytes]:
    """An image's name beside the page, made from its own name and content, and the content. Raises ValueError."""
    if ELSEWHERE.match(source):
        raise ValueError("does not lie beside the notebook. Save the file there, and link it such as bilder/karta.png.")
    path = (folder / unquote(source)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("lies outside the notebooks' folder. Save the file in it, and link it from there.")
    if path.suffix.lower() not in SIGNATURES:
        raise ValueError(f"is of a kind that is not copied. Save it as one of {', '.join(SIGNATURES)}.")
    if not path.is_file():
        raise ValueError("is missing. Save the file there, seen from the notebook, or correct the link.")
    content = path.read_bytes()
    if not content.startswith(SIGNATURES[path.suffix.lower()]):
        raise ValueError(f"is no {path.suffix.lower()} inside. Save it again in that form.")
    if path.suffix.lower() == ".svg" and (reason := _unsafe(content)):
        raise ValueError(f"{reason}. Save it as plain SVG, without scripts and links, or as png.")
    plain = normalize("NFKD", path.stem).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "bild"
    return f"{MEDIA}/{stem}-{sha256(content).hexdigest()[:12]}{path.suffix.lower()}", content


def _unsafe(svg: bytes) -> str:
    """Why an SVG must not be copied: it is none, runs something, or refers to other files; else nothing."""
    parser = html.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = html.etree.fromstring(svg, parser)
    except html.etree.XMLSyntaxError as error:
        return f"is no SVG ({error})"
    try:
        text = svg.decode("utf-8")
    except UnicodeDecodeError:
        return "is not written in UTF-8"
    if root.tag != "{http://www.w3.org/2000/svg}svg" or "<!ENTITY" in text or "<?xml-stylesheet" in text:
        return "is no SVG by itself"
    for element in root.iter(html.etree.Element):
        tag = html.etree.QName(element).localname.lower()
        if tag in ("script", "foreignobject", "iframe", "object", "embed", "handler"):
            return f"holds <{tag}>"
        if tag == "style" and FETCHES.search("".join(element.itertext())):
            return "has a style that refers to another file"
        for key, value in element.attrib.items():
            name = html.etree.QName(key).localname.lower()
            if name.startswith("on") or (name == "attributename" and value.lower().endswith("href")):
                return f"runs something ({name})"
            if name in ("href", "src") and not re.match(r"\s*(#|data:image/(png|jpeg|webp);)", value):
                return f"refers to {value[:60]!r}"
            if name in ("style", "filter", "fill", "stroke", "mask", "clip-path", "cursor") and FETCHES.search(value):
                return f"refers to {value[:60]!r}"
    return ""
