"""Reports that tests look at: the default one, built once a session, and quick ones of made-up notebooks."""

import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
from filelock import FileLock

from lagesbild.paths import PACKAGE
from lagesbild.publishing.batch import build_all
from lagesbild.publishing.outcome import INTERRUPTED, Outcome, Watcher
from lagesbild.publishing.request import BuildRequest

REPOSITORY = PACKAGE.parents[1]
COMMAND = Path(sys.executable).with_name("lagesbild")
FROZEN = Path(__file__).with_name("data") / "snapshot"  # a project without a catalogue: see freeze_snapshot.py
CLONED = ("data/catalog", "data/assessments", "data/raw/kolada", "data/raw/scb", "data/raw/documents", "notebooks")
PARAMETERS = 'municipality: str = "9901"\nyear: int = 2024'
# A header as every page has one, shown without our package and its pandas: a kernel takes a fifth of the time.
HEADER = """
from IPython.display import display
given = {name: globals()[name] for name in ("municipality", "year", "region") if name in globals()}
record = {"kind": "passage", "anchor": "", "title": "", "parameters": given}
display({"text/html": "<h1>Påhittad sida</h1>", "application/vnd.lagesbild+json": record}, raw=True)
"""


@dataclass(frozen=True)
class Built:
    """What a build from the command line left."""

    root: Path
    folder: Path  # that readers open
    ended: subprocess.CompletedProcess[str]

    def files(self) -> dict[str, bytes]:
        """Every file of the report with its bytes."""
        return contents(self.folder)


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def real_copy(root: Path) -> Path:
    """The repository as it is cloned, without code and without what builds have made.

    For what must be true of the repository's own figures: test_back_test. Others look at `frozen_copy`.
    """
    for name in CLONED:
        copied(name, root)
    return root


def frozen_copy(root: Path, notebooks: bool = True) -> Path:
    """A project with the repository's catalogue and notebooks, and the frozen figures and judgements.

    A refreshed `data/raw` or a new year's judgements change nothing here; `make frozen` does.
    """
    copytree(FROZEN, root, dirs_exist_ok=True)
    for name in ("data/catalog", *(["notebooks"] if notebooks else [])):
        copied(name, root)
    return root


def copied(name: str, root: Path) -> None:
    """Copies a folder of the repository, where there is one, as git has it."""
    if (REPOSITORY / name).is_dir():
        copytree(REPOSITORY / name, root / name, ignore=ignore_patterns("kernel-ipc-*", ".ipynb_checkpoints"))


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command `lagesbild` from start to end."""
    asked = [COMMAND, *map(str, arguments)]
    given = os.environ | environment
    return subprocess.run(asked, capture_output=True, text=True, env=given, stdin=subprocess.DEVNULL, check=False)


def built(root: Path, municipality: str, year: int, *options: object, **environment: str) -> Built:
    """A report that the command made. Fails with what it said when it did not end well."""
    ended = run("build", "--root", root, "--municipality", municipality, "--year", year, *options, **environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Built(root, root / "reports" / municipality / str(year), ended)


def build(request: BuildRequest, watcher: Watcher) -> Outcome:
    """How the build of one report ended, made in this process."""
    ended = build_all([request], watcher)
    return ended.outcomes[0] if ended.outcomes else Outcome(request, code=INTERRUPTED)


def once(folders: pytest.TempPathFactory, name: str, made: Callable[[Path], Any]) -> Any:
    """What `made` gives for a folder of this name: made once a session, however many processes share the tests.

    One at a time: a build has work for all cores.
    """
    own = folders.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    kept = folder.with_name(f"{name}.pickle")
    with FileLock(folder.with_name("once.lock")):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(made(folder)))
    return pickle.loads(kept.read_bytes())


@pytest.fixture(scope="session")
def default_report(tmp_path_factory) -> Built:
    """Umeå's report for 2024 from the frozen snapshot, in a folder whose name no page may tell."""
    return once(tmp_path_factory, "annabritta", lambda folder: built(frozen_copy(folder / "projekt"), "2480", 2024))


def quick_project(root: Path) -> Path:
    """A project about made-up places whose notebooks show a header and nothing else."""
    import copies  # with pandas; conftest imports this file for every session

    made = copies.made_up_root(root)
    made.document("support_profiles", "fte_total,9901,2021,0,T,,100,,,1")  # else its region is without data
    for page in made.catalog.pages:
        write_notebook(root, page)
    return root


def write_notebook(root: Path, page: str, *cells: str, header: str = HEADER, parameters: str = PARAMETERS) -> None:
    """Writes a page's notebook: parameters, header, then `cells`."""
    sources = [parameters, header, *cells]
    tags = [["parameters"], *([] for _ in sources[1:])]
    content = {
        "cells": [
            {
                "cell_type": "code", "id": f"c{number}", "metadata": {"tags": tag}, "source": source.strip(),
                "outputs": [], "execution_count": None,
            }
            for number, (source, tag) in enumerate(zip(sources, tags, strict=True))
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    path = root / "notebooks" / f"{page}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


def eventually(true: Callable[[], bool]) -> None:
    """Waits until `true()`. Only the bound of the whole suite ends the wait."""
    while not true():
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process runs: a dead one whose parent has not waited for it does not."""
    return state_and_parent(pid)[0] not in ("Z", "")


def children(pid: int) -> list[int]:
    """The processes that a process has started and that run."""
    others = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [other for other in others if state_and_parent(other)[1] == str(pid) and lives(other)]


def state_and_parent(pid: int) -> tuple[str, str]:
    """The letter of a process's state and its parent's number; nothing of a process that is gone."""
    try:
        state, parent, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "", ""
    return state, parent


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_below(folder)}


def hidden(root: Path) -> set[str]:
    """What builds leave beside the reports; the empty lock file may stay."""
    return {path.name for path in (root / "reports").glob("*/.*") if path.suffix != ".lock"}
