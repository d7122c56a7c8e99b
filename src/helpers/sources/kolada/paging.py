"""Kolada's answers page by page, each checked to be whole."""

from collections.abc import Iterator

from ..answer import Answer
from ..client import Client, SourceError

PER_PAGE = 5000
MAX_PAGES = 2000
AT_ONCE = 25  # ids in one segment of an address, years too
_REMEDY = "Nothing of this answer is used. Fetch again; if it stays, tell Kolada."


def pages(client: Client, path: str) -> Iterator[Answer]:
    """Every page of an answer. Raises SourceError for a page that is not whole or leads back."""
    url = client.url(path, {"per_page": PER_PAGE})
    seen: set[str] = set()
    while url:
        if url in seen or len(seen) >= MAX_PAGES:
            raise client.error("next_url repeats a page that was read before", _REMEDY, f"GET {url}")
        seen.add(url)
        answer = client.get(url)
        next_url = _checked(client, answer)
        yield answer
        url = _followed(client, answer, next_url) if next_url else None


def items(answer: Answer) -> list[dict]:
    """What stands on a page."""
    return answer.content["values"]


def in_batches(ids: list) -> list[list]:
    """`ids` in as few batches as one segment of an address allows."""
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _checked(client: Client, answer: Answer) -> str | None:
    """The next page's address. A page that holds fewer items than it counts is cut off."""
    content = answer.content
    if not isinstance(content, dict) or not isinstance(content.get("values"), list):
        raise client.error("the answer has no list of values", _REMEDY, answer)
    if not all(isinstance(item, dict) for item in content["values"]):
        raise client.error("the list of values holds something else than objects", _REMEDY, answer)
    count, next_url = content.get("count"), content.get("next_url")
    if count is not None and count != len(content["values"]):
        what = f"{len(content['values'])} values came where count says {count!r}"
        raise client.error(what, _REMEDY, answer)
    if next_url is not None and not isinstance(next_url, str):
        raise client.error(f"next_url is {next_url!r}, no address", _REMEDY, answer)
    return next_url


def _followed(client: Client, answer: Answer, next_url: str) -> str:
    try:
        return client.url(next_url)
    except SourceError as error:
        raise client.error(f"next_url cannot be followed ({error})", _REMEDY, answer) from None
