"""A finished page, opened from disk in Chromium."""

import io
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageColor

from lagesbild.charts.panels import lines
from lagesbild.charts.svg import drawings
from lagesbild.charts.theme import DARK, TOKENS, Frame
from lagesbild.publishing.pages import write_assets
from made_up_page import FRAME, HOSTILE, chapter, page_html

pytestmark = pytest.mark.slow
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true; })"


def drawing() -> str:
    """A line each for the town, a neighbour and the country, with a dot at its end: the wide and the narrow drawing."""
    places = {"9901": ("Påhittsby", "focus"), "9902": ("Sagostad", "peer"), "0000": ("Riket", "country")}
    rows = [
        {
            "indicator": "unsafe", "place": place, "year": year, "month": 0, "sex": "T", "group": "",
            "vintage": "2024-01-01", "value": 10.0 + 5 * at + year % 3, "margin": float("nan"),
            "count": float("nan"), "status": "", "name": name, "label": "Otrygga", "role": role,
        }
        for at, (place, (name, role)) in enumerate(places.items())
        for year in range(2018, 2024)
    ]  # fmt: skip
    return "".join(drawings(lines, pd.DataFrame(rows), Frame("%", "procent"), "figur-1-bild", "Tre linjer.").values())


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_assets(folder)
    file = folder / "squares.html"
    file.write_text(page_html(chapter(drawing()), FRAME), encoding="utf-8")
    return file


def test_the_page_opens_from_disk_in_silence_with_its_style_and_font(report, open_page):
    opened = open_page(report)
    opened.page.evaluate("document.fonts.ready.then(() => true)")
    assert opened.problems == []
    assert {Path(address).name for address in opened.requests} == {
        "squares.html",
        "style.css",
        "site.js",
        "lagesbild-sans-400.woff2",
        "lagesbild-sans-600.woff2",
    }
    assert all(address.startswith(report.parent.as_uri()) for address in opened.requests)
    assert opened.page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded", "loaded"]
    assert opened.page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Lagesbild Sans"')


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_no_page_scrolls_sideways(report, open_page, width):
    page = open_page(report, width).page
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    edges = page.evaluate(
        "[...document.querySelectorAll('.drawing svg')].map(svg => svg.getBoundingClientRect().right)"
    )
    assert 0 < max(page.evaluate(right)) <= width


SEEN = """
() => [...document.querySelectorAll('.drawing svg')].filter(svg => svg.getClientRects().length).map(svg => [
  svg.classList[1],
  Math.min(...[...svg.querySelectorAll('text')].map(
    text => text.getAttribute('font-size') * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)),
])
"""


@pytest.mark.parametrize(
    ("width", "media", "name"),
    [(1280, "screen", "wide"), (800, "screen", "wide"), (759, "screen", "narrow"), (320, "screen", "narrow"),
     (1280, "print", "narrow")],
)  # fmt: skip
def test_one_of_the_two_drawings_is_seen_and_its_text_is_never_small(report, open_page, width, media, name):
    page = open_page(report, width).page
    assert len(page.query_selector_all(".drawing svg")) == 2
    page.emulate_media(media=media)
    [(seen, smallest)] = page.evaluate(SEEN)
    assert seen == name
    assert smallest >= (12.67 if media == "print" else 12)  # on paper 9.5 points


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_axe_finds_nothing(report, open_page, width, scheme):
    page = open_page(report, width, color_scheme=scheme).page
    page.evaluate(OPEN_ALL)
    options = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()


def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(report, open_page):
    page = open_page(report).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Hoppa till innehållet"
    page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_every_stop_of_the_keyboard_shows_where_it_is(report, open_page):
    page = open_page(report).page
    page.evaluate(OPEN_ALL)
    stops = page.locator("a[href], summary, [tabindex='0']").count()
    outlines = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        outlines.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert stops > 20
    assert set(outlines) == {"solid"}


def test_paper_shows_what_the_screen_folds_away_even_without_the_script(report, open_page):
    page = open_page(report, java_script_enabled=False).page
    table = page.locator("#figur-1-tabell")
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
    assert not page.locator(".site-nav").is_visible()


def test_the_script_unfolds_for_printers_and_folds_again(report, open_page):
    page = open_page(report).page
    for event, unfolded in (("beforeprint", True), ("afterprint", False)):
        page.evaluate(f"window.dispatchEvent(new Event('{event}'))")
        assert page.evaluate("document.querySelector('details').open") is unfolded


def test_a_script_in_the_data_is_read_and_not_run(report, open_page):
    opened = open_page(report)
    opened.page.evaluate(OPEN_ALL)
    assert HOSTILE in opened.page.locator("#figur-1-tabell").inner_text()
    assert opened.problems == []


def colours(page, selector: str) -> set[tuple[int, int, int]]:
    """The colours of an element's pixels as it is shown."""
    picture = Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB")
    return {colour for _, colour in picture.getcolors(maxcolors=picture.width * picture.height)}


def test_a_drawing_changes_all_its_colours_in_the_dark(report, open_page):
    light, dark = (ImageColor.getrgb(tokens["focus"]) for tokens in (TOKENS, DARK))
    by_day = colours(open_page(report, color_scheme="light").page, "#figur-1 .drawing")
    by_night = colours(open_page(report, color_scheme="dark").page, "#figur-1 .drawing")
    assert light in by_day
    assert dark in by_night
    assert light not in by_night, "a part of the drawing keeps its light colour: the dots that <use> draws?"


def test_a_table_stays_a_table_for_a_screen_reader_on_a_phone(report, open_page):
    roles = ("table", "row", "columnheader", "rowheader", "cell")
    told = []
    for width in (1280, 400):
        page = open_page(report, width).page
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
        nodes = [node["role"]["value"] for node in tree["nodes"] if not node["ignored"]]
        told.append({role: nodes.count(role) for role in roles})
    assert told[0] == told[1]
    assert told[1] == {"table": 4, "row": 9, "columnheader": 15, "rowheader": 5, "cell": 14}
