"""The pages that no notebook makes, held against the tidy table, the catalogue and the assessments."""

import json
import re
from functools import cache

import pandas as pd
import pytest
import yaml
from lxml import html

from copies import REPOSITORY, Copy, made_up_root
from lagesbild.assessments.load import load_assessment, load_region_assessment
from lagesbild.catalog.load import CatalogError, load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths
from lagesbild.publishing import made as search
from lagesbild.publishing.bodies import bodies
from lagesbild.publishing.checks import body_tree, refuse_unfit
from lagesbild.publishing.frame import MADE, PageFrame, framed, page_frames
from lagesbild.publishing.pages import write_assets
from lagesbild.publishing.request import BuildRequest
from lagesbild.rules.editions import Edition, edition_of
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Direction

YEAR = 2024
UMEA, NORDMALING, STOCKHOLM, GOTLAND = "2480", "2401", "0180", "0980"
NBSP, MINUS = "\u00a0", "\u2212"
HEADINGS = ["Mått", "Senaste värde", "År", "Riket", "Riktning", "Plats", "Utgivare", "Finns på"]
COMMANDS = re.compile(r"lagesbild |data/(raw|assessments)|notebooks/|\.ipynb|\.yml|municipality=")
P_VALUES = re.compile(r"\bp (under|=|<)|\bp-värde|p<")
MOST_WORDS = 15  # of a sentence of Lättläst


@cache
def made_bodies(place: str, region: str = "", root: Paths = REPOSITORY) -> dict[str, str]:
    """Page -> its body, as a build makes it of the repository's own figures; no test states one of them."""
    catalog = load_catalog(root)
    request = BuildRequest(root, place, YEAR, region=region)
    made = bodies(request, catalog)
    return {name: body() for name, body in made.items()}


@cache
def edition(place: str = UMEA) -> Edition:
    return edition_of(REPOSITORY, "overview", place, YEAR)


@cache
def table() -> pd.DataFrame:
    """Current values of whole years and everybody, with their place."""
    rows = edition().data
    return rows[(rows["sex"] == "T") & (rows["group"] == "") & rows["value"].notna()]


def tree(place: str, page: str, region: str = "") -> html.HtmlElement:
    return body_tree(made_bodies(place, region)[page])


def said(element: html.HtmlElement) -> str:
    """The words of an element on one line, labels for phones and drawings left out."""
    skipped = "ancestor-or-self::*[@aria-hidden='true' or local-name()='svg']"
    texts = element.xpath(f".//text()[not({skipped})]")
    return re.sub(r"[ \n]+", " ", " ".join(texts)).strip()  # a space that does not break stays


def plain(text: str) -> str:
    """A text with the spaces and hyphens that its author typed: pages set others between numbers."""
    return " ".join(text.replace(NBSP, " ").replace("–", "-").split())


def text_of(place: str, page: str, region: str = "") -> str:
    return said(tree(place, page, region))


def number(text: str) -> float:
    """The first number of a text."""
    found = re.search(rf"{MINUS}?\d[\d{NBSP}]*(,\d+)?", text)
    return float(found.group().replace(NBSP, "").replace(",", ".").replace(MINUS, "-"))


def lines(place: str = UMEA) -> dict[str, dict[str, str]]:
    """Indicator -> heading -> what the list says."""
    rows = tree(place, "indikatorer").xpath("//table[@id='matt']/tbody/tr")
    names = {f"matt-{name.replace('_', '-')}": name for name in edition().catalog.indicators}
    return {names[row.get("id")]: dict(zip(HEADINGS, map(said, row.xpath("th|td")), strict=True)) for row in rows}


def valued(place: str = UMEA) -> dict[str, dict[str, str]]:
    return {name: line for name, line in lines(place).items() if re.search(r"\d", line["Senaste värde"])}


def own_values(indicator: str, place: str = UMEA) -> pd.Series:
    """Year -> value of the place."""
    rows = table()
    return rows[(rows["indicator"] == indicator) & (rows["place"] == place)].set_index("year")["value"].sort_index()


def near(catalog: Catalog, indicator: str, text: str, value: float) -> bool:
    """Whether a text begins with a value as the indicator's decimals allow."""
    return abs(number(text) - value) <= 0.5 * 10.0 ** -catalog.decimals_of(indicator) + 1e-9


# Indikatorer


@pytest.mark.parametrize("place", [UMEA, NORDMALING, GOTLAND])
def test_each_measure_of_a_figure_or_priority_stands_once_on_the_list(place):
    catalog = edition().catalog
    wanted = {name for figure in catalog.figures.values() for name in (*figure.measure, *figure.stand_in, *figure.dots)}
    wanted |= {name for priority in catalog.priorities.values() for name in priority.evidence}
    rows = tree(place, "indikatorer").xpath("//table[@id='matt']/tbody/tr/@id")
    assert len(rows) == len(set(rows)) == len(wanted)
    assert set(lines(place)) == wanted
    assert [said(head) for head in tree(place, "indikatorer").xpath("//table[@id='matt']/thead//th")] == HEADINGS


@pytest.mark.parametrize("place", [UMEA, NORDMALING])
def test_each_value_is_the_last_one_of_the_table_with_its_year_and_rikets_of_the_same(place):
    catalog, seen = edition().catalog, 0
    for indicator, line in valued(place).items():
        own = own_values(indicator, place)
        assert near(catalog, indicator, line["Senaste värde"], own.iloc[-1]), indicator
        assert line["År"].split()[-1].endswith(str(own.index[-1])), indicator
        riket = own_values(indicator, "0000")
        if "mot" in line["Riket"]:  # of another year, which then stands there
            assert str(riket.index[-1]) not in line["År"]
        elif line["Riket"] != "–":
            assert near(catalog, indicator, line["Riket"], riket[own.index[-1]]), indicator
            seen += 1
    assert seen > 20


def test_a_measure_without_a_value_says_so_and_leads_to_how_it_is_added():
    lacking = {name for name, line in lines().items() if line["Senaste värde"] == "Saknas"}
    catalog, anchors = edition().catalog, set(tree(UMEA, "underlaget").xpath("//@id"))
    with_values = set(table().query("place == @UMEA")["indicator"])
    assert lacking <= set(lines()) - with_values
    assert {name for name in set(lines()) - with_values if not catalog.indicators[name].groups} <= lacking
    links = tree(UMEA, "indikatorer").xpath("//td//a[text()='Saknas']/@href")
    assert len(links) == len(lacking) > 5
    assert {link.partition("#")[2] for link in links} <= anchors


def test_a_value_its_rank_and_its_class_are_of_one_year():
    """The rank is counted here again, among all municipalities of the year that the cell names, or of the value's."""
    catalog, kinds, seen = edition().catalog, edition().places.kinds, 0
    rows = table()[table()["place"].map(kinds) == "K"]
    for indicator, line in valued().items():
        if line["Plats"] == "–":
            continue
        rank, of = map(int, re.match(r"(\d+) av (\d+)", line["Plats"]).groups())
        named = re.search(r"(\d{4}), då (.+)", line["Plats"])
        year = int(named.group(1)) if named else int(line["År"][-4:])
        values = rows[(rows["indicator"] == indicator) & (rows["year"] == year)].set_index("place")["value"]
        better = values < values[UMEA] if catalog.indicators[indicator].better == "lower" else values > values[UMEA]
        assert (rank, of) == (1 + better.sum(), len(values)), indicator
        assert near(catalog, indicator, named.group(2) if named else line["Senaste värde"], values[UMEA]), indicator
        quarter = ["bästa", "näst bästa", "näst sämsta", "sämsta"][min(4 * (rank - 1) // of, 3)]
        assert f"{quarter} fjärdedelen" in line["Plats"], indicator
        seen += 1
    assert seen > 15


def test_a_number_of_persons_has_a_value_and_no_place():
    catalog = edition().catalog
    counted = [line for name, line in valued().items() if catalog.unit_of(name).counted]
    assert counted
    assert {(line["Plats"], line["Riket"]) for line in counted} == {("–", "–")}


def test_directions_and_differences_stand_in_words():
    judged, words = edition().judged, {Direction.INCREASED: "Har ökat", Direction.DECREASED: "Har minskat"}
    words |= {Direction.TURNED: "Har vänt", Direction.NO_MOVEMENT: "Ingen säker ändring"}
    directions = judged.directions.query("place == @UMEA and sex == 'T'").set_index("indicator")
    pairs = judged.differences.query("place == @UMEA and sex == 'T' and other == '0000'").set_index("indicator")
    known = {Compared.LOWER: "säkert lägre", Compared.HIGHER: "säkert högre", Compared.WITHIN: "ryms i svängningen"}
    for indicator, line in valued().items():
        moved = directions.loc[indicator]
        assert line["Riktning"].startswith(words.get(moved["direction"], "Inte bedömd")), indicator
        if indicator in pairs.index:
            assert known.get(pairs.loc[indicator]["verdict"], "osäkerheten okänd") in line["Riket"], indicator
    assert len({line["Riktning"] for line in valued().values()}) > 4


def test_the_limits_of_the_classes_are_values_of_municipalities_at_their_ends():
    rows = tree(UMEA, "indikatorer").xpath("//table[@id='klasser-tabell']/tbody/tr")
    ranked = [name for name, line in valued().items() if line["Plats"] != "–"]
    assert len(rows) == len(ranked) > 15
    catalog, kinds = edition().catalog, edition().places.kinds
    for indicator, row in zip(ranked, rows, strict=True):
        cells = [said(cell) for cell in row.xpath("th|td")]
        year = int(re.findall(r"\d{4}", cells[0])[-1])
        values = table()[(table()["indicator"] == indicator) & (table()["year"] == year)]
        values = values[values["place"].map(kinds) == "K"]["value"]
        best = values.min() if catalog.indicators[indicator].better == "lower" else values.max()
        assert near(catalog, indicator, cells[1], best), indicator


def test_a_stand_in_says_that_it_takes_the_place_of_a_measure():
    marked = [name for name, line in lines().items() if "Ersätter ett mått som saknas" in line["Mått"]]
    catalog = edition().catalog
    stand_in = {n for figure in catalog.figures.values() if figure.related_to for n in figure.stand_in}
    assert marked
    assert set(marked) <= stand_in


# Every page


@pytest.mark.parametrize(
    ("place", "region"), [(UMEA, ""), (NORDMALING, ""), (GOTLAND, ""), (NORDMALING, "umearegionen")]
)
def test_every_page_is_fit_and_says_no_command_and_no_p_but_where_they_belong(place, region):
    made = made_bodies(place, region)
    assert set(made) == set(MADE) - ({"indikatorer", "lattlast"} if region else set())
    for name, body in made.items():
        refuse_unfit(body_tree(body), name)
        words = said(body_tree(body))
        if name not in ("underlaget", "metod"):
            assert not COMMANDS.search(words), name
            assert not P_VALUES.search(words), name
            assert not re.search(r"\{\w+\}|\bNone\b|\bnan\b|saknas i underlaget", words), name


def test_the_made_pages_stand_in_a_quieter_list_after_the_notebooks_pages_and_a_regions_report_has_its_own():
    catalog, places = edition().catalog, edition().places
    frames = page_frames(BuildRequest(REPOSITORY, UMEA, YEAR), catalog, places)
    assert [item.href for item in frames["metod"].nav] == [
        "index.html",
        *(f"{p}.html" for p in list(catalog.pages)[1:]),
    ]
    assert [item.href for item in frames["metod"].more] == [f"{name}.html" for name in MADE]
    assert [item.text for item in frames["begrepp"].more if item.current] == ["Begrepp"]
    assert {frame.list_page for frame in frames.values()} == {"indikatorer.html"}
    regional = page_frames(BuildRequest(REPOSITORY, "2401", YEAR, region="umearegionen"), catalog, places)
    assert set(regional) == {"regional_support", "folja_upp", "underlaget", "metod", "begrepp"}
    assert {frame.list_page for frame in regional.values()} == {"underlaget.html"}


# Underlaget


def test_each_figure_has_what_is_at_hand_how_it_is_added_and_how_it_is_made_again():
    catalog, page = edition().catalog, tree(UMEA, "underlaget")
    at_hand = set(edition().data.query("place == @UMEA and value.notna()")["indicator"])
    for number_, figure in catalog.figures.items():
        [entry] = page.xpath(f"//*[@id='figur-{number_}']")
        words = plain(said(entry))
        assert plain(figure.title) in words
        assert plain(figure.publisher) in words
        assert plain(figure.how_to_add.replace("{code}", UMEA)) in words
        assert f"notebooks/{figure.page}.ipynb med municipality='2480' och year=2024" in words
        drawn = [name for name in (*figure.measure, *figure.stand_in) if name in at_hand]
        assert ("Saknas" in words) is (not drawn), number_
        assert not drawn or "Senaste siffra" in words
    lacking = page.xpath("//section[@aria-labelledby='saknas']//a/@href")
    bare = [n for n, figure in catalog.figures.items() if not at_hand & {*figure.measure, *figure.stand_in}]
    assert [link for link in lacking if link.startswith("#figur")] == [f"#figur-{n}" for n in bare]


def test_a_list_that_no_region_has_written_is_lacking_and_is_linked_to_its_page_alone():
    for region, written in (("vasterbotten", False), ("umearegionen", True)):
        page = tree("2401", "underlaget", region)
        assert page.xpath("//*[@id='r10']//a/@href") == ["index.html#r10" if written else "index.html"]
        assert bool(page.xpath("//section[@aria-labelledby='saknas']//a[@href='#r10']")) is not written


def test_each_indicator_has_its_source_and_definition_and_each_publisher_its_terms():
    catalog, page = edition().catalog, tree(UMEA, "underlaget")
    for name, entry in catalog.indicators.items():
        [source] = page.xpath(f"//*[@id='kalla-{name.replace('_', '-')}']")
        for text in (entry.title, " ".join(entry.definition.split()), catalog.publishers[entry.publisher].name):
            assert plain(text) in plain(said(source))
        if entry.kolada:
            assert entry.kolada.id in said(source)
    for publisher in catalog.publishers.values():
        assert publisher.licence in text_of(UMEA, "underlaget")


def test_the_contradictions_of_both_documents_stand_there_with_their_places():
    own = load_assessment(REPOSITORY, UMEA, YEAR, edition().catalog).remarks
    regional = load_region_assessment(REPOSITORY, "umearegionen", YEAR, edition().catalog).remarks
    words = plain(text_of(UMEA, "underlaget"))
    assert len(own) > 3
    assert len(regional) > 3
    for remark in (*own, *regional):
        assert plain(remark.text) in words
        assert plain("; ".join(remark.places)) in words
    assert own[0].text[:40] not in text_of(NORDMALING, "underlaget"), "it is about another municipality's report"


def test_each_direction_has_both_p_values_on_underlaget_and_nowhere_else():
    judged = edition().judged.directions.query("place == @UMEA and sex == 'T' and p.notna()").set_index("indicator")
    shown = set(lines())
    rows = tree(UMEA, "underlaget").xpath("//table[@id='riktningar-tabell']/tbody/tr")
    assert len(rows) == len(shown & set(judged[judged["direction"] != Direction.NOT_JUDGED].index)) > 10
    subjects = {edition().catalog.indicators[name].subject: name for name in shown & set(judged.index)}
    for row in rows:
        name, *_, p, adjusted = (said(cell) for cell in row.xpath("th|td"))
        for text, value in ((p, "p"), (adjusted, "p_adjusted")):
            wanted = judged.loc[subjects[name], value]
            assert number(text) == pytest.approx(wanted, abs=0.00051) if wanted >= 0.001 else text == "under 0,001"


@pytest.fixture
def made_up(tmp_path) -> Copy:
    return made_up_root(tmp_path)


def made_of(copy: Copy, page: str) -> str:
    made = bodies(BuildRequest(copy.paths, "9901", YEAR), copy.catalog)
    return said(body_tree(made[page]()))


def test_a_revised_value_stands_there_old_and_new(made_up):
    assert "Utgivarna har inte ändrat några av värdena" in made_of(made_up, "underlaget")
    made_up.fetched("N07540", {("9901", 2022): 9999.0, ("9902", 2022): 8002.0, ("0000", 2022): 14002.0}, "2024-09-09")
    words = made_of(made_up, "underlaget")
    [row] = re.findall(r"Påhittsby 2022 Alla ([\d\s]+?) (\d[\d\s]+?) 2024-09-09", words)
    assert [each.replace(NBSP, "") for each in row] == ["9002", "9999"]


def test_a_municipality_without_assessments_and_region_is_told_how_they_are_added(made_up):
    words = made_of(made_up, "underlaget")
    assert "data/assessments/9901/2024.yml" in words
    assert "Börja med lagesbild new 9901 --year 2024" in words


# Att följa upp


def test_what_is_to_be_followed_up_is_what_the_assessment_leaves_open():
    assessment, page = load_assessment(REPOSITORY, UMEA, YEAR, edition().catalog), tree(UMEA, "folja_upp")

    def items(anchor: str) -> set[str]:
        return set(page.xpath(f"//section[@aria-labelledby='{anchor}']//li/a/text()"))

    assert items("planer-utan-pengar") == {plan.name for plan in assessment.plans if plan.funded is False}
    assert items("oversyn") == {plan.name for plan in assessment.plans if plan.review_requested}
    kinds = {kind: {e.title for e in assessment.assignments if e.kind == kind} for kind in ("unassigned", "assignment")}
    assert items("utan-ansvarig") == kinds["unassigned"] != set()
    assert items("uppdrag") == kinds["assignment"] != set()
    assert items("mattluckor") == {gap.missing for gap in edition().catalog.gaps.values()}
    assert "Umeå kommun" in said(page.xpath("//section[@aria-labelledby='svarar']")[0])


def test_the_regions_register_stands_there_with_owner_and_day_or_that_there_is_none():
    region = load_region_assessment(REPOSITORY, "umearegionen", YEAR, edition().catalog)
    records = {**region.initiatives, **region.assignments}
    page, seen = tree(NORDMALING, "folja_upp"), set()
    for slug, record in records.items():
        [item] = page.xpath(f"//li[a/@href='regional_support.html#r10-{slug.replace('_', '-')}']")
        [group] = item.xpath("ancestor::section/@aria-labelledby")
        dated = any(len(check.date or "") == 10 for check in record.follow_ups)
        assert group == ("avstamningar" if dated else "utan-dag" if record.follow_ups else "utan-avstamning"), slug
        assert (record.owner or record.responsible or "Ingen ägare") in said(item)
        for check in record.follow_ups:
            assert (check.text or check.body or "") in said(item)
        seen.add(group)
    assert len(seen) > 1
    assert "Nordmalings kommun har inga egna bedömningar" in said(page)
    assert "Planer utan pengar" not in said(page)


def test_without_assessment_and_region_the_page_is_one_sentence():
    page = tree(GOTLAND, "folja_upp")
    assert page.xpath("//section") == []
    assert said(page) == (
        "Att följa upp Region Gotland har inga bedömningar från 2024 i rapporten, "
        "så planer och uppdrag är inte med här."
    )


# Lättläst


def sentences(place: str) -> list[str]:
    page = tree(place, "lattlast")
    texts = [said(each) for each in page.xpath("//p[not(a)] | //li") if not said(each).endswith(":")]
    return [part for text in texts for part in re.split(r"(?<=[.?!]) (?=[A-ZÅÄÖ])", text)]


@pytest.mark.parametrize("place", [UMEA, NORDMALING, STOCKHOLM, GOTLAND])
def test_the_plain_page_has_short_sentences_and_few(place):
    long = [text for text in sentences(place) if len(text.split(" ")) > MOST_WORDS]
    assert long == []
    assert 230 <= len(text_of(place, "lattlast").replace("#", "").split()) <= 450
    assert len(sentences(place)) > 25
    hard = r"indikator|signifikan|procentenhet|helårsekvivalent|underlag|median|koladas|aktualiser"
    assert not re.search(hard, text_of(place, "lattlast").replace("Indikatorer", ""), re.IGNORECASE)


@pytest.mark.parametrize("place", [UMEA, NORDMALING, STOCKHOLM, GOTLAND])
def test_every_number_of_the_plain_page_stands_on_the_list_of_measures_too(place):
    plain = rf"\d+(?:{NBSP}\d{{3}})*(?:,\d+)?"
    there = set(re.findall(plain, text_of(place, "indikatorer").replace("–", " ")))
    here = re.findall(plain, text_of(place, "lattlast").replace("–", " "))
    assert len(here) > 10
    assert set(here) - there == set()


def test_the_plain_page_says_what_people_judged_and_what_has_become_better_and_worse():
    words, assessment = text_of(UMEA, "lattlast"), load_assessment(REPOSITORY, UMEA, YEAR, edition().catalog)
    statuses = [area.status for area in assessment.areas.values()]
    assert words.count("säger att arbetet går enligt plan.") == statuses.count("Enligt plan")
    assert words.count("säger att det krävs mer arbete.") == statuses.count("Mer arbete krävs")
    for plan in assessment.plans:
        assert plan.funded is not False or plan.name in words
    own = edition().judged.directions.query("place == @UMEA and sex == 'T' and weak == False").set_index("indicator")
    entries, said_ = edition().catalog.indicators, 0
    for anchor in ("battre", "samre"):
        section = tree(UMEA, "lattlast").xpath(f"//section[@aria-labelledby='{anchor}']")[0]
        for name in lines():
            if entries[name].subject in said(section):
                better = (own.loc[name]["direction"] == Direction.DECREASED) == (entries[name].better == "lower")
                assert better is (anchor == "battre"), name
                said_ += 1
    assert said_ >= 2
    assert "har inte lämnat någon egen bedömning" in text_of(NORDMALING, "lattlast")


def test_a_weak_change_is_not_told_in_plain_words():
    judged, entries = edition().judged.directions, edition().catalog.indicators
    shown = [name for name in lines() if entries[name].better != "neither"]
    moved = judged["direction"].isin([Direction.INCREASED, Direction.DECREASED])
    weak = judged[judged["weak"].eq(True) & moved & (judged["sex"] == "T") & judged["indicator"].isin(shown)].iloc[0]
    section = "//section[@aria-labelledby='battre' or @aria-labelledby='samre']//li"
    told = [said(each) for each in tree(weak["place"], "lattlast").xpath(section)]
    assert not [text for text in told if text.startswith(f"{entries[weak['indicator']].subject} har")]


# Begrepp


def test_the_terms_stand_in_alphabetical_order_with_an_anchor_each():
    terms = tree(UMEA, "begrepp").xpath("//dl[@class='terms']/div")
    names = [said(term.xpath("dt")[0]) for term in terms]
    assert 30 <= len(names) <= 45
    assert names == sorted(names, key=lambda name: name.lower().translate(str.maketrans("åäö", "{|}")))
    assert {"procentenhet", "riket", "helarsekvivalent", "felmarginal", "ryms-i-svangningen"} <= {
        term.get("id") for term in terms
    }
    assert all(said(term.xpath("dd")[0]).endswith(".") for term in terms)


def test_a_term_without_its_meaning_is_refused_with_file_and_line(made_up):
    path = made_up.paths.catalog / "terms.yml"
    path.write_text(path.read_text("utf-8") + "  Tomt:\n", "utf-8")
    with pytest.raises(CatalogError, match=r"data/catalog/terms\.yml:\d+: .*Tomt"):
        load_catalog(made_up.paths)
    assert (
        yaml.safe_load((REPOSITORY.catalog / "terms.yml").read_text("utf-8"))["terms"].keys()
        == dict(edition().catalog.terms).keys()
    )


# The index of the search

PAGE = """<header class="page-head"><h1>Torg</h1><p class="lead">Inledning.</p></header>
<h2 id="ljus">Ljus på torgen</h2><a class="permalink" href="#ljus">#</a><p>Fler lampor ger &lt;script&gt; trygghet.</p>
<figure id="figur-1"><figcaption><h3 id="figur-1-rubrik">Figur 1 Trygga torg</h3></figcaption>
<svg><title>Ritat</title></svg>
<p class="source">Källa: Brå.</p><details><table class="data"><caption>Tal per torg.</caption>
<tbody><tr><td>123456</td></tr></tbody></table></details></figure>
<ul><li id="matt-a"><p><a href="#x">Mått A</a></p> ett mått</li></ul><p>Efteråt.</p>"""


def frame(title: str) -> PageFrame:
    return PageFrame(title, "Påhittsby", YEAR)


def index_of(*pages: tuple[str, str]) -> dict:
    script = search.index_script({f"{name}.html": (name, framed(body, frame(name))) for name, body in pages})
    assert script.startswith("var SOK = {")
    assert script.endswith(";\n")
    return json.loads(script.removeprefix("var SOK = ").removesuffix(";\n"))


def test_the_index_holds_each_heading_figure_and_entry_with_its_anchor_and_text():
    index = index_of(("torg", PAGE))
    assert index["pages"] == [["torg.html", "torg"]]
    assert index["entries"] == [
        [0, "", "Torg", "Inledning."],
        [0, "ljus", "Ljus på torgen", "Fler lampor ger <script> trygghet."],
        [0, "figur-1", "Figur 1 Trygga torg", "Källa: Brå. Tal per torg. Efteråt."],
        [0, "matt-a", "Mått A", "ett mått"],
    ]


def test_the_index_never_outgrows_its_bound(monkeypatch):
    monkeypatch.setattr(search, "MOST_BYTES", 3_000)
    body = "".join(f'<h2 id="h{n}">Rubrik {n}</h2><p>{"ord " * 400}</p>' for n in range(10))
    pages = {"a.html": ("A", framed(f"<h1>A</h1>{body}", frame("A")))}
    script = search.index_script(pages)
    assert len(script.encode()) <= 3_000
    assert all(f"Rubrik {n}" in script for n in range(10))


def test_every_heading_and_measure_of_the_made_pages_is_in_the_index():
    index = index_of(*made_bodies(UMEA).items())
    anchors = {(index["pages"][page][0], anchor) for page, anchor, *_ in index["entries"]}
    for name, body in made_bodies(UMEA).items():
        wanted = body_tree(body).xpath(
            "//h2[not(@class)]/@id | //table[@id='matt']/tbody/tr/@id | //dl[@class='terms']/div/@id"
        )
        assert {(f"{name}.html", anchor) for anchor in wanted} <= anchors


def test_scripts_and_style_of_the_search_lie_beside_the_pages(tmp_path):
    write_assets(tmp_path)
    assert "[data-sort] button" in (tmp_path / "style.css").read_text("utf-8")
    code = (tmp_path / "search.js").read_text("utf-8")
    assert "innerHTML" not in code
    assert "fetch(" not in code
