"""What a cell of the regional support analysis calls by name: its tables, and what is said of them.

`fte` is a table of support, see `lagesbild.rules.support`: index place and year, a column a type, `total` and
`population`. `share` is its percent of the inhabitants; `years` are the two compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import MAXYEAR
from typing import Any

import pandas as pd

from helpers.report import RegionReport
from lagesbild.assessments.load import load_region_assessment
from lagesbild.catalog.models import Catalog
from lagesbild.html import components
from lagesbild.html.regional import ADJUSTED, OBSERVED
from lagesbild.html.render import Component, part_component, parted_prose, passage_component, rendered
from lagesbild.html.tables import number_or_symbol, numbers_table, values_of
from lagesbild.places import COUNTRY
from lagesbild.rules.support import (
    BASES,
    TOTAL,
    complete,
    refuse_wrong_tables,
    rows_at,
    wide_table,
)
from lagesbild.sources.files import document_sources, printed_rows
from lagesbild.statistics.support import FEWEST_PLACES
from lagesbild.swedish import statements as words
from lagesbild.swedish import support as texts
from lagesbild.swedish.numbers import MONTHS, SEX, decimal, origins, signed, source_line

# Where a region's places stand in the country, and the long view.

MONTH_HEADINGS, NO_MAP = texts.MONTH_HEADINGS, texts.NO_MAP


def scale_note(report: RegionReport, asked: Sequence[str], years: tuple[int, int]) -> list[str]:
    """Whose the zones of the national scale are; first why there is none, where not every municipality was asked."""
    number, totals = report.geography.municipalities, report.data[report.data["indicator"] == TOTAL]
    known = totals[totals["place"].isin(list(asked)) & totals["year"].isin(years)].dropna(subset=["value"])
    have = int((known.groupby("place")["year"].nunique() == len(set(years))).sum())
    return [*([texts.no_scale(number, have, years[1])] if have < number else []), report.catalog.parts["R3"].note or ""]


def month_rows(months: pd.DataFrame, adjusted: pd.DataFrame, place: str) -> pd.DataFrame:
    """Chart rows of one place: observed months, and those of `adjusted` (column `adjusted`); a group a sex."""
    observed = months[months["value"].notna()].assign(label=OBSERVED, role="peer")
    level = adjusted.assign(value=adjusted["adjusted"], label=ADJUSTED, role="focus", status="").dropna(
        subset=["value"]
    )
    rows = pd.concat([observed, level.drop(columns=["season", "adjusted"])])
    rows = rows[rows["place"] == place].sort_values("sex", key=lambda sex: sex.map("TKM".index), kind="stable")
    return rows.assign(group=rows["sex"].map(SEX), sex="T").reset_index(drop=True)


def latest_months(adjusted: pd.DataFrame) -> pd.DataFrame:
    """One row a place of `adjusted`: `name`, last `month` in words, its `value`, `adjusted`, that of a year before as
    `before`, and how many `months` in a row it rests on."""
    own = adjusted[adjusted["sex"] == "T"].sort_values(["year", "month"])
    last = own.drop_duplicates("place", keep="last")
    earlier = own.assign(year=own["year"] + 1).set_index(["place", "year", "month"])["adjusted"].rename("before")
    rows = last.join(earlier, on=["place", "year", "month"]).join(
        own["place"].value_counts().rename("months"), on="place"
    )
    when = [f"{MONTHS[row.month - 1]} {row.year}" for row in rows.itertuples()]
    return rows.assign(month=when)[["name", "month", "value", "adjusted", "before", "months"]].reset_index(drop=True)


def months_note(fte: pd.DataFrame, months: pd.DataFrame, place: str) -> list[str]:
    """What the long view of `place` lacks, and which months are suspected to be missing reports."""
    if months["value"].isna().all():
        years = fte.dropna(how="all", subset=[name for name in fte if name != "population"])
        return [texts.no_months(sorted(set(years.index.get_level_values("year"))))]
    lacks = {"K", "M"} - set(months.loc[(months["place"] == place) & months["value"].notna(), "sex"])
    lost = months[(months["status"] == "suspect") & (months["sex"] == "T")].sort_values(["year", "month"])
    places = {name: [(row.month, row.year) for row in rows.itertuples()] for name, rows in lost.groupby("name")}
    return [texts.NO_SEXES] * bool(lacks) + [texts.suspect_months(places)] * bool(places)


# R6: what a test of ill health against unemployment says.


def association_text(
    both: pd.DataFrame, year: int, region: Sequence[str], correlation: Any, interval: Any, within: Any
) -> str:
    """What a test says of `both` (index place and year): Spearman's correlation and its interval, and the fit of yearly
    changes, or why there is none (see `statistics.support.untested`)."""
    rows = both[both.index.get_level_values("year") == year].notna().sum(axis=1).droplevel("year")
    whole = rows.index[rows == 2]
    where = f"{'regionens ' * (set(whole) <= set(region))}{len(whole)} kommuner"
    if not isinstance(within, str):
        within = (within.params["ill_health"], *within.conf_int().loc["ill_health"])
    across = (correlation.statistic, interval.low, interval.high)
    return texts.association(where, year, across, within, int((rows == 1).sum()))


def no_association(across: pd.DataFrame, year: int) -> str:
    """Why nothing is said: how many places have all that is needed."""
    return texts.no_association(len(across), year, FEWEST_PLACES)


# The region in short, what its places lack, and the headings of its parts.


def heading(report: RegionReport, number: str) -> Component:
    """The heading of a part of the analysis, which its figures stand under; nothing without a region."""
    title, anchor = report.catalog.parts[number].title, f"del-{number.lower()}"
    if report.region is None:
        return passage_component(components.Passage(""))
    html = rendered("section.html", section=components.Section(anchor, title, number))
    return passage_component(components.Passage(html, anchor, title))


def in_short(
    report: RegionReport, fte: pd.DataFrame, share: pd.DataFrame, ranks: pd.DataFrame, years: tuple[int, int]
) -> Component:
    """*Läget i korthet*: the region in a few sentences, who it is, and who lacks figures; nothing without a region."""
    if report.region is None:
        return passage_component(components.Passage(""))
    names, counts = report.geography.names, fte.drop(columns="population")
    whole = [place for place in complete(counts, years) if place in report.members]
    now, before = (
        named(rows_at(table, whole, years), report.catalog, names, definite=True) for table in (counts, share)
    )
    counts, shares = (table.swaplevel() for table in (now, before))
    wide, year, n = _ranks_by_year(ranks[ranks["place"].isin(report.members)], names)
    empty = pd.Series(dtype=float)
    said = words.in_short(
        words.Short(
            level=shares.loc[years[1], words.TOTAL] if whole else empty,
            change=shares.loc[years[1], words.TOTAL] - shares.loc[years[0], words.TOTAL] if whole else empty,
            types=(counts.loc[years[1]] - counts.loc[years[0]]).sum().drop(words.TOTAL) if whole else empty,
            years=years,
            rank=wide.get(year, empty),
            before=wide.get(year - 1, empty),
            rank_year=year,
            n=n,
            own="" if report.own else report.name,
        )
    )
    members, others = (
        [names[place] for place in report.places if (place in report.members) is own] for own in (True, False)
    )
    labels = labels_of(report.catalog, fte.columns)
    lacks = texts.absences(report.data, report.months, fte, years, labels, names)
    note = texts.about(members, others, years, report.written.edition if report.written else 0)
    return part_component(
        components.Part(
            "laget-i-korthet", texts.SHORT, texts=tuple(said or [texts.NOTHING_YET]), notes=(note,), first=True,
            missing=tuple((text, "r4") for text in lacks),
        )
    )  # fmt: skip


def labels_of(catalog: Catalog, columns: Iterable[str], definite: bool = False) -> dict[str, str]:
    """Column -> label, or with `definite` the noun phrase of sentences; a column that a notebook added is its own."""
    entries = catalog.indicators
    return {
        name: (entries[name].subject if definite else entries[name].label) if name in entries else name
        for name in columns
    } | words.PARTS


def named(table: pd.DataFrame, catalog: Catalog, names: Mapping[str, str], definite: bool = False) -> pd.DataFrame:
    """A table of support with names of places in its index, and labels or noun phrases as columns."""
    return table.rename(index=names, columns=labels_of(catalog, table.columns, definite))


# R4: one table a municipality, and the check that catches a table under the wrong name.

PRINTED = "support_profiles_printed"


def profile_tables(report: RegionReport, fte: pd.DataFrame, own: pd.DataFrame, years: tuple[int, int]) -> Component:
    """R4: all places in one table; in a fold each, its types' counts and percent of its own total (`own`).

    Both years, and the share of its inhabitants; with the check of what is printed, and the counts to download.

    Raises WrongTable for a table that is used for another place than its heading names, unless people have entered it
    among the contradictions of any region's latest edition, and for a label that is not the indicator's.
    """
    part, types = report.catalog.parts["R4"], list(own.columns)
    places = complete(fte[[*types, "total"]], years)
    if report.region is None:
        return passage_component(components.Passage(""))
    if not places:
        return part_component(components.Part("r4", part.title, "R4", missing=((texts.NO_PROFILES, "r4"),)))
    catalog, names = report.catalog, report.geography.names
    counts, shares = (named(rows_at(table, places, years), catalog, names) for table in (fte, own))
    read = origins(read_rows(report.data, types, places, years), catalog, document_sources(report.paths))
    notes = []
    if any(origin.kind == "document" for origin in read):
        printed = [row for row in printed_rows(report.paths, PRINTED) if row.place in places]
        editions = (load_region_assessment(report.paths, slug, MAXYEAR, catalog) for slug in catalog.regions)
        recorded = [set(remark.about) for edition in editions if edition for remark in edition.remarks]
        refuse_wrong_tables(PRINTED, printed, names, labels_of(catalog, catalog.indicators), recorded)
        notes = [part.note or "", *texts.printed_notes(fte, own, years, printed, names)]
    rows = counts.drop(columns=words.POPULATION).melt(var_name="label", ignore_index=False).reset_index()
    headers = {"label": "mått", "place": "plats", "year": "år", "value": "värde"}
    each = [names[place] for place in places]
    folded = tuple(
        (f"{name}: varje ersättning", _profile_table(counts.loc[name], shares.loc[name], name, years)) for name in each
    )
    together = numbers_table(
        texts.together_caption(years),
        ("Kommun", str(years[0]), str(years[1]), "Skillnad", f"Andel {years[1]}, %"),
        ((name, *_totals_cells(counts.loc[name], years)) for name in each),
    )
    return part_component(
        components.Part(
            "r4", part.title, "R4", tables=(together,), folded=folded, notes=tuple(filter(None, notes)),
            source=f"{source_line(read)} {texts.SHARES_SOURCE}", values=values_of(rows, headers),
            download_name="r4.csv",
        )
    )  # fmt: skip


def _totals_cells(counts: pd.DataFrame, years: tuple[int, int]) -> tuple[str, ...]:
    """One municipality's totals in two years, their difference, and the last year's share of the inhabitants."""
    before, now = (counts.at[year, words.TOTAL] for year in years)
    share = number_or_symbol(100 * now / counts.at[years[1], words.POPULATION], 1)
    return decimal(before, 0), decimal(now, 0), signed(now - before, 0), share


def read_rows(data: pd.DataFrame, types: Sequence[str], places: Sequence[str], years: Sequence[int]) -> pd.DataFrame:
    """The published rows that a table of these types, places and years was made from."""
    rows = data[data["indicator"].isin([*types, TOTAL]) & data["place"].isin(places) & data["year"].isin(years)]
    return rows.dropna(subset=["value"])


def _profile_table(counts: pd.DataFrame, own: pd.DataFrame, name: str, years: tuple[int, int]) -> components.DataTable:
    """One municipality: each type's count and percent of its own total in two years, difference, total, share."""
    (before, now), (first, last) = (counts.loc[year] for year in years), years
    rows = []
    for label in own.columns:
        cells = [(decimal(counts.at[year, label], 0), texts.percent(own.at[year, label])) for year in years]
        rows.append((label, *cells[0], *cells[1], signed(now[label] - before[label], 0)))
    total = words.TOTAL
    change = signed(now[total] - before[total], 0)
    rows.append((total, decimal(before[total], 0), "", decimal(now[total], 0), "", change))
    shares = [100 * year[total] / year[words.POPULATION] for year in (before, now)]
    if not any(map(pd.isna, shares)):
        points = f"{signed(shares[1] - shares[0], 2)} procentenheter"
        rows.append((texts.OF_INHABITANTS, "", texts.percent(shares[0]), "", texts.percent(shares[1]), points))
    headers = ("Ersättning", f"{first}", f"{first}, %", f"{last}", f"{last}, %", "Skillnad")
    return numbers_table(texts.profile_caption(name, years), headers, rows)


# R1 and R7: what is said of the region and of each municipality.

RANKED = ["support_rank", TOTAL]


def statements(
    report: RegionReport,
    fte: pd.DataFrame,
    share: pd.DataFrame,
    parts: pd.DataFrame,
    ranks: pd.DataFrame,
    years: tuple[int, int],
    association: str,
) -> list[components.Statement]:
    """R1: what the tables bear out; in folds each type by itself, and what is not said because figures are missing."""
    if report.region is None:
        return []
    names, counts = report.geography.names, fte.drop(columns="population")
    whole = complete(counts, years)
    others = [place for place in report.places if place not in report.members]
    country = wide_table(report.data, [COUNTRY], [name for name in fte if name not in BASES])
    said = words.support_statements(
        named(counts, report.catalog, names, definite=True),
        named(share, report.catalog, names, definite=True),
        named(parts, report.catalog, names)[words.POPULATION],
        (100 * country["total"] / country["population"]).get((COUNTRY, years[1]), float("nan")),
        years,
        [names[place] for place in report.members if place in whole],
        [names[place] for place in whole if place not in report.members],
    )
    tested = words.Statement(association, "R6")
    wide, year, _ = _ranks_by_year(ranks, names)
    climbed = wide[year - 1] - wide[year] if year - 1 in wide else pd.Series(dtype=float)
    moved = words.rank_moves(climbed, year, *([names[code] for code in group] for group in (report.members, others)))
    said += [
        moved,
        words.withheld(association, "R6") if association.startswith(texts.NOT_TESTED) else tested,
        *(
            words.Statement(text, "R3", words.PRINTED, words.BY_TYPE)
            for text in printed_type_ranks(report, share.index.get_level_values("place"))
        ),
    ]
    said.sort(key=lambda each: (each.group == words.NOT_SAID, each.group))  # open, by type, what is not said
    return [components.Statement(each.text, each.evidence, each.by, each.group) for each in said]


def _ranks_by_year(ranks: pd.DataFrame, names: Mapping[str, str]) -> tuple[pd.DataFrame, int, int]:
    """The ranks by all support together, a row a place's name and a column a year; the last year, and of how many."""
    rows = ranks[ranks["indicator"].isin(RANKED)].dropna(subset=["value"])
    wide = rows.assign(name=rows["place"].map(names)).pivot(index="name", columns="year", values="value")
    return (wide, int(rows["year"].max()), int(rows["n"].max())) if len(rows) else (wide, 0, 0)


def printed_type_ranks(report: RegionReport, places: Iterable[str]) -> list[str]:
    """What the document's text says of some places by type, in one sentence; none where it says nothing."""
    rows = report.data[report.data["indicator"].isin(words.TYPE_RANKS) & report.data["place"].isin(list(places))]
    ranks = rows.dropna(subset=["value"]).groupby("indicator", sort=False)
    return words.printed_type_ranks({name: own.set_index("name")["value"] for name, own in ranks})


def situations(
    report: RegionReport, fte: pd.DataFrame, share: pd.DataFrame, ranks: pd.DataFrame, years: tuple[int, int]
) -> Component:
    """R7: the numbers of each municipality of which something is known, and what is said of its own efforts by whom.

    The page's own municipality comes first. Of a text the first paragraph stands open, the rest in a fold.
    """
    if report.region is None:
        return passage_component(components.Passage(""))
    title, names = report.catalog.parts["R7"].title, report.geography.names
    whole = complete(fte.drop(columns="population"), years)
    counts = named(fte.drop(columns="population"), report.catalog, names, definite=True)
    judged, places = report.written.assessment.situations if report.written else [], []
    wide, year, n = _ranks_by_year(ranks, names)
    for place in sorted(report.places, key=lambda code: report.own or code != report.place):
        said = []
        if place in whole:
            then, last = (counts.loc[(names[place], at)] for at in years)
            shares = (share.at[(place, years[0]), "total"], share.at[(place, years[1]), "total"])
            said = [texts.situation(then, last, shares, years)]
        rank = wide.loc[names[place]] if names[place] in wide.index else pd.Series(dtype=float)
        now, previous = (float(rank.get(at, float("nan"))) for at in (year, year - 1))
        said += filter(None, [texts.rank_text(now, previous, n, year)])
        written = [_written(own.text, own.judged_by) for own in judged if own.place == place]
        if said or written:
            entry = {"name": names[place], "anchor": f"lage-{place}", "computed": " ".join(said), "judgements": written}
            places.append(entry)
    if not places:
        return passage_component(components.Passage(""))
    rows = read_rows(report.data, [name for name in fte if name not in BASES], whole, years)
    source = source_line(origins(rows, report.catalog, document_sources(report.paths)))
    source = f"{source} Bedömningarna: {report.written.basis}.".strip() if report.written else source
    html = rendered("situations.html", anchor="r7", number="R7", heading=title, places=places, source=source)
    return passage_component(components.Passage(html, anchor="r7", title=title), situations=places, source=source)


def _written(text: str, by: str) -> dict[str, str]:
    """What people wrote: its first paragraph and the rest as clean HTML, the whole text, and whose it is."""
    first, rest = parted_prose(text)
    return {"prose": first, "rest": rest, "text": text, "by": by}
