"""The regional analysis: what its cells compute, what is said of it, and that what a cell leaves out is nowhere."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import html
from statsmodels.tsa.seasonal import STL

from chart_functions import REGIONAL
from copies import Copy
from helpers import open_region, show_figure, show_table, support
from helpers.report import UnknownChoice
from lagesbild import charts
from lagesbild.charts import regional
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame
from lagesbild.html.render import Component
from lagesbild.look import TOKENS
from lagesbild.rules import support as rules
from lagesbild.rules.editions import key_figures
from lagesbild.rules.support import WrongTable, refuse_wrong_tables
from lagesbild.sources.files import printed_rows
from lagesbild.statistics.support import decompose
from lagesbild.swedish import statements
from region_roots import (
    COUNTS,
    LABELS,
    PEOPLE,
    TYPES,
    Ran,
    fetched,
    inhabitants,
    made_up_region,
    months_of,
    more_places,
    printed,
    ran,
    region,
    typed_in,
    yearly,
)

NBSP, MINUS = "\u00a0", "\u2212"
OWN = {"9901": ((300, 200, 100, 90, 30, 80), (280, 210, 90, 95, 20, 70))}  # what the document lacks


@pytest.fixture(scope="module")
def umea(frozen: Copy) -> Ran:
    return ran(frozen, "umearegionen", "2480")


@pytest.fixture(scope="module")
def county(frozen: Copy) -> Ran:
    return ran(frozen, "vasterbotten", "2480")


@pytest.fixture
def sagan(tmp_path: Path) -> Copy:
    return made_up_region(tmp_path)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return ran(made_up_region(tmp_path_factory.mktemp("sagan")))


def plain(text: str) -> str:
    return text.replace(NBSP, "").replace("%", "").replace(MINUS, "-")


def tables(component: Component) -> dict[str, list[list[str]]]:
    """Caption -> rows of every table of a component."""
    record = component.record
    every = record["tables"] if record["kind"] == "table" else [record["table"]]
    return {table["caption"]: [list(row) for row in table["rows"]] for table in every}


def profiles(component: Component) -> dict[str, list[list[str]]]:
    """Caption -> rows of the tables in the folds of R4, one a municipality."""
    return {table["caption"]: [list(row) for row in table["rows"]] for _, table in component.record["folded"]}


def rows_of(component: Component) -> dict[str, list[str]]:
    """Name -> the other cells of a figure's table, without signs of our typography."""
    [rows] = tables(component).values()
    return {row[0]: [plain(cell) for cell in row[1:]] for row in rows}


def notes(component: Component) -> list[str]:
    """The footnote under a figure, and what stands in its details."""
    return [text for text in (component.record.get("footnote", ""), *component.record["notes"]) if text]


def withheld(analysed: Ran) -> list[str]:
    items = analysed.component("r1").record["items"]
    return [item["text"] for item in items if item["by"] == "Påståendet görs inte"]


# The tables that a cell makes.


def test_the_table_has_every_place_and_year_and_sums_what_has_no_published_total():
    rows = pd.DataFrame(
        [(name, "9901", 2020, 10.0 + at) for at, name in enumerate(TYPES)]
        + [
            ("fte_sick_pay", "9901", 2022, 5.0),
            ("fte_total", "9901", 2022, 99.0),
            ("population_20_64", "9901", 2022, 500),
        ],
        columns=["indicator", "place", "year", "value"],
    ).assign(sex="T", group="", month=0, status="")
    table = rules.wide_table(rows, ["9902", "9901"], TYPES)
    assert list(table.columns) == [*TYPES, "total", "population"]
    assert list(table.index) == [(place, year) for place in ("9902", "9901") for year in (2020, 2021, 2022)]
    assert table.loc[("9901", 2020), "total"] == sum(range(10, 16))
    assert table.loc[("9901", 2022), "total"] == 99  # published, though not every type is
    assert table.loc["9902"].isna().all(axis=None)
    assert table.loc[("9901", 2021)].isna().all()


def test_a_type_that_is_missing_leaves_no_sum_and_a_suspected_zero_is_no_value():
    rows = pd.DataFrame(
        [(name, "9901", year, 10.0) for name in TYPES for year in (2019, 2020, 2021)],
        columns=["indicator", "place", "year", "value"],
    ).assign(sex="T", group="", month=0, status="")
    zero = (rows["indicator"] == "fte_social_assistance") & (rows["year"] == 2021)
    table = rules.wide_table(rows.assign(value=rows["value"].mask(zero, 0.0)), ["9901"], TYPES)
    assert np.isnan(table.loc[("9901", 2021), "fte_social_assistance"])
    assert np.isnan(table.loc[("9901", 2021), "total"])
    assert table.loc[("9901", 2020), "total"] == 60


def test_the_years_compared_are_the_last_two_in_a_row_that_most_places_have_whole():
    index = pd.MultiIndex.from_product([["9901", "9902", "9903"], range(2018, 2023)], names=["place", "year"])
    table = pd.DataFrame({"a": 1.0, "total": 1.0, "population": np.nan}, index=index)
    assert rules.comparable_years(table) == (2021, 2022)
    table.loc[[("9901", 2022), ("9902", 2022)], "a"] = np.nan
    assert rules.comparable_years(table) == (2020, 2021)
    table.loc[(slice(None), 2020), :] = np.nan
    assert rules.comparable_years(table) == (2018, 2019)
    assert rules.comparable_years(table.head(0)) == (0, 0)


def test_a_column_that_an_analyst_adds_stands_in_her_tables(made_up: Ran):
    fte = made_up.fte.assign(Studiemedel=7.0)
    own = fte[[*TYPES, "Studiemedel"]].div(fte["total"], axis=0).mul(100)
    shown = support.profile_tables(made_up.report, fte, own, made_up.years)
    for rows in profiles(shown).values():
        assert rows[6][:2] == ["Studiemedel", "7"]
    shown = show_table(
        fte.query("year == 2021").assign(double=fte["total"] * 2), "Två gånger", columns={"double": "Dubbelt"}
    )
    assert "Dubbelt" in shown.html


# Shares, decomposition and profiles.


def test_the_share_of_the_inhabitants_names_its_base(umea: Ran):
    [(caption, rows)] = [(c, r) for c, r in profiles(umea.component("r4")).items() if c.startswith("Nordmaling")]
    assert plain(rows[-1][4]) == "15,5"
    assert "invånarna 20–64 år den 31 december" in caption
    assert [row[0] for row in rows] == [*LABELS, "Totalt", "Andel av invånarna 20–64 år"]


@pytest.mark.parametrize("place", COUNTS)
def test_what_moved_the_share_adds_up_to_its_change(made_up: Ran, place: str):
    parts = made_up.parts.loc[place]
    total = [sum(years) / PEOPLE[place, 2020 + at] for at, years in enumerate(COUNTS[place])]
    assert len(parts.drop("change")) == 7
    assert parts.drop("change").sum() == pytest.approx(parts["change"], abs=1e-9)
    assert parts["change"] == pytest.approx(100 * (total[1] - total[0]), abs=1e-9)


def test_shares_fell_in_all_members_with_a_table_and_second_most_in_nordmaling(umea: Ran):
    text = umea.said("Andelen av invånarna 20–64 år som försörjs minskade")
    assert "i alla fem kommuner som har siffror för båda åren." in text
    assert "näst störst i Nordmaling (−1,29)" in text


def test_sick_pay_fell_in_all_members_but_bjurholm_and_ornskoldsvik_is_named(umea: Ran):
    text = umea.said("Försörjningen med sjukpenning minskade")
    assert "i fyra av fem kommuner: " in text
    assert "Ingen ändring var det i Bjurholm." in text
    assert "Utanför regionen: Örnsköldsvik (+28)" in text


def test_programmes_rose_in_all_six(umea: Ran):
    text = umea.said("Arbetsmarknadsåtgärderna ökade 2020")
    assert "i alla fem kommuner: " in text
    assert text.count("(+") == 6


def test_what_moved_most_is_said_in_full_year_equivalents(umea: Ran):
    text = umea.said("159 helårsekvivalenter färre")
    assert "Arbetslöshetsersättningen minskade mest: 65 helårsekvivalenter färre." in text
    assert "Arbetsmarknadsåtgärderna ökade mest: 74 fler." in text


def test_what_stands_still_is_said_in_good_order(umea: Ran):
    assert "och ändrade den inte i Nordmaling, 2020–2021" in umea.said("Folkmängden 20–64 år")


@pytest.mark.parametrize(
    ("count", "known", "text"),
    [
        (5, 5, "alla fem kommuner"),
        (2, 2, "båda kommunerna"),
        (1, 1, "den enda kommunen"),
        (0, 1, "ingen kommun"),
        (0, 3, "ingen av tre kommuner"),
        (13, 16, "13 av 16 kommuner"),
    ],
)
def test_places_are_counted_in_good_swedish(count: int, known: int, text: str):
    assert statements.among_places(count, known) == text


def test_one_full_year_equivalent_is_no_plural():
    assert statements.fewer(-1.0, statements.UNIT) == "1 helårsekvivalent färre"
    assert statements.fewer(2.0, statements.UNIT) == "2 helårsekvivalenter fler"
    assert statements.fewer(0.2) == "lika många"


def test_umeas_own_profile_is_said_to_be_missing_once_and_riket_is_withheld(umea: Ran):
    assert umea.component("short").record["missing"] == (("Umeå har inga egna siffror här.", "r4"),)
    assert "Umeå har inga egna siffror" not in umea.component("r1").html
    texts = withheld(umea)
    assert any("rikets helårsekvivalenter 2021 är inte kända" in text for text in texts)
    assert any("följs åt prövas inte" in text and "minst åtta kommuner" in text for text in texts)


def test_the_page_starts_with_the_region_in_three_to_five_sentences(umea: Ran):
    record = umea.component("short").record
    assert (record["first"], record["title"]) == (True, "Läget i korthet")
    text = " ".join(record["texts"])
    assert 3 <= len(re.findall(r"[.](?= |$)", text)) <= 7
    assert "15,5 procent av invånarna 20–64 år i Nordmaling, där andelen var störst, och 12,4 procent i Vännäs" in text
    assert "alla fem kommuner som har siffror för båda åren, mest i Bjurholm: 1,50 procentenheter." in text
    assert "Alla sex kommuner hade en bättre plats i riket 2021 än året före." in text
    assert "Bäst låg Umeå, på plats 43 av 290, och sämst Nordmaling, på plats 183." in text


def test_the_municipality_whose_page_it_is_is_named_and_comes_first(frozen: Copy):
    own = ran(frozen, "", "2404")
    text = " ".join(own.component("short").record["texts"])
    assert "I Vindeln var den 13,0 procent." in text
    assert "Vindeln låg på plats 107." in text
    assert own.component("r7").record["situations"][0]["name"] == "Vindeln"


def test_at_most_seven_statements_stand_before_a_fold(umea: Ran, county: Ran, nation: Ran):
    for analysed in (umea, county, nation):
        component = analysed.component("r1")
        page = html.fromstring(component.html)
        lists = page.xpath("//ul[contains(@class, 'entries')]")
        assert [len(each) <= 7 for each in lists] == [True] * len(lists)
        assert [bool(each.xpath("ancestor::details")) for each in lists].count(False) == 1
        assert sum(map(len, lists)) == len(component.record["items"])


def test_every_statement_links_to_its_evidence_unless_it_is_withheld(umea: Ran):
    items = umea.component("r1").record["items"]
    assert len(items) > 10
    assert len([item for item in items if not item["group"]]) <= 7
    assert [item for item in items if item["by"] == "Beräknat" and not item["evidence"]] == []


def test_the_countrys_own_share_says_who_lies_under_it(sagan: Copy):
    typed_in(sagan, yearly(COUNTS | {"0000": ((900, 900, 900, 900, 900, 900), (800, 800, 800, 800, 800, 800))}))
    inhabitants(sagan, PEOPLE | {("0000", 2020): 36000, ("0000", 2021): 33000})
    text = ran(sagan).said("Riket låg 2021 på 14,5 procent")
    assert "Under riket låg en av två kommuner: Sagostad." in text


def test_local_efforts_stand_beside_the_numbers_with_whose_words_they_are(umea: Ran):
    places = {entry["name"]: entry for entry in umea.component("r7").record["situations"]}
    own = "Ersättningarna motsvarade 551 helårsekvivalenter 2021, 15,5 procent av invånarna 20–64 år: 46 färre än 2020"
    assert places["Nordmaling"]["computed"].startswith(own)
    assert "Arbetslöshetsersättningen minskade mest: 22 färre." in places["Nordmaling"]["computed"]
    assert "Plats 183 av 290 i riket 2021, plats 218 året före." in places["Nordmaling"]["computed"]
    assert {name for name, entry in places.items() if entry["judgements"]} == {"Vindeln", "Nordmaling"}
    assert all("Analysgruppen" in each["by"] for entry in places.values() for each in entry["judgements"])


def test_of_what_people_wrote_the_first_paragraph_stands_open_and_the_rest_in_a_fold(umea: Ran):
    page = html.fromstring(umea.component("r7").html)
    folds = page.xpath("//details[@class='written']")
    assert [" ".join(fold.findtext("summary").split()) for fold in folds] == ["Mer om Nordmaling", "Mer om Vindeln"]
    assert all(len(fold.xpath("preceding-sibling::p")) == 1 for fold in folds)
    assert "Samordningsteamet" in folds[0].text_content()


# Ranks: printed ones, or our own where every municipality was asked for.


def test_the_ranking_has_share_change_rank_and_the_rank_of_the_year_before(umea: Ran):
    rows = rows_of(umea.component("r2"))
    assert rows["Nordmaling"] == ["15,5", "+35", "183", "218"]
    assert rows["Umeå"] == ["..", "+4", "43", "47"]
    assert len(rows) == 16  # all that the document prints, the region's or not
    assert umea.component("r2").record["state"] == "document"


def test_the_county_names_who_climbed_and_fell_and_who_lacks_figures(county: Ran):
    text = county.said("bättre plats i riket 2021")
    assert text.startswith("Tolv av 15 kommuner hade en bättre plats")
    assert "Sorsele (+26)" in text.split("Sämre plats")[0]
    assert "Sämre plats hade Åsele (−39), Storuman (−17) och Lycksele (−6)" in text
    [(lacks, _)] = county.component("short").record["missing"]
    assert lacks.startswith("Umeå, Norsjö, Malå, ")
    assert lacks.endswith("och Skellefteå har inga egna siffror här.")


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every municipality of a made-up country: By n has n full-year equivalents of each type, of 1 000 inhabitants."""
    copy = made_up_region(tmp_path_factory.mktemp("nation"), {})
    codes = [*more_places(copy, 150), "0180", "9901", "9902", "9903"]
    region(copy, ["9901", "9902", "9100"], ["9249"])
    counts = {code: tuple((2.0 + at + year,) * 6 for year in range(2)) for at, code in enumerate(codes)}
    counts["9901"] = ((9.0,) * 6, (200.0, 1, 1, 1, 1, 1))
    fetched(copy, months_of(yearly(counts)))
    inhabitants(copy, {(code, year): 1000 for code in codes for year in (2020, 2021)})
    return ran(copy)


def test_a_complete_national_series_places_each_municipality_and_the_year_before(nation: Ran):
    scale = nation.component("r3-scale")
    rows = rows_of(scale)
    assert rows["Påhittsby"][:3] == ["33 (8)", "154 (8)", "1 (8)"]
    assert list(rows) == ["Påhittsby", "Sagostad", "By 100", "By 249"]
    assert any("Färgzonernas gränser" in note for note in notes(scale))
    assert nation.component("r2").record["state"] == "derived"
    assert rows_of(nation.component("r2"))["Sagostad"][1:] == ["0", "153", "153"]
    known = key_figures(nation.report.data, nation.report.judged, nation.report.catalog, ["9901", "9902"])
    total = known[known["indicator"] == "fte_total"].set_index("place")
    assert total["value"].to_dict() == {"9901": "205.0000", "9902": "930.0000"}
    assert set(total["rank"]) == {""}  # a larger place has more of a number of persons


def test_places_that_were_never_asked_for_withhold_the_national_scale(umea: Ran):
    card = umea.component("r3-scale").record["card"]
    assert card["why"] == "Skalan kräver siffror för landets alla 290 kommuner, och 6 har dem 2021."
    assert umea.component("r3-scale").record["anchor"] == "r3-skala"


def test_a_national_series_of_one_year_only_gives_no_rank(tmp_path: Path):
    copy = made_up_region(tmp_path, {})
    codes = [*more_places(copy, 150), "0180", "9901", "9902", "9903"]
    last = yearly(dict.fromkeys(codes, ((2.0,) * 6,)), 2021)
    typed_in(copy, last | yearly(dict.fromkeys(codes[-3:], ((2.0,) * 6,) * 2)))
    card = ran(copy, until="r3-scale").component("r3-scale").record["card"]
    assert "och 3 har dem 2021" in card["why"]


# R6: what moves together, and the long view.


def test_many_places_move_together_or_the_test_is_refused(nation: Ran, umea: Ran):
    text = nation.said("Ohälsa och arbetslöshet 2021")
    assert "2021 i 154 kommuner: " in text
    assert "kommuner med mycket av det ena har ofta mycket av det andra" in text
    assert not re.search(r"korrelation|intervall|Spearman|p =", text)  # these stand on the page of methods
    assert "det krävs fyra år i rad" in text  # two years say nothing of changes
    assert text in notes(nation.component("r6"))
    assert umea.component("r6").record["card"]["why"].startswith("Om ohälsa och arbetslöshet följs åt prövas inte")


def test_changes_within_places_are_tested_when_there_are_years_enough(tmp_path: Path):
    copy = made_up_region(tmp_path, {})
    codes = more_places(copy, 12)
    region(copy, codes)
    draw = np.random.default_rng(1)
    moved = draw.uniform(0, 20, (12, 6))
    counts = {
        code: tuple((40 + at + m, 50, 60 - at + 2 * m, 70, 10, 30) for m in moved[at]) for at, code in enumerate(codes)
    }
    typed_in(copy, yearly(counts, 2016))
    inhabitants(copy, {(code, year): 1000 for code in codes for year in range(2016, 2022)} | PEOPLE)
    text = ran(copy).said("Ohälsa och arbetslöshet")
    assert "2021 i regionens 12 kommuner: " in text
    assert "När det ena ändras i en kommun ändras det andra åt samma håll" in text


def test_a_place_that_lacks_one_of_two_types_has_no_ill_health(tmp_path: Path):
    rows = {key: value for key, value in yearly(COUNTS).items() if key != ("fte_sick_pay", "9902", 2021)}
    copy = made_up_region(tmp_path, {})
    typed_in(copy, rows)
    both = ran(copy, until="r6-both").both
    assert np.isnan(both.loc[("9902", 2021), "ill_health"])
    assert both.loc[("9902", 2020), "ill_health"] == pytest.approx(100 * 300 / 3600)


def monthly_copy(folder: Path) -> Copy:
    """Nine years of months for 9901, women and men, and one month of social assistance that was never reported."""
    copy = made_up_region(folder, {})
    counts = {"9901": tuple((50.0 + year, 60, 30, 40, 10, 20) for year in range(9))}
    rows = months_of(yearly(counts, 2013), "TKM")
    lost = (rows["indicator"] == TYPES[5]) & (rows["year"] == 2014) & (rows["month"] == 3) & (rows["sex"] == "T")
    fetched(copy, rows.assign(value=rows["value"].mask(lost, 0.0)))
    return copy


def test_the_long_view_shows_women_and_men_and_marks_suspected_non_response(tmp_path: Path):
    analysed = ran(monthly_copy(tmp_path), until="months-table")
    rows, shown = analysed.drawn, analysed.component("r6-months")
    assert set(zip(rows["group"], rows["label"], strict=True)) == {
        (group, label) for group in ("Alla", "Kvinnor", "Män") for label in ("Månadsvärde", "Säsongsrensat")
    }
    lost = "Misstänkt bortfall, noll i Ekonomiskt bistånd efter månader med värden: Påhittsby (mars 2014)."
    assert lost in notes(shown)
    observed = rows[(rows["group"] == "Alla") & (rows["label"] == "Månadsvärde")]
    assert observed.loc[observed["status"] == "suspect", ["year", "month"]].to_numpy().tolist() == [[2014, 3]]
    level = rows[(rows["group"] == "Alla") & (rows["label"] == "Säsongsrensat")]
    assert len(level) == 93  # after the lost month
    after = observed.iloc[-93:]["value"].to_numpy()
    assert level["value"].to_numpy() == pytest.approx(after - STL(after, period=12, robust=True).fit().seasonal)
    assert list(rows_of(shown)) == ["Alla", "Kvinnor", "Män"]
    assert rows_of(analysed.component("months-table"))["Påhittsby"][-1] == "93"


def test_too_few_months_are_shown_and_not_adjusted(tmp_path: Path):
    copy = made_up_region(tmp_path, {})
    fetched(copy, months_of(yearly(COUNTS)))
    analysed = ran(copy, until="r6-months")
    assert set(analysed.drawn["label"]) == {"Månadsvärde"}
    record = analysed.component("r6-months").record
    assert record["finding"] == "Sagostad: 470 helårsekvivalenter i december 2021"
    assert "Säsongen räknas inte bort: 24 månader i rad är för få." in notes(analysed.component("r6-months"))


def test_without_months_the_long_view_says_what_is_missing(umea: Ran):
    why = umea.component("r6-months").record["card"]["why"]
    assert why == "Månader, och kvinnor och män var för sig, är inte inlagda. Hela år finns för åren 2020–2021."


# What is missing is named, place by place.


def without_type(rows: pd.DataFrame) -> pd.Series:
    return (rows["place"] == "9902") & (rows["indicator"] == TYPES[4]) & (rows["year"] == 2021)


def without_months(rows: pd.DataFrame) -> pd.Series:
    return (rows["place"] == "9902") & (rows["year"] == 2021) & (rows["month"] > 10)


def without_report(rows: pd.DataFrame) -> pd.DataFrame:
    lost = (rows["place"] == "9902") & (rows["year"] == 2021) & (rows["indicator"] == TYPES[5])
    return rows.assign(value=rows["value"].mask(lost, 0.0))


MISSING = {
    "a type": (lambda rows: rows[~without_type(rows)], "Sagostad saknar uppgift om Etableringsersättning 2021."),
    "two months": (
        lambda rows: rows[~without_months(rows)],
        "Sagostad saknar november och december 2021 för alla ersättningar.",
    ),
    "a report": (
        without_report,
        "Sagostad har noll i Ekonomiskt bistånd 2021 efter år med värden, ett misstänkt bortfall.",
    ),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_municipality_that_lacks_something_is_named_and_not_averaged_away(tmp_path: Path, what: str):
    spoil, sentence = MISSING[what]
    copy = made_up_region(tmp_path, {})
    fetched(copy, spoil(months_of(yearly(COUNTS | OWN))))
    analysed = ran(copy)
    assert analysed.years == (2020, 2021)
    assert analysed.whole == ["9901", "9903"]
    assert sentence in dict(analysed.component("short").record["missing"])
    assert "båda kommunerna som har siffror för båda åren" in analysed.said("Andelen av invånarna", "minskade")


def test_a_municipality_without_a_population_is_named_and_has_no_share(tmp_path: Path):
    people = {key: value for key, value in PEOPLE.items() if key != ("9903", 2021)}
    analysed = ran(made_up_region(tmp_path, people=people), until="short")
    assert "Luftnäs saknar antalet invånare 20–64 år 2021." in dict(analysed.component("short").record["missing"])
    assert list(analysed.parts.index) == ["9902"]
    assert np.isnan(analysed.share.loc[("9903", 2021), "total"])
    assert [caption.split(":")[0] for caption in profiles(analysed.component("r4"))] == ["Sagostad", "Luftnäs"]


def test_fetched_months_give_the_same_page_and_the_missing_profile_comes_first(tmp_path: Path, made_up: Ran):
    copy = made_up_region(tmp_path, {})
    fetched(copy, months_of(yearly(COUNTS | OWN)))
    analysed = ran(copy, until="r4")
    assert made_up.whole == ["9902", "9903"]
    assert analysed.whole == ["9901", "9902", "9903"]
    typed, others = (profiles(each.component("r4")) for each in (made_up, analysed))
    assert others.items() >= typed.items()
    assert "tabell TAB1386" in analysed.component("r4").record["source"]
    assert "tabell TAB1386" not in made_up.component("r4").record["source"]


# The printed tables: headings, labels, shares and differences.


def test_the_printed_shares_and_differences_are_the_computed_ones(umea: Ran):
    said = notes(umea.component("r4"))
    assert not [note for note in said if note.startswith("Avviker")]
    assert any("rubriken Umeå" in note and "Nordmaling" in note for note in said)


def test_a_relabelled_table_is_refused_with_both_names(sagan: Copy):
    rows = [("9902", "Luftnäs", label, name, "", "", -1) for label, name in zip(LABELS, TYPES, strict=True)]
    printed(sagan, rows)
    with pytest.raises(WrongTable, match=r"'Luftnäs' is used for 'Sagostad'"):
        ran(sagan, until="r4")


def test_a_relabelled_row_is_refused_with_both_labels(sagan: Copy):
    printed(sagan, [("9902", "Sagostad", "Ekonomiskt bistånd", "fte_sick_pay", "", "", -10)])
    with pytest.raises(WrongTable, match=r"'Ekonomiskt bistånd' is used for 'Sjukpenning/rehabpenning'"):
        ran(sagan, until="r4")


def test_a_printed_value_that_differs_is_told_with_both_values(sagan: Copy):
    printed(sagan, [("9902", "Sagostad", LABELS[0], TYPES[0], 20.0, 19.9, -9)])
    assert notes(ran(sagan, until="r4").component("r4"))[1:] == [
        "Avviker: Sagostad, Sjukpenning/rehabpenning: tryckt skillnad −9, här −10.",
        "Avviker: Sagostad, Sjukpenning/rehabpenning 2021: tryckt 19,9 procent, här 19,1.",
    ]


def test_the_real_heading_would_have_been_caught(umea: Ran):
    rows = printed_rows(umea.report.paths, support.PRINTED)
    labels = {name: entry.label for name, entry in umea.report.catalog.indicators.items()}
    with pytest.raises(WrongTable, match=r"'Umeå' is used for 'Nordmaling'"):
        refuse_wrong_tables(support.PRINTED, rows, umea.report.geography.names, labels, [])


# Law 3: everything said of a figure is computed from the rows that its cell passes.


def everywhere(component: Component) -> dict[str, str]:
    """What is said and shown of a figure, by where."""
    record = component.record
    drawing = html.fromstring(component.html).xpath("//*[local-name()='svg']")
    return {
        "picture": " ".join(" ".join(each.itertext()) for each in drawing),
        "heading": record["finding"],
        "alternative": record["alternative"],
        "subtitle": record["subtitle"],
        "notes": " ".join(notes(component)),
        "table": str(record["table"]),
        "download": json.dumps(record["values"], ensure_ascii=False),
    }


PROFILE = 'profile = share.query("place in @whole and year == @last").droplevel("year")[types].reindex(places)'
TAKEN_OUT = {  # cell -> a line of it, and what is written in its place
    "r2": (
        "together = ranks.query(\"indicator in ['support_rank', 'fte_total']\")",
        "together = ranks.query(\"indicator in ['support_rank', 'fte_total'] and place != '2401'\")",
    ),
    "r2-map": (
        "together = ranks.query(\"indicator in ['support_rank', 'fte_total']\")",
        "together = ranks.query(\"indicator in ['support_rank', 'fte_total'] and place != '2401'\")",
    ),
    "r3": (PROFILE, f'{PROFILE}.drop("2401")'),
    "r5": ("steps = report.long(parts.reindex(places), last).assign(since=first)",
           "steps = report.long(parts.reindex(places).drop('2401'), last).assign(since=first)"),
}  # fmt: skip


@pytest.mark.parametrize("cell", TAKEN_OUT)
def test_a_place_that_a_cell_takes_out_is_neither_drawn_nor_named_nor_counted(frozen: Copy, umea: Ran, cell: str):
    if cell == "r2-map" and not regional.geometry_at_hand():
        pytest.skip("the packages of the extra 'map' are not installed")
    before = everywhere(umea.component(cell))
    named = {where for where, text in before.items() if "Nordmaling" in text}
    assert {"picture", "table", "download"} <= named
    old, new = TAKEN_OUT[cell]
    after = everywhere(ran(frozen, "umearegionen", "2480", until=cell, instead={old: new}).component(cell))
    assert [where for where, text in after.items() if "Nordmaling" in text] == []
    changed = {where for where in before if before[where] != after[where]}
    assert changed >= {"picture", "alternative", "subtitle", "table", "download"}


CHANGED = {  # cell -> a line of it, and one behind it that changes a value
    "r2": (
        TAKEN_OUT["r2"][0],
        "together = together.assign(value=together['value'].mask(together['place'].eq('2480'), 250))",
    ),
    "r3": (TAKEN_OUT["r3"][0], "profile.loc['2401', 'fte_sick_pay'] = 30.0"),
}


@pytest.mark.parametrize("cell", CHANGED)
def test_a_value_that_a_cell_changes_is_changed_everywhere(frozen: Copy, umea: Ran, cell: str):
    line, more = CHANGED[cell]
    before = everywhere(umea.component(cell))
    other = ran(frozen, "umearegionen", "2480", until=cell, instead={line: f"{line}\n{more}"})
    after = everywhere(other.component(cell))
    changed = {where for where in before if before[where] != after[where]}
    assert changed >= set(before) - {"subtitle", "notes"} - ({"heading"} if cell == "r2" else set())


def test_a_count_that_changes_moves_the_decomposition_everywhere(umea: Ran):
    now = umea.now.copy()
    now.loc["2403", "fte_labour_market_programmes"] -= 100
    parts = decompose(umea.before, now, umea.types)
    parts["change"] = parts.sum(axis=1)
    steps = umea.report.long(parts, umea.last).assign(since=umea.first)
    steps["level"] = steps["place"].map(100 * now[umea.types].sum(axis=1) / now["population"])
    before = everywhere(umea.component("r5"))
    after = everywhere(show_figure(umea.report, "R5", steps, charts.waterfall))
    changed = {where for where in before if before[where] != after[where]}
    assert changed >= {"picture", "alternative", "table", "download"}


COUNTED = 'counted = [*types, "total", "population"]  # an added column counts in nothing until it is one of `types`'


def test_a_type_that_an_analyst_adds_is_drawn_split_and_spoken_of_like_the_others(tmp_path: Path):
    added = 'fte["Studiemedel"] = fte["population"] / 100 + 10; types = [*types, "Studiemedel"]'
    added += '; fte["total"] += fte["Studiemedel"]'
    analysed = ran(made_up_region(tmp_path), instead={COUNTED: f"{added}\n{COUNTED}"})
    for cell in ("r3", "r5"):
        said = everywhere(analysed.component(cell))
        assert {where for where, text in said.items() if "Studiemedel" in text} >= {"picture", "table", "download"}
    assert all(rows[6][0] == "Studiemedel" for rows in profiles(analysed.component("r4")).values())
    assert "Sagostad (−1)" in analysed.said("Studiemedel minskade 2020")


def test_a_sum_that_an_analyst_adds_counts_in_nothing_else(tmp_path: Path):
    """Sick pay and sickness compensation as a column: not a seventh type, and not the largest of them."""
    copy = made_up_region(tmp_path)
    added = 'fte["Ohälsa"] = fte["fte_sick_pay"] + fte["fte_sickness_compensation"]; fte["Okänt"] = float("nan")'
    plain_run, analysed = (ran(copy, instead=lines) for lines in ({}, {COUNTED: f"{added}\n{COUNTED}"}))
    assert list(analysed.fte.columns[-2:]) == ["Ohälsa", "Okänt"]
    assert {cell: each.html for cell, each in analysed.shown.items() if isinstance(each, Component)} == {
        cell: each.html for cell, each in plain_run.shown.items() if isinstance(each, Component)
    }


# The page as a whole.


@pytest.mark.parametrize(
    ("name", "municipality", "has"),
    [
        ("umearegionen", "2480", ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11"]),
        ("", "2401", ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11"]),
        ("vasterbotten", "2480", ["r1", "r2", "r3", "r4", "r5", "r6", "r7"]),
        ("vasterbotten", "2482", ["r1", "r2", "r3", "r4", "r5", "r6", "r7"]),
    ],
)
def test_the_analysis_has_each_part_that_there_is_material_for(frozen: Copy, name: str, municipality: str, has: list):
    shown = ran(frozen, name, municipality).shown.values()
    anchors = set(re.findall(r'id="(r\d+)"', "".join(each.html for each in shown if isinstance(each, Component))))
    assert anchors == set(has)


def test_without_a_region_the_page_ends_after_the_notice_and_no_cell_fails(frozen: Copy):
    alone = ran(frozen, "", "0580")
    ends = [cell for cell, each in alone.shown.items() if isinstance(each, Component) and each.record.get("ends_page")]
    assert ends == ["region-no-region"]
    text = html.fromstring(alone.component("no-region").html).text_content().strip()
    assert text == "Linköpings kommun hör inte till någon region här."
    assert len(alone.fte) == 0


def test_the_regions_own_report_carries_its_name_and_parameters(county: Ran, frozen: Copy):
    assert county.component("open").record["parameters"] == {
        "municipality": "2480", "year": 2024, "region": "vasterbotten",
    }  # fmt: skip
    assert "Västerbottens län · 2024" in county.component("open").html
    municipal = ran(frozen, "", "2480", until="open").component("open")
    assert municipal.record["parameters"] == {"municipality": "2480", "year": 2024}


def test_an_unknown_region_is_refused_with_the_known_ones(frozen: Copy):
    with pytest.raises(UnknownChoice, match=r"'norrland' is not in .*umearegionen, vasterbotten"):
        open_region("2480", 2024, "norrland", root=str(frozen.paths.root))


def test_the_edition_is_the_latest_up_to_the_reports_year(frozen: Copy):
    written = [open_region("2480", year, root=str(frozen.paths.root)).written for year in (2022, 2024, 2021)]
    assert [each and each.edition for each in written] == [2022, 2022, None]


# The drawings.


def test_the_map_has_every_place_in_its_zone(umea: Ran):
    rows = regional.latest_ranks(
        umea.report.long(umea.ranks.query("year == 2021").set_index("place")[["value"]], 2021).assign(n=290)
    )
    zones = rows.set_index("name")["zone"]
    shown = ["Umeå", "Vännäs", "Robertsfors", "Vindeln", "Bjurholm", "Nordmaling", "Örnsköldsvik"]
    assert zones.loc[shown].tolist() == [1, 2, 2, 2, 3, 3, 3]
    assert regional.zone_ends(290) == [73, 145, 218, 290]


@pytest.mark.skipif(not regional.geometry_at_hand(), reason="the packages of the extra 'map' are not installed")
def test_the_map_names_the_places_of_each_zone_where_they_are_few(frozen: Copy, umea: Ran):
    alternative = umea.component("r2-map").record["alternative"]
    assert "Zon 1: 1; zon 2: 7; zon 3: 8." in alternative  # sixteen places
    assert "Bäst låg Umeå, på plats 43, och sämst Åsele, på plats 206." in alternative
    own = {TAKEN_OUT["r2"][0]: f"{TAKEN_OUT['r2'][0]}\ntogether = together[together['place'].isin(places)]"}
    few = ran(frozen, "umearegionen", "2480", until="r2-map", instead=own).component("r2-map").record["alternative"]
    named = "Zon 1: Umeå; zon 2: Vännäs, Robertsfors och Vindeln; zon 3: Bjurholm, Örnsköldsvik och Nordmaling."
    assert named in few


def test_without_geometry_the_page_says_so_and_stands_without_a_map(frozen: Copy, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(regional, "find_spec", lambda name: None)
    shown = ran(frozen, "umearegionen", "2480", until="r2-map").component("r2-map").html
    assert "Kartan är inte ritad här. Tabellen ovanför har samma siffror." in shown


@pytest.fixture(scope="module")
def drawn(nation: Ran, umea: Ran) -> dict[tuple[str, bool], str]:
    """Every kind of the regional figures as SVG, wide and narrow."""
    named = nation.ranks.assign(
        name=nation.ranks["place"].map(nation.report.geography.names), label=nation.ranks["indicator"], role="peer"
    )
    printed_ranks = umea.together.assign(
        name=umea.together["place"].map(umea.report.geography.names), label="Plats", role="peer"
    )
    rows = {
        "national_scale": named,
        "two_measures": nation.report.long(nation.across, 2021),
        "waterfall": umea.steps,
        "region_map": printed_ranks[printed_ranks["place"].isin(umea.places)],
        "timeline": umea.days,
    }
    assert set(rows) == set(REGIONAL)
    wanted = {name for name in rows if name != "region_map" or regional.geometry_at_hand()}
    return {
        (name, wide): svg_of(REGIONAL[name](rows[name], Frame(decimals=1, wide=wide)), name, "En bild")
        for name in wanted
        for wide in (True, False)
    }


@pytest.mark.parametrize("wide", [True, False], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", REGIONAL)
def test_a_regional_figure_uses_the_looks_colours_and_stays_small(
    drawn: dict[tuple[str, bool], str], kind: str, wide: bool
):
    svg = drawn.get((kind, wide)) or pytest.skip("the packages of the extra 'map' are not installed")
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= set(TOKENS.values())
    assert f'viewBox="0 0 {760 if wide else 288} ' in svg
    assert len(svg) < 60_000
    assert "style=" not in svg


@pytest.mark.parametrize("kind", REGIONAL)
def test_a_regional_figure_without_rows_is_refused(kind: str):
    columns = ["name", "role", "indicator", "label", "value", "year", "start", "end", "days", "place"]
    with pytest.raises(ValueError, match=kind):
        REGIONAL[kind](pd.DataFrame(columns=columns), Frame())


def test_a_waterfall_whose_parts_do_not_meet_the_whole_is_refused(umea: Ran):
    with pytest.raises(ValueError, match="Give every part"):
        charts.waterfall(umea.steps.drop(index=umea.steps["value"].first_valid_index()), Frame(decimals=2))


def test_a_place_without_a_part_is_left_out_of_the_waterfall_and_named(umea: Ran):
    steps = umea.steps.assign(value=umea.steps["value"].mask(umea.steps["place"] == "2401"))
    shown = everywhere(show_figure(umea.report, "R5", steps, charts.waterfall))
    assert "Nordmaling" not in shown["picture"] + shown["alternative"] + shown["subtitle"]
    assert "Saknar värde: Umeå och Nordmaling." in shown["notes"]


def test_two_measures_take_exactly_two_indicators(umea: Ran):
    with pytest.raises(ValueError, match="Give exactly two indicators"):
        charts.two_measures(umea.steps, Frame())
