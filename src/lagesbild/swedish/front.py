"""What the front page says: the lines of *Det viktigaste*, the arrows of the areas, and its fixed sentences."""

import re
from collections.abc import Collection

import pandas as pd

from lagesbild.catalog.models import Indicator, Target
from lagesbild.rules.comparing import Placing
from lagesbild.statistics.combined import Arrow
from lagesbild.statistics.direction import Movement
from lagesbild.swedish.findings import Measure, rank_text
from lagesbild.swedish.numbers import listed
from lagesbild.swedish.verdicts import Sign
from lagesbild.swedish.words import Standing, among_words, capital, count_words, order_words

# The headings: without an assessment an area is a theme, not somebody's focus.

GOALS = "Inriktningsmål"
AREAS = {True: "Fokusområden", False: "Områden"}  # whether anybody has judged
ABOUT = "Om rapporten"

# The areas: the arrow of their measures in a few words, and a plan without money.

ARROW_WORDS = {
    Arrow.UP: Sign("↗", "Har blivit bättre", "good"),
    Arrow.DOWN: Sign("↘", "Har blivit sämre", "bad"),
    Arrow.UNCHANGED: Sign("→", "Ingen tydlig ändring"),
    Arrow.MIXED: Sign("→", "Både bättre och sämre"),
    Arrow.NONE: Sign("", "För få mått för en pil"),
}
NO_ARROW = Sign("", "Ingen pil: jämställdhet ryms inte i ett mått")
NO_FIGURE = "Inget av områdets mått har siffror än."
NOT_JUDGED = "Här står bara vad statistiken visar: {municipality} har inte lagt in några egna bedömningar."
ADD_THEM = "Så läggs de in"


def reach_text(last: int | None) -> str:
    """The last year of the figures behind an arrow; empty without one."""
    return "" if last is None else f"siffror till {last}"


def unfunded_mark(plans: Collection[str]) -> str:
    """How many of an area's plans have no money: "En plan saknar pengar"; empty where none lacks it."""
    return f"{counted_plans(len(plans))} saknar pengar" if plans else ""


def counted_plans(number: int) -> str:
    """Plans at the start of a sentence: "En plan", "Två planer"."""
    return "En plan" if number == 1 else f"{capital(count_words(number))} planer"


# The pages that the front page leads on to: file, name, what a reader finds there.

WAYS = (
    ("indikatorer.html", "Indikatorer", "alla mått med värde, riktning och plats i landet"),
    ("folja_upp.html", "Att följa upp", "vad som är kvar att göra, bestämma och mäta"),
    ("lattlast.html", "Lättläst", "rapporten i korta meningar"),
    ("metod.html", "Metod", "hur siffror, pilar och jämförelser är gjorda"),
    ("underlaget.html", "Underlaget", "vad som finns, vad som fattas och hur det läggs in"),
)

# The lines of *Det viktigaste*: each goes on where the name of what it is about ends, and the two are one sentence.

TITLE = "Det viktigaste"
NOTHING = "Inget mått har ändrats så tydligt, eller ligger så säkert sämre än i riket, att det nämns här."


def status_line(before: str, now: str, year: int) -> str:
    """A status that changed: "har gått från Enligt plan 2023 till Mer arbete krävs 2024."."""
    return f" har gått från {before} {year - 1} till {now} {year}."


def target_line(measure: Measure, target: Target, value: float, year: int, met: bool) -> str:
    """A target that was met or lost, with the value and who set it."""
    verb = "nådde målet" if met else "når inte längre målet"
    reached = f" {verb} {measure.period(year)}: {measure.amount(value)} mot målets {measure.number(target.value)}"
    return f"{reached} ({target.set_by})."


def moved_line(movement: Movement, measure: Measure, ends: tuple[float, float], edition: int) -> str:
    """A movement with the values of its first and last year, and that it is the clearest; past tense when it is old."""
    first, last = (measure.period(year) for year in movement.span)
    now = present(movement.span[1], edition)
    verb = ("har ökat" if now else "ökade") if movement.sign > 0 else ("har minskat" if now else "minskade")
    values = f"från {measure.number(ends[0])} till {measure.amount(ends[1])} mellan {first} och {last}"
    return f" {verb} {values}, den tydligaste {'förbättringen' if movement.good else 'försämringen'} i rapporten."


def worst_line(measure: Measure, placing: Placing, ties: int, municipalities: int, edition: int) -> str:
    """The value and its place from the last: "var 9,0 procent 2022, tredje högst bland landets kommuner"."""
    is_now = "är" if present(placing.year, edition) else "var"
    rank = place_text(measure.indicator, placing, ties, municipalities)
    value = f"{measure.amount(placing.value)} {measure.period(placing.year)}"
    than = "högre" if measure.indicator.better == "lower" else "lägre"
    return f" {is_now} {value}, {rank} och säkert {than} än i riket."


def place_text(entry: Indicator, placing: Placing, ties: int, municipalities: int) -> str:
    """The place in words where it is one of the last ten, else its number. `ties` municipalities share the rank."""
    order = order_words(Standing(placing.rank, placing.n, entry.better, ties))
    if order:
        return f"{order} {among_words(placing.n, entry)}"
    return rank_text(placing.rank, placing.n, entry, municipalities)


def gap_line(measure: Measure, gap: pd.Series, edition: int) -> str:
    """The gap as both sexes' values; `gap` is a row of `Judgements.differences`, women beside men."""
    is_now = "är" if present(int(gap["year"]), edition) else "var"
    women, men, period = measure.amount(gap["value"]), measure.number(gap["other_value"]), measure.period(gap["year"])
    values = f"{women} för kvinnor och {men} för män {period}"
    return f" {is_now} {values}, den största skillnaden mellan kvinnor och män i rapporten."


def unfunded_line(plans: Collection[str]) -> str:
    """The names of the plans without money, whose number stands before them."""
    return f" saknar pengar enligt kommunen: {listed(list(plans))}."


def present(year: int, edition: int) -> bool:
    """Whether a value of `year` is told in the present tense."""
    return year >= edition - 1


LONGEST = 240  # characters of people's summary in a line; the whole stands on its page


def first_sentences(text: str) -> str:
    """As many whole sentences of `text` as a line has room for, at least the first."""
    first, *others = re.split(r"(?<=[.!?])\s+", text.strip())
    for other in others:
        if len(f"{first} {other}") > LONGEST:
            break
        first = f"{first} {other}"
    return first
