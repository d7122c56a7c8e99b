"""The tidy table: its columns, the selections that all rooms share, and the checks that it must pass."""

import math
from collections.abc import Iterable
from itertools import compress

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Break, Catalog, Indicator, Unit
from lagesbild.places import Places
from lagesbild.records import RecordError
from lagesbild.sources.series import STATUSES

COLUMNS = {
    "indicator": "str",
    "place": "str",
    "year": "int64",
    "month": "int64",
    "sex": "str",
    "group": "str",
    "vintage": "str",
    "value": "float64",
    "published": "float64",
    "margin": "float64",
    "count": "float64",
    "status": "str",
}
AT = ["place", "year", "month", "sex", "group"]  # what a value is about, beside its indicator
CELL = ["indicator", *AT]
SERIES = ["indicator", "sex", "group"]  # of every place
BLOCK = CELL[:4]  # indicator, place, year and month: the rows that readers can add up
KEY = [*CELL, "vintage"]
RESTATED = "restated"  # the one status that the build gives, and no source: see `tidy.build.restated`
TABLE_STATUSES = STATUSES | {RESTATED: "own computation in today's definition, from the published count"}
MEANING = {
    "indicator": "id of the indicator in data/catalog/indicators/, or of a question in data/catalog/surveys.yml",
    "place": "four-digit code, text: municipality, region (00xx) or 0000 Riket",
    "year": "year that the value is about; the last one where years are pooled",
    "month": "1-12, or 0 for the whole year",
    "sex": "T all, K women, M men",
    "group": "group within the place, as the source names it; empty for all",
    "vintage": "date (ISO) when this value was first seen; the latest one of a key is current",
    "value": "the value, in the indicator's unit; empty when there is none",
    "published": "the value as the publisher has it, where `value` is restated or cannot be; empty for all others",
    "margin": "half the width of the published 95 % interval, same unit; empty when not published",
    "count": "number of cases behind the value; empty when not published",
    "status": "empty for an ordinary value, else: " + "; ".join(f"{k} = {v}" for k, v in TABLE_STATUSES.items() if k),
}


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with exactly the table's columns, in order and of their types; missing columns are empty."""
    empty = {"month": 0, "sex": "T", "group": "", "vintage": "", "status": ""}
    filled = {name: rows[name] if name in rows else empty.get(name, float("nan")) for name in COLUMNS}
    texts = {name: rows[name].fillna("") for name, kind in COLUMNS.items() if kind == "str" and name in rows}
    return pd.DataFrame(filled | texts, rows.index).astype(COLUMNS)


# Which breaks of an indicator cut its rows: where every year before one is restated, it cuts nothing.

EQUAL = 0.001  # between a restated and a published value, in the unit: what rounding leaves


def breaks_in(entry: Indicator, rows: pd.DataFrame) -> list[Break]:
    """The breaks of `entry` that stand in `rows` of it, of one place or several.

    A break goes only where every place and sex with values of the older definition is restated: one that could not be
    keeps it. A series is restated as a whole or not at all, but for years that are published in today's form already.
    """
    if not entry.breaks:
        return []
    until = entry.restated.until if entry.restated else 0
    older = rows[(rows["year"] <= until) & rows["value"].notna()]
    proved = (older["status"] == RESTATED).groupby([older["place"], older["sex"]]).any()
    return entry.standing_breaks(restated=len(proved) > 0 and bool(proved.all()))


# Rows out of the table: current vintages, up to a year, yearly totals, the latest year of an indicator.


def current(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the latest vintage of every key, in the table's order."""
    several = table[table.duplicated(CELL, keep=False)]  # few: grouping them all would take most of a page's time
    if several.empty:
        return table.copy(deep=False)
    newest = several.groupby(CELL, sort=False)["vintage"].transform("max")
    return table.drop(several.index[several["vintage"] != newest])


def revisions(table: pd.DataFrame) -> pd.DataFrame:
    """The values that a later vintage changed: the table's key, `old`, `new` and the vintage of the change.

    One row a change, the table's order; a value that was withdrawn has no `new`. A restated value is no change: where
    the publisher has the same in today's form, the two are equal.
    """
    several = table[table.duplicated(CELL, keep=False)].sort_values(KEY, kind="stable")
    older = several.groupby(CELL, sort=False)["value"].shift()
    first = ~several.duplicated(CELL)
    changed = several.assign(old=older)[~first].rename(columns={"value": "new"})
    computed = several["published"].notna().groupby([several[name] for name in CELL]).transform("any")[~first]
    equal = (changed["old"] - changed["new"]).abs() <= EQUAL * computed
    same = equal | (changed["old"].isna() & changed["new"].isna())
    return changed.loc[~same, [*KEY, "old", "new"]].reset_index(drop=True)


def up_to(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """The rows that an edition of `year` may show: none of a later year."""
    return table[table["year"] <= year]


def rows_of(table: pd.DataFrame, indicators: Iterable[str], places: Iterable[str]) -> pd.DataFrame:
    """The rows with a value of some indicators and places, in the order asked for, then by year.

    Rows without a value (missing, hidden) are left out: `withheld` has them.
    """
    order = {indicator: n for n, indicator in enumerate(indicators)}
    place_order = {code: n for n, code in enumerate(places)}
    chosen = table[table["indicator"].isin(order) & table["place"].isin(place_order) & table["value"].notna()]
    sort = chosen.assign(_i=chosen["indicator"].map(order), _p=chosen["place"].map(place_order))
    sort = sort.sort_values(["_i", "_p", *AT[1:]], kind="stable")
    return sort.drop(columns=["_i", "_p"]).reset_index(drop=True)


def completed(rows: pd.DataFrame, places: Iterable[str]) -> pd.DataFrame:
    """`rows`, and for each of `places` a row for every year, sex and group of a series that any of them has.

    What is added has no value, the status "missing" and no vintage. A group belongs to its place: only a place that
    has groups of an indicator gets a row for each of them.
    """
    wanted = list(dict.fromkeys(places))
    own = rows[rows["place"].isin(wanted)]
    grouped = own["group"] != ""
    times = own.loc[~grouped, ["indicator", "year", "month", "sex", "group"]].drop_duplicates()
    every = times.take(np.repeat(np.arange(len(times)), len(wanted))).assign(place=wanted * len(times))
    within = own.loc[grouped, ["indicator", "place", "group", "sex"]].drop_duplicates()
    years = own.loc[grouped, ["indicator", "place", "year", "month"]].drop_duplicates()
    groups = [within.merge(years, on=["indicator", "place"])] if len(within) else []
    every = pd.concat([own, *[each.assign(vintage="") for each in (every, *groups)]], ignore_index=True)
    lacking = every[~every.duplicated(CELL) & (np.arange(len(every)) >= len(own))]
    return pd.concat([rows, typed(lacking[CELL].assign(status="missing"))], ignore_index=True)


def withheld(table: pd.DataFrame, indicators: Iterable[str], places: Iterable[str]) -> pd.DataFrame:
    """The rows of some indicators and places that have a status instead of a value."""
    return table[table["indicator"].isin(list(indicators)) & table["place"].isin(list(places)) & table["value"].isna()]


def whole_years(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The rows of whole years, for an indicator of one month that month's; none of a survey's questions beside them."""
    rows, indicators = pd.factorize(table["indicator"])
    entries = map(catalog.indicators.get, indicators)
    months = np.array([(entry.month or 0) if entry else -1 for entry in entries], dtype="int64")
    return table[table["month"] == months[rows]]


def yearly(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The rows of whole years and whole places: all, women and men, but no groups within the place.

    Rows that `completed` added are left out: they say what a page lacks, and no publisher answered so.
    """
    added = (table["vintage"] == "") & (table["status"] == "missing")
    return whole_years(table[(table["group"] == "") & ~added], catalog)


def yearly_totals(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The one row of each indicator, place and year that counts everybody: no single sex, group or month."""
    return yearly(table[table["sex"] == "T"], catalog)


def survey_rows(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Every current answer to every question of each survey: survey, question, place, year, sex and value, in percent.

    `question` is the id that the table has: of the indicator, else of the series in small letters ("n00611").
    """
    asked = {
        question: name
        for name, survey in catalog.surveys.items()
        for question in (*survey.indicators, *map(str.lower, survey.questions))
    }
    rows = current(table[table["indicator"].isin(asked) & (table["month"] == 0) & (table["group"] == "")])
    rows = rows[rows["value"].notna()].rename(columns={"indicator": "question"})
    rows = rows.assign(survey=rows["question"].map(asked))
    return rows[["survey", "question", "place", "year", "sex", "value"]].reset_index(drop=True)


def latest_years(table: pd.DataFrame, place: str) -> dict[str, int]:
    """Indicator -> the last year in which the place has a value, for the indicators that have any there."""
    rows = table[(table["place"] == place) & table["value"].notna()]
    return {str(indicator): int(year) for indicator, year in rows.groupby("indicator")["year"].max().items()}


# Rows that a notebook's cell has chosen or changed: are they rows of the table, and still what was published?

NEEDED = ["indicator", "place", "year", "value"]


def checked_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with an index of numbers, texts and whole years as the tidy table has them.

    Raises ValueError for a column that is not there, a year that is none, and a number that is not finite.
    """
    lacking = [name for name in NEEDED if name not in rows]
    if lacking:
        raise ValueError(f"rows: no column {', '.join(lacking)}. Show other tables with show_plot or show_table.")
    texts = {name: rows[name].astype(object) for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)}
    rows = rows.assign(**texts).reset_index(drop=True)
    years, values = (pd.to_numeric(rows[name], errors="coerce").astype(float) for name in ("year", "value"))
    for name, wrong in {
        "year": years.isna() | (years % 1 != 0),
        "value": np.isinf(values) | (values.isna() & rows["value"].notna()),
    }.items():
        if wrong.any():
            row = rows[wrong].iloc[0]
            place = f"{row['indicator']}, place {row['place']}"
            raise ValueError(f"rows: {name} '{row[name]}' ({place}) is no {name}. Correct it, or leave the row out.")
    groups = {"group": rows["group"].fillna("")} if "group" in rows else {}
    return rows.assign(year=years.astype(int), value=values, **groups)


def answered(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` without the times at which none of their places has a value, or an answer that there is none.

    A group that has no value at any time stays: nobody would see that it was asked for.
    """
    told = (rows["value"].notna() | rows["status"].isin(["hidden", "not_applicable"])).tolist()
    series, years, months = [*zip(*(rows[name] for name in SERIES), strict=True)], rows["year"], rows["month"]
    times = [*zip(series, years, months, strict=True)]
    ever, then = (set(compress(of, told)) for of in (series, times))
    kept = [time in then or (time[0][2] != "" and time[0] not in ever) for time in times]
    return rows[np.array(kept, dtype=bool)]


def is_changed(rows: pd.DataFrame, published: pd.DataFrame) -> bool:
    """Whether any value or margin of `rows` is not the published one of its indicator, place, time, sex and group."""
    keys = [name for name in CELL if name in rows]
    columns = [name for name in ("value", "margin") if name in rows]
    near = published[published["place"].isin(rows["place"].unique())]
    at, have = (list(zip(*(near[name].tolist() for name in names), strict=True)) for names in (keys, columns))
    known = dict(zip(reversed(at), reversed(have), strict=True))  # the first of two
    given = (zip(*(rows[name].tolist() for name in names), strict=True) for names in (keys, columns))
    none = (np.nan,) * len(columns)
    return any(
        not math.isnan(value) and value != its
        for cell, values in zip(*given, strict=True)
        for value, its in zip(values, known.get(cell, none), strict=True)
    )


def refuse_undrawable(
    number: int | str, rows: pd.DataFrame, drawn: pd.DataFrame, measures: Iterable[str], year: int, several: bool
) -> None:
    """Raises ValueError for rows without a value, of a later year than the edition's, or of two units on one axis."""
    if drawn.empty:
        held = {name: list(dict.fromkeys(rows[name]))[:9] for name in ("indicator", "place", "year", "sex")}
        raise ValueError(
            f"figure {number}: the cell's rows hold no value, though the municipality has some of "
            f"{', '.join(measures)}. They hold {held}; places are codes as text, years are whole numbers."
        )
    if (drawn["year"] > year).any():
        raise ValueError(f"figure {number}: rows of {drawn['year'].max()} in the edition of {year}. Leave them out.")
    units = list(dict.fromkeys(drawn["unit"]))
    if len(units) > 1 and not several:
        raise ValueError(f"figure {number}: {' and '.join(units)} on one axis. Use charts.small_lines, or two figures.")


# What the table refuses: duplicates, unknown places, values that cannot be, parts over their total.

TOLERANCE = 1.005  # parts are published rounded; half a percent over the total is rounding


class TidyError(RecordError):
    """Rows that cannot stand in the table: value, place and remedy, one line each."""


def _example(row: pd.Series) -> str:
    month = f"-{row.month:02d}" if row.month else ""
    group = f", group '{row.group}'" if row.group else ""
    return f"{row.indicator}, place {row.place}, {row.year}{month}, sex {row.sex}{group}"


def duplicate_errors(table: pd.DataFrame) -> list[str]:
    """One line for each key that stands twice."""
    twice = table[table.duplicated(KEY)]
    return [
        f"{_example(row)}: stands twice with vintage {row.vintage}. Remove one of the two rows."
        for row in twice.head(5).itertuples()
    ]


def place_errors(table: pd.DataFrame, places: Places) -> list[str]:
    """One line for each place that the snapshot's list does not know."""
    unknown = table[~table["place"].isin(places.names)].drop_duplicates("place")
    return [
        f"{_example(row)}: place '{row.place}' is not in data/raw/kolada/places.csv. Correct the code "
        "(four digits, as text), or run 'lagesbild fetch'."
        for row in unknown.head(5).itertuples()
    ]


def range_errors(table: pd.DataFrame, catalog: Catalog) -> list[str]:
    """One line for each indicator with values outside the range of its unit."""
    of, indicators = pd.factorize(table["indicator"])
    units = [catalog.unit_of(indicator) for indicator in indicators]
    lows = np.array([-np.inf if unit.low is None else unit.low for unit in units])[of]
    highs = np.array([np.inf if unit.high is None else unit.high for unit in units])[of]
    outside = table.assign(of=of, low=lows, high=highs)[(table["value"] < lows) | (table["value"] > highs)]
    return [
        f"{_example(row)}: {row.value:g} is outside {row.low:g} to {row.high:g} ({units[row.of].text}). "
        "Correct the value in its file, or the unit in data/catalog/indicators/."
        for row in outside.drop_duplicates("indicator").sort_values("indicator").itertuples()
    ]


MORE_THAN_ALL, NO_CASES = "more cases than inhabitants", "a share above 0 of no cases"
CASES_OF_NONE = "cases behind a value of 0"


def case_errors(table: pd.DataFrame, catalog: Catalog) -> list[str]:
    """One line for each indicator with a count that cannot be: above its base, none behind a share, or of nobody.

    A rate's base is the inhabitants, where they are known.
    """
    bases = {name: entry.population for name, entry in catalog.indicators.items() if entry.population}
    known = current(table[table["indicator"].isin(set(bases.values()))])
    people = known.drop_duplicates(CELL).set_index(CELL)["value"]
    counted = (table["count"].notna() & table["indicator"].isin(bases)).to_numpy()
    at = table.loc[counted, CELL].assign(indicator=lambda rows: rows["indicator"].map(bases))
    inhabitants = np.full(len(table), np.nan)
    inhabitants[counted] = people.reindex(pd.MultiIndex.from_frame(at)).to_numpy()
    of, indicators = pd.factorize(table["indicator"])
    units = {name: catalog.unit_of(name) for name in indicators}
    per = np.array([unit.per for unit in units.values()], float)[of]
    share = np.array([unit.symbol == "%" for unit in units.values()], bool)[of]
    value, count = table["value"], table["count"]
    faults = {
        MORE_THAN_ALL: (value > per) | (count > inhabitants),
        NO_CASES: share & (value > 0) & (count == 0),
        "a base of nobody": table["indicator"].isin(set(bases.values())) & (value <= 0),
    }
    return [
        f"{_example(row)}: {row.value:g} ({units[row.indicator].text}): {what}. Correct it, or leave the row out."
        for what, wrong in faults.items()
        for row in table[wrong].drop_duplicates("indicator").itertuples()
    ]


def case_fault(value: float, count: float, unit: Unit) -> str:
    """Why a value and its count cannot be, as far as they say themselves; else nothing."""
    if count < 0 or count % 1 > 0:
        return f"count {count:g} is no number of cases"
    if unit.per and value > unit.per:
        return MORE_THAN_ALL
    if (unit.per or unit.symbol == "%") and value == 0 and count > 0:
        return CASES_OF_NONE
    return NO_CASES if unit.symbol == "%" and value > 0 and count == 0 else ""


def share_errors(table: pd.DataFrame, catalog: Catalog) -> list[str]:
    """One line for each total that its parts exceed in a year that the catalogue does not leave out."""
    wholes: dict[str, list[str]] = {}
    left_out: dict[str, set[int]] = {}
    for entry in catalog.indicators.values():
        if entry.share:
            wholes.setdefault(entry.share.total, []).append(entry.share.part)
            left_out.setdefault(entry.share.total, set()).update(y for out in entry.left_out for y in out.years)
    told = {*wholes, *(part for parts in wholes.values() for part in parts)}
    newest = current(table[table["indicator"].isin(told)])
    errors = []
    for total, parts in wholes.items():
        usable = newest[~newest["year"].isin(left_out[total])]
        summed = usable[usable["indicator"].isin(parts)].groupby(AT)["value"].sum(min_count=1)
        whole = usable[usable["indicator"] == total].set_index(AT)["value"]
        ratio = (summed / whole).dropna()
        for key in ratio.index[ratio > TOLERANCE][:3]:
            errors.append(
                f"{total}, place {key[0]}, {key[1]}: its parts add up to {100 * ratio[key]:.0f} % of it. Leave the "
                "year out with 'left_out' and the reason, or correct the source."
            )
    return errors


def checked(table: pd.DataFrame, catalog: Catalog, places: Places) -> pd.DataFrame:
    """`table` itself. Raises TidyError with everything that it may not hold."""
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {
            **{name: pa.Column(kind, nullable=kind == "float64") for name, kind in COLUMNS.items()},
            "indicator": pa.Column("str", pa.Check.isin(list(catalog.stored))),
            "place": pa.Column("str", pa.Check.str_matches(r"^\d{4}$")),
            "year": pa.Column("int64", pa.Check.in_range(1900, 2100)),
            "month": pa.Column("int64", pa.Check.in_range(0, 12)),
            "sex": pa.Column("str", pa.Check.isin(["T", "K", "M"])),
            "margin": pa.Column("float64", pa.Check.gt(0), nullable=True),
            "count": pa.Column("float64", pa.Check.ge(0), nullable=True),
            "status": pa.Column("str", pa.Check.isin(list(TABLE_STATUSES))),
        },
        strict=True,
        ordered=True,
    )
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        raise TidyError(_schema_errors(error.failure_cases, table)) from None
    errors = [
        *duplicate_errors(table),
        *place_errors(table, places),
        *range_errors(table, catalog),
        *case_errors(table, catalog),
        *share_errors(table, catalog),
    ]
    if errors:
        raise TidyError(errors)
    return table


def _schema_errors(cases: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    errors = []
    for case in cases.head(10).itertuples():
        where = _example(table.loc[int(case.index)]) if pd.notna(case.index) else "the table"
        errors.append(f"{where}: {case.column} is {case.failure_case!r}, which fails {case.check}. Correct its file.")
    return errors
