"""Pinned titles against those that Kolada has now: public code often calls an indicator by a wrong name."""

import re
from dataclasses import dataclass

from ..adapter import WantedSeries

_CLOSED = re.compile(r" ?\(-(\d{4})\)$")


@dataclass(frozen=True)
class WrongTitle:
    """Why a series is not asked for."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Pinned:
    """A series whose title was found right. `last_year`: it is discontinued after that year."""

    title: str
    definition: str | None
    last_year: int | None
    warnings: tuple[str, ...]


def checked_title(wanted: WantedSeries, kpi: dict | None) -> Pinned | WrongTitle:
    """The series as Kolada describes it, or what is wrong with its title and what to do."""
    where = f"of indicator '{wanted.indicator}' in data/catalog/indicators"
    if kpi is None:
        return WrongTitle(
            "Kolada has no such indicator",
            f"Look it up and correct 'kolada' {where}; until then its snapshot is kept.",
        )
    title, definition = kpi.get("title"), kpi.get("description")
    if not isinstance(title, str):
        return WrongTitle(f"the title is {title!r}, no text", "Tell Kolada; the snapshot is kept.")
    closed = _CLOSED.search(title)
    before = title[: closed.start()] if closed else title
    if not _is_pinned(title, wanted.title) and not _is_pinned(before, wanted.title):
        return WrongTitle(
            f"the title is now '{title}', pinned is '{wanted.title}'",
            f"Find out whether it still is the same measure, then correct the title {where}, with a break "
            "where the measure changed, or choose another series; until then its snapshot is kept.",
        )
    last = int(closed[1]) if closed else None
    ends = f"{wanted.id} is discontinued: its title ends with (-{last}). It is kept to {last}: find a successor."
    return Pinned(title, definition if isinstance(definition, str) else None, last, (ends,) if closed else ())


def _is_pinned(title: str, pinned: str) -> bool:
    return title.split() == pinned.split()  # Kolada's titles have double spaces here and there
