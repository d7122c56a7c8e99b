"""*Det viktigaste*: at most six lines, chosen by rule from what the other pages show, each linked to where it stands.

Rules, in the order of their lines: a status that changed since last year's edition, a target met or lost, the firmest
worsening and improving trend, a worst and a best rank, the largest gap between women and men. A rule without a firm
case gives no line.
"""

from ...exhibits import Passage, Shown, passage_shown
from ...exhibits.shown import rendered
from ...exhibits.statements import Highlight
from ...wording.highlights import NOTE, NOTHING, TITLE
from ..setting import Setting
from .changes import statuses, targets
from .extremes import gaps, ranks
from .movements import trends
from .spots import Spots

MOST_LINES = 6
ANCHOR = "viktigast"


def highlights(setting: Setting) -> Shown:
    """The lines as they stand on the overview."""
    lines = chosen(setting)
    html = rendered("highlights.html", heading=TITLE, anchor=ANCHOR, lines=lines, nothing=NOTHING, note=NOTE)
    return passage_shown(Passage(html, anchor=ANCHOR, title=TITLE))


def chosen(setting: Setting) -> list[Highlight]:
    """The first six lines that the rules give."""
    spots = Spots(setting)
    return [line for rule in (statuses, targets, trends, ranks, gaps) for line in rule(spots)][:MOST_LINES]
