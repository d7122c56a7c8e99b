"""What a json-stat 2 dataset says about itself: its dimensions with codes, labels, units and notes.

Source: the JSON-stat 2.0 format, https://json-stat.org/full/. Labels repeat, so everything is kept by code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ROLES = ("time", "geo", "metric")


class CubeError(ValueError):
    """Why a dataset is not read: the part that is broken, and what it holds."""


@dataclass(frozen=True)
class Note:
    """A note of the publisher's; a mandatory one must be shown wherever the figures are."""

    text: str
    mandatory: bool = False


@dataclass(frozen=True)
class Dimension:
    """One dimension: `labels` is code -> label in the cube's order; `units` and `code_notes` are by code."""

    id: str
    label: str
    role: str  # "time", "geo", "metric" or ""
    labels: dict[str, str]
    units: dict[str, dict[str, Any]]
    notes: tuple[Note, ...]
    code_notes: dict[str, tuple[Note, ...]]
    extension: Mapping[str, Any]

    @property
    def codes(self) -> list[str]:
        """The codes in the cube's order."""
        return list(self.labels)


@dataclass(frozen=True)
class Heading:
    """A dataset without its values. `updated` is the service's own stamp."""

    label: str
    source: str
    updated: str | None
    dimensions: dict[str, Dimension]
    notes: tuple[Note, ...]
    extension: Mapping[str, Any]


def heading(content: Any) -> Heading:
    """The dataset's own description. Raises CubeError when it contradicts itself."""
    _require(isinstance(content, dict), f"is no object but {_kind(content)}")
    _require(content.get("class") == "dataset", f"has the class {content.get('class')!r}, not 'dataset'")
    version = content.get("version", "2.0")
    _require(isinstance(version, str) and version.startswith("2."), f"has the version {version!r}, not 2")
    ids, sizes, described = content.get("id"), content.get("size"), content.get("dimension")
    _require(_all(ids, str) and len(set(ids)) == len(ids), f"'id' is no list of different texts: {ids!r}")
    _require(_all(sizes, int) and min(sizes, default=0) >= 0, f"'size' is no list of whole numbers: {sizes!r}")
    _require(len(ids) == len(sizes), f"has {len(ids)} ids and {len(sizes)} sizes")
    _require(isinstance(described, dict), f"'dimension' is {_kind(described)}")
    lost, extra = [id for id in ids if id not in described], [id for id in described if id not in ids]
    _require(not lost and not extra, f"lost the dimension {lost} and has {extra} beside those of 'id'")
    roles = _roles(content.get("role"), ids)
    extension = _mapping(content, "extension")
    return Heading(
        _text(content, "label"),
        _text(content, "source"),
        _text(content, "updated") or None,
        {id: _dimension(id, size, roles.get(id, ""), described[id]) for id, size in zip(ids, sizes, strict=True)},
        _notes(content.get("note"), extension.get("noteMandatory")),
        extension,
    )


def _dimension(id: str, size: int, role: str, content: Any) -> Dimension:
    _require(isinstance(content, dict), f"dimension '{id}' is {_kind(content)}")
    category, extension = _mapping(content, "category"), _mapping(content, "extension")
    given = _mapping(category, "label")
    codes = _codes(id, size, category.get("index"), given)
    stray = [code for code in given if code not in codes]
    _require(not stray, f"dimension '{id}' has labels for codes that are not in it: {stray[:5]}")
    wrong = [code for code, label in given.items() if not isinstance(label, str)]
    _require(not wrong, f"dimension '{id}' has labels that are no text: {wrong[:5]}")
    mandatory = _mapping(extension, "categoryNoteMandatory")
    return Dimension(
        id,
        _text(content, "label") or id,
        role,
        {code: given.get(code, code) for code in codes},
        _mapping(category, "unit"),
        _notes(content.get("note"), extension.get("noteMandatory")),
        {code: _notes(notes, mandatory.get(code)) for code, notes in _mapping(category, "note").items()},
        extension,
    )


def _codes(id: str, size: int, index: Any, given: dict[str, Any]) -> list[str]:
    """The codes in order. An index may be missing where there is one category only: its label names it."""
    if index is None:
        _require(size == 1 and len(given) == 1, f"dimension '{id}' of size {size} has no index")
        return list(given)
    if isinstance(index, dict):
        _require(
            _all(list(index.values()), int) and sorted(index.values()) == list(range(len(index))),
            f"the index of dimension '{id}' does not number its codes from 0 to {len(index) - 1}",
        )
        codes = sorted(index, key=index.__getitem__)
    else:
        _require(
            _all(index, str) and len(set(index)) == len(index),
            f"the index of '{id}' is no list of different codes",
        )
        codes = index
    _require(len(codes) == size, f"dimension '{id}' has {len(codes)} codes and the size {size}")
    return codes


def _roles(content: Any, ids: list[str]) -> dict[str, str]:
    _require(content is None or isinstance(content, dict), f"'role' is {_kind(content)}")
    found: dict[str, str] = {}
    for role in ROLES:
        for id in (content or {}).get(role) or ():
            _require(id in ids, f"gives the role {role} to '{id}', which is no dimension")
            _require(id not in found, f"gives two roles to '{id}'")
            found[id] = role
    return found


def _notes(content: Any, mandatory: Any) -> tuple[Note, ...]:
    texts = [content] if isinstance(content, str) else content or []
    _require(_all(texts, str), f"has notes that are no text: {content!r}"[:200])
    shown = mandatory if isinstance(mandatory, dict) else {}
    return tuple(Note(text, bool(shown.get(str(place)))) for place, text in enumerate(texts))


def _mapping(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    _require(found is None or isinstance(found, dict), f"'{name}' is {_kind(found)}, not an object")
    return found or {}


def _text(content: dict[str, Any], name: str) -> str:
    found = content.get(name)
    _require(found is None or isinstance(found, str), f"'{name}' is {_kind(found)}, not text")
    return found or ""


def _all(content: Any, kind: type) -> bool:
    """Is it a list of `kind` only? True and False are no numbers."""
    return isinstance(content, list) and all(type(item) is kind for item in content)


def _kind(content: Any) -> str:
    return "missing" if content is None else f"a {type(content).__name__}"


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise CubeError(f"the json-stat dataset {otherwise}")
