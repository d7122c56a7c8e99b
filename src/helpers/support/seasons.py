"""Monthly series freed from their seasons. Columns in: `year`, `month` (1-12), `value`; `status` where there is one."""

from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from ..comparisons.usable import usable

FEWEST_MONTHS = 36  # two seasons of each month are needed to tell season from chance; three, to trust it
PERIOD = 12


class NoSeasons(StrEnum):
    """Why a series is not adjusted."""

    NONE = ""
    NO_MONTHS = "no_months"
    TOO_SHORT = "too_short"  # under three unbroken years since the last gap


@dataclass(frozen=True)
class Adjusted:
    """`rows`: year, month, value, adjusted, of the last unbroken run; `run` is how many months that holds."""

    rows: pd.DataFrame = field(repr=False)
    run: int
    reason: NoSeasons = NoSeasons.NONE


def seasonally_adjusted(months: pd.DataFrame) -> Adjusted:
    """The values less their season, in the unit of the series, for the months after its last gap.

    STL, robust (Cleveland and others 1990, Journal of Official Statistics 6; statsmodels). A month without a
    usable value, such as a suspected non-response, is a gap: nothing is filled in.
    """
    known = months[usable(months)].sort_values(["year", "month"])
    number = known["year"] * PERIOD + known["month"] - 1
    if number.duplicated().any():
        twice = known[number.duplicated()].iloc[0]
        raise ValueError(
            f"{twice['year']}-{twice['month']:02d} stands twice. Pass one series: one place, sex and type."
        )
    if known.empty:
        return Adjusted(known.assign(adjusted=known["value"]), 0, NoSeasons.NO_MONTHS)
    last_run = known[(number.diff().fillna(1) != 1).cumsum() == (number.diff().fillna(1) != 1).cumsum().iloc[-1]]
    if len(last_run) < FEWEST_MONTHS:
        return Adjusted(last_run.assign(adjusted=float("nan")), len(last_run), NoSeasons.TOO_SHORT)
    from statsmodels.tsa.seasonal import STL

    found = STL(last_run["value"].to_numpy(float), period=PERIOD, robust=True).fit()
    return Adjusted(last_run.assign(adjusted=last_run["value"].to_numpy(float) - found.seasonal), len(last_run))
