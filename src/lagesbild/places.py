"""Places by code: names from the snapshot, the region and comparison group of a municipality."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from unicodedata import normalize

from lagesbild.catalog.models import Catalog
from lagesbild.errors import Refusal

COUNTRY = "0000"


class UnknownPlace(Refusal):
    """A code that the snapshot's list of places does not hold."""


@dataclass(frozen=True)
class ComparisonGroup:
    """Whom a municipality is compared with: `members` are codes, without the municipality itself."""

    id: str
    title: str
    members: tuple[str, ...]

    @property
    def year(self) -> str:
        """The year of the official grouping, the last word of its title."""
        return self.title.rpartition(" ")[2]


@dataclass(frozen=True)
class Places:
    """All municipalities, regions and the country by code."""

    names: dict[str, str]
    kinds: dict[str, str]  # "K" municipality, "L" region or the country
    groups: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # id -> title, members

    def name(self, code: str) -> str:
        """The place's name. Raises UnknownPlace with the nearest known codes."""
        try:
            return self.names[code]
        except KeyError:
            alike = [other for other in self.names if other[:2] == code[:2]] or get_close_matches(code, self.names)
            near = [f"{other} {self.names[other]}" for other in alike[:5]]
            raise UnknownPlace(
                f"places: '{code}' is no place in data/raw/kolada/places.csv. "
                + (f"Near it: {', '.join(near)}. " if near else "")
                + "Use the four-digit code, such as 2480, and run 'lagesbild fetch' if the list is old."
            ) from None

    def codes(self, places: Iterable[str]) -> list[str]:
        """The codes in `places`, each once and in order.

        Raises UnknownPlace for one text in place of a list, for a name, and for a code that no place has.
        """
        if isinstance(places, str):
            raise UnknownPlace(f"places: '{places}' is one text. Write a list of codes: {[self._nearest(places)]}.")
        wanted = list(dict.fromkeys(places))
        for code in wanted:
            if not isinstance(code, str):
                raise UnknownPlace(f'places: {code!r} is not text. Write the code in quotes, such as "0180".')
            if not code.strip():
                raise UnknownPlace('places: a code is empty. Write four digits in quotes, such as "0180".')
            near = code.zfill(4) if code.zfill(4) in self.names else self._nearest(code)
            if near != code and code.isdecimal() and near.lstrip("0") == code:
                raise UnknownPlace(f"places: '{code}' has lost its zeros. Write '{near}', {self.names[near]}.")
            if near != code and not code.isdecimal():
                raise UnknownPlace(f"places: '{code}' is no code. Did you mean '{near}', {self.names[near]}?")
            self.name(code)
        return wanted

    def _nearest(self, text: str) -> str:
        """The code that a text means: a code itself, else that of the place with the nearest name."""
        if text.strip() in self.names:
            return text.strip()
        named = {name.casefold(): code for code, name in self.names.items()}
        near = get_close_matches(text.casefold(), named, n=1, cutoff=0)
        return named[near[0]]

    @property
    def municipalities(self) -> int:
        """How many municipalities there are."""
        return sum(kind == "K" for kind in self.kinds.values())

    def municipality_code(self, text: str) -> str:
        """The code of the municipality that a text names: "2480", "Umeå", "umeå kommun" or "Linköpings kommun".

        What looks like a code is given back as it is, for `municipality` to judge. Raises UnknownPlace for a name that
        no municipality has, with the nearest.
        """
        words = normalize("NFC", text).casefold().split()
        if "".join(words).isdecimal():
            return text.strip()
        named = " ".join(words[:-1] if words[1:] and words[-1] in ("kommun", "stad") else words)
        codes = {self.names[code].casefold(): code for code, kind in self.kinds.items() if kind == "K"}
        genitives = {f"{name}s": code for name, code in codes.items()}
        code = (genitives | codes).get(named)
        if code is None:
            near = [
                f"{self.names[codes[name]]} ({codes[name]})" for name in get_close_matches(named, codes, cutoff=0.5)
            ]
            remedy = f"Nearest: {', '.join(near)}." if near else "Write its name, or its code such as 2480."
            raise UnknownPlace(f"municipality: no municipality is called '{text}'. {remedy}")
        return code

    def municipality(self, code: str) -> str:
        """The name of a municipality. Raises UnknownPlace for regions, the country and unknown codes."""
        if not (len(code) == 4 and code.isascii() and code.isdecimal()):
            raise UnknownPlace(
                f"municipality: '{code}' is not a municipality's code. Use four digits as text, such as 2480 or 0180."
            )
        name = self.name(code)
        if self.kinds[code] != "K":
            raise UnknownPlace(
                f"municipality: '{code}' is {name}, not a municipality. Choose a municipality's code, such as 2480."
            )
        return name

    def county(self, catalog: Catalog, code: str) -> str | None:
        """The code of the region that a municipality lies in; None where it is the only one there, as Gotland is.

        Such a region has the municipality's own values: beside them it would be a comparison with itself.
        """
        members = sum(kind == "K" and other[:2] == code[:2] for other, kind in self.kinds.items())
        return catalog.snapshot.counties.get(code[:2]) if members > 1 else None

    def comparison_group(self, catalog: Catalog, code: str) -> ComparisonGroup | None:
        """The pinned group of a municipality, else the latest official one of its name; None without one."""
        pinned = catalog.comparisons.pinned.get(code)
        if pinned and pinned.id in self.groups:
            title, members = self.groups[pinned.id]
            return ComparisonGroup(pinned.id, title, tuple(place for place in members if place != code))
        wanted = catalog.comparisons.rule.format(name=self.name(code), year="").rstrip(" ,")
        matching = [
            (title, group) for group, (title, _) in self.groups.items() if title.rpartition(",")[0].rstrip() == wanted
        ]
        if not matching:
            return None
        title, group = max(matching)
        return ComparisonGroup(group, title, tuple(place for place in self.groups[group][1] if place != code))
