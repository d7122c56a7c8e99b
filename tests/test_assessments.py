"""Hand-made judgements and the region's register: which edition is read, and validation errors named by line."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from lagesbild.assessments.load import (
    AssessmentError,
    load_all_assessments,
    load_assessment,
    load_region_assessment,
    region_edition,
)
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog, Comparisons, FocusArea, Goal, Priority, Programme, Region, SnapshotScope
from lagesbild.html.render import prose_html
from lagesbild.paths import Paths
from reports import FROZEN, REPOSITORY

PATHS = Paths(FROZEN)
MADE_UP = """edition: {published: null, next_update: null, contact: null}
basis: {title: Påhitt, publisher: Påhittsby, judged_by: Påhittsby}
goals:
  "1": {status: Enligt plan}
areas:
  "1":
    status: Enligt plan
priorities:
  "1.1":
    status: Mer arbete krävs
    summary: Påhittsby ser ett behov.
plans:
  - area: "1"
    name: null
    assessment: Enligt plan
projects:
  - area: "1"
    title: Ett projekt
references:
  - {title: En rapport, area: "1", priority: "1.1", section: "1.1, fotnot 1", url: "https://exempel.se/rapport"}
  - {title: Ett index, publisher: Ett kontor, year: 2020, section: Sammanfattning}
"""
MADE_UP_REGION = """edition: {published: null, next_update: null, contact: null}
basis: {title: Påhitt, publisher: Påhittsby, judged_by: Gruppen}
data_sources:
  - authority: Sagostads arkiv
    have: null
    missing: allt
group: []
situations: []
initiatives:
  one:
    title: Ett initiativ
    start: "--05-31"
assignments:
  two:
    title: Ett uppdrag
    place: "9901"
    proposals:
      - proposal: shared
proposals:
  shared:
    title: Ett förslag
competence_plan: {title: Plan, columns: []}
references:
  - {title: En lag, section: Ett initiativ}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(Paths(REPOSITORY))


@pytest.fixture
def made_up_catalog() -> Catalog:
    return Catalog(
        programme=Programme(title="Påhitt", owner="Påhittsby", caveat="", legend={}),
        goals={"1": Goal(label="Mål 1", title="Mål")},
        focus_areas={"1": FocusArea(title="Område", page="one", projects_title="Projekt")},
        priorities={"1.1": Priority(title="Prioritering", area="1")},
        pages={},
        parts={},
        units={},
        official_names={},
        terms={},
        publishers={},
        regions={"sagoriket": Region(name="Sagoriket", members=["9901"], comparisons=["9902"])},
        comparisons=Comparisons(rule="", pinned={}),
        snapshot=SnapshotScope(since=2012, counties={}),
        surveys={},
    )


def written(tmp_path: Path, where: str, text: str) -> Paths:
    paths = Paths(tmp_path)
    path = paths.assessments / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return paths


def test_a_year_without_judgements_borrows_no_other_years(catalog):
    assert load_assessment(PATHS, "2480", 2024, catalog) is not None
    assert load_assessment(PATHS, "2480", 2023, catalog) is None
    assert load_assessment(PATHS, "2401", 2024, catalog) is None


def test_a_region_shows_its_latest_edition_and_never_a_later_one(catalog):
    assert region_edition(PATHS, "umearegionen", 2030) == 2022
    assert load_region_assessment(PATHS, "umearegionen", 2021, catalog) is None


def test_a_made_up_file_in_order_is_read(tmp_path, made_up_catalog):
    paths = written(tmp_path, "9901/2024.yml", MADE_UP)
    written(tmp_path, "regions/sagoriket/2022.yml", MADE_UP_REGION)
    assert load_assessment(paths, "9901", 2024, made_up_catalog).priorities["1.1"].summary.startswith("Påhittsby")
    assert load_all_assessments(paths, made_up_catalog) == 2


def test_the_sources_of_an_area_are_told_from_those_of_the_whole(tmp_path, made_up_catalog):
    paths = written(tmp_path, "9901/2024.yml", MADE_UP)
    assessment = load_assessment(paths, "9901", 2024, made_up_catalog)
    assert [entry.title for entry in assessment.references_of("1")] == ["En rapport"]
    assert [entry.title for entry in assessment.references_of(None)] == ["Ett index"]
    assert assessment.references_of("2") == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        (
            "status: Mer arbete krävs",
            "status: Bra",
            r"2024.yml:10: priorities.1.1.status: 'Bra': .*Enligt plan",
        ),
        ("    summary:", "    sumary:", r"2024.yml:11: .*unknown field 'sumary'. Did you mean 'summary'"),
        (
            '- area: "1"\n    name',
            '- area: "9"\n    name',
            r"2024.yml:13: plans.0.area: '9' is not in the catalogue",
        ),
        ('- area: "1"\n    title', "- area: 1\n    title", r'2024.yml:17: .*Put it in quotes: "1"'),
        (
            '  "1.1":',
            '  "1.2":',
            r"2024.yml:9: priorities.1.2: '1.2' is not in the catalogue. Choose one of: 1.1",
        ),
        ('  "1.1":', '  "1.2":', r"2024.yml:8: priorities: '1.1' is missing"),
        ("    name: null\n", "", r"2024.yml:13: plans.0: the field 'name' is missing. Add it"),
        (
            "title: Ett projekt",
            "title: Ett projekt\n    kind: audit",
            r"2024.yml:19: .*Move it to 'assignments'",
        ),
        ("projects:", "projects: [", r"2024.yml:\d+: broken YAML"),
        ('area: "1", priority', 'area: "2", priority', r"2024.yml:20: references.0.area: '2' is not in the catalogue"),
        ('area: "1", priority: "1.1"', 'priority: "1.1"', r"2024.yml:20: .*'1.1' is of area '1'. Give that area"),
        ("https://exempel", "javascript:exempel", r"2024.yml:20: references.0.url: 'javascript:"),
        (", section: Sammanfattning}", "}", r"2024.yml:21: references.1: the field 'section' is missing"),
    ],
)
def test_an_error_in_the_judgements_is_named_with_file_line_and_remedy(
    tmp_path, made_up_catalog, right, wrong, complaint
):
    assert right in MADE_UP
    paths = written(tmp_path, "9901/2024.yml", MADE_UP.replace(right, wrong))
    with pytest.raises(AssessmentError, match=complaint):
        load_assessment(paths, "9901", 2024, made_up_catalog)


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        (
            "- proposal: shared",
            "- proposal: other",
            r"2022.yml:18: .*'other' is not under 'proposals'.*shared",
        ),
        (
            'place: "9901"',
            'place: "9902"',
            r"2022.yml:16: assignments.two.place: '9902' is not in the catalogue",
        ),
        ('"--05-31"', '"31 maj"', r"2022.yml:12: initiatives.one.start: '31 maj'"),
        ('"--05-31"', "2022-05-31", r'2022.yml:12: .*Put it in quotes: "2022-05-31"'),
        (
            "section: Ett initiativ",
            'section: Ett initiativ, area: "1"',
            r"2022.yml:24: references.0: a region has no areas",
        ),
        (
            "    title: Ett initiativ",
            "    title: Ett initiativ\n    indicators: [{text: a, series: none_such}]",
            r"2022.yml:12: .*'none_such' is not in the catalogue",
        ),
    ],
)
def test_an_error_in_the_register_is_named_with_line_and_remedy(tmp_path, made_up_catalog, right, wrong, complaint):
    assert right in MADE_UP_REGION
    paths = written(tmp_path, "regions/sagoriket/2022.yml", MADE_UP_REGION.replace(right, wrong))
    with pytest.raises(AssessmentError, match=complaint):
        load_region_assessment(paths, "sagoriket", 2024, made_up_catalog)


def test_a_file_that_no_page_would_ever_read_is_complained_about(tmp_path, made_up_catalog):
    paths = written(tmp_path, "9901/2024.yaml", MADE_UP)
    with pytest.raises(AssessmentError, match=r"9901/2024.yaml:1: .*Name it after its year"):
        load_all_assessments(paths, made_up_catalog)


@pytest.mark.parametrize("name", ["../x", "99", "9901/../9902", ""])
def test_a_way_out_of_the_folder_is_refused(tmp_path, made_up_catalog, name):
    with pytest.raises(AssessmentError, match="Give four digits"):
        load_assessment(Paths(tmp_path), name, 2024, made_up_catalog)
    with pytest.raises(AssessmentError, match="Give a region's name"):
        load_region_assessment(Paths(tmp_path), name, 2024, made_up_catalog)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ett *viktigt* ord.\n\nTvå.", "<p>Ett <em>viktigt</em> ord.</p>\n<p>Två.</p>"),
        ("- a\n- **b**", "<ul>\n<li>a</li>\n<li><strong>b</strong></li>\n</ul>"),
        ("[mer](work.html#figur-21)", '<p><a href="work.html#figur-21">mer</a></p>'),
        ("[mer](https://example.org/)", '<p><a href="https://example.org/">mer</a></p>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("# Rubrik", "<p># Rubrik</p>"),
        ("", ""),
    ],
)
def test_prose_knows_paragraphs_emphasis_lists_and_links(text, html):
    assert prose_html(text) == html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "&#106;avascript:x",
        "java\tscript:x",
        "data:text/html,x",
        "mailto:a@example.org",
        "http://example.org",
        "//example.org",
        "<//example.org>",
        "\\\\example.org",
        "/\\example.org",
    ],
)
def test_prose_leads_nowhere_but_to_https_and_within_the_report(address):
    html = prose_html(f"[mer]({address}) ![bild]({address})")
    here = "https://report.example/2024/work.html"
    assert "<img" not in html
    assert all(
        urljoin(here, found).startswith("https://report.example/") for found in re.findall(r'href="(.*?)"', html)
    )
