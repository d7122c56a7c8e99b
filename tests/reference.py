"""What the documents say of the code, made from it: `make reference` writes it again.

CONTRIBUTING.md has the fields of the catalogue, from its models; CHANGELOG.md the names of 0.1.0 with those of
today, from the list by which `lagesbild check` tells them. `data/schemas/` has a JSON Schema for each kind of hand-made
file, which editors complete and check it by: the first line of the file names it.
"""

import csv
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from lagesbild.assessments.models import Assessment, RegionAssessment
from lagesbild.catalog import models
from lagesbild.paths import Paths
from lagesbild.publishing.notebooks import RENAMED, names_in
from lagesbild.records import Record

ROOT = Path(__file__).parents[1]
FILES: dict[str, type[Record]] = {
    "programme.yml": models.ProgrammeFile,
    "indicators/<page>.yml": models.PageFile,
    "units.yml": models.UnitsFile,
    "names.yml": models.NamesFile,
    "publishers.yml": models.PublishersFile,
    "regions.yml": models.RegionsFile,
    "comparisons.yml": models.Comparisons,
    "snapshot.yml": models.SnapshotScope,
    "surveys.yml": models.SurveysFile,
    "terms.yml": models.TermsFile,
}
SCHEMAS: dict[str, type[Record]] = {
    **{name.replace("indicators/<page>", "indicators").removesuffix(".yml"): model for name, model in FILES.items()},
    "assessment": Assessment,
    "region_assessment": RegionAssessment,
}
WORDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    models.Slug: "id",
    models.PlaceCode: "place code",
    models.GroupId: "text",
    models.SeriesId: "text",
}
HEADINGS = "| Field | Type | Without it | Meaning |\n| --- | --- | --- | --- |"


def parts(kind: Any) -> tuple[Any, ...]:
    """The types that a type is made from, None left out: of `dict[str, Unit]` str and Unit."""
    return tuple(part for part in get_args(kind) if part is not NoneType)


def in_words(kind: Any) -> str:
    """A field's type as the writer of a file needs it: "list of ids", "higher, lower or neither"."""
    if kind in WORDS:
        return WORDS[kind]
    if get_origin(kind) is Literal:
        *most, last = parts(kind)
        return f"{', '.join(most)} or {last}"
    if get_origin(kind) is list:
        return f"list of {in_words(parts(kind)[0])}s".replace("entrys", "entries")
    if get_origin(kind) is dict:
        return " -> ".join(in_words(part) for part in parts(kind))
    if isinstance(kind, type) and issubclass(kind, Record):
        return "entry"
    return in_words(parts(kind)[0])  # the type beside None, or the one that an annotation narrows


def record_of(kind: Any) -> type[Record] | None:
    """The record that a field holds by itself, in a list or by id; None when it holds values."""
    if isinstance(kind, type) and issubclass(kind, Record):
        return kind
    return next((record for part in parts(kind) if (record := record_of(part))), None)


def place_of(name: str, kind: Any) -> str:
    """Where the fields of a record stand: `kolada`, `breaks[]`, `units.<id>`."""
    if get_origin(kind) is dict:
        return f"{name}.<{'code' if parts(kind)[0] == models.PlaceCode else 'id'}>"
    return f"{name}[]" if get_origin(kind) is list else name


def without(field: FieldInfo) -> str:
    """What holds when a file leaves the field out."""
    if field.is_required():
        return "refused"
    if field.default in (None, [], {}):
        return "nothing"
    return f"`{json.dumps(field.default, ensure_ascii=False)}`"


def kinds(record: type[Record]) -> dict[str, Any]:
    """Each field's type as it is written, narrowed ones such as Slug by their own name."""
    hints = get_type_hints(record, include_extras=True)
    return {name: hints[name] for name in record.model_fields}


def rows(record: type[Record], at: str = "") -> Iterator[str]:
    """A line of the table for each field of a record, with those of its own records below it."""
    for name, kind in kinds(record).items():
        field = record.model_fields[name]
        inner = record_of(kind)
        meaning = (field.description or "").replace("|", "\\|")
        yield f"| `{at}{name}` | {in_words(kind)} | {without(field)} | {meaning} |"
        if inner:
            yield from rows(inner, f"{at}{place_of(name, kind)}.")


def described(record: type[Record]) -> str:
    return (record.__doc__ or "").strip().split("\n")[0]


def tables(file: str, record: type[Record]) -> Iterator[str]:
    """The heading of a file, then a table for each kind of entry that it holds."""
    yield f"### `{file}`"
    entries = {place_of(name, kind): record_of(kind) for name, kind in kinds(record).items()}
    for at, entry in entries.items() if all(entries.values()) else [("", record)]:
        assert entry
        yield f"`{at}`: {described(entry)}" if at else described(entry)
        yield "\n".join([HEADINGS, *rows(entry)])


def catalogue_fields() -> str:
    """A table for each kind of entry in `data/catalog/`."""
    return "\n\n".join(block for file, record in FILES.items() for block in tables(file, record))


def in_code(names: Iterable[str]) -> str:
    """Names as a row of a table or a sentence lists them."""
    return ", ".join(f"`{name}`" for name in names)


def old_names() -> str:
    """Two tables and a list: modules of 0.1.0 and where they are now, names that changed, names that are gone."""
    with RENAMED.open(encoding="utf-8", newline="") as file:
        now = {row["old"]: row["new"] for row in csv.DictReader(file, delimiter=";")}
    modules: dict[str, list[str]] = defaultdict(list)
    renamed: dict[tuple[str, str], str] = {}  # last part and new name -> the shortest old name: packages re-exported
    for old, new in sorted(now.items(), key=lambda row: (row[0].count("."), row)):
        last = old.rpartition(".")[2]
        if new and names_in(new) is not None:
            modules[new].append(old)
        elif last != new.rpartition(".")[2]:
            renamed.setdefault((last, new), old)
    rows = sorted((sorted(olds), new) for new, olds in modules.items())
    names = sorted((old, new) for (_, new), old in renamed.items())
    return "\n".join(
        [
            "| Module of 0.1.0 | Now |\n| --- | --- |",
            *(f"| {in_code(olds)} | `{new}` |" for olds, new in rows),
            "\n| Name of 0.1.0 | Now |\n| --- | --- |",
            *(f"| `{old}` | `{new}` |" for old, new in names if new),
            f"\nGone: {in_code(old for old, new in names if not new)}.",
        ]
    )


MADE = {
    "CONTRIBUTING.md": ("src/lagesbild/catalog/models.py", catalogue_fields),
    "CHANGELOG.md": ("src/lagesbild/publishing/renamed.csv", old_names),
}


def remade(name: str) -> str:
    """A document as it is, with what is made from the code as the code has it now."""
    source, make = MADE[name]
    begin, end = f"<!-- made by `make reference` from {source} -->", "<!-- end of what is made -->"
    before, _, rest = (ROOT / name).read_text("utf-8").partition(begin)
    _, found, after = rest.partition(end)
    assert found, f"{name} has lost the line '{begin}' or '{end}'"
    return f"{before}{begin}\n\n{make()}\n\n{end}{after}"


def closed(part: Any) -> Any:
    """A schema whose entries by id take ids alone: pydantic leaves other keys unsaid."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    own = {"additionalProperties": False} if "patternProperties" in part else {}
    return {name: closed(each) for name, each in part.items()} | own


def schema(name: str) -> str:
    """The JSON Schema of a kind of file."""
    content = closed(SCHEMAS[name].model_json_schema())
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | content
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def schema_of(path: Path) -> str:
    """The schema of a hand-made file, which its first line is to name."""
    paths, file = Paths(ROOT), path.resolve()
    if file.is_relative_to(paths.assessments):
        return "region_assessment" if file.is_relative_to(paths.assessments / "regions") else "assessment"
    return "indicators" if file.parent.name == "indicators" else file.stem


def first_line(path: Path) -> str:
    """The line of a hand-made file by which editors find its schema."""
    target = Paths(ROOT).schemas / f"{schema_of(path)}.json"
    return f"# yaml-language-server: $schema={Path(os.path.relpath(target, path.resolve().parent)).as_posix()}"


if __name__ == "__main__":
    Paths(ROOT).schemas.mkdir(exist_ok=True)
    for name in SCHEMAS:
        (Paths(ROOT).schemas / f"{name}.json").write_text(schema(name), "utf-8")
    for name in MADE:
        (ROOT / name).write_text(remade(name), "utf-8")
