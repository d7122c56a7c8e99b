"""What all municipalities of a year share: made once a process, handed over whole, and never compared row by row."""

import os
import pickle
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from copies import Copy, made_up_root
from helpers import open_report, sections, show_figure
from helpers.report import Report
from lagesbild import charts
from lagesbild.paths import ROOT_VARIABLE
from lagesbild.publishing.kernels import Kernels
from lagesbild.publishing.made import packed_ahead
from lagesbild.publishing.request import BuildRequest
from lagesbild.publishing.template import templates
from lagesbild.rules import editions
from lagesbild.rules.editions import AT_HAND, MOST_AT_HAND, adopt, asked_for, complete, packed, shared
from lagesbild.tidy.build import content_key
from lagesbild.tidy.rows import Rows

LONG_AGO = 1_600_000_000


@pytest.fixture
def copy(tmp_path) -> Copy:
    AT_HAND.clear()
    return made_up_root(tmp_path)


@pytest.fixture
def counted(monkeypatch) -> list[str]:
    """The names of what was made of the whole table, each as often as it was."""
    calls: list[str] = []
    for name in ("table_at_hand", "judgements", "load_catalog", "load_places", "in_order"):
        made = getattr(editions, name)
        told = lambda *args, name=name, made=made: calls.append(name) or made(*args)  # noqa: E731
        monkeypatch.setattr(editions, name, told)
    return calls


def opened(copy: Copy, page: str, place: str = "9901", year: int = 2024) -> Report:
    return open_report(page, place, year, root=str(copy.paths.root))


def test_the_table_is_read_once_for_every_page_and_municipality_of_a_year(copy, counted):
    reports = [opened(copy, page, place) for page in ("overview", "work") for place in ("9901", "9902")]
    for once in ("table_at_hand", "judgements", "load_catalog", "load_places"):
        assert counted.count(once) == 1, once
    assert len({id(report.judged) for report in reports}) == 1
    assert [report.place for report in reports] == ["9901", "9902", "9901", "9902"]
    for report in reports:
        first = report.data.drop_duplicates("indicator")
        assert set(first["place"]) <= {report.place, *report.peers}
        assert report.data["indicator"].ne(report.data["indicator"].shift()).sum() == len(first)


def test_what_another_process_packed_is_adopted_without_reading_a_table(copy, counted, monkeypatch):
    before = {place: opened(copy, "work", place) for place in ("9901", "9902")}
    content = packed(copy.paths, 2024)
    AT_HAND.clear()
    counted.clear()
    monkeypatch.setattr(pd, "read_parquet", lambda *_, **__: pytest.fail("a table was read"))
    adopt(content)
    for place, report in before.items():
        again = opened(copy, "work", place)
        pd.testing.assert_frame_equal(again.data, report.data)
        pd.testing.assert_frame_equal(again.judged.directions, report.judged.directions)
    assert set(counted) == {"in_order"}


def test_rows_that_a_page_will_ask_for_are_made_once_before_it_asks(copy, counted):
    content = packed(copy.paths, 2024)
    before = opened(copy, "work", "9902").data
    AT_HAND.clear()
    complete(asked_for(copy.paths, 2024, "9902"))  # of a year that is not at hand: nothing to make them of
    assert not AT_HAND
    adopt(content)
    complete(asked_for(copy.paths, 2024, "9902"))
    counted.clear()
    pd.testing.assert_frame_equal(opened(copy, "work", "9902").data, before)
    assert counted == []
    opened(copy, "work", "9901")
    assert counted == ["in_order"]


def test_only_the_last_places_rows_are_kept(copy, monkeypatch):
    monkeypatch.setattr(editions, "MOST_KEPT", 2)
    known, places = shared(copy.paths, 2024), ["9901", "9902", "9903"]
    for place in places:
        known.rows_for(place)
    assert [wanted[0] for wanted in known.kept] == places[1:]
    assert known.rows_for(places[-1])["place"].iloc[0] == places[-1]


def test_what_was_adopted_is_left_when_the_content_of_the_project_changes(copy, counted):
    adopt(packed(copy.paths, 2024))
    counted.clear()
    assert opened(copy, "work").data["value"].max() == 14002
    assert "table_at_hand" not in counted
    copy.fetched("N07540", {("0000", 2022): 14555}, date="2024-06-01")
    assert opened(copy, "work").data["value"].max() == 14555
    assert counted.count("table_at_hand") == 1


def test_each_year_has_its_own_and_only_the_last_ones_are_kept(copy):
    for year in (2022, 2023, 2024):
        assert shared(copy.paths, year).data["year"].max() <= year
    assert [year for _, _, year in AT_HAND] == [2022, 2023, 2024][-MOST_AT_HAND:]


def test_a_figure_and_a_section_compare_no_row_of_the_whole_table(copy, monkeypatch):
    page = "no_vulnerable_areas"
    report = opened(copy, page)
    numbers = [number for number in report.catalog.figures_on(page) if report.measures(number)]
    rows = {number: report.data[report.data["indicator"].isin(report.measures(number))] for number in numbers}
    rows = {number: own[own["place"].isin(report.peers) & (own["sex"] == "T")] for number, own in rows.items()}
    filtered: list[object] = []
    getitem = pd.DataFrame.__getitem__

    def seen(frame: pd.DataFrame, key: object) -> object:
        if len(frame) == len(report.data) and isinstance(key, pd.Series) and key.dtype == bool:
            filtered.append(key)
        return getitem(frame, key)

    monkeypatch.setattr(pd.DataFrame, "__getitem__", seen)
    report.data[report.data["value"].notna()]
    assert len(filtered) == 1  # the test sees such a filter
    for number, own in rows.items():
        show_figure(report, number, own, charts.lines)
    sections.standing(report)
    area = next(area for area, entry in report.catalog.focus_areas.items() if entry.page == page)
    sections.priority(report, report.catalog.priorities_of(area)[0])
    assert len(rows)
    assert len(filtered) == 1


def test_rows_are_those_that_a_comparison_of_every_row_finds():
    texts = {"indicator": list("abacbaab"), "place": ["9901", "9902", "9902", "9901", "9901", "9901", "9902", "9902"]}
    frame = pd.DataFrame(texts | {"value": range(8)}, index=range(10, 18))
    rows = Rows(frame)
    for indicator in "abcd":
        pd.testing.assert_frame_equal(rows.of(indicator), frame[frame["indicator"] == indicator])
        for place in ("9901", "9902", "9903"):
            own = frame[(frame["indicator"] == indicator) & (frame["place"] == place)]
            pd.testing.assert_frame_equal(rows.of(indicator, place), own)
    assert list(rows.of_several(["c", "a"])["value"]) == [3, 0, 2, 5, 6]
    assert Rows(frame.iloc[:0]).of("a").empty


def test_a_file_is_read_again_only_where_it_changed_or_changed_just_now(tmp_path, monkeypatch):
    path, read = tmp_path / "input.csv", []
    path.write_text("one", "utf-8")
    content = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda own: read.append(own.name) or content(own))
    monkeypatch.setattr("time.time_ns", lambda: path.stat().st_ctime_ns + 3_600_000_000_000)
    first = content_key([path])
    assert content_key([path]) == first
    assert read == ["input.csv"]
    path.write_text("two", "utf-8")
    os.utime(path, (LONG_AGO, LONG_AGO))  # of the same size, and set back
    assert content_key([path]) != first
    assert len(read) == 2
    monkeypatch.setattr("time.time_ns", lambda: path.stat().st_ctime_ns)
    content_key([path]), content_key([path])
    assert len(read) == 4


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
def test_a_copy_of_the_template_makes_it_and_writes_nothing_for_a_refused_edition(copy, counted, tmp_path):
    kernels = Kernels(tmp_path / "sockets", {ROOT_VARIABLE: str(copy.paths.root)})
    kernels.begin()
    try:
        ask = partial(kernels.ask, f"{packed_ahead.__module__}:{packed_ahead.__name__}")
        before = copy.files()
        assert ask(pickle.dumps(BuildRequest(copy.paths, "9901", 1990)))() == b""
        assert copy.files() == before
        adopt(ask(pickle.dumps(BuildRequest(copy.paths, "9901", 2024)))())
    finally:
        templates.kill()
    assert (copy.paths.processed / "judgements-2024.key").exists()
    opened(copy, "overview")
    assert set(counted) <= {"in_order"}  # the places that come first on a figure
