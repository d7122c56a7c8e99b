"""JSON-stat 2 (and the older form of PxWeb v1): a checked heading, and its cube as a table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# What a json-stat 2 dataset says about itself: its dimensions with codes, labels, units and notes.
#
# Source: the JSON-stat 2.0 format, https://json-stat.org/full/. Labels repeat, so everything is kept by code.

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
    lost, extra = [name for name in ids if name not in described], [name for name in described if name not in ids]
    _require(not lost and not extra, f"lost the dimension {lost} and has {extra} beside those of 'id'")
    roles = _roles(content.get("role"), ids)
    extension = _mapping(content, "extension")
    return Heading(
        _text(content, "label"),
        _text(content, "source"),
        _text(content, "updated") or None,
        {
            name: _dimension(name, size, roles.get(name, ""), described[name])
            for name, size in zip(ids, sizes, strict=True)
        },
        _notes(content.get("note"), extension.get("noteMandatory")),
        extension,
    )


def _dimension(name: str, size: int, role: str, content: Any) -> Dimension:
    _require(isinstance(content, dict), f"dimension '{name}' is {_kind(content)}")
    category, extension = _mapping(content, "category"), _mapping(content, "extension")
    given = _mapping(category, "label")
    codes = _codes(name, size, category.get("index"), given)
    stray = [code for code in given if code not in codes]
    _require(not stray, f"dimension '{name}' has labels for codes that are not in it: {stray[:5]}")
    wrong = [code for code, label in given.items() if not isinstance(label, str)]
    _require(not wrong, f"dimension '{name}' has labels that are no text: {wrong[:5]}")
    mandatory = _mapping(extension, "categoryNoteMandatory")
    return Dimension(
        name,
        _text(content, "label") or name,
        role,
        {code: given.get(code, code) for code in codes},
        _mapping(category, "unit"),
        _notes(content.get("note"), extension.get("noteMandatory")),
        {code: _notes(notes, mandatory.get(code)) for code, notes in _mapping(category, "note").items()},
        extension,
    )


def _codes(dimension: str, size: int, index: Any, given: dict[str, Any]) -> list[str]:
    """The codes in order. An index may be missing where there is one category only: its label names it."""
    if index is None:
        _require(size == 1 and len(given) == 1, f"dimension '{dimension}' of size {size} has no index")
        return list(given)
    if isinstance(index, dict):
        _require(
            _all(list(index.values()), int) and sorted(index.values()) == list(range(len(index))),
            f"the index of dimension '{dimension}' does not number its codes from 0 to {len(index) - 1}",
        )
        codes = sorted(index, key=index.__getitem__)
    else:
        _require(
            _all(index, str) and len(set(index)) == len(index),
            f"the index of '{dimension}' is no list of different codes",
        )
        codes = index
    _require(len(codes) == size, f"dimension '{dimension}' has {len(codes)} codes and the size {size}")
    return codes


def _roles(content: Any, ids: list[str]) -> dict[str, str]:
    _require(content is None or isinstance(content, dict), f"'role' is {_kind(content)}")
    roles: dict[str, str] = {}
    for role in ROLES:
        for name in (content or {}).get(role) or ():
            _require(name in ids, f"gives the role {role} to '{name}', which is no dimension")
            _require(name not in roles, f"gives two roles to '{name}'")
            roles[name] = role
    return roles


def _notes(content: Any, mandatory: Any) -> tuple[Note, ...]:
    texts = [content] if isinstance(content, str) else content or []
    _require(_all(texts, str), f"has notes that are no text: {content!r}"[:200])
    shown = mandatory if isinstance(mandatory, dict) else {}
    return tuple(Note(text, bool(shown.get(str(place)))) for place, text in enumerate(texts))


def _mapping(content: dict[str, Any], name: str) -> dict[str, Any]:
    value = content.get(name)
    _require(value is None or isinstance(value, dict), f"'{name}' is {_kind(value)}, not an object")
    return value or {}


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    _require(value is None or isinstance(value, str), f"'{name}' is {_kind(value)}, not text")
    return value or ""


def _all(content: Any, kind: type) -> bool:
    """Is it a list of `kind` only? True and False are no numbers."""
    return isinstance(content, list) and all(type(item) is kind for item in content)


def _kind(content: Any) -> str:
    return "missing" if content is None else f"a {type(content).__name__}"


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise CubeError(f"the json-stat dataset {otherwise}")


# The values of a json-stat 2 dataset as rows: one column a dimension with its codes, `value` and `status`.
#
# A status without a value is the reason why there is none; beside a value it is a note about that value.

MOST_CELLS = 20_000_000  # no answer here is near it; a broken size must not fill the memory
VALUE_COLUMNS = ("value", "status")


@dataclass(frozen=True)
class Cube:
    """A dataset: `rows` has a row for every cell in row-major order, missing ones too (`value` NaN)."""

    heading: Heading
    rows: pd.DataFrame


def cube(content: Any) -> Cube:
    """The dataset with its values, by code. Raises CubeError rather than read a broken one."""
    described = heading(content)
    taken = [name for name in described.dimensions if name in VALUE_COLUMNS]
    if taken:
        raise CubeError(f"the json-stat dataset has a dimension called '{taken[0]}', which is a column of the rows")
    sizes = [len(dimension.labels) for dimension in described.dimensions.values()]
    cells = math.prod(sizes)
    if cells > MOST_CELLS:
        raise CubeError(f"the json-stat dataset has {cells} cells, more than any answer may hold")
    columns: dict[str, Any] = _code_columns(described, sizes, cells)
    columns["value"] = _values(content.get("value"), cells)
    columns["status"] = _statuses(content.get("status"), cells)
    return Cube(described, pd.DataFrame(columns, index=range(cells)))


def _code_columns(described: Heading, sizes: list[int], cells: int) -> dict[str, Any]:
    """Each dimension's codes, repeated so that the last dimension changes fastest."""
    columns, block = {}, cells
    for (name, dimension), size in zip(described.dimensions.items(), sizes, strict=True):
        block = block // size if size else 0
        places = np.tile(np.repeat(np.arange(size), block), cells // (size * block) if size * block else 0)
        columns[name] = pd.array(dimension.codes, dtype="str").take(places)
    return columns


def _values(content: Any, cells: int) -> np.ndarray:
    if isinstance(content, dict):
        filled: list[Any] = [None] * cells
        for key, value in content.items():
            filled[_place(key, cells)] = value
        content = filled
    if not isinstance(content, list) or len(content) != cells:
        what = f"{len(content)} values" if isinstance(content, list) else "no list or object of values"
        raise CubeError(f"the json-stat dataset has {what} for {cells} cells")
    strange = {type(value) for value in content} - {int, float, type(None)}
    if strange:
        place, value = next((i, value) for i, value in enumerate(content) if type(value) in strange)
        raise CubeError(f"the json-stat dataset's value {place} is {value!r}, which is no number"[:200])
    try:
        values = np.array(content, dtype="float64")
    except OverflowError:
        raise CubeError("the json-stat dataset has a value too large for a number") from None
    if np.isinf(values).any() or np.isnan(values).sum() != content.count(None):
        raise CubeError("the json-stat dataset has a value that is not finite")
    return values


def _statuses(content: Any, cells: int) -> Any:
    """The status of each cell, "" without one. One text, or a list of one, is about all cells."""
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    if content is None or isinstance(content, str):
        content = [content] * cells
    elif isinstance(content, dict):
        filled: list[Any] = [None] * cells
        for key, status in content.items():
            filled[_place(key, cells)] = status
        content = filled
    if not isinstance(content, list) or len(content) != cells:
        raise CubeError(f"the json-stat dataset's status is neither text, object nor a list of {cells}")
    if strange := {type(status) for status in content} - {str, type(None)}:
        raise CubeError(f"the json-stat dataset has a status of the kind {strange.pop().__name__}, not text")
    return pd.array([status or "" for status in content], dtype="str")


def _place(key: str, cells: int) -> int:
    """The cell that a sparse key names, counted from 0, written without leading zeros."""
    plain = key.isascii() and key.isdecimal() and len(key) < 10 and str(int(key)) == key
    if not plain or int(key) >= cells:
        raise CubeError(f"the json-stat dataset has a value or status for cell '{key[:20]}' of {cells}")
    return int(key)
