"""One figure of the report: its rows, finding, notes and sources, and the component that comes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.evidence import key_figures, measure_of, origins
from helpers.setting import Setting
from lagesbild.catalog.models import Figure, Indicator
from lagesbild.charts import KINDS, Chart
from lagesbild.charts.svg import svg_of
from lagesbild.charts.theme import Frame
from lagesbild.html.components import Card, FigureBlock, Provenance
from lagesbild.html.render import Component, data_table, download_text, figure_component
from lagesbild.rules.editions import State, Use, drawn_indicators, figure_state
from lagesbild.sources.files import document_sources
from lagesbild.swedish.findings import (
    Measure,
    alternative_text,
    comparison_finding,
    dots_finding,
    gap_finding,
    groups_finding,
    series_finding,
    shares_finding,
)
from lagesbild.swedish.numbers import STATE_TEXT, in_place, listed, period_text, source_line, years_text
from lagesbild.tidy.schema import rows_of, whole_years, withheld

# Tidy rows as chart rows: with the names, labels and roles that charts and tables need.


def chart_rows(setting: Setting, rows: pd.DataFrame, dots: Iterable[str] = ()) -> pd.DataFrame:
    """`rows` with `name`, `label`, `role`, `unit`, `decimals` and `mark` ("dot" for the indicators in `dots`)."""
    catalog, dots = setting.catalog, set(dots)
    return rows.assign(
        name=[setting.places.name(code) for code in rows["place"]],
        label=[catalog.indicators[indicator].label for indicator in rows["indicator"]],
        role=[setting.role(code) for code in rows["place"]],
        unit=[catalog.unit_of(indicator).text for indicator in rows["indicator"]],
        decimals=[catalog.decimals_of(indicator) for indicator in rows["indicator"]],
        mark=["dot" if indicator in dots else "line" for indicator in rows["indicator"]],
    ).reset_index(drop=True)


# The words around a figure: its finding, what its subtitle says is measured, and its notes.


def figure_finding(measures: dict[str, Measure], rows: pd.DataFrame) -> str:
    """One sentence with the figure's main values, made from `rows`."""
    first = next(iter(measures.values()))
    if len(measures) > 1 and all(measure.indicator.share for measure in measures.values()):
        return shares_finding(rows, first)
    if len(measures) > 1:
        return dots_finding(rows, measures)
    if (rows["group"] != "").any():
        return groups_finding(rows, first)
    if set(rows["sex"]) >= {"K", "M"}:
        return gap_finding(rows, first)
    return series_finding(rows, first) if rows["year"].nunique() > 1 else comparison_finding(rows, first)


def figure_subtitle(measures: dict[str, Measure], rows: pd.DataFrame) -> str:
    """Measure, unit, place and years of what is drawn."""
    titles = listed([measure.indicator.title for measure in measures.values()])
    units = listed(list(dict.fromkeys(m.unit.text for m in measures.values() if m.unit.text)))
    first = next(iter(measures.values())).indicator
    years = period_text(first, int(rows["year"].iloc[0])) if rows["year"].nunique() == 1 else years_text(rows["year"])
    names = list(dict.fromkeys(rows["name"]))
    where = listed(names) if len(names) <= 3 else f"{names[0]} och {len(names) - 1} jämförda platser"
    return ". ".join(part for part in (titles, units[:1].upper() + units[1:], f"{where}, {years}") if part) + "."


def measure_notes(entries: list[Indicator], rows: pd.DataFrame) -> list[str]:
    """What a reader must know of the measures drawn: questions, caveats, breaks, years left out, missing margins."""
    notes = [text for entry in entries for text in (entry.question, entry.caveat, entry.own_definition)]
    notes += [f"{b.year}: {b.what}" for entry in entries for b in entry.breaks if b.year <= int(rows["year"].max())]
    notes += [
        f"Utan {listed([str(year) for year in out.years])}: {out.why}" for entry in entries for out in entry.left_out
    ]
    if any(entry.kind == "survey" for entry in entries) and rows["margin"].isna().all():
        notes.append("Osäkerhetstal saknas i underlaget: skillnader mellan platser och år kan bero på slumpen.")
    return [note for note in notes if note]


def chart_frame(measures: dict[str, Measure], rows: pd.DataFrame) -> Frame:
    """Unit, decimals and bounds of the first measure, and the breaks of all that fall between the years of `rows`."""
    measure = next(iter(measures.values()))
    breaks = {b.year: b.what for each in measures.values() for b in each.indicator.breaks}
    low, high = int(rows["year"].min()), int(rows["year"].max())
    return Frame(
        unit_symbol=measure.unit.symbol,
        unit_text=measure.unit.text,
        decimals=measure.decimals,
        low=measure.unit.low,
        high=measure.unit.high,
        breaks=tuple((year, what) for year, what in sorted(breaks.items()) if low < year <= high),
        better=measure.indicator.better,
    )


# One figure of the report: the rows to draw, and the component that comes out.

SYMBOLS = ("hidden", "not_applicable")  # what a table shows instead of a value; other absences are plain
UNTOUCHED = "Värdena visas som de är publicerade, utan omräkning."
MONTHLY = "Där månader är hämtade är årets värde medelvärdet av dess tolv månader; annars visas det som är publicerat."


@dataclass(frozen=True)
class ReportFigure:
    """Figure `number` of the catalogue, filled for one place and edition."""

    number: str
    entry: Figure
    setting: Setting

    @cached_property
    def indicators(self) -> list[str]:
        """The indicators that are drawn: the own measure, else what stands in for it; empty for a card."""
        return drawn_indicators(self.entry, self.setting.latest)

    @cached_property
    def state(self) -> State:
        """exact, derived, related or slot: how near what is drawn comes to the report's own measure."""
        return figure_state(self.setting.catalog, self.entry, self.setting.latest)

    @property
    def has_own(self) -> bool:
        """Whether the report's own measure is at hand."""
        return self.state in ("exact", "derived")

    @property
    def latest(self) -> int | None:
        """The last year, up to the edition's, in which the place has a value."""
        return max((self.setting.latest[indicator] for indicator in self.indicators), default=None)

    def rows(
        self,
        places: Iterable[str],
        years: Iterable[int] | None = None,
        sexes: Iterable[str] = ("T",),
        indicators: Iterable[str] | None = None,
    ) -> pd.DataFrame:
        """The values to draw: tidy rows with `name`, `label`, `role`, `unit`, `decimals` and `mark`.

        `years` None takes every year that is at hand; a place without any of `sexes` gives those it has. Empty when
        nothing is at hand: `shown` then makes a card.
        """
        ids = list(self.indicators if indicators is None else indicators)
        rows = whole_years(rows_of(self.setting.table, ids, places), self.setting.catalog)
        own, wanted = set(rows.loc[rows["place"] == self.setting.focus, "sex"]), set(sexes)
        if not own or own & wanted:
            rows = rows[rows["sex"].isin(wanted)]
        if years is not None:
            rows = rows[rows["year"].isin(list(years))]
        return chart_rows(self.setting, rows, self.entry.dots)

    def latest_rows(self, places: Iterable[str], sexes: Iterable[str] = ("T",)) -> pd.DataFrame:
        """The rows of each indicator's last year with a value for the place; other places of the same year."""
        places = list(places)
        latest = self.setting.latest
        parts = [self.rows(places, [latest[indicator]], sexes, [indicator]) for indicator in self.indicators]
        return pd.concat(parts, ignore_index=True) if parts else self.rows(places, [], sexes)

    def rows_with_dots(self, places: Iterable[str]) -> pd.DataFrame:
        """The rows of what is drawn, and of the few published values of the own measure."""
        dots = [] if self.has_own else self.entry.dots
        return self.rows(places, indicators=[*self.indicators, *dots])

    def measures(self, rows: pd.DataFrame) -> dict[str, Measure]:
        """Indicator -> how its values are said, for the indicators in `rows`."""
        return {indicator: measure_of(self.setting.catalog, indicator) for indicator in rows["indicator"].unique()}

    def shown(self, chart: Chart, rows: pd.DataFrame, asked: Iterable[str] = ()) -> Component:
        """The figure as it stands on the page: drawn by `chart` from `rows`, or a card when there are none.

        `asked` names the places that were asked for, so that the page can say who lacks a value.
        """
        if rows.empty:
            return figure_component(self._card())
        return figure_component(self._drawn(chart, rows, list(asked)))

    def _drawn(self, chart: Chart, rows: pd.DataFrame, asked: list[str]) -> FigureBlock:
        measures = self.measures(rows)
        finding = figure_finding(measures, rows)
        names = list(dict.fromkeys(rows["name"]))
        alternative = alternative_text(KINDS[chart], finding, rows, names)
        subtitle = figure_subtitle(measures, rows)
        table_rows = self._with_symbols(rows, asked)
        svg = svg_of(chart(rows, chart_frame(measures, rows)), prefix=self.anchor, alt=alternative)
        return FigureBlock(
            number=f"Figur {self.number}",
            anchor=self.anchor,
            title=self.entry.title,
            state=self.state,
            state_text=STATE_TEXT[self.state],
            subtitle=subtitle,
            provenance=self._provenance(rows),
            finding=finding,
            alternative=alternative,
            svg=svg,
            table=data_table(table_rows, measures, f"Figur {self.number}. {subtitle}"),
            notes=tuple(self._notes(rows, asked)),
            download_name=f"figur-{int(self.number):02d}.csv",
            download_text=download_text(table_rows),
            key_figures=key_figures(self.setting, measures),
        )

    def _with_symbols(self, drawn: pd.DataFrame, asked: Iterable[str]) -> pd.DataFrame:
        """The drawn rows and those of the same measures, years, months and sexes that are hidden or do not apply.

        A chart has no room for them; the table under it tells them from values that are missing.
        """
        rows = withheld(self.setting.table, drawn["indicator"].unique(), {*drawn["place"], *asked})
        rows = rows[rows["status"].isin(SYMBOLS)]
        for name in ("year", "month", "sex"):
            rows = rows[rows[name].isin(drawn[name].unique())]
        if rows.empty:
            return drawn
        dots = drawn.loc[drawn["mark"] == "dot", "indicator"]
        return pd.concat([drawn, chart_rows(self.setting, rows, dots)], ignore_index=True)

    def _card(self) -> FigureBlock:
        entry, why = self.entry, self._why_empty()
        return FigureBlock(
            number=f"Figur {self.number}",
            anchor=self.anchor,
            title=entry.title,
            state="slot",
            state_text=STATE_TEXT["slot"],
            subtitle=listed([self.setting.catalog.indicators[indicator].title for indicator in entry.measure]),
            provenance=self._provenance(None),
            card=Card(why=why, how_to_add=entry.how_to_add.replace("{code}", self.setting.focus)),
            notes=tuple(note for note in (entry.footnote, entry.remark) if note),
        )

    def _why_empty(self) -> str:
        """Why there is nothing to draw: all hidden, no file of the municipality's, or no value."""
        place, measure = self.setting.place, self.entry.measure
        if (withheld(self.setting.table, measure, [self.setting.focus])["status"] == "hidden").any():
            return f"Värdena för {place} är dolda för att skydda enskilda: de bygger på för små antal."
        if all(self.setting.catalog.indicators[indicator].local for indicator in measure):
            return f"Måttet publiceras inte i någon öppen tjänst och kommunens egen fil saknas för {place}."
        return f"Underlaget har inget värde för {place} till och med {self.setting.year}."

    @property
    def anchor(self) -> str:
        return f"figur-{self.number}"

    def _provenance(self, rows: pd.DataFrame | None) -> Provenance:
        catalog = self.setting.catalog
        ids = list(self.entry.measure if rows is None else self.measures(rows))
        entries = [catalog.indicators[indicator] for indicator in ids]
        if rows is None:
            line = f"Utgivare enligt rapporten: {self.entry.publisher}."
        else:
            line = source_line(origins(rows, catalog, document_sources(self.setting.paths)))
        definitions = [
            f"{entry.label}: {entry.definition}" if len(entries) > 1 else entry.definition for entry in entries
        ]
        monthly = any(entry.table and entry.table.monthly for entry in entries)
        method = (self.state == "derived" and self.entry.derived) or (MONTHLY if monthly else UNTOUCHED)
        return Provenance(line, " ".join(definitions), method, self.setting.remake(self.entry.page, ids))

    def _notes(self, rows: pd.DataFrame, asked: list[str]) -> list[str]:
        entry = self.entry
        notes = [entry.related_to if self.state == "related" else None, entry.footnote, entry.remark]
        notes += measure_notes([measure.indicator for measure in self.measures(rows).values()], rows)
        lacking = [code for code in asked if code not in set(rows["place"])]
        if lacking:
            notes.append(f"Saknar värde: {listed([self.setting.places.name(code) for code in lacking])}.")
        if (withheld(self.setting.table, self.indicators, lacking)["status"] == "hidden").any():
            notes.append("Några värden är dolda för att skydda enskilda.")
        if self.latest is not None and self.latest < self.setting.year:
            notes.append(f"Senaste värdet {in_place(self.setting.place)} i underlaget avser {self.latest}.")
        return list(dict.fromkeys(note for note in notes if note))


# Links to where an indicator stands.


def priority_anchor(priority: str) -> str:
    """The anchor of a priority's section: "prioritering-1-1"."""
    return f"prioritering-{priority.replace('.', '-')}"


def use_anchor(use: Use) -> str:
    """The anchor of the figure or of the priority's section."""
    return f"figur-{use.figure}" if use.figure else priority_anchor(use.priority)
