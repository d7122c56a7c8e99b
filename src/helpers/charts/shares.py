"""Parts of a whole over years: `share_bars`, `stacked_shares`, `stacked_area`."""

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import axes_at, blank, note, notes_height, styled, widest, wrapped, write_notes
from .labels import spread
from .look import LINE, SERIES, TEXT_SIZE, TOKENS, WIDTH, Frame
from .scales import swedish_ticks, tick_room, value_scale, year_ticks
from .series import mark_notes, one_a_mark
from .words import STAR, break_note, left_out, short_symbol, swedish

HEIGHT = 190.0
LABEL_WIDTH = 122.0
PALETTE = SERIES * 3


def share_bars(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One bar a year, its parts (indicator labels) stacked in the rows' order and named at the last bar.

    Values are drawn as given, never scaled to 100. A year that lacks a part is left out, and a note says so.
    """
    return _over_years(_parts(rows, "share_bars"), frame, _bars)


def stacked_shares(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Like `share_bars`, with the groups of one indicator as parts."""
    return _over_years(_parts(rows, "stacked_shares"), frame, _bars)


def stacked_area(rows: pd.DataFrame, frame: Frame) -> Figure:
    """The parts as areas over the years; nothing is drawn between years that do not follow each other."""
    return _over_years(_parts(rows, "stacked_area"), frame, _areas)


def _parts(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Values with one row a year and one column a part, in the rows' order; NaN where a part is missing."""
    part = "label" if rows["label"].nunique() > 1 else "group"
    rows = one_a_mark(rows, ["year", part])
    table = rows.pivot(index="year", columns=part, values="value")[list(dict.fromkeys(rows[part]))]
    if table.notna().all(axis=1).sum() == 0:
        raise ValueError(
            f"{kind}: no year of {len(table)} has all {table.shape[1]} parts ({', '.join(table.columns)}). "
            "Show a card instead of a figure."
        )
    table.attrs["notes"] = mark_notes(rows, STAR)
    return table


def _over_years(table: pd.DataFrame, frame: Frame, draw: Callable) -> Figure:
    whole = table.dropna()
    years = range(int(whole.index.min()), int(whole.index.max()) + 1)
    with styled():
        ticks, _ = value_scale(0.0, float(whole.sum(axis=1).max()), frame)
        texts = [
            wrapped(f"{part}: {swedish(whole[part].iloc[-1], frame.decimals, short_symbol(frame))}", LABEL_WIDTH)
            for part in whole
        ]
        notes = _notes(table, frame)
        left, below = tick_room(ticks) + 3, notes_height(notes) + 20
        width = WIDTH - left - widest(texts, TEXT_SIZE, 600) - 12
        figure = blank(below + HEIGHT + 20)
        axes = axes_at(figure, left, below, width, HEIGHT)
        axes.grid(axis="y", color=TOKENS["grid"], linewidth=0.8)
        draw(axes, whole, [year for year, _ in frame.breaks if years[0] < year <= years[-1]])
        swedish_ticks(axes.yaxis, ticks)
        axes.set_ylim(0, ticks[-1])
        year_ticks(axes, years, width)
        _name_parts(axes, whole, texts)
        note(figure, frame.unit_text, (2, below + HEIGHT + 19))
        write_notes(figure, notes)
    return figure


def _notes(table: pd.DataFrame, frame: Frame) -> list[str]:
    """Series breaks, marks, and the years that lack a part."""
    whole = table.dropna()
    short = [int(year) for year in table.index.difference(whole.index)]
    notes = [break_note(year, what) for year, what in frame.breaks if whole.index.min() < year <= whole.index.max()]
    return notes + table.attrs["notes"] + ([left_out(short)] if short else [])


def _bars(axes: Axes, whole: pd.DataFrame, breaks: list[int]) -> None:
    floor = 0 * whole.iloc[:, 0]
    for part, colour in zip(whole, PALETTE, strict=False):
        axes.bar(
            whole.index,
            whole[part],
            0.76,
            floor,
            color=TOKENS[colour],
            edgecolor=TOKENS["paper"],
            linewidth=0.8,
        )
        floor = floor + whole[part]
    axes.set_xlim(whole.index.min() - 0.5, whole.index.max() + 0.42)
    _mark(axes, breaks)


def _areas(axes: Axes, whole: pd.DataFrame, breaks: list[int]) -> None:
    """One stack a run of years; a lone year is a thin bar."""
    era = sum(((whole.index >= year).astype(int) for year in breaks), start=0 * whole.index)
    run = ((whole.index.to_series().diff().ne(1)) | pd.Series(era, whole.index).diff().ne(0)).cumsum()
    colours = [TOKENS[colour] for colour in PALETTE[: whole.shape[1]]]
    for _, part in whole.groupby(run):
        if len(part) == 1:
            floors = part.T.cumsum().shift(fill_value=0.0).iloc[:, 0]
            axes.bar([part.index[0]] * len(floors), part.iloc[0], 0.3, floors, color=colours)
        else:
            axes.stackplot(part.index, part.T, colors=colours, edgecolor=TOKENS["paper"], linewidth=0.8)
    first, last = whole.index.min(), whole.index.max()
    axes.set_xlim((first, last) if last > first else (first - 0.5, last + 0.5))
    _mark(axes, breaks)


def _mark(axes: Axes, breaks: list[int]) -> None:
    for year in breaks:
        axes.axvline(year - 0.5, color=TOKENS["ink"], linewidth=1, dashes=(3, 2.5), gid="break")


def _name_parts(axes: Axes, whole: pd.DataFrame, texts: list[str]) -> None:
    """Each part's name and last value beside the middle of its share of the last year."""
    last = whole.iloc[-1]
    point = axes.get_ylim()[1] / HEIGHT
    middles = (last.cumsum() - last / 2) / point
    room = [(text.count("\n") + 1) * (LINE - 1.2) + 2 for text in texts]
    for text, at, colour in zip(texts, spread(list(middles), room, 0, HEIGHT + 8), PALETTE, strict=False):
        axes.annotate(
            text,
            (1, at * point),
            xycoords=axes.get_yaxis_transform(),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            linespacing=0.86,
            color=TOKENS[colour],
            weight=600,
            parse_math=False,
        )
