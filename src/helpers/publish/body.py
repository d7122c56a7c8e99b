"""What a page's body must hold before it may be published."""

import re

from lxml import html

UNDESCRIBED = "No description has been provided for this image"


class UnfitPageError(ValueError):
    """A page that would reach readers broken: says what, where, and how to mend it."""


def body_tree(body: str) -> html.HtmlElement:
    """The body as an element tree, to look at only: writing it out again would change the drawings' names."""
    return html.fromstring(f"<div>{body}</div>")


def refuse_unfit(tree: html.HtmlElement, page: str) -> None:
    """Raises UnfitPageError for the first thing that readers, or the page's own policy, could not take."""
    for slip in (_images, _blocked, _headings, _identities):
        message = slip(tree)
        if message:
            raise UnfitPageError(f"page {page!r}: {message}")


def _images(tree: html.HtmlElement) -> str:
    for image in tree.iter("img"):
        if image.get("alt") is None or UNDESCRIBED in image.get("alt"):
            return (
                f"an image without a description ({(image.get('src') or '')[:60]}). "
                "Show a figure of helpers.charts, write the image's alt, or tag the cell 'analyst'."
            )
    return f"it says {UNDESCRIBED!r}. Describe the image." if UNDESCRIBED in tree.text_content() else ""


def _blocked(tree: html.HtmlElement) -> str:
    for element in tree.iter(html.etree.Element):
        scripted = [name for name in element.attrib if name == "style" or name.startswith("on")]
        if element.tag in ("script", "style", "iframe", "object", "embed") or scripted:
            what = f"<{element.tag} {scripted[0]}=...>" if scripted else f"<{element.tag}>"
            return (
                f"{what} in a cell, which the page's policy blocks (a bare DataFrame writes such markup). "
                "Show the table with table_shown, or tag the cell 'analyst'."
            )
    return ""


def _headings(tree: html.HtmlElement) -> str:
    firsts = [" ".join(element.text_content().split()) for element in tree.iter("h1")]
    if len(firsts) == 1:
        return ""
    return f"{len(firsts)} headings of level one {firsts}, one is needed. Tag a second title cell 'analyst'."


def _identities(tree: html.HtmlElement) -> str:
    seen: set[str] = set()
    for identity in tree.xpath("//@id"):
        if identity in seen:
            return f"the id {identity!r} stands twice, so its links go astray. Give each exhibit its own anchor."
        seen.add(identity)
    return ""


def without_folder(body: str, root: str) -> str:
    """`body` with paths below `root` written from there on, so that no page tells where it was made."""
    if len(root) < 2:
        return body
    return re.sub(rf"(?<![\w.-]){re.escape(root.rstrip('/'))}(?:/|\b(?![\w-]))", "", body)
