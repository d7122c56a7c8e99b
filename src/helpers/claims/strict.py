"""What `lagesbild check --strict` says: every claim that the figures contradict and nobody has looked at."""

from dataclasses import dataclass

from ..catalog import Catalog
from ..paths import Paths
from ..places import Places, load_places
from .evaluation import Case, Finding, Outcome, evaluated
from .language import Statement
from .readings import Figures
from .stated import StatedClaim, stated_claims

SHOWN = 4  # places named in one line


@dataclass(frozen=True)
class ClaimCheck:
    """How many claims there are, hold, are known to disagree and cannot be judged, and what is wrong."""

    total: int
    holding: int
    known: int
    not_judged: int
    slips: tuple[str, ...]  # one line each: file, line, claim, values found, remedy

    @property
    def ok(self) -> bool:
        return not self.slips


def claim_check(paths: Paths, catalog: Catalog) -> ClaimCheck:
    """Every claim of every assessment held against the tidy table. Raises ClaimError and TidyError."""
    from ..tidy import current, table_at_hand  # pandas is needed only here

    places = load_places(paths)
    stated = stated_claims(paths, catalog, places)
    figures = Figures.of(current(table_at_hand(paths, catalog).rows), catalog)
    found = [(one, evaluated(one.statement, figures)) for one in stated]
    outcomes = [finding.outcome for _, finding in found]
    slips = [slip for one, finding in found if (slip := _slip(one, finding, places))]
    return ClaimCheck(
        total=len(found),
        holding=outcomes.count(Outcome.HOLDS),
        known=sum(bool(one.claim.known) and finding.outcome is Outcome.FAILS for one, finding in found),
        not_judged=outcomes.count(Outcome.NOT_JUDGED),
        slips=tuple(slips),
    )


def _slip(one: StatedClaim, finding: Finding, places: Places) -> str:
    """What is wrong with a claim, or nothing. A disagreement that is known passes; one that is gone does not."""
    if finding.outcome is Outcome.FAILS and not one.claim.known:
        found = values_found(one.statement, finding, places)
        remedy = "Correct the claim and the sentence that it stands for, or say in 'known' why they differ."
        return f"{one.where} '{one.claim.claim}': the figures say otherwise: {found}. {remedy}"
    if finding.outcome is Outcome.HOLDS and one.claim.known:
        return f"{one.where} '{one.claim.claim}': the figures bear it out now. Take 'known' away."
    return ""


def values_found(statement: Statement, finding: Finding, places: Places) -> str:
    """The values that decide, such as "835 (2020) and 863 (2021) in 2284 Örnsköldsvik"."""
    cases = finding.deciding
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return "; ".join(_case_text(statement, case, places) for case in cases[:SHOWN]) + more


def _case_text(statement: Statement, case: Case, places: Places) -> str:
    place = f"{case.place} {places.name(case.place)}"
    text = f"{case.first.value:.6g} in {place}"
    if case.other is not None:
        text += f", {case.second.value:.6g} in {case.other} {places.name(case.other)}"
    elif case.second is not None:
        text = f"{case.first.value:.6g} ({statement.since}) and {case.second.value:.6g} ({statement.year}) in {place}"
    return f"{text} ({case.obstacle.replace('_', ' ')})" if case.obstacle else text
