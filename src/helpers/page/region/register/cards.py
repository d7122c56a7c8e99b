"""One card a record: everything that the material says of it, and what it does not say."""

from dataclasses import dataclass

from ....assessments import register
from ....assessments.regions import Entry, FollowUp, Initiative, LinkedIndicator, RegionAssessment
from ..dates import readable
from .gaps import lacking
from .states import AsOf, State, state_of

KINDS = {"initiative": "Initiativ", "assignment": "Kommunalt uppdrag", "proposal": "Förslag"}
UNSTATED = "saknas i underlaget"
LINKED = "närmaste serie finns nedan"


@dataclass(frozen=True)
class RegisterCard:
    """What the page shows of one record; `facts` are (term, texts), in order, empty texts are told as missing."""

    anchor: str
    title: str
    kind: str  # the key of KINDS
    kind_text: str
    owner: str
    state: State
    lacking: tuple[str, ...]
    facts: tuple[tuple[str, tuple[str, ...]], ...]


def register_cards(assessment: RegionAssessment, when: AsOf) -> list[RegisterCard]:
    """Every record in the document's order; a proposal that two assignments share has a card in each."""
    return [_card(assessment, entry, when) for entry in register(assessment)]


def _card(assessment: RegionAssessment, entry: Entry, when: AsOf) -> RegisterCard:
    record = entry.record
    within = f"{assessment.assignments[entry.within].title}, förslag {entry.number}: " if entry.within else ""
    return RegisterCard(
        anchor=f"r10-{entry.id.replace('_', '-')}",
        title=within + record.title,
        kind=entry.kind,
        kind_text=KINDS[entry.kind],
        owner=record.owner or UNSTATED,
        state=state_of(record, when),
        lacking=tuple(lacking(record)),
        facts=(
            *_who(record),
            ("Bakgrund", _some(record.background)),
            ("Aktiviteter", tuple(record.activities)),
            ("Mål", tuple(record.goals)),
            ("Indikatorer", tuple(_indicator(one) for one in record.indicators)),
            ("Start", _date(record.start, record.start_text)),
            ("Slut", _date(record.end, record.end_text)),
            ("Avstämning", tuple(_follow_up(one) for one in record.follow_ups)),
            *((("Anmärkning", (entry.remark,)),) if entry.remark else ()),
        ),
    )


def _who(record: Initiative) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("Ägare", _some(record.owner)),
        ("Sammankallande", _some(record.convener)),
        ("Ansvarig", _some(record.responsible)),
        ("Godkänd av", _some(record.approved_by)),
        ("Målgrupp", _some(record.target_group)),
    )


def _some(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _date(written: str | None, words: str | None) -> tuple[str, ...]:
    """The date as far as it is known, and the document's own words where they say more or something else."""
    own = f"i underlaget: {words}" if words else ""
    return _some("; ".join(part for part in (readable(written), own) if part))


def _indicator(one: LinkedIndicator) -> str:
    return f"{one.text} ({LINKED})" if one.series else one.text


def _follow_up(one: FollowUp) -> str:
    when = one.text or readable(one.date)
    return ", ".join(part for part in (when, one.body) if part)
