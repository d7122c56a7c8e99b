"""The kernel that a build starts for each notebook: `python -P -m lagesbild.publishing.kernel -f connection.json`.

It is IPython's own, and differs where a build needs something else than a person who looks on: no message is dropped
when a cell shows a great deal, what a cell prints is kept up to a limit, and a crash leaves its traceback.
"""

import faulthandler
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from traitlets.utils.importstring import import_item

from lagesbild.publishing.reads import note_reads

SEED = "LAGESBILD_SEED"  # of the environment: what `random` and numpy's own generator begin with
LIMIT = "LAGESBILD_MOST_PRINTED"  # of the environment: characters of each stream that a cell keeps
NOTICE = "\n… and {:,} more characters, which the cell printed and nobody keeps.\n"


class Printed(OutStream):
    """What cells print: of each cell the first characters, and how many more there were."""

    def __init__(self, *given: Any, **named: Any):
        self.most = int(os.environ[LIMIT])  # read once: a cell may change the environment
        self.kept: Counter[str] = Counter()  # a cell's request -> characters
        self.dropped: Counter[str] = Counter()
        self.flushed = -self.flush_interval
        super().__init__(*given, **named)
        try:
            self.own = self.fileno()  # ipykernel's copy of the process's own stream, where it has taken its place
        except OSError:
            self.own = getattr(sys, f"__{self.name}__").fileno()

    def write(self, string: str) -> int:
        """Keeps what still fits, and writes it to the process's own stream, where it outlives a kernel that dies.

        Says as any stream that all was written.
        """
        cell = self.parent_header.get("msg_id", "")
        fits = string[: max(0, self.most - self.kept[cell])]
        self.kept[cell] += len(fits)
        self.dropped[cell] += len(string) - len(fits)
        if fits or not string:
            super().write(fits)
            with suppress(OSError):  # a full disk takes from the log, and nothing from the page
                os.write(self.own, fits.encode("utf-8", "replace"))
        return len(string)

    def flush(self) -> None:
        """Sends what is kept, always for the kernel; a cell that has flushed just now waits for the regular sending.

        A message for each of a hundred thousand flushed lines would keep the build busy for minutes.
        """
        kernel = sys._getframe(1).f_globals.get("__name__", "").startswith("ipykernel")
        if kernel or time.monotonic() - self.flushed > self.flush_interval:
            self.flushed = time.monotonic()
            super().flush()

    def end_cell(self, *_: Any) -> None:
        """Ends what a cell printed with how much of it was dropped."""
        if dropped := self.dropped[self.parent_header.get("msg_id", "")]:
            super().write(NOTICE.format(dropped))


class BuildKernel(IPKernelApp):
    """ipykernel's application with those streams."""

    def init_iopub(self, context: Any) -> None:
        """Opens the channel of outputs without its limit of 1,000 waiting messages, above which ZMQ drops them."""
        context.sndhwm = 0
        super().init_iopub(context)

    def init_io(self) -> None:
        """Puts the streams in place, and has a crash write its traceback to the process's own stderr."""
        self.outstream_class = "lagesbild.publishing.kernel.Printed"
        super().init_io()
        own = self._streams()[-1].own
        faulthandler.enable(own)
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGUSR1, own)  # a cell that takes too long is asked where it stands

    def init_path(self) -> None:
        """Lets cells import what lies beside their notebook, behind Python's library: IPython does, but for -P."""
        let_in_what_lies_beside()

    def init_shell(self) -> None:
        """Starts IPython; at the end of each cell its streams tell what they dropped. Chance follows from the seed."""
        super().init_shell()
        if seed := os.environ.get(SEED):
            import numpy.random

            def begin(*_: Any) -> None:  # at the first cell, as the kernel's own start takes of `random` too
                self.shell.events.unregister("pre_run_cell", begin)  # type: ignore[union-attr]  # it has begun
                random.seed(seed)
                numpy.random.seed(list(sha256(seed.encode()).digest()))

            self.shell.events.register("pre_run_cell", begin)  # type: ignore[union-attr]
        for stream in self._streams():
            self.shell.events.register("post_run_cell", stream.end_cell)  # type: ignore[union-attr]  # it has begun
        note_reads(Path(self.connection_file).with_suffix(".reads"), self.shell)

    def _streams(self) -> list[Printed]:
        return [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, Printed)]


def let_in_what_lies_beside() -> None:
    """Puts the current folder into Python's path, behind its library and before other packages."""
    at = next((at for at, folder in enumerate(sys.path) if Path(folder).name == "site-packages"), 0)
    sys.path.insert(at, "")


if __name__ == "__main__":  # by its name, as IPython puts the cells' module in the place of __main__
    import_item("lagesbild.publishing.kernel.BuildKernel").launch_instance()
