"""The regional support analysis: who is supported, by what, in a region's municipalities."""

from .analysis import RegionalAnalysis, UnknownRegion, regional_analysis
from .material import Material

__all__ = ["Material", "RegionalAnalysis", "UnknownRegion", "regional_analysis"]
