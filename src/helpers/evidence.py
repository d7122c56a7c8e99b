"""What stands beside a judgement: values, ranks, key figures, and the computed marks."""

from collections.abc import Iterable, Mapping

import pandas as pd

from helpers.setting import Setting
from lagesbild.catalog.models import Catalog, Indicator
from lagesbild.html.components import Evidence, KeyFigure, Mark
from lagesbild.places import COUNTRY
from lagesbild.rules.comparing import Placing
from lagesbild.rules.directions import indicator_sensitivity
from lagesbild.sources.files import DocumentSource
from lagesbild.statistics.combined import Arrow, Combined
from lagesbild.statistics.trends import Trend
from lagesbild.swedish.findings import Measure, comparison_finding, rank_text
from lagesbild.swedish.numbers import Origin, listed, period_text
from lagesbild.swedish.verdicts import REASONS, arrow_sign, sensitivity_text, trend_reason, verdict_sign
from lagesbild.tidy.schema import rows_of

COMPUTED = "Beräknat"


def measure_of(catalog: Catalog, indicator: str) -> Measure:
    """How an indicator's values are said."""
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


def placing_text(placing: Placing, entry: Indicator, municipalities: int) -> str:
    """A placing with its period: "plats 12 av 290 kommuner 2022"."""
    return f"{rank_text(placing.rank, placing.n, entry, municipalities)} {period_text(entry, placing.year)}"


def key_figures(setting: Setting, indicators: Iterable[str]) -> tuple[KeyFigure, ...]:
    """The latest values of some indicators for the place, the country and the region, by sex."""
    places = [code for code in (setting.focus, COUNTRY, setting.county) if code]
    table = setting.table
    table = table[table["place"].isin(places) & (table["group"] == "") & table["value"].notna()]
    lines = []
    for indicator in indicators:
        rows = table[(table["indicator"] == indicator) & (table["year"] == setting.latest.get(indicator))]
        for row in rows.itertuples():
            own = row.place == setting.focus and row.sex == "T"
            placing = setting.ranking(indicator).latest if own else None
            lines.append(
                KeyFigure(
                    indicator=indicator,
                    place=row.place,
                    year=int(row.year),
                    sex=row.sex,
                    value=f"{row.value:.4f}",
                    trend=str(setting.trends[indicator].verdict) if own else "",
                    rank=f"{placing.rank}/{placing.n}" if placing and placing.year == row.year else "",
                )
            )
    return tuple(lines)


def origins(rows: pd.DataFrame, catalog: Catalog, documents: Mapping[str, DocumentSource]) -> list[Origin]:
    """Where the values of `rows` were read, one entry an indicator and vintage. `documents`: `document_sources`."""
    places = []
    for indicator, vintage in dict.fromkeys(zip(rows["indicator"], rows["vintage"], strict=True)):
        entry = catalog.indicators[indicator]
        publisher = catalog.publishers[entry.publisher].name
        document = documents.get(entry.document or "")
        if document and document.vintage == vintage:
            places.append(Origin("document", publisher, document.source))
        elif entry.kolada:
            places.append(Origin("kolada", publisher, "Kolada (RKA)"))
        elif entry.table:
            places.append(Origin("table", publisher, f"tabell {entry.table.id}"))
        else:
            places.append(Origin(entry.source, publisher))
    return list(dict.fromkeys(places))


def computed_evidence(setting: Setting, indicator: str, link: str) -> Evidence:
    """One line of the computed side: verdict, why or over which years, how firm, the latest value and rank."""
    title = setting.catalog.indicators[indicator].title
    trend = setting.trends.get(indicator)
    if trend is None:
        return Evidence(title, Mark("Inget värde", COMPUTED), f"Inget värde för {setting.place}.", link)
    sign = verdict_sign(trend)
    firm = indicator_sensitivity(setting.table, setting.catalog, setting.focus, setting.year, indicator)
    reasons = [*_latest_texts(setting, indicator), trend_reason(trend), sensitivity_text(firm)]
    mark = Mark(sign.words, COMPUTED, symbol=sign.symbol, tone=sign.tone)
    return Evidence(title, mark, " ".join(reason for reason in reasons if reason), link)


def _latest_texts(setting: Setting, indicator: str) -> list[str]:
    """The latest value beside the country's, and the rank where there is one."""
    measure = measure_of(setting.catalog, indicator)
    rows = rows_of(setting.table, [indicator], [setting.focus, COUNTRY])
    rows = rows.assign(
        name=rows["place"].map(setting.places.names), role=[setting.role(code) for code in rows["place"]]
    )
    texts = [comparison_finding(rows, measure).removeprefix(f"{measure.indicator.label}: ")]
    placing = setting.ranking(indicator).latest
    if placing:
        texts.append(f"{placing_text(placing, measure.indicator, setting.municipalities).capitalize()}.")
    return texts


def combined_mark(computed: Combined) -> Mark:
    """The arrow of several indicators."""
    sign = arrow_sign(computed)
    return Mark(sign.words, COMPUTED, symbol=sign.symbol, tone=sign.tone)


def why_no_arrow(trends: Mapping[str, Trend], catalog: Catalog, indicators: list[str], computed: Combined) -> str:
    """Which figures are missing for an arrow of `indicators`; empty when there is one."""
    if computed.arrow is not Arrow.NONE:
        return ""
    labels = {indicator: catalog.indicators[indicator].label for indicator in indicators}
    refused: dict[str, list[str]] = {}
    for indicator in computed.not_judged:
        refused.setdefault(REASONS[trends[indicator].reason], []).append(labels[indicator])
    parts = [f"{listed(refused[reason])}: {reason}" for reason in refused]
    lacking = [labels[indicator] for indicator in indicators if indicator not in trends]
    parts += [f"{listed(lacking)}: inget värde i underlaget"] if lacking else []
    neutral = [labels[indicator] for indicator in computed.without_direction]
    parts += [f"{listed(neutral)}: saknar riktning"] if neutral else []
    return "; ".join(parts) + "." if parts else "Prioriteringen har ingen indikator med siffror."
