"""Kolada's wire format, titles and the fewest calls, without a socket where none is needed."""

from datetime import date
from math import ceil
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from kolada_double import (
    GOOD,
    MARGIN,
    OTHER,
    PLACES,
    TITLES,
    YEARS,
    KoladaDouble,
    Project,
    catalog,
    indicator,
    value,
    without_pauses,
)
from lagesbild.catalog.models import ComparisonGroup, Comparisons, Indicator, PinnedSeries, Survey
from lagesbild.errors import ContentError, SourceError
from lagesbild.paths import Paths
from lagesbild.sources.http import Client
from lagesbild.sources.kolada import KoladaAdapter
from lagesbild.sources.kolada_answers import checked_title, figures
from lagesbild.sources.raw import load_places, read_list, read_manifest
from lagesbild.sources.series import Scope, WantedSeries
from lagesbild.sources.snapshot import read_snapshot
from lagesbild.tidy.build import tidy_table
from lagesbild.tidy.schema import survey_rows
from lagesbild.tidy.schema import whole_years as whole_years_of

ANY, KNOWN = range(1900, 2100), frozenset(PLACES)


def item(*values: dict, **more: object) -> dict:
    return {"kpi": GOOD, "period": 2022, "municipality": "9901", "values": list(values)} | more


@pytest.fixture
def project(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Project:
    without_pauses(monkeypatch)
    return Project(Paths(tmp_path), KoladaDouble(httpserver))


# ---- one data row ---------------------------------------------------------------------------------------------


def test_a_data_row_gives_a_row_for_each_sex_without_koladas_count() -> None:
    rows = list(figures(item(value(12.5), value(3, "K", count=1)), ANY, KNOWN))
    assert [(*row[:6], row[7]) for row in rows] == [
        ("9901", 2022, 0, "T", "", 12.5, ""),
        ("9901", 2022, 0, "K", "", 3.0, ""),
    ]
    assert all(row[6] != row[6] for row in rows)  # 1 is the number of units, and no small number of people


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        *(("Missing", "missing"), (None, "missing"), ("", "missing"), ("-", "missing")),
        *((".", "not_applicable"), ("..", "hidden"), ("Något nytt", "missing")),
    ],
)
def test_a_missing_value_is_never_zero_and_keeps_its_reason(status: str | None, meaning: str) -> None:
    [row] = figures(item(value(None, status=status)), ANY, KNOWN)
    assert row[5] != row[5]
    assert row[7] == meaning


@pytest.mark.parametrize(
    "broken",
    [
        item(value("12,5")),
        item(value("12.5")),
        item(value(True)),
        item(value(float("inf"))),
        item(value(1.0, status=7)),
        item(value(1.0, status="Missing")),
        item(value(1.0, isdeleted="no")),
        item(value(1.0, "kvinnor")),
        item({"value": 1.0}),
        item("12.5"),
        item(value(1.0), values=None),
        item(value(1.0), period="2022"),
        item(value(1.0), period=2022.0),
        item(value(1.0), period=True),
        item(value(1.0), municipality=9901),
        item(value(1.0), municipality="9999"),
        item(value(1.0), municipality="990"),
    ],
)
def test_a_row_of_another_form_is_refused(broken: dict) -> None:
    with pytest.raises(ContentError):
        list(figures(broken, ANY, KNOWN))


def test_a_year_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(ContentError, match="9901 2022: the year was not asked for"):
        list(figures(item(value(1.0)), [2021], KNOWN))


def test_unknown_fields_and_deleted_values_do_not_matter() -> None:
    [row] = figures(item(value(1.5, nytt="fält"), value("x", isdeleted=True), extra=1), ANY, KNOWN)
    assert row[5] == 1.5


def test_an_official_group_among_all_areas_is_no_place() -> None:
    assert list(figures(item(value(1.0), municipality="G99"), ANY, KNOWN)) == []


# ---- titles ---------------------------------------------------------------------------------------------------


def wanted(title: str) -> WantedSeries:
    return WantedSeries(GOOD, "good", indicator(GOOD), title)


@pytest.mark.parametrize("now", ["Mått,  andel (%)", "Mått, andel (%)"])
def test_a_title_may_differ_in_spaces_alone(now: str) -> None:
    assert checked_title(wanted("Mått, andel (%)"), {"title": now}).title == now


@pytest.mark.parametrize("kpi", [None, {}, {"title": 7}, {"title": "Mått, antal"}, {"title": "Mått, andel (%), ny"}])
def test_another_title_stops_the_series_and_says_what_to_do(kpi: dict | None) -> None:
    with pytest.raises(ContentError, match="snapshot is kept"):
        checked_title(wanted("Mått, andel (%)"), kpi)


@pytest.mark.parametrize("pinned", ["Mått, andel (%)", "Mått, andel (%) (-2021)"])
def test_a_title_with_a_last_year_is_a_warning(pinned: str) -> None:
    series = checked_title(wanted(pinned), {"title": "Mått, andel (%) (-2021)"})
    assert series.last_year == 2021
    assert "2021" in series.warnings[0]


@pytest.mark.parametrize("now", ["Mått", "Mått (-2023)"])
def test_a_reopened_series_is_a_changed_title(now: str) -> None:
    with pytest.raises(ContentError, match="the title is now"):
        checked_title(wanted("Mått (-2021)"), {"title": now})


# ---- the fewest calls -----------------------------------------------------------------------------------------


def many(count: int) -> list[tuple[str, Indicator]]:
    pinned = indicator(GOOD).model_copy
    return [(f"i{n}", pinned(update={"kolada": PinnedSeries(id=f"N{n:05d}", title="x")})) for n in range(count)]


def test_all_areas_take_one_request_for_25_series_and_25_years() -> None:
    adapter = KoladaAdapter(Client("Kolada", "http://kolada.invalid/v3/"))
    plan = adapter.plan(adapter.wanted(many(60)), Scope(2012, 2026))
    data = [call for call in plan if "/data/" in call.url]
    assert len(plan) == 2 * ceil(60 / 25)
    assert not any("municipality" in call.url for call in data)
    assert all(len(call.url.partition("kpi/")[2].partition("/")[0].split(",")) <= 25 for call in plan)
    assert data[0].pages == ceil(25 * 312 * 15 / 5000)


def test_more_than_25_years_take_two_requests(project: Project) -> None:
    project.double.rows |= {(GOOD, year, "9901"): [value(1.0)] for year in (1989, 1990)}
    assert project.fetch(since=1990, only=("good",), fetched=date(2026, 1, 10)).ok
    asked = [path.partition("/year/")[2].partition("?")[0] for path in project.double.asked if "data" in path]
    assert [years.replace("%2C", ",").count(",") + 1 for years in asked] == [25, 12]
    years = read_snapshot(project.paths, "kolada").query("series == @GOOD")["year"]
    assert (years.min(), years.max()) == (1990, 2022)


def test_a_series_may_have_a_first_year_of_its_own_unless_the_fetch_is_given_one(project: Project) -> None:
    for series in (GOOD, OTHER):
        project.double.rows |= {(series, year, "9901"): [value(1.0)] for year in (2018, 2019)}
    own = project.catalog.indicators["other"]
    pinned = own.model_copy(update={"kolada": own.kolada.model_copy(update={"since": 2019})})
    project.catalog = catalog(project.catalog.indicators | {"other": pinned})
    assert project.fetch().ok
    assert first_years(project) == {GOOD: 2020, OTHER: 2019, MARGIN: 2020}
    assert project.fetch(since=2018).ok
    assert first_years(project) == {GOOD: 2018, OTHER: 2018, MARGIN: 2020}


def first_years(project: Project) -> dict[str, int]:
    return read_snapshot(project.paths, "kolada").groupby("series")["year"].min().to_dict()


def test_the_other_questions_of_a_survey_come_along(project: Project) -> None:
    project.double.titles["N90003"] = "Påhittad fråga, andel (%)"
    project.double.rows["N90003", 2022, "9901"] = [value(40.0), value(30.0, "K")]
    survey = Survey(
        name="Påhittet", publisher="made_up", unit="percent", classes=[], fewest=15, indicators=["good"],
        questions={"N90003": "Påhittad fråga, andel (%)"},
    )  # fmt: skip
    project.catalog = project.catalog.model_copy(update={"surveys": {"made_up": survey}})
    assert {result.indicator for result in project.fetch().results} == {"", "good", "other", "n90003"}
    assert read_manifest(project.folder, "kolada").series["N90003"]["publisher"] == "Påhittsverket"
    table = tidy_table(project.paths, project.catalog, load_places(project.paths))
    rows = survey_rows(table, project.catalog)
    assert set(rows["question"]) == {"good", "n90003"}
    asked = rows[rows["question"] == "n90003"]
    assert asked.to_numpy().tolist() == [
        ["made_up", "n90003", "9901", 2022, "K", 30.0],
        ["made_up", "n90003", "9901", 2022, "T", 40.0],
    ]
    assert "n90003" not in set(whole_years_of(table, project.catalog)["indicator"])  # no page shows it
    project.double.asked.clear()
    project.fetch(only=("N90003",))
    assert project.double.asked[0].startswith("kpi/N90003?")


def test_a_whole_fetch_makes_no_call_too_many(project: Project) -> None:
    series = {f"N{n:05d}": f"Mått {n}" for n in range(26)}
    project.double.titles = series
    project.double.rows = {(key, 2022, place): [value(1.0)] for key in series for place in PLACES}
    pinned = [PinnedSeries(id=key, title=title) for key, title in series.items()]
    entries = {entry.id.lower(): indicator(GOOD).model_copy(update={"kolada": entry}) for entry in pinned}
    project.catalog = catalog(entries)
    summary = project.fetch()
    assert summary.ok
    assert summary.calls == len(project.double.asked) == 2 + 2 + 2  # lists, titles of 26, figures of 26


def test_a_dry_run_sends_nothing_and_counts_what_would_be_asked(project: Project) -> None:
    day = date(2022, 6, 1)  # three years of three series and 312 areas fit into one page
    summary = project.fetch(dry_run=True, fetched=day)
    assert project.double.asked == []
    assert not list(project.paths.raw.rglob("*"))
    project.fetch(fetched=day)
    assert len(summary.planned) == summary.most_calls == len(project.double.asked)


# ---- places, groups, ranks ------------------------------------------------------------------------------------


def test_every_series_comes_for_every_place_and_its_requests_say_so(project: Project) -> None:
    assert project.fetch().ok
    rows = read_snapshot(project.paths, "kolada")
    assert {series: set(own["place"]) for series, own in rows.groupby("series")} == {key: set(PLACES) for key in TITLES}
    for series, entry in read_manifest(project.folder, "kolada").series.items():
        asked = " ".join(request["url"] for request in entry["requests"])
        assert "municipality" not in asked, series
        assert all(str(year) in asked for year in YEARS), series


def test_margins_come_along_as_series_of_their_own(project: Project) -> None:
    project.fetch(only=("good",))
    rows = read_snapshot(project.paths, "kolada")
    assert set(rows["series"]) == {GOOD, MARGIN}


def test_only_the_groups_of_the_catalogues_rule_are_kept(project: Project) -> None:
    project.double.groups.append({"id": "G1", "title": "Liknande kommuner LSS, Påhittsby, 2024", "members": ["9903"]})
    project.fetch()
    kept = read_list(project.folder, "comparison_groups")
    assert {row["group"] for row in kept} == {"G99"}
    assert [row["place"] for row in kept] == ["9902", "9911"]


def test_a_pinned_group_with_another_title_is_a_failure(project: Project) -> None:
    pinned = {"9901": ComparisonGroup(id="G99", title="Liknande kommuner, övergripande, Påhittsby, 2024")}
    comparisons = Comparisons(rule=project.catalog.comparisons.rule, pinned=pinned)
    project.catalog = project.catalog.model_copy(update={"comparisons": comparisons})
    lists = {result.id: result for result in project.fetch().results if not result.indicator}
    assert lists["comparison_groups"].state == "failed"
    assert "G99, pinned for 9901" in lists["comparison_groups"].message


def test_a_changed_division_is_stopped_until_it_is_accepted(project: Project) -> None:
    project.fetch()
    project.double.places["9917"] = "Nybygget"
    [failed] = [result for result in project.fetch().results if not result.ok]
    assert failed.id == "places"
    assert "new 9917 (K)" in failed.message
    assert project.fetch(accept=("places",)).ok
    assert "9917" in {row["place"] for row in read_list(project.folder, "places")}


def test_without_any_list_of_places_nothing_is_fetched(project: Project) -> None:
    project.double.places = {}
    with pytest.raises(SourceError, match="list of places is empty"):
        project.fetch()
    assert not [name for name in project.files() if name.startswith("N")]


def test_some_series_alone_are_fetched_for_the_places_that_are_stored(project: Project) -> None:
    project.fetch()
    project.double.asked.clear()
    project.fetch(only=("other",))
    assert [path.split("/")[0] for path in project.double.asked] == ["kpi", "data"]


# ---- what a whole fetch says ----------------------------------------------------------------------------------


def test_nothing_published_is_no_failure(project: Project) -> None:
    project.double.rows = {key: rows for key, rows in project.double.rows.items() if key[0] != OTHER}
    summary = project.fetch()
    assert {result.id: result.state for result in summary.results}[OTHER] == "nothing published"
    assert summary.ok
    assert f"{OTHER}.csv" not in project.files()


def test_a_discontinued_series_warns_and_stops_only_when_later_years_appear(project: Project) -> None:
    project.double.titles[OTHER] = TITLES[OTHER] + " (-2022)"
    [result] = [result for result in project.fetch().results if result.id == OTHER]
    assert result.state == "new"
    assert "(-2022)" in result.warnings[0]
    project.double.rows[OTHER, 2023, "9901"] = [value(1.0)]
    [result] = [result for result in project.fetch().results if result.id == OTHER]
    assert result.state == "failed"
    assert "ends 2022 but has a value for 2023" in result.message


def test_an_unknown_id_is_refused_with_the_nearest_one(project: Project) -> None:
    with pytest.raises(SourceError, match="Did you mean 'other'"):
        project.fetch(only=("othr",))
    assert project.double.asked == []


def test_two_fetches_at_once_are_refused(project: Project) -> None:
    from filelock import FileLock

    project.paths.raw.mkdir(parents=True)
    with FileLock(project.paths.raw / ".fetch.lock"), pytest.raises(SourceError, match="another 'lagesbild fetch'"):
        project.fetch()
