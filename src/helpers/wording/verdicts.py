"""Trends in Swedish: what a series has done, why it cannot be judged, and how firm the answer is."""

from dataclasses import dataclass

from ..trends import Arrow, Combined, Firmness, Method, Reason, Trend, Verdict
from .numbers import decimal


@dataclass(frozen=True)
class Sign:
    """An arrow for the eye, the words that carry the meaning, and the tone that repeats it."""

    symbol: str
    words: str
    tone: str = ""


VERDICTS = {
    Verdict.IMPROVING: Sign("↗", "Förbättras", "good"),
    Verdict.WORSENING: Sign("↘", "Försämras", "bad"),
    Verdict.INCREASING: Sign("↑", "Ökar"),
    Verdict.DECREASING: Sign("↓", "Minskar"),
    Verdict.NO_CLEAR_CHANGE: Sign("→", "Ingen tydlig förändring"),
    Verdict.CANNOT_BE_JUDGED: Sign("", "Kan inte bedömas"),
}
REASONS = {
    Reason.STAND_IN: "ett närliggande mått bär ingen pil",
    Reason.OVERLAPPING_PERIODS: "medelvärden över flera år delar år med varandra",
    Reason.TOO_FEW_POINTS: "för få år i rad",
    Reason.GAP_IN_YEARS: "år saknas i serien",
    Reason.MISSING_VALUE: "ett värde saknas eller är dolt",
    Reason.UNRELIABLE_VALUE: "ett värde är ofullständigt eller misstänkt",
    Reason.SERIES_BREAK: "för få år sedan måttet gjordes om",
    Reason.MIXED_VINTAGES: "värden ur olika utgåvor kan inte läggas ihop",
    Reason.DUPLICATE_YEAR: "ett år står två gånger",
    Reason.NO_MARGIN: "osäkerhetstal saknas i underlaget",
    Reason.DATA_END_TOO_EARLY: "siffrorna slutar mer än två år före utgåvan",
}
METHODS = {
    Method.CHI_SQUARE: "chitvåtest för linjär trend",
    Method.WEIGHTED: "viktad regression på publicerade osäkerhetstal",
    Method.WEIGHTED_COUNTS: "viktad regression på antal",
    Method.MANN_KENDALL: "Mann-Kendalls test, utan antal och osäkerhetstal",
}
ARROWS = {
    Arrow.UP: Sign("↗", "Positiv förändring", "good"),
    Arrow.DOWN: Sign("↘", "Trenden går neråt", "bad"),
    Arrow.UNCHANGED: Sign("→", "Inte förändrats påtagligt"),
    Arrow.MIXED: Sign("→", "Inte förändrats påtagligt*"),
    Arrow.NONE: Sign("", "Ingen trend kan beräknas"),
}


def verdict_sign(trend: Trend) -> Sign:
    """The verdict's arrow and words; a weak one says so."""
    sign = VERDICTS[trend.verdict]
    return Sign(sign.symbol, sign.words + " (svagt belägg)", sign.tone) if trend.weak and trend.sign else sign


def trend_reason(trend: Trend) -> str:
    """Why there is no judgement, or over which years and how it was made."""
    if not trend.judged:
        return f"Trend bedöms inte: {REASONS[trend.reason]}."
    return f"Bedömd över {trend.first_year}–{trend.last_year}, {METHODS[trend.method]}."


def firmness_text(firm: Firmness) -> str:
    """How far period or threshold would have to move to turn the answer; empty for what is not judged."""
    if not firm.trend.judged:
        return ""
    text = f"Samma svar i {firm.agreeing} av {firm.periods} prövade perioder"
    if firm.trend.p == firm.trend.p:  # not NaN
        text += f", p = {decimal(firm.trend.p, 3)}"
    return text + "."


def arrow_sign(found: Combined) -> Sign:
    """The arrow of several indicators with "n av m" in words."""
    sign = ARROWS[found.arrow]
    if found.arrow is Arrow.NONE:
        return sign
    words = f"{sign.words}: {counted(found)}"
    return Sign(sign.symbol, words + (" (svagt belägg)" if found.weak else ""), sign.tone)


def counted(found: Combined) -> str:
    """How many of the judged indicators moved, "n av m", and how many cannot be judged."""
    if not found.changed:
        text = f"0 av {found.judged} bedömda har ändrats tydligt"
    else:
        moved = [(len(found.improving), "förbättras"), (len(found.worsening), "försämras")]
        text = " och ".join(f"{n} av {found.judged} bedömda {what}" for n, what in moved if n)
    return text + (f", {len(found.not_judged)} kan inte bedömas" if found.not_judged else "")
