"""One page of a municipality's edition: the place, whom it is compared with, its rows and what is computed once."""

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from lagesbild.assessments import Assessment
from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import Vocabulary
from lagesbild.paths import Paths
from lagesbild.places import COUNTRY, ComparisonGroup, Places
from lagesbild.rules.comparing import Ranking, ranking, totals
from lagesbild.rules.directions import place_trends
from lagesbild.rules.editions import Use, indicator_uses
from lagesbild.sources.snapshot import years_of_all
from lagesbild.statistics.trends import Trend
from lagesbild.swedish.numbers import genitive
from lagesbild.tidy.schema import latest_years


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
    revised: pd.DataFrame = field(repr=False)  # values that a later vintage changed: see `tidy.schema.revisions`

    @property
    def place(self) -> str:
        """The municipality's name."""
        return self.places.name(self.focus)

    @property
    def edition(self) -> str:
        """The municipality's name and the year, as captions say them."""
        return f"{self.place} {self.year}"

    @property
    def county(self) -> str | None:
        """The code of the municipality's region."""
        return self.places.county(self.catalog, self.focus)

    @property
    def group(self) -> ComparisonGroup | None:
        """The municipality's comparison group."""
        return self.places.comparison_group(self.catalog, self.focus)

    @property
    def members(self) -> tuple[str, ...]:
        """The codes of the comparison group, without the municipality itself; none without a group."""
        return self.group.members if self.group else ()

    @property
    def municipalities(self) -> int:
        """How many municipalities there are."""
        return sum(kind == "K" for kind in self.places.kinds.values())

    @cached_property
    def words(self) -> Vocabulary:
        """The words that a claim of the municipality's assessment may use."""
        return Vocabulary(self.catalog, self.places, self.year, self.focus)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The usable yearly values of both sexes, with the cases behind each rate: see `rules.comparing`."""
        return totals(self.table, self.catalog)

    @cached_property
    def latest(self) -> dict[str, int]:
        """Indicator -> the last year with a value in the municipality, for those that have any."""
        return latest_years(self.table, self.focus)

    @cached_property
    def uses(self) -> dict[str, list[Use]]:
        """Indicator -> the figures and priorities of the page that it stands in."""
        return indicator_uses(self.catalog, self.latest, self.page)

    @cached_property
    def asked_of_all(self) -> dict[str, frozenset[int]]:
        """Series of Kolada -> the years that were asked for of every municipality."""
        return years_of_all(self.paths)

    @cached_property
    def trends(self) -> dict[str, Trend]:
        """Indicator -> computed trend in the municipality, for every indicator that has a value there."""
        return place_trends(self.table, self.catalog, self.focus, self.year)

    @cached_property
    def _rankings(self) -> dict[str, Ranking]:
        return {}

    def ranking(self, indicator: str) -> Ranking:
        """The municipality's rank by an indicator, or why it has none; computed once, since a page shows it often."""
        if indicator not in self._rankings:
            entry = self.catalog.indicators[indicator]
            rows = self.totals[self.totals["indicator"] == indicator]
            rows = rows[rows["place"].map(self.places.kinds) == "K"]
            years = self.asked_of_all.get(entry.kolada.id, frozenset()) if entry.kolada else frozenset()
            self._rankings[indicator] = ranking(rows, self.focus, entry, years, self.municipalities)
        return self._rankings[indicator]

    def role(self, code: str) -> str:
        """What a place is to this page: focus, country, region or peer."""
        return {self.focus: "focus", COUNTRY: "country", self.county: "region"}.get(code, "peer")

    def worded(self, text: str) -> str:
        """A catalogue text with the municipality's name and genitive filled in."""
        return text.replace("{place}", self.place).replace("{genitive}", genitive(self.place))

    def remake(self, page: str, indicators: list[str]) -> str:
        """How to make a component again: notebook, parameters, indicators, snapshot."""
        return (
            f"notebooks/{page}.ipynb med municipality={self.focus!r} och year={self.year}; "
            f"indikatorer {', '.join(indicators)}; underlag hämtat {self.vintage}."
        )
