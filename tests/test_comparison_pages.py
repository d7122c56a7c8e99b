"""What pages say of other places, of women and men, of arrows that differ and of the years ahead: made-up figures."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from lxml import html

from copies import Copy, made_up_root
from helpers import basis, compare, highlights, sections
from helpers.report import Report
from lagesbild.assessments import Judgement
from lagesbild.html.marks import disagreement, reach
from lagesbild.html.render import Component
from lagesbild.places import Places
from lagesbild.publishing.pages import download_of
from lagesbild.rules.comparing import Gap, differences, place_gaps
from lagesbild.rules.directions import (
    combined_trend,
    judged_series,
    last_common_year,
    near_priority,
    place_outlooks,
    priority_indicators,
    stand_ins,
)
from lagesbild.sources.snapshot import NAME, Manifest, whole_years
from lagesbild.statistics.combined import Arrow, GapMovement
from lagesbild.statistics.outlook import NoOutlook
from lagesbild.statistics.ranks import NoRank
from lagesbild.statistics.trends import Method, Reason, Trend, Verdict
from lagesbild.swedish import verdicts
from lagesbild.swedish.findings import (
    CHANCE,
    CLASSES_ARE_OURS,
    QUARTILES,
    UNKNOWN,
    no_rank_text,
    plausible_text,
    rank_text,
)
from lagesbild.swedish.verdicts import (
    ARROWS,
    NO_OUTLOOK,
    VERDICTS,
    basis_text,
    differing_text,
    movement_text,
    p_text,
    reach_text,
    tried_text,
    verdict_sign,
    weakness_text,
)
from lagesbild.tidy.schema import typed

MINUS = "\u2212"
NATION = ["9901", "9902", "9903", *(str(code) for code in range(9000, 9287))]
NAMES = {"0000": "Riket", "0099": "Region Saga", "9901": "Påhittsby", "9902": "Sagostad", "9903": "Luftnäs"}
GROUP = {"G99001": ("Liknande kommuner, övergripande, Påhittsby, 2025", ("9901", "9902", "9903"))}
VALUE_WORDS = re.compile(r"bättr|sämr|bäst|sämst|god|dålig", re.IGNORECASE)


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Report:
    """A report of the made-up project, where every year since 2015 was asked for of all 290 municipalities."""
    copy = made_up_root(tmp_path_factory.mktemp("nation"))
    report = copy.page("housing")
    every = ",".join(str(year) for year in range(2010, 2025))
    series = [entry.kolada.id for entry in copy.catalog.indicators.values() if entry.kolada]
    entries = {name: {"requests": [{"url": f"http://127.0.0.1/data/kpi/{name}/year/{every}"}]} for name in series}
    (copy.kolada / NAME).write_bytes(Manifest("kolada", entries).content())
    names = dict.fromkeys(NATION, "Ort") | NAMES
    kinds = {code: "L" if code.startswith("00") else "K" for code in names}
    return replace(report, geography=Places(names, kinds, GROUP))


def comparison(report: Report) -> Component:
    """The chapter as the notebooks' cell makes it."""
    values = report.values[report.values["indicator"].isin(report.compared)]
    pairs = differences(values, report.place, ["0000", report.county], report.similar, report.catalog)
    return compare.comparison(report, values, pairs)


def women_and_men(report: Report) -> Component:
    """The chapter as the notebook's cell makes it."""
    return compare.women_and_men(report, gaps_of(report, report.data))


def trends(report: Report) -> Component:
    """The chapter as the notebook's cell makes it."""
    return basis.trends(report, judged_series(report.data, report.catalog, report.place, report.year))


def outlooks(report: Report) -> Component:
    """The chapter as the notebook's cell makes it."""
    return highlights.outlooks(report, place_outlooks(report.data, report.catalog, report.place, report.year))


def rows(indicator: str, values: dict, **more) -> pd.DataFrame:
    """Tidy rows; keys are (place, year) or (place, year, sex)."""
    records = [
        {"indicator": indicator, "place": place, "year": year, "sex": sex[0] if sex else "T", "value": value} | more
        for (place, year, *sex), value in values.items()
    ]
    return typed(pd.DataFrame(records).assign(vintage="2024-05-01"))


def nation(indicator: str, year: int = 2024, seed: int = 1, **more) -> pd.DataFrame:
    """Values of the country, the region and all municipalities, 20 to 40 with one decimal: some are tied."""
    draw = np.random.default_rng(seed)
    places = ["0000", "0099", *NATION]
    values = np.round(draw.uniform(20, 40, len(places)), 1)
    return rows(indicator, {(place, year): value for place, value in zip(places, values, strict=True)}, **more)


def filled(report: Report, page: str, *tables: pd.DataFrame) -> Report:
    data = pd.concat(tables, ignore_index=True)
    return replace(report, page=page, data=data.assign(name=data["place"].map(report.geography.names)))


def body(shown: Component, number: int = 0) -> list[list[str]]:
    """The rows of a table on the page as text."""
    table = html.fromstring(f"<div>{shown.html}</div>").xpath("//table")[number]
    for label in table.xpath(".//span[@class='label']"):
        label.text = ""  # the column's header, for phones
    cells = [row.xpath("th|td") for row in table.xpath("./tbody/tr")]
    return [[" ".join(cell.xpath("string(.)").split()) for cell in row] for row in cells]


def text(shown: Component) -> str:
    return " ".join(html.fromstring(f"<div>{shown.html}</div>").text_content().split())


@pytest.mark.parametrize(
    ("path", "years"),
    [
        ("data/kpi/N07609/year/2022,2020?per_page=5000", {2020, 2022}),
        ("data/kpi/N1%2CN2/year/2022%2C2021?page=2&per_page=5000", {2021, 2022}),
        ("data/kpi/N07609/municipality/0000,9901/year/2022", set()),
        ("data/kpi/N07609/municipality/0000,9901", set()),
    ],
)
def test_only_a_request_that_names_no_municipality_asks_all_of_them(path, years):
    assert whole_years([f"http://127.0.0.1:1/v3/{path}"]) == years


def test_a_rank_counts_the_places_that_are_better_and_ties_share_it(opened):
    table = nation("overcrowding_norm2")
    placing = filled(opened, "housing", table).ranking("overcrowding_norm2").latest
    values = table.loc[table["place"].isin(NATION)].set_index("place")["value"]
    assert placing.rank == 1 + (values < values["9901"]).sum()
    assert (placing.year, placing.n) == (2024, 290)
    twin = table.assign(value=table["value"].where(table["place"] != "9902", values["9901"]))
    ranks = [
        replace(filled(opened, "housing", twin), place=focus).ranking("overcrowding_norm2").latest.rank
        for focus in ("9901", "9902")
    ]
    assert ranks[0] == ranks[1]


def test_the_page_prints_rank_class_and_the_classes_own_limits(opened):
    table = nation("overcrowding_norm2")
    values = table.loc[table["place"].isin(NATION), "value"]
    best = table.assign(value=table["value"].where(table["place"] != "9901", 1.0))
    shown = comparison(filled(opened, "housing", best))
    rank = rank_text(1, 290, opened.catalog.indicators["overcrowding_norm2"], 290)
    assert body(shown)[0][-1] == f"{rank.capitalize()} 2024 {QUARTILES[1]}"
    limits = body(shown, 1)[0][1:]
    assert limits[0].startswith("1,0 till ")
    assert limits[-1].endswith(f" till {values.max():.1f}".replace(".", ","))
    assert CLASSES_ARE_OURS in text(shown)


def test_a_place_that_took_part_in_a_voluntary_survey_is_ranked_among_those_that_did(opened):
    table = nation("good_place_to_live", **{"margin": 3.0}).iloc[:202]
    report = filled(opened, "overview", table)
    ranking, entry = report.ranking("good_place_to_live"), opened.catalog.indicators["good_place_to_live"]
    cell = body(comparison(report))[0][-1]
    assert ranking.latest.n == 200
    assert cell.startswith(f"{rank_text(ranking.latest.rank, 200, entry, 290).capitalize()} 2024 ")
    assert plausible_text(*ranking.plausible) in cell


@pytest.mark.parametrize(
    ("indicator", "taken", "asked", "reason"),
    [
        ("overcrowding_norm2", 30, False, NoRank.NOT_ALL_FETCHED),
        ("overcrowding_norm2", 146, True, NoRank.TOO_FEW_PLACES),
        ("rented_share_published", 292, True, NoRank.NO_DIRECTION),
    ],
)
def test_without_a_complete_series_or_a_direction_there_is_no_rank_and_the_page_says_why(
    opened, tmp_path, indicator, taken, asked, reason
):
    report = opened if asked else replace(opened, paths=replace(opened.paths, root=tmp_path))
    shown = comparison(filled(report, "housing", nation(indicator).iloc[:taken]))
    assert body(shown)[0][-1] == no_rank_text(reason)
    assert CLASSES_ARE_OURS not in text(shown)


def test_a_rank_is_set_beside_the_one_before_but_never_over_a_break(opened):
    [change] = opened.catalog.indicators["reported_crime"].breaks
    years = (change.year - 2, change.year - 1, change.year)
    tables = [nation("reported_crime", year, seed=year) for year in years]
    before, over = (
        filled(opened, "no_vulnerable_areas", *kept).ranking("reported_crime") for kept in (tables[:2], tables)
    )
    assert (before.previous.year, before.latest.year) == years[:2]
    assert (over.latest.year, over.previous) == (change.year, None)


@pytest.mark.parametrize("seed", range(5))
def test_a_place_without_a_value_changes_no_mean_and_no_rank(opened, seed):
    draw = np.random.default_rng(seed)
    table = nation("overcrowding_norm2", seed=seed)
    lacking = draw.choice([*NATION[1:]], 40, replace=False)
    without = table[~table["place"].isin(lacking)]
    asked = table.assign(value=table["value"].mask(table["place"].isin(lacking)))
    asked = asked.assign(status=asked["status"].where(asked["value"].notna(), "missing"))
    shown = [comparison(filled(opened, "housing", each)).html for each in (without, asked)]
    assert shown[0] == shown[1]


def test_the_group_is_the_mean_of_the_members_that_have_a_value(opened):
    table = rows("overcrowding_norm2", {("9901", 2024): 10, ("9902", 2024): 16, ("9903", 2024): 21.0})
    whole = body(comparison(filled(opened, "housing", table)))[0]
    assert whole[4] == f"18,5 Skillnad {MINUS}8,5 procentenheter medel av 2 av 2"
    part = body(comparison(filled(opened, "housing", table.iloc[:2])))[0]
    assert part[4] == f"16,0 Skillnad {MINUS}6,0 procentenheter medel av 1 av 2"


def test_a_survey_without_margins_has_no_difference_that_is_called_real(opened):
    table = rows("good_place_to_live", {("9901", 2024): 95.0, ("0000", 2024): 50.0, ("9902", 2024): 60.0})
    bare = comparison(filled(opened, "overview", table))
    assert UNKNOWN["survey"] in body(bare)[0][0]
    assert CHANCE[True] not in text(bare)
    known = comparison(filled(opened, "overview", table.assign(margin=2.0)))
    assert body(known)[0][2] == f"50,0 Skillnad +45,0 procentenheter +42,2 till +47,8, {CHANCE[True]}"
    assert UNKNOWN["survey"] not in body(known)[0][0]


def test_a_rate_gets_its_interval_from_the_cases_behind_it(opened):
    rates = rows("evictions", {("9901", 2024): 20.0, ("0000", 2024): 25.0})
    people = rows("population", {("9901", 2024): 100_000, ("0000", 2024): 10_000_000})
    counted = body(comparison(filled(opened, "housing", rates, people)))[0]
    assert re.search(rf"Skillnad {MINUS}5,0 per .* till \+\d,\d, {CHANCE[False]}", counted[2])
    bare = body(comparison(filled(opened, "housing", rates)))[0]
    assert not any(words in bare[2] for words in CHANCE.values())
    assert UNKNOWN["register"] in bare[0]


def test_numbers_of_persons_are_not_compared_between_places_of_different_size(opened):
    table = rows("registered_unemployed_july", {("9901", 2024): 900, ("0000", 2024): 300_000}).assign(month=7)
    shown = comparison(filled(opened, "work", table))
    assert "300" not in text(shown)
    assert "Antal jämförs inte" in text(shown)


def sexes(indicator: str, women, men, years=range(2015, 2025), **more) -> pd.DataFrame:
    """Yearly values of both sexes in the made-up municipality."""
    sides = zip(("K", "M"), (women, men), strict=True)
    values = {("9901", year, sex): float(v) for sex, side in sides for year, v in zip(years, side, strict=True)}
    return rows(indicator, values, **more)


def gaps_of(report: Report, table: pd.DataFrame) -> dict[str, Gap]:
    return place_gaps(table, report.catalog, report.place, report.year)


RISING, FLAT = 10 + np.arange(10) / 2, np.full(10, 8.0)


@pytest.mark.parametrize(
    ("women", "men", "movement"),
    [
        (RISING, FLAT, GapMovement.WIDENING),
        (FLAT, RISING, GapMovement.WIDENING),
        (RISING[::-1], FLAT, GapMovement.NARROWING),
        (RISING - 5, FLAT, GapMovement.TURNED),
        (FLAT, FLAT - 1, GapMovement.NO_CLEAR_CHANGE),
        (RISING[:5], FLAT[:5], GapMovement.CANNOT_BE_JUDGED),
    ],
)
def test_a_gap_widens_narrows_or_turns_whoever_is_ahead(opened, women, men, movement):
    table = sexes("sick_pay_days", women, men, range(2025 - len(women), 2025))
    [gap] = gaps_of(opened, table).values()
    assert gap.movement is movement


def test_swapping_women_and_men_flips_every_gap_and_keeps_its_movement(opened):
    draw = np.random.default_rng(4)
    noise = draw.normal(0, 0.1, (2, 10))
    table = pd.concat(
        [
            sexes("sick_pay_days", RISING + noise[0], FLAT + noise[1]),
            sexes("good_place_to_live", FLAT + noise[0], RISING, margin=1.0),
            sexes("unemployed", FLAT, FLAT + noise[1]),
        ]
    )
    swapped = table.assign(sex=table["sex"].map({"K": "M", "M": "K"}))
    gaps, flipped = (gaps_of(opened, each) for each in (table, swapped))
    assert len(gaps) == 3
    for indicator, gap in gaps.items():
        other = flipped[indicator]
        assert other.latest["value"] == pytest.approx(-gap.latest["value"])
        assert (other.latest["women"], other.latest["men"]) == (gap.latest["men"], gap.latest["women"])
        assert (other.movement, other.trend.p) == (gap.movement, pytest.approx(gap.trend.p, nan_ok=True))


def test_women_and_men_stand_in_one_table_and_what_is_not_published_by_sex_below(opened):
    table = [
        sexes("sick_pay_days", RISING, FLAT),
        sexes("good_place_to_live", [90.0], [80.0], [2024], margin=2.0),
        nation("overcrowding_norm2"),
        nation("evictions"),
    ]
    report = filled(opened, "equal_power", *table)
    shown, gaps = women_and_men(report), gaps_of(report, report.data)
    moved = {name: " ".join(movement_text(gap.movement, gap.trend)) for name, gap in gaps.items()}
    by_title = {row[0]: row[1:] for row in body(shown)}
    assert len(by_title) == 2
    [days] = [cells for title, cells in by_title.items() if title.startswith("Sjukpenningtalet")]
    assert days[:3] == ["14,5", "8,0", "+6,5 dagar"]
    assert gaps["sick_pay_days"].movement is GapMovement.WIDENING
    assert days[3] == moved["sick_pay_days"]
    [place] = [cells for title, cells in by_title.items() if "bra plats" in title]
    assert place[2] == f"+10,0 procentenheter +7,2 till +12,8, {CHANCE[True]}"
    assert gaps["good_place_to_live"].trend.reason is Reason.TOO_FEW_POINTS
    assert place[3] == moved["good_place_to_live"]
    never, absent = (
        ul.text_content() for ul in html.fromstring(f"<div>{shown.html}</div>").xpath("//ul[@class='listing']")
    )
    assert opened.catalog.indicators["evictions"].title in never
    assert opened.catalog.indicators["overcrowding_norm2"].title in absent
    assert "beräknas ingen pil" in text(shown)


def test_no_arrow_is_computed_for_the_goal_of_equal_power_and_both_overviews_say_so(opened):
    report = filled(opened, "overview", falling("free_to_be_oneself", margin=1.0))
    assert report.trends["free_to_be_oneself"].judged  # an arrow for any other area
    for shown in (sections.goals(report), sections.areas(report)):
        [row] = [row for row in body(shown) if "samma makt" in row[0]]
        assert "beräknas ingen pil" in row[3]
        assert not any(arrow in row[1] for arrow in "↗↘→")


def test_a_stand_in_says_something_of_a_priority_and_judges_none(opened):
    catalog = opened.catalog
    judging = {priority: set(priority_indicators(catalog, priority)) for priority in catalog.priorities}
    near = {priority: near_priority(catalog, priority) for priority in catalog.priorities}
    assert near["5.1"] - judging["5.1"] >= {"unemployment_bas_foreign_born"}
    assert all(judging[priority] <= near[priority] for priority in judging)
    assert not set().union(*judging.values()) & stand_ins(catalog)
    assert set().union(*near.values()) & stand_ins(catalog)


def falling(indicator: str, last: int = 2024, **more) -> pd.DataFrame:
    """Ten years of a clear fall in the made-up municipality."""
    values = {("9901", last - 9 + at): 30 - 2.0 * at + (0.3 if at % 2 else 0) for at in range(10)}
    return rows(indicator, values, **more)


def test_a_measure_without_direction_is_never_better_or_worse_in_any_row(opened):
    entries = {
        indicator: entry.model_copy(update={"better": "neither"})
        for indicator, entry in opened.catalog.indicators.items()
    }
    report = replace(opened, catalog=opened.catalog.model_copy(update={"indicators": entries}))
    ids = ("evictions", "overcrowding_norm2", "received_social_assistance", "children_with_social_assistance")
    tables = [nation(indicator, year=2024, seed=3).query("place != '9901'") for indicator in ids]
    tables += [
        pd.concat([falling(indicator), falling(indicator).assign(sex="K"), falling(indicator).assign(sex="M")])
        for indicator in ids
    ]
    components = [comparison(filled(report, page, *tables)) for page in ("childhood", "housing", "work")]
    components += [chapter(filled(report, "equal_power", *tables)) for chapter in (trends, women_and_men)]
    cells = [cell for component in components for row in body(component) for cell in row]
    cells += [text(sections.priority(filled(report, "childhood", *tables), "3.2")).split("Mått som saknas")[0]]
    assert VERDICTS[Verdict.DECREASING].words in " ".join(cells)
    assert [cell for cell in cells if VALUE_WORDS.search(cell.replace("ekonomisk standard", ""))] == []


def judged(copy: Copy, arrows: dict[str, dict[str, str]]) -> None:
    """Judgements of everything in the made-up municipality; `arrows` are those that people gave, by kind and id."""
    ids = {"goals": copy.catalog.goals, "areas": copy.catalog.focus_areas, "priorities": copy.catalog.priorities}
    content = {
        "edition": dict.fromkeys(("published", "next_update", "contact")),
        "basis": dict.fromkeys(("title", "publisher", "judged_by"), "Påhittat"),
        "plans": [],
        "projects": [],
    }
    for kind, entries in ids.items():
        given = arrows.get(kind, {})
        content[kind] = {key: {"status": "Enligt plan", "arrow": given.get(key)} for key in entries}
    path = copy.paths.assessments / "9901" / "2024.yml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def test_a_judged_arrow_that_the_figures_contradict_is_followed_by_a_plain_sentence(tmp_path):
    copy = made_up_root(tmp_path)
    copy.fetched("U31803", {("9901", y): 12 - (y - 2015) / 2 for y in range(2015, 2025)})
    judged(copy, {"priorities": {"3.2": "down"}, "areas": {"3": "up"}})
    page = copy.page("childhood")
    differing = text(sections.priority(page, "3.2"))
    assert "Bedömning och statistik skiljer sig åt." in differing
    computed = combined_trend(page.trends, copy.catalog, ["children_with_social_assistance"])
    words = copy.catalog.programme.legend["down"]
    assert computed.arrow is Arrow.UP
    sentence = differing_text(words, computed, 2024)
    assert sentence in differing
    overview = text(sections.areas(copy.page("overview")))
    assert sentence.partition(words)[0] not in overview  # the area's arrow says what the figures say
    assert "trendpilar finns inte" not in overview


def beside(report: Report, arrow: str | None, indicators: list[str]) -> tuple[str, str]:
    """What stands beside people's arrow: where it differs from the computed one, and how far the figures reach."""
    judgement = Judgement(status="Enligt plan", arrow=arrow)
    computed = combined_trend(report.trends, report.catalog, indicators)
    last = last_common_year(computed, report.trends)
    legend = report.catalog.programme.legend
    return disagreement(judgement, computed, last, report.year, legend), reach(judgement, last, report.year)


@pytest.mark.parametrize(
    ("arrow", "last", "says", "reaches"),
    [
        ("up", 2024, False, False),
        ("down", 2024, True, False),
        ("unchanged", 2023, True, False),
        ("down", 2022, False, True),
        (None, 2024, False, False),
        (None, 2022, False, True),
    ],
)
def test_arrows_are_compared_only_where_both_are_and_the_figures_reach(opened, arrow, last, says, reaches):
    report = filled(opened, "childhood", falling("children_with_social_assistance", last))
    differing, reaching = beside(report, arrow, ["children_with_social_assistance"])
    assert bool(differing) is says
    assert bool(reaching) is reaches
    if reaches:
        assert reaching == reach_text(last, 2024, judged=arrow is not None)


def test_a_mixed_state_is_what_the_programme_prints_as_unchanged(opened):
    rising = falling("children_evicted").assign(value=lambda rows: 40 - rows["value"])
    report = filled(opened, "childhood", falling("children_with_social_assistance"), rising)
    ids = ["children_with_social_assistance", "children_evicted"]
    assert beside(report, "unchanged", ids)[0] == ""
    assert ARROWS[Arrow.MIXED].words in beside(report, "up", ids)[0]


def test_every_trend_stands_in_the_overviews_table_with_both_p_values_and_its_weakness(opened):
    table = [falling("received_social_assistance"), falling("good_place_to_live", margin=1.0)]
    table += [rows("evictions", {("9901", 2024): 5.0})]
    report = filled(opened, "overview", *table)
    shown = trends(report)
    by_title = {row[0]: row[1:] for row in body(shown)}
    assert len(by_title) == 2
    [weak] = [cells for title, cells in by_title.items() if "ekonomiskt bistånd" in title]
    trend = report.trends["received_social_assistance"]
    assert (trend.verdict, trend.method, trend.weak) == (Verdict.IMPROVING, Method.MANN_KENDALL, True)
    assert weak[:2] == [f"{verdict_sign(trend).words} {weakness_text(trend)}", basis_text(trend)]
    [firm] = [cells for title, cells in by_title.items() if "bra plats" in title]
    assert firm[0] == VERDICTS[Verdict.WORSENING].words
    assert firm[2:] == [p_text(0.0), p_text(0.0)]
    refused = body(shown, 1)
    assert [cells[1] for cells in refused] == [basis_text(Trend(reason=Reason.TOO_FEW_POINTS))]
    assert verdicts.tested_text(2, len(place_all(opened))) in text(shown)


def place_all(report: Report) -> set[str]:
    """The indicators of all figures and priorities."""
    figures = report.catalog.figures.values()
    shown = {indicator for figure in figures for indicator in (*figure.measure, *figure.stand_in, *figure.dots)}
    return shown | {indicator for priority in report.catalog.priorities.values() for indicator in priority.evidence}


def test_a_trend_that_the_many_tests_take_away_is_marked_as_weak(opened):
    years = range(2020, 2025)
    slope = {year: 50 + 1.95 * (year - 2022) for year in years}
    rising = rows("good_place_to_live", {("9901", year): value for year, value in slope.items()}, margin=3.7)
    flat = [
        rows(indicator, {("9901", year): 50.0 + (year % 2) for year in years}, margin=3.7)
        for indicator in ("recommends_moving_here", "free_to_be_oneself", "safe_outdoors_after_dark")
    ]
    alone, among = (body(trends(filled(opened, "overview", rising, *more)))[0] for more in ([], flat))
    firm = Trend(Verdict.IMPROVING, 1, method=Method.WEIGHTED)
    weak = replace(firm, weak=True)
    assert alone[1] == verdict_sign(firm).words
    assert among[1] == f"{verdict_sign(weak).words} {weakness_text(weak)}"


def test_an_outlook_is_drawn_with_both_fields_where_it_beat_the_year_before(opened):
    noise = np.random.default_rng(3).normal(0, 0.3, 15)
    values = {("9901", 2010 + at): 60 - 2 * at + noise[at] for at in range(15)}
    report = filled(opened, "overview", rows("received_social_assistance", values), falling("evictions", 2022))
    shown = outlooks(report)
    assert tried_text(1, 1, 2) in text(shown)
    assert shown.record["download_name"] == "utblick.csv"
    lines = download_of(shown.record).split("\r\n")
    tried = place_outlooks(report.data, report.catalog, report.place, report.year)
    ahead = tried["received_social_assistance"].path
    assert lines[0].endswith("lägst 80 %;högst 80 %;lägst 95 %;högst 95 %")
    assert [line.split(";")[4] for line in lines[-3:-1]] == [str(year) for year in ahead["year"]] == ["2025", "2026"]
    assert lines[-2].split(";")[-2:] == [f"{ahead[end].iloc[-1]:.10g}".replace(".", ",") for end in ("low95", "high95")]
    assert "<svg" in shown.html
    assert len(body(shown)) == 17


def test_without_an_outlook_the_page_says_how_many_were_tried_and_why_none_is_drawn(opened):
    wandering = 50 + 4 * np.cumsum(np.random.default_rng(8).normal(0, 1, 15))
    values = {("9901", 2010 + at): float(value) for at, value in enumerate(wandering)}
    tables = [rows("received_social_assistance", values), falling("evictions", 2022)]
    shown = text(outlooks(filled(opened, "overview", *tables)))
    assert tried_text(1, 0, 2) in shown
    for reason in (NoOutlook.NOT_BETTER_THAN_LAST_YEAR, NoOutlook.ENDS_TOO_EARLY):
        assert f"{NO_OUTLOOK[reason]} (1 mått)" in shown
