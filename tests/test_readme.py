"""README's commands are true: every make target and every lagesbild option that it names exists."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from lagesbild.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
COMMANDS = sorted(set(re.findall(r"lagesbild ((?:build|fetch|check|slides)\b[^`\n#]*)", README + CONTRIBUTING)))


def test_every_make_target_that_the_readme_names_exists():
    named = set(re.findall(r"`?\bmake ([a-z]+)\b`?", README + CONTRIBUTING))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"report", "test", "lab"} <= named
    assert named <= targets


@pytest.mark.parametrize("line", COMMANDS)
def test_every_lagesbild_command_that_the_readme_names_takes_its_options(line):
    name, *rest = line.split()
    command = get_command(app).commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    named = {word.strip("`.,") for word in rest if word.startswith("--")}
    assert named <= options


def test_every_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README + CONTRIBUTING)
    assert links
    for link in links:
        assert link.startswith("http") or (ROOT / link).exists(), link


def test_the_report_that_the_readme_describes_is_the_catalogues():
    from lagesbild.catalog.load import load_catalog
    from lagesbild.paths import Paths

    catalog = load_catalog(Paths(ROOT))
    for page in catalog.pages:
        assert f"`{page}`" in README
    assert f"{len(catalog.figures)} figures" in README
