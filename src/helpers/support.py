"""What a cell of the regional support analysis calls by name: its tables, and what is said of them.

`fte` is a table of support, see `lagesbild.rules.support`: index place and year, a column a type, `total` and
`population`. `share` is its percent of the inhabitants; `years` are the two compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import MAXYEAR
from typing import Any

import pandas as pd

from helpers.report import RegionReport
from helpers.show import show_text
from lagesbild.assessments.load import load_region_assessment
from lagesbild.catalog.models import Catalog
from lagesbild.html import components
from lagesbild.html.regional import ADJUSTED, OBSERVED
from lagesbild.html.render import Component, part_component, passage_component, prose_html, rendered
from lagesbild.html.tables import numbers_table, values_of
from lagesbild.places import COUNTRY
from lagesbild.rules.support import (
    BASES,
    TOTAL,
    complete,
    refuse_wrong_tables,
    rows_at,
    unreported,
    wide_table,
)
from lagesbild.sources.files import PrintedRow, document_sources, printed_rows
from lagesbild.statistics.support import FEWEST_PLACES
from lagesbild.swedish import statements as words
from lagesbild.swedish import support as texts
from lagesbild.swedish.numbers import MONTHS, SEX, decimal, listed, origins, signed, source_line

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
    own = set(whole) <= set(region)
    where = f"regionens {len(whole)} kommuner med uppgifter" if own else f"{len(whole)} kommuner i underlaget"
    if not isinstance(within, str):
        within = (within.params["ill_health"], *within.conf_int().loc["ill_health"])
    across = (correlation.statistic, interval.low, interval.high)
    return texts.association(where, year, across, within, int((rows == 1).sum()))


def no_association(across: pd.DataFrame, both: pd.DataFrame, year: int) -> str:
    """Why nothing is said: how many places and years have all that is needed."""
    return texts.no_association(
        len(across), both.dropna().index.get_level_values("year").nunique(), year, FEWEST_PLACES
    )


# What a region's places lack, and the region in words.


def about(report: RegionReport, fte: pd.DataFrame, years: tuple[int, int]) -> Component:
    """The region, its members and comparisons, the edition of its material, and who lacks figures."""
    if report.region is None:
        return passage_component(components.Passage(""))
    names, written = report.geography.names, report.written
    others = [place for place in report.places if place not in report.members]
    said = [f"Medlemmar ({len(report.members)}): {listed([names[place] for place in report.members])}."]
    said += [f"Jämförelse utanför regionen: {listed([names[place] for place in others])}."] if others else []
    said.append(texts.material(report.year, written.edition if written else 0, written.basis if written else ""))
    said += [texts.compared_years(years), *absences(report.data, report.months, fte, years, report.catalog, names)]
    return show_text(said, title=report.region.name, anchor="regionen", first=True)


def absences(
    data: pd.DataFrame,
    months: pd.DataFrame,
    fte: pd.DataFrame,
    years: tuple[int, int],
    catalog: Catalog,
    names: Mapping[str, str],
) -> list[str]:
    """One sentence for the places that lack the same thing: tables, types, months or the population."""
    figures, lacking = fte.drop(columns="population"), dict[str, list[str]]()
    labels = labels_of(catalog, figures.columns)
    known, whole = set(figures.dropna(how="all").index.get_level_values("place")), complete(figures, years)
    for place in dict.fromkeys(fte.index.get_level_values("place")):
        if place not in known:
            lacks = [texts.NO_FIGURES]
        elif place in whole:
            people = fte.loc[place, "population"].reindex(years)
            lacks = [texts.NO_PEOPLE.format(year=year) for year in people.index[people.isna()]]
        else:
            yearly, single = (rows[(rows["place"] == place) & (rows["sex"] == "T")] for rows in (data, months))
            rows = [figures.loc[(place, year)] for year in years if year]
            lacks = [text for row in rows for text in _lacking_types(yearly, single, row, labels)]
        for text in lacks:
            lacking.setdefault(text, []).append(names[place])
    return [f"{listed(places)} {what}." for what, places in lacking.items()]


def _lacking_types(yearly: pd.DataFrame, months: pd.DataFrame, row: pd.Series, labels: Mapping[str, str]) -> list[str]:
    """What a place lacks in one year (the name of `row` is place and year), as ends of sentences; rows are its own."""
    year = row.name[1]
    zeros = yearly[unreported(yearly) & (yearly["year"] == year)]["indicator"].map(labels).tolist()
    months = months[(months["year"] == year) & months["value"].notna()].replace({"indicator": {TOTAL: "total"}})
    have = {labels[name]: list(rows["month"]) for name, rows in months.groupby("indicator") if name in labels}
    absent = [labels[name] for name in row.index[row.isna()] if labels[name] not in zeros]
    return texts.lacking_types(absent, zeros, have, len(row), year)


def labels_of(catalog: Catalog, columns: Iterable[str]) -> dict[str, str]:
    """Column -> label: the catalogue's for an indicator, the column's own name for what a notebook added."""
    entries = catalog.indicators
    return {name: entries[name].label if name in entries else name for name in columns} | words.PARTS


def named(table: pd.DataFrame, catalog: Catalog, names: Mapping[str, str]) -> pd.DataFrame:
    """A table of support as statements take it: names of places in its index, labels as columns."""
    return table.rename(index=names, columns=labels_of(catalog, table.columns))


# R4: one table a municipality, and the check that catches a table under the wrong name.

PRINTED = "support_profiles_printed"
ROUNDED = 0.05 + 1e-9  # printed with one decimal


def profile_tables(
    report: RegionReport, fte: pd.DataFrame, own: pd.DataFrame, years: tuple[int, int], ranks: pd.DataFrame
) -> Component:
    """R4: of each place the types' counts and percent of its own total (`own`), in both years; last its share of the
    inhabitants. With the check of what is printed, the counts to download, and the totals as key figures.

    Raises WrongTable for a table that is used for another place than its heading names, unless people have entered it
    among the contradictions of any region's latest edition, and for a label that is not the indicator's.
    """
    part, types = report.catalog.parts["R4"], list(own.columns)
    places = complete(fte[[*types, "total"]], years)
    if not places:
        html = rendered("missing.html", title=f"R4. {part.title}", text=texts.NO_TABLES, remedy=texts.FETCH)
        return passage_component(components.Passage(html, anchor="r4", title=part.title))
    catalog, names = report.catalog, report.geography.names
    counts, shares = (named(rows_at(table, places, years), catalog, names) for table in (fte, own))
    read = origins(read_rows(report.data, types, places, years), catalog, document_sources(report.paths))
    notes = []
    if any(origin.kind == "document" for origin in read):
        printed = [row for row in printed_rows(report.paths, PRINTED) if row.place in places]
        editions = (load_region_assessment(report.paths, slug, MAXYEAR, catalog) for slug in catalog.regions)
        recorded = [set(remark.about) for edition in editions if edition for remark in edition.remarks]
        refuse_wrong_tables(PRINTED, printed, names, labels_of(catalog, catalog.indicators), recorded)
        notes = [part.note or "", *printed_notes(fte, own, years, printed, names)]
    rows = counts.drop(columns=words.POPULATION).melt(var_name="label", ignore_index=False).reset_index()
    headers = {"label": "mått", "place": "plats", "year": "år", "value": "värde"}
    source = f"{source_line(read)} {texts.SHARES_SOURCE}"
    tables = (
        _profile_table(counts.loc[names[place]], shares.loc[names[place]], names[place], years) for place in places
    )
    return part_component(
        components.Part(
            "r4", part.title, "R4", tables=tuple(tables), notes=tuple(filter(None, notes)),
            source=source, values=values_of(rows, headers), download_name="r4.csv",
        )
    )  # fmt: skip


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


def printed_notes(
    fte: pd.DataFrame,
    own: pd.DataFrame,
    years: tuple[int, int],
    printed: Sequence[PrintedRow],
    names: Mapping[str, str],
) -> list[str]:
    """What the page must say about the printed tables: headings that are known to be wrong, values that differ."""
    heads = {row.place: row for row in printed if row.heading != names[row.place]}
    notes = [_wrong_heading(row, fte, years[1], names) for row in heads.values()]
    for row in printed:
        if {*row.shares} == {*years} and row.indicator in (*own, TOTAL):
            column = "total" if row.indicator == TOTAL else row.indicator
            notes += _differences(row, names[row.place], fte.loc[row.place, column], own.loc[row.place].get(column))
    return notes or [texts.AS_PRINTED] * bool(printed)


def _wrong_heading(row: PrintedRow, fte: pd.DataFrame, year: int, names: Mapping[str, str]) -> str:
    codes = [row.place, *(code for code, name in names.items() if name == row.heading)]
    total, people = fte.at[(row.place, year), "total"], fte["population"].reindex([(code, year) for code in codes])
    shares = {names[place]: 100 * total / number for (place, _), number in people.dropna().items()}
    return texts.used_for(row.heading, row.page, names[row.place], total, shares, year)


def _differences(row: PrintedRow, name: str, counts: pd.Series, own: pd.Series | None) -> Iterator[str]:
    """Where what is shown is not what was printed, both values: which of them is right is not ours to know."""
    before, now = (counts[year] for year in sorted(row.shares))
    if round(now - before) != row.difference:
        yield texts.other_difference(name, row.label, row.difference, round(now - before))
    for year, share in row.shares.items():
        here = 100.0 if own is None else own[year]
        if share is not None and abs(here - share) > ROUNDED:
            yield texts.other_share(name, f"{row.label} {year}", share, here)


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
) -> list[str | components.Statement]:
    """R1: what the tables bear out, and what is not said because figures are missing; first how many of each."""
    if report.region is None:
        return []
    names, counts = report.geography.names, fte.drop(columns="population")
    whole = complete(counts, years)
    others = [place for place in report.places if place not in report.members]
    country = wide_table(report.data, [COUNTRY], [name for name in fte if name not in BASES])
    said = words.support_statements(
        named(counts, report.catalog, names),
        named(share, report.catalog, names),
        named(parts, report.catalog, names)[words.POPULATION],
        (100 * country["total"] / country["population"]).get((COUNTRY, years[1]), float("nan")),
        years,
        [names[place] for place in report.members if place in whole],
        [names[place] for place in whole if place not in report.members],
    )
    absent = absences(report.data, report.months, fte, years, report.catalog, names)
    tested = not association.startswith(texts.NOT_TESTED)
    said += [
        words.rank_moves(
            *climbed(ranks, names), *([names[code] for code in group] for group in (report.members, others))
        ),
        *(
            words.Statement(text, "R3", by=words.PRINTED)
            for text in printed_type_ranks(report, share.index.get_level_values("place"))
        ),
        words.Statement(association, "R6", words.COMPUTED if tested else words.WITHHELD),
        *(words.withheld(f"{text} Inget påstås om det som saknas.") for text in absent),
    ]
    return [words.summary(said), *(components.Statement(each.text, each.evidence, each.by) for each in said)]


def climbed(ranks: pd.DataFrame, names: Mapping[str, str]) -> tuple[pd.Series, int]:
    """How many places each has climbed by the whole share since the year before, by name; and the year."""
    totals = ranks[ranks["indicator"].isin(RANKED)].assign(name=ranks["place"].map(names))
    wide = totals.pivot(index="name", columns="year", values="value")
    year = int(wide.columns.max()) if len(wide) else 0
    return (wide[year - 1] - wide[year] if len(wide) else pd.Series(dtype=float)), year


def printed_type_ranks(report: RegionReport, places: Iterable[str]) -> list[str]:
    """What the document's text says of some places by type, in one sentence; none where it says nothing."""
    rows = report.data[report.data["indicator"].isin(words.TYPE_RANKS) & report.data["place"].isin(list(places))]
    ranks = rows.dropna(subset=["value"]).groupby("indicator", sort=False)
    return words.printed_type_ranks({name: own.set_index("name")["value"] for name, own in ranks})


def situations(
    report: RegionReport, fte: pd.DataFrame, share: pd.DataFrame, ranks: pd.DataFrame, years: tuple[int, int]
) -> Component:
    """R7: the numbers of each municipality, and what is said of its own efforts by whom."""
    if report.region is None:
        return passage_component(components.Passage(""))
    title, names = report.catalog.parts["R7"].title, report.geography.names
    whole = complete(fte.drop(columns="population"), years)
    counts = named(fte.drop(columns="population"), report.catalog, names)
    judged = report.written.assessment.situations if report.written else []
    places = []
    for place in report.places:
        text = texts.NO_SITUATION
        if place in whole:
            before, now = (counts.loc[(names[place], year)] for year in years)
            text = texts.situation(before, now, tuple(share.at[(place, year), "total"] for year in years), years)
        totals = (
            ranks[(ranks["place"] == place) & ranks["indicator"].isin(RANKED)]
            .sort_values("year")
            .dropna(subset=["value"])
        )
        if len(totals):
            row, before = totals.iloc[-1], totals[totals["year"] == totals["year"].max() - 1]["value"]
            text += texts.rank_text(
                row["value"], before.iloc[0] if len(before) else float("nan"), row["n"], row["year"]
            )
        written = [
            {"prose": prose_html(own.text), "text": own.text, "by": own.judged_by}
            for own in judged
            if own.place == place
        ]
        places.append({"name": names[place], "anchor": f"lage-{place}", "computed": text, "judgements": written})
    rows = read_rows(report.data, [name for name in fte if name not in BASES], whole, years)
    source = source_line(origins(rows, report.catalog, document_sources(report.paths)))
    source = f"{source} Bedömningarna: {report.written.basis}.".strip() if report.written else source
    html = rendered("situations.html", anchor="r7", number="R7", heading=title, places=places, source=source)
    return passage_component(components.Passage(html, anchor="r7", title=title), situations=places, source=source)
