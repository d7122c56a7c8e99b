"""Copies of the project in a temporary folder: the frozen snapshot to read, and one about made-up places.

The made-up project has the real catalogue, but its own places, comparison group and region, and a few made-up
series, written by the product's own code.
"""

import ast
import csv
import io
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from unittest import mock

import numpy as np
import openpyxl
import pandas as pd
import yaml

from helpers.report import Report, open_report
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.html.render import Component
from lagesbild.paths import PACKAGE, ROOT_VARIABLE, Paths
from lagesbild.rules.editions import AT_HAND
from lagesbild.sources.http import digest
from lagesbild.sources.keeping import Keeper, SeriesResult, Terms
from lagesbild.sources.raw import LISTS, NAME, list_bytes, load_places, read_manifest
from lagesbild.sources.series import FetchedSeries, WantedSeries
from lagesbild.tidy.build import tidy_table
from reports import frozen_copy

REPOSITORY = Paths(PACKAGE.parents[1])
NOTEBOOKS = REPOSITORY.root / "notebooks"
PLACES = {
    "0000": "Riket",
    "0099": "Region Saga",
    "0180": "Nollstad",
    "9901": "Påhittsby",
    "9902": "Sagostad",
    "9903": "Luftnäs",
}
NEIGHBOURS = [str(code) for code in range(9910, 9970)]
GROUPS = {
    "G99001": ("Liknande kommuner, övergripande, Påhittsby, 2025", ["9901", "9902", "9903"]),
    "G99002": ("Liknande kommuner, övergripande, Sagostad, 2024", ["9902", "9903"]),
    "G99003": ("Liknande kommuner, övergripande, Sagostad, 2025", ["9902", "9901"]),
}
HAND_MADE = {
    "comparisons.yml": {
        "rule": "Liknande kommuner, övergripande, {name}, {year}",
        "pinned": {"9901": {"id": "G99001", "title": GROUPS["G99001"][0]}},
    },
    "regions.yml": {"regions": {"sagan": {"name": "Sagoförbundet", "members": ["9901", "9902", "9903"]}}},
    "snapshot.yml": {"since": 2015, "counties": {"99": "0099"}},
}
DOCUMENT = {
    **dict.fromkeys(("title", "publisher", "source", "pages", "seen", "caveat"), "Påhittat"),
    "vintage": "2022-05-01",
}
DOCUMENT_HEADER = "indicator,place,year,month,sex,group,value,count,status,page"
# series -> {(place, year): value}; together they fill figures 3, 4, 9, 17 and 20
SERIES = {
    "N07540": {
        (p, y): v + y - 2020 for p, v in {"9901": 9000, "9902": 8000, "0000": 14000}.items() for y in (2020, 2022)
    },
    "N07609": {("9901", 2022): 16.05, ("9902", 2022): 20, ("0000", 2022): 27, ("9901", 2020): 20.3},
    "N00610": {(p, 2022, sex): v for p in ("9901", "0000") for sex, v in (("T", 80.5), ("K", 70.25), ("M", 90.75))},
    "N07901": {("9901", y): 200 for y in (2020, 2021, 2022)},
    "N07902": {("9901", y): 100 for y in (2020, 2021, 2022)},
    "N07903": {("9901", y): 100 for y in (2020, 2021, 2022)},
    "N07904": {("9901", y): 0 for y in (2020, 2021, 2022)},
    "N07913": {("9901", y): 400 for y in (2020, 2021, 2022)},
    "N07907": {("9901", 2021): 10, ("9901", 2022): 11, ("0000", 2022): 16},
}


@dataclass(frozen=True)
class Copy:
    """A project in a temporary folder."""

    paths: Paths

    @cached_property
    def catalog(self) -> Catalog:
        return load_catalog(self.paths)

    @property
    def kolada(self) -> Path:
        return self.paths.raw / "kolada"

    def fetched(self, series: str, values: dict, date: str = "2024-05-01", status: str = "") -> SeriesResult:
        """Stores values as a fetch of `date` would; keys are (place, year) or (place, year, sex).

        `series` is one of Kolada, or the id of an indicator that a table of SCB fills.
        """
        indicator, is_margin = _filled_by(self.catalog).get(series, (series, False))
        entry = self.catalog.indicators[indicator]
        source, pinned = ("kolada", entry.kolada) if entry.kolada else ("scb", entry.table)
        title = pinned.margin_title if is_margin else pinned.title
        rows = [
            (place, year, 0, *(sex or ["T"]), "", value, float("nan"), status)
            for (place, year, *sex), value in values.items()
        ]
        columns = ["place", "year", "month", "sex", "group", "value", "count", "status"]
        got = FetchedSeries(
            WantedSeries(series, indicator, entry, title, is_margin), title, pd.DataFrame(rows, columns=columns), [], ()
        )
        keeper = Keeper(self.paths.raw / source, source, "http://127.0.0.1:1/", self.catalog, Terms(date, "Made up."))
        result = keeper.keep(got)
        assert result.state != "failed", result.message
        return result

    def listed(self, name: str, rows: list[dict[str, str]]) -> None:
        """Stores `places` or `comparison_groups`, with its line in the manifest."""
        self.kolada.mkdir(parents=True, exist_ok=True)
        content = list_bytes(name, rows)
        entry = {"title": name, "fetched": "2024-05-01", "sha256": digest(content), "rows": len(rows)}
        manifest = read_manifest(self.kolada, "kolada").with_list(name, entry)
        (self.kolada / f"{name}.csv").write_bytes(content)
        (self.kolada / NAME).write_bytes(manifest.content())

    def with_neighbours(self) -> None:
        """Adds 60 municipalities, and inhabitants everywhere: it takes that many to know how much a measure swings."""
        places = PLACES | {code: f"Grannby {code}" for code in NEIGHBOURS}
        rows = [(code, name, "L" if code.startswith("00") else "K") for code, name in places.items()]
        self.listed("places", [dict(zip(LISTS["places"], row, strict=True)) for row in rows])
        people = {code: 100_000 + 1_000 * n for n, code in enumerate(["9901", *NEIGHBOURS])}
        self.fetched("N01951", {(code, year): n for code, n in people.items() for year in range(2014, 2025)})

    def fetched_among(self, series: str, values: dict[int, float], sex: str = "T", level: float | None = None) -> None:
        """Stores a yearly series of 9901 among neighbours, country and region that swing by 3 % about `level`.

        Without `level`, about the first of the values.
        """
        draw = np.random.default_rng("TKM".index(sex))
        about = next(iter(values.values())) if level is None else level
        others = {(code, year): about * np.exp(draw.normal(0, 0.03)) for code in NEIGHBOURS for year in values}
        others |= {(code, year): about for code in ("0000", "0099") for year in values}
        everywhere = others | {("9901", year): value for year, value in values.items()}
        self.fetched(series, {(code, year, sex): float(value) for (code, year), value in everywhere.items()})

    def own_file(self, name: str, *rows: tuple, header: str = "indicator,year,value", of: str = "9901") -> Path:
        """A municipality's own file, csv or xlsx by its name."""
        path = self.paths.local / of / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [tuple(header.split(",")), *rows]
        if path.suffix == ".xlsx":
            book = openpyxl.Workbook()
            for line in lines:
                book.active.append(line)
            book.save(path)
        else:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(lines)
            path.write_text(text.getvalue(), "utf-8")
        return path

    def document(self, name: str, *rows: str) -> None:
        """A typed-in table; `rows` are lines of csv."""
        (self.paths.documents / f"{name}.csv").write_text("\n".join((DOCUMENT_HEADER, *rows)) + "\n", "utf-8")

    def table(self) -> pd.DataFrame:
        """The tidy table, made anew and not stored."""
        return tidy_table(self.paths, self.catalog, load_places(self.paths))

    def page(self, name: str, municipality: str = "9901", year: int = 2024) -> Report:
        """A page as a new process opens it."""
        AT_HAND.clear()
        return open_report(name, municipality, year, root=str(self.paths.root))

    def run(self, notebook: str, municipality: str = "9901", year: int = 2024) -> dict[str, Component]:
        """What the notebook's cells end with, by anchor, run in this process from top to bottom."""
        shown = self._shown(notebook, (municipality, year), "")
        return {one.record.get("anchor") or str(number): one for number, one in enumerate(shown)}

    def figure(self, notebook: str, number: int) -> Component:
        """One figure of the made-up municipality, made by its own cell of the notebook."""
        return self._shown(notebook, ("9901", 2024), f"show_figure(report, {number},")[-1]

    def _shown(self, notebook: str, parameters: tuple[str, int], wanted: str) -> list[Component]:
        with mock.patch.dict(os.environ, {ROOT_VARIABLE: str(self.paths.root)}):
            return cells_shown(NOTEBOOKS / f"{notebook}.ipynb", parameters, wanted)

    def files(self) -> dict[str, bytes]:
        """Every file below the root with its bytes."""
        return {self.paths.relative(p): p.read_bytes() for p in sorted(self.paths.root.rglob("*")) if p.is_file()}


def cells_shown(notebook: Path, parameters: tuple[str, int], wanted: str = "") -> list[Component]:
    """The last expression of every code cell; parameters are set after their cell, as papermill does.

    With `wanted`, only of the cells that open the page or hold that text.
    """
    space: dict = {}
    shown = []
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        given = "parameters" in cell["metadata"].get("tags", [])
        opens = "open_report(" in source or "open_region(" in source
        if cell["cell_type"] != "code" or not (given or opens or wanted in source):
            continue
        body = ast.parse(source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), notebook.name, "exec"), space)
        if given:
            space |= dict(zip(("municipality", "year"), parameters, strict=True))
        if last is not None:
            value = eval(compile(ast.Expression(last.value), notebook.name, "eval"), space)
            shown += [value] if isinstance(value, Component) else []  # an analyst's cell ends with a frame
    return shown


def frozen_root(folder: Path) -> Copy:
    """The frozen snapshot with the repository's catalogue, without notebooks of its own."""
    return Copy(Paths(frozen_copy(folder, notebooks=False).resolve()))


def made_up_root(folder: Path) -> Copy:
    """A project about made-up places, with the made-up series of SERIES."""
    shutil.copytree(Path(_template().name), folder, dirs_exist_ok=True)
    return Copy(Paths(folder.resolve()))


@cache
def _template() -> tempfile.TemporaryDirectory:
    """The made-up project as it is made once; it goes when the tests end."""
    made = tempfile.TemporaryDirectory(prefix="made-up-project-")
    copy = Copy(Paths(Path(made.name).resolve()))
    shutil.copytree(REPOSITORY.catalog, copy.paths.catalog)
    for name, content in HAND_MADE.items():
        (copy.paths.catalog / name).write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    _write_documents(copy)
    _write_lists(copy)
    for key, values in SERIES.items():
        copy.fetched(key, values)
    return made


def _write_documents(copy: Copy) -> None:
    """A table without rows for every document that the catalogue names."""
    copy.paths.documents.mkdir(parents=True)
    documents = sorted({entry.document for entry in copy.catalog.indicators.values() if entry.document})
    for name in documents:
        copy.document(name)
    listing = yaml.safe_dump({"documents": dict.fromkeys(documents, DOCUMENT)}, allow_unicode=True)
    (copy.paths.documents / "sources.yml").write_text(listing, "utf-8")


def _write_lists(copy: Copy) -> None:
    places = [(code, name, "L" if code.startswith("00") else "K") for code, name in PLACES.items()]
    groups = [(key, title, place) for key, (title, members) in GROUPS.items() for place in members]
    for name, rows in (("places", places), ("comparison_groups", groups)):
        copy.listed(name, [dict(zip(LISTS[name], row, strict=True)) for row in rows])


def _filled_by(catalog: Catalog) -> dict[str, tuple[str, bool]]:
    """Series -> the indicator that it fills, and whether as its margin."""
    pinned = {key: entry.kolada for key, entry in catalog.indicators.items() if entry.kolada}
    return {one.id: (key, False) for key, one in pinned.items()} | {
        one.margin: (key, True) for key, one in pinned.items() if one.margin
    }
