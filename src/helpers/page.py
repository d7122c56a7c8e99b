"""What a notebook opens: one page of one municipality's edition."""

from dataclasses import dataclass
from functools import cached_property

from helpers import basis, sections
from helpers.compare import comparison, women_and_men
from helpers.figures import ReportFigure
from helpers.highlights import highlights, outlooks
from helpers.region.analysis import RegionalAnalysis, regional_analysis
from helpers.sections import region_claims
from helpers.setting import Setting
from lagesbild.html.render import Component
from lagesbild.paths import Paths, project_paths
from lagesbild.places import COUNTRY
from lagesbild.rules.editions import edition_of
from lagesbild.sources.snapshot import fetch_dates
from lagesbild.tidy.schema import current, revisions


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
        return list(self.setting.members)

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

    def header(self) -> Component:
        """The page's title, its question and the facts of the edition."""
        return sections.header(self.setting)

    def overview(self) -> Component:
        """The table of the page's priorities: trend, status, sentence."""
        return sections.priorities_overview(self.setting)

    def text(self) -> Component:
        """What people wrote about the page's focus area."""
        return sections.area_text(self.setting)

    def goals(self) -> Component:
        """The table of the programme's goals."""
        return sections.goals_overview(self.setting)

    def areas(self) -> Component:
        """The table of the five focus areas, each linked to its page."""
        return sections.areas_overview(self.setting)

    def introduction(self) -> Component:
        """What people wrote about the report as a whole."""
        return sections.introduction(self.setting)

    def section(self, priority: str) -> Component:
        """The start of a priority: heading, status, sentence, what is computed, what is missing."""
        return sections.section(self.setting, priority)

    def heading(self, title: str, anchor: str) -> Component:
        """A heading for figures that belong to the page and to no priority."""
        return sections.heading(self.setting, title, anchor)

    def region(self) -> RegionalAnalysis:
        """The regional support analysis of the region that the municipality belongs to."""
        return regional_analysis(self.setting)

    def projects(self) -> Component:
        """Projects, assignments and audits of the page's focus area."""
        return sections.projects(self.setting)

    def plans(self) -> Component:
        """The state of the underlying plans of the page's focus area."""
        return sections.plans(self.setting)

    def comparison(self) -> Component:
        """Each indicator of the page beside country, region, comparison group and all municipalities."""
        return comparison(self.setting)

    def women_and_men(self) -> Component:
        """Every indicator published by sex with its gap and the gap's trend, and what is not published so."""
        return women_and_men(self.setting)

    def trends(self) -> Component:
        """The computed trend of every indicator of the report, or why it has none."""
        return basis.trends(self.setting)

    def outlooks(self) -> Component:
        """Two years ahead where that has worked; else how many were tried and why none is drawn."""
        return outlooks(self.setting)

    def highlights(self) -> Component:
        """What matters most, in at most six lines chosen by rule, each linked to where it stands."""
        return highlights(self.setting)

    def claims(self) -> Component:
        """What the region's document claims, held against the figures."""
        return region_claims(self.setting, self.region().assessment)

    def remarks(self) -> Component:
        """Where the document behind the judgements contradicts itself."""
        return sections.remarks_shown(self.setting.assessment.remarks if self.setting.assessment else ())

    def at_hand(self) -> Component:
        """For every figure of the report: last year at hand, publisher, and how to fetch newer values."""
        return basis.at_hand(self.setting)

    def revisions(self) -> Component:
        """The values that the publisher has changed since they were first fetched."""
        return basis.revised_values(self.setting)

    def sources(self) -> Component:
        """Sources and definitions of everything on the page."""
        return basis.sources(self.setting)


def open_page(name: str, municipality: str, year: int, root: str | None = None) -> Page:
    """The page `name` of a municipality's edition.

    Builds the tidy table first when it is missing or older than its input. Raises RefusedEdition, UnknownPlace or
    a RecordError, each with value, place and remedy.
    """
    return Page(name, setting_of(project_paths(root), name, municipality, year))


def setting_of(paths: Paths, page: str, municipality: str, year: int) -> Setting:
    """What the page's cells share; checks page, municipality and year before any data is read."""
    edition = edition_of(paths, page, municipality, year)
    return Setting(
        paths=paths,
        catalog=edition.catalog,
        places=edition.places,
        assessment=edition.assessment,
        table=current(edition.rows),
        revised=revisions(edition.rows),
        focus=municipality,
        year=year,
        page=page,
        vintage=max(fetch_dates(paths).values(), default="okänt datum"),
    )
