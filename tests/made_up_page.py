"""A made-up chapter about a made-up town, as a run notebook."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lagesbild.html.components import (
    Card,
    Column,
    DataTable,
    EditionFacts,
    Evidence,
    FigureBlock,
    Mark,
    MissingMeasure,
    Part,
    Passage,
    PlanRow,
    Project,
    Provenance,
    Section,
    Statement,
    StripRow,
)
from lagesbild.html.render import Component, figure_component, part_component, passage_component, rendered
from lagesbild.publishing.frame import NavItem, PageFrame
from lagesbild.publishing.pages import page_and_images

HOSTILE = "<script>alert('hej')</script>"
FRAME = PageFrame(
    title="Trygga torg",
    place="Påhittsby",
    year=2024,
    nav=(
        NavItem("index.html", "Översikt"),
        NavItem("squares.html", "Torg", True),
        NavItem("work.html", "Arbete"),
    ),
    breadcrumb=(NavItem("index.html", "Översikt"), NavItem("", "Trygga torg", True)),
    publisher="Påhittsby kommun",
    caveat="Måtten ger inte hela bilden.",
    licence="Siffrorna tillhör sina utgivare.",
    snapshot="2024-03-01",
    version="1.0",
)
WORDS = DataTable(
    "Underlaget",
    (Column("Figur"), Column("Rubrik"), Column("Utgivare"), Column("Nyare")),
    (("Figur 1", "Otrygga på torget", "Påhittade byrån", "data/raw/local/9901/"),),
)
SQUARES = DataTable("Antal", (Column("År"), Column("Torg", True)), (("2023", "4"),))
TABLE = DataTable(
    "Otrygga på torget, procent",
    (Column("Plats"), *(Column(str(year), numeric=True) for year in range(2014, 2024))),
    (
        ("Påhittsby", "–", *["12,5"] * 9),
        (f"Sagostad {HOSTILE}", *["14,0"] * 10),
    ),
    symbols=(("–", "uppgift saknas"),),
)
FIGURE = FigureBlock(
    number="Figur 1",
    anchor="figur-1",
    title="Otrygga på torget",
    state="exact",
    state_text="Samma mått",
    subtitle="Andel, procent. Påhittsby 2023.",
    provenance=Provenance("Källa: Påhittade byrån.", "Andel som svarar ja.", "Ovägt.", "squares, 9901, 2024"),
    finding="12,5 procent är otrygga på torget",
    svg='<svg class="chart" role="img" viewBox="0 0 9 9"><title>En linje</title></svg>',
    table=TABLE,
    notes=("Frågan ställs vart annat år.",),
    download_name="figur-01.csv",
)
CARD = replace(
    FIGURE,
    number="Figur 2",
    anchor="figur-2",
    title="Nöjda med torget",
    state="slot",
    state_text="Uppgift saknas",
    finding="",
    svg="",
    table=None,
    card=Card("Ingen har mätt.", "Lägg en fil i data/raw/local/9901/.", "underlaget.html#figur-2"),
    download_name="",
)


def cell(*outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    return new_code_cell("secret_code()", outputs=list(outputs), metadata={"tags": list(tags)})


def result(**kinds: str) -> NotebookNode:
    """A cell's result; keyword `text_html` is the MIME type text/html."""
    data = {kind.replace("_", "/", 1).replace("_", "+"): text for kind, text in kinds.items()}
    return new_output("execute_result", data=data, execution_count=1)


def shown(component: Component) -> NotebookNode:
    data = {**component._repr_mimebundle_(), "text/plain": "Shown(html=...)"}
    return cell(new_output("execute_result", data=data, execution_count=1))


def passage(template: str, **values: Any) -> NotebookNode:
    return shown(passage_component(Passage(rendered(template, **values))))


def notebook(*cells: NotebookNode) -> NotebookNode:
    """A run notebook that begins with a title."""
    return new_notebook(cells=[new_markdown_cell("# Trygga torg"), *cells])


def page_html(run: NotebookNode, frame: PageFrame) -> str:
    """The finished page of a notebook that shows no image of its folder."""
    page, images = page_and_images(run, frame, Path())
    assert images == {}
    return page


def chapter(svg: str) -> NotebookNode:
    """Every kind of component once, the figure with the drawing `svg`."""
    judged = Mark("Mer arbete krävs", "Kommunens bedömning", "◐", "watch")
    computed = tuple(
        Mark(words, "Beräknat", symbol, tone)
        for words, symbol, tone in (
            ("Förbättras", "↗", "good"),
            ("Försämras", "↘", "bad"),
            ("Ingen påtaglig förändring", "→", ""),
        )
    )
    area = Section("laget", "Läget i korthet", marks=(judged, *computed), plans=("Torgplan",))
    section = Section(
        anchor="p-1", title="Minskad otrygghet på torg", number="1.1", marks=(judged,), sentence="Läget är blandat.",
        facts=(Statement("Ett av två mått har blivit bättre.", "figur-1", "Beräknat"),),
        disagreement="Kommunen ser ett sämre läge än statistiken.",
        prose="<p>Mer om <em>torgen</em>.</p>", more="<p>Och mer.</p>", parting=("Påståendet får inte stöd.",),
        missing=(MissingMeasure("Trivsel", "Ingen mäter den."), MissingMeasure("Ljus")),
        evidence=tuple(Evidence("Otrygga på torget", mark, "Tre år i rad", "#figur-1") for mark in computed),
    )  # fmt: skip
    strips = (
        StripRow("Otrygga på torget", "procent, 2023", "4,0", 2023, "5,0", "1 av 290", "troligen 1–3", link="#figur-1"),
        StripRow("Trygga", "procent, 2023", "96", 2023),
    )
    return new_notebook(
        cells=[
            passage("header.html", facts=EditionFacts("Trygga torg", "Hur trygga är torgen?", "Påhittsby", 2024)),
            passage("standing.html", section=area),
            new_markdown_cell("## Bakgrund\n\nOm torgen i Påhittsby."),
            passage("section.html", section=section),
            shown(figure_component(replace(FIGURE, svg=svg))),
            shown(figure_component(CARD)),
            shown(
                part_component(
                    Part("antal", tables=(DataTable("Antal", (Column("År"), Column("Torg", True)), (("2023", "4"),)),))
                )
            ),
            shown(part_component(Part("underlag", tables=(WORDS,)))),
            passage("missing.html", title="Inga bedömningar", text="Bara det beräknade visas."),
            passage(
                "projects.html",
                heading="Projekt",
                anchor="projekt",
                items=(
                    Project("Ljus", "Lampor.", "Påhittsby kommunfullmäktige, till kommunstyrelsen och torgnämnden"),
                ),
            ),
            passage(
                "plans.html",
                heading="Planer",
                anchor="planer",
                rows=(PlanRow("Torgplan", "Pågår", True, True, "Torgnämnden", "Två torg."),),
            ),
            passage(
                "strips.html", heading="Jämförelse", anchor="jamforelse", place="Påhittsby", rows=strips, similar=""
            ),
        ]
    )
