"""The slides: native and editable, described, with sources, the same each time, and readable by LibreOffice."""

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from copies import Copy
from helpers.region.deck import deck_of
from helpers.region.material import Material
from lagesbild.publishing.batch import write_slides
from lagesbild.slides import ACROSS, column_widths, slides_bytes
from region_roots import COUNTS, PEOPLE, TYPES, fetched, made_up_region, material, months_of, yearly
from reports import copied, quick_project, run, write_notebook

pptx = pytest.importorskip("pptx") if os.environ.get("CI") != "true" else __import__("pptx")


@pytest.fixture(scope="module")
def umea(frozen: Copy) -> Material:
    return material(frozen, "umearegionen", "2480")


@pytest.fixture(scope="module")
def deck(umea: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_slides(deck_of(umea), tmp_path_factory.mktemp("slides") / "umearegionen-2024.pptx")


@pytest.fixture(scope="module")
def slides(deck: Path) -> list:
    return list(pptx.Presentation(deck).slides)


def texts(slide) -> str:
    return " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def cells(shape) -> list[list[str]]:
    return [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]


def test_every_slide_has_a_title_of_its_own_and_notes_that_name_a_source(slides: list):
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert len(set(titles)) == len(titles)
    assert all(slide.notes_slide.notes_text_frame.text.strip() for slide in slides)
    notes = " ".join(slide.notes_slide.notes_text_frame.text for slide in slides)
    assert "Källa: SCB, läst i" in notes
    assert "Källa: Analysgruppens underlag för Umeåregionen 2022" in notes


def test_every_chart_and_table_is_native_and_described(slides: list):
    pictured = [shape for slide in slides for shape in slide.shapes if shape.has_chart or shape.has_table]
    assert sum(shape.has_chart for shape in pictured) == 8  # ranking, six profiles, what moved the share
    for shape in pictured:
        assert len(shape._element.xpath(".//p:cNvPr")[0].get("descr")) > 20
    assert not [shape for slide in slides for shape in slide.shapes if shape.shape_type == 13]  # no pictures


def test_a_charts_numbers_are_the_computed_ones_and_can_be_edited(slides: list, umea: Material):
    [slide] = [slide for slide in slides if "Nordmaling: 551 helårsekvivalenter 2021" in texts(slide)]
    [chart] = [shape.chart for shape in slide.shapes if shape.has_chart]
    assert chart.plots[0].categories[0] == "Sjukpenning/rehabpenning"
    values = chart.plots[0].series[0].values
    assert values == pytest.approx([umea.profiles.population_share("2401", 2021, support) for support in TYPES])
    assert chart.part.chart_workbook.xlsx_part is not None


def test_a_municipalitys_table_is_the_published_one(slides: list):
    [slide] = [slide for slide in slides if "Vännäs: 591" in texts(slide)]
    [table] = [shape for shape in slide.shapes if shape.has_table]
    rows = {row[0]: row[1:] for row in cells(table)}
    assert rows["Ekonomiskt bistånd"] == ["59", "9,3\u00a0%", "37", "6,3\u00a0%", "\u221222"]
    assert table.table.first_row


def test_what_cannot_be_said_has_a_slide(slides: list):
    [slide] = [slide for slide in slides if slide.shapes.title.text_frame.text == "Det här kan inte sägas"]
    assert "Umeå har inga egna uppgifter i underlaget" in texts(slide)


def test_the_text_is_marked_as_swedish(deck: Path):
    with zipfile.ZipFile(deck) as archive:
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


def test_the_slides_tell_no_time_but_the_snapshots_and_so_have_the_same_bytes(umea: Material):
    deck = deck_of(umea)
    assert set(times(slides_bytes(deck))) == {(1980, 1, 1, 0, 0, 0), f"{deck.made}T00:00:00Z"}
    assert slides_bytes(deck) == slides_bytes(deck)


def test_fetched_months_make_a_line_chart(tmp_path: Path):
    copy = made_up_region(tmp_path, {})
    counts = {place: years * 4 for place, years in COUNTS.items()}
    fetched(copy, months_of(yearly(counts, 2014)))
    target = write_slides(deck_of(material(copy)), tmp_path / "sagan.pptx")
    charts = [shape.chart for slide in pptx.Presentation(target).slides for shape in slide.shapes if shape.has_chart]
    [lines] = [chart for chart in charts if str(chart.chart_type).startswith("LINE")]
    assert [series.name for series in lines.plots[0].series] == ["Månadsvärde", "Säsongsrensat"]
    assert len(lines.plots[0].categories) == 96


# What the command writes is what the run of the notebook recorded.

REGIONAL_HEADER = """
from lagesbild.html.components import Passage
from lagesbild.html.render import passage_component
parameters = {{"municipality": municipality, "year": year, "region": region}}
passage_component(Passage("<h1>Påhittad sida</h1>"), parameters=parameters, {more})
"""
DECK = """deck={"title": "Sagan", "author": "", "made": "2024-05-01", "slides": [
    {"title": "Ur anteckningsboken", "notes": "Källa: påhittad.", "bullets": ["Talet är 4711."]}
]}"""


def slides_command(root: Path) -> subprocess.CompletedProcess[str]:
    return run("slides", "--region", "sagan", "--year", "2024", "--root", root)


def written_slides(root: Path) -> list:
    return list(pptx.Presentation(root / "reports/regions/sagan/sagan-2024.pptx").slides)


def test_the_command_writes_the_deck_that_the_notebook_recorded(tmp_path: Path):
    root = quick_project(tmp_path)
    write_notebook(root, "regional_support", header=REGIONAL_HEADER.format(more=DECK))
    assert slides_command(root).returncode == 0
    [slide] = written_slides(root)
    assert "Ur anteckningsboken" in texts(slide)
    assert "Talet är 4711." in texts(slide)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("municipality", "the page shows no header, so nobody knows what it is about"),
        (
            REGIONAL_HEADER.format(more=""),
            "the page records no deck. End a cell of its notebook with analysis.header()",
        ),
    ],
)
def test_a_notebook_that_records_no_deck_is_refused(tmp_path: Path, header: str, why: str):
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
    [slide] = [slide for slide in written_slides(root) if "Sagostad: 470 helårsekvivalenter 2021" in texts(slide)]
    [chart] = [shape.chart for shape in slide.shapes if shape.has_chart]
    shares = [100 * count / PEOPLE["9902", 2021] for count in COUNTS["9902"][1]]
    assert chart.plots[0].series[0].values == pytest.approx(shares)
    page = html.fromstring((root / "reports/regions/sagan/2024/index.html").read_text("utf-8"))
    tables = [table for table in page.iter("table") if (table.findtext("caption") or "").startswith("Sagostad: ")]
    [on_page] = [
        [[cell.text_content() for cell in row.iter("th", "td")] for row in table.iter("tr")] for table in tables
    ]
    [on_slide] = [cells(shape) for shape in slide.shapes if shape.has_table]
    assert len(on_page) == 9
    assert on_slide == on_page


def test_a_tables_columns_fill_the_slide_and_break_no_common_word(umea: Material):
    from helpers.region.register import sources_table

    widths = column_widths(sources_table(umea.written.assessment), ACROSS, 12)
    assert sum(widths) == pytest.approx(ACROSS)
    assert widths[0] > 1.5  # "Försäkringskassan"


@pytest.mark.slow
def test_libreoffice_opens_the_slides_and_finds_all_of_them(deck: Path, slides: list, tmp_path: Path):
    program = shutil.which("soffice")
    if program is None:
        reason = "NOT TESTED: no soffice in PATH. Install Debian's package libreoffice-impress."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    asked = [program, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(deck)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    pdf = tmp_path / f"{deck.stem}.pdf"
    assert pdf.is_file(), done.stderr
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert pages == len(slides)
