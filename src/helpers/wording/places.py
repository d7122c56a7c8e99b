"""Names of places in sentences."""

from collections.abc import Sequence


def genitive(name: str) -> str:
    """The genitive: "Umeås", but "Vännäs" and "Borås" stay as they are (Språkrådet: names in s, x, z)."""
    return name if name[-1:].lower() in "sxz" else name + "s"


def in_place(name: str) -> str:
    """A place as a sentence's "where": "i Umeå", "i riket"."""
    return "i riket" if name == "Riket" else f"i {name}"


def listed(words: Sequence[str]) -> str:
    """Words in a row: "a och b", "a, b och c"."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " och " + words[-1]
