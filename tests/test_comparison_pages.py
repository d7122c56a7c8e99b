"""What pages say of other places, of women and men, of arrows that differ and of the years ahead: made-up figures."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from lxml import html

from copies import Copy, made_up_root
from helpers import compare, front, sections
from helpers.report import Report, UnknownChoice
from lagesbild.assessments.models import Judgement
from lagesbild.html.marks import disagreement, reach
from lagesbild.html.render import Component
from lagesbild.pages.basis import basis_html
from lagesbild.pages.measures import indicators_html
from lagesbild.places import Places
from lagesbild.rules.comparing import Gap, place_gaps, sure_gaps, without_gap
from lagesbild.rules.directions import (
    area_indicators,
    combined_movement,
    last_common_year,
    near_priority,
    place_outlooks,
    priority_indicators,
    stand_ins,
)
from lagesbild.rules.judgements import GROUP as GROUP_MEAN
from lagesbild.rules.judgements import judged
from lagesbild.statistics.combined import Arrow, GapMovement
from lagesbild.statistics.differences import Basis, Compared
from lagesbild.statistics.direction import Direction, Method, Movement, Reason
from lagesbild.statistics.outlook import NoOutlook
from lagesbild.statistics.ranks import NoRank
from lagesbild.swedish import verdicts
from lagesbild.swedish.findings import (
    NOT_KNOWN,
    WITHIN,
    Measure,
    class_spans,
    difference_text,
    plausible_text,
)
from lagesbild.swedish.front import ARROW_WORDS, NO_ARROW
from lagesbild.swedish.verdicts import (
    ARROWS,
    DIRECTIONS,
    NO_OUTLOOK,
    basis_text,
    differing_text,
    judged_line,
    movement_reason,
    movement_sign,
    p_text,
    reach_text,
    tried_text,
    weakness_text,
)
from lagesbild.tidy.schema import typed

MINUS = "\u2212"
NATION = ["9901", "9902", "9903", *(str(code) for code in range(9000, 9287))]
NAMES = {"0000": "Riket", "0099": "Region Saga", "9901": "Påhittsby", "9902": "Sagostad", "9903": "Luftnäs"}
MEMBERS = ("9902", "9903", "9000", "9001", "9002")
GROUP = {"G99001": ("Liknande kommuner, övergripande, Påhittsby, 2025", ("9901", *MEMBERS))}
YEARS = range(2015, 2025)
VALUE_WORDS = re.compile(r"bättr|sämr|bäst|sämst|god|dålig", re.IGNORECASE)
NEITHER = re.compile(r"(inget har blivit|utan att räknas som) bättre eller sämre")  # which takes no side
# The swing of a measure depends on how many live in a place; without inhabitants nothing is judged by the pool.
PEOPLE = [
    {"indicator": "population", "place": place, "year": year, "sex": sex, "value": float(size)}
    for place, size in zip(NATION, np.random.default_rng(0).integers(5_000, 150_000, len(NATION)), strict=True)
    for year in YEARS
    for sex in "TKM"
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Report:
    """A report of the made-up project in a country of 290 municipalities."""
    return in_a_nation(made_up_root(tmp_path_factory.mktemp("nation")).page("housing"))


def in_a_nation(report: Report) -> Report:
    names = dict.fromkeys(NATION, "Ort") | NAMES
    kinds = {code: "L" if code.startswith("00") else "K" for code in names}
    places = Places(names, kinds, GROUP)
    return replace(report, geography=places, group=places.comparison_group(report.catalog, "9901"))


def comparison(report: Report) -> Component:
    """The chapter as the notebooks' cell makes it."""
    rows = report.data
    return compare.comparison(report, rows[rows["indicator"].isin(report.compared) & (rows["sex"] == "T")])


def women_and_men(report: Report) -> Component:
    """The chapter as the notebook's cell makes it."""
    gaps = gaps_of(report)
    return compare.women_and_men(report, gaps, without_gap(report.data, report.catalog, gaps))


def directions(report: Report) -> Component:
    """The chapter of *Underlaget*."""
    made = basis_html(
        report.catalog, report.geography, report.judged, report.data, report.revised, [],
        municipality=report.place, year=report.year,
        region="", own=False, vintage="2024-05-01",
    )  # fmt: skip
    return chapter(made, "riktningar")


def outlooks(report: Report) -> Component:
    """The chapter of *Indikatorer*."""
    of = (report.place, report.year)
    return chapter(indicators_html(report.catalog, report.geography, report.judged, report.data, of), "utblick")


def chapter(page: str, anchor: str) -> Component:
    [section] = html.fromstring(f"<div>{page}</div>").xpath(f"//section[@aria-labelledby='{anchor}']")
    return Component(html.tostring(section, encoding="unicode"), {})


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
    """The report of a page with these rows, judged as the build judges them."""
    data = pd.concat(tables, ignore_index=True)
    table = pd.concat([data, typed(pd.DataFrame(PEOPLE).assign(vintage="2024-05-01"))], ignore_index=True)
    verdicts_of = judged(table, report.catalog, report.geography, report.year)
    named = data.assign(name=data["place"].map(report.geography.names))
    return replace(report, page=page, data=named, judged=verdicts_of)


def swinging(indicator: str, own: dict[int, float], sex: str = "T", level: float = 30.0, **more) -> pd.DataFrame:
    """Ten years in which the country, the region and 60 municipalities swing by 3 % about `level`, with `own` as the
    values of the made-up municipality."""
    draw = np.random.default_rng("TKM".index(sex))
    places = ["0000", "0099", *(place for place in NATION[:61] if place != "9901")]
    values = {
        (place, year, sex): level * np.exp(draw.normal(0, 0.03 if place[:2] != "00" else 0.003))
        for place in places
        for year in YEARS
    }
    return rows(indicator, values | {("9901", year, sex): float(value) for year, value in own.items()}, **more)


def measure(report: Report, indicator: str) -> Measure:
    catalog = report.catalog
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


def body(shown: Component, number: int = 0) -> list[list[str]]:
    """The rows of a table on the page as text."""
    table = html.fromstring(f"<div>{shown.html}</div>").xpath("//table")[number]
    for label in table.xpath(".//span[@class='label']"):
        label.text = ""  # the column's header, for phones
    cells = [row.xpath("th|td") for row in table.xpath("./tbody/tr")]
    return [[" ".join(cell.xpath("string(.)").split()) for cell in row] for row in cells]


def text(shown: Component) -> str:
    return " ".join(html.fromstring(f"<div>{shown.html}</div>").text_content().split())


def test_a_rank_counts_the_places_that_are_better_and_ties_share_it(opened):
    table = nation("overcrowding_norm2")
    placing = filled(opened, "housing", table).ranking("overcrowding_norm2").placing
    values = table.loc[table["place"].isin(NATION)].set_index("place")["value"]
    assert placing.rank == 1 + (values < values["9901"]).sum()
    assert (placing.year, placing.n, placing.value) == (2024, 290, values["9901"])
    twin = table.assign(value=table["value"].where(table["place"] != "9902", values["9901"]))
    ranks = [
        replace(filled(opened, "housing", twin), place=focus).ranking("overcrowding_norm2").placing.rank
        for focus in ("9901", "9902")
    ]
    assert ranks[0] == ranks[1]


def test_a_row_holds_value_riket_and_rank_and_a_dot_for_every_municipality(opened):
    table = nation("overcrowding_norm2")
    best = table.assign(value=table["value"].where(table["place"] != "9901", 1.0))
    shown = comparison(filled(opened, "housing", best))
    country = table.set_index("place")["value"]["0000"]
    title = opened.catalog.indicators["overcrowding_norm2"].subject
    assert body(shown) == [[f"{title} procent, 2024", "1,0", f"{country:.1f}".replace(".", ","), "1 av 290"]]
    assert dots(shown) == [290]
    assert "Varje prick är en kommun" in text(shown)


def dots(shown: Component) -> list[int]:
    """How many dots each drawing of the chapter has."""
    drawings = html.fromstring(f"<div>{shown.html}</div>").xpath("//*[local-name()='svg']")
    return [max(path.count("h0") for path in drawing.xpath(".//@d")) for drawing in drawings]


def test_no_printed_value_stands_in_two_classes(opened):
    table = nation("overcrowding_norm2")  # two decimals below, so that one would print the same value on both sides
    table = table.assign(value=30 + np.arange(len(table)) * 0.01)
    report = filled(opened, "housing", table)
    spans = class_spans(report.ranking("overcrowding_norm2").cuts, measure(report, "overcrowding_norm2"))
    ends = [end for span in spans.values() for end in span.split(" till ")]
    assert len(ends) == len(set(ends)) == 8


def test_value_riket_rank_and_dots_are_of_the_year_of_the_rank(opened):
    later = rows("overcrowding_norm2", {("9901", 2024): 33.3})  # one place alone has the later year: no rank of that
    report = filled(opened, "housing", nation("overcrowding_norm2", 2023), later)
    shown, placing = comparison(report), report.ranking("overcrowding_norm2").placing
    assert placing.year == 2023
    [[name, value, country, rank]] = body(shown)
    at = report.data.query("year == 2023").set_index("place")["value"]
    assert name.endswith(", 2023")
    assert value == f"{placing.value:.1f}".replace(".", ",") != "33,3"
    assert (country, rank) == (f"{at['0000']:.1f}".replace(".", ","), f"{placing.rank} av 290")
    assert shown.record["rows"][0]["year"] == 2023
    assert dots(shown) == [290]


def test_a_place_that_took_part_in_a_voluntary_survey_is_ranked_among_those_that_did(opened):
    table = nation("good_place_to_live", **{"margin": 1.0}).iloc[:202]
    report = filled(opened, "overview", table)
    placing, shown = report.ranking("good_place_to_live").placing, comparison(report)
    [[name, _, _, rank]] = body(shown)
    assert placing.n == 200
    assert name.endswith("procent, 2024, 200 kommuner")
    assert rank == f"{placing.rank} av 200 {plausible_text(*placing.plausible)}"
    assert dots(shown) == [200]


def test_a_measure_that_nobody_can_be_compared_with_stands_without_a_drawing(opened):
    few = rows("overcrowding_norm2", {(place, 2024): 8.0 + at for at, place in enumerate(["9901", *MEMBERS[:3]])})
    shown = comparison(filled(opened, "housing", few))
    title = opened.catalog.indicators["overcrowding_norm2"].subject
    assert body(shown) == [[f"{title} procent, 2024", "8,0", "–", "–"]]
    assert dots(shown) == []
    assert "Varje prick" not in text(shown)
    assert comparison(filled(opened, "housing", few.query("place != '9901'"))).html == ""


@pytest.mark.parametrize(
    ("indicator", "taken", "more", "reason"),
    [
        ("overcrowding_norm2", 146, {}, NoRank.TOO_FEW_PLACES),
        ("rented_share_published", 292, {}, NoRank.NO_DIRECTION),
        ("good_place_to_live", 292, {"margin": 40.0}, NoRank.TOO_UNCERTAIN),
        ("evictions", 292, {"count": 3.0}, NoRank.TOO_FEW_CASES),
    ],
)
def test_where_a_rank_would_say_nothing_there_is_none_and_the_page_says_so(opened, indicator, taken, more, reason):
    page = {"good_place_to_live": "overview"}.get(indicator, "housing")
    report = filled(opened, page, nation(indicator, **more).iloc[:taken])
    assert report.ranking(indicator).reason is reason
    assert body(comparison(report))[0][-1] == "–"


@pytest.mark.parametrize("seed", range(3))
def test_a_place_without_a_value_changes_no_mean_and_no_rank(opened, seed):
    draw = np.random.default_rng(seed)
    table = nation("overcrowding_norm2", seed=seed)
    lacking = draw.choice([*NATION[1:]], 40, replace=False)
    without = table[~table["place"].isin(lacking)]
    asked = table.assign(value=table["value"].mask(table["place"].isin(lacking)))
    asked = asked.assign(status=asked["status"].where(asked["value"].notna(), "missing"))
    shown = [comparison(filled(opened, "housing", each)).html for each in (without, asked)]
    assert shown[0] == shown[1]


def test_the_group_is_the_mean_of_at_least_four_members_that_have_a_value(opened):
    values = dict(zip(("9901", *MEMBERS), (10, 16, 18, 20, 22, 24.0), strict=True))
    table = rows("overcrowding_norm2", {(place, 2024): value for place, value in ({"0000": 15.0} | values).items()})
    means = [
        filled(opened, "housing", table.iloc[:n]).differences.set_index("other")["other_value"].get(GROUP_MEAN)
        for n in (7, 6, 5)
    ]
    assert means == [20.0, 19.0, None]


def test_a_row_that_the_cell_leaves_out_is_neither_drawn_nor_counted(opened):
    report = filled(opened, "housing", nation("overcrowding_norm2"), nation("evictions"))
    whole, part = (compare.comparison(report, rows) for rows in (report.data, report.data.query("place < '9903'")))
    assert len(body(whole)) == len(body(part)) == 2
    assert dots(whole) == [290, 290]
    assert dots(part) == [289, 289]
    assert len(body(compare.comparison(report, report.data.query("indicator == 'evictions'")))) == 1


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        (
            "overcrowding_norm",
            "'overcrowding_norm' is compared with no other place. Did you mean 'overcrowding_norm2'?",
        ),
        ("registered_unemployed_july", "'registered_unemployed_july' is compared with no other place."),  # persons
    ],
)
def test_the_noise_of_what_is_not_compared_is_refused_with_the_nearest(opened, indicator, said):
    counted = rows("registered_unemployed_july", {("9901", 2024): 900, ("0000", 2024): 300_000}).assign(month=7)
    report = filled(opened, "housing", nation("overcrowding_norm2"), counted)
    assert set(report.noise("overcrowding_norm2")["other"]) == {"0000"}
    with pytest.raises(UnknownChoice, match=re.escape(said)):
        report.noise(indicator)
    with pytest.raises(UnknownChoice, match=r"compared with no other place\.$"):
        filled(opened, "housing", counted).noise(indicator)


def to_country(report: Report, indicator: str) -> tuple[str, ...]:
    """What is said of the place's difference to riket."""
    row = report.differences.query("indicator == @indicator").set_index("other").loc["0000"]
    return difference_text(row, measure(report, indicator), "i riket")


def test_a_survey_without_margins_says_how_many_must_have_answered_for_its_difference_to_be_sure(opened):
    table = rows("good_place_to_live", {("9901", 2024): 95.0, ("0000", 2024): 50.0, ("9902", 2024): 60.0})
    needed = f"{NOT_KNOWN}. Skillnaden är säker om minst 2 har svarat"  # 2.576^2 * 0.95 * 0.05 / 0.45^2 = 1.6
    bare = to_country(filled(opened, "overview", table), "good_place_to_live")
    assert bare == ("+45,0 procentenheter", needed)
    known = to_country(filled(opened, "overview", table.assign(margin=2.0)), "good_place_to_live")
    assert known == ("+45,0 procentenheter", "Högre än i riket (felmarginal ±2,0 procentenheter)")


@pytest.mark.parametrize(("own", "decided"), [(70.0, Compared.LOWER), (79.6, Compared.WITHIN)])
def test_a_survey_asked_twice_of_many_has_an_estimated_margin_that_is_told(opened, own, decided):
    draw = np.random.default_rng(5)
    values = {(place, year): 80 + draw.normal(0, 3) for place in NATION for year in (2023, 2024)}
    values |= {("0000", 2024): 80.0, ("9901", 2024): own}
    report = filled(opened, "overview", rows("good_place_to_live", values))
    row = report.differences.set_index("other").loc["0000"]
    assert (row["verdict"], row["basis"]) == (decided, Basis.ESTIMATE)
    known = to_country(report, "good_place_to_live")[1]
    assert known.startswith("Lägre än i riket (" if decided == Compared.LOWER else WITHIN["sample"])
    margin = re.search(r" \(uppskattad felmarginal ±\d,\d procentenheter\)$", known)
    assert bool(margin) == (decided == Compared.LOWER)  # of the place alone: it says nothing of a difference within


@pytest.mark.parametrize(
    ("own", "known"),
    [
        (15.0, "Lägre än i riket, mer än skillnaden brukar svänga mellan år"),
        (60.0, "Högre än i riket, mer än skillnaden brukar svänga mellan år"),
        (30.1, WITHIN["noise"]),
    ],
)
def test_a_registers_difference_is_held_against_how_much_it_uses_to_swing(opened, own, known):
    name = "overcrowding_norm2"
    assert to_country(filled(opened, "housing", swinging(name, dict.fromkeys(YEARS, own))), name)[1] == known
    short = filled(opened, "housing", swinging(name, {2024: own}))  # nothing tells how it swings here
    assert to_country(short, name)[1] == NOT_KNOWN


def test_numbers_of_persons_are_not_compared_between_places_of_different_size(opened):
    table = rows("registered_unemployed_july", {("9901", 2024): 900, ("0000", 2024): 300_000}).assign(month=7)
    assert comparison(filled(opened, "work", table)).html == ""


def sexes(indicator: str, women, men, years=YEARS, **more) -> pd.DataFrame:
    """Yearly values of both sexes in the made-up municipality."""
    sides = zip(("K", "M"), (women, men), strict=True)
    values = {("9901", year, sex): float(v) for sex, side in sides for year, v in zip(years, side, strict=True)}
    return rows(indicator, values, **more)


def swinging_sexes(indicator: str, women, men, years=YEARS) -> pd.DataFrame:
    """The same among municipalities whose women and men swing, so that it is known how much a gap does."""
    sides = zip("KM", (women, men), strict=True)
    return pd.concat([swinging(indicator, dict(zip(years, side, strict=True)), sex, 10.0) for sex, side in sides])


def gaps_of(report: Report) -> dict[str, Gap]:
    return place_gaps(report.judged, report.data, report.catalog, report.place)


RISING, FLAT = 10 + np.arange(10) / 2, np.full(10, 8.0)
UP_AND_DOWN = np.array([9, 10, 11.5, 13, 15, 17, 20, 16, 12.5, 9.5])


@pytest.mark.parametrize(
    ("women", "men", "kind"),
    [
        (RISING, FLAT, GapMovement.WIDENING),
        (FLAT, RISING, GapMovement.WIDENING),
        (RISING[::-1], FLAT, GapMovement.NARROWING),
        (RISING - 5, FLAT, GapMovement.TURNED),
        (UP_AND_DOWN, FLAT, GapMovement.BENT),
        (FLAT, FLAT - 1, GapMovement.NO_MOVEMENT),
        (RISING[:5], FLAT[:5], GapMovement.NOT_JUDGED),
    ],
)
def test_a_gap_widens_narrows_or_turns_whoever_is_ahead(opened, women, men, kind):
    table = swinging_sexes("sick_pay_days", women, men, range(2025 - len(women), 2025))
    [gap] = gaps_of(filled(opened, "equal_power", table)).values()
    assert gap.kind is kind


def test_swapping_women_and_men_flips_every_gap_and_keeps_its_movement(opened):
    draw = np.random.default_rng(4)
    noise = draw.normal(0, 0.1, (2, 10))
    table = pd.concat(
        [
            swinging_sexes("sick_pay_days", RISING + noise[0], FLAT + noise[1]),
            sexes("good_place_to_live", FLAT + noise[0], RISING, margin=1.0),
            swinging_sexes("unemployed", FLAT, FLAT + noise[1]),
        ]
    )
    swapped = table.assign(sex=table["sex"].map({"K": "M", "M": "K"}))
    gaps, flipped = (gaps_of(filled(opened, "equal_power", each)) for each in (table, swapped))
    assert len(gaps) == 3
    assert gaps["sick_pay_days"].kind is GapMovement.WIDENING
    opposite = {Compared.LOWER: Compared.HIGHER, Compared.HIGHER: Compared.LOWER}
    for indicator, gap in gaps.items():
        other = flipped[indicator]
        assert other.latest["difference"] == pytest.approx(-gap.latest["difference"])
        assert other.latest["verdict"] == opposite.get(gap.latest["verdict"], gap.latest["verdict"])
        assert (other.latest["value"], other.latest["other_value"]) == (gap.latest["other_value"], gap.latest["value"])
        assert (other.kind, other.movement.p) == (gap.kind, pytest.approx(gap.movement.p, nan_ok=True))


def test_sure_gaps_stand_largest_first_the_others_in_a_fold_and_what_is_not_published_by_sex_below(opened):
    table = [
        sexes("good_place_to_live", [90.0], [80.0], [2024], margin=2.0),
        swinging_sexes("sick_pay_days", RISING, FLAT),
        sexes("unemployed", [5.0], [8.0], [2024]),  # nothing tells how it swings
        nation("overcrowding_norm2"),
        nation("evictions"),
    ]
    report = filled(opened, "equal_power", *table)
    shown, gaps, catalog = women_and_men(report), gaps_of(report), opened.catalog.indicators
    assert gaps["sick_pay_days"].kind is GapMovement.WIDENING
    assert body(shown) == [
        [f"{catalog['sick_pay_days'].subject} dagar, 2024 Gapet har vidgats", "14,5", "8,0", "+6,5"],
        [f"{catalog['good_place_to_live'].subject} procent, 2024", "90,0", "80,0", "+10,0"],
    ]
    assert body(shown, 1) == [
        [f"{catalog['unemployed'].subject} procent, 2024 {NOT_KNOWN}", "5,0", "8,0", f"{MINUS}3,0"]
    ]
    tree = html.fromstring(f"<div>{shown.html}</div>")
    assert [len(table.xpath("ancestor::details")) for table in tree.xpath("//table")] == [0, 1]
    assert "Den största skillnaden gäller sjukpenningtalet: 14,5 dagar bland kvinnor och 8,0 bland män 2024." in text(
        shown
    ).replace("\u00a0", " ")
    never, absent = (ul.text_content() for ul in tree.xpath("//ul[@class='listing']"))
    assert catalog["evictions"].title in never
    assert catalog["overcrowding_norm2"].title in absent


def test_no_gap_is_called_sure_that_is_not_decided_or_too_old_and_without_any_there_is_no_chapter(opened):
    unknown = sexes("unemployed", [5.0], [8.0], [2024])
    old = sexes("good_place_to_live", [90.0], [80.0], [2019], margin=2.0)
    report = filled(opened, "equal_power", unknown, old)
    assert len(gaps_of(report)) == 2
    assert sure_gaps(gaps_of(report), 2024) == {}
    assert [*sure_gaps(gaps_of(report), 2021)] == ["good_place_to_live"]
    shown = women_and_men(report)
    assert html.fromstring(f"<div>{shown.html}</div>").xpath("count(//table[not(ancestor::details)])") == 0
    assert verdicts.NO_SURE_GAP in text(shown)
    assert women_and_men(filled(opened, "equal_power", nation("evictions"))).html == ""


def test_no_arrow_is_computed_for_the_area_of_equal_power_and_the_overview_says_so(opened):
    report = filled(opened, "overview", falling("free_to_be_oneself", margin=1.0))
    assert report.movements["free_to_be_oneself"].judged  # an arrow for any other area
    [row] = [row for row in body(front.areas(report)) if row[0].startswith("2")]
    assert NO_ARROW.words in row[1]
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
    """Ten years of a clear fall in the made-up municipality, as its margins tell: no other place has the measure."""
    values = {("9901", last - 9 + at): 30 - 2.0 * at + (0.3 if at % 2 else 0) for at in range(10)}
    return rows(indicator, values, **{"margin": 0.5} | more)


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
    components += [chapter(filled(report, "equal_power", *tables)) for chapter in (directions, women_and_men)]
    cells = [cell for component in components for row in body(component) for cell in row]
    cells += [text(sections.priority(filled(report, "childhood", *tables), "3.2")).split("Mått som saknas")[0]]
    assert DIRECTIONS[Direction.DECREASED].words in " ".join(cells)
    cells = [NEITHER.sub("", cell.replace("ekonomisk standard", "")) for cell in cells]
    assert [cell for cell in cells if VALUE_WORDS.search(cell)] == []


def assessed(copy: Copy, arrows: dict[str, dict[str, str]]) -> None:
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


CHILDREN = ["children_with_social_assistance", "children_evicted"]


def test_a_judged_arrow_that_the_figures_contradict_is_followed_by_a_plain_sentence(tmp_path):
    copy = made_up_root(tmp_path)
    assessed(copy, {"priorities": {"3.2": "down"}, "areas": {"3": "up"}})
    page = filled(in_a_nation(copy.page("childhood")), "childhood", *map(falling, CHILDREN))
    differing = text(sections.priority(page, "3.2"))
    assert "Bedömning och statistik skiljer sig åt." in differing
    computed = combined_movement(page.movements, CHILDREN)
    words = copy.catalog.programme.legend["down"]
    assert computed.arrow is Arrow.UP
    sentence = differing_text(words, computed, 2024)
    assert sentence in differing
    [row] = [row for row in body(front.areas(replace(page, page="overview"))) if row[0].startswith("3")]
    assert combined_movement(page.movements, area_indicators(copy.catalog, "3")).arrow is Arrow.UP
    assert copy.catalog.programme.legend["up"] in row[1]  # both arrows stand, each with whose it is
    assert ARROW_WORDS[Arrow.UP].words in row[2]


def beside(report: Report, arrow: str | None) -> tuple[str, str]:
    """What stands beside people's arrow: where it differs from the computed one, and how far the figures reach."""
    judgement = Judgement(status="Enligt plan", arrow=arrow)
    computed = combined_movement(report.movements, CHILDREN)
    last = last_common_year(computed, report.movements)
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
    first, second = CHILDREN
    differing, reaching = beside(filled(opened, "childhood", falling(first, last), falling(second)), arrow)
    assert bool(differing) is says
    assert bool(reaching) is reaches
    if reaches:
        assert reaching == reach_text(last, 2024, judged=arrow is not None)


def test_a_mixed_state_is_what_the_programme_prints_as_unchanged(opened):
    rising = falling("children_evicted").assign(value=lambda rows: 40 - rows["value"])
    report = filled(opened, "childhood", falling("children_with_social_assistance"), rising)
    assert beside(report, "unchanged")[0] == ""
    assert ARROWS[Arrow.MIXED].words in beside(report, "up")[0]


def test_one_measure_gives_a_priority_no_arrow_but_stands_in_its_fold_with_its_years(opened):
    report = filled(opened, "childhood", falling("children_with_social_assistance"))
    shown = html.fromstring(f"<div>{sections.priority(report, '3.2').html}</div>")
    movement, entry = report.movements["children_with_social_assistance"], opened.catalog.indicators
    computed = combined_movement(report.movements, CHILDREN)
    [line] = shown.xpath("//p[@class='computed']")
    assert " ".join(line.text_content().split()) == f"{judged_line(computed)} Beräknat"
    [measured] = shown.xpath("//details//li")
    told = " ".join(measured.text_content().split())
    assert told.startswith(f"{entry['children_with_social_assistance'].subject} ↓ Har minskat, till det bättre")
    assert told.endswith(movement_reason(movement))


def test_a_stand_in_is_judged_under_its_own_name_and_gives_no_arrow_to_the_area(opened):
    near = falling("low_economic_standard_children")  # stands in for the measure of figure 14
    assert "low_economic_standard_children" in stand_ins(opened.catalog)
    report = filled(opened, "childhood", near)
    [row] = body(directions(report))
    title = opened.catalog.indicators["low_economic_standard_children"].subject
    assert row[0].startswith(title)
    assert row[1] == "Har minskat, till det bättre"
    two_names = ["neither_in_work_nor_study", "low_economic_standard_children"]
    two = [falling(name) for name in two_names]
    overview = body(front.areas(filled(opened, "overview", *two)))
    assert all(filled(opened, "overview", *two).movements[name].good for name in two_names)
    assert not [cells for cells in overview if any(arrow in cells[1] for arrow in "↗↘→")]


def test_every_direction_stands_in_the_overviews_table_with_both_p_values(opened):
    table = [falling("received_social_assistance"), falling("good_place_to_live", margin=3.0)]
    table += [rows("evictions", {("9901", 2024): 5.0})]
    report = filled(opened, "overview", *table)
    shown = directions(report)
    by_title = {row[0]: row[1:] for row in body(shown)}
    assert len(by_title) == 2
    [better] = [cells for title, cells in by_title.items() if "ekonomiskt bistånd" in title]
    moved = report.movements["received_social_assistance"]
    assert (moved.direction, moved.method, moved.good) == (Direction.DECREASED, Method.MARGINS, True)
    assert better[:2] == ["Har minskat, till det bättre", basis_text(moved)]
    [worse] = [cells for title, cells in by_title.items() if "kommunen är bra" in title]
    assert worse[0] == "Har minskat, till det sämre"
    assert worse[2:] == [p_text(0.0), p_text(0.0)] == ["under 0,001"] * 2
    refused = body(shown, 1)
    assert [cells[1] for cells in refused] == [basis_text(Movement(reason=Reason.TOO_FEW_YEARS))]
    assert verdicts.tested_text(2, 3) in text(shown)  # of the measures with values
    assert len(place_all(opened)) > 3


def test_a_direction_names_the_pool_that_it_was_held_against(opened):
    still = {year: 30.0 + 0.3 * (year % 2) for year in YEARS}
    report = filled(opened, "housing", swinging("overcrowding_norm2", still))
    [row] = body(directions(report))
    assert row[1:3] == [
        "Ingen rörelse utöver vad måttet brukar svänga",
        "2015–2024, mot hur måttet svänger i 61 kommuner.",
    ]


def place_all(report: Report) -> set[str]:
    """The indicators of all figures and priorities."""
    figures = report.catalog.figures.values()
    shown = {indicator for figure in figures for indicator in (*figure.measure, *figure.stand_in, *figure.dots)}
    return shown | {indicator for priority in report.catalog.priorities.values() for indicator in priority.evidence}


def test_an_arrow_that_the_many_tests_take_away_is_marked_as_weak(opened):
    slope = {("9901", year): 50 + 3.7 * (year - 2022) for year in range(2019, 2025)}
    rising = rows("good_place_to_live", slope, margin=3.7)
    flat = [
        rows(indicator, {("9901", year): 50.0 + (year % 2) for year in range(2019, 2025)}, margin=3.7)
        for indicator in ("recommends_moving_here", "free_to_be_oneself", "safe_outdoors_after_dark")
    ]
    alone, among = (filled(opened, "overview", rising, *more) for more in ([], flat))
    firm, weak = (report.movements["good_place_to_live"] for report in (alone, among))
    assert (firm.weak, weak.weak) == (False, True)
    assert body(directions(alone))[0][1] == "Har ökat, till det bättre"
    assert body(directions(among))[0][1] == f"Har ökat, till det bättre (svagt belägg) {weakness_text(weak)}"
    assert movement_sign(weak).tone == ""


def test_an_outlook_is_drawn_with_both_fields_where_it_beat_the_year_before(opened):
    noise = np.random.default_rng(3).normal(0, 0.3, 15)
    values = {("9901", 2010 + at): 60 - 2 * at + noise[at] for at in range(15)}
    report = filled(opened, "overview", rows("received_social_assistance", values), falling("evictions", 2022))
    shown = outlooks(report)
    assert tried_text(1, 1, 2) in text(shown)
    tried = place_outlooks(report.data, report.catalog, report.place, report.year)
    ahead = tried["received_social_assistance"].path
    both = [
        [f"{ahead[f'{end}{level}'].iloc[-1]:.1f}".replace(".", ",") for end in ("low", "high")] for level in (80, 95)
    ]
    assert [row[0] for row in body(shown)] == ["2025", "2026"]
    assert body(shown)[-1][2:] == [" till ".join(ends) for ends in both]
    assert "<svg" in shown.html
    assert tried_text(1, 0, 2) not in text(shown)


def test_without_an_outlook_the_page_says_how_many_were_tried_and_why_none_is_drawn(opened):
    wandering = 50 + 4 * np.cumsum(np.random.default_rng(8).normal(0, 1, 15))
    values = {("9901", 2010 + at): float(value) for at, value in enumerate(wandering)}
    tables = [rows("received_social_assistance", values), falling("evictions", 2022)]
    shown = text(outlooks(filled(opened, "overview", *tables)))
    assert tried_text(1, 0, 2) in shown
    for reason in (NoOutlook.NOT_BETTER_THAN_LAST_YEAR, NoOutlook.ENDS_TOO_EARLY):
        assert NO_OUTLOOK[reason] in shown
