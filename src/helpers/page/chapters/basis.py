"""What a page rests on: last year at hand for every figure, revised values, sources and definitions."""

from ...catalog import Indicator
from ...exhibits import Column, DataTable, Passage, Shown, passage_shown, table_shown
from ...exhibits.blocks import Section, SourceRow
from ...exhibits.shown import rendered
from ...places import COUNTRY
from ...tables import SEX_HEADER
from ...tidy import latest_year
from ...wording import STATE_TEXT, decimal, in_place, listed, period_text
from ..figures import ReportFigure
from ..indicators import indicators_on
from ..setting import Setting
from .judged import passage


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
    section = Section(anchor="underlaget", title="Underlaget")
    table = DataTable(
        caption=f"Underlaget för varje figur {in_place(setting.place)}: senaste år, utgivare och hur nyare uppgifter "
        "hämtas. Inga uppgifter avser delar av kommunen.",
        columns=tuple(Column(header) for header in headers),
        rows=tuple(rows),
    )
    html = rendered("section.html", section=section) + rendered("table.html", table=table, anchor="underlag")
    return passage_shown(Passage(html, anchor=section.anchor, title=section.title))


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
    return table_shown(
        DataTable(f"{title}: det senast hämtade värdet visas i rapporten.", columns, tuple(rows)), "andrade"
    )


def sources(setting: Setting) -> Shown:
    """Publisher, definition, terms and last year of every indicator on the page."""
    catalog = setting.catalog
    shown = indicators_on(setting)
    rows = tuple(_source_row(setting, id, catalog.indicators[id], where) for id, where in shown.items())
    title = "Källor och underlag"
    return passage(
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
