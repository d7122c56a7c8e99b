"""The way to a statistics service: one retry policy, one rate limit, answers that are JSON or refused."""

import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from requests.models import PreparedRequest

from .answer import Answer, digest, parsed
from .errors import ExchangeError, SourceError
from .exchange import Ask, Exchange, Limits, exchanged, new_session
from .pace import Pace, seconds_to_wait

__all__ = ["Answer", "Client", "Limits", "SourceError"]

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
        return request.url

    def error(self, what: str, remedy: str, request: Answer | str = "") -> SourceError:
        """A SourceError about `request`: an answer, or 'GET address'."""
        shown = f"{request.method} {request.url}" if isinstance(request, Answer) else request
        shown = f"{shown[:200]}..." if len(shown) > 203 else shown
        return SourceError(f"{self.name}: {shown}{': ' if shown else ''}{what}. {remedy}")

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
            url = self._redirected(url, exchange.headers["Location"])
        many = f"redirects more than {MAX_REDIRECTS} times"
        raise ExchangeError(many, "Correct the base address, or look at the proxy.")

    def _redirected(self, url: str, location: str) -> str:
        try:
            return self.url(urljoin(url, location))
        except SourceError as error:
            raise ExchangeError(f"redirects out of reach ({error})", "Look at the proxy.") from None


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
