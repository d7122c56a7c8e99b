"""A strip shows every municipality once, a sparkline what was measured; both turn dark with the page."""

import re

import numpy as np
import pandas as pd
import pytest
from lxml import etree

from lagesbild.charts.strips import SIDE, STRIP, sparkline_svg, strip_svg
from lagesbild.look import TOKENS

CODES = [f"{9900 + number}" for number in range(99)] + [f"{99000 + number}" for number in range(191)]
VALUES = pd.Series(np.random.default_rng(5).lognormal(3, 0.5, 290), CODES)
SIMILAR = ["9901", "9905", "9940"]
OWN = pd.Series({2015: 4.0, 2016: 5.0, 2018: 3.0, 2020: 2.0, 2021: 1.0})
COUNTRY = pd.Series({year: 6.0 - 0.1 * (year - 2015) for year in range(2015, 2022)})


def drawn(kind):
    if kind == "strip":
        return strip_svg(VALUES, "9903", SIMILAR, 20.0, "lower")
    return sparkline_svg(OWN, COUNTRY)


def marks(svg, token):
    """The paths filled with a colour."""
    return [path.get("d") for path in etree.fromstring(svg).iterfind("path") if path.get("fill") == TOKENS[token]]


def dots(svg):
    """Where the dots of the municipalities stand: (x, y), in the drawing's order."""
    (path,) = [each.get("d") for each in etree.fromstring(svg).iterfind("path") if each.get("stroke") == TOKENS["peer"]]
    steps = re.findall(r"m(-?\d+) (-?\d+)h0", path)
    assert "".join(f"m{x} {y}h0" for x, y in steps) == path
    return [tuple(point) for point in np.cumsum([[int(x), int(y)] for x, y in steps], axis=0)]


def start(path):
    return tuple(int(number) for number in re.match(r"M(-?\d+) (-?\d+)", path).groups())


@pytest.mark.parametrize("kind", ["strip", "sparkline"])
def test_they_have_no_styles_no_words_and_only_colours_that_turn_dark(kind):
    svg = drawn(kind)
    root = etree.fromstring(svg)
    assert "style" not in svg
    assert root.get("aria-hidden") == "true"
    assert "".join(root.itertext()) == ""
    assert not root.xpath("//@id")
    colours = {*root.xpath("//@fill"), *root.xpath("//@stroke")} - {"none"}
    assert colours <= set(TOKENS.values())
    assert len(colours) > 1


def test_a_strip_has_one_dot_a_value_in_one_small_path():
    some = VALUES.copy()
    some.iloc[:7] = np.nan
    assert len(dots(drawn("strip"))) == 290
    assert len(dots(strip_svg(some, "9903", SIMILAR, 20.0, "lower"))) == 283
    assert len(drawn("strip")) < 3_500


def test_the_extremes_stand_at_the_ends_and_the_best_on_the_right():
    ends = (SIDE, STRIP[0] - SIDE)
    for better, right in (("higher", VALUES.idxmax()), ("neither", VALUES.idxmax()), ("lower", VALUES.idxmin())):
        svg = strip_svg(VALUES, right, [], None, better)
        at = [x for x, _ in dots(svg)]
        assert (min(at), max(at)) == ends
        (own,) = marks(svg, "focus")
        assert start(own)[0] + 9 == ends[1]


def test_own_similar_and_riket_stand_at_their_values_and_differ_in_shape():
    values = pd.Series([0.0, 25.0, 50.0, 100.0], ["9900", "9901", "9902", "9903"])
    svg = strip_svg(values, "9902", ["9901", "9903", "9999"], 75.0, "higher")
    wide = STRIP[0] - 2 * SIDE
    similar = marks(svg, "added")
    assert [start(path)[0] for path in similar] == [SIDE + wide // 4, SIDE + wide]
    (own,), (country,) = marks(svg, "focus"), marks(svg, "country")
    assert start(own)[0] + 9 == SIDE + wide // 2
    assert start(country)[0] == SIDE + 3 * wide // 4
    shapes = {re.sub(r"^M-?\d+ -?\d+", "", path) for path in (own, country, *similar)}
    assert len(shapes) == 3


def test_a_country_outside_the_municipalities_widens_the_row():
    values = pd.Series([10.0, 20.0], ["9900", "9901"])
    assert max(x for x, _ in dots(strip_svg(values, "9900", [], 30.0, "higher"))) == STRIP[0] // 2


def test_everything_lies_within_the_drawing():
    for values in (VALUES, VALUES.round(-1), VALUES * 0 + 4.0, VALUES[:1]):
        points = dots(strip_svg(values, "9903", SIMILAR, None, "higher"))
        assert len(points) == len(values)
        assert all(3 <= x <= STRIP[0] - 3 and 3 <= y <= STRIP[1] - 3 for x, y in points)


def test_nothing_is_drawn_without_values():
    assert strip_svg(VALUES * np.nan, "9903", SIMILAR, 20.0, "higher") == ""
    assert sparkline_svg(OWN * np.nan, COUNTRY) == ""


def test_a_sparkline_leaves_a_missing_year_out_and_ends_in_a_dot():
    root = etree.fromstring(drawn("sparkline"))
    country, own, end = [path.get("d") for path in root.iterfind("path")]
    assert country.count("L") == 6
    assert re.sub(r"[\d ]+", "", own) == "MLMMLMh"  # 2015-2016, 2018, 2020-2021; the lone year is a dot too
    assert end == f"M{own.split('L')[-1].split('M')[0]}h0"


def test_a_sparkline_is_lower_where_the_value_is():
    points = [tuple(map(int, point.split())) for point in re.findall(r"[ML](\d+ \d+)(?!h)", drawn("sparkline"))]
    heights = [y for _, y in points[7:9]]
    assert heights[0] > heights[1]  # 4 then 5: further up
