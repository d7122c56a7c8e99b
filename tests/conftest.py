"""What many modules share: the frozen snapshot, the default report, and a real browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from read_pages import report_of  # noqa: F401  # a fixture: reports that many modules read, each built once a session
from reports import default_report  # noqa: F401  # a fixture for every module, built once a session

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def frozen(tmp_path_factory) -> Any:
    """The frozen snapshot as a project (copies.Copy), to read and not to change."""
    from copies import frozen_root  # with pandas, that many modules do without

    return frozen_root(tmp_path_factory.mktemp("frozen"))


@dataclass
class Opened:
    """A page in the browser, with everything that it complained about and asked for."""

    page: Any
    problems: list[str] = field(default_factory=list)  # console errors and warnings, exceptions, dialogs
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Chromium, started once a module.

    While it runs, this thread has a running event loop: run notebooks before, in a fixture listed earlier.
    """
    program = shutil.which("chromium")
    if program is None:
        reason = "NOT TESTED: no chromium in PATH, so no page was opened. Install Debian's package chromium."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Opened]]:
    """`open_page(path, width=1280, **options of a Playwright context)`: the file as opened from disk."""
    contexts = []

    def opened(path: Path, width: int = 1280, **options: Any) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(0)  # the suite has one bound for every test, in pyproject.toml
        contexts.append(context)
        context.route(lambda address: not address.startswith("file:"), lambda route: route.abort())
        found = Opened(context.new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("pageerror", lambda error: found.problems.append(str(error)))
        found.page.on("dialog", lambda dialog: (found.problems.append(dialog.message), dialog.dismiss()))
        found.page.on(
            "console",
            lambda said: found.problems.append(said.text) if said.type in ("error", "warning") else None,
        )
        found.page.goto(path.as_uri())
        return found

    yield opened
    for context in contexts:
        context.close()
