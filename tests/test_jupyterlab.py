"""A notebook in a real JupyterLab, opened and run as an analyst would."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageColor

from lagesbild.look import DARK, FAMILY, TOKENS
from reports import REPOSITORY, eventually, frozen_copy

pytestmark = pytest.mark.slow
NOTEBOOK = "no_vulnerable_areas.ipynb"
OTHERS = ["overview.ipynb", "regional_support.ipynb", "examples/own_analysis.ipynb"]  # each of a kind of its own
DRAWN, IDLE = "#figur-4 svg[role=img]:visible", "Python 3 (ipykernel) | Idle"
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"  # a traceback, or anything else on stderr
QUIET = (
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--IdentityProvider.token=",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
    "--LabApp.expose_app_in_browser=True",  # for the theme
)
SETTINGS = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
NO_NEWS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
# Every cell has its number, or one has an error: then those after it never get theirs.
HAS_RUN = f"""
() => document.querySelector("{ERROR}")
  || [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].every(prompt => /\\[\\d/.test(prompt.textContent))
"""

# Of every drawing: how many labels it has, which of them reach outside it, and the fonts that they ask for first.
DRAWINGS = """
() => [...document.querySelectorAll('.lagesbild svg[role=img]')].filter(svg => svg.getClientRects().length).map(svg => {
  const room = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')];
  const outside = box => box.left < room.left - 1 || box.right > room.right + 1
    || box.top < room.top - 1 || box.bottom > room.bottom + 1;
  return {
    texts: texts.length,
    cut: texts.filter(text => outside(text.getBoundingClientRect())).map(text => text.textContent),
    fonts: texts.map(text => getComputedStyle(text).fontFamily.split(',')[0].replaceAll('"', '')),
  };
})
"""
# Text, what lies behind it, a mark of a drawing, and every other row of a table, which Lab gives a colour.
LOOK = f"""
() => [
  getComputedStyle(document.querySelector('.lagesbild h1')).color,
  getComputedStyle(document.querySelector('.lagesbild')).backgroundColor,
  getComputedStyle(document.querySelector('.lagesbild svg [fill="{TOKENS["focus"]}"]')).fill,
  getComputedStyle(document.querySelector('.lagesbild tbody tr:nth-child(odd)')).backgroundColor,
]
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/status") as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the project, with settings of its own, and nothing of the user's."""
    tmp_path = tmp_path_factory.mktemp("lab")
    root, port = frozen_copy(tmp_path / "projekt"), free_port()
    address = f"http://127.0.0.1:{port}"
    own = {name: str(tmp_path / name.lower()) for name in SETTINGS}
    setting = Path(own["JUPYTERLAB_SETTINGS_DIR"], NO_NEWS)
    setting.parent.mkdir(parents=True)
    setting.write_text('{"fetchNews": "false"}')
    with (tmp_path / "lab.log").open("w") as log:
        asked = [sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}", f"--ServerApp.root_dir={root}", *QUIET]
        server = subprocess.Popen(asked, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=os.environ | own)
        try:
            eventually(lambda: answers(address) or server.poll() is not None)
            assert server.poll() is None, (tmp_path / "lab.log").read_text()
            yield address
        finally:
            server.terminate()  # it ends its kernels
            server.wait()


@contextmanager
def run_in_lab(lab: str, chromium: Any, notebook: str) -> Iterator[tuple[Any, list[str]]]:
    """A notebook in JupyterLab after Run All Cells, and the addresses of other hosts that were asked for."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(0)
    abroad: list[str] = []
    context.route(
        lambda address: not address.startswith((lab, "data:", "blob:")),
        lambda route: (abroad.append(route.request.url), route.abort()),
    )
    page = context.new_page()
    page.goto(f"{lab}/lab/tree/notebooks/{notebook}?reset")
    page.get_by_text(IDLE).wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(HAS_RUN)
    yield page, abroad
    context.close()


@pytest.fixture(scope="module")
def ran(lab, chromium) -> Iterator[tuple[Any, list[str]]]:
    with run_in_lab(lab, chromium, NOTEBOOK) as page:
        yield page


@pytest.mark.parametrize("notebook", OTHERS)
def test_a_notebook_of_each_kind_runs_from_top_to_bottom_in_jupyterlab(lab, chromium, notebook):
    """Every notebook runs by Jupyter alone: test_notebooks. Here is what the browser makes of it."""
    cells = json.loads((REPOSITORY / "notebooks" / notebook).read_text("utf-8"))["cells"]
    with run_in_lab(lab, chromium, notebook) as (page, abroad):
        assert page.locator(ERROR).all_inner_texts() == []
        assert page.locator(".jp-CodeCell").count() == sum(cell["cell_type"] == "code" for cell in cells)
        assert page.locator(".lagesbild").count() > 3
        assert abroad == []


def test_an_areas_notebook_shows_its_figures_in_jupyterlab(ran):
    page, abroad = ran
    assert page.locator(ERROR).all_inner_texts() == []
    assert page.locator(".jp-CodeCell").count() > 10
    figure = page.locator(DRAWN)
    figure.scroll_into_view_if_needed()
    assert figure.is_visible()
    assert figure.bounding_box()["width"] > 300
    assert figure.locator("title").text_content()
    assert abroad == []


def test_components_carry_the_pages_font_and_colours_into_jupyterlab_and_no_label_is_cut(ran):
    page, _ = ran
    for theme, colours in (("JupyterLab Light", TOKENS), ("JupyterLab Dark", DARK)):
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(colours is TOKENS).lower()}'")
        page.evaluate("document.fonts.ready.then(() => true)")
        drawings = page.evaluate(DRAWINGS)
        assert len(drawings) >= 4
        assert {name for drawing in drawings for name in drawing["fonts"]} == {FAMILY}
        assert min(drawing["texts"] for drawing in drawings) > 3
        assert [text for drawing in drawings for text in drawing["cut"]] == []
        assert page.evaluate(LOOK) == [
            rgb(colours["ink"]),
            rgb(colours["paper"]),
            rgb(colours["focus"]),
            "rgba(0, 0, 0, 0)",
        ]
    fonts = f"[...document.fonts].filter(font => font.family.includes('{FAMILY}')).map(font => font.status)"
    assert page.evaluate(fonts) == ["loaded", "loaded"]


def rgb(colour: str) -> str:
    return f"rgb{ImageColor.getrgb(colour)}"
