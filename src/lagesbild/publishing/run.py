"""Kernels, and one notebook run in one of them."""

import os
import re
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from lagesbild.html.render import MIME
from lagesbild.publishing.frame import without_folder
from lagesbild.publishing.request import BuildRequest, Value

# The kernels of one build: all known, so that an interrupt leaves no orphan.

LONGEST = 100  # bytes of a socket's path, which systems cut at 104 to 108; its number follows


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

    def manager(self) -> type[AsyncKernelManager]:
        """The class of kernel managers that papermill shall use."""
        kernels = self

        class KnownKernel(AsyncKernelManager):
            # jupyter_client declares the method through a wrapper that hides its own signature
            async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
                kernels.started.append(self)
                place = str(kernels.sockets / f"{id(self):x}")
                self.connection_file = f"{place}.json"
                if os.name == "posix" and len(os.fsencode(place)) < LONGEST:
                    self.transport, self.ip = "ipc", place
                # What a kernel writes to its own stderr is its shutdown; what a cell writes goes through the sockets.
                kwargs |= {"stderr": subprocess.DEVNULL, "env": os.environ | kernels.environment}
                await super().start_kernel(**kwargs)
                if kernels.stopped.is_set():  # an interrupt came while the kernel was being started
                    kill(self)

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
        try:
            state, cause, trace, notebook = "ok", "", "", self._executed(name, source, values)
        except Exception as error:  # one notebook's trouble must not end the batch
            state, cause, trace = ending(error)
            notebook = None
        if self.kernels.stopped.is_set():
            state, cause, trace, notebook = "interrupted", "interrupted while it ran", "", None
        elif notebook is not None and (mismatch := parameter_error(notebook, self.request.parameters)):
            state, cause, notebook = "failed", mismatch, None
        cause, trace = (anonymous(text, str(self.request.paths.root)) for text in (cause, trace))
        return Run(name, state, time.monotonic() - began, cause, trace, notebook, values)

    def _executed(self, name: str, source: Path, values: dict[str, Value]) -> NotebookNode:
        target = self.work / f"{name}.ipynb"
        papermill.execute_notebook(
            str(source),
            str(target),
            parameters=self.request.parameters | values,
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            execution_timeout=self.request.cell_seconds,
            start_timeout=START_SECONDS,
            shutdown_kernel="immediate",  # nothing in a kernel outlives its notebook, so its farewell is not awaited
            kernel_manager_class=self.kernels.manager(),
            resources={"metadata": {"path": str(source.parent)}},
        )
        return nbformat.read(target, as_version=4)


def ending(error: Exception) -> tuple[str, str, str]:
    """State, cause in one line and trace of a run that raised `error`."""
    if isinstance(error, PapermillExecutionError):
        trace = ANSI.sub("", "\n".join(error.traceback))
        return "failed", one_line(f"{error.ename}: {error.evalue}"), trace
    if isinstance(error, CellTimeoutError):
        return "timed out", one_line(str(error).splitlines()[0]), str(error)
    # nbclient has an exception of its own for a kernel that dies in a cell, and none for one that dies at its start
    if isinstance(error, DeadKernelError) or "Kernel died" in str(error):
        return "kernel died", "too little memory, a crash in a library, or an exit in a cell", ""
    if isinstance(error, RuntimeError) and "Kernel didn't respond" in str(error):
        return "timed out", f"the kernel did not start within {START_SECONDS} s", ""
    return "failed", one_line(f"{type(error).__name__}: {error}"), repr(error)


def anonymous(text: str, root: str) -> str:
    """`text` without the folders of the machine: what readers get tells neither where it was made nor by whom."""
    home = str(Path.home())
    return without_folder(text, root).replace(f"{home}/", "~/") if len(home) > 1 else without_folder(text, root)


def one_line(text: str) -> str:
    """`text` without colours and line breaks, and not longer than a list of failures bears."""
    short = " ".join(ANSI.sub("", text).split())
    return short if len(short) <= CAUSE_LENGTH else short[: CAUSE_LENGTH - 1] + "…"


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
