"""What a claim says, after it was read: measure, relation, places and years."""

from dataclasses import dataclass
from enum import StrEnum

WOMEN_MINUS_MEN = "K-M"


class Relation(StrEnum):
    """What is said of the measure. The values are the words of the language."""

    FALLS = "falls"
    RISES = "rises"
    FALLS_MORE = "falls more"
    FALLS_LESS = "falls less"
    RISES_MORE = "rises more"
    RISES_LESS = "rises less"
    LOWER = "is lower"
    HIGHER = "is higher"
    LOWEST = "is lowest"
    HIGHEST = "is highest"
    EQUALS = "is"
    BELOW = "is below"
    ABOVE = "is above"

    @property
    def of_change(self) -> bool:
        """Whether two years are compared."""
        return self.value.startswith(("falls", "rises"))

    @property
    def to_number(self) -> bool:
        """Whether the value is held against a number of the claim's own."""
        return self in (Relation.EQUALS, Relation.BELOW, Relation.ABOVE)

    @property
    def link(self) -> str:
        """The word before the places that it is held against: "than in", "among", or nothing."""
        if self in (Relation.LOWEST, Relation.HIGHEST):
            return "among"
        return "" if self.to_number or self in (Relation.FALLS, Relation.RISES) else "than"

    @property
    def downwards(self) -> bool:
        """Whether less of the measure, or of its change, is what the claim says."""
        return self in (Relation.FALLS, Relation.FALLS_MORE, Relation.RISES_LESS, Relation.LOWER, Relation.LOWEST)


@dataclass(frozen=True)
class Measure:
    """An indicator, or 100 x the indicator over `per` in percent; of all (T), women (K), men (M) or K-M."""

    indicator: str
    per: str | None = None
    sex: str = "T"

    @property
    def indicators(self) -> tuple[str, ...]:
        return (self.indicator, self.per) if self.per else (self.indicator,)


@dataclass(frozen=True)
class PlaceSet:
    """Codes of places, and the word of the language that stood for them ("" where codes were written)."""

    codes: tuple[str, ...]
    word: str = ""


@dataclass(frozen=True)
class Statement:
    """One claim. `year` is the only year, or the last of a change; `since` is a change's first."""

    measure: Measure
    relation: Relation
    places: PlaceSet
    year: int
    since: int | None = None
    excepted: tuple[str, ...] = ()
    others: PlaceSet = PlaceSet(())
    most: bool = False  # more than half of the others are enough
    number: str = ""  # as written: its decimals say how exactly it is meant
