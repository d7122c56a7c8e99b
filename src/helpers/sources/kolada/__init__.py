"""Kolada's API v3: indicators, places, official comparison groups and figures.

Source: the wire format as public clients of v3 use it; v2 is switched off.
"""

from .adapter import KoladaAdapter
from .lists import comparison_groups, places

__all__ = ["KoladaAdapter", "comparison_groups", "places"]
