"""The start of a priority: judged beside computed, and the measures that nobody makes."""

from collections.abc import Iterable

from ...assessments import prose_html
from ...exhibits import Passage, Shown, passage_shown
from ...exhibits.blocks import Evidence, Section
from ...exhibits.shown import rendered
from ..agreement import disagreement, reach
from ..evidence import combined_mark, computed_evidence
from ..figures import ReportFigure
from ..indicators import priority_anchor
from ..judging import priority_indicators
from ..setting import Setting
from ..stated import claims_html
from .judged import JUDGED, arrow_marks, judged_arrow, judgements, status_marks


def section(setting: Setting, priority: str) -> Shown:
    """The start of a priority: what people judged beside what is computed, and what is missing."""
    entry = setting.catalog.priorities[priority]
    judgement = judgements(setting, "priorities").get(priority)
    indicators = priority_indicators(setting.catalog, priority)
    arrow, why = combined_mark(setting, indicators)
    made = Section(
        anchor=priority_anchor(priority),
        number=priority,
        title=setting.worded(entry.title),
        marks=(*status_marks(judgement), *arrow_marks(setting, judgement), arrow),
        sentence=(judgement and judgement.summary) or "",
        reason=why or reach(setting, judged_arrow(judgement), indicators),
        evidence=tuple(_evidence(setting, priority)),
        disagreement=disagreement(setting, judged_arrow(judgement), indicators),
        prose=prose_html(judgement.prose) if judgement and judgement.prose else "",
    )
    claims = claims_html(setting, judgement.claims if judgement else (), JUDGED)
    html = rendered("section.html", section=made) + claims + gap_notices(setting, priority)
    return passage_shown(Passage(html, anchor=made.anchor, title=made.title))


def _evidence(setting: Setting, priority: str) -> Iterable[Evidence]:
    """One line an indicator: those of the priority's figures, then the supporting ones."""
    catalog = setting.catalog
    seen: set[str] = set()
    for number in catalog.figures_on(setting.page, priority):
        figure = ReportFigure(number, catalog.figures[number], setting)
        for id in figure.indicators:
            if id not in seen:
                seen.add(id)
                yield computed_evidence(setting, id, f"#{figure.anchor}")
    for id in catalog.priorities[priority].evidence:
        if id not in seen:
            yield computed_evidence(setting, id, "")


def gap_notices(setting: Setting, priority: str | None) -> str:
    """HTML: the measures that the priority, or the page as a whole, asks for and nobody makes."""
    html = ""
    for gap in setting.catalog.gaps.values():
        if gap.page == setting.page and gap.priority == priority:
            # What is known and promised is about the municipality whose programme it is: the one with assessments.
            told = (gap.known, gap.who and f"Ansvar: {gap.who}.", gap.promised) if setting.assessment else ()
            known = " ".join(part for part in told if part)
            html += rendered("missing.html", title="Mått som saknas", text=gap.missing, remedy=known)
    return html
