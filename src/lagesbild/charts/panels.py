"""Charts over years: lines, slopes between two surveys, panels of several measures, and the fan of an outlook."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lagesbild.charts.series import (
    LINE_WIDTH,
    Panel,
    as_texts,
    banded,
    draw_band,
    drawn_rows,
    end_labels,
    extent,
    foot,
    label_room,
    name_lines,
    row_values,
    stroke_panel,
    years_of,
)
from lagesbild.charts.theme import (
    FAN,
    LINES,
    SLOPES,
    Frame,
    Sheet,
    beside,
    blank,
    bold_width,
    heading,
    lines_in,
    note,
    notes_height,
    spread,
    start_note,
    styled,
    swedish,
    tick_room,
    value_scale,
    wrapped,
    write_notes,
)
from lagesbild.look import TOKENS
from lagesbild.swedish.numbers import SEX

GUTTER = 18.0  # between panels beside each other
LEAD = 13.0  # between a line's end and its name, where the thread runs
BARE = 14.0  # below a panel without year numbers


@dataclass(frozen=True)
class Layout:
    """An empty figure, and where the axes of its equal panels begin in it, in points."""

    figure: Figure
    corners: list[tuple[float, float]]
    width: float
    height: float


def laid_out(
    sheet: Sheet,
    headings: Sequence[str],
    height: float,
    sides: tuple[float, float],
    columns: int,
    notes: Sequence[str],
    unit: str = "",
    widest: float = 1000.0,
    shared: bool = False,
) -> Layout:
    """Panels of `height` row by row under their headings, with `sides` free left and right of each, and the notes.

    `shared`: the year numbers stand only below the last row.
    """
    columns = min(columns, len(headings))
    across = (sheet.width - (columns - 1) * GUTTER) / columns
    width = min(across - sum(sides), widest)
    texts = [wrapped(text, width + sum(sides) - 4, sheet.text) for text in headings]
    above = 8 + max(lines_in(text) for text in texts) * sheet.line * any(headings)
    down, years, top = -(-len(texts) // columns), sheet.line + 10, (sheet.line + 3) * bool(unit)
    step = above + height + (BARE if shared else years)
    high = notes_height(notes, sheet) + top + (down - 1) * step + above + height + years
    figure, corners = blank(sheet, high), []
    for number, text in enumerate(texts):
        row, column = divmod(number, columns)
        left, upper = column * (width + sum(sides) + GUTTER), high - top - row * step
        corners.append((left + sides[0], upper - above - height))
        if text:
            heading(figure, sheet, text, (left + 2, upper))
    if unit:
        note(figure, sheet, unit, (2, high - 1))
    write_notes(figure, sheet, notes)
    return Layout(figure, corners, width, height)


def lines(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One line a place (or an indicator, where one place has several), named at its end.

    Of more than three peers two are lines with names, those with the highest and the lowest last value; the others are
    a light band from their lowest to their highest. Missing years are gaps, a series break cuts the line and is marked;
    margins are error bars. The axis leaves zero out only where all values are far above it, and says so.
    """
    return over_years(drawn_rows(rows, frame, "lines"), frame)


def over_years(drawn: pd.DataFrame, frame: Frame) -> Figure:
    """One panel with lines and dots as `drawn` has them; a panel an indicator where several places have several."""
    if drawn["label"].nunique() > 1 and drawn["place"].nunique() > 1:
        return _in_panels([part for _, part in drawn.sort_index().groupby("label", sort=False)], frame, columns=2)
    sheet = frame.sheet
    with styled(sheet):
        ticks, cut_off = value_scale(*extent(drawn), frame, LINES)
        shown, band = banded(drawn, frame)
        labels = end_labels(shown, frame.decimals, sheet, band)
        sides = tick_room(ticks, sheet) + 3, bold_width(labels["text"], sheet) + LEAD
        notes = [*foot(drawn, frame), *([start_note(ticks, frame)] if cut_off else [])]
        height = max(sheet.plot, label_room(labels))
        layout = laid_out(sheet, [""], height, sides, 1, notes, frame.unit_text)
        panel = Panel(*layout.corners[0], layout.width, height, years_of(drawn), tuple(ticks), sheet)
        axes = stroke_panel(layout.figure, panel, shown, frame)
        draw_band(axes, band)
        name_lines(axes, panel, labels)
    return layout.figure


# Two survey years, joined: `slopes`.

SLOPE = 460.0  # at most so wide
MARKED_START = ("focus", "country", "region")


def slopes(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Two years of each place, joined by a line: the value of both beside own place and riket; a panel a sex.

    Peers are light lines with names, their values stand in the table; one without both years is left out, as a note
    says. Margins are error bars; the axis begins near the lowest value, and says where. Raises ValueError unless there
    are two years of one indicator.
    """
    drawn = drawn_rows(rows, frame, "slopes")
    years = sorted(int(year) for year in rows["year"].unique())
    if len(years) != 2 or rows["indicator"].nunique() != 1:
        raise ValueError(
            f"slopes: the rows hold {rows['indicator'].nunique()} indicators and {len(years)} years, {years}. "
            "Give two years of one indicator, or draw one year with ranked_bars."
        )
    if not any(years[0] < year <= years[1] for year, _ in frame.breaks):  # what is two years apart is joined too
        drawn = drawn.assign(segment=drawn.groupby("series").ngroup())
    drawn = drawn.assign(at=drawn["time"])
    short = (drawn.groupby("series")["year"].transform("size") < 2) & (drawn["role"] == "peer")
    left_out = ", ".join(dict.fromkeys(drawn.loc[short, "name"]))
    drawn = drawn[~short]
    sexes = [sex for sex in ("K", "M") if (drawn["sex"] == sex).any()]
    parts = [drawn[drawn["sex"] == sex] for sex in sexes] if sexes else [drawn]
    parts = [part.assign(series=part["name"], colour=part["role"]) for part in parts]
    sheet = frame.sheet
    with styled(sheet):
        ticks, cut_off = value_scale(*extent(drawn), frame, SLOPES)
        labels = [end_labels(part, frame.decimals, sheet) for part in parts]
        starts = [_starts(part, years[0], frame) for part in parts]
        value = bold_width([text for start in starts for text in start["text"]], sheet)
        left = tick_room(ticks, sheet) + value + 14
        right = max(bold_width(each["text"], sheet) for each in labels) + LEAD
        height = max(sheet.plot if frame.wide else sheet.plot * 0.9, *(label_room(each) for each in labels))
        notes = [*foot(drawn, frame), *([start_note(ticks, frame)] if cut_off else [])]
        notes += [f"Utan värde för båda åren, och därför inte ritat: {left_out}."] if left_out else []
        columns, headings = 2 if frame.wide else 1, [SEX[sex] for sex in sexes] or [""]
        layout = laid_out(
            sheet, headings, height, (left, right), columns, notes, frame.unit_text, SLOPE, shared=not frame.wide
        )
        for number, (corner, part) in enumerate(zip(layout.corners, parts, strict=True)):
            numbers = {float(year): str(year) for year in years if number == len(parts) - 1 or frame.wide}
            panel = Panel(
                *corner, layout.width, height, (years[0], years[1]), tuple(ticks), sheet, numbers, pad=value + 14
            )
            axes = stroke_panel(layout.figure, panel, part, frame)
            axes.vlines(years, ticks[0], ticks[-1], color=TOKENS["grid"], linewidth=0.8, zorder=0, gid="years")
            name_lines(axes, panel, labels[number])
            _write_starts(axes, panel, starts[number])
    return layout.figure


def _starts(part: pd.DataFrame, year: int, frame: Frame) -> pd.DataFrame:
    """The first year's rows whose values are written."""
    rows = part[(part["year"] == year) & part["role"].isin(MARKED_START)]
    return rows.assign(text=as_texts([swedish(value, frame.decimals) for value in rows["value"]], rows))


def _write_starts(axes: Axes, panel: Panel, rows: pd.DataFrame) -> None:
    low, high = panel.ticks[0], panel.ticks[-1]
    wanted = [(value - low) / (high - low) * panel.height for value in rows["value"].tolist()]
    levels = spread(wanted, [panel.sheet.line] * len(rows), -6, panel.height + 6)
    each = row_values(rows, "year", "text", "colour", "role")
    for (year, text, colour, role), level in zip(each, levels, strict=True):
        at = (year, low + level / panel.height * (high - low))
        look = {"color": TOKENS[colour], "weight": 600 if role == "focus" else 400}
        beside(axes, text, at, (-8, panel.sheet.drop), ha="right", **look)


# Panels over years: `small_lines`, `two_panels`, `dots_with_lines` (each with its own scale: never two scales in one)
# and `small_multiples` (all on one).


def small_lines(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel an indicator, below each other over the same years, each in its own `unit`."""
    return _aligned([part for _, part in rows.groupby("label", sort=False)], frame, "small_lines")


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
    return _aligned([rows[~own], rows[own]], frame, "dots_with_lines")


def small_multiples(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a group, else a sex, else an indicator, on one scale from zero; the rest are its lines.

    Panels keep the order of the rows. A group without any value is refused.
    """
    by = next((name for name in ("group", "sex") if rows[name].nunique() > 1), "label")
    groups = list(rows.groupby(by, sort=False))
    parts = [drawn_rows(part, frame, f"small_multiples, {key}") for key, part in groups]
    return _in_panels(parts, frame, columns=2, headings=[SEX.get(key, key) for key, _ in groups])


def _with_unit(part: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """The panel's rows with their own unit and decimals, or the frame's."""
    given = {"unit": frame.unit_text, "decimals": frame.decimals}
    return part.assign(**{name: part.get(name, value) for name, value in given.items()})


def _heading(part: pd.DataFrame) -> str:
    """What stands above a panel: its indicator where it is alone, and the unit."""
    labels = part["label"].unique()
    texts = [labels[0]] if len(labels) == 1 else []
    return ", ".join([*texts, part["unit"].iloc[0]])


def _aligned(parts: list[pd.DataFrame], frame: Frame, kind: str) -> Figure:
    """Panels below each other from zero over the same years; one without any value is refused."""
    drawn = [drawn_rows(_with_unit(part, frame), frame, kind) for part in parts]
    return _in_panels(drawn, frame, 1, [_heading(part) for part in drawn], apart=True)


def _in_panels(
    parts: list[pd.DataFrame], frame: Frame, columns: int, headings: Sequence[str] = (), apart: bool = False
) -> Figure:
    """The parts over the same years, from zero: `apart` each on a scale of its own, else all on one in `frame`'s unit.

    Headings are the parts' indicators unless they are given; narrow figures have one column.
    """
    sheet, together = frame.sheet, pd.concat(parts)
    columns = columns if frame.wide else 1
    if not headings:
        headings = [part["label"].iloc[0] for part in parts]
        parts = [part.assign(series=part["name"], colour=part["role"]) for part in parts]
    with styled(sheet):
        scales = [value_scale(*extent(part if apart else together), frame)[0] for part in parts]
        labels = [end_labels(part, int(part["decimals"].iloc[0]) if apart else frame.decimals, sheet) for part in parts]
        left = max(tick_room(ticks, sheet) for ticks in scales) + 3
        right = bold_width(pd.concat(labels)["text"], sheet) + LEAD
        height = max(sheet.panel * (1.35 if columns > 1 else 1), *(label_room(each) for each in labels))
        unit = "" if apart else frame.unit_text
        layout = laid_out(
            sheet, headings, height, (left, right), columns, foot(together, frame), unit, shared=columns == 1
        )
        for number in reversed(range(len(parts))):
            last = columns > 1 or number == len(parts) - 1
            panel = Panel(
                *layout.corners[number],
                layout.width,
                height,
                years_of(together),
                tuple(scales[number]),
                sheet,
                None if last else {},
            )
            name_lines(stroke_panel(layout.figure, panel, parts[number], frame), panel, labels[number])
    return layout.figure


# What is expected of the years ahead: `fan`. Their rows have `low80`, `high80`, `low95`, `high95`.


def fan(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel an indicator: its published years as a line, then what is expected, with fields of 80 and 95 %.

    Raises ValueError for an indicator without published years, or without years ahead.
    """
    parts = [_split(_with_unit(part, frame)) for _, part in rows.groupby("label", sort=False)]
    sheet = frame.sheet
    with styled(sheet):
        parts = [(drawn_rows(past, frame, "fan"), ahead) for past, ahead in parts]
        scales = [value_scale(*_fan_extent(*part), frame, LINES)[0] for part in parts]
        ends = [swedish(float(ahead["value"].iloc[-1]), int(ahead["decimals"].iloc[-1])) for _, ahead in parts]
        sides = max(tick_room(each, sheet) for each in scales) + 3, bold_width(ends, sheet) + 16
        notes = [*foot(pd.concat([past for past, _ in parts]), frame), FAN]
        notes += [start_note(ticks, frame) for ticks in scales[:1] if ticks[0] > 0 and len(parts) == 1]
        headings = [_heading(past) for past, _ in parts]
        layout = laid_out(sheet, headings, sheet.panel, sides, 2 if frame.wide else 1, notes)
        for (past, ahead), corner, ticks, end in zip(parts, layout.corners, scales, ends, strict=True):
            years = (float(past["year"].min()), float(ahead["year"].max()))
            panel = Panel(*corner, layout.width, sheet.panel, years, tuple(ticks), sheet)
            _open_fan(stroke_panel(layout.figure, panel, past, frame), past, ahead, end, sheet)
    return layout.figure


def _split(part: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The published years, and the years ahead."""
    ahead = part[part["low95"].notna()].sort_values("year")
    past = part[part["low95"].isna()]
    if past.empty or ahead.empty:
        raise ValueError(
            f"fan: {part['label'].iloc[0]} has {len(past)} published years and {len(ahead)} years ahead. "
            "Give rows of both."
        )
    return past, ahead


def _fan_extent(past: pd.DataFrame, ahead: pd.DataFrame) -> tuple[float, float]:
    low, high = extent(past)
    return min(low, float(ahead["low95"].min())), max(high, float(ahead["high95"].max()))


def _open_fan(axes: Axes, past: pd.DataFrame, ahead: pd.DataFrame, end: str, sheet: Sheet) -> None:
    """The fields and the expected values, from the last published value on."""
    last = past.sort_values("time").iloc[-1]
    years = [last["year"], *ahead["year"]]
    for level, colour in ((95, "grid"), (80, "peer")):
        low, high = ([last["value"], *ahead[f"{side}{level}"]] for side in ("low", "high"))
        axes.fill_between(years, low, high, color=TOKENS[colour], linewidth=0, zorder=2)
    values = np.array([last["value"], *ahead["value"]])
    axes.plot(
        years, values, color=TOKENS["paper"], linewidth=LINE_WIDTH["country"], dashes=(2, 1.4), zorder=3, gid="fan"
    )
    beside(axes, end, (years[-1], values[-1]), (8, sheet.drop), color=TOKENS["muted"], weight=600)
