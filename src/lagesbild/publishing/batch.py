"""One build from start to end: check, run, render, put in place, and say what happened."""

import json
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from filelock import FileLock, Timeout

from lagesbild.catalog.models import Catalog
from lagesbild.paths import ROOT_VARIABLE
from lagesbild.publishing.frame import PageFrame, page_frames
from lagesbild.publishing.made import Computed, computed
from lagesbild.publishing.notebooks import notebook_paths, own_values
from lagesbild.publishing.request import REGIONAL, BuildRequest, RefusedBuild, Value, checked_files

if TYPE_CHECKING:  # papermill and nbconvert take seconds to import: a refusal comes before, and kernels start between
    from lagesbild.publishing.pages import Site
    from lagesbild.publishing.run import Executor, Run
    from lagesbild.slides.content import Deck

# The folder that readers open, and how a new report comes there: one builder at a time, and never half a report.
#
# Beside `reports/2480/2024/` stand, while a build runs, `.2024.lock` and `.2024.holder` (who builds), `.2024.work/`
# (what is being made) and, for a moment, `.2024.old/` (the report that is being replaced). A killed build leaves
# them; whoever can take the lock knows that their owner is dead, and tidies.

SOCKETS = "sockets"
REMOVALS = 100
PATIENCE = 0.5  # seconds: another build may hold the lock for a moment, to see whether its owner is dead


class HeldTargetError(Exception):
    """Another process builds into the folder: `str()` says which, and since when."""


@dataclass(frozen=True)
class Workplace:
    """Where a build works until its report is whole."""

    folder: Path  # on the same disk as the target, so that a finished report is moved in one step
    sockets: Path  # for the kernels: in the system's temporary folder, as a socket's path must be short


@dataclass(frozen=True)
class Target:
    """The folder of one municipality's edition."""

    folder: Path

    @property
    def incomplete(self) -> Path:
        """Where a report with failed chapters goes when a whole one stands in `folder`."""
        return self.folder.with_name(f"{self.folder.name}-incomplete")

    def _beside(self, kind: str) -> Path:
        return self.folder.with_name(f".{self.folder.name}.{kind}")

    @contextmanager
    def held(self) -> Iterator[Workplace]:
        """A workplace, while no other process can build into the folder. Raises HeldTargetError when one does."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._beside("lock"))
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise HeldTargetError(self._holder()) from None
        try:
            self.tidy()
            tidy_others(self.folder.parents[1])
            holder = {"pid": os.getpid(), "since": datetime.now().isoformat(" ", "seconds")}
            self._beside("holder").write_text(json.dumps(holder), "utf-8")
            yield self._workplace()
        finally:
            self.tidy()
            lock.release()

    def _workplace(self) -> Workplace:
        folder = self._beside("work")
        folder.mkdir()
        sockets = tempfile.mkdtemp(prefix="lagesbild-")
        (folder / SOCKETS).write_text(sockets, "utf-8")
        return Workplace(folder, Path(sockets))

    def _holder(self) -> str:
        try:
            holder = json.loads(self._beside("holder").read_text("utf-8"))
            return f"process {holder['pid']}, since {holder['since']}"
        except (OSError, ValueError, KeyError):
            return "a process that has just begun"

    def tidy(self) -> None:
        """Removes what a build works with, and puts back a report that it was replacing. Only for who has the lock."""
        work, old = self._beside("work"), self._beside("old")
        if sockets := _sockets_of(work):
            shutil.rmtree(sockets, ignore_errors=True)
        _remove(work)
        if old.exists() and not self.folder.exists():
            old.replace(self.folder)
        shutil.rmtree(old, ignore_errors=True)
        self._beside("holder").unlink(missing_ok=True)

    def whole(self) -> dict[str, Any]:
        """The manifest of the complete report that stands in the folder; empty where none does."""
        try:
            manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))
            return manifest if manifest["state"] == "ok" else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def replace(self, site: Path) -> Path:
        """Makes `site` the folder that readers open. Until it stands, `tidy` puts the old report back."""
        _flush(site)
        old = self._beside("old")
        if self.folder.exists():
            self.folder.replace(old)
        site.replace(self.folder)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(self.incomplete, ignore_errors=True)
        return self.folder

    def set_aside(self, site: Path) -> Path:
        """Puts a report that is not whole beside the folder, which keeps the last whole one."""
        shutil.rmtree(self.incomplete, ignore_errors=True)
        site.replace(self.incomplete)
        return self.incomplete


def tidy_others(reports: Path) -> None:
    """Tidies after killed builds of any target whose lock nobody holds."""
    left = {path for kind in ("work", "old") for path in reports.glob(f"*/.*.{kind}")}
    for folder in {path.with_name(path.name[1:].rpartition(".")[0]) for path in left}:
        target = Target(folder)
        with suppress(Timeout), FileLock(target._beside("lock")).acquire(timeout=0):
            target.tidy()


def _sockets_of(work: Path) -> Path | None:
    """The folder of sockets that a build noted, if it is where such folders are made."""
    with suppress(OSError, ValueError):
        noted = Path((work / SOCKETS).read_text("utf-8"))
        if noted.parent == Path(tempfile.gettempdir()) and noted.name.startswith("lagesbild-"):
            return noted
    return None


def _remove(folder: Path) -> None:
    """Removes a folder. It is renamed first: a thread that still writes there finds no folder, and leaves nothing."""
    away = folder.with_name(f"{folder.name}.away")
    shutil.rmtree(away, ignore_errors=True)
    with suppress(OSError):
        folder.replace(away)
    for _ in range(REMOVALS):  # a file that was being opened just then may keep the folder once more
        if away.exists():
            shutil.rmtree(away, ignore_errors=True)


def _flush(folder: Path) -> None:
    """Brings every file to the disk: a full disk shows here, and a power cut leaves no empty pages."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


# How a build ended.

DONE, FAILED, INTERRUPTED = 0, 1, 130  # exit codes; 2 is a refusal, which has no outcome


@dataclass
class Outcome:
    """What became of the chapters and of the report."""

    code: int = DONE
    runs: list["Run"] = field(default_factory=list)
    site: Path | None = None  # where readers open it
    kept_old: bool = False  # the last whole report was left in place
    kept: dict[str, str] = field(default_factory=dict)  # page of an earlier run -> when that began
    same_source: bool = True  # the kept pages are made from the same figures, catalogue and judgements
    trouble: str = ""  # why no report could be written
    log: Path | None = None
    seconds: float = 0.0

    def failures(self) -> dict[str, list[str]]:
        """Cause -> the chapters that failed by it, or the report itself."""
        failures: dict[str, list[str]] = {self.trouble: ["the report"]} if self.trouble else {}
        for run in self.runs:
            if run.state != "ok":
                failures.setdefault(f"{run.state}: {run.cause}", []).append(run.name)
        return failures


# What Ctrl-C and a polite kill do while something runs that must be ended in order.

POLITE = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


@contextmanager
def interrupts(first: Callable[[], None], later: Callable[[], None]) -> Iterator[None]:
    """While it lasts, the first SIGINT, SIGTERM or SIGHUP calls `first`, and each one after it `later`.

    Nothing is raised, so that no step is torn. Outside the main thread, where signals cannot be caught, it does
    nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    calls = iter([first])

    def caught(number: int, frame: object) -> None:
        next(calls, later)()

    before = {number: signal.getsignal(number) for number in POLITE}
    for number in POLITE:
        if number is signal.SIGINT or before[number] is not signal.SIG_IGN:  # nohup ignores SIGHUP on purpose
            signal.signal(number, caught)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# One build from start to end: check, run, render, put in place, and say what happened.


class Watcher(Protocol):
    """Who is told how a build goes."""

    def finished(self, run: "Run", done: int, total: int) -> None:
        """A chapter has ended; `done` of `total` have."""

    def interrupted(self) -> None:
        """The build is asked to end. Called between any two steps of the main thread: write nothing buffered."""


@dataclass(frozen=True)
class Plan:
    """Everything that a build needs to know before it begins."""

    request: BuildRequest
    catalog: Catalog
    notebooks: dict[str, Path]
    values: dict[str, dict[str, Value]]  # page -> what its notebook is given for parameters of its own
    frames: dict[str, PageFrame]
    computed: Computed


def build(request: BuildRequest, watcher: Watcher) -> Outcome:
    """Makes one municipality's report.

    Raises a Refusal (RefusedBuild, RecordError, UnknownPlace, RefusedEdition, TidyError ...) before any notebook
    runs and before anything is written to `reports/`.
    """
    plan, target = _planned(request), Target(request.folder)
    with ExitStack() as stack:
        try:
            place = stack.enter_context(target.held())
        except HeldTargetError as holder:
            name = request.paths.relative(target.folder)
            raise RefusedBuild(f"{name} is being built by {holder}. Wait for it, or stop it, then try again.") from None
        except OSError as error:
            raise RefusedBuild(
                f"{request.paths.reports}: no report can be written there ({error}). Make it a folder with room."
            ) from None
        kept: dict[str, Any] = {}
        if request.only:
            from lagesbild.publishing.manifest import kept_pages

            shown_as = request.paths.relative(target.folder)
            kept = kept_pages(target.folder, target.whole(), plan.frames, plan.notebooks, shown_as)
        return _built(plan, place, watcher, kept)


def build_slides(request: BuildRequest) -> Path:
    """Runs a region's notebook, makes slides of what its page recorded, and returns their path.

    Raises RefusedBuild when the notebook fails, and what `build` raises before it runs.
    """
    plan = _planned(request)
    from lagesbild.publishing.run import Executor, Kernels, records_of
    from lagesbild.slides.content import deck_of
    from lagesbild.sources.snapshot import latest_fetch

    with tempfile.TemporaryDirectory(prefix="lagesbild-") as folder:
        kernels = Kernels(Path(folder), {ROOT_VARIABLE: str(request.paths.root)})
        try:
            executor = Executor(kernels, Path(folder), request)
            run = executor.run(REGIONAL, plan.notebooks[REGIONAL], plan.values[REGIONAL])
        finally:
            kernels.stop()
    if run.notebook is None:
        raise RefusedBuild(f"slides: {REGIONAL}.ipynb ended as '{run.state}': {run.cause}")
    region, made = plan.catalog.regions[request.region], latest_fetch(request.paths)
    deck = deck_of(records_of(run.notebook), f"{region.name} {request.year}", region.publisher or "", made)
    return write_slides(
        deck, request.paths.reports / "regions" / request.region / f"{request.name}-{request.year}.pptx"
    )


def write_slides(deck: "Deck", target: Path) -> Path:
    """Writes the deck, whole or not at all, and returns its path."""
    from lagesbild.slides.drawing import slides_bytes  # python-pptx is an extra

    content = slides_bytes(deck)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.new")
    temporary.write_bytes(content)
    return temporary.replace(target)


def _planned(request: BuildRequest) -> Plan:
    catalog = checked_files(request.paths)
    every = notebook_paths(request.paths, catalog)
    notebooks = {name: every[name] for name in request.run(catalog)}
    values = own_values(request.paths, notebooks, request.given)
    places, beside = computed(request, catalog, next(iter(notebooks)))
    return Plan(request, catalog, notebooks, values, page_frames(request, catalog, places), beside)


def _built(plan: Plan, place: Workplace, watcher: Watcher, kept: dict[str, Any]) -> Outcome:
    from lagesbild.publishing.run import Executor, Kernels

    began, started = time.monotonic(), datetime.now(UTC)
    outcome = Outcome(kept={name: entry["started"] for name, entry in kept.items()})
    kernels = Kernels(place.sockets, {ROOT_VARIABLE: str(plan.request.paths.root)})

    def stop() -> None:
        watcher.interrupted()
        kernels.stop()

    def end() -> None:
        kernels.stop()
        Target(plan.request.folder).tidy()
        os._exit(INTERRUPTED)

    with interrupts(stop, end):
        try:
            _make(plan, Executor(kernels, place.folder, plan.request), watcher, outcome, started, kept)
        except OSError as error:  # what happens inside a notebook is in its run: this is the disk, or the folder
            outcome.code = FAILED
            outcome.trouble = f"it could not be written ({error}). Make room for it, then run the command again."
    outcome.seconds = time.monotonic() - began
    outcome.log = _log(plan.request, outcome, started)
    return outcome


def _log(request: BuildRequest, outcome: Outcome, started: datetime) -> Path | None:
    from lagesbild.publishing.manifest import write_log

    lines = [f"build {request.name} {request.year}, exit code {outcome.code}, {outcome.seconds:.1f} s"]
    lines += [f"the report: {outcome.trouble}"] if outcome.trouble else []
    return write_log(request, lines, outcome.runs, started)


def _make(
    plan: Plan, executor: "Executor", watcher: Watcher, outcome: Outcome, started: datetime, kept: dict[str, Any]
) -> None:
    """Runs and renders every chapter and puts the report in place, unless it is interrupted."""
    outcome.runs, made = _chapters(plan, executor, watcher, kept)
    from lagesbild.publishing.manifest import write_manifest

    site = made.folder
    outcome.same_source = write_manifest(made, plan.request, outcome.runs, started)
    if executor.kernels.stopped.is_set():
        outcome.code = INTERRUPTED
        return
    outcome.code = DONE if all(run.state == "ok" for run in outcome.runs) else FAILED
    target = Target(plan.request.folder)
    outcome.kept_old = outcome.code == FAILED and bool(target.whole())
    outcome.site = target.set_aside(site) if outcome.kept_old else target.replace(site)


def _chapters(plan: Plan, executor: "Executor", watcher: Watcher, kept: dict[str, Any]) -> tuple[list["Run"], "Site"]:
    """Every chapter's run, in the order of the pages, and the site; each is rendered while the next ones run."""
    done: dict[str, Run] = {}
    with ThreadPoolExecutor(plan.request.jobs, thread_name_prefix="notebook") as pool:
        try:
            running = [
                pool.submit(executor.run, name, path, plan.values[name]) for name, path in plan.notebooks.items()
            ]
            from lagesbild.publishing.pages import Site

            site = Site(executor.work / "site", plan.request.paths.notebooks, plan.frames, plan.request.front)
            site.keep(plan.request.folder, kept)
            for name, body in plan.computed.pages.items():
                site.add_made(name, body())
            for future in as_completed(running):
                run = future.result()
                done[run.name] = run if executor.kernels.stopped.is_set() else site.add(run)
                watcher.finished(done[run.name], len(done), len(running))
            for run in site.without_dead_links():
                done[run.name] = run
                watcher.finished(run, len(done), len(running))
            site.finish(plan.computed.key_figures())
        except BaseException:
            executor.kernels.stop()  # the pool waits for its threads, and they for their kernels
            raise
    return [done[name] for name in plan.notebooks], site
