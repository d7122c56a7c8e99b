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
def test_a_region_without_material_says_so_and_who_lacks_figures(county):
    text = words(county)
    assert "Regionens eget underlag saknas till och med 2024" in text
    assert "Umeå, Norsjö, Malå" in re.search(r"[^.]*har inga egna uppgifter i underlaget", text)[0]


@pytest.mark.slow
def test_an_old_register_is_not_followed_up_and_never_late(umea):
    text = words(umea)
    assert text.count("uppföljning saknas i underlaget") >= 34
    assert "försenad:" not in text


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
    page.select_option("[data-filter=lacks]", "Slutdatum")
    assert page.locator("[data-shown]").text_content() == "Visar 15 av 34"
    page.select_option("[data-filter=owner]", "Försäkringskassan")
    assert page.locator(".record:visible").count() == 3
    assert opened.problems == []


@pytest.mark.slow
def test_without_a_script_every_record_is_there_and_no_filter(umea, open_page):
    page = open_page(umea / "index.html", java_script_enabled=False).page
    assert page.locator(".record").count() == 34
    assert not page.locator(".filters").is_visible()
