"""R10 as it stands on the page: the register with its filters, and what is missing or to be followed up."""

from datetime import date

from ....calendars import Event, calendar_text
from ....exhibits import Column, DataTable, Passage, Shown, passage_shown
from ....exhibits.shown import rendered
from ....wording import listed
from ..exhibiting import Part, part_shown, table_text
from ..material import Material
from .cards import KINDS, UNSTATED, RegisterCard, register_cards
from .days import register_events
from .gaps import NEEDED, gaps_table, gaps_text
from .links import linked_series_table
from .states import STATES, state_of


def register(material: Material) -> Shown:
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
        kinds=list(KINDS.items()), needed=list(NEEDED.items()), owners=_owners(cards),
        states=[(key, STATES[key]) for key in STATES if any(card.state.key == key for card in cards)],
        source=material.group_source,
        notes=notes, downloads=(("r10.csv", "Ladda ner registret som CSV"),),
    )  # fmt: skip
    return passage_shown(
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


def follow_up(material: Material) -> Shown:
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
