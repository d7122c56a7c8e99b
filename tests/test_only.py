"""`lagesbild build --only work`: one page is made anew, and the report around it stays whole and true."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from lagesbild.publishing.outcome import local
from reports import contents, quick_project, write_notebook
from test_cli import state, told

SHOWN = """
values = {"headers": ["År"], "rows": [[text]]}
record = {"kind": "figure", "anchor": name, "title": name, "download_name": f"{name}.csv", "values": values}
display({"text/html": f"<p>{text}</p>", "application/vnd.lagesbild+json": record}, raw=True)
"""


def shown(text: str, name: str) -> str:
    """A cell that shows a text and offers a file."""
    return f"text, name = {text!r}, {name!r}\n{SHOWN}"


def build(root: Path, *options: str) -> tuple[int, str]:
    return told("build", "--root", root, "--municipality", "9901", *options)


def manifest_of(report: Path) -> dict[str, Any]:
    return json.loads((report / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole report, of which two pages offer files."""
    root = quick_project(tmp_path_factory.mktemp("only"))
    write_notebook(root, "work", shown("Gammalt arbete.", "gammal"))
    write_notebook(root, "housing", shown("Boendet står.", "boende"))
    code, said = build(root, "--jobs", "4")
    assert code == 0, said
    return root / "reports" / "9901" / "2024"


def test_i_55_one_page_is_made_anew_and_all_else_stays_whole(report):
    root, before, first = report.parents[2], contents(report), manifest_of(report)
    write_notebook(root, "work", shown("Nytt arbete.", "ny"))
    code, said = build(root, "--only", "work")
    assert code == 0, said
    after, second = contents(report), manifest_of(report)
    assert "1/1 work" in said
    assert (
        f"Kept as of {local(first['started'])}: childhood, equal_power, housing, no_vulnerable_areas, overview" in said
    )
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {"work.html", "data/gammal.csv", "data/ny.csv", "sok.js", "manifest.json"}
    assert "data/gammal.csv" not in after
    assert "Nytt arbete." in after["sok.js"].decode()
    assert "Boendet står." in after["sok.js"].decode()
    assert second["state"] == "ok"
    assert second["notebooks"].pop("work")["started"] == second["started"]
    assert second["notebooks"] == {name: entry for name, entry in first["notebooks"].items() if name != "work"}
    assert second["files"].keys() == after.keys() - {"manifest.json"}
    assert second["notebooks"]["housing"]["files"] == ["data/boende.csv", "housing.html"]


def test_i_55_what_has_changed_beside_the_kept_pages_is_told(report):
    root = report.parents[2]
    for place, pages in (("9902", ["work"]), ("9901", ["work", "housing"])):  # another's, then its own
        code, said = told("new", place, "--root", root)
        assert code == 0, said
        code, said = build(root, *(word for page in pages for word in ("--only", page)))
        assert code == 0, said
        assert ("have changed since" in said) == (place == "9901")
    assert "judgements have changed since. Build the whole report before you publish it." in said
    sources = {name: entry["made_from"] for name, entry in manifest_of(report)["notebooks"].items()}
    assert len(set(sources.values())) == 2
    assert {name for name, source in sources.items() if source == sources["work"]} == {"work", "housing"}


def test_i_55_a_page_that_fails_leaves_the_last_report(report):
    root, before = report.parents[2], contents(report)
    write_notebook(root, "work", "1 / 0")
    code, said = build(root, "--only", "work")
    assert code == 1
    assert "work: failed: ZeroDivisionError" in said
    assert contents(report) == before
    assert (report.with_name("2024-incomplete") / "housing.html").is_file()


def no_report(report: Path) -> None:
    report.rename(report.with_name("away"))


def another_menu(report: Path) -> None:
    path = report.parents[2] / "data" / "catalog" / "programme.yml"
    path.write_text(path.read_text("utf-8").replace("nav: Arbete", "nav: Jobb"), "utf-8")


def edited(report: Path) -> None:
    (report / "housing.html").write_text("", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "page", "said"),
    [
        pytest.param(
            None, "wrk", "no notebook of this report makes a page 'wrk'. Did you mean 'work'?", id="I-55-name"
        ),
        pytest.param(None, "begrepp", "a page 'begrepp'. Choose: overview, no_vulnerable_areas", id="I-55-made"),
        pytest.param(another_menu, "work", "menu, names, days or version have changed since reports/", id="I-55-menu"),
        pytest.param(edited, "work", "2024/housing.html is not as it was built. Build the whole", id="I-55-edited"),
        pytest.param(no_report, "work", "no whole report stands in reports/9901/2024, so its other", id="I-55-none"),
    ],
)
def test_a_page_that_cannot_be_made_alone_is_refused_and_nothing_is_written(tmp_path, report, spoil, page, said):
    root = copytree(report.parents[2], tmp_path / "copy")
    if spoil:
        spoil(root / report.relative_to(report.parents[2]))
    before = state(root / "reports")
    code, output = build(root, "--only", page)
    assert code == 2
    assert said in output
    assert state(root / "reports") == before
