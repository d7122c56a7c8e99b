"""Initiatives, assignments and proposals: state, days, gaps, linked series, goals and lists."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from helpers.setting import Setting
from lagesbild.assessments import Entry, FollowUp, Initiative, LinkedIndicator, Plan, RegionAssessment, register
from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Column, DataTable
from lagesbild.html.render import Event
from lagesbild.rules.directions import near_priority
from lagesbild.rules.editions import figure_state
from lagesbild.rules.register import AsOf, Written, day_of, last_day, linked_initiatives, start_year
from lagesbild.swedish.numbers import decimal, listed, period_text, readable
from lagesbild.tidy.schema import rows_of

# How far an initiative is known to have come, against a stated day.

NOT_FOLLOWED_UP = "uppföljning saknas i underlaget"
STATES = {  # key -> what readers choose by
    "angivet": "Läge angivet i underlaget",
    "ej-uppfoljt": "Uppföljning saknas i underlaget",
    "forsenad": "Försenad",
    "i-tid": "Slutdatum inte passerat",
    "utan-slut": "Slutdatum saknas",
}


def as_of_text(when: AsOf) -> str:
    """The sentence that states the day."""
    text = f"Läget anges per {day_text(when.day)}, slutet av det år som regionens underlag gäller."
    later = " Rapporten är från ett senare år, och vad som hänt sedan dess står inte i underlaget."
    return text + later * when.later


def source_of(written: Written) -> str:
    """The source line of what the group wrote."""
    return f"Källa: {written.basis}."


@dataclass(frozen=True)
class State:
    """A record's state in words; `key` is one of STATES; `overdue` only in the year of the material."""

    key: str
    words: str
    overdue: bool = False


def day_text(day: date) -> str:
    """ "31 december 2022"."""
    return readable(day.isoformat())


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


# What the records lack of goal, owner, end date and indicator.

NEEDED = {"mal": "Mål", "agare": "Ägare", "slut": "Slutdatum", "indikator": "Indikator"}
THERE, ABSENT = "finns", "saknas"


def lacking(record: Initiative) -> list[str]:
    """The keys of NEEDED that a record lacks."""
    have = {"mal": record.goals, "agare": record.owner, "slut": record.end, "indikator": record.indicators}
    return [key for key in NEEDED if not have[key]]


def gaps_table(assessment: RegionAssessment) -> DataTable:
    """One row per heading: initiatives and assignments, with what is there and what is missing."""
    records = [*assessment.initiatives.values(), *assessment.assignments.values()]
    rows = tuple((record.title, *(ABSENT if key in lacking(record) else THERE for key in NEEDED)) for record in records)
    return DataTable(
        f"Vad som saknas i underlaget för {len(records)} initiativ och uppdrag.",
        (Column("Rubrik"), *(Column(name) for name in NEEDED.values())),
        rows,
    )


def gaps_text(assessment: RegionAssessment) -> str:
    """How many of the initiatives, and of all records, lack each of them."""
    initiatives = list(assessment.initiatives.values())
    proposals = [entry.record for entry in register(assessment) if entry.kind == "proposal"]
    counts = [
        f"{name.lower()} saknas för {sum(key in lacking(record) for record in initiatives)}"
        for key, name in NEEDED.items()
    ]
    whole = [record.title for record in initiatives if not lacking(record)]
    text = f"Av {len(initiatives)} initiativ: {listed(counts)}. Alla fyra har {len(whole)}"
    text += f": {listed(whole)}." if whole else "."
    bare = sum(len(lacking(record)) == len(NEEDED) for record in proposals)
    if proposals:
        text += f" Av de {len(proposals)} kommunala förslagen saknar {bare} alla fyra."
    return text


# One card per record: everything that the material says of it, and what it does not say.

ENTRY_KINDS = {"initiative": "Initiativ", "assignment": "Kommunalt uppdrag", "proposal": "Förslag"}
UNSTATED = "saknas i underlaget"
LINKED = "närmaste serie finns nedan"


@dataclass(frozen=True)
class RegisterCard:
    """What the page shows of one record; `facts` are (term, texts), in order; without texts they are missing."""

    anchor: str
    title: str
    kind: str  # the key of ENTRY_KINDS
    kind_text: str
    owner: str
    state: State
    lacking: tuple[str, ...]
    facts: tuple[tuple[str, tuple[str, ...]], ...]


def register_cards(assessment: RegionAssessment, when: AsOf) -> list[RegisterCard]:
    """Every record in the document's order; a proposal that two assignments share has a card in each."""
    return [_card(assessment, entry, when) for entry in register(assessment)]


def _card(assessment: RegionAssessment, entry: Entry, when: AsOf) -> RegisterCard:
    record = entry.record
    within = f"{assessment.assignments[entry.within].title}, förslag {entry.number}: " if entry.within else ""
    return RegisterCard(
        anchor=f"r10-{entry.id.replace('_', '-')}",
        title=within + record.title,
        kind=entry.kind,
        kind_text=ENTRY_KINDS[entry.kind],
        owner=record.owner or UNSTATED,
        state=state_of(record, when),
        lacking=tuple(lacking(record)),
        facts=(
            ("Ägare", _some(record.owner)),
            ("Sammankallande", _some(record.convener)),
            ("Ansvarig", _some(record.responsible)),
            ("Godkänd av", _some(record.approved_by)),
            ("Målgrupp", _some(record.target_group)),
            ("Bakgrund", _some(record.background)),
            ("Aktiviteter", tuple(record.activities)),
            ("Mål", tuple(record.goals)),
            ("Indikatorer", tuple(_indicator(indicator) for indicator in record.indicators)),
            ("Start", _date(record.start, record.start_text)),
            ("Slut", _date(record.end, record.end_text)),
            ("Avstämning", tuple(_follow_up(follow_up) for follow_up in record.follow_ups)),
            *((("Anmärkning", (entry.remark,)),) if entry.remark else ()),
        ),
    )


def _some(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _date(written: str | None, words: str | None) -> tuple[str, ...]:
    """The date as far as it is known, and the document's own words where they say more or something else."""
    own = f"i underlaget: {words}" if words else ""
    return _some("; ".join(part for part in (readable(written), own) if part))


def _indicator(indicator: LinkedIndicator) -> str:
    return f"{indicator.text} ({LINKED})" if indicator.series else indicator.text


def _follow_up(follow_up: FollowUp) -> str:
    when = follow_up.text or readable(follow_up.date)
    return ", ".join(part for part in (when, follow_up.body) if part)


# The days in the register: a timeline of initiatives, and events for a calendar.


def timeline_rows(assessment: RegionAssessment) -> pd.DataFrame:
    """One row per record that has any day: `name`, `start`, `end` (dates or None) and `days` (of its follow-ups)."""
    records = [entry.record for entry in register(assessment)]
    rows = [
        (
            record.title,
            day_of(record.start),
            day_of(record.end),
            tuple(day for follow_up in record.follow_ups if (day := day_of(follow_up.date))),
        )
        for record in records
    ]
    dated = [row for row in rows if any(row[1:])]
    return pd.DataFrame(dated, columns=["name", "start", "end", "days"], dtype=object)


def timeline_text(rows: pd.DataFrame) -> str:
    """The rows in words: "Säker digital kommunikation, till 31 december 2022"."""
    return "; ".join(_stretch(row) for row in rows.itertuples())


def _stretch(row: Any) -> str:
    parts = [row.name]
    if row.start:
        parts.append(f"från {day_text(row.start)}")
    if row.end:
        parts.append(f"till {day_text(row.end)}")
    parts += [f"uppföljning {day_text(day)}" for day in row.days]
    return f"{parts[0]}, {' '.join(parts[1:])}"


def register_events(slug: str, edition: int, assessment: RegionAssessment) -> list[Event]:
    """An event for each follow-up and each end that has a day; a month or a vague date gives none."""
    events = []
    for entry in register(assessment):
        record, uid = entry.record, f"{slug}-{edition}-{entry.id}"
        source = f"{assessment.basis.title}. Ansvar: {record.responsible or 'ej angivet'}."
        for number, follow_up in enumerate(record.follow_ups, 1):
            if day := day_of(follow_up.date):
                what = f"{follow_up.text or ''} {follow_up.body or ''}".strip()
                text = f"{what}. {source}" if what else source
                events.append(Event(f"{uid}-{number}@lagesbild", day, f"Uppföljning: {record.title}", text))
        if day := day_of(record.end):
            events.append(Event(f"{uid}-slut@lagesbild", day, f"Slutdatum enligt underlaget: {record.title}", source))
    return events


# The catalogue's series that an initiative's own indicators come nearest to, since the initiative began.

LINK_HEADERS = ("Initiativ", "Indikator enligt underlaget", "Serie här", "Sedan start", "Så skiljer den sig")


def linked_series_table(
    written: Written, catalog: Catalog, whole_years: pd.DataFrame, names: Mapping[str, str]
) -> DataTable | None:
    """One row per link, with the values of the places in `names` from the start's year on; None without any link.

    `whole_years` are tidy rows, see `tidy.schema.yearly_totals`.
    """
    rows = []
    for record in (*written.assessment.initiatives.values(), *written.assessment.proposals.values()):
        since = start_year(record.start) or written.edition
        for indicator in record.indicators:
            if indicator.series:
                own = rows_of(whole_years, [indicator.series], names)
                values = _values(own, catalog, indicator.series, since, names)
                title = catalog.indicators[indicator.series].title
                rows.append((record.title, indicator.text, title, values, indicator.differs or "–"))
    if not rows:
        return None
    return DataTable(
        "Serier som kommer initiativens egna indikatorer närmast. Där start inte anges räknas från underlagets år, "
        f"{written.edition}.",
        tuple(Column(header) for header in LINK_HEADERS),
        tuple(rows),
    )


def _values(rows: pd.DataFrame, catalog: Catalog, series: str, since: int, names: Mapping[str, str]) -> str:
    """ "Umeå: 0,9 (2022), 1,0 (2023); Vännäs: 0,7 (2022)", else which year the series ends."""
    after = rows[rows["year"] >= since]
    if after.empty:
        last = f"; serien slutar {int(rows['year'].max())} i underlaget" if len(rows) else ""
        return f"inget värde från {since} och framåt{last}"
    entry, decimals = catalog.indicators[series], catalog.decimals_of(series)
    places = []
    for place, own in after.groupby("place", sort=False):
        years = [f"{decimal(row.value, decimals)} ({period_text(entry, int(row.year))})" for row in own.itertuples()]
        places.append(f"{names[place]}: {', '.join(years)}")
    return f"{'; '.join(places)}. Enhet: {catalog.unit_of(series).text}."


# From goal to action: for each priority, its indicators, plans, the region's initiatives and the next check.

NEARNESS = {"slot": ", uppgift saknas", "related": ", närliggande mått"}
GOAL_HEADERS = ("Prioritering", "Indikatorer", "Fokusområdets planer", "Regionens initiativ", "Nästa avstämning")


def goals_table(setting: Setting, written: Written | None) -> DataTable:
    """One row per priority. An initiative belongs to a priority when one of its indicators is linked to a series that
    the priority rests on: no other link is made, and what is missing says so."""
    catalog, rows = setting.catalog, []
    for number, priority in catalog.priorities.items():
        plans = setting.assessment.plans_of(priority.area) if setting.assessment else []
        linked = linked_initiatives(written.assessment, near_priority(catalog, number)) if written else []
        to_come = [] if written is None or written.when.later else linked
        steps = (
            _measured(catalog, number, setting.latest),
            [plan.name or "plan utan namn" for plan in plans],
            [record.title for record in linked],
            _checks(catalog, number, plans, to_come),
        )
        rows.append((f"{number} {setting.worded(priority.title)}", *("; ".join(step) or ABSENT for step in steps)))
    return DataTable(
        f"Från mål till handling, {setting.edition}: prioritering, indikatorer, planer, initiativ och "
        "nästa avstämning.",
        tuple(Column(header) for header in GOAL_HEADERS),
        tuple(rows),
    )


def goal_gaps(table: DataTable) -> str:
    """How many priorities lack each of the four steps."""
    missing = [
        f"{column.header.lower()} för {count}"
        for number, column in enumerate(table.columns)
        if number and (count := sum(row[number] == ABSENT for row in table.rows))
    ]
    whole = f"Av {len(table.rows)} prioriteringar saknas "
    return f"{whole}{listed(missing)}." if missing else "Varje prioritering har alla fyra."


def _measured(catalog: Catalog, priority: str, at_hand: Container[str]) -> Iterator[str]:
    """What the priority is measured by, how near that comes, and what nobody measures."""
    for number, figure in catalog.figures.items():
        if figure.priority == priority:
            state = figure_state(catalog, figure, at_hand)
            yield f"{figure.title} (figur {number}{NEARNESS.get(state, '')})"
    yield from (catalog.indicators[indicator].label for indicator in catalog.priorities[priority].evidence)
    yield from (f"mått saknas: {gap.missing}" for gap in catalog.gaps.values() if gap.priority == priority)


def _checks(catalog: Catalog, priority: str, plans: list[Plan], initiatives: list[Initiative]) -> Iterator[str]:
    """Reviews that are asked for, measurements that are promised, follow-ups that are still to come."""
    yield from (f"Översyn begärd, utan dag: {plan.name}" for plan in plans if plan.review_requested and plan.name)
    yield from (gap.promised for gap in catalog.gaps.values() if gap.priority == priority and gap.promised)
    for record in initiatives:
        yield from (f"{record.title}: {entry.text or readable(entry.date)}" for entry in record.follow_ups)


# R8, R9 and R11: lists that the analysis group wrote, as tables.

NOT_STATED = "ej angivet"


def sources_table(assessment: RegionAssessment) -> DataTable:
    """R8: by authority, what is at hand and what is missing."""
    rows = tuple(
        (source.authority, source.have or "Inget i underlaget", source.missing or NOT_STATED)
        for source in assessment.data_sources
    )
    return DataTable(
        "Datakällor efter myndighet: vad som finns och vad som saknas.",
        (Column("Myndighet"), Column("Finns här"), Column("Saknas")),
        rows,
    )


def group_table(assessment: RegionAssessment) -> DataTable:
    """R9: who sits in the analysis group, as organisations and numbers of seats, with the sum."""
    rows = [(seat.organisation, str(seat.seats), "Ordförande" if seat.chair else "–") for seat in assessment.group]
    rows.append(("Summa", str(sum(seat.seats for seat in assessment.group)), ""))
    return DataTable(
        "Analysgruppens sammansättning: organisationer och antal platser.",
        (Column("Organisation"), Column("Platser", numeric=True), Column("Uppgift")),
        tuple(rows),
    )


def competence_table(assessment: RegionAssessment) -> DataTable:
    """R11: the competence plan, one row per item, in its three columns' order."""
    rows = tuple(
        (item.title, column.title, item.date_text or readable(item.date) or NOT_STATED, item.text or "–")
        for column in assessment.competence_plan.columns
        for item in column.items
    )
    headers = ("Aktivitet", "Hur den ordnas", "Tid", "Innehåll")
    return DataTable(assessment.competence_plan.title, tuple(Column(header) for header in headers), rows)
