"""The notebook that papermill saves while it runs: rarely, whole or not at all, and true about how it ended."""

import os
import shutil
import tempfile
import threading
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from nbformat import NotebookNode
from papermill.engines import NotebookExecutionManager
from papermill.iorw import LocalHandler, papermill_io, write_ipynb
from papermill.log import logger
from papermill.utils import find_first_tagged_cell_index, nb_language

from lagesbild.errors import Refusal
from lagesbild.publishing.cells import cell_names, one_line
from lagesbild.publishing.client import ending
from lagesbild.publishing.notebooks import TAG, given_errors


class RefusedNotebook(click.ClickException, Refusal):
    """Why a notebook was not begun. papermill's command says it without a traceback, and ends with 2."""

    exit_code = 2


def refuse_parameters(nb: NotebookNode) -> None:
    """Raises RefusedNotebook when a value was given that the notebook does not declare, or declares as another type."""
    given, at = nb.metadata.papermill.get("parameters", {}), find_first_tagged_cell_index(nb, TAG)
    if not given or nb_language(nb) != "python":
        return
    tags = {tag for cell in nb.cells for tag in cell.metadata.get("tags", ()) if tag != "injected-parameters"}
    if errors := given_errors(nb.cells[at].source if at >= 0 else None, tags, given):
        raise RefusedNotebook("\n".join(errors))


class Saved(NotebookExecutionManager):
    """papermill's keeper of a notebook's state.

    `metadata.papermill` has a `state` beside papermill's own: "incomplete" until the end, so that a file which a
    killed runner leaves is not taken for more than it is; then ok, failed, kernel died, timed out or interrupted, and
    the `cause`. A cell that ended the notebook is `failed`, one that never ran stays `pending`.
    """

    last_save_time: datetime  # papermill is not typed

    def notebook_start(self, **_: Any) -> None:
        """Begins. A file that stands there stays until the notebook is saved; that it can be is found out now."""
        self._tell("incomplete")
        local = papermill_io.get_handler("local")
        local.write = partial(write_whole, local)  # papermill writes once more at the end, in place
        super().notebook_start()
        path = self.output_path
        if path and papermill_io.get_handler(path) is local:
            target = _local(local, path)
            if target.is_file():
                tempfile.TemporaryFile(dir=target.parent).close()
            else:
                self._write()

    def stopped_by(self, error: BaseException) -> None:
        """Notes how a run ended that raised."""
        self._tell(*ending(error)[:2])

    def notebook_complete(self, **_: Any) -> None:
        """Ends, and saves. papermill's own stamps every cell that never ran as completed."""
        self.end_time = self.now()
        about = self.nb.metadata.papermill
        about.update(end_time=self.end_time.isoformat(), duration=(self.end_time - self.start_time).total_seconds())
        if about["state"] == "incomplete":  # nothing was raised
            self._tell(*_of_its_cells(self.nb))
        if about["state"] == "ok":
            self.complete_pbar()
        self.cleanup_pbar()
        self._write()

    def save(self, **_: Any) -> None:
        """Saves where the last saving is long ago. A full disk ends no run: at the end there may be room."""
        every = self.autosave_cell_every
        if every and (self.now() - self.last_save_time).total_seconds() >= every:
            try:
                self._write()
            except OSError as error:
                self.last_save_time = self.now()
                logger.warning(f"The notebook could not be saved meanwhile ({error}); it runs on.")

    def _write(self) -> None:
        if self.output_path:
            write_ipynb(self.nb, self.output_path)
        self.last_save_time = self.now()

    def _tell(self, state: str, cause: str = "") -> None:
        self.nb.metadata.papermill.update(state=state, cause=cause)


def _of_its_cells(notebook: NotebookNode) -> tuple[str, str]:
    for name, cell in zip(cell_names(notebook), notebook.cells, strict=True):
        if cell.metadata.papermill["status"] == Saved.FAILED:
            errors = [output for output in cell.outputs if output.output_type == "error"]
            return "failed", one_line(": ".join([name, *(f"{error.ename}: {error.evalue}" for error in errors)]))
    return "ok", ""


def _local(handler: LocalHandler, path: str) -> Path:
    return Path(handler._cwd or "", path)  # papermill's --cwd is the notebook's, not the output's


def write_whole(handler: LocalHandler, text: str, path: str) -> None:
    """Writes a file so that the last one stays until the new one is whole and on the disk."""
    target = _local(handler, path)
    if target.exists() and not target.is_file():  # a pipe or a device, which nothing can be put in the place of
        LocalHandler.write(handler, text, path)
        return
    if not target.parent.is_dir():
        raise FileNotFoundError(f"output folder {target.parent} doesn't exist.")
    target = target.resolve()  # of a link, what it leads to
    new = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, new)
        new.replace(target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
