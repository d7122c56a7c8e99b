"""The table of a csv or xlsx file: decoded, found by its columns, and cut to its rows."""

import codecs
import contextlib
import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from lagesbild.sources.cells import Cell, FileError, Lines, Sheet, Table, Unreadable, Wanted, cell_text, folded
from lagesbild.sources.workbooks import sheets_of

# The text of a file: UTF-8 or UTF-16 by their own marks, Windows' Latin-1 where nothing else can be meant.
#
# Every byte is some letter in every old encoding, so that a wrong one is no error but another word. One is taken only
# where its text is Swedish: Mac Roman and DOS give signs that Swedish has not, and so does UTF-8 with a broken byte.

LETTERS = frozenset("åäöÅÄÖéÉüÜ")  # the same bytes in all of Windows' and ISO's Latin encodings
SIGNS = frozenset("àÀ–—…‘’‚“”„«»•·´§°±²³½×€\u00a0")
OLD_ENCODINGS = ["cp1252", "mac_roman", "cp850", "cp1250", "utf_16_le", "utf_16_be"]


def _text(raw: bytes, shown_as: str) -> str:
    """The file's text. Raises FileError for one whose encoding is not certain, with the place."""
    if raw.startswith(b"PK\x03\x04"):
        raise FileError([f"{shown_as}: this is an Excel workbook under another name. Rename it to .xlsx."])
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
    else:
        if "\0" not in text:
            return text
        at = raw.index(b"\0")
    if not marked and _is_swedish(raw, "cp1252"):
        return raw.decode("cp1252")
    row, likely = len((raw[:at] + b".").splitlines()), "utf_16" if marked else _likely(raw)
    raise FileError(
        [
            f"{shown_as}, row {row}: byte {at + 1} of the file (0x{raw[at]:02X}) cannot be read for certain. "
            + (f"The file may be {likely}. " if likely else "")
            + "Open it where its letters are right, and save it anew as CSV UTF-8."
        ]
    )


def _is_swedish(raw: bytes, encoding: str) -> bool:
    """Whether the bytes are Swedish text in an encoding: no letter or sign beside what Swedish uses, and one letter."""
    try:
        signs = {sign for sign in raw.decode(encoding) if not sign.isascii() or sign == "\0"}
    except UnicodeDecodeError:
        return False
    return bool(signs & LETTERS) and signs <= LETTERS | SIGNS


def _likely(raw: bytes) -> str:
    """The encoding that the bytes are most likely in; "" where none is likely."""
    from charset_normalizer import from_bytes  # only a refusal needs it

    read = raw.decode("utf-8", "replace")
    broken = read.count("\ufffd")
    if broken and sum(not sign.isascii() for sign in read) >= 2 * broken:
        return "UTF-8 with a broken byte"
    candidates = [match.encoding for match in from_bytes(raw, cp_isolation=OLD_ENCODINGS)]
    swedish = [encoding for encoding in candidates if _is_swedish(raw, encoding)]
    own = {encoding: sum(map(raw.decode(encoding).count, "åäöÅÄÖ")) for encoding in swedish}
    return max(own, key=own.__getitem__) if own else "".join(candidates[:1])


# The rows of a csv file, whatever its separator and line ends.

DELIMITERS = (";", "\t", ",")
HEADER_WITHIN = 30  # rows that may hold the header: titles and Excel's `sep=;` stand above it


def _lines_of(raw: bytes, wanted: Wanted, shown_as: str) -> Lines:
    """The numbered rows of a csv file. Raises FileError on what is no text or no csv."""
    text = _text(raw, shown_as)
    # The header decides: a row below it may hold any of the separators in its cells.
    delimiter = max(DELIMITERS, key=lambda mark: _recognised(text, mark, wanted))
    return list(_numbered(text, delimiter, shown_as, strict=True))


def _numbered(text: str, delimiter: str, shown_as: str, strict: bool) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    before = 0
    try:
        for cells in reader:
            yield before + 1, [cell_text(cell) for cell in cells]
            before = reader.line_num  # a quoted cell may go over several lines
    except csv.Error as error:
        raise FileError(
            [f"{shown_as}, row {before + 1}: broken csv ({error}). Look for a stray quotation mark there."]
        ) from None


def _recognised(text: str, delimiter: str, wanted: Wanted) -> int:
    """How many of the wanted columns stand in the header when `delimiter` separates the cells."""
    most = 0
    with contextlib.suppress(FileError):  # a broken row is told when the rows are read
        for number, cells in islice(_numbered(text, delimiter, "", strict=False), wanted.header_row or HEADER_WITHIN):
            if wanted.header_row in (None, number):
                most = max(most, _columns_in(cells, wanted))
    return most


# The one table of a file that has the wanted columns, its rows as wide as its header.

TEXT_FILES = (".csv", ".tsv", ".txt")


def sheet_in(path: Path, wanted: Wanted, shown_as: str) -> Sheet:
    """The table in the file at `path`. Raises FileError when it has not the wanted sheet and columns."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"{shown_as}: cannot be read ({error.strerror}). Put the file there, or correct the path."
        raise FileError([message]) from None
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        tables = sheets_of(raw, wanted.sheet, shown_as)
    elif suffix in TEXT_FILES:
        tables = [Table(shown_as, _lines_of(raw, wanted, shown_as))]
    else:
        raise FileError([f"{shown_as}: files of the kind '{suffix}' are not read. Save it as .xlsx or .csv."])
    table, sheet = _chosen([(table, _sheet(table, wanted)) for table in tables], wanted, shown_as)
    return _even(sheet, _figures_above(table, sheet, wanted))


def _sheet(table: Table, wanted: Wanted) -> Sheet:
    filled = [(number, cells) for number, cells in table.lines if any(cell != "" for cell in cells)]
    likeliest = max(filled[:HEADER_WITHIN], key=lambda line: _columns_in(line[1], wanted), default=(1, []))
    first = wanted.header_row or likeliest[0]
    header = next((_trimmed(cells) for number, cells in filled if number == first), [])
    rows = [line for line in filled if line[0] > first]
    if table.is_sparse:
        rows = [(number, cells + [""] * (len(header) - len(cells))) for number, cells in rows]
    names = [name.shown if isinstance(name, Unreadable) else str(name) for name in header]
    return Sheet(table.shown_as, names, first, rows)


def _columns_in(cells: list[Cell], wanted: Wanted) -> int:
    return len(wanted.columns & {folded(cell) for cell in cells if isinstance(cell, str)})


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """`cells` without the empty ones at the end, which Excel likes to add."""
    end = max((index for index, cell in enumerate(cells, 1) if cell != ""), default=0)
    return cells[:end]


def _chosen(sheets: list[tuple[Table, Sheet]], wanted: Wanted, shown_as: str) -> tuple[Table, Sheet]:
    fitting = [(table, sheet) for table, sheet in sheets if wanted.columns <= set(sheet.folded)]
    if len(fitting) > 1:
        names = ", ".join(table.shown_as for table, _ in fitting)
        message = f"{shown_as}: several sheets have the columns: {names}. Keep one of them, or name the sheet."
        raise FileError([message])
    if not fitting:
        raise FileError([_without_columns(sheet, wanted) for _, sheet in sheets])
    [(table, sheet)] = fitting
    if table.is_hidden and wanted.sheet is None:
        raise FileError(
            [f"{table.shown_as}: no other sheet has the columns. Show it (right-click on a sheet's name: Unhide)."]
        )
    return table, sheet


def _without_columns(sheet: Sheet, wanted: Wanted) -> str:
    missing = ", ".join(f"'{name}'" for name in sorted(wanted.columns - set(sheet.folded)))
    headers = ", ".join(f"'{name}'" for name in sheet.header) or "nothing"
    row = "the first row" if sheet.header_row == 1 and not wanted.header_row else f"row {sheet.header_row}"
    return f"{sheet.shown_as}: no column {missing}; {row} holds {headers}. Give the columns these names."


def _figures_above(table: Table, sheet: Sheet, wanted: Wanted) -> list[str]:
    """One line for each row above the header that is no title: it has a cell for each of the wanted columns."""
    if wanted.header_row:
        return []
    above = (line for line in table.lines if line[0] < sheet.header_row)
    return [
        f"{sheet.shown_as}, row {number}: figures above the columns' names. Move the row below them, or take it out."
        for number, cells in above
        if sum(cell != "" for cell in cells) >= len(wanted.columns)
    ]


def _even(sheet: Sheet, errors: list[str]) -> Sheet:
    """The sheet with rows as wide as the header; others are refused: their cells stand under wrong names."""
    rows, width = [], len(sheet.header)
    for name in sorted({name for name in sheet.folded if sheet.folded.count(name) > 1}):
        errors.append(f"{sheet.shown_as}: the column '{name}' stands twice. Keep one of them.")
    for number, cells in sheet.rows:
        if len(cells) < width or any(cell != "" for cell in cells[width:]):
            errors.append(
                f"{sheet.shown_as}, row {number}: {len(_trimmed(cells))} cells under {width} columns. "
                "Quote cells that hold the separator (a decimal comma?), or separate with ';'."
            )
        rows.append((number, cells[:width]))
    if errors:
        raise FileError(errors)
    return replace(sheet, rows=rows)
