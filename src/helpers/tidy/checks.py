"""What the table refuses: duplicates, unknown places, values that cannot be, parts over their total."""

import numpy as np
import pandas as pd

from ..catalog import Catalog
from ..places import Places
from ..refusals import Refusal
from .columns import COLUMNS, KEY, STATUSES
from .picking import current

TOLERANCE = 1.005  # parts are published rounded; half a percent over the total is rounding


class TidyError(Refusal):
    """Rows that cannot stand in the table: value, place and remedy, one line each."""

    def __init__(self, faults: list[str]):
        self.faults = faults
        super().__init__("\n".join(faults))


def _example(row: pd.Series) -> str:
    month = f"-{row.month:02d}" if row.month else ""
    group = f", group '{row.group}'" if row.group else ""
    return f"{row.indicator}, place {row.place}, {row.year}{month}, sex {row.sex}{group}"


def duplicate_faults(table: pd.DataFrame) -> list[str]:
    """One line for each key that stands twice."""
    twice = table[table.duplicated(KEY)]
    return [
        f"{_example(row)}: stands twice with vintage {row.vintage}. Remove one of the two rows."
        for row in twice.head(5).itertuples()
    ]


def place_faults(table: pd.DataFrame, places: Places) -> list[str]:
    """One line for each place that the snapshot's list does not know."""
    unknown = table[~table["place"].isin(places.names)].drop_duplicates("place")
    return [
        f"{_example(row)}: place '{row.place}' is not in data/raw/kolada/places.csv. Correct the code "
        "(four digits, as text), or run 'lagesbild fetch'."
        for row in unknown.head(5).itertuples()
    ]


def range_faults(table: pd.DataFrame, catalog: Catalog) -> list[str]:
    """One line for each indicator with values outside the range of its unit."""
    faults = []
    for indicator, rows in table.groupby("indicator", sort=True):
        unit = catalog.unit_of(indicator)
        low = -np.inf if unit.low is None else unit.low
        high = np.inf if unit.high is None else unit.high
        outside = rows[(rows["value"] < low) | (rows["value"] > high)]
        for row in outside.head(1).itertuples():
            faults.append(
                f"{_example(row)}: {row.value:g} is outside {low:g} to {high:g} ({unit.text}). "
                "Correct the value in its file, or the unit in data/catalog/indicators/."
            )
    return faults


def share_faults(table: pd.DataFrame, catalog: Catalog) -> list[str]:
    """One line for each total that its parts exceed in a year that the catalogue does not leave out."""
    wholes: dict[str, list[str]] = {}
    left_out: dict[str, set[int]] = {}
    for entry in catalog.indicators.values():
        if entry.share:
            wholes.setdefault(entry.share.total, []).append(entry.share.part)
            left_out.setdefault(entry.share.total, set()).update(y for out in entry.left_out for y in out.years)
    at = ["place", "year", "month", "sex", "group"]
    faults = []
    for total, parts in wholes.items():
        usable = current(table)
        usable = usable[~usable["year"].isin(left_out[total])]
        summed = usable[usable["indicator"].isin(parts)].groupby(at)["value"].sum(min_count=1)
        whole = usable[usable["indicator"] == total].set_index(at)["value"]
        ratio = (summed / whole).dropna()
        for key in ratio.index[ratio > TOLERANCE][:3]:
            faults.append(
                f"{total}, place {key[0]}, {key[1]}: its parts add up to {100 * ratio[key]:.0f} % of it. Leave the "
                "year out with 'left_out' and the reason, or correct the source."
            )
    return faults


def checked(table: pd.DataFrame, catalog: Catalog, places: Places) -> pd.DataFrame:
    """`table` itself. Raises TidyError with everything that it may not hold."""
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {
            **{name: pa.Column(kind, nullable=kind == "float64") for name, kind in COLUMNS.items()},
            "indicator": pa.Column("str", pa.Check.isin(list(catalog.indicators))),
            "place": pa.Column("str", pa.Check.str_matches(r"^\d{4}$")),
            "year": pa.Column("int64", pa.Check.in_range(1900, 2100)),
            "month": pa.Column("int64", pa.Check.in_range(0, 12)),
            "sex": pa.Column("str", pa.Check.isin(["T", "K", "M"])),
            "margin": pa.Column("float64", pa.Check.ge(0), nullable=True),
            "count": pa.Column("float64", pa.Check.ge(0), nullable=True),
            "status": pa.Column("str", pa.Check.isin(list(STATUSES))),
        },
        strict=True,
        ordered=True,
    )
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        raise TidyError(_schema_faults(error.failure_cases, table)) from None
    faults = [
        *duplicate_faults(table),
        *place_faults(table, places),
        *range_faults(table, catalog),
        *share_faults(table, catalog),
    ]
    if faults:
        raise TidyError(faults)
    return table


def _schema_faults(cases: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    faults = []
    for case in cases.head(10).itertuples():
        where = _example(table.loc[int(case.index)]) if pd.notna(case.index) else "the table"
        faults.append(f"{where}: {case.column} is {case.failure_case!r}, which fails {case.check}. Correct its file.")
    return faults
