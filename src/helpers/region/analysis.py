"""The regional support analysis as a notebook's cells ask for it: rows to draw, and components."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import pandas as pd
from pydantic import TypeAdapter

from helpers import sections
from helpers.figures import chart_rows
from helpers.region import drawings, parts
from helpers.region.analyses import long_view_rows, map_rows, step_rows, together_rows
from helpers.region.deck import deck_of
from helpers.region.material import Material, share_rows
from helpers.region.parts import nothing
from helpers.region.profiles import rank_rows, scale_rows
from helpers.region.register import competence_table, group_table, sources_table, timeline_rows
from helpers.setting import Setting
from lagesbild.assessments import RegionAssessment
from lagesbild.charts import Chart
from lagesbild.errors import Refusal
from lagesbild.html.components import Deck
from lagesbild.html.render import Component
from lagesbild.rules.register import Written

NONE = pd.DataFrame()


class UnknownRegion(Refusal):
    """A region that the catalogue does not know."""


@dataclass(frozen=True)
class RegionalAnalysis:
    """One region's analysis. Without a region (`slug` is empty) every component but the header is empty."""

    setting: Setting
    slug: str
    own: bool = False  # the report is the region's, not the municipality's

    @cached_property
    def material(self) -> Material | None:
        """What the analysis is made from; None for a municipality that belongs to no region."""
        region = self.setting.catalog.regions.get(self.slug)
        return Material(self.setting, self.slug, region, self.own) if region else None

    @property
    def assessment(self) -> RegionAssessment | None:
        """What the region's analysis group wrote in its latest edition up to the report's year."""
        return self.material.written.assessment if self.material and self.material.written else None

    def header(self) -> Component:
        """The page's title and question, and the facts of the edition; a region's own page records its slides."""
        component = parts.header(self.setting, self.material)
        if self.material is None or not self.own:
            return component
        deck = TypeAdapter(Deck).dump_python(deck_of(self.material), mode="json")
        return Component(component.html, {**component.record, "deck": deck})

    def about(self) -> Component:
        """Which region and edition the page is about, its places, and what is missing."""
        return parts.about(self.setting, self.material)

    def heading(self, title: str, anchor: str) -> Component:
        """A heading over some of the parts."""
        return sections.heading(self.setting, title, anchor) if self.material else nothing()

    def observations(self) -> Component:
        """R1: statements made from the figures, each linked to them."""
        return self._shown(parts.statements)

    def claims(self) -> Component:
        """What the region's document claims, each held against the figures."""
        return sections.region_claims(self.setting, self.assessment)

    def ranking_rows(self) -> pd.DataFrame:
        """Chart rows of every place's rank in two years."""
        return NONE if self.material is None else chart_rows(self.setting, rank_rows(self.material.ranking))

    def ranking(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """R2: rank, previous rank and change, with the share where it is known."""
        return self._shown(drawings.ranking, chart, rows)

    def map_rows(self) -> pd.DataFrame:
        """The places' shapes and zones; empty without ranks or without the extra `map`."""
        if self.material is None:
            return NONE
        return map_rows(self.material.profiles, self.material.ranking, self.setting.role)

    def map(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """R2: the same ranks on a map."""
        return self._shown(drawings.region_map, chart, rows)

    def profile_rows(self) -> pd.DataFrame:
        """Chart rows: each type as percent of the inhabitants aged 20-64, last year, every place."""
        return NONE if self.material is None else share_rows(self.setting, self.material.profiles)

    def profile(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """R3: the support profile of each municipality."""
        return self._shown(drawings.profile, chart, rows)

    def scale_rows(self) -> pd.DataFrame:
        """Ranks by type among all municipalities; empty without a complete national series."""
        if self.material is None:
            return NONE
        return scale_rows(self.material.profiles, self.material.scale, self.setting.role)

    def national_scale(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """R3: each place on the national scale with its four zones."""
        return self._shown(drawings.national_scale, chart, rows)

    def support_tables(self) -> Component:
        """R4: one table per municipality, with the document's own labels."""
        return self._shown(parts.support_tables)

    def movement_rows(self) -> pd.DataFrame:
        """What each type and the population gave, percentage points, one row per place and part."""
        return NONE if self.material is None else step_rows(self.material.profiles, self.material.moves)

    def movement(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """R5: what moved the share."""
        return self._shown(drawings.movement, chart, rows)

    def together_rows(self) -> pd.DataFrame:
        """Ill health and unemployment of each place; empty where the test is refused."""
        return NONE if self.material is None else together_rows(self.material.profiles, self.material.together)

    def together(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """R6: whether ill health and unemployment still move together."""
        return self._shown(drawings.together, chart, rows)

    def long_view_rows(self) -> pd.DataFrame:
        """Chart rows of months, observed and seasonally adjusted, women and men; empty without months."""
        return NONE if self.material is None else long_view_rows(self.setting, self.material.long_view)

    def long_view(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """The long view, month by month."""
        return self._shown(drawings.long_view, chart, rows)

    def situations(self) -> Component:
        """R7: how things stand in each municipality."""
        return self._shown(parts.situations)

    def sources(self) -> Component:
        """R8: data sources by authority."""
        return self._written("R8", partial(parts.written_list, "R8", sources_table))

    def group(self) -> Component:
        """R9: the analysis group's composition."""
        return self._written("R9", partial(parts.written_list, "R9", group_table))

    def register(self) -> Component:
        """R10: initiatives, assignments and proposals."""
        return self._written("R10", parts.register)

    def timeline_rows(self) -> pd.DataFrame:
        """The initiatives that have a day; empty without any."""
        return timeline_rows(self.assessment) if self.assessment else NONE

    def timeline(self, chart: Chart, rows: pd.DataFrame) -> Component:
        """R10: from start to end."""
        return self._shown(drawings.timeline, chart, rows)

    def follow_up(self) -> Component:
        """R10: what is missing, what is overdue, the linked series, and a calendar."""
        return self._written("R10", parts.follow_up) if self.assessment else nothing()

    def goals(self) -> Component:
        """From goal to action."""
        return self._shown(parts.goals)

    def competence_plan(self) -> Component:
        """R11: the competence plan."""
        return self._written("R11", partial(parts.written_list, "R11", competence_table))

    def remarks(self) -> Component:
        """Where the region's document says two things."""
        return sections.remarks_shown(self.assessment.remarks if self.assessment else [])

    def _shown(self, component: Callable[..., Component], *given: object) -> Component:
        return nothing() if self.material is None else component(self.material, *given)

    def _written(self, number: str, component: Callable[[Material, Written], Component]) -> Component:
        """A part that only the region's analysis group can have written."""
        if self.material is None:
            return nothing()
        written = self.material.written
        return component(self.material, written) if written else parts.without_material(self.material, number)


def regional_analysis(setting: Setting, slug: str = "") -> RegionalAnalysis:
    """The analysis of the region `slug`; without one, of the first region that the municipality is a member of.

    Raises UnknownRegion for a slug that data/catalog/regions.yml does not hold.
    """
    regions = setting.catalog.regions
    if slug and slug not in regions:
        raise UnknownRegion(f"region: '{slug}' is not in data/catalog/regions.yml. Choose: {', '.join(regions)}.")
    first = next((name for name, region in regions.items() if setting.focus in region.members), "")
    return RegionalAnalysis(setting, slug or first, own=bool(slug))
