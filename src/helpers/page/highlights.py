"""*Det viktigaste*: at most six lines, chosen by rule from what the other pages show, each linked to where it stands.

Rules, in the order of their lines: a status that changed since last year's edition, a target met or lost, the firmest
worsening and improving trend, a worst and a best rank, the largest gap between women and men. A rule without a firm
case gives no line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..assessments import Assessment, load_assessment
from ..comparisons import usable
from ..exhibits import Passage, Shown, passage_shown
from ..exhibits.shown import rendered
from ..exhibits.statements import Highlight
from ..tidy import up_to
from ..trends import Trend, Verdict
from ..trends.context import YEARS_BEHIND
from ..wording.highlights import NOTE, NOTHING, TITLE, gap_line, rank_line, status_line, target_line, trend_line
from .chapters import JUDGED
from .evidence import COMPUTED
from .figures import ReportFigure
from .indicators import priority_anchor
from .judging import place_trends
from .ranking import ranking
from .setting import Setting
from .sexes import Gap, place_gaps
from .values import measure_of, totals

MOST_LINES = 6
MOST_STATUSES = 2
EDGE = 0.1  # a rank is told when it lies in the best or the worst tenth
GAP_YEARS = 5  # a gap that nothing tells the uncertainty of must have been on the same side so many years in a row


@dataclass(frozen=True)
class Spot:
    """Where an indicator stands in full, and whether it stands in for another measure there."""

    link: str
    near: bool


def highlights(setting: Setting) -> Shown:
    """The lines as they stand on the overview."""
    lines = tuple(chosen(setting))
    html = rendered("highlights.html", heading=TITLE, anchor="viktigast", lines=lines, nothing=NOTHING, note=NOTE)
    return passage_shown(Passage(html, anchor="viktigast", title=TITLE))


def chosen(setting: Setting) -> list[Highlight]:
    """The first six lines that the rules give."""
    spots = _spots(setting)
    lines = [
        *_statuses(setting),
        *_targets(setting, spots),
        *_trends(setting, spots),
        *_ranks(setting, spots),
        *_gaps(setting, spots),
    ]
    return lines[:MOST_LINES]


def _spots(setting: Setting) -> dict[str, Spot]:
    """Indicator -> the first figure that draws it, else the priority that it supports."""
    catalog = setting.catalog
    found: dict[str, Spot] = {}
    for number, entry in catalog.figures.items():
        figure = ReportFigure(number, entry, setting)
        for id in figure.indicators:
            page = "" if entry.page == setting.page else f"{entry.page}.html"
            found.setdefault(id, Spot(f"{page}#{figure.anchor}", figure.state == "related"))
    for id, priority in catalog.priorities.items():
        for indicator in priority.evidence:
            page = catalog.focus_areas[priority.area].page
            found.setdefault(indicator, Spot(f"{page}.html#{priority_anchor(id)}", False))
    return found


def _statuses(setting: Setting) -> list[Highlight]:
    """Statuses that differ from those of last year's edition: areas first, then priorities and goals."""
    before = load_assessment(setting.paths, setting.focus, setting.year - 1, setting.catalog)
    if before is None or setting.assessment is None:
        return []
    return list(_changed(setting, before, setting.assessment))[:MOST_STATUSES]


def _changed(setting: Setting, before: Assessment, now: Assessment) -> Iterator[Highlight]:
    catalog = setting.catalog
    kinds = {
        "areas": {id: (area.title, f"{area.page}.html") for id, area in catalog.focus_areas.items()},
        "priorities": {
            id: (one.title, f"{catalog.focus_areas[one.area].page}.html#{priority_anchor(id)}")
            for id, one in catalog.priorities.items()
        },
        "goals": {id: (goal.title, "#inriktningsmal") for id, goal in catalog.goals.items()},
    }
    for kind, entries in kinds.items():
        for id, (title, link) in entries.items():
            old, new = (getattr(one, kind).get(id) for one in (before, now))
            if old and new and old.status != new.status:
                name = catalog.goals[id].label if kind == "goals" else f"{id} {setting.worded(title)}"
                yield Highlight(name, status_line(old.status, new.status, setting.year), link, JUDGED, "status")


def _targets(setting: Setting, spots: dict[str, Spot]) -> list[Highlight]:
    """The first target that the latest value met or lost; a survey's value must lie outside its margin of it."""
    for id in spots:
        target = setting.catalog.indicators[id].target
        rows = totals(setting, id)
        rows = rows[rows["place"] == setting.focus].sort_values("year")
        if target is None or len(rows) < 2 or _too_old(setting, int(rows["year"].iloc[-1])):
            continue
        before, last = rows.iloc[-2], rows.iloc[-1]
        met = [_meets(setting, id, value) for value in (before["value"], last["value"])]
        if met[0] != met[1] and _clear_of(setting, id, last, target.value):
            text = target_line(measure_of(setting, id), target, last, met[1])
            return [Highlight(_name(setting, id, spots), text, spots[id].link, COMPUTED, "target")]
    return []


def _meets(setting: Setting, id: str, value: float) -> bool:
    entry = setting.catalog.indicators[id]
    return value <= entry.target.value if entry.better == "lower" else value >= entry.target.value


def _clear_of(setting: Setting, id: str, row, target: float) -> bool:
    return setting.catalog.indicators[id].kind == "register" or abs(row["value"] - target) > row["margin"]


def _trends(setting: Setting, spots: dict[str, Spot]) -> list[Highlight]:
    """The firmest worsening and the firmest improving trend: firm before weak, turned before the same, then by p."""
    before = place_trends(up_to(setting.table, setting.year - 1), setting.catalog, setting.focus, setting.year - 1)
    lines = []
    for verdict in (Verdict.WORSENING, Verdict.IMPROVING):
        of_kind = [id for id in spots if id in setting.trends and setting.trends[id].verdict is verdict]
        if of_kind:
            id = min(of_kind, key=lambda id: _firmest(setting.trends[id], before.get(id)))
            lines.append(_trend(setting, id, spots, _turned(setting.trends[id], before.get(id))))
    return lines


def _firmest(trend: Trend, before: Trend | None) -> tuple[bool, bool, float]:
    return trend.weak, not _turned(trend, before), trend.p


def _turned(trend: Trend, before: Trend | None) -> bool:
    """Whether last year's edition would have had the opposite arrow."""
    return before is not None and before.sign * trend.sign < 0


def _trend(setting: Setting, id: str, spots: dict[str, Spot], turned: bool) -> Highlight:
    trend, rows = setting.trends[id], totals(setting, id)
    values = rows[rows["place"] == setting.focus].set_index("year")["value"]
    ends = float(values[trend.first_year]), float(values[trend.last_year])
    text = trend_line(trend, measure_of(setting, id), ends, turned)
    return Highlight(_name(setting, id, spots), text, spots[id].link, COMPUTED, "trend")


def _ranks(setting: Setting, spots: dict[str, Spot]) -> list[Highlight]:
    """The worst and the best rank, where it is firm and lies in the worst or the best tenth."""
    placed: dict[str, float] = {}
    for id in spots:
        found = ranking(setting, id)
        if found.latest and not _too_old(setting, found.latest.year) and _firm_rank(setting, id, found.plausible, found.latest.n):
            placed[id] = (found.latest.rank - 1) / max(1, found.latest.n - 1)
    edges = [(max, lambda share: share >= 1 - EDGE), (min, lambda share: share <= EDGE)]
    ends = [edge(placed, key=placed.get) for edge, _ in edges if placed]
    return [_rank(setting, id, spots) for id, (_, holds) in zip(ends, edges, strict=False) if holds(placed[id])]


def _firm_rank(setting: Setting, id: str, plausible: tuple[int, int] | None, n: int) -> bool:
    """Whether chance could not have put the place elsewhere: a plausible range of at most a tenth, or a register."""
    if plausible:
        return plausible[1] - plausible[0] <= EDGE * n
    entry = setting.catalog.indicators[id]
    return entry.kind == "register" and not entry.population


def _rank(setting: Setting, id: str, spots: dict[str, Spot]) -> Highlight:
    latest, rows = ranking(setting, id).latest, totals(setting, id)
    value = rows[(rows["place"] == setting.focus) & (rows["year"] == latest.year)]["value"].iloc[0]
    text = rank_line(measure_of(setting, id), float(value), latest.year, latest.rank, latest.n)
    return Highlight(_name(setting, id, spots), text, spots[id].link, COMPUTED, "rank")


def _gaps(setting: Setting, spots: dict[str, Spot]) -> list[Highlight]:
    """The gap between women and men that is largest beside their mean, among those that can be told."""
    told = {
        id: gap
        for id, gap in place_gaps(setting).items()
        if id in spots and not _too_old(setting, int(gap.latest["year"])) and _can_be_told(setting, id, gap)
    }
    if not told:
        return []
    id = max(told, key=lambda id: _relative(told[id]))
    row = told[id].latest
    text = gap_line(measure_of(setting, id), float(row["women"]), float(row["men"]), int(row["year"]))
    return [Highlight(_name(setting, id, spots), text, spots[id].link, COMPUTED, "gap")]


def _relative(gap: Gap) -> float:
    return 2 * abs(gap.latest["value"]) / (gap.latest["women"] + gap.latest["men"])


def _can_be_told(setting: Setting, id: str, gap: Gap) -> bool:
    """Whether the interval leaves out zero; without one, whether a register's gap was long on the same side."""
    if gap.latest["women"] + gap.latest["men"] <= 0:
        return False
    if bool(gap.latest["real"] == True):  # noqa: E712 - <NA> where nothing tells
        return True
    entry = setting.catalog.indicators[id]
    if entry.kind == "survey" or gap.latest["real"] is False:
        return False
    rows = setting.series[id]
    rows = rows[(rows["place"] == setting.focus) & (rows["group"] == "") & (rows["month"] == (entry.month or 0))]
    sides = rows[usable(rows)].pivot(index="year", columns="sex", values="value")
    year = int(gap.latest["year"])
    gaps = (sides["K"] - sides["M"]).reindex(range(year - GAP_YEARS + 1, year + 1))
    return bool((gaps > 0).all() or (gaps < 0).all())


def _too_old(setting: Setting, year: int) -> bool:
    return year < setting.year - YEARS_BEHIND


def _name(setting: Setting, id: str, spots: dict[str, Spot]) -> str:
    label = setting.catalog.indicators[id].label
    return f"{label} (närliggande mått)" if spots[id].near else label
