"""The kernels of one build: all known, so that an interrupt leaves no orphan."""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

LONGEST = 100  # bytes of a socket's path, which systems cut at 104 to 108; its number follows


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

    def manager(self) -> type[AsyncKernelManager]:
        """The class of kernel managers that papermill shall use."""
        kernels = self

        class KnownKernel(AsyncKernelManager):
            async def start_kernel(self, **kwargs: Any) -> None:
                kernels.started.append(self)
                place = str(kernels.sockets / f"{id(self):x}")
                self.connection_file = f"{place}.json"
                if os.name == "posix" and len(os.fsencode(place)) < LONGEST:
                    self.transport, self.ip = "ipc", place
                # What a kernel writes to its own stderr is its shutdown; what a cell writes goes through the sockets.
                kwargs |= {"stderr": subprocess.DEVNULL, "env": os.environ | kernels.environment}
                await super().start_kernel(**kwargs)
                if kernels.stopped.is_set():  # an interrupt came while the kernel was being started
                    kill(self)

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
