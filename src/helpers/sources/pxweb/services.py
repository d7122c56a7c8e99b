"""The two versions of PxWeb's interface: where limits, descriptions and figures are asked for, and how."""

from dataclasses import dataclass
from typing import Any, Protocol

from ..answer import Answer
from ..client import Client, SourceError
from ..jsonstat import CubeError, heading
from .descriptions import table_of_version_1, table_of_version_2
from .labels import TableError
from .table import Table

JSON_STAT = "json-stat2"
LANGUAGE = {"lang": "sv"}  # labels are pinned in Swedish


@dataclass(frozen=True)
class Described:
    """A table, and the answers that described it."""

    table: Table
    answers: tuple[Answer, ...]


class Service(Protocol):
    """One version of the interface."""

    def most_cells(self) -> int:
        """How many cells the service gives in one answer. Its pace is read too, and kept from now on."""
        ...

    def described(self, id: str) -> Described:
        """The table with this id."""
        ...

    def figures(self, id: str, selection: dict[str, list[str]]) -> Answer:
        """The cells of a selection: variable -> codes."""
        ...

    def paths(self, id: str) -> tuple[list[str], str]:
        """The paths that are read to describe a table, and the one that its figures are asked at."""
        ...


@dataclass(frozen=True)
class Version2:
    """PxWebApi 2, as at SCB."""

    client: Client
    config: str = "config"

    def most_cells(self) -> int:
        return _limits(self.client, self.config, ("maxDataCells", "maxCallsPerTimeWindow", "timeWindow"))

    def paths(self, id: str) -> tuple[list[str], str]:
        return [f"tables/{id}", f"tables/{id}/metadata"], f"tables/{id}/data"

    def described(self, id: str) -> Described:
        about, metadata = (self.client.get(path, LANGUAGE) for path in self.paths(id)[0])
        try:
            return Described(table_of_version_2(id, about.content, heading(metadata.content)), (about, metadata))
        except CubeError as error:
            raise self.client.error(str(error), "The service is at fault: fetch later.", metadata) from None
        except TableError as error:
            raise self.client.error(error.what, error.remedy, about) from None

    def figures(self, id: str, selection: dict[str, list[str]]) -> Answer:
        query = [{"variableCode": variable, "valueCodes": codes} for variable, codes in selection.items()]
        return self.client.post(self.paths(id)[1], {"selection": query}, {**LANGUAGE, "outputFormat": JSON_STAT})


@dataclass(frozen=True)
class Version1:
    """PxWeb's first interface, as at Folkhälsomyndigheten. The language is part of the base address."""

    client: Client
    config: str = "?config"

    def most_cells(self) -> int:
        return _limits(self.client, self.config, ("maxCells", "maxCalls", "timeWindow"))

    def paths(self, id: str) -> tuple[list[str], str]:
        return [id], id

    def described(self, id: str) -> Described:
        about = self.client.get(id)
        try:
            return Described(table_of_version_1(id, about.content), (about,))
        except TableError as error:
            raise self.client.error(error.what, error.remedy, about) from None

    def figures(self, id: str, selection: dict[str, list[str]]) -> Answer:
        query = [
            {"code": variable, "selection": {"filter": "item", "values": codes}}
            for variable, codes in selection.items()
        ]
        try:
            return self.client.post(id, {"query": query, "response": {"format": JSON_STAT}})
        except SourceError as error:
            cells = 1
            for codes in selection.values():
                cells *= len(codes)
            raise SourceError(f"{error} ({cells} cells were asked for; here 403 means too many.)") from None


def _limits(client: Client, path: str, names: tuple[str, str, str]) -> int:
    answer = client.get(path)
    found = [_whole(answer.content, name) for name in names]
    if None in found:
        missing = ", ".join(name for name, value in zip(names, found, strict=True) if value is None)
        raise client.error(
            f"the limits do not say {missing}",
            "Check that the base address is that of a PxWeb service.",
            answer,
        )
    cells, calls, window = found
    client.pace_to(calls, window)
    return cells


def _whole(content: Any, name: str) -> int | None:
    value = content.get(name) if isinstance(content, dict) else None
    return value if type(value) is int and value > 0 else None
