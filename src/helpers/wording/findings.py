"""One sentence on what a figure shows: the values themselves, and nothing that the values do not hold.

Rows are chart rows: tidy rows with `name`, `label` and `role` (focus, country, region, peer).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..catalog import Indicator, Unit
from .numbers import amount, decimal
from .places import in_place, listed
from .sources import period_text

SEX = {"K": "kvinnor", "M": "män", "T": "alla"}
MOST = 6  # groups that a sentence names one by one


@dataclass(frozen=True)
class Measure:
    """How an indicator's values are said: the entry, its unit and decimals."""

    indicator: Indicator
    unit: Unit
    decimals: int

    def amount(self, value: float) -> str:
        return amount(value, self.unit, self.decimals)


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["year"] == rows["year"].max()]


def _of(rows: pd.DataFrame, role: str, sex: str = "T") -> pd.DataFrame:
    return rows[(rows["role"] == role) & (rows["sex"] == sex) & (rows["group"] == "")]


def comparison_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The finding "Otrygga sen kväll: 16,1 procent i Umeå 2021–2022, 27,0 i riket.".

    The latest value beside the country's value of the same year.
    """
    focus = _latest(_of(rows, "focus"))
    if focus.empty:
        return ""
    own = focus.iloc[0]
    when = period_text(measure.indicator, int(own["year"]))
    text = f"{measure.indicator.label}: {measure.amount(own['value'])} {in_place(own['name'])} {when}"
    country = _of(rows, "country")
    country = country[country["year"] == own["year"]]
    if len(country):
        other = country.iloc[0]
        text += f", {decimal(other['value'], measure.decimals)} {in_place(other['name'])}"
    return text + "."


def series_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The comparison, and the first year's value of the same unbroken definition."""
    sentence = comparison_finding(rows, measure)
    focus = _of(rows, "focus").sort_values("year")
    if len(focus) < 2:
        return sentence
    last = int(focus["year"].iloc[-1])
    cut = max((b.year for b in measure.indicator.breaks if b.year <= last), default=0)
    same = focus[focus["year"] >= cut]
    first = same.iloc[0]
    if int(first["year"]) == last:
        return sentence
    return (
        f"{sentence[:-1]}; {decimal(first['value'], measure.decimals)} {in_place(first['name'])} "
        f"{period_text(measure.indicator, int(first['year']))}."
    )


def gap_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The finding "Trygga i mörker: kvinnor 75,8, män 90,9 och alla 83,2 procent i Umeå 2022."."""
    focus = _latest(rows[(rows["role"] == "focus") & (rows["group"] == "")])
    values = {sex: focus.loc[focus["sex"] == sex, "value"] for sex in ("K", "M", "T")}
    said = [f"{SEX[s]} {decimal(v.iloc[0], measure.decimals)}" for s, v in values.items() if len(v)]
    if len(said) < 2:
        return comparison_finding(rows, measure)
    own = focus.iloc[0]
    when = period_text(measure.indicator, int(own["year"]))
    return f"{measure.indicator.label}: {listed(said)} {measure.unit.text} {in_place(own['name'])} {when}."


def shares_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The latest year's parts: "Hyresrätt 47,4, bostadsrätt 23,0 och äganderätt 29,6 procent i Umeå 2022."."""
    focus = _latest(rows[(rows["role"] == "focus")])
    if focus.empty:
        return ""
    own = focus.iloc[0]
    parts = [f"{str(r.label).lower()} {decimal(r.value, measure.decimals)}" for r in focus.itertuples()]
    sentence = f"{listed(parts)} {measure.unit.text} {in_place(own['name'])} {own['year']}."
    return sentence[0].upper() + sentence[1:]


def groups_finding(rows: pd.DataFrame, measure: Measure) -> str:
    """The latest year's groups: "Mår bra: åk 7 61,5 och åk 9 48,0 procent i Umeå 2022."; of many, highest and lowest.

    Totals of the groups stand for women and men where there are any.
    """
    focus = _latest(rows[(rows["role"] == "focus") & (rows["group"] != "")])
    if focus.empty:
        return ""
    own = focus.iloc[0]
    totals = focus[focus["sex"] == "T"]
    told = (focus if totals.empty else totals).sort_values("value", ascending=False, kind="stable")
    said = {
        row.Index: f"{row.group}{'' if row.sex == 'T' else ', ' + SEX[row.sex]} {decimal(row.value, measure.decimals)}"
        for row in told.itertuples()
    }
    if len(said) > MOST:
        text = f"högst {said[told.index[0]]} och lägst {said[told.index[-1]]}"
    else:
        text = listed([said[at] for at in focus.index if at in said])
    when = period_text(measure.indicator, int(own["year"]))
    return f"{measure.indicator.label}: {text} {measure.unit.text} {in_place(own['name'])} {when}."


def dots_finding(rows: pd.DataFrame, measures: dict[str, Measure]) -> str:
    """One clause an indicator: label, the focus place's latest value and the country's of the same year."""
    clauses = []
    for id, measure in measures.items():
        said = comparison_finding(rows[rows["indicator"] == id], measure)
        clauses += [said[:-1]] if said else []
    return "; ".join(clauses) + "." if clauses else ""


def alternative_text(kind: str, finding: str, rows: pd.DataFrame, names: Sequence[str]) -> str:
    """What the drawing shows to a reader who does not see it: kind, finding, who is drawn, how many values.

    The whole data stands in the table under the figure, which the text points to.
    """
    places = listed(list(names)) if len(names) <= 9 else f"{len(names)} platser"
    years = f"{rows['year'].min()}–{rows['year'].max()}" if rows["year"].nunique() > 1 else str(rows["year"].max())
    shows = f"Visar {places}, {years}, {len(rows)} värden. Alla värden finns i tabellen under figuren."
    return " ".join(part for part in (f"{kind}.", finding, shows) if part)
