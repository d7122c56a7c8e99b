"""Made-up support figures for copies of the project, typed in or fetched; and the regional notebook run on them."""

import ast
import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest import mock

import pandas as pd
import yaml

from copies import NOTEBOOKS, PLACES, Copy, made_up_root
from lagesbild.html.render import Component
from lagesbild.paths import ROOT_VARIABLE
from lagesbild.sources.keeping import Keeper, Terms
from lagesbild.sources.pxweb import with_years
from lagesbild.sources.series import FetchedSeries, WantedSeries

TYPES = (
    "fte_sick_pay",
    "fte_sickness_compensation",
    "fte_unemployment_benefit",
    "fte_labour_market_programmes",
    "fte_establishment",
    "fte_social_assistance",
)
LABELS = (
    "Sjukpenning/rehabpenning",
    "Sjuk- och aktivitetsersättning",
    "Arbetslöshet",
    "Arbetsmarknadsåtgärder",
    "Etableringsersättning",
    "Ekonomiskt bistånd",
)
COUNTS = {  # place -> (2020, 2021) of the six types
    "9902": ((100, 200, 60, 80, 20, 40), (90, 190, 50, 90, 10, 40)),
    "9903": ((50, 60, 30, 40, 5, 10), (55, 58, 20, 44, 5, 8)),
}
PEOPLE = {("9901", 2020): 5000, ("9901", 2021): 5100, ("9902", 2020): 3600, ("9902", 2021): 3500,
          ("9903", 2020): 1200, ("9903", 2021): 1200}  # fmt: skip
NONE: Mapping[str, str] = MappingProxyType({})
ROW = ["place", "year", "month", "sex", "group", "value", "count", "status"]


def yearly(counts: Mapping[str, tuple[tuple[float, ...], ...]], first: int = 2020) -> dict[tuple[str, str, int], float]:
    """(indicator, place, year) -> value of every type and of the total."""
    rows = {}
    for place, years in counts.items():
        for year, values in enumerate(years, first):
            rows |= {(name, place, year): value for name, value in zip(TYPES, values, strict=True)}
            rows["fte_total", place, year] = sum(values)
    return rows


def typed_in(copy: Copy, values: Mapping[tuple[str, str, int], float]) -> None:
    """The values as the document's table, and the inhabitants."""
    lines = [f"{name},{place},{year},0,T,,{value},,,en sida" for (name, place, year), value in values.items()]
    copy.document("support_profiles", *lines)


def months_of(values: Mapping[tuple[str, str, int], float], sexes: str = "T") -> pd.DataFrame:
    """The same value in each of the year's months; women and men have half each."""
    rows = [
        (name, place, year, month, sex, value if sex == "T" else value / 2)
        for (name, place, year), value in values.items()
        for month in range(1, 13)
        for sex in sexes
    ]
    return pd.DataFrame(rows, columns=["indicator", "place", "year", "month", "sex", "value"])


def fetched(copy: Copy, months: pd.DataFrame, date: str = "2024-05-01") -> None:
    """Stores months as a fetch of TAB1386 would, with the years that the adapter makes of them."""
    keeper = Keeper(copy.paths.raw / "scb", "scb", "http://127.0.0.1:1/", copy.catalog, Terms(date, "Made up."))
    for name, rows in months.groupby("indicator"):
        entry = copy.catalog.indicators[name]
        whole = with_years(rows.assign(group="", count=float("nan"), status="")[ROW])
        wanted = WantedSeries(name, name, entry, entry.table.title)
        assert keeper.keep(FetchedSeries(wanted, entry.table.title, whole, [], ())).ok


def inhabitants(copy: Copy, people: Mapping[tuple[str, int], float]) -> None:
    """Stores the inhabitants aged 20-64."""
    copy.fetched("N01955", dict(people))


def region(copy: Copy, members: Iterable[str], comparisons: Iterable[str] = ()) -> None:
    """Makes "sagan" the only region."""
    entry = {"name": "Sagoförbundet", "members": list(members), "comparisons": list(comparisons)}
    text = yaml.safe_dump({"regions": {"sagan": entry}}, allow_unicode=True)
    (copy.paths.catalog / "regions.yml").write_text(text, "utf-8")


def more_places(copy: Copy, count: int) -> list[str]:
    """Adds made-up municipalities to the official list; returns their codes."""
    codes = [f"{9100 + number}" for number in range(count)]
    known = [{"place": code, "name": name, "type": "L" if code[:2] == "00" else "K"} for code, name in PLACES.items()]
    copy.listed("places", known + [{"place": code, "name": f"By {code[1:]}", "type": "K"} for code in codes])
    return codes


def printed(copy: Copy, rows: Iterable[tuple]) -> None:
    """The document's own headings and labels: place, heading, label, indicator, shares of 2020 and 2021, difference."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["place", "heading", "label", "indicator", "share_2020", "share_2021", "difference", "page"])
    writer.writerows((*row, "en sida") for row in rows)
    (copy.paths.documents / "support_profiles_printed.csv").write_text(text.getvalue(), "utf-8")
    listing = copy.paths.documents / "sources.yml"
    content = yaml.safe_load(listing.read_text("utf-8"))
    content["documents"]["support_profiles_printed"] = {**content["documents"]["support_profiles"], "tidy": False}
    listing.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def made_up_region(folder: Path, counts=COUNTS, people: Mapping[tuple[str, int], float] = PEOPLE) -> Copy:
    """A region of three made-up municipalities, of which the document has two."""
    copy = made_up_root(folder)
    region(copy, ("9901", "9902", "9903"))
    typed_in(copy, yearly(counts))
    inhabitants(copy, people)
    return copy


@dataclass(frozen=True)
class Ran:
    """What the regional notebook's cells left: their last values by the cell's id, and every name."""

    shown: Mapping[str, object]
    names: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.names[name]

    def component(self, cell: str) -> Component:
        """What a cell ended with: "r2" is the cell with the id "region-r2"."""
        return self.shown[f"region-{cell}"]

    def said(self, *words: str) -> str:
        """The only statement of R1 that holds all the words."""
        texts = [item["text"] for item in self.component("r1").record["items"]]
        texts = [text for text in texts if all(word in text for word in words)]
        assert len(texts) == 1, f"{len(texts)} statements hold {words}"
        return texts[0]


def ran(
    copy: Copy,
    region: str = "sagan",
    municipality: str = "9901",
    year: int = 2024,
    until: str = "r1",
    instead: Mapping[str, str] = NONE,
) -> Ran:
    """Runs the regional notebook's own cells in this process, up to the cell `until`.

    `instead`: line of a cell -> what stands in its place. Without `region` it is the municipality's.
    """
    space: dict[str, Any] = {}
    shown: dict[str, object] = {}
    left = dict(instead)
    with mock.patch.dict(os.environ, {ROOT_VARIABLE: str(copy.paths.root)}):
        for cell in json.loads((NOTEBOOKS / "regional_support.ipynb").read_text("utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code":
                continue
            for old in [line for line in left if line in source.splitlines()]:
                source = source.replace(old, left.pop(old))
            body = ast.parse(source).body
            last = body.pop() if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), cell["id"], "exec"), space)
            if "parameters" in cell["metadata"].get("tags", []):
                space |= {"municipality": municipality, "year": year, "region": region}
            if last is not None:
                shown[cell["id"]] = eval(compile(ast.Expression(last.value), cell["id"], "eval"), space)
            if cell["id"] == f"region-{until}":
                break
    assert not left, f"no cell has the line {list(left)}"
    return Ran(shown, space)
