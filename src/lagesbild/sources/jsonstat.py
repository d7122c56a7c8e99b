"""JSON-stat 2: a dataset's heading, checked against itself, and its cells as the rows of a DataFrame.

Source: the JSON-stat 2.0 format, https://json-stat.org/full/, with PxWeb's extensions. Labels repeat, so everything
is kept by code.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from lagesbild.errors import ContentError

# A dataset's own description: its dimensions with codes, labels, units and notes.

ROLES = ("time", "geo", "metric")


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
    eliminable: bool = False  # PxWeb: the service sums over the dimension when a query does not name it
    units: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    code_notes: dict[str, tuple[Note, ...]] = field(default_factory=dict)


def is_measure(dimension: str, role: str) -> bool:
    """Does the dimension say what is counted?"""
    return role == "metric" or dimension == "ContentsCode"


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
    """The dataset's own description. Raises ContentError when it contradicts itself."""
    _require(isinstance(content, dict), f"is no object but {_kind(content)}")
    _require(content.get("class") == "dataset", f"has the class {content.get('class')!r:.60}, not 'dataset'")
    version = content.get("version", "2.0")
    _require(isinstance(version, str) and version.startswith("2."), f"has the version {version!r:.60}, not 2")
    ids, sizes, described = content.get("id"), content.get("size"), content.get("dimension")
    _require(list_of(ids, str) and len(set(ids)) == len(ids), f"'id' is no list of different texts: {ids!r:.60}")
    _require(list_of(sizes, int) and min(sizes, default=0) >= 0, f"'size' is no list of whole numbers: {sizes!r:.60}")
    _require(len(ids) == len(sizes), f"has {len(ids)} ids and {len(sizes)} sizes")
    _require(isinstance(described, dict), f"'dimension' is {_kind(described)}")
    lost, extra = [name for name in ids if name not in described], sorted(described.keys() - set(ids))
    roles = _roles(content.get("role"), described)
    if not lost and [is_measure(name, roles.get(name, "")) for name in extra] == [True]:
        # an older server's form: of the one measure there, only its name is said
        ids, sizes, extra = [*ids, *extra], [*sizes, 1], []
    _require(not lost and not extra, f"lost the dimension {lost} and has {extra} beside those of 'id'")
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
    labels = _mapping(category, "label")
    codes = _codes(name, size, category.get("index"), labels)
    known = set(codes)
    stray = [code for code in labels if code not in known]
    _require(not stray, f"dimension '{name}' has labels for codes that are not in it: {stray[:5]}")
    wrong = [code for code, label in labels.items() if not isinstance(label, str)]
    _require(not wrong, f"dimension '{name}' has labels that are no text: {wrong[:5]}")
    mandatory = _mapping(extension, "categoryNoteMandatory")
    units = _mapping(category, "unit")
    return Dimension(
        name,
        _text(content, "label") or name,
        role,
        {code: labels.get(code, code) for code in codes},
        extension.get("elimination") is True,
        {code: _text(unit, "base") for code, unit in units.items() if isinstance(unit, dict)},
        _notes(content.get("note"), extension.get("noteMandatory")),
        {code: _notes(notes, mandatory.get(code)) for code, notes in _mapping(category, "note").items()},
    )


def _codes(dimension: str, size: int, index: Any, labels: dict[str, Any]) -> list[str]:
    """The codes in order. An index may be missing where there is one category only: its label names it."""
    if index is None:
        _require(size == 1 and len(labels) == 1, f"dimension '{dimension}' of size {size} has no index")
        return list(labels)
    if isinstance(index, dict):
        _require(
            list_of(list(index.values()), int) and sorted(index.values()) == list(range(len(index))),
            f"the index of dimension '{dimension}' does not number its codes from 0 to {len(index) - 1}",
        )
        codes = sorted(index, key=index.__getitem__)
    else:
        _require(
            list_of(index, str) and len(set(index)) == len(index),
            f"the index of '{dimension}' is no list of different codes",
        )
        codes = index
    _require(len(codes) == size, f"dimension '{dimension}' has {len(codes)} codes and the size {size}")
    return codes


def _roles(content: Any, dimensions: dict[str, Any]) -> dict[str, str]:
    _require(content is None or isinstance(content, dict), f"'role' is {_kind(content)}")
    roles: dict[str, str] = {}
    for role in ROLES:
        names = (content or {}).get(role)
        _require(names is None or list_of(names, str), f"'role' names for {role} no list of dimensions: {names!r:.60}")
        for name in names or ():
            _require(name in dimensions, f"gives the role {role} to '{name}', which is no dimension")
            _require(name not in roles, f"gives two roles to '{name}'")
            roles[name] = role
    return roles


def _notes(content: Any, mandatory: Any) -> tuple[Note, ...]:
    texts = [content] if isinstance(content, str) else content or []
    _require(list_of(texts, str), f"has notes that are no text: {content!r:.60}")
    shown = mandatory if isinstance(mandatory, dict) else {}
    return tuple(Note(text, bool(shown.get(str(place)))) for place, text in enumerate(texts))


def _mapping(content: dict[str, Any], name: str) -> dict[str, Any]:
    member = content.get(name)
    _require(member is None or isinstance(member, dict), f"'{name}' is {_kind(member)}, not an object")
    return member or {}


def _text(content: dict[str, Any], name: str) -> str:
    member = content.get(name)
    _require(member is None or isinstance(member, str), f"'{name}' is {_kind(member)}, not text")
    return member or ""


def list_of(content: Any, kind: type) -> bool:
    """Is it a list of `kind` only? True and False are no numbers."""
    return isinstance(content, list) and all(type(item) is kind for item in content)


def _kind(content: Any) -> str:
    return "missing" if content is None else f"a {type(content).__name__}"


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ContentError(f"the json-stat dataset {otherwise}")


# The cells of a dataset as rows: one column a dimension with its codes, `value` and `status`.
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
    """The dataset with its values, by code. Raises ContentError rather than read a broken one."""
    described = heading(content)
    for name in described.dimensions:
        _require(name not in VALUE_COLUMNS, f"has a dimension called '{name}', which is a column of the rows")
    codes = {name: list(dimension.labels) for name, dimension in described.dimensions.items()}
    cells = math.prod(map(len, codes.values()))
    _require(cells <= MOST_CELLS, f"has {cells} cells, more than any answer may hold")
    rows = pd.DataFrame(index=range(cells))
    if codes:  # the last dimension changes fastest
        rows = pd.MultiIndex.from_product(codes.values(), names=codes).to_frame(index=False).astype("str")
    values, statuses = _values(content.get("value"), cells), _statuses(content.get("status"), cells)
    return Cube(described, rows.assign(value=values, status=statuses))


def _values(content: Any, cells: int) -> np.ndarray:
    content = _dense(content, cells)
    amount = f"{len(content)} values" if isinstance(content, list) else "no list or object of values"
    _require(isinstance(content, list) and len(content) == cells, f"has {amount} for {cells} cells")
    if strange := {type(value) for value in content} - {int, float, type(None)}:
        place, value = next((i, value) for i, value in enumerate(content) if type(value) in strange)
        raise ContentError(f"the json-stat dataset's value {place} is {value!r:.60}, which is no number")
    try:
        values = np.array(content, dtype="float64")
    except OverflowError:
        raise ContentError("the json-stat dataset has a value too large for a number") from None
    finite = not np.isinf(values).any() and np.isnan(values).sum() == content.count(None)
    _require(finite, "has a value that is not finite")
    return values


def _statuses(content: Any, cells: int) -> Any:
    """The status of each cell, "" without one. One text, or a list of one, is about all cells."""
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    content = [content] * cells if content is None or isinstance(content, str) else _dense(content, cells)
    if not isinstance(content, list) or len(content) != cells:
        raise ContentError(f"the json-stat dataset's status is neither text, object nor a list of {cells}")
    if strange := {type(status) for status in content} - {str, type(None)}:
        raise ContentError(f"the json-stat dataset has a status of the kind {strange.pop().__name__}, not text")
    return pd.array([status or "" for status in content], dtype="str")


def _dense(content: Any, cells: int) -> Any:
    """A list with a place for every cell, where `content` is an object that names some cells by their number."""
    if not isinstance(content, dict):
        return content
    filled: list[Any] = [None] * cells
    for key, member in content.items():
        # the cells are counted from 0 and written without leading zeros
        plain = key.isascii() and key.isdecimal() and len(key) < 10 and str(int(key)) == key
        _require(plain and int(key) < cells, f"has a value or status for cell '{key[:20]}' of {cells}")
        filled[int(key)] = member
    return filled
