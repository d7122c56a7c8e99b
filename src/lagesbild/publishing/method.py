"""The page *Metod*: every rule in plain Swedish, with the thresholds in force, read from what computes."""

from collections.abc import Sequence
from inspect import signature

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.html.components import Column, DataTable
from lagesbild.html.render import rendered
from lagesbild.html.tables import SYMBOLS
from lagesbild.paths import Paths
from lagesbild.places import Places
from lagesbild.publishing.evidence import answers, measured_rates, worked_example
from lagesbild.rules.directions import REACHES_TO
from lagesbild.rules.highlights import MOST_JUDGED, MOST_LINES, MOST_STATUSES
from lagesbild.rules.judgements import CLASSED_BY, FEWEST_MEMBERS, PLAIN_SURVEY, Judgements
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics import outlook
from lagesbild.statistics.combined import FEWEST_JUDGED
from lagesbild.statistics.differences import P_DECIDED
from lagesbild.statistics.direction import (
    FEWEST_TURNED,
    LAST_YEARS,
    P_MOVED,
    P_TURNED,
)
from lagesbild.statistics.intervals import EXACT_BELOW, Z
from lagesbild.statistics.noise import (
    CORRECTION,
    FEWEST,
    FEWEST_CASES,
    LARGEST_D0,
    MOST,
    POOL,
    RHO,
    WINSORISED,
    YEARS_BEHIND,
    design,
)
from lagesbild.statistics.ranks import DRAWS, MUNICIPALITIES, PLAUSIBLE, TYPICAL_CASES, NoRank, RankRule, quartile_class
from lagesbild.statistics.support import FEWEST_PLACES, FEWEST_YEARS
from lagesbild.statistics.surveys import QUARTILE, Z_DECIDED
from lagesbild.swedish.claims import OBSTACLES, OUTCOMES
from lagesbild.swedish.findings import NO_RANK
from lagesbild.swedish.numbers import decimal, in_place, listed
from lagesbild.swedish.verdicts import NO_OUTLOOK, REASONS
from lagesbild.tidy.suppression import THRESHOLD

FIRST_DISTURBED_YEAR = 2025  # from then on Statistics Sweden adds noise to counts (Cell Key Method)


def method_html(
    catalog: Catalog, paths: Paths, places: Places, judged: Judgements, rows: pd.DataFrame, of: tuple[str, int]
) -> str:
    """The body of the page: its head, its sections, an example, and the measured error rates that this copy holds.

    The example is of the municipality and year `of`; `rows` and `judged` are its edition's.
    """
    return rendered(
        "method/page.html",
        m={
            **_direction_thresholds(),
            **_comparison_thresholds(),
            **_other_thresholds(catalog),
            **_groups(catalog),
            "reasons": [_sentence(text) for text in REASONS.values()],
            "no_ranks": [_sentence(text) for why, text in NO_RANK.items() if why is not NoRank.NOT_ALL_FETCHED],
            "no_outlook": [f"{text}." for text in NO_OUTLOOK.values()],
            "outcomes": [f"{text}." for text in OUTCOMES.values()],
            "obstacles": [_sentence(text) for text in OBSTACLES.values()],
            "without_direction": "; ".join(_without_direction(catalog)),
            "interruptions": _interruptions(catalog),
            "stand_ins": _stand_ins(catalog),
            "symbols": list(SYMBOLS.items()),
            "example": worked_example(judged, rows, catalog, places, *of),
            "where": in_place(places.name(of[0])),
            "answers": list(answers(judged, catalog)),
            "alarms": measured_rates(paths),
        },
    )


def _direction_thresholds() -> dict[str, object]:
    expected = 1.5 - 2 * RHO + 0.5 * RHO**2  # of the squared second differences, for a variance of 1
    return {
        "fewest": FEWEST,
        "most": MOST,
        "years_behind": YEARS_BEHIND,
        "pool": POOL,
        "rho": decimal(RHO, 1),
        "expected": decimal(expected, 3),
        "d_most": decimal(design(MOST).d, 2),
        "d_fewest": decimal(design(FEWEST).d, 2),
        "winsorised": decimal(100 * WINSORISED, 0),
        "correction": decimal(CORRECTION, 2),
        "largest_d0": decimal(LARGEST_D0, 0),
        "fewest_cases": FEWEST_CASES,
        "p_moved": decimal(P_MOVED, 3),
        "p_turned": decimal(P_TURNED, 2),
        "fewest_turned": FEWEST_TURNED,
        "last_years": LAST_YEARS,
        "fewest_judged": FEWEST_JUDGED,
        "z": decimal(Z, 2),
        "exact_below": EXACT_BELOW,
    }


def _comparison_thresholds() -> dict[str, object]:
    return {
        "municipalities": MUNICIPALITIES,
        "at_least": RankRule.at_least,
        "classes": signature(quartile_class).parameters["classes"].default,
        "draws": decimal(DRAWS, 0),
        "typical_cases": TYPICAL_CASES,
        "p_decided": decimal(P_DECIDED, 2),
        "z_decided": decimal(Z_DECIDED, 3),
        "fewest_members": FEWEST_MEMBERS,
        "classed_by": CLASSED_BY,
        "fewest_asked": PLAIN_SURVEY.fewest,
        "percentile": decimal(100 * QUARTILE, 0),
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
        "most_judged": MOST_JUDGED,
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
