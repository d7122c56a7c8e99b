"""The look that figures and pages share: colours for light and dark, sizes, and a figure's frame.

Colours are picked for colour-blind readers; text has 4.5:1 and marks 3:1 on `paper`, in both sets.
A figure is drawn in the light set; the page's stylesheet turns each light colour into its dark one.
"""

from dataclasses import dataclass
from typing import Literal

TOKENS = {
    "paper": "#ffffff",  # behind everything, between stacked parts, and text on filled marks
    "ink": "#1a1e24",
    "muted": "#58606b",
    "grid": "#dfe3e8",
    "axis": "#858d98",
    "focus": "#00579b",
    "country": "#2f353d",
    "region": "#8d5f00",
    "peer": "#868e99",
    "women": "#74398c",
    "men": "#0b7a61",
    "s1": "#0a4f8f",
    "s2": "#ad4c0c",
    "s3": "#08705a",
    "s4": "#7b4191",
    "s5": "#5e6672",
    "s6": "#8a6600",
    "zone1": "#6295c7",
    "zone2": "#3f77ad",
    "zone3": "#1f5287",
    "zone4": "#0b2b4d",
}
DARK = {
    "paper": "#14181d",
    "ink": "#f0f2f5",
    "muted": "#adb5c0",
    "grid": "#343c46",
    "axis": "#7f8995",
    "focus": "#6fb7f5",
    "country": "#dfe3e8",
    "region": "#e3b45c",
    "peer": "#8a93a0",
    "women": "#cf9fe6",
    "men": "#55c9a8",
    "s1": "#74baf7",
    "s2": "#f29b63",
    "s3": "#52c4a4",
    "s4": "#cb9be3",
    "s5": "#aab3bf",
    "s6": "#dcbb52",
    "zone1": "#3f6f9f",
    "zone2": "#6f9fce",
    "zone3": "#a3c6e8",
    "zone4": "#dcebfa",
}
TEXT = ("ink", "muted", "focus", "country", "region", "women", "men", "s1", "s2", "s3", "s4", "s5", "s6")
ZONES = ("zone1", "zone2", "zone3", "zone4")  # in order of size; text on the first is ink, on the others paper
MARKS = (*TEXT, "peer", "axis", *ZONES)
SERIES = ("s1", "s2", "s3", "s4", "s5", "s6")
ROLES = ("peer", "region", "country", "focus")  # the order of drawing: the focus place lies on top

FAMILY = "Lagesbild Sans"
WIDTH = 360.0  # points; text of 10.5 is then still readable where a phone shrinks the figure to 330 pixels
TEXT_SIZE = 10.5
SMALL = 9.5  # notes and axis numbers; nothing is smaller
LINE = 13.0  # height of a line of text


@dataclass(frozen=True)
class Frame:
    """What a figure must know about its numbers besides the rows.

    `breaks`: (first year made in the new way, what changed). `low` and `high`: bounds of the unit.
    """

    unit_symbol: str = ""  # beside a number: "%"
    unit_text: str = ""  # on the axis: "procent"
    decimals: int = 1
    low: float | None = None
    high: float | None = None
    breaks: tuple[tuple[int, str], ...] = ()
    better: Literal["higher", "lower", "neither"] = "neither"
