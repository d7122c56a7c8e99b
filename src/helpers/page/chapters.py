"""The parts of a page that are not figures: header, overviews, priorities, projects, plans, sources."""

from collections.abc import Iterable

from ..assessments import prose_html
from ..assessments.models import Claim, Judgement, Plan, Remark
from ..catalog import Indicator
from ..exhibits import Column, DataTable, Passage, Shown, passage_shown, table_shown
from ..exhibits.blocks import EditionFacts, Evidence, Mark, OverviewRow, PlanRow, Project, Section, SourceRow
from ..exhibits.shown import rendered
from ..places import COUNTRY
from ..tables import SEX_HEADER
from ..tidy import latest_year
from ..wording import STATE_TEXT, decimal, in_place, listed, period_text
from ..wording.gaps import NO_ARROW, NO_ARROW_FOR_EQUALITY
from .agreement import disagreement, reach
from .evidence import COMPUTED, combined_mark, computed_evidence
from .figures import ReportFigure
from .indicators import indicators_on, priority_anchor
from .judging import area_indicators, priority_indicators
from .setting import Setting
from .stated import claims_html

JUDGED = "Kommunens bedömning"
EQUAL_POWER = "equal_power"  # the page of the area that shares its title with the goal of equal power
STATUS_TONE = {"Enligt plan": "good", "Mer arbete krävs": "watch"}
ARROWS = {"up": ("↗", "good"), "down": ("↘", "bad"), "unchanged": ("→", "")}
YES_NO = {True: "Ja", False: "Nej", None: ""}


def _passage(template: str, anchor: str, title: str, /, **values) -> Shown:
    return passage_shown(Passage(rendered(template, **values), anchor=anchor, title=title))


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
    return _passage("section.html", anchor, title, section=section)


def introduction(setting: Setting) -> Shown:
    """People's introduction, the programme's caveat, and what nobody measures for the municipality as a whole."""
    written = setting.assessment.introduction if setting.assessment else None
    title = "Om programmet och rapporten"
    caveat = setting.catalog.programme.caveat
    prose = (prose_html(written) if written else "") + prose_html(caveat)
    html = rendered("section.html", section=Section(anchor="om", title=title, prose=prose))
    html += claims_html(setting, _claims_of_the_whole(setting), JUDGED)
    html += _gaps(setting, None)
    return passage_shown(Passage(html, anchor="om", title=title))


def _claims_of_the_whole(setting: Setting) -> list[Claim]:
    """The claims of the report as a whole and of its goals."""
    if setting.assessment is None:
        return []
    goals = [claim for goal in setting.assessment.goals.values() for claim in goal.claims]
    return [*setting.assessment.claims, *goals]


def area_text(setting: Setting) -> Shown:
    """People's text on the page's focus area; nothing when they wrote none. What the area lacks follows it."""
    judgement = _judgements(setting, "areas").get(_area_of(setting))
    prose = prose_html(judgement.prose) if judgement and judgement.prose else ""
    html = rendered("prose.html", prose=prose, by=JUDGED) if prose else ""
    html += claims_html(setting, judgement.claims if judgement else (), JUDGED)
    return passage_shown(Passage(html + _gaps(setting, None)))


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
    return _passage(
        "projects.html", "motsagelser", title, heading=title, anchor="motsagelser", items=items, intro=intro
    )


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


def _judgements(setting: Setting, kind: str) -> dict[str, Judgement]:
    return getattr(setting.assessment, kind) if setting.assessment else {}


def _area_of(setting: Setting) -> str:
    found = [id for id, area in setting.catalog.focus_areas.items() if area.page == setting.page]
    if not found:
        raise KeyError(f"page '{setting.page}' belongs to no focus area in data/catalog/programme.yml.")
    return found[0]


def _overview(
    setting: Setting, heading: str, anchor: str, first: str, rows: Iterable[OverviewRow], note: str
) -> Shown:
    caption = (
        f"{heading}, {setting.place} {setting.year}. Trend och lägesbild, med den som har gjort bedömningen."
    )
    return _passage(
        "overview.html", anchor, heading, heading=heading, anchor=anchor, caption=caption, first=first,
        rows=tuple(rows), note=note,
    )  # fmt: skip


def priorities_overview(setting: Setting) -> Shown:
    """The priorities of the page's focus area."""
    judged = _judgements(setting, "priorities")
    rows = []
    for id in setting.catalog.priorities_of(_area_of(setting)):
        judgement = judged.get(id)
        rows.append(
            OverviewRow(
                name=setting.worded(setting.catalog.priorities[id].title),
                number=id,
                link=f"#{priority_anchor(id)}",
                trend=arrow_marks(setting, judgement)
                + _computed_arrow(setting, priority_indicators(setting.catalog, id)),
                status=status_marks(judgement),
                sentences=_summary(judgement),
            )
        )
    return _overview(setting, "Prioriteringar", "prioriteringar", "Prioritering", rows, arrow_note(setting))


def goals_overview(setting: Setting) -> Shown:
    """The programme's goals."""
    judged = _judgements(setting, "goals")
    rows = [
        OverviewRow(
            name=setting.worded(goal.title),
            number=goal.label,
            trend=arrow_marks(setting, judged.get(id)),
            status=status_marks(judged.get(id)),
            sentences=(*_summary(judged.get(id)), *_about_equality(setting, goal.title)),
        )
        for id, goal in setting.catalog.goals.items()
    ]
    return _overview(setting, "Inriktningsmål", "inriktningsmal", "Mål", rows, arrow_note(setting))


def areas_overview(setting: Setting) -> Shown:
    """The focus areas, each linked to its page. The area that is the goal of equal power has no computed arrow."""
    rows = [_area_row(setting, id) for id in setting.catalog.focus_areas]
    return _overview(setting, "Fokusområden", "fokusomraden", "Fokusområde", rows, legend_note(setting))


def _area_row(setting: Setting, id: str) -> OverviewRow:
    area, judgement = setting.catalog.focus_areas[id], _judgements(setting, "areas").get(id)
    indicators = area_indicators(setting.catalog, id)
    equality = _about_equality(setting, area.title)
    computed = (Mark(NO_ARROW, COMPUTED),) if equality else _computed_arrow(setting, indicators)
    beside = [said(setting, judged_arrow(judgement), indicators) for said in (reach, disagreement) if not equality]
    return OverviewRow(
        name=setting.worded(area.title),
        number=id,
        link=f"{area.page}.html",
        trend=arrow_marks(setting, judgement) + computed,
        status=status_marks(judgement),
        sentences=(*_summary(judgement), *equality, *filter(None, beside)),
    )


def _about_equality(setting: Setting, title: str) -> tuple[str, ...]:
    """That no arrow is computed, for the goal and the area of equal power; they share their title."""
    found = {area.title for area in setting.catalog.focus_areas.values() if area.page == EQUAL_POWER}
    return (NO_ARROW_FOR_EQUALITY,) if title in found else ()


def _computed_arrow(setting: Setting, indicators: list[str]) -> tuple[Mark, ...]:
    return (combined_mark(setting, indicators)[0],)


def _summary(judgement: Judgement | None) -> tuple[str, ...]:
    return (judgement.summary,) if judgement and judgement.summary else ()


def arrow_note(setting: Setting) -> str:
    """Why there is no judged arrow, where people gave none at all."""
    kinds = ("goals", "areas", "priorities")
    judged = [judgement for kind in kinds for judgement in _judgements(setting, kind).values()]
    if not judged or any(judgement.arrow for judgement in judged):
        return ""
    return "Kommunens egna trendpilar finns inte i underlaget och lämnas därför tomma."


def legend_note(setting: Setting) -> str:
    """What each arrow means."""
    legend = setting.catalog.programme.legend
    parts = [f"{symbol} {legend[name]}" for name, (symbol, _) in ARROWS.items()]
    return f"{'. '.join(parts)}. {legend['mixed']}. {arrow_note(setting)}".strip()


def section(setting: Setting, priority: str) -> Shown:
    """The start of a priority: what people judged beside what is computed, and what is missing."""
    entry = setting.catalog.priorities[priority]
    judgement = _judgements(setting, "priorities").get(priority)
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
    html = rendered("section.html", section=made) + claims + _gaps(setting, priority)
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


def _gaps(setting: Setting, priority: str | None) -> str:
    html = ""
    for gap in setting.catalog.gaps.values():
        if gap.page == setting.page and gap.priority == priority:
            # What is known and promised is about the municipality whose programme it is: the one with assessments.
            told = (gap.known, gap.who and f"Ansvar: {gap.who}.", gap.promised) if setting.assessment else ()
            known = " ".join(part for part in told if part)
            html += rendered("missing.html", title="Mått som saknas", text=gap.missing, remedy=known)
    return html


def projects(setting: Setting) -> Shown:
    """Projects of the page's focus area, then assignments, audits and tasks without an owner."""
    area = _area_of(setting)
    title = setting.catalog.focus_areas[area].projects_title
    assessment = setting.assessment
    items = [
        Project(name=entry.title, text=entry.text or "", by=entry.by or "")
        for entry in ((*assessment.projects_of(area), *assessment.assignments_of(area)) if assessment else ())
    ]
    intro = "" if items else _not_assessed(setting)
    return _passage(
        "projects.html", "projekt", title, heading=title, anchor="projekt", items=tuple(items), intro=intro
    )


def _not_assessed(setting: Setting) -> str:
    return (
        f"Saknas för {setting.place} {setting.year}. Läggs till i "
        f"data/assessments/{setting.focus}/{setting.year}.yml."
    )


def plans(setting: Setting) -> Shown:
    """The plan rows of the page's focus area as the municipality judged them."""
    area = _area_of(setting)
    found = setting.assessment.plans_of(area) if setting.assessment else []
    title = "Status i underliggande planer"
    rows = tuple(_plan_row(plan) for plan in found)
    note = f"{JUDGED}." if rows else _not_assessed(setting)
    return _passage(
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


def at_hand(setting: Setting) -> Shown:
    """For every figure: how near the measure comes, the last year at hand, who publishes newer and how to fetch it."""
    catalog = setting.catalog
    rows = []
    for number, entry in catalog.figures.items():
        figure = ReportFigure(number, entry, setting)
        drawn = [catalog.indicators[id] for id in figure.indicators]
        last = period_text(drawn[0], figure.latest) if drawn else "saknas"
        rows.append(
            (f"Figur {number}", entry.title, STATE_TEXT[figure.state], last, entry.publisher,
             entry.how_to_add.replace("{code}", setting.focus))
        )  # fmt: skip
    headers = ("Figur", "Rubrik", "Mått", "Senaste år här", "Utgivare", "Så läggs nyare uppgifter till")
    table = DataTable(
        caption=f"Underlaget för varje figur {in_place(setting.place)}: senaste år, utgivare och hur nyare uppgifter "
        "hämtas. Inga uppgifter avser delar av kommunen.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(rows),
    )
    return table_shown(table, anchor="underlag")


def revised_values(setting: Setting) -> Shown:
    """Values of the place, its comparison group and the country that a later fetch changed: old and new."""
    group = setting.group.members if setting.group else ()
    places = {setting.focus, COUNTRY, *group}
    found = setting.revised[setting.revised["place"].isin(places)]
    title = "Reviderade värden"
    if found.empty:
        text = f"Utgivarna har inte ändrat några värden som visas här sedan de först hämtades ({setting.vintage})."
        return passage_shown(Passage(rendered("missing.html", title=title, text=text, remedy=""), title=title))
    rows = []
    for row in found.itertuples():
        decimals = setting.catalog.decimals_of(row.indicator)
        old, new = ("saknas" if value != value else decimal(value, decimals) for value in (row.old, row.new))
        label = setting.catalog.indicators[row.indicator].label
        rows.append((label, setting.places.name(row.place), str(row.year), SEX_HEADER[row.sex], old, new, row.vintage))
    headers = ("Mått", "Plats", "År", "Kön", "Tidigare", "Nu", "Hämtat")
    columns = tuple(Column(header, numeric=header in ("Tidigare", "Nu")) for header in headers)
    return table_shown(DataTable(f"{title}: det senast hämtade värdet visas i rapporten.", columns, tuple(rows)), "andrade")


def sources(setting: Setting) -> Shown:
    """Publisher, definition, terms and last year of every indicator on the page."""
    catalog = setting.catalog
    shown = indicators_on(setting)
    rows = tuple(_source_row(setting, id, catalog.indicators[id], where) for id, where in shown.items())
    title = "Källor och underlag"
    return _passage(
        "sources.html", "kallor", title, heading=title, anchor="kallor", rows=rows,
        intro=f"Jämförelsegrupp: {_group_text(setting)} Underlaget hämtades {setting.vintage}.",
    )  # fmt: skip


def _group_text(setting: Setting) -> str:
    group = setting.group
    if group is None:
        return f"ingen officiell grupp finns i underlaget för {setting.place}."
    return f"{group.title} ({listed([setting.places.name(code) for code in group.members])})."


def _source_row(setting: Setting, id: str, entry: Indicator, where: list[tuple[str, str]]) -> SourceRow:
    publisher = setting.catalog.publishers[entry.publisher]
    last = latest_year(setting.table, id, setting.focus)
    return SourceRow(
        name=entry.title,
        anchor=f"kalla-{id.replace('_', '-')}",
        publisher=publisher.name,
        licence=publisher.licence,
        citation=publisher.cite,
        definition=entry.definition,
        last_year=period_text(entry, last) if last else f"inget värde för {setting.place}",
        newer=entry.kolada.id + " hos Kolada: kör 'lagesbild fetch'" if entry.kolada else "",
        used_in=tuple(where),
    )
