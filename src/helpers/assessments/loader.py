"""Reads `data/assessments/` and checks it against the catalogue: every slip names file, line and remedy."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..catalog import Catalog
from ..paths import Paths
from ..records import Document, Location, RecordError, read_record
from .models import Assessment
from .regions import RegionAssessment

Slip = tuple[Location, str]
_YEAR_FILE = re.compile(r"\d{4}\.yml")


class AssessmentError(RecordError):
    """What is wrong in `data/assessments/`, one line a slip."""


def load_assessment(paths: Paths, municipality: str, year: int, catalog: Catalog) -> Assessment | None:
    """The municipality's judgements of `year`; None when there is no file, for then nobody has judged.

    Another year's judgements are never used instead. Raises AssessmentError with every slip of the file.
    """
    path = _folder(paths, municipality, r"\d{4}", "four digits") / f"{year}.yml"
    return _checked_assessment(paths, path, catalog) if path.is_file() else None


def load_region_assessment(paths: Paths, slug: str, year: int, catalog: Catalog) -> RegionAssessment | None:
    """The region's latest edition up to `year`; None when there is none. Its year: `region_edition`."""
    edition = region_edition(paths, slug, year)
    if edition is None:
        return None
    return _checked_region(paths, _region_folder(paths, slug) / f"{edition}.yml", catalog)


def region_edition(paths: Paths, slug: str, year: int) -> int | None:
    """The year of the region's latest edition up to `year`; None when there is none."""
    files = _region_folder(paths, slug).glob("*.yml")
    years = [int(path.stem) for path in files if _YEAR_FILE.fullmatch(path.name)]
    return max((found for found in years if found <= year), default=None)


def load_all_assessments(paths: Paths, catalog: Catalog) -> int:
    """How many files `data/assessments/` holds, all in order. Raises AssessmentError with every slip."""
    slips: list[str] = []
    files = sorted(path for path in paths.assessments.rglob("*") if path.is_file() and not path.name.startswith("."))
    for path in files:
        region = path.is_relative_to(paths.assessments / "regions")
        try:
            if not _YEAR_FILE.fullmatch(path.name):
                shown_as = paths.relative(path)
                raise AssessmentError([f"{shown_as}:1: '{path.name}' is never read. Name it after its year: 2024.yml."])
            (_checked_region if region else _checked_assessment)(paths, path, catalog)
        except RecordError as error:
            slips.extend(error.slips)
    if slips:
        raise AssessmentError(slips)
    return len(files)


def _folder(paths: Paths, name: str, pattern: str, wanted: str) -> Path:
    if not re.fullmatch(pattern, name):
        raise AssessmentError([f"'{name}' names no folder of data/assessments. Give {wanted}."])
    return paths.assessments / name


def _region_folder(paths: Paths, slug: str) -> Path:
    _folder(paths, slug, r"[a-z][a-z0-9_]*", "a region's name as in data/catalog/regions.yml")
    return paths.assessments / "regions" / slug


def _checked_assessment(paths: Paths, path: Path, catalog: Catalog) -> Assessment:
    try:
        content, document = read_record(path, Assessment, paths.relative(path))
    except RecordError as error:
        raise AssessmentError(error.slips) from None
    _refuse(document, _assessment_slips(content, catalog))
    return content


def _checked_region(paths: Paths, path: Path, catalog: Catalog) -> RegionAssessment:
    try:
        content, document = read_record(path, RegionAssessment, paths.relative(path))
    except RecordError as error:
        raise AssessmentError(error.slips) from None
    _refuse(document, _region_slips(content, path.parent.name, catalog))
    return content


def _refuse(document: Document, slips: Iterable[Slip]) -> None:
    lines = [document.slip(at, what) for at, what in slips]
    if lines:
        raise AssessmentError(lines)


def _known(known: Iterable[str], at: Location, value: str | None) -> Iterator[Slip]:
    known = sorted(known)
    if value is not None and value not in known:
        near = ", ".join(known) if len(known) < 20 else f"{len(known)} entries of data/catalog"
        yield at, f"'{value}' is not in the catalogue. Choose one of: {near}."


def _assessment_slips(content: Assessment, catalog: Catalog) -> Iterator[Slip]:
    judged = {"goals": catalog.goals, "areas": catalog.focus_areas, "priorities": catalog.priorities}
    for kind, wanted in judged.items():
        entries = getattr(content, kind)
        for id in entries:
            yield from _known(wanted, (kind, id), id)
        for id in sorted(wanted.keys() - entries.keys()):
            yield (kind,), f"'{id}' is missing. Judge it, or remove it from data/catalog/programme.yml."
    for kind in ("plans", "projects", "assignments"):
        for index, entry in enumerate(getattr(content, kind)):
            yield from _known(catalog.focus_areas, (kind, index, "area"), entry.area)
            yield from _known(catalog.priorities, (kind, index, "priority"), getattr(entry, "priority", None))
    for index, project in enumerate(content.projects):
        if project.kind != "project":
            yield ("projects", index, "kind"), f"'{project.kind}' is no project. Move it to 'assignments'."


def _region_slips(content: RegionAssessment, slug: str, catalog: Catalog) -> Iterator[Slip]:
    if slug not in catalog.regions:
        yield (), f"no region '{slug}' in data/catalog/regions.yml. Add it, or rename the folder."
        return
    places = [*catalog.regions[slug].members, *catalog.regions[slug].comparisons]
    for index, source in enumerate(content.data_sources):
        for number, indicator in enumerate(source.indicators):
            yield from _known(catalog.indicators, ("data_sources", index, "indicators", number), indicator)
    for index, situation in enumerate(content.situations):
        yield from _known(places, ("situations", index, "place"), situation.place)
    for id, assignment in content.assignments.items():
        yield from _known(catalog.regions[slug].members, ("assignments", id, "place"), assignment.place)
        yield from _proposal_slips(content, id)
    for kind in ("initiatives", "assignments", "proposals"):
        for id, record in getattr(content, kind).items():
            for index, indicator in enumerate(record.indicators):
                yield from _known(catalog.indicators, (kind, id, "indicators", index, "series"), indicator.series)


def _proposal_slips(content: RegionAssessment, id: str) -> Iterator[Slip]:
    for index, proposed in enumerate(content.assignments[id].proposals):
        if proposed.proposal not in content.proposals:
            at = ("assignments", id, "proposals", index, "proposal")
            near = ", ".join(content.proposals)
            yield at, f"'{proposed.proposal}' is not under 'proposals'. Choose one of: {near}."
