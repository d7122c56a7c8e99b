"""Reads `data/catalog/` into one Catalog and checks what no single file can know."""

from dataclasses import dataclass, field

from ..paths import Paths
from ..records import Document, Location, Record, RecordError, read_record
from .content import Catalog
from .models import (
    Comparisons,
    Figure,
    FocusArea,
    Gap,
    Goal,
    Indicator,
    Page,
    Part,
    Priority,
    Programme,
    Publisher,
    Region,
    SnapshotScope,
    Unit,
)
from .slips import slips


class CatalogError(RecordError):
    """What is wrong in `data/catalog/`, one line a slip."""


class ProgrammeFile(Record):
    programme: Programme
    goals: dict[str, Goal]
    focus_areas: dict[str, FocusArea]
    priorities: dict[str, Priority]
    pages: dict[str, Page]
    parts: dict[str, Part]


class UnitsFile(Record):
    units: dict[str, Unit]


class PublishersFile(Record):
    publishers: dict[str, Publisher]


class RegionsFile(Record):
    regions: dict[str, Region]


class PageFile(Record):
    """One file of `indicators/`: the figures, indicators and gaps of one page."""

    figures: dict[str, Figure] = {}
    indicators: dict[str, Indicator] = {}
    gaps: dict[str, Gap] = {}


@dataclass
class _Reading:
    """The files read so far, with the place of every entry, for complaints that name a line."""

    paths: Paths
    slips: list[str] = field(default_factory=list)
    home: dict[tuple[str, str], tuple[Document, Location]] = field(default_factory=dict)

    def read(self, name: str, model: type[Record]) -> Record | None:
        path = self.paths.catalog / name
        shown_as = self.paths.relative(path)
        try:
            content, document = read_record(path, model, shown_as)
        except FileNotFoundError:
            self.slips.append(
                f"{shown_as}:1: the file is missing. Restore it from the repository, or add it for a new page."
            )
            return None
        except RecordError as error:
            self.slips.extend(error.slips)
            return None
        for kind in model.model_fields:
            entries = getattr(content, kind)
            for id in entries if isinstance(entries, dict) else ():
                self._remember(kind, id, document)
            self.home[kind, ""] = (document, (kind,))  # lists, such as the snapshot's `ranked`
        return content

    def _remember(self, kind: str, id: str, document: Document) -> None:
        if (kind, id) in self.home:
            first, at = self.home[kind, id]
            self.slips.append(
                document.slip(
                    (kind, id),
                    f"the id '{id}' is taken: {first.shown_as}:{first.line(at)}. Give one another id.",
                )
            )
        self.home.setdefault((kind, id), (document, (kind, id)))

    def complain(self, kind: str, id: str, name: str | int, what: str) -> None:
        document, at = self.home[kind, id]
        self.slips.append(document.slip((*at, name), what))


def load_catalog(paths: Paths) -> Catalog:
    """The whole catalogue. Raises CatalogError with every slip in every file."""
    reading = _Reading(paths)
    programme = reading.read("programme.yml", ProgrammeFile)
    units = reading.read("units.yml", UnitsFile)
    publishers = reading.read("publishers.yml", PublishersFile)
    regions = reading.read("regions.yml", RegionsFile)
    comparisons = reading.read("comparisons.yml", Comparisons)
    snapshot = reading.read("snapshot.yml", SnapshotScope)
    names = {path.name for path in (paths.catalog / "indicators").glob("*.yml")}
    names |= {f"{page}.yml" for page in (programme.pages if programme else ())}
    page_files = [reading.read(f"indicators/{name}", PageFile) for name in sorted(names)]
    if reading.slips:
        raise CatalogError(reading.slips)
    catalog = Catalog(
        **{name: getattr(programme, name) for name in ProgrammeFile.model_fields},
        units=units.units,
        publishers=publishers.publishers,
        regions=regions.regions,
        comparisons=comparisons,
        snapshot=snapshot,
    )
    for page_file in page_files:
        catalog.figures |= page_file.figures
        catalog.indicators |= page_file.indicators
        catalog.gaps |= page_file.gaps
    catalog.figures = dict(
        sorted(catalog.figures.items(), key=lambda item: (not item[0].isdecimal(), item[0].zfill(4)))
    )
    for kind, id, name, what in slips(catalog):
        reading.complain(kind, id, name, what)
    if reading.slips:
        raise CatalogError(reading.slips)
    return catalog
