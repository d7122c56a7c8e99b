"""The default report's pages, opened from disk in Chromium as a reader would."""

import csv
import re

import pytest

from lagesbild.catalog.load import load_catalog
from lagesbild.paths import Paths
from lagesbild.publishing.frame import MADE
from reports import REPOSITORY

pytestmark = pytest.mark.slow
CHAPTERS = load_catalog(Paths(REPOSITORY)).pages
FILES = {name: "index.html" if name == "overview" else f"{name}.html" for name in [*CHAPTERS, *MADE]}
MOST_BYTES = dict.fromkeys(FILES, 150_000) | {"regional_support": 300_000, "indikatorer": 300_000}
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true; })"
NUMBER = re.compile(r"(-?\d+(,\d+)?(e-?\d+)?)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")  # the timeline of the initiatives is dated
# What stands in and under each figure of the report, by its id.
FIGURES = """
() => Object.fromEntries([...document.querySelectorAll('figure')].map(figure => [figure.id, {
  number: figure.querySelector('h3 .number')?.textContent,
  heading: figure.querySelector('h3')?.textContent,
  subtitle: figure.querySelector('.subtitle')?.textContent,
  source: figure.querySelector('.source')?.textContent,
  drawings: [...figure.querySelectorAll('svg[role=img]')].filter(svg => svg.getClientRects().length)
    .map(svg => svg.querySelector('title')?.textContent),
  cells: figure.querySelectorAll('table.data tbody td, table.stacked tbody td').length,
  missing: figure.querySelector('.missing .state')?.textContent,
  add: figure.querySelector('.missing a.add')?.getAttribute('href'),
  download: figure.querySelector('a[download]')?.getAttribute('href'),
}]))
"""


@pytest.mark.parametrize("name", FILES)
def test_a_page_opens_in_silence_and_asks_nobody_else(default_report, open_page, name):
    opened = open_page(default_report.folder / FILES[name])
    opened.page.evaluate(OPEN_ALL)
    opened.page.evaluate("document.fonts.ready.then(() => true)")
    assert opened.problems == []
    folder = default_report.folder.as_uri()
    assert [address for address in opened.requests if not address.startswith(folder)] == []
    assert len(opened.requests) >= 3, "page, style and scripts"


@pytest.mark.parametrize("name", FILES)
def test_a_page_is_swedish_with_one_first_heading_and_light(default_report, open_page, name):
    page = open_page(default_report.folder / FILES[name]).page
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert page.locator("h1").count() == 1
    assert (default_report.folder / FILES[name]).stat().st_size < MOST_BYTES[name]


def test_the_navigation_leads_from_every_page_to_every_page(default_report, open_page):
    page = open_page(default_report.folder / "index.html").page
    for _ in range(2):  # there and back: from the last page to the first
        for name, file in FILES.items():
            page.locator(f".site-nav a[href='{file}']").click()
            page.wait_for_url(f"**/{file}")
            assert page.locator(".site-nav a[aria-current=page]").get_attribute("href") == file, name
            assert page.locator(".site-nav a").count() == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_link_within_the_report_has_an_end(default_report, open_page, name):
    page = open_page(default_report.folder / FILES[name]).page
    links = set(page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))"))
    assert len(links) > 10
    for link in links:
        if link.startswith("https://"):  # a report that people name
            continue
        file, _, anchor = link.partition("#")
        target = default_report.folder / (file or FILES[name])
        assert target.is_file(), link
        assert not anchor or f'id="{anchor}"' in target.read_text("utf-8"), link


@pytest.fixture(scope="module")
def figures(default_report, chromium) -> dict[str, dict]:
    """Every figure of the report, those of the regional part too, with all that belongs to it."""
    page, found = chromium.new_page(), {}
    for file in FILES.values():
        page.goto((default_report.folder / file).as_uri())
        found |= page.evaluate(FIGURES)
    page.close()
    return found


def test_every_figure_is_told_in_full(figures):
    assert len(figures) > 25
    for key, figure in figures.items():
        assert (figure["heading"] or "").strip(), f"{key} has no heading"
        if figure["drawings"]:
            for part in ("subtitle", "source"):
                assert (figure[part] or "").strip(), f"{key} has no {part}"
            assert len((figure["drawings"][0] or "").strip()) > 30, f"{key} is not described"
            assert figure["cells"] > 0, f"{key} has no table"
            # an outlook is drawn by no notebook: all that it holds stands in its table
            assert figure["download"] or key.startswith("utblick-"), f"{key} has no download"
        else:
            assert figure["missing"] == "Saknas", f"{key} is neither drawn nor told to be missing"
            assert figure["add"].startswith("underlaget.html#"), key


def test_nineteen_of_the_twenty_five_figures_are_drawn_and_six_are_one_line(figures):
    numbered = {key: figure for key, figure in figures.items() if re.fullmatch(r"Figur \d+", figure["number"] or "")}
    assert [numbered[f"figur-{number}"]["number"] for number in range(1, 26)] == [f"Figur {n}" for n in range(1, 26)]
    assert len(numbered) == 25
    assert sum(len(figure["drawings"]) for figure in numbered.values()) == 19
    assert sum(bool(figure["missing"]) for figure in numbered.values()) == 6


def test_every_download_opens_in_a_swedish_spreadsheet(figures, default_report):
    downloads = [figure["download"] for figure in figures.values() if figure["download"]]
    assert len(downloads) >= 19
    for name in downloads:
        content = (default_report.folder / name).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), f"{name} has no mark of UTF-8"
        lines = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";"))
        if "värde" not in lines[0]:  # the register's days: one column each
            assert name.endswith("r10-tidslinje.csv"), name
            continue
        values = [line["värde"] for line in lines]
        assert any(values), name
        assert [value for value in values if not NUMBER.fullmatch(value) and not DAY.fullmatch(value)] == [], name
    assert any("," in (default_report.folder / name).read_text("utf-8-sig").split("\n", 1)[1] for name in downloads)
