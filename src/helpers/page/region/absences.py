"""What is missing in a region's figures, place by place and in words: nothing is averaged away."""

from dataclasses import dataclass

import pandas as pd

from ...wording import listed
from ...wording.sources import MONTHS
from .profiles import TOTAL, Profiles, yearly_rows


@dataclass(frozen=True)
class Absence:
    """One thing that a place lacks: `what` is the end of a sentence that begins with the place's name."""

    place: str
    what: str


def absences(profiles: Profiles) -> list[Absence]:
    """Missing tables, types, months and populations of the region's places, in the catalogue's order."""
    found = [Absence(place, "har inga egna uppgifter i underlaget") for place in profiles.without]
    if profiles.years:
        for place in profiles.partial:
            found += [Absence(place, what) for year in profiles.years for what in _lacking(profiles, place, year)]
        for place in profiles.places:
            years = [year for year in profiles.years if profiles.inhabitants(place, year) is None]
            found += [Absence(place, f"saknar antalet invånare 20–64 år {year}") for year in years]
    order = [*profiles.region.members, *profiles.region.comparisons]
    return sorted(found, key=lambda one: order.index(one.place))


def absence_sentences(profiles: Profiles) -> list[str]:
    """One sentence for the places that lack the same thing."""
    by_what: dict[str, list[str]] = {}
    for one in absences(profiles):
        by_what.setdefault(one.what, []).append(profiles.setting.places.name(one.place))
    return [f"{listed(names)} {what}." for what, names in by_what.items()]


def _lacking(profiles: Profiles, place: str, year: int) -> list[str]:
    """What a place lacks in one year: whole types, single months, or an answer that was probably never given."""
    rows = yearly_rows(profiles.setting, [place])
    rows = rows[rows["year"] == year].set_index("indicator")
    entries = profiles.setting.catalog.indicators
    types: dict[str, list[str]] = {}
    for id in (*profiles.types, TOTAL):
        if id in rows.index and rows.loc[id, "status"] == "suspect":
            what = f"har noll i {entries[id].label} {year} efter år med värden, ett misstänkt bortfall"
        elif id in rows.index:
            continue
        else:
            what = _missing_months(profiles, place, id, year) or f"saknar uppgift om {{types}} {year}"
        types.setdefault(what, []).append(entries[id].label)
    whole = len(profiles.types) + 1
    return [
        what.replace("{types}", "alla ersättningar" if len(labels) == whole else listed(labels))
        for what, labels in types.items()
    ]


def _missing_months(profiles: Profiles, place: str, indicator: str, year: int) -> str:
    """ "saknar oktober och november 2021 för ..." where some months are there; nothing where none is."""
    table = profiles.setting.table
    own = table[(table["place"] == place) & (table["indicator"] == indicator) & (table["year"] == year)]
    held = set(own.loc[own["value"].notna() & (own["sex"] == "T"), "month"]) - {0}
    missing = [MONTHS[month - 1] for month in range(1, 13) if month not in held]
    return f"saknar {listed(missing)} {year} för {{types}}" if held and missing else ""


def monthly_rows(profiles: Profiles, indicator: str = TOTAL) -> pd.DataFrame:
    """Tidy rows of single months of the region's places, all sexes."""
    table = profiles.setting.table
    places = [*profiles.region.members, *profiles.region.comparisons]
    return table[(table["indicator"] == indicator) & (table["month"] > 0) & table["place"].isin(places)]
