"""The rows of a csv file, whatever its encoding, separator and line ends."""

import csv
import io
from collections.abc import Iterator

from .table import FileError, Lines, Wanted, folded

DELIMITERS = (";", "\t", ",")


def lines_of(raw: bytes, wanted: Wanted, shown_as: str) -> Lines:
    """The numbered rows, cells stripped. Raises FileError on what is no text or no csv."""
    text = _text(raw, shown_as)
    # The header decides: a row below it may hold any of the separators in its cells.
    delimiter = max(DELIMITERS, key=lambda mark: _recognised(text, mark, wanted))
    reader = _reader(text, delimiter, strict=True)
    try:
        return list(_numbered(reader))
    except csv.Error as error:
        raise FileError(
            [f"{shown_as}, row {reader.line_num}: broken csv ({error}). Look for a stray quotation mark."]
        ) from None


def _text(raw: bytes, shown_as: str) -> str:
    """The file's text: by its byte order mark, else UTF-8, else cp1252 (Latin-1 and Windows' extra signs)."""
    if raw.startswith(b"PK\x03\x04"):
        raise FileError([f"{shown_as}: this is an Excel workbook under another name. Rename it to .xlsx."])
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileError([f"{shown_as}: neither UTF-8 nor Latin-1 text. Save it as CSV UTF-8."])


def _reader(text: str, delimiter: str, strict: bool):
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _numbered(reader) -> Iterator[tuple[int, list[str]]]:
    before = 0
    for cells in reader:
        yield before + 1, [cell.strip() for cell in cells]
        before = reader.line_num  # a quoted cell may go over several lines


def _recognised(text: str, delimiter: str, wanted: Wanted) -> int:
    """How many of the wanted columns stand in the header when `delimiter` separates the cells."""
    for number, cells in _numbered(_reader(text, delimiter, strict=False)):
        if number == wanted.header_row or (wanted.header_row is None and any(cells)):
            return len(wanted.columns & {folded(cell) for cell in cells})
    return 0
