"""The pages of the five areas: their order and length, where a municipality has judged and where none has."""

import re
from dataclasses import replace

import pandas as pd
import pytest
import yaml
from lxml import html

from copies import Copy, made_up_root
from helpers import sections
from lagesbild.html.render import Component
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import FEWEST_TOLD, MOST_TOLD, telling
from lagesbild.statistics.combined import Arrow, Combined
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Direction, Method, Movement
from lagesbild.swedish.verdicts import arrow_sign, judged_line

AREAS = {"1": "no_vulnerable_areas", "2": "equal_power", "3": "childhood", "4": "housing", "5": "work"}
UMEA, OTHERS = "2480", {"0980": "Gotland"}  # the lengths of all are held on built reports: test_reading
PROJECTS = dict(zip(AREAS.values(), (4, 3, 3, 3, 4), strict=True))
AFTER_PRIORITIES = ["kvinnor-och-man", "jamforelse", "projekt", "uppdrag", "planer", "las-vidare"]
# A municipality's own words: names of what only one of them has made.
OF_UMEA = re.compile(r"Umebrå|Mirai|Bostad först|KRAFT|Handlingsplan|Tilläggsuppdrag|kommunrevisor")


def tree(*components: Component) -> html.HtmlElement:
    return html.fromstring(f"<main>{''.join(component.html for component in components)}</main>")


def visible(element: html.HtmlElement) -> str:
    """What a reader sees: without drawings and what lies in closed folds."""
    if not isinstance(element.tag, str) or element.tag == "svg":
        return ""
    kept = [each for each in element if element.tag != "details" or each.tag == "summary"]
    parts = [element.text or "" if element.tag != "details" else ""]
    parts += [f"{visible(each)}{each.tail or ''}" for each in kept]
    return f"{' '.join(parts)} "


@pytest.fixture(scope="module")
def pages(frozen) -> dict[tuple[str, str], html.HtmlElement]:
    """(municipality, page) -> what the cells of the area's notebook end with."""
    return {(code, page): tree(*frozen.run(page, code).values()) for code in (UMEA, *OTHERS) for page in AREAS.values()}


def anchors(page: html.HtmlElement) -> list[str]:
    """The anchors of a page's headings, from top to bottom."""
    return page.xpath("//h2/@id")


@pytest.mark.parametrize(("area", "name"), AREAS.items())
def test_a_page_stands_in_the_order_that_it_is_read_in(area, name, pages, frozen):
    found = anchors(pages[UMEA, name])
    priorities = [f"prioritering-{number.replace('.', '-')}" for number in frozen.catalog.priorities_of(area)]
    known = [anchor for anchor in found if anchor in {"laget", *priorities, *AFTER_PRIORITIES}]
    assert known == [
        anchor for anchor in ("laget", *priorities, *AFTER_PRIORITIES) if anchor in found or anchor in priorities
    ]
    assert found[0] == "laget"
    assert {"jamforelse", "projekt", "planer"} <= set(found)
    statuses = pages[UMEA, name].xpath("//section[@class='standing']/*[1]")[0]
    assert statuses.get("class") == "marks"
    assert "Kommunens bedömning" in statuses.text_content()
    assert re.search("Beräknat|Ingen pil", statuses.text_content())


def test_projects_are_peoples_and_stand_apart_from_assignments_and_audits(pages, frozen):
    assessment = frozen.page("work", UMEA).assessment
    for area, name in AREAS.items():
        projects = pages[UMEA, name].xpath("//section[@aria-labelledby='projekt']//li")
        assigned = pages[UMEA, name].xpath("//section[@aria-labelledby='uppdrag']//li")
        assert len(projects) == PROJECTS[name]
        assert len(assigned) == len(assessment.assignments_of(area))
    assert [len(assessment.assignments_of(area)) > 0 for area in AREAS] == [True, True, False, False, False]


def test_no_heading_stands_over_nothing(pages):
    for at, page in pages.items():
        for heading in page.xpath("//h2"):
            section = heading.xpath("ancestor::section")[0]
            rest = visible(section).replace(visible(heading), "").replace("#", "").strip()
            followed = section.getnext() is not None and section.getnext().tag == "figure"
            assert rest or followed, (at, heading.text_content())


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("name", AREAS.values())
def test_a_municipality_that_has_not_judged_is_told_so_once_and_given_nobody_elses_words(name, code, pages):
    page = pages[code, name]
    text = visible(page)
    assert not {"projekt", "uppdrag", "planer", "las-vidare"} & {*anchors(page)}
    assert not OF_UMEA.search(text)
    assert "Kommunens bedömning" not in text
    [told] = page.xpath("//header//a[starts-with(@href, 'underlaget.html')]/..")
    assert "egna bedömningar" in told.text_content()
    assert text.count("egna bedömningar") == 1
    assert "ej angivet" not in text


# Claims on the page, plans and undertakings, by made-up assessments.


def assessed(root: Copy, **more) -> None:
    """Judgements of everything in the made-up municipality, with `more` fields; `priorities` adds to single ones."""
    ids = {"goals": root.catalog.goals, "areas": root.catalog.focus_areas, "priorities": root.catalog.priorities}
    content = {
        "edition": dict.fromkeys(("published", "next_update", "contact")),
        "basis": dict.fromkeys(("title", "publisher"), "Påhittat") | {"judged_by": "Påhittsbys kommun"},
        "plans": more.get("plans", []),
        "projects": more.get("projects", []),
        "assignments": more.get("assignments", []),
    }
    for kind, entries in ids.items():
        content[kind] = {key: {"status": "Enligt plan"} | more.get(kind, {}).get(key, {}) for key in entries}
    path = root.paths.assessments / "9901" / "2024.yml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def test_of_two_claims_a_page_shows_the_one_that_the_figures_do_not_bear_out(tmp_path):
    root = made_up_root(tmp_path)
    claims = [{"claim": f"overcrowding_norm2 is {number} in 9901 in 2022"} for number in ("11.0", "12.5")]
    assessed(root, priorities={"4.3": {"claims": claims}}, areas={"4": {"claims": claims[:1]}})
    report = root.page("housing")
    start, area, last = sections.priority(report, "4.3"), sections.standing(report), sections.reading_list(report)
    shown, said = visible(tree(start)).replace("\u00a0", " "), "trångboddheten enligt norm 2 är 12,5"
    assert f"Påhittsbys kommuns påstående att {said} procent i Påhittsby 2022 får inte stöd av siffrorna" in shown
    assert shown.count("påstående") == 1
    assert "påstående" not in visible(tree(area))
    assert [len(part.record["claims"]) for part in (start, area)] == [2, 1]
    assert [bool(claim["parting"]) for claim in start.record["claims"]] == [False, True]
    assert len(tree(last).xpath("//details//li")) == 3
    assert said not in visible(tree(last)).lower()


def test_a_plan_without_money_is_marked_and_what_is_not_said_is_left_out(tmp_path):
    root = made_up_root(tmp_path)
    plans = [
        {"area": "4", "name": "Torgplan", "assessment": "Pågår", "funded": False, "review_requested": True},
        {"area": "4", "name": None, "assessment": "Väntar", "decided": "Torgnämnden, 2024"},
    ]
    assessed(root, plans=plans)
    report = root.page("housing")
    torg, unnamed = (" ".join(item.text_content().split()) for item in tree(sections.plans(report)).xpath("//li"))
    assert torg == "Torgplan: Pågår Saknar pengar Översyn begärd"
    assert unnamed == "Plan utan namn i kommunens rapport: Väntar Beslutad: Torgnämnden, 2024"
    [row] = tree(sections.standing(report)).xpath("//div[@class='marks']")
    assert " ".join(row.text_content().split()).endswith("Plan utan pengar Torgplan")
    assert sections.plans(root.page("work")).html == ""
    assert "utan pengar" not in sections.standing(root.page("work")).html


def test_a_task_that_nobody_is_appointed_to_says_so_beside_audits_with_year_and_body(tmp_path):
    root = made_up_root(tmp_path)
    assignments = [
        {"area": "4", "kind": "audit", "title": "Granskning", "by": "Revisorerna", "year": 2022},
        {"area": "4", "kind": "unassigned", "title": "Samordning"},
    ]
    assessed(root, assignments=assignments, projects=[{"area": "5", "title": "Ljus"}])
    shown = [
        " ".join(item.text_content().split()) for item in tree(sections.assignments(root.page("housing"))).xpath("//li")
    ]
    assert shown == ["Granskning Revisorerna, 2022", "Samordning Ingen är utsedd"]
    assert sections.projects(root.page("housing")).html == ""
    assert sections.assignments(root.page("work")).html == ""


def test_the_first_paragraph_is_shown_and_the_rest_stands_in_a_fold_that_is_printed(tmp_path):
    root = made_up_root(tmp_path)
    assessed(
        root, priorities={"4.3": {"prose": "Först detta.\n\nSedan *detta*.\n\nOch detta."}, "4.2": {"prose": "Allt."}}
    )
    report = root.page("housing")
    long, short = (tree(sections.priority(report, number)) for number in ("4.3", "4.2"))
    assert [
        each.text_content() for each in long.xpath("//div[@class='prose']/p[not(ancestor::details) and not(@class)]")
    ] == ["Först detta."]
    [fold] = long.xpath("//details[@class='written'][.//div[@class='prose']]")
    assert "Sedan detta." in fold.text_content()
    assert "Och detta." in fold.text_content()
    assert short.xpath("//details[.//div[@class='prose']]") == []


# Which measures the summary names.


def moved(better: str, p: float, weak: bool = False) -> Movement:
    """A rise that is for the better or the worse."""
    return replace(
        Movement(), direction=Direction.INCREASED, better=better, method=Method.POOL, p=p, p_adjusted=p, weak=weak
    )


def to_country(**verdicts: tuple[Compared, float, int]) -> pd.DataFrame:
    rows = [
        {"indicator": name, "other": COUNTRY, "verdict": verdict, "p": p, "year": year}
        for name, (verdict, p, year) in verdicts.items()
    ]
    return pd.DataFrame(rows, columns=["indicator", "other", "verdict", "p", "year"])


def test_the_summary_names_the_surest_worsening_and_improvement_then_the_surest_difference_to_riket():
    shown = ["a", "b", "c", "d", "e"]
    latest = dict.fromkeys(shown, 2023)
    movements = {"a": moved("lower", 0.004), "b": moved("lower", 0.001), "c": moved("higher", 0.003)}
    apart = to_country(d=(Compared.HIGHER, 0.002, 2023), e=(Compared.LOWER, 0.001, 2023), b=(Compared.LOWER, 0.0, 2023))
    assert telling(movements, apart, latest, shown, 2024) == ["b", "c", "e"]
    assert telling({}, apart, latest, shown, 2024) == ["b", "e", "d"]
    assert len(telling(movements, apart, latest, shown, 2024)) == MOST_TOLD


def test_what_is_weak_old_or_undecided_is_named_only_where_nothing_else_is():
    shown = ["a", "b", "c"]
    latest = {"a": 2024, "b": 2024, "c": 2015}
    movements = {"a": moved("lower", 0.04, weak=True)}
    apart = to_country(b=(Compared.WITHIN, 0.4, 2024), c=(Compared.LOWER, 0.0, 2015))
    assert telling(movements, apart, latest, shown, 2024) == ["a", "b"]
    assert FEWEST_TOLD == 2
    assert telling({}, to_country(), {"c": 2015}, shown, 2024) == []


def test_a_prioritys_line_tells_what_moved_and_leaves_to_the_area_how_many_cannot_be_judged():
    some = Combined(Arrow.MIXED, improving=("a",), worsening=("b",), not_judged=("c", "d"))
    assert judged_line(some) == "Ett av fyra mått har blivit bättre och ett sämre."
    assert "två går inte att bedöma" in arrow_sign(some).words
    assert (
        judged_line(Combined(Arrow.NONE, still=("a", "b"), not_judged=("c",)))
        == "Ingen tydlig ändring i två av tre mått."
    )
    assert judged_line(Combined(Arrow.NONE, not_judged=("c",))) == ""
