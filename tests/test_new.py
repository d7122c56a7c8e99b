"""`lagesbild new`: a file of judgements with every field explained, which says nothing until somebody writes in it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from copies import made_up_root
from helpers.report import open_report
from lagesbild.assessments.load import load_assessment, load_region_assessment, region_edition
from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.paths import Paths
from lagesbild.publishing.request import checked_files
from lagesbild.records import Record
from reference import kinds, record_of
from reports import quick_project
from test_cli import told

OF = {"9901": "data/assessments/9901/2024.yml", "sagan": "data/assessments/regions/sagan/2024.yml"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which a municipality and a region have been begun."""
    root = quick_project(tmp_path_factory.mktemp("new"))
    for place in OF:
        code, said = told("new", place, "--root", root)
        assert code == 0, said
    return root


@pytest.mark.parametrize("text", ["Påhittsby", "påhittsby kommun", "9901"])
def test_a_place_is_named_by_name_or_code_and_is_told_what_it_has_and_lacks(tmp_path, text):
    root = quick_project(tmp_path)
    code, said = told("new", text, "--root", root)
    assert code == 0
    assert "Påhittsby 2024: 14 of 78 indicators have a value; 5 of 25 figures can be drawn" in said
    assert "figure 21 is missing:" in said
    assert "Your own files may fill: " in said
    assert "inequality_index" in said
    assert said.splitlines()[-1].endswith("lagesbild build --municipality 9901 --year 2024")
    assert (root / OF["9901"]).is_file()


def test_i_54_an_untouched_file_passes_every_check_and_judges_nothing(root):
    paths = Paths(root)
    catalog = checked_files(paths)
    code, said = told("check", "--root", root)
    assert code == 0
    assert f"{OF['9901']}:5: draft: still to judge: goals 2, 3; areas 1, 2, 3, 4, 5; priorities 1.1" in said
    assert load_assessment(paths, "9901", 2024, catalog) is None
    assert region_edition(paths, "sagan", 2024) is None
    assert load_region_assessment(paths, "sagan", 2024, catalog) is None


def test_i_54_the_programmes_titles_are_taken_once_something_is_judged(root):
    path = root / OF["9901"]
    text = path.read_text("utf-8")
    assert not open_report("work", "9901", 2024, root).naming.judged
    try:
        path.write_text(uncommented(text, "areas:", '  "5":'), "utf-8")
        report = open_report("work", "9901", 2024, root)
        assert list(report.assessment.areas) == ["5"]
        assert report.naming.judged
    finally:
        path.write_text(text, "utf-8")


def uncommented(text: str, *entries: str) -> str:
    """The file with the # taken away before these lines and the one below the last."""
    lines = text.splitlines()
    at = 0
    for entry in entries:
        wanted = re.sub(r"^( *)", r"\1#", entry)
        at = next(number for number, line in enumerate(lines) if number >= at and line.startswith(wanted))
        lines[at] = lines[at].replace("#", "", 1)
    lines[at + 1] = lines[at + 1].replace("#", "", 1)
    return "\n".join(lines)


@pytest.mark.parametrize("place", [pytest.param(place, id=f"I-54-{place}") for place in OF])
def test_every_example_of_a_new_file_is_one_that_every_check_takes(root, place):
    paths, path = Paths(root), root / OF[place]
    text = path.read_text("utf-8")
    try:
        path.write_text(re.sub(r"^( *)#(?! )", r"\1", text, flags=re.MULTILINE), "utf-8")
        catalog = checked_files(paths)
        if place == "sagan":
            read = load_region_assessment(paths, place, 2024, catalog)
        else:
            read = load_assessment(paths, place, 2024, catalog)
            assert read.priorities.keys() == catalog.priorities.keys()
        assert not read.is_untouched
    finally:
        path.write_text(text, "utf-8")


def fields_in(record: type[Record]) -> Iterator[tuple[str, str]]:
    """Every field of a record and of those that it holds, with its explanation."""
    for name, kind in kinds(record).items():
        yield name, record.model_fields[name].description or ""
        if inner := record_of(kind):
            yield from fields_in(inner)


@pytest.mark.parametrize(("place", "model"), [("9901", Assessment), ("sagan", RegionAssessment)])
def test_every_field_of_the_models_is_explained_in_a_new_file(root, place, model):
    text = (root / OF[place]).read_text("utf-8")
    fields = set(fields_in(model))
    assert len(fields) > 30
    assert not [name for name, says in fields if not says]
    left_out = {"area", "priority"} if place == "sagan" else set()  # a region has none
    assert not [f for f in fields if f[0] not in left_out and not (f"{f[0]}:" in text and f[1] in text)]
    assert max(map(len, text.splitlines())) < 140


def test_a_new_file_replaces_none(root):
    for place, name in OF.items():
        before = (root / name).read_bytes()
        code, said = told("new", place, "--root", root)
        assert code == 2
        assert f"{name} is there already. Edit it, or give another --year." in said
        assert (root / name).read_bytes() == before


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Påhitsby", "no municipality is called 'Påhitsby'. Nearest: Påhittsby (9901)"),
        ("sagn", "Is the region 'sagan' meant? Another one is first added to data/catalog/regions.yml."),
        ("9999", "'9999' is no place"),
        ("0099", "'0099' is Region Saga, not a municipality"),
        ("9903", "'9903' has no values"),
    ],
)
def test_a_place_that_cannot_be_begun_is_refused_and_nothing_is_written(tmp_path, place, said):
    root = made_up_root(tmp_path).paths.root
    code, output = told("new", place, "--root", root)
    assert code == 2
    assert said in " ".join(output.split())
    assert not (root / "data" / "assessments").exists()


def test_a_draft_that_is_none_any_more_lacks_no_judgement(root):
    path = root / OF["9901"]
    text = path.read_text("utf-8")
    try:
        path.write_text(text.replace("draft: true", "draft: false"), "utf-8")
        code, said = told("check", "--root", root)
        assert code == 2
        assert "'1.1' is missing. Judge it" in said
    finally:
        path.write_text(text, "utf-8")
