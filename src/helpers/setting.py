"""What every part of a page knows: place, edition, whom it is compared with, and the rows it may show."""

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from lagesbild.assessments import Assessment
from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths
from lagesbild.places import COUNTRY, ComparisonGroup, Places
from lagesbild.rules.directions import place_trends
from lagesbild.sources.snapshot import years_of_all
from lagesbild.statistics.trends import Trend
from lagesbild.swedish.numbers import genitive


@dataclass(frozen=True)
class Setting:
    """One municipality's edition. `table` holds current vintages only, and no year after the edition's."""

    paths: Paths
    catalog: Catalog
    places: Places
    assessment: Assessment | None
    table: pd.DataFrame = field(repr=False)
    focus: str
    year: int
    page: str
    vintage: str  # date of the snapshot
    revised: pd.DataFrame = field(repr=False)  # values that a later vintage changed, see tidy.revisions

    @property
    def place(self) -> str:
        """The municipality's name."""
        return self.places.name(self.focus)

    @property
    def county(self) -> str | None:
        """The code of the municipality's region."""
        return self.places.county(self.catalog, self.focus)

    @property
    def group(self) -> ComparisonGroup | None:
        """The municipality's comparison group."""
        return self.places.comparison_group(self.catalog, self.focus)

    @property
    def municipalities(self) -> int:
        """How many municipalities there are."""
        return sum(kind == "K" for kind in self.places.kinds.values())

    @cached_property
    def series(self) -> dict[str, pd.DataFrame]:
        """Indicator -> its rows in the table."""
        return {str(id): rows for id, rows in self.table.groupby("indicator")}

    @cached_property
    def asked_of_all(self) -> dict[str, frozenset[int]]:
        """Series of Kolada -> the years that were asked for of every municipality."""
        return years_of_all(self.paths)

    @cached_property
    def trends(self) -> dict[str, Trend]:
        """Indicator -> computed trend in the municipality, for every indicator that has a value there."""
        return place_trends(self.table, self.catalog, self.focus, self.year)

    @cached_property
    def rankings(self) -> dict[str, object]:
        """Indicator -> its ranking, filled by `ranking` as it is asked for: a page asks for each many times."""
        return {}

    def role(self, code: str) -> str:
        """What a place is to this page: focus, country, region or peer."""
        return {self.focus: "focus", COUNTRY: "country", self.county: "region"}.get(code, "peer")

    def worded(self, text: str) -> str:
        """A catalogue text with the municipality's name and genitive filled in."""
        return text.replace("{place}", self.place).replace("{genitive}", genitive(self.place))

    def remake(self, page: str, indicators: list[str]) -> str:
        """How to make an exhibit again: notebook, parameters, indicators, snapshot."""
        return (
            f"notebooks/{page}.ipynb med municipality={self.focus!r} och year={self.year}; "
            f"indikatorer {', '.join(indicators)}; underlag hämtat {self.vintage}."
        )
