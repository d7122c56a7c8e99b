"""What a run reads beside the figures: noted in its kernel as cells open files, read by the build when it has ended.

Python tells of every file that it opens, of connections and of processes. What a library opens past Python is not seen:
`slices.NATIVE` names those libraries.
"""

import json
import os
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import source_from_cache
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any

from lagesbild.paths import PACKAGE, ROOT_VARIABLE

CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
PROCESSES = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn"}
LISTS = {"os.listdir", "os.scandir", "glob.glob"}
OURS = (str(PACKAGE), str(PACKAGE.parent / "helpers"))
RUNNER = str(PACKAGE / "publishing")  # it starts every cell, and reads no figure
ASKING = ("font_manager.py", "mimetypes.py")  # ask the system for its fonts and kinds of files, the first time
KINDS_OF_FONTS = (".ttf", ".ttc", ".otf", ".afm", ".pfb")


def note_reads(file: Path, shell: Any) -> None:
    """Has this process write to `file`, a line each, what it opens from its first cell on. It cannot be undone."""
    begun = threading.Event()
    shell.events.register("pre_run_cell", lambda *_: begun.set())
    root = os.path.realpath(os.environ.get(ROOT_VARIABLE, os.curdir))
    installed = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    beside = {str(file.parent), "/proc", "/sys", "/dev", "/etc/localtime", "/usr/share/zoneinfo"}
    own = {os.environ.get(name, "") for name in ("MPLCONFIGDIR", "IPYTHONDIR")}
    home = {str(Path.home() / name / "matplotlib") for name in (".config", ".cache")}
    apart = tuple(f"{os.path.realpath(each)}{os.sep}" for each in (*installed, *OURS, *beside, *own, *home) if each)
    here = Below(f"{root}{os.sep}", tuple(each for each in apart if not root.startswith(each)), apart)
    seen: set[tuple[str, str]] = set()
    busy = threading.local()

    def noted(event: str, given: tuple) -> None:
        if not begun.is_set() or getattr(busy, "noting", False):
            return
        if event not in ("open", *LISTS, *CONNECTS, *PROCESSES):
            return
        busy.noting = True
        try:
            line = _line(event, given, here)
            if line and line not in seen:
                seen.add(line)
                with file.open("a", encoding="utf-8", errors="surrogateescape") as notes:
                    notes.write(json.dumps(line) + "\n")
        finally:
            busy.noting = False

    sys.addaudithook(noted)


@dataclass(frozen=True)
class Below:
    """The project's folder, and the folders that nothing is noted of: within it, and elsewhere."""

    root: str
    within: tuple[str, ...]
    elsewhere: tuple[str, ...]

    def holds(self, path: str) -> bool:
        """Whether something is noted of a file."""
        if path.startswith(self.root):
            return not path.startswith(self.within)
        return not path.startswith(self.elsewhere) and not path.lower().endswith(KINDS_OF_FONTS)


def _line(event: str, given: tuple, here: Below) -> tuple[str, str] | None:
    """What is noted of an event: how, and what; None for what the key of a page holds anyway."""
    if event in CONNECTS:
        return "connect", str(given[1])
    if event in PROCESSES:
        return None if _in_stack(lambda name: name.endswith(ASKING)) else ("process", str(given[0]))
    path = given[0] if given and given[0] is not None else os.curdir
    if not isinstance(path, str | bytes | os.PathLike):
        return None  # a file that is open already
    path = os.path.realpath(os.fsdecode(path))
    if not here.holds(path):
        return None
    if event in LISTS:
        return None if _in_stack(lambda name: "importlib" in name) or _is_engine(path, here) else ("list", path)
    mode, flags = (*given[1:], None, None)[:2]
    writes = isinstance(mode, str) and bool(set(mode) & set("wax+"))
    writes |= mode is None and isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
    if f"{os.sep}__pycache__{os.sep}" in path:
        return None if writes else ("open", _source(path))
    if _is_engine(path, here) or _in_stack(lambda name: name.endswith(ASKING)):
        return None
    if writes:
        return ("write", path) if path.startswith(here.root) else None
    return "open", path


def _source(path: str) -> str:
    try:
        return source_from_cache(path.partition(".pyc.")[0])
    except ValueError:
        return path


def _is_engine(path: str, here: Below) -> bool:
    """Whether our own code reads it, below data/: that is in the key by what it means. A cell's code, and a file of the
    project, read for themselves, also where our code has called them.
    """
    if not path.startswith(f"{here.root}data{os.sep}"):
        return False
    for name in _stack():
        if name == __file__:  # what asks this, which may lie below the root itself
            continue
        if name.startswith(OURS) and not name.startswith(RUNNER):
            return True
        if name.startswith(("<ipython-input", "<string>")) or "ipykernel_" in name or name.startswith(here.root):
            return False
    return False


def _in_stack(true: Callable[[str], bool]) -> bool:
    return any(map(true, _stack()))


def _stack() -> Iterator[str]:
    """The files of the calls that led here, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back


# What the build makes of it.


def noted_reads(files: Iterable[Path], root: Path, began: float) -> tuple[dict[str, str], str]:
    """The files that a run has read, below the root by their relative name, with their digests; and why it may not be
    kept, if so. `began`: when, as files are dated.
    """
    from lagesbild.publishing.keys import file_digest

    reads: dict[str, str] = {}
    try:
        lines = [file.read_text("utf-8").splitlines() for file in files if file.is_file()]
        noted = [json.loads(line) for line in chain.from_iterable(lines)]
    except ValueError:  # cut off by a full disk, or by the end of a kernel that was writing
        return reads, "what it read was not noted whole"
    for kind, what in noted:
        path = Path(what)
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else what
        if kind == "connect":
            return reads, f"it connected to {what}"
        if kind == "process":
            return reads, f"it started {what}"
        if kind == "write":
            return reads, f"it wrote {name}"
        if path.exists() and path.stat().st_mtime >= began:
            return reads, f"{name} was written while it ran"
        reads[name] = file_digest(path)
    return reads, ""
