"""Kolada v3 as it answers: pages, figures, titles, and the lists of places and groups."""

import math
import re
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass
from math import ceil, prod
from typing import Any

from lagesbild.catalog.models import Comparisons
from lagesbild.errors import ContentError, SourceError
from lagesbild.sources.http import Answer, Client
from lagesbild.sources.series import AREAS, SEXES, WantedSeries

# Kolada's answers page by page, each checked to be whole.

PER_PAGE = 5000
MAX_PAGES = 2000
AT_ONCE = 25  # ids in one segment of an address, years too
_REMEDY = "Nothing of this answer is used. Fetch again; if it stays, tell Kolada."


def pages(client: Client, path: str) -> Iterator[Answer]:
    """Every page of an answer. Raises SourceError for a page that is not whole or leads back."""
    url: str | None = client.url(path, {"per_page": PER_PAGE})
    visited: set[str] = set()
    while url:
        if url in visited or len(visited) >= MAX_PAGES:
            raise client.error("next_url repeats a page that was read before", _REMEDY, f"GET {url}")
        visited.add(url)
        answer = client.get(url)
        with client.reading(answer, _REMEDY):
            next_url = _next_url(answer.content)
        yield answer
        try:
            url = client.url(next_url) if next_url else None
        except SourceError as error:
            raise client.error(f"next_url cannot be followed ({error})", _REMEDY, answer) from None


def items(answer: Answer) -> list[dict]:
    """What stands on a page."""
    return answer.content["values"]


def in_batches(ids: list, size: int = AT_ONCE) -> list[list]:
    """`ids` in as few batches as one segment of an address allows, or of `size`."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _next_url(content: Any) -> str | None:
    """The next page's address. Raises ContentError for a page that is not whole: fewer items than it counts."""
    if not isinstance(content, dict) or not isinstance(content.get("values"), list):
        raise ContentError("the answer has no list of values")
    if not all(isinstance(item, dict) for item in content["values"]):
        raise ContentError("the list of values holds something else than objects")
    count, next_url = content.get("count"), content.get("next_url")
    if count is not None and count != len(content["values"]):
        raise ContentError(f"{len(content['values'])} values came where count says {count!r:.60}")
    if next_url is not None and not isinstance(next_url, str):
        raise ContentError(f"next_url is {next_url!r:.60}, no address")
    return next_url


# Which figures are asked for in one request, and one data row of the answer as rows of the snapshot; anything of
# another form is refused, never guessed.

_DIGITS = re.compile(r"\d+$")
# Kolada's marks for a value that is not there; "Missing" is the only text seen beside null.
_STATUS = {"missing": "missing", "-": "missing", ".": "not_applicable", "..": "hidden", "": "missing"}


def data_path(ids: list[str], years: list[int]) -> str:
    """The path of the request for the series `ids`: no segment names places, so that all areas come."""
    return f"data/kpi/{','.join(ids)}/year/{','.join(map(str, years))}"


def data_pages(series: int, years: int) -> int:
    """At most so many pages come back for so many series and years."""
    return max(1, ceil(prod((series, AREAS, years)) / PER_PAGE))


def figures(item: dict, years: Container[int], known_places: frozenset[str]) -> Iterator[tuple]:
    """The rows (ROW_COLUMNS) of one data row, without the deleted ones.

    Kolada's `count` is left out: it counts units behind a value, not cases, and would be taken for a
    small number. Raises ContentError, which begins with place and year, for what is of another form or was not
    asked for.
    """
    place, year = item.get("municipality"), item.get("period")
    at = f"{place!s:.20} {year!s:.20}"
    if isinstance(place, str) and not _DIGITS.match(place):
        return  # a group of municipalities has an id such as G37563, and is no place
    if type(year) is not int:
        raise ContentError(f"{at}: the period {year!r:.60} is no whole number")
    if not isinstance(place, str) or place not in known_places:
        raise ContentError(f"{at}: {place!r:.60} is no place of Kolada's list")
    if year not in years:
        raise ContentError(f"{at}: the year was not asked for")
    if not isinstance(item.get("values"), list):
        raise ContentError(f"{at}: there is no list of values")
    for entry in item["values"]:
        if not isinstance(entry, dict):
            raise ContentError(f"{at}: {entry!r:.60} is no value with gender and status")
        sex, deleted = entry.get("gender"), entry.get("isdeleted")
        value: Any = entry.get("value")
        usual = type(value) is float and not entry.get("status") and not deleted
        if usual and math.isfinite(value) and sex in SEXES:  # a quarter of a million times in a fetch
            yield place, year, 0, sex, "", value, math.nan, ""
            continue
        if deleted is not None and type(deleted) is not bool:
            raise ContentError(f"{at}: isdeleted is {deleted!r:.60}, neither true nor false")
        if deleted:
            continue
        value, status = _value(entry, at)
        if sex not in SEXES:
            raise ContentError(f"{at}: the gender {sex!r:.60} is none of T, K, M")
        yield place, year, 0, sex, "", value, math.nan, status


def _value(entry: dict, at: str) -> tuple[float, str]:
    value, status = entry.get("value"), entry.get("status")
    if status is not None and not isinstance(status, str):
        raise ContentError(f"{at}: the status {status!r:.60} is no text")
    mark = (status or "").strip().lower()
    if value is None:
        return math.nan, _STATUS.get(mark, "missing")
    if type(value) not in (int, float) or not abs(value) <= sys.float_info.max:
        raise ContentError(f"{at}: the value {value!r:.60} is no number")
    if mark in _STATUS and mark:
        raise ContentError(f"{at}: the value {value!r:.60} has the status {status!r:.60} of a missing one")
    return float(value), "preliminary" if mark.startswith("prel") else ""


# Pinned titles against those that Kolada has now: public code often calls an indicator by a wrong name.

_CLOSED = re.compile(r" ?\(-(\d{4})\)$")


@dataclass(frozen=True)
class Pinned:
    """A series whose title is the pinned one. `last_year`: it is discontinued after that year."""

    title: str
    definition: str | None
    last_year: int | None
    warnings: tuple[str, ...]


def checked_title(wanted: WantedSeries, kpi: dict | None) -> Pinned:
    """The series as Kolada describes it. Raises ContentError when its title is not the pinned one."""
    where = f"of indicator '{wanted.indicator}' in data/catalog/indicators"
    if kpi is None:
        remedy = f"Look it up and correct 'kolada' {where}; until then its snapshot is kept."
        raise ContentError("Kolada has no such indicator", remedy)
    title, definition = kpi.get("title"), kpi.get("description")
    if not isinstance(title, str):
        raise ContentError(f"the title is {title!r:.60}, no text", "Tell Kolada; the snapshot is kept.")
    closed = _CLOSED.search(title)
    before = title[: closed.start()] if closed else title
    if not _is_pinned(title, wanted.title) and not _is_pinned(before, wanted.title):
        raise ContentError(
            f"the title is now '{title}', pinned is '{wanted.title}'",
            f"Find out whether it still is the same measure, then correct the title {where}, with a break "
            "where the measure changed, or choose another series; until then its snapshot is kept.",
        )
    last = int(closed[1]) if closed else None
    ends = f"{wanted.id} is discontinued: its title ends with (-{last}). It is kept to {last}: find a successor."
    return Pinned(title, definition if isinstance(definition, str) else None, last, (ends,) if closed else ())


def _is_pinned(title: str, pinned: str) -> bool:
    return title.split() == pinned.split()  # Kolada's titles have double spaces here and there


# Kolada's places and its official comparison groups.

KINDS = ("K", "L")  # municipalities; regions and the country
_FOUR_DIGITS = re.compile(r"^\d{4}$")
_LIST_REMEDY = "The lists in the snapshot are kept. Fetch again; if it stays, Kolada has changed its format."


@dataclass(frozen=True)
class FetchedList:
    """A list as `raw.LISTS` names its columns, with the answers that it came from."""

    name: str
    rows: list[dict[str, str]]
    requests: list[dict]


def places(client: Client) -> FetchedList:
    """All municipalities (K) and regions with the country (L)."""
    rows, requests = [], []
    for answer in pages(client, "municipality"):
        with client.reading(answer, _LIST_REMEDY):
            rows += [row for item in items(answer) if (row := _place(item))["type"] in KINDS]
        requests.append(answer.as_request(len(items(answer))))
    codes = [row["place"] for row in rows]
    if not codes or len(set(codes)) < len(codes):
        raise client.error("the list of places is empty or names one twice", _LIST_REMEDY, "GET municipality")
    return FetchedList("places", rows, requests)


def comparison_groups(client: Client, comparisons: Comparisons) -> FetchedList:
    """The members of the official groups that the catalogue's rule names, of every year there is.

    Raises SourceError when a pinned group is missing or has another title.
    """
    title = _rule(comparisons.rule)
    rows: list[dict[str, str]] = []
    requests, titles = [], {}
    for answer in pages(client, "municipality_groups"):
        before = len(rows)
        for item in items(answer):
            if isinstance(item.get("title"), str) and title.match(item["title"]):
                with client.reading(answer, _LIST_REMEDY):
                    rows += _members(item)
                titles[item["id"]] = item["title"]
        requests.append(answer.as_request(len(rows) - before))
    for place, group in comparisons.pinned.items():
        if titles.get(group.id) != group.title:
            now = titles.get(group.id, "not there")
            raise client.error(
                f"{group.id}, pinned for {place}, is '{now}', not '{group.title}'",
                "Look the group up and correct data/catalog/comparisons.yml.",
                "GET municipality_groups",
            )
    return FetchedList("comparison_groups", rows, requests)


def _rule(rule: str) -> re.Pattern[str]:
    """The titles of the groups: the rule with any municipality and any year."""
    stem, _, tail = rule.partition("{name}")
    tail = re.escape(tail).replace(re.escape("{year}"), r"\d{4}")
    if r"\d{4}" not in tail:
        tail = re.sub(r"(,\\? )?\d{4}$", "", tail) + r"(, \d{4})?"
    return re.compile(f"^{re.escape(stem)}.+?{tail}$")


def _place(item: dict) -> dict[str, str]:
    texts = [part for part in map(item.get, ("id", "title", "type")) if isinstance(part, str)]
    code, name, kind = texts if len(texts) == 3 else ("", "", "")
    if len(texts) < 3 or (kind in KINDS and not _FOUR_DIGITS.match(code)):
        raise ContentError(f"{item!r:.60} is no place with code, name and type")
    return {"place": code, "name": name, "type": kind}


def _members(group: dict) -> list[dict[str, str]]:
    members = group.get("members")
    if not isinstance(group.get("id"), str) or not isinstance(members, list):
        raise ContentError(f"group '{group.get('title')}' has no id or no members")
    codes = [member.get("member_id") if isinstance(member, dict) else None for member in members]
    if not all(isinstance(code, str) and _FOUR_DIGITS.match(code) for code in codes) or len(set(codes)) < len(codes):
        raise ContentError(f"group {group['id']} has members without a code, or one twice")
    return [{"group": group["id"], "title": group["title"], "place": str(code)} for code in codes]
