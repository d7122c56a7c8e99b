"""An empty figure in the project's look: font, measured text, axes placed in points."""

from collections.abc import Sequence
from functools import cache

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path

from ..paths import PACKAGE
from .look import FAMILY, LINE, SMALL, TEXT_SIZE, TOKENS, WIDTH

FONTS = PACKAGE / "assets" / "fonts"
STYLE = {
    "font.family": [FAMILY],
    "font.size": TEXT_SIZE,
    "text.color": TOKENS["ink"],
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
}


@cache
def load_fonts() -> None:
    """Makes the project's font known to matplotlib, once a process."""
    for weight in (400, 600):
        path = FONTS / f"lagesbild-sans-{weight}.ttf"
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: figures need the font. Restore it from the repository.")
        font_manager.fontManager.addfont(str(path))


def styled():
    """A context in which everything drawn has the project's look."""
    load_fonts()
    return mpl.rc_context(STYLE)


@cache
def text_width(text: str, size: float = TEXT_SIZE, weight: int = 400) -> float:
    """The width of `text` in points."""
    load_fonts()
    font = font_manager.FontProperties(family=FAMILY, size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]


def widest(texts: Sequence[str], size: float = TEXT_SIZE, weight: int = 400) -> float:
    """The width in points of the widest line in `texts`; 0 without texts."""
    return max((text_width(line, size, weight) for text in texts for line in text.split("\n")), default=0.0)


def wrapped(text: str, width: float, size: float = TEXT_SIZE) -> str:
    """`text` with line breaks between words, so that no line is wider than `width` points.

    A single word that is wider stands alone and sticks out.
    """
    lines: list[str] = []
    for word in text.split(" "):  # not at U+00A0, which holds a number together
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return "\n".join(lines)


def blank(height: float) -> Figure:
    """A figure of the common width and `height` points, without axes."""
    return Figure(figsize=(WIDTH / 72, height / 72), dpi=72)


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Bare axes whose corners stand in points from the figure's lower left corner."""
    wide, high = figure.get_size_inches() * 72
    axes = figure.add_axes((left / wide, bottom / high, width / wide, height / high))
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=TOKENS["muted"], pad=4)
    axes.set(xlabel="", ylabel="")
    axes.set_axisbelow(True)
    return axes


def note(figure: Figure, text: str, at: tuple[float, float], **look) -> None:
    """Writes small muted text whose upper left corner stands `at` points from the lower left corner."""
    wide, high = figure.get_size_inches() * 72
    look = {"size": SMALL, "color": TOKENS["muted"], **look}
    for number, line in enumerate(text.split("\n")):  # by baselines: matplotlib's "top" moves with the Å's ring
        baseline = at[1] - look["size"] - number * LINE
        figure.text(at[0] / wide, baseline / high, line, parse_math=False, **look)


def notes_height(notes: Sequence[str]) -> float:
    """Points that the wrapped notes need below a figure."""
    return sum((wrapped(text, WIDTH - 6, SMALL).count("\n") + 1) * LINE for text in notes) + (5 if notes else 0)


def write_notes(figure: Figure, notes: Sequence[str]) -> None:
    """Writes the notes, one below the other, at the figure's lower edge."""
    top = notes_height(notes) - 2
    for text in notes:
        lines = wrapped(text, WIDTH - 6, SMALL)
        note(figure, lines, (2, top))
        top -= (lines.count("\n") + 1) * LINE
