"""The parts of the analysis that are no figures."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from helpers import sections
from helpers.region.material import (
    PRINTED,
    Material,
    printed_notes,
    recorded_contradictions,
    support_rows,
    support_table,
)
from helpers.region.profiles import absence_sentences
from helpers.region.register import (
    ENTRY_KINDS,
    NEEDED,
    STATES,
    UNSTATED,
    RegisterCard,
    as_of_text,
    gaps_table,
    gaps_text,
    goal_gaps,
    goals_table,
    linked_series_table,
    register_cards,
    register_events,
    source_of,
    state_of,
)
from helpers.region.statements import Observation, situations_of
from helpers.setting import Setting
from lagesbild.assessments import RegionAssessment
from lagesbild.html.components import Column, DataTable, Passage
from lagesbild.html.render import (
    Component,
    Event,
    calendar_text,
    download_text,
    passage_component,
    rendered,
    table_text,
)
from lagesbild.rules.register import Written
from lagesbild.sources.files import printed_rows
from lagesbild.swedish.numbers import listed

# A part as a component, and the notice of what is missing.


@dataclass(frozen=True)
class Part:
    """A part that is no figure. `downloads` are (file, words); `number` is "R4" or empty."""

    anchor: str
    heading: str
    number: str = ""
    texts: tuple[str, ...] = ()
    items: tuple[Observation, ...] = ()
    tables: tuple[DataTable, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    downloads: tuple[tuple[str, str], ...] = ()


def nothing() -> Component:
    """A component that shows nothing: for a part that a municipality without a region does not have."""
    return passage_component(Passage(""))


def notice(title: str, text: str, remedy: str = "", anchor: str = "") -> Component:
    """A box that says what is missing and how it can be added."""
    html = rendered("missing.html", title=title, text=text, remedy=remedy)
    return passage_component(Passage(html, anchor=anchor, title=title))


def part_component(part: Part, **facts: str) -> Component:
    """A part as it stands on the page; `facts` go into its record (a file to download)."""
    html = rendered("part.html", part=part)
    return passage_component(Passage(html, anchor=part.anchor, title=part.heading), **facts)


# The head of the regional page: whose it is, which edition, which places, and what is missing as a whole.

NO_REGION = "{place} ingår inte i någon region i data/catalog/regions.yml."
ADD_REGION = "Lägg till regionen med medlemmar där, så görs analysen vid nästa bygge."


def header(setting: Setting, material: Material | None) -> Component:
    """Title, question and edition; a region's own report carries the region's name and its material's dates."""
    if material is None or not material.own:
        return sections.header(setting)
    edition = material.written.assessment.edition if material.written else None
    facts = replace(
        sections.page_facts(setting),
        place=material.region.name,
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
    )
    parameters = {"municipality": setting.focus, "year": setting.year, "region": material.slug}
    html = rendered("header.html", facts=facts)
    return passage_component(Passage(html, title=facts.title), parameters=parameters)


def about(setting: Setting, material: Material | None) -> Component:
    """The region, its members and comparisons, the edition of its material, and who lacks figures."""
    if material is None:
        return notice("Ingen region", NO_REGION.format(place=setting.place), ADD_REGION)
    return part_component(Part("regionen", material.region.name, texts=tuple(about_texts(material))))


def about_texts(material: Material) -> list[str]:
    """One sentence each on members, comparisons, the material's edition, the figures' years, and who lacks figures."""
    profiles, region, year = material.profiles, material.region, material.setting.year
    texts = [f"Medlemmar ({len(region.members)}): {profiles.names(region.members)}."]
    if region.comparisons:
        texts.append(f"Jämförelse utanför regionen: {profiles.names(region.comparisons)}.")
    if material.written:
        edition, basis = material.written.edition, material.written.basis
        texts.append(f"Regionens senaste underlag till och med {year} är från {edition}: {basis}.")
    else:
        texts.append(f"Regionens eget underlag saknas till och med {year}: nuläge, register och listor kan inte visas.")
    if profiles.years:
        first, last = profiles.years
        whole = "de två senaste år i rad som de flesta kommuner med uppgifter har hela"
        texts.append(f"Siffrorna avser {first} och {last}, {whole}.")
    else:
        texts.append("Helårsekvivalenter finns inte för två år i rad.")
    return [*texts, *absence_sentences(profiles)]


# What is made from the figures: statements, tables, situations and goals.


def part_of(material: Material, number: str) -> Part:
    """An empty part with the catalogue's heading."""
    return Part(number.lower(), material.title(number), number)


def statements(material: Material) -> Component:
    """R1: what the figures bear out, each statement linked to the part that it rests on."""
    withheld = sum(observation.withheld for observation in material.observed)
    borne_out = len(material.observed) - withheld
    text = f"{borne_out} påståenden är gjorda ur siffrorna på sidan. {withheld} görs inte, och då sägs varför."
    source = "Varje påstående är prövat mot siffrorna i den del som det länkar till."
    part = replace(part_of(material, "R1"), texts=(text,), items=tuple(material.observed), source=source)
    return part_component(part)


def support_tables(material: Material) -> Component:
    """R4: one table per municipality, the check of the printed headings, and the counts to download."""
    profiles, setting, part = material.profiles, material.setting, part_of(material, "R4")
    if not profiles.places:
        return notice(f"R4. {part.heading}", "Hela uppgifter saknas för två år i rad.", "Kör 'lagesbild fetch'.", "r4")
    notes = []
    if any(origin.kind == "document" for origin in material.origins):
        note = setting.catalog.parts["R4"].note
        recorded = recorded_contradictions(setting.paths, setting.catalog)
        notes = [*([note] if note else []), *printed_notes(profiles, printed_rows(setting.paths, PRINTED), recorded)]
    part = replace(
        part,
        tables=tuple(support_table(profiles, place) for place in profiles.places),
        notes=tuple(notes),
        source=material.shares_source,
        downloads=(("r4.csv", "Ladda ner tabellernas siffror som CSV"),),
    )
    return part_component(part, download_name="r4.csv", download_text=download_text(support_rows(setting, profiles)))


def situations(material: Material) -> Component:
    """R7: the numbers of each municipality, and what is said of its own efforts by whom."""
    profiles, written, title = material.profiles, material.written, material.title("R7")
    judged = written.assessment.situations if written else []
    sources = [material.counts_source] if profiles.places else []
    sources += [f"Bedömningarna: {written.basis}."] if written else []
    html = rendered(
        "situations.html",
        anchor="r7",
        number="R7",
        heading=title,
        places=situations_of(profiles, material.ranking, judged),
        source=" ".join(sources),
    )
    return passage_component(Passage(html, anchor="r7", title=title))


def goals(material: Material) -> Component:
    """From goal to action, with the gaps in plain sight."""
    setting = material.setting
    table = goals_table(setting, material.written)
    intro = (
        "Ett initiativ hör till en prioritering när en av dess indikatorer är kopplad till en serie som prioriteringen "
        "vilar på. Inga andra kopplingar görs."
    )
    texts = [intro, goal_gaps(table)]
    if setting.assessment is None:
        texts.append(f"Planer för {setting.edition} finns inte i underlaget.")
    part = Part("fran-mal-till-handling", "Från mål till handling", texts=tuple(texts), tables=(table,))
    return part_component(part, download_name=f"{part.anchor}.csv", download_text=table_text([table]))


# What the region's analysis group wrote: lists, the register with its filters, and what is to be followed up.

NO_MATERIAL = "Regionens eget underlag saknas: ingen fil i data/assessments/regions/{slug}/ till och med {year}."


def without_material(material: Material, number: str) -> Component:
    """The notice of a part that the region's analysis group has not written."""
    text = NO_MATERIAL.format(slug=material.slug, year=material.setting.year)
    return notice(f"{number}. {material.title(number)}", text, "Filen läggs till för hand.", anchor=number.lower())


def written_list(
    number: str, table: Callable[[RegionAssessment], DataTable], material: Material, written: Written
) -> Component:
    """R8, R9 or R11: a list of the analysis group's as a table."""
    note = material.setting.catalog.parts[number].note
    part = part_of(material, number)
    tables, notes = (table(written.assessment),), (note,) if note else ()
    return part_component(replace(part, tables=tables, notes=notes, source=source_of(written)))


def register(material: Material, written: Written) -> Component:
    """R10: every record, with filters, and its table to download."""
    assessment, title = written.assessment, material.title("R10")
    cards = register_cards(assessment, written.when)
    initiatives, assignments = len(assessment.initiatives), len(assessment.assignments)
    texts = [
        f"{initiatives} initiativ och {assignments} kommunala uppdrag med sina förslag, {len(cards)} poster i allt.",
        as_of_text(written.when),
    ]
    stated, headings = assessment.stated_initiatives, initiatives + assignments
    other = stated is not None and stated != headings
    html = rendered(
        "register.html", anchor="r10", number="R10", heading=title, texts=texts, cards=cards,
        kinds=list(ENTRY_KINDS.items()), needed=list(NEEDED.items()), owners=_owners(cards),
        states=[(key, STATES[key]) for key in STATES if any(card.state.key == key for card in cards)],
        source=source_of(written),
        notes=[f"Underlaget anger {stated} initiativ; här finns {headings} rubriker."] if other else [],
        downloads=(("r10.csv", "Ladda ner registret som CSV"),),
    )  # fmt: skip
    passage = Passage(html, anchor="r10", title=title)
    return passage_component(passage, download_name="r10.csv", download_text=register_text(cards))


def _owners(cards: list[RegisterCard]) -> list[tuple[str, str]]:
    names = [*sorted({card.owner for card in cards} - {UNSTATED}), UNSTATED]
    return [(name, name) for name in names]


def register_text(cards: list[RegisterCard]) -> str:
    """The register as csv: one line per record, every fact in a column of its own."""
    terms = list(dict.fromkeys(term for card in cards for term, _ in card.facts))
    rows = tuple(
        (card.title, card.kind_text, card.state.words, *("; ".join(dict(card.facts).get(term, ())) for term in terms))
        for card in cards
    )
    return table_text([DataTable("", tuple(Column(name) for name in ("Rubrik", "Slag", "Läge", *terms)), rows)])


def follow_up(material: Material, written: Written) -> Component:
    """R10: what is missing, what is overdue on the stated day, the linked series, and the calendar."""
    assessment, when, edition = written.assessment, written.when, written.edition
    late = [record.title for record in assessment.initiatives.values() if state_of(record, when).overdue]
    overdue = f"Försenade: {listed(late)}." if late else "Inget slutdatum har passerat."
    events = register_events(material.slug, edition, assessment)
    members = {place: material.profiles.name(place) for place in material.region.members}
    links = linked_series_table(written, material.setting.catalog, material.profiles.yearly, members)
    part = Part(
        "r10-uppfoljning", "Vad som saknas, och vad som ska följas upp", "R10",
        texts=(as_of_text(when), gaps_text(assessment), *([] if when.later else [overdue]), _days_text(events)),
        tables=(gaps_table(assessment), *([links] if links else [])), source=source_of(written),
    )  # fmt: skip
    if not events:
        return part_component(part)
    stamp = date.fromisoformat(assessment.edition.published or f"{edition}-12-31")
    text = calendar_text(f"Uppföljning, {material.region.name} {edition}", events, stamp)
    file = f"uppfoljning-{material.slug}-{edition}.ics"
    part = replace(part, downloads=((file, "Lägg dagarna i kalendern"),))
    return part_component(part, download_name=file, download_text=text)


def _days_text(events: list[Event]) -> str:
    """How many follow-ups, and ends, have a day that a calendar can hold."""
    followed = sum(event.summary.startswith("Uppföljning") for event in events)
    ends = len(events) - followed
    text = f"{followed or 'Ingen'} uppföljning{'ar' if followed else ''} har en dag i underlaget."
    return f"{text} Kalenderfilen har också {ends} slutdatum." if ends else text
