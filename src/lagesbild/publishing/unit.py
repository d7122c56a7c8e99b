"""One report of a batch, from its own figures to the folder that readers open, and what it shares with the others."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lagesbild.catalog.models import Catalog
from lagesbild.places import Places
from lagesbild.publishing.cache import Cache, exporter_digest, reasons
from lagesbild.publishing.keys import (
    Digests,
    Inputs,
    Looks,
    PageKey,
    inputs_of,
    looks_of_all,
    notebooks_read,
    report_keys,
    surroundings,
)
from lagesbild.publishing.manifest import commit, kept_pages, unchanged_since, write_manifest
from lagesbild.publishing.notebooks import notebook_paths, own_values
from lagesbild.publishing.outcome import DONE, FAILED, INTERRUPTED, Outcome, Watcher, local
from lagesbild.publishing.request import BuildRequest, RefusedBuild, Value, checked_files, faulty_places
from lagesbild.publishing.target import HeldTargetError, Target
from lagesbild.records import RecordError
from lagesbild.sources.raw import load_places

if TYPE_CHECKING:  # pandas, papermill and nbconvert take seconds to import: a refusal and what is unchanged come before
    from lagesbild.publishing.made import Computed
    from lagesbild.publishing.pages import Site
    from lagesbild.publishing.run import Run

# What is the same for all units: checked before anything begins.


@dataclass(frozen=True)
class Plan:
    """What the units of a batch share."""

    catalog: Catalog
    places: Places
    notebooks: dict[str, Path]
    values: dict[str, dict[str, Value]]  # page -> what its notebook is given for parameters of its own
    faulty: dict[str, RecordError]  # municipality -> what is wrong in its own judgements
    digests: Digests  # of files and figures, each computed once
    looks: Looks  # of the files that all share, before any was read


def planned(requests: Sequence[BuildRequest]) -> Plan:
    """The plan of a batch. Raises a Refusal for what is wrong for all its units, or for the only one."""
    first, looks = requests[0], looks_of_all(requests[0])
    faulty: dict[str, RecordError] = {}
    if len(requests) == 1:
        catalog = checked_files(first.paths)
    else:
        catalog, faulty = faulty_places(first.paths, [request.name for request in requests])
    places = load_places(first.paths)
    if len(requests) == 1:
        places.municipality(first.municipality)  # of several, its own outcome tells
    every = notebook_paths(first.paths, catalog)
    notebooks = {name: every[name] for name in first.run(catalog)}
    values = own_values(first.paths, notebooks, first.given)
    return Plan(catalog, places, notebooks, values, faulty, Digests(), looks)


# One report, from its own figures to the folder that readers open.


class Unit:
    """A report in the making. It holds its target's lock, and all that the report needs, until it is closed."""

    def __init__(self, request: BuildRequest, plan: Plan, outcome: Outcome, inputs: Inputs):
        """Raises a Refusal (RefusedEdition, TidyError, a RecordError ...) before anything is written."""
        from lagesbild.publishing.frame import page_frames
        from lagesbild.publishing.made import computed

        self.request, self.plan, self.outcome, self.inputs = request, plan, outcome, inputs
        self.started, self.began = datetime.now(UTC), time.monotonic()
        self.places, self.computed = computed(request, plan.catalog)
        self.frames = page_frames(request, plan.catalog, self.places)
        self.store = Cache(request) if request.cached else None
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

    def begin(
        self,
        submit: Callable[["Unit", str], None],
        made: Callable[[], dict[str, str]],
        watcher: Watcher,
        stopped: Callable[[], bool],
    ) -> None:
        """Hands each notebook that must run to `submit`, and takes meanwhile what needs none, until it is stopped.

        `made` gives the bodies of the pages that no notebook makes, by name, once they are there.
        """
        kept: dict[str, Any] = {}
        if self.request.only:
            shown_as = self.request.paths.relative(self.target.folder)
            whole, anew = self.target.whole(), self.plan.notebooks
            kept = kept_pages(self.target.folder, whole, self.frames, anew, shown_as)
            self.outcome.kept = {name: entry["started"] for name, entry in kept.items()}
        runs = self._kept_runs()
        for name in sorted(self.plan.notebooks, key=self._length, reverse=True):
            if name not in runs:
                submit(self, name)
        from lagesbild.publishing.pages import Site

        self.site = Site(self.work / "site", self.request.paths.notebooks, self.frames, self.request.front)
        if self.store:
            exporter = self.plan.digests.once("exporter", exporter_digest)
            self.site.exported = self.store.rendered(self.site.exported, exporter, lambda: self.inputs.stand)
        self.site.keep(self.request.folder, kept)
        for name, body in made().items():
            if not stopped():
                self.site.add_made(name, body)
        for run in runs.values():
            self.add(run, stopped(), watcher)

    def _length(self, page: str) -> int:
        """How long a notebook may take, by its size: a long one that is begun last would keep one core only at work."""
        try:
            return self.plan.notebooks[page].stat().st_size
        except OSError:  # its run says it better
            return 0

    @cached_property
    def keys(self) -> dict[str, PageKey]:
        """Page -> the key of its run; `_keep` sees whether it still holds what the run has read."""
        return keys_of(self.plan, self.inputs, self.places, self.computed) if self.store else {}

    def _kept_runs(self) -> dict[str, "Run"]:
        """Page -> the run of an earlier build that it can take over."""
        if not (self.store and self.store.has_runs):  # no key is computed before the kernels are at work
            return {}
        runs = {}
        for name, key in self.keys.items():
            if found := self.store.run(key, self.plan.notebooks[name]):
                from lagesbild.publishing.run import Run

                values = self.plan.values[name]
                runs[name] = Run(name, "ok", 0.0, "", "", found.notebook, values, reads=found.reads, cached=True)
        return runs

    def add(self, run: "Run", stopped: bool, watcher: Watcher) -> None:
        """Renders a chapter that has been run, and lets its notebook go. The last one puts the report in place."""
        assert self.site is not None  # it begins before any chapter can end
        if run.name in self.keys:
            run = replace(run, unkept=run.unkept or self.keys[run.name].unseen)
        run = run if stopped else self.site.add(run)
        self._keep(run)
        ended = replace(run, notebook=None)
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
        outcome, known = self.outcome, self.plan.digests
        at_commit = known.once("commit", lambda: commit(self.request.paths))
        outcome.same_source = write_manifest(site, self.request, outcome.runs, self.started, self.inputs, at_commit)
        outcome.code = DONE if all(run.state == "ok" for run in outcome.runs) else FAILED
        outcome.kept_old = outcome.code == FAILED and bool(self.target.whole())
        outcome.site = self.target.set_aside(site.folder) if outcome.kept_old else self.target.replace(site.folder)

    def _keep(self, run: "Run") -> None:
        """Keeps a run for later builds, unless what it was made from has changed while it ran."""
        if self.store and run.state == "ok" and self.inputs.stand:
            if not run.cached:
                self.store.keep(self.keys[run.name], run)
            self.store.note(self.keys[run.name], run.reads, run.unkept)

    def close(self) -> None:
        """Removes what it worked with and gives the target free."""
        self.left.clear()
        self.stack.close()
        self.outcome.seconds = time.monotonic() - self.began
        self.outcome.warnings = self.store.warnings if self.store else []


def keys_of(plan: Plan, inputs: Inputs, places: Places, beside: "Computed") -> dict[str, PageKey]:
    """Page -> the key of its run."""
    request, once = inputs.request, plan.digests.once
    read = once("notebooks", lambda: notebooks_read(plan.notebooks))
    around = once(
        ("surroundings", inputs.common),
        lambda: surroundings(request.paths, request.year, plan.catalog, places, beside.figures(), read),
    )
    return report_keys(around, request, beside.region, plan.values)


def why(request: BuildRequest) -> Iterator[str]:
    """Why a build would run the notebook of each page, line by line. Runs nothing; raises what a build raises."""
    plan = planned([request])
    inputs = inputs_of(request, plan.digests, plan.looks)
    if since := unchanged_since(inputs, plan.values):
        yield f"Nothing has changed since {local(since)}."
        return
    from lagesbild.publishing.made import computed

    places, beside = computed(request, plan.catalog)
    for page, key in keys_of(plan, inputs, places, beside).items():
        yield from reasons(Cache(request), key, plan.notebooks[page])
