"""What is asked of a table: for each of its variables the codes, and what each code stands for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

LAST_TO_SPLIT = ("period", "content")


@dataclass(frozen=True)
class Axis:
    """One variable. `about` says what its codes stand for: place, period, sex, group, content or ""."""

    variable: str
    about: str
    codes: tuple[tuple[str, Any], ...]  # code -> what it stands for; no code stands twice

    @property
    def meaning(self) -> dict[str, Any]:
        return dict(self.codes)


@dataclass(frozen=True)
class Question:
    """A part of a table's cube. `fixed` holds what no variable tells: the sex of a table without sexes."""

    axes: tuple[Axis, ...]
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def cells(self) -> int:
        return prod(len(axis.codes) for axis in self.axes)

    @property
    def selection(self) -> dict[str, list[str]]:
        """Variable -> codes, as the service is asked."""
        return {axis.variable: [code for code, _ in axis.codes] for axis in self.axes}

    def meanings(self, about: str) -> list[Any]:
        """Everything that the question covers of one kind: its places, its periods, its sexes."""
        told = [what for axis in self.axes if axis.about == about for _, what in axis.codes]
        return told or [what for kind, what in self.fixed if kind == about]

    def parts(self, most: int) -> Iterator["Question"]:
        """Questions of at most `most` cells that together are this one, split on the largest variable that is
        neither time nor content, and on those only when nothing else is left."""
        if self.cells <= most:
            yield self
            return
        longest = max(self.axes, key=_splits_first)
        fit = max(1, most * len(longest.codes) // self.cells)
        fit = min(fit, len(longest.codes) - 1)
        for start in range(0, len(longest.codes), fit):
            some = replace(longest, codes=longest.codes[start : start + fit])
            yield from replace(self, axes=tuple(some if axis is longest else axis for axis in self.axes)).parts(most)


def _splits_first(axis: Axis) -> tuple[bool, bool, int]:
    return len(axis.codes) > 1, axis.about not in LAST_TO_SPLIT, len(axis.codes)
