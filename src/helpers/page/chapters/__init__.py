"""The parts of a page that are not figures: header, overviews, priorities, projects, plans, sources."""

from .basis import at_hand, revised_values, sources
from .heads import area_text, header, heading, introduction, page_facts, remarks, remarks_shown
from .judged import JUDGED
from .overviews import areas_overview, goals_overview, priorities_overview
from .plans import plans, projects
from .priorities import section

__all__ = [
    "JUDGED",
    "area_text",
    "areas_overview",
    "at_hand",
    "goals_overview",
    "header",
    "heading",
    "introduction",
    "page_facts",
    "plans",
    "priorities_overview",
    "projects",
    "remarks",
    "remarks_shown",
    "revised_values",
    "section",
    "sources",
]
