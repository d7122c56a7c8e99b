"""What Ctrl-C and a polite kill do while something runs that must be ended in order."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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

    before = {one: signal.getsignal(one) for one in POLITE}
    for one in POLITE:
        if one is signal.SIGINT or before[one] is not signal.SIG_IGN:  # nohup ignores SIGHUP on purpose
            signal.signal(one, caught)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
