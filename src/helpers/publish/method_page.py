"""The page *Metod*: every rule in plain Swedish, with the thresholds in force, read from what computes."""

from collections.abc import Iterable
from inspect import signature

from scipy.stats import chi2

from .. import outlook
from ..catalog import Catalog
from ..comparisons import plausible_ranks, quartile_class
from ..comparisons.intervals import EXACT_BELOW, z_of
from ..comparisons.ranks import MUNICIPALITIES, PLAUSIBLE, RankRule
from ..exhibits import Column, DataTable
from ..exhibits.shown import rendered
from ..page.agreement import REACHES_TO
from ..page.highlights import MOST_LINES
from ..page.highlights.changes import MOST_STATUSES
from ..page.highlights.extremes import EDGE, GAP_YEARS
from ..page.judging import shown_indicators
from ..paths import Paths
from ..support.comovement import FEWEST_PLACES, FEWEST_YEARS
from ..support.parts import FIRST_DISTURBED_YEAR
from ..suppression import THRESHOLD
from ..tables import SYMBOLS
from ..trends.context import FEWEST, FEWEST_WEAK, MOST, P_CLEAR, P_WEAK, YEARS_BEHIND
from ..wording import decimal, listed
from ..wording.claims import OBSTACLES, OUTCOMES
from ..wording.outlooks import NO_OUTLOOK
from ..wording.verdicts import REASONS
from .false_alarms import stored_rates

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
            "alarms": stored_rates(paths),
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
        "z": decimal(z_of(0.95), 2),
        "exact_below": EXACT_BELOW,
    }


def _comparison_thresholds() -> dict[str, object]:
    return {
        "municipalities": MUNICIPALITIES,
        "at_least": RankRule.at_least,
        "classes": signature(quartile_class).parameters["classes"].default,
        "draws": decimal(signature(plausible_ranks).parameters["draws"].default, 0),
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
    shown = shown_indicators(catalog)
    found = [entry.label for id, entry in catalog.indicators.items() if id in shown and entry.better == "neither"]
    return list(dict.fromkeys(found))


def _interruptions(catalog: Catalog) -> tuple[DataTable, ...]:
    """Breaks, years left out, and means over several years; a table without rows is left out."""
    entries = catalog.indicators.values()
    breaks = [(e.title, str(b.year), b.what) for e in entries for b in e.breaks]
    left_out = [(e.title, ", ".join(map(str, out.years)), out.why) for e in entries for out in e.left_out]
    pooled = [(e.title, str(e.years_pooled), _every(e.every)) for e in entries if e.years_pooled > 1 or e.every > 1]
    tables = (
        ("Brott i serier", ("Mått", "Från och med", "Vad som ändrades"), breaks),
        ("Utelämnade år", ("Mått", "År", "Varför"), left_out),
        ("Sammanslagna år och glesa undersökningar", ("Mått", "År i varje värde", "Hur ofta"), pooled),
    )
    return tuple(_word_table(caption, headers, rows) for caption, headers, rows in tables if rows)


def _every(years: int) -> str:
    return "varje år" if years == 1 else f"vart {years}:e år" if years > 2 else "vartannat år"


def _stand_ins(catalog: Catalog) -> DataTable:
    rows = [
        (f"Figur {number}", figure.title, _names(catalog, figure.stand_in), figure.related_to or figure.derived or "")
        for number, figure in catalog.figures.items()
        if figure.stand_in
    ]
    headers = ("Figur", "Rapportens mått", "Visas i stället", "Hur det skiljer sig")
    return _word_table("Figurer där ett annat mått kan stå i stället för rapportens eget", headers, rows)


def _names(catalog: Catalog, ids: Iterable[str]) -> str:
    return listed([catalog.indicators[id].label for id in ids])


def _word_table(caption: str, headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> DataTable:
    return DataTable(f"{caption}.", tuple(Column(header) for header in headers), tuple(rows))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
