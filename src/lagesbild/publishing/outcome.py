"""How reports ended, and how that is told: while they are made, at the end, as JSON for machines, and in the log."""

import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console

from lagesbild.publishing.request import BuildRequest

if TYPE_CHECKING:  # papermill takes seconds to import
    from lagesbild.publishing.run import Run

DONE, FAILED, INTERRUPTED = 0, 1, 130  # exit codes; 2 is a refusal, which ends a build of one report without outcome
CHANGED_SINCE = "Figures, catalogue or judgements have changed since. Build the whole report before you publish it."
GO_ON = "Interrupted. Nothing that stood before was touched; run the same command again to go on."


@dataclass
class Outcome:
    """What became of one report and its chapters."""

    request: BuildRequest
    place: str = ""  # its name
    code: int = DONE
    runs: list["Run"] = field(default_factory=list)  # without their notebooks
    site: Path | None = None  # where readers open it
    unchanged: str = ""  # when the report was made that stands there whole and needs nothing
    warnings: list[str] = field(default_factory=list)  # of what was found damaged in the cache
    kept_old: bool = False  # the last whole report was left in place
    kept: dict[str, str] = field(default_factory=dict)  # page of an earlier run -> when that began
    same_source: bool = True  # the kept pages are made from the same figures, catalogue and judgements
    trouble: str = ""  # why no report could be written
    trace: str = ""  # for the log
    seconds: float = 0.0

    @property
    def state(self) -> str:
        """ok, unchanged, failed or interrupted."""
        return "unchanged" if self.unchanged else {DONE: "ok", FAILED: "failed", INTERRUPTED: "interrupted"}[self.code]

    def failures(self) -> dict[str, list[str]]:
        """Cause -> the chapters that failed by it, or the report itself."""
        failures: dict[str, list[str]] = {self.trouble: ["the report"]} if self.trouble else {}
        for run in self.runs:
            if run.state != "ok":
                failures.setdefault(f"{run.state}: {run.cause}", []).append(run.name)
        return failures


@dataclass(frozen=True)
class Ended:
    """What became of a batch: its units in the order in which they ended, without those that never began."""

    outcomes: list[Outcome]
    units: int  # that were asked for
    code: int
    seconds: float
    log: Path | None
    index: Path | None = None  # of all municipalities

    def states(self) -> dict[str, int]:
        """State -> how many units ended so."""
        states = Counter(outcome.state for outcome in self.outcomes)
        return {**states, **({"not begun": left} if (left := self.units - len(self.outcomes)) else {})}

    def causes(self) -> dict[str, list[Outcome]]:
        """Cause -> the units that failed by it, those with most first; a unit's own code counts for no difference."""
        causes: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            for cause, names in outcome.failures().items() if outcome.code == FAILED else ():
                told = cause if outcome.trouble == cause else f"{', '.join(names)}: {cause}"
                causes.setdefault(told.replace(outcome.request.name, "…"), []).append(outcome)
        return dict(sorted(causes.items(), key=lambda each: -len(each[1])))


class Watcher(Protocol):
    """Who is told how a build goes."""

    def finished(self, run: "Run", done: int, total: int) -> None:
        """A chapter has ended; `done` of the `total` of its report have."""

    def interrupted(self) -> None:
        """The build is asked to end. Called between any two steps of the main thread: write nothing buffered."""


class Lines:
    """Tells how one report is made: one line a chapter."""

    def __init__(self, out: Console, err: Console):
        self.out, self.err = out, err

    def finished(self, run: "Run", done: int, total: int) -> None:
        self.out.print(
            f"  {done}/{total} {run.name:22} {_marked('cached' if run.cached else run.state)} {run.seconds:5.1f} s",
            markup=True,
        )

    def ended(self, outcome: Outcome, done: int, total: int) -> None:
        """A unit has ended, of which one report has only one."""

    def interrupted(self) -> None:
        # Called from a signal handler, when a buffer may be half written: straight to the file.
        os.write(2, b"\nEnding the kernels; the last report stays as it is. Once more, and they are left at once.\n")

    def summary(self, ended: Ended) -> None:
        """What became of the only report."""
        self._warned(ended)
        for outcome in ended.outcomes:
            self._report(outcome, ended)

    def _warned(self, ended: Ended) -> None:
        for warning in (warning for outcome in ended.outcomes for warning in outcome.warnings):
            self.err.print(warning, style="yellow")

    def _report(self, outcome: Outcome, ended: Ended) -> None:
        if outcome.unchanged:
            self.out.print(f"Nothing has changed since {local(outcome.unchanged)}.")
            self.out.print(f"Open {outcome.request.folder / 'index.html'} ({ended.seconds:.1f} s)")
            return
        if outcome.code == INTERRUPTED:
            self.err.print(GO_ON)
        else:
            for cause, names in outcome.failures().items():
                self.err.print(f"{', '.join(names)}: {cause}", style="red")
        for when in sorted(set(outcome.kept.values())):
            names = [name for name, started in outcome.kept.items() if started == when]
            self.out.print(f"Kept as of {local(when)}: {', '.join(names)}")
        if not outcome.same_source:
            self.err.print(CHANGED_SINCE, style="yellow")
        if outcome.kept_old:
            self.err.print("The last whole report was kept. What could be made lies beside it.")
        if ended.log:
            self.out.print(f"Log: {ended.log}")
        if outcome.site:
            self.out.print(f"Open {outcome.site / 'index.html'} ({ended.seconds:.0f} s)")


def local(moment: str) -> str:
    """A moment of a manifest as a person here reads it: day and time of the own zone."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


MOST_NAMED, MOST_SAID = 5, 80  # units of a cause; characters of a unit's causes, which the end tells whole


class UnitLines(Lines):
    """Tells how many reports are made: one line a report, and at the end what went wrong by cause."""

    def __init__(self, out: Console, err: Console):
        super().__init__(out, err)
        self.began, self.made = time.monotonic(), 0

    def finished(self, run: "Run", done: int, total: int) -> None:
        """Nothing: seven lines a report would hide those that matter."""

    def ended(self, outcome: Outcome, done: int, total: int) -> None:
        self.made += not outcome.unchanged and not outcome.trouble  # what was skipped tells nothing of the others
        left = self._left(total - done)
        unit = f"{done:>{len(str(total))}}/{total} {outcome.request.name} {outcome.place[:24]:24}"
        what = "; ".join(outcome.failures()) if outcome.state == "failed" else ""
        what = what if len(what) <= MOST_SAID else f"{what[:MOST_SAID]} …"
        self.out.print(f"  {unit} ", end="")
        self.out.print(_marked(outcome.state), end="", markup=True)
        self.out.print(f" {outcome.seconds:5.1f} s{left} {what}".rstrip())

    def _left(self, units: int) -> str:
        if not (self.made and units):
            return ""
        seconds = (time.monotonic() - self.began) / self.made * units
        return f", {seconds / 60:.0f} min left" if seconds >= 90 else f", {seconds:.0f} s left"

    def summary(self, ended: Ended) -> None:
        self._warned(ended)
        for cause, outcomes in ended.causes().items():
            self._several(outcomes, cause, "red")
        if kept := [outcome for outcome in ended.outcomes if not outcome.same_source]:
            self._several(kept, f"some pages are kept. {CHANGED_SINCE}", "yellow")
        if ended.code == INTERRUPTED:
            self.err.print(f"{GO_ON} Reports that are whole are kept, and not made again.")
        states = ", ".join(f"{count} {state}" for state, count in ended.states().items())
        self.out.print(f"{ended.units} municipalities: {states} ({ended.seconds:.0f} s)")
        if ended.log:
            self.out.print(f"Log: {ended.log}")
        if ended.index:
            self.out.print(f"Open {ended.index}")

    def _several(self, outcomes: list[Outcome], what: str, style: str) -> None:
        names = ", ".join(f"{each.request.name} {each.place}".strip() for each in outcomes[:MOST_NAMED])
        more = f" and {len(outcomes) - MOST_NAMED} more" if len(outcomes) > MOST_NAMED else ""
        several = "municipality" if len(outcomes) == 1 else "municipalities"
        self.err.print(f"{len(outcomes)} {several}: {what} ({names}{more})", style=style)


class JsonLines(Lines):
    """Tells machines: one JSON object a unit when it has ended, and a last one with the summary."""

    def finished(self, run: "Run", done: int, total: int) -> None:
        """Nothing: a unit tells of its chapters."""

    def ended(self, outcome: Outcome, done: int, total: int) -> None:
        self._write(
            {
                "unit": outcome.request.name,
                "name": outcome.place,
                "year": outcome.request.year,
                "state": outcome.state,
                "seconds": round(outcome.seconds, 2),
                "causes": outcome.failures() if outcome.code == FAILED else {},
                "warnings": [*outcome.warnings, *([] if outcome.same_source else [CHANGED_SINCE])],
                "done": done,
                "total": total,
            }
        )

    def summary(self, ended: Ended) -> None:
        causes = {cause: [each.request.name for each in outcomes] for cause, outcomes in ended.causes().items()}
        facts = {"units": ended.units, "states": ended.states(), "seconds": round(ended.seconds, 2), "causes": causes}
        places = {"log": ended.log and str(ended.log), "index": ended.index and str(ended.index)}
        self._write({"summary": facts | places | {"exit_code": ended.code}})

    def _write(self, content: dict[str, Any]) -> None:
        self.out.print(json.dumps(content, ensure_ascii=False))


def _marked(state: str) -> str:
    return f"[{'green' if state in ('ok', 'cached', 'unchanged') else 'red'}]{state}[/]"


class Log:
    """One file a batch, for who made it: how each chapter ended, and the traces of those that failed.

    It grows with each unit, so that a killed batch leaves what it knew. `path` is None when the disk takes none.
    """

    def __init__(self, folder: Path, name: str, started: datetime):
        first = folder / "logs" / f"{started:%Y%m%dT%H%M%SZ}-{name}"
        more = (f"-{number}" for number in count(2))  # a clock that was set back names a second log as the first
        names = (first.with_name(f"{first.name}{end}.log") for end in chain([f"-{os.getpid()}"], more))
        self.wanted = next(path for path in names if not path.exists())
        self.path: Path | None = None

    def add(self, outcome: Outcome) -> None:
        """The lines of a unit that has ended."""
        name = f"{outcome.request.name} {outcome.request.year}"
        lines = [f"build {name}: {outcome.state}, exit code {outcome.code}, {outcome.seconds:.1f} s"]
        lines += [f"the report: {outcome.trouble}"] if outcome.trouble else []
        lines += [outcome.trace] if outcome.trace else []
        for run in outcome.runs:
            lines += [f"{run.name}: {run.state} in {run.seconds:.1f} s {run.cause}".rstrip()]
            lines += [run.trace] if run.trace else []
        self.write(lines)

    def write(self, lines: Iterable[str]) -> None:
        """Adds lines to the file, which it makes first."""
        try:
            self.wanted.parent.mkdir(parents=True, exist_ok=True)
            with self.wanted.open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)
        except OSError:
            return
        self.path = self.wanted
