"""A finished page, opened from disk in Chromium."""

import io
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageColor

from lagesbild.charts.panels import lines
from lagesbild.charts.svg import drawings
from lagesbild.charts.theme import Frame
from lagesbild.look import DARK, TOKENS
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
    asked = {Path(address).name for address in opened.requests}
    assert {"squares.html", "style.css", "fonts.js", "site.js"} <= asked
    assert all((report.parent / name).is_file() or (report.parent / "fonts" / name).is_file() for name in asked)
    assert all(address.startswith(report.parent.as_uri()) for address in opened.requests)
    loaded = "[...document.fonts].filter(font => font.status === 'loaded').map(font => font.weight)"
    assert set(opened.page.evaluate(loaded)) == {"400", "600"}
    assert opened.page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Lagesbild Sans"')


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_no_page_scrolls_sideways(report, open_page, width):
    page = open_page(report, width).page
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    edges = page.evaluate(
        "[...document.querySelectorAll('.drawing svg')].map(svg => svg.getBoundingClientRect().right)"
    )
    assert 0 < max(edges) <= width


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


COLOURS = {"color_scheme": "dark"}, {"forced_colors": "active"}


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_in_any_colours_or_on_paper(report, open_page, width):
    options = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
    for media in ({}, *COLOURS, {"media": "print"}):
        page = open_page(report, width).page
        page.emulate_media(**media)
        page.evaluate(OPEN_ALL)
        found = Axe().run(page, options=options)
        assert found.violations_count == 0, f"{media}: {found.generate_report()}"


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


def test_paper_leaves_tables_out_and_has_what_is_open_of_peoples_words_even_without_the_script(report, open_page):
    page = open_page(report, java_script_enabled=False).page
    table, written = page.locator("#figur-1-tabell"), page.locator(".written").get_by_text("Och mer.")
    page.locator("#figur-1 summary").click()
    assert table.is_visible()
    page.emulate_media(media="print")
    assert not table.is_visible()
    assert not written.is_visible()
    assert not page.locator(".site-nav").is_visible()
    assert page.get_by_text("På webbsidan finns också").is_visible()
    page.emulate_media(media="screen")
    page.locator(".written summary").first.click()
    page.emulate_media(media="print")
    assert written.is_visible()
    assert not page.locator(".written summary").first.is_visible()


def test_a_button_prints_what_people_wrote_too_and_folds_it_again(report, open_page):
    page = open_page(report).page
    page.evaluate("() => { window.print = () => { window.printed = (window.printed ?? 0) + 1; }; }")
    page.locator(".written summary").first.wait_for()
    folds = "[...document.querySelectorAll('details')].filter(fold => fold.open).map(fold => fold.className)"
    for button, opened in (("written", {"written"}), ("", set())):
        page.locator(f"[data-print='{button}']").click()
        assert set(page.evaluate(folds)) == opened
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(folds) == []
    assert page.evaluate("window.printed") == 2


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
    assert told[1] == {"table": 3, "row": 7, "columnheader": 10, "rowheader": 4, "cell": 10}
