"""Intervals, differences, gaps, ranks, classes and means against published cases and references."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from lagesbild.statistics.differences import (
    difference_from_counts,
    difference_from_margins,
    gender_gap,
    not_by_sex,
    place_differences,
)
from lagesbild.statistics.intervals import (
    byar,
    exact_poisson,
    mean_over_places,
    poisson_interval,
    rate_interval,
    share_interval,
)
from lagesbild.statistics.ranks import (
    NoRank,
    RankRule,
    plausible_ranks,
    quartile_class,
    quartile_cuts,
    rank_changes,
    ranked,
)

FEW = settings(max_examples=40, deadline=None)
LOWER = RankRule("lower", fetched=290)
NAN = float("nan")


def rows(**columns) -> pd.DataFrame:
    """Tidy rows of a made-up indicator: what is not given is the whole year 2024 in place 9901."""
    basis = {
        "indicator": "made_up",
        "place": "9901",
        "year": 2024,
        "month": 0,
        "sex": "T",
        "group": "",
        "vintage": "2025-01-15",
        "value": NAN,
        "margin": NAN,
        "count": NAN,
        "status": "",
    }
    return pd.DataFrame(basis | columns, index=range(len(columns["value"])))


def places(values: list[float], **columns) -> pd.DataFrame:
    return rows(place=[f"{1000 + n}" for n in range(len(values))], value=values, **columns)


counts_of_base = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@FEW
@given(st.integers(0, 20_000))
def test_the_exact_poisson_interval_leaves_a_fortieth_in_each_tail(count):
    low, high = exact_poisson(count)
    assert poisson.cdf(count, high) == pytest.approx(0.025, abs=1e-9)
    assert (low == 0) if count == 0 else poisson.sf(count - 1, low) == pytest.approx(0.025, abs=1e-9)


@FEW
@given(st.integers(10, 100_000))
def test_byars_interval_is_within_a_hundredth_of_the_exact_one_from_ten_cases(count):
    assert np.allclose(byar(count), exact_poisson(count), rtol=0.01)


def test_counts_are_exact_below_ten_and_byars_from_ten():
    low, high = poisson_interval([9, 10])
    assert (low[0], high[0]) == tuple(float(bound) for bound in exact_poisson(9))
    assert (low[1], high[1]) == tuple(float(bound) for bound in byar(10))


def test_a_rate_interval_is_the_interval_of_its_cases_over_the_population():
    assert np.allclose(rate_interval(9, 50_000), np.array(exact_poisson(9)) * 2)


def test_no_cases_have_an_upper_limit_from_the_known_base():
    low, high = rate_interval(0, 130_000)
    assert (float(low), round(float(high), 1)) == (0.0, 2.8)


def test_wilsons_interval_of_65_of_100_comes_out_and_stays_between_0_and_1():
    assert [round(float(end), 4) for end in share_interval(65, 100)] == [0.5525, 0.7364]
    assert share_interval(0, 5.5)[0] == 0
    assert share_interval(5, 5)[1] == 1


@FEW
@given(st.floats(0, 12))
def test_byars_interval_never_goes_below_no_cases_and_holds_the_count(count):
    low, high = byar(count)
    assert 0 <= low <= count <= high


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (lambda: byar([5, -1]), "count -1: a number of cases cannot be negative"),
        (lambda: exact_poisson(-0.5), "count -0.5"),
        (lambda: poisson_interval([NAN, -2]), "count -2"),
        (lambda: rate_interval(-3, 100), "count -3"),
        (lambda: rate_interval([1, 1], [100, 0]), "base 0: nobody to divide by"),
        (lambda: share_interval(0, 0), "base 0"),
        (lambda: share_interval(-1, 10), "count -1"),
        (lambda: share_interval([1, 11], 10), "count 11 of 10: more than all"),
    ],
)
def test_a_fault_of_the_figures_is_refused_with_its_number(interval, said):
    with pytest.raises(ValueError, match=said):
        interval()


def test_an_unknown_count_or_base_has_an_unknown_interval():
    assert np.isnan([rate_interval(NAN, 100), rate_interval(1, NAN), share_interval(NAN, 10)]).all()


def test_newcombes_published_case_comes_out():
    low, high = difference_from_counts(56, 70, 48, 80)  # Newcombe 1998, table II, case a, method 10
    assert (round(float(low), 4), round(float(high), 4)) == (0.0524, 0.3339)


@FEW
@given(counts_of_base, counts_of_base)
def test_exchanging_two_shares_turns_the_interval_round(one, other):
    there, back = difference_from_counts(*one, *other), difference_from_counts(*other, *one)
    assert np.allclose(there, [-back[1], -back[0]])


def test_two_shares_with_overlapping_intervals_can_differ():
    low, high = difference_from_margins(54.5, 3.0, 50.0, 3.0)
    assert (float(low), float(high)) == pytest.approx((4.5 - 3 * math.sqrt(2), 4.5 + 3 * math.sqrt(2)))
    assert low > 0


def test_a_survey_difference_without_margins_is_neither_real_nor_unreal():
    table = rows(place=["9901", "0000"], value=[27.7, 38.5])
    row = place_differences(table, "9901", {"made_up": "survey"}).iloc[0]
    assert row["difference"] == pytest.approx(-10.8)
    assert row["real"] is pd.NA
    assert math.isnan(row["low"])


@pytest.mark.parametrize(
    ("kind", "columns", "method", "low", "high"),
    [
        ("share", {"value": [80.0, 60.0], "count": [56.0, 48.0]}, "newcombe", 5.24, 33.39),
        ("survey", {"value": [80.0, 60.0], "margin": [3.0, 4.0]}, "margins", 15.0, 25.0),
        ("rate", {"value": [100.0, 100.0], "count": [100.0, 100.0]}, "poisson", -28.47, 28.47),
    ],
)
def test_each_kind_of_figure_is_compared_by_its_own_method(kind, columns, method, low, high):
    row = gender_gap(rows(sex=["K", "M"], **columns), {"made_up": kind}).iloc[0]
    assert row["method"] == method
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


@FEW
@given(st.lists(st.tuples(st.floats(1, 99), st.floats(1, 99), st.floats(0.1, 9)), min_size=1, max_size=6))
def test_swapping_the_sexes_flips_the_gap(years):
    women, men, margins = zip(*years, strict=True)
    at = list(range(2010, 2010 + len(years)))
    table = pd.concat(
        [
            rows(sex="K", year=at, value=women, margin=margins, vintage="1"),
            rows(sex="M", year=at, value=men, margin=margins),
        ]
    )
    swapped = table.assign(sex=table["sex"].map({"K": "M", "M": "K"}))
    there, back = (gender_gap(sides, {}) for sides in (table, swapped))
    assert np.allclose(there["value"], -back["value"])
    assert np.allclose(there["low"], -back["high"])
    assert list(there["real"]) == list(back["real"])


def test_a_gap_with_a_hidden_side_is_hidden_and_has_no_value():
    table = rows(sex=["K", "M"], value=[NAN, 40.0], status=["hidden", ""])
    gap = gender_gap(table, {}).iloc[0]
    assert gap["status"] == "hidden"
    assert math.isnan(gap["value"])


def test_a_gap_of_two_rows_for_one_sex_is_refused():
    with pytest.raises(ValueError, match=r"9901.*Pass one row a key"):
        gender_gap(rows(sex=["K", "K", "M"], value=[1.0, 2.0, 3.0]), {})


def test_an_indicator_without_both_sexes_is_listed():
    table = pd.concat(
        [
            rows(indicator="by_sex", sex=["K", "M"], value=[1.0, 2.0]),
            rows(indicator="totals", value=[1.0]),
            rows(indicator="men_missing", sex=["K", "M"], value=[1.0, NAN]),
        ]
    )
    assert not_by_sex(table) == ["men_missing", "totals"]


values_of_places = st.lists(st.integers(0, 60).map(float), min_size=145, max_size=290)


@settings(max_examples=15, deadline=None)
@given(values_of_places)
def test_a_place_without_a_value_changes_no_rank_and_no_mean(values):
    table = places(values)
    more = pd.concat([table, rows(place="2999", value=[NAN]), rows(place="2998", value=[1e9], status="suspect")])
    first, second = ranked(table, LOWER), ranked(more, LOWER)
    assert list(first["rank"]) == list(second["rank"])[: len(values)]
    assert second["rank"].isna().sum() == 2
    means = [mean_over_places(some)["value"].iloc[0] for some in (table, more)]
    assert means == [pytest.approx(np.mean(values))] * 2


@settings(max_examples=15, deadline=None)
@given(values_of_places)
def test_a_rank_is_one_more_than_the_places_that_are_better(values):
    ranking = ranked(places(values), RankRule("higher", fetched=290))
    assert list(ranking["rank"]) == [1 + sum(other > own for other in values) for own in values]


@pytest.mark.parametrize(
    ("n", "rule", "reason"),
    [
        (145, LOWER, NoRank.NONE),
        (144, LOWER, NoRank.TOO_FEW_PLACES),
        (200, RankRule("lower", fetched=200), NoRank.NOT_ALL_FETCHED),
        (290, RankRule("neither", fetched=290), NoRank.NO_DIRECTION),
    ],
)
def test_a_rank_needs_a_complete_series_and_a_direction(n, rule, reason):
    ranking = ranked(places(list(map(float, range(n)))), rule)
    assert set(ranking["reason"]) == {reason}
    assert ranking["rank"].isna().all() == bool(reason)


def test_the_country_and_the_regions_have_no_rank():
    table = pd.concat([places([2.0] * 150), rows(place=["0000", "0024"], value=[1.0, 1.0])])
    ranking = ranked(table, LOWER)
    assert set(ranking["place"]) == set(table["place"]) - {"0000", "0024"}
    assert set(ranking["rank"]) == {1}


def test_climbing_is_fewer_places_ahead():
    before, now = (ranked(places(values), LOWER) for values in ([1.0, *[2.0] * 150], [3.0, *[2.0] * 150]))
    changes = rank_changes(now, before).set_index("place")
    assert changes.loc["1000", "climbed"] == 1 - 151
    assert changes.loc["1001", "climbed"] == 2 - 1


def test_290_places_fall_into_classes_of_73_72_73_and_72():
    ranking = ranked(places(list(map(float, range(290)))), LOWER)
    cuts = quartile_cuts(ranking)
    assert list(cuts["places"]) == [73, 72, 73, 72]
    assert list(cuts["best"]) == [0, 73, 145, 218]
    assert list(cuts["worst"]) == [72, 144, 217, 289]


@FEW
@given(st.integers(4, 400), st.integers(2, 7))
def test_the_class_is_the_formula_computed_in_fractions(n, k):
    ranks = np.arange(1, n + 1)
    formula = [math.floor((k + 1) - math.ceil(((n + 1) - rank) / Fraction(n, k))) for rank in ranks]
    assert list(quartile_class(ranks, n, k)) == formula


def test_a_plausible_range_holds_the_rank_and_widens_with_the_margin():
    values = list(np.linspace(20, 40, 200))
    narrow, wide = (plausible_ranks(places(values, margin=m), LOWER) for m in (0.01, 3.0))
    assert (narrow["rank_low"] == narrow["rank_high"]).all()
    inside = (wide["rank_low"] <= np.arange(1, 201)) & (np.arange(1, 201) <= wide["rank_high"])
    assert inside.mean() > 0.95
    assert wide.loc[100, "rank_high"] - wide.loc[100, "rank_low"] > 20


def test_a_plausible_range_is_the_same_every_time():
    table = places(list(np.linspace(20, 40, 150)), margin=2.0)
    pd.testing.assert_frame_equal(plausible_ranks(table, LOWER), plausible_ranks(table, LOWER))


def test_one_missing_margin_leaves_no_plausible_range():
    margins = [2.0] * 149 + [NAN]
    assert plausible_ranks(places(list(map(float, range(150))), margin=margins), LOWER).empty


@pytest.mark.parametrize(("margins", "margin"), [([3.0, 4.0, NAN], 2.5), ([3.0, NAN, 1.0], NAN)])
def test_the_margin_of_a_mean_is_that_of_its_places_and_unknown_where_one_of_them_has_none(margins, margin):
    mean = mean_over_places(rows(place=["9901", "9902", "9903"], value=[10.0, 40.0, NAN], margin=margins)).iloc[0]
    assert (mean["value"], mean["n"]) == (25.0, 2)
    assert mean["margin"] == pytest.approx(margin, nan_ok=True)
