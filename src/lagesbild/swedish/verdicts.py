"""What was judged, in Swedish: movements, arrows, gaps and outlooks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.statistics.combined import Arrow, Combined, GapMovement
from lagesbild.statistics.direction import P_MOVED, Direction, Method, Movement, Reason
from lagesbild.statistics.noise import FEWEST as FEWEST_YEARS
from lagesbild.statistics.noise import FEWEST_CASES, POOL, YEARS_BEHIND
from lagesbild.statistics.outlook import FEWEST, NoOutlook
from lagesbild.swedish.findings import Measure
from lagesbild.swedish.numbers import decimal, listed
from lagesbild.swedish.words import capital, count_words, inner

# Movements in Swedish: what a series has done, why it cannot be judged, and what it was held against.


@dataclass(frozen=True)
class Sign:
    """An arrow for the eye, the words that carry the meaning, and the tone that repeats it."""

    symbol: str
    words: str
    tone: str = ""


WEAK = " (svagt belägg)"
DIRECTIONS = {
    Direction.INCREASED: Sign("↑", "Har ökat"),
    Direction.DECREASED: Sign("↓", "Har minskat"),
    Direction.TURNED: Sign("↕", "Har vänt"),
    Direction.NO_MOVEMENT: Sign("→", "Ingen rörelse utöver vad måttet brukar svänga"),
    Direction.NOT_JUDGED: Sign("", "Kan inte bedömas"),
}
FOR_BETTER = {True: (", till det bättre", "good"), False: (", till det sämre", "bad"), None: ("", "")}
REASONS = {
    Reason.OVERLAPPING_PERIODS: "medelvärden över flera år delar år med varandra",
    Reason.NOT_YEARLY: "måttet finns inte för varje år",
    Reason.TOO_FEW_YEARS: f"färre än {FEWEST_YEARS} år i rad",
    Reason.MISSING_VALUE: "ett år saknas eller är dolt",
    Reason.UNRELIABLE_VALUE: "ett värde är ofullständigt eller misstänkt",
    Reason.SERIES_BREAK: "för få år sedan måttet gjordes om",
    Reason.ENDS_TOO_EARLY: f"siffrorna slutar mer än {YEARS_BEHIND} år före utgåvan",
    Reason.NEGATIVE_VALUE: "ett värde är negativt",
    Reason.NONE_OR_ALL: "något år är värdet 0 eller allt, utan att antalet är känt",
    Reason.TOO_FEW_CASES: f"färre än {FEWEST_CASES} fall om året",
    Reason.NO_POPULATION: "kommunens folkmängd saknas",
    Reason.TOO_FEW_PLACES: f"för litet att jämföra med: färre än {POOL} kommuner har måttet så många år i rad",
}
ALONE = {
    Method.CHI_SQUARE: "kommunens egna antal, chitvåtest för linjär trend",
    Method.MARGINS: "publicerade felmarginaler, viktad regression",
}
ARROWS = {
    Arrow.UP: Sign("↗", "Har blivit bättre", "good"),
    Arrow.DOWN: Sign("↘", "Har blivit sämre", "bad"),
    Arrow.UNCHANGED: Sign("→", "Ingen tydlig ändring"),
    Arrow.MIXED: Sign("→", "Både bättre och sämre"),
    Arrow.NONE: Sign("", "För få mått för en pil"),
}


def movement_sign(movement: Movement) -> Sign:
    """The movement's arrow and words, with what it means where one end is better; a weak one says so."""
    sign = DIRECTIONS[movement.direction]
    better, tone = FOR_BETTER[movement.good]
    return Sign(sign.symbol, sign.words + better + (WEAK if movement.weak else ""), "" if movement.weak else tone)


def movement_reason(movement: Movement) -> str:
    """Between which years and against what a series was judged, or why it was not."""
    text = basis_text(movement)
    return f"Bedömt för {text}" if movement.judged else f"Riktningen bedöms inte: {text[0].lower()}{text[1:]}"


def basis_text(movement: Movement) -> str:
    """Over which years and against what a series was judged, or why it was not."""
    if not movement.judged:
        return f"{REASONS[movement.reason].capitalize()}."
    first, last = movement.span
    if movement.method is not Method.POOL:
        return f"{first}–{last}, mot {ALONE[movement.method]}."
    pool = (movement.pool_first, movement.pool_last)
    when = "" if pool == (first, last) else f" {pool[0]}–{pool[1]}"
    return f"{first}–{last}, mot hur måttet svänger i {movement.pool_places} kommuner{when}."


def arrow_sign(computed: Combined) -> Sign:
    """The arrow of several measures; without one, and without a change, the count of the measures alone."""
    sign = ARROWS[computed.arrow]
    alone = computed.arrow in (Arrow.NONE, Arrow.UNCHANGED)
    return replace(sign, words=capital(counted(computed)) if alone else f"{sign.words}: {counted(computed)}")


def judged_line(computed: Combined) -> str:
    """What a priority's measures have done, as a sentence; empty where none can be judged.

    How many cannot is told once a page, beside the area's arrow.
    """
    return f"{capital(counted(computed, rest=False))}." if computed.judged else ""


def counted(computed: Combined, rest: bool = True) -> str:
    """How many of the measures with values became better or worse: "ett av fyra mått går att bedöma; ...".

    With `rest`, also how many cannot be judged. Turns and movements without a better end are neither of the two; weak
    movements are no clear change.
    """
    total, judged = computed.with_values, len(computed.judged)
    if not total:
        return "inget mått har värden"
    if not judged:
        return "måttet går inte att bedöma" if total == 1 else f"inget av {count_words(total)} mått går att bedöma"
    still = len(computed.still) + len(computed.weak)
    kinds = {
        "bättre": len(computed.improving),
        "sämre": len(computed.worsening),
        NEITHER: judged - still - len(computed.improving) - len(computed.worsening),
    }
    became = [(n, how) for how, n in kinds.items() if n]
    if judged == 1:
        known = "måttet går att bedöma" if total == 1 else f"ett av {count_words(total)} mått går att bedöma"
        return f"{known}; det {f'har {_become(became[0][1])}' if became else 'visar ingen tydlig ändring'}"
    left = [f"{count_words(total - judged)} går inte att bedöma"] if total > judged else []
    told = left if rest else []
    if not became:
        some = f"{count_words(judged)} av {count_words(total)}" if left else f"något av {count_words(total)}"
        return "; ".join([f"ingen tydlig ändring i {some} mått", *told])
    (n, how), *others = became
    moved = f"{count_words(n)} av {count_words(total)} mått har {_become(how)}"
    moved = listed([moved, *(f"{count_words(n)} {how}" for n, how in others)])
    return "; ".join([moved, *([f"{count_words(still)} utan tydlig ändring"] if still else []), *told])


NEITHER = "ändrats utan att räknas som bättre eller sämre"  # of a turn, or where neither end is better


def _become(how: str) -> str:
    """The words after "har": "blivit bättre", "ändrats utan att räknas som bättre eller sämre"."""
    return how if how == NEITHER else f"blivit {how}"


def moved_text(computed: Combined, moved: Mapping[str, Movement], catalog: Catalog) -> str:
    """Which measures have moved, by name and years, whatever the arrow is; empty where none has."""
    parts: list[str] = []
    for indicator in (*computed.moved, *computed.weak):
        words = movement_sign(moved[indicator]).words
        first, last = moved[indicator].span
        name = catalog.indicators[indicator].subject
        name = inner(name) if parts else name
        parts.append(f"{name} {words[0].lower()}{words[1:]} {first}–{last}")
    return f"{'; '.join(parts)}." if parts else ""


# People's arrow beside the computed one, in Swedish.


def why_no_arrow(moved: Mapping[str, Movement], catalog: Catalog, indicators: list[str], computed: Combined) -> str:
    """Which figures are missing for an arrow of `indicators`; empty when there is one."""
    if computed.arrow is not Arrow.NONE:
        return ""
    labels = {indicator: catalog.indicators[indicator].label for indicator in indicators}
    refused: dict[str, list[str]] = {}
    for indicator in computed.not_judged:
        refused.setdefault(REASONS[moved[indicator].reason], []).append(labels[indicator])
    parts = [f"{listed(refused[reason])}: {reason}" for reason in refused]
    lacking = [labels[indicator] for indicator in indicators if indicator not in moved]
    parts += [f"{listed(lacking)}: inget värde i underlaget"] if lacking else []
    return "; ".join(parts) + "." if parts else ""


def differing_text(judged: str, computed: Combined, last: int) -> str:
    """That the two arrows differ, what each says, and that both stand. `judged` is the programme's words."""
    words = arrow_sign(computed).words
    return (
        f"Kommunens pil: {judged}. Beräknat ur siffror till och med {last}: {words}. Båda står kvar: rapporten ändrar "
        "inte kommunens bedömning."
    )


def reach_text(last: int, edition: int, judged: bool) -> str:
    """How far the figures behind a computed arrow reach; beside a `judged` arrow, that the two are not compared."""
    text = f"Senaste siffra: {last}."
    return f"{text} Den beräknade pilen jämförs därför inte med kommunens för {edition}." if judged else text


# The gap between women and men in Swedish: what it has done, and what is not known about it.

NO_ARROW = "Ingen pil beräknas"
NOT_BY_SEX = "Publiceras inte uppdelat på kön"
NOT_AT_HAND = "Delas upp på kön hos utgivaren, men inte hämtat så för {place}"
NO_SURE_GAP = "Ingen av sidans skillnader mellan kvinnor och män är säker."
MOVEMENTS = {
    GapMovement.WIDENING: "Gapet har vidgats",
    GapMovement.NARROWING: "Gapet har krympt",
    GapMovement.TURNED: "Gapet har bytt håll",
    GapMovement.BENT: "Gapet har vänt",
    GapMovement.NO_MOVEMENT: "Ingen rörelse utöver vad gapet brukar svänga",
    GapMovement.NOT_JUDGED: "Kan inte bedömas",
}


def largest_gap_text(measure: Measure, gap: pd.Series) -> str:
    """Which gap of the page is largest, with both values; `gap` is a row of `Judgements.differences`."""
    about = inner(measure.subject)
    women, men, period = measure.amount(gap["value"]), measure.number(gap["other_value"]), measure.period(gap["year"])
    return f"Den största skillnaden gäller {about}: {women} bland kvinnor och {men} bland män {period}."


def gap_text(kind: GapMovement, movement: Movement) -> tuple[str, str]:
    """What a gap has done, and over which years or why that cannot be said."""
    why = movement_reason(movement) if movement.judged else basis_text(movement)
    return MOVEMENTS[kind] + (WEAK if movement.weak else ""), why


# The table of all directions in Swedish: how sure each is, alone and among all that are judged at once.


def p_text(p: float) -> str:
    """A p-value with three decimals, or that it is under the smallest of them."""
    return f"under {decimal(0.001, 3)}" if p < 0.001 else decimal(p, 3)


def tested_text(judged: int, total: int) -> str:
    """How many series were tested at once, and what that does to their arrows."""
    return (
        f"{judged} av {total} mått med värden kunde bedömas. Ett mått har ökat eller minskat när nivån har flyttat sig "
        "mer än måttet brukar svänga från år till år i kommuner av samma storlek "
        f"(p under {decimal(P_MOVED, 3)}). När många mått prövas på en gång ger slumpen några utslag. Därför är p "
        "justerat för antalet prövningar (Benjamini–Hochberg), och en pil som justeringen tar bort är markerad som "
        "svagt belägg."
    )


def weakness_text(movement: Movement) -> str:
    """Why an arrow is weak; empty where it is not."""
    return "Svagt: utslaget faller bort när p justeras." if movement.weak else ""


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
    NoOutlook.STAND_IN: "Ersätter ett mått som saknas, och får inte stå för det",
    NoOutlook.OVERLAPPING_PERIODS: "Medelvärden över flera år, som delar år med varandra",
    NoOutlook.TOO_SHORT: f"Färre än {FEWEST} år i rad utan brott eller luckor",
    NoOutlook.ENDS_TOO_EARLY: "Siffrorna slutar före året innan utgåvan",
    NoOutlook.NOT_BETTER_THAN_LAST_YEAR: "Prövad, men träffade inte bättre än ”samma som i fjol”",
}


def tried_text(tried: int, drawn: int, total: int) -> str:
    """How many of all series were put to the back-test, and how many of those are drawn."""
    shown = "ingen utblick ritas" if not drawn else "1 utblick ritas" if drawn == 1 else f"{drawn} utblickar ritas"
    return f"{tried} av {total} mått med värden uppfyllde kraven på serien och prövades; {shown}."
