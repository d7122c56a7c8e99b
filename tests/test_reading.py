"""The limits of READING.md, held on built reports: what a reader meets, word by word and figure by figure."""

import re
from collections.abc import Callable, Iterator

import pytest
from lxml import html

from lagesbild.catalog.load import load_catalog
from lagesbild.paths import Paths
from read_pages import FOR_OFFICERS, REPORTS, SOURCES, Report, plain, sentences, texts_of, told, visible, words
from read_pages import Page as Read
from reports import REPOSITORY

CATALOG = load_catalog(Paths(REPOSITORY))
MOST_WORDS = {"overview": 900, "area": 1500, "region": 3500}
STOCK = (
    "saknas i underlaget", "ej angivet", "finns inte i underlaget", "kan inte bedömas", "går inte att bedöma",
    "osäkerheten är inte känd", "siffrorna är inte inlagda", "ryms i vad den brukar svänga",
    "visas som de är publicerade", "enkät: små skillnader", "läggs till i", "egen bearbetning", "ingen sammanfattning",
    "inget värde för", "läst i andra hand",
)  # fmt: skip
LONGEST_HEADING = 90
LONGEST_NAME = 60  # of a figure without a number: the region's parts have one together
ALTERNATIVE = (100, 250)
# What belongs to the data officer: commands, paths, file endings, names of code and of tests, p-values.
CODE = re.compile(
    r"\b[a-z][a-z0-9]*_[a-z0-9_]+\b|\blagesbild [a-z-]|--[a-z]{2,}|\bdata/|\b(?:src|tests|notebooks)/|"
    r"\.(?:ya?ml|ipynb|py|md)\b|\bmake [a-z]+\b|\bp\s*(?:=|<|>|≤)\s*[\d,.]+|\b[a-z]+\(\)"
)
NOTHING = re.compile(r"ej angive[nt]|saknas(?: i underlaget)?|ingen uppgift|okän[dt]|inte känt|[–—-]|")
RANKED = re.compile(
    r"\bplats \d+ av \d+|\b(?:högst|lägst|störst|minst|bäst|sämst)a? (?:bland|av) (?:alla |landets |de )?\d* ?kommuner",
    re.I,
)
YEAR = re.compile(r"(?<![\d–-])(?:19|20)\d\d(?![–\d])")

report = pytest.mark.parametrize("name", REPORTS)
pytestmark = pytest.mark.slow


def figures(read: Report) -> Iterator[tuple[str, Read, html.HtmlElement]]:
    """Every figure with its page, and the way to name it in a message."""
    for page in read.pages:
        for figure in page.main.iter("figure"):
            yield f"{page.name}#{figure.get('id')}", page, figure


def heading(figure: html.HtmlElement) -> str:
    """A figure's heading without its number."""
    element = figure.find(".//h3")
    number = " ".join("".join(link.itertext()) for link in element.iterfind(".//*[@class='number']"))
    return plain("".join(element.itertext())).removeprefix(plain(number)).strip(" .:")


def missing(figure: html.HtmlElement) -> bool:
    """Whether a figure is the one line that says that its measure is missing."""
    return bool(figure.xpath("./figcaption[contains(@class, 'missing')]"))


def drawings(figure: html.HtmlElement) -> list[str]:
    """The names of what is drawn in a figure, as a screen reader hears them."""
    drawn = [e for e in figure.iter() if e.get("role") == "img" and e.get("aria-hidden") != "true"]
    return [plain(e.get("aria-label") or "".join(e.find("title").itertext())) for e in drawn]


def test_words_are_what_a_reader_sees_who_opens_nothing():
    page = html.document_fromstring(
        "<main><h1>Ett två</h1><p>tre –<span class='unseen'>gömt</span> 4&nbsp;%</p><svg><text>ritat</text></svg>"
        "<details><summary>fem</summary><p>vikt</p></details> sex <details open><p>sju</p></details>"
        "<table><tr><td>åtta</td><td>nio</td></tr></table></main>"
    )
    assert words(page.find(".//main")) == ["Ett", "två", "tre", "4", "fem", "sex", "sju", "åtta", "nio"]


def test_a_text_is_its_sentence_without_the_labels_in_it():
    page = html.document_fromstring(
        "<main id='m'><p id='a'>Det har <em>ökat</em>. <span class='by'>Beräknat</span></p>"
        "<details><summary>Mer</summary><div><p>Vikt.</p></div></details>"
        "<svg role='img'><title>Två linjer.</title></svg></main>"
    )
    found = [(text.kind, text.words, text.folded) for text in texts_of(Read("index", page))]
    assert found == [
        ("label", "Beräknat", False), ("p", "Det har ökat.", False), ("summary", "Mer", False), ("p", "Vikt.", True),
        ("alt", "Två linjer.", False),
    ]  # fmt: skip


@report
def test_a_page_is_no_longer_than_its_readers_have_time_for(report_of: Callable[[str], Report], name):
    read, long = report_of(name), []
    for page in read.chapters():
        kind = page.kind(read.region)
        if (count := len(words(page.main))) > MOST_WORDS[kind]:
            long.append(f"{page.name}: {count} visible words, at most {MOST_WORDS[kind]} ({kind})")
    assert not long, told(long, "pages that are too long")


@report
def test_a_stock_phrase_stands_once_on_a_page(report_of, name):
    often = []
    for page in report_of(name).pages:
        if page.name in FOR_OFFICERS:  # where these words are explained, and lists are made of them
            continue
        seen = plain("".join(visible(page.main))).lower()
        apart = plain("".join(visible(page.main, SOURCES))).lower()
        for phrase in STOCK:
            count = (apart if phrase == "egen bearbetning" else seen).count(phrase)
            if count > 1:
                often.append(f"{page.name}: {phrase!r} {count} times")
    assert not often, told(often, "stock phrases told again and again")


@report
def test_a_figures_heading_is_short_and_names_its_measure(report_of, name):
    wrong = []
    for where, _page, figure in figures(report_of(name)):
        text = heading(figure)
        if missing(figure):  # the programme's own title, in one line
            continue
        if len(text) > LONGEST_HEADING:
            wrong.append(f"{where}: {len(text)} characters: {text!r}")
        of_measures = drawings(figure) and "tidslinje" not in figure.get("id")  # a timeline shows initiatives
        if of_measures and not names_its_measure(text, figure.get("id")):
            wrong.append(f"{where}: no word of its measure's subject or label: {text!r}")
    assert not wrong, told(wrong, "headings of figures")


def names_its_measure(text: str, anchor: str) -> bool:
    """Whether a heading holds a word of five letters or more, or its stem, of a measure that the figure may show."""
    number = re.fullmatch(r"figur-(\d+)(?:-.*)?", anchor)
    figure = CATALOG.figures.get(number[1]) if number else None
    # the region's figures show measures of their own choice
    known = [*figure.measure, *figure.stand_in, *figure.dots] if figure else [*CATALOG.indicators]
    named = [CATALOG.indicators[key] for key in known]
    told_of = " ".join(f"{one.subject} {one.label}" for one in named)
    if any(one.subject.lower() in text.lower() for one in named):
        return True
    stems = {word[:5] for word in re.findall(r"[^\W\d_]{5,}", told_of.lower())} - {"andel", "antal", "unga"}
    return any(word[:5] in stems for word in re.findall(r"[^\W\d_]{5,}", text.lower()))


def test_a_heading_that_names_another_measure_does_not_pass():
    assert names_its_measure("Drygt hälften av bostäderna är hyresrätter", "figur-17")
    assert not names_its_measure("Anmälda brott har minskat", "figur-17")
    assert not names_its_measure("3,0 procent 2022", "figur-17")


@report
def test_a_figure_has_one_layer_of_title_and_its_number_for_a_name(report_of, name):
    wrong = []
    for where, page, figure in figures(report_of(name)):
        caption = figure.find("figcaption")
        below = [child for child in caption if child.tag != "h3"]
        if len(below) > 1 and not missing(figure):
            wrong.append(f"{where}: {len(below) + 1} layers: {[plain(''.join(b.itertext()))[:60] for b in below]}")
        labelled = [page.tree.get_element_by_id(key) for key in (figure.get("aria-labelledby") or "").split()]
        known = figure.get("aria-label") or " ".join("".join(e.itertext()) for e in labelled)
        number = plain("".join(figure.findtext(".//h3//a[@class='number']") or ""))
        good = known == number if number else known != heading(figure) and len(known) <= LONGEST_NAME
        if not good:
            wrong.append(f"{where}: is called {plain(known)!r}")
    assert not wrong, told(wrong, "titles of figures")


@report
def test_an_alternative_text_tells_the_shape_and_not_the_heading_again(report_of, name):
    wrong = []
    for where, _page, figure in figures(report_of(name)):
        for text in drawings(figure):
            if not ALTERNATIVE[0] <= len(text) <= ALTERNATIVE[1]:
                wrong.append(f"{where}: {len(text)} characters: {text!r}")
            if heading(figure).lower() in text.lower():
                wrong.append(f"{where}: repeats its heading: {text!r}")
    assert not wrong, told(wrong, "alternative texts")


@report
def test_a_figure_has_one_line_of_notes_at_most(report_of, name):
    noted = []
    for where, _page, figure in figures(report_of(name)):
        notes = [n for n in figure.iterfind(".//*[@class='notes']/li") if not list(n.iterancestors("details"))]
        notes += [n for n in figure.iterfind(".//p[@class='note']") if not list(n.iterancestors("details"))]
        if len(notes) > 1:
            noted.append(f"{where}: {len(notes)} notes")
    assert not noted, told(noted, "figures with several notes")


@report
def test_no_reader_meets_a_command_or_a_name_of_the_code(report_of, name):
    met = [
        f"{text.page}#{text.where}: {found[0]!r} in {text.words[:90]!r}"
        for text in report_of(name).texts()
        if text.page not in FOR_OFFICERS and "download" not in text.inside
        for found in [CODE.search(plain(text.words))]
        if found
    ]
    assert not met, told(met, "commands, paths, names of code, p-values")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("indicator = unemployed_july", True), ("lagesbild fetch", True), ("data/raw/local", True), ("work.yml", True),
        ("p = 0,03", True), ("p < 0,001", True), ("p\u00a0<\u00a00,05", True), ("make frozen", True), ("U07416", False),
        ("Lägesbild social hållbarhet", False), ("Kolada (RKA)", False), ("16–24 år, upp = bättre", False),
    ],
)  # fmt: skip
def test_what_belongs_to_the_data_officer_is_known(text, met):
    assert bool(CODE.search(plain(text))) is met


@report
def test_an_empty_fact_is_left_out(report_of, name):
    empty = [
        f"{page.name}: {plain(''.join(fact.getprevious().itertext()))}: {plain(''.join(fact.itertext()))!r}"
        for page in report_of(name).pages
        if page.name not in FOR_OFFICERS  # what is missing is what Underlaget tells of
        for fact in page.tree.iter("dd")
        if fact.getprevious() is not None and NOTHING.fullmatch(plain("".join(fact.itertext())).rstrip(".").lower())
    ]
    assert not empty, told(empty, "facts that say nothing")


@report
def test_a_value_and_its_rank_are_of_one_year(report_of, name):
    parted = [
        f"{text.page}#{text.where}: {sentence!r}"
        for text in report_of(name).texts()
        for sentence in sentences(text.words)
        if RANKED.search(sentence) and len(set(YEAR.findall(sentence))) > 1
    ]
    parted += [f"{page.name}: {said}" for page in report_of(name).pages for said in rows_of_two_years(page.main)]
    assert not parted, told(parted, "ranks of another year than their value")


def rows_of_two_years(page: html.HtmlElement) -> list[str]:
    """Rows of tables whose rank is of another year than the row's, unless its own value stands with it (*då 98,0*)."""
    found = []
    for row in page.iter("tr"):
        cells = [plain(" ".join(cell.itertext())) for cell in row]
        years = set(YEAR.findall(re.sub(r"\(.*?\)", "", " ".join(cells))))
        ranked = [cell for cell in cells if RANKED.search(cell)]
        if ranked and len(years) > 1 and not all(re.search(r"\b(?:19|20)\d\d, då [\d−]", cell) for cell in ranked):
            found.append(" | ".join(cells))
    return found


def test_a_rank_of_another_year_stands_with_its_own_value():
    row = "<table><tr><th>Andelen</th><td>97,9 %</td><td>2022</td><td>{}</td></tr></table>"
    said = {rank: bool(rows_of_two_years(html.fromstring(row.format(rank)))) for rank in (
        "Plats 8 av 161", "Plats 8 av 161 2021", "Plats 8 av 161 2021, då 98,0 %", "Plats 8 av 161 2022",
    )}  # fmt: skip
    assert list(said.values()) == [False, True, False, False]
