"""A line over years that goes on as a fan: `fan`. Rows of the years ahead have `low80`, `high80`, `low95`, `high95`."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import blank, note, notes_height, styled, widest, wrapped, write_notes
from .look import LINE, TEXT_SIZE, TOKENS, WIDTH, Frame
from .scales import tick_room, value_scale
from .series import drawn_rows
from .strokes import LINE_WIDTH, Panel, extent, foot, stroke_panel
from .words import FAN, swedish

HEIGHT = 120.0
GAP = 28.0


def fan(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel an indicator: its published years as a line, then what is expected, with fields of 80 and 95 %.

    Raises ValueError for an indicator without published years, or without years ahead.
    """
    parts = [_parts(part, frame) for _, part in rows.groupby("label", sort=False)]
    with styled():
        ticks = [value_scale(*_extent(*part), frame, from_zero=False)[0] for part in parts]
        ends = [swedish(float(ahead["value"].iloc[-1]), int(ahead["decimals"].iloc[-1])) for _, ahead in parts]
        heads = [wrapped(f"{past['label'].iloc[0]}, {past['unit'].iloc[0]}", WIDTH - 8, TEXT_SIZE) for past, _ in parts]
        left, right = max(tick_room(each) for each in ticks) + 3, widest(ends, TEXT_SIZE, 600) + 16
        notes = [*foot(pd.concat([past for past, _ in parts]), frame), FAN]
        bottom = notes_height(notes) + 20
        tops = [(text.count("\n") + 1) * LINE + 8 for text in heads]
        figure = blank(bottom + sum(tops) + len(parts) * HEIGHT + GAP * (len(parts) - 1))
        for number in reversed(range(len(parts))):
            past, ahead = parts[number]
            years = (float(past["year"].min()), float(ahead["year"].max()))
            panel = Panel(left, bottom, WIDTH - left - right, HEIGHT, years, tuple(ticks[number]))
            axes = stroke_panel(figure, panel, past, frame)
            _open_fan(axes, past, ahead, ends[number])
            bottom += HEIGHT + tops[number]
            note(figure, heads[number], (2, bottom), size=TEXT_SIZE, color=TOKENS["ink"], weight=600)
            bottom += GAP
        write_notes(figure, notes)
    return figure


def _parts(part: pd.DataFrame, frame: Frame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The published years ready to draw, and the years ahead."""
    given = {"unit": frame.unit_text, "decimals": frame.decimals}
    part = part.assign(**{name: part.get(name, value) for name, value in given.items()})
    ahead = part[part["low95"].notna()].sort_values("year")
    past = part[part["low95"].isna()]
    if past.empty or ahead.empty:
        raise ValueError(
            f"fan: {part['label'].iloc[0]} has {len(past)} published years and {len(ahead)} years ahead. "
            "Give rows of both."
        )
    return drawn_rows(past, frame, "fan"), ahead


def _extent(past: pd.DataFrame, ahead: pd.DataFrame) -> tuple[float, float]:
    low, high = extent(past)
    return min(low, float(ahead["low95"].min())), max(high, float(ahead["high95"].max()))


def _open_fan(axes: Axes, past: pd.DataFrame, ahead: pd.DataFrame, end: str) -> None:
    """The fields and the expected values, from the last published value on."""
    last = past.sort_values("time").iloc[-1]
    years = [last["year"], *ahead["year"]]
    for level, colour in ((95, "grid"), (80, "peer")):
        low, high = ([last["value"], *ahead[f"{side}{level}"]] for side in ("low", "high"))
        axes.fill_between(years, low, high, color=TOKENS[colour], linewidth=0, zorder=2)
    values = [last["value"], *ahead["value"]]
    look = {"color": TOKENS["paper"], "linewidth": LINE_WIDTH["country"], "dashes": (2, 1.4)}
    axes.plot(years, values, **look, zorder=3, gid="fan")
    axes.annotate(
        end,
        (years[-1], values[-1]),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        color=TOKENS["muted"],
        weight=600,
    )
