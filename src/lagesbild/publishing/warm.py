"""Jupyter's provisioner "lagesbild-warm": forks a kernel from a process that has all its imports done.

Where that cannot be, the kernel is started as ever, and the reason is told once.
"""

import logging
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from lagesbild.publishing.preload import APPLICATIONS
from lagesbild.publishing.template import Forked, NotForked, Order, StaleTemplate, notebooks_of, templates

STREAMS = ("stdin", "stdout", "stderr")
KNOWN = {"env", "cwd", *STREAMS, "kernel_id", "extra_arguments"}  # of a kernel's start; another may mean anything

log = logging.getLogger(__name__)
told: set[str] = set()


class WarmProvisioner(LocalProvisioner):
    """jupyter_client's own provisioner, but for how the process begins."""

    process: Any = None  # a Forked, or the Popen of a kernel that was started as ever

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Forks the kernel, or has it started as ever."""
        if not is_ours(cmd):
            return await super().launch_kernel(cmd, **kwargs)
        try:
            self.process = await forked(cmd, kwargs)
        except NotForked as why:
            tell(str(why))
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info


def is_ours(cmd: list[str]) -> bool:
    """Whether the command starts a kernel of this Python that the template has; other languages' are left alone."""
    words = [word for word in cmd[1:3] if word != "-P"]
    return cmd[0] == sys.executable and words[:1] == ["-m"] and cmd[cmd.index("-m") + 1] in APPLICATIONS


def tell(why: str) -> None:
    """Warns that kernels start slowly, once for each reason."""
    if why and why not in told:
        told.add(why)
        log.warning("Kernels are started one by one instead of forked, which takes longer: %s.", why)


async def forked(cmd: list[str], given: dict[str, Any]) -> Forked:
    """A kernel forked from this process's template. Raises NotForked with the reason."""
    environment, folder = dict(given["env"]), str(Path(given.get("cwd") or "").absolute())
    if sys.platform != "linux":
        raise NotForked(f"{sys.platform} cannot do it")
    if others := sorted(given.keys() - KNOWN):
        raise NotForked(f"they are asked for with {', '.join(others)}")
    if (Path(folder) / "matplotlibrc").exists():
        raise NotForked(f"{folder} has a matplotlibrc, which matplotlib reads only when it is imported")
    if not os.access(folder, os.X_OK):
        raise NotForked(f"{folder} is no folder to work in")
    order = Order(cmd, environment, folder)
    with ExitStack() as stack:
        streams = [descriptor(given.get(name), number, stack) for number, name in enumerate(STREAMS)]
        if given.get("stderr") == subprocess.STDOUT:
            streams[2] = streams[1]
        template = templates.current(environment, notebooks_of(environment))
        try:
            return await template.fork(order, streams)
        except StaleTemplate:
            templates.retire(template)
            template = templates.current(environment, notebooks_of(environment))
            return await template.fork(order, streams)


def descriptor(given: Any, number: int, stack: ExitStack) -> int:
    """A stream's descriptor, of what Popen takes for it: by itself a kernel reads nothing, and writes as its owner."""
    if given == subprocess.PIPE:
        raise NotForked("their streams are asked for as pipes")
    if given == subprocess.DEVNULL or (given is None and number == 0):
        nowhere = os.open(os.devnull, os.O_RDWR)
        stack.callback(os.close, nowhere)
        return nowhere
    if given is None or given == subprocess.STDOUT:
        return number
    return given if isinstance(given, int) else given.fileno()
