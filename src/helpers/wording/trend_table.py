"""The table of all trends in Swedish: how sure each is, alone and among all that are judged at once."""

from ..trends import Method, Trend
from ..trends.context import P_CLEAR, P_WEAK
from .numbers import decimal
from .verdicts import METHODS, REASONS


def p_text(p: float) -> str:
    """A p-value with three decimals, or that it is under the smallest of them."""
    return f"under {decimal(0.001, 3)}" if p < 0.001 else decimal(p, 3)


def tested_text(judged: int, total: int) -> str:
    """How many series were tested at once, and what that does to their arrows."""
    return (
        f"{judged} av {total} mått kunde bedömas. En tydlig förändring kräver p under {decimal(P_CLEAR, 3)}; register "
        f"som saknar antal prövas mot {decimal(P_WEAK, 2)} och kallas alltid svagt belägg. När många mått prövas på "
        "en gång ger slumpen några utslag. Därför är p justerat för antalet prövningar (Benjamini–Hochberg), och en "
        "pil som justeringen tar bort är markerad som svagt belägg."
    )


def basis_text(trend: Trend) -> str:
    """Over which years and by which test a series was judged, or why it was not."""
    if not trend.judged:
        return f"{REASONS[trend.reason].capitalize()}."
    return f"{trend.first_year}–{trend.last_year}, {METHODS[trend.method]}."


def weakness_text(trend: Trend) -> str:
    """Why an arrow is weak; empty where it is not, or where there is none."""
    if not (trend.weak and trend.sign):
        return ""
    if trend.method is Method.MANN_KENDALL:
        return "Svagt: testet ser bara i vilken ordning värdena kommer."
    return "Svagt: utslaget faller bort när p justeras."
