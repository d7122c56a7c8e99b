"""The rule of directions against published cases, reference implementations and what must hold for any numbers."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t
from statsmodels.stats.multitest import multipletests

from lagesbild.statistics.alone import chi_square_for_trend, share_fits, weighted_fits
from lagesbild.statistics.direction import Direction, Method, Movement, Reason, directions, movement
from lagesbild.statistics.noise import RHO, design, noise_variance, pooled
from lagesbild.statistics.panel import panels, populations, printed
from lagesbild.swedish.numbers import MINUS, NBSP, decimal
from made_up_measures import (
    FOCUS,
    PEOPLE,
    PERCENT,
    PLACES,
    POSITIVE,
    RATE,
    YEARS,
    inhabitants,
    judged,
    moved,
    panel,
    rates,
    swinging,
    tidy,
)

FEW = settings(max_examples=20, deadline=None)
NAN = float("nan")
NUMBERS = ["p", "slope", "noise"]
seeds = st.integers(0, 10_000)

# Fingertips recent trends, guidance of the Department of Health and Social Care: its two worked cases
CASES = np.array([318, 314, 318, 291, 292], float)
BASES = CASES / np.array([0.679, 0.664, 0.635, 0.606, 0.585])
VALUES = np.array([30.6, 30.2, 28.0, 24.6, 24.67])
LOWS = np.array([28.98, 28.63, 26.44, 23.15, 23.16])
HIGHS = np.array([32.25, 31.90, 29.64, 26.19, 26.25])


def with_focus(values, others: np.ndarray | None = None) -> np.ndarray:
    """Others that swing about one level, with these values in the first place; years without a value before them."""
    table = swinging(years=16) if others is None else others.astype(float)
    table[0] = NAN
    table[0, table.shape[1] - len(values) :] = values
    return table


# Noise and the pool.


def test_the_degrees_of_freedom_of_ten_and_of_six_years_are_those_of_the_method():
    assert design(10).d == pytest.approx(4.95, abs=0.005)
    assert design(6).d == pytest.approx(2.6, abs=0.05)


@pytest.mark.parametrize("length", range(6, 11))
def test_the_noise_of_an_autoregressive_series_is_its_variance_on_average(length):
    draw = np.random.default_rng(length).standard_normal((20_000, length))
    for year in range(1, length):
        draw[:, year] = RHO * draw[:, year - 1] + math.sqrt(1 - RHO**2) * draw[:, year]
    variances = noise_variance(0.2 * draw)
    assert variances.mean() == pytest.approx(0.04, rel=0.03)
    assert 2 * variances.mean() ** 2 / variances.var() == pytest.approx(design(length).d, rel=0.06)


def test_a_level_and_a_slope_are_no_noise():
    noise = 0.05 * np.random.default_rng(2).standard_normal((3, 9))
    assert noise_variance(noise + 7 - 0.4 * np.arange(9)) == pytest.approx(noise_variance(noise))


def drawn_variances(d0: float, length: int, n: int = 8_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Noise variances of places whose true ones lie about a known s0^2(population); log population; s0^2."""
    draw = np.random.default_rng(length)
    x = draw.uniform(math.log(3_000), math.log(300_000), n)
    prior = np.exp(-5 - 0.6 * (x - 10) + 0.05 * (x - 10) ** 2)
    true = prior if math.isinf(d0) else prior * d0 / draw.chisquare(d0, n)
    return true * draw.chisquare(design(length).d, n) / design(length).d, x, prior


@pytest.mark.parametrize(("d0", "length"), [(4, 10), (10, 10), (30, 10), (8, 6)])
def test_a_pool_drawn_with_a_known_prior_gives_it_back(d0, length):
    variances, x, prior = drawn_variances(d0, length)
    pool = pooled(variances, x, 0, length)
    assert pool.d0 == pytest.approx(d0, rel=0.4)  # log variances are skewed, and their tails are winsorised
    assert np.median(np.abs(pool.prior(x) / prior - 1)) < 0.05
    assert pool.places == len(x)


def test_municipalities_that_all_swing_alike_give_the_largest_prior_weight():
    variances, x, prior = drawn_variances(math.inf, 10)
    pool = pooled(0.9 * variances**0.98, x, 0, 10)  # a little less spread than chance gives
    assert pool.d0 == 200
    assert np.corrcoef(np.log(pool.prior(x)), np.log(prior))[0, 1] > 0.99


def test_outside_the_sizes_that_made_it_a_pool_is_that_of_its_nearest_size():
    variances, x, _ = drawn_variances(10, 10)
    pool = pooled(variances * np.exp(0.4 * (x - 10) ** 2), x, 0, 10)
    ends, outside = pool.prior(np.array([x.min(), x.max()])), pool.prior(np.array([x.min() - 3, x.max() + 3]))
    assert outside == pytest.approx(ends)
    assert pool.prior(np.array([x.min() + 1, x.max() - 1])) != pytest.approx(ends, rel=0.1)


# One place's verdict.


def test_a_verdict_is_the_least_squares_slope_over_the_moderated_noise():
    table = tidy(swinging(noise=0.1) * np.exp(-0.05 * np.arange(10)))
    row = judged(table, POSITIVE).loc["9930"]
    y = np.log(table.loc[table["place"] == "9930", "value"].to_numpy())
    every = np.log(table["value"].to_numpy().reshape(-1, 10))
    pool = pooled(noise_variance(every), np.log(list(PEOPLE.values())), 0, 10)
    d, own = design(10).d, noise_variance(y[None])[0]
    s2 = (pool.d0 * pool.prior(np.log([PEOPLE["9930"]]))[0] + d * own) / (pool.d0 + d)
    line = sm.OLS(y, sm.add_constant(np.arange(10.0))).fit()
    weights = (np.arange(10) - 4.5) / 82.5
    lags = np.abs(np.subtract.outer(np.arange(10), np.arange(10)))
    error = math.sqrt(s2 * weights @ RHO**lags @ weights)
    assert row["slope"] == pytest.approx(line.params[1])
    assert row["noise"] == pytest.approx(math.sqrt(s2))
    assert row["p"] == pytest.approx(2 * t.sf(abs(line.params[1]) / error, pool.d0 + d))


RISE, FLAT = np.exp(0.08 * np.arange(10)), np.ones(10)


@pytest.mark.parametrize(
    ("course", "direction"),
    [
        (30 * RISE, Direction.INCREASED),
        (30 * RISE[::-1], Direction.DECREASED),
        (30 * FLAT + 0.01 * np.arange(10), Direction.NO_MOVEMENT),
        (30 * np.exp(0.08 * np.array([0, 1, 2, 3, 4, 5, 6, 4, 2, 0])), Direction.TURNED),
        (30 * np.exp(-0.08 * np.array([0, 1, 2, 3, 4, 5, 6, 3, 0, -3])), Direction.TURNED),
    ],
)
def test_a_course_moves_turns_or_stays_within_what_the_measure_swings(course, direction):
    own = moved(tidy(with_focus(course)), POSITIVE)
    assert (own.direction, own.reason, own.method, own.span) == (direction, Reason.NONE, Method.POOL, (2015, 2024))


def test_the_same_fall_is_a_movement_where_the_measure_swings_little_and_none_where_it_swings_much():
    fall = 30 * np.exp(-0.03 * np.arange(10))
    calm, wild = (moved(tidy(with_focus(fall, swinging(noise=n, years=16))), POSITIVE) for n in (0.02, 0.3))
    assert (calm.direction, wild.direction) == (Direction.DECREASED, Direction.NO_MOVEMENT)


def test_a_window_of_seven_years_cannot_turn():
    course = 30 * np.exp(0.08 * np.array([0, 2, 4, 6, 4, 2, 0]))
    assert moved(tidy(with_focus(course)), POSITIVE).direction is Direction.NO_MOVEMENT


def test_one_year_alone_makes_no_movement():
    course = 30 * np.exp([*(0.0005 * np.arange(9)), -0.5])
    own = moved(tidy(with_focus(course, swinging(noise=0.01))), POSITIVE)
    assert own.p < 0.002
    assert own.direction is Direction.NO_MOVEMENT


@pytest.mark.parametrize(("decimals", "direction"), [(1, Direction.NO_MOVEMENT), (2, Direction.INCREASED)])
def test_a_movement_whose_first_and_last_year_print_alike_is_none(decimals, direction):
    table = tidy(with_focus(30 + 0.004 * np.arange(10), swinging(noise=1e-5)))
    own = moved(table, replace(POSITIVE, decimals=decimals))
    assert own.p < 0.002
    assert own.direction is direction


def test_a_slope_against_its_printed_ends_is_no_movement():
    course = 30 * np.exp(0.02 * np.array([5.0, 0, 1, 2, 3, 4, 5, 6, 7, 4.8]))
    own = moved(tidy(with_focus(course, swinging(noise=0.002))), POSITIVE)
    assert own.p < 0.002
    assert own.slope > 0
    assert own.direction is Direction.NO_MOVEMENT
    ends_agree = moved(tidy(with_focus([*course[:-1], 1.01 * course[0]], swinging(noise=0.002))), POSITIVE)
    assert ends_agree.direction is Direction.INCREASED


@pytest.mark.parametrize(
    ("value", "decimals", "page"),
    [(16.05, 1, 16.1), (-16.05, 1, -16.1), (2.5, 0, 3), (0.285, 2, 0.29), (1.005, 2, 1.01), (16.049, 1, 16.0)],
)
def test_an_end_is_rounded_as_pages_print_it(value, decimals, page):
    assert printed(np.array([value, NAN]), decimals) == pytest.approx([page, NAN], abs=1e-9, nan_ok=True)


@FEW
@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 4), st.integers(0, 3))
def test_printed_values_are_those_of_the_pages(number, given, decimals):
    value = number / 10**given
    page = decimal(value, decimals).replace(NBSP, "").replace(",", ".").replace(MINUS, "-")
    assert float(printed(np.array([value]), decimals)[0]) == pytest.approx(float(page), abs=1e-9)


@pytest.mark.parametrize(
    ("first", "last", "direction"), [(16.04, 16.05, Direction.INCREASED), (16.05, 16.149, Direction.NO_MOVEMENT)]
)
def test_half_a_decimal_at_an_end_is_rounded_up(first, last, direction):
    table = tidy(with_focus(np.linspace(first, last, 10), swinging(level=16, noise=1e-6)))
    own = moved(table, replace(POSITIVE, decimals=1))
    assert own.p < 0.002
    assert own.direction is direction


# Which years belong together.

STEADY = swinging(3, places=1, years=16)[0]


@pytest.mark.parametrize(
    ("columns", "breaks", "span"),
    [
        ({}, (), (2015, 2024)),
        ({"since": 2019}, (), (2019, 2024)),
        ({"since": 2017}, (), (2017, 2024)),
        ({}, (2019,), (2019, 2024)),
        ({}, (2023,), (2013, 2022)),
        ({}, (2016, 2023), (2016, 2022)),
        ({"until": 2022}, (), (2013, 2022)),
        ({"missing": 2017}, (), (2018, 2024)),
        ({"missing": 2023}, (), (2013, 2022)),
        ({"absent": 2017}, (), (2018, 2024)),
        ({"vintage_from": 2018}, (), (2018, 2024)),
        ({"hidden": 2017}, (), (2018, 2024)),
        ({"incomplete": 2024}, (), (2014, 2023)),
        ({"preliminary": 2024}, (), (2015, 2024)),
        ({"restated_until": 2019}, (2020,), (2015, 2024)),
        ({"restated_from": 2016, "restated_until": 2019}, (2020,), (2016, 2024)),
    ],
)
def test_a_window_is_the_last_six_to_ten_years_that_nothing_parts(columns, breaks, span):
    assert moved(shaped(**columns), replace(POSITIVE, breaks=breaks)).span == span


def shaped(**marks: int) -> pd.DataFrame:
    """Sixteen years of all places, the first of which is marked as named in the year given."""
    table = tidy(with_focus(STEADY))
    own = table["place"] == FOCUS
    for mark, year in marks.items():
        at = own & (table["year"] == year)
        if mark == "since":
            table = table[~own | (table["year"] >= year)]
        elif mark == "until":
            table = table[~own | (table["year"] <= year)]
        elif mark == "absent":
            table = table[~at]
        elif mark == "missing":
            table.loc[at, "value"] = NAN
        elif mark == "vintage_from":
            table.loc[own & (table["year"] >= year), "vintage"] = "2026-01-15"
        elif mark == "restated_until":  # of every place, else too few stand beside the first
            since = marks.get("restated_from", 0)
            table.loc[table["year"].between(since, year), "status"] = "restated"
        elif mark == "restated_from":
            continue
        else:
            table.loc[at, "status"] = mark
        own = table["place"] == FOCUS
    return table


def few_cases() -> pd.DataFrame:
    return rates(np.random.default_rng(4).poisson(with_focus([3.0] * 16, np.full((60, 16), 50.0))).astype(float))


def refused(values=STEADY, context=POSITIVE, table=None):
    return (tidy(with_focus(values)) if table is None else table), context


REFUSED = {
    "of years that share years": (*refused(context=replace(POSITIVE, years_pooled=4)), Reason.OVERLAPPING_PERIODS),
    "of an election": (*refused(context=replace(POSITIVE, every=4)), Reason.NOT_YEARLY),
    "of a two-year mean every second year": (
        *refused(context=replace(POSITIVE, every=2, years_pooled=2)),
        Reason.NOT_YEARLY,
    ),
    "of five years": (*refused(table=shaped(since=2020)), Reason.TOO_FEW_YEARS),
    "without a value": (*refused(table=shaped(missing=2019)), Reason.MISSING_VALUE),
    "without a row": (*refused(table=shaped(absent=2019)), Reason.MISSING_VALUE),
    "with a hidden value": (*refused(table=shaped(hidden=2019)), Reason.MISSING_VALUE),
    "with an incomplete year": (*refused(table=shaped(incomplete=2019)), Reason.UNRELIABLE_VALUE),
    "with a suspected non-response": (*refused(table=shaped(suspect=2019)), Reason.UNRELIABLE_VALUE),
    "with a break": (*refused(context=replace(POSITIVE, breaks=(2020,))), Reason.SERIES_BREAK),
    "of two vintages": (*refused(table=shaped(vintage_from=2020)), Reason.SERIES_BREAK),
    "that ended": (*refused(table=shaped(until=2021)), Reason.ENDS_TOO_EARLY),
    "below nothing": (*refused([*STEADY[:-1], -1.0]), Reason.NEGATIVE_VALUE),
    "of none": (*refused([*STEADY[:-1], 0.0], PERCENT), Reason.NONE_OR_ALL),
    "of all": (*refused([*STEADY[:-1], 100.0], PERCENT), Reason.NONE_OR_ALL),
    "of a rate of 0 without a base": (*refused([*STEADY[:-1], 0.0], POSITIVE), Reason.NONE_OR_ALL),
    "of three cases": (*refused(context=RATE, table=few_cases()), Reason.TOO_FEW_CASES),
    "of 39 places": (*refused(table=tidy(swinging(places=39))), Reason.TOO_FEW_PLACES),
}


@pytest.mark.parametrize("series", REFUSED)
def test_what_cannot_be_judged_has_its_reason(series):
    table, context, reason = REFUSED[series]
    own = moved(table, context)
    assert (own.direction, own.reason, own.sign, own.judged) == (Direction.NOT_JUDGED, reason, 0, False)
    assert math.isnan(own.p)


@pytest.mark.parametrize("values", [30 * np.ones(16), 30 * np.exp(0.02 * np.arange(16))])
def test_a_place_that_does_not_swing_at_all_is_in_no_pool_and_is_judged_by_it(values):
    frame = judged(tidy(with_focus(values)), POSITIVE)
    whole = judged(tidy(swinging(years=16)), POSITIVE)
    assert frame.loc[FOCUS, "pool_places"] == 59
    assert frame.loc[FOCUS, "noise"] > 0.02
    assert frame.loc["9930", "noise"] == pytest.approx(whole.loc["9930", "noise"], rel=0.05)


def test_every_reason_is_given_to_some_series():
    elsewhere = {Reason.NONE, Reason.NO_POPULATION}  # the latter: without any inhabitants, below
    assert {reason for _, _, reason in REFUSED.values()} == set(Reason) - elsewhere


def test_a_refused_place_is_in_no_pool():
    whole = judged(tidy(swinging(years=16)), POSITIVE)
    negative = judged(tidy(with_focus([*STEADY[:-1], -1.0])), POSITIVE)
    assert (whole.loc["9902", "pool_places"], negative.loc["9902", "pool_places"]) == (60, 59)


@pytest.mark.parametrize("context", [POSITIVE, RATE, PERCENT])
def test_a_municipality_without_any_inhabitants_is_not_judged_and_in_no_pool(context):
    of = inhabitants()
    known = replace(of, people={sex: np.where(of.places[:, None] == FOCUS, NAN, n) for sex, n in of.people.items()})
    level = 30 if context is PERCENT else 3000
    frame = judged(tidy(with_focus(level * RISE, swinging(level=level))), context, known)
    own = movement(frame.loc[FOCUS])
    assert (own.direction, own.reason) == (Direction.NOT_JUDGED, Reason.NO_POPULATION)
    assert math.isnan(own.p)
    assert frame["p"].drop(FOCUS).notna().all()
    assert set(frame["pool_places"].drop(FOCUS)) == {59}


def test_a_place_without_any_value_has_no_row():
    assert FOCUS not in judged(tidy(with_focus([])), POSITIVE).index


def test_regions_and_the_country_are_neither_judged_nor_in_the_pool():
    codes = [*PLACES[:58], "0000", "0099"]
    table = tidy(swinging(), place=np.array(codes)[:, None])
    frame = judged(table, POSITIVE, inhabitants(PLACES[:58], regions=["0000", "0099"]))
    assert set(frame.index) == set(PLACES[:58])
    assert set(frame["pool_places"]) == {58}


def test_two_rows_of_one_year_are_refused():
    table = tidy(swinging())
    with pytest.raises(ValueError, match=r"made_up, place 9901, 2015: two rows\. Pass the current vintage"):
        judged(pd.concat([table, table.iloc[:1]]), POSITIVE)


# Cases behind a rate.


def test_a_rate_never_swings_less_than_its_cases_allow():
    people = np.array(list(PEOPLE.values()))[:, None]
    counts = np.round(people / 50) + np.random.default_rng(5).integers(0, 2, (60, 10))  # hardly any swing at all
    frame = judged(rates(counts), RATE)
    assert frame["noise"].to_numpy() == pytest.approx(1 / np.sqrt(counts.mean(1)))
    by_value = judged(rates(counts), POSITIVE)
    assert (by_value["noise"] < frame["noise"] / 3).all()


def test_a_year_without_cases_is_judged_where_the_base_is_known():
    counts = np.random.default_rng(6).poisson(30, (60, 10))
    table = rates(with_focus([40, 35, 30, 24, 19, 14, 9, 5, 2, 0], counts))
    assert moved(table, RATE).direction is Direction.DECREASED


def test_half_a_case_is_added_to_each_year_of_a_rate():
    counts = np.random.default_rng(6).poisson(30, (60, 10)).astype(float)
    slope = np.polyfit(range(10), np.log(counts[0] + 0.5), 1)[0]  # its inhabitants are the same each year
    assert moved(rates(counts), RATE).slope == pytest.approx(slope)


def test_one_year_without_inhabitants_puts_the_whole_series_on_its_value():
    counts = np.random.default_rng(7).poisson(100 * np.exp(-0.05 * np.arange(10)), (60, 10)).astype(float)
    by_rate = judged(rates(counts), RATE, inhabitants(unknown=[2019]))
    by_value = judged(rates(counts), POSITIVE)
    assert by_rate[NUMBERS].to_numpy(float) == pytest.approx(by_value[NUMBERS].to_numpy(float))
    assert not np.allclose(judged(rates(counts), RATE)["slope"], by_value["slope"], rtol=1e-9)


def test_a_rate_that_is_no_whole_number_of_cases_is_put_on_its_value():
    counts = np.random.default_rng(8).poisson(100, (60, 10)) + 0.4
    by_rate, by_value = (judged(rates(counts), context) for context in (RATE, POSITIVE))
    assert by_rate[NUMBERS].to_numpy(float) == pytest.approx(by_value[NUMBERS].to_numpy(float))


def test_places_with_few_cases_are_not_in_the_pool():
    frame = judged(few_cases(), RATE)
    assert frame.loc["9902", "pool_places"] == 59


# A pool of another window; no pool at all.


def test_the_pool_of_an_earlier_window_is_named_where_few_have_the_places_own():
    values = swinging(years=12)
    values[30:, 10:] = NAN  # half of the places end in 2022
    own = moved(tidy(values), POSITIVE)
    assert (own.span, own.pool_first, own.pool_last, own.pool_places) == ((2015, 2024), 2013, 2022, 60)
    assert own.direction is Direction.NO_MOVEMENT
    pool = pooled(noise_variance(np.log(values[:, :10])), np.log(list(PEOPLE.values())), 0, 10)
    s2 = pool.d0 * pool.prior(np.log([PEOPLE[FOCUS]]))[0] + design(10).d * noise_variance(np.log(values[:1, 2:]))[0]
    assert own.noise == pytest.approx(math.sqrt(s2 / (pool.d0 + design(10).d)))


def test_a_shorter_pool_of_the_latest_year_comes_before_a_longer_of_an_earlier():
    values = swinging(years=12)
    values[1:, 0:5] = NAN  # the others have seven years, the first place twelve
    own = moved(tidy(values), POSITIVE)
    assert (own.span, own.pool_first, own.pool_last, own.pool_places) == ((2015, 2024), 2018, 2024, 60)


FALL = np.array([60.0, 56, 52, 47, 44, 40, 35, 31])


@pytest.mark.parametrize(
    ("columns", "context", "method", "direction"),
    [
        ({"count": 3 * FALL}, PERCENT, Method.CHI_SQUARE, Direction.DECREASED),
        ({"margin": 2.0}, PERCENT, Method.MARGINS, Direction.DECREASED),
        ({"margin": 2.0}, POSITIVE, Method.MARGINS, Direction.DECREASED),
        ({"margin": 30.0}, POSITIVE, Method.MARGINS, Direction.NO_MOVEMENT),
    ],
)
def test_a_series_of_its_own_is_judged_by_its_counts_or_margins(columns, context, method, direction):
    own = moved(tidy(FALL, **columns), context)
    assert (own.direction, own.method, own.reason, own.span) == (direction, method, Reason.NONE, (2017, 2024))
    assert own.pool_places == 0


@pytest.mark.parametrize("columns", [{}, {"margin": 0.0}, {"margin": [*[2.0] * 7, NAN]}, {"count": [*FALL[:7], NAN]}])
def test_a_series_of_its_own_with_neither_counts_nor_margins_is_not_judged(columns):
    own = moved(tidy(FALL, **columns), PERCENT)
    assert (own.direction, own.reason) == (Direction.NOT_JUDGED, Reason.TOO_FEW_PLACES)


LAST = np.array([20, 17, 15, 12, 9, 6, 4, 3, 0, 0])  # of 200: two years without any


@pytest.mark.parametrize(
    ("count", "direction"), [(LAST, Direction.DECREASED), (200 - LAST, Direction.INCREASED)], ids=["none", "all"]
)
@pytest.mark.parametrize("beside", [0, 59])
def test_years_of_none_or_all_are_judged_by_the_counts_where_these_are_known(count, direction, beside):
    """Alone and among others: a logit of 0 or 100 is held against no pool."""
    others = swinging(places=beside + 1)
    others[0] = count / 2
    counts = np.full(others.shape, NAN)
    counts[0] = count
    own = moved(tidy(others, count=counts), PERCENT)
    assert (own.direction, own.method, own.reason) == (direction, Method.CHI_SQUARE, Reason.NONE)
    fits = share_fits(count[None].astype(float), np.full((1, 10), 200.0))
    assert (own.p, own.slope) == (pytest.approx(fits.p[0]), pytest.approx(fits.slope[0]))
    refused = moved(tidy(others), PERCENT)
    assert (refused.direction, refused.reason) == (Direction.NOT_JUDGED, Reason.NONE_OR_ALL)


def test_a_share_that_never_had_a_case_says_nothing_of_its_base():
    own = moved(tidy(np.zeros((1, 10)), count=0.0), PERCENT)
    assert (own.direction, own.reason) == (Direction.NOT_JUDGED, Reason.NONE_OR_ALL)


@pytest.mark.parametrize(("last", "direction"), [(41.0, Direction.NO_MOVEMENT), (39.0, Direction.DECREASED)])
def test_a_series_own_slope_against_its_printed_ends_is_no_movement(last, direction):
    values = np.array([40.0, *np.linspace(60, 46, 8), last])
    own = moved(tidy(values, margin=np.array([40.0, *[0.5] * 8, 40.0])), POSITIVE)
    assert own.p < 0.002
    assert own.slope < 0
    assert (own.direction, own.method) == (direction, Method.MARGINS)


# Trend tests of a series of its own, against published cases and statsmodels.

cases_of_bases = st.lists(
    st.integers(20, 3000).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), min_size=5, max_size=10
)


def test_the_published_case_of_shares_comes_out_and_decreases_by_the_plain_rule():
    fits = share_fits(CASES[None], BASES[None])
    assert round(float(chi_square_for_trend(CASES, BASES)[0]), 4) == 12.5688
    assert round(float(fits.slope[0]), 4) == -0.1062
    assert (fits.sign[0], fits.steady[0], fits.statistic[0] > 9.549535706) == (-1, True, True)


def test_a_share_is_held_to_the_variation_of_its_years():
    fits = share_fits(CASES[None], BASES[None])
    assert fits.p[0] == pytest.approx(2 * t.sf(math.sqrt(12.568754), 3), rel=1e-5)


def test_the_published_case_of_intervals_comes_out():
    fits = weighted_fits(VALUES[None], ((HIGHS - LOWS) / (2 * 1.959963985))[None])
    assert (round(float(fits.statistic[0]), 4), round(float(fits.slope[0]), 4)) == (46.7636, -1.7516)
    assert (fits.sign[0], fits.steady[0]) == (-1, True)


@FEW
@given(cases_of_bases)
def test_the_chi_square_is_the_score_test_of_a_logistic_regression(cases):
    d, n = (np.array(part, float) for part in zip(*cases, strict=True))
    model = sm.GLM(np.c_[d, n - d], np.ones((len(d), 1)), family=sm.families.Binomial()).fit()
    reference = model.score_test(exog_extra=np.arange(len(d), dtype=float)[:, None])[0]
    assert chi_square_for_trend(d, n)[0] == pytest.approx(np.squeeze(reference), rel=1e-6, abs=1e-8)


@FEW
@given(cases_of_bases)
def test_the_widening_of_a_share_is_that_of_a_weighted_regression(cases):
    d, n = (np.array(part, float) for part in zip(*cases, strict=True))
    share = d.sum() / n.sum()
    years = sm.add_constant(np.arange(len(d)))
    line = sm.WLS(d / n, years, weights=n / (share * (1 - share))).fit(cov_type="fixed scale")
    dispersion = max(1, (line.wresid**2).sum() / (len(d) - 2))
    p = 2 * t.sf(abs(line.tvalues[1]) / math.sqrt(dispersion), len(d) - 2)
    assert share_fits(d[None], n[None]).p[0] == pytest.approx(p, rel=1e-6, abs=1e-12)


@FEW
@given(st.lists(st.tuples(st.floats(1, 99), st.floats(0.1, 9)), min_size=5, max_size=10))
def test_weighted_slopes_equal_those_of_statsmodels(pairs):
    y, se = (np.array(part) for part in zip(*pairs, strict=True))
    line = sm.WLS(y, sm.add_constant(np.arange(len(y))), weights=1 / se**2).fit(cov_type="fixed scale")
    fits = weighted_fits(y[None], se[None])
    widened = math.sqrt(max(1, (line.wresid**2).sum() / (len(y) - 2)))
    assert fits.slope[0] == pytest.approx(line.params[1], rel=1e-6, abs=1e-9)
    assert fits.statistic[0] == pytest.approx(line.tvalues[1] ** 2, rel=1e-6, abs=1e-9)
    assert fits.p[0] == pytest.approx(2 * t.sf(abs(line.tvalues[1]) / widened, len(y) - 2), rel=1e-6, abs=1e-9)


@FEW
@given(cases_of_bases)
def test_doubling_cases_and_bases_doubles_the_chi_square_and_keeps_the_sign(cases):
    d, n = (np.array([part], float) for part in zip(*cases, strict=True))
    once, twice = share_fits(d, n), share_fits(2 * d, 2 * n)
    assert twice.statistic[0] == pytest.approx(2 * once.statistic[0])
    assert twice.sign[0] == once.sign[0]


@pytest.mark.parametrize("share", [0, 1])
def test_shares_of_none_or_all_have_no_slope_of_their_own(share):
    fits = share_fits(np.full((1, 6), 50.0 * share), np.full((1, 6), 50.0))
    assert (fits.statistic[0], fits.p[0], fits.steady[0]) == (0, 1, False)


# Many measures at once.


def many(p_like: dict[str, float]) -> pd.DataFrame:
    """Measures whose focus place falls by so much a year, in noise of 3 %."""
    return pd.concat(
        tidy(with_focus(30 * np.exp(-fall * np.arange(10)), swinging(n, years=10)), indicator=name)
        for n, (name, fall) in enumerate(p_like.items())
    )


def test_p_is_adjusted_over_a_places_measures_as_statsmodels_does_and_takes_weak_arrows():
    falls = {"steep": 0.2, "slight": 0.0142} | {f"flat{n}": 0.0 for n in range(6)} | {"outside": 0.2}
    frame = directions(
        panels(many(falls), dict.fromkeys(falls, POSITIVE), inhabitants()), 2024, set(falls) - {"outside"}
    )
    own = frame[frame["place"] == FOCUS].set_index("indicator")
    assert own.loc["steep":"slight", "direction"].tolist() == [Direction.DECREASED, Direction.DECREASED]
    together = own.drop("outside")
    assert together["p_adjusted"].to_numpy() == pytest.approx(multipletests(together["p"], method="fdr_bh")[1])
    assert together.loc["slight", "p"] < 0.002 <= together.loc["slight", "p_adjusted"]
    assert own.index[own["weak"]].tolist() == ["slight"]
    assert math.isnan(own.loc["outside", "p_adjusted"])


def test_a_movement_comes_out_of_the_frame_as_it_went_in():
    own = moved(tidy(with_focus(30 * RISE)), POSITIVE)
    assert isinstance(own.first_year, int)
    assert (own.better, own.weak, own.pool_first, own.pool_places) == ("lower", False, 2015, 59)
    assert moved(tidy(FALL), POSITIVE).pool_first is None


def test_no_rows_give_an_empty_frame_with_its_columns():
    frame = directions(panels(tidy(swinging()).iloc[:0], {"made_up": POSITIVE}, inhabitants()), 2024, set())
    assert frame.empty
    assert set(frame) >= {"indicator", "place", "sex", "direction", "p_adjusted", "weak"}


@pytest.mark.parametrize(
    ("direction", "better", "good"),
    [
        (Direction.INCREASED, "higher", True),
        (Direction.INCREASED, "lower", False),
        (Direction.DECREASED, "lower", True),
        (Direction.DECREASED, "higher", False),
        (Direction.INCREASED, "neither", None),
        (Direction.DECREASED, "neither", None),
        (Direction.TURNED, "higher", None),
        (Direction.NO_MOVEMENT, "lower", None),
        (Direction.NOT_JUDGED, "lower", None),
    ],
)
def test_a_movement_is_good_or_bad_only_where_one_end_is_better(direction, better, good):
    assert Movement(direction, better=better).good is good


def test_a_movement_without_years_has_no_span():
    with pytest.raises(ValueError, match="too_few_years"):
        _ = Movement(reason=Reason.TOO_FEW_YEARS).span


# The gap between women and men.


def by_sex(women: np.ndarray, men: np.ndarray, **columns: object) -> pd.DataFrame:
    return pd.concat([tidy(women, sex="K", **columns), tidy(men, sex="M", **columns)])


def gap_of(women: np.ndarray, men: np.ndarray, context=POSITIVE, **columns: object) -> pd.DataFrame:
    """The frame of the gap K-M."""
    return judged(by_sex(women, men, **columns), context)


def test_the_gap_is_judged_by_its_own_movement_and_has_no_better_end():
    men = swinging(11)
    women = with_focus(men[0] * np.exp(-0.1 * np.arange(10)), swinging(12))
    own = movement(gap_of(women, men).loc[FOCUS])
    assert (own.direction, own.better, own.good) == (Direction.DECREASED, "neither", None)
    assert own.slope == pytest.approx(-0.1)


def test_a_gap_that_follows_both_sexes_does_not_move():
    fall = np.exp(-0.1 * np.arange(10))
    women, men = (with_focus(fall * own[0], own) for own in (swinging(11), swinging(12)))
    assert gap_of(women, men).loc[FOCUS, "direction"] == Direction.NO_MOVEMENT


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [(NAN, "", Reason.MISSING_VALUE), (30.0, "incomplete", Reason.UNRELIABLE_VALUE), (-1.0, "", Reason.NEGATIVE_VALUE)],
)
@pytest.mark.parametrize("sex", ["K", "M"])
def test_a_gap_is_refused_for_the_same_reason_whichever_sex_gives_it(sex, value, status, reason):
    table = by_sex(swinging(11), swinging(12))
    at = (table["sex"] == sex) & (table["place"] == FOCUS) & (table["year"] == 2019)
    table.loc[at, ["value", "status"]] = value, status
    assert movement(judged(table, POSITIVE).loc[FOCUS]).reason is reason


def test_the_gap_of_a_rate_never_swings_less_than_the_cases_of_both_sexes_allow():
    counts = [np.full((60, 10), n) + np.arange(10) % 2 for n in (400.0, 100.0)]
    table = pd.concat([rates(cases, sex=sex) for cases, sex in zip(counts, "KM", strict=True)])
    noise = judged(table, RATE)["noise"].to_numpy()
    assert noise == pytest.approx(math.sqrt(1 / 400.5 + 1 / 100.5))


# What must hold for any numbers.


def both_ways(one: pd.DataFrame, other: pd.DataFrame, columns=NUMBERS) -> None:
    """Asserts that two frames say the same of each place."""
    pd.testing.assert_frame_equal(one[["direction", "reason", *columns]], other[["direction", "reason", *columns]])


def courses(seed: int) -> np.ndarray:
    """Places that rise, fall and stay, with different noise."""
    draw = np.random.default_rng(seed)
    slope, noise = draw.normal(0, 0.05, (45, 1)), draw.uniform(0.01, 0.08, (45, 1))
    return 30 * np.exp(slope * np.arange(10) + noise * draw.standard_normal((45, 10)))


@FEW
@given(seeds, st.floats(0.01, 1000))
def test_a_factor_on_a_positive_measure_changes_no_direction(seed, factor):
    values, context = courses(seed), replace(POSITIVE, decimals=12)
    both_ways(judged(tidy(values), context), judged(tidy(values * factor), context))


@FEW
@given(seeds)
def test_reversing_the_years_turns_the_sign(seed):
    forth, back = (judged(tidy(values), POSITIVE) for values in (courses(seed), courses(seed)[:, ::-1]))
    assert forth["slope"].to_numpy() == pytest.approx(-back["slope"].to_numpy())
    assert forth["noise"].to_numpy() == pytest.approx(back["noise"].to_numpy())
    plain = (forth["direction"] != Direction.TURNED) & (back["direction"] != Direction.TURNED)
    opposite = {Direction.INCREASED: Direction.DECREASED, Direction.DECREASED: Direction.INCREASED}
    assert plain.any()
    assert back.loc[plain, "direction"].tolist() == [opposite.get(d, d) for d in forth.loc[plain, "direction"]]


@FEW
@given(seeds, st.booleans())
def test_swapping_the_sexes_flips_the_gap(seed, counted):
    women, men = courses(seed), courses(seed + 1)
    if counted:
        draw, people = np.random.default_rng(seed), np.array(list(PEOPLE.values()))[:45, None]
        women, men = (1e5 * draw.poisson(values * n) / people for values, n in ((women, 1), (men, 8)))
    context = RATE if counted else POSITIVE
    there, back = gap_of(women, men, context), gap_of(men, women, context)
    opposite = {Direction.INCREASED: Direction.DECREASED, Direction.DECREASED: Direction.INCREASED}
    assert there["direction"].map(lambda d: opposite.get(d, d)).tolist() == back["direction"].tolist()
    both_ways(there.assign(direction="", slope=-there["slope"]), back.assign(direction=""))


@FEW
@given(seeds)
def test_a_place_without_a_value_changes_no_direction(seed):
    table = tidy(courses(seed))
    more = pd.concat([table, tidy(np.full((1, 10), NAN), place="9960")])
    both_ways(judged(table, POSITIVE), judged(more, POSITIVE))


@FEW
@given(seeds)
def test_renaming_another_place_changes_no_direction(seed):
    table = tidy(courses(seed))
    name = {"9902": "9960"}
    codes = [name.get(code, code) for code in PLACES[:45]]
    cells = [(code, year, "T", PEOPLE[old]) for code, old in zip(codes, PLACES, strict=False) for year in (2010, 2024)]
    people = pd.DataFrame(cells, columns=["place", "year", "sex", "value"])
    renamed = populations(people, dict.fromkeys(codes, True), YEARS)
    there, back = judged(table, POSITIVE), judged(table.replace({"place": name}), POSITIVE, renamed)
    both_ways(there.drop("9902"), back.drop("9960"))


@FEW
@given(seeds)
def test_the_order_of_the_rows_does_not_matter(seed):
    table = tidy(courses(seed))
    both_ways(judged(table, POSITIVE), judged(table.sample(frac=1, random_state=seed), POSITIVE))


@FEW
@given(seeds)
def test_doubling_cases_and_base_keeps_the_sign(seed):
    counts = np.random.default_rng(seed).poisson(10 * courses(seed)).astype(float)
    once, twice = judged(rates(counts), RATE), judged(rates(counts), RATE, inhabitants(factor=2))
    clear = np.abs(once["slope"]) > 1e-4  # half a case is added to both
    assert (np.sign(once["slope"]) == np.sign(twice["slope"]))[clear].all()
    assert panel(rates(counts), RATE, inhabitants(factor=2)).count == pytest.approx(
        2 * panel(rates(counts), RATE).count, nan_ok=True
    )


@FEW
@given(seeds)
def test_what_has_no_better_end_never_gets_better_or_worse(seed):
    frame = judged(tidy(courses(seed)), replace(POSITIVE, better="neither"))
    assert {movement(row).good for row in frame.to_dict("records")} == {None}


def test_more_noise_makes_verdicts_less_firm_on_average():
    firm = []
    for noise in (0.0, 0.02, 0.05, 0.1):
        more = np.exp(noise * np.random.default_rng(9).standard_normal((6, 60, 10)))
        frames = [judged(tidy(swinging(n) * np.exp(-0.02 * np.arange(10)) * more[n]), POSITIVE) for n in range(6)]
        firm.append(np.mean([(frame["direction"] == Direction.DECREASED).mean() for frame in frames]))
    assert firm == sorted(firm, reverse=True)
    assert firm[0] > firm[-1] + 0.2
