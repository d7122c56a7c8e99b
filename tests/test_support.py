"""Support profiles: the published numbers, decomposition, months in a row, and what is checked first."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from lagesbild.statistics.support import Suspicion, after_last_gap, decompose, rank_correlation, suspected_nonresponse

FEW = settings(max_examples=40, deadline=None)

# Full-year equivalents from the support analysis of Samordningsförbundet Umeåregionen 2022, in the tables' order (sick
# pay, sickness compensation, unemployment benefit, programmes, establishment, social assistance); last the inhabitants
# aged 20-64 on 31 December (Statistics Sweden, Kolada N01955).
PUBLISHED = {  # place -> 2020, 2021
    "Nordmaling": ((115, 191, 64, 140, 20, 67, 3563), (108, 180, 42, 155, 10, 56, 3563)),
    "Bjurholm": ((35, 55, 28, 48, 10, 16, 1169), (35, 49, 21, 50, 6, 15, 1179)),
    "Vindeln": ((93, 152, 32, 56, 19, 29, 2722), (80, 145, 24, 76, 8, 23, 2744)),
    "Robertsfors": ((111, 197, 47, 69, 22, 25, 3449), (96, 181, 35, 92, 17, 20, 3439)),
    "Vännäs": ((169, 206, 49, 130, 20, 59, 4760), (155, 202, 33, 144, 20, 37, 4766)),
    "Örnsköldsvik": ((835, 1350, 560, 1179, 109, 563, 29229), (863, 1342, 422, 1209, 72, 499, 29120)),
}
CHANGES = {  # percentage points, as STATISTICS.md of the design has them
    "Nordmaling": -1.29, "Bjurholm": -1.50, "Vindeln": -1.02, "Robertsfors": -0.83, "Vännäs": -0.90,
    "Örnsköldsvik": -0.59,
}  # fmt: skip
TYPES = [f"type_{number}" for number in range(1, 7)]


def frame(rows: dict[str, tuple[float, ...]], types: list[str] = TYPES) -> pd.DataFrame:
    """One row a place: its types and, last, the population."""
    return pd.DataFrame.from_dict(rows, orient="index", columns=[*types, "population"], dtype=float)


def published(year: int) -> pd.DataFrame:
    return frame({name: years[year - 2020] for name, years in PUBLISHED.items()})


def shares(rows: pd.DataFrame) -> pd.Series:
    """Percent of the population, computed the long way round: type by type."""
    return sum(100 * rows[name] / rows["population"] for name in rows.columns if name != "population")


def test_the_published_changes_come_out_to_the_digit():
    parts = decompose(published(2020), published(2021), TYPES)
    assert list(parts.columns) == [*TYPES, "population"]
    assert parts.sum(axis=1).round(2).to_dict() == CHANGES


def test_the_split_of_nordmaling_is_the_hand_computed_one():
    parts = decompose(published(2020), published(2021), TYPES).loc["Nordmaling"]
    assert parts["population"] == 0  # 3,563 inhabitants in both years
    assert parts["type_3"] == pytest.approx(100 * (42 - 64) / 3563)


numbers = st.lists(st.floats(0, 1e5), min_size=1, max_size=6)
populations = st.floats(500, 1e6)


@FEW
@given(numbers, st.randoms(), populations, populations)
def test_what_types_and_population_gave_adds_up_to_the_change(counts, random, people_before, people_now):
    types = [f"type_{number}" for number in range(len(counts))]
    before = frame({"9901": (*counts, people_before), "9902": (*counts[::-1], people_now)}, types)
    now = frame({place: (*(n * random.uniform(0.5, 1.5) for n in counts), people_now) for place in before.index}, types)
    change = shares(now) - shares(before)
    assert (decompose(before, now, types).sum(axis=1) - change).abs().max() < 1e-9


def test_the_split_is_the_mean_over_every_order_of_change():
    before, now = {"a": 120.0, "b": 40.0, "population": 3600.0}, {"a": 90.0, "b": 55.0, "population": 3500.0}

    def share(changed: frozenset[str]) -> float:
        at = {name: (now if name in changed else before)[name] for name in before}
        return 100 * (at["a"] + at["b"]) / at["population"]

    given_by = dict.fromkeys(before, 0.0)
    for order in itertools.permutations(before):
        for at, factor in enumerate(order):
            given_by[factor] += (share(frozenset(order[: at + 1])) - share(frozenset(order[:at]))) / 6
    parts = decompose(pd.DataFrame(before, index=["9901"]), pd.DataFrame(now, index=["9901"]), ["a", "b"])
    assert parts.loc["9901"].to_dict() == pytest.approx(given_by)


def test_a_shrinking_population_alone_raises_the_share():
    parts = decompose(frame({"9901": (100, 1000)}, ["a"]), frame({"9901": (100, 900)}, ["a"]), ["a"]).loc["9901"]
    assert parts["a"] == 0
    assert parts["population"] == pytest.approx(100 * 100 / 900 - 100 * 100 / 1000)


def test_each_place_is_split_by_itself_in_whatever_order_the_years_have_them():
    parts = decompose(published(2020), published(2021).iloc[::-1], TYPES)
    alone = decompose(published(2020).loc[["Vännäs"]], published(2021).loc[["Vännäs"]], TYPES)
    pd.testing.assert_frame_equal(parts.loc[["Vännäs"]], alone)
    assert list(parts.index) == list(PUBLISHED)


@pytest.mark.parametrize(
    ("before", "now", "types", "named"),
    [
        (published(2020), published(2021).drop(columns="type_2"), TYPES, r"now has no column type_2"),
        (published(2020).drop(columns="population"), published(2021), TYPES, "before has no column population"),
        (published(2020), published(2021).drop(index="Vindeln"), TYPES, "one year only: Vindeln"),
        (published(2020), published(2021).replace(180, np.nan), TYPES, "place Nordmaling, now: no value for type_2"),
        (published(2020).replace(3563, 0), published(2021), TYPES, "place Nordmaling, before: population 0"),
        (published(2020).replace(3563, np.nan), published(2021), TYPES, "Nordmaling, before: no value for population"),
        (pd.concat([published(2020)] * 2), published(2021), TYPES, "stand twice: Bjurholm"),
        (published(2020), published(2021), [], "no types at all"),
    ],
)  # fmt: skip
def test_a_change_with_something_missing_is_not_split(before, now, types, named):
    with pytest.raises(ValueError, match=named):
        decompose(before, now, types)


def test_no_places_give_no_rows():
    parts = decompose(published(2020).head(0), published(2021).head(0), TYPES)
    assert (len(parts), list(parts.columns)) == (0, [*TYPES, "population"])


def test_the_correlation_of_ranks_is_scipys_for_every_resample_at_once():
    x, y = np.random.default_rng(1).normal(size=(2, 5, 16)).round(1)
    expected = [spearmanr(a, b).statistic for a, b in zip(x, y, strict=True)]
    assert rank_correlation(x, y) == pytest.approx(expected)
    assert rank_correlation(np.ones(9), np.arange(9.0)) == 0


def months(count: int, place: str = "9901", sex: str = "T") -> pd.DataFrame:
    at = np.arange(count)
    return pd.DataFrame(
        {"place": place, "sex": sex, "year": 2010 + at // 12, "month": at % 12 + 1, "value": 500.0 + at}
    )


def test_a_gap_begins_a_series_anew_and_only_that_series():
    rows = pd.concat([months(96), months(96, "9902"), months(96, "9901", "K")], ignore_index=True)
    kept = after_last_gap(rows.drop(index=40))
    assert kept.groupby(["place", "sex"]).size().to_dict() == {("9901", "K"): 96, ("9901", "T"): 55, ("9902", "T"): 96}
    pd.testing.assert_frame_equal(kept, rows.loc[kept.index])


@pytest.mark.parametrize("gap", [{"value": np.nan}, {"status": "suspect"}])
def test_a_month_without_a_value_or_a_suspected_one_is_a_gap(gap):
    rows = months(96).assign(status="")
    rows.loc[90, list(gap)] = list(gap.values())
    assert len(after_last_gap(rows)) == 5


def test_a_month_that_stands_twice_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"place 9901, sex T: 2010-01 stands twice"):
        after_last_gap(pd.concat([months(3), months(1)], ignore_index=True))


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
