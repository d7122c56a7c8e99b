"""One build from start to end: check, run, render, put in place, and say what happened."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lagesbild.catalog.models import Catalog
from lagesbild.paths import ROOT_VARIABLE
from lagesbild.publishing.frame import PageFrame, page_frames
from lagesbild.publishing.made import Computed, computed
from lagesbild.publishing.notebooks import notebook_paths, own_values
from lagesbild.publishing.request import REGIONAL, BuildRequest, RefusedBuild, Value, checked_files
from lagesbild.publishing.target import HeldTargetError, Target, Workplace, interrupts

if TYPE_CHECKING:  # papermill and nbconvert take seconds to import: a refusal comes before, and kernels start between
    from lagesbild.publishing.pages import Site
    from lagesbild.publishing.run import Executor, Run
    from lagesbild.slides.content import Deck

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
    from lagesbild.publishing.cells import records_of
    from lagesbild.publishing.kernels import Kernels
    from lagesbild.publishing.run import Executor
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
    from lagesbild.publishing.kernels import Kernels
    from lagesbild.publishing.limits import Limit
    from lagesbild.publishing.run import Executor

    limit = Limit(plan.request.batch_seconds, "the batch") if plan.request.batch_seconds else None
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
            _make(plan, Executor(kernels, place.folder, plan.request, limit), watcher, outcome, started, kept)
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
