"""Answers that are JSON and yet wrong: a refusal that names the request, never another error, and the others go on."""

import copy
import json
import os
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kolada_double import catalog
from lagesbild.catalog.models import Unit
from lagesbild.errors import SourceError
from lagesbild.sources.exchange import Ask, Limits
from lagesbild.sources.kolada_answers import comparison_groups, places
from lagesbild.sources.pxweb import PxWebAdapter, PxWebV1Adapter
from lagesbild.sources.series import FailedSeries, FetchedSeries, Scope, checked_rows
from test_pxweb import SURVEY, FakeTable, indicator, survey
from wire import PLACES, kolada, kolada_adapter, measures, series_ids, wired

__all__ = ["wired"]
GONE = object()  # the place is taken out
HALF = "\ud800"  # half a character: JSON may hold it, no file can
ODD = [GONE, None, True, False, 0, 5, -1, 1.5, 10**400, "", "x", HALF, [], [[]], [5], {}, {"a": {}}, [{"a": 1}]]
KNOWN = frozenset(PLACES)
ANY = Unit(text="antal", symbol="", difference="")
DRAWS = int(os.environ.get("DRAWS", "40"))  # more of them by hand, after a change of how answers are read
Place = tuple[str | int, ...]
Series = FetchedSeries | FailedSeries


def places_in(content: Any, at: Place = ()) -> Iterator[Place]:
    """Every place of a JSON content, itself too."""
    yield at
    members = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, member in members:
        yield from places_in(member, (*at, key))


def with_odd(content: Any, place: Place, odd: object) -> Any:
    """A copy with something odd in one place; the content itself where it has no such place."""
    if not place:
        return None if odd is GONE else odd
    changed = copy.deepcopy(content)
    holder = changed
    try:
        for key in place[:-1]:
            holder = holder[key]
        if odd is GONE:
            del holder[place[-1]]
        else:
            holder[place[-1]] = odd
    except (KeyError, IndexError):  # the answer to a smaller question
        return content
    return changed


def oddities(content: Any) -> Iterator[tuple[Place, object]]:
    """Some of all that can be put anywhere, the same in every run."""
    every = [(place, odd) for place in places_in(content) for odd in ODD]
    yield from random.Random(11).sample(every, min(DRAWS, len(every)))


def checked(series: Series) -> Series:
    """The series, after what a fetch does with it before it writes."""
    if isinstance(series, FailedSeries):
        assert re.search(r"(GET|POST) http://", series.reason), series.reason
        assert len(series.reason) < 1500
        series.reason.encode()
        return series
    try:
        checked_rows(series, ANY)
    except SourceError as error:
        return FailedSeries(series.wanted, str(error))
    texts = [series.title, series.definition, series.service_updated, series.requests, series.warnings]
    json.dumps(texts, ensure_ascii=False).encode()
    assert all(isinstance(text, str | None) for text in texts[:3])
    return series


def ask_of(path: str, posted: Any = None) -> Ask:
    return Ask("POST" if posted else "GET", f"http://made.invalid/{path}", posted, Limits(), 1.0)


# ---- Kolada ------------------------------------------------------------------------------------------------------

GOOD, OTHER = series_ids(2)


def kolada_results(wired, kind: str, place: Place, odd: object) -> dict[str, Series]:
    """Two series; something is odd in every answer of a kind that is about the first."""

    def answer(ask: Ask) -> Any:
        content = kolada(ask)
        return with_odd(content, place, odd) if f"invalid/{kind}/" in ask.url and GOOD in ask.url else content

    adapter = kolada_adapter(wired(services={"kolada.invalid": answer}))
    found = adapter.series(adapter.wanted(measures(2)), Scope(2019, 2022, KNOWN))
    return {series.wanted.id: checked(series) for series in found}


@pytest.mark.parametrize(("kind", "path"), [("kpi", f"kpi/{GOOD}"), ("data", f"data/kpi/{GOOD}/year/2020")])
def test_whatever_kolada_answers_about_a_series_is_read_or_fails_that_series_i_11(wired, kind, path) -> None:
    states = []
    for place, odd in oddities(kolada(ask_of(path))):
        found = kolada_results(wired, kind, place, odd)
        states.append(type(found[GOOD]))
        assert isinstance(found[OTHER], FetchedSeries), (place, odd)
    assert set(states) == {FetchedSeries, FailedSeries}


@pytest.mark.parametrize("name", ["municipality", "municipality_groups"])
def test_whatever_kolada_answers_as_a_list_is_read_or_refused_i_11(wired, name) -> None:
    good, messages = kolada(ask_of(name)), []
    for place, odd in oddities(good):
        wire = wired(services={"kolada.invalid": lambda ask, place=place, odd=odd: with_odd(good, place, odd)})
        client = kolada_adapter(wire).client
        try:
            found = places(client) if name == "municipality" else comparison_groups(client, catalog().comparisons)
        except SourceError as error:
            messages.append(str(error))
        else:
            json.dumps([found.rows, found.requests], ensure_ascii=False).encode()
    assert len(messages) > 10
    assert all("GET " in message for message in messages)


# ---- PxWeb -------------------------------------------------------------------------------------------------------


def part_of(ask: Ask) -> str:
    if ask.method == "POST":
        return "figures"
    return "metadata" if "/metadata" in ask.url else "config" if "config" in ask.url else "about"


def scb(ask: Ask) -> Any:
    """A table's answers, with all that the format has beside the figures."""
    table, part = FakeTable(), part_of(ask)
    table.variables["Tid"] = ("månad", {month: month for month in ("2022M01", "2022M02")}, False)
    table.extension = {"noteMandatory": {"0": True}, "px": {"aggregallowed": True}}
    if part == "figures":
        content = table.json_stat({item["variableCode"]: item["valueCodes"] for item in ask.json["selection"]})
        return content | {"value": {str(i): value for i, value in enumerate(content["value"])}, "status": {"0": "p"}}
    if part == "metadata":
        content = table.json_stat() | {"note": ["Måste visas."], "source": "Sagoverket"}
        for dimension in content["dimension"].values():
            first = next(iter(dimension["category"]["label"]))
            dimension["category"] |= {"unit": {first: {"base": "antal"}}, "note": {first: ["Obs."]}}
            dimension["extension"] |= {"categoryNoteMandatory": {first: {"0": True}}}
        return content
    return table.config if part == "config" else {"updated": "2024", "lastPeriod": "2022M02", "discontinued": None}


CHOSEN = {"Region": ["00", "9901"], "Kon": ["1+2"], "Alder": ["20-64"], "ContentsCode": ["A1"], "Tid": ["2022M01"]}
SELECTION = {"selection": [{"variableCode": name, "valueCodes": codes} for name, codes in CHOSEN.items()]}
ANSWERS = [ask_of("config"), ask_of("table"), ask_of("table/metadata"), ask_of("table/data", SELECTION)]


def scb_results(wired, part: str, place: Place, odd: object) -> dict[str, Series]:
    """A series each of two tables; something is odd in a part of the first, or in the limits."""

    def answer(ask: Ask) -> Any:
        return with_odd(scb(ask), place, odd) if part_of(ask) == part and "TAB9902" not in ask.url else scb(ask)

    adapter = PxWebAdapter(wired(services={"scb.invalid": answer}).client(PxWebAdapter))
    entries = {"spoilt": indicator(), "other": indicator(id="TAB9902")}
    found = adapter.series(adapter.wanted(list(entries.items())), Scope(2022, 2022))
    return {series.wanted.id: checked(series) for series in found}


@pytest.mark.parametrize("ask", ANSWERS, ids=part_of)
def test_whatever_pxweb_answers_is_read_or_fails_the_tables_series_i_11(wired, ask) -> None:
    states = []
    for place, odd in oddities(scb(ask)):
        found = scb_results(wired, part_of(ask), place, odd)
        states.append(type(found["spoilt"]))
        assert isinstance(found["other"], FetchedSeries) or part_of(ask) == "config", (place, odd)
    assert set(states) == {FetchedSeries, FailedSeries}


def test_whatever_version_1_answers_is_read_or_fails_the_tables_series_i_11(wired) -> None:
    states = []
    for place, odd in oddities(SURVEY):

        def answer(ask: Ask, place=place, odd=odd) -> Any:
            if part_of(ask) == "config":
                return {"maxCells": 1000, "maxCalls": 1000, "timeWindow": 1}
            about = with_odd(SURVEY, place, odd) if "halsa" in ask.url else SURVEY
            return about if ask.method == "GET" else figures_of_version_1(ask)

        adapter = PxWebV1Adapter(wired(services={"fohm.invalid": answer}).client(PxWebV1Adapter))
        entries = {"spoilt": survey(), "other": survey(id="B/other.px")}
        found = adapter.series(adapter.wanted(list(entries.items())), Scope(2012, 2025))
        results = {series.wanted.id: checked(series) for series in found}
        states.append(type(results["spoilt"]))
        assert isinstance(results["other"], FetchedSeries)
    assert set(states) == {FetchedSeries, FailedSeries}


def figures_of_version_1(ask: Ask) -> dict:
    chosen = {item["code"]: item["selection"]["values"] for item in ask.json["query"]}
    dimensions = {key: {"category": {"index": codes}} for key, codes in chosen.items()}
    return {
        "class": "dataset",
        "id": list(chosen),
        "size": [len(codes) for codes in chosen.values()],
        "dimension": dimensions,
        "value": {},
    }


# ---- the cases that were met -------------------------------------------------------------------------------------

SPOILT = {
    "role": ("figures", ("role",), {"time": 5}, "'role' names for time no list of dimensions: 5"),
    "role-of-lists": ("metadata", ("role", "time"), [["Tid"]], r"no list of dimensions: \[\['Tid'\]\]"),
    "last-period": ("about", ("lastPeriod",), 5, "table TAB9901 is described by"),
    "updated": ("about", ("updated",), {}, "table TAB9901 is described by"),
    "window": ("config", ("timeWindow",), 10_000_000, "the limits allow 1000 calls in 10000000 seconds"),
    "calls": ("config", ("maxCallsPerTimeWindow",), 10**30, "the limits do not say maxCallsPerTimeWindow"),
    "unit": ("metadata", ("dimension", "Tid", "category", "unit", "2022M01", "base"), [1], "'base' is a list"),
}


@pytest.mark.parametrize("name", [pytest.param(name, id=f"I-11-{name}") for name in SPOILT])
def test_a_malformed_table_is_refused_with_the_request_named(wired, name) -> None:
    part, place, odd, message = SPOILT[name]
    reason = scb_results(wired, part, place, odd)["spoilt"].reason
    assert re.search(rf"^SCB: (GET|POST) http://scb.invalid/.*: .*{message}", reason), reason


UNREADABLE = {
    "id-that-is-a-list": ("kpi", ("values", 0, "id"), [], "Kolada has no such indicator"),
    "number-too-large": ("data", ("values", 0, "values", 0, "value"), 10**400, "is no number"),
    "next-url": ("data", ("next_url",), 5, "next_url is 5, no address"),
    "next-url-broken": ("data", ("next_url",), "http://[x/", "next_url cannot be followed"),
    "no-kpi": ("data", ("values", 0, "kpi"), GONE, "the answer is about None, which was not asked for"),
}


@pytest.mark.parametrize("name", [pytest.param(name, id=f"I-11-{name}") for name in UNREADABLE])
def test_a_malformed_row_is_refused_with_the_request_named(wired, name) -> None:
    kind, place, odd, message = UNREADABLE[name]
    found = kolada_results(wired, kind, place, odd)
    assert re.search(rf"^Kolada: GET http://kolada.invalid/.*: .*{message}", found[GOOD].reason), found[GOOD].reason
    assert isinstance(found[OTHER], FetchedSeries)


HALVES = {
    "definition": ("kpi", ("values", 0, "description"), HALF + " ur"),
    "title": ("kpi", ("values", 0, "title"), "Mått" + HALF),
    "status": ("data", ("values", 0, "values", 0, "status"), HALF),
    "unread-field": ("data", ("values", 0, "comment"), [{"a": "Påhitt " + HALF}]),
    "name-of-a-field": ("data", ("values", 0, HALF), 1),
}


@pytest.mark.parametrize("name", [pytest.param(name, id=f"I-10-{name}") for name in HALVES])
def test_half_a_character_in_an_answer_fails_its_series_alone(wired, name) -> None:
    found = kolada_results(wired, *HALVES[name])
    assert re.search(
        r"Kolada: GET http://kolada.invalid/.*N90000.*: answered with a text that holds half a character, "
        r"\\ud800 after '.*'\. It can be stored nowhere and is not guessed: tell the publisher\.",
        found[GOOD].reason,
    )
    assert isinstance(found[OTHER], FetchedSeries)


LABEL, NOTE = ("dimension", "Kon", "category", "label", "1"), ("note", 0)


@pytest.mark.parametrize("place", [pytest.param(place, id=f"I-10-{place[0]}") for place in (("label",), NOTE, LABEL)])
def test_half_a_character_in_a_table_fails_its_series_alone(wired, place) -> None:
    found = scb_results(wired, "metadata", place, HALF)
    assert "half a character" in found["spoilt"].reason
    assert isinstance(found["other"], FetchedSeries)


def test_a_whole_character_written_as_two_halves_is_read_i_10(wired) -> None:
    found = kolada_results(wired, "kpi", ("values", 0, "description"), "Sköldpadda \U0001f422")
    assert found[GOOD].definition == "Sköldpadda \U0001f422"
