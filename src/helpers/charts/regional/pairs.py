"""`two_measures`: one dot a place, one measure across and the other upwards."""

import pandas as pd
from matplotlib.figure import Figure

from ..canvas import axes_at, blank, note, styled
from ..look import LINE, SMALL, TOKENS, WIDTH, Frame
from ..scales import swedish_ticks, tick_room, value_scale

HEIGHT = 230.0
BELOW = 40.0
NAMED = 20  # with more dots than this only the region's are named


def two_measures(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Dots at (`x`, `y`); both axes start at zero. Columns: `name`, `role`, `x`, `y`, `x_label`, `y_label`.

    Raises ValueError without rows. Dots of role "peer" are named only while they are few.
    """
    if rows.empty:
        raise ValueError("two_measures: there are no rows to draw. Show a card instead of a figure.")
    with styled():
        across, upwards = (value_scale(0.0, float(rows[axis].max()), frame)[0] for axis in ("x", "y"))
        left = tick_room(upwards) + 3
        figure = blank(BELOW + HEIGHT + LINE + 6)
        axes = axes_at(figure, left, BELOW, WIDTH - left - 40, HEIGHT)
        axes.set(xlim=(0, across[-1]), ylim=(0, upwards[-1]))
        swedish_ticks(axes.xaxis, across)
        swedish_ticks(axes.yaxis, upwards)
        axes.grid(color=TOKENS["grid"], linewidth=0.8)
        for row in rows.itertuples():
            own = row.role != "peer"
            axes.scatter(row.x, row.y, s=34 if own else 20, color=TOKENS["focus" if own else "peer"], zorder=3 + own)
            if own or len(rows) <= NAMED:
                axes.annotate(
                    row.name, (row.x, row.y), xytext=(5, 3), textcoords="offset points", size=SMALL, parse_math=False,
                    color=TOKENS["ink" if own else "muted"], zorder=6,
                )  # fmt: skip
        note(figure, rows["y_label"].iloc[0], (2, BELOW + HEIGHT + LINE + 4))
        note(figure, rows["x_label"].iloc[0], (left, LINE + 3))
    return figure
