"""Small drawings inside tables and rows, hand-made as SVG: a strip of all municipalities, and a sparkline.

They stand beside the value in words, hold no text and are hidden from screen readers. Colours are the light tokens as
attributes, which the stylesheet turns in the dark, and shapes differ too: own place a large dot, the similar
triangles, riket a line with a diamond.
"""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from lagesbild.look import TOKENS

# Drawn at twice the size, so that whole numbers place everything to half a pixel.

STRIP = (640, 84)  # width and height
SIDE = 16  # free at both ends, for the marks there
DOT = 6  # diameter, and the width of a column of dots
ROW = 38  # the middle of the row
STACK = 22  # how far the dots of a column may reach from the row
BELOW = 66  # top of the triangles
TOP = 8  # of the line through riket's value, with its diamond
OWN, RHOMB, POINTER = 9, 8, 8  # half the size of the marks


def strip_svg(values: pd.Series, own: str, similar: Collection[str], country: float | None, better: str) -> str:
    """A row with one dot a municipality, from the worst on the left to the best on the right, as inline SVG.

    `values` by place code, NaN left out; the dots of nearly equal values stand above each other. `own` and `similar`
    are codes, `country` the value of riket. `better` is "higher", "lower" (then the lowest value is on the right) or
    "neither" (as "higher"): the caller says in words which end is which. "" without values.
    """
    values = values.dropna()
    if values.empty:
        return ""
    country = float("nan") if country is None else float(country)
    low, high = np.nanmin([values.min(), country]), np.nanmax([values.max(), country])
    wide = STRIP[0] - 2 * SIDE
    share = (lambda value: 0.5 + 0 * value) if high == low else lambda value: (value - low) / (high - low)
    turned = (lambda value: 1 - share(value)) if better == "lower" else share
    x = (SIDE + wide * turned(values)).round().astype(int)
    parts = [
        f'<path d="M{SIDE} {ROW}h{wide}" stroke="{TOKENS["grid"]}" stroke-width="2"/>',
        f'<path d="{_dots(_stacked(x))}" stroke="{TOKENS["peer"]}" stroke-width="{DOT}" stroke-linecap="round"/>',
        *(_shape(f"M{x[code]} {BELOW}l{POINTER} 14h-{2 * POINTER}z", "added") for code in similar if code in x.index),
    ]
    if not np.isnan(country):
        at = round(SIDE + wide * float(turned(country)))
        parts.append(f'<path d="M{at} {TOP}V{BELOW - 4}" stroke="{TOKENS["country"]}" stroke-width="3"/>')
        parts.append(_shape(f"M{at} {TOP - 6}l{RHOMB} {RHOMB}l-{RHOMB} {RHOMB}l-{RHOMB}-{RHOMB}z", "country"))
    if own in x.index:
        parts.append(
            _shape(f"M{x[own] - OWN} {ROW}a{OWN} {OWN} 0 1 0 {2 * OWN} 0a{OWN} {OWN} 0 1 0-{2 * OWN} 0z", "focus")
        )
    return _svg("strip", STRIP, parts)


def _stacked(x: pd.Series) -> list[tuple[int, int]]:
    """Where each dot stands: those of one column around the row, closer together where a column is full."""
    columns: dict[int, list[int]] = {}
    for each in sorted(x.tolist()):
        columns.setdefault((each - SIDE) // DOT, []).append(each)
    step = min(DOT, 2 * STACK / max(max(map(len, columns.values())) - 1, 1))
    return [
        (each, round(ROW + (number - (len(column) - 1) / 2) * step))
        for column in columns.values()
        for number, each in enumerate(column)
    ]


def _dots(points: Sequence[tuple[int, int]]) -> str:
    """One path of dots: strokes without length, whose round ends are drawn; each from the one before, to be short."""
    before = [(0, 0), *points[:-1]]
    return "".join(f"m{x - left} {y - top}h0" for (x, y), (left, top) in zip(points, before, strict=True))


def _shape(path: str, token: str) -> str:
    """A mark with a light edge, which keeps it apart from the dots below it."""
    return f'<path d="{path}" fill="{TOKENS[token]}" stroke="{TOKENS["paper"]}" stroke-width="2"/>'


SPARKLINE = (240, 64)
INSIDE = 10


def sparkline_svg(own: pd.Series, country: pd.Series) -> str:
    """The own place's line with a dot at its last value, riket's dashed behind it, as inline SVG; "" without values.

    Both are series by year on one scale, which is the drawing's height; a missing year is a gap.
    """
    both = pd.concat([own, country]).dropna()
    if own.dropna().empty:
        return ""
    years, low, high = (int(both.index.min()), int(both.index.max())), both.min(), both.max()
    wide, tall = SPARKLINE[0] - 2 * INSIDE, SPARKLINE[1] - 2 * INSIDE

    def point(year: int, value: float) -> str:
        across = (year - years[0]) / (years[1] - years[0]) if years[1] > years[0] else 1.0
        upwards = (value - low) / (high - low) if high > low else 0.5
        return f"{round(INSIDE + across * wide)} {round(INSIDE + (1 - upwards) * tall)}"

    def line(series: pd.Series, token: str, rest: str) -> str:
        series = series.dropna().sort_index()
        starts = [year - 1 not in series.index for year in series.index]
        path = "".join(f"{'M' if new else 'L'}{point(*item)}" for new, item in zip(starts, series.items(), strict=True))
        alone = "".join(
            f"M{point(year, series[year])}h0" for year in series.index if not {year - 1, year + 1} & {*series.index}
        )
        return f'<path d="{path}{alone}" fill="none" stroke="{TOKENS[token]}" stroke-linecap="round" {rest}/>'

    known = own.dropna().sort_index()
    last = point(int(known.index[-1]), float(known.iloc[-1]))
    parts = [line(country, "country", 'stroke-width="3" stroke-dasharray="6 6"')] if country.notna().any() else []
    parts += [
        line(own, "focus", 'stroke-width="5"'),
        f'<path d="M{last}h0" stroke="{TOKENS["focus"]}" stroke-width="14" stroke-linecap="round"/>',
    ]
    return _svg("sparkline", SPARKLINE, parts)


def _svg(name: str, size: tuple[int, int], parts: list[str]) -> str:
    wide, tall = size
    box = f'width="{wide // 2}" height="{tall // 2}" viewBox="0 0 {wide} {tall}"'
    return f'<svg class="{name}" {box} aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
