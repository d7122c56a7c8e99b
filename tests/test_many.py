"""Many reports in one batch: order, what fails, what is kept, what stays in memory, and how all of it is told."""

import errno
import gc
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from shutil import copytree, rmtree

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from rich.console import Console
from typer.testing import CliRunner

from copies import Copy
from lagesbild.cli import app
from lagesbild.html.render import MIME
from lagesbild.paths import Paths
from lagesbild.publishing import batch, index, keys, outcome, unit
from lagesbild.publishing.batch import build_all
from lagesbild.publishing.kernels import Kernels
from lagesbild.publishing.outcome import CHANGED_SINCE, DONE, FAILED, INTERRUPTED, Ended, JsonLines, Outcome, UnitLines
from lagesbild.publishing.request import BuildRequest, RefusedBuild
from lagesbild.publishing.run import Executor, Run
from lagesbild.publishing.target import Target
from lagesbild.records import RecordError
from lagesbild.sources.raw import load_places
from lagesbild.swedish.names import swedish_order
from lagesbild.tidy.schema import TidyError
from reports import COMMAND, build, contents, eventually, hidden, lives, quick_project, write_notebook
from test_cli import told

PLACES = ["9901", "9902", "9903"]  # with figures; 0180 has none


class Silence:
    def finished(self, run, done, total): ...

    def interrupted(self): ...


def executed(executor: Executor, source: Path) -> nbformat.NotebookNode:
    """The notebook as a kernel would have run it."""
    notebook = nbformat.read(source, as_version=4)
    record = {"kind": "passage", "anchor": "", "title": "", "parameters": executor.request.parameters}
    data = {"text/html": "<h1>Påhittad sida</h1>", MIME: record}
    notebook.cells[1].outputs = [nbformat.v4.new_output("display_data", data)]
    return notebook


class Runs:
    """Stands for kernels: every notebook runs at once and well, unless `fails` or `before` say something else."""

    def __init__(self):
        self.ran: list[tuple[str, str]] = []  # (municipality, page)
        self.notebooks: list[weakref.ref] = []  # that were run
        self.fails: dict[tuple[str, str], str] = {}
        self.before = lambda executor, name: None

    def run(self, executor: Executor, name: str, source: Path, values: dict) -> Run:
        place = executor.request.municipality
        self.ran.append((place, name))
        self.before(executor, name)
        if executor.kernels.stopped.is_set():
            return Run(name, "interrupted", 0.0, "interrupted while it ran")
        if cause := self.fails.get((place, name)):
            return Run(name, "failed", 0.0, cause, f"Traceback of {place}")
        notebook = executed(executor, source)
        self.notebooks.append(weakref.ref(notebook))
        return Run(name, "ok", 0.0, notebook=notebook, values=values)

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(place for place, _ in self.ran))


@pytest.fixture(autouse=True)
def on_no_disk(monkeypatch):
    """No report here has to outlive a power cut, which takes most of the time."""
    monkeypatch.setattr("lagesbild.publishing.target._flush", lambda folder: None)


@pytest.fixture
def runs(monkeypatch) -> Runs:
    made = Runs()
    monkeypatch.setattr(Executor, "run", lambda executor, *given: made.run(executor, *given))
    return made


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A project whose table is made, without reports. Copy it before you change it."""
    root = quick_project(tmp_path_factory.mktemp("many"))
    Copy(Paths(root)).fetched("N07609", {(place, year): 5.0 for place in PLACES for year in (2020, 2022)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "run", lambda executor, *given: Runs().run(executor, *given))
        assert build(BuildRequest(Paths(root), "9901", 2024, kernel="spawn"), Silence()).code == DONE
    (root / "reports").rename(root / "alone")
    return root


@pytest.fixture
def project(template, tmp_path) -> Path:
    return copytree(template, tmp_path / "project", ignore=lambda *_: {"alone", ".cache"})


@pytest.fixture
def built(project) -> Path:
    """The same with the reports of all places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "run", lambda executor, *given: Runs().run(executor, *given))
        assert made(project).code == DONE
    return project


def requests(root: Path, *places: str, **how) -> list[BuildRequest]:
    how = {"kernel": "spawn"} | how  # no kernel is started, and so no template
    return [BuildRequest(Paths(root), place, 2024, **how) for place in places or PLACES]


def made(root: Path, *places: str, ended=lambda *_: None, **how) -> Ended:
    return build_all(requests(root, *places, **how), Silence(), ended)


def states(ended: Ended) -> dict[str, str]:
    return {each.request.name: each.state for each in ended.outcomes}


def test_every_unit_is_made_in_order_and_as_it_is_made_alone(project, template, runs):
    ended = made(project)
    assert (ended.code, states(ended)) == (DONE, dict.fromkeys(PLACES, "ok"))
    assert [place for place, _ in runs.ran] == [place for place in PLACES for _ in range(7)]
    alone, among = (contents(root / "9901" / "2024") for root in (template / "alone", project / "reports"))
    assert {name for name in alone if alone[name] != among[name]} == {"manifest.json"}
    assert hidden(project) == set()


def test_the_next_units_notebooks_run_while_the_last_ones_are_not_rendered(project, runs):
    begun, waited = threading.Event(), []

    def before(executor, name):
        if executor.request.municipality == "9902":
            begun.set()
        elif name == "regional_support" and executor.request.municipality == "9901":
            waited.append(begun.wait(60))

    runs.before = before
    assert made(project).code == DONE
    assert waited == [True]


def test_nothing_of_a_finished_unit_stays_in_memory_and_at_most_two_are_open(project, runs, monkeypatch):
    units = weakref.WeakSet()

    class Watched(batch.Unit):
        def __init__(self, *given):
            super().__init__(*given)
            units.add(self)

    monkeypatch.setattr(batch, "Unit", Watched)
    seen = []

    def ended(of, done, total):
        gc.collect()
        assert all(run.notebook is None for run in of.runs)
        seen.append([unit.request.name for unit in units])

    assert made(project, ended=ended).code == DONE
    assert [len(names) <= 2 for names in seen] == [True] * 3
    assert "9901" not in seen[1] + seen[2]
    assert "9902" not in seen[2]
    gc.collect()
    assert len(units) == 0
    assert len(runs.notebooks) == 21
    assert [notebook() for notebook in runs.notebooks] == [None] * 21


def test_kernels_that_have_ended_are_forgotten_with_what_they_left(tmp_path):
    kernels = Kernels(tmp_path, {})
    kinds = [kernels.manager() for _ in range(2)]
    for number, kind in enumerate(kinds):
        manager = kind()
        manager.connection_file = str(tmp_path / f"{number}.json")
        for kind_of_file in ("log", "reads"):
            (tmp_path / f"{number}.{kind_of_file}").touch()
        kernels.started.append(manager)
    del manager
    gone = weakref.ref(kernels.started[0])
    kernels.forget(kinds.pop(0))
    assert [type(each) for each in kernels.started] == kinds
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.log", "1.reads"]
    del kind
    gc.collect()
    assert gone() is None


def test_one_units_trouble_ends_no_other_and_is_told_by_its_cause(project, runs):
    runs.fails = dict.fromkeys([("9901", "work"), ("9903", "work")], "ValueError: ingen lycka")
    ended = made(project, "0180", *PLACES)
    assert ended.code == FAILED
    assert states(ended) == {"0180": "failed", "9901": "failed", "9902": "ok", "9903": "failed"}
    causes = {cause: [each.request.name for each in of] for cause, of in ended.causes().items()}
    assert causes.pop("work: failed: ValueError: ingen lycka") == ["9901", "9903"]
    [(refused, of)] = causes.items()
    assert refused.startswith("municipality: '…' has no values;")
    assert of == ["0180"]
    log = ended.log.read_text("utf-8")
    assert [ended.log] == list((project / "reports" / "logs").iterdir())
    assert "Traceback of 9901" in log
    assert "Traceback of 9903" in log
    assert log.endswith("s\n")
    assert "4 units, exit code 1" in log


def test_a_fault_of_ours_in_one_unit_is_logged_with_its_trace_and_the_others_are_made(project, runs, monkeypatch):
    def broken(site, request, *given):
        if request.name == "9902":
            raise KeyError("ours")
        return right(site, request, *given)

    right = unit.write_manifest
    monkeypatch.setattr(unit, "write_manifest", broken)
    ended = made(project)
    assert states(ended) == {"9901": "ok", "9902": "failed", "9903": "ok"}
    assert "in broken" in ended.log.read_text("utf-8")
    with pytest.raises(KeyError):
        made(project, "9902")
    assert hidden(project) == set()


def test_a_full_disk_in_one_unit_leaves_the_others(project, runs, monkeypatch):
    def full(target, site):
        if target.folder.parent.name == "9901":
            raise OSError(errno.ENOSPC, "No space left on device")
        return right(target, site)

    right = Target.replace
    monkeypatch.setattr(Target, "replace", full)
    ended = made(project)
    assert states(ended) == {"9901": "failed", "9902": "ok", "9903": "ok"}
    assert "No space left" in next(iter(ended.causes()))


def test_of_one_place_alone_what_is_wrong_with_it_is_refused(project, runs):
    with pytest.raises(ValueError, match="'0180' has no values"):
        made(project, "0180")
    assert not (project / "reports").exists()


def test_a_unit_that_another_process_builds_is_told_and_passed_over(project, runs):
    target = Target(project / "reports" / "9902" / "2024")
    with target.held():
        ended = made(project)
        assert states(ended) == {"9901": "ok", "9902": "failed", "9903": "ok"}
        assert f"reports/…/2024 is being built by process {os.getpid()}, since " in next(iter(ended.causes()))
        with pytest.raises(RefusedBuild, match="is being built by"):
            made(project, "9902")
    assert runs.places == ["9901", "9903"]


def judged(root: Path, place: str, text: str) -> None:
    path = root / "data" / "assessments" / place / "2024.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_errors_in_a_places_own_judgements_are_that_places_trouble(project, runs):
    judged(project, "9902", "slogan: allt\n")
    ended = made(project)
    assert states(ended) == {"9901": "ok", "9902": "failed", "9903": "ok"}
    assert "data/assessments/…/2024.yml:1: " in next(iter(ended.causes()))


@pytest.mark.parametrize("place", ["0180", "regions"])
def test_errors_in_what_is_of_no_unit_refuse_the_whole_batch(project, runs, place):
    judged(project, "9902", "slogan: allt\n")
    judged(project, place if place == "0180" else "regions/sagan", "slogan: allt\n")
    with pytest.raises(RecordError, match=f"data/assessments/{place}"):
        made(project)
    assert runs.ran == []


# Run again: whole and unchanged reports are kept.


def edit_page(root: Path) -> None:
    (root / "reports" / "9902" / "2024" / "work.html").write_text("", "utf-8")


def lose_manifest(root: Path) -> None:
    (root / "reports" / "9901" / "2024" / "manifest.json").unlink()


def incomplete(root: Path) -> None:
    path = root / "reports" / "9903" / "2024" / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"state": "ok",\n "v', '"state": "incomplete",\n "v'), "utf-8")


def other_judgements(root: Path) -> None:
    assert told("new", "9902", "--root", root)[0] == 0


def other_notebook(root: Path) -> None:
    write_notebook(root, "work", "1 + 1")


def other_image(root: Path) -> None:
    (root / "notebooks" / "karta.png").write_bytes(b"ny")


def other_figures(root: Path) -> None:
    Copy(Paths(root)).fetched("N07609", {("9903", 2022): 6.0}, date="2024-06-01")


@pytest.mark.parametrize(
    ("change", "anew"),
    [
        (lambda root: None, []),
        (edit_page, ["9902"]),
        (lose_manifest, ["9901"]),
        (incomplete, ["9903"]),
        (other_judgements, ["9902"]),
        (other_notebook, PLACES),
        (other_image, PLACES),
        (other_figures, PLACES),
    ],
    ids=["nothing", "page", "manifest", "incomplete", "judgements", "notebook", "image", "figures"],
)
def test_run_again_only_what_is_missing_or_outdated_is_made(built, runs, change, anew):
    change(built)
    before = {place: contents(built / "reports" / place) for place in PLACES}
    ended = made(built)
    assert ended.code == DONE
    assert states(ended) == {place: "ok" if place in anew else "unchanged" for place in PLACES}
    assert all(contents(built / "reports" / place) == before[place] for place in PLACES if place not in anew)


def test_another_version_of_what_makes_pages_makes_them_anew(built, runs, monkeypatch):
    monkeypatch.setattr(keys, "packages", lambda: {"pandas": "another"})
    assert set(states(made(built)).values()) == {"ok"}


def test_other_values_of_a_notebooks_own_parameters_make_reports_anew(built, runs):
    write_notebook(built, "work", parameters='municipality: str = "9901"\nyear: int = 2024\nsince: int = 2015')
    two = ("9901", "9902")
    assert set(states(made(built, *two)).values()) == {"ok"}
    assert set(states(made(built, *two, given=("since=2015",))).values()) == {"unchanged"}
    assert set(states(made(built, *two, given=("since=2016",))).values()) == {"ok"}


# Ctrl-C.


def test_an_interrupt_keeps_what_is_whole_and_the_next_run_makes_the_rest(project, runs):
    def before(executor, name):
        if executor.request.municipality == "9902":
            eventually((project / "reports" / "9901" / "2024").exists)
            if name == "no_vulnerable_areas":
                os.kill(os.getpid(), signal.SIGINT)
            assert executor.kernels.stopped.wait(60)

    runs.before = before
    ended = made(project)
    assert ended.code == INTERRUPTED
    assert ended.states() == {"ok": 1, "interrupted": 1, "not begun": 1}
    assert ended.index is None
    assert hidden(project) == set()
    assert not (project / "reports" / "9902" / "2024").exists()
    runs.ran.clear()
    runs.before = lambda executor, name: None
    assert states(made(project)) == {"9901": "unchanged", "9902": "ok", "9903": "ok"}
    assert runs.places == ["9902", "9903"]


# In two chapters of 9902: a cell that waits for ever.
ONLY_IN_9902 = """
import os, time
from pathlib import Path
if municipality == "9902":
    Path(os.environ["LAGESBILD_ROOT"], f"kernel-{os.getpid()}").touch()
    time.sleep(600)
"""


class Started:
    """A build from the command line of which two chapters wait for ever, with a temporary folder of its own."""

    def __init__(self, root: Path, *options: str):
        for page in ("work", "housing"):
            write_notebook(root, page, ONLY_IN_9902)
        self.root, self.temporary = root, Path(tempfile.mkdtemp(prefix="t-"))  # short: it will hold sockets
        asked = [COMMAND, "build", "--root", root, *options]
        given = os.environ | {"TMPDIR": str(self.temporary)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        # a suite under nohup ignores SIGHUP, and what it starts would too
        hears = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}
        self.process = subprocess.Popen(asked, **pipes, **hears, text=True, env=given)
        eventually(lambda: len(self.kernels) == 2 or self.process.poll() is not None)
        assert self.process.poll() is None, self.process.communicate()

    @property
    def kernels(self) -> list[int]:
        return [int(path.name.removeprefix("kernel-")) for path in self.root.glob("kernel-*")]

    def ended(self) -> tuple[int, str]:
        """Exit code and all that was said."""
        said = "".join(self.process.communicate())
        return self.process.returncode, said

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.communicate()
        for pid in filter(lives, self.kernels):
            os.kill(pid, signal.SIGKILL)
        rmtree(self.temporary, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("options", [["--municipality", "9901"], ["--watch"]], ids=["many", "watch"])
def test_an_interrupted_command_ends_its_kernels_and_keeps_whole_reports(project, options):
    started = Started(project, *options, "--municipality", "9902", "--jobs", "2")
    first = project / "reports" / "9901" / "2024" / "index.html"
    try:
        if options != ["--watch"]:
            eventually(first.is_file)
        started.process.send_signal(signal.SIGINT)
        code, said = started.ended()
        assert code == 130
        assert "run the same command again" in said
        if options != ["--watch"]:
            assert first.is_file()
            assert "2 municipalities: 1 ok, 1 interrupted" in said
        assert "Traceback" not in said
        assert not any(map(lives, started.kernels))
        assert hidden(project) == set()
        assert list(started.temporary.iterdir()) == []
    finally:
        started.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_before_it_has_begun_says_so_by_its_code_alone(number):
    script = f"import os\nfrom lagesbild import cli\ncli.app = lambda: os.kill(os.getpid(), {number:d})\ncli.main()"
    hears = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, **hears)
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_an_own_file_that_cannot_be_read_refuses_the_batch_once_as_the_table_is_all_places(project, runs):
    own = project / "data" / "raw" / "local" / "9902" / "egen.csv"
    own.parent.mkdir(parents=True)
    own.write_text("indicator;place\nx;9902\n", "utf-8")
    with pytest.raises(TidyError, match="egen"):
        made(project, "9901", "9902")
    assert runs.ran == []
    assert not (project / "reports" / "9901").exists()


# What is told.


def lines_of(root: Path, *words: str) -> tuple[int, list[dict]]:
    ended = CliRunner().invoke(app, ["build", "--root", str(root), "--kernel", "spawn", "--json", *words])
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended.exit_code, [json.loads(line) for line in ended.stdout.splitlines()]


def test_machines_are_told_one_object_a_unit_and_a_summary(project, runs):
    runs.fails = {("9902", "work"): "ValueError: [red]ja[/] :100: " + "lång " * 60}
    code, [*units, last] = lines_of(project, "--municipality", "all")
    assert code == FAILED
    assert [(unit["unit"], unit["name"], unit["year"], unit["done"], unit["total"]) for unit in units] == [
        ("0180", "Nollstad", 2024, 1, 4), ("9901", "Påhittsby", 2024, 2, 4), ("9902", "Sagostad", 2024, 3, 4),
        ("9903", "Luftnäs", 2024, 4, 4),
    ]  # fmt: skip
    assert [unit["state"] for unit in units] == ["failed", "ok", "failed", "ok"]
    assert [list(unit["causes"].values()) for unit in units] == [[["the report"]], [], [["work"]], []]
    summary = last["summary"]
    assert (summary["units"], summary["states"], summary["exit_code"]) == (4, {"failed": 2, "ok": 2}, FAILED)
    assert sorted(summary["causes"].values()) == [["0180"], ["9902"]]
    assert Path(summary["log"]).is_file()
    assert Path(summary["index"]).is_file()


def test_one_report_is_told_to_machines_too_and_makes_no_index(project, runs):
    code, [unit, last] = lines_of(project, "--municipality", "9901")
    assert (code, unit["state"], last["summary"]["index"]) == (DONE, "ok", None)
    assert not (project / "reports" / "index.html").exists()


def test_several_places_are_told_line_by_line_and_each_once(project, runs):
    words = [word for place in ("9901", "Sagostad", "9901") for word in ("--municipality", place)]
    ended = CliRunner().invoke(app, ["build", "--root", str(project), *words])
    assert ended.exit_code == DONE
    assert "  1/2 9901 Påhittsby " in ended.stdout
    assert "  2/2 9902 Sagostad " in ended.stdout
    assert "2 municipalities: 2 ok" in ended.stdout
    assert f"Open {project / 'reports' / 'index.html'}" in ended.stdout


def failed(root: Path, number: int, cause: str) -> Outcome:
    return Outcome(BuildRequest(Paths(root), f"99{number:02}", 2024), f"By {number}", FAILED, trouble=cause)


def test_the_end_names_at_most_five_units_of_a_cause_and_the_commonest_first(tmp_path):
    told = io.StringIO()
    console = Console(file=told, soft_wrap=True, width=80)
    outcomes = [failed(tmp_path, 1, "sällan"), *(failed(tmp_path, n, f"99{n:02} saknas") for n in range(2, 14))]
    UnitLines(console, console).summary(Ended(outcomes, 13, FAILED, 7.0, tmp_path / "logg"))
    first, second, states, log = told.getvalue().splitlines()
    assert first == ("12 municipalities: … saknas (9902 By 2, 9903 By 3, 9904 By 4, 9905 By 5, 9906 By 6 and 7 more)")
    assert second == "1 municipality: sällan (9901 By 1)"
    assert states == "13 municipalities: 13 failed (7 s)"
    assert log == f"Log: {tmp_path / 'logg'}"


def test_warnings_are_told_of_many_reports_and_to_machines(tmp_path):
    told = io.StringIO()
    console = Console(file=told, soft_wrap=True, width=80)
    kept = Outcome(BuildRequest(Paths(tmp_path), "9901", 2024), "Påhittsby", same_source=False, warnings=["Skadad."])
    UnitLines(console, console).summary(Ended([kept], 2, DONE, 7.0, None))
    warning, one, _ = told.getvalue().splitlines()
    assert warning == "Skadad."
    assert one == f"1 municipality: some pages are kept. {CHANGED_SINCE} (9901 Påhittsby)"
    told.truncate(told.seek(0))
    JsonLines(console, console).ended(kept, 1, 2)
    assert json.loads(told.getvalue())["warnings"] == ["Skadad.", CHANGED_SINCE]


def test_a_template_that_replaces_another_is_given_what_editions_share_too(project, runs, monkeypatch):
    given, templates = [], []

    def begin(kernels: Kernels) -> None:
        templates.append(object())
        kernels.template = templates[-1]

    monkeypatch.setattr(Kernels, "begin", begin)
    monkeypatch.setattr(Kernels, "ask", lambda kernels, function, content: bytes)
    monkeypatch.setattr(
        Kernels, "adopt", lambda kernels, function, content: given.append((kernels.template, function.split(":")[1]))
    )
    assert made(project, "9901", "9902").code == DONE
    last, whole = templates[-1], [template for template, function in given if function == "adopt"]
    assert whole == [templates[-2], last]
    assert given.count((last, "complete")) == 2, "of the place, and of it and its region, for seven pages"


def test_what_stays_is_put_out_of_the_collectors_sight_by_a_batch_of_several_alone(project, runs, monkeypatch):
    settled = []
    monkeypatch.setattr(batch, "settled", lambda: settled.append(len(runs.ran)))
    assert made(project, "9901").code == DONE
    assert settled == [], "a watch makes one report again and again, and would never let its remains go"
    assert made(project, "9902", "9903").code == DONE
    assert settled == [7], "once, before its first notebook"


def test_the_time_left_counts_only_reports_that_were_made(tmp_path, monkeypatch):
    clock, told = [0.0], io.StringIO()
    monkeypatch.setattr(outcome.time, "monotonic", lambda: clock[0])
    console = Console(file=told, width=200)
    lines, request = UnitLines(console, console), BuildRequest(Paths(tmp_path), "9901", 2024)
    lines.ended(Outcome(request, "Påhittsby", unchanged=True), 1, 11)
    clock[0] = 20.0
    lines.ended(Outcome(request, "Påhittsby", seconds=20.0), 2, 11)
    lines.ended(Outcome(request, "Påhittsby"), 11, 11)
    skipped, one, last = told.getvalue().splitlines()
    assert "left" not in skipped + last
    assert one.endswith("ok  20.0 s, 3 min left")


# The page over all municipalities.


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (
            ["Örebro", "Åmål", "Ängelholm", "Zinkgruvan", "Arboga"],
            ["Arboga", "Zinkgruvan", "Åmål", "Ängelholm", "Örebro"],
        ),
        (["Malmö", "Malung-Sälen", "Malå"], ["Malmö", "Malung-Sälen", "Malå"]),
        (["A\u030akarp", "Zon", "Idre", "Idéby"], ["Idéby", "Idre", "Zon", "A\u030akarp"]),
    ],
)
def test_swedish_names_end_with_the_three_last_letters(names, wanted):
    assert sorted(names, key=swedish_order) == wanted


def standing(root: Path, place: str, year: int, state: str = "ok", day: str = "2024-05-01") -> None:
    """A report as far as the page over all municipalities looks at it."""
    folder = root / "reports" / place / str(year)
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<!DOCTYPE html><title>En rapport</title>", "utf-8")
    content = {"state": state, "input": {"snapshots": {"kolada": day, "scb": "2020-01-01"}}}
    (folder / "manifest.json").write_text(json.dumps(content), "utf-8")


def write_index(root: Path) -> Path:
    paths = Paths(root)
    return index.write_index(paths, Copy(paths).catalog, load_places(paths))


@pytest.fixture
def stood(project) -> Path:
    """A project with reports of several years and states, and places with names for every letter."""
    places = {"0000": "Riket", "0099": "Region Saga", **NAMES}
    rows = [
        {"place": code, "name": name, "type": "L" if code.startswith("00") else "K"} for code, name in places.items()
    ]
    Copy(Paths(project)).listed("places", rows)
    for year in (2022, 2024, 2023):
        standing(project, "9901", year)
    standing(project, "9902", 2023, state="incomplete")
    standing(project, "9905", 2024, day="2025-01-31")
    standing(project, "9999", 2024)  # of no place of the snapshot
    standing(project, "regions/sagan", 2023)
    (project / "reports" / "9903" / "2024").mkdir(parents=True)  # no report
    (project / "reports" / "9903" / "2024" / "manifest.json").write_text("{", "utf-8")
    return project


NAMES = {"9901": "Påhittsby", "9902": "Ömåla", "9903": "Åby", "9904": "Ängen", "9905": "Zäta <b>", "0180": "Nollstad"}


@pytest.fixture
def drawn(stood, monkeypatch) -> Path:
    """That project, of which every municipality has a shape: a square and an islet."""
    square = np.array([[0, 0], [0, 9000], [9000, 9000], [9000, 0], [0, 0]], dtype=float)
    islet = np.array([[0, 0], [1, 0], [1, 1], [0, 0]], dtype=float)
    shapes = {code: ([square + at * 9000, islet], (0, 0)) for at, code in enumerate(NAMES)}
    monkeypatch.setattr(index, "with_shape", lambda codes: [code for code in codes if code in shapes])
    monkeypatch.setattr(index, "municipal_shapes", lambda codes: {code: shapes[code] for code in codes})
    return stood


def test_the_index_lists_every_municipality_by_region_and_name_with_its_years_and_states(stood):
    tree = html.fromstring(write_index(stood).read_text("utf-8"))
    assert tree.xpath("//h2/text()") == ["Regionernas egna rapporter", "Region Saga", "Övriga kommuner"]
    heads = [tree.xpath("//span[@class='of']/text()"), tree.xpath("/html/head/title/text()")]
    assert heads == [["Alla kommuner"], ["Kommunernas lägesbilder – Alla kommuner – Lägesbild social hållbarhet"]], (
        "each report says its own year"
    )
    lines = [" ".join(line.text_content().split()) for line in tree.xpath("//ul[@class='places']/li")]
    assert lines == [
        "Sagoförbundet 2023",
        "Påhittsby 2024 · Påhittsby 2023 · Påhittsby 2022",
        "Zäta <b> 2024, siffror hämtade 2025-01-31",
        "Åby ingen rapport",
        "Ängen ingen rapport",
        "Ömåla 2023, ofullständig",
        "Nollstad ingen rapport",
    ]
    links = tree.xpath("//ul[@class='places']//a/@href")
    found = ["regions/sagan/2023", "9901/2024", "9901/2023", "9901/2022", "9905/2024", "9902/2023"]
    assert links == [f"{at}/index.html" for at in found]
    assert tree.xpath("//li/@data-code") == ["9901", "9905", "9903", "9904", "9902", "0180"]
    lead = " ".join(tree.xpath("//p[@class='lead']")[0].text_content().split())
    assert lead == (
        "6 kommuner: 2 med rapport, 1 med en ofullständig rapport, 3 utan. Siffrorna är hämtade 2024-05-01 där inget "
        "annat står."
    )


def test_every_file_that_the_index_names_lies_there(stood):
    page = write_index(stood)
    tree = html.fromstring(page.read_text("utf-8"))
    named = [*tree.xpath("//@href"), *tree.xpath("//@src")]
    assert len(named) > 12
    anchors = set(tree.xpath("//@id"))
    for address in named:
        file, _, anchor = address.partition("#")
        assert (page.parent / file).exists(), address
        assert not anchor or anchor in anchors
    assert {path.name for path in page.parent.glob(".*")} == {".index.lock"}


def test_without_shapes_there_is_no_map_and_with_them_it_links_what_the_list_links(drawn, monkeypatch):
    tree = html.fromstring(write_index(drawn).read_text("utf-8"))
    monkeypatch.setattr(index, "with_shape", lambda codes: [])
    assert "<svg" not in write_index(drawn).read_text("utf-8")
    [drawing] = tree.xpath("//div[@class='map']")
    assert drawing.get("aria-hidden") == "true"
    assert drawing.xpath("./svg/a/@href") == ["9901/2024/index.html", "9905/2024/index.html", "9902/2023/index.html"]
    assert set(drawing.xpath(".//a/@tabindex")) == {"-1"}
    told = drawing.xpath(".//title/text()")
    assert told[0::2] == ["Påhittsby 2024", "Åby – ingen rapport", "Ömåla 2023 – ofullständig"]
    assert drawing.xpath("./svg/a[1]/path/@d") == ["M0 1000l0-167 167 0 0 167-167 0z"]
    assert len(drawing.xpath("./ul/li")) == 3


def test_the_index_is_written_anew_only_when_what_stands_there_or_the_code_has_changed(stood, monkeypatch):
    page = write_index(stood)
    first = page.stat().st_ino
    assert write_index(stood).stat().st_ino == first
    monkeypatch.setattr(index, "TITLE", "En annan rubrik")
    assert write_index(stood).stat().st_ino != first
    second = page.stat().st_ino
    standing(stood, "9904", 2024)
    assert write_index(stood).stat().st_ino != second
    assert "9904/2024/index.html" in page.read_text("utf-8")


def test_an_index_that_cannot_be_written_leaves_the_last_one(stood, monkeypatch):
    before = write_index(stood).read_text("utf-8")
    monkeypatch.setattr(index, "index_html", lambda *_: 1 / 0)
    standing(stood, "9904", 2024)
    with pytest.raises(ZeroDivisionError):
        write_index(stood)
    assert (stood / "reports" / "index.html").read_text("utf-8") == before
    assert not (stood / "reports" / ".index.work").exists()


def test_a_batch_writes_the_index_and_one_report_made_later_keeps_it_true(project, runs):
    ended = made(project, "9901", "9902")
    assert ended.index == project / "reports" / "index.html"
    first = ended.index.read_text("utf-8")
    assert "9902/2024/index.html" in first
    assert "9903/2024" not in first
    made(project, "9903")
    alone = ended.index.read_text("utf-8")
    assert "9903/2024/index.html" in alone
    assert made(project).code == DONE
    assert ended.index.read_text("utf-8") == alone


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (400, "light"), (320, "dark")])
def test_axe_finds_nothing_in_the_index_and_it_fits(stood, open_page, width, scheme):
    opened = open_page(write_index(stood), width, color_scheme=scheme)
    options = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(opened.page, options=options)
    assert found.violations_count == 0, found.generate_report()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.problems == []
    assert all(address.startswith("file:") for address in opened.requests)


def listed(page) -> list[str]:
    """The codes of the municipalities that the list shows."""
    return [line.get_attribute("data-code") for line in page.locator("li[data-code]:visible").all()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "wanted"),
    [("9902", ["Ömåla"]), ("aby", ["Åby"]), ("saga län zät", ["Zäta <b>"]), ("2022", ["Påhittsby"]), ("xyz", [])],
)
def test_the_search_of_the_index_finds_name_code_region_and_year(drawn, open_page, words, wanted):
    opened = open_page(write_index(drawn))
    page = opened.page
    page.get_by_role("searchbox", name="Sök kommun, kommunkod eller region").fill(words)
    said = (
        f"Visar {len(wanted)} av 6 kommuner." if wanted else "Ingen kommun passar. Prova namnet, koden eller regionen."
    )
    page.get_by_text(said).wait_for()
    assert [NAMES[code] for code in listed(page)] == wanted
    assert page.locator(".county:visible").count() == len(wanted)
    on_map = page.locator(".map path:not(.away)").evaluate_all("all => all.map(path => path.dataset.code)")
    assert [NAMES[code] for code in on_map] == wanted
    if words == "9902":
        page.keyboard.press("Enter")
        page.wait_for_url("**/9902/2023/index.html")
    assert opened.problems == []


@pytest.mark.slow
def test_the_index_shows_only_those_with_a_report_where_that_is_asked_for(stood, open_page):
    page = open_page(write_index(stood)).page
    page.get_by_role("checkbox", name="Bara kommuner med rapport").check()
    assert listed(page) == ["9901", "9905", "9902"]
    assert page.get_by_role("status").text_content() == "Visar 3 av 6 kommuner."
    for code in ("9903", "9904", "0180"):
        standing(stood, code, 2025)
    assert open_page(write_index(stood)).page.get_by_role("checkbox").count() == 0, "there is nothing to leave out"


@pytest.mark.slow
def test_without_scripts_the_index_is_a_plain_list(stood, open_page):
    page = open_page(write_index(stood), java_script_enabled=False).page
    assert page.locator(".look").is_hidden()
    assert len(listed(page)) == 6
    page.locator("li[data-code] a").first.click()
    page.wait_for_url("**/9901/2024/index.html")
