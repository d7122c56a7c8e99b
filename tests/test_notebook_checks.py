"""What a build refuses in a notebook before any kernel starts."""

import re

import pytest

from lagesbild.publishing.request import notebook_errors, parameter_errors
from reports import PARAMETERS, write_notebook


def test_a_parameters_cell_as_every_notebook_has_it_is_in_order():
    assert parameter_errors(f"# Ändra här.\n{PARAMETERS}") == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            PARAMETERS.replace("municipality", "municpality"),
            ["no parameter 'municpality'. Did you mean 'municipality'"],
        ),
        (PARAMETERS.replace("year", "zzz"), ["no parameter 'zzz'. A build gives only", "'year' is not declared"]),
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


def test_a_notebook_without_its_tag_names_the_tag_that_looks_like_it(tmp_path):
    write_notebook(tmp_path, "work")
    path = tmp_path / "notebooks" / "work.ipynb"
    assert notebook_errors(path) == []
    path.write_text(path.read_text("utf-8").replace('"parameters"', '"paramters"'), "utf-8")
    assert re.match("0 cells are tagged 'parameters'. The tag 'paramters' looks misspelt.", notebook_errors(path)[0])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [1]}', "\udcff"])
def test_a_file_that_is_no_notebook_is_explained(tmp_path, text):
    path = tmp_path / "work.ipynb"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "is no notebook of format 4" in notebook_errors(path)[0]
