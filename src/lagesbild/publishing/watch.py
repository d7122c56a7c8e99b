"""A report that is made anew whenever what it is made from changes, in front of an open browser."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import watchfiles

from lagesbild.errors import Refusal
from lagesbild.paths import PACKAGE, Paths
from lagesbild.publishing.keys import HELPERS
from lagesbild.publishing.outcome import INTERRUPTED, Ended
from lagesbild.publishing.request import BuildRequest
from lagesbild.publishing.serve import News, serving
from lagesbild.publishing.template import templates

SETTLED, MOST, LOOK = 100, 3000, 200  # ms: without a further change; at most gathered; until Python is asked
MOST_NAMED = 3


def watch(
    request: BuildRequest,
    make: Callable[[], "Ended"],
    port: int | None,
    say: Callable[[str], Any],
    complain: Callable[[str], Any],
) -> int:
    """The exit code, after Ctrl-C: until then the report is served, and made anew after each change.

    `make` builds and tells how it went. Raises PortError when the report cannot be served.
    """
    watched = Watch(request, make, say, complain)
    with suppress(KeyboardInterrupt), serving(request.paths, port, watched.news) as address:
        folder = request.folder.relative_to(request.paths.reports).as_posix()
        say(f"Open {address}{quote(folder)}/ which loads by itself when a new report is in place. Ctrl-C ends it.")
        changes = changed_files(request.paths)
        next(changes)
        watched.run(changes)
    return INTERRUPTED


def begin_anew() -> None:
    """The same command in place of this process, which has read the old code. Open pages find the new server."""
    templates.kill()  # nobody else would wait for it
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


@dataclass
class Watch:
    """A report, who makes it, and who is told."""

    request: BuildRequest
    make: Callable[[], "Ended"]
    say: Callable[[str], Any]
    complain: Callable[[str], Any]
    begin_anew: Callable[[], Any] = begin_anew
    news: News = field(default_factory=News)

    def run(self, changes: Iterator[set[Path]]) -> None:
        """Builds at first, and after each change; the build itself runs only what the change concerns.

        Ends with KeyboardInterrupt.
        """
        changed = {self.request.paths.root}
        while True:
            if self._made(changed):
                changed = set()
            self.say("Waiting for a change ...")
            new = next(changes)  # what has changed during the build comes at once
            self.say(f"Changed: {self._named(new)}")
            changed |= new

    def _made(self, changed: Set[Path]) -> bool:
        """Whether all is well after these changes."""
        try:
            if code := [path for path in changed if path.is_relative_to(PACKAGE)]:
                readable(code)
                self.begin_anew()
            outcome = next(iter(self.make().outcomes), None)  # it runs only what has changed
        except Refusal as refusal:  # there is nothing new, and the last report stands
            self.complain(str(refusal))
            self.news.tell(anew=False, trouble=str(refusal))
            return False
        if not outcome or outcome.code == INTERRUPTED:
            raise KeyboardInterrupt
        trouble = "\n".join(f"{', '.join(names)}: {cause}" for cause, names in outcome.failures().items())
        self.news.tell(anew=outcome.site == self.request.folder and not outcome.unchanged, trouble=trouble)
        return not trouble

    def _named(self, changed: Set[Path]) -> str:
        names = sorted(map(self.request.paths.relative, changed))
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return ", ".join(names[:MOST_NAMED]) + more


class BrokenCode(Refusal):
    """Code of the project that Python cannot read."""


def readable(changed: Iterable[Path]) -> None:
    """Nothing, when Python can read the code. Raises BrokenCode, so that a watch does not begin anew with it."""
    for path in changed:
        if path.suffix == ".py" and path.is_file():
            try:
                compile(path.read_bytes(), path, "exec")
            except SyntaxError as error:
                raise BrokenCode(f"{path}:{error.lineno}: {error.msg}. Correct it, and the report is made.") from None


def changed_files(paths: Paths) -> Iterator[set[Path]]:
    """Each time what has changed since the last time, waited for; first nothing, as soon as it looks.

    Hidden files, and what editors leave beside their own, are no change.
    """
    inputs, usual = (*paths.inputs, PACKAGE, HELPERS), watchfiles.DefaultFilter()

    def counts(change: watchfiles.Change, name: str) -> bool:
        path = Path(name)
        below = [path.relative_to(folder).parts for folder in inputs if path.is_relative_to(folder)]
        return usual(change, name) and any(not any(part[0] == "." for part in parts) for parts in below)

    # data/ whole: a folder in it may come later. Data that is made, not written by anybody, lies there too.
    folders = (paths.catalog.parent, paths.notebooks, PACKAGE, HELPERS)
    looks = watchfiles.watch(
        *folders, watch_filter=counts, debounce=MOST, step=SETTLED, rust_timeout=LOOK, yield_on_timeout=True
    )
    yield {Path(name) for _, name in next(looks)}
    for changes in looks:
        if changes:
            yield {Path(name) for _, name in changes}
