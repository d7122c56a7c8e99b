"""Tables of PxWeb, both versions, read from small made-up services over real sockets."""

import json
import math
import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from lagesbild.catalog.models import Indicator, PinnedTable
from lagesbild.errors import ContentError
from lagesbild.sources import pxweb_questions
from lagesbild.sources.exchange import Limits
from lagesbild.sources.http import Client
from lagesbild.sources.pxweb import PxWebAdapter, PxWebV1Adapter
from lagesbild.sources.pxweb_questions import Axis, Question
from lagesbild.sources.pxweb_tables import Period, code_of, period_of, place_of, same_title, sex_of
from lagesbild.sources.series import FailedSeries, FetchedSeries, Scope
from test_jsonstat import Counting

MONTHS = [f"{year}M{month:02d}" for year in (2022, 2023) for month in range(1, 13)] + ["2024M01", "2024M02"]
TITLE = "Påhittade helårsekvivalenter efter region, kön, åldersgrupp, tabellinnehåll och månad"
SCOPE = Scope(2022, 2024)
QUICK = Limits(
    connect=900, read=900, deadline=900, attempts=2, backoff=0.0, calls=1000, window=0.001, patience=9000, hurry=900
)


class FakeTable:
    """A table like TAB1386, served as strictly as by the real service; tests spoil it part by part."""

    def __init__(self):
        self.title = f"{TITLE} 2022M01-2024M02"
        self.variables = {
            "Region": (
                "region",
                {"00": "Riket", "9901": "Påhittsby", "9902": "Sagostad"},
                False,
            ),
            "Kon": ("kön", {"1": "män", "2": "kvinnor", "1+2": "totalt"}, False),
            "Alder": ("åldersgrupp", {"20-64": "20-64 år", "20-65": "20-65 år"}, False),
            "ContentsCode": (
                "tabellinnehåll",
                {"A1": "Sjukpenning", "A2": "Sjuk- och aktivitetsersersättning", "A3": "Ekonomiskt bistånd"},
                False,
            ),
            "Tid": ("månad", {month: month for month in MONTHS}, False),
        }
        self.config = {"maxDataCells": 1000, "maxCallsPerTimeWindow": 1000, "timeWindow": 1}
        self.about = {"id": "TAB9901", "lastPeriod": MONTHS[-1], "discontinued": None}
        self.extension = {}
        self.gone: set[tuple] = set()  # cells without a value
        self.spoil_answer = lambda body: body
        self.asked: list[dict[str, list[str]]] = []

    def value(self, cell: tuple) -> float | None:
        """Another number in every cell, so that a swapped axis shows."""
        if cell in self.gone:
            return None
        return sum(list(labels).index(code) * 100**place for place, (code, (_, labels, _)) in self._placed(cell))

    def _placed(self, cell):
        return enumerate(zip(cell, self.variables.values(), strict=True))

    def json_stat(self, selection=None) -> dict:
        chosen = {
            key: {code: labels[code] for code in (labels if selection is None else selection[key])}
            for key, (_, labels, _) in self.variables.items()
            if selection is None or key in selection
        }
        cells = [self.value(cell) for cell in product(*chosen.values())] if selection else []
        return {
            "version": "2.0",
            "class": "dataset",
            "label": self.title,
            "updated": "2024-04-01T06:00:00Z",
            "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
            "id": list(chosen),
            "size": [len(codes) for codes in chosen.values()],
            "dimension": {
                key: {
                    "label": self.variables[key][0],
                    "category": {"index": {code: i for i, code in enumerate(codes)}, "label": codes},
                    "extension": {"elimination": self.variables[key][2]},
                }
                for key, codes in chosen.items()
            },
            "extension": self.extension,
            "value": cells,
            "status": {str(i): ".." for i, value in enumerate(cells) if value is None},
        }

    def answer(self, selection: dict[str, list[str]]) -> Response:
        """As the real services: named variables, no code twice, not too many cells."""
        self.asked.append(selection)
        if any(len(set(codes)) < len(codes) for codes in selection.values()):
            return Response(b"", 500)
        left = [key for key, (_, _, eliminable) in self.variables.items() if key not in selection and not eliminable]
        if left or math.prod(len(codes) for codes in selection.values()) > self.config["maxDataCells"]:
            return Response(json.dumps({"title": "Parameter error", "status": 400}), 400)
        body = self.spoil_answer(self.json_stat(selection))
        return body if isinstance(body, Response) else as_json(body)

    def post(self, request) -> Response:
        selection = json.loads(request.data)["selection"]
        return self.answer({item["variableCode"]: item["valueCodes"] for item in selection})


def as_json(body) -> Response:
    return Response(json.dumps(body), content_type="application/json; charset=utf-8")


@pytest.fixture
def table():
    return FakeTable()


@pytest.fixture
def scb(httpserver, table):
    """The adapter for a PxWebApi 2 service that has `table`. Nothing but POST gives figures."""
    base = "/api/v2/tables/TAB9901"
    httpserver.expect_request("/api/v2/config").respond_with_handler(lambda _: as_json(table.config))
    httpserver.expect_request(base, method="GET").respond_with_handler(lambda _: as_json(table.about))
    httpserver.expect_request(f"{base}/metadata").respond_with_handler(lambda _: as_json(table.json_stat()))
    httpserver.expect_request(f"{base}/data", method="POST").respond_with_handler(table.post)
    return PxWebAdapter(Client("Sagoverket", httpserver.url_for("/api/v2/"), QUICK, sleep=lambda _: None))


def indicator(content="Sjukpenning", **changes) -> Indicator:
    pinned = PinnedTable(
        id="TAB9901",
        title="Påhittade helårsekvivalenter",
        content=content,
        select={"åldersgrupp": ["20-64 år"]},
        monthly=True,
    )
    table = {name: changes.pop(name) for name in list(changes) if name in PinnedTable.model_fields}
    entry = {"title": content, "label": content, "unit": "count", "better": "lower", "publisher": "saga"}
    return Indicator(**entry, kind="register", definition="Påhittat.", table=pinned.model_copy(update=table), **changes)


def fetched(adapter, entries, scope=SCOPE) -> dict[str, FetchedSeries | FailedSeries]:
    return {series.wanted.id: series for series in adapter.series(adapter.wanted(list(entries.items())), scope)}


def cells(rows) -> dict[tuple, tuple]:
    keyed = rows.set_index(["place", "year", "month", "sex", "group"])[["value", "status"]]
    return {key: (None if math.isnan(value) else value, status) for key, value, status in keyed.itertuples()}


def test_codes_are_found_by_label_and_every_cell_lands_on_its_place_month_and_sex(scb, table):
    series = fetched(scb, {"sick_pay": indicator(by_sex=True)})["sick_pay"]
    rows = cells(series.rows[series.rows["month"] > 0])
    regions, sexes = {"0000": "00", "9901": "9901", "9902": "9902"}, {"M": "1", "K": "2", "T": "1+2"}
    assert rows == {
        (place, int(month[:4]), int(month[5:]), sex, ""): (
            table.value((region, code, "20-64", "A1", month)),
            "",
        )
        for (place, region), (sex, code), month in product(regions.items(), sexes.items(), MONTHS)
    }
    assert series.service_updated == "2024-04-01T06:00:00Z"
    assert series.title == f"{TITLE}: Sjukpenning (TAB9901)"
    assert {request["method"] for request in series.requests} == {"GET", "POST"}
    assert [(part.years, part.places, part.sexes) for part in series.asked] == [
        ({2022, 2023, 2024}, {"0000", "9901", "9902"}, {"T", "K", "M"})
    ]


def test_a_year_is_the_mean_of_its_twelve_months(scb, table):
    rows = cells(fetched(scb, {"sick_pay": indicator()})["sick_pay"].rows)
    months = [table.value(("9901", "1+2", "20-64", "A1", month)) for month in MONTHS[12:24]]
    assert rows["9901", 2023, 0, "T", ""] == (pytest.approx(sum(months) / 12), "")


def test_a_missing_month_makes_the_year_incomplete_and_no_month_at_all_makes_it_missing(scb, table):
    table.gone = {("9901", "1+2", "20-64", "A1", "2023M07")}
    table.gone |= {("9902", "1+2", "20-64", "A1", month) for month in MONTHS[:12]}
    rows = cells(fetched(scb, {"sick_pay": indicator()})["sick_pay"].rows)
    assert rows["9901", 2023, 0, "T", ""] == (None, "incomplete")
    assert rows["9901", 2023, 7, "T", ""] == (None, "missing")
    assert rows["9901", 2023, 8, "T", ""][0] is not None
    assert rows["9901", 2024, 0, "T", ""] == (None, "incomplete")  # two months so far
    assert rows["9902", 2022, 0, "T", ""] == (None, "missing")


@pytest.mark.parametrize(
    ("mark", "value", "expected", "warning"),
    [
        ("p", 7, (7, "preliminary"), None),
        ("..", None, (None, "missing"), None),
        ("-", None, (None, "missing"), None),
        ("..", 7, (None, "missing"), "stand beside a mark for no value"),
        ("r", 7, (7, ""), "1 values have the status 'r', whose meaning is not known"),
    ],
)
def test_a_mark_beside_a_value_is_a_note_and_one_for_no_value_is_never_a_number(
    scb, table, mark, value, expected, warning
):
    table.spoil_answer = lambda body: body | {"value": [value, *body["value"][1:]], "status": {"0": mark}}
    series = fetched(scb, {"sick_pay": indicator()})["sick_pay"]
    rows = cells(series.rows)
    assert rows["0000", 2022, 1, "T", ""] == expected
    year = {"p": "preliminary", "r": ""}.get(mark if value else "", "incomplete")
    assert rows["0000", 2022, 0, "T", ""][1] == ("incomplete" if expected[0] is None else year)
    assert any(warning in text for text in series.warnings) if warning else not series.warnings


def test_a_label_that_is_spelt_otherwise_is_taken_and_named_in_a_warning(scb, table):
    series = fetched(scb, {"sickness": indicator("Sjuk- och aktivitetsersättning")})["sickness"]
    assert cells(series.rows)["9901", 2022, 1, "T", ""][0] == table.value(("9901", "1+2", "20-64", "A2", "2022M01"))
    assert any("'Sjuk- och aktivitetsersersättning' (A2) was taken for" in warning for warning in series.warnings)


def test_the_series_of_a_table_share_their_requests(scb, table):
    results = fetched(scb, {"a": indicator(), "b": indicator("Ekonomiskt bistånd"), "c": indicator()})
    assert len(table.asked) == 1
    assert table.asked[0]["ContentsCode"] == ["A1", "A3"]
    assert set(table.asked[0]) == set(table.variables)
    assert cells(results["a"].rows) == cells(results["c"].rows) != cells(results["b"].rows)
    assert results["b"].requests[-1]["rows"] == 3 * len(MONTHS)


def test_answers_are_kept_below_the_services_own_limit_by_splitting_the_regions(scb, table):
    whole = fetched(scb, {"sick_pay": indicator(by_sex=True)})["sick_pay"]
    table.config["maxDataCells"], table.asked = 3 * len(MONTHS), []
    parts = fetched(scb, {"sick_pay": indicator(by_sex=True)})["sick_pay"]
    assert cells(parts.rows) == cells(whole.rows)
    assert [asked["Region"] for asked in table.asked] == [["00"], ["9901"], ["9902"]]
    assert all(asked["Tid"] == MONTHS for asked in table.asked)


def test_all_places_are_the_municipalities_the_counties_and_the_country(scb, table):
    table.variables["Region"][1].update({"99": "Sagolän", "9901A": "Påhittsbys norra del"})
    series = fetched(scb, {"sick_pay": indicator()})["sick_pay"]
    assert set(series.rows["place"]) == {"0000", "0099", "9901", "9902"}


def test_a_label_named_twice_is_sent_once(scb, table):
    entry = indicator(select={"åldersgrupp": ["20-64 år", "20-64 År"], "kön": ["totalt", "kvinnor"]})
    series = fetched(scb, {"sick_pay": entry})["sick_pay"]
    assert table.asked[0]["Alder"] == ["20-64"]
    assert set(series.rows["sex"]) == {"T", "K"}
    assert set(series.rows["group"]) == {""}


def test_several_labels_of_a_variable_become_groups(scb, table):
    series = fetched(scb, {"sick_pay": indicator(select={"åldersgrupp": ["20-65 år", "20-64 år"]})})["sick_pay"]
    assert cells(series.rows)["9902", 2022, 3, "T", "20-65 år"][0] == table.value(
        ("9902", "1+2", "20-65", "A1", "2022M03")
    )


def test_a_table_without_a_total_is_asked_for_the_sum_over_the_sexes_apart(scb, table):
    table.variables["Kon"] = ("kön", {"1": "män", "2": "kvinnor"}, True)
    table.value = lambda cell: len(cell)  # the sum has a dimension less
    series = fetched(scb, {"sick_pay": indicator(by_sex=True)})["sick_pay"]
    assert ["Kon" in asked for asked in table.asked] == [True, False]
    assert {sex: cells(series.rows)["9901", 2022, 1, sex, ""][0] for sex in "TKM"} == {"T": 4, "K": 5, "M": 5}


def test_years_before_the_scope_are_not_asked_for_and_no_year_at_all_is_nothing_published(scb, table):
    assert set(fetched(scb, {"a": indicator()}, replace(SCOPE, since=2024))["a"].rows["year"]) == {2024}
    table.asked = []
    series = fetched(scb, {"a": indicator()}, replace(SCOPE, since=2030, until=2031))["a"]
    assert series.rows.empty
    assert not table.asked


def test_a_month_of_its_own_is_no_year(scb):
    series = fetched(scb, {"july": indicator(monthly=False, month=7)})["july"]
    assert set(series.rows["month"]) == {7}


@pytest.mark.parametrize(
    ("about", "warning"),
    [
        ({"lastPeriod": "2023M12"}, "says that it ends with 2023M12 but has 2024M02"),
        ({"discontinued": True}, "is discontinued"),
    ],
)
def test_a_table_that_may_have_moved_is_warned_about(scb, table, about, warning):
    table.about |= about
    assert any(warning in text for text in fetched(scb, {"a": indicator()})["a"].warnings)


def test_a_table_that_ends_too_early_is_warned_about(scb):
    assert not fetched(scb, {"a": indicator()})["a"].warnings
    late = fetched(scb, {"a": indicator()}, replace(SCOPE, until=2026))["a"]
    assert any("ends with 2024M02, 2025 was expected" in text for text in late.warnings)
    closed = fetched(scb, {"a": indicator(last_year=2024)}, replace(SCOPE, until=2026))["a"]
    assert not closed.warnings


def relabel(variable, code, label):
    return lambda table: table.variables[variable][1].update({code: label})


def renamed(table):
    table.title = "Påhittade hushåll 2022M01-2024M02"


def unnamed_variable(table):
    table.variables["Fodd"] = ("född i", {"1": "Sagolandet", "2": "annat land"}, False)


def not_to_be_summed(table):
    table.variables["Fodd"] = ("född i", {"1": "Sagolandet", "2": "annat land"}, True)
    table.extension = {"px": {"aggregallowed": False}}


def other_regions(table):
    table.variables["Region"] = ("region", {"00X": "Norra Sagolandet"}, False)


def quarters(table):
    table.variables["Tid"][1]["2024K1"] = "2024K1"


UNFIT = {
    "a label that is gone": (relabel("ContentsCode", "A1", "Rehabpenning"), "no label 'Sjukpenning'"),
    "a label that fits two": (relabel("ContentsCode", "A3", "sjukpenning"), "fits 2 labels .* A1, A3"),
    "an age group that is gone": (relabel("Alder", "20-64", "20-66 år"), "no label '20-64 år'"),
    "another title": (renamed, "is now called 'Påhittade hushåll"),
    "a variable that must be named": (unnamed_variable, "cannot be asked without 'född i'.*'Sagolandet'"),
    "a variable that must not be summed over": (not_to_be_summed, "must not be summed over 'född i'"),
    "quarters": (quarters, "'2024K1' .* is neither a year"),
    "two totals": (relabel("Kon", "1", "totalt, båda könen"), "sexes .* cannot be told apart"),
    "no place": (other_regions, "no municipality and no region"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "message"), UNFIT.values(), ids=UNFIT)
def test_a_table_that_does_not_fit_the_catalogue_fails_its_series_before_figures_are_asked(scb, table, spoil, message):
    spoil(table)
    series = fetched(scb, {"sick_pay": indicator()})["sick_pay"]
    assert isinstance(series, FailedSeries)
    assert series.message.startswith("sick_pay: Sagoverket: GET http://")
    assert re.search(message, series.message), series.message
    assert not table.asked


def test_a_monthly_table_must_be_called_one(scb):
    series = fetched(scb, {"sick_pay": indicator(monthly=False)})["sick_pay"]
    assert "has the period 2022M01, another kind than expected" in series.message


def without(*dimensions):
    def spoil(body):
        for key in dimensions:
            place = body["id"].index(key)
            del body["id"][place], body["size"][place], body["dimension"][key]
        return body

    return spoil


def value_as_text(body):
    return body | {"value": [*body["value"][:-1], "12,5"]}


def another_code(body):
    category = body["dimension"]["Region"]["category"]
    category["index"] = {code.replace("9902", "9903"): place for code, place in category["index"].items()}
    category["label"] = dict.fromkeys(category["index"], "x")
    return body


FAULTS = {
    "a lost dimension": (without("Alder"), "lost the dimension Alder"),
    "a lost dimension of several codes": (without("Tid", "ContentsCode"), "is no dimension|values for"),
    "a value as text": (value_as_text, "'12,5', which is no number"),
    "one value too few": (lambda body: body | {"value": body["value"][1:]}, "values for"),
    "another place than asked": (another_code, "differs in 'Region' .* 9902, 9903"),
    "an empty 500": (lambda body: Response(b"", 500), "answered 500"),
    "a 400": (
        lambda body: Response(b'{"status": 400}', 400, content_type="application/json"),
        "answered 400",
    ),
    "HTML with 200": (
        lambda body: Response("<html>Logga in</html>", content_type="text/html"),
        "instead of JSON",
    ),
    "cut-off JSON": (
        lambda body: Response('{"class": "data', content_type="application/json"),
        "broken or cut-off",
    ),
    "no dataset": (lambda body: {"error": "sorry"}, "has the class None"),
}


@pytest.mark.parametrize(("spoil", "message"), FAULTS.values(), ids=FAULTS)
def test_a_broken_answer_fails_the_series_that_needed_it_and_nothing_of_it_is_used(scb, table, spoil, message):
    table.spoil_answer = spoil
    series = fetched(scb, {"sick_pay": indicator()})["sick_pay"]
    assert isinstance(series, FailedSeries)
    assert re.search(message, series.message), series.message
    assert "POST http://" in series.message


def test_a_fault_in_the_very_last_part_leaves_no_part_of_the_series(scb, table):
    table.config["maxDataCells"] = len(MONTHS)
    table.spoil_answer = lambda body: Response(b"", 500) if len(table.asked) >= 3 else body
    assert isinstance(fetched(scb, {"sick_pay": indicator()})["sick_pay"], FailedSeries)


def test_a_table_that_fails_does_not_stop_the_next_one(scb, httpserver):
    entries = {"a": indicator(id="TAB0001"), "b": indicator()}
    httpserver.expect_request("/api/v2/tables/TAB0001").respond_with_json({"status": 404}, 404)
    results = fetched(scb, entries)
    assert isinstance(results["a"], FailedSeries)
    assert isinstance(results["b"], FetchedSeries)


@pytest.mark.parametrize("config", [{}, [], {"maxDataCells": "150000", "maxCallsPerTimeWindow": 3, "timeWindow": 1}])
def test_limits_that_cannot_be_read_are_not_guessed(scb, table, config):
    table.config = config
    series = fetched(scb, {"sick_pay": indicator()})["sick_pay"]
    assert "the limits do not say" in series.message
    assert not table.asked


def test_a_plan_names_the_calls_without_making_them(scb, httpserver):
    calls = scb.plan(scb.wanted([("a", indicator()), ("b", indicator("Ekonomiskt bistånd"))]), SCOPE)
    assert [(call.method, call.url.partition("/api/v2/")[2]) for call in calls] == [
        ("GET", "config"),
        ("GET", "tables/TAB9901"),
        ("GET", "tables/TAB9901/metadata"),
        ("POST", "tables/TAB9901/data"),
    ]
    assert not httpserver.log
    assert scb.plan([], SCOPE) == []


# Version 1, as at Folkhälsomyndigheten: a survey table with pooled years, whose time codes only count.

SURVEY = {
    "title": "Påhittad hälsa efter region, svar, kön och år",
    "variables": [
        {"code": "Region", "text": "Region", "values": ["00", "99"], "valueTexts": ["Riket", "99 Sagolän"]},
        {"code": "Svar", "text": "Svar", "values": ["01", "02"], "valueTexts": ["Andel", "Antal svar"]},
        {"code": "Hus", "text": "Hus", "values": ["1", "2"], "valueTexts": ["Stuga", "Slott"], "elimination": True},
        {
            "code": "Kön",
            "text": "Kön",
            "values": ["00", "01", "02"],
            "valueTexts": ["Totalt", "Kvinnor", "Män"],
        },
        {
            "code": "År",
            "text": "År",
            "values": ["0", "1"],
            "valueTexts": ["2018-2021", "2021-2024"],
            "time": True,
        },
    ],
}


def survey_answer(request) -> Response:
    """The cell's codes as a number (99, sex 1, year 1, answer 1: 99111), and 403 for more than six cells."""
    query = json.loads(request.data)
    assert query["response"] == {"format": "json-stat2"}
    assert all(item["selection"]["filter"] == "item" for item in query["query"])
    chosen = {item["code"]: item["selection"]["values"] for item in query["query"]}
    if math.prod(map(len, chosen.values())) > 6:
        return Response("", 403)
    body = {
        "class": "dataset",
        "id": list(chosen),
        "size": [len(codes) for codes in chosen.values()],
        "dimension": {key: {"category": {"index": codes}} for key, codes in chosen.items()},
        "value": {
            str(i): float("".join(code.strip("0") or "0" for code in cell))
            for i, cell in enumerate(product(*chosen.values()))
        },
    }
    return Response(b"\xef\xbb\xbf" + json.dumps(body).encode(), content_type="application/json; charset=utf-8")


@pytest.fixture
def fohm(httpserver):
    limits = {"maxValues": 6, "maxCells": 6, "maxCalls": 1000, "timeWindow": 1, "CORS": True}
    httpserver.expect_request("/api/v1/sv/", query_string="config").respond_with_json(limits)
    httpserver.expect_request("/api/v1/sv/B/halsa.px", method="GET").respond_with_json(SURVEY)
    httpserver.expect_request("/api/v1/sv/B/halsa.px", method="POST").respond_with_handler(survey_answer)
    return PxWebV1Adapter(Client("Sagohälsan", httpserver.url_for("/api/v1/sv/"), QUICK, sleep=lambda _: None))


def survey(**changes) -> Indicator:
    table = {"id": "B/halsa.px", "title": "Påhittad hälsa", "select": {}, "monthly": False}
    return indicator("Andel", by_sex=True, **{"years_pooled": 4} | table | changes)


def test_version_1_is_read_with_its_byte_order_mark_its_own_limits_and_its_counted_years(fohm, httpserver):
    series = fetched(fohm, {"health": survey()}, Scope(2012, 2025))["health"]
    assert cells(series.rows)["0099", 2024, 0, "K", ""] == (99111, "")
    assert cells(series.rows)["0000", 2021, 0, "M", ""] == (201, "")
    assert len(series.rows) == 2 * 3 * 2
    assert len([True for request, _ in httpserver.log if request.method == "POST"]) == 3


def of_one_measure(request, code: str) -> Response:
    """An older server's answer to a question that names the measure, or a measure that nobody asked about."""
    query = {item["code"]: item["selection"]["values"] for item in json.loads(request.data)["query"]}
    chosen = {key: codes for key, codes in query.items() if key != "ContentsCode"}
    body = {
        "class": "dataset",
        "id": list(chosen),
        "size": [len(codes) for codes in chosen.values()],
        "role": {"metric": ["ContentsCode"]},
        "dimension": {key: {"category": {"index": codes}} for key, codes in chosen.items()}
        | {"ContentsCode": {"category": {"label": {code: "Andel"}}}},
        "value": [float(number) for number in range(math.prod(map(len, chosen.values())))],
    }
    return as_json(body)


@pytest.mark.parametrize("named", [True, False], ids=["I-15-asked-for", "I-15-not-asked-for"])
def test_a_measure_that_stands_beside_the_answers_dimensions_is_read(fohm, httpserver, named):
    about = json.loads(json.dumps(SURVEY))
    about["variables"][1:2] = [{"code": "ContentsCode", "text": "mått", "values": ["A"], "valueTexts": ["Andel"]}]
    if not named:
        about["variables"].pop(1)
        about["title"] = "Andel efter region, kön och år"
    url = "/api/v1/sv/C/andel.px"
    httpserver.expect_request(url, method="GET").respond_with_json(about)
    httpserver.expect_request(url, method="POST").respond_with_handler(lambda request: of_one_measure(request, "A"))
    series = fetched(fohm, {"health": survey(id="C/andel.px", title=about["title"])}, Scope(2012, 2025))["health"]
    assert isinstance(series, FetchedSeries), series.reason
    assert len(series.rows) == 2 * 3 * 2
    assert series.rows["value"].notna().all()


def test_another_measure_beside_the_answers_dimensions_is_refused_i_15(fohm, httpserver):
    about = json.loads(json.dumps(SURVEY))
    about["variables"][1:2] = [{"code": "ContentsCode", "text": "mått", "values": ["A"], "valueTexts": ["Andel"]}]
    url = "/api/v1/sv/C/andel.px"
    httpserver.expect_request(url, method="GET").respond_with_json(about)
    httpserver.expect_request(url, method="POST").respond_with_handler(lambda request: of_one_measure(request, "B"))
    series = fetched(fohm, {"health": survey(id="C/andel.px")}, Scope(2012, 2025))["health"]
    assert "differs in 'ContentsCode' from what was asked: A, B" in series.reason


def test_places_are_found_without_comparing_each_with_each_i_16(scb, table, monkeypatch):
    places = {f"{number:04d}": f"Ort {number}" for number in range(2000, 3000)}
    table.variables["Region"] = ("region", places, False)
    table.config["maxDataCells"] = 1_000_000
    monkeypatch.setattr(pxweb_questions, "place_of", lambda code: Counting(code))
    Counting.compared = 0
    series = fetched(scb, {"a": indicator()}, replace(SCOPE, since=2024))["a"]
    assert set(series.rows["place"]) == set(places)
    assert Counting.compared < 30 * len(places)


def test_pooled_years_must_be_as_many_as_the_catalogue_says(fohm):
    series = fetched(fohm, {"health": survey(years_pooled=1)}, Scope(2012, 2025))["health"]
    assert "has the period 2018-2021, another kind than expected" in series.message


def test_a_403_of_version_1_says_how_many_cells_were_asked_for(fohm, httpserver):
    httpserver.clear_all_handlers()
    limits = {"maxCells": 1000, "maxCalls": 1000, "timeWindow": 1}
    httpserver.expect_request("/api/v1/sv/", query_string="config").respond_with_json(limits)
    httpserver.expect_request("/api/v1/sv/B/halsa.px", method="GET").respond_with_json(SURVEY)
    httpserver.expect_request("/api/v1/sv/B/halsa.px", method="POST").respond_with_handler(survey_answer)
    series = fetched(fohm, {"health": survey()}, Scope(2012, 2025))["health"]
    assert isinstance(series, FailedSeries)
    assert "answered 403" in series.message
    assert "12 cells were asked for; here 403 means too many" in series.message


def test_each_version_takes_its_own_tables(scb, fohm):
    entries = [("a", indicator()), ("b", survey())]
    assert [series.id for series in scb.wanted(entries)] == ["a"]
    assert [series.id for series in fohm.wanted(entries)] == ["b"]


LABELS = {
    "A": "Sjuk- och aktivitetsersersättning",
    "B": "Sysselsatta 20-64 år",
    "C": "Osysselsatta",
    "D": "Bidrag",
    "E": "Ålder16-64år",
}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("sjuk- och  Aktivitetsersersättning", "A"),
        ("Sjuk\u2010 och aktivitetsersättning", "A"),
        ("Sysselsatta 20\u201364 år", "B"),
        ("Sysselsatta 20-65 år", None),
        ("Sysselsatta", None),
        ("Bidrog", None),
        ("Ålder16-65år", None),
        ("Aktivitetsersättning", None),
    ],
)
def test_labels_match_closely_but_not_blindly(wanted, code):
    if code is None:
        with pytest.raises(ContentError, match="no label"):
            code_of(wanted, LABELS, "labels")
    else:
        assert code_of(wanted, LABELS, "labels")[0] == code


@pytest.mark.parametrize(
    ("label", "sex"),
    [
        ("män", "M"),
        ("Kvinnor", "K"),
        ("totalt", "T"),
        ("totalt, samtliga män och kvinnor", "T"),
        ("okänt", None),
    ],
)
def test_sexes_are_told_by_their_labels(label, sex):
    assert sex_of(label) == sex


@pytest.mark.parametrize(("code", "place"), [("00", "0000"), ("24", "0024"), ("0180", "0180"), ("0180A", None)])
def test_regions_become_places_of_four_digits(code, place):
    assert place_of(code) == place


@pytest.mark.parametrize(
    ("code", "label", "period"),
    [
        ("2024", "2024", Period(2024)),
        ("7", "2024", Period(2024)),
        ("2024M07", "2024M07", Period(2024, 7)),
        ("3", "2021\u20132024", Period(2024, 0, 4)),
        ("2021", "2018-2021", Period(2021, 0, 4)),
    ],
)
def test_periods_are_read_from_their_labels(code, label, period):
    assert period_of(code, label) == period


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("Folkmängd efter region och kön. År 2000-2024", True),
        ("Folkmängd efter region och kön, månad 2025M01 - 2026M04", True),
        ("Folkmängd", True),
        ("Folkmängd och hushåll efter region", False),
    ],
)
def test_a_title_stays_the_same_when_only_its_period_moves_on(title, same):
    assert same_title("Folkmängd", title) is same


@st.composite
def questions(draw):
    kinds = draw(st.permutations(["place", "sex", "period", "content"]))
    sizes = draw(st.lists(st.integers(1, 7), min_size=4, max_size=4))
    return Question(
        tuple(
            Axis(kind, kind, tuple((str(i), i) for i in range(size))) for kind, size in zip(kinds, sizes, strict=True)
        )
    )


@given(questions(), st.integers(1, 300))
def test_parts_stay_below_the_limit_and_cover_every_cell_once(question, most):
    parts = list(question.parts(most))
    assert all(part.cells <= most for part in parts)
    covered = [cell for part in parts for cell in product(*part.selection.values())]
    assert len(covered) == len(set(covered)) == question.cells
    assert set(covered) == set(product(*question.selection.values()))
