"""The command line: what it refuses before it begins, and that a refusal writes nothing."""

import signal
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

import pytest
from typer.testing import CliRunner

from copies import made_up_root
from lagesbild.cli import app
from lagesbild.paths import ROOT_VARIABLE
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
        (["--year", "1990"], "1990 is without data"),
        (["--year", "2900"], "2900 is without data"),
        (["--municipality", "../x"], "no municipality is called '../x'. Write its name, or its code"),
        (["--municipality", "Påhitsby"], "no municipality is called 'Påhitsby'. Nearest: Påhittsby (9901)"),
        (["--municipality", "990"], "'990' is not a municipality's code"),
        (["--municipality", "9999"], "'9999' is no place"),
        (["--municipality", "0000"], "'0000' is Riket, not a municipality"),
        (["-p", "since=2015"], "-p since: no notebook of this report declares a parameter 'since'"),
        (["--parameter", "year=2020"], "'year' has an option of its own. Write --year 2020."),
    ],
)
def test_a_build_that_cannot_be_is_refused_and_writes_nothing(project, arguments, said):
    before = state(project)
    place = [] if "--municipality" in arguments else ["--municipality", "9901"]
    code, output = told("build", "--root", project, *place, *arguments)
    assert code == 2
    assert said in " ".join(output.split())
    assert state(project) == before


YEARS = "is no whole number from 1900 to 9999. Write it such as"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("build --year abc", f"'--year': 'abc' {YEARS} 2024.", id="I-46-year"),
        pytest.param("build --year 1899", f"'--year': '1899' {YEARS} 2024.", id="I-46-year-too-early"),
        pytest.param("build --year 99999", f"'--year': '99999' {YEARS} 2024.", id="I-46-year-too-late"),
        pytest.param("build --year 2024.0", f"'--year': '2024.0' {YEARS} 2024.", id="I-48-year-with-decimals"),
        pytest.param("build --year ٢٠٢٤", f"'٢٠٢٤' {YEARS} 2024.", id="I-48-year-in-other-digits"),
        pytest.param("slides --year 20_24", f"'--year': '20_24' {YEARS} 2024.", id="I-48-year-of-slides"),
        pytest.param("fetch --since abc", f"'--since': 'abc' {YEARS} 2012.", id="I-46-since"),
        pytest.param(
            "build --jobs 0", "'--jobs': '0' is no whole number of at least 1. Write it such as 2.", id="I-46-jobs"
        ),
        pytest.param("build --timeout x", "'--timeout': 'x' is no whole number of at least 1.", id="I-46-timeout"),
        pytest.param(
            "build --notebook-timeout 0", "'0' is no whole number of at least 1. Write it such as 1800.", id="13"
        ),
        pytest.param(
            "build --batch-timeout 1.5", "'1.5' is no whole number of at least 1. Write it such as 3600.", id="13b"
        ),
        pytest.param("build --municipality=", "'--municipality': '' is empty. Give it a value", id="I-46-empty"),
        pytest.param("build --region=", "'--region': '' is empty.", id="I-46-empty-region"),
        pytest.param("check --root=", "'--root': '' is empty.", id="I-46-empty-root"),
        pytest.param("fetch --note=", "'--note': '' is empty.", id="I-46-empty-note"),
        pytest.param("build --municipality", "'--municipality': '' is empty.", id="I-46-no-value"),
        pytest.param("slides", "region: '' is not in data/catalog/regions.yml. Choose: sagan.", id="I-46-no-region"),
        pytest.param("slides --region sågan", "region: 'sågan' is not in", id="I-46-region"),
        pytest.param("build --municipalty 9901", "--municipalty (Possible options: --municipality)", id="I-46-option"),
        pytest.param("bild", "No such command 'bild'. Did you mean 'build'?", id="I-46-command"),
        pytest.param(
            "build --municipality all --municipality=9902", "'9902' is given too. Leave one", id="F-all-and-one"
        ),
        pytest.param("build --year 2023 --year 2023", "'--year': '2023' comes after '2023'.", id="I-49-year"),
        pytest.param("fetch --since 2020 --since 2021", "'--since': '2021' comes after '2020'.", id="I-49-since"),
        pytest.param("slides --region sagan --region sagan", "'--region': 'sagan' comes after", id="I-49-region"),
        pytest.param("check --root . --root ..", "'--root': '..' comes after '.'", id="I-49-root"),
        pytest.param(
            "build --municipality 9901 --region sagan", "A report is of one of them", id="I-49-place-given-in-two-ways"
        ),
    ],
)
def test_an_options_refusal_names_option_value_and_remedy(project, monkeypatch, line, said):
    monkeypatch.setenv(ROOT_VARIABLE, str(project))
    before = state(project)
    code, output = told(*line.split())
    assert code == 2
    assert said in " ".join(output.split())
    assert "Traceback" not in output
    assert state(project) == before


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["build", "--region", "sagan"], id="I-50-build"),
        pytest.param(["slides", "--region", "sagan", "--year", "2020"], id="I-50-slides-of-a-year-before-all"),
    ],
)
def test_a_region_without_any_data_is_refused_as_a_municipality_is(project, command):
    if command[0] == "build":
        made_up_root(project)  # without the support figures
    code, output = told(*command, "--root", project)
    assert code == 2
    assert "region: 'sagan' is without data: none of 9901, 9902, 9903 has a value" in output
    assert not (project / "reports").exists()


def test_an_option_that_may_be_repeated_is_taken_each_time(project):
    given = ["fetch", "--root", project, "--dry-run", "--only", "N07540", "--only=N07609"]
    assert told(*given)[0] == 0


def test_the_number_of_a_line_is_no_emoji(project):
    path = project / "data" / "catalog" / "units.yml"
    path.write_text("#\n" * 99 + "unit: {}\n" + path.read_text("utf-8"), "utf-8")
    assert (
        "data/catalog/units.yml:100: unit: unknown field 'unit'. Did you mean 'units'?"
        in told("check", "--root", project)[1]
    )


def test_the_list_of_commands_cuts_no_sentence():
    assert "..." not in told("--help")[1].partition("Commands:")[2]


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
