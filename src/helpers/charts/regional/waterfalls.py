"""`waterfall`: what each part added to a change, each bar from where the one above it ended."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..bars import HEAD, Grid
from ..canvas import axes_at, blank, note, styled, widest, wrapped
from ..look import LINE, TEXT_SIZE, TOKENS, Frame
from ..rows import DROP, NAME_WIDTH, ROW, write_names
from ..words import swedish

BAR = 0.66
DOWN, UP, SUM = "s3", "s2", "ink"  # the sign stands in words too: colour never tells it alone


def waterfall(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a place: the parts' bars end where the whole change's bar, the last one, ends; all on one scale.

    Columns: `name` (of the place), `label` (of the part), `value`, `total` (True for the whole change). Raises
    ValueError where parts and whole do not agree, since the bars would not meet.
    """
    if rows.empty:
        raise ValueError("waterfall: there are no rows to draw. Show a card instead of a figure.")
    rows = rows.assign(role="peer")
    panels = [(name, _steps(part)) for name, part in rows.groupby("name", sort=False)]
    order = list(dict.fromkeys(rows["label"]))
    with styled():
        names = [wrapped(label, NAME_WIDTH) for label in order]
        row = max(ROW, max(name.count("\n") + 1 for name in names) * (LINE - 1) + 6)
        left = widest(names, TEXT_SIZE, 600) + 11
        grid = Grid(len(panels), 2, left, row * len(order), LINE + 6)
        figure = blank(grid.total)
        room = widest([_written(value, frame) for value in rows["value"]], TEXT_SIZE, 600) + 8
        scale = _scale([steps for _, steps in panels], room, grid.width)
        for number, (name, steps) in enumerate(panels):
            axes = axes_at(figure, *grid.corner(number), grid.width, grid.height)
            axes.set(xlim=scale, ylim=(len(order) - 0.5, -0.5), xticks=[], yticks=[])
            axes.axvline(0, color=TOKENS["axis"], linewidth=1, zorder=1)
            _draw(axes, steps, order, frame)
            if grid.corner(number)[0] == left:
                write_names(axes, rows, order, names)
            top = (grid.corner(number)[0], grid.corner(number)[1] + grid.height + HEAD)
            note(figure, name, top, size=TEXT_SIZE, color=TOKENS["ink"], weight=600)
        note(figure, frame.unit_text, (left, LINE))
    return figure


def _steps(part: pd.DataFrame) -> pd.DataFrame:
    """The rows of one place with `start` and `end` of each bar."""
    ends = part["value"].where(~part["total"], 0.0).cumsum()
    whole = part.loc[part["total"], "value"]
    if len(whole) != 1 or abs(ends.iloc[-1] - whole.iloc[0]) > 1e-6:
        raise ValueError(
            f"waterfall: the parts of '{part['name'].iloc[0]}' give {ends.iloc[-1]:g}, the whole change is "
            f"{whole.tolist()}. Give every part, and the whole change once."
        )
    start = (ends - part["value"]).where(~part["total"], 0.0)
    return part.assign(start=start, end=ends.where(~part["total"], part["value"]))


def _scale(panels: list[pd.DataFrame], room: float, width: float) -> tuple[float, float]:
    """The ends of the value axis: zero and every bar within, and `room` points for the numbers to the right of them."""
    both = pd.concat(panels)
    low, high = min(both[["start", "end"]].min().min(), 0.0), max(both[["start", "end"]].max().max(), 0.0)
    point = ((high - low) or 1.0) / max(width - room, width * 0.2)
    return low, high + room * point


def _written(value: float, frame: Frame) -> str:
    text = swedish(value, frame.decimals)
    return text if text[0] in "\u2212" or not text.strip("0,") else f"+{text}"


def _draw(axes: Axes, steps: pd.DataFrame, order: list[str], frame: Frame) -> None:
    for row in steps.itertuples():
        at = order.index(row.label)
        colour = SUM if row.total else UP if row.value > 0 else DOWN
        axes.barh(at, row.end - row.start, left=row.start, height=BAR, color=TOKENS[colour], zorder=3)
        if not row.total:  # the thread to the next bar, which begins here
            axes.plot([row.end, row.end], [at, at + 1], color=TOKENS["axis"], linewidth=0.8, zorder=2)
        axes.annotate(  # all numbers of a panel in one column, so that none lies on a bar or a line
            _written(row.value, frame),
            (1, at),
            xycoords=axes.get_yaxis_transform(),
            xytext=(0, DROP),
            textcoords="offset points",
            ha="right",
            weight=600 if row.total else 400,
            zorder=5,
        )
