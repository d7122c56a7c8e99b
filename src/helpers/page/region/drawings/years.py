"""R6, the long view and R10's timeline: what moves together, month by month, and from start to end."""

import pandas as pd

from ....charts.look import Frame
from ....exhibits import Column, DataTable, Shown, figure_shown
from ....tables import MISSING
from ....wording import decimal, listed
from ...figures import Chart
from ..dates import readable
from ..exhibiting import About, Drawn, figure_of, nothing, table_text, values_text
from ..long_view import METHOD as SEASONS_METHOD
from ..long_view import long_view_table, missing_text, suspicion_sentence
from ..material import Material
from ..register.days import timeline_text
from ..together import METHOD as TOGETHER_METHOD
from .frames import SHARES, SOURCE, withheld

ILL_AND_UNEMPLOYED = (
    "Ohälsa är sjukpenning, sjukersättning och aktivitetsersättning; arbetslöshet är arbetslöshetsersättning och "
    "arbetsmarknadsåtgärder."
)


def together_rows(material: Material) -> pd.DataFrame:
    """Rows for two measures: `name`, `role`, `x` (ill health), `y` (unemployment); empty where the test is refused."""
    found, setting = material.together, material.setting
    columns = ["place", "name", "role", "x", "y", "x_label", "y_label"]
    if found.refused:
        return pd.DataFrame(columns=columns)
    own = {*material.region.members, *material.region.comparisons}
    rows = found.rows[found.rows["year"] == found.year].dropna()
    return pd.DataFrame(
        [
            (row.place, setting.places.name(row.place), "focus" if row.place in own else "peer", row.ill_health,
             row.unemployment, "ohälsa, procent", "arbetslöshet, procent")
            for row in rows.itertuples()
        ],
        columns=columns,
    )  # fmt: skip


def together(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R6: ill health against unemployment, or why nothing is said."""
    part, found = material.setting.catalog.parts["R6"], material.together
    if found.refused:
        asked = About("R6", "r6", part.title, "", ILL_AND_UNEMPLOYED, SOURCE, method=TOGETHER_METHOD)
        return figure_shown(withheld(asked, found.sentence))
    table = DataTable(
        f"Ohälsa och arbetslöshet, procent av invånarna 20–64 år {found.year}.",
        (Column("Kommun"), Column("Ohälsa", numeric=True), Column("Arbetslöshet", numeric=True)),
        tuple((row.name, decimal(row.x, 2), decimal(row.y, 2)) for row in rows.itertuples(index=False)),
    )
    about = About(
        "R6", "r6", part.title, found.finding,
        f"{ILL_AND_UNEMPLOYED} Procent av invånarna 20–64 år {found.year}.",
        material.shares_source, state="derived", method=TOGETHER_METHOD, remake=material.remake("R6"),
        notes=(found.sentence,),
    )  # fmt: skip
    sides = {"x": "Ohälsa", "y": "Arbetslöshet"}
    values = pd.concat([rows.assign(value=rows[side], label=label, year=found.year) for side, label in sides.items()])
    return figure_of(about, Drawn(chart, rows, SHARES, table, values_text(values)))


def long_view(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R6: months freed from their seasons, women and men; a card that says what is missing."""
    profiles, view = material.profiles, material.long_view
    missing = missing_text(profiles, view)
    title = "Lång sikt: månad för månad"
    if view.place is None or rows.empty:
        asked = About("R6", "r6-lang-sikt", title, "", "Helårsekvivalenter per månad.", SOURCE, method=SEASONS_METHOD)
        return figure_shown(withheld(asked, missing))
    name = material.setting.places.name(view.place)
    first, last = int(rows["year"].min()), int(rows["year"].max())
    about = About(
        "R6", "r6-lang-sikt", title, _long_finding(material),
        f"Helårsekvivalenter per månad, alla ersättningar. {name}, {first}–{last}.", material.counts_source,
        state="derived", method=SEASONS_METHOD, remake=material.remake("R6"),
        notes=tuple(filter(None, (missing, suspicion_sentence(profiles, view)))),
    )  # fmt: skip
    frame = Frame(unit_text="helårsekvivalenter", decimals=0, low=0)
    return figure_of(about, Drawn(chart, rows, frame, long_view_table(profiles, view), values_text(rows)))


def _long_finding(material: Material) -> str:
    table = long_view_table(material.profiles, material.long_view)
    name = material.setting.places.name(material.long_view.place)
    _, when, value, level, before, run = next(row for row in table.rows if row[0] == name)
    if level == MISSING:
        return f"{name} {when}: {value} helårsekvivalenter; {run} månader i rad är för få för att ta bort säsongen."
    text = f"{name} {when}: {level} helårsekvivalenter, säsongsrensat"
    return f"{text}, mot {before} ett år tidigare." if before != MISSING else f"{text}."


def timeline(material: Material, chart: Chart, rows: pd.DataFrame) -> Shown:
    """R10: the initiatives that have a day; the others are told in words."""
    count = len(material.assessment.initiatives) if material.assessment else 0
    if rows.empty:
        return nothing()
    table = DataTable(
        "Initiativ med en dag i underlaget.",
        (Column("Initiativ"), Column("Start"), Column("Slut"), Column("Uppföljning")),
        tuple(
            (row.name, _day(row.start), _day(row.end), listed([_day(day) for day in row.days]) or "saknas")
            for row in rows.itertuples(index=False)
        ),
    )
    without = f"{count - len(rows)} av {count} initiativ har ingen dag alls i underlaget och ritas inte."
    about = About(
        "R10", "r10-tidslinje", "Initiativ med start- eller slutdag", f"{len(rows)} av {count} initiativ har en dag.",
        timeline_text(rows) + ".", material.group_source, remake=material.remake("R10"), notes=(without,),
    )  # fmt: skip
    return figure_of(about, Drawn(chart, rows, Frame(decimals=0), table, _days_text(rows)))


def _days_text(rows: pd.DataFrame) -> str:
    """The days as csv: initiative, which day it is, and the day."""
    days = [
        (row.name, kind, day.isoformat())
        for row in rows.itertuples(index=False)
        for kind, several in (("Start", [row.start]), ("Slut", [row.end]), ("Uppföljning", row.days))
        for day in several
        if day
    ]
    columns = tuple(Column(header) for header in ("initiativ", "mått", "värde"))
    return table_text([DataTable("", columns, tuple(days))])


def _day(day) -> str:
    return readable(day.isoformat()) if day else "saknas"
