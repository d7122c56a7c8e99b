"""Files of publishers and municipalities (csv, xlsx) as tidy rows, refused whole when one cell is doubtful.

`local_rows`: a municipality's own file in the simple tidy form.
`document_rows`: a table typed in from a document.
`pinned_rows`: a publisher's file, described in the catalogue by path, checksum, sheet, columns and symbols.
All three return the tidy columns (`COLUMNS`) and `row`, the row in the file, for later complaints.
"""

from .pinned import pinned_rows
from .table import FileError
from .tidy_form import COLUMNS, document_rows, local_rows

__all__ = ["COLUMNS", "FileError", "document_rows", "local_rows", "pinned_rows"]
