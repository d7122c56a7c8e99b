"""Place codes from what publishers write: a code, a name, or both."""

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches

from . import cells
from .cells import RefusedError
from .table import Cell

CODE_FIRST = re.compile(r"(\d{4})\b[ .,:-]*(.*)", re.ASCII)


@dataclass(frozen=True)
class Places:
    """Place codes by name, without regard to case and kind of space."""

    names: dict[str, str]
    codes: dict[str, list[str]]

    @classmethod
    def named(cls, names: dict[str, str]) -> "Places":
        codes = defaultdict(list)
        for code, name in names.items():
            codes[_folded(name)].append(code)
        return cls(names, codes)

    def code(self, cell: Cell) -> str:
        """The place's code, by code, by name, or by both ("0180 Stockholm"), which must then agree."""
        written = cells.text(cell)
        both = CODE_FIRST.fullmatch(written)
        if isinstance(cell, int | float) or (written.isdigit() and not both):
            return cells.place_code(cell)
        if not both:
            return self._by_name(written)
        code, name = both.groups()
        if code not in self.names:
            raise RefusedError("is no known place code. Correct it, or add the place to the list of places")
        if name and _folded(name) != _folded(self.names[code]):
            raise RefusedError(f"names another place than its code, which is {self.names[code]}. Correct one of them")
        return code

    def _by_name(self, written: str) -> str:
        codes = self.codes.get(_folded(written), [])
        if len(codes) == 1:
            return codes[0]
        if codes:
            raise RefusedError(f"may be any of {', '.join(sorted(codes))}. Write the code instead of the name")
        near = get_close_matches(_folded(written), self.codes, n=1)
        hint = f" Is {self.names[self.codes[near[0]][0]]} meant?" if near else ""
        raise RefusedError(f"is no known place.{hint} Write a place's code or its name")


def _folded(name: str) -> str:
    return cells.text(name).casefold()
