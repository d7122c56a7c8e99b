"""A batch from start to end: check once, then make report after report with one pool of kernels, and say what happened.

A report is the batch of one. Each unit is one municipality, or one region, with all its pages.
"""

import gc
import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING

from lagesbild.errors import Refusal
from lagesbild.paths import ROOT_VARIABLE
from lagesbild.publishing.cache import prune
from lagesbild.publishing.kernels import Kernels, remove_sockets, sockets, tidy_sockets
from lagesbild.publishing.keys import inputs_of, notebooks_read
from lagesbild.publishing.manifest import unchanged_since
from lagesbild.publishing.outcome import DONE, FAILED, INTERRUPTED, Ended, Log, Outcome, Watcher
from lagesbild.publishing.preload import settled
from lagesbild.publishing.request import REGIONAL, BuildRequest, RefusedBuild
from lagesbild.publishing.target import interrupts, tidy_others
from lagesbild.publishing.unit import Plan, Unit, planned

# Pandas, papermill and nbconvert take seconds to import: a refusal comes before, and what is unchanged.
if TYPE_CHECKING:
    from lagesbild.publishing.run import Run
    from lagesbild.publishing.template import Template
    from lagesbild.slides.content import Deck


AHEAD = 1  # notebooks whose kernels are started and made ready while others compute

# jsonschema, which nbformat imports, makes a grammar of web addresses where it finds this package. That takes a second
# of each build, for a check that nothing here asks for.
if "jsonschema" not in sys.modules:
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # how Python knows what cannot be imported


class Batch:
    """Units that are made with one pool of kernels: the next one's notebooks run while the last one's are rendered.

    At most `_most_open` units hold notebooks and pages at a time, however many there are.
    """

    def __init__(
        self,
        plan: Plan,
        requests: Sequence[BuildRequest],
        kernels: Kernels,
        watcher: Watcher,
        log: Log,
        shared: Callable[[], bytes] | None,
    ):
        from lagesbild.publishing.limits import Limit

        self.plan, self.kernels, self.watcher, self.log = plan, kernels, watcher, log
        self.shared_answer, self.packed = shared, b""  # what waits for what editions share, and that, until it is given
        self.given: set[tuple[Template, bytes]] = set()
        self.total, self.jobs = len(requests), requests[0].jobs
        self.limit = Limit(seconds, "the batch") if (seconds := requests[0].batch_seconds) else None
        self.ahead: Iterator[BuildRequest] = iter(requests)
        self.open: list[Unit] = []
        self.waiting: dict[Future[Run], Unit] = {}
        self.outcomes: list[Outcome] = []
        self.turns = Semaphore(self.jobs)
        self.pool = ThreadPoolExecutor(self.jobs + AHEAD, thread_name_prefix="notebook")

    @property
    def _most_open(self) -> int:
        """Two, and more where a unit has fewer chapters than there are kernels."""
        return 2 + self.jobs // len(self.plan.notebooks)

    @property
    def is_over(self) -> bool:
        """Whether the batch has had all the time that it may take."""
        return self.limit is not None and self.limit.is_over

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
                    done = wait(self.waiting, return_when=FIRST_COMPLETED).done
                    self._take(next(future for future in self.waiting if future in done))  # the oldest unit's first
            except BaseException:
                self.kernels.stop()  # the pool waits for its threads, and they for their kernels
                raise
            finally:
                for unit in self.open:
                    unit.close()

    def _has_room(self) -> bool:
        queued = sum(not future.done() for future in self.waiting)
        return (
            not (self.kernels.stopped.is_set() or self.is_over)
            and queued <= self.jobs + AHEAD
            and len(self.open) < self._most_open
        )

    def _begin(self, request: BuildRequest) -> None:
        outcome = Outcome(request, self._name(request))
        unit = None
        try:
            if error := self.plan.faulty.get(request.name):
                raise error
            inputs = inputs_of(request, self.plan.digests, self.plan.looks)
            if since := unchanged_since(inputs, self.plan.values):
                outcome.unchanged, outcome.site = since, request.folder
                self._told(outcome)
                return
            self.kernels.begin()
            self.plan.digests.once("shared", lambda: self._made_beside(request))
            if self.kernels.stopped.is_set():
                return
            unit = Unit(request, self.plan, outcome, inputs)
            self.open.append(unit)
            self._hand_over(request)
            unit.begin(self._submit, lambda: self._bodies(request), self.watcher, self.kernels.stopped.is_set)
            if not unit.left:
                self._end(unit)
        except Exception as error:
            self._fail(unit, outcome, error)

    def _made_beside(self, request: BuildRequest) -> None:
        """Has what all editions share at hand, made by a copy of the template while this process imports the rest."""
        content = self.shared_answer or shared_ahead(self.kernels, request)
        from lagesbild.publishing.pages import ready
        from lagesbild.rules import editions

        ready()
        if request.cached:
            self.plan.digests.once("notebooks", lambda: notebooks_read(self.plan.notebooks))
        if known := content():
            editions.adopt(known)
            self.packed = known
        if self.total > 1:
            settled()  # what all units share stays, and is not looked through after each of them

    def _hand_over(self, request: BuildRequest) -> None:
        """Gives the kernels' template what all editions share, so that no kernel reads the table."""
        from lagesbild.rules import editions

        def content() -> bytes:
            packed, self.packed = self.packed, b""
            return packed or editions.packed(request.paths, request.year)

        self._give("adopt", b"", content)

    def _give(self, function: str, what: bytes, content: Callable[[], bytes]) -> None:
        """Has a function of `editions` called in the kernels' template; once in each, as a dead one is replaced."""
        template = self.kernels.template
        if template is not None and (template, what) not in self.given:
            self.given.add((template, what))
            self.kernels.adopt(f"lagesbild.rules.editions:{function}", content())

    def _bodies(self, request: BuildRequest) -> dict[str, str]:
        """The bodies of the pages that no notebook makes, by name; a copy of the template makes them where it can."""
        asked = pickle.dumps(request)
        known = self.kernels.ask("lagesbild.publishing.bodies:bodies_ahead", asked)()
        if not (known or self.kernels.stopped.is_set()):
            from lagesbild.publishing.bodies import bodies_ahead

            known = bodies_ahead(asked)
        return pickle.loads(known) if known else {}

    def _name(self, request: BuildRequest) -> str:
        if request.region:
            return self.plan.catalog.regions[request.region].name
        return self.plan.places.names.get(request.municipality, "")

    def _submit(self, unit: Unit, name: str) -> None:
        from lagesbild.publishing.run import Executor
        from lagesbild.rules import editions

        request, region = unit.request, unit.computed.region if name == REGIONAL else ""
        asked = editions.asked_for(request.paths, request.year, request.municipality, region)
        self._give("complete", asked, lambda: asked)
        executor = Executor(self.kernels, request, self.limit, self.turns)
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
        from lagesbild.tidy.schema import TidyError

        wrong_for_all = isinstance(error, TidyError) and not self.outcomes  # the table is all places'
        if wrong_for_all or (self.total == 1 and not (isinstance(error, OSError) and unit)):
            raise error
        outcome.code, outcome.trouble = FAILED, f"{type(error).__name__}: {error}"
        if isinstance(error, Refusal):
            outcome.trouble = str(error)
        elif isinstance(error, OSError):
            # what happens inside a notebook is in its run: this is the disk, or the folder
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
        if self.total > 1:
            gc.collect()  # pages and notebooks hold each other: a long batch would grow by what nobody looks for
        self._told(unit.outcome)

    def _told(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if not (outcome.unchanged and self.total == 1):  # of which there is nothing to tell
            self.log.add(outcome)
        self.ended(outcome, len(self.outcomes), self.total)


def shared_ahead(kernels: Kernels, request: BuildRequest) -> Callable[[], bytes]:
    """What waits for what all editions share, `packed`: a copy of the template makes it beside its other imports."""
    kernels.begin()
    return kernels.ask("lagesbild.publishing.made:packed_ahead", pickle.dumps(request))


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
    began, started, first = time.monotonic(), datetime.now(UTC), requests[0]
    tidy_sockets()
    with sockets() as folder:
        kernels = Kernels(folder, {ROOT_VARIABLE: str(first.paths.root)}, first.kernel)
        try:
            # where no report stands nothing can be unchanged, and all will be wanted
            shared = None if first.folder.is_dir() else shared_ahead(kernels, first)
            plan = planned(requests)
            tidy_others(first.paths.reports)
            log = Log(
                first.paths.reports, f"{first.name if len(requests) == 1 else len(requests)}-{first.year}", started
            )
            batch = Batch(plan, requests, kernels, watcher, log, shared)

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
                batch.run(ended)
        finally:
            kernels.stop()
    if first.cached and any(outcome.runs for outcome in batch.outcomes):
        prune(first.paths)
    codes = {outcome.code for outcome in batch.outcomes}
    if len(batch.outcomes) < len(requests):  # the others have not begun: it was interrupted, or its time is over
        codes.add(FAILED if batch.is_over else INTERRUPTED)
    code = next((code for code in (INTERRUPTED, FAILED) if code in codes), DONE)
    seconds = time.monotonic() - began
    if len(requests) > 1:
        log.write([f"{len(requests)} units, exit code {code}, {seconds:.1f} s"])
    return Ended(batch.outcomes, len(requests), code, seconds, log.path, _indexed(plan, batch.outcomes, requests, code))


def _indexed(plan: Plan, outcomes: list[Outcome], requests: Sequence[BuildRequest], code: int) -> Path | None:
    """The page over all municipalities, made anew by a batch of several, and after one report where it stands."""
    paths, several = requests[0].paths, len(requests) > 1
    made = any(outcome.runs for outcome in outcomes) and (paths.reports / "index.html").is_file()
    if code == INTERRUPTED or not (several or made):
        return None
    from lagesbild.publishing.index import write_index

    try:
        return write_index(paths, plan.catalog, plan.places)
    except Exception as error:  # the reports stand, and the next build makes the page
        outcomes[-1].warnings.append(f"The page over all municipalities was not made ({error}).")
        return None


# A region's page as slides.


def build_slides(request: BuildRequest) -> Path:
    """Runs a region's notebook, makes slides of what its page recorded, and returns their path.

    Raises RefusedBuild when the notebook fails, and what `build` raises before it runs.
    """
    plan = planned([request])
    from lagesbild.publishing.made import subject

    subject(request, plan.catalog)  # which refuses an edition without data
    from lagesbild.publishing.cells import records_of
    from lagesbild.publishing.run import Executor
    from lagesbild.slides.content import deck_of
    from lagesbild.sources.snapshot import latest_fetch

    with sockets() as folder:
        kernels = Kernels(folder, {ROOT_VARIABLE: str(request.paths.root)}, request.kernel)
        try:
            executor = Executor(kernels, request)
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
