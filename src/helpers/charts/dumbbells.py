"""Two joined dots a place: `dumbbell` (women and men) and `rank_change` (two years' ranks)."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import axes_at, blank, note, notes_height, styled, text_width, widest, wrapped, write_notes
from .labels import spread
from .look import LINE, TEXT_SIZE, TOKENS, WIDTH, Frame
from .rows import DROP, NAME_WIDTH, ROW, write_names
from .scales import start_note, swedish_ticks, value_scale
from .series import absence, best_first, mark_notes, one_a_mark, refuse_empty
from .words import MARKED, SEX, STAR, swedish

HEAD = 32.0  # unit and the two headings above the first row


@dataclass(frozen=True)
class Ends:
    """How the two dots of a row are told apart: `column` holds `first` or `second`."""

    column: str
    first: object
    second: object
    heads: tuple[str, str]
    hollow: bool = False  # the first dot; else the second is a diamond

    def is_first(self, row) -> bool:
        return getattr(row, self.column) == self.first

    def head(self, row) -> str:
        return self.heads[0 if self.is_first(row) else 1]

    def look(self, row) -> dict:
        colour = TOKENS[row.colour]
        filled = not (self.hollow and self.is_first(row))
        shape = "o" if self.hollow or self.is_first(row) else "D"
        return {"edgecolor": colour, "facecolor": colour if filled else TOKENS["paper"], "marker": shape}


def dumbbell(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Women and men as two dots a place, joined; the best place first. Margins are thin lines, women's above.

    Rows of sex T only order the places.
    """
    rows = one_a_mark(rows, ["place", "sex", "group"])
    order = best_first(rows, frame.better)
    pairs = rows[rows["sex"].isin(["K", "M"])]
    refuse_empty(pairs, "dumbbell")
    pairs = pairs.assign(colour=pairs["sex"].map({"K": "women", "M": "men"}))
    ticks, cut_off = value_scale(*_extent(pairs), frame, from_zero=False)
    notes = mark_notes(pairs, STAR) + ([start_note(ticks, frame)] if cut_off else [])
    return _paired(pairs, order, frame, Ends("sex", "K", "M", (SEX["K"], SEX["M"])), ticks, notes)


def rank_change(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Each place's rank in two years, as a hollow and a filled dot: 1 stands to the left and is best.

    `value` is the rank. Raises ValueError unless the rows hold two years.
    """
    rows = one_a_mark(rows, ["place", "year"])
    years = sorted(int(year) for year in rows["year"].unique())
    if len(years) != 2:
        raise ValueError(f"rank_change: the rows hold {len(years)} years, {years}. Give the ranks of two years.")
    refuse_empty(rows, "rank_change")
    order = best_first(rows[rows["year"] == years[1]], "lower")
    order += [name for name in rows["name"].unique() if name not in order]
    ticks, _ = value_scale(1.0, rows["value"].max(), frame)
    ticks = [1.0, *(tick for tick in ticks if tick > 1)]
    ends = Ends("year", *years, (str(years[0]), str(years[1])), hollow=True)
    return _paired(rows.assign(colour=rows["role"]), order, frame, ends, ticks, [])


def _extent(rows: pd.DataFrame) -> tuple[float, float]:
    margin = rows["margin"].fillna(0)
    return float((rows["value"] - margin).min()), float((rows["value"] + margin).max())


def _paired(
    rows: pd.DataFrame, order: list[str], frame: Frame, ends: Ends, ticks: list[float], notes: list[str]
) -> Figure:
    with styled():
        names = [wrapped(name, NAME_WIDTH) for name in order]
        row = max(ROW, max(name.count("\n") + 1 for name in names) * (LINE - 1) + 6)
        left, below = widest(names, TEXT_SIZE, 600) + 11, notes_height(notes) + 18
        figure = blank(below + row * len(order) + HEAD)
        axes = axes_at(figure, left, below, WIDTH - left - 4, row * len(order))
        text = widest([_written(each, frame) for each in rows[rows["value"].notna()].itertuples()]) + 12
        point = (ticks[-1] - ticks[0]) / (WIDTH - left - 4 - 2 * text)
        axes.set(xlim=(ticks[0] - text * point, ticks[-1] + text * point), ylim=(len(order) - 0.5, -0.5), yticks=[])
        swedish_ticks(axes.xaxis, ticks)
        axes.grid(axis="x", color=TOKENS["grid"], linewidth=0.8)
        for name, pair in rows.groupby("name", sort=False):
            _draw_pair(axes, order.index(name), pair.sort_values("value"), ends, frame)
        write_names(axes, rows, order, names)
        _write_heads(axes, rows, order, ends, point)
        note(figure, frame.unit_text, (left, below + row * len(order) + HEAD - 1))
        write_notes(figure, notes)
    return figure


def _written(row, frame: Frame) -> str:
    return swedish(row.value, frame.decimals) + (STAR if row.status in MARKED else "")


def _draw_pair(axes: Axes, at: int, pair: pd.DataFrame, ends: Ends, frame: Frame) -> None:
    """The line between the dots, the dots, their margins, and the values outside of them."""
    known = list(pair[pair["value"].notna()].itertuples())
    strong = (pair["role"] == "focus").any()
    if len(known) == 2:
        axes.hlines(at, known[0].value, known[1].value, color=TOKENS["axis"], linewidth=4 if strong else 2, zorder=2)
    for row in known:
        axes.scatter(row.value, at, s=52 if strong else 36, linewidth=1.4, zorder=4, **ends.look(row))
        if row.margin == row.margin:
            level = at + (-0.3 if ends.is_first(row) else 0.3)
            axes.hlines(level, row.value - row.margin, row.value + row.margin, color=TOKENS[row.colour], linewidth=1.2)
    for row, side in ((known[0], -1), (known[-1], 1)) if len(known) == 2 else ():
        _write(axes, _written(row, frame), (row.value, at), side, strong)
    absent = ", ".join(f"{ends.head(row)}: {absence(row.status)}" for row in pair[pair["value"].isna()].itertuples())
    if len(known) == 1:
        side = 1 if known[0].value < sum(axes.get_xlim()) / 2 else -1  # where there is more room
        _write(axes, f"{_written(known[0], frame)} ({absent})", (known[0].value, at), side, strong)
    elif not known:
        _write(axes, absent, (axes.get_xlim()[0], at), 1, False)


def _write(axes: Axes, text: str, at: tuple[float, float], side: int, strong: bool) -> None:
    """Writes `text` to the right (`side` 1) or left (-1) of the point `at`."""
    axes.annotate(
        text,
        at,
        xytext=(7 * side, DROP),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        weight=600 if strong else 400,
        size=TEXT_SIZE,
        parse_math=False,
        zorder=6,
    )


def _write_heads(axes: Axes, rows: pd.DataFrame, order: list[str], ends: Ends, point: float) -> None:
    """What the two dots are, above the first row that has both; moved apart where they are close."""
    both = rows[rows["value"].notna()].groupby("name")["value"].transform("size") == 2
    named = rows[rows["value"].notna()][both]
    if named.empty:
        named = rows[rows["value"].notna()]
    first = min(named["name"], key=order.index)
    dots = list(named[named["name"] == first].itertuples())
    low, high = axes.get_xlim()
    wide = [text_width(ends.head(dot), TEXT_SIZE, 600) + 8 for dot in dots]
    moved = spread([(dot.value - low) / point for dot in dots], wide, 0, (high - low) / point)
    for dot, x in zip(dots, moved, strict=True):
        axes.annotate(
            ends.head(dot),
            (low + x * point, 1),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            weight=600,
            color=_text_colour(dot.colour),
        )


def _text_colour(colour: str) -> str:
    return TOKENS["muted" if colour == "peer" else colour]
