"""Figures show their data, all of it and nothing else, and come out as SVG that every reader can use."""

import itertools
import re
import subprocess
import sys
from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from lxml import etree
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.collections import PathCollection

from chart_functions import CHARTS
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import (
    DARK,
    FONTS,
    LINES,
    NARROW,
    SERIES,
    TOKENS,
    WIDE,
    ZONES,
    Frame,
    spread,
    styled,
    value_scale,
)

PERCENT = Frame("%", "procent", 1, high=100)
PLACES = [
    ("9901", "Påhittsby", "focus"),
    ("0000", "Riket", "country"),
    ("9902", "Sagostad", "peer"),
    ("9903", "Drömköping", "peer"),
    ("9904", "Lyckhyttan", "peer"),
    ("9905", "Örnstad", "peer"),
    ("9906", "Vindelby", "peer"),
    ("9907", "Norrlunda", "peer"),
    ("9908", "Älvsele", "peer"),
]


def chart_rows(years=(2022,), places=PLACES, labels=("Otrygghet",), sexes=("T",), groups=("",), level=30.0):
    """Made-up chart rows with every combination; values are random around `level`, from a fixed seed."""
    random = np.random.default_rng(7)
    rows = [
        {"indicator": label.lower(), "place": place, "year": year, "sex": sex, "group": group}
        | {
            "name": name,
            "label": label,
            "role": role,
            "value": round(float(level * random.uniform(0.7, 1.3)), 1),
        }
        for place, name, role in places
        for label, sex, group, year in itertools.product(labels, sexes, groups, years)
    ]
    return pd.DataFrame(rows).assign(month=0, vintage="2024-01-01", margin=np.nan, count=np.nan, status="")


def with_years_ahead(rows):
    """Chart rows whose last two years are expected values with fields of 80 and 95 %."""
    ahead = rows["year"] > rows["year"].max() - 2
    sides = {"low95": -8, "low80": -4, "high80": 4, "high95": 8}
    return rows.assign(**{name: (rows["value"] + by).where(ahead) for name, by in sides.items()})


FOCUS, TWO = PLACES[:1], PLACES[:2]
PARTS = ("Sjukpenning", "Arbetslöshetsersättning", "Ekonomiskt bistånd")
GROUPS = ("Ensamstående med barn", "Sammanboende med barn", "Sammanboende utan barn")
RANKS = chart_rows((2020, 2021), level=100).assign(value=lambda rows: rows["value"].round())
EXAMPLES = {
    "bars_by_group": chart_rows(places=FOCUS, groups=GROUPS),
    "dot_rows": chart_rows(labels=("Saknar tillit till andra", "Saknar stöd", "Avstår från att gå ut ensam")),
    "dots_by_year": chart_rows((2018, 2020, 2022), FOCUS, groups=("Flickor", "Pojkar")),
    "dots_with_lines": pd.concat(
        [
            chart_rows(range(2015, 2023), TWO, ("Arbetslöshet",)).assign(mark="line", unit="procent"),
            chart_rows((2018, 2019), FOCUS, ("Inskrivna i juli",), level=3000).assign(mark="dot", unit="antal"),
        ]
    ),
    "dumbbell": chart_rows(sexes=("T", "K", "M")).assign(margin=2.5),
    "fan": with_years_ahead(chart_rows(range(2012, 2023), FOCUS, ("Otrygghet", "Utsatthet för brott"))),
    "lines": chart_rows(range(2010, 2023)),
    "profile_bars": chart_rows(places=PLACES[:5], labels=PARTS),
    "rank_change": RANKS,
    "ranked_bars": chart_rows(sexes=("K", "M")).assign(margin=2.5),
    "share_bars": chart_rows(range(2013, 2023), FOCUS, PARTS),
    "slopes": chart_rows((2020, 2022)).assign(margin=2.5),
    "small_lines": chart_rows(range(2013, 2023), TWO, PARTS),
    "small_multiples": chart_rows(range(2018, 2023), FOCUS, sexes=("K", "M"), groups=GROUPS),
    "stacked_area": chart_rows(range(2013, 2023), FOCUS, PARTS, level=1300),
    "stacked_shares": chart_rows(range(2019, 2023), FOCUS, groups=GROUPS),
    "two_panels": chart_rows((2019, 2020, 2021), FOCUS, ("Ärenden", "Andel kvinnor")),
}


WIDTHS = pytest.mark.parametrize("wide", [True, False], ids=["wide", "narrow"])


def drawing(kind, rows=None, frame=PERCENT, wide=True):
    return CHARTS[kind](EXAMPLES[kind] if rows is None else rows, replace(frame, wide=wide))


def boxes_of(figure):
    """The box of each text that is drawn, by unhinted widths as in a browser: (text, box)."""
    with styled():
        renderer = RendererSVG(WIDE.width, 1, StringIO(), image_dpi=72)
        return [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]


def outside(figure):
    """The texts that reach over the picture's edges."""
    width, height = figure.get_size_inches() * 72
    return [t for t, box in boxes_of(figure) if box.x0 < 0 or box.x1 > width or box.y0 < -1 or box.y1 > height + 1]


def covering(figure):
    """The pairs of texts that lie on each other."""
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes_of(figure), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 4
    ]


def line_points(figure):
    """The (x, y) points of every line with a year axis, one list a line; threads and break marks left out."""
    lines = []
    for axes in figure.axes:
        for line in axes.get_lines():
            points = list(zip(*map(np.asarray, line.get_data()), strict=True))
            if line.get_gid() is None and line.get_transform() == axes.transData and len(points) > 1:
                lines.append(points)
    return lines


def dot_values(figure, axis):
    return [
        float(offset[axis])
        for axes in figure.axes
        for dots in axes.collections
        if isinstance(dots, PathCollection)
        for offset in dots.get_offsets()
    ]


def bar_values(figure, upright=False):
    return [float(bar.get_height() if upright else bar.get_width()) for axes in figure.axes for bar in axes.patches]


def texts(figure):
    """The texts that are drawn; findobj would also find matplotlib's spare tick labels."""
    numbers = [text for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for text in axis.get_ticklabels()]
    written = [*figure.texts, *(text for axes in figure.axes for text in axes.texts), *numbers]
    return [text for text in written if text.get_visible() and text.get_text().strip()]


def contrast(one, other):
    """WCAG 2.2 contrast ratio of two colours, 1 to 21."""
    levels = sorted(map(luminance, (one, other)))
    return (levels[1] + 0.05) / (levels[0] + 0.05)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tokens", [TOKENS, DARK], ids=["light", "dark"])
def test_text_has_contrast_of_four_and_a_half_and_marks_of_three(tokens):
    marks = tokens.keys() - {"paper", "grid"}
    assert {name for name in marks - {"peer", "axis", *ZONES} if contrast(tokens[name], tokens["paper"]) < 4.5} == set()
    assert {name for name in marks if contrast(tokens[name], tokens["paper"]) < 3} == set()


def test_each_light_colour_stands_for_one_dark_colour():
    assert len(set(TOKENS.values())) == len(TOKENS)


# Machado, Oliveira and Fernandes (2009), severity 1.0; applied to linear light.
COLOUR_BLIND = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


@pytest.mark.parametrize("sight", COLOUR_BLIND)
@pytest.mark.parametrize("tokens", [TOKENS, DARK], ids=["light", "dark"])
def test_series_that_touch_are_told_apart_by_colour_blind_readers(tokens, sight):
    def seen(colour):
        parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        x, y, z = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(
            np.array(COLOUR_BLIND[sight]) @ linear, 0, 1
        )
        fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x / 0.9505, y, z / 1.089))
        return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])

    pairs = [*itertools.pairwise(SERIES), ("women", "men"), ("focus", "peer")]
    near = {pair: np.linalg.norm(seen(tokens[pair[0]]) - seen(tokens[pair[1]])) for pair in pairs}
    assert {pair: distance for pair, distance in near.items() if distance < 10} == {}


def test_the_fonts_of_a_page_weigh_less_than_sixty_kilobytes():
    assert 0 < sum(path.stat().st_size for path in FONTS.glob("*.woff2")) < 60_000
    assert (FONTS / "OFL.txt").is_file()


def test_every_kind_has_an_example():
    assert EXAMPLES.keys() == CHARTS.keys()


@WIDTHS
@pytest.mark.parametrize("kind", CHARTS)
def test_text_stays_inside_the_picture_and_apart_and_is_never_small(kind, wide):
    figure = drawing(kind, wide=wide)
    assert figure.get_size_inches()[0] * 72 == pytest.approx(760 if wide else 288)
    assert outside(figure) == []
    assert covering(figure) == []
    assert min(text.get_fontsize() for text in texts(figure)) >= 12
    svg = etree.fromstring(svg_of(figure, "a", "b"))
    assert svg.get("viewBox").split()[2] == ("760" if wide else "288")
    assert min(float(size) for size in svg.xpath("//@font-size")) >= 12


def test_the_sizes_of_a_wide_drawing_bear_to_be_shrunk_a_little():
    assert (WIDE.width, WIDE.text, NARROW.width) == (760, 14, 288)
    assert min(NARROW.text, NARROW.small) >= 12
    assert WIDE.small * 704 / WIDE.width >= 12  # from this width on the page shows it


@pytest.mark.parametrize("kind", CHARTS)
def test_an_svg_has_no_styles_and_only_ids_of_its_own(kind):
    svg = svg_of(drawing(kind), "fig-7", "Andelen är 16,1 procent.")
    root = etree.fromstring(svg)
    ids = root.xpath("//@id")
    assert "style" not in svg
    assert len(ids) == len(set(ids))
    assert all(each.startswith("fig-7-") for each in ids)
    assert {ref.lstrip("#") for ref in root.xpath("//@href")} <= set(ids)
    assert root.get("role") == "img"
    assert root.get("width") is None
    assert root.get("viewBox")
    assert [each.text for each in root.xpath(f"//*[@id='{root.get('aria-labelledby')}']")] == [
        "Andelen är 16,1 procent."
    ]
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= set(TOKENS.values())
    assert not re.search(r"\d\.\d\d", re.sub(r"<title.*?</title>", "", svg))


@pytest.mark.parametrize("kind", CHARTS)
def test_the_same_rows_give_the_same_bytes(kind):
    assert svg_of(drawing(kind), "a", "b") == svg_of(drawing(kind), "a", "b")


@pytest.mark.slow
def test_another_process_gives_the_same_bytes():
    code = (
        "import sys; sys.path.insert(0, 'tests'); from test_charts import drawing, svg_of\n"
        "sys.stdout.buffer.write(svg_of(drawing('dot_rows'), 'a', 'b').encode())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_nine_places_over_thirteen_years_are_small():
    assert len(svg_of(drawing("lines"), "fig-3", "x" * 500).encode()) < 30_000


def test_names_from_data_stay_text():
    rows = chart_rows(places=[("9901", "<script>alert(1)</script>", "focus"), ("9902", "$x_1$ & co", "peer")])
    svg = svg_of(CHARTS["ranked_bars"](rows, PERCENT), "a", "</title><script>")
    assert "<script" not in svg
    shown = etree.fromstring(svg).xpath("//*[local-name()='text']/text()")
    assert {"<script>alert(1)</script>", "$x_1$ & co"} <= set(shown)


def test_a_missing_year_is_a_gap():
    rows = chart_rows(range(2010, 2020), FOCUS)
    figure = CHARTS["lines"](rows[rows["year"] != 2014], PERCENT)
    assert [[x for x, _ in line] for line in line_points(figure)] == [
        [2010, 2011, 2012, 2013],
        [2015, 2016, 2017, 2018, 2019],
    ]


def test_a_series_break_cuts_the_line_and_is_marked_and_told():
    figure = CHARTS["lines"](
        chart_rows(range(2018, 2022), FOCUS), Frame("%", "procent", 1, breaks=((2020, "ny nämnare"),))
    )
    assert [[x for x, _ in line] for line in line_points(figure)] == [[2018, 2019], [2020, 2021]]
    marks = [line.get_xdata()[0] for line in figure.axes[0].get_lines() if line.get_gid() == "break"]
    assert marks == [2019.5]
    assert any("2020: ny nämnare" in text.get_text() for text in texts(figure))


def test_a_line_goes_through_its_values():
    rows = EXAMPLES["lines"]
    drawn = sorted(tuple(round(float(y), 6) for _, y in line) for line in line_points(drawing("lines")))
    assert drawn == sorted(tuple(part.sort_values("year")["value"]) for _, part in rows.groupby("place"))


def test_two_years_of_dots_are_never_joined():
    assert line_points(drawing("dots_by_year", chart_rows((2021, 2022), FOCUS))) == []
    rows = EXAMPLES["dots_with_lines"]
    joined = {round(float(y), 6) for line in line_points(drawing("dots_with_lines")) for _, y in line}
    assert joined.isdisjoint(rows.loc[rows["mark"] == "dot", "value"])
    assert joined == set(rows.loc[rows["mark"] == "line", "value"])


@pytest.mark.parametrize("kind", ["dots_by_year", "dumbbell", "rank_change", "dot_rows"])
def test_dots_stand_at_their_values(kind):
    axis = 1 if kind == "dots_by_year" else 0
    rows = EXAMPLES[kind]
    assert sorted(dot_values(drawing(kind), axis)) == pytest.approx(
        sorted(rows[rows["sex"] != "T"]["value"] if kind == "dumbbell" else rows["value"])
    )


@pytest.mark.parametrize("kind", ["ranked_bars", "bars_by_group", "profile_bars"])
def test_bars_start_at_zero_and_are_as_long_as_their_values(kind):
    figure = drawing(kind)
    assert sorted(bar_values(figure)) == pytest.approx(sorted(EXAMPLES[kind]["value"]))
    assert {float(bar.get_x()) for axes in figure.axes for bar in axes.patches} == {0.0}
    assert all(axes.get_xlim()[0] == 0 for axes in figure.axes)


@pytest.mark.parametrize("kind", ["share_bars", "stacked_shares"])
def test_stacked_bars_are_as_high_as_their_values(kind):
    assert sorted(bar_values(drawing(kind), upright=True)) == pytest.approx(sorted(EXAMPLES[kind]["value"]))


def test_an_area_is_as_high_as_the_sum_of_its_parts():
    figure = drawing("stacked_area")
    tops = max(float(path.vertices[:, 1].max()) for area in figure.axes[0].collections for path in area.get_paths())
    assert tops == pytest.approx(EXAMPLES["stacked_area"].groupby("year")["value"].sum().max())


def test_a_year_that_lacks_a_part_is_left_out_and_said_so():
    rows = EXAMPLES["share_bars"].copy()
    rows.loc[(rows["year"] == 2015) & (rows["label"] == PARTS[0]), "value"] = np.nan
    figure = drawing("share_bars", rows)
    assert len(bar_values(figure)) == 9 * len(PARTS)
    assert any("2015" in text.get_text() and "alla delar" in text.get_text() for text in texts(figure))


@pytest.mark.parametrize("kind", ["small_lines", "small_multiples", "two_panels"])
def test_panels_hold_every_value_on_axes_from_zero(kind):
    figure = drawing(kind)
    drawn = [round(float(y), 6) for line in line_points(figure) for _, y in line]
    assert sorted(drawn) == sorted(EXAMPLES[kind]["value"])
    assert {axes.get_ylim()[0] for axes in figure.axes} == {0.0}


@pytest.mark.parametrize("kind", ["ranked_bars", "dumbbell"])
def test_margins_are_drawn_as_wide_as_they_are(kind):
    rows = EXAMPLES[kind]
    rows = rows[rows["sex"] != "T"]
    wide = [
        (round(float(segment[0][0]), 6), round(float(segment[-1][0]), 6))
        for axes in drawing(kind).axes
        for collection in axes.collections
        if not isinstance(collection, PathCollection)
        for segment in collection.get_segments()
    ]
    for row in rows.itertuples():
        assert (round(row.value - 2.5, 6), round(row.value + 2.5, 6)) in wide


def test_the_best_place_stands_first_in_the_direction_of_the_indicator():
    rows = chart_rows()
    order = {}
    for better in ("higher", "lower"):
        figure = CHARTS["ranked_bars"](rows, Frame("%", "procent", 1, better=better))
        bars = sorted(figure.axes[0].patches, key=lambda bar: bar.get_y())
        order[better] = [float(bar.get_width()) for bar in bars]
    assert order["higher"] == sorted(rows["value"], reverse=True)
    assert order["lower"] == sorted(rows["value"])


def test_numbers_are_written_in_swedish():
    rows = chart_rows(places=TWO).assign(value=[-1234.56, 2000.0])
    shown = [text.get_text() for text in texts(CHARTS["ranked_bars"](rows, Frame("", "kronor", 1)))]
    assert "\u22121\u00a0234,6" in shown
    assert "2\u00a0000,0" in shown


@pytest.mark.parametrize(
    ("status", "word"),
    [("missing", "uppgift saknas"), ("hidden", "döljs"), ("not_applicable", "ej aktuellt")],
)
def test_a_value_that_must_not_be_shown_is_a_word(status, word):
    rows = chart_rows(places=TWO).assign(value=[3.1, 20.0], status=[status, ""])
    svg = svg_of(CHARTS["ranked_bars"](rows, PERCENT), "a", "b")
    assert "3,1" not in svg
    assert word in svg
    assert bar_values(CHARTS["ranked_bars"](rows, PERCENT)) == [20.0]


def test_a_preliminary_value_is_marked_and_the_mark_explained():
    rows = chart_rows(places=TWO).assign(value=[31.0, 20.0], status=["preliminary", ""])
    shown = [text.get_text() for text in texts(CHARTS["ranked_bars"](rows, PERCENT))]
    assert "31,0\u00a0%*" in shown
    assert "* preliminär" in shown


def test_two_rows_of_one_mark_are_refused():
    with pytest.raises(ValueError, match=r"share a mark.*place='9901'"):
        CHARTS["ranked_bars"](chart_rows((2021, 2022)), PERCENT)


@pytest.mark.parametrize("kind", ["lines", "dumbbell", "share_bars", "dot_rows"])
def test_a_figure_without_values_is_refused(kind):
    with pytest.raises(ValueError, match="card"):
        drawing(kind, EXAMPLES[kind].assign(status="missing"))


def test_only_narrow_lines_leave_zero_out_and_they_say_so():
    ticks, cut_off = value_scale(70.0, 80.0, PERCENT, LINES)
    assert cut_off
    assert ticks[0] <= 70
    assert value_scale(30.0, 80.0, PERCENT, LINES)[0][0] == 0
    assert value_scale(70.0, 80.0, PERCENT)[0][0] == 0
    figure = CHARTS["lines"](chart_rows(range(2018, 2022), FOCUS).assign(value=[78.0, 80, 79, 77]), PERCENT)
    assert any("inte vid noll" in text.get_text() for text in texts(figure))


def test_labels_keep_their_order_and_their_room():
    random = np.random.default_rng(3)
    wanted, room = list(random.uniform(0, 100, 12)), list(random.uniform(8, 20, 12))
    placed = spread(wanted, room, 0, 400)
    order = sorted(range(12), key=lambda index: wanted[index])
    for below, above in itertools.pairwise(order):
        assert placed[above] - placed[below] >= (room[above] + room[below]) / 2 - 1e-9
    assert spread([10, 50], [12, 12], 0, 100) == [10, 50]
