"""What an analyst adds of her own: the example notebook, and the functions that it uses."""

import json
import re

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
import seaborn as sns
from lxml import html
from nbclient import NotebookClient

from copies import NOTEBOOKS, cells_shown
from helpers import show_figure, show_plot, show_table, show_text
from helpers.report import Report
from lagesbild import charts
from lagesbild.charts.theme import Frame
from lagesbild.html.components import Statement
from lagesbild.html.render import Component
from lagesbild.look import TOKENS
from lagesbild.paths import ROOT_VARIABLE
from lagesbild.publishing.cells import records_of
from lagesbild.publishing.frame import PageFrame
from lagesbild.publishing.pages import download_of, page_and_images

EXAMPLE = NOTEBOOKS / "examples" / "own_analysis.ipynb"
WORDS = {"title": "Brott och otrygghet", "description": "Punkter för varje kommun.", "source": "Brå"}


@pytest.fixture(scope="module")
def report(frozen) -> Report:
    return frozen.page("no_vulnerable_areas", "2480")


@pytest.fixture(scope="module")
def example(frozen) -> dict[str, Component]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROOT_VARIABLE, str(frozen.paths.root))
        shown = cells_shown(EXAMPLE, ("2480", 2024))
    return {component.record["anchor"]: component for component in shown}


@pytest.fixture
def drawing():
    figure, axes = plt.subplots(figsize=(5, 3.5))
    frame = pd.DataFrame({"kommun": ["Ett", "Två", "Tre"], "brott": [1.0, 2.0, 4.0], "oro": [10.0, None, 30.0]})
    sns.regplot(data=frame, x="brott", y="oro", ax=axes)
    axes.set_xlim(1.5, 5)
    return figure, frame


# The example: every kind of thing that the recipe promises.


def test_the_example_shows_a_figure_twice_a_plot_a_table_and_a_text(example):
    kinds = {anchor: component.record["kind"] for anchor, component in example.items()}
    assert list(kinds.values()).count("figure") == 3
    assert {"figur-3", "figur-3-gruppen"} <= set(kinds)
    assert {"table", "text"} <= set(kinds.values())


def test_its_own_parameter_is_the_first_year_of_figure_and_table(example):
    years = [row[4] for row in example["figur-3"].record["values"]["rows"]]
    assert min(years) >= 2015
    assert "Uppsala" in example["figur-3"].record["subtitle"]
    [table] = [component.record for component in example.values() if component.record["kind"] == "table"]
    assert table["tables"][0]["columns"][0]["header"] == "Kommun"
    [own] = [row for row in table["tables"][0]["rows"] if row[0] == "Umeå"]
    assert re.fullmatch(r"[+−±]?\d[\d\u00a0]*", own[-1])


def test_the_example_is_thin_and_reads_no_file():
    notebook = nbformat.read(EXAMPLE, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.cell_type == "markdown" or (cell.outputs, cell.execution_count) == ([], None)
        assert len(cell.source.splitlines()) <= 15
        assert not re.search(r"\bread_\w+|\bdef |\bopen\(", cell.source)


@pytest.mark.slow
def test_the_example_runs_by_jupyter_alone_and_becomes_a_page_with_its_image(frozen, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(frozen.paths.root))
    notebook = nbformat.read(EXAMPLE, as_version=4)
    where = {"metadata": {"path": EXAMPLE.parent}}
    NotebookClient(notebook, timeout=None, startup_timeout=900, kernel_name="python3", resources=where).execute()
    assert len(records_of(notebook)) == 7
    assert not [output for cell in notebook.cells for output in cell.get("outputs", ()) if "image/png" in str(output)]
    page, images = page_and_images(notebook, PageFrame("Egen analys", "Umeå", 2024), EXAMPLE.parent)
    [name] = images
    assert name.startswith("media/")
    tree = html.fromstring(page)
    assert tree.xpath(f"//img[@src='{name}']/@alt") == ["Kvadrat som står för en egen bild"]
    assert len(tree.xpath("//*[@class='drawing']")) == 3
    assert "groupby" not in page


# show_plot: any figure of seaborn or matplotlib.


def test_a_plot_has_heading_description_source_table_and_download(report, drawing):
    component = show_plot(report, *drawing, **WORDS)
    tree = html.fromstring(component.html)
    [svg] = tree.xpath("//svg")
    assert svg.xpath("./title")[0].text == WORDS["description"]
    assert tree.xpath("//h3")[0].text_content().strip() == WORDS["title"]
    assert tree.xpath("//*[@class='source']")[0].text_content() == "Källa: Brå."
    assert [cell.text for cell in tree.xpath("//tbody/tr[1]/*")] == ["Ett", "1,0", "10,0"]
    assert tree.xpath("//tbody/tr[2]/td[2]")[0].text == ".."
    assert download_of(component.record).splitlines()[1:] == ["Ett;1;10", "Två;2;", "Tre;4;30"]
    assert not re.search(r"style=|<style|<script|<image", component.html)
    assert plt.get_fignums() == []  # nothing is left for the notebook to show once more


def test_a_plot_keeps_its_transparency_and_what_is_outside_its_axes_stays_outside(report, drawing):
    page = show_plot(report, *drawing, **WORDS).html
    assert "opacity" in page  # the interval of regplot lies over the dots
    identities = set(re.findall(r'id="([^"]+)"', page))
    clips = re.findall(r'clip-path="url\(#([^)]+)\)"', page)
    assert clips
    assert set(clips) <= identities
    assert all(name.startswith("brott-och-otrygghet") for name in identities)


def test_a_plot_fits_light_and_dark(report, drawing):
    svg = re.search(r"<svg.*</svg>", show_plot(report, *drawing, **WORDS).html, re.DOTALL)[0]
    assert "#000000" not in svg
    assert "#ffffff" not in svg
    assert TOKENS["ink"] in svg


@pytest.mark.parametrize("name", WORDS)
def test_a_plot_without_words_is_refused(report, drawing, name):
    with pytest.raises(ValueError, match=f"{name}= is empty"):
        show_plot(report, *drawing, **{**WORDS, name: " "})


def test_tidy_rows_of_a_plot_are_told_by_place_and_measure(report):
    rows = report.data.query(
        "indicator == 'reported_crime' and place in ['2480', '0000'] and sex == 'T' and year >= 2022"
    )
    figure, axes = plt.subplots()
    sns.lineplot(data=rows, x="year", y="value", hue="name", ax=axes)
    component = show_plot(report, figure, rows, **WORDS)
    assert [column["header"] for column in component.record["table"]["columns"]] == ["År", "Umeå", "Riket"]


# A chart of one's own for a figure of the catalogue.


def own_chart(rows: pd.DataFrame, frame: Frame):
    figure, axes = plt.subplots()
    axes.scatter(rows["year"], rows["value"])
    return figure


def test_a_chart_of_ones_own_draws_a_figure_of_the_catalogue_when_it_is_described(report):
    rows = report.data.query("indicator == 'reported_crime' and place == '2480' and sex == 'T'")
    component = show_figure(report, 3, rows, own_chart, description="Punkter för varje år, utan linje.")
    assert component.record["alternative"].startswith("Punkter för varje år, utan linje: antalet anmälda brott, ")
    assert component.record["chart"] == ""
    with pytest.raises(ValueError, match="needs description="):
        show_figure(report, 3, rows, own_chart)


def test_a_number_of_another_page_names_those_of_this_one(report):
    with pytest.raises(KeyError, match="figure 9: 'no_vulnerable_areas' has 3, 4, 5, 6, 7"):
        show_figure(report, 9, report.data, charts.lines)


# show_table and show_text: any frame, any text.


def test_a_pivot_table_has_its_index_its_swedish_headings_and_signs():
    rows = pd.DataFrame({"ort": ["B", "A"] * 2, "year": [2023, 2023, 2024, 2024], "value": [1234.5, 2, 1230.25, 3.5]})
    table = rows.pivot_table(index="ort", columns="year", values="value")
    table = table.assign(change=table[2024] - table[2023])
    component = show_table(table, "Värden", columns={"ort": "Ort", "change": "Ändring"}, signed=["change"], decimals=2)
    tree = html.fromstring(component.html)
    lines = [[cell.text_content() for cell in row] for row in tree.xpath("//tr")]
    assert lines[0] == ["Ort", "2023", "2024", "Ändring"]
    assert lines[2] == ["B", "1\u00a0234,50", "1\u00a0230,25", "−4,25"]
    assert download_of(component.record).splitlines()[0].removeprefix("\ufeff") == "Ort;2023;2024;Ändring"
    with pytest.raises(ValueError, match=r"no 'chnge'\. Did you mean 'change'"):
        show_table(table, "Värden", columns={"chnge": "Ändring"})


def test_levels_of_columns_are_joined_and_kinds_are_told_apart():
    frame = pd.DataFrame({("a", "x"): [1, 2], ("a", "y"): [True, False], ("b", ""): ["t", None]})
    table = show_table(frame, "Slag").record["tables"][0]
    assert [column["header"] for column in table["columns"]] == ["a, x", "a, y", "b"]
    assert table["rows"] == (("1", "ja", "t"), ("2", "nej", ".."))


def test_a_frame_without_rows_is_a_sentence():
    component = show_table(pd.DataFrame({"a": []}), "Saknade initiativ")
    assert "Saknade initiativ: inga uppgifter." in component.html
    assert "<table" not in component.html


def test_a_text_is_text_and_a_statement_names_its_ground():
    component = show_text(["<b>Ett</b>", Statement("Två.", "R4", "Beräknat")], title="Rubrik", number="R1")
    assert "&lt;b&gt;Ett" in component.html
    assert 'href="#r4"' in component.html
    assert component.record["anchor"] == "r1"
    json.dumps(component.record)


def test_a_record_is_versioned_json_without_drawings(example):
    for component in example.values():
        text = json.dumps(component.record, allow_nan=False)
        assert component.record["version"] == 1
        assert "<svg" not in text
        assert len(text) < 60_000


def test_what_seaborn_gives_back_may_be_shown(report, drawing):
    _, frame = drawing
    grid = sns.relplot(data=frame, x="brott", y="oro")
    assert "<svg" in show_plot(report, grid, frame, **WORDS).html
    axes = sns.scatterplot(data=frame, x="brott", y="oro", ax=plt.subplots()[1])
    assert "<svg" in show_plot(report, axes, frame, **WORDS).html
    with pytest.raises(ValueError, match="str is no drawing"):
        show_plot(report, "bild.png", frame, **WORDS)


def test_what_a_cell_added_to_tidy_rows_stands_in_the_table_of_its_plot(report, drawing):
    rows = report.data.query("indicator == 'reported_crime' and place == '2480' and sex == 'T'").assign(
        index_2015=100.0
    )
    component = show_plot(report, drawing[0], rows, **WORDS)
    assert "index_2015" in [column["header"] for column in component.record["table"]["columns"]]


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, "two columns, or the index and a column, are called 'a'"),
        (pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="a")), {}, "are called 'a'. Rename one"),
        (pd.DataFrame({"a": [1.0, float("inf")]}), {}, "'a' holds an infinite number"),
        (pd.DataFrame({"a": [[float("inf")]]}), {}, "infinite"),
        (pd.DataFrame({"a": [1]}), {"signed": ["b"]}, "signed: the table has no 'b'. Did you mean 'a'"),
        (pd.DataFrame({"a": [1]}), {"decimals": {"b": 2}}, "decimals: the table has no 'b'"),
    ],
)
def test_a_table_that_cannot_be_told_is_refused_with_its_remedy(frame, options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        show_table(frame, "Tabell", **options)


def test_a_series_a_date_and_an_index_without_a_name_are_tables_too():
    table = show_table(pd.Series({"Umeå": 1.0, "Luleå": 2.0}, name="Andel"), "Serie").record["tables"][0]
    assert [column["header"] for column in table["columns"]] == ["", "Andel"]
    frame = pd.DataFrame({"dag": pd.to_datetime(["2024-05-01"]), "klar": pd.Series([True], dtype=object)})
    assert show_table(frame, "Dagar").record["tables"][0]["rows"] == (("2024-05-01", "ja"),)
    with pytest.raises(ValueError, match="caption is empty"):
        show_table(frame, " ")


def test_a_description_is_used_for_a_chart_of_ours_too(report):
    rows = report.data.query("indicator == 'reported_crime' and place == '2480' and sex == 'T'")
    component = show_figure(report, 3, rows, charts.lines, description="En linje som faller.")
    assert component.record["alternative"].startswith("En linje som faller: antalet anmälda brott, ")


def test_a_huge_table_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"1001 rows are more than a page holds \(1000\)\. Choose some"):
        show_table(pd.DataFrame({"a": range(1001)}), "Allt")


def test_an_own_chart_may_give_axes_and_must_give_a_drawing(report):
    rows = report.data.query("indicator == 'reported_crime' and place == '2480' and sex == 'T'")
    axes = show_figure(report, 3, rows, lambda rows, frame: own_chart(rows, frame).axes[0], description="Punkter.")
    assert "<svg" in axes.html
    with pytest.raises(ValueError, match="NoneType is no drawing"):
        show_figure(report, 3, rows, lambda rows, frame: None, description="Punkter.")
    with pytest.raises(ValueError, match=r"'lines' is text. Give the function: charts\.lines"):
        show_figure(report, 3, rows, "lines")


def test_an_anchor_is_an_anchor(report):
    rows = report.data.query("indicator == 'reported_crime' and place == '2480' and sex == 'T'")
    assert show_figure(report, 3, rows, charts.lines, anchor="Min rubrik å").record["anchor"] == "min-rubrik-a"
