"""Small numbers of a municipality's own files: hidden before they are stored, and found in no output or sum of it.

All numbers are made up, about made-up places. The numbers that must be hidden are worked out here from what went in and
what the stored table says, so that every output can be searched for them.
"""

import csv
import io
import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reports
from copies import Copy, made_up_root
from lagesbild.claims.evaluate import Obstacle, evaluated
from lagesbild.claims.language import Vocabulary, parsed
from lagesbild.html.tables import SYMBOLS
from lagesbild.publishing.pages import download_of
from lagesbild.rules.comparing import place_gaps
from lagesbild.rules.editions import key_figures
from lagesbild.rules.judgements import FRAMES, judged
from lagesbild.sources.raw import load_places
from lagesbild.swedish.numbers import decimal
from lagesbild.tidy.build import store, table_at_hand
from lagesbild.tidy.rows import Rows
from lagesbild.tidy.schema import current, typed
from lagesbild.tidy.suppression import suppressed, without_small_numbers
from test_suppression import attacked

PUPILS = {  # school year -> women and men who feel well, women and men asked
    "Åk 4": ((6173, 5417), (7001, 6007)),
    "Åk 7": ((3, 4733), (11, 7013)),
    "Gy 1": ((8287, 7351), (9001, 9007)),
}
FAMILIES = {"Hög": 17, "Låg": 3, "Mycket hög": 9}  # answers: they add up to a hundred, and there is no row for all
CASES = {2021: 4273, 2022: 4}
HEADER = "indicator,year,sex,group,value,count"


def pupils() -> list[tuple]:
    """Shares with their counts, by school year and sex, with all sums."""
    cells: dict[tuple[str, str], list[int]] = {}
    for group, (well, asked) in PUPILS.items():
        for sex, d, n in zip("KM", well, asked, strict=True):
            cells[sex, group] = [d, n]
    for group in PUPILS:
        cells["T", group] = [sum(cells[sex, group][n] for sex in "KM") for n in (0, 1)]
    for sex in "TKM":
        cells[sex, ""] = [sum(cells[sex, group][n] for group in PUPILS) for n in (0, 1)]
    return [("feels_well", 2022, sex, group, 100 * d / n, d) for (sex, group), (d, n) in cells.items()]


def families() -> list[tuple]:
    total = sum(FAMILIES.values())
    return [("families_by_income_standard", 2022, "T", answer, 100 * n / total, n) for answer, n in FAMILIES.items()]


def cases() -> list[tuple]:
    """A number of cases is its own count."""
    return [("violence_cases_opened", year, "T", "", n, "") for year, n in CASES.items()]


def pressed() -> list[tuple]:
    """Women and men, and no row for both: nothing can be subtracted, and the gap between them is told or not at all."""
    return [
        ("can_influence_school", year, sex, "", value, count)
        for year, women in ((2020, (41.37, 1439)), (2022, (42.857, 3)))
        for sex, (value, count) in {"K": women, "M": (52.91, 1741)}.items()
    ]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """A made-up project whose municipality has own files with small numbers."""
    made = made_up_root(tmp_path_factory.mktemp("hidden"))
    for name, rows in {"school.csv": [*pupils(), *pressed()], "social.xlsx": [*families(), *cases()]}.items():
        made.own_file(name, *rows, header=HEADER)
    return made


@pytest.fixture(scope="module")
def stored(copy) -> pd.DataFrame:
    """The table as it lies on disk."""
    store(copy.paths, copy.catalog, table_at_hand(copy.paths, copy.catalog))
    return pd.read_parquet(copy.paths.processed / "tidy.parquet")


@pytest.fixture(scope="module")
def hidden(stored) -> pd.DataFrame:
    """What went in and must come out nowhere: the rows of the files that the stored table hides, with their numbers."""
    went_in = pd.DataFrame([*pupils(), *families(), *cases(), *pressed()], columns=HEADER.split(","))
    went_in = went_in.assign(count=pd.to_numeric(went_in["count"]))
    keys = ["indicator", "year", "sex", "group"]
    out = stored[stored["place"] == "9901"][[*keys, "status", "value", "count"]]
    both = went_in.merge(out, on=keys, suffixes=("", "_out"), validate="one_to_one")
    assert len(both) == len(went_in)
    return both[both["status"] == "hidden"].rename(columns={"count": "cases"})


def forms(number: float) -> set[str]:
    """A number as any output could print it."""
    found = {repr(float(number)), f"{number:.10g}", f"{number:.4f}", f"{number:.6f}"}
    found |= {decimal(number, places) for places in (1, 2, 3)}
    found |= {decimal(number, 0)} if float(number).is_integer() else set()
    return found | {form.replace(".", ",") for form in found} | {form.replace("\u00a0", " ") for form in found}


def told(text: str, hidden: pd.DataFrame) -> list[str]:
    """The hidden numbers that a text holds. A number under five stands everywhere: only its share is searched for."""
    wanted = {form for value in hidden["value"] for form in forms(value)}
    wanted |= {form for count in hidden["cases"].dropna() if count >= 5 for form in forms(count)}
    long_enough = [form for form in wanted if len(re.sub(r"\D", "", form).lstrip("0")) > 2]  # 0,03 stands everywhere
    return sorted(form for form in long_enough if re.search(rf"(?<![\d.,]){re.escape(form)}(?!\d)", text))


def test_small_counts_and_what_would_give_them_away_are_hidden_in_the_stored_table(stored, hidden):
    about = {(row.indicator, row.sex, row.group, row.year) for row in hidden.itertuples()}
    assert {("feels_well", "K", "Åk 7", 2022), ("violence_cases_opened", "T", "", 2022)} < about
    assert {("can_influence_school", "K", "", 2022), ("families_by_income_standard", "T", "Låg", 2022)} < about
    withheld = stored[stored["status"] == "hidden"]
    assert withheld[["value", "margin", "count"]].isna().all(axis=None)
    pupils = stored[stored["indicator"] == "feels_well"]
    pd.testing.assert_frame_equal(suppressed(pupils), pupils)  # nothing is left to hide


def test_no_more_is_hidden_than_the_sums_ask_for(hidden):
    assert hidden.groupby("indicator").size().to_dict() == {
        "can_influence_school": 1,  # men have a number of their own, and there is no row for both
        "families_by_income_standard": 2,  # the small answer and the next one: the rest of a hundred is their sum
        "feels_well": 4,  # two sexes in two school years
        "violence_cases_opened": 1,
    }


def test_a_gap_a_claim_and_a_judgement_on_a_hidden_number_are_withheld_too(copy, stored, hidden):
    table = current(stored)
    verdicts = judged(table, copy.catalog, load_places(copy.paths), 2024)
    gaps = place_gaps(verdicts, table, copy.catalog, "9901")
    assert int(gaps["can_influence_school"].latest["year"]) == 2020
    assert told(key_figures(table, verdicts, copy.catalog, ["9901"]).to_csv(), hidden) == []
    assert all(told(getattr(verdicts, frame).to_csv(), hidden) == [] for frame in FRAMES)
    words = Vocabulary(copy.catalog, load_places(copy.paths), 2024, "9901")
    claim = parsed("violence_cases_opened falls in 9901 from 2021 to 2022", words)
    assert evaluated(claim, Rows(current(stored)), copy.catalog).cases[0].obstacle is Obstacle.HIDDEN


def test_the_search_finds_what_an_output_would_hold(hidden):
    page = "Mår bra: 4\u00a0733 pojkar. Andelen bland flickor är 27,3 procent, 4,733 av 9."
    assert told(page, hidden) == ["27,3", "4\u00a0733"]
    assert told("27,35 procent av 14733", hidden) == []


def test_no_exhibit_of_a_notebook_holds_a_hidden_number_and_the_table_explains_the_symbol(copy, hidden):
    shown = copy.run("childhood") | copy.run("equal_power")
    for anchor, one in shown.items():
        assert told(one.html, hidden) == [], anchor
        assert told(json.dumps(one.record, ensure_ascii=False, default=str), hidden) == [], anchor
    assert SYMBOLS["x"] in shown["figur-16"].html
    assert re.search(r'<td class="numeric">\s*x\s*</td>', shown["figur-16"].html)


def test_a_figure_with_nothing_but_hidden_values_says_so_and_not_that_the_file_is_missing(tmp_path):
    made = made_up_root(tmp_path)
    made.own_file("own.csv", ("feels_well", 2022, "T", "", 4.12, 4), header=HEADER)
    html = made.run("childhood")["figur-16"].html
    assert "dolda för att skydda enskilda" in html
    assert "egen fil saknas" not in html


def test_the_download_gives_no_hidden_count_away_by_subtraction(copy):
    shown = copy.run("childhood")["figur-16"]
    rows = downloaded(download_of(shown.record))
    assert (rows["status"] == "hidden").sum() == 4
    assert attacked(rows) == []


def downloaded(text: str) -> pd.DataFrame:
    """A download as its reader sees it: English columns, numbers as numbers."""
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert lines
    counts = [float(line["antal"].replace(",", ".") or "nan") for line in lines]
    return pd.DataFrame(
        {
            "sex": [line["kön"] for line in lines],
            "group": [line["grupp"] for line in lines],
            "count": counts,
            "status": [line["status"] for line in lines],
        }
    )


@pytest.mark.slow
def test_no_file_of_a_whole_build_holds_a_hidden_number(copy, hidden):
    built = reports.built(copy.paths.root, "9901", 2024)
    made = {**built.files(), **reports.contents(copy.paths.processed), **reports.contents(copy.paths.reports)}
    assert {Path(name).suffix for name in made} >= {".html", ".csv", ".json", ".parquet", ".log"}
    for name, content in made.items():
        assert told(content.decode("utf-8", "replace"), hidden) == [], name
    whole = pd.read_parquet(copy.paths.processed / "tidy.parquet")
    pupils = whole[whole["indicator"] == "feels_well"]
    pd.testing.assert_frame_equal(suppressed(pupils), pupils)


def own(*rows: tuple) -> pd.DataFrame:
    """Rows of an own file about a made-up measure: indicator, sex, group, value, count, status."""
    names = ["indicator", "sex", "group", "value", "count", "status"]
    return typed(pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows]).assign(place="9901", year=2022))


def seen(rows: pd.DataFrame) -> list[str]:
    return (rows["sex"] + rows["group"])[rows["status"] != "hidden"].tolist()


def test_what_others_publish_cannot_be_hidden_so_all_own_rows_of_the_block_are(copy):
    a, b, c, total = (("feels_well", "T", g, 80.0, n, "") for g, n in (("a", 3), ("b", 40), ("c", 20), ("", 63)))
    assert seen(without_small_numbers(own(a, b, c), own(total), copy.catalog)) == ["Tb"]
    assert seen(without_small_numbers(own(a, b), own(c, total), copy.catalog)) == []


@pytest.mark.parametrize(
    ("parts", "visible"),
    [
        ({"a": (70.0, 70), "b": (27.0, 27), "c": (3.0, 3)}, ["Ta"]),  # one hidden: the rest of a hundred is it
        ({"a": (50.0, 50), "b": (46.0, 46), "c": (3.0, 3), "d": (1.0, 1)}, ["Ta"]),  # two whose sum is small
        ({"a": (80.0, 80), "b": (70.0, 70), "c": (3.0, 3)}, ["Ta", "Tb"]),  # shares of a group each: no hundred
        ({"a": (70.0, math.nan), "b": (27.0, math.nan), "c": (math.nan, math.nan)}, ["Ta"]),  # a cell that came as <5
    ],
)
def test_answers_that_add_up_to_a_hundred_need_one_more_hidden(copy, parts, visible):
    rows = own(
        *(
            ("families_by_income_standard", "T", group, value, count, "hidden" if math.isnan(value) else "")
            for group, (value, count) in parts.items()
        )
    )
    assert seen(without_small_numbers(rows, typed(pd.DataFrame()), copy.catalog)) == visible


def test_large_numbers_stay_as_they_are(copy):
    rows = own(("feels_well", "K", "", 30.0, 30, ""), ("violence_cases_opened", "T", "", 12.0, np.nan, ""))
    pd.testing.assert_frame_equal(without_small_numbers(rows, typed(pd.DataFrame()), copy.catalog), rows)
