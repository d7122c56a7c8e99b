"""R10: the register of initiatives, assignments and proposals: what each says and lacks, and its follow-up."""

from .cards import RegisterCard, register_cards
from .days import register_events, timeline_rows
from .gaps import gaps_table, gaps_text
from .links import linked_series_table
from .states import AsOf, State, as_of, state_of

__all__ = [
    "AsOf",
    "RegisterCard",
    "State",
    "as_of",
    "gaps_table",
    "gaps_text",
    "linked_series_table",
    "register_cards",
    "register_events",
    "state_of",
    "timeline_rows",
]
