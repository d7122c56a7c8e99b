"""Axes that hold no more than is drawn: a place and scales, and the numbers beside them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path
from matplotlib.scale import LinearScale
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Bbox, IdentityTransform, Transform, offset_copy

from lagesbild.charts.theme import Look, Sheet
from lagesbild.look import TOKENS

NUMBERS = 0.6  # numbers and their lines lie below all marks, and above the band of peers


class _Across(XAxis):
    def set_clip_path(self, path: Any, transform: Any = None) -> None:
        """Does nothing: matplotlib would make ticks here to clip them."""

    def set_tick_params(self, *args: Any, **look: Any) -> None:
        """Does nothing: there are no ticks."""

    def _set_scale(self, value: Any, **look: Any) -> None:
        """A linear scale, without what places and writes ticks."""
        self._scale = LinearScale(self)
        self.set_major_locator(NullLocator())

    def get_children(self) -> list[Any]:
        """Nothing: a figure that is asked for all its artists would make ticks."""
        return []


class _Upwards(YAxis):
    set_clip_path, set_tick_params = _Across.set_clip_path, _Across.set_tick_params
    _set_scale, get_children = _Across._set_scale, _Across.get_children


class _Ground(Rectangle):
    """The whole of its axes, which every artist is clipped to when it is added: it need not be computed each time."""

    def get_transform(self) -> Transform:
        return Artist.get_transform(self)  # a rectangle's own is the same, multiplied by the unit square's


class Bare(Axes):
    """Axes that have a place and scales, and neither spines nor ticks: these are half of what axes cost."""

    def __init__(self, *args: Any, **look: Any) -> None:
        super().__init__(*args, **look)
        self.set_axis_off()

    def _gen_axes_patch(self) -> Rectangle:
        return _Ground((0.0, 0.0), 1.0, 1.0)

    def _gen_axes_spines(self, *args: Any, **look: Any) -> dict[str, Any]:
        return {}

    def update_datalim(self, *args: Any, **look: Any) -> None:
        """Does nothing: every axis' ends are set, so that nobody asks how far the data reach."""

    def _update_line_limits(self, line: Line2D) -> None:
        """Does nothing, as `update_datalim`."""

    def _update_patch_limits(self, patch: Patch) -> None:
        """Does nothing, as `update_datalim`."""

    def _init_axis(self) -> None:
        self.xaxis, self.yaxis = _Across(self, clear=False), _Upwards(self, clear=False)


def axes_at(figure: Figure, sheet: Sheet, left: float, bottom: float, width: float, height: float) -> Axes:
    """Bare axes whose corners stand in points from the figure's lower left corner; see `numbered` for its numbers."""
    wide, high = figure.get_size_inches() * 72
    return figure.add_axes((left / wide, bottom / high, width / wide, height / high), axes_class=Bare)


class _Shape(Path):
    """A dot's shape, which is smaller than the figure: a collection asks, to draw it once and name it for each dot."""

    def get_extents(self, *args: Any, **look: Any) -> Bbox:
        return Bbox.unit()


def draw_dots(axes: Axes, x: Sequence[float], y: Sequence[float], size: float, marker: str = "o", **look: Any) -> None:
    """Draws dots of one shape and `size`, their area: matplotlib's scatter first asks much about its data."""
    shape = MarkerStyle(marker)
    path = shape.get_path().transformed(shape.get_transform())
    path = _Shape(path.vertices, path.codes)
    look |= {"offsets": list(zip(x, y, strict=True)), "offset_transform": axes.transData}
    if look["offsets"]:
        axes.add_collection(PathCollection((path,), [size], transform=IdentityTransform(), **look), autolim=False)


def numbered(
    axes: Axes, sheet: Sheet, axis: Literal["x", "y"], marks: Mapping[float, str], grid: bool = True, pad: float = 4.0
) -> None:
    """Writes `marks` (place -> text) beside the axes, `pad` points away, each with a line across where there is a grid.

    Not by matplotlib's ticks: each is seven artists, made, laid out and measured whether they are seen or not.
    """
    x = axis == "x"
    across = axes.get_xaxis_transform() if x else axes.get_yaxis_transform()
    look: Look = {"va": "top", "ha": "center"} if x else {"va": "center_baseline", "ha": "right"}
    look["transform"] = offset_copy(
        across, axes.get_figure(root=True), 0 if x else -pad, -pad if x else 0, units="points"
    )
    look |= {"size": sheet.small, "color": TOKENS["muted"], "parse_math": False, "zorder": NUMBERS}
    for at, text in marks.items():
        if grid:
            ends = ([at, at], [0, 1]) if x else ([0, 1], [at, at])
            axes.add_artist(Line2D(*ends, color=TOKENS["grid"], linewidth=0.8, transform=across, zorder=NUMBERS))
        if text:
            axes.text(at if x else 0, 0 if x else at, text, **look)


def numbered_years(axes: Axes, sheet: Sheet, years: Mapping[float, str]) -> None:
    """Writes the years below the axes, and below the lowest number of the other axis."""
    numbered(axes, sheet, "x", years, grid=False, pad=0.5 * sheet.small + 2)
