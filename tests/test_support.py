"""The support analysis: published profiles, exact decomposition, association, and what is checked first."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from lagesbild.statistics.support import (
    AssociationKind,
    Suspicion,
    across_places,
    decomposition,
    profiles,
    suspected_nonresponse,
    within_places,
)

FEW = settings(max_examples=40, deadline=None)

# Nordmaling's full-year equivalents 2020 and 2021 and the percents printed beside them, from the support analysis of
# Samordningsförbundet Umeåregionen 2022; population 20-64 on 31 December 2021 (Statistics Sweden)
PRINTED = {
    "sick_pay": (115, 19.3, 108, 19.6, -7),
    "sickness_compensation": (191, 32.0, 180, 32.7, -11),
    "unemployment_benefit": (64, 10.7, 42, 7.6, -22),
    "programmes": (140, 23.5, 155, 28.1, 15),
    "establishment": (20, 3.4, 10, 1.8, -10),
    "social_assistance": (67, 11.2, 56, 10.2, -11),
}
NORDMALING_2021 = 3563


def support_rows(counts: dict[int, dict[str, float]], place: str = "9901") -> pd.DataFrame:
    rows = [(place, year, group, value, "") for year, types in counts.items() for group, value in types.items()]
    return pd.DataFrame(rows, columns=["place", "year", "group", "value", "status"])


def people(counts: dict[int, float], place: str = "9901") -> pd.DataFrame:
    return pd.DataFrame({"place": place, "year": list(counts), "value": list(counts.values())})


def printed_profile() -> pd.DataFrame:
    counts = {2020: {k: v[0] for k, v in PRINTED.items()}, 2021: {k: v[2] for k, v in PRINTED.items()}}
    return profiles(support_rows(counts), people({2021: NORDMALING_2021}))


def test_the_published_profile_comes_out_to_the_digit():
    table = printed_profile().set_index(["year", "group"])
    for group, (_, before, _, now, _) in PRINTED.items():
        assert round(table.loc[(2020, group), "percent_of_total"], 1) == before
        assert round(table.loc[(2021, group), "percent_of_total"], 1) == now
    assert table.loc[(2021, ""), "value"] == 551
    assert round(table.loc[(2021, ""), "percent_of_population"], 1) == 15.5
    assert math.isnan(table.loc[(2020, ""), "percent_of_population"])  # no population given for 2020


def test_a_published_total_is_used_though_its_parts_sum_to_something_else():
    table = profiles(support_rows({2025: {"a": 40, "b": 58, "": 100}}), people({2025: 1000}))
    assert set(table["total"]) == {100}
    assert table.set_index("group")["percent_of_total"].to_dict() == {"": 100, "a": 40, "b": 58}


@pytest.mark.parametrize("missing", [{"a": 40}, {"a": 40, "b": math.nan}])
def test_a_missing_type_leaves_no_total_and_no_percent_of_it(missing):
    rows = support_rows({2020: {"a": 40, "b": 60}, 2021: missing})
    table = profiles(rows, people({2020: 1000, 2021: 1000})).query("year == 2021")
    assert table["total"].isna().all()
    assert table["percent_of_total"].isna().all()
    assert table.set_index("group").loc["a", "percent_of_population"] == 4


amounts = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1e5), min_size=1)
populations = st.floats(500, 1e6)


@FEW
@given(amounts, st.randoms(), populations, populations)
def test_what_types_and_population_gave_adds_up_to_the_change(before, random, people_before, people_now):
    now = {name: value * random.uniform(0.5, 1.5) for name, value in before.items()}
    split = decomposition(before, now, (people_before, people_now))
    change = 100 * (sum(now.values()) / people_now - sum(before.values()) / people_before)
    assert abs(split.change - change) < 1e-9
    assert abs(sum(split.types.values()) + split.population - split.change) < 1e-9


def test_the_split_is_the_mean_over_every_order_of_change():
    before, now = {"a": 120.0, "b": 40.0}, {"a": 90.0, "b": 55.0}
    sizes = {"before": 3600.0, "now": 3500.0}
    factors = ["a", "b", "population"]

    def share(changed: frozenset) -> float:
        total = sum((now if name in changed else before)[name] for name in before)
        return 100 * total / sizes["now" if "population" in changed else "before"]

    given_by = dict.fromkeys(factors, 0.0)
    for order in itertools.permutations(factors):
        for at, factor in enumerate(order):
            given_by[factor] += (share(frozenset(order[: at + 1])) - share(frozenset(order[:at]))) / 6
    split = decomposition(before, now, (sizes["before"], sizes["now"]))
    assert {**split.types, "population": split.population} == pytest.approx(given_by)


def test_a_shrinking_population_alone_raises_the_share():
    split = decomposition({"a": 100.0}, {"a": 100.0}, (1000, 900))
    assert split.types == {"a": 0}
    assert split.population > 0


@pytest.mark.parametrize(
    ("before", "now", "population", "named"),
    [
        ({"a": 1.0}, {"a": 1.0, "b": 2.0}, (10, 10), "b"),
        ({"a": 1.0}, {"a": math.nan}, (10, 10), "a"),
        ({"a": 1.0}, {"a": 1.0}, (10, 0), "population 10 and 0"),
        ({}, {}, (10, 10), "none at all"),
    ],
)
def test_a_change_with_something_missing_is_not_split(before, now, population, named):
    with pytest.raises(ValueError, match=named):
        decomposition(before, now, population)


def made_up_region(places: int, years: int, slope: float, noise: float = 0.1, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    ill = 6 + draw.normal(0, 1, (places, 1)) + draw.normal(0, 0.4, (places, years))
    jobless = 8 - ill[:, :1] + slope * ill + draw.normal(0, noise, (places, years))
    keys = pd.MultiIndex.from_product(
        [[f"{9900 + n}" for n in range(places)], range(2024 - years + 1, 2025)], names=["place", "year"]
    )
    return pd.DataFrame({"ill_health": ill.ravel(), "unemployment": jobless.ravel()}, index=keys).reset_index()


@pytest.mark.parametrize(
    ("places", "years", "answer"),
    [(7, 10, AssociationKind.TOO_FEW_PLACES), (8, 3, AssociationKind.TOO_FEW_YEARS), (8, 4, AssociationKind.TOGETHER)],
)
def test_an_association_within_places_needs_eight_places_and_four_years(places, years, answer):
    result = within_places(made_up_region(places, years, 1.0, 0.01))
    assert (result.association, result.places, result.years) == (answer, places, years)


@pytest.mark.parametrize(("slope", "answer"), [(0.8, AssociationKind.TOGETHER), (-0.8, AssociationKind.OPPOSITE)])
def test_the_slope_within_places_is_that_of_a_regression_with_place_dummies(slope, answer):
    rows = made_up_region(12, 6, slope)
    result = within_places(rows)
    changes = rows.assign(**rows.groupby("place")[["ill_health", "unemployment"]].diff()).dropna()
    reference = smf.ols("unemployment ~ ill_health + C(place)", changes).fit()
    assert result.estimate == pytest.approx(reference.params["ill_health"])
    assert result.low < result.estimate < result.high
    assert result.association is answer


def test_unrelated_yearly_changes_are_not_called_together():
    assert within_places(made_up_region(15, 6, 0.0, 0.5)).association is AssociationKind.NOT_CLEAR


def test_years_that_do_not_follow_on_each_other_make_no_change():
    rows = made_up_region(10, 8, 1.0)
    assert within_places(rows[rows["year"] % 2 == 0]).association is AssociationKind.TOO_FEW_PLACES


def test_the_correlation_across_places_is_scipys_with_the_same_interval_every_time():
    rows = made_up_region(16, 4, 1.5)
    result = across_places(rows, 2024)
    of_year = rows[rows["year"] == 2024]
    assert result.estimate == pytest.approx(spearmanr(of_year["ill_health"], of_year["unemployment"]).statistic)
    assert result.low <= result.estimate <= result.high
    assert across_places(rows, 2024) == result


def test_a_place_without_a_value_is_named_and_may_leave_too_few():
    rows = made_up_region(8, 4, 1.5)
    rows.loc[rows["place"] == "9903", "unemployment"] = math.nan
    result = across_places(rows, 2024)
    assert (result.association, result.places, result.left_out) == (
        AssociationKind.TOO_FEW_PLACES,
        7,
        ("9903",),
    )


@pytest.mark.parametrize(
    ("values", "marked"),
    [
        ([4.0, 3.0, 0.0, 2.0], ["", "", Suspicion.ZERO_AMONG_POSITIVE, ""]),
        ([4.0, 3.0, 0.0, 0.0], ["", "", *[Suspicion.ZERO_AFTER_POSITIVE] * 2]),
        ([0.0, 3.0, 2.0, 4.0], [Suspicion.ZERO_AMONG_POSITIVE, "", "", ""]),
        ([0.5, 0.0, 0.0, 0.0], ["", *[Suspicion.ZERO_AFTER_POSITIVE] * 3]),
        ([0.0, 0.0, 2.0, 4.0], ["", "", "", ""]),
        ([0.0, 0.0, 0.0, 0.0], ["", "", "", ""]),
    ],
)
def test_a_zero_after_or_among_positive_years_is_suspected(values, marked):
    rows = pd.DataFrame({"place": "9901", "year": range(2018, 2022), "sex": "T", "value": values}).iloc[::-1]
    assert list(suspected_nonresponse(rows).iloc[::-1]) == marked


@pytest.mark.parametrize(
    ("women", "men", "total", "suspect"),
    [(88.0, 92.0, 90.0, False), (88.0, 92.0, 61.5, True), (88.0, 92.0, 92.2, True)],
)
def test_a_total_that_its_sexes_cannot_make_is_suspected(women, men, total, suspect):
    rows = pd.DataFrame({"place": "9901", "year": 2018, "sex": ["K", "M", "T"], "value": [women, men, total]})
    assert list(suspected_nonresponse(rows)) == ["", "", Suspicion.TOTAL_OUTSIDE_SEXES if suspect else ""]
