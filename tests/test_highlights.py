"""*Det viktigaste*: at most six linked lines, chosen by rule from what is sure; all about made-up places."""

import re
from dataclasses import replace

import pandas as pd
import pytest
import yaml

from copies import Copy, made_up_root
from helpers import highlights
from helpers.report import Report
from lagesbild.catalog.load import CatalogError, load_catalog
from lagesbild.html.components import Highlight
from lagesbild.html.render import Component
from lagesbild.rules.comparing import Placing, Ranking
from lagesbild.rules.highlights import MOST_LINES, chosen, far_ranks, surest
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Direction, Movement
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.verdicts import (
    NOTHING,
    gap_line,
    moved_line,
    movement_sign,
    rank_line,
    status_line,
    target_line,
)

YEARS = range(2015, 2025)


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
    return highlights.highlights(report, lines)


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


def judged(copy: Copy, year: int, **statuses: str) -> None:
    """An assessments file in which everything goes to plan but what is named: `p1_2` is priority 1.2, `a3` area 3."""
    catalog = copy.catalog
    kinds = {
        "goals": ("g", catalog.goals),
        "areas": ("a", catalog.focus_areas),
        "priorities": ("p", catalog.priorities),
    }
    content = {
        "edition": dict.fromkeys(("published", "next_update", "contact")),
        "basis": dict.fromkeys(("title", "publisher", "judged_by"), "Påhittsby"),
        "plans": [],
        "projects": [],
    }
    for kind, (mark, entries) in kinds.items():
        content[kind] = {key: {"status": statuses.get(mark + key.replace(".", "_"), "Enligt plan")} for key in entries}
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
    judged(copy, 2024, p1_2="Mer arbete krävs", a3="Mer arbete krävs", g2="Mer arbete krävs")
    area, priority = lines(copy)["status"]
    assert area.name == "Fokusområde 3. Barns uppväxtvillkor"
    assert area.text == priority.text == status_line("Enligt plan", "Mer arbete krävs", 2024)
    assert (priority.name, priority.link) == (
        "1.2 Ett Påhittsby fritt från våld",
        "no_vulnerable_areas.html#prioritering-1-2",
    )
    assert {area.by, priority.by} == {"Kommunens bedömning"}


def test_statuses_are_compared_with_the_year_before_and_with_no_other(copy):
    judged(copy, 2022)
    judged(copy, 2024, p1_2="Mer arbete krävs")
    assert "status" not in lines(copy)


def test_a_movement_is_told_with_the_values_of_its_two_years(copy):
    copy.fetched_among("U00958", falling(100, 8))  # evictions: a hundred cases a year become 28
    [line] = lines(copy)["movement"]
    movement = copy.page("overview").movements["evictions"]
    assert (movement.span, movement.direction, movement.weak) == ((2015, 2024), Direction.DECREASED, False)
    assert line.text == moved_line(movement, measure(copy, "evictions"), (100, 28))
    assert (line.name, line.link, line.by) == ("Vräkningar", "housing.html#figur-18", "Beräknat")


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
    assert line.text.startswith("har minskat från 5,0")
    assert line.text.endswith(" 2024, till det bättre.")


def test_the_surest_worsening_goes_before_the_surest_improvement(copy):
    copy.fetched_among("N31807", falling(5, 0.2))
    copy.fetched_among("N31814", falling(40, 3))
    copy.fetched_among("U00958", {year: 30 + 20 * n for n, year in enumerate(YEARS)})
    moved = copy.page("overview").movements
    better = min(("received_social_assistance", "long_term_social_assistance"), key=lambda i: moved[i].p_adjusted)
    told = lines(copy)["movement"]
    assert [line.name for line in told] == ["Vräkningar", copy.catalog.indicators[better].label]


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
    assert line.name == f"{copy.catalog.indicators['unemployed'].label} (närliggande mått)"


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
    assert line.name.startswith("Behöriga till yrkesprogram")
    values = pd.Series({"year": 2024, "value": 60.0, "other_value": 90.0})
    assert line.text == gap_line(measure(copy, "eligible_for_vocational_programmes"), values)


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


def test_a_rank_is_told_in_the_best_and_the_worst_tenth_with_its_value_first(copy, monkeypatch):
    copy.fetched_among("N31807", dict.fromkeys(YEARS, 3.0), level=6.0)
    copy.fetched_among("N15428", dict.fromkeys(YEARS, 70.0), level=90.0)
    best, worst = Ranking(Placing(2024, 3.0, 29, 290, 1)), Ranking(Placing(2024, 70.0, 280, 290, 4))
    placed(monkeypatch, received_social_assistance=best, eligible_for_vocational_programmes=worst)
    low, high = lines(copy)["rank"]
    municipalities = copy.page("overview").geography.municipalities
    eligible, assistance = (
        measure(copy, name) for name in ("eligible_for_vocational_programmes", "received_social_assistance")
    )
    assert low.text == rank_line(eligible, worst.placing, municipalities)
    assert high.text == rank_line(assistance, best.placing, municipalities)


ASSISTANCE = "received_social_assistance"
BEST, WORST = Placing(2024, 3.0, 2, 290, 1), Placing(2024, 9.0, 289, 290, 4)


@pytest.mark.parametrize(
    ("placing", "to_country", "told"),
    [
        (WORST, Compared.HIGHER, True),  # much assistance: worse than riket
        (WORST, Compared.WITHIN, False),  # the worst place, and yet no more from riket than it uses to be
        (WORST, Compared.UNKNOWN, False),
        (WORST, Compared.LOWER, False),
        (BEST, Compared.LOWER, True),
        (BEST, Compared.WITHIN, False),
        (BEST, Compared.HIGHER, False),
        (replace(BEST, rank=40), Compared.LOWER, False),  # not in the best tenth
        (replace(BEST, year=2021), Compared.LOWER, False),  # too old
    ],
)
def test_a_far_rank_is_told_only_where_the_difference_to_riket_is_decided(copy, placing, to_country, told):
    found = far_ranks({ASSISTANCE: Ranking(placing)}, copy.catalog.indicators, {ASSISTANCE: to_country}, 2024)
    assert [line.placing for line in found] == ([placing] if told else [])


def test_there_are_never_more_than_six_lines_and_each_is_linked(copy, monkeypatch):
    judged(copy, 2023)
    judged(copy, 2024, a1="Mer arbete krävs", a2="Mer arbete krävs", a3="Mer arbete krävs")
    with_target(copy, "long_term_social_assistance", 2.0)
    fetched(copy, "N31814", {2023: 1.0, 2024: 3.0})
    copy.fetched_among("U00958", {year: 30 + 20 * n for n, year in enumerate(YEARS)})
    copy.fetched_among("N31807", falling(5, 0.2))
    first, last = Ranking(Placing(2024, 3.2, 1, 290, 1)), Ranking(Placing(2024, 210.0, 290, 290, 4))
    placed(monkeypatch, received_social_assistance=first, evictions=last)
    told = highlight_lines(copy.page("overview"))
    assert len(told) == MOST_LINES == 6
    assert [line.rule for line in told] == ["status", "status", "target", "movement", "movement", "rank"]
    html = overview_lines(copy.page("overview")).html
    assert html.count("<li>") == html.count('<li><a href="') == 6


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
