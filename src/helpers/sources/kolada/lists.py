"""Kolada's places and its official comparison groups."""

import re
from dataclasses import dataclass

from ...catalog.models import Comparisons
from ..answer import Answer
from ..client import Client
from .paging import items, pages

KINDS = ("K", "L")  # municipalities; regions and the country
_CODE = re.compile(r"^\d{4}$")
_REMEDY = "The lists in the snapshot are kept. Fetch again; if it stays, Kolada has changed its format."


@dataclass(frozen=True)
class FetchedList:
    """A list as `snapshot.LISTS` names its columns, with the answers that it came from."""

    name: str
    rows: list[dict[str, str]]
    requests: list[dict]


def places(client: Client) -> FetchedList:
    """All municipalities (K) and regions with the country (L)."""
    rows, requests = [], []
    for answer in pages(client, "municipality"):
        rows += [row for item in items(answer) if (row := _place(client, answer, item))["type"] in KINDS]
        requests.append(answer.as_request(len(items(answer))))
    codes = [row["place"] for row in rows]
    if not codes or len(set(codes)) < len(codes):
        raise client.error("the list of places is empty or names one twice", _REMEDY, "GET municipality")
    return FetchedList("places", rows, requests)


def comparison_groups(client: Client, comparisons: Comparisons) -> FetchedList:
    """The members of the official groups that the catalogue's rule names, of every year there is.

    Raises SourceError when a pinned group is missing or has another title.
    """
    title = _rule(comparisons.rule)
    rows, requests, titles = [], [], {}
    for answer in pages(client, "municipality_groups"):
        before = len(rows)
        for item in items(answer):
            if isinstance(item.get("title"), str) and title.match(item["title"]):
                rows += _members(client, answer, item)
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


def _place(client: Client, answer: Answer, item: dict) -> dict[str, str]:
    code, name, kind = item.get("id"), item.get("title"), item.get("type")
    whole = all(isinstance(part, str) for part in (code, name, kind))
    if not whole or (kind in KINDS and not _CODE.match(code)):
        raise client.error(f"{item!r} is no place with code, name and type", _REMEDY, answer)
    return {"place": code, "name": name, "type": kind}


def _members(client: Client, answer: Answer, group: dict) -> list[dict[str, str]]:
    members = group.get("members")
    if not isinstance(group.get("id"), str) or not isinstance(members, list):
        raise client.error(f"group '{group.get('title')}' has no id or no members", _REMEDY, answer)
    codes = [member.get("member_id") if isinstance(member, dict) else None for member in members]
    if not all(isinstance(code, str) and _CODE.match(code) for code in codes) or len(set(codes)) < len(codes):
        raise client.error(f"group {group['id']} has members without a code, or one twice", _REMEDY, answer)
    return [{"group": group["id"], "title": group["title"], "place": code} for code in codes]
