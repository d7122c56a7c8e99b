"""The regional support analysis: who is supported, by what, in a region's municipalities."""

from .analysis import RegionalAnalysis, regional_analysis

__all__ = ["RegionalAnalysis", "regional_analysis"]
