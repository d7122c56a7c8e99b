"""R1: statements about the region, each made by rule from the figures on the page, or withheld with the reason."""

from .facts import Facts
from .made import observations
from .observation import Observation

__all__ = ["Facts", "Observation", "observations"]
