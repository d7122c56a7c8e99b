"""Published parts held against their published total."""

from enum import StrEnum

import numpy as np
import pandas as pd

from ..comparisons.usable import usable

FIRST_DISTURBED_YEAR = 2025  # from then on Statistics Sweden adds noise to counts (Cell Key Method)


class PartsVerdict(StrEnum):
    """How published parts stand to their published total."""

    AGREE = "agree"
    REMAINDER = "remainder"  # the parts leave something out: say so, never fill it in
    DISTURBED = "disturbed"  # a small difference that added noise explains: warn
    EXCEED = "exceed"  # the parts are more than the whole: refuse
    INCOMPLETE = "incomplete"  # a part is missing, so there is no remainder


def parts_against_total(
    parts: pd.DataFrame, totals: pd.DataFrame, types: int, tolerance: float = 0.005
) -> pd.DataFrame:
    """`place`, `year`, `parts` (their sum), `total`, `percent` (parts of total) and `verdict`, one row a
    place and year.

    `types` is how many parts there should be, `tolerance` the share of the total that is put down to
    rounding (at least one unit a part) and, from 2025, to the publisher's noise.
    """
    at = ["place", "year"]
    parts = parts.assign(value=parts["value"].where(usable(parts)))
    summed = parts.groupby(at)["value"].agg(parts="sum", have="count").reset_index()
    out = totals[[*at, "value"]].rename(columns={"value": "total"}).merge(summed, on=at, how="left")
    slack = np.maximum(tolerance * out["total"], types)
    over = out["parts"] - out["total"]
    complete = (out["have"] == types) & out["total"].notna()
    noisy = (out["year"] >= FIRST_DISTURBED_YEAR) & (over.abs() <= slack) & (over.abs() > 0)
    verdict = pd.Series(str(PartsVerdict.AGREE), index=out.index, dtype="str")
    for found, name in (
        (over < -slack, PartsVerdict.REMAINDER),
        (noisy, PartsVerdict.DISTURBED),
        (~complete, PartsVerdict.INCOMPLETE),
        (over > slack, PartsVerdict.EXCEED),  # even with a part missing
    ):
        verdict = verdict.mask(found, str(name))
    percent = 100 * out["parts"] / out["total"].where(out["total"] > 0)
    return out.assign(percent=percent, verdict=verdict)[[*at, "parts", "total", "percent", "verdict"]]


def refuse_parts_over_total(checked: pd.DataFrame) -> None:
    """Raises ValueError, naming place, year and percent, where parts exceed their total."""
    over = checked[checked["verdict"] == PartsVerdict.EXCEED]
    if len(over):
        row = over.iloc[0]
        raise ValueError(
            f"place {row['place']}, {row['year']}: the parts are {row['percent']:.0f} % of their total. "
            "Leave the year out in the catalogue (left_out) and say so, or correct the rows."
        )
