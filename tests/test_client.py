"""Real sockets, every fault that a service has been seen to have: clear words, an end, old figures kept."""

import errno
import gzip
import hashlib
import json
import os
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from requests import Session
from werkzeug import Request, Response

from kolada_double import GOOD, MARGIN, OTHER, QUICK, KoladaDouble, Project, as_json, value, without_pauses
from lagesbild.errors import SourceError
from lagesbild.paths import Paths
from lagesbild.sources import http
from lagesbild.sources.exchange import Limits
from lagesbild.sources.http import Client
from lagesbild.sources.snapshot import read_snapshot

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    """Threaded, so that an answer that never ends holds up nothing but its own request."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def double(server: HTTPServer) -> Iterator[KoladaDouble]:
    server.clear()
    double = KoladaDouble(server)
    yield double
    double.released.set()


@pytest.fixture
def project(tmp_path: Path, double: KoladaDouble, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with a snapshot that was fetched when all was well."""
    without_pauses(monkeypatch)
    project = Project(Paths(tmp_path), double)
    assert project.fetch(fetched=datetime(2026, 1, 1).date()).ok
    double.asked.clear()
    return project


# ---- faults in what is sent: each breaks every answer that is about GOOD ------------------------------------


def page_with(double: KoladaDouble, change: Callable[[dict], object]) -> Callable[[Request], Response]:
    """The double's own page after `change`, which edits it in place or returns another."""

    def changed(request: Request) -> Response:
        page = double.page(request)
        return as_json(change(page) or page)

    return changed


def first_good(page: dict) -> dict:
    return next(item for item in page["values"] if item["kpi"] == GOOD)


def edit_value(**fields: object) -> Callable[[dict], None]:
    def edit(page: dict) -> None:
        first_good(page)["values"][0].update(fields)

    return edit


def twice(page: dict) -> None:
    page["values"].append(first_good(page))
    page["count"] += 1


def reset(double: KoladaDouble, request: Request) -> Response:
    def hang_up() -> Iterator[bytes]:
        connection = request.environ["werkzeug.socket"]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())  # closed with linger 0: a reset goes out, not a goodbye
        raise ConnectionResetError
        yield b""

    return Response(hang_up())


def slow_first_byte(double: KoladaDouble, request: Request) -> Response:
    double.released.wait()
    return Response()


def stalled_body(double: KoladaDouble, request: Request) -> Response:
    def pieces() -> Iterator[bytes]:
        yield b'{"values": ['
        double.released.wait()

    return Response(pieces(), content_type="application/json")


def truncated(double: KoladaDouble, request: Request) -> Response:
    whole = json.dumps(double.page(request)).encode()
    return Response(whole[: len(whole) // 2], content_type="application/json")


def latin_1(double: KoladaDouble, request: Request) -> Response:
    page = double.page(request) | {"note": "Påhitt"}
    return Response(json.dumps(page, ensure_ascii=False).encode("latin-1"), content_type="application/json")


def in_a_while() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@dataclass(frozen=True)
class Case:
    """`answer` takes the double and the request; `words` stand in the message; `state` is the series' end."""

    answer: Callable[[KoladaDouble, Request], Response]
    words: str
    state: str = "failed"


def plain(body: bytes | str, status: int = 200, **headers: str) -> Callable[[KoladaDouble, Request], Response]:
    kind = headers.pop("content_type", "application/json")
    return lambda double, request: Response(body, status, headers=headers, content_type=kind)


def page(change: Callable[[dict], object]) -> Callable[[KoladaDouble, Request], Response]:
    return lambda double, request: page_with(double, change)(request)


CASES = {
    "reset connection": Case(reset, "the connection failed"),
    "slow first byte": Case(slow_first_byte, "timed out"),
    "stalled body": Case(stalled_body, "timed out"),
    "truncated JSON": Case(truncated, "cut-off JSON"),
    "HTML with 200": Case(plain("<html>Logga in</html>", content_type="text/html"), "text/html"),
    "empty 500": Case(plain("", 500), "answered 500"),
    "429 with seconds": Case(lambda d, r: Response("", 429, headers={"Retry-After": "3600"}), "asks to wait 3600 s"),
    "429 with an HTTP date": Case(
        lambda d, r: Response("", 429, headers={"Retry-After": in_a_while()}), "asks to wait 3"
    ),
    "503 storm": Case(plain("busy", 503, content_type="text/plain"), "answered 503"),
    "redirect loop": Case(lambda d, r: Response("", 302, headers={"Location": r.url}), "redirects more than"),
    "wrong content type": Case(plain('{"values": []}', content_type="text/plain"), "text/plain"),
    "next_url that repeats": Case(lambda d, r: as_json(d.page(r) | {"next_url": r.url}), "next_url repeats a page"),
    "empty list where the snapshot has rows": Case(page(lambda p: without_good(p)), "no values", "gone"),
    "duplicate rows": Case(page(twice), "comes twice"),
    "'12,5' as a string": Case(page(edit_value(value="12,5")), "the value '12,5' is no number"),
    "period as a string": Case(page(lambda p: first_good(p).update(period="2022")), "'2022' is no whole number"),
    "value out of range": Case(page(edit_value(value=100.5)), "100.5 lies outside 0.0 to 100.0"),
    "Latin-1": Case(latin_1, "undeclared encoding"),
    "page shorter than its count": Case(page(lambda p: {**p, "values": p["values"][1:]}), "where count says"),
    "values that are no list": Case(plain('{"values": {"a": 1}}'), "no list of values"),
    "next_url on another host": Case(
        lambda d, r: as_json(d.page(r) | {"next_url": "http://example.invalid/v3/data"}), "leads away"
    ),
    "place outside the list": Case(page(lambda p: first_good(p).update(municipality="9999")), "no place"),
    "gender that is none": Case(page(edit_value(gender="X")), "the gender 'X'"),
    "not a number": Case(
        lambda d, r: Response(json.dumps(edited(d.page(r))), content_type="application/json"), "NaN is no number"
    ),
}


def without_good(page: dict) -> dict:
    values = [item for item in page["values"] if item["kpi"] != GOOD]
    return page | {"values": values, "count": len(values)}


def edited(page: dict) -> dict:
    edit_value(value=float("nan"))(page)
    return page


def about_good(case: Case, double: KoladaDouble) -> Callable[[Request], Response | None]:
    """The fault for every figure of GOOD; figures of the others alone are answered well."""
    return lambda request: case.answer(double, request) if f"data/kpi/{GOOD}" in request.path else None


def impatient_about_good(session: Session, ask: http.Ask, exchanged=http.exchanged) -> http.Exchange:
    """As the client asks, but gives up soon where nothing comes: what is answered has all the time it needs."""
    silent = f"data/kpi/{GOOD}" in ask.url
    return exchanged(session, replace(ask, limits=replace(ask.limits, read=0.25)) if silent else ask)


@pytest.mark.parametrize("name", CASES)
def test_a_fault_fails_its_series_in_clear_words_and_touches_nothing_else(
    project: Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, before = CASES[name], project.files()
    project.double.rows[OTHER, 2022, "9901"] = [value(77.5)]
    project.double.fault = about_good(case, project.double)
    if case.words == "timed out":
        monkeypatch.setattr(http, "exchanged", impatient_about_good)
    summary = project.fetch(fetched=datetime(2026, 2, 1).date())
    results = {result.id: result for result in summary.results}
    assert not summary.ok
    assert results[GOOD].state == case.state
    assert GOOD in results[GOOD].message
    assert f"data/kpi/{GOOD}" in results[GOOD].message
    assert case.words in results[GOOD].message
    assert project.files()[f"{GOOD}.csv"] == before[f"{GOOD}.csv"]
    assert results[OTHER].state == "revised"
    assert results[MARGIN].state == "unchanged"


def refused(project: Project) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        project.address = f"http://127.0.0.1:{free.getsockname()[1]}/v3/"
    return "Connection refused"


def changed_title(project: Project) -> str:
    project.double.titles[GOOD] = "Ett helt annat mått, andel (%)"
    return "the title is now 'Ett helt annat mått"


def changed_definition(project: Project) -> str:
    project.double.descriptions[GOOD] = "Nu med en annan nämnare."
    return "Nu med en annan nämnare"


def out_of_the_catalogue(project: Project) -> str:
    del project.double.titles[GOOD]
    return "no such indicator"


WIDER = [refused, changed_title, changed_definition, out_of_the_catalogue]


@pytest.mark.parametrize("fault", WIDER)
def test_a_fault_before_the_figures_leaves_the_series_as_it_was(project: Project, fault) -> None:
    before = project.files()
    words = fault(project)
    failed = {result.id: result for result in project.fetch().results if result.state == "failed"}
    assert words in failed[GOOD].message
    assert GOOD in failed[GOOD].message
    assert project.files()[f"{GOOD}.csv"] == before[f"{GOOD}.csv"]


def test_titles_that_do_not_come_for_one_series_are_asked_for_the_others_alone(project: Project) -> None:
    project.double.fault = lambda r: Response("", 500) if r.path.startswith("/v3/kpi") and GOOD in r.path else None
    states = {result.id: result.state for result in project.fetch().results if result.indicator}
    assert states == {GOOD: "failed", OTHER: "unchanged", MARGIN: "unchanged"}


def test_a_full_disk_keeps_every_file_and_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = project.files()
    project.double.rows[GOOD, 2022, "9901"] = [value(1.0)]

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    summary = project.fetch()
    assert {result.state for result in summary.results} == {"failed"}
    assert all("No space left" in result.message for result in summary.results)
    assert project.files() == before


def test_ctrl_c_keeps_what_is_not_done_and_ends_at_once(project: Project) -> None:
    before = project.files()
    project.double.rows[GOOD, 2022, "9901"] = [value(1.0)]

    def interrupt(request: Request) -> None:
        if "data/kpi" in request.path:
            os.kill(os.getpid(), signal.SIGINT)
            project.double.released.wait()

    project.double.fault = interrupt
    before_us = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have us ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            project.fetch()
    finally:
        signal.signal(signal.SIGINT, before_us)
    after = project.files()
    assert {name: after[name] for name in before if name != "manifest.json"} == {
        name: before[name] for name in before if name != "manifest.json"
    }


def test_a_fault_in_the_very_last_call_of_a_series_loses_it_and_no_other(project: Project) -> None:
    before = project.files()
    project.double.per_page = 10
    project.double.rows[GOOD, 2020, "0000"] = [value(99.0)]  # the first page has news, the last one never comes
    last = {f"{GOOD},{OTHER},{MARGIN}": "page=6", GOOD: "page=2"}

    def broken_at_last(request: Request) -> Response | None:
        series = request.path.split("/")[4] if "data/kpi" in request.path else ""
        return Response("", 500) if last.get(series, "never") in request.full_path else None

    project.double.fault = broken_at_last
    assert {r.id: r.state for r in project.fetch().results if r.id in (GOOD, OTHER, MARGIN)} == {
        GOOD: "failed",
        OTHER: "unchanged",
        MARGIN: "unchanged",
    }
    assert project.files()[f"{GOOD}.csv"] == before[f"{GOOD}.csv"]


def bom(double: KoladaDouble, request: Request) -> Response:
    return Response(b"\xef\xbb\xbf" + json.dumps(double.page(request)).encode(), content_type="application/json")


def declared_latin_1(double: KoladaDouble, request: Request) -> Response:
    body = json.dumps(double.page(request) | {"note": "å"}, ensure_ascii=False).encode("latin-1")
    return Response(body, content_type="application/json; charset=iso-8859-1")


def once(first: Callable[[KoladaDouble, Request], Response]) -> Callable[[KoladaDouble, Request], Response | None]:
    left = [first]
    return lambda double, request: left.pop()(double, request) if left else None


@dataclass(frozen=True)
class Odd:
    """An answer that is unusual and right: what 9901 has in 2020 afterwards, (value, status) by sex."""

    answer: Callable[[KoladaDouble, Request], Response | None]
    expected: dict[str, tuple[float | None, str]]


AS_EVER = {"T": (22.0, ""), "K": (30.5, ""), "M": (10.25, "")}
ODD = {
    "null with status": Odd(
        page(lambda p: of_9901(p)["values"][0].update(value=None, status="Missing")),
        AS_EVER | {"T": (None, "missing")},
    ),
    "null without status": Odd(
        page(lambda p: of_9901(p)["values"][0].update(value=None, status=None)), AS_EVER | {"T": (None, "missing")}
    ),
    "secret value": Odd(
        page(lambda p: of_9901(p)["values"][0].update(value=None, status="..")), AS_EVER | {"T": (None, "hidden")}
    ),
    "tombstone": Odd(
        page(lambda p: of_9901(p)["values"].append(value(99.0, "T", isdeleted=True))),
        AS_EVER,
    ),
    "BOM": Odd(bom, AS_EVER),
    "declared Latin-1": Odd(declared_latin_1, AS_EVER),
    "429 once": Odd(once(lambda d, r: Response("", 429, headers={"Retry-After": "0"})), AS_EVER),
    "503 once": Odd(once(lambda d, r: Response("", 503)), AS_EVER),
    "reset once": Odd(once(reset), AS_EVER),
    "redirect once": Odd(once(lambda d, r: Response("", 302, headers={"Location": r.url})), AS_EVER),
}


def of_9901(page: dict) -> dict:
    return next(i for i in page["values"] if (i["kpi"], i["period"], i["municipality"]) == (GOOD, 2020, "9901"))


@pytest.mark.parametrize("name", ODD)
def test_an_unusual_answer_is_read_rightly(
    double: KoladaDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    without_pauses(monkeypatch)
    project = Project(Paths(tmp_path), double)
    double.fault = lambda r: ODD[name].answer(double, r) if "data/kpi" in r.path else None
    assert project.fetch().ok
    rows = read_snapshot(project.paths, "kolada")
    rows = rows[(rows["series"] == GOOD) & (rows["place"] == "9901") & (rows["year"] == 2020)]
    values = {row.sex: (None if row.value != row.value else row.value, row.status) for row in rows.itertuples()}
    assert values == ODD[name].expected


def test_every_fault_that_the_services_are_known_for_has_a_case() -> None:
    known = {
        "reset connection",
        "slow first byte",
        "stalled body",
        "truncated JSON",
        "HTML with 200",
        "empty 500",
        "429 with seconds",
        "429 with an HTTP date",
        "503 storm",
        "redirect loop",
        "wrong content type",
        "next_url that repeats",
        "empty list where the snapshot has rows",
        "duplicate rows",
        "null with status",
        "null without status",
        "tombstone",
        "'12,5' as a string",
        "period as a string",
        "value out of range",
        "BOM",
        "Latin-1",
    }
    assert known <= CASES.keys() | ODD.keys()
    assert {refused, changed_title} <= set(WIDER)
    assert len(CASES) + len(ODD) + len(WIDER) + len(["full disk", "Ctrl-C", "last call"]) == 41


# ---- the client by itself -------------------------------------------------------------------------------------


class Clock:
    """A time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def client_of(server: HTTPServer, clock: Clock, limits: Limits = QUICK) -> Client:
    return Client("Kolada", server.url_for("/v3/"), limits, clock, clock.sleep)


def test_the_wait_that_a_service_asks_for_is_kept(httpserver: HTTPServer, clock: Clock) -> None:
    httpserver.expect_ordered_request("/v3/kpi").respond_with_data("", 429, {"Retry-After": "7"})
    httpserver.expect_ordered_request("/v3/kpi").respond_with_json({"values": []})
    assert client_of(httpserver, clock, Limits()).get("kpi").content == {"values": []}
    assert clock.slept == [7]


def test_a_wait_until_a_date_counts_from_the_answers_own_date() -> None:
    headers = {"Retry-After": "Thu, 01 Jan 2026 12:00:09 GMT", "Date": "Thu, 01 Jan 2026 12:00:00 GMT"}
    assert http.seconds_to_wait(headers) == 9


def test_at_most_five_calls_go_out_in_any_second(httpserver: HTTPServer, clock: Clock) -> None:
    times: list[float] = []

    def note(request: Request) -> Response:
        times.append(clock())
        return as_json({})

    httpserver.expect_request("/v3/kpi").respond_with_handler(note)
    client = client_of(httpserver, clock, Limits(calls=5, window=1.0))
    for _ in range(17):
        client.get("kpi")
    assert all(later - sooner >= 1.0 for sooner, later in zip(times, times[5:], strict=False))
    assert clock() == pytest.approx(3.0)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Drip: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"])
def test_a_server_that_drips_bytes_cannot_hold_a_request_beyond_its_time(head: bytes) -> None:
    """Each byte restarts a socket's own time-out; the deadline is one for the whole answer."""
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(head)
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        threading.Thread(target=drip, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        client = Client("Kolada", address, Limits(deadline=0.4, attempts=1))
        with pytest.raises(SourceError, match="no whole answer within"):
            client.get("kpi")
        stop.set()


def test_a_silent_service_is_not_asked_again_and_again(httpserver: HTTPServer, clock: Clock) -> None:
    httpserver.expect_request("/v3/kpi").respond_with_data("", 503)
    client = client_of(httpserver, clock)
    for _ in range(10):
        with pytest.raises(SourceError):
            client.get("kpi")
    # all attempts, one each for two more, and one at what every service answers
    assert len(httpserver.log) == QUICK.attempts + 1 + 1 + 1


def test_proxies_of_the_environment_are_not_asked_about_this_machine(
    httpserver: HTTPServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    httpserver.expect_request("/v3/kpi").respond_with_json({})
    assert client_of(httpserver, clock).get("kpi").content == {}


def test_every_other_service_is_asked_through_the_proxy_of_the_environment(
    httpserver: HTTPServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", httpserver.url_for("/"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    httpserver.expect_request("/v3/kpi").respond_with_json({"through": "proxy"})
    client = Client("Kolada", "http://kolada.invalid/v3/", QUICK, clock, clock.sleep)
    assert client.get("kpi").content == {"through": "proxy"}


def test_a_certificate_that_the_system_does_not_trust_is_refused(tmp_path: Path, clock: Clock) -> None:
    import shutil
    import ssl
    import subprocess

    if not (openssl := shutil.which("openssl")):
        pytest.skip("NOT TESTED: no openssl in PATH to make a certificate that nobody trusts")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(ssl_context=context) as server:
        server.expect_request("/v3/kpi").respond_with_json({})
        with pytest.raises(SourceError, match="certificate is not trusted"):
            client_of(server, clock).get("kpi")


def test_the_user_agent_names_the_project(httpserver: HTTPServer, clock: Clock) -> None:
    httpserver.expect_request("/v3/kpi").respond_with_json({})
    client_of(httpserver, clock).get("kpi")
    assert httpserver.log[0][0].headers["User-Agent"].startswith("lagesbild/0.")


def test_what_was_posted_is_not_sent_on_to_another_address(httpserver: HTTPServer, clock: Clock) -> None:
    httpserver.expect_request("/v3/a").respond_with_data("", 302, {"Location": "/v3/b"})
    with pytest.raises(SourceError, match="redirects"):
        client_of(httpserver, clock).post("a", {"query": []})
    assert len(httpserver.log) == 1


def test_a_redirect_to_another_host_is_not_followed(httpserver: HTTPServer, clock: Clock) -> None:
    httpserver.expect_request("/v3/kpi").respond_with_data("", 302, {"Location": "https://login.invalid/"})
    with pytest.raises(SourceError, match=r"GET .*/v3/kpi: redirects out of reach .*login.invalid"):
        client_of(httpserver, clock).get("kpi")


def test_a_zipped_answer_is_read_and_its_checksum_is_that_of_the_content(httpserver: HTTPServer, clock: Clock) -> None:
    body = json.dumps({"values": list(range(100_000))}).encode()
    sent = Response(gzip.compress(body), content_type="application/json", headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/v3/kpi").respond_with_response(sent)
    answer = client_of(httpserver, clock).get("kpi")
    assert answer.content == {"values": list(range(100_000))}
    assert (answer.bytes, answer.sha256) == (len(body), hashlib.sha256(body).hexdigest())


@pytest.mark.parametrize("address", ["ftp://kolada.invalid/", "kolada.invalid/v3", "https://", "http://[x/"])
def test_an_address_that_cannot_be_asked_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(SourceError, match="no base address"):
        Client("Kolada", address)
