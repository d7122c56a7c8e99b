"""Statements about the types of support."""

from ....wording import decimal, signed
from ..profiles import TOTAL, Profiles
from .observation import (
    Observation,
    members_noun,
    members_with_figures,
    names_of,
    number_word,
    outside,
    with_values,
)


def moved_most(profiles: Profiles) -> Observation:
    """Which types fell and rose most, added up over the members that have figures."""
    first, last = profiles.years
    moved = {id: sum(profiles.change(place, id) for place in profiles.members) for id in profiles.types}
    total = sum(profiles.change(place, TOTAL) for place in profiles.members)
    label = {id: profiles.setting.catalog.indicators[id].label for id in moved}
    least, most = min(moved, key=moved.get), max(moved, key=moved.get)
    text = (
        f"I {members_with_figures(profiles)} tillsammans ändrades antalet helårsekvivalenter {first}–{last} med "
        f"{signed(total, 0)}."
    )
    text += f" Mest minskade {label[least]} ({signed(moved[least], 0)})." if moved[least] < 0 else ""
    text += f" Mest ökade {label[most]} ({signed(moved[most], 0)})." if moved[most] > 0 else ""
    return Observation(text, "R4")


def type_moves(profiles: Profiles, type_: str) -> Observation:
    """In which places one type fell, rose and stood still: the members, then the places outside the region."""
    first, last = profiles.years
    label = profiles.setting.catalog.indicators[type_].label
    changes = {place: profiles.change(place, type_) for place in profiles.places}
    own = {place: changes[place] for place in profiles.members}
    down = {place: value for place, value in own.items() if value < 0}
    up = {place: value for place, value in own.items() if value > 0}
    same = [place for place, value in own.items() if value == 0]
    verb, many = ("minskade", down) if len(down) >= len(up) else ("ökade", up)
    other_verb, few = ("ökade", up) if many is down else ("minskade", down)
    every = [place for place, value in changes.items() if value * (1 if many is up else -1) > 0]
    if len(every) == len(profiles.places) and profiles.comparisons:
        where = _all_places(profiles)
        return Observation(f"{label} {verb} {first}–{last} i {where}: {with_values(profiles, changes, 0)}.", "R4")
    how_many = f"alla {members_with_figures(profiles)}" if len(many) == len(own) else _of_members(profiles, many)
    text = f"{label} {verb} {first}–{last} i {how_many}" + (f": {with_values(profiles, many, 0)}." if many else ".")
    text += f" Den {other_verb} i {with_values(profiles, few, 0)}." if few else ""
    text += "".join(_unchanged(profiles, place, type_) for place in same)
    return Observation(text + outside(profiles, {p: changes[p] for p in profiles.comparisons}, 0), "R4")


def _of_members(profiles: Profiles, places: dict[str, float]) -> str:
    return f"{len(places)} av {len(profiles.members)} {members_noun(profiles)}"


def _all_places(profiles: Profiles) -> str:
    return (
        f"alla {number_word(len(profiles.places))} kommuner med hela uppgifter, "
        f"{names_of(profiles, profiles.comparisons)} utanför regionen medräknad"
        f"{'e' if len(profiles.comparisons) > 1 else ''}"
    )


def _unchanged(profiles: Profiles, place: str, type_: str) -> str:
    before, now = (decimal(profiles.count(place, type_, year), 0) for year in profiles.years)
    return f" I {names_of(profiles, [place])} var den oförändrad ({before} och {now})."


def widest_difference(profiles: Profiles) -> Observation:
    """The type whose share of the places' own totals differs most between the members."""
    last = profiles.years[1]
    shares = {id: {place: profiles.own_share(place, id, last) for place in profiles.members} for id in profiles.types}
    widest = max(shares, key=lambda id: max(shares[id].values()) - min(shares[id].values()))
    low, high = (pick(shares[widest], key=shares[widest].get) for pick in (min, max))
    return Observation(
        f"Profilerna skiljer sig mest i {profiles.setting.catalog.indicators[widest].label}: mellan "
        f"{decimal(shares[widest][low], 1)} procent ({names_of(profiles, [low])}) och "
        f"{decimal(shares[widest][high], 1)} procent ({names_of(profiles, [high])}) av kommunens egna "
        f"helårsekvivalenter {last}, bland {members_with_figures(profiles)}.",
        "R4",
    )
