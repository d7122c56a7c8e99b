"""A new file of `data/assessments/` with every field explained, and what the snapshot has for its place.

The explanations are the models' own: `lagesbild.assessments.models`. A line that begins with # and no space is an
example of a field; one with a space explains. A file that is left as it is changes no page.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic.fields import FieldInfo

from lagesbild.assessments.models import Assessment, Backed, Day, PartialDate, RegionAssessment
from lagesbild.catalog.models import Catalog
from lagesbild.errors import Refusal
from lagesbild.paths import Paths
from lagesbild.places import UnknownPlace
from lagesbild.publishing.request import first_member
from lagesbild.records import Record
from lagesbild.rules.uses import figure_state
from lagesbild.sources.raw import load_places
from lagesbild.swedish.names import Naming, official_name

HEAD = """\
# yaml-language-server: $schema={schema}
# A draft, made by `lagesbild new`: what {by} judged in {year}. Left as it is, it changes no page.
# A # with a space after it explains the field beside it, or the one below. A # without one stands before an example
# that may be left out: to use it, take the # away, also in the lines that belong to it, and write your own words.
"""
PROSE = "Beskriv läget och säg vems åsikten är: det ökar sedan 3 år, på 2 platser."  # with what each backing is for
WIDTH = 120


@dataclass
class Skeleton:
    """The lines of a file. `examples` are values by field ("year") or by record and field ("Basis.title")."""

    examples: Mapping[str, Any]
    entries: Mapping[str, Mapping[str, str]]  # field -> the keys that it needs, with their titles
    left_out: frozenset[str] = frozenset()  # records and fields that the file may not have
    explained: set[type[Record]] = field(default_factory=set)

    def lines(self, record: type[Record], indent: int = 0, mark: str = "") -> Iterator[str]:
        """The fields of a record; of one that was explained before, only those that it needs, without a word."""
        known = {name for base in record.mro() if base in self.explained for name in base.model_fields}
        self.explained.add(record)
        for name, (kind, info) in _fields(record).items():
            again, at = name in known, f"{record.__name__}.{name}"
            if at not in self.left_out and (not again or info.is_required()):
                says = "" if again else ": ".join(filter(None, [info.description, in_words(_choices(kind))]))
                live = mark or ("" if info.is_required() or name == "draft" else "#")
                yield from self._field(record, name, kind, says, indent, live)

    def _field(self, record: type[Record], name: str, kind: Any, says: str, indent: int, mark: str) -> Iterator[str]:
        inner = _record_in(kind)
        if inner is None and "Markdown" in says:
            yield from _line(indent, mark, f"{name}: |", says)
            yield f"{' ' * (indent + 2)}{mark}{self._example(record, name, kind)}"
        elif inner is None:
            yield from _line(indent, mark, f"{name}: {_written(self._example(record, name, kind))}", says)
        elif inner in self.explained and name in Backed.model_fields:  # known by now: on one line
            value = {part: self._example(inner, part, of) for part, (of, _) in _fields(inner).items()}
            yield from _line(indent, mark, f"{name}: {_written([value])}", says)
        else:
            yield from _line(indent, mark, f"{name}:", says)
            yield from self._inner(inner, name, kind, indent, mark)

    def _inner(self, inner: type[Record], name: str, kind: Any, indent: int, mark: str) -> Iterator[str]:
        if get_origin(kind) is list:
            begin, dash = f"{' ' * (indent + 4)}{mark}", f"{' ' * (indent + 2)}{mark}- "
            for line in self.lines(inner, indent + 4, mark):
                first = dash and line.startswith(begin) and not line.startswith(f"{begin.rstrip('#')}# ")
                yield dash + line.removeprefix(begin) if first else line
                dash = "" if first else dash
        elif get_origin(kind) is dict:
            for key, title in self.entries.get(name, {f"{name[:-1]}_1": "an id of your own"}).items():
                yield from _line(indent + 2, mark, f"{_written(key)}:", title)
                yield from self.lines(inner, indent + 4, mark)
        else:
            yield from self.lines(inner, indent + 2, mark)

    def _example(self, record: type[Record], name: str, kind: Any) -> Any:
        for at in (f"{record.__name__}.{name}", name):
            if at in self.examples:
                return self.examples[at]
        if issubclass(record, Backed) and name == getattr(record, "PROSE", ("",))[-1]:
            return PROSE
        choices = _choices(kind)
        values: dict[Any, Any] = {bool: False, int: 1, Day: "2024-12-31", PartialDate: "2024-05"}
        value = choices[0] if choices else values.get(_inmost(kind), "Text.")
        return [value] if get_origin(kind) is list else value


def _fields(record: type[Record]) -> dict[str, tuple[Any, FieldInfo]]:
    """Each field's type and explanation; what stands behind the prose comes after it."""
    hints = get_type_hints(record, include_extras=True)
    names = sorted(record.model_fields, key=lambda name: name in Backed.model_fields)
    return {name: (_without_none(hints[name]), record.model_fields[name]) for name in names}


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        [kind] = [part for part in get_args(kind) if part is not NoneType]
    return kind


def _inmost(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is list else kind


def _record_in(kind: Any) -> type[Record] | None:
    """The record that a field holds by itself, in a list or by key."""
    last = get_args(kind)[-1] if get_origin(kind) in (list, dict) else kind
    return last if isinstance(last, type) and issubclass(last, Record) else None


def _choices(kind: Any) -> tuple[str, ...]:
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return get_args(plain) if get_origin(plain) is Literal else ()


def in_words(choices: Sequence[str]) -> str:
    """Choices as a sentence names them: "up, down or unchanged"."""
    *most, last = choices or ("",)
    return f"{', '.join(most)} or {last}" if most else last


def _written(value: Any) -> str:
    """A value on one line of YAML; text in quotes unless it is read as text without."""
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_written(part)}' for key, part in value.items())}}}"
    plain = isinstance(value, str) and re.fullmatch(r"[^\W\d][\w ./-]*", value)
    return value if plain and yaml.safe_load(value) == value else json.dumps(value, ensure_ascii=False)


def _line(indent: int, mark: str, text: str, says: str) -> Iterator[str]:
    """A line with what explains it beside it, or above where that is too long."""
    line = f"{' ' * indent}{mark}{text}"
    if len(line) + len(says) + 4 <= WIDTH:
        yield f"{line}  # {says}" if says else line
    else:
        yield f"{' ' * indent}# {says}"
        yield line


@dataclass(frozen=True)
class Subject:
    """Whose file is made: a municipality's, or with `region` a region's by its id."""

    code: str  # the municipality, or the region's first member
    region: str
    naming: Naming
    members: tuple[str, ...]  # whose values count


def subject_of(paths: Paths, catalog: Catalog, text: str) -> Subject:
    """Whom a text means: a code, a municipality's name, or a region's id. Raises UnknownPlace with the nearest."""
    if text in catalog.regions:
        entry = catalog.regions[text]
        return Subject(first_member(paths, text), text, Naming(entry.name, entry.name), tuple(entry.members))
    places = load_places(paths)
    try:
        code = places.municipality_code(text)
        name = places.municipality(code)
    except UnknownPlace as error:
        near = get_close_matches(text.casefold(), catalog.regions, n=1)
        meant = f"Is the region '{near[0]}' meant?" if near else f"Regions are: {', '.join(catalog.regions)}."
        raise UnknownPlace(f"{error} {meant} Another one is first added to data/catalog/regions.yml.") from None
    return Subject(code, "", Naming(name, official_name(catalog, code, name), judged=True), (code,))


def write_skeleton(paths: Paths, catalog: Catalog, subject: Subject, year: int) -> Path:
    """Writes the file and returns its path. Raises Refusal where one stands already."""
    folder = paths.assessments / "regions" / subject.region if subject.region else paths.assessments / subject.code
    path = folder / f"{year}.yml"
    text = skeleton_text(paths, catalog, subject, year, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise Refusal(f"{paths.relative(path)} is there already. Edit it, or give another --year.") from None
    return path


def skeleton_text(paths: Paths, catalog: Catalog, subject: Subject, year: int, path: Path) -> str:
    """The content of the new file `path`."""
    model, schema = (RegionAssessment, "region_assessment") if subject.region else (Assessment, "assessment")
    naming, area = subject.naming, next(iter(catalog.focus_areas))
    publisher = subject.region and catalog.regions[subject.region].publisher
    by, indicator = publisher or naming.official, next(iter(catalog.indicators))
    examples = {
        **{"draft": True, "published": None, "next_update": None, "contact": None, "year": year},
        **{"Basis.title": f"Lägesbild {year}", "Basis.publisher": by, "Basis.judged_by": by, "judged_by": by},
        **{"area": area, "priority": catalog.priorities_of(area)[0], "place": subject.code, "about": [subject.code]},
        **{"claim": f"{indicator} rises in {subject.code} from {year - 3} to {year}", "Claim.words": "det ökar"},
        **{"Quoted.text": "sedan 3 år", "Unbound.text": "2 platser", "url": "https://exempel.se/rapport"},
        **{"DataSource.indicators": [indicator], "series": indicator, "proposal": "proposal_1"},
    }
    entries = (
        {}
        if subject.region
        else {
            "goals": {key: f"{entry.label}: {naming.worded(entry.title)}" for key, entry in catalog.goals.items()},
            "areas": {key: naming.title(entry) for key, entry in catalog.focus_areas.items()},
            "priorities": {key: naming.title(entry) for key, entry in catalog.priorities.items()},
        }
    )
    address = Path(os.path.relpath(paths.schemas / f"{schema}.json", path.parent)).as_posix()
    left_out = frozenset({"Reference.area", "Reference.priority"} if subject.region else ())
    lines = Skeleton(examples, entries, left_out).lines(model)
    return "\n".join([HEAD.format(schema=address, by=by, year=year).rstrip(), *lines]) + "\n"


def at_hand_lines(paths: Paths, catalog: Catalog, subject: Subject, year: int) -> Iterator[str]:
    """What the snapshot has and lacks for the place, a line each. Raises RefusedEdition where it has nothing."""
    from lagesbild.rules.editions import refuse_region_without_data, refuse_without_data, years_at_hand
    from lagesbild.tidy.build import table_at_hand
    from lagesbild.tidy.schema import latest_years, up_to

    newest = table_at_hand(paths, catalog).newest
    rows = up_to(newest, year)
    if subject.region:
        refuse_region_without_data(rows, catalog, subject.region, year)
        parts = {name for part in catalog.parts.values() for name in part.indicators}
        for code in subject.members:
            have = parts & latest_years(rows, code).keys()
            name = load_places(paths).name(code)
            yield f"{code} {name}: {len(have)} of {len(parts)} indicators of the regional page have a value."
        return
    refuse_without_data(years_at_hand(newest), subject.code, year)
    latest = latest_years(rows, subject.code)
    states = {number: figure_state(catalog, entry, latest) for number, entry in catalog.figures.items()}
    empty = [number for number, state in states.items() if state == "slot"]
    yield (
        f"{subject.naming.name} {year}: {len(latest.keys() & catalog.indicators.keys())} of {len(catalog.indicators)} "
        f"indicators have a value; {len(states) - len(empty)} of {len(states)} figures can be drawn, "
        f"{sum(state == 'related' for state in states.values())} of them with a measure that stands in."
    )
    for number in empty:
        yield f"  figure {number} is missing: {catalog.figures[number].title}"
    local = [name for name, entry in catalog.indicators.items() if entry.local and name not in latest]
    if local:
        where = f"data/raw/local/{subject.code}/, as data/raw/local/README.md says"
        yield f"Your own files may fill: {', '.join(local)}. Put them into {where}."
