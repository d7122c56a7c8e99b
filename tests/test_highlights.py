"""*Det viktigaste*: at most eight linked lines, people's first, others by rule from what is sure; made-up places."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest
import yaml
from lxml.html import fromstring as html_tree

from copies import Copy, made_up_root
from helpers import front
from helpers.report import Report
from lagesbild.catalog.load import CatalogError, load_catalog
from lagesbild.html.components import Highlight
from lagesbild.html.render import Component
from lagesbild.rules.comparing import Placing, Ranking
from lagesbild.rules.directions import area_indicators
from lagesbild.rules.highlights import MOST_JUDGED, MOST_LINES, chosen, leading, surest, work_needed, worst_place
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Direction, Movement
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.front import (
    NOTHING,
    gap_line,
    moved_line,
    status_line,
    target_line,
    unfunded_line,
    worst_line,
)
from lagesbild.swedish.verdicts import movement_sign

YEARS = range(2015, 2025)
MORE = "Mer arbete krävs"


@pytest.fixture
def copy(tmp_path) -> Copy:
    """The made-up project among neighbours, without its own series, so that each test tells what there is."""
    made = made_up_root(tmp_path)
    made.with_neighbours()
    return made


def overview_lines(report: Report) -> Component:
    """The chapter as the overview's cell makes it."""
    ranks = {indicator: report.ranking(indicator) for indicator in report.ranked}
    assessments = (report.before, report.assessment)
    lines = chosen(report.judged, report.data, report.catalog, report.place, report.year, assessments, ranks)
    return front.highlights(report, lines)


def highlight_lines(report: Report) -> list[Highlight]:
    return [Highlight(**line) for line in overview_lines(report).record["lines"]]


def lines(copy: Copy, year: int = 2024) -> dict[str, list[Highlight]]:
    """The lines of the made-up municipality's overview by the rule that chose them."""
    by_rule: dict[str, list[Highlight]] = {}
    for line in highlight_lines(copy.page("overview", year=year)):
        by_rule.setdefault(line.rule, []).append(line)
    return by_rule


def measure(copy: Copy, indicator: str) -> Measure:
    """The indicator as the catalogue on disk has it."""
    catalog = load_catalog(copy.paths)
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


def judged(copy: Copy, year: int, plans: Sequence[dict] = (), silent: str = "", **statuses: str) -> None:
    """An assessments file in which everything goes to plan but what is named: `p1_2` is priority 1.2, `a3` area 3.

    Each has a summary that names it, but the one named `silent`.
    """
    catalog = copy.catalog
    kinds = {
        "goals": ("g", catalog.goals),
        "areas": ("a", catalog.focus_areas),
        "priorities": ("p", catalog.priorities),
    }
    content = {
        "edition": dict.fromkeys(("published", "next_update", "contact")),
        "basis": dict.fromkeys(("title", "publisher", "judged_by"), "Påhittsby"),
        "plans": list(plans),
        "projects": [],
    }
    for kind, (mark, entries) in kinds.items():
        names = {key: mark + key.replace(".", "_") for key in entries}
        content[kind] = {
            key: {"status": statuses.get(name, "Enligt plan")} | ({} if name == silent else {"summary": f"Om {name}."})
            for key, name in names.items()
        }
    path = copy.paths.assessments / "9901" / f"{year}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def fetched(copy: Copy, series: str, values, sexes: str = "T") -> None:
    """A yearly series that ends in 2024; `values` is year -> value, or sex -> year -> value."""
    by_sex = values if set(values) <= set("TKM") else dict.fromkeys(sexes, values)
    copy.fetched(
        series, {("9901", year, sex): value for sex, values_of in by_sex.items() for year, value in values_of.items()}
    )


def falling(first: float, step: float) -> dict[int, float]:
    return {year: first - step * n for n, year in enumerate(YEARS)}


def with_target(copy: Copy, indicator: str, value: float, file: str = "work") -> None:
    path = copy.paths.catalog / "indicators" / f"{file}.yml"
    text = path.read_text("utf-8")
    entry = f"  {indicator}:\n"
    assert entry in text
    target = f'    target: {{value: {value}, set_by: "Påhittsbys fullmäktige, 2020"}}\n'
    path.write_text(text.replace(entry, entry + target), "utf-8")


def test_nothing_firm_gives_no_line_and_says_so(copy):
    page = copy.page("overview")
    assert highlight_lines(page) == []
    shown = overview_lines(page)
    assert NOTHING in shown.html
    assert "<li" not in shown.html


def test_a_status_that_changed_since_last_year_is_told_as_the_municipalitys_own(copy):
    judged(copy, 2023)
    judged(copy, 2024, p1_2=MORE, a3=MORE, g2=MORE)
    area, priority = lines(copy)["status"]
    assert area.name == "Barns uppväxtvillkor"
    assert area.text == priority.text == status_line("Enligt plan", MORE, 2024)
    assert (priority.name, priority.link) == (
        "Ett Påhittsby fritt från våld",
        "no_vulnerable_areas.html#prioritering-1-2",
    )
    assert {area.by, priority.by} == {"Kommunens bedömning"}
    assert "work_needed" not in lines(copy)  # a change of an area and what people say of it are one matter


def test_what_people_say_of_the_areas_that_need_more_work_comes_first_those_with_the_most_such_priorities(copy):
    judged(copy, 2024, a2=MORE, a4=MORE, p4_1=MORE, p4_2=MORE, p2_1=MORE, p5_2=MORE, p1_1=MORE)
    told = highlight_lines(copy.page("overview"))
    assert [line.rule for line in told] == ["work_needed"] * MOST_JUDGED
    assert [line.text for line in told] == [": Om a4.", ": Om a2.", ": Om p1_1."]  # 5.2 has no room
    assert [line.link for line in told][:2] == ["housing.html", "equal_power.html"]
    assert (told[2].name, told[2].link) == (
        "Förhindra framväxten av segregation och utsatta områden", "no_vulnerable_areas.html#prioritering-1-1",
    )  # fmt: skip
    assert {line.by for line in told} == {"Kommunens bedömning"}


def test_what_goes_to_plan_or_has_no_summary_is_no_line(copy):
    judged(copy, 2024, a1=MORE, silent="a1")
    assert work_needed(copy.catalog, copy.page("overview").assessment) == []
    judged(copy, 2024)
    assert highlight_lines(copy.page("overview")) == []
    assert work_needed(copy.catalog, None) == []


def test_the_plans_without_money_are_one_line_and_a_plan_under_two_areas_is_one_plan(copy):
    plans = [
        {"area": area, "name": name, "assessment": MORE, "funded": funded}
        for area, name, funded in (
            ("2", "Torgplanen", False),
            ("3", "Torgplanen", False),
            ("4", "Lampplanen", True),
            ("4", "Bänkplanen", None),
            ("4", None, False),
            ("5", "Brunnsplanen", False),
        )
    ]
    judged(copy, 2024, plans)
    [line] = highlight_lines(copy.page("overview"))
    assert (line.name, line.link, line.by) == ("Två planer", front.UNFUNDED, "Kommunens bedömning")
    assert line.text == unfunded_line(["Torgplanen", "Brunnsplanen"])
    judged(copy, 2024, plans[:2])
    assert highlight_lines(copy.page("overview"))[0].name == "En plan"
    judged(copy, 2024, plans[2:5])
    assert highlight_lines(copy.page("overview")) == []


def test_statuses_are_compared_with_the_year_before_and_with_no_other(copy):
    judged(copy, 2022)
    judged(copy, 2024, p1_2=MORE)
    assert "status" not in lines(copy)


def test_a_movement_is_told_with_the_values_of_its_two_years(copy):
    copy.fetched_among("U00958", falling(100, 8))  # evictions: a hundred cases a year become 28
    [line] = lines(copy)["movement"]
    movement = copy.page("overview").movements["evictions"]
    assert (movement.span, movement.direction, movement.weak) == ((2015, 2024), Direction.DECREASED, False)
    assert line.text == moved_line(movement, measure(copy, "evictions"), (100, 28), 2024)
    assert (line.name, line.link, line.by) == ("Antalet vräkningar", "housing.html#figur-18", "Beräknat")


def test_what_moves_no_more_than_the_measure_uses_to_swing_is_not_told(copy):
    copy.fetched_among("N31807", {year: 5 + 0.1 * (year % 3) for year in YEARS})
    assert copy.page("overview").movements["received_social_assistance"].direction is Direction.NO_MOVEMENT
    assert "movement" not in lines(copy)


def test_the_words_are_those_of_the_movement_beside_the_judgement(copy):
    copy.fetched_among("N31807", falling(5, 0.2))
    report = copy.page("work")
    [line] = lines(copy)["movement"]
    words = movement_sign(report.movements["received_social_assistance"]).words
    assert words == "Har minskat, till det bättre"
    assert line.text.startswith(" har minskat från 5,0 till 3,2")
    assert line.text.endswith(" 2015 och 2024, den tydligaste förbättringen i rapporten.")


def test_the_surest_worsening_goes_before_the_surest_improvement(copy):
    copy.fetched_among("N31807", falling(5, 0.2))
    copy.fetched_among("N31814", falling(40, 3))
    copy.fetched_among("U00958", {year: 30 + 20 * n for n, year in enumerate(YEARS)})
    moved = copy.page("overview").movements
    better = min(("received_social_assistance", "long_term_social_assistance"), key=lambda i: moved[i].p_adjusted)
    told = lines(copy)["movement"]
    assert [line.name for line in told] == ["Antalet vräkningar", copy.catalog.indicators[better].subject]


def moved(p: float, good: bool, **more) -> Movement:
    direction = Direction.DECREASED if good else Direction.INCREASED
    return replace(Movement(direction, better="lower", first_year=2015, last_year=2024, p_adjusted=p), **more)


def test_of_several_the_smallest_adjusted_p_is_told_and_a_weak_one_never():
    values = dict.fromkeys("abcdef", pd.DataFrame({"value": {2015: 1.0, 2024: 2.0}}))
    known = {
        "a": moved(1e-4, good=False),
        "b": moved(1e-6, good=False),
        "c": moved(1e-9, good=False, weak=True),
        "d": moved(1e-5, good=True),
        "e": moved(1e-8, good=True, better="neither"),
        "f": moved(1e-7, good=True, direction=Direction.TURNED),
    }
    assert [(line.indicator, line.ends) for line in surest(known, values)] == [("b", (1.0, 2.0)), ("d", (1.0, 2.0))]
    assert list(surest({"c": known["c"]}, values)) == []


def test_a_stand_in_is_told_under_its_own_name_and_a_measure_without_a_better_end_never(copy):
    copy.fetched_among("N07403", falling(900, 80))  # violent crime reported: neither end is better
    copy.fetched_among("N03920", falling(9, 0.5))  # unemployed: stands in
    [line] = lines(copy)["movement"]
    assert copy.page("overview").movements["reported_violent_crime"].sign == -1
    assert line.name == copy.catalog.indicators["unemployed"].subject


def test_a_target_is_told_in_the_year_that_it_is_met_and_in_the_year_that_it_is_lost(copy):
    with_target(copy, "received_social_assistance", 2.5)
    fetched(copy, "N31807", {2021: 3.0, 2022: 2.0, 2023: 2.1, 2024: 2.6})
    assert "target" not in lines(copy, 2023)
    [met] = lines(copy, 2022)["target"]
    assistance = measure(copy, "received_social_assistance")
    assert met.text == target_line(assistance, assistance.indicator.target, 2.0, 2022, met=True)
    [lost] = lines(copy)["target"]
    assert lost.text == target_line(assistance, assistance.indicator.target, 2.6, 2024, met=False)


def test_a_target_within_a_surveys_margin_is_neither_met_nor_lost(copy):
    with_target(copy, "unsafe_at_night", 18.0, "no_vulnerable_areas")
    fetched(copy, "N07609", {2022: 19.0, 2024: 17.0})
    assert "target" not in lines(copy)  # no margins at all
    copy.fetched("N07657", {("9901", 2022): 0.9, ("9901", 2024): 1.5})
    assert "target" not in lines(copy)
    copy.fetched("N07657", {("9901", 2022): 0.9, ("9901", 2024): 0.9}, date="2024-06-01")
    assert "target" in lines(copy)


def test_a_target_for_a_measure_without_a_better_side_is_refused(copy):
    with_target(copy, "reported_violent_crime", 700.0, "no_vulnerable_areas")
    with pytest.raises(CatalogError, match=r"no_vulnerable_areas.yml:\d+: .*target: a target needs a better side"):
        load_catalog(copy.paths)


def gap_of(copy: Copy, series: str, women: float, men: float) -> None:
    """Ten years of a gap that swings a little, among neighbours whose women and men swing about the same level."""
    for sex, value in {"K": women, "M": men, "T": (women + men) / 2}.items():
        own = {year: value * (1.02 if sex == "K" and year % 2 else 1) for year in YEARS}
        copy.fetched_among(series, own, sex, level=(women + men) / 2)


def test_the_largest_sure_gap_beside_its_level_is_told(copy):
    gap_of(copy, "N02797", 9.0, 11.0)
    gap_of(copy, "N15428", 60.0, 90.0)
    [line] = lines(copy)["gap"]
    assert line.name == copy.catalog.indicators["eligible_for_vocational_programmes"].subject
    values = pd.Series({"year": 2024, "value": 60.0, "other_value": 90.0})
    assert line.text == gap_line(measure(copy, "eligible_for_vocational_programmes"), values, 2024)


def test_a_gap_that_is_not_sure_is_not_told(copy):
    gap_of(copy, "N02797", 9.8, 10.2)  # no more than it uses to swing
    fetched(copy, "N15428", {"K": {2024: 60.0}, "M": {2024: 90.0}})  # nothing tells how much it does
    assert "gap" not in lines(copy)


def test_a_surveys_gap_without_margins_is_not_told(copy):
    fetched(
        copy, "N00610", {sex: dict.fromkeys(YEARS, value) for sex, value in {"T": 70.0, "K": 50.0, "M": 90.0}.items()}
    )
    assert "gap" not in lines(copy)


def placed(monkeypatch, **ranks: Ranking) -> None:
    monkeypatch.setattr(Report, "ranking", lambda report, indicator: ranks.get(indicator, Ranking()))


def test_the_worst_place_is_told_with_its_value_first_and_the_best_is_not(copy, monkeypatch):
    copy.fetched_among("N31807", dict.fromkeys(YEARS, 3.0), level=6.0)
    copy.fetched_among("N15428", dict.fromkeys(YEARS, 70.0), level=90.0)
    best, worst = Ranking(Placing(2024, 3.0, 29, 290, 1)), Ranking(Placing(2024, 70.0, 280, 290, 4))
    placed(monkeypatch, received_social_assistance=best, eligible_for_vocational_programmes=worst)
    [line] = lines(copy)["rank"]
    municipalities = copy.page("overview").geography.municipalities
    eligible = measure(copy, "eligible_for_vocational_programmes")
    assert line.text == worst_line(eligible, worst.placing, 1, municipalities, 2024)


ASSISTANCE = "received_social_assistance"
BEST, WORST = Placing(2024, 3.0, 2, 290, 1), Placing(2024, 9.0, 200, 290, 4)
RANKS = pd.DataFrame({"indicator": ASSISTANCE, "sex": "T", "rank": [1, 2, 200, 200, 202]})


@pytest.mark.parametrize(
    ("placing", "to_country", "told"),
    [
        (WORST, Compared.HIGHER, True),  # much assistance: worse than riket
        (WORST, Compared.WITHIN, False),  # a bad place, and yet no more from riket than it uses to be
        (WORST, Compared.UNKNOWN, False),
        (WORST, Compared.LOWER, False),
        (BEST, Compared.LOWER, False),
        (BEST, Compared.HIGHER, False),
        (replace(WORST, rank=140), Compared.HIGHER, False),  # in the better half
        (replace(WORST, year=2021), Compared.HIGHER, False),  # too old
    ],
)
def test_the_worst_place_is_told_only_where_it_is_decided_against_riket(copy, placing, to_country, told):
    found = worst_place({ASSISTANCE: Ranking(placing)}, copy.catalog.indicators, {ASSISTANCE: to_country}, RANKS, 2024)
    assert [(line.placing, line.ties) for line in found] == ([(placing, 2)] if told else [])


def test_of_several_sure_places_the_one_nearest_the_last_is_told(copy):
    other = "long_term_social_assistance"
    rankings = {ASSISTANCE: Ranking(WORST), other: Ranking(replace(WORST, rank=150, n=161))}
    sure = dict.fromkeys(rankings, Compared.HIGHER)
    assert [line.indicator for line in worst_place(rankings, copy.catalog.indicators, sure, RANKS, 2024)] == [other]


def test_an_area_is_told_by_the_catalogues_measure_else_by_its_own_before_another_and_judged_before_not(copy):
    catalog = copy.catalog
    own = ["reported_crime", "unsafe_at_night", "integration_work_done_well"]
    judged_one = {"integration_work_done_well": moved(0.1, good=True)}
    assert leading(catalog, "1", own, {}) == catalog.focus_areas["1"].leading == "reported_crime"
    assert leading(catalog, "1", own[1:], {}) == "unsafe_at_night"
    assert leading(catalog, "1", own[1:], judged_one) == "integration_work_done_well"
    assert leading(catalog, "1", ["reported_violent_crime", "unsafe_at_night"], {}) == "unsafe_at_night"
    near = {"reported_violent_crime": moved(0.1, good=True)}  # judged, and yet no measure of the report
    assert leading(catalog, "1", ["reported_violent_crime", "unsafe_at_night"], near) == "unsafe_at_night"
    assert leading(catalog, "1", ["reported_violent_crime"], {}) == "reported_violent_crime"
    assert leading(catalog, "1", ["evictions"], {}) == ""


def test_every_leading_measure_stands_on_the_page_of_its_area(copy):
    for area, entry in copy.catalog.focus_areas.items():
        assert entry.leading in area_indicators(copy.catalog, area)


def test_there_are_never_more_than_eight_lines_three_of_them_peoples_and_each_is_linked(copy, monkeypatch):
    judged(copy, 2023)
    plans = [{"area": "3", "name": "Torgplanen", "assessment": MORE, "funded": False}]
    judged(copy, 2024, plans, a1=MORE, a2=MORE, a3=MORE, a4=MORE, a5=MORE)
    with_target(copy, "long_term_social_assistance", 2.0)
    fetched(copy, "N31814", {2023: 1.0, 2024: 3.0})
    copy.fetched_among("U00958", {year: 30 + 20 * n for n, year in enumerate(YEARS)})
    copy.fetched_among("N31807", falling(5, 0.2))
    gap_of(copy, "N15428", 60.0, 90.0)
    placed(monkeypatch, evictions=Ranking(Placing(2024, 210.0, 290, 290, 4)))
    told = highlight_lines(copy.page("overview"))
    rules = ["target", "movement", "movement", "rank", "gap", "plans"]
    assert [line.rule for line in told] == ["status", "status", *rules]  # six rules leave room for two of people's
    assert len(told) == MOST_LINES == 8
    html = overview_lines(copy.page("overview")).html
    assert html.count("<li>") == html.count('<li><a href="') == 8
    (copy.paths.assessments / "9901" / "2023.yml").unlink()
    placed(monkeypatch)
    told = highlight_lines(copy.page("overview"))
    assert [line.rule for line in told] == ["work_needed"] * 3 + [rule for rule in rules if rule != "rank"]
    assert MOST_JUDGED == 3


def test_who_says_it_stands_above_the_lines_once_for_each_group(copy):
    copy.fetched_among("U00958", falling(100, 8))
    plans = [{"area": "3", "name": "Torgplanen", "assessment": MORE, "funded": False}]
    judged(copy, 2024, plans, a1=MORE, a2=MORE)
    shown = html_tree(overview_lines(copy.page("overview")).html)
    by = [paragraph.text for paragraph in shown.xpath("//p[@class='by']")]
    assert by == ["Kommunens bedömning", "Beräknat", "Kommunens bedömning"]
    groups = shown.xpath("//ul[@class='entries']")
    assert [len(group) for group in groups] == [2, 1, 1]
    assert [shown.get_element_by_id(group.get("aria-labelledby")).text for group in groups] == by


def test_every_link_leads_to_a_page_and_a_section_that_it_has(copy):
    copy.fetched_among("U00958", falling(100, 8))
    copy.fetched_among("N31807", {year: 5 + 0.5 * n for n, year in enumerate(YEARS)})
    gap_of(copy, "N02797", 8.0, 12.0)
    told = highlight_lines(copy.page("overview"))
    assert len(told) == 3
    for line in told:
        page, anchor = line.link.split("#")
        html = "".join(component.html for component in copy.run(page.removesuffix(".html") or "overview").values())
        assert re.search(f'id="{anchor}"', html), line.link
