"""What a build is asked for, and what must be in order before it begins: the hand-made files."""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from lagesbild.assessments.load import load_all_assessments
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.claims.language import stated_claims
from lagesbild.claims.prose import backed_prose
from lagesbild.errors import Refusal
from lagesbild.paths import Paths
from lagesbild.records import RecordError
from lagesbild.sources.raw import load_places, local_files
from lagesbild.sources.replacing import sound_snapshots

CELL_SECONDS = 300
Value = str | int | float | bool  # of a notebook's own parameter
FRONT, REGIONAL = "overview", "regional_support"  # the pages that open first


class RefusedBuild(Refusal):
    """Why a build was refused before it began, one line a reason."""


@dataclass(frozen=True)
class BuildRequest:
    """One municipality's or region's edition and how to make it."""

    paths: Paths
    municipality: str
    year: int
    jobs: int = 2  # notebooks that compute at a time
    cell_seconds: int = CELL_SECONDS  # that one cell may take
    region: str = ""  # its own report, of one page, instead of the municipality's
    given: tuple[str, ...] = ()  # for the notebooks' own parameters, such as "since=2015"
    only: tuple[str, ...] = ()  # the pages that are made anew, the others kept; without any, all are made
    notebook_seconds: int | None = None  # that one notebook may take
    batch_seconds: int | None = None  # that all of them may take
    kernel: str = "warm"  # or "spawn": how notebooks' kernels start
    cached: bool = True  # what has not changed since an earlier build is taken from it, and this one's is kept

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

    def run(self, catalog: Catalog) -> list[str]:
        """The pages whose notebooks are run. Raises RefusedBuild for one that the report does not have."""
        pages = self.pages(catalog)
        for name in self.only:
            if name not in pages:
                near = get_close_matches(name, pages, n=1)
                remedy = f"Did you mean '{near[0]}'?" if near else f"Choose: {', '.join(pages)}."
                raise RefusedBuild(f"--only {name}: no notebook of this report makes a page '{name}'. {remedy}")
        return [name for name in pages if name in (self.only or pages)]

    @property
    def folder(self) -> Path:
        """The folder that readers open."""
        return (self.paths.reports / "regions" if self.region else self.paths.reports) / self.name / str(self.year)

    @property
    def parameters(self) -> dict[str, str | int]:
        """What every notebook is given, and must make its page for."""
        region = {"region": self.region} if self.region else {}
        return {"municipality": self.municipality, "year": self.year, **region}


def first_member(paths: Paths, region: str) -> str:
    """The municipality that a region's report is made from. Raises RefusedBuild for an unknown region."""
    regions = load_catalog(paths).regions
    if region not in regions:
        raise RefusedBuild(f"region: '{region}' is not in data/catalog/regions.yml. Choose: {', '.join(regions)}.")
    return regions[region].members[0]


EVERY = "all"  # what stands for every municipality


def municipality_codes(paths: Paths, texts: Sequence[str]) -> list[str]:
    """The codes of municipalities given by code or by name, each once; of every one for "all", in order.

    Raises UnknownPlace for an unknown name.
    """
    sound_snapshots(paths)
    places = load_places(paths)
    if EVERY in texts:
        if len(texts) > 1:
            other = next(text for text in texts if text != EVERY)
            raise RefusedBuild(f"--municipality {EVERY}: '{other}' is given too. Leave one of them away.")
        return sorted(code for code, kind in places.kinds.items() if kind == "K")
    return list(dict.fromkeys(places.municipality_code(text) for text in texts))


def faulty_places(paths: Paths, places: Collection[str]) -> tuple[Catalog, dict[str, RecordError]]:
    """The catalogue as `checked_files` gives it, and for those of `places` whose own assessments are wrong, what is.

    Raises what `checked_files` raises for everything else.
    """
    faulty: dict[str, RecordError] = {}
    while True:
        try:
            return checked_files(paths, faulty), faulty
        except RecordError as error:
            own = {place: [line for line in error.errors if _is_about(line, place)] for place in places}
            own = {place: lines for place, lines in own.items() if lines}
            if not own or sum(map(len, own.values())) < len(error.errors):
                raise
            faulty |= {place: RecordError(lines) for place, lines in own.items()}


def _is_about(error: str, place: str) -> bool:
    return error.startswith(f"data/assessments/{place}/")


def checked_files(paths: Paths, without: Container[str] = ()) -> Catalog:
    """The catalogue, after it and every assessments file were read strictly, and the snapshot was found whole.

    The assessments of places in `without` are left out.
    Raises RecordError with every error of the hand-made files, SnapshotError with the first of the snapshot's.
    """
    catalog = load_catalog(paths)
    load_all_assessments(paths, catalog, without)
    sound_snapshots(paths)
    places = load_places(paths)
    for region, entry in catalog.regions.items():
        for code in (*entry.members, *entry.comparisons):
            if code not in places.names:
                raise RefusedBuild(
                    f"data/catalog/regions.yml: {region}: '{code}' is no place of the snapshot. Correct the code, "
                    "or run 'lagesbild fetch'."
                )
    stated_claims(
        paths, catalog, places, without
    )  # a claim that cannot be read is an error; whether it holds is another matter
    backed_prose(
        paths, catalog, places, without
    )  # so is a quotation of nothing; how much of the prose is backed is another
    return catalog


def check_own_files(paths: Paths, catalog: Catalog) -> tuple[int, list[str]]:
    """How many files the municipalities have added, all in order, and what to look at in them.

    Raises TidyError, or MisplacedFile, with the errors.
    """
    own = local_files(paths)
    if not own:
        return 0, []
    from lagesbild.tidy.own import own_file_warnings  # pandas is needed only when there is something to read

    return len(own), own_file_warnings(paths, catalog, load_places(paths))
