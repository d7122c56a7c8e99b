"""`region_map`: the municipalities of a region, coloured by zone, each named beside the map with its value."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from ..canvas import axes_at, blank, styled, widest
from ..labels import spread
from ..look import LINE, SMALL, TEXT_SIZE, TOKENS, WIDTH, ZONES, Frame

GAP = 12.0  # between map and names
TALLEST = 330.0
KEY = 24.0


def region_map(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Polygons in the colours of their zones, with a thread from each to its name and value; a key of zones above.

    Columns: `name`, `text` (what stands after the name), `zone` (1-4 or NaN: left white), `rings` (a list of arrays of
    x and y in metres), `point` (x, y within the place), `key` (a text a zone). Raises ValueError without rows.
    """
    if rows.empty:
        raise ValueError("region_map: there are no places to draw. Show the table instead of a map.")
    every = np.concatenate([ring for rings in rows["rings"] for ring in rings])
    low, high = every.min(axis=0), every.max(axis=0)
    texts = [f"{row.name} {row.text}".strip() for row in rows.itertuples()]
    with styled():
        side = widest(texts, TEXT_SIZE, 600) + 4
        width = WIDTH - 2 * (side + GAP)
        height = min(width * (high[1] - low[1]) / (high[0] - low[0]), TALLEST)
        height = max(height, (len(rows) / 2 + 1) * (LINE + 2))
        figure = blank(height + KEY + 6)
        axes = axes_at(figure, side + GAP, 3, width, height)
        axes.set(xticks=[], yticks=[], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        axes.set_aspect("equal", adjustable="datalim")
        for row in rows.itertuples():
            _polygons(axes, row)
        _names(axes, rows, texts, height)
        _key(figure, rows, height + KEY)
    return figure


def _polygons(axes: Axes, row) -> None:
    fill = TOKENS["paper"] if pd.isna(row.zone) else TOKENS[ZONES[int(row.zone) - 1]]
    edge = TOKENS["axis"] if pd.isna(row.zone) else TOKENS["paper"]
    for ring in row.rings:
        axes.add_patch(Polygon(ring, closed=True, facecolor=fill, edgecolor=edge, linewidth=1.0, zorder=2))


def _names(axes: Axes, rows: pd.DataFrame, texts: Sequence[str], height: float) -> None:
    """The names in two columns, west and east of the map, in the order of the places from north to south."""
    points = np.array(rows["point"].tolist(), dtype=float)
    axes.apply_aspect()  # sets the limits that keep the shapes true
    inside = axes.transLimits.transform(points)
    east = np.zeros(len(rows), dtype=bool)
    east[np.argsort(inside[:, 0])[len(rows) // 2 :]] = True
    for is_east in (False, True):
        chosen = np.flatnonzero(east == is_east)
        wanted = [inside[at, 1] * height for at in chosen]
        levels = spread(wanted, [LINE + 2] * len(chosen), 0, height)
        for at, level in zip(chosen, levels, strict=True):
            _thread(axes, inside[at], (1.0 if is_east else 0.0, level / height), texts[at], rows.iloc[at]["role"])


def _thread(axes: Axes, dot, end, text: str, role: str) -> None:
    strong = role == "focus"
    for colour, wide in (("paper", 2.2), ("ink", 0.7)):  # the light edge keeps it visible on a dark zone
        axes.plot(
            [dot[0], end[0]], [dot[1], end[1]], color=TOKENS[colour], linewidth=wide, zorder=4, transform=axes.transAxes
        )
    axes.plot(
        [dot[0]], [dot[1]], "o", markersize=4.5, color=TOKENS["paper"], markeredgecolor=TOKENS["ink"], zorder=5,
        transform=axes.transAxes,
    )  # fmt: skip
    axes.annotate(
        text, end, xycoords="axes fraction", xytext=(5 if end[0] else -5, -3.4), textcoords="offset points",
        ha="left" if end[0] else "right", parse_math=False, weight=600 if strong else 400,
        color=TOKENS["focus" if strong else "ink"],
    )  # fmt: skip


def _key(figure: Figure, rows: pd.DataFrame, top: float) -> None:
    wide, high = figure.get_size_inches() * 72
    x = 2.0
    for zone, text in zip(ZONES, rows["key"].iloc[0], strict=True):
        axes = axes_at(figure, x, top - 10, 10, 10)
        axes.set(xticks=[], yticks=[])
        axes.axvspan(0, 1, color=TOKENS[zone])
        figure.text((x + 14) / wide, (top - 8.5) / high, text, size=SMALL, color=TOKENS["muted"])
        x += 24 + widest([text], SMALL)
