"""Intervals, pairs, differences, surveys and means against published cases, references and what must hold."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, poisson, t
from statsmodels.stats.proportion import proportion_confint, proportions_ztest, score_test_proportions_2indep
from statsmodels.stats.rates import confint_poisson

from lagesbild.rules.judgements import survey_sizes
from lagesbild.statistics.alone import compared_pairs, difference_from_counts, difference_from_margins, rate_margin
from lagesbild.statistics.differences import (
    Basis,
    Columns,
    Compared,
    Others,
    place_differences,
    register_differences,
    sex_differences,
    survey_differences,
    survey_gaps,
)
from lagesbild.statistics.intervals import (
    Z,
    byar,
    exact_poisson,
    poisson_interval,
    rate_interval,
    share_interval,
)
from lagesbild.statistics.noise import design, noise_variance, pooled
from lagesbild.statistics.panel import Populations
from lagesbild.statistics.surveys import (
    Survey,
    answer_sizes,
    answers_needed,
    estimated_margin,
    shared_changes,
    size_classes,
    z_of_known,
    z_of_margins,
    z_of_two,
)
from made_up_measures import (
    EDITION,
    FOCUS,
    PEOPLE,
    PLACES,
    POSITIVE,
    RATE,
    SURVEY,
    inhabitants,
    panel,
    rates,
    swinging,
    tidy,
)

FEW = settings(max_examples=20, deadline=None)
NAN = float("nan")


def framed(compared: Callable[..., Columns]) -> Callable[..., pd.DataFrame]:
    return lambda *given: pd.DataFrame(compared(*given))


to_others, of_sexes, of_surveys, of_survey_sexes = map(
    framed, (register_differences, sex_differences, survey_differences, survey_gaps)
)


# Intervals of one figure.

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
@given(counts_of_base)
def test_the_exact_and_wilsons_intervals_are_those_of_statsmodels(given):
    count, base = (np.array([float(number)]) for number in given)
    low, high = confint_poisson(count, 1, method="exact-c")
    assert [bound[0] for bound in exact_poisson(count)] == [np.ravel(low)[0], high[0]]
    assert np.array_equal(share_interval(count, base), proportion_confint(count, base, method="wilson"))


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


# Two figures, from counts or margins.


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


PAIR = {"indicator": "made_up", "value": 80.0, "other_value": 60.0}
UNKNOWN = dict.fromkeys(("margin", "other_margin", "count", "other_count"), NAN)


@pytest.mark.parametrize(
    ("kind", "columns", "method", "low", "high", "real"),
    [
        ("share", {"count": 56.0, "other_count": 48.0}, "newcombe", 5.24, 33.39, True),
        ("survey", {"margin": 3.0, "other_margin": 4.0}, "margins", 15.0, 25.0, True),
        ("survey", {"margin": 15.0, "other_margin": 20.0}, "margins", -5.0, 45.0, False),
        ("rate", {"value": 60.0, "count": 100.0, "other_count": 100.0}, "poisson", -17.08, 17.08, False),
    ],
)
def test_each_kind_of_pair_is_compared_by_its_own_method(kind, columns, method, low, high, real):
    row = compared_pairs(pd.DataFrame([PAIR | UNKNOWN | columns]), {"made_up": kind}).iloc[0]
    assert (row["method"], row["difference"]) == (method, row["value"] - 60)
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))
    assert bool(row["real"]) is real


def test_a_pair_without_counts_or_margins_is_neither_real_nor_unreal():
    row = compared_pairs(pd.DataFrame([PAIR | UNKNOWN]), {"made_up": "share"}).iloc[0]
    assert (row["difference"], row["method"], row["real"] is pd.NA) == (20, "", True)
    assert math.isnan(row["low"])


def test_a_rates_margin_is_half_its_poisson_interval():
    low, high = rate_interval(25, 50_000)
    assert float(rate_margin(50.0, 25)) == pytest.approx(float(high - low) / 2)
    assert np.isnan(rate_margin([0.0, 50.0], [0, NAN])).all()


# Registers: is a difference more than it uses to swing?

COUNTRY = "0000"
OF = inhabitants(PLACES[:59], regions=[COUNTRY])
CODES = np.array([*PLACES[:59], COUNTRY])[:, None]
TO_COUNTRY = Others(COUNTRY, np.full((60, 1), 59))


def registers(values: np.ndarray, context=POSITIVE, **columns: object):
    """The panel of 59 municipalities and, last, the country."""
    return panel(tidy(values, place=CODES, **columns), context, OF)


def levels(*focus: float, noise: float = 0.02, years: int = 10) -> np.ndarray:
    """Places that swing about 30, the first ones times a factor."""
    values = swinging(noise=noise, years=years)
    values[: len(focus)] *= np.array(focus)[:, None]
    return values


def compared(values: np.ndarray, context=POSITIVE, others: Others = TO_COUNTRY, edition: int = EDITION):
    return to_others(registers(values, context), others, edition).set_index("place", drop=False)


def test_a_difference_is_the_two_values_of_the_last_year_that_both_have():
    values = levels(1.3)
    values[3, 9] = values[4, :] = NAN
    frame = compared(values)
    assert frame["difference"].to_numpy() == pytest.approx((frame["value"] - frame["other_value"]).to_numpy())
    assert frame.loc[FOCUS, ["value", "other_value", "year", "n"]].tolist() == [values[0, 9], values[59, 9], 2024, 1]
    assert frame.loc[PLACES[3], ["value", "other_value", "year"]].tolist() == [values[3, 8], values[59, 8], 2023]
    assert PLACES[4] not in frame.index
    assert COUNTRY not in frame.index


def test_a_place_well_beside_the_country_differs_and_one_that_swings_with_it_does_not():
    frame = compared(levels(1.3, 0.7, 1.0))
    assert frame["verdict"][:3].tolist() == [Compared.HIGHER, Compared.LOWER, Compared.WITHIN]
    assert set(frame["basis"]) == {Basis.NOISE}
    assert compared(levels(1.3, noise=0.3)).loc[FOCUS, "verdict"] == Compared.WITHIN


def test_what_a_difference_is_held_against_is_its_own_moderated_noise():
    values = levels(1.1)
    row = compared(values).loc[PLACES[20]]
    d = np.log(values[:59]) - np.log(values[59])
    x = np.log([PEOPLE[code] for code in PLACES[:59]])
    pool, own = pooled(noise_variance(d), x, 0, 10), design(10).d
    s = math.sqrt((pool.d0 * pool.prior(x)[20] + own * noise_variance(d)[20]) / (pool.d0 + own))
    assert (row["scaled"], row["noise"]) == (pytest.approx(d[20, -1]), pytest.approx(s))
    assert row["p"] == pytest.approx(2 * t.sf(abs(d[20, -1]) / s, pool.d0 + own))


def test_comparing_the_other_way_round_flips_the_difference():
    neighbour = Others("neighbour", (np.arange(60) ^ 1)[:, None])
    frame = to_others(panel(tidy(levels(1.3)), POSITIVE), neighbour, EDITION)
    for column in ("difference", "scaled"):
        assert frame[column].to_numpy()[::2] == pytest.approx(-frame[column].to_numpy()[1::2])
    assert frame["verdict"][:2].tolist() == [Compared.HIGHER, Compared.LOWER]


def test_two_equal_places_with_many_cases_are_seldom_told_apart():
    people = np.full((60, 1), 130_000.0)
    told = []
    for seed in range(10):
        swing = np.exp(0.03 * np.random.default_rng(seed).standard_normal((60, 10)))
        counts = np.random.default_rng(seed + 100).poisson(11_000 * swing).astype(float)
        frame = compared(1e5 * counts / people, RATE)
        told.append((frame["verdict"] != Compared.WITHIN).mean())
    assert np.mean(told) < 0.03  # Poisson alone calls 55 % of such pairs different


def test_a_difference_never_swings_less_than_its_cases_allow():
    people = np.array([PEOPLE.get(code, 50_000) for code in CODES[:, 0]])[:, None]
    counts = np.round(people / 50) + np.arange(10) % 2
    frame = compared(1e5 * counts / people, RATE)
    chance = np.sqrt(1 / counts[:59].mean(1) + 1 / counts[59].mean())
    assert frame["poisson"].to_numpy() == pytest.approx(chance)
    assert (frame["noise"] < chance / 5).all()
    p = 2 * t.sf(np.abs(frame["scaled"]) / chance, frame["degrees"].astype(float))
    assert frame["p"].to_numpy() == pytest.approx(p)
    pair = place_differences(to_same(frame), FOCUS).set_index("other").loc[PLACES[1]]
    z = (frame["scaled"].iloc[0] - frame["scaled"].iloc[1]) / math.hypot(chance[0], chance[1])
    assert pair["p"] == pytest.approx(2 * t.sf(abs(z), frame["degrees"].iloc[0]))


def test_the_chance_of_a_groups_mean_is_that_of_its_members_with_the_whole_window():
    people = np.array([PEOPLE.get(code, 50_000) for code in CODES[:, 0]])[:, None]
    counts = np.round(people / 50) + np.arange(10) % 2
    values = 1e5 * counts / people
    values[5, 3] = NAN
    row = compared(values, RATE, group_of([1, 2, 3, 4, 5])).loc[FOCUS]
    of_mean = (1 / counts[1:5].mean(1)).sum() / 16
    assert row["poisson"] == pytest.approx(math.sqrt(1 / counts[0].mean() + of_mean))


@pytest.mark.parametrize(("years", "verdict"), [(6, Compared.HIGHER), (5, Compared.UNKNOWN)])
def test_without_six_years_nothing_tells_how_much_a_difference_swings(years, verdict):
    row = compared(levels(1.6, years=years)).loc[FOCUS]
    assert row["verdict"] == verdict
    assert row["difference"] > 0
    assert math.isnan(row["p"]) == (verdict is Compared.UNKNOWN)
    assert (row["basis"] == Basis.NONE) == (verdict is Compared.UNKNOWN)


@pytest.mark.parametrize("context", [replace(POSITIVE, every=4), replace(POSITIVE, years_pooled=3)])
def test_a_measure_that_has_no_value_of_its_own_each_year_has_no_known_swing(context):
    assert set(compared(levels(1.6), context)["verdict"]) == {Compared.UNKNOWN}


def test_a_rate_of_few_cases_is_not_told_apart():
    people = np.array([PEOPLE.get(code, 50_000) for code in CODES[:, 0]])[:, None]
    counts = np.random.default_rng(1).poisson(50, (60, 10)).astype(float)
    counts[0] = 4
    frame = compared(1e5 * counts / people, RATE)
    assert frame.loc[FOCUS, ["verdict", "basis"]].tolist() == [Compared.UNKNOWN, Basis.FEW_CASES]
    assert set(frame["basis"].drop(FOCUS)) == {Basis.NOISE}


def counted(seed: int = 1) -> np.ndarray:
    """Rates of whole cases, 2 in a hundred inhabitants and year; in the first place fewer than half as many."""
    people = OF.people["T"][:, :10]
    share = np.where(np.arange(60)[:, None] == 0, 0.008, 0.02)
    return np.random.default_rng(seed).poisson(share * people) * 1e5 / people


def held(values: np.ndarray, of: Populations = OF) -> pd.DataFrame:
    made = panel(tidy(values, place=CODES), RATE, of)
    return to_others(made, TO_COUNTRY, EDITION).set_index("place", drop=False)


@pytest.mark.parametrize("place", [FOCUS, COUNTRY])
def test_one_year_without_known_cases_on_one_side_changes_no_size_and_no_verdict(place):
    values, row = counted(), list(OF.places).index(place)
    people = {sex: everybody.copy() for sex, everybody in OF.people.items()}
    people["T"][row, 12] = NAN
    part = values.copy()
    part[row, 6] += 0.3 * 1e5 / OF.people["T"][row, 12]  # no whole number of cases
    whole = held(values)
    assert whole.loc[FOCUS, "verdict"] == Compared.LOWER
    for frame in (held(values, replace(OF, people=people)), held(part)):
        assert frame["scaled"].to_numpy() == pytest.approx(whole["scaled"].to_numpy(), abs=0.02)
        assert frame["verdict"].tolist() == whole["verdict"].tolist()
        assert not np.array_equal(frame["scaled"], whole["scaled"])  # one side is on its value


@pytest.mark.parametrize("context", [POSITIVE, RATE])
def test_a_municipality_without_any_inhabitants_has_differences_of_unknown_swing(context):
    people = {sex: np.where(OF.places[:, None] == FOCUS, NAN, known) for sex, known in OF.people.items()}
    frame = to_others(
        panel(tidy(counted(), place=CODES), context, replace(OF, people=people)), TO_COUNTRY, EDITION
    ).set_index("place")
    assert frame.loc[FOCUS, ["verdict", "basis"]].tolist() == [Compared.UNKNOWN, Basis.NONE]
    assert np.isfinite(frame.loc[FOCUS, "difference"])
    assert math.isnan(frame.loc[FOCUS, "p"])
    assert frame["p"].drop(FOCUS).notna().all()
    assert Compared.UNKNOWN not in set(frame["verdict"].drop(FOCUS))


@pytest.mark.parametrize(("own", "verdict"), [(30.049, Compared.WITHIN), (30.05, Compared.HIGHER)])
def test_two_values_that_print_alike_are_not_told_apart(own, verdict):
    """30.049 prints as riket's 30.0; 30.05 prints as 30.1, as pages round."""
    values = levels(noise=1e-6)
    values[59], values[1], values[0] = 30.0, 30.0 + 1e-5 * np.arange(10), own
    frame = compared(values, replace(POSITIVE, decimals=1))
    assert frame.loc[FOCUS, "p"] < 0.01
    assert frame.loc[FOCUS, "verdict"] == verdict
    pair = place_differences(to_same(frame), FOCUS).set_index("other").loc[PLACES[1]]
    assert (pair["p"] < 0.01, pair["verdict"]) == (True, verdict)
    women, men = (panel(tidy(values[[n] * 60], sex=sex), SURVEY) for sex, n in (("K", 0), ("M", 1)))
    sizes = np.full(60, 1e9)
    assert set(of_survey_sexes(women, men, (sizes, sizes), EDITION)["verdict"]) == {verdict}
    assert surveyed(values[:, 9], 1e9).loc[FOCUS, "verdict"] == verdict


def test_an_edition_knows_nothing_of_later_years():
    values = levels(1.3, years=12)
    early = compared(values, edition=2022)
    assert set(early["year"]) == {2022}
    values[:, 10:] = NAN
    pd.testing.assert_frame_equal(early, compared(values, edition=2022))


def group_of(members: list[int]) -> Others:
    similar = np.full((60, 5), -1)
    similar[0, : len(members)] = members
    similar[6:59, :4] = np.arange(1, 5)  # so that there is a pool
    return Others("group", similar, 4)


def test_a_groups_mean_is_that_of_the_members_that_have_the_whole_window():
    values = levels(1.0)
    values[5, 3] = NAN
    row = compared(values, others=group_of([1, 2, 3, 4, 5])).loc[FOCUS]
    assert (row["n"], row["other"]) == (4, "group")
    assert row["other_value"] == pytest.approx(values[1:5, 9].mean())
    assert row["scaled"] == pytest.approx(math.log(values[0, 9]) - np.log(values[1:5, 9]).mean())


def test_a_group_of_fewer_than_four_is_none():
    assert FOCUS not in compared(levels(1.0), others=group_of([1, 2, 3])).index
    values = levels(1.0)
    values[4:6, 6] = NAN  # no six years are left
    row = compared(values, others=group_of([1, 2, 3, 4, 5])).loc[FOCUS]
    assert row["verdict"] == Compared.UNKNOWN


def test_nothing_is_decided_where_the_printed_difference_has_the_other_sign():
    values = levels(25 / 30, 10 / 30, 10 / 30, 10 / 30, 90 / 30, noise=0.001)  # mean 30, on the scale 17
    row = compared(values, others=group_of([1, 2, 3, 4])).loc[FOCUS]
    assert row["p"] < 0.01
    assert row["scaled"] > 0 > row["difference"]
    assert row["verdict"] == Compared.WITHIN


# One place against each other place.


def to_same(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(indicator="made_up", sex="T").reset_index(drop=True)


def test_two_places_are_told_apart_by_the_variances_of_both_against_the_country():
    frame = to_same(compared(levels(1.3, 1.3, 0.8)))
    own = place_differences(frame, FOCUS).set_index("other")
    assert set(own.index) == set(PLACES[1:59])
    assert own.loc[PLACES[1:4], "verdict"].tolist() == [Compared.WITHIN, Compared.HIGHER, Compared.HIGHER]
    one, two = (frame.set_index("place").loc[code] for code in (FOCUS, PLACES[2]))
    z = (one["scaled"] - two["scaled"]) / math.hypot(one["noise"], two["noise"])
    assert own.loc[PLACES[2], "p"] == pytest.approx(2 * t.sf(abs(z), min(one["degrees"], two["degrees"])))
    assert own.loc[PLACES[2], "difference"] == pytest.approx(one["value"] - two["value"])


def test_exchanging_the_two_places_flips_the_difference_and_keeps_p():
    frame = to_same(compared(levels(1.3, 1.1)))
    there = place_differences(frame, FOCUS).set_index("other").loc[PLACES[1]]
    back = place_differences(frame, PLACES[1]).set_index("other").loc[FOCUS]
    assert (there["difference"], there["p"]) == pytest.approx((-back["difference"], back["p"]))
    assert (there["verdict"], back["verdict"]) == (Compared.HIGHER, Compared.LOWER)


def test_a_place_of_another_year_is_left_out_and_one_of_unknown_swing_is_not_told_apart():
    values = levels(1.3)
    values[1, 9] = NAN
    values[2, :5] = NAN
    own = place_differences(to_same(compared(values)), FOCUS).set_index("other")
    assert PLACES[1] not in own.index
    assert (own.loc[PLACES[2], "verdict"], math.isnan(own.loc[PLACES[2], "p"])) == (Compared.UNKNOWN, True)


def test_two_rows_of_a_place_are_refused():
    frame = to_same(compared(levels()))
    with pytest.raises(ValueError, match=r"differences between places.*Pass one row a key"):
        place_differences(pd.concat([frame, frame.iloc[:1]]), FOCUS)


# Women and men in registers.


def women_and_men(women: np.ndarray, men: np.ndarray, context=POSITIVE, **columns: object):
    return [panel(tidy(values, sex=sex, **columns), context) for values, sex in ((women, "K"), (men, "M"))]


@FEW
@given(st.integers(0, 1000))
def test_swapping_the_sexes_flips_the_difference(seed):
    women, men = women_and_men(swinging(seed), 1.05 * swinging(seed + 1))
    there, back = of_sexes(women, men, EDITION), of_sexes(men, women, EDITION)
    opposite = {Compared.HIGHER: Compared.LOWER, Compared.LOWER: Compared.HIGHER}
    assert np.allclose(there["difference"], -back["difference"])
    assert np.allclose(there[["p", "noise"]], back[["p", "noise"]])
    assert there["verdict"].tolist() == [opposite.get(verdict, verdict) for verdict in back["verdict"]]


def test_the_difference_between_the_sexes_is_decided_where_it_is_steady():
    women, men = swinging(1), swinging(2)
    women[0] *= 1.3
    women[1, :5] = NAN
    frame = of_sexes(*women_and_men(women, men), EDITION)
    assert frame["verdict"][:3].tolist() == [Compared.HIGHER, Compared.UNKNOWN, Compared.WITHIN]
    assert frame["difference"].to_numpy() == pytest.approx(women[:, 9] - men[:, 9])


def test_an_edition_knows_nothing_of_the_sexes_in_later_years():
    women, men = women_and_men(swinging(1, years=12), swinging(2, years=12))
    for frame in (of_sexes(women, men, 2022), of_survey_sexes(women, men, (np.ones(60), np.ones(60)), 2022)):
        assert set(frame["year"]) == {2022}


def test_the_difference_between_the_sexes_never_swings_less_than_the_cases_of_both_allow():
    counts = [np.full((60, 10), n) + np.arange(10) % 2 for n in (400.0, 100.0)]
    women, men = (panel(rates(cases, sex=sex), RATE) for cases, sex in zip(counts, "KM", strict=True))
    frame = of_sexes(women, men, EDITION)
    chance = math.sqrt(1 / 400.5 + 1 / 100.5)
    assert frame["poisson"].to_numpy() == pytest.approx(chance)
    p = 2 * t.sf(np.abs(frame["scaled"]) / chance, frame["degrees"].astype(float))
    assert frame["p"].to_numpy() == pytest.approx(p)


# Surveys: how many answers a value is worth.

LARGE, SMALL = 400, 150


def asked(seed: int, answers: np.ndarray, years: int = 2, spread: float = 0.05) -> np.ndarray:
    """Percent, places x years, of as many answers about shares that stay what they are."""
    draw = np.random.default_rng(seed)
    share = np.clip(draw.normal(0.4, spread, (len(answers), 1)), 0.1, 0.9)
    return 100 * draw.binomial(answers[:, None], share, (len(answers), years)) / answers[:, None]


MANY = [f"{9900 + n}" for n in range(600)]
MANY_PEOPLE = np.where(np.arange(600) < 300, 10_000.0, 50_000.0)
SIZES = Survey((20_000,))
CLASSES = size_classes(MANY_PEOPLE, SIZES)


def asked_panel(values: np.ndarray, last: int = EDITION, context=SURVEY, **columns: object):
    codes = MANY[: len(values)]
    return panel(tidy(values, last=last, place=np.array(codes)[:, None], **columns), context, inhabitants(codes))


def test_a_class_is_by_its_lowest_population_and_unknown_without_one():
    assert size_classes(np.array([19_999, 20_000, 69_999, 70_000, NAN]), Survey((20_000, 70_000))).tolist() == [
        0,
        1,
        1,
        2,
        -1,
    ]


def test_the_answers_of_a_drawn_survey_come_back():
    answers = np.where(CLASSES == 0, SMALL, LARGE)
    values = asked(1, answers)
    values[:, 1] += 3  # what all places share is no sampling error
    sizes = answer_sizes({"q": asked_panel(values)}, CLASSES, SIZES, EDITION)["q"]
    assert sizes == pytest.approx([SMALL, LARGE], rel=0.25)  # three standard errors of a variance of 300 places


def test_real_local_change_makes_the_estimate_smaller():
    answers = np.full(600, LARGE)
    values = asked(2, answers)
    still = answer_sizes({"q": asked_panel(values)}, CLASSES, SIZES, EDITION)["q"]
    values[:, 1] += np.random.default_rng(3).normal(0, 4, 600)
    assert (answer_sizes({"q": asked_panel(values)}, CLASSES, SIZES, EDITION)["q"] < 0.7 * still).all()


def test_a_surveys_size_is_the_first_quartile_of_its_questions_or_the_questions_own_where_lower():
    answers = {f"q{n}": np.full(600, n) for n in (100, 200, 300, 400, 500)}
    panels = {name: asked_panel(asked(n, of)) for n, (name, of) in enumerate(answers.items())}
    alone = {name: answer_sizes({name: own}, CLASSES, SIZES, EDITION)[name] for name, own in panels.items()}
    sizes = answer_sizes(panels, CLASSES, SIZES, EDITION)
    quartile = np.quantile(list(alone.values()), 0.25, axis=0)
    for name, own in alone.items():
        assert sizes[name] == pytest.approx(np.minimum(own, quartile))
    assert (sizes["q100"] < sizes["q500"]).all()


def test_values_of_none_and_all_are_left_out_of_the_estimate():
    values = asked(4, np.full(600, LARGE))
    plain = answer_sizes({"q": asked_panel(values[40:])}, CLASSES[40:], SIZES, EDITION)["q"]
    values[:20, 0], values[20:40, 1] = 0.0, 100.0
    assert answer_sizes({"q": asked_panel(values)}, CLASSES, SIZES, EDITION)["q"] == pytest.approx(plain)


@pytest.mark.parametrize(
    ("places", "widened"), [([300, 14, 286], [[0], [1, 2], [2]]), ([14, 300, 286], [[0, 1], [1], [2]]),
                            ([300, 286, 14], [[0], [1], [1, 2]]), ([300, 300], [[0], [1], [1]])]
)  # fmt: skip
def test_a_class_with_too_few_places_is_counted_with_the_next(places, widened):
    classes = np.repeat(np.arange(len(places)), places)
    values = asked(5, np.array([100, 200, 400])[classes])
    survey = Survey((20_000, 70_000))
    sizes = answer_sizes({"q": asked_panel(values)}, classes, survey, EDITION)["q"]
    for n, together in enumerate(widened):
        only = np.isin(classes, together)
        alone = answer_sizes({"q": asked_panel(values[only])}, np.zeros(only.sum(), int), Survey(()), EDITION)["q"]
        assert sizes[n] == pytest.approx(alone[0])


def test_no_value_is_worth_more_answers_than_its_class_was_asked():
    values = asked(5, np.full(300, 400))
    free = answer_sizes({"q": asked_panel(values)}, np.zeros(300, int), Survey(()), EDITION)["q"][0]
    assert free > 300
    for documented, known in ((200.0, 200.0), (5000.0, free)):
        survey = Survey((), documented=(documented,))
        assert answer_sizes({"q": asked_panel(values)}, np.zeros(300, int), survey, EDITION)["q"][0] == known


def test_the_latest_two_years_that_share_none_and_have_places_enough_are_taken():
    values = np.full((60, 4), NAN)
    values[:, :2] = asked(6, np.full(60, LARGE))
    values[:10, 2] = 40.0  # ten places are too few
    frame = shared_changes(panel(tidy(values), SURVEY), np.full(60, 400.0), EDITION, 15)
    assert set(zip(frame["first_year"], frame["last_year"], strict=True)) == {(2021, 2022)}
    every = panel(tidy(asked(6, np.full(60, LARGE), years=4)), replace(SURVEY, years_pooled=3))
    frame = shared_changes(every, np.full(60, 400.0), EDITION, 15)
    assert set(zip(frame["first_year"], frame["last_year"], strict=True)) == {(2021, 2024)}
    parted = panel(tidy(asked(6, np.full(60, LARGE), years=4)), replace(SURVEY, breaks=(2024,)))
    frame = shared_changes(parted, np.full(60, 400.0), EDITION, 15)
    assert set(zip(frame["first_year"], frame["last_year"], strict=True)) == {(2022, 2023)}


def test_a_place_whose_two_answers_are_of_two_vintages_has_not_changed():
    values = asked(6, np.full(60, LARGE))
    vintage = np.full(values.shape, "2025-01-15", object)
    vintage[0, 1] = "2024-01-15"
    frame = shared_changes(panel(tidy(values, vintage=vintage), SURVEY), np.full(60, 400.0), EDITION, 15)
    assert sorted(frame["place"]) == PLACES[1:]
    values[0] = 5.0, 95.0
    sizes = [
        answer_sizes({"q": panel(table, SURVEY)}, np.zeros(60, int), Survey(()), EDITION)["q"][0]
        for table in (tidy(values, vintage=vintage), tidy(values[1:], place=np.array(PLACES[1:])[:, None]))
    ]
    assert sizes[0] == pytest.approx(sizes[1])


def test_nothing_is_known_of_a_survey_asked_once():
    once = asked_panel(asked(7, np.full(600, LARGE), years=1))
    assert answer_sizes({"q": once}, CLASSES, SIZES, EDITION) == {}
    assert shared_changes(once, np.full(600, 400.0), EDITION, 15).empty


def test_a_change_is_held_against_the_shift_that_all_places_share():
    values = asked(8, np.full(60, LARGE))
    values[:, 1] = values[:, 0] + 10
    values[0, 1] += 1
    values[1, 1] += 20
    frame = shared_changes(panel(tidy(values), SURVEY), np.full(60, 400.0), EDITION, 15)
    assert frame["shift"].to_numpy() == pytest.approx(10)
    assert frame["z"][2:].to_numpy() == pytest.approx(0, abs=1e-9)
    p = (values[1, 0] + values[1, 1]) / 200
    assert frame.loc[1, "z"] == pytest.approx(0.2 / math.sqrt(2 * p * (1 - p) / 400))
    assert frame.loc[0, "z"] < 2.576 < frame.loc[1, "z"]


def test_an_estimated_margin_is_half_of_wilsons_interval():
    low, high = share_interval(65, 100)
    assert estimated_margin(np.array([65.0]), np.array([100.0]))[0] == pytest.approx(50 * float(high - low))
    assert np.isnan(estimated_margin(np.array([NAN, 65.0]), np.array([100.0, NAN]))).all()
    assert estimated_margin(np.array([0.0]), np.array([100.0]))[0] > 1


# Surveys: tests of differences.

shares, answers_of = st.integers(5, 95), st.integers(30, 900)


@FEW
@given(shares, shares, answers_of)
def test_against_a_known_share_the_score_test_is_statsmodels(value, known, n):
    z, _ = proportions_ztest(value / 100 * n, n, known / 100, prop_var=known / 100)
    assert z_of_known(np.array([value]), np.array([known]), np.array([n]))[0] == pytest.approx(z)


@FEW
@given(shares, answers_of, shares, answers_of)
def test_of_two_shares_the_score_test_is_statsmodels(value, n, other, m):
    test = score_test_proportions_2indep(value / 100 * n, n, other / 100 * m, m, value=0, correction=False)
    z = z_of_two(*(np.array([number], float) for number in (value, n, other, m)))[0]
    assert z == pytest.approx(float(test.statistic), abs=1e-9)


def test_two_published_margins_give_the_error_of_the_difference():
    assert z_of_margins(*(np.array([number]) for number in (40.0, 3.0, 35.0, 4.0)))[0] == pytest.approx(1.0 * Z)


@pytest.mark.parametrize(("value", "other"), [(16.1, 27.0), (40.0, 41.0), (3.0, 9.0)])
def test_with_the_answers_needed_a_difference_is_just_sure(value, other):
    n = answers_needed(value, other)
    p, q = value / 100, other / 100
    z = [abs(p - q) / math.sqrt(p * (1 - p) / answers) for answers in (n - 1, n)]
    assert z[0] < 2.576 <= z[1]


@pytest.mark.parametrize(("value", "other", "answers"), [(0.0, 10.0, 60), (100.0, 90.0, 60), (0.0, 50.0, 7)])
def test_of_none_or_all_the_answers_needed_follow_from_the_others_spread(value, other, answers):
    assert answers_needed(value, other) == answers  # 2.576^2 * 0.1 * 0.9 / 0.1^2 = 59.7


@pytest.mark.parametrize("limit", [10_000, 20_000, 50_000, 70_000])
def test_a_municipality_at_the_limit_of_a_size_class_is_in_the_higher_one(limit):
    people = {sex: np.where(np.arange(60)[:, None] == 0, limit, limit - 1.0) * np.ones((1, 16)) for sex in "TKM"}
    of = replace(inhabitants(), people=people)
    asking = tidy(asked(1, np.full(60, LARGE)))
    known = survey_sizes(asking, Survey((limit,)), {"made_up": SURVEY}, of, EDITION)["made_up"]
    assert (known.classes[0], set(known.classes[1:])) == (1, {0})


def took_part(values: np.ndarray, **columns: object):
    return panel(tidy(values[:, None], place=CODES, **columns), SURVEY, OF)


def surveyed(values: np.ndarray, sizes: float, others: Others = TO_COUNTRY, **columns: object) -> pd.DataFrame:
    """Rows of one year; the country has no n_eff."""
    known = np.append(np.full(59, sizes), NAN)
    return of_surveys(took_part(values, **columns), others, known, EDITION).set_index("place", drop=False)


ONE_YEAR = np.array([16.1, 27.5, *[27.0] * 58])


def test_without_any_estimate_the_uncertainty_is_unknown_and_never_chance():
    frame = surveyed(ONE_YEAR, NAN)
    assert set(frame["verdict"]) == {Compared.UNKNOWN}
    assert set(frame["basis"]) == {Basis.NONE}
    assert frame["p"].isna().all()


def test_a_survey_is_held_against_the_country_by_its_estimated_answers():
    frame = surveyed(ONE_YEAR, 200)
    assert frame["verdict"][:2].tolist() == [Compared.LOWER, Compared.WITHIN]
    assert set(frame["basis"]) == {Basis.ESTIMATE}
    z = (0.161 - 0.27) / math.sqrt(0.27 * 0.73 / 200)
    assert frame.loc[FOCUS, "p"] == pytest.approx(2 * norm.sf(abs(z)))
    assert frame.loc[FOCUS, "margin"] == pytest.approx(estimated_margin(np.array([16.1]), np.array([200.0]))[0])
    assert frame.loc[FOCUS, "answers"] == 200


def test_another_place_with_an_estimate_of_its_own_is_tested_by_the_pooled_share():
    sizes = np.append(np.full(59, 200.0), 90.0)
    row = of_surveys(took_part(ONE_YEAR), TO_COUNTRY, sizes, EDITION).iloc[0]
    z = z_of_two(*(np.array([number]) for number in (16.1, 200.0, 27.0, 90.0)))[0]
    assert row["p"] == pytest.approx(2 * norm.sf(abs(z)))


def test_published_margins_come_before_an_estimate_and_a_margin_of_0_is_none():
    frame = surveyed(ONE_YEAR, 30, margin=np.array([3.0, 0.0, *[3.0] * 57, 0.4])[:, None])
    assert frame["basis"][:2].tolist() == [Basis.MARGINS, Basis.ESTIMATE]
    z = (16.1 - 27.0) / math.hypot(3 / Z, 0.4 / Z)
    assert (frame.loc[FOCUS, "margin"], frame.loc[FOCUS, "p"]) == (3.0, pytest.approx(2 * norm.sf(abs(z))))


def test_a_group_in_a_survey_counts_those_that_took_part_and_their_uncertainty():
    values = ONE_YEAR.copy()
    values[1:6] = [20, 30, 40, 50, NAN]
    row = surveyed(values, 200, group_of([1, 2, 3, 4, 5])).loc[FOCUS]
    assert (row["other_value"], row["n"]) == (35.0, 4)
    variance = sum(p * (1 - p) / 200 for p in (0.2, 0.3, 0.4, 0.5)) / 16
    z = (0.161 - 0.35) / math.sqrt(0.35 * 0.65 / 200 + variance)
    assert row["p"] == pytest.approx(2 * norm.sf(abs(z)))
    assert FOCUS not in surveyed(np.where(np.arange(60) == 1, NAN, values), 200, group_of([1, 2, 3, 4, 5])).index


def test_equal_shares_that_are_drawn_are_told_apart_about_once_in_a_hundred():
    draw = np.random.default_rng(9)
    decided = []
    for share in (0.08, 0.5, 0.92):
        values = np.append(100 * draw.binomial(200, share, 59 * 100) / 200, share * 100)
        sizes = np.full(len(values), 200.0)
        z = z_of_known(values, np.full(len(values), 100 * share), sizes)
        decided.append((np.abs(z) > 2.576).mean())
    assert max(decided) < 0.018


@FEW
@given(st.integers(0, 1000), st.booleans())
def test_swapping_the_sexes_flips_the_gap_of_a_survey(seed, published):
    draw = np.random.default_rng(seed)
    values, sizes = draw.uniform(20, 60, (2, 60, 1)), draw.uniform(50, 300, (2, 60))
    women, men = women_and_men(*values, SURVEY, **({"margin": 5.0} if published else {}))
    there = of_survey_sexes(women, men, (sizes[0], sizes[1]), EDITION)
    back = of_survey_sexes(men, women, (sizes[1], sizes[0]), EDITION)
    assert np.allclose(there["difference"], -back["difference"])
    assert np.allclose(there[["p", "margin"]], back[["p", "margin"]])
    assert set(there["basis"]) == {Basis.MARGINS if published else Basis.ESTIMATE}
    assert ((there["verdict"] == Compared.HIGHER) == (back["verdict"] == Compared.LOWER)).all()
    assert there["verdict"].nunique() > 1


def test_two_places_in_a_survey_are_told_apart_by_both_estimates():
    frame = to_same(surveyed(ONE_YEAR, 200))
    own = place_differences(frame, FOCUS).set_index("other")
    z = z_of_two(*(np.array([number]) for number in (16.1, 200.0, 27.5, 200.0)))[0]
    assert own.loc[PLACES[1], "p"] == pytest.approx(2 * norm.sf(abs(z)))
    assert own.loc[PLACES[1], "verdict"] == Compared.LOWER
