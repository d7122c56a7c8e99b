"""Numbers, names, times and findings as Swedish readers see them."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.swedish.findings import (
    Measure,
    alternative_text,
    comparison_finding,
    dots_finding,
    gap_finding,
    groups_finding,
    series_finding,
    shares_finding,
)
from lagesbild.swedish.numbers import (
    MINUS,
    NBSP,
    Origin,
    decimal,
    genitive,
    in_place,
    listed,
    period_text,
    signed,
    source_line,
    years_text,
)
from lagesbild.tidy.schema import typed


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


def measure(catalog: Catalog, indicator: str) -> Measure:
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


def chart_rows(*rows: dict) -> pd.DataFrame:
    """Chart rows of Påhittsby unless they say otherwise."""
    base = {"indicator": "made_up", "place": "9901", "year": 2022, "sex": "T", "group": ""}
    base |= {"name": "Påhittsby", "label": "Mått", "role": "focus"}
    frame = pd.DataFrame([base | row for row in rows])
    return typed(frame).assign(**{name: frame[name] for name in ("name", "label", "role")})


RIKET = {"place": "0000", "name": "Riket", "role": "country"}


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (16.05, 1, "16,1"),  # as published tables round, not to the even digit
        (0.25, 1, "0,3"),
        (2.675, 2, "2,68"),
        (-16.05, 1, f"{MINUS}16,1"),
        (8441.84, 1, f"8{NBSP}441,8"),
        (1234567, 0, f"1{NBSP}234{NBSP}567"),
        (999.96, 1, f"1{NBSP}000,0"),
        (-0.04, 1, "0,0"),
        (-0.0, 0, "0"),
        (5, 0, "5"),
        (1e-9, 1, "0,0"),
    ],
)
def test_a_number_is_written_the_swedish_way(value, decimals, text):
    assert decimal(value, decimals) == text


@given(st.decimals(-(10**9), 10**9, places=3), st.integers(0, 2))
def test_a_written_number_is_never_further_off_than_half_its_last_digit(value, decimals):
    text = decimal(float(value), decimals)
    read = Decimal(text.replace(NBSP, "").replace(",", ".").replace(MINUS, "-"))
    assert abs(read - value) <= Decimal(5).scaleb(-decimals - 1)
    assert not (text.startswith(MINUS) and read == 0)
    assert ("," in text) == (decimals > 0)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (3, 1, "+3,0"),
        (-46, 0, f"{MINUS}46"),
        (0, 1, "0,0"),
        (0.04, 1, "0,0"),
        (-0.04, 1, "0,0"),
        (1234, 0, f"+1{NBSP}234"),
    ],
)
def test_a_difference_has_its_sign_and_zero_has_none(value, decimals, text):
    assert signed(value, decimals) == text


def test_a_sentence_has_the_word_of_the_unit(catalog):
    crime = catalog.indicators["reported_crime"]
    assert Measure(crime, catalog.units["percent"], 1).amount(12.5) == f"12,5{NBSP}procent"
    assert Measure(crime, catalog.units["per_100k"], 0).amount(8442) == f"8{NBSP}442{NBSP}per 100 000 invånare"


@pytest.mark.parametrize(
    ("name", "form"),
    [("Umeå", "Umeås"), ("Vännäs", "Vännäs"), ("Alafors", "Alafors"), ("Schweiz", "Schweiz"), ("Växjö", "Växjös")],
)
def test_the_genitive_of_a_name_in_s_x_or_z_is_the_name(name, form):
    assert genitive(name) == form


def test_the_country_is_not_capital_inside_a_sentence():
    assert [in_place("Riket"), in_place("Påhittsby")] == ["i riket", "i Påhittsby"]


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a och b"), (["a", "b", "c"], "a, b och c")]
)
def test_words_are_listed_without_a_comma_before_och(words, text):
    assert listed(words) == text


def test_a_pooled_year_names_all_its_years_and_a_month_its_month(catalog):
    entries = catalog.indicators
    assert period_text(entries["reported_crime"], 2022) == "2022"
    assert period_text(entries["unsafe_at_night"], 2022) == "2021–2022"
    assert period_text(entries["lacking_trust"], 2022) == "2019–2022"
    assert period_text(entries["registered_unemployed_july"], 2022) == "juli 2022"


@pytest.mark.parametrize(
    ("years", "text"),
    [
        ([2022, 2022], "2022"),
        ([2022, 2021], "2021 och 2022"),
        ([2020, 2022], "2020 och 2022"),
        ([2018, 2020, 2022], "2018, 2020 och 2022"),
        ([2020, 2021, 2022], "2020–2022"),
        ([2013, 2014, 2016, 2017], "2013–2017 (saknas: 2015)"),
        ([2012, 2014, 2016, 2018], "2012–2018 (saknas: 2013, 2015 och 2017)"),
    ],
)
def test_years_are_a_span_only_where_none_is_missing(years, text):
    assert years_text(years) == text


def test_a_raw_figure_names_publisher_and_service():
    raw = [Origin("kolada", "Brå", "Kolada (RKA)"), Origin("kolada", "SCB", "Kolada (RKA)")]
    assert source_line(raw) == "Källa: Brå och SCB, hämtat från Kolada (RKA)."
    assert source_line(raw[:1] * 2) == "Källa: Brå, hämtat från Kolada (RKA)."


def test_a_computed_figure_names_the_publisher_and_never_kolada():
    assert source_line([Origin("share", "SCB")]) == "Källa: egen bearbetning av uppgifter från SCB."


def test_each_way_that_values_came_is_named_once():
    mixed = [
        Origin("kolada", "SCB", "Kolada (RKA)"),
        Origin("table", "SCB", "tabell TAB1"),
        Origin("document", "Byrån", "en rapport"),
        Origin("local", "Kommunens egna uppgifter"),
    ]
    assert source_line(mixed) == (
        "Källa: SCB, hämtat från Kolada (RKA); SCB, tabell TAB1; Byrån, läst i en rapport; "
        "Kommunens egna uppgifter, ur kommunens egen fil."
    )
    assert source_line([]) == ""


def test_the_latest_value_stands_beside_the_countrys_of_the_same_year(catalog):
    unsafe = measure(catalog, "unsafe_at_night")
    rows = chart_rows(
        {"value": 16.05},
        {"value": 20.3, "year": 2020},
        {"value": 99, "sex": "K"},
        {**RIKET, "value": 27},
        {**RIKET, "value": 29, "year": 2020},
    )
    assert comparison_finding(rows, unsafe) == (
        f"Otrygga sen kväll: 16,1{NBSP}procent i Påhittsby 2021–2022, 27,0 i riket."
    )
    alone = rows[(rows["role"] == "focus") | (rows["year"] == 2020)]
    assert comparison_finding(alone, unsafe) == f"Otrygga sen kväll: 16,1{NBSP}procent i Påhittsby 2021–2022."
    assert comparison_finding(rows[rows["role"] == "country"], unsafe) == ""


def test_a_series_is_compared_with_its_first_year_of_the_same_definition(catalog):
    crime = measure(catalog, "reported_crime")  # made in another way from 2023
    rows = chart_rows(*({"value": 9000 + year, "year": year} for year in (2020, 2022, 2023, 2024)))
    assert series_finding(rows, crime).endswith(f"i Påhittsby 2024; 11{NBSP}023 i Påhittsby 2023.")
    assert series_finding(rows[rows["year"] < 2023], crime).endswith(f"2022; 11{NBSP}020 i Påhittsby 2020.")
    assert series_finding(rows[rows["year"] <= 2023], crime).endswith(f"{NBSP}per 100 000 invånare i Påhittsby 2023.")


def test_women_and_men_are_named_first_and_the_total_last(catalog):
    safe = measure(catalog, "safe_outdoors_after_dark")
    rows = chart_rows({"value": 83.2}, {"value": 75.8, "sex": "K"}, {"value": 90.9, "sex": "M"})
    assert gap_finding(rows, safe) == (
        "Trygga ute när det är mörkt: kvinnor 75,8, män 90,9 och alla 83,2 procent i Påhittsby 2022."
    )


def test_the_shares_are_those_of_the_latest_year(catalog):
    rows = chart_rows(
        {"value": 60, "label": "Hyresrätt"},
        {"value": 40, "label": "Äganderätt"},
        {"value": 99, "label": "X", "year": 2021},
    )
    assert shares_finding(rows, measure(catalog, "rented_share")) == (
        "Hyresrätt 60,0 och äganderätt 40,0 procent i Påhittsby 2022."
    )


def test_few_groups_are_named_and_of_many_the_highest_and_the_lowest(catalog):
    well = measure(catalog, "feels_well")
    rows = chart_rows(
        *({"value": 50 + n, "group": f"Åk {n}"} for n in (7, 9, 8)), {"value": 1, "group": "Åk 7", "sex": "K"}
    )
    assert groups_finding(rows, well) == (
        "Mår bra eller mycket bra: Åk 7 57,0, Åk 9 59,0 och Åk 8 58,0 procent i Påhittsby 2022."
    )
    many = chart_rows(*({"value": 50 + n, "group": f"Åk {n}"} for n in range(1, 10)))
    assert "högst Åk 9 59,0 och lägst Åk 1 51,0 procent" in groups_finding(many, well)
    girls = chart_rows({"value": 61, "group": "Åk 7", "sex": "K"}, {"value": 63, "group": "Åk 7", "sex": "M"})
    assert "Åk 7, kvinnor 61,0 och Åk 7, män 63,0 procent" in groups_finding(girls, well)


def test_several_measures_get_a_clause_each_and_one_without_a_value_gets_none(catalog):
    measures = {name: measure(catalog, name) for name in ("reported_violent_crime", "reported_assault")}
    rows = chart_rows({"indicator": "reported_violent_crime", "value": 700})
    assert dots_finding(rows, measures) == f"Anmälda våldsbrott: 700{NBSP}per 100 000 invånare i Påhittsby 2022."
    assert dots_finding(rows.iloc[:0], measures) == ""


def test_the_alternative_text_has_kind_finding_places_years_and_count():
    rows = chart_rows({"value": 1, "year": 2020}, {"value": 2})
    text = alternative_text("Linjediagram över tid", "Det ökar.", rows, ["Påhittsby"])
    assert text == (
        "Linjediagram över tid. Det ökar. Visar Påhittsby, 2020–2022, 2 värden. "
        "Alla värden finns i tabellen under figuren."
    )
    assert alternative_text("Linje", "", rows[1:], ["Plats"] * 12).startswith(
        "Linje. Visar 12 platser, 2022, 1 värden."
    )
