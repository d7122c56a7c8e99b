"""The loader of data/assessments: files checked against the catalogue, each fault with file, line and remedy."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths
from lagesbild.records import AnyRecord, Document, Location, RecordError, read_record

Fault = tuple[Location, str]
_YEAR_FILE = re.compile(r"\d{4}\.yml")


class AssessmentError(RecordError):
    """What is wrong in `data/assessments/`, one line an error."""


def load_assessment(paths: Paths, municipality: str, year: int, catalog: Catalog) -> Assessment | None:
    """The municipality's judgements of `year`; None without a file or where nothing is written in it yet.

    Another year's judgements are never used instead. Raises AssessmentError with every validation error of the file.
    """
    path = _folder(paths, municipality, r"\d{4}", "four digits") / f"{year}.yml"
    content = _checked_assessment(paths, path, catalog) if path.is_file() else None
    return None if content is None or content.is_untouched else content


def load_region_assessment(paths: Paths, slug: str, year: int, catalog: Catalog) -> RegionAssessment | None:
    """The region's latest edition up to `year`; None when there is none. Its year: `region_edition`."""
    edition = region_edition(paths, slug, year)
    if edition is None:
        return None
    return _checked_region(paths, _region_folder(paths, slug) / f"{edition}.yml", catalog)


def region_edition(paths: Paths, slug: str, year: int) -> int | None:
    """The year of the region's latest edition up to `year`; None when there is none. One with nothing in it is none."""
    files = {
        int(path.stem): path for path in _region_folder(paths, slug).glob("*.yml") if _YEAR_FILE.fullmatch(path.name)
    }
    for edition in sorted((edition for edition in files if edition <= year), reverse=True):
        if not _read(paths, files[edition], RegionAssessment)[0].is_untouched:
            return edition
    return None


def load_all_assessments(paths: Paths, catalog: Catalog, without: Container[str] = ()) -> int:
    """How many files `data/assessments/` holds, all in order, leaving out the folders of places in `without`.

    Raises AssessmentError with every error in them.
    """
    errors: list[str] = []
    files = sorted(path for path in paths.assessments.rglob("*") if path.is_file() and not path.name.startswith("."))
    files = [path for path in files if path.parent.name not in without]
    for path in files:
        region = path.is_relative_to(paths.assessments / "regions")
        try:
            if not _YEAR_FILE.fullmatch(path.name):
                shown_as = paths.relative(path)
                raise AssessmentError([f"{shown_as}:1: '{path.name}' is never read. Name it after its year: 2024.yml."])
            (_checked_region if region else _checked_assessment)(paths, path, catalog)
        except RecordError as error:
            errors.extend(error.errors)
    if errors:
        raise AssessmentError(errors)
    return len(files)


def _folder(paths: Paths, name: str, pattern: str, wanted: str) -> Path:
    if not re.fullmatch(pattern, name):
        raise AssessmentError([f"'{name}' names no folder of data/assessments. Give {wanted}."])
    return paths.assessments / name


def _region_folder(paths: Paths, slug: str) -> Path:
    _folder(paths, slug, r"[a-z][a-z0-9_]*", "a region's name as in data/catalog/regions.yml")
    return paths.assessments / "regions" / slug


def _checked_assessment(paths: Paths, path: Path, catalog: Catalog) -> Assessment:
    return _checked(paths, path, Assessment, lambda content: _assessment_errors(content, catalog))


def _checked_region(paths: Paths, path: Path, catalog: Catalog) -> RegionAssessment:
    return _checked(paths, path, RegionAssessment, lambda content: _region_errors(content, path.parent.name, catalog))


def _read(paths: Paths, path: Path, model: type[AnyRecord]) -> tuple[AnyRecord, Document]:
    try:
        return _parsed(path, path.read_bytes(), model, paths.relative(path))
    except RecordError as error:
        raise AssessmentError(error.errors) from None


@lru_cache(maxsize=16)
def _parsed(path: Path, content: bytes, model: type[AnyRecord], shown_as: str) -> tuple[AnyRecord, Document]:
    """The file as `read_record` has it, once a process for the same `content`: every page of a report asks for it."""
    return read_record(path, model, shown_as)


def _checked(
    paths: Paths, path: Path, model: type[AnyRecord], contradictions: Callable[[AnyRecord], Iterable[Fault]]
) -> AnyRecord:
    content, document = _read(paths, path, model)
    errors = [document.error(at, what) for at, what in contradictions(content)]
    if errors:
        raise AssessmentError(errors)
    return content


def _known(known: Iterable[str], at: Location, value: str | None) -> Iterator[Fault]:
    known = sorted(known)
    if value is not None and value not in known:
        near = ", ".join(known) if len(known) < 20 else f"{len(known)} entries of data/catalog"
        yield at, f"'{value}' is not in the catalogue. Choose one of: {near}."


def _assessment_errors(content: Assessment, catalog: Catalog) -> Iterator[Fault]:
    judged: dict[str, Mapping[str, object]] = {
        "goals": catalog.goals,
        "areas": catalog.focus_areas,
        "priorities": catalog.priorities,
    }
    for kind, wanted in judged.items():
        entries = getattr(content, kind)
        for name in entries:
            yield from _known(wanted, (kind, name), name)
        for name in sorted(wanted.keys() - entries.keys() if not content.draft else ()):
            yield (kind,), f"'{name}' is missing. Judge it, or remove it from data/catalog/programme.yml."
    for kind in ("plans", "projects", "assignments", "references"):
        for index, entry in enumerate(getattr(content, kind)):
            yield from _known(catalog.focus_areas, (kind, index, "area"), entry.area)
            priority = getattr(entry, "priority", None)
            yield from _known(catalog.priorities, (kind, index, "priority"), priority)
            if priority in catalog.priorities and catalog.priorities[priority].area != entry.area:
                area = catalog.priorities[priority].area
                yield (kind, index, "priority"), f"'{priority}' is of area '{area}'. Give that area, or correct it."
    for index, project in enumerate(content.projects):
        if project.kind != "project":
            yield ("projects", index, "kind"), f"'{project.kind}' is no project. Move it to 'assignments'."


def _region_errors(content: RegionAssessment, slug: str, catalog: Catalog) -> Iterator[Fault]:
    if slug not in catalog.regions:
        yield (), f"no region '{slug}' in data/catalog/regions.yml. Add it, or rename the folder."
        return
    places = [*catalog.regions[slug].members, *catalog.regions[slug].comparisons]
    for index, source in enumerate(content.data_sources):
        for number, indicator in enumerate(source.indicators):
            yield from _known(catalog.indicators, ("data_sources", index, "indicators", number), indicator)
    for index, situation in enumerate(content.situations):
        yield from _known(places, ("situations", index, "place"), situation.place)
    for index, reference in enumerate(content.references):
        if reference.area or reference.priority:
            yield ("references", index), "a region has no areas or priorities. Say where it is named in 'section'."
    for name, assignment in content.assignments.items():
        yield from _known(catalog.regions[slug].members, ("assignments", name, "place"), assignment.place)
        yield from _proposal_errors(content, name)
    for kind in ("initiatives", "assignments", "proposals"):
        for name, record in getattr(content, kind).items():
            for index, indicator in enumerate(record.indicators):
                yield from _known(catalog.indicators, (kind, name, "indicators", index, "series"), indicator.series)


def _proposal_errors(content: RegionAssessment, assignment: str) -> Iterator[Fault]:
    for index, proposed in enumerate(content.assignments[assignment].proposals):
        if proposed.proposal not in content.proposals:
            at = ("assignments", assignment, "proposals", index, "proposal")
            near = ", ".join(content.proposals)
            yield at, f"'{proposed.proposal}' is not under 'proposals'. Choose one of: {near}."
