"""The values of a json-stat 2 dataset as rows: one column a dimension with its codes, `value` and `status`.

A status without a value is the reason why there is none; beside a value it is a note about that value.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .heading import CubeError, Heading, heading

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
    taken = [id for id in described.dimensions if id in VALUE_COLUMNS]
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
    for (id, dimension), size in zip(described.dimensions.items(), sizes, strict=True):
        block = block // size if size else 0
        places = np.tile(np.repeat(np.arange(size), block), cells // (size * block) if size * block else 0)
        columns[id] = pd.array(dimension.codes, dtype="str").take(places)
    return columns


def _values(content: Any, cells: int) -> np.ndarray:
    if isinstance(content, dict):
        filled: list[Any] = [None] * cells
        for key, value in content.items():
            filled[_place(key, cells)] = value
        content = filled
    if not isinstance(content, list) or len(content) != cells:
        found = f"{len(content)} values" if isinstance(content, list) else "no list or object of values"
        raise CubeError(f"the json-stat dataset has {found} for {cells} cells")
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
