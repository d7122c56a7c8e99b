"""Figures show their data, all of it and nothing else, and come out as SVG that every reader can use."""

import itertools
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from lxml import etree
from matplotlib.axis import Tick
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.spines import Spine
from matplotlib.textpath import TextToPath

from chart_functions import CHARTS, REGIONAL
from lagesbild.charts import regional
from lagesbild.charts.svg import drawings, svg_of
from lagesbild.charts.theme import (
    FONTS,
    LINES,
    NARROW,
    SERIES,
    WIDE,
    ZONES,
    Frame,
    find_fonts,
    spread,
    styled,
    text_box,
    value_scale,
)
from lagesbild.look import DARK, TOKENS

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
    """The texts that are drawn."""
    written = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
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


def counted(monkeypatch, owner, name):
    """The first argument of each call of `owner`'s method `name`, from now on."""
    calls, real = [], getattr(owner, name)

    def count(self, *given, **named):
        calls.append(given[0] if given else None)
        return real(self, *given, **named)

    monkeypatch.setattr(owner, name, count)
    return calls


@pytest.mark.parametrize("kind", sorted({*CHARTS, *REGIONAL} - {"region_map"}))
def test_nothing_is_made_that_is_thrown_away(kind, monkeypatch):
    rows, chart = (EXAMPLES | REGIONAL_EXAMPLES)[kind], (CHARTS | REGIONAL)[kind]
    text_box.cache_clear()
    ticks, spines = counted(monkeypatch, Tick, "__init__"), counted(monkeypatch, Spine, "__init__")
    figures, drawn = counted(monkeypatch, Figure, "__init__"), counted(monkeypatch, Figure, "draw")
    measured = counted(monkeypatch, TextToPath, "get_text_width_height_descent")
    before = text_box.cache_info().misses
    made = drawings(chart, rows, PERCENT, "a", "b")
    assert made["svg"] != made["narrow"]
    assert (len(ticks), len(spines), len(figures), len(drawn)) == (0, 0, 2, 2)
    assert len(measured) == text_box.cache_info().misses - before > 0  # each text of a size and weight once
    again = drawings(chart, rows, PERCENT, "a", "b")
    assert (again, len(measured)) == (made, text_box.cache_info().misses - before)


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
    assert (WIDE.width, NARROW.width) == (760, 288)
    assert WIDE.text >= 14
    assert min(NARROW.text, NARROW.small) >= 12
    assert WIDE.small * 640 / WIDE.width >= 12  # from this width on the page shows it
    assert WIDE.small * 672 / WIDE.width >= 12.67  # the width of an A4 page; 9.5 points
    assert NARROW.small * 340 / NARROW.width >= 12.67


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


def test_the_fonts_of_a_drawing_are_those_that_were_looked_up_ahead():
    find_fonts()
    text_box.cache_clear()
    before = fontManager._findfont_cached.cache_info()
    for wide in (True, False):
        svg_of(drawing("lines", wide=wide), "f", "")
    after = fontManager._findfont_cached.cache_info()
    assert after.misses == before.misses
    assert after.hits > before.hits


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
    rows = chart_rows(range(2010, 2023), PLACES[:5])
    drawn = sorted(tuple(round(float(y), 6) for _, y in line) for line in line_points(drawing("lines", rows)))
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


# What the charts of two years, of many peers and of several panels keep.


def test_slopes_join_two_years_and_write_both_values_of_own_place_and_riket():
    rows = EXAMPLES["slopes"]
    figure = drawing("slopes")
    joined = sorted(tuple(round(float(y), 6) for _, y in line) for line in line_points(figure))
    assert joined == sorted(tuple(part.sort_values("year")["value"]) for _, part in rows.groupby("place"))
    shown = [text.get_text() for text in texts(figure)]
    for name in ("Påhittsby", "Riket"):
        first, last = rows[rows["name"] == name].sort_values("year")["value"]
        assert f"{first:.1f}".replace(".", ",") in shown
        assert f"{name}\u00a0{last:.1f}".replace(".", ",") in shown
    assert {"Sagostad", "Drömköping"} <= set(shown)  # peers have names and no values
    assert sum(len(each.get_segments()) for each in figure.axes[0].collections if each.get_zorder() == 6) == 4
    assert any(text.startswith("Axeln börjar vid") for text in shown)


def test_slopes_show_women_and_men_on_one_scale():
    figure = drawing("slopes", chart_rows((2021, 2022), sexes=("T", "K", "M")))
    assert [len(axes.get_lines()) > 0 for axes in figure.axes] == [True, True]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert {"Kvinnor", "Män"} <= {text.get_text() for text in texts(figure)}


def test_slopes_leave_a_peer_with_one_year_out_and_say_so_and_refuse_three_years():
    rows = EXAMPLES["slopes"].copy()
    rows.loc[(rows["name"] == "Sagostad") & (rows["year"] == 2022), "value"] = np.nan
    shown = [text.get_text() for text in texts(drawing("slopes", rows))]
    assert "Sagostad" not in shown
    assert any("inte ritat: Sagostad" in text for text in shown)
    with pytest.raises(ValueError, match="3 years"):
        drawing("slopes", chart_rows((2020, 2021, 2022)))


def test_a_series_break_between_two_surveys_is_not_crossed():
    figure = drawing("slopes", frame=replace(PERCENT, breaks=((2021, "ny fråga"),)))
    assert line_points(figure) == []
    assert any("ny fråga" in text.get_text() for text in texts(figure))


def test_of_many_peers_the_highest_and_the_lowest_are_lines_and_the_others_one_band():
    rows = EXAMPLES["lines"]
    figure = drawing("lines")
    last = rows[(rows["role"] == "peer") & (rows["year"] == 2022)].sort_values("value")["name"]
    named = {"Påhittsby", "Riket", last.iloc[0], last.iloc[-1]}
    drawn = sorted(tuple(round(float(y), 6) for _, y in line) for line in line_points(figure))
    lines = rows[rows["name"].isin(named)]
    assert drawn == sorted(tuple(part.sort_values("year")["value"]) for _, part in lines.groupby("place"))
    rest = rows[~rows["name"].isin(named)].groupby("year")["value"]
    (band,) = [each for each in figure.axes[0].collections if not isinstance(each, PathCollection) and each.get_paths()]
    corners = {(round(float(x)), round(float(y), 6)) for x, y in band.get_paths()[0].vertices}
    assert {*rest.min().items(), *rest.max().items()} <= corners
    shown = {text.get_text().partition("\u00a0")[0] for text in texts(figure)}
    assert named | {"övriga liknande"} <= shown
    assert shown & set(rows["name"]) == named


def test_a_band_is_not_drawn_over_a_missing_year_or_a_break():
    rows = EXAMPLES["lines"]
    for frame, gap in ((PERCENT, [2015]), (replace(PERCENT, breaks=((2016, "ny"),)), [])):
        figure = drawing("lines", rows[~rows["year"].isin(gap)], frame)
        bands = [each for each in figure.axes[0].collections if each.get_zorder() == 0.5]
        spans = sorted((float(x.min()), float(x.max())) for each in bands for x in [each.get_paths()[0].vertices[:, 0]])
        assert spans == [(2010, 2014 if gap else 2015), (2016, 2022)]


def test_shares_end_at_a_hundred_and_a_part_that_nobody_sees_is_left_out():
    rows = chart_rows(range(2019, 2023), FOCUS, (*PARTS, "Uppgift saknas"))
    rows["value"] = rows["label"].map({PARTS[0]: 40.3, PARTS[1]: 30.2, PARTS[2]: 29.6, "Uppgift saknas": 0.1})
    figure = drawing("share_bars", rows)
    assert figure.axes[0].get_ylim() == (0, pytest.approx(100.1))  # rounded parts may sum to a little more
    assert [text.get_text() for text in figure.axes[0].texts if text.get_text().isdigit()][-1] == "100"
    assert len(bar_values(figure)) == 12
    assert any("inte ritat: uppgift saknas" in text.get_text() for text in texts(figure))


def test_each_panel_of_ranked_bars_is_in_its_own_order():
    figure = drawing("ranked_bars")
    for axes in figure.axes:
        widths = [bar.get_width() for bar in sorted(axes.patches, key=lambda bar: bar.get_y())]
        assert widths == sorted(widths, reverse=True)
    orders = [
        [t.get_text() for t in axes.texts if t.get_text() in set(EXAMPLES["ranked_bars"]["name"])]
        for axes in figure.axes
    ]
    assert len(orders[0]) == len(orders[1]) == 9
    assert orders[0] != orders[1]


def test_several_measures_of_several_places_are_panels_in_the_order_of_the_rows():
    figure = drawing("lines", chart_rows(range(2015, 2020), TWO, ("Vräkningar", "Barn som berörs")))
    headings = [text.get_text() for text in figure.texts if text.get_text() in ("Vräkningar", "Barn som berörs")]
    assert headings == ["Vräkningar", "Barn som berörs"]
    assert len(figure.axes) == 2
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


@pytest.mark.parametrize("kind", CHARTS)
def test_blue_is_only_ever_the_own_place(kind):
    others = EXAMPLES[kind].assign(role=EXAMPLES[kind]["role"].replace("focus", "peer"))
    assert TOKENS["focus"] not in svg_of(drawing(kind, others), "a", "b")


def test_no_other_colour_is_blue():
    def blue(colour):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return blue > max(red, green) + 25 and red < blue - 60

    assert blue(TOKENS["focus"])
    assert blue(DARK["focus"])
    assert {name for tokens in (TOKENS, DARK) for name in tokens if blue(tokens[name])} == {"focus"}


def threads(figure):
    """The leaders between marks and labels: one list of points each, in pixels."""
    return [
        [tuple(point) for point in line.get_transform().transform(line.get_xydata())]
        for axes in figure.axes
        for line in axes.get_lines()
        if line.get_gid() == "thread"
    ]


def crossings(lines):
    """The pairs of polylines that cross, their ends apart."""

    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    def cross(a, b, c, d):
        return side(a, b, c) * side(a, b, d) < -1e-6 and side(c, d, a) * side(c, d, b) < -1e-6

    return [
        (one, other)
        for one, other in itertools.combinations(lines, 2)
        if any(cross(*a, *b) for a in itertools.pairwise(one) for b in itertools.pairwise(other))
    ]


NAMES = ("Upplands Väsby", "Örnsköldsvik", "Ö", "Malung-Sälen", "Lilla Edet", "Nynäshamn", "Vindeln", "Bjurholm")


def random_rows(seed, years, sexes=("T",), level=30.0, places=8):
    """Rows of places with names of all lengths, of which some end early and some lie close together."""
    random = np.random.default_rng(seed)
    some = [("9901", "Påhittsby", "focus"), ("0000", "Riket", "country")]
    roles = random.choice(["peer", "added"], places)
    some += [(f"99{number + 10}", NAMES[number], roles[number]) for number in range(places)]
    rows = chart_rows(years, some, sexes=sexes, level=level)
    rows["value"] = (level * random.lognormal(0, random.choice([0.02, 0.2, 0.8]), len(rows))).round(1)
    cut = rows["place"].map({place: random.integers(years[0], years[-1] + 2) for place, _, _ in some[2:]})
    return rows[~(rows["year"] > cut) & ~((rows["year"] > years[-1] - 2) & (random.random(len(rows)) < 0.1))]


@WIDTHS
@pytest.mark.parametrize("seed", range(4))
def test_leaders_never_cross_and_labels_never_cover_each_other(seed, wide):
    years = range(2012, 2023)
    examples = {
        "lines": random_rows(seed, years, level=10.0**seed),
        "dots_by_year": random_rows(seed, range(2018, 2023)),
        "ranked_bars": random_rows(seed, (2022, 2023), ("K", "M")).query("year == 2022"),
        "dumbbell": random_rows(seed, (2022, 2023), ("K", "M")).query("year == 2022"),
        "slopes": random_rows(seed, (2020, 2022)),
    }
    for kind, rows in examples.items():
        figure = drawing(kind, rows, replace(PERCENT, high=None), wide)
        assert crossings(threads(figure)) == [], kind
        assert covering(figure) == [], kind
        assert outside(figure) == [], kind


def test_crossing_leaders_would_be_seen():
    assert crossings([[(0, 0), (10, 10)], [(0, 10), (10, 0)]])
    assert not crossings([[(0, 0), (10, 10)], [(0, 1), (10, 11)]])


# The charts of the regional page, by made-up rows.

REGION = [*PLACES[:1], *((f"99{number + 10}", name, "peer") for number, name in enumerate(NAMES))]
DAYS = [
    ("Samverkan om unga", date(2021, 9, 1), date(2022, 5, 31), (date(2022, 2, 1),)),
    ("Kartläggning av stöd till den som just har flyttat in", date(2022, 1, 15), date(2022, 12, 31), ()),
    ("Utbildning", None, date(2022, 6, 30), ()),
]


def waterfall_rows():
    rows = chart_rows(places=REGION[:5], labels=PARTS, level=1.0).assign(value=lambda rows: rows["value"] - 1)
    whole = rows.groupby(["place", "name", "role"], as_index=False)["value"].sum()
    return pd.concat([rows, whole.assign(indicator="change", label="Hela ändringen")], ignore_index=True)


REGIONAL_EXAMPLES = {
    "national_scale": chart_rows((2020, 2021), REGION[:4], PARTS, level=120).assign(n=290).round({"value": 0}),
    "region_map": chart_rows((2020, 2021), REGION, level=120).assign(n=290).round({"value": 0}),
    "timeline": pd.DataFrame(DAYS, columns=["name", "start", "end", "days"]),
    "two_measures": chart_rows(places=[*REGION, ("9950", "Annanstans", "added")], labels=PARTS[:2]),
    "waterfall": waterfall_rows(),
}


@pytest.fixture
def shapes(monkeypatch):
    """Squares around seeded points, as the shapes of the places."""

    def drawn(seed):
        random = np.random.default_rng(seed)
        points = {code: random.uniform(0, 200_000, 2) for code, _, _ in REGION}
        square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 9_000
        monkeypatch.setattr(regional, "geometry_at_hand", lambda: True)
        monkeypatch.setattr(
            regional, "municipal_shapes", lambda codes: {c: ([points[c] + square], points[c]) for c in codes}
        )

    drawn(0)
    return drawn


def test_every_regional_kind_has_an_example():
    assert REGIONAL_EXAMPLES.keys() == REGIONAL.keys()


@WIDTHS
@pytest.mark.parametrize("kind", REGIONAL)
def test_regional_text_stays_inside_the_picture_and_apart_and_is_never_small(kind, wide, shapes):
    figure = REGIONAL[kind](REGIONAL_EXAMPLES[kind], Frame("", "plats", 0 if kind != "waterfall" else 2, wide=wide))
    assert outside(figure) == []
    assert covering(figure) == []
    assert min(text.get_fontsize() for text in texts(figure)) >= 12
    others = REGIONAL_EXAMPLES[kind]
    others = others.assign(role="peer") if "role" in others else others
    assert TOKENS["focus"] not in svg_of(REGIONAL[kind](others, Frame(wide=wide)), "a", "b")


@WIDTHS
def test_the_threads_of_a_map_never_cross(wide, shapes):
    for seed in range(20):
        shapes(seed)
        figure = REGIONAL["region_map"](REGIONAL_EXAMPLES["region_map"], Frame(wide=wide))
        drawn = threads(figure)
        assert len(drawn) == 2 * len(REGION)  # each with its light edge
        assert crossings(drawn) == []
