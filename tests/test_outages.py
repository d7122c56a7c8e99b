"""A service at fault as a whole is given up soon; one at fault in part costs the series that it concerns, and no other.

The clock is the test's: a request that stalls takes the time that the client gives it, and nothing else takes any.
"""

import random
import re
from collections.abc import Callable
from functools import partial
from math import prod
from pathlib import Path

import pytest

from kolada_double import catalog
from lagesbild.errors import SourceError, TooLargeError
from lagesbild.paths import Paths
from lagesbild.sources import fetch, http
from lagesbild.sources.exchange import Ask, Exchange
from lagesbild.sources.fetch import FetchRequest
from lagesbild.sources.http import Client
from lagesbild.sources.pxweb import PxWebAdapter
from lagesbild.sources.series import FailedSeries, FetchedSeries, Scope
from test_pxweb import FakeTable, indicator
from wire import (
    PLACES,
    Wire,
    busy,
    cut_off,
    dripping,
    kolada,
    kolada_adapter,
    measures,
    refused,
    series_ids,
    sign_in,
    stalled,
    unreachable,
    wait_a_little,
    wired,
)

__all__ = ["wired"]
SERIES = 60  # as many as the catalogue has, in three batches
SCOPE = Scope(1990, 2026, frozenset(PLACES))  # in two parts
TABLES = [f"TAB99{number:02d}" for number in range(1, 6)]
CONTENTS = {"sick_pay": "Sjukpenning", "assistance": "Ekonomiskt bistånd"}
MOST = 90  # seconds that a service at fault as a whole may take
WHOLE = [cut_off, stalled, dripping, unreachable, refused, busy, wait_a_little, sign_in]
names = pytest.mark.parametrize


def scb(ask: Ask) -> dict | Exchange:
    """Five tables, each with its limits, description and figures."""
    if ask.url.endswith("/config"):
        return FakeTable().config
    table = FakeTable()
    if "/metadata" in ask.url:
        return table.json_stat()
    if ask.method == "GET":
        return table.about
    return table.json_stat({item["variableCode"]: item["valueCodes"] for item in ask.json["selection"]})


def tables() -> dict:
    return {named(table, key): indicator(what, id=table) for table in TABLES for key, what in CONTENTS.items()}


def named(table: str, content: str) -> str:
    return f"{table.lower()}_{content}"


def results(adapter, wanted, scope: Scope = SCOPE) -> dict[str, FetchedSeries | FailedSeries]:
    """Series id -> what came of it; each comes once."""
    found = list(adapter.series(wanted, scope))
    assert sorted(result.wanted.id for result in found) == sorted(series.id for series in wanted)
    return {result.wanted.id: result for result in found}


def failed(found: dict[str, FetchedSeries | FailedSeries]) -> set[str]:
    return {key for key, result in found.items() if isinstance(result, FailedSeries)}


# ---- the service as a whole -------------------------------------------------------------------------------------


@names("fault", WHOLE)
@names("about", ["", "/data/"], ids=["everything", "figures"])
def test_kolada_at_fault_as_a_whole_is_given_up_within_90_seconds_i_12_i_13(wired, fault, about) -> None:
    wire = wired(services={"kolada.invalid": kolada}, fault=fault, hit=lambda request: about in request)
    adapter = kolada_adapter(wire)
    found = results(adapter, adapter.wanted(measures(SERIES)))
    assert failed(found) == set(found)
    assert wire.now < MOST
    assert len(wire.asked) < 100
    assert any("not asked, since" in result.reason for result in found.values()) or about


@names("fault", WHOLE)
@names("about", ["", "POST"], ids=["everything", "figures"])
def test_pxweb_at_fault_as_a_whole_is_given_up_within_90_seconds_i_12_i_13(wired, fault, about) -> None:
    wire = wired(services={"scb.invalid": scb}, fault=fault, hit=lambda request: about in request)
    adapter = PxWebAdapter(wire.client(PxWebAdapter))
    found = results(adapter, adapter.wanted(list(tables().items())), Scope(2022, 2024))
    assert failed(found) == set(found)
    assert wire.now < MOST


@names("fault", [stalled, busy, cut_off])
def test_a_service_that_fails_midway_is_given_up_and_what_came_before_is_kept(wired, fault) -> None:
    wire = wired(services={"kolada.invalid": kolada})
    adapter = kolada_adapter(wire)
    found = []
    for result in adapter.series(adapter.wanted(measures(SERIES)), SCOPE):
        found.append(result)
        if wire.fault is None:
            began, wire.fault = wire.now, fault
    assert [type(result) for result in found] == [FetchedSeries] * 25 + [FailedSeries] * 35
    assert wire.now - began < MOST
    assert "nor was GET http://kolada.invalid/data/" in found[-1].reason


@names(("down", "fault"), [("kolada", stalled), ("scb", busy)])
def test_a_service_that_is_down_costs_no_series_of_another(wired, monkeypatch, tmp_path: Path, down, fault) -> None:
    wire = wired(services={"kolada.invalid": kolada, "scb.invalid": scb})
    monkeypatch.setattr(fetch, "Client", partial(Client, clock=wire, sleep=wire.sleep))
    whole = catalog(dict(measures(3)) | dict(list(tables().items())[:4]))
    whole.units["count"] = whole.units["percent"].model_copy(update={"high": None})
    whole.publishers["saga"] = whole.publishers["made_up"]
    addresses = {source: f"http://{source}.invalid/" for source in ("kolada", "scb")}

    def states() -> dict[str, set[str]]:
        summary = fetch.fetch(Paths(tmp_path), whole, FetchRequest(addresses=addresses))
        sources = {result.source for result in summary.results}
        return {source: {r.state for r in summary.results if r.source == source} for source in sources}

    assert states() == {"kolada": {"new"}, "scb": {"new"}}
    wire.fault, wire.hit, began = fault, lambda request: f"//{down}.invalid" in request, wire.now
    assert states() == {"kolada": {"unchanged"}, "scb": {"unchanged"}} | {down: {"failed"}}
    assert wire.now - began < MOST + 10  # the others' pace


# ---- a part of the series ---------------------------------------------------------------------------------------

SHAPES: dict[str, Callable[[list[str]], set[str]]] = {
    "13 of them": lambda ids: set(random.Random(13).sample(ids, 13)),
    "13 others": lambda ids: set(random.Random(31).sample(ids, 13)),
    "every second": lambda ids: set(ids[::2]),
    "the first 30": lambda ids: set(ids[:30]),
    "all but the last": lambda ids: set(ids[:-1]),
    "one": lambda ids: {ids[7]},
}


@names(
    ("shape", "fault", "about"),
    [
        *((shape, busy, "/data/") for shape in SHAPES),
        *(("the first 30", fault, "") for fault in (busy, cut_off, refused, sign_in)),
        *(("13 of them", fault, "/data/") for fault in (cut_off, refused, sign_in)),
    ],
)
def test_a_fault_of_some_series_costs_no_other_i_14(wired, shape, fault, about) -> None:
    bad = SHAPES[shape](series_ids(SERIES))
    hit = partial(about_some, bad=bad, about=about)
    wire = wired(services={"kolada.invalid": kolada}, fault=fault, hit=hit)
    adapter = kolada_adapter(wire)
    wanted = adapter.wanted(measures(SERIES))
    found = results(adapter, wanted)
    assert failed(found) == {key for key in found if key in bad}
    assert len(wire.asked) < 6 * SERIES


@names("shape", ["13 of them", "every second", "one"])
def test_series_that_stall_cost_no_other(wired, shape) -> None:
    bad = SHAPES[shape](series_ids(SERIES))
    wire = wired(services={"kolada.invalid": kolada}, fault=stalled, hit=partial(about_some, bad=bad, about=""))
    adapter = kolada_adapter(wire)
    assert failed(results(adapter, adapter.wanted(measures(SERIES)))) == bad


def about_some(request: str, bad: set[str], about: str) -> bool:
    return about in request and bool(bad & set(re.findall(r"N9\d{4}", request)))


def test_with_only_a_few_series_the_healthy_ones_are_fetched_though_nothing_was_answered_before(wired) -> None:
    ids = series_ids(6)
    hit = partial(about_some, bad=set(ids[:4]), about="")
    wire = wired(services={"kolada.invalid": kolada}, fault=busy, hit=hit)
    adapter = kolada_adapter(wire)
    assert failed(results(adapter, adapter.wanted(measures(6)))) == set(ids[:4])


@names("fault", [busy, cut_off, stalled])
@names("bad", [TABLES[:2], TABLES[:4], TABLES[1:2]], ids=len)
def test_tables_at_fault_cost_no_other_table(wired, fault, bad) -> None:
    wire = wired(services={"scb.invalid": scb}, fault=fault, hit=lambda request: any(table in request for table in bad))
    adapter = PxWebAdapter(wire.client(PxWebAdapter))
    found = results(adapter, adapter.wanted(list(tables().items())), Scope(2022, 2024))
    assert failed(found) == {named(table, key) for table in bad for key in CONTENTS}


@names("fault", [busy, cut_off])
def test_a_content_at_fault_costs_no_other_content_of_its_table(wired, fault) -> None:
    wire = wired(services={"scb.invalid": scb}, fault=fault, hit=lambda request: '"A1"' in request)
    adapter = PxWebAdapter(wire.client(PxWebAdapter))
    found = results(adapter, adapter.wanted(list(tables().items())), Scope(2022, 2024))
    assert failed(found) == {named(table, "sick_pay") for table in TABLES}


def test_a_service_is_asked_once_more_before_it_is_given_up(wired) -> None:
    wire = wired(services={"kolada.invalid": kolada}, fault=busy)
    client = kolada_adapter(wire).client
    for _ in range(http.OUTAGE):
        with pytest.raises(SourceError, match="answered 503"):
            client.get("kpi/N90001")
    wire.fault = None
    assert client.get("kpi/N90001").content["count"] == 1
    assert wire.asked[-2].startswith("GET http://kolada.invalid/municipality?per_page=1 ")


# ---- what is too large ------------------------------------------------------------------------------------------


def sizes(wire: Wire) -> list[tuple[int, int]]:
    """How many series and years each request for figures asked for."""
    found = [re.search(r"/data/kpi/([^/]+)/year/([^?]+)", request) for request in wire.asked]
    return [(match[1].count(",") + 1, match[2].count(",") + 1) for match in found if match]


@names(("status", "most"), [(422, 300), (422, 90), (422, 7), (413, 300), (414, 300)])
def test_a_call_that_is_too_large_is_halved_and_its_size_never_asked_again_i_17(wired, status, most) -> None:
    def strict(ask: Ask) -> dict | Exchange:
        too_large = "/data/" in ask.url and prod(sizes(Wire({}, asked=[f"GET {ask.url}"]))[0]) > most
        return Exchange(status, {}, b"") if too_large else kolada(ask)

    wire = wired(services={"kolada.invalid": strict})
    adapter = kolada_adapter(wire)
    assert not failed(results(adapter, adapter.wanted(measures(SERIES))))
    asked = sizes(wire)
    refused_sizes = [size for size in asked if prod(size) > most]
    assert 0 < len(refused_sizes) == len(set(refused_sizes)) <= 10
    assert asked.index(refused_sizes[-1]) < 12, "once the size is known, nothing is refused any more"
    assert wire.now < MOST


def test_a_series_that_is_refused_by_itself_is_one_failure_and_makes_nothing_smaller_i_17(wired) -> None:
    bad = series_ids(SERIES)[3]

    def strict(ask: Ask) -> dict | Exchange:
        return Exchange(422, {}, b'{"detail": "kpi"}') if f"{bad}" in ask.url and "/data/" in ask.url else kolada(ask)

    wire = wired(services={"kolada.invalid": strict})
    adapter = kolada_adapter(wire)
    found = results(adapter, adapter.wanted(measures(SERIES)))
    assert failed(found) == {bad}
    assert 'answered 422 (it begins \'{"detail": "kpi"}\')' in found[bad].reason
    assert sizes(wire)[-4:] == [(25, 25), (25, 12), (10, 25), (10, 12)]


def test_what_is_too_large_is_no_outage(wired) -> None:
    wire = wired(services={"kolada.invalid": lambda ask: Exchange(422, {}, b"")})
    client = kolada_adapter(wire).client
    for _ in range(5):
        with pytest.raises(TooLargeError, match="answered 422"):
            client.get("data/kpi/N90001/year/2020")
    assert len(wire.asked) == 5
