"""Prints how long parsing and storing 500,000 made-up observations takes, and the memory at its peak.

Run: python benchmarks/parsing.py. The aim is within 10 s and 1 GiB for each service. The answers come as JSON
text out of the memory, so that neither network nor pace is measured; everything after them is the product's
own way. Each service has a process of its own; its answers are made and kept there and part of the peak.
"""

import json
import math
import resource
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

from lagesbild.catalog.models import Indicator, PinnedSeries, PinnedTable
from lagesbild.paths import Paths
from lagesbild.sources.http import Answer, Client, digest
from lagesbild.sources.keeping import Keeper, Terms
from lagesbild.sources.kolada import KoladaAdapter
from lagesbild.sources.pxweb import PxWebAdapter
from lagesbild.sources.raw import snapshot_folder
from lagesbild.sources.series import Adapter, Scope
from lagesbild.sources.snapshot import read_snapshot

PLACES = [f"{code:04d}" for code in range(9000, 9312)]
SCOPE = Scope(2000, 2024, known=frozenset(PLACES))
PAGE = 5000


class Memory(Client):
    """A client whose answers lie in the memory, by address."""

    def __init__(self, answers: dict[str, bytes]):
        super().__init__("Sagoverket", "http://127.0.0.1:9/")
        self.answers = answers

    def get(self, path_or_url: str, params: dict | None = None) -> Answer:
        url = self.url(path_or_url, params)
        return self._read("GET", url, self.answers[url.partition("?lang")[0]])

    def post(self, path: str, json: object, params: dict | None = None) -> Answer:
        return self._read("POST", self.url(path), self.answers[self.url(path)])

    def _read(self, method: str, url: str, content: bytes) -> Answer:
        return Answer(method, url, None, json.loads(content), digest(content), len(content))


def entry(**source) -> Indicator:
    texts = dict.fromkeys(("title", "label", "definition"), "Påhittat")
    return Indicator(**texts, unit="count", better="lower", publisher="saga", kind="register", by_sex=True, **source)


def kolada() -> tuple[Adapter, list[tuple[str, Indicator]]]:
    """22 series of 312 places, 3 sexes and 25 years: 514,800 observations."""
    ids = [f"N{number:05d}" for number in range(22)]
    address = "http://127.0.0.1:9/"
    titles = [{"id": key, "title": key, "description": "Påhittat"} for key in ids]
    answers = {f"{address}kpi/{','.join(ids)}?per_page={PAGE}": {"values": titles, "count": len(ids)}}
    rows = [
        {"kpi": key, "municipality": place, "period": year, "values": [kolada_value(s, year) for s in "TKM"]}
        for key, place, year in product(ids, PLACES, SCOPE.years)
    ]
    first = f"{address}data/kpi/{','.join(ids)}/year/{','.join(map(str, SCOPE.years))}?per_page={PAGE}"
    starts = range(0, len(rows), PAGE)
    urls = [first, *(f"{address}page/{start}" for start in starts[1:]), None]
    for url, start, following in zip(urls, starts, urls[1:], strict=False):
        page = rows[start : start + PAGE]
        answers[url] = {"values": page, "count": len(page), "next_url": following}
    return KoladaAdapter(Memory(as_bytes(answers))), [
        (f"saga_{key.lower()}", entry(kolada=PinnedSeries(id=key, title=key))) for key in ids
    ]


def kolada_value(sex: str, year: int) -> dict:
    return {"gender": sex, "count": 1, "status": "", "value": year / 7, "isdeleted": False}


def pxweb() -> tuple[Adapter, list[tuple[str, Indicator]]]:
    """One table of 312 places, 3 sexes, 300 months and 2 contents in one answer: 561,600 observations."""
    codes = {
        "Region": {place: place for place in PLACES},
        "Kon": {"1": "män", "2": "kvinnor", "3": "totalt"},
        "Tid": {month: month for month in (f"{y}M{m:02d}" for y in SCOPE.years for m in range(1, 13))},
        "ContentsCode": {"A": "Antal", "B": "Bidrag"},
    }
    cells = math.prod(map(len, codes.values()))
    cube = {
        "class": "dataset",
        "label": "Påhittade tal",
        "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        "id": list(codes),
        "size": [len(labels) for labels in codes.values()],
        "dimension": {
            key: {"label": key.replace("Kon", "kön"), "category": {"index": list(labels), "label": labels}}
            for key, labels in codes.items()
        },
    }
    table = "http://127.0.0.1:9/tables/TAB1"
    answers = {
        "http://127.0.0.1:9/config": {"maxDataCells": cells, "maxCallsPerTimeWindow": 9, "timeWindow": 1},
        table: {"lastPeriod": "2024M12"},
        f"{table}/metadata": cube | {"value": []},
        f"{table}/data": cube | {"value": [cell / 7 for cell in range(cells)]},
    }
    pinned = {"id": "TAB1", "title": "Påhittade tal", "monthly": True}
    return PxWebAdapter(Memory(as_bytes(answers))), [
        (content.lower(), entry(table=PinnedTable(content=content, **pinned))) for content in ("Antal", "Bidrag")
    ]


def as_bytes(answers: dict[str, object]) -> dict[str, bytes]:
    return {url: json.dumps(content).encode() for url, content in answers.items()}


CASES = {"kolada": kolada, "scb": pxweb}


def measured(source: str) -> str:
    """One line: rows, seconds for parsing, checking and storing, seconds for reading back, peak memory."""
    adapter, indicators = CASES[source]()
    nobody = SimpleNamespace(name="Sagoverket", licence="fri", cite="Källa: Sagoverket")
    unit = SimpleNamespace(low=0.0, high=None)
    catalog = SimpleNamespace(unit_of=lambda _: unit, publishers={"saga": nobody})
    with tempfile.TemporaryDirectory() as root:
        paths = Paths(Path(root))
        keeper = Keeper(snapshot_folder(paths, source), source, "http://127.0.0.1:9/", catalog, Terms("2025-01-15"))
        started = time.perf_counter()
        rows = stored(keeper, adapter.series(adapter.wanted(indicators), SCOPE))
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        back = len(read_snapshot(paths, source))
        reading = time.perf_counter() - started
    assert back == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    times = f"parsed and stored in {seconds:.1f} s, read back in {reading:.1f} s"
    return f"{source}: {rows:,} rows {times}, {peak:.0f} MiB at the peak"


def stored(keeper: Keeper, fetched: Iterable) -> int:
    rows = 0
    for series in fetched:
        result = keeper.keep(series)
        if not result.ok:
            raise SystemExit(result.message)
        rows += len(series.rows)
    return rows


if __name__ == "__main__":
    for case in CASES:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            print(pool.submit(measured, case).result(), flush=True)
