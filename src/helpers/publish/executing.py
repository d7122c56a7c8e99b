"""Runs one notebook with papermill and says how it ended; kernels are known, so that they can be stopped."""

import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

CELL_SECONDS = 300


class _KnownKernel(AsyncKernelManager):
    """A kernel manager that is known while its kernel lives, so that an interrupt leaves no orphan.

    Kernel and parent talk through sockets in a folder of their own: no ports that two builds could both pick,
    and no path that depends on a current directory.
    """

    live: ClassVar[set["_KnownKernel"]] = set()

    async def start_kernel(self, **kwargs: Any) -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="lagesbild-", ignore_cleanup_errors=True)
        self.transport, self.ip = "ipc", f"{self._sockets.name}/kernel"
        self.live.add(self)
        # What a kernel writes to its own stderr is its shutdown; what a cell writes goes through the sockets.
        await super().start_kernel(**kwargs, stderr=subprocess.DEVNULL)

    async def shutdown_kernel(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().shutdown_kernel(*args, **kwargs)
        finally:
            self.live.discard(self)
            self._sockets.cleanup()


@dataclass(frozen=True)
class Run:
    """How one notebook ended: ok, failed, kernel died, timed out, interrupted or refused."""

    name: str
    state: str
    seconds: float
    cause: str = ""  # one line, for the list of failures
    trace: str = ""  # for the log
    notebook: NotebookNode | None = field(default=None, repr=False)


class Executor:
    """Runs notebooks until it is told to stop."""

    def __init__(self, work: Path, parameters: dict[str, str | int]):
        self.work = work
        self.parameters = parameters
        self.stopped = threading.Event()

    def stop(self) -> None:
        """Starts no more notebooks and kills the kernels that run."""
        self.stopped.set()
        for manager in list(_KnownKernel.live):
            process = getattr(manager.provisioner, "process", None)
            if process is not None:
                process.kill()

    def run(self, name: str, source: Path) -> Run:
        """Runs one notebook; never raises for what happens inside it."""
        if self.stopped.is_set():
            return Run(name, "interrupted", 0.0, "interrupted before it began")
        began = time.monotonic()
        state, cause, trace = "ok", "", ""
        try:
            self._execute(name, source)
        except PapermillExecutionError as error:
            state, cause, trace = "failed", f"{error.ename}: {error.evalue}", "\n".join(error.traceback)
        except DeadKernelError:
            state, cause = "kernel died", "the kernel died; look for memory or a crash in the log"
        except CellTimeoutError as error:
            state, cause = "timed out", str(error).splitlines()[0]
        except Exception as error:  # one notebook's trouble must not end the batch
            state, cause, trace = "failed", f"{type(error).__name__}: {error}", repr(error)
        if self.stopped.is_set() and state != "ok":
            state, cause = "interrupted", "interrupted while it ran"
        notebook = nbformat.read(self.work / f"{name}.ipynb", as_version=4) if state == "ok" else None
        if notebook is not None and (slip := self._parameter_slip(notebook)):
            state, cause, notebook = "failed", slip, None
        return Run(name, state, time.monotonic() - began, cause, trace, notebook)

    def _execute(self, name: str, source: Path) -> None:
        papermill.execute_notebook(
            str(source),
            str(self.work / f"{name}.ipynb"),
            parameters=self.parameters,
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            execution_timeout=CELL_SECONDS,
            start_timeout=60,
            kernel_manager_class=_KnownKernel,
            resources={"metadata": {"path": str(source.parent)}},
        )

    def _parameter_slip(self, notebook: NotebookNode) -> str:
        """What is wrong when the page was made for other values than were asked for, else nothing."""
        seen = [
            record["parameters"]
            for cell in notebook.cells
            for output in cell.get("outputs", ())
            if (record := output.get("data", {}).get("application/vnd.lagesbild+json")) and "parameters" in record
        ]
        if not seen:
            return "the page shows no header, so nobody knows what it is about. End a cell with page.header()."
        if seen[0] != self.parameters:
            return f"the page was made for {seen[0]}, asked for was {self.parameters}. Use the parameters in open_page."
        return ""
