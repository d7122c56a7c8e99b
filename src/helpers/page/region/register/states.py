"""How far an initiative is known to have come, against a stated day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from ....assessments.regions import Initiative
from ..dates import readable

NOT_FOLLOWED_UP = "uppföljning saknas i underlaget"
STATES = {  # key -> what readers choose by
    "angivet": "Läge angivet i underlaget",
    "ej-uppfoljt": "Uppföljning saknas i underlaget",
    "forsenad": "Försenad",
    "i-tid": "Slutdatum inte passerat",
    "utan-slut": "Slutdatum saknas",
}


@dataclass(frozen=True)
class AsOf:
    """The last day of the year of the region's material. `later`: the report is of a later year than that."""

    day: date
    later: bool

    @property
    def text(self) -> str:
        """The sentence that states the day."""
        stated = f"Läget anges per {readable(self.day.isoformat())}, slutet av det år som regionens underlag gäller."
        later = " Rapporten är från ett senare år, och vad som hänt sedan dess står inte i underlaget."
        return stated + later * self.later


@dataclass(frozen=True)
class State:
    """A record's state in words; `key` is one of STATES; `overdue` only in the year of the material."""

    key: str
    words: str
    overdue: bool = False


def as_of(edition: int, report_year: int) -> AsOf:
    """The day that the register of `edition` is held against in a report of `report_year`."""
    return AsOf(date(edition, 12, 31), report_year > edition)


def last_day(written: str | None) -> date | None:
    """The last day that a partial date can mean; None for an unknown year."""
    if not written or written.startswith("--"):
        return None
    year, month, day = (*map(int, written.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def state_of(record: Initiative, when: AsOf) -> State:
    """What the material says, else what its dates say.

    In a later report an old initiative without a recorded outcome is not followed up in the material: nobody
    knows whether it is late.
    """
    if record.status:
        return State("angivet", record.status)
    if when.later:
        return State("ej-uppfoljt", NOT_FOLLOWED_UP)
    end = last_day(record.end)
    if end is None:
        return State("utan-slut", "slutdatum saknas i underlaget")
    if end < when.day:
        return State("forsenad", f"försenad: slutdatumet {readable(record.end)} har passerat utan uppföljning", True)
    return State("i-tid", f"slutdatumet {readable(record.end)} har inte passerat")
