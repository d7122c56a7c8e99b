"""Where people's arrow and the computed one differ, and how far the figures behind the computed one reach."""

from ..trends import Arrow, Combined
from ..wording.agreement import differing_text, reach_text
from .judging import combined_trend
from .setting import Setting

REACHES_TO = 1  # years before the edition that every series may end, for its arrow to be set beside people's
# The programme prints a mixed state as unchanged, with an asterisk.
AS_JUDGED = {Arrow.UP: "up", Arrow.DOWN: "down", Arrow.UNCHANGED: "unchanged", Arrow.MIXED: "unchanged"}


def reach(setting: Setting, judged: str | None, indicators: list[str]) -> str:
    """How far the figures behind a computed arrow reach, where that is too early to compare; empty elsewhere."""
    _, last = _computed(setting, indicators)
    if last is None or last >= setting.year - REACHES_TO:
        return ""
    return reach_text(last, setting.year, judged is not None)


def disagreement(setting: Setting, judged: str | None, indicators: list[str]) -> str:
    """A plain sentence where people's arrow and the computed one differ; empty where they agree.

    Arrows are compared with arrows only, and only where every judged series reaches the edition's year or the one
    before. A status is about work and never contradicts an arrow.
    """
    found, last = _computed(setting, indicators)
    if judged is None or last is None or last < setting.year - REACHES_TO or AS_JUDGED[found.arrow] == judged:
        return ""
    return differing_text(setting.catalog.programme.legend[judged], found, last)


def _computed(setting: Setting, indicators: list[str]) -> tuple[Combined, int | None]:
    """The computed arrow, and the last year that all series behind it reach; None where there is no arrow."""
    found = combined_trend(setting.trends, setting.catalog, indicators)
    judged = (*found.improving, *found.worsening, *found.unchanged)
    return found, min((setting.trends[id].last_year for id in judged), default=None)
