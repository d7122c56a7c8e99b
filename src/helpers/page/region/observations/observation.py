"""One statement, and the words that statements share."""

from dataclasses import dataclass

from ....wording import listed, signed
from ..profiles import Profiles

NUMBERS = ["noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"]


@dataclass(frozen=True)
class Observation:
    """A sentence, and the part of the page that its numbers stand in.

    `withheld`: data are missing, and it says so. `printed`: the material's own words, which cannot be computed here.
    """

    text: str
    evidence: str = ""  # "R4"
    withheld: bool = False
    printed: bool = False

    @property
    def by(self) -> str:
        """Whose the sentence is."""
        if self.withheld:
            return "Påståendet görs inte"
        return "Enligt underlaget" if self.printed else "Beräknat"


def number_word(number: int) -> str:
    """ "fem", and "16" from thirteen on."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def names_of(profiles: Profiles, places: list[str]) -> str:
    """ "Nordmaling, Vindeln och Vännäs"."""
    return listed([profiles.setting.places.name(place) for place in places])


def with_values(profiles: Profiles, values: dict[str, float], decimals: int) -> str:
    """ "Bjurholm (−1,50) och Nordmaling (−1,29)", in the order given; zero has no sign."""
    name = profiles.setting.places.name
    return listed([f"{name(place)} ({signed(value, decimals)})" for place, value in values.items()])


def members_with_figures(profiles: Profiles) -> str:
    """The set that a statement is about, in words: "fem medlemskommuner med hela uppgifter"."""
    return f"{number_word(len(profiles.members))} {members_noun(profiles)}"


def members_noun(profiles: Profiles) -> str:
    """ "medlemskommuner med hela uppgifter", in the number that fits."""
    return ("medlemskommun" if len(profiles.members) == 1 else "medlemskommuner") + " med hela uppgifter"


def outside(profiles: Profiles, values: dict[str, float], decimals: int) -> str:
    """A sentence for the comparisons; empty without any."""
    return f" Utanför regionen: {with_values(profiles, values, decimals)}." if values else ""
