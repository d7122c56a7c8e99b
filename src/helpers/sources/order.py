"""What a fetch is asked to bring, and what it says that it brought."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Literal

from ..catalog import Catalog, Indicator
from .adapter import PlannedCall
from .errors import SourceError
from .keeping import SeriesResult


@dataclass(frozen=True)
class FetchRequest:
    """What to fetch.

    `only`: ids of indicators or of series. `accept`: series, or "places", whose changed definition or
    division a person has read. `note`: what the manifest shall say about where the figures were read.
    `addresses`: source ("kolada", "scb", "fohm") -> base address, stronger than the environment's.
    """

    only: tuple[str, ...] = ()
    since: int | None = None
    places: Literal["chosen", "all"] = "chosen"
    dry_run: bool = False
    note: str | None = None
    fetched: date | None = None
    accept: tuple[str, ...] = ()
    addresses: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def date(self) -> date:
        """The day of the fetch: the given one, else today in UTC."""
        return self.fetched or datetime.now(UTC).date()

    def indicators(self, catalog: Catalog) -> list[tuple[str, Indicator]]:
        """The catalogue's entries to fetch. Raises SourceError for an id that it does not know."""
        known = {id: id for id in catalog.indicators}
        for id, entry in catalog.indicators.items():
            if entry.kolada:
                known |= {series: id for series in (entry.kolada.id, entry.kolada.margin) if series}
        for wanted in self.only:
            if wanted not in known:
                near = get_close_matches(wanted, known, n=1)
                hint = f"Did you mean '{near[0]}'?" if near else "Take an id of data/catalog/indicators."
                raise SourceError(f"only: '{wanted}' is no indicator and no series of the catalogue. {hint}")
        chosen = {known[wanted] for wanted in self.only} or set(catalog.indicators)
        return [(id, entry) for id, entry in catalog.indicators.items() if id in chosen]


@dataclass
class FetchSummary:
    """What became of every list and series; after a dry run only what would be asked."""

    results: list[SeriesResult] = field(default_factory=list)
    planned: list[PlannedCall] = field(default_factory=list)
    calls: int = 0

    @property
    def ok(self) -> bool:
        """Nothing failed and nothing is gone: 'nothing published' is no failure."""
        return all(result.ok for result in self.results)

    @property
    def most_calls(self) -> int:
        """Calls that the plan makes at most, every page counted."""
        return sum(call.pages for call in self.planned)


@dataclass(frozen=True)
class Progress:
    """A list or a series is done: the `done`-th of `total`."""

    done: int
    total: int
    result: SeriesResult


Report = Callable[[Progress], None]
