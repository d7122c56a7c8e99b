"""The hand-made judgements and the region's register: counts as in the documents, slips named by line."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import pytest

from lagesbild.assessments import (
    AssessmentError,
    headings,
    load_all_assessments,
    load_assessment,
    load_region_assessment,
    region_edition,
    register,
)
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog, Comparisons, FocusArea, Goal, Priority, Programme, Region, SnapshotScope
from lagesbild.html.render import prose_html
from lagesbild.paths import PACKAGE, Paths

PATHS = Paths(PACKAGE.parents[1])
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
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The repository's own catalogue."""
    return load_catalog(PATHS)


@pytest.fixture(scope="module")
def umea(catalog):
    return load_assessment(PATHS, "2480", 2024, catalog)


@pytest.fixture(scope="module")
def region(catalog):
    return load_region_assessment(PATHS, "umearegionen", 2024, catalog)


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
        publishers={},
        regions={"sagoriket": Region(name="Sagoriket", members=["9901"], comparisons=["9902"])},
        comparisons=Comparisons(rule="", pinned={}),
        snapshot=SnapshotScope(since=2012, municipalities=[], places=[], counties={}, ranked=[]),
    )


def written(tmp_path: Path, where: str, text: str) -> Paths:
    paths = Paths(tmp_path)
    path = paths.assessments / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return paths


def test_the_statuses_of_the_priorities_are_the_documents(umea):
    on_plan = {id for id, judged in umea.priorities.items() if judged.status == "Enligt plan"}
    assert len(umea.priorities) == 14
    assert on_plan == {"2.1", "2.2", "4.1", "4.2", "4.3"}
    assert {id: judged.status for id, judged in umea.goals.items()} == {
        "2": "Mer arbete krävs",
        "3": "Enligt plan",
    }
    assert {id for id, judged in umea.areas.items() if judged.status == "Enligt plan"} == {"2", "4"}


def test_every_priority_has_a_sentence_of_its_own_and_no_arrow_is_invented(umea):
    judged = [*umea.areas.values(), *umea.priorities.values()]
    assert all(entry.summary and entry.arrow is None for entry in judged)
    assert len({entry.summary for entry in judged}) == len(judged)


def test_plans_and_projects_are_as_many_as_in_the_document(umea):
    assert [len(umea.plans_of(area)) for area in "12345"] == [3, 2, 2, 5, 2]
    assert [len(umea.projects_of(area)) for area in "12345"] == [4, 3, 3, 3, 4]
    assert sum(plan.name is None for plan in umea.plans) == 1
    assert sum(plan.review_requested for plan in umea.plans) == 4
    assert sum(plan.decided is not None for plan in umea.plans) == 2
    unfunded = {plan.name for plan in umea.plans if plan.funded is False}
    assert unfunded == {"Handlingsplan mot våld", "Umeå kommuns handlingsplan mot barnfattigdom"}
    assert Counter(entry.kind for entry in umea.assignments) == dict.fromkeys(
        ("assignment", "audit", "follow_up", "unassigned"), 1
    )


def test_the_register_holds_all_records_of_the_document(region):
    entries = register(region)
    assert headings(region) == 20
    assert region.stated_initiatives == 25
    assert Counter(entry.kind for entry in entries) == {"initiative": 18, "assignment": 2, "proposal": 14}
    assert len({entry.record.title for entry in entries if entry.kind == "proposal"}) == len(region.proposals) == 8
    assert len({entry.id for entry in entries}) == 34


def test_dates_go_as_far_as_the_document_and_no_further(region):
    records = [entry.record for entry in register(region)]
    assert sorted(record.end for record in records if record.end) == [
        "2022-11-30",
        "2022-12-21",
        "2022-12-31",
    ]
    assert sorted(record.start for record in records if record.start) == [
        "--05-31",
        "2022-09-01",
        "2022-09-01",
    ]
    meeting = region.initiatives["complex_needs"]
    assert (meeting.start, meeting.start_text) == (None, "Tas upp på SG torgen 10 maj")


def test_the_group_is_organisations_and_seats(region):
    assert {seat.organisation: seat.seats for seat in region.group} == {
        "Samordningsförbundet": 3,
        "Arbetsförmedlingen": 1,
        "Försäkringskassan": 1,
        "Umeå kommun": 4,
        "Kriminalvården": 1,
    }
    assert [seat.organisation for seat in region.group if seat.chair] == ["Samordningsförbundet"]
    assert len(region.data_sources) == 9
    assert [len(column.items) for column in region.competence_plan.columns] == [3, 5, 3]


def test_all_hand_made_files_of_the_repository_are_in_order(catalog):
    assert load_all_assessments(PATHS, catalog) >= 2


def test_a_year_without_judgements_borrows_no_other_years(umea, catalog):
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
    ],
)
def test_a_slip_in_the_judgements_is_named_with_file_line_and_remedy(
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
            "    title: Ett initiativ",
            "    title: Ett initiativ\n    indicators: [{text: a, series: none_such}]",
            r"2022.yml:12: .*'none_such' is not in the catalogue",
        ),
    ],
)
def test_a_slip_in_the_register_is_named_with_file_line_and_remedy(tmp_path, made_up_catalog, right, wrong, complaint):
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
