"""Everything that is said of a figure comes from the rows that its cell passes: take a place out, and it is gone.

Laws 3 and 4 of the house. The rows are those of the notebooks' own cells; the regional ones are in test_region_report.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from lxml import html

import helpers
from copies import Copy, made_up_root
from helpers import compare, show_figure
from helpers.report import Report
from lagesbild import charts
from lagesbild.html.render import Component
from lagesbild.publishing.pages import download_of
from test_page import SLOTS

PAGES = ["overview", "no_vulnerable_areas", "equal_power", "childhood", "housing", "work"]
# a figure of each chart that shows several places, and a place in it that is not the municipality
PLACES = {
    1: "Luleå",
    3: "Lund",
    4: "Linköping",
    8: "Örebro",
    9: "Lund",
    12: "Lund",
    15: "Luleå",
    18: "Riket",
    22: "Riket",
}


@dataclass
class Call:
    """What a cell passed to show_figure."""

    report: Report
    rows: pd.DataFrame
    chart: Callable[..., Any]

    def shown(self, number: int, rows: pd.DataFrame) -> Component:
        return show_figure(self.report, number, rows, self.chart)


def calls_of(copy: Copy, monkeypatch: pytest.MonkeyPatch, municipality: str, pages: list[str]) -> dict[int, Call]:
    """Figure -> what the notebooks' cells passed for it."""
    calls: dict[int, Call] = {}

    def noted(report: Report, number: int, rows: pd.DataFrame, chart: Callable[..., Any], **more: Any) -> Component:
        calls[number] = Call(report, rows, chart)
        return show_figure(report, number, rows, chart, **more)

    monkeypatch.setattr(helpers, "show_figure", noted)
    for page in pages:
        copy.run(page, municipality)
    return calls


@pytest.fixture(scope="module")
def calls(frozen) -> dict[int, Call]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return calls_of(frozen, monkeypatch, "2480", PAGES)


def texts(component: Component) -> dict[str, str]:
    """Where a figure says something -> what it says there."""
    tree = html.fromstring(component.html)
    wide, narrow = tree.xpath("//svg")
    assert wide.xpath("./title")[0].text == narrow.xpath("./title")[0].text == component.record["alternative"]
    return {
        "picture": " ".join(text.text_content() for text in wide.xpath(".//text")),
        "heading": component.record["finding"] or component.record["title"],
        "alternative": component.record["alternative"],
        "subtitle": component.record["subtitle"],
        "notes": " ".join(component.record["notes"]),
        "table": " ".join(tree.xpath("//table")[0].text_content().split()),
        "download": download_of(component.record),
    }


def saying(component: Component, name: str) -> set[str]:
    """Where a figure names something."""
    pattern = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    return {where for where, text in texts(component).items() if pattern.search(text)}


@pytest.mark.parametrize(("number", "name"), PLACES.items())
def test_a_place_taken_out_of_the_rows_is_out_of_everything_that_is_said(calls, number, name):
    call = calls[number]
    before = call.shown(number, call.rows)
    named = saying(before, name)
    assert {"table", "download"} <= named
    assert named & {"picture", "alternative", "notes"}
    after = call.shown(number, call.rows[call.rows["name"] != name])
    assert saying(after, name) == set()
    assert saying(after, "Umeå") >= {"heading", "download"}


def test_the_charts_of_several_places_are_all_among_those_figures(calls):
    several = {call.chart for call in calls.values() if call.rows["place"].nunique() > 1}
    assert {calls[number].chart for number in PLACES} | {charts.dots_by_year} >= several


def test_the_country_taken_out_of_the_rows_is_out_of_the_heading(calls):
    for number in (3, 4, 18, 23):
        call = calls[number]
        assert "i riket" in call.shown(number, call.rows).record["finding"]
        alone = call.shown(number, call.rows[call.rows["place"] != "0000"])
        assert alone.record["finding"]
        assert saying(alone, "riket") == set()


def test_the_municipality_taken_out_of_the_rows_is_not_told_as_if_it_were_there(calls):
    call = calls[4]
    others = call.shown(4, call.rows[call.rows["place"] != "2480"])
    assert saying(others, "Umeå") == set()
    assert others.record["finding"] == ""


@pytest.mark.parametrize("number", [3, 4, 9, 12, 15, 18, 22])
def test_one_changed_value_changes_picture_heading_alternative_table_and_download(calls, number):
    call = calls[number]
    own = call.rows[(call.rows["place"] == "2480") & call.rows["value"].notna()]
    last = own[own["year"] == own["year"].max()].index[0]
    changed = call.rows.assign(value=call.rows["value"].mask(call.rows.index == last, 77.0))
    before, after = (texts(call.shown(number, rows)) for rows in (call.rows, changed))
    assert {where for where in before if before[where] != after[where]} >= {
        "picture", "heading", "alternative", "table", "download",
    }  # fmt: skip
    for where in ("picture", "heading", "alternative", "table", "download"):
        assert re.search(r"\b77\b", after[where]), where
        assert not re.search(r"\b77\b", before[where].replace("2477", "")), where


def test_changed_values_are_said_to_be_computed_and_published_ones_are_not(calls):
    call = calls[4]
    published = call.shown(4, call.rows)
    assert "som de är publicerade" in published.html
    assert "Egen bearbetning" not in published.html
    changed = call.shown(4, call.rows.assign(value=call.rows["value"] / 10))
    assert "omräknade i anteckningsboken" in changed.html
    assert "Egen bearbetning" in changed.record["source"]


# Charts of one place: their parts and groups are what a cell takes out.


@pytest.mark.parametrize("number", [13, 14, 16, 19, 25])
def test_a_part_taken_out_of_an_own_file_is_out_of_everything(tmp_path, monkeypatch, number):
    copy = made_up_root(tmp_path)
    page, name, header, lines, kind, _ = SLOTS[number]
    copy.own_file(name, *lines, header=header)
    call = calls_of(copy, monkeypatch, "9901", [page])[number]
    by = "group" if call.rows["group"].nunique() > 1 else "indicator"
    part = call.rows[by].unique()[-1]
    said = part if by == "group" else copy.catalog.indicators[part].label
    assert call.chart is getattr(charts, kind)
    assert saying(call.shown(number, call.rows), said) >= {"picture", "table", "download"}
    rest = call.rows[call.rows[by] != part]
    chart = charts.lines if number == 25 else call.chart
    assert saying(show_figure(call.report, number, rest, chart), said) == set()


@pytest.mark.parametrize(("number", "label"), [(17, "Hyresrätt"), (21, "Inskrivna i juli"), (24, "Fristående skolor")])
def test_a_measure_taken_out_of_the_rows_is_out_of_everything(calls, number, label):
    call = calls[number]
    labels = {name: entry.label for name, entry in call.report.catalog.indicators.items()}
    assert saying(call.shown(number, call.rows), label) >= {"picture", "heading", "table", "download"}
    rest = call.rows[call.rows["indicator"].map(labels) != label]
    chart = charts.lines if number == 21 else call.chart
    assert not saying(show_figure(call.report, number, rest, chart), label) & {
        "picture",
        "heading",
        "table",
        "download",
    }


# Law 4: a place that was asked for and has no value stays in the rows.


def test_every_peer_has_a_row_for_every_year_and_sex_of_a_series(frozen):
    report = frozen.page("no_vulnerable_areas", "2480")
    rows = report.data[(report.data["group"] == "") & report.data["place"].isin(report.peers)]
    counts = rows.groupby(["indicator", "year", "month", "sex"])["place"].nunique()
    assert len(counts) > 300
    assert set(counts) == {len(report.peers)}
    lacking = rows[rows["value"].isna()]
    assert len(lacking) > 100
    assert set(lacking["status"]) <= {"missing", "hidden", "not_applicable"}
    assert not rows.duplicated(["indicator", "place", "year", "month", "sex"]).any()


def test_the_latest_year_keeps_those_without_a_value_and_the_page_names_them(calls):
    call = calls[4]
    assert set(call.rows["place"]) == set(call.report.peers)
    lacking = sorted(call.rows.loc[call.rows["value"].isna(), "name"])
    note = next((note for note in call.shown(4, call.rows).record["notes"] if note.startswith("Saknar värde")), "")
    assert all(name in note for name in lacking)


@pytest.mark.parametrize(("number", "said"), [(12, "Saknar värde: "), (21, "Saknar värde: "), (22, "Saknar värde: ")])
def test_also_figures_12_21_and_22_name_who_lacks_a_value(calls, number, said):
    call = calls[number]
    wider = call.report.rows_of(["2480", "0000", "2403"])
    rows = wider[wider["indicator"].isin(set(call.rows["indicator"])) & wider["sex"].eq("T")]
    rows = rows.assign(value=rows["value"].mask(rows["place"] == "2403"))
    rows = compare.latest_year(rows, "2480") if number == 12 else rows
    chart = charts.small_lines if number == 21 else call.chart
    notes = show_figure(call.report, number, rows, chart).record["notes"]
    assert any(note.startswith(said) and "Bjurholm" in note for note in notes)


# What a cell may not pass, and what it adds.


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ("2480", r"'2480' is one text\. Write a list of codes: \['2480'\]"),
        (["Umeå"], "'Umeå' is no code. Did you mean '2480', Umeå"),
        (["Linköpin"], "Did you mean '0580', Linköping"),
        (["2489"], "'2489' is no place .*Near it: 2401 Nordmaling"),
        ([2480], "2480 is not text. Write the code in quotes"),
    ],
)
def test_a_name_an_unknown_code_or_a_bare_text_among_places_is_refused_with_the_nearest(frozen, places, said):
    report = frozen.page("no_vulnerable_areas", "2480")
    with pytest.raises(Exception, match=said):
        report.rows_of(places)


def test_rows_that_hold_nothing_are_refused_where_the_municipality_has_values(calls):
    call = calls[3]
    with pytest.raises(
        ValueError, match=r"hold no value, though the municipality has some of reported_crime\. They hold"
    ):
        call.shown(3, call.rows[call.rows["indicator"] == "reported_crim"])
    with pytest.raises(Exception, match=r"'Umeå' is no code. Did you mean '2480'"):
        call.shown(3, call.rows.assign(place="Umeå"))
    with pytest.raises(ValueError, match=r"'reported_crim' is no indicator .* Did you mean 'reported_crime'"):
        call.shown(3, call.rows.assign(indicator="reported_crim"))


def test_a_place_that_the_cell_added_is_named_and_valued_in_the_chart(calls):
    report = calls[3].report
    rows = report.rows_of(["2480", "0000", "0380"]).query("indicator == 'reported_crime' and sex == 'T'")
    figure = show_figure(report, 3, rows, charts.lines)
    value = rows[(rows["place"] == "0380") & rows["value"].notna()].sort_values("year")["value"].iloc[-1]
    assert saying(figure, "Uppsala") >= {"picture", "alternative", "subtitle", "table", "download"}
    number = f"{value:,.0f}".replace(",", "\u00a0")
    assert f"Uppsala\u00a0{number}" in texts(figure)["picture"]


def test_own_groups_keep_the_order_of_their_file(tmp_path):
    copy = made_up_root(tmp_path)
    groups = ["Mycket bra", "Bra", "Dåligt", "Mycket dåligt"]
    lines = [("families_by_income_standard", year, group, 25) for year in (2020, 2021) for group in groups]
    copy.own_file("own.csv", *lines, header="indicator,year,group,value")
    assert list(dict.fromkeys(copy.page("childhood").data.query("group != ''")["group"])) == groups
    figure = copy.figure("childhood", 14)
    assert [column["header"] for column in figure.record["table"]["columns"][1:]] == groups


def test_what_a_cell_may_end_with_has_a_short_repr(calls):
    call = calls[3]
    assert len(repr(call.report)) < 100
    assert len(repr(call.shown(3, call.rows))) < 200


# What rows may be like, and what is then said.


def test_rows_of_one_sex_or_one_group_say_so(calls, tmp_path, monkeypatch):
    call = calls[8]
    women = call.shown(8, call.rows[call.rows["sex"] == "K"])
    assert "Rekommenderar andra att flytta hit, kvinnor: " in women.record["finding"]
    assert women.record["subtitle"].endswith(", kvinnor.")
    assert women.record["table"]["caption"].endswith(", kvinnor.")
    copy = made_up_root(tmp_path)
    page, name, header, lines, _, _ = SLOTS[19]
    copy.own_file(name, *lines, header=header)
    own = calls_of(copy, monkeypatch, "9901", [page])[19]
    assert own.shown(19, own.rows[own.rows["group"] == "Ensam"]).record["subtitle"].endswith(", Ensam.")


def test_a_hidden_value_is_never_shown_though_a_cell_has_one(calls):
    call = calls[4]
    own = call.rows["place"] == "0000"
    shown = call.shown(4, call.rows.assign(status=call.rows["status"].mask(own, "hidden")))
    value = f"{call.rows.loc[own, 'value'].iloc[0]:.1f}".replace(".", ",")
    assert value not in " ".join(texts(shown).values())
    assert "Några värden är dolda för att skydda enskilda." in shown.record["notes"]


def test_a_group_of_an_own_file_without_a_value_stays_in_the_table(tmp_path):
    copy = made_up_root(tmp_path)
    lines = [
        ("housing_cost_over_half_of_income", 2022, group, value) for group, value in (("Ensam", 21.5), ("Par", ""))
    ]
    copy.own_file("own.csv", *lines, header="indicator,year,group,value")
    rows = copy.figure("housing", 19).record["table"]["rows"]
    assert rows == (("Ensam", "21,5"), ("Par", ".."))


def test_another_measure_is_said_to_be_chosen_in_the_notebook(calls):
    call = calls[3]
    other = call.report.data.query("indicator == 'unsafe_at_night' and place == '2480' and sex == 'T'")
    shown = show_figure(call.report, 3, other, charts.lines)
    assert (shown.record["state"], shown.record["state_text"]) == ("chosen", "Valt i anteckningsboken")
    assert call.shown(3, call.rows).record["state"] == "exact"


def test_a_changed_margin_is_a_changed_value(calls):
    call = calls[3]
    changed = call.shown(3, call.rows.assign(margin=100.0))
    assert "omräknade i anteckningsboken" in changed.html


def test_a_year_that_lacks_a_part_is_not_told_in_the_heading(calls):
    call = calls[17]
    last = call.rows["year"].max()
    rented = call.rows["indicator"] == "rented_share"
    lacking = call.rows[~(rented & (call.rows["year"] == last))]
    assert f"Umeå {last - 1}." in call.shown(17, lacking).record["finding"]
    alone = show_figure(call.report, 17, call.rows[rented], charts.share_bars)
    assert "Hyresrätt: " in texts(alone)["picture"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": float("inf")}, r"value 'inf' \(reported_crime, place 2480\) is no value"),
        ({"year": 2022.5}, r"year '2022\.5' .* is no year"),
        ({"year": "i fjol"}, "year 'i fjol' .* is no year"),
        ({"value": "många"}, "value 'många' .* is no value"),
    ],
)
def test_numbers_that_are_none_are_refused_with_their_place(calls, change, said):
    call = calls[3]
    rows = call.rows[call.rows["place"] == "2480"].head(1)
    with pytest.raises(ValueError, match=said):
        call.shown(3, rows.assign(**change))


def test_rows_may_have_text_years_float_years_and_categories(calls):
    call = calls[4]
    expected = call.shown(4, call.rows)
    for kind in ("str", "float"):
        assert call.shown(4, call.rows.assign(year=call.rows["year"].astype(kind))).html == expected.html
    names = {name: call.rows[name].astype("category") for name in ("indicator", "place", "name", "sex")}
    assert call.shown(4, call.rows.assign(**names)).html == expected.html
    assert call.shown(4, call.rows.set_index("place", drop=False)).html == expected.html


# What a cell must not do without a word.


def test_years_after_the_edition_and_two_units_on_one_axis_are_refused(calls):
    call = calls[3]
    with pytest.raises(ValueError, match="rows of 2030 in the edition of 2024"):
        call.shown(3, call.rows.dropna(subset=["value"]).assign(year=2030).drop_duplicates(["place"]))
    both = call.report.data.query(
        "indicator in ['reported_crime', 'unsafe_at_night'] and place == '2480' and sex == 'T'"
    )
    with pytest.raises(ValueError, match=r"per 100 000 invånare and procent on one axis\. Use charts\.small_lines"):
        show_figure(call.report, 3, both, charts.lines)
    assert "<svg" in show_figure(call.report, 3, both, charts.small_lines).html


def test_recomputed_values_have_their_own_unit_label_and_badge(calls):
    call = calls[3]
    rows = call.rows.assign(value=call.rows["value"] / 1000, unit="promille", label="Brott i promille", decimals=1)
    shown = call.shown(3, rows).record
    assert shown["finding"].startswith("Brott i promille: 9\u00a0promille i Umeå")
    assert shown["subtitle"].startswith("Brott i promille. Promille. Umeå och")
    assert (shown["state"], shown["state_text"]) == ("changed", "Omräknat i anteckningsboken")


def test_rows_that_lost_their_names_and_order_still_begin_with_the_municipality(calls):
    call = calls[3]
    means = call.rows.groupby(["indicator", "place", "year"], as_index=False)["value"].mean()
    assert "Umeå och 8 jämförda platser" in call.shown(3, means).record["subtitle"]
