"""What a browser of this machine is served, and how a watched report is made anew in front of it."""

import json
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from lagesbild.errors import Refusal
from lagesbild.paths import PACKAGE, Paths
from lagesbild.publishing import serve
from lagesbild.publishing.request import BuildRequest
from lagesbild.publishing.serve import POLICY, News, PortError, serving
from lagesbild.publishing.target import Target
from lagesbild.publishing.watch import BrokenCode, Watch, changed_files, readable, watch
from reports import COMMAND, REPOSITORY

META = POLICY.replace("'", "&#39;")
PAGE = f"""<!DOCTYPE html>
<html lang="sv"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{META}">
<title>Påhittad</title><script src="own.js"></script></head>
<body><h1>{{}}</h1><details id="vikt"><summary>Mer</summary><p>Text</p></details><svg height="3000"></svg></body></html>
"""


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes


def answered(response: HTTPResponse) -> Answer:
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def asked(address: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """What is answered to a request whose path is sent as it stands."""
    connection = HTTPConnection(urlsplit(address).netloc)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return answered(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> Path:
    """A folder of reports with what a page needs, what is hidden, and what lies outside."""
    root = tmp_path_factory.mktemp("served")
    (root / "secret.txt").write_text("hemligt", "utf-8")
    folder = root / "reports"
    files = {
        "9901/2024/index.html": PAGE.format("Utgåva"),
        "9901/2024/style.css": "p {}",
        "9901/2024/own.js": "",
        "9901/2024/data/å.csv": "\ufeffår;värde\n",
        "9901/2024/fonts/a.woff2": "",
        "9901/2024/drawing.svg": "<svg/>",
        "9901/2024/manifest.json": "{}",
        "9901/2024/data/a.xlsx": "",
        "regions/sagan/sagan-2024.pptx": "",
        "9901/.2024.work/half.html": "halv",
        "9901/.2024.holder": "{}",
        "a<b/c": "?",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "9901" / "out").symlink_to(root)
    (folder / "9901" / "half").symlink_to(folder / "9901" / ".2024.work")
    (folder / "9901" / "latest").symlink_to(folder / "9901" / "2024")
    return folder


@pytest.fixture(scope="module")
def address(reports) -> Iterator[str]:
    with serving(Paths(reports.parent), 0) as address:
        yield address


@pytest.fixture
def at_once(monkeypatch):
    """What is not there is not waited for."""
    monkeypatch.setattr(serve, "TRIES", 1)
    monkeypatch.setattr(serve, "PAUSE", 0)


# Serving.


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/9901/2024/", "text/html; charset=utf-8"),
        ("/9901/2024/index.html", "text/html; charset=utf-8"),
        ("/9901/latest/index.html", "text/html; charset=utf-8"),
        ("/9901/2024/style.css", "text/css; charset=utf-8"),
        ("/9901/2024/own.js", "text/javascript; charset=utf-8"),
        ("/9901/2024/data/%C3%A5.csv", "text/csv; charset=utf-8"),
        ("/9901/2024/fonts/a.woff2", "font/woff2"),
        ("/9901/2024/drawing.svg", "image/svg+xml"),
        ("/9901/2024/manifest.json", "application/json"),
        ("/9901/2024/data/a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            "/regions/sagan/sagan-2024.pptx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        ("/a%3Cb/c", "application/octet-stream"),
    ],
)
def test_a_file_has_its_bytes_its_type_and_headers_that_keep_it_apart(address, reports, path, kind):
    answer = asked(address, path)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    names = {"%C3%A5": "å", "%3C": "<", "latest": "2024"}
    for coded, name in names.items():
        path = path.replace(coded, name)
    file = reports / path[1:]
    assert answer.body == (file / "index.html" if file.is_dir() else file).read_bytes()
    assert answer.headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-cache"
    assert "server" not in answer.headers


def test_the_policy_that_is_served_is_the_pages_own():
    from lagesbild.publishing.frame import PageFrame, framed  # with pandas

    assert POLICY.startswith("default-src 'none'; style-src 'self'; script-src 'self'; ")
    assert f'<meta http-equiv="Content-Security-Policy" content="{META}">' in framed("", PageFrame("", "", 2024))


def test_what_a_browser_has_is_not_sent_again(address):
    first = asked(address, "/9901/2024/")
    for known in ({"If_None_Match": first.headers["etag"]}, {"If_Modified_Since": first.headers["last-modified"]}):
        again = asked(address, "/9901/2024/", **known)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    both = {"If_None_Match": '"another"', "If_Modified_Since": first.headers["last-modified"]}
    assert asked(address, "/9901/2024/", **both).body == first.body, "the same second, and another page"


def test_a_head_is_the_answer_without_its_body(address):
    got, head = asked(address, "/9901/2024/"), asked(address, "/9901/2024/", "HEAD")
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONE"])
def test_nothing_can_be_done_but_reading(address, method):
    answer = asked(address, "/9901/2024/", method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'none'"


def test_a_folder_ends_with_a_slash(address):
    answer = asked(address, "/9901/2024")
    assert (answer.status, answer.headers["location"]) == (302, "/9901/2024/")


def test_a_folder_without_a_page_lists_what_is_not_hidden(address):
    body = asked(address, "/9901/").body.decode()
    assert '<li><a href="2024/">2024/</a></li>' in body
    assert "holder" not in body
    assert "work" not in body
    assert '<li><a href="a%3Cb/">a&lt;b/</a></li>' in asked(address, "/").body.decode()
    assert "<h1>reports/a&lt;b/</h1>" in asked(address, "/a%3Cb/").body.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/9901/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/9901/2024/..%2f..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/9901/out/secret.txt",
        "/9901/out/",
        "/9901/half/half.html",
        "/9901/.2024.work/half.html",
        "/9901/%2e2024.work/half.html",
        "/9901/.2024.work",
        "/9901/.2024.holder",
        "/9901/2024/index.html/",
        "/9901//2024/index.html",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/C:/secret.txt",
        "/%00",
        "/9901/2024/none.html",
        "/-/events",
        "/-/watch.js",
    ],
)
def test_nothing_outside_and_nothing_hidden_is_served(address, at_once, path):
    answer = asked(address, path)
    assert answer.status == 404
    assert "<h1>404 Not Found</h1>" in answer.body.decode()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"secret" not in answer.body


def test_no_redirect_leads_to_another_machine(address, reports, at_once):
    answer = asked(address, f"/{reports}")  # //tmp/.../reports would be a machine "tmp"
    assert (answer.status, answer.headers.get("location")) == (404, None)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("LOCALHOST", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:8000", 403),
        ("localhost.evil.example", 403),
        ("0.0.0.0:8000", 403),
        ("[::1]:8000", 403),
    ],
)
def test_a_foreign_name_that_leads_here_is_refused(address, host, status):
    answer = asked(address, "/9901/2024/", Host=host)
    assert answer.status == status
    assert (b"vikt" in answer.body) == (status == 200)


def test_only_this_machine_can_ask(address):
    with serving(Paths(Path()), 0) as other:
        assert urlsplit(other).hostname == urlsplit(address).hostname == "127.0.0.1"


def test_a_report_that_is_being_replaced_is_waited_for(tmp_path, monkeypatch):
    """Between the two moves of a replacement there is no report: a request in that moment gets the new one."""
    target, looks = Target(tmp_path / "reports" / "9901" / "2024"), []
    for name in ("2024", "new"):
        target.folder.with_name(name).mkdir(parents=True)
        (target.folder.with_name(name) / "index.html").write_text(name, "utf-8")
    target.folder.replace(target.folder.with_name(".2024.old"))
    visible = serve.visible

    def looked(reports: Path, path: str) -> Path:
        looks.append(path)
        if len(looks) == 2:
            target.folder.with_name("new").replace(target.folder)
        return visible(reports, path)

    monkeypatch.setattr(serve, "visible", looked)
    monkeypatch.setattr(serve, "PAUSE", 0)
    with serving(Paths(tmp_path), 0) as address:
        answer = asked(address, "/9901/2024/")
    assert (answer.status, answer.body, len(looks)) == (200, b"new", 2)


def test_a_taken_port_is_named_with_what_to_do_and_the_next_is_taken_where_none_is_named(reports, monkeypatch):
    with serving(Paths(reports.parent), 0) as address:
        port = urlsplit(address).port
        refused = rf"--port {port}: .* at 127.0.0.1. End the program that has it, name another one"
        with pytest.raises(PortError, match=refused), serving(Paths(reports.parent), port):
            pass
        monkeypatch.setattr(serve, "PORTS", [port])
        with pytest.raises(PortError, match=rf"ports {port} to {port} .* with --port"), serving(Paths(reports.parent)):
            pass
        monkeypatch.setattr(serve, "PORTS", [port, 0])
        with serving(Paths(reports.parent)) as other:
            assert urlsplit(other).port != port


def test_serving_ends_with_its_thread_and_its_port(reports):
    before = set(threading.enumerate())
    with serving(Paths(reports.parent), 0, News()) as address:
        connection = HTTPConnection(urlsplit(address).netloc)
        connection.request("GET", "/-/events")
        assert b"edition" in connection.getresponse().readline()
    assert set(threading.enumerate()) == before
    with serving(Paths(reports.parent), urlsplit(address).port) as again:
        assert again == address
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_interrupted(tmp_path, number):
    (tmp_path / "data" / "catalog").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "hej.txt").write_text("hej", "utf-8")
    asked_for = [COMMAND, "serve", "--root", tmp_path]
    started = subprocess.Popen(asked_for, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = started.stdout.readline()
        assert line.endswith("/ (Ctrl-C ends it)\n")
        assert asked(line.split()[1], "/hej.txt").body == b"hej"
        started.send_signal(number)
        assert started.communicate() == ("", "")
        assert started.returncode == 130
    finally:
        started.kill()
        started.communicate()


def test_serving_imports_nothing_heavy():
    code = "import sys, lagesbild.publishing.serve; print({'pandas', 'lxml', 'pydantic', 'zmq'} & {*sys.modules})"
    asked = subprocess.run([COMMAND.with_name("python"), "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "set()"


# Watching.


@pytest.fixture
def request_of(tmp_path) -> BuildRequest:
    """What is asked for in a project that has a catalogue, and notebooks with nothing in them."""
    copytree(REPOSITORY / "data" / "catalog", tmp_path / "data" / "catalog")
    for name in ("work", "housing", "overview", "own_idea"):
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}", "utf-8")
    return BuildRequest(Paths(tmp_path.resolve()), "9901", 2024)


@dataclass
class Maker:
    """A builder that writes the report's number into its page, or ends as it is told, and notes what it did."""

    request: BuildRequest
    endings: Iterable[Any] = ()  # a text for a failure, a Refusal, or a code; else the report is whole
    before: Callable[[int], None] = lambda number: None  # called while the number-th build runs
    built: list[str] = field(default_factory=list)

    def __call__(self) -> Any:
        return SimpleNamespace(outcomes=[self._outcome(self.request)])

    def _outcome(self, request: BuildRequest) -> Any:
        self.endings = iter(self.endings)
        self.built.append("built")
        self.before(len(self.built))
        ending = next(self.endings, 0)
        if isinstance(ending, Refusal):
            raise ending
        if ending:
            failures = {} if ending == 130 else {ending: ["work"]}
            return SimpleNamespace(
                code=ending if ending == 130 else 1, site=None, failures=lambda: failures, unchanged=""
            )
        with Target(request.folder).held() as work:
            site = work / "site"
            site.mkdir()
            (site / "index.html").write_text(PAGE.format(f"Utgåva {len(self.built)}"), "utf-8")
            (site / "own.js").write_text("", "utf-8")
            whole = Target(request.folder).replace(site)
            return SimpleNamespace(code=0, site=whole, failures=dict, unchanged="")


def gone_through(maker: Maker, *changes: Iterable[Path]) -> tuple[list[str], list[str]]:
    """What a watch said and complained of until the changes came to an end."""

    def all_then_interrupt() -> Iterator[set[Path]]:
        yield from map(set, changes)
        raise KeyboardInterrupt

    said: list[str] = []
    complaints: list[str] = []
    watched = Watch(maker.request, maker, said.append, complaints.append, lambda: maker.built.append("begun anew"))
    with pytest.raises(KeyboardInterrupt):
        watched.run(all_then_interrupt())
    return said, complaints


def test_each_change_is_told_and_built(request_of):
    home, catalog = request_of.paths.notebooks, request_of.paths.catalog
    maker = Maker(request_of)
    said, complaints = gone_through(
        maker, [home / "housing.ipynb", home / "work.ipynb"], [catalog / "units.yml"], [PACKAGE.with_name("helpers")]
    )
    assert maker.built == ["built"] * 4
    assert complaints == []
    assert "Changed: notebooks/housing.ipynb, notebooks/work.ipynb" in said
    assert said.count("Waiting for a change ...") == 4


def test_a_refusal_and_a_failure_are_told_and_the_watch_goes_on(request_of):
    maker = Maker(request_of, [0, Refusal("units.yml: broken"), "failed: ZeroDivisionError", 0])
    _, complaints = gone_through(maker, *[[request_of.paths.notebooks / "work.ipynb"]] * 3)
    assert maker.built == ["built"] * 4
    assert complaints == ["units.yml: broken"]


def test_an_interrupted_build_ends_the_watch(request_of):
    maker = Maker(request_of, [0, 130])
    gone_through(maker, [request_of.paths.catalog], [request_of.paths.catalog])
    assert len(maker.built) == 2


def test_code_of_the_engine_begins_the_command_anew_unless_python_cannot_read_it(request_of, tmp_path):
    maker = Maker(request_of)
    _, complaints = gone_through(maker, [PACKAGE / "cli.py"], [request_of.paths.catalog])
    assert maker.built == ["built", "begun anew", "built", "built"]
    assert complaints == []
    (tmp_path / "half.py").write_text("def half(:\n", "utf-8")
    readable([tmp_path / "gone.py", PACKAGE / "publishing" / "assets" / "style.css", PACKAGE / "cli.py"])
    with pytest.raises(BrokenCode, match=r"half.py:1: .*Correct it"):
        readable([tmp_path / "half.py"])


def test_what_changes_during_a_build_is_gathered_and_what_is_nobodys_work_is_no_change(request_of):
    """With the files of a real folder: each wait ends by a change that has been made before it."""
    paths = request_of.paths
    for folder in (paths.root / "data" / "processed", paths.notebooks / ".ipynb_checkpoints"):
        folder.mkdir()

    def during(number: int) -> None:
        if number == 2:  # in folders that were not there at the start
            for place in (paths.assessments / "9901" / "2024.yml", paths.root / "data" / "raw" / "kolada" / "a.csv"):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text("", "utf-8")
        elif any("data/" in line for line in said):
            raise KeyboardInterrupt
        names = ("data/processed/a.parquet", "notebooks/.ipynb_checkpoints/work.ipynb", "notebooks/.~work.ipynb")
        for name in (*names, "notebooks/work.ipynb~", *(["notebooks/work.ipynb"] if number == 1 else [])):
            (paths.root / name).write_text(str(number), "utf-8")

    said: list[str] = []
    maker, changes = Maker(request_of, before=during), changed_files(paths)
    assert next(changes) == set()
    with pytest.raises(KeyboardInterrupt):
        Watch(request_of, maker, said.append, said.append).run(changes)
    told = [line for line in said if line.startswith("Changed")]
    assert {line for line in told if "data/" not in line} == {"Changed: notebooks/work.ipynb"}
    assert "data/assessments" in next(line for line in told if "data/" in line)


def test_a_watch_serves_before_it_builds_and_ends_with_130(request_of):
    said: list[str] = []

    def make() -> None:
        request = request_of
        address = next(line.split()[1] for line in said if line.startswith("Open "))
        assert address.endswith("/9901/2024/")
        (request.folder).mkdir(parents=True)
        (request.folder / "index.html").write_text(PAGE, "utf-8")
        said.append(asked(address, "/9901/2024/").body.decode())
        raise KeyboardInterrupt

    assert watch(request_of, make, 0, said.append, said.append) == 130
    assert '<script src="/-/watch.js"' in said[-1]
    with serving(request_of.paths, 0) as address, pytest.raises(PortError):
        watch(request_of, make, urlsplit(address).port, said.append, said.append)


def test_only_in_a_watch_a_page_may_listen_and_on_the_disk_it_never_may(reports):
    with serving(Paths(reports.parent), 0, News()) as address:
        answer, script = asked(address, "/9901/2024/"), asked(address, "/-/watch.js")
        missing = asked(address, "/9901/.2024.work/")
    body = answer.body.decode()
    assert answer.headers["content-security-policy"] == f"{POLICY}; connect-src 'self'; frame-ancestors 'none'"
    assert f"content=\"{META}; connect-src 'self'\"" in body
    assert missing.headers["content-security-policy"] == answer.headers["content-security-policy"]
    assert b"/-/watch.js" in missing.body, "the page may come with the next report"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (reports / "9901" / "2024" / "index.html").read_text("utf-8") == PAGE.format("Utgåva")
    assert body.replace("; connect-src 'self'", "").replace(script_of(body), "") == PAGE.format("Utgåva")
    plain = PAGE.replace("Content-Security", "X").encode()
    assert b"connect-src" not in News().page(plain)


def script_of(page: str) -> str:
    return page[page.index('<script src="/-/watch.js"') : page.index("</head>")]


def test_the_news_come_at_once_and_with_each_report(reports):
    news = News()
    with serving(Paths(reports.parent), 0, news) as address:
        connection = HTTPConnection(urlsplit(address).netloc)
        connection.request("GET", "/-/events")
        answer, told = connection.getresponse(), []
        assert answer.getheader("Content-Type") == "text/event-stream"
        for anew, trouble in [(True, ""), (False, "units.yml: trasig"), (True, "")]:
            told.append(json.loads(answer.readline().removeprefix(b"data: ")))
            assert answer.readline() == b"\n"
            news.tell(anew, trouble)
        told.append(json.loads(answer.readline().removeprefix(b"data: ")))
        page = asked(address, "/9901/2024/").body.decode()
        connection.close()
    editions = [each["edition"] for each in told]
    assert [each["trouble"] for each in told] == ["", "", "units.yml: trasig", ""]
    assert editions[1] == editions[2]
    assert len({*editions}) == 3
    assert f'data-edition="{editions[-1]}"' in page


@pytest.fixture
def watched(request_of, chromium) -> Iterator[Any]:
    """A watch in a thread of its own whose changes the test hands over, in a browser."""
    changes: queue.Queue[set[Path] | None] = queue.Queue()
    maker = Maker(request_of)

    def handed_over() -> Iterator[set[Path]]:
        while (change := changes.get()) is not None:
            yield change
        raise KeyboardInterrupt

    waiting = threading.Event()
    watched = Watch(request_of, maker, lambda line: waiting.set(), lambda line: None)

    def run() -> None:
        with pytest.raises(KeyboardInterrupt):
            watched.run(handed_over())

    with serving(request_of.paths, 0, watched.news) as address:
        thread = threading.Thread(target=run)
        thread.start()
        waiting.wait()
        context = chromium.new_context()
        context.set_default_timeout(0)
        yield SimpleNamespace(
            context=context, address=f"{address}9901/2024/", maker=maker, news=watched.news,
            change=lambda: changes.put({request_of.paths.catalog}),
        )  # fmt: skip
        changes.put(None)
        thread.join()
        context.close()


HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.mark.slow
def test_open_pages_load_anew_and_keep_their_place_and_show_what_is_wrong(watched):
    problems: list[str] = []
    pages = [watched.context.new_page() for _ in range(3)]
    for page in pages:
        page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(watched.address)
        page.get_by_text("Utgåva 1").wait_for()
    first, second, third = pages
    third.evaluate(HIDE, True)
    first.locator("summary").click()
    first.evaluate("window.scrollTo(0, 700)")
    watched.change()
    for page in (first, second):
        page.get_by_text("Utgåva 2").wait_for()
        page.wait_for_load_state()
    assert first.evaluate("document.querySelector('details').open")
    assert first.evaluate("window.scrollY") == 700
    assert not second.evaluate("document.querySelector('details').open")
    assert second.evaluate("window.scrollY") == 0
    assert third.get_by_text("Utgåva 1").is_visible(), "a page that nobody sees holds no connection"
    third.evaluate(HIDE, False)
    third.get_by_text("Utgåva 2").wait_for()

    watched.maker.endings = ["failed: ZeroDivisionError <b>", Refusal("units.yml: broken")]
    for trouble in ("work: failed: ZeroDivisionError <b>", "units.yml: broken"):
        watched.change()
        first.get_by_role("alert").get_by_text(trouble).wait_for()
        assert first.get_by_text("Utgåva 2").is_visible(), "the last good page stays"
    watched.change()
    first.get_by_text("Utgåva 5").wait_for()
    first.get_by_role("alert").wait_for(state="hidden")
    assert problems == []
