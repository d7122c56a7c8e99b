"""The tables typed in from documents: last year's printed figures come out again, to the digit."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from lagesbild.catalog.load import load_catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.sources.files import DocumentError, document_rows, document_sources

PATHS = Paths(PACKAGE.parents[1])
TYPES = {
    "fte_sick_pay": "Sjukpenning/rehabpenning",
    "fte_sickness_compensation": "Sjuk- och aktivitetsersättning",
    "fte_unemployment_benefit": "Arbetslöshet",
    "fte_labour_market_programmes": "Arbetsmarknadsåtgärder",
    "fte_establishment": "Etableringsersättning",
    "fte_social_assistance": "Ekonomiskt bistånd",
    "fte_total": "Totalt",
}
# the last row of each printed table: total 2020, total 2021, difference
TOTALS = {
    "2401": (597, 551, -46),
    "2460": (633, 591, -42),
    "2409": (471, 441, -30),
    "2404": (381, 356, -25),
    "2403": (192, 176, -16),
    "2284": (4596, 4407, -189),
}


def values(name: str) -> dict[tuple[str, str, int], int]:
    rows = document_rows(PATHS.documents / f"{name}.csv")
    return {(row.indicator, row.place, row.year): int(row.value) for row in rows.itertuples()}


@pytest.fixture(scope="module")
def counts() -> dict[tuple[str, str, int], int]:
    return values("support_profiles")


@pytest.fixture(scope="module")
def printed() -> list[dict[str, str]]:
    with (PATHS.documents / "support_profiles_printed.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def one_decimal(part: int, total: int) -> str:
    return str((Decimal(100 * part) / total).quantize(Decimal("0.1"), ROUND_HALF_UP))


def test_the_six_tables_hold_seven_labelled_rows_each(printed, counts):
    assert len(printed) == 42
    assert len(counts) == 84
    for place in TOTALS:
        rows = [row for row in printed if row["place"] == place]
        assert {row["indicator"]: row["label"] for row in rows} == TYPES


@pytest.mark.parametrize("place", TOTALS)
def test_a_table_adds_up_to_its_printed_total(counts, place):
    before, after, difference = TOTALS[place]
    for year, total in ((2020, before), (2021, after)):
        assert counts["fte_total", place, year] == total
        assert sum(counts[type, place, year] for type in TYPES if type != "fte_total") == total
    assert after - before == difference


def test_all_printed_percentages_and_differences_follow_from_the_counts(printed, counts):
    for row in printed:
        place, type = row["place"], row["indicator"]
        before, after = counts[type, place, 2020], counts[type, place, 2021]
        assert str(after - before) == row["difference"], row
        if type == "fte_total":
            assert row["share_2020"] == row["share_2021"] == ""
        else:
            assert one_decimal(before, counts["fte_total", place, 2020]) == row["share_2020"], row
            assert one_decimal(after, counts["fte_total", place, 2021]) == row["share_2021"], row


def test_only_the_table_on_the_page_of_nordmaling_has_another_heading_than_its_page(printed):
    misnamed = {(row["heading"], row["page"], row["place"]) for row in printed if row["heading"] not in row["page"]}
    assert misnamed == {("Umeå", "profilsidan Nordmaling", "2401")}
    assert "Nordmaling" in document_sources(PATHS)["support_profiles"].correction


def test_sick_pay_rises_outside_the_region_only(counts):
    change = {place: counts["fte_sick_pay", place, 2021] - counts["fte_sick_pay", place, 2020] for place in TOTALS}
    assert change == {"2401": -7, "2460": -14, "2409": -15, "2404": -13, "2403": 0, "2284": 28}


def test_the_ranking_says_what_the_text_denies():
    ranking = values("support_ranking")
    assert len(ranking) == 32
    assert ranking["support_rank_change", "2422", 2021] == 26, "Sorsele"
    assert ranking["support_rank_change", "2463", 2021] == -39, "Åsele"
    # rank and change of Bjurholm, the municipality that climbed most: 204 the year before
    assert ranking["support_rank", "2403", 2021] + ranking["support_rank_change", "2403", 2021] == 204


def test_the_two_julys_of_figure_21_are_the_months_own():
    rows = document_rows(PATHS.documents / "arbetsformedlingen_july.csv")
    assert set(rows["month"]) == {7}
    assert list(rows.loc[rows["place"] == "2480", "value"]) == [3301, 2873]


def copy_with(tmp_path: Path, sources: str | None, *tables: str) -> Paths:
    paths = Paths(tmp_path)
    paths.documents.mkdir(parents=True)
    for name in tables:
        (paths.documents / f"{name}.csv").write_text("indicator,place,year,value,page\n", encoding="utf-8")
    if sources is not None:
        (paths.documents / "sources.yml").write_text(sources, encoding="utf-8")
    return paths


ENTRY = """documents:
  made_up:
    title: Påhittade tal
    publisher: Påhittsby
    source: Ett påhitt
    pages: s. 1
    seen: Aldrig
    vintage: "2020-01-31"
    caveat: Påhittat
"""


@pytest.mark.parametrize(
    ("sources", "tables", "complaint"),
    [
        (ENTRY, ["made_up", "stray"], r"sources.yml:1: .*stray.csv has no entry. Add 'stray'"),
        (ENTRY, [], r"sources.yml:2: .*no made_up.csv"),
        (None, ["made_up"], "sources.yml:1: the file is missing"),
        (ENTRY.replace("vintage", "vintag"), ["made_up"], r"sources.yml:8: .*Did you mean 'vintage'"),
        (ENTRY.replace('"2020-01-31"', "2020-01-31"), ["made_up"], r'sources.yml:8: .*quotes: "2020-01-31"'),
    ],
)
def test_a_table_whose_origin_is_not_told_is_refused(tmp_path, sources, tables, complaint):
    with pytest.raises(DocumentError, match=complaint):
        document_sources(copy_with(tmp_path, sources, *tables))


def test_every_typed_value_belongs_to_an_indicator_that_names_its_table():
    indicators = load_catalog(PATHS).indicators
    tables = [name for name, source in document_sources(PATHS).items() if source.tidy]
    assert {"support_profiles", "support_ranking", "arbetsformedlingen_july", "bas_labour_market"} <= set(tables)
    for name in tables:
        for indicator in set(document_rows(PATHS.documents / f"{name}.csv")["indicator"]):
            assert indicators[indicator].document == name, indicator


def test_a_copy_without_documents_has_none(tmp_path):
    assert document_sources(Paths(tmp_path)) == {}
