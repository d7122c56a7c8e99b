"""What people changed since last year's edition, and targets that the latest value met or lost."""

from collections.abc import Iterator

from ...assessments import Assessment, load_assessment
from ...exhibits.statements import Highlight
from ...wording.highlights import status_line, target_line
from ..chapters import JUDGED
from ..indicators import priority_anchor
from ..values import measure_of
from .spots import Spots

MOST_STATUSES = 2


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
