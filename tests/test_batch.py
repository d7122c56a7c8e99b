"""Builds of a made-up project: how chapters fail, and what stays of the last report."""

import json
import math
import re
from pathlib import Path
from shutil import copytree, rmtree
from threading import Event, Semaphore

import pytest

from lagesbild.html.render import MIME, bare_html
from lagesbild.paths import ROOT_VARIABLE, Paths
from lagesbild.places import UnknownPlace
from lagesbild.publishing import batch, limits
from lagesbild.publishing.client import NotBegun
from lagesbild.publishing.kernels import Kernels
from lagesbild.publishing.limits import Limit
from lagesbild.publishing.outcome import DONE, FAILED, INTERRUPTED, Outcome
from lagesbild.publishing.request import BuildRequest, RefusedBuild
from lagesbild.publishing.run import Executor, Run, Turn
from lagesbild.publishing.target import Target
from lagesbild.publishing.unit import planned
from reports import HEADER, PARAMETERS, build, contents, hidden, quick_project, write_notebook

UNLUCKY = 'import os\nraise ValueError("ingen\\nlycka i " + os.environ["LAGESBILD_ROOT"] + "/data")'
TROUBLE = {  # page -> (its last cell, state, what its cause says)
    "no_vulnerable_areas": (UNLUCKY, "failed", "ValueError: ingen lycka i data"),
    "equal_power": (
        "import os\nos._exit(7)",
        "kernel died",
        'cell 3 ("import os"): its process ended with exit code 7',
    ),
    "childhood": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "kernel died", "(SIGKILL)"),
    "housing": (HEADER, "failed", "headings of level one"),
    "work": (UNLUCKY, "failed", "ValueError: ingen lycka i data"),
}


class Silence:
    def finished(self, run, done, total): ...

    def interrupted(self): ...


def quickly(root: Path, **how) -> Outcome:
    return build(BuildRequest(Paths(root), "9901", 2024, **{"jobs": 4, **how}), Silence())


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A project with a whole report. Copy it before you change it."""
    root = quick_project(tmp_path_factory.mktemp("whole"))
    assert quickly(root).code == DONE
    return root


@pytest.fixture
def project(whole, tmp_path) -> Path:
    return copytree(whole, tmp_path / "project")


@pytest.fixture(scope="module")
def troubled(tmp_path_factory) -> tuple[Path, Outcome]:
    """A project whose chapters fail in every way that a chapter can, and how its first build ended."""
    root = quick_project(tmp_path_factory.mktemp("annabritta"))
    for page, (cell, *_) in TROUBLE.items():
        write_notebook(root, page, cell)
    write_notebook(root, "regional_support", header=f"year -= 1{HEADER}")
    return root, quickly(root)


@pytest.mark.slow
@pytest.mark.parametrize("page", TROUBLE)
def test_a_failed_chapter_says_so_on_its_page_with_state_and_cause(troubled, page):
    outcome = troubled[1]
    run = next(run for run in outcome.runs if run.name == page)
    _, state, cause = TROUBLE[page]
    assert (run.state, cause in run.cause) == (state, True), run.cause
    text = (outcome.site / f"{page}.html").read_text("utf-8")
    assert "kunde inte göras" in text
    assert text.count("<h1") == 1
    assert "annabritta" not in text + (outcome.site / "manifest.json").read_text("utf-8")


@pytest.mark.slow
def test_the_other_chapters_are_made_and_the_build_has_failed(troubled):
    root, outcome = troubled
    assert outcome.code == FAILED
    assert outcome.site == root / "reports" / "9901" / "2024", "there was no whole report to keep"
    assert "Påhittad sida" in (outcome.site / "index.html").read_text("utf-8")
    assert json.loads((outcome.site / "manifest.json").read_text("utf-8"))["state"] == "incomplete"
    [log] = (path.read_text("utf-8") for path in (root / "reports" / "logs").iterdir())
    assert "Traceback" in log
    assert "annabritta" not in log
    assert hidden(root) == set()


@pytest.mark.slow
def test_failures_are_listed_by_cause(troubled):
    found = troubled[1].failures()
    assert ["no_vulnerable_areas", "work"] in found.values()
    assert sorted(page for pages in found.values() for page in pages) == sorted([*TROUBLE, "regional_support"])


@pytest.mark.slow
def test_a_page_made_for_other_parameters_than_were_asked_for_has_failed(troubled):
    run = next(run for run in troubled[1].runs if run.name == "regional_support")
    assert run.state == "failed"
    assert "made for {'municipality': '9901', 'year': 2023}" in run.cause


def test_an_unknown_place_is_refused_by_the_plan_before_any_figure_is_read(project):
    with pytest.raises(UnknownPlace, match="'9999' is no place"):
        planned([BuildRequest(Paths(project), "9999", 2024)])


@pytest.mark.parametrize("stands", [True, False])
def test_what_editions_share_is_asked_for_before_the_checks_where_no_report_stands(project, monkeypatch, stands):
    seen = []

    def refused(requests: list[BuildRequest]) -> None:
        seen.append("checks")
        raise RefusedBuild("in a test")

    monkeypatch.setattr(Kernels, "begin", lambda kernels: None)
    monkeypatch.setattr(Kernels, "ask", lambda kernels, function, content: seen.append(function))
    monkeypatch.setattr(batch, "planned", refused)
    if not stands:
        rmtree(project / "reports")
    with pytest.raises(RefusedBuild, match="in a test"):
        quickly(project)
    assert seen == [*([] if stands else ["lagesbild.publishing.made:packed_ahead"]), "checks"]


# Beside the kernels' sockets, of which cells know no more than where IPython's settings are: one alone computes at a
# time, and while it does, another's kernel stands ready.
ALONE = """
import os, time
from pathlib import Path
sockets = Path(os.environ["IPYTHONDIR"]).parent
mark = sockets / "at work"
mark.touch(exist_ok=False)
until = time.monotonic() + 60
while {waits} and len(list(sockets.glob("*.json"))) < 2 and time.monotonic() < until:
    time.sleep(0.01)
display({{"text/html": f"<p>Kärnor: {{len(list(sockets.glob('*.json')))}}</p>"}}, raw=True)
mark.unlink()
"""


@pytest.mark.slow
def test_one_job_computes_at_a_time_and_the_next_notebooks_kernel_is_started_meanwhile(project):
    pages = [path.stem for path in sorted((project / "notebooks").glob("*.ipynb"))]
    for page in pages:
        write_notebook(project, page, ALONE.format(waits=page == "work"))
    longest = project / "notebooks" / "work.ipynb"
    longest.write_text(longest.read_text("utf-8") + " " * 1000, "utf-8")  # so that it is the first, and another waits
    outcome = quickly(project, jobs=1)
    assert outcome.code == DONE, outcome.failures()
    assert "Kärnor: 2" in (outcome.site / "work.html").read_text("utf-8")


class Told(Silence):
    def __init__(self) -> None:
        self.names: list[str] = []

    def finished(self, run, done, total) -> None:
        self.names.append(run.name)


def test_the_longest_notebook_is_run_first_and_all_share_the_turns_of_the_jobs(project, monkeypatch):
    written = project / "notebooks" / "housing.ipynb"
    written.write_text(written.read_text("utf-8") + " " * 1000, "utf-8")
    shared = []

    def run(self, name, source, values):
        shared.append(self.turns)
        return Run(name, "failed", 0.0, "nothing was run")

    monkeypatch.setattr(Executor, "run", run)
    told = Told()
    build(BuildRequest(Paths(project), "9901", 2024, jobs=1), told)
    assert told.names[0] == "housing"
    assert len(told.names) == 7
    assert {id(turns) for turns in shared} == {id(shared[0])}
    assert [shared[0].acquire(blocking=False) for _ in range(2)] == [True, False], "as many as there are jobs"


def test_a_notebook_that_is_gone_since_the_check_fails_its_own_page(project, monkeypatch):
    gone = project / "notebooks" / "housing.ipynb"
    checked, really = batch.planned, Executor.run
    monkeypatch.setattr(batch, "planned", lambda requests: (checked(requests), gone.unlink())[0])

    def run(self, name, source, values):
        return really(self, name, source, values) if name == "housing" else Run(name, "failed", 0.0, "nothing was run")

    monkeypatch.setattr(Executor, "run", run)
    causes = {run.name: run.cause for run in quickly(project).runs}
    assert "No such file or directory" in causes.pop("housing")
    assert list(causes.values()) == ["nothing was run"] * 6


def write_text_cell(notebook: Path, text: str) -> None:
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"].append({"cell_type": "markdown", "id": "ny", "metadata": {}, "source": text})
    notebook.write_text(json.dumps(content), "utf-8")


def turn(turns: Semaphore, batch: Limit | None = None, stopped: bool = False) -> Turn:
    event = Event()
    if stopped:
        event.set()
    return Turn(turns, event, batch)


def test_a_turn_tells_how_long_it_was_waited_for_and_is_given_back(monkeypatch):
    now = iter([10.0, 17.5])
    monkeypatch.setattr("lagesbild.publishing.run.clock", lambda: next(now))
    turns = Semaphore(1)
    with turn(turns) as waited:
        assert waited == 7.5
        assert not turns.acquire(blocking=False)
    assert turns.acquire(blocking=False)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"batch": Limit(3, "the batch", began=-math.inf)}, "not begun after 3 seconds, the limit of the batch"),
        ({"stopped": True}, "interrupted before it began"),
    ],
)
def test_a_turn_that_comes_too_late_is_not_begun_and_leaves_its_place_to_others(how, said):
    turns = Semaphore(1)
    with pytest.raises(NotBegun, match=said), turn(turns, **how):
        pytest.fail("it was begun")
    assert turns.acquire(blocking=False)


def test_a_limit_of_what_begins_later_is_over_later(monkeypatch):
    monkeypatch.setattr(limits, "clock", lambda: 12.0)
    limit = Limit(10, "a notebook", began=0.0)
    assert (limit.left, limit.is_over) == (-2, True)
    assert (limit.later(4).left, limit.later(4).is_over) == (2, False)


@pytest.mark.slow
def test_an_interrupt_while_only_the_other_pages_are_to_be_made_keeps_the_last_report(project, monkeypatch):
    assert quickly(project).code == DONE
    before = contents(project / "reports" / "9901" / "2024")
    write_text_cell(project / "notebooks" / "work.ipynb", "En ny mening.")  # every run is kept, and the page is not
    really = Kernels.ask

    def interrupted(kernels: Kernels, function: str, content: bytes):
        if function.endswith(":bodies_ahead"):
            kernels.stop()
        return really(kernels, function, content)

    monkeypatch.setattr(Kernels, "ask", interrupted)
    assert quickly(project).code == INTERRUPTED
    assert contents(project / "reports" / "9901" / "2024") == before
    monkeypatch.setattr(Kernels, "ask", really)
    outcome = quickly(project)
    assert (outcome.code, {run.cached for run in outcome.runs}) == (DONE, {True})
    assert "En ny mening." in (outcome.site / "work.html").read_text("utf-8")


@pytest.mark.slow
def test_a_notebook_is_run_with_the_values_of_its_own_parameters_and_the_manifest_has_them(project):
    shown = 'display({"text/html": f"<p>{since + 1} {label!r}</p>"}, raw=True)'
    own = f'{PARAMETERS}\nsince: int = 2015\nlabel: str = "allt"'
    write_notebook(project, "work", shown, parameters=own)
    outcome = quickly(project, given=("since=2017",))
    assert outcome.code == DONE, outcome.failures()
    assert "<p>2018 'allt'</p>" in (outcome.site / "work.html").read_text("utf-8")
    manifest = json.loads((outcome.site / "manifest.json").read_text("utf-8"))
    assert manifest["notebooks"]["work"]["parameters"] == {"since": 2017, "label": "allt"}
    assert manifest["notebooks"]["housing"]["parameters"] == {}


@pytest.mark.slow
def test_an_image_beside_the_notebook_lies_beside_the_page_and_one_that_is_missing_fails_its_chapter(project):
    picture = b"\x89PNG\r\n\x1a\nkarta"
    (project / "notebooks" / "bilder").mkdir()
    (project / "notebooks" / "bilder" / "karta.png").write_bytes(picture)
    for page, name in (("work", "karta.png"), ("housing", "krta.png")):
        write_notebook(project, page, f"""display({{"text/html": "<img src='bilder/{name}' alt='K'>"}}, raw=True)""")
    outcome = quickly(project)
    [cause] = [run.cause for run in outcome.runs if run.state != "ok"]
    assert "the image 'bilder/krta.png' is missing" in cause
    [link] = re.findall(r"src='(media/[^']+)'", (outcome.site / "work.html").read_text("utf-8"))
    assert (outcome.site / link).read_bytes() == picture
    assert link in json.loads((outcome.site / "manifest.json").read_text("utf-8"))["files"]


@pytest.mark.slow
def test_a_run_notebook_holds_the_html_of_each_component_once(frozen, tmp_path):
    kernels = Kernels(tmp_path, {ROOT_VARIABLE: str(frozen.paths.root)})
    executor = Executor(kernels, BuildRequest(frozen.paths, "2480", 2024))
    run = executor.run("work", frozen.paths.notebooks / "work.ipynb", {})
    kernels.stop()
    assert run.state == "ok", run.trace
    outputs = [output.data for cell in run.notebook.cells for output in cell.get("outputs", ()) if "data" in output]
    shown = [html for data in outputs if MIME in data and (html := bare_html(data["text/html"]))]
    everything = "\n".join(
        data[kind] if isinstance(data[kind], str) else json.dumps(data[kind]) for data in outputs for kind in data
    )
    assert len(shown) > 8
    assert {everything.count(html) for html in shown} == {1}
    assert max(len(data["text/plain"]) for data in outputs if MIME in data) < 200


@pytest.mark.slow
def test_a_whole_report_stays_until_the_next_one_is_whole(project):
    target = Target(project / "reports" / "9901" / "2024")
    before = contents(target.folder)
    write_notebook(project, "work", "1 / 0")
    outcome = quickly(project)
    assert (outcome.code, outcome.kept_old, outcome.site) == (FAILED, True, target.incomplete)
    assert contents(target.folder) == before
    assert "ZeroDivisionError" in (target.incomplete / "work.html").read_text("utf-8")
    write_notebook(project, "work", "1 + 1")
    assert quickly(project).code == DONE
    assert not target.incomplete.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"state": "incomplete"}'])
def test_a_report_whose_manifest_says_nothing_of_a_whole_one_is_none(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, "utf-8")
    assert Target(tmp_path).whole() == {}
