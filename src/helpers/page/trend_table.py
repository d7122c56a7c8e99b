"""The chapter that lists every trend of the report: verdict, period, p alone and among all, or why there is none."""

import pandas as pd

from ..exhibits import Cell, Chapter, Column, DataTable, Listing, Shown, chapter_shown
from ..trends import Trend, by_indicator
from ..wording import in_place
from ..wording.trend_table import basis_text, p_text, tested_text, weakness_text
from ..wording.verdicts import verdict_sign
from .indicators import pages_of_indicators
from .judging import judged_series
from .setting import Setting

ANCHOR, TITLE = "trender", "Alla trender"


def trends(setting: Setting) -> Shown:
    """Every indicator of figures and priorities: those that are judged, those that cannot be, those without a value."""
    series = judged_series(setting.table, setting.catalog, setting.focus, setting.year)
    found = by_indicator(series)
    order = list(pages_of_indicators(setting.catalog))
    judged = [id for id in order if id in found and found[id].judged]
    refused = [id for id in order if id in found and not found[id].judged]
    lacking = tuple(setting.catalog.indicators[id].title for id in order if id not in found)
    where = in_place(setting.place)
    return chapter_shown(
        Chapter(
            ANCHOR,
            TITLE,
            (tested_text(len(judged), len(order)),),
            tables=(_judged(setting, judged, series.set_index("indicator"), found),) if judged else (),
            folded=((f"Kan inte bedömas, med skäl ({len(refused)} mått)", _refused(setting, refused, found)),)
            if refused
            else (),
            listings=(Listing(f"Inget värde {where} i underlaget", lacking),) if lacking else (),
        )
    )


def _judged(setting: Setting, ids: list[str], series: pd.DataFrame, found: dict[str, Trend]) -> DataTable:
    rows = []
    for id in ids:
        weak = weakness_text(found[id])
        verdict = Cell(verdict_sign(found[id]).words, (weak,) if weak else ())
        p, p_adjusted = (p_text(series.loc[id, name]) for name in ("p", "p_adjusted"))
        rows.append((_name(setting, id), verdict, basis_text(found[id]), p, p_adjusted))
    return DataTable(
        caption=f"Mått vars trend {in_place(setting.place)} kan bedömas, för utgåvan {setting.year}.",
        columns=tuple(Column(header) for header in ("Mått", "Trend", "Period och test", "p", "Justerat p")),
        rows=tuple(rows),
    )


def _refused(setting: Setting, ids: list[str], found: dict[str, Trend]) -> DataTable:
    return DataTable(
        caption=f"Mått vars trend {in_place(setting.place)} inte kan bedömas, och varför.",
        columns=(Column("Mått"), Column("Varför inte")),
        rows=tuple((_name(setting, id), basis_text(found[id])) for id in ids),
    )


def _name(setting: Setting, id: str) -> Cell:
    """The indicator's title, and the pages that it stands on."""
    pages = [setting.catalog.pages[page].nav for page in pages_of_indicators(setting.catalog)[id]]
    return Cell(setting.catalog.indicators[id].title, (", ".join(pages),))
