"""A small Kolada v3 of made-up places on loopback, and the catalogue of a project that asks it."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lagesbild.catalog.models import (
    Catalog,
    Comparisons,
    Indicator,
    PinnedSeries,
    Programme,
    Publisher,
    Region,
    SnapshotScope,
    Unit,
)
from lagesbild.paths import Paths
from lagesbild.sources import fetch
from lagesbild.sources.exchange import Limits
from lagesbild.sources.fetch import FetchRequest, FetchSummary
from lagesbild.sources.kolada import KoladaAdapter

# No pauses, and limits that a slow machine does not reach: the bound of the whole suite ends a wait.
QUICK = Limits(
    connect=900, read=900, deadline=900, attempts=2, backoff=0.01, calls=10_000, window=1, patience=9000, hurry=900
)
PLACES = {"0000": "Riket", "0099": "Region Påhitt", "9901": "Påhittsby", "9902": "Sagostad", "9903": "Luftslott"}
PLACES |= {f"99{number}": f"Dikt{number}" for number in range(11, 17)}
GROUP = {"id": "G99", "title": "Liknande kommuner, övergripande, Påhittsby, 2025", "members": ["9902", "9911"]}
YEARS = (2020, 2021, 2022)
GOOD, OTHER, MARGIN = "N90001", "N90002", "U90001"
TITLES = {GOOD: "Påhittat mått, andel (%)", OTHER: "Annat mått, andel (%)", MARGIN: "Osäkerhetstal - Påhittat mått"}

Fault = Callable[[Request], Response | None]


def value(number: float | str | None, gender: str = "T", **more: object) -> dict:
    """One value as Kolada gives it."""
    return {"gender": gender, "count": 1, "status": "", "value": number, "isdeleted": False} | more


@dataclass
class KoladaDouble:
    """`rows[kpi, year, place]` are the values; `fault` may answer a request in the double's place."""

    server: HTTPServer
    titles: dict[str, str] = field(default_factory=lambda: dict(TITLES))
    descriptions: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, int, str], list[dict]] = field(default_factory=dict)
    groups: list[dict] = field(default_factory=lambda: [GROUP])
    places: dict[str, str] = field(default_factory=lambda: dict(PLACES))
    fault: Fault | None = None
    per_page: int = 5000
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        for number, place in enumerate(PLACES):
            for year in YEARS:
                self.rows[GOOD, year, place] = [
                    value(20.0 + number + year % 10),
                    value(30.5, "K"),
                    value(10.25, "M"),
                ]
                self.rows[OTHER, year, place] = [value(50 + number)]
                self.rows[MARGIN, year, place] = [value(2.5)]
        self.server.expect_request(re.compile("/v3/.*")).respond_with_handler(self.answer)

    @property
    def address(self) -> str:
        return self.server.url_for("/v3/")

    def answer(self, request: Request) -> Response:
        """The double's answer, or the fault's."""
        self.asked.append(request.full_path.removeprefix("/v3/"))
        if self.fault and (response := self.fault(request)) is not None:
            return response
        return as_json(self.page(request))

    def page(self, request: Request) -> dict:
        """A page of what is asked for, as the service would give it."""
        kind, *segments = request.path.removeprefix("/v3/").split("/")
        rows = self._data(segments) if kind == "data" else self._list(kind, segments)
        number, size = int(request.args.get("page", 1)), min(self.per_page, int(request.args.get("per_page", 5000)))
        values = rows[(number - 1) * size : number * size]
        following = f"{request.base_url}?page={number + 1}&per_page={size}" if number * size < len(rows) else None
        return {"values": values, "count": len(values), "next_url": following, "previous_url": None}

    def _list(self, kind: str, segments: list[str]) -> list[dict]:
        if kind == "municipality":
            return [
                {"id": code, "title": name, "type": "L" if code.startswith("00") else "K"}
                for code, name in self.places.items()
            ]
        if kind == "municipality_groups":
            return [
                group | {"members": [{"member_id": code, "member_title": ""} for code in group["members"]]}
                for group in self.groups
            ]
        wanted = segments[0].split(",")
        return [
            {"id": key, "title": title, "description": self.descriptions.get(key, f"Så mäts {key}."), "nytt": 1}
            for key, title in self.titles.items()
            if key in wanted
        ]

    def _data(self, segments: list[str]) -> list[dict]:
        asked = dict(zip(segments[::2], (part.split(",") for part in segments[1::2]), strict=True))
        return [
            {"kpi": kpi, "period": year, "municipality": place, "values": values}
            for (kpi, year, place), values in self.rows.items()
            if kpi in asked["kpi"]
            and place in asked.get("municipality", [place])
            and str(year) in asked.get("year", [str(year)])
        ]


def as_json(content: object, **more: object) -> Response:
    """`content` sent as JSON."""
    return Response(json.dumps(content, ensure_ascii=False).encode(), content_type="application/json", **more)


def indicator(series: str, margin: str | None = None) -> Indicator:
    """An indicator in percent that a series of the double fills."""
    pinned = PinnedSeries(
        id=series, title=TITLES.get(series, series), margin=margin, margin_title=margin and TITLES[margin]
    )
    return Indicator(
        title="Påhitt",
        label="påhitt",
        unit="percent",
        better="higher",
        publisher="made_up",
        kind="register",
        definition="Påhittat.",
        kolada=pinned,
    )


def catalog(indicators: dict[str, Indicator] | None = None) -> Catalog:
    """A catalogue around the double."""
    unit = Unit(text="procent", symbol="%", difference="procentenheter", low=0.0, high=100.0)
    return Catalog(
        programme=Programme(title="", owner="", caveat="", legend={}),
        goals={},
        focus_areas={},
        priorities={},
        pages={},
        parts={},
        units={"percent": unit},
        publishers={"made_up": Publisher(name="Påhittsverket", cite="Källa: Påhittsverket", licence="fri")},
        regions={"made_up": Region(name="Påhittsregionen", members=["9901", "9903"])},
        comparisons=Comparisons(rule="Liknande kommuner, övergripande, {name}, {year}", pinned={}),
        snapshot=SnapshotScope(since=2020, counties={"99": "0099"}),
        surveys={},
        indicators=indicators or {"good": indicator(GOOD, MARGIN), "other": indicator(OTHER)},
    )


@dataclass
class Project:
    """A copy of the project in a temporary folder, and a way to fetch into it."""

    paths: Paths
    double: KoladaDouble
    catalog: Catalog = field(default_factory=catalog)
    address: str | None = None

    def fetch(self, **what: object) -> FetchSummary:
        """What `lagesbild fetch` does, against the double and without its pauses."""
        addresses = {"kolada": self.address or self.double.address}
        return fetch.fetch(self.paths, self.catalog, FetchRequest(addresses=addresses, **what))

    @property
    def folder(self) -> Path:
        return self.paths.raw / "kolada"

    def files(self) -> dict[str, bytes]:
        """Every file of the snapshot with its bytes."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*"))}


def without_pauses(monkeypatch, limits: Limits = QUICK) -> None:
    """Let fetches use `limits` for Kolada, and no other service."""
    monkeypatch.setattr(KoladaAdapter, "limits", limits)
    monkeypatch.setattr(fetch, "SERVICES", (KoladaAdapter,))
