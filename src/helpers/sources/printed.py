"""Tables as a document printed them, with its own headings and labels: held against what was typed in, never shown."""

import csv
from dataclasses import dataclass

from ..paths import Paths


@dataclass(frozen=True)
class PrintedRow:
    """One printed line: `shares` are percent of the table's own total, by year; None where none is printed."""

    place: str  # whose the table was taken to be
    heading: str  # the name that the document put over it
    label: str
    indicator: str
    shares: dict[int, float | None]
    difference: float
    page: str


def printed_rows(paths: Paths, name: str) -> list[PrintedRow]:
    """The rows of `data/raw/documents/<name>.csv`, which has columns of its own; empty where there is no such file.

    Columns: place, heading, label, indicator, share_<year> (one a year), difference, page.
    """
    path = paths.documents / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(line) for line in csv.DictReader(file)]


def _row(line: dict[str, str]) -> PrintedRow:
    shares = {
        int(column.removeprefix("share_")): float(text) if text else None
        for column, text in line.items()
        if column.startswith("share_")
    }
    return PrintedRow(
        line["place"],
        line["heading"],
        line["label"],
        line["indicator"],
        shares,
        float(line["difference"]),
        line["page"],
    )
