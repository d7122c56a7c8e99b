"""papermill's engine "lagesbild" as one uses it who runs a notebook by papermill alone, without a build."""

import errno
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import nbformat
import papermill
import pytest
from click.testing import CliRunner
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.cli import papermill as command
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.iorw import LocalHandler, papermill_io

from lagesbild.errors import Refusal
from lagesbild.publishing.client import StoppedNotebook, calls_in, ending
from lagesbild.publishing.engine import Engine
from lagesbild.publishing.limits import Limit
from lagesbild.publishing.saving import RefusedNotebook, Saved

DECLARED = 'municipality: str = "2480"\nyear: int = 2024\nshare: float = 0.5\nfree = "fri"'


def notebook(*cells: str, parameters: str = DECLARED) -> NotebookNode:
    """A notebook with a parameters cell and these."""
    tagged = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    made = new_notebook(cells=[tagged, *map(new_code_cell, cells)])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


def executed(made: NotebookNode, output: Path | None, **how: object) -> NotebookNode:
    return papermill.execute_notebook(made, output, engine_name="lagesbild", progress_bar=False, **how)


def told(path: Path) -> tuple[str, str, list[str]]:
    """State and cause that a saved notebook tells, and the states of its cells."""
    saved = nbformat.read(path, as_version=4)
    about = saved.metadata.papermill
    return (
        about["state"],
        about["cause"],
        [cell.metadata.papermill.status for cell in saved.cells if "papermill" in cell.metadata],
    )


@pytest.mark.parametrize("first", ["papermill", "lagesbild.publishing.engine"])
def test_papermill_and_the_engine_import_each_other_in_either_order_and_nothing_heavy_comes_along(first):
    said = f"""
import {first}, papermill, sys
from papermill.engines import papermill_engines
print(papermill_engines.get_engine("lagesbild").__name__, "pandas" in sys.modules)
print(*sorted(name for name in sys.modules if name.startswith("lagesbild")))
"""
    asked = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True)
    ours = ["lagesbild", "lagesbild.publishing", "lagesbild.publishing.engine", "lagesbild.publishing.limits"]
    assert asked.stdout.split() == ["Engine", "False", *ours], asked.stderr


# What papermill's users know, with real kernels.


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> tuple[Path, Path, Exception]:
    """A notebook with all that users know, run by our engine and by papermill's own; one cell fails."""
    made = notebook(
        "%time municipality, year", "from beside import VALUE\nVALUE",
        "1 / 0", "print('skipped')", "import sys\nprint('ut')\nprint('fel', file=sys.stderr)", "{}['x']", "'never'",
    )  # fmt: skip
    made.cells[3].metadata.tags = ["raises-exception"]
    made.cells[4].metadata.tags = ["skip-execution"]
    made.cells.append(new_markdown_cell("Slut."))
    folder = tmp_path_factory.mktemp("known")
    (folder / "beside.py").write_text("VALUE = 4", "utf-8")
    paths = []
    for engine in ("lagesbild", None):
        paths.append(folder / f"{engine}.ipynb")
        with pytest.raises(PapermillExecutionError) as raised:
            papermill.execute_notebook(
                made, paths[-1], {"municipality": "0180"}, engine, progress_bar=False, cwd=folder
            )  # fmt: skip
    return *paths, raised.value


@pytest.mark.slow
def test_cells_outputs_tags_magics_and_the_error_s_cells_are_as_papermill_makes_them(ran):
    ours, papermills = (nbformat.read(path, as_version=4) for path in ran[:2])
    shown = [
        [(cell.source, cell.metadata.get("tags", []), outputs(cell)) for cell in each.cells]
        for each in (ours, papermills)
    ]
    assert shown[0] == shown[1]
    assert "An Exception was encountered at" in ours.cells[0].source
    assert ran[2].ename == "KeyError"


def outputs(cell: NotebookNode) -> list:
    """A cell's outputs, without what differs between any two runs."""
    kinds = [output.get("name") or output.get("ename") or output.get("data") for output in cell.get("outputs", ())]
    return [kind for kind in kinds if kind != "stdout" or "time" not in cell.source]


@pytest.mark.slow
def test_a_failed_notebook_says_so_and_no_cell_behind_the_error_is_told_as_run(ran):
    state, cause, cells = told(ran[0])
    assert (state, cause) == ("failed", "cell 7 (\"{}['x']\"): KeyError: 'x'")
    assert cells == ["completed"] * 7 + ["failed", "pending", "pending"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "how", "known_as", "state", "words"),
    [
        ("import os\nos._exit(3)", {}, DeadKernelError, "kernel died", "exit code 3"),
        ("import time\ntime.sleep(600)", {"execution_timeout": 2}, CellTimeoutError, "timed out", "limit of a cell"),
        ("import sys\nsys.exit(0)", {}, StoppedNotebook, "failed", "ended the notebook with sys.exit(0)"),
    ],
    ids=["kernel-died", "timed-out", "sys-exit-0"],
)
def test_a_notebook_that_is_stopped_is_saved_with_its_state_and_raises_what_users_know(
    tmp_path, cell, how, known_as, state, words
):
    with pytest.raises(known_as):
        executed(notebook(cell, "'never'"), tmp_path / "out.ipynb", **how)
    said, cause, cells = told(tmp_path / "out.ipynb")
    assert (said, cells) == (state, ["completed", "failed", "pending"])
    assert cause.startswith('cell 2 ("import ')
    assert words in cause
    assert [path.name for path in tmp_path.iterdir()] == ["out.ipynb"]


# What is refused before a kernel starts.


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["-p", "municipality", "0180"], "municipality: 180 is no text. Give it with papermill's -r instead of -p"),
        (["-y", "municipality: 0114"], "municipality: 76 is no text. Give it with papermill's -r instead of -p"),
        (["-p", "free", "1"], "free: 1 is no text."),
        (["-p", "year", "2024.5"], "year: 2024.5 is no int. Write a whole number, such as 2024."),
        (["-r", "year", "2024"], "year: '2024' is no int."),
        (["-p", "yaer", "2024"], "yaer: the notebook declares no parameter 'yaer'. Did you mean 'year'?"),
        (["-p", "colour", "red"], "no parameter 'colour'. Declared are: municipality, year, share, free."),
    ],
)  # fmt: skip
def test_a_value_that_the_notebook_cannot_take_is_refused_and_the_last_file_stays(tmp_path, monkeypatch, given, says):
    monkeypatch.setattr("lagesbild.publishing.client.Client.execute", lambda _: pytest.fail("a kernel would start"))
    nbformat.write(notebook(), tmp_path / "in.ipynb")
    (tmp_path / "out.ipynb").write_text("the last one")
    asked = [str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), "--engine", "lagesbild", *given]
    result = CliRunner().invoke(command, asked)
    assert result.exit_code == 2
    assert f"Error: {says}" in result.output or says in result.output
    assert "Traceback" not in result.output
    assert (tmp_path / "out.ipynb").read_text() == "the last one"


def test_parameters_for_a_notebook_without_a_cell_for_them_are_refused_with_the_tag_that_looks_misspelt():
    made = notebook()
    made.cells[0].metadata.tags = ["parametres"]
    with pytest.raises(
        RefusedNotebook, match=r"no cell is tagged 'parameters'\. The tag 'parametres' looks misspelt"
    ) as refused:
        executed(made, None, parameters={"year": 2024})
    assert isinstance(refused.value, Refusal)


@pytest.mark.parametrize("given", [{"share": 1}, {"share": 0.25, "free": "x"}, {"region": "sagan"}, {}])
def test_a_value_of_the_declared_type_is_taken(monkeypatch, given):
    monkeypatch.setattr("lagesbild.publishing.client.Client.execute", lambda _: None)
    assert executed(notebook(), None, parameters=given).metadata.papermill["state"] == "ok"


# How a notebook is saved; no kernel.


class Kept(Saved):
    """A keeper with a clock of its own, which counts its savings."""

    late, savings = timedelta(0), 0

    def now(self):
        return super().now() + self.late

    def _write(self):
        self.savings += 1
        super()._write()


@pytest.fixture
def kept(tmp_path) -> Kept:
    """The keeper of a notebook of ten cells whose output file stands there from an earlier run."""
    made = notebook(*["1 + 1"] * 9)
    made.metadata.papermill = {}
    (tmp_path / "out.ipynb").write_text("the last one")
    keeper = Kept(made, str(tmp_path / "out.ipynb"), progress_bar=False, autosave_cell_every=30)
    keeper.notebook_start()
    return keeper


def run_cells(kept: Kept, seconds: float) -> None:
    """Ten cells that take so long each."""
    for number, cell in enumerate(kept.nb.cells):
        kept.cell_start(cell, number)
        kept.late += timedelta(seconds=seconds)
        kept.cell_complete(cell, cell_index=number)


@pytest.mark.parametrize(("seconds", "savings"), [(1, 1), (7, 3), (60, 11)])
def test_it_is_saved_at_most_every_so_often_and_at_the_end(kept, seconds, savings):
    assert Path(kept.output_path).read_text() == "the last one", "not before there is something to save"
    run_cells(kept, seconds)
    kept.notebook_complete()
    assert kept.savings == savings
    assert told(Path(kept.output_path))[0] == "ok"


def test_a_runner_that_is_killed_leaves_a_file_that_is_whole_and_says_incomplete(kept):
    kept.late = timedelta(seconds=60)
    kept.cell_start(kept.nb.cells[0], 0)
    state, _, cells = told(Path(kept.output_path))
    assert (state, cells) == ("incomplete", ["running", *["pending"] * 9])


def test_an_interrupt_is_told_as_one_and_the_rest_as_not_run(kept):
    kept.cell_start(kept.nb.cells[0], 0)
    kept.cell_exception(kept.nb.cells[0], 0)
    kept.cell_complete(kept.nb.cells[0], cell_index=0)
    kept.stopped_by(KeyboardInterrupt())
    kept.notebook_complete()
    assert told(Path(kept.output_path)) == ("interrupted", "interrupted while it ran", ["failed", *["pending"] * 9])


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_last_whole_file_and_no_other(kept, monkeypatch, step):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = Path(kept.output_path)
    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), full)
        run_cells(kept, 60)  # it goes on: there may be room at the end
        with pytest.raises(OSError, match="No space"):
            kept.notebook_complete()
        with pytest.raises(OSError, match="No space"):
            papermill_io.write("{}", kept.output_path)  # papermill's own last saving
    assert path.read_text() == "the last one"
    assert list(path.parent.iterdir()) == [path]
    kept.notebook_complete()
    assert told(path)[0] == "ok"


def test_a_folder_that_takes_no_file_is_found_out_before_a_kernel_starts(tmp_path, monkeypatch):
    def refuses(**_: object):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuses)
    monkeypatch.setattr("lagesbild.publishing.client.Client.execute", lambda _: pytest.fail("a kernel would start"))
    (tmp_path / "out.ipynb").write_text("the last one")
    with pytest.raises(PermissionError):
        executed(notebook(), tmp_path / "out.ipynb")


def test_a_link_and_a_file_s_rights_stay_and_a_pipe_is_written_into(kept, tmp_path):
    path = tmp_path / "out.ipynb"
    path.chmod(0o640)
    (tmp_path / "link.ipynb").symlink_to(path)
    papermill_io.write("{}", str(tmp_path / "link.ipynb"))
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("{}", 0o640)
    assert (tmp_path / "link.ipynb").is_symlink()
    papermill_io.write("{}", os.devnull, extensions=None)
    assert Path(os.devnull).is_char_device()
    with pytest.raises(FileNotFoundError, match="output folder"):
        papermill_io.write("{}", str(tmp_path / "none" / "out.ipynb"))


# Limits and endings.


def test_the_limit_that_is_over_first_counts():
    limits = [Limit(10, "a notebook", began=0), Limit(5, "the batch", began=0)]
    assert min(limits, key=lambda limit: limit.left).of == "the batch"


def test_every_end_has_its_state():
    assert ending(DeadKernelError("Kernel died"))[0] == "kernel died"
    assert ending(KeyboardInterrupt())[0] == "interrupted"
    assert ending(ValueError("x"))[:2] == ("failed", "ValueError: x")


def test_a_dump_s_calls_are_those_of_the_thread_that_wrote_it_up_to_ipython():
    dump = (
        'Thread 0x1 (most recent call first):\n  File "a.py", line 1 in a\n\n'
        "Current thread 0x2 (most recent call first):\n"
        '  File "/lib/b.py", line 2 in inner\n  File "/tmp/ipykernel_1/2.py", line 3 in <module>\n'
        '  File "/lib/IPython/core/interactiveshell.py", line 4 in run_code\n'
    )
    assert calls_in(dump) == [
        '  File "/lib/b.py", line 2 in inner',
        '  File "/tmp/ipykernel_1/2.py", line 3 in <module>',
    ]
    assert calls_in("") == []


def test_the_engine_asks_papermill_for_kernel_and_language():
    made = notebook()
    assert papermill_engines.get_engine("lagesbild") is Engine
    for question in ("nb_kernel_name", "nb_language"):
        assert getattr(Engine, question)(made) == getattr(NBClientEngine, question)(made)
    assert isinstance(papermill_io.get_handler("local"), LocalHandler)
