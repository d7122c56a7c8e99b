"""One panel over years: `lines`."""

import pandas as pd
from matplotlib.figure import Figure

from .canvas import blank, note, notes_height, styled, widest, write_notes
from .look import TEXT_SIZE, WIDTH, Frame
from .scales import start_note, tick_room, value_scale
from .series import drawn_rows
from .strokes import Panel, extent, foot, label_room, label_texts, name_lines, stroke_panel, years_of


def lines(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One line a place (or an indicator, where one place has several), named at its end.

    Missing years are gaps, a series break cuts the line and is marked; margins are error bars.
    The axis leaves zero out only where all values are close together, and says so.
    """
    return over_years(drawn_rows(rows, frame, "lines"), frame)


def over_years(drawn: pd.DataFrame, frame: Frame) -> Figure:
    """One panel with lines and dots as `drawn` has them, named at their ends."""
    with styled():
        ticks, cut_off = value_scale(*extent(drawn), frame, from_zero=False)
        texts = label_texts(drawn, frame.decimals)
        left, right = tick_room(ticks), widest(list(texts.values()), TEXT_SIZE, 600) + 12
        notes = [*foot(drawn, frame), *([start_note(ticks, frame)] if cut_off else [])]
        height, below = max(165.0, label_room(texts)), notes_height(notes) + 20
        figure = blank(below + height + 20)
        panel = Panel(left + 3, below, WIDTH - left - right - 8, height, years_of(drawn), tuple(ticks))
        name_lines(stroke_panel(figure, panel, drawn, frame), panel, drawn, texts)
        note(figure, frame.unit_text, (2, below + height + 19))
        write_notes(figure, notes)
    return figure
