"""One polite HTTP client: limits, pace, retries, an outage breaker, and answers read as strict JSON."""

import hashlib
import json
import re
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from threading import Thread
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest

from lagesbild.errors import ContentError, ExchangeError, SourceError

# One request and its whole answer, within a time that holds whatever the other side does.

CHUNK = 1 << 16
_LATER = "Check the network and the base address, then fetch again; what was fetched before is kept."


@dataclass(frozen=True)
class Limits:
    """Seconds, attempts and bytes that one request may take, and calls per window of the service."""

    connect: float = 10.0
    read: float = 30.0  # between two pieces of an answer
    deadline: float = 120.0  # for one request with redirects, attempts, waits; a longer Retry-After ends it
    attempts: int = 4
    backoff: float = 1.0  # seconds before the second attempt, doubled for each one after
    largest: int = 200 << 20  # bytes of an answer
    calls: int = 5
    window: float = 1.0


@dataclass(frozen=True)
class Ask:
    """What goes out: `json` is posted, `seconds` is the time left for the whole answer."""

    method: str
    url: str
    json: Any
    limits: Limits
    seconds: float


@dataclass(frozen=True)
class Exchange:
    """What came back, of any status."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def excerpt(self) -> str:
        """The start of the body, fit for a message."""
        words = self.content[:400].decode("utf-8", "replace").split()
        return f"it begins '{' '.join(words)[:100]}'" if words else "it is empty"


class _SystemTrust(HTTPAdapter):
    """Certificates are checked against the operating system's store, as the browser does."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
        return super().init_poolmanager(*args, ssl_context=_system_store(), **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=_system_store(), **kwargs)


def _system_store() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def new_session(base_url: str, user_agent: str) -> requests.Session:
    """A session that trusts what the system trusts; proxies come from the environment, never for loopback."""
    session = requests.Session()
    session.mount("https://", _SystemTrust())
    session.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
    host = urlsplit(base_url).hostname or ""
    session.trust_env = not (host in ("localhost", "::1") or host.startswith("127."))
    return session


def exchanged(session: requests.Session, ask: Ask) -> Exchange:
    """The answer to `ask`, read to its end. Raises ExchangeError.

    It runs in a thread that can be left behind: a socket's time-out starts anew with every byte, so a
    server that drips its headers would hold us for hours.
    """
    outcome: list[Exchange | BaseException] = []

    def run() -> None:
        try:
            outcome.append(_received(session, ask))
        except BaseException as error:  # handed over to the waiting thread
            outcome.append(error)

    thread = Thread(target=run, daemon=True, name="lagesbild-request")
    thread.start()
    thread.join(ask.seconds)
    if not outcome:
        raise _too_slow(ask.seconds)
    if isinstance(outcome[0], Exchange):
        return outcome[0]
    raise _as_exchange_error(outcome[0])


def _received(session: requests.Session, ask: Ask) -> Exchange:
    ends = time.monotonic() + ask.seconds
    timeout = (min(ask.limits.connect, ask.seconds), min(ask.limits.read, ask.seconds))
    pieces, size = [], 0
    with session.request(
        ask.method, ask.url, json=ask.json, timeout=timeout, stream=True, allow_redirects=False
    ) as response:
        while piece := response.raw.read1(CHUNK, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > ask.limits.largest:
                much = f"sent more than {ask.limits.largest:,} bytes"
                raise ExchangeError(much, "Ask for less, for example with --only.")
            if time.monotonic() > ends:
                raise _too_slow(ask.seconds)
        return Exchange(response.status_code, response.headers, b"".join(pieces))


def _too_slow(seconds: float) -> ExchangeError:
    return ExchangeError(f"no whole answer within {seconds:.3g} s", _LATER, again=True, outage=True)


def _as_exchange_error(error: BaseException) -> BaseException:
    """`error` as ExchangeError where it is the network's; anything else as it is."""
    match error:
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return ExchangeError(
                f"its certificate is not trusted ({_root(error)})",
                "The system's trust store decides: have the organisation's root certificate installed there.",
                outage=True,
            )
        case requests.exceptions.ProxyError():
            barred = f"the proxy refused ({_root(error)})"
            return ExchangeError(barred, "Check HTTPS_PROXY and NO_PROXY.", again=True, outage=True)
        case requests.exceptions.Timeout() | urllib3.exceptions.TimeoutError():
            return ExchangeError(f"timed out ({_root(error)})", _LATER, again=True, outage=True)
        case requests.exceptions.ConnectionError() | urllib3.exceptions.HTTPError():
            return ExchangeError(f"the connection failed ({_root(error)})", _LATER, again=True, outage=True)
        case requests.exceptions.RequestException():
            return ExchangeError(f"cannot be asked ({error})", "Check the base address.")
        case OSError():  # requests says so when REQUESTS_CA_BUNDLE names no file
            return ExchangeError(f"cannot be asked ({error})", "Check REQUESTS_CA_BUNDLE and the proxy settings.")
    return error


def _root(error: BaseException) -> str:
    """The innermost reason, without the objects that urllib3 wraps around it."""
    while inner := next(
        (x for x in (getattr(error, "reason", None), *error.args) if isinstance(x, BaseException)), None
    ):
        error = inner
    return str(error).rpartition(">: ")[2] or type(error).__name__


# How fast a service may be asked, and how long it asks us to wait.


class Pace:
    """Lets through `calls` calls in any `window` seconds and makes the others wait."""

    def __init__(self, calls: int, window: float, clock: Callable[[], float], sleep: Callable[[float], None]):
        self.calls, self.window = calls, window
        self._clock, self._sleep = clock, sleep
        self._times: deque[float] = deque(maxlen=calls)

    def wait(self) -> None:
        """Return when the next call may be made, and count it as made."""
        if len(self._times) == self.calls:
            left = self._times[0] + self.window - self._clock()
            if left > 0:
                self._sleep(left)
        self._times.append(self._clock())


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as an HTTP date; None without a usable one.

    A date is measured against the answer's own `Date`, so that a wrong clock here does no harm.
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        until = _moment(text)
    if until is None:
        return None
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# An answer of a service: its JSON with what is needed to trace it, or the reason why it is refused.

_JSON = re.compile(r"^(application|text)/([\w.-]+\+)?json$")
_NO_JSON = "Check the base address and whether a proxy or a sign-in page stands in between, then fetch again."


@dataclass(frozen=True)
class Answer:
    """`content` is the parsed JSON; `sha256` and `bytes` are those of the body as received (unzipped)."""

    url: str
    method: str
    body: Any  # what was posted; None for GET
    content: Any
    sha256: str
    bytes: int

    def as_request(self, rows: int) -> dict:
        """The manifest's line for this answer, which holds `rows` rows of the series."""
        posted = {} if self.body is None else {"body": self.body}
        received = {"sha256": self.sha256, "bytes": self.bytes, "rows": rows}
        return {"method": self.method, "url": self.url, **posted, **received}


def parsed(exchange: Exchange) -> Any:
    """The JSON of a good answer. Raises ExchangeError for anything else that was sent with status 200."""
    kind = Message()
    kind["Content-Type"] = exchange.headers.get("Content-Type", "text/plain")
    if not _JSON.match(kind.get_content_type()) or "Content-Type" not in exchange.headers:
        shown = exchange.headers.get("Content-Type") or "no content type"
        raise ExchangeError(f"answered with {shown} instead of JSON ({exchange.excerpt()})", _NO_JSON)
    if not exchange.content.strip():
        raise ExchangeError("answered with an empty body", "Fetch again later.", again=True)
    try:
        # utf-8-sig: some PxWeb servers put a byte order mark before the JSON
        encoding = (kind.get_content_charset() or "utf-8").lower()
        text = exchange.content.decode("utf-8-sig" if encoding in ("utf-8", "utf8") else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise ExchangeError(
            f"answered with text in an undeclared encoding ({error})",
            "Nothing is guessed: report it to the service.",
        ) from None
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ExchangeError(
            f"answered with broken or cut-off JSON ({error})",
            "Fetch again; if it stays, the service is at fault.",
            again=True,
        ) from None


def digest(content: bytes) -> str:
    """SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


# The way to a statistics service: one retry policy, one rate limit, answers that are JSON or refused.

PURPOSE = "situation reports of Swedish municipalities from official statistics"
REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 3
OUTAGE = 3  # so many requests in a row without an answer, and the rest is not asked


def client_version() -> str:
    """The product and its version, as it names itself to services and in manifests."""
    try:
        return f"lagesbild/{version('lagesbild')}"
    except PackageNotFoundError:  # run from a folder that was never installed
        return "lagesbild/0"


class Client:
    """One service at one base address (with its version path and a slash at the end).

    Every failure is a SourceError that names service, request, what happened and what to do.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.name = name
        self.base_url = base_url.rstrip("/") + "/"
        self.limits = limits or Limits()
        self.calls = 0
        self._clock, self._sleep = clock, sleep
        self._silences: list[str] = []  # why the latest requests got no answer
        if not _is_base(base_url):
            raise SourceError(
                f"{name}: '{base_url}' is no base address. Give one that begins with https:// and ends with "
                "the version path, such as https://api.kolada.se/v3/."
            )
        self._session = new_session(self.base_url, f"{client_version()} ({PURPOSE})")
        self.pace_to(self.limits.calls, self.limits.window)

    def pace_to(self, calls: int, window: float) -> None:
        """Keep to `calls` calls in `window` seconds from now on."""
        self._pace = Pace(calls, window, self._clock, self._sleep)

    def get(self, path_or_url: str, params: Mapping[str, Any] | None = None) -> Answer:
        """The answer to a GET of a path below the base address, or of an absolute address on its host."""
        return self._answer("GET", self.url(path_or_url, params), None)

    def post(self, path: str, json: Any, params: Mapping[str, Any] | None = None) -> Answer:
        """The answer to `json` posted to a path below the base address."""
        return self._answer("POST", self.url(path, params), json)

    def url(self, path_or_url: str, params: Mapping[str, Any] | None = None) -> str:
        """The absolute address. Raises SourceError when it leaves the service's host."""
        try:
            base, parts = urlsplit(self.base_url), urlsplit(urljoin(self.base_url, path_or_url))
            strays = parts.hostname != base.hostname or (parts.port or 0) not in (base.port or 0, 80, 443, 0)
            # a service behind a proxy may write http:// or no port into its own addresses
            address = urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
            request = PreparedRequest()
            request.prepare_url(address, params)
        except ValueError as error:
            raise self.error(f"'{path_or_url}' is no address ({error})", "It is not followed.") from None
        if strays:
            away = f"{path_or_url} leads away from {base.netloc}"
            raise self.error(away, "It is not followed: check the base address.")
        return str(request.url)

    def error(self, what: str, remedy: str, request: Answer | str = "") -> SourceError:
        """A SourceError about `request`: an answer, or 'GET address'."""
        shown = f"{request.method} {request.url}" if isinstance(request, Answer) else request
        shown = f"{shown[:200]}..." if len(shown) > 203 else shown
        return SourceError(f"{self.name}: {shown}{': ' if shown else ''}{what}. {remedy}")

    @contextmanager
    def reading(self, request: Answer | str, remedy: str = "") -> Iterator[None]:
        """A ContentError inside leaves as a SourceError about `request`; `remedy` follows the error's own."""
        try:
            yield
        except ContentError as error:
            raise self.error(error.what, f"{error.remedy} {remedy}".strip(), request) from None

    def _answer(self, method: str, url: str, body: Any) -> Answer:
        ends = self._clock() + self.limits.deadline
        for attempt in range(1, self.limits.attempts + 1):
            if len(self._silences) >= OUTAGE:
                silent = f"not asked, since {OUTAGE} requests in a row got no answer, last: {self._silences[-1]}"
                raise self.error(silent, "Fetch again later.", f"{method} {url}")
            try:
                exchange = self._followed(method, url, body, ends)
                answer = parsed(exchange)
            except ExchangeError as met:
                self._wait_or_give_up(met, attempt, ends, f"{method} {url}")
            else:
                self._silences.clear()
                return Answer(url, method, body, answer, digest(exchange.content), len(exchange.content))
        raise AssertionError("unreachable: the last attempt gives up")

    def _wait_or_give_up(self, met: ExchangeError, attempt: int, ends: float, request: str) -> None:
        """Sleep until the next attempt, or raise SourceError when there is none."""
        wait = self.limits.backoff * 2 ** (attempt - 1) if met.wait is None else met.wait
        last = not met.again or attempt == self.limits.attempts
        if last or self._clock() + wait > ends:
            self._silences = [*self._silences, met.what] if met.outage else []
            tried = f" (attempt {attempt})" if attempt > 1 else ""
            asked = f", asks to wait {met.wait:.0f} s" if met.wait else ""
            raise self.error(f"{met.what}{asked}{tried}", met.remedy, request) from None
        self._sleep(wait)

    def _followed(self, method: str, url: str, body: Any, ends: float) -> Exchange:
        """The answer at the end of the redirects. Raises ExchangeError for any status but 2xx."""
        for _ in range(MAX_REDIRECTS + 1):
            self._pace.wait()
            self.calls += 1
            left = max(0.05, ends - self._clock())
            exchange = exchanged(self._session, Ask(method, url, body, self.limits, left))
            if exchange.status not in REDIRECTS:
                return _good(exchange)
            if method != "GET" or "Location" not in exchange.headers:
                raise ExchangeError(f"redirects ({exchange.status}) what was posted", "Correct the base address.")
            try:
                url = self.url(urljoin(url, exchange.headers["Location"]))
            except SourceError as error:
                raise ExchangeError(f"redirects out of reach ({error})", "Look at the proxy.") from None
        many = f"redirects more than {MAX_REDIRECTS} times"
        raise ExchangeError(many, "Correct the base address, or look at the proxy.")


def _is_base(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _good(exchange: Exchange) -> Exchange:
    """The exchange when its status is 2xx; ExchangeError with what the status means else."""
    status = exchange.status
    if 200 <= status < 300:
        return exchange
    what = f"answered {status} ({exchange.excerpt()})"
    if status == 429 or status >= 500:
        wait = seconds_to_wait(exchange.headers)
        later = "The service is busy or broken: fetch again later."
        raise ExchangeError(what, later, again=True, outage=True, wait=wait)
    if status in (401, 403, 407, 511):
        raise ExchangeError(what, "The way is barred: look at the proxy or the base address.")
    if status in (404, 410):
        raise ExchangeError(what, "This version of the service is gone or the base address is wrong: correct it.")
    raise ExchangeError(what, "The service does not accept the request: look at the series in the catalogue.")
