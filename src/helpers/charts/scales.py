"""Axes' numbers: round values around the data, whole years, written in Swedish."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .canvas import text_width, widest
from .look import SMALL, Frame
from .words import axis_start, swedish


def value_scale(low: float, high: float, frame: Frame, from_zero: bool = True) -> tuple[list[float], bool]:
    """Round tick values around `low`..`high`, and whether they start elsewhere than at zero.

    Lines whose range is under a quarter of their level may leave zero out; bars (`from_zero`) never.
    """
    narrow = not from_zero and low > 0 and high - low < 0.25 * high
    bottom = low if narrow else min(low, 0.0)
    top = high if high > bottom else bottom + 1
    found = MaxNLocator(nbins=4, steps=[1, 2, 5, 10], min_n_ticks=3).tick_values(bottom, top)
    ticks = [float(round(tick, 10)) for tick in found]
    step = ticks[1] - ticks[0]
    ticks = [tick for tick in ticks if tick > bottom - step and tick < top + step]
    if frame.high is not None and top <= frame.high:
        ticks = [tick for tick in ticks if tick <= frame.high] or ticks
    return ticks, ticks[0] > 0


def tick_decimals(ticks: Sequence[float]) -> int:
    """The fewest decimals with which all ticks are told apart exactly, at most three."""
    return next((n for n in range(3) if all(abs(round(tick, n) - tick) < 1e-9 for tick in ticks)), 3)


def tick_room(ticks: Sequence[float]) -> float:
    """Points that the tick numbers need left of the axes."""
    decimals = tick_decimals(ticks)
    return widest([swedish(tick, decimals) for tick in ticks], SMALL) + 10


def swedish_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Puts `ticks` on `axis`, written in Swedish."""
    decimals = tick_decimals(ticks)
    axis.set_ticks(ticks)
    axis.set_major_formatter(FuncFormatter(lambda value, _: swedish(value, decimals)))


def start_note(ticks: Sequence[float], frame: Frame) -> str:
    return axis_start(swedish(ticks[0], tick_decimals(ticks), frame.unit_symbol))


def year_ticks(axes: Axes, years: Sequence[int], width: float, shift: float = 0.0) -> None:
    """Writes as many of the whole `years` as there is room for in `width` points, the last among them."""
    wide = max(text_width(str(year), SMALL) for year in years) + 8
    step = next(n for n in (1, 2, 3, 4, 5, 10, 20, 50, 1000) if n * width / len(years) >= wide)
    shown = [year for year in years if (years[-1] - year) % step == 0]
    axes.set_xticks([year + shift for year in shown], [str(year) for year in shown])
    axes.tick_params(axis="x", pad=5)
