"""How often the trend rule errs, as `benchmarks/false_alarms.py` simulated it: `data/catalog/method/false_alarms.csv`.

Columns: `table` (independent, weak, dependent, power), `series`, `extra` and `slope` in percent, `correlation` from
year to year, `percent` of the series that got an arrow, `simulated` (how many there were), `rule` (the thresholds that
they were made with) and `made` (date).
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from ..exhibits import Column, DataTable
from ..paths import Paths
from ..wording import decimal
from ..wording.false_alarms import CAPTIONS, SERIES, world_text

FILE = "method/false_alarms.csv"
AIM = 1  # percent
Row = dict[str, str]


@dataclass(frozen=True)
class FalseAlarms:
    """The stored rates as tables for readers."""

    made: str
    simulated: str
    rule: str
    aim: int
    largest: str  # among series whose years do not depend on each other
    tables: tuple[DataTable, ...]


def stored_rates(paths: Paths) -> FalseAlarms | None:
    """The rates that this copy holds; None where it holds none."""
    path = paths.catalog / FILE
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    independent = [float(row["percent"]) for row in rows if row["table"] == "independent"]
    first = rows[0]
    return FalseAlarms(
        made=first["made"],
        simulated=decimal(float(first["simulated"]), 0),
        rule=first["rule"],
        aim=AIM,
        largest=decimal(max(independent), 2),
        tables=tuple(_table(name, extra, part) for (name, extra), part in _parts(rows).items()),
    )


def _parts(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """The rows of each table, in the order of the file; the power stands in one table for each extra variation."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        extra = row["extra"] if row["table"] == "power" else ""
        found.setdefault((row["table"], extra), []).append(row)
    return found


def _table(name: str, extra: str, rows: list[Row]) -> DataTable:
    worlds = list(dict.fromkeys(world_text(row) for row in rows))
    cells = {(row["series"], world_text(row)): decimal(float(row["percent"]), 2) for row in rows}
    kinds = list(dict.fromkeys(row["series"] for row in rows))
    return DataTable(
        caption=CAPTIONS[name].format(extra=extra.removesuffix(".0")),
        columns=(Column("Serie"), *(Column(world, numeric=True) for world in worlds)),
        rows=tuple((SERIES.get(kind, kind), *(cells[kind, world] for world in worlds)) for kind in kinds),
    )
