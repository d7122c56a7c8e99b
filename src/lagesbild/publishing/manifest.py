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

from lagesbild.paths import Paths
from lagesbild.publishing.cache import Cache
from lagesbild.publishing.keys import Inputs, file_digest
from lagesbild.publishing.request import BuildRequest, RefusedBuild, Value
from lagesbild.publishing.target import Target, checksums
from lagesbild.sources.raw import local_files

if TYPE_CHECKING:  # nbconvert and papermill take seconds to import, and kernels start before they are needed
    from lagesbild.publishing.frame import PageFrame
    from lagesbild.publishing.pages import Site
    from lagesbild.publishing.run import Run

PACKAGES = ("lagesbild", "pandas", "papermill", "nbconvert", "seaborn")


def write_manifest(
    site: "Site", request: BuildRequest, runs: list["Run"], started: datetime, inputs: Inputs, commit: str
) -> bool:
    """Writes the manifest of a finished report; returns whether its kept pages are made from the same as its new ones.

    Each page has the run that made it: when, from what, and the files that belong to it.
    """
    folder, source, stand = site.folder, made_from(request), request.cached and inputs.stand
    run_of = {"started": started.isoformat(timespec="seconds"), "made_from": source}
    made = {run.name: _ending(run) | run_of | {"files": sorted(site.files.get(run.name, ()))} for run in runs}
    for run in runs if stand else ():
        made[run.name] |= {"stamp": "" if run.unkept else inputs.stamp(run.values, run.reads)}
    content = {
        "state": "ok" if all(run.state == "ok" for run in runs) else "incomplete",
        **request.parameters,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "stamp": inputs.checksum if stand else "",
        "commit": commit,
        "versions": {name: version(name) for name in PACKAGES},
        "input": _input(request),
        "notebooks": made | site.kept,
        "frame": frame_key(site.frames),
        "files": checksums(folder),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")
    return all(entry["made_from"] == source for entry in site.kept.values())


def made_from(request: BuildRequest) -> str:
    """A checksum of the figures, the catalogue and what people of the place or a region wrote: what its pages say."""
    from lagesbild.tidy.build import input_key

    digest = hashlib.sha256(input_key(request.paths).encode())
    folders = (request.paths.assessments / name for name in (request.municipality, "regions"))
    for path in sorted(path for folder in folders for path in folder.rglob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def frame_key(frames: dict[str, "PageFrame"]) -> str:
    """A checksum of what surrounds the pages: menu, names, days. Pages of two runs must have the same."""
    return hashlib.sha256(repr({name: replace(frames[name], root="") for name in sorted(frames)}).encode()).hexdigest()


def kept_pages(
    folder: Path, manifest: dict[str, Any], frames: dict[str, "PageFrame"], anew: Iterable[str], shown_as: str
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
        if not (folder / file).is_file() or file_digest(folder / file) != manifest["files"].get(file):
            raise RefusedBuild(f"--only: {shown_as}/{file} is not as it was built. {remedy}")
    return kept


def _ending(run: "Run") -> dict[str, Any]:
    again = {"first_kernel_died": run.first_died} if run.first_died else {}
    ending = {"state": run.state, "seconds": round(run.seconds, 2), "cause": run.cause, "parameters": run.values}
    return ending | {"cached": run.cached} | again


def _input(request: BuildRequest) -> dict[str, Any]:
    from lagesbild.sources.snapshot import fetch_dates
    from lagesbild.tidy.build import input_key

    paths = request.paths
    own = [path for path in local_files(paths) if path.parent.name == request.municipality]
    return {
        "key": input_key(paths),
        "snapshots": fetch_dates(paths),
        "local_files": {paths.relative(path): file_digest(path) for path in own},
    }


def commit(paths: Paths) -> str:
    """The commit that the copy stands at, with `-dirty` when tracked files differ from it; else "not in git"."""
    question = ["git", "-C", str(paths.root), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        asked = subprocess.run(question, capture_output=True, text=True, check=False)
    except OSError:  # no git on this machine
        return "not in git"
    return asked.stdout.strip() if asked.returncode == 0 else "not in git"


# Whether the report that stands in the folder is what a build would make.


def unchanged_since(inputs: Inputs, values: Mapping[str, Mapping[str, Value]]) -> str:
    """When the report in the folder was made, where it is whole and made from the very same; "" where it is not."""
    request = inputs.request
    manifest = Target(request.folder).whole()
    if not request.cached or manifest.get("stamp") != inputs.checksum:
        return ""
    store = Cache(request)
    for name, own in values.items():
        reads = {each: file_digest(request.paths.root / each) for each in store.reads(name)}
        if manifest["notebooks"].get(name, {}).get("stamp") != inputs.stamp(own, reads):
            return ""
    return manifest["finished"] if checksums(request.folder) == manifest["files"] else ""
