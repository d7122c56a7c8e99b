"""papermill's engine "lagesbild": runs a notebook and knows how it ended, for which papermill is never asked."""

import os
import signal
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from lagesbild.publishing.cells import cell_names, one_line

LAST_LINES, LAST_BYTES = 20, 65_536  # of what a dead kernel wrote, for the log


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
