"""Dots: by year, by place, and pairs joined by a line."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lagesbild.charts.axes import axes_at, draw_dots, numbered
from lagesbild.charts.panels import over_years
from lagesbild.charts.series import (
    SEX_COLOUR,
    SHAPE,
    SIZE,
    best_first,
    drawable,
    drawn_rows,
    extent,
    focus_names,
    interval,
    refuse_empty,
)
from lagesbild.charts.theme import (
    DOTS,
    PEERS,
    ROLES,
    STAR,
    Frame,
    Look,
    RowNames,
    Sheet,
    absence,
    beside,
    blank,
    heading,
    in_swedish,
    lines_in,
    mark_notes,
    marked,
    note,
    notes_height,
    spread,
    start_note,
    styled,
    text_width,
    value_scale,
    widest,
    wrapped,
    write_notes,
)
from lagesbild.look import TOKENS
from lagesbild.swedish.numbers import SEX

# Dots that no line joins: `dots_by_year`, and `dot_rows` with one row an indicator.


def dots_by_year(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One dot a year and series, never joined: for surveys that are not yearly, and for few years."""
    return over_years(drawn_rows(rows.assign(mark="dot"), frame, "dots_by_year"), frame)


def dot_rows(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One row an indicator: the focus place, the country and the others as dots on one scale, named below.

    Peers are small dots, named together; margins are thin lines. One year an indicator.
    """
    rows = drawable(rows, ["label", "place", "sex", "group"])
    refuse_empty(rows, "dot_rows")
    sheet = frame.sheet
    with styled(sheet):
        ticks, cut_off = value_scale(*extent(rows), frame, DOTS)
        labels = {label: wrapped(label, sheet.width - 8, sheet.text) for label in rows["label"].unique()}
        dots, gap = 1.3 * sheet.line, 0.9 * sheet.line  # from a label to its dots, and between two rows
        heights = [lines_in(text) * sheet.line + dots + NAMES * sheet.line + gap for text in labels.values()]
        notes = mark_notes(rows, STAR) + ([start_note(ticks, frame)] if cut_off else [])
        below = notes_height(notes, sheet) + sheet.line + 6
        figure = blank(sheet, below + sum(heights) + sheet.line + 4)
        axes = axes_at(figure, sheet, EDGE, below, sheet.width - 2 * EDGE, sum(heights))
        axes.set(xlim=(ticks[0], ticks[-1]), ylim=(0, sum(heights)))
        numbered(axes, sheet, "x", in_swedish(ticks))
        top = sum(heights)
        for (label, text), height in zip(labels.items(), heights, strict=True):
            heading(figure, sheet, text, (2, below + top))
            _row(axes, rows[rows["label"] == label], top - height + NAMES * sheet.line + gap, frame)
            top -= height
        note(figure, sheet, frame.unit_text, (2, below + sum(heights) + sheet.line + 3))
        write_notes(figure, sheet, notes)
    return figure


NAMES = 1.4  # from the dots down to their names, in lines
EDGE = 16.0  # free left and right of the scale


def _row(axes: Axes, rows: pd.DataFrame, level: float, frame: Frame) -> None:
    """The dots of one indicator at `level`, with their margins, and the names below."""
    axes.axhline(level, color=TOKENS["axis"], linewidth=0.8, zorder=1)
    known = rows[rows["value"].notna()]
    for number, role in enumerate(ROLES):
        values = known.loc[known["role"] == role, "value"]
        look: Look = {"marker": SHAPE[role], "edgecolor": TOKENS["paper"], "linewidth": 0.8, "zorder": 3 + number}
        draw_dots(axes, values, [level] * len(values), SIZE[role] * 2.4, facecolor=TOKENS[role], **look)
    sure = known[known["margin"].notna() & (known["role"] != "peer")]
    if len(sure):
        axes.hlines([level + 9] * len(sure), *interval(sure), color=list(sure["role"].map(TOKENS)), linewidth=1.2)
    _write_below(axes, rows, level, frame)


def _write_below(axes: Axes, rows: pd.DataFrame, level: float, frame: Frame) -> None:
    """Names with values under the dots, moved apart; several peers share one name under their middle."""
    peers, sheet = rows["role"] == "peer", frame.sheet
    named = [
        (row.role, f"{row.name} {absence(row.status) if pd.isna(row.value) else marked(row, frame)}", row.value)
        for row in rows[~peers | (peers.sum() == 1)].itertuples()
    ]
    if rows.loc[peers, "value"].count() > 1:
        named.append(("peer", PEERS, rows.loc[peers, "value"].median()))
    low, high = axes.get_xlim()
    point = (high - low) / (sheet.width - 2 * EDGE)
    wide = [text_width(text, *_font(role, sheet)) + 8 for role, text, _ in named]
    wanted = [0.0 if pd.isna(value) else (value - low) / point for _, _, value in named]
    placed = spread(wanted, wide, 4 - EDGE, sheet.width - EDGE - 4)
    for (role, text, _), x in zip(named, placed, strict=True):
        size, weight = _font(role, sheet)
        colour = TOKENS["muted" if role == "peer" else role]
        look: Look = {"ha": "center", "size": size, "weight": weight, "color": colour}
        axes.text(low + x * point, level - NAMES * sheet.line, text, parse_math=False, **look)


def _font(role: str, sheet: Sheet) -> tuple[float, int]:
    """Size and weight of a name."""
    return sheet.small if role == "peer" else sheet.text, 600 if role == "focus" else 400


# Two joined dots a place: `dumbbell` (women and men) and `rank_change` (two years' ranks).
#
# Rows get `first` (of the two), `above` (the heading of such dots), `marker`, `hollow` and `colour` (a token).


def dumbbell(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Women and men as two dots a place, joined; the best place first. Margins are thin lines, women's above.

    Rows of sex T only order the places.
    """
    rows = drawable(rows, ["place", "sex", "group"])
    order = best_first(rows, frame.better)
    pairs = rows[rows["sex"].isin(["K", "M"])]
    refuse_empty(pairs, "dumbbell")
    first = pairs["sex"] == "K"
    pairs = pairs.assign(colour=pairs["sex"].map(SEX_COLOUR), first=first, above=pairs["sex"].map(SEX))
    ticks, cut_off = value_scale(*extent(pairs), frame, DOTS)
    notes = mark_notes(pairs, STAR) + ([start_note(ticks, frame)] if cut_off else [])
    return _paired(pairs.assign(marker=np.where(first, "o", "D"), hollow=False), order, frame, ticks, notes)


def rank_change(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Each place's rank in two years, as a hollow and a filled dot: 1 stands to the left and is best.

    `value` is the rank. Raises ValueError unless the rows hold two years.
    """
    rows = drawable(rows, ["place", "year"])
    years = sorted(int(year) for year in rows["year"].unique())
    if len(years) != 2:
        raise ValueError(f"rank_change: the rows hold {len(years)} years, {years}. Give the ranks of two years.")
    refuse_empty(rows, "rank_change")
    order = best_first(rows[rows["year"] == years[1]], "lower")
    order += [name for name in rows["name"].unique() if name not in order]
    ticks, _ = value_scale(1.0, rows["value"].max(), frame)
    ticks = [1.0, *(tick for tick in ticks if tick > 1)]
    first = rows["year"] == years[0]
    rows = rows.assign(colour=rows["role"], first=first, above=rows["year"].astype(str), marker="o", hollow=first)
    return _paired(rows, order, frame, ticks, [])


def _paired(rows: pd.DataFrame, order: list[str], frame: Frame, ticks: list[float], notes: list[str]) -> Figure:
    sheet = frame.sheet
    with styled(sheet):
        names, head = RowNames(order, sheet), 2 * sheet.line + 5  # unit and the two headings above the first row
        left, below, height = names.room, notes_height(notes, sheet) + sheet.line + 8, names.height
        figure = blank(sheet, below + height + head)
        axes = axes_at(figure, sheet, left, below, sheet.width - left - 6, height)
        text = widest([marked(row, frame) for row in rows[rows["value"].notna()].itertuples()], sheet.text, 600) + 12
        point = (ticks[-1] - ticks[0]) / (sheet.width - left - 6 - 2 * text)
        axes.set(xlim=(ticks[0] - text * point, ticks[-1] + text * point), ylim=names.ylim)
        numbered(axes, sheet, "x", in_swedish(ticks))
        level, pairs = names.level, defaultdict(list)
        for row in rows.sort_values("value", kind="stable").itertuples():
            pairs[row.name].append(row)
        for name in rows["name"].unique():
            _draw_pair(axes, level[name], pairs[name], frame)
        names.write(axes, focus_names(rows))
        _write_heads(axes, sheet, rows, order, point)
        note(figure, sheet, frame.unit_text, (left, below + height + head - 1))
        write_notes(figure, sheet, notes)
    return figure


def _draw_pair(axes: Axes, at: float, pair: Sequence[Any], frame: Frame) -> None:
    """The line between the dots of a place's rows, by value; the dots, their margins, and the values outside."""
    known, sheet = [row for row in pair if pd.notna(row.value)], frame.sheet
    strong = any(row.role == "focus" for row in pair)
    if len(known) == 2:
        axes.hlines(at, known[0].value, known[1].value, color=TOKENS["axis"], linewidth=4 if strong else 2, zorder=2)
    for row in known:
        colour = TOKENS[row.colour]
        look: Look = {"marker": row.marker, "edgecolor": colour, "facecolor": TOKENS["paper"] if row.hollow else colour}
        draw_dots(axes, [row.value], [at], 52 if strong else 36, linewidth=1.4, zorder=4, **look)
        if pd.notna(row.margin):
            level = at + (-0.3 if row.first else 0.3) * sheet.row
            axes.hlines(level, row.value - row.margin, row.value + row.margin, color=colour, linewidth=1.2)
    for row, side in ((known[0], -1), (known[-1], 1)) if len(known) == 2 else ():
        _write(axes, sheet, marked(row, frame), (row.value, at), side, strong)
    absent = ", ".join(f"{row.above}: {absence(row.status)}" for row in pair if pd.isna(row.value))
    if len(known) == 1:
        side = 1 if known[0].value < sum(axes.get_xlim()) / 2 else -1  # where there is more room
        _write(axes, sheet, f"{marked(known[0], frame)} ({absent})", (known[0].value, at), side, strong)
    elif not known:
        _write(axes, sheet, absent, (axes.get_xlim()[0], at), 1, False)


def _write(axes: Axes, sheet: Sheet, text: str, at: tuple[float, float], side: int, strong: bool) -> None:
    """Writes `text` to the right (`side` 1) or left (-1) of the point `at`."""
    look = {"ha": "left" if side > 0 else "right", "weight": 600 if strong else 400, "size": sheet.text}
    beside(axes, text, at, (7 * side, sheet.drop), zorder=6, **look)


def _write_heads(axes: Axes, sheet: Sheet, rows: pd.DataFrame, order: list[str], point: float) -> None:
    """What the two dots are, above the first row that has both; moved apart where they are close."""
    known = rows[rows["value"].notna()]
    both = known[known.groupby("name")["value"].transform("size") == 2]
    first = min((known if both.empty else both)["name"], key=order.index)
    dots = list(known[known["name"] == first].itertuples())
    low, high = axes.get_xlim()
    wide = [text_width(dot.above, sheet.text, 600) + 8 for dot in dots]
    moved = spread([(dot.value - low) / point for dot in dots], wide, 0, (high - low) / point)
    for dot, x in zip(dots, moved, strict=True):
        colour = TOKENS["muted" if dot.colour == "peer" else dot.colour]
        at, across = (low + x * point, 1), axes.get_xaxis_transform()
        beside(axes, dot.above, at, (0, 3), transform=across, ha="center", weight=600, color=colour)


# Dots in a plane, and names that cover none of them.

BESIDE = [(6, 0, "left"), (-6, 0, "right"), (5, 9, "left"), (5, -9, "left"), (-5, 9, "right"), (-5, -9, "right")]


def name_dots(axes: Axes, dots: pd.DataFrame, wanted: pd.Series, sheet: Sheet) -> None:
    """Names beside the `wanted` dots (`x`, `y`, `name`, `role`), the own place's first, where they cover nothing.

    A name for which there is no room is left out: it stands in the table.
    """
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in axes.transData.transform(dots[["x", "y"]].to_numpy(float))]
    inner = axes.get_window_extent()
    for row in (
        dots[wanted]
        .assign(last=dots["role"].map({"focus": 0, "peer": 1}).fillna(2))
        .sort_values("last", kind="stable")
        .itertuples()
    ):
        strong, (x, y) = row.role == "focus", axes.transData.transform((row.x, row.y))
        wide, half = text_width(row.name, sheet.small, 600 if strong else 400), 0.6 * sheet.small
        for across, up, side in BESIDE:
            left = x + across - (wide if side == "right" else 0)
            box = (left, y + up - half, left + wide, y + up + half)
            inside = inner.x0 <= left and box[2] <= sheet.width and inner.y0 <= box[1] and box[3] <= inner.y1 + half
            if inside and not any(_covers(box, other) for other in taken):
                taken.append(box)
                colour = "focus" if strong else "ink" if row.role == "peer" else "muted"
                look = {"size": sheet.small, "color": TOKENS[colour], "weight": 600 if strong else 400}
                beside(axes, row.name, (row.x, row.y), (across, up - 0.34 * sheet.small), ha=side, zorder=6, **look)
                break


def _covers(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
