"""Prints how long the default report takes, beside what one would do without the batch, on the same notebooks.

Run: python benchmarks/build.py. Each way starts from its own copy of the repository without the tidy table, as a
fresh clone does. The aim of the first build is 60 s on two cores; nothing is asserted. The floor is not a build: it
is the notebooks' own code in a process that has its imports and its table, without kernels, pages and checks.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns

from lagesbild.paths import PACKAGE, ROOT_VARIABLE

REPOSITORY = PACKAGE.parents[1]
BIN = Path(sys.executable).parent
MUNICIPALITY, YEAR = "2480", "2024"
ONE_PROCESS = """
import sys
from pathlib import Path
import papermill
from nbconvert import HTMLExporter
for path in map(Path, sys.argv[1:]):
    executed = str(path.with_name("executed-" + path.name))
    parameters = {"municipality": "2480", "year": 2024}
    papermill.execute_notebook(str(path), executed, parameters, cwd=str(path.parent), progress_bar=False)
    Path(executed).with_suffix(".html").write_text(HTMLExporter().from_filename(executed)[0], "utf-8")
"""
FLOOR = """
import json, sys, time
from pathlib import Path
from helpers import open_report
open_report("overview", "2480", 2024)
codes = [
    "\\n".join("".join(cell["source"]) for cell in json.loads(Path(name).read_text("utf-8"))["cells"]
              if cell["cell_type"] == "code")
    for name in sys.argv[1:]
]
for line in "\\n".join(codes).splitlines():
    if line.startswith(("import ", "from ")):
        exec(line)
began = time.perf_counter()
for code in codes:
    exec(code, {})
print(time.perf_counter() - began)
"""


def run(root: Path, *command: object) -> str:
    """What a command printed. Ends the measurement with what it complained about when it fails."""
    ended = subprocess.run(
        [*map(str, command)],
        cwd=root / "notebooks",
        env=os.environ | {ROOT_VARIABLE: str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SystemExit(f"{command[0]} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def notebooks(root: Path) -> list[Path]:
    return sorted((root / "notebooks").glob("*.ipynb"))


def the_build(root: Path) -> None:
    run(root, BIN / "lagesbild", "build", "--municipality", MUNICIPALITY, "--year", YEAR)


def shell_loop(root: Path) -> None:
    for path in notebooks(root):
        executed = path.with_name(f"executed-{path.name}")
        parameters = ("-r", "municipality", MUNICIPALITY, "-p", "year", YEAR)
        run(root, BIN / "papermill", path, executed, *parameters, "--no-progress-bar")
        run(root, BIN / "jupyter", "nbconvert", "--to", "html", executed)


def one_process(root: Path) -> None:
    run(root, sys.executable, "-c", ONE_PROCESS, *notebooks(root))


def spent(way: Callable[[Path], None]) -> tuple[float, float]:
    """Seconds on the clock and of the processors that `way` takes on a fresh copy of the repository."""
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(Path(folder))
        began, before = time.perf_counter(), processors()
        way(root)
        return time.perf_counter() - began, processors() - before


def processors() -> float:
    """Seconds of all processors in the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def floor() -> float:
    """Seconds for the code of all notebooks once everything is imported and read."""
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(Path(folder))
        return float(run(root, sys.executable, "-c", FLOOR, *notebooks(root)))


def fresh(root: Path) -> Path:
    uncommitted = ignore_patterns("processed", "local", "all", "kernel-ipc-*", ".ipynb_checkpoints")
    for name in ("data", "notebooks"):
        copytree(REPOSITORY / name, root / name, ignore=uncommitted)
    return root


WAYS = {
    "lagesbild build": the_build,
    "papermill and jupyter nbconvert in a shell loop": shell_loop,
    "their APIs in one process": one_process,
}

if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it begins")
    base = 0.0
    for name, way in WAYS.items():
        clock, work = spent(way)
        base = base or clock
        print(f"{name:48} {clock:6.1f} s, {work:6.1f} s of processors, {clock / base:5.2f} times the build", flush=True)
    clock = floor()
    print(f"{'floor: the cells, all imports done':48} {clock:6.1f} s, {'':23}{clock / base:5.2f} times the build")
