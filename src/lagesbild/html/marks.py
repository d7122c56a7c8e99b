"""Judgements, verdicts and claims as marks and notices: whose they are, and where people and figures differ."""

from collections.abc import Iterable, Mapping

from lagesbild.assessments.models import Assessment, Claim, Judgement
from lagesbild.catalog.models import Catalog
from lagesbild.claims.evaluate import Outcome, evaluated
from lagesbild.claims.language import Vocabulary, parsed
from lagesbild.html.components import ClaimResult, Mark, MissingMeasure
from lagesbild.html.render import rendered
from lagesbild.rules.directions import arrows_differ, reaches
from lagesbild.rules.judgements import Judgements
from lagesbild.rules.uses import Use
from lagesbild.statistics.combined import Combined
from lagesbild.statistics.direction import Movement
from lagesbild.swedish.claims import OUTCOMES, TESTED, ClaimWords
from lagesbild.swedish.verdicts import arrow_sign, differing_text, movement_sign, reach_text
from lagesbild.tidy.rows import Rows

# What people judged, as marks: their status, their arrow, and where they said nothing.

JUDGED, COMPUTED = "Kommunens bedömning", "Beräknat"
STATUS_TONE = {"Enligt plan": "good", "Mer arbete krävs": "watch"}
ARROWS = {"up": ("↗", "good"), "down": ("↘", "bad"), "unchanged": ("→", "")}


def judgements(assessment: Assessment | None, kind: str) -> dict[str, Judgement]:
    """Key -> judgement of goals, areas or priorities; empty without an assessments file."""
    return getattr(assessment, kind) if assessment else {}


def status_marks(judgement: Judgement | None) -> tuple[Mark, ...]:
    """The status that people gave, if they gave one."""
    if judgement is None:
        return ()
    return (Mark(judgement.status, JUDGED, tone=STATUS_TONE[judgement.status]),)


def arrow_marks(judgement: Judgement | None, legend: Mapping[str, str]) -> tuple[Mark, ...]:
    """The arrow that people gave, in the programme's words; nothing when they gave none."""
    if judgement is None or judgement.arrow is None:
        return ()
    symbol, tone = ARROWS[judgement.arrow]
    return (Mark(legend[judgement.arrow], JUDGED, symbol=symbol, tone=tone),)


def summary(judgement: Judgement | None) -> tuple[str, ...]:
    """The sentence that people wrote, if they wrote one."""
    return (judgement.summary,) if judgement and judgement.summary else ()


def movement_mark(movement: Movement) -> Mark:
    """What one indicator has done."""
    sign = movement_sign(movement)
    return Mark(sign.words, COMPUTED, symbol=sign.symbol, tone=sign.tone)


def combined_mark(computed: Combined) -> Mark:
    """The arrow of several indicators."""
    sign = arrow_sign(computed)
    return Mark(sign.words, COMPUTED, symbol=sign.symbol, tone=sign.tone)


# People's arrow beside the computed one: how far the figures behind the computed one reach, and whether they differ.


def reach(judgement: Judgement | None, last: int | None, year: int) -> str:
    """How far the figures behind a computed arrow reach, where that is too early to compare; empty elsewhere.

    `last` is their last common year, None where no arrow is computed; `year` is the edition's.
    """
    if last is None or reaches(last, year):
        return ""
    return reach_text(last, year, judgement is not None and judgement.arrow is not None)


def disagreement(
    judgement: Judgement | None, computed: Combined, last: int | None, year: int, legend: Mapping[str, str]
) -> str:
    """A plain sentence where people's arrow and the computed one differ; empty where they agree.

    They are compared only where every judged series reaches the edition's year or the one before.
    """
    arrow = judgement.arrow if judgement else None
    if arrow is None or last is None or not reaches(last, year) or not arrows_differ(arrow, computed):
        return ""
    return differing_text(legend[arrow], computed, last)


# The claims of an assessment, each held against the figures: agreement, disagreement or no answer.


def claim_results(
    claims: Iterable[Claim], words: Vocabulary, table: Rows, by: str, judged: Judgements | None = None
) -> tuple[ClaimResult, ...]:
    """Every claim with what became of it. `by`: whose they are, "Umeå kommun"; `judged`: what pages say of places.

    A claim that cannot be read was refused before any notebook ran.
    """
    tested = []
    for claim in claims:
        statement = parsed(claim.claim, words)
        finding = evaluated(statement, table, words.catalog, judged)
        swedish = ClaimWords(statement, words.catalog, words.places)
        fails = finding.outcome is Outcome.FAILS
        tested.append(
            ClaimResult(
                claimed=swedish.claimed(),
                mark=Mark(OUTCOMES[finding.outcome], COMPUTED, tone="watch" if fails else ""),
                values=swedish.values(finding),
                known=(claim.known or "") if fails else "",
                note=claim.note or "",
                parting=swedish.parting(finding, by),
            )
        )
    return tuple(tested)


def claims_html(claims: tuple[ClaimResult, ...]) -> str:
    """A sentence for each claim that the figures do not bear out, then all of them in a fold; nothing without any."""
    if not claims:
        return ""
    return rendered("claims.html", title=TESTED.format(n=len(claims)), claims=claims)


def missing_measures(catalog: Catalog, page: str, priority: str | None, told: bool) -> tuple[MissingMeasure, ...]:
    """The measures that the priority, or the page as a whole, asks for and nobody makes.

    What is known and promised is about the municipality whose programme it is: `told` only where it has assessments.
    """
    gaps = [gap for gap in catalog.gaps.values() if gap.page == page and gap.priority == priority]
    known = [(gap.known, gap.who and f"Ansvar: {gap.who}.", gap.promised and f"{gap.promised}.") for gap in gaps]
    texts = [" ".join(filter(None, parts)) if told else "" for parts in known]
    return tuple(MissingMeasure(gap.missing, text) for gap, text in zip(gaps, texts, strict=True))


# Links to where an indicator stands.


def priority_anchor(priority: str) -> str:
    """The anchor of a priority's section: "prioritering-1-1"."""
    return f"prioritering-{priority.replace('.', '-')}"


def page_link(page: str, front: str = "overview") -> str:
    """The file of a page of the report whose `front` page opens first."""
    return "index.html" if page == front else f"{page}.html"


def measure_anchor(indicator: str) -> str:
    """The anchor of a measure's row on *Indikatorer*."""
    return f"matt-{indicator.replace('_', '-')}"


def source_anchor(indicator: str) -> str:
    """The anchor of an indicator's source and definition on *Underlaget*."""
    return f"kalla-{indicator.replace('_', '-')}"


def use_anchor(use: Use) -> str:
    """The anchor of the figure or of the priority's section."""
    return f"figur-{use.figure}" if use.figure else priority_anchor(use.priority)
