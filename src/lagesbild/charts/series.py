"""Rows as series: what is drawn of them, and the strokes, axes and labels of a panel over years."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lagesbild.charts.axes import axes_at, draw_dots, numbered, numbered_years
from lagesbild.charts.theme import (
    HOLLOW,
    OTHERS,
    ROLES,
    SERIES,
    Frame,
    Look,
    Sheet,
    break_notes,
    in_swedish,
    lines_in,
    mark_notes,
    spread,
    swedish,
    wrapped,
    year_marks,
)
from lagesbild.look import TOKENS
from lagesbild.sources.series import WITHOUT_VALUE
from lagesbild.swedish.numbers import OWN_COMPUTATION, SEX
from lagesbild.tidy.schema import RESTATED

# Chart rows ready to draw: values that may be shown, a row a mark, with the name of their series.
#
# Chart rows are tidy rows plus `name` (of the place), `label` (of the indicator) and `role`
# ("focus", "country", "region", "added", "peer"). Optional columns: `unit` (text, where panels differ in unit),
# `decimals` (of that unit) and `mark` ("dot": never joined by a line).

MARK_KEYS = ["indicator", "label", "place", "year", "month", "sex", "group"]
SEX_COLOUR = {"K": "women", "M": "men", "T": "country"}


def drawable(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """`rows` with values that must not be shown emptied. Raises ValueError where two rows are one mark:
    drawing would average them silently.
    """
    if rows.empty:
        raise ValueError("there are no chart rows to draw. Show a card instead of a figure.")
    if len(set(row_values(rows, *keys))) < len(rows):
        twice = rows[rows.duplicated(keys, keep=False)]
        first = ", ".join(f"{key}={twice.iloc[0][key]!r}" for key in keys)
        raise ValueError(
            f"{len(twice)} of {len(rows)} chart rows share a mark, the first with {first}. "
            "Pick one year, sex and group before drawing."
        )
    if not set(WITHOUT_VALUE).isdisjoint(rows["status"].tolist()):
        hidden = rows["status"].isin(WITHOUT_VALUE)
        rows = rows.assign(value=rows["value"].mask(hidden), margin=rows["margin"].mask(hidden))
    return rows.reset_index(drop=True)


def row_values(rows: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """Each row's values of the columns `names`: for a few dozen rows, far less than what pandas' operations take."""
    return zip(*(rows[name].tolist() for name in names), strict=True)


def as_texts(texts: Sequence[str], rows: pd.DataFrame) -> pd.Series:
    """A column of texts for `rows`, as plain objects: see `helpers.rows.as_objects`."""
    return pd.Series(texts, rows.index, dtype=object)


def refuse_empty(rows: pd.DataFrame, kind: str) -> None:
    """Raises ValueError when no row of `rows` has a value that may be shown."""
    if not rows["value"].notna().any():
        raise ValueError(
            f"{kind}: none of the {len(rows)} rows has a value that may be shown. Show a card instead of a figure."
        )


def focus_names(rows: pd.DataFrame) -> set[str]:
    """The name of the focus place, where it is among the rows."""
    return set(rows.loc[rows["role"] == "focus", "name"])


def best_first(rows: pd.DataFrame, better: str) -> list[str]:
    """Place names with the best value first (the highest where no direction is better), empty ones last.

    The total decides where it is given, else the mean of women and men.
    """
    total = rows[rows["sex"] == "T"]
    level = (total if total["value"].notna().any() else rows).groupby("name", as_index=False)["value"].mean()
    known = level.sort_values(["value", "name"], ascending=[better == "lower", True])["name"].tolist()
    return known + [name for name in rows["name"].unique() if name not in known]


def with_series(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` plus `series` (the text beside the line), `colour` (a token) and `time` (year as a decimal).

    Places differ by role, sexes by their colours, indicators and groups by the palette.
    """
    kinds = [column for column in ("label", "group") if rows[column].nunique() > 1]
    sexes = ["sex"] if rows["sex"].nunique() > 1 else []
    places = ["name"] if rows["place"].nunique() > 1 or not kinds + sexes else []
    colour = rows["role"].tolist()
    if kinds:
        kind = _joined(rows, kinds)
        palette = {each: SERIES[number % len(SERIES)] for number, each in enumerate(dict.fromkeys(kind))}
        colour = [palette[each] for each in kind]
    elif sexes:
        colour = [SEX_COLOUR[sex] for sex in rows["sex"]]
    series = _joined(rows, [*kinds, *sexes, *places])
    return rows.assign(series=as_texts(series, rows), colour=as_texts(colour, rows), time=times(rows))


def _joined(rows: pd.DataFrame, names: list[str]) -> list[str]:
    """Each row's texts in the columns `names` as one."""
    words = [SEX if name == "sex" else {} for name in names]
    return [
        ", ".join(str(known.get(text, text)) for known, text in zip(words, texts, strict=True))
        for texts in row_values(rows, *names)
    ]


def times(rows: pd.DataFrame) -> pd.Series:
    """The year as a number; months lie inside their year where a series has several months of a year.

    No two `rows` are one mark: see `drawable`.
    """
    if len(set(row_values(rows, *(key for key in MARK_KEYS if key != "month")))) < len(rows):
        return rows["year"] + (rows["month"] - 0.5) / 12
    return rows["year"].astype(float)


def with_segments(rows: pd.DataFrame, breaks: tuple[tuple[int, str], ...]) -> pd.DataFrame:
    """`rows` with values by series and time, plus `segment`: a new one after each missing year and each series break.

    Nothing is drawn between two segments, so that no line stands for years that were never measured.
    """
    rows = rows[rows["value"].notna()]
    order = list(row_values(rows, "series", "time"))
    rows = rows.iloc[sorted(range(len(order)), key=order.__getitem__)]
    step = 1 / 12 if any(time % 1 for _, time in order) else 1.0
    marks = rows["mark"].tolist() if "mark" in rows else [""] * len(rows)
    era = eras(rows["year"], [year for year, _ in breaks]).tolist()
    each = list(zip(row_values(rows, "series", "time", "status"), marks, era, strict=True))
    starts = [1]  # the first row begins a segment
    for ((series, time, status), _, era), ((own, at, kept), mark, new) in pairwise(each):
        apart = own != series or at - time > step * 1.5
        broken = new != era and (status != RESTATED or kept == RESTATED)  # restated years go on unbroken
        starts.append(apart or broken or mark == "dot")
    return rows.assign(segment=np.cumsum(starts))


def eras(years: pd.Series, breaks: Sequence[int]) -> pd.Series:
    """How many series breaks lie behind each year."""
    return pd.Series(np.searchsorted(sorted(breaks), years, side="right"), years.index)


def drawn_rows(rows: pd.DataFrame, frame: Frame, kind: str) -> pd.DataFrame:
    """The rows that lines and dots over years are made of, with series, colour, time, segment, and `at`:
    the time where it is drawn, a little apart where series of dots would hide each other.
    """
    rows = drawable(rows, MARK_KEYS)
    refuse_empty(rows, kind)
    drawn = with_segments(with_series(rows), frame.breaks)
    if drawn["segment"].nunique() < len(drawn):
        return drawn.assign(at=drawn["time"])
    number = {name: n for n, name in enumerate(dict.fromkeys(drawn["series"]))}
    span = (drawn["time"].max() - drawn["time"].min()) or 1
    apart = [(number[name] - (len(number) - 1) / 2) * span / 70 for name in drawn["series"]]
    return drawn.assign(at=drawn["time"] + apart)


# One panel of lines or dots over years: axes, strokes, margins, break marks and direct labels.

LINE_WIDTH = {"focus": 2.8, "country": 2.0, "region": 2.0, "added": 2.0, "peer": 1.2}
DASHES = {"focus": "", "country": (3, 1.4), "region": (1.2, 1.4), "added": "", "peer": ""}
SHAPE = {"focus": "o", "country": "D", "region": "s", "added": "^", "peer": "o"}
SIZE = {"focus": 28, "country": 16, "region": 16, "added": 18, "peer": 14}
FEW = 2  # peers, and their values stand beside their names
CROWD = 3  # more series than this with margins, and only the focus place and the country show theirs


@dataclass(frozen=True)
class Panel:
    """Where the axes of one panel stand in the figure, in points, and which years they span."""

    left: float
    bottom: float
    width: float
    height: float
    years: tuple[float, float]
    ticks: tuple[float, ...]
    sheet: Sheet
    numbers: Mapping[float, str] | None = None  # the years written below: none in upper panels, else all that have room
    pad: float = 4.0  # from the axes to the numbers left of it


def interval(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The ends of each value's margin; the value itself where it has none."""
    margin = rows["margin"].fillna(0.0)
    return rows["value"] - margin, rows["value"] + margin


def extent(rows: pd.DataFrame) -> tuple[float, float]:
    """The lowest and highest value, margins included."""
    low, high = interval(rows)
    return float(low.min()), float(high.max())


def years_of(drawn: pd.DataFrame) -> tuple[float, float]:
    """The ends of the time axis: whole years, half a year wider where they hold months or are one alone."""
    first, last = float(drawn["time"].min()), float(drawn["time"].max())
    if (drawn["time"] % 1).any():
        return first // 1, last // 1 + 1
    return (first, last) if last > first else (first - 0.5, last + 0.5)


def foot(drawn: pd.DataFrame, frame: Frame) -> list[str]:
    """What is written below: series breaks within the years drawn, what hollow dots mean, and restated years."""
    own, others = (drawn[(drawn["status"] == RESTATED) == restated] for restated in (True, False))
    notes = break_notes(frame, drawn["year"].min(), drawn["year"].max()) + mark_notes(others, HOLLOW)
    if own.empty:
        return notes
    labels = own["label"].unique()
    until = f"till och med {own['year'].max()}: {OWN_COMPUTATION}"
    return [*notes, f"{', '.join(labels)}, {until}" if len(labels) < drawn["label"].nunique() else f"T{until[1:]}"]


def stroke_panel(figure: Figure, panel: Panel, drawn: pd.DataFrame, frame: Frame) -> Axes:
    """Axes with the lines, their single points, margins and break marks, without labels."""
    axes = axes_at(figure, panel.sheet, panel.left, panel.bottom, panel.width, panel.height)
    _lines(axes, drawn)
    _points(axes, drawn)
    _margins(axes, drawn)
    for year, _ in frame.breaks:
        if drawn["year"].min() < year <= drawn["year"].max():
            axes.axvline(year - 0.5, color=TOKENS["axis"], linewidth=1, dashes=(3, 2.5), zorder=1, gid="break")
    axes.set_ylim(panel.ticks[0], panel.ticks[-1])
    _year_axis(axes, panel, drawn)
    numbered(axes, panel.sheet, "y", in_swedish(panel.ticks), pad=panel.pad)
    return axes


def _lines(axes: Axes, drawn: pd.DataFrame) -> None:
    """One line a segment of several values: nothing is averaged, and no gap is joined."""
    segments: dict[tuple[int, str, int], list[tuple[float, float]]] = {}
    for role, colour, segment, *point in row_values(drawn, "role", "colour", "segment", "at", "value"):
        segments.setdefault((ROLES.index(role), colour, segment), []).append((point[0], point[1]))
    for (level, colour, _), points in sorted(segments.items()):
        if len(points) > 1:
            role = ROLES[level]
            look: Look = {"linewidth": LINE_WIDTH[role], "dashes": DASHES[role] or (None, None), "zorder": 2 + level}
            axes.add_line(Line2D(*zip(*points, strict=True), color=TOKENS[colour], **look))


def _points(axes: Axes, drawn: pd.DataFrame) -> None:
    """Dots where no line shows a value and where it ends; hollow where the value is marked, but for restated ones."""
    size, last = Counter(drawn["segment"]), dict(sorted(row_values(drawn, "series", "time")))
    kinds: dict[tuple[str, str, bool], list[tuple[float, float]]] = {}
    for segment, series, time, status, role, colour, *point in row_values(
        drawn, "segment", "series", "time", "status", "role", "colour", "at", "value"
    ):
        hollow = status not in ("", RESTATED)
        if hollow or size[segment] == 1 or time == last[series]:
            kinds.setdefault((role, colour, hollow), []).append((point[0], point[1]))
    for (role, colour, hollow), points in sorted(kinds.items()):
        look: Look = {"facecolor": TOKENS["paper" if hollow else colour], "edgecolor": TOKENS[colour], "linewidth": 1.2}
        at, values = zip(*points, strict=True)
        draw_dots(axes, at, values, SIZE[role], SHAPE[role], zorder=7 + ROLES.index(role), **look)


def _margins(axes: Axes, drawn: pd.DataFrame) -> None:
    sure = drawn[drawn["margin"].notna()]
    if sure.empty:
        return
    if sure["series"].nunique() > CROWD:
        sure = sure[sure["role"].isin(["focus", "country"])]
    axes.vlines(sure["at"], *interval(sure), color=[TOKENS[each] for each in sure["colour"]], linewidth=1.2, zorder=6)


def _year_axis(axes: Axes, panel: Panel, drawn: pd.DataFrame) -> None:
    """Whole years below, as many as there is room for, the last among them."""
    first, last = panel.years
    monthly = bool((drawn["time"] % 1).any())
    edge = 5 * (last - first) / panel.width + (drawn["at"] - drawn["time"]).abs().max()
    axes.set_xlim(first - edge, last + edge)
    whole = range(int(-(-first // 1)), int(last // 1) + (0 if monthly else 1))
    marks = year_marks(panel.sheet, whole, panel.width, 0.5 * monthly) if panel.numbers is None else panel.numbers
    numbered_years(axes, panel.sheet, marks)
    axes.axhline(panel.ticks[0], color=TOKENS["axis"], linewidth=1, zorder=1)


def ends(drawn: pd.DataFrame) -> pd.DataFrame:
    """The last drawn row of each series."""
    series, time = drawn["series"].tolist(), drawn["time"].tolist()
    order = sorted(range(len(drawn)), key=time.__getitem__)
    last = {series[at]: at for at in order}
    return drawn.iloc[[at for at in order if last[series[at]] == at]]


# Many peers: two are lines, the others one light band.


def banded(drawn: pd.DataFrame, frame: Frame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that become lines, and the band of the other peers (`time`, `low`, `high`, `run`: a stretch of years).

    Of more than FEW + 1 peers, those with the highest and the lowest last value stay lines; else the band is empty.
    """
    peers = drawn[drawn["role"] == "peer"]
    if peers["name"].nunique() <= FEW + 1 or drawn["label"].nunique() > 1 or drawn["sex"].nunique() > 1:
        return drawn, pd.DataFrame(columns=["time", "low", "high", "run"])
    last = peers[peers["time"] == peers["time"].max()].sort_values(["value", "name"])
    rest = peers[~peers["name"].isin([last["name"].iloc[0], last["name"].iloc[-1]])]
    band = rest.groupby("time", as_index=False).agg(low=("value", "min"), high=("value", "max"), year=("year", "first"))
    run = band["time"].diff().gt(1.5) | eras(band["year"], [year for year, _ in frame.breaks]).diff().ne(0)
    return drawn.drop(rest.index), band.assign(run=run.cumsum())


def draw_band(axes: Axes, band: pd.DataFrame) -> None:
    """The band, behind everything; years that do not follow each other are not joined."""
    for _, part in band.groupby("run"):
        axes.fill_between(part["time"], part["low"], part["high"], color=TOKENS["grid"], linewidth=0, zorder=0.5)


# Names at the ends of lines.


def end_labels(drawn: pd.DataFrame, decimals: int, sheet: Sheet, band: pd.DataFrame | None = None) -> pd.DataFrame:
    """The last row of each series, and of the band, with the `text` that stands there and its `room` in points.

    The text is the series' name and its last value, unless it is one of many peers'.
    """
    last, many = ends(drawn), drawn.loc[drawn["role"] == "peer", "name"].nunique() > FEW
    if band is not None and len(band):
        end = band.iloc[-1]
        row = {
            "series": OTHERS,
            "name": OTHERS,
            "role": "peer",
            "colour": "peer",
            "value": (end["low"] + end["high"]) / 2,
        }
        last = pd.concat([last, pd.DataFrame([row | {"time": end["time"], "at": end["time"]}])], ignore_index=True)
    bare = (last["series"] == OTHERS) | ((last["role"] == "peer") & many)
    values = [
        "" if alone else f"\u00a0{swedish(value, decimals)}"
        for value, alone in zip(last["value"].tolist(), bare, strict=True)
    ]
    texts = [
        wrapped(f"{name}{value}", sheet.labels, sheet.text) for name, value in zip(last["series"], values, strict=True)
    ]
    return last.assign(text=as_texts(texts, last), room=[lines_in(text) * (sheet.line - 1.5) + 1.5 for text in texts])


def label_room(labels: pd.DataFrame) -> float:
    """Points in height that the labels need when they stand one below the other."""
    return float(labels["room"].sum())


def name_lines(axes: Axes, panel: Panel, labels: pd.DataFrame) -> None:
    """Writes each label at its line's end, moved apart, with a thin thread where it was moved.

    A thread runs level to the panel's edge and only there up or down, in the labels' order: no two cross. It is dotted,
    since it is no line.
    """
    low, high = panel.ticks[0], panel.ticks[-1]
    wanted = [(value - low) / (high - low) * panel.height for value in labels["value"].tolist()]
    heights = spread(wanted, list(labels["room"]), -6, panel.height + 6)
    end, point = axes.get_xlim()[1], (axes.get_xlim()[1] - axes.get_xlim()[0]) / panel.width
    each = row_values(labels, "role", "colour", "text", "time", "at", "value")
    for (role, colour, text, time, drawn_at, value), at, moved in zip(each, wanted, heights, strict=True):
        level = low + moved / panel.height * (high - low)
        if abs(moved - at) > 3 or time < panel.years[1]:
            thread = [drawn_at + 4 * point, end + 0.5 * point, end + 9 * point], [value, value, level]
            look: Look = {"linewidth": 0.8, "dashes": (1, 2), "dash_capstyle": "butt"}
            axes.add_line(Line2D(*thread, color=TOKENS["axis"], zorder=1, gid="thread", **look))
        axes.text(
            end + 11 * point,
            level,
            text,
            va="center",
            linespacing=0.95,
            parse_math=False,
            color=TOKENS["muted" if colour == "peer" else colour],
            weight=600 if role == "focus" else 400,
            size=panel.sheet.small if role == "peer" else panel.sheet.text,
        )
