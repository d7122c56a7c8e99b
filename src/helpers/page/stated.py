"""The claims of an assessment on the page, each held against the figures: agreement, disagreement or no answer."""

from collections.abc import Iterable

from ..assessments import Claim
from ..claims import Figures, Outcome, Vocabulary, evaluated, parsed
from ..exhibits import Passage, Shown, passage_shown
from ..exhibits.blocks import Mark
from ..exhibits.shown import rendered
from ..exhibits.statements import TestedClaim
from ..wording.claims import OUTCOMES, TITLE, ClaimWords
from .evidence import COMPUTED
from .setting import Setting


def claims_html(setting: Setting, claims: Iterable[Claim], by: str, words: Vocabulary | None = None) -> str:
    """The claims as a list; nothing when there are none. `words` differs from the municipality's for a region."""
    words = words or Vocabulary(setting.catalog, setting.places, setting.year, setting.focus)
    figures = Figures(setting.series, setting.catalog)
    made = tuple(_tested(claim, words, figures) for claim in claims)
    return rendered("claims.html", title=TITLE, by=by, claims=made) if made else ""


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


def region_claims(setting: Setting, region) -> Shown:
    """What the region's document claims, held against the figures; nothing without a document or claims.

    `region` is a RegionalAnalysis.
    """
    assessment = region.assessment
    if assessment is None or not assessment.claims:
        return passage_shown(Passage(""))
    words = Vocabulary(setting.catalog, setting.places, setting.year)
    body = claims_html(setting, assessment.claims, assessment.basis.judged_by, words)
    return passage_shown(Passage(body, anchor="pastaenden", title=TITLE))

