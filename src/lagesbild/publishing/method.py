"""The page *Metod*: every rule in plain Swedish, with the thresholds in force, read from what computes."""

from collections.abc import Sequence
from inspect import signature

import pandas as pd
from scipy.stats import chi2

from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Column, DataTable
from lagesbild.html.render import rendered
from lagesbild.html.tables import SYMBOLS
from lagesbild.paths import Paths
from lagesbild.rules.directions import REACHES_TO
from lagesbild.rules.editions import indicator_pages
from lagesbild.rules.highlights import EDGE, GAP_YEARS, MOST_LINES, MOST_STATUSES
from lagesbild.statistics import outlook
from lagesbild.statistics.intervals import EXACT_BELOW, Z
from lagesbild.statistics.ranks import DRAWS, MUNICIPALITIES, PLAUSIBLE, RankRule, quartile_class
from lagesbild.statistics.support import FEWEST_PLACES, FEWEST_YEARS
from lagesbild.statistics.trends import FEWEST, FEWEST_WEAK, MOST, P_CLEAR, P_WEAK, YEARS_BEHIND
from lagesbild.swedish.claims import OBSTACLES, OUTCOMES
from lagesbild.swedish.numbers import decimal, listed
from lagesbild.swedish.verdicts import CAPTIONS, NO_OUTLOOK, REASONS, SERIES, world_text
from lagesbild.tidy.suppression import THRESHOLD

# How often the trend rule errs, as `benchmarks/false_alarms.py` simulated it: `data/catalog/method/false_alarms.csv`.
#
# Columns: `table` (independent, weak, dependent, power), `series`, `extra` and `slope` in percent, `correlation` from
# year to year, `percent` of the series that got an arrow, `simulated` (how many there were), `rule` (the thresholds
# that they were made with) and `made` (date).

FILE = "method/false_alarms.csv"
AIM = 1  # percent


def _false_alarms(paths: Paths) -> dict[str, object]:
    """The rates that this copy holds, as tables for readers; empty where it holds none."""
    path = paths.catalog / FILE
    if not path.is_file():
        return {}
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    independent = rows.loc[rows["table"] == "independent", "percent"].astype(float)
    extra = rows["extra"].where(rows["table"] == "power", "")  # the power stands in one table for each of these
    parts = rows.groupby(["table", extra], sort=False)
    return {
        "made": rows["made"][0],
        "simulated": decimal(float(rows["simulated"][0]), 0),
        "aim": AIM,
        "largest": decimal(independent.max(), 2),
        "tables": [_table(name, extra, part.to_dict("records")) for (name, extra), part in parts],
    }


def _table(name: str, extra: str, rows: list[dict[str, str]]) -> DataTable:
    worlds = list(dict.fromkeys(world_text(row) for row in rows))
    cells = {(row["series"], world_text(row)): decimal(float(row["percent"]), 2) for row in rows}
    kinds = list(dict.fromkeys(row["series"] for row in rows))
    return DataTable(
        caption=CAPTIONS[name].format(extra=extra.removesuffix(".0")),
        columns=(Column("Serie"), *(Column(world, numeric=True) for world in worlds)),
        rows=tuple((SERIES.get(kind, kind), *(cells[kind, world] for world in worlds)) for kind in kinds),
    )


# The page *Metod*: every rule in plain Swedish, with the thresholds in force, read from what computes.

FIRST_DISTURBED_YEAR = 2025  # from then on Statistics Sweden adds noise to counts (Cell Key Method)
ALARMS_MISSING = "kör benchmarks/false_alarms.py --store."


def method_html(catalog: Catalog, paths: Paths) -> str:
    """The body of the page: its head, its sections, and the simulated error rates that this copy holds."""
    return rendered(
        "method/page.html",
        m={
            **_trend_thresholds(),
            **_comparison_thresholds(),
            **_other_thresholds(catalog),
            **_groups(catalog),
            "reasons": [_sentence(text) for text in REASONS.values()],
            "no_outlook": [f"{text}." for text in NO_OUTLOOK.values()],
            "outcomes": [f"{text}." for text in OUTCOMES.values()],
            "obstacles": [_sentence(text) for text in OBSTACLES.values()],
            "without_direction": "; ".join(_without_direction(catalog)),
            "interruptions": _interruptions(catalog),
            "stand_ins": _stand_ins(catalog),
            "symbols": list(SYMBOLS.items()),
            "alarms": _false_alarms(paths),
            "alarms_missing": ALARMS_MISSING,
        },
    )


def _trend_thresholds() -> dict[str, object]:
    return {
        "fewest": FEWEST,
        "most": MOST,
        "fewest_weak": FEWEST_WEAK,
        "years_behind": YEARS_BEHIND,
        "p_clear": decimal(P_CLEAR, 3),
        "p_weak": decimal(P_WEAK, 2),
        "chi2": decimal(chi2.isf(P_CLEAR, 1), 4),
        "z": decimal(Z, 2),
        "exact_below": EXACT_BELOW,
    }


def _comparison_thresholds() -> dict[str, object]:
    return {
        "municipalities": MUNICIPALITIES,
        "at_least": RankRule.at_least,
        "classes": signature(quartile_class).parameters["classes"].default,
        "draws": decimal(DRAWS, 0),
        "span": PLAUSIBLE,
        "ahead": outlook.AHEAD,
        "outlook_fewest": outlook.FEWEST,
        "outlook_latest": outlook.LATEST,
        "fewest_places": FEWEST_PLACES,
        "fewest_years": FEWEST_YEARS,
        "first_disturbed": FIRST_DISTURBED_YEAR,
    }


def _other_thresholds(catalog: Catalog) -> dict[str, object]:
    own = [f"{e.label} {e.small_number}" for e in catalog.indicators.values() if e.small_number != THRESHOLD]
    return {
        "small_number": THRESHOLD,
        "small_numbers": listed(own),
        "most_lines": MOST_LINES,
        "most_statuses": MOST_STATUSES,
        "edge": decimal(100 * EDGE, 0),
        "gap_years": GAP_YEARS,
        "reaches_to": REACHES_TO,
    }


def _groups(catalog: Catalog) -> dict[str, str]:
    rule = catalog.comparisons.rule.format(name="kommunens namn", year="år")
    return {"group_rule": rule, "groups": "; ".join(group.title for group in catalog.comparisons.pinned.values())}


def _without_direction(catalog: Catalog) -> list[str]:
    """The labels of the shown indicators of which neither end is better, each once."""
    shown = indicator_pages(catalog)
    entries = [entry for indicator, entry in catalog.indicators.items() if indicator in shown]
    return list(dict.fromkeys(entry.label for entry in entries if entry.better == "neither"))


RESTATED_YEARS = (
    "Omräknade år (egen bearbetning), i de kommuner, regioner och riket där det är bevisat: publicerat värde gånger "
    "folkmängd är ett helt antal varje år, och där båda formerna är publicerade är de lika. Annars står brottet kvar"
)


def _interruptions(catalog: Catalog) -> tuple[DataTable, ...]:
    """Breaks and what mends them, years left out, and means over several years; a table without rows is left out."""
    entries = catalog.indicators.values()
    breaks = [(e.title, str(b.year), b.what) for e in entries for b in e.breaks]
    restated = [(e.title, str(e.restated.until), e.restated.before, e.restated.after) for e in entries if e.restated]
    left_out = [(e.title, ", ".join(map(str, out.years)), out.why) for e in entries for out in e.left_out]
    pooled = [(e.title, str(e.years_pooled), _every(e.every)) for e in entries if e.years_pooled > 1 or e.every > 1]
    tables = (
        ("Brott i serier", ("Mått", "Från och med", "Vad som ändrades"), breaks),
        (RESTATED_YEARS, ("Mått", "Till och med", "Publicerat som", "Här räknat som"), restated),
        ("Utelämnade år", ("Mått", "År", "Varför"), left_out),
        ("Sammanslagna år och glesa undersökningar", ("Mått", "År i varje värde", "Hur ofta"), pooled),
    )
    return tuple(_word_table(caption, headers, rows) for caption, headers, rows in tables if rows)


def _every(years: int) -> str:
    return "varje år" if years == 1 else f"vart {years}:e år" if years > 2 else "vartannat år"


def _stand_ins(catalog: Catalog) -> DataTable:
    labels = {indicator: entry.label for indicator, entry in catalog.indicators.items()}
    rows = [
        (
            f"Figur {number}",
            figure.title,
            listed([labels[indicator] for indicator in figure.stand_in]),
            figure.related_to or figure.derived or "",
        )
        for number, figure in catalog.figures.items()
        if figure.stand_in
    ]
    headers = ("Figur", "Rapportens mått", "Visas i stället", "Hur det skiljer sig")
    return _word_table("Figurer där ett annat mått kan stå i stället för rapportens eget", headers, rows)


def _word_table(caption: str, headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> DataTable:
    return DataTable(f"{caption}.", tuple(Column(header) for header in headers), tuple(rows))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
