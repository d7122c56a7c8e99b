"""The parts of the regional page as exhibits: tables and texts, figures, and notices of what is missing."""

import csv
import io
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure as Drawing

from ...charts.look import Frame
from ...charts.svg import svg_of
from ...exhibits import DataTable, FigureBlock, KeyFigure, Passage, Provenance, Shown, figure_shown, passage_shown
from ...exhibits.shown import rendered
from ...tables import download_text
from ...wording import STATE_TEXT
from ...wording.kinds import KINDS
from ..figures import Chart
from .observations import Observation

NOTHING = Passage("")
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Item:
    """One line of a list: what it says, whose it is, and the part that it rests on ("R4")."""

    text: str
    by: str
    link: str = ""


@dataclass(frozen=True)
class Part:
    """A part that is no figure. `downloads` are (file, words); `number` is "R4" or empty."""

    anchor: str
    heading: str
    number: str = ""
    texts: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    tables: tuple[DataTable, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    downloads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class About:
    """What stands around a figure: number, title, the finding as its heading, what is measured, and its notes."""

    number: str
    anchor: str
    title: str
    finding: str
    subtitle: str
    source: str
    state: str = "document"
    definition: str = ""
    method: str = ""
    remake: str = ""
    notes: tuple[str, ...] = ()
    key_figures: tuple[KeyFigure, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A figure before it is drawn: the chart, its rows and frame, the table under it, and the file to download."""

    chart: Chart
    rows: pd.DataFrame
    frame: Frame
    table: DataTable
    download: str  # text of the csv file, which has a column "värde"


def nothing() -> Shown:
    """An exhibit that shows nothing: for a part that a municipality without a region does not have."""
    return passage_shown(NOTHING)


def notice(title: str, text: str, remedy: str = "", anchor: str = "") -> Shown:
    """A box that says what is missing and how it can be added."""
    html = rendered("missing.html", title=title, text=text, remedy=remedy)
    return passage_shown(Passage(html, anchor=anchor, title=title))


def part_shown(part: Part, **facts) -> Shown:
    """A part as it stands on the page; `facts` go into its record (a file to download)."""
    html = rendered("part.html", part=part)
    return passage_shown(Passage(html, anchor=part.anchor, title=part.heading), **facts)


def figure_of(about: About, drawn: Drawn) -> Shown:
    """A figure with its table, notes and file."""
    kind = KINDS[drawn.chart.__name__]
    alternative = f"{kind}. {about.finding or about.title} Alla värden finns i tabellen under figuren."
    figure: Drawing = drawn.chart(drawn.rows, drawn.frame)
    return figure_shown(
        FigureBlock(
            number=about.number,
            anchor=about.anchor,
            title=about.title,
            state=about.state,
            state_text=STATE_TEXT[about.state],
            subtitle=about.subtitle,
            provenance=Provenance(about.source, about.definition, about.method, about.remake),
            finding=about.finding,
            alternative=alternative,
            svg=svg_of(figure, id=about.anchor, alt=alternative),
            table=drawn.table,
            notes=about.notes,
            download_name=f"{about.anchor}.csv",
            download_text=drawn.download,
            key_figures=about.key_figures,
        )
    )


def values_text(rows: pd.DataFrame) -> str:
    """Rows as the csv of a figure; columns of the tidy table that they lack are filled with what holds for all."""
    common = {"indicator": "", "label": "", "place": "", "name": "", "month": 0, "sex": "T", "group": "", "status": ""}
    common |= {"margin": float("nan"), "count": float("nan")}
    return download_text(rows.assign(**{name: value for name, value in common.items() if name not in rows}))


def items_of(observed: list[Observation]) -> tuple[Item, ...]:
    """Statements as list items, each with whose it is and what it rests on."""
    return tuple(Item(one.text, one.by, one.evidence) for one in observed)


def table_text(tables: list[DataTable]) -> str:
    """Tables as csv for Swedish Excel, below each other: BOM, `;`, a line of headings each."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        if len(tables) > 1:
            writer.writerow([_plain(table.caption)])
        writer.writerow([_plain(column.header) for column in table.columns])
        writer.writerows([_plain(cell) for cell in row] for row in table.rows)
    return "\ufeff" + out.getvalue()


def _plain(cell) -> str:
    """The cell's text; one that a spreadsheet would run as a formula gets an apostrophe, a number never does."""
    text = cell if isinstance(cell, str) else cell.text
    number = text.lstrip("+-\u2212").replace("\u00a0", "").replace(",", ".", 1).removesuffix("%")
    risky = text.startswith(RUN_BY_SPREADSHEETS) and not number.replace(".", "", 1).isdigit()
    return f"'{text}" if risky else text
