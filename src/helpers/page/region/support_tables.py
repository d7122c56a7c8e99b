"""R4: one table a municipality with the document's labels, counts, two kinds of percent, difference and total."""

import pandas as pd

from ...exhibits import Column, DataTable
from ...wording import NBSP, decimal, signed
from ..rows import chart_rows
from .profiles import TOTAL, Profiles, yearly_rows


def percent(value: float, decimals: int = 1) -> str:
    """ "15,5 %"."""
    return f"{decimal(value, decimals)}{NBSP}%"


def support_table(profiles: Profiles, place: str) -> DataTable:
    """One municipality: each type's count and share of its own total in two years, difference, total; last the share of
    the inhabitants, which has another base and says so."""
    first, last = profiles.years
    entries = profiles.setting.catalog.indicators
    rows = [_type_row(profiles, place, id, entries[id].label) for id in profiles.types]
    total = (decimal(profiles.count(place, TOTAL, year), 0) for year in (first, last))
    before, now = total
    rows.append((entries[TOTAL].label, before, "", now, "", signed(profiles.change(place), 0)))
    shares = [profiles.population_share(place, year) for year in (first, last)]
    if None not in shares:
        difference = f"{signed(shares[1] - shares[0], 2)} procentenheter"
        rows.append(("Andel av invånarna 20–64 år", "", percent(shares[0]), "", percent(shares[1]), difference))
    headers = (f"{first}", f"{first}, %", f"{last}", f"{last}, %", "Skillnad")
    return DataTable(
        caption=f"{profiles.setting.places.name(place)}: helårsekvivalenter {first} och {last}. Procent av kommunens "
        "egen summa; sista raden är procent av invånarna 20–64 år den 31 december.",
        columns=(Column("Ersättning"), *(Column(header, numeric=True) for header in headers)),
        rows=tuple(rows),
    )


def _type_row(profiles: Profiles, place: str, type_: str, label: str) -> tuple[str, ...]:
    cells = []
    for year in profiles.years:
        cells += [
            decimal(profiles.count(place, type_, year), 0),
            percent(profiles.own_share(place, type_, year)),
        ]
    return (label, *cells, signed(profiles.change(place, type_), 0))


def support_rows(profiles: Profiles) -> pd.DataFrame:
    """Chart rows of the counts in the tables, for the download."""
    rows = yearly_rows(profiles.setting, profiles.places)
    rows = rows[rows["year"].isin(profiles.years or ())]
    return chart_rows(profiles.setting, rows)


def share_rows(profiles: Profiles) -> pd.DataFrame:
    """Chart rows of the last year: each type as percent of the inhabitants aged 20-64 of its place."""
    rows = support_rows(profiles)
    if rows.empty:
        return rows
    last = profiles.years[1]
    rows = rows[(rows["year"] == last) & (rows["indicator"] != TOTAL)]
    people = {place: profiles.inhabitants(place, last) for place in profiles.places}
    shares = 100 * rows["value"] / rows["place"].map(people)
    return rows.assign(value=shares, unit="procent", decimals=1).dropna(subset=["value"]).reset_index(drop=True)
