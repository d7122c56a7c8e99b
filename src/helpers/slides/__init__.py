"""The regional analysis as slides for the group's meeting: native charts and tables that can be edited."""

from .writing import region_slides, slides_bytes, slides_target, write_slides

__all__ = ["region_slides", "slides_bytes", "slides_target", "write_slides"]
