"""Reads data/catalog strictly, and checks its files against each other."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from typing import Any

from lagesbild.catalog.models import (
    Catalog,
    Comparisons,
    Figure,
    Indicator,
    NamesFile,
    PageFile,
    ProgrammeFile,
    PublishersFile,
    RegionsFile,
    SnapshotScope,
    Survey,
    SurveysFile,
    TermsFile,
    UnitsFile,
)
from lagesbild.paths import Paths
from lagesbild.records import AnyRecord, Document, Location, RecordError, read_record

# What no single file of `data/catalog/` can show: entries that name each other must exist and fit.

At = tuple[str, str, str | int]  # kind of entry, its key there, and its field or place in a list
Fault = tuple[At, str]  # where, and what is wrong with its remedy


def catalog_errors(catalog: Catalog) -> Iterator[Fault]:
    """Everything that contradicts something else in the catalogue."""
    yield from _programme_errors(catalog)
    for indicator, entry in catalog.indicators.items():
        yield from _indicator_errors(catalog, indicator, entry)
    for number, figure in catalog.figures.items():
        yield from _figure_errors(catalog, number, figure)
    for name, gap in catalog.gaps.items():
        yield from _unknown(catalog.pages, ("gaps", name, "page"), gap.page)
        yield from _unknown(catalog.priorities, ("gaps", name, "priority"), gap.priority)
    for name, survey in catalog.surveys.items():
        yield from _survey_errors(catalog, name, survey)
    yield from _series_errors(catalog)
    yield from _use_errors(catalog)


def _unknown(known: Collection[str], at: At, *values: str | None) -> Iterator[Fault]:
    for value in values:
        if value is not None and value not in known:
            near = sorted(known) if len(known) < 20 else get_close_matches(value, known, n=3, cutoff=0.4)
            remedy = f"Choose one of: {', '.join(near)}." if near else "Add it, or correct the id."
            yield at, f"'{value}' is not in the catalogue. {remedy}"


def _programme_errors(catalog: Catalog) -> Iterator[Fault]:
    for number, area in catalog.focus_areas.items():
        yield from _unknown(catalog.pages, ("focus_areas", number, "page"), area.page)
        yield from _unknown(catalog.indicators, ("focus_areas", number, "leading"), area.leading)
    for number, priority in catalog.priorities.items():
        yield from _unknown(catalog.focus_areas, ("priorities", number, "area"), priority.area)
        yield from _unknown(catalog.indicators, ("priorities", number, "evidence"), *priority.evidence)
    for number, part in catalog.parts.items():
        yield from _unknown(catalog.indicators, ("parts", number, "indicators"), *part.indicators)


def _indicator_errors(catalog: Catalog, indicator: str, entry: Indicator) -> Iterator[Fault]:
    def at(name: str) -> At:
        return "indicators", indicator, name

    yield from _unknown(catalog.units, at("unit"), entry.unit)
    yield from _unknown(catalog.publishers, at("publisher"), entry.publisher)
    if entry.kolada and (entry.kolada.margin is None) != (entry.kolada.margin_title is None):
        yield at("kolada"), "a margin needs both 'margin' and 'margin_title'. Add the one that is missing."
    yield from _unknown(catalog.indicators, at("population"), entry.population)
    if entry.target and entry.better == "neither":
        what = "a target needs a better side, and 'better' is 'neither'. Say which, or take the target away."
        yield at("target"), what
    if entry.share:
        yield from _unknown(catalog.indicators, at("share"), entry.share.part, entry.share.total)
    if entry.restated:
        unit = catalog.units.get(entry.unit)
        if not entry.population or (unit and not unit.per):
            what = "only a rate can be restated. Give it a 'population', and a unit with 'per'; or take it away."
            yield at("restated"), what
        if entry.restated.until + 1 not in [cut.year for cut in entry.breaks]:
            what = f"places that cannot be restated need a break in {entry.restated.until + 1}. Add it to 'breaks'."
            yield at("restated"), what


def _figure_errors(catalog: Catalog, number: str, figure: Figure) -> Iterator[Fault]:
    def at(name: str) -> At:
        return "figures", number, name

    if not number.isdecimal():
        yield at("title"), f"'{number}' is no figure number. Use a quoted whole number."
    yield from _unknown(catalog.pages, at("page"), figure.page)
    yield from _unknown(catalog.priorities, at("priority"), figure.priority)
    area = catalog.focus_areas.get(getattr(catalog.priorities.get(figure.priority or ""), "area", ""))
    if area and area.page != figure.page:
        yield (
            at("priority"),
            f"priority {figure.priority} belongs to the page '{area.page}', but the figure stands on "
            f"'{figure.page}'. Correct one of the two.",
        )
    for name in ("measure", "stand_in", "dots"):
        yield from _unknown(catalog.indicators, at(name), *getattr(figure, name))
    if not figure.measure:
        yield at("measure"), "a figure needs a measure of its own, even one that nobody publishes. Add it."
    if figure.stand_in and not (figure.related_to or figure.derived):
        what = "a stand-in needs 'related_to' (how it differs) or 'derived' (how it is computed). Add one."
        yield at("stand_in"), what


def _survey_errors(catalog: Catalog, name: str, survey: Survey) -> Iterator[Fault]:
    def at(field: str) -> At:
        return "surveys", name, field

    yield from _unknown(catalog.units, at("unit"), survey.unit)
    yield from _unknown(catalog.publishers, at("publisher"), survey.publisher)
    yield from _unknown(catalog.indicators, at("indicators"), *survey.indicators)
    for indicator in survey.indicators:
        if indicator in catalog.indicators and catalog.indicators[indicator].kind != "survey":
            yield at("indicators"), f"'{indicator}' is of kind 'register'. Leave it out, or correct its 'kind'."
    if survey.classes != sorted(set(survey.classes)):
        what = f"{survey.classes} are not in order. Write the lowest population of each class but the first."
        yield at("classes"), what
    if survey.documented and len(survey.documented) != len(survey.classes) + 1:
        yield at("documented"), f"{len(survey.classes) + 1} classes need as many samples. Write one for each, or none."


def _series_errors(catalog: Catalog) -> Iterator[Fault]:
    filled: dict[str, str] = {}  # series -> the indicator that it fills
    for indicator, entry in catalog.indicators.items():
        for series in filter(None, (entry.kolada.id, entry.kolada.margin) if entry.kolada else ()):
            if series in filled:
                what = f"{series} already fills '{filled[series]}'. Use that indicator instead."
                yield ("indicators", indicator, "kolada"), what
            filled[series] = indicator
    for name, survey in catalog.surveys.items():
        for series in survey.questions:
            if series in filled:
                what = f"{series} already fills '{filled[series]}'. Name that under 'indicators', or leave it out."
                yield ("surveys", name, "questions"), what
            filled[series] = f"surveys.{name}"


def _use_errors(catalog: Catalog) -> Iterator[Fault]:
    shown = [
        *(names for figure in catalog.figures.values() for names in (figure.measure, figure.stand_in, figure.dots)),
        *(priority.evidence for priority in catalog.priorities.values()),
    ]
    lists = [
        *shown,
        *(part.indicators for part in catalog.parts.values()),
        *((entry.share.part, entry.share.total) for entry in catalog.indicators.values() if entry.share),
        [entry.population for entry in catalog.indicators.values()],
    ]
    for indicator in sorted(catalog.indicators.keys() - set(chain.from_iterable(lists))):
        what = "no figure, priority or part uses it. Name it in one, or remove it."
        yield ("indicators", indicator, "title"), what
    for indicator in sorted(catalog.indicators.keys() & set(chain.from_iterable(shown))):
        entry = catalog.indicators[indicator]
        if not entry.subject:
            what = "a figure or a priority shows it, and headings have no word for it. Add a 'subject'."
            yield ("indicators", indicator, "label"), what
        if entry.clause and entry.unit != "percent":
            what = f"a clause follows on a share, and the unit is '{entry.unit}'. Take it away."
            yield ("indicators", indicator, "clause"), what


# The files of `data/catalog/`, read into one Catalog.


class CatalogError(RecordError):
    """What is wrong in `data/catalog/`, one line an error."""


@dataclass
class _Reading:
    """The files read so far, with the place of every entry, for complaints that name a line."""

    paths: Paths
    errors: list[str] = field(default_factory=list)
    home: dict[tuple[str, str], tuple[Document, Location]] = field(default_factory=dict)

    def read(self, name: str, model: type[AnyRecord]) -> AnyRecord | None:
        path = self.paths.catalog / name
        shown_as = self.paths.relative(path)
        try:
            content, document = read_record(path, model, shown_as)
        except FileNotFoundError:
            self.errors.append(
                f"{shown_as}:1: the file is missing. Restore it from the repository, or add it for a new page."
            )
            return None
        except RecordError as error:
            self.errors.extend(error.errors)
            return None
        for kind in model.model_fields:
            entries = getattr(content, kind)
            for key in entries if isinstance(entries, dict) else ():
                self._remember(kind, key, document)
        return content

    def _remember(self, kind: str, key: str, document: Document) -> None:
        if (kind, key) in self.home:
            first, at = self.home[kind, key]
            what = f"the id '{key}' is taken: {first.shown_as}:{first.line(at)}. Give one another id."
            self.errors.append(document.error((kind, key), what))
        self.home.setdefault((kind, key), (document, (kind, key)))

    def complain(self, at: At, what: str) -> None:
        document, entry = self.home[at[:2]]
        self.errors.append(document.error((*entry, at[2]), what))


def load_catalog(paths: Paths) -> Catalog:
    """The whole catalogue. Raises CatalogError with every validation error in every file."""
    reading = _Reading(paths)
    programme = reading.read("programme.yml", ProgrammeFile)
    units = reading.read("units.yml", UnitsFile)
    names_file = reading.read("names.yml", NamesFile)
    terms = reading.read("terms.yml", TermsFile)
    publishers = reading.read("publishers.yml", PublishersFile)
    regions = reading.read("regions.yml", RegionsFile)
    surveys = reading.read("surveys.yml", SurveysFile)
    comparisons = reading.read("comparisons.yml", Comparisons)
    snapshot = reading.read("snapshot.yml", SnapshotScope)
    names = {path.name for path in (paths.catalog / "indicators").glob("*.yml")}
    names |= {f"{page}.yml" for page in (programme.pages if programme else ())}
    pages = [reading.read(f"indicators/{name}", PageFile) for name in sorted(names)]
    if reading.errors:
        raise CatalogError(reading.errors)
    content: dict[str, Any] = {"comparisons": comparisons, "snapshot": snapshot}
    for file in filter(None, (programme, units, names_file, terms, publishers, regions, surveys, *pages)):
        for kind, entries in file:
            content[kind] = {**content.get(kind, {}), **entries} if isinstance(entries, dict) else entries
    content["figures"] = dict(sorted(content["figures"].items(), key=lambda item: _in_order(item[0])))
    catalog = Catalog(**content)
    for at, what in catalog_errors(catalog):
        reading.complain(at, what)
    if reading.errors:
        raise CatalogError(reading.errors)
    return catalog


def _in_order(number: str) -> tuple[bool, str]:
    return not number.isdecimal(), number.zfill(4)
