"""A batch from start to end: check once, then make report after report with one pool of kernels, and say what happened.

A report is the batch of one. Each unit is one municipality, or one region, with all its pages.
"""

import os
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lagesbild.catalog.models import Catalog
from lagesbild.errors import Refusal
from lagesbild.paths import ROOT_VARIABLE
from lagesbild.places import Places
from lagesbild.publishing import manifest
from lagesbild.publishing.frame import page_frames
from lagesbild.publishing.made import computed
from lagesbild.publishing.notebooks import notebook_paths, own_values
from lagesbild.publishing.outcome import DONE, FAILED, INTERRUPTED, Ended, Log, Outcome, Watcher
from lagesbild.publishing.request import REGIONAL, BuildRequest, RefusedBuild, Value, checked_files, faulty_places
from lagesbild.publishing.target import HeldTargetError, Target, interrupts, remove_sockets, sockets, tidy_others
from lagesbild.records import RecordError
from lagesbild.sources.raw import load_places

if TYPE_CHECKING:  # papermill and nbconvert take seconds to import: a refusal comes before, and kernels start between
    from lagesbild.publishing.kernels import Kernels
    from lagesbild.publishing.pages import Site
    from lagesbild.publishing.run import Run
    from lagesbild.slides.content import Deck

# What is the same for all units: checked before anything begins.


@dataclass(frozen=True)
class Plan:
    """What the units of a batch share."""

    catalog: Catalog
    places: Places
    notebooks: dict[str, Path]
    values: dict[str, dict[str, Value]]  # page -> what its notebook is given for parameters of its own
    code: str  # a checksum of what makes pages of notebooks
    commit: str
    faulty: dict[str, RecordError]  # municipality -> what is wrong in its own judgements


def _planned(requests: Sequence[BuildRequest]) -> Plan:
    first, faulty = requests[0], dict[str, RecordError]()
    if len(requests) == 1:
        catalog = checked_files(first.paths)
    else:
        catalog, faulty = faulty_places(first.paths, [request.name for request in requests])
    every = notebook_paths(first.paths, catalog)
    notebooks = {name: every[name] for name in first.run(catalog)}
    values = own_values(first.paths, notebooks, first.given)
    places = load_places(first.paths)
    code, commit = manifest.code_key(first.paths), manifest.commit(first.paths)
    return Plan(catalog, places, notebooks, values, code, commit, faulty)


# One report, from its own figures to the folder that readers open.


class Unit:
    """A report in the making. It holds its target's lock, and all that the report needs, until it is closed."""

    def __init__(self, request: BuildRequest, plan: Plan, outcome: Outcome):
        """Raises a Refusal (RefusedEdition, TidyError, a RecordError ...) before anything is written."""
        if error := plan.faulty.get(request.name):
            raise error
        self.request, self.plan, self.outcome = request, plan, outcome
        self.started, self.began = datetime.now(UTC), time.monotonic()
        places, self.computed = computed(request, plan.catalog, next(iter(plan.notebooks)))
        self.frames = page_frames(request, plan.catalog, places)
        self.origins = manifest.origins(request, plan.notebooks, plan.values, plan.code)
        self.target, self.stack = Target(request.folder), ExitStack()
        self.work = self._locked()
        self.left = set(plan.notebooks)
        self.site: Site | None = None

    def _locked(self) -> Path:
        paths = self.request.paths
        try:
            return self.stack.enter_context(self.target.held())
        except HeldTargetError as holder:
            name = paths.relative(self.target.folder)
            raise RefusedBuild(f"{name} is being built by {holder}. Wait for it, or stop it, then try again.") from None
        except OSError as error:
            raise RefusedBuild(
                f"{paths.reports}: no report can be written there ({error}). Make it a folder with room."
            ) from None

    def is_unchanged(self) -> bool:
        """Whether the report that stands there is whole, and a new one would be the same."""
        return manifest.is_unchanged(self.target.folder, self.target.whole(), self.frames, self.origins)

    def begin(self, submit: Callable[["Unit", str], None]) -> None:
        """Hands each notebook to `submit`, and makes all that needs none meanwhile."""
        kept: dict[str, Any] = {}
        if self.request.only:
            shown_as = self.request.paths.relative(self.target.folder)
            whole, anew = self.target.whole(), self.plan.notebooks
            kept = manifest.kept_pages(self.target.folder, whole, self.frames, anew, shown_as)
            self.outcome.kept = {name: entry["started"] for name, entry in kept.items()}
        for name in self.plan.notebooks:
            submit(self, name)
        from lagesbild.publishing.pages import Site

        self.site = Site(self.work / "site", self.request.paths.notebooks, self.frames, self.request.front)
        self.site.keep(self.request.folder, kept)
        for name, body in self.computed.pages.items():
            self.site.add_made(name, body())

    def add(self, run: "Run", stopped: bool, watcher: Watcher) -> None:
        """Renders a chapter that has been run, and lets its notebook go. The last one puts the report in place."""
        assert self.site is not None  # it begins before any chapter can end
        ended = replace(run if stopped else self.site.add(run), notebook=None)
        self.outcome.runs.append(ended)
        self.left.discard(run.name)
        total = len(self.plan.notebooks)
        watcher.finished(ended, total - len(self.left), total)
        if self.left:
            return
        unfit = {} if stopped else {run.name: run for run in self.site.without_dead_links()}
        for again in unfit.values():
            watcher.finished(again, total, total)
        runs = {run.name: unfit.get(run.name, run) for run in self.outcome.runs}
        self.outcome.runs = [runs[name] for name in self.plan.notebooks]
        if stopped:
            self.outcome.code = INTERRUPTED
        else:
            self.site.finish(self.computed.key_figures())
            self._put_in_place(self.site)

    def _put_in_place(self, site: "Site") -> None:
        outcome = self.outcome
        outcome.same_source = manifest.write_manifest(
            site, self.request, outcome.runs, self.started, self.origins, self.plan.commit
        )
        outcome.code = DONE if all(run.state == "ok" for run in outcome.runs) else FAILED
        outcome.kept_old = outcome.code == FAILED and bool(self.target.whole())
        outcome.site = self.target.set_aside(site.folder) if outcome.kept_old else self.target.replace(site.folder)

    def close(self) -> None:
        """Removes what it worked with and gives the target free."""
        self.left.clear()
        self.stack.close()
        self.outcome.seconds = time.monotonic() - self.began


# All reports, one after the other, with kernels that never wait for a page to be rendered.


class Batch:
    """Units that are made with one pool of kernels: the next one's notebooks run while the last one's are rendered.

    At most `_most_open` units hold notebooks and pages at a time, however many there are.
    """

    def __init__(self, plan: Plan, requests: Sequence[BuildRequest], kernels: "Kernels", watcher: Watcher, log: Log):
        self.plan, self.kernels, self.watcher, self.log = plan, kernels, watcher, log
        self.total, self.jobs = len(requests), requests[0].jobs
        self.ahead: Iterator[BuildRequest] = iter(requests)
        self.open: list[Unit] = []
        self.waiting: dict[Future[Run], Unit] = {}
        self.outcomes: list[Outcome] = []
        self.pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="notebook")

    @property
    def _most_open(self) -> int:
        """Two, and more where a unit has fewer chapters than there are kernels."""
        return 2 + self.jobs // len(self.plan.notebooks)

    def run(self, ended: Callable[[Outcome, int, int], None]) -> None:
        """Makes all units, or, when the kernels are stopped, ends those that have begun."""
        self.ended = ended
        with self.pool:
            try:
                while True:
                    while self._has_room() and (request := next(self.ahead, None)):
                        self._begin(request)
                    if not self.waiting:
                        break
                    self._take(self._oldest_done())
            except BaseException:
                self.kernels.stop()  # the pool waits for its threads, and they for their kernels
                raise
            finally:
                for unit in self.open:
                    unit.close()

    def _oldest_done(self) -> "Future[Run]":
        """Of the notebooks that have been run the one that was handed on first, so that the oldest unit ends first."""
        done = wait(self.waiting, return_when=FIRST_COMPLETED).done
        return next(future for future in self.waiting if future in done)

    def _has_room(self) -> bool:
        queued = sum(not future.done() for future in self.waiting)
        return not self.kernels.stopped.is_set() and queued <= self.jobs and len(self.open) < self._most_open

    def _begin(self, request: BuildRequest) -> None:
        outcome = Outcome(request, self._name(request))
        unit = None
        try:
            unit = Unit(request, self.plan, outcome)
            self.open.append(unit)
            if self.total > 1 and unit.is_unchanged():
                outcome.unchanged, outcome.site = True, request.folder
                self._end(unit)
            else:
                unit.begin(self._submit)
        except Exception as error:
            self._fail(unit, outcome, error)

    def _name(self, request: BuildRequest) -> str:
        if request.region:
            return self.plan.catalog.regions[request.region].name
        return self.plan.places.names.get(request.municipality, "")

    def _submit(self, unit: Unit, name: str) -> None:
        from lagesbild.publishing.run import Executor

        executor = Executor(self.kernels, unit.work, unit.request)
        self.waiting[self.pool.submit(executor.run, name, self.plan.notebooks[name], self.plan.values[name])] = unit

    def _take(self, future: "Future[Run]") -> None:
        unit = self.waiting.pop(future)
        try:
            unit.add(future.result(), self.kernels.stopped.is_set(), self.watcher)
        except Exception as error:
            self._fail(unit, unit.outcome, error)
        if not unit.left and unit in self.open:
            self._end(unit)

    def _fail(self, unit: Unit | None, outcome: Outcome, error: Exception) -> None:
        """Ends a unit that cannot be made. Of one report only, what is no trouble of the disk is raised."""
        if self.total == 1 and not (isinstance(error, OSError) and unit):
            raise error
        outcome.code, outcome.trouble = FAILED, f"{type(error).__name__}: {error}"
        if isinstance(error, Refusal):
            outcome.trouble = str(error)
        elif isinstance(
            error, OSError
        ):  # what happens inside a notebook is in its run: this is the disk, or the folder
            outcome.trouble = f"it could not be written ({error}). Make room for it, then run the command again."
        else:
            outcome.trace = "".join(traceback.format_exception(error))
        if unit is None:
            self._told(outcome)
            return
        for future in [future for future, of in self.waiting.items() if of is unit]:
            future.cancel()
            del self.waiting[future]
        self._end(unit)

    def _end(self, unit: Unit) -> None:
        self.open.remove(unit)
        unit.close()
        self._told(unit.outcome)

    def _told(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.log.add(outcome)
        self.ended(outcome, len(self.outcomes), self.total)


def build(request: BuildRequest, watcher: Watcher) -> Outcome:
    """Makes one report. Raises a Refusal before any notebook runs and before anything is written to `reports/`."""
    ended = build_all([request], watcher)
    outcome = ended.outcomes[0] if ended.outcomes else Outcome(request, code=INTERRUPTED)
    outcome.log = ended.log
    return outcome


def build_all(
    requests: Sequence[BuildRequest],
    watcher: Watcher,
    ended: Callable[[Outcome, int, int], None] = lambda *_: None,
) -> Ended:
    """Makes the reports of several places in order; a report that stands there whole and unchanged is kept.

    `requests` differ in nothing but the place. `ended` is told of each unit that has ended, with how many have, of how
    many. Raises a Refusal for what is wrong for all of them, or for the only one; what is wrong with one of several
    is told by its outcome.
    """
    began, started = time.monotonic(), datetime.now(UTC)
    plan, first = _planned(requests), requests[0]
    log = Log(first.paths.reports, f"{first.name if len(requests) == 1 else len(requests)}-{first.year}", started)
    tidy_others(first.folder.parents[1])
    from lagesbild.publishing.kernels import Kernels

    with sockets() as folder:
        kernels = Kernels(folder, {ROOT_VARIABLE: str(first.paths.root)})
        batch = Batch(plan, requests, kernels, watcher, log)

        def stop() -> None:
            watcher.interrupted()
            kernels.stop()

        def end() -> None:
            kernels.stop()
            for unit in batch.open:
                unit.target.tidy()
            remove_sockets(folder)
            os._exit(INTERRUPTED)

        with interrupts(stop, end):
            try:
                batch.run(ended)
            finally:
                kernels.stop()
    codes = {outcome.code for outcome in batch.outcomes}
    whole = len(batch.outcomes) == len(requests)
    code = next((code for code in (INTERRUPTED, FAILED) if code in codes), DONE) if whole else INTERRUPTED
    seconds = time.monotonic() - began
    if len(requests) > 1:
        log.write([f"{len(requests)} units, exit code {code}, {seconds:.1f} s"])
    return Ended(batch.outcomes, len(requests), code, seconds, log.path, _indexed(plan, requests, code))


def _indexed(plan: Plan, requests: Sequence[BuildRequest], code: int) -> Path | None:
    """The page over all municipalities, made anew by a batch of several, and after one report where it stands."""
    paths, several = requests[0].paths, len(requests) > 1
    if code == INTERRUPTED or not (several or (paths.reports / "index.html").is_file()):
        return None
    from lagesbild.publishing.index import write_index

    try:
        return write_index(paths, plan.catalog, plan.places, plan.code)
    except OSError:  # a disk without room: the reports' own outcomes tell of it, and the next build makes the page
        return None


# A region's page as slides.


def build_slides(request: BuildRequest) -> Path:
    """Runs a region's notebook, makes slides of what its page recorded, and returns their path.

    Raises RefusedBuild when the notebook fails, and what `build` raises before it runs.
    """
    plan = _planned([request])
    computed(request, plan.catalog, REGIONAL)  # which refuses an edition without data
    from lagesbild.publishing.cells import records_of
    from lagesbild.publishing.kernels import Kernels
    from lagesbild.publishing.run import Executor
    from lagesbild.slides.content import deck_of
    from lagesbild.sources.snapshot import latest_fetch

    with sockets() as folder:
        kernels = Kernels(folder, {ROOT_VARIABLE: str(request.paths.root)})
        try:
            executor = Executor(kernels, folder, request)
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
