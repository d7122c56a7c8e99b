"""The one tidy table: every value of every source, one row each, checked and stored as Parquet."""

from .checks import TidyError
from .columns import COLUMNS, KEY, STATUSES
from .picking import current, latest_year, revisions, rows_of, up_to, withheld
from .store import store, table_at_hand

__all__ = [
    "COLUMNS",
    "KEY",
    "STATUSES",
    "TidyError",
    "current",
    "latest_year",
    "revisions",
    "rows_of",
    "store",
    "table_at_hand",
    "up_to",
    "withheld",
]
