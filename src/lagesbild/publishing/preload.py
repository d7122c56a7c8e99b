"""What warm kernels have before they begin, and how a fork of the template becomes one.

The names of modules come from the notebooks' cells, so that this package names no helper.
"""

import gc
import os
import random
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from traitlets.utils.importstring import import_item

from lagesbild.paths import PACKAGE

APPLICATIONS = {  # what `python -m` starts -> the application in it
    "ipykernel_launcher": "ipykernel.kernelapp.IPKernelApp",
    "lagesbild.publishing.kernel": "lagesbild.publishing.kernel.BuildKernel",
}
PARTS = (  # what those import when they begin, and numpy, whose chance each kernel has for itself
    *("ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.completerlib", "IPython.core.debugger"),
    *("IPython.core.oinspect", "IPython.extensions.storemagic", "sqlite3", "psutil", "tornado.platform.asyncio"),
    *("tornado.queues", "numpy.random", "matplotlib_inline.config"),
)
AT_FIRST_USE = {  # module of ours -> what it has that makes now what it would make at its first use
    "lagesbild.html.render": "compile_templates",
    "lagesbild.charts.theme": "find_fonts",
}
LOCK = PACKAGE.parents[1] / "requirements.lock"


def sources() -> list[tuple[str, int, int]]:
    """The files that a new process would read anew, with time and size: our packages, and the list of versions."""
    packages = PACKAGE if PACKAGE.parent.name == "site-packages" else PACKAGE.parent
    return sorted(_stamps([str(packages), str(LOCK)]))


def _stamps(paths: list[str]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        with suppress(OSError):
            about = os.stat(path)  # noqa: PTH116  # 300 files at each fork, and a Path takes three times as long
            if stat.S_ISDIR(about.st_mode):
                yield from _stamps([entry.path for entry in os.scandir(path) if entry.name != "__pycache__"])
            else:
                yield path, about.st_mtime_ns, about.st_size


@cache
def preloaded(notebooks: Path | None) -> str:
    """Loads what kernels need, once, and returns why that could not be done, or nothing."""
    try:
        for application in APPLICATIONS.values():
            import_item(application)
        for name in PARTS:
            import_item(name)
        for name in wanted_modules(notebooks) if notebooks else ():
            with suppress(Exception):  # the notebook's own cell says it better
                import_item(name)
        for name, ready in AT_FIRST_USE.items():
            if module := sys.modules.get(name):
                getattr(module, ready)()
        if "matplotlib.pyplot" in sys.modules:
            throw_away_figure()
    except Exception as error:
        return f"the process that they are forked from could not begin ({type(error).__name__}: {error})"
    settled()
    return ""


@cache
def preloaded_for_later() -> None:
    """Loads what no kernel needs and other copies of the template do, once there is nothing else to do."""
    if "lagesbild.rules.editions" in sys.modules:  # else it is the template of other people's notebooks
        with suppress(Exception):  # said where it is wanted
            import_item("lagesbild.publishing.bodies")
        settled()


def adopted(function: str, content: bytes) -> str:
    """Calls the function with the content, and returns why that could not be done, or nothing."""
    try:
        import_item(function.replace(":", "."))(content)
    except Exception as error:
        return f"the process that they are forked from took no data ({type(error).__name__}: {error})"
    settled()
    return ""


def settled() -> None:
    """Puts all objects out of the garbage collector's sight, so that it copies none of their memory in a kernel."""
    gc.collect()
    gc.freeze()


def wanted_modules(notebooks: Path) -> Iterator[str]:
    """The modules that the notebooks' cells import; a name of one may be a module too."""
    from lagesbild.publishing.notebooks import imported_names

    for path in sorted(notebooks.glob("*.ipynb")):
        for module, name in imported_names(path):
            yield module
            if name:
                yield f"{module}.{name}"


def throw_away_figure() -> None:
    """Draws a little of everything, so that fonts and drawing code are at hand.

    Not by pyplot: its backend is chosen, and bound to IPython, in the kernel.
    """
    import io
    import warnings

    from matplotlib import font_manager
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is told once shall be told in the kernel
        figure = Figure()
        left, right = figure.subplots(1, 2)
        left.plot([1, 2, 3], [1, 3, 2], label="a")
        left.legend()
        right.bar(["a", "b"], [1, 2])
        right.scatter([0, 1], [1, 2])
        right.annotate("å 1,5 %", (0, 1))
        FigureCanvasAgg(figure).print_png(io.BytesIO())
        figure.savefig(io.BytesIO(), format="svg")
    font_manager._get_font.cache_clear()  # type: ignore[attr-defined]  # open files, which matplotlib lets go in every fork too


def become(command: list[str], environment: dict[str, str], folder: str) -> None:
    """Runs the kernel that was ordered, in this process, to its end."""
    import locale
    import tempfile

    module, *arguments = command[command.index("-m") + 1 :]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment | {"JPY_PARENT_PID": str(os.getppid())})
    time.tzset()
    locale.setlocale(locale.LC_CTYPE, "")
    tempfile.tempdir = None
    sys.argv = [str(find_spec(module).origin), *arguments]  # type: ignore[union-attr]  # it is one of APPLICATIONS
    sys.orig_argv = command
    random.seed()
    sys.modules["numpy.random"].seed()
    if multiprocessing := sys.modules.get("multiprocessing.process"):
        vars(multiprocessing)["ORIGINAL_DIR"] = folder  # where a process that is spawned in a cell begins
    for path in Path(folder).glob("*.py"):  # what lies beside the notebook comes before what is installed
        if "site-packages" in str(getattr(sys.modules.get(path.stem), "__file__", "")):
            del sys.modules[path.stem]
    if module == "ipykernel_launcher" and "-P" not in command:
        from lagesbild.publishing.kernel import let_in_what_lies_beside

        let_in_what_lies_beside()  # IPython does it, but for the template's -P
    # ipykernel reads the variable at its import, which was in the template
    application = import_item(APPLICATIONS[module])
    application.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])
