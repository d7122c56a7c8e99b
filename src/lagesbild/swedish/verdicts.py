"""What was judged, in Swedish: trends, arrows, gaps, outlooks, the most important, and how often a rule errs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from lagesbild.catalog.models import Catalog, Target
from lagesbild.rules.comparing import Placing
from lagesbild.statistics.combined import Arrow, Combined, GapMovement, Sensitivity
from lagesbild.statistics.outlook import FEWEST, NoOutlook
from lagesbild.statistics.trends import P_CLEAR, P_WEAK, Method, Reason, Trend, Verdict
from lagesbild.swedish.findings import Measure, rank_text
from lagesbild.swedish.numbers import decimal, listed

# Trends in Swedish: what a series has done, why it cannot be judged, and how sensitive the answer is.


@dataclass(frozen=True)
class Sign:
    """An arrow for the eye, the words that carry the meaning, and the tone that repeats it."""

    symbol: str
    words: str
    tone: str = ""


WEAK = " (svagt belägg)"
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
    return replace(sign, words=sign.words + WEAK) if trend.weak and trend.sign else sign


def trend_reason(trend: Trend) -> str:
    """Why there is no judgement, or over which years and how it was made."""
    if not trend.judged:
        return f"Trend bedöms inte: {REASONS[trend.reason]}."
    return f"Bedömd över {basis_text(trend)}"


def basis_text(trend: Trend) -> str:
    """Over which years and by which test a series was judged, or why it was not."""
    if not trend.judged:
        return f"{REASONS[trend.reason].capitalize()}."
    first, last = trend.span
    return f"{first}–{last}, {METHODS[trend.method]}."


def sensitivity_text(sensitivity: Sensitivity) -> str:
    """In how many other periods the answer is the same, and its p; empty for what is not judged."""
    trend = sensitivity.trend
    if not trend.judged:
        return ""
    return f"Samma svar i {sensitivity.agreeing} av {sensitivity.periods} prövade perioder, p = {decimal(trend.p, 3)}."


def arrow_sign(combined: Combined) -> Sign:
    """The arrow of several indicators with "n av m" in words."""
    sign = ARROWS[combined.arrow]
    if combined.arrow is Arrow.NONE:
        return sign
    return replace(sign, words=f"{sign.words}: {counted(combined)}{WEAK if combined.weak else ''}")


def counted(combined: Combined) -> str:
    """How many of the judged indicators moved, "n av m", and how many cannot be judged."""
    if not combined.changed:
        text = f"0 av {combined.judged} bedömda har ändrats tydligt"
    else:
        moved = [(len(combined.improving), "förbättras"), (len(combined.worsening), "försämras")]
        text = " och ".join(f"{n} av {combined.judged} bedömda {what}" for n, what in moved if n)
    return text + (f", {len(combined.not_judged)} kan inte bedömas" if combined.not_judged else "")


# People's arrow beside the computed one, in Swedish.


def why_no_arrow(trends: Mapping[str, Trend], catalog: Catalog, indicators: list[str], computed: Combined) -> str:
    """Which figures are missing for an arrow of `indicators`; empty when there is one."""
    if computed.arrow is not Arrow.NONE:
        return ""
    labels = {indicator: catalog.indicators[indicator].label for indicator in indicators}
    refused: dict[str, list[str]] = {}
    for indicator in computed.not_judged:
        refused.setdefault(REASONS[trends[indicator].reason], []).append(labels[indicator])
    parts = [f"{listed(refused[reason])}: {reason}" for reason in refused]
    lacking = [labels[indicator] for indicator in indicators if indicator not in trends]
    parts += [f"{listed(lacking)}: inget värde i underlaget"] if lacking else []
    neutral = [labels[indicator] for indicator in computed.without_direction]
    parts += [f"{listed(neutral)}: saknar riktning"] if neutral else []
    return "; ".join(parts) + "." if parts else "Prioriteringen har ingen indikator med siffror."


def differing_text(judged: str, computed: Combined, last: int) -> str:
    """That the two arrows differ, what each says, and that both stand. `judged` is the programme's words."""
    words = arrow_sign(computed).words
    return (
        f"Kommunens pil: {judged}. Beräknat ur siffror till och med {last}: {words}. Båda står kvar: rapporten ändrar "
        "inte kommunens bedömning."
    )


def reach_text(last: int, edition: int, judged: bool) -> str:
    """How far the figures behind a computed arrow reach; beside a `judged` arrow, that the two are not compared."""
    text = f"Siffrorna bakom den beräknade pilen når till {last}."
    return f"{text} Den jämförs därför inte med kommunens pil för {edition}." if judged else text


# The gap between women and men in Swedish: what it has done, and what is not known about it.

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
    why = trend_reason(trend) if trend.judged else basis_text(trend)
    return MOVEMENTS[movement] + (WEAK if trend.weak and trend.sign else ""), why


# The table of all trends in Swedish: how sure each is, alone and among all that are judged at once.


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


def weakness_text(trend: Trend) -> str:
    """Why an arrow is weak; empty where it is not, or where there is none."""
    if not (trend.weak and trend.sign):
        return ""
    if trend.method is Method.MANN_KENDALL:
        return "Svagt: testet ser bara i vilken ordning värdena kommer."
    return "Svagt: utslaget faller bort när p justeras."


# Outlooks in Swedish: how many series were tried, and why the others were not.

HOW = (
    f"En serie förs två år framåt bara om den har minst {FEWEST} obrutna år, når till utgåvans år eller året före, och "
    "om metoden på seriens egna gamla år har träffat bättre än att gissa på samma värde som i fjol."
)
METHOD = (
    "Dämpad exponentiell utjämning (Gardner och McKenzie 1985), prövad på seriens egna år. Fälten visar var 80 och 95 "
    "av 100 utfall väntas om allt fortsätter som hittills; ingenting säger att det gör det."
)
NO_OUTLOOK = {
    NoOutlook.STAND_IN: "Närliggande mått, som inte får stå för rapportens eget",
    NoOutlook.OVERLAPPING_PERIODS: "Medelvärden över flera år, som delar år med varandra",
    NoOutlook.TOO_SHORT: f"Färre än {FEWEST} år i rad utan brott eller luckor",
    NoOutlook.ENDS_TOO_EARLY: "Siffrorna slutar före året innan utgåvan",
    NoOutlook.NOT_BETTER_THAN_LAST_YEAR: "Prövad, men träffade inte bättre än ”samma som i fjol”",
}


def tried_text(tried: int, drawn: int, total: int) -> str:
    """How many of all series were put to the back-test, and how many of those are drawn."""
    shown = "ingen utblick ritas" if not drawn else "1 utblick ritas" if drawn == 1 else f"{drawn} utblickar ritas"
    return f"{tried} av {total} mått med värden uppfyllde kraven på serien och prövades; {shown}."


# The lines of *Det viktigaste* in Swedish: the value first, and a weak trend called weak.

TITLE = "Det viktigaste"
NOTHING = "Ingen bedömning har ändrats och inget mått har rört sig så tydligt att regeln nämner det."
NOTE = (
    "Högst sex rader, valda efter regel: ändrad lägesbild, mål som nåtts eller tappats, den tydligaste försämringen "
    "och förbättringen, plats i landets sämsta eller bästa tiondel, största gapet mellan kvinnor och män. En regel "
    "utan tydligt utslag ger ingen rad."
)


def status_line(before: str, now: str, year: int) -> str:
    """A status that changed: "från Enligt plan 2023 till Mer arbete krävs 2024."."""
    return f"lägesbilden har gått från {before} {year - 1} till {now} {year}."


def target_line(measure: Measure, target: Target, value: float, year: int, met: bool) -> str:
    """A target that was met or lost, with the value and who set it."""
    verb = "målet nåddes" if met else "målet nås inte längre"
    reached = f"{verb} {measure.period(year)}, {measure.amount(value)}"
    return f"{reached}. Målet är {measure.amount(target.value)} ({target.set_by})."


def trend_line(trend: Trend, measure: Measure, ends: tuple[float, float], turned: bool) -> str:
    """A trend with the values of its first and last year; weak and turned are said."""
    first, last = (measure.period(year) for year in trend.span)
    words = verdict_sign(trend).words.lower()
    verb = f"trenden har vänt, {words}" if turned else words
    return f"{verb}, från {measure.amount(ends[0])} {first} till {measure.amount(ends[1])} {last}."


def rank_line(measure: Measure, value: float, placing: Placing, municipalities: int) -> str:
    """The value, then the rank; a rank is never called progress."""
    end = "bästa" if 2 * placing.rank <= placing.n else "sämsta"
    rank = rank_text(placing.rank, placing.n, measure.indicator, municipalities)
    return f"{measure.amount(value)} {measure.period(placing.year)}, i den {end} tiondelen: {rank}."


def gap_line(measure: Measure, gap: pd.Series) -> str:
    """The gap as both sexes' values; `gap` is a row of `gender_gap`."""
    women, men, period = measure.amount(gap["women"]), measure.number(gap["men"]), measure.period(gap["year"])
    largest = "Räknat mot nivån är det störst av de gap som är säkra nog att nämna."
    return f"{women} för kvinnor och {men} för män {period}. {largest}"


# The simulated rates of the trend rule in Swedish.

CAPTIONS = {
    "independent": "Falsklarm när åren är oberoende: procent av serier som står still som ändå får en pil.",
    "weak": "Falsklarm för det svaga testet (hålls vid 5 procent och kallas alltid svagt belägg).",
    "dependent": "Falsklarm när åren hänger ihop (AR, autokorrelation från ett år till nästa).",
    "power": "Träffar: procent av fallande serier som får rätt pil, med {extra} procents verklig variation.",
}
SERIES = {
    "register share of 300, 10 years": "Registerandel av 300 personer, 10 år",
    "register share of 300, 5 years": "Registerandel av 300 personer, 5 år",
    "register, 50 cases, 10 years": "Register, 50 fall om året, 10 år",
    "register, 50 cases, 5 years": "Register, 50 fall om året, 5 år",
    "register, 500 cases, 10 years": "Register, 500 fall om året, 10 år",
    "register, 500 cases, 5 years": "Register, 500 fall om året, 5 år",
    "register, 11,000 cases, 10 years": "Register, 11\u00a0000 fall om året, 10 år",
    "register, 11,000 cases, 5 years": "Register, 11\u00a0000 fall om året, 5 år",
    "survey share of 300, 5 years": "Enkätandel av 300 svarande, 5 år",
    "weak rule, value alone, 10 years": "Svagt test, bara värdet, 10 år",
}


def world_text(row: Mapping[str, str]) -> str:
    """How the levels of a simulated series move: "3 % variation", "AR 0,3, 3 % variation" or "2 % om året"."""
    extra, slope, carried = (f"{float(row[name]):g}".replace(".", ",") for name in ("extra", "slope", "correlation"))
    if float(row["slope"]):
        return f"{slope} % om året"
    return (f"AR {carried}, " if float(row["correlation"]) else "") + f"{extra} % variation"
