"""What all charts share: colours, sizes, fonts, text that fits, scales, and the words written in them."""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy
from scipy.optimize import isotonic_regression

from lagesbild.look import FAMILY, TOKENS
from lagesbild.paths import PACKAGE
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import NBSP, OWN_COMPUTATION, decimal
from lagesbild.tidy.schema import RESTATED, breaks_in

# Which colours a chart takes, and the sizes and frame of a figure.

ZONES = ("zone1", "zone2", "zone3", "zone4")  # in order of size; text on the first is ink, on the others paper
SERIES = ("s3", "s2", "s4", "s6", "s5", "s1")  # neighbours differ most
ROLES = ("peer", "added", "region", "country", "focus")  # the order of drawing: the focus place lies on top

Look = dict[str, Any]  # what matplotlib takes by name: colours, widths, sizes


@dataclass(frozen=True)
class Sheet:
    """What a figure is drawn on: its width and sizes, in units that are pixels where it is shown unshrunk."""

    width: float
    text: float  # size of names and values
    small: float  # of notes and axis numbers; nothing is smaller
    line: float  # height of a line of text
    row: float  # height of a row of bars or dots
    names: float  # width of the names left of rows, before they are broken
    labels: float  # width of the names at the ends of lines
    plot: float  # height of a figure's only panel
    panel: float  # and of one among several

    @property
    def drop(self) -> float:
        """From a row's middle to the baseline of its text."""
        return -0.34 * self.text


# Wide drawings are shown from 640 pixels on, where the smallest text is 12, and narrow ones never under 288.
WIDE = Sheet(760, text=15, small=14.4, line=19, row=26, names=240, labels=200, plot=280, panel=150)
NARROW = Sheet(288, text=12.5, small=12, line=15.5, row=21, names=112, labels=104, plot=190, panel=110)


@dataclass(frozen=True)
class Frame:
    """What a figure must know about its numbers besides the rows.

    `breaks`: (first year made in the new way, what changed). `high`: what the unit cannot exceed. `wide`: whether it is
    drawn for a desktop's width, or for a phone and for paper.
    """

    unit_symbol: str = ""  # beside a number: "%"
    unit_text: str = ""  # on the axis: "procent"
    decimals: int = 1
    high: float | None = None
    breaks: tuple[tuple[int, str], ...] = ()
    better: Literal["higher", "lower", "neither"] = "neither"
    wide: bool = True

    @property
    def sheet(self) -> Sheet:
        return WIDE if self.wide else NARROW


def frame_of(measures: Mapping[str, Measure], rows: pd.DataFrame) -> Frame:
    """Unit, decimals and bounds of the first measure, and the breaks of all that stand between the years of `rows`."""
    first = next(iter(measures.values()))
    low, high = int(rows["year"].min()), int(rows["year"].max())
    return Frame(
        unit_symbol=first.unit.symbol,
        unit_text=first.unit.text,
        decimals=first.decimals,
        high=first.unit.high,
        breaks=tuple((year, what) for year, what in breaks_of(measures, rows) if low < year <= high),
        better=first.indicator.better,
    )


def breaks_of(measures: Mapping[str, Measure], rows: pd.DataFrame) -> tuple[tuple[int, str], ...]:
    """The breaks of all measures that stand in their `rows`, by year: see `breaks_in`."""
    parts = {name: rows[rows["indicator"] == name] for name in measures}
    cuts = [cut for name, measure in measures.items() for cut in breaks_in(measure.indicator, parts[name])]
    return tuple(sorted({cut.year: cut.what for cut in cuts}.items()))


# Direct labels: texts beside marks, moved apart so that none covers another.


def spread(wanted: Sequence[float], room: Sequence[float], low: float, high: float) -> list[float]:
    """Positions as near `wanted` as they can be, in the same order, each label's `room` kept free.

    All in points. Clusters of colliding labels are centred on their mean wish (isotonic regression); more labels
    than there is room for run out below `low`.
    """
    order = np.argsort(wanted, kind="stable")
    rooms = np.asarray(room, float)[order]
    offsets = np.cumsum(rooms) - rooms / 2
    bases = isotonic_regression(np.asarray(wanted, float)[order] - offsets).x
    placed = np.empty(len(order))
    placed[order] = np.minimum(np.maximum(bases, low), high - rooms.sum()) + offsets
    return placed.tolist()


# The few Swedish words that stand inside figures.

ABSENT = {"hidden": "döljs", "not_applicable": "ej aktuellt"}  # any other row without a value: MISSING
MISSING = "uppgift saknas"
MARKED = {
    "preliminary": "preliminär",
    "incomplete": "ofullständig",
    "suspect": "osäker uppgift",
    RESTATED: OWN_COMPUTATION,
}
PEERS = "liknande kommuner"  # dots that share a name
OTHERS = "övriga liknande"  # the band of peers without a line
FAN = "Streckat: väntat. 80 av 100 utfall väntas i det inre fältet och 95 i det yttre, om serien går som hittills."
STAR, HOLLOW = "*", "Ihålig punkt:"


def swedish(value: float, decimals: int = 0, symbol: str = "") -> str:
    """`value` in Swedish with its symbol: 1234.56 with one decimal and "%" is "1 234,6 %"."""
    if math.isnan(value):
        return MISSING
    text = decimal(value, decimals)
    return f"{text}{NBSP}{symbol}" if symbol else text


def short_symbol(frame: Frame) -> str:
    """The unit's symbol where it is short enough to stand beside every value, else nothing."""
    return frame.unit_symbol if len(frame.unit_symbol) <= 2 else ""


def break_notes(frame: Frame, first: int, last: int) -> list[str]:
    """What changed at each series break after `first`, up to `last`."""
    return [f"Streckad linje, {year}: {what}" for year, what in frame.breaks if first < year <= last]


def mark_notes(rows: pd.DataFrame, sign: str) -> list[str]:
    """What `sign` means, such as "* preliminär", when any drawn value carries it."""
    statuses = set(rows.loc[rows["value"].notna(), "status"])
    words = [word for status, word in MARKED.items() if status in statuses]
    return [f"{sign} {', '.join(words)}"] if words else []


def marked(row: Any, frame: Frame, symbol: str = "") -> str:
    """The value of a row with its symbol, and a star where its status is explained below."""
    return swedish(row.value, frame.decimals, symbol) + (STAR if row.status in MARKED else "")


def absence(status: str) -> str:
    """The word that stands where a value of this status would."""
    return ABSENT.get(status, MISSING)


# An empty figure in the project's look: font, measured text, axes placed in points.

FONTS = PACKAGE / "assets" / "fonts"
STYLE: dict[Any, Any] = {
    "font.family": [FAMILY],
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


@contextmanager
def styled(sheet: Sheet = WIDE, salt: str | None = None) -> Iterator[None]:
    """A context in which everything drawn has the project's look, and ids that follow from `salt`.

    As matplotlib's own, which copies and puts back all of its 300 settings.
    """
    load_fonts()
    wanted = STYLE | {"font.size": sheet.text, "svg.hashsalt": salt}
    before = {name: mpl.rcParams[name] for name in wanted}
    mpl.rcParams.update(wanted)
    try:
        yield
    finally:
        mpl.rcParams.update(before)


@cache
def text_box(text: str, size: float, weight: int = 400) -> tuple[float, float, float]:
    """The width of `text`, its height and how far it reaches below its baseline, in points; once a process."""
    load_fonts()
    font = font_manager.FontProperties(family=FAMILY, size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)


def find_fonts() -> None:
    """Looks up the project's font as drawings use it, which matplotlib otherwise does at the first text of each kind.

    It remembers a font by size and weight, and by the settings that hold then.
    """
    load_fonts()
    weights: tuple[int | str, ...] = ("normal", 400, 600)
    sizes = [size for sheet in (WIDE, NARROW) for size in (sheet.text, sheet.small)]
    for settings in (nullcontext(), styled(WIDE), styled(NARROW)):  # texts are laid out before they are drawn
        with settings:
            for size, weight in itertools.product(sizes, weights):
                font = font_manager.FontProperties(family=FAMILY, size=size, weight=weight)
                text_to_path.get_text_width_height_descent("å", font, ismath=False)


def text_width(text: str, size: float, weight: int = 400) -> float:
    """The width of `text` in points."""
    return text_box(text, size, weight)[0]


def widest(texts: Iterable[str], size: float, weight: int = 400) -> float:
    """The width in points of the widest line in `texts`; 0 without texts."""
    return max((text_width(line, size, weight) for text in texts for line in text.split("\n")), default=0.0)


def bold_width(texts: Iterable[str], sheet: Sheet) -> float:
    """The width in points of the widest line in `texts` when it is written bold."""
    return widest(texts, sheet.text, 600)


def lines_in(text: str) -> int:
    return text.count("\n") + 1


def wrapped(text: str, width: float, size: float) -> str:
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


def blank(sheet: Sheet, height: float) -> Figure:
    """A figure of the sheet's width and `height` points, without axes."""
    return Figure(figsize=(sheet.width / 72, height / 72), dpi=72)


def note(figure: Figure, sheet: Sheet, text: str, at: tuple[float, float], **look: Any) -> None:
    """Writes small muted text whose upper left corner stands `at` points from the lower left corner."""
    wide, high = figure.get_size_inches() * 72
    look = {"size": sheet.small, "color": TOKENS["muted"], **look}
    for number, line in enumerate(text.split("\n")):  # by baselines: matplotlib's "top" moves with the Å's ring
        baseline = at[1] - look["size"] - number * sheet.line
        figure.text(at[0] / wide, baseline / high, line, parse_math=False, **look)


def heading(figure: Figure, sheet: Sheet, text: str, at: tuple[float, float]) -> None:
    """Writes a bold heading whose upper left corner stands `at` points from the lower left corner."""
    note(figure, sheet, text, at, size=sheet.text, color=TOKENS["ink"], weight=600)


def notes_height(notes: Sequence[str], sheet: Sheet) -> float:
    """Points that the wrapped notes need below a figure."""
    return sum(lines_in(wrapped(text, sheet.width - 6, sheet.small)) * sheet.line for text in notes) + (
        5 if notes else 0
    )


def write_notes(figure: Figure, sheet: Sheet, notes: Sequence[str]) -> None:
    """Writes the notes, one below the other, at the figure's lower edge."""
    top = notes_height(notes, sheet) - 2
    for text in notes:
        lines = wrapped(text, sheet.width - 6, sheet.small)
        note(figure, sheet, lines, (2, top))
        top -= lines_in(lines) * sheet.line


def beside(axes: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], **look: Any) -> None:
    """Writes `text` some points (`shift`) away from the point `at` of the axes: by its values, or by a `transform`."""
    given = look.pop("transform", axes.transData)
    look["transform"] = offset_copy(given, axes.get_figure(root=True), *shift, units="points")
    axes.text(*at, text, parse_math=False, **look)


# Axes' numbers: round values around the data, whole years, written in Swedish.

BARS, LINES, DOTS, SLOPES = 0.0, 0.25, 0.5, 1.0  # see `value_scale`


def value_scale(low: float, high: float, frame: Frame, close: float = BARS) -> tuple[list[float], bool]:
    """Round tick values around `low`..`high`, and whether they start elsewhere than at zero.

    Zero is left out where the range is less than the share `close` of the level: for bars never, for slopes always.
    """
    narrow = low > 0 and high - low < close * high
    bottom = low if narrow else min(low, 0.0)
    top = high if high > bottom else bottom + 1
    locator = MaxNLocator(nbins=4, steps=[1, 2, 5, 10], min_n_ticks=3)
    ticks = [float(round(tick, 10)) for tick in locator.tick_values(bottom, top)]
    step = ticks[1] - ticks[0]
    ticks = [tick for tick in ticks if tick > bottom - step and tick < top + step]
    if frame.high is not None and top <= frame.high:
        ticks = [tick for tick in ticks if tick <= frame.high] or ticks
    return ticks, ticks[0] > 0


def tick_decimals(ticks: Sequence[float]) -> int:
    """The fewest decimals with which all ticks differ exactly, at most three."""
    return next((n for n in range(3) if all(abs(round(tick, n) - tick) < 1e-9 for tick in ticks)), 3)


def tick_room(ticks: Sequence[float], sheet: Sheet) -> float:
    """Points that the tick numbers need left of the axes."""
    decimals = tick_decimals(ticks)
    return widest([swedish(tick, decimals) for tick in ticks], sheet.small) + 10


def in_swedish(ticks: Sequence[float]) -> dict[float, str]:
    """The ticks with their texts, all with as many decimals."""
    decimals = tick_decimals(ticks)
    return {tick: swedish(tick, decimals) for tick in ticks}


def start_note(ticks: Sequence[float], frame: Frame) -> str:
    return f"Axeln börjar vid {swedish(ticks[0], tick_decimals(ticks), frame.unit_symbol)}, inte vid noll."


def year_marks(sheet: Sheet, years: Sequence[int], width: float, shift: float = 0.0) -> dict[float, str]:
    """As many of the whole `years` as there is room for in `width` points, the last among them."""
    wide = max(text_width(str(year), sheet.small) for year in years) + 8
    step = next(n for n in (1, 2, 3, 4, 5, 10, 20, 50, 1000) if n * width / len(years) >= wide)
    shown = [year for year in years if (years[-1] - year) % step == 0]
    return {year + shift: str(year) for year in shown}


# What figures with a row a place share: the rows' height and the names left of them.


@dataclass(frozen=True)
class RowNames:
    """The names of a figure's rows, the first on top. Levels and heights are points, counted from above."""

    order: list[str]
    sheet: Sheet

    @property
    def texts(self) -> list[str]:
        return [wrapped(name, self.sheet.names, self.sheet.text) for name in self.order]

    @property
    def room(self) -> float:
        """Points that they need left of the axes."""
        return bold_width(self.texts, self.sheet) + 11

    @property
    def level(self) -> dict[str, float]:
        """The middle of each row; a row of several lines is higher."""
        heights = np.array([self._height(text) for text in self.texts])
        return dict(zip(self.order, (np.cumsum(heights) - heights / 2).tolist(), strict=True))

    @property
    def height(self) -> float:
        return sum(self._height(text) for text in self.texts)

    @property
    def ylim(self) -> tuple[float, float]:
        return self.height, 0.0

    def _height(self, text: str) -> float:
        return max(self.sheet.row, lines_in(text) * (self.sheet.line - 1) + 5)

    def write(self, axes: Axes, focus: Collection[str] = ()) -> None:
        """Writes the names; those of `focus` in its colour."""
        for (key, at), text in zip(self.level.items(), self.texts, strict=True):
            several = "\n" in text
            beside(
                axes,
                text,
                (0, at),
                (-8, 0 if several else self.sheet.drop),
                transform=axes.get_yaxis_transform(),
                ha="right",
                linespacing=0.95,
                va="center" if several else "baseline",
                color=TOKENS["focus" if key in focus else "ink"],
                weight=600 if key in focus else 400,
            )
