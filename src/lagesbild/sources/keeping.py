"""What a fetch keeps: vintages of each series, revisions told, area lists, one manifest line a series."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.errors import SourceError
from lagesbild.places import Places
from lagesbild.sources.http import Client, digest
from lagesbild.sources.kolada_answers import FetchedList, comparison_groups, places
from lagesbild.sources.series import KEY, FetchedSeries, WantedSeries, checked_rows
from lagesbild.sources.snapshot import (
    NAME,
    SNAPSHOT_COLUMNS,
    list_bytes,
    read_list,
    read_manifest,
    read_series,
    replace_together,
    series_bytes,
)

# What a fetch says about what was known before: added, revised and withdrawn values.


@dataclass(frozen=True)
class Revision:
    """A past value that was changed; `new` is None where it was withdrawn, `old` where it was missing."""

    place: str
    year: int
    month: int
    sex: str
    group: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Merge:
    """A series after a fetch: all its rows, what changed, and which rows the fetch did not confirm."""

    rows: pd.DataFrame
    added: int
    revisions: list[Revision]
    unconfirmed: bool  # some rows stem from an earlier fetch alone
    apart: tuple[str, ...]  # places with rows that this fetch did not ask for: they rest on an earlier one
    gone: bool  # nothing came back although the snapshot has values in what was asked


def merged(old: pd.DataFrame, fetched: FetchedSeries, date: str) -> Merge:
    """The snapshot's rows with the fetched ones: both vintages of every changed value.

    A value that was asked for and did not come back gets a row without value, status "missing".
    """
    current = old.drop_duplicates(KEY, keep="last")
    both = current.merge(fetched.rows, on=KEY, how="outer", suffixes=("_old", ""), indicator="where")
    came, was = both["where"] != "left_only", both["where"] != "right_only"
    asked = _asked(both, fetched)
    if fetched.rows.empty and bool((asked & both["value_old"].notna()).any()):
        return Merge(old, 0, [], True, (), gone=True)
    withdrawn = ~came & asked & ~(both["value_old"].isna() & (both["status_old"] == "missing"))
    changed = (came & was & ~_same(both)) | withdrawn
    both.loc[withdrawn, "status"] = "missing"
    news = both.loc[changed | ~was, [*KEY, "value", "count", "status"]].assign(vintage=date)
    _refuse_earlier(old, news, fetched, date)
    kept = old[~((old["vintage"] == date) & _keys(old).isin(_keys(news)))]
    rows = pd.concat([kept, news[SNAPSHOT_COLUMNS]], ignore_index=True) if len(news) else old
    values_changed = changed & ~_equal(both["value_old"], both["value"])
    return Merge(
        rows=rows,
        added=int((~was & both["value"].notna()).sum()),
        revisions=[_revision(row) for row in both[values_changed].itertuples(index=False)],
        unconfirmed=bool((~came).any()) or len(rows) > len(both),
        apart=tuple(sorted(set(both.loc[~came & ~asked, "place"]))),
        gone=False,
    )


def _asked(both: pd.DataFrame, fetched: FetchedSeries) -> pd.Series:
    inside = pd.Series(False, index=both.index)
    for part in fetched.asked:
        inside |= part.covers(both)
    return inside


def _equal(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left == right) | (left.isna() & right.isna())


def _same(both: pd.DataFrame) -> pd.Series:
    equal = _equal(both["value_old"], both["value"]) & _equal(both["count_old"], both["count"])
    return equal & (both["status_old"] == both["status"])


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[KEY])


def _refuse_earlier(old: pd.DataFrame, news: pd.DataFrame, fetched: FetchedSeries, date: str) -> None:
    if len(old) and len(news) and date < old["vintage"].max():
        raise SourceError(
            f"{fetched.wanted.id}: the fetch is dated {date} but the snapshot has rows of "
            f"{old['vintage'].max()}; the older figures would stay current. Correct the clock or the date "
            "given."
        )


def _revision(row) -> Revision:
    old, new = (None if value != value else float(value) for value in (row.value_old, row.value))
    return Revision(row.place, int(row.year), int(row.month), row.sex, row.group, old, new)


# A fetched series into the snapshot: checked, compared with what was known, written or left alone.

STATES = ("new", "unchanged", "revised", "gone", "nothing published", "failed")


@dataclass(frozen=True)
class SeriesResult:
    """What became of one series. `state` is one of STATES; `gone` and `failed` leave the snapshot as it was.

    "new" is a series seen for the first time, or one with new periods or places only.
    """

    source: str
    id: str
    indicator: str
    state: str
    message: str = ""
    added: int = 0
    revisions: list[Revision] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.state not in ("gone", "failed")


@dataclass(frozen=True)
class Terms:
    """What holds for everything that one fetch stores.

    `accept`: series, or "places", whose changed definition or division a person has read.
    """

    date: str
    note: str | None = None
    accept: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Keeper:
    """Writes the series of one source."""

    folder: Path
    source: str
    base_url: str
    catalog: Catalog
    terms: Terms

    def result(self, wanted: WantedSeries, state: str, message: str = "") -> SeriesResult:
        """A result without rows."""
        return SeriesResult(self.source, wanted.id, wanted.indicator, state, message)

    def keep(self, fetched: FetchedSeries) -> SeriesResult:
        """Store the series whole. Raises SourceError or OSError, with the old files untouched."""
        wanted = fetched.wanted
        manifest = read_manifest(self.folder, self.source)
        known = manifest.series.get(wanted.id, {})
        rows = checked_rows(fetched, self.catalog.unit_of(wanted.indicator))
        self._refuse_new_definition(fetched, known)
        old = read_series(self.folder, manifest, wanted.id)
        merge = merged(old, replace(fetched, rows=rows), self.terms.date)
        if merge.gone:
            state = self.result(wanted, "gone", _gone(fetched))
        elif old.empty and rows.empty:
            state = self.result(wanted, "nothing published")
        else:
            content = series_bytes(merge.rows)
            entry = self._entry(fetched, merge, known, content)
            self._write(f"{wanted.id}.csv", content, manifest.with_series(wanted.id, entry).content())
            name = "revised" if merge.revisions else "new" if merge.added else "unchanged"
            state = replace(self.result(wanted, name), added=merge.added, revisions=merge.revisions)
        return replace(state, warnings=list(fetched.warnings))

    def _write(self, name: str, content: bytes, manifest: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        same = path.exists() and path.read_bytes() == content
        replace_together(({} if same else {path: content}) | {self.folder / NAME: manifest})

    def _refuse_new_definition(self, fetched: FetchedSeries, known: Mapping[str, Any]) -> None:
        old, new = known.get("definition"), fetched.definition
        if not old or not new or old.split() == new.split() or fetched.wanted.id in self.terms.accept:
            return
        raise SourceError(
            f"{fetched.wanted.id} ({fetched.wanted.indicator}): the publisher's definition has changed from "
            f"'{old}' to '{new}'. No figures are joined across it unseen: enter a break for the indicator in "
            "data/catalog if the denominator, the unit or the division is another one, then run "
            f"'lagesbild fetch --only {fetched.wanted.id} --accept {fetched.wanted.id}'."
        )

    def _entry(self, fetched: FetchedSeries, merge: Merge, known: Mapping[str, Any], content: bytes) -> dict:
        publisher = self.catalog.publishers[fetched.wanted.entry.publisher]
        years = merge.rows.loc[merge.rows["value"].notna(), "year"]
        return {
            "title": fetched.title,
            "publisher": publisher.name,
            "licence": publisher.licence,
            "citation": publisher.cite,
            "base_url": self.base_url,
            "requests": self._requests(fetched, merge, known),
            "fetched": self.terms.date,
            "service_updated": fetched.service_updated,
            "definition": fetched.definition,
            "vintage": merge.rows["vintage"].max(),
            "places_of_earlier_fetches": list(merge.apart),
            "rows": len(merge.rows),
            "sha256": digest(content),
            "first_year": int(years.min()) if len(years) else None,
            "last_year": int(years.max()) if len(years) else None,
            "note": self.terms.note,
        }

    def _requests(self, fetched: FetchedSeries, merge: Merge, known: Mapping[str, Any]) -> list[dict]:
        """The answers that the file's rows came from: earlier ones stay while rows rest on them alone."""
        new = [{**request, "fetched": self.terms.date} for request in fetched.requests]
        seen = {_identity(request) for request in new}
        earlier = known.get("requests", ()) if merge.unconfirmed else ()
        return [*(request for request in earlier if _identity(request) not in seen), *new]


def _gone(fetched: FetchedSeries) -> str:
    first = fetched.requests[0] if fetched.requests else {}
    asked = f" ({first['method']} {first['url'][:200]})" if first else ""
    return (
        f"{fetched.wanted.id}: the service has no values{asked} where the snapshot has. The snapshot is "
        "kept. See whether the series was moved or closed, then correct the catalogue."
    )


def _identity(request: Mapping[str, Any]) -> tuple[str, str, str]:
    return request["method"], request["url"], request["sha256"]


# The lists that everything else hangs on: official places and comparison groups, beside Kolada's series.

_TITLES = {"places": "Kommuner, regioner och riket", "comparison_groups": "Liknande kommuner"}


@dataclass(frozen=True)
class ListKeeper:
    """Fetches and stores both lists; where that fails, the ones that were stored before serve on."""

    folder: Path
    client: Client
    catalog: Catalog
    terms: Terms

    def refreshed(self) -> tuple[Places, list[SeriesResult]]:
        """Places with groups, and what became of the two lists. Raises SourceError without any list."""
        results = [
            self._kept("places", lambda: places(self.client)),
            self._kept("comparison_groups", lambda: comparison_groups(self.client, self.catalog.comparisons)),
        ]
        if not (self.folder / "places.csv").exists():
            raise SourceError(f"{results[0].message} Without a list of places nothing else can be fetched.")
        return held_places(self.folder), results

    def _kept(self, name: str, fetch) -> SeriesResult:
        try:
            return SeriesResult("kolada", name, "", self._store(fetch()))
        except (SourceError, OSError) as error:
            return SeriesResult("kolada", name, "", "failed", f"{name}: {error}")

    def _store(self, fetched: FetchedList) -> str:
        path = self.folder / f"{fetched.name}.csv"
        old = read_list(self.folder, fetched.name)
        if fetched.name == "places" and fetched.name not in self.terms.accept:
            _refuse_new_division(old, fetched.rows)
        content = list_bytes(fetched.name, fetched.rows)
        same = path.exists() and path.read_bytes() == content
        self.folder.mkdir(parents=True, exist_ok=True)
        manifest = read_manifest(self.folder, "kolada").with_list(fetched.name, self._entry(fetched, content))
        replace_together({**({} if same else {path: content}), self.folder / NAME: manifest.content()})
        return "unchanged" if same else "revised" if old else "new"

    def _entry(self, fetched: FetchedList, content: bytes) -> dict[str, Any]:
        return {
            "title": _TITLES[fetched.name],
            "publisher": "Kolada (RKA)",
            "base_url": self.client.base_url,
            "requests": [{**request, "fetched": self.terms.date} for request in fetched.requests],
            "fetched": self.terms.date,
            "rows": len(fetched.rows),
            "sha256": digest(content),
            "note": self.terms.note,
        }


def held_places(folder: Path) -> Places:
    """Places and groups as they are stored; without any where nothing has been fetched."""
    rows = read_list(folder, "places")
    groups: dict[str, tuple[str, list[str]]] = {}
    for row in read_list(folder, "comparison_groups"):
        groups.setdefault(row["group"], (row["title"], []))[1].append(row["place"])
    return Places(
        {row["place"]: row["name"] for row in rows},
        {row["place"]: row["type"] for row in rows},
        {group: (title, tuple(members)) for group, (title, members) in groups.items()},
    )


def _refuse_new_division(old: list[dict[str, str]], new: list[dict[str, str]]) -> None:
    before, after = ({(row["place"], row["type"]) for row in rows} for rows in (old, new))
    if old and before != after:
        came = ", ".join(f"{code} ({kind})" for code, kind in sorted(after - before)) or "none"
        went = ", ".join(f"{code} ({kind})" for code, kind in sorted(before - after)) or "none"
        raise SourceError(
            f"the division into municipalities and regions has changed: new {came}; gone {went}. The "
            "old list is kept. Enter breaks in data/catalog for the indicators that it touches, then run "
            "'lagesbild fetch --accept places'."
        )
