"""The default report of the frozen snapshot, as a build from a clone leaves it."""

import ast
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from lxml import html

import copies
from lagesbild.catalog.load import load_catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.publishing.frame import MADE
from lagesbild.rules.editions import edition_of, key_figures
from reports import Built

CATALOG = load_catalog(copies.REPOSITORY)
PAGES = {f"{name}.html" if name != "overview" else "index.html" for name in CATALOG.pages}
MADE_PAGES = {f"{name}.html" for name in MADE}
BESIDE = MADE_PAGES | {"style.css", "site.js", "fonts.js", "search.js", "sok.js", "key_figures.csv", "manifest.json"}


def page(report: Built, name: str) -> html.HtmlElement:
    return html.fromstring((report.folder / name).read_bytes())


@pytest.mark.slow
def test_the_report_has_a_page_a_notebook_under_its_name_and_what_they_need(default_report):
    files = default_report.files().keys()
    assert {name for name in files if "/" not in name} == PAGES | BESIDE
    assert {name.partition("/")[0] for name in files if "/" in name} == {"data", "fonts"}
    titles = {name: page(default_report, name).findtext(".//h1") for name in PAGES}
    assert len(set(titles.values())) == 7


@pytest.mark.slow
def test_the_command_tells_of_every_chapter_and_where_to_open(default_report):
    said = default_report.ended.stdout
    assert all(re.search(rf"\d/7 {name} +ok", said) for name in CATALOG.pages)
    assert f"Open {default_report.folder / 'index.html'}" in said
    assert default_report.ended.stderr == ""


@pytest.mark.slow
def test_no_file_of_the_report_tells_where_or_by_whom_it_was_made(default_report):
    root, repository = str(default_report.root), str(copies.REPOSITORY.root)
    words = (root, repository, "annabritta", f"{Path.home()}/", "/site-packages")
    log = next((default_report.root / "reports" / "logs").iterdir())
    files = default_report.files() | {"log": log.read_bytes()}
    assert [(name, word) for name, content in files.items() for word in words if word.encode() in content] == []


@pytest.mark.slow
def test_the_manifest_names_every_file_by_its_checksum_and_the_snapshot(default_report):
    manifest = json.loads((default_report.folder / "manifest.json").read_text("utf-8"))
    assert manifest["state"] == "ok"
    assert (manifest["municipality"], manifest["year"]) == ("2480", 2024)
    assert manifest["files"].keys() == default_report.files().keys() - {"manifest.json"}
    assert set(manifest["notebooks"]) == set(CATALOG.pages)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", manifest["input"]["snapshots"]["kolada"])


@pytest.mark.slow
def test_the_key_figures_are_those_of_the_table_and_its_judgements(default_report):
    edition = edition_of(Paths(default_report.root), "overview", "2480", 2024)
    known = key_figures(edition.data, edition.judged, edition.catalog, ["2480"])
    told = pd.read_csv(default_report.folder / "key_figures.csv", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(told, known, check_dtype=False)
    assert len(told) > 80


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["skiljas från slumpen", "p = 0,000", "Mann-Kendall", "Förbättras", "Försämras"])
def test_no_page_says_what_the_former_rules_said(default_report, gone):
    texts = {name: " ".join(page(default_report, name).text_content().split()) for name in PAGES | MADE_PAGES}
    assert [name for name, text in texts.items() if gone in text] == []


def test_the_code_knows_no_municipality_but_the_default_of_the_command():
    """Docstrings may take an example from the real report; what a program says or does may not."""
    known = []
    for path in [*PACKAGE.rglob("*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        docstrings = {node.body[0].value for node in ast.walk(tree) if isinstance(node, documented) and node.body
                      and isinstance(node.body[0], ast.Expr)}  # fmt: skip
        texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        known += [(path.name, text.value) for text in texts if text not in docstrings and about_umea(text.value)]
    assert known == [("commands.py", "2480")]
    others = [path for path in PACKAGE.rglob("*") if path.suffix in (".html", ".css", ".js")]
    assert len(others) > 10
    assert [path.name for path in others if about_umea(path.read_text("utf-8"))] == []


def test_a_notebook_knows_no_municipality_but_the_default_of_its_parameters():
    for path in sorted(copies.NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        lines = [line.strip() for cell in cells for line in cell["source"] if about_umea(line)]
        assert lines == ['municipality: str = "2480"'], path.name


def about_umea(text: str) -> bool:
    """Whether a text names Umeå, other than as an example of what one may write."""
    return bool(re.search(r"(?i)ume[åa]|(?<!such as )(?<!data/raw/local/)\b2480\b", text))
