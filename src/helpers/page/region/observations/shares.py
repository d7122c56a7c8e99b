"""Statements about the share of the inhabitants aged 20-64."""

import pandas as pd

from ....support import Decomposition
from ....wording import decimal, listed, signed
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

NO_POPULATION = "Antalet invånare 20–64 år saknas i underlaget: andelen som försörjs kan inte beräknas."


def share_changes(profiles: Profiles, places: list[str]) -> dict[str, float]:
    """Place -> change of the share in percentage points, largest fall first; only places with a population."""
    found = {place: profiles.share_change(place) for place in places}
    return dict(sorted(((p, v) for p, v in found.items() if v is not None), key=lambda item: item[1]))


def share_moves(profiles: Profiles) -> Observation:
    """In how many members, and in which, the share fell, or rose where most rose; the largest change first."""
    changes = share_changes(profiles, profiles.members)
    if not changes:
        return Observation(NO_POPULATION, withheld=True)
    first, last = profiles.years
    fell = {place: value for place, value in changes.items() if value < 0}
    rose = {place: value for place, value in reversed(changes.items()) if value > 0}
    many, verb, noun = (fell, "minskade", "minskningen") if len(fell) >= len(rose) else (rose, "ökade", "ökningen")
    rest = {place: value for place, value in changes.items() if place not in many}
    how_many = (
        f"alla {members_with_figures(profiles)}"
        if len(many) == len(profiles.members)
        else f"{len(many)} av {len(changes)} {members_noun(profiles)}"
    )
    text = f"Andelen av invånarna 20–64 år som försörjs {verb} {first}–{last} i {how_many}."
    text += f" {_largest_first(profiles, many, noun)}" if many else ""
    text += f" Den {verb} inte i {with_values(profiles, rest, 2)}." if rest else ""
    return Observation(text + outside(profiles, share_changes(profiles, profiles.comparisons), 2), "R5")


def _largest_first(profiles: Profiles, changes: dict[str, float], noun: str) -> str:
    """ "Störst var minskningen i Bjurholm (−1,50 procentenheter), näst störst i Nordmaling (−1,29), sedan i ..." """
    said = [f"{names_of(profiles, [place])} ({signed(value, 2)})" for place, value in changes.items()]
    said[0] = said[0].replace(")", " procentenheter)")
    text = f"Störst var {noun} i {said[0]}"
    text += f", näst störst i {said[1]}" if len(said) > 1 else ""
    return text + (f", sedan i {listed(said[2:])}." if len(said) > 2 else ".")


def share_levels(profiles: Profiles) -> Observation:
    """The share of each place in the last year, with its base."""
    last = profiles.years[1]
    shares = {place: profiles.population_share(place, last) for place in profiles.places}
    known = [f"{names_of(profiles, [p])} {decimal(v, 1)}" for p, v in shares.items() if v is not None]
    if not known:
        return Observation(NO_POPULATION, withheld=True)
    return Observation(f"Andelen {last}, i procent av invånarna 20–64 år den 31 december: {listed(known)}.", "R4")


def against_country(profiles: Profiles, country: pd.DataFrame) -> Observation:
    """Who lies under Riket; withheld unless the country's own share is at hand for the same year."""
    last = profiles.years[1]
    own = country[(country["year"] == last) & (country["group"] == "")]["percent_of_population"].dropna()
    if own.empty:
        return Observation(
            f"Vilka kommuner som ligger under riket sägs inte: rikets helårsekvivalenter {last} saknas i underlaget.",
            withheld=True,
        )
    level = float(own.iloc[0])
    shares = {p: s for p in profiles.members if (s := profiles.population_share(p, last, TOTAL)) is not None}
    under = [place for place, share in shares.items() if share < level]
    text = f"Riket låg {last} på {decimal(level, 1)} procent. Under riket låg {len(under)} av {len(shares)} "
    return Observation(f"{text}{members_noun(profiles)}{_of(profiles, under)}.", "R4")


def _of(profiles: Profiles, places: list[str]) -> str:
    return f": {names_of(profiles, places)}" if places else ""


def population_effects(profiles: Profiles, moved: dict[str, Decomposition]) -> Observation:
    """What the number of inhabitants alone did to the share."""
    effects = {place: moved[place].population for place in profiles.members if place in moved}
    if not effects:
        return Observation(
            "Vad folkmängden gjorde med andelen sägs inte: invånare 20–64 år saknas för båda åren.", withheld=True
        )
    first, last = profiles.years
    up = {p: v for p, v in sorted(effects.items(), key=lambda item: -item[1]) if round(v, 2) > 0}
    down = {p: v for p, v in sorted(effects.items(), key=lambda item: item[1]) if round(v, 2) < 0}
    none = [p for p, v in effects.items() if round(v, 2) == 0]
    parts = [f"höjde {{}} i {with_values(profiles, up, 2)}"] if up else []
    parts += [f"sänkte {{}} i {with_values(profiles, down, 2)}"] if down else []
    parts += [f"ändrade inte {{}} i {names_of(profiles, none)}"] if none else []
    parts = [part.replace("{}", "den" if number else "andelen") for number, part in enumerate(parts)]
    number = f"{number_word(len(effects))} {members_noun(profiles)}"
    return Observation(
        f"Räknat i procentenheter för {number}: folkmängden 20–64 år {first}–{last} {listed(parts)}.", "R5"
    )
