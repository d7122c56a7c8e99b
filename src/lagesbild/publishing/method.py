"""The page *Metod*: every rule in plain Swedish, with the thresholds in force, read from what computes."""

from collections.abc import Sequence
from inspect import signature

from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Column, DataTable
from lagesbild.html.render import rendered
from lagesbild.html.tables import SYMBOLS
from lagesbild.paths import Paths
from lagesbild.rules.directions import REACHES_TO
from lagesbild.rules.highlights import EDGE, MOST_LINES, MOST_STATUSES
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics import outlook
from lagesbild.statistics.direction import FEWEST_TURNED, LAST_YEARS, P_MOVED, P_TURNED
from lagesbild.statistics.intervals import EXACT_BELOW, Z
from lagesbild.statistics.noise import FEWEST, FEWEST_CASES, MOST, POOL, RHO, YEARS_BEHIND
from lagesbild.statistics.ranks import DRAWS, MUNICIPALITIES, PLAUSIBLE, RankRule, quartile_class
from lagesbild.statistics.support import FEWEST_PLACES, FEWEST_YEARS
from lagesbild.swedish.claims import OBSTACLES, OUTCOMES
from lagesbild.swedish.numbers import decimal, listed
from lagesbild.swedish.verdicts import NO_OUTLOOK, REASONS
from lagesbild.tidy.suppression import THRESHOLD

# The page *Metod*: every rule in plain Swedish, with the thresholds in force, read from what computes.

FIRST_DISTURBED_YEAR = 2025  # from then on Statistics Sweden adds noise to counts (Cell Key Method)
ALARMS_MISSING = "kör benchmarks/false_alarms.py --store."


def method_html(catalog: Catalog, paths: Paths) -> str:
    """The body of the page: its head, its sections, and the simulated error rates that this copy holds."""
    return rendered(
        "method/page.html",
        m={
            **_direction_thresholds(),
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
            "alarms": {},
            "alarms_missing": ALARMS_MISSING,
        },
    )


def _direction_thresholds() -> dict[str, object]:
    return {
        "fewest": FEWEST,
        "most": MOST,
        "years_behind": YEARS_BEHIND,
        "pool": POOL,
        "rho": decimal(RHO, 1),
        "fewest_cases": FEWEST_CASES,
        "p_moved": decimal(P_MOVED, 3),
        "p_turned": decimal(P_TURNED, 2),
        "fewest_turned": FEWEST_TURNED,
        "last_years": LAST_YEARS,
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
