"""Bars: ranked, by group, profiles, and shares of a whole."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lagesbild.charts.axes import axes_at, numbered, numbered_years
from lagesbild.charts.series import SEX_COLOUR, best_first, drawable, eras, focus_names, interval
from lagesbild.charts.theme import (
    SERIES,
    STAR,
    WIDE,
    Frame,
    RowNames,
    Sheet,
    absence,
    beside,
    blank,
    bold_width,
    break_notes,
    in_swedish,
    lines_in,
    mark_notes,
    marked,
    note,
    notes_height,
    short_symbol,
    spread,
    styled,
    swedish,
    tick_room,
    value_scale,
    wrapped,
    write_notes,
    year_marks,
)
from lagesbild.look import TOKENS
from lagesbild.swedish.numbers import SEX

# Bars from zero: `ranked_bars`, `bars_by_group`, `profile_bars`.

GAP = 18.0  # between two panels
BAR = 0.68  # of a row


@dataclass(frozen=True)
class BarPanel:
    """One column of bars, top first."""

    rows: pd.DataFrame  # with `bar` (the name beside it) and `colour` (a token)
    order: list[str]
    heading: str
    heading_colour: str = "muted"


def ranked_bars(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One bar a place, the best first and the focus place in colour; women and men as two panels, each in its order.

    Places without a value stand last with the reason in words. One year and one indicator only.
    """
    rows = drawable(rows, ["place", "sex", "group"])
    rows = rows.assign(bar=rows["name"], colour=rows["role"])
    if not rows["sex"].isin(["K", "M"]).any():
        return bar_panels([BarPanel(rows, best_first(rows, frame.better), frame.unit_text)], frame)
    parts = {sex: rows[rows["sex"] == sex] for sex in ("K", "M")}
    panels = [BarPanel(part, best_first(part, frame.better), SEX[sex], SEX_COLOUR[sex]) for sex, part in parts.items()]
    return bar_panels(panels, frame)


def bars_by_group(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One bar a group (household, answer); a panel a sex, or a place, where there are several."""
    rows = drawable(rows, ["place", "sex", "group"])
    order = list(dict.fromkeys(rows["group"]))
    sexes = [sex for sex in ("K", "M") if (rows["sex"] == sex).any()]
    rows = rows.assign(bar=rows["group"], colour=rows["sex"].map(SEX_COLOUR) if sexes else rows["role"])
    if sexes:
        panels = [BarPanel(rows[rows["sex"] == sex], order, SEX[sex], SEX_COLOUR[sex]) for sex in sexes]
    elif rows["place"].nunique() > 1:
        panels = [
            BarPanel(part, order, name, part["role"].iloc[0].replace("peer", "muted"))
            for name, part in rows.groupby("name", sort=False)
        ]
    else:
        panels = [BarPanel(rows, order, frame.unit_text)]
    return bar_panels(panels, frame)


def profile_bars(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Small multiples, one a place: a bar a kind (indicator label), all on one scale."""
    rows = drawable(rows, ["place", "indicator", "sex", "group"])
    kind = "label" if rows["label"].nunique() > 1 else "group"
    rows = rows.assign(bar=rows[kind], colour=rows["role"])
    panels = [
        BarPanel(part, list(dict.fromkeys(rows[kind])), name, "focus" if part["role"].iloc[0] == "focus" else "ink")
        for name, part in rows.groupby("name", sort=False)
    ]
    return bar_panels(panels, frame)


def bar_panels(panels: list[BarPanel], frame: Frame) -> Figure:
    """Panels of bars on one scale from zero, two side by side; rows of one order are aligned and named once."""
    sheet = frame.sheet
    with styled(sheet):
        rows = pd.concat([panel.rows for panel in panels])
        notes = mark_notes(rows, STAR)
        names = [RowNames(panel.order, sheet) for panel in panels]
        own = any(panel.order != panels[0].order for panel in panels)
        grid = Grid(len(panels), names[0], notes_height(notes, sheet) + 3, own)
        figure = blank(sheet, grid.total)
        scale = _scale(rows, frame, grid.width)
        for number, panel in enumerate(panels):
            axes = grid.axes(figure, number)
            _draw(axes, panel, names[number])
            axes.set(xlim=scale, ylim=names[number].ylim)
            _write_values(axes, panel, names[number], frame)
            if own or number % grid.across == 0:
                names[number].write(axes, focus_names(rows))
            alone = len(panels) == 1  # then the unit stands above it
            look = {} if alone else {"weight": 600, "size": sheet.text}
            at = (grid.corner(number)[0], grid.top(number) - 1)
            note(figure, sheet, panel.heading, at, color=TOKENS[panel.heading_colour], **look)
        write_notes(figure, sheet, notes)
    return figure


@dataclass(frozen=True)
class Grid:
    """Places of equal panels, two side by side on a wide sheet, in points; `below` is free for notes.

    The names stand left of the first panel of each line, or of each panel where it has its `own` order.
    """

    panels: int
    names: RowNames
    below: float
    own: bool = False

    @property
    def sheet(self) -> Sheet:
        return self.names.sheet

    @property
    def across(self) -> int:
        return min(2 if self.sheet is WIDE else 1, self.panels)

    @property
    def width(self) -> float:
        named = self.names.room * (self.across if self.own else 1)
        return (self.sheet.width - named - (self.across - 1) * GAP) / self.across

    @property
    def head(self) -> float:
        """Above the bars: unit, or the panel's heading."""
        return self.sheet.line + 6

    @property
    def total(self) -> float:
        down = -(-self.panels // self.across)
        return self.below + down * (self.names.height + self.head) + (down - 1) * GAP / 2

    def corner(self, number: int) -> tuple[float, float]:
        """The lower left corner of the axes of panel `number`, counted row by row from the top."""
        row, column = divmod(number, self.across)
        top = self.total - row * (self.names.height + self.head + GAP / 2) - self.head
        return self.names.room + column * (self.width + GAP + self.names.room * self.own), top - self.names.height

    def top(self, number: int) -> float:
        """Where the heading of panel `number` begins."""
        return self.corner(number)[1] + self.names.height + self.head

    def axes(self, figure: Figure, number: int) -> Axes:
        return axes_at(figure, self.sheet, *self.corner(number), self.width, self.names.height)

    def write_names(self, axes: Axes, number: int, focus: Collection[str] = ()) -> None:
        """Writes the rows' names, where the panel is the first of its line."""
        if number % self.across == 0:
            self.names.write(axes, focus)


def _scale(rows: pd.DataFrame, frame: Frame, width: float) -> tuple[float, float]:
    """The value axis' ends: zero among them, with room for the value written at the longest bar's end."""
    lows, highs = interval(rows)
    low, top = min(float(lows.fillna(0).min()), 0.0), max(float(highs.fillna(0).max()), 0.0)
    texts = [swedish(value, frame.decimals, short_symbol(frame)) + STAR for value in rows["value"].dropna()]
    text = bold_width(texts, frame.sheet) + 8
    room = text * ((low < 0) + (top > 0)) or width / 2
    point = ((top - low) or 1.0) / max(width - room, width * 0.3)
    return low - (text * point if low < 0 else 0), top + (text if top > 0 else width) * point


def _draw(axes: Axes, panel: BarPanel, names: RowNames) -> None:
    rows = panel.rows[panel.rows["value"].notna()]
    at, colours = [names.level[bar] for bar in rows["bar"]], [TOKENS[colour] for colour in rows["colour"]]
    axes.barh(at, rows["value"].tolist(), height=BAR * names.sheet.row, color=colours, linewidth=0)
    sure = rows[rows["margin"].notna()]
    rims = (("paper", 3.4), ("ink", 1.2)) if len(sure) else ()  # a light one, so that the margin shows on dark bars
    for colour, wide in rims:
        axes.hlines(sure["bar"].map(names.level), *interval(sure), color=TOKENS[colour], linewidth=wide, zorder=4)
    axes.axvline(0, color=TOKENS["axis"], linewidth=1, zorder=3)


def _write_values(axes: Axes, panel: BarPanel, names: RowNames, frame: Frame) -> None:
    """Each value at its bar's end, behind the margin; where there is none, the reason in words."""
    for row in panel.rows.itertuples():
        absent = pd.isna(row.value)
        margin = 0.0 if absent or pd.isna(row.margin) else row.margin
        end = 0.0 if absent else row.value - margin if row.value < 0 else row.value + margin
        beside(
            axes,
            absence(row.status) if absent else marked(row, frame, short_symbol(frame)),
            (end, names.level[row.bar]),
            (-4 if end < 0 else 4, frame.sheet.drop),
            va="baseline",
            ha="right" if end < 0 else "left",
            color=TOKENS["muted" if absent else "ink"],
            weight=600 if row.role == "focus" and not absent else 400,
            size=frame.sheet.small if absent else frame.sheet.text,
        )


# Parts of a whole over years: `share_bars`, `stacked_shares`, `stacked_area`.

PALETTE = SERIES * 3
LEAST = 0.005  # of the whole
ROUNDING = 2.0


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
    """Values with one row a year and one column a part, in the rows' order; NaN where a part is missing.

    A part that is never half a percent of the whole, which nobody would see, is left out, and a note says so.
    """
    part = "label" if rows["label"].nunique() > 1 or (rows["group"] == "").all() else "group"
    rows = drawable(rows, ["year", part])
    table = rows.pivot(index="year", columns=part, values="value")[list(dict.fromkeys(rows[part]))]
    seen = table.div(table.sum(axis=1), axis=0).ge(LEAST).any()
    table, empty = table.loc[:, seen], ", ".join(table.columns[~seen])
    if table.empty or table.notna().all(axis=1).sum() == 0:
        raise ValueError(
            f"{kind}: no year of {len(table)} has all {table.shape[1]} parts ({', '.join(table.columns)}). "
            "Show a card instead of a figure."
        )
    left_out = [f"Under en halv procent, och därför inte ritat: {empty.lower()}."] if empty else []
    table.attrs["notes"] = [*mark_notes(rows, STAR), *left_out]
    return table


def _over_years(table: pd.DataFrame, frame: Frame, draw: Callable) -> Figure:
    whole = table.dropna()
    years = range(int(whole.index.min()), int(whole.index.max()) + 1)
    sheet, height = frame.sheet, frame.sheet.plot
    with styled(sheet):
        top = float(whole.sum(axis=1).max())
        full = frame.high is not None and abs(top - frame.high) < ROUNDING  # rounded parts may sum to a little more
        ticks, _ = value_scale(0.0, frame.high if full and frame.high else top, frame)
        texts = [
            wrapped(
                f"{part} {swedish(whole[part].iloc[-1], frame.decimals, short_symbol(frame))}", sheet.labels, sheet.text
            )
            for part in whole
        ]
        notes = _notes(table, frame)
        left, below = tick_room(ticks, sheet) + 3, notes_height(notes, sheet) + sheet.line + 12
        width = sheet.width - left - bold_width(texts, sheet) - 12
        figure = blank(sheet, below + height + sheet.line + 6)
        axes = axes_at(figure, sheet, left, below, width, height)
        draw(axes, whole, [year for year, _ in frame.breaks if years[0] < year <= years[-1]])
        axes.set_ylim(0, max(ticks[-1], top))
        numbered_years(axes, sheet, year_marks(sheet, years, width))
        numbered(axes, sheet, "y", in_swedish(ticks))
        _name_parts(axes, sheet, whole, texts)
        note(figure, sheet, frame.unit_text, (2, below + height + sheet.line + 5))
        write_notes(figure, sheet, notes)
    return figure


def _notes(table: pd.DataFrame, frame: Frame) -> list[str]:
    """Series breaks, marks, and the years that lack a part."""
    whole = table.dropna()
    short = ", ".join(str(year) for year in table.index.difference(whole.index))
    notes = break_notes(frame, whole.index.min(), whole.index.max()) + table.attrs["notes"]
    return [*notes, f"Utan alla delar, och därför inte ritat: {short}."] if short else notes


def _bars(axes: Axes, whole: pd.DataFrame, breaks: list[int]) -> None:
    floor = 0 * whole.iloc[:, 0]
    for part, colour in zip(whole, PALETTE, strict=False):
        edge = TOKENS["paper"]
        axes.bar(whole.index, whole[part], 0.76, floor, color=TOKENS[colour], edgecolor=edge, linewidth=0.8)
        floor = floor + whole[part]
    axes.set_xlim(whole.index.min() - 0.5, whole.index.max() + 0.42)
    _mark(axes, breaks)


def _areas(axes: Axes, whole: pd.DataFrame, breaks: list[int]) -> None:
    """One stack a run of years; a lone year is a thin bar."""
    years = whole.index.to_series()
    run = (years.diff().ne(1) | eras(years, breaks).diff().ne(0)).cumsum()
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


def _name_parts(axes: Axes, sheet: Sheet, whole: pd.DataFrame, texts: list[str]) -> None:
    """Each part's name and last value beside the middle of its share of the last year."""
    last = whole.iloc[-1]
    point = axes.get_ylim()[1] / sheet.plot
    middles = (last.cumsum() - last / 2) / point
    room = [lines_in(text) * (sheet.line - 1.5) + 3 for text in texts]
    for text, at, colour in zip(texts, spread(list(middles), room, 0, sheet.plot + 8), PALETTE, strict=False):
        look = {"va": "center", "linespacing": 0.95, "color": TOKENS[colour], "weight": 600}
        beside(axes, text, (1, at * point), (6, 0), transform=axes.get_yaxis_transform(), **look)
