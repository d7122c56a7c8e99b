"""Numbers, names, times and the line over a figure as Swedish readers see them."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.swedish.findings import Measure, figure_subtitle, footnote_of, measure_name
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
from made_up_rows import RIKET, chart_rows


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


def measure(catalog: Catalog, indicator: str) -> Measure:
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


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
    assert Measure(crime, catalog.units["per_100k"], 0).amount(8442) == f"8{NBSP}442{NBSP}per 100{NBSP}000 invånare"


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


@pytest.mark.parametrize(
    ("indicator", "name"),
    [
        ("neither_in_work_nor_study", "Invånare 16–24 år som varken arbetar eller studerar"),
        ("good_place_to_live", "Kommunen är en bra plats att bo och leva på"),
        ("unsafe_at_night", "Otrygghet vid utomhusvistelse sen kväll i det egna bostadsområdet"),
        ("evictions", "Verkställda vräkningar (avhysningar)"),
        ("children_evicted", "Verkställda vräkningar/avhysningar som berör barn"),
        ("ill_health_days", "Ohälsotal"),
        ("unemployment_bas", "Arbetslöshet, 20–64 år, befolkningens arbetsmarknadsstatus (BAS)"),
        ("social_relations_index", "Sociala relationer och tillit – Kommunindex"),
        ("rented_share", "Bostäder med hyresrätt, andel av bostäderna"),
    ],
)
def test_a_measure_is_called_by_its_title_without_survey_unit_and_closing_year(catalog, indicator, name):
    assert measure_name(catalog.indicators[indicator]) == name


def test_a_line_over_the_drawing_says_measure_unit_places_by_their_kind_and_years(catalog):
    rows = chart_rows({"value": 1.0}, {"value": 2.0, "year": 2021}, RIKET | {"value": 2.0})
    peers = [{"value": 1.0, "place": f"99{n}", "name": f"By {n}", "role": "peer"} for n in range(10, 13)]
    unsafe = {"unsafe_at_night": measure(catalog, "unsafe_at_night")}
    line = figure_subtitle(unsafe, rows)
    assert line.endswith("i det egna bostadsområdet. Procent. Påhittsby och riket, 2020–2021 och 2021–2022.")
    several = chart_rows({"value": 1.0}, *peers, RIKET | {"value": 2.0})
    assert figure_subtitle(unsafe, several).endswith("Påhittsby, tre liknande kommuner och riket, 2021–2022.")
    assert "Påhittsby, By 10 och By 11, " in figure_subtitle(unsafe, chart_rows({"value": 1.0}, *peers[:2]))
    both = unsafe | {"reported_crime": measure(catalog, "reported_crime")}
    assert figure_subtitle(both, rows).startswith(
        f"Andelen otrygga ute sent på kvällen och antalet anmälda brott. Procent och per 100{NBSP}000 invånare. "
    )


def test_one_short_note_stands_under_a_figure_and_the_others_in_its_details():
    long = "x" * 200
    assert footnote_of(["", long, "Kort.", "Andra."], ["Kort.", "Sist."]) == ("Kort.", (long, "Andra.", "Sist."))
    assert footnote_of([long]) == ("", (long,))
    assert footnote_of([]) == ("", ())


def test_a_catalogues_text_has_no_plain_space_between_thousands_but_in_pinned_titles(catalog):
    texts = [unit.text + unit.symbol + unit.difference for unit in catalog.units.values()]
    texts += [figure.title for figure in catalog.figures.values()]
    texts += [f"{e.title} {e.definition} {e.caveat} {e.own_definition}" for e in catalog.indicators.values()]
    assert [text for text in texts if re.search(r"\d 000\b", text)] == []
    assert "100 000" in catalog.indicators["reported_crime"].kolada.title  # as Kolada has it


def test_a_subject_is_short_and_definite_and_a_clause_has_its_verb_in_both_tenses(catalog):
    entries = catalog.indicators.values()
    assert max(len(entry.subject) for entry in entries) <= 40
    assert {entry.subject for entry in entries if not re.search(r"(en|et|na|n|t|s)\b", entry.subject.split()[0])} == {
        "Sjuk- och aktivitetsersättningen"
    }
    assert [entry.clause for entry in entries if entry.clause and entry.unit != "percent"] == []
