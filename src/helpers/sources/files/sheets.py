"""The one table of a file that has the wanted columns, its rows as wide as its header."""

from pathlib import Path

from .delimited import lines_of
from .table import Cell, FileError, Lines, Sheet, Wanted

TEXT_FILES = (".csv", ".tsv", ".txt")


def sheet_in(path: Path, wanted: Wanted, shown_as: str) -> Sheet:
    """The table in the file at `path`. Raises FileError when it has not the wanted sheet and columns."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        slip = f"{shown_as}: cannot be read ({error.strerror}). Put the file there, or correct the path."
        raise FileError([slip]) from None
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        from .workbook import sheets_of  # openpyxl is slow to load and seldom needed

        tables = sheets_of(raw, wanted.sheet, shown_as)
    elif suffix in TEXT_FILES:
        tables = [(shown_as, lines_of(raw, wanted, shown_as))]
    else:
        raise FileError([f"{shown_as}: files of the kind '{suffix}' are not read. Save it as .xlsx or .csv."])
    return _chosen([_sheet(name, lines, wanted) for name, lines in tables], wanted, shown_as)


def _sheet(shown_as: str, lines: Lines, wanted: Wanted) -> Sheet:
    filled = [(number, cells) for number, cells in lines if any(cell != "" for cell in cells)]
    first = wanted.header_row or (filled[0][0] if filled else 1)
    header = next((cells for number, cells in filled if number == first), [])
    return Sheet(shown_as, [str(name) for name in _trimmed(header)], [line for line in filled if line[0] > first])


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """`cells` without the empty ones at the end, which Excel likes to add."""
    end = max((index for index, cell in enumerate(cells, 1) if cell != ""), default=0)
    return cells[:end]


def _chosen(sheets: list[Sheet], wanted: Wanted, shown_as: str) -> Sheet:
    fitting = [sheet for sheet in sheets if wanted.columns <= set(sheet.folded)]
    if len(fitting) > 1:
        names = ", ".join(sheet.shown_as for sheet in fitting)
        slip = f"{shown_as}: several sheets have the columns: {names}. Keep one of them, or name the sheet."
        raise FileError([slip])
    if not fitting:
        raise FileError([_without_columns(sheet, wanted) for sheet in sheets])
    return _even(fitting[0])


def _without_columns(sheet: Sheet, wanted: Wanted) -> str:
    missing = ", ".join(f"'{name}'" for name in sorted(wanted.columns - set(sheet.folded)))
    row = f"row {wanted.header_row}" if wanted.header_row else "the first row"
    found = ", ".join(f"'{name}'" for name in sheet.header) or "nothing"
    return f"{sheet.shown_as}: no column {missing}; {row} holds {found}. Give the columns these names."


def _even(sheet: Sheet) -> Sheet:
    """The sheet with rows as wide as the header; others are refused: their cells stand under wrong names."""
    slips, rows, width = [], [], len(sheet.header)
    for name in sorted({name for name in sheet.folded if sheet.folded.count(name) > 1}):
        slips.append(f"{sheet.shown_as}: the column '{name}' stands twice. Keep one of them.")
    for number, cells in sheet.rows:
        if len(cells) < width or any(cell != "" for cell in cells[width:]):
            slips.append(
                f"{sheet.shown_as}, row {number}: {len(_trimmed(cells))} cells under {width} columns. "
                "Quote cells that hold the separator (a decimal comma?), or separate with ';'."
            )
        rows.append((number, cells[:width]))
    if slips:
        raise FileError(slips)
    return Sheet(sheet.shown_as, sheet.header, rows)
