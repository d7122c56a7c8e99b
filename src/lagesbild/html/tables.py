"""Rows and frames as accessible tables, and as csv that opens in Swedish Excel."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from lagesbild.html.components import Cell, Column, DataTable, Values
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import MONTHS, OWN_COMPUTATION, SEX, decimal, listed, signed
from lagesbild.tidy.rows import records
from lagesbild.tidy.schema import RESTATED

# Chart rows as tables: one heading a row and column, symbols for what is missing.

MISSING, STAR = "..", "*"
SYMBOLS = {
    MISSING: "uppgift saknas i underlaget",
    "x": "dold för att skydda enskilda",
    "–": "frågan är inte tillämplig",
    STAR: f"{OWN_COMPUTATION}, omräknat till dagens definition",
}
HEADS = {"time": "År", "name": "Plats", "label": "Mått", "group": "Grupp", "sex_text": "Kön"}
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([ \u00a0]\d{3})+)([.,]\d+)?[ \u00a0]?%?")
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
PUBLISHED = {"published": "publicerat värde"}  # beside restated values


def data_table(rows: pd.DataFrame, measures: dict[str, Measure], caption: str) -> DataTable:
    """The values of chart rows as a table with one heading a row and column.

    Years are rows where a series has several; else places are, else groups. What does not vary stands in the
    caption. Every place drawn has a row or column, with a symbol where it has no value.
    """
    lines = _worded(rows, measures)
    varying = [name for name in HEADS if len({line[name] for line in lines}) > 1]
    if "time" in varying and len({(line["label"], line["time"]) for line in lines}) == len({*rows["label"]}):
        for line in lines:
            line["label"] += f" ({line['time']})"  # measures of a year each: the year belongs to the measure
        varying.remove("time")
    head = next(iter(varying), "name")
    across = [name for name in varying if name != head]
    ordered = sorted(lines, key=itemgetter("year", "month")) if head == "time" else lines
    cells: dict[tuple[str, tuple[str, ...]], str] = {}
    for line in ordered:
        at = (line[head], tuple(line[name] for name in across))
        if at in cells:
            raise ValueError(
                f"table '{caption}': two values for {at}. Choose rows that differ in year, place or group."
            )
        cells[at] = _cell(line, measures[line["indicator"]])
    heads = list(dict.fromkeys(line[head] for line in ordered))
    columns = list(dict.fromkeys(tuple(line[name] for name in across) for line in lines)) or [()]
    body = tuple((line, *(cells.get((line, column), MISSING) for column in columns)) for line in heads)
    texts = [cell for line in body for cell in line[1:]]
    return DataTable(
        caption=caption,
        columns=(
            Column(HEADS[head]),
            *(Column(", ".join(column) or _value_header(measures), numeric=True) for column in columns),
        ),
        rows=body,
        symbols=tuple((mark, SYMBOLS[mark]) for mark in SYMBOLS if any(text.endswith(mark) for text in texts)),
    )


def _worded(rows: pd.DataFrame, measures: dict[str, Measure]) -> list[dict[str, Any]]:
    """`rows` as plain values, with `time`, `sex_text` and `group` as readers see them."""
    return [
        row
        | {"time": _time(row["year"], row["month"], measures[row["indicator"]]), "sex_text": SEX[row["sex"]]}
        | {"group": row["group"] or "Alla grupper"}
        for row in records(rows, DOWNLOAD)
    ]


def _time(year: int, month: int, measure: Measure) -> str:
    if measure.indicator.years_pooled > 1:
        return measure.period(year)
    return f"{MONTHS[month - 1]} {year}" if month else str(year)


def _value_header(measures: dict[str, Measure]) -> str:
    units = list(dict.fromkeys(measure.unit.text for measure in measures.values() if measure.unit.text))
    return f"Värde, {listed(units)}" if units else "Värde"


def _cell(row: Mapping[str, Any], measure: Measure) -> str:
    if pd.isna(row["value"]):
        return WITHHELD.get(row["status"], MISSING)
    margin = "" if pd.isna(row["margin"]) else f" ± {measure.number(row['margin'])}"
    return measure.number(row["value"]) + margin + (STAR if row["status"] == RESTATED else "")


def numbers_table(caption: str, headers: Iterable[str], rows: Iterable[tuple[str, ...]]) -> DataTable:
    """A table whose first column heads rows of numbers; the symbol of what is missing is explained where it stands."""
    head, *others = headers
    columns, body = (Column(head), *(Column(header, numeric=True) for header in others)), tuple(rows)
    symbols = ((MISSING, SYMBOLS[MISSING]),) if any(MISSING in row for row in body) else ()
    return DataTable(caption, columns, body, symbols)


def number_or_symbol(value: float, decimals: int, sign: bool = False) -> str:
    """A number in a table, with its sign where it is a difference; or the symbol of what is missing."""
    return MISSING if pd.isna(value) else signed(value, decimals) if sign else decimal(value, decimals)


# Any DataFrame as a table: numbers in Swedish, the index first.

YEARS = ("year", "month", "år", "månad")  # numbers without a space between thousands


def flat(frame: pd.DataFrame, columns: Mapping[str, str] | None = None) -> tuple[pd.DataFrame, dict[str, str]]:
    """`frame` with its index as first columns, and column -> heading: by `columns`, the usual one, or its name.

    An index of mere numbers is left out; the levels of a column are joined by a comma. Raises ValueError for two
    columns of one name, a heading of a column that is not there, and a number that is not finite.
    """
    index = frame.index
    counted = isinstance(index, pd.RangeIndex) and index.name is None
    labels = [] if counted else [(name or "", index.get_level_values(at)) for at, name in enumerate(index.names)]
    every = [*labels, *((name, frame[name] if frame.columns.is_unique else frame.iloc[:, at])
                        for at, name in enumerate(frame.columns))]  # fmt: skip
    names = [
        ", ".join(str(part) for part in name if part != "") if isinstance(name, tuple) else str(name)
        for name, _ in every
    ]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"columns: two columns, or the index and a column, are called '{twice}'. Rename one of them.")
    refuse_unknown(columns or {}, names, "columns")
    table = pd.DataFrame({name: np.asarray(column) for name, (_, column) in zip(names, every, strict=True)})
    for name in names:
        numbers = [value for value in table[name] if isinstance(value, float | np.floating)]
        if np.isinf(np.asarray(numbers, float)).any():
            raise ValueError(f"columns: '{name}' holds an infinite number, as a division by zero makes. Replace it.")
    given = {str(name): heading for name, heading in (columns or {}).items()}
    return table, {name: given.get(name, DOWNLOAD.get(name, name)) for name in names}


def refuse_unknown(given: Iterable[Any], names: Sequence[str], what: str) -> None:
    """Raises ValueError for a column that a table does not have, with the nearest one."""
    for name in map(str, given):
        if name not in names:
            near = get_close_matches(name, names, n=1) or list(names[:1])
            raise ValueError(f"{what}: the table has no '{name}'. Did you mean '{near[0] if near else ''}'?")


def frame_table(
    frame: pd.DataFrame,
    caption: str,
    columns: Mapping[str, str] | None = None,
    signed_columns: Iterable[str] = (),
    decimals: int | Mapping[str, int] = 1,
) -> DataTable:
    """Any DataFrame as a table: whole numbers whole, others with `decimals`, `signed_columns` with their sign.

    `columns` and the errors are those of `flat`. An empty value is a symbol that is explained below.
    """
    table, headings = flat(frame, columns)
    with_sign = {str(name) for name in signed_columns}
    refuse_unknown(with_sign, list(headings), "signed")
    refuse_unknown({} if isinstance(decimals, int) else decimals, list(headings), "decimals")
    texts = {}
    for name in headings:
        digits = decimals if isinstance(decimals, int) else decimals.get(name, 1)
        texts[name] = _cells(table[name], name, name in with_sign, digits)
    body = tuple(zip(*texts.values(), strict=True))
    numeric = {name for name in headings if is_numeric_dtype(table[name]) and not is_bool_dtype(table[name])}
    missing = any(cell == MISSING for row in body for cell in row)
    return DataTable(
        caption,
        tuple(Column(heading, numeric=name in numeric) for name, heading in headings.items()),
        body,
        symbols=((MISSING, SYMBOLS[MISSING]),) if missing else (),
    )


def _cells(column: pd.Series, name: str, with_sign: bool, decimals: int) -> list[str | Cell]:
    """One column's values as readers see them."""
    digits = 0 if is_integer_dtype(column) else decimals
    number = signed if with_sign else decimal
    cells: list[str | Cell] = []
    for value in column:
        if isinstance(value, Cell):
            cells.append(value)
        elif isinstance(value, list | tuple):
            cells.append("; ".join(str(part) for part in value))
        elif pd.isna(value):
            cells.append(MISSING)
        elif isinstance(value, bool | np.bool_):
            cells.append("ja" if value else "nej")
        elif isinstance(value, pd.Timestamp | np.datetime64):
            cells.append(f"{pd.Timestamp(value):%Y-%m-%d}")
        elif is_numeric_dtype(column):
            cells.append(f"{value:.0f}" if name.lower() in YEARS else number(value, digits))
        else:
            cells.append(str(value))
    return cells


# What a component offers to download, as csv for Swedish Excel.


def values_of(rows: pd.DataFrame, headers: Mapping[str, str] | None = None) -> Values:
    """The columns of `rows` that `headers` names, as a component's record and its download have them.

    Without `headers`, those that chart rows have in common; both forms where one is restated. A missing number is None.
    """
    both = "published" in rows and rows["published"].notna().any()
    columns = headers if headers is not None else DOWNLOAD | PUBLISHED if both else DOWNLOAD
    cells = zip(*([_plain(cell) for cell in rows[name].tolist()] for name in columns), strict=True)
    return Values(tuple(columns), tuple(columns.values()), tuple(cells))


def _plain(cell: Any) -> Any:
    """A cell as JSON can hold it."""
    if isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, list | tuple):
        return [_plain(part) for part in cell]
    if isinstance(cell, Cell):
        return cell.text
    if pd.isna(cell):
        return None
    if isinstance(cell, float | np.floating) and np.isinf(cell):
        raise ValueError("rows: a number is infinite, as a division by zero makes it. Replace it before it is shown.")
    return cell.item() if hasattr(cell, "item") else cell if isinstance(cell, float) else str(cell)


def csv_text(lines: Iterable[Iterable[object]]) -> str:
    """Lines of values as csv for Swedish Excel: BOM, `;`, decimal comma. See `csv_field`."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([csv_field(value) for value in line] for line in lines)
    return "\ufeff" + out.getvalue()


def csv_field(value: object) -> str:
    """A value in a csv file: a text that a spreadsheet would run as a formula gets an apostrophe, a number never does.

    A number may be a text too: with sign, spaces between thousands, decimals and %. A missing number is empty.
    """
    if value is None or isinstance(value, float):
        return "" if value is None or pd.isna(value) else f"{value:.10g}".replace(".", ",")
    text = value.text if isinstance(value, Cell) else str(value)
    runs = text.lstrip(" ").startswith(RUN_BY_SPREADSHEETS) and not NUMBER.fullmatch(text.strip(" "))
    return f"'{text}" if runs else text
