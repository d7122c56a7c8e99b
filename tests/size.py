"""How large the project is: `make size` prints it, so that a change can say what it did to the house."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

TEMPLATES = {".html", ".j2"}


def lines(paths: Iterable[Path]) -> tuple[int, int]:
    """How many lines the files hold together, and how many files there are."""
    counts = [len(path.read_text("utf-8").splitlines()) for path in paths]
    return sum(counts), len(counts)


def code_lines(notebook: Path) -> int:
    """The lines of a notebook's code cells that are neither empty nor a comment."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    texts = [
        line.strip() for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).split("\n")
    ]
    return sum(bool(text) and not text.startswith("#") for text in texts)


def sizes(root: Path) -> Iterator[tuple[str, int, int]]:
    """What, how many lines, in how many files: Python by folder, templates, the catalogue, code in notebooks."""
    for folder in ("src/helpers", "src/lagesbild", "tests"):
        yield f"{folder}, Python", *lines(sorted((root / folder).rglob("*.py")))
    yield "templates", *lines(path for path in sorted((root / "src").rglob("*")) if path.suffix in TEMPLATES)
    yield "data/catalog", *lines(sorted((root / "data" / "catalog").rglob("*.yml")))
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    yield "notebooks, code", sum(map(code_lines, notebooks)), len(notebooks)


if __name__ == "__main__":
    table = Table("", "Lines", "Files", box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    for what, count, files in sizes(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1]):
        table.add_row(what, f"{count:,}", str(files))
    Console().print(table)
