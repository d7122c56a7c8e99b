"""What a build is asked for, and the hand-made files that every build needs in order."""

from dataclasses import dataclass

from ..assessments import load_all_assessments
from ..catalog import Catalog, load_catalog
from ..claims import stated_claims
from ..paths import Paths
from ..places import load_places
from ..refusals import Refusal
from .target import Target

CELL_SECONDS = 300
FRONT, REGIONAL = "overview", "regional_support"  # the pages that open first


class RefusedBuild(Refusal):
    """Why a build was refused before it began, one line a reason."""


@dataclass(frozen=True)
class BuildRequest:
    """One municipality's or region's edition and how to make it."""

    paths: Paths
    municipality: str
    year: int
    jobs: int = 2  # kernels at a time
    cell_seconds: int = CELL_SECONDS  # that one cell may take
    region: str = ""  # its own report, of one page, instead of the municipality's

    @property
    def name(self) -> str:
        """Whose report it is: the municipality's code, or the region's name."""
        return self.region or self.municipality

    @property
    def front(self) -> str:
        """The page that opens first."""
        return REGIONAL if self.region else FRONT

    def pages(self, catalog: Catalog) -> list[str]:
        """The pages of the report, in the order of the navigation."""
        return [REGIONAL] if self.region else list(catalog.pages)

    @property
    def target(self) -> Target:
        """The folder that readers open."""
        folder = self.paths.reports / "regions" if self.region else self.paths.reports
        return Target(folder / self.name / str(self.year))

    @property
    def parameters(self) -> dict[str, str | int]:
        """What every notebook is given."""
        region = {"region": self.region} if self.region else {}
        return {"municipality": self.municipality, "year": self.year, **region}


def first_member(paths: Paths, region: str) -> str:
    """The municipality that a region's report is made from. Raises RefusedBuild for an unknown region."""
    regions = load_catalog(paths).regions
    if region not in regions:
        raise RefusedBuild(f"region: '{region}' is not in data/catalog/regions.yml. Choose: {', '.join(regions)}.")
    return regions[region].members[0]


def checked_files(paths: Paths) -> Catalog:
    """The catalogue, after it and every assessments file were read strictly. Raises RecordError with every slip."""
    catalog = load_catalog(paths)
    load_all_assessments(paths, catalog)
    places = load_places(paths)
    for region, entry in catalog.regions.items():
        for code in (*entry.members, *entry.comparisons):
            if code not in places.names:
                raise RefusedBuild(
                    f"data/catalog/regions.yml: {region}: '{code}' is no place of the snapshot. Correct the code, "
                    "or run 'lagesbild fetch'."
                )
    stated_claims(paths, catalog, places)  # a claim that cannot be read is a slip; whether it holds is another matter
    return catalog


def check_own_files(paths: Paths, catalog: Catalog) -> int:
    """How many files the municipalities have added, all in order. Raises TidyError or FileError with the slips."""
    if not any(paths.local.glob("*/*")):
        return 0
    from ..tidy.own import local_files, own_rows  # pandas is needed only when there is something to read

    own_rows(paths, catalog, load_places(paths))
    return len(local_files(paths))
