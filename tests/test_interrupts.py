"""How a build ends when it is interrupted or killed, and how two builds keep out of each other's way."""

import itertools
import os
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import pytest

from lagesbild.publishing.target import HeldTargetError, Target, interrupts, sockets, tidy_others
from reports import COMMAND, contents, eventually, hidden, lives, quick_project, run, write_notebook

WAITS = """
import os, time
from pathlib import Path
Path(os.environ["LAGESBILD_ROOT"], f"kernel-{os.getpid()}").touch()
time.sleep(600)
"""


class Started:
    """A build from the command line whose last two chapters wait for ever, with a temporary folder of its own."""

    def __init__(self, root: Path, *options: str):
        for page in ("work", "housing"):
            write_notebook(root, page, WAITS)
        self.root, self.temporary = root, Path(tempfile.mkdtemp(prefix="t-"))  # short: it will hold sockets
        asked = [COMMAND, "build", "--root", root, "--municipality", "9901", *(options or ["--jobs", "7"])]
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


@pytest.fixture
def started(tmp_path, request):
    report = tmp_path / "reports" / "9901" / "2024"
    report.mkdir(parents=True)
    (report / "index.html").write_text("den förra", "utf-8")
    build = Started(quick_project(tmp_path), *getattr(request, "param", ()))
    yield build
    build.end()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("started", "number"),
    [
        ((), signal.SIGINT),
        ((), signal.SIGTERM),
        ((), signal.SIGHUP),
        pytest.param(("--jobs", "7", "--watch"), signal.SIGINT, id="a-watch"),
    ],
    indirect=["started"],
)
def test_an_interrupt_leaves_the_last_report_and_nothing_else(started, number):
    started.process.send_signal(number)
    code, said = started.ended()
    assert code == 130
    assert "run the same command again" in said
    assert "Traceback" not in said
    assert not any(map(lives, started.kernels))
    assert contents(started.root / "reports" / "9901" / "2024") == {"index.html": "den förra".encode()}
    assert hidden(started.root) == set()
    assert list(started.temporary.iterdir()) == []


@pytest.mark.slow
def test_a_second_interrupt_ends_at_once_and_leaves_no_kernel_either(started):
    started.process.send_signal(signal.SIGINT)
    while "Ending the kernels" not in started.process.stderr.readline():
        assert started.process.poll() is None
    started.process.send_signal(signal.SIGINT)
    assert started.ended()[0] == 130
    eventually(lambda: not any(map(lives, started.kernels)))
    assert hidden(started.root) == set()
    assert list(started.temporary.iterdir()) == []


@pytest.mark.slow
def test_two_builds_never_meet_and_a_dead_one_is_tidied_away(started, monkeypatch):
    second = run("build", "--root", started.root, "--municipality", "9901")
    assert second.returncode == 2
    assert f"process {started.process.pid}, since " in second.stderr
    monkeypatch.setattr(tempfile, "tempdir", str(started.temporary))
    tidy_others(started.root / "reports")
    assert {".2024.work", ".2024.holder"} <= hidden(started.root), "its owner lives"
    assert [path.suffix for path in sorted(started.temporary.iterdir())] == ["", ".lock"]
    started.process.kill()
    eventually(lambda: not any(map(lives, started.kernels)))  # they end when their owner is gone
    assert ".2024.work" in hidden(started.root)
    tidy_others(started.root / "reports")
    assert hidden(started.root) == set()
    assert list(started.temporary.iterdir()) == []


def test_the_first_signal_ends_in_order_and_every_later_one_at_once():
    calls = []
    before = signal.getsignal(signal.SIGTERM)
    with interrupts(lambda: calls.append("in order"), lambda: calls.append("at once")):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
    assert calls == ["in order", "at once", "at once"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_held_target_is_refused_with_its_holder(tmp_path):
    target = Target(tmp_path / "reports" / "9901" / "2024")
    named = pytest.raises(HeldTargetError, match=rf"process {os.getpid()}, since \d{{4}}-")
    with target.held(), named, target.held():
        pass
    with target.held() as work:
        assert work.is_dir()
    assert not work.exists()


def test_sockets_are_removed_when_nobody_holds_them_and_not_before(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with sockets() as folder:
        tidy_others(tmp_path / "reports")
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []
    for left in (folder, folder.with_name("lagesbild-other")):
        left.mkdir()
    folder.with_name(f"{folder.name}.lock").touch()  # as a killed batch leaves it
    tidy_others(tmp_path / "reports")
    assert [path.name for path in tmp_path.iterdir()] == ["lagesbild-other"], "without a lock it is not ours"


def test_nothing_is_left_though_threads_still_write(tmp_path):
    target = Target(tmp_path / "reports" / "9901" / "2024")
    work = target.folder.with_name(".2024.work")

    def write(name: str, begun: threading.Event) -> None:
        for number in itertools.count():
            try:
                (work / f"{name}-{number}.ipynb").write_text("{}")
            except FileNotFoundError:
                return
            if number == 100:
                begun.set()

    for _ in range(20):
        work.mkdir(parents=True)
        begun = [threading.Event() for _ in range(4)]
        threads = [threading.Thread(target=write, args=(str(n), event)) for n, event in enumerate(begun)]
        for thread in threads:
            thread.start()
        for event in begun:
            event.wait()
        target.tidy()
        left = work.exists()
        rmtree(work, ignore_errors=True)  # the threads end when the folder is gone for good
        for thread in threads:
            thread.join()
        assert not left
    assert hidden(tmp_path) == set()


def test_a_build_killed_between_two_moves_gives_the_old_report_back(tmp_path):
    target = Target(tmp_path / "reports" / "9901" / "2024")
    old = target.folder.with_name(".2024.old")
    old.mkdir(parents=True)
    (old / "index.html").write_text("gammal")
    with target.held():
        assert (target.folder / "index.html").read_text() == "gammal"
        assert not old.exists()


def test_a_build_killed_after_both_moves_keeps_the_new_report(tmp_path):
    target = Target(tmp_path / "reports" / "9901" / "2024")
    for folder, text in ((target.folder.with_name(".2024.old"), "gammal"), (target.folder, "ny")):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(text)
    tidy_others(tmp_path / "reports")
    assert (target.folder / "index.html").read_text() == "ny"
    assert [path.name for path in target.folder.parent.iterdir() if path.is_dir()] == ["2024"]
