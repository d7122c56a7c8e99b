"""The slides: what the page recorded and nothing else, native and editable, described, the same each time."""

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from lxml import html
from matplotlib.figure import Figure

from copies import Copy
from helpers import open_region, register, show_figure, show_plot, show_table, show_text
from helpers.report import RegionReport
from lagesbild import charts
from lagesbild.errors import Refusal
from lagesbild.html.components import Column, DataTable, Passage, Statement
from lagesbild.html.render import passage_component
from lagesbild.html.tables import frame_table
from lagesbild.publishing.batch import write_slides
from lagesbild.slides.content import NOT_SAID, Deck, deck_of
from lagesbild.slides.drawing import ACROSS, column_widths, slides_bytes
from lagesbild.swedish.statements import WITHHELD
from region_roots import COUNTS, PEOPLE, TYPES, fetched, made_up_region, months_of, ran, yearly
from reports import copied, quick_project, run, write_notebook
from test_region import TAKEN_OUT

pptx = pytest.importorskip("pptx") if os.environ.get("CI") != "true" else __import__("pptx")


def drawn(deck: Deck, folder: Path) -> list:
    """The slides of a deck as python-pptx reads the file again."""
    return list(pptx.Presentation(write_slides(deck, folder / "deck.pptx")).slides)


def titles(slides: list) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in slides]


def texts(slide) -> str:
    return " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def notes(slide) -> str:
    return slide.notes_slide.notes_text_frame.text


def cells(shape) -> list[list[str]]:
    return [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]


def chart_of(slide):
    [chart] = [shape.chart for shape in slide.shapes if shape.has_chart]
    return chart


def everything(slides: list) -> str:
    """All words and names of the slides: titles, bullets, cells, categories, alternative texts and notes."""
    words = [titles(slides), map(texts, slides), map(notes, slides)]
    shapes = [shape for slide in slides for shape in slide.shapes]
    words += [cell for shape in shapes if shape.has_table for cell in cells(shape)]
    words += [map(str, shape.chart.plots[0].categories) for shape in shapes if shape.has_chart]
    words += [[shape._element.xpath(".//p:cNvPr")[0].get("descr") or "" for shape in shapes]]
    return " ".join(word for several in words for word in several)


# One component at a time: each kind of record as the notebook's cells make it.


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> RegionReport:
    """A made-up region of three municipalities; Sagostad and Luftnäs have figures of 2020 and 2021."""
    copy = made_up_region(tmp_path_factory.mktemp("sagan"))
    return open_region("9901", 2024, "sagan", root=str(copy.paths.root))


def shares(region: RegionReport) -> pd.DataFrame:
    """Chart rows of the profiles of 2021, in percent of the inhabitants."""
    rows = region.data[region.data["indicator"].isin(TYPES) & region.data["place"].isin(region.places)]
    wide = rows[rows["year"] == 2021].pivot(index="place", columns="indicator", values="value")[list(TYPES)]
    people = pd.Series({place: PEOPLE[place, 2021] for place in wide.index})
    return region.long(100 * wide.div(people, axis=0), 2021)


def measures(region: RegionReport, values: dict[str, list[float]]) -> pd.DataFrame:
    """Chart rows of Sagostad and Luftnäs in 2021; a measure a column."""
    return region.long(pd.DataFrame(values, index=["9902", "9903"]), 2021)


def profile_tables(region: RegionReport) -> list:
    """A table for each of the two municipalities, as R4 has them."""
    named = {"9902": "Sagostad", "9903": "Luftnäs"}
    return [
        show_table(pd.DataFrame({"type": TYPES, "now": COUNTS[place][1]}), f"{name}: helårsekvivalenter 2021. Antal.")
        for place, name in named.items()
    ]


def deck(*components) -> Deck:
    return deck_of([component.record for component in components], "Sagan 2024", "Sagoförbundet", "2024-05-01")


def test_a_municipality_has_a_slide_with_its_profile_beside_its_table(region: RegionReport, tmp_path: Path):
    made = deck(show_figure(region, "R3", shares(region), charts.profile_bars), *profile_tables(region))
    _, sagostad, luftnas = drawn(made, tmp_path)
    assert titles([sagostad, luftnas]) == ["Sagostad: helårsekvivalenter 2021", "Luftnäs: helårsekvivalenter 2021"]
    series = chart_of(sagostad).plots[0].series[0]
    assert (series.name, list(series.values)) == ("2021", pytest.approx([100 * n / 3500 for n in COUNTS["9902"][1]]))
    assert chart_of(sagostad).part.chart_workbook.xlsx_part is not None
    [table] = [shape for shape in sagostad.shapes if shape.has_table]
    assert cells(table)[1:] == [[name, str(count)] for name, count in zip(TYPES, COUNTS["9902"][1], strict=True)]


def test_a_place_that_the_cell_drops_is_in_neither_page_nor_deck(region: RegionReport, tmp_path: Path):
    rows = shares(region)
    for kept, count in ((rows, 3), (rows[rows["name"] != "Luftnäs"], 2)):
        page = show_figure(region, "R3", kept, charts.profile_bars)
        slides = drawn(deck(page), tmp_path)
        assert len(slides) == count
        assert ("Luftnäs" in page.html, "Luftnäs" in everything(slides)) == (count == 3, count == 3)


def test_a_value_that_the_cell_changes_changes_the_slide(region: RegionReport, tmp_path: Path):
    rows = shares(region)
    rows.loc[(rows["name"] == "Sagostad") & (rows["indicator"] == TYPES[0]), "value"] = 47.11
    slides = drawn(deck(show_figure(region, "R3", rows, charts.profile_bars)), tmp_path)
    assert chart_of(slides[1]).plots[0].series[0].values[0] == 47.11
    assert "47,1" in everything(slides)


def test_ranks_are_bars_of_two_years_beside_the_pages_table(region: RegionReport, tmp_path: Path):
    ranks = {2020: [5, 2], 2021: [1, 4]}
    rows = [measures(region, {"support_rank": values}).assign(year=year) for year, values in ranks.items()]
    page = show_figure(region, "R2", pd.concat(rows, ignore_index=True).assign(n=290), charts.rank_change)
    _, slide = drawn(deck(page), tmp_path)
    plot = chart_of(slide).plots[0]
    assert list(plot.categories) == ["Sagostad", "Luftnäs"]  # by rank, as in the table
    assert {series.name: list(series.values) for series in plot.series} == {"2020": [5, 2], "2021": [1, 4]}
    assert page.record["finding"] in notes(slide)


def test_what_moved_the_share_is_stacked_without_the_sum(region: RegionReport, tmp_path: Path):
    steps = measures(region, {"fte_sick_pay": [-0.5, 0.25], "population": [0.25, 0.5], "change": [-0.25, 0.75]})
    page = show_figure(region, "R5", steps.assign(since=2020, level=15.0), charts.waterfall)
    _, slide = drawn(deck(page), tmp_path)
    plot = chart_of(slide).plots[0]
    assert list(plot.categories) == ["Sagostad", "Luftnäs"]
    assert [list(series.values) for series in plot.series] == [[-0.5, 0.25], [0.25, 0.5]]
    assert plot.series[0].name == "Sjukpenning/rehabpenning"
    assert page.record["finding"] in notes(slide)


def test_two_measures_are_dots_at_both_values(region: RegionReport, tmp_path: Path):
    both = measures(region, {"fte_sick_pay": [3.0, 4.5], "fte_unemployment_benefit": [1.25, 2.0]})
    _, slide = drawn(deck(show_figure(region, "R6", both, charts.two_measures)), tmp_path)
    [series] = chart_of(slide).plots[0].series
    points = [[float(value.text) for value in series._element.xpath(f"./c:{axis}Val//c:v")] for axis in ("x", "y")]
    assert points == [[3.0, 4.5], [1.25, 2.0]]
    assert chart_of(slide).value_axis.axis_title.text_frame.text.endswith("vågrätt sjukpenning/rehabpenning")


def test_months_are_lines_of_the_first_panel(region: RegionReport, tmp_path: Path):
    months = pd.concat([measures(region, {"fte_total": [9.0, 8.0]}).assign(month=month) for month in (1, 2)])
    months = months[months["place"] == "9902"]
    panels = [months.assign(group=group, label="Månadsvärde") for group in ("Alla", "Kvinnor")]
    page = show_figure(
        region, "R6", pd.concat(panels, ignore_index=True), charts.small_multiples, anchor="r6-lang-sikt"
    )
    _, slide = drawn(deck(page), tmp_path)
    assert list(chart_of(slide).plots[0].categories) == ["2021-01", "2021-02"]
    assert list(chart_of(slide).plots[0].series[0].values) == [9.0, 9.0]


def test_an_analysts_own_table_and_plot_come_into_the_deck_by_themselves(region: RegionReport, tmp_path: Path):
    frame = pd.DataFrame({"kommun": ["Sagostad", "Luftnäs"], "slott": [3, 1]})
    slides = drawn(
        deck(
            show_table(frame, "Slott per kommun. Räknade på plats.", source="Källa: sagan."),
            show_plot(region, Figure(), frame, title="Slotten", description="Staplar som växer.", source="Sagan"),
        ),
        tmp_path,
    )
    assert titles(slides) == ["Sagan 2024", "Slott per kommun", "Slotten"]
    for slide in slides[1:]:
        [table] = [shape for shape in slide.shapes if shape.has_table]
        assert cells(table) == [["kommun", "slott"], ["Sagostad", "3"], ["Luftnäs", "1"]]
        assert "sagan" in notes(slide).lower()
    assert "Staplar som växer." in notes(slides[2])


def test_what_cannot_be_said_has_a_slide_of_its_own(tmp_path: Path):
    said = [Statement("Hälften vann.", "R4", "Beräknat"), Statement("Ingen vet mer.", "R6", WITHHELD)]
    slides = drawn(deck(show_text("Inledning."), show_text(said, title="Samlade iakttagelser", number="R1")), tmp_path)
    assert titles(slides) == ["Sagan 2024", "Samlade iakttagelser", NOT_SAID]
    assert "Hälften vann. [R4]" in texts(slides[1])
    assert "Ingen vet mer." in texts(slides[2])
    assert "Ingen vet mer." not in texts(slides[1])


def test_what_people_wrote_of_a_municipality_has_a_slide_and_what_is_computed_stands_at_its_chart(
    region: RegionReport, tmp_path: Path
):
    written = {"text": "Andelen *faller*.\n\n- Fler\n  lekplatser.\n- Färre troll.", "by": "Vättarna"}
    places = [
        {"name": "Sagostad", "computed": "470 är många.", "judgements": [written]},
        {"name": "Luftnäs", "computed": "", "judgements": []},
    ]
    told = passage_component(Passage("Lägen"), situations=places, source="Ur sagan.")
    slides = drawn(deck(show_figure(region, "R3", shares(region), charts.profile_bars), told), tmp_path)
    assert "470 är många." in notes(slides[1])
    assert titles(slides)[3:] == ["Sagostad: lokala insatser"]
    assert texts(slides[3]).endswith("•  Andelen faller.\n•  Fler lekplatser.\n•  Färre troll.")
    assert notes(slides[3]) == "Bedömning: Vättarna. Ur sagan."


def test_the_text_that_a_page_begins_with_stands_on_the_title_slide(tmp_path: Path):
    said = show_text([Statement("Hälften vann.", "R4", "Beräknat")], title="Samlade iakttagelser")
    about, own = show_text(["Medlemmar: tre."], title="Sagoförbundet"), show_text("I mitten.", title="Mitten")
    slides = drawn(deck(said, about, own), tmp_path)
    assert titles(slides) == ["Sagan 2024", "Samlade iakttagelser", "Mitten"]
    assert "Medlemmar: tre." in texts(slides[0])
    assert titles(drawn(deck(show_table(pd.DataFrame({"a": [1]}), "Först"), own), tmp_path))[1:] == ["Först", "Mitten"]


def test_slides_that_share_a_title_are_numbered():
    tables = [show_table(pd.DataFrame({"a": [number]}), "Samma rubrik") for number in (1, 2)]
    assert [slide.title for slide in deck(*tables).slides][1:] == ["Samma rubrik, 1", "Samma rubrik, 2"]


def test_a_long_table_becomes_several_slides_with_its_headings_on_each(tmp_path: Path):
    frame = pd.DataFrame({"rad": [f"Rad {number}" for number in range(40)], "tal": range(40)})
    slides = drawn(deck(show_table(frame, "En lång tabell")), tmp_path)[1:]
    assert titles(slides) == [f"En lång tabell ({number} av {len(slides)})" for number in range(1, len(slides) + 1)]
    assert len(slides) > 1
    rows = [cells(shape) for slide in slides for shape in slide.shapes if shape.has_table]
    assert all(part[0] == ["rad", "tal"] for part in rows)
    assert [row[0] for part in rows for row in part[1:]] == list(frame["rad"])


def test_a_page_that_records_nothing_is_refused():
    with pytest.raises(Refusal, match="the page recorded nothing"):
        deck(passage_component(Passage("<h1>Sagan</h1>")))


# The deck of the default region, from the records of its own notebook.


@pytest.fixture(scope="module")
def umea(frozen: Copy) -> Deck:
    records = [component.record for component in frozen.run("regional_support", "2480").values()]
    return deck_of(records, "Umeåregionen 2024", "Samordningsförbundet", "2024-05-01")


@pytest.fixture(scope="module")
def pptx_file(umea: Deck, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_slides(umea, tmp_path_factory.mktemp("slides") / "umearegionen-2024.pptx")


@pytest.fixture(scope="module")
def slides(pptx_file: Path) -> list:
    return list(pptx.Presentation(pptx_file).slides)


def test_every_slide_has_a_title_of_its_own_and_notes_that_name_a_source(slides: list):
    assert len(set(titles(slides))) == len(slides) > 20
    assert all(notes(slide).strip() for slide in slides)
    said = " ".join(map(notes, slides))
    assert "Källa: SCB, läst i" in said
    assert "Källa: Analysgruppens underlag för Umeåregionen 2022" in said


def test_every_chart_and_table_is_native_and_described(slides: list):
    pictured = [shape for slide in slides for shape in slide.shapes if shape.has_chart or shape.has_table]
    assert sum(shape.has_chart for shape in pictured) == 8  # ranks, six profiles, what moved the share
    for shape in pictured:
        assert len(shape._element.xpath(".//p:cNvPr")[0].get("descr")) > 20
    assert not [shape for slide in slides for shape in slide.shapes if shape.shape_type == 13]  # no pictures


def test_a_municipalitys_table_is_the_published_one(slides: list):
    [slide] = [slide for slide in slides if slide.shapes.title.text_frame.text.startswith("Vännäs: helårsekvivalenter")]
    [table] = [shape for shape in slide.shapes if shape.has_table]
    rows = {row[0]: row[1:] for row in cells(table)}
    assert rows["Ekonomiskt bistånd"] == ["59", "9,3\u00a0%", "37", "6,3\u00a0%", "\u221222"]
    assert table.table.first_row


def test_the_deck_has_what_the_group_wrote_and_what_is_not_known(slides: list):
    shown = " ".join(titles(slides))
    for title in (
        NOT_SAID,
        "Vindeln: lokala insatser",
        "Från mål till handling",
        "Samverkansinitiativ och kommunala uppdrag",
        "Datakällor per myndighet",
        "Analysgruppens sammansättning",
        "Kompetensutvecklingsplan",
        "Om regionens underlag",
    ):
        assert title in shown
    [slide] = [slide for slide in slides if slide.shapes.title.text_frame.text == NOT_SAID]
    assert "Vilka kommuner som ligger under riket sägs inte" in texts(slide)
    assert any("Umeå har inga egna siffror här." in texts(each) for each in slides)
    own = [texts(each) for each in slides if each.shapes.title.text_frame.text.startswith("Samverkansinitiativ")]
    assert any("15 av 18 initiativ saknar slutdag" in text for text in own)


def test_a_place_taken_out_in_the_notebooks_cells_is_in_no_slide_of_their_figures(frozen: Copy, tmp_path: Path):
    instead = dict(TAKEN_OUT.values())
    for run_so, count in ((ran(frozen, "umearegionen", "2480", until="r5", instead=instead), 8),
                          (ran(frozen, "umearegionen", "2480", until="r5"), 9)):  # fmt: skip
        figures = drawn(deck(*(run_so.component(cell) for cell in ("r2", "r3", "r5"))), tmp_path)
        assert len(figures) == count  # the title, ranks, profiles, what moved the share
        assert ("Nordmaling" in everything(figures)) == (count == 9)


def test_the_text_is_marked_as_swedish(pptx_file: Path):
    with zipfile.ZipFile(pptx_file) as archive:
        slide = archive.read("ppt/slides/slide2.xml").decode()
    runs = re.findall(r"<a:rPr[^>]*>", slide)
    assert runs
    assert all('lang="sv-SE"' in run for run in runs)


def times(archive: bytes) -> Iterator[object]:
    """Every time that a zip tells, in its entries, its properties, and the workbooks inside it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            content = opened.read(entry)
            yield entry.date_time
            if entry.filename.endswith(".xlsx"):
                yield from times(content)
            if entry.filename == "docProps/core.xml":
                yield from re.findall(r"<dcterms:\w+[^>]*>([^<]+)<", content.decode())


def test_the_slides_tell_no_time_but_the_snapshots_and_so_have_the_same_bytes(umea: Deck):
    short = replace(umea, slides=umea.slides[:4])
    assert set(times(slides_bytes(short))) == {(1980, 1, 1, 0, 0, 0), f"{umea.made}T00:00:00Z"}
    assert slides_bytes(short) == slides_bytes(short)


def test_fetched_months_make_a_line_chart(tmp_path: Path):
    copy = made_up_region(tmp_path, {})
    fetched(copy, months_of(yearly({place: years * 4 for place, years in COUNTS.items()}, 2014)))
    records = [component.record for component in copy.run("regional_support", "9901").values()]
    found = [shape for slide in drawn(deck_of(records, "Sagan"), tmp_path) for shape in slide.shapes if shape.has_chart]
    [lines] = [shape.chart for shape in found if str(shape.chart.chart_type).startswith("LINE")]
    assert [series.name for series in lines.plots[0].series] == ["Månadsvärde", "Säsongsrensat"]
    assert len(lines.plots[0].categories) == 96


# What the command writes is what the run of the notebook recorded.

REGIONAL_HEADER = """
from helpers import show_text
from lagesbild.html.components import Passage
from lagesbild.html.render import passage_component
parameters = {"municipality": municipality, "year": year, "region": region}
passage_component(Passage("<h1>Påhittad sida</h1>", title="Påhittad sida"), parameters=parameters)
"""
CELLS = (
    'show_text("Om sagan.")',
    'show_text("Mitt på sidan.", title="Mitten")',
    'show_text("Talet är 4711.", title="Överst på sidan", first=True)',
    'passage_component(Passage("Slut"), ends_page=True)',
    'show_text("Står inte på sidan.", title="Efter slutet")',
)


def slides_command(root: Path) -> subprocess.CompletedProcess[str]:
    return run("slides", "--region", "sagan", "--year", "2024", "--root", root)


def written_slides(root: Path) -> list:
    return list(pptx.Presentation(root / "reports/regions/sagan/sagan-2024.pptx").slides)


def test_the_command_writes_what_the_notebook_recorded_in_the_pages_order(tmp_path: Path):
    root = quick_project(tmp_path)
    write_notebook(root, "regional_support", *CELLS, header=REGIONAL_HEADER)
    ended = slides_command(root)
    assert ended.returncode == 0, ended.stderr
    slides = written_slides(root)
    assert titles(slides) == ["Sagoförbundet 2024", "Påhittad sida", "Mitten"]
    assert "Talet är 4711." in texts(slides[0])


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("municipality", "the page shows no header, so nobody knows what it is about"),
        (REGIONAL_HEADER, "the page recorded nothing. End cells with show_figure, show_table or show_text."),
    ],
)
def test_a_notebook_that_records_nothing_is_refused(tmp_path: Path, header: str, why: str):
    root = quick_project(tmp_path)
    write_notebook(root, "regional_support", header=header)
    ended = slides_command(root)
    assert ended.returncode == 2
    assert why in ended.stderr
    assert not (root / "reports/regions/sagan/sagan-2024.pptx").exists()


@pytest.mark.slow
def test_page_and_slides_of_a_region_show_the_same_numbers(tmp_path: Path):
    root = made_up_region(tmp_path).paths.root
    copied("notebooks", root)
    for ended in (slides_command(root), run("build", "--region", "sagan", "--year", "2024", "--root", root)):
        assert ended.returncode == 0, ended.stderr
    [slide] = [slide for slide in written_slides(root) if "Sagostad: helårsekvivalenter" in texts(slide)]
    assert chart_of(slide).plots[0].series[0].values == pytest.approx(
        [100 * count / PEOPLE["9902", 2021] for count in COUNTS["9902"][1]]
    )
    page = html.fromstring((root / "reports/regions/sagan/2024/index.html").read_text("utf-8"))
    tables = [table for table in page.iter("table") if (table.findtext("caption") or "").startswith("Sagostad: ")]
    [on_page] = [
        [[cell.text_content() for cell in row.iter("th", "td")] for row in table.iter("tr")] for table in tables
    ]
    [on_slide] = [cells(shape) for shape in slide.shapes if shape.has_table]
    assert len(on_page) == 9
    assert on_slide == on_page


def test_a_tables_columns_fill_the_slide_and_break_no_common_word(frozen: Copy):
    report = open_region("2480", 2024, root=str(frozen.paths.root))
    widths = column_widths(frame_table(register.data_sources(report), "Källor"), ACROSS, 12)
    assert sum(widths) == pytest.approx(ACROSS)
    assert widths[0] > 1.5  # "Försäkringskassan"
    columns = (Column("Ersättning"), *(Column(str(year), numeric=True) for year in range(2018, 2023)))
    rows = (("Arbetsmarknadsåtgärder", "1", "2", "3", "4", "−1,29 procentenheter"),)
    beside = column_widths(DataTable("Bredvid ett diagram", columns, rows), 6.5, 12)
    assert beside[0] > 1.9  # the word is whole; the unit behind the number goes to a line of its own


@pytest.mark.slow
def test_libreoffice_opens_the_slides_and_finds_all_of_them(pptx_file: Path, slides: list, tmp_path: Path):
    program = shutil.which("soffice")
    if program is None:
        reason = "NOT TESTED: no soffice in PATH. Install Debian's package libreoffice-impress."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    asked = [program, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(pptx_file)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    pdf = tmp_path / f"{pptx_file.stem}.pdf"
    assert pdf.is_file(), done.stderr
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert pages == len(slides)
