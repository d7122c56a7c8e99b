"""The tables of a region, their check against the printed ones, and all that its analysis is made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR
from functools import cached_property

import pandas as pd

from helpers.evidence import origins
from helpers.figures import chart_rows
from helpers.region.analyses import LongView, Together, long_view_of, moves_of, together_of
from helpers.region.profiles import (
    TOTAL,
    NationalScale,
    Profiles,
    Ranking,
    national_scale_of,
    numbers_table,
    ranking_of,
    region_profiles,
)
from helpers.region.statements import Observation, observations
from helpers.setting import Setting
from lagesbild.assessments import load_region_assessment
from lagesbild.catalog.models import Catalog, Region
from lagesbild.errors import Refusal
from lagesbild.html.components import DataTable
from lagesbild.paths import Paths
from lagesbild.places import COUNTRY
from lagesbild.rules.register import Written, written_of
from lagesbild.sources.files import PrintedRow, document_sources
from lagesbild.swedish.numbers import NBSP, Origin, decimal, listed, signed, source_line

# R4: one table per municipality with the document's labels, counts, two kinds of percent, difference and total.


def percent(value: float, decimals: int = 1) -> str:
    """ "15,5 %"."""
    return f"{decimal(value, decimals)}{NBSP}%"


def support_table(profiles: Profiles, place: str) -> DataTable:
    """One municipality: each type's count and share of its own total in two years, difference, total; last the share of
    the inhabitants, which has another base and says so."""
    first, last = profiles.years
    rows = [_type_row(profiles, place, name) for name in profiles.types]
    before, now = (decimal(profiles.count(place, TOTAL, year), 0) for year in (first, last))
    rows.append((profiles.labels[TOTAL], before, "", now, "", signed(profiles.change(place), 0)))
    if pd.notna(change := profiles.share_change(place)):
        shares = [percent(profiles.population_share(place, year)) for year in (first, last)]
        difference = f"{signed(change, 2)} procentenheter"
        rows.append(("Andel av invånarna 20–64 år", "", shares[0], "", shares[1], difference))
    return numbers_table(
        f"{profiles.name(place)}: helårsekvivalenter {first} och {last}. Procent av kommunens egen summa; "
        "sista raden är procent av invånarna 20–64 år den 31 december.",
        ("Ersättning", f"{first}", f"{first}, %", f"{last}", f"{last}, %", "Skillnad"),
        tuple(rows),
    )


def _type_row(profiles: Profiles, place: str, support: str) -> tuple[str, ...]:
    cells = []
    for year in profiles.years:
        cells += [decimal(profiles.count(place, support, year), 0), percent(profiles.own_share(place, support, year))]
    return (profiles.labels[support], *cells, signed(profiles.change(place, support), 0))


def support_rows(setting: Setting, profiles: Profiles) -> pd.DataFrame:
    """Chart rows of the counts in the tables, for the download."""
    rows = profiles.support_rows(profiles.places)
    return chart_rows(setting, rows[rows["year"].isin(profiles.years)])


def share_rows(setting: Setting, profiles: Profiles) -> pd.DataFrame:
    """Chart rows of the last year: each type as percent of the inhabitants aged 20-64 of its place."""
    rows = support_rows(setting, profiles)
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


def recorded_contradictions(paths: Paths, catalog: Catalog) -> list[list[str]]:
    """The places (codes) of each contradiction that people have entered, in any region's latest edition.

    They are about the document, so they hold for every region whose tables come from it, and in every year.
    """
    editions = (load_region_assessment(paths, slug, MAXYEAR, catalog) for slug in catalog.regions)
    return [remark.about for edition in editions if edition for remark in edition.remarks]


def printed_notes(profiles: Profiles, printed: Iterable[PrintedRow], recorded: list[list[str]]) -> list[str]:
    """What the page must say about the printed tables: headings that are known to be wrong, values that differ.

    `recorded` are the places of each contradiction that people have entered. A heading that names another place
    than the one it is used for raises WrongTable, with both names, unless it is among them; so does a label that
    is not the indicator's.
    """
    tables: dict[str, list[PrintedRow]] = {}
    for row in printed:
        if row.place in profiles.places:
            tables.setdefault(row.place, []).append(row)
    notes = []
    for rows in tables.values():
        notes += _heading_notes(profiles, rows[0], recorded)
        _refuse_other_labels(profiles.labels, rows)
        notes += _differences(profiles, rows)
    return notes or (["De tryckta rubrikerna, andelarna och skillnaderna stämmer med tabellerna."] if tables else [])


def _heading_notes(profiles: Profiles, row: PrintedRow, recorded: list[list[str]]) -> list[str]:
    own, last = profiles.name(row.place), profiles.years[1]
    if row.heading == own:
        return []
    codes = [code for code, name in profiles.place_names.items() if name == row.heading]
    if not any(row.place in about and {*codes} & {*about} for about in recorded):
        raise WrongTable(
            f"data/raw/documents/{PRINTED}.csv, {row.page}: the table headed '{row.heading}' is used for '{own}'. "
            "Correct one of the two labels, or record the heading as the document's own fault. A heading that is known "
            "to be wrong is entered under 'remarks' of the region's assessments, about both places."
        )
    people = profiles.population_rows([row.place, *codes])
    people = people[people["year"] == last]
    total = profiles.count(row.place, TOTAL, last)
    shares = [
        f"{decimal(100 * total / inhabitants, 1)} procent av {profiles.name(place)}s"
        for place, inhabitants in zip(people["place"], people["value"], strict=True)
    ]
    text = f"Tabellen med rubriken {row.heading} ({row.page}) används för {own}."
    text += f" Summan {decimal(total, 0)} är {listed(shares)} invånare 20–64 år {last}." if shares else ""
    return [text]


def _refuse_other_labels(labels: Mapping[str, str], rows: list[PrintedRow]) -> None:
    for row in rows:
        own = labels[row.indicator]
        if row.label != own:
            raise WrongTable(
                f"data/raw/documents/{PRINTED}.csv, {row.page}: the row labelled '{row.label}' is used for '{own}' "
                f"({row.indicator}). Correct one of the two, here or in data/catalog/indicators/regional_support.yml."
            )


def _differences(profiles: Profiles, rows: list[PrintedRow]) -> list[str]:
    """Where what is shown is not what was printed, both values: which of them is right is not ours to know."""
    if any({*row.shares} != {*profiles.years} for row in rows):
        return []  # other years than the printed ones
    notes = []
    for row in rows:
        name = profiles.name(row.place)
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
    def moves(self) -> pd.DataFrame:
        """What moved the share of each place: see `moves_of`."""
        return moves_of(self.profiles)

    @cached_property
    def together(self) -> Together:
        return together_of(self.profiles)

    @cached_property
    def long_view(self) -> LongView:
        return long_view_of(self.profiles, self.setting.focus)

    @cached_property
    def observed(self) -> list[Observation]:
        """The statements of R1, in order."""
        country = self.profiles.profile_of([COUNTRY])
        return list(observations(self.profiles, country, self.ranking, self.moves, self.together))

    @cached_property
    def written(self) -> Written | None:
        """What the region's analysis group wrote in its latest edition up to the report's year; None without any."""
        return written_of(self.setting.paths, self.slug, self.setting.year, self.setting.catalog)

    @cached_property
    def origins(self) -> list[Origin]:
        """Where the counts in the tables were read."""
        documents = document_sources(self.setting.paths)
        return origins(support_rows(self.setting, self.profiles), self.setting.catalog, documents)

    @property
    def counts_source(self) -> str:
        """The source line of the counts."""
        return source_line(self.origins)

    @property
    def shares_source(self) -> str:
        """The source line of what is computed from the counts and the inhabitants."""
        return f"{self.counts_source} Andelarna av invånarna är egen bearbetning; antalet invånare kommer från SCB."

    def title(self, part: str) -> str:
        """The catalogue's title of a part."""
        return self.setting.catalog.parts[part].title

    def remake(self, part: str) -> str:
        """How to make a part again: notebook, parameters, indicators, snapshot."""
        text = self.setting.remake("regional_support", self.setting.catalog.parts[part].indicators)
        return f"region={self.slug!r}; {text}"
