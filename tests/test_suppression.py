"""Small numbers: what is hidden cannot be found by subtraction, and no more is hidden than the sums ask for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.statistics.differences import Others, register_differences, sex_differences
from lagesbild.statistics.direction import directions
from lagesbild.statistics.panel import panels
from lagesbild.statistics.ranks import RankRule, latest_ranks, ranked
from lagesbild.tidy.suppression import suppressed
from made_up_measures import FOCUS, POSITIVE, inhabitants, judged, panel, swinging, tidy


def table(by_group: dict[str, tuple[int, int]], total: bool = True) -> pd.DataFrame:
    """Women and men a group of a made-up school survey, with all sums when `total`."""
    groups = dict(by_group)
    if total:
        groups[""] = tuple(map(sum, zip(*by_group.values(), strict=True)))
    cells = [
        (sex, group, count)
        for group, (women, men) in groups.items()
        for sex, count in (("T", women + men), ("K", women), ("M", men))
    ]
    rows = pd.DataFrame(cells, columns=["sex", "group", "count"]).astype({"count": float})
    keys = {"indicator": "made_up", "place": "9901", "year": 2024, "month": 0, "vintage": "2025-01-15"}
    return rows.assign(**keys, value=rows["count"] / 2, margin=1.0, status="")


def visible(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    shown = rows[rows["status"] != "hidden"]
    return dict(zip(zip(shown["sex"], shown["group"], strict=True), shown["count"], strict=True))


def attacked(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """The hidden cells that a reader works out: by solving every sum at once, and by trying out every count.

    Written another way than the product: the null space of the sums, then all whole numbers where they are few.
    """
    cells = list(zip(rows["sex"], rows["group"], strict=True))
    groups = sorted({group for _, group in cells} - {""})
    inner = [(sex, group) for sex in "KM" for group in groups]
    # Every cell is a sum of inner cells; what is visible fixes those sums.
    makes = np.array([[sex in ("T", s) and group in ("", g) for s, g in inner] for sex, group in cells], float)
    shown = visible(rows)
    fixed = np.array([cell in shown for cell in cells])
    _, sizes, basis = np.linalg.svd(makes[fixed] if fixed.any() else np.zeros((1, len(inner))))
    free = basis[(sizes > 1e-9).sum() :]  # directions in which the inner cells can move unseen
    found = [c for c, row in zip(cells, makes, strict=True) if c not in shown and not np.any(np.abs(free @ row) > 1e-9)]
    tops = [min(shown.get(c, 18) for c in ((s, ""), ("T", g), ("T", ""))) for s, g in inner]
    if np.prod([top + 1 for top in tops]) < 2e6:
        grid = np.stack(np.meshgrid(*[np.arange(top + 1) for top in tops], indexing="ij"), -1).reshape(-1, len(tops))
        seen = np.array([shown[cell] for cell in cells if cell in shown]).reshape(-1, 1)
        fits = (makes @ grid.T)[:, (makes[fixed] @ grid.T == seen).all(axis=0)]
        found += [c for c, could in zip(cells, fits, strict=True) if c not in shown and could.max() < 5]
        found += [c for c, could in zip(cells, fits, strict=True) if c not in shown and np.ptp(could) == 0]
    return found


small_tables = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=n, max_size=n)
)


@settings(max_examples=40, deadline=None)
@given(small_tables)
def test_no_hidden_count_can_be_found_by_subtraction(counts):
    before = table({f"g{n}": pair for n, pair in enumerate(counts)})
    after = suppressed(before)
    assert attacked(after) == []
    pd.testing.assert_frame_equal(suppressed(after), after)
    assert not (before["count"][after["status"] != "hidden"] < 5).any()


@pytest.mark.parametrize("counts", [[(1, 7), (0, 3), (5, 3)], [(0, 5), (6, 1), (6, 2)], [(1, 2), (6, 0), (1, 0)]])
def test_a_count_that_only_several_sums_together_bound_is_protected(counts):
    assert attacked(suppressed(table({f"g{n}": pair for n, pair in enumerate(counts)}))) == []


def test_the_attack_finds_what_the_threshold_alone_would_leave_open():
    before = table({"g0": (3, 20), "g1": (30, 40)})
    naive = before.assign(status=np.where(before["count"] < 5, "hidden", ""))
    assert set(attacked(naive)) == {("K", "g0")}


def test_large_counts_stay_as_they_are():
    before = table({"g0": (30, 20), "g1": (5, 40)})
    pd.testing.assert_frame_equal(suppressed(before), before)


def test_one_small_count_takes_one_more_in_a_line_and_three_more_in_a_table():
    one_line = suppressed(table({"g0": (3, 20)}, total=False))
    assert set(visible(one_line)) == {("T", "g0")}
    crossed = suppressed(table({"g0": (3, 20), "g1": (30, 40), "g2": (50, 60)}))
    hidden = crossed[crossed["status"] == "hidden"]
    assert set(zip(hidden["sex"], hidden["group"], strict=True)) == {(s, g) for s in "KM" for g in ("g0", "g1")}


def test_two_small_counts_whose_sum_is_small_need_a_third():
    after = suppressed(table({"g0": (1, 20), "g1": (2, 30), "g2": (40, 50)}))
    assert (after[(after["sex"] == "K") & (after["status"] == "hidden")]["group"] != "").sum() == 3


def test_value_margin_and_count_go_together_and_the_order_stays():
    before = table({"g0": (3, 20)})
    after = suppressed(before)
    assert list(after.index) == list(before.index)
    hidden = after[after["status"] == "hidden"]
    assert len(hidden)
    assert hidden[["value", "margin", "count"]].isna().all(axis=None)


@pytest.fixture(scope="module")
def hidden_women() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Women, men and all of sixty places in ten years, and the same with what suppression hides: one place's women."""
    values = swinging(noise=0.02, level=40)
    women, men = (np.round(values * factor) for factor in (1, 2))
    women[0, 6] = 3  # of 2021
    counts = pd.concat([tidy(cases, sex=sex, count=cases) for cases, sex in ((women, "K"), (men, "M"))])
    both = tidy(women + men, count=women + men)
    before = pd.concat([counts, both], ignore_index=True).assign(month=0, group="")
    return before, suppressed(before)


def test_a_hidden_value_reaches_no_direction_difference_or_rank(hidden_women):
    before, after = hidden_women
    hidden = after[after["status"] == "hidden"]
    assert set(zip(hidden["place"], hidden["year"], strict=True)) == {(FOCUS, 2021)}
    assert set(hidden["sex"]) == {"K", "M"}
    for rows, is_judged in ((before, True), (after, False)):
        frame = directions(panels(rows, {"made_up": POSITIVE}, inhabitants()), 2024, set())
        own = frame[frame["place"] == FOCUS].set_index("sex")["direction"]
        assert own["T"] == "no_movement"
        assert (own[["K", "M", "K-M"]] != "not_judged").tolist() == [is_judged] * 3
    women, men = (panel(after[after["sex"] == sex], POSITIVE) for sex in "KM")
    differences = pd.DataFrame(sex_differences(women, men, 2021)).set_index("place")
    assert differences.loc[FOCUS, "year"] == 2020
    to_focus = Others(FOCUS, np.zeros((60, 1), int))
    assert set(register_differences(women, to_focus, 2021)["year"]) == {2020}
    rule = RankRule("lower", fetched=60, places=60, at_least=30)
    ranks = pd.DataFrame(latest_ranks(women, np.full(women.value.shape, np.nan), rule, 2021)).set_index("place")
    assert (ranks.loc[FOCUS, "year"], ranks.loc["9902", "year"], ranks.loc["9902", "n"]) == (2020, 2021, 59)


def test_a_number_that_stayed_in_a_hidden_row_is_not_used(hidden_women):
    before, after = hidden_women
    left = before.assign(status=after["status"])  # the status without the erasure
    for sex in "KM":
        rows = [table[table["sex"] == sex] for table in (left, after)]
        pd.testing.assert_frame_equal(*(judged(table.assign(sex="T"), POSITIVE) for table in rows))
        rule = RankRule("lower", fetched=60, places=60, at_least=30)
        ranks = [ranked(table[table["year"] == 2021], rule) for table in rows]
        assert ranks[0]["rank"].tolist() == ranks[1]["rank"].tolist()
        assert ranks[0]["rank"].isna().sum() == 1


def test_rows_that_arrive_hidden_are_protected_too():
    before = table({"g0": (3, 20)}, total=False)
    before.loc[before["sex"] == "K", ["count", "value"]] = np.nan
    before.loc[before["sex"] == "K", "status"] = "hidden"
    assert set(visible(suppressed(before))) == {("T", "g0")}


@pytest.mark.parametrize(("threshold", "hidden"), [(5, 0), ({"made_up": 10}, 4), ({"another": 10}, 0), (10, 4)])
def test_the_threshold_is_the_catalogues(threshold, hidden):
    before = table({"g0": (7, 20)})
    assert (suppressed(before, threshold)["status"] == "hidden").sum() == hidden


def test_groups_that_do_not_add_up_leave_the_sexes_protected():
    before = table({"g0": (3, 20), "g1": (30, 40)})
    before.loc[before["group"] == "", "count"] += 1000
    after = suppressed(before)
    assert ("M", "g0") not in visible(after) or ("T", "g0") not in visible(after)


def test_a_table_with_a_row_twice_is_refused():
    with pytest.raises(ValueError, match="stands twice"):
        suppressed(pd.concat([table({"g0": (3, 20)})] * 2))
