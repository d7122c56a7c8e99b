"""One polite HTTP client: pace, retries, a service given up as a whole, and answers read as strict JSON."""

import hashlib
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from requests.models import PreparedRequest

from lagesbild.errors import ContentError, ExchangeError, SourceError, TooLargeError
from lagesbild.sources.exchange import Ask, Exchange, Limits, exchanged, new_session

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
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # one half of a character beyond the first 65,536
_NO_JSON = "Check the base address and whether a proxy or a sign-in page stands in between, then fetch again."


@dataclass(frozen=True)
class Request:
    """What is asked for."""

    method: str
    url: str
    body: Any  # what is posted; None for GET

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass(frozen=True)
class Answer(Request):
    """`content` is the parsed JSON; `sha256` and `bytes` are those of the body as received (unzipped)."""

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
        raise ExchangeError(f"answered with {shown} instead of JSON ({exchange.excerpt()})", _NO_JSON, outage=True)
    if not exchange.content.strip():
        raise ExchangeError("answered with an empty body", "Fetch again later.", again=True, outage=True)
    try:
        # utf-8-sig: some PxWeb servers put a byte order mark before the JSON
        encoding = (kind.get_content_charset() or "utf-8").lower()
        text = exchange.content.decode("utf-8-sig" if encoding in ("utf-8", "utf8") else encoding)
    except (UnicodeError, LookupError) as error:
        raise ExchangeError(
            f"answered with text in an undeclared encoding ({error})",
            "Nothing is guessed: report it to the service.",
            outage=True,
        ) from None
    try:
        content = json.loads(text, parse_constant=_no_number)
        if _SURROGATE.search(text):
            _refuse_half_characters(content)
    except (ValueError, RecursionError) as error:
        raise ExchangeError(
            f"answered with broken or cut-off JSON ({error})",
            "Fetch again; if it stays, the service is at fault.",
            again=True,
            outage=True,
        ) from None
    return content


def _refuse_half_characters(content: Any) -> None:
    """Raises ExchangeError for a text such as "\\ud800", which JSON may hold but no file."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half, before = error.object[error.start], error.object[max(0, error.start - 40) : error.start]
        raise ExchangeError(
            f"answered with a text that holds half a character, \\u{ord(half):04x} after '{before}'",
            "It can be stored nowhere and is not guessed: tell the publisher.",
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
TOO_LARGE = (413, 414, 422)  # the request, its address, or what it asks for
OUTAGE = 3  # so many requests in a row without an answer, and the service must prove that it is there


def client_version() -> str:
    """The product and its version, as it names itself to services and in manifests."""
    try:
        return f"lagesbild/{version('lagesbild')}"
    except PackageNotFoundError:  # run from a folder that was never installed
        return "lagesbild/0"


class Client:
    """One service at one base address (with its version path and a slash at the end).

    Every failure is a SourceError that names service, request, what happened and what to do.

    A service that fails as a whole is given up after `Limits.patience` seconds, or sooner: when OUTAGE requests in a
    row got no answer, something is asked again that it did answer, else `probe`, a path that it always answers
    quickly. Where that is answered, the faults are those requests' own and the others are asked on.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        probe: str = "",
    ):
        self.name = name
        self.base_url = base_url.rstrip("/") + "/"
        self.limits = limits or Limits()
        self.calls = 0
        self._clock, self._sleep = clock, sleep
        self._probe = probe
        self._silences = 0  # requests in a row without an answer
        self._lost: dict[str, float] = {}  # kind of request -> seconds since one was answered that brought nothing
        self._lost_in_all = 0.0
        self._given_up = ""  # why nothing is asked any more
        self._last = ""  # why there was no answer
        self._answered: dict[str, Request] = {}  # kind -> the latest
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
        shown = str(request)
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
        self._refuse_when_given_up(request := Request(method, url, body))
        limits, kind = self.limits, self._kind(request)
        failing = self._silences or kind in self._lost
        if failing or self._lost_in_all > limits.patience:
            limits = limits.hurried(attempts=1 if failing else 2)
        began = self._clock()
        ends = began + min(limits.deadline, max(1.0, limits.patience - sum(self._lost.values())))
        for attempt in range(1, limits.attempts + 1):
            try:
                answer = self._asked(request, limits, ends)
            except ExchangeError as met:
                wait = limits.backoff * 2 ** (attempt - 1) if met.wait is None else met.wait
                if not met.again or attempt == limits.attempts or self._clock() + wait > ends:
                    self._count(kind, met, self._clock() - began)
                    tried = f" (attempt {attempt})" if attempt > 1 else ""
                    asked = f", asks to wait {met.wait:.0f} s" if met.wait else ""
                    error = self.error(f"{met.what}{asked}{tried}", met.remedy, str(request))
                    raise (TooLargeError(str(error)) if met.too_large else error) from None
                self._sleep(wait)
            else:
                self._answered[kind] = request
                self._count(kind)
                return answer
        raise AssertionError("unreachable: the last attempt gives up")

    def _asked(self, request: Request, limits: Limits, ends: float) -> Answer:
        """The answer to one attempt. Raises ExchangeError."""
        exchange = self._followed(request, limits, ends)
        content = exchange.content
        return Answer(request.method, request.url, request.body, parsed(exchange), digest(content), len(content))

    def _kind(self, request: Request) -> str:
        """Requests of one kind are answered by the same part of a service, or not."""
        return f"{request.method} {request.url.removeprefix(self.base_url).partition('/')[0]}"

    def _count(self, kind: str, met: ExchangeError | None = None, seconds: float = 0.0) -> None:
        """Counts a request without an answer; any answer, be it a refusal, is a sign of life."""
        if met is None or not met.outage:
            self._silences = 0
            self._lost.pop(kind, None)
            return
        self._silences, self._last = self._silences + 1, met.what
        self._lost[kind] = self._lost.get(kind, 0.0) + seconds
        self._lost_in_all += seconds

    def _refuse_when_given_up(self, request: Request) -> None:
        """Raises SourceError when the service is at fault as a whole, and no request will be answered."""
        kind = self._kind(request)
        worn_out = kind in self._lost and sum(self._lost.values()) >= self.limits.patience
        if not self._given_up and (worn_out or self._silences >= OUTAGE):
            self._given_up = self._reason_to_give_up(kind, worn_out)
        if self._given_up:
            raise self.error(f"not asked, since {self._given_up}", "Fetch again later.", str(request))

    def _reason_to_give_up(self, kind: str, worn_out: bool) -> str:
        """Why, or nothing when a request of this kind is answered again, or any other before all patience is gone."""
        why = f"no request was answered for {sum(self._lost.values()):.0f} s, last: {self._last}"
        alike = self._answered.get(kind)
        known = alike or next(reversed(self._answered.values()), Request("GET", self.url(self._probe), None))
        limits = self.limits.hurried(attempts=1)
        try:
            self._asked(known, limits, self._clock() + limits.deadline)
        except ExchangeError:
            return f"{why}; nor was {known}"
        self._silences = 0
        if alike:
            self._lost.pop(kind, None)
        return why if worn_out and not alike else ""

    def _followed(self, request: Request, limits: Limits, ends: float) -> Exchange:
        """The answer at the end of the redirects. Raises ExchangeError for any status but 2xx."""
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            self._pace.wait()
            self.calls += 1
            left = max(0.05, ends - self._clock())
            exchange = exchanged(self._session, Ask(request.method, url, request.body, limits, left))
            if exchange.status not in REDIRECTS:
                return _good(exchange)
            if request.method != "GET" or "Location" not in exchange.headers:
                raise ExchangeError(f"redirects ({exchange.status}) what was posted", "Correct the base address.")
            try:
                url = self.url(urljoin(url, exchange.headers["Location"]))
            except ValueError as error:  # a SourceError, or no address at all
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
    if status in TOO_LARGE:
        large = "The service does not take so much at once, or not this: look at the series in the catalogue."
        raise ExchangeError(what, large, too_large=True)
    raise ExchangeError(what, "The service does not accept the request: look at the series in the catalogue.")
