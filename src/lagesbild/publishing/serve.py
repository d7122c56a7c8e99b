"""The reports as a browser of this machine reads them, and what an open page is told while they are made anew."""

import asyncio
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tornado.httpserver import HTTPServer
from tornado.httputil import format_timestamp
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from lagesbild.errors import Refusal
from lagesbild.paths import Paths

HOST = "127.0.0.1"
LOCAL = {HOST, "localhost"}  # what a browser may call it: a foreign name that leads here is an attack (DNS rebinding)
PORTS = range(8000, 8020)  # of which the first free one is taken
SCRIPT = Path(__file__).with_name("assets") / "watch.js"
TRIES, PAUSE = 20, 0.05  # a report that is being replaced is gone for a moment: seconds between looks
TEXT = "text/plain; charset=utf-8"
OFFICE = "application/vnd.openxmlformats-officedocument"
# Not the machine's own list: Windows calls a script text, and a CSV a workbook.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".txt": TEXT,
    ".md": TEXT,
    ".log": TEXT,
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".xlsx": f"{OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{OFFICE}.presentationml.presentation",
}
META = '<meta http-equiv="Content-Security-Policy" content="'
TEMPLATE = Path(__file__).with_name("templates") / "page.html"
POLICY = unescape(TEMPLATE.read_text("utf-8").partition(META)[2].partition('"')[0])  # the pages' own
FRAMED = "; frame-ancestors 'none'"  # which a page itself cannot say
LISTENING = "; connect-src 'self'"  # for a page that is told when it is made anew
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",  # else any site could load sok.js, and read the report in it
    "Cache-Control": "no-cache",  # kept, and asked for each time
}


class PortError(Refusal):
    """The reports cannot be served at the port."""


# What open pages are told while a report is watched.


@dataclass
class News:
    """Which report stands, and what was wrong with the last attempt at a newer one."""

    edition: str = field(default_factory=lambda: secrets.token_hex(8))  # another one for each report put in place
    trouble: str = ""
    _waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=set)

    def tell(self, anew: bool, trouble: str) -> None:
        """Tells all open pages, from any thread, whether a new report was put in place, and what went wrong."""
        if anew:
            self.edition = secrets.token_hex(8)
        self.trouble = trouble
        for loop, woken in list(self._waiting):
            with suppress(RuntimeError):  # the server has just ended
                loop.call_soon_threadsafe(woken.set)

    @contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """What is set whenever there are news, for who serves a page."""
        own = asyncio.get_running_loop(), asyncio.Event()
        self._waiting.add(own)
        try:
            yield own[1]
        finally:
            self._waiting.discard(own)

    def page(self, page: bytes) -> bytes:
        """The page with the script that listens, and allowed to; what lies on the disk stays as it is."""
        start, meta, rest = page.partition(META.encode())
        policy, end, rest = rest.partition(b'"')
        allowed = b"".join([start, meta, policy, LISTENING.encode() if end else b"", end, rest])
        script = f'<script src="/-/watch.js" data-edition="{self.edition}" defer></script>\n</head>'
        return allowed.replace(b"</head>", script.encode(), 1)


# What is answered.


class Guarded(RequestHandler):
    """Answers a browser of this machine that reads, and nobody else."""

    SUPPORTED_METHODS = ("GET", "HEAD")
    reports = Path()
    news: News | None = None

    def initialize(self, reports: Path, news: News | None) -> None:
        self.reports, self.news = reports, news
        self.clear()  # the headers follow from the news

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", POLICY + (LISTENING if self.news else "") + FRAMED)
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        if self.request.host_name not in LOCAL:
            raise HTTPError(403)

    def write_page(self, title: str, body: str) -> None:
        """Writes a plain page, which also becomes another one when a report is made."""
        page = (
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>\n'
            f"<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
        ).encode()
        self.set_header("Content-Type", TYPES[".html"])
        self.write(self.news.page(page) if self.news else page)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.SUPPORTED_METHODS))
        why = {
            403: f"This is no name of this machine. Open it as http://{HOST}: and the port.",
            404: 'No report has this page. <a href="/">All reports</a>',
            405: "Reports are only read here.",
        }
        self.write_page(f"{status_code} {self._reason}", f"<p>{why.get(status_code, '')}</p>")


class Reports(Guarded):
    """The files below `reports/`, without those that are hidden."""

    async def get(self, asked: str) -> None:
        for _ in range(TRIES):
            with suppress(OSError):
                return self._answer(asked)
            await asyncio.sleep(PAUSE)
        raise HTTPError(404)

    head = get

    def _answer(self, asked: str) -> None:
        """Answers with what lies there. Raises OSError where nothing does just now, HTTPError where nothing may."""
        path = visible(self.reports, asked)
        if not path.is_dir():
            self._file(path)
        elif asked and not asked.endswith("/"):
            self.redirect(f"{quote(f'/{asked}')}/")
        elif (path / "index.html").is_file():
            self._file(path / "index.html")
        else:
            names = sorted(f"{each.name}{'/' * each.is_dir()}" for each in path.iterdir() if each.name[0] != ".")
            lines = "\n".join(f'<li><a href="{quote(name)}">{escape(name)}</a></li>' for name in names)
            self.write_page(escape(f"reports/{asked}"), f"<ul>\n{lines}\n</ul>")

    def _file(self, path: Path) -> None:
        page = self.news if path.suffix == ".html" else None
        changed, content = path.stat().st_mtime, path.read_bytes()
        self.set_header("Content-Type", TYPES.get(path.suffix.lower(), "application/octet-stream"))
        if not page:  # a listening page differs from the file, and by more than the time of it
            self.set_header("Last-Modified", format_timestamp(changed))
        asked = self.request.headers
        if "If-None-Match" not in asked and asked.get("If-Modified-Since") == self._headers.get("Last-Modified", ""):
            self.set_status(304)
        else:  # tornado gives it the hash of what is written as its ETag, and answers 304 where the browser has that
            self.write(page.page(content) if page else content)


def visible(reports: Path, asked: str) -> Path:
    """What an address names below `reports`, which has no link in it. Raises OSError where there is nothing.

    Raises HTTPError for what is hidden and what lies outside, whatever links lead there.
    """
    *folders, last = asked.split("/")
    if "" in folders or set(asked) & set("\\:\0"):  # what may begin a path of its own, here or on Windows
        raise HTTPError(404)
    path = (reports / asked).resolve(strict=True)
    if not path.is_relative_to(reports) or any(name[0] == "." for name in path.relative_to(reports).parts):
        raise HTTPError(404)
    if not last and path.is_file():
        raise HTTPError(404)
    return path


class Script(Guarded):
    """The script of a page that listens."""

    def get(self) -> None:
        self.set_header("Content-Type", TYPES[".js"])
        self.write(SCRIPT.read_bytes())

    head = get


class Events(Guarded):
    """The news, as long as a page listens: once at its start, and whenever there are any (server-sent events)."""

    gone = False
    woken: asyncio.Event | None = None

    async def get(self) -> None:
        assert self.news is not None  # it has no address without
        self.set_header("Content-Type", "text/event-stream")
        with self.news.heard() as self.woken, suppress(StreamClosedError):
            while not self.gone:
                self.woken.clear()
                told = json.dumps({"edition": self.news.edition, "trouble": self.news.trouble})
                self.write(f"data: {told}\n\n")
                await self.flush()
                await self.woken.wait()

    def on_connection_close(self) -> None:
        self.gone = True
        if self.woken:
            self.woken.set()


# The server.


@contextmanager
def serving(paths: Paths, port: int | None = None, news: News | None = None) -> Iterator[str]:
    """The address at which the reports are served while it lasts; with `news`, pages listen to them.

    Without a port it is the first free one of PORTS. Raises PortError when there is none.
    """
    sockets = _bound(port)
    given = {"reports": paths.reports.resolve(), "news": news}
    routes = [(r"/-/watch\.js", Script, given), (r"/-/events", Events, given)] if news else []
    application = Application([*routes, (r"/(.*)", Reports, given)], log_function=lambda handler: None)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="server", daemon=True)
    thread.start()

    async def begin() -> HTTPServer:
        server = HTTPServer(application)
        server.add_sockets(sockets)
        return server

    async def end(server: HTTPServer) -> None:
        server.stop()
        await server.close_all_connections()
        if rest := asyncio.all_tasks() - {asyncio.current_task()}:  # pages that listened hear of it, and end
            await asyncio.wait(rest)

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield f"http://{HOST}:{sockets[0].getsockname()[1]}/"
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _bound(port: int | None) -> list[socket.socket]:
    """The sockets that listen at the port, or at the first free one."""
    for each in PORTS if port is None else [port]:
        try:
            return bind_sockets(each, HOST)
        except OSError as error:
            why = error.strerror
    if port is None:
        raise PortError(f"ports {PORTS[0]} to {PORTS[-1]} of {HOST}: {why}. Name another one with --port.")
    raise PortError(
        f"--port {port}: {why} at {HOST}. End the program that has it, name another one, or leave --port "
        f"away: the first free one from {PORTS[0]} is taken."
    )
