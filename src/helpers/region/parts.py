"""The parts of the analysis that are no figures."""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from matplotlib.figure import Figure as Drawing

from helpers import sections
from helpers.figures import Chart
from helpers.region.material import Material, printed_notes, recorded_contradictions, support_rows, support_table
from helpers.region.profiles import absence_sentences
from helpers.region.register import (
    ENTRY_KINDS,
    NEEDED,
    STATES,
    UNSTATED,
    RegisterCard,
    competence_table,
    gaps_sentence,
    gaps_table,
    gaps_text,
    goals_table,
    group_table,
    linked_series_table,
    register_cards,
    register_events,
    sources_table,
    state_of,
)
from helpers.region.statements import Observation, situations_of
from helpers.setting import Setting
from lagesbild.calendars import Event, calendar_text
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame
from lagesbild.html.components import Column, DataTable, FigureBlock, KeyFigure, Passage, Provenance
from lagesbild.html.render import Component, download_text, figure_component, passage_component, rendered, table_text
from lagesbild.swedish.findings import KINDS
from lagesbild.swedish.numbers import STATE_TEXT, listed

# The parts of the regional page as components: tables and texts, figures, and notices of what is missing.

NOTHING = Passage("")


@dataclass(frozen=True)
class Item:
    """One line of a list: what it says, whose it is, and the part that it rests on ("R4")."""

    text: str
    by: str
    link: str = ""


@dataclass(frozen=True)
class Part:
    """A part that is no figure. `downloads` are (file, words); `number` is "R4" or empty."""

    anchor: str
    heading: str
    number: str = ""
    texts: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    tables: tuple[DataTable, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    downloads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class About:
    """What stands around a figure: number, title, the finding as its heading, what is measured, and its notes."""

    number: str
    anchor: str
    title: str
    finding: str
    subtitle: str
    source: str
    state: str = "document"
    definition: str = ""
    method: str = ""
    remake: str = ""
    notes: tuple[str, ...] = ()
    key_figures: tuple[KeyFigure, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A figure before it is drawn: the chart, its rows and frame, the table under it, and the file to download."""

    chart: Chart
    rows: pd.DataFrame
    frame: Frame
    table: DataTable
    download: str  # text of the csv file, which has a column "värde"


def nothing() -> Component:
    """An component that shows nothing: for a part that a municipality without a region does not have."""
    return passage_component(NOTHING)


def notice(title: str, text: str, remedy: str = "", anchor: str = "") -> Component:
    """A box that says what is missing and how it can be added."""
    html = rendered("missing.html", title=title, text=text, remedy=remedy)
    return passage_component(Passage(html, anchor=anchor, title=title))


def part_shown(part: Part, **facts) -> Component:
    """A part as it stands on the page; `facts` go into its record (a file to download)."""
    html = rendered("part.html", part=part)
    return passage_component(Passage(html, anchor=part.anchor, title=part.heading), **facts)


def figure_of(about: About, drawn: Drawn) -> Component:
    """A figure with its table, notes and file."""
    kind = KINDS[drawn.chart.__name__]
    alternative = f"{kind}. {about.finding or about.title} Alla värden finns i tabellen under figuren."
    figure: Drawing = drawn.chart(drawn.rows, drawn.frame)
    return figure_component(
        FigureBlock(
            number=about.number,
            anchor=about.anchor,
            title=about.title,
            state=about.state,
            state_text=STATE_TEXT[about.state],
            subtitle=about.subtitle,
            provenance=Provenance(about.source, about.definition, about.method, about.remake),
            finding=about.finding,
            alternative=alternative,
            svg=svg_of(figure, id=about.anchor, alt=alternative),
            table=drawn.table,
            notes=about.notes,
            download_name=f"{about.anchor}.csv",
            download_text=drawn.download,
            key_figures=about.key_figures,
        )
    )


def values_text(rows: pd.DataFrame) -> str:
    """Rows as the csv of a figure; columns of the tidy table that they lack are filled with what holds for all."""
    common = {"indicator": "", "label": "", "place": "", "name": "", "month": 0, "sex": "T", "group": "", "status": ""}
    common |= {"margin": float("nan"), "count": float("nan")}
    return download_text(rows.assign(**{name: value for name, value in common.items() if name not in rows}))


def items_of(observed: list[Observation]) -> tuple[Item, ...]:
    """Statements as list items, each with whose it is and what it rests on."""
    return tuple(Item(one.text, one.by, one.evidence) for one in observed)


# The head of the regional page: whose it is, which edition, which places, and what is missing as a whole.

NO_REGION = "{place} ingår inte i någon region i data/catalog/regions.yml."
ADD_REGION = "Lägg till regionen med medlemmar där, så görs analysen vid nästa bygge."


def header(setting: Setting, material: Material | None) -> Component:
    """Title, question and edition; a region's own report carries the region's name and its material's dates."""
    if material is None or not material.own:
        return sections.header(setting)
    edition = material.assessment.edition if material.assessment else None
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


# The parts of the analysis that are no figures: statements, tables, situations, register, goals and lists.

NO_MATERIAL = "Regionens eget underlag saknas: ingen fil i data/assessments/regions/{slug}/ till och med {year}."


def part_of(material: Material, number: str) -> Part:
    """An empty part with the catalogue's heading."""
    return Part(number.lower(), material.setting.catalog.parts[number].title, number)


def without_material(material: Material, number: str) -> Component:
    """The notice of a part that the region's analysis group has not written."""
    text = NO_MATERIAL.format(slug=material.slug, year=material.setting.year)
    title = f"{number}. {material.setting.catalog.parts[number].title}"
    return notice(title, text, "Filen läggs till för hand.", anchor=number.lower())


def heading(material: Material, title: str, anchor: str) -> Component:
    """A heading over some of the parts."""
    return sections.heading(material.setting, title, anchor)


def statements(material: Material) -> Component:
    """R1: what the figures bear out, each statement linked to the part that it rests on."""
    made = sum(not one.withheld for one in material.observed)
    withheld = len(material.observed) - made
    text = f"{made} påståenden är gjorda ur siffrorna på sidan. {withheld} görs inte, och då sägs varför."
    source = "Varje påstående är prövat mot siffrorna i den del som det länkar till."
    return part_shown(replace(part_of(material, "R1"), texts=(text,), items=items_of(material.observed), source=source))


def support_tables(material: Material) -> Component:
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


def situations(material: Material) -> Component:
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
    return passage_component(Passage(html, anchor=part.anchor, title=part.heading))


def goals(material: Material) -> Component:
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


def sources(material: Material) -> Component:
    """R8: data sources by authority."""
    return _listed(material, "R8", sources_table)


def group(material: Material) -> Component:
    """R9: the analysis group's composition."""
    return _listed(material, "R9", group_table)


def competence_plan(material: Material) -> Component:
    """R11: the competence plan."""
    return _listed(material, "R11", competence_table)


def _listed(material: Material, number: str, made) -> Component:
    note = material.setting.catalog.parts[number].note
    part = replace(
        part_of(material, number),
        tables=(made(material.assessment),),
        notes=(note,) if note else (),
        source=material.group_source,
    )
    return part_shown(part)


def remarks(material: Material) -> Component:
    """Where the region's document says two things."""
    return sections.remarks_shown(material.assessment.remarks if material.assessment else [])


# R10 as it stands on the page: the register with its filters, and what is missing or to be followed up.


def register(material: Material) -> Component:
    """R10: every record, with filters, and its table to download."""
    assessment, part = material.assessment, material.setting.catalog.parts["R10"]
    cards = register_cards(assessment, material.when)
    initiatives, assignments = len(assessment.initiatives), len(assessment.assignments)
    headings = initiatives + assignments
    texts = [
        f"{initiatives} initiativ och {assignments} kommunala uppdrag med sina förslag, {len(cards)} poster i allt.",
        material.when.text,
    ]
    stated = assessment.stated_initiatives
    other = stated is not None and stated != headings
    notes = [f"Underlaget anger {stated} initiativ; här finns {headings} rubriker."] * other
    html = rendered(
        "register.html", anchor="r10", number="R10", heading=part.title, texts=texts, cards=cards,
        kinds=list(ENTRY_KINDS.items()), needed=list(NEEDED.items()), owners=_owners(cards),
        states=[(key, STATES[key]) for key in STATES if any(card.state.key == key for card in cards)],
        source=material.group_source,
        notes=notes, downloads=(("r10.csv", "Ladda ner registret som CSV"),),
    )  # fmt: skip
    return passage_component(
        Passage(html, anchor="r10", title=part.title),
        download_name="r10.csv",
        download_text=register_text(cards),
    )


def _owners(cards: list[RegisterCard]) -> list[tuple[str, str]]:
    names = [*sorted({card.owner for card in cards} - {UNSTATED}), UNSTATED]
    return [(name, name) for name in names]


def register_text(cards: list[RegisterCard]) -> str:
    """The register as csv: one line a record, every fact in a column of its own."""
    terms = list(dict.fromkeys(term for card in cards for term, _ in card.facts))
    rows = tuple(
        (card.title, card.kind_text, card.state.words, *("; ".join(dict(card.facts).get(term, ())) for term in terms))
        for card in cards
    )
    return table_text([DataTable("", tuple(Column(name) for name in ("Rubrik", "Slag", "Läge", *terms)), rows)])


def follow_up(material: Material) -> Component:
    """R10: what is missing, what is overdue on the stated day, the linked series, and the calendar."""
    assessment, when = material.assessment, material.when
    late = [record.title for record in assessment.initiatives.values() if state_of(record, when).overdue]
    texts = [when.text, gaps_text(assessment), *([_overdue(late)] if not when.later else [])]
    events = register_events(material.slug, material.edition, assessment)
    texts.append(_days_told(events))
    places = [*material.region.members]
    links = linked_series_table(material.setting, assessment, material.edition, places)
    file = f"uppfoljning-{material.slug}-{material.edition}.ics"
    part = Part(
        "r10-uppfoljning", "Vad som saknas, och vad som ska följas upp", "R10", tuple(texts),
        tables=(gaps_table(assessment), *([links] if links else [])), source=material.group_source,
        downloads=((file, "Lägg dagarna i kalendern"),) if events else (),
    )  # fmt: skip
    if not events:
        return part_shown(part)
    stamp = assessment.edition.published or f"{material.edition}-12-31"
    text = calendar_text(f"Uppföljning, {material.region.name} {material.edition}", events, date.fromisoformat(stamp))
    return part_shown(part, download_name=file, download_text=text)


def _days_told(events: list[Event]) -> str:
    """How many follow-ups, and ends, have a day that a calendar can hold."""
    followed = sum(event.summary.startswith("Uppföljning") for event in events)
    told = (
        f"{followed} uppföljningar har en dag i underlaget" if followed else "Ingen uppföljning har en dag i underlaget"
    )
    ends = len(events) - followed
    return f"{told}. Kalenderfilen har också {ends} slutdatum." if ends else f"{told}."


def _overdue(late: list[str]) -> str:
    return f"Försenade: {listed(late)}." if late else "Inget slutdatum har passerat."
