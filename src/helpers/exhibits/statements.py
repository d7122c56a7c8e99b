"""Single statements on a page: a claim held against the figures, and a line of what matters most."""

from dataclasses import dataclass

from .blocks import Mark


@dataclass(frozen=True)
class TestedClaim:
    """What an assessment claims, what the figures say of it, and the values that decide."""

    claimed: str
    mark: Mark
    found: str
    known: str = ""  # why they differ, as somebody has written who looked
    note: str = ""
    disagrees: bool = False


@dataclass(frozen=True)
class Highlight:
    """One line of *Det viktigaste*, linked to where it stands in full."""

    name: str
    text: str
    link: str  # "work.html#figur-23"
    by: str  # "Kommunens bedömning" or "Beräknat"
    rule: str  # which rule chose it: status, target, trend, rank or gap
