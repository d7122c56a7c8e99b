"""The command line: what it refuses before it begins, and that a refusal writes nothing."""

import signal
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

import pytest
from typer.testing import CliRunner

from lagesbild.cli import app
from reports import COMMAND, quick_project, write_notebook


def told(*arguments: object) -> tuple[int, str]:
    """Exit code of the command, run in this process, and all that it said."""
    ended = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.output


def state(root: Path) -> dict[str, bytes | None]:
    """Every file and folder below the root; files with their bytes."""
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


@pytest.fixture
def project(tmp_path) -> Path:
    return quick_project(tmp_path / "project")


def test_check_says_what_it_has_read(project):
    code, said = told("check", "--root", project)
    assert code == 0
    assert "25 figures, 14 priorities, 7 notebooks and 0 files of municipalities are in order" in said


def test_a_copy_of_the_data_alone_takes_the_repositorys_notebooks(project):
    rmtree(project / "notebooks")
    assert told("check", "--root", project)[0] == 0


def test_check_reads_the_files_of_municipalities(project):
    folder = project / "data" / "raw" / "local" / "9901"
    folder.mkdir(parents=True)
    (folder / "egen.csv").write_text("indicator,year,value\nno_such_thing,2023,1\n", "utf-8")
    code, said = told("check", "--root", project)
    assert code == 2
    assert "data/raw/local/9901/egen.csv, row 2: 'no_such_thing'" in said


def test_check_leaves_the_heavy_libraries_alone():
    code = """
import sys
from typer.testing import CliRunner
from lagesbild.cli import app
assert CliRunner().invoke(app, ["check"]).exit_code == 0
print(sorted({"pandas", "nbformat", "papermill", "nbconvert", "matplotlib", "scipy"} & sys.modules.keys()))
"""
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--year", "abc"], "--year"),
        (["--year", "1990"], "1990 is without data"),
        (["--year", "2900"], "2900 is without data"),
        (["--municipality", "../x"], "no municipality is called '../x'. Write its name, or its code"),
        (["--municipality", "Påhitsby"], "no municipality is called 'Påhitsby'. Nearest: Påhittsby (9901)"),
        (["--municipality", "990"], "'990' is not a municipality's code"),
        (["--municipality", "9999"], "'9999' is no place"),
        (["--municipality", "0000"], "'0000' is Riket, not a municipality"),
        (["--jobs", "0"], "jobs"),
        (["-p", "since=2015"], "-p since: no notebook of this report declares a parameter 'since'"),
        (["--parameter", "year=2020"], "'year' has an option of its own. Write --year 2020."),
        (["--municipalty", "9901"], "municipalty"),
    ],
)
def test_a_build_that_cannot_be_is_refused_and_writes_nothing(project, arguments, said):
    before = state(project)
    code, output = told("build", "--root", project, "--municipality", "9901", *arguments)
    assert code == 2
    assert said in " ".join(output.split())
    assert state(project) == before


def broken_yaml(root: Path) -> None:
    (root / "data" / "catalog" / "units.yml").write_text("percent: {text: procent\n", "utf-8")


def no_snapshot(root: Path) -> None:
    (root / "data" / "raw" / "kolada").rename(root / "away")


def misspelt_parameter(root: Path) -> None:
    path = root / "notebooks" / "work.ipynb"
    path.write_text(path.read_text("utf-8").replace("municipality: str", "municpality: str"), "utf-8")


def no_notebook(root: Path) -> None:
    (root / "notebooks" / "housing.ipynb").unlink()


def reports_in_the_way(root: Path) -> None:
    (root / "reports").write_text("a file", "utf-8")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (broken_yaml, "data/catalog/units.yml:"),
        (no_snapshot, "data/raw/kolada/places.csv is missing"),
        (
            misspelt_parameter,
            "notebooks/work.ipynb: a build has no parameter 'municpality'. Did you mean 'municipality'",
        ),
        (no_notebook, "notebooks/housing.ipynb: the notebook is missing"),
    ],
)
@pytest.mark.parametrize("command", [["check"], ["build", "--municipality", "9901"]])
def test_a_broken_project_is_refused_and_nothing_is_written(project, command, broken, said):
    broken(project)
    before = state(project)
    code, output = told(*command, "--root", project)
    assert code == 2
    assert said in " ".join(output.split())
    assert state(project) == before


def test_a_folder_that_takes_no_report_is_refused(project):
    reports_in_the_way(project)
    code, output = told("build", "--root", project, "--municipality", "9901")
    assert code == 2
    assert "no report can be written there" in output
    assert (project / "reports").read_text("utf-8") == "a file"


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    code, output = told("build", "--root", tmp_path)
    assert code == 2
    assert "holds no data/catalog" in output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_before_the_first_kernel_ends_without_a_traceback(project, number):
    asked = [COMMAND, "build", "--root", project, "--municipality", "9901"]
    build = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "Checking" in build.stdout.readline()
    build.send_signal(number)  # pandas is imported now, and nothing runs yet
    _, said = build.communicate()
    assert build.returncode == 130
    assert "run the same command again" in said
    assert "Traceback" not in said
    assert not (project / "reports").exists()


@pytest.mark.slow
def test_the_exit_code_tells_whether_a_chapter_failed(project):
    write_notebook(project, "work", "1 / 0")
    ended = subprocess.run(
        [COMMAND, "build", "--root", project, "--municipality", "9901", "--jobs", "4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "work: failed: ZeroDivisionError" in ended.stderr
    assert "6/7" in ended.stdout
    assert str(project / "reports" / "9901" / "2024" / "index.html") in ended.stdout
