"""Which slides the analysis becomes, in the order of the page."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ..page.region import Material
from ..page.region.goals import ABSENT, gaps_sentence, goals_table
from ..page.region.head import about_texts
from ..page.region.lists import competence_table, group_table, sources_table
from ..page.region.observations import Observation
from ..page.region.register import gaps_table, gaps_text
from ..wording import listed
from .pages import bullet_slides, table_slides
from .pictures import (
    month_slides,
    movement_slides,
    profile_slides,
    ranking_slides,
    scale_slides,
    together_slides,
)
from .plan import Slide


def slides_of(material: Material) -> list[Slide]:
    """Every slide of the deck."""
    return list(_slides(material))


def _slides(material: Material) -> Iterator[Slide]:
    name, year = material.region.name, material.setting.year
    yield from bullet_slides(f"{name} {year}", about_texts(material), f"Regionens sida i rapporten {year}.")
    yield from _observed(material.observed)
    yield from ranking_slides(material)
    yield from profile_slides(material)
    yield from movement_slides(material)
    yield from scale_slides(material)
    yield from together_slides(material)
    yield from month_slides(material)
    table = goals_table(material.setting, material.assessment, material.when)
    linked = replace(table, rows=tuple(row for row in table.rows if row[3] != ABSENT))
    yield from bullet_slides("Från mål till handling", [gaps_sentence(table)], "Hela tabellen står på regionens sida.")
    if linked.rows:
        yield from table_slides("Prioriteringar med ett initiativ i regionen", linked, gaps_sentence(table))
    if material.assessment:
        yield from _written(material)


def _written(material: Material) -> Iterator[Slide]:
    """What the region's analysis group wrote."""
    assessment, source = material.assessment, material.group_source
    for one in assessment.situations:
        title = f"{material.setting.places.name(one.place)}: lokala insatser"
        yield from bullet_slides(title, _plain_lines(one.text), f"Bedömning: {one.judged_by}. {source}")
    yield from bullet_slides("Samverkansinitiativ: vad som saknas", [material.when.text, gaps_text(assessment)], source)
    yield from table_slides("Samverkansinitiativ och uppdrag", gaps_table(assessment), source)
    yield from table_slides("Datakällor per myndighet", sources_table(assessment), source)
    yield from table_slides("Analysgruppens sammansättning", group_table(assessment), source)
    yield from table_slides(assessment.competence_plan.title, competence_table(assessment), source)
    if assessment.remarks:
        texts = [f"{one.text} ({listed(one.places)})" for one in assessment.remarks]
        yield from bullet_slides("Där underlaget säger emot sig självt", texts, source)


def _observed(observed: list[Observation]) -> Iterator[Slide]:
    notes = "Varje påstående är gjort ur siffrorna och hänvisar till den del av regionens sida som det vilar på."
    made = [f"{one.text} [{one.evidence}]" for one in observed if not one.withheld]
    yield from bullet_slides("Samlade iakttagelser", made, notes)
    withheld = [one.text for one in observed if one.withheld]
    yield from bullet_slides("Det här kan inte sägas", withheld, "Uppgifterna saknas i underlaget.")


def _plain_lines(markdown: str) -> list[str]:
    """The paragraphs and list items of a text that people wrote, without marks."""
    blocks = re.split(r"\n\s*\n|\n(?=- )", markdown.strip())
    return [re.sub(r"\s+", " ", block.removeprefix("- ").replace("*", "")).strip() for block in blocks]
