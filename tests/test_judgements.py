"""What is judged once for all municipalities: stored beside the table, read by pages, told whole in the key figures."""

from dataclasses import replace
from unittest import mock

import pandas as pd
import pytest

from copies import Copy, made_up_root
from lagesbild.rules.editions import Edition, RefusedEdition, edition_of, key_figures
from lagesbild.rules.judgements import FRAMES, judgements, measured, setting_of
from lagesbild.sources.raw import load_places
from lagesbild.statistics.direction import Direction, Reason
from lagesbild.statistics.intervals import UNUSABLE
from lagesbild.statistics.ranks import NoRank
from lagesbild.tidy.build import content_key, derived, store, table_at_hand

YEARS = range(2015, 2025)
NEVER = mock.patch("lagesbild.rules.judgements.judged", side_effect=AssertionError("judged again"))
FILES = {f"judgements-2024-{frame}.parquet" for frame in FRAMES}


@pytest.fixture
def copy(tmp_path) -> Copy:
    return made_up_root(tmp_path)


def stored(copy: Copy) -> set[str]:
    return {path.name for path in copy.paths.processed.glob("judgements-*.parquet")}


def test_the_judgements_are_stored_beside_the_table_and_read_by_a_page(copy):
    first = copy.page("overview").judged
    assert stored(copy) == FILES
    with NEVER:
        again = copy.page("work").judged
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(first, frame), getattr(again, frame), check_dtype=False)
    assert len(first.directions)


def test_each_editions_year_has_its_own(copy):
    copy.page("overview")
    copy.page("overview", year=2022)
    assert stored(copy) == FILES | {name.replace("2024", "2022") for name in FILES}
    with NEVER:
        assert copy.page("overview").judged.directions["last_year"].max() == 2022
        copy.page("overview", year=2022)


def test_they_are_made_anew_when_the_table_changes_or_one_is_lost(copy):
    copy.page("overview")
    (copy.paths.processed / "judgements-2024-ranks.parquet").unlink()
    with NEVER, pytest.raises(AssertionError, match="judged again"):
        copy.page("overview")
    copy.page("overview")
    copy.fetched("N07540", {("9901", 2023): 9100.0}, date="2024-06-01")
    with NEVER, pytest.raises(AssertionError, match="judged again"):
        copy.page("overview")
    moved = copy.page("overview").judged.directions
    assert moved.loc[(moved["indicator"] == "reported_crime") & (moved["place"] == "9901"), "last_year"].max() == 2023


@pytest.mark.parametrize("content", [b"", b"PAR1 cut off", b"half"])
@pytest.mark.parametrize("frame", FRAMES)
def test_a_damaged_file_of_theirs_is_made_again(copy, frame, content):
    first = copy.page("overview").judged
    path = copy.paths.processed / f"judgements-2024-{frame}.parquet"
    path.write_bytes(path.read_bytes()[:-40] if content == b"half" else content)
    with NEVER, pytest.raises(AssertionError, match="judged again"):
        copy.page("overview")
    again = copy.page("overview").judged
    pd.testing.assert_frame_equal(getattr(again, frame), getattr(first, frame), check_dtype=False)
    with NEVER:
        copy.page("overview")


def test_they_are_made_anew_when_the_code_that_they_follow_from_changes(copy, tmp_path):
    table = table_at_hand(copy.paths, copy.catalog)
    store(copy.paths, copy.catalog, table)
    code = tmp_path / "rule.py"
    made: list[str] = []

    def told(text: str) -> pd.DataFrame:
        code.write_text(text, "utf-8")
        compute = lambda: made.append(text) or {"said": pd.DataFrame({"text": [text]})}  # noqa: E731
        return derived(copy.paths, "made_up", content_key([code], table.key), ["said"], compute)["said"]

    assert [told(text)["text"][0] for text in ("1", "1", "2", "1")] == ["1", "1", "2", "1"]
    assert made == ["1", "2", "1"]


def test_nothing_is_stored_for_a_refused_edition_nor_beside_a_table_that_is_not(copy):
    for municipality, year in (("9903", 2024), ("9901", 1990)):
        with pytest.raises(RefusedEdition):
            copy.page("overview", municipality, year)
    assert not copy.paths.processed.exists()
    table = table_at_hand(copy.paths, copy.catalog)
    assert len(judgements(copy.paths, table, copy.catalog, load_places(copy.paths), 2024).directions)
    assert not copy.paths.processed.exists()


# The key figures: every indicator with a value, whatever the pages draw.


@pytest.fixture(scope="module")
def umea(frozen) -> Edition:
    return edition_of(frozen.paths, "overview", "2480", 2024)


@pytest.fixture(scope="module")
def told(umea) -> pd.DataFrame:
    """The key figures of Umeå, as text."""
    return key_figures(umea.data, umea.judged, umea.catalog, ["2480"])


def test_every_indicator_with_a_value_has_one_line_a_sex_with_its_last_value(umea, told):
    rows = umea.data
    own = rows[(rows["place"] == "2480") & (rows["group"] == "") & rows["indicator"].isin(umea.catalog.indicators)]
    own = own[own["value"].notna() & ~own["status"].isin(UNUSABLE)]
    assert not told.duplicated(["indicator", "sex"]).any()
    lines = told.set_index(["indicator", "sex"])
    assert set(lines.index) == set(zip(own["indicator"], own["sex"], strict=True))
    assert {"T", "K", "M"} == set(told["sex"])
    assert len(own["indicator"].unique()) > 40
    last = own[own["month"] == 0].sort_values("year").drop_duplicates(["indicator", "sex"], keep="last")
    for row in last.itertuples():
        line = lines.loc[(row.indicator, row.sex)]
        assert (line["year"], line["value"]) == (str(row.year), f"{row.value:.4f}"), (row.indicator, row.sex)


def test_what_is_not_judged_has_its_reason_and_what_is_judged_has_years_and_p(told):
    refused = told["direction"] == Direction.NOT_JUDGED
    assert set(told["direction"]) <= set(Direction)
    assert 20 < refused.sum() < len(told) - 20
    assert set(told.loc[refused, "reason"]) <= set(Reason) - {Reason.NONE}
    assert (told.loc[refused, ["p", "p_adjusted"]] == "").all(axis=None)
    judged = told[~refused]
    assert (judged["reason"] == "").all()
    assert (judged[["first_year", "last_year", "p"]] != "").all(axis=None)
    assert judged["p"].astype(float).between(0, 1).all()


def test_a_difference_to_riket_has_its_verdict_and_year_and_a_rank_its_number_and_year(copy):
    copy.with_neighbours()
    for sex, level in {"K": 8.0, "M": 12.0, "T": 10.0}.items():
        values = {year: level * (0.9 if sex == "K" else 1) ** (year - 2015) for year in YEARS}
        copy.fetched_among("N02797", values, sex, level=level)
    edition = edition_of(copy.paths, "overview", "9901", 2024)
    told = key_figures(edition.data, edition.judged, edition.catalog, ["9901", "9902"])
    assert told[["indicator", "place", "sex"]].apply(tuple, axis=1).is_monotonic_increasing
    assert set(told["place"]) == {"9901", "9902"}
    lines = told[told["indicator"] == "neither_in_work_nor_study"].set_index("sex")
    assert lines["direction"].to_dict() == {"K": "decreased", "M": "no_movement", "T": "no_movement"}
    assert lines["difference_verdict"].to_dict() == {"K": "lower", "M": "within", "T": "within"}
    assert set(lines["difference_year"]) == set(lines["year"]) == {"2024"}
    assert float(lines.loc["K", "difference"]) == pytest.approx(8 * 0.9**9 - 8, abs=1e-3)
    assert set(lines["rank"]) == set(lines["rank_year"]) == {""}  # 64 municipalities are too few for a rank


@pytest.mark.parametrize("reason", [NoRank.NONE, NoRank.TOO_UNCERTAIN])
def test_a_rank_in_the_key_figures_has_the_number_of_places_and_the_year_and_none_is_told_with_a_reason(umea, reason):
    ranks = umea.judged.ranks
    own = (ranks["indicator"] == "reported_crime") & (ranks["place"] == "2480") & (ranks["sex"] == "T")
    placed = ranks.assign(rank=ranks["rank"].mask(own, 12), n=ranks["n"].mask(own, 290))
    placed["reason"] = placed["reason"].mask(own, str(reason))
    told = key_figures(umea.data, replace(umea.judged, ranks=placed), umea.catalog, ["2480"])
    line = told[(told["indicator"] == "reported_crime") & (told["sex"] == "T")].iloc[0]
    said = ("", "", "") if reason else ("12", "290", str(ranks.loc[own, "year"].iloc[0]))
    assert (line["rank"], line["rank_of"], line["rank_year"]) == said


def test_values_without_any_judgement_are_key_figures_too(umea):
    """A table in which nothing can be judged gives frames with all their columns."""
    rows = umea.data
    setting = setting_of(rows, rows, umea.catalog, umea.places, 2024)
    nothing = measured(rows.iloc[:0], setting)
    told = key_figures(rows, nothing, umea.catalog, ["2480"])
    assert len(told) == len(key_figures(rows, umea.judged, umea.catalog, ["2480"]))
    assert set(told["value"]) != {""}
    assert set(told[["direction", "p", "difference", "rank", "rank_year"]].to_numpy().ravel()) == {""}
