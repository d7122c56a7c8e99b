"""Where each table of `data/raw/documents/` was read: `sources.yml`, read strictly."""

from typing import Annotated

from pydantic import Field

from ..assessments.models import Day
from ..catalog.models import Slug
from ..paths import Paths
from ..records import Record, RecordError, read_record


class DocumentError(RecordError):
    """What is wrong in `data/raw/documents/sources.yml`, one line a slip."""


class DocumentSource(Record):
    """One typed-in table: what it is, who published it, and where and when it was read."""

    title: str
    publisher: str
    source: str
    pages: str  # where in the source the table stands
    seen: str
    vintage: Day  # the earliest day that the copy can have been made
    caveat: Annotated[str, Field(min_length=1)]
    correction: str | None = None  # what was entered otherwise than it is printed, and why
    tidy: bool = True  # False: columns of its own, read by its own check and not into the tidy table


class DocumentList(Record):
    documents: dict[Slug, DocumentSource]


def document_sources(paths: Paths) -> dict[str, DocumentSource]:
    """File name without ".csv" -> where that table was read. Empty when there is no folder of documents.

    A table without an entry, or an entry without a table, raises DocumentError: a figure whose origin
    nobody can name is not printed.
    """
    tables = {path.stem: path for path in sorted(paths.documents.glob("*.csv"))}
    listing = paths.documents / "sources.yml"
    if not tables and not listing.is_file():
        return {}
    shown_as = paths.relative(listing)
    try:
        content, document = read_record(listing, DocumentList, shown_as)
    except FileNotFoundError:
        slip = f"{shown_as}:1: the file is missing. Say there where each table was read."
        raise DocumentError([slip]) from None
    except RecordError as error:
        raise DocumentError(error.slips) from None
    slips = [
        document.slip(("documents",), f"{paths.relative(path)} has no entry. Add '{name}' with its source.")
        for name, path in tables.items()
        if name not in content.documents
    ] + [
        document.slip(("documents", name), f"there is no {name}.csv beside it. Add the table or remove the entry.")
        for name in content.documents
        if name not in tables
    ]
    if slips:
        raise DocumentError(slips)
    return content.documents
