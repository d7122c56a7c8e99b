"""The tables of a region, their check against the printed ones, and all that its analysis is made from."""

from dataclasses import dataclass
from datetime import MAXYEAR
from functools import cached_property

import pandas as pd

from helpers.evidence import origins
from helpers.figures import chart_rows
from helpers.region.analyses import LongView, Together, long_view_of, splits, together_of
from helpers.region.profiles import (
    TOTAL,
    NationalScale,
    Profiles,
    Ranking,
    national_scale_of,
    profile_of,
    ranking_of,
    region_profiles,
    yearly_rows,
)
from helpers.region.register import AsOf, as_of
from helpers.region.statements import Facts, Observation, observations
from helpers.setting import Setting
from lagesbild.assessments import RegionAssessment, load_region_assessment, region_edition
from lagesbild.catalog.models import Region
from lagesbild.errors import Refusal
from lagesbild.html.components import Column, DataTable
from lagesbild.places import COUNTRY
from lagesbild.sources.files import PrintedRow, document_sources, printed_rows
from lagesbild.statistics.support import Decomposition
from lagesbild.swedish.numbers import NBSP, Origin, decimal, listed, signed, source_line

# R4: one table a municipality with the document's labels, counts, two kinds of percent, difference and total.


def percent(value: float, decimals: int = 1) -> str:
    """ "15,5 %"."""
    return f"{decimal(value, decimals)}{NBSP}%"


def support_table(profiles: Profiles, place: str) -> DataTable:
    """One municipality: each type's count and share of its own total in two years, difference, total; last the share of
    the inhabitants, which has another base and says so."""
    first, last = profiles.years
    entries = profiles.setting.catalog.indicators
    rows = [_type_row(profiles, place, id, entries[id].label) for id in profiles.types]
    total = (decimal(profiles.count(place, TOTAL, year), 0) for year in (first, last))
    before, now = total
    rows.append((entries[TOTAL].label, before, "", now, "", signed(profiles.change(place), 0)))
    shares = [profiles.population_share(place, year) for year in (first, last)]
    if None not in shares:
        difference = f"{signed(shares[1] - shares[0], 2)} procentenheter"
        rows.append(("Andel av invånarna 20–64 år", "", percent(shares[0]), "", percent(shares[1]), difference))
    headers = (f"{first}", f"{first}, %", f"{last}", f"{last}, %", "Skillnad")
    return DataTable(
        caption=f"{profiles.setting.places.name(place)}: helårsekvivalenter {first} och {last}. Procent av kommunens "
        "egen summa; sista raden är procent av invånarna 20–64 år den 31 december.",
        columns=(Column("Ersättning"), *(Column(header, numeric=True) for header in headers)),
        rows=tuple(rows),
    )


def _type_row(profiles: Profiles, place: str, type_: str, label: str) -> tuple[str, ...]:
    cells = []
    for year in profiles.years:
        cells += [
            decimal(profiles.count(place, type_, year), 0),
            percent(profiles.own_share(place, type_, year)),
        ]
    return (label, *cells, signed(profiles.change(place, type_), 0))


def support_rows(profiles: Profiles) -> pd.DataFrame:
    """Chart rows of the counts in the tables, for the download."""
    rows = yearly_rows(profiles.setting, profiles.places)
    rows = rows[rows["year"].isin(profiles.years or ())]
    return chart_rows(profiles.setting, rows)


def share_rows(profiles: Profiles) -> pd.DataFrame:
    """Chart rows of the last year: each type as percent of the inhabitants aged 20-64 of its place."""
    rows = support_rows(profiles)
    if rows.empty:
        return rows
    last = profiles.years[1]
    rows = rows[(rows["year"] == last) & (rows["indicator"] != TOTAL)]
    people = {place: profiles.inhabitants(place, last) for place in profiles.places}
    shares = 100 * rows["value"] / rows["place"].map(people)
    return rows.assign(value=shares, unit="procent", decimals=1).dropna(subset=["value"]).reset_index(drop=True)


# The check that catches a table under the wrong name: heading, labels, shares and differences as printed.

PRINTED = "support_profiles_printed"
ROUNDED = 0.05 + 1e-9  # printed with one decimal


class WrongTable(Refusal):
    """A printed table that is used for another place or type than its own words say."""


def recorded_contradictions(setting: Setting) -> list[list[str]]:
    """The places (codes) of each contradiction that people have entered, in any region's latest edition.

    They are about the document, so they hold for every region whose tables come from it, and in every year.
    """
    editions = (
        load_region_assessment(setting.paths, slug, MAXYEAR, setting.catalog) for slug in setting.catalog.regions
    )
    return [remark.about for edition in editions if edition for remark in edition.remarks]


def printed_notes(profiles: Profiles, recorded: list[list[str]]) -> list[str]:
    """What the page must say about the printed tables: headings that are known to be wrong, values that differ.

    `recorded` are the places of each contradiction that people have entered. A heading that names another place
    than the one it is used for raises WrongTable, with both names, unless it is among them; so does a label that
    is not the indicator's.
    """
    tables: dict[str, list[PrintedRow]] = {}
    for row in printed_rows(profiles.setting.paths, PRINTED):
        if row.place in profiles.places:
            tables.setdefault(row.place, []).append(row)
    notes = []
    for place, rows in tables.items():
        notes += _heading_notes(profiles, place, rows[0], recorded)
        _refuse_other_labels(profiles, rows)
        notes += _differences(profiles, rows)
    return notes or (["De tryckta rubrikerna, andelarna och skillnaderna stämmer med tabellerna."] if tables else [])


def _heading_notes(profiles: Profiles, place: str, row: PrintedRow, recorded: list[list[str]]) -> list[str]:
    names = profiles.setting.places
    own, last = names.name(place), profiles.years[1]
    if row.heading == own:
        return []
    codes = {code for code, name in names.names.items() if name == row.heading}
    if not any(place in about and codes & set(about) for about in recorded):
        raise WrongTable(
            f"data/raw/documents/{PRINTED}.csv, {row.page}: the table headed '{row.heading}' is used for '{own}'. "
            "Correct one of the two labels, or record the heading as the document's own fault. A heading that is known "
            "to be wrong is entered under 'remarks' of the region's assessments, about both places."
        )
    people = {names.name(code): value for code in names.kinds if (value := _inhabitants(profiles, code)) is not None}
    total = profiles.count(place, TOTAL, last)
    shares = [
        f"{decimal(100 * total / people[name], 1)} procent av {name}s" for name in (own, row.heading) if name in people
    ]
    text = f"Tabellen med rubriken {row.heading} ({row.page}) används för {own}."
    text += f" Summan {decimal(total, 0)} är {listed(shares)} invånare 20–64 år {last}." if shares else ""
    return [text]


def _inhabitants(profiles: Profiles, code: str) -> float | None:
    return profiles.people.get((code, profiles.years[1]))


def _refuse_other_labels(profiles: Profiles, rows: list[PrintedRow]) -> None:
    for row in rows:
        own = profiles.setting.catalog.indicators[row.indicator].label
        if row.label != own:
            raise WrongTable(
                f"data/raw/documents/{PRINTED}.csv, {row.page}: the row labelled '{row.label}' is used for '{own}' "
                f"({row.indicator}). Correct one of the two, here or in data/catalog/indicators/regional_support.yml."
            )


def _differences(profiles: Profiles, rows: list[PrintedRow]) -> list[str]:
    """Where what is shown is not what was printed, both values: which one is right is not ours to know."""
    notes = []
    for row in rows:
        name = profiles.setting.places.name(row.place)
        if set(row.shares) != set(profiles.years):
            return []  # other years than the printed ones
        change = round(profiles.change(row.place, row.indicator))
        if change != row.difference:
            notes.append(
                f"Avviker: {name}, {row.label}: tryckt skillnad {signed(row.difference, 0)}, här {signed(change, 0)}."
            )
        for year, printed in row.shares.items():
            share = profiles.own_share(row.place, row.indicator, year)
            if printed is not None and abs(share - printed) > ROUNDED:
                both = f"tryckt {decimal(printed, 1)} procent, här {decimal(share, 1)}"
                notes.append(f"Avviker: {name}, {row.label} {year}: {both}.")
    return notes


# Everything that one region's analysis is made from, computed once: figures, ranks, register, and its day.


@dataclass(frozen=True)
class Material:
    """One region in one municipality's setting. `own`: the report is the region's, not the municipality's."""

    setting: Setting
    slug: str
    region: Region
    own: bool = False

    @cached_property
    def profiles(self) -> Profiles:
        return region_profiles(self.setting, self.region)

    @cached_property
    def scale(self) -> NationalScale:
        return national_scale_of(self.profiles)

    @cached_property
    def ranking(self) -> Ranking:
        return ranking_of(self.profiles, self.scale)

    @cached_property
    def moved(self) -> dict[str, Decomposition]:
        """Place -> what moved its share."""
        return splits(self.profiles)

    @cached_property
    def together(self) -> Together:
        return together_of(self.profiles)

    @cached_property
    def long_view(self) -> LongView:
        return long_view_of(self.profiles)

    @cached_property
    def observed(self) -> list[Observation]:
        """The statements of R1, in order."""
        country = profile_of(self.setting, [COUNTRY])
        return observations(Facts(self.profiles, country, self.ranking, self.moved, self.together))

    @cached_property
    def edition(self) -> int | None:
        """The year of the region's latest material up to the report's year."""
        return region_edition(self.setting.paths, self.slug, self.setting.year)

    @cached_property
    def assessment(self) -> RegionAssessment | None:
        """What the region's analysis group wrote in that edition."""
        return load_region_assessment(self.setting.paths, self.slug, self.setting.year, self.setting.catalog)

    @cached_property
    def when(self) -> AsOf | None:
        """The stated day that the register is held against."""
        return as_of(self.edition, self.setting.year) if self.edition else None

    @cached_property
    def origins(self) -> list[Origin]:
        """Where the counts in the tables were read."""
        documents = document_sources(self.setting.paths)
        return origins(support_rows(self.profiles), self.setting.catalog, documents)

    @property
    def from_document(self) -> bool:
        """Whether any count in the tables was typed in from the analysis group's document."""
        return any(one.kind == "document" for one in self.origins)

    @property
    def counts_source(self) -> str:
        """The source line of the counts."""
        return source_line(self.origins)

    @property
    def shares_source(self) -> str:
        """The source line of what is computed from the counts and the inhabitants."""
        return f"{self.counts_source} Andelarna av invånarna är egen bearbetning; antalet invånare kommer från SCB."

    @property
    def group_source(self) -> str:
        """The source line of what the analysis group wrote."""
        basis = self.assessment.basis
        return f"Källa: {basis.title}, {basis.publisher}."

    @property
    def years_text(self) -> str:
        """ "2020–2021"."""
        return "–".join(str(year) for year in self.profiles.years or ())

    def remake(self, part: str) -> str:
        """How to make a part again: notebook, parameters, indicators, snapshot."""
        made = self.setting.remake("regional_support", self.setting.catalog.parts[part].indicators)
        return f"region={self.slug!r}; {made}"
