"""*Det viktigaste*: at most six linked lines, chosen by rule from what is firm; all about made-up places."""

import re

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
from lagesbild.rules.highlights import MOST_LINES, chosen, turned
from lagesbild.statistics.trends import Trend
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.verdicts import (
    NOTHING,
    gap_line,
    rank_line,
    status_line,
    target_line,
    trend_line,
    verdict_sign,
)

YEARS = range(2015, 2025)


@pytest.fixture
def copy(tmp_path) -> Copy:
    return made_up_root(tmp_path)


def overview_lines(report: Report) -> Component:
    """The chapter as the overview's cell makes it."""
    ranks = {indicator: report.ranking(indicator) for indicator in report.ranked}
    assessments = (report.before, report.assessment)
    lines = chosen(report.data, report.catalog, report.place, report.year, assessments, ranks)
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


def with_people(copy: Copy) -> None:
    fetched(copy, "N01951", dict.fromkeys(YEARS, 100_000))


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


def test_a_clear_trend_is_told_with_its_two_values_and_no_doubt(copy):
    with_people(copy)
    fetched(copy, "U00958", falling(100, 8))  # evictions: a hundred cases a year become 28
    [line] = lines(copy)["trend"]
    trend = copy.page("overview").trends["evictions"]
    assert (trend.first_year, trend.last_year, trend.weak) == (2015, 2024, False)
    assert line.text == trend_line(trend, measure(copy, "evictions"), (100, 28), turned=False)
    assert (line.name, line.link, line.by) == ("Vräkningar", "housing.html#figur-18", "Beräknat")


def test_a_weak_trend_is_worded_weak_and_a_firm_one_goes_before_it(copy):
    fetched(copy, "N31807", falling(5, 0.2))  # a register without cases
    [weak] = lines(copy)["trend"]
    trend = copy.page("overview").trends["received_social_assistance"]
    assert trend.weak
    assert weak.text == trend_line(trend, measure(copy, "received_social_assistance"), (5, 3.2), turned=False)
    with_people(copy)
    fetched(copy, "U00958", falling(100, 5))  # its p is the larger one
    [firm] = lines(copy)["trend"]
    assert firm.name == "Vräkningar"


def test_the_words_are_those_of_the_trend_beside_the_judgement(copy):
    fetched(copy, "N31807", falling(5, 0.2))
    report = copy.page("work")
    [line] = lines(copy)["trend"]
    assert line.text.startswith(verdict_sign(report.trends["received_social_assistance"]).words.lower())


def test_a_worsening_trend_goes_before_an_improving_one(copy):
    with_people(copy)
    fetched(copy, "N31807", falling(5, 0.2))
    fetched(copy, "U00958", {year: 10 + 20 * n for n, year in enumerate(YEARS)})
    worse, better = lines(copy)["trend"]
    assert (worse.name, better.name) == ("Vräkningar", "Fick ekonomiskt bistånd")


def test_a_trend_has_turned_when_last_years_edition_would_have_had_the_opposite_arrow():
    assert turned(Trend(sign=1), Trend(sign=-1))
    assert not turned(Trend(sign=1), Trend(sign=1))
    assert not turned(Trend(sign=1), Trend(sign=0))
    assert not turned(Trend(sign=1), None)


def test_a_trend_of_a_stand_in_or_of_a_measure_without_direction_is_never_told(copy):
    with_people(copy)
    fetched(copy, "N07403", falling(900, 80))  # violent crime reported: neither end is better
    fetched(copy, "N03920", falling(9, 0.5))  # unemployed: stands in
    assert "trend" not in lines(copy)


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


def test_the_largest_gap_is_told_where_women_and_men_were_long_on_the_same_side(copy):
    level = dict.fromkeys(YEARS, 10.0)
    fetched(copy, "N02797", {"T": level, "K": dict.fromkeys(YEARS, 9.0), "M": dict.fromkeys(YEARS, 11.0)})
    fetched(copy, "N15428", {"T": level, "K": dict.fromkeys(YEARS, 60.0), "M": dict.fromkeys(YEARS, 90.0)})
    [line] = lines(copy)["gap"]
    values = pd.Series({"year": 2024, "women": 60.0, "men": 90.0})
    assert line.name.startswith("Behöriga till yrkesprogram")
    assert line.text == gap_line(measure(copy, "eligible_for_vocational_programmes"), values)
    crossed = {year: 60.0 if year != 2020 else 91.0 for year in YEARS}
    copy.fetched("N15428", {("9901", year, "K"): value for year, value in crossed.items()}, date="2024-06-01")
    [other] = lines(copy)["gap"]
    assert other.name.startswith("Varken arbetar eller studerar")


def test_a_surveys_gap_without_margins_is_not_told(copy):
    fetched(
        copy, "N00610", {sex: dict.fromkeys(YEARS, value) for sex, value in {"T": 70.0, "K": 50.0, "M": 90.0}.items()}
    )
    assert "gap" not in lines(copy)


def placed(monkeypatch, **ranks: Ranking) -> None:
    monkeypatch.setattr(Report, "ranking", lambda report, indicator: ranks.get(indicator, Ranking()))


def test_a_rank_is_told_in_the_best_and_the_worst_tenth_with_its_value_first(copy, monkeypatch):
    fetched(copy, "N31807", {2024: 3.0})
    fetched(copy, "N15428", {2024: 70.0})
    best, worst = Ranking(Placing(2024, 29, 290, 1)), Ranking(Placing(2024, 280, 290, 4))
    placed(monkeypatch, received_social_assistance=best, eligible_for_vocational_programmes=worst)
    low, high = lines(copy)["rank"]
    municipalities = copy.page("overview").geography.municipalities
    eligible, assistance = (
        measure(copy, name) for name in ("eligible_for_vocational_programmes", "received_social_assistance")
    )
    assert low.text == rank_line(eligible, 70.0, worst.latest, municipalities)
    assert high.text == rank_line(assistance, 3.0, best.latest, municipalities)


@pytest.mark.parametrize(
    ("indicator", "series", "ranking"),
    [
        ("received_social_assistance", "N31807", Ranking(Placing(2024, 40, 290, 1))),  # not in the best tenth
        ("received_social_assistance", "N31807", Ranking(Placing(2024, 2, 290, 1), plausible=(1, 90))),  # by chance
        ("evictions", "U00958", Ranking(Placing(2024, 2, 290, 1))),  # a rate whose cases are not known
        ("safe_outdoors_after_dark", "N00610", Ranking(Placing(2024, 2, 200, 1))),  # a survey without margins
        ("received_social_assistance", "N31807", Ranking(Placing(2020, 2, 290, 1))),  # too old
    ],
)
def test_a_rank_that_is_not_firm_is_not_told(copy, monkeypatch, indicator, series, ranking):
    fetched(copy, series, {2020: 3.0, 2024: 3.0})
    placed(monkeypatch, **{indicator: ranking})
    assert "rank" not in lines(copy)


def test_there_are_never_more_than_six_lines_and_each_is_linked(copy, monkeypatch):
    judged(copy, 2023)
    judged(copy, 2024, a1="Mer arbete krävs", a2="Mer arbete krävs", a3="Mer arbete krävs")
    with_people(copy)
    with_target(copy, "long_term_social_assistance", 2.0)
    fetched(copy, "N31814", {2023: 1.0, 2024: 3.0})
    fetched(copy, "U00958", {year: 10 + 20 * n for n, year in enumerate(YEARS)})
    fetched(copy, "N31807", falling(5, 0.2))
    first, last = Ranking(Placing(2024, 1, 290, 1)), Ranking(Placing(2024, 290, 290, 4))
    placed(monkeypatch, received_social_assistance=first, evictions=last)
    told = highlight_lines(copy.page("overview"))
    assert len(told) == MOST_LINES == 6
    assert [line.rule for line in told] == ["status", "status", "target", "trend", "trend", "rank"]
    html = overview_lines(copy.page("overview")).html
    assert html.count("<li>") == html.count('<li><a href="') == 6


def test_every_link_leads_to_a_page_and_a_section_that_it_has(copy):
    with_people(copy)
    fetched(copy, "U00958", falling(100, 8))
    fetched(copy, "N31807", {year: 5 + 0.2 * n for n, year in enumerate(YEARS)})
    fetched(copy, "N02797", {sex: dict.fromkeys(YEARS, 10.0 + n) for n, sex in enumerate("KTM")})
    told = highlight_lines(copy.page("overview"))
    assert len(told) == 3
    for line in told:
        page, anchor = line.link.split("#")
        html = "".join(component.html for component in copy.run(page.removesuffix(".html") or "overview").values())
        assert re.search(f'id="{anchor}"', html), line.link
