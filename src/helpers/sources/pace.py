"""How fast a service may be asked, and how long it asks us to wait."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class Pace:
    """Lets through `calls` calls in any `window` seconds and makes the others wait."""

    def __init__(self, calls: int, window: float, clock: Callable[[], float], sleep: Callable[[float], None]):
        self.calls, self.window = calls, window
        self._clock, self._sleep = clock, sleep
        self._times: deque[float] = deque(maxlen=calls)

    def wait(self) -> None:
        """Return when the next call may be made, and count it as made."""
        if len(self._times) == self.calls:
            left = self._times[0] + self.window - self._clock()
            if left > 0:
                self._sleep(left)
        self._times.append(self._clock())


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as an HTTP date; None without a usable one.

    A date is measured against the answer's own `Date`, so that a wrong clock here does no harm.
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        until = _moment(text)
    if until is None:
        return None
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
