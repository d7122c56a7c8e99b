"""Numbers in words: every boundary of fractions, relative differences, doubles, ranks and counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.swedish.numbers import NBSP
from lagesbild.swedish.words import (
    EDGE,
    Standing,
    among_words,
    capital,
    count_words,
    order_words,
    persons_words,
    relative_words,
    share_words,
    times_words,
)


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (3.0, ""),  # further than 3.5 from one of ten
        (6.5, "knappt en av tio"),
        (9.0, "en av tio"),
        (13.5, "drygt en av tio"),
        (13.6, ""),
        (16.4, ""),
        (16.5, "knappt en femtedel"),
        (19.0, "en femtedel"),
        (20.0, "en femtedel"),  # two of ten too: the fraction
        (21.0, "en femtedel"),
        (21.01, "drygt en femtedel"),
        (22.5, "drygt en femtedel"),  # as near a fourth: the first
        (22.6, "knappt en fjärdedel"),
        (24.0, "en fjärdedel"),
        (27.5, "drygt en fjärdedel"),  # as near three of ten: the fraction
        (27.6, "knappt tre av tio"),
        (31.6, "drygt tre av tio"),
        (31.7, "knappt en tredjedel"),
        (34.3, "en tredjedel"),
        (36.6, "drygt en tredjedel"),
        (36.7, "knappt fyra av tio"),
        (45.0, ""),
        (47.4, "knappt hälften"),
        (49.0, "hälften"),
        (51.0, "hälften"),
        (51.1, "drygt hälften"),
        (53.6, ""),
        (65.0, "knappt två tredjedelar"),
        (67.6, "två tredjedelar"),
        (68.3, "drygt två tredjedelar"),
        (70.0, "sju av tio"),
        (72.4, "drygt sju av tio"),
        (72.5, "knappt tre fjärdedelar"),
        (76.0, "tre fjärdedelar"),
        (77.5, "drygt tre fjärdedelar"),
        (77.6, "knappt åtta av tio"),
        (82.3, "drygt åtta av tio"),
        (93.5, "drygt nio av tio"),
        (93.6, ""),
        (100.0, ""),
    ],
)
def test_a_share_is_the_nearest_fraction_or_so_many_of_ten(percent, words):
    assert share_words(percent) == words


def test_words_are_of_unrounded_values():
    assert share_words(51.04) == "drygt hälften"  # printed 51,0
    assert share_words(53.501) == ""  # printed 53,5


@pytest.mark.parametrize(
    ("percent", "margin", "words"),
    [
        (47.0, 3.0, "ungefär hälften"),
        (47.0, 2.9, "knappt hälften"),
        (53.6, 4.0, "ungefär hälften"),
        (30.0, 3.0, "tre av tio"),
    ],
)
def test_a_surveys_share_whose_margin_includes_fifty_is_about_half(percent, margin, words):
    assert share_words(percent, margin) == words


def test_of_a_named_whole_there_are_fractions_only():
    assert share_words(70.0, of_ten=False) == "drygt två tredjedelar"
    assert share_words(82.3, of_ten=False) == ""
    assert share_words(30.0, of_ten=False) == "knappt en tredjedel"


@pytest.mark.parametrize(
    ("value", "reference", "words"),
    [
        (83.6, 100, ""),
        (83.5, 100, "knappt en femtedel färre"),
        (80, 100, "en femtedel färre"),
        (77.4, 100, "knappt en fjärdedel färre"),
        (8965, 14090, "drygt en tredjedel färre"),
        (66.7, 100, "en tredjedel färre"),
        (63.1, 100, ""),
        (120, 100, "en femtedel fler"),
        (126.5, 100, "drygt en fjärdedel fler"),
        (133.4, 100, "en tredjedel fler"),
        (160, 100, ""),
        (50, 100, ""),
        (1, 0, ""),
    ],
)
def test_a_relative_difference_divides_by_the_reference_and_uses_three_parts_only(value, reference, words):
    assert relative_words(value, reference) == words


def test_a_level_is_lower_or_higher_and_not_fewer():
    assert relative_words(75, 100, "lägre", "högre") == "en fjärdedel lägre"


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (1.84, ""),
        (1.85, "knappt dubbelt"),
        (1.949, "knappt dubbelt"),
        (1.95, "dubbelt"),
        (2.05, "dubbelt"),
        (2.06, "drygt dubbelt"),
        (2.15, "drygt dubbelt"),
        (2.16, ""),
        (0.5, "hälften"),
        (0.49, "hälften"),
        (0.465, "knappt hälften"),
        (0.535, "drygt hälften"),
        (0.536, ""),
        (1.0, ""),
    ],
)
def test_a_double_and_a_half_are_ratios(ratio, words):
    assert times_words(100 * ratio, 100) == words
    assert times_words(ratio, 0) == ""


@given(st.floats(0, 100), st.floats(0, 30))
def test_words_are_never_further_off_than_three_and_a_half_points(percent, margin):
    known = {
        "en femtedel": 20, "en fjärdedel": 25, "en tredjedel": 100 / 3, "hälften": 50, "två tredjedelar": 200 / 3,
        "tre fjärdedelar": 75,
    }  # fmt: skip
    known |= {
        f"{n} av tio": 10 * at
        for at, n in enumerate(["en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"], 1)
    }
    words = share_words(percent)
    bare = words.removeprefix("drygt ").removeprefix("knappt ")
    near = min(abs(percent - at) for at in known.values())
    assert bool(words) == (round(near, 9) <= 3.5)
    if words:
        assert abs(abs(percent - known[bare]) - near) < 1e-6
        assert words.startswith("drygt") == (percent - known[bare] > 1.0000001) or near < 1.0000002
    assert (share_words(percent, margin) == "ungefär hälften") == (abs(percent - 50) <= margin)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(1, 290, "lower"), "lägst"),
        (Standing(2, 290, "lower"), "näst lägst"),
        (Standing(4, 290, "lower"), "fjärde lägst"),
        (Standing(4, 290, "lower", ties=3), "delad fjärde lägst"),
        (Standing(10, 290, "higher"), "tionde högst"),
        (Standing(11, 290, "higher"), ""),
        (Standing(290, 290, "lower"), "högst"),
        (Standing(290, 290, "higher"), "lägst"),
        (Standing(281, 290, "lower"), "tionde högst"),
        (Standing(280, 290, "lower"), ""),
        (Standing(280, 290, "lower", ties=2), "delad tionde högst"),
    ],
)
def test_the_first_and_the_last_ten_have_an_order_and_ties_share_it(standing, words):
    assert order_words(standing) == words
    assert EDGE == 10


def test_all_municipalities_are_the_countrys_and_fewer_are_counted():
    entries = load_catalog(REPOSITORY).indicators
    assert among_words(290, entries["ill_health_days"]) == "bland landets kommuner"
    assert among_words(268, entries["ill_health_days"]) == "bland 268 kommuner med värde"
    assert among_words(198, entries["good_place_to_live"]) == "bland 198 deltagande kommuner"


def test_counts_and_persons_in_a_sentence():
    assert [count_words(n) for n in (0, 1, 4, 12, 13)] == ["inget", "ett", "fyra", "tolv", "13"]
    assert [persons_words(n) for n in (1, 85, 2473, 130_997)] == [
        "1 person", "85 personer", f"omkring 2{NBSP}500 personer", f"omkring 130{NBSP}000 personer",
    ]  # fmt: skip
    assert capital("åtta") == "Åtta"
