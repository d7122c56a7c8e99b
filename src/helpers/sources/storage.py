"""Files replaced together or not at all."""

import contextlib
import os
import shutil
from pathlib import Path


def replace_together(contents: dict[Path, bytes]) -> None:
    """Write all files, or leave all as they were: on a full disk, on Ctrl-C, on any error.

    Everything is on the disk under a temporary name before the first file is replaced; a file is never
    seen half written. Traps: the names must lie in folders that exist on one file system each.
    """
    new = {path: _beside(path, "new") for path in contents}
    old = {path: _beside(path, "old") for path in contents if path.exists()}
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


def _beside(path: Path, ending: str) -> Path:
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
