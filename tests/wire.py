"""Statistics services without sockets: what is asked is answered at once, and time passes only where a test says so."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from kolada_double import indicator, value
from lagesbild.catalog.models import Indicator, PinnedSeries
from lagesbild.errors import ExchangeError
from lagesbild.sources import http
from lagesbild.sources.exchange import Ask, Exchange, Limits
from lagesbild.sources.http import Client
from lagesbild.sources.kolada import KoladaAdapter
from lagesbild.sources.series import Adapter

Answer = Callable[[Ask], Any]
Fault = Callable[["Wire", Ask, Any], Exchange]
PLACES = ("0000", "0099", "9901", "9902")


@dataclass
class Wire:
    """`services`: host -> what it answers, as JSON. `fault` is what becomes of the requests that `hit` says."""

    services: dict[str, Answer]
    fault: Fault | None = None
    hit: Callable[[str], bool] = lambda request: True
    now: float = 0.0
    asked: list[str] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def exchanged(self, session: object, ask: Ask) -> Exchange:
        """In the place of `http.exchanged`."""
        request = f"{ask.method} {unquote(ask.url)} {json.dumps(ask.json)}"
        self.asked.append(request)
        content = self.services[urlsplit(ask.url).hostname or ""](ask)
        if self.fault and self.hit(request):
            return self.fault(self, ask, content)
        return content if isinstance(content, Exchange) else as_json(content)

    def client(self, service: type[Adapter], limits: Limits | None = None) -> Client:
        """A client of a service on this wire, with the service's real limits."""
        address = f"http://{service.source}.invalid/"
        return Client(service.name, address, limits or service.limits, self, self.sleep, service.probe)


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Wire]]:
    """Makes the wire that all clients of the test are on."""

    def made(**what: object) -> Wire:
        wire = Wire(**what)
        monkeypatch.setattr(http, "exchanged", wire.exchanged)
        return wire

    return made


def as_json(content: object) -> Exchange:
    return Exchange(200, {"Content-Type": "application/json"}, json.dumps(content).encode())


# ---- what a service can suffer from ----------------------------------------------------------------------------


def cut_off(wire: Wire, ask: Ask, content: Any) -> Exchange:
    whole = as_json(content)
    return Exchange(200, whole.headers, whole.content[: len(whole.content) // 2])


def stalled(wire: Wire, ask: Ask, content: Any) -> Exchange:
    wire.now += min(ask.limits.read, ask.seconds)
    raise ExchangeError("timed out", "Later.", again=True, outage=True)


def dripping(wire: Wire, ask: Ask, content: Any) -> Exchange:
    wire.now += ask.seconds
    raise ExchangeError("no whole answer", "Later.", again=True, outage=True)


def unreachable(wire: Wire, ask: Ask, content: Any) -> Exchange:
    wire.now += min(ask.limits.connect, ask.seconds)
    raise ExchangeError("timed out", "Later.", again=True, outage=True)


def refused(wire: Wire, ask: Ask, content: Any) -> Exchange:
    raise ExchangeError("the connection failed", "Later.", again=True, outage=True)


def busy(wire: Wire, ask: Ask, content: Any) -> Exchange:
    return Exchange(503, {}, b"")


def wait_a_little(wire: Wire, ask: Ask, content: Any) -> Exchange:
    return Exchange(429, {"Retry-After": "9"}, b"")


def sign_in(wire: Wire, ask: Ask, content: Any) -> Exchange:
    return Exchange(200, {"Content-Type": "text/html"}, b"<html>Logga in</html>")


# ---- a Kolada of made-up series --------------------------------------------------------------------------------


def series_ids(count: int) -> list[str]:
    return [f"N9{number:04d}" for number in range(count)]


def measures(count: int) -> list[tuple[str, Indicator]]:
    """Indicators that series of this Kolada fill."""
    return [
        (key.lower(), indicator(key).model_copy(update={"kolada": PinnedSeries(id=key, title=f"Mått {key}")}))
        for key in series_ids(count)
    ]


def kolada(ask: Ask) -> Any:
    """A page of what is asked for; every series has a value of every place for the years that end with 0."""
    kind, *segments = unquote(urlsplit(ask.url).path).strip("/").split("/")
    if kind == "municipality":
        rows = [{"id": code, "title": code, "type": "L" if code.startswith("00") else "K"} for code in PLACES]
    elif kind == "municipality_groups":
        title = "Liknande kommuner, övergripande, 9901, 2025"
        rows = [{"id": "G99", "title": title, "members": [{"member_id": "9902"}]}]
    elif kind == "kpi":
        rows = [{"id": key, "title": f"Mått {key}", "description": f"Så mäts {key}."} for key in segments[0].split(",")]
    elif kind != "data":
        return Exchange(404, {}, b"")
    else:
        asked = dict(zip(segments[::2], (part.split(",") for part in segments[1::2]), strict=True))
        rows = [
            {"kpi": key, "period": int(year), "municipality": place, "values": [value(1.5), value(2.5, "K")]}
            for key in asked["kpi"]
            for year in asked["year"]
            for place in PLACES
            if year.endswith("0")
        ]
    query = dict(parse_qsl(urlsplit(ask.url).query))
    number, size = int(query.get("page", 1)), int(query.get("per_page", 5000))
    values = rows[(number - 1) * size : number * size]
    return {"values": values, "count": len(values), "next_url": None}


def kolada_adapter(wire: Wire) -> KoladaAdapter:
    return KoladaAdapter(wire.client(KoladaAdapter))
