"""What builds keep: an unchanged report runs nothing, a changed one what changed, and no entry is ever another's."""

import errno
import gzip
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

import nbformat
import numpy as np
import pytest

from copies import cells_shown, made_up_root
from lagesbild.paths import PACKAGE, ROOT_VARIABLE, Paths
from lagesbild.publishing import batch, unit
from lagesbild.publishing.cache import Cache, prune
from lagesbild.publishing.keys import PageKey, code_cells, inputs_of
from lagesbild.publishing.made import computed
from lagesbild.publishing.outcome import DONE, FAILED, Outcome, local
from lagesbild.publishing.reads import noted_reads
from lagesbild.publishing.request import BuildRequest
from lagesbild.publishing.run import Run
from lagesbild.publishing.slices import Reach, slice_of
from reports import PARAMETERS, build, contents, quick_project, write_notebook
from test_cli import told

PAGES = ["overview", "no_vulnerable_areas", "equal_power", "childhood", "housing", "work", "regional_support"]
AREAS = ["no_vulnerable_areas", "childhood", "housing", "work"]  # whose notebooks keep to their measures
TEXT = "<p>{}</p>"


class Told:
    """Who is told of a build: which pages were run, and which taken over."""

    def __init__(self):
        self.ran: list[str] = []
        self.cached: list[str] = []

    def finished(self, run, done, total):
        (self.cached if run.cached else self.ran).append(run.name)

    def interrupted(self): ...


def quickly(root: Path, place: str = "9901", **how) -> tuple[Outcome, Told]:
    watcher = Told()
    return build(BuildRequest(Paths(root), place, 2024, **{"jobs": 4, **how}), watcher), watcher


def keys_of(root: Path, place: str = "9901", **how) -> dict[str, PageKey]:
    """The keys of a report's pages."""
    request = BuildRequest(Paths(root), place, 2024, **how)
    plan = unit.planned([request])
    places, beside = computed(request, plan.catalog)
    return unit.keys_of(plan, inputs_of(request, plan.digests, plan.looks), places, beside)


def entry_of(root: Path, page: str, place: str = "9901", kind: str = "runs") -> Path:
    [path] = (root / ".cache" / kind / place / "2024").glob(f"{page}-*" if kind == "runs" else f"{page}.*")
    return path


def content_of(path: Path) -> dict:
    return json.loads(gzip.decompress(path.read_bytes().partition(b"\n")[2]))


def signed(path: Path, content: dict) -> None:
    """Writes an entry as a build would, whatever it holds."""
    packed = gzip.compress(json.dumps(content).encode(), mtime=0)
    path.write_bytes(hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A project with a whole report, whose work page says something. Copy it before you change it."""
    root = quick_project(tmp_path_factory.mktemp("cache") / "project")
    (root / "notebooks" / "beside.csv").write_text("1", "utf-8")
    write_notebook(root, "work", "print(open('beside.csv').read())")
    write_notebook(root, "housing", parameters=f"{PARAMETERS}\nsince: int = 2015")
    outcome, watcher = quickly(root)
    assert outcome.code == DONE, outcome.failures()
    assert sorted(watcher.ran) == sorted(PAGES)
    return root


@pytest.fixture
def project(whole, tmp_path) -> Path:
    """A copy of it in the same place as far as keys can see: they hold the folder, so it is moved there and back."""
    away = whole.with_name("away")
    whole.rename(away)
    copytree(away, whole)
    yield whole
    whole.rename(tmp_path / "used")
    away.rename(whole)


# An unchanged report.


def test_an_unchanged_report_is_left_as_it_is_and_nothing_is_run(project):
    report = project / "reports" / "9901" / "2024"
    before = {path: path.stat().st_mtime_ns for path in report.rglob("*")}, contents(report)
    outcome, watcher = quickly(project)
    assert (outcome.code, outcome.runs, watcher.ran, watcher.cached) == (DONE, [], [], [])
    assert outcome.unchanged == json.loads((report / "manifest.json").read_text("utf-8"))["finished"]
    assert ({path: path.stat().st_mtime_ns for path in report.rglob("*")}, contents(report)) == before
    code, said = told("build", "--root", project, "--municipality", "9901", "--only", "work")
    assert code == 0
    assert f"Nothing has changed since {local(outcome.unchanged)}.\nOpen {report / 'index.html'}" in said


def test_an_unchanged_report_needs_no_library_that_is_slow_to_import(project):
    script = (
        "import sys; from typer.testing import CliRunner; from lagesbild.cli import app\n"
        f"ended = CliRunner().invoke(app, ['build', '--root', {str(project)!r}, '--municipality', '9901'])\n"
        "assert 'Nothing has changed' in ended.output, ended.output\n"
        "slow = {'pandas', 'numpy', 'papermill', 'nbconvert', 'nbformat', 'jupyter_client', 'matplotlib'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("spoil", ["edit", "remove", "add"])
def test_a_report_that_is_not_as_it_was_built_is_made_again_from_what_is_kept(project, spoil):
    report = project / "reports" / "9901" / "2024"
    before = contents(report)
    if spoil == "remove":
        (report / "work.html").unlink()
    else:
        (report / ("work.html" if spoil == "edit" else "more.html")).write_text("Någon annans", "utf-8")
    outcome, watcher = quickly(project)
    assert (outcome.unchanged, watcher.ran, sorted(watcher.cached)) == ("", [], sorted(PAGES))
    after = contents(report)
    assert after.pop("manifest.json") != before.pop("manifest.json")
    assert after == before
    entries = json.loads((report / "manifest.json").read_text("utf-8"))["notebooks"]
    assert all(entry["cached"] for entry in entries.values())


def test_without_the_cache_everything_is_run_and_the_same_input_gives_the_same_bytes(project):
    report, kept = project / "reports" / "9901" / "2024", contents(project / ".cache")
    before = contents(report)
    outcome, watcher = quickly(project, cached=False)
    assert (outcome.code, sorted(watcher.ran)) == (DONE, sorted(PAGES))
    after = contents(report)
    assert after.pop("manifest.json") != before.pop("manifest.json")
    assert after == before
    assert contents(project / ".cache") == kept
    assert not quickly(project)[0].unchanged  # its manifest has no stamp


# What changed, and only that.


def test_markdown_is_no_part_of_a_run_and_stands_on_the_page_at_once(project):
    path = project / "notebooks" / "work.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(2, nbformat.v4.new_markdown_cell("Nya ord från kommunen."))
    nbformat.write(notebook, path)
    _, watcher = quickly(project)
    assert (watcher.ran, sorted(watcher.cached)) == ([], sorted(PAGES))
    assert "Nya ord från kommunen." in (project / "reports/9901/2024/work.html").read_text("utf-8")


def test_a_changed_cell_runs_its_page_alone_and_why_says_so_before(project):
    write_notebook(project, "childhood", "2 + 2")
    code, said = told("why", "9901", "--root", project)
    assert code == 0
    assert 'childhood: is run again.\n  cell 3 ("2 + 2") is new.' in said
    assert said.count("has not changed.") == 6
    assert quickly(project)[1].ran == ["childhood"]
    assert "Nothing has changed since" in told("why", "9901", "--root", project)[1]


def test_a_value_of_a_parameter_is_part_of_the_key_with_its_type(project):
    _, watcher = quickly(project, given=("since=2016",))
    assert watcher.ran == ["housing"]
    assert told("why", "9901", "--root", project, "--only", "housing")[1] == (
        "housing: is taken from an earlier build than the last.\n  the parameter since: 2016 -> 2015.\n"
    )
    assert quickly(project, given=("since=2016",))[0].unchanged
    assert quickly(project)[1].ran == []  # the first run is still kept
    text = keys_of(project)["housing"].parts["parameter"]
    assert text == {"municipality": "'9901'", "year": "2024", "since": "2015"}


def test_a_file_that_cells_read_is_looked_at_again(project):
    assert content_of(entry_of(project, "work"))["reads"].keys() == {"notebooks/beside.csv"}
    (project / "notebooks" / "beside.csv").write_text("2", "utf-8")
    code, said = told("why", "9901", "--root", project, "--only", "work")
    assert (code, said) == (0, "work: is run again.\n  notebooks/beside.csv, which its cells read, has changed.\n")
    outcome, watcher = quickly(project)
    assert (outcome.code, watcher.ran) == (DONE, ["work"])


UNKEPT = {
    "childhood": ("import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])", "it started"),
    "work": ("import socket\nwith socket.socket() as s: s.connect_ex(('127.0.0.1', 9))", "it connected to"),
    "overview": ("open('../made.txt', 'w').write('x')", "it wrote made.txt"),
    "equal_power": ("import pandas as pd\nread = pd.read_parquet", "read_parquet may read files of which no record"),
}


def test_a_run_that_depends_on_what_nobody_can_see_is_not_kept(project):
    for page, (cell, _) in UNKEPT.items():
        write_notebook(project, page, cell)
    path = project / "notebooks" / "housing.ipynb"
    path.write_text(path.read_text("utf-8").replace('"tags": []', '"tags": ["no-cache"]', 1), "utf-8")
    outcome, watcher = quickly(project)
    assert outcome.code == DONE, outcome.failures()
    assert sorted(watcher.ran) == sorted([*UNKEPT, "housing"])
    fresh = keys_of(project)
    notebooks = {page: project / "notebooks" / f"{page}.ipynb" for page in fresh}
    cache = Cache(BuildRequest(Paths(project), "9901", 2024))
    kept = {page for page, key in fresh.items() if cache.run(key, notebooks[page])}
    assert kept == set(PAGES) - {*UNKEPT, "housing"}
    said = told("why", "9901", "--root", project)[1]
    for page, (_, why) in UNKEPT.items():
        assert any(line.startswith(f"{page}: is run") and why in line for line in said.splitlines())
    assert "housing: is run at every build, as it is marked 'no-cache'." in said


def test_a_run_that_failed_is_not_kept(project):
    write_notebook(project, "work", "1 / 0")
    outcome, watcher = quickly(project)
    assert (outcome.code, watcher.ran) == (FAILED, ["work"])
    key = keys_of(project)["work"]
    assert Cache(BuildRequest(Paths(project), "9901", 2024)).run(key, project / "notebooks" / "work.ipynb") is None


# What changes during a batch: the plan, and what this process has read, are of its beginning.


CHANGES = {"the catalogue": "data/catalog/terms.yml", "a notebook": "notebooks/housing.ipynb"}


@pytest.mark.parametrize("file", CHANGES.values(), ids=CHANGES)
def test_what_is_made_after_a_change_during_a_batch_is_neither_kept_nor_told_as_unchanged(project, monkeypatch, file):
    for folder in (".cache", "reports"):
        rmtree(project / folder)
    requests = [BuildRequest(Paths(project), place, 2024) for place in ("9901", "9902")]
    planned = batch.planned

    def then_changed(requests: list[BuildRequest]) -> unit.Plan:
        plan = planned(requests)
        path = project / file
        path.write_bytes(path.read_bytes() + b"\n")
        return plan

    monkeypatch.setattr(batch, "planned", then_changed)
    assert batch.build_all(requests, Told()).code == DONE
    assert list((project / ".cache").rglob("*.json.gz")) == []
    monkeypatch.setattr(batch, "planned", planned)
    again = batch.build_all(requests, Told())
    assert [(outcome.code, outcome.unchanged, len(outcome.runs)) for outcome in again.outcomes] == [(DONE, "", 7)] * 2
    assert {outcome.state for outcome in batch.build_all(requests, Told()).outcomes} == {"unchanged"}


# Entries that are not what they should be: the fault table's rows, and every other way that was thought of.


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def test_a_corrupted_cache_entry_is_a_miss_with_one_warning(project):
    report = project / "reports" / "9901" / "2024"
    before, spoilt = contents(report), {"work": damaged, "childhood": truncated, "housing": emptied}
    for page, spoil in spoilt.items():
        spoil(entry_of(project, page))
        (report / f"{page}.html").unlink()
    outcome, watcher = quickly(project)
    assert (outcome.code, sorted(watcher.ran)) == (DONE, sorted(spoilt))
    names = [entry_of(project, page).relative_to(project).as_posix() for page in spoilt]
    assert sorted(outcome.warnings) == sorted(f"{n} is damaged, so it is not used and is made again." for n in names)
    after = contents(report)
    assert after.pop("manifest.json") != before.pop("manifest.json")
    assert after == before
    (report / "work.html").unlink()
    outcome, watcher = quickly(project)  # they are whole again
    assert (outcome.code, watcher.ran, outcome.warnings) == (DONE, [], [])


def run_of(place: str, root: Path) -> Run:
    """A run notebook whose header says that it is about `place`."""
    write_notebook(root, "work")
    notebook = nbformat.read(root / "notebooks" / "work.ipynb", as_version=4)
    record = {"parameters": {"municipality": place, "year": 2024}}
    data = {"text/html": f"<h1>{place}</h1>", "application/vnd.lagesbild+json": record}
    notebook.cells[1].outputs = [nbformat.v4.new_output("display_data", data)]
    return Run("work", "ok", 1.0, notebook=notebook)


def bare_key(root: Path, place: str) -> PageKey:
    cells = nbformat.read(root / "notebooks" / "work.ipynb", as_version=4).cells
    return PageKey("work", {"code": code_cells(cells), "parameter": {"municipality": repr(place), "year": "2024"}})


def test_no_place_can_show_anothers_figure_whatever_is_done_to_the_entries(tmp_path):
    """An entry of 9901 under the name of 9902's, with its key, a right checksum, or the same beginning of the key."""
    runs = {place: run_of(place, tmp_path) for place in ("9901", "9902")}
    caches = {place: Cache(BuildRequest(Paths(tmp_path), place, 2024)) for place in runs}
    keys, notebook = {place: bare_key(tmp_path, place) for place in runs}, tmp_path / "notebooks" / "work.ipynb"
    for place, run in runs.items():
        caches[place].keep(keys[place], run)
    mine, other = (entry_of(tmp_path, "work", place) for place in ("9901", "9902"))
    good = mine.read_bytes()

    def found() -> tuple[str, int]:
        cache = Cache(BuildRequest(Paths(tmp_path), "9901", 2024))
        kept = cache.run(keys["9901"], notebook)
        return kept.notebook.cells[1].outputs[0].data["text/html"] if kept else "", len(cache.warnings)

    assert found() == ("<h1>9901</h1>", 0)
    mine.write_bytes(other.read_bytes())  # its own key inside: a name with the same beginning would be this too
    assert found() == ("", 1)
    signed(mine, content_of(other) | {"key": keys["9901"].parts})  # as if it were this place's
    assert found() == ("", 1)
    edited = json.loads(json.dumps(content_of(other)).replace("'9902'", "'9901'"))
    signed(mine, edited)
    assert found() == ("", 1)
    without = content_of(other) | {"key": keys["9901"].parts}
    without["notebook"]["cells"][1]["outputs"] = []  # and no header at all
    signed(mine, without)
    assert found() == ("", 1)
    mine.write_bytes(good)
    older = content_of(mine)
    older["key"]["figures"] = {"reported_crime": "of last year"}  # this place's own page, of other figures
    signed(mine, older)
    assert found() == ("", 1)
    mine.write_bytes(good)
    assert found() == ("<h1>9901</h1>", 0)


def test_an_entry_is_written_in_one_step_and_a_full_disk_leaves_the_one_that_stood(tmp_path, monkeypatch):
    run, root = run_of("9901", tmp_path), tmp_path
    cache, key = Cache(BuildRequest(Paths(root), "9901", 2024)), bare_key(root, "9901")
    cache.keep(key, run)

    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(Path, "replace", full)
    cache.keep(key, replace(run, reads={"gone.csv": "another"}))
    assert [path.name[:5] for path in (root / ".cache").rglob("*") if path.is_file()] == ["work-"]
    assert cache.run(key, root / "notebooks" / "work.ipynb")


READING = """
import sys
from pathlib import Path
from types import SimpleNamespace
from lagesbild.catalog.load import load_catalog
from lagesbild.paths import Paths
from lagesbild.publishing.reads import note_reads
begin, root = [], Path(sys.argv[1])
shell = SimpleNamespace(events=SimpleNamespace(register=lambda event, call: begin.append(call)))
note_reads(Path(sys.argv[2]), shell)
begin[0]()
cell = "load_catalog(Paths(root)); open(root / 'data' / 'raw' / 'kolada' / 'manifest.json').read()"
exec(compile(cell, "<ipython-input-1-a>", "exec"))
"""


@pytest.mark.parametrize("package", ["below the root, as in a clone", "elsewhere"])
def test_only_what_a_cell_reads_itself_is_noted_wherever_the_package_lies(project, tmp_path, package):
    beside = project if package.startswith("below") else tmp_path / "elsewhere"
    copytree(PACKAGE.parent, beside / "src", ignore=ignore_patterns("__pycache__"))
    notes = tmp_path / "1.reads"
    given = os.environ | {"PYTHONPATH": str(beside / "src"), ROOT_VARIABLE: str(project)}
    subprocess.run([sys.executable, "-c", READING, project, notes], env=given, check=True)
    wanted = str(project / "data" / "raw" / "kolada" / "manifest.json")
    assert [json.loads(line) for line in notes.read_text("utf-8").splitlines()] == [["open", wanted]]


def test_a_torn_note_of_what_a_run_has_read_lets_nobody_keep_it(tmp_path):
    notes = tmp_path / "1.reads"
    notes.write_text('["read", "/work/a.csv"]\n["read", "/wor', "utf-8")
    assert noted_reads([notes], tmp_path, 0.0) == ({}, "what it read was not noted whole")


def test_a_notebook_that_was_saved_while_it_ran_is_not_kept(tmp_path):
    run = run_of("9901", tmp_path)
    key = bare_key(tmp_path, "9901")
    run.notebook.cells[1].source += "\n1"
    Cache(BuildRequest(Paths(tmp_path), "9901", 2024)).keep(key, run)
    assert not (tmp_path / ".cache").exists()


# Pruning.


def entries(root: Path, *names: str) -> list[Path]:
    """Empty entries, the first the least used; a day apart."""
    paths = [root / ".cache" / "runs" / name for name in names]
    for day, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)
        os.utime(path, (day * 86_400, day * 86_400))
    return paths


def left(root: Path) -> list[str]:
    return sorted(path.name.partition(".")[0] for path in (root / ".cache").rglob("*.gz"))


NAMES = ("9901/2024/work-1.json.gz", "9901/2024/work-2.json.gz", "9902/2024/work-3.json.gz", "9902/2024/work-4.json.gz")


@pytest.mark.parametrize(
    ("day", "days", "most", "stays"),
    [
        (4, 10, 1000, ["work-1", "work-2", "work-3", "work-4"]),
        (4, 3, 1000, ["work-2", "work-3", "work-4"]),
        (99, 3, 1000, ["work-2", "work-4"]),  # the newest of each place, however old
        (4, 10, 300, ["work-2", "work-3", "work-4"]),
        (4, 10, 200, ["work-2", "work-4"]),
        (4, 10, 100, ["work-4"]),
    ],
)
def test_what_no_build_uses_goes_and_the_newest_of_a_page_and_place_last(tmp_path, day, days, most, stays):
    entries(tmp_path, *NAMES)
    prune(Paths(tmp_path), now=day * 86_400, days=days, most=most)
    assert left(tmp_path) == stays


def test_an_entry_that_another_build_has_removed_is_a_miss(tmp_path, monkeypatch):
    paths = entries(tmp_path, *NAMES)
    killed = paths[0].with_name(".x.new")
    killed.touch()
    os.utime(killed, (0, 0))
    sizes = Path.stat

    def stat(path, **how):
        size = sizes(path, **how)
        if path == paths[0]:
            path.unlink()
        return size

    monkeypatch.setattr(Path, "stat", stat)
    prune(Paths(tmp_path), now=4 * 86_400, days=1, most=1000)
    assert not killed.exists()
    assert left(tmp_path) == ["work-2", "work-4"]


# How far a notebook can read.

OPEN = 'report = open_report("work", municipality, year)\ndata, peers = report.data, report.peers'
SOUND = [
    "",
    "sections.standing(report)\nreport.name",
    'rows = data.query("indicator in @report.measures(24) and place == @municipality")\n'
    "show_figure(report, 24, rows, charts.lines)",
    "rows = report.data.query(\"indicator == 'population' and place in @peers\")\nrows['value'].sum()",
    "names = ['population']\ndata.query('indicator in @names')",
    "report.judged.differences.query(\"indicator == 'population'\")",
    "report.noise('population')",
    "gaps = place_gaps(report.judged, data, report.catalog, municipality)\n"
    "compare.women_and_men(report, {name: gap for name, gap in gaps.items() if name in report.uses})",
    "compare.comparison(report, data.query('indicator in @report.compared'))",
]
WIDE = [
    "data.head()",
    "data",
    "data.query('place == @municipality')",
    "data.query('indicator == @name')",
    "data.query('indicator in @report.measures(24) or place == @municipality')",
    "data.query(\"indicator == 'population' and place in @report.ranked\")",
    "names = ['population']\nnames = list(report.latest)\ndata.query('indicator in @names')",
    "names = ['population']\nnames.extend(open('a').read().split())\ndata.query('indicator in @names')",
    "other = data\nother.head()",
    "rows = [data][0]",
    "show_figure(report, 24, data, charts.lines)",
    "gaps = place_gaps(report.judged, data, report.catalog, municipality)\ncompare.women_and_men(report, gaps)",
    "gaps = place_gaps(report.judged, data, report.catalog, municipality)\n"
    "{name: gap for name, gap in gaps.items() if name in report.latest}",
    "report.judged.directions.query(\"indicator == 'population'\")",
    "report.ranked",
    "report.movements",
    "report.months",
    "report.ranking(name)",
    "front.highlights(report, [])",
    "again = report",
    "kinds = ['a']\nk = kinds\nreport.data.query('indicator in @kinds')",
    "kinds = ['a']\nkinds[0] = 'N' + str(1)\nreport.data.query('indicator in @kinds')",
    "kinds = ['a']\nfor kinds in [['b']]:\n    report.data.query('indicator in @kinds')",
]
ALL = [
    "def own(given):\n    return given.data\nown(report)",
    "class compare:\n    comparison = print\ncompare.comparison(report)",
    "from helpers import open_report as o",
    "f = open_report",
    "kinds = ['a']\ndef pick(kinds):\n    return report.data.query('indicator in @kinds')",
    "from lagesbild import rules",
    "import helpers.report as hr",
    "import sys",
    "__builtins__['eval']('report.data')",
    'other = open_report("work", municipality, 2020)',
    'other = open_report("work", "0180", year)',
    "from lagesbild.sources.raw import load_places",
    "from lagesbild.rules.editions import edition_of",
    "from helpers import *",
    "import own_module",
    "globals()['report']",
    "eval('report')",
    "%run other.py",
    "def broken(:",
]


@pytest.mark.parametrize(
    ("reach", "cell"),
    [
        (reach, cell)
        for reach, cells in ((Reach.PAGE, SOUND), (Reach.EDITION, WIDE), (Reach.ALL, ALL))
        for cell in cells
    ],
)
def test_what_is_not_known_to_keep_to_the_page_may_read_everything(tmp_path, reach, cell):
    imports = (
        "from helpers import compare, front, open_report, sections, show_figure\nfrom lagesbild import charts\n"
        "from lagesbild.rules.comparing import place_gaps"
    )
    write_notebook(tmp_path, "work", imports, OPEN, cell, header="1")
    (tmp_path / "notebooks" / "own_module.py").touch()
    assert slice_of(tmp_path / "notebooks" / "work.ipynb", "work").reach is reach


def test_the_notebooks_of_the_areas_keep_to_their_measures():
    notebooks = Paths(Path(__file__).parents[1]).notebooks
    near = {page for page in PAGES if slice_of(notebooks / f"{page}.ipynb", page).reach is Reach.PAGE}
    assert near == set(AREAS)


# Soundness: whatever changes outside a page's key, its page stays the same; and a figure that changes runs its pages.


SERIES = {"N07540": "T", "N07403": "T", "N07907": "TKM", "U00958": "T", "U31803": "T", "N15428": "TKM", "N03926": "TKM"}


@pytest.fixture
def peopled(tmp_path):
    """A made-up project with measures on several pages, among neighbours: enough for every judgement."""
    copy = made_up_root(tmp_path / "project")
    copy.with_neighbours()
    for number, (series, sexes) in enumerate(SERIES.items()):
        for sex in sexes:
            change(copy, series, sex, number)
    return copy


def change(copy, series: str, sex: str, draw: int, level: float = 20, date: str = "2024-05-01") -> None:
    """Values of a series that rise or fall, with noise, as a fetch of that date would bring them."""
    swing, years = np.random.default_rng([draw, "TKM".index(sex)]), range(2014, 2024)
    values = {year: level + (draw % 5 - 2) * (year - 2014) / 3 + swing.normal(0, 0.4) for year in years}
    copy.fetched_among(series, values, sex)


def shown(copy, page: str) -> list[tuple[str, str]]:
    notebook = Paths(Path(__file__).parents[1]).notebooks / f"{page}.ipynb"
    os.environ[ROOT_VARIABLE] = str(copy.paths.root)
    try:
        components = cells_shown(notebook, ("9901", 2024))
    finally:
        del os.environ[ROOT_VARIABLE]
    return [(each.html, json.dumps(each.record, sort_keys=True, default=str)) for each in components]


def test_a_page_whose_key_has_not_changed_is_the_same_whatever_other_figures_say(peopled):
    before = {page: (key, shown(peopled, page)) for page, key in keys_of(peopled.paths.root).items() if page in AREAS}
    same = []
    for draw, changed in enumerate((("N07540", "N07403"), ("N03926", "U31803")), 7):
        for series in changed:
            for sex in SERIES[series]:
                change(peopled, series, sex, draw, level=22)
        for page, key in keys_of(peopled.paths.root).items():
            if page in AREAS and key.parts == before[page][0].parts:
                same.append(page)
                assert shown(peopled, page) == before[page][1], (page, changed)
    assert same == ["childhood", "housing", "work", "housing"]


def test_a_changed_figure_or_title_runs_only_the_pages_that_can_show_it(peopled):
    own = [("reported_assault", year, 300 + year % 3) for year in range(2018, 2024)]
    peopled.own_file("brott.csv", *own)
    before = keys_of(peopled.paths.root)
    peopled.own_file("brott.csv", *own[:-1], ("reported_assault", 2023, 400))
    after = keys_of(peopled.paths.root)
    changed = {page for page, key in after.items() if key.parts != before[page].parts}
    assert changed == {"no_vulnerable_areas", "overview", "equal_power", "regional_support"}
    new, old = (keys["no_vulnerable_areas"].parts for keys in (after, before))
    parts = {kind for kind in new if new[kind] != old[kind]}
    assert parts == {"figures", "judgements"}
    path = peopled.paths.catalog / "indicators" / "work.yml"
    title = peopled.catalog.indicators["long_term_unemployed"].title
    text = path.read_text("utf-8")
    assert title in text
    path.write_text(text.replace(title, f"{title} nu"), "utf-8")
    said = {page for page, key in keys_of(peopled.paths.root).items() if key.parts != after[page].parts}
    assert said == {"work", "overview", "equal_power", "regional_support"}
