"""The worst and the best rank, and the largest gap between women and men, where they are firm."""

import pandas as pd

from ...comparisons import usable
from ...exhibits.statements import Highlight
from ...trends.context import FEWEST_WEAK
from ...wording.highlights import gap_line, rank_line
from ..ranking import Ranking, ranking
from ..sexes import Gap, place_gaps
from ..values import measure_of
from .spots import Spots

EDGE = 0.1  # a rank is told when it lies in the worst or the best tenth
GAP_YEARS = FEWEST_WEAK  # a register's gap without an interval must be on one side so long: by chance p < 0.01


def ranks(spots: Spots) -> list[Highlight]:
    """The worst and the best rank, where it lies in the worst or the best tenth."""
    found = {id: ranking(spots.setting, id) for id in spots.of}
    placed = {id: one for id, one in found.items() if one.latest and _firm(spots, id, one)}
    if not placed:
        return []
    worst, best = (pick(placed, key=lambda id: _from_best(placed[id])) for pick in (max, min))
    ends = [(worst, _from_best(placed[worst]) >= 1 - EDGE), (best, _from_best(placed[best]) <= EDGE)]
    return [_rank(spots, id, placed[id]) for id, far in ends if far]


def _from_best(found: Ranking) -> float:
    """0 for the first place, 1 for the last."""
    return (found.latest.rank - 1) / max(1, found.latest.n - 1)


def _firm(spots: Spots, id: str, found: Ranking) -> bool:
    """Whether a rank may be told: of late, and not by chance. Without margins only a register's that counts all."""
    if spots.too_old(found.latest.year):
        return False
    if found.plausible:
        return found.plausible[1] - found.plausible[0] <= EDGE * found.latest.n
    entry = spots.setting.catalog.indicators[id]
    return entry.kind == "register" and not entry.population


def _rank(spots: Spots, id: str, found: Ranking) -> Highlight:
    setting = spots.setting
    value = float(spots.own(id)["value"][found.latest.year])
    return spots.line(id, rank_line(measure_of(setting, id), value, found.latest, setting.municipalities), "rank")


def gaps(spots: Spots) -> list[Highlight]:
    """The gap between women and men that is largest beside the mean of the two, among those that can be told."""
    known = {id: gap for id, gap in place_gaps(spots.setting).items() if id in spots.of}
    found = {id: gap for id, gap in known.items() if _can_be_told(spots, id, gap)}
    if not found:
        return []
    id = max(found, key=lambda id: _relative(found[id].latest))
    return [spots.line(id, gap_line(measure_of(spots.setting, id), found[id].latest), "gap")]


def _relative(row: pd.Series) -> float:
    return 2 * abs(row["value"]) / (row["women"] + row["men"])


def _can_be_told(spots: Spots, id: str, gap: Gap) -> bool:
    """Whether the interval leaves out zero; without one, whether a register's gap was long on the same side."""
    row, entry = gap.latest, spots.setting.catalog.indicators[id]
    if spots.too_old(int(row["year"])) or row["women"] + row["men"] <= 0:
        return False
    if pd.notna(row["real"]):
        return bool(row["real"])
    return entry.kind == "register" and _long_on_one_side(spots, id, int(row["year"]))


def _long_on_one_side(spots: Spots, id: str, year: int) -> bool:
    rows, month = spots.setting.series[id], spots.setting.catalog.indicators[id].month or 0
    rows = rows[(rows["place"] == spots.setting.focus) & (rows["group"] == "") & (rows["month"] == month)]
    sides = rows[usable(rows)].pivot(index="year", columns="sex", values="value")
    lately = (sides["K"] - sides["M"]).reindex(range(year - GAP_YEARS + 1, year + 1))
    return bool((lately > 0).all() or (lately < 0).all())
