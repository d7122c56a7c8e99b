"""manifest.json: what was made, from what, by which version. The only file of a report that tells of clocks."""

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..paths import Paths
from ..tidy.own import local_files
from ..tidy.store import input_key, manifest_vintages
from .executing import Run
from .request import BuildRequest

PACKAGES = ("lagesbild", "pandas", "papermill", "nbconvert", "seaborn")


def write_manifest(folder: Path, request: BuildRequest, runs: list[Run], started: datetime) -> None:
    """Writes the manifest of the finished report in `folder`."""
    content = {
        "state": "ok" if all(run.state == "ok" for run in runs) else "incomplete",
        **request.parameters,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(request.paths),
        "versions": {name: version(name) for name in PACKAGES},
        "input": _input(request),
        "notebooks": {run.name: _ending(run) for run in runs},
        "files": checksums(folder),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def _ending(run: Run) -> dict[str, Any]:
    return {"state": run.state, "seconds": round(run.seconds, 2), "cause": run.cause}


def _input(request: BuildRequest) -> dict[str, Any]:
    paths = request.paths
    own = [path for path in local_files(paths) if path.parent.name == request.municipality]
    return {
        "key": input_key(paths),
        "snapshots": manifest_vintages(paths),
        "local_files": {paths.relative(path): _checksum(path) for path in own},
    }


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """File below `folder` -> SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in files}


def commit(paths: Paths) -> str:
    """The commit that the copy stands at, with `-dirty` when tracked files differ from it; else "not in git"."""
    question = ["git", "-C", str(paths.root), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        asked = subprocess.run(question, capture_output=True, text=True, check=False)
    except OSError:  # no git on this machine
        return "not in git"
    return asked.stdout.strip() if asked.returncode == 0 else "not in git"
