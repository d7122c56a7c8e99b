"""Everything that one region's analysis is made from, computed once: figures, ranks, register, and its day."""

from dataclasses import dataclass
from functools import cached_property

from ...assessments import load_region_assessment
from ...assessments.loader import region_edition
from ...assessments.regions import RegionAssessment
from ...catalog import Region
from ...places import COUNTRY
from ...support import Decomposition
from ...wording import Origin, source_line
from ..evidence import origins
from ..setting import Setting
from .long_view import LongView, long_view_of
from .movement import splits
from .national import NationalScale, national_scale_of
from .observations import Facts, Observation, observations
from .profiles import Profiles, profile_of, region_profiles
from .ranking import Ranking, ranking_of
from .register import AsOf, as_of
from .support_tables import support_rows
from .together import Together, together_of


@dataclass(frozen=True)
class Material:
    """One region in one municipality's setting. `own`: the report is the region's, not the municipality's."""

    setting: Setting
    slug: str
    region: Region
    own: bool = False

    @cached_property
    def profiles(self) -> Profiles:
        return region_profiles(self.setting, self.region)

    @cached_property
    def scale(self) -> NationalScale:
        return national_scale_of(self.profiles)

    @cached_property
    def ranking(self) -> Ranking:
        return ranking_of(self.profiles, self.scale)

    @cached_property
    def moved(self) -> dict[str, Decomposition]:
        """Place -> what moved its share."""
        return splits(self.profiles)

    @cached_property
    def together(self) -> Together:
        return together_of(self.profiles)

    @cached_property
    def long_view(self) -> LongView:
        return long_view_of(self.profiles)

    @cached_property
    def observed(self) -> list[Observation]:
        """The statements of R1, in order."""
        country = profile_of(self.setting, [COUNTRY])
        return observations(Facts(self.profiles, country, self.ranking, self.moved, self.together))

    @cached_property
    def edition(self) -> int | None:
        """The year of the region's latest material up to the report's year."""
        return region_edition(self.setting.paths, self.slug, self.setting.year)

    @cached_property
    def assessment(self) -> RegionAssessment | None:
        """What the region's analysis group wrote in that edition."""
        return load_region_assessment(self.setting.paths, self.slug, self.setting.year, self.setting.catalog)

    @cached_property
    def when(self) -> AsOf | None:
        """The stated day that the register is held against."""
        return as_of(self.edition, self.setting.year) if self.edition else None

    @cached_property
    def origins(self) -> list[Origin]:
        """Where the counts in the tables were read."""
        return origins(self.setting, support_rows(self.profiles))

    @property
    def from_document(self) -> bool:
        """Whether any count in the tables was typed in from the analysis group's document."""
        return any(one.kind == "document" for one in self.origins)

    @property
    def counts_source(self) -> str:
        """The source line of the counts."""
        return source_line(self.origins)

    @property
    def shares_source(self) -> str:
        """The source line of what is computed from the counts and the inhabitants."""
        return f"{self.counts_source} Andelarna av invånarna är egen bearbetning; antalet invånare kommer från SCB."

    @property
    def group_source(self) -> str:
        """The source line of what the analysis group wrote."""
        basis = self.assessment.basis
        return f"Källa: {basis.title}, {basis.publisher}."

    @property
    def years_text(self) -> str:
        """ "2020–2021"."""
        return "–".join(str(year) for year in self.profiles.years or ())

    def remake(self, part: str) -> str:
        """How to make a part again: notebook, parameters, indicators, snapshot."""
        made = self.setting.remake("regional_support", self.setting.catalog.parts[part].indicators)
        return f"region={self.slug!r}; {made}"
