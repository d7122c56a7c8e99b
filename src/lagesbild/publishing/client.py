"""One run of a notebook in a kernel: its time limits, and how it ended, for which papermill is never asked."""

import math
import os
import signal
import time
from asyncio import CancelledError
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient

from lagesbild.publishing.cells import cell_names, one_line
from lagesbild.publishing.limits import Limit, clock

LAST_LINES, LAST_BYTES = 20, 65_536  # of what a dead kernel wrote, for the log
A_DAY = 86_400  # seconds that a cell's outputs may take where nothing limits the cell
DUMP_SECONDS, DUMP_PAUSE = 10.0, 0.05  # that a kernel has to write where it stands, and between two looks


class StoppedNotebook(Exception):
    """A notebook that came to no end of its own: state, cause in one line, and a trace for the log."""

    state = "failed"

    def __init__(self, cause: str, trace: str = ""):
        super().__init__(one_line(cause))
        self.ending = self.state, one_line(cause), trace


class DiedKernel(StoppedNotebook, DeadKernelError):
    """A kernel that died, which papermill's users know by nbclient's exception."""

    state = "kernel died"


class NotBegun(StoppedNotebook):
    """A notebook whose turn never came."""

    state = "incomplete"


class TimedOut(StoppedNotebook, CellTimeoutError):
    """A limit that is over, which they know by nbclient's too."""

    state = "timed out"

    def __init__(self, limit: Limit, where: str, last: str = "", trace: str = ""):
        self.limit, self.last = limit, last
        self.stopped = f"{where}: stopped after {limit.seconds:g} seconds, the limit of {limit.of}."
        super().__init__(self.stopped + last, trace)


def ending(error: BaseException) -> tuple[str, str, str]:
    """State, cause in one line and trace of a run that raised `error`."""
    if isinstance(error, StoppedNotebook):
        return error.ending
    if isinstance(error, KeyboardInterrupt | CancelledError):
        return "interrupted", "interrupted while it ran", ""
    state = "kernel died" if isinstance(error, DeadKernelError) else "failed"
    return state, one_line(f"{type(error).__name__}: {error}"), repr(error)


Turn = AbstractContextManager[float]  # entered when it is a notebook's turn: how many seconds that took


class Client(PapermillNotebookClient):
    """papermill's client, which knows its cell and its kernel when something ends there."""

    cell = ""  # the one that runs, by its name
    process: Any = None  # of the kernel, where it is one of this machine: the provisioner forgets it when it ends
    memory = 0  # bytes of it, the most that was seen

    def __init__(
        self, nb_man: Any, cell_seconds: float | None, start: float, own: Limit, limits: Iterable[Limit], turn: Turn,
        **how: Any,
    ):  # fmt: skip
        super().__init__(nb_man, on_cell_executed=self._refuse_exit, timeout_func=self._seconds, **how)
        self.cell_seconds, self.start, self.own, self.limits, self.turn = cell_seconds, start, own, list(limits), turn
        self.names = cell_names(self.nb)

    def create_kernel_manager(self) -> AsyncKernelManager:
        """The manager, which is kept: nbclient forgets a kernel that has ended."""
        self.kernel = super().create_kernel_manager()
        return self.kernel

    def start_new_kernel(self, **how: Any) -> None:
        """Starts the kernel, and keeps its process."""
        super().start_new_kernel(**how)
        self.process = getattr(self.kernel.provisioner, "process", None)

    def execute(self, **how: Any) -> NotebookNode:
        """Runs all cells. Raises StoppedNotebook where the kernel dies or a limit is over."""
        self._limited(Limit(self.start, "a kernel's start"))
        self.startup_timeout = max(1, math.ceil(self.limit.left))
        try:
            return super().execute(**how)
        except RuntimeError as error:  # nbclient has an exception of its own for what happens in a cell only
            if "Kernel didn't respond" in str(error):
                raise TimedOut(self.limit, "before its first cell", "", self._log()[1]) from None
            if "Kernel died" not in str(error) or self.process is None:
                raise
            last, trace = self._log()
            how_it_ended = death(self.process.poll(), self.memory)
            raise DiedKernel(f"{self.cell or 'before its first cell'}: {how_it_ended}{last}", trace) from None

    def papermill_execute_cells(self) -> None:
        """Runs the cells when it is the notebook's turn, for which its kernel is ready before."""
        with self.turn as waited:
            self.own = self.own.later(waited)
            super().papermill_execute_cells()

    def execute_cell(self, cell: NotebookNode, cell_index: int, **how: Any) -> NotebookNode:
        """Runs one cell. Raises StoppedNotebook where it ends the notebook, which papermill takes for its success."""
        self.cell = self.names[cell_index]
        self._limited(Limit(self.cell_seconds or math.inf, "a cell"))
        self.iopub_timeout = math.ceil(min(A_DAY, max(1, self.limit.left)))  # the outputs may be many
        self._look()
        try:
            if self.limit.is_over:
                raise TimedOut(self.limit, f"before {self.cell}")
            return super().execute_cell(cell, cell_index, **how)
        except BaseException as error:
            self.nb_man.cell_exception(cell, cell_index)  # papermill takes only a cell's own error for its failure
            if isinstance(error, CellTimeoutError) and not isinstance(error, TimedOut):
                raise TimedOut(self.limit, self.cell, *self._stack()) from None
            if isinstance(error, CellExecutionError) and error.ename == "SystemExit":
                raise StoppedNotebook(EXITED.format(self.cell, f"sys.exit({error.evalue})")) from None
            raise

    def _limited(self, limit: Limit) -> None:
        self.limit = min([limit, self.own, *self.limits], key=lambda each: each.left)

    def _seconds(self, _: NotebookNode) -> int | None:
        """What is left to the cell; nbclient takes 0 for no limit."""
        return None if self.limit.left == math.inf else max(1, math.ceil(self.limit.left))

    async def _async_check_alive(self) -> None:
        """Raises DeadKernelError for a dead kernel; called every second, so its memory is looked at on the way."""
        self._look()
        await super()._async_check_alive()

    def _look(self) -> None:
        with suppress(psutil.Error):
            if self.process is not None:
                self.memory = max(self.memory, psutil.Process(self.process.pid).memory_info().rss)

    def _refuse_exit(self, execute_reply: dict[str, Any], **_: Any) -> None:
        if any(payload.get("source") == "ask_exit" for payload in execute_reply["content"].get("payload", ())):
            raise StoppedNotebook(EXITED.format(self.cell, "quit() or exit()"))

    def _log(self) -> tuple[str, str]:
        """The last line of the kernel's own log as a sentence, and its last lines; it has one in a build."""
        written = getattr(self.kernel, "written", None)
        return last_lines(end_of(written)) if written else ("", "")

    def _stack(self) -> tuple[str, str]:
        """Where the cell stands, as a sentence, and the calls that led there; nothing of a kernel that cannot tell.

        A kernel of a build writes it into its log at a signal, whatever it does, and where there are such signals.
        """
        written: Path | None = getattr(self.kernel, "written", None)
        if written is None or self.process is None or not hasattr(signal, "SIGUSR1"):
            return "", ""
        before, seen, until = written.stat().st_size, b"", clock() + DUMP_SECONDS
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGUSR1)
        while clock() < until:
            time.sleep(DUMP_PAUSE)
            with written.open("rb") as log:
                log.seek(before)
                now = log.read(LAST_BYTES)
            if seen == now and b"Current thread" in now:
                break
            seen = now
        calls = calls_in(seen.decode("utf-8", "replace"))
        return (f" It stood in: {calls[0].strip()}" if calls else ""), "\n".join(calls)


class KernelClient(AsyncKernelClient):
    """jupyter_client's, which knows sooner that a kernel is ready."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.reconnect_ivl = 5  # ms: the kernel's sockets are not there yet; ZMQ would look every 100
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Asks the kernel about itself until all of its channels answer. Raises RuntimeError as jupyter_client's does.

        That one goes on when nothing has come for 0.2 seconds; this one, when the kernel says that it is idle.
        """
        limit = Limit(timeout or math.inf, "a kernel's start")
        while True:
            asked = self.kernel_info()
            with suppress(Empty):
                reply = await self.get_shell_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self._until_idle(asked)
                    self._handle_kernel_info_reply(reply)
                    return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if limit.is_over:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _until_idle(self, asked: str) -> None:
        """Waits until the kernel has done what it was asked. Raises Empty while the channel of outputs is not there."""
        idle = False
        while not idle:
            said = await self.get_iopub_msg(timeout=0.05)
            own = said["parent_header"].get("msg_id") == asked
            idle = own and said["content"].get("execution_state") == "idle"


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

    A crash is written as the calls that led to it.
    """
    said, crash, dump = written.partition("Fatal Python error")
    lines, inner = said.splitlines()[-LAST_LINES:], calls_in(dump)
    shown = inner[:1] if crash else [line for line in lines if line.strip()][-1:]
    last = f" {'Last call' if crash else 'Last line'}: {shown[0].strip()}" if shown else ""
    return last, "\n".join([*lines, *inner])


def calls_in(dump: str) -> list[str]:
    """The calls of the thread that wrote a dump, the innermost first; those of other threads stand before them."""
    lines = [line for line in dump.rpartition("Current thread")[2].splitlines()[1:] if line.startswith("  File")]
    shell = next((at for at, line in enumerate(lines) if "/IPython/core/" in line), len(lines))
    return lines[: min(shell, LAST_LINES)]
