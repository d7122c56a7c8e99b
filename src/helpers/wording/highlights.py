"""The lines of *Det viktigaste* in Swedish: the value first, and a weak trend called weak."""

import pandas as pd

from ..catalog.models import Target
from ..trends import Trend
from .findings import Measure
from .numbers import decimal
from .sources import period_text
from .verdicts import verdict_sign

TITLE = "Det viktigaste"
NOTHING = "Ingen bedömning har ändrats och inget mått har rört sig så tydligt att regeln nämner det."
NOTE = (
    "Högst sex rader, valda efter regel och inte av någon: ändrad lägesbild, mål som nåtts eller tappats, den tydligaste "
    "försämringen och förbättringen, plats i landets sämsta eller bästa tiondel, största gapet mellan kvinnor och män. "
    "Regler utan tydligt utslag ger ingen rad."
)


def status_line(before: str, now: str, year: int) -> str:
    """A status that changed: "från Enligt plan 2023 till Mer arbete krävs 2024."."""
    return f"lägesbilden har gått från {before} {year - 1} till {now} {year}."


def target_line(measure: Measure, target: Target, row: pd.Series, met: bool) -> str:
    """A target that was met or lost, with the value and who set it."""
    period = period_text(measure.indicator, int(row["year"]))
    verb = "målet nåddes" if met else "målet nås inte längre"
    return f"{verb} {period}: {measure.amount(row['value'])}, målet är {measure.amount(target.value)} ({target.set_by})."


def trend_line(trend: Trend, measure: Measure, ends: tuple[float, float], turned: bool) -> str:
    """A trend with the values of its first and last year; weak and turned are said."""
    first, last = (period_text(measure.indicator, year) for year in (trend.first_year, trend.last_year))
    words = verdict_sign(trend).words.lower()
    verb = f"trenden har vänt, {words}" if turned else words
    return f"{verb}, från {decimal(ends[0], measure.decimals)} {first} till {measure.amount(ends[1])} {last}."


def rank_line(measure: Measure, value: float, year: int, rank: int, n: int) -> str:
    """The value, then the rank; a rank is never called progress."""
    end = "bästa" if 2 * rank <= n else "sämsta"
    period = period_text(measure.indicator, year)
    return f"{measure.amount(value)} {period}, bland den {end} tiondelen (plats {rank} av {n})."


def gap_line(measure: Measure, women: float, men: float, year: int) -> str:
    """The gap as both sexes' values."""
    period = period_text(measure.indicator, year)
    return (
        f"{measure.amount(women)} för kvinnor och {decimal(men, measure.decimals)} för män {period}, rapportens största "
        "gap i förhållande till nivån."
    )
