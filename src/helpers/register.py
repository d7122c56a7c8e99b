"""What a region's analysis group wrote: the register of initiatives, what is missing, days, goals and lists.

The functions give DataFrames; `show_table(rows, caption, columns=register.headings(rows))` gives them their Swedish
headings. `records` are rows of `table`: what a cell drops from them is in no card, count, filter, calendar or download.
Without a region, or without material of its own, tables and components are empty: the page says it once.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd

from helpers.report import RegionReport
from helpers.show import show_table
from lagesbild.assessments.models import Entry, Initiative, RegionAssessment, register
from lagesbild.html.components import Part, Passage
from lagesbild.html.render import Component, Event, calendar_text, part_component, passage_component, rendered
from lagesbild.html.tables import csv_text, flat, frame_table, values_of
from lagesbild.rules.directions import near_priority
from lagesbild.rules.register import (
    NEEDED,
    SEPARATOR,
    Written,
    day_of,
    days_in,
    days_of,
    lacking,
    linked_initiatives,
    start_year,
    state_of,
)
from lagesbild.swedish import register as words
from lagesbild.swedish.numbers import readable
from lagesbild.swedish.register import ABSENT, HEADINGS, KINDS, STATES, UNSTATED
from lagesbild.tidy.schema import rows_of

# Records of the register: one row each, as readers read them.

RECORD = [
    "title", "kind", "state", "owner", "convener", "responsible", "approved_by", "target_group", "background",
    "activities", "goals", "indicators", "start", "end", "follow_up", "remark",
]  # fmt: skip
# For filters, anchors and calendar: the entry's name, the state to choose by, dates as far as the document goes.
MARKS = ["record", "state_group", "start_date", "end_date", "follow_up_dates"]


def table(report: RegionReport) -> pd.DataFrame:
    """One row a record in the document's order: RECORD for readers, then MARKS; what the document lacks is empty (NaN).

    Several activities, goals, indicators and follow-ups of a record stand in one text with " · " between. A proposal
    that two assignments share has a row in each.
    """
    written = report.written
    rows = [_record(written, entry) for entry in register(written.assessment)] if written else []
    return pd.DataFrame(rows, columns=[*RECORD, *MARKS], dtype=object).replace("", None)


def _record(written: Written, entry: Entry) -> dict[str, str | None]:
    record, state = entry.record, state_of(entry.record, written.when)
    assignments = written.assessment.assignments
    within = f"{assignments[entry.within].title}, förslag {entry.number}: " if entry.within else ""
    return {
        **{name: getattr(record, name) for name in RECORD if name in Initiative.model_fields},
        "title": within + record.title,
        "kind": KINDS[entry.kind],
        "state": words.state_text(record, state),
        "activities": SEPARATOR.join([*record.activities, *_proposed(written, entry)]),
        "goals": SEPARATOR.join(record.goals),
        "indicators": SEPARATOR.join(words.indicator_text(indicator) for indicator in record.indicators),
        "start": words.date_text(record.start, record.start_text),
        "end": words.date_text(record.end, record.end_text),
        "follow_up": SEPARATOR.join(words.follow_up_text(follow_up) for follow_up in record.follow_ups),
        "remark": entry.remark,
        "record": entry.id,
        "state_group": STATES[state],
        "start_date": record.start,
        "end_date": record.end,
        "follow_up_dates": SEPARATOR.join(follow_up.date or "–" for follow_up in record.follow_ups),
    }


def _proposed(written: Written, entry: Entry) -> list[str]:
    """The titles of an assignment's proposals, which it consists of; empty for another record."""
    held = written.assessment.assignments[entry.id].proposals if entry.kind == "assignment" else []
    return [written.assessment.proposals[each.proposal].title for each in held]


# The register as cards with filters.


def cards(report: RegionReport, records: pd.DataFrame) -> Component:
    """R10: what is missing and overdue in words, a card a record, filters by kind, owner, state and what is lacking.

    What a record lacks is left out of its card. A column that the cell added stands on the cards and in the download
    under its own name. Nothing without material.
    """
    if report.written is None:
        return passage_component(Passage(""))
    shown = [column for column in records.columns if column not in MARKS]
    title, when = report.catalog.parts["R10"].title, report.written.when
    said = [words.counts_text(records), *words.lacking_texts(records), words.state_of_all(records, when)]
    html = rendered(
        "register.html", anchor="r10", number="R10", heading=title, texts=said,
        cards=list(_cards(records, shown)), filters=_filters(records), source=words.source_text(report.written),
        notes=words.other_count(records, report.written.assessment.stated_initiatives), download="r10.csv",
    )  # fmt: skip
    lines = records[shown].fillna("").astype(str).replace(SEPARATOR, "; ", regex=True)
    text = csv_text([[HEADINGS.get(column, column) for column in shown], *lines.itertuples(index=False)])
    file = {"download_name": "r10.csv", "download_text": text}
    return passage_component(
        Passage(html, anchor="r10", title=title), texts=said, source=words.source_text(report.written), **file
    )


def _cards(records: pd.DataFrame, shown: list[str]) -> Iterator[dict[str, object]]:
    """What template register.html takes for each record: facts only where there are any."""
    lacks = lacking(records)
    for at, record in records.iterrows():
        facts = [(column, _texts(record[column])) for column in shown if column not in ("title", "kind", "state")]
        known = [] if record["state_group"] in words.TOLD_ONCE else [record["state"]]
        yield {
            "anchor": f"r10-{record['record'].replace('_', '-')}",
            "title": record["title"],
            "kind": record["kind"],
            "owner": record["owner"] if pd.notna(record["owner"]) else UNSTATED,
            "state": record["state_group"],
            "said": " · ".join([record["kind"], *known]),
            "lacks": [words.LACKING[name] for name in NEEDED if lacks.at[at, name]],
            "facts": [(HEADINGS.get(column, column), texts) for column, texts in facts if texts],
        }


def _texts(value: object) -> list[str]:
    return [] if pd.isna(value) else str(value).split(SEPARATOR)


def _filters(records: pd.DataFrame) -> list[tuple[str, str, list[str]]]:
    """Attribute, label and choices of each filter: only what some record has."""
    owners = records["owner"].dropna()
    lacks = lacking(records).any()
    return [
        ("kind", HEADINGS["kind"], [kind for kind in KINDS.values() if (records["kind"] == kind).any()]),
        ("owner", HEADINGS["owner"], [*sorted(set(owners)), *([UNSTATED] if len(owners) < len(records) else [])]),
        ("lacks", words.LACKS, [words.LACKING[name] for name in NEEDED if lacks[name]]),
        ("state", HEADINGS["state"], [state for state in STATES.values() if (records["state_group"] == state).any()]),
    ]


def headings(rows: pd.DataFrame) -> dict[str, str]:
    """The Swedish headings of a table of this module, as `show_table(columns=)` takes them."""
    return {column: HEADINGS[column] for column in rows.columns if column in HEADINGS}


def fold(rows: pd.DataFrame, summary: str, anchor: str, texts: Sequence[str] = ()) -> Component:
    """A table of this module in a fold named `summary`, below `texts`, with its download; nothing without rows."""
    if rows.empty:
        return passage_component(Passage(""))
    table, values = frame_table(rows, f"{summary}.", headings(rows)), values_of(*flat(rows, headings(rows)))
    folded = ((summary, table),)
    return part_component(Part(anchor, texts=tuple(texts), folded=folded, values=values, download_name=f"{anchor}.csv"))


# The days in the register.


def timeline(records: pd.DataFrame) -> pd.DataFrame:
    """The days of each initiative: `name`, `start`, `end` (dates or None) and `days`; empty when none has a day."""
    return days_in(records[records["kind"] == KINDS["initiative"]])


def calendar(report: RegionReport, records: pd.DataFrame) -> Component:
    """How many follow-ups and ends have a day, and those days as a file for a calendar; nothing without material."""
    written, region = report.written, report.region
    if written is None or region is None:
        return passage_component(Passage(""))
    days = list(_events(f"{report.slug}-{written.edition}", written.assessment, records))
    ends = sum(event.summary.startswith(words.END) for event in days)
    file = f"uppfoljning-{report.slug}-{written.edition}.ics" if days else ""
    html = rendered("calendar.html", text=words.calendar_text(len(days) - ends, ends), file=file)
    if not days:
        return passage_component(Passage(html))
    stamp = date.fromisoformat(written.assessment.edition.published or f"{written.edition}-12-31")
    text = calendar_text(f"{words.FOLLOW_UP}, {region.name} {written.edition}", days, stamp)
    return passage_component(Passage(html), download_name=file, download_text=text)


def _events(name: str, assessment: RegionAssessment, records: pd.DataFrame) -> Iterator[Event]:
    """An event for each follow-up and each end that has a day; a month or a vague date gives none."""
    for record in records.itertuples():
        uid = f"{name}-{record.record}"
        source = f"{assessment.basis.title}.{words.responsible_text(record.responsible)}"
        follow_ups = zip(days_of(record.follow_up_dates), _texts(record.follow_up), strict=False)  # a cell may edit one
        for number, (day, text) in enumerate(follow_ups, 1):
            if day:
                yield Event(f"{uid}-{number}@lagesbild", day, f"{words.FOLLOW_UP}: {record.title}", f"{text}. {source}")
        if day := day_of(record.end_date):
            yield Event(f"{uid}-slut@lagesbild", day, f"{words.END}: {record.title}", source)


# The catalogue's series that the initiatives' own indicators come nearest to, and from goal to action.


def linked_series(report: RegionReport, records: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row a link of one of `records`: `initiative`, its own `wording`, `series`, `values`, `differs`.

    The values are the members' since its start; where none is given, of the year of the material and later.
    """
    columns = ["initiative", "wording", "series", "values", "differs"]
    if report.written is None:
        return pd.DataFrame(columns=columns)
    whole = report.data[(report.data["sex"] == "T") & (report.data["group"] == "")]
    assessment, catalog, rows = report.written.assessment, report.catalog, []
    for record in (*assessment.initiatives.values(), *assessment.proposals.values()):
        since = start_year(record.start) or report.written.edition
        for link in record.indicators if records is None or record.title in set(records["title"]) else ():
            if link.series:
                entry, unit = catalog.indicators[link.series], catalog.unit_of(link.series).text
                own = rows_of(whole, [link.series], report.members)
                values = words.values_text(own, entry, catalog.decimals_of(link.series), unit, since)
                rows.append((record.title, link.text, entry.title, values, link.differs or ABSENT))
    return pd.DataFrame(rows, columns=columns)


def goals(report: RegionReport) -> pd.DataFrame:
    """One row a priority: `priority`, `indicators`, `plans`, `initiatives` and `next_check`, or that one is missing.

    An initiative belongs to a priority when one of its indicators is linked to a series that the priority rests on:
    no other link is made. Empty without material.
    """
    columns = ["priority", "indicators", "plans", "initiatives", "next_check"]
    catalog, written, rows = report.catalog, report.written, []
    if written is None:
        return pd.DataFrame(columns=columns)
    at_hand = set(report.data.loc[(report.data["place"] == report.place) & report.data["value"].notna(), "indicator"])
    for number, priority in catalog.priorities.items():
        plans = report.assessment.plans_of(priority.area) if report.assessment else []
        linked = linked_initiatives(written.assessment, near_priority(catalog, number))
        to_come = [] if written.when.later else linked
        steps = (
            words.measured_texts(catalog, number, at_hand),
            [plan.name or words.UNNAMED for plan in plans],
            [record.title for record in linked],
            words.check_texts(catalog, number, plans, to_come),
        )
        rows.append((f"{number} {report.priority_title(number)}", *("; ".join(step) or ABSENT for step in steps)))
    return pd.DataFrame(rows, columns=columns)


def goals_text(report: RegionReport, rows: pd.DataFrame) -> list[str]:
    """What links an initiative to a priority, and how many of the rows of `goals` lack a step; empty without rows."""
    return [words.ABOUT_GOALS, words.goals_text(rows)] if len(rows) else []


# R8, R9 and R11: lists that the group wrote.


def data_sources(report: RegionReport) -> pd.DataFrame:
    """R8: by `authority`, what we `have` and what is `missing`."""
    sources = report.written.assessment.data_sources if report.written else []
    rows = [(source.authority, source.have or words.NOTHING_HERE, source.missing or ABSENT) for source in sources]
    return pd.DataFrame(rows, columns=["authority", "have", "missing"])


def group(report: RegionReport) -> pd.DataFrame:
    """R9: `organisation`, its number of `seats`, `task` (or the units they are from), and the sum of the seats last."""
    seats = report.written.assessment.group if report.written else []
    tasks = [", ".join([*([words.CHAIR] if seat.chair else []), *seat.units]) or ABSENT for seat in seats]
    rows = [(seat.organisation, seat.seats, task) for seat, task in zip(seats, tasks, strict=True)]
    total = [(words.SUM, sum(seat.seats for seat in seats), "")] if seats else []
    return pd.DataFrame([*rows, *total], columns=["organisation", "seats", "task"])


def competence_plan(report: RegionReport) -> pd.DataFrame:
    """R11: `activity`, how it is `arranged`, `time` and `content`, in the order of the plan's columns."""
    columns = report.written.assessment.competence_plan.columns if report.written else []
    rows = [
        (item.title, column.title, item.date_text or readable(item.date) or ABSENT, item.text or ABSENT)
        for column in columns
        for item in column.items
    ]
    return pd.DataFrame(rows, columns=["activity", "arranged", "time", "content"])


def part(report: RegionReport, number: str, rows: pd.DataFrame, caption: str) -> Component:
    """One of the group's lists under the catalogue's title, with its note and source; nothing without material."""
    if report.written is None:
        return passage_component(Passage(""))
    entry = report.catalog.parts[number]
    return show_table(
        rows, caption, columns=headings(rows), title=entry.title, number=number, anchor=number.lower(),
        source=words.source_text(report.written), note=entry.note or "",
    )  # fmt: skip
