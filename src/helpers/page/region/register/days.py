"""The days in the register: a timeline of initiatives, and events for a calendar."""

from datetime import date

import pandas as pd

from ....assessments import register
from ....assessments.regions import Entry, RegionAssessment
from ....calendars import Event
from ..dates import day_of, readable

COLUMNS = ["name", "start", "end", "days"]


def timeline_rows(assessment: RegionAssessment) -> pd.DataFrame:
    """One row a record that has any day: `name`, `start`, `end` (dates or None) and `days` (of its follow-ups)."""
    rows = [
        (entry.record.title, day_of(entry.record.start), day_of(entry.record.end), _follow_up_days(entry))
        for entry in register(assessment)
    ]
    found = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    return found[[bool(row.start or row.end or row.days) for row in found.itertuples()]].reset_index(drop=True)


def _follow_up_days(entry: Entry) -> tuple[date, ...]:
    return tuple(day for one in entry.record.follow_ups if (day := day_of(one.date)))


def timeline_text(rows: pd.DataFrame) -> str:
    """The rows in words: "Säker digital kommunikation, till 31 december 2022"."""
    return "; ".join(_stretch(row) for row in rows.itertuples())


def _stretch(row) -> str:
    parts = [row.name]
    if row.start:
        parts.append(f"från {readable(row.start.isoformat())}")
    if row.end:
        parts.append(f"till {readable(row.end.isoformat())}")
    parts += [f"uppföljning {readable(day.isoformat())}" for day in row.days]
    return f"{parts[0]}, {' '.join(parts[1:])}"


def register_events(slug: str, edition: int, assessment: RegionAssessment) -> list[Event]:
    """An event for each follow-up and each end that has a day; a month or a vague date gives none."""
    events = []
    for entry in register(assessment):
        record, uid = entry.record, f"{slug}-{edition}-{entry.id}"
        source = f"{assessment.basis.title}. Ansvar: {record.responsible or 'ej angivet'}."
        for number, one in enumerate(record.follow_ups, 1):
            if day := day_of(one.date):
                summary = f"Uppföljning: {record.title}"
                told = f"{one.text or ''} {one.body or ''}".strip()
                events.append(Event(f"{uid}-{number}@lagesbild", day, summary, f"{told}. {source}" if told else source))
        if day := day_of(record.end):
            events.append(Event(f"{uid}-slut@lagesbild", day, f"Slutdatum enligt underlaget: {record.title}", source))
    return events
