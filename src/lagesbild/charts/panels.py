"""Charts over years: one panel of lines, panels below each other, the fan of an outlook, and small multiples."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lagesbild.charts.series import (
    LINE_WIDTH,
    Panel,
    drawn_rows,
    extent,
    foot,
    label_room,
    label_texts,
    name_lines,
    stroke_panel,
    years_of,
)
from lagesbild.charts.theme import (
    FAN,
    TOKENS,
    Frame,
    Sheet,
    beside,
    blank,
    bold_width,
    heading,
    lines_in,
    note,
    notes_height,
    start_note,
    styled,
    swedish,
    tick_room,
    value_scale,
    wrapped,
    write_notes,
)
from lagesbild.swedish.numbers import SEX


def lines(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One line a place (or an indicator, where one place has several), named at its end.

    Missing years are gaps, a series break cuts the line and is marked; margins are error bars.
    The axis leaves zero out only where all values are close together, and says so.
    """
    return over_years(drawn_rows(rows, frame, "lines"), frame)


def over_years(drawn: pd.DataFrame, frame: Frame) -> Figure:
    """One panel with lines and dots as `drawn` has them, named at their ends."""
    sheet = frame.sheet
    with styled(sheet):
        ticks, cut_off = value_scale(*extent(drawn), frame, from_zero=False)
        texts = label_texts(drawn, frame.decimals, sheet)
        left, right = tick_room(ticks, sheet), bold_width(texts.values(), sheet) + 12
        notes = [*foot(drawn, frame), *([start_note(ticks, frame)] if cut_off else [])]
        height, below = max(sheet.plot, label_room(texts, sheet)), notes_height(notes, sheet) + 20
        figure = blank(sheet, below + height + 20)
        panel = Panel(left + 3, below, sheet.width - left - right - 8, height, years_of(drawn), tuple(ticks), sheet)
        name_lines(stroke_panel(figure, panel, drawn, frame), panel, drawn, texts)
        note(figure, sheet, frame.unit_text, (2, below + height + 19))
        write_notes(figure, sheet, notes)
    return figure


# Panels below each other over years: `small_lines`, `two_panels`, `dots_with_lines`, `fan`.
#
# Each measure has its own panel and scale: never two scales in one. In a fan, rows of the years ahead have `low80`,
# `high80`, `low95`, `high95`.

PANEL_GAP = 14.0
FAN_GAP = 28.0


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


def fan(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel an indicator: its published years as a line, then what is expected, with fields of 80 and 95 %.

    Raises ValueError for an indicator without published years, or without years ahead.
    """
    parts = [_split(_with_unit(part, frame)) for _, part in rows.groupby("label", sort=False)]
    sheet = frame.sheet
    with styled(sheet):
        parts = [(drawn_rows(past, frame, "fan"), ahead) for past, ahead in parts]
        ticks = [value_scale(*_fan_extent(*part), frame, from_zero=False)[0] for part in parts]
        ends = [swedish(float(ahead["value"].iloc[-1]), int(ahead["decimals"].iloc[-1])) for _, ahead in parts]
        left, right = max(tick_room(each, sheet) for each in ticks) + 3, bold_width(ends, sheet) + 16
        notes = [*foot(pd.concat([past for past, _ in parts]), frame), FAN]
        headings = [_heading(past, sheet) for past, _ in parts]
        figure, bottoms = _below_each_other(sheet, headings, [sheet.panel] * len(parts), FAN_GAP, notes)
        for number in reversed(range(len(parts))):
            past, ahead = parts[number]
            years = (float(past["year"].min()), float(ahead["year"].max()))
            panel = Panel(
                left, bottoms[number], sheet.width - left - right, sheet.panel, years, tuple(ticks[number]), sheet
            )
            _open_fan(stroke_panel(figure, panel, past, frame), past, ahead, ends[number])
    return figure


def _with_unit(part: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """The panel's rows with their own unit and decimals, or the frame's."""
    given = {"unit": frame.unit_text, "decimals": frame.decimals}
    return part.assign(**{name: part.get(name, value) for name, value in given.items()})


def _heading(part: pd.DataFrame, sheet: Sheet) -> str:
    """What stands above a panel: its indicator where it is alone, and the unit."""
    labels = part["label"].unique()
    texts = [labels[0]] if len(labels) == 1 else []
    return wrapped(", ".join([*texts, part["unit"].iloc[0]]), sheet.width - 8, sheet.text)


def _aligned(parts: list[pd.DataFrame], frame: Frame, kind: str) -> Figure:
    """Panels from zero over the same years; one without any value is refused."""
    sheet = frame.sheet
    with styled(sheet):
        drawn = [drawn_rows(_with_unit(part, frame), frame, kind) for part in parts]
        together = pd.concat(drawn)
        ticks = [value_scale(*extent(part), frame)[0] for part in drawn]
        texts = [label_texts(part, int(part["decimals"].iloc[0]), sheet) for part in drawn]
        heights = [max(sheet.panel, label_room(names, sheet)) for names in texts]
        left = max(tick_room(each, sheet) for each in ticks) + 3
        width = sheet.width - left - bold_width([name for names in texts for name in names.values()], sheet) - 20
        headings = [_heading(part, sheet) for part in drawn]
        figure, bottoms = _below_each_other(sheet, headings, heights, PANEL_GAP, foot(together, frame))
        for number in reversed(range(len(parts))):
            corner, last = (left, bottoms[number]), number == len(parts) - 1
            panel = Panel(
                *corner, width, heights[number], years_of(together), tuple(ticks[number]), sheet, year_numbers=last
            )
            axes = stroke_panel(figure, panel, drawn[number], frame)
            name_lines(axes, panel, drawn[number], texts[number])
    return figure


def _below_each_other(
    sheet: Sheet, headings: list[str], heights: list[float], gap: float, notes: list[str]
) -> tuple[Figure, list[float]]:
    """A figure for panels `gap` points apart, with headings and notes, and where the axes of each panel begin."""
    bottom = notes_height(notes, sheet) + 20
    bottoms: list[float] = []
    above = [lines_in(text) * sheet.line + 8 for text in headings]
    figure = blank(sheet, bottom + sum(heights) + sum(above) + gap * (len(heights) - 1))
    for number in reversed(range(len(heights))):
        bottoms.insert(0, bottom)
        bottom += heights[number] + above[number]
        heading(figure, sheet, headings[number], (2, bottom))
        bottom += gap
    write_notes(figure, sheet, notes)
    return figure, bottoms


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


def _open_fan(axes: Axes, past: pd.DataFrame, ahead: pd.DataFrame, end: str) -> None:
    """The fields and the expected values, from the last published value on."""
    last = past.sort_values("time").iloc[-1]
    years = [last["year"], *ahead["year"]]
    for level, colour in ((95, "grid"), (80, "peer")):
        low, high = ([last["value"], *ahead[f"{side}{level}"]] for side in ("low", "high"))
        axes.fill_between(years, low, high, color=TOKENS[colour], linewidth=0, zorder=2)
    values = [last["value"], *ahead["value"]]
    axes.plot(
        years, values, color=TOKENS["paper"], linewidth=LINE_WIDTH["country"], dashes=(2, 1.4), zorder=3, gid="fan"
    )
    beside(axes, end, (years[-1], values[-1]), (8, 0), va="center", color=TOKENS["muted"], weight=600)


# Small panels beside and below each other, on one scale: `small_multiples`.

BELOW = 22.0  # their year numbers and air


def small_multiples(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One panel a group, else a sex, else an indicator, on one scale from zero; the rest are its lines.

    Panels keep the order of the rows. A group without any value is refused.
    """
    by = next((name for name in ("group", "sex") if rows[name].nunique() > 1), "label")
    headings = [SEX.get(key, key) for key in rows[by].unique()]
    sheet, columns = frame.sheet, 2 if frame.wide else 1
    with styled(sheet):
        parts = [drawn_rows(part, frame, f"small_multiples, {key}") for key, part in rows.groupby(by, sort=False)]
        drawn = pd.concat(parts)
        ticks = value_scale(*extent(drawn), frame)[0]
        texts = [label_texts(part, frame.decimals, sheet) for part in parts]
        left = tick_room(ticks, sheet) + 3
        right = bold_width([name for names in texts for name in names.values()], sheet) + 14
        width = (sheet.width - columns * right - left - 6) / columns
        headings = [wrapped(text, width + right - 4, sheet.text) for text in headings]
        above = max(lines_in(text) for text in headings) * sheet.line + 6
        notes = foot(drawn, frame)
        down = -(-len(parts) // columns)
        figure = blank(sheet, down * (sheet.panel + above + BELOW) + notes_height(notes, sheet) + sheet.line + 4)
        high = figure.get_size_inches()[1] * 72
        note(figure, sheet, frame.unit_text, (2, high - 1))
        for number, part in enumerate(parts):
            row, column = divmod(number, columns)
            top = high - sheet.line - 4 - row * (sheet.panel + above + BELOW)
            corner = (left + column * (width + right), top - above - sheet.panel)
            panel = Panel(*corner, width, sheet.panel, years_of(drawn), tuple(ticks), sheet)
            axes = stroke_panel(figure, panel, part, frame)
            axes.tick_params(axis="y", labelleft=column == 0)
            name_lines(axes, panel, part, texts[number])
            heading(figure, sheet, headings[number], (corner[0], top))
        write_notes(figure, sheet, notes)
    return figure
