"""One build from start to end: check, run, render, put in place, and say what happened."""

import hashlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from ..catalog import Catalog
from ..page import setting_of
from ..paths import Paths
from ..places import Places, load_places
from ..tidy.assembly import local_files
from ..tidy.store import input_key, manifest_vintages
from .executing import Executor, Run
from .request import BuildRequest, RefusedBuild, checked_files, notebook_paths
from .site import checksums, put_in_place, write_manifest, write_site

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
Report = Callable[[Run, int, int], None]  # a finished run, how many are done, how many there are


@dataclass
class Outcome:
    """How a build ended."""

    code: int
    runs: list[Run] = field(default_factory=list)
    site: Path | None = None  # where readers open it
    log: Path | None = None
    seconds: float = 0.0
    kept_old: bool = False  # the last whole report was left in place

    def failures(self) -> dict[str, list[str]]:
        """Cause -> pages that failed by it."""
        found: dict[str, list[str]] = {}
        for run in self.runs:
            if run.state != "ok":
                found.setdefault(f"{run.state}: {run.cause}", []).append(run.name)
        return found


def build(request: BuildRequest, report: Report) -> Outcome:
    """Makes one municipality's report.

    Raises RefusedBuild, RecordError, UnknownPlace, RefusedEdition, TidyError or FileNotFoundError before any
    notebook runs and before anything is written to `reports/`.
    """
    catalog = checked_files(request.paths)
    notebooks = notebook_paths(request.paths, catalog)
    setting_of(request.paths, next(iter(notebooks)), request.municipality, request.year)  # place, year, data
    places = load_places(request.paths)
    request.target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(request.target.parent / f".{request.year}.lock")
    try:
        with lock.acquire(timeout=0), tempfile.TemporaryDirectory(prefix=".work-", dir=request.paths.reports) as work:
            return _built(request, catalog, places, notebooks, Path(work), report)
    except Timeout:
        raise RefusedBuild(
            f"{request.paths.relative(request.target)} is being built by another run. Wait for it, or stop it."
        ) from None


def _built(
    request: BuildRequest,
    catalog: Catalog,
    places: Places,
    notebooks: dict[str, Path],
    work: Path,
    report: Report,
) -> Outcome:
    began, started = time.monotonic(), datetime.now(UTC)
    outcome = Outcome(DONE)
    executor = Executor(work, {"municipality": request.municipality, "year": request.year})
    outcome.runs = _runs(executor, notebooks, request.jobs, report)
    if executor.stopped.is_set():
        outcome.code = INTERRUPTED
    else:
        outcome.code = DONE if all(run.state == "ok" for run in outcome.runs) else FAILED
        folder = work / "site"
        write_site(folder, request, catalog, places, outcome.runs)
        write_manifest(folder, _manifest(request, outcome, folder, started))
        outcome.kept_old = outcome.code == FAILED and _is_whole(request.target)
        outcome.site = request.target
        if outcome.kept_old:
            outcome.site = request.target.with_name(f"{request.year}-incomplete")
        put_in_place(folder, outcome.site)
        if outcome.code == DONE:
            shutil.rmtree(request.target.with_name(f"{request.year}-incomplete"), ignore_errors=True)
    outcome.seconds = time.monotonic() - began
    outcome.log = _log(request, outcome, started)
    return outcome


def _runs(executor: Executor, notebooks: dict[str, Path], jobs: int, report: Report) -> list[Run]:
    """Every notebook's run, in the order of the pages. An interrupt stops the rest and keeps what is known."""
    done: dict[str, Run] = {}
    with ThreadPoolExecutor(jobs, thread_name_prefix="notebook") as pool:
        waiting = {pool.submit(executor.run, name, path) for name, path in notebooks.items()}
        while waiting:
            try:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                executor.stop()
                continue
            for future in finished:
                run = future.result()
                done[run.name] = run
                report(run, len(done), len(notebooks))
    return [done[name] for name in notebooks]


def _is_whole(target: Path) -> bool:
    """Whether a complete report stands in `target`."""
    import json

    try:
        return json.loads((target / "manifest.json").read_text("utf-8"))["state"] == "ok"
    except (OSError, ValueError, KeyError):
        return False


def _manifest(request: BuildRequest, outcome: Outcome, folder: Path, started: datetime) -> dict:
    paths = request.paths
    return {
        "state": "ok" if outcome.code == DONE else "incomplete",
        "municipality": request.municipality,
        "year": request.year,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(paths),
        "versions": {name: version(name) for name in ("lagesbild", "pandas", "papermill", "nbconvert", "seaborn")},
        "input": {
            "key": input_key(paths),
            "snapshots": manifest_vintages(paths),
            "local_files": {
                paths.relative(path): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in local_files(paths)
                if path.parent.name == request.municipality
            },
        },
        "notebooks": {
            run.name: {"state": run.state, "seconds": round(run.seconds, 2), "cause": run.cause} for run in outcome.runs
        },
        "files": checksums(folder),
    }


def _commit(paths: Paths) -> str:
    asked = subprocess.run(
        ["git", "-C", str(paths.root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() if asked.returncode == 0 else "not in git"


def _log(request: BuildRequest, outcome: Outcome, started: datetime) -> Path:
    """Writes the build's log and returns its path."""
    folder = request.paths.reports / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{started:%Y%m%dT%H%M%SZ}-{request.municipality}-{request.year}.log"
    lines = [f"build {request.municipality} {request.year}, exit code {outcome.code}, {outcome.seconds:.1f} s"]
    for run in outcome.runs:
        lines += [f"{run.name}: {run.state} in {run.seconds:.1f} s {run.cause}".rstrip(), *filter(None, [run.trace])]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
