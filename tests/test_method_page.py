"""The page *Metod*: it says what computes, and the simulated error rates belong to the rule in force."""

import csv
import html
import importlib.util
import re
from pathlib import Path

import pytest
from lagesbild.statistics.trends import FEWEST, FEWEST_WEAK, MOST, P_CLEAR, P_WEAK, YEARS_BEHIND, Reason

from copies import REPOSITORY, Copy, made_up_root
from lagesbild.catalog.load import load_catalog
from lagesbild.publishing import method
from lagesbild.publishing.frame import PageFrame, body_tree, contents, framed, refuse_unfit
from lagesbild.publishing.method import method_html
from lagesbild.rules.highlights import GAP_YEARS, MOST_LINES
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics import outlook
from lagesbild.statistics.ranks import MUNICIPALITIES, RankRule
from lagesbild.swedish.verdicts import CAPTIONS, REASONS, SERIES, TITLE, world_text
from lagesbild.tidy.suppression import THRESHOLD

BENCHMARK = REPOSITORY.root / "benchmarks" / "false_alarms.py"
STORED = REPOSITORY.catalog / method.FILE


def text_of(body: str) -> str:
    """What a reader reads, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.fixture(scope="module")
def body() -> str:
    return method_html(load_catalog(REPOSITORY), REPOSITORY)


@pytest.fixture(scope="module")
def text(body) -> str:
    return text_of(body)


@pytest.fixture(scope="module")
def rates() -> list[dict[str, str]]:
    with STORED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(number: float, decimals: int) -> str:
    return f"{number:.{decimals}f}".replace(".", ",")


@pytest.mark.parametrize(
    "sentence",
    [
        f"minst {FEWEST} värden i följd",
        f"register på upp till {MOST}.",
        f"högst {YEARS_BEHIND} år före utgåvan",
        f"p är under {said(P_CLEAR, 3)} (för det enkla testet: χ² över 9,5495)",
        f"p under {said(P_WEAK, 2)} , över {FEWEST_WEAK} till {MOST} år".replace(" ,", ","),
        f"alla {MUNICIPALITIES} kommuner och att minst {RankRule.at_least} har ett värde",
        f"minst {outlook.FEWEST} obrutna år",
        f"Varje antal under {THRESHOLD} döljs",
        f"Översiktens rader väljs av regler i denna ordning, högst {MOST_LINES}.",
        f"på samma sida {GAP_YEARS} år i rad",
    ],
)
def test_the_thresholds_on_the_page_are_those_that_compute(text, sentence):
    assert sentence in text


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("P_CLEAR", 0.01, "p är under 0,010 (för det enkla testet: χ² över 6,6349)"),
        ("FEWEST", 6, "minst 6 värden i följd"),
        ("THRESHOLD", 7, "Varje antal under 7 döljs"),
        ("MOST_LINES", 4, "i denna ordning, högst 4."),
    ],
)
def test_a_changed_threshold_changes_the_page(monkeypatch, name, value, sentence):
    monkeypatch.setattr(method, name, value)
    assert sentence in text_of(method_html(load_catalog(REPOSITORY), REPOSITORY))


def test_every_reason_for_no_trend_stands_on_the_page(text):
    assert set(REASONS) == set(Reason) - {Reason.NONE}
    assert all(reason in text.lower() for reason in (words.lower() for words in REASONS.values()))


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
    own = Copy(copy.paths).catalog
    assert f"(andra gränser: {own.indicators['feels_well'].label} 10)" in text_of(method_html(own, copy.paths))


def test_the_page_is_fit_for_readers(body):
    tree = body_tree(body)
    refuse_unfit(tree, "metod")
    sections = {heading.text for heading in contents(tree)}
    wanted = {"Trend för ett mått", "Hur ofta trendregeln tar fel", "Jämförelser", "Små tal", "Påståenden", "Begrepp"}
    assert wanted | {TITLE, "Tillgänglighet"} <= sections
    page = framed(body, PageFrame("Metod", "Påhittsby", 2024), contents(tree))
    assert page.index("På sidan") > page.index("</h1>")
    assert "{{" not in page
    assert "None" not in text_of(body)


def test_a_copy_without_rates_says_how_to_make_them(tmp_path):
    copy = made_up_root(tmp_path)
    (copy.paths.catalog / method.FILE).unlink()
    assert "kör benchmarks/false_alarms.py --store" in text_of(method_html(copy.catalog, copy.paths))


def test_the_stored_rates_belong_to_the_rule_in_force(rates):
    assert {row["rule"] for row in rates} == {loaded(BENCHMARK).rule_in_force()}, (
        "run benchmarks/false_alarms.py --store, and read the diff"
    )


def test_at_most_one_percent_of_flat_independent_series_are_called_a_trend(rates):
    independent = [row for row in rates if row["table"] == "independent"]
    assert {float(row["extra"]) for row in independent} == {0, 1, 3, 5}
    named = {row["series"] for row in independent}
    for kind in ("share of 300", "50 cases", "500 cases", "11,000 cases"):
        assert any(kind in name for name in named)
    assert max(float(row["percent"]) for row in independent) <= method.AIM


def test_the_rates_under_dependence_and_the_power_are_stored_and_printed(rates, text):
    assert {row["correlation"] for row in rates if row["table"] == "dependent"} == {"0.3", "0.6"}
    assert {float(row["slope"]) for row in rates if row["table"] == "power"} == {1, 2, 5, 10}
    for row in rates:
        assert SERIES[row["series"]].replace("\u00a0", " ") in text.replace("\u00a0", " ")
    for words in (*map(world_text, rates), CAPTIONS["weak"], CAPTIONS["power"].partition("{extra}")[0]):
        assert words in text


def test_a_rate_stands_under_its_series_and_its_world(body, rates):
    tables = body_tree(body).xpath("//table[starts-with(@id, 'falsklarm-')]")
    assert len(tables) == 5
    [dependent] = [table for table in tables if "hänger ihop" in table.find("caption").text]
    headers = [th.text_content().strip() for th in dependent.xpath("thead//th")]
    at = headers.index(world_text({"extra": "5", "slope": "0", "correlation": "0.6"}))
    line = next(tr for tr in dependent.xpath("tbody/tr") if "Svagt test" in tr.text_content())
    row = next(
        row
        for row in rates
        if row["table"] == "dependent"
        and row["series"].startswith("weak")
        and row["correlation"] == "0.6"
        and row["extra"] == "5"
    )
    assert [cell.text_content().strip() for cell in line][at] == row["percent"].replace(".", ",")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "series", "world"),
    [
        ("independent", "register, 11,000 cases, 10 years", (5, 0, 0)),
        ("independent", "survey share of 300, 5 years", (5, 0, 0)),
        ("power", "register share of 300, 10 years", (0, 2, 0)),
    ],
)
def test_the_rule_gives_the_stored_rate_again(rates, table, series, world):
    benchmark = loaded(BENCHMARK)
    kind = next(kind for kind in benchmark.KINDS if kind.name == series)
    percent = benchmark.called_a_trend(kind, benchmark.World(*world))
    [stored] = [
        float(row["percent"])
        for row in rates
        if (row["table"], row["series"]) == (table, series)
        and tuple(float(row[name]) for name in ("extra", "slope", "correlation")) == world
    ]
    assert percent == pytest.approx(stored, abs=0.3)  # another numpy may draw other numbers


def loaded(path: Path):
    """A module that lies outside the package."""
    import sys

    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module
