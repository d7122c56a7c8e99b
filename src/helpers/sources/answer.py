"""An answer of a service: its JSON with what is needed to trace it, or the reason why it is refused."""

import hashlib
import json
import re
from dataclasses import dataclass
from email.message import Message
from typing import Any

from .errors import ExchangeError
from .exchange import Exchange

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
    kind = _content_type(exchange)
    if not _JSON.match(kind.get_content_type()) or "Content-Type" not in exchange.headers:
        shown = exchange.headers.get("Content-Type") or "no content type"
        raise ExchangeError(f"answered with {shown} instead of JSON ({exchange.excerpt()})", _NO_JSON)
    if not exchange.content.strip():
        raise ExchangeError("answered with an empty body", "Fetch again later.", again=True)
    try:
        # utf-8-sig: some PxWeb servers put a byte order mark before the JSON
        text = exchange.content.decode(_encoding(kind))
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


def _content_type(exchange: Exchange) -> Message:
    message = Message()
    message["Content-Type"] = exchange.headers.get("Content-Type", "text/plain")
    return message


def _encoding(kind: Message) -> str:
    declared = (kind.get_content_charset() or "utf-8").lower()
    return "utf-8-sig" if declared in ("utf-8", "utf8") else declared


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")
