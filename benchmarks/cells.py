"""Prints what each cell of the notebooks costs, and all of them beside as many bare drawings of the same rows.

Run: python benchmarks/cells.py [municipality]. Everything runs in one warm process, whose imports and data are at
hand, and is processor time, the median of ROUNDS. The floor is what no report can be made without: each figure's rows
drawn by the seaborn call that one would write, in its default style, and saved as SVG into memory. Every figure has two
drawings, so the ratio is given for as many as the pages hold, and for one a figure. The aim is at most 2.5 times as
many as the pages hold; 1 when it is missed.
"""

import contextlib
import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import seaborn as sns
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.axes import Axes

import helpers
from helpers import show
from lagesbild.html.render import Component
from lagesbild.paths import project_paths

AIM, ROUNDS, SHOWN = 2.5, 5, 30
PARAMETERS = "parameters"
KEYS = ("indicator", "label", "name", "place", "sex", "group")  # what tells one series from another
Cell = tuple[str, int, str]  # page, number, source


def cells(municipality: str) -> list[Cell]:
    """The code of the seven pages, the parameters set to `municipality`."""
    found = []
    for path in sorted((project_paths().root / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                given = f"\nmunicipality = {municipality!r}" * (PARAMETERS in cell.metadata.get("tags", ()))
                found.append((path.stem, number, cell.source + given))
    return found


def spent(shell: InteractiveShell, every: list[Cell]) -> dict[tuple[str, int], float]:
    """Seconds of processor time of each cell. Ends the measurement at a cell that fails."""
    seconds = {}
    for page, number, source in every:
        began = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            ended = shell.run_cell(source)
        seconds[page, number] = time.process_time() - began
        if not ended.success:
            sys.exit(f"{page}, cell {number}: {ended.error_in_exec or ended.error_before_exec}")
    return seconds


@contextlib.contextmanager
def watched(drawn: list[tuple[str, pd.DataFrame, int]]) -> Iterator[None]:
    """While it lasts, `drawn` gets each chart's name, the rows that its cell gave, and how many drawings it has."""
    real = show.show_figure

    def show_figure(report: Any, number: Any, rows: pd.DataFrame, chart: Callable, **look: Any) -> Component:
        component = real(report, number, rows, chart, **look)
        if made := component.html.count('class="chart '):
            drawn.append((chart.__name__, rows, made))
        return component

    helpers.show_figure = show.show_figure = show_figure
    try:
        yield
    finally:
        helpers.show_figure = show.show_figure = real


def bare(kind: str, rows: pd.DataFrame) -> bytes:
    """The rows as one would draw them with one call of seaborn."""
    figure, axes = plt.subplots()
    BARE.get(kind, lined)(rows, axes)
    file = io.BytesIO()
    figure.savefig(file, format="svg")
    plt.close(figure)
    return file.getvalue()


def series(rows: pd.DataFrame, *but: str) -> pd.Series:
    """What tells the rows apart, but for the columns `but`."""
    names = [name for name in KEYS if name in rows and name not in but and rows[name].nunique() > 1]
    return rows[names].astype(str).agg(", ".join, axis=1) if names else pd.Series("", index=rows.index)


def lined(rows: pd.DataFrame, axes: Axes) -> None:
    sns.lineplot(data=rows, x="year", y="value", hue=series(rows), errorbar=None, ax=axes)


def dotted(rows: pd.DataFrame, axes: Axes) -> None:
    sns.scatterplot(data=rows, x="year", y="value", hue=series(rows), ax=axes)


def stripped(rows: pd.DataFrame, axes: Axes) -> None:
    sns.stripplot(data=rows, x="value", y="indicator", hue=series(rows, "indicator", "label"), ax=axes)


def barred(rows: pd.DataFrame, axes: Axes) -> None:
    hue = series(rows, "place", "name")
    sns.barplot(data=rows, x="value", y="place", hue=hue, errorbar=None, ax=axes)


def stacked(rows: pd.DataFrame, axes: Axes) -> None:
    sns.barplot(data=rows, x="year", y="value", hue=series(rows), errorbar=None, ax=axes)


def tiled(rows: pd.DataFrame, axes: Axes) -> None:
    sns.heatmap(rows.pivot_table(index="place", columns="year", values="value"), ax=axes)


def dated(rows: pd.DataFrame, axes: Axes) -> None:
    days = rows.melt("name", ["start", "end"]).dropna()
    sns.stripplot(x=pd.to_datetime(days["value"]), y=days["name"], ax=axes)


BARE: dict[str, Callable[[pd.DataFrame, Axes], None]] = {  # the others are lines
    **dict.fromkeys(("ranked_bars", "bars_by_group", "profile_bars", "waterfall"), barred),
    **dict.fromkeys(("share_bars", "stacked_shares", "stacked_area"), stacked),
    **dict.fromkeys(("region_map", "national_scale"), tiled),
    **dict.fromkeys(("dots_by_year", "two_measures"), dotted),
    "dot_rows": stripped,
    "timeline": dated,
}


def floor(drawn: list[tuple[str, pd.DataFrame, int]]) -> float:
    """Seconds of processor time that one bare drawing of each figure takes."""
    began = time.process_time()
    for kind, rows, _ in drawn:
        bare(kind, rows)
    return time.process_time() - began


def main() -> int:
    municipality = sys.argv[1] if len(sys.argv) > 1 else "2480"
    os.chdir(project_paths().root / "notebooks")
    shell, every = InteractiveShell.instance(), cells(municipality)
    drawn: list[tuple[str, pd.DataFrame, int]] = []
    with watched(drawn):
        spent(shell, every)
    floor(drawn)  # warm, as the cells are
    gc.collect()
    gc.freeze()  # as the template of a build's kernels does : what is loaded is not garbage
    rounds = [(spent(shell, every), floor(drawn)) for _ in range(ROUNDS)]
    seconds = {key: median(each[key] for each, _ in rounds) for key in rounds[0][0]}
    names = {(page, number): source for page, number, source in every}
    for page in dict.fromkeys(page for page, _ in seconds):
        print(f"{page:24}{sum(value for (name, _), value in seconds.items() if name == page):8.2f} s")
    print(f"\nThe {SHOWN} dearest cells")
    for (page, number), value in sorted(seconds.items(), key=lambda item: -item[1])[:SHOWN]:
        print(f"{page:20}{number:4}{value:8.3f} s  {names[page, number].splitlines()[-1][:80]}")
    made = sum(count for _, _, count in drawn)
    ratios = []
    for what, times in ((f"all {made} drawings", made / len(drawn)), (f"one each of {len(drawn)} figures", 1.0)):
        low = median(least * times for _, least in rounds)
        ratios.append(median(sum(each.values()) / (least * times) for each, least in rounds))
        print(f"\nfloor, {what}: {low:.2f} s; all cells {sum(seconds.values()):.2f} s, {ratios[-1]:.2f} times that")
    print(f"aim: at most {AIM} times as many bare drawings as the pages hold")
    return int(ratios[0] > AIM)


if __name__ == "__main__":
    sys.exit(main())
