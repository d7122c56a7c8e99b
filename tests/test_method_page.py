"""The page *Metod*: it says what computes, its example can be followed, its error rates are the rule's own."""

import csv
import html
import importlib.util
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from copies import REPOSITORY, Copy, made_up_root
from lagesbild.catalog.load import load_catalog
from lagesbild.paths import Paths
from lagesbild.publishing import evidence, method
from lagesbild.publishing.checks import body_tree, refuse_unfit
from lagesbild.publishing.evidence import answers, worked_example
from lagesbild.publishing.frame import PageFrame, contents, framed
from lagesbild.publishing.method import method_html
from lagesbild.rules.editions import Edition, edition_of
from lagesbild.rules.highlights import MOST_LINES
from lagesbild.rules.judgements import FEWEST_MEMBERS
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics import outlook
from lagesbild.statistics.combined import FEWEST_JUDGED
from lagesbild.statistics.differences import P_DECIDED
from lagesbild.statistics.direction import FEWEST_TURNED, LAST_YEARS, P_MOVED, P_TURNED, Direction, Method, Reason
from lagesbild.statistics.noise import FEWEST, FEWEST_CASES, MOST, POOL, RHO, YEARS_BEHIND
from lagesbild.statistics.ranks import MUNICIPALITIES, TYPICAL_CASES, RankRule
from lagesbild.statistics.surveys import Z_DECIDED
from lagesbild.swedish.front import TITLE
from lagesbild.swedish.verdicts import REASONS
from lagesbild.tidy.suppression import THRESHOLD

STORED = REPOSITORY.catalog / evidence.FILE
UMEA, YEAR = "2480", 2024
# The rule of the stored rates, as benchmarks/false_alarms.py writes it.
RULE = (
    f"p<{P_MOVED} over {FEWEST}-{MOST} years against {POOL} or more, rho {RHO}; "
    f"p<{P_DECIDED} and z>{Z_DECIDED} against riket"
)
RATES = """table,world,measure,percent,of,series,measures,made,rule
flat,AR 0.3,share,0.25,4000,,,2026-11-27,r
flat,AR 0.6,share,6.53,4000,,,2026-11-27,r
flat,AR 0.3,all,0.31,16000,,,2026-11-27,r
flat,AR 0.6,all,4.12,16000,,,2026-11-27,r
"flat, 6 years",AR 0.3,all,0.22,16000,,,2026-11-27,r
"flat, difference",AR 0.3,all,0.80,16000,,,2026-11-27,r
power,5 % a year,under 10 000,21.04,900,,,2026-11-27,r
power,10 % a year,under 10 000,61.55,900,,,2026-11-27,r
arrows two years later,real series,all,97.61,3325,1200,31,2026-11-27,r
arrows two years later,real series,no arrow,73.88,9325,4200,41,2026-11-27,r
arrows two years later,window to 2019,all,98.61,325,120,30,2026-11-27,r
decided against riket,2019,registers,50.00,1000,900,30,2026-11-27,r
decided against riket,2020,registers,60.00,3000,900,30,2026-11-27,r
turned round a year later,real series,registers,0.44,7246,900,30,2026-11-27,r
turned round a year later,2019,registers,0.40,746,900,30,2026-11-27,r
turned round a year later,2020,surveys,1.85,108,108,3,2026-11-27,r
"""


def text_of(body: str) -> str:
    """What a reader reads, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@cache
def repository_edition() -> Edition:
    return edition_of(REPOSITORY, "overview", UMEA, YEAR)


def page_of(edition: Edition, paths: Paths, place: str) -> str:
    return method_html(edition.catalog, paths, edition.places, edition.judged, edition.data, (place, YEAR))


def example_of(edition: Edition, place: str = UMEA) -> dict:
    return worked_example(edition.judged, edition.data, edition.catalog, edition.places, place, YEAR)


def made_up_page(copy: Copy) -> str:
    return page_of(edition_of(copy.paths, "overview", "9901", YEAR), copy.paths, "9901")


@pytest.fixture(scope="module")
def body() -> str:
    return page_of(repository_edition(), REPOSITORY, UMEA)


@pytest.fixture(scope="module")
def text(body) -> str:
    return text_of(body)


@pytest.fixture
def copy_with_rates(tmp_path) -> Copy:
    copy = made_up_root(tmp_path)
    (copy.paths.catalog / evidence.FILE).write_text(RATES, "utf-8")
    return copy


def said(number: float, decimals: int) -> str:
    return f"{number:.{decimals}f}".replace(".", ",")


def number(text: str) -> float:
    """A printed number."""
    return float(text.replace("\u2212", "-").replace("\u00a0", "").replace(",", "."))


@pytest.mark.parametrize(
    "sentence",
    [
        f"De senaste {FEWEST} till {MOST} åren i följd",
        f"högst {YEARS_BEHIND} år före rapportens år",
        f"minst {POOL} stycken",
        f"grannår hänger ihop med ρ = {said(RHO, 1)}",
        f"Det blir en pil när p är under {said(P_MOVED, 3)} ",
        f"färre än {FEWEST_CASES} fall om året",
        f"minst {FEWEST_TURNED} år och de {LAST_YEARS} sista åren",
        f"Båda lutningarna ska ha p under {said(P_TURNED, 2)}",
        f"bara när minst {FEWEST_JUDGED} av dem, och minst hälften",
        f"Skillnaden är avgjord när p är under {said(P_DECIDED, 2)}",
        f"avgjord när z är större än {said(Z_DECIDED, 3)}",
        f"de kommuner som har ett, minst {FEWEST_MEMBERS};",
        f"minst {RankRule.at_least} av de {MUNICIPALITIES} kommunerna har ett värde",
        f"en typisk kommun har färre än {TYPICAL_CASES} fall om året",
        f"minst {outlook.FEWEST} obrutna år",
        f"Varje antal under {THRESHOLD} döljs",
        f"Översiktens rader väljs av regler i denna ordning, högst {MOST_LINES}.",
    ],
)
def test_the_thresholds_on_the_page_are_those_that_compute(text, sentence):
    assert sentence in text


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("P_MOVED", 0.01, "Det blir en pil när p är under 0,010 "),
        ("FEWEST", 7, "De senaste 7 till 10 åren"),
        ("RHO", 0.5, "Talet 0,625 är"),
        ("THRESHOLD", 7, "Varje antal under 7 döljs"),
        ("MOST_LINES", 4, "i denna ordning, högst 4."),
    ],
)
def test_a_changed_threshold_changes_the_page(monkeypatch, name, value, sentence):
    monkeypatch.setattr(method, name, value)
    assert sentence in text_of(page_of(repository_edition(), REPOSITORY, UMEA))


def test_every_reason_for_no_direction_stands_on_the_page(text):
    assert set(REASONS) == set(Reason) - {Reason.NONE}
    assert all(words.lower() in text.lower() for words in REASONS.values())


def test_the_page_says_nothing_of_the_rules_that_are_gone(text):
    for gone in (
        "uppgifter är inte hämtade",
        "Mann",
        "Theil",
        "Fingertips",
        "kan inte skiljas från slumpen",
        "p = 0,000",
        "funnel",
    ):
        assert gone not in text
    for source in ("Gasser, Sroka och Jennen-Steinmetz 1986", "Wolter 2007", "Smyth 2004", "Cochran 1954", "Rao 1948"):
        assert source in text


def test_only_reasons_that_can_come_stand_on_the_page(text):
    assert "Uppgifter är inte hämtade för alla" not in text  # the snapshot asks for every municipality
    assert "För få kommuner har ett värde" in text


# The example.


def shown_directions(edition: Edition, place: str = UMEA):
    rows = edition.judged.directions
    rows = rows[(rows["place"] == place) & (rows["sex"] == "T") & (rows["method"] == Method.POOL)]
    return rows[rows["p_adjusted"].notna()]


def only(edition: Edition, indicator: str, place: str) -> Edition:
    """The edition with one judged measure in a place."""
    rows = edition.judged.directions
    kept = rows[(rows["place"] != place) | (rows["indicator"] == indicator)]
    return replace(edition, judged=replace(edition.judged, directions=kept))


def test_the_example_is_the_surest_arrow_of_the_place(text):
    rows = shown_directions(repository_edition())
    arrows = rows[rows["direction"].isin([Direction.INCREASED, Direction.DECREASED])]
    surest = arrows.sort_values("p").iloc[0]
    entry = repository_edition().catalog.indicators[surest["indicator"]]
    assert f"Exemplet är {entry.label} i Umeå, {surest['first_year']}–{surest['last_year']}" in text


def test_without_an_arrow_the_example_is_the_measure_that_came_nearest():
    edition = repository_edition()
    rows = edition.judged.directions
    moved = rows["direction"].isin([Direction.INCREASED, Direction.DECREASED])
    still = rows[~(moved & (rows["place"] == UMEA))]
    without = replace(edition, judged=replace(edition.judged, directions=still))
    nearest = shown_directions(without)
    nearest = nearest[nearest["direction"] == Direction.NO_MOVEMENT].sort_values("p").iloc[0]
    example = example_of(without)
    assert example["label"] == edition.catalog.indicators[nearest["indicator"]].label
    assert example["verdict"] == "Ingen rörelse utöver vad måttet brukar svänga"
    assert not example["under"]


@pytest.mark.parametrize(
    ("indicator", "place"),
    [
        ("ill_health_days", UMEA),
        ("neither_in_work_nor_study", UMEA),
        ("long_term_social_assistance", UMEA),
        ("reported_crime", UMEA),
        ("evictions", "0160"),  # Täby: so few that cases alone swing more than the measure uses to
    ],
)
def test_the_printed_steps_lead_to_the_stored_verdict(indicator, place):
    edition = only(repository_edition(), indicator, place)
    row = shown_directions(edition, place).iloc[0]
    x = example_of(edition, place)
    y = np.array([number(cells[2]) for cells in x["table"].rows])
    e = np.array([number(cells[3]) for cells in x["table"].rows[1:-1]])
    at = np.arange(len(y)) - (len(y) - 1) / 2
    assert x["years"] == (row["first_year"], row["last_year"])
    assert e == pytest.approx((y[:-2] + y[2:]) / 2 - y[1:-1], abs=2e-4)
    slope, s = number(x["slope"]), number(x["s"])
    assert slope == pytest.approx(row["slope"], rel=1e-3)
    assert at @ y / number(x["spread"]) == pytest.approx(slope, abs=1e-4)
    assert number(x["squares"]) / number(said(1.5 - 2 * RHO + 0.5 * RHO**2, 3)) == pytest.approx(
        number(x["own"]), rel=1e-3
    )
    d0, d = number(x["d0"]), number(x["d"])
    moderated = (d0 * number(x["prior"]) + d * number(x["own"])) / (d0 + d)
    assert moderated == pytest.approx(number(x["moderated"]), rel=2e-3)
    assert s == pytest.approx(row["noise"], rel=1e-3)
    assert s**2 == pytest.approx(max(number(x["moderated"]), number(x["floor"] or "0")), rel=2e-3)
    assert bool(x["floor"]) == (indicator == "evictions")
    assert s * number(x["factor"]) == pytest.approx(number(x["error"]), rel=2e-3)
    assert number(x["slope_size"]) / number(x["error"]) == pytest.approx(number(x["t"]), abs=0.02)
    assert x["p"] == ("p under 0,001" if row["p"] < 0.001 else f"p = {said(row['p'], 3)}")
    assert x["under"] == (row["p"] < P_MOVED)


def test_the_example_names_the_figure_that_draws_it():
    edition = repository_edition()
    example = example_of(edition)
    figure = edition.catalog.figures[example["figure"]]
    drawn = {edition.catalog.indicators[name].label for name in (*figure.measure, *figure.stand_in)}
    assert example["label"] in drawn
    assert f"Siffrorna finns i figur {example['figure']}." in text_of(page_of(edition, REPOSITORY, UMEA))


def test_the_printed_ends_must_differ_to_the_side_of_the_slope(monkeypatch):
    example = example_of(repository_edition())
    assert example["differs"]
    assert example["agrees"]
    said = "skiljer sig första och sista värdet, {}åt samma håll som lutningen"
    assert said.format("") in text_of(page_of(repository_edition(), REPOSITORY, UMEA))
    monkeypatch.setattr(evidence, "printed", lambda values, decimals: -values)
    other = example_of(repository_edition())
    assert (other["differs"], other["agrees"]) == (True, False)
    assert said.format("men inte ") in text_of(page_of(repository_edition(), REPOSITORY, UMEA))


def test_a_place_without_judged_measures_has_no_example(tmp_path):
    page = text_of(made_up_page(made_up_root(tmp_path)))
    assert "Inget mått i Påhittsby kunde bedömas mot andra kommuner" in page
    assert "Exemplet är" not in page


# Surveys.


def test_the_survey_sizes_in_force_stand_on_the_page(body):
    tables = {table.get("id"): table for table in body_tree(body).xpath("//table[starts-with(@id, 'enkatsvar-')]")}
    cells = lambda one: [[cell.text_content().strip() for cell in tr] for tr in one.xpath("tbody/tr")]  # noqa: E731
    # computed twice before the rule was written down: see the text on surveys without margins
    assert [line[1:] for line in cells(tables["enkatsvar-1"])] == [
        ["139", "88", "88"], ["200", "111", "97"], ["258", "132", "120"],
    ]  # fmt: skip
    crime = cells(tables["enkatsvar-2"])
    assert [line[1] for line in crime[:3]] == ["160", "170", "304"]
    assert [line[0].replace("\u00a0", " ") for line in crime] == [
        "Under 10 000", "10 000–19 999", "20 000–49 999", "50 000 eller fler",
    ]  # fmt: skip


def test_a_lower_number_of_a_question_is_not_the_surveys():
    catalog = load_catalog(REPOSITORY)
    asked = catalog.surveys["citizen_survey"].indicators[:3]
    rows = pd.DataFrame({"indicator": asked, "sex": "T", "class": 0, "people": 0, "n": [40.0, 60.0, 138.6]})
    judged = replace(repository_edition().judged, answers=rows)
    [table] = answers(judged, catalog)
    assert table.rows == (("Alla", "139"),)


# What the catalogue breaks, leaves out and puts in place of others.


def test_every_break_left_out_year_and_stand_in_of_the_catalogue_stands_on_the_page(text):
    catalog = load_catalog(REPOSITORY)
    shown = [entry for indicator, entry in catalog.indicators.items() if indicator in indicator_pages(catalog)]
    wanted = [part.what for entry in shown for part in entry.breaks]
    wanted += [out.why for entry in catalog.indicators.values() for out in entry.left_out]
    wanted += [figure.related_to for figure in catalog.figures.values() if figure.stand_in and figure.related_to]
    assert len(wanted) > 10
    assert [words for words in wanted if " ".join(words.split()) not in text] == []


def test_a_threshold_of_one_indicator_is_named(tmp_path):
    copy = made_up_root(tmp_path)
    path = copy.paths.catalog / "indicators" / "childhood.yml"
    path.write_text(
        path.read_text("utf-8").replace("  feels_well:\n", "  feels_well:\n    small_number: 10\n"), "utf-8"
    )
    label = Copy(copy.paths).catalog.indicators["feels_well"].label
    assert f"(andra gränser: {label} 10)" in text_of(made_up_page(copy))


def test_the_page_is_fit_for_readers(body):
    tree = body_tree(body)
    refuse_unfit(tree, "metod")
    sections = {heading.text for heading in contents(tree)}
    wanted = {
        "Riktning för ett mått",
        "Ett exempel, steg för steg",
        "Vad regeln inte lovar",
        "Hur ofta reglerna tar fel",
    }
    assert wanted | {"Jämförelser", "Små tal", "Påståenden", "Begrepp", TITLE, "Tillgänglighet"} <= sections
    anchors = [element.get("id") for element in tree.xpath("//*[@id]")]
    assert len(anchors) == len(set(anchors))
    assert {link.removeprefix("#") for link in tree.xpath("//a/@href") if link.startswith("#")} <= set(anchors)
    page = framed(body, PageFrame("Metod", "Påhittsby", YEAR), contents(tree))
    assert page.count("<summary>På sidan</summary>") == 1
    assert "{{" not in page
    assert not {"None", "nan"} & set(re.findall(r"\w+", text_of(body)))


# Measured error rates.


@pytest.mark.parametrize("content", [None, "table,series,extra\nindependent,share,0\n"])
def test_a_copy_without_rates_says_how_to_make_them(tmp_path, content):
    copy = made_up_root(tmp_path)
    path: Path = copy.paths.catalog / evidence.FILE
    path.unlink(missing_ok=True)
    if content:
        path.write_text(content, "utf-8")  # as an older program stored them
    assert "kör benchmarks/false_alarms.py --store" in text_of(made_up_page(copy))


def test_rates_stand_under_their_series_and_their_world(copy_with_rates):
    page = made_up_page(copy_with_rates)
    tables = body_tree(page).xpath("//table[starts-with(@id, 'falsklarm-')]")
    lines = [[[cell.text_content().strip() for cell in tr] for tr in one.xpath(".//tr")] for one in tables]
    assert lines[0] == [["Serie", "0,3", "0,6"], ["Andel i procent", "0,3", "6,5"], ["Alla", "0,3", "4,1"]]
    assert "står still, 10 år" in tables[0].find("caption").text
    assert "står still, 6 år" in tables[1].find("caption").text
    assert lines[2][0][1:] == ["5 %", "10 %"]
    assert "för en andel är det oddsen som faller" in tables[2].find("caption").text
    assert lines[3] == [["Serie", "0,3"], ["Alla", "0,8"]]
    assert "Gränsen är 1 procent" in tables[3].find("caption").text
    assert lines[4][0][1:] == ["Procent", "Antal", "Serier", "Mått"]
    assert [line[1:] for line in lines[4][1:]] == [
        ["97,6", "3\u00a0325", "1\u00a0200", "31"], ["73,9", "9\u00a0325", "4\u00a0200", "41"],
        ["0,4", "7\u00a0246", "900", "30"],
    ]  # fmt: skip


def test_what_the_rates_mean_is_said_with_the_stored_numbers(copy_with_rates):
    text = text_of(made_up_page(copy_with_rates))
    assert "Av 4 000 skillnader mot riket i register var 58 procent avgjorda" in text
    assert "Med sambandet 0,6 är de mer än 5 procent för ”Andel i procent” (6,5), mot 4,1 för alla" in text
    assert "De 3 325 pilarna kommer från 1 200 serier av 31 mått" in text
    assert "Av dem var 73,9 procent på den sida som lutningen pekade mot, av pilarna 97,6 procent" in text
    assert "bland dem alla från 2020, prövas mot" in text
    assert "inte hur ofta den tar fel i verkligheten" in text


def test_kinds_that_hold_are_not_called_many(copy_with_rates):
    path = copy_with_rates.paths.catalog / evidence.FILE
    path.write_text(path.read_text("utf-8").replace("share,6.53", "share,5.00"), "utf-8")
    assert "Med sambandet" not in text_of(made_up_page(copy_with_rates))


@pytest.fixture(scope="module")
def rates() -> list[dict[str, str]]:
    with STORED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_stored_rates_belong_to_the_rule_in_force(rates):
    assert {row["rule"] for row in rates} == {RULE}, "run benchmarks/false_alarms.py --store, and read the diff"


@cache
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("false_alarms", REPOSITORY.root / "benchmarks" / "false_alarms.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def as_stored(rates: list[dict[str, str]], tables: set[str]) -> list[dict[str, str]]:
    return [{k: v for k, v in row.items() if k not in {"made", "rule"}} for row in rates if row["table"] in tables]


def test_made_up_rates_are_those_that_the_code_gives(rates):
    own = benchmark()
    moved = own.judged_made_up(own.MADE[0], MOST, 0.6, 0)["direction"].isin([*own.MOVED, Direction.TURNED])
    decided = own.equal_places(own.MADE[1], 0.5)
    found = [
        own.row("flat", "AR 0.6", "share", moved),
        own.row("flat, difference", "AR 0.5", "rate, 1 000 per 100 000", decided),
    ]
    stored = as_stored(rates, {"flat", "flat, difference"})
    assert [row for row in map(own.stored, found) if row not in stored] == []


@pytest.mark.slow
def test_real_rates_are_those_of_the_snapshot_and_the_code(rates):
    own = benchmark()
    found = [own.stored(row) for part in ("arrows", "differences") for row in own.PARTS[part]()]
    tables = {"arrows two years later", "decided against riket", "turned round a year later"}
    assert as_stored(rates, tables) == found, "run benchmarks/false_alarms.py --store, and read the diff"


def test_the_stored_rates_are_printed_and_within_what_the_rules_must_hold(rates, text):
    percent = {(row["table"], row["world"], row["measure"]): float(row["percent"]) for row in rates}
    assert {world for table, world, _ in percent if table == "flat"} == {"AR 0", "AR 0.3", "AR 0.5", "AR 0.6"}
    assert percent["flat", "AR 0.3", "all"] <= 0.5
    assert percent["flat", "AR 0.6", "all"] <= 5
    assert percent["flat, difference", "AR 0.3", "all"] <= 2
    assert percent["arrows two years later", "real series", "all"] >= 96
    assert percent["turned round a year later", "real series", "registers"] <= 1
    assert percent["turned round a year later", "real series", "surveys"] <= 4
    for words in (*evidence.MADE_UP.values(), *evidence.REAL.values()):
        assert words.replace("\u00a0", " ") in text
