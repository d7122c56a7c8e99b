"""The one tidy table: what goes in comes out under its own code and date, and what cannot be is refused."""

import math
from unittest import mock

import pandas as pd
import pytest

from copies import Copy, made_up_root
from lagesbild.charts.theme import ABSENT
from lagesbild.claims.evaluate import OBSTACLES
from lagesbild.errors import Refusal
from lagesbild.html.tables import WITHHELD
from lagesbild.places import UnknownPlace
from lagesbild.records import RecordError
from lagesbild.rules.editions import RefusedEdition
from lagesbild.sources import fetch
from lagesbild.sources.raw import load_places
from lagesbild.sources.series import STATUSES, WITHOUT_VALUE
from lagesbild.statistics import panel
from lagesbild.statistics.intervals import UNUSABLE
from lagesbild.tidy.build import SERVICES, WHOLE, store, table_at_hand
from lagesbild.tidy.schema import (
    COLUMNS,
    KEY,
    RESTATED,
    TidyError,
    checked,
    current,
    latest_years,
    rows_of,
    typed,
    up_to,
    withheld,
)
from lagesbild.tidy.suppression import HIDDEN


@pytest.fixture
def copy(tmp_path) -> Copy:
    return made_up_root(tmp_path)


def refusal(copy: Copy) -> str:
    with pytest.raises(TidyError) as error:
        copy.table()
    return str(error.value)


def of(table: pd.DataFrame, indicator: str, place: str = "9901") -> pd.DataFrame:
    return table[(table["indicator"] == indicator) & (table["place"] == place)].reset_index(drop=True)


def value(table: pd.DataFrame, indicator: str, year: int) -> float:
    """The current value of the made-up municipality."""
    [found] = of(current(table), indicator).query("year == @year")["value"]
    return found


def test_a_code_stays_text_from_every_kind_of_file_to_parquet_and_back(copy):
    copy.fetched("N07540", {("0180", 2022): 100})
    copy.own_file("a.csv", ("inequality_index", 2022, "0180", 0.2), header="indicator,year,place,value")
    copy.own_file("b.xlsx", ("reported_assault", 2022, 700), of="0180")
    copy.own_file("c.xlsx", ("feels_well", 2022, "0180", 50), header="indicator,year,place,value")
    whole = table_at_hand(copy.paths, copy.catalog)
    store(copy.paths, copy.catalog, whole)
    again = table_at_hand(copy.paths, copy.catalog)
    assert again.stored
    pd.testing.assert_frame_equal(again.rows, whole.rows)
    assert again.rows.dtypes.astype(str).to_dict() == COLUMNS
    filled = {"reported_crime", "inequality_index", "feels_well", "reported_assault"}
    assert set(again.rows.loc[again.rows["place"] == "0180", "indicator"]) == filled
    assert not again.rows["place"].isin(["180", "180.0"]).any()


def test_a_code_that_excel_made_a_number_is_refused_and_not_guessed(copy):
    copy.own_file("own.xlsx", ("inequality_index", 2022, 180, 0.2), header="indicator,year,place,value")
    with pytest.raises(TidyError, match=r"own\.xlsx \[Sheet\], row 2, column 'place': '180' .*'0180'"):
        copy.table()


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("indicator,year,value", ("inequality_indx", 2022, 0.2), "Use one of: inequality_index."),
        pytest.param(
            "indicator,year,value",
            ("reported_crime", 2022, 1),
            "is no indicator that a file may fill: it comes from elsewhere. Use one of: reported_assault.",
            id="I-37-the-nearest-that-a-file-may-fill",
        ),
        (
            "indicator,year,place,value",
            ("feels_well", 2022, "9999", 1),
            "'place': '9999' is no known place code",
        ),
        (
            "indicator,year,value",
            ("feels_well", 2022, 100.5),
            "100.5 is outside what 'feels_well' can be (procent, 0 to",
        ),
        ("indicator,year,value", ("reported_assault", 2022, -1), "-1 is outside what 'reported_assault' can be"),
        (
            "indicator,year,value",
            ("reported_assault", 2022, 100_001),
            "100001 of 'reported_assault' (per 100\xa0000 invånare): more cases than inhabitants. Correct it.",
        ),
        (
            "indicator,year,count,value",
            ("feels_well", 2022, 0, 50),
            "50 of 'feels_well' (procent): a share above 0 of no cases. Correct it.",
        ),
        ("indicator,year,count,value", ("feels_well", 2022, -5, 50), "count -5 is no number of cases. Correct it."),
        ("indicator,year,count,value", ("feels_well", 2022, 50.5, 50), "count 50.5 is no number of cases."),
        ("indicator,year,count,value", ("feels_well", 2022, 5, 0), "cases behind a value of 0. Correct it."),
        (
            "indicator,year,value",
            ("unemployed_all_july", 2022, 9),
            "month 0, but 'unemployed_all_july' is about month 7",
        ),
        ("indicator,year,month,value", ("feels_well", 2022, 7, 9), "month 7, but 'feels_well' is about the whole year"),
    ],
)
def test_an_error_in_an_own_file_is_refused_with_file_row_value_and_remedy(copy, header, row, said):
    good = ("inequality_index", 2021, *[""] * (len(row) - 3), 0.2)
    copy.own_file("own.csv", good, row, header=header)
    message = refusal(copy)
    assert message.startswith("data/raw/local/9901/own.csv, row 3")
    assert said in message
    assert "\n" not in message


def test_the_same_value_in_two_files_is_refused_with_both_places(copy):
    copy.own_file("a.csv", ("feels_well", 2022, 50))
    copy.own_file("b.xlsx", ("feels_well", 2021, 51), ("feels_well", 2022, 50))
    both = "data/raw/local/9901/a.csv, row 2 and data/raw/local/9901/b.xlsx, row 3: the same thing twice"
    assert refusal(copy).startswith(both)


def test_a_folder_that_is_not_named_after_a_municipality_is_refused(copy):
    copy.own_file("own.csv", ("feels_well", 2022, 50), of="Påhittsby")
    assert "the folder 'Påhittsby' is not named after a municipality's code. Rename it" in refusal(copy)


ROW = {"indicator": "unsafe_at_night", "place": "9901", "year": 2022, "value": 20.0, "vintage": "2024-05-01"}
CRIME = ROW | {"indicator": "reported_crime", "value": 1200.0}
PEOPLE = ROW | {"indicator": "population", "value": 5000.0}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW, ROW], "unsafe_at_night, place 9901, 2022, sex T: stands twice with vintage 2024-05-01. Remove one"),
        ([ROW | {"place": "9999"}], "place '9999' is not in data/raw/kolada/places.csv. Correct the code"),
        ([ROW | {"place": "180"}], "place 180, 2022, sex T: place is '180'"),
        ([ROW | {"value": 100.1}], "100.1 is outside 0 to 100 (procent). Correct the value"),
        ([ROW | {"sex": "X"}], "sex is 'X'"),
        ([ROW | {"month": 13}], "month is 13"),
        ([ROW | {"margin": -1.0}], "margin is -1.0"),
        ([ROW | {"margin": 0.0}], "margin is 0.0"),
        ([ROW | {"count": -1.0}], "count is -1.0"),
        (
            [ROW | {"count": 0.0}],
            "place 9901, 2022, sex T: 20 (procent): a share above 0 of no cases.",
        ),
        ([CRIME | {"value": 100_001.0}], "100001 (per 100\xa0000 invånare): more cases than inhabitants. Correct it"),
        ([CRIME | {"count": 5001.0}, PEOPLE], "1200 (per 100\xa0000 invånare): more cases than inhabitants."),
        ([PEOPLE | {"value": 0.0}], "population, place 9901, 2022, sex T: 0 (personer): a base of nobody."),
        ([CRIME | {"value": -1.0}], "-1 is outside 0 to inf (per 100\xa0000 invånare)"),
        ([ROW | {"status": "odd"}], "status is 'odd'"),
        ([ROW | {"indicator": "gone"}], "indicator is 'gone'"),
    ],
)
def test_the_table_refuses_what_it_may_not_hold(copy, rows, said):
    with pytest.raises(TidyError) as error:
        checked(typed(pd.DataFrame(rows)), copy.catalog, load_places(copy.paths))
    assert said in str(error.value)


def test_what_the_table_may_hold_passes_unchanged(copy):
    table = typed(pd.DataFrame([ROW, ROW | {"vintage": "2025-05-01"}, ROW | {"year": 2021, "value": math.nan}]))
    pd.testing.assert_frame_equal(checked(table, copy.catalog, load_places(copy.paths)), table)


def test_parts_over_their_total_are_refused_but_for_the_years_left_out(copy):
    copy.fetched("N07901", {("9901", 2015): 900, ("9901", 2021): 203})
    copy.fetched("N07913", {("9901", 2015): 400})
    assert refusal(copy).startswith("dwellings, place 9901, 2021: its parts add up to 101 % of it.")
    copy.fetched("N07901", {("9901", 2021): 201})
    assert 2015 not in set(of(copy.table(), "rented_share")["year"])
    assert 2015 in set(of(copy.table(), "rented_dwellings")["year"])


def test_parts_are_held_against_the_total_that_is_current(copy):
    copy.fetched("N07901", {("9901", 2021): 300}, date="2024-06-01")
    assert "2021: its parts add up to 125 % of it" in refusal(copy)
    copy.fetched("N07913", {("9901", 2021): 500}, date="2024-07-01")
    assert value(copy.table(), "rented_share", 2021) == 60


def test_a_share_is_computed_from_its_parts_and_follows_their_revisions(copy):
    assert value(copy.table(), "rented_share", 2022) == 50
    copy.fetched("N07901", {("9901", 2022): 150}, date="2024-06-01")
    table = copy.table()
    assert value(table, "rented_share", 2022) == 37.5
    assert of(table, "rented_share").query("year == 2022")["vintage"].tolist() == ["2024-05-01", "2024-06-01"]
    assert value(table, "owned_share", 2022) == 25
    copy.fetched("N07913", {("9901", 2022): 500}, date="2024-07-01")
    assert [value(copy.table(), key, 2022) for key in ("rented_share", "owned_share")] == [30, 20]


def test_a_share_of_a_withdrawn_part_has_no_value_left(copy):
    copy.fetched("N07901", {("9901", 2022): math.nan}, date="2024-06-01", status="missing")
    assert math.isnan(value(copy.table(), "rented_share", 2022))
    assert latest_years(current(copy.table()), "9901")["rented_share"] == 2021


def test_a_margin_of_error_stands_beside_its_value_and_nowhere_else(copy):
    copy.fetched("N07657", {("9901", 2022): 2.5, ("9902", 2019): 3})
    table = copy.table()
    rows = of(table, "unsafe_at_night").set_index("year")["margin"]
    assert rows[2022] == 2.5
    assert math.isnan(rows[2020])
    assert table["margin"].notna().sum() == 1
    copy.fetched("N07657", {("9901", 2022): 0}, date="2024-05-15")
    assert of(copy.table(), "unsafe_at_night").set_index("year")["margin"].isna().all()
    copy.fetched("N07657", {("9901", 2022): 2.25}, date="2024-06-01")
    assert of(copy.table(), "unsafe_at_night").set_index("year")["margin"][2022] == 2.25


def test_a_revised_series_keeps_both_vintages_and_the_latest_is_current(copy):
    copy.fetched("N07540", {("9901", 2020): 9111}, date="2024-06-01")
    table = copy.table()
    rows = of(table, "reported_crime").query("year == 2020")
    assert list(zip(rows["vintage"], rows["value"], strict=True)) == [("2024-05-01", 9000), ("2024-06-01", 9111)]
    assert value(table, "reported_crime", 2020) == 9111
    assert value(table, "reported_crime", 2022) == 9002
    assert not current(table).duplicated(KEY[:-1]).any()


def test_a_withdrawn_value_is_current_without_a_number(copy):
    copy.fetched("N07540", {("9901", 2022): math.nan}, date="2024-06-01", status="missing")
    table = current(copy.table())
    assert latest_years(table, "9901")["reported_crime"] == 2020
    assert rows_of(table, ["reported_crime"], ["9901"])["year"].tolist() == [2020]
    assert withheld(table, ["reported_crime"], ["9901"])["year"].tolist() == [2022]


def test_an_own_file_fills_its_slot_with_count_status_and_no_vintage(copy):
    copy.own_file(
        "own.csv",
        ("feels_well", 2021, "K", "Åk 7", "61,5", 120, ""),
        ("feels_well", 2022, "M", "Åk 7", "<5", "", ""),
        ("feels_well", 2023, "T", "", 70, "", "preliminary"),
        header="indicator,year,sex,group,value,count,status",
    )
    rows = of(copy.table(), "feels_well")
    assert rows[["year", "sex", "group", "status", "vintage"]].values.tolist() == [
        [2021, "K", "Åk 7", "", ""],
        [2022, "M", "Åk 7", "hidden", ""],
        [2023, "T", "", "preliminary", ""],
    ]
    assert rows["value"].tolist() == pytest.approx([61.5, math.nan, 70], nan_ok=True)
    assert rows["count"].tolist() == pytest.approx([120, math.nan, math.nan], nan_ok=True)


def test_a_service_goes_before_a_document_where_it_has_a_value(copy):
    lines = [f"fte_sick_pay,9901,{year},0,T,,{year - 2000},,,sidan" for year in (2020, 2021, 2022, 2023)]
    copy.document("support_profiles", *lines)
    copy.fetched("fte_sick_pay", {("9901", 2021): 500, ("9902", 2021): 600})
    copy.fetched("fte_sick_pay", {("9901", 2022): math.nan}, status="incomplete")
    copy.fetched("fte_sick_pay", {("9901", 2023): math.nan}, status="hidden")
    table = copy.table()
    rows = of(table, "fte_sick_pay").set_index("year")
    assert rows["value"].to_dict() == pytest.approx({2020: 20, 2021: 500, 2022: 22, 2023: math.nan}, nan_ok=True)
    assert rows["vintage"].tolist() == ["2022-05-01", "2024-05-01", "2022-05-01", "2024-05-01"]
    assert of(table, "fte_sick_pay", "9902")["value"].tolist() == [600]


def test_an_edition_has_no_row_of_a_later_year(copy):
    table = copy.table()
    assert up_to(table, 2021)["year"].max() == 2021
    assert len(up_to(table, 2021)) == (table["year"] <= 2021).sum()


def test_rows_come_in_the_order_asked_for_and_then_by_year(copy):
    rows = rows_of(current(copy.table()), ["unsafe_at_night", "reported_crime"], ["0000", "9901"])
    assert list(zip(rows["indicator"], rows["place"], rows["year"], strict=True)) == [
        ("unsafe_at_night", "0000", 2022),
        ("unsafe_at_night", "9901", 2020),
        ("unsafe_at_night", "9901", 2022),
        *[("reported_crime", place, year) for place in ("0000", "9901") for year in (2020, 2022)],
    ]


def test_the_data_dictionary_describes_every_indicator_and_every_column(copy):
    copy.page("overview")
    lines = (copy.paths.processed / "data_dictionary.md").read_text("utf-8").splitlines()
    cells = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    assert set(cells) == {*copy.catalog.stored, *COLUMNS}
    assert cells["reported_crime"].endswith("| per 100\xa0000 invånare | kolada | 6 | 3 | 2020-2022 |")
    assert cells["feels_well"].endswith("| local | 0 | 0 | - |")


def test_the_table_is_rebuilt_when_its_input_changes_and_not_otherwise(copy):
    copy.page("overview")
    never = mock.patch("lagesbild.tidy.build.tidy_table", side_effect=AssertionError("built again"))
    (copy.paths.raw / ".fetch.lock").touch()
    with never:
        assert copy.page("work").data["value"].max() == 14002
    copy.fetched("N07540", {("0000", 2022): 14555}, date="2024-06-01")
    with never, pytest.raises(AssertionError, match="built again"):
        copy.page("work")
    assert copy.page("work").data["value"].max() == 14555
    copy.own_file("own.csv", ("reported_assault", 2022, 15000))
    assert copy.page("work").data["value"].max() == 15000


@pytest.mark.parametrize("content", [b"", b"PAR1 cut off", b"half"])
def test_a_damaged_table_is_made_again(copy, content):
    whole = copy.page("work").data
    path = copy.paths.processed / "tidy.parquet"
    path.write_bytes(path.read_bytes()[:-40] if content == b"half" else content)
    assert not table_at_hand(copy.paths, copy.catalog).stored
    pd.testing.assert_frame_equal(copy.page("work").data, whole)
    assert table_at_hand(copy.paths, copy.catalog).stored


def test_a_folder_that_takes_no_files_costs_no_report(copy, monkeypatch):
    copy.paths.processed.write_text("a file in its place", "utf-8")
    page = copy.page("work")
    assert page.data["value"].max() == 14002
    assert len(page.judged.directions)
    assert copy.paths.processed.read_text("utf-8") == "a file in its place"
    copy.paths.processed.unlink()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    copy.page("overview")
    with monkeypatch.context() as broken:
        broken.setattr("lagesbild.tidy.build._replaced", full)
        copy.fetched("N07540", {("0000", 2022): 14555}, date="2024-06-01")
        assert copy.page("work").data["value"].max() == 14555  # never the old one
    assert not table_at_hand(copy.paths, copy.catalog).stored
    assert copy.page("work").data["value"].max() == 14555
    assert table_at_hand(copy.paths, copy.catalog).stored


@pytest.mark.parametrize(
    ("municipality", "year", "kind"),
    [
        ("9999", 2024, UnknownPlace),
        ("0099", 2024, UnknownPlace),
        ("../9901", 2024, UnknownPlace),
        (9901, 2024, RefusedEdition),
        ("9901", "2024", RefusedEdition),
        ("9901", 2030, RefusedEdition),
        ("9903", 2024, RefusedEdition),
    ],
)
def test_a_refused_edition_writes_nothing(copy, municipality, year, kind):
    before = copy.files()
    with pytest.raises(kind):
        copy.page("overview", municipality, year)
    assert copy.files() == before


def test_a_broken_assessment_and_a_broken_snapshot_are_refused_before_anything_is_written(copy):
    judged = copy.paths.assessments / "9901" / "2024.yml"
    judged.parent.mkdir(parents=True)
    judged.write_text("edition: [", "utf-8")
    before = copy.files()
    with pytest.raises(RecordError, match=r"9901/2024\.yml:2: broken YAML"):
        copy.page("overview")
    assert copy.files() == before
    judged.unlink()
    (copy.kolada / "N07540.csv").write_text("place\n", "utf-8")
    with pytest.raises(Refusal, match=r"N07540\.csv: the file is not the one that was fetched on 2024-05-01"):
        copy.page("overview")
    assert not copy.paths.processed.exists()


def test_a_missing_snapshot_is_refused_with_what_to_run(copy):
    (copy.kolada / "places.csv").unlink()
    with pytest.raises(Refusal, match=r"data/raw/kolada/places\.csv is missing.*'lagesbild fetch'"):
        copy.page("overview")


def test_no_room_names_another_status_than_those_of_the_one_list():
    """The statistics import nothing of ours, and charts and tables word only some; so each is compared here."""
    assert set(WITHOUT_VALUE) <= UNUSABLE <= set(STATUSES)
    assert (panel.RESTATED, panel.WHOLE) == (RESTATED, WHOLE)
    assert WITHHELD.keys() | ABSENT.keys() | OBSTACLES.keys() | {HIDDEN} <= set(STATUSES)


def test_the_table_is_made_from_every_service_that_is_fetched():
    assert tuple(service.source for service in fetch.SERVICES) == SERVICES
