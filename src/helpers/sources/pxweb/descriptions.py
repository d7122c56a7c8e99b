"""A table's own description, in the forms of the two versions, as a Table."""

from typing import Any

from ..jsonstat import Dimension, Heading
from .labels import TableError
from .table import Table, Variable


def table_of_version_2(id: str, about: Any, heading: Heading) -> Table:
    """The table as `tables/{id}` (`about`) and its metadata (`heading`) describe it."""
    if not isinstance(about, dict):
        raise TableError(f"table {id} is described by {about!r}"[:200], "The service is at fault: fetch later.")
    px = heading.extension.get("px")
    return Table(
        id,
        heading.label,
        {it.id: _variable(it) for it in heading.dimensions.values()},
        updated=heading.updated or about.get("updated"),
        last_period=about.get("lastPeriod"),
        discontinued=bool(about.get("discontinued")),
        notes=tuple(note.text for note in heading.notes if note.mandatory),
        summable=not (isinstance(px, dict) and px.get("aggregallowed") is False),
    )


def _variable(it: Dimension) -> Variable:
    units = {code: str(unit.get("base", "")) for code, unit in it.units.items() if isinstance(unit, dict)}
    return Variable(it.id, it.label, it.labels, it.extension.get("elimination") is True, it.role, units)


def table_of_version_1(id: str, about: Any) -> Table:
    """The table as version 1 describes it. Raises TableError for a description of another form."""
    try:
        variables = [_variable_of_version_1(it) for it in about["variables"]]
        return Table(id, str(about["title"]), {it.id: it for it in variables})
    except (KeyError, TypeError, ValueError) as error:
        raise TableError(f"the description of table {id} cannot be read ({error!r})", "Check its path.") from None


def _variable_of_version_1(it: dict[str, Any]) -> Variable:
    codes, texts = it["values"], it["valueTexts"]
    if len(codes) != len(texts) or len(set(codes)) != len(codes):
        raise ValueError(f"the values of '{it['code']}' do not match their texts")
    role = "time" if it.get("time") is True else ""
    return Variable(it["code"], it["text"], dict(zip(codes, texts, strict=True)), it.get("elimination") is True, role)
