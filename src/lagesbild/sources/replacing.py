"""Files replaced together or not at all, and what a killed process left of that, set right."""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from lagesbild.errors import SourceError
from lagesbild.paths import Paths
from lagesbild.sources.raw import (
    NAME,
    SERVICES,
    Manifest,
    SnapshotError,
    check_snapshots,
    manifest_of,
    named_or_there,
    snapshot_folder,
)

LOCK = ".fetch.lock"
LEFT = re.compile(r"\.(?P<name>.+\.(?:csv|json|parquet|md|key))\.\d+\.(?:new|old)")  # what `beside` names


def replace_together(contents: dict[Path, bytes]) -> None:
    """Write all files, or leave all as they were: on a full disk, on Ctrl-C, on any error.

    Everything is on the disk under a temporary name before the first file is replaced; a file is never
    seen half written. After a kill, `heal` has all it needs: the old files and the new ones.
    Traps: the names must lie in folders that exist on one file system each.
    """
    new = {path: beside(path, "new") for path in contents}
    old = {path: beside(path, "old") for path in contents if path.exists()}
    replaced: list[Path] = []
    try:
        for path, content in contents.items():
            _write_through(new[path], content)
        for path, backup in old.items():
            _second_name(path, backup)
        for path in contents:
            replaced.append(path)
            new[path].replace(path)
    except BaseException:  # KeyboardInterrupt too: between two files it would part a csv from its manifest
        for path in replaced:
            if path in old and old[path].exists():
                old[path].replace(path)
            elif path not in old:
                path.unlink(missing_ok=True)
        raise
    finally:
        for path in (*new.values(), *old.values()):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def beside(path: Path, ending: str) -> Path:
    """A temporary name of this process, which `leftovers` knows as such."""
    return path.with_name(f".{path.name}.{os.getpid()}.{ending}")


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _second_name(path: Path, backup: Path) -> None:
    backup.unlink(missing_ok=True)
    try:
        backup.hardlink_to(path)  # needs no space, so a full disk cannot stop the way back
    except OSError:
        shutil.copy2(path, backup)


# What killed processes left.


def leftovers(folder: Path) -> dict[Path, str]:
    """Temporary files of processes that were killed, or are at work -> the name of the file that each stands for."""
    matches = {path: LEFT.fullmatch(path.name) for path in sorted(folder.glob(".*"))}
    return {path: match["name"] for path, match in matches.items() if match}


@contextlib.contextmanager
def fetch_lock(paths: Paths) -> Iterator[None]:
    """Keeps other fetches out of data/raw. Raises SourceError when one is at work, or nothing can be written there."""
    from filelock import FileLock, Timeout  # a command that only looks is quick

    lock = FileLock(paths.raw / LOCK, timeout=0)
    try:
        paths.raw.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise SourceError(
            f"{paths.relative(paths.raw)}: another 'lagesbild fetch' is at work there. Wait for it to end."
        ) from None
    except OSError as error:
        raise SourceError(
            f"{paths.raw / LOCK}: nothing can be stored there ({error}). Make the folder writable, then "
            "run the command again."
        ) from None
    try:
        yield
    finally:
        lock.release()


def sound_snapshots(paths: Paths) -> None:
    """Returns when every snapshot is as its manifest says, after what a killed fetch left there was set right.

    Raises SnapshotError for what cannot be. Beside a fetch that is at work, and where nothing can be written, what
    lies there is taken as it is; looked at twice, since the fetch may be between a file and its manifest.
    """
    for last in (False, True):
        held = ""
        if any(leftovers(snapshot_folder(paths, source)) for source in SERVICES):
            try:
                with fetch_lock(paths):
                    heal(paths)
            except SourceError as error:
                held = f"{error} As it is now: "
        try:
            return check_snapshots(paths)
        except SnapshotError as fault:
            if last:
                raise SnapshotError(f"{held}{fault}") from None


def heal(paths: Paths) -> None:
    """Sets right what killed fetches left, so that each file is again the one that its manifest means.

    Only for who has the lock. Raises SnapshotError when nothing can be written there.
    """
    for source in SERVICES:
        folder = snapshot_folder(paths, source)
        try:
            _heal(folder, source)
        except OSError as error:
            raise SnapshotError(
                f"{folder}: what a killed fetch left there cannot be set right ({error}). Make the folder writable, "
                "then run the command again."
            ) from None


def _heal(folder: Path, source: str) -> None:
    """Puts the manifest in place that the files fit best, and those files; then removes the rest.

    Files are known by their checksums, so it does not matter where a fetch was killed, or how often, or which of its
    steps the disk had kept. While a file is wrong that none of them can replace, all stays for a person to look at.
    """
    left = leftovers(folder)
    states = []
    for path in [folder / NAME, *(path for path, name in left.items() if name == NAME)] if left else []:
        try:
            manifest = manifest_of(path, source)
        except FileNotFoundError:
            manifest = Manifest(source)
        except ValueError:
            if path.name == NAME:
                return  # damaged by hand: who reads it says so
            continue  # half written
        states.append((path, *_fitting(folder, manifest, left)))
    if not states:
        return
    path, wrong, moves = min(states, key=lambda state: state[1])
    for file, target in moves.items():
        file.replace(target)
    if path.name != NAME:
        path.replace(folder / NAME)
    for path in left if not wrong else ():
        path.unlink(missing_ok=True)


def _fitting(folder: Path, manifest: Manifest, left: dict[Path, str]) -> tuple[int, dict[Path, Path]]:
    """How many files are not as a manifest says, and which leftovers could take the place of those that are not."""
    wrong, moves = 0, {}
    for name in named_or_there(folder, manifest):
        path, entry = folder / f"{name}.csv", (manifest.series | manifest.lists).get(name)
        wanted = entry.get("sha256") if isinstance(entry, dict) else None
        files = [path, *(file for file, stands_for in left.items() if stands_for == path.name)]
        right = [file for file in files if file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == wanted]
        wrong += not right
        if right and right[0] != path:
            moves[right[0]] = path
    return wrong, moves
