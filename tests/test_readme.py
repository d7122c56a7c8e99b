"""README.md and CONTRIBUTING.md are true: commands, paths, words and the field reference. Names: test_architecture."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html
from typer.main import get_command

import reference
from lagesbild.catalog.load import load_catalog
from lagesbild.cli import app
from lagesbild.paths import Paths
from lagesbild.records import Record

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BOTH = README + CONTRIBUTING
COMMANDS = sorted(set(re.findall(r"lagesbild ((?:build|fetch|check|slides|new)\b[^`\n#]*)", BOTH)))
TOP = "notebooks|src|data|tests|benchmarks"
MADE = {"data/processed/", "data/processed", "data/figur-04.csv", "data/"}  # by the build; the last beside the pages
PATHS = sorted(set(re.findall(rf"`((?:{TOP})/[\w./-]*)", BOTH)) - MADE)
TREE = README.partition("## Where things are")[2].split("```")[1]


def section(heading: str) -> str:
    """The text of CONTRIBUTING.md under a heading, up to the next of its level."""
    return CONTRIBUTING.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def table_rows(text: str) -> list[list[str]]:
    """The cells of every row of the text's tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    heads = {line for line, below in pairwise(lines) if below.startswith("| ---")}
    rows = [line for line in lines if line not in heads and not line.startswith("| ---")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_every_make_target_that_the_readme_names_exists():
    named = set(re.findall(r"`?\bmake ([a-z]+)\b`?", BOTH))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"report", "test", "lab", "reference"} <= named
    assert named <= targets


@pytest.mark.parametrize("line", COMMANDS)
def test_every_lagesbild_command_that_the_readme_names_takes_its_options(line):
    name, *rest = line.split()
    command = get_command(app).commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    named = {word.strip("`.,") for word in rest if word.startswith("--")}
    assert named <= options


def test_every_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"`[^`\n]*`", "", BOTH))  # an example in code is no link
    assert len(links) > 10
    headings = {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in CONTRIBUTING.splitlines()}
    for link in links:
        path, _, anchor = link.partition("#")
        assert link.startswith("http") or (ROOT / path).exists(), link
        assert path or anchor in headings, link


@pytest.mark.parametrize("path", PATHS)
def test_every_path_that_is_named_exists(path):
    assert (ROOT / path).exists()


def test_the_tree_names_every_folder_and_each_exists():
    top = [line.split()[0] for line in TREE.splitlines() if line and not line.startswith(" ")]
    assert len(top) > 8
    assert not [name for name in top if not (ROOT / name).exists()]


def test_the_way_of_one_number_names_a_room_at_each_step():
    way = section("Where do I find it").partition("### One number's way")[2]
    steps = re.findall(r"^\d+\. .*?(?=^\d+\. |\Z)", way, re.MULTILINE | re.DOTALL)
    assert 7 <= len(steps) <= 9
    assert not [step for step in steps if not re.search(r"`(lagesbild|helpers)\.", step)]


def test_every_test_that_holds_a_law_exists():
    named = re.findall(r"`(test_\w+)`", section("What review asks about"))
    code = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert len(named) >= 4
    assert not [name for name in named if f"def {name}(" not in code]


def test_the_glossary_says_each_word_in_both_languages_and_what_it_is():
    words = table_rows(section("Glossary"))
    assert len(words) >= 30
    assert all(len(row) == 3 and all(row) for row in words)
    assert len({row[0] for row in words}) == len(words)


@pytest.mark.slow
def test_every_swedish_word_of_the_glossary_stands_on_a_page(default_report):
    pages = default_report.folder.glob("*.html")
    text = " ".join(" ".join(html.parse(page).getroot().text_content().split()) for page in pages).lower()
    words = {swedish for _, swedish, _ in table_rows(section("Glossary"))} - {"–"}
    assert not [word for word in words if word.lower() not in text]


@pytest.mark.parametrize("name", reference.MADE)
def test_what_a_document_has_from_the_code_is_as_the_code_is_now(name):
    assert reference.remade(name) == (ROOT / name).read_text("utf-8"), "run `make reference`"


def test_the_field_reference_covers_every_file_of_the_catalogue():
    catalog = ROOT / "data" / "catalog"
    files = {path.relative_to(catalog).as_posix() for path in catalog.rglob("*.yml")}
    assert {re.sub(r"/\w+\.yml", "/<page>.yml", name) for name in files} == set(reference.FILES)


def records_in(record: type[Record]) -> set[type[Record]]:
    """A record and all that its fields hold."""
    inner = {found for kind in reference.kinds(record).values() if (found := reference.record_of(kind))}
    return {record}.union(*(records_in(other) for other in inner))


def test_every_entry_and_field_of_the_catalogue_is_described():
    files = set(reference.FILES.values())
    records = set().union(*(records_in(record) for record in files))
    entries = records - {record for record in files if all(map(reference.record_of, reference.kinds(record).values()))}
    assert len(entries) > 18
    assert not [record.__name__ for record in entries if not record.__doc__]
    fields = {f"{record.__name__}.{name}": field for record in entries for name, field in record.model_fields.items()}
    assert not [name for name, field in fields.items() if not field.description]


def test_the_report_that_the_readme_describes_is_the_catalogues():
    catalog = load_catalog(Paths(ROOT))
    for page in catalog.pages:
        assert f"`{page}`" in README
    assert f"{len(catalog.figures)} figures" in README
