"""Reads data/catalog strictly, and holds its files against each other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from lagesbild.catalog.models import (
    Catalog,
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
from lagesbild.paths import Paths
from lagesbild.records import AnyRecord, Document, Location, Record, RecordError, read_record

# What no single file of `data/catalog/` can know: entries that name each other must exist and fit.

Fault = tuple[str, str, str | int, str]  # kind of entry, its id, field or place in a list, what is wrong


def catalog_errors(catalog: Catalog) -> Iterator[Fault]:
    """Everything that contradicts something else in the catalogue."""
    yield from _programme_errors(catalog)
    for id, entry in catalog.indicators.items():
        yield from _indicator_errors(catalog, id, entry)
    for number, figure in catalog.figures.items():
        yield from _figure_errors(catalog, number, figure)
    for id, gap in catalog.gaps.items():
        yield from _unknown(catalog.pages, "gaps", id, "page", gap.page)
        if gap.priority:
            yield from _unknown(catalog.priorities, "gaps", id, "priority", gap.priority)
    yield from _series_errors(catalog)
    yield from _use_errors(catalog)


def _unknown(known: dict, kind: str, id: str, name: str | int, value: str) -> Iterator[Fault]:
    if value not in known:
        near = sorted(known) if len(known) < 20 else get_close_matches(value, known, n=3, cutoff=0.4)
        remedy = f"Choose one of: {', '.join(near)}." if near else "Add it, or correct the id."
        yield kind, id, name, f"'{value}' is not in the catalogue. {remedy}"


def _programme_errors(catalog: Catalog) -> Iterator[Fault]:
    for id, area in catalog.focus_areas.items():
        yield from _unknown(catalog.pages, "focus_areas", id, "page", area.page)
    for id, priority in catalog.priorities.items():
        yield from _unknown(catalog.focus_areas, "priorities", id, "area", priority.area)
        for indicator in priority.evidence:
            yield from _unknown(catalog.indicators, "priorities", id, "evidence", indicator)
    for id, part in catalog.parts.items():
        for indicator in part.indicators:
            yield from _unknown(catalog.indicators, "parts", id, "indicators", indicator)
    for index, indicator in enumerate(catalog.snapshot.ranked):
        yield from _unknown(catalog.indicators, "ranked", "", index, indicator)


def _indicator_errors(catalog: Catalog, id: str, entry: Indicator) -> Iterator[Fault]:
    yield from _unknown(catalog.units, "indicators", id, "unit", entry.unit)
    yield from _unknown(catalog.publishers, "indicators", id, "publisher", entry.publisher)
    if entry.kolada and (entry.kolada.margin is None) != (entry.kolada.margin_title is None):
        yield (
            "indicators",
            id,
            "kolada",
            "a margin needs both 'margin' and 'margin_title'. Add the one that is missing.",
        )
    if entry.population:
        yield from _unknown(catalog.indicators, "indicators", id, "population", entry.population)
    if entry.target and entry.better == "neither":
        what = "a target needs a better side, and 'better' is 'neither'. Say which, or take the target away."
        yield "indicators", id, "target", what
    if entry.share:
        for role in (entry.share.part, entry.share.total):
            yield from _unknown(catalog.indicators, "indicators", id, "share", role)


def _figure_errors(catalog: Catalog, number: str, figure: Figure) -> Iterator[Fault]:
    if not number.isdecimal():
        yield "figures", number, "title", f"'{number}' is no figure number. Use a quoted whole number."
    yield from _unknown(catalog.pages, "figures", number, "page", figure.page)
    if figure.priority:
        yield from _unknown(catalog.priorities, "figures", number, "priority", figure.priority)
        area = catalog.focus_areas.get(getattr(catalog.priorities.get(figure.priority), "area", ""))
        if area and area.page != figure.page:
            yield (
                "figures",
                number,
                "priority",
                (
                    f"priority {figure.priority} belongs to the page '{area.page}', but the figure stands on "
                    f"'{figure.page}'. Correct one of the two."
                ),
            )
    for name in ("measure", "stand_in", "dots"):
        for indicator in getattr(figure, name):
            yield from _unknown(catalog.indicators, "figures", number, name, indicator)
    if not figure.measure:
        yield (
            "figures",
            number,
            "measure",
            "a figure needs a measure of its own, even one that nobody publishes. Add it.",
        )
    if figure.stand_in and not (figure.related_to or figure.derived):
        yield (
            "figures",
            number,
            "stand_in",
            ("a stand-in needs 'related_to' (how it differs) or 'derived' (how it is computed). Add one."),
        )


def _series_errors(catalog: Catalog) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for id, entry in catalog.indicators.items():
        for series in (entry.kolada.id, entry.kolada.margin) if entry.kolada else ():
            if series in seen:
                yield (
                    "indicators",
                    id,
                    "kolada",
                    f"{series} already fills '{seen[series]}'. Use that indicator instead.",
                )
            if series:
                seen[series] = id


def _use_errors(catalog: Catalog) -> Iterator[Fault]:
    used = {id for figure in catalog.figures.values() for id in (*figure.measure, *figure.stand_in, *figure.dots)}
    used |= {id for priority in catalog.priorities.values() for id in priority.evidence}
    used |= {id for part in catalog.parts.values() for id in part.indicators}
    used |= {entry.population for entry in catalog.indicators.values() if entry.population}
    used |= {
        role for entry in catalog.indicators.values() if entry.share for role in (entry.share.part, entry.share.total)
    }
    for id in sorted(catalog.indicators.keys() - used):
        yield "indicators", id, "title", "no figure, priority or part uses it. Name it in one, or remove it."


# Reads `data/catalog/` into one Catalog and checks what no single file can know.


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

    def read(self, name: str, model: type[AnyRecord]) -> AnyRecord | None:
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
    if reading.slips or not (programme and units and publishers and regions and comparisons and snapshot):
        raise CatalogError(reading.slips)
    catalog = Catalog(
        **{name: getattr(programme, name) for name in ProgrammeFile.model_fields},
        units=units.units,
        publishers=publishers.publishers,
        regions=regions.regions,
        comparisons=comparisons,
        snapshot=snapshot,
    )
    for page_file in filter(None, page_files):
        catalog.figures |= page_file.figures
        catalog.indicators |= page_file.indicators
        catalog.gaps |= page_file.gaps
    catalog.figures = dict(
        sorted(catalog.figures.items(), key=lambda item: (not item[0].isdecimal(), item[0].zfill(4)))
    )
    for kind, id, name, what in catalog_errors(catalog):
        reading.complain(kind, id, name, what)
    if reading.slips:
        raise CatalogError(reading.slips)
    return catalog
