"""The pages *Lättläst*, the report in short plain sentences made by rule, and *Begrepp*, the words that it uses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from unicodedata import normalize

import pandas as pd

from lagesbild.assessments.models import Assessment, Judgement
from lagesbild.catalog.models import Catalog, FocusArea
from lagesbild.html.marks import page_link
from lagesbild.html.render import rendered
from lagesbild.places import COUNTRY
from lagesbild.rules.directions import area_indicators, combined_movement, has_arrow, movements
from lagesbild.rules.judgements import Judgements
from lagesbild.rules.uses import indicator_pages
from lagesbild.statistics.combined import Arrow
from lagesbild.statistics.differences import Compared
from lagesbild.statistics.direction import Direction, Movement
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.names import Naming
from lagesbild.swedish.numbers import in_place

MOST_CHANGES = 4  # measures that have become better, and as many that have become worse
SAID = {
    "Enligt plan": "{who} säger att arbetet går enligt plan.",
    "Mer arbete krävs": "{who} säger att det krävs mer arbete.",
}
MOVED = {
    Arrow.UP: "Siffrorna visar att det har blivit bättre.",
    Arrow.DOWN: "Siffrorna visar att det har blivit sämre.",
    Arrow.UNCHANGED: "Siffrorna visar ingen säker ändring.",
    Arrow.MIXED: "Något har blivit bättre och något har blivit sämre.",
    Arrow.NONE: "Siffrorna räcker inte för att säga vart det är på väg.",
}
NO_NUMBER = "Ingen siffra kan visa om kvinnor och män har samma makt."
COMPARED = {
    Compared.LOWER: "Siffran är lägre {here} än i hela landet.",
    Compared.HIGHER: "Siffran är högre {here} än i hela landet.",
    Compared.WITHIN: "Skillnaden mot hela landet är inte säker.",
    Compared.UNKNOWN: "Det går inte att veta om skillnaden är säker.",
}
VERBS = {Direction.INCREASED: "ökade", Direction.DECREASED: "minskade"}


@dataclass(frozen=True)
class PlainArea:
    """A focus area in plain sentences."""

    title: str
    link: str
    sentences: tuple[str, ...]


def plain_html(
    catalog: Catalog,
    naming: Naming,
    judged: Judgements,
    data: pd.DataFrame,
    assessment: Assessment | None,
    of: tuple[str, int],
) -> str:
    """The body of *Lättläst*. `data` are the edition's current rows of whole years; `of` is municipality and year."""
    place, year = of
    moved = movements(judged.directions, place)
    pairs = judged.differences
    pairs = pairs[(pairs["place"] == place) & (pairs["sex"] == "T") & (pairs["other"] == COUNTRY)]
    known = {row["indicator"]: row for _, row in pairs.iterrows()}
    areas = [
        PlainArea(
            catalog.pages[area.page].nav,
            page_link(area.page),
            (
                *_said(assessment.areas.get(key) if assessment else None, naming),
                *_fact(catalog, area, area_indicators(catalog, key), known, naming),
                _arrow(catalog, area, area_indicators(catalog, key), moved),
            ),
        )
        for key, area in catalog.focus_areas.items()
    ]
    plans = assessment.plans if assessment else []
    return rendered(
        "pages/plain.html",
        naming=naming,
        where=in_place(naming.name),
        year=year,
        judged=assessment is not None,
        areas=areas,
        better=_changes(catalog, moved, True),
        worse=_changes(catalog, moved, False),
        unfunded=list(dict.fromkeys(plan.name for plan in plans if plan.funded is False and plan.name)),
        contact=(assessment and assessment.edition.contact) or "",
    )


def _said(judgement: Judgement | None, naming: Naming) -> Iterator[str]:
    if judgement:
        yield SAID[judgement.status].format(who=naming.official)


def _fact(
    catalog: Catalog, area: FocusArea, indicators: Iterable[str], known: Mapping[str, pd.Series], naming: Naming
) -> Iterator[str]:
    """One measure of the area beside riket: the one that tells it on the front page, else the first that is known."""
    leading = [area.leading] if area.leading else []
    chosen = next((name for name in (*leading, *indicators) if name in known), None)
    if chosen is None:
        yield f"Det finns inga siffror att jämföra {in_place(naming.name)}."
        return
    pair = known[chosen]
    measure = Measure(catalog.indicators[chosen], catalog.unit_of(chosen), catalog.decimals_of(chosen))
    name, when = measure.subject, measure.period(pair["year"])
    yield f"{name} var {measure.amount(pair['value'])} {when}."
    yield f"I hela landet var siffran {measure.number(pair['other_value'])}."
    yield COMPARED[pair["verdict"]].format(here=in_place(naming.name))


def _arrow(catalog: Catalog, area: FocusArea, indicators: Iterable[str], moved: Mapping[str, Movement]) -> str:
    """What the area's measures have done together, in plain words."""
    return MOVED[combined_movement(moved, indicators).arrow] if has_arrow(catalog, area.title) else NO_NUMBER


def _changes(catalog: Catalog, moved: Mapping[str, Movement], good: bool) -> list[str]:
    """The surest changes for the better, or for the worse, each as a sentence."""
    shown = indicator_pages(catalog)
    sure = [(m.p_adjusted, name) for name, m in moved.items() if name in shown and m.good is good and not m.weak]
    chosen = [name for _, name in sorted(sure)[:MOST_CHANGES]]
    return [
        f"{catalog.indicators[name].subject} {VERBS[moved[name].direction]} från {{0}} till {{1}}.".format(
            *moved[name].span
        )
        for name in chosen
    ]


def terms_html(terms: Mapping[str, str]) -> str:
    """The body of *Begrepp*: the words in the catalogue's order, each with its anchor ("ryms-i-svangningen")."""
    plain = {term: normalize("NFKD", term).encode("ascii", "ignore").decode().lower() for term in terms}
    return rendered("pages/terms.html", terms=[(plain[term].replace(" ", "-"), term, terms[term]) for term in terms])
