"""Long seeded runs: damaged files and kills. `make soak` runs many rounds, `make test` a few of each."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
from datetime import date
from pathlib import Path

import pytest

from copies import GROUPS, Copy, made_up_root
from damage import CSV, damaged, damaged_workbook, workbook
from kolada_double import PLACES, KoladaDouble, Project, value, without_pauses
from lagesbild.errors import Refusal
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.sources.raw import NAME, load_places
from lagesbild.sources.replacing import sound_snapshots
from lagesbild.tidy.own import own_rows
from reports import COMMAND, children, eventually, files_below, lives, quick_project, run

ROUNDS = int(os.environ.get("LAGESBILD_SOAK", "50"))
KILLS = max(ROUNDS, 60)  # of a fetch
SEED = 2024


def rounds(sample: int, whole: int = ROUNDS) -> list:
    """Seeds: a few that every suite runs, and those of the long run."""
    few = [pytest.param(SEED + number, marks=pytest.mark.slow) for number in range(sample)]
    many = [pytest.param(SEED + number, marks=pytest.mark.soak) for number in range(sample, whole)]
    return [*few, *many]


def seeds(number: int) -> list:
    """The seeds of `number` files: a tenth that every suite reads, 20 at least, and those of the long run."""
    first, last = SEED + max(number // 10, 20), SEED + number
    tenth = pytest.param(range(SEED, first), marks=pytest.mark.slow, id="a-tenth")
    return [tenth, pytest.param(range(first, last), marks=pytest.mark.soak, id="the-rest")]


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
    assert refusals >= len(seeds) / 10


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


@pytest.fixture(scope="module")
def fetching(tmp_path_factory, make_httpserver) -> tuple[Project, Project]:
    """A project with a history, whose service has other values now; and what an undisturbed fetch makes of them."""
    make_httpserver.clear()  # of the doubles of other modules, which would answer first
    with pytest.MonkeyPatch.context() as patch:
        without_pauses(patch)
        copy = made_up_root(tmp_path_factory.mktemp("history"))
        shutil.rmtree(copy.kolada)
        double = KoladaDouble(make_httpserver)
        pinned = [e.kolada for e in copy.catalog.indicators.values() if e.kolada and e.unit == "percent"][:8]
        title, members = GROUPS["G99001"]
        double.groups = [{"id": "G99001", "title": title, "members": members}]
        double.titles = {series.id: series.title for series in pinned}
        double.titles |= {series.margin: series.margin_title for series in pinned if series.margin}
        double.rows = {(k, y, p): [value(20.5)] for k in double.titles for y in range(2015, 2020) for p in PLACES}
        project = Project(copy.paths, double, copy.catalog)
        only = tuple(series.id for series in pinned)
        assert project.fetch(fetched=date(2020, 1, 10), only=only).ok
        double.rows |= {(key, 2017, "9901"): [value(30.5)] for key in double.titles}
        double.places["9904"] = "Nyby"
        undisturbed = Project(Paths(copy.paths.root.with_name("undisturbed")), double, copy.catalog)
        shutil.copytree(copy.paths.root, undisturbed.paths.root)
        assert undisturbed.fetch(only=only, accept=("places",)).ok
    return project, undisturbed


@pytest.mark.parametrize("seed", rounds(6, KILLS))
def test_after_a_fetch_that_is_killed_the_next_command_heals_and_the_next_fetch_ends_as_undisturbed(
    tmp_path, fetching, monkeypatch, seed
):
    dice = random.Random(seed)
    history, undisturbed = fetching
    project = Project(Paths(tmp_path / "project"), history.double, history.catalog)
    shutil.copytree(history.paths.root, project.paths.root)
    old, new = history.files(), undisturbed.files()
    only = [series for series in history.double.titles if f"{series}.csv" in old]
    options = [f"--only={series}" for series in only]
    command = [COMMAND, "fetch", "--root", project.paths.root, "--accept", "places", *options]
    environment = os.environ | {"LAGESBILD_KOLADA_URL": history.double.address}
    ending, most = dice.choice([("", 30), (".old", 3)])  # anywhere, or where files are just being replaced
    moment, seen, last = dice.randint(1, most), 0, {}
    history.double.asked.clear()
    fetch = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually(lambda: fetch.poll() is not None or history.double.asked)
    while fetch.poll() is None and seen < moment:  # without a pause: each step there takes less than a millisecond
        names = {entry.name: entry.inode() for entry in os.scandir(project.folder)}
        seen, last = seen + (names != last and any(name.endswith(ending) for name in names)), names
    fetch.kill()
    fetch.wait()
    if dice.random() < 0.5:  # the next command only looks
        sound_snapshots(project.paths)
        healed = project.files()
        assert healed.keys() == old.keys()
        assert all(healed[name] in (old[name], new[name]) for name in healed if name != NAME)
    without_pauses(monkeypatch)
    assert project.fetch(only=tuple(only), accept=("places",)).ok
    assert project.files() == new
