"""A figure as inline SVG: the same bytes each time, without styles, ready for dark mode and a strict CSP."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any, TypedDict

import pandas as pd
from lxml import etree
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from lagesbild.charts.theme import Frame, load_fonts, styled, text_box
from lagesbild.look import FAMILY, TOKENS

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
TEXTS = (f"{SVG}text", f"{SVG}tspan", f"{SVG}title")
DECIMAL = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
GEOMETRY = ("d", "x", "y", "transform")
DEFAULTS = {  # what is not stated; the join is, once, on the root
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "stroke-dasharray": "none",
    "text-anchor": "start",
}
PLAIN = {  # what matplotlib and seaborn write for text, axes and grounds -> token
    **dict.fromkeys(("#000000", "#262626", "black"), "ink"),
    **dict.fromkeys(("#ffffff", "white"), "paper"),
    **dict.fromkeys(("#cccccc", "#b0b0b0", "#eaeaf2"), "grid"),
}
KEPT_STYLES = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linejoin",
    "stroke-linecap",
    "text-anchor",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
)


def drawn_by(made: object) -> Figure:
    """The figure of what a drawing function gave back: seaborn also gives Axes and grids. Raises ValueError."""
    figure = getattr(made, "figure", made)
    if not isinstance(figure, Figure):
        raise ValueError(f"{type(made).__name__} is no drawing. Give what plt.subplots or seaborn made.")
    return figure


TALLEST = 760.0  # units of a narrow drawing beside its words on a sheet of A4


class Drawings(TypedDict):
    """Both drawings of a figure, as a component holds them."""

    svg: str
    narrow: str


def drawings(
    chart: Callable[[pd.DataFrame, Frame], Figure], rows: pd.DataFrame, frame: Frame, prefix: str, alt: str
) -> Drawings:
    """`rows` drawn by a chart of ours for wide screens ("svg"), and for narrow ones and paper ("narrow").

    The page shows one of them, so both have the same words. A narrow one that no sheet of paper holds is "tall" too.
    """
    narrow = chart(rows, replace(frame, wide=False))
    tall = " tall" if narrow.get_size_inches()[1] * 72 > TALLEST else ""
    return {
        "svg": svg_of(chart(rows, replace(frame, wide=True)), prefix, alt, "chart wide"),
        "narrow": svg_of(narrow, f"{prefix}-smal", alt, f"chart narrow{tall}"),
    }


def svg_of(figure: Figure, prefix: str, alt: str, name: str = "chart", own: bool = False) -> str:
    """`figure` as an `<svg role="img">` of class `name` whose `<title>` holds all of `alt`.

    Every id starts with `prefix`, which must be unique on its page. Texts stay texts (class "t", font from the
    stylesheet); styles are presentation attributes, as a policy without `unsafe-inline` drops `style=`. A figure of
    an analyst's `own` gets the report's font, no grounds, and ink for black, so that it fits light and dark.
    """
    if own:
        _own_look(figure)
    else:
        for artist in itertools.chain.from_iterable(axes.get_children() for axes in figure.axes):
            artist.set_clip_on(False)  # the axes span all values: clipping would only add ids
    root = etree.fromstring(_saved(figure, prefix) if own else _drawn(figure, prefix))
    _clean(root)
    _rename_ids(root, prefix)
    title = etree.Element(f"{SVG}title", id=f"{prefix}-title")
    title.text = alt
    root.insert(0, title)
    box = root.attrib.pop("viewBox")
    root.attrib.clear()
    root.attrib.update({"class": name, "role": "img", "aria-labelledby": f"{prefix}-title", "viewBox": box})
    root.set("stroke-linejoin", DEFAULTS["stroke-linejoin"])
    if own:
        _recolour(root)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _own_look(figure: Figure) -> None:
    """Takes the grounds away and sets the font, with which the labels are measured."""
    load_fonts()
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
    for text in figure.findobj(Text):
        text.set_fontfamily(FAMILY)


def _recolour(root: etree._Element) -> None:
    """Near-black and near-white become the tokens that the page turns in the dark; what states no fill is black."""
    for node in root.iter():
        for name in ("fill", "stroke"):
            if node.get(name) in PLAIN:
                node.set(name, TOKENS[PLAIN[node.get(name)]])
    root.set("fill", TOKENS["ink"])


NOTHING = {"Date": None, "Creator": None, "Format": None, "Type": None}  # so that it is the same each time


def _saved(figure: Figure, salt: str) -> bytes:
    """An analyst's figure as matplotlib saves it; "tight" cuts no label off."""
    file = BytesIO()
    with styled(salt=salt):
        figure.savefig(file, format="svg", metadata=NOTHING, bbox_inches="tight")
    return file.getvalue()


def _drawn(figure: Figure, salt: str) -> bytes:
    """A figure of ours, as matplotlib writes it: drawn once, in its own size."""
    file, (wide, high) = StringIO(), figure.get_size_inches() * 72
    with styled(salt=salt):
        renderer = _Renderer(wide, high, file, metadata=NOTHING)
        figure.draw(renderer)
        renderer.finalize()
    return file.getvalue().encode()


class _Renderer(RendererSVG):
    """Matplotlib's, which measures each text once a process, looks up each font's heights once a drawing, and writes
    no groups: `_rename_ids` would drop them.
    """

    def __init__(self, *args: Any, **look: Any) -> None:
        super().__init__(*args, **look)
        self._heights: dict[tuple[float, int | str], tuple[float, float, float]] = {}

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        """How far a line reaches above and below its baseline, and the gap to the next, as `Text` asks each time."""
        kind = size, _ = prop.get_size_in_points(), prop.get_weight()
        if kind not in self._heights:
            font = get_font(findfont(prop))
            heights: Any = font.get_sfnt_table("OS/2")
            above, below, gap = (heights[f"sTypo{name}"] for name in ("Ascender", "Descender", "LineGap"))
            scale = 1 / font.units_per_EM * size
            self._heights[kind] = above * scale, -below * scale, gap * scale
        return self._heights[kind]

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        return text_box(s, prop.get_size_in_points(), prop.get_weight())

    def open_group(self, s: str, gid: str | None = None) -> None:
        pass

    def close_group(self, s: str) -> None:
        pass


def _clean(root: etree._Element) -> None:
    """Takes away metadata, stylesheet, comments and what nobody sees; styles become attributes."""
    for node in list(root.iter()):
        if not isinstance(node.tag, str) or node.tag in (f"{SVG}metadata", f"{SVG}style"):
            _drop(node)
    for node in list(root.iter()):
        _attributes_of_style(node)
        for name in GEOMETRY:
            if name in node.attrib:
                node.set(name, " ".join(_rounded(node.get(name)).split()))
        if XLINK + "href" in node.attrib:
            node.set("href", node.attrib.pop(XLINK + "href"))
        node.tail = None
        if node.tag not in TEXTS:
            node.text = None
        if _unseen(node):
            _drop(node)


def _attributes_of_style(node: etree._Element) -> None:
    """Turns `style` into presentation attributes; the font's family is left to the stylesheet."""
    parts = [part.split(":", 1) for part in node.attrib.pop("style", "").split(";") if ":" in part]
    style = {name.strip(): value.strip() for name, value in parts}
    for name in KEPT_STYLES:
        if name in style and style[name] != DEFAULTS.get(name):
            node.set(name, _rounded(style[name]))
    if node.tag == f"{SVG}text":
        font = " ".join(style.get(name, "") for name in ("font", "font-size", "font-weight"))
        node.set("class", "t")
        node.set("font-size", _rounded(re.findall(r"([\d.]+)px", font)[0]))
        if re.search(r"\b600\b", font):
            node.set("font-weight", "600")
        if re.match(r"rotate\(-?0(\.0*)?[ )]", node.get("transform", "")):
            del node.attrib["transform"]


def _rename_ids(root: etree._Element, prefix: str) -> None:
    """Numbers the ids that something refers to, behind `prefix`; drops other ids and bare groups."""
    names: dict[str, str] = {}
    for node in root.iterfind(".//*[@href]"):
        if node.get("href").startswith("#"):
            old = node.get("href").removeprefix("#")
            node.set("href", "#" + names.setdefault(old, f"{prefix}-{len(names) + 1}"))
    for node in root.iterfind(".//*[@clip-path]"):
        old = node.get("clip-path").removeprefix("url(#").removesuffix(")")
        node.set("clip-path", f"url(#{names.setdefault(old, f'{prefix}-{len(names) + 1}')})")
    for node in list(root.iter()):
        old = node.attrib.pop("id", None)
        if old in names:
            node.set("id", names[old])
        elif node.tag == f"{SVG}g" and not node.attrib:
            _unwrap(node)
        elif node.tag == f"{SVG}defs" and not len(node):
            _drop(node)


def _rounded(text: str) -> str:
    """`text` with at most one decimal in each of its numbers."""

    def short(number: re.Match[str]) -> str:
        digits = f"{float(number[0]):.1f}".removesuffix(".0")
        return "0" if digits == "-0" else digits

    return DECIMAL.sub(short, text)


def _unseen(node: etree._Element) -> bool:
    """Whether a path draws nothing: no points, or neither fill nor stroke (backgrounds)."""
    if node.tag != f"{SVG}path" or "id" in node.attrib:
        return False
    return not node.get("d") or (node.get("fill") == "none" and node.get("stroke", "none") == "none")


def _drop(node: etree._Element) -> None:
    node.getparent().remove(node)


def _unwrap(node: etree._Element) -> None:
    """Puts the children of `node` in its place."""
    parent = node.getparent()
    for at, child in enumerate(list(node), parent.index(node)):
        parent.insert(at, child)
    parent.remove(node)
