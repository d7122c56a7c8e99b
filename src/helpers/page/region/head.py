"""The head of the regional page: whose it is, which edition, which places, and what is missing as a whole."""

from dataclasses import replace

from ...exhibits import Passage, Shown, passage_shown
from ...exhibits.shown import rendered
from ...wording import listed
from .. import chapters
from ..setting import Setting
from .absences import absence_sentences
from .exhibiting import Part, notice, part_shown
from .material import Material

NO_REGION = "{place} ingår inte i någon region i data/catalog/regions.yml."
ADD_REGION = "Lägg till regionen med medlemmar där, så görs analysen vid nästa bygge."


def header(setting: Setting, material: Material | None) -> Shown:
    """Title, question and edition; a region's own report carries the region's name and its material's dates."""
    if material is None or not material.own:
        return chapters.header(setting)
    edition = material.assessment.edition if material.assessment else None
    facts = replace(
        chapters.page_facts(setting),
        place=material.region.name,
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
    )
    parameters = {"municipality": setting.focus, "year": setting.year, "region": material.slug}
    html = rendered("header.html", facts=facts)
    return passage_shown(Passage(html, title=facts.title), parameters=parameters)


def about(setting: Setting, material: Material | None) -> Shown:
    """The region, its members and comparisons, the edition of its material, and who lacks figures."""
    if material is None:
        return notice("Ingen region", NO_REGION.format(place=setting.place), ADD_REGION)
    return part_shown(Part("regionen", material.region.name, texts=tuple(about_texts(material))))


def about_texts(material: Material) -> list[str]:
    """One sentence each on members, comparisons, the material's edition, the figures' years, and who lacks figures."""
    name = material.setting.places.name
    members = listed([name(code) for code in material.region.members])
    texts = [f"Medlemmar ({len(material.region.members)}): {members}."]
    if material.region.comparisons:
        texts.append(f"Jämförelse utanför regionen: {listed([name(code) for code in material.region.comparisons])}.")
    return [*texts, _edition(material), _figures(material), *absence_sentences(material.profiles)]


def _edition(material: Material) -> str:
    year = material.setting.year
    if material.edition is None:
        return f"Regionens eget underlag saknas till och med {year}: nuläge, register och listor kan inte visas."
    basis = material.assessment.basis
    return (
        f"Regionens senaste underlag till och med {year} är från {material.edition}: {basis.title}, {basis.publisher}."
    )


def _figures(material: Material) -> str:
    if material.profiles.years is None:
        return "Helårsekvivalenter finns inte för två år i rad."
    first, last = material.profiles.years
    return f"Siffrorna avser {first} och {last}, de två senaste år i rad som de flesta kommuner med uppgifter har hela."
