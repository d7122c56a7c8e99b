"""`timeline`: initiatives from start to end, and the days on which they are to be followed up."""

from datetime import date

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...wording.sources import MONTHS
from ..canvas import axes_at, blank, note, notes_height, styled, wrapped, write_notes
from ..look import LINE, SMALL, TOKENS, WIDTH, Frame

BAR = 8.0  # height of a bar in points
BETWEEN = 14.0
OPEN = "Ihåligt märke: den andra dagen framgår inte av underlaget."
SIDE = 34.0  # free for the days and months written at the edges


def timeline(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One bar an initiative, below its title, over the months that all of them span.

    Columns: `name` (title), `start`, `end` (datetime.date or None), `days` (a tuple of dates to be followed up).
    A row needs at least one day. Raises ValueError where it has none: say in words that dates are missing.
    """
    bare = [row.name for row in rows.itertuples() if not (row.start or row.end or row.days)]
    if rows.empty or bare:
        raise ValueError(f"timeline: {', '.join(bare) or 'no row'} has a day. List those without days in words.")
    first, last = _span(rows)
    with styled():
        titles = [wrapped(row.name, WIDTH - 8) for row in rows.itertuples()]
        heights = [(title.count("\n") + 1) * LINE + BAR + BETWEEN for title in titles]
        open_ends = any(not (row.start and row.end) for row in rows.itertuples())
        notes = [OPEN] if open_ends else []
        below = notes_height(notes) + 22
        figure = blank(below + sum(heights))
        axes = axes_at(figure, SIDE, below, WIDTH - 2 * SIDE, sum(heights))
        axes.set(xlim=(first.toordinal(), last.toordinal()), ylim=(0, sum(heights)), yticks=[])
        _months(axes, first, last)
        top = sum(heights)
        for row, title, height in zip(rows.itertuples(), titles, heights, strict=True):
            note(figure, title, (4, below + top - 2), color=TOKENS["ink"], size=SMALL)
            _bar(axes, row, top - height + BETWEEN / 2 + BAR / 2)
            top -= height
        write_notes(figure, notes)
    return figure


def _span(rows: pd.DataFrame) -> tuple[date, date]:
    """From the first of January of the earliest year to the same day after the latest."""
    days = [day for row in rows.itertuples() for day in (row.start, row.end, *row.days) if day]
    first, last = min(days), max(days)
    return date(first.year, 1, 1), date(last.year + 1, 1, 1)


def _months(axes: Axes, first: date, last: date) -> None:
    """A line a quarter, with the month's name and, in January, the year; one a year where years are many."""
    years = last.year - first.year
    steps = (1, 4, 7, 10) if years < 3 else (1,)
    ticks = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in steps]
    ticks = [day for day in ticks if day <= last]
    labels = [
        f"{MONTHS[day.month - 1][:3]} {day.year}" if day.month == 1 else MONTHS[day.month - 1][:3] for day in ticks
    ]
    axes.set_xticks([day.toordinal() for day in ticks], labels)
    axes.grid(axis="x", color=TOKENS["grid"], linewidth=0.8)


def _bar(axes: Axes, row, at: float) -> None:
    """The stretch from start to end; where one is unknown, only the other's mark."""
    known = [day for day in (row.start, row.end) if day]
    if len(known) == 2:
        axes.plot([row.start.toordinal(), row.end.toordinal()], [at, at], color=TOKENS["focus"], linewidth=5, zorder=3)
    for day, is_end in ((row.start, False), (row.end, True)):
        if day:
            fill = TOKENS["focus"] if len(known) == 2 else TOKENS["paper"]
            axes.scatter(
                day.toordinal(), at, s=42, marker="s" if is_end else "o", facecolor=fill,
                edgecolor=TOKENS["focus"], linewidth=1.4, zorder=4,
            )  # fmt: skip
            _date(axes, day, at, 1 if is_end else -1)
    for day in row.days:
        axes.scatter(day.toordinal(), at, s=46, marker="D", facecolor=TOKENS["s2"], edgecolor=TOKENS["paper"], zorder=5)


def _date(axes: Axes, day: date, at: float, side: int) -> None:
    axes.annotate(
        f"{day.day}/{day.month}", (day.toordinal(), at), xytext=(8 * side, -3.2), textcoords="offset points",
        ha="left" if side > 0 else "right", size=SMALL, color=TOKENS["muted"], zorder=6,
    )  # fmt: skip
