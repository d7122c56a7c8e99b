"""Rows as charts and tables need them and how a component is made again."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.places import Places
from lagesbild.sources.series import WITHOUT_VALUE
from lagesbild.swedish.findings import Measure
from lagesbild.tidy.rows import Rows
from lagesbild.tidy.schema import checked_rows

COMMON = {"month": 0, "sex": "T", "group": "", "vintage": ""}
COMMON |= dict.fromkeys(["published", "margin", "count"], float("nan"))


def chart_rows(
    rows: pd.DataFrame, catalog: Catalog, places: Places, role: Callable[[str], str], dots: Iterable[str] = ()
) -> pd.DataFrame:
    """`rows` with all columns of chart rows: those that a cell set are kept, others come from catalogue and places.

    `mark` is "dot" for the indicators in `dots`. Raises ValueError for a column or indicator that is not there, and
    UnknownPlace for a place that has no such code.
    """
    rows = checked_rows(rows)
    codes = places.codes(rows["place"].unique())
    indicators = rows["indicator"].unique()
    for name in indicators:
        if name not in catalog.indicators:
            near = get_close_matches(str(name), catalog.indicators, n=1, cutoff=0)
            raise ValueError(f"rows: '{name}' is no indicator of data/catalog/. Did you mean '{near[0]}'?")
    columns: dict[str, tuple[str, Any]] = {
        "name": ("place", places.names),
        "label": ("indicator", {name: catalog.indicators[name].label for name in indicators}),
        "role": ("place", {code: role(code) for code in codes}),
        "unit": ("indicator", {name: catalog.unit_of(name).text for name in indicators}),
        "decimals": ("indicator", {name: catalog.decimals_of(name) for name in indicators}),
        "mark": ("indicator", {name: "dot" if name in set(dots) else "line" for name in indicators}),
    }
    given: dict[str, Any] = {name: value for name, value in COMMON.items() if name not in rows}
    numbers = {by: pd.factorize(rows[by]) for by in ("place", "indicator")}
    for name, (by, to) in columns.items():
        if name not in rows:
            at, known = numbers[by]
            given[name] = pd.Series([to[each] for each in known]).array.take(at)
    status = rows["status"] if "status" in rows else pd.Series("", rows.index)
    status = status.mask(rows["value"].isna() & (status == ""), "missing")
    given |= {"status": status, "value": rows["value"].mask(status.isin(WITHOUT_VALUE))}
    # at once: a column that is set after another costs as much as all of them
    return pd.DataFrame(dict(rows.items()) | given, rows.index)


def as_objects(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with texts as plain objects, which pandas keeps in one block: a figure picks rows some hundred times, and
    each column of Arrow's strings is copied by itself.
    """
    return pd.DataFrame(
        {name: each.astype(object) if isinstance(each.dtype, pd.StringDtype) else each for name, each in rows.items()}
    )


def measure_of(catalog: Catalog, indicator: str) -> Measure:
    """How an indicator's values are said."""
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


def measures_of(catalog: Catalog, rows: pd.DataFrame) -> dict[str, Measure]:
    """Indicator -> how its values are said: those of chart rows, by the rows' own label and unit."""
    measures = {}
    for indicator, own in rows.groupby("indicator", sort=False):
        measure, label, unit = measure_of(catalog, str(indicator)), own["label"].iloc[0], own["unit"].iloc[0]
        if (label, unit) != (measure.indicator.label, measure.unit.text):
            said = {"label": label, "title": label, "subject": "", "clause": None}
            entry = measure.indicator.model_copy(update=said)
            measure = Measure(entry, measure.unit.model_copy(update={"text": unit, "symbol": ""}), measure.decimals)
        measures[str(indicator)] = measure
    return measures


def with_cases(rows: pd.DataFrame, catalog: Catalog, data: Rows) -> pd.DataFrame:
    """Chart rows with `cases`: how many are behind a rate, by the latest known number of inhabitants; else NaN."""
    cases = rows["count"].astype(float)
    for indicator in rows["indicator"].unique():
        entry, per = catalog.indicators[indicator], catalog.unit_of(indicator).per
        if entry.population and per:
            people = data.of(entry.population)
            people = people[people["value"].notna() & (people["group"] == "")]
            people = people.sort_values("year", kind="stable").groupby(["place", "sex"])["value"].last()
            own = rows["indicator"] == indicator
            base = people.reindex(pd.MultiIndex.from_frame(rows.loc[own, ["place", "sex"]])).to_numpy()
            cases[own] = cases[own].fillna(rows.loc[own, "value"] * base / per)
    return rows.assign(cases=cases)


# How a component is made again.


def remake(page: str, place: str, year: int, vintage: str, indicators: Iterable[str]) -> str:
    """How to make a component again: notebook, parameters, indicators, snapshot."""
    return (
        f"notebooks/{page}.ipynb med municipality={place!r} och year={year}; "
        f"indikatorer {', '.join(indicators)}; underlag hämtat {vintage}."
    )
