"""The long view: monthly series freed from their seasons, women and men, with suspected non-response marked."""

from dataclasses import dataclass

import pandas as pd

from ...exhibits import Column, DataTable
from ...support import suspected_nonresponse
from ...support.seasons import NoSeasons, seasonally_adjusted
from ...tables import MISSING, SYMBOLS
from ...wording import decimal, listed
from ...wording.sources import MONTHS
from ..rows import chart_rows
from .absences import monthly_rows
from .profiles import MAY_BE_UNREPORTED, Profiles

OBSERVED, ADJUSTED = "Månadsvärde", "Säsongsrensat"
PANELS = {"T": "Alla", "K": "Kvinnor", "M": "Män"}
METHOD = (
    "Säsongen tas bort med STL (Cleveland m.fl. 1990), robust och med tolv månader. Minst tre obrutna år krävs, och en "
    "månad som saknas eller är misstänkt bortfall bryter serien: ingenting fylls i."
)


@dataclass(frozen=True)
class LongView:
    """The months at hand; `place` is the one that is drawn, None when nobody has months."""

    months: pd.DataFrame  # tidy rows of the total, all places and sexes; "suspect" where a part was never reported
    place: str | None
    suspect: pd.DataFrame  # months of social assistance that were probably never reported


def long_view_of(profiles: Profiles) -> LongView:
    """The months of the region's places: the page's own place first, else the first that has any."""
    months = monthly_rows(profiles)
    order = [profiles.setting.focus, *profiles.region.members, *profiles.region.comparisons]
    held = set(months.loc[months["value"].notna(), "place"])
    place = next((code for code in order if code in held), None)
    suspect = _suspect(monthly_rows(profiles, MAY_BE_UNREPORTED))
    at = ["place", "year", "month"]
    lost = pd.MultiIndex.from_frame(months[at]).isin(pd.MultiIndex.from_frame(suspect[at]))
    return LongView(months.assign(status=months["status"].mask(lost, "suspect")), place, suspect)


def missing_text(profiles: Profiles, view: LongView) -> str:
    """What the long view lacks: months, women and men, years; empty when it has everything."""
    if view.place is None:
        years = sorted({int(year) for year in profiles.profile["year"]})
        held = f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(str(year) for year in years) or "inga"
        return (
            f"Månadsvärden och uppgifter för kvinnor och män saknas i underlaget, som har hela år: {held}. Därför "
            "visas ingen säsongsrensad utveckling, och misstänkt bortfall kan inte sökas månad för månad."
        )
    sexes = set(view.months.loc[(view.months["place"] == view.place) & view.months["value"].notna(), "sex"])
    return "" if {"K", "M"} <= sexes else "Kvinnor och män var för sig saknas i underlaget."


def long_view_rows(profiles: Profiles, view: LongView) -> pd.DataFrame:
    """Chart rows of the drawn place: observed and adjusted months, a group a sex."""
    own = view.months[(view.months["place"] == view.place) & view.months["value"].notna()]
    parts = []
    for sex, panel in PANELS.items():
        months = own[own["sex"] == sex]
        if months.empty:
            continue
        rows = chart_rows(profiles.setting, months).assign(group=panel, sex="T", label=OBSERVED, role="peer")
        parts.append(rows)
        adjusted = seasonally_adjusted(months)
        if adjusted.reason is NoSeasons.NONE:
            kept = rows.merge(adjusted.rows[["year", "month", "adjusted"]], on=["year", "month"])
            kept = kept.assign(value=kept["adjusted"], label=ADJUSTED, role="focus", status="")
            parts.append(kept.drop(columns="adjusted"))
    return pd.concat(parts, ignore_index=True) if parts else own.assign(group="", label="")


def long_view_table(profiles: Profiles, view: LongView) -> DataTable:
    """One row a place: the last month, the adjusted level then, a year earlier, and how many months it rests on."""
    places = (*profiles.region.members, *profiles.region.comparisons)
    rows = tuple(_place_row(profiles, view, place) for place in places)
    headers = ("Senaste månad", "Månadsvärde", "Säsongsrensat", "Ett år tidigare, säsongsrensat", "Månader i rad")
    return DataTable(
        "Alla ersättningar, helårsekvivalenter: senaste månad och säsongsrensad nivå.",
        (Column("Kommun"), *(Column(header, numeric=True) for header in headers)),
        rows,
        symbols=((MISSING, SYMBOLS[MISSING]),) if any(MISSING in row for row in rows) else (),
    )


def _place_row(profiles: Profiles, view: LongView, place: str) -> tuple[str, ...]:
    name = profiles.setting.places.name(place)
    own = view.months[(view.months["place"] == place) & (view.months["sex"] == "T")]
    adjusted = seasonally_adjusted(own)
    if adjusted.rows.empty:
        return (name, *[MISSING] * 5)
    last = adjusted.rows.iloc[-1]
    before = adjusted.rows[(adjusted.rows["year"] == last["year"] - 1) & (adjusted.rows["month"] == last["month"])]
    levels = [decimal(level, 0) if level == level else MISSING for level in (last["adjusted"], *before["adjusted"][:1])]
    levels += [MISSING] * (2 - len(levels))
    when = f"{MONTHS[int(last['month']) - 1]} {int(last['year'])}"
    return (name, when, decimal(last["value"], 0), *levels, str(adjusted.run))


def suspicion_sentence(profiles: Profiles, view: LongView) -> str:
    """Which months are suspected to be missing reports; empty when none is."""
    label = profiles.setting.catalog.indicators[MAY_BE_UNREPORTED].label
    found = [
        f"{profiles.setting.places.name(place)} ({listed(_month_words(rows))})"
        for place, rows in view.suspect.groupby("place", sort=False)
    ]
    return f"Misstänkt bortfall, noll i {label} efter månader med värden: {listed(found)}." if found else ""


def _month_words(rows: pd.DataFrame) -> list[str]:
    return [f"{MONTHS[row.month - 1]} {row.year}" for row in rows.sort_values(["year", "month"]).itertuples()]


def _suspect(months: pd.DataFrame) -> pd.DataFrame:
    """The months of 0 that follow on months above 0 of the same place and sex."""
    total = months[months["sex"] == "T"]
    return total[suspected_nonresponse(total) != ""] if len(total) else total
