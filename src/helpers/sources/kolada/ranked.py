"""The newest years of a series that so many municipalities have values for that a rank says something."""

from collections.abc import Sequence

from ..adapter import Asked, Scope
from .figures import Row
from .gathering import Gatherer, Gathering
from .paging import in_batches
from .plan import Part

KEPT = 2  # complete years; two, since an edition of last year must find its own
ROUNDS = 2  # of KEPT years each: a newest year that few municipalities have is no reason to go on for ever


def add_ranks(gatherer: Gatherer, ranked: Sequence[Gathering], scope: Scope) -> None:
    """Add to each series the rows of all municipalities in its newest complete years, both sexes together."""
    found: dict[str, list[Row]] = {one.wanted.id: [] for one in ranked}
    for turn in range(ROUNDS):
        for years, group in _by_years(ranked, found, turn, scope).items():
            for batch in in_batches(group):
                for id, rows in gatherer.rows_of(batch, Part(None, years)).items():
                    found[id] += rows
    others = frozenset(scope.municipalities) - frozenset(scope.places or ())
    for one in ranked:
        rows = found[one.wanted.id]
        complete = complete_years(rows, scope.municipalities)
        one.rows += [row for row in rows if row[0] in others and row[1] in complete and row[3] == "T"]
        one.asked.append(Asked(complete, others, frozenset("T")))


def complete_years(rows: Sequence[Row], municipalities: Sequence[str]) -> frozenset[int]:
    """The newest complete years, at most KEPT: half of the municipalities or more have a value."""
    wanted = set(municipalities)
    have: dict[int, set[str]] = {}
    for row in rows:
        if row[3] == "T" and _has_value(row) and row[0] in wanted:
            have.setdefault(row[1], set()).add(row[0])
    complete = [year for year, places in have.items() if 2 * len(places) >= len(wanted)]
    return frozenset(sorted(complete, reverse=True)[:KEPT])


def _by_years(
    ranked: Sequence[Gathering], found: dict[str, list[Row]], turn: int, scope: Scope
) -> dict[tuple[int, ...], list[Gathering]]:
    """The years to ask for in this round -> the series that still lack complete ones."""
    groups: dict[tuple[int, ...], list[Gathering]] = {}
    for one in ranked:
        if len(complete_years(found[one.wanted.id], scope.municipalities)) < KEPT:
            newest = sorted({row[1] for row in one.rows if _has_value(row)}, reverse=True)
            if years := tuple(newest[turn * KEPT : (turn + 1) * KEPT]):
                groups.setdefault(years, []).append(one)
    return groups


def _has_value(row: Row) -> bool:
    return row[5] == row[5]  # not NaN
