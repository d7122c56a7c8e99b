"""Sizes and colours of the slides."""

from pptx.dml.color import RGBColor
from pptx.util import Inches, Pt

from ..charts.look import TOKENS

WIDE, HIGH = Inches(13.333), Inches(7.5)
MARGIN, TOP = Inches(0.6), Inches(1.55)
BODY = HIGH - TOP - Inches(0.5)
BESIDE = Inches(5.6)  # where a table begins beside a chart
TITLE_SIZE, TEXT_SIZE, CELL_SIZE, CHART_SIZE = Pt(26), Pt(18), Pt(12), Pt(12)


def colour(token: str) -> RGBColor:
    """A colour of the report's own look."""
    return RGBColor.from_string(TOKENS[token].removeprefix("#").upper())
