"""The cells of a notebook: how they are called, which of them a page shows, and what they recorded."""

import re
from collections.abc import Iterable
from itertools import groupby

from nbformat import NotebookNode
from nbformat.v4 import new_output

CAUSE_LENGTH = 400
ANSI = re.compile(r"\x1b\[[0-9;]*m")


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


def in_one_piece(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """A cell's outputs, with what it printed between two others in one piece for each stream, stdout first.

    A kernel sends what is printed by the clock, so that its pieces, and which stream comes first, depend on chance.
    """
    whole: list[NotebookNode] = []
    for printed, group in groupby(outputs, lambda output: output.output_type == "stream"):
        if not printed:
            whole += group
            continue
        texts = {"stdout": "", "stderr": ""}
        for output in group:
            texts[output.name] += output.text
        whole += [new_output("stream", name=name, text=text) for name, text in texts.items() if text]
    return whole


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
    from lagesbild.html.render import MIME  # with all that draws, which no one needs who only runs notebooks

    shown = [output.data for output in cell.get("outputs", ()) if MIME in output.get("data", {})]
    return [data[MIME] for data in shown if not key or data[MIME].get(key)]
