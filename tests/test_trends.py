"""The trend rule against published cases, reference implementations and what must hold for any numbers."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t
from statsmodels.stats.multitest import multipletests

from lagesbild.statistics.combined import (
    Arrow,
    GapMovement,
    adjusted,
    by_indicator,
    combined,
    gap_movement,
    sensitivity,
)
from lagesbild.statistics.slopes import chi_square_for_trend, mann_kendall_fits, share_fits, weighted_fits
from lagesbild.statistics.trends import Method, Reason, Trend, TrendContext, Verdict, recent_trend, trends_of

FEW = settings(max_examples=40, deadline=None)
SHARE, RATE, SURVEY, REGISTER = (TrendContext(k, "lower", 2024) for k in ("share", "rate", "survey", "register"))
FALLING = [50.0, 44.0, 40.0, 33.0, 30.0, 24.0, 19.0, 15.0, 11.0, 5.0]

# Fingertips recent trends, guidance of the Department of Health and Social Care: its two worked cases
CASES = np.array([318, 314, 318, 291, 292], float)
BASES = CASES / np.array([0.679, 0.664, 0.635, 0.606, 0.585])
VALUES = np.array([30.6, 30.2, 28.0, 24.6, 24.67])
LOWS = np.array([28.98, 28.63, 26.44, 23.15, 23.16])
HIGHS = np.array([32.25, 31.90, 29.64, 26.19, 26.25])


def points(values, last: int = 2024, **columns) -> pd.DataFrame:
    """One value a year, the last of them in `last`."""
    years = range(last - len(values) + 1, last + 1)
    return pd.DataFrame({"year": list(years), "value": list(map(float, values))} | columns)


def series(draw_values: int = 5):
    value = st.floats(1, 99, allow_nan=False)
    return st.lists(value, min_size=draw_values, max_size=draw_values)


case_of_shares = st.lists(
    st.integers(20, 3000).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))),
    min_size=5,
    max_size=10,
)


def test_the_published_case_of_shares_comes_out_and_decreases_by_the_plain_rule():
    plain = share_fits(CASES[None], BASES[None])
    assert round(float(chi_square_for_trend(CASES, BASES)[0]), 4) == 12.5688
    assert round(float(plain.slope[0]), 4) == -0.1062
    assert (plain.sign[0], plain.steady[0], plain.statistic[0] > 9.549535706) == (-1, True, True)


def test_a_share_keeps_the_plain_statistic_but_is_held_to_the_variation_of_its_years():
    trend = recent_trend(points(100 * CASES / BASES, count=CASES), SHARE)
    assert (round(trend.statistic, 4), round(trend.slope, 4)) == (12.5688, -0.1062)
    assert trend.p == pytest.approx(2 * t.sf(math.sqrt(12.568754), 3), rel=1e-5)
    assert trend.verdict is Verdict.NO_CLEAR_CHANGE


def test_the_published_case_of_intervals_comes_out_and_decreases():
    trend = recent_trend(points(VALUES, margin=(HIGHS - LOWS) / 2), replace(SURVEY, better="neither"))
    assert round(trend.statistic, 4) == 46.7636
    assert round(trend.slope, 4) == -1.7516
    assert trend.verdict is Verdict.DECREASING


@FEW
@given(case_of_shares)
def test_the_chi_square_is_the_score_test_of_a_logistic_regression(cases):
    d, n = (np.array(part, float) for part in zip(*cases, strict=True))
    model = sm.GLM(np.c_[d, n - d], np.ones((len(d), 1)), family=sm.families.Binomial()).fit()
    reference = model.score_test(exog_extra=np.arange(len(d), dtype=float)[:, None])[0]
    assert chi_square_for_trend(d, n)[0] == pytest.approx(np.squeeze(reference), rel=1e-6, abs=1e-8)


@FEW
@given(case_of_shares)
def test_the_widening_of_a_share_is_that_of_a_weighted_regression(cases):
    d, n = (np.array(part, float) for part in zip(*cases, strict=True))
    share = d.sum() / n.sum()
    years = sm.add_constant(np.arange(len(d)))
    line = sm.WLS(d / n, years, weights=n / (share * (1 - share))).fit(cov_type="fixed scale")
    dispersion = max(1, (line.wresid**2).sum() / (len(d) - 2))
    fits = share_fits(d[None], n[None])
    p = 2 * t.sf(abs(line.tvalues[1]) / math.sqrt(dispersion), len(d) - 2)
    assert fits.p[0] == pytest.approx(p, rel=1e-6, abs=1e-12)


@FEW
@given(series(), st.lists(st.floats(0.1, 9), min_size=5, max_size=5))
def test_weighted_slopes_equal_those_of_statsmodels(values, errors):
    y, se = np.array(values), np.array(errors)
    line = sm.WLS(y, sm.add_constant(np.arange(5)), weights=1 / se**2).fit(cov_type="fixed scale")
    fits = weighted_fits(y[None], se[None], sample=True)
    assert fits.slope[0] == pytest.approx(line.params[1], rel=1e-6, abs=1e-9)
    assert fits.statistic[0] == pytest.approx(line.tvalues[1] ** 2, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "score", "variance"),
    [
        (range(10), 45, 125),  # n(n-1)(2n+5)/18 without ties
        ([1, 1, 2, 2, 2, 3, 4, 4], 23, (8 * 7 * 21 - 2 * 1 * 9 - 3 * 2 * 11 - 2 * 1 * 9) / 18),
    ],
)
def test_mann_kendall_counts_pairs_and_allows_for_ties(values, score, variance):
    fits = mann_kendall_fits(np.array([list(values)], float))
    z = (score - 1) / math.sqrt(variance)  # Kendall 1975, with continuity correction
    assert fits.statistic[0] == pytest.approx(z**2)
    assert fits.p[0] == pytest.approx(2 * norm.sf(z))


@pytest.mark.parametrize(
    ("given_points", "context", "reason"),
    [
        (points([1, 2], margin=1), SURVEY, Reason.TOO_FEW_POINTS),
        (points([1, 2, 3, 4], margin=1), SURVEY, Reason.TOO_FEW_POINTS),
        (points([]), REGISTER, Reason.TOO_FEW_POINTS),
        (points(FALLING[:7]), REGISTER, Reason.TOO_FEW_POINTS),
        (points(FALLING), SURVEY, Reason.NO_MARGIN),
        (points(FALLING, margin=[1] * 9 + [math.nan]), SURVEY, Reason.NO_MARGIN),
        (points(FALLING, margin=1).drop(7), SURVEY, Reason.GAP_IN_YEARS),
        (
            points([1, 2, 3, 4, 5], margin=1).assign(year=[2014, 2016, 2018, 2020, 2022]),
            SURVEY,
            Reason.GAP_IN_YEARS,
        ),
        (points(FALLING, margin=1), replace(SURVEY, years_pooled=2, every=2), Reason.GAP_IN_YEARS),
        (points([*FALLING[:7], math.nan, 2, 1], margin=1), SURVEY, Reason.MISSING_VALUE),
        (points(FALLING, margin=1, status=[""] * 8 + ["hidden", ""]), SURVEY, Reason.MISSING_VALUE),
        (points(FALLING, margin=1, status=[""] * 8 + ["incomplete", ""]), SURVEY, Reason.UNRELIABLE_VALUE),
        (points(FALLING, margin=1), replace(SURVEY, breaks=(2021,)), Reason.SERIES_BREAK),
        (points(FALLING, margin=1, vintage=["2020"] * 7 + ["2024"] * 3), SURVEY, Reason.MIXED_VINTAGES),
        (points(FALLING, margin=1).assign(year=[*range(2016, 2025), 2024]), SURVEY, Reason.DUPLICATE_YEAR),
        (points(FALLING, margin=1, last=2021), SURVEY, Reason.DATA_END_TOO_EARLY),
        (points(FALLING, margin=1), replace(SURVEY, years_pooled=4), Reason.OVERLAPPING_PERIODS),
        (points(FALLING, margin=1), replace(SURVEY, stand_in=True), Reason.STAND_IN),
    ],
)
def test_what_cannot_be_judged_is_refused_with_its_reason(given_points, context, reason):
    trend = recent_trend(given_points, context)
    assert (trend.verdict, trend.reason, trend.sign) == (Verdict.CANNOT_BE_JUDGED, reason, 0)
    assert math.isnan(trend.p)


@pytest.mark.parametrize(
    ("given_points", "context", "method", "first_year", "count"),
    [
        (points(FALLING, margin=1), SURVEY, Method.WEIGHTED, 2020, 5),
        (points(FALLING, margin=1, last=2022), SURVEY, Method.WEIGHTED, 2018, 5),
        (points(FALLING, margin=1), replace(SURVEY, breaks=(2020,)), Method.WEIGHTED, 2020, 5),
        (points([9, *FALLING, 9], margin=1, last=2026), SURVEY, Method.WEIGHTED, 2020, 5),
        (points([*FALLING, math.nan], margin=1), SURVEY, Method.WEIGHTED, 2019, 5),
        (points([55, 52, *FALLING], count=100), SHARE, Method.CHI_SQUARE, 2015, 10),
        (points(FALLING, count=100), replace(SHARE, points=6), Method.CHI_SQUARE, 2019, 6),
        (points(FALLING, population=130_000), RATE, Method.WEIGHTED_COUNTS, 2015, 10),
        (points(FALLING, margin=1), REGISTER, Method.WEIGHTED, 2015, 10),
        (points(FALLING[:8]), REGISTER, Method.MANN_KENDALL, 2017, 8),
    ],
)
def test_each_series_is_judged_by_its_own_method_over_its_last_years(given_points, context, method, first_year, count):
    trend = recent_trend(given_points, context)
    assert (trend.method, trend.first_year, trend.points) == (method, first_year, count)
    assert trend.weak == (method is Method.MANN_KENDALL)
    assert trend.verdict is Verdict.IMPROVING


def test_a_later_vintage_of_a_year_takes_the_place_of_the_earlier():
    both = pd.concat([points(VALUES, margin=1.6, vintage="2020"), points(VALUES[::-1], margin=1.6, vintage="2024")])
    assert recent_trend(both, SURVEY) == recent_trend(points(VALUES[::-1], margin=1.6), SURVEY)


@pytest.mark.parametrize(
    ("better", "falling", "rising"),
    [
        ("lower", Verdict.IMPROVING, Verdict.WORSENING),
        ("higher", Verdict.WORSENING, Verdict.IMPROVING),
        ("neither", Verdict.DECREASING, Verdict.INCREASING),
    ],
)
def test_direction_and_value_are_two_things(better, falling, rising):
    context = replace(SURVEY, better=better)
    assert recent_trend(points(FALLING, margin=1), context).verdict is falling
    assert recent_trend(points(FALLING[::-1], margin=1), context).verdict is rising


@FEW
@given(series(), st.floats(0.2, 9), st.floats(-40, 400))
def test_a_constant_added_to_a_series_with_margins_changes_no_trend(values, margin, constant):
    plain, moved = (recent_trend(points(np.array(values) + c, margin=margin), SURVEY) for c in (0, constant))
    assert moved.statistic == pytest.approx(plain.statistic, rel=1e-6, abs=1e-6)
    assert moved.slope == pytest.approx(plain.slope, abs=1e-6)


@FEW
@given(case_of_shares)
def test_doubling_cases_and_bases_doubles_the_chi_square_and_keeps_the_sign(cases):
    d, n = (np.array([part], float) for part in zip(*cases, strict=True))
    once, twice = share_fits(d, n), share_fits(2 * d, 2 * n)
    assert twice.statistic[0] == pytest.approx(2 * once.statistic[0])
    assert twice.sign[0] == once.sign[0]


@FEW
@given(series(9), st.sampled_from(["share", "rate", "survey", "register"]), st.floats(1, 1e4))
def test_what_has_no_better_end_never_gets_better_or_worse(values, kind, count):
    trend = recent_trend(points(values, margin=2.0, count=count), TrendContext(kind, "neither", 2024))
    assert trend.verdict not in (Verdict.IMPROVING, Verdict.WORSENING)


@FEW
@given(series(9), st.sampled_from(["share", "rate", "survey", "register"]), st.randoms())
def test_the_order_of_the_rows_does_not_matter(values, kind, random):
    ordered = points(values, margin=2.0, count=100.0)
    rows = list(ordered.index)
    random.shuffle(rows)
    context = TrendContext(kind, "lower", 2024)
    assert recent_trend(ordered.loc[rows], context) == recent_trend(ordered, context)


def test_large_counts_that_only_swing_from_year_to_year_are_no_trend():
    rates = 8500 * np.array([0.97, 0.98, 0.97, 1.03, 0.99, 1.0, 1.04, 0.99, 1.01, 1.02])
    trend = recent_trend(points(rates, population=130_000), RATE)
    assert trend.statistic > 9.549535706  # chance alone does not explain it
    assert trend.verdict is Verdict.NO_CLEAR_CHANGE


def test_one_year_alone_makes_no_trend():
    trend = recent_trend(points([30, 30.1, 30, 30.1, 18], margin=2), SURVEY)
    assert (trend.steady, trend.verdict) == (False, Verdict.NO_CLEAR_CHANGE)


@pytest.mark.parametrize("values", [[0] * 6, [0, 0, 1, 0, 2, 0], [100] * 6])
def test_years_without_cases_or_with_nothing_else_can_be_judged(values):
    counts = [value * 3.0 for value in values]
    for context in (SHARE, RATE):
        trend = recent_trend(points(values, count=counts, population=300), context)
        assert trend.verdict is Verdict.NO_CLEAR_CHANGE
        assert 0 <= trend.p <= 1


def test_a_share_that_falls_to_nothing_falls():
    values = [50, 45, 40, 34, 30, 25, 20, 14, 9, 0]
    trend = recent_trend(points(values, count=[3.0 * value for value in values], population=300), SHARE)
    assert (trend.verdict, trend.sign) == (Verdict.IMPROVING, -1)
    assert math.isfinite(trend.slope)


def test_a_whole_table_is_judged_as_its_series_are_one_by_one():
    draw = np.random.default_rng(7)
    columns = {"margin": {"margin": 2.0}, "counted": {"count": 80.0}, "alone": {}}
    contexts = {"margin": SURVEY, "counted": SHARE, "alone": REGISTER}
    parts = [
        points(30 - slope * np.arange(10) + draw.normal(0, 1, 10), **columns[indicator]).assign(
            indicator=indicator, place=place, month=0, sex="T", group=""
        )
        for indicator in contexts
        for place, slope in (("9901", 2.0), ("9902", 0.0))
    ]
    table = pd.concat(parts).sample(frac=1, random_state=1)
    judged = trends_of(table, contexts)
    assert len(judged) == 6
    for row in judged.to_dict("records"):
        own = table[(table["indicator"] == row["indicator"]) & (table["place"] == row["place"])]
        alone = recent_trend(own, contexts[row["indicator"]])
        assert (row["verdict"], row["points"], row["p"]) == (
            alone.verdict,
            alone.points,
            pytest.approx(alone.p),
        )


def test_an_indicator_without_a_context_is_named():
    table = points(FALLING).assign(indicator="made_up", place="9901", month=0, sex="T", group="")
    with pytest.raises(KeyError, match="made_up"):
        trends_of(table, {})


def test_an_arrow_that_does_not_survive_the_other_tests_is_weak():
    p = [1e-9, 0.0015, 0.3, 0.6, math.nan]
    rows = pd.DataFrame({"indicator": list("abcde"), "p": p, "sign": [1, -1, 0, 0, 0], "weak": False})
    judged = adjusted(rows)
    assert list(judged["weak"]) == [False, True, False, False, False]
    assert judged["p_adjusted"].tolist()[:4] == pytest.approx(multipletests(p[:4], method="fdr_bh")[1])


def test_a_trend_comes_out_of_the_table_as_it_went_in():
    table = points(FALLING, margin=1).assign(indicator="made_up", place="9901", month=0, sex="T", group="")
    judged = by_indicator(adjusted(trends_of(table, {"made_up": SURVEY})))
    assert judged == {"made_up": recent_trend(points(FALLING, margin=1), SURVEY)}
    assert judged["made_up"].verdict is Verdict.IMPROVING


UP, DOWN, STILL = (Trend(v) for v in (Verdict.IMPROVING, Verdict.WORSENING, Verdict.NO_CLEAR_CHANGE))
MORE, UNKNOWN = Trend(Verdict.INCREASING), Trend(reason=Reason.NO_MARGIN)


@pytest.mark.parametrize(
    ("trends", "arrow", "changed", "judged"),
    [
        ([DOWN, DOWN], Arrow.DOWN, 2, 2),
        ([DOWN, STILL], Arrow.DOWN, 1, 2),
        ([DOWN, STILL, STILL], Arrow.UNCHANGED, 1, 3),
        ([UP, UP, STILL, UNKNOWN], Arrow.UP, 2, 3),
        ([UP, DOWN, STILL, STILL, STILL], Arrow.MIXED, 2, 5),
        ([STILL], Arrow.UNCHANGED, 0, 1),
        ([MORE, UP], Arrow.UP, 1, 1),
        ([MORE, UNKNOWN], Arrow.NONE, 0, 0),
        ([], Arrow.NONE, 0, 0),
    ],
)
def test_the_indicators_of_a_priority_give_one_arrow(trends, arrow, changed, judged):
    named = {f"i{n}": trend for n, trend in enumerate(trends)}
    better = {indicator: "neither" if trend is MORE else "lower" for indicator, trend in named.items()}
    together = combined(named, better)
    assert (together.arrow, together.changed, together.judged) == (arrow, changed, judged)


def test_an_arrow_carried_by_weak_indicators_alone_is_weak():
    weak = replace(UP, weak=True)
    better = dict.fromkeys("ab", "higher")
    assert combined({"a": weak, "b": STILL}, better).weak
    assert not combined({"a": weak, "b": UP}, better).weak


def test_the_sensitivity_of_a_trend_is_how_many_periods_agree_with_it():
    firm = sensitivity(points(FALLING, margin=1), SURVEY)
    assert (firm.periods, firm.agreeing) == (6, 6)
    shaky = sensitivity(points([60, 55, 50, 45, 40, 31.2, 30.6, 30.9, 30.2, 30.4], margin=1), SURVEY)
    assert shaky.trend.verdict is Verdict.NO_CLEAR_CHANGE
    assert (shaky.periods, shaky.agreeing) == (6, 2)  # from seven points on the old fall is among them


def test_what_cannot_be_judged_has_no_sensitivity():
    assert sensitivity(points([1, 2], margin=1), SURVEY).periods == 0


@pytest.mark.parametrize(
    ("sign", "first", "last", "movement"),
    [
        (1, 2.0, 5.0, GapMovement.WIDENING),
        (-1, 5.0, 2.0, GapMovement.NARROWING),
        (1, -5.0, -2.0, GapMovement.NARROWING),
        (-1, -2.0, -5.0, GapMovement.WIDENING),
        (1, -2.0, 2.0, GapMovement.TURNED),
        (-1, 3.0, 0.0, GapMovement.NARROWING),
        (1, 0.0, 3.0, GapMovement.WIDENING),
        (0, 2.0, 3.0, GapMovement.NO_CLEAR_CHANGE),
    ],
)
def test_a_rising_difference_may_widen_or_narrow_the_gap(sign, first, last, movement):
    assert gap_movement(Trend(Verdict.INCREASING, sign), first, last) is movement


def test_the_gap_of_a_series_that_is_not_judged_is_not_judged():
    assert gap_movement(UNKNOWN, 1, 2) is GapMovement.CANNOT_BE_JUDGED


@pytest.mark.parametrize(("name", "value"), [("kind", "panel"), ("better", "up"), ("points", 4)])
def test_a_context_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(ValueError, match=str(value)):
        replace(SURVEY, **{name: value})
