"""Hand-made YAML read strictly: every error is refused with file, line, value and remedy."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from lagesbild.errors import Refusal

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser where PyYAML was built with it
Location = tuple[str | int, ...]
ID = r"^[a-z][a-z0-9_]*$"  # of an entry: it names files and addresses


class RecordError(Refusal):
    """Everything wrong in the files that were read, one line an error."""

    def __init__(self, errors: list[str]):
        self.errors = errors
        super().__init__("\n".join(errors))


class Record(BaseModel):
    """A hand-made entry: unknown fields and wrong types are refused, nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, data: Any) -> Any:
        for name in data if isinstance(data, dict) else ():
            if name not in cls.model_fields:
                near = get_close_matches(str(name), cls.model_fields, n=1)
                raise PydanticCustomError(
                    "unknown_field",
                    "unknown field '{name}'. {remedy}",
                    {
                        "name": str(name),
                        "remedy": f"Did you mean '{near[0]}'?"
                        if near
                        else f"Known fields: {', '.join(cls.model_fields)}.",
                    },
                )
        return data


AnyRecord = TypeVar("AnyRecord", bound=BaseModel)


class Document:
    """One YAML file: its content and the line of every key and item."""

    def __init__(self, path: Path, shown_as: str):
        self.shown_as = shown_as
        self.lines: dict[Location, int] = {(): 1}
        self.scalars: dict[Location, str] = {}
        self.keys: dict[Location, str] = {}
        try:
            node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
        except UnicodeDecodeError as error:
            raise RecordError([f"{shown_as}:1: not UTF-8 ({error}). Save the file as UTF-8."]) from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or str(error)
            raise RecordError(
                [
                    f"{shown_as}:{mark.line + 1 if mark else 1}: broken YAML: {problem}. "
                    "Look for a missing quote, colon or indent on this line or the one above."
                ]
            ) from None
        self.content = {} if node is None else self._value(node, ())

    def _value(self, node: yaml.Node, at: Location) -> Any:
        if isinstance(node, yaml.MappingNode):
            values: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                key = self._scalar(key_node)
                if key in values:
                    raise RecordError(
                        [
                            f"{self.shown_as}:{key_node.start_mark.line + 1}: '{key}' stands twice; the first is on "
                            f"line {self.lines[(*at, key)]}. Keep one of them."
                        ]
                    )
                self.lines[(*at, key)] = key_node.start_mark.line + 1
                self.keys[(*at, key)] = key_node.value
                values[key] = self._value(value_node, (*at, key))
            return values
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                self.lines[(*at, index)] = item.start_mark.line + 1
                items.append(self._value(item, (*at, index)))
            return items
        self.scalars[at] = node.value
        return self._scalar(node)

    @staticmethod
    def _scalar(node: yaml.Node) -> Any:
        return yaml.constructor.SafeConstructor().construct_object(node, deep=True)

    def line(self, at: Location) -> int:
        """The line of the entry at `at`, or of the nearest entry around it."""
        while at not in self.lines:
            at = at[:-1]
        return self.lines[at]

    def error(self, at: Location, what: str) -> str:
        """One line for a fault at `at`: file, line, path to the entry, what is wrong and the remedy."""
        where = ".".join(str(part) for part in at)
        return f"{self.shown_as}:{self.line(at)}: {where + ': ' if where else ''}{what}"

    def record(self, model: type[AnyRecord]) -> AnyRecord:
        """The content as `model`. Raises RecordError with every error of the file."""
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            raise RecordError([self._explained(detail) for detail in error.errors()]) from None

    def _explained(self, error: ErrorDetails) -> str:
        at = tuple(part for part in error["loc"])
        if error["type"] == "unknown_field":
            return self.error((*at, error["ctx"]["name"]), error["msg"])
        if error["type"] == "missing":
            return self.error(at[:-1], f"the field '{at[-1]}' is missing. Add it.")
        if error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] == ID:
            at = at[:-1] if at[-1:] == ("[key]",) else at
            return self.error(at, f"'{error['input']}' is no id. Write it in small letters a-z, digits and _.")
        if at[-1:] == ("[key]",):
            return self.error(
                at, f'the key is read as {at[-2]!r}, not as text. Put it in quotes: "{self.keys[at[:-1]]}".'
            )
        written = self.scalars.get(at)
        if error["type"] == "string_type" and written is not None:
            return self.error(
                at, f'{written} is read as {error["input"]!r}, not as text. Put it in quotes: "{written}".'
            )
        value = repr(error["input"]) if written is None else f"'{written}'"
        return self.error(at, f"{value if len(value) < 80 else value[:77] + '...'}: {error['msg']}.")


def read_record(path: Path, model: type[AnyRecord], shown_as: str | None = None) -> tuple[AnyRecord, Document]:
    """The file's content as `model`, and the document, which has the lines for later errors."""
    document = Document(path, shown_as or path.as_posix())
    return document.record(model), document
