"""*Det viktigaste*: at most six lines, chosen by rule from what the other pages show, each linked to where it stands.

Rules, in the order of their lines: a status that changed since last year's edition, a target met or lost, the firmest
worsening and improving trend, a worst and a best rank, the largest gap between women and men. A rule without a firm
case gives no line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.compare import Gap, place_gaps
from helpers.evidence import COMPUTED, Ranking, measure_of, ranking, totals
from helpers.figures import ReportFigure, priority_anchor
from helpers.sections import JUDGED
from helpers.setting import Setting
from lagesbild.assessments import Assessment, load_assessment
from lagesbild.html.components import Highlight, Passage
from lagesbild.html.render import Component, passage_component, rendered
from lagesbild.rules.directions import place_trends
from lagesbild.rules.highlights import EDGE, GAP_YEARS, MOST_LINES, MOST_STATUSES
from lagesbild.statistics.intervals import usable
from lagesbild.statistics.trends import YEARS_BEHIND, Trend, Verdict
from lagesbild.swedish.verdicts import NOTE, NOTHING, TITLE, gap_line, rank_line, status_line, target_line, trend_line
from lagesbild.tidy.schema import up_to

# Where each indicator stands in full, and the values that its line tells.


@dataclass(frozen=True)
class Spot:
    """A link, and whether the indicator stands in for another measure there."""

    link: str
    near: bool


@dataclass(frozen=True)
class Spots:
    """The indicators that a line can be about: those of the report's figures, then those that support priorities."""

    setting: Setting

    @cached_property
    def of(self) -> dict[str, Spot]:
        """Indicator -> the first figure that draws it; the priority that it supports, where the figure is another's."""
        catalog = self.setting.catalog
        found: dict[str, Spot] = {}
        for number, entry in catalog.figures.items():
            figure = ReportFigure(number, entry, self.setting)
            for id in figure.indicators:
                found.setdefault(id, Spot(f"{self.page(entry.page)}#{figure.anchor}", figure.state == "related"))
        for id, priority in catalog.priorities.items():
            page = self.page(catalog.focus_areas[priority.area].page)
            for indicator in priority.evidence:
                if indicator not in found or found[indicator].near:
                    found[indicator] = Spot(f"{page}#{priority_anchor(id)}", False)
        return found

    def page(self, name: str) -> str:
        """The file of a page as a link from this one; empty for this page itself."""
        return "" if name == self.setting.page else f"{name}.html"

    def line(self, indicator: str, text: str, rule: str) -> Highlight:
        """A computed line about an indicator."""
        label, spot = self.setting.catalog.indicators[indicator].label, self.of[indicator]
        name = f"{label} (närliggande mått)" if spot.near else label
        return Highlight(name, text, spot.link, COMPUTED, rule)

    def own(self, indicator: str) -> pd.DataFrame:
        """The place's usable totals, by year."""
        rows = totals(self.setting, indicator)
        return rows[rows["place"] == self.setting.focus].sort_values("year").set_index("year")

    def too_old(self, year: int) -> bool:
        """Whether a value of that year says nothing of the present, by the trend rule's own bound."""
        return year < self.setting.year - YEARS_BEHIND


# What people changed since last year's edition, and targets that the latest value met or lost.


def statuses(spots: Spots) -> list[Highlight]:
    """The first two statuses that differ from those of last year's edition: areas first, then priorities and goals."""
    setting = spots.setting
    before = load_assessment(setting.paths, setting.focus, setting.year - 1, setting.catalog)
    if before is None or setting.assessment is None:
        return []
    return list(_changed(spots, before, setting.assessment))[:MOST_STATUSES]


def _changed(spots: Spots, before: Assessment, now: Assessment) -> Iterator[Highlight]:
    for kind, entries in _judged(spots).items():
        for id, (name, link) in entries.items():
            old, new = (getattr(one, kind).get(id) for one in (before, now))
            if old and new and old.status != new.status:
                text = status_line(old.status, new.status, spots.setting.year)
                yield Highlight(spots.setting.worded(name), text, link, JUDGED, "status")


def _judged(spots: Spots) -> dict[str, dict[str, tuple[str, str]]]:
    """Kind -> id -> name and link of everything that people judge."""
    catalog = spots.setting.catalog
    pages = {id: spots.page(area.page) for id, area in catalog.focus_areas.items()}
    return {
        "areas": {id: (f"Fokusområde {id}. {one.title}", pages[id]) for id, one in catalog.focus_areas.items()},
        "priorities": {
            id: (f"{id} {one.title}", f"{pages[one.area]}#{priority_anchor(id)}")
            for id, one in catalog.priorities.items()
        },
        "goals": {id: (f"{one.label}. {one.title}", "#inriktningsmal") for id, one in catalog.goals.items()},
    }


def targets(spots: Spots) -> list[Highlight]:
    """The first target that the latest value met or lost; a survey's value must lie outside its margin of it."""
    for id in spots.of:
        entry = spots.setting.catalog.indicators[id]
        rows = spots.own(id)
        if entry.target is None or len(rows) < 2 or spots.too_old(rows.index[-1]):
            continue
        last = rows.iloc[-1]
        before, now = (_meets(entry, value) for value in rows["value"].iloc[-2:])
        firm = entry.kind == "register" or abs(last["value"] - entry.target.value) > last["margin"]
        if before != now and firm:
            text = target_line(measure_of(spots.setting, id), float(last["value"]), int(rows.index[-1]), now)
            return [spots.line(id, text, "target")]
    return []


def _meets(entry, value: float) -> bool:
    return value <= entry.target.value if entry.better == "lower" else value >= entry.target.value


# The firmest worsening and the firmest improving trend.


def trends(spots: Spots) -> list[Highlight]:
    """One worsening and one improving trend: firm before weak, turned before the same as last year, then by p."""
    setting = spots.setting
    before = place_trends(up_to(setting.table, setting.year - 1), setting.catalog, setting.focus, setting.year - 1)
    lines = []
    for verdict in (Verdict.WORSENING, Verdict.IMPROVING):
        moved = {id: setting.trends[id] for id in spots.of if id in setting.trends}
        moved = {id: trend for id, trend in moved.items() if trend.verdict is verdict}
        if moved:
            id = min(moved, key=lambda id: (moved[id].weak, not turned(moved[id], before.get(id)), moved[id].p))
            values = spots.own(id)["value"]
            ends = float(values[moved[id].first_year]), float(values[moved[id].last_year])
            text = trend_line(moved[id], measure_of(setting, id), ends, turned(moved[id], before.get(id)))
            lines.append(spots.line(id, text, "trend"))
    return lines


def turned(trend: Trend, before: Trend | None) -> bool:
    """Whether last year's edition would have had the opposite arrow."""
    return before is not None and before.sign * trend.sign < 0


# The worst and the best rank, and the largest gap between women and men, where they are firm.


def ranks(spots: Spots) -> list[Highlight]:
    """The worst and the best rank, where it lies in the worst or the best tenth."""
    found = {id: ranking(spots.setting, id) for id in spots.of}
    placed = {id: one for id, one in found.items() if one.latest and _firm(spots, id, one)}
    if not placed:
        return []
    worst, best = (pick(placed, key=lambda id: _from_best(placed[id])) for pick in (max, min))
    ends = [(worst, _from_best(placed[worst]) >= 1 - EDGE), (best, _from_best(placed[best]) <= EDGE)]
    return [_rank(spots, id, placed[id]) for id, far in ends if far]


def _from_best(found: Ranking) -> float:
    """0 for the first place, 1 for the last."""
    return (found.latest.rank - 1) / max(1, found.latest.n - 1)


def _firm(spots: Spots, id: str, found: Ranking) -> bool:
    """Whether a rank may be told: of late, and not by chance. Without margins only a register's that counts all."""
    if spots.too_old(found.latest.year):
        return False
    if found.plausible:
        return found.plausible[1] - found.plausible[0] <= EDGE * found.latest.n
    entry = spots.setting.catalog.indicators[id]
    return entry.kind == "register" and not entry.population


def _rank(spots: Spots, id: str, found: Ranking) -> Highlight:
    setting = spots.setting
    value = float(spots.own(id)["value"][found.latest.year])
    return spots.line(id, rank_line(measure_of(setting, id), value, found.latest, setting.municipalities), "rank")


def gaps(spots: Spots) -> list[Highlight]:
    """The gap between women and men that is largest beside the mean of the two, among those that can be told."""
    known = {id: gap for id, gap in place_gaps(spots.setting).items() if id in spots.of}
    found = {id: gap for id, gap in known.items() if _can_be_told(spots, id, gap)}
    if not found:
        return []
    id = max(found, key=lambda id: _relative(found[id].latest))
    return [spots.line(id, gap_line(measure_of(spots.setting, id), found[id].latest), "gap")]


def _relative(row: pd.Series) -> float:
    return 2 * abs(row["value"]) / (row["women"] + row["men"])


def _can_be_told(spots: Spots, id: str, gap: Gap) -> bool:
    """Whether the interval leaves out zero; without one, whether a register's gap was long on the same side."""
    row, entry = gap.latest, spots.setting.catalog.indicators[id]
    if spots.too_old(int(row["year"])) or row["women"] + row["men"] <= 0:
        return False
    if pd.notna(row["real"]):
        return bool(row["real"])
    return entry.kind == "register" and _long_on_one_side(spots, id, int(row["year"]))


def _long_on_one_side(spots: Spots, id: str, year: int) -> bool:
    rows, month = spots.setting.series[id], spots.setting.catalog.indicators[id].month or 0
    rows = rows[(rows["place"] == spots.setting.focus) & (rows["group"] == "") & (rows["month"] == month)]
    sides = rows[usable(rows)].pivot(index="year", columns="sex", values="value")
    lately = (sides["K"] - sides["M"]).reindex(range(year - GAP_YEARS + 1, year + 1))
    return bool((lately > 0).all() or (lately < 0).all())


ANCHOR = "viktigast"


def highlights(setting: Setting) -> Component:
    """The lines as they stand on the overview."""
    lines = chosen(setting)
    html = rendered("highlights.html", heading=TITLE, anchor=ANCHOR, lines=lines, nothing=NOTHING, note=NOTE)
    return passage_component(Passage(html, anchor=ANCHOR, title=TITLE))


def chosen(setting: Setting) -> list[Highlight]:
    """The first six lines that the rules give."""
    spots = Spots(setting)
    return [line for rule in (statuses, targets, trends, ranks, gaps) for line in rule(spots)][:MOST_LINES]
