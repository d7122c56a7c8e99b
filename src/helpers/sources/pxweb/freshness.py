"""Whether a table still is what it was: tables move to new ones and freeze without a flag."""

from ..adapter import Scope, WantedSeries
from .labels import TableError
from .periods import Period, period_of
from .table import Table

LATE_YEARS = 2  # yearly figures of last year may come late in this one


def staleness(table: Table, wanted: WantedSeries, scope: Scope) -> list[str]:
    """Warnings about a table that is discontinued, ends earlier than expected, or contradicts itself."""
    entry, found = wanted.entry, []
    if table.discontinued:
        found.append(f"{wanted.id}: table {table.id} is discontinued; look for its successor.")
    last_code, last_label = list(table.time.labels.items())[-1] if table.time.labels else ("", "")
    stated = table.last_period or last_label
    if stated not in (last_code, last_label):
        found.append(f"{wanted.id}: table {table.id} says that it ends with {stated} but has {last_label}.")
    last = _period(stated)
    late = (1 if entry.table.monthly else LATE_YEARS) + entry.every - 1
    if last and entry.last_year is None and last.year < scope.until - late:
        found.append(
            f"{wanted.id}: table {table.id} ends with {stated}, {scope.until - late} was expected. "
            "It may have moved: look for a successor, or set 'last_year'."
        )
    return found


def definition(table: Table, content: tuple[str, str] | None) -> str:
    """What the publisher says that the figures are: content, unit, and the notes that must be shown."""
    told = []
    if content:
        variable = table.variables[content[0]]
        told = [variable.labels[content[1]], variable.units.get(content[1], "")]
    return "\n".join(text for text in (*told, *table.notes) if text)


def _period(text: str) -> Period | None:
    try:
        return period_of(text, text)
    except TableError:
        return None
