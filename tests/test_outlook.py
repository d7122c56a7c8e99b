"""Two years ahead: drawn only where looking ahead has worked, refused with a reason elsewhere."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from lagesbild.statistics.outlook import Bounds, NoOutlook, Outlook, outlook, tried_and_drawn
from lagesbild.statistics.panel import SeriesContext
from made_up_measures import EDITION, tidy

CONTEXT = SeriesContext("positive", "lower")
NOISE = np.random.default_rng(3).normal(0, 1, 15)
FALLING = 100 - 2 * np.arange(15) + NOISE
WANDERING = 100 + 4 * np.cumsum(np.random.default_rng(8).normal(0, 1, 15))


def points(values, last: int = EDITION) -> pd.DataFrame:
    return tidy(np.array(values, float), last)


def test_a_steady_fall_is_carried_on_for_two_years():
    ahead = outlook(points(FALLING), CONTEXT, EDITION)
    assert ahead.reason is NoOutlook.NONE
    assert list(ahead.path["year"]) == [2025, 2026]
    assert ahead.path["value"].to_numpy() == pytest.approx([70.5, 68.5], abs=2)


def test_the_wide_interval_holds_the_narrow_one_and_both_grow():
    path = outlook(points(FALLING), CONTEXT, EDITION).path
    for level in ("80", "95"):
        width = path[f"high{level}"] - path[f"low{level}"]
        assert width[1] > width[0] > 0
    assert (path["low95"] < path["low80"]).all()
    assert (path["high80"] < path["high95"]).all()


def test_the_intervals_are_statsmodels_widened_for_what_was_estimated():
    """Five fitted numbers of 15 years: variance over 10, t with 10 degrees of freedom."""
    path = outlook(points(FALLING), CONTEXT, EDITION).path
    model = ETSModel(pd.Series(FALLING), error="add", trend="add", damped_trend=True).fit(disp=False)
    reference = model.get_prediction(15, 16).pred_int(alpha=0.05).to_numpy()
    widened = (reference[:, 1] - reference[:, 0]) * np.sqrt(15 / 10) * t.ppf(0.975, 10) / norm.ppf(0.975)
    assert (path["high95"] - path["low95"]).to_numpy() == pytest.approx(widened)
    assert path["value"].to_numpy() == pytest.approx(np.asarray(model.forecast(2)))


def test_a_value_stays_where_it_can_lie():
    values = 12 - 0.85 * np.arange(15) + 0.2 * NOISE
    path = outlook(points(values), CONTEXT, EDITION, Bounds(low=0)).path
    assert (path.drop(columns="year") >= 0).all(axis=None)
    assert (path["low95"] == 0).any()


@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("values", "reason"), [(FALLING, NoOutlook.NONE), (WANDERING, NoOutlook.NOT_BETTER_THAN_LAST_YEAR)]
)
def test_only_what_beats_the_last_year_in_its_own_past_is_drawn(values, reason):
    misses = []
    for known in range(6, len(values)):
        model = ETSModel(pd.Series(values[:known]), error="add", trend="add", damped_trend=True).fit(disp=False)
        for value, forecast in zip(values[known : known + 2], model.forecast(2), strict=False):
            misses.append((abs(value - forecast), abs(value - values[known - 1])))
    damped, repeated = np.mean(misses, axis=0)
    ahead = outlook(points(values), CONTEXT, EDITION)
    assert ahead.reason is reason
    assert (ahead.path is not None) == (damped < repeated)


@pytest.mark.parametrize(
    ("given_points", "context", "reason"),
    [
        (points(FALLING[:9]), CONTEXT, NoOutlook.TOO_SHORT),
        (points(FALLING), replace(CONTEXT, breaks=(2018,)), NoOutlook.TOO_SHORT),
        (points(FALLING).drop(6), CONTEXT, NoOutlook.TOO_SHORT),
        (points(FALLING, last=2022), CONTEXT, NoOutlook.ENDS_TOO_EARLY),
        (points([]), CONTEXT, NoOutlook.ENDS_TOO_EARLY),
        (points([*FALLING[:-1], np.nan]).assign(status="hidden"), CONTEXT, NoOutlook.ENDS_TOO_EARLY),
        (points(FALLING), replace(CONTEXT, years_pooled=4), NoOutlook.OVERLAPPING_PERIODS),
    ],
)
def test_a_series_that_cannot_carry_an_outlook_is_refused(given_points, context, reason):
    ahead = outlook(given_points, context, EDITION)
    assert (ahead.reason, ahead.path, ahead.tried) == (reason, None, False)


def test_a_measure_that_stands_in_for_another_has_no_outlook():
    ahead = outlook(points(FALLING), CONTEXT, EDITION, stand_in=True)
    assert (ahead.reason, ahead.path, ahead.tried) == (NoOutlook.STAND_IN, None, False)


def test_an_outlook_knows_nothing_of_the_years_after_its_edition():
    now = outlook(points(FALLING), CONTEXT, EDITION)
    known = outlook(points([*FALLING, 500.0], last=2025), CONTEXT, EDITION)
    pd.testing.assert_frame_equal(now.path, known.path)


def test_a_vintage_that_follows_another_cuts_the_series():
    table = points(FALLING)
    ahead = outlook(table.assign(vintage=np.where(table["year"] < 2020, "1", "2")), CONTEXT, EDITION)
    assert (ahead.reason, ahead.years) == (NoOutlook.TOO_SHORT, 5)


def test_a_series_that_reaches_the_year_before_is_long_enough():
    assert outlook(points(FALLING, last=2023), CONTEXT, EDITION).tried


def test_the_number_tried_counts_those_that_failed_the_back_test():
    reasons = [NoOutlook.NONE, NoOutlook.NOT_BETTER_THAN_LAST_YEAR, NoOutlook.TOO_SHORT]
    assert tried_and_drawn({reason: Outlook(reason) for reason in reasons}) == (2, 1)
