"""The front page: its words, its rows of areas, and its limits on the built report in a browser.

Rows and words are about made-up places; the limits hold for Umeå, Nordmaling, Stockholm and Gotland.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from lxml import html

from copies import REPOSITORY, Copy, made_up_root
from helpers import front
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Target
from lagesbild.html.render import Component
from lagesbild.rules.comparing import Placing
from lagesbild.rules.highlights import MOST_JUDGED, MOST_LINES
from lagesbild.statistics.combined import Arrow
from lagesbild.statistics.direction import Direction, Method, Movement
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.front import (
    ARROW_WORDS,
    NO_ARROW,
    NO_FIGURE,
    NOTHING,
    counted_plans,
    first_sentences,
    gap_line,
    moved_line,
    status_line,
    target_line,
    unfunded_line,
    unfunded_mark,
    worst_line,
)
from lagesbild.swedish.numbers import NBSP
from test_highlights import MORE, YEARS, falling, judged

# The words.

FELL = Movement(Direction.DECREASED, method=Method.POOL, better="lower", first_year=2015, last_year=2024)
ROSE = replace(FELL, direction=Direction.INCREASED)


@pytest.fixture(scope="module")
def assistance() -> Measure:
    catalog, name = load_catalog(REPOSITORY), "received_social_assistance"
    return Measure(catalog.indicators[name], catalog.unit_of(name), catalog.decimals_of(name))


def test_a_changed_status_tells_both_years():
    assert status_line("Enligt plan", "Mer arbete krävs", 2024) == (
        " har gått från Enligt plan 2023 till Mer arbete krävs 2024."
    )


def test_a_target_tells_its_value_and_who_set_it(assistance):
    target = Target(value=2.5, set_by="Påhittsbys fullmäktige, 2020")
    rest = "mot målets 2,5 (Påhittsbys fullmäktige, 2020)."
    assert target_line(assistance, target, 2.0, 2022, met=True) == f" nådde målet 2022: 2,0{NBSP}procent {rest}"
    lost = f" når inte längre målet 2024: 2,6{NBSP}procent {rest}"
    assert target_line(assistance, target, 2.6, 2024, met=False) == lost


@pytest.mark.parametrize(("edition", "fell", "rose"), [(2025, "har minskat", "har ökat"), (2026, "minskade", "ökade")])
def test_a_movement_tells_both_ends_and_is_told_in_the_past_tense_when_it_ended_long_ago(
    assistance, edition, fell, rose
):
    rest = f"från 5,0 till 3,2{NBSP}procent mellan 2015 och 2024, den tydligaste"
    assert moved_line(FELL, assistance, (5, 3.2), edition) == f" {fell} {rest} förbättringen i rapporten."
    assert moved_line(ROSE, assistance, (5, 3.2), edition) == f" {rose} {rest} försämringen i rapporten."


@pytest.mark.parametrize(
    ("rank", "ties", "n", "better", "said"),
    [
        (290, 1, 290, "lower", "högst bland landets kommuner"),
        (289, 1, 290, "lower", "näst högst bland landets kommuner"),
        (287, 1, 290, "higher", "fjärde lägst bland landets kommuner"),
        (288, 2, 290, "lower", "delad näst högst bland landets kommuner"),
        (281, 1, 290, "lower", "tionde högst bland landets kommuner"),
        (280, 1, 290, "lower", "plats 280 av 290 kommuner"),
        (286, 1, 286, "lower", "högst bland 286 kommuner med värde"),
        (200, 1, 286, "lower", "plats 200 av 286 kommuner med värde"),
    ],
)
def test_the_worst_place_is_counted_from_the_last_and_its_value_stands_first(assistance, rank, ties, n, better, said):
    entry = assistance.indicator.model_copy(update={"better": better})
    line = worst_line(replace(assistance, indicator=entry), Placing(2024, 9.0, rank, n, 4), ties, 290, 2025)
    than = {"lower": "högre", "higher": "lägre"}[better]
    assert line == f" är 9,0{NBSP}procent 2024, {said} och säkert {than} än i riket."


def test_a_worst_place_of_an_old_value_is_told_in_the_past_tense(assistance):
    assert worst_line(assistance, Placing(2022, 9.0, 290, 290, 4), 1, 290, 2024).startswith(" var 9,0")


def test_a_gap_among_the_most_important_has_both_values(assistance):
    gap = pd.Series({"year": 2024, "value": 60.0, "other_value": 90.0})
    rest = f"60,0{NBSP}procent för kvinnor och 90,0 för män 2024, den största skillnaden mellan kvinnor och män i "
    rest += "rapporten."
    assert gap_line(assistance, gap, 2024) == f" är {rest}"
    assert gap_line(assistance, gap, 2026) == f" var {rest}"


def test_plans_without_money_are_counted_in_words_and_named():
    assert [counted_plans(number) for number in (1, 2, 12, 13)] == ["En plan", "Två planer", "Tolv planer", "13 planer"]
    assert unfunded_line(["A", "B", "C"]) == " saknar pengar enligt kommunen: A, B och C."
    assert (unfunded_mark(["A"]), unfunded_mark([])) == ("En plan saknar pengar", "")


def test_every_arrow_has_its_few_words_and_none_needs_an_asterisk():
    assert set(ARROW_WORDS) == set(Arrow)
    words = [sign.words for sign in ARROW_WORDS.values()]
    assert len(set(words)) == len(words)
    assert not any("*" in each for each in words)
    assert {sign.tone for sign in ARROW_WORDS.values()} == {"good", "bad", ""}


# The rows of areas, of a made-up municipality among neighbours.


@pytest.fixture
def copy(tmp_path) -> Copy:
    made = made_up_root(tmp_path)
    made.with_neighbours()
    return made


def rows_of(shown: Component) -> list[list[str]]:
    """The cells of the areas' rows, without what only a phone's card shows."""
    tree = html.fromstring(f"<div>{shown.html}</div>")
    for label in tree.xpath("//*[@aria-hidden='true']"):
        label.drop_tree()
    return [[" ".join(cell.text_content().split()) for cell in row] for row in tree.xpath("//tbody/tr")]


def heads_of(shown: Component) -> list[str]:
    return html.fromstring(f"<div>{shown.html}</div>").xpath("//thead//th/text()")


PLANS = [
    {"area": "3", "name": "Torgplanen", "assessment": MORE, "funded": False},
    {"area": "3", "name": "Lampplanen", "assessment": MORE, "funded": False},
    {"area": "4", "name": "Bänkplanen", "assessment": MORE},
]


def test_a_row_has_status_plans_without_money_arrow_and_the_fact_of_the_leading_measure(copy):
    copy.fetched_among("U00958", falling(100, 8))
    judged(copy, 2024, PLANS, a3=MORE)
    shown = front.areas(copy.page("overview"))
    assert heads_of(shown) == ["Område", "Kommunens bedömning", "Beräknat", "Ett av måtten"]
    by_area = {row[0]: row[1:] for row in rows_of(shown)}
    assert list(by_area) == [
        "1 Påhittsby utan utsatta områden", "2 Samma makt för kvinnor och män", "3 Barns uppväxtvillkor",
        "4 Boende och bebyggelsemiljö", "5 Arbete och försörjning",
    ]  # fmt: skip
    assert by_area["3 Barns uppväxtvillkor"][0] == f"{MORE} Två planer saknar pengar"
    assert by_area["4 Boende och bebyggelsemiljö"][0] == "Enligt plan"
    assert by_area["4 Boende och bebyggelsemiljö"][2].startswith("Antalet vräkningar ")
    assert by_area["5 Arbete och försörjning"][1:] == [ARROW_WORDS[Arrow.NONE].words, NO_FIGURE]
    tree = html.fromstring(f"<div>{shown.html}</div>")
    assert tree.xpath("//tbody//a/@href")[:4] == [
        "no_vulnerable_areas.html", "equal_power.html", "childhood.html", "childhood.html#planer",
    ]  # fmt: skip


def test_the_arrow_of_an_area_is_in_words_with_how_far_its_figures_reach_and_equal_power_has_none(copy):
    copy.fetched_among("N31807", {year: 5 - 0.2 * n for n, year in enumerate(YEARS)})
    copy.fetched_among("N31814", {year: 40 - 3 * n for n, year in enumerate(YEARS)})
    arrows = {row[0][0]: row[1] for row in rows_of(front.areas(copy.page("overview")))}
    assert arrows["5"] == f"{ARROW_WORDS[Arrow.UP].words} siffror till 2024"
    assert arrows["2"] == NO_ARROW.words
    assert arrows["4"] == ARROW_WORDS[Arrow.NONE].words


def test_people_s_arrow_stands_under_their_status(copy):
    judged(copy, 2024)
    path = copy.paths.assessments / "9901" / "2024.yml"
    path.write_text(path.read_text("utf-8").replace("summary: Om a4.", "summary: Om a4.\n    arrow: up"), "utf-8")
    by_area = {row[0][0]: row[1] for row in rows_of(front.areas(copy.page("overview")))}
    assert by_area["4"] == f"Enligt plan {copy.catalog.programme.legend['up']}"
    assert by_area["5"] == "Enligt plan"


def test_where_nobody_has_judged_there_are_no_goals_no_empty_column_and_nobody_elses_titles(copy):
    page = copy.page("overview")
    assert front.goals(page).html == ""
    shown = front.areas(page)
    assert heads_of(shown) == ["Område", "Beräknat", "Ett av måtten"]
    assert [row[0] for row in rows_of(shown)][:2] == [
        f"{number} {copy.catalog.focus_areas[number].neutral}" for number in "12"
    ]
    assert "bedömning" not in shown.html
    head = front.header(page).html
    assert "Påhittsby kommun har inte lagt in några egna bedömningar" in head
    assert 'href="underlaget.html"' in head
    assert "data/" not in head
    judged(copy, 2024)
    assert "egna bedömningar" not in front.header(copy.page("overview")).html
    assert "Mål 2" in front.goals(copy.page("overview")).html


def test_an_empty_fact_of_the_edition_is_left_out(copy):
    judged(copy, 2024)
    assert "<dl" not in front.header(copy.page("overview")).html
    path = copy.paths.assessments / "9901" / "2024.yml"
    path.write_text(path.read_text("utf-8").replace("published: null", "published: '2024-10-01'"), "utf-8")
    head = html.fromstring(front.header(copy.page("overview")).html)
    assert [each.text_content() for each in head.xpath("//dl/div/*")] == ["Publicerad", "2024-10-01"]


def test_the_line_of_a_measure_is_hidden_from_screen_readers_for_the_fact_says_it(copy):
    copy.fetched_among("U00958", falling(100, 8))
    tree = html.fromstring(front.areas(copy.page("overview")).html)
    drawings = tree.xpath("//td/svg")
    assert drawings
    assert all(drawing.get("aria-hidden") == "true" and drawing.getnext().text_content() for drawing in drawings)


def test_the_first_paragraph_of_the_introduction_is_visible_and_the_rest_lies_in_a_fold_that_is_printed(copy):
    judged(copy, 2024)
    path = copy.paths.assessments / "9901" / "2024.yml"
    path.write_text(path.read_text("utf-8") + "introduction: |\n  Torgen är ljusa.\n\n  Bänkarna är få.\n", "utf-8")
    tree = html.fromstring(front.introduction(copy.page("overview")).html)
    [fold] = tree.xpath("//details[@class='written']")
    assert "Bänkarna är få." in fold.text_content()
    assert "Mål 2: Påhittsby ska växa hållbart utan några utsatta områden." in fold.text_content()
    fold.drop_tree()
    assert "Torgen är ljusa." in tree.text_content()
    assert "Bänkarna" not in tree.text_content()


# The limits, on the built report.

PLACES = {"2480": "Umeå", "2401": "Nordmaling", "0180": "Stockholm", "0980": "Gotland"}


@pytest.fixture(scope="module")
def fronts(report_of) -> dict[str, Path]:
    """The front pages' folders of four municipalities of 2024."""
    return {code: report_of(name).folder for code, name in PLACES.items()}


def visible(page: Path) -> html.HtmlElement:
    """What stands in `main` without drawings, folds and what is only for phones or scripts."""
    main = html.fromstring(page.read_text("utf-8")).xpath("//main")[0]
    for hidden in main.xpath(".//svg | .//details | .//*[@aria-hidden='true'] | .//*[contains(@class, 'unseen')]"):
        hidden.drop_tree()
    return main


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_at_most_eight_lines_matter_most_three_of_them_peoples_and_each_leads_to_what_is_there(fronts, place):
    section = visible(fronts[place] / "index.html").xpath("//section[@class='highlights']")[0]
    lines = section.xpath(".//li")
    assert len(lines) <= MOST_LINES
    assert bool(lines) != (NOTHING in section.text_content())
    if place == "2480":
        assert len(section.xpath(".//ul")[0]) == MOST_JUDGED
    for line in lines:
        [link] = line.xpath("./a/@href")
        assert line.text_content().strip().endswith(".")
        page, _, anchor = link.partition("#")
        target = fronts["2480"] / (page or "index.html")
        assert target.is_file()
        assert not anchor or html.fromstring(target.read_text("utf-8")).get_element_by_id(anchor) is not None


AREAS_END = "document.querySelector('.areas tbody tr:last-child').getBoundingClientRect().bottom + scrollY"
FIRST_FIGURE = "document.querySelector('main figure').getBoundingClientRect().top + scrollY"


def test_a_line_has_whole_sentences_of_a_long_summary_and_at_least_the_first():
    short, long = "Det går bra. Mer behövs.", "En mening. " * 30
    assert first_sentences(short) == short
    assert first_sentences(long) == " ".join(["En mening."] * 21)
    assert first_sentences("x" * 300) == "x" * 300
