"""The folder that readers open, how a new report comes there, and what an interrupt does meanwhile."""

import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from lagesbild.publishing.keys import file_digest

# One builder at a time, and never half a report.
#
# Beside `reports/2480/2024/` stand, while a build runs, `.2024.lock` and `.2024.holder` (who builds), `.2024.work/`
# (what is being made) and, for a moment, `.2024.old/` (the report that is being replaced). A killed build leaves
# them; whoever can take the lock knows that their owner is dead, and tidies. A batch's sockets lie in the system's
# temporary folder, beside a lock of their own.

REMOVALS = 100
PATIENCE = 0.5  # seconds: another build may hold the lock for a moment, to see whether its owner is dead


class HeldTargetError(Exception):
    """Another process builds into the folder: `str()` says which, and since when."""


@dataclass(frozen=True)
class Target:
    """The folder of one municipality's edition."""

    folder: Path

    @property
    def incomplete(self) -> Path:
        """Where a report with failed chapters goes when a whole one stands in `folder`."""
        return self.folder.with_name(f"{self.folder.name}-incomplete")

    def _beside(self, kind: str) -> Path:
        return self.folder.with_name(f".{self.folder.name}.{kind}")

    @contextmanager
    def held(self) -> Iterator[Path]:
        """An empty folder to work in, on the same disk, while no other process can build into the target.

        Raises HeldTargetError when one does.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._beside("lock"))
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise HeldTargetError(self._holder()) from None
        try:
            self.tidy()
            holder = {"pid": os.getpid(), "since": datetime.now().isoformat(" ", "seconds")}
            self._beside("holder").write_text(json.dumps(holder), "utf-8")
            work = self._beside("work")
            work.mkdir()
            yield work
        finally:
            self.tidy()
            lock.release()

    def _holder(self) -> str:
        try:
            holder = json.loads(self._beside("holder").read_text("utf-8"))
            return f"process {holder['pid']}, since {holder['since']}"
        except (OSError, ValueError, KeyError):
            return "a process that has just begun"

    def tidy(self) -> None:
        """Removes what a build works with, and puts back a report that it was replacing. Only for who has the lock."""
        old = self._beside("old")
        _remove(self._beside("work"))
        if old.exists() and not self.folder.exists():
            old.replace(self.folder)
        shutil.rmtree(old, ignore_errors=True)
        self._beside("holder").unlink(missing_ok=True)

    def whole(self) -> dict[str, Any]:
        """The manifest of the complete report that stands in the folder; empty where none does."""
        try:
            manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))
            return manifest if manifest["state"] == "ok" else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def replace(self, site: Path) -> Path:
        """Makes `site` the folder that readers open. Until it stands, `tidy` puts the old report back."""
        _flush(site)
        old = self._beside("old")
        if self.folder.exists():
            self.folder.replace(old)
        site.replace(self.folder)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(self.incomplete, ignore_errors=True)
        return self.folder

    def set_aside(self, site: Path) -> Path:
        """Puts a report that is not whole beside the folder, which keeps the last whole one."""
        shutil.rmtree(self.incomplete, ignore_errors=True)
        site.replace(self.incomplete)
        return self.incomplete


def checksums(folder: Path) -> dict[str, str]:
    """File below `folder` -> SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}


def tidy_others(reports: Path) -> None:
    """Tidies after killed builds of any target whose lock nobody holds; another user's is left."""
    places = ("*", "regions/*")
    left = {path for kind in ("work", "old") for place in places for path in reports.glob(f"{place}/.*.{kind}")}
    for folder in {path.with_name(path.name[1:].rpartition(".")[0]) for path in left}:
        target = Target(folder)
        with suppress(Timeout, OSError), FileLock(target._beside("lock")).acquire(timeout=0):
            target.tidy()


def _remove(folder: Path) -> None:
    """Removes a folder. It is renamed first: a thread that still writes there finds no folder, and leaves nothing."""
    away = folder.with_name(f"{folder.name}.away")
    shutil.rmtree(away, ignore_errors=True)
    with suppress(OSError):
        folder.replace(away)
    for _ in range(REMOVALS):  # a file that was being opened just then may keep the folder once more
        if away.exists():
            shutil.rmtree(away, ignore_errors=True)


def _flush(folder: Path) -> None:
    """Brings every file to the disk: a full disk shows here, and a power cut leaves no empty pages."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


# What Ctrl-C and a polite kill do while something runs that must be ended in order.

POLITE = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


@contextmanager
def interrupts(first: Callable[[], None], later: Callable[[], None]) -> Iterator[None]:
    """While it lasts, the first SIGINT, SIGTERM or SIGHUP calls `first`, and each one after it `later`.

    Nothing is raised, so that no step is torn. Outside the main thread, where signals cannot be caught, it does
    nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    calls = iter([first])

    def caught(number: int, frame: object) -> None:
        next(calls, later)()

    before = {number: signal.getsignal(number) for number in POLITE}
    for number in POLITE:
        if number is signal.SIGINT or before[number] is not signal.SIG_IGN:  # nohup ignores SIGHUP on purpose
            signal.signal(number, caught)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
