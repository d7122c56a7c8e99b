"""Ranks among the municipalities, their classes, and which ranks a value's uncertainty allows."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.rules.comparing import ranking
from lagesbild.statistics.ranks import (
    WHOLE,
    NoRank,
    RankRule,
    latest_ranks,
    plausible_ranks,
    quartile_class,
    quartile_cuts,
    ranked,
)
from made_up_measures import EDITION, POSITIVE, RATE, inhabitants, panel, tidy

FEW = settings(max_examples=15, deadline=None)
LOWER = RankRule("lower", fetched=290)
ALL = [f"{9000 + n}" for n in range(290)]
NAN = float("nan")
FIRST = ALL[0]
values_of_places = st.lists(st.integers(0, 60).map(float), min_size=145, max_size=290)


def places(values: list[float]) -> pd.DataFrame:
    return tidy(np.array(values)[:, None], place=np.array(ALL[: len(values)])[:, None])


def latest(*given: object) -> pd.DataFrame:
    return pd.DataFrame(latest_ranks(*given)).astype(WHOLE)


def rank_of(values: np.ndarray, margin: float = NAN, rule: RankRule = LOWER, context=POSITIVE, **columns: object):
    """The latest ranks of 290 places, `values` places x years."""
    values = values[:, None] if values.ndim == 1 else values
    made = panel(tidy(values, place=np.array(ALL)[:, None], **columns), context, inhabitants(ALL))
    return latest(made, np.full(made.value.shape, margin), rule, EDITION).set_index("place")


EVEN = np.linspace(20, 60, 290)


@FEW
@given(st.permutations(range(290)), st.sampled_from(["lower", "higher"]))
def test_the_ranks_of_different_values_are_a_permutation(order, better):
    values = EVEN[list(order)]
    for frame in (
        ranked(places(list(values)), RankRule(better, fetched=290)),
        rank_of(values, rule=RankRule(better, 290)),
    ):
        assert sorted(frame["rank"]) == list(range(1, 291))
        best = values.argmin() if better == "lower" else values.argmax()
        assert frame["rank"].iloc[best] == 1


@FEW
@given(values_of_places)
def test_a_rank_is_one_more_than_the_places_that_are_better(values):
    ranking = ranked(places(values), RankRule("higher", fetched=290))
    assert list(ranking["rank"]) == [1 + sum(other > own for other in values) for own in values]


def test_places_that_share_a_value_share_the_better_rank_and_the_class():
    values = np.repeat(np.arange(29.0), 10)
    frame = rank_of(values)
    assert frame["rank"].tolist() == [1 + int(10 * value) for value in values]
    assert (frame.groupby("value")["quartile"].nunique() == 1).all()


@FEW
@given(values_of_places)
def test_a_place_without_a_usable_value_changes_no_rank(values):
    table = places(values)
    more = pd.concat([table, tidy(NAN, place="9998"), tidy(1e9, place="9999", status="suspect")])
    first, second = ranked(table, LOWER), ranked(more, LOWER)
    assert list(first["rank"]) == list(second["rank"])[: len(values)]
    assert second["rank"].isna().sum() == 2


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
    values = np.where(np.arange(290) < n, EVEN, NAN)
    latest = rank_of(values, rule=rule)
    assert (set(latest["reason"]), set(latest["n"]), len(latest)) == ({reason}, {n}, n)
    assert latest["rank"].isna().all() == latest["quartile"].isna().all() == bool(reason)


def test_two_rows_of_a_place_have_no_rank():
    table = places([1.0] * 150)
    with pytest.raises(ValueError, match=r"rank among municipalities.*Pass one row a key"):
        ranked(pd.concat([table, table.iloc[:1]]), LOWER)


def test_the_country_and_the_regions_have_no_rank():
    table = pd.concat([places([2.0] * 150), tidy(np.ones((2, 1)), place=np.array([["0000"], ["0099"]]))])
    assert set(ranked(table, LOWER)["place"]) == set(ALL[:150])
    made = panel(table, POSITIVE, inhabitants(ALL[:150], regions=["0000", "0099"]))
    ranks = latest(made, np.full(made.value.shape, NAN), LOWER, EDITION)
    assert (set(ranks["place"]), set(ranks["rank"])) == (set(ALL[:150]), {1})


def test_290_places_fall_into_classes_of_73_72_73_and_72():
    ranking = ranked(places(list(map(float, range(290)))), LOWER)
    cuts = quartile_cuts(ranking)
    assert list(cuts["places"]) == [73, 72, 73, 72]
    assert list(cuts["best"]) == [0, 73, 145, 218]
    assert list(cuts["worst"]) == [72, 144, 217, 289]
    assert rank_of(EVEN)["quartile"].value_counts().sort_index().tolist() == [73, 72, 73, 72]


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 400), st.integers(2, 7))
def test_the_class_is_the_formula_computed_in_fractions(n, k):
    ranks = np.arange(1, n + 1)
    formula = [math.floor((k + 1) - math.ceil(((n + 1) - rank) / Fraction(n, k))) for rank in ranks]
    assert list(quartile_class(ranks, n, k)) == formula


def test_a_rank_is_of_the_places_latest_complete_year():
    values = np.column_stack([EVEN, EVEN[::-1], np.where(np.arange(290) < 100, EVEN, NAN)])
    values[289, 1] = NAN  # the last place has only the first year
    frame = rank_of(values)
    assert frame.loc[FIRST, ["year", "rank", "n"]].tolist() == [2023, 289, 289]
    assert frame.loc[ALL[289], ["year", "rank", "n", "value"]].tolist() == [2022, 290, 290, EVEN[289]]
    assert len(frame) == 290


def test_a_year_after_the_edition_gives_no_rank():
    made = panel(tidy(np.column_stack([EVEN, EVEN[::-1]]), place=np.array(ALL)[:, None]), POSITIVE, inhabitants(ALL))
    frame = latest(made, np.full(made.value.shape, NAN), LOWER, EDITION - 1).set_index("place")
    assert frame.loc[FIRST, ["year", "rank"]].tolist() == [2023, 1]
    made = panel(
        tidy(np.column_stack([EVEN[:9], EVEN[:9]]), place=np.array(ALL[:9])[:, None]), POSITIVE, inhabitants(ALL)
    )
    frame = latest(made, np.full(made.value.shape, NAN), LOWER, EDITION - 1)
    assert set(frame["year"]) == {2023}


@pytest.mark.parametrize(("typical", "reason"), [(9, NoRank.TOO_FEW_CASES), (10, NoRank.NONE)])
def test_a_typical_municipality_must_have_ten_cases(typical, reason):
    counts = np.where(np.arange(290) < 146, typical, 500).astype(float)
    frame = rank_of(counts * 2, context=RATE, count=counts[:, None])
    assert set(frame["reason"]) == {reason}
    assert frame["rank"].isna().all() == bool(reason)


def test_a_rank_that_could_lie_in_more_than_half_of_the_list_is_told_nowhere_and_keeps_its_class():
    values = EVEN.copy()
    values[0], values[289] = 0.0, 100.0  # far from all others
    frame = rank_of(values, margin=30.0)
    vague = (frame["rank_high"] - frame["rank_low"]) > 145
    assert vague.sum() > 100
    assert set(frame.loc[vague, "reason"]) == {NoRank.TOO_UNCERTAIN}
    assert (frame.loc[~vague, "reason"] == NoRank.NONE).all()
    assert frame["rank"].tolist() == list(range(1, 291))
    told = frame.reset_index().assign(indicator="made_up", sex="T")
    placings = {place: ranking(told, "made_up", place) for place in ALL}
    assert {place for place, own in placings.items() if own.placing is None} == set(vague.index[vague])
    assert {placings[place].reason for place in vague.index[vague]} == {NoRank.TOO_UNCERTAIN}
    assert [placings[place].placing.rank for place in (ALL[0], ALL[289])] == [1, 290]
    assert placings[FIRST].cuts["places"].tolist() == [73, 72, 73, 72]  # of all places, also those that are not told


def test_a_plausible_range_holds_the_rank_and_widens_with_the_margin():
    narrow, wide = (rank_of(EVEN, margin=margin) for margin in (0.01, 4.0))
    assert (narrow["rank_low"] == narrow["rank_high"]).all()
    inside = (wide["rank_low"] <= wide["rank"]) & (wide["rank"] <= wide["rank_high"])
    assert inside.mean() > 0.95
    assert wide["rank_high"].iloc[145] - wide["rank_low"].iloc[145] > 20


def test_a_plausible_range_follows_the_direction():
    low, high = (rank_of(EVEN, margin=4.0, rule=RankRule(better, fetched=290)) for better in ("lower", "higher"))
    assert low["rank_low"].to_numpy(int) == pytest.approx(291 - high["rank_high"].to_numpy(int), abs=8)  # other draws


def test_a_plausible_range_is_the_same_every_time_and_that_of_the_draws():
    values, spread = np.array([1.0, 2.0, 10.0]), np.array([1.0, 1.0, 0.1])
    low, high = plausible_ranks(values, spread)
    assert (low.tolist(), high.tolist()) == ([1, 1, 3], [2, 2, 3])  # the first two change places in 24 % of draws
    assert np.array_equal(plausible_ranks(EVEN, np.full(290, 2.0)), plausible_ranks(EVEN, np.full(290, 2.0)))


def test_a_place_without_a_margin_keeps_its_value_in_the_draws_and_has_no_range():
    values = EVEN.copy()
    values[5] = values[4] + 1e-9  # as good as one that has a margin
    made = panel(tidy(values[:, None], place=np.array(ALL)[:, None]), POSITIVE, inhabitants(ALL))
    margin = np.full(made.value.shape, 2.0)
    margin[5] = NAN
    frame = latest(made, margin, LOWER, EDITION)
    assert frame["rank"].tolist() == list(range(1, 291))
    ends = frame[["rank_low", "rank_high"]]
    assert (ends.index[ends.isna().all(axis=1)].tolist(), ends.isna().any(axis=1).sum()) == ([5], 1)
    last = margin.copy()
    last[5] = 0.0  # a value that does not move
    known = latest(made, last, LOWER, EDITION)[["rank_low", "rank_high"]]
    pd.testing.assert_frame_equal(ends.drop(5), known.drop(5))
    margin[margin > 0] = 60.0
    vague = latest(made, margin, LOWER, EDITION)
    assert vague.loc[vague["reason"] == NoRank.NONE].index.tolist() == [5]
    assert set(vague["reason"].drop(5)) == {NoRank.TOO_UNCERTAIN}


def test_a_measure_without_values_has_no_ranks():
    made = panel(tidy(np.full((290, 1), NAN), place=np.array(ALL)[:, None]), POSITIVE, inhabitants(ALL))
    assert latest(made, np.full(made.value.shape, NAN), LOWER, EDITION).empty
