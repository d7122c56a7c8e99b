"""How a build ended."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what it imports takes seconds
    from .executing import Run

DONE, FAILED, INTERRUPTED = 0, 1, 130  # exit codes; 2 is a refusal, which has no outcome


@dataclass
class Outcome:
    """What became of the chapters and of the report."""

    code: int = DONE
    runs: list["Run"] = field(default_factory=list)
    site: Path | None = None  # where readers open it
    kept_old: bool = False  # the last whole report was left in place
    trouble: str = ""  # why no report could be written
    log: Path | None = None
    seconds: float = 0.0

    def failures(self) -> dict[str, list[str]]:
        """Cause -> the chapters that failed by it, or the report itself."""
        found: dict[str, list[str]] = {self.trouble: ["the report"]} if self.trouble else {}
        for run in self.runs:
            if run.state != "ok":
                found.setdefault(f"{run.state}: {run.cause}", []).append(run.name)
        return found
