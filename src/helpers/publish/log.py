"""The log of a build, for who made it: how each chapter ended, and the traces of those that failed."""

from datetime import datetime
from pathlib import Path

from .outcome import Outcome
from .request import BuildRequest


def write_log(request: BuildRequest, outcome: Outcome, started: datetime) -> Path | None:
    """Writes the log below `reports/logs/` and returns its path; None when the disk takes none."""
    folder = request.paths.reports / "logs"
    path = folder / f"{started:%Y%m%dT%H%M%SZ}-{request.name}-{request.year}.log"
    lines = [f"build {request.name} {request.year}, exit code {outcome.code}, {outcome.seconds:.1f} s"]
    lines += [f"the report: {outcome.trouble}"] if outcome.trouble else []
    for run in outcome.runs:
        lines += [f"{run.name}: {run.state} in {run.seconds:.1f} s {run.cause}".rstrip(), *filter(None, [run.trace])]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
    except OSError:
        return None
    return path
