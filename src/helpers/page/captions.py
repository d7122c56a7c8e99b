"""The words around a figure: its finding, what its subtitle says is measured, and its notes."""

import pandas as pd

from ..catalog import Indicator
from ..tidy import withheld
from ..wording import (
    comparison_finding,
    dots_finding,
    gap_finding,
    groups_finding,
    listed,
    period_text,
    series_finding,
    shares_finding,
    years_text,
)
from ..wording.findings import Measure
from .setting import Setting


def figure_finding(measures: dict[str, Measure], rows: pd.DataFrame) -> str:
    """One sentence with the figure's main values, made from `rows`."""
    first = next(iter(measures.values()))
    if len(measures) > 1 and all(measure.indicator.share for measure in measures.values()):
        return shares_finding(rows, first)
    if len(measures) > 1:
        return dots_finding(rows, measures)
    if (rows["group"] != "").any():
        return groups_finding(rows, first)
    if set(rows["sex"]) >= {"K", "M"}:
        return gap_finding(rows, first)
    return series_finding(rows, first) if rows["year"].nunique() > 1 else comparison_finding(rows, first)


def figure_subtitle(measures: dict[str, Measure], rows: pd.DataFrame) -> str:
    """Measure, unit, place and years of what is drawn."""
    titles = listed([measure.indicator.title for measure in measures.values()])
    units = listed(list(dict.fromkeys(m.unit.text for m in measures.values() if m.unit.text)))
    first = next(iter(measures.values())).indicator
    years = period_text(first, int(rows["year"].iloc[0])) if rows["year"].nunique() == 1 else years_text(rows["year"])
    names = list(dict.fromkeys(rows["name"]))
    where = listed(names) if len(names) <= 3 else f"{names[0]} och {len(names) - 1} jämförda platser"
    return ". ".join(part for part in (titles, units[:1].upper() + units[1:], f"{where}, {years}") if part) + "."


def measure_notes(entries: list[Indicator], rows: pd.DataFrame) -> list[str]:
    """What a reader must know of the measures drawn: questions, caveats, breaks, years left out, missing margins."""
    notes = [text for entry in entries for text in (entry.question, entry.caveat, entry.own_definition)]
    notes += [f"{b.year}: {b.what}" for entry in entries for b in entry.breaks if b.year <= int(rows["year"].max())]
    notes += [
        f"Utan {listed([str(year) for year in out.years])}: {out.why}" for entry in entries for out in entry.left_out
    ]
    if any(entry.kind == "survey" for entry in entries) and rows["margin"].isna().all():
        notes.append("Osäkerhetstal saknas i underlaget: skillnader mellan platser och år kan bero på slumpen.")
    return [note for note in notes if note]


def missing_notes(setting: Setting, indicators: list[str], rows: pd.DataFrame, asked: list[str]) -> list[str]:
    """Which of the places asked for lack a value, and whether some are hidden."""
    lacking = [code for code in asked if code not in set(rows["place"])]
    hidden = withheld(setting.table, indicators, asked)
    hidden = hidden[(hidden["status"] == "hidden") & ~hidden["place"].isin(rows["place"])]
    notes = []
    if lacking:
        notes.append(f"Saknar värde: {listed([setting.places.name(code) for code in lacking])}.")
    if len(hidden):
        notes.append("Några värden är dolda för att skydda enskilda.")
    return notes
