"""What was judged, in Swedish: trends, arrows, gaps, ranks, outlooks and the most important.

Here the words are asserted; tests of pages ask the same functions for them.
"""

from dataclasses import replace

import pandas as pd
import pytest

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog, Target
from lagesbild.rules.comparing import Placing
from lagesbild.statistics.combined import Arrow, Combined, GapMovement, Sensitivity
from lagesbild.statistics.outlook import NoOutlook
from lagesbild.statistics.ranks import NoRank
from lagesbild.statistics.trends import Method, Reason, Trend, Verdict
from lagesbild.swedish import verdicts
from lagesbild.swedish.claims import OUTCOMES
from lagesbild.swedish.findings import (
    CHANCE,
    CLASSES_ARE_OURS,
    QUARTILES,
    UNKNOWN,
    Measure,
    difference_text,
    no_rank_text,
    plausible_text,
    rank_text,
    span_text,
)
from lagesbild.swedish.numbers import MINUS, NBSP, STATE_TEXT
from lagesbild.swedish.verdicts import (
    ARROWS,
    CAPTIONS,
    NO_OUTLOOK,
    arrow_sign,
    basis_text,
    counted,
    differing_text,
    gap_line,
    movement_text,
    p_text,
    rank_line,
    reach_text,
    sensitivity_text,
    status_line,
    target_line,
    trend_line,
    trend_reason,
    tried_text,
    verdict_sign,
    weakness_text,
    world_text,
)

FALLING = Trend(Verdict.IMPROVING, -1, method=Method.CHI_SQUARE, first_year=2015, last_year=2024, p=0.0004)
WEAK = replace(FALLING, weak=True, method=Method.MANN_KENDALL)
NOT_JUDGED = Trend(reason=Reason.TOO_FEW_POINTS)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


@pytest.fixture(scope="module")
def assistance(catalog: Catalog) -> Measure:
    """Percent with one decimal; lower is better."""
    name = "received_social_assistance"
    return Measure(catalog.indicators[name], catalog.unit_of(name), 1)


def arrow(kind: Arrow, improving: int = 0, worsening: int = 0, unchanged: int = 0, not_judged: int = 0) -> Combined:
    groups = [tuple(f"{number}" for number in range(size)) for size in (improving, worsening, unchanged)]
    return Combined(kind, *groups, (), tuple("ab"[:not_judged]), weak=False)


@pytest.mark.parametrize(
    ("verdict", "symbol", "words"),
    [
        (Verdict.IMPROVING, "↗", "Förbättras"),
        (Verdict.WORSENING, "↘", "Försämras"),
        (Verdict.INCREASING, "↑", "Ökar"),
        (Verdict.DECREASING, "↓", "Minskar"),
        (Verdict.NO_CLEAR_CHANGE, "→", "Ingen tydlig förändring"),
        (Verdict.CANNOT_BE_JUDGED, "", "Kan inte bedömas"),
    ],
)
def test_a_trend_has_its_sign_and_words(verdict, symbol, words):
    sign = verdict_sign(Trend(verdict, sign=0))
    assert (sign.symbol, sign.words) == (symbol, words)


def test_a_weak_trend_is_called_weak_and_says_why():
    assert verdict_sign(WEAK).words == "Förbättras (svagt belägg)"
    assert verdict_sign(replace(WEAK, verdict=Verdict.NO_CLEAR_CHANGE, sign=0)).words == "Ingen tydlig förändring"
    assert weakness_text(WEAK) == "Svagt: testet ser bara i vilken ordning värdena kommer."
    assert weakness_text(replace(WEAK, method=Method.WEIGHTED)) == "Svagt: utslaget faller bort när p justeras."
    assert weakness_text(FALLING) == weakness_text(replace(WEAK, sign=0)) == ""


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (Reason.STAND_IN, "ett närliggande mått bär ingen pil"),
        (Reason.OVERLAPPING_PERIODS, "medelvärden över flera år delar år med varandra"),
        (Reason.TOO_FEW_POINTS, "för få år i rad"),
        (Reason.GAP_IN_YEARS, "år saknas i serien"),
        (Reason.MISSING_VALUE, "ett värde saknas eller är dolt"),
        (Reason.UNRELIABLE_VALUE, "ett värde är ofullständigt eller misstänkt"),
        (Reason.SERIES_BREAK, "för få år sedan måttet gjordes om"),
        (Reason.MIXED_VINTAGES, "värden ur olika utgåvor kan inte läggas ihop"),
        (Reason.DUPLICATE_YEAR, "ett år står två gånger"),
        (Reason.NO_MARGIN, "osäkerhetstal saknas i underlaget"),
        (Reason.DATA_END_TOO_EARLY, "siffrorna slutar mer än två år före utgåvan"),
    ],
)
def test_what_cannot_be_judged_says_why(reason, why):
    assert trend_reason(Trend(reason=reason)) == f"Trend bedöms inte: {why}."
    assert basis_text(Trend(reason=reason)) == f"{why.capitalize()}."


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (Method.CHI_SQUARE, "chitvåtest för linjär trend"),
        (Method.WEIGHTED, "viktad regression på publicerade osäkerhetstal"),
        (Method.WEIGHTED_COUNTS, "viktad regression på antal"),
        (Method.MANN_KENDALL, "Mann-Kendalls test, utan antal och osäkerhetstal"),
    ],
)
def test_a_judged_trend_names_its_years_and_its_test(method, words):
    assert trend_reason(replace(FALLING, method=method)) == f"Bedömd över 2015–2024, {words}."
    assert basis_text(replace(FALLING, method=method)) == f"2015–2024, {words}."


def test_how_far_a_trend_stands_is_counted_in_periods():
    assert sensitivity_text(Sensitivity(NOT_JUDGED)) == ""
    judged = Sensitivity(replace(FALLING, p=0.0123), periods=6, agreeing=5)
    assert sensitivity_text(judged) == "Samma svar i 5 av 6 prövade perioder, p = 0,012."


def test_p_has_three_decimals_or_is_under_the_smallest():
    assert [p_text(p) for p in (0.0004, 0.001, 0.0416)] == ["under 0,001", "0,001", "0,042"]


def test_how_many_were_tested_at_once_is_said():
    assert verdicts.tested_text(2, 31).startswith("2 av 31 mått kunde bedömas.")


@pytest.mark.parametrize(
    ("combined", "words"),
    [
        (arrow(Arrow.UP, improving=2, unchanged=1), "Positiv förändring: 2 av 3 bedömda förbättras"),
        (arrow(Arrow.DOWN, worsening=1), "Trenden går neråt: 1 av 1 bedömda försämras"),
        (
            arrow(Arrow.UNCHANGED, unchanged=2, not_judged=1),
            "Inte förändrats påtagligt: 0 av 2 bedömda har ändrats tydligt, 1 kan inte bedömas",
        ),
        (
            arrow(Arrow.MIXED, improving=1, worsening=1),
            "Inte förändrats påtagligt*: 1 av 2 bedömda förbättras och 1 av 2 bedömda försämras",
        ),
        (arrow(Arrow.NONE, not_judged=2), "Ingen trend kan beräknas"),
    ],
)
def test_an_arrow_of_several_indicators_counts_them(combined, words):
    assert arrow_sign(combined).words == words
    assert arrow_sign(combined).symbol == ARROWS[combined.arrow].symbol
    if combined.judged:
        assert words.endswith(f": {counted(combined)}")
        assert arrow_sign(replace(combined, weak=True)).words == f"{words} (svagt belägg)"


def test_two_arrows_that_differ_are_both_told_and_both_stand():
    assert differing_text("Trenden går neråt", arrow(Arrow.UP, improving=1), 2024) == (
        "Kommunens pil: Trenden går neråt. Beräknat ur siffror till och med 2024: Positiv förändring: 1 av 1 bedömda "
        "förbättras. Båda står kvar: rapporten ändrar inte kommunens bedömning."
    )


def test_figures_that_do_not_reach_the_edition_are_not_compared_with_a_judged_arrow():
    alone = reach_text(2022, 2024, judged=False)
    assert alone == "Siffrorna bakom den beräknade pilen når till 2022."
    assert reach_text(2022, 2024, judged=True) == f"{alone} Den jämförs därför inte med kommunens pil för 2024."


@pytest.mark.parametrize(
    ("movement", "words"),
    [
        (GapMovement.WIDENING, "Gapet vidgas"),
        (GapMovement.NARROWING, "Gapet krymper"),
        (GapMovement.TURNED, "Gapet har bytt håll"),
        (GapMovement.NO_CLEAR_CHANGE, "Ingen tydlig förändring"),
        (GapMovement.CANNOT_BE_JUDGED, "Kan inte bedömas"),
    ],
)
def test_a_gap_says_what_it_has_done_and_over_which_years(movement, words):
    assert movement_text(movement, FALLING) == (words, trend_reason(FALLING))
    assert movement_text(movement, NOT_JUDGED) == (words, "För få år i rad.")
    assert movement_text(movement, WEAK)[0] == f"{words} (svagt belägg)"


def test_a_difference_has_its_unit_and_interval_and_says_whether_chance_could_give_it(assistance):
    row = pd.Series({"difference": -6.04, "low": -8.0, "high": 1.25, "real": False})
    assert difference_text(row, assistance) == (
        f"{MINUS}6,0 procentenheter",
        f"{MINUS}8,0 till +1,3, ryms inom slumpen",
    )
    assert difference_text(pd.Series({**row, "real": True}), assistance)[1].endswith(", större än slumpen")
    assert difference_text(pd.Series({**row, "real": pd.NA}), assistance) == (f"{MINUS}6,0 procentenheter",)
    assert list(CHANCE.values()) == ["större än slumpen", "ryms inom slumpen"]


def test_what_has_no_interval_says_so_by_its_kind():
    assert UNKNOWN == {"survey": "Kan inte skiljas från slumpen", "register": "Utan intervall"}


def test_a_rank_says_of_how_many_and_which(catalog):
    survey, register = (catalog.indicators[name] for name in ("good_place_to_live", "overcrowding_norm2"))
    assert rank_text(12, 290, register, 290) == "plats 12 av 290 kommuner"
    assert rank_text(12, 282, register, 290) == "plats 12 av 282 kommuner med värde"
    assert rank_text(12, 200, survey, 290) == "plats 12 av 200 deltagande kommuner"
    assert plausible_text(3, 40) == "Troligen mellan plats 3 och 40, med tanke på osäkerheten."


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (NoRank.NOT_ALL_FETCHED, "uppgifter är inte hämtade för alla kommuner"),
        (NoRank.TOO_FEW_PLACES, "för få kommuner har ett värde"),
        (NoRank.NO_DIRECTION, "måttet saknar riktning"),
    ],
)
def test_without_a_rank_the_reason_is_given(reason, words):
    assert no_rank_text(reason) == f"Ingen plats: {words}."


def test_the_four_classes_are_named_from_the_best_and_show_their_ends(assistance):
    assert list(QUARTILES.values()) == [
        "Bästa fjärdedelen",
        "Näst bästa fjärdedelen",
        "Näst sämsta fjärdedelen",
        "Sämsta fjärdedelen",
    ]
    assert CLASSES_ARE_OURS.startswith("Klasserna är rapportens egna: ")
    assert span_text(8.06, 12.4, assistance) == "8,1 till 12,4"
    assert span_text(8.06, 8.1, assistance) == "8,1"


@pytest.mark.parametrize(
    ("drawn", "words"), [(0, "ingen utblick ritas"), (1, "1 utblick ritas"), (3, "3 utblickar ritas")]
)
def test_outlooks_are_counted(drawn, words):
    assert tried_text(4, drawn, 9) == f"4 av 9 mått med värden uppfyllde kraven på serien och prövades; {words}."


def test_a_series_without_an_outlook_says_why():
    assert NO_OUTLOOK[NoOutlook.NOT_BETTER_THAN_LAST_YEAR] == ("Prövad, men träffade inte bättre än ”samma som i fjol”")
    assert NO_OUTLOOK[NoOutlook.ENDS_TOO_EARLY] == "Siffrorna slutar före året innan utgåvan"
    assert set(NO_OUTLOOK) == set(NoOutlook) - {NoOutlook.NONE}


def test_a_changed_status_tells_both_years():
    assert status_line("Enligt plan", "Mer arbete krävs", 2024) == (
        "lägesbilden har gått från Enligt plan 2023 till Mer arbete krävs 2024."
    )


def test_a_target_tells_its_value_and_who_set_it(assistance):
    target = Target(value=2.5, set_by="Påhittsbys fullmäktige, 2020")
    rest = f"Målet är 2,5{NBSP}procent (Påhittsbys fullmäktige, 2020)."
    assert target_line(assistance, target, 2.0, 2022, met=True) == f"målet nåddes 2022, 2,0{NBSP}procent. {rest}"
    assert (
        target_line(assistance, target, 2.6, 2024, met=False) == f"målet nås inte längre 2024, 2,6{NBSP}procent. {rest}"
    )


def test_a_trend_tells_both_ends_and_whether_it_has_turned(assistance):
    rest = f"från 5,0{NBSP}procent 2015 till 3,2{NBSP}procent 2024."
    assert trend_line(FALLING, assistance, (5, 3.2), turned=False) == f"förbättras, {rest}"
    assert trend_line(WEAK, assistance, (5, 3.2), turned=False) == f"förbättras (svagt belägg), {rest}"
    assert trend_line(FALLING, assistance, (5, 3.2), turned=True) == f"trenden har vänt, förbättras, {rest}"


def test_a_rank_among_the_most_important_has_its_value_first(assistance):
    best, worst = Placing(2024, 29, 290, 1), Placing(2024, 280, 290, 4)
    assert rank_line(assistance, 3.0, best, 290) == (
        f"3,0{NBSP}procent 2024, i den bästa tiondelen: plats 29 av 290 kommuner."
    )
    assert rank_line(assistance, 9.0, worst, 290) == (
        f"9,0{NBSP}procent 2024, i den sämsta tiondelen: plats 280 av 290 kommuner."
    )


def test_a_gap_among_the_most_important_has_both_values(assistance):
    assert gap_line(assistance, pd.Series({"year": 2024, "women": 60.0, "men": 90.0})) == (
        f"60,0{NBSP}procent för kvinnor och 90,0 för män 2024. Räknat mot nivån är det störst av de gap som är säkra "
        "nog att nämna."
    )


@pytest.mark.parametrize(
    ("extra", "slope", "correlation", "words"),
    [("3", "0", "0", "3 % variation"), ("5", "0", "0.6", "AR 0,6, 5 % variation"), ("5", "10", "0", "10 % om året")],
)
def test_a_simulated_world_is_named_by_what_moves_it(extra, slope, correlation, words):
    assert world_text({"extra": extra, "slope": slope, "correlation": correlation}) == words


def test_what_was_simulated_is_said_over_its_rates():
    assert {kind: caption[:31] for kind, caption in CAPTIONS.items()} == {
        "independent": "Falsklarm när åren är oberoende",
        "weak": "Falsklarm för det svaga testet ",
        "dependent": "Falsklarm när åren hänger ihop ",
        "power": "Träffar: procent av fallande se",
    }


def test_what_the_figures_say_of_a_claim_is_one_of_three():
    assert list(OUTCOMES.values()) == ["Siffrorna säger detsamma", "Siffrorna säger något annat", "Kan inte avgöras"]


def test_how_near_a_figure_comes_to_the_reports_measure_is_said():
    assert STATE_TEXT == {
        "exact": "Rapportens eget mått",
        "derived": "Beräknat ur publicerade delar",
        "related": "Närliggande mått: rapportens eget mått saknas i underlaget",
        "slot": "Saknas i underlaget",
        "document": "Ur publicerat dokument",
        "chosen": "Valt i anteckningsboken",
        "changed": "Omräknat i anteckningsboken",
    }
