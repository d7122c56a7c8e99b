"""Chart rows as accessible tables and as files that open in Swedish Excel."""

import csv
import io

import pandas as pd

from .exhibits import Column, DataTable
from .wording import decimal, listed
from .wording.findings import Measure
from .wording.sources import MONTHS

SEX_HEADER = {"T": "Alla", "K": "Kvinnor", "M": "Män"}
MISSING = ".."
SYMBOLS = {
    MISSING: "uppgift saknas i underlaget",
    "x": "dold för att skydda enskilda",
    "–": "frågan är inte tillämplig",
}
WITHHELD = {"hidden": "x", "not_applicable": "–"}
DOWNLOAD = {
    "indicator": "indikator",
    "label": "mått",
    "place": "kod",
    "name": "plats",
    "year": "år",
    "month": "månad",
    "sex": "kön",
    "group": "grupp",
    "value": "värde",
    "margin": "felmarginal",
    "count": "antal",
    "status": "status",
}


def data_table(rows: pd.DataFrame, measures: dict[str, Measure], caption: str) -> DataTable:
    """The values of chart rows as a table with one heading a row and column.

    Years are rows where there are several; else places are, else groups. What does not vary stands in the
    caption. Every place drawn has a row or column, with a symbol where it has no value.
    """
    frame = rows.assign(
        time=[_time(year, month) for year, month in zip(rows["year"], rows["month"], strict=True)],
        sex_text=rows["sex"].map(SEX_HEADER),
    )
    varying = [name for name in ("time", "name", "label", "group", "sex_text") if frame[name].nunique() > 1]
    head = next((name for name in ("time", "name", "label", "group", "sex_text") if name in varying), "name")
    across = [name for name in varying if name != head]
    cells: dict[tuple[str, tuple[str, ...]], str] = {}
    for row in frame.itertuples():
        at = (getattr(row, head), tuple(getattr(row, name) for name in across))
        if at in cells:
            raise ValueError(
                f"table '{caption}': two values for {at}. Choose rows that differ in year, place or group."
            )
        cells[at] = _cell(row, measures[row.indicator])
    heads = list(dict.fromkeys(getattr(row, head) for row in frame.itertuples()))
    columns = list(dict.fromkeys(at[1] for at in cells))
    body = tuple((line, *(cells.get((line, column), MISSING) for column in columns)) for line in heads)
    return DataTable(
        caption=caption,
        columns=(
            Column(
                {"time": "År", "name": "Plats", "label": "Mått", "group": "Grupp", "sex_text": "Kön"}[head]
            ),
            *(Column(", ".join(column) or _value_header(measures), numeric=True) for column in columns),
        ),
        rows=body,
        symbols=tuple((mark, SYMBOLS[mark]) for mark in SYMBOLS if any(mark in line[1:] for line in body)),
    )


def _time(year: int, month: int) -> str:
    return f"{MONTHS[month - 1]} {year}" if month else str(year)


def _value_header(measures: dict[str, Measure]) -> str:
    units = list(dict.fromkeys(measure.unit.text for measure in measures.values() if measure.unit.text))
    return f"Värde, {listed(units)}" if units else "Värde"


def _cell(row, measure: Measure) -> str:
    if pd.isna(row.value):
        return WITHHELD.get(row.status, MISSING)
    text = decimal(row.value, measure.decimals)
    if pd.notna(row.margin):
        text += f" ± {decimal(row.margin, measure.decimals)}"
    return text


def download_text(rows: pd.DataFrame) -> str:
    """Chart rows as csv for Swedish Excel: BOM, `;`, decimal comma, one line a value."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(DOWNLOAD.values())
    for row in rows[list(DOWNLOAD)].itertuples(index=False):
        writer.writerow([_field(value) for value in row])
    return "\ufeff" + out.getvalue()


def _field(value) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.10g}".replace(".", ",")
    text = str(value)
    return "'" + text if text[:1] in "=+-@\t" else text  # a spreadsheet would run it as a formula
