"""The snapshot: whole, canonical, traceable, and honest about what the publisher changed."""

import errno
import json
import os
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer

from kolada_double import GOOD, OTHER, KoladaDouble, Project, value, without_pauses
from lagesbild.paths import Paths
from lagesbild.sources import replacing
from lagesbild.sources.raw import SnapshotError, read_manifest
from lagesbild.sources.replacing import replace_together
from lagesbild.sources.snapshot import SNAPSHOT_COLUMNS, read_series, read_snapshot, series_bytes

FIRST, LATER = date(2026, 1, 10), date(2026, 6, 1)


@pytest.fixture
def project(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that was fetched on FIRST."""
    without_pauses(monkeypatch)
    project = Project(Paths(tmp_path), KoladaDouble(httpserver))
    assert project.fetch(fetched=FIRST, note="a double").ok
    return project


def result_of(project: Project, key: str = GOOD, **what: object):
    return next(result for result in project.fetch(**{"fetched": LATER, **what}).results if result.id == key)


def rows_of(project: Project, place: str, year: int, sex: str = "T") -> list[tuple]:
    rows = read_snapshot(project.paths, "kolada").query("series == @GOOD")
    rows = rows[(rows["place"] == place) & (rows["year"] == year) & (rows["sex"] == sex)]
    return [(None if r.value != r.value else r.value, r.status, r.vintage) for r in rows.itertuples()]


# ---- the files ------------------------------------------------------------------------------------------------


def frame(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=SNAPSHOT_COLUMNS)


def test_a_file_is_canonical_whatever_the_order_of_the_rows() -> None:
    nan = float("nan")
    rows = [
        ("9901", 2021, 0, "T", "", 12.0, nan, "", "2026-01-10"),
        ("0180", 2022, 0, "K", "", 0.1, 7.0, "", "2026-01-10"),
        ("9901", 2021, 0, "T", "", 12.5, nan, "", "2025-01-10"),
        ("9901", 2021, 0, "K", "a, b", nan, nan, "missing", "2026-01-10"),
    ]
    text = series_bytes(frame(*rows)).decode()
    assert series_bytes(frame(*reversed(rows))).decode() == text
    assert text == (
        "place,year,month,sex,group,value,count,status,vintage\n"
        "0180,2022,0,K,,0.1,7,,2026-01-10\n"
        '9901,2021,0,K,"a, b",,,missing,2026-01-10\n'
        "9901,2021,0,T,,12.5,,,2025-01-10\n"
        "9901,2021,0,T,,12,,,2026-01-10\n"
    )


@pytest.mark.parametrize("number", [0.1 + 0.2, 1 / 3, -3.921568, 1e-12, 1e22, 123456789012345.0, 0.0])
def test_a_number_comes_back_as_it_was(project: Project, number: float) -> None:
    content = series_bytes(frame(("9901", 2021, 0, "T", "", number, float("nan"), "", "2026-01-10")))
    assert float(content.decode().splitlines()[1].split(",")[5]) == number


def test_codes_stay_text_and_every_column_has_its_type(project: Project) -> None:
    rows = read_snapshot(project.paths, "kolada")
    assert "0000" in set(rows["place"])
    assert rows[["series", "place", "sex", "group", "status", "vintage"]].dtypes.eq("str").all()
    assert list(rows.dtypes[["year", "month", "value", "count"]]) == ["int64", "int64", "float64", "float64"]
    assert not rows[["group", "status"]].isna().any().any()


def test_no_snapshot_is_an_empty_table_with_the_same_columns(project: Project, tmp_path: Path) -> None:
    empty = read_snapshot(Paths(tmp_path / "elsewhere"), "kolada")
    assert empty.empty
    assert list(empty.columns) == list(read_snapshot(project.paths, "kolada").columns)


def test_each_series_names_its_requests_its_publisher_and_its_dates(project: Project) -> None:
    entry = read_manifest(project.folder, "kolada").series[GOOD]
    assert entry["publisher"] == "Påhittsverket"
    assert entry["citation"] == "Källa: Påhittsverket"
    assert entry["note"] == "a double"
    assert (entry["fetched"], entry["vintage"]) == ("2026-01-10", "2026-01-10")
    assert (entry["first_year"], entry["last_year"]) == (2020, 2022)
    [request] = entry["requests"]
    assert request["method"] == "GET"
    assert GOOD in request["url"]
    assert len(request["sha256"]) == 64
    assert request["rows"] == entry["rows"] == len(read_snapshot(project.paths, "kolada").query("series == @GOOD"))


@pytest.mark.parametrize("damage", ["edited", "missing", "stranger", "manifest"])
def test_a_damaged_snapshot_is_refused_with_the_file_and_the_remedy(project: Project, damage: str) -> None:
    path = project.folder / f"{GOOD}.csv"
    match damage:
        case "edited":
            path.write_bytes(path.read_bytes().replace(b",30.5,", b",30.6,", 1))
        case "missing":
            path.unlink()
        case "stranger":
            path = project.folder / "mine.csv"
            path.write_text("place,year\n")
        case "manifest":
            path = project.folder / "manifest.json"
            path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SnapshotError, match=path.name) as refused:
        read_snapshot(project.paths, "kolada")
    assert any(word in str(refused.value) for word in ("Restore", "Remove"))


# ---- what a later fetch changes -------------------------------------------------------------------------------


def test_an_unchanged_fetch_changes_no_figures(project: Project) -> None:
    before = project.files()
    assert {result.state for result in project.fetch(fetched=LATER).results} == {"unchanged"}
    after = project.files()
    assert {name for name in after if after[name] != before[name]} == {"manifest.json"}
    assert set(after) == set(before)


def test_the_same_fetch_on_the_same_day_changes_nothing_at_all(project: Project) -> None:
    before = project.files()
    project.fetch(fetched=FIRST, note="a double")
    assert project.files() == before


def test_a_revised_value_keeps_both_vintages_and_is_reported(project: Project) -> None:
    project.double.rows[GOOD, 2021, "9901"][0] = value(24.5)
    result = result_of(project)
    assert result.state == "revised"
    [revision] = result.revisions
    assert (revision.place, revision.year, revision.sex, revision.old, revision.new) == ("9901", 2021, "T", 23.0, 24.5)
    assert rows_of(project, "9901", 2021) == [(23.0, "", "2026-01-10"), (24.5, "", "2026-06-01")]
    assert rows_of(project, "9901", 2020) == [(22.0, "", "2026-01-10")]
    assert result_of(project).state == "unchanged"


def test_a_value_that_is_revised_back_is_current_again(project: Project) -> None:
    entry = project.double.rows[GOOD, 2021, "9901"]
    for day, number in ((1, 24.5), (2, 23.0)):
        entry[0] = value(number)
        assert result_of(project, fetched=date(2026, 6, day)).state == "revised"
    assert [row[0] for row in rows_of(project, "9901", 2021)] == [23.0, 24.5, 23.0]


def test_a_second_fetch_on_the_day_of_a_value_replaces_it(project: Project) -> None:
    project.double.rows[GOOD, 2021, "9901"][0] = value(24.5)
    assert result_of(project, fetched=FIRST).state == "revised"
    assert rows_of(project, "9901", 2021) == [(24.5, "", "2026-01-10")]


def test_a_new_year_is_new_and_leaves_the_old_vintages(project: Project) -> None:
    project.double.rows[GOOD, 2023, "9901"] = [value(40.0)]
    result = result_of(project)
    assert (result.state, result.added, result.revisions) == ("new", 1, [])
    assert rows_of(project, "9901", 2023) == [(40.0, "", "2026-06-01")]
    assert rows_of(project, "9901", 2022) == [(24.0, "", "2026-01-10")]


def test_a_withdrawn_value_becomes_missing_and_is_reported(project: Project) -> None:
    del project.double.rows[GOOD, 2021, "9901"]
    result = result_of(project)
    assert result.state == "revised"
    withdrawn = {("T", 23.0, None), ("K", 30.5, None), ("M", 10.25, None)}
    assert {(r.sex, r.old, r.new) for r in result.revisions} == withdrawn
    assert rows_of(project, "9901", 2021) == [(23.0, "", "2026-01-10"), (None, "missing", "2026-06-01")]
    assert result_of(project).state == "unchanged"


def test_a_narrower_fetch_withdraws_nothing_and_keeps_what_the_rest_came_from(project: Project) -> None:
    before = project.files()
    old = read_manifest(project.folder, "kolada").series[GOOD]["requests"]
    assert result_of(project, since=2022).state == "unchanged"
    assert project.files()[f"{GOOD}.csv"] == before[f"{GOOD}.csv"]
    requests = read_manifest(project.folder, "kolada").series[GOOD]["requests"]
    assert requests[: len(old)] == old
    assert [request["fetched"] for request in requests] == ["2026-01-10", "2026-06-01"]


def test_requests_of_earlier_fetches_go_when_every_row_was_confirmed(project: Project) -> None:
    project.double.rows[OTHER, 2021, "9901"] = [value(99.0)]  # another answer, with the same rows of GOOD
    project.fetch(fetched=LATER)
    requests = read_manifest(project.folder, "kolada").series[GOOD]["requests"]
    assert [request["fetched"] for request in requests] == ["2026-06-01"]


def test_a_changed_definition_is_stored_once_it_is_accepted(project: Project) -> None:
    project.double.descriptions[GOOD] = "Nämnaren är en annan."
    assert result_of(project).state == "failed"
    assert result_of(project, accept=(GOOD,)).state == "unchanged"
    assert result_of(project).state == "unchanged"


def test_a_fetch_dated_before_the_snapshot_is_refused(project: Project) -> None:
    project.double.rows[GOOD, 2021, "9901"][0] = value(24.5)
    before = project.files()[f"{GOOD}.csv"]
    result = result_of(project, fetched=date(2025, 1, 1))
    assert result.state == "failed"
    assert "dated 2025-01-01" in result.message
    assert project.files()[f"{GOOD}.csv"] == before


# ---- all or nothing -------------------------------------------------------------------------------------------


def old_files(folder: Path) -> dict[Path, bytes]:
    contents = {folder / "a.csv": b"old a", folder / "b.json": b"old b"}
    for path, content in contents.items():
        path.write_bytes(content)
    return contents


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "first replace", "second replace"])
def test_files_are_replaced_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    before = old_files(tmp_path)
    new = dict.fromkeys([tmp_path / "first.csv", *before], b"new")
    left = [1 if step != "second replace" else 2]
    real = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if str(self).endswith(".new"):
            left[0] -= 1
            if left[0] == 0:
                raise error
        return real(self, target)

    def no_room(descriptor: int) -> None:
        raise error

    if step == "fsync":
        monkeypatch.setattr(replacing.os, "fsync", no_room)
    else:
        monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(type(error)):
        replace_together(new)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_disk_without_hard_links_gets_its_old_files_back_too(tmp_path: Path, monkeypatch) -> None:
    before = old_files(tmp_path)

    def no_links(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    real = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target.name == "b.json" and str(self).endswith(".new"):
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(KeyboardInterrupt):
        replace_together(dict.fromkeys(before, b"new"))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_whole_fetch_leaves_no_temporary_files(project: Project) -> None:
    names = {path.name for path in project.folder.iterdir()}
    assert names == {
        *(f"{key}.csv" for key in read_manifest(project.folder, "kolada").series),
        "places.csv",
        "comparison_groups.csv",
        "manifest.json",
    }


def test_one_series_can_be_read_by_itself(project: Project) -> None:
    manifest = read_manifest(project.folder, "kolada")
    assert set(read_series(project.folder, manifest, OTHER)["sex"]) == {"T"}
    assert read_series(project.folder, manifest, "N99999").empty
    assert json.loads((project.folder / "manifest.json").read_bytes())["source"] == "kolada"
