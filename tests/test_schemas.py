"""The JSON Schemas by which editors check the hand-made files are the models', and each file names its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import reference
from copies import made_up_root
from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog.load import load_catalog
from lagesbild.paths import Paths
from lagesbild.publishing.skeleton import skeleton_text, subject_of
from lagesbild.records import Document

ROOT = Paths(reference.ROOT)
FILES = sorted([*ROOT.catalog.rglob("*.yml"), *ROOT.assessments.rglob("*.yml")])


def test_the_schemas_are_the_models():
    assert {path.name for path in ROOT.schemas.iterdir()} == {f"{name}.json" for name in reference.SCHEMAS}
    old = [
        name
        for name in reference.SCHEMAS
        if (ROOT.schemas / f"{name}.json").read_text("utf-8") != reference.schema(name)
    ]
    assert not old, "run `make reference`"


def errors(name: str, content: Any) -> list[str]:
    """What an editor underlines in a file of this kind."""
    schema = json.loads(reference.schema(name))
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema).iter_errors(content)]


@pytest.mark.parametrize("path", FILES, ids=[f"I-56-{path.relative_to(ROOT.root / 'data')}" for path in FILES])
def test_every_hand_made_file_names_its_schema_and_is_as_it_says(path: Path):
    first = path.read_text("utf-8").split("\n")[0]
    assert first == reference.first_line(path)
    assert (path.parent / first.partition("$schema=")[2]).resolve().is_file()
    assert errors(reference.schema_of(path), Document(path, path.name).content) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("catalog/units.yml", "    symbol:", "    symbl:", "'symbl' was unexpected"),
        ("catalog/units.yml", "decimals: 1", "decimals: one", "'one' is not of type 'integer'"),
        ("catalog/indicators/work.yml", "better: lower", "better: down", "'down' is not one of ['higher', 'lower'"),
        (
            "catalog/regions.yml",
            "  vasterbotten:",
            "  västerbotten:",
            "'västerbotten' does not match any",
        ),
        ("assessments/2480/2024.yml", "status: Enligt plan", "status: Klart", "'Klart' is not one of ['Enligt plan'"),
    ],
)
def test_an_editor_underlines_what_a_check_would_refuse(tmp_path, file, old, new, said):
    path = ROOT.root / "data" / file
    spoilt = tmp_path / path.name
    spoilt.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert any(said in line for line in errors(reference.schema_of(path), Document(spoilt, file).content))


@pytest.mark.parametrize("place", ["9901", "sagan"])
def test_a_new_file_names_its_schema_and_is_as_it_says(tmp_path, place):
    paths = made_up_root(tmp_path).paths
    catalog = load_catalog(paths)
    subject = subject_of(paths, catalog, place)
    folder = f"regions/{place}" if subject.region else place
    text = skeleton_text(paths, catalog, subject, 2024, paths.assessments / folder / "2024.yml")
    assert text.split("\n")[0] == reference.first_line(ROOT.assessments / folder / "2024.yml")
    (tmp_path / "new.yml").write_text(text, "utf-8")
    kind = "region_assessment" if subject.region else "assessment"
    assert errors(kind, Document(tmp_path / "new.yml", "new.yml").content) == []


@pytest.mark.parametrize("model", [Assessment, RegionAssessment])
def test_every_record_of_the_assessments_says_what_it_is(model):
    schema = model.model_json_schema()
    assert not [name for name, entry in schema["$defs"].items() if "enum" not in entry and "description" not in entry]
