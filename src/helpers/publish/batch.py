"""One build from start to end: check, run, render, put in place, and say what happened."""

import os
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..catalog import Catalog
from ..page import setting_of
from ..paths import ROOT_VARIABLE
from ..places import load_places
from .frame import PageFrame
from .frames import page_frames
from .interrupts import interrupts
from .log import write_log
from .notebooks import notebook_paths
from .outcome import DONE, FAILED, INTERRUPTED, Outcome
from .request import BuildRequest, RefusedBuild, checked_files
from .target import HeldTargetError, Workplace

if TYPE_CHECKING:  # papermill and nbconvert take seconds to import: a refusal comes before, and kernels start between
    from .executing import Executor, Run


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
    frames: dict[str, PageFrame]


def build(request: BuildRequest, watcher: Watcher) -> Outcome:
    """Makes one municipality's report.

    Raises a Refusal (RefusedBuild, RecordError, UnknownPlace, RefusedEdition, TidyError ...) before any notebook
    runs and before anything is written to `reports/`.
    """
    plan = _planned(request)
    with ExitStack() as stack:
        try:
            place = stack.enter_context(request.target.held())
        except HeldTargetError as holder:
            name = request.paths.relative(request.target.folder)
            raise RefusedBuild(f"{name} is being built by {holder}. Wait for it, or stop it, then try again.") from None
        except OSError as error:
            raise RefusedBuild(
                f"{request.paths.reports}: no report can be written there ({error}). Make it a folder with room."
            ) from None
        return _built(plan, place, watcher)


def _planned(request: BuildRequest) -> Plan:
    catalog = checked_files(request.paths)
    every = notebook_paths(request.paths, catalog)
    notebooks = {name: every[name] for name in request.pages(catalog)}
    setting_of(request.paths, next(iter(notebooks)), request.municipality, request.year)  # place, year, data
    return Plan(request, catalog, notebooks, page_frames(request, catalog, load_places(request.paths)))


def _built(plan: Plan, place: Workplace, watcher: Watcher) -> Outcome:
    from .executing import Executor
    from .kernels import Kernels

    began, started = time.monotonic(), datetime.now(UTC)
    outcome = Outcome()
    kernels = Kernels(place.sockets, {ROOT_VARIABLE: str(plan.request.paths.root)})

    def stop() -> None:
        watcher.interrupted()
        kernels.stop()

    def end() -> None:
        kernels.stop()
        plan.request.target.tidy()
        os._exit(INTERRUPTED)

    with interrupts(stop, end):
        try:
            _make(plan, Executor(kernels, place.folder, plan.request), watcher, outcome, started)
        except OSError as error:  # what happens inside a notebook is in its run: this is the disk, or the folder
            outcome.code = FAILED
            outcome.trouble = f"it could not be written ({error}). Make room for it, then run the command again."
    outcome.seconds = time.monotonic() - began
    outcome.log = write_log(plan.request, outcome, started)
    return outcome


def _make(plan: Plan, executor: "Executor", watcher: Watcher, outcome: Outcome, started: datetime) -> None:
    """Runs and renders every chapter and puts the report in place, unless it is interrupted."""
    from .manifest import write_manifest

    made = executor.work / "site"
    outcome.runs = _chapters(plan, executor, watcher, made)
    write_manifest(made, plan.request, outcome.runs, started)
    if executor.kernels.stopped.is_set():
        outcome.code = INTERRUPTED
        return
    outcome.code = DONE if all(run.state == "ok" for run in outcome.runs) else FAILED
    target = plan.request.target
    outcome.kept_old = outcome.code == FAILED and target.is_whole()
    outcome.site = target.set_aside(made) if outcome.kept_old else target.replace(made)


def _chapters(plan: Plan, executor: "Executor", watcher: Watcher, made: Path) -> list["Run"]:
    """Every chapter's run, in the order of the pages; each is rendered while the next ones run."""
    done: dict[str, Run] = {}
    with ThreadPoolExecutor(plan.request.jobs, thread_name_prefix="notebook") as pool:
        try:
            running = [pool.submit(executor.run, name, path) for name, path in plan.notebooks.items()]
            from .method_page import method_html
            from .site import Site

            site = Site(made, plan.frames, plan.request.front)
            site.add_method(method_html(plan.catalog, plan.request.paths))
            for future in as_completed(running):
                run = future.result()
                done[run.name] = run if executor.kernels.stopped.is_set() else site.add(run)
                watcher.finished(done[run.name], len(done), len(running))
            site.finish()
        except BaseException:
            executor.kernels.stop()  # the pool waits for its threads, and they for their kernels
            raise
    return [done[name] for name in plan.notebooks]
