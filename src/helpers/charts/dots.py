"""Dots that no line joins: `dots_by_year` (also called `dots`), and `dot_rows` with one row an indicator."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import axes_at, blank, note, notes_height, styled, text_width, wrapped, write_notes
from .labels import spread
from .lines import over_years
from .look import LINE, ROLES, SMALL, TEXT_SIZE, TOKENS, WIDTH, Frame
from .scales import start_note, swedish_ticks, value_scale
from .series import absence, drawn_rows, mark_notes, one_a_mark, refuse_empty
from .strokes import SHAPE, SIZE
from .words import MARKED, PEERS, STAR, swedish

DOTS = 22.0  # from a row's label to the middle of its dots
NAMES = 19.0  # from there down to the names below
GAP = 12.0


def dots_by_year(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One dot a year and series, never joined: for surveys that are not yearly, and for few years."""
    return over_years(drawn_rows(rows.assign(mark="dot"), frame, "dots_by_year"), frame)


dots = dots_by_year  # of places or groups in a year or two


def dot_rows(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One row an indicator: the focus place, the country and the others as dots on one scale, named below.

    Peers are small dots, named together; margins are thin lines. One year an indicator.
    """
    rows = one_a_mark(rows, ["label", "place", "sex", "group"])
    refuse_empty(rows, "dot_rows")
    with styled():
        margin = rows["margin"].fillna(0)
        ticks, cut_off = value_scale(
            (rows["value"] - margin).min(), (rows["value"] + margin).max(), frame, from_zero=False
        )
        labels = {label: wrapped(label, WIDTH - 8) for label in rows["label"].unique()}
        heights = [text.count("\n") * LINE + LINE + DOTS + NAMES + GAP for text in labels.values()]
        notes = mark_notes(rows, STAR) + ([start_note(ticks, frame)] if cut_off else [])
        below = notes_height(notes) + 20
        figure = blank(below + sum(heights) + LINE)
        axes = axes_at(figure, 12, below, WIDTH - 24, sum(heights))
        axes.set(xlim=(ticks[0], ticks[-1]), ylim=(0, sum(heights)), yticks=[])
        swedish_ticks(axes.xaxis, ticks)
        axes.grid(axis="x", color=TOKENS["grid"], linewidth=0.8)
        top = sum(heights)
        for (label, text), height in zip(labels.items(), heights, strict=True):
            note(figure, text, (2, below + top), size=TEXT_SIZE, color=TOKENS["ink"], weight=600)
            _row(axes, rows[rows["label"] == label], top - height + NAMES + GAP, frame)
            top -= height
        note(figure, frame.unit_text, (2, below + sum(heights) + LINE - 1))
        write_notes(figure, notes)
    return figure


def _row(axes: Axes, rows: pd.DataFrame, level: float, frame: Frame) -> None:
    """The dots of one indicator at `level`, with their margins, and the names below."""
    axes.axhline(level, color=TOKENS["axis"], linewidth=0.8, zorder=1)
    known = rows[rows["value"].notna()].assign(level=level)
    for role in ROLES:
        part = known[known["role"] == role]
        sns.scatterplot(
            data=part,
            x="value",
            y="level",
            ax=axes,
            color=TOKENS[role],
            marker=SHAPE[role],
            s=SIZE[role] * 2,
            edgecolor=TOKENS["paper"],
            linewidth=0.8,
            zorder=3 + ROLES.index(role),
            legend=False,
        )
    axes.set(xlabel="", ylabel="")
    sure = known[known["margin"].notna() & (known["role"] != "peer")]
    axes.hlines(
        [level + 7] * len(sure),
        sure["value"] - sure["margin"],
        sure["value"] + sure["margin"],
        color=list(sure["role"].map(TOKENS)),
        linewidth=1.2,
    )
    _write_below(axes, rows, level, frame)


def _write_below(axes: Axes, rows: pd.DataFrame, level: float, frame: Frame) -> None:
    """Names with values under the dots, moved apart; peers share one name under their middle."""
    named = [(row.role, f"{row.name} {_written(row, frame)}", row.value) for row in _single(rows).itertuples()]
    peers = rows[(rows["role"] == "peer") & rows["value"].notna()]
    if len(peers) > 1:
        named.append(("peer", PEERS, peers["value"].median()))
    low, high = axes.get_xlim()
    point = (high - low) / (WIDTH - 24)
    wide = [text_width(text, _size(role), _weight(role)) + 9 for role, text, _ in named]
    wanted = [0.0 if pd.isna(value) else (value - low) / point for _, _, value in named]
    for (role, text, _), x in zip(named, spread(wanted, wide, -8, WIDTH - 14), strict=True):
        axes.text(
            low + x * point,
            level - NAMES,
            text,
            ha="center",
            size=_size(role),
            weight=_weight(role),
            parse_math=False,
            color=TOKENS["muted" if role == "peer" else role],
        )


def _single(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a name of their own: all but peers, and a peer that is alone (a group's mean)."""
    others = rows["role"] != "peer"
    return rows[others | ((~others).sum() == 1)]


def _written(row, frame: Frame) -> str:
    if pd.isna(row.value):
        return absence(row.status)
    return swedish(row.value, frame.decimals) + (STAR if row.status in MARKED else "")


def _size(role: str) -> float:
    return SMALL if role == "peer" else TEXT_SIZE


def _weight(role: str) -> int:
    return 600 if role == "focus" else 400
