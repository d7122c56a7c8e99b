"""Numbers in words: shares, differences, ratios, ranks and counts as a heading says them; empty where none is near.

All from unrounded values. A word is used within a point of its fraction, with "drygt" or "knappt" up to 3.5 points.
"""

from dataclasses import dataclass

from lagesbild.catalog.models import Indicator
from lagesbild.statistics.ranks import MUNICIPALITIES
from lagesbild.swedish.numbers import decimal

BARE, NEAR = 1.0, 3.5  # points from a fraction: said as it is, and with "drygt" or "knappt"
PARTS = {20.0: "en femtedel", 25.0: "en fjärdedel", 100 / 3: "en tredjedel"}
FRACTIONS = {**PARTS, 50.0: "hälften", 200 / 3: "två tredjedelar", 75.0: "tre fjärdedelar"}
NUMBERS = ["noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"]
OF_TEN = {10.0 * n: f"{NUMBERS[n]} av tio" for n in range(1, 10)}
SHARES = FRACTIONS | {at: words for at, words in OF_TEN.items() if at not in FRACTIONS}  # of two as near: the fraction
HALF = 50.0
TWICE = (1.85, 1.95, 2.05, 2.15)  # "knappt", bare from the second to the third, "drygt"
FEWEST_CASES = 10  # that a relative difference is told of

EDGE = 10  # places from either end of the list that a heading tells of
ORDER = ["", "näst ", "tredje ", "fjärde ", "femte ", "sjätte ", "sjunde ", "åttonde ", "nionde ", "tionde "]


def share_words(percent: float, margin: float | None = None, of_ten: bool = True) -> str:
    """A share of 0-100 in words: "knappt hälften", "drygt åtta av tio"; empty where none is near.

    `margin` is half the 95 % interval of a survey's share: where 50 lies in it, "ungefär hälften" is all that is known.
    Without `of_ten` only fractions: nobody says "tre av tio av bostäderna".
    """
    if margin is not None and abs(percent - HALF) <= margin:
        return "ungefär hälften"
    return _nearest(percent, SHARES if of_ten else FRACTIONS)


def relative_words(value: float, reference: float, less: str = "färre", more: str = "fler") -> str:
    """How much less or more than the reference: "drygt en tredjedel färre"; empty where no part is near.

    A half and a double are ratios: `times_words`.
    """
    if reference <= 0:
        return ""
    percent = 100 * (value - reference) / reference
    part = _nearest(abs(percent), PARTS)
    return f"{part} {less if percent < 0 else more}" if part else ""


def times_words(value: float, reference: float) -> str:
    """ "hälften" or "dubbelt", as in "dubbelt så många", with "knappt" or "drygt"; empty where the ratio is neither."""
    if reference <= 0:
        return ""
    ratio = round(value / reference, 9)
    below, low, high, above = TWICE
    if below <= ratio <= above:
        return "knappt dubbelt" if ratio < low else "drygt dubbelt" if ratio > high else "dubbelt"
    return _nearest(100 * ratio, {HALF: FRACTIONS[HALF]})


def _nearest(percent: float, known: dict[float, str]) -> str:
    """The words of the nearest of `known`, the first of two as near; empty where it is more than 3.5 points away."""
    at = min(known, key=lambda fraction: round(abs(percent - fraction), 9))
    away = round(percent - at, 9)
    if abs(away) > NEAR:
        return ""
    return known[at] if abs(away) <= BARE else f"{'drygt' if away > 0 else 'knappt'} {known[at]}"


def number_word(number: int) -> str:
    """ "en", "fem", and "13" from thirteen on."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def count_words(n: int) -> str:
    """A number of neuter things in a sentence: "inget", "ett", "sju", "13"."""
    return {0: "inget", 1: "ett"}.get(n) or number_word(n)


def persons_words(count: float) -> str:
    """How many persons a share is, in two figures: "omkring 2 500 personer"; fewer than a hundred as they are."""
    if count < 100:
        return f"{decimal(count, 0)} {'person' if round(count) == 1 else 'personer'}"
    step = 10 ** (len(str(int(count))) - 2)
    return f"omkring {decimal(round(count / step) * step, 0)} personer"


@dataclass(frozen=True)
class Standing:
    """A rank as it is stored: 1 is best, `ties` places share it."""

    rank: int
    n: int
    better: str  # "higher" or "lower"
    ties: int = 1


def order_words(standing: Standing) -> str:
    """The order of a rank among the first or the last ten, by value: "fjärde lägst", "delad högst"; else empty."""
    from_end = standing.n - standing.rank - standing.ties + 2
    first = standing.rank <= from_end  # nearer to the best end
    at = min(standing.rank, from_end)
    if at > EDGE:
        return ""
    lowest = (standing.better == "lower") == first
    return f"{'delad ' if standing.ties > 1 else ''}{ORDER[at - 1]}{'lägst' if lowest else 'högst'}"


def among_words(n: int, entry: Indicator) -> str:
    """Which places are ranked: "bland landets kommuner" where all are, else how many and why those."""
    if n == MUNICIPALITIES:
        return "bland landets kommuner"
    return f"bland {n} {'deltagande kommuner' if entry.voluntary else 'kommuner med värde'}"


def inner(phrase: str) -> str:
    """A noun phrase inside a sentence: its first letter small, unless it is an abbreviation."""
    return phrase if phrase[1:2].isupper() else phrase[:1].lower() + phrase[1:]


def capital(text: str) -> str:
    """The text with its first letter a capital."""
    return text[:1].upper() + text[1:]
