"""The regional support analysis: profiles, what moved a share, co-movement, and checks."""

from .comovement import Association, Comovement, across_places, within_places
from .decomposition import Decomposition, decomposed, decomposition
from .labels import TableLabel, WrongLabelError, check_label
from .nonresponse import Suspicion, suspected_nonresponse
from .parts import PartsVerdict, parts_against_total, refuse_parts_over_total
from .profiles import profile_changes, profiles

__all__ = [
    "Association",
    "Comovement",
    "Decomposition",
    "PartsVerdict",
    "Suspicion",
    "TableLabel",
    "WrongLabelError",
    "across_places",
    "check_label",
    "decomposed",
    "decomposition",
    "parts_against_total",
    "profile_changes",
    "profiles",
    "refuse_parts_over_total",
    "suspected_nonresponse",
    "within_places",
]
