"""The fault table: whatever happens, the last good report stays, what is told is true, and the next run ends.

One row a fault, each done for real to a small report of one page. `after` looks at the same five things behind each.
"""

import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from typer.testing import CliRunner

from lagesbild.cli import app
from lagesbild.paths import Paths
from lagesbild.publishing import batch, limits, unit
from lagesbild.publishing.kernels import tidy_sockets
from lagesbild.publishing.target import tidy_others
from lagesbild.publishing.template import templates
from reports import (
    COMMAND,
    HEADER,
    PARAMETERS,
    children,
    contents,
    eventually,
    lives,
    once,
    quick_project,
    write_notebook,
)

# The rows of the table, typed in: a test holds them against those that are collected.
ROWS = [
    "kernel-killed-by-sigkill",
    "kernel-ended-by-os-exit",
    "kernel-at-its-memory-limit",
    "runner-killed-and-run-again",
    "ctrl-c-once",
    "ctrl-c-twice",
    "polite-kill",
    "terminal-closed",
    "time-out-of-a-cell",
    "time-out-of-a-notebook",
    "time-out-of-the-batch",
    "disk-full",
    "read-only-target",
    "two-runs-at-one-target",
    "stale-lock",
    "corrupted-cache-entry",
    "foreign-cache-entry",
    "notebook-without-parameters-cell",
    "unknown-parameter",
    "misspelt-parameter",
    "0114",
    "sys-exit-0-in-a-cell",
    "100-mb-of-output",
    "non-ascii-path",
    "spaced-path",
    "braced-path",
    "lc-all-c",
    "clock-set-back",
]
PAGE = "regional_support"  # the one page of a region's report: one kernel a build
ROOT = "import os, signal, time\nfrom pathlib import Path\nroot = Path(os.environ['LAGESBILD_ROOT'])\n"
BEGINS = f"{ROOT}(root / f'kernel-{{os.getpid()}}').touch()\n"
WAITS = f"{BEGINS}while not (root / 'go').exists():\n    time.sleep(0.02)"


@dataclass
class Project:
    """A made-up project with a whole report, and a temporary folder for what its builds leave there."""

    root: Path
    temporary: Path
    stack: ExitStack
    how: tuple[str, ...] = ()  # options of every build
    before: dict[str, bytes] = field(default_factory=dict)

    @property
    def report(self) -> Path:
        return self.root / "reports" / "regions" / "sagan" / "2024"

    @property
    def regions(self) -> Path:
        return self.root / "reports" / "regions"

    def options(self, *options: str, region: str = "sagan") -> list[str]:
        whose = [] if "--municipality" in options else ["--region", region]
        return ["build", "--root", str(self.root), *whose, *options, *self.how]

    def build(self, *options: str, **whose: str) -> tuple[int, str]:
        """The command in this process, from its options to its exit code and all that it said."""
        result = CliRunner().invoke(app, self.options(*options, **whose), catch_exceptions=False)
        return result.exit_code, result.output

    def process(self, **environment: str) -> subprocess.Popen[str]:
        """The command in a process of its own, which is killed with its kernels when the test ends."""
        given = os.environ | {"TMPDIR": str(self.temporary)} | environment
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        # a suite under nohup ignores SIGHUP, and what it starts would too
        hears = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}
        process = subprocess.Popen([COMMAND, *self.options()], **pipes, **hears, text=True, env=given)
        self.stack.callback(ended, process)
        self.stack.callback(process.kill)
        return process

    def waiting(self) -> subprocess.Popen[str]:
        """The command, whose one kernel is in the midst of a cell."""
        self.last_cell(WAITS)
        process = self.process()
        eventually(lambda: self.kernels or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        return process

    def last_cell(self, *cells: str) -> None:
        write_notebook(self.root, PAGE, *cells)

    @property
    def kernels(self) -> list[int]:
        """The kernels in which a cell has begun."""
        return [int(path.name.removeprefix("kernel-")) for path in self.root.glob("kernel-*")]

    @property
    def hidden(self) -> set[str]:
        """What builds have left beside the reports; the empty lock file may stay."""
        return {path.name for path in (self.root / "reports").rglob(".*") if path.suffix != ".lock"}

    def pages(self) -> dict[str, bytes]:
        """The report, without the one file that tells of clocks."""
        return {name: content for name, content in contents(self.report).items() if name != "manifest.json"}

    @property
    def logs(self) -> list[str]:
        paths = (self.root / "reports" / "logs").iterdir()
        return [path.read_text("utf-8") for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)]


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code of a process, and all that it said."""
    said = "".join(process.communicate())
    return process.returncode, said


@dataclass
class Told:
    """How a build ended, and what must be true of it."""

    ended: tuple[int, str]
    code: int
    state: str = ""  # of the page's run, where it was begun
    words: tuple[str, ...] = ()  # that its cause has, or the refusal
    log: bool = True  # whether the build could write one
    mend: Callable[[], object] = lambda: None


CASES: dict[str, Callable[..., Told]] = {}


def row(name: str) -> Callable:
    def added(case: Callable[..., Told]) -> Callable[..., Told]:
        CASES[name] = case
        return case

    return added


def after(project: Project, told: Told) -> None:
    """What must hold behind every fault."""
    code, said = told.ended
    assert code == told.code, said
    assert "Traceback" not in said
    # the last good report
    whole = contents(project.report)
    if told.code:
        assert whole == project.before
    else:
        assert project.pages() == {name: text for name, text in project.before.items() if name != "manifest.json"}
    # what is told of it
    aside = project.report.with_name("2024-incomplete") / "manifest.json"
    assert json.loads(whole["manifest.json"])["state"] == "ok"
    if told.state and told.code != 130:
        made = json.loads(aside.read_text("utf-8") if told.code else whole["manifest.json"])
        run = made["notebooks"][PAGE]
        assert (made["state"], run["state"]) == ("incomplete" if told.code else "ok", told.state)
        said += run["cause"] + run.get("first_kernel_died", "")
    if told.log:
        log = project.logs[-1]
        assert f"exit code {told.code}," in log.splitlines()[0]
        assert f"\n{PAGE}: {told.state}" in log
        said += log
    assert [word for word in told.words if word not in said] == [], said
    # what still runs
    assert not any(map(lives, project.kernels))
    templates.kill()  # which serves all builds of this process
    assert not [pid for pid in children(os.getpid()) if pid not in BEFORE]
    assert str(project.temporary) not in Path("/proc/net/unix").read_text()
    assert list(project.temporary.iterdir()) == []
    assert project.hidden == set()
    # the next run
    told.mend()
    if told.code:
        project.last_cell()
        assert project.build()[0] == 0
        assert project.pages() == {name: text for name, text in project.before.items() if name != "manifest.json"}
        assert not aside.exists()
        assert project.hidden == set()
        assert list(project.temporary.iterdir()) == []


BEFORE = set(children(os.getpid()))


def whole_report(root: Path) -> Path:
    """A project with a whole report of its region."""
    from copies import LISTS, PLACES, SERIES, Copy  # with pandas

    quick_project(root)
    copy, places = Copy(Paths(root)), PLACES | {"0114": "Ettsta"}
    rows = [(code, name, "L" if code.startswith("00") else "K") for code, name in places.items()]
    copy.listed("places", [dict(zip(LISTS["places"], row, strict=True)) for row in rows])
    copy.fetched("N07907", SERIES["N07907"] | {("0114", 2022): 12})
    with (root / "data" / "catalog" / "regions.yml").open("a", encoding="utf-8") as regions:
        regions.write("  nollan:\n    members: ['0114', '9901']\n    name: Nollan\n")
    result = CliRunner().invoke(app, ["build", "--root", str(root), "--region", "sagan"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return root


@pytest.fixture
def project(tmp_path, tmp_path_factory, monkeypatch) -> Iterator[Project]:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # ipykernel would leave the process's own streams alone
    whole = once(tmp_path_factory, "fault", whole_report)
    with ExitStack() as stack:
        temporary = Path(tempfile.mkdtemp(prefix="t-"))  # short: it will hold sockets
        stack.callback(rmtree, temporary, ignore_errors=True)
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        made = Project(copytree(whole, tmp_path / "project"), temporary, stack)
        made.before = contents(made.report)
        yield made
        (made.root / "go").touch()
        for pid in filter(lives, made.kernels):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


# Kernels that die in mid-cell.


@row("kernel-killed-by-sigkill")
def _(project: Project) -> Told:
    once_only = "if len(list(root.glob('kernel-*'))) == 1:\n    os.kill(os.getpid(), signal.SIGKILL)"
    project.last_cell(BEGINS + once_only)
    told = Told(project.build(), 0, "ok", ("Its first kernel died, and it was run once more", "(SIGKILL)"))
    assert len(project.kernels) == 2
    return told


@row("kernel-ended-by-os-exit")
def _(project: Project) -> Told:
    project.last_cell(f"{BEGINS}os._exit(0)")
    told = Told(project.build(), 1, "kernel died", ("exit code 0, as os._exit() does", "run once more"))
    assert len(project.kernels) == 2, "once more, and never again"
    return told


@row("kernel-at-its-memory-limit")
def _(project: Project) -> Told:
    limit = "resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, used + 2**26))"
    used = "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()"
    project.last_cell(f"{BEGINS}import resource\n{used}\n{limit}\nbytearray(2**30)")
    told = Told(project.build(), 1, "failed", ("MemoryError",))
    assert len(project.kernels) == 1, "an error is not tried again"
    return told


# Runners that end in the midst.


@row("runner-killed-and-run-again")
def _(project: Project) -> Told:
    process = project.waiting()
    process.kill()
    told = Told(ended(process), -signal.SIGKILL, log=False)
    eventually(lambda: not any(map(lives, project.kernels)))  # they end when their owner is gone
    assert {".2024.work", ".2024.holder"} <= project.hidden
    tidy_others(project.regions)  # as whoever builds anything does
    tidy_sockets()
    assert project.hidden == set()
    assert list(project.temporary.iterdir()) == []
    return told


def _interrupted(number: int) -> Callable[[Project], Told]:
    def case(project: Project) -> Told:
        process = project.waiting()
        process.send_signal(number)
        return Told(ended(process), 130, "interrupted", ("run the same command again",))

    return case


row("ctrl-c-once")(_interrupted(signal.SIGINT))
row("polite-kill")(_interrupted(signal.SIGTERM))
row("terminal-closed")(_interrupted(signal.SIGHUP))


@row("ctrl-c-twice")
def _(project: Project) -> Told:
    process = project.waiting()
    os.kill(project.kernels[0], signal.SIGSTOP)  # the first alone would end it before the second comes
    process.send_signal(signal.SIGINT)
    while "Ending the kernels" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    told = Told(ended(process), 130, log=False)
    eventually(lambda: not any(map(lives, project.kernels)))
    return told


# Limits of time. Only a cell's is waited for; the others are over as soon as a cell has begun, by the test's own clock.


@row("time-out-of-a-cell")
def _(project: Project) -> Told:
    waits = f"def wait():\n    time.sleep(600)\n{BEGINS}wait()"
    write_notebook(project.root, PAGE, header=waits)  # before all cells that need a machine's time
    stood = ("stopped after 5 seconds, the limit of a cell", "raise --timeout", "It stood in: File", "in wait")
    told = Told(project.build("--timeout", "5"), 1, "timed out", stood)
    assert len(project.kernels) == 1, "a time-out is not tried again"
    return told


def _hours_after_its_start(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    late = lambda: bool(project.kernels)  # noqa: E731
    monkeypatch.setattr(limits, "clock", lambda: time.monotonic() + 36_000 * late())


@row("time-out-of-a-notebook")
def _(project: Project, monkeypatch: pytest.MonkeyPatch) -> Told:
    _hours_after_its_start(project, monkeypatch)
    project.last_cell(BEGINS, "'never'")
    words = (
        "before cell 4 (\"'never'\"): stopped after 600 seconds, the limit of a notebook",
        "raise --notebook-timeout",
    )
    return Told(project.build("--notebook-timeout", "600"), 1, "timed out", words, mend=monkeypatch.undo)


@row("time-out-of-the-batch")
def _(project: Project, monkeypatch: pytest.MonkeyPatch) -> Told:
    from lagesbild.catalog.load import load_catalog

    with monkeypatch.context() as patch:
        _hours_after_its_start(project, patch)
        patch.setattr(batch, "AHEAD", 0)  # else the kernel that is ready first has the first turn
        first, second, *others = load_catalog(Paths(project.root)).pages
        write_notebook(project.root, second, BEGINS, "'never'")
        longest = project.root / "notebooks" / f"{first}.ipynb"  # the longest is run first
        longest.write_text(longest.read_text("utf-8") + " " * 1000, "utf-8")
        nine = ("--municipality", "9901", "--jobs", "1")
        code, said = project.build(*nine, "--batch-timeout", "600")
        assert code == 1, said
        made = json.loads((project.root / "reports" / "9901" / "2024" / "manifest.json").read_text("utf-8"))
        states = {name: run["state"] for name, run in made["notebooks"].items()}
    assert states == {first: "ok", second: "timed out"} | dict.fromkeys(others, "incomplete")
    assert f"{', '.join(others)}: incomplete: not begun after 600 seconds, the limit of the batch." in said
    assert len(project.kernels) == 1, "no cell is run of what cannot be begun"
    write_notebook(project.root, second)
    again = project.build(*nine)
    assert again[0] == 0, again[1]
    return Told((code, said), 1, words=("before cell 4", "raise --batch-timeout"), log=False)


# Places that take nothing.


def mounted(*words: object) -> bool:
    """Whether the system lets us mount."""
    return os.name == "posix" and subprocess.run(["mount", *map(str, words)], capture_output=True).returncode == 0


@row("disk-full")
def _(project: Project, monkeypatch: pytest.MonkeyPatch) -> Told:
    kept = copytree(project.regions, project.temporary / "kept")
    if not mounted("-t", "tmpfs", "-o", "size=4m", "lagesbild", project.regions):
        rmtree(kept)
        warnings.warn("NOT MOUNTED: this system mounts nothing, so the full disk was a patched write.", stacklevel=1)
        full = OSError(errno.ENOSPC, "No space left on device")

        def fails(*_: object) -> None:
            raise full

        monkeypatch.setattr(unit, "write_manifest", fails)
        return Told(project.build(), 1, words=("No space left", "Make room"), log=False, mend=monkeypatch.undo)
    project.stack.callback(subprocess.run, ["umount", project.regions], check=True)
    copytree(kept, project.regions, dirs_exist_ok=True)
    rmtree(kept)
    ballast = project.regions / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    os.truncate(ballast, ballast.stat().st_size - 2**16)  # room to begin, none to end
    words = ("the report: it could not be written", "No space left", "Make room")
    told = Told(project.build(), 1, words=words, log=False, mend=ballast.unlink)
    assert project.logs[-1].startswith("build sagan 2024: failed, exit code 1,")
    return told


@row("read-only-target")
def _(project: Project) -> Told:
    if os.geteuid():  # who is not root passes no permission bits
        project.report.parent.chmod(0o555)
        mend = lambda: project.report.parent.chmod(0o755)  # noqa: E731
        project.stack.callback(mend)
        return Told(project.build(), 2, words=("no report can be written there",), log=False, mend=mend)
    if not mounted("--bind", project.regions, project.regions):
        pytest.skip("NOT TESTED: this system mounts nothing, and root passes permission bits.")
    project.stack.callback(subprocess.run, ["umount", project.regions], check=True)
    assert mounted("-o", "remount,bind,ro", project.regions)
    words = ("no report can be written there", "Read-only file system")
    mend = lambda: mounted("-o", "remount,bind,rw", project.regions)  # noqa: E731
    return Told(project.build(), 2, words=words, log=False, mend=mend)


# Two at one place.


@row("two-runs-at-one-target")
def _(project: Project) -> Told:
    first = project.waiting()
    code, said = project.build()
    assert {".2024.work", ".2024.holder"} <= project.hidden, "the first goes on"
    (project.root / "go").touch()
    assert ended(first)[0] == 0
    project.before = contents(project.report)
    return Told((code, said), 2, words=(f"being built by process {first.pid}, since ",), log=False)


@row("stale-lock")
def _(project: Project) -> Told:
    holds = "import sys\nfrom pathlib import Path\nfrom lagesbild.publishing.kernels import sockets\n"
    holds += "from lagesbild.publishing.target import Target\n"
    holds += "with Target(Path(sys.argv[1])).held(), sockets():\n    print('held', flush=True)\n    input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    given = os.environ | {"TMPDIR": str(project.temporary)}
    holder = subprocess.Popen([sys.executable, "-c", holds, project.report], **pipes, env=given, text=True)
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    assert {".2024.work", ".2024.holder"} <= project.hidden
    assert list(project.temporary.iterdir()) != []
    return Told(project.build(), 0, "ok")


# What is asked for, and cannot be.


@row("notebook-without-parameters-cell")
def _(project: Project) -> Told:
    path = project.root / "notebooks" / f"{PAGE}.ipynb"
    path.write_text(path.read_text("utf-8").replace('["parameters"]', '["parametrar"]'), "utf-8")
    words = (f"notebooks/{PAGE}.ipynb: 0 cells are tagged 'parameters'. The tag 'parametrar' looks misspelt.",)
    return Told(project.build(), 2, words=words, log=False)


@row("unknown-parameter")
def _(project: Project) -> Told:
    words = ("no notebook of this report declares a parameter 'colour'",)
    return Told(project.build("-p", "colour=red"), 2, words=words, log=False)


@row("misspelt-parameter")
def _(project: Project) -> Told:
    write_notebook(project.root, PAGE, parameters=f"{PARAMETERS}\nsince: int = 2015")
    words = ("declares a parameter 'sinse'. Did you mean 'since'?",)
    return Told(project.build("-p", "sinse=2016"), 2, words=words, log=False)


@row("0114")
def _(project: Project) -> Told:
    path = project.root / "data" / "catalog" / "regions.yml"
    catalog = path.read_text("utf-8")
    path.write_text(catalog.replace("'0114'", "0114"), "utf-8")
    code, said = project.build(region="nollan")
    path.write_text(catalog, "utf-8")
    shows = f"{HEADER}\ndisplay({{'text/html': f'<p>{{municipality!r}}</p>'}}, raw=True)"
    write_notebook(project.root, PAGE, header=shows)
    quoted = project.build(region="nollan")
    assert quoted[0] == 0, quoted[1]
    assert "<p>'0114'</p>" in (project.regions / "nollan" / "2024" / "index.html").read_text("utf-8")
    return Told((code, said), 2, words=('0114 is read as 76, not as text. Put it in quotes: "0114".',), log=False)


# Cells that do what cells should not.


@row("sys-exit-0-in-a-cell")
def _(project: Project) -> Told:
    project.last_cell(f"{BEGINS}import sys\nsys.exit(0)", "'never'")
    told = Told(project.build(), 1, "failed", ("ended the notebook with sys.exit(0), so no cell after it ran",))
    assert len(project.kernels) == 1
    return told


@row("100-mb-of-output")
def _(project: Project) -> Told:
    project.last_cell("print('x' * 100_000_000)")
    return Told(project.build(), 0, "ok", ("printed a great deal", "more characters"))


# Machines that are not as ours.


def _moved(name: str) -> Callable[[Project], Told]:
    def case(project: Project) -> Told:
        project.root = project.root.rename(project.root.with_name(name))
        return Told(project.build(), 0, "ok")

    return case


row("non-ascii-path")(_moved("påhittat Ω 報"))
row("spaced-path")(_moved(" ett  projekt "))
row("braced-path")(_moved("{b} {0} {} $HOME %s 100%"))


@row("lc-all-c")
def _(project: Project) -> Told:
    project.root = project.root.rename(project.root.with_name("påhittat"))
    process = project.process(LC_ALL="C", LANG="C")
    return Told(ended(process), 0, "ok")


@row("clock-set-back")
def _(project: Project, monkeypatch: pytest.MonkeyPatch) -> Told:
    earlier = itertools.count()

    class Backwards(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(1_700_000_000 - next(earlier), tz)  # each call a second before the last

    ends = []
    for _ in range(2):
        earlier = itertools.count()
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: Backwards.now().timestamp())
            for module in [module for name, module in sys.modules.items() if name.startswith("lagesbild.")]:
                if getattr(module, "datetime", None) is datetime:
                    patch.setattr(module, "datetime", Backwards)
            ends.append(project.build("--no-cache"))  # else the second would find nothing to do
    made = json.loads((project.report / "manifest.json").read_text("utf-8"))
    assert made["started"] > made["finished"], "the clock went back"
    assert 0 < made["notebooks"][PAGE]["seconds"] < 3600
    names = sorted(path.name for path in (project.root / "reports" / "logs").glob("20231114*"))
    assert len(names) == 2, "a log of the same name is no reason to lose the first"
    assert ends[1][0] == 0, ends[1][1]
    return Told(ends[0], 0, "ok")


# What earlier builds have kept.


def kept_run(project: Project, region: str) -> Path:
    """The entry that a build of a region makes in the cache; the copied project may have one for its first folder."""
    assert project.build(region=region)[0] == 0
    entries = (project.root / ".cache" / "runs" / "regions" / region / "2024").iterdir()
    return max(entries, key=lambda path: path.stat().st_mtime_ns)


@row("corrupted-cache-entry")
def _(project: Project) -> Told:
    entry = kept_run(project, "sagan")
    entry.write_bytes(entry.read_bytes()[:-9])
    (project.report / "index.html").unlink()
    return Told(project.build(), 0, "ok", (f"{entry.name} is damaged, so it is not used and is made again.",))


@row("foreign-cache-entry")
def _(project: Project) -> Told:
    entry = kept_run(project, "sagan")
    entry.write_bytes(kept_run(project, "nollan").read_bytes())
    (project.report / "index.html").unlink()
    return Told(project.build(), 0, "ok", (f"{entry.name} holds another key, so it is not used and is made again.",))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_last_report_stays_what_is_told_is_true_and_the_next_run_ends(name, project, monkeypatch):
    case = CASES[name]
    takes = case.__code__.co_varnames[: case.__code__.co_argcount]
    after(project, case(*[{"project": project, "monkeypatch": monkeypatch}[each] for each in takes]))


def test_every_row_of_the_table_is_there(request):
    collected = {item.callspec.params["name"] for item in request.node.parent.collect() if hasattr(item, "callspec")}
    assert collected == set(ROWS)
    assert len(ROWS) == len(set(ROWS)) == 28
