"""What stands beside a judgement: values, ranks, key figures, and the computed marks."""

from dataclasses import dataclass, field

import pandas as pd

from helpers.setting import Setting
from lagesbild.html.components import Evidence, KeyFigure, Mark
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import combined_trend, indicator_firmness, with_cases
from lagesbild.sources.files import document_sources
from lagesbild.statistics.combined import Arrow, Combined
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.ranks import NoRank, RankRule, plausible_ranks, quartile_cuts, ranked
from lagesbild.swedish.findings import Measure, comparison_finding, rank_text
from lagesbild.swedish.numbers import Origin, listed, period_text
from lagesbild.swedish.verdicts import REASONS, arrow_sign, firmness_text, trend_reason, verdict_sign
from lagesbild.tidy.schema import latest_year, rows_of

# An indicator's values as every part of a page takes them, and how they are said.


def measure_of(setting: Setting, indicator: str) -> Measure:
    """How an indicator's values are said."""
    catalog = setting.catalog
    return Measure(catalog.indicators[indicator], catalog.unit_of(indicator), catalog.decimals_of(indicator))


def totals(setting: Setting, indicator: str) -> pd.DataFrame:
    """The usable totals of an indicator, one row a place and year: both sexes, no group, the indicator's month."""
    rows = setting.series.get(indicator, setting.table.iloc[:0])
    month = setting.catalog.indicators[indicator].month or 0
    return rows[(rows["sex"] == "T") & (rows["group"] == "") & (rows["month"] == month) & usable(rows)]


# The place's rank among all municipalities: in its latest complete year and the one before, or why there is none.


@dataclass(frozen=True)
class Placing:
    """Rank `rank` of `n` municipalities with a value in `year`; 1 is best, ties share a rank, class 1 is best."""

    year: int
    rank: int
    n: int
    quartile: int


@dataclass(frozen=True)
class Ranking:
    """The latest placing and the one before, or the reason for none. A rank moves when others move."""

    latest: Placing | None = None
    previous: Placing | None = None  # in an earlier complete year of the same definition
    plausible: tuple[int, int] | None = None  # of the latest, where all places' margins or cases are known
    cuts: pd.DataFrame = field(default_factory=pd.DataFrame)  # of the latest: see `quartile_cuts`
    reason: NoRank = NoRank.NONE  # why the place's latest year has none, where no year has


def ranking(setting: Setting, indicator: str) -> Ranking:
    """The place's rank by the rules of `comparisons.ranked`; without a value of its own it has neither rank nor reason.

    Only yearly totals of municipalities count, each year by itself.
    """
    if indicator not in setting.rankings:
        setting.rankings[indicator] = _ranking(setting, indicator)
    return setting.rankings[indicator]


def _ranking(setting: Setting, indicator: str) -> Ranking:
    rows = totals(setting, indicator)
    rows = rows[rows["place"].map(setting.places.kinds) == "K"]
    own = sorted(rows.loc[rows["place"] == setting.focus, "year"], reverse=True)
    taking_part = rows.groupby("year").size()
    reasons = {year: rank_rule(setting, indicator, year, n).refusal(n) for year, n in taking_part.items()}
    complete = [year for year in own if not reasons[year]][:2]
    if not complete:
        return Ranking(reason=reasons[own[0]] if own else NoRank.NONE)
    found = [_of_year(setting, indicator, rows[rows["year"] == year]) for year in complete]
    latest, table = found[0]
    earlier = [placed for placed, _ in found[1:] if not _cut(setting, indicator, placed.year, latest.year)]
    plausible = _plausible(setting, indicator, rows[rows["year"] == latest.year])
    return Ranking(latest, earlier[0] if earlier else None, plausible, quartile_cuts(table))


def placing(setting: Setting, indicator: str) -> Placing | None:
    """The place's latest rank; None without one."""
    return ranking(setting, indicator).latest


def placing_text(setting: Setting, indicator: str, placed: Placing) -> str:
    """A placing with its period: "plats 12 av 290 kommuner 2022"."""
    entry = setting.catalog.indicators[indicator]
    text = rank_text(placed.rank, placed.n, entry, setting.municipalities)
    return f"{text} {period_text(entry, placed.year)}"


def rank_rule(setting: Setting, indicator: str, year: int, taking_part: int) -> RankRule:
    """When an indicator has a rank in a year in which `taking_part` municipalities have a value.

    All municipalities were asked where the request of the year named none; else only those that have one.
    """
    entry = setting.catalog.indicators[indicator]
    whole = setting.asked_of_all.get(entry.kolada.id if entry.kolada else "", frozenset())
    asked = setting.municipalities if year in whole else taking_part
    return RankRule(entry.better, asked, setting.municipalities)


def _of_year(setting: Setting, indicator: str, of_year: pd.DataFrame) -> tuple[Placing, pd.DataFrame]:
    """The place's placing in one complete year, and the whole ranking."""
    year = int(of_year["year"].iloc[0])
    table = ranked(of_year, rank_rule(setting, indicator, year, len(of_year)))
    own = table[table["place"] == setting.focus].iloc[0]
    return Placing(year, int(own["rank"]), int(own["n"]), int(own["quartile"])), table


def _cut(setting: Setting, indicator: str, before: int, year: int) -> bool:
    """Whether the indicator was made in another way in `before`: ranks are not set beside each other over a break."""
    return any(before < cut.year <= year for cut in setting.catalog.indicators[indicator].breaks)


def _plausible(setting: Setting, indicator: str, of_year: pd.DataFrame) -> tuple[int, int] | None:
    counted = with_cases(of_year, setting.table, setting.catalog)
    rule = rank_rule(setting, indicator, int(of_year["year"].iloc[0]), len(of_year))
    found = plausible_ranks(counted, rule)
    own = found[found["place"] == setting.focus]
    return (int(own["rank_low"].iloc[0]), int(own["rank_high"].iloc[0])) if len(own) else None


# What is computed about an indicator in the page's place: its latest value, rank, and the lines of key_figures.csv.

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
