"""What every service is asked for and answers with, and the checks that all rows must pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from lagesbild.catalog.models import Indicator, PinnedTable, Unit
from lagesbild.errors import SourceError
from lagesbild.sources.exchange import Limits
from lagesbild.sources.http import Client

# The rows that every service gives: ROW_COLUMNS, one row per place, year, month, sex and group.

KEY = ["place", "year", "month", "sex", "group"]
ROW_TYPES = dict(zip(KEY, ["str", "int64", "int64", "str", "str"], strict=True))
ROW_TYPES |= {"value": "float64", "count": "float64", "status": "str"}
ROW_COLUMNS = list(ROW_TYPES)
SEXES = ("T", "K", "M")  # all, women, men
STATUSES = {  # every status that a row can have, and what it means
    "": "ordinary value",
    "missing": "asked for, not published",
    "hidden": "withheld to protect individuals",
    "not_applicable": "the question does not apply to the place",
    "preliminary": "preliminary value, will be revised",
    "incomplete": "mean of fewer than twelve months, not used",
    "suspect": "published, but probably a report that was never made",
}
WITHOUT_VALUE = ("missing", "hidden", "not_applicable")  # never beside a value

# What every service's adapter takes and gives: series wanted, a scope, series fetched or failed.
#
# An adapter knows one service's wire format and nothing of files: `fetch` asks it, `keeping` checks what it gave
# and writes the snapshot.

AREAS = 312  # municipalities, regions and the country, for counting what a plan would bring
KEPT = "Nothing of the series is used and its snapshot is kept."


@dataclass(frozen=True)
class WantedSeries:
    """One series to fetch. `id` names its file in `data/raw/<source>/` and must be fit for a file name."""

    id: str
    indicator: str  # the catalogue's id; a margin of error has that of the indicator it belongs to
    entry: Indicator
    title: str  # the pinned title: another one stops the series
    is_margin: bool = False

    @property
    def table(self) -> PinnedTable:
        """The PxWeb table that fills the indicator. Raises ValueError for a series of another service."""
        if self.entry.table is None:
            raise ValueError(f"{self.id}: the indicator has no PxWeb table.")
        return self.entry.table


@dataclass(frozen=True)
class Scope:
    """Which years are asked for, always of every area of a service: ranks and a measure's noise need them all."""

    since: int
    until: int  # the newest year that may exist: the year of the fetch
    known: frozenset[str] = frozenset()  # every place of the official list
    fixed: bool = False  # `since` holds for the series that have a first year of their own, too

    @property
    def years(self) -> range:
        return range(self.since, self.until + 1)

    def years_of(self, wanted: WantedSeries) -> range:
        """The years that a series is asked for: the scope's, or from the first year that its indicator names."""
        own = wanted.entry.kolada.since if wanted.entry.kolada and not self.fixed else None
        return range(own or self.since, self.until + 1)


@dataclass(frozen=True)
class Asked:
    """A part of the cube asked for in full: a value known in it that does not come back is withdrawn."""

    years: frozenset[int]
    places: frozenset[str] | None = None  # None: every area
    sexes: frozenset[str] = frozenset(SEXES)

    def covers(self, rows: pd.DataFrame) -> pd.Series:
        """True for the rows that lie inside."""
        inside = rows["year"].isin(self.years) & rows["sex"].isin(self.sexes)
        return inside if self.places is None else inside & rows["place"].isin(self.places)


@dataclass(frozen=True)
class FetchedSeries:
    """A series as the service gave it, complete. No rows: nothing is published (a fault only where an
    earlier snapshot has rows, which `keeping` judges).

    `requests` are `Answer.as_request(rows)` of every answer that the rows came from, in order.
    `definition` is the publisher's own description: when it changes, the series is stopped until a person
    has read it, since the denominator or the division may be another one.
    """

    wanted: WantedSeries
    title: str  # as the service has it now
    rows: pd.DataFrame  # ROW_COLUMNS
    requests: list[dict]
    asked: tuple[Asked, ...]
    service_updated: str | None = None  # the service's own update stamp, where it gives one
    definition: str | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FailedSeries:
    """A series that could not be fetched whole; nothing of it may be used."""

    wanted: WantedSeries
    reason: str  # what happened, in which request, and the remedy (str of a SourceError)

    @property
    def message(self) -> str:
        return f"{self.wanted.id}: {self.reason}"


@dataclass(frozen=True)
class PlannedCall:
    """A request that a fetch would make. `pages`: at most so many calls, where the answer comes in pages."""

    method: str
    url: str
    pages: int = 1


class Adapter(Protocol):
    """One service: `address` and `limits` are where and how fast it is asked, when nothing else is said."""

    source: str  # the folder in data/raw/: kolada, scb, fohm
    name: str
    address: str
    probe: str  # a path that is answered quickly whenever the service is there
    limits: Limits
    client: Client

    def __init__(self, client: Client) -> None: ...

    def wanted(self, indicators: Sequence[tuple[str, Indicator]]) -> list[WantedSeries]:
        """The series of this service that fill the indicators, margins of error included."""
        ...

    def plan(self, wanted: Sequence[WantedSeries], scope: Scope) -> list[PlannedCall]:
        """The requests that `series` would make at most, without asking the service."""
        ...

    def series(self, wanted: Sequence[WantedSeries], scope: Scope) -> Iterator[FetchedSeries | FailedSeries]:
        """Each wanted series once, as soon as it is whole. A SourceError fails the series it concerns
        (as FailedSeries) and never escapes; KeyboardInterrupt does."""
        ...


# What every fetched series must keep to, whichever service it came from.


def checked_rows(fetched: FetchedSeries, unit: Unit) -> pd.DataFrame:
    """The rows with the snapshot's column types. Raises SourceError for what cannot be stored."""
    rows = fetched.rows[ROW_COLUMNS].astype(ROW_TYPES)
    _refuse(fetched, rows[~rows["place"].str.fullmatch(r"\d{4}").astype(bool)], "has no place of four digits")
    _refuse(fetched, rows[~rows["month"].between(0, 12)], "has no month from 0 to 12")
    _refuse(fetched, rows[~rows["sex"].isin(SEXES)], "has a sex that is none of T, K, M")
    _refuse(fetched, rows[~rows["status"].isin(STATUSES)], "has an unknown status")
    _refuse(fetched, rows[rows.duplicated(KEY)], "comes twice")
    low, high = (0.0, None) if fetched.wanted.is_margin else (unit.low, unit.high)
    outside = (rows["value"] < low) if low is not None else pd.Series(False, index=rows.index)
    outside |= (rows["value"] > high) if high is not None else False
    _refuse(fetched, rows[outside], f"lies outside {low} to {high}, what its unit allows")
    return rows.sort_values(KEY, kind="stable", ignore_index=True)


def _refuse(fetched: FetchedSeries, wrong: pd.DataFrame, what: str) -> None:
    if wrong.empty:
        return
    row = wrong.iloc[0]
    value = "no value" if row.value != row.value else f"{row.value:g}"
    at = " ".join(str(part) for part in (row.place, row.year, row.sex, row.group) if part != "")
    first = fetched.requests[0] if fetched.requests else {}
    asked = f"; first request: {first['method']} {first['url'][:160]}" if first else ""
    raise SourceError(
        f"{fetched.wanted.id} ({fetched.wanted.indicator}): {at}: {value} {what} "
        f"({len(wrong)} such rows{asked}). {KEPT} Tell the publisher, or correct the unit in data/catalog."
    )
