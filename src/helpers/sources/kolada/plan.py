"""Which requests bring a part of the figures with the fewest calls."""

from dataclasses import dataclass
from math import ceil, prod

from ..adapter import Scope
from .paging import PER_PAGE, in_batches

ALL_AREAS = 312  # municipalities, regions and the country, for counting pages
ALL_YEARS = 35  # more than any series has, for counting pages


@dataclass(frozen=True)
class Part:
    """A part of the cube asked for in one request a batch of series: None leaves the segment out."""

    places: tuple[str, ...] | None
    years: tuple[int, ...] | None

    def path(self, ids: list[str]) -> str:
        """The path of the request for the series `ids`."""
        path = f"data/kpi/{','.join(ids)}"
        if self.places is not None:
            path += f"/municipality/{','.join(self.places)}"
        return path if self.years is None else f"{path}/year/{','.join(map(str, self.years))}"

    def pages(self, series: int) -> int:
        """At most so many pages come back for `series` series."""
        places = ALL_AREAS if self.places is None else len(self.places)
        years = ALL_YEARS if self.years is None else len(self.years)
        return max(1, ceil(prod((series, places, years)) / PER_PAGE))


def parts(scope: Scope, series: int) -> list[Part]:
    """The parts that cover the scope with the fewest calls, counted for a batch of `series` series.

    Kolada takes any two of series, places and years, 25 of each: leaving one out saves requests but
    brings rows, and so pages, that nobody asked for.
    """
    years = [tuple(batch) for batch in in_batches(list(scope.years))]
    all_areas = [Part(None, batch) for batch in years]
    if scope.places is None:
        return all_areas
    places = [tuple(batch) for batch in in_batches(list(scope.places))]
    each = [Part(chosen, batch) for chosen in places for batch in years]
    all_years = [Part(chosen, None) for chosen in places]
    return min((each, all_years, all_areas), key=lambda option: sum(part.pages(series) for part in option))
