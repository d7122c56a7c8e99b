"""What a notebook opens: one page of a municipality's edition, or of a region's, with its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import pandas as pd

from helpers.rows import measure_of
from lagesbild.assessments.load import load_assessment
from lagesbild.assessments.models import Assessment, Claim
from lagesbild.catalog.models import Catalog, Figure, Region
from lagesbild.claims.language import Vocabulary
from lagesbild.errors import Refusal
from lagesbild.html.components import ClaimResult
from lagesbild.paths import Paths, project_paths
from lagesbild.places import COUNTRY, ComparisonGroup, Places
from lagesbild.rules.comparing import Ranking, comparable, ranking
from lagesbild.rules.directions import movements
from lagesbild.rules.editions import Edition, edition_of, in_order
from lagesbild.rules.judgements import Judgements
from lagesbild.rules.register import Written, region_of, written_of
from lagesbild.rules.uses import Use, drawn_indicators, indicator_pages, indicator_uses
from lagesbild.statistics.direction import Movement
from lagesbild.swedish.headings import measure_heading
from lagesbild.swedish.names import Naming, official_name
from lagesbild.swedish.statements import PARTS
from lagesbild.tidy.rows import Rows
from lagesbild.tidy.schema import completed, latest_years

TOTAL, POPULATION = "fte_total", "population_20_64"


class UnknownChoice(Refusal, KeyError):
    """A figure, priority or region that the page or the catalogue does not have, with those that it has."""

    __str__ = Refusal.__str__


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """One page of one municipality's edition.

    `data` holds the edition's rows, none of a later year, one row a year: the tidy table's columns and `name`. Every
    place of the snapshot is there; each of `peers` has a row for every year and sex of a series that any of them has,
    with an empty value and the status "missing" where nothing is published. `months` holds single months, 1-12.
    """

    page: str
    place: str  # the municipality's code
    year: int
    paths: Paths
    catalog: Catalog
    geography: Places
    assessment: Assessment | None
    group: ComparisonGroup | None
    data: pd.DataFrame
    months: pd.DataFrame
    judged: Judgements  # directions, differences and ranks of every municipality: see `rules.judgements`
    revised: pd.DataFrame  # values that a later vintage changed: see `tidy.schema.revisions`
    vintage: str  # date of the snapshot

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.page!r}, {self.name} {self.year}, {len(self.data)} rows)"

    @property
    def name(self) -> str:
        """The municipality's name."""
        return self.geography.name(self.place)

    @property
    def edition(self) -> str:
        """The municipality's name and the year, as captions say them."""
        return f"{self.name} {self.year}"

    @property
    def similar(self) -> list[str]:
        """The codes of the comparison group, without the municipality itself; empty without a group."""
        return list(self.group.members) if self.group else []

    @property
    def peers(self) -> list[str]:
        """The codes of the municipality, its comparison group and the country, in that order."""
        return [self.place, *self.similar, COUNTRY]

    @property
    def county(self) -> str | None:
        """The code of the municipality's region."""
        return self.geography.county(self.catalog, self.place)

    def rows_of(self, places: Iterable[str]) -> pd.DataFrame:
        """The rows of `data` for these places, completed as it is for `peers`, in the order asked for.

        Raises UnknownPlace for a name, for a code that no place has, and for one text in place of a list.
        """
        codes = self.geography.codes(places)
        rows = completed(self.data[self.data["place"].isin(codes)], codes)
        rows = rows.assign(name=rows["place"].map(self.geography.names))
        return in_order(rows, self.catalog, codes)

    def figure(self, number: int | str) -> Figure:
        """The catalogue's entry of a figure of this page. Raises UnknownChoice with the figures that the page has."""
        numbers = self.catalog.figures_on(self.page)
        if str(number) not in numbers:
            have = ", ".join(numbers) or "none"
            raise UnknownChoice(f"figure {number}: '{self.page}' has {have}. For a figure of your own use show_plot.")
        return self.catalog.figures[str(number)]

    def measures(self, number: int | str, dots: bool = False) -> list[str]:
        """The indicators that a figure draws in the municipality: its own measure, else what stands in for it.

        With `dots`, also those with a few published values of the own measure, where it stands in. Empty when the
        municipality has no value of any: the figure is then a card. Raises as `figure`.
        """
        entry = self.figure(number)
        beside = [name for name in entry.dots if name in self.latest] if dots and not self.has_own(number) else []
        return [*drawn_indicators(entry, self.latest), *beside]

    def has_own(self, number: int | str) -> bool:
        """Whether the municipality has a value of the figure's own measure. Raises as `figure`."""
        entry = self.figure(number)
        own = [*entry.measure, *(entry.stand_in if entry.derived else ())]
        return any(indicator in self.latest for indicator in own)

    @cached_property
    def latest(self) -> dict[str, int]:
        """Indicator -> the last year in which the municipality has a value."""
        return latest_years(self.data, self.place)

    @cached_property
    def by_indicator(self) -> Rows:
        """`data` by indicator and place."""
        return Rows(self.data)

    def everybody(self, indicator: str) -> pd.DataFrame:
        """The rows of an indicator that count everybody, of `peers`."""
        rows = self.by_indicator.of(indicator, *self.peers)
        return rows[rows["sex"] == "T"]

    @cached_property
    def movements(self) -> dict[str, Movement]:
        """Indicator -> what it has done in the municipality, for every indicator that has a value there."""
        return movements(self.judged.directions, self.place)

    @property
    def directions(self) -> pd.DataFrame:
        """The municipality's row of each indicator's direction, everybody's: see `statistics.direction`."""
        return self._own(self.judged.directions)

    @property
    def differences(self) -> pd.DataFrame:
        """The municipality minus riket ("0000"), region and comparison group: see `statistics.differences`."""
        return self._own(self.judged.differences)

    @property
    def changes(self) -> pd.DataFrame:
        """The municipality's change between the last two times of each survey: see `statistics.surveys`."""
        return self._own(self.judged.changes)

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[(rows["place"] == self.place) & (rows["sex"] == "T")]

    def noise(self, indicator: str) -> pd.DataFrame:
        """Every municipality's difference to riket with how much it uses to swing, for `place_differences`.

        Raises UnknownChoice for an indicator that is not compared: one unknown, or one that counts persons or cases.
        """
        rows = self.judged.of("differences", indicator)
        if rows.empty:
            near = get_close_matches(indicator, sorted(self.judged.rows["differences"].indicators), n=1, cutoff=0)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise UnknownChoice(f"indicator: '{indicator}' is compared with no other place.{hint}")
        return rows[(rows["sex"] == "T") & (rows["other"] == COUNTRY)]

    def ranking(self, indicator: str) -> Ranking:
        """The municipality's rank by an indicator, or why it has none."""
        return ranking(self.judged.of("ranks", indicator), indicator, self.place)

    @property
    def uses(self) -> dict[str, list[Use]]:
        """Indicator -> the figures and priorities of the page that it stands in."""
        return indicator_uses(self.catalog, self.latest, self.page)

    @property
    def compared(self) -> list[str]:
        """The indicators of the page that may be compared between places: no numbers of persons or cases."""
        return comparable(self.catalog, self.uses)

    @property
    def ranked(self) -> list[str]:
        """The indicators of any figure or priority of the report that have a value for the municipality."""
        return [indicator for indicator in indicator_pages(self.catalog) if indicator in self.latest]

    @property
    def before(self) -> Assessment | None:
        """What people judged in the edition of the year before; None without one."""
        return load_assessment(self.paths, self.place, self.year - 1, self.catalog)

    @cached_property
    def words(self) -> Vocabulary:
        """The words that a claim of the municipality's assessment may use."""
        return Vocabulary(self.catalog, self.geography, self.year, self.place)

    @cached_property
    def tested(self) -> dict[Claim, ClaimResult]:
        """What became of each claim of the municipality's assessment that a cell has asked for."""
        return {}

    @cached_property
    def naming(self) -> Naming:
        """How texts name the municipality: the programme's own titles only where it has judged something."""
        official = official_name(self.catalog, self.place, self.name)
        return Naming(self.name, official, judged=self.assessment is not None)

    @property
    def official(self) -> str:
        """What the municipality is called officially: "Umeå kommun", "Stockholms stad"."""
        return self.naming.official

    def worded(self, text: str) -> str:
        """A catalogue text with the municipality's names filled in."""
        return self.naming.worded(text)

    def priority_title(self, priority: str) -> str:
        """What a priority is called for the municipality: see `Naming.title`."""
        return self.naming.title(self.catalog.priorities[priority])

    def page_title(self) -> str:
        """What the page is called for the municipality: see `Naming.title`."""
        return self.naming.title(self.catalog.pages[self.page])

    def role(self, code: str) -> str:
        """What a place is to this page: focus, country, region, peer, or added by the notebook."""
        return self._roles.get(code, "added")

    @cached_property
    def _roles(self) -> dict[str | None, str]:
        named = {self.place: "focus", COUNTRY: "country", self.county: "region"}
        return dict.fromkeys(self.peers, "peer") | named

    def said(self, indicator: str, rows: pd.DataFrame) -> str:
        """The heading of some of the indicator's rows in `data`; empty where none has a value."""
        rows = rows.assign(role=[self.role(code) for code in rows["place"]])
        return measure_heading(measure_of(self.catalog, indicator), rows, self.judged, self.year)


@dataclass(frozen=True, eq=False, repr=False)
class RegionReport(Report):
    """The regional support analysis. `data` is completed for the region's places too."""

    slug: str = ""  # the region's name in data/catalog/regions.yml; empty for a municipality without a region
    region: Region | None = None
    own: bool = False  # the report is the region's, not the municipality's
    written: Written | None = field(default=None)  # the region's own material up to the year

    @property
    def members(self) -> list[str]:
        """The codes of the members, in the catalogue's order; empty without a region."""
        return self.region.members if self.region else []

    @property
    def places(self) -> list[str]:
        """The codes of the members, then of the comparisons."""
        return [*self.members, *self.region.comparisons] if self.region else []

    @property
    def support_types(self) -> list[str]:
        """The types of support, in the order of the tables, without the total."""
        return [name for name in self.catalog.parts["R4"].indicators if name not in (TOTAL, POPULATION)]

    @property
    def drawn_place(self) -> str:
        """The place whose months are drawn: the municipality, else the first of the region that has any; or empty."""
        have = set(self.months.loc[self.months["value"].notna() & (self.months["indicator"] == TOTAL), "place"])
        return next((code for code in (self.place, *self.places) if code in have and code in self.places), "")

    def role(self, code: str) -> str:
        """What a place is to this page: focus, country, or one of the region's places, which are peers."""
        return "peer" if code in self.places and code != self.place else super().role(code)

    def long(self, table: pd.DataFrame, year: int) -> pd.DataFrame:
        """A table (index `place`, a column a part) as chart rows of `year`: one a place and column, empty ones too.

        A column that is an indicator's keeps its name as `indicator` and its label; a sum, the population and a change
        have the words of PARTS, others are their own label. `subject` is what a sentence calls a column.
        """
        if table.index.nlevels > 1:
            raise ValueError(f"long: the index is {list(table.index.names)}. Choose one year, so that it is the place.")
        rows = table.rename_axis(index="place", columns="indicator").stack(future_stack=True).rename("value")
        rows = rows.reset_index().assign(year=year, month=0, sex="T", group="")
        entries = self.catalog.indicators
        labels = {name: entry.label for name, entry in entries.items()} | PARTS
        subjects = {name: entry.subject for name, entry in entries.items()} | PARTS
        return rows.assign(
            name=rows["place"].map(self.geography.names),
            label=[labels.get(name, name) for name in rows["indicator"]],
            subject=[subjects.get(name, name) for name in rows["indicator"]],
            role=[self.role(code) for code in rows["place"]],
            status=rows["value"].isna().map({True: "missing", False: ""}),
            vintage="",
            margin=float("nan"),
            count=float("nan"),
        )


def open_report(page: str, municipality: str, year: int, root: str | None = None) -> Report:
    """The page `page` of a municipality's edition.

    Builds the tidy table first when it is missing or older than its input. Raises RefusedEdition, UnknownPlace or
    a RecordError, each with value, place and remedy.
    """
    paths = project_paths(root)
    return Report(**_opened(paths, edition_of(paths, page, municipality, year), page, municipality, year))


def open_region(municipality: str, year: int, region: str = "", root: str | None = None) -> RegionReport:
    """The regional support analysis of the region `region`; without one, of the first that the municipality is in.

    A municipality without a region gives a report without places. Raises as `open_report`, and UnknownChoice for a
    region that data/catalog/regions.yml does not hold.
    """
    paths = project_paths(root)
    edition = edition_of(paths, "regional_support", municipality, year)
    regions = edition.catalog.regions
    if region and region not in regions:
        near = get_close_matches(region, regions, n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        choose = f"Choose: {', '.join(regions)}."
        raise UnknownChoice(f"region: '{region}' is not in data/catalog/regions.yml. {hint}{choose}")
    slug = region or region_of(edition.catalog, municipality)
    entry = regions.get(slug)
    return RegionReport(
        **_opened(paths, edition, "regional_support", municipality, year, slug),
        slug=slug,
        region=entry,
        own=bool(region),
        written=written_of(paths, slug, year, edition.catalog) if entry else None,
    )


def _opened(
    paths: Paths, edition: Edition, page: str, municipality: str, year: int, region: str = ""
) -> dict[str, Any]:
    """The fields of a report; the places of a `region` are completed as the peers are."""
    catalog, places = edition.catalog, edition.places
    return {
        "page": page,
        "place": municipality,
        "year": year,
        "paths": paths,
        "catalog": catalog,
        "geography": places,
        "assessment": edition.assessment,
        "group": places.comparison_group(catalog, municipality),
        "data": edition.rows_for(municipality, region),
        "months": edition.months,
        "judged": edition.judged,
        "revised": edition.revised,
        "vintage": edition.vintage,
    }
