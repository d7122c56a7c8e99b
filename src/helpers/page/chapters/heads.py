"""The head of a page, its headings, and what people wrote about the report or an area."""

from ...assessments import prose_html
from ...assessments.models import Claim, Remark
from ...exhibits import Passage, Shown, passage_shown
from ...exhibits.blocks import EditionFacts, Project, Section
from ...exhibits.shown import rendered
from ...wording import listed
from ..setting import Setting
from ..stated import claims_html
from .judged import JUDGED, area_of, judgements, passage
from .priorities import gap_notices


def page_facts(setting: Setting) -> EditionFacts:
    """The title of a page and the facts of its edition."""
    page = setting.catalog.pages[setting.page]
    edition = setting.assessment.edition if setting.assessment else None
    return EditionFacts(
        title=setting.worded(page.title),
        lead=setting.worded(page.question),
        place=setting.place,
        year=setting.year,
        published=(edition and edition.published) or "",
        next_update=(edition and edition.next_update) or "",
        contact=(edition and edition.contact) or "",
    )


def header(setting: Setting) -> Shown:
    """Title, question, edition, and what is missing from it as a whole."""
    html = rendered("header.html", facts=page_facts(setting))
    if setting.assessment is None:
        html += rendered(
            "missing.html",
            title=f"Inga bedömningar för {setting.place} {setting.year}",
            text="Sidan visar bara det som är beräknat ur officiell statistik. Kommunens egna bedömningar, planer "
            "och projekt saknas.",
            remedy=f"De läggs till i data/assessments/{setting.focus}/{setting.year}.yml.",
        )
    parameters = {"municipality": setting.focus, "year": setting.year}
    return passage_shown(Passage(html, title=page_facts(setting).title), parameters=parameters)


def heading(setting: Setting, title: str, anchor: str) -> Shown:
    """A section heading without a priority."""
    section = Section(anchor=anchor, title=setting.worded(title))
    return passage("section.html", anchor, title, section=section)


def introduction(setting: Setting) -> Shown:
    """People's introduction, the programme's caveat, and what nobody measures for the municipality as a whole."""
    written = setting.assessment.introduction if setting.assessment else None
    title = "Om programmet och rapporten"
    caveat = setting.catalog.programme.caveat
    prose = (prose_html(written) if written else "") + prose_html(caveat)
    html = rendered("section.html", section=Section(anchor="om", title=title, prose=prose))
    html += claims_html(setting, _claims_of_the_whole(setting), JUDGED)
    html += gap_notices(setting, None)
    return passage_shown(Passage(html, anchor="om", title=title))


def _claims_of_the_whole(setting: Setting) -> list[Claim]:
    """The claims of the report as a whole and of its goals."""
    if setting.assessment is None:
        return []
    goals = [claim for goal in setting.assessment.goals.values() for claim in goal.claims]
    return [*setting.assessment.claims, *goals]


def area_text(setting: Setting) -> Shown:
    """People's text on the page's focus area; nothing when they wrote none. What the area lacks follows it."""
    judgement = judgements(setting, "areas").get(area_of(setting))
    prose = prose_html(judgement.prose) if judgement and judgement.prose else ""
    html = rendered("prose.html", prose=prose, by=JUDGED) if prose else ""
    html += claims_html(setting, judgement.claims if judgement else (), JUDGED)
    return passage_shown(Passage(html + gap_notices(setting, None)))


def remarks(setting: Setting) -> Shown:
    """Where the document behind the judgements says two things: which is wrong is not ours to know."""
    return remarks_shown(setting.assessment.remarks if setting.assessment else [])


def remarks_shown(found: list[Remark]) -> Shown:
    """A list of contradictions, each with the places that disagree; nothing when there are none."""
    items = tuple(Project(name=entry.text, by=listed(entry.places)) for entry in found)
    title = "Där underlaget säger emot sig självt"
    if not items:
        return passage_shown(Passage(""))
    intro = "Vilken uppgift som är fel framgår inte av underlaget."
    return passage("projects.html", "motsagelser", title, heading=title, anchor="motsagelser", items=items, intro=intro)
