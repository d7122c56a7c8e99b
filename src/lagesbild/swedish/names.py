"""What a place is called on pages: its name, its genitive, its official name, and the titles that name it.

Goals and priorities are a council's own words. Where a municipality has not judged anything, a page has the theme's
neutral name, so that nobody is given another council's goals.
"""

from dataclasses import dataclass
from typing import Protocol
from unicodedata import normalize

from lagesbild.catalog.models import Catalog
from lagesbild.swedish.numbers import genitive, in_place


class Titled(Protocol):
    """An entry of the catalogue with a title, and perhaps a neutral one."""

    @property
    def title(self) -> str: ...
    @property
    def neutral(self) -> str | None: ...


@dataclass(frozen=True)
class Naming:
    """How the catalogue's texts name one place. `judged`: whether it has an assessment of the edition's year."""

    name: str
    official: str  # "Umeå kommun", "Stockholms stad", "Region Gotland"
    judged: bool = False

    def worded(self, text: str) -> str:
        """`text` with {place}, {genitive}, {municipality} and {where} filled in."""
        filled = {
            "{place}": self.name,
            "{genitive}": genitive(self.name),
            "{municipality}": self.official,
            "{where}": in_place(self.name),
        }
        for field, words in filled.items():
            text = text.replace(field, words)
        return text

    def title(self, entry: Titled) -> str:
        """The programme's own title for a municipality that has judged, else the neutral one where there is one."""
        return self.worded(entry.title if self.judged or not entry.neutral else entry.neutral)


def official_name(catalog: Catalog, code: str, name: str) -> str:
    """What a municipality is called officially: "Umeå kommun", "Nordmalings kommun", "Stockholms stad".

    The catalogue has the exceptions; else a name that ends in a vowel stands as it is before "kommun", another one in
    the genitive.
    """
    if code in catalog.official_names:
        return catalog.official_names[code]
    return f"{name if name[-1:].lower() in 'aeiouyåäöé' else genitive(name)} kommun"


LAST = str.maketrans("åäöéèüæø", "{|}eey|}")  # the signs behind z stand in the order of å, ä and ö


def swedish_order(name: str) -> tuple[str, str]:
    """What names are sorted by: å, ä and ö last, other accents as the letter without; then as they are written."""
    return normalize("NFC", name).casefold().translate(LAST), name
