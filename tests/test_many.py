"""Many reports in one batch: order, what fails, what is kept, what stays in memory, and how all of it is told."""

import errno
import gc
import io
import json
import os
import signal
import threading
import weakref
from pathlib import Path
from shutil import copytree

import nbformat
import pytest
from rich.console import Console
from typer.testing import CliRunner

from copies import Copy
from lagesbild.cli import app
from lagesbild.html.render import MIME
from lagesbild.paths import Paths
from lagesbild.publishing import batch, manifest, outcome
from lagesbild.publishing.batch import DONE, FAILED, INTERRUPTED, build, build_all
from lagesbild.publishing.outcome import Ended, Outcome, UnitLines
from lagesbild.publishing.request import BuildRequest, RefusedBuild
from lagesbild.publishing.run import Executor, Run
from lagesbild.publishing.target import Target
from lagesbild.records import RecordError
from reports import contents, eventually, hidden, lives, quick_project, write_notebook
from test_cli import told
from test_interrupts import WAITS, Started

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
        return Run(name, "ok", 0.0, notebook=executed(executor, source))

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(place for place, _ in self.ran))


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
        assert build(BuildRequest(Paths(root), "9901", 2024), Silence()).code == DONE
    (root / "reports").rename(root / "made")
    return root


@pytest.fixture
def project(template, tmp_path) -> Path:
    return copytree(template, tmp_path / "project", ignore=lambda *_: {"made"})


def requests(root: Path, *places: str, **how) -> list[BuildRequest]:
    return [BuildRequest(Paths(root), place, 2024, **how) for place in places or PLACES]


def made(root: Path, *places: str, ended=lambda *_: None, **how) -> Ended:
    return build_all(requests(root, *places, **how), Silence(), ended)


def states(ended: Ended) -> dict[str, str]:
    return {each.request.name: each.state for each in ended.outcomes}


def test_every_unit_is_made_in_order_and_as_it_is_made_alone(project, template, runs):
    ended = made(project)
    assert (ended.code, states(ended)) == (DONE, dict.fromkeys(PLACES, "ok"))
    assert [place for place, _ in runs.ran] == [place for place in PLACES for _ in range(7)]
    alone, among = (contents(root / "9901" / "2024") for root in (template / "made", project / "reports"))
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
    units, notebooks = weakref.WeakSet(), weakref.WeakSet()

    class Watched(batch.Unit):
        def __init__(self, *given):
            super().__init__(*given)
            units.add(self)

    def kept(executor, source):
        notebook = executed(executor, source)
        notebooks.add(notebook)
        return notebook

    monkeypatch.setattr(batch, "Unit", Watched)
    monkeypatch.setitem(globals(), "executed", kept)
    monkeypatch.setattr(nbformat.NotebookNode, "__hash__", object.__hash__)
    seen = []

    def ended(of, done, total):
        gc.collect()
        assert all(run.notebook is None for run in of.runs)
        seen.append([unit.request.name for unit in units])

    assert made(project, *PLACES, *PLACES[:1], ended=ended).code == DONE
    assert [len(names) <= 2 for names in seen] == [True] * 4
    assert all(place not in names for place, names in zip(PLACES, seen[1:], strict=True)), "of units ended before"
    gc.collect()
    assert (len(units), len(notebooks)) == (0, 0)


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

    right = manifest.write_manifest
    monkeypatch.setattr(manifest, "write_manifest", broken)
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
def test_run_again_only_what_is_missing_or_outdated_is_made(project, runs, change, anew):
    assert made(project).code == DONE
    runs.ran.clear()
    change(project)
    before = {place: contents(project / "reports" / place) for place in PLACES}
    ended = made(project)
    assert ended.code == DONE
    assert runs.places == anew
    assert states(ended) == {place: "ok" if place in anew else "unchanged" for place in PLACES}
    assert all(contents(project / "reports" / place) == before[place] for place in PLACES if place not in anew)


def test_another_version_of_what_makes_pages_makes_them_anew(project, runs, monkeypatch):
    assert made(project).code == DONE
    monkeypatch.setattr(manifest, "PACKAGES", ("lagesbild",))
    assert set(states(made(project)).values()) == {"ok"}


def test_other_values_of_a_notebooks_own_parameters_make_reports_anew(project, runs):
    write_notebook(project, "work", parameters='municipality: str = "9901"\nyear: int = 2024\nsince: int = 2015')
    assert made(project).code == DONE
    runs.ran.clear()
    assert set(states(made(project, given=("since=2015",))).values()) == {"unchanged"}
    assert set(states(made(project, given=("since=2016",))).values()) == {"ok"}


# Ctrl-C.


def test_an_interrupt_keeps_what_is_whole_and_the_next_run_makes_the_rest(project, runs):
    def before(executor, name):
        if (executor.request.municipality, name) == ("9902", "no_vulnerable_areas"):
            eventually((project / "reports" / "9901" / "2024").exists)
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


ONLY_IN_9902 = f'if municipality == "9902":\n{"".join(f"    {line}{chr(10)}" for line in WAITS.strip().splitlines())}'


@pytest.mark.slow
def test_an_interrupted_command_ends_its_kernels_keeps_whole_reports_and_says_how_to_go_on(project, monkeypatch):
    monkeypatch.setattr("test_interrupts.WAITS", ONLY_IN_9902)
    started = Started(project, "--municipality", "9902", "--jobs", "2")
    try:
        assert (project / "reports" / "9901" / "2024" / "index.html").is_file()
        started.process.send_signal(signal.SIGINT)
        code, said = started.ended()
        assert code == 130
        assert "run the same command again" in said
        assert "2 municipalities: 1 ok, 1 interrupted" in said
        assert "Traceback" not in said
        assert not any(map(lives, started.kernels))
        assert hidden(project) == set()
        assert list(started.temporary.iterdir()) == []
    finally:
        started.end()


# What is told.


def lines_of(root: Path, *words: str) -> tuple[int, list[dict]]:
    ended = CliRunner().invoke(app, ["build", "--root", str(root), "--json", *words])
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
