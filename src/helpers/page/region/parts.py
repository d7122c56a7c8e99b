"""The parts of the analysis that are no figures: statements, tables, situations, register, goals and lists."""

from dataclasses import replace

from ...exhibits import Passage, Shown, passage_shown
from ...exhibits.shown import rendered
from ...tables import download_text
from .. import chapters
from .exhibiting import Part, items_of, notice, part_shown, table_text
from .goals import gaps_sentence, goals_table
from .lists import competence_table, group_table, sources_table
from .material import Material
from .printed_check import printed_notes, recorded_contradictions
from .situations import situations_of
from .support_tables import support_rows, support_table

NO_MATERIAL = "Regionens eget underlag saknas: ingen fil i data/assessments/regions/{slug}/ till och med {year}."


def part_of(material: Material, number: str) -> Part:
    """An empty part with the catalogue's heading."""
    return Part(number.lower(), material.setting.catalog.parts[number].title, number)


def without_material(material: Material, number: str) -> Shown:
    """The notice of a part that the region's analysis group has not written."""
    text = NO_MATERIAL.format(slug=material.slug, year=material.setting.year)
    title = f"{number}. {material.setting.catalog.parts[number].title}"
    return notice(title, text, "Filen läggs till för hand.", anchor=number.lower())


def heading(material: Material, title: str, anchor: str) -> Shown:
    """A heading over some of the parts."""
    return chapters.heading(material.setting, title, anchor)


def statements(material: Material) -> Shown:
    """R1: what the figures bear out, each statement linked to the part that it rests on."""
    made = sum(not one.withheld for one in material.observed)
    withheld = len(material.observed) - made
    text = f"{made} påståenden är gjorda ur siffrorna på sidan. {withheld} görs inte, och då sägs varför."
    source = "Varje påstående är prövat mot siffrorna i den del som det länkar till."
    return part_shown(replace(part_of(material, "R1"), texts=(text,), items=items_of(material.observed), source=source))


def support_tables(material: Material) -> Shown:
    """R4: one table a municipality, the check of the printed headings, and the counts to download."""
    profiles, part = material.profiles, part_of(material, "R4")
    if not profiles.places:
        return notice(f"R4. {part.heading}", "Hela uppgifter saknas för två år i rad.", "Kör 'lagesbild fetch'.", "r4")
    checks = printed_notes(profiles, recorded_contradictions(material.setting)) if material.from_document else []
    note = material.setting.catalog.parts["R4"].note
    shown = replace(
        part,
        tables=tuple(support_table(profiles, place) for place in profiles.places),
        notes=(*([note] if note and material.from_document else []), *checks),
        source=material.shares_source,
        downloads=(("r4.csv", "Ladda ner tabellernas siffror som CSV"),),
    )
    return part_shown(shown, download_name="r4.csv", download_text=download_text(support_rows(profiles)))


def situations(material: Material) -> Shown:
    """R7: the numbers of each municipality, and what is said of its own efforts by whom."""
    part = part_of(material, "R7")
    found = situations_of(material.profiles, material.ranking, material.assessment)
    source = material.counts_source if material.profiles.places else ""
    if material.assessment:
        source = f"{source} Bedömningarna: {material.assessment.basis.title}, {material.assessment.basis.publisher}."
    html = rendered(
        "situations.html",
        anchor=part.anchor,
        number=part.number,
        heading=part.heading,
        places=found,
        source=source.strip(),
    )
    return passage_shown(Passage(html, anchor=part.anchor, title=part.heading))


def goals(material: Material) -> Shown:
    """From goal to action, with the gaps in plain sight."""
    table = goals_table(material.setting, material.assessment, material.when)
    intro = (
        "Ett initiativ hör till en prioritering när en av dess indikatorer är kopplad till en serie som prioriteringen "
        "vilar på. Inga andra kopplingar görs."
    )
    texts = [intro, gaps_sentence(table)]
    if material.setting.assessment is None:
        texts.append(f"Planer för {material.setting.place} {material.setting.year} finns inte i underlaget.")
    return part_shown(
        Part("fran-mal-till-handling", "Från mål till handling", texts=tuple(texts), tables=(table,)),
        download_name="fran-mal-till-handling.csv",
        download_text=table_text([table]),
    )


def sources(material: Material) -> Shown:
    """R8: data sources by authority."""
    return _listed(material, "R8", sources_table)


def group(material: Material) -> Shown:
    """R9: the analysis group's composition."""
    return _listed(material, "R9", group_table)


def competence_plan(material: Material) -> Shown:
    """R11: the competence plan."""
    return _listed(material, "R11", competence_table)


def _listed(material: Material, number: str, made) -> Shown:
    note = material.setting.catalog.parts[number].note
    part = replace(
        part_of(material, number),
        tables=(made(material.assessment),),
        notes=(note,) if note else (),
        source=material.group_source,
    )
    return part_shown(part)


def remarks(material: Material) -> Shown:
    """Where the region's document says two things."""
    return chapters.remarks_shown(material.assessment.remarks if material.assessment else [])
