"""The report's folder while it is made: pages, downloads and key figures."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from ..exhibits.shown import rendered
from .body import body_tree, refuse_unfit
from .executing import Run, anonymous, one_line, records_of
from .exporter import page_html
from .files import write_assets
from .frame import PageFrame, contents, framed
from .frames import METHOD, page_file
from .request import FRONT

KEY_FIGURES = ("indicator", "place", "year", "sex", "value", "trend", "rank")
WHY = {
    "failed": "Ett fel uppstod när det räknades fram.",
    "kernel died": "Beräkningen avbröts av datorn.",
    "timed out": "Beräkningen tog för lång tid.",
}
REMEDY = "Kapitlen görs var för sig, så rapportens övriga sidor är inte berörda."


class Site:
    """An empty folder that becomes a report, page by page in any order."""

    def __init__(self, folder: Path, frames: dict[str, PageFrame], front: str = FRONT):
        self.folder = folder
        self.frames = frames
        self.front = front
        self.lines: set[tuple[str, ...]] = set()
        (folder / "data").mkdir(parents=True)
        write_assets(folder)

    def add(self, run: Run) -> Run:
        """Writes the page of a finished run, and returns how the chapter ended: a page may be unfit for readers.

        Raises OSError when the page cannot be written.
        """
        frame = self.frames[run.name]
        if run.notebook is not None:
            try:
                text = page_html(run.notebook, frame)
            except Exception as error:  # one chapter's trouble must not end the batch
                run = replace(run, state="failed", cause=one_line(f"{type(error).__name__}: {error}"), notebook=None)
        if run.notebook is None:
            text = failed_page(run, frame)
        self._write(page_file(run.name, self.front), anonymous(text, frame.root))
        for record in records_of(run.notebook) if run.notebook is not None else ():
            if record.get("download_name"):
                self._write(f"data/{record['download_name']}", record["download_text"])
            self.lines |= {tuple(str(line[name]) for name in KEY_FIGURES) for line in record.get("key_figures", ())}
        return run

    def add_method(self, body: str) -> None:
        """Writes the page of the rules, which no notebook makes."""
        tree = body_tree(body)
        refuse_unfit(tree, METHOD)
        self._write(page_file(METHOD), framed(body, self.frames[METHOD], contents(tree)))

    def finish(self) -> None:
        """Writes what is made from all pages together."""
        self._write("key_figures.csv", key_figures_text(self.lines))

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8", newline="")


def failed_page(run: Run, frame: PageFrame) -> str:
    """The page of a chapter that could not be made."""
    why = f"{WHY[run.state]} Teknisk orsak: {run.cause}"
    return framed(rendered("failed.html", title=frame.title, why=why, remedy=REMEDY), frame, ())


def key_figures_text(lines: set[tuple[str, ...]]) -> str:
    """key_figures.csv: sorted, fixed decimals, LF, so that a diff shows which numbers moved."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(KEY_FIGURES)
    writer.writerows(sorted(lines))
    return out.getvalue()
