"""The limits of READING.md that only a browser knows: screens, sizes, paper, colours, keyboard."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from lagesbild.catalog.load import load_catalog
from lagesbild.paths import Paths
from read_pages import MADE, Report, told
from reports import REPOSITORY

pytestmark = pytest.mark.slow
CATALOG = load_catalog(Paths(REPOSITORY))
AREAS = [page for page in CATALOG.pages if page not in ("overview", "regional_support")]
CHAPTERS = [*AREAS, "index", "regional_support"]  # the seven that notebooks make
OTHERS = ["Nordmaling", "Stockholm", "Gotland", "Umeåregionen", "Västerbotten"]
SAME = ("metod", "begrepp", "regional_support")  # wherever they stand; the region has a report of its own below
MOST_PAGES = {"without folds": 40, "with folds": 55}
PAPER = 673  # pixels: A4 less the margins of the stylesheet, 178 mm
SMALLEST_PRINT = 9.5 / 0.75  # pixels that 9.5 points are
RULES = {"target-size": {"enabled": True}}
COLOURS = {  # how a reader's own settings are asked for, and the rules that they may break: none given are all
    "light": ({}, ()),
    "dark": ({"color_scheme": "dark"}, ("color-contrast", "link-in-text-block")),
    "forced": ({"forced_colors": "active"}, ("color-contrast", "link-in-text-block")),
    "print": ({"media": "print"}, ()),
}
OPEN_WRITTEN = "document.querySelectorAll('details.written').forEach(fold => { fold.open = true; })"
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"
# Where each area's row begins and ends, by the page that it links to, with its words; where the first figure begins.
ROWS = """
files => files.map(file => {
  const link = [...document.querySelectorAll(`main a[href="${file}"]`)].find(a => a.closest('li, tr, article, .row'));
  if (!link) return null;
  const row = link.closest('li, tr, article, .row'), box = row.getBoundingClientRect();
  return {file, top: box.top + scrollY, bottom: box.bottom + scrollY, words: row.innerText};
})
"""
FIRST_FIGURE = "() => document.querySelector('main figure').getBoundingClientRect().top + scrollY"
# The smallest text of each drawing that is seen, in pixels: its font size times how much the drawing is scaled.
DRAWN = """
() => [...document.querySelectorAll('main svg')].filter(svg => svg.getClientRects().length && svg.querySelector('text'))
  .map(svg => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const sizes = [...svg.querySelectorAll('text')].map(text => parseFloat(getComputedStyle(text).fontSize) * scale);
    return [svg.closest('[id]:not(svg)')?.id ?? '', Math.min(...sizes)];
  })
"""
# Every text that is seen and no drawing, with the size of its letters in pixels.
WRITTEN = """
() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (text && parent.checkVisibility() && !parent.closest('svg, script, .unseen, sub, sup'))
      found.push([text.slice(0, 60), parseFloat(getComputedStyle(parent).fontSize)]);
  }
  return found;
}
"""
SHIFTS = """
() => new Promise(done => {
  const shifts = [];
  new PerformanceObserver(list => shifts.push(...list.getEntries().map(entry => entry.value)))
    .observe({type: 'layout-shift', buffered: true});
  document.fonts.ready.then(() => setTimeout(() => done(shifts), 150));
})
"""
# Notes every stop of the keyboard: the how-manieth of those that can be reached, what is seen of it, how large it is.
WALK = """
() => {
  window.stops = [];
  window.expected = [...document.querySelectorAll('a[href], summary, button, input, select, textarea, [tabindex="0"]')]
    .filter(one => !one.disabled && one.checkVisibility({contentVisibilityAuto: true}) && one.tabIndex >= 0);
  document.addEventListener('focusin', event => {
    const one = event.target, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const flows = style.display === 'inline' && one.tagName === 'A';  // a link in a sentence is as high as its line
    const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    window.stops.push([window.expected.indexOf(one), seen,
      flows || (box.width >= 24 && box.height >= 24), (one.innerText || one.tagName).trim().slice(0, 40)]);
  });
  return window.expected.length;
}
"""


def pages(report: Report) -> list[tuple[str, Path]]:
    return [(page.name, report.folder / f"{page.name}.html") for page in report.pages]


@pytest.mark.parametrize(("width", "height", "screens"), [(1280, 900, 1), (390, 844, 2)])
def test_the_five_areas_stand_in_the_first_screens(
    report_of: Callable[[str], Report], open_page, width, height, screens
):
    page = open_page(report_of("Umeå").folder / "index.html", width).page
    page.set_viewport_size({"width": width, "height": height})
    rows = page.evaluate(ROWS, [f"{name}.html" for name in AREAS])
    missing = [name for name, row in zip(AREAS, rows, strict=True) if row is None]
    assert not missing, f"areas without a row of their own: {missing}"
    low = [f"{row['file']} ends at {row['bottom']:.0f} px" for row in rows if row["bottom"] > screens * height]
    assert not low, told(low, f"areas below {screens * height} px at {width} x {height}")
    # people's status of each, in words
    bare = [
        row["file"]
        for row in rows
        if not re.search(r"Enligt plan|Mer arbete krävs|Ej enligt plan|Uppnått", row["words"])
    ]
    assert not bare, f"areas without their status: {bare}"
    assert page.evaluate(FIRST_FIGURE) <= 3 * height


@pytest.mark.parametrize("name", ["Umeå", "Nordmaling", "Umeåregionen"])
def test_a_drawings_text_can_be_read_on_the_narrowest_phone_and_on_paper(report_of, open_page, name):
    small = []
    for page_name, path in pages(report_of(name)):
        page = open_page(path, 320).page
        small += [f"320 px: {page_name}#{at}: {size:.1f} px" for at, size in page.evaluate(DRAWN) if size < 11.95]
        page.set_viewport_size({"width": PAPER, "height": 900})
        page.emulate_media(media="print")
        page.evaluate(OPEN_WRITTEN)
        small += [
            f"paper: {page_name}#{at}: {size * 0.75:.1f} points in a drawing"
            for at, size in page.evaluate(DRAWN)
            if size < SMALLEST_PRINT - 0.05
        ]
        small += [
            f"paper: {page_name}: {size * 0.75:.1f} points: {text!r}"
            for text, size in page.evaluate(WRITTEN)
            if size < SMALLEST_PRINT - 0.05
        ]
    assert not small, told(small, "text that is too small")


@pytest.mark.parametrize("folds", MOST_PAGES)
def test_the_report_prints_on_few_pages(report_of, open_page, folds):
    folder, counts = report_of("Umeå").folder, {}
    for name in CHAPTERS:
        page = open_page(folder / f"{name}.html").page
        if folds == "with folds":
            page.evaluate(OPEN_WRITTEN)
        paper = page.pdf(prefer_css_page_size=True)
        counts[name] = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert min(counts.values()) >= 1
    assert sum(counts.values()) <= MOST_PAGES[folds], f"{sum(counts.values())} pages {folds}: {counts}"


def test_paper_leaves_tables_and_methods_out_and_says_where_they_are(report_of, open_page):
    shown = []
    for name in CHAPTERS:
        page = open_page(report_of("Umeå").folder / f"{name}.html").page
        page.emulate_media(media="print")
        for selector in ("details:not(.written)", ".written:not([open])", "nav", ".download", "button"):
            shown += [f"{name}: {selector}" for one in page.locator(selector).all() if one.is_visible()]
        places = page.get_by_text("På webbsidan finns också", exact=False)
        shown += [f"{name}: the line is told {places.count()} times"] if places.count() != 1 else []
        assert places.first.is_visible()
        page.evaluate(OPEN_WRITTEN)
        shown += [
            f"{name}: an open fold is not printed" for one in page.locator(".written").all() if not one.is_visible()
        ]
    assert not shown, told(shown, "on paper")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("page_name", [*CHAPTERS, *MADE])
def test_axe_finds_nothing_in_any_colours_or_on_paper(report_of, open_page, page_name, width):
    page = open_page(report_of("Umeå").folder / f"{page_name}.html", width).page
    page.evaluate(OPEN_ALL)
    found = {mode: problems_of(page, rules, **media) for mode, (media, rules) in COLOURS.items()}
    assert not any(found.values()), "\n".join(f"{mode}: {said}" for mode, said in found.items() if said)


def problems_of(page: Any, rules: tuple[str, ...] = (), **media: str) -> str:
    """What axe finds, by these rules or by all, in the reader's colours or on paper."""
    page.emulate_media(**{"media": "screen", "color_scheme": "light", "forced_colors": "none"} | media)
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    options |= {"runOnly": {"type": "rule", "values": rules}} if rules else {"rules": RULES}
    found = Axe().run(page, options=options)
    return found.generate_report() if found.violations_count else ""


@pytest.mark.parametrize("name", OTHERS)
def test_axe_finds_nothing_in_other_places_on_a_phone(report_of, open_page, name):
    found = []
    for page_name, path in pages(report_of(name)):
        if page_name in SAME or (name in ("Stockholm", "Gotland") and page_name in MADE):
            continue
        page = open_page(path, 320).page
        page.evaluate(OPEN_ALL)
        found += [f"{page_name}: {said}"] if (said := problems_of(page)) else []
    assert not found, told(found, "violations")


@pytest.mark.parametrize("name", ["Umeå", *OTHERS])
def test_nothing_moves_while_a_page_loads_and_nothing_is_wider_than_a_phone(report_of, open_page, name):
    wrong = []
    for page_name, path in pages(report_of(name)):
        for width in (1280, 390, 320) if name == "Umeå" else (320,):
            if page_name in SAME and name != "Umeå":
                continue
            page = open_page(path, width).page
            shifts = page.evaluate(SHIFTS)
            wrong += [f"{page_name} at {width}: moves by {sum(shifts):.3f}"] if shifts else []
            page.evaluate(OPEN_ALL)
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{page_name} at {width}: {wide} px wide"] if wide > width else []
            page.context.close()
    assert not wrong, told(wrong, "pages")


@pytest.mark.parametrize("page_name", [*CHAPTERS, *MADE])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(report_of, open_page, page_name):
    page = open_page(report_of("Umeå").folder / f"{page_name}.html", 390).page
    page.evaluate("document.querySelector('.menu, .contents details')?.setAttribute('open', '')")
    expected = page.evaluate(WALK)
    for _ in range(expected):
        page.keyboard.press("Tab")
    stops = page.evaluate("window.stops")
    assert expected > 10
    assert [at for at, *_ in stops] == list(range(expected)), "reached in another order than they stand"
    wrong = [f"no outline: {text!r}" for _, seen, _, text in stops if not seen]
    wrong += [f"smaller than 24 px: {text!r}" for _, _, large, text in stops if not large]
    assert not wrong, told(wrong, "stops of the keyboard")
