"""Kernels, and one notebook run in one of them."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from lagesbild.html.render import MIME
from lagesbild.publishing.checks import without_folder
from lagesbild.publishing.request import BuildRequest, Value

# The kernels of one build: all known, so that an interrupt leaves no orphan.

LONGEST = 100  # bytes of a socket's path, which systems cut at 104 to 108; its number follows
MOST_PRINTED = 1_000_000  # characters that a cell keeps of what it prints
KERNEL = [sys.executable, "-P", "-m", "lagesbild.publishing.kernel", "-f", "{connection_file}"]
# What a page must not depend on: the user's settings, the machine's language and zone, the order of sets.
FIXED = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # the debugger's warning at each start, which nobody needs to read
OF_THE_USER = ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONIOENCODING", "MPLBACKEND")


class Kernels:
    """Starts kernels until it is stopped.

    A kernel and this process talk through sockets in `sockets`: no ports that two builds could both pick, and
    no path that depends on a current directory. Where a socket's path would be too long, ports are used.
    """

    def __init__(self, sockets: Path, environment: dict[str, str]):
        self.sockets = sockets
        self.environment = environment
        self.stopped = threading.Event()
        self.started: list[AsyncKernelManager] = []

    def stop(self) -> None:
        """Starts no more kernels and kills those that run, with all that they started."""
        self.stopped.set()
        for manager in list(self.started):
            kill(manager)

    def surroundings(self) -> dict[str, str]:
        """The environment of a kernel: this process's, with nothing in it of the user's own settings of Python."""
        empty = self.sockets / "matplotlibrc"  # matplotlib takes it instead of the user's; its defaults hold
        empty.touch()
        own = {
            "IPYTHONDIR": str(self.sockets / "ipython"),
            "MATPLOTLIBRC": str(empty),
            "LAGESBILD_MOST_PRINTED": str(MOST_PRINTED),
        }
        kept = {name: value for name, value in os.environ.items() if name not in OF_THE_USER}
        return kept | FIXED | QUIET | own | self.environment

    def manager(self) -> type[AsyncKernelManager]:
        """The class of kernel managers that papermill shall use."""
        kernels = self

        class KnownKernel(AsyncKernelManager):
            memory = 0  # bytes, the most that was seen
            process: subprocess.Popen[bytes] | None = None  # which the provisioner forgets when it has ended

            @property
            def kernel_spec(self) -> KernelSpec:
                """This Python: a kernel "python3" of the user's own may be another, without our packages."""
                return KernelSpec(argv=KERNEL, display_name="Python 3", language="python")

            # jupyter_client declares the method through a wrapper that hides its own signature
            async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
                kernels.started.append(self)
                place = str(kernels.sockets / f"{id(self):x}")
                self.connection_file = f"{place}.json"
                if os.name == "posix" and len(os.fsencode(place)) < LONGEST:
                    self.transport, self.ip = "ipc", place
                self.context.rcvhwm = 0  # as many outputs may wait as a cell shows: above 1,000 ZMQ drops them
                self.written = Path(f"{place}.log")  # what it prints, and its crash: read when it has died
                with self.written.open("ab") as log:
                    given = {"stdout": log, "stderr": log, "env": kernels.surroundings()}
                    await super().start_kernel(**kwargs | given)
                self.process = self.provisioner.process  # type: ignore[union-attr]  # it has just been made
                if kernels.stopped.is_set():  # an interrupt came while the kernel was being started
                    kill(self)

            async def _async_is_alive(self) -> bool:
                """Whether it runs, which nbclient asks every second; its memory is looked at on the way."""
                self.look()
                return await super()._async_is_alive()

            def look(self) -> None:
                """Notes how much memory it uses."""
                with suppress(psutil.Error):
                    if self.process is not None:
                        self.memory = max(self.memory, psutil.Process(self.process.pid).memory_info().rss)

        return KnownKernel


def kill(manager: AsyncKernelManager) -> None:
    """Kills a kernel that lives, and what it started, at once."""
    process = getattr(manager.provisioner, "process", None)
    if process is None or process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # jupyter_client starts each kernel in a session of its own
        else:
            process.kill()


# Runs one notebook with papermill and says how it ended; papermill's own word for it is never read.

START_SECONDS = 300  # a loaded machine may take a minute; one that takes longer is broken
CAUSE_LENGTH = 400
LAST_LINES, LAST_BYTES = 20, 65_536  # of what a dead kernel wrote, for the log
CUT = re.compile(r"… and [\d,]+ more characters")  # what the kernel's own streams end with
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Run:
    """How one notebook ended: ok, failed, kernel died, timed out or interrupted."""

    name: str
    state: str
    seconds: float
    cause: str = ""  # one line, for the list of failures
    trace: str = ""  # for the log
    notebook: NotebookNode | None = field(default=None, repr=False)  # only of a run that is ok
    values: dict[str, Value] = field(default_factory=dict)  # of the notebook's own parameters


class StoppedNotebook(Exception):
    """A notebook that came to no end of its own: state, cause in one line, and a trace for the log."""

    def __init__(self, state: str, cause: str, trace: str = ""):
        super().__init__(cause)
        self.ending = state, one_line(cause), trace


class Client(PapermillNotebookClient):
    """papermill's client, which knows its cell and its kernel when something ends there."""

    cell = ""  # the one that runs, by its name

    def __init__(self, nb_man: Any, **how: Any):
        super().__init__(nb_man, on_cell_executed=self._refuse_exit, **how)
        self.names = cell_names(self.nb)

    def create_kernel_manager(self) -> AsyncKernelManager:
        """The manager, which is kept: nbclient forgets a kernel that has ended."""
        self.kernel = super().create_kernel_manager()
        return self.kernel

    def execute(self, **how: Any) -> NotebookNode:
        """Runs all cells. Raises StoppedNotebook where the kernel dies or a cell takes too long."""
        try:
            return super().execute(**how)
        except CellTimeoutError as error:
            raise StoppedNotebook("timed out", f"{self.cell}: {str(error).splitlines()[0]}", str(error)) from None
        except RuntimeError as error:
            # nbclient has an exception of its own for a kernel that dies in a cell, and none for one at its start
            if "Kernel died" not in str(error) or self.kernel.process is None:
                raise
            how_it_ended = death(self.kernel.process.poll(), self.kernel.memory)
            last, trace = last_lines(end_of(self.kernel.written))
            where = self.cell or "before its first cell"
            raise StoppedNotebook("kernel died", f"{where}: {how_it_ended}{last}", trace) from None

    def execute_cell(self, cell: NotebookNode, cell_index: int, **how: Any) -> NotebookNode:
        """Runs one cell. Raises StoppedNotebook where it ends the notebook, which papermill takes for its success."""
        self.cell = self.names[cell_index]
        self.kernel.look()
        try:
            return super().execute_cell(cell, cell_index, **how)
        except CellExecutionError as error:
            if error.ename == "SystemExit":
                raise StoppedNotebook("failed", EXITED.format(self.cell, f"sys.exit({error.evalue})")) from None
            raise

    def _refuse_exit(self, execute_reply: dict[str, Any], **_: Any) -> None:
        if any(payload.get("source") == "ask_exit" for payload in execute_reply["content"].get("payload", ())):
            raise StoppedNotebook("failed", EXITED.format(self.cell, "quit() or exit()"))


EXITED = "{} ended the notebook with {}, so no cell after it ran. Remove it; to stop at a fault, raise an error."
CRASHES = ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE")


def death(code: int | None, memory: int) -> str:
    """How a kernel ended, of its exit code (a signal's number is negative) and its memory in bytes when last seen."""
    used = f" It used {memory / 2**20:,.0f} MiB when it was last looked at." if memory else ""
    if code is None or code >= 0:
        return f"its process ended with exit code {code}, as os._exit() does. Remove the exit.{used}"
    name = signal.Signals(-code).name
    if name == "SIGKILL":
        return (
            "the kernel was killed from outside (SIGKILL), as systems do that run out of memory. Use less of it, "
            f"or build with --jobs 1.{used}"
        )
    if name in CRASHES:
        return f"the kernel crashed ({name}) in a library's compiled code; the log says where.{used}"
    return f"the kernel was ended from outside ({name}). Run the build again.{used}"


def end_of(file: Path) -> str:
    """The end of a kernel's log, which may be long."""
    with file.open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_BYTES))
        return log.read().decode("utf-8", "replace")


def last_lines(written: str) -> tuple[str, str]:
    """The last line of what a dead kernel wrote, as a sentence, and its last lines.

    A crash is written as the calls that led to it, the innermost first and behind those of other threads.
    """
    said, crash, calls = written.partition("Fatal Python error")
    calls = calls.rpartition("Current thread")[2]
    lines, inner = said.splitlines()[-LAST_LINES:], calls.splitlines()[1 : LAST_LINES + 1]
    shown = inner[:1] if crash else [line for line in lines if line.strip()][-1:]
    last = f" {'Last call' if crash else 'Last line'}: {shown[0].strip()}" if shown else ""
    return last, "\n".join([*lines, *inner])


class Engine(NBClientEngine):
    """papermill's engine with that client."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **how: Any) -> NotebookNode:
        """Runs the notebook. A cell's outputs have as much time as the cell: they may be many."""
        seconds = how["execution_timeout"]
        return Client(
            nb_man,
            kernel_name=kernel_name,
            timeout=seconds,
            iopub_timeout=seconds,
            startup_timeout=how["start_timeout"],
            shutdown_kernel="immediate",  # nothing in a kernel outlives its notebook, so its farewell is not awaited
            kernel_manager_class=how["kernel_manager_class"],
            resources=how["resources"],
        ).execute()


papermill_engines.register("lagesbild", Engine)


class Executor:
    """Runs notebooks until its kernels are stopped."""

    def __init__(self, kernels: Kernels, work: Path, request: BuildRequest):
        self.kernels = kernels
        self.work = work
        self.request = request

    def run(self, name: str, source: Path, values: dict[str, Value]) -> Run:
        """Runs one notebook with these values of its own parameters; never raises for what happens inside it."""
        if self.kernels.stopped.is_set():
            return Run(name, "interrupted", 0.0, "interrupted before it began", values=values)
        began = time.monotonic()
        notebook = None
        try:
            notebook = self._executed(source, values)
            state, cause, trace = "ok", "", "\n".join(cut_off(notebook))
        except Exception as error:  # one notebook's trouble must not end the batch
            state, cause, trace = ending(error)
        if self.kernels.stopped.is_set():
            state, cause, trace, notebook = "interrupted", "interrupted while it ran", "", None
        elif notebook is not None and (mismatch := parameter_error(notebook, self.request.parameters)):
            state, cause, notebook = "failed", mismatch, None
        cause, trace = (anonymous(text, str(self.request.paths.root)) for text in (cause, trace))
        return Run(name, state, time.monotonic() - began, cause, trace, notebook, values)

    def _executed(self, source: Path, values: dict[str, Value]) -> NotebookNode:
        notebook = papermill.execute_notebook(
            nbformat.read(source, as_version=4),  # not its path, which papermill would take for a template
            None,
            parameters=self.request.parameters | values,
            engine_name="lagesbild",
            kernel_name="python3",
            progress_bar=False,
            autosave_cell_every=0,
            execution_timeout=self.request.cell_seconds,
            start_timeout=START_SECONDS,
            kernel_manager_class=self.kernels.manager(),
            resources={"metadata": {"path": str(source.parent)}},
        )
        del notebook.metadata.papermill["input_path"]  # the whole notebook once more
        return notebook


def ending(error: Exception) -> tuple[str, str, str]:
    """State, cause in one line and trace of a run that raised `error`."""
    if isinstance(error, StoppedNotebook):
        return error.ending
    if isinstance(error, PapermillExecutionError):
        trace = ANSI.sub("", "\n".join(error.traceback))
        return "failed", one_line(f"{error.ename}: {error.evalue}"), trace
    if isinstance(error, RuntimeError) and "Kernel didn't respond" in str(error):
        return "timed out", f"the kernel did not start within {START_SECONDS} s", ""
    return "failed", one_line(f"{type(error).__name__}: {error}"), repr(error)


def cut_off(notebook: NotebookNode) -> list[str]:
    """A line for each cell that printed more than is kept, for the log."""
    told = []
    for name, cell in zip(cell_names(notebook), notebook.cells, strict=True):
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and (last := CUT.search(output.text)):
                told.append(f"{name} printed a great deal: {last[0]}")
    return told


def anonymous(text: str, root: str) -> str:
    """`text` without the folders of the machine: what readers get tells neither where it was made nor by whom."""
    home = str(Path.home())
    return without_folder(text, root).replace(f"{home}/", "~/") if len(home) > 1 else without_folder(text, root)


def one_line(text: str) -> str:
    """`text` without colours and line breaks, and not longer than a list of failures bears."""
    short = " ".join(ANSI.sub("", text).split())
    return short if len(short) <= CAUSE_LENGTH else short[: CAUSE_LENGTH - 1] + "…"


# A cell as its author finds it: by its number in the notebook as it is saved, and its first words.

WORDS = 40


def cell_names(notebook: NotebookNode) -> list[str]:
    """The name of every cell, such as: cell 3 ("## Bakgrund"). The one that papermill adds counts for none."""
    names, number = [], 0
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            names.append("the parameters that the build gives")
            continue
        number += 1
        first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
        short = first if len(first) <= WORDS else first[: WORDS - 1] + "…"
        names.append(f'cell {number} ("{short}")' if short else f"cell {number}")
    return names


# What readers get of an executed notebook: an analyst's cells stay out, and components may name their place.

ANALYST = "analyst"  # the tag of cells that are for the one who works in the notebook


def page_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that stand on the page, in its order.

    A record with `ends_page` is the last; one with `first` brings its cell to directly behind the header's, where
    several keep their order. In the notebook itself every cell stays where it is.
    """
    cells = [cell for cell in notebook.cells if ANALYST not in cell.metadata.get("tags", ())]
    ends = (at for at, cell in enumerate(cells, start=1) if _records(cell, "ends_page"))
    cells = cells[: next(ends, len(cells))]
    header = next((at for at, cell in enumerate(cells, start=1) if _records(cell, "parameters")), len(cells))
    behind = cells[header:]
    first = [cell for cell in behind if _records(cell, "first")]
    return [*cells[:header], *first, *(cell for cell in behind if not _records(cell, "first"))]


def records_of(notebook: NotebookNode) -> list[dict]:
    """What the components of the page recorded, in the page's order."""
    return [record for cell in page_cells(notebook) for record in _records(cell)]


def _records(cell: NotebookNode, key: str = "") -> list[dict]:
    """What a cell's components recorded; with `key` those that say something under it."""
    shown = [output.data for output in cell.get("outputs", ()) if MIME in output.get("data", {})]
    return [data[MIME] for data in shown if not key or data[MIME].get(key)]


def parameter_error(notebook: NotebookNode, asked: dict[str, str | int]) -> str:
    """What is wrong when a page was made for other values than were asked for, else nothing."""
    seen = [record["parameters"] for record in records_of(notebook) if "parameters" in record]
    if not seen:
        return "the page shows no header, so nobody knows what it is about. End a cell with front.header(report)."
    if seen[0] != asked:
        return f"the page was made for {seen[0]}, asked for was {asked}. Use the parameters in open_report."
    return ""
