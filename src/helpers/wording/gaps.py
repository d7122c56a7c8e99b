"""The gap between women and men in Swedish: what it has done, and what is not known about it."""

from ..trends import GapMovement, Trend
from .verdicts import REASONS, trend_reason

NO_ARROW = "Ingen pil beräknas"
NO_ARROW_FOR_EQUALITY = (
    "För målet om lika makt för kvinnor och män beräknas ingen pil: ingen indikator visar att jämställdhet är nådd."
)
GAPS = (
    "Ett gap är en skillnad, inte ett omdöme: för en del mått är ett mindre gap målet, för andra kan båda ha det "
    "dåligt utan något gap. Därför sägs bara om gapet vidgas eller krymper."
)
NOT_BY_SEX = "Publiceras inte uppdelat på kön"
NOT_AT_HAND = "Delas upp på kön hos utgivaren, men saknas så för {place} i underlaget"
MOVEMENTS = {
    GapMovement.WIDENING: "Gapet vidgas",
    GapMovement.NARROWING: "Gapet krymper",
    GapMovement.TURNED: "Gapet har bytt håll",
    GapMovement.NO_CLEAR_CHANGE: "Ingen tydlig förändring",
    GapMovement.CANNOT_BE_JUDGED: "Kan inte bedömas",
}


def movement_text(movement: GapMovement, trend: Trend) -> tuple[str, str]:
    """What a gap has done, and over which years or why that cannot be said."""
    weak = " (svagt belägg)" if trend.weak and trend.sign else ""
    why = trend_reason(trend) if trend.judged else f"{REASONS[trend.reason].capitalize()}."
    return MOVEMENTS[movement] + weak, why
