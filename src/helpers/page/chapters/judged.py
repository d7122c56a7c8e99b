"""What people judged, as marks: their status, their arrow, and where they said nothing."""

from ...assessments.models import Judgement
from ...exhibits import Passage, Shown, passage_shown
from ...exhibits.blocks import Mark
from ...exhibits.shown import rendered
from ..setting import Setting

JUDGED = "Kommunens bedömning"
STATUS_TONE = {"Enligt plan": "good", "Mer arbete krävs": "watch"}
ARROWS = {"up": ("↗", "good"), "down": ("↘", "bad"), "unchanged": ("→", "")}


def judgements(setting: Setting, kind: str) -> dict[str, Judgement]:
    """Id -> judgement of goals, areas or priorities; empty without an assessments file."""
    return getattr(setting.assessment, kind) if setting.assessment else {}


def status_marks(judgement: Judgement | None) -> tuple[Mark, ...]:
    """The status that people gave, if they gave one."""
    if judgement is None:
        return ()
    return (Mark(judgement.status, JUDGED, tone=STATUS_TONE[judgement.status]),)


def arrow_marks(setting: Setting, judgement: Judgement | None) -> tuple[Mark, ...]:
    """The arrow that people gave; nothing when they gave none."""
    arrow = judged_arrow(judgement)
    if arrow is None:
        return ()
    symbol, tone = ARROWS[arrow]
    return (Mark(setting.catalog.programme.legend[arrow], JUDGED, symbol=symbol, tone=tone),)


def judged_arrow(judgement: Judgement | None) -> str | None:
    """The arrow that people gave."""
    return judgement.arrow if judgement else None


def summary(judgement: Judgement | None) -> tuple[str, ...]:
    """The sentence that people wrote, if they wrote one."""
    return (judgement.summary,) if judgement and judgement.summary else ()


def area_of(setting: Setting) -> str:
    """The id of the page's focus area."""
    found = [id for id, area in setting.catalog.focus_areas.items() if area.page == setting.page]
    if not found:
        raise KeyError(f"page '{setting.page}' belongs to no focus area in data/catalog/programme.yml.")
    return found[0]


def not_assessed(setting: Setting) -> str:
    """That nobody has judged, and where a judgement is added."""
    return (
        f"Saknas för {setting.place} {setting.year}. Läggs till i data/assessments/{setting.focus}/{setting.year}.yml."
    )


def passage(template: str, anchor: str, title: str, /, **values) -> Shown:
    """A template of the exhibits as a passage of the page."""
    return passage_shown(Passage(rendered(template, **values), anchor=anchor, title=title))
