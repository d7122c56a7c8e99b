"""All statements in a fixed order."""

from collections.abc import Iterator

from ..absences import absence_sentences
from .facts import Facts
from .observation import Observation
from .ranks import printed_type_ranks, rank_moves
from .shares import against_country, population_effects, share_levels, share_moves
from .types import moved_most, type_moves, widest_difference


def observations(facts: Facts) -> list[Observation]:
    """What the figures bear out, and what is withheld because figures are missing."""
    return list(_made(facts))


def _made(facts: Facts) -> Iterator[Observation]:
    profiles = facts.profiles
    if profiles.members:
        yield from (share_moves(profiles), share_levels(profiles), against_country(profiles, facts.country))
        yield moved_most(profiles)
        yield from (type_moves(profiles, id) for id in profiles.types)
        yield widest_difference(profiles)
        yield population_effects(profiles, facts.moved)
    else:
        yield Observation(
            "Två hela år av helårsekvivalenter saknas för alla medlemmar: inget sägs om andelar och ersättningar.",
            withheld=True,
        )
    yield rank_moves(profiles, facts.ranking)
    yield from printed_type_ranks(profiles)
    yield Observation(facts.together.sentence, "R6", withheld=facts.together.refused)
    for sentence in absence_sentences(profiles):
        yield Observation(f"{sentence} Inget påstås om det som saknas.", withheld=True)
