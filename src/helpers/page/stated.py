"""The claims of an assessment on the page, each held against the figures: agreement, disagreement or no answer."""

from collections.abc import Iterable

from ..assessments import Claim, RegionAssessment
from ..claims import Vocabulary, parsed
from ..claims.evaluation import Outcome, evaluated
from ..claims.readings import Figures
from ..exhibits import Passage, Shown, passage_shown
from ..exhibits.blocks import Mark, Section
from ..exhibits.shown import rendered
from ..exhibits.statements import TestedClaim
from ..wording.claims import OUTCOMES, STATED, TITLE, ClaimWords
from .evidence import COMPUTED
from .setting import Setting


def claims_html(setting: Setting, claims: Iterable[Claim], by: str) -> str:
    """The claims of the municipality's assessment as a list; nothing when there are none. `by`: whose they are."""
    words = Vocabulary(setting.catalog, setting.places, setting.year, setting.focus)
    return _listed(setting, claims, words, by)


def region_claims(setting: Setting, assessment: RegionAssessment | None) -> Shown:
    """What a region's document claims, held against the figures; nothing without a document or claims."""
    if assessment is None or not assessment.claims:
        return passage_shown(Passage(""))
    words = Vocabulary(setting.catalog, setting.places, setting.year)
    body = rendered("section.html", section=Section(anchor="pastaenden", title=TITLE))
    body += _listed(setting, assessment.claims, words, assessment.basis.judged_by)
    return passage_shown(Passage(body, anchor="pastaenden", title=TITLE))


def _listed(setting: Setting, claims: Iterable[Claim], words: Vocabulary, by: str) -> str:
    figures = Figures(setting.series, setting.catalog)
    made = tuple(_tested(claim, words, figures) for claim in claims)
    return rendered("claims.html", title=STATED, by=by, claims=made) if made else ""


def _tested(claim: Claim, words: Vocabulary, figures: Figures) -> TestedClaim:
    """One claim with both values. A claim that cannot be read was refused before any notebook ran."""
    statement = parsed(claim.claim, words)
    finding = evaluated(statement, figures)
    swedish = ClaimWords(statement, words.catalog, words.places)
    fails = finding.outcome is Outcome.FAILS
    return TestedClaim(
        claimed=swedish.claimed(),
        mark=Mark(OUTCOMES[finding.outcome], COMPUTED, tone="watch" if fails else ""),
        found=swedish.found(finding),
        known=(claim.known or "") if fails else "",
        note=claim.note or "",
        disagrees=fails,
    )
