"""The charts of the regional analysis: map, scale, pairs of measures, time line and waterfall."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from lagesbild.charts.bars import Grid
from lagesbild.charts.theme import (
    DROP,
    LINE,
    SMALL,
    TOKENS,
    WIDTH,
    ZONES,
    Frame,
    Look,
    RowNames,
    axes_at,
    beside,
    blank,
    bold_width,
    heading,
    lines_in,
    note,
    notes_height,
    spread,
    styled,
    swedish,
    swedish_ticks,
    text_width,
    tick_room,
    value_scale,
    wrapped,
    write_notes,
)
from lagesbild.swedish.numbers import MONTHS

# `region_map`: the municipalities of a region, coloured by zone, each named beside the map with its value.

MAP_GAP = 12.0  # between map and names
TALLEST = 330.0
MAP_KEY = 24.0


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
        side = bold_width(texts) + 4
        width = WIDTH - 2 * (side + MAP_GAP)
        height = min(width * (high[1] - low[1]) / (high[0] - low[0]), TALLEST)
        height = max(height, (len(rows) / 2 + 1) * (LINE + 2))
        figure = blank(height + MAP_KEY + 6)
        axes = axes_at(figure, side + MAP_GAP, 3, width, height)
        axes.set(xticks=[], yticks=[], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        axes.set_aspect("equal", adjustable="datalim")
        for row in rows.itertuples():
            _polygons(axes, row)
        _names(axes, rows, texts, height)
        _zone_key(figure, rows["key"].iloc[0], height + MAP_KEY)
    return figure


def _polygons(axes: Axes, row: Any) -> None:
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
        chosen = np.flatnonzero(east == is_east).tolist()
        wanted = [inside[at, 1] * height for at in chosen]
        levels = spread(wanted, [LINE + 2] * len(chosen), 0, height)
        for at, level in zip(chosen, levels, strict=True):
            _thread(axes, inside[at], (1.0 if is_east else 0.0, level / height), texts[at], rows.iloc[at]["role"])


def _thread(axes: Axes, dot: np.ndarray, end: tuple[float, float], text: str, role: str) -> None:
    x, y = zip(dot, end, strict=True)
    look: Look = {"transform": axes.transAxes, "zorder": 4}
    for colour, wide in (("paper", 2.2), ("ink", 0.7)):  # the light edge keeps it visible on a dark zone
        axes.plot(x, y, color=TOKENS[colour], linewidth=wide, **look)
    look = {"transform": axes.transAxes, "zorder": 5, "markeredgecolor": TOKENS["ink"]}
    axes.plot(x[:1], y[:1], "o", markersize=4.5, color=TOKENS["paper"], **look)
    strong, right = role == "focus", end[0] > 0
    look = {"weight": 600 if strong else 400, "color": TOKENS["focus" if strong else "ink"]}
    shift = (5 if right else -5, DROP)
    beside(axes, text, end, shift, xycoords="axes fraction", ha="left" if right else "right", **look)


def _zone_key(figure: Figure, texts: Sequence[str], top: float) -> None:
    """What each zone means, beside a patch of its colour."""
    wide, high = figure.get_size_inches() * 72
    x = 2.0
    for zone, text in zip(ZONES, texts, strict=True):
        axes = axes_at(figure, x, top - 10, 10, 10)
        axes.set(xticks=[], yticks=[])
        axes.axvspan(0, 1, color=TOKENS[zone])
        figure.text((x + 14) / wide, (top - 8.5) / high, text, size=SMALL, color=TOKENS["muted"])
        x += 24 + text_width(text, SMALL)


# `two_measures`: one dot a place, one measure across and the other upwards.

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
                look = {"size": SMALL, "color": TOKENS["ink" if own else "muted"], "zorder": 6}
                beside(axes, row.name, (row.x, row.y), (5, 3), **look)
        note(figure, rows["y_label"].iloc[0], (2, BELOW + HEIGHT + LINE + 4))
        note(figure, rows["x_label"].iloc[0], (left, LINE + 3))
    return figure


# `national_scale`: where places stand among all municipalities, in four zones, this year and the year before.

SCALE_ROW = 26.0
BAND = 0.42  # of a row
SCALE_HEAD = 20.0
SCALE_GAP = 14.0
SCALE_KEY = 18.0


def national_scale(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a place and one band a label, from rank 1 to the last: four zones, a filled dot for this year's rank
    and a hollow one for the year before. Beside the band: the rank, and in brackets last year's.

    Columns: `name`, `label`, `value` (rank), `previous`, `n`, `ends` (last rank of each zone, a tuple). Raises
    ValueError without rows.
    """
    if rows.empty:
        raise ValueError("national_scale: there are no ranks to draw. Show a card instead of a figure.")
    names = RowNames(list(dict.fromkeys(rows["label"])))
    panels = list(rows.groupby("name", sort=False))
    ends = rows["ends"].iloc[0]
    key = [f"{start + 1}–{end}" for start, end in zip((0, *ends[:-1]), ends, strict=True)]
    with styled():
        left = names.room
        right = bold_width([_rank_text(row) for row in rows.itertuples()]) + 10
        high = SCALE_ROW * len(names.order)
        figure = blank(SCALE_KEY + LINE + len(panels) * (high + SCALE_HEAD + SCALE_GAP))
        _zone_key(figure, key, figure.get_size_inches()[1] * 72 - 2)
        for number, (name, part) in enumerate(panels):
            bottom = (len(panels) - 1 - number) * (high + SCALE_HEAD + SCALE_GAP) + 4
            axes = axes_at(figure, left, bottom, WIDTH - left - right, high)
            axes.set(xlim=(0.5, part["n"].max() + 0.5), ylim=names.ylim, xticks=[], yticks=[])
            for row in part.itertuples():
                _draw_scale(axes, row, names.order.index(row.label))
            names.write(axes)
            heading(figure, name, (left, bottom + high + SCALE_HEAD - 3))
    return figure


def _rank_text(row: Any) -> str:
    before = "" if pd.isna(row.previous) else f" ({swedish(row.previous)})"
    return f"{swedish(row.value)}{before}"


def _draw_scale(axes: Axes, row: Any, at: int) -> None:
    """One band: zones, both dots and the numbers to the right of it."""
    look: Look = {"height": BAND, "edgecolor": TOKENS["paper"], "linewidth": 0.8, "zorder": 2}
    for zone, start, end in zip(ZONES, (0, *row.ends[:-1]), row.ends, strict=True):
        axes.barh(at, end - start, left=start + 0.5, color=TOKENS[zone], **look)
    for rank, fill, edge in ((row.previous, "paper", "ink"), (row.value, "ink", "paper")):
        if pd.notna(rank):
            look = {"facecolor": TOKENS[fill], "edgecolor": TOKENS[edge], "linewidth": 1.4, "zorder": 4}
            axes.scatter(rank, at, s=64, marker="o", **look)
    beside(axes, _rank_text(row), (1, at), (8, DROP), xycoords=axes.get_yaxis_transform())


# `timeline`: initiatives from start to end, and the days on which they are to be followed up.

TIMELINE_BAR = 8.0  # height of a bar in points
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
        heights = [lines_in(title) * LINE + TIMELINE_BAR + BETWEEN for title in titles]
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
            _bar(axes, row, top - height + BETWEEN / 2 + TIMELINE_BAR / 2)
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


def _bar(axes: Axes, row: Any, at: float) -> None:
    """The stretch from start to end; where one is unknown, only the other's mark."""
    both = row.start and row.end
    if both:
        axes.plot([row.start.toordinal(), row.end.toordinal()], [at, at], color=TOKENS["focus"], linewidth=5, zorder=3)
    look: Look = {"facecolor": TOKENS["focus" if both else "paper"], "edgecolor": TOKENS["focus"], "linewidth": 1.4}
    for day, marker, side in ((row.start, "o", -1), (row.end, "s", 1)):
        if day:
            axes.scatter(day.toordinal(), at, s=42, marker=marker, zorder=4, **look)
            text, shift = f"{day.day}/{day.month}", (8 * side, -3.2)
            look_of_text = {"size": SMALL, "color": TOKENS["muted"], "zorder": 6}
            beside(axes, text, (day.toordinal(), at), shift, ha="left" if side > 0 else "right", **look_of_text)
    for day in row.days:
        axes.scatter(day.toordinal(), at, s=46, marker="D", facecolor=TOKENS["s2"], edgecolor=TOKENS["paper"], zorder=5)


# `waterfall`: what each part added to a change, each bar from where the one above it ended.

STEP_BAR = 0.66
DOWN, UP, SUM = "s3", "s2", "ink"  # the sign stands in words too: colour never tells it alone


def waterfall(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a place: the parts' bars end where the whole change's bar, the last one, ends; all on one scale.

    Columns: `name` (of the place), `label` (of the part), `value`, `total` (True for the whole change). Raises
    ValueError where parts and whole do not agree, since the bars would not meet.
    """
    if rows.empty:
        raise ValueError("waterfall: there are no rows to draw. Show a card instead of a figure.")
    panels = [(name, _steps(part)) for name, part in rows.groupby("name", sort=False)]
    names = RowNames(list(dict.fromkeys(rows["label"])))
    with styled():
        grid = Grid(len(panels), names, LINE + 6)
        figure = blank(grid.total)
        room = bold_width([_step_text(value, frame) for value in rows["value"]]) + 8
        scale = _scale([steps for _, steps in panels], room, grid.width)
        for number, (name, steps) in enumerate(panels):
            axes = grid.axes(figure, number)
            axes.set(xlim=scale, ylim=names.ylim, xticks=[], yticks=[])
            axes.axvline(0, color=TOKENS["axis"], linewidth=1, zorder=1)
            _draw_steps(axes, steps, names.order, frame)
            grid.write_names(axes, number)
            heading(figure, name, (grid.corner(number)[0], grid.top(number)))
        note(figure, frame.unit_text, (names.room, LINE))
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


def _step_text(value: float, frame: Frame) -> str:
    text = swedish(value, frame.decimals)
    return text if text[0] in "\u2212" or not text.strip("0,") else f"+{text}"


def _draw_steps(axes: Axes, steps: pd.DataFrame, order: list[str], frame: Frame) -> None:
    for row in steps.itertuples():
        at = order.index(row.label)
        colour = SUM if row.total else UP if row.value > 0 else DOWN
        axes.barh(at, row.end - row.start, left=row.start, height=STEP_BAR, color=TOKENS[colour], zorder=3)
        if not row.total:  # the thread to the next bar, which begins here
            axes.plot([row.end, row.end], [at, at + 1], color=TOKENS["axis"], linewidth=0.8, zorder=2)
        # All numbers of a panel stand in one column, so that none lies on a bar or a line.
        look = {"ha": "right", "weight": 600 if row.total else 400, "zorder": 5}
        beside(axes, _step_text(row.value, frame), (1, at), (0, DROP), xycoords=axes.get_yaxis_transform(), **look)
