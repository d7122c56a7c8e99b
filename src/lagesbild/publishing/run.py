"""One notebook run in a kernel of the build."""

import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Semaphore

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from lagesbild.publishing.cells import ANSI, cell_names, in_one_piece, one_line, records_of
from lagesbild.publishing.checks import without_folder
from lagesbild.publishing.client import NotBegun, TimedOut, ending
from lagesbild.publishing.engine import START_SECONDS
from lagesbild.publishing.kernels import Kernels
from lagesbild.publishing.limits import Limit, clock
from lagesbild.publishing.reads import noted_reads
from lagesbild.publishing.request import BuildRequest, Value

CUT = re.compile(r"… and [\d,]+ more characters")  # what the kernel's own streams end with


@dataclass(frozen=True)
class Run:
    """How one notebook ended: ok, failed, kernel died, timed out, interrupted, or incomplete, as it never began."""

    name: str
    state: str
    seconds: float
    cause: str = ""  # one line, for the list of failures
    trace: str = ""  # for the log
    notebook: NotebookNode | None = field(default=None, repr=False)  # only of a run that is ok
    values: dict[str, Value] = field(default_factory=dict)  # of the notebook's own parameters
    first_died: str = ""  # how its first kernel died, where it was run once more in a fresh one
    reads: dict[str, str] = field(default_factory=dict)  # file that it read beside the figures -> digest
    unkept: str = ""  # why no later build may take it over
    cached: bool = False  # it is an earlier build's


OPTIONS = {"a cell": "--timeout", "a notebook": "--notebook-timeout", "the batch": "--batch-timeout"}


class Turn:
    """A notebook's turn to compute. As few do so at a time as there are `turns`; others have their kernels ready.

    To enter it raises NotBegun when the batch's time is over by then, or its kernels are stopped.
    """

    def __init__(self, turns: Semaphore, stopped: Event, batch: Limit | None):
        self.turns, self.stopped, self.batch = turns, stopped, batch
        self.waited = 0.0

    def __enter__(self) -> float:
        asked = clock()
        self.turns.acquire()
        self.waited = clock() - asked
        try:
            self.refuse()
        except NotBegun:
            self.turns.release()
            raise
        return self.waited

    def __exit__(self, *_: object) -> None:
        self.turns.release()

    def refuse(self) -> None:
        """Raises NotBegun when no notebook shall begin any more."""
        if self.stopped.is_set():
            raise NotBegun("interrupted before it began")
        if self.batch and self.batch.is_over:
            after = f"not begun after {self.batch.seconds:g} seconds, the limit of {self.batch.of}"
            raise NotBegun(f"{after}. Run the command again, with a higher {OPTIONS[self.batch.of]}.")


class Executor:
    """Runs notebooks until its kernels are stopped, or the limit of the batch is over.

    As many compute at a time as there are `turns`.
    """

    def __init__(
        self, kernels: Kernels, request: BuildRequest, batch: Limit | None = None, turns: Semaphore | None = None
    ):
        self.kernels = kernels
        self.request = request
        self.batch = batch
        self.turns = turns or Semaphore()

    def run(self, name: str, source: Path, values: dict[str, Value]) -> Run:
        """Runs one notebook with these values of its own parameters; never raises for what happens inside it.

        A kernel that dies may have been killed by chance, so that the notebook is run once more, in a fresh one.
        """
        run = self._run(name, source, values)
        if run.state != "kernel died" or self.kernels.stopped.is_set() or (self.batch and self.batch.is_over):
            return run
        again = self._run(name, source, values)
        told = f"Its first kernel died, and it was run once more in a fresh one. {run.cause}"
        trace = "\n".join(filter(None, [told, run.trace, again.trace]))
        return replace(again, seconds=run.seconds + again.seconds, trace=trace, first_died=run.cause)

    def _run(self, name: str, source: Path, values: dict[str, Value]) -> Run:
        turn = Turn(self.turns, self.kernels.stopped, self.batch)
        began, date = time.monotonic(), time.time()
        parameters = self.request.parameters | values
        notebook, kernel = None, self.kernels.manager(seed=f"{source.stem} {sorted(parameters.items())}")
        try:
            turn.refuse()
            notebook = self._executed(source, parameters, kernel, turn)
            state, cause, trace = "ok", "", "\n".join(cut_off(notebook))
        except Exception as error:  # one notebook's trouble must not end the batch
            state, cause, trace = _ending(error)
        if self.kernels.stopped.is_set():
            cause = cause if state == NotBegun.state else "interrupted while it ran"
            state, trace, notebook = "interrupted", "", None
        elif notebook is not None and (mismatch := parameter_error(notebook, self.request.parameters)):
            state, cause, notebook = "failed", mismatch, None
        cause, trace = (anonymous(text, str(self.request.paths.root)) for text in (cause, trace))
        files = [
            Path(each.connection_file).with_suffix(".reads") for each in self.kernels.started if type(each) is kernel
        ]
        reads, unkept = noted_reads(files, self.request.paths.root, date)
        self.kernels.forget(kernel)
        took = time.monotonic() - began - turn.waited
        return Run(name, state, took, cause, trace, notebook, values, reads=reads, unkept=unkept)

    def _executed(
        self, source: Path, parameters: dict[str, Value], kernel: type[AsyncKernelManager], turn: Turn
    ) -> NotebookNode:
        notebook = papermill.execute_notebook(
            nbformat.read(source, as_version=4),  # not its path, which papermill would take for a template
            None,
            parameters=parameters,
            engine_name="lagesbild",
            kernel_name="python3",
            progress_bar=False,
            start_timeout=START_SECONDS,
            execution_timeout=self.request.cell_seconds,
            notebook_timeout=self.request.notebook_seconds,
            limits=[self.batch] if self.batch else [],
            turn=turn,
            shutdown_kernel="immediate",  # nothing in a kernel outlives its notebook, so its farewell is not awaited
            kernel_manager_class=kernel,
            resources={"metadata": {"path": str(source.parent)}},
        )
        del notebook.metadata.papermill["input_path"]  # the whole notebook once more
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = in_one_piece(cell.outputs)
        return notebook


def _ending(error: Exception) -> tuple[str, str, str]:
    """State, cause in one line and trace of a run that raised `error`."""
    if isinstance(error, PapermillExecutionError):
        trace = ANSI.sub("", "\n".join(error.traceback))
        return "failed", one_line(f"{error.ename}: {error.evalue}"), trace
    state, cause, trace = ending(error)
    if isinstance(error, TimedOut) and error.limit.of in OPTIONS:
        cause = one_line(f"{error.stopped} Make it quicker, or raise {OPTIONS[error.limit.of]}.{error.last}")
    return state, cause, trace


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


def parameter_error(notebook: NotebookNode, asked: dict[str, str | int]) -> str:
    """What is wrong when a page was made for other values than were asked for, else nothing."""
    seen = [record["parameters"] for record in records_of(notebook) if "parameters" in record]
    if not seen:
        return "the page shows no header, so nobody knows what it is about. End a cell with front.header(report)."
    if seen[0] != asked:
        return f"the page was made for {seen[0]}, asked for was {asked}. Use the parameters in open_report."
    return ""
