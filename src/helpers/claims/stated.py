"""All claims of `data/assessments/`, each with its file and line."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..assessments import Assessment, Claim, RegionAssessment
from ..catalog import Catalog
from ..paths import Paths
from ..places import Places
from ..records import Location, RecordError, read_record
from .language import Statement
from .parsing import parsed
from .vocabulary import ClaimSyntaxError, Vocabulary


class ClaimError(RecordError):
    """What is wrong in the claims of `data/assessments/`, one line a slip."""


@dataclass(frozen=True)
class StatedClaim:
    """A claim, what it says, and where: `where` is "file:line: path to the entry"."""

    where: str
    claim: Claim
    statement: Statement


def stated_claims(paths: Paths, catalog: Catalog, places: Places) -> list[StatedClaim]:
    """Every claim of every assessment, in the order of the files. Raises ClaimError with every slip.

    The files themselves are taken as read: `load_all_assessments` refuses those that are not in order.
    """
    found: list[StatedClaim] = []
    slips: list[str] = []
    for path in sorted(paths.assessments.rglob("[0-9][0-9][0-9][0-9].yml")):  # others are refused by the loader
        region = path.is_relative_to(paths.assessments / "regions")
        words = Vocabulary(catalog, places, int(path.stem), None if region else path.parent.name)
        content, document = read_record(path, RegionAssessment if region else Assessment, paths.relative(path))
        for at, claim in claims_in(content):
            try:
                found.append(StatedClaim(document.slip(at, "").strip(), claim, parsed(claim.claim, words)))
            except ClaimSyntaxError as slip:
                slips.append(document.slip((*at, "claim"), f"'{claim.claim}': {slip}"))
    if slips:
        raise ClaimError(slips)
    return found


def claims_in(content: Assessment | RegionAssessment) -> Iterator[tuple[Location, Claim]]:
    """The claims of one file with the path to each: the judgements', then those of the whole."""
    for kind in ("goals", "areas", "priorities"):
        for id, judgement in getattr(content, kind, {}).items():
            for number, claim in enumerate(judgement.claims):
                yield (kind, id, "claims", number), claim
    for number, claim in enumerate(content.claims):
        yield ("claims", number), claim
