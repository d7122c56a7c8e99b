"""Alternative texts: a formula for each shape of rows, between 100 and 250 characters, that never is the heading."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.charts import KINDS
from lagesbild.swedish.alternatives import (
    LONGEST,
    SHORTEST,
    Written,
    alternative_text,
    changes_text,
    fitted,
    ordered_text,
)
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.headings import figure_heading
from lagesbild.swedish.numbers import NBSP
from made_up_rows import RIKET, chart_rows


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


def measures(catalog: Catalog, *names: str) -> dict[str, Measure]:
    return {name: Measure(catalog.indicators[name], catalog.unit_of(name), catalog.decimals_of(name)) for name in names}


def peers(*values: float, **more: object) -> list[dict]:
    return [
        {"value": value, "place": f"99{at}", "name": f"By {at}", "role": "peer"} | more
        for at, value in enumerate(values, 10)
    ]


def of(indicator: str, *rows: dict) -> pd.DataFrame:
    return chart_rows(*({"indicator": indicator} | row for row in rows))


def test_one_year_has_highest_lowest_and_where_the_municipality_lies(catalog):
    rows = of("unemployed", {"value": 5.0}, *peers(7.0, 4.0, 6.0), RIKET | {"value": 5.5})
    assert alternative_text("Staplar", measures(catalog, "unemployed"), rows, "lower") == (
        "Staplar: andelen arbetslösa av befolkningen, Påhittsby, tre liknande kommuner och riket, 2022. "
        "Högst By 10, 7,0 procent, lägst By 11, 4,0. Påhittsby ligger på plats 4 av 5 uppifrån, 5,0. Lägre är bättre."
    )
    first = of("unemployed", {"value": 9.0}, *peers(7.0, 4.0))
    assert "Högst Påhittsby, 9,0 procent" in alternative_text("Staplar", measures(catalog, "unemployed"), first)


def test_several_years_have_first_last_and_turning_point_and_who_stands_out(catalog):
    own = [{"value": value, "year": year} for year, value in ((2019, 5.0), (2020, 8.0), (2021, 6.0), (2022, 4.0))]
    rows = of("unemployed", *own, *peers(3.0), RIKET | {"value": 5.5})
    text = alternative_text("Linjer", measures(catalog, "unemployed"), rows)
    assert "Påhittsby: från 5,0 (2019) till 4,0 (2022) procent, högst 8,0 (2020)." in text
    assert "2022 högst riket, 5,5, lägst By 10, 3,0." in text
    straight = of("unemployed", *own[:2])
    assert "från 5,0 (2019) till 8,0 (2020) procent." in alternative_text(
        "Linjer", measures(catalog, "unemployed"), straight
    )


def test_a_series_begins_where_its_definition_does(catalog):
    rows = of("unemployed", *({"value": 5.0 + year % 10, "year": year} for year in range(2019, 2025)))
    text = alternative_text("Linjer", measures(catalog, "unemployed"), rows)
    assert "Påhittsby: från 8,0 (2023) till 9,0 (2024) procent." in text  # other ages from 2023


def test_women_and_men_have_both_values_and_the_widest_gap(catalog):
    pairs = [(75.8, 90.9, {}), (60.0, 90.0, peers(0.0)[0]), (80.0, 81.0, peers(0.0, 0.0)[1])]
    rows = of(
        "safe_outdoors_after_dark",
        *(at | {"value": value, "sex": sex} for *both, at in pairs for value, sex in zip(both, "KM", strict=True)),
    )
    text = alternative_text("Punkter", measures(catalog, "safe_outdoors_after_dark"), rows)
    assert "Påhittsby: kvinnor 75,8, män 90,9 procent." in text.replace(NBSP, " ")
    assert "Störst skillnad: By 10, kvinnor 60,0, män 90,0. Minst: By 11." in text


def test_groups_have_the_highest_and_the_lowest_of_the_last_year(catalog):
    rows = of(
        "feels_well",
        *({"value": 40.0 + n, "group": f"åk {n}", "year": year} for n in (7, 8, 9) for year in (2021, 2022)),
    )
    text = alternative_text("Små diagram", measures(catalog, "feels_well"), rows)
    assert "Högst åk 9, 49,0 procent, lägst åk 7, 47,0." in text


def test_several_measures_have_a_sentence_each(catalog):
    rows = pd.concat(
        [of("sick_pay_days", {"value": 9.0}, RIKET | {"value": 10.0}), of("ill_health_days", {"value": 21.0})]
    )
    text = alternative_text("Punkter", measures(catalog, "sick_pay_days", "ill_health_days"), rows.assign(label="x"))
    assert "Sjukpenningtal: Påhittsby 9,0 dagar; högst riket, 10,0." in text.replace(NBSP, " ")
    assert "Ohälsotal: Påhittsby 21,0 dagar." in text.replace(NBSP, " ")


@pytest.mark.parametrize("names", [("unemployed",), ("sick_pay_days", "ill_health_days", "received_social_assistance")])
@pytest.mark.parametrize("place", ["Upplands Väsby", "Å"])
def test_every_kind_of_chart_has_a_text_of_its_length_that_is_not_the_heading(catalog, names, place):
    shapes = [
        [{"value": 5.0}],
        [{"value": 5.0}, *peers(*range(1, 9)), RIKET | {"value": 5.5}],
        [{"value": float(year % 7), "year": year} for year in range(2008, 2023)],
        [{"value": 5.0, "sex": sex} for sex in "TKM"],
        [{"value": 5.0 + n, "group": f"hushåll av ett visst slag {n}"} for n in range(6)],
        [{"value": float(year % 7), "year": year} | who for who in ({}, *peers(*range(9))) for year in (2020, 2022)],
    ]
    for shape in shapes:
        rows = pd.concat([of(name, *shape) for name in names], ignore_index=True)
        rows["name"] = rows["name"].mask(rows["role"] == "focus", place)
        known = measures(catalog, *names)
        heading = figure_heading(known, rows, None, 2024)
        for kind in KINDS.values():
            text = alternative_text(kind, known, rows)
            assert SHORTEST <= len(text) <= LONGEST, text
            assert text.startswith(kind)
            assert heading not in text


def test_a_drawing_of_an_analysts_own_begins_as_it_is_described(catalog):
    rows = of("unemployed", {"value": 5.0}, *peers(7.0))
    text = alternative_text("Ett moln av punkter.", measures(catalog, "unemployed"), rows)
    assert text.startswith("Ett moln av punkter: andelen arbetslösa")
    long = alternative_text("Ett moln. " * 40, measures(catalog, "unemployed"), rows)
    assert SHORTEST <= len(long) <= LONGEST


# What the regional charts use.

SHARE = Written(lambda value: f"{value:.1f}".replace(".", ","), "procent")


def test_orders_and_changes_can_be_told_of_any_names():
    assert ordered_text("Staplar", {"A": 1.0, "B": 3.0, "C": 2.0}, SHARE, "C").startswith(
        "Staplar Högst B, 3,0 procent, lägst A, 1,0. C ligger på plats 2 av 3 uppifrån, 2,0."
    )
    assert changes_text("Streck.", {"A": {2020: 1.0, 2021: 3.0}, "B": {2021: 4.0}}, SHARE).startswith(
        "Streck. A: från 1,0 (2020) till 3,0 (2021) procent. 2021 högst B, 4,0, lägst A, 3,0."
    )


@given(st.lists(st.text("abc ", min_size=1, max_size=120), min_size=1, max_size=6))
def test_a_fitted_text_is_never_too_long_or_too_short(parts):
    parts = [f"{part.strip() or 'x'} och så vidare i texten." for part in parts]
    assert SHORTEST <= len(fitted(parts)) <= LONGEST
