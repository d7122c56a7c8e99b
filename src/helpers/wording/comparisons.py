"""Comparisons in Swedish: differences with their intervals, ranks, classes, and why there is none."""

from collections.abc import Mapping

import pandas as pd

from ..catalog import Indicator
from ..comparisons import NoRank
from .findings import Measure
from .numbers import decimal, signed

NO_RANK = {
    NoRank.NOT_ALL_ASKED: "uppgifter är inte hämtade för alla kommuner",
    NoRank.TOO_FEW_PLACES: "för få kommuner har ett värde",
    NoRank.NO_DIRECTION: "måttet saknar riktning",
}
QUARTILES: Mapping[int, str] = {
    1: "Bästa fjärdedelen",
    2: "Näst bästa fjärdedelen",
    3: "Näst sämsta fjärdedelen",
    4: "Sämsta fjärdedelen",
}
RANKS_MOVE = (
    "Läs värdet först och platsen sedan. Plats 1 är bäst för det mått som raden gäller, lika värden delar plats, och "
    "en plats ändras också när andra kommuner ändras: en ny plats är i sig varken fram- eller motgång."
)
CLASSES_ARE_OURS = (
    "Klasserna är rapportens egna: kommunerna delas efter plats i fyra ungefär lika stora grupper. Ingen myndighet har "
    "satt gränserna."
)
EMPTY_CLASS = "ingen kommun"  # ties can leave a class without places
INTERVALS = (
    "Skillnaderna har 95-procentsintervall där osäkerhetstal är publicerade eller antalet fall går att räkna fram. "
    "Intervallen räknar med slumpen i urval och antal, inte med fel i hur något mäts eller anmäls."
)
UNKNOWN = {"survey": "Kan inte skiljas från slumpen", "register": "Utan intervall"}
WHY_UNKNOWN = (
    "”Kan inte skiljas från slumpen” står vid enkäter: osäkerhetstal saknas i underlaget. ”Utan intervall” står vid "
    "register som saknar antal: de omfattar alla, men hur mycket siffrorna brukar svänga är inte känt."
)
CHANCE = {True: "större än slumpen", False: "ryms inom slumpen"}


def difference_text(found: pd.Series, measure: Measure) -> tuple[str, ...]:
    """A difference in the indicator's unit, and its interval with whether chance alone could give it.

    `found` has difference, low, high and real. Without an interval the second text is left out, and nothing is said
    about chance: the caller says why.
    """
    said = f"{signed(found['difference'], measure.decimals)} {measure.unit.difference}"
    if pd.isna(found["real"]):
        return (said,)
    low, high = (signed(found[end], measure.decimals) for end in ("low", "high"))
    return said, f"{low} till {high}, {CHANCE[bool(found['real'])]}"


def rank_text(rank: int, n: int, indicator: Indicator, municipalities: int) -> str:
    """The rank "plats 12 av 290 kommuner"; of fewer, it says which they are."""
    if indicator.voluntary:
        return f"plats {rank} av {n} deltagande kommuner"
    return f"plats {rank} av {n} kommuner{'' if n == municipalities else ' med värde'}"


def no_rank_text(reason: NoRank) -> str:
    """That there is no rank, and why."""
    return f"Ingen plats: {NO_RANK[reason]}."


def plausible_text(low: int, high: int) -> str:
    """Between which ranks the place probably lies, given the margins of error of all places."""
    return f"Troligen mellan plats {low} och {high}, med tanke på osäkerheten."


def span_text(best: float, worst: float, measure: Measure) -> str:
    """The values of one class of places, from its first place to its last: "8,1 till 12,4"."""
    ends = [decimal(value, measure.decimals) for value in (best, worst)]
    return ends[0] if ends[0] == ends[1] else " till ".join(ends)
