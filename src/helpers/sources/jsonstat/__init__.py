"""The one decoder of json-stat 2: a cube as rows keyed by code, refused whole when a part of it is broken."""

from .cube import Cube, cube
from .heading import CubeError, Dimension, Heading, Note, heading

__all__ = ["Cube", "CubeError", "Dimension", "Heading", "Note", "cube", "heading"]
