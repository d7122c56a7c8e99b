"""A region's own report and slides from the command line, and the register's filters in a browser."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from lxml import html

from lagesbild.catalog.load import load_catalog
from lagesbild.paths import Paths
from reports import frozen_copy, run


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frozen_copy(tmp_path_factory.mktemp("regions"))


def region_report(root: Path, region: str) -> Path:
    """The folder of a region's report, built from the frozen snapshot."""
    done = run("build", "--region", region, "--year", "2024", "--root", root)
    assert done.returncode == 0, done.stderr
    return root / "reports" / "regions" / region / "2024"


@pytest.fixture(scope="module")
def county(root: Path) -> Path:
    return region_report(root, "vasterbotten")


@pytest.fixture(scope="module")
def umea(root: Path) -> Path:
    return region_report(root, "umearegionen")


def words(folder: Path) -> str:
    return " ".join(html.fromstring((folder / "index.html").read_text("utf-8")).text_content().split())


@pytest.mark.slow
def test_a_region_has_a_report_of_its_own(county):
    page = html.fromstring((county / "index.html").read_text("utf-8"))
    assert "Västerbottens län" in page.findtext(".//title")
    assert [link.get("href") for link in page.xpath("//*[@class='site-nav']//a")] == [
        "index.html", "folja_upp.html", "underlaget.html", "metod.html", "begrepp.html",
    ]  # fmt: skip
    manifest = json.loads((county / "manifest.json").read_text("utf-8"))
    assert (manifest["region"], manifest["municipality"], manifest["year"]) == ("vasterbotten", "2480", 2024)


@pytest.mark.slow
def test_a_regions_key_figures_are_those_of_every_member(root, umea):
    told = pd.read_csv(umea / "key_figures.csv", dtype=str)
    assert set(told["place"]) == set(load_catalog(Paths(root)).regions["umearegionen"].members)
    assert not told.duplicated(["indicator", "place", "sex"]).any()


@pytest.mark.slow
def test_a_region_without_material_says_so_once_and_who_lacks_figures(county):
    text = words(county)
    assert text.count("Regionens egen analysgrupp har inte skrivit något underlag") == 1
    assert "Umeå, Norsjö, Malå" in re.search(r"[^.]*har inga egna siffror här", text)[0]


@pytest.mark.slow
def test_an_old_register_tells_its_year_and_is_never_late(umea):
    text = words(umea)
    assert text.count("Registret gäller 2022; vad som har hänt sedan dess framgår inte.") == 1
    [register] = main_of(umea).find_class("register")
    assert not re.search("saknas i underlaget|ej angivet|försenad", register.text_content())


# The page as it is read: its order, its length, and what never stands on it.

PARTS = {"umea": [f"R{number}" for number in range(1, 12)], "county": [f"R{number}" for number in range(1, 8)]}
MOST_WORDS, MOST_BYTES = 3500, 300_000
TECHNICAL = (
    "lagesbild ", "fetch", "notebook", "municipality", "region=", "fte_", ".yml", "data/", "Spearman", "bootstrap",
    "STL", "p = ", "geopandas", "TAB1386 från",
)  # fmt: skip


def main_of(folder: Path) -> html.HtmlElement:
    return html.fromstring((folder / "index.html").read_text("utf-8")).find(".//main")


def visible(element: html.HtmlElement) -> str:
    """The words that stand open: no drawing, nothing hidden, of a fold only what is pressed."""
    if not isinstance(element.tag, str) or element.tag in ("svg", "script") or element.get("hidden") is not None:
        return ""
    below = element.iterchildren("summary") if element.tag == "details" else element
    text = "" if element.tag == "details" else element.text or ""
    return " ".join([text, *(f"{visible(child)} {child.tail or ''}" for child in below)])


@pytest.mark.slow
@pytest.mark.parametrize("region", PARTS)
def test_each_part_stands_once_in_its_order_below_the_region_in_short(region, request):
    headings = main_of(request.getfixturevalue(region)).xpath(".//h2")
    numbers = ["".join(heading.xpath("span[@class='number']/text()")) for heading in headings]
    assert [number for number in numbers if number] == PARTS[region]
    assert headings[0].text_content() == "Läget i korthet"
    for heading in headings:  # no empty section
        section = next(heading.iterancestors("section"))
        after = [section, *section.itersiblings()][:2]
        assert len(" ".join(visible(each) for each in after).split()) > 10, heading.text_content()


@pytest.mark.slow
@pytest.mark.parametrize("region", PARTS)
def test_the_page_is_no_longer_than_people_read(region, request):
    folder = request.getfixturevalue(region)
    assert len(visible(main_of(folder)).split()) <= MOST_WORDS
    assert (folder / "index.html").stat().st_size <= MOST_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("region", PARTS)
def test_no_command_path_identifier_or_name_of_a_test_stands_on_the_page(region, request):
    text = " ".join(main_of(request.getfixturevalue(region)).text_content().split())
    assert [word for word in TECHNICAL if word in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("region", PARTS)
def test_each_figure_has_a_short_finding_a_text_for_the_ear_and_two_drawings(region, request):
    figures = main_of(request.getfixturevalue(region)).xpath(".//figure[.//*[local-name()='svg']]")
    assert len(figures) >= 3
    for figure in figures:
        heading = " ".join(figure.find(".//h3").text_content().split())
        assert len(heading) <= 90
        titles = figure.xpath(".//*[local-name()='svg']/*[local-name()='title']/text()")
        assert len(titles) == 2
        assert all(100 <= len(title) <= 250 and heading not in title for title in titles)


@pytest.mark.slow
def test_slides_are_written_beside_the_report(root):
    done = run("slides", "--region", "umearegionen", "--year", "2024", "--root", root)
    assert done.returncode == 0, done.stderr
    assert (root / "reports/regions/umearegionen/umearegionen-2024.pptx").stat().st_size > 50_000


def test_an_unknown_region_is_refused_with_the_known_ones(root):
    done = run("build", "--region", "norrland", "--root", root)
    assert done.returncode == 2
    assert "'norrland' is not in data/catalog/regions.yml. Choose: umearegionen, vasterbotten." in done.stderr


@pytest.mark.slow
def test_the_filters_show_the_records_that_fit_and_say_how_many(umea, open_page):
    opened = open_page(umea / "index.html")
    page = opened.page
    assert page.locator(".filters").is_visible()
    page.select_option("[data-filter=kind]", "Initiativ")
    assert page.locator(".record:visible").count() == 18
    page.select_option("[data-filter=lacks]", "Slutdag")
    assert page.locator("[data-shown]").text_content() == "Visar 15 av 34"
    page.select_option("[data-filter=owner]", "Försäkringskassan")
    assert page.locator(".record:visible").count() == 3
    assert opened.problems == []


@pytest.mark.slow
def test_without_a_script_every_record_is_there_and_no_filter(umea, open_page):
    page = open_page(umea / "index.html", java_script_enabled=False).page
    assert page.locator(".record").count() == 34
    assert not page.locator(".filters").is_visible()
