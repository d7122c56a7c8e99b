"""Limits of time: of a kernel's start, a cell, a notebook, and of all notebooks together."""

import time
from dataclasses import dataclass, field, replace


def clock() -> float:
    """Seconds since some moment; a computer's clock that is set back changes nothing."""
    return time.monotonic()


@dataclass(frozen=True)
class Limit:
    """How many seconds something may take, such as "a cell", and since when they run."""

    seconds: float
    of: str
    began: float = field(default_factory=lambda: clock())

    @property
    def left(self) -> float:
        """The seconds that remain; none or fewer when they are over."""
        return self.began + self.seconds - clock()

    @property
    def is_over(self) -> bool:
        """Whether nothing remains."""
        return self.left <= 0

    def later(self, seconds: float) -> "Limit":
        """The same limit, of what began so many seconds later."""
        return replace(self, began=self.began + seconds)
