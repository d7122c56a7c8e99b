"""The figures of the analysis, each made from its material by a chart that the notebook chooses."""

from .standing import national_scale, ranking, region_map, scale_rows, scale_table
from .supports import movement, profile
from .years import long_view, timeline, together, together_rows

__all__ = [
    "long_view",
    "movement",
    "national_scale",
    "profile",
    "ranking",
    "region_map",
    "scale_rows",
    "scale_table",
    "timeline",
    "together",
    "together_rows",
]
