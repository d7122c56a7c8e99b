"""Tables under figures and their files: one value a cell, every absence explained, nothing that Excel would run."""

import csv
import io
import math

import pandas as pd
import pytest

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.html.components import DataTable
from lagesbild.html.tables import csv_field, csv_text, data_table, values_of
from lagesbild.swedish.findings import Measure
from lagesbild.tidy.schema import typed

NAMES = {"9901": "Påhittsby", "9902": "Sagostad"}
LABELS = {"reported_crime": "Brott", "unsafe_at_night": "Otrygga", "lacking_trust": "Utan tillit"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


def chart_rows(*rows: dict) -> pd.DataFrame:
    base = {
        "indicator": "unsafe_at_night",
        "place": "9901",
        "year": 2022,
        "month": 0,
        "sex": "T",
        "group": "",
        "status": "",
    }
    frame = typed(pd.DataFrame([base | row for row in rows]))
    return frame.assign(name=frame["place"].map(NAMES), label=frame["indicator"].map(LABELS), role="focus")


@pytest.fixture
def table(catalog):
    def of(*rows: dict) -> DataTable:
        frame = chart_rows(*rows)
        measures = {
            key: Measure(catalog.indicators[key], catalog.unit_of(key), 1) for key in frame["indicator"].unique()
        }
        return data_table(frame, measures, "Rubrik")

    return of


def lines(table: DataTable) -> list[tuple[str, ...]]:
    return [tuple(column.header for column in table.columns), *table.rows]


def test_several_years_head_the_rows_in_order_whichever_place_has_them(table):
    shown = table(
        {"indicator": "reported_crime", "year": 2021, "value": 2},
        {"indicator": "reported_crime", "year": 2022, "value": 3},
        {"indicator": "reported_crime", "year": 2020, "value": 4, "place": "9902"},
        {"indicator": "reported_crime", "year": 2021, "value": 1234.5, "place": "9902"},
    )
    assert lines(shown) == [
        ("År", "Påhittsby", "Sagostad"),
        ("2020", "..", "4,0"),
        ("2021", "2,0", "1\u00a0234,5"),
        ("2022", "3,0", ".."),
    ]
    assert shown.symbols == (("..", "uppgift saknas i underlaget"),)
    assert [column.numeric for column in shown.columns] == [False, True, True]


def test_one_year_has_places_for_rows_and_names_the_unit(table):
    shown = table({"value": 16.05, "margin": 2.5}, {"value": 20, "place": "9902"})
    assert lines(shown) == [("Plats", "Värde, procent"), ("Påhittsby", "16,1 ± 2,5"), ("Sagostad", "20,0")]
    assert shown.symbols == ()


def test_women_and_men_are_columns_and_groups_rows(table):
    shown = table(
        *({"value": 10 + n, "sex": sex, "group": "Åk 7"} for n, sex in enumerate("KM")),
        {"value": 30, "sex": "K"},
    )
    assert lines(shown) == [("Grupp", "Kvinnor", "Män"), ("Åk 7", "10,0", "11,0"), ("Alla grupper", "30,0", "..")]


def test_measures_of_a_year_each_have_the_year_in_their_heading(table):
    shown = table(
        {"indicator": "reported_crime", "year": 2023, "value": 1},
        {"indicator": "lacking_trust", "year": 2022, "value": 2},
        {"indicator": "lacking_trust", "year": 2022, "value": 3, "place": "9902"},
    )
    assert lines(shown) == [
        ("Plats", "Brott (2023)", "Utan tillit (2019–2022)"),
        ("Påhittsby", "1,0", "2,0"),
        ("Sagostad", "..", "3,0"),
    ]


def test_pooled_years_and_months_are_named_in_full(table):
    years = table({"value": 1, "year": 2020}, {"value": 2})
    assert [line[0] for line in years.rows] == ["2019–2020", "2021–2022"]
    months = table({"indicator": "reported_crime", "value": 1, "month": 7}, {"indicator": "reported_crime", "value": 2})
    assert [line[0] for line in months.rows] == ["2022", "juli 2022"]


def test_hidden_and_not_applicable_have_symbols_of_their_own_and_each_is_explained(table):
    shown = table(
        {"value": math.nan, "status": "hidden"},
        {"value": math.nan, "status": "not_applicable", "place": "9902"},
        {"value": math.nan, "status": "missing", "year": 2021},
        {"value": 1, "year": 2021, "place": "9902"},
    )
    assert lines(shown)[1:] == [("2020–2021", "..", "1,0"), ("2021–2022", "x", "–")]
    assert dict(shown.symbols) == {
        "..": "uppgift saknas i underlaget",
        "x": "dold för att skydda enskilda",
        "–": "frågan är inte tillämplig",
    }


def test_two_values_for_one_cell_are_refused_and_not_chosen_between(table):
    with pytest.raises(ValueError, match="table 'Rubrik': two values for"):
        table({"value": 1}, {"value": 2})


def downloaded(rows: pd.DataFrame) -> str:
    """The file that the publisher writes of chart rows."""
    values = values_of(rows)
    return csv_text([values.headers, *values.rows])


def test_the_file_opens_in_swedish_excel():
    text = downloaded(
        chart_rows(
            {"value": 16.05, "margin": 2.5, "count": 1200}, {"value": math.nan, "status": "hidden", "place": "9902"}
        )
    )
    assert text.startswith("\ufeffindikator;mått;kod;plats;år;")
    assert text.count("\r\n") == text.count("\n") == 3
    first, second = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    assert (first["värde"], first["felmarginal"], first["antal"], first["kod"]) == ("16,05", "2,5", "1200", "9901")
    assert (second["värde"], second["status"]) == ("", "hidden")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "-cmd", "+cmd", "@x", "\t=1", " =1", "\n-5", "--5", "-5-3", "+1 2", "+0,42 procentenheter", "-1,2,3"],
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert csv_field(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "+3,5",
        "-0.5",
        "+4 %",
        "+4\u00a0%",
        "-12%",
        "+1\u00a0234,5",
        " -5",
        "\u22125,2",
        "\u2212cmd",
        "1=1",
        "–",
        "",
    ],
)
def test_a_number_and_a_text_that_nothing_runs_stay_as_they_are(text):
    assert csv_field(text) == text
