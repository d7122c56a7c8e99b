"""`national_scale`: where places stand among all municipalities, in four zones, this year and the year before."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..canvas import axes_at, blank, note, styled, text_width, widest, wrapped
from ..look import LINE, SMALL, TEXT_SIZE, TOKENS, WIDTH, ZONES, Frame
from ..rows import DROP, NAME_WIDTH, write_names
from ..words import swedish

ROW = 26.0
BAND = 0.42  # of a row
HEAD = 20.0
GAP = 14.0
KEY = 18.0


def national_scale(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a place and one band a label, from rank 1 to the last: four zones, a filled dot for this year's rank
    and a hollow one for the year before. Beside the band: the rank, and in brackets last year's.

    Columns: `name`, `label`, `value` (rank), `previous`, `n`, `ends` (last rank of each zone, a tuple). Raises
    ValueError without rows.
    """
    if rows.empty:
        raise ValueError("national_scale: there are no ranks to draw. Show a card instead of a figure.")
    rows = rows.assign(role=rows.get("role", "peer"))
    order = list(dict.fromkeys(rows["label"]))
    panels = list(rows.groupby("name", sort=False))
    with styled():
        names = [wrapped(label, NAME_WIDTH) for label in order]
        left = widest(names, TEXT_SIZE, 600) + 11
        right = widest([_written(row) for row in rows.itertuples()], TEXT_SIZE, 600) + 10
        high = ROW * len(order)
        figure = blank(KEY + LINE + len(panels) * (high + HEAD + GAP))
        _write_key(figure, rows, figure.get_size_inches()[1] * 72)
        for number, (name, part) in enumerate(panels):
            bottom = (len(panels) - 1 - number) * (high + HEAD + GAP) + 4
            axes = axes_at(figure, left, bottom, WIDTH - left - right, high)
            axes.set(xlim=(0.5, part["n"].max() + 0.5), ylim=(len(order) - 0.5, -0.5), xticks=[], yticks=[])
            for row in part.itertuples():
                _draw(axes, row, order.index(row.label))
            write_names(axes, part, order, names)
            note(figure, name, (left, bottom + high + HEAD - 3), size=TEXT_SIZE, color=TOKENS["ink"], weight=600)
    return figure


def _written(row) -> str:
    before = "" if pd.isna(row.previous) else f" ({swedish(row.previous)})"
    return f"{swedish(row.value)}{before}"


def _draw(axes: Axes, row, at: int) -> None:
    """One band: zones, both dots and the numbers to the right of it."""
    starts = (0, *row.ends[:-1])
    for zone, start, end in zip(ZONES, starts, row.ends, strict=True):
        axes.barh(
            at, end - start, left=start + 0.5, height=BAND, color=TOKENS[zone],
            edgecolor=TOKENS["paper"], linewidth=0.8, zorder=2,
        )  # fmt: skip
    dots = [(row.previous, "paper"), (row.value, "ink")]
    for rank, fill in dots:
        if pd.notna(rank):
            axes.scatter(
                rank, at, s=64, marker="o", facecolor=TOKENS[fill],
                edgecolor=TOKENS["ink" if fill == "paper" else "paper"], linewidth=1.4, zorder=4,
            )  # fmt: skip
    axes.annotate(
        _written(row), (1, at), xycoords=axes.get_yaxis_transform(), xytext=(8, DROP), textcoords="offset points"
    )


def _write_key(figure: Figure, rows: pd.DataFrame, top: float) -> None:
    """The zones with their ranks, each beside a patch of its colour."""
    ends = rows["ends"].iloc[0]
    texts = [f"{start + 1}–{end}" for start, end in zip((0, *ends[:-1]), ends, strict=True)]
    wide, high = figure.get_size_inches() * 72
    x = 2.0
    for zone, text in zip(ZONES, texts, strict=True):
        axes = axes_at(figure, x, top - 12, 10, 10)
        axes.set(xticks=[], yticks=[])
        axes.axvspan(0, 1, color=TOKENS[zone])
        figure.text((x + 14) / wide, (top - 10.5) / high, text, size=SMALL, color=TOKENS["muted"])
        x += 24 + text_width(text, SMALL)
