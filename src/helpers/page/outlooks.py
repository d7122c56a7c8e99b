"""The chapter that looks ahead, or says how many series were tried and why none is drawn."""

import pandas as pd

from ..charts.kinds import fan
from ..charts.look import Frame
from ..charts.svg import svg_of
from ..exhibits import (
    Chapter,
    Column,
    DataTable,
    FigureBlock,
    Listing,
    Provenance,
    Shown,
    chapter_shown,
    figure_shown,
)
from ..outlook import Bounds, NoOutlook, Outlook, outlook, tried_and_drawn
from ..tables import download_text
from ..wording import alternative_text, decimal, in_place, listed, source_line
from ..wording.kinds import KINDS
from ..wording.outlooks import HOW, METHOD, NO_OUTLOOK, tried_text
from .evidence import origins
from .indicators import pages_of_indicators
from .judging import trend_context, trend_points
from .rows import chart_rows
from .setting import Setting
from .values import measure_of

ANCHOR, TITLE = "utblick", "Utblick"
FIGURE = "utblick-figur"
NO_FIELD = "–"
ENDS = {"low80": "lägst 80 %", "high80": "högst 80 %", "low95": "lägst 95 %", "high95": "högst 95 %"}


def outlooks(setting: Setting) -> Shown:
    """Which series were tried and why the others were not, and a fan for each that passed."""
    found = place_outlooks(setting)
    passed = [id for id, one in found.items() if one.reason is NoOutlook.NONE]
    listings = tuple(
        Listing(text, tuple(setting.catalog.indicators[id].title for id in ids))
        for reason, text in NO_OUTLOOK.items()
        if (ids := [id for id, one in found.items() if one.reason is reason])
    )
    told = (HOW, tried_text(*tried_and_drawn(found), len(found)))
    chapter = chapter_shown(Chapter(ANCHOR, TITLE, told, listings=listings))
    if not passed:
        return chapter
    figure = figure_shown(_figure(setting, {id: found[id] for id in passed}))
    return Shown(chapter.html + figure.html, figure.record)


def place_outlooks(setting: Setting) -> dict[str, Outlook]:
    """Indicator -> its outlook in the place, or why it has none, for every indicator with a value there."""
    points = trend_points(setting.table, setting.catalog, setting.focus)
    held = {str(id): rows for id, rows in points.groupby("indicator")}
    return {
        id: outlook(held[id], trend_context(setting.catalog, id, setting.year), _bounds(setting, id))
        for id in pages_of_indicators(setting.catalog)
        if id in held
    }


def _bounds(setting: Setting, id: str) -> Bounds:
    unit = setting.catalog.unit_of(id)
    return Bounds(
        float("-inf") if unit.low is None else unit.low,
        float("inf") if unit.high is None else unit.high,
    )


def _figure(setting: Setting, passed: dict[str, Outlook]) -> FigureBlock:
    rows = _rows(setting, passed)
    published = rows[rows["low95"].isna()]
    measures = [measure_of(setting, id) for id in passed]
    alternative = alternative_text(KINDS["fan"], "", rows, [setting.place])
    breaks = {cut.year: cut.what for measure in measures for cut in measure.indicator.breaks}
    frame = Frame(breaks=tuple(sorted(breaks.items())))
    return FigureBlock(
        number="Utblick",
        anchor=FIGURE,
        title="Två år framåt, om serien går som hittills",
        state="derived",
        state_text="Beräknat",
        subtitle=f"{listed([measure.indicator.title for measure in measures])}, {setting.place}.",
        provenance=Provenance(
            source_line(origins(setting, published)),
            " ".join(measure.indicator.definition for measure in measures),
            METHOD,
            setting.remake("overview", list(passed)),
        ),
        alternative=alternative,
        svg=svg_of(fan(rows, frame), id=FIGURE, alt=alternative),
        table=_table(setting, rows),
        download_name="utblick.csv",
        download_text=download_text(rows, ENDS),
    )


def _rows(setting: Setting, passed: dict[str, Outlook]) -> pd.DataFrame:
    """Chart rows of the published years that were used, and of the years ahead with their ends."""
    points = trend_points(setting.table, setting.catalog, setting.focus)
    made = []
    for id, one in passed.items():
        past = points[points["indicator"] == id].sort_values("year")
        past = past[past["year"] < one.path["year"].min()].tail(one.years)
        same = {name: past[name].iloc[-1] for name in ("indicator", "place", "month", "sex", "group", "vintage")}
        made += [past, one.path.assign(**same, status="", margin=float("nan"), count=float("nan"))]
    return chart_rows(setting, pd.concat(made, ignore_index=True))


def _table(setting: Setting, rows: pd.DataFrame) -> DataTable:
    """Every value of the drawing: published, then expected with the ends of its fields."""
    body = []
    for row in rows.itertuples():
        ends = [tuple(getattr(row, f"{side}{level}") for side in ("low", "high")) for level in (80, 95)]
        spans = [
            NO_FIELD if pd.isna(low) else f"{decimal(low, row.decimals)} till {decimal(high, row.decimals)}"
            for low, high in ends
        ]
        kind = "publicerat" if spans[0] == NO_FIELD else "väntat"
        body.append((f"{row.label} {row.year}", kind, decimal(row.value, row.decimals), *spans))
    headers = ("Mått och år", "Slag", "Värde", "80 av 100 utfall", "95 av 100 utfall")
    return DataTable(
        caption=f"Publicerade och väntade värden {in_place(setting.place)}, om serierna går som hittills.",
        columns=tuple(Column(header, numeric=header not in headers[:2]) for header in headers),
        rows=tuple(body),
        symbols=((NO_FIELD, "publicerat värde utan fält"),),
    )
