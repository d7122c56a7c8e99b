"""What a build refuses in a notebook before any kernel starts."""

import re
from pathlib import Path

import pytest

from lagesbild.catalog.load import load_catalog
from lagesbild.catalog.models import Catalog
from lagesbild.paths import Paths
from lagesbild.publishing.notebooks import (
    figure_errors,
    import_errors,
    notebook_errors,
    own_values,
    parameter_errors,
    shown_figures,
    unshown_figures,
)
from lagesbild.publishing.request import RefusedBuild
from reports import PARAMETERS, REPOSITORY, write_notebook


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(Paths(REPOSITORY))


def test_a_parameters_cell_as_every_notebook_has_it_is_in_order():
    assert parameter_errors(f"# Ändra här.\n{PARAMETERS}") == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            PARAMETERS.replace("municipality", "municpality"),
            ["no parameter 'municpality'. Did you mean 'municipality'"],
        ),
        (PARAMETERS.replace("year", "yeer"), ["no parameter 'yeer'. Did you mean 'year'"]),
        (f'{PARAMETERS}\nregon: str = ""', ["no parameter 'regon'. Did you mean 'region'"]),
        (PARAMETERS.replace("year", "zzz"), ["'year' is not declared"]),
        (f"{PARAMETERS}\nsince = 2015", ["'since' needs a type and a default of that type: str, int, float, bool"]),
        (f"{PARAMETERS}\nsince: int", ["'since' needs a type and a default"]),
        (f'{PARAMETERS}\nsince: int = "2015"', ["'since' needs a type and a default"]),
        (f"{PARAMETERS}\nsince: int = True", ["'since' needs a type and a default"]),
        (f"{PARAMETERS}\nsince: int = 2000 + 15", ["Write it such as since: int = 2015, or set it in another cell"]),
        (f"{PARAMETERS}\nplaces: list = []", ["'places' needs a type and a default"]),
        (PARAMETERS.replace('"9901"', "9901"), ["'municipality' has another type"]),
        (PARAMETERS.replace("int", "str"), ["'year' has another type"]),
        (PARAMETERS.replace(": int", ""), ["'year' has another type"]),
        (PARAMETERS.replace("2024", "True"), ["'year' has another type"]),
        ('municipality: str = "9901"', ["'year' is not declared. Write: year: int = 2024."]),
        ("", ["'municipality' is not declared", "'year' is not declared"]),
        ("municipality: str = ", ["line 1 of the parameters cell is no Python"]),
    ],
)
def test_an_error_in_the_parameters_cell_is_explained(cell, said):
    errors = parameter_errors(cell)
    assert len(errors) == len(said)
    assert all(part in line for part, line in zip(said, errors, strict=True)), errors


def test_parameters_of_its_own_are_in_order_with_type_and_default():
    own = ['region: str = ""', "since: int = -5", 'label: str = "x"', "limit: float = 1", "all_of_it: bool = False"]
    assert parameter_errors("\n".join([PARAMETERS, *own])) == []


OWN = {
    "work": "since: int = 2015\nlimit: float = 1\nlabel: str = 'allt'",
    "housing": "since: str = 'alla'\nall_of_it: bool = False",
}


@pytest.fixture
def notebooks(tmp_path) -> dict[str, Path]:
    """Two notebooks with parameters of their own and one without."""
    for page, own in {**OWN, "childhood": ""}.items():
        write_notebook(tmp_path, page, parameters=f"{PARAMETERS}\n{own}")
    return {page: tmp_path / "notebooks" / f"{page}.ipynb" for page in ("work", "housing", "childhood")}


def values(notebooks: dict[str, Path], *given: str) -> dict[str, dict]:
    return own_values(Paths(notebooks["work"].parents[1]), notebooks, given)


def test_each_notebook_is_given_what_it_declares_itself_as_the_type_that_it_declares(notebooks):
    assert values(notebooks) == {
        "work": {"since": 2015, "limit": 1, "label": "allt"},
        "housing": {"since": "alla", "all_of_it": False},
        "childhood": {},
    }
    given = values(notebooks, "since=-20", "limit=2", "label=a = b", "all_of_it=True")
    assert given["work"] == {"since": -20, "limit": 2.0, "label": "a = b"}
    assert given["housing"] == {"since": "-20", "all_of_it": True}
    assert values(notebooks, "all_of_it=FALSE")["housing"]["all_of_it"] is False
    assert [type(value) for value in given["work"].values()] == [int, float, str]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["snce=2015"], "-p snce: no notebook of this report declares a parameter 'snce'. Did you mean 'since'?"),
        (["zzz=1"], "Declared are: all_of_it, label, limit, since."),
        (["since=abc"], "notebooks/work.ipynb: since: 'abc' is no int. Write a whole number, such as -p since=2015."),
        (["since=2015.5"], "'2015.5' is no int"),
        (["since=2_015"], "'2_015' is no int"),
        (["limit=1,5"], "notebooks/work.ipynb: limit: '1,5' is no float. Write a number with a decimal point"),
        (["limit=nan"], "'nan' is no float"),
        (
            ["all_of_it=1"],
            "notebooks/housing.ipynb: all_of_it: '1' is no bool. Write true or false, such as -p all_of_it=false",
        ),
        (["since"], "-p since: a parameter has a name and a value. Write it such as -p since=2015."),
        (["=1"], "-p =1: a parameter has a name and a value"),
        (["since=1", "since=2"], "'since' is given twice, first as '1'"),
        (["municipality=2480"], "'municipality' has an option of its own. Write --municipality 2480."),
        (["year=2020"], "Write --year 2020."),
        (["region=umearegionen"], "Write --region umearegionen."),
    ],
)
def test_what_no_notebook_can_be_given_is_refused_with_the_remedy(notebooks, given, said):
    with pytest.raises(RefusedBuild) as refused:
        values(notebooks, *given)
    assert said in str(refused.value)


def test_every_value_that_cannot_be_read_is_told_at_once(notebooks):
    with pytest.raises(RefusedBuild) as refused:
        values(notebooks, "since=x", "snce=1", "limit=y")
    assert len(str(refused.value).splitlines()) == 3


def test_without_parameters_of_their_own_a_notebook_is_told_how_one_is_declared(notebooks):
    with pytest.raises(RefusedBuild, match="Declare it in the cell tagged 'parameters', such as since: int = 2015"):
        own_values(Paths(notebooks["work"].parents[1]), {"childhood": notebooks["childhood"]}, ["since=1"])


def test_a_notebook_without_its_tag_names_the_tag_that_looks_like_it(tmp_path):
    write_notebook(tmp_path, "work")
    path = tmp_path / "notebooks" / "work.ipynb"
    assert notebook_errors(path) == []
    path.write_text(path.read_text("utf-8").replace('"parameters"', '"paramters"'), "utf-8")
    assert re.match("0 cells are tagged 'parameters'. The tag 'paramters' looks misspelt.", notebook_errors(path)[0])


@pytest.mark.parametrize("kind", [pytest.param(kind, id=f"I-47-{kind}") for kind in ("markdown", "raw")])
def test_a_parameters_tag_on_a_cell_that_is_never_run_is_refused_with_the_cell(tmp_path, kind):
    write_notebook(tmp_path, "work")
    path = tmp_path / "notebooks" / "work.ipynb"
    path.write_text(path.read_text("utf-8").replace('"code"', f'"{kind}"', 1), "utf-8")
    [line] = notebook_errors(path)
    assert line == f"cell 1 is tagged 'parameters' and is a {kind} cell, which is never run. Make it a code cell."


# Figures that a notebook shows, as far as they can be read without running it.

OPENED = 'report = open_report("work", municipality, year)'
EVERY = "; ".join(f"show_figure(report, {number}, rows, charts.lines)" for number in range(21, 26))


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        pytest.param([OPENED, EVERY.replace("23", "24")], ["figure 23 of 'work'"], id="I-52-not-shown"),
        pytest.param([OPENED], ["figure 21, 22, 23, 24, 25 of 'work'"], id="I-52-none-shown"),
        pytest.param(
            [OPENED, EVERY.replace("(report, 23, rows, charts", '(report, number="23", rows=rows, chart=charts')],
            [],
            id="I-52-all-shown",
        ),
        pytest.param([OPENED, "for n in NUMBERS:\n    show_figure(report, n, rows, draw)"], [], id="I-52-computed"),
        pytest.param([OPENED, "%matplotlib inline\n" + EVERY.replace("; ", "\n")], [], id="I-52-beside-magic"),
    ],
)
def test_a_figure_of_the_catalogue_that_no_cell_shows_is_named(tmp_path, catalog, cells, named):
    write_notebook(tmp_path, "work", *cells)
    paths = Paths(tmp_path)
    lines = unshown_figures(paths, catalog, {"work": paths.notebooks / "work.ipynb"})
    assert len(lines) == len(named)
    assert all(part in line for part, line in zip(named, lines, strict=True))
    assert figure_errors(paths.notebooks / "work.ipynb", catalog) == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        pytest.param("show_figure(report, 3, rows)", "cell 4 shows figure 3, and 'work' has 21, 22", id="I-52-other"),
        pytest.param("helpers.show_figure(report, 99, rows)", "cell 4 shows figure 99", id="I-52-of-no-page"),
        pytest.param('show_figure(report, "R2", rows)', "cell 4 shows figure R2", id="I-52-part-of-another-page"),
        pytest.param("show_figure(mine(), 3, rows)", "", id="I-52-report-that-cannot-be-known"),
    ],
)
def test_a_figure_that_is_not_of_the_page_is_refused_with_its_cell(tmp_path, catalog, call, said):
    write_notebook(tmp_path, "work", OPENED, call)
    errors = figure_errors(tmp_path / "notebooks" / "work.ipynb", catalog)
    assert [line[: len(said)] for line in errors] == ([said] if said else [])


def test_the_repositorys_notebooks_show_every_figure(catalog):
    paths = Paths(REPOSITORY)
    notebooks = {page: paths.notebooks / f"{page}.ipynb" for page in catalog.pages}
    assert unshown_figures(paths, catalog, notebooks) == []
    assert sum(len(shown_figures(path)) for path in notebooks.values()) > 30


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [1]}', "\udcff"])
def test_a_file_that_is_no_notebook_is_explained(tmp_path, text):
    path = tmp_path / "work.ipynb"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "is no notebook of format 4" in notebook_errors(path)[0]


def test_a_report_notebook_imports_what_an_analysis_needs():
    source = """
import json, datetime
import numpy as np, pandas as pd, matplotlib.pyplot as plt, seaborn as sns
import statsmodels.formula.api as smf
from scipy.stats import spearmanr
from statsmodels.tsa.seasonal import STL
import help_desk_that_nobody_has
from lagesbild import charts
from lagesbild.statistics.ranks import ranked
"""
    assert import_errors(source) == []


@pytest.mark.parametrize(
    ("source", "wrong", "near"),
    [
        ("from lagesbild.statistcs.ranks import ranked", "lagesbild.statistcs.ranks", "lagesbild.statistics.ranks"),
        ("from lagesbild.places import PLacs", "lagesbild.places.PLacs", "lagesbild.places.Places"),
        ("from lagesbild import chart", "lagesbild.chart", "lagesbild.charts"),
        ("import lagesbild.chart.bars as bars", "lagesbild.chart.bars", "lagesbild.charts.bars"),
        ("from helpers import sectons", "helpers.sectons", "helpers.sections"),
        ("from helper import sections", "helper", "helpers"),
        ("import lagesbid.charts", "lagesbid.charts", "lagesbild.charts"),
    ],
)
def test_a_misspelt_import_of_ours_is_told_the_nearest_name(source, wrong, near):
    assert import_errors(source) == [f"there is no '{wrong}'. Did you mean '{near}'?"]


def test_a_name_that_is_like_none_of_ours_is_told_without_a_guess():
    [line] = import_errors("from lagesbild.statistics.ranks import zzz")
    assert line.startswith("there is no 'lagesbild.statistics.ranks.zzz'. CHANGELOG.md")


def test_a_check_tells_a_misspelt_import_with_its_notebook(tmp_path):
    write_notebook(tmp_path, "work", "import pandas as pd\nfrom helpers import sectons")
    [line] = notebook_errors(tmp_path / "notebooks" / "work.ipynb")
    assert "'helpers.sections'" in line
