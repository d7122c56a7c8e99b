"""R1-R4 and R8-R11 as exhibits: what the regional notebook's cells ask for."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ...assessments import load_region_assessment
from ...assessments.loader import region_edition
from ...assessments.regions import RegionAssessment
from ...catalog import Region
from ...charts.look import Frame
from ...charts.svg import svg_of
from ...exhibits import DataTable, FigureBlock, Passage, Provenance, Shown, figure_shown, passage_shown
from ...exhibits.blocks import Project
from ...exhibits.shown import rendered
from ...tables import data_table, download_text
from ...tidy import rows_of
from ...wording import STATE_TEXT, alternative_text, listed
from ...wording.findings import Measure
from ...wording.kinds import KINDS
from ..chapters import remarks_shown
from ..figures import Chart
from ..setting import Setting
from .observations import observations
from .profiles import TOTAL, Profiles, region_profiles
from .tables import (
    competence_table,
    group_table,
    ranking_table,
    register_table,
    sources_table,
    support_table,
)

NOT_HERE = "Finns inte i underlaget för {place}."


@dataclass(frozen=True)
class RegionalAnalysis:
    """One region's analysis; `region` is None for a municipality that the catalogue puts in no region."""

    setting: Setting
    slug: str
    region: Region | None

    @cached_property
    def profiles(self) -> Profiles | None:
        """The region's support profiles."""
        return region_profiles(self.setting, self.region) if self.region else None

    @cached_property
    def assessment(self) -> RegionAssessment | None:
        """The region's latest edition up to the report's year."""
        if self.region is None:
            return None
        return load_region_assessment(self.setting.paths, self.slug, self.setting.year, self.setting.catalog)

    def about(self) -> Shown:
        """Which region and edition the page is about, and what it lacks."""
        if self.region is None:
            text = f"{self.setting.place} ingår inte i någon region i data/catalog/regions.yml."
            remedy = "Lägg till regionen med medlemmar där, så görs analysen vid nästa bygge."
            return self._notice("Ingen region", text, remedy)
        edition = region_edition(self.setting.paths, self.slug, self.setting.year)
        names = listed([self.setting.places.name(code) for code in self.region.members])
        compared = listed([self.setting.places.name(code) for code in self.region.comparisons])
        text = f"Medlemmar: {names}. Jämförelse: {compared}." if compared else f"Medlemmar: {names}."
        source = f"Regionens senaste underlag till och med {self.setting.year} är från {edition}." if edition else ""
        return self._notice(self.region.name, text, source or "Regionens eget underlag saknas.")

    def observations(self) -> Shown:
        """R1: sentences made from the tables, each linked to them."""
        made = observations(self.profiles) if self.profiles else []
        items = tuple(Project(name=one.text, by="Beräknat" if not one.withheld else "Saknas") for one in made)
        title = self._title("R1")
        html = rendered("projects.html", heading=title, anchor="r1", items=items, intro="" if items else self._absent())
        return passage_shown(Passage(html, anchor="r1", title=title))

    def ranking_rows(self) -> pd.DataFrame:
        """Chart rows of the rank of two years; the earlier one is the printed rank plus the printed change."""
        places = [*self.region.members, *self.region.comparisons] if self.region else []
        rows = self._rows(["support_rank"], places)
        moved = self._rows(["support_rank_change"], places).set_index(["place", "year"])["value"]
        earlier = rows.assign(value=rows["value"] + [moved[at] for at in zip(rows["place"], rows["year"], strict=True)])
        return pd.concat([earlier.assign(year=earlier["year"] - 1), rows], ignore_index=True)

    def ranking(self, chart: Chart, rows: pd.DataFrame) -> Shown:
        """R2: rank, previous rank and change."""
        table = ranking_table(self.profiles) if self.profiles else None
        return self._figure("R2", chart, rows, table, "Plats bland rikets kommuner, föregående år och senaste år")

    def profile_rows(self) -> pd.DataFrame:
        """Chart rows: each type as percent of the inhabitants aged 20-64, last year at hand, every place."""
        if not self.profiles or not self.profiles.years:
            return self._rows([], [])
        year = self.profiles.years[1]
        rows = self._rows(self.profiles.types, self.profiles.places)
        rows = rows[(rows["year"] == year) & (rows["month"] == 0)]
        people = {place: self.profiles.inhabitants(place, year) for place in self.profiles.places}
        share = 100 * rows["value"] / rows["place"].map(people)
        return rows.assign(value=share, unit="procent", decimals=1).dropna(subset=["value"])

    def profile(self, chart: Chart, rows: pd.DataFrame) -> Shown:
        """R3: the support profile of each municipality, and why the national scale is withheld."""
        measures = self._measures(rows, "percent", 1)
        table = data_table(rows, measures, "Procent av invånarna 20–64 år efter ersättning") if len(rows) else None
        withheld = (
            "Placeringen på den nationella skalan visas inte: den kräver helårsekvivalenter för alla kommuner, och "
            "underlaget har dem bara för regionens."
        )
        return self._figure("R3", chart, rows, table, "Procent av invånarna 20–64 år den 31 december", (withheld,))

    def support_tables(self) -> Shown:
        """R4: one table a municipality, with the document's own labels."""
        if not self.profiles or not self.profiles.years:
            return self._notice(self._title("R4"), self._absent(), "Kör 'lagesbild fetch'.", anchor="r4")
        tables = [support_table(self.profiles, place) for place in self.profiles.places]
        note = self.setting.catalog.parts["R4"].note
        return self._tables("R4", tables, note)

    def sources(self) -> Shown:
        """R8: data sources by authority."""
        return self._listed("R8", sources_table)

    def group(self) -> Shown:
        """R9: the analysis group's composition."""
        return self._listed("R9", group_table)

    def register(self) -> Shown:
        """R10: initiatives, assignments and proposals with owner and dates."""
        return self._listed("R10", register_table)

    def competence_plan(self) -> Shown:
        """R11: the competence plan."""
        return self._listed("R11", competence_table)

    def remarks(self) -> Shown:
        """Where the region's document says two things."""
        return remarks_shown(self.assessment.remarks if self.assessment else [])

    def _title(self, part: str) -> str:
        return self.setting.catalog.parts[part].title

    def _absent(self) -> str:
        return NOT_HERE.format(place=self.region.name if self.region else self.setting.place)

    def _notice(self, title: str, text: str, remedy: str, anchor: str = "") -> Shown:
        html = rendered("missing.html", title=title, text=text, remedy=remedy)
        return passage_shown(Passage(html, anchor=anchor, title=title))

    def _listed(self, part: str, made) -> Shown:
        if self.assessment is None:
            return self._notice(f"{part}. {self._title(part)}", self._absent(), "", anchor=part.lower())
        return self._tables(part, [made(self.assessment)], self.setting.catalog.parts[part].note)

    def _tables(self, part: str, tables: list[DataTable], note: str | None) -> Shown:
        html = rendered(
            "part.html", anchor=part.lower(), number=part, heading=self._title(part), tables=tables, note=note or "",
            source=self.setting.catalog.parts[part].source,
        )  # fmt: skip
        return passage_shown(Passage(html, anchor=part.lower(), title=self._title(part)))

    def _rows(self, indicators: list[str], places: list[str]) -> pd.DataFrame:
        found = rows_of(self.setting.table, indicators, places)
        catalog = self.setting.catalog
        return found.assign(
            name=[self.setting.places.name(code) for code in found["place"]],
            label=[catalog.indicators[id].label for id in found["indicator"]],
            role=[self.setting.role(code) for code in found["place"]],
            unit=[catalog.unit_of(id).text for id in found["indicator"]],
            decimals=[catalog.decimals_of(id) for id in found["indicator"]],
            mark="line",
        )

    def _measures(self, rows: pd.DataFrame, unit: str, decimals: int) -> dict[str, Measure]:
        catalog = self.setting.catalog
        return {
            id: Measure(catalog.indicators[id], catalog.units[unit], decimals)
            for id in dict.fromkeys(rows["indicator"])
        }

    def _figure(
        self,
        part: str,
        chart: Chart,
        rows: pd.DataFrame,
        table: DataTable | None,
        subtitle: str,
        notes: tuple = (),
    ) -> Shown:
        if rows.empty or table is None:
            return self._notice(f"{part}. {self._title(part)}", self._absent(), "", anchor=part.lower())
        entry = self.setting.catalog.parts[part]
        year = int(rows["year"].max())
        names = list(dict.fromkeys(rows["name"]))
        alternative = alternative_text(KINDS[chart.__name__], f"{entry.title}, {year}.", rows, names)
        frame = Frame(unit_symbol="", unit_text=rows["unit"].iloc[0], decimals=int(rows["decimals"].iloc[0]), low=0)
        definition = self.setting.catalog.indicators[TOTAL].definition if part == "R3" else entry.note or ""
        return figure_shown(
            FigureBlock(
                number=part,
                anchor=part.lower(),
                title=entry.title,
                state="document",
                state_text=STATE_TEXT["document"],
                subtitle=f"{subtitle}. {listed(names)}, {year}.",
                provenance=Provenance(
                    f"Källa: {entry.source}.",
                    definition,
                    "",
                    self.setting.remake("regional_support", entry.indicators),
                ),
                alternative=alternative,
                svg=svg_of(chart(rows, frame), id=part.lower(), alt=alternative),
                table=table,
                notes=tuple(note for note in (entry.note, *notes) if note),
                download_name=f"{part.lower()}.csv",
                download_text=download_text(rows),
            )
        )


def regional_analysis(setting: Setting) -> RegionalAnalysis:
    """The analysis of the first region in the catalogue that the municipality is a member of."""
    for slug, region in setting.catalog.regions.items():
        if setting.focus in region.members:
            return RegionalAnalysis(setting, slug, region)
    return RegionalAnalysis(setting, "", None)
