"""The process that warm kernels are forked from, `python -P -m lagesbild.publishing.template`, and its owner's end.

A kernel spends most of its start on Python and on imports. The template does both once, and each kernel begins as a
copy of it. A copy is safe only where nothing is in motion, so before each fork it is looked at: one thread, no open
file. It has no context of ZMQ and no event loop; a Parquet file is never read in it, as its readers leave threads.
Only Linux can do this; the module imports anywhere.
"""

import asyncio
import atexit
import gc
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path

from traitlets.utils.importstring import import_item

from lagesbild.paths import ROOT_VARIABLE, NoProject, project_paths
from lagesbild.publishing.preload import adopted, become, preloaded, preloaded_for_later, sources

IDLE = {"jemalloc_bg_thd"}  # pyarrow's allocator, which tidies up behind itself and is made for forks
ONCE = ("PYTHON", "MPL", "MATPLOTLIB", "XDG_", "HOME")  # variables that Python or a library reads at its start only
# A fork has no other threads, and the last bits of a sum depend on how many added it up.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# What a page must not depend on: the machine's language and zone, the order of sets, its cores.
FIXED = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"} | ONE_THREAD
INLINE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # what ipykernel sets, here before matplotlib
SOON = 0.005  # seconds between two looks at whether it has answered
LOOK = 0.1  # and at whether its answer is still waited for, which comes at once
PATIENCE = 5  # seconds that it has to end its kernels
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h


class NotForked(Exception):
    """No kernel was forked: `str()` says why, or nothing where it was meant so."""


class StaleTemplate(NotForked):
    """The sources have changed since the template read them."""


@dataclass(frozen=True)
class Order:
    """A kernel that is wanted: what would be its command, environment and folder if it were spawned."""

    command: list[str]
    environment: dict[str, str]
    folder: str


@dataclass(frozen=True)
class Asked:
    """A function "module:name" that a copy of the template calls with `content`, and whose answer, bytes, it sends."""

    function: str
    content: bytes


@dataclass(frozen=True)
class Adopted:
    """A function "module:name" that the template calls with `content`, so that each of its kernels has it at hand."""

    function: str
    content: bytes


def read_once(environment: dict[str, str]) -> dict[str, str]:
    """The part of an environment that a template cannot change for a kernel."""
    return {name: value for name, value in environment.items() if name.startswith(ONCE)}


def notebooks_of(environment: dict[str, str]) -> Path | None:
    """The notebooks whose imports a template makes: of the copy of the project that its kernels work on."""
    try:
        return project_paths(environment.get(ROOT_VARIABLE)).notebooks
    except NoProject:
        return None


# The owner's end.


class Forked:
    """A forked kernel, as subprocess.Popen would be a spawned one: `returncode` is negative for a signal.

    The template is its parent, and tells of its end through the leash. A leash that is let go ends the kernel.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, leash: Connection):
        self.pid = pid
        self.returncode: int | None = None
        self._leash = leash
        self._lock = threading.RLock()  # again, as an interrupt may ask while its thread is asking

    def poll(self) -> int | None:
        """The exit code, once it has ended; a template that is gone has taken its kernels along."""
        with self._lock:
            if self.returncode is None and self._leash.poll():
                try:
                    self.returncode = self._leash.recv()
                except (EOFError, OSError):
                    self.returncode = -signal.SIGKILL
                self._leash.close()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, after the end. Raises subprocess.TimeoutExpired."""
        if self.returncode is None and not self._leash.poll(timeout):
            raise subprocess.TimeoutExpired(f"kernel {self.pid}", timeout or 0)
        return self.poll()  # type: ignore[return-value]  # the leash has something to say

    def send_signal(self, number: int) -> None:
        """Sends a signal while it runs. Its number is nobody else's until its end was seen here."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)


class Template:
    """A template, seen by the process that started it. It ends with its owner, and its kernels with it."""

    def __init__(self, environment: dict[str, str], notebooks: Path | None):
        self.read_once = read_once(environment)
        self.owner = os.getpid()
        self.answered = self.killed = False
        self._lock = threading.Lock()
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-P", "-m", "lagesbild.publishing.template", str(theirs.fileno()), str(self.owner)]
        with theirs:
            self.process = subprocess.Popen(
                [*command, *([str(notebooks)] if notebooks else [])],
                env=INLINE | FIXED | environment | ONE_THREAD,
                pass_fds=[theirs.fileno()],
                cwd="/",  # where no file of a user's is taken for a setting
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is the owner's
            )

    async def fork(self, order: Order, streams: list[int]) -> Forked:
        """A kernel with these three streams. Waits for the template's imports. Raises NotForked or StaleTemplate."""
        leash, theirs = Pipe()
        try:
            with theirs, self._lock:
                self._pipe.send(order)
                for handle in (theirs.fileno(), *streams):
                    send_handle(self._pipe, handle, self.process.pid)
            while not leash.poll():  # not in a thread, which would hold up an owner that is interrupted
                await asyncio.sleep(SOON)
            answer = leash.recv()
        except (EOFError, OSError):
            leash.close()
            raise NotForked("" if self.killed else "the process that they are forked from has ended") from None
        if isinstance(answer, NotForked):
            leash.close()
            raise answer
        self.answered = True
        return Forked(answer, leash)

    def adopt(self, function: str, content: bytes) -> None:
        """Has the template call the function "module:name" with `content`. A template that is gone needs none."""
        with suppress(OSError), self._lock:
            self._pipe.send(Adopted(function, content))

    def ask(self, function: str, content: bytes) -> Connection:
        """Has a copy of the template call the function "module:name" with `content`, with no wait for all its imports.

        The connection's first answer is the copy's number, the second what the function returned; see `answer_of`. A
        connection that is closed ends the copy.
        """
        answer, theirs = Pipe()
        with theirs, suppress(OSError), self._lock:
            self._pipe.send(Asked(function, content))
            send_handle(self._pipe, theirs.fileno(), self.process.pid)
        return answer

    def retire(self) -> None:
        """Asks for no more kernels. The template ends with the last of those that it has forked."""
        with self._lock:
            self._pipe.close()

    def kill(self) -> None:
        """Ends it at once, and its kernels with all that they started."""
        self.killed = True
        # An interrupt may come while this very thread is writing into the pipe, which then hears of the end by itself.
        if self.answered and self._lock.acquire(blocking=False):  # it listens, and knows them
            with suppress(OSError, subprocess.TimeoutExpired):
                self._pipe.send(None)
                self.process.wait(PATIENCE)
            self._lock.release()
        self.process.kill()
        self.process.wait()


def answer_of(copy: Connection, stopped: threading.Event) -> bytes:
    """What a copy of the template was asked for; nothing where it could not be made.

    Once nobody waits for it any more, as `stopped` is set, the copy is let go.
    """
    answer: object = None
    with copy, suppress(EOFError, OSError):
        for _ in ("its number", "its answer"):
            while not copy.poll(LOOK):
                if stopped.is_set():
                    return b""
            answer = copy.recv()
    return answer if isinstance(answer, bytes) else b""


class Templates:
    """The one template of this process, which is replaced when it no longer fits."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._current: Template | None = None

    def current(self, environment: dict[str, str], notebooks: Path | None) -> Template:
        """The template for kernels with this environment, started where there is none.

        Raises NotForked when one ended that had never forked: another would do the same.
        """
        with self._lock:
            old = self._current
            if old is not None and old.owner == os.getpid() and old.read_once == read_once(environment):
                if old.process.poll() is None:
                    return old
                if not old.answered:
                    raise NotForked(f"the process that they are forked from ended with {old.process.returncode}")
            self.retire()
            self._current = Template(environment, notebooks)
            return self._current

    def retire(self, stale: Template | None = None) -> None:
        """Lets the template go, or only if it is this one; the kernels that it has forked run on."""
        with self._lock:
            if self._current is not None and stale in (None, self._current):
                self._current.retire()
                self._current = None

    def kill(self, beginning: bool = False) -> None:
        """Ends the template of this process, if it has one, and the kernels; or only one that is still `beginning`."""
        with self._lock:
            if self._current is not None and self._current.owner == os.getpid():
                if beginning and self._current.answered:
                    return
                self._current.kill()
            self._current = None


templates = Templates()
atexit.register(templates.kill)


# The template itself.


@dataclass
class Child:
    """A kernel, seen by the template: its number, a descriptor that says when it has ended, and its leash."""

    pid: int
    end: int
    leash: Connection
    ended: bool = False


def serve(pipe: Connection, owner: int, notebooks: Path | None) -> tuple[Order | Asked, Connection] | None:
    """Forks until its owner is gone or wants no more. Returns in each fork what it is for, and its leash, else none."""
    seen = sources()
    trouble = ""
    owner_end = os.pidfd_open(owner)
    children: list[Child] = []
    asked: list[Connection] = [pipe]
    while asked or children:
        if not (asked and pipe.poll()):  # what is asked for already may need no more than its own imports
            preloaded(notebooks)
        if not (asked and pipe.poll()):
            preloaded_for_later()
        running = [child for child in children if not child.ended]
        ready = wait([*asked, owner_end, *(child.end for child in running), *(child.leash for child in children)])
        if owner_end in ready:
            break
        for child in list(children):
            if child.end in ready and not child.ended:
                _tell_end(child)
            if child.leash in ready:
                _let_go(child)
                children.remove(child)
        if pipe not in ready:
            continue
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            asked = []
            continue
        if message is None:
            break
        if isinstance(message, Adopted):
            trouble = preloaded(notebooks) or trouble or adopted(message.function, message.content)
            continue
        leash, streams = Connection(recv_handle(pipe)), []
        if isinstance(message, Asked):
            with suppress(Exception):  # said by the copy's silence
                import_item(message.function.partition(":")[0])
        else:
            streams = [recv_handle(pipe) for _ in range(3)]
            trouble = preloaded(notebooks) or trouble
        pid = None
        with suppress(OSError):  # an owner that has given up
            if sources() != seen:
                leash.send(StaleTemplate("the sources have changed"))
            elif why := trouble or in_motion({leash.fileno(), *streams}):
                leash.send(NotForked(why))
            else:
                pid = os.fork()
        if pid == 0:
            _leave([pipe, *(child.leash for child in children)], [owner_end, *(child.end for child in children)])
            _stand_alone(leash, streams)
            return message, leash
        for stream in streams:
            os.close(stream)
        if pid is None:
            leash.close()
        else:
            children.append(Child(pid, os.pidfd_open(pid), leash))
    for child in children:
        _let_go(child)
    return None


def _tell_end(child: Child) -> None:
    """Tells the owner how a kernel ended; its number stays its own until the owner has heard it."""
    child.ended = True
    status = os.waitid(os.P_PIDFD, child.end, os.WEXITED | os.WNOWAIT)
    assert status is not None  # without WNOHANG it waits
    code = status.si_status if status.si_code == os.CLD_EXITED else -status.si_status
    with suppress(OSError):
        child.leash.send(code)


def _let_go(child: Child) -> None:
    """Ends a kernel that nobody holds any more, with all that it started."""
    if not child.ended:
        for end in (os.killpg, os.kill):  # by its own number too, as its group may not be there yet
            with suppress(ProcessLookupError):
                end(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)
    os.close(child.end)
    child.leash.close()


def in_motion(given: set[int]) -> str:
    """Why this process cannot be copied now, apart from descriptors given for the copy; nothing where it can."""
    threads = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # one that has just ended
            threads.append((task / "comm").read_text().strip())
    if len(busy := [name for name in threads if name not in IDLE]) != 1:
        return f"the process that they are forked from has {len(busy)} threads ({', '.join(sorted(busy))})"
    if files := open_files(given | {0, 1, 2}):
        return f"the process that they are forked from has open files ({', '.join(files)})"
    return ""


def open_files(given: set[int]) -> list[str]:
    """Other files that are open here: two copies would move one place in them."""
    files = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them
            if int(descriptor.name) not in given and descriptor.is_file():
                files.append(str(descriptor.readlink()))
    return files


def _leave(connections: list[Connection], descriptors: list[int]) -> None:
    """Closes what is the template's."""
    for connection in connections:
        connection.close()
    for descriptor in descriptors:
        os.close(descriptor)


def _stand_alone(leash: Connection, streams: list[int]) -> None:
    """Makes the fork a session of its own that ends with the template, with its own streams; then says its number."""
    import ctypes

    template = os.getppid()
    os.setsid()
    ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != template:  # it was gone before that was in force
        os._exit(1)
    gc.freeze()  # a copy that is made before all imports are done looks through none of them either
    gc.enable()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    leash.send(os.getpid())


def main() -> None:
    """Serves the owner whose pipe and number the command line gives; a fork goes on as what it is for."""
    handle, owner, *notebooks = sys.argv[1:]
    gc.disable()  # what is imported stays: looking through it takes a sixth of the time
    match serve(Connection(int(handle)), int(owner), Path(notebooks[0]) if notebooks else None):
        case Asked(function, content), leash:
            leash.send(import_item(function.replace(":", "."))(content))
        case Order(command, environment, folder), leash:
            leash.close()
            become(command, environment, folder)


if __name__ == "__main__":  # by its name, as IPython puts the cells' module in the place of __main__
    import_item("lagesbild.publishing.template.main")()
