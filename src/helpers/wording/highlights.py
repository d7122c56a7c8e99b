"""The lines of *Det viktigaste* in Swedish: the value first, and a weak trend called weak."""

from typing import Protocol

import pandas as pd

from ..trends import Trend
from .comparisons import rank_text
from .findings import Measure
from .numbers import decimal
from .sources import period_text
from .verdicts import verdict_sign

TITLE = "Det viktigaste"
NOTHING = "Ingen bedömning har ändrats och inget mått har rört sig så tydligt att regeln nämner det."
NOTE = (
    "Högst sex rader, valda efter regel: ändrad lägesbild, mål som nåtts eller tappats, den tydligaste försämringen "
    "och förbättringen, plats i landets sämsta eller bästa tiondel, största gapet mellan kvinnor och män. En regel "
    "utan tydligt utslag ger ingen rad."
)


class Placed(Protocol):
    """A rank among so many, in a year."""

    year: int
    rank: int
    n: int


def status_line(before: str, now: str, year: int) -> str:
    """A status that changed: "från Enligt plan 2023 till Mer arbete krävs 2024."."""
    return f"lägesbilden har gått från {before} {year - 1} till {now} {year}."


def target_line(measure: Measure, value: float, year: int, met: bool) -> str:
    """A target that was met or lost, with the value and who set it."""
    period, target = period_text(measure.indicator, year), measure.indicator.target
    verb = "målet nåddes" if met else "målet nås inte längre"
    return f"{verb} {period}, {measure.amount(value)}. Målet är {measure.amount(target.value)} ({target.set_by})."


def trend_line(trend: Trend, measure: Measure, ends: tuple[float, float], turned: bool) -> str:
    """A trend with the values of its first and last year; weak and turned are said."""
    first, last = (period_text(measure.indicator, year) for year in (trend.first_year, trend.last_year))
    words = verdict_sign(trend).words.lower()
    verb = f"trenden har vänt, {words}" if turned else words
    return f"{verb}, från {measure.amount(ends[0])} {first} till {measure.amount(ends[1])} {last}."


def rank_line(measure: Measure, value: float, placed: Placed, municipalities: int) -> str:
    """The value, then the rank; a rank is never called progress."""
    end = "bästa" if 2 * placed.rank <= placed.n else "sämsta"
    period = period_text(measure.indicator, placed.year)
    rank = rank_text(placed.rank, placed.n, measure.indicator, municipalities)
    return f"{measure.amount(value)} {period}, i den {end} tiondelen: {rank}."


def gap_line(measure: Measure, gap: pd.Series) -> str:
    """The gap as both sexes' values; `gap` is a row of `gender_gap`."""
    period = period_text(measure.indicator, int(gap["year"]))
    men = decimal(gap["men"], measure.decimals)
    both = f"{measure.amount(gap['women'])} för kvinnor och {men} för män {period}"
    return f"{both}. Räknat mot nivån är det störst av de gap som är säkra nog att nämna."
