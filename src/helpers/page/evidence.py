"""What is computed about an indicator in the page's place: its latest value, rank, and the lines of key_figures.csv."""

import pandas as pd

from ..exhibits import KeyFigure
from ..exhibits.blocks import Evidence, Mark
from ..places import COUNTRY
from ..sources.document_list import document_sources
from ..tidy import latest_year, rows_of
from ..trends import Arrow, Combined
from ..wording import Origin, comparison_finding, listed
from ..wording.verdicts import REASONS, arrow_sign, firmness_text, trend_reason, verdict_sign
from .judging import combined_trend, indicator_firmness
from .ranking import Placing, placing, placing_text
from .setting import Setting
from .values import measure_of

COMPUTED = "Beräknat"


def key_figures(setting: Setting, indicators: list[str]) -> tuple[KeyFigure, ...]:
    """The latest values of some indicators for the place, the country and the region, by sex."""
    places = [code for code in (setting.focus, COUNTRY, setting.county) if code]
    lines = []
    for id in indicators:
        year = latest_year(setting.table, id, setting.focus)
        rows = setting.table
        rows = rows[(rows["indicator"] == id) & (rows["year"] == year) & (rows["group"] == "") & rows["value"].notna()]
        rows = rows[rows["place"].isin(places)]
        best = placing(setting, id)
        lines += [_line(setting, row, best) for row in rows.itertuples()]
    return tuple(lines)


def _line(setting: Setting, row, best: Placing | None) -> KeyFigure:
    own = row.place == setting.focus and row.sex == "T" and best is not None and best.year == row.year
    return KeyFigure(
        indicator=row.indicator,
        place=row.place,
        year=int(row.year),
        sex=row.sex,
        value=f"{row.value:.4f}",
        trend=str(setting.trends[row.indicator].verdict) if row.place == setting.focus and row.sex == "T" else "",
        rank=f"{best.rank}/{best.n}" if own else "",
    )


def origins(setting: Setting, rows: pd.DataFrame) -> list[Origin]:
    """Where the values of `rows` were read, one entry an indicator and vintage."""
    catalog = setting.catalog
    documents = document_sources(setting.paths)
    found = []
    for id, vintage in dict.fromkeys(zip(rows["indicator"], rows["vintage"], strict=True)):
        entry = catalog.indicators[id]
        publisher = catalog.publishers[entry.publisher].name
        document = documents.get(entry.document or "")
        if document and document.vintage == vintage:
            found.append(Origin("document", publisher, document.source))
        elif entry.kolada:
            found.append(Origin("kolada", publisher, "Kolada (RKA)"))
        elif entry.table:
            found.append(Origin("table", publisher, f"tabell {entry.table.id}"))
        else:
            found.append(Origin(entry.source, publisher))
    return list(dict.fromkeys(found))


def computed_evidence(setting: Setting, indicator: str, link: str) -> Evidence:
    """One line of the computed side: verdict, why or over which years, how firm, the latest value and rank."""
    entry = setting.catalog.indicators[indicator]
    trend = setting.trends.get(indicator)
    if trend is None:
        return Evidence(entry.title, Mark("Inget värde", COMPUTED), f"Inget värde för {setting.place}.", link)
    sign = verdict_sign(trend)
    firm = indicator_firmness(setting.table, setting.catalog, setting.focus, setting.year, indicator)
    reasons = [latest_text(setting, indicator), trend_reason(trend), firmness_text(firm)]
    return Evidence(
        entry.title,
        Mark(sign.words, COMPUTED, symbol=sign.symbol, tone=sign.tone),
        " ".join(part for part in reasons if part),
        link,
    )


def latest_text(setting: Setting, indicator: str) -> str:
    """The latest value beside the country's, and the rank where there is one."""
    entry = setting.catalog.indicators[indicator]
    rows = rows_of(setting.table, [indicator], [setting.focus, COUNTRY])
    rows = rows.assign(
        name=rows["place"].map(setting.places.names), role=[setting.role(code) for code in rows["place"]]
    )
    finding = comparison_finding(rows, measure_of(setting, indicator)).removeprefix(f"{entry.label}: ")
    best = placing(setting, indicator)
    rank = f"{placing_text(setting, indicator, best).capitalize()}." if best else ""
    return " ".join(part for part in (finding, rank) if part)


def combined_mark(setting: Setting, indicators: list[str]) -> tuple[Mark, str]:
    """The arrow of several indicators as a mark, and the words of why there is none where there is none."""
    found = combined_trend(setting.trends, setting.catalog, indicators)
    sign = arrow_sign(found)
    return Mark(sign.words, COMPUTED, symbol=sign.symbol, tone=sign.tone), why_no_arrow(setting, indicators, found)


def why_no_arrow(setting: Setting, indicators: list[str], found: Combined) -> str:
    """Which figures are missing for an arrow; empty when there is one."""
    if found.arrow is not Arrow.NONE:
        return ""
    lacking = [setting.catalog.indicators[id].label for id in indicators if id not in setting.trends]
    refused: dict[str, list[str]] = {}
    for id in found.not_judged:
        refused.setdefault(REASONS[setting.trends[id].reason], []).append(setting.catalog.indicators[id].label)
    parts = [f"{listed(labels)}: {reason}" for reason, labels in refused.items()]
    parts += [f"{listed(lacking)}: inget värde i underlaget"] if lacking else []
    neutral = [setting.catalog.indicators[id].label for id in found.without_direction]
    parts += [f"{listed(neutral)}: saknar riktning"] if neutral else []
    return "; ".join(parts) + "." if parts else "Prioriteringen har ingen indikator med siffror."
