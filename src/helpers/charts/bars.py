"""Bars from zero: `ranked_bars`, `value_bars`, `bars_by_group`, `profile_bars`."""

from dataclasses import dataclass

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import axes_at, blank, note, notes_height, styled, widest, wrapped, write_notes
from .look import LINE, SMALL, TEXT_SIZE, TOKENS, WIDTH, Frame
from .rows import DROP, NAME_WIDTH, ROW, write_names
from .series import absence, best_first, mark_notes, one_a_mark
from .words import MARKED, SEX, STAR, short_symbol, swedish

GAP = 16.0  # between two panels
HEAD = 18.0  # above the bars: unit, or the panel's heading


@dataclass(frozen=True)
class BarPanel:
    """One column of bars: its rows share `names` with the other panels, top first."""

    rows: pd.DataFrame  # with `bar` (the name beside it) and `colour` (a token)
    heading: str
    heading_colour: str = "muted"


def ranked_bars(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One bar a place, the best first and the focus place in colour; women and men as two aligned panels.

    Places without a value stand last with the reason in words. One year and one indicator only.
    """
    rows = one_a_mark(rows, ["place", "sex", "group"])
    split = rows["sex"].isin(["K", "M"]).any()
    order = best_first(rows, frame.better)
    rows = rows.assign(bar=rows["name"], colour=rows["role"])
    if not split:
        return bar_panels([BarPanel(rows, frame.unit_text)], order, frame)
    panels = [BarPanel(rows[rows["sex"] == sex], SEX[sex], colour) for sex, colour in (("K", "women"), ("M", "men"))]
    return bar_panels(panels, order, frame)


def value_bars(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One year's value of each place as bars: focus place first, then the others by value."""
    rows = one_a_mark(rows, ["place", "sex", "group"])
    focus = set(rows.loc[rows["role"] == "focus", "name"])
    order = sorted(best_first(rows, frame.better), key=lambda name: name not in focus)
    return bar_panels([BarPanel(rows.assign(bar=rows["name"], colour=rows["role"]), frame.unit_text)], order, frame)


def bars_by_group(rows: pd.DataFrame, frame: Frame) -> Figure:
    """One bar a group (household, answer); a panel a sex, or a place, where there are several."""
    rows = one_a_mark(rows, ["place", "sex", "group"])
    order = list(dict.fromkeys(rows["group"]))
    rows = rows.assign(bar=rows["group"], colour="focus")
    sexes = [sex for sex in ("K", "M") if (rows["sex"] == sex).any()]
    if sexes:
        colour = {"K": "women", "M": "men"}
        panels = [BarPanel(_of_sex(rows, sex, colour[sex]), SEX[sex], colour[sex]) for sex in sexes]
    elif rows["place"].nunique() > 1:
        panels = [
            BarPanel(
                part.assign(colour=part["role"]),
                name,
                part["role"].iloc[0] if part["role"].iloc[0] != "peer" else "muted",
            )
            for name, part in rows.groupby("name", sort=False)
        ]
    else:
        panels = [BarPanel(rows, frame.unit_text)]
    return bar_panels(panels, order, frame)


def _of_sex(rows: pd.DataFrame, sex: str, colour: str) -> pd.DataFrame:
    return rows[rows["sex"] == sex].assign(colour=colour)


def profile_bars(rows: pd.DataFrame, frame: Frame) -> Figure:
    """Small multiples, one a place: a bar a kind (indicator label), all on one scale."""
    rows = one_a_mark(rows, ["place", "indicator", "sex", "group"])
    kind = "label" if rows["label"].nunique() > 1 else "group"
    order = list(dict.fromkeys(rows[kind]))
    rows = rows.assign(bar=rows[kind], colour=rows["role"])
    panels = [
        BarPanel(part, name, "focus" if part["role"].iloc[0] == "focus" else "ink")
        for name, part in rows.groupby("name", sort=False)
    ]
    return bar_panels(panels, order, frame, columns=2)


def bar_panels(panels: list[BarPanel], order: list[str], frame: Frame, columns: int = 2) -> Figure:
    """Panels of bars side by side (`columns` of them, then below), rows aligned, one scale from zero."""
    with styled():
        rows = pd.concat([panel.rows for panel in panels])
        names = [wrapped(name, NAME_WIDTH) for name in order]
        row = max(ROW, max(name.count("\n") + 1 for name in names) * (LINE - 1) + 6)
        left = widest(names, TEXT_SIZE, 600) + 11
        notes = mark_notes(rows, STAR)
        grid = Grid(len(panels), columns, left, row * len(order), notes_height(notes) + 3)
        figure = blank(grid.total)
        scale = _scale(rows, frame, grid.width)
        for number, panel in enumerate(panels):
            axes = axes_at(figure, *grid.corner(number), grid.width, grid.height)
            _draw(axes, panel, order, scale)
            _write_values(axes, panel, order, frame)
            if grid.corner(number)[0] == left:
                write_names(axes, rows, order, names)
            _write_heading(figure, panel, grid.corner(number), grid)
        write_notes(figure, notes)
    return figure


@dataclass(frozen=True)
class Grid:
    """Places of equal panels in points: `left` free for names, `below` for notes."""

    panels: int
    columns: int
    left: float
    height: float
    below: float

    @property
    def across(self) -> int:
        return min(self.columns, self.panels)

    @property
    def width(self) -> float:
        return (WIDTH - self.left - (self.across - 1) * GAP) / self.across

    @property
    def total(self) -> float:
        down = -(-self.panels // self.across)
        return self.below + down * (self.height + HEAD) + (down - 1) * GAP / 2

    def corner(self, number: int) -> tuple[float, float]:
        """The lower left corner of the axes of panel `number`, counted row by row from the top."""
        row, column = divmod(number, self.across)
        top = self.total - row * (self.height + HEAD + GAP / 2) - HEAD
        return self.left + column * (self.width + GAP), top - self.height


def _scale(rows: pd.DataFrame, frame: Frame, width: float) -> tuple[float, float]:
    """The value axis' ends: zero among them, with room for the value written at the longest bar's end."""
    margin = rows["margin"].fillna(0)
    top = max(float((rows["value"] + margin).fillna(0).max()), 0.0)
    low = min(float((rows["value"] - margin).fillna(0).min()), 0.0)
    texts = [_written(value, "", frame) + STAR for value in rows["value"].dropna()]
    room = (widest(texts, TEXT_SIZE, 600) + 8) * ((low < 0) + (top > 0)) or width / 2
    point = ((top - low) or 1.0) / max(width - room, width * 0.3)
    text = (widest(texts, TEXT_SIZE, 600) + 8) * point
    return low - (text if low < 0 else 0), top + (text if top > 0 else width * point)


def _draw(axes: Axes, panel: BarPanel, order: list[str], scale: tuple[float, float]) -> None:
    rows = panel.rows[panel.rows["value"].notna()]
    sns.barplot(
        data=rows,
        x="value",
        y="bar",
        order=order,
        hue="colour",
        palette=TOKENS,
        dodge=False,
        legend=False,
        width=0.68,
        errorbar=None,
        saturation=1,
        linewidth=0,
        ax=axes,
    )
    sure = rows[rows["margin"].notna()]
    for colour, wide in (("paper", 3.4), ("ink", 1.2)):  # a light rim, so that the margin shows on dark bars
        axes.hlines(
            [order.index(bar) for bar in sure["bar"]],
            sure["value"] - sure["margin"],
            sure["value"] + sure["margin"],
            color=TOKENS[colour],
            linewidth=wide,
            zorder=4,
        )
    axes.axvline(0, color=TOKENS["axis"], linewidth=1, zorder=3)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="", xlim=scale, ylim=(len(order) - 0.5, -0.5))


def _written(value: float, status: str, frame: Frame) -> str:
    return swedish(value, frame.decimals, short_symbol(frame)) + (STAR if status in MARKED else "")


def _write_values(axes: Axes, panel: BarPanel, order: list[str], frame: Frame) -> None:
    """Each value at its bar's end, behind the margin; where there is none, the reason in words."""
    for row in panel.rows.itertuples():
        absent = pd.isna(row.value)
        margin = 0.0 if absent or pd.isna(row.margin) else row.margin
        end = 0.0 if absent else row.value - margin if row.value < 0 else row.value + margin
        axes.annotate(
            absence(row.status) if absent else _written(row.value, row.status, frame),
            (end, order.index(row.bar)),
            xytext=(-4 if end < 0 else 4, DROP),
            textcoords="offset points",
            va="baseline",
            ha="right" if end < 0 else "left",
            color=TOKENS["muted" if absent else "ink"],
            weight=600 if row.role == "focus" and not absent else 400,
            parse_math=False,
            size=SMALL if absent else TEXT_SIZE,
        )


def _write_heading(figure: Figure, panel: BarPanel, corner: tuple[float, float], grid: Grid) -> None:
    """The panel's name above it; a lone panel has the unit there."""
    alone = grid.panels == 1
    look = {} if alone else {"weight": 600, "size": TEXT_SIZE}
    at = (grid.left if alone else corner[0], corner[1] + grid.height + HEAD - 1)
    note(figure, panel.heading, at, color=TOKENS[panel.heading_colour], **look)
