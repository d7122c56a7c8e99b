"""A label of the catalogue found among a table's: exactly, or with one long word spelt a little otherwise."""

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches

LONG_WORD = 8  # letters; in shorter words a letter makes another word
NEARLY_ALIKE = 0.9
SAME_START = 3  # "osysselsatta" is not a misspelt "sysselsatta"


class TableError(ValueError):
    """What is wrong with a table or with what is asked of it, and the remedy."""

    def __init__(self, what: str, remedy: str):
        super().__init__(f"{what}. {remedy}")
        self.what, self.remedy = what, remedy


def folded(label: str) -> str:
    """The label without regard to case, kinds of space and dashes."""
    plain = unicodedata.normalize("NFC", label).casefold()
    return " ".join(re.sub(r"[\u2010-\u2015\u2212]", "-", plain).split())


def code_of(wanted: str, labels: Mapping[str, str], kind: str) -> tuple[str, str | None]:
    """The code whose label is `wanted`, and a warning when its spelling differs.

    Raises TableError when no label fits or more than one does. `kind` says what the labels are labels of.
    """
    exact = [code for code, label in labels.items() if folded(label) == folded(wanted)]
    close = exact or [code for code, label in labels.items() if _nearly(folded(wanted), folded(label))]
    if len(close) > 1:
        raise TableError(
            f"the label '{wanted}' fits {len(close)} {kind}: {', '.join(close)}",
            "Nothing is guessed: find another table, or ask the publisher which one is meant.",
        )
    if not close:
        raise TableError(
            f"no label '{wanted}' among the {kind}: {_some(wanted, labels)}",
            "Write the label as the table has it now.",
        )
    code = close[0]
    if exact:
        return code, None
    return code, f"'{labels[code]}' ({code}) was taken for '{wanted}': the table spells the label otherwise."


def _nearly(wanted: str, label: str) -> bool:
    """Are all words the same but one long one, which has other letters in it but the same start?

    Words with digits must be the same: 20-64 and 20-65 are two age groups, not two spellings.
    """
    mine, theirs = wanted.split(), label.split()
    if len(mine) != len(theirs):
        return False
    other = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    if len(other) != 1:
        return False
    a, b = other[0]
    long = min(len(a), len(b)) >= LONG_WORD and not re.search(r"\d", a + b)
    return long and a[:SAME_START] == b[:SAME_START] and SequenceMatcher(None, a, b).ratio() >= NEARLY_ALIKE


def _some(wanted: str, labels: Mapping[str, str]) -> str:
    near = get_close_matches(wanted, labels.values(), n=5, cutoff=0.3) or list(labels.values())[:5]
    return ", ".join(f"'{label}'" for label in near) + (" ..." if len(labels) > len(near) else "")
