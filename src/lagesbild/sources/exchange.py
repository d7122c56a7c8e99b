"""One request and its whole answer, within a time that holds whatever the other side does."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter

from lagesbild.errors import ExchangeError

CHUNK = 1 << 16
_LATER = "Check the network and the base address, then fetch again; what was fetched before is kept."


@dataclass(frozen=True)
class Limits:
    """Seconds, attempts and bytes that one request may take, and calls per window of the service."""

    connect: float = 10.0
    read: float = 20.0  # between two pieces of an answer
    deadline: float = 30.0  # for one request with redirects, attempts, waits; a longer Retry-After ends it
    attempts: int = 4
    backoff: float = 1.0  # seconds before the second attempt, doubled for each one after
    largest: int = 200 << 20  # bytes of an answer
    calls: int = 5
    window: float = 1.0
    patience: float = 75.0  # may go by without any answer before the service is given up
    hurry: float = 5.0  # instead of `connect` and `read`, and thrice for `deadline`, while nothing is answered

    def hurried(self, attempts: int) -> "Limits":
        """The same for a service that has failed: short, so that many series can be tried within the patience."""
        return replace(
            self,
            connect=min(self.connect, self.hurry),
            read=min(self.read, self.hurry),
            deadline=min(self.deadline, 3 * self.hurry),
            attempts=min(self.attempts, attempts),
        )


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
