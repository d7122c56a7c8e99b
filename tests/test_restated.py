"""Years of an older definition in today's: proved place by place from the published count, or left cut."""

import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copies import Copy, made_up_root
from helpers import show_figure
from helpers.rows import measure_of
from lagesbild import charts
from lagesbild.charts.series import drawn_rows, foot
from lagesbild.charts.theme import frame_of
from lagesbild.claims.evaluate import Obstacle, Reading, in_the_way
from lagesbild.swedish.findings import measure_notes
from lagesbild.tidy.build import data_dictionary, restated
from lagesbild.tidy.schema import RESTATED, breaks_in, revisions, typed

VIOLENCE = "reported_violent_crime"
PEOPLE = {2019: 5000, 2020: 5100, 2021: 5050, 2022: 5200}
CASES = {2020: 40, 2021: 55, 2022: 47}
OLD = {year: round(100_000 * cases / PEOPLE[year], 5) for year, cases in CASES.items()}
NEW = {year: 100_000 * cases / ((PEOPLE[year] + PEOPLE[year - 1]) / 2) for year, cases in CASES.items()}


# The proof, and what becomes of the rows.


@pytest.fixture
def copy(tmp_path) -> Copy:
    """Three made-up places with inhabitants; violence of two of them to 2023, in the older form up to 2022."""
    copy = made_up_root(tmp_path)
    places = ("9901", "9902", "0000")
    copy.fetched("N01951", {(place, year): people for place in places for year, people in PEOPLE.items()})
    copy.fetched("N07403", {(p, year): value for p in places[:2] for year, value in (OLD | {2023: 900.0}).items()})
    return copy


def violence(table: pd.DataFrame, place: str = "9901") -> pd.DataFrame:
    return table[(table["indicator"] == VIOLENCE) & (table["place"] == place)].set_index("year")


def figure(copy: Copy, places: list[str]):
    """Figure 6 of the made-up municipality, of these places, and the rows that it was drawn from."""
    report = copy.page("no_vulnerable_areas")
    rows = report.data.query("indicator == @VIOLENCE and place in @places")
    return show_figure(report, 6, rows, charts.lines), rows


def notes_of(copy: Copy, places: list[str]) -> list[str]:
    report = copy.page("no_vulnerable_areas")
    rows = report.data.query("indicator == @VIOLENCE and place in @places").dropna(subset=["value"])
    return measure_notes(measures(copy), rows)


def measures(copy: Copy):
    return {VIOLENCE: measure_of(copy.catalog, VIOLENCE)}


def test_a_rate_is_restated_from_its_count_over_the_mean_population(copy):
    rows = violence(copy.table())
    assert rows["value"].to_dict() == pytest.approx(NEW | {2023: 900})
    assert rows["count"].to_dict() == pytest.approx(CASES | {2023: math.nan}, nan_ok=True)
    assert rows["published"].to_dict() == pytest.approx(OLD | {2023: math.nan}, nan_ok=True)
    assert rows["status"].to_dict() == dict.fromkeys(CASES, RESTATED) | {2023: ""}


def test_the_published_case_comes_out(copy):
    """Kolada's crimes of a municipality in 2022: 8,441.8 in the older form, 8,481.5 in today's, both 11,163 crimes."""
    copy.fetched("N01951", {("9903", 2021): 130_997, ("9903", 2022): 132_235})
    copy.fetched("N07403", {("9903", 2022): 8441.78923})
    row = violence(copy.table(), "9903").loc[2022]
    assert (round(row["value"], 1), row["count"], row["status"]) == (8481.5, 11_163, RESTATED)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(3000, 3_000_000)), min_size=2, max_size=6))
def test_restated_values_give_the_counts_back_and_doing_it_twice_changes_nothing(frozen, years):
    people = [n for _, n in years]
    rows = [
        {"indicator": "population", "place": "9901", "year": 2010 + at, "value": n} for at, n in enumerate(people)
    ] + [
        {"indicator": VIOLENCE, "place": "9901", "year": 2010 + at, "value": round(100_000 * cases / n, 5)}
        for at, (cases, n) in enumerate(years)
    ]
    table = typed(pd.DataFrame(rows).assign(vintage="2024-05-01"))
    out = restated(table, frozen.catalog)
    for at, (cases, n) in list(enumerate(years))[1:]:
        row = violence(out).loc[2010 + at]
        assert row["value"] * (n + people[at - 1]) / 2 / 100_000 == pytest.approx(cases)
        assert row["count"] == cases
    pd.testing.assert_frame_equal(restated(out, frozen.catalog), out)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({("9901", 2021): 1000.0}, "2021: 1000, 50.50 cases, no whole number."),
        ({("9903", 2021): 1000.0}, "2021: 1000, the population is not at hand."),
    ],
)
def test_a_place_without_the_proof_keeps_what_is_published_and_the_dictionary_says_why(copy, values, said):
    copy.fetched("N07403", values)
    ((place, _), value), *_ = values.items()
    table = copy.table()
    rows = violence(table, place)
    assert set(rows["status"]) == {""}
    assert rows["value"][2021] == value
    assert rows["published"].isna().all()
    assert set(violence(table, "9902")["status"]) == {RESTATED, ""}
    lines = data_dictionary(table, copy.catalog).splitlines()
    assert f"- {VIOLENCE}, place {place}, sex T: {said}" in lines
    assert f"- {VIOLENCE}: {1 if place == '9901' else 2} of {2 if place == '9901' else 3}." in lines


def test_a_year_without_last_years_inhabitants_has_no_value_but_keeps_what_is_published(copy):
    copy.fetched("N07403", {("9901", 2019): round(100_000 * 31 / 5000, 5)})
    row = violence(copy.table()).loc[2019]
    assert math.isnan(row["value"])
    assert (row["status"], row["published"], row["count"]) == ("missing", 620, 31)


def test_where_both_forms_are_published_they_must_agree_and_a_restated_value_is_no_revision(copy):
    copy.fetched("N07403", {("9901", 2022): round(NEW[2022], 5)}, date="2024-06-01")
    table = copy.table()
    both = violence(table).loc[2022]
    assert both["status"].tolist() == [RESTATED, ""]
    assert both["value"].tolist() == pytest.approx([NEW[2022]] * 2, abs=0.0001)
    assert revisions(table).empty
    copy.fetched("N07403", {("9901", 2022): NEW[2022] + 1}, date="2024-07-01")
    table = copy.table()
    assert set(violence(table)["status"]) == {""}
    assert len(revisions(table)) == 2


def test_a_revised_count_is_a_revision(copy):
    copy.fetched("N07403", {("9901", 2022): round(100_000 * 50 / 5200, 5)}, date="2024-06-01")
    [row] = revisions(copy.table()).itertuples()
    assert (row.year, row.old, row.new) == (2022, pytest.approx(NEW[2022]), pytest.approx(NEW[2022] * 50 / 47))


# What a reader sees of it.


def test_only_the_break_that_is_mended_goes_and_only_where_all_years_are_restated(copy):
    entry = copy.catalog.indicators[VIOLENCE]
    earlier = entry.breaks[0].model_copy(update={"year": 2021})
    several = entry.model_copy(update={"breaks": [earlier, *entry.breaks]})
    rows = violence(copy.table()).reset_index()
    assert [cut.year for cut in breaks_in(several, rows)] == [2021]
    one_place_more = pd.concat([rows, rows.assign(place="9902", status="")])
    assert [cut.year for cut in breaks_in(several, one_place_more)] == [2021, 2023]
    assert [cut.year for cut in breaks_in(several, rows.query("year > 2022"))] == [2021, 2023]
    one_year_as_published = rows.assign(status=rows["status"].where(rows["year"] != 2022, ""))
    assert [cut.year for cut in breaks_in(several, one_year_as_published)] == [2021]


def test_a_restated_series_is_drawn_unbroken_and_marked_with_both_forms_to_download(copy):
    shown, _ = figure(copy, ["9901", "9902"])
    assert "Till och med 2022: egen bearbetning" in shown.html
    assert "Streckad linje" not in shown.html
    assert "Ihålig punkt" not in shown.html
    assert shown.record["source"].startswith(
        "Källa: egen bearbetning av uppgifter från Brottsförebyggande rådet (Brå) och"
    )
    values = shown.record["values"]
    lines = [dict(zip(values["columns"], row, strict=True)) for row in values["rows"]]
    own = {line["year"]: line for line in lines if line["place"] == "9901"}
    assert own[2022]["published"] == OLD[2022]
    assert own[2022]["value"] == pytest.approx(NEW[2022])
    assert own[2022]["status"] == RESTATED
    assert own[2023]["published"] is None
    assert re.search(r">917\*<", shown.html)
    assert "egen bearbetning, omräknat till dagens definition" in shown.html
    assert "Värden med stjärna i tabellen är egen bearbetning" in shown.html
    [note] = [text for text in notes_of(copy, ["9901"]) if text.startswith("Egen bearbetning: ")]
    assert "2020–2022 är omräknat från antal brott delat med folkmängden den 31 december till" in note
    assert not [text for text in notes_of(copy, ["9901"]) if text.startswith("2023: ")]


def test_beside_a_place_without_the_proof_the_break_is_marked_and_cuts_that_place_alone(copy):
    copy.fetched("N07403", {("9902", 2021): 1000.0})
    shown, rows = figure(copy, ["9901", "9902"])
    assert "Streckad linje, 2023: " in shown.html
    [note] = [text for text in notes_of(copy, ["9901", "9902"]) if text.startswith("Inte omräknat för Sagostad, där")]
    assert "2020–2022" in note
    assert [text for text in notes_of(copy, ["9901", "9902"]) if text.startswith("2023: ")]
    rows = rows.dropna(subset=["value"]).assign(label="Våld", role="peer")
    drawn = drawn_rows(rows, frame_of(measures(copy), rows), "lines")
    assert drawn.groupby("place")["segment"].nunique().to_dict() == {"9901": 1, "9902": 2}


def test_the_foot_names_the_measure_where_another_is_as_published(copy):
    rows = violence(copy.table()).reset_index().assign(label="Våld", role="focus", name="Påhittsby")
    two = pd.concat([rows, rows.assign(label="Brott", indicator="reported_crime", status="")])
    frame = frame_of(measures(copy), rows)
    assert foot(rows, frame) == ["Till och med 2022: egen bearbetning"]
    assert foot(two, frame) == ["Våld, till och med 2022: egen bearbetning"]


def test_a_restated_value_is_no_hollow_dot_on_its_line(copy):
    rows = violence(copy.table()).reset_index().assign(label="Våld", role="focus", name="Påhittsby")
    frame = frame_of(measures(copy), rows)
    preliminary = rows.assign(status=rows["status"].where(rows["year"] != 2021, "preliminary"))
    dots = [len(charts.lines(shown, frame).axes[0].collections) for shown in (rows, preliminary)]
    assert dots[1] == dots[0] + 1


def test_a_claim_may_compare_a_restated_year_with_a_later_one_and_no_other(copy):
    entries = [copy.catalog.indicators[VIOLENCE]]
    assert in_the_way(entries, 2022, 2023, Reading(900, restated=True)) is Obstacle.NONE
    assert in_the_way(entries, 2022, 2023, Reading(900)) is Obstacle.SERIES_BREAK


def test_no_source_may_state_that_a_value_is_restated(copy):
    row = ("inequality_index", 2022, 0.2, RESTATED)
    copy.own_file("own.csv", row, header="indicator,year,value,status")
    with pytest.raises(Exception, match="'restated' is no status"):
        copy.table()
