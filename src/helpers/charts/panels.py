"""Aligned panels over years: `small_lines`, `two_panels`, `dots_with_lines`, `small_multiples`.

Each measure has its own panel and scale from zero: never two scales in one.
"""

from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from .canvas import blank, note, notes_height, styled, widest, wrapped, write_notes
from .look import LINE, TEXT_SIZE, TOKENS, WIDTH, Frame
from .scales import tick_room, value_scale
from .series import drawn_rows
from .strokes import Panel, extent, foot, label_room, label_texts, name_lines, stroke_panel, years_of
from .words import SEX

HEIGHT = 84.0
GAP = 14.0
COLUMNS = 2  # of small multiples
NAMES = 62.0  # width of the labels beside each of them
BELOW = 22.0  # their year numbers and air


def small_lines(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel an indicator, below each other over the same years, each in its own `unit`."""
    return _stacked([_kept(part, frame) for _, part in rows.groupby("label", sort=False)], frame, "small_lines")


def two_panels(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Two aligned panels, such as a number and a share. Raises ValueError unless there are two indicators."""
    if rows["label"].nunique() != 2:
        raise ValueError(
            f"two_panels: the rows hold {rows['label'].nunique()} labels, {list(rows['label'].unique())}; "
            "give rows of two indicators, or draw them with small_lines."
        )
    return small_lines(rows, frame)


def dots_with_lines(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Lines of the near measure above, dots of the own measure (rows with `mark` "dot") below.

    Raises ValueError when either kind of rows is missing.
    """
    own = rows["mark"] == "dot" if "mark" in rows else pd.Series(False, index=rows.index)
    if own.all() or not own.any():
        raise ValueError(
            f"dots_with_lines: {int(own.sum())} of {len(rows)} rows are dots. Give the own measure's rows "
            "mark = 'dot' and the near measure's mark = 'line'."
        )
    return _stacked([_kept(rows[~own], frame), _kept(rows[own], frame)], frame, "dots_with_lines")


def _kept(part: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """The panel's rows with their own unit and decimals, or the frame's."""
    given = {"unit": frame.unit_text, "decimals": frame.decimals}
    return part.assign(**{name: part.get(name, value) for name, value in given.items()})


def _headings(part: pd.DataFrame) -> str:
    """What stands above a panel: its indicator where it is alone, and the unit."""
    labels = part["label"].unique()
    texts = [labels[0]] if len(labels) == 1 else []
    return wrapped(", ".join([*texts, part["unit"].iloc[0]]), WIDTH - 8, TEXT_SIZE)


def _stacked(parts: list[pd.DataFrame], frame: Frame, kind: str) -> Figure:
    """Panels below each other, years aligned; a panel without any value is refused."""
    with styled():
        drawn = [drawn_rows(part, frame, kind) for part in parts]
        years = years_of(pd.concat(drawn))
        ticks = [value_scale(*extent(part), frame)[0] for part in drawn]
        texts = [label_texts(part, int(part["decimals"].iloc[0])) for part in drawn]
        headings = [_headings(part) for part in drawn]
        heads = [(heading.count("\n") + 1) * LINE + 8 for heading in headings]
        heights = [max(HEIGHT, label_room(text)) for text in texts]
        left = max(tick_room(each) for each in ticks) + 3
        right = widest([name for text in texts for name in text.values()], TEXT_SIZE, 600) + 20
        notes = foot(pd.concat(drawn), frame)
        bottom = notes_height(notes) + 20
        figure = blank(bottom + sum(heights) + sum(heads) + GAP * (len(parts) - 1))
        for number in reversed(range(len(parts))):
            panel = Panel(left, bottom, WIDTH - left - right, heights[number], years, tuple(ticks[number]))
            panel = replace(panel, year_numbers=number == len(parts) - 1)
            axes = stroke_panel(figure, panel, drawn[number], frame)
            name_lines(axes, panel, drawn[number], texts[number])
            bottom += heights[number] + heads[number]
            note(figure, headings[number], (2, bottom), size=TEXT_SIZE, color=TOKENS["ink"], weight=600)
            bottom += GAP
        write_notes(figure, notes)
    return figure


def small_multiples(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a group, else a sex, else an indicator, on one scale from zero; the rest are its lines.

    Panels keep the order of the rows. A group without any value is refused.
    """
    by = next((name for name in ("group", "sex") if rows[name].nunique() > 1), "label")
    headings = [SEX.get(key, key) for key in rows[by].unique()]
    with styled():
        parts = [drawn_rows(part, frame, f"small_multiples, {key}") for key, part in rows.groupby(by, sort=False)]
        drawn = pd.concat(parts)
        ticks = value_scale(*extent(drawn), frame)[0]
        texts = [label_texts(part, frame.decimals, NAMES) for part in parts]
        left, right = (
            tick_room(ticks) + 3,
            widest([t for each in texts for t in each.values()], TEXT_SIZE, 600) + 14,
        )
        width = (WIDTH - COLUMNS * right - left - 6) / COLUMNS
        headings = [wrapped(text, width + right - 4, TEXT_SIZE) for text in headings]
        head = (max(text.count("\n") for text in headings) + 1) * LINE + 6
        notes = foot(drawn, frame)
        down = -(-len(parts) // COLUMNS)
        figure = blank(down * (HEIGHT + head + BELOW) + notes_height(notes) + LINE + 4)
        high = figure.get_size_inches()[1] * 72
        note(figure, frame.unit_text, (2, high - 1))
        for number, part in enumerate(parts):
            row, column = divmod(number, COLUMNS)
            top = high - LINE - 4 - row * (HEIGHT + head + BELOW)
            corner = (left + column * (width + right), top - head - HEIGHT)
            panel = Panel(*corner, width, HEIGHT, years_of(drawn), tuple(ticks))
            axes = stroke_panel(figure, panel, part, frame)
            axes.tick_params(axis="y", labelleft=column == 0)
            name_lines(axes, panel, part, texts[number])
            note(figure, headings[number], (corner[0], top), size=TEXT_SIZE, color=TOKENS["ink"], weight=600)
        write_notes(figure, notes)
    return figure
