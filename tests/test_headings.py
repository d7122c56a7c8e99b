"""Headings by rule: order, comparison and change where the rows and the judgements hold them; else plain values."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from copies import REPOSITORY
from helpers.rows import chart_rows as chart_rows_of
from helpers.rows import measures_of, with_cases
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.swedish.alternatives import LONGEST, SHORTEST, alternative_text
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.headings import MOST, figure_heading, measure_heading
from lagesbild.swedish.numbers import NBSP
from made_up_rows import RIKET, change, chart_rows, difference, direction, judgements, rank

NOW, LATER = 2023, 2024  # editions in which 2022 is told as the present, and as the past


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


def measure(catalog: Catalog, indicator: str, **changes: object) -> Measure:
    entry = catalog.indicators[indicator].model_copy(update=changes)
    return Measure(entry, catalog.unit_of(indicator), catalog.decimals_of(indicator))


def both(value: float, other: float, **more: object) -> pd.DataFrame:
    """Påhittsby's value of 2022 and riket's."""
    return chart_rows({"value": value} | more, RIKET | {"value": other})


# Values side by side, and alone.


def test_values_that_no_rule_parts_stand_side_by_side(catalog):
    jobless = measure(catalog, "unemployment_bas")
    assert measure_heading(jobless, both(3.0, 5.4), None, NOW) == (
        f"Arbetslösheten är 3,0{NBSP}procent i Påhittsby och 5,4 i riket"
    )
    assert measure_heading(jobless, both(3.0, 5.4), None, LATER) == (
        f"Arbetslösheten var 3,0{NBSP}procent i Påhittsby och 5,4 i riket 2022"
    )
    for verdict in ("within", "unknown"):
        judged = judgements(differences=[difference(3.0, 5.4, verdict)])
        assert "och 5,4 i riket" in measure_heading(jobless, both(3.0, 5.4), judged, NOW)


def test_what_is_not_among_the_rows_is_not_said(catalog):
    jobless = measure(catalog, "unemployment_bas")
    judged = judgements(differences=[difference(3.0, 5.4, "lower")], directions=[direction("decreased", 2015, 2022)])
    alone = measure_heading(jobless, chart_rows({"value": 3.0}), judged, NOW)
    assert alone == f"Arbetslösheten är 3,0{NBSP}procent i Påhittsby 2022"
    earlier = chart_rows({"value": 3.0}, RIKET | {"value": 5.4, "year": 2021})
    assert measure_heading(jobless, earlier, judged, NOW) == alone
    country = chart_rows(RIKET | {"value": 5.4})
    assert measure_heading(jobless, country, judged, NOW) == f"Arbetslösheten är 5,4{NBSP}procent i riket 2022"
    assert measure_heading(jobless, country.iloc[:0], judged, NOW) == ""


def test_the_persons_of_a_known_count_stand_beside_the_percent(catalog):
    helped = measure(catalog, "received_social_assistance")
    rows = chart_rows({"value": 1.9, "count": 2473.0})
    assert measure_heading(helped, rows, None, NOW) == (
        f"Andelen med ekonomiskt bistånd är 1,9{NBSP}procent, omkring 2{NBSP}500 personer, i Påhittsby 2022"
    )


def test_a_month_is_told_once_and_pooled_years_all(catalog):
    july = measure(catalog, "registered_unemployed_july")
    assert measure_heading(july, chart_rows({"value": 2873.0}), None, LATER) == (
        f"Antalet inskrivna arbetslösa i juli var 2{NBSP}873{NBSP}personer i Påhittsby 2022"
    )
    unsafe = measure(catalog, "unsafe_at_night")
    assert measure_heading(unsafe, chart_rows({"value": 16.1}), None, LATER).endswith("i Påhittsby 2021–2022")


# Order and comparison.


def test_a_decided_difference_is_lower_or_higher_with_both_values(catalog):
    days = measure(catalog, "ill_health_days")
    lower = judgements(differences=[difference(21.5, 22.0, "lower")])
    assert measure_heading(days, both(21.5, 22.0), lower, NOW) == (
        f"Ohälsotalet är lägre i Påhittsby än i riket: 21,5 mot 22,0{NBSP}dagar"
    )
    higher = judgements(differences=[difference(23.6, 22.0, "higher")])
    assert measure_heading(days, both(23.6, 22.0), higher, LATER) == (
        f"Ohälsotalet var högre i Påhittsby än i riket 2022: 23,6 mot 22,0{NBSP}dagar"
    )
    many = measure(catalog, "ill_health_days", subject="Dagarna med ohälsa", plural=True)
    assert measure_heading(many, both(21.5, 22.0), lower, NOW).startswith("Dagarna med ohälsa är färre i Påhittsby än")


@pytest.mark.parametrize("value", [21.6, 3.0])
def test_a_changed_value_gets_no_stored_verdict(catalog, value):
    days = measure(catalog, "ill_health_days")
    judged = judgements(
        differences=[difference(21.5, 22.0, "lower")], ranks=[rank(4, value=21.5)],
        changes=[change(30.0, 21.5, -5.0)],
    )  # fmt: skip
    assert "fjärde lägst" in measure_heading(days, both(21.5, 22.0), judged, NOW)
    said = measure_heading(days, both(value, 22.0), judged, NOW)
    assert said.endswith("i Påhittsby och 22,0 i riket")
    changed_country = measure_heading(days, both(21.5, 25.0), judgements(differences=judged_rows(judged)), NOW)
    assert changed_country.endswith("i Påhittsby och 25,0 i riket")


def judged_rows(judged) -> list[dict]:
    return judged.differences.to_dict("records")


@pytest.mark.parametrize(
    ("value", "other", "text"),
    [
        (8965, 14090, "Drygt en tredjedel färre anmälda brott per invånare än i riket"),
        (12_000, 10_000, "En femtedel fler anmälda brott per invånare än i riket"),
        (5_000, 10_000, "Hälften så många anmälda brott per invånare som i riket"),
        (19_000, 10_000, "Knappt dubbelt så många anmälda brott per invånare som i riket"),
        (9_300, 10_000, f"Antalet anmälda brott är lägre än i riket: 9{NBSP}300 mot 10{NBSP}000 per 100{NBSP}000 inv"),
    ],
)
def test_a_rate_is_compared_in_words_per_inhabitant(catalog, value, other, text):
    crime = measure(catalog, "reported_crime")
    verdict = "lower" if value < other else "higher"
    judged = judgements(differences=[difference(value, other, verdict, poisson=0.01)])
    said = measure_heading(crime, both(value, other), judged, NOW)
    assert said.replace(" i Påhittsby", "").replace(f"000{NBSP}per", "000 per").startswith(text)
    assert measure_heading(crime, both(value, other), judgements(), NOW).endswith("i riket")
    assert "drygt" not in measure_heading(crime, both(value, other), None, NOW).lower()


@pytest.mark.parametrize(("cases", "in_words"), [(9.9, False), (10.0, True)])
def test_a_relative_difference_needs_ten_cases(catalog, cases, in_words):
    crime = measure(catalog, "reported_crime")
    by_noise = judgements(differences=[difference(50.0, 75.0, "lower", poisson=cases**-0.5)])
    assert measure_heading(crime, both(50.0, 75.0), by_noise, NOW).startswith("En tredjedel färre") is in_words
    unknown = judgements(differences=[difference(50.0, 75.0, "lower", poisson=0.0)])
    counted = both(50.0, 75.0, cases=cases)
    assert measure_heading(crime, counted, unknown, NOW).startswith("En tredjedel färre") is in_words
    assert not measure_heading(crime, both(50.0, 75.0), unknown, NOW).startswith("En tredjedel")
    level = measure(catalog, "reported_assault_of_women_indoors")
    said = measure_heading(level, counted, unknown, NOW)
    assert ("är en tredjedel lägre per invånare än i riket" in said) is in_words


def test_an_order_is_told_of_the_first_and_last_ten_where_the_difference_to_riket_is_sure(catalog):
    idle, rows = measure(catalog, "neither_in_work_nor_study"), chart_rows({"value": 5.0})
    lower = [difference(5.0, 7.0, "lower")]
    said = measure_heading(idle, rows, judgements(ranks=[rank(4)], differences=lower), LATER)
    assert said == "Andelen unga utan arbete eller studier var fjärde lägst bland landets kommuner 2022"
    shared = judgements(ranks=[rank(4), rank(4, place="9902")], differences=lower)
    assert "var delad fjärde lägst " in measure_heading(idle, rows, shared, LATER)
    for unsure in (
        judgements(ranks=[rank(4)], differences=[difference(5.0, 7.0, "within")]),
        judgements(ranks=[rank(4)], differences=[difference(5.0, 7.0, "higher")]),
        judgements(ranks=[rank(4)]),
        judgements(ranks=[rank(11)], differences=lower),
        judgements(ranks=[rank(4, reason="too_uncertain")], differences=lower),
        judgements(ranks=[rank(4, year=2021)], differences=lower),  # a rank and a value of two years
    ):
        assert "lägst" not in measure_heading(idle, rows, unsure, LATER)
    fewer = judgements(ranks=[rank(2, n=268)], differences=lower)
    assert measure_heading(idle, rows, fewer, LATER).endswith("näst lägst bland 268 kommuner med värde 2022")


# Change.


def series(*values: float, last: int = 2022) -> pd.DataFrame:
    first = last - len(values) + 1
    return chart_rows(*({"value": value, "year": first + at} for at, value in enumerate(values)))


def test_has_decreased_is_said_by_the_direction_rule_only_and_with_its_whole_window(catalog):
    days, rows = measure(catalog, "ill_health_days"), series(*range(30, 20, -1))
    judged = judgements(directions=[direction("decreased", 2013, 2022)])
    assert measure_heading(days, rows, judged, NOW) == (
        f"Ohälsotalet har minskat i Påhittsby från 30,0 till 21,0{NBSP}dagar 2013–2022"
    )
    assert measure_heading(days, rows, judged, LATER).startswith("Ohälsotalet minskade i Påhittsby från 30,0")
    up = judgements(directions=[direction("increased", 2013, 2022)])
    assert "har ökat" in measure_heading(days, series(*range(20, 30)), up, NOW)
    assert "ökat" not in measure_heading(days, rows, up, NOW)  # the rows' own ends say otherwise
    turned = judgements(directions=[direction("turned", 2013, 2022)])
    assert measure_heading(days, rows, turned, LATER) == (
        f"Ohälsotalet vände i Påhittsby 2013–2022, senast 21,0{NBSP}dagar"
    )
    plain = f"Ohälsotalet är 21,0{NBSP}dagar i Påhittsby 2022"
    for nothing in (
        None,
        judgements(),
        judgements(directions=[direction("no_movement", 2013, 2022)]),
        judgements(directions=[direction("decreased", 2013, 2022, weak=True)]),
        judgements(directions=[direction("decreased", 2013, 2021)]),
    ):
        assert measure_heading(days, rows, nothing, NOW) == plain
    assert measure_heading(days, rows[rows["year"] != 2017], judged, NOW) == plain


def test_a_survey_changed_only_where_it_left_the_shift_that_all_places_share(catalog):
    work, rows = measure(catalog, "integration_work_done_well"), series(27.7, 38.5)
    assert measure_heading(work, rows, judgements(changes=[change(27.7, 38.5, 3.0)]), NOW) == (
        "Andelen nöjda med integrationsarbetet har ökat mer än i andra kommuner 2021–2022"
    ) or "från 27,7 till 38,5" in measure_heading(work, rows, judgements(changes=[change(27.7, 38.5, 3.0)]), NOW)
    for nothing in (change(27.7, 38.5, 2.5), change(27.7, 38.5, -3.0), change(27.0, 38.5, 3.0)):
        assert "ökat" not in measure_heading(work, rows, judgements(changes=[nothing]), NOW)


# Women and men, groups.


def sexes(women: float, men: float, **more: object) -> pd.DataFrame:
    return chart_rows({"value": 80.0} | more, {"value": women, "sex": "K"} | more, {"value": men, "sex": "M"} | more)


def test_a_gap_is_said_where_it_is_decided_else_both_values_stand(catalog):
    safe, rows = measure(catalog, "safe_outdoors_after_dark"), sexes(75.8, 90.9)
    sure = judgements(differences=[difference(75.8, 90.9, "lower") | {"sex": "K-M", "other": "M"}])
    assert measure_heading(safe, rows, sure, LATER) == (
        "Andelen trygga utomhus när det är mörkt var lägre bland kvinnor än bland män 2022"
    )
    unsure = judgements(differences=[difference(75.8, 90.9, "within") | {"sex": "K-M", "other": "M"}])
    for judged in (unsure, None):
        said = measure_heading(safe, rows, judged, LATER)
        assert (len(said) <= MOST, "75,8" in said, "90,9" in said, "lägre" in said) == (True, True, True, False)
    changed = measure_heading(safe, sexes(70.0, 90.9), sure, LATER)
    assert ("70,0" in changed, "lägre" in changed) == (True, False)


def test_rows_of_one_sex_say_so_and_take_that_sexs_verdicts(catalog):
    safe = measure(catalog, "safe_outdoors_after_dark", subject="Andelen trygga")
    rows = chart_rows({"value": 75.8, "sex": "K"}, RIKET | {"value": 70.0, "sex": "K"})
    assert measure_heading(safe, rows, judgements(differences=[difference(75.8, 70.0, "higher")]), NOW) == (
        f"Andelen trygga bland kvinnor är 75,8{NBSP}procent i Påhittsby och 70,0 i riket"
    )
    women = judgements(differences=[difference(75.8, 70.0, "higher") | {"sex": "K"}])
    assert measure_heading(safe, rows, women, NOW).startswith("Andelen trygga bland kvinnor är högre i Påhittsby än")


def test_groups_stand_by_name_where_they_are_few_and_else_from_the_lowest_to_the_highest(catalog):
    well = measure(catalog, "feels_well")
    few = chart_rows({"value": 61.5, "group": "åk 7"}, {"value": 48.0, "group": "åk 9"})
    assert measure_heading(well, few, None, LATER) == (
        f"Andelen elever som mår bra var 61,5{NBSP}procent (åk 7) och 48,0 (åk 9) 2022"
    )
    many = chart_rows(*({"value": 40.0 + n, "group": f"åk {n}"} for n in range(1, 10)))
    assert measure_heading(well, many, None, LATER) == (
        f"Andelen elever som mår bra var från 41,0 (åk 1) till 49,0{NBSP}procent (åk 9) 2022"
    )


# Shares in words.


def test_a_share_with_a_clause_is_said_in_words(catalog):
    graduated = measure(catalog, "graduated_in_four_years_home")
    assert measure_heading(graduated, chart_rows({"value": 82.3}), None, NOW) == (
        "Drygt åtta av tio tar examen inom fyra år"
    )
    assert measure_heading(graduated, chart_rows({"value": 82.3}), None, LATER) == (
        "Drygt åtta av tio tog examen inom fyra år 2022"
    )
    assert measure_heading(graduated, chart_rows({"value": 96.0}), None, LATER) == (
        f"Andelen med examen inom fyra år var 96,0{NBSP}procent i Påhittsby 2022"
    )
    rented = measure(catalog, "rented_share")
    assert measure_heading(rented, chart_rows({"value": 47.4}), None, NOW) == (
        "Knappt hälften av bostäderna är hyresrätter"
    )
    assert "tio av" not in measure_heading(rented, chart_rows({"value": 80.0}), None, NOW)


def test_a_surveys_share_is_of_those_who_answered_and_about_half_within_its_margin(catalog):
    trust = measure(catalog, "safe_outdoors_after_dark")
    known = chart_rows({"value": 47.0, "margin": 4.0})
    assert measure_heading(trust, known, None, NOW) == (
        "Ungefär hälften av dem som svarade är trygga utomhus när det är mörkt"
    )
    estimated = judgements(differences=[difference(47.0, 50.0, "within", margin=4.0)])
    bare = chart_rows({"value": 47.0})
    assert measure_heading(trust, bare, estimated, NOW).startswith("Ungefär hälften av dem som svarade ")
    assert measure_heading(trust, bare, None, NOW).startswith("Knappt hälften av dem som svarade ")


# Several measures.


def test_parts_of_one_whole_are_told_by_the_largest(catalog):
    names = ["rented_share", "tenant_owned_share", "owned_share"]
    measures = {name: measure(catalog, name) for name in names}
    rows = chart_rows(
        *({"indicator": name, "value": value} for name, value in zip(names, (23.0, 29.6, 47.4), strict=True)),
        {"indicator": "rented_share", "value": 40.0, "year": 2023},  # a year that lacks parts is not told
    )
    assert figure_heading(measures, rows, None, LATER) == "Knappt hälften av bostäderna var äganderätter 2022"
    parts = rows.assign(value=[60.0, 10.0, 60.0, 1.0])
    assert figure_heading(measures, parts, None, LATER) != "Knappt två tredjedelar av bostäderna var äganderätter 2022"


def test_of_several_measures_the_first_that_a_rule_carries_gives_the_heading(catalog):
    names = ["sick_pay_days", "ill_health_days"]
    measures = {name: measure(catalog, name) for name in names}
    rows = chart_rows(
        *({"indicator": name, "value": value} for name, value in zip(names, (9.6, 21.5), strict=True)),
        *(RIKET | {"indicator": name, "value": 30.0} for name in names),
    )
    assert figure_heading(measures, rows, None, NOW).startswith("Sjukpenningtalet är 9,6")
    judged = judgements(differences=[difference(21.5, 30.0, "lower") | {"indicator": "ill_health_days"}])
    assert figure_heading(measures, rows, judged, NOW).startswith("Ohälsotalet är lägre i Påhittsby än i riket")


def test_of_numbers_of_the_same_things_the_largest_is_named(catalog):
    names = ["fte_sick_pay", "fte_unemployment_benefit", "fte_labour_market_programmes"]
    measures = {name: measure(catalog, name) for name in names}
    rows = chart_rows(*({"indicator": name, "value": value} for name, value in zip(names, (9, 30, 20), strict=True)))
    assert figure_heading(measures, rows, None, LATER) == (
        f"Arbetslöshetsersättningen var störst: 30{NBSP}helårsekvivalenter i Påhittsby 2022"
    )


# Long names: parts are dropped, never cut within a word.

LONG = "Andelen som tycker att kommunen är brabra"[:40]


@pytest.mark.parametrize("place", ["Upplands Väsby", "Malung-Sälen", "Å"])
@pytest.mark.parametrize("unit", ["percent", "per_10k_adults", "per_100k"])
def test_every_heading_of_a_long_subject_and_place_has_at_most_ninety_characters(catalog, place, unit):
    entry = catalog.indicators["adults_known_for_exposure_to_violence"].model_copy(update={"subject": LONG})
    long = Measure(entry, catalog.units[unit], 1)
    rows = both(13145.5, 12222.2, name=place)
    decade = series(*range(30, 20, -1)).assign(name=place)
    frames = [
        (rows, None), (rows, judgements(differences=[difference(13145.5, 12222.2, "higher", poisson=0.01)])),
        (rows, judgements(differences=[difference(13145.5, 12222.2, "higher")], ranks=[rank(289, value=13145.5)])),
        (decade, judgements(directions=[direction("decreased", 2013, 2022)])),
        (decade, judgements(directions=[direction("turned", 2013, 2022)])),
        (sexes(75.8, 90.9, name=place), None),
        (chart_rows(*({"value": 1.0 * n, "group": f"grupp av ett slag {n}", "name": place} for n in range(9))), None),
        (chart_rows({"value": 47.0, "name": place}), None),
    ]  # fmt: skip
    for frame, judged in frames:
        said = measure_heading(long, frame, judged, LATER)
        assert said.startswith(LONG)
        assert len(said) <= MOST
        assert "2022" in said


def test_a_measure_whose_label_a_cell_changed_is_called_by_that(catalog):
    days = measure(catalog, "ill_health_days")
    renamed = replace(days, indicator=days.indicator.model_copy(update={"subject": "", "label": "Dagar"}))
    assert measure_heading(renamed, chart_rows({"value": 3.0}), None, NOW).startswith("Dagar är 3,0")


# Every measure of the committed snapshot, for places large and small.


def names_it(said: str, entry: Indicator) -> bool:
    """Whether a heading names the measure: by its subject, what it counts, or the verb of its clause."""
    counted = entry.subject.removeprefix("Antalet ")
    verbs = re.split(r"[{/}]", entry.clause) if entry.clause else []
    told = {entry.subject, counted, *("".join((verbs[0], verb, verbs[3])) for verb in verbs[1:3])}
    return any(words.lower() in said.lower() for words in told)


@pytest.mark.parametrize("code", ["2480", "2401", "0180", "0980", "2403"])
def test_every_figure_and_measure_of_a_place_has_a_heading_and_a_text_by_rule(frozen, code):
    report = frozen.page("overview", code)
    catalog, said = report.catalog, []
    rows = report.data[report.data["place"].isin(report.peers) & report.data["value"].notna()]
    rows = rows[rows["indicator"].isin(report.ranked)]
    rows = with_cases(chart_rows_of(rows, catalog, report.geography, report.role), catalog, report.by_indicator)
    everybody = rows[(rows["sex"] == "T") & (rows["group"] == "")]
    with_country = everybody[everybody["role"].isin(["focus", "country"])]
    for shape in (rows, everybody, with_country, everybody[everybody["role"] == "focus"]):
        for name, own in shape.groupby("indicator"):
            measure = measures_of(catalog, own)[name]
            if not (own["role"] == "focus").any():
                continue
            heading = measure_heading(measure, own, report.judged, report.year)
            text = alternative_text("Linjediagram över tid", {name: measure}, own, measure.indicator.better)
            assert len(heading) <= MOST, heading
            assert names_it(heading, measure.indicator), heading
            assert heading not in text
            assert SHORTEST <= len(text) <= LONGEST, text
            last = own.loc[own["role"] == "focus", "year"].max()
            told = re.sub("när det är mörkt|att kommunen är bra", "", heading)
            present = re.search(r"\b(är|har|tar|kan|får|bor|mår|saknar)\b", told.replace(measure.indicator.subject, ""))
            assert not (present and last < report.year - 1), heading
            said.append(heading)
    assert len(set(said)) >= {"0180": 4, "0980": 10}.get(code, 30)  # of these two the snapshot has little
