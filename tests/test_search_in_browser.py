"""The list of measures and the search, opened from disk in Chromium as a reader would, with and without scripts."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from copies import made_up_root
from lagesbild.publishing.bodies import bodies
from lagesbild.publishing.frame import NavItem, PageFrame, framed
from lagesbild.publishing.made import MOST_BYTES, page_entries
from lagesbild.publishing.pages import write_assets
from lagesbild.publishing.request import BuildRequest

pytestmark = pytest.mark.slow
FRAME = PageFrame(
    "Indikatorer",
    "Påhittsby",
    2024,
    nav=(NavItem("index.html", "Översikt"),),
    more=(NavItem("indikatorer.html", "Indikatorer", True),),
    list_page="indikatorer.html",
)
ENTRIES = [
    [0, "brott", "Brott på torget", "Färre anmälda brott per invånare än i riket."],
    [0, "har", "Här bor många", "Människor har det bra här."],
    [0, "hus", "Bostäder", "Ungdomsarbetslösheten och bostäderna, med <img src=x onerror=alert(1)> som text."],
    [1, "matt-a", "Andelen arbetslösa", "3,0 % 2024 5,4 %"],
    [0, "laget-mer", "Mer ur kommunens text", "Torgskolan fick nya lyktor."],
]
FOLD = (
    "<details class='written' id='laget-mer'><summary>Mer ur kommunens text</summary>"
    "<p>Torgskolan fick nya lyktor.</p></details>"
)
INDEX = {"pages": [["work.html", "Arbete"], ["indikatorer.html", "Indikatorer"]], "entries": ENTRIES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The list of measures of the made-up municipality, with the search and an index of four entries."""
    copy = made_up_root(tmp_path_factory.mktemp("copy"))
    pages = bodies(BuildRequest(copy.paths, "9901", 2024), copy.catalog)
    made = tmp_path_factory.mktemp("site")
    write_assets(made)
    (made / "indikatorer.html").write_text(framed(pages["indikatorer"](), FRAME), "utf-8")
    (made / "work.html").write_text(framed(f"<h1>Arbete</h1><h2 id='brott'>Brott</h2>{FOLD}", FRAME), "utf-8")
    (made / "sok.js").write_text(f"var SOK = {json.dumps(INDEX)};\n", "utf-8")
    return made


def column(page, heading: str, key: bool = False) -> list[str]:
    """A column of the list, top down: its words, or what it is sorted by."""
    read = "cell => cell.getAttribute('data-key')" if key else "cell => cell.textContent"
    at = [h.strip() for h in page.locator("#matt thead th").all_text_contents()].index(heading) + 1
    return page.eval_on_selector_all(f"#matt tbody tr > :nth-child({at})", f"cells => cells.map({read})")


def test_a_heading_sorts_by_a_button_says_which_way_and_keeps_what_has_no_value_last(folder, open_page):
    opened = open_page(folder / "indikatorer.html")
    page, before = opened.page, column(opened.page, "Mått")
    button = page.get_by_role("button", name="Mått")
    for direction, words in (("ascending", "stigande"), ("descending", "fallande")):
        button.focus()
        page.keyboard.press("Enter")
        assert page.locator("th[aria-sort]").evaluate_all("all => all.map(h => h.getAttribute('aria-sort'))") == [
            direction
        ]
        assert f"Sorterat efter mått, {words}." in page.locator("[data-count]").text_content()
        names = column(page, "Mått", key=True)
        compare = "names => [...names].sort(new Intl.Collator('sv', {numeric: true}).compare)"
        wanted = page.evaluate(compare, names)
        assert names == (wanted if direction == "ascending" else wanted[::-1])
    assert sorted(column(page, "Mått")) == sorted(before)
    for _ in range(2):
        page.get_by_role("button", name="År").click()
        years = column(page, "År", key=True)
        known = [year for year in years if year]
        assert 3 < len(known) < len(years)
        assert years[len(known) :] == [""] * (len(years) - len(known))
    assert known == sorted(known, reverse=True)
    assert opened.problems == []


def test_the_field_narrows_the_list_and_the_count_is_announced(folder, open_page):
    page = open_page(folder / "indikatorer.html").page
    every = page.locator("#matt tbody tr").count()
    said = page.locator(".look [role=status]")
    assert said.text_content() == f"Visar {every} av {every} mått."
    page.get_by_role("searchbox", name="Sök mått, utgivare eller sida").fill("TRANGBODDHET")
    page.locator("#matt tbody tr[hidden]").first.wait_for(state="attached")
    shown = page.locator("#matt tbody tr:not([hidden])").all_text_contents()
    assert 0 < len(shown) < 5
    assert all("rångboddhet" in text for text in shown)
    assert said.text_content() == f"Visar {len(shown)} av {every} mått."
    hidden = page.locator("#matt tbody tr[hidden]").first.get_attribute("id")
    page.evaluate("anchor => { location.hash = anchor; }", hidden)
    page.locator(f"#{hidden}").wait_for(state="visible")


def test_without_scripts_the_whole_list_stands_there_and_the_search_is_a_link_to_it(folder, open_page):
    page = open_page(folder / "work.html", java_script_enabled=False).page
    page.locator("a[data-search]").click()
    page.wait_for_url("**/indikatorer.html")
    assert page.locator("#matt tbody tr:visible").count() == page.locator("#matt tbody tr").count() > 60
    assert page.locator(".look").is_hidden()
    assert page.locator("#matt thead button").count() == 0
    assert page.locator("dialog").is_hidden()


def test_what_scripts_add_moves_nothing(folder, open_page):
    heights = []
    for scripts in (True, False):
        page = open_page(folder / "indikatorer.html", java_script_enabled=scripts).page
        heights.append(page.locator("#matt thead").bounding_box()["height"])
    assert heights[0] == heights[1]


@pytest.fixture
def searched(folder, open_page):
    """`searched(query)`: the page with the dialog open and its results; and what it said and asked for."""

    def search(query: str, width: int = 1280):
        opened = open_page(folder / "work.html", width)
        opened.page.get_by_role("button", name="Sök").press("Enter")
        opened.page.keyboard.insert_text(query)
        opened.page.locator("#sok [role=status]:not(:empty)").wait_for()
        return opened

    return search


def results(page) -> list[str]:
    return [text.strip() for text in page.locator("#sok li a").all_text_contents()]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("brott", ["Brott på torget"]),
        ("bro", ["Brott på torget"]),  # the beginning of a word
        ("här", ["Här bor många"]),  # å, ä and ö are letters of their own
        ("har", ["Här bor många"]),  # for a keyboard without them
        ("manniskor har", ["Här bor många"]),
        ("ARBETSLOS", ["Andelen arbetslösa", "Bostäder"]),  # in a heading first, then inside a joined word
        ("riket torget", ["Brott på torget"]),
        ("rätt", []),
        ("iket", ["Brott på torget"]),  # four letters are looked for inside words too
        ("ket", []),
    ],
)
def test_words_are_found_by_their_beginning_with_swedish_letters(searched, query, wanted):
    opened = searched(query)
    count = "Inga träffar." if not wanted else "1 träff." if len(wanted) == 1 else f"{len(wanted)} träffar."
    assert opened.page.locator("#sok [role=status]").text_content() == count
    assert results(opened.page) == wanted
    assert opened.problems == []


def test_a_result_leads_to_its_place_marks_what_was_found_and_runs_nothing(searched):
    opened = searched("onerror")
    page = opened.page
    assert page.locator("#sok li mark").all_text_contents() == ["onerror"]
    assert "<img src=x onerror=alert(1)> som text" in page.locator("#sok li p").text_content()
    assert page.locator("#sok img").count() == 0
    assert page.locator("#sok li a").get_attribute("href") == "work.html#hus"
    assert opened.problems == []
    assert {Path(address).name for address in opened.requests} >= {"work.html", "sok.js", "search.js"}
    assert all(address.startswith("file:") for address in opened.requests)


def test_what_stands_in_a_fold_is_an_entry_of_its_own_and_a_result_opens_it(searched):
    [_, entry] = page_entries(f"<main><h2 id='laget'>Läget</h2>{FOLD}</main>")
    assert [entry.anchor, entry.heading, *entry.texts] == ENTRIES[-1][1:]
    page = searched("lykt").page
    assert not page.locator("#laget-mer p").is_visible()
    page.locator("#sok li a").click()
    page.locator("#laget-mer p").wait_for(state="visible")


def test_the_search_is_for_keyboards_and_screen_readers(searched):
    page = searched("b").page
    assert page.evaluate("document.activeElement.id") == "sok-ord"
    assert page.get_by_role("dialog", name="Sök i rapporten").is_visible()
    assert page.get_by_role("search", name="Sök i rapporten").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#sok li') !== null")
    page.keyboard.press("Enter")
    assert page.locator("dialog").is_hidden()
    assert page.url.endswith("work.html#brott")
    page.get_by_role("button", name="Sök").press("Space")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog").is_hidden()
    assert page.evaluate("document.activeElement.hasAttribute('data-search')")


def test_the_list_hands_its_words_to_the_search_of_the_whole_report(folder, open_page):
    page = open_page(folder / "indikatorer.html").page
    page.get_by_role("searchbox", name="Sök mått, utgivare eller sida").fill("torget")
    page.get_by_role("button", name="Sök i hela rapporten").click()
    page.locator("#sok li").first.wait_for()
    assert results(page) == ["Brott på torget"]


def test_a_missing_index_leads_to_the_list(folder, open_page, tmp_path):
    for path in folder.iterdir():
        if path.is_file() and path.name != "sok.js":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    page = open_page(tmp_path / "work.html").page
    page.locator("a[data-search]").click()
    page.wait_for_url("**/indikatorer.html")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")])
def test_axe_finds_nothing_in_list_and_dialog(searched, folder, open_page, width, scheme):
    options = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
    page = open_page(folder / "indikatorer.html", width, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()
    dialog = searched("o", width).page
    found = Axe().run(dialog, options=options)
    assert found.violations_count == 0, found.generate_report()


def test_the_index_of_the_whole_report_is_bounded_and_finds_a_figure_and_a_plan(default_report, open_page):
    assert 20_000 < (default_report.folder / "sok.js").stat().st_size <= MOST_BYTES
    opened = open_page(default_report.folder / "work.html")
    page = opened.page
    page.locator("header a[data-search]").click()
    for words, file in (("handlingsplan våld", "folja_upp.html"), ("trångboddheten norm", "indikatorer.html")):
        page.get_by_role("searchbox").fill(words)
        page.locator(f"#sok li a[href^='{file}']").first.wait_for()
    assert opened.problems == []
