"""papermill's engine "lagesbild", for a build and for `papermill --engine lagesbild in.ipynb out.ipynb` alike.

papermill loads it when it is itself imported: what runs notebooks, and papermill, are imported when one is run.
"""

import math
from collections.abc import Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from lagesbild.publishing.limits import Limit

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from lagesbild.publishing.client import Turn

SAVED_EVERY = 30  # seconds, at most, between two savings of a notebook that runs
START_SECONDS = 300  # a loaded machine may take a minute; one that takes longer is broken


class Engine:
    """What papermill asks of an engine."""

    @classmethod
    def execute_notebook(
        cls,
        nb: "NotebookNode",
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: float = SAVED_EVERY,
        start_timeout: float = START_SECONDS,
        execution_timeout: float | None = None,
        notebook_timeout: float | None = None,
        limits: Iterable[Limit] = (),
        turn: "Turn" = nullcontext(0.0),  # noqa: B008  # it keeps nothing
        **how: Any,
    ) -> "NotebookNode":
        """The notebook, run. What is saved tells how it ended, and of no cell that it ran when it did not.

        `execution_timeout` is a cell's, `notebook_timeout` that of one run without the time that it waits for its
        `turn`; `limits` are those that run already. What is left in `how` is nbclient's.
        """
        from papermill.log import logger

        from lagesbild.publishing.client import Client
        from lagesbild.publishing.saving import Saved, refuse_parameters

        refuse_parameters(nb)
        how.pop("input_path", None)
        own = Limit(notebook_timeout or math.inf, "a notebook")
        saved = Saved(nb, output_path, log_output, progress_bar, autosave_cell_every)
        saved.notebook_start()
        try:
            client = Client(
                saved, execution_timeout, start_timeout, own, limits, turn,
                kernel_name=kernel_name, log=logger, log_output=log_output, **how,
            )  # fmt: skip
            client.execute()
        except BaseException as error:
            saved.stopped_by(error)
            raise
        finally:
            saved.notebook_complete()
        return saved.nb

    @classmethod
    def nb_kernel_name(cls, nb: "NotebookNode", name: str | None = None) -> str:
        """The name of the kernel that the notebook asks for, unless `name` is given."""
        from papermill.utils import nb_kernel_name

        return nb_kernel_name(nb, name)

    @classmethod
    def nb_language(cls, nb: "NotebookNode", language: str | None = None) -> str:
        """The language of the notebook, unless it is given."""
        from papermill.utils import nb_language

        return nb_language(nb, language)
