"""The kernels of one build: all known, so that an interrupt leaves no orphan."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

LONGEST = 100  # bytes of a socket's path, which systems cut at 104 to 108; its number follows
MOST_PRINTED = 1_000_000  # characters that a cell keeps of what it prints
KERNEL = [sys.executable, "-P", "-m", "lagesbild.publishing.kernel", "-f", "{connection_file}"]
# What a page must not depend on: the user's settings, the machine's language and zone, the order of sets.
FIXED = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # the debugger's warning at each start, which nobody needs to read
OF_THE_USER = ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONIOENCODING", "MPLBACKEND")


class Kernels:
    """Starts kernels until it is stopped.

    A kernel and this process talk through sockets in `sockets`: no ports that two builds could both pick, and
    no path that depends on a current directory. Where a socket's path would be too long, ports are used.
    """

    def __init__(self, sockets: Path, environment: dict[str, str]):
        self.sockets = sockets
        self.environment = environment
        self.stopped = threading.Event()
        self.started: list[AsyncKernelManager] = []

    def stop(self) -> None:
        """Starts no more kernels and kills those that run, with all that they started."""
        self.stopped.set()
        for manager in list(self.started):
            kill(manager)

    def surroundings(self) -> dict[str, str]:
        """The environment of a kernel: this process's, with nothing in it of the user's own settings of Python."""
        empty = self.sockets / "matplotlibrc"  # matplotlib takes it instead of the user's; its defaults hold
        empty.touch()
        own = {
            "IPYTHONDIR": str(self.sockets / "ipython"),
            "MATPLOTLIBRC": str(empty),
            "LAGESBILD_MOST_PRINTED": str(MOST_PRINTED),
        }
        kept = {name: value for name, value in os.environ.items() if name not in OF_THE_USER}
        return kept | FIXED | QUIET | own | self.environment

    def manager(self) -> type[AsyncKernelManager]:
        """The class of kernel managers that papermill shall use."""
        kernels = self

        class KnownKernel(AsyncKernelManager):
            memory = 0  # bytes, the most that was seen
            process: subprocess.Popen[bytes] | None = None  # which the provisioner forgets when it has ended

            @property
            def kernel_spec(self) -> KernelSpec:
                """This Python: a kernel "python3" of the user's own may be another, without our packages."""
                return KernelSpec(argv=KERNEL, display_name="Python 3", language="python")

            # jupyter_client declares the method through a wrapper that hides its own signature
            async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
                kernels.started.append(self)
                place = str(kernels.sockets / f"{id(self):x}")
                self.connection_file = f"{place}.json"
                if os.name == "posix" and len(os.fsencode(place)) < LONGEST:
                    self.transport, self.ip = "ipc", place
                self.context.rcvhwm = 0  # as many outputs may wait as a cell shows: above 1,000 ZMQ drops them
                self.written = Path(f"{place}.log")  # what it prints, and its crash: read when it has died
                with self.written.open("ab") as log:
                    given = {"stdout": log, "stderr": log, "env": kernels.surroundings()}
                    await super().start_kernel(**kwargs | given)
                self.process = self.provisioner.process  # type: ignore[union-attr]  # it has just been made
                if kernels.stopped.is_set():  # an interrupt came while the kernel was being started
                    kill(self)

            async def _async_is_alive(self) -> bool:
                """Whether it runs, which nbclient asks every second; its memory is looked at on the way."""
                self.look()
                return await super()._async_is_alive()

            def look(self) -> None:
                """Notes how much memory it uses."""
                with suppress(psutil.Error):
                    if self.process is not None:
                        self.memory = max(self.memory, psutil.Process(self.process.pid).memory_info().rss)

        return KnownKernel


def kill(manager: AsyncKernelManager) -> None:
    """Kills a kernel that lives, and what it started, at once."""
    process = getattr(manager.provisioner, "process", None)
    if process is None or process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # jupyter_client starts each kernel in a session of its own
        else:
            process.kill()
