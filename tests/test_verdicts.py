"""What was judged, in Swedish: movements, arrows, gaps, differences, ranks and outlooks.

Here the words are asserted; tests of pages ask the same functions for them.
"""

from dataclasses import replace

import pandas as pd
import pytest

from copies import REPOSITORY
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.statistics.combined import Arrow, Combined, GapMovement
from lagesbild.statistics.differences import Basis, Compared
from lagesbild.statistics.direction import Direction, Method, Movement, Reason
from lagesbild.statistics.outlook import NoOutlook
from lagesbild.statistics.ranks import NoRank
from lagesbild.swedish import verdicts
from lagesbild.swedish.claims import OUTCOMES
from lagesbild.swedish.findings import (
    CLASSES_ARE_OURS,
    NO_RANK,
    QUARTILES,
    Measure,
    class_spans,
    difference_text,
    plausible_text,
    rank_text,
    survey_change_text,
)
from lagesbild.swedish.numbers import MINUS, NBSP, STATE_TEXT
from lagesbild.swedish.verdicts import (
    ARROWS,
    DIRECTIONS,
    NO_OUTLOOK,
    REASONS,
    arrow_sign,
    basis_text,
    counted,
    differing_text,
    gap_text,
    moved_text,
    movement_reason,
    movement_sign,
    p_text,
    reach_text,
    tried_text,
    weakness_text,
    why_no_arrow,
)

FELL = Movement(
    Direction.DECREASED,
    method=Method.POOL,
    better="lower",
    first_year=2015,
    last_year=2024,
    p=0.0004,
    p_adjusted=0.0016,
    pool_first=2015,
    pool_last=2024,
    pool_places=286,
)
WEAK = replace(FELL, weak=True)
ROSE = replace(FELL, direction=Direction.INCREASED)
NOT_JUDGED = Movement(reason=Reason.TOO_FEW_YEARS)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


@pytest.fixture(scope="module")
def assistance(catalog: Catalog) -> Measure:
    """Percent with one decimal; lower is better."""
    name = "received_social_assistance"
    return Measure(catalog.indicators[name], catalog.unit_of(name), 1)


def arrow(kind: Arrow, **groups: int) -> Combined:
    """An arrow with so many measures of each kind: improving, worsening, still, not_judged."""
    return Combined(kind, **{name: tuple(f"{name}{n}" for n in range(size)) for name, size in groups.items()})


@pytest.mark.parametrize(
    ("direction", "better", "symbol", "words", "tone"),
    [
        (Direction.DECREASED, "lower", "↓", "Har minskat, till det bättre", "good"),
        (Direction.DECREASED, "higher", "↓", "Har minskat, till det sämre", "bad"),
        (Direction.DECREASED, "neither", "↓", "Har minskat", ""),
        (Direction.INCREASED, "higher", "↑", "Har ökat, till det bättre", "good"),
        (Direction.INCREASED, "lower", "↑", "Har ökat, till det sämre", "bad"),
        (Direction.INCREASED, "neither", "↑", "Har ökat", ""),
        (Direction.TURNED, "lower", "↕", "Har vänt", ""),
        (Direction.NO_MOVEMENT, "lower", "→", "Ingen rörelse utöver vad måttet brukar svänga", ""),
        (Direction.NOT_JUDGED, "lower", "", "Kan inte bedömas", ""),
    ],
)
def test_a_movement_has_its_sign_and_words_and_no_word_of_a_trend(direction, better, symbol, words, tone):
    sign = movement_sign(Movement(direction, better=better))
    assert (sign.symbol, sign.words, sign.tone) == (symbol, words, tone)


def test_a_measure_moves_up_or_down_and_an_area_gets_better_or_worse_by_other_signs():
    assert [ARROWS[kind].symbol for kind in (Arrow.UP, Arrow.DOWN)] == ["↗", "↘"]
    moved = {DIRECTIONS[kind].symbol for kind in (Direction.INCREASED, Direction.DECREASED)}
    assert moved == {"↑", "↓"}


def test_a_weak_movement_is_called_weak_has_no_tone_and_says_why():
    sign = movement_sign(WEAK)
    assert (sign.words, sign.tone) == ("Har minskat, till det bättre (svagt belägg)", "")
    assert weakness_text(WEAK) == "Svagt: utslaget faller bort när p justeras."
    assert weakness_text(FELL) == ""


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (Reason.OVERLAPPING_PERIODS, "medelvärden över flera år delar år med varandra"),
        (Reason.NOT_YEARLY, "måttet finns inte för varje år"),
        (Reason.TOO_FEW_YEARS, "färre än 6 år i rad"),
        (Reason.MISSING_VALUE, "ett år saknas eller är dolt"),
        (Reason.UNRELIABLE_VALUE, "ett värde är ofullständigt eller misstänkt"),
        (Reason.SERIES_BREAK, "för få år sedan måttet gjordes om"),
        (Reason.ENDS_TOO_EARLY, "siffrorna slutar mer än 2 år före utgåvan"),
        (Reason.NEGATIVE_VALUE, "ett värde är negativt"),
        (Reason.NONE_OR_ALL, "något år är värdet 0 eller allt, utan att antalet är känt"),
        (Reason.TOO_FEW_CASES, "färre än 5 fall om året"),
        (Reason.TOO_FEW_PLACES, "för litet att jämföra med: färre än 40 kommuner har måttet så många år i rad"),
    ],
)
def test_what_cannot_be_judged_says_why(reason, why):
    assert movement_reason(Movement(reason=reason)) == f"Riktningen bedöms inte: {why}."
    assert basis_text(Movement(reason=reason)) == f"{why.capitalize()}."


def test_every_reason_has_its_words():
    assert set(REASONS) == set(Reason) - {Reason.NONE}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "2015–2024, mot hur måttet svänger i 286 kommuner."),
        ({"pool_first": 2013, "pool_last": 2022}, "2015–2024, mot hur måttet svänger i 286 kommuner 2013–2022."),
        ({"method": Method.CHI_SQUARE}, "2015–2024, mot kommunens egna antal, chitvåtest för linjär trend."),
        ({"method": Method.MARGINS}, "2015–2024, mot publicerade felmarginaler, viktad regression."),
    ],
)
def test_a_judged_movement_names_its_years_and_what_it_was_held_against(fields, words):
    assert movement_reason(replace(FELL, **fields)) == f"Bedömt för {words}"
    assert basis_text(replace(FELL, **fields)) == words


def test_p_has_three_decimals_or_is_under_the_smallest():
    assert [p_text(p) for p in (0.0, 0.0004, 0.001, 0.0416)] == ["under 0,001", "under 0,001", "0,001", "0,042"]


def test_how_many_were_tested_at_once_is_said():
    said = verdicts.tested_text(2, 31)
    assert said.startswith(
        "2 av 31 mått med värden kunde bedömas. Ett mått har ökat eller minskat när nivån har flyttat sig mer "
    )
    assert "p under 0,002" in said


@pytest.mark.parametrize(
    ("combined", "words"),
    [
        (
            arrow(Arrow.UP, improving=2, still=1),
            "Har blivit bättre: två av tre mått har blivit bättre; ett utan tydlig ändring",
        ),
        (arrow(Arrow.DOWN, worsening=2), "Har blivit sämre: två av två mått har blivit sämre"),
        (
            arrow(Arrow.UNCHANGED, still=2, not_judged=4),
            "Ingen tydlig ändring i två av sex mått; fyra går inte att bedöma",
        ),
        (arrow(Arrow.UNCHANGED, still=1, weak=1), "Ingen tydlig ändring i något av två mått"),
        (
            arrow(Arrow.UNCHANGED, still=1, neutral=1, turned=1),
            "Två av tre mått har ändrats utan att räknas som bättre eller sämre; ett utan tydlig ändring",
        ),
        (
            arrow(Arrow.MIXED, improving=1, worsening=1),
            "Både bättre och sämre: ett av två mått har blivit bättre och ett sämre",
        ),
        (
            arrow(Arrow.NONE, improving=1, not_judged=3),
            "Ett av fyra mått går att bedöma; det har blivit bättre",
        ),
        (arrow(Arrow.NONE, neutral=1), "Måttet går att bedöma; det har ändrats utan att räknas som bättre eller sämre"),
        (arrow(Arrow.NONE, still=1), "Måttet går att bedöma; det visar ingen tydlig ändring"),
        (arrow(Arrow.NONE, not_judged=1), "Måttet går inte att bedöma"),
        (arrow(Arrow.NONE, not_judged=13), "Inget av 13 mått går att bedöma"),
        (arrow(Arrow.NONE), "Inget mått har värden"),
    ],
)
def test_an_arrow_of_several_indicators_counts_them(combined, words):
    assert arrow_sign(combined).words == words
    assert arrow_sign(combined).symbol == ARROWS[combined.arrow].symbol
    assert words.lower().endswith(counted(combined).lower())


def test_the_moved_measures_are_named_with_their_years_whatever_the_arrow_is(catalog):
    moved = {"evictions": ROSE, "received_social_assistance": WEAK, "unemployed": NOT_JUDGED}
    computed = Combined(Arrow.NONE, worsening=("evictions",), weak=("received_social_assistance",))
    assert moved_text(computed, moved, catalog) == (
        "Antalet vräkningar har ökat, till det sämre 2015–2024; "
        "andelen med ekonomiskt bistånd har minskat, till det bättre (svagt belägg) 2015–2024."
    )
    assert moved_text(Combined(Arrow.NONE, not_judged=("unemployed",)), moved, catalog) == ""


def test_without_an_arrow_each_measure_that_is_lacking_has_its_reason(catalog):
    ids = ["evictions", "received_social_assistance", "unemployed"]
    labels = [catalog.indicators[i].label for i in ids]
    moved = {"evictions": Movement(reason=Reason.TOO_FEW_CASES), "received_social_assistance": FELL}
    computed = Combined(Arrow.NONE, improving=(ids[1],), not_judged=(ids[0],))
    assert why_no_arrow(moved, catalog, ids, computed) == (
        f"{labels[0]}: färre än 5 fall om året; {labels[2]}: inget värde i underlaget."
    )
    assert why_no_arrow(moved, catalog, ids, arrow(Arrow.UP, improving=2)) == ""


def test_two_arrows_that_differ_are_both_told_and_both_stand():
    assert differing_text("Trenden går neråt", arrow(Arrow.UP, improving=2), 2024) == (
        "Kommunens pil: Trenden går neråt. Beräknat ur siffror till och med 2024: Har blivit bättre: två av två mått "
        "har blivit bättre. Båda står kvar: rapporten ändrar inte kommunens bedömning."
    )


def test_figures_that_do_not_reach_the_edition_are_not_compared_with_a_judged_arrow():
    alone = reach_text(2022, 2024, judged=False)
    assert alone == "Senaste siffra: 2022."
    assert reach_text(2022, 2024, judged=True) == (
        f"{alone} Den beräknade pilen jämförs därför inte med kommunens för 2024."
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (GapMovement.WIDENING, "Gapet har vidgats"),
        (GapMovement.NARROWING, "Gapet har krympt"),
        (GapMovement.TURNED, "Gapet har bytt håll"),
        (GapMovement.BENT, "Gapet har vänt"),
        (GapMovement.NO_MOVEMENT, "Ingen rörelse utöver vad gapet brukar svänga"),
        (GapMovement.NOT_JUDGED, "Kan inte bedömas"),
    ],
)
def test_a_gap_says_what_it_has_done_and_over_which_years(kind, words):
    assert gap_text(kind, FELL) == (words, movement_reason(FELL))
    assert gap_text(kind, NOT_JUDGED) == (words, "Färre än 6 år i rad.")
    assert gap_text(kind, WEAK)[0] == f"{words} (svagt belägg)"


DIFFERENCE = {"value": 16.0, "other_value": 22.04, "difference": -6.04, "margin": float("nan")}


@pytest.mark.parametrize(
    ("basis", "verdict", "margin", "known"),
    [
        (Basis.NOISE, Compared.LOWER, None, "Lägre än i riket, mer än skillnaden brukar svänga mellan år"),
        (Basis.NOISE, Compared.HIGHER, None, "Högre än i riket, mer än skillnaden brukar svänga mellan år"),
        (Basis.NOISE, Compared.WITHIN, None, "Skillnaden ryms i vad den brukar svänga"),
        (Basis.MARGINS, Compared.LOWER, 2.04, "Lägre än i riket (felmarginal ±2,0 procentenheter)"),
        (Basis.ESTIMATE, Compared.LOWER, 2.04, "Lägre än i riket (uppskattad felmarginal ±2,0 procentenheter)"),
        (Basis.ESTIMATE, Compared.WITHIN, 7.5, "Skillnaden ryms i osäkerheten"),  # the margin is of one value alone
        (Basis.FEW_CASES, Compared.UNKNOWN, None, "För få fall: färre än 5 om året"),
        (Basis.NONE, Compared.UNKNOWN, None, "Osäkerheten är inte känd"),
    ],
)
def test_a_difference_has_its_unit_and_what_it_was_held_against(assistance, basis, verdict, margin, known):
    row = pd.Series(DIFFERENCE | {"basis": basis, "verdict": verdict} | ({"margin": margin} if margin else {}))
    text, said = difference_text(row, assistance, "i riket")
    assert (text, said) == (f"{MINUS}6,0 procentenheter", known)


def test_an_unknown_survey_difference_says_how_many_answers_it_would_take(catalog):
    name = "unsafe_at_night"
    survey = Measure(catalog.indicators[name], catalog.unit_of(name), 1)
    row = pd.Series(DIFFERENCE | {"value": 16.1, "other_value": 27.0, "basis": "", "verdict": Compared.UNKNOWN})
    row["difference"] = 16.1 - 27.0  # 2.576^2 * 0.161 * 0.839 / 0.109^2 = 75.4
    assert difference_text(row, survey, "i riket")[1] == (
        "Osäkerheten är inte känd. Skillnaden är säker om minst 76 har svarat"
    )
    row["value"], row["difference"] = 0.0, -27.0  # 2.576^2 * 0.27 * 0.73 / 0.27^2 = 17.9
    assert difference_text(row, survey, "i riket")[1].endswith("om minst 18 har svarat")
    row["other_value"], row["difference"] = 16.1, 0.0  # no number of answers makes that sure
    assert difference_text(row, survey, "i riket")[1] == "Osäkerheten är inte känd"


@pytest.mark.parametrize(
    ("last", "z", "known"),
    [
        (38.5, 3.0, "Ökningen är säkert större än den som kommunerna delar (+4,0 procentenheter)"),
        (20.0, -5.0, "Minskningen är säkert större än den som kommunerna delar (+4,0 procentenheter)"),
        (28.7, -2.6, "Förändringen skiljer sig säkert från den som kommunerna delar (+4,0 procentenheter)"),
        (33.0, 2.5, "Förändringen skiljer sig inte säkert från den som kommunerna delar (+4,0 procentenheter)"),
    ],
)
def test_two_times_of_a_survey_are_both_told_and_held_against_what_all_places_share(catalog, last, z, known):
    name = "integration_work_done_well"
    survey = Measure(catalog.indicators[name], catalog.unit_of(name), 1)
    row = pd.Series({"first_year": 2021, "last_year": 2022, "first": 27.7, "last": last, "shift": 4.0, "z": z})
    values = f"27,7{NBSP}procent 2021, {last:.1f}{NBSP}procent 2022".replace(".", ",")
    assert survey_change_text(row, survey) == f"{values}. {known}."


def test_a_rank_says_of_how_many_and_which(catalog):
    survey, register = (catalog.indicators[name] for name in ("good_place_to_live", "overcrowding_norm2"))
    assert rank_text(12, 290, register, 290) == "plats 12 av 290 kommuner"
    assert rank_text(12, 282, register, 290) == "plats 12 av 282 kommuner med värde"
    assert rank_text(12, 200, survey, 290) == "plats 12 av 200 deltagande kommuner"
    assert plausible_text(3, 40) == "troligen 3–40"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (NoRank.NOT_ALL_FETCHED, "uppgifter är inte hämtade för alla kommuner"),
        (NoRank.TOO_FEW_PLACES, "för få kommuner har ett värde"),
        (NoRank.NO_DIRECTION, "måttet saknar riktning"),
        (NoRank.TOO_FEW_CASES, "en typisk kommun har färre än 10 fall om året"),
        (NoRank.TOO_UNCERTAIN, "med osäkerheten kunde platsen ligga var som helst i mer än halva listan"),
    ],
)
def test_without_a_rank_the_reason_is_given(reason, words):
    assert NO_RANK[reason] == words


def test_the_four_classes_are_named_from_the_best_and_show_their_ends(assistance):
    assert list(QUARTILES.values()) == [
        "Bästa fjärdedelen",
        "Näst bästa fjärdedelen",
        "Näst sämsta fjärdedelen",
        "Sämsta fjärdedelen",
    ]
    assert CLASSES_ARE_OURS.startswith("Klasserna är rapportens egna: ")


def cuts(*spans: tuple[float, float]) -> pd.DataFrame:
    rows = [(quartile, best, worst) for quartile, (best, worst) in enumerate(spans, start=1)]
    return pd.DataFrame(rows, columns=["quartile", "best", "worst"])


def test_class_limits_do_not_touch(assistance):
    assert class_spans(cuts((8.06, 12.4), (12.6, 12.6)), assistance) == {1: "8,1 till 12,4", 2: "12,6"}
    assert class_spans(cuts((8.06, 12.41), (12.44, 14.0)), assistance) == {1: "8,06 till 12,41", 2: "12,44 till 14,00"}
    assert class_spans(cuts((8.0, 12.411), (12.414, 14.0)), assistance)[2] == "12,414 till 14,000"


@pytest.mark.parametrize(
    ("drawn", "words"), [(0, "ingen utblick ritas"), (1, "1 utblick ritas"), (3, "3 utblickar ritas")]
)
def test_outlooks_are_counted(drawn, words):
    assert tried_text(4, drawn, 9) == f"4 av 9 mått med värden uppfyllde kraven på serien och prövades; {words}."


def test_a_series_without_an_outlook_says_why():
    assert NO_OUTLOOK[NoOutlook.NOT_BETTER_THAN_LAST_YEAR] == ("Prövad, men träffade inte bättre än ”samma som i fjol”")
    assert NO_OUTLOOK[NoOutlook.ENDS_TOO_EARLY] == "Siffrorna slutar före året innan utgåvan"
    assert set(NO_OUTLOOK) == set(NoOutlook) - {NoOutlook.NONE}


def test_what_the_figures_say_of_a_claim_is_one_of_three():
    assert list(OUTCOMES.values()) == ["Siffrorna säger detsamma", "Siffrorna säger något annat", "Kan inte avgöras"]


def test_how_near_a_figure_comes_to_the_reports_measure_is_said():
    assert STATE_TEXT == {
        "exact": "Programmets mått",
        "derived": "Beräknat ur publicerade delar",
        "related": "Ersätter ett mått som saknas",
        "slot": "Saknas",
        "document": "Ur publicerat dokument",
        "chosen": "Valt i anteckningsboken",
        "changed": "Omräknat i anteckningsboken",
    }
