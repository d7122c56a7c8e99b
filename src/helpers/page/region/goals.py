"""From goal to action: for each priority, its indicators, plans, the region's initiatives and the next check."""

from collections.abc import Iterator

from ...assessments.models import Plan
from ...assessments.regions import Initiative, RegionAssessment
from ...exhibits import Column, DataTable
from ...wording import listed
from ..figures import ReportFigure
from ..setting import Setting
from .dates import readable
from .register import AsOf

ABSENT = "saknas"
NEARNESS = {"slot": ", uppgift saknas", "related": ", närliggande mått"}
HEADERS = ("Prioritering", "Indikatorer", "Fokusområdets planer", "Regionens initiativ", "Nästa avstämning")


def goals_table(setting: Setting, assessment: RegionAssessment | None, when: AsOf | None) -> DataTable:
    """One row a priority. An initiative belongs to a priority when one of its indicators is linked to a series that
    the priority rests on: no other link is made, and what is missing says so."""
    rows = tuple(_row(setting, id, assessment, when) for id in setting.catalog.priorities)
    return DataTable(
        f"Från mål till handling, {setting.place} {setting.year}: prioritering, indikatorer, planer, initiativ och "
        "nästa avstämning.",
        tuple(Column(header) for header in HEADERS),
        rows,
    )


def gaps_sentence(table: DataTable) -> str:
    """How many priorities lack each of the four steps."""
    missing = [
        f"{column.header.lower()} för {count}"
        for number, column in enumerate(table.columns)
        if number and (count := sum(row[number] == ABSENT for row in table.rows))
    ]
    whole = f"Av {len(table.rows)} prioriteringar saknas "
    return f"{whole}{listed(missing)}." if missing else "Varje prioritering har alla fyra."


def _row(setting: Setting, id: str, assessment: RegionAssessment | None, when: AsOf | None) -> tuple[str, ...]:
    priority = setting.catalog.priorities[id]
    indicators = priority_indicators(setting, id)
    plans = setting.assessment.plans_of(priority.area) if setting.assessment else []
    initiatives = linked_initiatives(assessment, indicators) if assessment else []
    names = [plan.name or "plan utan namn" for plan in plans]
    return (
        f"{id} {setting.worded(priority.title)}",
        "; ".join(_measured(setting, id)) or ABSENT,
        "; ".join(names) or ABSENT,
        "; ".join(one.title for one in initiatives) or ABSENT,
        "; ".join(_checks(setting, id, plans, initiatives if when and not when.later else [])) or ABSENT,
    )


def priority_indicators(setting: Setting, priority: str) -> list[str]:
    """The indicators of the priority's figures, own measures and stand-ins, then the supporting ones."""
    catalog = setting.catalog
    figures = [figure for figure in catalog.figures.values() if figure.priority == priority]
    found = [id for figure in figures for id in (*figure.measure, *figure.stand_in)]
    return list(dict.fromkeys([*found, *catalog.priorities[priority].evidence]))


def _measured(setting: Setting, priority: str) -> Iterator[str]:
    """What the priority is measured by, how near that comes, and what nobody measures."""
    catalog = setting.catalog
    for number, figure in catalog.figures.items():
        if figure.priority == priority:
            state = ReportFigure(number, figure, setting).state
            yield f"{figure.title} (figur {number}{NEARNESS.get(state, '')})"
    yield from (catalog.indicators[id].label for id in catalog.priorities[priority].evidence)
    yield from (f"mått saknas: {gap.missing}" for gap in catalog.gaps.values() if gap.priority == priority)


def linked_initiatives(assessment: RegionAssessment, indicators: list[str]) -> list[Initiative]:
    """The initiatives with an indicator that is linked to one of the series."""
    return [
        record
        for record in assessment.initiatives.values()
        if any(one.series in indicators for one in record.indicators if one.series)
    ]


def _checks(setting: Setting, priority: str, plans: list[Plan], initiatives: list[Initiative]) -> list[str]:
    """Reviews that are asked for, measurements that are promised, follow-ups that are still to come."""
    checks = [f"Översyn begärd, utan dag: {plan.name}" for plan in plans if plan.review_requested and plan.name]
    checks += [gap.promised for gap in setting.catalog.gaps.values() if gap.priority == priority and gap.promised]
    for record in initiatives:
        checks += [f"{record.title}: {one.text or readable(one.date)}" for one in record.follow_ups]
    return checks
