"""What a notebook opens: one page of one municipality's edition."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ..assessments import load_assessment
from ..catalog import load_catalog
from ..exhibits import Shown
from ..paths import Paths, project_paths
from ..places import COUNTRY, load_places
from ..refusals import Refusal
from ..tidy import current, revisions, store, table_at_hand, up_to
from ..tidy.store import manifest_vintages
from . import chapters
from .comparing import comparison
from .figures import ReportFigure
from .highlights import highlights
from .outlooks import outlooks
from .region import RegionalAnalysis, regional_analysis
from .setting import Setting
from .sexes import women_and_men
from .stated import region_claims
from .trend_table import trends

LOOK_BACK = 5  # years before the edition in which at least one series must have a value


class RefusedEdition(Refusal):
    """A municipality or year that no report can be made for, with what to do instead."""


@dataclass(frozen=True)
class Page:
    """One page of a report: what the notebook's cells ask for."""

    name: str
    setting: Setting

    @property
    def focus(self) -> str:
        """The municipality's code."""
        return self.setting.focus

    @property
    def country(self) -> str:
        """The code of the country, Riket."""
        return COUNTRY

    @cached_property
    def group(self) -> list[str]:
        """The codes of the municipality's comparison group, without itself; empty when it has none."""
        return list(self.setting.group.members) if self.setting.group else []

    @property
    def own_and_country(self) -> list[str]:
        """The municipality and the country."""
        return [self.focus, COUNTRY]

    @property
    def peers(self) -> list[str]:
        """The municipality, its comparison group and the country."""
        return [self.focus, *self.group, COUNTRY]

    def figure(self, number: int | str) -> ReportFigure:
        """Figure `number` of the report. Raises KeyError for a number that is not on this page."""
        key = str(number)
        on_page = self.setting.catalog.figures_on(self.name)
        if key not in on_page:
            raise KeyError(f"figure {key} is not on '{self.name}', which has {', '.join(on_page)}.")
        return ReportFigure(key, self.setting.catalog.figures[key], self.setting)

    def header(self) -> Shown:
        """The page's title, its question and the facts of the edition."""
        return chapters.header(self.setting)

    def overview(self) -> Shown:
        """The table of the page's priorities: trend, status, sentence."""
        return chapters.priorities_overview(self.setting)

    def text(self) -> Shown:
        """What people wrote about the page's focus area."""
        return chapters.area_text(self.setting)

    def goals(self) -> Shown:
        """The table of the programme's goals."""
        return chapters.goals_overview(self.setting)

    def areas(self) -> Shown:
        """The table of the five focus areas, each linked to its page."""
        return chapters.areas_overview(self.setting)

    def introduction(self) -> Shown:
        """What people wrote about the report as a whole."""
        return chapters.introduction(self.setting)

    def section(self, priority: str) -> Shown:
        """The start of a priority: heading, status, sentence, what is computed, what is missing."""
        return chapters.section(self.setting, priority)

    def heading(self, title: str, anchor: str) -> Shown:
        """A heading for figures that belong to the page and to no priority."""
        return chapters.heading(self.setting, title, anchor)

    def region(self) -> RegionalAnalysis:
        """The regional support analysis of the region that the municipality belongs to."""
        return regional_analysis(self.setting)

    def projects(self) -> Shown:
        """Projects, assignments and audits of the page's focus area."""
        return chapters.projects(self.setting)

    def plans(self) -> Shown:
        """The state of the underlying plans of the page's focus area."""
        return chapters.plans(self.setting)

    def comparison(self) -> Shown:
        """Each indicator of the page beside country, region, comparison group and all municipalities."""
        return comparison(self.setting)

    def women_and_men(self) -> Shown:
        """Every indicator published by sex with its gap and the gap's trend, and what is not published so."""
        return women_and_men(self.setting)

    def trends(self) -> Shown:
        """The computed trend of every indicator of the report, or why it has none."""
        return trends(self.setting)

    def outlooks(self) -> Shown:
        """Two years ahead where that has worked; else how many were tried and why none is drawn."""
        return outlooks(self.setting)

    def highlights(self) -> Shown:
        """What matters most, in at most six lines chosen by rule, each linked to where it stands."""
        return highlights(self.setting)

    def claims(self) -> Shown:
        """What the region's document claims, held against the figures."""
        return region_claims(self.setting, self.region().assessment)

    def remarks(self) -> Shown:
        """Where the document behind the judgements contradicts itself."""
        return chapters.remarks(self.setting)

    def at_hand(self) -> Shown:
        """For every figure of the report: last year at hand, publisher, and how to fetch newer ones."""
        return chapters.at_hand(self.setting)

    def revisions(self) -> Shown:
        """The values that the publisher has changed since they were first fetched."""
        return chapters.revised_values(self.setting)

    def sources(self) -> Shown:
        """Sources and definitions of everything on the page."""
        return chapters.sources(self.setting)


def open_page(name: str, municipality: str, year: int, root: str | None = None) -> Page:
    """The page `name` of a municipality's edition.

    Builds the tidy table first when it is missing or older than its input. Raises RefusedEdition, UnknownPlace or
    a RecordError, each with value, place and remedy.
    """
    return Page(name, setting_of(project_paths(root), name, municipality, year))


def setting_of(paths: Paths, page: str, municipality: str, year: int) -> Setting:
    """What the page's cells share; checks page, municipality and year before any data is read."""
    catalog = load_catalog(paths)
    if page not in catalog.pages:
        raise RefusedEdition(
            f"page: '{page}' is not in data/catalog/programme.yml. Choose: {', '.join(catalog.pages)}."
        )
    if not isinstance(municipality, str):
        raise RefusedEdition(f'municipality: {municipality!r} is not text. Write the code in quotes, such as "0180".')
    if isinstance(year, bool) or not isinstance(year, int):
        raise RefusedEdition(f"year: {year!r} is not a whole number. Write it without quotes, such as 2024.")
    places = load_places(paths)
    places.municipality(municipality)
    whole = table_at_hand(paths, catalog)
    refuse_without_data(current(whole.rows), municipality, year)
    held = up_to(whole.rows, year)
    table = current(held)
    assessment = load_assessment(paths, municipality, year, catalog)
    store(paths, catalog, whole)  # only now: a refused edition writes nothing
    return Setting(
        paths=paths,
        catalog=catalog,
        places=places,
        assessment=assessment,
        table=table,
        revised=revisions(held),
        focus=municipality,
        year=year,
        page=page,
        vintage=max(manifest_vintages(paths).values(), default="okänt datum"),
    )


def refuse_without_data(table: pd.DataFrame, municipality: str, year: int) -> None:
    """Raises RefusedEdition when no series has a value for the place in `year` or the five years before it."""
    years = table.loc[(table["place"] == municipality) & table["value"].notna(), "year"]
    if years.empty:
        held = table.loc[table["value"].notna(), "place"].nunique()
        raise RefusedEdition(
            f"municipality: '{municipality}' has no values; data/raw holds {held} places. Run 'lagesbild fetch "
            "--places all', or add its code to 'municipalities' in data/catalog/snapshot.yml and run 'lagesbild fetch'."
        )
    earlier = years[years <= year]
    if earlier.empty:
        first = int(years.min())
        raise RefusedEdition(
            f"year: {year} is without data: the first value of {municipality} is of {first}. Choose {first} or later."
        )
    last = int(earlier.max())
    if last < year - LOOK_BACK:
        raise RefusedEdition(
            f"year: {year} is without data: the last value of {municipality} is of {last}. Choose a year up to "
            f"{last + LOOK_BACK}, or run 'lagesbild fetch' for newer figures."
        )
