"""The words that a claim may use: indicators, places and sets of places. No pandas."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from ..catalog import Catalog
from ..places import Places
from .language import PlaceSet

GROUP, MUNICIPALITIES = "group", "municipalities"


class ClaimSyntaxError(ValueError):
    """What is wrong in a claim's text, with the remedy."""


@dataclass(frozen=True)
class Vocabulary:
    """What the words of a claim stand for. `focus` is the municipality whose assessment it is; None for a region's."""

    catalog: Catalog
    places: Places
    edition: int
    focus: str | None = None

    def place_set(self, word: str) -> PlaceSet:
        """The places that a word stands for."""
        if word == MUNICIPALITIES:
            codes = tuple(code for code, kind in self.places.kinds.items() if kind == "K")
            return PlaceSet(codes, word)
        if word == GROUP:
            return PlaceSet(self._group(), word)
        if word in self.catalog.regions:
            return PlaceSet(tuple(self.catalog.regions[word].members), word)
        return PlaceSet((self.code(word),))

    def code(self, word: str) -> str:
        """`word`, a place's code."""
        if word in self.places.names:
            return word
        if word.isdecimal():
            raise ClaimSyntaxError(f"'{word}' is no place's code. Write four digits, such as 2480 or 0000 (Riket).")
        raise ClaimSyntaxError(unknown(word, "place", [*self.catalog.regions, GROUP, MUNICIPALITIES]))

    def _group(self) -> tuple[str, ...]:
        group = self.places.comparison_group(self.catalog, self.focus) if self.focus else None
        if group is None:
            raise ClaimSyntaxError(
                "'group' is nothing here: there is no comparison group. Write the codes in brackets."
            )
        return group.members


def unknown(word: str, kind: str, known: Iterable[str]) -> str:
    """The complaint about a word that is none of `known`, with the nearest of them."""
    known = sorted(known)
    near = get_close_matches(word, known, n=1)
    remedy = f"Did you mean '{near[0]}'?" if near else f"Use one of: {', '.join(known[:12])}."
    return f"'{word}' is no {kind}. {remedy}"
