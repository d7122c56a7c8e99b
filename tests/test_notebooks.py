"""The notebooks: thin, alike and without outputs; and each runs from top to bottom by Jupyter alone."""

import ast
import re

import nbformat
import pytest
from nbclient import NotebookClient

from chart_functions import CHARTS
from copies import NOTEBOOKS, REPOSITORY, Copy, frozen_root
from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.html.render import MIME
from lagesbild.paths import ROOT_VARIABLE

NAMES = [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
# the kinds of drawing that the report asks for; a figure that takes another form when its own file comes has both
DRAWN_BY = {
    1: {"dot_rows"},
    2: {"slopes", "ranked_bars"},
    3: {"lines"},
    4: {"slopes", "ranked_bars"},
    5: {"lines"},
    6: {"lines"},
    7: {"slopes", "ranked_bars"},
    8: {"slopes", "ranked_bars"},
    9: {"slopes", "dumbbell"},
    10: {"slopes", "ranked_bars"},
    11: {"lines"},
    12: {"ranked_bars", "two_panels", "lines"},
    13: {"dots_by_year"},
    14: {"stacked_shares"},
    15: {"ranked_bars"},
    16: {"small_multiples"},
    17: {"share_bars"},
    18: {"lines"},
    19: {"bars_by_group"},
    20: {"lines"},
    21: {"lines", "dots_with_lines"},
    22: {"small_lines", "stacked_area"},
    23: {"dots_by_year"},
    24: {"lines"},
    25: {"two_panels", "lines"},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(REPOSITORY)


@pytest.fixture(params=NAMES)
def notebook(request) -> nbformat.NotebookNode:
    found = nbformat.read(NOTEBOOKS / f"{request.param}.ipynb", as_version=4)
    nbformat.validate(found)
    found.metadata.page = request.param
    return found


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def called(tree: ast.AST, name: str) -> list:
    """The second argument (the first is the report) of every call of a function, in order."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1]
    calls = [node for node in calls if getattr(node.func, "attr", getattr(node.func, "id", "")) == name]
    return list(dict.fromkeys(ast.literal_eval(node.args[1]) for node in calls))


def test_there_is_a_notebook_for_every_page(catalog):
    assert sorted(catalog.pages) == NAMES


def test_it_opens_with_a_title_for_the_analyst_and_one_cell_of_parameters(notebook):
    first = notebook.cells[0]
    assert (first.cell_type, first.metadata.tags) == ("markdown", ["analyst"])
    assert re.match(r"# \S", first.source)
    [parameters] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    body = ast.parse(parameters.source).body
    region = ["region: str = ''"] if notebook.metadata.page == "regional_support" else []
    assert [ast.unparse(line) for line in body] == ["municipality: str = '2480'", "year: int = 2024", *region]


def test_its_cells_are_few_and_short_and_define_nothing(notebook):
    assert len(notebook.cells) <= 40
    for cell in notebook.cells:
        assert len(cell.source.splitlines()) <= 15, cell.id
    for cell in code_cells(notebook):
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef}, cell.id


ANALYSIS = {"pandas", "numpy", "seaborn", "matplotlib", "scipy", "statsmodels"}


def test_it_reads_no_file_and_imports_the_packages_of_an_analysis(notebook):
    source = "\n".join(cell.source for cell in code_cells(notebook))
    tree = ast.parse(source)
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if re.search(r"[/\\]|\.(csv|xlsx|parquet|json|yml)\b", text)]
    assert not re.search(r"\bread_\w+|\bopen\(|\bPath\b", source)
    roots = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {"helpers", "lagesbild"} <= roots <= {"helpers", "lagesbild", *ANALYSIS}


def test_its_rows_are_chosen_in_pandas_in_the_cell_that_shows_them(notebook):
    """Whoever reads a figure's cell sees its rows: what is passed is made there, from the report's data."""
    areas = notebook.metadata.page != "regional_support"  # its tables are made over several cells
    for cell in code_cells(notebook) if areas else ():
        tree = ast.parse(cell.source)
        calls = [
            node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "show_figure"
        ]
        for call in calls:
            rows = {node.id for node in ast.walk(call.args[2]) if isinstance(node, ast.Name)}
            made = {
                target.id
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign)
                for target in ast.walk(node.targets[0])
                if isinstance(target, ast.Name)
            }
            assert rows & made, cell.id
            assert ".query(" in cell.source, cell.id


def test_an_analysts_cells_end_with_a_frame_and_are_not_for_readers(notebook):
    tagged = [cell for cell in code_cells(notebook) if "analyst" in cell.metadata.get("tags", [])]
    assert tagged
    for cell in tagged:
        assert not re.search(r"show_|sections\.", cell.source), cell.id


def test_it_holds_no_outputs_and_no_version_of_anybodys_python(notebook):
    for cell in code_cells(notebook):
        assert (cell.outputs, cell.execution_count) == ([], None), cell.id
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) - {"page"} == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}


def test_its_markdown_has_one_sentence_a_line(notebook):
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for line in cell.source.splitlines():
            assert not line or line.startswith("#") or re.fullmatch(r"[^.?!]+[.?!]", line), line


def test_it_shows_the_figures_of_its_page_once_each_in_the_catalogues_order(notebook, catalog):
    page = notebook.metadata.page
    areas = [key for key, area in catalog.focus_areas.items() if area.page == page]
    priorities = [priority for area in areas for priority in catalog.priorities_of(area)]
    wanted = [number for number in catalog.figures_on(page) if catalog.figures[number].priority is None]
    for priority in priorities:
        wanted += [f"section {priority}", *catalog.figures_on(page, priority)]
    shown = []
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        shown += [f"section {priority}" for priority in called(tree, "priority")]
        numbers = [str(number) for number in called(tree, "show_figure")]
        shown += [number for number in numbers if number in catalog.figures]
    assert shown == wanted


def test_each_figure_is_drawn_by_the_chart_that_the_report_asks_for(notebook):
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        for number in called(tree, "show_figure"):
            names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            assert number not in DRAWN_BY or names & CHARTS.keys() == DRAWN_BY[number], number


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Copy:
    """A project where nothing has been built: the first notebook makes the table."""
    return frozen_root(tmp_path_factory.mktemp("clone"))


@pytest.mark.slow
def test_it_runs_by_jupyter_alone_in_its_own_folder(notebook, clone, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(clone.paths.root))
    before = sorted(NOTEBOOKS.iterdir())
    page = notebook.metadata.pop("page")
    where = {"metadata": {"path": NOTEBOOKS}}
    client = NotebookClient(notebook, timeout=None, startup_timeout=900, kernel_name="python3", resources=where)
    client.execute()
    shown = [output for cell in code_cells(notebook) for output in cell.outputs if MIME in output.get("data", {})]
    readers = [
        cell for cell in code_cells(notebook) if not {"analyst", "parameters"} & set(cell.metadata.get("tags", []))
    ]
    last = [ast.parse(cell.source).body[-1] for cell in readers]
    ending = [line.value for line in last if isinstance(line, ast.Expr)]  # other cells only compute
    assert page == "regional_support" or len(ending) == len(readers)
    sure = [value for value in ending if not isinstance(value, ast.IfExp)]  # a table without rows is not shown
    assert len(sure) <= len(shown) <= len(ending)
    assert "Umeå" in shown[0].data["text/html"]
    assert not [output for cell in code_cells(notebook) for output in cell.outputs if output.output_type == "stream"]
    assert (clone.paths.processed / "tidy.parquet").exists(), page
    assert sorted(NOTEBOOKS.iterdir()) == before
