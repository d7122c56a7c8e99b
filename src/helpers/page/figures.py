"""One figure of the report: which indicators fill it, the rows to draw, and the exhibit that comes out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from matplotlib.figure import Figure as Drawing

from ..catalog import Figure
from ..charts.look import Frame
from ..charts.svg import svg_of
from ..exhibits import Card, FigureBlock, Provenance, Shown, figure_shown
from ..tables import data_table, download_text
from ..tidy import latest_year, rows_of, withheld
from ..wording import (
    STATE_TEXT,
    alternative_text,
    source_line,
)
from ..wording.findings import Measure
from ..wording.kinds import KINDS
from ..wording.places import in_place, listed
from .captions import figure_finding, figure_subtitle, measure_notes, missing_notes
from .evidence import key_figures, origins
from .rows import chart_rows, sexes_at_hand, with_symbols
from .setting import Setting

UNTOUCHED = "Värdena visas som de är publicerade, utan omräkning."
MONTHLY = "Där månader är hämtade är årets värde medelvärdet av dess tolv månader; annars visas det som är publicerat."
Chart = Callable[[pd.DataFrame, Frame], Drawing]  # a function of helpers.charts


@dataclass(frozen=True)
class ReportFigure:
    """Figure `number` of the catalogue, filled for one place and edition."""

    number: str
    entry: Figure
    setting: Setting

    @cached_property
    def own(self) -> list[str]:
        """The ids of the report's own measure that have a value for the place."""
        return [id for id in self.entry.measure if self._latest(id) is not None]

    @cached_property
    def indicators(self) -> list[str]:
        """The ids that are drawn: the own measure, else what stands in for it; empty for a card."""
        return self.own or [id for id in self.entry.stand_in if self._latest(id) is not None]

    @cached_property
    def state(self) -> str:
        """exact, derived, related or slot: how near what is drawn comes to the report's own measure."""
        if self.own:
            shares = [id for id in self.own if self.setting.catalog.indicators[id].share]
            return "derived" if shares else "exact"
        if not self.indicators:
            return "slot"
        return "derived" if self.entry.derived else "related"

    @property
    def has_own(self) -> bool:
        """Whether the report's own measure is at hand."""
        return self.state in ("exact", "derived")

    @cached_property
    def latest(self) -> int | None:
        """The last year, up to the edition's, in which the place has a value."""
        years = [year for id in self.indicators if (year := self._latest(id)) is not None]
        return max(years) if years else None

    def _latest(self, indicator: str) -> int | None:
        return latest_year(self.setting.table, indicator, self.setting.focus)

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
        found = rows_of(self.setting.table, ids, places)
        month = {id: self.setting.catalog.indicators[id].month or 0 for id in ids}
        found = found[found["month"] == found["indicator"].map(month)]
        found = found[found["sex"].isin(sexes_at_hand(self.setting, found, sexes))]
        if years is not None:
            found = found[found["year"].isin(list(years))]
        return chart_rows(self.setting, found, self.entry.dots)

    def latest_rows(self, places: Iterable[str], sexes: Iterable[str] = ("T",)) -> pd.DataFrame:
        """The rows of each indicator's last year with a value for the place; other places of the same year."""
        places = list(places)
        made = [self.rows(places, [self._latest(id)], sexes, [id]) for id in self.indicators]
        return pd.concat(made, ignore_index=True) if made else self.rows(places, [], sexes)

    def rows_with_dots(self, places: Iterable[str]) -> pd.DataFrame:
        """The rows of what is drawn, and of the few published values of the own measure."""
        dots = [] if self.own else self.entry.dots
        return self.rows(places, indicators=[*self.indicators, *dots])

    def measures(self, rows: pd.DataFrame) -> dict[str, Measure]:
        """Indicator id -> how its values are said, for the indicators in `rows`."""
        catalog = self.setting.catalog
        return {
            id: Measure(catalog.indicators[id], catalog.unit_of(id), catalog.decimals_of(id))
            for id in dict.fromkeys(rows["indicator"])
        }

    def frame(self, rows: pd.DataFrame) -> Frame:
        """Unit, decimals, bounds and breaks for the chart of `rows`."""
        measure = next(iter(self.measures(rows).values()))
        breaks = {b.year: b.what for id in self.measures(rows) for b in self.setting.catalog.indicators[id].breaks}
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

    def shown(self, chart: Chart, rows: pd.DataFrame, asked: Iterable[str] = ()) -> Shown:
        """The figure as it stands on the page: drawn by `chart` from `rows`, or a card when there are none.

        `asked` names the places that were asked for, so that the page can say who lacks a value.
        """
        if rows.empty:
            return figure_shown(self._card())
        return figure_shown(self._drawn(chart, rows, list(asked)))

    def _drawn(self, chart: Chart, rows: pd.DataFrame, asked: list[str]) -> FigureBlock:
        measures = self.measures(rows)
        finding = figure_finding(measures, rows)
        names = list(dict.fromkeys(rows["name"]))
        alternative = alternative_text(KINDS[chart.__name__], finding, rows, names)
        subtitle = figure_subtitle(measures, rows)
        told = with_symbols(self.setting, rows, asked)
        svg = svg_of(chart(rows, self.frame(rows)), id=self.anchor, alt=alternative)
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
            table=data_table(told, measures, f"Figur {self.number}. {subtitle}"),
            notes=tuple(self._notes(rows, asked)),
            download_name=f"figur-{int(self.number):02d}.csv",
            download_text=download_text(told),
            key_figures=key_figures(self.setting, list(measures)),
        )

    def _card(self) -> FigureBlock:
        entry, why = self.entry, self._why_empty()
        return FigureBlock(
            number=f"Figur {self.number}",
            anchor=self.anchor,
            title=entry.title,
            state="slot",
            state_text=STATE_TEXT["slot"],
            subtitle=listed([self.setting.catalog.indicators[id].title for id in entry.measure]),
            provenance=self._provenance(None),
            card=Card(why=why, how_to_add=entry.how_to_add.replace("{code}", self.setting.focus)),
            notes=tuple(note for note in (entry.footnote, entry.remark) if note),
        )

    def _why_empty(self) -> str:
        """Why there is nothing to draw: all hidden, no file of the municipality's, or no value."""
        place, measure = self.setting.place, self.entry.measure
        if (withheld(self.setting.table, measure, [self.setting.focus])["status"] == "hidden").any():
            return f"Värdena för {place} är dolda för att skydda enskilda: de bygger på för små antal."
        if all(self.setting.catalog.indicators[id].local for id in measure):
            return f"Måttet publiceras inte i någon öppen tjänst och kommunens egen fil saknas för {place}."
        return f"Underlaget har inget värde för {place} till och med {self.setting.year}."

    @property
    def anchor(self) -> str:
        return f"figur-{self.number}"

    def _provenance(self, rows: pd.DataFrame | None) -> Provenance:
        catalog = self.setting.catalog
        ids = list(self.entry.measure if rows is None else self.measures(rows))
        entries = [catalog.indicators[id] for id in ids]
        if rows is None:
            line = f"Utgivare enligt rapporten: {self.entry.publisher}."
        else:
            line = source_line(origins(self.setting, rows))
        definitions = [
            f"{entry.label}: {entry.definition}" if len(entries) > 1 else entry.definition for entry in entries
        ]
        method = (
            self.entry.derived
            if self.state == "derived" and self.entry.derived
            else UNTOUCHED
            if not any(entry.table and entry.table.monthly for entry in entries)
            else MONTHLY
        )
        return Provenance(line, " ".join(definitions), method, self.setting.remake(self.entry.page, ids))

    def _notes(self, rows: pd.DataFrame, asked: list[str]) -> list[str]:
        entry = self.entry
        notes = [entry.related_to if self.state == "related" else None, entry.footnote, entry.remark]
        notes += measure_notes([measure.indicator for measure in self.measures(rows).values()], rows)
        notes += missing_notes(self.setting, self.indicators, rows, asked)
        if self.latest is not None and self.latest < self.setting.year:
            notes.append(f"Senaste värdet {in_place(self.setting.place)} i underlaget avser {self.latest}.")
        return list(dict.fromkeys(note for note in notes if note))
