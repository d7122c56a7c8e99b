"""A notebook in a real JupyterLab, opened and run as an analyst would."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports import eventually, frozen_copy

pytestmark = pytest.mark.slow
NOTEBOOK = "no_vulnerable_areas.ipynb"
DRAWN, IDLE = "#figur-4 svg[role=img]", "Python 3 (ipykernel) | Idle"
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"  # a traceback, or anything else on stderr
QUIET = (
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--IdentityProvider.token=",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
)
SETTINGS = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
NO_NEWS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
# Every cell has its number, or one has an error: then those after it never get theirs.
HAS_RUN = f"""
() => document.querySelector("{ERROR}")
  || [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].every(prompt => /\\[\\d/.test(prompt.textContent))
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


@pytest.fixture
def lab(tmp_path) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the project, with settings of its own, and nothing of the user's."""
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


@pytest.fixture
def opened(lab, chromium) -> Iterator[tuple[Any, list[str]]]:
    """The notebook in JupyterLab, ready to run, and the addresses of other hosts that were asked for."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(0)
    abroad = []
    context.route(
        lambda address: not address.startswith((lab, "data:", "blob:")),
        lambda route: (abroad.append(route.request.url), route.abort()),
    )
    page = context.new_page()
    page.goto(f"{lab}/lab/tree/notebooks/{NOTEBOOK}")
    page.get_by_text(IDLE).wait_for()
    yield page, abroad
    context.close()


def test_a_notebook_runs_from_top_to_bottom_in_jupyterlab(opened):
    page, abroad = opened
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(HAS_RUN)
    assert page.locator(ERROR).all_inner_texts() == []
    assert page.locator(".jp-CodeCell").count() > 10
    figure = page.locator(DRAWN)
    figure.scroll_into_view_if_needed()
    assert figure.is_visible()
    assert figure.bounding_box()["width"] > 300
    assert figure.locator("title").text_content()
    assert abroad == []
