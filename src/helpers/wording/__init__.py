"""Numbers and findings in Swedish: the only room, beside catalogue and assessments, that writes for readers."""

from .findings import (
    alternative_text,
    comparison_finding,
    dots_finding,
    gap_finding,
    groups_finding,
    series_finding,
    shares_finding,
)
from .numbers import MINUS, NBSP, amount, decimal, signed, tabular
from .places import genitive, in_place, listed
from .sources import STATE_TEXT, Origin, period_text, source_line, years_text

__all__ = [
    "MINUS",
    "NBSP",
    "STATE_TEXT",
    "Origin",
    "alternative_text",
    "amount",
    "comparison_finding",
    "decimal",
    "dots_finding",
    "gap_finding",
    "genitive",
    "groups_finding",
    "in_place",
    "listed",
    "period_text",
    "series_finding",
    "shares_finding",
    "signed",
    "source_line",
    "tabular",
    "years_text",
]
