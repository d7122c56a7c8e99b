"""Prints how much faster the batch is than what one would do without it, on the same notebooks and in one run.

Run: python benchmarks/batch.py [--times 5] [--all] [--install]. Each way starts from its own copy of the repository
without the tidy table, as a fresh clone does; medians are printed, and every ratio is of one run of this file. A way
that ends with an error, or writes fewer pages than it should, ends the benchmark. Nothing is asserted about seconds.

--all builds the report of every municipality and prints minutes and the most memory of all processes together.
--install times `make report` in a fresh clone of this commit and of the one that was 0.1.0.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import copytree, ignore_patterns
from statistics import median

import psutil

from lagesbild.paths import PACKAGE, ROOT_VARIABLE

REPOSITORY = PACKAGE.parents[1]
BIN = Path(sys.executable).parent
PLACE, BEFORE, YEAR = "2480", "0180", "2024"  # the report that is timed, and one that is made before it in its batch
PAGES = 7
FIRST_EDITION = "bf0e506~1"  # the last commit of 0.1.0
CHANGED = "N15428"  # the series of which one value is taken away


def run(root: Path, *command: object) -> str:
    """What a command printed. Ends the benchmark with what it complained about when it fails."""
    ended = subprocess.run(
        [*map(str, command)],
        cwd=root,
        env=os.environ | {ROOT_VARIABLE: str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SystemExit(f"{command[0]} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def seconds(way: Callable[[], object]) -> float:
    """Seconds on the clock that `way` takes."""
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def fresh(folder: str) -> Path:
    """A copy of the repository's data and notebooks, without what a build makes."""
    root = Path(folder) / "root"
    uncommitted = ignore_patterns("processed", "local", "all", "kernel-ipc-*", ".ipynb_checkpoints")
    for name in ("data", "notebooks"):
        copytree(REPOSITORY / name, root / name, ignore=uncommitted)
    return root


def build(root: Path, *places: str) -> str:
    """What the build of these municipalities' reports printed; every report is whole."""
    asked = [word for place in places for word in ("--municipality", place)]
    printed = run(root, BIN / "lagesbild", "build", *asked, "--year", YEAR)
    for place in places:
        manifest = json.loads((root / "reports" / place / YEAR / "manifest.json").read_text("utf-8"))
        if manifest["state"] != "ok" or len(manifest["notebooks"]) != PAGES:
            raise SystemExit(f"{place}: the report is {manifest['state']}")
    return printed


def shell_loop(root: Path) -> None:
    """papermill and nbconvert from the shell, a notebook after the other."""
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    for path in notebooks:
        executed = path.with_name(f"executed-{path.name}")
        parameters = ("-r", "municipality", PLACE, "-p", "year", YEAR)
        where = ("--cwd", path.parent, "--no-progress-bar")
        run(root, BIN / "papermill", path, executed, *parameters, *where)
        run(root, BIN / "jupyter", "nbconvert", "--to", "html", executed)
    if len(list((root / "notebooks").glob("executed-*.html"))) != PAGES:
        raise SystemExit("the loop of papermill and nbconvert has not made every page")


def one_run() -> dict[str, float]:
    """Seconds of each way, once."""
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(folder)
        took["loop"] = seconds(lambda: shell_loop(root))
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(folder)
        took["cold"] = seconds(lambda: build(root, PLACE))
        printed: list[str] = []
        took["unchanged"] = seconds(lambda: printed.append(build(root, PLACE)))
        if "Nothing has changed" not in printed.pop():
            raise SystemExit("the report that nothing has changed for was made again")
        changed_value(root)
        took["changed"] = seconds(lambda: printed.append(build(root, PLACE)))
        took["pages run"] = float(printed[0].count(" ok "))
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(folder)
        first = seconds(lambda: build(root, BEFORE))
        took["alone"] = first
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(folder)
        took["two"] = seconds(lambda: build(root, BEFORE, PLACE))
        took["next"] = took["two"] - took["alone"]
    return took


def changed_value(root: Path) -> None:
    """Takes the last value of one series out of the snapshot, as a later fetch might, and signs for it."""
    manifest_file = root / "data" / "raw" / "kolada" / "manifest.json"
    manifest = json.loads(manifest_file.read_text("utf-8"))
    series = root / "data" / "raw" / "kolada" / f"{CHANGED}.csv"
    lines = series.read_bytes().splitlines(keepends=True)
    last = max(n for n, line in enumerate(lines) if line.startswith(f"{PLACE},".encode()))
    del lines[last]
    series.write_bytes(b"".join(lines))
    entry = manifest["series"][CHANGED]
    entry["sha256"], entry["rows"] = hashlib.sha256(b"".join(lines)).hexdigest(), len(lines) - 1
    manifest_file.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")


WAYS = {
    "loop": "papermill and jupyter nbconvert in a shell loop",
    "cold": "one report, cold, nothing cached",
    "next": "the next report of the same run",
    "unchanged": "the same report again, nothing changed",
    "changed": "again, after one value of one figure has changed",
}


def reports(times: int) -> None:
    """Prints the medians of each way, and how much faster than the loop."""
    took = [one_run() for _ in range(times)]
    middle = {name: median(run[name] for run in took) for name in took[0]}
    for name, told in WAYS.items():
        ratio = middle["loop"] / middle[name]
        print(f"{told:52} {middle[name]:6.1f} s, the loop takes {ratio:6.1f} times that", flush=True)
    print(f"{'pages run after that change':52} {middle['pages run']:6.0f} of {PAGES}")
    ratios = sorted(run["loop"] / run["cold"] for run in took)
    print(f"{'cold against the loop, from run to run':52} {ratios[0]:6.1f} to {ratios[-1]:.1f} times faster")


def warm_page(page: str) -> None:
    """Prints what a page takes beyond its cells: run in a warm kernel, against the same cells where all is imported.

    The template has been given what all editions share, as a build does, and the process with the cells has it too.
    """
    from lagesbild.paths import Paths
    from lagesbild.publishing.kernels import Kernels
    from lagesbild.publishing.request import BuildRequest
    from lagesbild.publishing.run import Executor
    from lagesbild.rules import editions

    with tempfile.TemporaryDirectory(prefix="lagesbild-") as folder:
        root = fresh(folder)
        build(root, PLACE)
        request = BuildRequest(Paths(root), PLACE, int(YEAR))
        kernels = Kernels(Path(folder), {ROOT_VARIABLE: str(root)})
        kernels.begin()
        kernels.adopt("lagesbild.rules.editions:adopt", editions.packed(request.paths, int(YEAR)))
        kernels.adopt("lagesbild.rules.editions:complete", editions.asked_for(request.paths, int(YEAR), PLACE))
        try:
            executor = Executor(kernels, request)
            notebook = root / "notebooks" / f"{page}.ipynb"
            executor.run(page, notebook, {})  # the template is ready after it
            pages = [executor.run(page, notebook, {}) for _ in range(5)]
        finally:
            kernels.stop()
        for failed in (each for each in pages if each.state != "ok"):
            raise SystemExit(f"{page}: {failed.cause}")
        cells = float(run(root, sys.executable, "-c", CELLS, notebook))
    took = median(each.seconds for each in pages)
    print(f"{f'the page {page}, warm':52} {took:6.2f} s, {took - cells:.2f} s more than its cells ({cells:.2f} s)")


# The code cells of a notebook, in a process that has its imports done and its table at hand; the median of five.
CELLS = """
import json, sys, time
from pathlib import Path
from statistics import median
from IPython.core.interactiveshell import InteractiveShell
from lagesbild.paths import project_paths
from lagesbild.rules.editions import shared
shared(project_paths(), 2024)
cells = json.loads(Path(sys.argv[1]).read_text("utf-8"))["cells"]
shell, took = InteractiveShell.instance(), []
sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
for n in range(6):
    began = time.perf_counter()
    for source in sources:
        shell.run_cell(source, silent=True).raise_error()
    took.append(time.perf_counter() - began)
print(median(took[1:]))
"""


def everybody() -> None:
    """Prints how long the reports of all municipalities take, and the most memory of all processes, each second."""
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(folder)
        command = [BIN / "lagesbild", "build", "--municipality", "all", "--year", YEAR]
        began, most, seen = time.perf_counter(), 0.0, []
        with (root / "said.txt").open("w", encoding="utf-8") as said:
            process = subprocess.Popen(
                [*map(str, command)], cwd=root, stdout=said, env=os.environ | {ROOT_VARIABLE: str(root)}
            )
            while process.poll() is None:
                seen.append(memory(process.pid))
                most = max(most, seen[-1])
                time.sleep(1)
        if process.returncode:
            raise SystemExit((root / "said.txt").read_text("utf-8"))
        made = len(list((root / "reports").glob(f"*/{YEAR}/manifest.json")))
        minutes, part = (time.perf_counter() - began) / 60, max(1, len(seen) // 4)
        early, late = median(seen[part : 2 * part]), median(seen[-part:])
    print(f"{made} municipalities x {PAGES} pages: {minutes:.1f} minutes, at most {most:,.0f} MiB of all processes")
    print(f"memory in the second and in the last quarter: {early:,.0f} and {late:,.0f} MiB")


def memory(pid: int) -> float:
    """MiB of a process and all that it started, what they share counted once."""
    total = 0
    with suppress(psutil.Error):
        for process in [own := psutil.Process(pid), *own.children(recursive=True)]:
            with suppress(psutil.Error):
                total += process.memory_full_info().pss
    return total / 2**20


def installs() -> None:
    """Prints how long `make report` takes in a fresh clone of this commit, and of 0.1.0."""
    took = {}
    for name, commit in (("this commit", "HEAD"), ("0.1.0", FIRST_EDITION)):
        with tempfile.TemporaryDirectory() as folder:
            clone = Path(folder) / "clone"
            run(REPOSITORY, "git", "clone", "--quiet", REPOSITORY, clone)
            run(clone, "git", "checkout", "--quiet", run(REPOSITORY, "git", "rev-parse", commit).strip())
            took[name] = seconds(lambda clone=clone: run(clone, "env", "-u", ROOT_VARIABLE, "make", "report"))
            print(f"{f'make report in a fresh clone of {name}':52} {took[name]:6.1f} s", flush=True)
    print(f"{'0.1.0 against this commit':52} {took['0.1.0'] / took['this commit']:6.1f} times")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--install", action="store_true")
    asked = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # no way shall compile all packages anew in each process
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it begins")
    if asked.install:
        installs()
    elif asked.all:
        everybody()
    else:
        warm_page("childhood")
        reports(asked.times)
