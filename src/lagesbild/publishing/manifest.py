"""What was made, from what and when: manifest.json, the only file of a report that tells of clocks."""

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lagesbild.paths import PACKAGE, Paths
from lagesbild.publishing.frame import PageFrame
from lagesbild.publishing.request import BuildRequest, RefusedBuild, Value
from lagesbild.sources.raw import local_files
from lagesbild.sources.snapshot import fetch_dates
from lagesbild.tidy.build import input_key

if TYPE_CHECKING:  # nbconvert and papermill take seconds to import, and kernels start before they are needed
    from lagesbild.publishing.pages import Site
    from lagesbild.publishing.run import Run

PACKAGES = ("lagesbild", "pandas", "papermill", "nbconvert", "seaborn")


Origins = dict[str, dict[str, Any]]


def write_manifest(
    site: "Site", request: BuildRequest, runs: list["Run"], started: datetime, origins: Origins, commit: str
) -> bool:
    """Writes the manifest of a finished report; returns whether its kept pages are made from the same as its new ones.

    Each page has the run that made it: when, from what, and the files that belong to it.
    """
    folder, run_of = site.folder, {"started": started.isoformat(timespec="seconds")}
    made = {
        run.name: _ending(run) | run_of | origins[run.name] | {"files": sorted(site.files.get(run.name, ()))}
        for run in runs
    }
    content = {
        "state": "ok" if all(run.state == "ok" for run in runs) else "incomplete",
        **request.parameters,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "versions": {name: version(name) for name in PACKAGES},
        "input": _input(request),
        "notebooks": made | site.kept,
        "frame": frame_key(site.frames),
        "files": checksums(folder),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")
    sources = {origin["made_from"] for origin in origins.values()}
    return all(entry["made_from"] in sources for entry in site.kept.values())


# What a page is made from. It is looked up before its notebook runs: what changes meanwhile makes it outdated.


def origins(
    request: BuildRequest, notebooks: Mapping[str, Path], values: Mapping[str, dict[str, Value]], code: str
) -> Origins:
    """Page -> what its notebook's run follows from: figures and judgements, code, notebook, its own parameters."""
    source = made_from(request)
    return {
        name: {"made_from": source, "code": code, "notebook": _checksum(path), "parameters": values[name]}
        for name, path in notebooks.items()
    }


def code_key(paths: Paths) -> str:
    """A checksum of our packages, of what lies beside the notebooks (their images), and of the versions of others."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in PACKAGES]).encode())
    folders = (PACKAGE, PACKAGE.with_name("helpers"), paths.notebooks)
    for path in (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()):
        if path.suffix not in (".pyc", ".ipynb"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_unchanged(folder: Path, manifest: dict[str, Any], frames: dict[str, PageFrame], origins: Origins) -> bool:
    """Whether the report in `folder`, whose manifest is empty where none is whole, is what a new one would be."""
    if not manifest or manifest.get("frame") != frame_key(frames):
        return False
    entries = manifest["notebooks"]
    same = {name: {key: entries.get(name, {}).get(key) for key in of} == of for name, of in origins.items()}
    return entries.keys() == same.keys() and all(same.values()) and checksums(folder) == manifest["files"]


def made_from(request: BuildRequest) -> str:
    """A checksum of the figures, the catalogue and what people of the place or a region wrote: what its pages say."""
    digest = hashlib.sha256(input_key(request.paths).encode())
    folders = (request.paths.assessments / name for name in (request.municipality, "regions"))
    for path in sorted(path for folder in folders for path in folder.rglob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def frame_key(frames: dict[str, PageFrame]) -> str:
    """A checksum of what surrounds the pages: menu, names, days. Pages of two runs must have the same."""
    return hashlib.sha256(repr({name: replace(frames[name], root="") for name in sorted(frames)}).encode()).hexdigest()


def kept_pages(
    folder: Path, manifest: dict[str, Any], frames: dict[str, PageFrame], anew: Iterable[str], shown_as: str
) -> dict[str, Any]:
    """The other pages of the report in `folder`, whose manifest is empty where none is whole, each with its entry.

    Raises RefusedBuild where they cannot stand beside new ones.
    """
    remedy = "Build the whole report once, without --only."
    if not manifest:
        raise RefusedBuild(f"--only: no whole report stands in {shown_as}, so its other pages are not there. {remedy}")
    if manifest.get("frame") != frame_key(frames):
        raise RefusedBuild(f"--only: menu, names, days or version have changed since {shown_as} was built. {remedy}")
    kept = {name: entry for name, entry in manifest["notebooks"].items() if name not in set(anew)}
    for file in (file for entry in kept.values() for file in entry["files"]):
        if not (folder / file).is_file() or _checksum(folder / file) != manifest["files"].get(file):
            raise RefusedBuild(f"--only: {shown_as}/{file} is not as it was built. {remedy}")
    return kept


def _ending(run: "Run") -> dict[str, Any]:
    again = {"first_kernel_died": run.first_died} if run.first_died else {}
    return {"state": run.state, "seconds": round(run.seconds, 2), "cause": run.cause} | again


def _input(request: BuildRequest) -> dict[str, Any]:
    paths = request.paths
    own = [path for path in local_files(paths) if path.parent.name == request.municipality]
    return {
        "key": input_key(paths),
        "snapshots": fetch_dates(paths),
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
