"""A region's register: its edition, the day it is held against, and each record's state, gaps and days."""

from calendar import monthrange
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from lagesbild.assessments.load import load_region_assessment, region_edition
from lagesbild.assessments.models import Initiative, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths

# What a region's analysis group wrote, and the day that its register is held against.


@dataclass(frozen=True)
class AsOf:
    """The last day of the year of the region's material. `later`: the report is of a later year than that."""

    day: date
    later: bool


@dataclass(frozen=True)
class Written:
    """What a region's analysis group wrote: an edition of a year, and the day that its register is held against."""

    edition: int
    assessment: RegionAssessment
    when: AsOf

    @property
    def basis(self) -> str:
        """The group's document and its publisher."""
        return f"{self.assessment.basis.title}, {self.assessment.basis.publisher}"


def region_of(catalog: Catalog, municipality: str) -> str:
    """The first region that the municipality is a member of, by its name in the catalogue; empty without one."""
    return next((name for name, region in catalog.regions.items() if municipality in region.members), "")


def written_of(paths: Paths, slug: str, year: int, catalog: Catalog) -> Written | None:
    """What the region's analysis group wrote in its latest edition up to `year`; None when it wrote none.

    Raises AssessmentError with every validation error of the file.
    """
    edition = region_edition(paths, slug, year)
    assessment = load_region_assessment(paths, slug, year, catalog)
    if edition is None or assessment is None:
        return None
    return Written(edition, assessment, as_of(edition, year))


def as_of(edition: int, report_year: int) -> AsOf:
    """The day that the register of `edition` is held against in a report of `report_year`."""
    return AsOf(date(edition, 12, 31), report_year > edition)


# Partial dates, as far as a document gives them: "2022-09-01", "2022-09", "2022", and "--05-31" without a year.


def day_of(written: str | None) -> date | None:
    """The day, where year, month and day are all given; None for anything less."""
    return date.fromisoformat(written) if isinstance(written, str) and len(written) == 10 else None


def last_day(written: str | None) -> date | None:
    """The last day that a partial date can mean; None for an unknown year."""
    if not written or written.startswith("--"):
        return None
    year, month, day = (*map(int, written.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def start_year(written: str | None) -> int | None:
    """The year of a partial date, or None where it gives none."""
    return int(written[:4]) if written and not written.startswith("--") else None


# How far a record is known to have come, what it lacks, and the days in it.

State = Literal["stated", "checked", "not_followed_up", "overdue", "in_time", "without_end"]
NEEDED = {"goal": "goals", "owner": "owner", "end": "end", "indicator": "indicators"}  # -> the column it stands in
SEPARATOR = " · "  # between several texts of one record


def state_of(record: Initiative, when: AsOf) -> State:
    """What the material says, else what its dates say; only in the year of the material is a record overdue.

    In a later report nobody knows whether an old initiative is late: there it has a follow-up in the material, or none.
    """
    if record.status:
        return "stated"
    if when.later:
        return "checked" if record.follow_ups else "not_followed_up"
    end = last_day(record.end)
    if end is None:
        return "without_end"
    return "overdue" if end < when.day else "in_time"


def lacking(records: pd.DataFrame) -> pd.DataFrame:
    """Whether each record lacks its goal, owner, end and indicator: columns as in NEEDED, true where it does."""
    return pd.DataFrame({name: records[column].isna() for name, column in NEEDED.items()}, index=records.index)


def days_in(records: pd.DataFrame) -> pd.DataFrame:
    """The days of each record: `name`, `start`, `end` (dates or None) and `days` (of its follow-ups).

    A month or a year is no day. Empty when none of the records has a day.
    """
    rows = [
        (row.title, day_of(row.start_date), day_of(row.end_date), tuple(filter(None, days_of(row.follow_up_dates))))
        for row in records.itertuples()
    ]
    dated = any(any(row[1:]) for row in rows)
    return pd.DataFrame(rows if dated else [], columns=["name", "start", "end", "days"], dtype=object)


def days_of(dates: object) -> list[date | None]:
    """The days of partial dates with SEPARATOR between; None for each that is no day, nothing for a missing text."""
    return [day_of(written) for written in dates.split(SEPARATOR)] if isinstance(dates, str) else []


def linked_initiatives(assessment: RegionAssessment, indicators: Container[str]) -> list[Initiative]:
    """The initiatives with an indicator that is linked to one of the catalogue's series `indicators`."""
    return [
        record
        for record in assessment.initiatives.values()
        if any(indicator.series in indicators for indicator in record.indicators if indicator.series)
    ]
