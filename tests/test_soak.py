"""Long seeded runs: damaged files and kills. `make soak` runs many rounds, `make test` a few of each."""

import hashlib
import json
import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from copies import Copy, made_up_root
from damage import CSV, damaged, damaged_workbook, workbook
from lagesbild.errors import Refusal
from lagesbild.places import Places
from lagesbild.sources.raw import load_places
from lagesbild.tidy.own import own_rows
from reports import COMMAND, children, eventually, files_below, lives, quick_project, run

ROUNDS = int(os.environ.get("LAGESBILD_SOAK", "50"))
SEED = 2024


def rounds(sample: int) -> list:
    """Seeds: a few that every suite runs, and those of the long run."""
    few = [pytest.param(SEED + number, marks=pytest.mark.slow) for number in range(sample)]
    many = [pytest.param(SEED + number, marks=pytest.mark.soak) for number in range(sample, ROUNDS)]
    return [*few, *many]


def seeds(number: int) -> list:
    """The seeds of `number` files: a tenth that every suite reads, and those of the long run."""
    tenth = pytest.param(range(SEED, SEED + number // 10), marks=pytest.mark.slow, id="a-tenth")
    return [tenth, pytest.param(range(SEED + number // 10, SEED + number), marks=pytest.mark.soak, id="the-rest")]


def refusal_of(copy: Copy, places: Places) -> str | None:
    """What is said of the municipality's own files when they are refused; None when they are read."""
    try:
        own_rows(copy.paths, copy.catalog, places)
    except Refusal as refusal:
        return str(refusal)
    return None


@pytest.mark.parametrize("seeds", seeds(4 * ROUNDS))
@pytest.mark.parametrize(
    ("name", "whole", "made"),
    [
        pytest.param("egen.csv", CSV, lambda dice: damaged(CSV, dice), id="I-20-csv"),
        pytest.param("egen.xlsx", workbook(), damaged_workbook, id="I-20-workbook"),
    ],
)
def test_a_damaged_file_is_read_or_refused_with_its_name_and_nothing_else_happens(tmp_path, seeds, name, whole, made):
    copy = made_up_root(tmp_path)
    path = copy.own_file(name)
    places = load_places(copy.paths)
    path.write_bytes(whole)
    assert refusal_of(copy, places) is None
    refusals = 0
    for seed in seeds:
        path.write_bytes(made(random.Random(seed)))
        refused = refusal_of(copy, places)
        assert refused is None or f"data/raw/local/9901/{name}" in refused, seed
        refusals += refused is not None
    assert refusals > len(seeds) / 10


def state_of(folder: Path) -> str:
    """Whose report readers open: 'old', 'new' or 'broken'."""
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_below(folder)}
    if contents == {"index.html": b"old"}:
        return "old"
    manifest = json.loads(contents.pop("manifest.json", b"{}"))
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return "new" if manifest.get("state") == "ok" and manifest["files"] == sums else "broken"


@pytest.mark.parametrize("seed", rounds(2))
def test_a_build_that_is_killed_leaves_the_old_report_or_the_new_one(tmp_path, seed):
    dice = random.Random(seed)
    root = quick_project(tmp_path)
    report = root / "reports" / "regions" / "sagan" / "2024"
    report.mkdir(parents=True)
    (report / "index.html").write_text("old")
    command = ["build", "--root", root, "--region", "sagan"]  # one page, so that many rounds are run
    moment = len(list(root.rglob("*"))) + dice.randint(0, 25)  # a whole build makes about as many files
    build = subprocess.Popen([COMMAND, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually(lambda: build.poll() is not None or len(list(root.rglob("*"))) >= moment)
    build.send_signal(signal.SIGSTOP)  # so that it starts no kernel while they are counted
    kernels = children(build.pid)
    build.send_signal(signal.SIGKILL)
    build.wait()
    eventually(lambda: not any(map(lives, kernels)))  # they end when their owner is gone
    there = [folder for folder in (report, report.with_name(".2024.old")) if folder.exists()]
    assert [state_of(folder) for folder in there] in (["old"], ["new"], ["new", "old"], ["old", "new"])
    again = run(*command)
    assert again.returncode == 0, again.stderr
    assert state_of(report) == "new"
    assert {path.name for path in report.parent.iterdir()} == {"2024", ".2024.lock"}
