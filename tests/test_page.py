"""What notebooks open: a report of the frozen snapshot, and a made-up municipality whose files fill the slots.

Notebooks run here in this process, cell by cell; that they run by Jupyter too is for test_notebooks.
"""

import csv
import io
import json
import re
from dataclasses import dataclass, field

import pandas as pd
import pytest
from lxml import html

from copies import NOTEBOOKS, Copy, frozen_root, made_up_root
from helpers import open_report
from lagesbild import charts
from lagesbild.charts import KINDS
from lagesbild.html.render import Component
from lagesbild.html.tables import SYMBOLS
from lagesbild.look import TOKENS
from lagesbild.places import UnknownPlace
from lagesbild.publishing.pages import download_of
from lagesbild.rules.editions import RefusedEdition, edition_of, key_figures
from lagesbild.sources.http import digest
from lagesbild.swedish.headings import MOST
from lagesbild.swedish.numbers import STATE_TEXT

NBSP, MINUS = "\u00a0", "\u2212"
PAGES = [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
AREAS = {2: "equal_power", 4: "no_vulnerable_areas", 12: "equal_power", 20: "housing"}
STATES = {  # of Umeå's figures with the frozen values
    **dict.fromkeys((2, 3, 4, 7, 8, 9, 10, 18), "exact"),
    17: "derived",
    **dict.fromkeys((1, 6, 11, 12, 15, 20, 21, 22, 23, 24), "related"),
    **dict.fromkeys((5, 13, 14, 16, 19, 25), "slot"),
}


@dataclass
class Report:
    """The pages of one copy, each run once."""

    copy: Copy
    runs: dict[tuple, dict[str, Component]] = field(default_factory=dict)

    def page(self, name: str, municipality: str = "2480", year: int = 2024) -> dict[str, Component]:
        at = (name, municipality, year)
        if at not in self.runs:
            self.runs[at] = self.copy.run(*at)
        return self.runs[at]

    def everything(self, municipality: str = "2480", year: int = 2024) -> dict[str, Component]:
        return {
            f"{name} {anchor}": component
            for name in PAGES
            for anchor, component in self.page(name, municipality, year).items()
        }


@pytest.fixture(scope="module")
def report(frozen: Copy) -> Report:
    return Report(frozen)


@pytest.fixture
def copy(tmp_path) -> Copy:
    return made_up_root(tmp_path)


def cells(shown: Component, number: int = 0) -> list[list[str]]:
    """Header and rows of a table on the page."""
    tables = html.fromstring(f"<div>{shown.html}</div>").xpath("//table")
    return [[cell.text_content().strip() for cell in row.xpath("th|td")] for row in tables[number].xpath(".//tr")]


def drawing(shown: Component) -> str:
    return re.search(r"<svg.*?</svg>", shown.html, re.DOTALL)[0]


def keys(copy: Copy, year: int = 2024) -> pd.DataFrame:
    """The key figures of Umeå, by indicator and sex, as a build writes them."""
    edition = edition_of(copy.paths, "overview", "2480", year)
    return key_figures(edition.data, edition.judged, edition.catalog, ["2480"]).set_index(["indicator", "sex"])


def rows(shown: Component) -> list[dict[str, str]]:
    """The lines of a figure's download."""
    text = download_of(shown.record).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_heading_drawing_table_download_and_key_figure_hold_the_same_value(report):
    figure = report.page("no_vulnerable_areas")["figur-4"]
    key = keys(report.copy).loc["unsafe_at_night", "T"]
    assert (key["year"], key["value"]) == ("2022", "16.0991")
    assert ": 16,1 mot " in figure.record["finding"]
    assert "16,1" in figure.record["alternative"]
    assert figure.record["alternative"] in html.fromstring(drawing(figure)).text_content()
    assert dict(zip(cells(figure)[0], cells(figure)[-1], strict=True))["Umeå"] == "16,1"
    own = {row["år"]: row["värde"] for row in rows(figure) if row["kod"] == "2480"}
    assert own["2022"].startswith("16,0991")  # as it is published
    assert "Umeå, sju liknande kommuner och riket" in figure.record["subtitle"]


def test_a_figure_by_sex_has_women_and_men_in_heading_text_and_table(report):
    figure = report.page("equal_power")["figur-9"]
    header, *_, last = cells(figure)
    values = dict(zip(header, last, strict=True))
    assert [name for name in header if name.startswith("Umeå, ")] == [
        f"Umeå, {sex}" for sex in ("Kvinnor", "Män", "Alla")
    ]
    assert figure.record["finding"].endswith(" var lägre bland kvinnor än bland män 2022")
    assert f"kvinnor {values['Umeå, Kvinnor']}, män {values['Umeå, Män']}" in figure.record["alternative"]


def test_nineteen_figures_draw_and_six_are_cards(report):
    figures = {
        int(component.record["anchor"].removeprefix("figur-")): component
        for component in report.everything().values()
        if component.record["kind"] == "figure" and component.record["anchor"].startswith("figur-")
    }
    assert {number: component.record["state"] for number, component in figures.items()} == STATES
    for number, component in figures.items():
        assert ("<svg" in component.html) == (STATES[number] != "slot"), number
        assert (f'href="underlaget.html#figur-{number}"' in component.html) == (STATES[number] == "slot"), number
        assert "data/raw" not in component.html  # how to add it stands on its own page


def test_a_related_figure_says_what_it_is_not(report):
    figure = report.page("housing")["figur-20"]
    assert figure.record["state_text"] == STATE_TEXT["related"]
    assert any("norm 3" in note and "norm 2" in note for note in figure.record["notes"])


def test_every_drawing_has_its_alternative_text_source_and_table(report):
    drawn = [
        component
        for component in report.everything().values()
        if component.record["kind"] == "figure" and "<svg" in component.html
    ]
    assert len(drawn) >= 19
    for component in drawn:
        page = html.fromstring(component.html)
        titles = [svg.xpath("./title")[0].text for svg in page.xpath("//*[@class='drawing']/svg")]
        assert titles == [component.record["alternative"]] * 2  # the wide drawing's and the narrow one's
        assert len(set(page.xpath("//svg//@id"))) == len(page.xpath("//svg//@id"))
        assert component.record["finding"] not in component.record["alternative"]
        kind = component.record["alternative"].split(": ")[0]
        assert kind in KINDS.values() or component.record["anchor"].startswith("r")  # those name what they show
        assert page.xpath("//*[@class='source']")[0].text_content().startswith("Källa: ")
        assert len(page.xpath("//table//tr")) > 1
        assert rows(component)


@pytest.mark.slow
def test_an_edition_is_the_same_whatever_came_later(report, tmp_path):
    """Figures of 2020 do not change when every later value is taken out of the snapshot."""
    cut = Report(frozen_root(tmp_path))
    for manifest in cut.copy.paths.raw.glob("*/manifest.json"):
        whole = json.loads(manifest.read_text("utf-8"))
        for series, entry in whole["series"].items():
            entry["sha256"] = digest(without_later(manifest.with_name(f"{series}.csv"), 2020))
        manifest.write_text(json.dumps(whole), "utf-8")
    for table in cut.copy.paths.documents.glob("*.csv"):
        if table.stem != "support_profiles_printed":
            without_later(table, 2020)
    assert cut.copy.page("overview", "2480", 2020).data["year"].max() == 2020
    ours, theirs = report.everything(year=2020), cut.everything(year=2020)
    assert ours.keys() == theirs.keys()
    for name, component in ours.items():
        assert component.html == theirs[name].html, name
        assert component.record == theirs[name].record, name


def without_later(path, year: int) -> bytes:
    """Rewrites a csv file without the rows of years after `year`, and returns its bytes."""
    header, *lines = path.read_text("utf-8").splitlines()
    at = header.split(",").index("year")
    kept = [line for line in lines if int(next(csv.reader([line]))[at]) <= year]
    path.write_text("\n".join([header, *kept]) + "\n", "utf-8")
    return path.read_bytes()


def test_an_edition_shows_no_later_year_in_rows_texts_or_key_figures(report):
    figures = [component for component in report.everything(year=2020).values() if component.record["kind"] == "figure"]
    drawn = [component for component in figures if component.record["values"]["rows"] and "år" in rows(component)[0]]
    assert len(drawn) >= 7  # figures 1, 3, 4, 6, 21, 22 and 24
    for component in drawn:
        assert max(int(row["år"]) for row in rows(component)) <= 2020
        said = " ".join((component.record["finding"], component.record["subtitle"], component.record["alternative"]))
        assert max(map(int, re.findall(r"\b20\d\d\b", said))) <= 2020
    known = keys(report.copy, 2020)
    years = known[["year", "last_year", "difference_year", "rank_year"]].stack()
    assert max(years) == "2020"


@pytest.mark.parametrize(
    ("municipality", "year", "kind", "said"),
    [
        ("9999", 2024, UnknownPlace, "'9999' is no place in data/raw/kolada/places.csv.*'lagesbild fetch'"),
        ("2499", 2024, UnknownPlace, "Near it: 2401 Nordmaling"),
        ("0024", 2024, UnknownPlace, "'0024' is Region Västerbotten, not a municipality. Choose a municipality's code"),
        ("0000", 2024, UnknownPlace, "'0000' is Riket, not a municipality"),
        ("../x", 2024, UnknownPlace, "'../x' is not a municipality's code. Use four digits as text"),
        ("248", 2024, UnknownPlace, "'248' is not a municipality's code. Use four digits"),
        ("２４８０", 2024, UnknownPlace, "is not a municipality's code. Use four digits"),
        (2480, 2024, RefusedEdition, "2480 is not text. Write the code in quotes"),
        ("2480", "2024", RefusedEdition, "year: '2024' is not a whole number. Write it without quotes"),
        ("2480", True, RefusedEdition, "year: True is not a whole number"),
        (
            "2480",
            2031,
            RefusedEdition,
            "2031 is without data: the last value of 2480 is of 2025. Choose a year up to 2030",
        ),
        (
            "2480",
            1990,
            RefusedEdition,
            r"1990 is without data: the first value of 2480 is of 20\d\d. Choose 20\d\d or later",
        ),
    ],
)
def test_what_cannot_be_opened_is_refused_with_value_and_remedy(report, municipality, year, kind, said):
    with pytest.raises(kind, match=said):
        report.copy.page("overview", municipality, year)


def test_an_unknown_page_is_refused_with_the_pages_there_are(report):
    with pytest.raises(RefusedEdition, match=r"'owerview' is not in data/catalog/programme\.yml\. Choose: overview, "):
        open_report("owerview", "2480", 2024, root=str(report.copy.paths.root))


@pytest.mark.parametrize(
    ("code", "name", "genitive", "group"),
    [("2401", "Nordmaling", "Nordmalings", "G37479"), ("0580", "Linköping", "Linköpings", "G37449")],
)
def test_names_genitive_and_group_follow_the_municipality(report, code, name, genitive, group):
    page = report.copy.page("equal_power", code)
    assert page.worded("{place}: {genitive}") == f"{name}: {genitive}"
    assert page.group.id == group
    assert code not in page.similar
    header = report.page("equal_power", code)["0"].html
    assert "<h1>Jämställdhet: makt, frihet och trygghet</h1>" in header
    assert "har inte lagt in några egna bedömningar" in header
    figures = [
        component
        for component in report.page("no_vulnerable_areas", code).values()
        if component.record["kind"] == "figure"
    ]
    drawn = [component.record["finding"] for component in figures if component.record["finding"]]
    assert drawn
    assert all(len(said) <= MOST and "Umeå" not in said for said in drawn)
    assert any(f"i {name}" in said for said in drawn)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("code", "year"), [("2401", 2024), ("2480", 2020)])
def test_a_place_or_year_without_judgements_gets_every_page_and_says_so(report, page, code, year):
    shown = list(report.page(page, code, year).values())
    said = "".join(component.html for component in shown)
    municipality = {"2401": "Nordmalings kommun", "2480": "Umeå kommun"}[code]
    assert said.count(f"{municipality} har inte lagt in några egna bedömningar") == (
        page != "regional_support"
    )  # the region has a document of its own
    assert len(shown) > 4


def test_one_changed_value_changes_text_table_file_and_drawing_and_no_other_figure(report, tmp_path):
    changed = Report(frozen_root(tmp_path))
    series = changed.copy.kolada / "N07609.csv"
    text = series.read_text("utf-8")
    text, replaced = re.subn(r"^(2480,2022,0,T,,)[0-9.]+,", r"\g<1>23.4,", text, flags=re.MULTILINE)
    assert replaced == 1
    series.write_text(text, "utf-8")
    manifest = json.loads((changed.copy.kolada / "manifest.json").read_text("utf-8"))
    manifest["series"]["N07609"]["sha256"] = digest(series.read_bytes())
    (changed.copy.kolada / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    old, new = (each.page("no_vulnerable_areas") for each in (report, changed))
    figure = new["figur-4"]
    assert "23,4" in figure.record["finding"]
    assert "23,4" in figure.record["alternative"]
    assert dict(zip(cells(figure)[0], cells(figure)[-1], strict=True))["Umeå"] == "23,4"
    assert [row["värde"] for row in rows(figure) if row["kod"] == "2480"][-1] == "23,4"
    assert keys(changed.copy).loc[("unsafe_at_night", "T"), "value"] == "23.4000"
    bars = [re.sub(r"<title.*?</title>", "", drawing(page["figur-4"])) for page in (old, new)]
    assert bars[0] != bars[1]
    assert "16,1" not in bars[1]
    for number in (3, 6, 7):
        assert old[f"figur-{number}"].html == new[f"figur-{number}"].html


YEARS = (2018, 2020, 2022)
SLOTS = {
    5: (
        "no_vulnerable_areas",
        "own.csv",
        "indicator,year,place,value",
        [("inequality_index", y, p, v + (y - 2018) / 100) for p, v in (("9901", 0.2), ("0000", 0.3)) for y in YEARS],
        "lines",
        [["År", "Påhittsby", "Riket"], ["2018", "0,20", "0,30"], ["2020", "0,22", "0,32"], ["2022", "0,24", "0,34"]],
    ),
    13: (
        "childhood",
        "own.xlsx",
        "indicator,year,sex,group,count,value",
        [("can_influence_school", y, "T", g, 90, v + y - 2018) for g, v in (("Ja", 40), ("Nej", 50)) for y in YEARS],
        "dots_by_year",
        [["År", "Ja", "Nej"], ["2018", "40,0", "50,0"], ["2020", "42,0", "52,0"], ["2022", "44,0", "54,0"]],
    ),
    14: (
        "childhood",
        "own.csv",
        "indicator,year,group,value",
        [("families_by_income_standard", y, g, v) for g, v in (("Hög", 88), ("Låg", 12)) for y in YEARS],
        "stacked_shares",
        [["År", "Hög", "Låg"], *([str(y), "88,0", "12,0"] for y in YEARS)],
    ),
    16: (
        "childhood",
        "own.xlsx",
        "indicator,year,sex,group,count,value",
        [
            ("feels_well", y, sex, g, 80, v + y - 2018)
            for g, v in (("Åk 7", 60), ("Åk 9", 50))
            for sex in ("K", "M")
            for y in YEARS
        ],
        "small_multiples",
        [
            ["År", "Åk 7, Kvinnor", "Åk 9, Kvinnor", "Åk 7, Män", "Åk 9, Män"],
            *([str(y), *[f"{60 + n},0", f"{50 + n},0"] * 2] for n, y in zip((0, 2, 4), YEARS, strict=True)),
        ],
    ),
    19: (
        "housing",
        "own.csv",
        "indicator,year,group,value",
        [("housing_cost_over_half_of_income", 2022, g, v) for g, v in (("Ensam", "21,5"), ("Par", "3,5"))],
        "bars_by_group",
        [["Grupp", "Värde, procent"], ["Ensam", "21,5"], ["Par", "3,5"]],
    ),
    25: (
        "work",
        "own.xlsx",
        "indicator,year,month,value",
        [
            (indicator, y, 7, v + y - 2018)
            for indicator, v in (("unemployed_with_disability_july", 300), ("unemployed_all_july", 1500))
            for y in YEARS
        ],
        "two_panels",
        [
            ["År", "Med funktionsnedsättning", "Totalt"],
            *([f"juli {2018 + n}", str(300 + n), f"1{NBSP}{500 + n}"] for n in (0, 2, 4)),
        ],
    ),
}


@pytest.mark.parametrize("number", SLOTS)
def test_an_own_file_fills_its_slot_with_the_named_chart(copy, number):
    page, name, header, lines, kind, table = SLOTS[number]
    empty = copy.figure(page, number)
    assert empty.record["state"] == "slot"
    assert "data/raw/local/9901/" in empty.record["card"]["how_to_add"]
    copy.own_file(name, *lines, header=header)
    figure = copy.figure(page, number)
    assert figure.record["state"] == "exact"
    assert figure.record["alternative"].startswith(f"{KINDS[getattr(charts, kind)]}: ")
    assert cells(figure) == table
    assert len(rows(figure)) == len(lines)
    assert "Påhittsby" in figure.record["subtitle"]
    assert figure.record["finding"].endswith((" 2022", " i riket 2022"))
    texts = " ".join(text.text_content() for text in html.fromstring(drawing(figure)).xpath("//text"))
    for label in table[0][1:] if number != 19 else ("Ensam", "Par"):
        assert all(part in texts for part in label.split(", ")[:1]), label
    assert "ur kommunens egen fil." in figure.html


@pytest.mark.parametrize("number", [12, 25])
def test_one_of_two_measures_is_drawn_by_itself(copy, number):
    month = {"month": 7} if number == 25 else {}
    indicator = {12: "violence_cases_opened", 25: "unemployed_all_july"}[number]
    header = ",".join(["indicator", "year", *month, "value"])
    copy.own_file("own.csv", *[(indicator, y, *month.values(), 100 + y) for y in YEARS], header=header)
    figure = copy.figure({12: "equal_power", 25: "work"}[number], number)
    assert figure.record["alternative"].startswith(f"{KINDS[charts.lines]}: ")
    assert len(cells(figure)) == 4


def test_values_for_women_and_men_alone_are_drawn_though_there_is_no_total(copy):
    lines = [("can_influence_school", y, sex, 50 + n) for y in YEARS for n, sex in enumerate("KM")]
    copy.own_file("own.csv", *lines, header="indicator,year,sex,value")
    figure = copy.figure("childhood", 13)
    assert cells(figure)[0] == ["År", "Kvinnor", "Män"]
    assert len(rows(figure)) == 6


def test_rows_are_in_order_also_where_a_sex_is_missing(copy):
    copy.fetched("N00610", {("9902", 2022): 80.0, ("9902", 2023): 81.0})
    rows = copy.page("equal_power").data.query("indicator == 'safe_outdoors_after_dark'")
    assert list(dict.fromkeys(rows["place"])) == ["9901", "9902", "9903", "0000"]  # the peers, as the page names them
    own = rows[rows["place"] == "9902"]
    assert list(zip(own["year"], own["sex"], strict=True)) == [(2022, "K"), (2022, "M"), (2022, "T"), (2023, "T")]


def test_a_hidden_value_is_told_from_a_missing_one(copy):
    lines = [("feels_well", y, g, 60) for g in ("Åk 7", "Åk 8") for y in (2021, 2022)]
    lines += [("feels_well", 2022, "Åk 9", "<5")]
    copy.own_file("own.csv", *lines, header="indicator,year,group,value")
    figure = copy.figure("childhood", 16)
    assert cells(figure) == [
        ["År", "Åk 7", "Åk 8", "Åk 9"],
        ["2021", "60,0", "60,0", ".."],
        ["2022", "60,0", "60,0", "x"],
    ]
    assert SYMBOLS["x"] in figure.html
    assert [row["status"] for row in rows(figure)] == ["", "", "", "", "hidden"]


def test_a_text_in_a_file_is_text_on_the_page(copy):
    hostile = "<script>alert(1)</script>"
    copy.own_file(
        "own.csv",
        ("housing_cost_over_half_of_income", 2022, hostile, 9),
        ("housing_cost_over_half_of_income", 2022, "Par", 3),
        header="indicator,year,group,value",
    )
    figure = copy.figure("housing", 19)
    assert "<script" not in figure.html
    assert cells(figure)[1][0] == hostile


def test_a_figures_own_series_takes_its_place_by_itself(copy):
    near = copy.figure("housing", 20)
    assert near.record["state"] == "related"
    copy.fetched("N07914", {("9901", 2022): 31, ("0000", 2022): 41})
    own = copy.figure("housing", 20)
    assert own.record["state"] == "exact"
    assert cells(own) == [["Plats", "Värde, procent"], ["Påhittsby", "31,0"], ["Riket", "41,0"]]
    assert not any("norm 2" in note for note in own.record["notes"])


def test_a_figures_own_file_takes_the_place_of_what_stood_in(copy):
    copy.fetched("U30750", {("9901", 2022): 12.5})
    assert copy.figure("equal_power", 12).record["alternative"].startswith(KINDS[charts.ranked_bars])
    lines = [("violence_cases_opened", y, y - 1900) for y in YEARS]
    lines += [("violence_cases_share_women", y, 80) for y in YEARS]
    copy.own_file("own.xlsx", *lines)
    figure = copy.figure("equal_power", 12)
    assert figure.record["state"] == "exact"
    assert figure.record["alternative"].startswith(KINDS[charts.two_panels])
    assert cells(figure)[0] == ["År", "Nya ärenden", "Andel kvinnor"]
    assert cells(figure)[3] == ["2022", "122", "80,0"]


def test_a_margin_that_arrives_is_drawn_and_its_absence_no_longer_told(copy):
    def without_margin(figure: Component) -> bool:
        return any(note.startswith("Enkät: små skillnader") for note in figure.record["notes"])

    old = copy.figure("no_vulnerable_areas", 4)
    assert without_margin(old)
    copy.fetched("N07657", {("9901", 2022): 2.5, ("0000", 2022): 0.5})
    new = copy.figure("no_vulnerable_areas", 4)
    assert not without_margin(new)
    assert [row[1] for row in cells(new)] == ["Påhittsby", "20,3", "16,1 ± 2,5"]
    assert [row["felmarginal"] for row in rows(new) if row["kod"] == "9901"] == ["", "2,5"]
    bars = [  # upright lines in the colours of the two places
        re.findall(rf'd="M ([\d.]+) [\d.]+ L \1 [\d.]+" fill="none" stroke="({colours})"', drawing(figure))
        for colours in ["|".join(TOKENS[role] for role in ("focus", "country"))]
        for figure in (old, new)
    ]
    assert [len(each) for each in bars] == [0, 2]


def test_a_page_names_the_places_that_lack_a_value(copy):
    figure = copy.figure("no_vulnerable_areas", 4)
    assert figure.record["footnote"] == "Saknar värde: Luftnäs."
    assert "Senaste siffra: 2022." in figure.record["notes"]


def test_a_place_without_any_value_is_refused_with_what_to_fetch(copy):
    with pytest.raises(RefusedEdition, match=r"'9903' has no values; data/raw holds 3 places\. Run 'lagesbild fetch"):
        copy.page("overview", "9903")


def test_a_figure_of_another_page_is_refused_by_name(copy):
    with pytest.raises(KeyError, match="figure 9: 'work' has 21, 22, 23, 24, 25"):
        copy.page("work").figure(9)
