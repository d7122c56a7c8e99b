"""The tidy table made from everything in data/raw, and stored in data/processed with its dictionary."""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd

from lagesbild.catalog.models import Catalog
from lagesbild.paths import PACKAGE, Paths
from lagesbild.places import Places
from lagesbild.sources.files import publisher_rows, typed_in_rows
from lagesbild.sources.raw import SERVICES, load_places, raw_files, read_manifest, snapshot_folder
from lagesbild.sources.replacing import beside, leftovers
from lagesbild.sources.snapshot import read_snapshot
from lagesbild.tidy.own import own_rows
from lagesbild.tidy.schema import (
    AT,
    CELL,
    COLUMNS,
    EQUAL,
    KEY,
    MEANING,
    RESTATED,
    checked,
    current,
    typed,
)
from lagesbild.tidy.suppression import without_small_numbers


def _stacked(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The frames below each other; a frame without columns where there are none."""
    frames = list(frames)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


# Indicators that are computed from two others: 100 x part / total.


def computed_shares(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Rows of every indicator with `share`, in percent.

    Years in `left_out` are not computed. A revised part or total makes a new vintage of the share; where one of
    the two was withdrawn, or is zero in the total, the row has no value; where one is hidden, so is the share.
    """
    parts: list[pd.DataFrame] = []
    totals: list[pd.DataFrame] = []
    for indicator, entry in catalog.indicators.items():
        if entry.share:
            left_out = {year for out in entry.left_out for year in out.years}
            of_either = table["indicator"].isin([entry.share.part, entry.share.total])
            known = table[of_either & ~table["year"].isin(left_out)]
            for side, of in ((parts, entry.share.part), (totals, entry.share.total)):
                side.append(known[known["indicator"] == of].assign(indicator=indicator))
    return _share_rows(pd.concat(parts), pd.concat(totals)) if parts else pd.DataFrame()


def _share_rows(parts: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """One row for each date on which part or total was published or revised, from the values of that date.

    `indicator` is the share's in both.
    """
    dates = pd.concat([parts[KEY], totals[KEY]]).drop_duplicates()
    part, total = _as_of(dates, parts), _as_of(dates, totals)
    both = part.merge(total, on=KEY, suffixes=("_part", "_total"))
    value = 100 * both["value_part"] / both["value_total"].where(both["value_total"] > 0)
    status = value.isna().map({True: "missing", False: ""})
    hidden = (both["status_part"] == "hidden") | (both["status_total"] == "hidden")
    return both[KEY].assign(value=value, status=status.mask(hidden, "hidden"))


def _as_of(dates: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """`dates` with the value that was in force: of the latest vintage up to the date; none before the first."""
    known = dates.merge(rows[[*KEY, "value", "status"]], on=CELL, suffixes=("", "_known"))
    known = known[known["vintage_known"] <= known["vintage"]].sort_values("vintage_known", kind="stable")
    return known.drop_duplicates(KEY, keep="last")[[*KEY, "value", "status"]]


# Years of an older definition in today's, from the count behind the published rate, proved for each place and sex.

SERIES = ["indicator", "place", "sex", "group"]
WHOLE = 0.02  # cases: how far a published rate times its population may be from a whole number


def restated(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """`table` with the rows of every `restated:` in today's definition, where that is proved: see `restatements`.

    They get the status "restated", the cases as `count` and the publisher's value as `published`. A year whose mean
    population is not known has no value then. Every row of a place and sex without the proof stays as it is published,
    and its series keeps its break.
    """
    proof = restatements(table, catalog)
    proof = proof[proof["holds"] & ~proof["todays_form"]]
    if proof.empty:
        return table
    out = table.copy()
    out.loc[proof.index, ["published", "value", "count"]] = proof[["published", "value", "cases"]].to_numpy()
    out.loc[proof.index, "status"] = proof["value"].isna().map({True: "missing", False: RESTATED})
    return out


def restatements(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """What the proof makes of each row that a `restated:` is about; the index is that of `table`.

    `published` is the publisher's value, `cases` the count behind it, `value` that count in today's definition,
    `todays_form` whether the publisher has it so already, beside an older vintage in the older form; `fault` says why
    the row has no proof, and `holds` that no row of its indicator, place and sex has a fault.
    """
    restated_ones = [name for name, entry in catalog.indicators.items() if entry.restated]
    populations = [catalog.indicators[name].population for name in restated_ones]
    table = table[table["indicator"].isin([*restated_ones, *populations])]
    proofs = [_proof(table[table["indicator"] == name], table, catalog, name) for name in restated_ones]
    columns = ["published", "cases", "value", "todays_form", "fault", "holds"]
    return pd.concat(proofs)[columns] if proofs else pd.DataFrame(columns=columns)


def _proof(rows: pd.DataFrame, table: pd.DataFrame, catalog: Catalog, indicator: str) -> pd.DataFrame:
    entry, per = catalog.indicators[indicator], catalog.unit_of(indicator).per
    rows = rows.assign(published=rows["published"].fillna(rows["value"]))
    until = entry.restated.until if entry.restated else 0
    rows = rows[rows["published"].notna() & (rows["year"] <= until)].sort_values("vintage", kind="stable")
    people = current(table[table["indicator"] == entry.population]).drop_duplicates(AT).set_index(AT)["value"]
    then, before = (
        people.reindex(pd.MultiIndex.from_frame(rows[AT].assign(year=rows["year"] - back))).to_numpy()
        for back in (0, 1)
    )
    cases = rows["published"] * then / per
    whole = (cases - cases.round()).abs() <= WHOLE
    value = cases.round() * per / ((then + before) / 2)
    earliest = value.where(whole).groupby([rows[name] for name in CELL]).transform("first")
    todays_form = rows.duplicated(CELL) & ((rows["published"] - earliest).abs() <= EQUAL)
    fault = pd.Series("", rows.index, dtype="object")
    for at in rows.index[~whole & ~todays_form]:
        row, number = rows.loc[at], cases[at]
        what = "the population is not at hand" if np.isnan(number) else f"{number:.2f} cases, no whole number"
        fault[at] = f"{row['year']}: {row['published']:g}, {what}"
    holds = (fault == "").groupby([rows[name] for name in SERIES]).transform("all")
    return rows.assign(cases=cases.round(), value=value, todays_form=todays_form, fault=fault, holds=holds)


# From snapshots, typed-in tables and a municipality's own files to one table.


def tidy_table(paths: Paths, catalog: Catalog, places: Places) -> pd.DataFrame:
    """Every value of every source, sorted by its key.

    Where an indicator has several sources, the first of service, publisher's file, own file and typed-in document
    that has a value for a place and time is taken. Small numbers of own files are hidden already. Raises TidyError
    for rows that cannot stand in the table.
    """
    published = [typed(_service_rows(paths, catalog, name)) for name in SERVICES]
    published.append(typed(_stacked(publisher_rows(paths, catalog.indicators, places.names))))
    documents = typed(_stacked(typed_in_rows(paths, catalog.indicators)))
    own = typed(own_rows(paths, catalog, places))
    own = without_small_numbers(own, pd.concat([*published, documents], ignore_index=True), catalog)
    table = restated(_without_covered([*published, own, documents]), catalog)
    table = pd.concat([table, typed(computed_shares(table, catalog))], ignore_index=True)
    order = [name for name in KEY if name != "group"]  # groups keep the order of their source
    return checked(table, catalog, places).sort_values(order, kind="stable").reset_index(drop=True)


def _without_covered(layers: list[pd.DataFrame]) -> pd.DataFrame:
    """All layers, without the rows whose indicator, place and time a stronger layer has.

    The earliest layer is the strongest. One that has no value (missing, a year of fewer than twelve months) leaves
    the place and time to the next; one that hides a value does not.
    """
    rows = pd.concat([layer.assign(layer=n) for n, layer in enumerate(layers)], ignore_index=True)
    several = rows.groupby("indicator")["layer"].transform("nunique") > 1
    if several.any():
        rank = rows["layer"] + len(layers) * rows["status"].isin(["missing", "incomplete"])
        strongest = rows[several].assign(rank=rank).groupby(CELL)["rank"].transform("min") % len(layers)
        rows = rows[~several | (rows["layer"] == strongest.reindex(rows.index))]
    return rows.drop(columns="layer").reset_index(drop=True)


def _service_rows(paths: Paths, catalog: Catalog, service: str) -> pd.DataFrame:
    rows = read_snapshot(paths, service)
    if rows.empty:
        return rows.assign(indicator="")
    rows = _with_confirmed_vintages(rows, paths, service)
    pinned = {indicator: entry.kolada for indicator, entry in catalog.stored.items() if entry.kolada}
    values = {series.id: indicator for indicator, series in pinned.items()}
    values |= {indicator: indicator for indicator, entry in catalog.indicators.items() if entry.table}
    margins = {series.margin: indicator for indicator, series in pinned.items()}
    table = rows.assign(indicator=rows["series"].map(values)).dropna(subset=["indicator"])
    margin = rows[rows["series"].isin(margins) & rows["value"].notna()]
    margin = margin.assign(indicator=margin["series"].map(margins))
    margin = margin.drop_duplicates(CELL, keep="last")  # rows are sorted by vintage
    margin = margin[margin["value"] > 0]  # a margin of 0 is none: no survey is without error
    margin = margin[[*CELL, "value"]].rename(columns={"value": "margin"})
    return table.merge(margin, how="left", on=CELL)


def _with_confirmed_vintages(rows: pd.DataFrame, paths: Paths, service: str) -> pd.DataFrame:
    """Rows whose current values belong to the latest vintage of their series, as that fetch confirmed them.

    The snapshot dates a value by the day it was first seen. Where the latest fetch asked for all of a place's
    rows, its unchanged values are of that vintage too; else next year's fetch would cut every series in two.
    """
    entries = read_manifest(snapshot_folder(paths, service), service).series
    newest = rows["series"].map({series: entry["vintage"] for series, entry in entries.items()})
    earlier = {series: entry.get("places_of_earlier_fetches", ()) for series, entry in entries.items()}
    apart = {(series, place) for series, places in earlier.items() for place in places}
    confirmed = newest.notna()
    if apart:
        confirmed &= ~pd.MultiIndex.from_frame(rows[["series", "place"]]).isin(apart)
    current = ~rows.duplicated(["series", *AT], keep="last")  # rows are sorted by vintage
    return rows.assign(vintage=rows["vintage"].where(~(confirmed & current), newest))


# The table on disk: `data/processed/tidy.parquet` with its data dictionary, rebuilt when its input changes.

FILE = "tidy.parquet"


def input_key(paths: Paths) -> str:
    """A checksum of all that the table is made from: catalogue, raw files, and the code that reads them."""
    inputs = _inputs(paths)
    return content_key(inputs, *(str(path).removeprefix(str(paths.root)) for path in inputs))


def content_key(files: Iterable[Path], *also: str) -> str:
    """A checksum of what some files hold, and of texts."""
    digest = hashlib.sha256("\0".join(also).encode())
    for path in files:
        digest.update(_digest(path))
    return digest.hexdigest()


SETTLED = 2_000_000_000  # nanoseconds: a file changed no longer ago may change again within one tick of its clock


def _digest(path: Path) -> bytes:
    """The checksum of a file, which is read again only where its size, times or place on the disk changed."""
    at = path.stat()
    state = (at.st_size, at.st_mtime_ns, at.st_ctime_ns, at.st_ino)
    if time.time_ns() - max(at.st_mtime_ns, at.st_ctime_ns) < SETTLED:
        return _read_digest.__wrapped__(path, state)
    return _read_digest(path, state)


@cache
def _read_digest(path: Path, _state: tuple[int, ...]) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def _inputs(paths: Paths) -> list[Path]:
    files = [path for path in sorted(paths.catalog.rglob("*")) if path.is_file()]
    files = [path for path in files if not path.name.startswith((".", "~"))]  # what editors leave
    code = sorted(path for room in ("catalog", "sources", "tidy") for path in (PACKAGE / room).rglob("*.py"))
    code.append(PACKAGE / "places.py")
    return [*files, *raw_files(paths), *code]


@dataclass(frozen=True)
class TableAtHand:
    """The whole tidy table, and whether it is the one on disk."""

    rows: pd.DataFrame
    key: str
    stored: bool

    @cached_property
    def newest(self) -> pd.DataFrame:
        """Its rows of the latest vintages."""
        return current(self.rows)


def table_at_hand(paths: Paths, catalog: Catalog) -> TableAtHand:
    """The stored table, or a new one when that is missing, damaged or older than its input. Writes nothing."""
    key = input_key(paths)
    known = _stored(paths, "tidy", key, {FILE: paths.processed / FILE})
    if known:
        return TableAtHand(known[FILE], key, stored=True)
    return TableAtHand(tidy_table(paths, catalog, load_places(paths)), key, stored=False)


def store(paths: Paths, catalog: Catalog, table: TableAtHand) -> None:
    """Writes the table and its data dictionary, unless it is the one on disk.

    A folder that takes no files costs time, no figures: the next command makes the table again.
    """
    if table.stored:
        return
    with suppress(OSError):
        _write_table(paths, catalog, table)


def _write_table(paths: Paths, catalog: Catalog, table: TableAtHand) -> None:
    paths.processed.mkdir(parents=True, exist_ok=True)
    _key_file(paths).unlink(missing_ok=True)  # a table without its key is built again
    for left in leftovers(paths.processed):  # of killed commands; one at work that misses its own makes it again
        left.unlink(missing_ok=True)
    dictionary = data_dictionary(table.rows, catalog)
    _replaced(paths.processed / FILE, lambda temporary: table.rows.to_parquet(temporary, index=False))
    _replaced(paths.processed / "data_dictionary.md", lambda temporary: temporary.write_text(dictionary, "utf-8"))
    _replaced(_key_file(paths), lambda temporary: temporary.write_text(table.key + "\n", "utf-8"))


def derived(
    paths: Paths,
    name: str,
    key: str,
    frames: Iterable[str],
    computed: Callable[[], Mapping[str, pd.DataFrame]],
) -> dict[str, pd.DataFrame]:
    """Frames that follow from the table, by name: as `<name>-<frame>.parquet` holds them, or computed and stored anew.

    They are stored only beside the table itself, and computed again when `key`, of all that they follow from, changes.
    """
    files = {frame: paths.processed / f"{name}-{frame}.parquet" for frame in frames}
    known = _stored(paths, name, key, files)
    if known:
        return known
    made = {frame: rows for frame, rows in computed().items() if frame in files}
    if (paths.processed / FILE).exists():
        with suppress(OSError):
            _key_file(paths, name).unlink(missing_ok=True)
            for frame, rows in made.items():
                _replaced(files[frame], partial(rows.to_parquet, index=False))
            _replaced(_key_file(paths, name), lambda temporary: temporary.write_text(key + "\n", "utf-8"))
    return made


def _stored(paths: Paths, name: str, key: str, files: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """The frames of some files; none where they belong to another key, or one of them cannot be read."""
    if _stored_key(paths, name) != key:
        return {}
    try:
        return {frame: pd.read_parquet(path) for frame, path in files.items()}
    except (OSError, ValueError):  # a damaged file is made again; pyarrow's own errors are ValueErrors
        return {}


def _key_file(paths: Paths, name: str = "tidy") -> Path:
    return paths.processed / f"{name}.key"


def _stored_key(paths: Paths, name: str) -> str:
    path = _key_file(paths, name)
    return path.read_text("utf-8").strip() if path.exists() else ""


def _replaced(target: Path, write: Callable[[Path], object]) -> None:
    """Writes beside `target` and puts it in place in one step, so that a reader never meets half a file."""
    temporary = beside(target, "new")
    write(temporary)
    temporary.replace(target)


def data_dictionary(table: pd.DataFrame, catalog: Catalog) -> str:
    """The table's columns and indicators as Markdown: unit, source, rows, places and years of each."""
    lines = [
        "# Data dictionary of tidy.parquet",
        "",
        "Made by the build from the catalogue and the snapshot; do not edit.",
        "",
        "| Column | Type | Meaning |",
        "| --- | --- | --- |",
        *(f"| `{name}` | {kind} | {MEANING[name]} |" for name, kind in COLUMNS.items()),
        "",
        "| Indicator | Title | Unit | Source | Rows | Places | Years |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    groups = dict(iter(table.groupby("indicator")))
    for indicator, entry in sorted(catalog.stored.items()):
        rows = groups.get(indicator)
        extent = (
            "0 | 0 | -"
            if rows is None
            else f"{len(rows)} | {rows['place'].nunique()} | {rows['year'].min()}-{rows['year'].max()}"
        )
        unit = catalog.unit_of(indicator).text
        lines.append(f"| `{indicator}` | {entry.title} | {unit} | {entry.source} | {extent} |")
    return "\n".join([*lines, *_restatement_lines(table, catalog)]) + "\n"


def _restatement_lines(table: pd.DataFrame, catalog: Catalog) -> list[str]:
    """Which indicators are restated in how many places, and which places keep their break and why."""
    proof = table[SERIES].join(restatements(table, catalog), how="inner")
    series = proof.groupby(SERIES)["holds"].first()
    first = proof[proof["fault"] != ""].drop_duplicates(SERIES)
    return [
        "",
        "Restated in today's definition, by indicator: series proved of all, and those that keep their break.",
        "",
        *(f"- {indicator}: {holds.sum()} of {len(holds)}." for indicator, holds in series.groupby("indicator")),
        *(f"- {row.indicator}, place {row.place}, sex {row.sex}: {row.fault}." for row in first.itertuples()),
    ]
