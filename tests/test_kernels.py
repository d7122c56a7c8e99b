"""The kernels of a build: what reaches them of the machine, what they may print, and how one says that it died."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import zmq
from nbformat import NotebookNode
from nbformat.v4 import new_output

from lagesbild.paths import ROOT_VARIABLE, Paths
from lagesbild.publishing.cells import in_one_piece
from lagesbild.publishing.client import KernelClient, death, last_lines
from lagesbild.publishing.kernels import MOST_PRINTED, Kernels
from lagesbild.publishing.request import BuildRequest
from lagesbild.publishing.run import Executor, Run
from reports import write_notebook

SAID = """
import json, locale, os, sys, time
import matplotlib
shell = get_ipython()
print(json.dumps({
    "startup": "from_startup" in globals(), "exec_lines": "from_config" in globals(), "pdb": shell.call_pdb,
    "hash": hash("torg"), "utf8": sys.flags.utf8_mode, "encoding": sys.stdout.encoding,
    "locale": os.environ["LC_ALL"], "zone": time.tzname[0], "dpi": matplotlib.rcParams["figure.dpi"],
    "backend": matplotlib.get_backend(), "folder": os.getcwd(), "beside": __import__("beside").VALUE,
}))
"""
NOISE = {  # what a cell does -> how many characters it prints in all
    'for number in range(200_000): print("x" * 50)': 200_000 * 51,
    'for number in range(30_000): print("x" * 99, flush=True)': 30_000 * 100,
    'print("x" * 100_000_000)': 100_000_001,
    "import os\nos.environ.clear()\nos.system(\"head -c 3000000 /dev/zero | tr '\\\\0' x\")": 3_000_000,
}
MANY = 3_000  # more than the 1,000 outputs that ZMQ lets wait
SHOWN = f"for number in range({MANY}): display({{'text/html': f'<p>{{number}}</p>'}}, raw=True)"


def run_in(root: Path, sockets: Path, *cells: str, how: str = "warm") -> Run:
    """How a notebook with these cells ended."""
    write_notebook(root, "work", *cells)
    kernels = Kernels(sockets, {ROOT_VARIABLE: str(root)}, how)
    try:
        request = BuildRequest(Paths(root), "9901", 2024)
        return Executor(kernels, request).run("work", root / "notebooks" / "work.ipynb", {})
    finally:
        kernels.stop()


def of_a_user(home: Path) -> dict[str, str]:
    """An environment with settings of a user's own everywhere that Python, IPython, Jupyter and matplotlib look."""
    files = {
        "ipython/profile_default/startup/00.py": "from_startup = 1",
        "ipython/profile_default/ipython_config.py": (
            "c.InteractiveShellApp.exec_lines = ['from_config = 1']\nc.InteractiveShell.pdb = True"
        ),
        "jupyter/kernels/python3/kernel.json": json.dumps(
            {"argv": ["false", "{connection_file}"], "display_name": "An old one", "language": "python"}
        ),
        "matplotlibrc": "figure.dpi: 11",
        "startup.py": "from_startup = 1",
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")
    named = {"IPYTHONDIR": "ipython", "JUPYTER_PATH": "jupyter", "JUPYTER_DATA_DIR": "jupyter"}
    named |= {"MATPLOTLIBRC": "matplotlibrc", "MPLCONFIGDIR": "", "PYTHONSTARTUP": "startup.py"}
    own = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "MPLBACKEND": "svg", "PYTHONUTF8": "0"}
    return own | {name: str(home / file) for name, file in named.items()}


@pytest.fixture(scope="module", params=["warm", "spawn"])
def ran(request, tmp_path_factory) -> tuple[Path, Run]:
    """A noisy notebook run for a user with settings of her own, in a folder whose name is hard; and that folder."""
    folder = tmp_path_factory.mktemp("k")
    root, sockets = folder / "{b} å $HOME 100% {0}", folder / "s"
    (root / "notebooks").mkdir(parents=True)
    (root / "notebooks" / "beside.py").write_text("VALUE = 4", "utf-8")
    (root / "notebooks" / "random.py").write_text("raise ValueError('what lies beside shadows no library')", "utf-8")
    sockets.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in of_a_user(folder / "home").items():
            patch.setenv(name, value)
        patch.delenv("PYTEST_CURRENT_TEST")  # ipykernel would leave the process's own streams alone
        ended = run_in(root, sockets, SAID, *NOISE, SHOWN, how=request.param)
    return root, ended


def printed(run: Run, source: str) -> str:
    """All that the cell with this source printed."""
    return "".join(output.text for output in cell_of(run, source).outputs if output.output_type == "stream")


def cell_of(run: Run, source: str) -> NotebookNode:
    assert run.notebook is not None, (run.state, run.cause, run.trace)
    return next(cell for cell in run.notebook.cells if cell.source == source.strip())


@pytest.mark.slow
@pytest.mark.parametrize("source", NOISE)
def test_a_noisy_cell_ends_well_and_what_it_printed_is_cut_with_a_notice_i_40(ran, source):
    text = printed(ran[1], source)
    kept, _, notice = text.rpartition("\n… and ")
    assert len(kept) == MOST_PRINTED
    dropped, rest = notice.split(" ", 1)
    assert rest == "more characters, which the cell printed and nobody keeps.\n"
    most, told = NOISE[source] - MOST_PRINTED, int(dropped.replace(",", ""))
    # IPython reads what a child process prints beside the cell, whose end may come before the last of it.
    assert told == most or ("os.system" in source and 0 < told < most)
    assert notice.partition(",")[0] in ran[1].trace, "the log says so too"


@pytest.mark.slow
def test_no_output_is_dropped_however_many_a_cell_shows_i_40(ran):
    shown = [output.data["text/html"] for output in cell_of(ran[1], SHOWN).outputs]
    assert shown == [f"<p>{number}</p>" for number in range(MANY)]


def test_what_a_cell_prints_is_in_one_piece_for_each_stream_between_its_other_outputs():
    def said(name: str, text: str) -> NotebookNode:
        return new_output("stream", name=name, text=text)

    shown = new_output("display_data", data={"text/plain": "figur"})
    sent = [said("stderr", "x"), said("stdout", "a"), said("stdout", "b"), said("stderr", "y"), shown]
    told = [said("stdout", "ab"), said("stderr", "xy"), shown]
    assert in_one_piece([*sent, said("stdout", "c"), shown]) == [*told, said("stdout", "c"), shown]


@pytest.mark.slow
def test_what_a_kernel_sends_in_pieces_is_one_output_of_the_notebook(tmp_path):
    source = "import sys\nprint('a')\nsys.stdout.flushed = 0  # long ago\nsys.stdout.flush()\nprint('b')"
    [output] = cell_of(run_in(tmp_path / "projekt", tmp_path, source), source).outputs
    assert output.text == "a\nb\n"


@pytest.mark.slow
def test_the_sockets_of_a_kernel_that_is_starting_are_looked_for_every_few_milliseconds(tmp_path, monkeypatch):
    seen = []

    async def noted(client: KernelClient, timeout: float | None = None) -> None:
        channels = [client.shell_channel, client.iopub_channel]
        seen.extend(channel.socket.getsockopt(zmq.RECONNECT_IVL) for channel in channels)
        await ready(client, timeout)

    ready = KernelClient.wait_for_ready
    monkeypatch.setattr(KernelClient, "wait_for_ready", noted)
    assert run_in(tmp_path / "projekt", tmp_path, "1").state == "ok"
    assert seen == [5, 5]


@pytest.mark.slow
def test_a_folders_name_is_no_template_i_41(ran):
    root, run = ran
    assert (run.state, run.cause) == ("ok", "")
    assert json.loads(printed(run, SAID))["folder"] == str(root / "notebooks")
    assert "{b}" not in json.dumps(run.notebook.metadata), "nothing that is published knows the folder"


@pytest.mark.slow
def test_a_users_own_settings_reach_no_kernel_i_42(ran):
    said = json.loads(printed(ran[1], SAID))
    fixed = {"PYTHONHASHSEED": "0"}
    with_seed = subprocess.run(
        [sys.executable, "-c", "print(hash('torg'))"], env=fixed, capture_output=True, check=True
    )
    assert (said["startup"], said["exec_lines"], said["pdb"]) == (False, False, False)
    assert said["hash"] == int(with_seed.stdout)
    assert (said["utf8"], said["encoding"], said["locale"], said["zone"]) == (1, "UTF-8", "C.UTF-8", "UTC")
    assert (said["dpi"], "inline" in said["backend"]) == (100, True)
    assert said["beside"] == 4, "a notebook may still import what lies beside it"


FAULTS = {
    "I-44-sigkill": (
        'import os, signal\nprint("sist")\nos.kill(os.getpid(), signal.SIGKILL)',
        "kernel died",
        ("killed from outside (SIGKILL)", "run out of memory", "Last line: sist"),
    ),
    "I-44-os-exit": (
        'import os\nprint("sist")\nos._exit(0)',
        "kernel died",
        ("its process ended with exit code 0", "os._exit", "Last line: sist"),
    ),
    "I-44-segfault": (
        "import os, ctypes\nctypes.string_at(0)",
        "kernel died",
        ("crashed (SIGSEGV)", "Last call: File ", "in string_at"),
    ),
    "I-44-quit": ("import os\nquit()", "failed", ("ended the notebook with quit() or exit()",)),
    "I-44-sys-exit": ("import os, sys\nsys.exit(0)", "failed", ("ended the notebook with sys.exit(0)",)),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", ["warm", "spawn"])
@pytest.mark.parametrize(("cell", "state", "words"), FAULTS.values(), ids=FAULTS)
def test_a_kernel_that_ends_says_how_in_which_cell_with_which_memory_and_its_last_words(
    tmp_path, cell, state, words, how
):
    run = run_in(tmp_path, tmp_path, cell, "print('never')", how=how)
    assert (run.state, run.notebook) == (state, None)
    assert run.cause.startswith('cell 3 ("import os'), run.cause
    assert [word for word in words if word not in run.cause] == [], run.cause
    assert ("MiB when it was last looked at" in run.cause) == (state == "kernel died")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (-9, "(SIGKILL)"),
        (-11, "crashed (SIGSEGV)"),
        (-6, "crashed (SIGABRT)"),
        (-15, "ended from outside (SIGTERM)"),
        (0, "exit code 0"),
        (3, "exit code 3"),
    ],
)
def test_every_end_of_a_kernel_has_words_of_its_own_i_44(code, said):
    assert said in death(code, 0)
    assert "MiB" not in death(code, 0), "what was not seen is not said"
    assert "It used 51 MiB" in death(code, 51 * 2**20)


def test_the_last_words_of_a_kernel_are_its_last_line_or_where_it_crashed_i_44():
    crash = (
        "Fatal Python error: Segmentation fault\n\nThread 0x1 (most recent call first):\n  File 'a.py', line 1 in a\n\n"
        "Current thread 0x2 (most recent call first):\n  File 'b.py', line 2 in inner\n  File 'c.py', line 3 in outer\n"
    )
    assert last_lines("") == ("", "")
    assert last_lines("a\nb\n\n") == (" Last line: b", "a\nb\n")
    assert last_lines(f"hej\n{crash}") == (
        " Last call: File 'b.py', line 2 in inner",
        "hej\n  File 'b.py', line 2 in inner\n  File 'c.py', line 3 in outer",
    )
    assert len(last_lines("rad\n" * 500)[1].splitlines()) == 20
