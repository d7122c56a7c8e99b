"""What must be true of the repository's own figures: nothing else in the suite reads them.

A refreshed `data/raw` moves what this module compares, and nothing else: the key figures of the default report
(`tests/expected/key_figures.csv`, written anew by `make expected`) and the values below, as their publishers printed
them. What the catalogue says is for test_catalog; all other tests look at the frozen snapshot or at made-up places.
"""

import csv
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from lxml import html

from copies import REPOSITORY
from freeze_snapshot import freeze
from lagesbild.assessments.load import load_all_assessments, load_assessment, load_region_assessment
from lagesbild.assessments.models import Assessment, RegionAssessment, register
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.claims.check import claim_check
from lagesbild.claims.evaluate import evaluated
from lagesbild.claims.language import Vocabulary, parsed
from lagesbild.claims.prose import backed_prose
from lagesbild.paths import Paths
from lagesbild.sources.files import document_rows, document_sources
from lagesbild.sources.raw import NAME, load_places, read_manifest
from lagesbild.sources.snapshot import read_snapshot
from lagesbild.tidy.build import table_at_hand
from lagesbild.tidy.rows import Rows
from lagesbild.tidy.schema import current
from read_pages import Report
from region_roots import LABELS, TYPES
from reports import FROZEN, files_below, real_copy

EXPECTED = Path(__file__).with_name("expected") / "key_figures.csv"
# 19 figures are drawn: the report's own measure, computed, or a related one; 6 are cards
STATES = {
    **dict.fromkeys((2, 3, 4, 7, 8, 9, 10, 18), "exact"),
    17: "derived",
    **dict.fromkeys((1, 6, 11, 12, 15, 20, 21, 22, 23, 24), "related"),
    **dict.fromkeys((5, 13, 14, 16, 19, 25), "slot"),
}
# The tables printed in the region's material of 2022: 2020, percent of the own total, 2021, percent, difference;
# six types and the total.
PUBLISHED = {
    "Nordmaling": """115 19,3 108 19,6 −7 | 191 32,0 180 32,7 −11 | 64 10,7 42 7,6 −22 | 140 23,5 155 28,1 +15
                     20 3,4 10 1,8 −10 | 67 11,2 56 10,2 −11 | 597 551 −46""",
    "Vännäs": """169 26,7 155 26,2 −14 | 206 32,5 202 34,2 −4 | 49 7,7 33 5,6 −16 | 130 20,5 144 24,4 +14
                 20 3,2 20 3,4 0 | 59 9,3 37 6,3 −22 | 633 591 −42""",
    "Robertsfors": """111 23,6 96 21,8 −15 | 197 41,8 181 41,0 −16 | 47 10,0 35 7,9 −12 | 69 14,6 92 20,9 +23
                      22 4,7 17 3,9 −5 | 25 5,3 20 4,5 −5 | 471 441 −30""",
    "Vindeln": """93 24,4 80 22,5 −13 | 152 39,9 145 40,7 −7 | 32 8,4 24 6,7 −8 | 56 14,7 76 21,3 +20
                  19 5,0 8 2,2 −11 | 29 7,6 23 6,5 −6 | 381 356 −25""",
    "Bjurholm": """35 18,2 35 19,9 0 | 55 28,6 49 27,8 −6 | 28 14,6 21 11,9 −7 | 48 25,0 50 28,4 +2
                   10 5,2 6 3,4 −4 | 16 8,3 15 8,5 −1 | 192 176 −16""",
    "Örnsköldsvik": """835 18,2 863 19,6 +28 | 1350 29,4 1342 30,5 −8 | 560 12,2 422 9,6 −138 | 1179 25,7 1209 27,4 +30
                       109 2,4 72 1,6 −37 | 563 12,2 499 11,3 −64 | 4596 4407 −189""",
}
CODES = {"Nordmaling": "2401", "Vännäs": "2460", "Robertsfors": "2409", "Vindeln": "2404", "Bjurholm": "2403",
         "Örnsköldsvik": "2284"}  # fmt: skip
# Percent of the inhabitants aged 20-64 who were supported in 2021, the change of rank, the rank, and that of 2020.
RANKED = {
    "Umeå": ".. +4 43 47",
    "Vännäs": "12,4 +27 81 108",
    "Robertsfors": "12,8 +21 100 121",
    "Vindeln": "13,0 +30 107 137",
    "Bjurholm": "14,9 +39 165 204",
    "Örnsköldsvik": "15,1 +4 174 178",
    "Nordmaling": "15,5 +35 183 218",
    "Skellefteå": ".. +7 120 127",
    "Malå": ".. +7 122 129",
    "Sorsele": ".. +26 129 155",
    "Storuman": ".. −17 139 122",
    "Dorotea": ".. +16 154 170",
    "Norsjö": ".. +35 157 192",
    "Lycksele": ".. −6 199 193",
    "Vilhelmina": ".. +9 205 214",
    "Åsele": ".. −39 206 167",
}
# The change of that share from 2020 to 2021 in percentage points.
CHANGES = {"Nordmaling": "−1,29", "Bjurholm": "−1,50", "Vindeln": "−1,02", "Robertsfors": "−0,83", "Vännäs": "−0,90",
           "Örnsköldsvik": "−0,59"}  # fmt: skip


def moved(expected: dict, values: dict) -> str:
    """Every value that differs, a line each: what it is of, what it was and what it is; empty where none does."""
    lines = [
        f"{key if isinstance(key, str | int) else ' '.join(key)}: {expected.get(key, 'no value')} -> "
        f"{values.get(key, 'no value')}"
        for key in dict.fromkeys((*expected, *values))
        if expected.get(key) != values.get(key)
    ]
    return "\n".join([f"{len(lines)} moved", *lines]) if lines else ""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


@pytest.fixture(scope="module")
def report(report_of) -> Report:
    """The default report of the repository's own figures."""
    return report_of("Umeå")


def page(report: Report, name: str) -> html.HtmlElement:
    return html.fromstring((report.folder / f"{name}.html").read_bytes())


def lines_of(table: html.HtmlElement) -> list[list[str]]:
    """The rows of a table, header first, with the cells' texts."""
    for label in table.xpath(".//span[@class='label']"):
        label.text = ""  # the column's header, for phones
    rows = [row.xpath("th|td") for row in table.iter("tr")]
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


# The default report.


def key_figures(text: str) -> dict[tuple[str, str, str], str]:
    """(indicator, place, sex) -> year, value, trend and rank."""
    rows = list(csv.reader(text.splitlines()[1:]))
    figures = {(indicator, place, sex): " ".join([year, *rest]) for indicator, place, year, sex, *rest in rows}
    assert len(figures) == len(rows)
    return figures


@pytest.mark.slow
def test_the_key_figures_have_not_moved_unnoticed(report):
    texts = EXPECTED.read_text("utf-8"), (report.folder / "key_figures.csv").read_text("utf-8")
    how = "Look at each; when all are meant, run 'make expected' and say why in CHANGELOG.md."
    assert texts[0] == texts[1], f"{moved(*map(key_figures, texts))}\n{how}"


@pytest.mark.slow
def test_nineteen_figures_are_drawn_and_six_are_cards(report):
    states, drawn = {}, Counter()
    for path in sorted(report.folder.glob("*.html")):
        for figure in page(report, path.stem).xpath("//figure[starts-with(@id, 'figur-')]"):
            states[int(figure.get("id").removeprefix("figur-"))] = figure.get("class").rpartition("exhibit-")[2]
            drawn["figure" if figure.xpath(".//svg") else "card"] += 1
    assert not (text := moved(STATES, states)), text
    assert drawn == {"figure": 19, "card": 6}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "anchor", "values"),
    [
        ("no_vulnerable_areas", "figur-4", ("16,1", "2021–2022", "27,0")),
        ("equal_power", "figur-9", ("75,8", "90,9", "83,2", "2022")),
    ],
)
def test_a_figure_has_the_published_values_in_words_or_table(report, name, anchor, values):
    [figure] = page(report, name).xpath(f"//figure[@id='{anchor}']")
    words = " ".join([figure.xpath("string(.//h3)"), figure.xpath("string(.//*[local-name()='title'])")])
    words += figure.xpath("string(.//table)")
    assert [value for value in values if value not in words] == [], words


# The region's page.


@pytest.fixture(scope="module")
def region(report: Report) -> html.HtmlElement:
    return page(report, "regional_support")


@pytest.fixture(scope="module")
def support(region: html.HtmlElement) -> dict[str, list[list[str]]]:
    """Municipality -> its table of supports as the page has it, by the first word of the caption."""
    tables = [table for table in region.iter("table") if (lines_of(table)[0] + [""])[0] == "Ersättning"]
    return {re.match(r"\s*(\w+)", table.findtext("caption"))[1]: lines_of(table)[1:] for table in tables}


@pytest.mark.slow
def test_the_42_published_rows_of_support_come_out_again_to_the_digit(support):
    values = {
        (name, label): " ".join(cell.replace(" ", "").replace("%", "") for cell in cells if cell)
        for name, rows in support.items()
        for label, *cells in rows[:7]
    }
    expected = {
        (name, label): " ".join(row.split())
        for name, text in PUBLISHED.items()
        for label, row in zip((*LABELS, "Totalt"), text.replace("\n", "|").split("|"), strict=True)
    }
    assert len(expected) == 42
    assert not (text := moved(expected, values)), text


@pytest.mark.slow
def test_the_share_of_the_inhabitants_under_each_table_is_the_rankings(support):
    shares = {name: rows[-1][4].removesuffix(" %") for name, rows in support.items()}
    expected = {name: RANKED[name].split()[0] for name in PUBLISHED}
    assert not (text := moved(expected, shares)), text


@pytest.mark.slow
def test_the_ranking_is_the_published_one(region):
    [table] = region.xpath("//table[@id='r2-tabell']")
    values = {name: " ".join(cells) for name, *cells in lines_of(table)[1:]}
    assert not (text := moved(RANKED, values)), text


@pytest.mark.slow
def test_the_share_of_the_inhabitants_fell_by_1_29_in_nordmaling(region):
    [table] = region.xpath("//table[@id='r5-tabell']")
    header, *_, whole = lines_of(table)
    assert not (text := moved(CHANGES, dict(zip(header[1:], whole[1:], strict=True)))), text


# The documents that were typed in.


def values_of(name: str) -> dict[tuple[str, str, int], int]:
    """(indicator, place, year) -> value of a typed-in table."""
    rows = document_rows(REPOSITORY.documents / f"{name}.csv")
    return {(row.indicator, row.place, row.year): int(row.value) for row in rows.itertuples()}


@pytest.fixture(scope="module")
def counts() -> dict[tuple[str, str, int], int]:
    return values_of("support_profiles")


@pytest.fixture(scope="module")
def printed() -> list[dict[str, str]]:
    with (REPOSITORY.documents / "support_profiles_printed.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def one_decimal(part: int, total: int) -> str:
    return str((Decimal(100 * part) / total).quantize(Decimal("0.1"), ROUND_HALF_UP))


def test_the_six_typed_in_tables_have_seven_labelled_rows_each(printed, counts):
    assert (len(printed), len(counts)) == (42, 84)
    labels = dict(zip((*TYPES, "fte_total"), (*LABELS, "Totalt"), strict=True))
    for place in CODES.values():
        assert {row["indicator"]: row["label"] for row in printed if row["place"] == place} == labels


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_typed_in_table_has_the_printed_counts_and_adds_up(counts, name):
    rows = [row.split() for row in PUBLISHED[name].replace("\n", "|").split("|")]
    for type_, (before, _, after, _, _) in zip(TYPES, rows[:-1], strict=True):
        assert [counts[type_, CODES[name], year] for year in (2020, 2021)] == [int(before), int(after)]
    for year, total in zip((2020, 2021), rows[-1][:2], strict=True):
        assert counts["fte_total", CODES[name], year] == int(total)
        assert sum(counts[type_, CODES[name], year] for type_ in TYPES) == int(total)


def test_all_printed_percentages_and_differences_follow_from_the_counts(printed, counts):
    for row in printed:
        place, type_ = row["place"], row["indicator"]
        before, after = counts[type_, place, 2020], counts[type_, place, 2021]
        assert str(after - before) == row["difference"], row
        if type_ == "fte_total":
            assert row["share_2020"] == row["share_2021"] == ""
        else:
            assert one_decimal(before, counts["fte_total", place, 2020]) == row["share_2020"], row
            assert one_decimal(after, counts["fte_total", place, 2021]) == row["share_2021"], row


def test_only_the_table_on_the_page_of_nordmaling_has_another_heading_than_its_page(printed):
    misnamed = {(row["heading"], row["page"], row["place"]) for row in printed if row["heading"] not in row["page"]}
    assert misnamed == {("Umeå", "profilsidan Nordmaling", "2401")}
    assert "Nordmaling" in document_sources(REPOSITORY)["support_profiles"].correction


def test_the_ranking_says_what_the_text_denies():
    ranking = values_of("support_ranking")
    assert len(ranking) == 32
    assert ranking["support_rank_change", "2422", 2021] == 26, "Sorsele"
    assert ranking["support_rank_change", "2463", 2021] == -39, "Åsele"
    # rank and change of Bjurholm, the municipality that climbed most: 204 the year before
    assert ranking["support_rank", "2403", 2021] + ranking["support_rank_change", "2403", 2021] == 204


def test_the_two_julys_of_figure_21_are_the_months_own():
    rows = document_rows(REPOSITORY.documents / "arbetsformedlingen_july.csv")
    assert set(rows["month"]) == {7}
    assert list(rows.loc[rows["place"] == "2480", "value"]) == [3301, 2873]


def test_every_typed_value_belongs_to_an_indicator_that_names_its_table(catalog):
    tables = [name for name, source in document_sources(REPOSITORY).items() if source.tidy]
    assert {"support_profiles", "support_ranking", "arbetsformedlingen_july", "bas_labour_market"} <= set(tables)
    for name in tables:
        for indicator in set(document_rows(REPOSITORY.documents / f"{name}.csv")["indicator"]):
            assert catalog.indicators[indicator].document == name, indicator


# The judgements and the register.


@pytest.fixture(scope="module")
def judged(catalog: Catalog) -> Assessment:
    return load_assessment(REPOSITORY, "2480", 2024, catalog)


@pytest.fixture(scope="module")
def material_of_2022(catalog: Catalog) -> RegionAssessment:
    return load_region_assessment(REPOSITORY, "umearegionen", 2022, catalog)


def test_the_statuses_of_the_priorities_are_the_documents(judged):
    on_plan = {priority for priority, entry in judged.priorities.items() if entry.status == "Enligt plan"}
    assert len(judged.priorities) == 14
    assert on_plan == {"2.1", "2.2", "4.1", "4.2", "4.3"}
    assert {goal: entry.status for goal, entry in judged.goals.items()} == {"2": "Mer arbete krävs", "3": "Enligt plan"}
    assert {area for area, entry in judged.areas.items() if entry.status == "Enligt plan"} == {"2", "4"}


def test_every_priority_has_a_sentence_of_its_own_and_no_arrow_is_invented(judged):
    entries = [*judged.areas.values(), *judged.priorities.values()]
    assert all(entry.summary and entry.arrow is None for entry in entries)
    assert len({entry.summary for entry in entries}) == len(entries)


def test_plans_and_projects_are_as_many_as_in_the_document(judged):
    assert [len(judged.plans_of(area)) for area in "12345"] == [3, 2, 2, 5, 2]
    assert [len(judged.projects_of(area)) for area in "12345"] == [4, 3, 3, 3, 4]
    assert sum(plan.name is None for plan in judged.plans) == 1
    assert sum(plan.review_requested for plan in judged.plans) == 4
    assert sum(plan.decided is not None for plan in judged.plans) == 2
    unfunded = {plan.name for plan in judged.plans if plan.funded is False}
    assert unfunded == {"Handlingsplan mot våld", "Umeå kommuns handlingsplan mot barnfattigdom"}
    assert Counter(entry.kind for entry in judged.assignments) == dict.fromkeys(
        ("assignment", "audit", "follow_up", "unassigned"), 1
    )


def test_the_register_holds_all_records_of_the_document(material_of_2022):
    entries = register(material_of_2022)
    assert len(material_of_2022.initiatives) + len(material_of_2022.assignments) == 20
    assert material_of_2022.stated_initiatives == 25
    assert Counter(entry.kind for entry in entries) == {"initiative": 18, "assignment": 2, "proposal": 14}
    proposals = {entry.record.title for entry in entries if entry.kind == "proposal"}
    assert len(proposals) == len(material_of_2022.proposals) == 8
    assert len({entry.id for entry in entries}) == 34


def test_dates_go_as_far_as_the_document_and_no_further(material_of_2022):
    records = [entry.record for entry in register(material_of_2022)]
    assert sorted(record.end for record in records if record.end) == ["2022-11-30", "2022-12-21", "2022-12-31"]
    assert sorted(record.start for record in records if record.start) == ["--05-31", "2022-09-01", "2022-09-01"]
    meeting = material_of_2022.initiatives["complex_needs"]
    assert (meeting.start, meeting.start_text) == (None, "Tas upp på SG torgen 10 maj")


def test_the_group_is_organisations_and_seats(material_of_2022):
    assert {seat.organisation: seat.seats for seat in material_of_2022.group} == {
        "Samordningsförbundet": 3,
        "Arbetsförmedlingen": 1,
        "Försäkringskassan": 1,
        "Umeå kommun": 4,
        "Kriminalvården": 1,
    }
    assert [seat.organisation for seat in material_of_2022.group if seat.chair] == ["Samordningsförbundet"]
    assert len(material_of_2022.data_sources) == 9
    assert [len(column.items) for column in material_of_2022.competence_plan.columns] == [3, 5, 3]


# All hand-made files, held against the figures; and the snapshot, against its manifest.


def test_all_hand_made_files_are_in_order(catalog):
    assert load_all_assessments(REPOSITORY, catalog) >= 2


def test_every_claim_is_borne_out_or_known_to_disagree(tmp_path, catalog):
    check = claim_check(Paths(real_copy(tmp_path)), catalog)
    assert not check.errors, "\n".join(check.errors)
    assert check.total >= 30
    assert check.holding >= 20
    assert check.known >= 3
    assert not check.warnings


def test_every_number_of_the_assessments_prose_is_backed(catalog):
    files = backed_prose(REPOSITORY, catalog, load_places(REPOSITORY))
    assert not [error for file in files for error in file.errors()]
    backing = [(word.number is None, word.backing.value) for file in files for word in file.words]
    assert backing.count((False, "bound")) + backing.count((False, "quoted")) >= 30
    assert backing.count((True, "unbound")) <= 10


def test_the_rise_of_employment_in_2023_is_told_with_2024(tmp_path, catalog):
    table = current(table_at_hand(Paths(real_copy(tmp_path)), catalog).rows)
    words = Vocabulary(catalog, load_places(REPOSITORY), 2024, "2480")
    finding = evaluated(parsed("employed_bas rises in 2480 from 2022 to 2023", words), Rows(table), catalog)
    assert [case.later for case in finding.cases] == [(2024, 79.5)]


SNAPSHOTS = sorted(path.parent.name for path in REPOSITORY.raw.glob(f"*/{NAME}"))


def test_kolada_has_a_snapshot():
    assert "kolada" in SNAPSHOTS


@pytest.mark.parametrize("source", SNAPSHOTS)
def test_the_snapshot_is_as_its_manifest_says(source):
    rows = read_snapshot(REPOSITORY, source)  # refuses a file with another checksum, without a line, or missing
    for series, entry in read_manifest(REPOSITORY.raw / source, source).series.items():
        own = rows[rows["series"] == series]
        years = own.loc[own["value"].notna(), "year"]
        assert (len(own), years.min(), years.max()) == (entry["rows"], entry["first_year"], entry["last_year"]), series
        assert own["vintage"].max() == entry["vintage"], series
        assert entry["requests"], f"nothing tells what {series} was asked for"


def test_the_frozen_snapshot_can_be_cut_again_from_the_real_one(tmp_path):
    """Every row is one of the repository's, and the checksums fit; what tests look at stays small."""
    freeze(tmp_path)
    whole, cut = read_snapshot(REPOSITORY, "kolada"), read_snapshot(Paths(tmp_path), "kolada")
    assert len(cut.merge(whole.drop_duplicates())) == len(cut) > 3000
    assert sum(path.stat().st_size for path in files_below(FROZEN)) < 2_000_000
