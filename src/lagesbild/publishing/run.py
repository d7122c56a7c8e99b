"""One notebook run in a kernel of the build."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from lagesbild.publishing.cells import ANSI, cell_names, one_line, records_of
from lagesbild.publishing.checks import without_folder
from lagesbild.publishing.engine import StoppedNotebook
from lagesbild.publishing.kernels import Kernels
from lagesbild.publishing.request import BuildRequest, Value

START_SECONDS = 300  # a loaded machine may take a minute; one that takes longer is broken
CUT = re.compile(r"… and [\d,]+ more characters")  # what the kernel's own streams end with


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
        kind = self.kernels.manager()
        try:
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
                kernel_manager_class=kind,
                resources={"metadata": {"path": str(source.parent)}},
            )
        finally:
            self.kernels.forget(kind)
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


def parameter_error(notebook: NotebookNode, asked: dict[str, str | int]) -> str:
    """What is wrong when a page was made for other values than were asked for, else nothing."""
    seen = [record["parameters"] for record in records_of(notebook) if "parameters" in record]
    if not seen:
        return "the page shows no header, so nobody knows what it is about. End a cell with front.header(report)."
    if seen[0] != asked:
        return f"the page was made for {seen[0]}, asked for was {asked}. Use the parameters in open_report."
    return ""
