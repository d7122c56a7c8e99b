"""Figures of the regional analysis: `(rows, frame) -> Figure`, by the name that the notebook uses.

Their rows are not tidy rows: each function names the columns that it needs.
"""

from .maps import region_map
from .pairs import two_measures
from .scales import national_scale
from .timelines import timeline
from .waterfalls import waterfall

REGIONAL = {kind.__name__: kind for kind in (national_scale, region_map, timeline, two_measures, waterfall)}
__all__ = ["REGIONAL", *REGIONAL]
