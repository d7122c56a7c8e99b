"""Projects, assignments and plans of a focus area."""

from ...assessments.models import Plan
from ...exhibits import Shown
from ...exhibits.blocks import PlanRow, Project
from ..setting import Setting
from .judged import JUDGED, area_of, not_assessed, passage

YES_NO = {True: "Ja", False: "Nej", None: ""}


def projects(setting: Setting) -> Shown:
    """Projects of the page's focus area, then assignments, audits and tasks without an owner."""
    area = area_of(setting)
    title = setting.catalog.focus_areas[area].projects_title
    assessment = setting.assessment
    items = [
        Project(name=entry.title, text=entry.text or "", by=entry.by or "")
        for entry in ((*assessment.projects_of(area), *assessment.assignments_of(area)) if assessment else ())
    ]
    intro = "" if items else not_assessed(setting)
    return passage("projects.html", "projekt", title, heading=title, anchor="projekt", items=tuple(items), intro=intro)


def plans(setting: Setting) -> Shown:
    """The plan rows of the page's focus area as the municipality judged them."""
    area = area_of(setting)
    found = setting.assessment.plans_of(area) if setting.assessment else []
    title = "Status i underliggande planer"
    rows = tuple(_plan_row(plan) for plan in found)
    note = f"{JUDGED}." if rows else not_assessed(setting)
    return passage(
        "plans.html", "planer", title, heading=title, anchor="planer",
        caption=f"{title}, {setting.place} {setting.year}", rows=rows, note=note,
    )  # fmt: skip


def _plan_row(plan: Plan) -> PlanRow:
    return PlanRow(
        plan=plan.name or "Namnet framgår inte av underlaget",
        assessment=plan.assessment,
        funded=YES_NO[plan.funded],
        review="Ja" if plan.review_requested else "",
        decided=plan.decided or "",
    )
