"""The catalogue's series that an initiative's own indicators come nearest to, since the initiative began."""

import pandas as pd

from ....assessments.regions import Initiative, RegionAssessment
from ....exhibits import Column, DataTable
from ....tidy import rows_of
from ....wording import decimal, period_text
from ...setting import Setting
from ..dates import start_year

HEADERS = ("Initiativ", "Indikator enligt underlaget", "Serie här", "Sedan start", "Så skiljer den sig")


def linked_series_table(
    setting: Setting, assessment: RegionAssessment, edition: int, places: list[str]
) -> DataTable | None:
    """One row a link, with the places' values from the start's year on; None without any link."""
    rows = [
        _row(setting, record, indicator, start_year(record.start) or edition, places)
        for record in (*assessment.initiatives.values(), *assessment.proposals.values())
        for indicator in record.indicators
        if indicator.series
    ]
    if not rows:
        return None
    return DataTable(
        "Serier som kommer initiativens egna indikatorer närmast. Där start inte anges räknas från underlagets år, "
        f"{edition}.",
        tuple(Column(header) for header in HEADERS),
        tuple(rows),
    )


def _row(setting: Setting, record: Initiative, indicator, since: int, places: list[str]) -> tuple[str, ...]:
    entry = setting.catalog.indicators[indicator.series]
    return (
        record.title,
        indicator.text,
        entry.title,
        _values(setting, indicator.series, since, places),
        indicator.differs or "–",
    )


def _values(setting: Setting, series: str, since: int, places: list[str]) -> str:
    """ "Umeå: 0,9 (2022), 1,0 (2023); Vännäs: 0,7 (2022)", else which year the series ends."""
    entry, decimals = setting.catalog.indicators[series], setting.catalog.decimals_of(series)
    rows = rows_of(setting.table, [series], places)
    rows = rows[(rows["sex"] == "T") & (rows["group"] == "") & (rows["month"] == (entry.month or 0))]
    after = rows[rows["year"] >= since]
    if after.empty:
        last = f"; serien slutar {int(rows['year'].max())} i underlaget" if len(rows) else ""
        return f"inget värde från {since} och framåt{last}"
    unit = setting.catalog.unit_of(series).text
    parts = [
        f"{setting.places.name(place)}: {_years(own, entry, decimals)}"
        for place, own in after.groupby("place", sort=False)
    ]
    return f"{'; '.join(parts)}. Enhet: {unit}."


def _years(rows: pd.DataFrame, entry, decimals: int) -> str:
    return ", ".join(
        f"{decimal(row.value, decimals)} ({period_text(entry, int(row.year))})" for row in rows.itertuples()
    )
