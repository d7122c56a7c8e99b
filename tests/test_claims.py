"""Claims: read strictly, held against the figures, and shown with both values; all about made-up places."""

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lxml import html

from copies import NEIGHBOURS, REPOSITORY, Copy, made_up_root
from helpers import open_region, sections
from lagesbild.assessments.models import Claim
from lagesbild.claims.check import claim_check
from lagesbild.claims.evaluate import Case, Finding, Obstacle, Outcome, Reading, evaluated
from lagesbild.claims.language import ClaimError, ClaimSyntaxError, Vocabulary, parsed, stated_claims
from lagesbild.html.components import ClaimResult
from lagesbild.html.marks import claim_results, claims_html
from lagesbild.rules.judgements import Judgements, judgements
from lagesbild.sources.raw import load_places
from lagesbild.swedish.claims import OUTCOMES, ClaimWords
from lagesbild.tidy.build import table_at_hand
from lagesbild.tidy.rows import Rows
from lagesbild.tidy.schema import current
from test_assessments import MADE_UP_REGION

HOLDS, FAILS, NOT_JUDGED = Outcome.HOLDS, Outcome.FAILS, Outcome.NOT_JUDGED


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """The made-up project with a few series more, where what is claimed is plainly so or plainly not."""
    made = made_up_root(tmp_path_factory.mktemp("claims"))
    totals = {"9901": (80, 70), "9902": (50, 45), "9903": (35, 35)}
    rows = [
        (place, year, value) for place, pair in totals.items() for year, value in zip((2020, 2021), pair, strict=True)
    ]
    made.document("support_profiles", *(f"fte_total,{place},{year},0,T,,{value},,,1" for place, year, value in rows))
    made.fetched("N01955", {(p, y): 1000 for p in totals for y in (2020, 2021)} | {("9902", 2021): 900})
    made.fetched("N02797", {("9901", 2022, sex): v for sex, v in (("T", 12.97), ("K", 10), ("M", 15))})  # a register
    made.fetched("N01951", {("9901", 2021): 100_000, ("9901", 2022): 100_000, ("0000", 2022): 10_000_000})
    made.fetched("N07907", {("9901", 2021): 10, ("9901", 2022): 11, ("0000", 2022): 16, ("9902", 2022): math.nan})
    made.fetched("U00958", {("9901", 2021): 10, ("9901", 2022): 12, ("0000", 2022): 60})  # evictions: cases per 100,000
    made.fetched("N00938", {("9901", 2021): 20, ("9901", 2022): 18})  # the mean of four years
    return made


@pytest.fixture(scope="module")
def words(copy) -> Vocabulary:
    return Vocabulary(copy.catalog, load_places(copy.paths), 2024, "9901")


@pytest.fixture(scope="module")
def table(copy) -> pd.DataFrame:
    return current(copy.table())


def found(text: str, words: Vocabulary, table: pd.DataFrame) -> Finding:
    return evaluated(parsed(text, words), Rows(table), words.catalog)


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        ("fte_total falls in 9901 from 2020 to 2021", HOLDS),
        ("fte_total rises in 9901 from 2020 to 2021", FAILS),
        ("fte_total falls in 9903 from 2020 to 2021", FAILS),  # it stands still
        ("fte_total falls in [9901, 9902] from 2020 to 2021", HOLDS),
        ("fte_total falls in sagan from 2020 to 2021", FAILS),
        ("fte_total falls in sagan except 9903 from 2020 to 2021", HOLDS),
        ("fte_total falls in sagan except [9901] from 2020 to 2021", FAILS),  # the one excepted falls too
        ("fte_total falls more in 9901 than in [9902, 9903] from 2020 to 2021", HOLDS),
        ("fte_total falls less in 9901 than in 9902 from 2020 to 2021", FAILS),
        ("fte_total falls less in 9903 than in 9901 from 2020 to 2021", FAILS),  # it does not fall at all
        ("fte_total rises less in 9903 than in 9901 from 2020 to 2021", FAILS),  # it does not rise at all
        ("fte_total is lower in 9902 than in 9901 in 2020", HOLDS),
        ("fte_total is lower in 9902 than in [9901, 9903] in 2020", FAILS),
        ("fte_total is higher in 9901 than in most of group in 2020", HOLDS),
        ("fte_total is higher in 9902 than in most of [9901, 9903] in 2020", FAILS),  # one of two is not most
        ("fte_total is higher in 9902 than in most of [9901, 9903, 0180] in 2020", NOT_JUDGED),  # the third decides
        ("fte_total is lowest in 9903 among sagan in 2020", HOLDS),
        ("fte_total is highest in 9902 among sagan in 2020", FAILS),
        ("fte_total is lowest in 9903 among municipalities in 2020", NOT_JUDGED),  # one has no value
        ("fte_total is highest in 9903 among municipalities in 2020", FAILS),  # and yet this is known
        ("fte_total is above 79 in 9901 in 2020", HOLDS),
        ("fte_total is below 80 in 9901 in 2020", FAILS),
        ("fte_total per population_20_64 is 8.0 in 9901 in 2020", HOLDS),
        (
            "fte_total per population_20_64 falls in 9902 from 2020 to 2021",
            FAILS,
        ),  # 45 of 900 are as many as 50 of 1000
        ("neither_in_work_nor_study is 13.0 in 9901 in 2022", HOLDS),
        ("neither_in_work_nor_study is 13 in 9901 in 2022", HOLDS),
        ("neither_in_work_nor_study is 13.1 in 9901 in 2022", FAILS),
        ("neither_in_work_nor_study is 12.9 in 9901 in 2022", HOLDS),  # 12.97 cut off
        ("neither_in_work_nor_study is 12 in 9901 in 2022", HOLDS),
        ("neither_in_work_nor_study is 12.8 in 9901 in 2022", FAILS),
        ("neither_in_work_nor_study is 14 in 9901 in 2022", FAILS),
        ("neither_in_work_nor_study of men is 15 in 9901 in 2022", HOLDS),
        ("neither_in_work_nor_study of women minus men is below -4.9 in 9901 in 2022", HOLDS),
        ("evictions is lower in 9901 than in 0000 in 2022", HOLDS),
    ],
)
def test_a_claim_is_what_the_figures_say(claim, outcome, words, table):
    assert found(claim, words, table).outcome is outcome


@pytest.mark.parametrize(
    ("claim", "obstacle"),
    [
        ("fte_total falls in 0180 from 2020 to 2021", Obstacle.NO_VALUE),
        ("fte_total per population_20_64 is 1 in 9901 in 2022", Obstacle.NO_VALUE),
        ("reported_crime falls in 9901 from 2022 to 2023", Obstacle.SERIES_BREAK),
        ("lacking_trust falls in 9901 from 2021 to 2022", Obstacle.OVERLAPPING_PERIODS),
        ("unsafe_at_night is lower in 9901 than in 0000 in 2022", Obstacle.NO_MARGIN),  # a survey without margins
        ("evictions rises in 9901 from 2021 to 2022", Obstacle.WITHIN_MARGIN),  # ten cases and twelve
    ],
)
def test_what_the_figures_cannot_carry_is_not_judged_and_says_why(claim, obstacle, words, table):
    finding = found(claim, words, table)
    assert finding.outcome is NOT_JUDGED
    assert {case.obstacle for case in finding.deciding} == {obstacle}


def test_a_survey_with_margins_is_judged_by_them(tmp_path):
    made = made_up_root(tmp_path)
    made.fetched("N07657", {("9901", 2022): 3, ("9902", 2022): 3, ("0000", 2022): 0.4})
    words = Vocabulary(made.catalog, load_places(made.paths), 2024, "9901")
    table = current(made.table())
    assert found("unsafe_at_night is lower in 9901 than in 0000 in 2022", words, table).outcome is HOLDS
    near = found("unsafe_at_night is lower in 9901 than in 9902 in 2022", words, table)
    assert near.deciding[0].obstacle is Obstacle.WITHIN_MARGIN


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (
            "evictons falls in 9901 from 2021 to 2022",
            "'evictons' is no indicator of data/catalog. Did you mean 'evictions'?",
        ),
        ("evictions drops in 9901 from 2021 to 2022", "'drops' is no relation. Use one of: "),
        ("evictions is lowr in 9901 than in 0000 in 2022", "'is lowr' is no relation. Did you mean 'is lower'?"),
        ("evictions is below 12,5 in 9901 in 2022", "',' stands where 'in' is wanted"),
        ("evictions is below many in 9901 in 2022", "'many' is no number. Write digits with a decimal point"),
        ("evictions falls in 990 from 2021 to 2022", "'990' is no place's code. Write four digits, such as 2480"),
        ("evictions falls in sagen from 2021 to 2022", "'sagen' is no place. Did you mean 'sagan'?"),
        ("evictions falls in [9901 9902] from 2021 to 2022", "'9902' stands where ']' is wanted"),
        ("evictions falls in 9901 except 9902 from 2021 to 2022", "'9902' is excepted from places that do not hold it"),
        ("evictions falls in 9901 in 2022", "'in' stands where 'from' is wanted"),
        ("evictions falls in 9901 from 2022 to 2021", "'from 2022 to 2021' goes nowhere. Write the earlier year first"),
        ("evictions falls in 9901 from 2022 to 2025", "2025 lies after the edition, 2024. Choose a year up to it"),
        ("evictions falls in 9901 from 2021 to", "the claim ends where a year is wanted. Add it"),
        ("evictions falls in 9901 from 2021 to 22", "'22' is no year. Write four digits"),
        ("evictions falls in 9901 from 2021 to 2022 already", "'already' is left over after the year. Take it away"),
        (
            "evictions of girls falls in 9901 from 2021 to 2022",
            "'girls' is no sex. Write women, men or women minus men",
        ),
        ("", "the claim ends where an indicator is wanted"),
    ],
)
def test_a_claim_that_cannot_be_read_says_what_stands_wrong_and_what_to_write(claim, said, words):
    with pytest.raises(ClaimSyntaxError, match=re.escape(said)):
        parsed(claim, words)


def test_a_region_has_no_comparison_group(copy):
    words = Vocabulary(copy.catalog, load_places(copy.paths), 2024)
    with pytest.raises(ClaimSyntaxError, match="'group' is nothing here: there is no comparison group"):
        parsed("evictions is lower in 9901 than in most of group in 2022", words)


def in_swedish(claim: str, words: Vocabulary, table: pd.DataFrame) -> tuple[str, str]:
    statement = parsed(claim, words)
    swedish = ClaimWords(statement, words.catalog, words.places)
    values = swedish.values(evaluated(statement, Rows(table), words.catalog))
    return swedish.claimed().partition(": ")[2], values.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("claim", "claimed", "values"),
    [
        (
            "fte_total falls in sagan except 9903 from 2020 to 2021",
            "minskar i alla kommuner i Sagoförbundet utom Luftnäs från 2020 till 2021.",
            "80 till 70 helårsekvivalenter i Påhittsby, 50 till 45 i Sagostad, 35 till 35 i Luftnäs.",
        ),
        (
            "evictions is lower in 9901 than in 0000 in 2022",
            "lägre i Påhittsby än i riket 2022.",
            "12,0 per 100 000 invånare i Påhittsby, 60,0 i riket.",
        ),
        (
            "neither_in_work_nor_study is 12.8 in 9901 in 2022",
            "12,8 procent i Påhittsby 2022.",
            "12,97 procent i Påhittsby.",
        ),
        (
            "neither_in_work_nor_study is 12.9 in 9901 in 2022",  # cut off, and readers see that it is
            "12,9 procent i Påhittsby 2022.",
            "12,97 procent i Påhittsby.",
        ),
        (
            "unsafe_at_night is lower in 9901 than in 0000 in 2022",
            "lägre i Påhittsby än i riket 2021–2022.",
            "16,1 procent i Påhittsby, 27,0 i riket: osäkerheten är inte känd.",
        ),
        (
            "fte_total falls in [9901, 0180] from 2020 to 2021",
            "minskar i Påhittsby och Nollstad från 2020 till 2021.",
            "Nollstad: uppgift saknas i underlaget.",
        ),
    ],
)
def test_readers_see_the_claim_in_swedish_with_the_values_that_decide(claim, claimed, values, words, table):
    said, decided = in_swedish(claim, words, table)
    assert said.replace("\u00a0", " ") == claimed
    assert decided == values


# Two places, and two times of a survey, as the pages' own verdicts have them.

RISING_PLACE, FALLING_PLACE = NEIGHBOURS[3:5]


@pytest.fixture(scope="module")
def among(tmp_path_factory) -> Copy:
    """9901 among 60 neighbours: registers that swing, a survey asked twice and one asked once."""
    made = made_up_root(tmp_path_factory.mktemp("among"))
    made.with_neighbours()
    years = range(2015, 2023)
    made.fetched_among("N02797", dict.fromkeys(years, 8.0), level=10.0)
    made.fetched_among("N07540", {year: 13_950 + 10 * (year % 2) for year in years}, level=14_000.0)
    draw = np.random.default_rng(1)
    twice = {(place, year): 60 + 4 * (year - 2021) + draw.normal(0, 3) for place in NEIGHBOURS for year in (2021, 2022)}
    twice |= {("0000", 2022): 64.0, ("9901", 2021): 41.0, ("9901", 2022): 45.0, ("9902", 2022): 45.0}
    twice |= {(NEIGHBOURS[0], 2022): 63.5, (NEIGHBOURS[1], 2021): 60.0, (NEIGHBOURS[1], 2022): 63.0}
    twice |= {(RISING_PLACE, 2021): 40.0, (RISING_PLACE, 2022): 70.0}
    twice |= {(FALLING_PLACE, 2021): 70.0, (FALLING_PLACE, 2022): 40.0}
    made.fetched("N00667", twice)
    made.fetched("N00670", {("9901", 2022): 45.0, ("0000", 2022): 64.0})
    return made


@pytest.fixture(scope="module")
def verdicts(among) -> Judgements:
    return judged_as_pages(among)


def judged_as_pages(made: Copy, year: int = 2022) -> Judgements:
    places = load_places(made.paths)
    return judgements(made.paths, table_at_hand(made.paths, made.catalog), made.catalog, places, year)


def both(claim: str, made: Copy, verdicts: Judgements) -> tuple[Finding, Finding]:
    """The claim with the judgements, and without."""
    words = Vocabulary(made.catalog, load_places(made.paths), 2022, "9901")
    statement, table = parsed(claim, words), current(made.table())
    return evaluated(statement, Rows(table), made.catalog, verdicts), evaluated(statement, Rows(table), made.catalog)


HELD_BY_PAGES = [
    ("neither_in_work_nor_study is lower in 9901 than in 0000 in 2022", HOLDS, HOLDS, ""),
    ("neither_in_work_nor_study is higher in 9901 than in 0000 in 2022", FAILS, FAILS, ""),
    ("neither_in_work_nor_study is lower in 9901 than in 9910 in 2022", HOLDS, HOLDS, ""),
    ("neither_in_work_nor_study is higher in 9910 than in 9901 in 2022", HOLDS, HOLDS, ""),  # though as in riket
    ("reported_crime is lower in 9901 than in 0000 in 2022", NOT_JUDGED, HOLDS, Obstacle.WITHIN_MARGIN),
    ("reported_crime is higher in 9901 than in 0000 in 2022", NOT_JUDGED, FAILS, Obstacle.WITHIN_MARGIN),
    ("reported_crime is lower in 9901 than in 0000 in 2021", HOLDS, HOLDS, ""),  # a year that nobody has judged
    ("good_place_to_live is lower in 9901 than in 0000 in 2022", HOLDS, NOT_JUDGED, ""),
    ("good_place_to_live is lower in 9901 than in 9910 in 2022", HOLDS, NOT_JUDGED, ""),
    ("good_place_to_live is higher in 9901 than in 0000 in 2022", FAILS, NOT_JUDGED, ""),
    ("good_place_to_live is lower in 9910 than in 0000 in 2022", NOT_JUDGED, NOT_JUDGED, Obstacle.WITHIN_MARGIN),
    ("good_place_to_live is lower in 9902 than in 0000 in 2022", NOT_JUDGED, NOT_JUDGED, Obstacle.NO_MARGIN),
    ("recommends_moving_here is lower in 9901 than in 0000 in 2022", NOT_JUDGED, NOT_JUDGED, Obstacle.NO_MARGIN),
    ("good_place_to_live rises in 9911 from 2021 to 2022", NOT_JUDGED, NOT_JUDGED, Obstacle.WITHIN_MARGIN),
    (f"good_place_to_live rises in {RISING_PLACE} from 2021 to 2022", HOLDS, NOT_JUDGED, ""),
    (f"good_place_to_live rises in {FALLING_PLACE} from 2021 to 2022", FAILS, NOT_JUDGED, ""),
]


@pytest.mark.parametrize(("claim", "outcome", "without", "obstacle"), HELD_BY_PAGES)
def test_places_differ_and_a_survey_moves_where_the_pages_say_so(claim, outcome, without, obstacle, among, verdicts):
    told, plain = both(claim, among, verdicts)
    assert (told.outcome, plain.outcome) == (outcome, without)
    assert {case.obstacle for case in told.deciding} == {obstacle}


def test_a_rise_that_falls_short_of_what_all_places_share_is_no_answer(among, verdicts):
    claim = f"good_place_to_live rises in {RISING_PLACE} from 2021 to 2022"
    short = replace(verdicts, changes=verdicts.changes.assign(z=-verdicts.changes["z"].abs()))
    told, _ = both(claim, among, short)
    assert (told.outcome, told.deciding[0].obstacle) == (NOT_JUDGED, Obstacle.WITHIN_MARGIN)


def test_of_few_cases_nothing_is_claimed_of_two_places(tmp_path):
    made = made_up_root(tmp_path)
    made.with_neighbours()
    years = range(2015, 2023)
    people = {code: 100_000 + 1_000 * n for n, code in enumerate(["9901", *NEIGHBOURS])}
    cases = {(code, year): 50 + (n + year) % 7 for n, code in enumerate(NEIGHBOURS) for year in years}
    cases |= {("9901", year): 2 for year in years}
    rate = {at: 1e5 * n / people[at[0]] for at, n in cases.items()}
    made.fetched("U00958", rate | {("0000", year): 50.0 for year in years})
    told, _ = both("evictions is lower in 9901 than in 0000 in 2022", made, judged_as_pages(made))
    assert (told.outcome, told.deciding[0].obstacle) == (NOT_JUDGED, Obstacle.NO_MARGIN)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (HELD_BY_PAGES[4][0], "skillnaden ryms i vad den brukar svänga eller i urvalets osäkerhet."),
        (HELD_BY_PAGES[12][0], "osäkerheten är inte känd."),
    ],
)
def test_readers_are_told_why_two_places_are_not_told_apart(claim, said, among, verdicts):
    words = Vocabulary(among.catalog, load_places(among.paths), 2022, "9901")
    statement = parsed(claim, words)
    finding = evaluated(statement, Rows(current(among.table())), among.catalog, verdicts)
    assert ClaimWords(statement, words.catalog, words.places).values(finding).endswith(f" i riket: {said}")


def test_strict_holds_a_claim_against_the_verdicts_of_its_files_year(among):
    first, within = HELD_BY_PAGES[1][0], HELD_BY_PAGES[5][0]
    judged(among, f"  - claim: {first}\n", f"  - claim: {within}\n", f"  - claim: {HELD_BY_PAGES[7][0]}\n")
    check = claim_check(among.paths, among.catalog)
    assert (check.total, check.holding, check.not_judged) == (3, 1, 1)
    [line] = check.errors
    assert first in line


def test_no_page_calls_a_difference_chance():
    for path in sorted((REPOSITORY.root / "src").rglob("*")):
        if path.suffix in {".py", ".html"}:
            text = re.sub(r'"\s*\n\s*f?"', "", path.read_text("utf-8"))  # a sentence may be written on two lines
            assert "bero på slump" not in text, path


# A change that a later year takes back.


@pytest.fixture(scope="module")
def later(tmp_path_factory) -> Copy:
    """A share that rises and falls back in 9901 and rises on in 9902; and one that falls over a break."""
    made = made_up_root(tmp_path_factory.mktemp("later"))
    shares = {"9901": (9.8, 10.4, 9.5), "9902": (9.8, 10.4, 10.1)}
    made.fetched("N02280", {(p, 2022 + n): v for p, three in shares.items() for n, v in enumerate(three)})
    made.fetched("N31814", {("9901", year): value for year, value in {2015: 30, 2016: 35, 2017: 20}.items()})
    return made


def taken_back(claim: str, made: Copy, until: int = 2024) -> dict[str, tuple[int, float] | None]:
    table = current(made.table())
    words = Vocabulary(made.catalog, load_places(made.paths), until, "9901")
    finding = evaluated(parsed(claim, words), Rows(table[table["year"] <= until]), made.catalog)
    return {case.place: case.later for case in finding.cases}


RISE = "unemployment_bas rises in [9901, 9902] from 2022 to 2023"


def test_a_rise_that_a_later_year_takes_back_has_that_year_and_its_value(later):
    assert taken_back(RISE, later) == {"9901": (2024, 9.5), "9902": None}  # 10.1 is still above 9.8


def test_no_year_after_the_editions_takes_a_rise_back(later):
    assert taken_back(RISE, later, 2023) == {"9901": None, "9902": None}


def test_a_fall_is_taken_back_too(tmp_path):
    made = made_up_root(tmp_path)
    made.fetched("N02280", {("9901", 2022 + year): value for year, value in enumerate((9.0, 8.0, 9.0))})
    assert taken_back("unemployment_bas falls in 9901 from 2022 to 2023", made) == {"9901": (2024, 9.0)}


def test_a_year_behind_a_break_takes_nothing_back(later):
    claim = "long_term_social_assistance rises in 9901 from 2015 to 2016"
    assert 2017 in [cut.year for cut in later.catalog.indicators["long_term_social_assistance"].breaks]
    assert taken_back(claim, later) == {"9901": None}


def test_what_is_claimed_wrongly_is_taken_back_by_nothing(later):
    assert taken_back("unemployment_bas falls in 9902 from 2022 to 2023", later) == {"9902": None}


def test_readers_are_told_that_a_rise_is_gone(later):
    words = Vocabulary(later.catalog, load_places(later.paths), 2024, "9901")
    claimed, values = in_swedish(RISE, words, current(later.table()))
    assert claimed == "ökar i Påhittsby och Sagostad från 2022 till 2023."
    assert values == (
        "9,8 till 10,4 procent i Påhittsby, 9,8 till 10,4 i Sagostad. Ökningen är sedan borta: 9,5 procent i "
        "Påhittsby 2024."
    )


def judged(made: Copy, *claims: str) -> None:
    """An assessments file about the made-up region with these claims, one a line."""
    path = made.paths.assessments / "regions" / "sagan" / "2022.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MADE_UP_REGION + "claims:\n" + "".join(claims), "utf-8")


def line_of(made: Copy, text: str) -> int:
    path = made.paths.assessments / "regions" / "sagan" / "2022.yml"
    return next(n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if text in line)


def test_a_claim_that_cannot_be_read_names_file_line_and_claim(copy):
    judged(copy, "  - claim: fte_total falls in 9901 from 2020 to 2021\n", "  - claim: fte_total shrinks in 9901\n")
    with pytest.raises(ClaimError) as error:
        stated_claims(copy.paths, copy.catalog, load_places(copy.paths))
    [line] = error.value.errors
    place = f"data/assessments/regions/sagan/2022.yml:{line_of(copy, 'shrinks')}: claims.1.claim: "
    assert line.startswith(place + "'fte_total shrinks in 9901': 'shrinks' is no relation.")


def test_strict_fails_on_a_false_claim_that_nobody_has_looked_at(copy):
    judged(
        copy,
        "  - claim: fte_total falls in 9901 from 2020 to 2021\n",
        "  - claim: fte_total rises in 9902 from 2020 to 2021\n",
        "  - claim: fte_total rises in 9901 from 2020 to 2021\n    known: Dokumentet räknar annat.\n",
        "  - claim: fte_total falls in 0180 from 2020 to 2021\n",
    )
    check = claim_check(copy.paths, copy.catalog)
    assert (check.total, check.holding, check.known, check.not_judged, check.ok) == (4, 1, 1, 1, False)
    [line] = check.errors
    assert line.startswith(f"data/assessments/regions/sagan/2022.yml:{line_of(copy, 'rises in 9902')}: claims.1: ")
    assert (
        "'fte_total rises in 9902 from 2020 to 2021': the figures say otherwise: 50 (2020) and 45 (2021) in 9902"
        in line
    )


def test_strict_fails_on_a_known_disagreement_that_is_gone(copy):
    judged(copy, "  - claim: fte_total falls in 9901 from 2020 to 2021\n    known: Dokumentet räknar annat.\n")
    [line] = claim_check(copy.paths, copy.catalog).errors
    assert line.endswith("the figures bear it out now. Take 'known' away.")


def results(page, *claims: Claim, by: str = "Påhittsbys kommun") -> tuple[ClaimResult, ...]:
    return claim_results(claims, page.words, page.by_indicator, by, None)


def test_only_a_claim_that_the_figures_do_not_bear_out_is_told_in_one_sentence_and_why(copy):
    page = copy.page("overview")
    false, true, unknown = results(
        page,
        Claim(claim="fte_total rises in 9901 from 2020 to 2021", known="Dokumentet räknar annat."),
        Claim(claim="fte_total falls in 9901 from 2020 to 2021", note="Prövat på <delar>."),
        Claim(claim="evictions falls in 9901 from 2020 to 2021"),
    )
    assert false.told.replace("\u00a0", " ") == (
        "Påhittsbys kommuns påstående att summan av helårsekvivalenter ökar i Påhittsby från 2020 till 2021 får inte "
        "stöd av siffrorna: 80 till 70 helårsekvivalenter i Påhittsby. Dokumentet räknar annat."
    )
    assert (true.told, unknown.told) == ("", "")
    shown = tree(claims_html((false, true, unknown)))
    [said] = shown.xpath("//p[@class='disagreement']")
    assert not said.xpath("ancestor::details")
    assert said.text_content() == false.told
    folded = [item.text_content() for item in shown.xpath("//details//li")]
    outcomes = [OUTCOMES[outcome] in item for outcome, item in zip((FAILS, HOLDS, NOT_JUDGED), folded, strict=True)]
    assert outcomes == [True, True, True]
    assert "Prövat på <delar>." in folded[1]
    assert claims_html(()) == ""


def test_a_change_that_a_later_year_took_back_is_told(words, table):
    statement = parsed("fte_total falls in 9901 from 2020 to 2021", words)
    swedish = ClaimWords(statement, words.catalog, words.places)
    later = table[table["indicator"].eq("fte_total") & table["place"].eq("9901") & table["year"].eq(2021)]
    gone = pd.concat([table, later.assign(year=2022, value=85.0)])
    still = pd.concat([table, later.assign(year=2022, value=75.0)])
    assert swedish.parting(evaluated(statement, Rows(gone), words.catalog), "Analysgruppen").replace("\u00a0", " ") == (
        "Analysgruppens påstående att summan av helårsekvivalenter minskar i Påhittsby från 2020 till 2021 stämmer, "
        "men minskningen är sedan borta: 85 helårsekvivalenter i Påhittsby 2022."
    )
    assert swedish.parting(evaluated(statement, Rows(still), words.catalog), "Analysgruppen") == ""


def test_rounding_is_no_difference_and_a_number_that_is_none_is_told_with_the_value(copy):
    claims = [
        Claim(claim=f"neither_in_work_nor_study is {number} in 9901 in 2022") for number in ("12.9", "13.0", "13.1")
    ]
    cut, rounded, off = results(copy.page("overview"), *claims)
    assert (cut.told, rounded.told) == ("", "")
    assert off.told.replace("\u00a0", " ").endswith(
        "andelen unga utan arbete eller studier är 13,1 procent i Påhittsby 2022 får inte stöd av siffrorna: "
        "12,97 procent i Påhittsby."
    )


def test_a_single_place_more_is_named_and_not_counted(words, table):
    cases = tuple(Case(code, Reading(10.0 + at)) for at, code in enumerate(["9901", "9902", "9903"] * 3))
    statement = parsed("fte_total is below 5 in 9901 in 2021", words)
    swedish = ClaimWords(statement, words.catalog, words.places)
    seven, eight = (
        swedish.values(Finding(FAILS, tuple(replace(case, holds=False) for case in cases[:n]))) for n in (7, 8)
    )
    assert "till" not in seven
    assert "och 2 till" in eight


def tree(markup: str) -> Any:
    return html.fromstring(f"<div>{markup}</div>")


@pytest.mark.parametrize(
    ("page", "shown", "claimed", "outcome", "values"),
    [
        ("no_vulnerable_areas", sections.standing, "Otrygghet", HOLDS, ""),  # a survey, by its estimate
        ("housing", lambda report: sections.priority(report, "4.3"), "än i riket 2022", NOT_JUDGED, "inte känd"),
    ],
)
def test_a_page_holds_a_claim_against_its_own_verdicts_and_keeps_it_in_its_record(
    page, shown, claimed, outcome, values, frozen
):
    component = shown(frozen.page(page, "2480", 2024))
    claims = component.record["claims"]
    [item] = [item for item in claims if claimed in item["claimed"] and "riket" in item["claimed"]]
    assert item["mark"]["words"] == OUTCOMES[outcome]
    assert values in item["values"]
    assert not item["parting"]
    assert item["claimed"] not in component.html


def test_the_last_part_of_a_page_has_every_claim_of_the_area_in_a_fold(frozen):
    report = frozen.page("work", "2480", 2024)
    parts = [sections.standing(report), *(sections.priority(report, number) for number in ("5.1", "5.2"))]
    made = [re.sub(r"\W+", " ", claim["claimed"]) for part in parts for claim in part.record["claims"]]
    items = tree(sections.reading_list(report).html).xpath("//details//li")
    told = [re.sub(r"\W+", " ", item.text_content()).strip() for item in items]  # however dashes and spaces are set
    assert len(told) == len(made) > 3
    assert all(item.startswith(claim.strip()) for item, claim in zip(told, made, strict=True))


def test_the_regions_page_tells_its_documents_claims_apart(frozen):
    region = open_region("2480", 2024, root=str(frozen.paths.root))
    shown = tree(sections.claims(region).html.replace("\u00a0", " "))
    wrong = [said.text_content() for said in shown.xpath("//p[@class='disagreement']")]
    assert len(wrong) == 3
    assert any("835 till 863 helårsekvivalenter i Örnsköldsvik" in said for said in wrong)
    assert any("26 platser i Sorsele, −39 i Åsele" in said for said in wrong)
    assert all(said.startswith("Analysgruppens påstående att ") for said in wrong)
    assert len(shown.xpath("//details//li")) == len(sections.claims(region).record["claims"]) > 3
