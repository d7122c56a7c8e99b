"""The kernels of one build: all known, so that an interrupt leaves no orphan."""

import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from lagesbild.publishing.template import FIXED, SOON, NotForked, Template, answer_of, notebooks_of, templates

if TYPE_CHECKING:  # imported where it is needed, while the template is starting
    from jupyter_client.manager import AsyncKernelManager

LONGEST = 100  # bytes of a socket's path, which systems cut at 104 to 108; its number follows
MOST_PRINTED = 1_000_000  # characters that a cell keeps of what it prints
KERNEL = [sys.executable, "-P", "-m", "lagesbild.publishing.kernel", "-f", "{connection_file}"]
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # the debugger's warning at each start, which nobody needs to read
OF_THE_USER = ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONIOENCODING", "MPLBACKEND")


class Kernels:
    """Starts kernels until it is stopped.

    A kernel and this process talk through sockets in `sockets`: no ports that two builds could both pick, and
    no path that depends on a current directory. Where a socket's path would be too long, ports are used.
    Warm kernels are forked from a template; where it cannot, they are spawned.
    """

    def __init__(self, sockets: Path, environment: dict[str, str], how: str = "warm"):
        self.sockets = sockets
        self.environment = environment
        self.how = how
        self.stopped = threading.Event()
        self.started: list[AsyncKernelManager] = []  # those that are not forgotten
        self.numbers = count()
        self.template: Template | None = None

    def begin(self) -> None:
        """Starts the template of warm kernels, so that it is ready when the first one is wanted."""
        if self.how == "warm" and sys.platform == "linux":
            with suppress(NotForked):  # said when the first kernel is wanted
                self.template = templates.current(self.surroundings(), notebooks_of(self.environment))

    def ask(self, function: str, content: bytes) -> Callable[[], bytes]:
        """What waits for the answer of the function "module:name" to `content`, which a copy of the template makes.

        It is empty where there is no template, no answer, or once no more kernels are started.
        """
        if self.template is None:
            return bytes
        return partial(answer_of, self.template.ask(function, content), self.stopped)

    def adopt(self, function: str, content: bytes) -> None:
        """Has warm kernels begin with what the function "module:name" makes of `content`; to others it is nothing."""
        if self.template is not None:
            self.template.adopt(function, content)

    def stop(self) -> None:
        """Starts no more kernels and kills those that run, with all that they started."""
        self.stopped.set()
        templates.kill(beginning=True)  # else who waits for it would wait on
        for manager in list(self.started):
            kill(manager)

    def forget(self, kind: type["AsyncKernelManager"]) -> None:
        """Lets the kernels of one notebook, which has ended, go with what they left: a batch has thousands of them."""
        for manager in [each for each in self.started if type(each) is kind]:
            kill(manager)
            self.started.remove(manager)
            for kind_of_file in (".log", ".reads"):
                Path(manager.connection_file).with_suffix(kind_of_file).unlink(missing_ok=True)

    def surroundings(self) -> dict[str, str]:
        """The environment of a kernel: this process's, with nothing in it of the user's own settings of Python."""
        own = {
            "IPYTHONDIR": str(self.sockets / "ipython"),
            "MATPLOTLIBRC": os.devnull,  # matplotlib takes it instead of the user's; its defaults hold
            "LAGESBILD_MOST_PRINTED": str(MOST_PRINTED),
        }
        kept = {name: value for name, value in os.environ.items() if name not in OF_THE_USER}
        return kept | FIXED | QUIET | own | self.environment

    def manager(self, seed: str = "") -> type["AsyncKernelManager"]:
        """The class of kernel managers that papermill shall use; `seed` tells what chance a kernel begins with."""
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import AsyncKernelManager

        from lagesbild.publishing.client import KernelClient

        kernels = self
        warm = {"kernel_provisioner": {"provisioner_name": "lagesbild-warm"}} if self.how == "warm" else {}

        class KnownKernel(AsyncKernelManager):
            @property
            def kernel_spec(self) -> KernelSpec:
                """This Python: a kernel "python3" of the user's own may be another, without our packages."""
                return KernelSpec(argv=KERNEL, display_name="Python 3", language="python", metadata=warm)

            # jupyter_client declares the method through a wrapper that hides its own signature
            async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
                kernels.started.append(self)
                place = str(kernels.sockets / f"{next(kernels.numbers):x}")
                self.connection_file = f"{place}.json"
                if os.name == "posix" and len(os.fsencode(place)) < LONGEST:
                    self.transport, self.ip = "ipc", place
                self.client_factory = KernelClient
                self.written = Path(f"{place}.log")  # what it prints, and its crash: read when it has died
                with self.written.open("ab") as log:
                    given = {"stdout": log, "stderr": log, "env": kernels.surroundings() | {"LAGESBILD_SEED": seed}}
                    await super().start_kernel(**kwargs | given)
                if kernels.stopped.is_set():  # an interrupt came while the kernel was being started
                    kill(self)

            async def _async_wait(self, pollinterval: float = SOON) -> None:
                """Waits for the end of a kernel that was killed, which jupyter_client looks for every 0.1 seconds."""
                await super()._async_wait(pollinterval)

        return KnownKernel


def kill(manager: "AsyncKernelManager") -> None:
    """Kills a kernel that lives, and what it started, at once."""
    process = getattr(manager.provisioner, "process", None)
    if process is None or process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # jupyter_client starts each kernel in a session of its own
        else:
            process.kill()


# Where kernels and their owner talk: a folder for each batch, and its lock beside it.

PREFIX = "lagesbild-"


@contextmanager
def sockets() -> Iterator[Path]:
    """A folder for a batch's kernels, in the system's temporary folder, as a socket's path must be short."""
    folder = Path(tempfile.gettempdir(), f"{PREFIX}{secrets.token_hex(4)}")
    with FileLock(folder.with_name(f"{folder.name}.lock")):  # before the folder, so that nobody takes it for left
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            remove_sockets(folder)


def remove_sockets(folder: Path) -> None:
    """Removes the folder and its lock. Only for who has the lock."""
    shutil.rmtree(folder, ignore_errors=True)
    if os.name == "posix":  # elsewhere an open file stays: the next batch tries again
        folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)


def tidy_sockets() -> None:
    """Removes the sockets of killed batches: those whose lock nobody holds."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*.lock"):
        with suppress(Timeout, OSError), FileLock(lock).acquire(timeout=0):  # an OSError: another user's
            remove_sockets(lock.with_suffix(""))
